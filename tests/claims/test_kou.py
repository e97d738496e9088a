"""Kou, Chen & Gu 2023: every claim comes out as it should, against plain descent, and faults are noticed."""

from fractions import Fraction as F

import attrs
import numpy as np
import pytest

from tests.claims.relu_oracles import gradient_descent, kernel, stable_rank
from theorycheck.certificates import check
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_instances as I
from theorycheck.claims import relu_measures as measures
from theorycheck.claims import relu_siblings as siblings
from theorycheck.claims.check import Budget, on_instance, run
from theorycheck.claims.checks import relu_active, relu_margin, relu_plain, relu_steps, relu_trained
from theorycheck.claims.store import find, select
from theorycheck.models import generators_signs as signed
from theorycheck.models.data import Dataset

QUICK = Budget(seconds=20, instances=3)
EXPECTED = {
    "kou2023.k1": "PROVED", "kou2023.k2": "SUPPORTED", "kou2023.k3": "PROVED", "kou2023.k3_stacked": "REFUTED",
    "kou2023.k3_balanced": "PROVED", "kou2023.k4": "CERTIFIED", "kou2023.k4_positive": "PROVED",
    "kou2023.k4_iff": "PROVED", "kou2023.k4_threshold": "PROVED", "kou2023.k4_orthogonal": "PROVED",
    "kou2023.k5": "CERTIFIED", "kou2023.k6": "PROVED", "kou2023.k6_limit": "SUPPORTED", "kou2023.k7": "PROVED",
    "kou2023.k7_kept": "SUPPORTED", "kou2023.k8": "PROVED", "kou2023.k9": "PROVED",
}  # fmt: skip


@pytest.mark.parametrize("key", EXPECTED)
def test_verdicts(key):
    verdict = run(find(key), QUICK)
    assert verdict.outcome.value == EXPECTED[key], [f.note for f in verdict.findings if f.holds is not True]
    assert verdict.instances >= 2
    for found in verdict.findings:
        assert found.certificate is None or found.certificate.verify()
        assert (found.holds is False) == (EXPECTED[key] == "REFUTED" and found.evidence == "CERTIFIED")


def test_the_expectations_cover_the_paper():
    assert set(EXPECTED) == {claim.key for claim in select(["kou2023"])}
    assert [key for key in EXPECTED if not find(key).believed] == ["kou2023.k3_stacked"]


# ---- numbers, two ways -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slope", ["1/2", "1/10"])
@pytest.mark.parametrize("n", [2, 4, 10])
def test_balanced_orthogonal_data_in_closed_form(n, slope):
    """T2: lambda = 1/(1 + g^2), stable rank 2 (1 + g^2)/(1 + g)^2, margin sqrt((1 + g^2)/(m n))."""
    m, g = 3, F(slope)
    solution = relu_margin.solved(I.fixed(I.units(n), m, slope))
    assert set(solution.lam) == {1 / (1 + g**2)}
    assert solution.stable_rank["stacked"] == relu_margin.balanced_rank(g)
    assert float(solution.normalised_margin) == pytest.approx(float((1 + g**2) / (m * n)) ** 0.5)
    v = np.array([solution.v_plus] * m + [solution.v_minus] * m, float)
    assert stable_rank(v) == pytest.approx(float(relu_margin.balanced_rank(g)))


@pytest.mark.parametrize("position", range(4, 10))
def test_multipliers_are_those_of_the_kernel(position):
    one = find("kou2023.k6").instances(1, position)
    solution = relu_margin.solved(one)
    lam = np.linalg.solve(kernel(one), np.ones(one.data.n))
    assert np.array(solution.lam, float) == pytest.approx(lam)
    assert float(solution.norm_squared) == pytest.approx(one.width[0] * lam.sum())


def test_plain_descent_goes_where_the_claims_say():
    """Full weights, no sample coordinates: signs after one step, stable ranks, t L(t), margin differences."""
    one = I.fixed(I.TILTED, 4)
    solution, eta = relu_margin.solved(one), float(measures.natural_step(one))
    W = np.random.default_rng(3).normal(0, 1e-5, (8, 3))
    X, y = one.data.arrays()
    sign = np.repeat([1, -1], 4)
    assert (np.sign(gradient_descent(one, W, 1, eta) @ X.T) == np.outer(sign, y)).all()
    steps = 20_000
    end = gradient_descent(one, W, steps, eta)
    assert max(stable_rank(end[:4]), stable_rank(end[4:])) < 1 + 1e-4
    Z = X @ end.T
    q = y * (np.where(Z > 0, Z, Z / 2) @ np.repeat([1 / 4, -1 / 4], 4))
    assert steps * eta * float(np.log1p(np.exp(-q)).mean()) == pytest.approx(float(solution.norm_squared), rel=2e-3)
    assert q[1] - q[0] == pytest.approx(float(np.log(float(solution.lam[0] / solution.lam[1]))), abs=2e-3)


@pytest.mark.parametrize(("cosine", "ratio"), [("1/5", 1), ("1/3", 1), ("1/2", F(3, 2)), ("2/3", 2)])
def test_margins_of_the_tilted_family(cosine, ratio):
    """T5: the limiting ratio is max(1, 3 r)."""
    solution = relu_margin.solved(I.fixed(signed.tilted(cosine), 2))
    assert max(solution.margins) / min(solution.margins) == ratio


def test_stacked_rank_of_one_class_is_one():
    """The false claim asks for both labels: with one of them it would be true."""
    solution = relu_margin.solved(I.fixed(I.ONE_CLASS, 2))
    assert solution.stable_rank["stacked"] == 1
    assert find("kou2023.k3_stacked").assumptions[-2].margin(I.fixed(I.ONE_CLASS, 2)).holds is False


def test_one_exact_step_is_the_step_in_floats():
    one = I.fixed(I.units(3), 4, "1/4")
    begin = relu_steps.start(one)
    W = np.array([[F(v) for v in row] for row in begin["W_plus"]], float)
    both = gradient_descent(one, np.vstack([W, W]), 1, float(measures.natural_step(one)))
    assert max(stable_rank(both[:4]), stable_rank(both[4:])) <= float(relu_steps.kantorovich(one.slope) + F(1, 100))
    assert relu_steps.ONE_STEP_RANKS.run(one)[0].holds


def test_fair_coins_give_two_n_over_n_plus_one():
    """T3: many neurons, equal lengths, each sample of a sign seen by half of them."""
    draw = np.random.default_rng(0)
    for n in (2, 5):
        B = draw.integers(2, size=(20_000, n)).astype(float)
        assert stable_rank(B / B.mean(axis=0)) == pytest.approx(2 * n / (n + 1), rel=0.02)


# ---- assumptions -----------------------------------------------------------------------------------------------------


def test_margins_of_assumptions_are_exact_numbers():
    one = I.fixed(Dataset([[2, 1], [0, 1], [1, 0]], [1, -1, 1]), 2)
    assert (measures.coherence(one.data), measures.least_square(one.data), measures.largest_square(one.data)) == (
        2,
        1,
        5,
    )
    assert A.ONE_STEP.margin(one).value == F(1, 2) - 4
    assert A.DOMINANT.margin(one).value == 1 - 8
    assert A.NEARLY.margin(one).value == -7
    single = I.fixed(Dataset([[3]], [-1]), 1)
    assert (A.ONE_STEP.margin(single).value, A.DOMINANT.margin(single).value) == (F(9, 2), 9)


def test_degenerate_instances():
    zero = I.fixed(Dataset([[0, 0], [1, 0]], [1, -1]), 1)
    assert A.NONZERO.margin(zero).holds is False
    assert A.SMALL_START.margin(zero).holds is False
    assert A.OWN_PATTERN.margin(zero).holds is False
    assert A.ORTHOGONAL.margin(zero).holds is False
    twice = I.fixed(Dataset([[1, 0], [1, 0]], [1, 1]), 1)
    assert A.ORTHOGONAL.margin(twice).value == -1
    unlike = I.fixed(Dataset([[1, 0], [2, 0]], [1, -1]), 1)
    assert A.OWN_PATTERN.margin(unlike).holds is False


def test_the_start_is_small_against_the_first_step_or_not():
    small, large = I.fixed(I.units(2), 2), I.fixed(I.units(2), 2, init=1)
    assert (A.SMALL_START.margin(small).holds, A.SMALL_START.margin(large).holds) == (True, False)
    assert A.SMALL_STEP.margin(I.fixed(I.units(2), 2, eta=1000)).holds is False
    assert A.ENOUGH.margin(I.fixed(I.units(2), 5, 0)).value == F(1, 20) - F(2, 32)


@pytest.mark.parametrize("slope", [F(1), F(1, 2)])
def test_slopes_from_zero_to_one(slope):
    one = I.fixed(I.units(2), 1, slope)
    assert A.LEAKY.margin(one).value == slope
    assert A.NOT_LINEAR.margin(one).holds is (slope < 1)
    assert A.LEAKY.margin(I.fixed(I.units(2), 1, 0)).holds is False


# ---- faults ----------------------------------------------------------------------------------------------------------


def test_nothing_is_tested_where_an_assumption_fails():
    (found,) = on_instance(find("kou2023.k4"), I.fixed(I.COLLINEAR, 2))
    assert (found.assertions, found.holds) == (0, None)
    assert "nearly_orthogonal" in found.note


def test_a_run_that_has_not_ended_supports_nothing(monkeypatch):
    monkeypatch.setattr(relu_trained, "MARGIN", 50.0)
    relu_trained._trajectory.cache_clear()
    stuck = relu_trained.trained("stuck", "nothing", relu_trained._ranks, margin=1e9)
    (found,) = stuck.run(I.fixed(I.units(2), 2))
    assert (found.evidence, found.holds, found.assertions) == ("UNDECIDED", None, 0)
    assert "supports" in found.note


def test_a_run_too_large_is_refused():
    large = I.fixed(I.units(2), 10**6)
    assert "too large" in relu_trained.RANKS.run(large)[0].note


@pytest.mark.parametrize(
    "measure", [relu_trained._ranks, relu_trained._differences, relu_trained._loss, relu_trained._direction]
)
def test_a_wrong_trajectory_is_not_supported(measure):
    """The end of an honest run, spoilt: no measure takes it."""
    one = I.fixed(I.TILTED, 3)
    solution = relu_margin.solved(one)
    (good, *_) = relu_trained._trajectory(one, 1, 50.0, 1e-3).runs
    assert measure(one, good, solution)[2]
    spoilt = attrs.evolve(
        good, stable_ranks=good.stable_ranks + 0.01, margins=good.margins * np.array([1, 1.01]),
        log_loss=good.log_loss + 0.01, cosines=good.cosines - 0.01,
    )  # fmt: skip
    assert not measure(one, spoilt, solution)[2]


def test_wrong_decompositions_are_noticed(monkeypatch):
    honest = relu_plain.descend

    def spoilt(one, steps):
        begin, W, rho, least = honest(one, steps)
        return begin, W, rho * 1.001, least

    assert relu_plain.DECOMPOSITION.run(I.fixed(I.TILTED, 2))[0].holds
    monkeypatch.setattr(relu_plain, "descend", spoilt)
    assert relu_plain.DECOMPOSITION.run(I.fixed(I.TILTED, 2))[0].holds is None


def test_equal_margins_are_not_certified_where_they_differ():
    (found,) = relu_margin.EQUAL_MARGINS.run(I.fixed(I.COLLINEAR, 2))
    assert (found.holds, found.value) == (None, "2")


def test_a_changed_certificate_is_refused():
    document = siblings.stacked_below_two().document
    changed = {**document, "claim": "another"}
    with pytest.raises(check.Refused):
        Certificate(changed).verify()


@pytest.mark.parametrize("seed", range(3))
def test_sets_of_active_neurons_leave_no_sample_alone(seed):
    one = attrs.evolve(I.fixed(I.units(4), 5, 0), seed=seed)
    blocks = relu_active.pattern(one)
    for block, sign in zip(blocks, (1, -1), strict=True):
        for i, label in enumerate(one.data.y):
            active = sum(row[i] for row in block)
            assert (active > 0) == (label == sign)


def test_dead_starts_are_dead():
    one = I.fixed(I.units(3), 4, 0)
    begin = relu_steps.dead_start(one)
    W = np.array([[F(v) for v in row] for side in ("W_plus", "W_minus") for row in begin[side]], float)
    X, _ = one.data.arrays()
    assert (W @ X[0] < 0).all()
    assert (gradient_descent(one, W, 500, 5.0) @ X[0] == W @ X[0]).all()


@pytest.mark.parametrize(
    ("X", "y", "size"),
    [
        ([[1, 0, 0], [2, 1, 0], [0, 0, 1]], [1, 1, -1], 1),
        ([[0, 0, 1], [1, 0, 0], ["1/2", "1/2", 0]], [1, -1, -1], F(1, 2)),
        ([[1, 0, 0], [2, 1, "1/10"], [0, 0, 1]], [1, 1, -1], F(-1, 10)),
        ([[1, 0, 0], [2, 1, 0], [0, 0, 2]], [1, 1, -1], -3),
        ([[2, 0, 0], [2, 1, 0], [0, 0, 1]], [1, 1, -1], -3),
        ([[1, 0, 0], [0, 0, 0], [0, 0, 1]], [1, 1, -1], 0),
        ([[1, 0, 0], [2, 1, 0], [0, 0, 1]], [1, 1, 1], -1),
        ([[1, 0]], [1], -1),
    ],
)
def test_only_the_family_of_two_and_one_is_its_instance(X, y, size):
    one = I.fixed(Dataset(X, y), 2)
    assert A.TWO_AND_ONE.margin(one).value == size
    claim = find("kou2023.k4_threshold")
    if size <= 0:
        (found,) = on_instance(claim, one)
        assert found.holds is None
        assert found.assertions == 0
    else:
        assert all(found.holds for found in on_instance(claim, one))


def test_drawn_instances_are_of_the_family_on_both_sides_of_the_threshold():
    claim = find("kou2023.k4_threshold")
    ones = [claim.instances(1, k) for k in range(24)]
    assert all(a.margin(one).holds for one in ones for a in claim.assumptions)
    assert {relu_margin.solved(one).margins_equal for one in ones} == {True, False}

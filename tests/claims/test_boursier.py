"""Boursier & Flammarion 2024: every claim comes out as it should, against plain descent, and faults are noticed."""

from fractions import Fraction as F

import attrs
import numpy as np
import pytest

from tests.claims.relu_oracles import alignment
from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_instances as I
from theorycheck.claims import relu_measures as measures
from theorycheck.claims.check import Budget, on_instance, run
from theorycheck.claims.checks import relu_aligned, relu_layers, relu_orthant
from theorycheck.claims.store import find, select
from theorycheck.models.data import Dataset
from theorycheck.models.teacher import Law

QUICK = Budget(seconds=20, instances=2)
EXPECTED = {
    "boursier2024.b0": "PROVED", "boursier2024.b0_balance": "PROVED", "boursier2024.b1": "CERTIFIED",
    "boursier2024.b2": "SUPPORTED", "boursier2024.b3": "PROVED", "boursier2024.b4": "PROVED",
    "boursier2024.b4_limit": "SUPPORTED", "boursier2024.b4_one_fit": "PROVED", "boursier2024.b4_leaky": "PROVED",
    "boursier2024.b4_orthant": "PROVED", "boursier2024.b5": "PROVED", "boursier2024.b5_threshold": "PROVED",
    "boursier2024.b6": "PROVED", "boursier2024.b7": "PROVED", "boursier2024.b8": "SUPPORTED",
}  # fmt: skip
LAW = I.taught(Law("margin", 2, sigma="1/4"), 24, 0)


@pytest.mark.parametrize("key", [claim.key for claim in select(["boursier2024"])])
def test_verdicts(key):
    verdict = run(find(key), QUICK)
    allowed = (EXPECTED[key],) if key in EXPECTED else ("PROVED", "CERTIFIED")
    allowed = allowed if find(key).believed else ("REFUTED",)
    assert verdict.outcome.value in allowed, [f.note for f in verdict.findings if f.holds is not True]
    for found in verdict.findings:
        assert found.certificate is None or found.certificate.verify()
        assert found.holds is not False or not find(key).believed


def test_the_expectations_cover_the_paper():
    assert set(EXPECTED) <= {claim.key for claim in select(["boursier2024"])}
    assert all(find(key).believed for key in EXPECTED)


# ---- numbers, two ways -----------------------------------------------------------------------------------------------


def test_antipodal_data_have_one_alignment_vector():
    """U2: D = (3/2, 0, 1/6) for every w off the kinks."""
    assert measures.is_antipodal(I.TRIPLE)
    assert measures.mean_direction(I.TRIPLE) == (F(3, 2), 0, F(1, 6))
    draw = np.random.default_rng(0)
    for _ in range(50):
        w = [F(int(v), 97) for v in draw.integers(-1000, 1000, 3)]
        if all(sum(a * b for a, b in zip(x, w, strict=True)) for x in I.TRIPLE.X):
            assert alignment(I.TRIPLE, w) == (F(3, 2), 0, F(1, 6))


def test_four_points():
    """U4: D = (2, 1/4) and (7/4, 0); fits (1, 1/2) and (7/8, 0); loss 0."""
    one = I.trained(I.POINTS)
    vectors = relu_aligned.enumerated(one).vectors
    assert {(v.D, v.sign) for v in vectors} == {((2, F(1, 4)), 1), ((F(7, 4), 0), -1)}
    fits = relu_aligned.two_sided(one)
    assert (fits.beta_plus, fits.beta_minus, fits.loss) == ((1, F(1, 2)), (F(7, 8), 0), 0)
    assert fits.single_loss == F(5, 128)


@pytest.mark.parametrize("position", range(4))
def test_two_sided_fits_are_least_squares(position):
    one = find("boursier2024.b4").instances(3, position)
    fits = relu_aligned.two_sided(one)
    X, y = one.data.arrays()
    rest = 0.0
    for side, beta in ((fits.plus.rows, fits.beta_plus), (fits.minus.rows, fits.beta_minus)):
        expected = np.linalg.lstsq(X[list(side)], y[list(side)], rcond=None)[0]
        assert np.array(beta, float) == pytest.approx(expected, abs=1e-9)
        rest += float(((X[list(side)] @ expected - y[list(side)]) ** 2).sum())
    assert float(fits.loss) == pytest.approx(rest / (2 * len(y)), abs=1e-12)


def test_leaky_neurons_make_the_same_network():
    one = attrs.evolve(I.trained(I.POINTS), slope=F(1, 3))
    fits = relu_aligned.two_sided(one)
    point = relu_aligned.leaky_point(fits, one.slope)
    X, y = one.data.arrays()
    W = np.array([[F(v) for v in row] for row in point["W"]], float)
    Z = X @ W.T
    assert np.where(Z > 0, Z, Z / 3) @ [1, -1] == pytest.approx(y)


def test_one_sided_networks_cost_what_they_must():
    """No positive network gets below 1/(2n) sum of y^2 over the negative labels: descent from many starts."""
    one = I.trained(I.POINTS)
    cost = float(sum(y * y for y in one.data.y if y < 0)) / 8
    X, y = one.data.arrays()
    for seed in range(4):
        draw = np.random.default_rng(seed)
        a, W = np.abs(draw.normal(0, 0.3, 6)), draw.normal(0, 0.3, (6, 2))
        for _ in range(3000):
            Z = X @ W.T
            gap = (np.maximum(Z, 0) @ a - y) / 4
            W, a = W - 0.02 * ((gap[:, None] * (Z > 0) * a).T @ X), np.maximum(a - 0.02 * gap @ np.maximum(Z, 0), 0)
        assert float(((np.maximum(X @ W.T, 0) @ a - y) ** 2).mean() / 2) >= cost - 1e-9


def test_expected_loss_by_exact_projections():
    """sigma^2 (n - d_+ - d_-)/(2n) is the trace of the residual projections."""
    X, _ = Law("margin", 3).draw(20, 1).arrays()
    sides = [X[X[:, 0] > 0], X[X[:, 0] < 0]]
    traces = [len(S) - np.trace(S @ np.linalg.pinv(S)) for S in sides]
    assert sum(traces) == pytest.approx(20 - 2 * 3)


# ---- assumptions -----------------------------------------------------------------------------------------------------


def test_what_a_law_says_and_what_a_sample_says():
    law = I.taught(Law("margin", 2), 16, 0)
    assert all(a.margin(law).holds for a in (A.SYMMETRIC, A.LINEAR_TEACHER, A.AWAY, A.NOISE, A.MANY))
    assert A.SYMMETRIC.margin(I.taught(Law("orthant", 2), 16, 0)).holds is False
    assert A.LINEAR_TEACHER.margin(I.taught(Law("absolute", 2), 16, 0)).holds is False
    assert A.AWAY.margin(I.taught(Law("gaussian", 2), 16, 0)).holds is False
    assert A.SYMMETRIC.margin(I.trained(I.TRIPLE)).holds
    assert A.SYMMETRIC.margin(I.trained(I.POINTS)).holds is False
    assert A.NOISE.margin(I.trained(I.POINTS)).holds is False


@pytest.mark.parametrize(
    ("signs", "width", "chance"),
    [("balanced", 2, 0), ("balanced", 1, 1), ("random", 3, F(1, 4)), ("random", 6, F(1, 32)), ("plus", 50, 1)],
)
def test_the_chance_of_one_sign(signs, width, chance):
    one = I.trained(I.ONE, width, signs=signs)
    assert measures.one_sided_chance(one) == chance
    assert A.BOTH_SIGNS.margin(one).holds is (chance < F(1, 20))


def test_degenerate_samples():
    assert measures.is_antipodal(Dataset([[0, 0]], [0]))
    assert not measures.is_antipodal(Dataset([[1], [1], [-1]], [1, 1, -1]))
    assert A.ALIGNED.margin(I.trained(Dataset([[1], [1]], [1, -1]))).holds is False
    assert A.ORTHANT.margin(I.trained(Dataset([[1, 0]], [1]))).holds is False
    assert A.TINY_START.margin(I.trained(I.ONE, init="1/2")).holds is False


# ---- faults ----------------------------------------------------------------------------------------------------------


def test_a_run_that_has_not_ended_supports_nothing(monkeypatch):
    relu_layers._run.cache_clear()
    monkeypatch.setattr(relu_layers, "STEPS", 60)
    honest = relu_layers._run
    monkeypatch.setattr(relu_layers, "_run", lambda one, steps=60: honest(one, 60))
    (found,) = relu_layers.LIMIT.run(LAW)
    assert (found.evidence, found.assertions) == ("UNDECIDED", 0)
    assert "has not ended" in found.note


def test_another_end_than_the_two_sided_fit_is_no_support():
    """A large start interpolates or ends elsewhere: the check holds nothing up."""
    (found,) = relu_layers.LIMIT.run(attrs.evolve(LAW, init=F(1)))
    assert found.holds is None


def test_small_data_without_a_law_say_nothing_of_laws():
    for one in (I.trained(I.POINTS), I.trained(I.ONE)):
        for c in (relu_layers.EXPECTED, relu_layers.BENEFIT, relu_layers.CONCENTRATION):
            assert c.run(one)[0].assertions == 0


def test_the_wrong_mean_loss_is_noticed(monkeypatch):
    assert relu_layers.EXPECTED.run(LAW)[0].holds
    wrong = attrs.evolve(LAW, law=attrs.evolve(LAW.law, sigma=F(1, 4)))
    monkeypatch.setattr(type(wrong.law), "mean_label", lambda self, X: X[:, 0] + X[:, 1] ** 2)
    assert relu_layers.EXPECTED.run(wrong)[0].holds is None


def test_ascent_notices_a_list_with_a_gap(monkeypatch):
    one = I.trained(I.POINTS)
    whole = relu_aligned.enumerated(one)
    assert relu_aligned.ASCENT.run(one)[0].holds
    monkeypatch.setattr(relu_aligned, "enumerated", lambda instance: attrs.evolve(whole, vectors=whole.vectors[:1]))
    assert relu_aligned.ASCENT.run(one)[0].holds is None


def test_too_many_samples_are_told_not_enumerated():
    draw = np.random.default_rng(0)
    large = I.trained(Dataset.from_arrays(draw.integers(-9, 10, (70, 3)), draw.integers(-3, 4, 70)))
    (found,) = relu_aligned.LIST.run(large)
    assert (found.holds, found.assertions) == (None, 0)
    assert "too many" in found.note


def test_a_broken_pattern_is_not_tested():
    crossed = I.trained(Dataset([[1, 0], [1, 1], [1, -1]], [0, 1, 1]))
    assert A.PATTERNS.margin(crossed).holds is False
    (found,) = on_instance(find("boursier2024.b4"), crossed)
    assert "patterns_kept" in found.note


def test_zero_least_squares_in_the_orthant():
    (found,) = relu_orthant.AT_REST.run(I.trained(Dataset([[1, 1], [2, 2]], [0, 0])))
    assert found.holds

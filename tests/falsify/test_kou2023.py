"""The drop-one table of kou2023: outcomes against what is known, numbers against numpy and closed forms, faults."""

import json
from fractions import Fraction as F

import attrs
import numpy as np
import pytest

from theorycheck.certificates import check
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.attacks import relu_margin, relu_margin_ranks, relu_steps, relu_steps_dead, relu_steps_ends
from theorycheck.claims.claim import Candidate
from theorycheck.claims.library import kou2023_drops as drops
from theorycheck.claims.store import find, select
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.search import falsify
from theorycheck.models import generators_signs as signed
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

QUICK = (  # one row for each way in which something breaks, and some that survive
    ("kou2023.k1", "leaky_activation", drops.K1[1].fixed, True),
    ("kou2023.k2", "own_pattern", drops.K2[0].fixed, True),
    ("kou2023.k3", "own_pattern", {"data": signed.xor()}, False),
    ("kou2023.k3", "logistic_loss", {"loss": "hinge"}, True),
    ("kou2023.k4", "nearly_orthogonal", {"data": signed.collinear(), "slope": "1/2"}, True),
    ("kou2023.k4", "nearly_orthogonal", {"data": signed.tilted(F(1, 3)), "slope": "1/2"}, False),
    ("kou2023.k4", "nearly_orthogonal", {"data": signed.tilted(F(17, 50)), "slope": "1/2"}, True),
    ("kou2023.k4", "leaky_activation", {"slope": "0", "activation": "leaky", "width": "1"}, True),
    ("kou2023.k6", "equal_widths", {"width": "1,2"}, True),
    ("kou2023.k7_kept", "small_start", {"width": "10", "init": "1"}, True),
    ("kou2023.k8", "relu_activation", {"slope": "1/2", "activation": "leaky", "width": "1"}, True),
)


@pytest.mark.parametrize(("key", "drop", "fixed", "breaks"), QUICK)
def test_rows_come_out_as_known(key, drop, fixed, breaks):
    found = falsify(find(key), drop, fixed, 20)
    assert isinstance(found, Counterexample if breaks else Survived), str(found)
    if breaks:
        assert found.certificate.verify()
        assert all(found.margins[a.name].holds for a in find(key).assumptions if a.name not in _given_up(found))


def _given_up(found):
    return {found.dropped, *found.also_broken}


ATTACKED = [claim for claim in select(("kou2023", "frei2022")) if claim.attacks]


@pytest.mark.thorough
@pytest.mark.parametrize("claim", ATTACKED, ids=lambda claim: claim.key)
def test_every_row_of_the_table(claim):
    assert claim.drops
    for drop in claim.drops:
        found = falsify(claim, drop.assumption, drop.fixed, 60)
        assert drop.breaks in (None, found.outcome == "counterexample"), (drop.label, str(found))
        assert found.certificate is None or found.certificate.verify()
        assert not isinstance(found, Survived) or found.tries or found.remarks


def test_most_claims_are_attacked():
    assert len(ATTACKED) >= 17


def test_rows_name_assumptions_of_their_claims():
    for claim in select(("kou2023", "frei2022")):
        names = {a.name for a in claim.assumptions} | {None}
        assert {drop.assumption for drop in claim.drops} <= names, claim.key
        assert all(drop.label for drop in claim.drops)
        assert len({drop.label for drop in claim.drops}) == len(claim.drops)


# ---- margins ---------------------------------------------------------------------------------------------------------


def test_margins_of_the_collinear_family_in_closed_form():
    found = falsify(find("kou2023.k4"), "nearly_orthogonal", {"data": signed.collinear(), "slope": "1/2"}, 20)
    assert found.violation.value == "1, 3, 1"
    kkt = next(p for p in found.certificate.document["parts"] if p["kind"] == "kkt")
    rows = {name: [F(v) for v in kkt["point"][name][0]] for name in ("W_plus", "W_minus")}
    assert rows == {"W_plus": [F(4, 5), F(-2, 5)], "W_minus": [F(-2, 5), F(4, 5)]}


@pytest.mark.parametrize("k", range(-2, 10))
def test_the_threshold_of_the_tilted_family_is_a_third(k):
    """Equal margins if and only if the cosine is at most 1/3; beyond, the ratio is three times the cosine."""
    one = ReluInstance(signed.tilted(F(1, 3) + F(k, 15)), 2, "1/2")
    broken = relu_margin.MARGINS_DIFFER.violation(Candidate(one, {}))
    assert (broken is not None) == (k > 0)
    assert broken is None or broken.value == f"1, {1 + F(k, 5)}, 1"


def test_weights_with_multipliers_of_the_claim_by_numpy():
    rng = np.random.default_rng(3)
    X = (np.eye(3) * 2 + rng.integers(-1, 2, (3, 3)) / 8).tolist()
    one = ReluInstance(Dataset([[F(v) for v in row] for row in X], [1, -1, 1]), 2, "1/4")
    point, lam = relu_margin.claimed(one)
    y, g = np.array([1, -1, 1]), 0.25
    gram = np.array(X) @ np.array(X).T
    K = np.where(np.equal.outer(y, y), 1 + g * g, -2 * g) * gram
    assert np.linalg.solve(K, np.ones(3)) == pytest.approx([float(v) for v in lam])
    plus, minus = (np.array([float(F(v)) for v in point[name][0]]) for name in ("W_plus", "W_minus"))
    sigma = lambda z: np.maximum(z, g * z)  # noqa: E731
    assert y * (sigma(np.array(X) @ plus) - sigma(np.array(X) @ minus)) == pytest.approx(np.ones(3))


def test_limit_of_the_loss_is_below_that_of_the_claim():
    found = falsify(find("kou2023.k5"), "nearly_orthogonal", {"data": signed.tilted(F(1, 2)), "slope": "1/2"}, 20)
    assert F(found.violation.value) == 2 * F(4, 5) * found.instance.width[0]
    assert F(found.violation.bound.rpartition("= ")[2]) > F(found.violation.value)


# ---- ranks -----------------------------------------------------------------------------------------------------------


def test_classes_without_direction_have_rank_two_by_numpy():
    one = ReluInstance(signed.opposite_pairs(2), 4, "1/2")
    broken = relu_margin_ranks.RANK_ABOVE_ONE.violation(Candidate(one, {}))
    assert broken.value == "2"
    solution = relu_margin_ranks.spread_out(relu_margin.plain(one))
    W = np.array(solution.weights(1), dtype=float)
    values = np.linalg.svd(W, compute_uv=False) ** 2
    assert values.sum() / values[0] == pytest.approx(2)


@pytest.mark.parametrize(
    ("data", "slope", "rank"), [(signed.opposite_pairs(2), "1/2", 2), (signed.basis(2, "plus"), 0, F(4, 3))]
)
def test_descent_stays_on_the_ray(data, slope, rank):
    """Exact steps from a tiny multiple; with equal margins those of the hinge loss go where those of any loss go."""
    one = ReluInstance(data, 4, slope, "hinge")
    solution = relu_margin_ranks.spread_out(relu_margin.plain(one))
    assert solution.stable_rank["plus"] == rank
    tiny = {name: solution.weights(sign) for name, sign in (("W_plus", 1), ("W_minus", -1))}
    point = {name: [[str(v / 2**20) for v in row] for row in rows] for name, rows in tiny.items()}
    for count in (1, 2, 5):
        said = [("stable rank", "=", rank, "plus"), ("loss", ">=", F(1, 10))]
        assert relu_steps.steps(one, point, F(1, 4), count, said, "r") is not None


def test_opposite_samples_of_one_label_bend_the_boundary_by_numpy():
    one = ReluInstance(signed.xor(), 2, "1/2")
    broken = relu_margin_ranks.BENT_BOUNDARY.violation(Candidate(one, {}))
    kkt = broken.evidence[0][2]["point"]
    plus, minus = (np.array([[float(F(v)) for v in row] for row in kkt[name]]) for name in ("W_plus", "W_minus"))
    sigma = lambda z: np.maximum(z, z / 2)  # noqa: E731
    X, y = one.data.arrays()
    counts = [np.array(kkt.get(name, [1] * len(W))) for name, W in (("counts_plus", plus), ("counts_minus", minus))]
    f = counts[0] @ sigma(plus @ X.T) / 2 - counts[1] @ sigma(minus @ X.T) / 2
    assert y * f == pytest.approx(np.ones(4))


# ---- steps -----------------------------------------------------------------------------------------------------------


def test_floats_follow_the_checker():
    """Agreement and margins of the float path are those that the checker accepts, and it refuses others."""
    one = ReluInstance(Dataset([[1, 0], [1, "1/2"]], [1, -1]), 2, "1/2", init="1/1000")
    point = next(relu_steps.drawn(one))
    *_, state = relu_steps.path(one, point, 0.7, 5)
    share = relu_steps.agreement(one, state)
    eta, margin = F(7, 10), F(float(state.margins[0])).limit_denominator(10**9)
    good = [
        ("agreement", "=", share),
        ("margin", "<=", margin + F(1, 10**8), 0),
        ("margin", ">=", margin - F(1, 10**8), 0),
    ]
    assert relu_steps.steps(one, point, eta, 5, good, "r") is not None
    assert relu_steps.steps(one, point, eta, 5, [("agreement", "=", share + F(1, 4))], "r") is None
    assert relu_steps.steps(one, point, eta, 5, [("margin", ">=", margin + F(1, 10**8), 0)], "r") is None


def test_starts_are_small_and_have_no_zeros():
    one = ReluInstance(Dataset([[1, 0], [0, 1]], [1, -1]), 1, "1/2", init="1/1000")
    make = lambda plus, minus: {"W_plus": [plus], "W_minus": [minus]}  # noqa: E731
    small = ["1/1000", "-1/500"]
    assert relu_steps.is_start(one, make(small, small))
    assert not relu_steps.is_start(one, make(small, ["0", "1/1000"]))
    assert not relu_steps.is_start(one, make(small, ["1/1000", "1"]))
    assert not relu_steps.is_start(one, make(small, ["1/1000"]))
    assert not relu_steps.is_start(attrs.evolve(one, init=0), make(small, small))
    assert relu_steps.is_start(attrs.evolve(one, init=0), make(["0", "0"], ["0", "0"]))


def test_rest_is_rest():
    """Hinge loss: at the end that was found, many more steps in floats change nothing."""
    found = falsify(find("kou2023.k4"), "logistic_loss", {"loss": "hinge"}, 20)
    one, point = found.instance, found.point
    eta = float(relu_steps.natural_step(one))
    states = list(relu_steps.path(one, point, eta, 100))
    rest = relu_steps_ends.ended(one, point)
    assert (states[-1].W == states[rest.steps].W).all()
    assert np.ptp(states[-1].margins) > 0.1


@pytest.mark.parametrize("key", ["kou2023.k3", "kou2023.k6_limit"])
@pytest.mark.parametrize("loss", ["square", "hinge"])
def test_what_rest_leaves_of_the_rank_is_visible_by_numpy(key, loss):
    """By the largest start that the assumption on it allows, not by one of size 1e-5."""
    found = falsify(find(key), "logistic_loss", {"loss": loss}, 20)
    assert found.margins["small_start"].holds
    rest = relu_steps_ends.ended(found.instance, found.point)
    ranks = [(s**2).sum() / s[0] ** 2 for s in (np.linalg.svd(W, compute_uv=False) for W in np.split(rest.W, 2))]
    assert max(ranks) > 1.001
    assert float(found.violation.value.split()[4]) == pytest.approx(max(ranks) - 1, rel=0.05)


def test_a_fixed_tiny_start_leaves_little():
    found = falsify(find("kou2023.k3"), "logistic_loss", {"loss": "hinge", "init": "1/100000"}, 20)
    assert 0 < float(found.violation.value.split()[4]) < 1e-6


def test_hexagon_never_moves_whatever_the_start():
    for seed in range(5):
        one = ReluInstance(signed.hexagon(), 2, "1/2", seed=seed)
        for point in relu_steps._balanced(one):
            states = list(relu_steps.path(one, point, 3.0, 50))
            if relu_steps.NEVER_MOVES.violation(Candidate(one, point)):
                assert np.abs(states[-1].W - states[0].W).max() < 1e-12


def test_a_dead_sample_stays_dead_by_training():
    found = falsify(find("kou2023.k7"), "enough_neurons", {"data": signed.basis(3), "width": "2"}, 20)
    *_, end = relu_steps.path(found.instance, found.point, 1.0, 300)
    assert min(abs(end.margins)) == 0
    assert "loss >= [" in found.certificate.statement or "loss >= " in found.certificate.statement


def test_activity_is_lost_without_a_small_start():
    found = falsify(find("kou2023.k7_kept"), "small_start", {"width": "10", "init": "1"}, 20)
    X, _ = found.instance.data.arrays()
    *_, end = relu_steps.path(found.instance, found.point, float(relu_steps.natural_step(found.instance)), 30)
    begin = np.array([[float(F(v)) for v in row] for row in found.point["W_plus"]])
    assert ((begin @ X.T) > 0).all()
    assert (end.W[:10] @ X.T).min() < 0


def test_a_coefficient_falls_with_the_squared_loss():
    found = falsify(find("kou2023.k9"), "decreasing_loss", {}, 20)
    states = list(relu_steps.path(found.instance, found.point, float(found.instance.eta), 2))
    moved = [np.abs(state.W - states[0].W).max(axis=1) for state in states]
    assert (moved[1] > moved[2]).any()


# ---- faults and degenerate sizes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "drop", "fixed", "change"),
    [
        ("kou2023.k4", "nearly_orthogonal", {"data": signed.collinear(), "slope": "1/2"}, ('"4/5", "0"', '"5/5", "0"')),
        ("kou2023.k4", "logistic_loss", {"loss": "hinge"}, ('"loss": "hinge"', '"loss": "logistic"')),
        ("kou2023.k8", "relu_activation", {"slope": "1/2", "width": "1"}, ('"slope": "1/2"', '"slope": "0"')),
    ],
)
def test_a_changed_certificate_is_refused(key, drop, fixed, change):
    found = falsify(find(key), drop, fixed, 20)
    text = json.dumps(found.certificate.document)
    assert change[0] in text, text
    document = json.loads(text.replace(*change))
    document["instance_digest"] = check.digest(document["instance"])
    document["seal"] = check.digest({k: v for k, v in document.items() if k != "seal"})
    with pytest.raises((check.Refused, check.Malformed)):
        Certificate(document).verify()


def test_training_refutes_nothing_and_says_when_it_supports_nothing():
    found = falsify(find("kou2023.k4"), "leaky_activation", {"activation": "tanh", "width": "3"}, 20)
    assert isinstance(found, Survived)
    (said,) = [r for r in found.remarks if "floats" in r]
    assert "has not met its criterion and supports nothing" in said


def test_degenerate_instances_have_no_violation():
    smallest = ReluInstance(Dataset([[1]], [1]), 1, "1/2")
    linear = ReluInstance(Dataset([[1]], [1]), 1, 1)
    zero_row = ReluInstance(Dataset([[0, 0], [1, 0]], [1, -1]), 2, "1/2")
    twins = ReluInstance(Dataset([[1], [1]], [1, 1]), 2, "1/2")
    attacks = (
        relu_margin.MARGINS_DIFFER,
        relu_margin.LEFT_OVER,
        relu_margin.OTHER_LIMIT,
        relu_margin_ranks.RANK_ABOVE_ONE,
    )
    for one in (smallest, linear, zero_row, twins):
        assert all(attack.violation(Candidate(one, {})) is None for attack in attacks), str(one)
    for attack in (relu_steps.MISALIGNED, relu_steps.NEVER_MOVES, relu_steps_dead.LEARNT, relu_steps_ends.STOPS):
        assert attack.violation(Candidate(smallest, {})) is None


def test_duplicates_with_opposite_labels_have_margin_zero():
    one = ReluInstance(Dataset([[1], [1]], [1, -1]), 1, "1/2")
    assert relu_margin.at_labels(one) is None
    broken = relu_margin.OTHER_WEIGHTS.violation(Candidate(one, {}))
    assert broken is None or "0" in broken.value

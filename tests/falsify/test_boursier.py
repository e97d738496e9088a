"""Early alignment and two-sided fits under attack: rows of the table as known, witnesses checked with numpy."""

from fractions import Fraction as F
from itertools import product
from typing import Any

import attrs
import numpy as np
import pytest

from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_extremal_assumptions as E
from theorycheck.claims.attacks import relu_sided_descent as descent
from theorycheck.claims.attacks import relu_sided_points as points
from theorycheck.claims.claim import Candidate
from theorycheck.claims.library.boursier2024_drops import B4_LIMIT
from theorycheck.claims.store import all_claims, find
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.relu import fixed, laws
from theorycheck.falsify.search import falsify
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance
from theorycheck.models.teacher import Law

BUDGET = 30.0
PAPERS = ("boursier2024", "min2023", "tsoy2024")
QUICK = {
    "one neuron",
    "linear network: one fit instead",
    "leaky: the vector is longer",
    "n < 2d",
    "XOR",
    "a dead sample",
}
QUICK |= {"leaky: one sign learns both sides", "squared loss: fits that are too large", "a neuron leaves its side"}


def rows(quick) -> list[Any]:
    """A few rows, or all the others."""
    found = []
    for claim in (one for one in all_claims() if one.key.split(".")[0] in PAPERS):
        for drop in claim.drops:
            wanted = (drop.label in QUICK) == quick
            found += [pytest.param(claim.key, drop, id=f"{claim.key}: {drop.label}")] if wanted else []
    return found


def compared(key, drop):
    found = falsify(find(key), drop.assumption, drop.fixed, BUDGET)
    if drop.breaks:
        assert isinstance(found, Counterexample)
        assert found.certificate.verify()
    else:
        assert isinstance(found, Survived)
        assert found.uncertified == 0
    return found


def refuted(key, drop, given) -> Any:
    """The counterexample that the search finds."""
    found = falsify(find(key), drop, given, BUDGET)
    assert isinstance(found, Counterexample)
    return found


@pytest.mark.parametrize(("key", "drop"), rows(quick=True))
def test_rows(key, drop):
    compared(key, drop)


@pytest.mark.thorough
@pytest.mark.parametrize(("key", "drop"), rows(quick=False))
def test_rows_that_take_longer(key, drop):
    compared(key, drop)


def test_the_table_has_the_rows_of_the_note():
    labels = {drop.label for drop in B4_LIMIT}
    known = ("lambda = 1", "x ~ N(0, I)", "sigma = 5", "n <= 2d: it interpolates", "all output weights positive")
    known += ("three clusters on a circle", "mean moved by 3/2", "y = |x_1| - |x_2|", "linear network: one fit instead")
    assert labels >= set(known)
    assert {drop.breaks for drop in B4_LIMIT if drop.label in known} == {True}


def gradient(one, a, W):
    """Of the squared loss, by hand."""
    X, y = one.data.arrays()
    Z = X @ W.T
    slopes = np.where(Z > 0, 1.0, float(one.slope))
    gap = (slopes * Z) @ a - y
    return (slopes * Z).T @ gap / len(y), a[:, None] * ((slopes * gap[:, None]).T @ X) / len(y)


def numbers(point):
    return np.array([float(F(v)) for v in point["a"]]), np.array([[float(F(v)) for v in row] for row in point["W"]])


def test_a_fit_with_its_own_signs_that_moves():
    found = refuted("boursier2024.b4_own_side", None, {})
    part = next(p for p in found.certificate.document["parts"] if p["kind"] == "two-sided")
    betas = np.array([[float(F(v)) for v in part[name]] for name in ("beta_plus", "beta_minus")])
    X, _ = found.instance.data.arrays()
    side = X @ np.array([float(F(v)) for v in part["split"]])
    assert (X[side > 0] @ betas[0] > 0).all()
    assert (X[side < 0] @ betas[1] < 0).all()
    pulls = gradient(found.instance, np.array([1.0, -1.0]), betas * [[1], [-1]])
    assert max(np.abs(v).max() for v in pulls) > 1e-3
    assert not A.PATTERNS.margin(found.instance).holds


def test_directions_counted_by_hand():
    """A direction is critical where D_n(w) is parallel to w; in the plane all arcs between kinks are tried."""
    found = refuted("boursier2024.b2_two", "samples_away", {})
    assert found.also_broken == ()
    X, y = found.instance.data.arrays()
    assert X.shape[1] == 2
    seen = set()
    for t in np.linspace(0, 2 * np.pi, 20_001)[:-1] + 1e-4:
        D = ((X @ [np.cos(t), np.sin(t)] > 0) * y) @ X / len(y)
        for sign in (1, -1):
            if D.any() and ((X @ (sign * D) > 0) == (X @ [np.cos(t), np.sin(t)] > 0)).all():
                seen.add((sign, *np.round(D, 9)))
    assert len(seen) >= 2
    assert int(found.violation.value.split(":")[0]) >= max(len(seen), 3)


def test_one_output_sign_costs_the_other_side():
    found = refuted("boursier2024.b4_limit", "both_output_signs", {"signs": "plus"})
    X, y = found.instance.data.arrays()
    bound = (np.minimum(y, 0) ** 2).sum() / (2 * len(y))
    draw = np.random.default_rng(0)
    for _ in range(200):
        a, W = np.abs(draw.standard_normal(6)), draw.standard_normal((6, X.shape[1]))
        assert ((np.maximum(X @ W.T, 0) @ a - y) ** 2).sum() / (2 * len(y)) >= bound
    assert found.also_broken == ()


def test_almost_constant_alignment_has_two_directions():
    """The theorem on random samples that keep both conditions, and samples that lose one of them."""
    from theorycheck.exact.extremal import extremal

    draw, kept = np.random.default_rng(5), 0
    for _ in range(60):
        X = draw.integers(-3, 4, (3, 2))
        X, y = np.vstack([X, -X]), draw.integers(1, 4, 3)
        one = ReluInstance(Dataset.from_arrays(X, np.concatenate([y, -y]), name="drawn"), 2, 0, "square", "trained")
        if X.any(axis=1).all() and E.AWAY_FROM_KINKS.margin(one).holds and E.ALMOST_CONSTANT.margin(one).holds:
            kept += 1
            assert sum(bool(v.sign) for v in extremal(one.data).vectors) == 2
    assert kept > 5


def test_variation_is_the_largest_deviation():
    data = Dataset([[2, 1], [1, -1], [-1, 2]], [1, 2, -1])
    X, y = data.arrays()
    mean = y @ X / 6
    around = [((X @ w > 0) * y) @ X / 3 - mean for w in product(np.linspace(-1, 1, 41) + 1e-3, repeat=2)]
    varies = E.variation(data)
    assert varies is not None
    assert float(varies) == pytest.approx(max(g @ g for g in around) / (mean @ mean))
    assert E.variation(Dataset([[1], [-1]], [1, 1])) is None
    assert E.least_square_cosine(Dataset([[1], [-1]], [1, 1])) == 0


def test_descent_is_of_the_instance_and_below():
    found = refuted("boursier2024.b4_limit", "noise_below_signal", {})
    one = found.instance
    assert found.also_broken == ()
    assert one.law.sigma == 5
    a, W = numbers(found.point)
    part = next(p for p in found.certificate.document["parts"] if p["kind"] == "steps")
    for _ in range(part["steps"]):
        up, down = gradient(one, a, W)
        a, W = a - float(F(part["eta"])) * up, W - float(F(part["eta"])) * down
    X, y = one.data.arrays()
    loss = ((np.maximum(X @ W.T, 0) @ a - y) ** 2).sum() / (2 * len(y))
    assert loss < float(F(part["found"][0]["bound"])) < float(descent.target(one) or 0)
    other = attrs.evolve(Candidate(one, found.point, {"steps": part["steps"]}), instance=attrs.evolve(one, seed=1))
    assert descent.BELOW_FIT.violation(other) is None


def test_points_that_are_no_start_are_no_violation():
    one = ReluInstance(points.SIDES, 2, 0, "square", "trained")
    at = {"a": ["1/10", "1/10"], "W": [["1"], ["-1"]]}
    assert points.OTHER_SIDE.violation(Candidate(one, at, {"steps": 10})) is None
    unequal = attrs.evolve(one, dominance=F(1, 10))
    assert points.OTHER_SIDE.violation(Candidate(unequal, at, {"steps": 10})) is not None


def test_laws_are_fixed_by_name():
    given = fixed.read({"law": "clusters", "sigma": "1/4", "n": "6", "d": "2"})
    drawn: list[Any] = list(laws.sampled(given, False))
    assert {law.kind for _, law in drawn} == {"clusters"}
    assert {(data.n, data.d, law.sigma) for data, law in drawn} == {(6, 2, F(1, 4))}
    assert all(v.denominator in (1, 2, 4, 8) for data, _ in drawn for row in data.X for v in row)
    one = ReluInstance(drawn[0][0], 2, 0, "square", "trained", law=drawn[0][1])
    assert fixed.respects(one, given)
    assert not fixed.respects(attrs.evolve(one, law=None), given)
    assert not list(laws.sampled({}, False))
    assert E.NOISE_BELOW.margin(attrs.evolve(one, law=Law("margin", 2, sigma=1))).holds
    assert not E.NOISE_BELOW.margin(attrs.evolve(one, law=Law("margin", 2, sigma="9/8"))).holds

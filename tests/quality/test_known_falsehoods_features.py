"""The power of the search on unconstrained features: the rows of the tables come out as known, in time, and small."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from tests.falsify.features_local import ENTROPY, LINEAR, RELU, claim, collapse, evaluate, floats
from theorycheck.claims import attacks
from theorycheck.claims import features_assumptions as A
from theorycheck.claims.attacks import features_plain
from theorycheck.claims.claim import Drop, Looked
from theorycheck.claims.store import all_claims, find
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.search import falsify
from theorycheck.models.features import UnconstrainedFeatures

F = Fraction
BUDGET = 20.0  # seconds; each takes far less than one on an idle machine


def rows(breaks):
    """The rows of both papers of which that is known."""
    found = []
    for one in (one for one in all_claims() if one.setting == "features"):
        known = one.drops or ((Drop(None, {}, True, "the claim itself"),) if one.attacks and not one.believed else ())
        named = ((f"{one.key}: {drop.label}", drop) for drop in known if drop.breaks is breaks)
        found += [pytest.param(one.key, drop, id=name) for name, drop in named]
    return found


def run(key, drop):
    found = falsify(find(key), drop.assumption, drop.fixed, BUDGET)
    assert found.seconds < BUDGET
    return found


@pytest.mark.thorough
@pytest.mark.parametrize(("key", "drop"), rows(True))
def test_what_breaks_is_refuted(key, drop):
    found = run(key, drop)
    assert isinstance(found, Counterexample)
    assert found.certificate.verify()


@pytest.mark.thorough
@pytest.mark.parametrize(("key", "drop"), [*rows(False), *rows(None)])
def test_what_does_not_break_survives(key, drop):
    found = run(key, drop)
    assert isinstance(found, Survived)


def test_the_tables_have_rows():
    assert len(rows(True)) > 30
    assert len(rows(False)) > 15
    papers = {param.values[0].split(".")[0] for param in rows(True)}
    assert papers == {"sukenik2024", "garrod2024"}


# key, dropped, what is fixed, and the largest K + L that a witness may have
SMALL = {
    "two classes": ("sukenik2024.all_classes", "enough_classes", {}, 6),
    "one layer": ("sukenik2024.thm_main", "enough_layers", {}, 7),
    "no ReLU": ("sukenik2024.thm_srg", "relu_layers", {}, 10),
    "large lambda": ("sukenik2024.all_classes", "small_regularisation", {}, 7),
    "ReLU": ("sukenik2024.linear_mse", "linear_layers", {}, 7),
    "L = 2 without the hypothesis": ("sukenik2024.l2_nuclear", "nuclear_equality", {}, 17),
    "L = 2": ("sukenik2024.l2", None, {}, 17),
    "three columns": ("sukenik2024.nuclear_two", "two_classes", {}, 5),
    "squared loss": ("garrod2024.thm1", "cross_entropy", {}, 7),
    "one layer, entropy": ("garrod2024.thm1", "enough_layers", {"depth": 1}, 5),
    "Theorem 4 as printed": ("garrod2024.thm4", None, {}, 8),
    "Theorem 5 as printed": ("garrod2024.thm5", None, {}, 5),
}


@pytest.mark.parametrize("name", SMALL)
def test_refuted_and_small(name):
    key, dropped, fixed, largest = SMALL[name]
    found = falsify(find(key), dropped, fixed, BUDGET)
    assert isinstance(found, Counterexample)
    assert found.also_broken == ()
    assert found.instance.classes + found.instance.depth <= largest
    assert len(set(found.instance.reg)) == 1
    assert found.instance.counts[0] == 1


def test_the_cut_of_six_vertices_is_found_and_is_the_notes():
    found = falsify(find("sukenik2024.l2"), None, {}, BUDGET)
    assert (found.instance.classes, found.violation.value) == (15, "3250")
    H, signs, last = floats(found)
    hidden = np.maximum(signs @ H, 0)
    assert np.allclose(last @ hidden, np.eye(15), atol=1e-12)
    edges, sets = list(combinations(range(6), 2)), list(combinations(range(6), 3))
    assert np.allclose(hidden / hidden.max(), [[set(e) <= set(S) for e in edges] for S in sets], atol=1e-12)
    raised = np.linalg.norm(hidden / hidden.max(), "nuc")
    assert raised == pytest.approx(28.4, abs=0.05)
    assert np.linalg.norm(signs @ H / hidden.max(), "nuc") == pytest.approx(24.5, abs=0.05)


def test_smaller_graphs_have_no_cut():
    for classes in (3, 6, 10):
        said = list(features_plain.plain(classes, 2))
        assert all(isinstance(one, Looked) for one in said)
        assert sum(one.count for one in said) > 50


def test_the_ladder_needs_four_layers():
    def found(depth):
        return [one for one in features_plain.plain(3, depth) if not isinstance(one, Looked)]

    assert not found(3)
    assert features_plain.norms_product(found(4)[0]) < 3**5
    assert features_plain.norms_product(found(7)[0]) < 3**8


@pytest.mark.parametrize(("classes", "depth", "first"), [(6, 4, 4), (10, 3, 5), (21, 3, 7)])
def test_cuts_of_deeper_networks_have_small_numbers(classes, depth, first):
    factors = next(one for one in features_plain.plain(classes, depth) if not isinstance(one, Looked))
    assert factors[0].nrows() == first
    M = factors[0]
    for position, W in enumerate(factors[1:]):
        rectified = [[max(v, 0 * v) for v in row] for row in M.tolist()]
        M = W * (type(M)(rectified) if position else M)
    assert type(M)([[int(i == j) for j in range(classes)] for i in range(classes)]) == M


@pytest.mark.parametrize(
    ("assumptions", "dropped", "fixed"),
    [
        ((*LINEAR, A.SMALL_REG), "linear_layers", {"classes": 7, "depth": 5}),
        ((*LINEAR, A.SMALL_REG), "linear_layers", {"classes": 16, "depth": 2, "reg": "1/200"}),
        ((*LINEAR, A.SMALL_REG), "linear_layers", {"classes": 6, "depth": 4, "reg": "1/50,1/100,1/200,1/100,1/100"}),
        ((*LINEAR, A.SMALL_REG), "linear_layers", {"classes": 4, "depth": 4, "counts": 3}),
        ((*ENTROPY, A.ONE_LAYER), "one_layer", {"classes": 9, "depth": 4, "reg": "1/150"}),
        ((*ENTROPY, A.ONE_LAYER), "one_layer", {"classes": 6, "depth": 2, "reg": "1/77", "counts": 5}),
        ((*ENTROPY, A.ONE_LAYER), "one_layer", {"classes": 4, "depth": 3, "width": 3}),
    ],
)
def test_on_sizes_of_the_users(assumptions, dropped, fixed):
    found = falsify(claim(attacks.BELOW_COLLAPSE, assumptions=assumptions), dropped, fixed, BUDGET)
    assert isinstance(found, Counterexample)
    instance = found.instance
    assert (instance.classes, instance.depth) == (fixed["classes"], fixed["depth"])
    if "product" not in found.violation.quantity:
        assert evaluate(instance, floats(found)) < collapse(instance)


@pytest.mark.parametrize(("classes", "depth"), [(2, 1), (2, 4), (5, 1), (12, 1)])
@pytest.mark.parametrize("loss", ["mse", "ce"])
def test_collapse_is_optimal_where_theory_says_so(classes, depth, loss):
    setting = (*LINEAR, A.classes(20)) if loss == "mse" else (*ENTROPY, A.classes(20))
    fixed = {"classes": classes, "depth": depth, "reg": "1/60"}
    found = falsify(claim(attacks.COLLAPSE_OPTIMAL, assumptions=setting), "enough_classes", fixed, BUDGET)
    told = float(found.violation.value.split(",")[0])
    assert told == pytest.approx(collapse(UnconstrainedFeatures(classes, depth, "1/60", loss, "linear")), rel=1e-8)


def test_three_classes_with_relu_are_not_certified():
    relu = claim(attacks.COLLAPSE_OPTIMAL, assumptions=(*RELU, A.classes(4)))
    found = falsify(relu, "enough_classes", {"classes": 3, "depth": 2, "reg": "1/100"}, BUDGET)
    assert isinstance(found, Survived)
    assert found.uncertified == 1  # a local search saw nothing below collapse either

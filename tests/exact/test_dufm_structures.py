"""Structures of the unconstrained-features model: tables, closed forms, and factors written by hand."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.exact import dufm_families as families
from theorycheck.exact.dufm_blocks import partition
from theorycheck.exact.dufm_part import part
from theorycheck.exact.dufm_scalar import dnc_threshold, mean_reg, one_variable, zero_limit
from theorycheck.exact.dufm_shape import floats, identity, place, rectified, rounded
from theorycheck.exact.dufm_solution import exact_layers
from theorycheck.exact.dufm_structures import NAMES, named, structure, structures
from theorycheck.models.features import UnconstrainedFeatures as Model

from .dufm_oracles import by_scaling, cuts, graph, ladder, loss, of, srg

R = (3, 4, 5, 6, 7, 8, 10, 12, 15, 20)
PLAIN = {
    3: (1.07457, 1.05610, 1.04443, 1.03668, 1.03120, 1.02714, 1.02152, 1.01782, 1.01417, 1.01056),
    4: (1.05922, 0.96327, 0.90136, 0.85689, 0.82272, 0.79522, 0.75293, 0.72122, 0.68528, 0.64284),
    5: (1.04912, 0.90596, 0.81704, 0.75471, 0.70771, 0.67050, 0.61436, 0.57323, 0.52768, 0.47548),
}
ROW = {3: (1.02460, 1.00000, 0.97169, 0.93136, 0.87486), 4: (0.79365, 0.74021, 0.69495, 0.64014, 0.57280)}


def at(K, L, tau=0.3):
    return Fraction(tau * dnc_threshold(K, L))


def ratio(closed, K, L):
    return closed.constant(L) / (K * (L + 1))


@pytest.mark.parametrize("L", [3, 4, 5])
def test_srg_constants(L):
    for r, told in zip(R, PLAIN[L], strict=True):
        K = r * (r - 1) // 2
        assert ratio(families.cut(K, L, 2, 0.0), K, L) == pytest.approx(told, abs=6e-6)
        nuclear = math.sqrt(2 * (r - 1)) + (r - 1) * math.sqrt(r - 2)
        by_hand = (r ** (L - 2) * nuclear**2 / (4 * K ** (L - 1))) ** (1 / (L + 1))
        assert ratio(families.cut(K, L, 2, 0.0), K, L) == pytest.approx(by_hand, rel=1e-13)


@pytest.mark.parametrize("L", [3, 4])
def test_srg_with_a_constant_row(L):
    for r, told in zip(R[5:], ROW[L], strict=True):
        K = r * (r - 1) // 2
        delta = families.best_row(K, L, 2)
        assert ratio(families.cut(K, L, 2, delta), K, L) == pytest.approx(told, abs=6e-6)
        for other in (delta - 0.05, delta + 0.05):
            assert ratio(families.cut(K, L, 2, other), K, L) > ratio(families.cut(K, L, 2, delta), K, L)
    assert families.best_row(21, L, 2) == 0.0


def test_the_row_wins_at_three_layers_from_eleven_vertices_on():
    for r in range(8, 14):
        K = r * (r - 1) // 2
        won = ratio(families.cut(K, 3, 2, families.best_row(K, 3, 2)), K, 3) < 1 - 1e-9
        assert won == (r >= 11)


def test_where_srg_beats_collapse():
    """Every L >= 4 with r >= 4, never at L = 3, never for r = 3; flipped at L = 3 from r = 5 on."""
    for r in range(3, 16):
        K = r * (r - 1) // 2
        for L in (3, 4, 5, 8):
            assert (ratio(families.cut(K, L, 2, 0.0), K, L) < 1) == (L >= 4 and r >= 4)
        if r >= 4:
            assert (ratio(families.cut(K, 3, r - 2, 0.0), K, 3) < 1) == (r >= 5)


@pytest.mark.parametrize(("r", "told"), [(6, 3250 / 3375), (8, 0.9583), (10, 0.9040), (20, 0.6124)])
def test_cuts_at_two_layers(r, told):
    K = r * (r - 1) // 2
    assert math.exp(families.cut(K, 2, r // 2, 0.0).log_product) / K**3 == pytest.approx(told, abs=6e-5)


def test_cuts_at_three_layers_fall_with_r():
    told = []
    for r in range(5, 13):
        K = r * (r - 1) // 2
        told.append(min(ratio(families.cut(K, 3, s, 0.0), K, 3) for s in range(2, r - 1)))
    assert told[0] == pytest.approx(0.923, abs=5e-4)
    assert all(a > b for a, b in pairwise(told))


@pytest.mark.parametrize(
    ("L", "told"), [(3, 1.081677), (4, 0.981883), (5, 0.920523), (6, 0.879056), (7, 0.849187), (8, 0.826658)]
)
def test_ladder_constants(L, told):
    closed = families.ladder(3, L)
    assert ratio(closed, 3, L) == pytest.approx(told, abs=6e-7)
    assert math.exp(closed.log_product) / 2 ** (L - 3) == pytest.approx(110.885673, abs=6e-7)
    for beta in (0.90, 0.907):
        assert families.ladder(3, L, beta).log_product > closed.log_product


@pytest.mark.parametrize(
    ("K", "L", "name", "told"),
    [
        (3, 3, "srg", 0.1714418921),
        (6, 3, "srg", 0.1685672418),
        (10, 3, "srg", 0.1667479110),
        (10, 3, "srg_flipped", 0.1478381),
        (3, 4, "srg", 0.1647875221),
        (6, 4, "srg", 0.1500591805),
        (10, 4, "srg", 0.1405342224),
        (15, 4, "srg", 0.1336832628),
        (21, 4, "srg", 0.1284113497),
        (3, 5, "srg", 0.1612096064),
        (10, 5, "srg", 0.1258192868),
        (3, 4, "ladder", 0.1529197272),
        (3, 5, "ladder", 0.1416199418),
        (3, 6, "ladder", 0.1342846085),
    ],
)
def test_losses_three_ways(K, L, name, told):
    """The table, the exact factors of the tool, and factors written by hand at their best scale."""
    found = structure(Model(K, L, at(K, L)), name)
    digits = 6e-8 if name == "srg_flipped" else 6e-11
    assert found.loss == pytest.approx(told, abs=digits)
    assert of(Model(K, L, at(K, L)), found.factors) == pytest.approx(found.loss, abs=1e-13)
    r = families.vertices(K)
    by_hand = ladder(L) if name == "ladder" else srg(r, L, -1.0 if name == "srg_flipped" else 1.0)
    assert by_scaling(by_hand, float(at(K, L)))[0] == pytest.approx(found.loss, abs=1e-10)


def test_the_figure_of_the_paper():
    """K = 10, L = 4, λ = .004."""
    found = structures(Model(10, 4, "0.004"))
    assert found["dnc"].loss == pytest.approx(0.0991798746, abs=6e-11)
    assert found["dnc"].scale == pytest.approx(0.958982, abs=6e-7)
    assert found["srg"].loss == pytest.approx(0.0894708949, abs=6e-11)
    assert found["srg"].scale == pytest.approx(0.963124, abs=6e-7)


def test_srg_survives_beyond_the_threshold_of_collapse():
    reg = Fraction("1.02") * at(6, 4, 1.0)
    found = structures(Model(6, 4, reg))
    assert float(reg) == pytest.approx(0.0357623, abs=6e-8)
    assert found["dnc"].loss == found["zero"].loss == 0.5
    assert found["srg"].loss == pytest.approx(0.4918005, abs=6e-8)
    window = at(6, 4, 1.0) / Fraction(ratio(families.cut(6, 4, 2, 0.0), 6, 4))
    assert float(window) == pytest.approx(0.0363981, abs=6e-8)
    assert structure(Model(6, 4, window * Fraction("0.9999")), "srg").loss < 0.5
    assert structure(Model(6, 4, window * Fraction("1.0001")), "srg").loss == 0.5


@pytest.mark.parametrize(("K", "L", "s"), [(6, 2, 2), (10, 2, 3), (15, 2, 3), (15, 3, 3), (15, 4, 4), (10, 5, 3)])
@pytest.mark.parametrize("n", [1, 3])
def test_closed_forms_are_the_factors(K, L, s, n):
    for delta in (0.0, 0.5) if L > 2 else (0.0,):
        closed = families.cut(K, L, s, delta)
        instance = Model(K, L, at(K, L), counts=n)
        found = place(instance, families.cut_shape(K, L, closed.values))
        reduced = one_variable(closed.constant(L), mean_reg(instance), L)
        assert found.loss == pytest.approx(reduced.loss, abs=1e-11)
        assert of(instance, found.factors) == pytest.approx(found.loss, abs=1e-13)
        assert max(W.nrows() for W in found.factors[:-1]) == closed.neurons


def test_the_counterexample_at_two_layers():
    found = structure(Model(15, 2, at(15, 2)), "cut")
    assert by_scaling(cuts(6, 3), float(at(15, 2)))[0] == pytest.approx(found.loss, abs=1e-11)
    assert found.loss < structure(Model(15, 2, at(15, 2)), "dnc").loss
    told = exact_layers(Model(15, 2, at(15, 2)), found.factors)
    assert [(layer.rank_before, layer.rank_after) for layer in told] == [(5, 5), (5, 15), (15, 15)]
    nuclear = [sum(values) / told[1].before[0] for values in (told[1].before, told[1].after)]
    assert nuclear[1] > nuclear[0]
    assert nuclear[1] / nuclear[0] == pytest.approx(28.4 / 24.5, abs=3e-3)


def test_more_samples_and_unequal_lambda_change_nothing():
    for n in (2, 3):
        reg = at(3, 3) / Fraction(n ** (1 / 4))
        assert structure(Model(3, 3, reg, counts=n), "dnc").loss == pytest.approx(0.1598174263, abs=6e-11)
    reg = at(10, 4)
    uneven = (4 * reg, reg / 4, 3 * reg, reg / 3, reg)
    for name in ("dnc", "srg", "srg_flipped", "blocks"):
        one, other = (structure(Model(10, 4, v), name) for v in (reg, uneven))
        assert one.loss == pytest.approx(other.loss, abs=1e-12)
        assert of(Model(10, 4, uneven), other.factors) == pytest.approx(other.loss, abs=1e-13)


def test_ranks_of_srg():
    instance = Model(10, 4, "0.004")
    told = exact_layers(instance, structure(instance, "srg").factors)
    assert [layer.rank_before for layer in told] == [5, 5, 5, 5, 10]
    assert [layer.rank_after for layer in told] == [5, 5, 5, 10, 10]
    assert {layer.rule for layer in told} == {"exact"}
    fourth = told[3]
    assert fourth.before[5:] == (0.0,) * 5
    assert np.array(fourth.before[:5]) / fourth.before[0] == pytest.approx([1.0, 1.0, 1.0, 1.0, 2 / 3])
    third = told[2]
    assert np.array(third.before) / third.before[0] == pytest.approx([1, *[math.sqrt(3 / 8)] * 4])
    assert sum(np.linalg.svd(graph(5), compute_uv=False)) == pytest.approx(9.7566, abs=6e-5)


def test_an_exact_zero_stays_zero():
    """r = 4: I minus the disjointness graph maps the vector of ones to 0, and rounding must not hide it."""
    instance = Model(6, 4, at(6, 4))
    told = exact_layers(instance, structure(instance, "srg").factors)
    assert (told[3].rank_before, told[3].rank_after) == (3, 6)
    assert told[3].before[3:] == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("L", [2, 3, 5])
def test_depth_rule(L):
    """An identity layer on nonnegative features of rank ρ multiplies the product by ρ."""
    for K, s in ((15, 3), (10, 3)):
        if L > 2:
            steps = [families.cut(K, depth, s, 0.4).log_product for depth in (L, L + 1)]
            assert steps[1] - steps[0] == pytest.approx(math.log(families.vertices(K)))
    assert families.ladder(3, L + 2).log_product - families.ladder(3, L + 1).log_product == pytest.approx(math.log(2))


@pytest.mark.parametrize(("K", "L"), [(4, 4), (7, 4), (9, 5), (13, 3), (16, 2), (12, 4)])
def test_block_sums(K, L):
    instance = Model(K, L, at(K, L))
    found = structure(instance, "blocks")
    assert of(instance, found.factors) == pytest.approx(found.loss, abs=1e-13)
    blocks = partition(instance)
    assert sum(b.loss for b in blocks) == pytest.approx(found.loss, abs=1e-12)
    assert sorted(k for b in blocks for k in b.classes) == list(range(K))
    alone = structure(instance, "dnc").loss
    won = {(4, 4), (7, 4), (9, 5), (13, 3), (16, 2), (12, 4)}
    assert (found.loss < alone) == ((K, L) in won)


def death(n, counts, L):
    """The λ above which a class with n samples is given up."""
    return n ** (L / (L + 1)) / sum(counts) * zero_limit(L)


def test_blocks_where_they_cannot_help():
    assert structure(Model(2, 4, "1/100"), "blocks").loss is None
    alone = Model(3, 4, at(3, 4))
    assert structure(alone, "blocks").loss is None
    assert structure(Model(4, 2, at(4, 2)), "blocks").loss > structure(Model(4, 2, at(4, 2)), "dnc").loss - 1e-15


@pytest.mark.parametrize(
    ("counts", "L", "reg", "told", "scales"),
    [
        ((9, 1), 1, 0.173205, 0.41961524, (0.4226, 0)),
        ((9, 1), 2, 0.082548, 0.28994410, (0.7940, 0)),
        ((9, 1), 3, 0.062040, 0.25806149, (0.8722, 0)),
        ((4, 4, 1), 2, 0.069996, 0.35817260, None),
    ],
)
@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_imbalance(counts, L, reg, told, scales, activation):
    between = math.sqrt(death(counts[0], counts, L) * death(counts[-1], counts, L))
    assert between == pytest.approx(reg, abs=6e-7)
    instance = Model(len(counts), L, between, counts=counts, activation=activation)
    found = structure(instance, "dnc")
    assert found.loss == pytest.approx(told, abs=6e-9)
    assert of(instance, found.factors) == pytest.approx(found.loss, abs=1e-13)
    if scales:
        assert f"{scales[0]:.4g}" in found.note
        assert found.note.endswith(", 0")


@pytest.mark.parametrize(("L", "major", "minor"), [(1, 0.3, 0.1), (2, 0.17171, 0.03969), (3, 0.14142, 0.02722)])
def test_when_a_minority_collapses(L, major, minor):
    for place_, told in ((0, major), (1, minor)):
        assert death((9, 1)[place_], (9, 1), L) == pytest.approx(told, abs=6e-6)
        for reg, dead in ((told * 0.9998, False), (told * 1.0002, True)):
            note = structure(Model(2, L, str(reg), counts=(9, 1)), "dnc").note
            scales = [float(v) for v in note.rsplit(": ", 1)[1].split(", ")]
            assert (scales[place_] == 0) == dead


def test_unequal_counts_weigh_the_columns():
    """With counts the best split of M_2 weighs its columns; no scaling or rotation of ours beats it."""
    instance = Model(6, 4, "1/60", counts=(5, 4, 3, 2, 2, 1))
    found = structure(instance, "srg")
    assert of(instance, found.factors) == pytest.approx(found.loss, abs=1e-13)
    best = found.loss
    told = [floats(W) for W in found.factors]
    draw = np.random.default_rng(0)
    for _ in range(20):
        turn = np.eye(len(told[0])) + draw.normal(size=(len(told[0]),) * 2) / 30
        moved = [np.linalg.solve(turn, told[0]), told[1] @ turn, *told[2:]]
        assert loss(moved, [float(v) for v in instance.reg], instance.counts, "mse", True) >= best - 1e-13


def test_degenerate_sizes():
    for K in (2, 3):
        for activation in ("relu", "linear"):
            for kind in ("mse", "ce"):
                instance = Model(K, 1, "1/10", loss=kind, activation=activation)
                for found in structures(instance).values():
                    if found.factors:
                        assert of(instance, found.factors) == pytest.approx(found.loss, abs=1e-11)
                        assert len(found.factors) == 2
    big = structures(Model(3, 3, 10))
    assert {s.loss for s in big.values() if s.loss is not None} == {0.5}


@pytest.mark.parametrize("loss", ["mse", "ce"])
@pytest.mark.parametrize("activation", ["relu", "linear"])
@pytest.mark.parametrize(("K", "L"), [(2, 2), (3, 4), (6, 3), (7, 2), (10, 5), (15, 2)])
def test_every_structure_is_worth_what_it_says(K, L, loss, activation):
    instance = Model(K, L, "1/300", loss=loss, activation=activation, counts=2)
    found = structures(instance)
    assert set(found) == set(NAMES)
    for name, s in found.items():
        if s.loss is None:
            assert s.note, name
        else:
            assert of(instance, s.factors) == pytest.approx(s.loss, abs=1e-9), name


@pytest.mark.parametrize(
    ("options", "name", "words"),
    [
        ({"classes": 5, "depth": 4}, "srg", "not triangular"),
        ({"classes": 6, "depth": 4, "width": 3}, "srg", "width"),
        ({"classes": 6, "depth": 2}, "srg", "depth"),
        ({"classes": 6, "depth": 4, "activation": "linear"}, "srg", "ReLU"),
        ({"classes": 6, "depth": 4}, "ladder", "K = 3"),
        ({"classes": 6, "depth": 4}, "circle", "cross-entropy"),
        ({"classes": 6, "depth": 4, "loss": "ce"}, "blocks", "mse"),
        ({"classes": 6, "depth": 4, "width": 5}, "dnc", "width"),
        ({"classes": 3, "depth": 4}, "srg_flipped", "K >= 6"),
        ({"classes": 6, "depth": 4}, "nothing", "unknown structure"),
    ],
)
def test_what_does_not_exist_says_why(options, name, words):
    with pytest.raises(InvalidInstance, match=words):
        named(Model(reg="1/100", **options), name)


def test_rounding_keeps_leading_digits():
    for v in (0.3, -1e-7, 12345.678, 0.0, 1.0):
        assert float(Fraction(str(rounded(v)))) == pytest.approx(v, rel=1e-9)
    assert str(rounded(0.5)) == "1/2"


@pytest.mark.parametrize(("K", "L"), [(4, 2), (5, 3), (7, 4), (9, 3), (11, 5), (14, 2)])
@pytest.mark.parametrize("n", [1, 2])
def test_cuts_of_part_of_a_graph(K, L, n):
    """The closed form is the value of the exact factors, whose output is exactly a multiple of I."""
    instance = Model(K, L, at(K, L), counts=n)
    found = structure(instance, "cut_part")
    reduced = one_variable(found.constant, mean_reg(instance), L)
    assert found.loss == pytest.approx(reduced.loss, abs=1e-12)
    assert of(instance, found.factors) == pytest.approx(found.loss, abs=1e-13)
    Z = found.factors[1] * found.factors[0]
    for W in found.factors[2:]:
        Z = W * rectified(Z)
    assert identity(K) * Z[0, 0] == Z


def test_part_of_a_graph_beats_collapse():
    """At L = 3 for K = 8, 9, 11, ...; the more edges of the same complete graph, the better."""
    told = {K: families_ratio(K, 3) for K in (7, 8, 9, 11, 12, 13, 14)}
    assert {K for K, v in told.items() if v < 1} == {8, 9, 11, 12, 13, 14}
    assert told[7] > told[8] > told[9] > ratio(families.cut(10, 3, 3, 0.0), 10, 3)
    assert told[11] > told[12] > told[13] > told[14] > ratio(families.cut(15, 3, 3, 0.0), 15, 3)


def families_ratio(K, L):
    return part(K, L).constant(L) / (K * (L + 1))


def test_too_narrow_a_linear_model_gives_classes_up():
    instance = Model(3, 2, "1/50", counts=(3, 2, 1), width=2, activation="linear")
    found = structures(instance)
    assert found["dnc"].loss is None
    wide = structure(Model(3, 2, "1/50", counts=(3, 2, 1), activation="linear"), "dnc").loss
    assert wide < found["partial"].loss < 0.5
    assert of(instance, found["partial"].factors) == pytest.approx(found["partial"].loss, abs=1e-13)

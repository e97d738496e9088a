"""Súkeník et al.: cuts at two layers, block sums, exact ranks, nuclear norms, and the lower bounds of the notes."""

import math
from fractions import Fraction
from itertools import combinations, pairwise

import mpmath
import numpy as np
import pytest

from theorycheck import solve
from theorycheck.certificates import features_build
from theorycheck.claims.checks import features_nuclear
from theorycheck.exact import dufm_families as families
from theorycheck.exact.dufm_scalar import dnc_threshold
from theorycheck.exact.dufm_shape import matrix
from theorycheck.exact.dufm_solution import exact_layers
from theorycheck.exact.dufm_structures import structure
from theorycheck.models.features import UnconstrainedFeatures as Model

from .oracles import at, by_scaling, cut, descend, forward, graph, ladder, printed, product, random_start, srg


def reg(K, L, tau=0.3):
    return Fraction(tau * dnc_threshold(K, L))


def edges(r):
    return r * (r - 1) // 2


# ---- §2.3: K = 15, L = 2


def rational_point():
    """H, W_1, W_2 as Fractions: edges of K_6, the 20 balanced sign vectors, and the weights of the notes."""
    classes, sets = list(combinations(range(6), 2)), list(combinations(range(6), 3))
    H = [[Fraction(v in e) - Fraction(1, 3) for e in classes] for v in range(6)]
    W1 = [[Fraction(1 if v in S else -1, 2) for v in range(6)] for S in sets]
    weight = {2: Fraction(1, 4), 1: Fraction(-1, 12), 0: Fraction(1, 12)}
    W2 = [[weight[len(set(e) & set(S))] for S in sets] for e in classes]
    return [H, W1, W2]


def times(A, B):
    return [[sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*B, strict=True)] for row in A]


def test_fifteen_classes_two_layers_in_fractions():
    H, W1, W2 = rational_point()
    hidden = [[max(v, Fraction(0)) for v in row] for row in times(W1, H)]
    assert all(v == (set(e) <= set(S)) for S, row in zip(combinations(range(6), 3), hidden, strict=True)
               for e, v in zip(combinations(range(6), 2), row, strict=True))  # fmt: skip
    assert times(W2, hidden) == [[int(i == j) for j in range(15)] for i in range(15)]
    squares = [sum(v * v for row in M for v in row) for M in (H, W1, W2)]
    assert squares == [20, 30, Fraction(65, 12)]
    assert math.prod(squares) == 3250 < 3375 == 15**3


def test_fifteen_classes_two_layers_by_the_package():
    H, W1, W2 = rational_point()
    part = features_build.multiple_part(Model(15, 2, reg(15, 2)), [matrix(M).tolist() for M in (H, W1, W2)])
    assert "3250" in str(part)
    closed = families.cut(15, 2, 3, 0.0)
    assert math.exp(closed.log_product) == pytest.approx(3250, rel=1e-12)
    assert product(cut(6, 3, 2), 15) == pytest.approx(3250, rel=1e-11)
    assert closed.neurons == 20
    solution = solve.dufm(15, 2, reg(15, 2), seconds=0)
    assert (solution.best, solution.settled) == ("cut", True)
    assert "for every λ no nonzero DNC solution is optimal" in solution.statement
    assert solution.loss == pytest.approx(by_scaling(cut(6, 3, 2), float(reg(15, 2))), abs=1e-11)
    assert solution.loss < structure(Model(15, 2, reg(15, 2)), "dnc").loss


def test_the_nuclear_norms_there():
    M = np.array(times(rational_point()[1], rational_point()[0]), float)
    printed(np.linalg.svd(M, compute_uv=False).sum(), "24.5")
    printed(np.linalg.svd(np.maximum(M, 0), compute_uv=False).sum(), "28.4")
    told = features_nuclear.norm(matrix(times(rational_point()[1], rational_point()[0])))
    printed(told, "24.5")
    printed(features_nuclear.norm(features_nuclear.rectified(matrix(times(*rational_point()[1::-1])))), "28.4")


def test_every_lambda_below_the_threshold():
    for tau in (0.01, 0.3, 0.9, 0.999):
        instance = Model(15, 2, reg(15, 2, tau))
        assert structure(instance, "cut").loss < structure(instance, "dnc").loss
        assert by_scaling(cut(6, 3, 2), float(reg(15, 2, tau))) < by_scaling([np.eye(15)] * 3, float(reg(15, 2, tau)))


@pytest.mark.parametrize(("r", "digits"), [(8, ".9583"), (10, ".9040"), (20, ".6124")])
def test_the_cut_family_wins_more_and_more(r, digits):
    K = edges(r)
    sizes = {s: families.cut(K, 2, s, 0.0).log_product for s in range(2, r - 1)}
    assert abs(min(sizes, key=lambda s: sizes[s]) - r / 2) <= 1
    printed(math.exp(sizes[r // 2]) / K**3, digits)
    if r <= 10:  # explicit matrices: 252 neurons and 45 classes
        printed(product(cut(r, r // 2, 2), K) / K**3, digits)
    else:
        printed(by_spectra(r, r // 2) / K**3, digits)


def by_spectra(r, s):
    """The product from the Gram matrices of rows over all s-subsets, which need no list of subsets."""
    two, one, none = (math.comb(r - k, s - k) for k in (2, 3, 4))
    pairs = list(combinations(range(r), 2))
    inside = np.array([[{2: two, 1: one, 0: none}[len(set(e) & set(f))] for f in pairs] for e in pairs], float)
    n, same = math.comb(r, s), math.comb(r, s) / 4
    apart = (math.comb(r - 2, s) + math.comb(r - 2, s - 2) - 2 * math.comb(r - 2, s - 1)) / 4
    signs = np.full((r, r), apart) + (same - apart) * np.eye(r)
    seen = graph(r).T @ signs @ graph(r)
    assert signs[0, 0] * r * 4 == pytest.approx(n * r)
    return np.sqrt(np.clip(np.linalg.eigvalsh(seen), 0, None)).sum() ** 2 * np.trace(np.linalg.inv(inside))


def test_at_three_layers_the_cuts_start_at_five_vertices():
    told = [min(families.cut(edges(r), 3, s, 0.0).log_product for s in range(2, r - 1)) for r in range(5, 13)]
    ratios = [math.exp(v / 4) / edges(r) for r, v in zip(range(5, 13), told, strict=True)]
    printed(ratios[0], ".923")
    assert all(a > b for a, b in pairwise(ratios))
    by_hand = [min(product(cut(r, s, 3), edges(r)) for s in range(2, r - 1)) for r in range(5, 9)]
    assert ratios[:4] == pytest.approx([v**0.25 / edges(r) for r, v in zip(range(5, 9), by_hand, strict=True)])
    printed(by_hand[0] ** 0.25 / 10, ".923")


def test_the_nuclear_norm_of_three_columns():
    M = [[1, -1, 0], [0, 2, 2], [2, 0, 2]]
    value = lambda A: mpmath.fsum(mpmath.svd_r(mpmath.matrix(A), compute_uv=False))  # noqa: E731
    printed(value(np.maximum(M, 0).tolist()) / value(M), "1.04111")
    told = features_nuclear.norm(features_nuclear.rectified(matrix(M))) / features_nuclear.norm(matrix(M))
    printed(told, "1.04111")
    assert features_nuclear.raised(matrix(M)).verify()
    draw = np.random.default_rng(0)
    for _ in range(300):  # two columns never gain
        A = draw.normal(size=(4, 2))
        nuclear = [np.linalg.svd(B, compute_uv=False).sum() for B in (np.maximum(A, 0), A)]
        assert nuclear[0] <= nuclear[1] + 1e-12


@pytest.mark.parametrize(("K", "L"), [(3, 2), (4, 2), (6, 2), (3, 3), (4, 3)])
def test_no_random_start_beats_collapse_there(K, L):
    shapes = [(K + 2, K), *[(K + 2, K + 2)] * (L - 1), (K, K + 2)]
    ends = [
        descend(random_start(shapes, seed, 1.3), [float(reg(K, L))] * (L + 1), [1] * K, steps=600)[0]
        for seed in range(4)
    ]
    assert min(ends) > structure(Model(K, L, reg(K, L)), "dnc").loss - 1e-9


# ---- §2.7, §3.3: block sums


def test_the_block_sum_of_ten_classes_at_three_layers():
    """(K_1 + K_2) f(K_1 + K_2) <= K_1 f(K_1) + K_2 f(K_2) for block-diagonal parameters, each with its own scale."""
    six, alone = float(reg(6, 4)), structure(Model(6, 4, reg(6, 4)), "dnc").loss
    for K, rest in ((7, 1), (8, 2)):
        instance = Model(K, 4, reg(K, 4))
        found = structure(instance, "blocks")
        assert found.loss <= (6 * by_scaling(srg(4, 4), six) + rest * alone) / K + 1e-12
        assert at(instance, found.factors) == pytest.approx(found.loss, abs=1e-12)


def test_the_ladder_beside_single_classes_beats_collapse_at_four_layers():
    for K in range(3, 9):
        for tau in (0.05, 0.3, 0.95):
            instance = Model(K, 4, reg(K, 4, tau))
            alone = structure(instance, "dnc").loss
            three = by_scaling(ladder(4, 0.9034845, 1.3886), float(reg(3, 4, tau)))
            mixed = (3 * three + (K - 3) * alone) / K
            assert mixed < alone
            name = "ladder" if K == 3 else "blocks"
            assert structure(instance, name).loss <= mixed + 1e-11


# ---- exact ranks and singular values


def ranks(K, L, name):
    instance = Model(K, L, reg(K, L))
    told = exact_layers(instance, structure(instance, name).factors)
    assert {layer.rule for layer in told} == {"exact"}
    for layer in told:  # those that vanish are zeros, not 1e-17
        assert layer.before[layer.rank_before :] == (0.0,) * (len(layer.before) - layer.rank_before)
        assert layer.after[layer.rank_after :] == (0.0,) * (len(layer.after) - layer.rank_after)
    return [(layer.rank_before, layer.rank_after) for layer in told]


def by_fractions(factors, K):
    """Ranks of every layer of integer matrices by Gauss's elimination in Fractions."""
    found, M = [], [[Fraction(v) for v in row] for row in factors[0]]
    for W in [*factors[1:], None]:
        after = [[max(v, Fraction(0)) for v in row] for row in M] if found and W is not None else M
        found.append((eliminated(M), eliminated(after)))
        M = times(W, after) if W is not None else M
    return found


def eliminated(M):
    rows, rank = [list(row) for row in M], 0
    for column in range(len(rows[0])):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for i in range(rank + 1, len(rows)):
            factor = rows[i][column] / rows[rank][column]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[rank], strict=True)]
        rank += 1
    return rank


def whole(W):
    return [[Fraction(v) for v in row] for row in np.round(W).astype(int).tolist()]


@pytest.mark.parametrize(("r", "L"), [(3, 3), (4, 3), (4, 4), (5, 4), (5, 5), (6, 4)])
def test_ranks_of_srg(r, L):
    K = edges(r)
    mixing = 2 * graph(r).T - 1
    factors = [graph(r), np.eye(r), *[np.eye(r)] * (L - 3), mixing, np.eye(K)]
    expected = by_fractions([whole(W) for W in factors], K)
    last = 3 if r == 4 else r  # I minus the disjointness graph has the eigenvalue 0 on the ones for r = 4
    assert expected == [(r, r)] * (L - 1) + [(last, K), (K, K)]
    assert ranks(K, L, "srg") == expected


@pytest.mark.parametrize(("r", "L"), [(4, 3), (5, 3), (6, 3), (5, 4)])
def test_ranks_of_the_flipped_srg(r, L):
    K = edges(r)
    factors = [graph(r), np.eye(r), *[np.eye(r)] * (L - 3), 1 - 2 * graph(r).T]
    expected = by_fractions([whole(W) for W in [*factors, np.eye(K)]], K)
    assert expected[:-1] == [(r, r)] * (L - 1) + [(3 if r == 4 else r, expected[-2][1])]
    told = ranks(K, L, "srg_flipped")
    assert told[:-1] == expected[:-1]
    assert told[-1] == (K, K)
    if r == 5:  # Petersen's graph
        hidden = np.maximum((1 - 2 * graph(5).T) @ graph(5), 0) / 2
        values = np.sort(np.linalg.eigvalsh(hidden))
        assert values == pytest.approx([-2] * 4 + [1] * 5 + [3], abs=1e-12)


@pytest.mark.parametrize("L", [3, 4, 5, 7])
def test_ranks_of_the_ladder(L):
    """The β of the optimum is no whole number; with β = 1 and u = v = 1 all is rational and the ranks are the same."""
    factors = [[[1, 1, 0], [0, 1, 1]], *[[[1, 0], [0, 1]]] * (L - 2), [[1, 1], [1, -1], [-1, 1]], np.eye(3).tolist()]
    expected = by_fractions([[[Fraction(v) for v in row] for row in W] for W in factors], 3)
    assert expected == [(2, 2)] * (L - 1) + [(2, 3), (3, 3)]
    assert ranks(3, L, "ladder") == expected


def test_ranks_of_collapse_and_of_the_cuts():
    for K, L in ((2, 1), (2, 5), (3, 3), (10, 4)):
        assert ranks(K, L, "dnc") == [(K, K)] * (L + 1)
    H, W1, W2 = rational_point()
    assert by_fractions([H, W1, W2], 15) == [(5, 5), (5, 15), (15, 15)] == ranks(15, 2, "cut")


# ---- §4: lower bounds


@pytest.mark.parametrize(
    ("L", "K", "digits", "upper"),
    [
        (2, 2, ".137124", ".171184"),
        (2, 3, ".120315", None),
        (3, 2, ".113752", ".159817"),
        (3, 3, ".093142", None),
        (4, 3, ".081070", ".155702"),
    ],
)
def test_the_generic_bound(L, K, digits, upper):
    """C' = (L + 1) K^{2/(L+1)}: by the package in exact numbers, and by trying every c."""
    instance = Model(K, L, reg(K, L))
    bound = Fraction(features_build.floor_part(instance, "product")["value"])
    printed(mpmath.mpf(bound.numerator) / bound.denominator, digits)
    c = np.linspace(0, 1, 400_001)
    C = (L + 1) * K ** (2 / (L + 1))
    printed(np.min((1 - c) ** 2 / 2 + C * float(instance.reg[0]) / 2 * c ** (2 / (L + 1))), digits)
    if upper:
        printed(structure(instance, "dnc").loss, upper)
    draw = np.random.default_rng(1)
    for _ in range(20):  # and no random parameters lie below
        factors = [draw.normal(size=(K, K)) for _ in range(L + 1)]
        assert by_scaling_or_zero(factors, float(instance.reg[0])) >= float(bound) - 1e-12


def by_scaling_or_zero(factors, lam):
    Z = forward(factors, [1] * len(factors[-1]))[-1]
    return by_scaling(factors, lam) if np.abs(Z).max() > 1e-9 else 0.5


def test_two_classes_and_one_layer_are_exact():
    for K, L in ((2, 2), (2, 4), (5, 1)):
        instance = Model(K, L, reg(K, L))
        best = float(Fraction(features_build.floor_part(instance, "schatten")["value"]))
        assert best == pytest.approx(structure(instance, "dnc").loss, abs=1e-10)


def test_two_layers_under_the_hypothesis():
    """With |s(M)|_* = |M|_* the penalty is 3/2 λ Σ σ^{2/3}: K scalar problems, together as good as collapse."""
    for K in (2, 3, 7):
        lam, s = float(reg(K, 2)), np.linspace(0, 1, 1_000_001)
        alone = np.min((1 - s) ** 2 / (2 * K) + 3 / 2 * lam * s ** (2 / 3))
        assert K * alone == pytest.approx(structure(Model(K, 2, reg(K, 2)), "dnc").loss, abs=1e-11)

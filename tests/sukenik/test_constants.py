"""Súkeník et al.: constants, ratios, thresholds and spectra, from the package and from explicit matrices or mpmath."""

import math
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize

from theorycheck import derive
from theorycheck.exact import dufm_families as families
from theorycheck.exact.dufm_scalar import critical_scale, dnc_threshold, fold_limit, one_variable, zero_limit
from theorycheck.exact.dufm_structures import structure
from theorycheck.models.features import UnconstrainedFeatures as Model

from .oracles import cut, family, graph, ladder, lam0, peak, printed, product, srg, srg_with_row

R = (3, 4, 5, 6, 7, 8, 10, 12, 15, 20)
PLAIN = {
    3: "1.07457 1.05610 1.04443 1.03668 1.03120 1.02714 1.02152 1.01782 1.01417 1.01056",
    4: "1.05922 0.96327 0.90136 0.85689 0.82272 0.79522 0.75293 0.72122 0.68528 0.64284",
    5: "1.04912 0.90596 0.81704 0.75471 0.70771 0.67050 0.61436 0.57323 0.52768 0.47548",
}
ROW = {3: "1.02460 1.00000 0.97169 0.93136 0.87486", 4: "0.79365 0.74021 0.69495 0.64014 0.57280"}
LADDER = {3: "1.081677", 4: "0.981883", 5: "0.920523", 6: "0.879056", 7: "0.849187", 8: "0.826658"}
BETA = 0.9034845


def edges(r):
    return r * (r - 1) // 2


def ratio(log_product, K, L):
    """C / C_DNC."""
    return math.exp(log_product / (L + 1)) / K


def of_tool(closed, K, L):
    return closed.constant(L) / (K * (L + 1))


# ---- §2.5: thresholds


@pytest.mark.parametrize(
    ("K", "L", "digits"),
    [
        (2, 2, ".1984251315"),
        (3, 3, ".0907218423"),
        (6, 4, ".0350610983"),
        (10, 4, ".0210366590"),
        (3, 2, ".1322834210"),
    ],
)
def test_the_threshold_of_collapse(K, L, digits):
    printed(dnc_threshold(K, L), digits)
    printed(lam0(K, L), digits)
    told = derive.dufm_thresholds().collapse_zero
    symbols = {s.name: s for s in told.free_symbols}
    printed(mpmath.mpf(str(told.evalf(30, subs={symbols["K"]: K, symbols["L"]: L}))), digits)


@pytest.mark.parametrize("L", [1, 2, 3, 4, 5, 9])
def test_fold_and_zero_in_the_reduced_variable(L):
    p = mpmath.mpf(2) / (L + 1)
    if L == 1:
        assert (fold_limit(1), zero_limit(1), dnc_threshold(7, 1)) == (1, 1, 1 / 7)
        return
    fold, place = peak(lambda c: (1 - c) * c ** (1 - p), 0.05, 1)
    assert fold_limit(L) == pytest.approx(float(fold), rel=1e-14)
    assert float(place) == pytest.approx((L - 1) / (2 * L), abs=1e-9)
    zero, place = peak(lambda c: (1 - (1 - c) ** 2) / ((L + 1) * c**p), 0.05, 1)
    assert zero_limit(L) == pytest.approx(float(zero), rel=1e-14)
    assert float(place) == pytest.approx((L - 1) / L, abs=1e-9)
    assert critical_scale(zero_limit(L), L) == pytest.approx((L - 1) / L, abs=1e-12)


@pytest.mark.parametrize("L", [1, 2, 3, 4, 5])
def test_the_condition_for_two_classes(L):
    """n λ_H ∏ λ_l < (L-1)^{L-1} / (2^{L+1} L^{2L}) is λ̄ < λ_0(2, L)."""
    printed_bound = Fraction((L - 1) ** (L - 1), 2 ** (L + 1) * L ** (2 * L))
    assert dnc_threshold(2, L) ** (L + 1) == pytest.approx(float(printed_bound), rel=1e-13)
    assert float(lam0(2, L) ** (L + 1)) == pytest.approx(float(printed_bound), rel=1e-13)


# ---- §3.1, §3.2: constants


@pytest.mark.parametrize("L", [3, 4, 5])
def test_ratios_of_srg(L):
    for r, digits in zip(R, PLAIN[L].split(), strict=True):
        K = edges(r)
        printed(of_tool(families.cut(K, L, 2, 0.0), K, L), digits)
        printed(ratio(math.log(product(srg(r, L), K)), K, L), digits)


@pytest.mark.parametrize("L", [3, 4, 5])
def test_ratios_of_srg_for_every_r_up_to_twenty(L):
    for r in range(3, 21):
        K = edges(r)
        N = mpmath.sqrt(2 * (r - 1)) + (r - 1) * mpmath.sqrt(r - 2)
        by_hand = (mpmath.mpf(r) ** (L - 2) * N**2 / (4 * mpmath.mpf(K) ** (L - 1))) ** (mpmath.mpf(1) / (L + 1))
        assert of_tool(families.cut(K, L, 2, 0.0), K, L) == pytest.approx(float(by_hand), rel=1e-13)
        assert np.linalg.svd(graph(r), compute_uv=False).sum() == pytest.approx(float(N), rel=1e-13)


@pytest.mark.parametrize("L", [3, 4])
def test_ratios_of_srg_with_a_constant_row(L):
    for r, digits in zip(R[5:], ROW[L].split(), strict=True):
        K = edges(r)
        found = families.cut(K, L, 2, families.best_row(K, L, 2))
        printed(of_tool(found, K, L), digits)
        delta, t = (float(v) for v in best_row(r))
        assert found.values[1] == pytest.approx(delta, abs=1e-4)
        printed(ratio(math.log(product(srg_with_row(r, L, delta, t), K)), K, L), digits)


def best_row(r):
    """δ and t of the least product by SciPy: κ of the features times κ of the mixing."""
    A, K = graph(r), edges(r)

    def size(at):
        delta, t = at
        features = np.vstack([A, np.full(K, delta)])
        nuclear = np.sqrt(np.clip(np.linalg.eigvalsh(features @ features.T), 0, None)).sum()
        return nuclear**2 * ((1 + t) ** 2 / 2 + (r - 2) * (1 - t) ** 2 / 4 + (t / delta) ** 2)

    return minimize(size, (0.5, 0.2), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-13}).x


def test_a_constant_row_is_of_no_use_up_to_seven_vertices():
    for r in range(3, 8):
        for L in (3, 4, 5):
            assert families.best_row(edges(r), L, 2) == 0.0
        sizes = [math.log(product(srg_with_row(r, 3, d, t), edges(r))) for d in (0.1, 0.5, 1) for t in (0.01, 0.1)]
        assert min(sizes) > families.cut(edges(r), 3, 2, 0.0).log_product


def test_with_a_row_three_layers_win_from_eleven_vertices_on():
    for r in range(8, 21):
        K = edges(r)
        told = of_tool(families.cut(K, 3, 2, families.best_row(K, 3, 2)), K, 3)
        assert (told < 1 - 1e-9) == (r >= 11)
    ten = families.cut(45, 3, 2, families.best_row(45, 3, 2))
    assert ten.values[1] ** 2 == pytest.approx(1 / 2, abs=1e-4)
    assert abs(of_tool(ten, 45, 3) - 1) < 5e-6
    # and there it is a tie in exact numbers: with δ² = 1/2, t = 1/3 all norms lie in Q(√2)
    assert (Fraction(9, 2) + 9 * 2) ** 2 * 2 * (Fraction(16, 9) / 2 + 8 * Fraction(4, 9) / 4 + Fraction(2, 9)) == 45**2
    with mpmath.workdps(30):
        at = (mpmath.sqrt(0.5), mpmath.mpf(1) / 3)
        assert abs(row_size(*at) - 45**2) < 1e-25
        for order in ((1, 0), (0, 1)):
            assert abs(mpmath.diff(row_size, at, order)) < 1e-12


def row_size(d, t):
    """κ of the features times κ of the mixing, over K, for ten vertices."""
    mixing = (1 + t) ** 2 / 2 + 2 * (1 - t) ** 2 + t**2 / d**2
    return (mpmath.sqrt(18 + 45 * d**2) + 9 * mpmath.sqrt(8)) ** 2 * mixing


def test_with_a_row_the_ratio_falls_like_a_fourth_root():
    told = []
    for r in (400, 6400, 102400):
        K = edges(r)
        told.append(of_tool(families.cut(K, 3, 2, families.best_row(K, 3, 2)), K, 3) / (8 / r) ** 0.25)
    assert all(abs(b - 1) < abs(a - 1) for a, b in pairwise(told))
    assert told[-1] == pytest.approx(1, abs=0.05)


def test_where_srg_beats_collapse():
    """r^{L-2} N² < 4 K^{L-1}: at L >= 4 from r = 4 on, never at L = 3 or r = 3; flipped also at L = 3 from r = 5 on."""
    for r in range(3, 15):
        K = edges(r)
        for L in (3, 4, 5, 6):
            by_hand = (L - 2) * math.log(r) + 2 * math.log(np.linalg.svd(graph(r), compute_uv=False).sum())
            won = by_hand < math.log(4) + (L - 1) * math.log(K)
            assert won == (L >= 4 and r >= 4) == (of_tool(families.cut(K, L, 2, 0.0), K, L) < 1)
        if r >= 4:
            flipped = product(srg(r, 3, flipped=True), K)
            assert (flipped < K**4) == (r >= 5) == (of_tool(families.cut(K, 3, r - 2, 0.0), K, 3) < 1)
    for L in range(3, 9):  # three classes: always 4/3
        assert math.exp(families.cut(3, L, 2, 0.0).log_product) / 3 ** (L + 1) == pytest.approx(4 / 3)


def test_the_two_closed_forms_that_prove_it():
    left = 16 * (mpmath.sqrt(6) + 3 * mpmath.sqrt(2)) ** 2
    printed(left, "716.554")
    assert abs(left - 16 * (24 + 12 * mpmath.sqrt(3))) < 1e-12
    assert left < 4 * 6**3 == 864
    assert math.exp(families.cut(6, 4, 2, 0.0).log_product) == pytest.approx(float(left) * 6**5 / 864, rel=1e-12)
    one = (1 / mpmath.sqrt(2) + mpmath.sqrt(10)) ** 2 * (1 + mpmath.sqrt(3)) ** 2
    printed(one, "111.7535")
    assert one < 243 / 2
    assert math.exp(families.ladder(3, 3, 1.0).log_product) == pytest.approx(float(one), rel=1e-12)


def test_the_optimal_ladder():
    size = lambda b: -(((1 / (mpmath.sqrt(2) * b) + mpmath.sqrt(8 + 2 / b**2)) * (1 + mpmath.sqrt(1 + 2 * b**2))) ** 2)  # noqa: E731
    top, beta = peak(size, 0.5, 2)
    printed(-top, "110.885673")
    printed(beta, "0.9034845")
    printed(families.LADDER_BETA, "0.9034845")
    printed(math.exp(families.ladder(3, 3).log_product), "110.885673")


@pytest.mark.parametrize("L", LADDER)
def test_ratios_of_the_ladder(L):
    printed(of_tool(families.ladder(3, L), 3, L), LADDER[L])
    sizes = [product(ladder(L, BETA, v), 3) for v in np.linspace(1.2, 1.6, 401)]
    printed(ratio(math.log(min(sizes)), 3, L), LADDER[L])


@pytest.mark.parametrize(("r", "s", "rank"), [(4, 2, 4), (5, 2, 5), (5, 3, 5), (6, 3, 6)])
def test_an_added_layer_costs_the_rank(r, s, rank):
    K = edges(r)
    tools = [families.cut(K, L, s, 0.0).log_product for L in range(3, 8)]
    sizes = [math.log(product(cut(r, s, L), K)) for L in range(3, 8)]
    for found in (tools, sizes):
        assert np.diff(found) == pytest.approx([math.log(rank)] * 4, rel=1e-9)
    ratios = [of_tool(families.cut(K, L, s, 0.0), K, L) for L in (4, 10, 50, 2000)]
    assert ratios[-1] == pytest.approx(rank / K, rel=3e-3)
    assert of_tool(families.ladder(3, 5000), 3, 5000) == pytest.approx(2 / 3, rel=1e-3)


# ---- §1, §6: spectra


def test_spectrum_of_the_incidence_matrix():
    for r in range(3, 12):
        values = np.linalg.svd(graph(r), compute_uv=False)
        assert values == pytest.approx([math.sqrt(2 * (r - 1)), *[math.sqrt(r - 2)] * (r - 1)])
        told = structure(Model(edges(r), 4, Fraction(1, 100 * edges(r))), "srg").factors[0]
        assert told.rref()[1] == r
    printed(mpmath.sqrt(8) + 4 * mpmath.sqrt(3), "9.7566")
    printed(np.linalg.svd(graph(5), compute_uv=False).sum(), "9.7566")
    assert math.exp(families.cut(10, 3, 2, 0.0).log_product / 2) == pytest.approx(
        float(mpmath.sqrt(8) + 4 * mpmath.sqrt(3)) * math.sqrt(10 * 10 * 5 / 4)
    )


def test_spectrum_of_identity_minus_petersen():
    A = graph(5)
    values = np.sort(np.linalg.eigvalsh((2 * A.T - 1) @ A / 2))
    assert values == pytest.approx([-2, 0, 0, 0, 0, 0, 3, 3, 3, 3], abs=1e-12)
    for r in range(4, 9):  # in general 1 - (r-2)(r-3)/2, r - 2, 0
        A, K = graph(r), edges(r)
        expected = sorted([1 - (r - 2) * (r - 3) / 2, *[r - 2] * (r - 1), *[0] * (K - r)])
        assert np.sort(np.linalg.eigvalsh((2 * A.T - 1) @ A / 2)) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("tau", [0.02, 0.3, 0.9, 0.999])
@pytest.mark.parametrize(("C", "L"), [(6, 2), (12.7, 3), (48, 5)])
def test_the_reduction_to_one_variable(tau, C, L):
    lam = tau * zero_limit(L) * (L + 1) / C
    loss, scale = family(C, lam, L)
    found = one_variable(C, lam, L)
    assert found.loss == pytest.approx(float(loss), abs=1e-14)
    assert found.scale == pytest.approx(float(scale), abs=1e-12)
    above = one_variable(C, 1.0001 * zero_limit(L) * (L + 1) / C, L)
    assert (above.loss, above.scale) == (0.5, 0.0) == tuple(map(float, family(C, 1.0001 * lam / tau, L)))

"""Garrod and Keating: thresholds, integers, dimensions, Hessians and lower bounds, each two ways."""

import math
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest

from theorycheck import derive
from theorycheck.certificates.features_build import floor_part
from theorycheck.claims.checks import features_curved, features_numbers, features_orbits
from theorycheck.claims.checks.features_critical import is_superior
from theorycheck.claims.features_thresholds import fold as exact_fold
from theorycheck.claims.features_thresholds import stability as exact_stability
from theorycheck.errors import CertificateError
from theorycheck.exact import dufm_thresholds as thresholds
from theorycheck.exact.dufm_entropy import circle_features
from theorycheck.exact.dufm_floor import best_floor
from theorycheck.exact.dufm_structures import structure
from theorycheck.models.features import UnconstrainedFeatures as Model

from .oracles import CURVES, hessian, least, objective, pairs, printed, ring, simplex, spread


def linear(K, L, reg, **rest):
    return Model(K, L, reg, **({"loss": "ce", "activation": "linear"} | rest))


def power(L):
    return mpmath.mpf(2) / (L + 1)


def critical(K, L, alpha):
    return alpha ** (1 - power(L)) / (mpmath.exp(alpha) + K - 1)


# ---- the thresholds of theorem 4


SIZES = [
    (4, 2, "1.33333", ".162010", ".177660"),
    (4, 3, "2.0", ".136125", ".174950"),
    (5, 2, "1.66667", ".127563", ".149478"),
    (3, 2, "0.78774", ".219976", ".221291"),
]


@pytest.mark.parametrize(("K", "L", "alpha", "stable", "folded"), SIZES)
def test_fold_and_stability(K, L, alpha, stable, folded):
    found = thresholds.stability(K, L)
    printed(found.alpha, alpha)
    printed(found.reg, stable)
    printed(float(exact_stability(K, L)), stable)
    printed(thresholds.fold(K, L).reg, folded)
    printed(float(exact_fold(K, L)), folded)
    top, place = least(lambda a: -critical(K, L, a), 0.05, 20)
    printed(-top, folded)
    assert thresholds.fold(K, L).alpha == pytest.approx(float(place), abs=1e-9)
    q = mpmath.mpf(L - 1) / (L + 1)
    root = K * q
    if K == 3:
        root = mpmath.mpf(turning(3, 2))
    printed(root, alpha)
    printed(critical(K, L, root), stable)
    told = derive.dufm_stability()
    symbols = {s.name: s for s in (told.four + told.three + told.reg).free_symbols}
    values = {"K": K, "L": L, "alpha": float(root)}
    at = {symbol: values[name] for name, symbol in symbols.items() if name in values}
    if K == 3:
        assert float(told.three.subs(at)) == pytest.approx(0, abs=1e-6)
    else:
        assert float(told.four.subs(at)) == pytest.approx(float(root), rel=1e-14)
    assert float(told.reg.subs(at)) == pytest.approx(float(stable), abs=6e-7)


def at_collapse(K, L, alpha):
    """Square factors of α S, and the λ at which α is critical."""
    reg = float(critical(K, L, mpmath.mpf(alpha)))
    return [np.pad(W, [(0, K - n) for n in W.shape]) for W in spread(alpha * simplex(K), L, K - 1)], reg


def turning(K, L):
    """Where the least eigenvalue of the Hessian reaches zero, by bisection."""
    low, high = thresholds.fold(K, L).alpha, 3.0 * K
    while high - low > 1e-9:
        middle = (low + high) / 2
        stable = np.linalg.eigvalsh(hessian(*at_collapse(K, L, middle))[1])[0] > -1e-10
        low, high = (low, middle) if stable else (middle, high)
    return low


@pytest.mark.parametrize(("K", "L"), [(3, 3), (3, 5), (4, 2), (5, 3)])
def test_stability_by_bisection(K, L):
    assert thresholds.stability(K, L).alpha == pytest.approx(turning(K, L), abs=1e-7)
    assert float(exact_stability(K, L)) == pytest.approx(float(critical(K, L, mpmath.mpf(turning(K, L)))), abs=1e-7)


def test_three_classes_are_not_stable_where_symmetric_directions_are():
    """α (1 + (e^α - 1)/(e^α + 2)) = 3(L-1)/(L+1) has the root .77975, λ = .220147; the Hessian turns only at .78774."""
    shape = lambda a: a * (1 + (mpmath.exp(a) - 1) / (mpmath.exp(a) + 2)) - 1  # noqa: E731
    root = mpmath.findroot(shape, 0.8)
    printed(root, ".77975")
    printed(critical(3, 2, root), ".220147")
    told = {
        factor: np.linalg.eigvalsh(hessian(*at_collapse(3, 2, factor * float(root)))[1])[0]
        for factor in (0.98, 1, 1.02)
    }
    printed(1000 * told[0.98], "-7.8")
    assert told[1] < -2e-3
    assert told[1.02] > -1e-12
    net = linear(3, 2, float(critical(3, 2, root)))
    by_package = features_curved.hessian(net, features_curved.critical_point(net, scale=float(root)))
    assert np.linalg.eigvalsh(by_package)[0] == pytest.approx(told[1], abs=1e-6)


def test_the_fold_in_more_digits():
    printed(thresholds.fold(4, 2).reg, ".17765990")
    printed(-least(lambda a: -critical(4, 2, a), 0.05, 20)[0], ".17765990")


def test_with_two_classes_stability_is_the_fold():
    for L in (2, 3, 5):
        assert thresholds.stability(2, L).reg == thresholds.fold(2, L).reg
        alpha = thresholds.fold(2, L).alpha
        slope, H = hessian(spread(alpha * 1.02 * simplex(2), L, 1), thresholds.critical_reg(2, L, 1.02 * alpha))
        assert np.abs(slope).max() < 1e-12
        assert np.linalg.eigvalsh(H)[0] > -1e-10
        _, H = hessian(spread(alpha * 0.98 * simplex(2), L, 1), thresholds.critical_reg(2, L, 0.98 * alpha))
        assert np.linalg.eigvalsh(H)[0] < -1e-4


@pytest.mark.parametrize(
    ("K", "L", "below"), [(4, 2, "-3.3e-3"), (4, 3, "-5.5e-3"), (5, 2, "-2.6e-3"), (3, 2, "-5.2e-3")]
)
def test_the_hessian_turns_at_the_stability_threshold(K, L, below):
    found = {}
    for factor in (0.98, 1.02):
        alpha = factor * thresholds.stability(K, L).alpha
        wide, reg = at_collapse(K, L, alpha)
        slope, H = hessian(wide, reg)
        assert np.abs(slope).max() < 1e-12
        found[factor] = float(np.linalg.eigvalsh(H)[0])
        net = linear(K, L, reg)
        by_package = features_curved.hessian(net, features_curved.critical_point(net, scale=alpha))
        assert np.linalg.eigvalsh(by_package)[0] == pytest.approx(found[factor], abs=2e-6)
    printed(1000 * found[0.98], below.removesuffix("e-3"))
    assert found[1.02] > -1e-10


def test_between_stability_and_fold_collapse_is_a_saddle():
    """K = 4, L = 2, λ = .168139: a critical point with negative curvature."""
    lam = 0.168139
    assert thresholds.stability(4, 2).reg < lam < thresholds.fold(4, 2).reg
    alpha = features_curved.critical_scale(linear(4, 2, lam))
    assert float(critical(4, 2, mpmath.mpf(alpha))) == pytest.approx(lam, abs=1e-12)
    slope, H = hessian([np.pad(W, [(0, 4 - n) for n in W.shape]) for W in spread(alpha * simplex(4), 2, 3)], lam)
    assert np.abs(slope).max() < 1e-10
    printed(1000 * np.linalg.eigvalsh(H)[0], "-17")
    net = linear(4, 2, lam)
    printed(1000 * np.linalg.eigvalsh(features_curved.hessian(net, features_curved.critical_point(net)))[0], "-17")


# ---- where zero wins


@pytest.mark.parametrize(
    ("K", "L", "dnc", "low_rank"),
    [
        (3, 2, ".18583773", None),
        (3, 3, ".15186550", None),
        (3, 4, ".13131491", None),
        (4, 2, ".14827565", ".15996265"),
        (4, 3, ".12352532", ".14245855"),
        (4, 10, ".06282250", ".08475241"),
        (4, 50, ".01680412", ".02460070"),
    ],
)
def test_where_zero_wins(K, L, dnc, low_rank):
    for name, Z, rank, digits in (("dnc", simplex(K), K - 1, dnc), ("low_rank", pairs(K), K // 2, low_rank)):
        if digits is None:
            continue
        with mpmath.workdps(30):
            free, priced = CURVES[name](K, L, mpmath.mpf(0)), CURVES[name](K, L, mpmath.mpf(1))
            gain = lambda a: (mpmath.log(K) - free(a)) / (priced(a) - free(a))  # noqa: B023, E731
            top = -least(lambda a: -gain(a), 0.05, 40)[0]  # noqa: B023
        printed(top, digits)
        kappa = [float(np.sum(np.linalg.svd(Z, compute_uv=False)[:rank] ** float(power(L))))] * (L + 1)
        found = thresholds.zero_reg(linear(K, L, 1), Z, kappa)
        assert found == pytest.approx(float(top), rel=1e-9)
        printed(found, digits)
        for factor, alive in ((0.999, True), (1.001, False)):
            told = structure(linear(K, L, factor * float(top)), name)
            assert (told.loss < math.log(K) - 1e-9) == alive


def test_zero_thresholds_approach_log_k_slowly():
    told = [thresholds.zero_reg(linear(4, L, 1), simplex(4), [3.0] * (L + 1)) * (L + 1) * 1.5 for L in (10, 50, 500)]
    printed(told[1] / math.log(4), ".927")
    assert all(a < b < math.log(4) for a, b in pairwise(told))
    assert told[2] == pytest.approx(math.log(4), rel=0.02)


def test_a_fixed_regularisation_and_many_layers():
    """λ = .05 at L = 50 is beyond every threshold, by the lower bound for all parameters."""
    assert 0.05 > 0.0246
    floor = float(Fraction(floor_part(linear(4, 50, "0.05"), "jensen")["value"]))
    assert floor == pytest.approx(math.log(4), abs=1e-9)
    draw = np.random.default_rng(0)
    for _ in range(20):
        factors = [np.eye(4) + draw.normal(size=(4, 4)) / 3 for _ in range(51)]
        t = draw.uniform(0.2, 1.0)
        assert objective([t * W for W in factors], [0.05] * 51, [1] * 4) > math.log(4)


# ---- integers: theorems 1, 2, 7


def smaller(sides):
    """Whether the package certifies the strict inequality."""
    try:
        return features_numbers.smaller(*sides).verify() is not None
    except CertificateError:
        return False


def test_theorem_one_as_integers():
    assert (4 * 2**3, 3**3) == (32, 27)
    assert (4 * 2**4, 3**4) == (64, 81)
    assert (4 * 3**3, 5**3) == (108, 125)
    for K in range(2, 14):
        for L in range(1, 7):
            m = K // 2
            won = 4 * m ** (L + 1) < (2 * m - 1) ** (L + 1)
            assert won == (m * 2 ** (2 / (L + 1)) < 2 * m - 1 - 1e-12)
            assert won == ((K >= 4 and L >= 3) or (K >= 6 and L == 2))
            assert won == smaller(features_numbers.pairs_sides(K, L))


@pytest.mark.parametrize(("K", "L"), [(4, 3), (5, 3), (6, 2), (7, 2), (8, 2), (9, 4), (4, 6)])
def test_theorem_one_at_equal_scales(K, L):
    """LR has the smaller fit and the smaller penalty at every scale; so it wins at every λ."""
    for scale in (0.1, 1.0, 3.0, 9.0):
        fits = [CURVES[name](K, L, mpmath.mpf(0))(mpmath.mpf(scale)) for name in ("low_rank", "dnc")]
        both = [CURVES[name](K, L, mpmath.mpf(1))(mpmath.mpf(scale)) for name in ("low_rank", "dnc")]
        assert fits[0] <= fits[1]
        assert both[0] - fits[0] < both[1] - fits[1] if K % 2 == 0 else both[0] < both[1]
    for reg in ("0.0001", "0.01", "0.03"):
        found = [structure(linear(K, L, reg), name).loss for name in ("low_rank", "dnc")]
        assert found[0] < found[1]


def test_theorem_two_first_depths():
    """γ = 1/(1 - cos(2π/K)), two singular values γK/2 against K - 1 ones."""
    told = {4: 3, 5: 3, 6: 3, 8: 4, 10: 4, 15: 4}
    for K, first in told.items():
        gamma = 1 / (1 - mpmath.cos(2 * mpmath.pi / K))
        by_hand = [L for L in range(1, 9) if 2 * (gamma * K / 2) ** power(L) < K - 1]
        by_package = [L for L in range(1, 9) if smaller(features_numbers.circle_sides(K, L))]
        assert by_hand == by_package == list(range(first, 9))
        values = np.linalg.svd(float(gamma) * ring(K), compute_uv=False)
        assert values[:2] == pytest.approx([float(gamma) * K / 2] * 2)
        margins = float(gamma) * (1 - ring(K)[0, 1:])
        assert margins.min() == pytest.approx(1)  # the largest margin of S is 1


def test_theorem_seven_first_even_numbers_of_classes():
    told = {3: None, 4: 14, 5: 10, 6: 8, 7: 8, 8: 6, 10: 6, 20: 6}
    for L, first in told.items():
        even = range(4, 120, 2)
        by_hand = [
            K
            for K in even
            if (K - 1) * mpmath.mpf(2) ** (2 * mpmath.mpf(L - 1) / (L + 1))
            * (mpmath.mpf(K + 2) / K) ** (mpmath.mpf(3) / (L + 1)) > 2 * K + 4
        ]  # fmt: skip
        by_package = [K for K in even if smaller(features_numbers.rectified_pairs_sides(K, L))]
        assert by_hand == by_package == ([K for K in even if first <= K] if first else [])


def test_the_construction_behind_theorem_seven():
    """Nuclear norm 2K of X + J, and X + 2J/K passes it on."""
    for K in (4, 6, 10):
        X, J = 2 * pairs(K) - pairs(K), np.ones((K, K))
        assert np.linalg.svd(X + J, compute_uv=False).sum() == pytest.approx(2 * K)
        np.testing.assert_allclose((X + 2 * J / K) @ (X + J) / 2, X + J, atol=1e-12)
        np.testing.assert_allclose(X @ (X + J) / 2, X, atol=1e-12)
        assert (X + J).min() >= 0


def test_least_ranks_of_a_code():
    """Rank 2 for three classes and more; rank 1 for two only."""
    for K in (3, 4, 5, 9):
        X = circle_features(K)
        gram = np.array((X.transpose() * X).tolist(), float)
        assert (X.transpose() * X).rref()[1] == 2
        assert is_superior(gram)
        assert np.all(np.argmax(ring(K), axis=0) == np.arange(K))
        draw = np.random.default_rng(K)
        for _ in range(50):
            assert not is_superior(np.outer(draw.normal(size=K), draw.normal(size=K)))
    assert is_superior(np.array([[1.0, -1.0], [-1.0, 1.0]]))


# ---- theorem 5: dimensions


def action(K, L, d, r):
    """Rank of the infinitesimal rotations of all hidden layers at a balanced point of rank r, its zeros exact."""
    draw = np.random.default_rng(K + 10 * L + 100 * d)
    U = np.linalg.qr(draw.normal(size=(K, r)))[0]
    level = np.zeros((d, d))
    level[:r, :r] = np.eye(r)
    last = np.hstack([U, np.zeros((K, d - r))])
    turns = [np.linalg.qr(draw.normal(size=(d, d)))[0] for _ in range(L)]
    factors = [turns[0] @ last.T, *[turns[k + 1] @ level @ turns[k].T for k in range(L - 1)], last @ turns[-1].T]
    moved = []
    for layer in range(L):
        for a in range(d):
            for b in range(a):
                T = np.zeros((d, d))
                T[a, b], T[b, a] = 1, -1
                change = [np.zeros_like(W) for W in factors]
                change[layer], change[layer + 1] = T @ factors[layer], -factors[layer + 1] @ T
                moved.append(np.concatenate([C.ravel() for C in change]))
    values = np.linalg.svd(np.array(moved), compute_uv=False)
    assert not np.any((values > 1e-9) & (values < 1e-6))
    return int(np.sum(values > 1e-6))


@pytest.mark.parametrize(
    ("K", "L", "d", "rank", "printed_count"),
    [
        (4, 1, 4, 6, 3),
        (4, 2, 4, 12, 6),
        (4, 2, 6, 24, 18),
        (4, 3, 5, 27, 18),
        (5, 2, 5, 20, 8),
        (6, 2, 6, 30, 10),
        (6, 2, 9, 60, 40),
    ],
)
def test_dimension_of_the_solution_set(K, L, d, rank, printed_count):
    assert action(K, L, d, K - 1) == rank == features_orbits.dimension(K - 1, L, d)
    assert features_orbits.printed(K - 1, L, d) == printed_count == L * (K - 1) * (d - K + 1)
    told = derive.solution_set_dimension()
    symbols = {s.name: s for s in (told.dimension * told.collapse).free_symbols}
    at = {symbols["K"]: K, symbols["L"]: L, symbols["d"]: d, symbols["r"]: K - 1}
    assert told.dimension.subs(at) == told.collapse.subs(at) == rank
    if (K, L, d) == (4, 2, 4):
        assert action(K, L, d, 2) == features_orbits.dimension(2, L, d) == 2 * (8 - 3)


def test_one_layer_of_width_two_is_a_circle():
    """W = √s R, H = √s Rᵀ: one parameter, where dividing by another group would leave none."""
    assert action(2, 1, 2, 2) == 1 == features_orbits.dimension(2, 1, 2)
    assert features_orbits.printed(2, 1, 2) == 0


def test_the_ratio_of_dimensions_is_above_one():
    told = derive.solution_set_dimension()
    symbols = {s.name: s for s in told.ratio.free_symbols}
    for K in (4, 5, 8):
        for r in range(2, K - 1):
            by_hand = [Fraction((K - 1) * (2 * d - K), r * (2 * d - r - 1)) for d in range(K, 3 * K)]
            assert all(1 < a < b < Fraction(K - 1, r) for a, b in pairwise(by_hand))
            assert by_hand[0] == Fraction(K * (K - 1), r * (2 * K - r - 1))
            at = {symbols["K"]: K, symbols["r"]: r}
            tool = [told.ratio.subs({**at, symbols["d"]: d}) for d in range(K, 3 * K)]
            assert [Fraction(int(v.p), int(v.q)) for v in tool] == by_hand
    assert Fraction(action(4, 2, 5, 3), action(4, 2, 5, 2)) == Fraction(3 * 6, 2 * 7)


# ---- theorem 6: norms of the Hessian


def test_ratios_of_the_hessians():
    """K = 4, L = 2, λ = 10^-k: Frobenius, spectral and trace norm at collapse over those at the pairs."""
    table = {
        "Frobenius": (".8162", ".7828", ".7679", ".7595", ".7543"),
        "spectral": (".8409", ".8943", ".9185", ".9333", ".9435"),
        "trace": (".8885", ".8515", ".8306", ".8170", ".8074"),
    }
    sizes = []
    for place, k in enumerate((2, 3, 4, 5, 6)):
        reg, found = Fraction(1, 10**k), []
        for name, Z, rank in (("dnc", simplex(4), 3), ("low_rank", pairs(4), 2)):
            scale = float(least(CURVES[name](4, 2, mpmath.mpf(1) / 10**k))[1])
            factors = [np.pad(W, [(0, 4 - n) for n in W.shape]) for W in spread(scale * Z, 2, rank)]
            slope, H = hessian(factors, float(reg))
            assert np.abs(slope).max() < 1e-9 * float(reg) + 1e-14
            values = np.abs(np.linalg.eigvalsh(H))
            found.append({"Frobenius": math.sqrt(np.sum(values**2)), "spectral": values.max(), "trace": values.sum()})
            if name == "dnc":
                sizes.append(found[0]["Frobenius"] / (scale * float(reg)))
        by_package = features_curved.hessian_norms(4, 2, reg)
        for norm, digits in table.items():
            printed(found[0][norm] / found[1][norm], digits[place])
            assert by_package[0][norm] / by_package[1][norm] == pytest.approx(float(digits[place]), abs=1.5e-4)
    printed(sizes[0], "5.68")
    printed(sizes[-1], "5.49")
    assert all(a > b for a, b in pairwise(sizes))


# ---- lower bounds


@pytest.mark.parametrize(
    ("L", "reg", "generic", "sharper", "upper"),
    [
        (2, "0.022129", ".165589", ".176238", ".202310"),
        (3, "0.021273", ".147927", ".168055", ".202406"),
        (4, "0.021201", ".146200", ".176171", ".214850"),
    ],
)
def test_lower_bounds_for_three_classes(L, reg, generic, sharper, upper):
    """Jensen's by the package and by trying every nuclear norm; the sharper one by trying all singular values."""
    printed(float(Fraction(floor_part(linear(3, L, reg), "jensen")["value"])), generic)
    p, t, lam = 2 / (L + 1), np.linspace(1e-9, 40, 2_000_001), float(reg)
    printed(np.min(np.log1p(2 * np.exp(-t / 2)) + lam / 2 * (L + 1) * t**p), generic)
    assert float(best_fold(3, L)) / 10 == pytest.approx(lam, abs=6e-7)
    printed(least(CURVES["dnc"](3, L, mpmath.mpf(reg)))[0], upper)
    printed(structure(linear(3, L, reg), "dnc").loss, upper)
    curve, tried = two_values(L, lam)
    printed(curve, sharper)
    assert tried == pytest.approx(float(curve), abs=1e-4)
    assert tried >= curve
    assert 0.12 < 1 - float(sharper) / float(upper) < 0.19


@pytest.mark.thorough
@pytest.mark.parametrize(("L", "reg", "sharper"), [(2, "0.022129", 0.176238), (3, "0.021273", 0.168055)])
def test_the_package_proves_more_for_three_classes(L, reg, sharper):
    found = best_floor(linear(3, L, reg))
    assert sharper < float(found.value) <= structure(linear(3, L, reg), "dnc").loss


def best_fold(K, L):
    return -least(lambda a: -critical(K, L, a), 0.05, 20)[0]


def two_values(L, lam):
    """The least of max(log(1+2e^{-(s1+s2)/2}), log2/3 - sqrt(2/3) s2) + penalty: where both are equal; by trying."""
    p, root = 2 / (L + 1), mpmath.sqrt(mpmath.mpf(2) / 3)

    def equal(s2):
        fit = mpmath.log(2) / 3 - root * s2
        s1 = -2 * mpmath.log(mpmath.expm1(fit) / 2) - s2
        return fit + lam / 2 * (L + 1) * (s1**p + s2**p)

    s2 = np.concatenate([[0], np.geomspace(1e-9, 20, 1500)])[None, :]
    s1 = s2 + np.linspace(0, 30, 1501)[:, None]
    fit = np.maximum(np.log1p(2 * np.exp(-(s1 + s2) / 2)), np.log(2) / 3 - np.sqrt(2 / 3) * s2)
    return least(equal, 0.05, 0.2829)[0], float(np.min(fit + lam / 2 * (L + 1) * (s1**p + s2**p)))


def test_two_classes_are_exact():
    """log(1 + e^{-2 sqrt u}) is convex in u: the scalar problem at rank one; the floor meets collapse."""
    for L, reg in ((2, "0.02"), (4, "0.02")):
        floor = float(Fraction(floor_part(linear(2, L, reg), "jensen")["value"]))
        assert floor == pytest.approx(float(least(CURVES["dnc"](2, L, mpmath.mpf(reg)))[0]), abs=1e-9)
    u = np.linspace(0.01, 30, 3000)
    assert np.diff(np.log1p(np.exp(-2 * np.sqrt(u))), 2).min() > 0

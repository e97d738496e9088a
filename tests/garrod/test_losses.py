"""Garrod and Keating: the tables of losses and scales, from the package, from mpmath, and from factors by hand."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq

from theorycheck import solve
from theorycheck.exact.dufm_solution import exact_layers
from theorycheck.exact.dufm_structures import structure, structures
from theorycheck.exact.dufm_thresholds import fold
from theorycheck.models.features import UnconstrainedFeatures as Model

from .oracles import (
    CURVES,
    OUTPUTS,
    at,
    descend,
    least,
    objective,
    output,
    pairs,
    printed,
    random_start,
    rational,
    ring,
    simplex,
    spread,
)


def linear(K, L, reg, **rest):
    return Model(K, L, reg, **({"loss": "ce", "activation": "linear"} | rest))


def best_fold(K, L):
    """The largest λ with a critical α, by maximising over α in 30 digits; 1/K for one layer."""
    if L == 1:
        return mpmath.mpf(1) / K
    q = mpmath.mpf(L - 1) / (L + 1)
    return -least(lambda a: -(a**q) / (mpmath.exp(a) + K - 1), 0.05, 20)[0]


EXACT = [  # §6
    (4, 2, "0.0178", ".2511105742 4.496791", ".2498977043 4.011577", ".2498977043"),
    (4, 3, "0.0175", ".2544324491 4.806277", ".2320483828 4.431527", ".2320483828"),
    (5, 3, "0.0150", ".2949156407 4.974609", ".2776674177 4.779839", ".2634357480 6.158641"),
    (6, 2, "0.0130", ".3177483344 4.828430", ".2963298768 4.647575", ".3555455123 7.023381"),
]


@pytest.mark.parametrize(("K", "L", "reg", "dnc", "low_rank", "circle"), EXACT)
def test_losses_and_scales(K, L, reg, dnc, low_rank, circle):
    instance, lam = linear(K, L, reg), mpmath.mpf(reg)
    for name, digits in (("dnc", dnc), ("low_rank", low_rank), ("circle", circle)):
        told = digits.split()
        found, (loss, scale) = structure(instance, name), least(CURVES[name](K, L, lam))
        printed(found.loss, told[0])
        printed(loss, told[0])
        printed(at(instance, found.factors), told[0])
        rank = {"dnc": K - 1, "low_rank": (K + 1) // 2, "circle": 2}[name]
        printed(objective(spread(OUTPUTS[name](K) * float(scale), L, rank), [float(reg)] * (L + 1), [1] * K), told[0])
        for value in (found.scale, scale) if len(told) > 1 else ():
            printed(value, told[1])
    if K == 4:  # the circle is the pairs with the classes in another order
        order = [0, 2, 1, 3]
        np.testing.assert_allclose(ring(4)[np.ix_(order, order)], pairs(4), atol=1e-15)


@pytest.mark.parametrize(("K", "L", "reg", "dnc", "low_rank", "circle"), EXACT)
def test_the_certified_ends_there(K, L, reg, dnc, low_rank, circle):
    solution = solve.dufm(K, L, reg, loss="ce", activation="linear", seconds=0)
    best = min(dnc.split()[0], low_rank.split()[0], circle.split()[0])
    for end in solution.upper.values():
        printed(mpmath.mpf(Fraction(end).numerator) / Fraction(end).denominator, best)
    collapsed = Fraction(solution.collapsed)  # a lower bound over all collapsed solutions
    assert "DNC is not optimal" in solution.statement
    assert float(Fraction(solution.upper["hi"])) < float(collapsed) <= float(dnc.split()[0]) + 1e-9
    assert solution.certificate.verify()


TABLE = [  # §3: λ = λ_fold / 10; "=" marks a best value that is that of collapse or of the pairs
    (2, 2, ".029985", ".13146020", "3.9454", ".13146020", None, "dnc"),
    (2, 5, ".026956", ".14449224", "4.6247", ".14449224", None, "dnc"),
    (3, 1, ".033333", ".29113984", "3.3322", ".35724920", None, "dnc"),
    (3, 2, ".022129", ".20231106", "4.2668", ".23789919", None, "dnc"),
    (3, 3, ".021273", ".20240594", "4.5925", ".22969110", None, "dnc"),
    (3, 5, ".021295", ".23179769", "4.8929", ".25279969", None, "dnc"),
    (4, 1, ".025", ".34878038", "3.6109", ".39703049", None, "dnc"),
    (4, 2, ".017766", ".25069356", "4.4989", ".24948873", "4.0137", "low_rank"),
    (4, 3, ".017495", ".25436609", "4.8066", ".23198830", "4.4319", "low_rank"),
    (4, 4, ".01766", ".27214705", None, ".23448051", None, "low_rank"),
    (4, 5, ".017879", ".29510190", None, ".24437575", None, "low_rank"),
    (5, 3, ".014982", ".29458828", None, ".27736030", None, ".26314779"),
    (5, 4, ".015266", ".31699136", None, ".28574170", None, ".25495894"),
    (5, 5, ".015546", ".34499759", None, ".30189358", None, ".25786760"),
    (6, 2, ".01296", ".31689763", None, ".29553999", None, "low_rank"),
    (6, 3, ".01317", ".32743936", None, ".27647770", None, "low_rank"),
    (6, 4, ".013518", ".35390907", None, ".28047340", None, ".27456690"),
    (6, 5, ".01383", ".38627993", None, ".29303438", None, ".27060291"),
    (8, 2, ".010319", ".36279032", None, ".32703754", None, "low_rank"),
    (8, 4, ".011109", ".41268423", None, ".31393333", None, None),
    (10, 2, ".0086261", ".39791008", None, ".35135558", None, "low_rank"),
]


@pytest.mark.parametrize(("K", "L", "lam", "dnc", "alpha", "low_rank", "beta", "best"), TABLE)
def test_a_tenth_of_the_fold(K, L, lam, dnc, alpha, low_rank, beta, best):
    """The table's λ is rounded; its losses are those at the exact tenth."""
    ours, exact = fold(K, L).reg / 10, best_fold(K, L) / 10
    printed(ours, lam)
    printed(exact, lam)
    found = structures(linear(K, L, ours))
    for name, loss, scale in (("dnc", dnc, alpha), ("low_rank", low_rank, beta)):
        value, place = least(CURVES[name](K, L, exact))
        printed(value, loss)
        printed(found[name].loss, loss)
        assert scale is None or printed(place, scale) is printed(found[name].scale, scale)
    if best in ("dnc", "low_rank"):
        lowest = min(found[name].loss for name in ("dnc", "low_rank", "circle"))
        assert found[best].loss <= lowest + 1e-12
    elif best:
        printed(found["circle"].loss, best)
        printed(least(CURVES["circle"](K, L, exact))[0], best)


@pytest.mark.parametrize(
    ("K", "L", "rank"), [(2, 2, 1), (3, 2, 2), (4, 3, 2), (5, 4, 2), (6, 3, 3), (6, 5, 2), (8, 2, 4)]
)
def test_no_descent_finds_better(K, L, rank):
    """L-BFGS with a gradient by hand, from the best structure shaken and from random starts."""
    reg = fold(K, L).reg / 10
    found = {name: s for name, s in structures(linear(K, L, reg)).items() if s.loss is not None}
    best = min(found.values(), key=lambda s: s.loss)
    draw = np.random.default_rng(3)
    wide = [np.zeros(s) for s in [(K, K)] * (L + 1)]
    for W, zero in zip(best.factors, wide, strict=True):
        zero[: W.nrows(), : W.ncols()] = rational(W)
    starts = [
        [W + draw.normal(size=W.shape) / 50 for W in wide],
        *[random_start(K, L, K + 2, s, 1.5) for s in range(2)],
    ]
    ends = [descend(start, reg) for start in starts]
    assert min(end[0] for end in ends) >= best.loss - 1e-9
    assert ends[0][0] == pytest.approx(best.loss, abs=1e-9)
    values = np.linalg.svd(output(ends[0][1]), compute_uv=False)
    np.testing.assert_allclose(values[:rank] / values[0], 1, atol=1e-4)  # all equal
    assert rank == K or values[rank] < 1e-3 * values[0]


# ---- crossings, and five classes at two layers


@pytest.mark.parametrize(("K", "digits"), [(4, ".01176050"), (5, ".04155200")])
def test_where_pairs_and_collapse_cross(K, digits):
    lead = lambda lam: least(CURVES["dnc"](K, 2, lam))[0] - least(CURVES["low_rank"](K, 2, lam))[0]  # noqa: E731
    with mpmath.workdps(30):
        printed(mpmath.findroot(lead, (float(digits) * 0.999, float(digits) * 1.001), solver="anderson"), digits)

    def by_package(lam):
        instance = linear(K, 2, lam)
        return structure(instance, "dnc").loss - structure(instance, "low_rank").loss

    printed(brentq(by_package, 0.9 * float(digits), 1.1 * float(digits), xtol=1e-12), digits)
    assert by_package(0.9 * float(digits)) < 0 < by_package(1.1 * float(digits))


@pytest.mark.parametrize(
    ("reg", "best", "dnc"),
    [
        ("0.02", ".36240657", ".37011088"),
        ("0.005", ".10752583", ".10884969"),
        ("0.001", ".02505173", ".02519263"),
        ("0.0002", ".00566600", ".00567217"),
    ],
)
def test_five_classes_and_two_layers(reg, best, dnc):
    instance = linear(5, 2, reg)
    printed(structure(instance, "dnc").loss, dnc)
    printed(least(CURVES["dnc"](5, 2, mpmath.mpf(reg)))[0], dnc)
    found = structure(instance, "low_rank_centred")
    printed(found.loss, best)
    printed(at(instance, found.factors), best)
    assert exact_layers(instance, found.factors)[-1].rank_before == 3
    start = [rational(W) for W in found.factors]
    start = [np.pad(W, [(0, max(0, 3 - n)) for n in W.shape]) for W in start]
    loss, ended = descend([W + 1e-3 * np.sin(np.arange(W.size)).reshape(W.shape) for W in start], float(reg))
    printed(loss, best)
    Z = output(ended)
    assert np.abs(Z.sum(axis=0)).max() < 1e-5 * np.abs(Z).max()
    values = np.linalg.svd(Z, compute_uv=False)
    np.testing.assert_allclose(values[:3] / values[0], (1, 1, 0.5), atol=0.06)


@pytest.mark.parametrize(("reg", "digits"), [("0.005", ".08164885"), ("0.0005", ".00996888")])
def test_four_classes_and_two_layers(reg, digits):
    """Small λ: collapse is the best known."""
    found = structures(linear(4, 2, reg))
    printed(found["dnc"].loss, digits)
    printed(least(CURVES["dnc"](4, 2, mpmath.mpf(reg)))[0], digits)
    assert found["dnc"].loss == min(s.loss for s in found.values() if s.loss is not None)
    ends = [descend(random_start(4, 2, 8, seed, 2.0), float(reg))[0] for seed in range(4)]
    assert min(ends) >= found["dnc"].loss - 1e-9


# ---- theorem 3: λ = .08 / L²


@pytest.mark.parametrize(
    ("L", "digits", "rank"),
    [
        (2, ".43032532", 3),
        (3, ".19311795", 3),
        (4, ".10933913", 2),
        (6, ".04707735", 2),
        (8, ".02725962", 2),
        (10, ".01839282", 2),
    ],
)
def test_the_sweep_of_six_classes(L, digits, rank):
    lam = mpmath.mpf("0.08") / L**2
    found = {name: s for name, s in structures(linear(6, L, Fraction(2, 25 * L**2))).items() if s.loss is not None}
    best = min(found.values(), key=lambda s: s.loss)
    printed(best.loss, digits)
    printed(min(least(curve(6, L, lam))[0] for curve in CURVES.values()), digits)
    last = exact_layers(linear(6, L, Fraction(2, 25 * L**2)), best.factors)[-1]
    assert last.rank_before == rank
    np.testing.assert_allclose(np.array(last.before[:rank]) / last.before[0], 1, atol=1e-6)
    Z = output([rational(W) for W in best.factors])
    assert all(Z[k, k] > np.delete(Z[:, k], k).max() for k in range(6))


def test_the_sweep_of_four_and_five_classes():
    for L in (2, 3, 4, 6, 10):
        found = {name: s for name, s in structures(linear(4, L, Fraction(2, 25 * L**2))).items() if s.loss is not None}
        best = min(found.values(), key=lambda s: s.loss)
        values = np.linalg.svd(output([rational(W) for W in best.factors]), compute_uv=False)
        np.testing.assert_allclose(values / values[0], [1, 1, 0, 0], atol=1e-6)
    found = structure(linear(5, 2, "0.02"), "low_rank_centred")
    values = np.linalg.svd(output([rational(W) for W in found.factors]), compute_uv=False)
    for value, digits in zip(values / np.linalg.norm(values), (".663", ".663", ".349"), strict=False):
        printed(value, digits)
    _, ended = descend([W + 1e-3 for W in spread(rational_output(found), 2, 3)], 0.02)
    values = np.linalg.svd(output(ended), compute_uv=False)
    for value, digits in zip(values / np.linalg.norm(values), (".663", ".663", ".349"), strict=False):
        printed(value, digits)
    for L in (3, 4, 6):
        found = {name: s for name, s in structures(linear(5, L, Fraction(2, 25 * L**2))).items() if s.loss is not None}
        assert min(found.values(), key=lambda s: s.loss).name == "circle"


def rational_output(found):
    return output([rational(W) for W in found.factors])


# ---- one layer, more samples, fewer dimensions, centring


@pytest.mark.parametrize(
    ("K", "lam", "digits"), [(3, "1/30", ".29113984"), (4, "1/40", ".34878039"), (6, "1/60", ".42095581")]
)
def test_one_layer_is_convex(K, lam, digits):
    import cvxpy as cp

    reg = float(Fraction(lam))
    found = structure(linear(K, 1, lam), "dnc")
    closed = least(CURVES["dnc"](K, 1, mpmath.mpf(reg)))
    printed(closed[0], {".34878039": ".34878038"}.get(digits, digits))  # the convex solver's last digit
    assert found.loss == pytest.approx(float(closed[0]), abs=1e-12)
    assert found.scale == pytest.approx(float(mpmath.log(1 / reg - (K - 1))), abs=1e-9)
    Z = cp.Variable((K, K))
    fit = sum(cp.log_sum_exp(Z[:, k] - Z[k, k]) for k in range(K)) / K
    problem = cp.Problem(cp.Minimize(fit + reg * cp.normNuc(Z)))
    problem.solve(solver=cp.CLARABEL)
    assert problem.value == pytest.approx(found.loss, abs=2e-8)
    alpha = np.trace(Z.value @ simplex(K)) / (K - 1)
    assert np.abs(Z.value / alpha - simplex(K)).max() < 3e-5
    solved = solve.dufm(K, 1, lam, loss="ce", activation="linear", seconds=0)
    assert solved.gap < 1e-9
    assert "DNC is globally optimal" in solved.statement


def test_one_layer_ends_at_one_over_k():
    for K in (2, 3, 6):
        for n in (1, 4):
            edge = 1 / K / n**0.5
            assert structure(linear(K, 1, edge * 1.0001, counts=n), "dnc").scale == 0
            assert structure(linear(K, 1, edge * 0.9999, counts=n), "dnc").scale > 0


@pytest.mark.parametrize("n", [2, 5])
@pytest.mark.parametrize("name", ["dnc", "low_rank", "circle"])
def test_more_samples_break_nothing(n, name):
    lam = mpmath.mpf("0.015") / mpmath.mpf(n) ** 0.25
    many, one = structure(linear(5, 3, float(lam), counts=n), name), structure(linear(5, 3, "0.015"), name)
    assert many.loss == pytest.approx(one.loss, abs=1e-12)
    assert float(least(CURVES[name](5, 3, lam, n))[0]) == pytest.approx(one.loss, abs=1e-12)
    assert at(linear(5, 3, float(lam), counts=n), many.factors) == pytest.approx(one.loss, abs=1e-9)


def test_fewer_dimensions_than_classes():
    for width, there in ((2, {"circle"}), (3, {"circle", "low_rank"}), (5, {"circle", "low_rank", "dnc"})):
        found = structures(linear(6, 3, "0.013", width=width))
        assert {name for name in CURVES if found[name].loss is not None} == there
        for name in there:
            assert max(W.nrows() for W in found[name].factors[:-1]) <= width
    told = structure(linear(6, 3, "0.013", width=4), "dnc").note
    assert "width" in told


def test_an_odd_class_by_itself_is_never_optimal():
    """Centring costs no fit and shrinks the last singular value to β sqrt(1 - 1/K)."""
    for K in (3, 5, 7):
        before = np.linalg.svd(pairs(K), compute_uv=False)[: (K + 1) // 2]
        after = np.linalg.svd(simplex(K) @ pairs(K), compute_uv=False)[: (K + 1) // 2]
        assert before == pytest.approx([2] * (K // 2) + [1])
        assert after == pytest.approx([2] * (K // 2) + [(1 - 1 / K) ** 0.5])
        for L, reg in ((2, 0.02), (4, 0.01)):
            instance = linear(K, L, reg)
            plain, centred = (structure(instance, name).loss for name in ("low_rank", "low_rank_centred"))
            scale = float(least(CURVES["low_rank"](K, L, reg))[1])
            Z = scale * simplex(K) @ pairs(K)
            moved = objective(spread(Z, L, (K + 1) // 2), [reg] * (L + 1), [1] * K)
            assert centred <= moved < plain


def test_vanishing_singular_values_are_exactly_zero():
    """1e-17 to the power 1/3 is not small: a circle code of rank 2 must stay of rank 2 in every factor."""
    instance = linear(5, 2, "0.02")
    found = structure(instance, "circle")
    layers = exact_layers(instance, found.factors)
    assert [layer.rank_before for layer in layers] == [2, 2, 2]
    assert all(value == 0.0 for layer in layers for value in layer.before[2:])
    noisy = np.linalg.svd(ring(5), compute_uv=False)
    assert 0 < max(noisy[2:]) < 1e-14
    assert np.sum(noisy[2:] ** (1 / 3)) > 1e-6  # what a factor would carry
    power = 1.5 * 0.02 * 2 * (float(found.scale) * 2.5) ** (2 / 3)
    told = sum(0.01 * np.sum(rational(W) ** 2) for W in found.factors)
    assert told == pytest.approx(power, rel=1e-8)

"""Súkeník et al.: losses of structures, from the package, from one variable in mpmath, and from explicit matrices."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from theorycheck import solve
from theorycheck.exact.dufm_scalar import dnc_threshold, mean_reg, one_variable
from theorycheck.exact.dufm_structures import structure, structures
from theorycheck.models.features import UnconstrainedFeatures as Model
from theorycheck.training.features import Descent, gradient_descent, lbfgs
from theorycheck.training.structures import endings

from .oracles import (
    at,
    by_scaling,
    descend,
    family,
    forward,
    ladder,
    lam0,
    objective,
    printed,
    random_start,
    rational,
    srg,
)

BETA, SIDE = 0.9034845, 1.3886  # of the ladder; v/u is near its best


def reg(K, L, tau=0.3):
    return Fraction(tau * dnc_threshold(K, L))


@pytest.mark.parametrize(
    ("L", "digits"),
    [(1, ".255"), (2, ".1711844535"), (3, ".1598174263"), (4, ".1557021451"), (5, ".1537332658")],
)
def test_collapse_at_three_tenths(L, digits):
    for K in (2, 3, 4, 6, 10, 15):
        found = structure(Model(K, L, reg(K, L)), "dnc")
        printed(found.loss, digits)
        printed(family(K * (L + 1), lam0(K, L) * 0.3, L)[0], digits)
        printed(at(Model(K, L, reg(K, L)), found.factors), digits)
        printed(by_scaling([np.eye(K)] * (L + 1), float(reg(K, L))), digits)


@pytest.mark.parametrize(
    ("L", "tau", "digits"),
    [
        (2, 0.9, ".4607569200"),
        (3, 0.9, ".4548450399"),
        (3, 0.02, ".010871766"),
        (3, 0.1, ".054057553"),
        (3, 0.3, ".159817426"),
        (3, 0.6, ".311947578"),
    ],
)
def test_collapse_at_other_regularisations(L, tau, digits):
    for K in (2, 3, 7):
        printed(structure(Model(K, L, reg(K, L, tau)), "dnc").loss, digits)
        printed(family(K * (L + 1), lam0(K, L) * tau, L)[0], digits)


@pytest.mark.parametrize(
    ("L", "K", "digits"),
    [
        (2, 2, ".0595275"),
        (2, 3, ".0396850"),
        (2, 4, ".0297638"),
        (2, 6, ".0198425"),
        (2, 10, ".0119055"),
        (2, 15, ".0079370"),
        (3, 2, ".0408248"),
        (3, 3, ".0272166"),
        (3, 4, ".0204124"),
        (3, 5, ".0163299"),
        (3, 6, ".0136083"),
        (3, 7, ".0116642"),
        (3, 8, ".0102062"),
        (3, 10, ".0081650"),
        (4, 2, ".0315550"),
        (4, 3, ".0210367"),
        (4, 6, ".0105183"),
        (4, 10, ".0063110"),
        (5, 2, ".0258532"),
        (5, 3, ".0172355"),
        (5, 10, ".0051706"),
    ],
)
def test_regularisations_of_the_table(L, K, digits):
    printed(0.3 * dnc_threshold(K, L), digits)
    printed(mpmath.mpf("0.3") * lam0(K, L), digits)


@pytest.mark.parametrize(
    ("K", "L", "name", "digits"),
    [
        (3, 3, "srg", ".1714418921"),
        (6, 3, "srg", ".1685672418"),
        (10, 3, "srg", ".1667479110"),
        (10, 3, "srg_flipped", ".1478381"),
        (3, 4, "srg", ".1647875221"),
        (6, 4, "srg", ".1500591805"),
        (10, 4, "srg", ".1405342224"),
        (15, 4, "srg", ".1336832628"),
        (21, 4, "srg", ".1284113497"),
        (3, 5, "srg", ".1612096064"),
        (10, 5, "srg", ".1258192868"),
        (3, 4, "ladder", ".1529197272"),
        (3, 5, "ladder", ".1416199418"),
        (3, 6, "ladder", ".1342846085"),
    ],
)
def test_structures_at_three_tenths(K, L, name, digits):
    instance = Model(K, L, reg(K, L))
    found = structure(instance, name)
    printed(found.loss, digits)
    printed(at(instance, found.factors), digits)
    C = mpmath.mpf(found.constant)
    assert family(C, lam0(K, L) * 0.3, L)[0] == pytest.approx(found.loss, abs=1e-12)
    r = round((1 + math.sqrt(1 + 8 * K)) / 2)
    by_hand = ladder(L, BETA, best_side()) if name == "ladder" else srg(r, L, name == "srg_flipped")
    printed(by_scaling(by_hand, float(reg(K, L))), digits)


def best_side():
    """v/u of the least product of two squared norms, on a grid."""
    sides = np.linspace(1.2, 1.6, 400_001)
    sizes = (2 + 4 * sides**2) * (1 / (4 * BETA**2) + (2 + 1 / (2 * BETA**2)) / sides**2)
    return sides[np.argmin(sizes)]


@pytest.mark.parametrize(
    ("name", "digits", "scale"), [("dnc", ".0991798746", ".958982"), ("srg", ".0894708949", ".963124")]
)
def test_the_figure_of_the_paper(name, digits, scale):
    """K = 10, L = 4, λ = .004, with the certified value beside it."""
    solution = solve.dufm(10, 4, "0.004", structure=name, seconds=0)
    found = solution.structures[name]
    for value in (found.loss, solution.loss):
        printed(value, digits)
    ends = solution.upper.values() if isinstance(solution.upper, dict) else [solution.upper]
    for end in ends:
        printed(mpmath.mpf(Fraction(end).numerator) / Fraction(end).denominator, digits)
    printed(found.scale, scale)
    loss, c = family(found.constant, "0.004", 4)
    printed(loss, digits)
    printed(c, scale)
    by_hand = [np.eye(10)] * 5 if name == "dnc" else srg(5, 4)
    printed(by_scaling(by_hand, 0.004), digits)
    assert solution.certificate.verify()


# ---- §5: what is dropped


def test_two_classes_collapse_at_any_depth():
    printed(structure(Model(2, 5, reg(2, 5)), "dnc").loss, "0.1537332658")
    solution = solve.dufm(2, 5, reg(2, 5), seconds=0)
    assert solution.best == "dnc"
    assert "DNC is globally optimal" in solution.statement
    shapes = [(6, 2), *[(6, 6)] * 4, (2, 6)]
    ends = [descend(random_start(shapes, seed, 1.5), [float(reg(2, 5))] * 6, [1, 1])[0] for seed in range(8)]
    assert min(ends) > 0.1537332658 - 1e-9


@pytest.mark.parametrize(("tau", "digits"), [(0.3, ".159817426"), (0.9, ".454845040")])
def test_linear_networks_end_in_collapse(tau, digits):
    """Three classes, three layers, no ReLU: gradient descent of the package, L-BFGS by hand, the certified optimum."""
    instance = Model(3, 3, reg(3, 3, tau), activation="linear")
    solution = solve.dufm(3, 3, reg(3, 3, tau), activation="linear", seconds=0)
    assert solution.best == "dnc"
    assert "DNC is globally optimal" in solution.statement
    printed(solution.loss, digits)
    printed(family(12, lam0(3, 3) * tau, 3)[0], digits)
    draw = np.random.default_rng(2)
    start = [np.sqrt(0.9) * np.eye(3) + draw.normal(size=(3, 3)) / 20 for _ in range(4)]
    runs = gradient_descent(instance, 3, (0,), Descent(tolerance=1e-8), start=tuple(W[None] for W in start))
    assert endings(runs)[0].kind == "DNC"
    printed(runs.loss[0], digits)
    printed(descend(start, [float(instance.reg[0])] * 4, [1] * 3, relu=False)[0], digits)


def test_the_window_above_the_threshold():
    """Six classes, four layers: collapse is worse than zero from .0350611 on, SRG only from .0363981 on."""
    printed(dnc_threshold(6, 4), ".0350611")
    found = structure(Model(6, 4, reg(6, 4)), "srg")
    end = dnc_threshold(6, 4) * 30 / found.constant
    printed(end, ".0363981")
    above = Fraction("1.02") * Fraction(dnc_threshold(6, 4))
    printed(mpmath.mpf(above.numerator) / above.denominator, ".0357623")
    told = structures(Model(6, 4, above))
    assert told["dnc"].loss == told["zero"].loss == 0.5
    printed(told["srg"].loss, ".4918005")
    printed(by_scaling(srg(4, 4), float(above)), ".4918005")
    assert by_scaling([np.eye(6)] * 5, float(above)) == 0.5
    for factor, alive in (("0.9999", True), ("1.0001", False)):
        lam = Fraction(factor) * Fraction(end)
        assert (structure(Model(6, 4, lam), "srg").loss < 0.5) == alive
        assert (by_scaling(srg(4, 4), float(lam)) < 0.5) == alive


def test_every_rank_ties_at_the_threshold_of_the_linear_model():
    lam = dnc_threshold(3, 2)
    printed(lam, ".1322834210")
    c = 1 / 2
    for rank in range(4):
        kept = np.diag([c ** (1 / 3) * (k < rank) for k in range(3)])
        assert objective([kept] * 3, [lam] * 3, [1] * 3, relu=False) == pytest.approx(0.5, abs=1e-15)
        assert objective([kept] * 3, [lam * 1.001] * 3, [1] * 3, relu=False) >= 0.5
    solution = solve.dufm(3, 2, lam, activation="linear", seconds=0)
    assert solution.loss == pytest.approx(0.5, abs=1e-12)
    assert float(Fraction(solution.lower)) == pytest.approx(0.5, abs=1e-9)


def death(n, N, L):
    """The λ above which a class with n of N samples is given up: n/(2N) is best, by maximising over its scale."""
    p = 2 / (L + 1)
    if L == 1:
        return math.sqrt(n) / N
    c = np.linspace(0.05, 1, 2_000_001)
    gain = n / (2 * N) * (1 - (1 - c) ** 2)
    return float(np.max(gain / ((L + 1) / 2 * (np.sqrt(n) * c) ** p))) if n else 0.0


@pytest.mark.parametrize(
    ("counts", "L", "thresholds", "lam", "digits", "scale"),
    [
        ((9, 1), 1, (".3", ".1"), ".173205", ".41961524", ".4226"),
        ((9, 1), 2, (".17171", ".03969"), ".082548", ".28994410", ".7940"),
        ((9, 1), 3, (".14142", ".02722"), ".062040", ".25806149", ".8722"),
        ((4, 4, 1), 2, None, ".069996", ".35817260", None),
    ],
)
def test_imbalance(counts, L, thresholds, lam, digits, scale):
    ends = [death(n, sum(counts), L) for n in (counts[0], counts[-1])]
    for found, told in zip(ends, thresholds or (), strict=bool(thresholds)):
        printed(found, told)
    exact = math.sqrt(ends[0] * ends[1])
    printed(exact, lam)
    for activation in ("linear", "relu"):
        instance = Model(len(counts), L, exact, counts=counts, activation=activation)
        found = structure(instance, "dnc")
        printed(found.loss, digits)
        printed(at(instance, found.factors), digits)
        assert f"{float(scale):.4g}" in found.note if scale else True
        Z = forward([np.array(W.tolist(), float) for W in found.factors], counts, instance.relu)[-1]
        assert np.abs(Z[-1]).max() == 0.0
        assert scale is None or Z[0, 0] == pytest.approx(float(scale), abs=5.1e-5)
        K = len(counts)
        start = [np.diag([0.9] * (K - 1) + [0.1])] * (L + 1)
        first = np.repeat(start[0], counts, axis=1)
        loss, _ = descend([first, *start[1:]], [exact] * (L + 1), counts, relu=instance.relu)
        assert loss == pytest.approx(float(digits), abs=1e-8)
        if activation == "linear":
            solved = solve.dufm(K, L, exact, activation="linear", counts=counts, seconds=0)
            printed(solved.loss, digits)
            assert solved.gap < 1e-9


def test_unequal_regularisation_breaks_nothing():
    lam = reg(3, 3)
    uneven = (4 * lam, lam / 4, 3 * lam, lam / 3)
    assert mean_reg(Model(3, 3, uneven)) == pytest.approx(float(lam))
    for activation in ("relu", "linear"):
        printed(structure(Model(3, 3, uneven, activation=activation), "dnc").loss, ".1598174263")
    start = [np.eye(3) * 0.9] * 4
    assert descend(start, [float(v) for v in uneven], [1] * 3)[0] == pytest.approx(0.1598174263, abs=1e-9)
    solved = solve.dufm(3, 3, list(uneven), activation="linear", seconds=0)
    assert "DNC is globally optimal" in solved.statement


@pytest.mark.parametrize(("K", "L", "n"), [(3, 3, 2), (3, 2, 3), (2, 2, 3), (10, 4, 5)])
def test_more_samples_break_nothing(K, L, n):
    """λ n^{1/(L+1)} is what counts."""
    lam = reg(K, L) / Fraction(n ** (1 / (L + 1)))
    instance = Model(K, L, lam, counts=n)
    found = structure(instance, "dnc")
    assert found.loss == pytest.approx(structure(Model(K, L, reg(K, L)), "dnc").loss, abs=1e-12)
    assert at(instance, found.factors) == pytest.approx(found.loss, abs=1e-12)
    assert one_variable(K * (L + 1), mean_reg(instance), L).loss == pytest.approx(found.loss, abs=1e-12)
    if (K, L) == (3, 3):
        printed(found.loss, ".159817426")


@pytest.mark.parametrize(("K", "L", "n"), [(3, 2, 2), (3, 3, 2), (2, 2, 3)])
def test_collapse_within_classes_stays(K, L, n):
    """From a start with a column a sample L-BFGS ends with one column a class: ours, and that of the package."""
    lam = 0.3 * dnc_threshold(K, L) / n ** (1 / (L + 1))
    draw = np.random.default_rng(5)
    start = [0.9 * np.eye(K) + draw.normal(size=(K, K)) / 30 for _ in range(L + 1)]
    start[0] = np.repeat(start[0], n, axis=1) + draw.normal(size=(K, n * K)) / 20
    loss, ended = descend(start, [lam] * (L + 1), [n] * K)
    H = ended[0].reshape(K, K, n)
    assert np.var(H, axis=2).max() < 1e-15
    assert loss == pytest.approx(structure(Model(K, L, reg(K, L)), "dnc").loss, abs=1e-9)
    runs = lbfgs(Model(K, L, lam, counts=n), K, (0,), start=tuple(W[None] for W in start))
    assert endings(runs)[0].within < 1e-5
    assert runs.loss[0] == pytest.approx(loss, abs=1e-9)


@pytest.mark.parametrize(("L", "most"), [(4, 0.1521871964), (5, 0.1411901633)])
def test_descent_from_the_ladder(L, most):
    """The ladder lies on kinks, where L-BFGS stops early: it begins beside it and is shaken whenever it stops."""
    instance, draw = Model(3, L, reg(3, L)), np.random.default_rng(0)
    begin = [np.zeros(s) for s in [(5, 3), *[(5, 5)] * (L - 1), (3, 5)]]
    for W, wide in zip(structure(instance, "ladder").factors, begin, strict=True):
        wide[: W.nrows(), : W.ncols()] = rational(W)
    lam, best = [float(instance.reg[0])] * (L + 1), begin
    loss = objective(best, lam, [1] * 3)
    for noise in (*[0.03] * 6, *[0.03] * 6, *[0.01] * 3, *[0.003] * 3, *[1e-3] * 3, *[3e-4] * 3):
        from_best = [W + noise * draw.normal(size=W.shape) for W in best]
        found, ended = descend(from_best, lam, [1] * 3, steps=1000)
        loss, best = (found, ended) if found < loss else (loss, best)
        if loss <= most:
            break
    assert loss <= most + 5e-11
    assert lbfgs(instance, 5, (0,), start=tuple(W[None] for W in best)).loss[0] <= loss + 1e-9
    beside = tuple(W[None] + draw.normal(size=W.shape) / 30 for W in begin)
    assert lbfgs(instance, 5, (0,), start=beside).loss[0] <= 1.001 * most

"""Unequal, and trained, output weights: the note's numbers two ways each."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from theorycheck import solve

from .oracles import JETS, LINES, ends, least, preimage, printed, solved

A, Y = (1, 2, -1, Fraction(1, 2)), (1, 3, -2)
POSITIVE, ABSOLUTE = (1, 2, Fraction(1, 2), 3), (1, 3, 2)
I3 = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def weighted(name, weights=A, y=Y):
    return solve.sharpness(I3, y, width=4, activation=name, output_weights=weights)


def numbers(matrix):
    return np.array([[float(v) for v in row] for row in matrix])


def second_ratio(Z):
    values = np.linalg.svd(Z, compute_uv=False)
    return values[1] / values[0]


def curved(name, Z):
    """φ''(Z) by hand."""
    return JETS[name][2](Z)


def test_weighted_cubic():
    solution = weighted("cubic")
    solved(solution, "36.3285398732")
    total = sum(1 / mpmath.mpf(float(a)) ** 2 for a in A)
    lam = [mpmath.findroot(lambda t, y=y: t**3 * total + 4 * t - y, 0.5) for y in Y]
    for value, digits in zip(lam, (".2307919954", ".5245204178", "-.4"), strict=True):
        printed(value, digits)
    Z = np.array([[float(t) / float(a) for a in A] for t in lam])
    np.testing.assert_allclose(numbers(solution.minimiser.preactivations), Z, atol=1e-12)
    assert np.sum((np.array(A, dtype=float) * (3 * Z**2 + 1)) ** 2) == pytest.approx(36.3285398732, abs=1e-9)
    found, by_slsqp = least("cubic", np.eye(3), Y, 4, A, starts=5, spread=0.3)
    assert found == pytest.approx(36.328539873126, abs=1e-8)
    np.testing.assert_allclose(by_slsqp, Z, atol=1e-4)
    assert second_ratio(Z) < 1e-12
    assert solution.rank == 1


@pytest.mark.parametrize(
    ("name", "weights", "y", "digits"),
    [("sinh", A, Y, ".0207"), ("exp", POSITIVE, ABSOLUTE, ".177"), ("quintic", A, Y, ".0326")],
)
def test_only_the_second_derivatives_have_rank_one(name, weights, y, digits):
    Z = numbers(weighted(name, weights, y).minimiser.preactivations)
    assert second_ratio(curved(name, Z)) < 1e-12
    printed(second_ratio(Z), digits)
    if name == "quintic":
        Z = least(name, np.eye(3), y, 4, weights, starts=4, spread=0.3)[1]
    else:  # φ'' is φ: a_j φ(z_ij) = y_i / m
        inverse = {"sinh": np.arcsinh, "exp": np.log}[name]
        Z = inverse(np.outer(y, 1 / np.array(weights, dtype=float)) / 4)
    assert second_ratio(Z) == pytest.approx(float(digits), abs=1e-3)
    assert second_ratio(curved(name, Z)) < 1e-4


def test_weighted_exp_and_sinh_split_the_label_evenly():
    for name, weights, y in (("sinh", A, Y), ("exp", POSITIVE, ABSOLUTE)):
        solution = weighted(name, weights, y)
        Z = numbers(solution.minimiser.preactivations)
        shares = np.array(weights, dtype=float) * JETS[name][0](Z)
        np.testing.assert_allclose(shares, np.outer(y, np.ones(4)) / 4, atol=1e-12)
        found = least(name, np.eye(3), y, 4, weights, starts=3, spread=0.2)[0]
        assert float(ends(solution.upper)[0]) == pytest.approx(found, rel=1e-7)


def test_exp_with_weights_of_both_signs_has_no_minimiser():
    solution = weighted("exp", A, ABSOLUTE)
    assert solution.attained is False
    assert float(ends(solution.lower)[0]) == pytest.approx(14 / 3, rel=1e-9)  # Σ y² / 3: the negative neuron vanishes
    # at a minimiser u_j = λ_i / a_j, so one u is negative: none is. The infimum is approached as it goes to 0.
    for tiny in (1e-2, 1e-4):
        shares = np.array([[(y + tiny) / 3] * 3 + [-tiny] for y in ABSOLUTE])
        assert np.sum(shares**2) > 14 / 3
    assert np.sum(shares**2) == pytest.approx(14 / 3, abs=1e-3)


def cost(name, c):
    """k(c) = min over z of c²/φ(z)² ... a = c / φ(z): the cost φ² + a² φ'² of one neuron, on a grid and refined."""
    phi, first = JETS[name][:2]
    value = lambda z: phi(z) ** 2 + (c * first(z) / phi(z)) ** 2  # noqa: E731
    grid = np.linspace(0.02, 3, 2000)
    near = grid[np.argmin(value(grid))]
    return minimize_scalar(value, bounds=(near - 0.01, near + 0.01), method="bounded", options={"xatol": 1e-12})


def root_cost(name, c):
    """The same by a root of the derivative in mpmath."""
    phi = LINES[name]
    value = lambda z: phi(z) ** 2 + (c * mpmath.diff(phi, z) / phi(z)) ** 2  # noqa: E731
    with mpmath.workdps(30):
        return value(mpmath.findroot(lambda z: mpmath.diff(value, z), cost(name, c).x))


@pytest.mark.parametrize(
    ("name", "c", "digits"),
    [
        ("cubic", 1, "6.6321364195"),
        ("cubic", 2, "20"),
        ("cubic", 4, "60.4327435834"),
        ("sinh", 1, "3"),
        ("sinh", 2, "8"),
        ("sinh", -3, "15"),
        ("cube", 1, "9.1180282278"),
    ],
)
def test_cost_of_one_neuron_with_a_trained_weight(name, c, digits):
    solved(solve.sharpness([[1]], [c], width=1, activation=name, trained_output=True), digits)
    printed(root_cost(name, c), digits)
    assert cost(name, c).fun == pytest.approx(float(digits), abs=1e-8)


def test_closed_forms_of_that_cost():
    printed(4 * mpmath.mpf(3) ** 0.75, "9.1180282278")
    assert cost("cubic", 2).x == pytest.approx(1, abs=1e-6)
    for c in (0.5, 1, 2, 7):
        assert cost("sinh", c).fun == pytest.approx(2 * abs(c) + c**2, rel=1e-9)


def _trained(name, y, m, starts=12):
    """SLSQP over Z (n, m) and a (m,) for orthonormal samples."""
    from scipy.optimize import minimize

    phi, first = JETS[name][:2]
    y, n = np.array(y, dtype=float), len(y)
    split = lambda t: (t[: n * m].reshape(n, m), t[n * m :])  # noqa: E731

    def trace(t):
        Z, a = split(t)
        return float(np.sum(phi(Z) ** 2 + (a * first(Z)) ** 2))

    found, draw = [], np.random.default_rng(1)
    for _ in range(starts):
        fits = {"type": "eq", "fun": lambda t: phi(split(t)[0]) @ split(t)[1] - y}
        start = draw.normal(0, 0.7, n * m + m)
        result = minimize(trace, start, constraints=fits, method="SLSQP", options={"maxiter": 800, "ftol": 1e-14})
        if np.max(np.abs(fits["fun"](result.x))) < 1e-8:
            found.append((result.fun, *split(result.x)))
    return min(found, key=lambda item: item[0])


@pytest.mark.parametrize(
    ("name", "digits", "weight"), [("sinh", "17.628148", "0.8486"), ("cubic", "34.783147", "0.7545")]
)
def test_three_trained_weights(name, digits, weight):
    solution = solve.sharpness(I3, Y, width=3, activation=name, trained_output=True)
    for end in ends(solution.upper):
        printed(float(end), digits)
    if name == "sinh":
        solved(solution, digits)
    assert ends(solution.lower)[0] <= ends(solution.upper)[1]
    value, Z, a = _trained(name, Y, 3)
    printed(value, digits)
    for size in (*a, *map(float, solution.minimiser.output_weights)):
        printed(abs(size), weight)
    assert second_ratio(Z) < 1e-3
    assert second_ratio(numbers(solution.minimiser.preactivations)) < 1e-12


def test_closed_form_of_trained_weights_of_sinh():
    m, n, square = 3, 3, sum(y * y for y in Y)
    solution = solve.sharpness(I3, Y, width=m, activation="sinh", trained_output=True)
    assert float(ends(solution.upper)[0]) == pytest.approx(square / m + 2 * np.sqrt(n * square), rel=1e-12)
    a = float(solution.minimiser.output_weights[0])
    assert a**2 == pytest.approx(np.sqrt(square / (m**2 * n)), rel=1e-12)
    for i, y in enumerate(Y):
        z = float(preimage("sinh", y / (m * a)))
        np.testing.assert_allclose(numbers(solution.minimiser.preactivations)[i], z, atol=1e-9)

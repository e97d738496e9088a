"""The other way to each number: formulas written by hand for mpmath and numpy, SLSQP, and an ODE of the flow."""

from fractions import Fraction

import mpmath
import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

from theorycheck.models.losses import Loss
from theorycheck.models.networks import TwoLayer
from theorycheck.training.problem import problem

LINES = {  # φ for mpmath
    "sinh": mpmath.sinh,
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "exp_minus": lambda z: mpmath.exp(-z),
    "cube": lambda z: z**3,
    "cubic": lambda z: z**3 + z,
    "quintic": lambda z: z + z**3 + z**5,
    "tan": mpmath.tan,
    "tanh": mpmath.tanh,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "erf": mpmath.erf,
    "atan": mpmath.atan,
    "asinh": mpmath.asinh,
    "square": lambda z: z**2,
    "quadratic": lambda z: z + z**2 / 2,
    "quartic": lambda z: z**4,
    "cosh": mpmath.cosh,
}
JETS = {  # φ, φ', φ'' for numpy
    "sinh": (np.sinh, np.cosh, np.sinh),
    "exp": (np.exp, np.exp, np.exp),
    "cube": (lambda z: z**3, lambda z: 3 * z**2, lambda z: 6 * z),
    "cubic": (lambda z: z**3 + z, lambda z: 3 * z**2 + 1, lambda z: 6 * z),
    "quintic": (lambda z: z + z**3 + z**5, lambda z: 1 + 3 * z**2 + 5 * z**4, lambda z: 6 * z + 20 * z**3),
    "tanh": (np.tanh, lambda z: np.cosh(z) ** -2, lambda z: -2 * np.tanh(z) * np.cosh(z) ** -2),
}


def printed(value, digits):
    """Assert that a number is the printed one: at most one unit of its last digit away, as some are cut off."""
    places = len(digits.partition(".")[2])
    assert abs(mpmath.mpf(value) - mpmath.mpf(digits)) <= mpmath.mpf(10) ** -places, (value, digits)


def ends(bound):
    """The ends of a bound of the solver, as Fractions."""
    low, high = (bound["lo"], bound["hi"]) if isinstance(bound, dict) else (bound, bound)
    return Fraction(low), Fraction(high)


def solved(solution, digits):
    """Assert that both certified bounds of a solution are the printed number, and that they meet."""
    assert solution.settled
    assert solution.certificate.verify()
    for end in (*ends(solution.lower), *ends(solution.upper)):
        printed(mpmath.mpf(end.numerator) / end.denominator, digits)


def preimage(name, u, near=1):
    """The z with φ(z) = u, by mpmath."""
    return mpmath.findroot(lambda z: LINES[name](z) - u, near)


def slope(name, z):
    """φ'(z) by differences."""
    return mpmath.diff(LINES[name], z)


def level_cost(name, levels, near=1):
    """Σ φ'(z_j)² where φ(z_j) are the levels, by roots and differences."""
    return sum(slope(name, preimage(name, u, near)) ** 2 for u in levels)


def least(name, X, y, m, weights=None, starts=20, spread=1.0, shift=0.0):
    """The least F/κ that SLSQP finds over θ (m, d) from several starts, and its Z (n, m)."""
    phi, first = JETS[name][:2]
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    a = np.ones(m) if weights is None else np.asarray(weights, dtype=float)
    w, best, draw = np.sum(X**2, axis=1)[:, None], None, np.random.default_rng(0)
    at = lambda t: X @ t.reshape(m, -1).T  # noqa: E731
    for _ in range(starts):
        found = minimize(
            lambda t: float(np.sum(w * (a * first(at(t))) ** 2)),
            shift + spread * draw.normal(size=m * X.shape[1]),
            constraints={"type": "eq", "fun": lambda t: phi(at(t)) @ a - y},
            method="SLSQP",
            options={"maxiter": 500, "ftol": 1e-14},
        )
        fits = np.max(np.abs(phi(at(found.x)) @ a - y)) < 1e-8
        if fits and (best is None or found.fun < best.fun):
            best = found
    return best.fun, at(best.x)


def velocity(name, X, kappa):
    """The limiting flow's field on θ: minus ∇F less its part normal to the manifold, by least squares."""
    _, first, second = JETS[name]
    w = np.sum(X**2, axis=1)[:, None]

    def field(_, flat):
        theta = flat.reshape(-1, X.shape[1])
        Z = X @ theta.T
        gradient = ((2 * kappa * w * first(Z) * second(Z)).T @ X).ravel()
        J = np.einsum("ij,ik->ijk", first(Z), X).reshape(len(X), -1)
        return J.T @ np.linalg.lstsq(J.T, gradient, rcond=None)[0] - gradient

    return field


def flow(name, X, Z, times, kappa=2.0):
    """Preactivations (times, n, m) along the limiting flow from preactivations Z (n, m), by LSODA."""
    X = np.asarray(X, dtype=float)
    theta = np.linalg.lstsq(X, np.asarray(Z, dtype=float), rcond=None)[0].T
    path = solve_ivp(
        velocity(name, X, kappa),
        (times[0], times[-1]),
        theta.ravel(),
        method="LSODA",
        t_eval=times,
        rtol=1e-10,
        atol=1e-12,
    )
    assert path.success
    return np.array([X @ t.reshape(theta.shape).T for t in path.y.T])


def posed(X, y, width, activation, loss="sum", **network):
    """The training problem of the package."""
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    return problem((X, y), TwoLayer(width=width, activation=activation, **network), Loss(loss))

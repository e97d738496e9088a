"""Inputs on one line: each neuron is a single number, and Lagrange's bound is a linear program with cutting planes.

Better than the reduction to single samples when there are more samples than independent inputs; still only a bound.
"""

from fractions import Fraction
from typing import Any

from flint import fmpq

from theorycheck.certificates import build, check
from theorycheck.errors import CertificateError
from theorycheck.exact.floats import floats
from theorycheck.exact.problem import Problem

_ROUNDS = 12
_SLACK = (1e-12, 1e-10, 1e-8, 1e-6, 1e-4)  # below the minimum found in floats, relative; the first that is proved


def line_part(problem: Problem) -> dict | None:
    """The certificate's body of the bound; None where the inputs span more than a line or no bound was proved."""
    scales = _scales(problem)
    if scales is None or not problem.network.equal_weights:
        return None
    multipliers, low, size = _solve(problem, [float(s) for s in scales])
    if multipliers is None:
        return None
    for slack in _SLACK:
        below = Fraction(low - slack * size).limit_denominator(10**15)
        data = {
            "scales": [str(s) for s in scales],
            "multipliers": [str(v) for v in multipliers],
            "low": str(below),
        }
        try:
            return build.bound_part("line", problem.document, **data)
        except CertificateError:
            continue
    return None


def _scales(problem: Problem) -> list[Fraction] | None:
    """s_i with x_i = s_i x, for the first nonzero input x."""
    base = next((x for x in problem.data.X if any(x)), None)
    if base is None:
        return None
    k = next(k for k, v in enumerate(base) if v)
    scales = [x[k] / base[k] for x in problem.data.X]
    fits = all(v == s * b for s, x in zip(scales, problem.data.X, strict=True) for v, b in zip(x, base, strict=True))
    return scales if fits else None


def _solve(problem: Problem, scales: list[float]) -> tuple[list[Fraction] | None, float, float]:
    """Rational multipliers that nearly maximise the bound, the least cost of a neuron under them, and its size."""
    import numpy as np
    from scipy.optimize import linprog

    value, slope = (floats(t) for t in problem.phi.jets()[:2])
    w, s = np.array([float(v) for v in problem.weights]), np.array(scales)
    y, m = np.array([float(v) for v in problem.data.y]), problem.m
    grid = _grid(problem.phi)

    def columns(t: Any) -> tuple[Any, Any]:
        z = np.outer(s, t)
        with np.errstate(all="ignore"):
            return w @ slope(z) ** 2, value(z)

    cost, outputs = columns(grid)
    sane = np.isfinite(cost) & np.isfinite(outputs).all(axis=0) & (cost < 1e12)
    grid, cost, outputs = grid[sane], cost[sane], outputs[:, sane]
    limit = 1e6 * (1 + float(np.max(np.abs(cost[np.abs(grid) <= 1]))))
    kept = np.unique(np.linspace(0, len(grid) - 1, 400).astype(int))
    planes = np.column_stack([outputs[:, kept].T, np.ones(len(kept))])
    bounds, lam = cost[kept], np.zeros(len(y))
    for _ in range(_ROUNDS):
        found = linprog(-np.append(y, m), A_ub=planes, b_ub=bounds, bounds=[(-limit, limit)] * len(y) + [(None, None)])
        if found.status != 0 or np.max(np.abs(found.x[:-1])) > 0.99 * limit:
            return None, 0.0, 0.0
        lam = found.x[:-1]
        new = grid[np.argsort(cost - lam @ outputs)[:3]]
        fine = (new[:, None] + np.linspace(-1, 1, 41) * (grid[1] - grid[0])).ravel()
        c, o = columns(fine)
        best = np.argsort(c - lam @ o)[:5]
        planes = np.vstack([planes, np.column_stack([o[:, best].T, np.ones(5)])])
        bounds = np.append(bounds, c[best])
    exact = [Fraction(float(v)).limit_denominator(10**6) for v in lam]
    return exact, *_least(columns, grid, np.array([float(v) for v in exact]))


def _grid(phi: Any) -> Any:
    import numpy as np

    form = check.generator(*phi.jets())
    reach = float(fmpq(3, 2) / form[1]) if form and form[0] == "tan" else 12.0
    return np.linspace(-reach, reach, 24_001)


def _least(columns: Any, grid: Any, lam: Any) -> tuple[float, float]:
    """The least value of cost - λ · outputs over t, refined around the best grid points, and the size of its terms."""
    import numpy as np
    from scipy.optimize import minimize_scalar

    def g(t: Any) -> Any:
        c, o = columns(np.atleast_1d(t))
        return c - lam @ o

    values, step = g(grid), grid[1] - grid[0]
    starts = grid[np.argsort(values)[:6]]
    ends = [minimize_scalar(lambda t: float(g(t)[0]), bounds=(t - step, t + step), method="bounded") for t in starts]
    least = float(min(min(end.fun for end in ends), float(np.min(values))))
    return least, 1.0 + abs(least)

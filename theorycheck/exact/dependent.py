"""More samples than independent inputs: the best point of the zero-loss set that a search finds, made exact.

The certified lower bound comes from the reduction to single samples; here is only the upper one. A point is either
rational and fits exactly, or lies in a small box in which Krawczyk's test proves that one fits.
"""

from fractions import Fraction
from time import monotonic
from typing import Any

from attrs import evolve, frozen
from flint import arb, ctx, fmpq, fmpq_mat

from theorycheck.certificates import build, check
from theorycheck.certificates.bounds import _along, _jacobian, _needed, near_value
from theorycheck.errors import CertificateError
from theorycheck.exact.brackets import flint, rounded
from theorycheck.exact.floats import floats
from theorycheck.exact.problem import Problem
from theorycheck.exact.solution import Bounds, Minimiser
from theorycheck.numbers import exact

_RADIUS = Fraction(1, 2**110)
_DENOMINATORS = (1, 2, 3, 4, 6, 8, 10, 12, 20, 60)


@frozen(eq=False)
class Landscape:
    """F and the residuals as float functions of θ, with their derivatives."""

    problem: Problem
    X: Any
    y: Any
    w: Any
    a: Any
    jets: tuple

    def split(self, v: Any) -> Any:
        """Preactivations (n, m) of a flat θ."""
        return self.X @ v.reshape(len(self.a), -1).T

    def value(self, v: Any) -> float:
        """F / κ."""
        return float(self.w @ (self.jets[1](self.split(v)) ** 2 @ self.a**2))

    def slope(self, v: Any) -> Any:
        """Its gradient."""
        Z = self.split(v)
        pull = 2 * self.w[:, None] * self.a**2 * self.jets[1](Z) * self.jets[2](Z)
        return (pull.T @ self.X).ravel()

    def misses(self, v: Any) -> Any:
        """Outputs less labels."""
        return self.jets[0](self.split(v)) @ self.a - self.y

    def normals(self, v: Any) -> Any:
        """Their Jacobian, (n, m d)."""
        import numpy as np

        slopes = self.a * self.jets[1](self.split(v))
        return np.einsum("nm,nd->nmd", slopes, self.X).reshape(len(self.y), -1)


def landscape(problem: Problem) -> Landscape:
    """The float view of a problem, one row for samples that are equal."""
    import numpy as np

    X, y = problem.data.arrays()
    keep = sorted({row: i for i, row in reversed([*enumerate(problem.data.X)]) if any(row)}.values())
    shares = [sum(problem.weights[i] for i in range(len(y)) if problem.data.X[i] == problem.data.X[k]) for k in keep]
    w = np.array([float(v) for v in shares])
    return Landscape(
        problem, X[keep], y[keep], w, np.array([float(v) for v in problem.a]), tuple(map(floats, problem.phi.jets()))
    )


def dependent(problem: Problem, lower: Bounds, seconds: float) -> Bounds:
    """The lower bound, with the best certified point that the search finds."""
    view, best = landscape(problem), None
    for v in _minima(view, seconds):
        part = _certified(problem, view, v)
        if part is not None:
            best = part
            break
    if best is None:
        return lower
    point, minimiser = best
    return evolve(lower, point=point, minimiser=minimiser, method=f"{lower.method}; a search for the point")


def _minima(view: Landscape, seconds: float) -> list:
    """Local minima of F on the zero-loss set in floats, the lowest first, from many starts."""
    import numpy as np

    draw, stop = np.random.default_rng(0), monotonic() + seconds / 2
    size = len(view.a) * view.X.shape[1]
    found = []
    for k, start in enumerate(_starts(view, draw, size)):
        found += _descend(view, start)
        if monotonic() > stop and k > 4:
            break
    found.sort(key=lambda pair: pair[0])
    kept: list = []
    for value, v in found:
        if all(value > other + 1e-9 * max(1, abs(other)) or np.max(np.abs(v - u)) > 1e-3 for other, u in kept):
            kept.append((value, v))
    return [v for _, v in kept[:12]]


def _starts(view: Landscape, draw: Any, size: int):
    import numpy as np

    equal = _equal(view)
    if equal is not None:
        yield equal
    for k in range(60):
        scale = (0.3, 1.0, 2.0, 4.0)[k % 4]
        yield scale * draw.normal(size=size)
        if equal is not None and k % 3 == 0:
            yield equal + 0.3 * scale * np.abs(equal).max() * draw.normal(size=size)


def _equal(view: Landscape) -> Any:
    """θ where all neurons agree, as nearly as the data allow."""
    import numpy as np

    from theorycheck.errors import InvalidInstance

    total = float(np.sum(view.a))
    if total == 0:
        return None
    try:
        levels = view.problem.phi.inverse(view.y / total)
    except InvalidInstance:
        return None
    return np.tile(np.linalg.lstsq(view.X, levels, rcond=None)[0], len(view.a))


def _descend(view: Landscape, start: Any) -> list:
    import warnings

    import numpy as np
    from scipy.optimize import minimize

    constraint = {"type": "eq", "fun": view.misses, "jac": view.normals}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            first = _project(view, start)
            if not np.isfinite(view.value(first)):
                return []
            options = {"maxiter": 300, "ftol": 1e-13}
            result = minimize(
                view.value, first, jac=view.slope, constraints=[constraint], method="SLSQP", options=options
            )
            v = _project(view, result.x)
        except (ValueError, np.linalg.LinAlgError):
            return []
        worst = float(np.max(np.abs(view.misses(v)), initial=0.0))
    return (
        [(view.value(v), v)]
        if np.all(np.isfinite(v)) and worst < 1e-7 * max(1.0, float(np.max(np.abs(view.y))))
        else []
    )


def _project(view: Landscape, v: Any) -> Any:
    """Gauss-Newton towards the zero-loss set."""
    import numpy as np

    for _ in range(40):
        miss, slopes = view.misses(v), view.normals(v)
        if not (np.all(np.isfinite(miss)) and np.all(np.isfinite(slopes))):
            break
        if np.max(np.abs(miss)) < 1e-13 * max(1.0, np.max(np.abs(view.y))):
            break
        step = np.linalg.lstsq(slopes, miss, rcond=1e-12)[0]
        size = float(np.max(np.abs(step)))
        v = v - step * min(1.0, 2.0 / size if size else 1.0)
    return v


def _certified(problem: Problem, view: Landscape, v: Any) -> tuple[dict, Minimiser] | None:
    return _rational(problem, v) or _boxed(problem, view, v)


def _rational(problem: Problem, v: Any) -> tuple[dict, Minimiser] | None:
    """θ moved to nearby short rationals, if those fit every label exactly."""
    d = problem.data.d
    for q in _DENOMINATORS:
        near = [Fraction(round(float(t) * q), q) for t in v]
        if max(abs(float(r) - float(t)) for r, t in zip(near, v, strict=True)) > 1e-4:
            continue
        theta = [near[k : k + d] for k in range(0, len(near), d)]
        point = build.point("theta", theta)
        try:
            with ctx.workprec(check.BITS):
                problem.checker.feasible(point)
        except check.Refused:
            continue
        return point, _minimiser(problem, theta)
    return None


def _minimiser(problem: Problem, theta: list) -> Minimiser:
    Z = [
        [sum((x * t for x, t in zip(row, neuron, strict=True)), Fraction(0)) for neuron in theta]
        for row in problem.data.X
    ]
    return Minimiser(tuple(map(tuple, Z)), tuple(map(tuple, theta)))


def _boxed(problem: Problem, view: Landscape, v: Any) -> tuple[dict, Minimiser] | None:
    """A box around θ with a point that fits, by Newton's method in high precision on well chosen coordinates."""
    import numpy as np
    from scipy.linalg import qr

    J, d = view.normals(v), problem.data.d
    n = J.shape[0]
    if n > J.shape[1]:
        return None
    factors: Any = qr(J, pivoting=True, mode="r")
    order = factors[1][:n]
    free = [(int(k) // d, int(k) % d) for k in order]
    if np.linalg.cond(J[:, order]) > 1e9:
        return None
    center = [[exact(float(t)) for t in row] for row in v.reshape(-1, d)]
    try:
        center = _newton(problem, center, free)
        with ctx.workprec(check.BITS):
            wide = [
                [_ball(t) if (j, k) in free else flint(t) for k, t in enumerate(row)] for j, row in enumerate(center)
            ]
            told = check.show(near_value(problem.checker, wide))
        parts = {"center": [[str(t) for t in row] for row in center], "free": [list(f) for f in free]}
        part = build.part("near", problem.document, **parts, radius=str(_RADIUS), value=told)
    except (CertificateError, check.Refused, ZeroDivisionError):
        return None
    theta = [[float(t) for t in row] for row in center]
    Z = view.problem.data.arrays()[0] @ np.array(theta).T
    return part, Minimiser(tuple(tuple(map(float, row)) for row in Z), tuple(map(tuple, theta)))


def _ball(t: Fraction) -> arb:
    r = flint(_RADIUS)
    return flint(t) + arb(-r).union(arb(r))


def _newton(problem: Problem, center: list, free: list) -> list:
    net = problem.checker
    rows = _needed(net)
    with ctx.workprec(check.BITS):
        for _ in range(6):
            theta = [[flint(t) for t in row] for row in center]
            misses = [check.dot(net.a, _along(net, 0, i, theta)) - net.y[i] for i in rows]
            slopes = _jacobian(net, rows, free, theta)
            A = fmpq_mat([[_plain(t) for t in row] for row in slopes])
            step = A.solve(fmpq_mat(len(rows), 1, [_plain(t) for t in misses])).entries()
            for (j, k), move in zip(free, step, strict=True):
                center[j][k] = rounded(flint(center[j][k]) - move, 150)
    return center


def _plain(t: Any) -> fmpq:
    return t if isinstance(t, fmpq) else rounded_flint(t)


def rounded_flint(t: arb) -> fmpq:
    """The middle of a ball, as a rational of moderate length."""
    return flint(rounded(t, 200))

"""Output weights trained too: F = κ Σ_ij (φ² + w_i a_j² φ'²) with Σ_j a_j φ(z_ij) = y_i."""

from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from theorycheck.certificates import build, check
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.exact.brackets import exact_float, flint, low_end, rounded
from theorycheck.exact.floats import floats, root
from theorycheck.exact.problem import Problem
from theorycheck.exact.solution import Bounds, minimiser
from theorycheck.numbers import exact

_FAR = 1e30  # the cost where there is no point
_GRID = 100  # bits of rounded numbers; their error enters the values squared


def trained(problem: Problem) -> Bounds:
    """Bounds from a quadratic minorant of φ'² or, for one sample, from a multiplier; equal neurons as the point."""
    for i in range(problem.data.n):
        if i not in problem.active and problem.data.y[i] != 0:
            break
    else:
        return _bounds(problem)
    resting = problem.phi.at(fmpq(0))
    if resting == 0:
        raise InvalidInstance(
            f"the zero-loss set is empty: row {i} is zero, φ(0) = 0, its label is {problem.data.y[i]}"
        )
    return _bounds(problem)


def _bounds(problem: Problem) -> Bounds:
    size = _size(problem)
    found = _fitting(problem, _point(problem, size) if size else None if any(problem.data.y) else _rest(problem))
    lowers = [lower for lower in (_quadratic(problem, size), _multiplier(problem, size), _nothing(problem)) if lower]
    lower = max(lowers, key=lambda part: _floor(part["value"]))
    method = {
        "trained": "φ'² ≥ α + β φ² and Cauchy's inequality",
        "pull": "one multiplier and a sign everywhere",
    }
    point, best = found if problem.free and found else (None, None)
    word = method.get(lower["kind"], "a sum of squares is not negative")
    return Bounds(lower, point, best, word, _attained(lower, point, problem))


def _fitting(problem: Problem, found: tuple[dict, Any] | None) -> tuple[dict, Any] | None:
    """The point, unless it lies where the trace does not exist."""
    try:
        return found if found and build.value_parts(problem.document, "F", [build.term("trace", found[0])]) else None
    except CertificateError:
        return None


def _attained(lower: dict, point: dict | None, problem: Problem) -> bool | None:
    if point is None:
        return None
    value = build.value_parts(problem.document, "F", [build.term("trace", point)])["value"]
    return True if _floor(value) - _floor(lower["value"]) <= 1e-20 * max(1.0, _floor(value)) else None


def _floor(value: Any) -> float:
    return float(Fraction(value if isinstance(value, str) else value["lo"]))


def _size(problem: Problem) -> tuple[float, int] | None:
    """The best a > 0 for k equal neurons with a φ(z_i) = y_i / k, and that k; None where every label is 0."""
    import numpy as np
    from scipy.optimize import minimize_scalar

    if not any(problem.data.y):
        return None
    y = np.array([float(v) for v in problem.data.y])
    w = np.array([float(v) for v in problem.weights])
    best = None
    for k in sorted({1, problem.m, *range(1, min(problem.m, 8) + 1)}):
        cost = _cost(problem, y / k, w)
        grid = np.linspace(-12, 12, 97)
        start = grid[int(np.argmin([cost(t) for t in grid]))]
        found = minimize_scalar(cost, bounds=(start - 0.5, start + 0.5), method="bounded", options={"xatol": 1e-12})
        if best is None or k * found.fun < best[0] - 1e-12:
            best = (k * found.fun, float(np.exp(found.x)), k)
    return (best[1], best[2]) if best and best[0] < _FAR else None


def _cost(problem: Problem, share: Any, w: Any):
    """Log a -> the cost of one neuron with a φ(z_i) = share_i, inf where φ does not reach that far."""
    import numpy as np

    law = problem.checker.law
    square = floats(law) if law is not None else None

    def cost(t: float) -> float:
        a = np.exp(t)
        u = share / a
        try:
            with np.errstate(all="ignore"):
                h = square(u) if square else np.array([float(problem.phi.numpy(1)(_place(problem, v))) ** 2 for v in u])
                return min(float(np.sum(u**2 + w * a * a * h)), _FAR)
        except InvalidInstance:
            return _FAR

    return cost


def _place(problem: Problem, u: float) -> float:

    phi = problem.phi.numpy(0)
    reach, even = 1.0, bool(phi(-1.0) == phi(1.0))
    while (phi(0.0 if even else -reach) - u) * (phi(reach) - u) > 0:
        reach *= 2
        if reach > 1e6:
            raise InvalidInstance(f"{u:.6g} is not seen to be a value of the activation {problem.phi}")
    return root(lambda z: phi(z) - u, 0.0 if even else -reach, reach, xtol=1e-15)


def _point(problem: Problem, size: tuple[float, int]) -> tuple[dict, Any] | None:
    """K equal neurons with the weight a, and the others at rest; None where φ has no exact rest."""
    a, k = _short(_sharp(problem, *size)), size[1]
    rest = problem.phi.at(fmpq(0))
    if k < problem.m and rest != 0:
        return None
    try:
        rows = [[y / (k * a)] * k + [Fraction(0)] * (problem.m - k) for y in problem.data.y]
        lows = [[low_end(problem.phi, u) for u in row] for row in rows]
    except InvalidInstance:
        return None
    weights = [a] * k + [Fraction(0)] * (problem.m - k)
    Z = [[low if low.denominator < 10**6 else float(low) for low in row] for row in lows]
    return build.point("u", rows, lows, weights), minimiser(problem, Z, tuple(weights))


def _rest(problem: Problem) -> tuple[dict, Any] | None:
    if problem.phi.at(fmpq(0)) != 0:
        return None
    zeros = [[Fraction(0)] * problem.m for _ in range(problem.data.n)]
    weights = [Fraction(0)] * problem.m
    return build.point("u", zeros, zeros, weights), minimiser(problem, zeros, tuple(weights))


def _sharp(problem: Problem, a: float, k: int) -> Fraction:
    """The best a by Newton's method on the derivative of the cost in log a, far beyond double precision."""
    t, law = problem.checker.jets, problem.checker.law
    if law is None and problem.data.n > 1:
        return exact_rational(a)
    with ctx.workprec(420):
        point = exact_float(a)
        for _ in range(7):
            slope, bend = _slope(problem, t, law, k, point)
            step = (slope / bend).mid().fmpq() if isinstance(slope / bend, arb) else slope / bend
            point = flint(rounded(point - step, 300))
            if point <= 0:
                return exact_rational(a)
    return exact(point)


def exact_rational(a: float) -> Fraction:
    """A float as a short rational."""
    return exact(a).limit_denominator(10**12)


def _slope(problem: Problem, jets: Any, law: Any, k: int, a: fmpq) -> tuple[Any, Any]:
    """First and second derivative in a of Σ_i (u² + w a² h(u)) with u = share_i / a."""
    first, second = fmpq(0), fmpq(0)
    for y, w in zip(problem.data.y, problem.weights, strict=True):
        u, weight = flint(y / k) / a, flint(w)
        h, h1, h2 = _curve(problem, jets, law, u)
        first += -2 * u * u / a + weight * (2 * a * h - a * u * h1)
        second += 6 * u * u / (a * a) + weight * (2 * h - 2 * u * h1 + u * u * h2)
    return arb(first), arb(second)


def _curve(problem: Problem, jets: Any, law: Any, u: fmpq) -> tuple[Any, Any, Any]:
    """h, h' and h'' at u, where φ'² = h(φ)."""
    if law is not None:
        first = check.derivative(law)
        return tuple(check.value(t, z=u) for t in (law, first, check.derivative(first)))  # type: ignore[return-value]
    from theorycheck.models.inverse import bracket

    low, high = bracket(problem.phi, exact(u), bits=390)
    z = (flint(low) + flint(high)) / 2
    p = [check.value(t, z=arb(z)) for t in jets]
    return p[1] ** 2, 2 * p[2], 2 * p[3] / p[1]


def _short(q: Fraction) -> Fraction:
    near = q.limit_denominator(10**6)
    return near if abs(near - q) < Fraction(1, 2**200) else rounded(q, _GRID)


def _quadratic(problem: Problem, size: tuple[float, int] | None) -> dict | None:
    """The bound from φ'² ≥ α + β φ²: exact where φ'² is that, else with the minorant that touches at the mean level."""
    pairs = _exact_minorant(problem) or (_touching(problem) if size else [])
    found = []
    for alpha, beta in pairs:
        try:
            found.append(build.bound_part("trained", problem.document, minorant=[str(alpha), str(beta)]))
        except CertificateError:
            continue
    return max(found, key=lambda part: _floor(part["value"]), default=None)


def _exact_minorant(problem: Problem) -> list | None:
    law = problem.checker.law
    if law is None:
        return None
    bend = check.derivative(check.derivative(law))
    values: Any = [check.value(t, z=fmpq(0)) for t in (law, check.derivative(law), bend)]
    exactly = isinstance(bend, fmpq) and values[1] == 0 and values[0] >= 0 and values[2] >= 0
    return [(exact(values[0]), exact(values[2]) / 2)] if exactly else None


def _touching(problem: Problem) -> list:
    """Minorants α + β φ² of φ'² with α its least distance from β φ² on a grid, pushed down a little."""
    import numpy as np

    grid = np.linspace(-9, 9, 1801) if "tan(" not in problem.phi.text else np.linspace(-1.5, 1.5, 1801)
    h, square = problem.phi.numpy(1)(grid) ** 2, problem.phi.numpy(0)(grid) ** 2
    betas = [0.0, *np.geomspace(0.01, 10, 31)]
    floors = [(float(np.min(h - beta * square)), float(beta)) for beta in betas]
    y, w = np.array([float(v) for v in problem.data.y]), np.array([float(v) for v in problem.weights])
    worth = {
        (alpha, beta): beta * np.sum(w * y * y) / problem.m + 2 * np.sqrt(alpha * np.sum(w) * np.sum(y * y))
        for alpha, beta in floors
        if alpha >= 0
    }
    best = [*sorted(worth, key=lambda pair: -worth[pair])[:3], *(pair for pair in worth if pair[1] == 0)]
    return [
        (exact_rational(alpha) * (1 - Fraction(1, 10**12) * (alpha != 1)), exact_rational(beta)) for alpha, beta in best
    ]


def _multiplier(problem: Problem, size: tuple[float, int] | None) -> dict | None:
    """One sample: λ with 4 w φ'² (φ² - c) ≥ λ² φ² for all z; then F/κ ≥ m c + λ y."""
    if problem.data.n != 1 or not size or not problem.active:
        return None
    a, k = _short(_sharp(problem, *size)), size[1]
    u, w = problem.data.y[0] / (k * a), problem.weights[0]
    try:
        with ctx.workprec(420):
            h = _curve(problem, problem.checker.jets, problem.checker.law, flint(u))[0]
        square = exact(h) if check.exact(h) else exact(h.mid().fmpq())
        lam = _short(2 * w * a * square / u)
        if k < problem.m:  # then some neurons rest at no cost
            floors = [Fraction(0)]
        else:
            floor = u * u - lam * lam * u * u / (4 * w * square)
            floors = [_short(floor), rounded(floor, 90), rounded(floor, 60)]
        for floor in floors:
            try:
                return build.bound_part("pull", problem.document, multiplier=str(lam), floor=str(floor))
            except CertificateError:
                continue
    except (InvalidInstance, ZeroDivisionError):
        return None
    return None


def _nothing(problem: Problem) -> dict:
    return build.bound_part("trained", problem.document, minorant=["0", "0"])

"""Where no other solver applies: one neuron, tails that cost nothing, and the bound F ≥ 0 with the best point found."""

from fractions import Fraction
from typing import Any

from theorycheck.certificates import build, check
from theorycheck.certificates.bounds import slopes
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.exact.brackets import low_end
from theorycheck.exact.problem import Problem
from theorycheck.exact.solution import Bounds, minimiser
from theorycheck.numbers import exact


def single(problem: Problem) -> Bounds | None:
    """One neuron with an increasing or decreasing φ: its outputs are the labels over its weight."""
    if problem.m != 1:
        return None
    try:
        rows = [[y / problem.a[0]] for y in problem.data.y]
        lows = [[low_end(problem.phi, u) if i in problem.active else Fraction(0)] for i, [u] in enumerate(rows)]
        point = build.point("u", rows, lows)
        lower = build.bound_part("only", problem.document, point=point)
    except (CertificateError, InvalidInstance):
        return None
    if not problem.free:
        return Bounds(lower, None, None, "one neuron: the outputs are the labels")
    Z = [[low if low.denominator < 10**6 else float(low) for low in row] for row in lows]
    return Bounds(lower, point, minimiser(problem, Z), "one neuron: the outputs are the labels", True)


def kinked(problem: Problem) -> Bounds | None:
    """φ linear on each side of 0 (ReLU and its leaky kin): one neuron a sample does the work."""
    try:
        lower = build.bound_part("pieces", problem.document)
        right, left = map(exact, slopes(problem.checker.jets[0]))
    except (CertificateError, check.Refused):
        return None
    method = "φ has two linear pieces: some neuron must push towards each label"
    if not problem.free or 0 in problem.data.y:
        return Bounds(lower, None, None, method)
    Z = [_worked(problem.a, right, left, y) for y in problem.data.y]
    return Bounds(lower, build.point("z", Z), minimiser(problem, Z), method, True)


def _worked(a: tuple[Fraction, ...], right: Fraction, left: Fraction, y: Fraction) -> list[Fraction]:
    """Preactivations of one sample: the cheapest neuron that can push towards y does, the others rest."""
    rest, flat = (Fraction(1, 8), right) if right * right < left * left else (Fraction(-1, 8), left)
    sides = ((1, right), (-1, left))
    pushes = [(j, s) for j, w in enumerate(a) for z, s in sides if w * s * z * y > 0]
    worker, slope = min(pushes, key=lambda push: a[push[0]] ** 2 * (push[1] ** 2 - flat**2))
    size = min(Fraction(1), abs(y / (flat * sum(map(abs, a)))) if flat else Fraction(1))
    spots = [rest * size] * len(a)
    others = sum((w * flat * rest * size for j, w in enumerate(a) if j != worker), Fraction(0))
    spots[worker] = (y - others) / (a[worker] * slope)
    return spots


def nothing(problem: Problem) -> dict:
    """The body of the certificate of F ≥ κ Σ w_i Σ a_j² c, with c ≥ 0 a lower bound of φ'² that is easily proved."""
    for c in (_flattest(problem), Fraction(0)):
        floors = [[str(w * a * a * c) for a in problem.a] for w in problem.weights]
        try:
            return build.bound_part("dual", problem.document, multipliers=["0"] * problem.data.n, floors=floors)
        except CertificateError:
            continue
    raise CertificateError("not even F ≥ 0 could be proved")


def _flattest(problem: Problem) -> Fraction:
    """The least φ'² on a grid, as a short rational."""
    import numpy as np

    with np.errstate(all="ignore"):
        squares = problem.phi.numpy(1)(np.linspace(-30, 30, 1201)) ** 2
    least = float(np.nanmin(squares))
    return Fraction(least).limit_denominator(10_000) if np.isfinite(least) else Fraction(0)


def spread(problem: Problem) -> Bounds:
    """F ≥ 0, with the best of a few explicit points: equal outputs, and outputs far out that cancel."""
    lower = nothing(problem)
    found = [(told, point) for point in _points(problem) if point and (told := _value(problem, point)) is not None]
    if not found or not problem.free:
        return Bounds(lower, None, None, "a sum of squares is not negative")
    told, point = min(found, key=lambda pair: _number(pair[0]))
    Z = [[_plain(low) for low in row] for row in point["brackets"]]
    near = "larger than" in lower["statement"] and _number(told) < _number(lower["value"]) + 1e-9
    attained = True if told == lower["value"] else False if near else None
    return Bounds(lower, point, minimiser(problem, Z), "a sum of squares is not negative", attained)


def _number(told: Any) -> float:
    return float(Fraction(told if isinstance(told, str) else told["hi"]))


def _plain(low: str) -> Any:
    q = Fraction(low)
    return q if q.denominator < 10**6 else float(q)


def _value(problem: Problem, point: dict) -> Any:
    try:
        return build.value_parts(problem.document, "F", [build.term("trace", point)])["value"]
    except CertificateError:
        return None


def _points(problem: Problem) -> list[dict | None]:
    a, total = problem.a, sum(problem.a)
    ways = []
    if total:
        ways.append([[y / total] * problem.m for y in problem.data.y])
    for size in (1, 4, 12, 16, 18) if problem.m > 1 else ():
        outward = [Fraction(size if weight > 0 else -size) / abs(weight) for weight in a[:-1]]
        given = sum((w * u for w, u in zip(a, outward, strict=False)), Fraction(0))
        ways.append([[*outward, (y - given) / a[-1]] for y in problem.data.y])
    return [_written(problem, rows) for rows in ways]


def _written(problem: Problem, rows: list[list[Fraction]]) -> dict | None:
    try:
        lows = [
            [low_end(problem.phi, u) if i in problem.active else Fraction(0) for u in row] for i, row in enumerate(rows)
        ]
    except InvalidInstance:
        return None
    return build.point("u", rows, lows)

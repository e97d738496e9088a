"""Unequal fixed output weights where φ'² is convex in φ: one multiplier a sample, found in floats and made exact."""

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Any

from attrs import frozen
from flint import ctx, fmpq

from theorycheck.certificates import build, check
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.exact.brackets import exact_float, flint, low_end, rounded, settle
from theorycheck.exact.floats import floats, root
from theorycheck.exact.problem import Problem
from theorycheck.exact.ranges import Range, outputs
from theorycheck.exact.solution import Bounds, minimiser
from theorycheck.numbers import exact

_GRID = 120  # bits of a multiplier: 2^-120 off costs 2^-240 of the bound


@frozen
class Curve:
    """φ'² along φ, in a spot s that is φ itself where φ'² = p(φ) is known, else z: trees in s.

    Attributes:
        slope: dφ'²/dφ.
        rise: d slope / ds.
        square: φ'².
        out: φ.
        speed: dφ/ds.
        low: the least s that counts: an end of φ's range, or 0 where φ is even and s is z.
        high: the greatest.
    """

    slope: Any
    rise: Any
    square: Any
    out: Any
    speed: Any
    low: float
    high: float


def curve(problem: Problem) -> Curve:
    """The curve of a problem's activation."""
    t, law, span = problem.checker.jets, problem.checker.law, outputs(problem.phi)
    if law is not None:
        first = check.derivative(law)
        return Curve(first, check.derivative(first), law, "z", fmpq(1), float(span.low), float(span.high))
    slope = check.mul(fmpq(2), t[2])
    even = span.takes_low or span.takes_high
    return Curve(slope, check.mul(fmpq(2), t[3]), check.power(t[1], fmpq(2)), t[0], t[1], 0.0 if even else -inf, inf)


@frozen
class Level:
    """The optimum of one sample: min Σ a_j² h(v_j) with Σ a_j v_j = y, up to rounding.

    Attributes:
        multiplier: λ with a_j h'(v_j) = λ where v_j is inside the range of φ.
        spots: s_j, floats.
        clamped: the neurons whose φ sits at an end of its range, with that end.
    """

    multiplier: float
    spots: tuple[float, ...]
    clamped: dict[int, Fraction]


def weighted(problem: Problem) -> Bounds | None:
    """Bounds and the point of the optimum; None where the float search fails."""
    shape, span = curve(problem), outputs(problem.phi)
    levels = {i: _level(problem, shape, span, float(problem.data.y[i])) for i in problem.active}
    if any(level is None for level in levels.values()):
        return None
    flat = shape.rise == 0
    tight = any(level.clamped for level in levels.values()) or flat  # type: ignore[union-attr]
    try:
        lower = _dual(problem, shape, levels) if tight else _tangents(problem, shape, levels)
        values = [_values(problem, shape, levels.get(i), i) for i in range(problem.data.n)] if problem.free else []
        lows = [[low_end(problem.phi, v) for v in row] for row in values]
    except (CertificateError, InvalidInstance, ZeroDivisionError):
        return None
    method = "one multiplier a sample, and φ'² convex in φ"
    if not problem.free:
        return Bounds(lower, None, None, method)
    pairs = [zip(*rows, strict=True) for rows in zip(values, lows, strict=True)]
    best = minimiser(problem, [[_plain(problem, u, low) for u, low in row] for row in pairs])
    open_end = any(_open(span, end) for level in levels.values() for end in level.clamped.values())  # type: ignore
    return Bounds(lower, build.point("u", values, lows), best, method, not open_end)


def _open(span: Range, end: Fraction) -> bool:
    return not (span.takes_low if end == span.low else span.takes_high)


def _plain(problem: Problem, u: Fraction, low: Fraction) -> Fraction | float:
    return low if problem.phi.at(flint(low)) == flint(u) and low.denominator < 10**6 else float(low)


def _level(problem: Problem, shape: Curve, span: Range, y: float) -> Level | None:
    """Solve Σ a_j v_j(λ) = y, where v_j(λ) minimises a_j² h(v) - λ a_j v over the closed range of φ."""
    import numpy as np

    a = np.array([float(v) for v in problem.a])
    if shape.rise == 0:
        return _linear(problem, shape, span, y)
    place, out = _inverse(shape), floats(shape.out)

    def excess(multiplier: float) -> float:
        return float(np.sum(a * out(place(multiplier / a)))) - y

    with np.errstate(all="ignore"):
        reach = 1.0
        while not excess(-reach) <= 0 <= excess(reach):
            reach *= 4
            if reach > 1e12:
                return None
        found = root(excess, -reach, reach, xtol=1e-14, rtol=1e-14)
        spots = place(found / a)
    if shape.out == "z":
        ends = {j: e for j, s in enumerate(spots) for e in (span.low, span.high) if s == float(e)}
    else:
        ends = {j: span.low if span.takes_low else span.high for j, s in enumerate(spots) if s == shape.low}
    return Level(found, tuple(map(float, spots)), ends)


def _linear(problem: Problem, shape: Curve, span: Range, y: float) -> Level | None:
    """φ'² affine in φ: a linear program, solved by moving one neuron from the cheap end of the range."""
    if span.low == -span.high:  # no ends: φ is linear, F is constant
        share = [y / (len(problem.a) * float(a)) for a in problem.a]
        return Level(0.0, tuple(share), {})
    bend = exact(check.value(shape.slope, z=fmpq(0)))
    end = span.low if bend > 0 else span.high
    rest = Fraction(y) - sum(a * end for a in problem.a)
    side = 1 if bend > 0 else -1  # of a move away from the end
    movers = [j for j, a in enumerate(problem.a) if a * rest * side >= 0]
    if not movers:
        return None
    mover = min(movers, key=lambda j: abs(problem.a[j]))
    spots = [float(end)] * problem.m
    spots[mover] = float(end + rest / problem.a[mover])
    return Level(float(bend * problem.a[mover]), tuple(spots), {j: end for j in range(problem.m) if j != mover})


def _inverse(shape: Curve) -> Callable:
    """S where the slope takes given values, by bisection; clamped to the range of φ where s is φ."""
    import numpy as np

    slope = floats(shape.slope)
    ends = (shape.low, shape.high)

    def place(target: Any) -> Any:
        low, high = np.full_like(target, max(ends[0], -1.0)), np.full_like(target, min(ends[1], 1.0))
        for _ in range(60):
            low = np.where((slope(low) > target) & (low > ends[0]), np.maximum(2 * low - 1, ends[0]), low)
            high = np.where((slope(high) < target) & (high < ends[1]), np.minimum(2 * high + 1, ends[1]), high)
            if np.all((slope(low) <= target) | (low <= ends[0])) and np.all(
                (slope(high) >= target) | (high >= ends[1])
            ):
                break
        for _ in range(70):
            middle = (low + high) / 2
            below = slope(middle) < target
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        at_low = (slope(np.full_like(target, ends[0])) >= target) if np.isfinite(ends[0]) else False
        at_high = (slope(np.full_like(target, ends[1])) <= target) if np.isfinite(ends[1]) else False
        return np.where(at_low, ends[0], np.where(at_high, ends[1], (low + high) / 2))

    return place


def _polished(problem: Problem, shape: Curve, level: Level, y: Fraction) -> tuple[Fraction, list[Fraction]]:
    """Multiplier and spots by Newton's method on the whole system, to far beyond double precision."""
    free = [j for j in range(problem.m) if j not in level.clamped]
    a = [flint(v) for v in problem.a]
    s, lam = {j: exact_float(level.spots[j]) for j in free}, exact_float(level.multiplier)
    rest = flint(y - sum((problem.a[j] * end for j, end in level.clamped.items()), Fraction(0)))
    trees = (shape.slope, shape.rise, shape.out, shape.speed)
    with ctx.workprec(420):
        for _ in range(6):
            at = {j: [check.value(t, z=check.arb(s[j])) for t in trees] for j in free}
            r = {j: a[j] * at[j][0] - lam for j in free}
            pull = {j: at[j][3] / at[j][1] for j in free}
            miss = sum(a[j] * at[j][2] for j in free) - rest
            step = (sum(pull[j] * r[j] for j in free) - miss) / sum(pull[j] for j in free)
            s = {j: flint(rounded(s[j] + (step - r[j]) / (a[j] * at[j][1]), 300)) for j in free}
            lam = flint(rounded(lam + step, 300))
    spots = [exact(s[j]) if j in s else level.clamped[j] for j in range(problem.m)]
    return exact(lam), spots


def _short(q: Fraction, bits: int = _GRID) -> Fraction:
    """A short rational that the number is, as far as 200 bits tell; else the number rounded."""
    near = q.limit_denominator(10**9)
    return near if abs(near - q) < Fraction(1, 2**200) else rounded(q, bits)


def _multiplier(problem: Problem, shape: Curve, level: Level, i: int) -> Fraction:
    if shape.rise == 0:
        return _short(exact(level.multiplier))
    return _short(_polished(problem, shape, level, problem.data.y[i])[0])


def _tangents(problem: Problem, shape: Curve, levels: dict) -> dict:
    multipliers, brackets = [], []
    for i in range(problem.data.n):
        if i not in levels:
            multipliers.append(Fraction(0))
            brackets.append([0] * problem.m)
            continue
        lam = _multiplier(problem, shape, levels[i], i)
        multipliers.append(lam * problem.weights[i])
        brackets.append([_settled(shape, lam / a, s) for a, s in zip(problem.a, levels[i].spots, strict=True)])
    rows = [[str(v) for v in row] for row in brackets]
    data = {"multipliers": [str(v) for v in multipliers], "brackets": rows}
    return build.part("convex", problem.document, **build.convex_parts(problem.document, **data))


def _settled(shape: Curve, target: Fraction, start: float) -> Fraction:
    found = settle(shape.slope, target, start)
    if found is None:
        raise InvalidInstance("no bracket was found for a multiplier; the numbers are too large or too small")
    return found


def _dual(problem: Problem, shape: Curve, levels: dict) -> dict:
    multipliers, floors = [], []
    for i in range(problem.data.n):
        w, level = problem.weights[i], levels.get(i)
        lam = _multiplier(problem, shape, level, i) if level else Fraction(0)
        multipliers.append(str(lam * w))
        ends = level.clamped if level else {}
        floors.append([str(w * _floor(shape, a, lam, ends.get(j)) if w else 0) for j, a in enumerate(problem.a)])
    return build.bound_part("dual", problem.document, multipliers=multipliers, floors=floors)


def _floor(shape: Curve, a: Fraction, lam: Fraction, end: Fraction | None) -> Fraction:
    """A lower bound of a² h(v) - λ a v over the range of φ, exact where it is rational."""
    spot = end if shape.out == "z" or end is None else Fraction(0)
    if spot is None:
        spot = Fraction(0) if shape.rise == 0 else _settled(shape, lam / a, _start(shape, lam / a))
    at = flint(spot)
    with ctx.workprec(420):
        low = flint(a * a) * check.value(shape.square, z=at) - flint(lam * a) * check.value(shape.out, z=at)
        still = end is not None or check.value(shape.slope, z=at) - flint(lam / a) == 0
        return exact(low) if check.exact(low) and still else rounded(low, 100)


def _start(shape: Curve, target: Fraction) -> float:
    import numpy as np

    place = _inverse(shape)
    return float(place(np.array([float(target)]))[0])


def _values(problem: Problem, shape: Curve, level: Level | None, i: int) -> list[Fraction]:
    """Rational values of φ at the optimum that fit the label exactly; an open end of the range is only approached."""
    if level is None:
        resting = problem.phi.at(fmpq(0))
        return [exact(resting)] * problem.m
    span = outputs(problem.phi)
    if shape.rise == 0:
        spots = [exact(s) for s in level.spots]
    else:
        spots = _polished(problem, shape, level, problem.data.y[i])[1]
    inside = Fraction(1, 2**45)
    values = []
    for j, s in enumerate(spots):
        end = level.clamped.get(j)
        if end is not None:
            nudge = inside if end == span.low else -inside
            values.append(end + nudge if _open(span, end) else end)
        else:
            values.append(_short(exact(_middle(check.value(shape.out, z=flint(s))))))
    return _adjusted(problem, values, level, problem.data.y[i])


def _middle(v: Any) -> Any:
    return v.mid().fmpq() if not check.exact(v) else v


def _adjusted(problem: Problem, values: list[Fraction], level: Level, y: Fraction) -> list[Fraction]:
    """The values with the last free one moved so that the label is met exactly."""
    j = max(k for k in range(problem.m) if k not in level.clamped)
    rest = y - sum((a * v for k, (a, v) in enumerate(zip(problem.a, values, strict=True)) if k != j), Fraction(0))
    return [*values[:j], rest / problem.a[j], *values[j + 1 :]]

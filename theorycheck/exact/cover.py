"""Activations whose φ'² is concave in φ on one stretch: branch and bound over the neuron in that stretch, certified.

Per sample: at most one neuron sits where φ'² is concave in φ (two could be spread apart); the others share the convex
zones, where multipliers give their best. The stretch is cut into pieces until the bounds meet the best point.
"""

from fractions import Fraction
from time import monotonic
from typing import Any

from flint import arb, ctx

from theorycheck.certificates import build
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.exact.brackets import flint, low_end, rounded
from theorycheck.exact.problem import Problem
from theorycheck.exact.search import Piece, Search
from theorycheck.exact.shape import Shape, shape
from theorycheck.exact.solution import Bounds, minimiser
from theorycheck.numbers import exact

_OFF = Fraction(1, 3 * 2**140)  # keeps outputs off the grid of brackets, where φ(z) = z + tiny could not be told from z


def covered(problem: Problem, seconds: float) -> Bounds | None:
    """Bounds for an activation with one concave stretch; None where it has another shape or the checker refuses."""
    most = max((abs(y / problem.a[0]) for y in problem.data.y), default=Fraction(0))
    found = shape(problem.phi, 64 * 2 ** max(0, int(most / 32).bit_length()))
    if found is None or len({*problem.a}) > 1 or not problem.active or _vanishes(found):
        return None
    wanted = sorted({problem.data.y[i] / problem.a[0] for i in problem.active})
    searches, began = {}, monotonic()
    for k, y in enumerate(wanted):
        searches[y] = Search(found, problem.m, float(y), began + seconds / 2 * (k + 1) / len(wanted))
        searches[y].run()
    lower = _pair(problem, found, wanted) or _certified(problem, found, searches)
    if lower is None:
        return None
    method = "branch and bound over the neuron where φ'² is concave in φ"
    method = "the sign of a polynomial in one neuron's output" if lower["kind"] == "pair" else method
    point, best = (_point(problem, searches) if problem.free else None) or (None, None)
    attained = False if "larger than" in lower["statement"] else None
    if point is not None and attained is None:
        told = build.value_parts(problem.document, "F", [build.term("trace", point)])["value"]
        attained = True if told == lower["value"] else None
    return Bounds(lower, point, best, method, attained)


def _vanishes(found: Shape) -> bool:
    """Whether the range has no end on a side where φ'² goes to 0: then the infimum is 0 for two neurons or more."""
    far = [float(found.functions[1](float(end))) ** 2 for end in found.reach]
    return None in found.ends and found.concave == 1 and len(found.bends) == 2 and max(far) < 1e-9


def _pair(problem: Problem, found: Shape, wanted: list[Fraction]) -> dict | None:
    """For two neurons and φ'² a polynomial in φ: equal outputs, or one at an end of the range, shown to be best."""
    law = problem.checker.law
    if problem.m != 2 or law is None:
        return None
    ends = [end for end in found.ends if end is not None]
    values = {}
    for y in wanted:
        inside = [u for u in (y / 2, *ends) if all(_within(found, v) for v in (u, y - u))]
        values[str(y)] = str(min(_law(law, u) + _law(law, y - u) for u in inside))
    data = {"range": [None if e is None else str(e) for e in found.ends], "values": values}
    try:
        return build.bound_part("pair", problem.document, **data)
    except CertificateError:
        return None


def _within(found: Shape, u: Fraction) -> bool:
    low, high = found.ends
    return (low is None or low <= u) and (high is None or u <= high)


def _law(law: Any, u: Fraction) -> Fraction:
    return exact(build.check.value(law, z=flint(u)))


def _certified(problem: Problem, found: Shape, searches: dict) -> dict | None:
    edge = str(found.inner(found.concave)[1]) if found.concave >= 0 else ""
    samples = {
        str(y): {key: _rows(pieces, edge, found.concave in _zones(key)) for key, pieces in s.pieces.items()}
        for y, s in searches.items()
    }
    data = {
        "bends": [str(b) for b in found.bends],
        "concave": found.concave,
        "range": [None if e is None else str(e) for e in found.ends],
        "reach": [str(e) for e in found.reach],
        "samples": samples,
    }
    try:
        return build.bound_part("cover", problem.document, **data)
    except CertificateError:
        return None


def _zones(key: str) -> set[int]:
    return {int(pair.split(",")[0]) for pair in key.strip("[]()").split("), (")}


def _rows(pieces: list[Piece], edge: str, inside: bool) -> list[list[str]]:
    rows = [[_text(p.end), _text(p.multiplier), *map(_text, p.tangents)] for p in pieces]
    if inside:
        rows[-1][0] = edge
    return rows


def _text(v: float) -> str:
    return str(exact(v)) if abs(v) < 1e-5 else repr(v)


def _point(problem: Problem, searches: dict) -> tuple[dict, Any] | None:
    """The best point of every sample with rational outputs that fit the label exactly, tails as far out as may be."""
    for flat in (80, 64, 40):
        try:
            return _written(problem, searches, flat)
        except (CertificateError, InvalidInstance):
            continue
    return None


def _written(problem: Problem, searches: dict, flat: int) -> tuple[dict, Any]:
    rows, lows = [], []
    for i, y in enumerate(problem.data.y):
        if i not in problem.active:
            rows.append([exact(problem.phi.at(build.check.ZERO))] * problem.m)
            lows.append([Fraction(0)] * problem.m)
            continue
        rows.append(_fitted(searches[y / problem.a[0]], problem.phi, y / problem.a[0], flat))
        lows.append([low_end(problem.phi, u) for u in rows[-1]])
    Z = [[low if low.denominator < 10**6 else float(low) for low in row] for row in lows]
    point = build.point("u", rows, lows)
    build.value_parts(problem.document, "F", [build.term("trace", point)])
    return point, minimiser(problem, Z)


def _fitted(search: Search, phi: Any, y: Fraction, flat: int) -> list[Fraction]:
    """Rational outputs near the best point; the neuron where φ is steepest makes up the rounding.

    Raises:
        InvalidInstance: no such outputs were found.
    """
    if search.best is None:
        raise InvalidInstance("no point of the zero-loss set was found")
    (_, spots), m, slope = search.best, search.m, search.shape.functions[1]
    if max(spots) - min(spots) < 1e-8:
        return [y / m] * m
    values = [_output(search.shape, phi, z, flat) for z in spots]
    for inner in sorted(range(m), key=lambda j: -float(slope(spots[j]))):
        rest = y - sum((v for j, v in enumerate(values) if j != inner), Fraction(0))
        if _within(search.shape, rest) and rest not in search.shape.ends:
            return sorted([*values[:inner], rest, *values[inner + 1 :]], reverse=True)
    raise InvalidInstance("no outputs inside the range fit the label")


def _output(found: Shape, phi: Any, z: float, flat: int) -> Fraction:
    """φ(z) rounded; a neuron at the end of the reach goes on outwards until φ' is below 2^-flat."""
    with ctx.workprec(320):
        if min(abs(z - float(end)) for end in found.reach) < 1e-6:
            while abs(float(phi.at(arb(z), 1))) > 2.0**-flat and abs(z) < 1e16:
                z *= 1.125
            return rounded(arb(phi.at(arb(z))), 60 + flat) + _OFF
        return rounded(arb(phi.at(arb(z))), 60) + _OFF

"""Activations whose φ'² is concave in φ on one stretch: branch and bound over the neuron in that stretch, certified.

Per sample: at most one neuron sits where φ'² is concave in φ (two could be spread apart); the others share the convex
zones, where multipliers give their best. The stretch is cut into pieces until the bounds meet the best point.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from time import monotonic
from typing import Any

from attrs import frozen
from flint import arb, ctx

from theorycheck.certificates import build
from theorycheck.errors import CertificateError
from theorycheck.exact.brackets import flint, low_end, rounded
from theorycheck.exact.floats import floats
from theorycheck.exact.problem import Problem
from theorycheck.exact.ranges import outputs
from theorycheck.exact.solution import Bounds, minimiser
from theorycheck.numbers import exact

_GOAL = 1e-11  # how near the bounds shall come, relative to the larger of 1 and the value
_FLAT = 1e-15  # φ'² in the tails that are not looked at
_STRIP = 2.0**-20
_OFF = Fraction(1, 3 * 2**140)  # keeps outputs off the grid of brackets, where φ(z) = z + tiny could not be told from z
_POINTS = 40_001
_PIECES = 6000  # per way to share the neurons


@frozen(eq=False)
class Shape:
    """Where φ'² is convex and where it is concave along φ, in floats.

    Attributes:
        bends: where φ''' changes sign, on a grid of 2^-40.
        concave: which zone is concave; -1 for none.
        reach: how far the zones are looked at.
        ends: of φ's range; None where it is unbounded.
        functions: φ, φ', φ'', φ''' as vectorised floats.
        tables: per convex zone the grid of z, φ there, and the slope of φ'² along φ, increasing.
    """

    bends: tuple[Fraction, ...]
    concave: int
    reach: tuple[Fraction, Fraction]
    ends: tuple[Fraction | None, Fraction | None]
    functions: tuple[Callable, ...]
    tables: dict[int, tuple]

    def inner(self, k: int) -> tuple[Fraction, Fraction]:
        """The part of zone k off the strips around the bends."""
        strip, last = Fraction(1, 2**20), len(self.bends)
        ends = (self.reach[0], *self.bends, self.reach[1])
        return ends[k] + strip * (k > 0), ends[k + 1] - strip * (k < last)


@lru_cache(maxsize=64)
def shape(phi: Any, size: int = 64) -> Shape | None:
    """The zones of an activation, or None where they are not as this solver needs them.

    Args:
        phi: the activation.
        size: how far to look where φ'² does not vanish.
    """
    import numpy as np
    from scipy.optimize import brentq

    functions = tuple(floats(t) for t in phi.jets())
    reach = _reach(functions, size)
    grid = _grid(*map(float, reach), 8001)
    with np.errstate(all="ignore"):
        slope, third = functions[1](grid), functions[3](grid)
    if not np.all(np.isfinite(third)) or np.any(slope < 0):
        return None
    signs = np.sign(np.where(np.abs(third) < 1e-13, 0, third))
    seen = [k for k in range(len(grid)) if signs[k] != 0]
    turns = [(p, q) for p, q in pairwise(seen) if signs[p] != signs[q]]
    bends = tuple(
        Fraction(round(float(brentq(functions[3], grid[p], grid[q], xtol=1e-15)) * 2**40), 2**40) for p, q in turns
    )
    first = int(signs[seen[0]]) if seen else 0
    if (first, len(bends)) not in ((1, 0), (1, 1), (1, 2)):
        return None
    span = outputs(phi)
    ends = tuple(None if abs(e) == float("inf") else e for e in (span.low, span.high))
    concave = 1 if bends else -1
    found = Shape(bends, concave, reach, ends, functions, {})  # type: ignore[arg-type]
    tables = {k: _table(found, k) for k in range(len(bends) + 1) if k != concave}
    return Shape(bends, concave, reach, ends, functions, tables)  # type: ignore[arg-type]


def _grid(low: float, high: float, count: int) -> Any:
    """Points that are dense around 0 and sparse far out."""
    import numpy as np

    return np.clip(np.sinh(np.linspace(np.arcsinh(low), np.arcsinh(high), count)), low, high)


def _reach(functions: tuple, size: int) -> tuple[Fraction, Fraction]:
    """How far to look: where φ'² is below 1e-15 (a tail then costs no more than that), or as far as told."""
    import numpy as np

    ends = []
    for side in (-1, 1):
        z = 1.0
        with np.errstate(all="ignore"):
            while functions[1](np.array(side * z)) ** 2 > _FLAT and z < 1e5:
                z *= 1.125
        ends.append(Fraction(side * (int(z) + 1 if z < 1e5 else size)))
    return ends[0], ends[1]


def _table(found: Shape, k: int) -> tuple:
    import numpy as np

    z = _grid(*(float(v) for v in found.inner(k)), _POINTS)
    slope = np.maximum.accumulate(2 * found.functions[2](z))
    return z, found.functions[0](z), slope


@frozen
class Piece:
    """A piece of the concave stretch with its multiplier.

    Attributes:
        end: its right end, or the tangent's place where no neuron is in the stretch.
        multiplier: λ.
        tangents: per convex zone with neurons, where the tangent is taken.
        bound: what it proves, in floats.
    """

    end: float
    multiplier: float
    tangents: tuple[float, ...]
    bound: float


class Search:
    """One label's search: the ways to share the neurons, each with pieces, and the best point seen."""

    def __init__(self, found: Shape, m: int, y: float, stop: float):
        self.shape, self.m, self.y, self.stop = found, m, y, stop
        self.best: tuple[float, tuple[float, ...]] | None = None
        self.pieces: dict[str, list[Piece]] = {}

    def run(self) -> None:
        """Bound every share; the most promising point first, so that the others are cut off early."""
        shares = [share for share in self._shares() if self._reaches(share)]
        for share in shares:
            self._try(share)
        for share in shares:
            self.pieces[str([*share.items()])] = self._bounded(share)

    def _shares(self):
        free = [k for k in range(len(self.shape.bends) + 1) if k != self.shape.concave]
        for inside in (0, 1) if self.shape.concave >= 0 else (0,):
            for first in range(self.m - inside + 1) if len(free) == 2 else (self.m - inside,):
                counts = dict(zip(free, (first, self.m - inside - first), strict=False))
                yield {**counts, self.shape.concave: 1} if inside else counts

    def _span(self, k: int) -> tuple[float, float]:
        strip = 0 if k == self.shape.concave else 2 * _STRIP
        low, high = (float(v) for v in self.shape.inner(k))
        phi, ends = self.shape.functions[0], self.shape.ends
        bottom = -float("inf") if ends[0] is None else float(ends[0])
        top = float("inf") if ends[1] is None else float(ends[1])
        return bottom if k == 0 else float(phi(low - strip)), top if k == len(self.shape.bends) else float(
            phi(high + strip)
        )

    def _reaches(self, share: dict) -> bool:
        spans = [(self._span(k), n) for k, n in share.items() if n]
        slack = 1e-12
        return sum(s[0] * n for s, n in spans) - slack <= self.y <= sum(s[1] * n for s, n in spans) + slack

    def _convex(self, share: dict) -> list[tuple[int, int]]:
        return [(k, n) for k, n in share.items() if n and k != self.shape.concave]

    def _multiplier(self, share: dict, rest: float) -> tuple[float, int]:
        """λ with which the convex zones' best outputs sum to `rest`, and on which side the tables end before that."""
        import numpy as np
        from scipy.optimize import brentq

        groups = [(n, self.shape.tables[k]) for k, n in self._convex(share)]
        if not groups:
            return 0.0, 0

        def excess(lam: float) -> float:
            return sum(n * float(np.interp(lam, t[2], t[1])) for n, t in groups) - rest

        low, high = min(t[2][0] for _, t in groups), max(t[2][-1] for _, t in groups)
        if excess(low) >= 0 or excess(high) <= 0:
            return (float(low), -1) if excess(low) >= 0 else (float(high), 1)
        return float(brentq(excess, low, high, xtol=1e-15)), 0

    def _places(self, share: dict, lam: float) -> tuple[float, ...]:
        import numpy as np

        groups = [(k, self.shape.tables[k]) for k, _ in self._convex(share)]
        return tuple(self._polish(k, float(np.interp(lam, t[2], t[0])), lam) for k, t in groups)

    def _polish(self, k: int, z: float, lam: float) -> float:
        """The place where the slope of φ'² along φ is λ, well inside the zone's certified part."""
        low, high = (float(v) for v in self.shape.inner(k))
        for _ in range(3):
            bend = 2 * float(self.shape.functions[3](z))
            step = (2 * float(self.shape.functions[2](z)) - lam) / bend if bend > 1e-12 else 0.0
            z = z - step if abs(step) < 0.1 else z
            z = min(max(z, low + 1e-9), high - 1e-9)
        return z

    def _support(self, k: int, z: float, lam: float) -> float:
        """What the tangent at z proves about φ'² - λ φ on a zone."""
        u, slope = float(self.shape.functions[0](z)), 2 * float(self.shape.functions[2](z))
        drops = [(slope - lam) * (end - u) for end in self._span(k) if abs(end) < float("inf")]
        return float(self.shape.functions[1](z)) ** 2 - lam * u + min(0.0, *drops)

    def _value(self, share: dict, lam: float, ends: tuple, held: tuple | None = None) -> Piece:
        phi, slope = self.shape.functions[:2]
        places = self._places(share, lam) if held is None else held
        groups = zip(self._convex(share), places, strict=True)
        bound = lam * self.y + sum(n * self._support(k, z, lam) for (k, n), z in groups)
        bound += min(float(slope(s) ** 2 - lam * phi(s)) for s in ends) if ends else 0.0
        return Piece(ends[1] if ends else places[0], lam, places, bound)

    def _piece(self, share: dict, start: float, end: float) -> Piece:
        """The best bound of a piece; where the others cannot make up the label, a steep multiplier shows it."""
        inside = share.get(self.shape.concave, 0)
        ends, phi, slope = (start, end) if inside else (), *self.shape.functions[:2]
        if inside and not self._convex(share):
            rise = float(phi(end) - phi(start))
            return self._value(share, float(slope(end) ** 2 - slope(start) ** 2) / rise, ends)
        middle = float(phi((start + end) / 2)) if inside else 0.0
        lam, clamped = self._multiplier(share, self.y - middle)
        first = self._value(share, lam, ends)
        found = [
            first,
            *(self._value(share, lam + clamped * 8.0**k, ends, first.tangents) for k in range(5) if clamped),
        ]
        rise = float(phi(end) - phi(start)) if inside else 0.0
        if rise > 0:  # the secant of φ'² over the piece: then both of its ends give the same
            found.append(self._value(share, float(slope(end) ** 2 - slope(start) ** 2) / rise, ends))
        return max(found, key=lambda piece: piece.bound)

    def _candidate(self, share: dict, s: float | None) -> tuple[float, tuple[float, ...]] | None:
        """The value and preactivations of the point with the neuron of the stretch at s, if it fits the label."""
        phi, slope = self.shape.functions[:2]
        first = [] if s is None else [s]
        rest = self.y - sum(float(phi(z)) for z in first)
        lam, groups = self._multiplier(share, rest)[0], self._convex(share)
        for _ in range(4):  # Newton's steps on the sum of the outputs
            places = self._places(share, lam)
            off = rest - sum(n * float(phi(z)) for (_, n), z in zip(groups, places, strict=True))
            pull = sum(n * self._pull(k, z) for (k, n), z in zip(groups, places, strict=True))
            if abs(off) < 1e-13 or pull > 1e6:
                break
            lam += off / pull if pull else 0.0
        spots = first + [z for (_, n), z in zip(groups, places, strict=True) for _ in range(n)]
        return (sum(float(slope(z)) ** 2 for z in spots), tuple(spots)) if abs(off) < 1e-9 else None

    def _pull(self, k: int, z: float) -> float:
        """How fast the output of a zone's neuron moves with λ; 0 where it is held at an end."""
        low, high = (float(v) for v in self.shape.inner(k))
        bend = 2 * float(self.shape.functions[3](z))
        return float(self.shape.functions[1](z)) / bend if low + 1e-8 < z < high - 1e-8 and bend > 1e-14 else 0.0

    def _offer(self, share: dict, s: float | None) -> float:
        found = self._candidate(share, s)
        if found and (self.best is None or found[0] < self.best[0]):
            self.best = found
        return found[0] if found else 1e9

    def _try(self, share: dict) -> None:
        """A scan and a local minimum of the point's value over the output of the neuron in the stretch."""
        import numpy as np
        from scipy.optimize import minimize_scalar

        if not share.get(self.shape.concave, 0):
            self._offer(share, None)
            return
        low, high = (float(v) for v in self.shape.inner(self.shape.concave))
        z = _grid(low, high, 4001)
        u = self.shape.functions[0](z)
        spans = [(self._span(k), n) for k, n in self._convex(share)]
        first = max(u[0], self.y - sum(n * span[1] for span, n in spans))
        last = min(u[-1], self.y - sum(n * span[0] for span, n in spans))
        if not first < last:
            return
        grid = np.linspace(first, last, 65)
        k = 1 + int(np.argmin([self._offer(share, float(np.interp(v, u, z))) for v in grid[1:-1]]))
        near = (float(grid[k - 1]), float(grid[k + 1]))
        tried = lambda v: self._offer(share, float(np.interp(v, u, z)))  # noqa: E731
        minimize_scalar(tried, bounds=near, method="bounded", options={"xatol": 1e-11})
        self._far_out(share, low, high)

    def _far_out(self, share: dict, low: float, high: float) -> None:
        """The limit with the neurons of the convex zones at the ends of the range, where φ'² is 0."""
        from scipy.optimize import brentq

        phi, slope, last = *self.shape.functions[:2], len(self.shape.bends)
        outer = {0: (self.shape.ends[0], self.shape.reach[0]), last: (self.shape.ends[1], self.shape.reach[1])}
        far = [outer[k] for k, n in self._convex(share) for _ in range(n)]
        if any(end is None for end, _ in far):
            return
        rest = self.y - sum(float(end) for end, _ in far)
        if float(phi(low)) < rest < float(phi(high)):
            s = float(brentq(lambda z: float(phi(z)) - rest, low, high, xtol=1e-15))
            value = float(slope(s)) ** 2
            if self.best is None or value < self.best[0] + 1e-12:
                self.best = (value, (*(float(reach) for _, reach in far), s))

    def _bounded(self, share: dict) -> list[Piece]:
        """Pieces, halved where their bound is below the best point."""
        if not share.get(self.shape.concave, 0):
            return [self._piece(share, 0.0, 0.0)]
        target = (self.best[0] if self.best else 0.0) - _GOAL * max(1.0, self.best[0] if self.best else 0.0)
        low, high = (float(v) for v in self.shape.inner(self.shape.concave))
        todo, done = [(low, high)], []
        while todo:
            start, end = todo.pop()
            piece, middle = self._piece(share, start, end), (start + end) / 2
            spent = len(done) + len(todo) > _PIECES or monotonic() > self.stop or not start < middle < end
            if piece.bound >= target or spent:
                done.append(piece)
            else:
                todo += [(middle, end), (start, middle)]
        return done


def covered(problem: Problem, seconds: float) -> Bounds | None:
    """Bounds for an activation with one concave stretch; None where it has another shape or the checker refuses."""
    most = max((abs(y) for y in problem.data.y), default=Fraction(0))
    found = shape(problem.phi, 64 * 2 ** max(0, int(most / 32).bit_length()))
    if found is None or not problem.network.equal_weights or not problem.active or _vanishes(found):
        return None
    wanted = sorted({problem.data.y[i] for i in problem.active})
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
    """The best point of every sample with rational outputs that fit the label exactly."""
    rows, lows = [], []
    for i, y in enumerate(problem.data.y):
        if i not in problem.active:
            rows.append([exact(problem.phi.at(build.check.ZERO))] * problem.m)
            lows.append([Fraction(0)] * problem.m)
            continue
        row = _fitted(searches[y], problem.phi, y, problem.m)
        if row is None:
            return None
        rows.append(row)
        lows.append([low_end(problem.phi, u) for u in row])
    Z = [[low if low.denominator < 10**6 else float(low) for low in row] for row in lows]
    return build.point("u", rows, lows), minimiser(problem, Z)


def _fitted(search: Search, phi: Any, y: Fraction, m: int) -> list[Fraction] | None:
    """Rational outputs near the best point; the neuron where φ is steepest makes up the rounding."""
    if search.best is None:
        return None
    spots, slope = search.best[1], search.shape.functions[1]
    if max(spots) - min(spots) < 1e-8:
        return [y / m] * m
    values = [_output(search.shape, phi, z) for z in spots]
    for inner in sorted(range(m), key=lambda j: -float(slope(spots[j]))):
        rest = y - sum((v for j, v in enumerate(values) if j != inner), Fraction(0))
        if _within(search.shape, rest) and rest not in search.shape.ends:
            return sorted([*values[:inner], rest, *values[inner + 1 :]], reverse=True)
    return None


def _output(found: Shape, phi: Any, z: float) -> Fraction:
    """φ(z) rounded; a neuron at the end of the reach goes on outwards until φ is flat to 2^-64."""
    if min(abs(z - float(end)) for end in found.reach) < 1e-6:
        with ctx.workprec(200):
            while abs(float(phi.at(arb(z), 1))) > 2.0**-64 and abs(z) < 1e14:
                z *= 1.125
            return rounded(arb(phi.at(arb(z))), 130) + _OFF
    with ctx.workprec(200):
        return rounded(arb(phi.at(arb(z))), 60) + _OFF

"""One label's branch and bound in floats: ways to share the neurons among the zones, with pieces and multipliers."""

from time import monotonic
from typing import Any

from attrs import frozen

from theorycheck.exact.floats import root
from theorycheck.exact.shape import Shape, grid_of

GOAL = 1e-11  # how near the bounds shall come, relative to the larger of 1 and the value
STRIP = 2.0**-20
PIECES = 6000  # per way to share the neurons


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
        strip = 0 if k == self.shape.concave else 2 * STRIP
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

        groups = [(n, self.shape.tables[k]) for k, n in self._convex(share)]
        if not groups:
            return 0.0, 0

        def excess(lam: float) -> float:
            return sum(n * float(np.interp(lam, t[2], t[1])) for n, t in groups) - rest

        low, high = min(t[2][0] for _, t in groups), max(t[2][-1] for _, t in groups)
        if excess(low) >= 0 or excess(high) <= 0:
            return (float(low), -1) if excess(low) >= 0 else (float(high), 1)
        return root(excess, low, high, xtol=1e-15), 0

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
        return float(self.shape.functions[1](z)) ** 2 - lam * u + min([0.0, *drops])

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
        """The value and preactivations of the point with the neuron of the stretch at s, if it fits the label.

        A neuron at the end of the reach counts as one at the end of the range, which it may come as near as it likes.
        """
        first = [] if s is None else [s]
        rest = self.y - sum(self._limit(z)[0] for z in first)
        lam, groups = self._multiplier(share, rest)[0], self._convex(share)
        for _ in range(4):  # Newton's steps on the sum of the outputs
            places = self._places(share, lam)
            off = rest - sum(n * self._limit(z)[0] for (_, n), z in zip(groups, places, strict=True))
            pull = sum(n * self._pull(k, z) for (k, n), z in zip(groups, places, strict=True))
            if abs(off) < 1e-13 or pull > 1e6:
                break
            lam += off / pull if pull else 0.0
        spots = first + [z for (_, n), z in zip(groups, places, strict=True) for _ in range(n)]
        return (sum(self._limit(z)[1] for z in spots), tuple(spots)) if abs(off) < 1e-9 else None

    def _limit(self, z: float) -> tuple[float, float]:
        """φ and φ'² at z, or at the end of the range where z is at the end of the reach."""
        for end, reach in zip(self.shape.ends, self.shape.reach, strict=True):
            if end is not None and abs(z - float(reach)) < 1e-6:
                return float(end), 0.0
        return float(self.shape.functions[0](z)), float(self.shape.functions[1](z)) ** 2

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
        z = grid_of(low, high, 4001)
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
        phi, slope, last = *self.shape.functions[:2], len(self.shape.bends)
        outer: Any = {0: (self.shape.ends[0], self.shape.reach[0]), last: (self.shape.ends[1], self.shape.reach[1])}
        far = [outer[k] for k, n in self._convex(share) for _ in range(n)]
        if any(end is None for end, _ in far):
            return
        rest = self.y - sum(float(end) for end, _ in far)
        if float(phi(low)) < rest < float(phi(high)):
            s = root(lambda z: float(phi(z)) - rest, low, high, xtol=1e-15)
            value = float(slope(s)) ** 2
            if self.best is None or value < self.best[0] + 1e-12:
                self.best = (value, (*(float(reach) for _, reach in far), s))

    def _bounded(self, share: dict) -> list[Piece]:
        """Pieces, halved where their bound is below the best point."""
        if not share.get(self.shape.concave, 0):
            return [self._piece(share, 0.0, 0.0)]
        target = (self.best[0] if self.best else 0.0) - GOAL * max(1.0, self.best[0] if self.best else 0.0)
        low, high = (float(v) for v in self.shape.inner(self.shape.concave))
        todo, done = [(low, high)], []
        while todo:
            start, end = todo.pop()
            piece, middle = self._piece(share, start, end), (start + end) / 2
            spent = len(done) + len(todo) > PIECES or monotonic() > self.stop or not start < middle < end
            if piece.bound >= target or spent:
                done.append(piece)
            else:
                todo += [(middle, end), (start, middle)]
        return done

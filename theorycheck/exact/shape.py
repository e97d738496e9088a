"""Where φ'² is convex and where it is concave along φ: zones in floats, for searches that are then certified."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

from attrs import frozen

from theorycheck.exact.floats import floats, root
from theorycheck.exact.ranges import outputs

FLAT = 1e-15  # φ'² in the tails that are not looked at
POINTS = 40_001  # of a zone's table


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

    functions = tuple(floats(t) for t in phi.jets())
    reach = _reach(functions, size)
    grid = grid_of(float(reach[0]), float(reach[1]), 8001)
    with np.errstate(all="ignore"):
        slope, third = functions[1](grid), functions[3](grid)
    if not np.all(np.isfinite(third)) or np.any(slope < 0):
        return None
    signs = np.sign(np.where(np.abs(third) < 1e-13, 0, third))
    seen = [k for k in range(len(grid)) if signs[k] != 0]
    turns = [(p, q) for p, q in pairwise(seen) if signs[p] != signs[q]]
    bends = tuple(Fraction(round(root(functions[3], grid[p], grid[q], xtol=1e-15) * 2**40), 2**40) for p, q in turns)
    first = int(signs[seen[0]]) if seen else 0
    if (first, len(bends)) not in ((1, 0), (1, 1), (1, 2)):
        return None
    span = outputs(phi)
    ends = tuple(None if abs(e) == float("inf") else e for e in (span.low, span.high))
    concave = 1 if bends else -1
    found = Shape(bends, concave, reach, ends, functions, {})  # type: ignore[arg-type]
    tables = {k: _table(found, k) for k in range(len(bends) + 1) if k != concave}
    return Shape(bends, concave, reach, ends, functions, tables)  # type: ignore[arg-type]


def grid_of(low: float, high: float, count: int) -> Any:
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
            while functions[1](np.array(side * z)) ** 2 > FLAT and z < 1e5:
                z *= 1.125
        ends.append(Fraction(side * (int(z) + 1 if z < 1e5 else size)))
    return ends[0], ends[1]


def _table(found: Shape, k: int) -> tuple:
    import numpy as np

    low, high = found.inner(k)
    z = grid_of(float(low), float(high), POINTS)
    slope = np.maximum.accumulate(2 * found.functions[2](z))
    u = found.functions[0](z)
    for outer, at, end in ((k == 0, 0, found.ends[0]), (k == len(found.bends), -1, found.ends[1])):
        if outer and end is not None:  # a neuron held at the end of the reach is as good as at the end of the range
            u[at] = float(end)
    return z, u, slope

"""How extremal vectors concentrate: their number, their angles and sup_w ‖D_n(w) - D(w)‖ against n, seed by seed.

For symmetric inputs and a linear teacher D(w) = E[1{<w, x> > 0} x xᵀ] β = Σβ/2 for every w, so that the population has
two critical directions, ±Σβ. The finite ones come near to them as n grows (arXiv 2410.02348 [RECALL]: at the rate
√(d log n / n)); whether there are exactly two of them is another question, and the study shows both.
"""

import csv
import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.exact.arrangement import MOST_LINES, MOST_PLANES
from theorycheck.exact.extremal import ExtremalSolution, extremal
from theorycheck.exact.extremal_faces import alignment, summed
from theorycheck.models.teacher import Law

NAMES = ("law", "d", "n", "seeds", "mean_sup", "ratio", "two", "mean_count", "most", "with_zero")
ANGLES = ("mean_angle", "mean_worst_angle", "worst_angle")


@attrs.frozen
class Draw:
    """One sample of a law.

    Attributes:
        seed: of the sample.
        count: extremal vectors, each with its direction; D = 0 counts as one.
        zero: whether D = 0 is extremal too.
        angles: of the critical directions to the nearer of ±Σβ, in degrees.
        sup: the largest ‖D_n(w) - Σβ/2‖ over all w off the kinks.
    """

    seed: int
    count: int
    zero: bool
    angles: tuple[float, ...]
    sup: float


@attrs.frozen
class Point:
    """All samples of one law and one n.

    Attributes:
        law: where they come from.
        n: how many inputs a sample has.
        draws: one a seed.
    """

    law: Law
    n: int
    draws: tuple[Draw, ...]

    @property
    def two(self) -> float:
        """The share of seeds with exactly two extremal vectors."""
        return sum(draw.count == 2 for draw in self.draws) / len(self.draws)

    @property
    def mean_sup(self) -> float:
        """The mean over seeds of sup_w ‖D_n(w) - Σβ/2‖."""
        return float(np.mean([draw.sup for draw in self.draws]))

    @property
    def ratio(self) -> float | None:
        """The same over √(d ln n / n); None for n = 1."""
        return self.mean_sup / float(np.sqrt(self.law.d * np.log(self.n) / self.n)) if self.n > 1 else None

    @property
    def counts(self) -> tuple[int, ...]:
        """How many extremal vectors each seed has."""
        return tuple(draw.count for draw in self.draws)

    @property
    def angles(self) -> tuple[float, ...]:
        """All angles of all seeds, in degrees."""
        return tuple(a for draw in self.draws for a in draw.angles)

    @property
    def worst_angles(self) -> tuple[float, ...]:
        """The largest angle of each seed that has one, in degrees."""
        return tuple(max(draw.angles) for draw in self.draws if draw.angles)

    def to_json(self) -> dict:
        """The point as a row of the table."""
        values = (
            self.law.kind,
            self.law.d,
            self.n,
            len(self.draws),
            self.mean_sup,
            self.ratio,
            self.two,
            float(np.mean(self.counts)),
            max(self.counts),
            sum(draw.zero for draw in self.draws),
        )
        means = [float(np.mean(a)) if a else None for a in (self.angles, self.worst_angles)]
        return dict(zip((*NAMES, *ANGLES), (*values, *means, max(self.angles, default=None)), strict=True))


@attrs.frozen
class Concentration:
    """A study.

    Attributes:
        points: law by law, n rising.
    """

    points: tuple[Point, ...]

    @property
    def note(self) -> str:
        """What was computed, for a caption."""
        law = self.points[0].law
        seeds = len(self.points[0].draws)
        return (
            f"{seeds} seeds a point, d = {law.d}, noise σ = {law.sigma}; every extremal vector by exact enumeration of "
            "all faces. Angles are those to the nearer of ±Σβ, the critical directions of the population."
        )

    def to_json(self) -> dict:
        """The document of `study alignment --json`."""
        return {"points": [point.to_json() for point in self.points], "note": self.note}

    def to_csv(self) -> str:
        """A row a law and n, with a head."""
        stream = io.StringIO()
        writer = csv.DictWriter(stream, (*NAMES, *ANGLES), lineterminator="\n")
        writer.writeheader()
        writer.writerows(point.to_json() for point in self.points)
        return stream.getvalue()


def concentration(
    laws: Sequence[Law],
    ns: Sequence[int],
    seeds: int | Sequence[int] = 20,
    progress: Callable[[str], Any] | None = None,
) -> Concentration:
    """Enumerate the extremal vectors of samples of each law and each n.

    Args:
        laws: with symmetric inputs and a linear teacher, d = 2 or 3.
        ns: numbers of samples.
        seeds: how many (0, 1, ...), or which.
        progress: called with a line after each point.

    Raises:
        InvalidInstance: another d or kind of law, an n that is too large to enumerate, or nothing to do.
    """
    chosen = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
    if not (laws and ns and chosen):
        raise InvalidInstance("a study of alignment needs at least one law, one n and one seed")
    for law in laws:
        refuse(law, max(ns))
    points = []
    for law in laws:
        for n in sorted(ns):
            points.append(Point(law, n, tuple(draw(law, n, seed) for seed in chosen)))
            if progress:
                progress(f"{law.kind}: n = {n}, {points[-1].two:.0%} of {len(chosen)} seeds have two extremal vectors")
    return Concentration(tuple(points))


def refuse(law: Law, n: int) -> None:
    """Refuse what cannot be enumerated, or has no population to compare with.

    Raises:
        InvalidInstance: another d, too large an n, inputs that are not symmetric, a nonlinear teacher.
    """
    if law.d not in (2, 3):
        raise InvalidInstance(f"a study of alignment enumerates faces, so d is 2 or 3, and not d = {law.d}")
    if n > (most := MOST_LINES if law.d == 2 else MOST_PLANES):
        raise InvalidInstance(f"n = {n} samples have too many faces for d = {law.d}; pass at most {most}")
    if not (law.symmetric and law.linear):
        raise InvalidInstance(f"the law {law.kind!r} has no D(w) = Σβ/2: pass symmetric inputs with a linear teacher")


def draw(law: Law, n: int, seed: int) -> Draw:
    """The extremal vectors of one sample, measured against the population."""
    data = law.draw(n, seed=seed)
    solution, half = extremal(data), np.asarray(law.direction()) / 2
    told = [v for v in solution.vectors if v.sign]
    zero = any(v.sign == 0 for v in solution.vectors)
    return Draw(seed, len(told) + zero, zero, tuple(_angles(solution, half)), supremum(data, half))


def supremum(data: Any, half: np.ndarray) -> float:
    """The largest ‖D_n(w) - D‖ over the open cells, for a fixed D (d,)."""
    G = alignment(data)
    cells = np.array([[float(v * Fraction(1, G.scale)) for v in A] for face, A in summed(G) if not face.zero])
    return float(np.linalg.norm(cells / G.n - half, axis=1).max())


def _angles(solution: ExtremalSolution, half: np.ndarray) -> list[float]:
    found = []
    for vector in (v for v in solution.vectors if v.sign):
        w = np.array([float(c) for c in vector.unit])
        along = abs(w @ half) / np.linalg.norm(half)
        across = np.linalg.norm(w - (w @ half) / (half @ half) * half)
        found.append(float(np.degrees(np.arctan2(across, along))))
    return found

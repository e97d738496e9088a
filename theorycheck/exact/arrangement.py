"""The central arrangement of the hyperplanes x_k^⊥: its faces one by one, in integers, for samples of rank 1, 2 or 3.

Samples on one line give one hyperplane. Its normal v is a primitive integer vector; a table of numbers (the alignment
function, see `extremal_faces`) has one slope where <w, v> > 0 and one where <w, v> < 0. Faces are told by bit masks
over the hyperplanes, so that what follows from them costs little.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise
from math import gcd, lcm
from operator import mul
from typing import Any, NamedTuple

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.models import rational

Vector = tuple[int, ...]
HIGHEST_RANK = 3  # of samples whose faces can be gone through
MOST_LINES, MOST_PLANES = 20_000, 250  # hyperplanes that are gone through at rank 2 and at rank 3: in about ten seconds


class Face(NamedTuple):
    """A relatively open cone of the arrangement.

    Attributes:
        above: bit j is set where <w, v_j> > 0 for w in the face.
        zero: bit j is set where <w, v_j> = 0 there.
        inside: a vector in the face, in coordinates (see `Arrangement.lift`), or of an arc beside it.
        tilt: (j, ±1): the face lies beside `inside`, on that side of hyperplane j; None: `inside` is in the face.
    """

    above: int
    zero: int
    inside: Vector
    tilt: tuple[int, int] | None = None


@attrs.frozen
class Arrangement:
    """The distinct hyperplanes of n samples.

    Attributes:
        normals: (N, d) primitive integer vectors, the first nonzero entry positive.
        members: for each of them the samples on its line, as (index, factor): x_k = factor · v.
        zeros: indices of zero samples.
        basis: (r, d) integer rows that span the samples, r their rank; the identity where r = d.
        coordinates: (N, r): <v_j, b_i>, the normals as seen from the span.
    """

    normals: tuple[Vector, ...]
    members: tuple[tuple[tuple[int, Fraction], ...], ...]
    zeros: tuple[int, ...]
    basis: tuple[Vector, ...]
    coordinates: tuple[Vector, ...]

    @property
    def rank(self) -> int:
        """The rank of the samples."""
        return len(self.basis)

    @property
    def essential(self) -> bool:
        """Whether the samples span the whole space: then no direction is orthogonal to all of them."""
        return len(self.basis) == len(self.normals[0])

    @property
    def enumerable(self) -> bool:
        """Whether going through all faces is possible in seconds."""
        most = {1: 1, 2: MOST_LINES, 3: MOST_PLANES}.get(self.rank, 0)
        return len(self.normals) <= most

    def lift(self, face: Face) -> Vector:
        """A primitive integer vector w in R^d inside the face."""
        point = face.inside if face.tilt is None else self._beside(face.inside, *face.tilt)
        return primitive(
            [sum(c * b for c, b in zip(point, column, strict=True)) for column in zip(*self.basis, strict=True)]
        )

    def _beside(self, point: Vector, plane: int, side: int) -> Vector:
        """A point so near that no other sign changes."""
        step = self.coordinates[plane]
        values = [(dot(u, point), dot(u, step)) for u in self.coordinates]
        far = 1 + max((abs(b) // abs(a) for a, b in values if a), default=0)
        return tuple(far * p + side * s for p, s in zip(point, step, strict=True))

    def part(self, planes: Sequence[int]) -> "Arrangement":
        """The arrangement of some of the hyperplanes, without samples."""
        return _spanned(tuple(self.normals[j] for j in planes), ((),) * len(planes), ())


def arrangement(X: Sequence[Sequence[Fraction]]) -> Arrangement:
    """The hyperplanes of the rows of X, parallel and zero rows told apart.

    Raises:
        InvalidInstance: every row is zero.
    """
    lines: dict[Vector, list] = {}
    zeros = []
    for k, row in enumerate(X):
        if any(row):
            normal, factor = _direction(row)
            lines.setdefault(normal, []).append((k, factor))
        else:
            zeros.append(k)
    if not lines:
        raise InvalidInstance("every sample is zero, so nothing has a direction; pass data with a nonzero row")
    return _spanned(tuple(lines), tuple(tuple(m) for m in lines.values()), tuple(zeros))


def _direction(row: Sequence[Fraction]) -> tuple[Vector, Fraction]:
    common = lcm(*(x.denominator for x in row))
    integers = [x.numerator * (common // x.denominator) for x in row]
    normal = primitive(integers)
    if next(v for v in normal if v) < 0:
        normal = tuple(-v for v in normal)
    place = next(i for i, v in enumerate(normal) if v)
    return normal, Fraction(row[place]) / normal[place]


def _spanned(normals: tuple[Vector, ...], members: tuple, zeros: tuple) -> Arrangement:
    d = len(normals[0])
    r = rational.rank([tuple(map(Fraction, v)) for v in normals])
    if r == d:
        return Arrangement(
            normals, members, zeros, tuple(tuple(int(i == k) for k in range(d)) for i in range(d)), normals
        )
    basis = independent(normals)
    return Arrangement(normals, members, zeros, basis, tuple(tuple(dot(v, b) for b in basis) for v in normals))


def independent(vectors: Sequence[Vector]) -> tuple[Vector, ...]:
    """The first vectors that are linearly independent."""
    from flint import fmpz_mat

    d = len(vectors[0])
    reduced, _, r = fmpz_mat(len(vectors), d, [v for row in vectors for v in row]).transpose().rref()
    pivots = [next(k for k in range(len(vectors)) if reduced[i, k] != 0) for i in range(r)]
    return tuple(vectors[k] for k in pivots)


def dot(a: Sequence[int], b: Sequence[int]) -> int:
    """The inner product."""
    return sum(map(mul, a, b))


def primitive(vector: Sequence[int]) -> Vector:
    """The vector over the greatest common divisor of its entries."""
    common = gcd(*vector)
    return tuple(v // common for v in vector) if common > 1 else tuple(vector)


# ---- faces -----------------------------------------------------------------------------------------------------------


def faces(planes: Arrangement) -> Iterator[Face]:
    """Every face once, but for {w: <w, x_k> = 0 for all k}; open cells are those with `zero == 0`.

    Raises:
        InvalidInstance: the samples have rank 4 or more.
    """
    if planes.rank > HIGHEST_RANK:
        raise InvalidInstance(
            f"the samples have rank {planes.rank}: cells are enumerated up to rank {HIGHEST_RANK}; for extremal "
            "vectors use solve.extremal, which goes on by ascent"
        )
    yield from (_on_line, _on_circle, _on_sphere)[planes.rank - 1](planes.coordinates)


def _on_line(normals: Sequence[Vector]) -> Iterator[Face]:
    side = (1,) if normals[0][0] > 0 else (-1,)
    yield Face(1, 0, side)
    yield Face(0, 0, (-side[0],))


def _on_circle(normals: Sequence[Vector]) -> Iterator[Face]:
    rays = {(-u[1], u[0]): 1 << j for j, u in enumerate(normals)}
    for ray, arc in _around(rays, lambda r: r, normals):
        yield ray
        yield arc


def _on_sphere(normals: Sequence[Vector]) -> Iterator[Face]:
    seen = set()
    for i, u in enumerate(normals):
        bit, drop = 1 << i, next(p for p in range(3) if u[p])
        for ray, arc in _around(*_restricted(normals, i, drop), normals):
            if ray.zero & -ray.zero == bit:  # a ray lies on several circles; the first one tells it
                yield ray
            yield arc
            for above, side in ((arc.above | bit, 1), (arc.above, -1)):
                if above not in seen:
                    seen.add(above)
                    yield Face(above, 0, arc.inside, (i, side))


def _restricted(normals: Sequence[Vector], i: int, drop: int) -> tuple[dict, Any]:
    """The lines that the other planes cut into plane i, in the plane's two coordinates that are not dropped."""
    u, lines = normals[i], {}
    kept = [p for p in range(3) if p != drop]
    for j, v in enumerate(normals):
        if j != i:
            cross = (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
            flat = _upper(primitive([cross[p] for p in kept]))
            lines[flat] = lines.get(flat, 0) | 1 << j

    def lift(flat: Vector) -> Vector:
        third = -sum(u[p] * c for p, c in zip(kept, flat, strict=True))
        whole = dict(zip(kept, (u[drop] * c for c in flat), strict=True)) | {drop: third}
        return primitive([whole[p] * (1 if u[drop] > 0 else -1) for p in range(3)])

    return lines, lift


def _upper(v: Vector) -> Vector:
    return v if v[1] > 0 or (v[1] == 0 and v[0] > 0) else (-v[0], -v[1])


def _turn(a: Vector, b: Vector) -> int:
    return a[1] * b[0] - a[0] * b[1]


def _around(lines: dict, lift: Any, normals: Sequence[Vector]) -> Iterator[tuple[Face, Face]]:
    """Once around a plane: each ray and the arc behind it.

    Args:
        lines: direction of each line in the plane -> mask of the hyperplanes that contain it.
        lift: from the plane to coordinates, linear up to positive factors on every ray.
        normals: of all hyperplanes, in coordinates; two lines at least differ.
    """
    half: dict[Vector, int] = {}
    for line, mask in lines.items():
        key = _upper(primitive(line))
        half[key] = half.get(key, 0) | mask
    ordered = sorted(half.items(), key=cmp_to_key(lambda a, b: _turn(a[0], b[0])))
    rays = [*ordered, *[((-r[0], -r[1]), mask) for r, mask in ordered]]
    middles = [lift((a[0] + b[0], a[1] + b[1])) for (a, _), (b, _) in pairwise([*rays, rays[0]])]
    crossing = sum(half.values())
    values = [dot(u, middles[-1]) for u in normals]
    above = sum(1 << j for j, v in enumerate(values) if v > 0)
    always = ((1 << len(normals)) - 1) ^ crossing
    for (ray, mask), middle in zip(rays, middles, strict=True):
        yield Face(above & ~mask, mask | always, lift(ray)), Face(above := above ^ mask, always, middle)


# ---- for people ------------------------------------------------------------------------------------------------------


def cells(X: Any) -> list[tuple[int, ...]]:
    """The sign patterns (sign<w, x_k>)_k of all open cells, zeros where a sample is zero.

    Args:
        X: a `Dataset`, or (n, d) rationals, rows of rank at most 3.

    Returns:
        One tuple of n signs a cell; n² - n + 2 of them for n samples in general position in R³, 2n in R².

    Raises:
        InvalidInstance: the samples are all zero, have rank 4 or more, or are too many.

    Example:
        >>> sorted(cells([[1, 0], [0, 1]]))
        [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    """
    from theorycheck.models.data import Dataset

    rows = X.X if isinstance(X, Dataset) else Dataset.from_arrays(X, [0] * len(X)).X
    planes = arrangement(rows)
    if planes.rank <= HIGHEST_RANK and not planes.enumerable:
        raise InvalidInstance(f"{len(planes.normals)} hyperplanes are too many to go through; pass fewer samples")
    return [signs(planes, face, len(rows)) for face in faces(planes) if not face.zero]


def signs(planes: Arrangement, face: Face, n: int) -> tuple[int, ...]:
    """The signs of <w, x_k> on a face, (n,)."""
    found = [0] * n
    for j, members in enumerate(planes.members):
        side = 0 if face.zero >> j & 1 else 1 if face.above >> j & 1 else -1
        for k, factor in members:
            found[k] = side if factor > 0 else -side
    return tuple(found)

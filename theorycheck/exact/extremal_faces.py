"""Which faces of the arrangement carry an extremal vector: at most one each, found by projection, in integers.

On a face F with span V every D in D_n(F) that is parallel to a w in F lies in V, and D_n(F) = A + (a part of V^⊥),
where A is the sum over the active samples off the kinks. So D is the projection of A onto V, and it is extremal
exactly where A - D is minus a value that the samples on the kinks can take and D or -D lies in F, or D = 0.

What samples on kinks can take has two readings. *Limits*: the convex hull of the values of the cells around, which is
Clarke's subdifferential of G_n. *Free weights*: each sample its own weight in [0, 1]. They differ only in degenerate
position (parallel samples, or more hyperplanes through a face than its codimension) with kinks of both signs.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm
from operator import mul

import attrs

from theorycheck.exact.arrangement import HIGHEST_RANK, Arrangement, Face, Vector, arrangement, dot, faces, independent
from theorycheck.exact.extremal_hull import weights
from theorycheck.models.data import Dataset

Range = tuple[int, int]


@attrs.frozen
class Alignment:
    """G_n as slopes: its gradient is the sum over hyperplanes j of up_j v_j where <w, v_j> > 0, down_j v_j elsewhere.

    Attributes:
        planes: the hyperplanes.
        up: n · scale times the slopes on the positive sides, integers.
        down: likewise on the negative sides.
        low: the least sum that free weights give to the samples of a hyperplane, times n · scale.
        high: the largest.
        scale: of the integers.
        y: (n,) the labels.
    """

    planes: Arrangement
    up: tuple[int, ...]
    down: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    scale: int
    y: tuple[Fraction, ...]

    @property
    def n(self) -> int:
        """The number of samples."""
        return len(self.y)

    @cached_property
    def mixed(self) -> tuple[bool, ...]:
        """Whether parallel samples make free weights reach further than limits do, a hyperplane each."""
        both = zip(self.up, self.down, self.low, self.high, strict=True)
        return tuple({p, q} != {low, high} for p, q, low, high in both)

    def slope(self, above: int, zero: int, j: int) -> int:
        """What hyperplane j contributes along its normal to A on the face with these masks."""
        return 0 if zero >> j & 1 else self.up[j] if above >> j & 1 else self.down[j]

    def ranges(self, through: Sequence[int], free: bool) -> list[Range]:
        """The ends of what the hyperplanes can contribute on their kinks: by limits, or by free weights."""
        return [(self.high[j], self.low[j]) if free else (self.up[j], self.down[j]) for j in through]

    def active(self, face: Face) -> Vector:
        """A: n · scale times the sum over the hyperplanes that do not contain the face."""
        slopes = [self.slope(face.above, face.zero, j) for j in range(len(self.up))]
        return tuple(dot(slopes, column) for column in zip(*self.planes.normals, strict=True))

    def rational(self, D: Sequence[int], over: int) -> tuple[Fraction, ...]:
        """The vector D / over in the units of D_n."""
        return tuple(Fraction(v, over * self.scale * self.n) for v in D)


def alignment(data: Dataset) -> Alignment:
    """The slopes of G_n(w) = 1/n sum_k y_k max(<w, x_k>, 0)."""
    planes = arrangement(data.X)
    scale = lcm(*((data.y[k] * f).denominator for members in planes.members for k, f in members))
    shares = [[(int(data.y[k] * f * scale), f > 0) for k, f in members] for members in planes.members]
    return Alignment(
        planes,
        up=tuple(sum(c for c, positive in s if positive) for s in shares),
        down=tuple(sum(c for c, positive in s if not positive) for s in shares),
        low=tuple(sum(min(c, 0) for c, _ in s) for s in shares),
        high=tuple(sum(max(c, 0) for c, _ in s) for s in shares),
        scale=scale,
        y=data.y,
    )


@attrs.frozen
class Critical:
    """A face with its extremal vector.

    Attributes:
        face: where.
        D: over · n · scale times the vector, integers.
        over: positive.
        sign: 1 where D lies in the face, -1 where -D does, 0 for D = 0.
        free: whether only free weights give it.
        attracts: whether ascent (sign 1) or descent (-1) on the sphere stays near; None: not decided.
        slopes: n · scale times the sum each hyperplane through the face contributes, by index.
    """

    face: Face
    D: Vector
    over: int
    sign: int
    free: bool
    attracts: bool | None
    slopes: dict[int, Fraction] = attrs.field(hash=False)


def criticals(G: Alignment) -> Iterator[Critical]:
    """All faces that carry an extremal vector, but for the directions orthogonal to all samples."""
    for face, A in summed(G):
        found = critical(G, face, A)
        if found is not None:
            yield found


def summed(G: Alignment) -> Iterator[tuple[Face, Vector]]:
    """Each face with its A; neighbours differ in few hyperplanes, so that A costs little."""
    above, zero, A = 0, 0, list(G.active(Face(0, 0, ())))
    for face in faces(G.planes):
        for j in bits((face.above ^ above) | (face.zero ^ zero)):
            change = G.slope(face.above, face.zero, j) - G.slope(above, zero, j)
            A = [a + change * v for a, v in zip(A, G.planes.normals[j], strict=True)]
        above, zero = face.above, face.zero
        yield face, tuple(A)


def critical(G: Alignment, face: Face, A: Vector) -> Critical | None:
    """The extremal vector of a face, or None where it carries none, or where too many hyperplanes meet to decide.

    Args:
        G: the alignment function.
        face: where.
        A: as `G.active` gives it.
    """
    through = bits(face.zero)
    D, over, factors, spanning = projected(A, [G.planes.normals[j] for j in through])
    determined = len(spanning) == len(through)
    readings = (False, True) if not determined or any(G.mixed[j] for j in through) else (False,)
    if determined and _single(through, factors, over, G.ranges(through, readings[-1])) is None:
        return None  # the cheaper test first
    sign = _side(G.planes.normals, face, D)
    if sign is None:
        return None
    for free in readings:
        ranges = G.ranges(through, free)
        chosen = _single(through, factors, over, ranges) if determined else _coupled(G, A, through, spanning, ranges)
        if chosen is not None:
            return Critical(face, D, over, sign, free, _attracts(G, sign, through, determined, free), chosen)
    return None


def bits(mask: int) -> list[int]:
    """The places of the ones."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def projected(A: Vector, normals: Sequence[Vector]) -> tuple[Vector, int, list[int], Sequence[Vector]]:
    """A less its part along the normals.

    Returns:
        D and a positive `over` with D / over = A - Σ_b factors_b / over · v_b orthogonal to all normals; the factors;
        and the v_b, a basis among the normals.
    """
    if not normals:
        return A, 1, [], ()
    if len(normals) == 1:
        factors, over, spanning = [dot(A, normals[0])], dot(normals[0], normals[0]), normals
    else:
        spanning = independent(normals)
        factors, over = _solved(spanning, [dot(A, v) for v in spanning])
    D = [over * a for a in A]
    for f, v in zip(factors, spanning, strict=True):
        D = [c - f * x for c, x in zip(D, v, strict=True)]
    return tuple(D), over, factors, spanning


def _solved(vectors: Sequence[Vector], values: Sequence[int]) -> tuple[list[int], int]:
    """Factors f and a positive `over` with Σ_b <v_a, v_b> f_b = over · values_a."""
    if len(vectors) == 2:
        aa, ab, bb = dot(vectors[0], vectors[0]), dot(vectors[0], vectors[1]), dot(vectors[1], vectors[1])
        return [values[0] * bb - values[1] * ab, values[1] * aa - values[0] * ab], aa * bb - ab * ab
    from flint import fmpz_mat

    m = len(vectors)
    gram = fmpz_mat(m, m, [dot(a, b) for a in vectors for b in vectors])
    entries = [v for row in gram.solve(fmpz_mat(m, 1, list(values))).tolist() for v in row]
    over = lcm(*(int(v.q) for v in entries))
    return [int(v.p) * (over // int(v.q)) for v in entries], over


def _side(normals: Sequence[Vector], face: Face, D: Vector) -> int | None:
    """1 where D lies in the face, -1 where -D does, 0 where D = 0, else None."""
    if not any(D):
        return 0
    sign, above, zero = 0, face.above, face.zero
    for j, v in enumerate(normals):
        if not zero >> j & 1:
            value = sum(map(mul, v, D))
            here = (value > 0) - (value < 0) if above >> j & 1 else (value < 0) - (value > 0)
            if here == 0 or here == -sign:
                return None
            sign = here
    return sign


def _single(through: list[int], factors: list[int], over: int, ranges: list[Range]) -> dict | None:
    """As many hyperplanes through the face as its codimension: what each contributes is determined."""
    for f, (p, q) in zip(factors, ranges, strict=True):
        if not min(p, q) * over <= -f <= max(p, q) * over:
            return None
    return {j: Fraction(-f, over) for j, f in zip(through, factors, strict=True)}


def _coupled(
    G: Alignment, A: Vector, through: list[int], spanning: Sequence[Vector], ranges: list[Range]
) -> dict | None:
    """More hyperplanes through the face than its codimension: the hull of the cells around it."""
    local = G.planes.part(through)
    if local.rank > HIGHEST_RANK:
        return None
    around = [face.above for face in faces(local) if not face.zero]
    chosen = [[p if above >> i & 1 else q for i, (p, q) in enumerate(ranges)] for above in around]
    products = [[dot(G.planes.normals[j], b) for b in spanning] for j in through]
    points = [[dot(slopes, column) for column in zip(*products, strict=True)] for slopes in chosen]
    found = weights(points, [-dot(A, b) for b in spanning])
    if found is None:
        return None
    return {j: sum((w * chosen[c][i] for c, w in found.items()), Fraction(0)) for i, j in enumerate(through)}


def _attracts(G: Alignment, sign: int, through: list[int], determined: bool, free: bool) -> bool | None:
    """Whether G_n is locally concave (sign 1) or convex (-1), up to hyperplanes that are no kinks."""
    if sign == 0 or free:
        return None
    bends = [sign * (G.up[j] - G.down[j]) for j in through]
    if all(b <= 0 for b in bends):
        return True
    return False if determined else None


def settle(G: Alignment, w: Sequence[Fraction]) -> tuple[Fraction, ...] | None:
    """D where w <- D_n(w) comes to rest inside a cell, exactly; None where it does not within 100 steps."""
    common = lcm(*(Fraction(v).denominator for v in w))
    inside = [int(v * common) for v in w]
    before = None
    for _ in range(100):
        values = [dot(v, inside) for v in G.planes.normals]
        above = sum(1 << j for j, v in enumerate(values) if v > 0)
        if 0 in values or not any(inside):
            return None
        if above == before:
            return G.rational(inside, 1)
        before, inside = above, list(G.active(Face(above, 0, ())))
    return None

"""Extremal vectors of the alignment function: all where faces can be enumerated, those that ascent meets elsewhere.

D_n(w) = 1/n Σ_k 1{<w, x_k> > 0} y_k x_k is the gradient of G_n(w) = 1/n Σ_k y_k max(<w, x_k>, 0). With small initial
weights neurons first follow dw/dt = a D_n(w) (time of gradient flow), so that their directions go to critical points
of G_n on the sphere: D = 0, or w = D/‖D‖ (sign 1: where neurons with a > 0 go), or w = -D/‖D‖ (sign -1: a < 0). The
definition is that of Boursier and Flammarion, arXiv 2410.02348 [RECALL]; at kinks we take the subdifferential of G_n,
see `extremal_faces`.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.exact.arrangement import Face, Vector, dot, faces, primitive, signs
from theorycheck.exact.extremal_faces import Alignment, Critical, alignment, bits, criticals, summed
from theorycheck.exact.extremal_hull import weights
from theorycheck.models.data import Dataset
from theorycheck.models.rational import unit

if TYPE_CHECKING:
    from theorycheck.certificates.certificate import Certificate
    from theorycheck.exact.two_sided import TwoSided

NORMALISATION = "D_n(w) = 1/n sum_k 1{<w, x_k> > 0} y_k x_k"
_PLACES = ("dead", "cell", "boundary")


@attrs.frozen
class ExtremalVector:
    """An extremal vector with its critical direction.

    Attributes:
        D: (d,) the vector, exact.
        direction: (d,) a positive multiple of w, exact; for D = 0 a vector in one of the faces where it is taken.
        sign: 1 for w = D/‖D‖, -1 for w = -D/‖D‖, 0 for D = 0.
        where: `cell` (no sample on a kink), `boundary`, or `dead` (D = 0 and no sample active).
        pattern: (n,) signs of <w, x_k>.
        weights: (n,) of the samples in D: 1 active, 0 inactive, exact numbers in [0, 1] on kinks.
        attracts: whether directions near w go there; False: unstable; None where kinks meet in degenerate position
            and for D = 0.
    """

    D: tuple[Fraction, ...]
    direction: tuple[Fraction, ...]
    sign: int
    where: str
    pattern: tuple[int, ...]
    weights: tuple[Fraction, ...]
    attracts: bool | None

    @property
    def unit(self) -> tuple[Fraction | float, ...]:
        """The direction w on the sphere: exact where its length is rational, else floats."""
        found, exact = unit(self.direction)
        return found if exact else tuple(map(float, found))

    @property
    def norm(self) -> float:
        """‖D‖ in floats; G_n(w) is sign · ‖D‖."""
        return float(sum(v * v for v in self.D)) ** 0.5

    def to_json(self) -> dict:
        """The vector as the documents write it."""
        w = self.unit
        return {
            "D": [str(v) for v in self.D],
            "direction": [str(v) if isinstance(v, Fraction) else v for v in w],
            "sign": self.sign,
            "where": self.where,
            "norm": self.norm,
            "attracts": self.attracts,
            "pattern": list(self.pattern),
            "weights": [str(v) for v in self.weights],
        }


@attrs.frozen
class ExtremalSolution:
    """What was found.

    Attributes:
        data: the samples.
        vectors: extremal vectors; sign 1 first, then -1, then 0 (at most one), the longest first.
        by_free_weights: those that exist only if parallel or coplanar samples on a kink may take weights of their own,
            which no limit of gradients does.
        cells: open cells of the arrangement; None where they were not gone through.
        zeros: where D = 0: how many cells are `dead`, how many others (`cell`), and how many lower faces (`boundary`).
        rank: of the samples.
        hyperplanes: distinct ones among the x_k^⊥.
        complete: whether these are all of them.
        how: how they were found, in words.
        starts: of ascent and descent; 0 for enumeration.
        split: of the two-sided least squares, if one was given.
    """

    data: Dataset
    vectors: tuple[ExtremalVector, ...]
    by_free_weights: tuple[ExtremalVector, ...]
    cells: int | None
    zeros: dict[str, int] = attrs.field(hash=False)
    rank: int
    hyperplanes: int
    complete: bool
    how: str
    starts: int = 0
    split: Any = None

    @property
    def evidence(self) -> str:
        """CERTIFIED for what the certificate says; SUPPORTED where there is none."""
        return "SUPPORTED" if self.certificate is None else "CERTIFIED"

    @property
    def certified_complete(self) -> bool:
        """Whether the certificate also shows that there are no others."""
        from theorycheck.exact.extremal_certificate import listed

        return self.certificate is not None and listed(self)

    @cached_property
    def certificate(self) -> "Certificate | None":
        """That the vectors are extremal, that they are all where they are few, and the fits; None for no vector."""
        from theorycheck.exact.extremal_certificate import vectors_certificate

        return vectors_certificate(self)

    @cached_property
    def two_sided(self) -> "TwoSided | None":
        """The two-sided least squares along the split, else the longest vector of sign 1, else X^T y; None if 0."""
        from theorycheck.exact.two_sided import two_sided_ols

        first = next((v for v in self.vectors if v.sign == 1), None)
        try:
            return two_sided_ols(self.data, first if self.split is None else self.split)
        except InvalidInstance:
            if self.split is not None:
                raise
            return None

    def to_json(self) -> dict:
        """The document of `solve extremal`."""
        return {
            "data": self.data.name,
            "n": self.data.n,
            "d": self.data.d,
            "rank": self.rank,
            "hyperplanes": self.hyperplanes,
            "normalisation": NORMALISATION,
            "cells": self.cells,
            "complete": self.complete,
            "how": self.how,
            "starts": self.starts,
            "vectors": [v.to_json() for v in self.vectors],
            "by_free_weights": [v.to_json() for v in self.by_free_weights],
            "zeros": self.zeros,
            "two_sided_ols": None if self.two_sided is None else self.two_sided.to_json(),
            "evidence": self.evidence,
            "certified_complete": self.certified_complete,
            "certificate": None if self.certificate is None else self.certificate.document,
        }


def extremal(X: Any, y: Any = None, starts: int = 64, seed: int = 0, split: Any = None) -> ExtremalSolution:
    """All extremal vectors; see `theorycheck.solve.extremal`.

    Args:
        X: a `Dataset`, or (n, d) numbers, a row a sample.
        y: (n,) labels; None where X has them.
        starts: random starts of ascent and of descent, where faces cannot be enumerated.
        seed: of these starts.
        split: of the two-sided least squares, see `two_sided.two_sided_ols`.

    Raises:
        InvalidInstance: the input is wrong, or every sample is zero.
    """
    data = X if isinstance(X, Dataset) else Dataset.from_arrays(X, y, name="data")
    data = data if data is not X or y is None else data.with_labels(y)
    if split is not None:
        from theorycheck.exact.two_sided import given_split

        split = given_split(data, split)
    G = alignment(data)
    if G.planes.enumerable:
        solution = _enumerated(data, G)
    else:
        from theorycheck.exact.extremal_ascent import ascend

        found, told = ascend(data, G, starts, seed)
        solution = _solution(data, G, found, None, told)
        solution = attrs.evolve(solution, starts=starts)
    return attrs.evolve(solution, split=split)


def _enumerated(data: Dataset, G: Alignment) -> ExtremalSolution:
    found = list(criticals(G))
    cells = sum(not face.zero for face in faces(G.planes))
    if not G.planes.essential:
        found += _orthogonal(G, found)
    N, rank = len(G.planes.normals), G.planes.rank
    told = f"all faces of the arrangement of {N} hyperplanes, rank {rank}, in rational arithmetic"
    return _solution(data, G, found, cells, told)


def _orthogonal(G: Alignment, found: list[Critical]) -> Iterable[Critical]:
    """D = 0 at the directions orthogonal to all samples, where it is the only candidate."""
    planes = G.planes
    everywhere = (1 << len(planes.normals)) - 1
    face = Face(0, everywhere, (0,) * planes.rank)
    zero = (0,) * len(planes.normals[0])
    limits = any(c.sign == 0 and not c.free for c in found)
    around = [] if limits else [(f.above, [dot(A, b) for b in planes.basis]) for f, A in summed(G) if not f.zero]
    mix = weights([A for _, A in around], [0] * planes.rank) if around else None
    slopes = {j: Fraction(0) for j in range(len(planes.normals))}
    for c, share in (mix or {}).items():
        for j in slopes:
            slopes[j] += share * G.slope(around[c][0], 0, j)
    if not limits:
        yield Critical(face, zero, 1, 0, mix is None, None, slopes)


def _solution(data: Dataset, G: Alignment, found: list[Critical], cells: int | None, how: str) -> ExtremalSolution:
    limits = [c for c in found if not c.free]
    told = tuple(_vector(G, c) for c in _chosen(G, limits))
    free = tuple(_vector(G, c) for c in _chosen(G, [c for c in found if c.free]) if c.sign or all(v.sign for v in told))
    places = [_place(G, c) for c in limits if c.sign == 0]
    return ExtremalSolution(
        data=data,
        vectors=told,
        by_free_weights=free,
        cells=cells,
        zeros={place: places.count(place) for place in _PLACES},
        rank=G.planes.rank,
        hyperplanes=len(G.planes.normals),
        complete=cells is not None,
        how=how,
    )


def _chosen(G: Alignment, found: list[Critical]) -> list[Critical]:
    """Sorted, with one face for D = 0: dead before cell before boundary."""
    zeros = sorted((c for c in found if c.sign == 0), key=lambda c: _PLACES.index(_place(G, c)))
    others = [c for c in found if c.sign]
    others.sort(key=lambda c: (-c.sign, -Fraction(dot(c.D, c.D), c.over**2), c.D))
    return others + zeros[:1]


def _place(G: Alignment, c: Critical) -> str:
    if c.face.zero:
        return "boundary"
    return "cell" if c.sign or any(s > 0 for s in signs(G.planes, c.face, G.n)) else "dead"


def _vector(G: Alignment, c: Critical) -> ExtremalVector:
    D = G.rational(c.D, c.over)
    along = primitive([c.sign * v for v in c.D]) if c.sign else _witness(G, c.face)
    pattern = signs(G.planes, c.face, G.n)
    shares = [Fraction(int(s > 0)) for s in pattern]
    for j in bits(c.face.zero):
        for k, share in _shares(G, c, j):
            shares[k] = share
    return ExtremalVector(D, tuple(map(Fraction, along)), c.sign, _place(G, c), pattern, tuple(shares), c.attracts)


def _witness(G: Alignment, face: Face) -> Vector:
    if any(face.inside):
        return G.planes.lift(face)
    from flint import fmpz_mat

    N, d = len(G.planes.normals), len(G.planes.normals[0])
    kernel, _ = fmpz_mat(N, d, [v for row in G.planes.normals for v in row]).nullspace()
    return primitive([int(kernel[i, 0]) for i in range(d)])


def _shares(G: Alignment, c: Critical, j: int) -> Iterable[tuple[int, Fraction]]:
    """The weights of the samples on hyperplane j, a kink: one parameter moves their sum from end to end."""
    low, high = (G.low[j], G.high[j]) if c.free else (G.down[j], G.up[j])
    part = (c.slopes[j] - low) / (high - low) if high != low else Fraction(0)
    for k, factor in G.planes.members[j]:
        more = G.y[k] * factor >= 0 if c.free else factor > 0
        yield k, part if more else 1 - part

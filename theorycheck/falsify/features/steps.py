"""Simpler candidates about unconstrained features: simpler λ, fewer samples, layers and classes; simpler entries."""

from collections.abc import Iterator
from fractions import Fraction

import attrs

from theorycheck.claims.attacks.grids import cost
from theorycheck.claims.claim import Candidate
from theorycheck.errors import InvalidInstance
from theorycheck.falsify.features.told import matrices
from theorycheck.falsify.shrink import simpler
from theorycheck.models.features import UnconstrainedFeatures

_SMALL, _LARGE = 40, 1000  # entries of a point


def price(candidate: Candidate) -> tuple[int, int]:
    """Sizes first (K + L + N), then how much ink λ and the point take."""
    one = candidate.instance
    ink = sum(cost(v) for v in set(one.reg)) + len(set(one.reg))
    ink += sum(cost(Fraction(v)) for rows in matrices(candidate.point).values() for row in rows for v in row)
    return one.classes + one.depth + one.samples, ink


def steps(candidate: Candidate) -> Iterator[Candidate]:
    """Simpler candidates, the boldest first. With a point the sizes stay: it would fit no others."""
    changes = [*_regs(candidate.instance)] if candidate.point else [*_sizes(candidate.instance)]
    for change in changes:
        try:
            yield attrs.evolve(candidate, instance=attrs.evolve(candidate.instance, **change))
        except InvalidInstance:
            continue
    yield from _coarser(candidate)
    yield from _entries(candidate)


def _sizes(one: UnconstrainedFeatures) -> Iterator[dict]:
    """Fewer classes, layers, samples; then simpler λ."""
    equal = one.reg[:1] if len(set(one.reg)) == 1 else one.reg[: one.depth]
    if one.classes > 2:
        yield {"classes": one.classes - 1, "counts": one.counts[1:]}
    if one.depth > 1:
        yield {"depth": one.depth - 1, "reg": equal}
    for k, n in enumerate(one.counts):
        yield from ({"counts": (*one.counts[:k], m, *one.counts[k + 1 :])} for m in {1, n // 2, n - 1} if 0 < m < n)
    if one.balanced and one.counts[0] > 1:
        yield {"counts": 1}
    yield from _regs(one)


def _regs(one: UnconstrainedFeatures) -> Iterator[dict]:
    for v in dict.fromkeys(one.reg):
        yield from ({"reg": tuple(w if u == v else u for u in one.reg)} for w in _rounder(v))


def _rounder(v: Fraction) -> list[Fraction]:
    return [w for w in simpler(v) if w > 0]


def _size(candidate: Candidate) -> int:
    """The number of entries of the point."""
    return sum(len(row) for rows in matrices(candidate.point).values() for row in rows)


def _coarser(candidate: Candidate) -> Iterator[Candidate]:
    """All entries of all factors with few digits; of large factors the steps would take longer than they are worth."""
    if _size(candidate) > _LARGE:
        return
    for q in (1, 2, 4, 5, 10, 20, 50, 100, 1000) if "factors" in candidate.point else ():
        near = lambda text, q=q: str(Fraction(round(Fraction(text) * q), q))  # noqa: E731
        factors = [[[near(v) for v in row] for row in rows] for rows in candidate.point["factors"]]
        yield attrs.evolve(candidate, point=candidate.point | {"factors": factors})


def _entries(candidate: Candidate) -> Iterator[Candidate]:
    """One entry of one matrix simpler; only of small points, the others come from a construction."""
    if _size(candidate) > _SMALL:
        return
    for k, rows in enumerate(matrices(candidate.point).values()):
        for i, row in enumerate(rows):
            for j, v in enumerate(row):
                for w in simpler(Fraction(v)):
                    yield _replaced(candidate, k, (i, j), str(w))


def _replaced(candidate: Candidate, k: int, place: tuple[int, int], text: str) -> Candidate:
    point, (i, j) = candidate.point, place
    change = lambda rows: [*rows[:i], [*rows[i][:j], text, *rows[i][j + 1 :]], *rows[i + 1 :]]  # noqa: E731
    if "matrix" in point:
        return attrs.evolve(candidate, point=point | {"matrix": change(point["matrix"])})
    factors = [change(rows) if m == k else rows for m, rows in enumerate(point["factors"])]
    return attrs.evolve(candidate, point=point | {"factors": factors})


def forms(candidate: Candidate) -> Iterator[Candidate]:
    """No normal form: constructions come in one already."""
    yield from ()

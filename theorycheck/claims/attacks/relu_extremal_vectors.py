"""Extremal vectors that are too many, or not where a statement has them: enumerated, with the checker's own list."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import log
from typing import Any

from theorycheck.certificates import relu_build
from theorycheck.claims.attacks.exactly import Evidence
from theorycheck.claims.attacks.features_exactly import part
from theorycheck.claims.attacks.relu_extremal_grids import spread
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.claims.relu_instances import rounded
from theorycheck.claims.relu_measures import is_antipodal, mean_direction
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

MANY = 64  # samples of a law whose directions are compared with those of the law
_DRAWS = 3
_GRID = 8


@lru_cache(maxsize=512)
def listed(data: Dataset) -> Any:
    """All extremal vectors; None where they cannot be enumerated and certified."""
    from theorycheck.exact.extremal import extremal
    from theorycheck.exact.extremal_certificate import listed as small

    try:
        found = extremal(data)
    except InvalidInstance:
        return None
    return found if small(found) else None


def live(data: Dataset) -> list[Any]:
    """The extremal vectors that are not 0; none where they cannot be listed."""
    found = listed(data)
    return [] if found is None else [v for v in found.vectors if v.sign]


def list_evidence(one: ReluInstance, role: str) -> Evidence | None:
    """The complete list, which the checker enumerates by itself."""
    found = listed(one.data)
    entries = [(v.D, v.sign) for v in found.vectors if any(v.pattern)]
    try:
        return part(role, relu_build.extremal_list_part(one, entries, found.cells, "limits"))
    except (CertificateError, ValueError):
        return None


def _every(space: Space) -> Iterator[Candidate | Looked]:
    """Instances of the space and random small samples."""
    count = 0
    for one in spread(space):
        count += 1
        yield Candidate(one, {})
    yield Looked(0, f"{count} samples")


# ---- how many -------------------------------------------------------------------------------------------------------


def told(vectors: list[Any]) -> str:
    """Directions by side, without their lengths."""
    sides = {1: "a > 0", -1: "a < 0"}
    shown = (f"({', '.join(map(str, v.direction))}) for {sides[v.sign]}" for v in vectors)
    return "; ".join(shown) if len(vectors) <= 4 else f"{len(vectors)} of them"


def _more(candidate: Candidate) -> Violation | None:
    one = candidate.instance
    vectors = live(one.data) if one.relu else []
    if len(vectors) <= 2:
        return None
    shown = list_evidence(one, "violates")
    return shown and Violation(
        quantity="critical directions with D not 0",
        bound="two, one for each sign of an output weight",
        value=f"{len(vectors)}: {told(vectors)}" if len(vectors) <= 4 else str(len(vectors)),
        size=float(len(vectors)),
        evidence=(shown,),
    )


def _other(candidate: Candidate) -> Violation | None:
    """An alignment vector that is not Σ y x / (2 n), for any slope: D and -D have other slopes on the samples."""
    one = candidate.instance
    if one.activation != "leaky":
        return None
    mean, found = mean_direction(one.data), _vector(one)
    if found is None or found[0] == mean:
        return None
    try:
        shown = part("violates", relu_build.extremal_part(one, found[0], found[1]))
    except (CertificateError, ValueError):
        return None
    return Violation(
        quantity="an alignment vector",
        bound=f"({', '.join(map(str, mean))}), half the mean of y x, for every w",
        value=f"({', '.join(map(str, found[0]))})",
        size=1.0,
        evidence=(shown,),
    )


def _vector(one: ReluInstance) -> tuple[tuple[Fraction, ...], int] | None:
    """An alignment vector off the kinks with its side: a listed one, or, for γ > 0, that of antipodal samples."""
    mean = mean_direction(one.data)
    if one.slope == 0:
        off = [(v.D, v.sign) for v in live(one.data) if v.where == "cell" and mean != v.D]
        return off[0] if off else None
    if not any(mean) or not is_antipodal(one.data):
        return None
    return tuple((1 + one.slope) * v for v in mean), 1


# ---- where ----------------------------------------------------------------------------------------------------------


def _drawn(space: Space) -> Iterator[Candidate | Looked]:
    """Larger samples of the laws in the space; what was seen of each law is told."""
    import attrs

    first: dict[str, ReluInstance] = {}
    for one in space.instances:
        if one.law is not None and one.law.d == 2 and one.relu:
            first.setdefault(str(one.law), one)
    for one in first.values():
        seen = []
        for seed in range(_DRAWS):
            bigger = attrs.evolve(one, data=rounded(one.law.draw(MANY, seed), _GRID))
            yield Candidate(bigger, {})
            seen.append((len(live(bigger.data)), angle(bigger)))
        counts = ", ".join(f"{count} directions within {float(a) * 57.29578:.3g} degrees" for count, a in seen)
        yield Looked(_DRAWS, f"{one.law.kind}, n = {MANY}", remark=f"{one.law.kind}, n = {MANY}: {counts}")


def angle(one: ReluInstance) -> float:
    """The largest angle between an extremal direction and ± Σβ of the law; in floats, only to be told."""
    import numpy as np

    towards = np.asarray(one.law.direction(), float)
    towards = towards / float(np.sqrt(towards @ towards))
    cosines = [abs(float(np.array(v.unit, float) @ towards)) for v in live(one.data)]
    return max((float(np.arccos(min(c, 1.0))) for c in cosines), default=0.0)


def _far(candidate: Candidate) -> Violation | None:
    """A direction farther from ± Σβ than 2 √(d log n / n)."""
    one = candidate.instance
    if one.law is None or one.data.n < MANY:
        return None
    found, bound = angle(one), 2 * (one.data.d * log(one.data.n) / one.data.n) ** 0.5
    if found <= 1.01 * bound:
        return None
    shown = list_evidence(one, "violates")
    return shown and Violation(
        quantity=f"largest angle of an extremal direction to Sigma beta or -Sigma beta, n = {one.data.n}",
        bound=f"at most 2 sqrt(d log n / n) = {bound * 57.29578:.4g} degrees",
        value=f"{found * 57.29578:.4g} degrees, {len(live(one.data))} directions",
        size=found - bound,
        evidence=(shown,),
    )


MORE_THAN_TWO = Attack("more than two extremal directions", _every, _more)
OTHER_VECTOR = Attack("another alignment vector", _every, _other)
FAR_FROM_TEACHER = Attack("extremal directions far from the teacher's", _drawn, _far)

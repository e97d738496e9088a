"""Collapsed critical points with negative curvature, and dimensions of solution sets that are not as printed."""

from collections.abc import Iterator
from fractions import Fraction

from theorycheck.certificates import features_build
from theorycheck.claims.attacks.features_exactly import part
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError
from theorycheck.models.features import UnconstrainedFeatures as Features


def _every(space: Space) -> Iterator[Candidate | Looked]:
    for instance in space.instances:
        yield Candidate(instance, {})


def _curved_violation(candidate: Candidate) -> Violation | None:
    """The Hessian's form along one symmetric direction at the larger critical scale, in balls."""
    instance = candidate.instance
    if instance.loss != "ce" or instance.relu or not instance.balanced or instance.depth < 2:
        return None
    try:
        body = features_build.curved_part(instance)
    except CertificateError:
        return None
    curvature = body["curvature"]
    value = curvature if isinstance(curvature, str) else curvature["hi"]
    return Violation(
        quantity="curvature of the objective at a critical point with deep neural collapse, in one direction",
        bound="at least 0",
        value=f"{float(Fraction(value)):.6g}",
        size=-float(Fraction(value)),
        evidence=(part("violates", body),),
    )


def _sizes(instance: Features) -> tuple[int, int, int]:
    """K, L, d with d = K where there is no width."""
    return instance.classes, instance.depth, instance.width or instance.classes


def _count_violation(candidate: Candidate) -> Violation | None:
    """Ranks of the rotations' action for collapse and for rank two, at d = K: their ratio is not below 1."""
    from theorycheck.claims.checks.features_orbits import dimensions

    K, L, d = _sizes(candidate.instance)
    if K < 4 or d != K or L * d * (d - 1) // 2 * (2 * K * d + (L - 1) * d * d) > 12_000:
        return None
    parts = dimensions(K, L, d, (K - 1, 2)).document["parts"]
    ratio = Fraction(parts[0]["rank"], parts[1]["rank"])
    fields = [{k: v for k, v in p.items() if k not in ("role", "kind", "statement")} for p in parts]
    return (
        None
        if ratio < 1
        else Violation(
            quantity=f"dimension of the solutions with deep neural collapse over those of rank 2, d = {d}",
            bound="below 1",
            value=str(ratio),
            size=float(ratio),
            evidence=tuple((f"violates: {p['role']}", "rank", f) for p, f in zip(parts, fields, strict=True)),
        )
    )


NOT_LOCALLY_MINIMAL = Attack("a collapsed critical point that curves down", _every, _curved_violation)
NOT_SMALLER_AT_FIRST = Attack("dimensions of solution sets at d = K", _every, _count_violation)

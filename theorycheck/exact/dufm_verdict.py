"""What is certain about a point of an unconstrained-features model: certified ends, exact ranks, and what follows."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
from flint import fmpq_mat

from theorycheck.certificates import build, features_build
from theorycheck.errors import CertificateError
from theorycheck.exact.dufm_floor import best_floor
from theorycheck.exact.dufm_shape import floats
from theorycheck.exact.dufm_solution import (
    EXACT,
    EXACT_RANK,
    TOLERANCE,
    DufmSolution,
    Layer,
    exact_layers,
    float_layers,
)
from theorycheck.exact.dufm_structures import Structure
from theorycheck.models.features import UnconstrainedFeatures


@attrs.frozen(eq=False)
class Point:
    """Explicit parameters.

    Attributes:
        name: a structure, or `search`.
        loss: in floats.
        factors: rational.
        note: where they come from.
        exact_ranks: whether the ranks of the rational factors are known to be those of the structure.
    """

    name: str
    loss: float
    factors: tuple[fmpq_mat, ...]
    note: str = ""
    exact_ranks: bool = True


@attrs.frozen
class Evidence:
    """Bodies of certificates by role; None where the checker has no such statement.

    Attributes:
        upper: the value at the factors.
        lower: a lower bound for all parameters.
        collapsed: a lower bound over all DNC solutions, or that the factors are below it.
        optimal: that DNC is globally optimal, exactly.
        always: that a family with output c·I beats every DNC solution for all λ at once.
        family: which family that is.
        layers: the exact ranks of the layers.
    """

    upper: dict
    lower: dict | None
    collapsed: dict | None
    optimal: dict | None
    always: dict | None
    family: str
    layers: dict | None

    @property
    def parts(self) -> dict[str, dict]:
        """Those that are there."""
        named = {
            "upper bound": self.upper,
            "lower bound": self.lower,
            "deep neural collapse": self.collapsed,
            "optimal": self.optimal,
            "for every lambda": self.always,
            "layers": self.layers,
        }
        return {role: body for role, body in named.items() if body is not None}


def rows(factors: Sequence[fmpq_mat]) -> list[list[list[str]]]:
    """Rational factors as documents write them."""
    return [[[str(v) for v in row] for row in W.tolist()] for W in factors]


def upper_part(instance: UnconstrainedFeatures, point: Point) -> dict:
    """The body of the certified value at a point.

    Raises:
        CertificateError: the factors are too large for the checker.
    """
    term = features_build.objective_term(rows(point.factors))
    values = build.value_parts(instance.document, "the objective at the factors", [term])
    return build.part("value", instance.document, **values)


def floor(instance: UnconstrainedFeatures, seconds: float) -> dict | None:
    """The body of the best certified lower bound for all parameters; None where no rule applies."""
    try:
        return best_floor(instance, seconds).body
    except CertificateError:
        return None


def _body(builder: Any, *about: Any) -> dict | None:
    """What a builder makes, or None where the checker refuses: the statement is then not claimed."""
    try:
        return builder(*about)
    except CertificateError:
        return None


def met(loss: float, lower: dict | None) -> bool:
    """Whether a lower bound reaches a loss within the tolerance."""
    return lower is not None and loss - float(Fraction(lower["value"])) <= TOLERANCE * loss


def ranked(instance: UnconstrainedFeatures, point: Point) -> tuple[Layer, ...]:
    """The layers of a point. Exact ranks of rounded floats are told only where the floats have the same ranks."""
    exact = exact_layers(instance, point.factors)
    if point.exact_ranks:
        return exact
    about = float_layers(instance, [floats(W) for W in point.factors])
    pairs = zip(exact, about, strict=True)
    return exact if all((a.rank_before, a.rank_after) == (b.rank_before, b.rank_after) for a, b in pairs) else about


def evidence(
    instance: UnconstrainedFeatures,
    found: Mapping[str, Structure],
    point: Point,
    upper: dict,
    lower: dict | None,
    layers: Sequence[Layer],
) -> Evidence:
    """All that the checker can say about an instance and a point."""
    known = rows(point.factors)
    beaten = _body(features_build.beaten_part, instance, known) if point.name != "dnc" else None
    optimal = _body(features_build.optimal_part, instance) if point.name == "dnc" else None
    small = sum(W.nrows() * W.ncols() for W in point.factors) <= EXACT_RANK
    exact = small and all(layer.rule == EXACT for layer in layers)
    family, always = every_lambda(instance, found)
    return Evidence(
        upper=upper,
        lower=lower,
        collapsed=beaten or _body(features_build.collapsed_part, instance),
        optimal=optimal,
        always=always,
        family=family,
        layers=_body(features_build.layers_part, instance, known) if exact else None,
    )


def every_lambda(instance: UnconstrainedFeatures, found: Mapping[str, Structure]) -> tuple[str, dict | None]:
    """The best family with output c·I, where it beats every DNC solution for all λ at once."""
    bound = instance.classes * (instance.depth + 1) * (1 - 1e-12)
    families = [s for s in found.values() if s.constant is not None and s.constant < bound and s.factors and s.scale]
    for best in sorted(families, key=lambda s: s.constant or 0.0):
        if body := _body(features_build.multiple_part, instance, rows(best.factors or ())):
            return best.name, body
    return "", None


def conclude(
    instance: UnconstrainedFeatures,
    found: Mapping[str, Structure],
    point: Point,
    upper: dict,
    lower: dict | None,
) -> DufmSolution:
    """The record of a point: what is certified about it, and what follows."""
    layers = ranked(instance, point)
    known = evidence(instance, found, point, upper, lower, layers)
    told, settled = verdict(instance, point, known)
    return DufmSolution(
        instance=instance,
        structures=found,
        best=point.name,
        loss=point.loss,
        layers=layers,
        factors=point.factors,
        lower=lower and str(Fraction(lower["value"])),
        upper=upper["value"],
        collapsed=known.collapsed and str(Fraction(known.collapsed["value"])),
        gap=gap(upper, lower),
        statement=told,
        settled=settled,
        evidence="CERTIFIED",
        certificate=build.all_of(instance.document, known.parts),
        note=point.note,
    )


def high(upper: dict) -> Fraction:
    """The upper end of a certified value."""
    value = upper["value"]
    return Fraction(value["hi"] if isinstance(value, dict) else value)


def gap(upper: dict, lower: dict | None) -> float:
    """(upper - lower) / upper; 1 without a lower bound."""
    top = high(upper)
    return float((top - Fraction(lower["value"])) / top) if lower and top else 1.0


def verdict(instance: UnconstrainedFeatures, point: Point, known: Evidence) -> tuple[str, bool]:
    """The statement that follows from what is certified, and whether it decides."""
    distance = gap(known.upper, known.lower)
    found = []
    if known.collapsed and known.collapsed["kind"] == "beaten":
        found.append(f"DNC is not optimal: every DNC solution has a larger objective than {point.name}")
    if known.always:
        found.append(f"for every λ no nonzero DNC solution is optimal, by {known.family}")
    if known.optimal:
        found.append("DNC is globally optimal")
    if distance <= TOLERANCE:
        found.append(f"{_subject(instance, point)} the least objective, within {distance:.1g} of it")
    if found:
        return "; ".join(found), True
    return f"undecided, gap {100 * distance:.3g} %" + ("" if known.lower else " (no lower bound)"), False


def _kept(instance: UnconstrainedFeatures, point: Point) -> int:
    """How many classes have a feature that is not zero."""
    columns = zip(*point.factors[0].tolist(), strict=True)
    return sum(any(v != 0 for v in column) for column in columns)


def _subject(instance: UnconstrainedFeatures, point: Point) -> str:
    if point.name == "zero":
        return "the zero solution is globally optimal: it has"
    if point.name == "dnc" and instance.loss == "mse" and (kept := _kept(instance, point)) < instance.classes:
        return f"collapse of {kept} of {instance.classes} classes, the others given up, is globally optimal: it has"
    if point.name == "dnc" and not instance.balanced:
        return "DNC with a scale for each class is globally optimal: these factors have"
    return f"the factors of {point.name} have"

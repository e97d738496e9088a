"""Instances on which deep neural collapse, or zero, is globally optimal: it meets a lower bound for all parameters."""

from collections.abc import Iterator
from fractions import Fraction

from theorycheck.certificates import features_build
from theorycheck.claims.attacks.exactly import shown
from theorycheck.claims.attacks.features_exactly import at, floor, objective, part, short, upper, value_at
from theorycheck.claims.attacks.features_searched import CLEAR, collapsed_loss, lowest, named, searched, sizes
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError
from theorycheck.models.features import UnconstrainedFeatures as Features

_TIE = Fraction(1, 10**12)  # of the objective; how closely zero must meet a bound that is irrational


def _collapse(space: Space) -> Iterator[Candidate | Looked]:
    """Every instance; where none is known to have a sharp bound, what a local search says of a few."""
    found = 0
    for instance in space.instances:
        if _sharp(instance):
            found += 1
        yield Candidate(instance, {}) if _sharp(instance) else Looked(0, named(instance))
    for instance in () if found else sizes(space.instances):
        bound = collapsed_loss(instance)
        if bound is None:
            yield Looked(1, named(instance), remark=f"{named(instance)}: there is no deep neural collapse")
        else:
            lower = lowest(instance)[0] < (1 - CLEAR) * bound
            yield Looked(1, f"{named(instance)}, a local search", int(not lower), searched(instance, bound))


def _sharp(instance: Features) -> bool:
    """Where the bound for all parameters is that for collapsed ones; the checker decides."""
    few = instance.classes == 2
    kind = not instance.relu or few if instance.loss == "mse" else not instance.relu and (instance.depth == 1 or few)
    return kind and instance.balanced


def _collapse_violation(candidate: Candidate) -> Violation | None:
    if candidate.point:
        return None
    try:
        body = features_build.optimal_part(candidate.instance)
    except CertificateError:
        return None
    return Violation(
        quantity="least objective of all parameters",
        bound="below that of every solution with deep neural collapse",
        value=f"{short(body['value'])}, attained by deep neural collapse",
        size=1.0,
        evidence=(part("violates", body),),
    )


def zeros(instance: Features) -> Candidate:
    """Zero parameters with one neuron a layer."""
    K, L = instance.classes, instance.depth
    shapes = [(1, K), *[(1, 1)] * (L - 1), (K, 1)]
    return at(instance, [[[0] * q for _ in range(p)] for p, q in shapes])


def _zero(space: Space) -> Iterator[Candidate | Looked]:
    for instance in space.instances:
        yield Candidate(instance, {})


def _zero_violation(candidate: Candidate) -> Violation | None:
    zero = zeros(candidate.instance)
    here, found = value_at(zero), floor(candidate.instance, "1/2" if candidate.instance.loss == "mse" else "")
    if here is None or not found or upper(here) - Fraction(found["value"]) > _TIE * upper(here):
        return None
    name = "objective of zero parameters"
    return Violation(
        quantity="least objective of all parameters",
        bound="below that of zero",
        value=f"{shown(here)}, that of zero",
        size=1.0,
        evidence=(
            ("violates", "value", {"name": name, "terms": [objective(zero.point)]}),
            part("bound for all parameters", found),
        ),
    )


COLLAPSE_OPTIMAL = Attack("deep neural collapse meets a bound for all parameters", _collapse, _collapse_violation)
ZERO_OPTIMAL = Attack("zero parameters meet a bound for all parameters", _zero, _zero_violation)

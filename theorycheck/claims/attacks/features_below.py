"""Explicit parameters with a smaller objective than every collapsed solution."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from theorycheck.certificates import check, features_build
from theorycheck.claims.attacks.exactly import below, shown
from theorycheck.claims.attacks.features_exactly import at, part, short, upper, value_at
from theorycheck.claims.attacks.features_plain import plain
from theorycheck.claims.attacks.features_searched import CLEAR, collapsed_loss, lowest, named, searched, sizes
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError
from theorycheck.models.features import UnconstrainedFeatures as Features

_CLEAR = 1e-9  # of the objective, in floats
_MOST = 80  # sizes and λ
_SLOW = ("low_rank_centred",)  # needs an optimiser: for the first λ of a size only


def _candidates(space: Space) -> Iterator[Candidate | Looked]:
    """Members of families for all λ at once, known structures at their best scale for one λ; then a local search."""
    seen, equal = set(), "nuclear_equality" in space.kept  # points whose norm the ReLU changes are then left out
    for instance in () if equal else space.instances:
        size = (instance.classes, instance.depth)
        if instance.loss == "mse" and instance.relu and instance.balanced and size not in seen:
            seen.add(size)
            yield from _plain(instance)
        reg = (*size, instance.reg, instance.loss)  # n samples a class are as one with another λ
        if (
            len(seen) < _MOST
            and reg not in seen
            and instance.balanced
            and (instance.loss == "mse" or not instance.relu)
        ):
            first = (*size, instance.loss)
            yield from _structures(instance, first not in seen)
            seen |= {reg, first}
    yield from _searched(space, equal)


def _searched(space: Space, equal: bool) -> Iterator[Candidate | Looked]:
    for instance in sizes(space.instances):
        bound = collapsed_loss(instance)
        if bound is None:
            continue
        loss, factors = lowest(instance)
        if loss < (1 - CLEAR) * bound and not equal:
            yield at(instance, factors)
        lower = loss < (1 - CLEAR) * bound
        yield Looked(1, f"{named(instance)}, a local search", int(lower), searched(instance, bound))


def _plain(instance: Features) -> Iterator[Candidate | Looked]:
    for said in plain(instance.classes, instance.depth):
        if isinstance(said, Looked):
            yield said
        elif instance.width is None or all(W.nrows() <= instance.width for W in said[:-1]):
            yield at(instance, said)


def _structures(instance: Features, slow: bool) -> Iterator[Candidate | Looked]:
    """Known structures whose objective is below that of collapse, in floats; the lowest first."""
    from theorycheck.exact.dufm_structures import NAMES, structure

    known = {name: structure(instance, name) for name in NAMES if slow or name not in _SLOW}
    bound = known.pop("dnc").loss
    found = [(one.loss, one) for one in known.values() if one.loss is not None]
    for loss, one in sorted(found, key=lambda pair: pair[0]):
        if bound is not None and loss < (1 - _CLEAR) * bound and one.factors and one.scale:
            yield at(instance, one.factors)
    yield Looked(len(found), f"K={instance.classes}, L={instance.depth}, {instance.loss}, known structures")


def _violation(candidate: Candidate) -> Violation | None:
    """For all λ at once where the output is c·I, else for the candidate's own λ."""
    if "factors" not in candidate.point:
        return None
    return _multiple(candidate) or _lower(candidate)


def _multiple(candidate: Candidate) -> Violation | None:
    instance, power = candidate.instance, candidate.instance.depth + 1
    if instance.loss != "mse" or not instance.relu:
        return None
    try:
        body = features_build.multiple_part(instance, candidate.point["factors"])
    except CertificateError:
        return None
    return Violation(
        quantity="product of the squared norms of parameters with output I",
        bound=f"at least {instance.classes**power}, that of deep neural collapse, {instance.classes}^{power}",
        value=body["product"],
        size=1.0,
        evidence=(part("violates, for all lambda", body),),
    )


def _lower(candidate: Candidate) -> Violation | None:
    here, bound = value_at(candidate), _bound(candidate.instance)
    if here is None or bound is None or not below(here, check.rational(bound["value"])):
        return None
    return Violation(
        quantity="objective at a point",
        bound=f"at least {short(bound['value'])}, that of every solution with deep neural collapse",
        value=shown(here),
        size=float(Fraction(bound["value"]) - upper(here)),
        evidence=(("violates", "beaten", {"factors": candidate.point["factors"], **bound}),),
    )


@lru_cache(maxsize=512)
def _bound(instance: Features) -> dict | None:
    """The fields of a certificate that bounds the objective of all collapsed parameters; None where there is none."""
    try:
        body = features_build.collapsed_part(instance)
    except CertificateError:
        return None
    return {name: v for name, v in body.items() if name not in ("kind", "statement")}


BELOW_COLLAPSE = Attack("parameters below every collapsed solution", _candidates, _violation)

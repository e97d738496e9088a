"""Instances on which equal collapse of all classes is not optimal: λ is too large, or the layers are too narrow."""

from collections.abc import Iterator
from fractions import Fraction

from theorycheck.certificates import build, check, features_build
from theorycheck.claims.attacks.exactly import shown
from theorycheck.claims.attacks.features_exactly import at, lower_root, objective, part, short, upper, value_at
from theorycheck.claims.attacks.features_optimal import zeros
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError
from theorycheck.models.features import UnconstrainedFeatures as Features


def _penalty(instance: Features) -> Fraction:
    """b, rounded down: balanced linear parameters with output c I repeated have a penalty of at least b c^(2/(L+1))."""
    power, product = instance.depth + 1, Fraction(1)
    for v in instance.reg:
        product *= v
    return sum((lower_root(n * product, power) for n in instance.counts), Fraction(0)) * power / 2


def _straight(instance: Features) -> bool:
    """Where the penalty is that of the linear model."""
    return instance.loss == "mse" and (not instance.relu or instance.classes == 2)


def _every(space: Space) -> Iterator[Candidate | Looked]:
    for instance in space.instances:
        yield Candidate(instance, {})


# ---- zero is as good -------------------------------------------------------------------------------------------------


def _zero_violation(candidate: Candidate) -> Violation | None:
    """The bound for all collapsed parameters is the objective of zero."""
    instance = candidate.instance
    if instance.loss != "mse" or not instance.balanced:
        return None
    least = {str(instance.counts[0]): str(Fraction(1, 2 * instance.classes))}
    try:
        body = features_build.collapsed_part(instance, value="1/2", least=least)
    except CertificateError:
        return None
    return Violation(
        quantity="objective of solutions with deep neural collapse",
        bound="below 1/2, that of zero, for the best of them",
        value="at least 1/2",
        size=1.0,
        evidence=(
            part("violates", body),
            ("objective of zero", "value", {"name": "objective of zero", "terms": [objective(zeros(instance).point)]}),
        ),
    )


# ---- a class is lost -------------------------------------------------------------------------------------------------


def _unequal(space: Space) -> Iterator[Candidate | Looked]:
    """Classes of unequal numbers of samples, each at its own best scale."""
    from theorycheck.exact.dufm_structures import structure

    for instance in space.instances:
        if not instance.balanced and _straight(instance):
            found = structure(instance, "dnc")
            if found.factors and found.scale is not None:
                yield at(instance, found.factors)


def _lost_violation(candidate: Candidate) -> Violation | None:
    """The objective at the point, a rational v, and the objective at output z^(L+1) I above it for all z."""
    from theorycheck.models.signs import proves

    instance = candidate.instance
    here = value_at(candidate) if _straight(instance) and candidate.point else None
    if here is None:
        return None
    b = _penalty(instance)
    v = (upper(here) + Fraction(_least(b, instance.depth))) / 2
    v = v.limit_denominator(10**6)
    miss = ["+", "1", ["*", "-1", ["**", "z", str(instance.depth + 1)]]]
    tree = ["+", ["+", ["*", "1/2", ["**", miss, "2"]], ["*", str(b), ["**", "z", "2"]]], str(-v)]
    if upper(here) >= v or not proves(check.tree(tree), ">"):
        return None
    name = "least objective at output z^(L+1) I for every class, less the bound"
    left, right = {"name": "objective at the point", "terms": [objective(candidate.point)]}, build.number(str(v))
    return Violation(
        quantity="objective at a point whose classes have outputs of unequal size",
        bound=f"at least {short(str(v))}, below that of every solution with equal outputs",
        value=shown(here),
        size=float(v - upper(here)),
        evidence=(
            ("violates", "less", {"left": left, "right": {"name": "the bound", "terms": [right]}}),
            ("equal outputs", "sign", {"name": name, "relation": ">", "expression": tree}),
        ),
    )


def _least(b: Fraction, depth: int) -> float:
    """The least value of (1 - t^(L+1))²/2 + b t² over a fine grid."""
    return min((1 - (k / 4000) ** (depth + 1)) ** 2 / 2 + float(b) * (k / 4000) ** 2 for k in range(4801))


# ---- too narrow ------------------------------------------------------------------------------------------------------


def _narrow_violation(candidate: Candidate) -> Violation | None:
    """The output of collapse has a rank above the width."""
    instance, K = candidate.instance, candidate.instance.classes
    rank = K if instance.loss == "mse" else K - 1
    if instance.width is None or instance.width >= rank:
        return None
    share = Fraction(0) if instance.loss == "mse" else Fraction(1, K)
    rows = [[str((i == j) - share) for j in range(K)] for i in range(K)]
    name = "the output of deep neural collapse at scale 1"
    return Violation(
        quantity="rank of the output of deep neural collapse",
        bound=f"at most the width, {instance.width}",
        value=str(rank),
        size=1.0,
        evidence=(("violates", "rank", {"name": name, "matrix": rows}),),
    )


ZERO_BELOW_COLLAPSE = Attack("no collapsed solution below zero", _every, _zero_violation)
CLASS_LOST = Attack("classes of unequal size with outputs of unequal size", _unequal, _lost_violation)
TOO_NARROW = Attack("layers with fewer neurons than the rank of collapse", _every, _narrow_violation)

"""The checker's own quantities at a candidate, exact or in balls, and the evidence that a violation hands over.

Evidence is a tuple (role, kind, fields). The fields are what the builder of that kind of certificate needs:
less: left and right; value: name and terms; direction: point and direction; rank: name and matrix; sign: name, relation
and order (of φ's derivative) or expression; convex: nothing. A sum is {"name", "terms"}; the builder adds the numbers.
"""

from functools import lru_cache
from typing import Any

from flint import arb, ctx, fmpq

from theorycheck.certificates import check
from theorycheck.certificates.build import instance_document, number, term
from theorycheck.claims.claim import Case
from theorycheck.models.features import UnconstrainedFeatures
from theorycheck.models.instance import Instance
from theorycheck.models.relu import ReluInstance

__all__ = [
    "Evidence",
    "below",
    "derivative",
    "document",
    "less",
    "negative",
    "network",
    "number",
    "shown",
    "term",
    "total",
    "tree_document",
    "value",
]

Evidence = tuple[str, str, dict]


@lru_cache(maxsize=32)
def network(instance: Case) -> Any:
    """The checker's view of an instance."""
    return check.model(document(instance))


def document(instance: Case) -> dict:
    """The instance as certificates carry it."""
    if isinstance(instance, UnconstrainedFeatures | ReluInstance):
        return instance.document
    return instance_document(instance.data, instance.network, instance.loss)


def negative(document: dict) -> dict:
    """A term with the other sign."""
    return {**document, "times": str(-check.rational(document.get("times", "1")))}


def total(instance: Case, *terms: dict) -> Any:
    """The sum of terms, a flint rational or a ball; None where the checker refuses one of them."""
    net = network(instance)
    with ctx.workprec(check.BITS):
        try:
            parts = [(check.rational(t.get("times", "1")), check.quantity(net, t), t.get("power", 1)) for t in terms]
            return check.total(times * v**power for times, v, power in parts)
        except (check.Refused, ZeroDivisionError):
            return None


def derivative(instance: Instance, point: dict, i: int, order: int) -> Any:
    """The derivative of φ at the first neuron of sample i; None where the checker refuses the point."""
    with ctx.workprec(check.BITS):
        try:
            return network(instance).spots(point)[i][0](order)
        except (check.Refused, ZeroDivisionError):
            return None


def below(left: Any, right: Any) -> bool:
    """Whether both are known and the left is certainly smaller."""
    with ctx.workprec(check.BITS):
        return left is not None and right is not None and bool(left < right)


def less(role: str, left: tuple[str, list[dict]], right: tuple[str, list[dict]]) -> Evidence:
    """Evidence that one sum is smaller than another; each side is its name and its terms."""
    sides = {key: {"name": name, "terms": terms} for key, (name, terms) in (("left", left), ("right", right))}
    return (role, "less", sides)


def value(role: str, name: str, terms: list[dict]) -> Evidence:
    """Evidence that a sum has the value that it has."""
    return (role, "value", {"name": name, "terms": terms})


def tree_document(t: Any) -> Any:
    """The checker's expression as JSON."""
    return t if isinstance(t, str) else str(t) if isinstance(t, fmpq) else [t[0], *map(tree_document, t[1:])]


def shown(v: Any) -> str:
    """A number for a reader: exact, or a few digits of a ball's middle."""
    return str(v) if not isinstance(v, arb) else f"{float(v.mid()):.10g}"

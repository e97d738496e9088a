"""Kept and broken assumptions about two-layer networks as parts of a certificate, where the checker has a kind."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from theorycheck.certificates import build, check
from theorycheck.claims.assumptions import lower_bound
from theorycheck.claims.attacks.exactly import Evidence, tree_document
from theorycheck.models.instance import Instance

_PROBES = sorted((Fraction(p, q) for q in (1, 2, 3) for p in range(-9, 10)), key=lambda v: (abs(v), v.denominator))
_PRIMES = ("phi", "phi'", "phi''", "phi'''")


def keeps(name: str, instance: Instance) -> list[Evidence]:
    """Evidence that an instance keeps an assumption; empty where it is plain from the instance or has no kind."""
    return [(f"keeps {name}", kind, fields) for kind, fields in _KEEPS.get(name, _nothing)(instance)]


def breaks(name: str, instance: Instance) -> list[Evidence]:
    """Evidence that an instance breaks an assumption; empty where it is plain from the instance or has no kind."""
    return [(f"breaks {name}", kind, fields) for kind, fields in _BREAKS.get(name, _nothing)(instance)]


def _nothing(instance: Instance) -> Iterator[tuple[str, dict]]:
    yield from ()


def _positive(order: int) -> Callable[[Instance], Iterator[tuple[str, dict]]]:
    def evidence(instance: Instance) -> Iterator[tuple[str, dict]]:
        yield "sign", {"name": _PRIMES[order], "relation": ">", "order": order}

    return evidence


def _independent(instance: Instance) -> Iterator[tuple[str, dict]]:
    yield "rank", {"name": f"the matrix of the {instance.data.n} samples", "matrix": "inputs"}


def _affine(instance: Instance) -> Iterator[tuple[str, dict]]:
    rows = instance.data.with_bias().X
    yield "rank", {"name": f"the matrix of the {len(rows)} samples (x, 1)", "matrix": rows}


def _bounded(instance: Instance) -> Iterator[tuple[str, dict]]:
    phi = instance.network.activation
    for order in (1, 3):
        c = lower_bound(phi, order)
        tree = check.add(phi.jets()[order], fmpq(-c.numerator, c.denominator))
        yield "sign", {"name": f"{_PRIMES[order]} - {c}", "relation": ">=", "expression": tree_document(tree)}


def _not_positive(order: int) -> Callable[[Instance], Iterator[tuple[str, dict]]]:
    def evidence(instance: Instance) -> Iterator[tuple[str, dict]]:
        jet = instance.network.activation.jets()[order]
        found = _spot(jet)
        if found is None or _has_kink(jet):  # certificates have no word for the derivative of a kink
            return
        z, v = found
        term = build.number(tree_document(check.compose(jet, fmpq(z.numerator, z.denominator))))
        name = f"{_PRIMES[order]}({z})"
        if v == 0:
            yield "value", {"name": name, "terms": [term]}
        else:
            zero = {"name": "zero", "terms": [build.number(0)]}
            yield "less", {"left": {"name": name, "terms": [term]}, "right": zero}

    return evidence


def _has_kink(t: Any) -> bool:
    return isinstance(t, tuple) and (t[0] in ("step", "kink") or any(map(_has_kink, t[1:])))


def _spot(tree: Any) -> tuple[Fraction, Any] | None:
    """The simplest rational where an expression is certainly not positive, with its value there."""
    for z in _PROBES:
        try:
            v = check.value(tree, z=fmpq(z.numerator, z.denominator))
        except (check.Refused, ZeroDivisionError):
            continue
        if v < 0 or (not isinstance(v, arb) and v == 0):
            return z, v
    return None


_KEEPS = {
    "independent_data": _independent,
    "orthonormal_data": _independent,
    "affinely_independent_data": _affine,
    "increasing_activation": _positive(1),
    "strictly_convex_derivative": _positive(3),
    "uniform_bounds": _bounded,
}
_BREAKS = {
    "independent_data": _independent,
    "affinely_independent_data": _affine,
    "increasing_activation": _not_positive(1),
    "strictly_convex_derivative": _not_positive(3),
}

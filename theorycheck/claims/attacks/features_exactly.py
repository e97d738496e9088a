"""Explicit parameters of unconstrained features, exactly, and lower bounds that meet them."""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import ctx, fmpq, fmpq_mat

from theorycheck.certificates import check, features_build
from theorycheck.claims.attacks.exactly import Evidence, total
from theorycheck.claims.claim import Candidate
from theorycheck.errors import CertificateError
from theorycheck.models.features import UnconstrainedFeatures
from theorycheck.numbers import exact

Rows = list[list[str]]


def at(instance: UnconstrainedFeatures, factors: Iterable[Any]) -> Candidate:
    """A candidate at explicit factors H, W_1, ..., W_L: rational matrices or rows of rationals."""
    rows = [f.tolist() if isinstance(f, fmpq_mat) else f for f in factors]
    return Candidate(instance, {"factors": [[[str(v) for v in row] for row in matrix] for matrix in rows]})


def objective(point: dict, quantity: str = "objective") -> dict:
    """A summand: the objective (or its part) at a point."""
    return {"quantity": quantity, "point": point}


def part(role: str, body: dict) -> Evidence:
    """Evidence from the body of a certificate that a builder made."""
    return (role, body["kind"], {name: v for name, v in body.items() if name not in ("kind", "statement")})


@lru_cache(maxsize=512)
def floor(instance: UnconstrainedFeatures, value: str = "") -> dict | None:
    """A lower bound of the objective for all parameters by the rule that is sharp here, or sharp for zero.

    Args:
        instance: the model.
        value: the bound to prove, a rational; "" for the best that is found.

    Returns:
        The body of the certificate; None where there is none.
    """
    rule = _rule(instance)
    if rule is None:
        return None
    data: dict = {"value": value} if value else {}
    if value and rule == "schatten":
        data["least"] = {str(n): str(Fraction(value) * n / instance.samples) for n in set(instance.counts)}
    try:
        return features_build.floor_part(instance, rule, **data)
    except CertificateError:
        return None


def _rule(instance: UnconstrainedFeatures) -> str | None:
    """A rule whose bound zero or deep neural collapse can attain."""
    if instance.loss == "mse":
        straight = not instance.relu or instance.classes == 2
        return "schatten" if straight else "product" if instance.balanced else None
    return "jensen" if instance.balanced else None


def value_at(candidate: Candidate) -> Any:
    """The objective at the candidate's factors: a flint rational or a ball; None where they do not fit."""
    return total(candidate.instance, objective(candidate.point))


def upper(v: Any) -> Fraction:
    """A rational that a flint rational or a ball does not exceed."""
    with ctx.workprec(check.BITS):
        return exact(v if check.exact(v) else v.upper().fmpq())


def short(text: str) -> str:
    """A rational for a reader: in full, or ten digits."""
    return text if len(text) <= 12 else f"{float(Fraction(text)):.10g}"


def lower_root(v: Fraction, power: int) -> Fraction:
    """The root of a positive rational where it is rational, else a rational just below it."""
    with ctx.workprec(check.BITS):
        root: Any = check.value(("**", fmpq(v.numerator, v.denominator), fmpq(1, power)))
        if check.exact(root):
            return exact(root)
        return exact(root.lower().fmpq()).limit_denominator(10**12) - Fraction(1, 10**15)

"""Kept and broken assumptions about unconstrained features as parts of a certificate.

What an instance's sizes show by themselves needs no part; that λ is below or above a threshold is an inequality.
"""

from fractions import Fraction

from theorycheck.certificates.build import number
from theorycheck.claims.attacks.exactly import Evidence, less
from theorycheck.claims.features_assumptions import reg_power
from theorycheck.claims.features_thresholds import zero_power
from theorycheck.models.features import UnconstrainedFeatures


def keeps(name: str, instance: UnconstrainedFeatures) -> list[Evidence]:
    """Evidence that an instance keeps an assumption; empty where it is plain from the instance."""
    here, there = _sides(instance)
    known = name == "small_regularisation" and here[1] < there[1]
    return [_less(f"keeps {name}", here, there)] if known else []


def breaks(name: str, instance: UnconstrainedFeatures) -> list[Evidence]:
    """Evidence that an instance breaks an assumption; empty where it is plain from the instance."""
    here, there = _sides(instance)
    known = name == "small_regularisation" and here[1] > there[1]
    return [_less(f"breaks {name}", there, here)] if known else []


def _sides(instance: UnconstrainedFeatures) -> tuple[tuple[str, Fraction], tuple[str, Fraction]]:
    """Both sides of λ̄ < λ0 as powers."""
    K, L = instance.classes, instance.depth
    return ("n lambda_H prod lambda_l", reg_power(instance)), ("lambda_0^(L+1)", zero_power(K, L))


def _less(role: str, left: tuple[str, Fraction], right: tuple[str, Fraction]) -> Evidence:
    sides = ((name, [number(str(v))]) for name, v in (left, right))
    return less(role, *sides)

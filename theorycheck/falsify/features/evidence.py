"""Kept and broken assumptions about unconstrained features as parts of a certificate.

What an instance's sizes show by themselves needs no part.
"""

from theorycheck.claims.attacks.exactly import Evidence
from theorycheck.models.features import UnconstrainedFeatures


def keeps(name: str, instance: UnconstrainedFeatures) -> list[Evidence]:
    """Evidence that an instance keeps an assumption; empty where it is plain from the instance."""
    return []


def breaks(name: str, instance: UnconstrainedFeatures) -> list[Evidence]:
    """Evidence that an instance breaks an assumption; empty where it is plain from the instance."""
    return []

"""theorycheck: check deep-learning theorems on small instances, find counterexamples, write papers.

Everything public is reached as `tc.NAME` after `import theorycheck as tc`; heavy libraries are imported when used.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theorycheck import derive as derive
    from theorycheck import solve as solve
    from theorycheck.api import check as check
    from theorycheck.api import claims as claims
    from theorycheck.api import drop_one_table as drop_one_table
    from theorycheck.api import falsify as falsify
    from theorycheck.api import prove as prove
    from theorycheck.api import verify as verify
    from theorycheck.certificates.certificate import Certificate as Certificate
    from theorycheck.claims.check import Budget as Budget
    from theorycheck.claims.claim import Claim as Claim
    from theorycheck.errors import CertificateError as CertificateError
    from theorycheck.errors import InvalidClaim as InvalidClaim
    from theorycheck.errors import InvalidInstance as InvalidInstance
    from theorycheck.models.activations import Activation as Activation
    from theorycheck.models.activations import activation as activation
    from theorycheck.models.data import Dataset as Dataset
    from theorycheck.models.features import UnconstrainedFeatures as UnconstrainedFeatures
    from theorycheck.models.instance import Instance as Instance
    from theorycheck.models.losses import Loss as Loss
    from theorycheck.models.networks import TwoLayer as TwoLayer
    from theorycheck.models.relu import ReluInstance as ReluInstance
    from theorycheck.models.teacher import Law as Law

__version__ = "0.1.0"

_HOMES = {
    "Activation": "theorycheck.models.activations",
    "Budget": "theorycheck.claims.check",
    "Certificate": "theorycheck.certificates.certificate",
    "CertificateError": "theorycheck.errors",
    "Claim": "theorycheck.claims.claim",
    "Dataset": "theorycheck.models.data",
    "Instance": "theorycheck.models.instance",
    "InvalidClaim": "theorycheck.errors",
    "InvalidInstance": "theorycheck.errors",
    "Law": "theorycheck.models.teacher",
    "Loss": "theorycheck.models.losses",
    "ReluInstance": "theorycheck.models.relu",
    "TwoLayer": "theorycheck.models.networks",
    "UnconstrainedFeatures": "theorycheck.models.features",
    "activation": "theorycheck.models.activations",
    "check": "theorycheck.api",
    "claims": "theorycheck.api",
    "drop_one_table": "theorycheck.api",
    "falsify": "theorycheck.api",
    "prove": "theorycheck.api",
    "verify": "theorycheck.api",
}
_MODULES = ("derive", "solve")

__all__ = sorted([*_HOMES, *_MODULES])


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"theorycheck.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'theorycheck' has no attribute {name!r}")


class _Package(ModuleType):
    """This package: `tc.falsify` and `tc.claims` stay functions when packages of these names are imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

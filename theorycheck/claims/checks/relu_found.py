"""Findings on plainly trained ReLU networks, each with the level of evidence that it has and no more."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.claim import Check, Finding
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.relu import ReluInstance


def certified(
    name: str, quantity: str, value: Any, bound: Any, certificate: Certificate, note: str = "", **rest: Any
) -> list[Finding]:
    """One finding that a certificate shows; `holds=False` where it breaks the conclusion."""
    options = {"holds": True, "assertions": 1} | rest
    return [
        Finding(
            f"solve: {name}",
            quantity,
            value,
            bound,
            evidence="CERTIFIED",
            note=note,
            certificate=certificate,
            **options,
        )
    ]


def supported(
    name: str, quantity: str, value: Any, bound: Any, holds: bool | None, note: str, count: int = 1
) -> Finding:
    """A finding in floats: SUPPORTED, or UNDECIDED where it cannot say; a run that did not end supports nothing."""
    evidence = "UNDECIDED" if holds is None else "SUPPORTED"
    return Finding(
        f"train: {name}", quantity, value, bound, holds, evidence, count if holds is not None else 0, note=note
    )


def nothing(kind: str, name: str, quantity: str, note: str) -> list[Finding]:
    """A finding that says nothing, and why."""
    return [Finding(f"{kind}: {name}", quantity, None, None, None, "UNDECIDED", 0, note=note[:300])]


def solving(name: str, quantity: str, run: Callable[[ReluInstance], list[Finding]]) -> Check:
    """A check by exact solution; what the solver or the checker refuses is told and decides nothing."""

    def guarded(one: ReluInstance) -> list[Finding]:
        try:
            return run(one)
        except (CertificateError, InvalidInstance) as reason:
            return nothing("solve", name, quantity, str(reason))

    return Check("solve", name, guarded)


def brief(value: Fraction) -> str:
    """A rational, or the nearest float where it would fill the line."""
    return str(value) if len(str(value)) <= 24 else f"{float(value):.10g}"

"""Runs the checks of a claim on instances and merges what they find."""

import time
from collections.abc import Callable
from typing import Any

import attrs

from theorycheck.claims.claim import Case, Claim, Finding, Margin
from theorycheck.claims.verdict import Verdict
from theorycheck.errors import InvalidInstance, TheorycheckError


@attrs.frozen
class Budget:
    """How much a check may cost.

    Attributes:
        seconds: wall time after which no further instance is begun.
        instances: how many drawn instances at most.
    """

    seconds: float = attrs.field(default=20.0)
    instances: int = attrs.field(default=4)

    def __attrs_post_init__(self):
        if not 0 < self.seconds < float("inf") or self.instances < 1:
            raise InvalidInstance("a budget needs a positive number of seconds and at least one instance")


def run(
    claim: Claim,
    budget: Budget | None = None,
    seed: int = 0,
    instance: Case | None = None,
    progress: Callable[[str], Any] | None = None,
) -> Verdict:
    """Test one claim: its proof once, its other checks on every instance.

    Args:
        claim: the claim.
        budget: seconds and instances.
        seed: of the drawn instances.
        instance: the user's own; then no other is drawn.
        progress: called with a line of text before each check.

    Returns:
        The verdict. A check that breaks down becomes a finding of evidence ERROR, never a pass.
    """
    began, budget, say = time.perf_counter(), budget or Budget(), progress or (lambda line: None)
    findings: list[Finding] = []
    for check in (c for c in claim.checks if c.kind == "prove"):
        say(f"{claim.key}: {check.name}")
        findings += _guarded(check, None)
    count = 1 if instance is not None else budget.instances
    for position in range(count):
        if position and time.perf_counter() - began > budget.seconds:
            break
        one = instance if instance is not None else claim.instances(seed, position)
        say(f"{claim.key}: {one}")
        findings += on_instance(claim, one)
    return Verdict(claim, tuple(findings), time.perf_counter() - began)


def margins(claim: Claim, instance: Case) -> tuple[tuple[str, Margin], ...]:
    """Every assumption's margin on the instance."""
    return tuple((a.name, a.margin(instance)) for a in claim.assumptions)


def on_instance(claim: Claim, instance: Case) -> list[Finding]:
    """The findings of all but the proofs, or one empty finding where an assumption does not hold."""
    measured = margins(claim, instance)
    broken = [name for name, margin in measured if not margin.holds]
    about = {"instance": str(instance), "instance_digest": instance.digest, "margins": measured}
    if broken:
        note = f"the instance does not keep: {', '.join(broken)}; nothing was tested"
        empty = Finding("assumptions", "assumptions kept", None, None, None, "UNDECIDED", 0, note=note)
        return [attrs.evolve(empty, instance=str(instance), margins=measured)]
    found = []
    for check in (c for c in claim.checks if c.kind != "prove"):
        found += [attrs.evolve(finding, **about) for finding in _guarded(check, instance)]
    return found


def _guarded(check, instance: Case | None) -> list[Finding]:
    try:
        return check.run(instance)
    except TheorycheckError as reason:
        return [Finding(check.name, "could not run", None, None, None, "UNDECIDED", 0, note=str(reason))]
    except Exception as reason:  # whatever broke, the other findings must not be lost
        note = f"{type(reason).__name__}: {reason}"
        return [Finding(check.name, "broke down", None, None, None, "ERROR", 0, note=note)]

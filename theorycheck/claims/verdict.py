"""Verdicts: findings merged, and never stronger than what was seen."""

import enum
from collections.abc import Iterable

import attrs

from theorycheck.claims.claim import Claim, Finding


class Outcome(enum.Enum):
    """What the checks of a claim came to; `means` says what each does not imply."""

    PROVED = "PROVED"
    CERTIFIED = "CERTIFIED"
    SUPPORTED = "SUPPORTED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"
    VACUOUS = "VACUOUS"
    ERROR = "ERROR"

    @property
    def means(self) -> str:
        """What the outcome says, and what it does not."""
        return _MEANINGS[self.value]


_MEANINGS = {
    "PROVED": "Every step of a proof for all sizes was discharged by an exact checker. It rests on the theorems of "
    "analysis that the proof lists, and says nothing of statements that are only like this one.",
    "CERTIFIED": "On the instances listed, the conclusion was shown in exact or ball arithmetic, and the certificates "
    "can be replayed. It does not follow for other instances.",
    "SUPPORTED": "Floating-point runs on the instances listed agree with the conclusion within the tolerance printed. "
    "It is no proof, not even for those instances.",
    "REFUTED": "An exact witness keeps every assumption and breaks the conclusion. It does not say that no other form "
    "of the theorem holds.",
    "UNDECIDED": "The checks ran and could not tell. It is neither support nor doubt.",
    "VACUOUS": "No instance met the assumptions, or nothing was asserted. Nothing was learnt.",
    "ERROR": "A check broke down. Nothing was learnt; the finding says where.",
}


@attrs.frozen
class Verdict:
    """The findings on one claim, merged.

    Attributes:
        claim: the claim.
        findings: of all checks on all instances.
        seconds: wall time.
        instances: how many different instances the findings are about.
        assertions: how many comparisons ran.
        statement_digest: of the claim, as printed in the paper.
    """

    claim: Claim
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def instances(self) -> int:
        """How many different instances met the assumptions."""
        return len({f.instance_digest for f in self.findings if f.instance_digest})

    @property
    def assertions(self) -> int:
        """How many comparisons ran."""
        return sum(f.assertions for f in self.findings)

    @property
    def statement_digest(self) -> str:
        """SHA-256 of the claim's statement."""
        return self.claim.digest

    @property
    def outcome(self) -> Outcome:
        """The merged outcome: REFUTED wins over all; nothing asserted is VACUOUS."""
        return merge(self.findings)

    @property
    def evidence(self) -> str:
        """The strongest level of evidence behind the outcome; a refutation always has an exact witness."""
        if self.outcome is Outcome.REFUTED:
            return Outcome.CERTIFIED.value
        return self.outcome.value if self.outcome in _SUPPORTING else "none"

    def to_json(self) -> dict:
        """The entry of `check --json`."""
        margins = {name: margin for f in self.findings for name, margin in f.margins}
        return {
            "claim": self.claim.key,
            "title": self.claim.title,
            "outcome": self.outcome.value,
            "means": self.outcome.means,
            "evidence": self.evidence,
            "instances": self.instances,
            "assertions": self.assertions,
            "seconds": round(self.seconds, 3),
            "findings": [finding_json(f) for f in self.findings],
            "assumptions": [
                {"name": a.name, "margin": _margin_json(margins.get(a.name))} for a in self.claim.assumptions
            ],
            "source": str(self.claim.source),
            "digest": self.statement_digest,
        }


_SUPPORTING = (Outcome.PROVED, Outcome.CERTIFIED, Outcome.SUPPORTED)


def merge(findings: Iterable[Finding]) -> Outcome:
    """The outcome of a set of findings."""
    findings = list(findings)
    asserted = [f for f in findings if f.assertions > 0]
    if any(f.holds is False and f.evidence in ("CERTIFIED", "PROVED") and f.certificate is not None for f in asserted):
        return Outcome.REFUTED
    if any(f.evidence == "ERROR" for f in findings):
        return Outcome.ERROR
    if not asserted:
        return Outcome.VACUOUS
    if any(f.holds is False for f in asserted):
        return Outcome.UNDECIDED
    for outcome in _SUPPORTING:
        if any(f.holds is True and f.evidence == outcome.value for f in asserted):
            return outcome
    return Outcome.UNDECIDED


def finding_json(f: Finding) -> dict:
    """One finding as the JSON documents write it."""
    return {
        "check": f.check,
        "quantity": f.quantity,
        "value": _plain(f.value),
        "bound": _plain(f.bound),
        "margin": _plain(f.margin),
        "holds": f.holds,
        "evidence": f.evidence,
        "assertions": f.assertions,
        "instance": f.instance,
        "note": f.note,
        "certificate": f.certificate.document if f.certificate else None,
    }


def _plain(value):
    return value if value is None or isinstance(value, (str, int, float, bool, dict)) else str(value)


def _margin_json(margin):
    return None if margin is None else _plain(margin.value)

"""What a search comes back with: a certified counterexample, or the statement that the claim survived."""

from pathlib import Path
from typing import Any

import attrs

from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.claim import Case, Violation
from theorycheck.falsify.setting import Setting


@attrs.frozen
class Counterexample:
    """An instance that keeps every assumption but the dropped ones, and breaks the conclusion, with a certificate.

    It refutes the claim without the dropped assumption (or, with none dropped, the claim), and says nothing about other
    forms of the claim.

    Attributes:
        claim: the claim's key.
        claim_digest: of its statement.
        dropped: the dropped assumption, or None.
        also_broken: assumptions that what the user fixed breaks as well; empty unless something was fixed.
        attack: how the conclusion fails.
        instance: all that the claim quantifies over, fixed.
        point: the point of interest as certificates write it; empty where there is none.
        violation: quantity, bound, value.
        certificate: of kind "all"; its parts say what each proves.
        margins: of the claim's assumptions on this instance, by name.
        tries: points looked at, in floats or exactly.
        seconds: wall time.
        setting: what is specific to the kind of instance.
    """

    claim: str
    claim_digest: str
    dropped: str | None
    also_broken: tuple[str, ...]
    attack: str
    instance: Case
    point: dict = attrs.field(hash=False)
    violation: Violation = attrs.field(hash=False)
    certificate: Certificate
    margins: dict[str, Any] = attrs.field(hash=False)
    tries: int
    seconds: float
    setting: Setting = attrs.field(repr=False, eq=False)

    outcome = "counterexample"

    def to_json(self) -> dict:
        """The document of `falsify --json`."""
        return {
            "claim": self.claim,
            "dropped": self.dropped,
            "also_broken": list(self.also_broken),
            "outcome": self.outcome,
            "attack": self.attack,
            "tries": self.tries,
            "seconds": round(self.seconds, 3),
            "instance": self.setting.json(self.instance, self.point),
            "violation": {name: getattr(self.violation, name) for name in ("quantity", "bound", "value")},
            "margins": {name: None if m.value is None else str(m.value) for name, m in self.margins.items()},
            "certificate": self.certificate.document,
            "claim_digest": self.claim_digest,
        }

    def save(self, path: Any) -> Path:
        """Write the certificate, which `theorycheck verify` replays, as JSON by atomic rename."""
        return self.certificate.save(path)

    def to_script(self, path: Any) -> Path:
        """Write a stand-alone Python file: certificate and checker; it needs only python-flint."""
        return self.certificate.to_script(path)

    def to_latex(self) -> str:
        """A paragraph with an array of the point and the violated inequality."""
        from theorycheck.falsify.latex import counterexample_latex

        return counterexample_latex(self)

    @property
    def witness(self) -> str:
        """The instance and the violation on one line."""
        values = f"{self.setting.told_point(self.point)}; " if self.point else ""
        said = f"{self.violation.quantity}: {self.violation.value} instead of {self.violation.bound}"
        return f"{self.setting.told(self.instance)}; {values}{said}"

    def __str__(self) -> str:
        without = f" without {self.dropped}" if self.dropped else ""
        lines = [f"{self.claim}{without}: counterexample ({self.tries} tries, {self.seconds:.1f} s)"]
        if self.also_broken:
            lines.append(f"  what was fixed also breaks: {', '.join(self.also_broken)}")
        lines += [f"  {self.setting.told(self.instance)}"]
        lines += [f"  point: {self.setting.told_point(self.point)}"] if self.point else []
        lines.append(f"  {self.violation.quantity}: {self.violation.value}; the claim says: {self.violation.bound}")
        lines.append(f"  certificate: {self.certificate.statement}")
        return "\n".join(lines)


@attrs.frozen
class Survived:
    """No counterexample was found. It does not say that there is none.

    Attributes:
        claim: the claim's key.
        claim_digest: of its statement.
        dropped: the dropped assumption, or None.
        also_broken: assumptions that what the user fixed breaks as well.
        tries: points looked at, in floats or exactly.
        seconds: wall time.
        looked: where, in words.
        uncertified: candidates that looked violating in floats and were not confirmed exactly.
        remarks: what was seen on the way that is worth telling; measured in floats.
    """

    claim: str
    claim_digest: str
    dropped: str | None
    also_broken: tuple[str, ...]
    tries: int
    seconds: float
    looked: tuple[str, ...]
    uncertified: int
    remarks: tuple[str, ...] = ()

    outcome = "survived"
    certificate = None
    witness = ""

    def to_json(self) -> dict:
        """The document of `falsify --json`."""
        return {
            "claim": self.claim,
            "dropped": self.dropped,
            "also_broken": list(self.also_broken),
            "outcome": self.outcome,
            "tries": self.tries,
            "seconds": round(self.seconds, 3),
            "instance": None,
            "violation": None,
            "certificate": None,
            "looked": list(self.looked),
            "uncertified": self.uncertified,
            "remarks": list(self.remarks),
            "claim_digest": self.claim_digest,
        }

    def __str__(self) -> str:
        without = f" without {self.dropped}" if self.dropped else ""
        where = f"; looked at {'; '.join(self.looked[-3:])}" if self.looked else ""
        told = [f"{self.claim}{without}: survived {self.tries} tries in {self.seconds:.1f} s{where}"]
        return "\n  ".join([*told, *self.remarks])

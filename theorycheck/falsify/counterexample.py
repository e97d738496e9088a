"""What a search comes back with: a certified counterexample, or the statement that the claim survived."""

import json
from pathlib import Path
from typing import Any

import attrs

from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.claim import Violation
from theorycheck.models.instance import Instance


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
        instance: the data, network and loss.
        point: a point of its zero-loss set as certificates write it; empty where that set is empty.
        violation: quantity, bound, value.
        certificate: of kind "all"; its parts say what each proves.
        margins: of the claim's assumptions on this instance, by name.
        tries: points looked at, in floats or exactly.
        seconds: wall time.
    """

    claim: str
    claim_digest: str
    dropped: str | None
    also_broken: tuple[str, ...]
    attack: str
    instance: Instance
    point: dict = attrs.field(hash=False)
    violation: Violation = attrs.field(hash=False)
    certificate: Certificate
    margins: dict[str, Any] = attrs.field(hash=False)
    tries: int
    seconds: float

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
            "instance": instance_json(self.instance, self.point),
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
        values = f"{_point(self.point)}; " if self.point else ""
        said = f"{self.violation.quantity}: {self.violation.value} instead of {self.violation.bound}"
        return f"{_setting(self.instance)}; {values}{said}"

    def __str__(self) -> str:
        without = f" without {self.dropped}" if self.dropped else ""
        lines = [f"{self.claim}{without}: counterexample ({self.tries} tries, {self.seconds:.1f} s)"]
        if self.also_broken:
            lines.append(f"  what was fixed also breaks: {', '.join(self.also_broken)}")
        lines += [f"  {_setting(self.instance)}"]
        lines += [f"  point: {_point(self.point)}"] if self.point else []
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
    """

    claim: str
    claim_digest: str
    dropped: str | None
    also_broken: tuple[str, ...]
    tries: int
    seconds: float
    looked: tuple[str, ...]
    uncertified: int

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
            "claim_digest": self.claim_digest,
        }

    def __str__(self) -> str:
        without = f" without {self.dropped}" if self.dropped else ""
        where = f"; looked at {'; '.join(self.looked[-3:])}" if self.looked else ""
        return f"{self.claim}{without}: survived {self.tries} tries in {self.seconds:.1f} s{where}"


def instance_json(instance: Instance, point: dict) -> dict:
    """An instance with its point, numbers as exact strings."""
    data, network = instance.data, instance.network
    return {
        "n": data.n,
        "d": data.d,
        "m": network.width,
        "activation": network.activation.text,
        "X": [[str(v) for v in row] for row in data.X],
        "y": [str(v) for v in data.y],
        "output_weights": [str(v) for v in network.output_weights],
        "trained_output": network.trained_output,
        "bias": network.bias,
        "loss": instance.loss.name,
        "sigma": str(instance.sigma),
        "eta": str(instance.eta),
        "point": json.loads(json.dumps(point)) or None,
        "digest": instance.digest,
    }


def _matrix(rows: Any) -> str:
    return "; ".join(f"({', '.join(map(str, row))})" for row in rows)


def _point(point: dict) -> str:
    weights = f", a = {_matrix([point['output_weights']])}" if "output_weights" in point else ""
    return f"{point['coordinate']} = {_matrix(point['values'])}{weights}"


def _setting(instance: Instance) -> str:
    """φ, sizes, labels, and what is not plain: samples other than (1), output weights other than ones."""
    data, network = instance.data, instance.network
    parts = [f"φ = {network.activation.text}", f"m = {network.width}"]
    plain = data.n == data.d == 1 and data.X[0][0] == 1
    parts += [] if plain else [f"x = {_matrix(data.X)}"]
    parts += [f"a = {_matrix([network.output_weights])}"] if set(network.output_weights) != {1} else []
    parts += ["trained bias"] if network.bias else []
    parts += ["trained output weights"] if network.trained_output else []
    parts += ["σ = 0"] if instance.sigma == 0 else []
    parts.append(f"y = {data.y[0] if data.n == 1 else _matrix([data.y])}")
    return ", ".join(parts)

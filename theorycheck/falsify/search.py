"""Look for a small exact counterexample to a claim, from nothing but the claim and the dropped assumption."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from theorycheck.certificates import build, check
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.attacks.exactly import document
from theorycheck.claims.claim import Attack, Candidate, Claim, Looked, Space, Violation
from theorycheck.errors import CertificateError
from theorycheck.falsify import evidence
from theorycheck.falsify.assumed import Assumed
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.kinds import setting_of
from theorycheck.falsify.setting import Setting
from theorycheck.falsify.shrink import shrink

_SAY_EVERY = 0.5  # seconds between two words of progress
_SHRINK_FOR = 10.0  # seconds at most
Progress = Callable[[str], None]


def falsify(
    claim: Claim,
    drop: str | None = None,
    fixed: Mapping[str, Any] | None = None,
    seconds: float = 60.0,
    progress: Progress | None = None,
) -> Counterexample | Survived:
    """Search for an instance that keeps all assumptions but the dropped one and breaks the conclusion.

    Floats only say where to look: what comes back as a counterexample was built in exact arithmetic, certified, and
    replayed by the stand-alone checker.

    Args:
        claim: what to break.
        drop: the name of an assumption that need not hold; None to attack the claim itself.
        fixed: what the search must not change; assumptions that this breaks besides the dropped one are reported.
            Of two-layer networks: activation, m, n, d, y, X, weights, loss, eta, sigma, bias, trained_output, data,
            network. Of unconstrained features: classes, depth, reg, loss, activation, counts, width.
        seconds: how long to look.
        progress: is told in words what is going on.

    Returns:
        A Counterexample, or Survived, which does not say that there is none.

    Raises:
        InvalidClaim: no such assumption, nothing that keeps the rest, or something that cannot be fixed.
        InvalidInstance: a fixed value makes no sense, or no network fits the fixed labels.
    """
    setting = setting_of(claim)
    assumed, space = setting.space(Assumed.of(claim, drop, setting.subject), setting.read(fixed), drop)
    return _Search(claim, setting, assumed, space, time.monotonic(), seconds, progress or _silent).run()


def _silent(text: str) -> None:
    """Progress that nobody reads."""


@attrs.define
class _Search:
    """One search: the attacks take turns, and the first candidate that is certified ends it."""

    claim: Claim
    setting: Setting
    assumed: Assumed
    space: Space
    start: float
    seconds: float
    progress: Progress
    tries: int = 0
    uncertified: int = 0
    looked: dict[str, None] = attrs.field(factory=dict)
    remarks: dict[str, None] = attrs.field(factory=dict)
    spoken: float = 0.0

    def run(self) -> Counterexample | Survived:
        for attack, candidate in self._turns():
            if self._is_one(attack, candidate) is None:
                continue
            try:
                return self._found(attack, candidate)
            except CertificateError:
                self.uncertified += 1
        return self._survived()

    def _turns(self) -> Iterator[tuple[Attack, Candidate]]:
        """Candidates of all attacks in turn, until the time is over or all have ended."""
        streams = [(attack, attack.candidates(self.space)) for attack in self.claim.attacks]
        while streams:
            for stream in list(streams):
                if time.monotonic() - self.start > self.seconds:
                    return
                said = next(stream[1], None)
                if said is None:
                    streams.remove(stream)
                elif isinstance(said, Looked):
                    self._note(said)
                else:
                    self.tries += 1
                    yield stream[0], said

    def _note(self, said: Looked) -> None:
        self.tries += said.count
        self.uncertified += said.unconfirmed
        if said.remark:
            self.remarks[said.remark] = None
        if said.count:
            self.looked.pop(said.where, None)
            self.looked[said.where] = None
        if time.monotonic() - self.spoken > _SAY_EVERY:
            self.spoken = time.monotonic()
            self.progress(f"{self.claim.key}: {self.tries} tries, now {said.where}")

    def _is_one(self, attack: Attack, candidate: Candidate) -> Violation | None:
        """The violation of a candidate that has what is fixed and keeps what is kept."""
        if not self.setting.respects(candidate.instance, self.space.fixed) or not self.assumed.keeps(
            candidate.instance
        ):
            return None
        return attack.violation(candidate)

    def _found(self, attack: Attack, candidate: Candidate) -> Counterexample:
        self.progress(f"{self.claim.key}: found one after {self.tries} tries; making it smaller")
        first = self._certified(self._violation(attack, candidate), candidate)  # fail before work is spent on shrinking
        holds = lambda smaller: self._is_one(attack, smaller) is not None  # noqa: E731
        smallest, steps = shrink(candidate, holds, _SHRINK_FOR, self.setting)
        self.tries += steps
        violation = self._violation(attack, smallest)
        return Counterexample(
            claim=self.claim.key,
            claim_digest=self.claim.digest,
            dropped=self.space.dropped,
            also_broken=self.assumed.also_broken,
            attack=attack.name,
            instance=smallest.instance,
            point=smallest.point,
            violation=violation,
            certificate=first if smallest is candidate else self._certified(violation, smallest),
            margins=self.assumed.margins(smallest.instance),
            tries=self.tries,
            seconds=time.monotonic() - self.start,
            setting=self.setting,
        )

    def _violation(self, attack: Attack, candidate: Candidate) -> Violation:
        violation = self._is_one(attack, candidate)
        if violation is None:
            raise CertificateError("a candidate that was a counterexample is none any more")
        return violation

    def _certified(self, violation: Violation, candidate: Candidate) -> Certificate:
        """One certificate of everything, replayed from its JSON.

        Raises:
            CertificateError: the checker refuses a part.
        """
        instance, described = candidate.instance, document(candidate.instance)
        parts = [e for a in self.assumed.kept for e in self.setting.keeps(a.name, instance)]
        broken = [a for a in self.assumed.dropped if self.assumed.margin(a, instance).holds is False]
        parts += [e for a in broken for e in self.setting.breaks(a.name, instance)]
        bodies = evidence.bodies(described, [*parts, *violation.evidence])
        about = {"key": self.claim.key, "digest": self.claim.digest, "dropped": self.space.dropped}
        certificate = build.all_of(described, bodies, about | {"also_broken": list(self.assumed.also_broken)})
        try:
            certificate.verify()
        except check.Refused as reason:
            raise CertificateError(f"the checker refuses the certificate: {reason}") from None
        return certificate

    def _survived(self) -> Survived:
        return Survived(
            claim=self.claim.key,
            claim_digest=self.claim.digest,
            dropped=self.space.dropped,
            also_broken=self.assumed.also_broken,
            tries=self.tries,
            seconds=time.monotonic() - self.start,
            looked=tuple(self.looked),
            remarks=tuple(self.remarks),
            uncertified=self.uncertified,
        )

"""The drop-one table: each assumption of a claim left out, and what the search then found."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.claim import Claim, Drop
from theorycheck.errors import TheorycheckError
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.search import falsify


@attrs.frozen
class DropRow:
    """One row: what was dropped, under what, and how the claim fared.

    Attributes:
        claim: the claim's key.
        dropped: the assumption; "nothing" where the claim itself was attacked.
        label: the row's name.
        outcome: "counterexample", "survived", or "error" with the reason as witness.
        witness: instance and violation on one line; empty where the claim survived.
        tries: points looked at.
        seconds: wall time.
        certificate: of the counterexample, if any.
        result: all that the search came back with; None after an error.
    """

    claim: str
    dropped: str
    label: str
    outcome: str
    witness: str
    tries: int
    seconds: float
    certificate: Certificate | None = attrs.field(default=None, repr=False)
    result: Counterexample | Survived | None = attrs.field(default=None, repr=False)

    def to_json(self) -> dict:
        """The document of `falsify` for this row, with the row's label and witness beside it."""
        row = {"claim": self.claim, "dropped": self.dropped, "outcome": self.outcome, "tries": self.tries}
        row |= {"seconds": round(self.seconds, 3), "certificate": None}
        return row | (self.result.to_json() if self.result else {}) | {"label": self.label, "witness": self.witness}


@attrs.frozen
class DropTable:
    """The rows of all claims that were asked for."""

    rows: tuple[DropRow, ...]

    def to_json(self) -> dict:
        """All rows as one document."""
        return {"rows": [row.to_json() for row in self.rows]}

    def __str__(self) -> str:
        return "\n".join(
            f"{r.claim}  {r.dropped}  {r.label}: {r.outcome} {r.witness} ({r.tries} tries)" for r in self.rows
        )


def drop_one_table(
    claims: Claim | Sequence[Claim],
    seconds_each: float = 60.0,
    progress: Callable[[str], None] | None = None,
) -> DropTable:
    """Drop each assumption in turn, as the claims' `drops` say, and an attack on a claim that lists none.

    Args:
        claims: one claim or several; those without attacks have no rows.
        seconds_each: the budget of a row.
        progress: is told in words what is going on.
    """
    chosen = [claims] if isinstance(claims, Claim) else claims
    attacked = [claim for claim in chosen if claim.attacks]
    pairs: list[tuple[Claim, Drop | None]] = []
    for claim in attacked:
        pairs += [(claim, drop) for drop in claim.drops] or [(claim, None)]
    return DropTable(tuple(_row(claim, drop, seconds_each, progress) for claim, drop in pairs))


def _row(claim: Claim, drop: Drop | None, seconds: float, progress: Callable[[str], None] | None) -> DropRow:
    name, given = (drop.assumption, drop.fixed) if drop else (None, {})
    label = drop.label if drop else "the claim itself"
    if progress:
        progress(f"{claim.key}: without {name or 'nothing'} ({label})")
    start = time.monotonic()
    try:
        result: Any = falsify(claim, name, given, seconds, progress)
    except TheorycheckError as reason:
        return DropRow(claim.key, name or "nothing", label, "error", str(reason), 0, time.monotonic() - start)
    found = (result.outcome, result.witness, result.tries, result.seconds, result.certificate, result)
    return DropRow(claim.key, name or "nothing", label, *found)

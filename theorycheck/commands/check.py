"""`theorycheck check`."""

import json
from pathlib import Path

from theorycheck.commands import output
from theorycheck.commands.inputs import DataChoice, instance_for
from theorycheck.errors import InvalidInstance


def check_claims(
    keys: list[str], choice: DataChoice, given: list[str], seed: int, seconds: float, as_json: bool, out: str | None
) -> int:
    """Test the claims one after the other; each verdict is printed, and saved, as soon as it is there."""
    from theorycheck.claims.check import Budget, run
    from theorycheck.claims.store import select

    if seed < 0:
        raise InvalidInstance(f"--seed {seed}; pass a whole number of at least 0")
    claims, budget = select(keys), Budget(seconds=seconds)
    own = [instance_for(claim, choice, given, seed) for claim in claims]
    place = output.folder(out) if out else None
    verdicts = []
    with output.Progress(len(claims)) as progress:
        for claim, instance in zip(claims, own, strict=True):
            verdict = run(claim, budget, seed, instance, progress.step)
            verdicts.append(verdict)
            if place:
                save_verdict(place, verdict)
            progress.done(summary(verdict))
    if as_json:
        output.document({"verdicts": [verdict.to_json() for verdict in verdicts]})
    else:
        from theorycheck.reports import table

        output.table(table.details(verdicts[0]) if len(claims) == 1 else table.verdicts(verdicts))
        for verdict in (v for v, instance in zip(verdicts, own, strict=True) if instance is not None):
            output.text(f"{verdict.claim.key}, your instance: {own_instance(verdict)}")
    open_ = [v for v, instance in zip(verdicts, own, strict=True) if instance is not None and unsettled(v)]
    return max(exit_code(verdicts), 3) if open_ and exit_code(verdicts) != 1 else exit_code(verdicts)


def unsettled(verdict) -> list:
    """The findings on the user's own instance that could not tell; a proof for all sizes is none of them."""
    return [f for f in verdict.findings if f.instance and f.holds is None]


def own_instance(verdict) -> str:
    """What the checks could say of the user's own instance, whatever is proved for all sizes."""
    tested = [f for f in verdict.findings if f.instance]
    if any(f.check == "assumptions" for f in tested):
        return str(tested[0].note)
    left = unsettled(verdict)
    told = f"; {len(left)} could not tell: {'; '.join(dict.fromkeys(f.check for f in left))}" if left else ""
    return f"{len(tested) - len(left)} of {len(tested)} findings hold or fail{told}"


def summary(verdict) -> str:
    """The verdict on one line."""
    counted = f"{verdict.instances} instances, {verdict.assertions} assertions, {verdict.seconds:.1f} s"
    return f"{verdict.claim.key:24} {verdict.outcome.value:10} {counted}"


def save_verdict(place: Path, verdict) -> None:
    """Write the verdict and its certificates."""
    output.save(place / f"{verdict.claim.key}.json", json.dumps(verdict.to_json(), indent=2, ensure_ascii=False))
    certificates = output.folder(str(place / "certificates"))
    for found in verdict.findings:
        if found.certificate is not None:
            found.certificate.save(certificates / f"{verdict.claim.key}-{found.certificate.digest[:12]}.json")


def exit_code(verdicts) -> int:
    """1 for anything refuted or broken, 3 for anything undecided or vacuous, else 0."""
    outcomes = {verdict.outcome.value for verdict in verdicts}
    if outcomes & {"REFUTED", "ERROR"}:
        return 1
    return 3 if outcomes & {"UNDECIDED", "VACUOUS"} else 0

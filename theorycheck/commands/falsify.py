"""`theorycheck falsify`."""

import json

from theorycheck.commands import output
from theorycheck.commands.inputs import settings


def falsify_claim(
    key: str, drop: str | None, given: list[str], seconds: float, as_json: bool, out: str | None, script: str | None
) -> int:
    """Search, print, and write the certificate.

    With an assumption dropped: 0 when a counterexample was found, 3 when the claim survived. With none dropped a
    counterexample refutes the claim itself (1), and surviving is the good end (0).
    """
    from theorycheck.claims.store import assumption_named, find
    from theorycheck.falsify.counterexample import Counterexample
    from theorycheck.falsify.search import falsify

    output.writable(out, script)
    claim = find(key)
    if drop is not None:
        assumption_named(claim, drop)
    with output.Progress(1) as progress:
        fixed = settings(given, claim.setting)
        result = falsify(claim, drop=drop, fixed=fixed, seconds=seconds, progress=progress.step)
    if isinstance(result, Counterexample):
        _write(result, out, script)
    if as_json:
        output.document(result.to_json())
    else:
        output.text(str(result))
    found = isinstance(result, Counterexample)
    if drop is None:
        return 1 if found else 0
    return 0 if found else 3


def _write(found, out: str | None, script: str | None) -> None:
    if out:
        found.save(out)
    if script:
        found.to_script(script)


def falsify_table(key: str, seconds: float, as_json: bool, out: str | None) -> int:
    """The drop-one table of a claim, or of all claims of a paper."""
    from theorycheck.claims.store import select
    from theorycheck.falsify.table import drop_one_table

    claims = select([key])
    with output.Progress(sum(max(1, len(claim.drops)) for claim in claims if claim.attacks)) as progress:
        table = drop_one_table(claims, seconds, progress.step)
    document = table.to_json()
    if out:
        output.save(out, json.dumps(document, indent=2, ensure_ascii=False))
    if as_json:
        output.document(document)
    else:
        from theorycheck.reports.table import drops

        output.table(drops(table.rows))
    return 0

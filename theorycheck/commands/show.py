"""`theorycheck list`."""

from theorycheck.commands import output


def show_library(as_json: bool) -> int:
    """Print the library."""
    from theorycheck.claims.store import all_claims

    claims = all_claims()
    if as_json:
        output.document({"claims": [_entry(claim) for claim in claims]})
        return 0
    from theorycheck.reports.table import library

    output.table(library(claims))
    return 0


def _entry(claim) -> dict:
    return {
        "key": claim.key,
        "title": claim.title,
        "statement": claim.statement,
        "source": str(claim.source),
        "assumptions": [{"name": a.name, "text": a.text} for a in claim.assumptions],
        "checks": [f"{check.kind}: {check.name}" for check in claim.checks],
        "siblings": [sibling.key for sibling in claim.siblings],
        "digest": claim.digest,
    }

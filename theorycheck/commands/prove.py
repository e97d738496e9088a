"""`theorycheck prove`."""

from theorycheck.commands import output


def prove_claims(keys: list[str], as_json: bool, latex: bool) -> int:
    """Replay proofs; 3 if one does not go through."""
    from theorycheck.claims.store import select
    from theorycheck.errors import InvalidClaim
    from theorycheck.symbolic.proof import prove
    from theorycheck.symbolic.proof_files import load_proof

    claims = select(keys)
    names = list(dict.fromkeys(name for claim in claims for name in claim.proofs))
    if not names:
        raise InvalidClaim(f"no proof for {', '.join(keys)}; `theorycheck list` shows which claims have one")
    reports = []
    for name in names:
        reports.append(prove(load_proof(name)))
        if not as_json:
            _print(name, reports[-1], latex)
    if as_json:
        output.document({"proofs": [_entry(n, r) for n, r in zip(names, reports, strict=True)]})
    return 0 if all(report.proved for report in reports) else 3


def _print(name: str, report, latex: bool) -> None:
    from theorycheck.symbolic.proof_text import latex_report, text_report

    output.text(latex_report(report) if latex else f"{text_report(report)}\n{name}: {report.evidence}\n")


def _entry(name: str, report) -> dict:
    steps = [
        {"step": s.step.name, "rule": s.step.rule, "discharged": s.discharged, "reason": s.reason} for s in report.steps
    ]
    return {
        "proof": name,
        "evidence": report.evidence,
        "steps": steps,
        "goals": [{"goal": g.goal.name, "proved": g.proved, "reason": g.reason} for g in report.goals],
        "trusted": [{"name": axiom, "says": says} for axiom, says in report.axioms],
        "digest": report.proof.digest,
    }

"""Checks by proof: for all sizes, every step discharged by the engine of `symbolic.proof`."""

from theorycheck.claims.claim import Check, Finding
from theorycheck.models.instance import Instance


def proof(name: str) -> Check:
    """The check that replays the proof of that name, whatever the instance."""

    def run(instance: Instance | None) -> list[Finding]:
        from theorycheck.symbolic.proof import prove
        from theorycheck.symbolic.proof_files import load_proof

        report = prove(load_proof(name))
        done = sum(step.discharged for step in report.steps)
        trusted = ", ".join(axiom for axiom, _ in report.axioms) or "nothing beyond exact arithmetic"
        failures = "; ".join(report.failures)
        return [
            Finding(
                check=f"prove {name}",
                quantity="steps discharged",
                value=f"{done} of {len(report.steps)}",
                bound="all",
                holds=True if report.proved else None,
                evidence=report.evidence,
                assertions=len(report.steps) + len(report.goals),
                note=failures or f"for all n, m, d; trusted theorems: {trusted}",
            )
        ]

    return Check("prove", f"proof {name}", run)

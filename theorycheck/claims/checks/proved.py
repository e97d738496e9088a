"""Checks by proof: for all sizes, every step discharged by the engine of `symbolic.proof`."""

from theorycheck.claims.claim import Assumption, Check, Finding
from theorycheck.models.instance import Instance

_UNIFORM = ("uniform_bounds",)
_NONZERO = ("independent_data", "orthonormal_data", "affinely_independent_data", "nonzero_samples")
COVERED_BY = {  # a proof's hypothesis, and the assumptions of a claim any one of which says it
    "increasing": ("increasing_activation",),
    "regular": ("increasing_activation",),
    "same_sign": ("strictly_convex_derivative",),
    "convex_derivative": ("strictly_convex_derivative",),
    "steep": _UNIFORM,
    "steep_positive": _UNIFORM,
    "curved": _UNIFORM,
    "curved_positive": _UNIFORM,
    "normal": _UNIFORM,
    "normal_positive": _UNIFORM,
    "ratio": _UNIFORM,
    "ratio_positive": _UNIFORM,
    "coherence": ("independent_data",),
    "coherence_positive": ("independent_data",),
    "independent_data": ("independent_data", "affinely_independent_data"),  # of the (x, 1), by gatmiry2024/d12
    "affinely_independent": ("affinely_independent_data",),
    "orthonormal": ("orthonormal_data",),
    "weights": _NONZERO,
    "weights_positive": _NONZERO,
    "output_weights": ("fixed_output_layer",),
    "start_in_span": ("start_in_span",),
}
# what the statement of a claim itself speaks of: the network, the loss, the zero-loss set, the point, the flow
SETTING = frozenset(
    {"linear", "lines", "unit_neurons", "unit_diagonal", "unit_inputs", "through", "on_manifold", "other_on_manifold"}
    | {"flow", "first_time", "scale", "stationary", "tangent_gradient", "normal_acceleration", "same_values", "in_span"}
    | {"accuracy", "accuracy_small", "sublevel", "bias"}
)


def uncovered(hypotheses: set[str], assumptions: set[str]) -> list[str]:
    """The hypotheses of a proof that a claim with these assumptions does not make."""
    return sorted(h for h in hypotheses - SETTING if not assumptions & set(COVERED_BY.get(h, ())))


def proof(name: str, assumptions: tuple[Assumption, ...]) -> Check:
    """The check that replays the proof of that name, whatever the instance.

    Args:
        name: paper and proof.
        assumptions: of the claim; a proof that rests on more proves nothing of the claim.
    """
    return proofs((name,), assumptions)


def proofs(names: tuple[str, ...], assumptions: tuple[Assumption, ...]) -> Check:
    """The check that replays several proofs which only together prove a claim.

    Args:
        names: papers and proofs.
        assumptions: of the claim; a proof that rests on more proves nothing of the claim.
    """

    def run(instance: Instance | None) -> list[Finding]:
        from theorycheck.symbolic.proof import prove
        from theorycheck.symbolic.proof_files import load_proof

        reports = [prove(load_proof(name)) for name in names]
        missing = uncovered({h for r in reports for g in r.goals for h in g.goal.given}, {a.name for a in assumptions})
        steps = [step for report in reports for step in report.steps]
        trusted = ", ".join(dict.fromkeys(axiom for report in reports for axiom, _ in report.axioms))
        failures = [failure for report in reports for failure in report.failures]
        gaps = [*failures, *(f"rests on {h}, which the claim does not assume" for h in missing)]
        weakest = [report.evidence for report in reports if report.evidence != "PROVED"] or ["PROVED"]
        return [
            Finding(
                check=f"prove {', '.join(names)}",
                quantity="steps discharged",
                value=f"{sum(step.discharged for step in steps)} of {len(steps)}",
                bound="all",
                holds=None if gaps else True,
                evidence="UNDECIDED" if gaps else weakest[0],
                assertions=len(steps) + sum(len(report.goals) for report in reports),
                note="; ".join(gaps)
                or f"for all sizes; trusted theorems: {trusted or 'nothing beyond exact arithmetic'}",
            )
        ]

    return Check("prove", f"proof {', '.join(names)}", run)

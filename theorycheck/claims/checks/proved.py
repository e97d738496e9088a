"""Checks by proof: for all sizes, every step discharged by the engine of `symbolic.proof`."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from theorycheck.claims.checks import relu_proved
from theorycheck.claims.claim import Assumption, Check, Finding

_UNIFORM = ("uniform_bounds",)
_NONZERO = ("independent_data", "orthonormal_data", "affinely_independent_data", "nonzero_samples")
_TWO_LAYER = {
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
COVERED_BY: dict[str, dict[str, tuple[str, ...]]] = {
    # by paper: a proof's hypothesis, and the assumptions of a claim any one of which says it
    **relu_proved.COVERED_BY,
    "gatmiry2024": _TWO_LAYER,
    "sukenik2024": {
        "pairs": ("triangular_classes", "enough_classes"),  # or the block of classes that a block sum is about
        "vertices": ("enough_classes",),
        "three_classes": ("enough_classes",),
        "halves": ("enough_classes",),
        "two_classes": ("two_classes",),
        "two_features": ("wide_enough",),
        "factors": ("nuclear_equality",),
        "smaller_first": ("nuclear_equality",),
        "smaller_features": ("nuclear_equality",),
    },
    "garrod2024": {
        "two": ("two_classes",),
        "activation": ("linear_layers",),  # |s(x)| <= |x|
        "balanced": ("balanced_classes",),
        "two_pairs": ("enough_classes",),
        "three_pairs": ("enough_layers",),  # asked for at L = 2 only, as that assumption does
        "depth_two": ("enough_layers", "two_layers"),
        "depth_three": ("enough_layers",),
        "deep": ("enough_layers",),
        "large": ("below_stability",),  # alpha at least its stable value: the larger critical point below lambda_stab
        "no_singles": ("even_classes",),
        "deep_classes": ("enough_layers",),  # as the four next ones: K and L together
        "four_classes": ("enough_layers",),
        "depth_five": ("enough_layers",),
        "depth_four": ("enough_layers",),
        "simplex_part": ("mean_ratio",),
    },
}
# what the statement of a claim itself speaks of: the network, the loss, the point, the flow, what a family is
SETTING: dict[str, frozenset[str]] = {
    **relu_proved.SETTING,
    "gatmiry2024": frozenset(
        {"linear", "lines", "unit_neurons", "unit_diagonal", "unit_inputs", "through", "on_manifold"}
        | {"other_on_manifold", "flow", "first_time", "scale", "stationary", "tangent_gradient", "normal_acceleration"}
        | {"same_values", "in_span", "accuracy", "accuracy_small", "sublevel", "bias"}
    ),
    "sukenik2024": frozenset(
        {"first_layer", "layers", "features_factor", "first_factor", "inner_factors", "last_factor"}
        | {"frames", "aligned", "last_aligned"}  # what collapsed parameters are
        | {"identity", "features_positive", "first_positive", "inner_positive", "last_positive", "smaller", "scale"}
        | {"first_second", "first_third", "second_third", "half", "different"}  # classes are; r is even
        | {"three"}
    ),
    "sukenik2024/thresholds": frozenset(  # two numbers that the thresholds are told by
        {"radius", "radius_positive", "turn", "turn_positive", "argument"}
    ),
    "garrod2024": frozenset(
        {"involution", "pairs", "samples", "scale", "reg", "classes", "singular", "root_positive", "root_nonzero"}
        | {"earlier", "later", "optimal"}  # the point is critical, or an optimum
    ),
    "sukenik2024/block_sum": frozenset({"neurons", "classes"}),  # two parts
    "sukenik2024/depth_rule": frozenset(  # the projector that is inserted
        {"features_sign", "symmetric", "idempotent", "contains", "low_rank", "norms_sign"}
    ),
    "garrod2024/stability": frozenset({"softmax", "rows", "columns", "curve", "start"}),  # directions at a point
    "garrod2024/rank_codes": frozenset({"superior", "a1_not_a2", "a2_not_a3", "a1_not_a3", "distinct"}),
    "garrod2024/thm2": frozenset({"margins", "exponent", "bounded", "bounded_below"}),  # how the codes are compared
    "garrod2024/thresholds": frozenset(  # the points that the thresholds are told by
        {"depth", "power", "zero_point", "fold_point"}
    ),
    "garrod2024/dimension": frozenset(  # balanced factors and rotations that leave them; ranks and widths compared
        {"skew", "balanced", "output_still", "inner_still", "layers", "rank", "smaller", "width", "wider"}
    ),
}
_FOUR = ("c1_c2", "c1_c3", "c1_c4", "c2_c3", "c2_c4", "c3_c4")
CASES: dict[str, dict[str, tuple[str, ...]]] = {
    # by proof: a hypothesis that one side of a statement is about, and the goals that state that side
    **relu_proved.CASES,
    "sukenik2024/thresholds": {
        "small": ("zero is beaten",),
        "large": ("zero is best",),
        "beyond": ("no critical point",),
    },
    "sukenik2024/block_sum": {  # that the first block wins is for the family's proof to say
        "first_better": ("collapse is beaten",),
        "second_equal": ("collapse is beaten",),
    },
    "garrod2024/stability": {"small": ("unstable",)} | dict.fromkeys(_FOUR, ("unstable",)),
    "garrod2024/thresholds": {
        "weak": ("beats zero",),
        "strong": ("does not beat zero",),
        "fold": ("fold, cross-entropy",),
    },
}


def speaks_of(name: str, hypothesis: str, goal: str | None = None) -> bool:
    """Whether the hypothesis of a proof is part of what its claim, or one goal, is about; None for any goal."""
    if hypothesis in SETTING[name.split("/")[0]] | SETTING.get(name, frozenset()):
        return True
    goals = CASES.get(name, {}).get(hypothesis, ())
    return bool(goals) if goal is None else goal in goals


def said_by(name: str, hypothesis: str) -> tuple[str, ...]:
    """The assumptions any one of which says the hypothesis of a proof; none for what the claim is about."""
    return () if speaks_of(name, hypothesis) else COVERED_BY[name.split("/")[0]].get(hypothesis, ())


def uncovered(name: str, goal: Any, assumptions: set[str]) -> list[str]:
    """The hypotheses of one goal of a proof that a claim with these assumptions does not make."""
    told = (h for h in goal.given if not speaks_of(name, h, goal.name))
    return sorted(h for h in told if not assumptions & set(said_by(name, h)))


@lru_cache(maxsize=64)
def _report(name: str) -> Any:
    """The replay of a proof, once a process: several claims rest on the same ones."""
    from theorycheck.symbolic.proof import prove
    from theorycheck.symbolic.proof_files import load_proof

    return prove(load_proof(name))


def _left(names: tuple[str, ...]) -> str:
    """What the proofs themselves say that they leave unchecked."""
    from theorycheck.symbolic.proof_files import load_proof

    remarks = dict.fromkeys(remark for name in names for remark in load_proof(name).not_checked)
    return f"; not checked: {'; '.join(remarks)}" if remarks else ""


def gaps_of(name: str, report: Any, assumptions: tuple[Assumption, ...], chosen: tuple[str, ...] = ()) -> list[str]:
    """What keeps a proof from proving a claim: broken steps, and goals that rest on more than the claim assumes.

    Args:
        name: paper and proof.
        report: of the replay.
        assumptions: of the claim.
        chosen: the goals that the claim rests on; none for all. Each must stand on the claim's assumptions alone.
    """
    goals = {goal.goal.name: goal.goal for goal in report.goals}
    given = {a.name for a in assumptions}
    absent = [f"{name} has no goal {goal!r}" for goal in chosen if goal not in goals]
    lacking = [
        f"{name}, {goal}: rests on {h}, which the claim does not assume"
        for goal in (chosen or goals)
        if goal in goals
        for h in uncovered(name, goals[goal], given)
    ]
    return [*report.failures, *absent, *lacking]


def proof(name: str, assumptions: tuple[Assumption, ...], *goals: str) -> Check:
    """The check that replays the proof of that name, whatever the instance.

    Args:
        name: paper and proof.
        assumptions: of the claim; a goal that rests on more proves nothing of the claim.
        goals: those that the claim rests on; none for all.
    """
    return proofs((name,), assumptions, {name: goals})


def proofs(
    names: tuple[str, ...], assumptions: tuple[Assumption, ...], goals: Mapping[str, tuple[str, ...]] | None = None
) -> Check:
    """The check that replays several proofs which only together prove a claim.

    Args:
        names: papers and proofs.
        assumptions: of the claim; a goal that rests on more proves nothing of the claim.
        goals: for each proof those that the claim rests on; where there are none, all.
    """
    chosen = goals or {}

    def run(instance: Any) -> list[Finding]:
        reports = [_report(name) for name in names]
        pairs = list(zip(names, reports, strict=True))
        gaps = [gap for name, report in pairs for gap in gaps_of(name, report, assumptions, chosen.get(name, ()))]
        steps = [step for report in reports for step in report.steps]
        trusted = ", ".join(dict.fromkeys(axiom for report in reports for axiom, _ in report.axioms))
        counted = sum(len(chosen.get(name, ())) or len(report.goals) for name, report in pairs)
        return [
            Finding(
                check=f"prove {', '.join(names)}",
                quantity="steps discharged",
                value=f"{sum(step.discharged for step in steps)} of {len(steps)}",
                bound="all",
                holds=None if gaps else True,
                evidence="UNDECIDED" if gaps else "PROVED",
                assertions=len(steps) + counted,
                note="; ".join(gaps)
                or f"for all sizes; trusted theorems: {trusted or 'nothing beyond exact arithmetic'}{_left(names)}",
            )
        ]

    return Check("prove", f"proof {', '.join(names)}", run, names)

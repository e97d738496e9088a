"""The certificate of a maximum-margin KKT point: the point itself, what follows in the limit, its stable ranks."""

from typing import TYPE_CHECKING

from theorycheck.certificates import build, relu_build
from theorycheck.certificates.certificate import Certificate

if TYPE_CHECKING:
    from theorycheck.exact.margin_solution import MarginSolution

LONGEST = 18_000  # bits of a numerator or denominator
LARGEST = 2 * 10**7  # bits of all weights
SHORT = 200_000  # characters of the weights up to which they are written again for each stable rank


def certified(solution: "MarginSolution") -> Certificate | None:
    """The sealed certificate; None where the point is no KKT point, or has numbers too long for the checker."""
    if not solution.kkt or not fits(solution):
        return None
    instance, point = solution.instance, weights(solution)
    parts = {"KKT point": relu_build.kkt_part(instance, point, solution.multipliers, _kinks(solution))}
    if _frozen(solution):
        parts["limits"] = relu_build.limits_part(instance, solution.multipliers)
    return build.all_of(instance.document, parts | _ranks(solution, point))


def fits(solution: "MarginSolution") -> bool:
    """Whether the checker takes numbers of this length: it refuses documents that would keep it busy for minutes."""
    heights = [v.height_bits() for v in (*solution.rows.entries(), *solution.multipliers)]
    return max(heights) < LONGEST and sum(heights) < LARGEST


def weights(solution: "MarginSolution") -> dict:
    """The weights as certificates write them: a row a group of neurons."""
    rows = list(zip(solution.rows.tolist(), solution.problem.groups, strict=True))
    plus, minus = ([(row, g.count) for row, g in rows if g.sign == sign] for sign in (1, -1))
    counts = ([c for _, c in plus], [c for _, c in minus])
    return relu_build.fixed_point([row for row, _ in plus], [row for row, _ in minus], counts)


def _kinks(solution: "MarginSolution") -> dict:
    if solution.problem.slope == 1:
        return {}
    groups = solution.problem.groups
    return {
        (i, r): groups[r].slopes[i]
        for r, row in enumerate(solution.preactivations.tolist())
        for i in solution.support
        if row[i] == 0
    }


def _frozen(solution: "MarginSolution") -> bool:
    """Whether training's limits are certified: the slopes of the labels, all λ positive."""
    strict = solution.name == "labels" and not solution.kinks and len(solution.support) == solution.problem.n
    return strict and solution.consistent and solution.problem.slope > 0 and solution.instance.loss == "logistic"


def _ranks(solution: "MarginSolution", point: dict) -> dict:
    if sum(len(v) for side in ("W_plus", "W_minus") for row in point[side] for v in row) > SHORT:
        return {}
    document, parts = solution.instance.document, {}
    for block, value in solution.stable_rank.items():
        if value is not None:
            terms = [relu_build.term("stable rank", point, block=block)]
            name = f"stable rank of W, {block}"
            parts[name] = build.part("value", document, **build.value_parts(document, name, terms))
    return parts

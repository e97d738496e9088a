"""Patterns that are the pattern of their own maximum-margin point."""

from collections.abc import Sequence

import attrs
from flint import fmpq, fmpq_mat

from theorycheck.exact.margin_cone import Farkas, solve
from theorycheck.exact.margin_problem import ONE, MarginProblem, slope

MOST_ROUNDS = 50  # patterns seen before are kept, so a cycle ends it as well


def repeated(problem: MarginProblem) -> MarginProblem | None:
    """By iteration: pattern, point of least norm, pattern of that point; None where that does not end."""
    seen = set()
    for _ in range(MOST_ROUNDS):
        found = solve(problem.K)
        if isinstance(found, Farkas) or problem.groups in seen:
            return None
        z = problem.preactivations(found.lam)
        if problem.agrees(z):
            return problem
        seen.add(problem.groups)
        problem = problem.following(z)
    return None


def own_pattern(problem: MarginProblem) -> MarginProblem | None:
    """With the neurons of a sign all alike, and free slopes on the samples of the other sign.

    Where the neurons of its own sign are active on a sample, y f is concave in the weights: -σ(z) is the least of -z
    and -γz. The problem with both constraints a sample is convex, and its multipliers say which slope between γ and 1
    a neuron of the other sign has whose preactivation is 0. Where a sample's own neurons turn out to be inactive, the
    same with slope γ is tried.

    Args:
        problem: two groups, one a sign.

    Returns:
        The problem with slopes whose point of least norm has them, or None where none was found.
    """
    own, seen = (ONE,) * problem.n, set()
    for _ in range(MOST_ROUNDS):
        seen.add(own)
        found = solve(doubled(problem, own))
        if isinstance(found, Farkas):
            return None
        candidate = _merged(problem, own, found.lam)
        z = candidate.preactivations(_sums(found.lam))
        candidate = _with_slopes(candidate, z, _sums(found.lam))
        if candidate.agrees(z):
            return candidate
        own = tuple(slope(problem, z[0 if y > 0 else 1, i], own[i]) for i, y in enumerate(problem.labels))
        if own in seen:
            return None
    return None


def doubled(problem: MarginProblem, own: Sequence[fmpq]) -> fmpq_mat:
    """K of the problem with two constraints a sample: the other sign's slope is 1 in the first n, γ in the others."""
    n, y, h = problem.n, problem.labels, problem.mean_width
    widths = problem.instance.width
    rows = []
    for other in (ONE, problem.slope):
        for i in range(n):
            pair = (own[i], other) if y[i] > 0 else (other, own[i])
            rows.append([h * y[i] * pair[0] / widths[0], h * y[i] * pair[1] / widths[1]])
    # The gradient in the weights of sign j is j y s/m_j x, and m_j neurons share it; the signs cancel in pairs.
    weights = fmpq_mat([[widths[0] / h, 0], [0, widths[1] / h]])
    shared = fmpq_mat(rows) * weights * fmpq_mat(rows).transpose()
    return fmpq_mat([[shared[i, k] * problem.gram[i % n, k % n] for k in range(2 * n)] for i in range(2 * n)])


def _sums(lam: Sequence[fmpq]) -> list[fmpq]:
    n = len(lam) // 2
    return [lam[i] + lam[n + i] for i in range(n)]


def _merged(problem: MarginProblem, own: Sequence[fmpq], lam: Sequence[fmpq]) -> MarginProblem:
    """Slopes as the multipliers weigh them; γ on the other sign where there is no multiplier."""
    n, total = problem.n, _sums(lam)
    other = [(lam[i] + problem.slope * lam[n + i]) / t if t else problem.slope for i, t in enumerate(total)]
    groups = [
        attrs.evolve(g, slopes=tuple(own[i] if y == g.sign else other[i] for i, y in enumerate(problem.labels)))
        for g in problem.groups
    ]
    return attrs.evolve(problem, groups=tuple(groups))


def _with_slopes(problem: MarginProblem, z: fmpq_mat, lam: Sequence[fmpq]) -> MarginProblem:
    """Samples without a multiplier do not move the point; they take the slopes that they have there."""
    followed = problem.following(z)
    groups = [
        attrs.evolve(g, slopes=tuple(a if v > 0 else b for v, a, b in zip(lam, g.slopes, f.slopes, strict=True)))
        for g, f in zip(problem.groups, followed.groups, strict=True)
    ]
    return attrs.evolve(problem, groups=tuple(groups))

"""Patterns that are the pattern of their own maximum-margin point."""

from collections.abc import Sequence
from itertools import product

import attrs
from flint import fmpq, fmpq_mat

from theorycheck.exact.margin_cone import Farkas, solve
from theorycheck.exact.margin_problem import ONE, ZERO, Group, MarginProblem, slope

MOST_ROUNDS = 50  # patterns seen before are kept, so a cycle ends it as well
MOST_CORNERS = 400  # constraints of the convex problem
MOST_TRIED = 256  # patterns, where the iteration finds none

Corners = list[tuple[int, tuple[fmpq, ...]]]  # samples with a slope for each group


def settled(problem: MarginProblem) -> MarginProblem | None:
    """A pattern that is the pattern of its own point, near the given one if possible, or None where none was found."""
    merged = by_own_samples(problem)
    few = problem.n * 2 ** max(sum(g.sign == sign for g in merged.groups) for sign in (1, -1)) <= MOST_CORNERS
    return (own_pattern(merged) if few else repeated(problem)) or tried(merged)


def tried(problem: MarginProblem) -> MarginProblem | None:
    """All patterns on samples of the own sign in turn, those closest to the labels first, where they are few.

    With all neurons of a sign alike some point is a KKT point as soon as any such network has positive margins, namely
    the one of least norm.
    """
    if 2**problem.n > MOST_TRIED or len(problem.groups) > 2:
        return None
    for flips in sorted(product((False, True), repeat=problem.n), key=sum):
        slopes = [problem.slope if flip else ONE for flip in flips]
        groups = [
            attrs.evolve(
                g,
                slopes=tuple(s if y == g.sign else problem.slope for s, y in zip(slopes, problem.labels, strict=True)),
            )
            for g in problem.groups
        ]
        candidate, fits = _rested(attrs.evolve(problem, groups=tuple(groups)))
        if fits:
            return candidate
    return None


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
    """With the pattern of neurons on samples of their own sign held, and free slopes on the samples of the other sign.

    Then y f is concave in the weights: -σ(z) is the least of -z and -γz. The problem with a constraint for each choice
    of these is convex, all neurons of a group have equal weights at its only solution, and its multipliers say which
    slope between γ and 1 a neuron of the other sign has where its preactivation is 0. Where a neuron turns out to
    have another slope on a sample of its own sign, that slope is tried next.

    Args:
        problem: groups that differ on the samples of their own sign.

    Returns:
        The problem with slopes whose point of least norm has them, or None where none was found.
    """
    seen = set()
    while problem.groups not in seen and len(seen) < MOST_ROUNDS:
        seen.add(problem.groups)
        candidate, fits = _rested(problem)
        if fits or candidate is None:
            return candidate
        problem = by_own_samples(candidate)
    return None


def _rested(problem: MarginProblem) -> tuple[MarginProblem | None, bool]:
    """The pattern at the solution of the convex problem, and whether it is the pattern that the problem assumed."""
    places = corners(problem)
    found = solve(matrix(problem, places))
    if isinstance(found, Farkas):
        return None, False
    weighed, lam = _weighed(problem, places, found.lam)
    z = weighed.preactivations(lam)
    candidate = _resting(weighed, z, lam)
    return (candidate, True) if candidate.agrees(z) else (problem.following(z), False)


def by_own_samples(problem: MarginProblem) -> MarginProblem:
    """Groups that agree on the samples of their own sign in one; the other slopes are γ."""
    members: dict[tuple, list[int]] = {}
    for g in problem.groups:
        own = tuple(s if y == g.sign else problem.slope for s, y in zip(g.slopes, problem.labels, strict=True))
        members.setdefault((g.sign, own), []).extend(g.neurons)
    groups = [Group(sign, tuple(sorted(neurons)), own) for (sign, own), neurons in members.items()]
    return attrs.evolve(problem, groups=tuple(groups))


def corners(problem: MarginProblem) -> Corners:
    """Each sample with each choice of 1 or γ for the groups of the other sign."""
    places = []
    for i, y in enumerate(problem.labels):
        free = [(ONE, problem.slope) if g.sign != y else (g.slopes[i],) for g in problem.groups]
        places += [(i, choice) for choice in product(*free)]
    return places


def matrix(problem: MarginProblem, places: Corners) -> fmpq_mat:
    """K of the problem with a constraint a corner."""
    y, gram, S = problem.labels, problem.gram, fmpq_mat([list(choice) for _, choice in places])
    shares = [problem.mean_width * g.count / problem.width(g.sign) ** 2 for g in problem.groups]
    weighted = fmpq_mat([[v * share for v, share in zip(choice, shares, strict=True)] for _, choice in places])
    shared = S * weighted.transpose()
    return fmpq_mat(
        [
            [y[i] * y[k] * gram[i, k] * shared[a, b] for b, (k, _) in enumerate(places)]
            for a, (i, _) in enumerate(places)
        ]
    )


def _weighed(problem: MarginProblem, places: Corners, lam: Sequence[fmpq]) -> tuple[MarginProblem, list[fmpq]]:
    """The slopes that the multipliers of the corners make together, and the samples' multipliers."""
    total, groups = [ZERO] * problem.n, []
    for (i, _), v in zip(places, lam, strict=True):
        total[i] += v
    for k, g in enumerate(problem.groups):
        slopes = [s if total[i] == 0 else ZERO for i, s in enumerate(g.slopes)]
        for (i, choice), v in zip(places, lam, strict=True):
            slopes[i] += v / total[i] * choice[k] if v else ZERO
        groups.append(attrs.evolve(g, slopes=tuple(slopes)))
    return attrs.evolve(problem, groups=tuple(groups)), total


def _resting(problem: MarginProblem, z: fmpq_mat, lam: Sequence[fmpq]) -> MarginProblem:
    """Samples without a multiplier do not move the point; they take the slopes that they have there."""
    rows = z.tolist()
    groups = [
        attrs.evolve(
            g,
            slopes=tuple(s if p > 0 else slope(problem, v, s) for s, v, p in zip(g.slopes, row, lam, strict=True)),
        )
        for g, row in zip(problem.groups, rows, strict=True)
    ]
    return attrs.evolve(problem, groups=tuple(groups))

"""Stable ranks at maximum-margin points, of neurons that all have the slopes of the labels and of neurons that differ.

Where all multipliers are equal, all margins are 1 and slopes at kinks are alike, the gradient of any loss of margins at
a multiple of the point is a multiple of the point: descent from a start on that ray, however small, never leaves it.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, combinations_with_replacement, islice, product
from typing import Any

from flint import fmpq

from theorycheck.claims.attacks.exactly import less, number
from theorycheck.claims.attacks.relu_margin import at, at_labels, every, instances, kkt, listed, plain
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance

_CHOICES = 12  # ways to spread the neurons of a sign over the cells of its samples
_PATTERNS = 8  # patterns of both signs that are solved
_SAMPLES, _WIDTH = 8, 4  # at most; more have too many patterns


@lru_cache(maxsize=2048)
def spread_out(one: ReluInstance) -> Any:
    """The first ray that descent never leaves, of neurons with unlike patterns, on which a block has rank above 1."""
    for pattern in islice(patterns(one), _PATTERNS):
        found = with_pattern(one, pattern)
        if found is not None and found.kkt and _is_ray(found) and _block(found) is not None:
            return found
    return None


def with_pattern(one: ReluInstance, pattern: tuple) -> Any:
    """The solution of exactly this pattern; None where no such weights have positive margins."""
    from theorycheck.exact.margin_cone import Farkas, solve
    from theorycheck.exact.margin_problem import patterned
    from theorycheck.exact.margin_solution import MarginSolution

    try:
        problem = patterned(one, pattern)
    except InvalidInstance:
        return None
    found = solve(problem.K)
    return None if isinstance(found, Farkas) else MarginSolution(problem, "given", found.lam, found.unique)


def _is_ray(solution: Any) -> bool:
    """Whether descent from a multiple of the point stays on its ray: see the module's text."""
    alike = len({slope for *_, slope in solution.kinks}) <= 1 and len(set(solution.lam)) == 1
    return alike and solution.margins_equal


def _block(solution: Any) -> str | None:
    """The sign whose stable rank is above 1."""
    ranks = {name: v for name, v in solution.stable_rank.items() if name != "stacked" and v is not None}
    return next((name for name, v in ranks.items() if bool(v > 1)), None)


def patterns(one: ReluInstance) -> Iterator[tuple]:
    """Patterns of all neurons on the samples of their sign, those in which they differ most first; none if large."""
    if one.data.n <= _SAMPLES and 1 < max(one.width) <= _WIDTH:
        yield from product(_spread(one, 1, one.width[0]), _spread(one, -1, one.width[1]))


def _spread(one: ReluInstance, sign: int, m: int) -> list[list[list[int]]]:
    """Ways to give m neurons of a sign a pattern on its own samples, those in which neurons differ most first."""
    own = [i for i, y in enumerate(one.data.y) if y == sign]
    rows = _cells(tuple(one.data.X[i] for i in own)) if own else [()]
    full = [[int(1 in cell[k : k + 1]) for k in range(len(own))] for cell in rows]
    spread = [[int(dict(zip(own, row, strict=True)).get(i, 0)) for i in range(one.data.n)] for row in full]
    turns = [[spread[r % len(spread)] for r in range(m)]] if spread else []
    turns += [list(rows) for rows in islice(combinations_with_replacement(spread, m), _CHOICES)]
    return sorted(turns, key=lambda rows: -len({tuple(row) for row in rows}))


@lru_cache(maxsize=256)
def _cells(X: tuple) -> list[tuple[int, ...]]:
    from theorycheck.exact.arrangement import cells

    try:
        return cells(X)
    except InvalidInstance:
        return []


def _rank_above(candidate: Candidate) -> Violation | None:
    one = candidate.instance
    if not one.relu and at_labels(one) is not None:  # with a leaky ReLU neurons then take on that pattern
        return None
    solution = spread_out(plain(one))
    if solution is None or (proof := kkt(solution)) is None:
        return None
    name, block = _named(solution)
    return Violation(
        quantity=f"stable rank of {name} on a ray through a maximum-margin point, which descent never leaves",
        bound="1, to which it falls",
        value=listed([solution.stable_rank[block]]),
        size=float(solution.stable_rank[block]) - 1,
        evidence=(proof, _above_one(solution, name, block)),
    )


def _named(solution: Any) -> tuple[str, str]:
    block = _block(solution) or "stacked"
    return {"plus": "W_+", "minus": "W_-"}.get(block, "W"), block


def _above_one(solution: Any, name: str, block: str) -> tuple:
    rank = (f"stable rank of {name}", [at(solution, "stable rank", block=block)])
    return less("violates", ("1", [number("1")]), rank)


# ---- all weights together --------------------------------------------------------------------------------------------


def _stacked_above(candidate: Candidate) -> Violation | None:
    solution = at_labels(candidate.instance)
    rank = None if solution is None else solution.stable_rank["stacked"]
    if rank is None or not bool(rank > 1) or (proof := kkt(solution)) is None:
        return None
    return Violation(
        quantity="stable rank of all weights at the only maximum-margin point with the slopes of the labels",
        bound="1, to which it falls",
        value=listed([rank]),
        size=float(rank) - 1,
        evidence=(proof, _above_one(solution, "W", "stacked")),
    )


def _other_formula(candidate: Candidate) -> Violation | None:
    """2 (1 + γ²) / (1 + γ)² is not the stable rank of all weights."""
    one, solution = candidate.instance, at_labels(candidate.instance)
    rank = None if solution is None else solution.stable_rank["stacked"]
    expected = 2 * (1 + one.slope**2) / (1 + one.slope) ** 2
    if rank is None or not bool(rank != _same(expected, rank)) or (proof := kkt(solution)) is None:
        return None
    sides = [
        ("the formula", [number(str(expected))]),
        ("stable rank of W", [at(solution, "stable rank", block="stacked")]),
    ]
    left, right = sides if bool(rank > _same(expected, rank)) else sides[::-1]
    return Violation(
        quantity="stable rank of all weights at the maximum-margin point",
        bound=f"2 (1 + gamma^2) / (1 + gamma)^2 = {expected}",
        value=listed([rank]),
        size=abs(float(rank) - float(expected)),
        evidence=(proof, less("violates", left, right)),
    )


def _same(v: Fraction, like: Any) -> Any:
    """A rational as a number of the other's kind."""
    return v if isinstance(like, Fraction) else fmpq(v.numerator, v.denominator)


def _ranks(space: Space) -> Iterator[Candidate | Looked]:
    """Every instance, and how many maximum-margin points with blocks of rank 1 there were."""
    known = 0
    for one in islice(instances(space), 2000):
        yield Candidate(one, {})
        known += at_labels(one) is not None
    if known:
        told = f"at {known} exact maximum-margin points with the slopes of the labels W_+ and W_- have stable rank 1"
        yield Looked(0, "maximum-margin points", remark=told)


# ---- more than two directions, and boundaries that bend --------------------------------------------------------------


def _above_two(candidate: Candidate) -> Violation | None:
    """All weights together have stable rank above 2, and so rank above 2."""
    one = candidate.instance
    solution = None if not one.relu and at_labels(one) is not None else spread_out(plain(one))
    rank = None if solution is None else solution.stable_rank["stacked"]
    if rank is None or not bool(rank > 2) or (proof := kkt(solution)) is None:
        return None
    sides = (("2", [number("2")]), ("stable rank of W", [at(solution, "stable rank", block="stacked")]))
    return Violation(
        quantity="stable rank of all weights on a ray through a maximum-margin point, which descent never leaves",
        bound="at most 2",
        value=listed([rank]),
        size=float(rank) - 2,
        evidence=(proof, less("violates", *sides)),
    )


def _bent(candidate: Candidate) -> Violation | None:
    """Opposite samples of one label, both with margin 1: no linear function has the signs of f."""
    one = candidate.instance
    pair = _opposite(one)
    if pair is None or (not one.relu and at_labels(one) is not None):
        return None
    for pattern in islice(patterns(plain(one)), _PATTERNS):
        found = with_pattern(plain(one), pattern)
        if found is not None and found.kkt and _is_ray(found) and (proof := kkt(found)) is not None:
            terms = [at(found, "margin", sample=i) for i in pair]
            told = [
                less(f"violates, {name}", ("0", [number("0")]), (name, [t])) for name, t in _named_pair(pair, terms)
            ]
            where = f"samples {pair[0]} and {pair[1]}, which are opposite and have one label"
            return Violation(f"margins at {where}", "one of them is not positive", "1 and 1", 1.0, (proof, *told))
    return None


def _named_pair(pair: tuple[int, int], terms: list[dict]) -> Iterator[tuple[str, dict]]:
    yield from ((f"margin of sample {i}", t) for i, t in zip(pair, terms, strict=True))


def _opposite(one: ReluInstance) -> tuple[int, int] | None:
    """Two samples of one label of which one is the negative of the other."""
    X, y = one.data.X, one.data.y
    places = combinations(range(one.data.n), 2)
    return next((p for p in places if y[p[0]] == y[p[1]] and X[p[0]] == tuple(-v for v in X[p[1]])), None)


RANK_ABOVE_TWO = Attack("neurons of both signs that keep to different samples", _ranks, _above_two)
BENT_BOUNDARY = Attack("opposite samples of one label", _ranks, _bent)
RANK_ABOVE_ONE = Attack("neurons of a sign that keep to different samples", _ranks, _rank_above)
STACKED_ABOVE_ONE = Attack("neurons of unlike sign that differ", every, _stacked_above)
OTHER_STACKED_RANK = Attack("another stable rank of all weights", every, _other_formula)

"""Whether a point lies in the convex hull of others, exactly, with the weights: the simplex method in rationals."""

from collections.abc import Sequence
from fractions import Fraction

Row = list[Fraction]


def weights(points: Sequence[Sequence[int]], target: Sequence[int]) -> dict[int, Fraction] | None:
    """Weights λ >= 0 with sum 1 and Σ λ_c points_c = target, or None where there are none.

    Args:
        points: (c, m) integers or rationals.
        target: (m,).

    Returns:
        The nonzero weights by index, at most m + 1 of them (Carathéodory).

    Phase one of the simplex method with Bland's rule, which cannot cycle, so that both answers are proofs.
    """
    goal = [Fraction(t) for t in target] + [Fraction(1)]
    flip = [-1 if g < 0 else 1 for g in goal]
    columns = [[f * v for f, v in zip(flip, (*point, 1), strict=True)] for point in points]
    values = [f * g for f, g in zip(flip, goal, strict=True)]
    size = len(goal)
    inverse = [[Fraction(i == k) for k in range(size)] for i in range(size)]
    basis = [-1 - i for i in range(size)]  # negative: artificial
    while (entering := _entering(columns, inverse, basis)) is not None:
        _pivot(inverse, basis, values, columns[entering], entering)
    if any(v for b, v in zip(basis, values, strict=True) if b < 0):
        return None
    return {b: v for b, v in zip(basis, values, strict=True) if v}


def _entering(columns: Sequence[Sequence], inverse: list[Row], basis: list[int]) -> int | None:
    """The first column that lessens the sum of the artificial variables."""
    size = len(basis)
    prices = [sum((inverse[i][k] for i in range(size) if basis[i] < 0), Fraction(0)) for k in range(size)]
    used = set(basis)
    for c, column in enumerate(columns):
        if c not in used and sum(p * v for p, v in zip(prices, column, strict=True)) > 0:
            return c
    return None


def _pivot(inverse: list[Row], basis: list[int], values: Row, column: Sequence, entering: int) -> None:
    step = [sum((a * v for a, v in zip(row, column, strict=True)), Fraction(0)) for row in inverse]
    leaving = min((i for i, s in enumerate(step) if s > 0), key=lambda i: (values[i] / step[i], basis[i]))
    pivot = step[leaving]
    inverse[leaving] = [a / pivot for a in inverse[leaving]]
    values[leaving] /= pivot
    for i, s in enumerate(step):
        if i != leaving and s:
            inverse[i] = [a - s * b for a, b in zip(inverse[i], inverse[leaving], strict=True)]
            values[i] -= s * values[leaving]
    basis[leaving] = entering

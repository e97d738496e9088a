"""Where φ'² is a convex function of φ: Jensen for equal weights, multipliers for unequal ones."""

from fractions import Fraction

from theorycheck.certificates import build
from theorycheck.errors import InvalidInstance
from theorycheck.exact.brackets import low_end
from theorycheck.exact.problem import Problem
from theorycheck.exact.solution import Bounds, minimiser


def jensen(problem: Problem) -> Bounds:
    """All neurons agree: φ = y_i / m on every sample; the bound holds for all n and d.

    Raises:
        InvalidInstance: y_i / m is not seen to be a value of φ.
    """
    levels = [_level(problem, i) for i in range(problem.data.n)]
    lower = jensen_part(problem, levels)
    if not problem.free:
        return Bounds(lower, None, None, "Jensen's inequality")
    spread = [[u] * problem.m for u, _ in levels]
    point = build.point("u", spread, [[low] * problem.m for _, low in levels])
    Z = [[_number(problem, u, low)] * problem.m for u, low in levels]
    rank = (int(any(float(row[0]) for row in Z)), "exact: all columns are equal")
    return Bounds(lower, point, minimiser(problem, Z), "Jensen's inequality", True, rank=rank)


def jensen_part(problem: Problem, levels: list[tuple[Fraction, Fraction]]) -> dict:
    """The certificate's body of the bound."""
    at = build.point("u", [[u] for u, _ in levels], [[low] for _, low in levels])
    return build.part("convex", problem.document, **build.convex_parts(problem.document, levels=at))


def _level(problem: Problem, i: int) -> tuple[Fraction, Fraction]:
    if i not in problem.active:
        return problem.level(i), Fraction(0)
    try:
        return problem.level(i), low_end(problem.phi, problem.level(i))
    except InvalidInstance as reason:
        raise InvalidInstance(f"sample {i}, label {problem.data.y[i]}, width {problem.m}: y/m = {reason}") from None


def _number(problem: Problem, u: Fraction, low: Fraction) -> Fraction | float:
    """z: exact where φ takes the value there exactly, else a float."""
    from flint import arb, fmpq

    v = problem.phi.at(fmpq(low.numerator, low.denominator))
    return low if not isinstance(v, arb) and v == fmpq(u.numerator, u.denominator) else float(low)

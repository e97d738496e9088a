"""Which parameters the constraints can be solved for, and how: the pivot block of the Jacobian."""

from collections.abc import Callable
from fractions import Fraction
from itertools import count
from typing import Any

import attrs
import flint
import sympy
from sympy import Expr, Matrix

from theorycheck.errors import InvalidInstance
from theorycheck.symbolic.arithmetic import PRECISION, jacobian_at, point, scalar
from theorycheck.symbolic.steps import vanishes
from theorycheck.symbolic.structure import Problem, along_z
from theorycheck.symbolic.terms import output_gradients

LARGEST_SYMBOLIC = 4  # a determinant of symbols has n! terms; beyond this size pass numbers for X


@attrs.frozen
class Pivots:
    """A square block of the Jacobian that is invertible at generic parameters.

    Attributes:
        columns: the parameters that are solved for.
        determinant: the block's determinant.
        solve: for a column, the coefficients of the pivot columns that add up to it.
    """

    columns: tuple[int, ...]
    determinant: Expr
    solve: Callable[[int], list[Expr]]


def first_neuron_pivots(problem: Problem) -> Pivots | None:
    """Pivots among the first neuron's weights, where n columns of X are independent; None where they are not.

    Raises:
        InvalidInstance: the block is symbolic and too large.
    """
    columns = independent_columns(problem)
    if columns is None:
        return None
    block = Matrix([[row[column] for column in columns] for row in problem.rows])
    inverse, determinant = inverted(block)
    slope = along_z(problem.template.output)
    slopes = [[problem.at_pair(slope, i, j) for j in range(problem.m)] for i in range(problem.n)]
    if any(row[0] == 0 for row in slopes):
        return None
    gradients = output_gradients(problem) if problem.network.trained_output else None
    width = len(problem.theta[0])

    def solve(column: int) -> list[Expr]:
        neuron, entry = divmod(column, width)
        if neuron < problem.m:
            ratios = [row[neuron] / row[0] * x[entry] for row, x in zip(slopes, problem.rows, strict=True)]
        else:
            ratios = [gradient[column] / row[0] for row, gradient in zip(slopes, gradients or (), strict=True)]
        return [sympy.Add(*(a * b for a, b in zip(row, ratios, strict=True))) for row in inverse.tolist()]

    return Pivots(columns, determinant * sympy.Mul(*(row[0] for row in slopes)), solve)


def independent_columns(problem: Problem) -> tuple[int, ...] | None:
    """Columns of the samples that form an invertible block, generically where there are symbols; None if none do."""
    n, width = problem.n, len(problem.theta[0])
    if n > width:
        return None
    entries = [entry for row in problem.X for entry in row]
    if not all(entry.is_Rational for entry in entries):
        # symbols are independent unknowns, so the first n columns serve; the determinant states the condition
        return tuple(range(n))
    reduced, rank = flint.fmpq_mat([[scalar(entry, "X") for entry in row] for row in problem.rows]).rref()
    if rank < n:
        return None
    return tuple(next(column for column in range(width) if reduced[row, column] != 0) for row in range(n))


def inverted(block: Any) -> tuple[Any, Any]:
    """Inverse and determinant of a square matrix of numbers or of a few symbols.

    Raises:
        InvalidInstance: symbols, and more than four rows.
    """
    if all(entry.is_Rational for entry in block):
        inverse = block.inv() if block.det() != 0 else None
        if inverse is not None:
            return inverse, block.det()
    if block.rows > LARGEST_SYMBOLIC:
        raise InvalidInstance(
            f"the symbolic inverse for {block.rows} samples is too large; pass X in numbers, "
            f"at most {LARGEST_SYMBOLIC} samples, or evaluate at a point"
        )
    determinant = block.det(method="berkowitz")
    if determinant == 0:
        raise InvalidInstance("these constraint gradients are dependent for all parameters; drop the dependent samples")
    return block.adjugate() / determinant, determinant


def generic_pivots(problem: Problem) -> Pivots:
    """Pivots anywhere in the Jacobian, found at a sample point; for n > d and for dependent samples.

    Raises:
        InvalidInstance: the block is too large, or the rank found at the sample point is not the generic one.
    """
    jacobian = Matrix(output_gradients(problem))
    rows, columns = _sampled_pivots(problem)
    block = jacobian.extract(rows, columns)
    inverse, determinant = inverted(block)

    def solve(column: int) -> list[Expr]:
        return list(inverse * jacobian.extract(rows, [column]))

    for row in set(range(problem.n)) - set(rows):
        _check_dependent(jacobian, row, columns, solve)
    return Pivots(tuple(columns), determinant, solve)


def _check_dependent(jacobian: Matrix, row: int, columns: list[int], solve: Callable[[int], list[Expr]]) -> None:
    for column in range(jacobian.cols):
        terms = zip(columns, solve(column), strict=True)
        if not vanishes(jacobian[row, column] - sympy.Add(*(jacobian[row, pivot] * c for pivot, c in terms))):
            raise InvalidInstance(
                f"could not show that the gradient of sample {row + 1} depends on the others; pass it at a point"
            )


def _sampled_pivots(problem: Problem) -> tuple[list[int], list[int]]:
    """Rows and columns of an invertible block at a fixed rational point, by elimination with exact or ball numbers."""
    numbers = count(1)

    def numeric(entry: Expr) -> Any:
        # distinct and unrelated values near zero: generic for low degrees, and inside the domain of every activation
        return entry if entry.is_Rational else Fraction(next(numbers) ** 2 % 17 - 8, 37)

    with flint.ctx.workprec(PRECISION):
        theta = [[numeric(symbol) for symbol in row] for row in problem.theta]
        X = [[numeric(entry) for entry in row] for row in problem.X]
        return _eliminate(jacobian_at(point(problem, theta, X, None, [numeric(weight) for weight in problem.weights])))


def _eliminate(work: list[list]) -> tuple[list[int], list[int]]:
    rows: list[int] = []
    columns: list[int] = []
    for row in range(len(work)):
        column = next((k for k, entry in enumerate(work[row]) if _nonzero(entry)), None)
        if column is None:
            continue
        rows.append(row)
        columns.append(column)
        for other in range(row + 1, len(work)):
            factor = work[other][column] / work[row][column]
            work[other] = [a - factor * b for a, b in zip(work[other], work[row], strict=True)]
            work[other][column] = flint.fmpq(0)
    return rows, columns


def _nonzero(entry: flint.fmpq | flint.arb) -> bool:
    return entry != 0 if isinstance(entry, flint.fmpq) else not entry.contains(0)

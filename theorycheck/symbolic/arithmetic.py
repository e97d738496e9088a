"""Numbers for templates: exact rationals where the activation is rational, balls of python-flint everywhere else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

import attrs
import flint
from sympy import Expr

from theorycheck.certificates import check
from theorycheck.errors import InvalidInstance
from theorycheck.numbers import exact
from theorycheck.symbolic.structure import KAPPA, PHI, SQUARED_NORM, WEIGHT, Problem, along_z, listed, orders_in

PRECISION = 192  # bits of the balls: three times a double, so that cancellation in a trace still leaves a double
Scalar = Any  # flint.fmpq or flint.arb


def value(expression: Expr, at: Mapping[Expr, Scalar]) -> Scalar:
    """The value of a template, a polynomial in symbols whose values are in `at`: rational where they all are.

    Raises:
        InvalidInstance: a symbol without a value, or something that is not a polynomial.
    """
    known = at.get(expression)
    if known is not None:
        return known
    if expression.is_Rational:
        return flint.fmpq(int(expression.p), int(expression.q))  # type: ignore[attr-defined]
    parts: Any = expression.args
    if expression.is_Add:
        return total(value(part, at) for part in parts)
    if expression.is_Mul:
        return prod((value(part, at) for part in parts), start=flint.fmpq(1))
    if expression.is_Pow and parts[1].is_Integer and parts[1] >= 0:
        return value(parts[0], at) ** int(parts[1])
    raise InvalidInstance(f"{expression} has no rational value or ball here; pass numbers for X, y and theta")


def total(parts: Iterable[Scalar]) -> Scalar:
    """The sum, exact zero when there is nothing to add."""
    return sum(parts, start=flint.fmpq(0))


def activation_at(activation: Any, order: int, z: Scalar) -> Scalar:
    """A derivative of the activation at z.

    Raises:
        InvalidInstance: the activation has no value or no derivative there.
    """
    try:
        return activation.at(z, order)
    except (check.Refused, ZeroDivisionError) as reason:
        raise InvalidInstance(f"the activation {activation.name} at z = {float(z):.6g}: {reason}") from None


def scalar(number: Any, where: str) -> Scalar:
    """A number as an `fmpq`; a ball stays a ball, a float counts as its exact binary value.

    Raises:
        InvalidInstance: it is not a number.
    """
    if isinstance(number, (flint.fmpq, flint.arb)):
        return number
    if isinstance(number, Expr) and not number.is_Rational:
        raise InvalidInstance(f"{where} is {number}, not a rational number; pass numbers for X and y to evaluate")
    fraction = exact(number, where)
    return flint.fmpq(fraction.numerator, fraction.denominator)


def plain(number: Scalar) -> Fraction | float:
    """A Fraction for a rational, the nearest double for a ball."""
    if isinstance(number, flint.fmpq):
        return Fraction(int(number.p), int(number.q))
    return float(number.mid())


def matrix(rows: Sequence[Sequence[Scalar]]) -> Any:
    """A flint matrix: rational when every entry is, of balls otherwise."""
    entries = [list(row) for row in rows]
    rational = all(isinstance(entry, flint.fmpq) for row in entries for entry in row)
    return flint.fmpq_mat(entries) if rational else flint.arb_mat(entries)


@attrs.frozen
class Point:
    """Numbers for every symbol of a problem.

    Attributes:
        problem: what they are put into.
        theta: (m, d) first layer, or (m, d + 1) with the biases last.
        rows: (n, d) samples as the neurons see them.
        y: (n,) labels, or None where nothing asks for them.
        weights: (m,) output weights.
    """

    problem: Problem
    theta: tuple[tuple[Scalar, ...], ...]
    rows: tuple[tuple[Scalar, ...], ...]
    y: tuple[Scalar, ...] | None
    weights: tuple[Scalar, ...]

    @cached_property
    def preactivations(self) -> list[list[Scalar]]:
        """The z_ij, shape (n, m)."""
        left, right = matrix(self.rows), matrix(self.theta).transpose()
        if isinstance(left, flint.fmpq_mat) != isinstance(right, flint.fmpq_mat):
            left, right = flint.arb_mat(left), flint.arb_mat(right)
        return (left * right).tolist()

    @cached_property
    def squared_norms(self) -> list[Scalar]:
        """The w_i."""
        return [total(entry * entry for entry in row) for row in self.rows]

    @property
    def kappa(self) -> Scalar:
        """The factor of the Hessian trace on zero loss."""
        return scalar(self.problem.kappa, "kappa")

    @cached_property
    def residuals(self) -> list[Scalar]:
        """The r_i.

        Raises:
            InvalidInstance: the labels are symbols.
        """
        if self.y is None:
            raise InvalidInstance("the labels are symbols; pass y to evaluate away from the zero-loss manifold")
        outputs = [total(row) for row in self.grid(self.problem.template.output)]
        return [output - label for output, label in zip(outputs, self.y, strict=True)]

    def grid(
        self, expression: Expr, extra: Callable[[int, int], dict[Expr, Scalar]] | None = None
    ) -> list[list[Scalar]]:
        """A template's value at every (sample, neuron), shape (n, m)."""
        orders, kappa, activation = orders_in(expression), self.kappa, self.problem.network.activation

        def at(i: int, j: int) -> Scalar:
            z = self.preactivations[i][j]
            symbols: dict[Expr, Scalar] = {PHI[k]: activation_at(activation, k, z) for k in orders}
            symbols |= {WEIGHT: self.weights[j], SQUARED_NORM: self.squared_norms[i], KAPPA: kappa}
            return value(expression, symbols | extra(i, j) if extra else symbols)

        return [[at(i, j) for j in range(self.problem.m)] for i in range(self.problem.n)]


def point(problem: Problem, theta: Any, X: Any = None, y: Any = None, output_weights: Any = None) -> Point:
    """Numbers for a problem's symbols; what the problem already knows as numbers need not be passed.

    Args:
        problem: the problem.
        theta: (m, d) numbers, (m, d + 1) with the biases last; balls (`flint.arb`) are taken as they are.
        X: (n, d) numbers.
        y: (n,) numbers.
        output_weights: (m,) numbers, where they are trained.

    Returns:
        The point.

    Raises:
        InvalidInstance: a shape that does not fit, or something that is not a number.
    """
    first = _table(theta, (problem.m, len(problem.theta[0])), "theta")
    rows = _table(problem.X if X is None else X, (problem.n, problem.d), "X")
    if problem.network.bias:
        rows = tuple((*row, flint.fmpq(1)) for row in rows)
    if problem.network.trained_output and output_weights is None:
        raise InvalidInstance("the output weights are trained; pass output_weights with one number per neuron")
    weights = problem.network.output_weights if output_weights is None else output_weights
    labels = problem.y if y is None else y
    known = y is not None or not any(label.free_symbols for label in problem.y)
    return Point(
        problem,
        first,
        rows,
        _row(labels, problem.n, "y") if known else None,
        _row(weights, problem.m, "output_weights"),
    )


def _table(numbers: Any, shape: tuple[int, int], name: str) -> tuple[tuple[Scalar, ...], ...]:
    numbers = listed(numbers, name)
    if len(numbers) != shape[0]:
        raise InvalidInstance(f"{name} has {len(numbers)} rows; pass shape {shape}")
    return tuple(_row(row, shape[1], f"{name}[{i}]") for i, row in enumerate(numbers))


def _row(numbers: Any, length: int, name: str) -> tuple[Scalar, ...]:
    numbers = listed(numbers, name)
    if len(numbers) != length:
        raise InvalidInstance(f"{name} has {len(numbers)} entries; pass {length}")
    return tuple(scalar(number, f"{name}[{k}]") for k, number in enumerate(numbers))


def jacobian_at(at: Point) -> list[list[Scalar]]:
    """The rows ∇f_i at a point."""
    problem = at.problem
    slopes = at.grid(along_z(problem.template.output))
    rows = [[slope * x for slope in slopes[i] for x in at.rows[i]] for i in range(problem.n)]
    if problem.network.trained_output:
        tails = at.grid(problem.template.output.diff(WEIGHT))
        rows = [row + tail for row, tail in zip(rows, tails, strict=True)]
    return rows

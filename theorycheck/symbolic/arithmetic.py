"""Numbers for templates: exact rationals where the activation is rational, balls of python-flint everywhere else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
import flint
import sympy
from sympy import Expr

from theorycheck.errors import InvalidInstance
from theorycheck.numbers import exact
from theorycheck.symbolic.structure import KAPPA, PHI, PREACTIVATION, SQUARED_NORM, WEIGHT, Problem, orders_in

PRECISION = 192  # bits of the balls: three times a double, so that cancellation in a trace still leaves a double
Scalar = Any  # flint.fmpq or flint.arb

_BALL_FUNCTIONS: dict[Any, Callable[[flint.arb], flint.arb]] = {
    sympy.exp: flint.arb.exp,
    sympy.log: flint.arb.log,
    sympy.sinh: flint.arb.sinh,
    sympy.cosh: flint.arb.cosh,
    sympy.tanh: flint.arb.tanh,
    sympy.coth: flint.arb.coth,
    sympy.sech: flint.arb.sech,
    sympy.csch: flint.arb.csch,
    sympy.sin: flint.arb.sin,
    sympy.cos: flint.arb.cos,
    sympy.tan: flint.arb.tan,
    sympy.cot: flint.arb.cot,
    sympy.sec: flint.arb.sec,
    sympy.csc: flint.arb.csc,
    sympy.atan: flint.arb.atan,
    sympy.asin: flint.arb.asin,
    sympy.acos: flint.arb.acos,
    sympy.asinh: flint.arb.asinh,
    sympy.acosh: flint.arb.acosh,
    sympy.atanh: flint.arb.atanh,
    sympy.erf: flint.arb.erf,
    sympy.erfc: flint.arb.erfc,
    sympy.erfinv: flint.arb.erfinv,
}


def value(expression: Expr, at: Mapping[Any, Scalar]) -> Scalar:
    """The value of an expression whose symbols have the values `at`: exact until a function or a root forces a ball.

    Args:
        expression: sums, products, powers, `Piecewise` and the elementary functions.
        at: a value for each symbol.

    Returns:
        An `fmpq` when only field operations on rationals were met, an `arb` otherwise.

    Raises:
        InvalidInstance: a division by zero, a function without a ball evaluation, or an undecided case distinction.
    """
    known = at.get(expression)
    if known is not None:
        return known
    if expression.is_Rational:
        return flint.fmpq(int(expression.p), int(expression.q))  # type: ignore[attr-defined]
    arguments = expression.args
    if expression.is_Add:
        return _sum(value(part, at) for part in arguments)  # type: ignore[arg-type]
    if expression.is_Mul:
        return _product(value(part, at) for part in arguments)  # type: ignore[arg-type]
    if expression.is_Pow:
        return _power(expression, at)
    if isinstance(expression, sympy.Piecewise):
        return _piecewise(expression, at)
    return _function(expression, at)


def _sum(parts: Any) -> Scalar:
    total = flint.fmpq(0)
    for part in parts:
        total = total + part
    return total


def _product(parts: Any) -> Scalar:
    total = flint.fmpq(1)
    for part in parts:
        total = total * part
    return total


def _power(expression: Expr, at: Mapping[Any, Scalar]) -> Scalar:
    base, exponent = expression.args
    left = value(base, at)  # type: ignore[arg-type]
    if exponent.is_Integer:
        if left == 0 and int(exponent) < 0:  # type: ignore[arg-type]
            raise InvalidInstance(f"{expression} divides by zero; the activation is not defined at this point")
        return left ** int(exponent)  # type: ignore[arg-type]
    right = value(exponent, at)  # type: ignore[arg-type]
    return flint.arb(left) ** flint.arb(right)


def _piecewise(expression: sympy.Piecewise, at: Mapping[Any, Scalar]) -> Scalar:
    for branch, condition in expression.args:  # type: ignore[misc]
        if _holds(condition, at):
            return value(branch, at)
    raise InvalidInstance(f"{expression} has no case for this point")


def _holds(condition: Any, at: Mapping[Any, Scalar]) -> bool:
    if condition in (sympy.true, sympy.false):
        return condition is sympy.true
    gap = value(condition.lhs, at) - value(condition.rhs, at)
    decided = {">": gap > 0, ">=": gap >= 0, "<": gap < 0, "<=": gap <= 0}[condition.rel_op]
    opposite = {">": gap <= 0, ">=": gap < 0, "<": gap >= 0, "<=": gap > 0}[condition.rel_op]
    if decided == opposite:
        raise InvalidInstance(f"whether {condition} holds cannot be decided at this point; move it off the kink")
    return bool(decided)


def _function(expression: Expr, at: Mapping[Any, Scalar]) -> Scalar:
    if expression is sympy.pi:
        return flint.arb.pi()
    if expression is sympy.E:
        return flint.arb(1).exp()
    if expression.func in (sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Heaviside):
        return _piecewise(expression.rewrite(sympy.Piecewise), at)  # type: ignore[arg-type]
    ball = _BALL_FUNCTIONS.get(expression.func)
    if ball is None:
        raise InvalidInstance(f"no ball evaluation for {expression.func}; write the activation with other functions")
    argument = value(expression.args[0], at)  # type: ignore[arg-type]
    return ball(flint.arb(argument))


def scalar(number: Any, where: str) -> Scalar:
    """A number as an `fmpq`; a ball stays a ball, a float counts as its exact binary value.

    Raises:
        InvalidInstance: it is not a number.
    """
    if isinstance(number, (flint.fmpq, flint.arb)):
        return number
    if isinstance(number, Expr):
        if number.free_symbols:
            raise InvalidInstance(f"{where} is the symbol {number}; pass numbers for X and y to evaluate")
        return value(number, {})
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


def total(parts: Iterable[Scalar]) -> Scalar:
    """The sum, exact zero when there is nothing to add."""
    return _sum(parts)


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
        return [_sum(entry * entry for entry in row) for row in self.rows]

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
        outputs = [_sum(row) for row in self.grid(self.problem.template.output)]
        return [output - label for output, label in zip(outputs, self.y, strict=True)]

    def grid(self, expression: Expr, extra: Callable[[int, int], dict[Expr, Scalar]] | None = None) -> list[list[Scalar]]:
        """A template's value at every (sample, neuron), shape (n, m)."""
        derivatives = {PHI[k]: self.problem.network.activation.expression(k) for k in orders_in(expression)}
        kappa = self.kappa

        def at(i: int, j: int) -> Scalar:
            z = {PREACTIVATION: self.preactivations[i][j]}
            symbols = {symbol: value(derivative, z) for symbol, derivative in derivatives.items()}
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
    if len(numbers) != shape[0]:
        raise InvalidInstance(f"{name} has {len(numbers)} rows; pass shape {shape}")
    return tuple(_row(row, shape[1], f"{name}[{i}]") for i, row in enumerate(numbers))


def _row(numbers: Any, length: int, name: str) -> tuple[Scalar, ...]:
    if len(numbers) != length:
        raise InvalidInstance(f"{name} has {len(numbers)} entries; pass {length}")
    return tuple(scalar(number, f"{name}[{k}]") for k, number in enumerate(numbers))

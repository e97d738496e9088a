r"""The Hessian trace F as a function on the zero-loss manifold: Riemannian gradient, Hessian and stationarity.

F and the outputs are sums over pairs of $T(z_{ij}, a_j)$ and $G(z_{ij}, a_j)$, so with multipliers $\alpha_i$ all of it
comes from the derivatives of $T - \alpha_i G$ in z and a.
"""

from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
import flint
import sympy
from sympy import Expr, ImmutableMatrix, Matrix, Symbol

from theorycheck.errors import InvalidInstance
from theorycheck.symbolic.arithmetic import PRECISION, Point, Scalar, jacobian_at, matrix, plain, point, scalar, total
from theorycheck.symbolic.latex import riemannian_gradient_latex, riemannian_hessian_latex
from theorycheck.symbolic.manifold import NormalSpace, Rows, gram, kernel, plain_rows
from theorycheck.symbolic.pivots import inverted
from theorycheck.symbolic.structure import (
    MULTIPLIER,
    SLOPE_A,
    SLOPE_Z,
    WEIGHT,
    Problem,
    along_z,
    dot,
)
from theorycheck.symbolic.terms import output_gradients


def multiplier_symbols(problem: Problem) -> tuple[Symbol, ...]:
    """The α_i, one a sample."""
    return tuple(Symbol(f"alpha_{i}", real=True) for i in range(1, problem.n + 1))


def sharpness_gradient(problem: Problem) -> tuple[Expr, ...]:
    """∇F, length p: neuron j's block is Σ_i T_z x_i, then Σ_i T_a for trained output weights."""
    slope = along_z(problem.template.sharpness)
    entries = []
    for j in range(problem.m):
        slopes = [problem.at_pair(slope, i, j) for i in range(problem.n)]
        entries += [dot(slopes, column) for column in zip(*problem.rows, strict=True)]
    if problem.network.trained_output:
        in_weight = problem.template.sharpness.diff(WEIGHT)
        entries += [sympy.Add(*(problem.at_pair(in_weight, i, j) for i in range(problem.n))) for j in range(problem.m)]
    return tuple(entries)


@attrs.frozen
class RiemannianGradient:
    r"""The gradient of F on the manifold, $\nabla F - \sum_i\alpha_i\nabla f_i$, and the system of its multipliers."""

    problem: Problem

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The multipliers' symbols, α_1 … α_n."""
        return multiplier_symbols(self.problem)

    @cached_property
    def system(self) -> tuple[ImmutableMatrix, ImmutableMatrix]:
        """K and b with K α = b: that the gradient is orthogonal to every ∇f_i."""
        gradient = sharpness_gradient(self.problem)
        right = ImmutableMatrix([[dot(row, gradient)] for row in output_gradients(self.problem)])
        return NormalSpace(self.problem).gram, right

    @cached_property
    def expression(self) -> ImmutableMatrix:
        """The gradient with the multipliers as symbols, shape (p, 1)."""
        rows = output_gradients(self.problem)
        columns = zip(sharpness_gradient(self.problem), zip(*rows, strict=True), strict=True)
        return ImmutableMatrix([[entry - dot(self.symbols, column)] for entry, column in columns])

    @cached_property
    def multipliers(self) -> tuple[Expr, ...]:
        """The multipliers written out by Cramer's rule, for at most four samples."""
        n = self.problem.n
        K, b = self.system
        names = Matrix(n, n, lambda i, k: Symbol(f"K_{min(i, k) + 1}{max(i, k) + 1}", real=True))
        inverse, _ = inverted(names)
        values = {names[i, k]: K[i, k] for i in range(n) for k in range(n)}
        return tuple(entry.xreplace(values) for entry in inverse * b)

    @cached_property
    def explicit(self) -> ImmutableMatrix:
        """The gradient with the multipliers written out, shape (p, 1)."""
        return self.expression.xreplace(dict(zip(self.symbols, self.multipliers, strict=True)))

    def latex(self) -> str:
        """With sums, for any sizes."""
        return riemannian_gradient_latex(self.problem)

    def multipliers_at(self, theta: Any, X: Any = None, output_weights: Any = None) -> tuple[Fraction | float, ...]:
        """The α_i at numbers; Fractions for a rational activation at rationals, else doubles.

        Args:
            theta: (m, d) numbers, (m, d + 1) with the biases last.
            X: (n, d) numbers, where the data are symbols.
            output_weights: (m,) numbers, where they are trained.

        Returns:
            n numbers.

        Raises:
            InvalidInstance: the constraint gradients are dependent there.
        """
        with flint.ctx.workprec(PRECISION):
            return tuple(plain(a) for a in multipliers_at(point(self.problem, theta, X, None, output_weights)))

    def evaluate(self, theta: Any, X: Any = None, output_weights: Any = None) -> tuple[Fraction | float, ...]:
        """The gradient at numbers, length p; arguments and errors as for `multipliers_at`."""
        with flint.ctx.workprec(PRECISION):
            at = point(self.problem, theta, X, None, output_weights)
            rows, gradient = jacobian_at(at), _sharpness_gradient_at(at)
            alphas = multipliers_at(at)
            columns = zip(gradient, zip(*rows, strict=True), strict=True)
            return tuple(plain(entry - _inner(alphas, column)) for entry, column in columns)


def _inner(left: Any, right: Any) -> Scalar:
    return total(a * b for a, b in zip(left, right, strict=True))


def _sharpness_gradient_at(at: Point) -> list[Scalar]:
    problem = at.problem
    slopes = at.grid(along_z(problem.template.sharpness))
    columns = list(zip(*at.rows, strict=True))
    gradient = [_inner([row[j] for row in slopes], column) for j in range(problem.m) for column in columns]
    if problem.network.trained_output:
        in_weight = at.grid(problem.template.sharpness.diff(WEIGHT))
        gradient += [total(row[j] for row in in_weight) for j in range(problem.m)]
    return gradient


def multipliers_at(at: Point) -> list[Scalar]:
    """The solution of K α = b at a point.

    Raises:
        InvalidInstance: K is singular there, or its balls are too wide to tell.
    """
    rows, gradient = jacobian_at(at), _sharpness_gradient_at(at)
    left, right = gram(rows), matrix([[_inner(row, gradient)] for row in rows])
    if isinstance(left, flint.arb_mat) != isinstance(right, flint.arb_mat):
        left, right = flint.arb_mat(left), flint.arb_mat(right)
    try:
        return [row[0] for row in left.solve(right).tolist()]
    except ZeroDivisionError:
        raise InvalidInstance(
            "the constraint gradients are dependent at this point, so the zero-loss manifold may be singular there; "
            "pass independent samples and a point where no neuron is flat"
        ) from None


@attrs.frozen
class RiemannianHessian:
    r"""The Hessian of F on the manifold as a quadratic form in a tangent direction v.

    $\operatorname{Hess}(v,v) = \sum_{ij}\partial^2(T-\alpha_iG)[(s_{ij},b_j)]^2$ with $s_{ij} = v_j\cdot x_i$ and $b_j$
    the change of the output weight, zero where it is fixed.
    """

    problem: Problem

    @cached_property
    def form(self) -> Any:
        """One pair's quadratic form in s and b, in the template's symbols."""
        lagrangian = self.problem.template.sharpness - MULTIPLIER * self.problem.template.output
        slope = along_z(lagrangian)
        in_z = along_z(slope) * SLOPE_Z**2
        if not self.problem.network.trained_output:
            return sympy.expand(in_z)
        mixed = 2 * slope.diff(WEIGHT) * SLOPE_Z * SLOPE_A
        return sympy.expand(in_z + mixed + lagrangian.diff(WEIGHT, 2) * SLOPE_A**2)

    @cached_property
    def direction(self) -> tuple[Symbol, ...]:
        """The direction's symbols in the order of the parameters, named after them."""
        return tuple(Symbol(f"v_{parameter.name}", real=True) for parameter in self.problem.parameters)

    @cached_property
    def expression(self) -> Expr:
        """The quadratic form in the direction's symbols and the multipliers' symbols."""
        problem, alphas = self.problem, multiplier_symbols(self.problem)
        width = len(problem.theta[0])
        tail = self.direction[problem.m * width :] or (sympy.S.Zero,) * problem.m
        terms = []
        for i, j in problem.pairs:
            along = dot(problem.rows[i], self.direction[j * width : (j + 1) * width])
            extra: dict[Expr, Expr] = {MULTIPLIER: alphas[i], SLOPE_Z: along, SLOPE_A: tail[j]}
            terms.append(problem.at_pair(self.form, i, j, extra))
        return sympy.Add(*terms)

    def latex(self) -> str:
        """With sums, for any sizes."""
        return riemannian_hessian_latex(self.problem, self.form)

    def evaluate(self, theta: Any, direction: Any, X: Any = None, output_weights: Any = None) -> Fraction | float:
        """Hess(v, v) at numbers, for v as long as it is given; divide by |v|² for the curvature along it.

        Args:
            theta: (m, d) numbers, (m, d + 1) with the biases last.
            direction: p numbers in the order of the parameters, tangent to the manifold at theta.
            X: (n, d) numbers, where the data are symbols.
            output_weights: (m,) numbers, where they are trained.

        Returns:
            A Fraction for a rational activation at rationals, else a double.

        Raises:
            InvalidInstance: the direction has another length or is not tangent.
        """
        with flint.ctx.workprec(PRECISION):
            at = point(self.problem, theta, X, None, output_weights)
            vector = [scalar(number, f"direction[{k}]") for k, number in enumerate(direction)]
            _check_tangent(at, vector)
            return plain(self._bilinear(at, multipliers_at(at), [vector])[0][0])

    def on_basis(self, theta: Any, X: Any = None, output_weights: Any = None) -> tuple[Rows, Rows, Rows]:
        """An exact tangent basis as rows, the form's matrix on it, and the basis's Gram matrix.

        Args:
            theta: (m, d) numbers, (m, d + 1) with the biases last.
            X: (n, d) numbers, where the data are symbols.
            output_weights: (m,) numbers, where they are trained.

        Returns:
            Basis (k, p), form (k, k) and Gram matrix (k, k), all Fractions.
        """
        at = point(self.problem, theta, X, None, output_weights)
        basis = kernel(jacobian_at(at))
        form = self._bilinear(at, multipliers_at(at), basis)
        inner = [[_inner(left, right) for right in basis] for left in basis]
        return plain_rows(basis), plain_rows(form), plain_rows(inner)

    def _bilinear(self, at: Point, alphas: list[Scalar], vectors: list[list[Scalar]]) -> list[list[Scalar]]:
        def grid(expression: Expr) -> list[list[Scalar]]:
            return at.grid(expression, lambda i, _: {MULTIPLIER: alphas[i]})

        square, mixed, weights = (grid(self.form.coeff(SLOPE_Z, k).coeff(SLOPE_A, 2 - k)) for k in (2, 1, 0))
        moved = [_moved(at, vector) for vector in vectors]
        half = flint.fmpq(1, 2)

        def entry(left: tuple, right: tuple) -> Scalar:
            (s, b), (t, c) = left, right
            return total(
                square[i][j] * s[i][j] * t[i][j]
                + half * mixed[i][j] * (s[i][j] * c[j] + t[i][j] * b[j])
                + weights[i][j] * b[j] * c[j]
                for i, j in at.problem.pairs
            )

        return [[entry(left, right) for right in moved] for left in moved]


def _moved(at: Point, vector: list[Scalar]) -> tuple[list[list[Scalar]], list[Scalar]]:
    """How far every z_ij and every output weight moves along a direction."""
    width, m = len(at.rows[0]), at.problem.m
    blocks = [vector[j * width : (j + 1) * width] for j in range(m)]
    s = [[_inner(row, block) for block in blocks] for row in at.rows]
    return s, vector[m * width :] or [flint.fmpq(0)] * m


def _check_tangent(at: Point, vector: list[Scalar]) -> None:
    p = len(at.problem.parameters)
    if len(vector) != p:
        raise InvalidInstance(f"direction has {len(vector)} entries; pass {p}, one per parameter")
    for i, row in enumerate(jacobian_at(at)):
        change = _inner(row, vector)
        size = total(abs(a * b) for a, b in zip(row, vector, strict=True))
        # doubles given as a direction are tangent up to their rounding; rationals have to be exactly so
        if not (change == 0 or (isinstance(change, flint.arb) and abs(change) < size * flint.fmpq(1, 2**30))):
            raise InvalidInstance(f"direction is not tangent: output {i + 1} changes by {float(change):.3g} along it")

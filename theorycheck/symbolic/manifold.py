r"""The zero-loss manifold $M = \{f_i = y_i\}$: Jacobian, tangent and normal space.

Sample i's gradient has the block $c_{ij} x_i$, $c_{ij} = a_j\varphi'(z_{ij})$, for neuron j. Where $n$ columns of $X$
form an invertible block, the first neuron's weights in those columns can be solved for, which gives a tangent basis
with one vector for each other parameter and at most $n + 1$ nonzero entries in it.
"""

from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
import flint
import sympy
from sympy import Expr, ImmutableMatrix, ImmutableSparseMatrix

from theorycheck.errors import InvalidInstance
from theorycheck.symbolic.arithmetic import PRECISION, Scalar, jacobian_at, matrix, plain, point
from theorycheck.symbolic.latex import jacobian_latex, normal_latex, tangent_latex
from theorycheck.symbolic.pivots import Pivots, first_neuron_pivots, generic_pivots
from theorycheck.symbolic.structure import Problem
from theorycheck.symbolic.terms import output_gradients

Rows = tuple[tuple[Fraction | float, ...], ...]


@attrs.frozen
class Jacobian:
    """The outputs' Jacobian, shape (n, p), in the order of `problem.parameters`."""

    problem: Problem

    @cached_property
    def expression(self) -> ImmutableMatrix:
        """The rows are the gradients of the outputs."""
        return ImmutableMatrix(output_gradients(self.problem))

    def latex(self) -> str:
        """One block a neuron."""
        return jacobian_latex(self.problem)

    def evaluate(self, theta: Any, X: Any = None, output_weights: Any = None) -> Rows:
        """The Jacobian at numbers: Fractions for a rational activation at rationals, else doubles.

        Args:
            theta: (m, d) numbers, (m, d + 1) with the biases last.
            X: (n, d) numbers, where the data are symbols.
            output_weights: (m,) numbers, where they are trained.

        Returns:
            The n rows.
        """
        with flint.ctx.workprec(PRECISION):
            return plain_rows(jacobian_at(point(self.problem, theta, X, None, output_weights)))


def plain_rows(rows: Any) -> Rows:
    """Fractions or doubles for flint numbers."""
    return tuple(tuple(plain(entry) for entry in row) for row in rows)


@attrs.frozen
class NormalSpace:
    """The span of the outputs' gradients, with its Gram matrix K = J Jᵀ."""

    problem: Problem

    @cached_property
    def basis(self) -> ImmutableMatrix:
        """The gradients as columns, shape (p, n)."""
        return ImmutableMatrix(output_gradients(self.problem)).T

    @cached_property
    def gram(self) -> ImmutableMatrix:
        r"""$K_{ik} = x_i\cdot x_k\sum_j c_{ij}c_{kj}$, plus $\sum_j\varphi_{ij}\varphi_{kj}$ for trained a_j."""
        rows = output_gradients(self.problem)
        return ImmutableMatrix([[_inner(left, right) for right in rows] for left in rows])

    def latex(self) -> str:
        """The basis and its Gram matrix."""
        return normal_latex(self.problem)

    def gram_at(self, theta: Any, X: Any = None, output_weights: Any = None) -> Rows:
        """K at numbers; the constraints are independent exactly where it is invertible."""
        with flint.ctx.workprec(PRECISION):
            return plain_rows(gram(jacobian_at(point(self.problem, theta, X, None, output_weights))).tolist())


def _inner(left: tuple[Expr, ...], right: tuple[Expr, ...]) -> Expr:
    return sympy.Add(*(a * b for a, b in zip(left, right, strict=True)))


def gram(rows: list[list[Scalar]]) -> Any:
    """J Jᵀ as a flint matrix."""
    jacobian = matrix(rows)
    return jacobian * jacobian.transpose()


@attrs.frozen
class TangentSpace:
    """The kernel of the Jacobian: a basis for generic parameters, and an exact one at a rational point.

    The basis holds wherever `condition` is not zero. `rank` is that of the Jacobian at generic parameters.
    """

    problem: Problem

    @cached_property
    def _pivots(self) -> Pivots:
        return first_neuron_pivots(self.problem) or generic_pivots(self.problem)

    @property
    def rank(self) -> int:
        """The codimension of the manifold at generic parameters: n where the gradients are independent."""
        return len(self._pivots.columns)

    @property
    def dimension(self) -> int:
        """The number of parameters minus the rank."""
        return len(self.problem.parameters) - self.rank

    @property
    def condition(self) -> Expr:
        """The determinant of the pivot block; the basis is valid where it is not zero."""
        return self._pivots.determinant

    @cached_property
    def basis(self) -> ImmutableSparseMatrix:
        """The basis as columns, shape (p, dimension)."""
        pivots = self._pivots
        free = [column for column in range(len(self.problem.parameters)) if column not in pivots.columns]
        entries: dict[tuple[int, int], Expr] = {}
        for position, column in enumerate(free):
            entries[column, position] = sympy.S.One
            for row, pivot in zip(pivots.solve(column), pivots.columns, strict=True):
                entries[pivot, position] = -row
        return ImmutableSparseMatrix(len(self.problem.parameters), len(free), entries)

    def latex(self) -> str:
        """The equations of the space and its dimension."""
        return tangent_latex(self.problem, self.rank)

    def at(self, theta: Any, X: Any = None, output_weights: Any = None) -> Rows:
        """An exact basis at a rational point, as rows, by row reduction; right at singular points as well.

        Args:
            theta: (m, d) numbers, (m, d + 1) with the biases last.
            X: (n, d) numbers, where the data are symbols.
            output_weights: (m,) numbers, where they are trained.

        Returns:
            The basis vectors as rows of length p.

        Raises:
            InvalidInstance: the activation takes irrational values there, so that no rank is exact.
        """
        rows = jacobian_at(point(self.problem, theta, X, None, output_weights))
        return plain_rows(kernel(rows))


def kernel(rows: list[list[Scalar]]) -> list[list[flint.fmpq]]:
    """A basis of the kernel of a rational matrix, as rows.

    Raises:
        InvalidInstance: an entry is not rational.
    """
    reduced = matrix(rows)
    if not isinstance(reduced, flint.fmpq_mat):
        raise InvalidInstance("the Jacobian is not rational here; pass a rational activation, or use .basis")
    reduced, rank = reduced.rref()
    width = reduced.ncols()
    pivots = [next(column for column in range(width) if reduced[row, column] != 0) for row in range(rank)]
    basis = []
    for free in sorted(set(range(width)) - set(pivots)):
        vector = [flint.fmpq(0)] * width
        vector[free] = flint.fmpq(1)
        for row, pivot in enumerate(pivots):
            vector[pivot] = -reduced[row, free]
        basis.append(vector)
    return basis

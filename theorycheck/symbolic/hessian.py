"""Loss, gradient and Hessian trace of a two-layer network, built pair by pair."""

from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
import flint
import sympy
from sympy import Expr, ImmutableMatrix

from theorycheck.symbolic.arithmetic import PRECISION, Scalar, plain, point, total
from theorycheck.symbolic.latex import gradient_latex, loss_latex, trace_latex
from theorycheck.symbolic.steps import Proof
from theorycheck.symbolic.structure import Problem, Template
from theorycheck.symbolic.substitution import total_of
from theorycheck.symbolic.terms import (
    loss_expression,
    output_gradients,
    residual_cofactors,
    residual_expression,
    sharpness_expression,
)
from theorycheck.symbolic.trace_proof import prove_trace


@attrs.frozen
class SymbolicLoss:
    """The training loss as an expression in the parameters."""

    problem: Problem

    @cached_property
    def expression(self) -> Expr:
        """The loss, written out."""
        return loss_expression(self.problem)

    def latex(self) -> str:
        """With sums, for any sizes."""
        return loss_latex(self.problem)

    def evaluate(self, theta: Any, X: Any = None, y: Any = None, output_weights: Any = None) -> Fraction | float:
        """The loss at numbers: a Fraction for a rational activation at rationals, else a double.

        Args:
            theta: (m, d) numbers.
            X: (n, d) numbers, where the data are symbols.
            y: (n,) numbers, where the labels are symbols.
            output_weights: (m,) numbers, where they are trained.

        Returns:
            The value.
        """
        with flint.ctx.workprec(PRECISION):
            at = point(self.problem, theta, X, y, output_weights)
            return plain(at.kappa / 2 * total(r * r for r in at.residuals))


@attrs.frozen
class SymbolicGradient:
    """The gradient of the loss, shape (p, 1), in the order of `problem.parameters`."""

    problem: Problem

    @cached_property
    def expression(self) -> ImmutableMatrix:
        r"""$\partial_p L = \kappa\sum_i r_i\,\partial_p f_i$."""
        rows = output_gradients(self.problem)
        residuals = [self.problem.kappa * r for r in self.problem.residuals]
        columns = zip(*rows, strict=True)
        return ImmutableMatrix(
            [[sympy.Add(*(r * g for r, g in zip(residuals, column, strict=True)))] for column in columns]
        )

    def latex(self) -> str:
        """With sums, for any sizes."""
        return gradient_latex(self.problem)


@attrs.frozen
class HessianTrace:
    r"""The trace of the loss's Hessian, on and off the zero-loss manifold, with the proof that they agree there.

    $\operatorname{tr}\nabla^2 L = F(\theta) + \sum_i r_i c_i$ with $F = \kappa\sum_i\lVert\nabla f_i\rVert^2$ and
    $c_i = \kappa\operatorname{tr}\nabla^2 f_i$; the residuals $r_i$ vanish on the manifold.

    Attributes:
        problem: the network, the loss and the data.
        template: what every pair contributes; everything below, the proof too, is made from it.
    """

    problem: Problem
    template: Template

    @cached_property
    def on_manifold(self) -> Expr:
        """F, the trace where the loss is zero."""
        return sharpness_expression(self.problem, self.template)

    @cached_property
    def cofactors(self) -> tuple[Expr, ...]:
        """The c_i that multiply the residuals, length n."""
        return residual_cofactors(self.problem, self.template)

    @cached_property
    def residual_part(self) -> Expr:
        """The part that vanishes with the residuals."""
        return residual_expression(self.problem, self.template)

    @cached_property
    def expression(self) -> Expr:
        """The trace at every parameter, written out."""
        return total_of((self.on_manifold, self.residual_part))

    @cached_property
    def proof(self) -> Proof:
        """The steps from the loss to both expressions, each checked when this is asked for."""
        return prove_trace(self.problem, self.template)

    def latex(self, full: bool = False) -> str:
        """With sums for any sizes, or the whole expression written out."""
        return sympy.latex(self.expression) if full else trace_latex(self.problem, self.template)

    def evaluate(self, theta: Any, X: Any = None, y: Any = None, output_weights: Any = None) -> Fraction | float:
        """The trace at numbers: a Fraction for a rational activation at rationals, else the double next to a ball.

        Args:
            theta: (m, d) numbers, (m, d + 1) with the biases last.
            X: (n, d) numbers, where the data are symbols.
            y: (n,) numbers, where the labels are symbols.
            output_weights: (m,) numbers, where they are trained.

        Returns:
            The value off the manifold as well as on it.
        """
        with flint.ctx.workprec(PRECISION):
            return plain(self._value(theta, X, y, output_weights))

    def evaluate_on_manifold(self, theta: Any, X: Any = None, output_weights: Any = None) -> Fraction | float:
        """F at numbers; the labels do not enter.

        Args:
            theta: (m, d) numbers, (m, d + 1) with the biases last.
            X: (n, d) numbers, where the data are symbols.
            output_weights: (m,) numbers, where they are trained.

        Returns:
            The value.
        """
        with flint.ctx.workprec(PRECISION):
            at = point(self.problem, theta, X, None, output_weights)
            return plain(total(total(row) for row in at.grid(self.template.sharpness)))

    def enclose(self, theta: Any, X: Any = None, y: Any = None, output_weights: Any = None) -> flint.arb:
        """A ball that contains the trace; the arguments of `evaluate`, of which any may be balls."""
        with flint.ctx.workprec(PRECISION):
            return flint.arb(self._value(theta, X, y, output_weights))

    def _value(self, theta: Any, X: Any, y: Any, output_weights: Any) -> Scalar:
        at = point(self.problem, theta, X, y, output_weights)
        slopes, laplacian = at.grid(self.template.slopes), at.grid(self.template.laplacian)
        pairs = zip(at.residuals, slopes, laplacian, strict=True)
        return at.kappa * total(total(here) + r * total(there) for r, here, there in pairs)


def hessian_trace(problem: Problem) -> HessianTrace:
    """The Hessian trace with the template that differentiation gives."""
    return HessianTrace(problem, problem.template)

"""Whole expressions from templates: the loss, the outputs' gradients, and both parts of the Hessian trace."""

from sympy import Expr

from theorycheck.symbolic.structure import KAPPA, WEIGHT, Problem, Template, along_z
from theorycheck.symbolic.substitution import total_of


def loss_expression(problem: Problem) -> Expr:
    r"""$L = \frac{\kappa}{2}\sum_i r_i^2$, written out; $\kappa/2$ is the loss's normalisation."""
    return total_of(problem.kappa / 2 * residual**2 for residual in problem.residuals)


def output_gradients(problem: Problem) -> tuple[tuple[Expr, ...], ...]:
    """The rows ∇f_i, shape (n, p): neuron j's block is a_j φ'(z_ij) x_i, then φ(z_ij) for trained output weights."""
    slope = along_z(problem.template.output)
    in_weight = problem.template.output.diff(WEIGHT)
    rows = []
    for i in range(problem.n):
        slopes = [problem.at_pair(slope, i, j) for j in range(problem.m)]
        row = [slope * x for slope in slopes for x in problem.rows[i]]
        if problem.network.trained_output:
            row += [problem.at_pair(in_weight, i, j) for j in range(problem.m)]
        rows.append(tuple(row))
    return tuple(rows)


def sharpness_expression(problem: Problem, template: Template) -> Expr:
    r"""$F = \kappa\sum_i\lVert\nabla f_i\rVert^2$, written out."""
    return total_of(problem.at_pair(template.sharpness, i, j) for i, j in problem.pairs)


def residual_cofactors(problem: Problem, template: Template) -> tuple[Expr, ...]:
    r"""The $c_i = \kappa\operatorname{tr}\nabla^2 f_i$ that multiply the residuals in the Hessian trace, length n."""
    return problem.over_neurons(KAPPA * template.laplacian)


def residual_expression(problem: Problem, template: Template) -> Expr:
    """The part of the Hessian trace that vanishes with the residuals."""
    cofactors = residual_cofactors(problem, template)
    return total_of(r * c for r, c in zip(problem.residuals, cofactors, strict=True) if c != 0)

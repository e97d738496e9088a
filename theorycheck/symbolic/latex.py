"""LaTeX with sums over samples and neurons, so that one line serves every size."""

from fractions import Fraction

import sympy
from sympy import Expr, Symbol

from theorycheck.models.losses import Loss
from theorycheck.symbolic.structure import (
    KAPPA,
    MULTIPLIER,
    PHI,
    PREACTIVATION,
    SLOPE_A,
    SLOPE_Z,
    SQUARED_NORM,
    WEIGHT,
    Problem,
    Template,
    along_z,
    orders_in,
)

_PAIR = Symbol("z_{ij}", real=True)
_PLAIN = {
    MULTIPLIER: Symbol(r"\alpha_{i}", real=True),
    SLOPE_Z: Symbol("s_{ij}", real=True),
    SLOPE_A: Symbol("b_{j}", real=True),
}
OVER_BOTH = r"\sum_{i=1}^{n}\sum_{j=1}^{m} "


def term_latex(problem: Problem, expression: Expr) -> str:
    r"""A template for sample i and neuron j, with $z_{ij}$, $a_j$ and $\lVert x_i\rVert^2$ written out."""
    values: dict[Expr, Expr] = {
        PHI[k]: problem.network.activation.expression(k).xreplace({PREACTIVATION: _PAIR}) for k in orders_in(expression)
    }
    values |= _PLAIN | {SQUARED_NORM: Symbol(rf"\lVert {sample(problem)}\rVert^{{2}}"), WEIGHT: _weight(problem)}
    return sympy.latex(expression.xreplace(values))


def _weight(problem: Problem) -> Expr:
    unit = not problem.network.trained_output and all(weight == 1 for weight in problem.weights)
    return sympy.S.One if unit else Symbol("a_{j}", real=True)


def sample(problem: Problem) -> str:
    """A sample's name: with a bias it is the sample with a one appended."""
    return r"\tilde x_{i}" if problem.network.bias else "x_{i}"


def bracketed(text: str) -> str:
    """Brackets around a sum, so that a factor may stand before it."""
    return rf"\bigl[{text}\bigr]" if " + " in text or " - " in text else text


def kappa_latex(loss: Loss, half: bool = False) -> str:
    """κ (or κ/2) for n samples, read off the loss at one and two samples."""
    one, two = loss.kappa(1), loss.kappa(2)
    value = one / 2 if half else one
    if one == two:
        return "" if value == 1 else sympy.latex(sympy.Rational(value.numerator, value.denominator))
    return _fraction_over_n(value)


def _fraction_over_n(value: Fraction) -> str:
    below = "n" if value.denominator == 1 else f"{value.denominator}n"
    return rf"\frac{{{value.numerator}}}{{{below}}}"


def residual_latex(problem: Problem) -> str:
    """What r_i stands for."""
    output = term_latex(problem, problem.template.output)
    z = rf"z_{{ij}} = \theta_{{j}}\cdot {sample(problem)}"
    return rf"r_{{i}} = \sum_{{j=1}}^{{m}} {bracketed(output)} - y_{{i}},\quad {z}"


def loss_latex(problem: Problem) -> str:
    """The loss with its normalisation."""
    return (
        rf"L = {kappa_latex(problem.loss, half=True)}\sum_{{i=1}}^{{n}} r_{{i}}^{{2}},\quad {residual_latex(problem)}"
    )


def gradient_latex(problem: Problem) -> str:
    """The gradient, one block a neuron."""
    slope = bracketed(term_latex(problem, along_z(problem.template.output)))
    front = rf"{kappa_latex(problem.loss)}\sum_{{i=1}}^{{n}} r_{{i}}\,"
    lines = [rf"\nabla_{{\theta_{{j}}}} L = {front}{slope}\,{sample(problem)}"]
    if problem.network.trained_output:
        inner = bracketed(term_latex(problem, problem.template.output.diff(WEIGHT)))
        lines.append(rf"\partial_{{a_{{j}}}} L = {front}{inner}")
    return r",\quad ".join([*lines, residual_latex(problem)])


def trace_latex(problem: Problem, template: Template) -> str:
    """The Hessian trace: its value on the manifold, then the part that vanishes with the residuals."""
    kappa = kappa_latex(problem.loss)
    slopes = bracketed(term_latex(problem, template.slopes))
    laplacian = bracketed(term_latex(problem, template.laplacian))
    on_manifold = rf"{kappa}{OVER_BOTH}{slopes}"
    residual = rf"{kappa}\sum_{{i=1}}^{{n}} r_{{i}}\sum_{{j=1}}^{{m}} {laplacian}"
    return rf"\operatorname{{tr}}\nabla^2 L = {on_manifold} + {residual},\quad {residual_latex(problem)}"


def jacobian_latex(problem: Problem) -> str:
    """The rows of the Jacobian, one block a neuron."""
    slope = bracketed(term_latex(problem, along_z(problem.template.output)))
    lines = [rf"\nabla_{{\theta_{{j}}}} f_{{i}} = {slope}\,{sample(problem)}"]
    if problem.network.trained_output:
        lines.append(rf"\partial_{{a_{{j}}}} f_{{i}} = {term_latex(problem, problem.template.output.diff(WEIGHT))}")
    return r",\quad ".join([*lines, rf"z_{{ij}} = \theta_{{j}}\cdot {sample(problem)}"])


def normal_latex(problem: Problem) -> str:
    """The normal space and its Gram matrix."""
    gram = r"K_{ik} = \nabla f_{i}\cdot\nabla f_{k}"
    span = r"N_\theta M = \operatorname{span}\{\nabla f_1,\dots,\nabla f_n\}"
    return rf"{span},\quad {gram},\quad {jacobian_latex(problem)}"


def tangent_latex(problem: Problem, rank: int) -> str:
    """The equations of the tangent space, and its dimension."""
    slope = bracketed(term_latex(problem, along_z(problem.template.output)))
    inner = rf"{slope}\,v_{{j}}\cdot {sample(problem)}"
    if problem.network.trained_output:
        inner = (
            rf"\bigl({inner} + b_{{j}}\,{bracketed(term_latex(problem, problem.template.output.diff(WEIGHT)))}\bigr)"
        )
    p = len(problem.parameters)
    equations = rf"\sum_{{j=1}}^{{m}} {inner} = 0\ (i = 1,\dots,n)"
    return rf"T_\theta M = \{{v : {equations}\}},\quad \dim T_\theta M = {p} - {rank} = {p - rank}"


def lagrangian_slope(template: Template) -> Expr:
    """The derivative in z of one pair's term of F minus α times its term of the output."""
    return along_z(template.sharpness) - MULTIPLIER * along_z(template.output)


def riemannian_gradient_latex(problem: Problem) -> str:
    """The gradient on the manifold with its multipliers (κ in numbers of this problem)."""
    slope = _with_kappa(problem, lagrangian_slope(problem.template))
    lines = [rf"\nabla_{{M,\theta_{{j}}}} F = \sum_{{i=1}}^{{n}} {slope}\,{sample(problem)}"]
    if problem.network.trained_output:
        template = problem.template
        inner = _with_kappa(problem, template.sharpness.diff(WEIGHT) - MULTIPLIER * template.output.diff(WEIGHT))
        lines.append(rf"\nabla_{{M,a_{{j}}}} F = \sum_{{i=1}}^{{n}} {inner}")
    system = r"\sum_{k=1}^{n} (\nabla f_{i}\cdot\nabla f_{k})\,\alpha_{k} = \nabla f_{i}\cdot\nabla F"
    return r",\quad ".join([*lines, system])


def _with_kappa(problem: Problem, expression: Expr) -> str:
    return bracketed(term_latex(problem, sympy.expand(expression).xreplace({KAPPA: problem.kappa})))


def riemannian_hessian_latex(problem: Problem, form: Expr) -> str:
    """The Hessian on the manifold along a tangent direction."""
    directions = rf"s_{{ij}} = v_{{j}}\cdot {sample(problem)}"
    body = _with_kappa(problem, form)
    return rf"\operatorname{{Hess}} F(v,v) = {OVER_BOTH}{body},\quad {directions},\quad v\in T_\theta M"


def stationarity_latex(problem: Problem, cofactor: Expr) -> str:
    """What stationarity says for every pair when the samples are independent."""
    slope = term_latex(problem, PHI[1])
    inner = _with_kappa(problem, cofactor)
    return rf"\bigl({slope}\bigr)\,{inner} = 0\quad\text{{for all }} i, j"

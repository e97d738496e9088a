r"""The proof that the Hessian traces on and off the zero-loss manifold agree modulo the residuals.

Claimed, for all n, m, d, every activation and all four losses:
$\operatorname{tr}\nabla^2 L - \kappa\sum_i\lVert\nabla f_i\rVert^2 = \sum_i r_i\,\kappa\operatorname{tr}\nabla^2 f_i$,
with both sums over pairs as the templates say. Structure discharges it for all sizes, expansion again for small ones.
"""

from typing import Any

import attrs
import sympy
from sympy import Expr

from theorycheck.symbolic.steps import (
    CALCULUS,
    EXPANSION,
    STRUCTURE,
    AbstractNetwork,
    AbstractPhi,
    Proof,
    Step,
    fresh,
    vanishes,
)
from theorycheck.symbolic.structure import KAPPA, PHI, PREACTIVATION, SQUARED_NORM, WEIGHT, Problem, Template
from theorycheck.symbolic.terms import loss_expression, residual_expression, sharpness_expression

SMALL = 2  # samples, neurons and inputs that the expansion keeps at most


def prove_trace(problem: Problem, template: Template) -> Proof:
    """Discharges every step for the templates at hand; a wrong template leaves steps that are not discharged.

    Args:
        problem: the network, the loss and the data.
        template: what the traces are built from.

    Returns:
        The steps, in order.
    """
    trained = problem.network.trained_output
    return Proof(
        (
            derivatives_step(problem.network.activation, 2),
            _one_sample(),
            _one_neuron(template),
            *_first_layer(template),
            _output_weight(template, trained),
            _collected(template),
            _expanded(problem, template),
        )
    )


def derivatives_step(activation: Any, orders: int) -> Step:
    """That the activation's stated derivatives are derivatives of one another."""
    gaps = (activation.expression(k).diff(PREACTIVATION) - activation.expression(k + 1) for k in range(orders))
    statement = r"\tfrac{d}{dz}\varphi^{(k)} = \varphi^{(k+1)}, \quad k < " + str(orders)
    if activation.expression(0).has(sympy.Piecewise):
        statement += r"\quad\text{away from the kinks}"
    return Step("derivatives of the activation", statement, CALCULUS, all(vanishes(gap) for gap in gaps))


def _one_sample() -> Step:
    t, y = fresh("t"), fresh("y")
    f = sympy.Function("f")(t)
    direct = (KAPPA / 2 * (f - y) ** 2).diff(t, 2)
    claimed = KAPPA * f.diff(t) ** 2 + KAPPA * (f - y) * f.diff(t, 2)
    statement = r"\partial_t^2\,\tfrac{\kappa}{2}(f-y)^2 = \kappa(\partial_t f)^2 + \kappa(f-y)\,\partial_t^2 f"
    return Step("chain rule of one sample", statement, STRUCTURE, vanishes(direct - claimed))


def _abstract(expression: Any, z: Expr) -> Any:
    return expression.xreplace({PHI[k]: AbstractPhi(sympy.Integer(k), z) for k in range(len(PHI))})


def _one_neuron(template: Template) -> Step:
    """The stated output is a φ(z)."""
    z = fresh("z")
    gap = _abstract(template.output, z) - WEIGHT * AbstractPhi(sympy.S.Zero, z)
    return Step("output of one neuron", r"f(x_i) = \sum_j a_j\,\varphi(z_{ij})", STRUCTURE, vanishes(gap))


def _first_layer(template: Template) -> tuple[Step, Step]:
    """One more input adds (∂f)² and ∂²f for its parameter t: induction on the number of inputs."""
    t, x, rest, others = (fresh(name) for name in ("t", "x", "c", "e"))
    z = t * x + rest  # the other inputs and the other neurons do not depend on this parameter
    f = WEIGHT * AbstractPhi(sympy.S.Zero, z) + others
    added = {SQUARED_NORM: SQUARED_NORM + x**2}
    slopes = _abstract(template.slopes.xreplace(added) - template.slopes, z) - f.diff(t) ** 2
    laplacian = _abstract(template.laplacian.xreplace(added) - template.laplacian, z) - f.diff(t, 2)
    return (
        Step(
            "squared slopes, input by input",
            r"\sum_k (\partial_{\theta_{jk}} f_i)^2 = a_j^2\,\varphi'(z_{ij})^2\,\lVert x_i\rVert^2",
            STRUCTURE,
            vanishes(slopes),
        ),
        Step(
            "second derivatives, input by input",
            r"\sum_k \partial_{\theta_{jk}}^2 f_i = a_j\,\varphi''(z_{ij})\,\lVert x_i\rVert^2",
            STRUCTURE,
            vanishes(laplacian),
        ),
    )


def _output_weight(template: Template, trained: bool) -> Step:
    """The start of the induction: with no inputs only the output weight is left."""
    z, others = fresh("z"), fresh("e")
    f = WEIGHT * AbstractPhi(sympy.S.Zero, z) + others
    slope, second = (f.diff(WEIGHT), f.diff(WEIGHT, 2)) if trained else (sympy.S.Zero, sympy.S.Zero)
    gaps = (
        _abstract(template.slopes.xreplace({SQUARED_NORM: sympy.S.Zero}), z) - slope**2,
        _abstract(template.laplacian.xreplace({SQUARED_NORM: sympy.S.Zero}), z) - second,
    )
    statement = (
        r"(\partial_{a_j} f_i)^2 = \varphi(z_{ij})^2,\ \partial_{a_j}^2 f_i = 0" if trained else r"a_j \text{ fixed}"
    )
    return Step("output weights", statement, STRUCTURE, all(vanishes(gap) for gap in gaps))


def _collected(template: Template) -> Step:
    """With the previous steps: the difference is the residual times an explicit cofactor, zero where r = 0."""
    r = fresh("r")
    pair = KAPPA * template.slopes + KAPPA * r * template.laplacian
    difference = pair - template.sharpness
    quotient, remainder = sympy.div(sympy.expand(difference), r, r)
    statement = (
        r"\operatorname{tr}\nabla^2 L - \kappa\sum_i\lVert\nabla f_i\rVert^2"
        r" = \sum_i r_i\,\bigl(\kappa\sum_j \operatorname{tr}\nabla^2 f_{ij}\bigr) \in (r_1,\dots,r_n)"
    )
    gaps = (remainder, quotient - KAPPA * template.laplacian)
    return Step("membership in the ideal of the residuals", statement, STRUCTURE, all(vanishes(gap) for gap in gaps))


def _expanded(problem: Problem, template: Template) -> Step:
    """The loss itself, differentiated twice in each parameter, for an abstract activation and symbolic data."""
    small = smaller(problem)
    direct = loss_expression(small)
    second = sympy.Add(*(direct.diff(parameter, 2) for parameter in small.parameters))
    gap = second - sharpness_expression(small, template) - residual_expression(small, template)
    statement = rf"\sum_p \partial_p^2 L = \text{{the expression}}, \quad n = {small.n},\ m = {small.m},\ d = {small.d}"
    return Step("second derivatives multiplied out", statement, EXPANSION, _expands_to_zero(gap))


def _expands_to_zero(gap: Expr) -> bool:
    # no simplification here: polynomials in the abstract φ's values are zero exactly when they expand to zero
    return sympy.expand(gap) == 0


def smaller(problem: Problem) -> Problem:
    """The same kind of problem with at most two samples, neurons and inputs, symbolic data and abstract activation."""
    m, n, d = (min(SMALL, size) for size in (problem.m, problem.n, problem.d))
    net = problem.network
    weights = tuple(net.output_weights)[:m]
    rows = tuple(tuple(fresh(f"x_{i}{k}") for k in range(1, d + 1)) for i in range(1, n + 1))
    labels = tuple(fresh(f"y_{i}") for i in range(1, n + 1))
    return attrs.evolve(problem, network=AbstractNetwork(m, weights, net.trained_output, net.bias), X=rows, y=labels)

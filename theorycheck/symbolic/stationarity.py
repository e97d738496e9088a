"""First-order stationarity of the Hessian trace on the zero-loss manifold, pair by pair."""

from functools import cached_property
from typing import Any

import attrs
import sympy
from sympy import Expr, ImmutableMatrix

from theorycheck.symbolic.curvature import RiemannianGradient, multiplier_symbols
from theorycheck.symbolic.latex import lagrangian_slope, stationarity_latex
from theorycheck.symbolic.pivots import independent_columns
from theorycheck.symbolic.steps import STRUCTURE, AbstractPhi, Proof, Step, fresh, vanishes
from theorycheck.symbolic.structure import KAPPA, MULTIPLIER, PHI, SQUARED_NORM, WEIGHT, Problem


@attrs.frozen
class Stationarity:
    r"""Stationary points of F on the manifold: $\sum_i e_{ij} x_i = 0$ for each j, $e_{ij} = \varphi'(z_{ij})q_{ij}$.

    Where the samples are independent every $e_{ij}$ is zero, and where $\varphi'$ has no zero every $q_{ij}$ is. With
    fixed output weights $q_{ij} = a_j(2\kappa w_i a_j\varphi''(z_{ij}) - \alpha_i)$: the matrix $a_j\varphi''(z_{ij})$
    has equal columns.
    """

    problem: Problem

    @cached_property
    def cofactor(self) -> Expr:
        """The template of q, with φ' divided out."""
        return sympy.expand(sympy.cancel(sympy.expand(lagrangian_slope(self.problem.template)) / PHI[1]))

    @cached_property
    def equations(self) -> ImmutableMatrix:
        """All p equations, to be set to zero, with the multipliers as symbols."""
        return RiemannianGradient(self.problem).expression

    @cached_property
    def pairs(self) -> ImmutableMatrix:
        """The q_ij, shape (n, m), with the multipliers as symbols."""
        problem, alphas = self.problem, multiplier_symbols(self.problem)
        entries = [
            [problem.at_pair(self.cofactor, i, j, {MULTIPLIER: alphas[i]}) for j in range(problem.m)]
            for i in range(problem.n)
        ]
        return ImmutableMatrix(entries)

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """What the reduction to pairs needs and does not prove; empty only where nothing is left to ask."""
        columns = independent_columns(self.problem)
        flat = "phi'(z) has no zero at the preactivations"
        if columns is None:
            return ("the samples are linearly independent (false or not shown for these data)", flat)
        symbolic = any(entry.free_symbols for row in self.problem.X for entry in row)
        return ("the samples are linearly independent", flat) if symbolic else (flat,)

    @cached_property
    def proof(self) -> Proof:
        """The chain rule, the factor φ', and the form of q."""
        template = self.problem.template
        t, x, rest = fresh("t"), fresh("x"), fresh("c")
        z = t * x + rest
        phi = {PHI[k]: AbstractPhi(sympy.Integer(k), z) for k in range(len(PHI))}
        lagrangian: Any = (template.sharpness - MULTIPLIER * template.output).xreplace(phi)
        slope = lagrangian_slope(template)
        chain = lagrangian.diff(t) - x * slope.xreplace(phi)
        form = WEIGHT * (2 * KAPPA * SQUARED_NORM * WEIGHT * PHI[2] - MULTIPLIER)
        if self.problem.network.trained_output:
            form += 2 * KAPPA * PHI[0]
        return Proof(
            (
                Step(
                    "chain rule",
                    r"\partial_{\theta_{jk}}(F - \sum_i\alpha_i f_i) = \sum_i e_{ij} x_{ik}",
                    STRUCTURE,
                    vanishes(chain),
                ),
                Step(
                    "common factor",
                    r"e_{ij} = \varphi'(z_{ij})\,q_{ij}",
                    STRUCTURE,
                    vanishes(slope - PHI[1] * self.cofactor),
                ),
                Step("cofactor", f"q_{{ij}} = {sympy.latex(form)}", STRUCTURE, vanishes(self.cofactor - form)),
            )
        )

    def latex(self) -> str:
        """The condition for each pair."""
        return stationarity_latex(self.problem, self.cofactor)

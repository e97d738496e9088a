r"""The Schatten form of the penalty, and the dimension of the set of parameters that give one output."""

from functools import cached_property
from typing import Any

import attrs
import sympy
from sympy import Expr, Symbol

from theorycheck.symbolic.features import CLASSES, DEPTH, POWER, REG
from theorycheck.symbolic.steps import CALCULUS, Proof, Step, vanishes

FACTORS = Symbol("k", positive=True, integer=True)
SINGULAR: Any = sympy.IndexedBase("sigma", positive=True)
INDEX = Symbol("j", positive=True, integer=True)
RANK = Symbol("r", positive=True, integer=True)
WIDTH = Symbol("d", positive=True, integer=True)


@attrs.frozen
class SchattenForm:
    r"""$\min\{\sum_i\|W_i\|^2 : W_k\cdots W_1 = X\} = k\sum_j\sigma_j(X)^{2/k}$, for inner widths of at least rank X.

    Attained by balanced factors; that nothing is below is von Neumann's and Horn's inequality with AM-GM, taken from
    the literature. With k = L + 1 it is the penalty of the linear model at every critical point.
    """

    @property
    def expression(self) -> Expr:
        """The least sum of squared norms of k factors of a matrix with singular values σ_1, ..., σ_r."""
        return FACTORS * sympy.Sum(SINGULAR[INDEX] ** (2 / FACTORS), (INDEX, 1, RANK))

    @property
    def penalty(self) -> Expr:
        """The penalty of the unconstrained-features model: λ/2 times it, with L + 1 factors."""
        return REG / 2 * self.expression.subs(FACTORS, DEPTH + 1)

    @cached_property
    def proof(self) -> Proof:
        """Balanced factors attain it: k factors with singular values s^(1/k)."""
        s = Symbol("s", positive=True)
        balanced = FACTORS * (s ** (1 / FACTORS)) ** 2 - FACTORS * s ** (2 / FACTORS)
        product = (s ** (1 / FACTORS)) ** FACTORS - s
        return Proof(
            (
                Step("balanced factors give the matrix", r"(s^{1/k})^k = s", CALCULUS, vanishes(product)),
                Step("and attain the value", r"k(s^{1/k})^2 = k s^{2/k}", CALCULUS, vanishes(balanced)),
                Step("depth 1 is the nuclear norm", r"p = 1", CALCULUS, vanishes(POWER.subs(DEPTH, 1) - 1)),
            )
        )

    def latex(self) -> str:
        """The form and the penalty."""
        least = r"\min_{W_k\cdots W_1 = X}\ \sum_{i=1}^{k}\|W_i\|^2"
        return rf"{least} = {sympy.latex(self.expression)},\quad \text{{penalty }} {sympy.latex(self.penalty)}"


@attrs.frozen
class SolutionSet:
    r"""The dimension of the balanced parameters of one output of rank r and width d: $L(rd - r(r+1)/2)$.

    For a fixed output each hidden layer is free up to an orthogonal change of its basis, of which only what moves the
    r-dimensional space of features counts: a Stiefel manifold a layer, whatever the multiplicities.
    """

    @property
    def dimension(self) -> Expr:
        """The dimension."""
        return DEPTH * (RANK * WIDTH - RANK * (RANK + 1) / 2)

    @property
    def collapse(self) -> Expr:
        """The dimension for linear collapse, of rank K - 1."""
        return DEPTH * (CLASSES - 1) * (2 * WIDTH - CLASSES) / 2

    @property
    def ratio(self) -> Expr:
        """R(d): the dimension for collapse over the dimension for rank r."""
        return (CLASSES - 1) * (2 * WIDTH - CLASSES) / (RANK * (2 * WIDTH - RANK - 1))

    @property
    def excess(self) -> Expr:
        """Twice the difference of the dimensions over L, factored: positive for r < K - 1 and d >= K."""
        return (CLASSES - 1 - RANK) * (2 * WIDTH - CLASSES - RANK)

    @property
    def limit(self) -> Any:
        """What R(d) tends to."""
        return sympy.limit(self.ratio, WIDTH, sympy.oo)

    @property
    def printed(self) -> Expr:
        """The count that divides by one orthogonal group of size r a layer: too small."""
        return DEPTH * RANK * (WIDTH - RANK)

    @cached_property
    def proof(self) -> Proof:
        """The dimension of the orbit of one orthogonal group a layer, and its monotonicity in d."""
        group = WIDTH * (WIDTH - 1) / 2
        stabiliser = (WIDTH - RANK) * (WIDTH - RANK - 1) / 2
        slope = sympy.factor(self.ratio.diff(WIDTH))
        shape = (CLASSES - 1) / RANK * 2 * (CLASSES - 1 - RANK) / (2 * WIDTH - RANK - 1) ** 2
        collapse = self.dimension.subs(RANK, CLASSES - 1)
        excess = 2 * (collapse - self.dimension) / DEPTH
        return Proof(
            (
                Step(
                    "group minus stabiliser",
                    r"\tfrac{d(d-1)}{2} - \tfrac{(d-r)(d-r-1)}{2}",
                    CALCULUS,
                    vanishes(DEPTH * (group - stabiliser) - self.dimension),
                ),
                Step("excess", r"(K-1-r)(2d-K-r)", CALCULUS, vanishes(self.excess - excess)),
                Step("collapse", r"L(K-1)(2d-K)/2", CALCULUS, vanishes(collapse - self.collapse)),
                Step("ratio", "R(d)", CALCULUS, vanishes(self.ratio - collapse / self.dimension)),
                Step("increasing", r"R'(d) > 0", CALCULUS, vanishes(sympy.together(slope - shape))),
                Step("limit", r"(K-1)/r", CALCULUS, vanishes(self.limit - (CLASSES - 1) / RANK)),
            )
        )

    def latex(self) -> str:
        """The dimension and the ratio."""
        return rf"D_r = {sympy.latex(self.dimension)},\quad R(d) = {sympy.latex(self.ratio)}"

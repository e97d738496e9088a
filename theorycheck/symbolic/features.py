r"""The deep unconstrained-features model in one variable: reduction, stationarity, thresholds; L, K and λ are symbols.

**Squared loss.** Parameters whose output is $c\,I_K$ for every scale have the balanced loss
$f_C(c) = \tfrac12(1-c)^2 + \tfrac{C\bar\lambda}{2}c^{2/(L+1)}$, $C = (L+1)(\prod_l\kappa_l)^{1/(L+1)}$ with
$\kappa_l$ the squared norms at c = 1. Two such families compare as their constants C do, for all λ at once.

**Cross-entropy.** Linear collapse, $Z = \alpha S\otimes 1_n^T$ with $S = I - 11^T/K$, has the loss
$\log(1 + (K-1)e^{-\alpha}) + \tfrac{\bar\lambda}{2}(L+1)(K-1)\alpha^{2/(L+1)}$.

In both $\bar\lambda = (n\lambda_H\prod_l\lambda_l)^{1/(L+1)}$, which is $\lambda n^{1/(L+1)}$ for equal λ.
"""

from functools import cached_property
from typing import Any

import attrs
import sympy
from sympy import Eq, Expr, Symbol

from theorycheck.errors import InvalidInstance
from theorycheck.symbolic.steps import CALCULUS, Proof, Step, vanishes

DEPTH = Symbol("L", positive=True, integer=True)
CLASSES = Symbol("K", positive=True, integer=True)
REG = Symbol("lambda", positive=True)  # the mean λ̄ = (n λ_H Π λ_l)^(1/(L+1))
CONSTANT = Symbol("C", positive=True)
PRODUCT = Symbol("P", positive=True)  # Π κ_l
SCALE = Symbol("c", positive=True)
LOGIT = Symbol("alpha", positive=True)
POWER = 2 / (DEPTH + 1)
Q = (DEPTH - 1) / (DEPTH + 1)  # 1 - POWER
WEIGHT = 1 / (sympy.exp(LOGIT) + CLASSES - 1)  # softmax of a wrong class at logits αS
FITS = ("mse", "ce")


def known_loss(loss: str) -> str:
    """The loss, if the model has it.

    Raises:
        InvalidInstance: it has not.
    """
    if loss not in FITS:
        raise InvalidInstance(f"unknown loss {loss!r} of the unconstrained-features model; pass mse or ce")
    return loss


def equation(left: Any, right: Any) -> Any:
    """Left equals right, left as it stands."""
    return Eq(left, right, evaluate=False)


def _step(name: str, statement: str, difference: Expr) -> Step:
    return Step(name, statement, CALCULUS, vanishes(difference))


def family_loss() -> Expr:
    """The balanced loss f_C(c) of a family with output c I."""
    return (1 - SCALE) ** 2 / 2 + CONSTANT * REG / 2 * SCALE**POWER


def collapsed_loss() -> Expr:
    """The cross-entropy loss of linear collapse with logits α."""
    fit = sympy.log(1 + (CLASSES - 1) * sympy.exp(-LOGIT))
    return fit + REG / 2 * (DEPTH + 1) * (CLASSES - 1) * LOGIT**POWER


@attrs.frozen
class Reduction:
    """The loss as a function of one variable.

    Attributes:
        loss: "mse" or "ce".
    """

    loss: str = attrs.field(converter=known_loss)

    @property
    def variable(self) -> Symbol:
        """The variable: the output's scale c, or the logits' scale α."""
        return SCALE if self.loss == "mse" else LOGIT

    @property
    def expression(self) -> Expr:
        """The loss: of any family with constant C (mse), of linear collapse (ce)."""
        return family_loss() if self.loss == "mse" else collapsed_loss()

    @property
    def constant(self) -> Expr:
        """C, or what stands in its place for cross-entropy, from the product P of the factors' squared norms."""
        return (DEPTH + 1) * PRODUCT ** (1 / (DEPTH + 1))

    @property
    def collapse(self) -> Expr:
        """The constant of collapse: K(L+1), or (K-1)(L+1) for cross-entropy with its K-1 singular values."""
        return self.constant.subs(PRODUCT, (CLASSES if self.loss == "mse" else CLASSES - 1) ** (DEPTH + 1))

    @property
    def effective(self) -> Expr:
        """The mean λ̄ for equal λ and n samples a class."""
        return Symbol("lambda_0", positive=True) * Symbol("n", positive=True, integer=True) ** (1 / (DEPTH + 1))

    @cached_property
    def proof(self) -> Proof:
        """Balanced factors attain the penalty, and by AM-GM nothing is below: e^t >= 1 + t summed over the factors."""
        scale, t = self.variable, Symbol("t", real=True)
        balanced = self.constant * REG / 2 * scale**POWER
        mean = (REG ** (DEPTH + 1) * PRODUCT * scale**2) ** (1 / (DEPTH + 1))
        gap = sympy.exp(t) - 1 - t
        return Proof(
            (
                _step(
                    "balanced factors attain it",
                    r"\tfrac{L+1}{2}(\bar\lambda^{L+1}Pv^2)^{1/(L+1)} = \tfrac{C\bar\lambda}{2}v^{2/(L+1)}",
                    sympy.powsimp(sympy.expand_power_base((DEPTH + 1) * mean / 2 - balanced), force=True),
                ),
                Step(
                    "nothing is below, with e^t a weighted norm over the geometric mean of all",
                    r"e^t \ge 1 + t,\; \sum t = 0",
                    CALCULUS,
                    vanishes(gap.subs(t, 0))
                    and vanishes(gap.diff(t).subs(t, 0))
                    and gap.diff(t, 2).is_positive is True,
                ),
            )
        )

    def latex(self) -> str:
        """The loss and its constant."""
        if self.loss == "mse":
            return (
                rf"f_C(c) = {sympy.latex(self.expression)},\quad C = (L+1)\bigl(\textstyle\prod_l\kappa_l\bigr)"
                rf"^{{1/(L+1)}},\quad C_{{\mathrm{{DNC}}}} = {sympy.latex(self.collapse)}"
            )
        return rf"f(\alpha) = {sympy.latex(self.expression)}"


@attrs.frozen
class ScalarStationarity:
    r"""Where the loss in one variable is stationary.

    With $x = C\lambda/(L+1)$: $(1-c)c^{(L-1)/(L+1)} = x$ (mse); $\lambda = \alpha^{(L-1)/(L+1)}/(e^\alpha+K-1)$ (ce).

    Attributes:
        loss: "mse" or "ce".
    """

    loss: str = attrs.field(converter=known_loss)

    @property
    def profile(self) -> Expr:
        """The side of the equation that depends on the variable alone; the other side is proportional to λ."""
        return (1 - SCALE) * SCALE**Q if self.loss == "mse" else LOGIT**Q * WEIGHT

    @property
    def strength(self) -> Expr:
        """The side that is proportional to λ."""
        return CONSTANT * REG / (DEPTH + 1) if self.loss == "mse" else REG

    @property
    def equation(self) -> Any:
        """The condition."""
        return equation(self.strength, self.profile)

    @property
    def cofactor(self) -> Expr:
        """The loss's derivative is strength minus profile, times this positive factor."""
        return SCALE**-Q if self.loss == "mse" else (CLASSES - 1) * LOGIT**-Q

    @cached_property
    def proof(self) -> Proof:
        """The derivative of the loss, factored."""
        reduction = Reduction(self.loss)
        slope = reduction.expression.diff(reduction.variable)
        rest = slope - self.cofactor * (self.strength - self.profile)
        return Proof((_step("derivative", r"f' = (\text{strength} - \text{profile})\cdot\text{cofactor}", rest),))

    def latex(self) -> str:
        """The condition in one line."""
        return sympy.latex(self.equation)

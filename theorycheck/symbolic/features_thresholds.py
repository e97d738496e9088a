r"""Fold, zero and survival thresholds of the unconstrained-features model in one variable.

The fold is the largest λ with a stationary point other than zero; below the zero threshold the family beats zero. For
depth 1 both are the same, and the formulas read $0^0 = 1$.
"""

from functools import cached_property
from typing import Any

import attrs
import sympy
from sympy import Expr

from theorycheck.symbolic.features import (
    CLASSES,
    CONSTANT,
    DEPTH,
    LOGIT,
    POWER,
    REG,
    SCALE,
    WEIGHT,
    Q,
    Reduction,
    ScalarStationarity,
    collapsed_loss,
    equation,
    family_loss,
)
from theorycheck.symbolic.steps import CALCULUS, Proof, Step, vanishes


def _step(name: str, statement: str, *differences: Expr) -> Step:
    return Step(name, statement, CALCULUS, all(map(vanishes, differences)))


def _settled(expression: Expr) -> Expr:
    """The logarithm, collected so that it is seen to be zero where the expression is one."""
    parts = sympy.simplify(sympy.expand_log(sympy.log(expression), force=True))
    return sympy.simplify(sympy.logcombine(parts, force=True))


@attrs.frozen
class SquaredThresholds:
    r"""Thresholds for the squared loss, in $x = C\lambda/(L+1)$ and in λ for collapse.

    A family is stationary somewhere iff x is at most `fold`, and beats zero iff x is below `zero`; its own largest λ
    is that of collapse times $K(L+1)/C$.
    """

    @property
    def fold_at(self) -> Expr:
        """The c at the fold."""
        return (DEPTH - 1) / (2 * DEPTH)

    @property
    def zero_at(self) -> Expr:
        """The c at the zero threshold."""
        return (DEPTH - 1) / DEPTH

    @property
    def fold(self) -> Expr:
        """The largest x with a stationary point."""
        return (DEPTH + 1) / (2 * DEPTH) * self.fold_at**Q

    @property
    def zero(self) -> Expr:
        """The x below which the family beats zero."""
        return 1 / DEPTH * self.zero_at**Q

    @property
    def collapse_fold(self) -> Expr:
        """The largest λ at which collapse is stationary."""
        return self.fold / CLASSES

    @property
    def collapse_zero(self) -> Expr:
        """λ₀(K, L): the λ below which collapse beats zero."""
        return self.zero / CLASSES

    @property
    def survival(self) -> Expr:
        """The λ below which a family with constant C beats zero."""
        return self.collapse_zero * CLASSES * (DEPTH + 1) / CONSTANT

    @cached_property
    def proof(self) -> Proof:
        """Fold: the profile's largest value. Zero: stationary there with the value of zero, 1/2."""
        profile = ScalarStationarity("mse").profile
        penalty = (family_loss() - family_loss().subs(REG, 0)).subs(REG, (DEPTH + 1) * self.zero / CONSTANT)
        gain = (1 - (1 - SCALE) ** 2) / 2
        as_good = _settled(penalty.subs(SCALE, self.zero_at) / gain.subs(SCALE, self.zero_at))
        single = CONSTANT * self.survival / (DEPTH + 1)
        return Proof(
            (
                _step("fold", r"x = (1-c)c^{(L-1)/(L+1)}", _settled(self.fold / profile.subs(SCALE, self.fold_at))),
                _step(
                    "the profile rises up to the fold and falls after it",
                    r"\frac{(1-c)c^q{}'}{c^{q-1}} = q - (1+q)c",
                    profile.diff(SCALE) / SCALE ** (Q - 1) - (Q - (1 + Q) * SCALE),
                    Q - (1 + Q) * self.fold_at,
                ),
                _step("stationary", r"x = (1-c)c^q", _settled(self.zero / profile.subs(SCALE, self.zero_at))),
                _step(
                    "as good as zero",
                    r"f_C(c) = \tfrac12",
                    as_good,
                ),
                _step("survival", r"C\lambda/(L+1) = x", single - self.zero),
            )
        )

    def latex(self) -> str:
        """All thresholds in one line."""
        pairs = (
            (r"x_{\mathrm{fold}}", self.fold),
            (r"x_0", self.zero),
            (r"\lambda_0(K, L)", self.collapse_zero),
            (r"\lambda_0(C)", self.survival),
        )
        return r",\quad ".join(f"{name} = {sympy.latex(value)}" for name, value in pairs)


@attrs.frozen
class EntropyThresholds:
    """Thresholds of linear collapse for cross-entropy, each as an equation for α; λ follows from stationarity."""

    @property
    def critical(self) -> Expr:
        """The λ at which α is stationary."""
        return ScalarStationarity("ce").profile

    @property
    def fold(self) -> Any:
        """The equation for α at the largest λ with a stationary α > 0 (for depth 1: α = 0)."""
        return equation(LOGIT * sympy.exp(LOGIT) * WEIGHT, Q)

    @property
    def fold_at(self) -> Expr:
        """The α at the fold, with Lambert's W."""
        return Q + sympy.LambertW(Q * (CLASSES - 1) * sympy.exp(-Q))

    @property
    def zero(self) -> Any:
        """The equation for α at the λ below which collapse beats zero."""
        fit = collapsed_loss().subs(REG, 0)
        return equation(fit + (DEPTH + 1) / 2 * (CLASSES - 1) * LOGIT * WEIGHT, sympy.log(CLASSES))

    @cached_property
    def proof(self) -> Proof:
        """The fold maximises the stationary λ, and Lambert's W solves its equation."""
        slope = LOGIT * self.critical.diff(LOGIT) / self.critical
        at_fold = sympy.exp(self.fold_at - Q) * (self.fold_at - Q)
        w = sympy.LambertW(Q * (CLASSES - 1) * sympy.exp(-Q))
        defining = at_fold.subs(w * sympy.exp(w), Q * (CLASSES - 1) * sympy.exp(-Q))
        penalty = REG / 2 * (DEPTH + 1) * LOGIT**POWER - (DEPTH + 1) / 2 * LOGIT * WEIGHT
        return Proof(
            (
                _step(
                    "the stationary λ rises up to the fold and falls after it",
                    r"\alpha\lambda'/\lambda = \frac{L-1}{L+1} - \frac{\alpha e^\alpha}{e^\alpha + K - 1}",
                    slope - (self.fold.rhs - self.fold.lhs),
                ),
                _step(
                    "Lambert's W, by W e^W",
                    r"(\alpha - q)e^{\alpha - q} = q(K-1)e^{-q}",
                    defining - Q * (CLASSES - 1) * sympy.exp(-Q),
                ),
                _step(
                    "the penalty where α is stationary, a singular value",
                    r"\tfrac{\lambda}{2}(L+1)\alpha^{2/(L+1)} = \tfrac{L+1}{2}\frac{\alpha}{e^\alpha + K - 1}",
                    sympy.powsimp(penalty.subs(REG, self.critical), force=True),
                ),
            )
        )

    def latex(self) -> str:
        """All thresholds in one line."""
        critical = rf"\lambda = {sympy.latex(self.critical)}"
        return (
            rf"{critical},\quad \text{{fold: }} {sympy.latex(self.fold)},\quad \text{{zero: }} {sympy.latex(self.zero)}"
        )


def thresholds(loss: str) -> SquaredThresholds | EntropyThresholds:
    """The thresholds for a loss.

    Raises:
        InvalidInstance: an unknown loss.
    """
    return SquaredThresholds() if Reduction(loss).loss == "mse" else EntropyThresholds()

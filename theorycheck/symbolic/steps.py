"""A derivation as steps, each discharged by an exact zero test; a step that is not discharged is never hidden."""

from typing import Any

import attrs
import sympy
from sympy import Expr, Function, Symbol

from theorycheck.symbolic.structure import PREACTIVATION

STRUCTURE = "structure"  # holds for all n, m, d and every activation
EXPANSION = "expansion"  # multiplied out and compared for explicit sizes
CALCULUS = "calculus"  # a fact about one function of one variable


@attrs.frozen
class Step:
    """One identity of a derivation.

    Attributes:
        name: a word or two.
        statement: the identity, in LaTeX.
        method: how it was checked: "structure", "calculus" or "expansion".
        discharged: whether the difference of both sides was shown to be zero. False does not mean that the
            identity is wrong: the zero test may have been too weak.
    """

    name: str
    statement: str
    method: str
    discharged: bool


@attrs.frozen
class Proof:
    """Steps; the proof holds when there is at least one and all are discharged."""

    steps: tuple[Step, ...]

    @property
    def holds(self) -> bool:
        """Whether every step was discharged."""
        return bool(self.steps) and all(step.discharged for step in self.steps)

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the steps that were not discharged."""
        return tuple(step.name for step in self.steps if not step.discharged)

    def __str__(self) -> str:
        marks = {True: "discharged", False: "NOT DISCHARGED"}
        return "\n".join(
            f"{step.name} [{step.method}, {marks[step.discharged]}]: {step.statement}" for step in self.steps
        )


class AbstractPhi(Function):
    r"""$\varphi^{(k)}(z)$ for an activation of which nothing is known: `AbstractPhi(k, z)`."""

    def fdiff(self, argindex: int = 2) -> Expr:
        """The next derivative."""
        order, argument = self.args
        return AbstractPhi(order + 1, argument)  # type: ignore[return-value]

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        order, argument = self.args
        prime = "'" * int(order) if int(order) < 4 else rf"^{{({order})}}"  # type: ignore[arg-type]
        body = rf"\varphi{prime}({printer.doprint(argument)})"
        return body if exp is None else rf"{body}^{{{exp}}}"


@attrs.frozen
class AbstractActivation:
    """Stands where an activation is expected; whatever is shown with it holds for every smooth activation."""

    name: str = "phi"

    def expression(self, order: int = 0) -> Expr:
        """The order-th derivative at z."""
        return AbstractPhi(sympy.Integer(order), PREACTIVATION)  # type: ignore[return-value]


@attrs.frozen
class AbstractNetwork:
    """The fields of a network around an activation of which nothing is known."""

    width: int
    output_weights: tuple
    trained_output: bool
    bias: bool
    activation: AbstractActivation = AbstractActivation()


def vanishes(difference: Any) -> bool:
    """Whether an expression was shown to be identically zero, by expansion or else by simplification."""
    expanded = sympy.expand(difference)
    return expanded == 0 or sympy.simplify(expanded) == 0


def fresh(name: str) -> Symbol:
    """A real symbol."""
    return Symbol(name, real=True)

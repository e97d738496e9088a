r"""Descent on a two-layer (leaky) ReLU network with fixed outputs: sample coordinates, and signs after one step.

The network is $f = \frac1{m_+}\sum_r\sigma(w_{+,r}\cdot x) - \frac1{m_-}\sum_r\sigma(w_{-,r}\cdot x)$, the loss
$L = \frac1n\sum_i\ell(y_i f(x_i))$ for any differentiable $\ell$. Identities that are sums over samples are derived for
one sample and one neuron, and multiplied out for explicit sizes.
"""

from functools import cached_property
from typing import Any

import attrs
import sympy
from sympy import Expr, Function, Symbol

from theorycheck.errors import InvalidInstance
from theorycheck.symbolic.steps import CALCULUS, EXPANSION, STRUCTURE, AbstractPhi, Proof, Step, vanishes

LARGEST = 4  # samples, inputs, neurons a sign of the identities that are multiplied out
COUNT = Symbol("n", positive=True, integer=True)
WIDTH = Symbol("m", positive=True, integer=True)  # neurons of the neuron's sign
ETA = Symbol("eta", positive=True)
SIGN = Symbol("j", real=True)  # of the neuron's output
LABEL = Symbol("y", real=True)
SLOPE = Symbol("s", nonnegative=True)  # σ' at the preactivation
PULL = Symbol("p", nonnegative=True)  # -ℓ' at the margin
SQUARE = Symbol("N", positive=True)  # ‖x‖²
GAMMA = Symbol("gamma", nonnegative=True)
LEAST, MOST = Symbol("p_0", nonnegative=True), Symbol("p_1", nonnegative=True)  # of all pulls
LEAST_SQUARE = Symbol("R", positive=True)  # R_min²
COHERENCE = Symbol("P", nonnegative=True)  # the largest |x_i·x_k|
START = Symbol("u", nonnegative=True)  # |w(0)·x|


class AbstractLoss(Function):
    """The k-th derivative of a loss of which nothing is known: `AbstractLoss(k, q)`."""

    def fdiff(self, argindex: int = 2) -> Expr:
        """The next derivative."""
        order, margin = self.args
        return AbstractLoss(order + 1, margin)  # type: ignore[return-value]


def _loss(order: int, margin: Any) -> Any:
    return AbstractLoss(sympy.Integer(order), margin)


def whole(value: Any, name: str, most: int = LARGEST) -> int:
    """A size of an identity that is multiplied out.

    Raises:
        InvalidInstance: no whole number from 1 to `most`.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InvalidInstance(f"{name} is {value!r}; identities are multiplied out for 1 to {most}, pass one of these")
    return value


def table(name: str, rows: int, columns: int) -> sympy.Matrix:
    """A matrix of real symbols."""
    return sympy.Matrix(rows, columns, lambda i, k: Symbol(f"{name}_{i + 1}{k + 1}", real=True))


def signless(expression: Expr, *signs: Symbol) -> Expr:
    """The expression with the squares of signs replaced by 1."""
    reduced = sympy.expand(expression)
    for sign in signs:
        reduced = sympy.rem(sympy.Poly(reduced, sign), sympy.Poly(sign**2 - 1, sign)).as_expr()
    return sympy.expand(reduced)


def nonnegative(expression: Expr) -> bool:
    """Whether a polynomial in symbols that are at least 0 has no negative coefficient."""
    expanded = sympy.expand(expression)
    symbols = sorted(expanded.free_symbols, key=str)
    return all(s.is_nonnegative for s in symbols) and all(c >= 0 for c in sympy.Poly(expanded, *symbols).coeffs())


@attrs.frozen
class SampleCoordinates:
    r"""A step of gradient descent moves $w$ by $\sum_i c_i x_i$: weights minus their start stay in the samples' span.

    Attributes:
        samples: n of the identities that are multiplied out.
        inputs: d of them.
        width: neurons a sign of them.
    """

    samples: int = attrs.field(default=2, converter=lambda v: whole(v, "samples"))
    inputs: int = attrs.field(default=2, converter=lambda v: whole(v, "inputs"))
    width: int = attrs.field(default=1, converter=lambda v: whole(v, "width"))

    @property
    def coefficient(self) -> Expr:
        r"""$c_i$, added to the coefficient of $x_i$; p is $-\ell'(y_i f(x_i))$, s is $\sigma'(w\cdot x_i)$."""
        return ETA * SIGN * LABEL * PULL * SLOPE / (COUNT * WIDTH)

    @property
    def rho(self) -> Expr:
        r"""What a step adds to $\rho_i$ in $w = w(0) + \sum_i j y_i\rho_i x_i/\|x_i\|^2$; N is $\|x_i\|^2$."""
        return ETA * PULL * SLOPE * SQUARE / (COUNT * WIDTH)

    @property
    def preactivation(self) -> Expr:
        """What sample i adds to the preactivation of sample k in a step."""
        return self.coefficient * Symbol("G_ik", real=True)

    @cached_property
    def proof(self) -> Proof:
        """The gradient multiplied out; then linear algebra."""
        unit = signless(self.coefficient - SIGN * LABEL * self.rho / SQUARE, SIGN, LABEL)
        return Proof(
            (
                Step("gradient", r"-\eta\nabla_w L = \sum_i c_i x_i", EXPANSION, self._gradient()),
                Step("span", r"w(t) = w(0) + \sum_i a_i(t)x_i,\ a_i \mathrel{+}= c_i", EXPANSION, self._span()),
                Step("unit form", r"c_i x_i = j y_i\,\Delta\rho_i\,x_i/\|x_i\|^2", STRUCTURE, vanishes(unit)),
                Step("preactivations", r"\Delta z_k = \sum_i c_i\,x_i\cdot x_k", EXPANSION, self._gram()),
            )
        )

    def _gradient(self) -> bool:
        n, d, m = self.samples, self.inputs, self.width
        X, W = table("x", n, d), {sign: table(f"w_{name}", m, d) for sign, name in ((1, "p"), (-1, "q"))}
        y = [Symbol(f"y_{i + 1}", real=True) for i in range(n)]
        z = {sign: W[sign] * X.T for sign in W}
        phi: Any = AbstractPhi
        f = [sum(sign * phi(0, z[sign][r, i]) for sign in W for r in range(m)) / m for i in range(n)]
        loss: Any = sum((_loss(0, y[i] * f[i]) for i in range(n)), sympy.S.Zero) / n
        moved = {
            (sign, r): [self._at(n, m, sign, y[i], _loss(1, y[i] * f[i]), phi(1, z[sign][r, i])) for i in range(n)]
            for sign in W
            for r in range(m)
        }
        return all(
            vanishes(-ETA * loss.diff(W[sign][r, k]) - sum(c * X[i, k] for i, c in enumerate(moved[sign, r])))
            for sign, r in moved
            for k in range(d)
        )

    def _at(self, n: int, m: int, sign: int, y: Any, slope: Any, active: Any) -> Any:
        """The coefficient for one sample and neuron, from the derivatives of loss and activation there."""
        values: Any = {COUNT: n, WIDTH: m, SIGN: sign, LABEL: y, PULL: -slope, SLOPE: active}
        return self.coefficient.subs(values, simultaneous=True)

    def _span(self) -> bool:
        n, d = self.samples, self.inputs
        X, a, c, w = table("x", n, d), table("a", 1, n), table("c", 1, n), table("w", 1, d)
        return all(vanishes(v) for v in (w + a * X) + c * X - (w + (a + c) * X))

    def _gram(self) -> bool:
        n, d = self.samples, self.inputs
        X, a, w = table("x", n, d), table("c", 1, n), table("w", 1, d)
        return all(vanishes(v) for v in (w + a * X) * X.T - w * X.T - a * (X * X.T))

    def latex(self) -> str:
        """One step in both coordinates."""
        pull = r"-\ell'(y_i f(x_i))\,\sigma'(w_{j,r}\cdot x_i)"
        return (
            r"w_{j,r}(t) = w_{j,r}(0) + j\sum_{i=1}^n y_i\,\rho_{j,r,i}(t)\,\frac{x_i}{\lVert x_i\rVert^2},\quad "
            rf"\rho_{{j,r,i}} \mathrel{{+}}= \frac{{\eta}}{{n m_j}}\bigl({pull}\bigr)\lVert x_i\rVert^2"
        )


@attrs.frozen
class OneStep:
    r"""The sign of a preactivation after one step, from $R_{\min}^2$, $p = \max_{i\ne k}|x_i\cdot x_k|$ and γ.

    Pulls $-\ell'$ lie between $p_0$ and $p_1$; for the logistic loss at outputs 0 both are 1/2.
    """

    @property
    def lower(self) -> Expr:
        r"""A lower bound of $j y_k\,w(1)\cdot x_k$; R is $R_{\min}^2$, P is p, u is $|w(0)\cdot x_k|$."""
        return ETA / (COUNT * WIDTH) * (LEAST * GAMMA * LEAST_SQUARE - (COUNT - 1) * MOST * COHERENCE) - START

    @property
    def at_start(self) -> Expr:
        """The same for the logistic loss at outputs 0."""
        return self.lower.subs({LEAST: sympy.Rational(1, 2), MOST: sympy.Rational(1, 2)})

    @property
    def condition(self) -> Any:
        """What makes it positive for a small enough start."""
        return sympy.Gt(GAMMA * LEAST_SQUARE, (COUNT - 1) * COHERENCE)

    @property
    def persistence(self) -> Any:
        """What keeps a preactivation's sign: it grows while the pulls differ by less than this factor."""
        return sympy.Gt(LEAST * GAMMA * LEAST_SQUARE, (COUNT - 1) * MOST * COHERENCE)

    @cached_property
    def proof(self) -> Proof:
        """The change of a preactivation, its own term from below, each other term from above."""
        own, others = self._own(), self._other()
        change = ETA / (COUNT * WIDTH) * (Symbol("o", real=True) - (COUNT - 1) * Symbol("c", real=True))
        bound = change.subs(
            {Symbol("o", real=True): LEAST * GAMMA * LEAST_SQUARE, Symbol("c", real=True): MOST * COHERENCE}
        )
        start = self.lower.subs(START, 0)
        half = ETA / (2 * COUNT * WIDTH) * (GAMMA * LEAST_SQUARE - (COUNT - 1) * COHERENCE) - START
        return Proof(
            (
                Step(
                    "change",
                    r"j y_k\,\Delta z_k = \tfrac{\eta}{nm}\sum_i p_i s_i\,y_i y_k\,x_i\cdot x_k",
                    STRUCTURE,
                    self._change(),
                ),
                Step("own term", r"p_k s_k\|x_k\|^2 \ge p_0\gamma R_{\min}^2", CALCULUS, nonnegative(own)),
                Step("other terms", r"p_i s_i|x_i\cdot x_k| \le p_1\,p", CALCULUS, nonnegative(others)),
                Step("bound", r"j y_k\,w(1)\cdot x_k \ge \text{lower}", CALCULUS, vanishes(bound - start)),
                Step("outputs 0", r"p_0 = p_1 = \tfrac12", CALCULUS, vanishes(self.at_start - half)),
            )
        )

    def _change(self) -> bool:
        """Of sample i on sample k, from the coefficient of sample coordinates; j² = 1."""
        other, G = Symbol("y_k", real=True), Symbol("G_ik", real=True)
        told = ETA / (COUNT * WIDTH) * PULL * SLOPE * LABEL * other * G
        return vanishes(signless(SIGN * other * SampleCoordinates().coefficient * G - told, SIGN))

    def _own(self) -> Expr:
        """The own term minus its bound, with p = p_0 + e_1, s = γ + e_2, ‖x‖² = R + e_3."""
        e = sympy.symbols("e_1:4", nonnegative=True)
        return (LEAST + e[0]) * (GAMMA + e[1]) * (LEAST_SQUARE + e[2]) - LEAST * GAMMA * LEAST_SQUARE

    def _other(self) -> Expr:
        """The bound minus another term, with p_1 = p + e_1, s = 1 - e_2, the largest |x_i·x_k| = |x_i·x_k| + e_3."""
        e, inner = sympy.symbols("e_1:4", nonnegative=True), Symbol("g", nonnegative=True)
        return (PULL + e[0]) * (inner + e[2]) - PULL * (1 - e[1]) * inner

    def latex(self) -> str:
        """The bound and the condition."""
        bound = r"\frac{\eta}{2nm}\bigl(\gamma R_{\min}^2 - (n-1)p\bigr) - |w(0)\cdot x_k|"
        return rf"j y_k\,w(1)\cdot x_k \ge {bound},\quad \gamma R_{{\min}}^2 > (n-1)p"

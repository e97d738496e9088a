r"""Both layers trained with the squared loss: alignment, balance, the stationary point of two least-squares fits.

The network is $h(x) = \sum_j a_j\sigma(w_j\cdot x)$, the loss $L = \frac1{2n}\sum_k(h(x_k)-y_k)^2$.
"""

from functools import cached_property
from typing import Any

import attrs
import sympy
from sympy import Expr, Symbol

from theorycheck.errors import InvalidInstance
from theorycheck.symbolic.relu import COUNT, GAMMA, LABEL, SLOPE, table, whole
from theorycheck.symbolic.steps import CALCULUS, EXPANSION, STRUCTURE, AbstractPhi, Proof, Step, vanishes

OUTER = Symbol("a", real=True)  # of a neuron
RESIDUAL = Symbol("r", real=True)  # y - h(x)
VALUE = Symbol("z", real=True)  # w·x
INPUTS = Symbol("d", positive=True, integer=True)
NOISE = Symbol("sigma", positive=True)
POSITIVE = Symbol("n_+", positive=True, integer=True)  # samples of the positive side


@attrs.frozen
class Alignment:
    r"""Early training: $D_n(w) = \frac1n\sum_k\sigma'(w\cdot x_k)y_k x_k$ moves every neuron, and balance is kept.

    Attributes:
        samples: n of the identities that are multiplied out.
        inputs: d of them.
        width: neurons of them.
    """

    samples: int = attrs.field(default=2, converter=lambda v: whole(v, "samples"))
    inputs: int = attrs.field(default=2, converter=lambda v: whole(v, "inputs"))
    width: int = attrs.field(default=2, converter=lambda v: whole(v, "width"))

    @property
    def direction(self) -> Expr:
        r"""The factor of $x_k$ in $D_n(w)$; s is $\sigma'(w\cdot x_k)$."""
        return SLOPE * LABEL / COUNT

    @property
    def inner(self) -> Expr:
        r"""The factor of $x_k$ in $\dot w_j$ under gradient flow; r is $y_k - h(x_k)$."""
        return OUTER * SLOPE * RESIDUAL / COUNT

    @property
    def outer(self) -> Expr:
        r"""What sample k adds to $\dot a_j$; z is $w_j\cdot x_k$ and $\sigma(z) = s z$."""
        return SLOPE * VALUE * RESIDUAL / COUNT

    @property
    def conserved(self) -> Expr:
        r"""What gradient flow keeps for each neuron."""
        return OUTER**2 - Symbol("w", positive=True) ** 2

    @cached_property
    def proof(self) -> Proof:
        """Gradients multiplied out; the rest for one neuron and one sample."""
        # The share of one sample in d(a² - ‖w‖²)/dt: 2 a ȧ - 2 w·ẇ with w·x = z.
        balance = 2 * OUTER * self.outer - 2 * self.inner * VALUE
        early = self.inner.subs(RESIDUAL, LABEL) - OUTER * self.direction
        euler = self.outer.subs(RESIDUAL, LABEL) - self.direction * VALUE
        return Proof(
            (
                Step("gradients", r"\dot w_j = -\nabla_{w_j}L,\ \dot a_j = -\partial_{a_j}L", EXPANSION, self._flow()),
                Step("homogeneous", r"\sigma(z) = z\,\sigma'(z)", CALCULUS, self._homogeneous()),
                Step("outputs 0: weights", r"\dot w_j = a_j D_n(w_j)", STRUCTURE, vanishes(early)),
                Step("outputs 0: output weights", r"\dot a_j = w_j\cdot D_n(w_j)", STRUCTURE, vanishes(euler)),
                Step("balance", r"\tfrac{d}{dt}(a_j^2 - \|w_j\|^2) = 0", STRUCTURE, vanishes(balance)),
                Step("direction", r"\dot u = \tfrac{a}{\|w\|}(D - (u\cdot D)u),\ u = w/\|w\|", EXPANSION, self._turn()),
            )
        )

    def _flow(self) -> bool:
        n, d, m = self.samples, self.inputs, self.width
        X, W, phi = table("x", n, d), table("w", m, d), _phi
        a, y = ([Symbol(f"{name}_{i + 1}", real=True) for i in range(size)] for name, size in (("a", m), ("y", n)))
        z = X * W.T
        h = [sum(a[j] * phi(0, z[k, j]) for j in range(m)) for k in range(n)]
        loss: Any = sum(((h[k] - y[k]) ** 2 for k in range(n)), sympy.S.Zero) / (2 * n)
        inner = [[_at(self.inner, n, a[j], phi(1, z[k, j]), y[k] - h[k]) for k in range(n)] for j in range(m)]
        weights = all(
            vanishes(-loss.diff(W[j, i]) - sum(c * X[k, i] for k, c in enumerate(inner[j])))
            for j in range(m)
            for i in range(d)
        )
        return weights and all(
            vanishes(-loss.diff(a[j]) - sum(phi(0, z[k, j]) * (y[k] - h[k]) for k in range(n)) / n) for j in range(m)
        )

    def _homogeneous(self) -> bool:
        """On both sides of 0, where σ is z and γ z."""
        return all(vanishes(side - VALUE * side.diff(VALUE)) for side in (VALUE, GAMMA * VALUE))

    def _turn(self) -> bool:
        """The chain rule through the norm ρ, whose derivative in w is w/ρ."""
        d, rho = self.inputs, Symbol("rho", positive=True)
        w = [Symbol(f"w_{i + 1}", real=True) for i in range(d)]
        D = [Symbol(f"D_{i + 1}", real=True) for i in range(d)]
        speed: Any = sum((v * OUTER * D[i] for i, v in enumerate(w)), sympy.S.Zero) / rho
        along = speed / OUTER
        moved = [OUTER * D[k] / rho + (w[k] / rho).diff(rho) * speed for k in range(d)]
        return all(vanishes(moved[k] - OUTER / rho * (D[k] - along * w[k] / rho)) for k in range(d))

    def latex(self) -> str:
        """The field, the early flow and what is kept."""
        return (
            r"D_n(w) = \frac1n\sum_{k=1}^n\sigma'(w\cdot x_k)\,y_k x_k,\quad \dot w_j = a_j D_n(w_j),\quad "
            r"\dot a_j = w_j\cdot D_n(w_j),\quad \frac{d}{dt}\bigl(a_j^2 - \lVert w_j\rVert^2\bigr) = 0"
        )


def _phi(order: int, z: Any) -> Any:
    return AbstractPhi(sympy.Integer(order), z)


def _at(template: Expr, n: int, a: Any, slope: Any, residual: Any) -> Any:
    values: Any = {COUNT: n, OUTER: a, SLOPE: slope, RESIDUAL: residual}
    return template.subs(values, simultaneous=True)


@attrs.frozen
class TwoSided:
    r"""$h(x) = \max(\beta_+\cdot x, 0) - \max(-\beta_-\cdot x, 0)$, least-squares fits on both sides of a hyperplane.

    Where $\beta_\pm$ are positive and negative on their own sides, all gradients of the ReLU network vanish; with
    labels $y_k = x_k\cdot\beta^* + \eta_k$ and independent noise the expected loss is known.

    Attributes:
        samples: of one side, for the identities that are multiplied out; at most 3.
        inputs: d of them, at most 2 and at most as many.
    """

    samples: int = attrs.field(default=2, converter=lambda v: whole(v, "samples", 3))
    inputs: int = attrs.field(default=2, converter=lambda v: whole(v, "inputs", 2))

    def __attrs_post_init__(self):
        if self.inputs > self.samples:
            raise InvalidInstance(
                f"{self.samples} samples of a side have no unique fit in {self.inputs} inputs; pass more"
            )

    @property
    def side(self) -> Expr:
        r"""The expected sum of squared residuals of a side with $n_+$ samples in general position, $n_+\ge d$."""
        return NOISE**2 * (POSITIVE - INPUTS)

    @property
    def loss(self) -> Expr:
        r"""The expected loss for n samples, at least d on each side."""
        return NOISE**2 * (COUNT - 2 * INPUTS) / (2 * COUNT)

    @property
    def interpolates(self) -> Any:
        """Where both sides have as many samples as inputs the expected loss is 0."""
        return sympy.Eq(COUNT, 2 * INPUTS)

    @cached_property
    def proof(self) -> Proof:
        """Normal equations and the hat matrix for explicit sizes; the sum of both sides for all."""
        both = self.side + self.side.subs(POSITIVE, COUNT - POSITIVE)
        return Proof(
            (
                Step("weights", r"\nabla_w L = \tfrac{a}{n}X_+^T(X_+\beta_+ - y_+)", EXPANSION, self._inner()),
                Step(
                    "output weight", r"\partial_a L = \tfrac1n w\cdot X_+^T(X_+\beta_+ - y_+)", EXPANSION, self._outer()
                ),
                Step("normal equations", r"X_+^T(X_+\beta_+ - y_+) = 0", EXPANSION, self._normal()),
                Step("projection", r"(I-H)^2 = I-H = (I-H)^T,\ HX = X", EXPANSION, self._projection()),
                Step("trace", r"\operatorname{tr}H = d", EXPANSION, vanishes(sympy.trace(self._hat) - self.inputs)),
                Step("both sides", r"\sigma^2(n-2d)/(2n)", STRUCTURE, vanishes(both / (2 * COUNT) - self.loss)),
            )
        )

    @cached_property
    def _X(self) -> sympy.Matrix:
        return table("x", self.samples, self.inputs)

    @cached_property
    def _hat(self) -> Any:
        """H = X (XᵀX)^-1 Xᵀ."""
        hat: Any = self._X * self._inverse * self._X.T
        return hat.applyfunc(sympy.cancel)

    @cached_property
    def _inverse(self) -> Any:
        return (self._X.T * self._X).inv("ADJ").applyfunc(sympy.cancel)

    @cached_property
    def _neuron(self) -> tuple[Any, Any, Any, Any]:
        """Output weight, weights, labels and the side's part of n L, all of whose samples are active."""
        w, y = table("w", self.inputs, 1), table("y", self.samples, 1)
        fit: Any = OUTER * self._X * w - y
        return OUTER, w, y, sum(v**2 for v in fit) / 2

    def _inner(self) -> bool:
        a, w, y, part = self._neuron
        told = a * self._X.T * (self._X * (a * w) - y)
        return all(vanishes(part.diff(w[i]) - told[i]) for i in range(self.inputs))

    def _outer(self) -> bool:
        a, w, y, part = self._neuron
        return vanishes(part.diff(a) - (w.T * self._X.T * (self._X * (a * w) - y))[0])

    def _normal(self) -> bool:
        y = table("y", self.samples, 1)
        left: Any = self._X.T * (self._X * (self._inverse * self._X.T * y) - y)
        return all(vanishes(sympy.cancel(sympy.together(v))) for v in left)

    def _projection(self) -> bool:
        rest = sympy.eye(self.samples) - self._hat
        matrices: tuple[Any, ...] = (rest * rest - rest, rest - rest.T, self._hat * self._X - self._X)
        zeros = [v for matrix in matrices for v in matrix]
        return all(sympy.cancel(sympy.together(v)) == 0 for v in zeros)

    def latex(self) -> str:
        """The network and its expected loss."""
        return (
            r"h(x) = (\beta_+\cdot x)_+ - (-\beta_-\cdot x)_+,\quad X_\pm^T X_\pm\beta_\pm = X_\pm^T y_\pm,\quad "
            rf"\mathbb E\,L = {sympy.latex(self.loss)}"
        )

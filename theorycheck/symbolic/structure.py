r"""A two-layer network as a sum over (sample, neuron) pairs: one term template serves every size.

With $z_{ij} = \theta_j \cdot x_i$ the output is $f(x_i) = \sum_j G(z_{ij}, a_j)$, $G = a\,\varphi(z)$. All that
is derived is $\sum_{ij}$ of one small expression in $z$, $a$ and $w = \lVert x\rVert^2$, whatever the sizes are.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import attrs
import sympy
from sympy import Expr, Symbol

from theorycheck.errors import InvalidInstance
from theorycheck.models.losses import Loss
from theorycheck.numbers import exact
from theorycheck.symbolic.substitution import put, total_of

ORDERS = 4
PREACTIVATION = Symbol("z", real=True)
PHI = tuple(Symbol(f"phi_{order}", real=True) for order in range(ORDERS + 2))  # the values of φ, φ', φ'', ... at z
WEIGHT = Symbol("a", real=True)
SQUARED_NORM = Symbol("w", real=True)
KAPPA = Symbol("kappa", positive=True)
SLOPE_Z = Symbol("s", real=True)  # the change of z along a direction
SLOPE_A = Symbol("b", real=True)  # the change of a along a direction
MULTIPLIER = Symbol("alpha", real=True)


def along_z(template: Expr) -> Expr:
    """The derivative in z of a polynomial in φ, φ', φ'', …: each φ^(k) has derivative φ^(k+1)."""
    return sympy.Add(*(template.diff(PHI[k]) * PHI[k + 1] for k in range(ORDERS + 1)))


@attrs.frozen
class Template:
    r"""What one (sample, neuron) pair contributes.

    Attributes:
        output: $G$, to the network's output.
        slopes: $\lVert\nabla f\rVert^2$, to the squared length of the output's gradient.
        laplacian: $\operatorname{tr}\nabla^2 f$, to the trace of the output's Hessian.
    """

    output: Expr
    slopes: Expr
    laplacian: Expr

    @property
    def sharpness(self) -> Expr:
        r"""The pair's term of $F = \kappa\sum_i\lVert\nabla f_i\rVert^2$, the Hessian trace on zero loss."""
        return KAPPA * self.slopes


def template(trained_output: bool) -> Template:
    """The template for fixed or trained output weights, differentiated from the output alone."""
    output = WEIGHT * PHI[0]
    slope = along_z(output)
    in_weight = output.diff(WEIGHT) if trained_output else sympy.S.Zero
    slopes = SQUARED_NORM * slope**2 + in_weight**2
    laplacian = SQUARED_NORM * along_z(slope) + (in_weight.diff(WEIGHT) if trained_output else 0)
    return Template(output, slopes, laplacian)


@attrs.frozen
class Problem:
    """A network and a loss on data that are numbers or symbols.

    Attributes:
        network: anything with the fields of `TwoLayer`.
        loss: its normalisation.
        X: n rows of d entries, as sympy expressions.
        y: n labels, as sympy expressions.
    """

    network: Any
    loss: Loss
    X: tuple[tuple[Expr, ...], ...]
    y: tuple[Expr, ...]

    @property
    def n(self) -> int:
        """The number of samples."""
        return len(self.X)

    @property
    def m(self) -> int:
        """The number of neurons."""
        return self.network.width

    @property
    def d(self) -> int:
        """The number of inputs, the bias not counted."""
        return len(self.X[0])

    @property
    def pairs(self) -> Iterable[tuple[int, int]]:
        """Every (sample, neuron), from zero."""
        return ((i, j) for i in range(self.n) for j in range(self.m))

    @cached_property
    def rows(self) -> tuple[tuple[Expr, ...], ...]:
        """The samples as the neurons see them: with a one appended when the network has a bias."""
        return tuple((*row, sympy.S.One) for row in self.X) if self.network.bias else self.X

    @cached_property
    def theta(self) -> tuple[tuple[Symbol, ...], ...]:
        """The first layer's symbols, shape (m, d) or (m, d + 1); a row is a neuron, its bias last."""
        gap = "" if max(self.m, self.d) < 10 else "_"
        return tuple(
            tuple(_real(f"theta_{j}{gap}{k}") for k in range(1, self.d + 1))
            + ((_real(f"b_{j}"),) if self.network.bias else ())
            for j in range(1, self.m + 1)
        )

    @cached_property
    def weights(self) -> tuple[Expr, ...]:
        """The output weights: symbols where they are trained, rationals where they are fixed."""
        if self.network.trained_output:
            return tuple(_real(f"a_{j}") for j in range(1, self.m + 1))
        return tuple(_rational(weight) for weight in self.network.output_weights)

    @cached_property
    def parameters(self) -> tuple[Symbol, ...]:
        """All trained parameters: neuron by neuron, then the output weights where they are trained."""
        first = tuple(symbol for row in self.theta for symbol in row)
        return first + tuple(self.weights) if self.network.trained_output else first  # type: ignore[return-value]

    @property
    def kappa(self) -> Expr:
        """The factor of the Hessian trace on zero loss."""
        return _rational(self.loss.kappa(self.n))

    @cached_property
    def template(self) -> Template:
        """The template of one (sample, neuron) pair."""
        return template(self.network.trained_output)

    @cached_property
    def preactivations(self) -> tuple[tuple[Expr, ...], ...]:
        """The z_ij, shape (n, m)."""
        return tuple(tuple(dot(row, neuron) for neuron in self.theta) for row in self.rows)

    @cached_property
    def squared_norms(self) -> tuple[Expr, ...]:
        """The w_i = |x_i|², the bias counted."""
        return tuple(total_of(entry**2 for entry in row) for row in self.rows)

    @cached_property
    def residuals(self) -> tuple[Expr, ...]:
        """The r_i = f(x_i) - y_i, as expressions in the parameters."""
        outputs = self.over_neurons(self.template.output)
        return tuple(total_of((output, -label)) for output, label in zip(outputs, self.y, strict=True))

    def at_pair(self, expression: Expr, i: int, j: int, extra: dict[Expr, Expr] | None = None) -> Expr:
        """A template with the values of sample i and neuron j in it (both from zero)."""
        values: dict[Expr, Expr] = {WEIGHT: self.weights[j], SQUARED_NORM: self.squared_norms[i], KAPPA: self.kappa}
        values |= {PHI[order]: self.network.activation.expression(order) for order in orders_in(expression)}
        in_z: Expr = expression.xreplace(values | (extra or {}))  # type: ignore[assignment]
        return put(in_z, PREACTIVATION, self.preactivations[i][j])

    def over_neurons(self, expression: Expr) -> tuple[Expr, ...]:
        """The sum of a template over the neurons, for each sample."""
        return tuple(total_of(self.at_pair(expression, i, j) for j in range(self.m)) for i in range(self.n))


def orders_in(expression: Expr) -> list[int]:
    """The orders k for which φ^(k) occurs in a template."""
    symbols = expression.free_symbols
    return [order for order, symbol in enumerate(PHI) if symbol in symbols]


def dot(left: Sequence[Expr], right: Sequence[Expr]) -> Expr:
    """The inner product of two rows of expressions."""
    return total_of(a * b for a, b in zip(left, right, strict=True))


def problem(
    network: Any,
    *,
    samples: int | None = None,
    inputs: int | None = None,
    loss: str | Loss = "half-sum",
    X: Any = None,
    y: Any = None,
) -> Problem:
    """A problem from sizes (symbolic data), from numbers, or from a mixture: X given and y left symbolic.

    Args:
        network: a `TwoLayer`.
        samples: n, when `X` is not given; two by default.
        inputs: d, when `X` is not given; two by default.
        loss: "sum", "half-sum", "mean" or "half-mean", or a `Loss`.
        X: (n, d) numbers or sympy expressions, a row a sample; or a dataset with fields `X` and `y`.
        y: (n,) numbers or sympy expressions.

    Returns:
        The problem.

    Raises:
        InvalidInstance: sizes below one, sizes that contradict the data, or ragged rows.
    """
    if hasattr(X, "X"):
        X, y = X.X, X.y if y is None else y
    if X is None:
        rows = _symbolic_rows(2 if samples is None else samples, 2 if inputs is None else inputs)
    else:
        rows = tuple(_entries(row, f"X[{i}]") for i, row in enumerate(listed(X, "X")))
        _check_rows(rows, samples, inputs)
    labels = tuple(_real(f"y_{i}") for i in range(1, len(rows) + 1))
    if y is not None:
        labels = _entries(y, "y")
    if len(labels) != len(rows):
        raise InvalidInstance(f"y has {len(labels)} labels for {len(rows)} samples; pass one label per row of X")
    return Problem(network, loss if isinstance(loss, Loss) else Loss(loss), rows, labels)


def _symbolic_rows(samples: int, inputs: int) -> tuple[tuple[Symbol, ...], ...]:
    for name, size in (("samples", samples), ("inputs", inputs)):
        if not isinstance(size, int) or size < 1:
            raise InvalidInstance(f"{name} is {size!r}; pass a whole number of at least 1")
    gap = "" if max(samples, inputs) < 10 else "_"
    return tuple(tuple(_real(f"x_{i}{gap}{k}") for k in range(1, inputs + 1)) for i in range(1, samples + 1))


def _check_rows(rows: tuple[tuple[Expr, ...], ...], samples: int | None, inputs: int | None) -> None:
    widths = {len(row) for row in rows}
    if not rows or widths == {0}:
        raise InvalidInstance("X is empty; pass at least one row with at least one entry")
    if len(widths) > 1:
        raise InvalidInstance(f"the rows of X have {sorted(widths)} entries; pass rows of one length")
    for name, asked, found in (("samples", samples, len(rows)), ("inputs", inputs, widths.pop())):
        if asked not in (None, found):
            raise InvalidInstance(f"{name}={asked} but X has {found}; leave {name} out when X is given")


def listed(values: Any, name: str) -> list[Any]:
    """The entries of a list, tuple or array.

    Raises:
        InvalidInstance: it has none, being a number or text.
    """
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise InvalidInstance(f"{name} is {values!r:.40}; pass a list of numbers for each row")
    return list(values)


def _entries(values: Any, name: str) -> tuple[Expr, ...]:
    return tuple(
        value if isinstance(value, Expr) else _rational(exact(value, f"{name}[{k}]"))
        for k, value in enumerate(listed(values, name))
    )


def _rational(value: Any) -> Expr:
    return sympy.Rational(value.numerator, value.denominator)


def _real(name: str) -> Symbol:
    return Symbol(name, real=True)

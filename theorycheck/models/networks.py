"""Network architectures: shapes, the activation, and which parameters are trained."""

from fractions import Fraction
from typing import Any

from attrs import field, frozen

from theorycheck.errors import InvalidInstance
from theorycheck.models.activations import Activation, activation
from theorycheck.numbers import exact


def _width(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidInstance(f"the width m is {value!r}; pass a whole number of at least 1")
    return value


def _weights(values: Any) -> tuple[Fraction, ...]:
    return tuple(exact(value, "an output weight") for value in values)


@frozen
class TwoLayer:
    """f(x) = Σ_j a_j φ(θ_j·x), with θ of shape (m, d): a row is a neuron.

    Attributes:
        width: m.
        activation: φ, by name, text, sympy expression or Activation.
        output_weights: a, of length m; ones unless given.
        trained_output: whether a is trained too; then `output_weights` is only a start.
        bias: whether every neuron has a trained bias, that is, whether x is replaced by (x, 1).

    Raises:
        InvalidInstance: a width below 1, a wrong number of output weights, or a zero weight.
    """

    width: int = field(converter=_width)
    activation: Activation = field(converter=activation)
    output_weights: tuple[Fraction, ...] = field(default=(), converter=_weights)
    trained_output: bool = False
    bias: bool = False

    def __attrs_post_init__(self):
        if not self.output_weights:
            object.__setattr__(self, "output_weights", (Fraction(1),) * self.width)
        if len(self.output_weights) != self.width:
            given = len(self.output_weights)
            raise InvalidInstance(f"{given} output weights for width {self.width}; pass one a neuron")
        if not self.trained_output and 0 in self.output_weights:
            raise InvalidInstance("an output weight is 0: that neuron does nothing; leave it out and lower the width")

    @property
    def equal_weights(self) -> bool:
        """Whether the output weights are fixed to ones, the paper's setting."""
        return not self.trained_output and set(self.output_weights) == {Fraction(1)}

    def __str__(self) -> str:
        output = "trained" if self.trained_output else "ones" if self.equal_weights else _show(self.output_weights)
        return f"two layers, {self.width} neurons, φ = {self.activation.text}, output weights {output}"


def _show(weights: tuple[Fraction, ...]) -> str:
    return "(" + ", ".join(map(str, weights)) + ")"

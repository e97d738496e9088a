"""Two-layer (leaky) ReLU networks trained plainly: data, network, loss and start, as one instance.

Fixed outputs (`outputs="fixed"`): m_+ neurons w_{+,r} and m_- neurons w_{-,r}, only they are trained,

    f(x) = 1/m_+ Σ_r σ(w_{+,r}·x) - 1/m_- Σ_r σ(w_{-,r}·x).

Trained outputs (`outputs="trained"`): m neurons (a_j, w_j), both layers are trained, f(x) = Σ_j a_j σ(w_j·x).
σ(z) = max(z, γ z) with γ in [0, 1]: γ = 0 is the ReLU, γ = 1 the identity. No biases.
"""

import hashlib
import json
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.numbers import exact

LOSSES = {
    "logistic": "L = 1/n sum_i log(1 + exp(-y_i f(x_i)))",
    "square": "L = 1/(2n) sum_i (f(x_i) - y_i)^2",
    "hinge": "L = 1/n sum_i max(0, 1 - y_i f(x_i))",
}
OUTPUTS = ("fixed", "trained")
ACTIVATIONS = ("leaky", "tanh")
SIGNS = ("random", "balanced", "plus", "minus")
_CHOICES = (("loss", LOSSES), ("outputs", OUTPUTS), ("activation", ACTIVATIONS), ("signs", SIGNS))


def _widths(value: Any) -> tuple[int, ...]:
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    for m in values:
        if isinstance(m, bool) or not isinstance(m, int) or m < 1:
            raise InvalidInstance(f"the width is {m!r}; pass a whole number of at least 1, or one a sign: (m_+, m_-)")
    return values


def _slope(value: Any) -> Fraction:
    slope = exact(value, "the slope γ")
    if not 0 <= slope <= 1:
        raise InvalidInstance(f"the slope γ is {slope}; pass a number from 0 (ReLU) to 1 (linear)")
    return slope


def _from_zero(value: Any, name: str) -> Fraction:
    number = exact(value, name)
    if number < 0:
        raise InvalidInstance(f"{name} is {number}; pass 0 or a positive number")
    return number


def _step(value: Any) -> Fraction | None:
    if value is not None and _from_zero(value, "the step eta") == 0:
        raise InvalidInstance("the step eta is 0: nothing would move; pass a positive number, or leave it out")
    return None if value is None else exact(value, "the step eta")


@attrs.frozen
class ReluInstance:
    """A dataset, a two-layer (leaky) ReLU network, a loss and a start: what the theorems on plain training fix.

    Attributes:
        data: n samples with labels; ±1 for the logistic and the hinge loss.
        width: (m_+, m_-) neurons a sign with fixed outputs (one number for both), or m in all with trained ones.
        slope: γ.
        loss: `logistic`, `square` or `hinge`; see LOSSES for its normalisation.
        outputs: `fixed` (±1/m a sign) or `trained` (both layers).
        init: scale of the start: standard deviation σ_0 of an entry of w with fixed outputs, λ with trained ones,
            where w_j(0) = λ/√m · standard Gaussian and |a_j(0)| = dominance · ‖w_j(0)‖.
        eta: the step of gradient descent; None lets training choose and say it.
        activation: `leaky`, or `tanh` (which uses no slope) to see what does not carry over.
        dominance: |a_j(0)| / ‖w_j(0)‖ with trained outputs.
        signs: of a_j(0) with trained outputs: `random`, `balanced`, `plus` or `minus`.
        law: the `Law` that the data were drawn from, if any: what a theorem says of the population.
        seed: of the start.

    Raises:
        InvalidInstance: sizes, numbers or names that make no sense; labels other than ±1 where the loss needs them.

    Example:
        >>> print(ReluInstance(Dataset([[1, 0], [0, 1]], [1, -1]), width=3, slope="1/2"))
        n=2, d=2, m=3+3; leaky ReLU, γ=1/2; L = 1/n sum_i log(1 + exp(-y_i f(x_i))); outputs fixed; data data
    """

    data: Dataset
    width: tuple[int, ...] = attrs.field(default=(20,), converter=_widths)
    slope: Fraction = attrs.field(default=Fraction(0), converter=_slope)
    loss: str = "logistic"
    outputs: str = "fixed"
    init: Fraction = attrs.field(default=Fraction(1, 10000), converter=lambda v: _from_zero(v, "the start's scale"))
    eta: Fraction | None = attrs.field(default=None, converter=_step)
    activation: str = "leaky"
    dominance: Fraction = attrs.field(default=Fraction(1), converter=lambda v: _from_zero(v, "the dominance |a|/‖w‖"))
    signs: str = "random"
    law: Any = None
    seed: int = 0

    def __attrs_post_init__(self):
        for name, known in _CHOICES:
            if getattr(self, name) not in known:
                raise InvalidInstance(f"unknown {name} {getattr(self, name)!r}; choose one of {', '.join(known)}")
        needed = 2 if self.outputs == "fixed" else 1
        if len(self.width) > needed:
            meaning = "m, of both signs together, since outputs are trained"
            meaning = "m for both signs, or m_+,m_-" if needed == 2 else meaning
            given = ", ".join(map(str, self.width))
            raise InvalidInstance(f"{len(self.width)} widths, {given}; pass {meaning}")
        object.__setattr__(self, "width", self.width * (needed // len(self.width)))
        if self.loss != "square":
            check_signs(self.data, ", or the square loss")

    @property
    def relu(self) -> bool:
        """Whether σ is the ReLU itself."""
        return self.activation == "leaky" and self.slope == 0

    @property
    def normalisation(self) -> str:
        """The loss with its factors, to be shown beside every number."""
        return LOSSES[self.loss]

    @cached_property
    def document(self) -> dict:
        """The instance as certificates write it; the checker knows no tanh and refuses the word."""
        smooth = {"activation": self.activation} if self.activation != "leaky" else {}
        return {
            "model": "relu network",
            "X": [[str(v) for v in row] for row in self.data.X],
            "y": [str(v) for v in self.data.y],
            "slope": str(self.slope),
            "width": list(self.width),
            "loss": self.loss,
            "outputs": self.outputs,
            **smooth,
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything above."""
        start = [str(self.init), str(self.eta), self.activation, str(self.dominance), self.signs, self.seed]
        parts = [self.document, start, str(self.law)]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __str__(self) -> str:
        kind = "tanh" if self.activation == "tanh" else "ReLU" if self.relu else f"leaky ReLU, γ={self.slope}"
        width = "+".join(map(str, self.width))
        sizes = f"n={self.data.n}, d={self.data.d}, m={width}"
        return f"{sizes}; {kind}; {self.normalisation}; outputs {self.outputs}; data {self.data.name}"


def check_signs(data: Dataset, otherwise: str = "") -> None:
    """Refuse labels other than ±1.

    Args:
        data: the samples.
        otherwise: what else may be passed, where there is such a thing.

    Raises:
        InvalidInstance: with the first such label and its row.
    """
    wrong = next((i for i, label in enumerate(data.y) if abs(label) != 1), None)
    if wrong is not None:
        raise InvalidInstance(
            f"{data.name}: label {data.y[wrong]} of row {wrong} is not 1 or -1; pass ±1 "
            f"(two classes of a file: --classes 3,8){otherwise}"
        )

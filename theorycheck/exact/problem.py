"""The sharpness problem: minimise the Hessian trace over the zero-loss set, as data that every solver reads."""

from fractions import Fraction
from functools import cached_property
from typing import Any

from attrs import frozen
from flint import ctx

from theorycheck.certificates import build, check
from theorycheck.errors import InvalidInstance
from theorycheck.models.activations import Activation
from theorycheck.models.data import Dataset
from theorycheck.models.losses import Loss
from theorycheck.models.networks import TwoLayer


@frozen
class Problem:
    """Minimise κ Σ_i w_i Σ_j a_j² φ'(z_ij)² subject to Σ_j a_j φ(z_ij) = y_i and Z = X θᵀ.

    Attributes:
        data: the samples that the first layer sees, with the ones of a bias.
        network: the network.
        loss: the loss, for κ.
    """

    data: Dataset
    network: TwoLayer
    loss: Loss

    @cached_property
    def document(self) -> dict:
        """The instance as certificates carry it."""
        raw = self.network
        plain = TwoLayer(raw.width, raw.activation, raw.output_weights, trained_output=raw.trained_output)
        return build.instance_document(self.data, plain, self.loss)

    @cached_property
    def checker(self) -> check.Network:
        """The checker's own view."""
        with ctx.workprec(check.BITS):
            return check.Network(self.document)

    @property
    def phi(self) -> Activation:
        """φ."""
        return self.network.activation

    @property
    def m(self) -> int:
        """The width."""
        return self.network.width

    @property
    def a(self) -> tuple[Fraction, ...]:
        """The fixed output weights."""
        return self.network.output_weights

    @property
    def kappa(self) -> Fraction:
        """κ."""
        return self.loss.kappa(self.data.n)

    @cached_property
    def weights(self) -> tuple[Fraction, ...]:
        """w_i = |x_i|²."""
        return self.data.squared_norms()

    @cached_property
    def active(self) -> tuple[int, ...]:
        """The samples with a nonzero input."""
        return tuple(i for i, w in enumerate(self.weights) if w)

    @cached_property
    def free(self) -> bool:
        """Whether every matrix of preactivations is reached: the nonzero inputs are independent."""
        return self.data.rank() == len(self.active)

    @cached_property
    def convex(self) -> bool:
        """Whether the checker sees φ'² to be a convex function of φ."""
        try:
            self.checker.convex()
        except check.Refused:
            return False
        return True

    def level(self, i: int) -> Fraction:
        """y_i / m, the value of φ where all neurons agree."""
        return self.data.y[i] / self.m


def problem(X: Any, y: Any, network: TwoLayer, loss: Any) -> Problem:
    """The problem of some data.

    Args:
        X: a `Dataset`, or (n, d) numbers.
        y: (n,) labels; None where X is a `Dataset` that has them.
        network: the network.
        loss: a `Loss` or its name.

    Raises:
        InvalidInstance: sizes that do not fit, numbers that are none, or a zero-loss set that is empty.
    """
    data = _dataset(X, y)
    data = data.with_bias() if network.bias else data
    found = Problem(data, network, loss if isinstance(loss, Loss) else Loss(loss))
    _no_contradiction(found)
    _smooth(found)
    return found


def _smooth(found: Problem) -> None:
    """Refuse an activation with poles, roots or logarithms of numbers that may be negative: no certificate takes it."""
    try:
        check.continuous(*found.phi.jets())
    except check.Refused as reason:
        raise InvalidInstance(
            f"activation {found.phi.text}: it or a derivative is not seen to be continuous for all z ({reason}); "
            "pass one without poles, and with roots and logarithms of positive numbers only"
        ) from None


def _dataset(X: Any, y: Any) -> Dataset:
    if isinstance(X, Dataset):
        return X if y is None else X.with_labels(y)
    if y is None:
        raise InvalidInstance("no labels: pass y, or a Dataset as X")
    return Dataset.from_arrays(X, y, name="data")


def _no_contradiction(found: Problem) -> None:
    """Refuse labels that the same input would have to fit twice, or that a zero input cannot have."""
    first: dict[tuple, int] = {}
    for i, x in enumerate(found.data.X):
        k = first.setdefault(x, i)
        if found.data.y[k] != found.data.y[i]:
            labels = f"{found.data.y[k]} and {found.data.y[i]}"
            raise InvalidInstance(f"the zero-loss set is empty: rows {k} and {i} are equal with labels {labels}")
    if found.network.trained_output or len(found.active) == found.data.n:
        return
    resting = check.value(found.phi.jets()[0], z=check.ZERO)
    for i, y in enumerate(found.data.y):
        output = resting * sum((check.fmpq(a.numerator, a.denominator) for a in found.a), check.ZERO)
        off = output - check.fmpq(y.numerator, y.denominator)
        if i not in found.active and (off < 0 or off > 0):
            told = output if check.exact(output) else float(output)
            raise InvalidInstance(
                f"the zero-loss set is empty: row {i} is zero, so the network gives it {told}, and its label is {y}"
            )

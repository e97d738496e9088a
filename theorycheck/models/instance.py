"""An instance: everything a theorem quantifies over, fixed."""

import hashlib
import json
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.losses import Loss
from theorycheck.models.networks import TwoLayer
from theorycheck.numbers import exact


def _positive(instance: Any, attribute: Any, value: Fraction) -> None:
    if value <= 0:
        raise InvalidInstance(f"{attribute.name} is {value}; pass a positive number")


def _not_negative(instance: Any, attribute: Any, value: Fraction) -> None:
    if value < 0:
        raise InvalidInstance(f"{attribute.name} is {value}; pass 0 or a positive number")


@attrs.frozen
class Instance:
    """A dataset, a network, a loss and the hyperparameters of training.

    Attributes:
        data: the samples; with a bias, still without the column of ones.
        network: the two-layer network.
        loss: the squared loss with its normalisation.
        eta: step size of label-noise SGD.
        sigma: standard deviation of the label noise.
        seed: of the start and of the noise.

    Raises:
        InvalidInstance: a step that is not positive or a negative noise level.
    """

    data: Dataset
    network: TwoLayer
    loss: Loss = attrs.field(factory=Loss)
    eta: Fraction = attrs.field(default=Fraction(1, 100), converter=lambda v: exact(v, "eta"), validator=_positive)
    sigma: Fraction = attrs.field(
        default=Fraction(3, 10), converter=lambda v: exact(v, "sigma"), validator=_not_negative
    )
    seed: int = 0

    @property
    def inputs(self) -> Dataset:
        """The samples that the first layer sees: with a trained bias, (x, 1)."""
        return self.data.with_bias() if self.network.bias else self.data

    @property
    def kappa(self) -> Fraction:
        """κ of the loss for this number of samples."""
        return self.loss.kappa(self.data.n)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything above."""
        network = attrs.asdict(self.network, recurse=True)
        parts = [self.data.digest, network, self.loss.name, self.eta, self.sigma, self.seed]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __str__(self) -> str:
        sizes = f"n={self.data.n}, d={self.data.d}, m={self.network.width}"
        return f"{sizes}; φ = {self.network.activation.text}; {self.loss}; data {self.data.name}"

"""The deep unconstrained-features model (DUFM): the features of the last layers of a network are free variables.

With K classes, n_k samples in class k, N = Σ n_k, features H of shape (d_1, N) and weights W_1, ..., W_L:

    Z = W_L s(W_{L-1} s( ... s(W_1 H) ... )),    shape (K, N), s the ReLU or the identity; H itself meets no ReLU,
    objective = fit(Z) + λ_H / 2 ‖H‖² + Σ_l λ_l / 2 ‖W_l‖²,
    fit = 1/(2N) ‖Z - Y‖² (mse) or the mean cross-entropy over the N samples (ce); no biases.

There are L + 1 regularised factors and L - 1 ReLUs. For given weights the best columns of H are the same for all
samples of a class, so parameters are told by class means: H has a column a class, and ‖H‖² counts it n_k times.
"""

import hashlib
import json
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.numbers import exact

LOSSES = {
    "mse": "1/(2N) ‖Z - Y‖²",
    "ce": "1/N Σ_i log(1 + Σ_{c≠c_i} exp(z_ci - z_{c_i,i}))",
}
ACTIVATIONS = ("relu", "linear")
_LEAST_REG = Fraction(1, 10**300)  # floats go no further


def _whole(value: Any, name: str, least: int, why: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidInstance(f"{name} is {value!r}; pass a whole number of at least {least}{why}")
    return value


def _classes(value: Any) -> int:
    return _whole(value, "the number of classes K", 2, ": with one class there is nothing to tell apart")


def _depth(value: Any) -> int:
    return _whole(value, "the depth L", 1, ": L counts the weight matrices after the features")


def _reg(value: Any) -> tuple[Fraction, ...]:
    values = value if isinstance(value, (tuple, list)) else (value,)
    found = tuple(exact(v, "the regularisation λ") for v in values)
    for v in found:
        if v <= 0:
            raise InvalidInstance(f"the regularisation λ is {v}; pass a positive number")
        if not _LEAST_REG <= v <= 1 / _LEAST_REG:
            raise InvalidInstance("the regularisation λ is out of reach; pass a number from 1e-300 to 1e300")
    return found


def _counts(value: Any) -> tuple[int, ...]:
    values = value if isinstance(value, (tuple, list)) else (value,)
    return tuple(_whole(v, "a number of samples", 1, "") for v in values)


@attrs.frozen
class UnconstrainedFeatures:
    """An instance of the deep unconstrained-features model: everything that a theorem about it quantifies over.

    Attributes:
        classes: K.
        depth: L, the number of weight matrices.
        reg: λ, one number for all, or L + 1 of them: λ_H, λ_1, ..., λ_L.
        loss: `mse` or `ce`.
        activation: `relu` or `linear`.
        counts: samples a class: one number n for all, or K of them.
        width: d, the most rows that H and each hidden layer may have; None for no limit.
        seed: of training.

    Raises:
        InvalidInstance: a size, a regularisation or a name that makes no sense, or counts that do not match.

    Example:
        >>> print(UnconstrainedFeatures(3, 2, "1/100"))
        K=3, L=2, n=1, λ=1/100; relu; objective 1/(2N) ‖Z - Y‖² + Σ λ/2 ‖·‖²
    """

    classes: int = attrs.field(converter=_classes)
    depth: int = attrs.field(converter=_depth)
    reg: tuple[Fraction, ...] = attrs.field(converter=_reg)
    loss: str = "mse"
    activation: str = "relu"
    counts: tuple[int, ...] = attrs.field(default=(1,), converter=_counts)
    width: int | None = None
    seed: int = 0

    def __attrs_post_init__(self):
        for name, known in (("loss", LOSSES), ("activation", ACTIVATIONS)):
            if getattr(self, name) not in known:
                raise InvalidInstance(f"unknown {name} {getattr(self, name)!r}; choose one of {', '.join(known)}")
        self._spread("reg", self.depth + 1, "λ_H, λ_1, ..., λ_L, one a factor")
        self._spread("counts", self.classes, "one number of samples a class")
        if self.width is not None:
            _whole(self.width, "the width d", 1, "")

    def _spread(self, name: str, size: int, meaning: str) -> None:
        """One number stands for all."""
        values = getattr(self, name)
        if len(values) not in (1, size):
            raise InvalidInstance(f"{len(values)} numbers for {name}; pass one for all, or {size}: {meaning}")
        if len(values) != size:
            object.__setattr__(self, name, values * size)

    @property
    def samples(self) -> int:
        """N, the number of all samples."""
        return sum(self.counts)

    @property
    def balanced(self) -> bool:
        """Whether all classes have equally many samples."""
        return len(set(self.counts)) == 1

    @property
    def relu(self) -> bool:
        """Whether hidden layers are rectified; with L = 1 there is none."""
        return self.activation == "relu" and self.depth > 1

    @cached_property
    def document(self) -> dict:
        """The instance as certificates write it."""
        return {
            "model": "unconstrained features",
            "classes": self.classes,
            "depth": self.depth,
            "reg": [str(v) for v in self.reg],
            "loss": self.loss,
            "relu": self.relu,
            "counts": list(self.counts),
            "width": self.width,
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything above."""
        parts = {**self.document, "activation": self.activation, "seed": self.seed}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def normalisation(self) -> str:
        """The objective with its factors, to be shown beside every number."""
        return f"{LOSSES[self.loss]} + Σ λ/2 ‖·‖²"

    def __str__(self) -> str:
        n = str(self.counts[0]) if self.balanced else _listed(self.counts)
        lam = str(self.reg[0]) if len(set(self.reg)) == 1 else _listed(self.reg)
        width = "" if self.width is None else f", d={self.width}"
        sizes = f"K={self.classes}, L={self.depth}, n={n}, λ={lam}{width}"
        kind = self.activation if self.depth > 1 else "no hidden layer"
        return f"{sizes}; {kind}; objective {self.normalisation}"


def _listed(values: tuple) -> str:
    return "(" + ", ".join(map(str, values)) + ")"

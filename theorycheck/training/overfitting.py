"""Benign and harmful overfitting with the hinge loss: gradient descent on a leaky network with fixed outputs.

Karhadkar, George, Murray, Montúfar, Needell (arXiv 2403.06903): x = √g y u + √(1-g) noise with some labels flipped.
Gradient descent reaches hinge loss zero at a norm that is a bounded multiple of the largest margin's, and whether the
network that fits the flipped labels is right on fresh samples depends on the signal g.

The norm is compared with that of the largest linear margin: w* of least norm with y_i <w*, x_i> >= 1 is a network with
w_{+,r} = c w*, w_{-,r} = -c w*, c = 1/(1 + γ), whose squared norm is (m_+ + m_-) c² ‖w*‖².
"""

import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.models import generators_signs
from theorycheck.models.rational import from_flint, to_flint
from theorycheck.models.relu import ReluInstance
from theorycheck.numbers import exact

FRESH = 2000  # test samples
CONFIDENCE = 0.95


@attrs.frozen(eq=False)
class HingeRun:
    """Gradient descent on the hinge loss.

    Attributes:
        instance: fixed outputs, hinge loss.
        eta: the step.
        steps: taken.
        W_plus, W_minus: the end, (m_+, d) and (m_-, d).
        loss: at the end.
        least_margin: the least y_i f(x_i) at these very numbers, an exact rational.
        norm: ‖W‖_F of both blocks.
        linear_norm: ‖w*‖ of the largest linear margin; infinity where no linear classifier has the labels.
        ratio: norm over the norm of the network made of w*; below 1 where the network does better than any linear one.
        wall: seconds.
    """

    instance: ReluInstance
    eta: float
    steps: int
    W_plus: np.ndarray
    W_minus: np.ndarray
    loss: float
    least_margin: Fraction
    norm: float
    linear_norm: float
    ratio: float
    wall: float

    @property
    def met(self) -> bool:
        """Whether the hinge loss is exactly zero; otherwise the run supports nothing."""
        return self.least_margin >= 1

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """The outputs f(x) at the rows of X, (n,)."""
        slope = float(self.instance.slope)
        blocks = [np.maximum(Z, slope * Z).mean(axis=1) for Z in (X @ self.W_plus.T, X @ self.W_minus.T)]
        return blocks[0] - blocks[1]


def hinge(instance: ReluInstance, steps: int = 20_000) -> HingeRun:
    """Gradient descent until every margin is at least 1, full batch.

    Args:
        instance: outputs="fixed", loss="hinge", activation leaky; its η, or one that moves a margin by at most 1/10.
        steps: at most.

    Raises:
        InvalidInstance: another kind of instance.
    """
    if (instance.outputs, instance.loss, instance.activation) != ("fixed", "hinge", "leaky"):
        raise InvalidInstance("overfitting runs need outputs='fixed', loss='hinge' and a leaky activation")
    began, (X, y), slope = time.perf_counter(), instance.data.arrays(), float(instance.slope)
    signs = np.repeat([1.0, -1.0], instance.width)
    share = signs / np.repeat(instance.width, instance.width)
    W = np.random.default_rng([instance.seed, 2403]).standard_normal((len(signs), X.shape[1])) * float(instance.init)
    top = float((X**2).sum(axis=1).max())
    eta = (
        float(instance.eta) if instance.eta is not None else 0.1 * len(y) * min(instance.width) / (2 * max(top, 1e-12))
    )
    done = 0
    for done in range(steps + 1):
        Z = X @ W.T
        gap = 1 - y * (np.maximum(Z, slope * Z) @ share)
        if done == steps or gap.max() <= 0:
            break
        pull = (gap > 0) * y * (eta / len(y))
        W += (np.where(Z > 0, 1.0, slope) * pull[:, None] * share).T @ X
    first = instance.width[0]
    linear, norm = linear_norm(X, y), float(np.sqrt((W**2).sum()))
    ratio = norm * (1 + slope) / (np.sqrt(len(signs)) * linear)
    least, wall = least_margin(instance, W[:first], W[first:]), time.perf_counter() - began
    loss = float(np.maximum(gap, 0).mean())
    return HingeRun(instance, eta, done, W[:first], W[first:], loss, least, norm, linear, float(ratio), wall)


def least_margin(instance: ReluInstance, W_plus: np.ndarray, W_minus: np.ndarray) -> Fraction:
    """The least y_i f(x_i) of the network with exactly these weights."""
    data, heights = instance.data, [Fraction(0)] * instance.data.n
    X = to_flint(data.X)
    for sign, W in ((1, W_plus), (-1, W_minus)):
        rows = [tuple(exact(float(v)) for v in row) for row in W]
        for i, row in enumerate(from_flint(X * to_flint(rows).transpose())):
            heights[i] += sign * sum((max(z, instance.slope * z) for z in row), Fraction(0)) / len(rows)
    return min(label * f for label, f in zip(data.y, heights, strict=True))


def linear_norm(X: np.ndarray, y: np.ndarray) -> float:
    """‖w*‖, the least norm with y_i <w, x_i> >= 1, in floats; infinity if no w has that.

    Least distance programming by nonnegative least squares (Lawson and Hanson 1974, chapter 23).
    """
    from scipy.optimize import nnls

    A = np.vstack([(X * y[:, None]).T, np.ones(len(y))])
    target = np.zeros(len(A))
    target[-1] = 1.0
    rest = A @ nnls(A, target)[0] - target
    return float("inf") if -rest[-1] < 1e-9 else float(np.sqrt((rest[:-1] ** 2).sum()) / -rest[-1])


@attrs.frozen(eq=False)
class Overfitting:
    """One network that fits flipped labels, and how it does on fresh samples.

    Attributes:
        signal: g, the part of a sample's squared length that carries the label.
        run: its training; without `run.met` nothing below supports anything.
        wrong: fresh samples, labels not flipped, whose sign it gets wrong.
        fresh: how many there were.
        low, high: exact (Clopper and Pearson) 95 % bounds of the probability of an error.
    """

    signal: float
    run: HingeRun
    wrong: int
    fresh: int
    low: float
    high: float

    @property
    def error(self) -> float:
        """The test error."""
        return self.wrong / self.fresh


def overfit(
    signal: Any,
    n: int = 20,
    d: int = 100,
    flips: int = 2,
    width: int = 20,
    slope: Any = "1/2",
    seed: int = 0,
    steps: int = 20_000,
) -> Overfitting:
    """Train on samples with flipped labels, test on fresh ones.

    Args:
        signal: g in [0, 1].
        n: samples.
        d: their dimension.
        flips: labels that are wrong.
        width: neurons a sign.
        slope: γ.
        seed: of data and start.
        steps: at most.
    """
    from scipy.stats import binomtest

    data = generators_signs.signal_plus_noise(n, d, signal, flips, seed)
    found = hinge(ReluInstance(data, width, slope, "hinge", seed=seed), steps)
    X, y = generators_signs.signal_plus_noise(FRESH, d, signal, 0, [seed, 1]).arrays()
    wrong = int((np.sign(found.outputs(X)) != y).sum())
    interval = binomtest(wrong, FRESH).proportion_ci(CONFIDENCE)
    return Overfitting(float(exact(signal)), found, wrong, FRESH, float(interval.low), float(interval.high))


def against_signal(signals: Sequence[Any], **choices: Any) -> tuple[Overfitting, ...]:
    """One network a signal; see `overfit` for the choices."""
    return tuple(overfit(signal, **choices) for signal in signals)

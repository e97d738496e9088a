"""Thresholds of the cross-entropy model in floats: the fold, stability, and where a family stops to beat zero.

λ̄ is the geometric mean of the regularisations with the number of samples, see `dufm_scalar.mean_reg`. For the squared
loss all of these are powers, in `dufm_scalar`.
"""

import math
from collections.abc import Sequence

import attrs
import numpy as np

from theorycheck.exact.dufm_families import golden
from theorycheck.exact.dufm_fit import price, ray
from theorycheck.exact.dufm_scalar import depth_power, falling_root
from theorycheck.models.features import UnconstrainedFeatures


@attrs.frozen
class Threshold:
    """A scale of deep neural collapse and the λ̄ at which it is critical.

    Attributes:
        alpha: the output is α (I - J/K).
        reg: λ̄.
    """

    alpha: float
    reg: float


def critical_reg(classes: int, depth: int, alpha: float) -> float:
    """The λ̄ at which α is critical: α^{(L-1)/(L+1)} / (e^α + K - 1) (arXiv 2410.23169, Theorem 4)."""
    return alpha ** ((depth - 1) / (depth + 1)) / (math.exp(alpha) + classes - 1)


def fold(classes: int, depth: int) -> Threshold:
    """The largest λ̄ with a critical point: α e^α / (e^α + K - 1) = (L - 1)/(L + 1); α = 0 for L = 1."""
    q = (depth - 1) / (depth + 1)
    alpha = falling_root(lambda a: q - a / (1 + (classes - 1) * math.exp(-a)), 0.0, 2.0 * classes) if q else 0.0
    return Threshold(alpha, critical_reg(classes, depth, alpha) if q else 1 / classes)


def stability(classes: int, depth: int) -> Threshold:
    """The least α at which the Hessian is positive semidefinite, and its λ̄: K (L-1)/(L+1) for K >= 4.

    With two classes it is the fold. With three no symmetric direction has a zero diagonal, and one that shifts the mean
    of the features takes part: α² e^α + 2α (2 e^α + 1)/(L + 1) = 3 (e^α + 2) (L - 1)/(L + 1).
    """
    q = (depth - 1) / (depth + 1)
    if classes == 2 or not q:
        return fold(classes, depth)
    if classes > 3:
        return Threshold(classes * q, critical_reg(classes, depth, classes * q))
    share = 1 - q  # 2 / (L + 1)
    alpha = falling_root(lambda a: 3 * q * (1 + 2 * math.exp(-a)) - a * a - share * a * (2 + math.exp(-a)), 0.0, 3.0)
    return Threshold(alpha, critical_reg(classes, depth, alpha))


def zero_reg(instance: UnconstrainedFeatures, Z: np.ndarray, kappa: Sequence[float]) -> float:
    """The λ̄ up to which a family with output Z and squared norms κ at scale 1 beats the zero solution.

    Args:
        instance: only its sizes, counts and loss are used.
        Z: (K, K).
        kappa: L + 1 squared norms; that of H counts every sample once, not n_k times.
    """
    alone = attrs.evolve(instance, reg=1)
    at_one = price(alone, kappa) * (instance.depth + 1) / 2
    value, _ = ray(instance, Z)
    top = float(value(np.array([0.0]))[0])

    def gain(log_scale: float) -> float:
        c = math.exp(log_scale)
        return (top - float(value(np.array([c]))[0])) / (at_one * c ** depth_power(instance.depth))

    grid = np.linspace(-12, 8, 401)
    best = int(np.argmax([gain(v) for v in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return gain(golden(lambda v: -gain(v), float(low), float(high)))

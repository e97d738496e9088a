"""The objective of the deep unconstrained-features model at explicit parameters, with its gradient, in floats.

Parameters are class means, as `UnconstrainedFeatures` tells them: a list of L + 1 matrices H (d_1, K), W_1, ..., W_L
with W_l of shape (d_{l+1}, d_l) and K rows in W_L.
"""

from collections.abc import Sequence

import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures


def check_factors(instance: UnconstrainedFeatures, factors: Sequence) -> list[np.ndarray]:
    """The factors as float64 matrices whose shapes fit one another and the instance.

    Args:
        instance: which classes, depth and width.
        factors: H, W_1, ..., W_L.

    Returns:
        New contiguous arrays.

    Raises:
        InvalidInstance: another number of factors, shapes that do not chain, more rows than the width, NaN or infinity.
    """
    found = [np.array(F, dtype=np.float64, order="C", ndmin=2) for F in factors]
    K, L = instance.classes, instance.depth
    if len(found) != L + 1:
        raise InvalidInstance(f"{len(found)} factors; pass L + 1 = {L + 1}: H, W_1, ..., W_{L}")
    inner = K
    for l, F in enumerate(found):
        name = f"W_{l}" if l else "H"
        if F.ndim != 2 or F.shape[1] != inner or (l == L and F.shape[0] != K):
            rows = K if l == L else "any number of"
            raise InvalidInstance(f"{name} has shape {F.shape}; pass {rows} rows and {inner} columns")
        if l < L and instance.width is not None and F.shape[0] > instance.width:
            raise InvalidInstance(f"{name} has {F.shape[0]} rows; the instance allows a width of {instance.width}")
        if not np.isfinite(F).all():
            raise InvalidInstance(f"{name} holds NaN or infinity; pass finite numbers")
        inner = F.shape[0]
    return found


def layers(instance: UnconstrainedFeatures, factors: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Class means before the activation: M_1 = H, M_2, ..., M_L, and the output Z; L + 1 matrices with K columns."""
    means = [factors[0]]
    for l, W in enumerate(factors[1:], 1):
        means.append(W @ (activated(instance, means[-1]) if l > 1 else means[-1]))
    return means


def activated(instance: UnconstrainedFeatures, M: np.ndarray) -> np.ndarray:
    """s(M)."""
    return np.maximum(M, 0.0) if instance.relu else M


def fit(instance: UnconstrainedFeatures, Z: np.ndarray) -> float:
    """The fit of an output `Z` (K, K), a column a class."""
    return _fit(instance, Z)[0]


def fit_gradient(instance: UnconstrainedFeatures, Z: np.ndarray) -> np.ndarray:
    """The derivative of the fit in `Z`, (K, K)."""
    return _fit(instance, Z)[1]


def _fit(instance, Z):
    share = np.array(instance.counts) / instance.samples
    eye = np.eye(instance.classes)
    if instance.loss == "mse":
        return float(0.5 * np.sum(share * np.sum((Z - eye) ** 2, axis=0))), share * (Z - eye)
    top = Z.max(axis=0)
    weights = np.exp(Z - top)
    mass = weights.sum(axis=0)
    value = float(np.sum(share * (np.log(mass) + top - np.diagonal(Z))))
    return value, share * (weights / mass - eye)


def penalty(instance: UnconstrainedFeatures, factors: Sequence[np.ndarray]) -> float:
    """λ_H / 2 Σ_k n_k |h_k|² + Σ_l λ_l / 2 ‖W_l‖²."""
    features = np.sum(np.array(instance.counts) * np.sum(factors[0] ** 2, axis=0))
    squares = [features, *(np.sum(W**2) for W in factors[1:])]
    return float(sum(float(lam) / 2 * s for lam, s in zip(instance.reg, squares, strict=True)))


def objective(instance: UnconstrainedFeatures, factors: Sequence[np.ndarray]) -> float:
    """Fit and penalty at `factors`.

    Raises:
        InvalidInstance: as `check_factors`.
    """
    factors = check_factors(instance, factors)
    return fit(instance, layers(instance, factors)[-1]) + penalty(instance, factors)


def gradient(instance: UnconstrainedFeatures, factors: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The gradient, a matrix a factor; at a kink the derivative of the ReLU is taken as 0.

    Raises:
        InvalidInstance: as `check_factors`.
    """
    factors = check_factors(instance, factors)
    means = layers(instance, factors)
    delta = _fit(instance, means[-1])[1]
    found = [np.zeros(0)] * len(factors)
    for l in range(instance.depth, 0, -1):
        below = activated(instance, means[l - 1]) if l > 1 else means[0]
        found[l] = delta @ below.T + float(instance.reg[l]) * factors[l]
        delta = factors[l].T @ delta
        if instance.relu and l > 1:
            delta = delta * (means[l - 1] > 0)
    found[0] = delta + float(instance.reg[0]) * np.array(instance.counts) * factors[0]
    return found

"""The data-fitting part of the unconstrained-features model along a ray c ↦ c·Z of outputs, and at a point."""

from collections.abc import Sequence

import numpy as np

from theorycheck.exact.dufm_scalar import Curve, Scaled, best_scale, depth_power
from theorycheck.models.features import UnconstrainedFeatures

Floats = Sequence[np.ndarray]


def preactivations(instance: UnconstrainedFeatures, factors: Floats) -> list[np.ndarray]:
    """M_1, ..., M_L and the output Z, before any ReLU; each has a column a class."""
    found = [factors[0]]
    for position, W in enumerate(factors[1:], start=1):
        before = found[-1]
        found.append(W @ (np.maximum(before, 0) if instance.relu and position > 1 else before))
    return found


def norms(instance: UnconstrainedFeatures, factors: Floats) -> list[float]:
    """κ: squared norms of the L + 1 factors, that of H counting class k n_k times."""
    first = float(np.sum(np.asarray(instance.counts, float) * np.sum(factors[0] ** 2, axis=0)))
    return [first, *(float(np.sum(W**2)) for W in factors[1:])]


def fit(instance: UnconstrainedFeatures, Z: np.ndarray) -> float:
    """The fitting term at class-mean outputs Z, (K, K)."""
    return float(ray(instance, Z)[0](np.array([1.0]))[0])


def objective(instance: UnconstrainedFeatures, factors: Floats) -> float:
    """The whole objective at explicit factors."""
    penalty = sum(float(v) / 2 * k for v, k in zip(instance.reg, norms(instance, factors), strict=True))
    return fit(instance, preactivations(instance, factors)[-1]) + penalty


def ray(instance: UnconstrainedFeatures, Z: np.ndarray) -> tuple[Curve, Curve]:
    """The fit and its derivative along c ↦ c·Z."""
    return _squares(instance, Z) if instance.loss == "mse" else _entropy(instance, Z)


def _squares(instance: UnconstrainedFeatures, Z: np.ndarray) -> tuple[Curve, Curve]:
    weights = np.asarray(instance.counts) / instance.samples
    norm, cross = float(weights @ np.sum(Z**2, axis=0)), float(weights @ np.diag(Z))
    return (lambda c: (1 - 2 * cross * c + norm * c**2) / 2), (lambda c: norm * c - cross)


def _entropy(instance: UnconstrainedFeatures, Z: np.ndarray) -> tuple[Curve, Curve]:
    """Columns that have the same margins are evaluated once."""
    margins = np.sort(Z - np.diag(Z), axis=0).T  # (K, K): a row a class; its own margin is the 0 among them
    _, chosen, where = np.unique(margins.round(12), axis=0, return_index=True, return_inverse=True)
    rows = margins[chosen]
    weights = np.bincount(where.ravel(), np.asarray(instance.counts) / instance.samples)

    def value(c: np.ndarray) -> np.ndarray:
        top = np.maximum(c[:, None, None] * rows, 0).max(axis=2)
        return (top + np.log(np.exp(c[:, None, None] * rows - top[:, :, None]).sum(axis=2))) @ weights

    def slope(c: np.ndarray) -> np.ndarray:
        top = np.maximum(c[:, None, None] * rows, 0).max(axis=2)[:, :, None]
        e = np.exp(c[:, None, None] * rows - top)
        return ((e * rows).sum(axis=2) / e.sum(axis=2)) @ weights

    return value, slope


def price(instance: UnconstrainedFeatures, kappa: Sequence[float]) -> float:
    """P = (∏ λ_i κ_i)^{1/(L+1)}, by logarithms: products of many factors leave the range of floats."""
    logs = [np.log(float(v)) + np.log(k) for v, k in zip(instance.reg, kappa, strict=True)]
    return float(np.exp(np.mean(logs)))


def scaled(instance: UnconstrainedFeatures, Z: np.ndarray, kappa: Sequence[float]) -> Scaled:
    """The best scale of a family with output Z and squared norms κ at scale 1."""
    return best_scale(*ray(instance, Z), price(instance, kappa), instance.depth)


def balance(instance: UnconstrainedFeatures, kappa: Sequence[float], scale: float) -> list[float]:
    """The L + 1 multipliers with product `scale` that make the penalties λ_i κ_i t_i² equal."""
    level = price(instance, kappa) * scale ** depth_power(instance.depth)
    return [float(np.sqrt(level / (float(v) * k))) for v, k in zip(instance.reg, kappa, strict=True)]

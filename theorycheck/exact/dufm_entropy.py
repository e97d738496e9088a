r"""Outputs of low rank for the cross-entropy (arXiv 2410.23169), and the features that carry them.

Without ReLUs an output Z costs (L+1)/2 · λ̄ · Σ σ_j^{2/(L+1)}, attained by factors that share its singular values. With
ReLUs the features of a centred positive semidefinite output G are made nonnegative by a common shift, M_2 = G + b·J,
passed on by projectors, and freed of the shift by the last layer (the construction behind Theorem 7 there).
"""

import math
from collections.abc import Sequence

import numpy as np
from flint import fmpq, fmpq_mat

from theorycheck.exact.dufm_fit import balance, objective, scaled
from theorycheck.exact.dufm_shape import Placed, Shape, identity, matrix, ones, projector, rounded, stacked
from theorycheck.models.features import UnconstrainedFeatures


def centring(size: int) -> fmpq_mat:
    """S = I - J/K."""
    return identity(size) - ones(size, size) / size


def pairs(classes: int) -> np.ndarray:
    """The low-rank structure: blocks [[1, -1], [-1, 1]], and a 1 for the odd class."""
    Z = np.zeros((classes, classes))
    for k in range(0, classes - 1, 2):
        Z[k : k + 2, k : k + 2] = [[1, -1], [-1, 1]]
    Z[-1, -1] = 1
    return Z


def lone(classes: int, weight: float, angle: float) -> np.ndarray:
    """The pairs of an odd number of classes, with a centred rank-one part for the odd class: rank (K + 1)/2."""
    m = classes - 1
    u = np.append(np.ones(m), -m) / math.sqrt(m * (m + 1))
    v = np.append(np.ones(m) * math.cos(angle) / math.sqrt(m), -math.sin(angle))
    Z = pairs(classes)
    Z[-1, -1] = 0
    return Z + weight * np.outer(u, v)


def circle(classes: int) -> np.ndarray:
    """The circle code: the Gram matrix of K unit vectors at equal angles, rank 2 (1 for K = 2)."""
    angles = 2 * math.pi * np.arange(classes) / classes
    return np.cos(angles[:, None] - angles)


def spectral(instance: UnconstrainedFeatures, Z: np.ndarray, rank: int) -> Placed:
    """Balanced factors of a linear model with output proportional to Z, of a rank that is told, not measured.

    A singular value that must vanish comes out as 1e-17, and its third root is 2e-6: it has to be left out.
    """
    root = np.sqrt(np.asarray(instance.counts, float))
    U, S, Vt = np.linalg.svd(Z * root)
    power = S[:rank] ** (1 / (instance.depth + 1))
    between = [np.diag(power)] * (instance.depth - 1)
    unit = [power[:, None] * Vt[:rank] / root, *between, U[:, :rank] * power]
    kappa = [float(np.sum(power**2))] * (instance.depth + 1)
    best = scaled(instance, Z, kappa)
    times = balance(instance, kappa, best.scale) if best.scale else [0.0] * len(kappa)
    factors = tuple(matrix([[rounded(v, 40) for v in row] for row in W * t]) for W, t in zip(unit, times, strict=True))
    loss = objective(instance, [W * t for W, t in zip(unit, times, strict=True)])
    return Placed(factors, loss, best.scale, tuple(kappa))


def schatten(instance: UnconstrainedFeatures, Z: np.ndarray, rank: int) -> float:
    """The loss of a linear model's output at its best scale, without building factors."""
    S = np.linalg.svd(Z * np.sqrt(np.asarray(instance.counts, float)), compute_uv=False)[:rank]
    return scaled(instance, Z, [float(np.sum(S ** (2 / (instance.depth + 1))))] * (instance.depth + 1)).loss


def best_lone(instance: UnconstrainedFeatures) -> np.ndarray:
    """The best weight and angle of `lone` for an odd number of classes."""
    from scipy.optimize import minimize

    rank = (instance.classes + 1) // 2
    start = math.atan2(math.sqrt(instance.classes - 1), 1)

    def loss(at: Sequence[float]) -> float:
        return schatten(instance, lone(instance.classes, math.exp(at[0]), at[1]), rank)

    found = minimize(loss, [0.0, start], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-13})
    return lone(instance.classes, math.exp(found.x[0]), found.x[1])


def code_shape(X: fmpq_mat, depth: int) -> Shape:
    """A ReLU model with output XᵀX, for centred features X (q, K): shifted, passed on, freed of the shift."""
    K = X.ncols()
    gram = X.transpose() * X
    shift = max(-v for row in gram.tolist() for v in row)
    lift = fmpq_mat([[*row, shift] for row in X.transpose().tolist()])
    keep = projector(gram + shift * ones(K, K))
    return Shape(stacked(X, ones(1, K)), lift, (*[keep] * (depth - 2), projector(gram)))


def pair_features(classes: int, weight: float = 1.0) -> fmpq_mat:
    """Centred features of the pairs; the odd class has one of its own, with a weight."""
    rows = [[(j == i) - (j == i + 1) for j in range(classes)] for i in range(0, classes - 1, 2)]
    X = matrix(rows)
    if classes % 2 == 0:
        return X
    return stacked(X, matrix([[*[rounded(weight, 20)] * (classes - 1), -(classes - 1) * rounded(weight, 20)]]))


def circle_features(classes: int) -> fmpq_mat:
    """Rational features near the K-th roots of unity, centred exactly."""
    angles = 2 * math.pi * np.arange(classes) / classes
    rows = [[fmpq(round(v * 2**20), 2**20) for v in f(angles).tolist()] for f in (np.cos, np.sin)]
    means = [sum(row, fmpq(0)) / classes for row in rows]
    return fmpq_mat([[v - mean for v in row] for row, mean in zip(rows, means, strict=True)])


def without_mean(shape: Shape) -> Shape:
    """A family with output c·I as one with output c·S: the cross-entropy does not see the mean of a column."""
    *before, last = shape.later
    return Shape(shape.inner, shape.lift, (*before, centring(last.nrows()) * last))

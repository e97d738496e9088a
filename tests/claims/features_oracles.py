"""The objective of unconstrained features written out sample by sample, as the papers define it."""

from fractions import Fraction

import numpy as np

from theorycheck.models.features import UnconstrainedFeatures


def objective(net, factors):
    """Every sample is a column, every sum a loop; the factors are rational matrices with a column a class in H."""
    H, *weights = [np.array([[float(Fraction(str(v))) for v in row] for row in W.tolist()]) for W in factors]
    fit, penalty = 0.0, 0.0
    for k, n in enumerate(net.counts):
        for _ in range(n):
            z = weights[0] @ H[:, k]
            for W in weights[1:]:
                z = W @ (np.maximum(z, 0) if net.activation == "relu" else z)
            if net.loss == "mse":
                fit += np.sum((z - np.eye(net.classes)[k]) ** 2) / 2
            else:
                fit += np.log(sum(np.exp(v - z[k]) for v in z))
            penalty += float(net.reg[0]) / 2 * np.sum(H[:, k] ** 2)
    penalty += sum(float(v) / 2 * np.sum(W**2) for v, W in zip(net.reg[1:], weights, strict=True))
    return fit / net.samples + penalty


def at_level(classes, depth, level, **rest):
    """The instance with λ = τ λ0 to sixteen digits, λ0 written out."""
    threshold = ((depth - 1) / depth) ** ((depth - 1) / (depth + 1)) / (classes * depth)
    return UnconstrainedFeatures(classes, depth, Fraction(level * threshold), **rest)


def singular_values(M):
    """Of a rational matrix, in floats."""
    return np.linalg.svd(np.array([[float(Fraction(str(v))) for v in row] for row in M.tolist()]), compute_uv=False)

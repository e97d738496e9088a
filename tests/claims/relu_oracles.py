"""What the tests of the claims on plainly trained networks compare with: plain numpy on full weights, by hand."""

from fractions import Fraction

import numpy as np


def gradient_descent(one, W, steps, eta):
    """Full-batch descent on all weights, logistic or hinge loss, fixed outputs; W of shape (m_+ + m_-, d)."""
    X, y = one.data.arrays()
    share = np.repeat([1 / one.width[0], -1 / one.width[1]], one.width)
    slope = float(one.slope)
    for _ in range(steps):
        Z = X @ W.T
        q = y * (np.where(Z > 0, Z, slope * Z) @ share)
        pull = 1 / (1 + np.exp(q)) if one.loss == "logistic" else (q < 1).astype(float)
        W = W + eta / len(y) * ((pull * y)[:, None] * np.where(Z > 0, 1.0, slope) * share).T @ X
    return W


def kernel(one):
    """K of the setting, by its definition: (1 + γ²) x·x for equal labels, -2 γ x·x for others."""
    X, y = one.data.arrays()
    g = float(one.slope)
    return np.where(np.equal.outer(y, y), 1 + g * g, -2 * g) * (X @ X.T)


def stable_rank(W):
    """‖W‖_F² / ‖W‖_2²."""
    values = np.linalg.svd(W, compute_uv=False)
    return float((values**2).sum() / values[0] ** 2)


def alignment(data, w):
    """D_n(w) by its definition, exact, w off the kinks."""
    rows = [(x, y) for x, y in zip(data.X, data.y, strict=True) if sum(a * b for a, b in zip(x, w, strict=True)) > 0]
    return tuple(sum((y * x[k] for x, y in rows), Fraction(0)) / data.n for k in range(data.d))

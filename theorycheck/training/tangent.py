"""The closed form D2 of the Hessian trace's gradient along the zero-loss manifold, for numpy and JAX arrays alike."""

from typing import Any

import attrs
import numpy as np

CUTOFF = 1e-13  # eigenvalues of JJᵀ below this, relative to the largest, count as dependent constraints


@attrs.frozen(eq=False)
class Constants:
    """What the flows need beside their state.

    Attributes:
        L: samples in coordinates of their span, (n, r).
        y: labels, (n,).
        w: |x_i|², (n,).
        kappa: the loss's factor.
        trained: 1.0 when the output weights move, else 0.0.
        gamma: rate at which the constraint is pulled back.
    """

    L: Any
    y: Any
    w: Any
    kappa: Any
    trained: Any
    gamma: Any


def tangent_parts(values, slopes, curves, a, k):
    """The parts of D2 at one point.

    Args:
        values: φ(Z), (n, m).
        slopes: φ'(Z), (n, m).
        curves: φ''(Z), (n, m).
        a: output weights, (m,).
        k: the `Constants`.

    Returns:
        g (n, m) with ∂F/∂θ_j = Σ_i g_ij x_i; h (m,) = ∂F/∂a; D (n, m) with ∂f_i/∂θ_j = D_ij x_i; K = JJᵀ (n, n);
        and J∇F (n,), so that P_T ∇F = ∇F - Jᵀ K⁺ J∇F.
    """
    g = 2 * k.kappa * slopes * (k.w[:, None] * a**2 * curves + k.trained * values)
    h = k.trained * 2 * k.kappa * a * (k.w @ slopes**2)
    D = a * slopes
    gram = k.L @ k.L.T
    K = gram * (D @ D.T) + k.trained * (values @ values.T)
    return g, h, D, K, (D * (gram @ g)).sum(axis=1) + k.trained * (values @ h)


def speed_and_condition(activation, c, a, k):
    """|P_T ∇F|, and the least eigenvalue of JJᵀ relative to the largest (near 0: the manifold is singular here).

    Args:
        activation: the activation.
        c: coordinates, (m, r), finite.
        a: output weights, (m,).
        k: the `Constants`.
    """
    values, slopes, curves = (activation.numpy(order)(k.L @ c.T) for order in range(3))
    g, h, D, K, right = tangent_parts(values, slopes, curves, a, k)
    eigenvalues = np.linalg.eigvalsh(K)
    alpha = np.linalg.pinv(K, rcond=CUTOFF, hermitian=True) @ right
    move = (g - D * alpha[:, None]).T @ k.L
    turn = k.trained * (h - values.T @ alpha)
    condition = eigenvalues[0] / eigenvalues[-1] if eigenvalues[-1] > 0 else 0.0
    return float(np.sqrt(np.sum(move**2) + np.sum(turn**2))), float(condition)

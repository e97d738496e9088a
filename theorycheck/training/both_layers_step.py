"""One step of gradient descent on both layers, compiled by JAX: float64, one run at a time.

The first layer is held as columns, W of shape (d, m). For a piecewise linear activation σ(z) = σ'(z) z, so both
gradients come from D_j = Σ_k ρ_k σ'(<w_j, x_k>) x_k with ρ_k = -∂L/∂f(x_k): dw_j = η a_j D_j and da_j = η <w_j, D_j>.
Runs come one after another: on a processor, products of small matrices with a batch axis took longer than one by one.
Imports JAX: import this module only inside functions.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp


def _square(f: Any, y: Any) -> tuple[Any, Any]:
    rest = y - f
    return (rest**2).sum() / (2 * y.shape[0]), rest / y.shape[0]


def _logistic(f: Any, y: Any) -> tuple[Any, Any]:
    q = y * f
    return jnp.logaddexp(0, -q).sum() / y.shape[0], y * jax.nn.sigmoid(-q) / y.shape[0]


def _hinge(f: Any, y: Any) -> tuple[Any, Any]:
    gap = 1 - y * f
    return jnp.maximum(gap, 0).sum() / y.shape[0], jnp.where(gap > 0, y, 0.0) / y.shape[0]


_LOSSES = {"square": _square, "logistic": _logistic, "hinge": _hinge}


def _pulls(activation: str, loss: str) -> Callable:
    """(a, W, X, y, γ) -> loss, change of a, change of W, D: what gradient flow does in a unit of time."""
    fit = _LOSSES[loss]

    def leaky(a, W, X, y, slope):
        Z = X @ W
        mask = jnp.where(Z > 0, 1.0, slope)
        height, rho = fit((Z * mask) @ a, y)
        D = (X * rho[:, None]).T @ mask
        return height, (W * D).sum(axis=0), D * a, D

    def tanh(a, W, X, y, slope):
        H = jnp.tanh(X @ W)
        height, rho = fit(H @ a, y)
        D = (X * rho[:, None]).T @ (1 - H**2)
        return height, H.T @ rho, D * a, D

    return {"leaky": leaky, "tanh": tanh}[activation]


@lru_cache(maxsize=16)
def advance(activation: str, loss: str) -> Callable:
    """The compiled run from one step to another.

    Returns:
        A function (a, W, X, y, slope, eta, begin, end, level, escaped) -> (a, W, escaped), where `escaped` is the first
        step at which the loss is below `level`, or -1.
    """
    pulls = _pulls(activation, loss)

    @jax.jit
    def go(a, W, X, y, slope, eta, begin, end, level, escaped):
        def step(i, state):
            a, W, escaped = state
            height, da, dW, _ = pulls(a, W, X, y, slope)
            return a + eta * da, W + eta * dW, jnp.where((escaped < 0) & (height < level), i, escaped)

        return jax.lax.fori_loop(begin, end, step, (a, W, escaped))

    return go


@lru_cache(maxsize=16)
def look(activation: str, loss: str) -> Callable:
    """The compiled look at a state: (a, W, X, y, slope) -> loss, da, dW (d, m), D (d, m)."""
    return jax.jit(_pulls(activation, loss))

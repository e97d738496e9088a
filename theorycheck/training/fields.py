"""Vector fields of the flows in JAX, in coordinates of the data's span. Imports jax: import inside functions.

The state is (c, a): coordinates (m, r) with z_ij = L_i·c_j, and output weights (m,). `trained` is 1.0 or 0.0.
"""

from functools import lru_cache

import attrs
import diffrax
import jax
import jax.numpy as jnp

_CUTOFF = 1e-13  # eigenvalues of JJᵀ below this, relative to the largest, count as dependent constraints


@attrs.frozen
class Constants:
    """What the fields need beside the state; a pytree of arrays."""

    L: object
    y: object
    w: object
    kappa: object
    trained: object
    gamma: object


jax.tree_util.register_pytree_node(
    Constants,
    lambda k: (attrs.astuple(k, recurse=False), None),
    lambda _, leaves: Constants(*leaves),
)


def _layer(activation, order, state, k):
    c, _ = state
    return activation.jax(order)(k.L @ c.T)


def loss_field(activation):
    """-∇L, the gradient flow of the loss L = (κ/2) Σ r²."""

    def field(t, state, k):
        _, a = state
        values, slopes = _layer(activation, 0, state, k), _layer(activation, 1, state, k)
        pull = -k.kappa * (values @ a - k.y)
        return (a[:, None] * (slopes.T * pull)) @ k.L, k.trained * (values.T @ pull)

    return field


def tangent_parts(activation, state, k):
    """The parts of D2: gradient coefficients g (n, m) on the samples and h (m,) on a, D, values, K and J∇F."""
    _, a = state
    values, slopes, curves = (_layer(activation, order, state, k) for order in range(3))
    g = 2 * k.kappa * slopes * (k.w[:, None] * a**2 * curves + k.trained * values)
    h = k.trained * 2 * k.kappa * a * (k.w @ slopes**2)
    D = a * slopes
    gram = k.L @ k.L.T
    K = gram * (D @ D.T) + k.trained * (values @ values.T)
    return g, h, D, values, K, jnp.sum(D * (gram @ g), axis=1) + k.trained * (values @ h)


def _solve(K, right):
    """K⁺ right for symmetric K ⪰ 0: dependent samples repeat a constraint, which is no error."""
    eigenvalues, vectors = jnp.linalg.eigh(K)
    kept = eigenvalues > _CUTOFF * eigenvalues[-1]
    inverse = jnp.where(kept, 1 / jnp.where(kept, eigenvalues, 1.0), 0.0)
    return vectors @ (inverse * (vectors.T @ right))


def trace_field(activation):
    """-P_T ∇F - γ J⁺(f - y): the limiting flow, with the constraint pulled back at rate γ."""

    def field(t, state, k):
        g, h, D, values, K, right = tangent_parts(activation, state, k)
        residual = values @ state[1] - k.y
        alpha = _solve(K, right - k.gamma * residual)
        return -((g - D * alpha[:, None]).T @ k.L), -k.trained * (h - values.T @ alpha)

    return field


def speed_and_condition(activation, state, k):
    """|P_T ∇F|, and the least eigenvalue of JJᵀ relative to the largest (near 0: the manifold is singular here)."""
    g, h, D, values, K, right = tangent_parts(activation, state, k)
    alpha = _solve(K, right)
    eigenvalues = jnp.linalg.eigvalsh(K)
    move = (g - D * alpha[:, None]).T @ k.L
    turn = k.trained * (h - values.T @ alpha)
    return jnp.sqrt(jnp.sum(move**2) + jnp.sum(turn**2)), eigenvalues[0] / eigenvalues[-1]


_FIELDS = {"gradient": loss_field, "limiting": trace_field}


@lru_cache(maxsize=32)
def solver(activation, kind, max_steps):
    """Compiled `solve(c, a, constants, times, rtol, atol)` over a leading axis of starts, for one of `_FIELDS`.

    Returns:
        A function returning (c, a) along `times` (starts, times, …), (speed, condition), and whether it finished.
    """
    term = diffrax.ODETerm(_FIELDS[kind](activation))

    def one(c, a, k, times, rtol, atol):
        solution = diffrax.diffeqsolve(
            term, diffrax.Tsit5(), times[0], times[-1], None, (c, a), k,
            saveat=diffrax.SaveAt(ts=times), max_steps=max_steps, throw=False,
            stepsize_controller=diffrax.PIDController(rtol=rtol, atol=atol),
        )  # fmt: skip
        seen = jax.vmap(lambda state: speed_and_condition(activation, state, k))(solution.ys)
        return solution.ys, seen, solution.result == diffrax.RESULTS.successful

    return jax.jit(jax.vmap(one, in_axes=(0, 0, Constants(*[None] * 5, 0), None, None, None)))

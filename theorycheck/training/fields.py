"""Vector fields of the flows in JAX, in coordinates of the data's span. Imports jax: import inside functions.

The state is (c, a): coordinates (m, r) with z_ij = L_i·c_j, and output weights (m,). `trained` is 1.0 or 0.0.
"""

from functools import lru_cache

import attrs
import diffrax
import jax
import jax.numpy as jnp

from theorycheck.training.tangent import Constants, tangent_parts

_SHIFT = 1e-14  # relative to the trace of JJᵀ

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


def trace_field(activation):
    """-P_T ∇F - γ J⁺(f - y): the limiting flow, with the constraint pulled back at rate γ."""

    def field(t, state, k):
        values, slopes, curves = (_layer(activation, order, state, k) for order in range(3))
        g, h, D, K, right = tangent_parts(values, slopes, curves, state[1], k)
        residual = values @ state[1] - k.y
        alpha = _solve(K, right - k.gamma * residual)
        return -((g - D * alpha[:, None]).T @ k.L), -k.trained * (h - values.T @ alpha)

    return field


def _solve(K, right):
    """K⁺ right for symmetric K ⪰ 0, up to vectors of K's kernel, which Jᵀ maps to 0.

    A shift far below the integrator's tolerance makes dependent samples, which repeat a constraint, no error; one
    refinement removes its effect on the others. (Eigenvalues would do, but cost ten times as much at n = 32.)
    """
    shift = _SHIFT * jnp.trace(K) + 1e-290
    factor = jax.scipy.linalg.cho_factor(K + shift * jnp.eye(len(K)))
    first = jax.scipy.linalg.cho_solve(factor, right)
    return first + jax.scipy.linalg.cho_solve(factor, right - K @ first)


_FIELDS = {"gradient": loss_field, "limiting": trace_field}


@lru_cache(maxsize=32)
def solver(activation, kind, max_steps):
    """Compiled `solve(c, a, constants, times, rtol, atol)` over a leading axis of starts, for one of `_FIELDS`.

    Returns:
        A function returning (c, a) along `times`, (starts, times, …), and whether it finished, (starts,).
    """
    term = diffrax.ODETerm(_FIELDS[kind](activation))

    def one(c, a, k, times, rtol, atol):
        solution = diffrax.diffeqsolve(
            term, diffrax.Tsit5(scan_kind="lax"), times[0], times[-1], None, (c, a), k,
            saveat=diffrax.SaveAt(ts=times), max_steps=max_steps, throw=False, adjoint=diffrax.ForwardMode(),
            stepsize_controller=diffrax.PIDController(rtol=rtol, atol=atol),
        )  # fmt: skip
        return solution.ys, solution.result == diffrax.RESULTS.successful

    return jax.jit(jax.vmap(one, in_axes=(0, 0, Constants(None, None, None, None, None, 0), None, None, None)))

"""Steps of gradient descent on a two-layer network with fixed outputs, in sample coordinates, as compiled code.

A gradient of the loss lies in the span of the samples, so W = W0 + A X for a matrix A of coefficients (M, n), and the
preactivations U = W Xᵀ move by (change of A) times the Gram matrix G: a step costs at most M n² products, whatever d.
Neurons of one sign and one activation pattern move alike, so the product is formed once for a run of them: after
alignment of a leaky network a step costs about M n. Imports numba: import lazily.
"""

import math
from typing import Any

import numpy as np
from numba import njit

compiled: Any = njit(cache=True, nogil=True, fastmath={"contract", "nsz", "arcp"}, error_model="numpy")
LOGISTIC, SQUARE, HINGE = 0, 1, 2


@compiled
def outputs(U, c, slope, tanh, f):
    """Fill f (n,) with Σ_r c_r σ(U[r])."""
    f[:] = 0.0
    for r in range(U.shape[0]):
        for i in range(U.shape[1]):
            z = U[r, i]
            f[i] += c[r] * (math.tanh(z) if tanh else max(z, slope * z))


@compiled
def _logistic_pull(f, y, G, eta, growth, reach, g):
    """`_pull` for the logistic loss, in logarithms, so that margins of hundreds are no trouble: |l'| = e^-softplus(q).

    The step is eta / max_i|l'_i|^growth; with a positive `reach` it is eta / max_i Σ_k reach |G_ik l'_k| instead.
    """
    n, largest = len(y), -np.inf
    for i in range(n):
        q = y[i] * f[i]
        g[i] = -(max(q, 0.0) + math.log1p(math.exp(-abs(q))))
        largest = max(largest, g[i])
    shift = largest if reach > 0.0 else growth * largest
    bound = 0.0 if reach > 0.0 else 1.0
    for i in range(n):
        g[i] = math.exp(g[i] - shift)
    if reach > 0.0:
        for i in range(n):
            total = 0.0
            for k in range(n):
                total += abs(G[i, k]) * g[k]
            bound = max(bound, reach * total)
    for i in range(n):
        g[i] *= y[i] * eta / (n * bound)
    return math.log(eta / bound) - shift


@compiled
def _pull(f, y, G, eta, loss, growth, reach, g):
    """Fill g (n,) with minus the step times ∂L/∂f_i, and return the logarithm of the step."""
    if loss == LOGISTIC:
        return _logistic_pull(f, y, G, eta, growth, reach, g)
    n = len(y)
    for i in range(n):
        inside = 1.0 if y[i] * f[i] < 1.0 else 0.0
        g[i] = eta / n * (y[i] - f[i] if loss == SQUARE else y[i] * inside)
    return math.log(eta)


@compiled
def _slope_at(z, slope, kink, tanh):
    if tanh:
        value = math.tanh(z)
        return 1.0 - value * value
    return 1.0 if z > 0.0 else (slope if z < 0.0 else kink)


@compiled
def _move(U, A, G, c, y, g, watched, slope, kink, tanh, last, b, move):
    """One step of all neurons; returns how many signs changed, and how many watched pairs fell asleep."""
    changed, lost, n = 0, 0, len(y)
    for r in range(U.shape[0]):
        same = r > 0 and c[r] == c[r - 1]
        for i in range(n):
            s = _slope_at(U[r, i], slope, kink, tanh)
            same = same and s == last[i]
            last[i] = s
        if not same:
            move[:] = 0.0
            for i in range(n):
                b[i] = c[r] * g[i] * last[i]
                if b[i] != 0.0:
                    for k in range(n):
                        move[k] += b[i] * G[i, k]
        for k in range(n):
            old = U[r, k]
            U[r, k] = old + move[k]
            A[r, k] += b[k]
            if (old > 0.0) != (U[r, k] > 0.0):
                changed += 1
                lost += 1 if old > 0.0 and watched[r, k] else 0
    return changed, lost


@compiled
def advance(U, A, G, c, y, watched, eta, slope, kink, tanh, loss, growth, reach, steps, counts, clock):
    """Take `steps` steps in place.

    `counts` (3,) int64: steps taken, the last step at which a sign of U changed, how often a pair of `watched` (M, n)
    fell from active to inactive. `clock` (1,): the logarithm of the gradient-flow time so far. Where steps grow from s
    to s e^δ, the flow needs s (e^δ - 1) / δ for the way of a step of size s; where they do not, time is their sum.
    """
    n = len(y)
    f, g, last, b, move = np.empty(n), np.empty(n), np.zeros(n), np.zeros(n), np.zeros(n)
    outputs(U, c, slope, tanh, f)
    size = _pull(f, y, G, eta, loss, growth, reach, g)
    for _ in range(steps):
        changed, lost = _move(U, A, G, c, y, g, watched, slope, kink, tanh, last, b, move)
        counts[0] += 1
        counts[2] += lost
        if changed:
            counts[1] = counts[0]
        outputs(U, c, slope, tanh, f)
        following = _pull(f, y, G, eta, loss, growth, reach, g)
        rise = following - size
        took = size + (math.log(math.expm1(rise) / rise) if abs(rise) > 1e-12 else 0.0)
        late, early = max(took, clock[0]), min(took, clock[0])
        clock[0] = late + math.log1p(math.exp(early - late))
        size = following

"""The objective of the deep unconstrained-features model with its gradient, and L-BFGS on it, as compiled code.

One network is one flat vector: H, W_1, ..., W_L one after the other, row by row. Compiled because the networks are so
small (a few hundred numbers) that calls from Python would take longer than the arithmetic. Nothing here holds the
interpreter's lock, so networks can be minimised in as many threads as there are cores. Imports numba: import lazily.

At a kink the derivative of the ReLU is taken as 0. For functions with kinks Lewis and Overton (2013) recommend L-BFGS
with a line search for the weak Wolfe conditions; it comes near a kink but crawls along it. Hence the rounded ReLU.
"""

import math
from typing import Any

import numpy as np
from numba import njit

compiled: Any = njit(cache=True, nogil=True, fastmath={"contract", "nsz", "arcp"}, error_model="numpy")
_ARMIJO, _WOLFE = 1e-4, 0.9
_PROBES = 30  # of one line search


@compiled
def _forward(theta, rows, K, relu, soft, work, slope):
    """Fill `work` with the layers after activation, `slope` with its derivative, and return where Z starts."""
    at, before, here = 0, K, 0
    previous = 0
    depth = len(rows) - 1
    for l in range(depth + 1):
        size = rows[l] * before
        F = theta[at : at + size].reshape(rows[l], before)
        out = work[here : here + rows[l] * K]
        if l == 0:
            out[:] = theta[at : at + size]
        else:
            np.dot(F, work[previous : previous + before * K].reshape(before, K), out.reshape(rows[l], K))
            if relu and l < depth:
                for i in range(out.size):
                    x = out[i]
                    inside = soft > x > 0.0
                    slope[here + i] = x / soft if inside else (1.0 if x > 0.0 else 0.0)
                    out[i] = 0.5 * x * x / soft if inside else max(x - 0.5 * soft, 0.0)
        at += size
        before = rows[l]
        previous = here
        here += out.size
    return previous


@compiled
def squares_of(Z, K, p, delta):
    """The squared loss of class means, and its derivative in Z."""
    total = 0.0
    for i in range(K):
        for k in range(K):
            r = Z[i * K + k] - (1.0 if i == k else 0.0)
            total += 0.5 * p[k] * r * r
            delta[i * K + k] = p[k] * r
    return total


@compiled
def entropy_of(Z, K, p, delta):
    """The cross-entropy of class means, and its derivative in Z."""
    total = 0.0
    for k in range(K):
        top = Z[k]
        for i in range(K):
            top = max(top, Z[i * K + k])
        mass = 0.0
        for i in range(K):
            delta[i * K + k] = math.exp(Z[i * K + k] - top)
            mass += delta[i * K + k]
        for i in range(K):
            delta[i * K + k] *= p[k] / mass
        delta[k * K + k] -= p[k]
        total += p[k] * (math.log(mass) + top - Z[k * K + k])
    return total


@compiled
def evaluate(theta, rows, K, reg, p, q, relu, entropy, soft, work, slope, back, gradient):
    """The objective at `theta`; its gradient goes to `gradient`.

    Args:
        theta: (size,) float64.
        rows: (L + 1,) int64, the rows of H, W_1, ..., W_L.
        K: classes.
        reg: (L + 1,) λ_H, λ_1, ..., λ_L.
        p: (K,) share of each class in the fit.
        q: (K,) how often a column of H is counted.
        relu: whether hidden layers are rectified.
        entropy: whether the fit is the cross-entropy.
        soft: where the ReLU is rounded, x²/(2 soft) on [0, soft] and x - soft/2 beyond; 0 for the ReLU itself.
        work: scratch of at least Σ rows · K numbers.
        slope: another.
        back: a third.
        gradient: (size,), overwritten.

    Returns:
        The objective.
    """
    last = _forward(theta, rows, K, relu, soft, work, slope)
    depth = len(rows) - 1
    Z, delta = work[last : last + K * K], back[last : last + K * K]
    total = entropy_of(Z, K, p, delta) if entropy else squares_of(Z, K, p, delta)
    end, here = len(theta), last
    for l in range(depth, 0, -1):
        before = rows[l - 1]
        start, below = end - rows[l] * before, here - before * K
        F = theta[start:end].reshape(rows[l], before)
        D = back[here : here + rows[l] * K].reshape(rows[l], K)
        S = work[below:here].reshape(before, K)
        np.dot(D, S.T, gradient[start:end].reshape(rows[l], before))
        np.dot(F.T, D, back[below:here].reshape(before, K))
        if relu and l > 1:
            for i in range(below, here):
                back[i] *= slope[i]
        square = 0.0
        for i in range(start, end):
            square += theta[i] * theta[i]
            gradient[i] += reg[l] * theta[i]
        total += 0.5 * reg[l] * square
        end, here = start, below
    for i in range(rows[0]):
        for k in range(K):
            j = i * K + k
            gradient[j] = back[j] + reg[0] * q[k] * theta[j]
            total += 0.5 * reg[0] * q[k] * theta[j] * theta[j]
    return total


@compiled
def _direction(g, S, Y, rho, count, memory, d, alpha):
    """The two-loop recursion; newest pair at (count - 1) mod memory."""
    d[:] = -g
    used = min(count, memory)
    for back in range(used):
        j = (count - 1 - back) % memory
        alpha[j] = rho[j] * np.dot(S[j], d)
        d -= alpha[j] * Y[j]
    if used > 0:
        j = (count - 1) % memory
        d *= 1.0 / (rho[j] * np.dot(Y[j], Y[j]))
    for back in range(used - 1, -1, -1):
        j = (count - 1 - back) % memory
        d += (alpha[j] - rho[j] * np.dot(Y[j], d)) * S[j]


@compiled
def minimise(theta, rows, K, reg, p, q, relu, entropy, soft, steps, stall, memory):
    """L-BFGS from `theta`, which is overwritten.

    It ends after `steps` steps, when no step is found, or when 20 steps gained less than `stall` of the value.

    Returns:
        The objective at the end.
    """
    n = len(theta)
    work, slopes, back = np.empty(rows.sum() * K), np.empty(rows.sum() * K), np.empty(rows.sum() * K)
    g, trial, fresh, d = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    S, Y, rho, alpha = np.empty((memory, n)), np.empty((memory, n)), np.empty(memory), np.empty(memory)
    f = evaluate(theta, rows, K, reg, p, q, relu, entropy, soft, work, slopes, back, g)
    count, mark = 0, f
    for step in range(steps):
        _direction(g, S, Y, rho, count, memory, d, alpha)
        slope = np.dot(g, d)
        if slope >= 0.0:
            count = 0
            d[:] = -g
            slope = -np.dot(g, g)
        low, high, t = 0.0, math.inf, (1.0 if count else min(1.0, 1.0 / math.sqrt(np.dot(g, g) + 1e-300)))
        value, moved = f, False
        for _ in range(_PROBES):
            trial[:] = theta + t * d
            value = evaluate(trial, rows, K, reg, p, q, relu, entropy, soft, work, slopes, back, fresh)
            if not value <= f + _ARMIJO * t * slope:
                high = t
            elif np.dot(fresh, d) < _WOLFE * slope:
                low, moved = t, True
            else:
                moved = True
                break
            t = 2.0 * low if high == math.inf else 0.5 * (low + high)
        if not moved or not value <= f:
            if count == 0:
                break
            count = 0  # a kink: forget the past once, then give up
            continue
        j = count % memory
        S[j] = trial - theta
        Y[j] = fresh - g
        curvature = np.dot(S[j], Y[j])
        theta[:] = trial
        g[:] = fresh
        f = value
        if curvature > 1e-300:
            rho[j] = 1.0 / curvature
            count += 1
        if step % 20 == 19:
            if mark - f < stall * abs(f):
                break
            mark = f
    return f

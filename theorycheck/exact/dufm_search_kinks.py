"""Derivatives of the objective on one piece: the ReLU replaced by a fixed mask, as compiled code. Import lazily.

Where the mask is fixed the objective is smooth. An entry of a hidden layer that sits on its kink is masked out and gets
a multiplier instead: `push` adds <push, M> to the objective, M all layers before activation, one after the other.
"""

import numpy as np

from theorycheck.exact.dufm_search_kernel import compiled, entropy_of, squares_of


@compiled
def means(theta, rows, K, mask, before, after):
    """Fill `before` with H, M_2, ..., Z and `after` with the same times the mask (Σ rows · K numbers each)."""
    at, inner, here = 0, K, 0
    for l in range(len(rows)):
        size, there = rows[l] * inner, here + rows[l] * K
        if l == 0:
            before[:there] = theta[:size]
        else:
            F = theta[at : at + size].reshape(rows[l], inner)
            S = after[here - inner * K : here].reshape(inner, K)
            np.dot(F, S, before[here:there].reshape(rows[l], K))
        for i in range(here, there):
            after[i] = before[i] * mask[i]
        at += size
        inner = rows[l]
        here = there


@compiled
def pull(theta, rows, K, reg, p, q, entropy, mask, push, weight, before, after, back, gradient):
    """The gradient of weight · objective + <push, M> on the piece of `mask`.

    `back` becomes the derivative in each layer after activation: what an entry on its kink would get were it positive.
    """
    means(theta, rows, K, mask, before, after)
    depth = len(rows) - 1
    here = len(before) - K * K
    total = entropy_of(before[here:], K, p, back[here:]) if entropy else squares_of(before[here:], K, p, back[here:])
    for i in range(here, len(before)):
        back[i] = weight * back[i] + push[i]
    end = len(theta)
    delta = back.copy()
    for l in range(depth, 0, -1):
        inner = rows[l - 1]
        start, below = end - rows[l] * inner, here - inner * K
        F = theta[start:end].reshape(rows[l], inner)
        D = delta[here : here + rows[l] * K].reshape(rows[l], K)
        np.dot(D, after[below:here].reshape(inner, K).T, gradient[start:end].reshape(rows[l], inner))
        np.dot(F.T, D, back[below:here].reshape(inner, K))
        for i in range(below, here):
            delta[i] = back[i] * mask[i] + push[i]
        for i in range(start, end):
            gradient[i] += weight * reg[l] * theta[i]
        end, here = start, below
    for i in range(rows[0] * K):
        gradient[i] = delta[i] + weight * reg[0] * q[i % K] * theta[i]
    return total


@compiled
def hessian(theta, rows, K, reg, p, q, entropy, mask, push, out):
    """Second derivatives of objective + <push, M> by central differences of the gradient; symmetric."""
    n, size = len(theta), len(mask)
    before, after, back = np.empty(size), np.empty(size), np.empty(size)
    up, down, moved = np.empty(n), np.empty(n), theta.copy()
    for i in range(n):
        h = 1e-5 * (1.0 + abs(theta[i]))
        moved[i] = theta[i] + h
        pull(moved, rows, K, reg, p, q, entropy, mask, push, 1.0, before, after, back, up)
        moved[i] = theta[i] - h
        pull(moved, rows, K, reg, p, q, entropy, mask, push, 1.0, before, after, back, down)
        moved[i] = theta[i]
        out[i] = (up - down) / (2.0 * h)
    for i in range(n):
        for j in range(i):
            out[i, j] = out[j, i] = 0.5 * (out[i, j] + out[j, i])


@compiled
def jacobian(theta, rows, K, reg, p, q, entropy, mask, entries, out, cross):
    """Gradients of the layers' `entries` in theta, and what a push at one does to the derivative at another."""
    size = len(mask)
    before, after, back, push = np.empty(size), np.empty(size), np.empty(size), np.zeros(size)
    for a in range(len(entries)):
        push[entries[a]] = 1.0
        pull(theta, rows, K, reg, p, q, entropy, mask, push, 0.0, before, after, back, out[a])
        push[entries[a]] = 0.0
        for b in range(len(entries)):
            cross[b, a] = back[entries[b]]

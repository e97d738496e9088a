"""The unconstrained-features model by other means: one column a sample, factors written out by hand, SciPy."""

from itertools import combinations

import numpy as np
from scipy.optimize import minimize_scalar


def forward(factors, counts, relu):
    """The output and every M_l, sample by sample, from factors told by class means."""
    H = np.repeat(np.asarray(factors[0], float), counts, axis=1)
    layers = [H]
    for l, W in enumerate(factors[1:], start=1):
        X = layers[-1]
        if relu and l >= 2:
            X = X * (X > 0)
        layers.append(np.asarray(W, float) @ X)
    return layers


def loss(factors, reg, counts, kind, relu):
    """The whole objective, from sums over samples."""
    layers = forward(factors, counts, relu)
    K, N = len(counts), sum(counts)
    labels = np.repeat(np.arange(K), counts)
    fit = 0.0
    for i, k in enumerate(labels):
        z = layers[-1][:, i]
        fit += np.sum((z - np.eye(K)[k]) ** 2) / 2 if kind == "mse" else np.log(np.sum(np.exp(z - z[k])))
    norms = [np.sum(layers[0] ** 2), *(np.sum(np.asarray(W, float) ** 2) for W in factors[1:])]
    return fit / N + sum(v * n for v, n in zip(reg, norms, strict=True)) / 2


def of(instance, factors):
    """The objective of an instance at factors of any kind of number."""
    told = [np.array([[int(v.p) / int(v.q) for v in row] for row in W.tolist()]) for W in factors]
    reg = [float(v) for v in instance.reg]
    return loss(told, reg, instance.counts, instance.loss, instance.activation == "relu")


def balanced(factors):
    """Every factor scaled to the same norm, the product of scales being 1."""
    norms = [np.linalg.norm(W) for W in factors]
    level = np.exp(np.mean(np.log(norms)))
    return [W * level / n for W, n in zip(factors, norms, strict=True)]


def roots(M):
    """W_1 and H with W_1 H = M and equal norms."""
    U, s, Vt = np.linalg.svd(M, full_matrices=False)
    kept = s > 1e-9 * s[0]
    return U[:, kept] * np.sqrt(s[kept]), np.sqrt(s[kept])[:, None] * Vt[kept]


def graph(r):
    return np.array([[float(v in e) for e in combinations(range(r), 2)] for v in range(r)])


def srg(r, L, sign=1.0):
    """The construction of the paper with output I, written out: 2Aᵀ - J before the last layer."""
    A = graph(r)
    W, H = roots(A)
    mixing = sign * (2 * A.T - 1) / 2
    hidden = np.maximum(mixing @ A, 0)
    return [H, W, *[np.eye(r)] * (L - 3), mixing, np.linalg.inv(hidden)]


def ladder(L, beta=0.9034845):
    B = np.array([[1, beta, 0], [0, beta, 1.0]])
    W, H = roots(B)
    best = np.inf, None
    for v in np.linspace(0.5, 3, 100_001):  # of the ratio of its two kinds of neurons, by trial
        inverse = 1 / (4 * beta**2) + (2 + 1 / (2 * beta**2)) / v**2
        best = min(best, ((2 + 4 * v**2) * inverse, v))
    mixing = np.array([[1, 1], [best[1], -best[1]], [-best[1], best[1]]])
    return [H, W, *[np.eye(2)] * (L - 3), mixing, np.linalg.inv(np.maximum(mixing @ B, 0))]


def cuts(r, s):
    """The cut family at L = 2."""
    sets = list(combinations(range(r), s))
    edges = list(combinations(range(r), 2))
    M = np.array([[len(set(e) & set(S)) - 1.0 for e in edges] for S in sets])
    W, H = roots(M)
    return [H, W, np.linalg.pinv(np.maximum(M, 0))]


def least(curve, high):
    """The least of a function of one scale, from many brackets."""
    grid = np.geomspace(1e-9, high, 400)
    at = min(range(1, 399), key=lambda i: curve(grid[i]))
    ends = (grid[at - 1], grid[at + 1])
    found = minimize_scalar(curve, bounds=ends, method="bounded", options={"xatol": 1e-13})
    return min(curve(0.0), found.fun), found.x


def by_scaling(factors, reg, kind="mse", relu=True, n=1):
    """The best loss over all scales of balanced factors: direct evaluation, no formula for it."""
    K, depth = len(factors[-1]), len(factors) - 1
    level = balanced(factors)

    def curve(c):
        return loss([W * c ** (1 / (depth + 1)) for W in level], [reg] * (depth + 1), [n] * K, kind, relu)

    return least(curve, 100.0)

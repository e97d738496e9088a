"""The unconstrained-features model once more, by other means: NumPy on all samples, SciPy, high precision."""

from fractions import Fraction
from itertools import combinations
from math import prod

import numpy as np

from theorycheck.models.features import UnconstrainedFeatures


def model(K, L, lam, loss="mse", activation="relu", **options):
    return UnconstrainedFeatures(K, L, lam, loss=loss, activation=activation, **options)


def floats(factors):
    return [np.array([[float(Fraction(v)) for v in row] for row in factor]) for factor in factors]


def objective(instance, factors):
    """The objective with every sample's own column, factors of floats; H has a column a sample or a class."""
    H, *weights = factors
    counts = instance.counts
    H = H if H.shape[1] == sum(counts) and max(counts) > 1 else np.repeat(H, counts, axis=1)
    X = H
    for depth, W in enumerate(weights, 1):
        X = W @ X
        if instance.activation == "relu" and depth < len(weights):
            X = np.maximum(X, 0)
    labels = np.repeat(np.arange(instance.classes), counts)
    N = len(labels)
    Y = np.eye(instance.classes)[:, labels]
    if instance.loss == "mse":
        fit = np.sum((X - Y) ** 2) / (2 * N)
    else:
        shifted = X - np.max(X, axis=0)
        fit = np.mean(np.log(np.sum(np.exp(shifted), axis=0)) - shifted[labels, np.arange(N)])
    lam = [float(v) for v in instance.reg]
    return fit + sum(v / 2 * np.sum(F * F) for v, F in zip(lam, [H, *weights], strict=True))


def drawn(rng, K, L, widths=None, top=8):
    """Random factors with entries k/4."""
    sizes = [*(widths or rng.integers(1, 4, size=L)), K]
    shapes = [(sizes[0], K), *((sizes[i + 1], sizes[i]) for i in range(L))]
    return [[[Fraction(int(v), 4) for v in row] for row in rng.integers(-top, top + 1, size=shape)] for shape in shapes]


def cut_family():
    """Classes are the edges of K_6, one neuron a set of three vertices: output I and squared norms 20, 30, 65/12."""
    edges, cuts = list(combinations(range(6), 2)), list(combinations(range(6), 3))
    H = [[Fraction(i in e) - Fraction(1, 3) for e in edges] for i in range(6)]
    W1 = [[Fraction(1 if i in cut else -1, 2) for i in range(6)] for cut in cuts]
    weight = {2: Fraction(1, 4), 1: Fraction(-1, 12), 0: Fraction(1, 12)}
    return [H, W1, [[weight[len({*e} & {*cut})] for cut in cuts] for e in edges]]


def balanced(factors, scale):
    """The factors of a multiple of I scaled to equal squared norms and to the output `scale` I, about."""
    norms = [float(sum(v * v for row in factor for v in row)) for factor in factors]
    level = (prod(norms) * scale**2) ** (1 / len(norms))
    return [
        [[v * Fraction(round((level / norm) ** 0.5, 9)) for v in row] for row in factor]
        for factor, norm in zip(factors, norms, strict=True)
    ]


def diagonal(K, L, scale=1):
    """Collapsed factors: multiples of I."""
    return [[[Fraction(scale) * (i == j) for j in range(K)] for i in range(K)] for _ in range(L + 1)]


def descend(instance, width, rng, tries):
    """The best objective that L-BFGS finds from random starts, every sample free; odd ones lie near collapse."""
    from scipy.optimize import minimize

    K, L, N = instance.classes, instance.depth, sum(instance.counts)
    sizes = [width] * L + [K]
    shapes = [(width, N), *((sizes[i + 1], sizes[i]) for i in range(L))]
    cuts = np.cumsum([0, *(a * b for a, b in shapes)])

    def split(x):
        return [x[p:q].reshape(shape) for p, q, shape in zip(cuts, cuts[1:], shapes, strict=False)]

    labels = np.repeat(np.arange(K), instance.counts)
    collapsed = np.concatenate([np.eye(width, K)[:, labels].ravel(), *(np.eye(*shape).ravel() for shape in shapes[1:])])
    found = []
    for k in range(tries):
        start = rng.normal(size=cuts[-1]) * 1.2 / np.sqrt(width)
        start = collapsed + start / 10 if k % 2 else start
        found.append(minimize(lambda x: objective(instance, split(x)), start, method="L-BFGS-B").fun)
    return min(found)

"""Second ways to cells and extremal vectors: linear programs over patterns, a scan of the circle, sampling, hulls."""

from fractions import Fraction
from itertools import combinations, pairwise, product

import numpy as np
from scipy.optimize import linprog


def patterns_by_programs(X):
    """All sign patterns of open cells: each of the 2^n tested by a linear program."""
    X = np.array(X, dtype=float)
    found = set()
    for signs in product((-1, 1), repeat=len(X)):
        A = -(np.array(signs)[:, None] * X)
        box = [(-1e6, 1e6)] * X.shape[1]
        if linprog(np.zeros(X.shape[1]), A_ub=A, b_ub=-np.ones(len(X)), bounds=box).status == 0:
            found.add(signs)
    return found


def patterns_by_sampling(X, count, seed=0):
    """The sign patterns at random directions."""
    W = np.random.default_rng(seed).normal(size=(count, len(X[0])))
    return set(map(tuple, np.sign(W @ np.array(X, dtype=float).T).astype(int).tolist()))


def gradient(X, y, w):
    """D_n(w) off the kinks."""
    return ((X @ w > 0) * y) @ X / len(y)


def critical_on_circle(X, y, small=1e-9):
    """(angle, value of G_n) of critical points on the circle, by one-sided slopes; None where G_n is 0 on an arc."""
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    kinks = np.concatenate([np.arctan2(X[:, 1], X[:, 0]) + s * np.pi / 2 for s in (1, -1)]) % (2 * np.pi)
    kinks = _apart(np.sort(kinks[np.tile(np.linalg.norm(X, axis=1), 2) > 0]))
    ends = np.append(kinks, kinks[0] + 2 * np.pi)
    arcs = [gradient(X, y, _at((a + b) / 2)) for a, b in pairwise(ends)]
    if any(np.linalg.norm(D) < small for D in arcs):
        return None
    found = []
    for k, angle in enumerate(kinks):
        tangent = _at(angle + np.pi / 2)
        slopes = [arcs[k - 1] @ tangent, arcs[k] @ tangent]
        if min(slopes) < small and max(slopes) > -small:
            found.append((angle, arcs[k] @ _at(angle)))
    for a, b, D in zip(ends[:-1], ends[1:], arcs, strict=True):
        for turn in (0, np.pi):
            angle = np.arctan2(D[1], D[0]) + turn
            if small < (angle - a) % (2 * np.pi) < b - a - small:
                found.append((angle, D @ _at(angle)))
    return found


def _at(angle):
    return np.array([np.cos(angle), np.sin(angle)])


def _apart(angles, small=1e-9):
    """Sorted angles without repetitions, around the circle."""
    kept = [a for k, a in enumerate(angles) if k == 0 or a - angles[k - 1] > small]
    return np.array(kept[:-1] if len(kept) > 1 and kept[0] + 2 * np.pi - kept[-1] <= small else kept)


def critical_on_sphere(X, y, count=4000, seed=0):
    """(w, D) of critical points of G_n on the sphere, w not orthogonal to all samples, from candidates of three kinds.

    Every cell and every arc that sampling meets gives one candidate direction, every ray is one. A candidate counts
    where the hull of gradients around it contains a multiple of it, by a linear program.
    """
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    random = np.random.default_rng(seed)
    candidates = [gradient(X, y, w) for w in random.normal(size=(count, 3))]
    live = X[np.linalg.norm(X, axis=1) > 0]
    for x in live:
        flat = random.normal(size=(count // 4, 3))
        flat -= np.outer(flat @ x / (x @ x), x)
        side = 1e-4 * x / np.linalg.norm(x)
        for w in flat:
            D = gradient(X, y, w / np.linalg.norm(w) + side)
            candidates.append(D - (D @ x) / (x @ x) * x)
    candidates += [np.cross(a, b) for a, b in combinations(live, 2)]
    units = [s * c / np.linalg.norm(c) for c in candidates for s in (1, -1) if np.linalg.norm(c) > 1e-9]
    checked = [(w, _hull_value(X, y, w)) for w in _distinct(units)]
    return [(w, value) for w, value in checked if value is not None]


def _distinct(units, small=1e-6):
    kept = []
    for w in {tuple(np.round(u, 7)): u for u in units}.values():
        if not kept or np.abs(np.array(kept) - w).max(axis=1).min() > small:
            kept.append(w)
    return kept


def _hull_value(X, y, w, small=1e-7):
    """μ with μ w in the hull of the gradients around w, or None."""
    on = np.abs(X @ w) < small
    if on.all():
        return None
    base = ((X @ w > small) * y) @ X / len(y)
    around = np.random.default_rng(1).normal(size=(300 if on.any() else 1, 3))
    values = np.unique(np.round(((around @ X.T > 0) * on * y) @ X / len(y), 12), axis=0) + base
    A = np.vstack([np.hstack([values.T, -w[:, None]]), np.append(np.ones(len(values)), 0)])
    bounds = [(0, None)] * len(values) + [(None, None)]
    solved = linprog(np.zeros(len(values) + 1), A_eq=A, b_eq=[0, 0, 0, 1], bounds=bounds)
    return float(solved.x[-1]) if solved.status == 0 else None


def is_extremal(X, y, vector):
    """The definition, in rationals: the weights give D, they fit the signs at w, and w = ±D up to a positive factor."""
    n, w = len(y), vector.direction
    products = [sum(a * b for a, b in zip(x, w, strict=True)) for x in X]
    fits = all(
        (eta == 1 if z > 0 else eta == 0 if z < 0 else 0 <= eta <= 1)
        for z, eta in zip(products, vector.weights, strict=True)
    )
    D = tuple(
        sum((e * b * x[i] for e, b, x in zip(vector.weights, y, X, strict=True)), Fraction(0)) / n
        for i in range(len(w))
    )
    return (
        fits and D == vector.D and (_positive_multiple(w, [vector.sign * v for v in D]) if vector.sign else not any(D))
    )


def _positive_multiple(w, v):
    k = next(i for i, a in enumerate(w) if a)
    ratio = v[k] / w[k]
    return ratio > 0 and all(b == ratio * a for a, b in zip(w, v, strict=True))

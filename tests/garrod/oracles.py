"""The other way to each number: the cross-entropy written out for mpmath and NumPy, factors by hand, SciPy."""

import mpmath
import numpy as np
from scipy.optimize import minimize


def printed(value, digits):
    """Assert that a number, rounded to as many digits, is the printed one."""
    places = len(digits.partition(".")[2])
    assert abs(mpmath.mpf(value) - mpmath.mpf(digits)) <= mpmath.mpf("0.5000001") * mpmath.mpf(10) ** -places, (
        mpmath.nstr(mpmath.mpf(value), 15),
        digits,
    )


def least(curve, low=0.02, high=60.0):
    """The least value of a function of a scale and where it is: a grid, then a root of the derivative in 30 digits."""
    grid = np.geomspace(low, high, 300)
    values = [float(curve(mpmath.mpf(v))) for v in grid]
    inner = [k for k in range(1, len(grid) - 1) if values[k - 1] >= values[k] <= values[k + 1]]
    best = min(inner, key=lambda k: values[k])
    with mpmath.workdps(30):
        ends = (mpmath.mpf(grid[best - 1]), mpmath.mpf(grid[best + 1]))
        place = mpmath.findroot(lambda x: mpmath.diff(curve, x), ends, solver="anderson", tol=1e-30, verify=False)
        return curve(place), place


def collapse(K, L, lam, n=1):
    """The loss of α S as a function of α."""
    p = mpmath.mpf(2) / (L + 1)
    return lambda a: mpmath.log1p((K - 1) * mpmath.exp(-a)) + lam * (L + 1) / 2 * (K - 1) * (a * mpmath.sqrt(n)) ** p


def low_rank(K, L, lam, n=1):
    """The loss of pairs of opposite classes, the odd class by itself, as a function of β."""
    p, m, odd = mpmath.mpf(2) / (L + 1), K // 2, K % 2

    def curve(b):
        both = mpmath.log(1 + (K - 2) * mpmath.exp(-b) + mpmath.exp(-2 * b))
        alone = mpmath.log1p((K - 1) * mpmath.exp(-b))
        cost = m * (2 * b * mpmath.sqrt(n)) ** p + odd * (b * mpmath.sqrt(n)) ** p
        return (2 * m * both + odd * alone) / K + lam * (L + 1) / 2 * cost

    return curve


def circle(K, L, lam, n=1):
    """The loss of K unit vectors at equal angles as a function of β."""
    p = mpmath.mpf(2) / (L + 1)
    cosines = [mpmath.cos(2 * mpmath.pi * j / K) for j in range(K)]

    def curve(b):
        fit = mpmath.log(mpmath.fsum(mpmath.exp(b * (c - 1)) for c in cosines))
        return fit + lam * (L + 1) / 2 * 2 * (b * K / 2 * mpmath.sqrt(n)) ** p

    return curve


CURVES = {"dnc": collapse, "low_rank": low_rank, "circle": circle}


def simplex(K):
    return np.eye(K) - 1 / K


def pairs(K):
    Z = np.zeros((K, K))
    for k in range(0, K - 1, 2):
        Z[k : k + 2, k : k + 2] = [[1, -1], [-1, 1]]
    Z[-1, -1] = 1
    return Z


def ring(K):
    angles = 2 * np.pi * np.arange(K) / K
    return np.cos(angles[:, None] - angles)


OUTPUTS = {"dnc": simplex, "low_rank": pairs, "circle": ring}


def spread(Z, L, rank):
    """Balanced factors of a symmetric output, its small singular values exactly zero."""
    U, s, Vt = np.linalg.svd(Z)
    root = np.diag(s[:rank] ** (1 / (L + 1)))
    return [root @ Vt[:rank], *[root] * (L - 1), U[:, :rank] @ root]


def output(factors):
    Z = factors[0]
    for W in factors[1:]:
        Z = W @ Z
    return Z


def objective(factors, reg, counts):
    """The mean cross-entropy and half of each λ times a squared norm, one column a sample."""
    labels = np.repeat(np.arange(len(counts)), counts)
    H = np.asarray(factors[0], float)
    H = np.repeat(H, counts, axis=1) if H.shape[1] == len(counts) else H
    Z = output([H, *factors[1:]])
    fit = sum(np.log(np.sum(np.exp(Z[:, i] - Z[k, i]))) for i, k in enumerate(labels)) / len(labels)
    norms = [np.sum(H**2), *(np.sum(np.asarray(W, float) ** 2) for W in factors[1:])]
    return fit + sum(v * n for v, n in zip(reg, norms, strict=True)) / 2


def rational(W):
    return np.array([[int(v.p) / int(v.q) for v in row] for row in W.tolist()])


def at(instance, factors):
    """The objective of an instance at rational factors, by our own forward pass."""
    return objective([rational(W) for W in factors], [float(v) for v in instance.reg], instance.counts)


def slopes(factors, reg):
    """The gradient by hand, one sample a class."""
    Z, K = output(factors), len(factors[-1])
    E = np.exp(Z - Z.real.max(axis=0))
    delta = (E / E.sum(axis=0) - np.eye(K)) / K
    below = [factors[0]]
    for W in factors[1:-1]:
        below.append(W @ below[-1])
    found = [np.zeros(0)] * len(factors)
    for l in range(len(factors) - 1, 0, -1):
        found[l] = delta @ below[l - 1].T + reg * factors[l]
        delta = factors[l].T @ delta
    found[0] = delta + reg * factors[0]
    return found


def descend(factors, reg, steps=4000):
    """SciPy's L-BFGS from these factors with the gradient by hand, one sample a class: the loss, and the factors."""
    shapes, ends, K = [W.shape for W in factors], np.cumsum([W.size for W in factors])[:-1], len(factors[-1])
    apart = lambda x: [p.reshape(s) for p, s in zip(np.split(x, ends), shapes, strict=True)]  # noqa: E731
    flat = lambda parts: np.concatenate([W.ravel() for W in parts])  # noqa: E731
    found = minimize(
        lambda x: (objective(apart(x), [reg] * len(shapes), [1] * K), flat(slopes(apart(x), reg))),
        flat(factors),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": steps, "maxfun": 2 * steps, "ftol": 1e-16, "gtol": 1e-11, "maxcor": 30},
    )
    return float(found.fun), apart(found.x)


def random_start(K, L, d, seed, scale=1.0):
    draw = np.random.default_rng(seed)
    return [draw.normal(size=s) * scale / np.sqrt(d) for s in [(d, K), *[(d, d)] * (L - 1), (K, d)]]


def hessian(factors, reg):
    """Gradient and Hessian: the gradient by hand at complex steps, which lose no digits; one sample a class."""
    shapes, ends = [W.shape for W in factors], np.cumsum([W.size for W in factors])[:-1]
    flat, step = np.concatenate([W.ravel() for W in factors]), 1e-30

    def slope(x):
        parts = [p.reshape(s) for p, s in zip(np.split(x, ends), shapes, strict=True)]
        return np.concatenate([g.ravel() for g in slopes(parts, reg)])

    return slope(flat), np.array([slope(flat + 1j * step * e).imag / step for e in np.eye(flat.size)])

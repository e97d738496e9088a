"""The other way to each number: matrices written out by hand, a forward pass with a column a sample, mpmath, SciPy."""

from itertools import combinations

import mpmath
import numpy as np
from scipy.optimize import minimize, minimize_scalar


def printed(value, digits):
    """Assert that a number, rounded to as many digits, is the printed one."""
    places = len(digits.partition(".")[2])
    assert abs(mpmath.mpf(value) - mpmath.mpf(digits)) <= mpmath.mpf("0.5000001") * mpmath.mpf(10) ** -places, (
        mpmath.nstr(mpmath.mpf(value), 15),
        digits,
    )


def peak(curve, low, high):
    """The largest value of a smooth function and where it is, to 25 digits: a grid, then a root of the derivative."""
    grid = np.geomspace(low, high, 800)
    values = [float(curve(mpmath.mpf(v))) for v in grid]
    best = int(np.argmax(values))
    with mpmath.workdps(30):
        ends = (mpmath.mpf(grid[best - 1]), mpmath.mpf(grid[best + 1]))
        place = mpmath.findroot(lambda x: mpmath.diff(curve, x), ends, solver="anderson", tol=1e-40, verify=False)
        return curve(place), place


def family(C, lam, L):
    """The least of (1-c)²/2 + Cλ/2 c^{2/(L+1)} and its c; 1/2 and 0 where no c is better."""
    with mpmath.workdps(30):
        C, lam = mpmath.mpf(C), mpmath.mpf(lam)
        curve = lambda c: -((1 - c) ** 2 / 2 + C * lam / 2 * c ** (mpmath.mpf(2) / (L + 1)))  # noqa: E731
        grid = np.linspace(0.3, 0.9999, 700)  # beyond the fold c is at least (L-1)/L, and 1/2 is at L = 2
        values = [float(curve(mpmath.mpf(v))) for v in grid] if L > 1 else [0.0, 0.0]
        if L == 1:
            c = max(1 - C * lam / 2, mpmath.mpf(0))
            return -curve(c), c
        best = max(int(np.argmax(values)), 1)
        c = mpmath.findroot(lambda x: mpmath.diff(curve, x), grid[best])
        return (-curve(c), c) if -curve(c) < 0.5 else (mpmath.mpf("0.5"), mpmath.mpf(0))


def lam0(K, L):
    """The largest λ at which some c I is as good as zero, by maximising over c; 1/K for L = 1."""
    p = mpmath.mpf(2) / (L + 1)
    if L == 1:
        return mpmath.mpf(1) / K
    return peak(lambda c: (1 - (1 - c) ** 2) / (K * (L + 1) * c**p), 0.05, 1.0)[0]


def forward(factors, counts, relu=True):
    """Every M_l and the output, a column a sample; H has a column a class or a column a sample."""
    H = np.asarray(factors[0], float)
    layers = [np.repeat(H, counts, axis=1) if H.shape[1] == len(counts) else H]
    for position, W in enumerate(factors[1:]):
        below = layers[-1]
        layers.append(np.asarray(W, float) @ (np.where(below > 0, below, 0) if relu and position else below))
    return layers


def objective(factors, reg, counts, relu=True):
    """1/(2N) |Z - Y|² and half of each λ times a squared norm, from sums over samples."""
    layers, labels = forward(factors, counts, relu), np.repeat(np.arange(len(counts)), counts)
    misses = sum(np.sum((layers[-1][:, i] - np.eye(len(counts))[k]) ** 2) for i, k in enumerate(labels))
    norms = [np.sum(layers[0] ** 2), *(np.sum(np.asarray(W, float) ** 2) for W in factors[1:])]
    return misses / (2 * len(labels)) + sum(v * n for v, n in zip(reg, norms, strict=True)) / 2


def rational(W):
    """A matrix of rationals in floats."""
    return np.array([[int(v.p) / int(v.q) for v in row] for row in W.tolist()])


def at(instance, factors):
    """The objective of an instance at rational factors, by our own forward pass."""
    reg = [float(v) for v in instance.reg]
    return objective([rational(W) for W in factors], reg, instance.counts, instance.relu)


def halves(M):
    """W_1 and H of equal norms with W_1 H = M, by the singular value decomposition; zeros are left out."""
    U, s, Vt = np.linalg.svd(M, full_matrices=False)
    kept = s > 1e-9 * s[0]
    return [np.sqrt(s[kept])[:, None] * Vt[kept], U[:, kept] * np.sqrt(s[kept])]


def graph(r):
    """The vertex-edge incidence of the complete graph."""
    return np.array([[float(v in e) for e in combinations(range(r), 2)] for v in range(r)])


def srg(r, L, flipped=False):
    """SRG with output I: 2Aᵀ - 1 before the last layer, or its negative."""
    A = graph(r)
    mixing = (1 - 2 * A.T if flipped else 2 * A.T - 1) / 2
    last = np.linalg.inv(np.maximum(mixing @ A, 0))
    return [*halves(A), *[np.eye(r)] * (L - 3), mixing, last]


def srg_with_row(r, L, delta, t):
    """SRG with a row δ·1 in the features, and t of each mixing row moved onto it."""
    A, K = graph(r), r * (r - 1) // 2
    F = np.vstack([A, np.full(K, delta)])
    keep = F @ np.linalg.pinv(F)
    mixing = np.hstack([np.where(A.T > 0, (1 + t) / 2, (t - 1) / 2), np.full((K, 1), -t / delta)])
    return [*halves(F), *[keep] * (L - 3), mixing, np.linalg.inv(np.maximum(mixing @ F, 0))]


def ladder(L, beta, v):
    """Sum, difference and minus difference of the rows of [[1, β, 0], [0, β, 1]]; u = 1."""
    B = np.array([[1, beta, 0], [0, beta, 1.0]])
    mixing = np.array([[1, 1], [v, -v], [-v, v]])
    return [*halves(B), *[np.eye(2)] * (L - 3), mixing, np.linalg.inv(np.maximum(mixing @ B, 0))]


def cut(r, s, L):
    """One neuron for each s-subset of the vertices, the last layer the pseudoinverse of what they see."""
    A, sets = graph(r), list(combinations(range(r), s))
    mixing = np.array([[0.5 if v in S else -0.5 for v in range(r)] for S in sets])
    last = np.linalg.pinv(np.maximum(mixing @ A, 0))
    return [*halves(mixing @ A), last] if L == 2 else [*halves(A), *[np.eye(r)] * (L - 3), mixing, last]


def product(factors, K, relu=True):
    """The product of all squared norms, once the output is seen to be I."""
    np.testing.assert_allclose(forward(factors, [1] * K, relu)[-1], np.eye(K), atol=1e-9)
    return float(np.exp(sum(np.log(np.sum(W**2)) for W in factors)))


def by_scaling(factors, reg, counts=None, relu=True):
    """The best loss over all scales of the factors made of equal norm: the objective itself, no formula."""
    K, parts = len(factors[-1]), len(factors)
    level = np.exp(np.mean([np.log(np.linalg.norm(W)) for W in factors]))
    even = [W * level / np.linalg.norm(W) for W in factors]

    def curve(c):
        return objective([W * c ** (1 / parts) for W in even], [reg] * parts, counts or [1] * K, relu)

    found = minimize_scalar(curve, bounds=(0.4, 1), method="bounded", options={"xatol": 1e-12})
    return min(found.fun, curve(0.0))


def slopes(factors, reg, counts, relu=True):
    """The gradient by hand, H a column a sample; 0 at a kink."""
    layers, N = forward(factors, counts, relu), sum(counts)
    delta = (layers[-1] - np.repeat(np.eye(len(counts)), counts, axis=1)) / N
    found = [np.zeros(0)] * len(factors)
    for l in range(len(factors) - 1, 0, -1):
        below, rectified = layers[l - 1], relu and l > 1
        found[l] = delta @ (np.where(below > 0, below, 0) if rectified else below).T + reg[l] * factors[l]
        delta = factors[l].T @ delta * ((below > 0) if rectified else 1)
    found[0] = delta + reg[0] * factors[0]
    return found


def descend(factors, reg, counts, relu=True, steps=3000):
    """SciPy's L-BFGS from these factors with the gradient by hand: the loss, and the factors."""
    shapes, ends = [W.shape for W in factors], np.cumsum([W.size for W in factors])[:-1]
    apart = lambda x: [p.reshape(s) for p, s in zip(np.split(x, ends), shapes, strict=True)]  # noqa: E731
    flat = lambda parts: np.concatenate([W.ravel() for W in parts])  # noqa: E731
    found = minimize(
        lambda x: (objective(apart(x), reg, counts, relu), flat(slopes(apart(x), reg, counts, relu))),
        flat(factors),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": steps, "maxfun": 2 * steps, "ftol": 1e-15, "gtol": 1e-10, "maxcor": 30},
    )
    return float(found.fun), apart(found.x)


def random_start(shapes, seed, scale=1.0):
    """Normal entries with standard deviation scale / √d."""
    draw = np.random.default_rng(seed)
    return [draw.normal(size=shape) * scale / np.sqrt(max(shape)) for shape in shapes]

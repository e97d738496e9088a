"""The label-noise SGD step as compiled code, generated from the activation's expression.

Runs lie innermost: a block holds `LANES` runs, and every arithmetic operation below acts on all of them. Parameters
are coordinates in an orthonormal basis of the data's span, X = L Q with L lower trapezoidal, so that a step costs
about n² + n products a neuron, whatever d is; what is orthogonal to the data never moves. Rows of L are padded with
zeros to a multiple of four, the number of rows whose sums are kept in registers. Imports numba: import lazily.

State of a block, all flat arrays with the lanes last: `c` (m, r) coordinates, `a` (m) output weights, `rng` two
generators (noise, picks) of six uint64 rows: four of xoshiro256++, the current word and how many bits are used.
"""

import math
from functools import lru_cache

import numpy as np

from theorycheck.training.generate import activation_pair
from theorycheck.training.vectors import LANES, compiled, flip, inlined, load, splat, store

ROWS = 4  # rows of L that one pass keeps in registers
_TWO_PI = 2 * math.pi
_UNIT = 2.0**-53


@compiled
def _next_words(rng):
    """One step of xoshiro256++ (Blackman and Vigna 2019) in every lane; the result lands in row 4."""
    for b in range(LANES):
        s0, s1, s2, s3 = rng[b], rng[LANES + b], rng[2 * LANES + b], rng[3 * LANES + b]
        total = s0 + s3
        rng[4 * LANES + b] = ((total << np.uint64(23)) | (total >> np.uint64(41))) + s0
        moved = s1 << np.uint64(17)
        s2 ^= s0
        s3 ^= s1
        rng[LANES + b] = s1 ^ s2
        rng[b] = s0 ^ s3
        rng[2 * LANES + b] = s2 ^ moved
        rng[3 * LANES + b] = (s3 << np.uint64(45)) | (s3 >> np.uint64(19))


@compiled
def _rademacher(noise, rows, sigma, rng):
    """Fill `rows` rows with ±sigma: 64 signs a word, so drawing costs a sixty-fourth of a generator step each."""
    used = np.int64(rng[5 * LANES])
    for i in range(rows):
        if used == 64:
            _next_words(rng)
            used = 0
        store(noise, i * LANES, flip(sigma, rng, 4 * LANES, used))
        used += 1
    rng[5 * LANES] = np.uint64(used)


@compiled
def _gaussian(noise, rows, sigma, rng):
    """Fill `rows` rows with centred normals of standard deviation sigma (Box and Muller)."""
    for i in range(rows):
        _next_words(rng)
        for b in range(LANES):
            uniform = (np.float64(rng[4 * LANES + b] >> np.uint64(11)) + 0.5) * _UNIT
            noise[i * LANES + b] = sigma * math.sqrt(-2.0 * math.log(uniform))
        _next_words(rng)
        for b in range(LANES):
            angle = _TWO_PI * _UNIT * np.float64(rng[4 * LANES + b] >> np.uint64(11))
            noise[i * LANES + b] *= math.cos(angle)


_NOISE = {"rademacher": _rademacher, "gaussian": _gaussian}


@inlined
def _forward_tile(L, c, i, row, r):
    """Preactivations of one neuron on rows i to i+3: L[i:i+4] times its coordinates, which start at `row`."""
    z0, z1, z2, z3 = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
    for k in range(min(i, r)):
        ck = load(c, (row + k) * LANES)
        z0 += L[i, k] * ck
        z1 += L[i + 1, k] * ck
        z2 += L[i + 2, k] * ck
        z3 += L[i + 3, k] * ck
    if i < r:  # the triangle on the diagonal
        c0, c1 = load(c, (row + i) * LANES), load(c, (row + i + 1) * LANES)
        c2, c3 = load(c, (row + i + 2) * LANES), load(c, (row + i + 3) * LANES)
        z0 += L[i, i] * c0
        z1 += L[i + 1, i] * c0 + L[i + 1, i + 1] * c1
        z2 += L[i + 2, i] * c0 + L[i + 2, i + 1] * c1 + L[i + 2, i + 2] * c2
        z3 += (L[i + 3, i] * c0 + L[i + 3, i + 1] * c1) + (L[i + 3, i + 2] * c2 + L[i + 3, i + 3] * c3)
    return z0, z1, z2, z3


@inlined
def _backward_tile(L, c, pull, slope, k, row, first, n):
    """Add column sums of L[:, k:k+4] times pull ∘ slope to coordinates k to k+3 of one neuron."""
    at = (row + k) * LANES
    c0, c1, c2, c3 = load(c, at), load(c, at + LANES), load(c, at + 2 * LANES), load(c, at + 3 * LANES)
    g0 = load(pull, k * LANES) * load(slope, (first + k) * LANES)
    g1 = load(pull, (k + 1) * LANES) * load(slope, (first + k + 1) * LANES)
    g2 = load(pull, (k + 2) * LANES) * load(slope, (first + k + 2) * LANES)
    g3 = load(pull, (k + 3) * LANES) * load(slope, (first + k + 3) * LANES)
    c0 += (L[k, k] * g0 + L[k + 1, k] * g1) + (L[k + 2, k] * g2 + L[k + 3, k] * g3)
    c1 += L[k + 1, k + 1] * g1 + L[k + 2, k + 1] * g2 + L[k + 3, k + 1] * g3
    c2 += L[k + 2, k + 2] * g2 + L[k + 3, k + 2] * g3
    c3 += L[k + 3, k + 3] * g3
    for i in range(k + 4, n):
        g = load(pull, i * LANES) * load(slope, (first + i) * LANES)
        c0 += L[i, k] * g
        c1 += L[i, k + 1] * g
        c2 += L[i, k + 2] * g
        c3 += L[i, k + 3] * g
    store(c, at, c0)
    store(c, at + LANES, c1)
    store(c, at + 2 * LANES, c2)
    store(c, at + 3 * LANES, c3)


def _residuals(pair, trains_output):
    """Inlined code that adds all outputs to `pull` and fills `slope` = a_j φ'(z_ij) and, if needed, `value`."""

    @inlined
    def residuals(c, a, L, pull, value, slope, m):
        n, r = L.shape
        for i in range(0, n, 4):
            at = i * LANES
            f0, f1 = load(pull, at), load(pull, at + LANES)
            f2, f3 = load(pull, at + 2 * LANES), load(pull, at + 3 * LANES)
            for j in range(m):
                aj = load(a, j * LANES)
                z0, z1, z2, z3 = _forward_tile(L, c, i, j * r, r)
                p0, q0 = pair(z0)
                p1, q1 = pair(z1)
                p2, q2 = pair(z2)
                p3, q3 = pair(z3)
                f0 += aj * p0
                f1 += aj * p1
                f2 += aj * p2
                f3 += aj * p3
                at = (j * n + i) * LANES
                store(slope, at, aj * q0)
                store(slope, at + LANES, aj * q1)
                store(slope, at + 2 * LANES, aj * q2)
                store(slope, at + 3 * LANES, aj * q3)
                if trains_output:
                    store(value, at, p0)
                    store(value, at + LANES, p1)
                    store(value, at + 2 * LANES, p2)
                    store(value, at + 3 * LANES, p3)
            at = i * LANES
            store(pull, at, f0)
            store(pull, at + LANES, f1)
            store(pull, at + 2 * LANES, f2)
            store(pull, at + 3 * LANES, f3)

    return residuals


@lru_cache(maxsize=64)
def full_batch(expression, noise_law, trains_output):
    """Compiled `advance(c, a, rng, L, y, rate, sigma, steps)`: `steps` steps with every label noised.

    Args:
        expression: the activation in the symbol z (sympy).
        noise_law: "rademacher" or "gaussian".
        trains_output: whether the output weights move too.

    Returns:
        The function. `c` (blocks, m·r·LANES), `a` (blocks, m·LANES) and `rng` (blocks, 12·LANES) change in place;
        `L` (n, r) is padded to multiples of `ROWS`, `y` (rows,) is not; `scratch` has `scratch_size` entries; `rate`
        is the step size times the factor κ of the loss.
    """
    residuals = _residuals(activation_pair(expression), trains_output)
    fill = _NOISE[noise_law]

    @compiled
    def advance(c, a, rng, L, y, scratch, rate, sigma, steps):
        n, r = L.shape
        rows = y.size
        m = a.shape[1] // LANES
        pull, slope, value = scratch[: n * LANES], scratch[n * LANES :], scratch[(1 + m) * n * LANES :]
        for block in range(c.shape[0]):
            cb, ab, rngb = c[block], a[block], rng[block]
            for _ in range(steps):
                fill(pull, rows, sigma, rngb)
                for i in range(rows):
                    store(pull, i * LANES, load(pull, i * LANES) - y[i])
                residuals(cb, ab, L, pull, value, slope, m)
                for i in range(rows):
                    store(pull, i * LANES, load(pull, i * LANES) * -rate)
                for i in range(rows, n):  # padding pulls nothing
                    store(pull, i * LANES, splat(0.0))
                for j in range(m):
                    for k in range(0, r, 4):
                        _backward_tile(L, cb, pull, slope, k, j * r, j * n, n)
                    if trains_output:
                        aj = load(ab, j * LANES)
                        for i in range(rows):
                            aj += load(pull, i * LANES) * load(value, (j * n + i) * LANES)
                        store(ab, j * LANES, aj)

    return advance


@lru_cache(maxsize=64)
def one_sample(expression, noise_law, trains_output):
    """Compiled `advance` as in `full_batch`, where each run draws one sample, uniformly, and one noise a step.

    The index is the upper half of a fresh word times n, shifted: its bias is below n·2^-32.
    """
    pair = activation_pair(expression)
    fill = _NOISE[noise_law]

    @inlined
    def gather(x, target, picks, L, y):
        _next_words(picks)
        for b in range(LANES):
            i = np.int64(((picks[4 * LANES + b] >> np.uint64(32)) * np.uint64(y.size)) >> np.uint64(32))
            target[b] = y[i]
            for k in range(L.shape[1]):
                x[k * LANES + b] = L[i, k]

    @compiled
    def advance(c, a, rng, L, y, scratch, rate, sigma, steps):
        r = L.shape[1]
        m = a.shape[1] // LANES
        target, noise, slope = scratch, scratch[LANES:], scratch[2 * LANES :]
        value, x = scratch[(2 + m) * LANES :], scratch[(2 + 2 * m) * LANES :]
        for block in range(c.shape[0]):
            cb, ab = c[block], a[block]
            signs, picks = rng[block, : 6 * LANES], rng[block, 6 * LANES :]
            for _ in range(steps):
                gather(x, target, picks, L, y)
                fill(noise, 1, sigma, signs)
                f = load(noise, 0) - load(target, 0)
                for j in range(m):
                    aj = load(ab, j * LANES)
                    even, odd = splat(0.0), splat(0.0)  # two sums: half the latency
                    for k in range(0, r, 2):
                        even += load(x, k * LANES) * load(cb, (j * r + k) * LANES)
                        odd += load(x, (k + 1) * LANES) * load(cb, (j * r + k + 1) * LANES)
                    p, q = pair(even + odd)
                    f += aj * p
                    store(slope, j * LANES, aj * q)
                    if trains_output:
                        store(value, j * LANES, p)
                f *= -rate
                for j in range(m):
                    g = f * load(slope, j * LANES)
                    for k in range(r):
                        at = (j * r + k) * LANES
                        store(cb, at, load(cb, at) + g * load(x, k * LANES))
                    if trains_output:
                        store(ab, j * LANES, load(ab, j * LANES) + f * load(value, j * LANES))

    return advance


def scratch_size(n, r, m):
    """Entries of `scratch` that either kernel needs, for padded sizes (n, r) and m neurons."""
    return LANES * max((1 + 2 * m) * n, 2 + 2 * m + r)

"""Slow, independent versions of what the kernels do: Python integers, numpy loops."""

import numpy as np

from theorycheck.models.losses import Loss
from theorycheck.models.networks import TwoLayer
from theorycheck.training.problem import problem

MASK = 2**64 - 1


def xoshiro(state):
    """xoshiro256++ over Python integers, from its published definition."""
    s = [int(v) for v in state]
    while True:
        total = (s[0] + s[3]) & MASK
        yield (rotate(total, 23) + s[0]) & MASK
        moved = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= moved
        s[3] = rotate(s[3], 45)


def rotate(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & MASK


def signs(state):
    """Label noise signs in the order in which the kernel uses them: top bit of a word first; a set bit is minus."""
    for word in xoshiro(state):
        for bit in reversed(range(64)):
            yield -1.0 if (word >> bit) & 1 else 1.0


def make(X, y, width, activation, loss="sum", **network):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    return problem((X, y), TwoLayer(width=width, activation=activation, **network), Loss(loss))


def slow_training(case, rule, theta, seed, steps):
    """One run by plain loops over numpy arrays; returns (theta, output weights)."""
    words = np.random.SeedSequence(seed).generate_state(8, np.uint64)
    noise, picks = signs(words[:4]), xoshiro(words[4:])
    n = len(case.y)
    theta, a = theta.copy(), case.output_weights.copy()
    phi, slope = case.activation.numpy(0), case.activation.numpy(1)
    for _ in range(steps):
        rows = range(n) if rule.batch == "full" else [((next(picks) >> 32) * n) >> 32]
        factor = case.kappa * (1 if rule.batch == "full" else n)
        move, turn = np.zeros_like(theta), np.zeros_like(a)
        for i in rows:
            z = theta @ case.X[i]
            residual = a @ phi(z) - case.y[i] + rule.sigma * next(noise)
            move += factor * residual * np.outer(a * slope(z), case.X[i])
            turn += factor * residual * phi(z)
        theta = theta - rule.step_size * move
        a = a - rule.step_size * turn if case.trains_output else a
    return theta, a


def weights_at(case, Z):
    """First-layer weights (m, d) in the span of the data with preactivations Z (n, m)."""
    return np.linalg.lstsq(case.X, np.asarray(Z, dtype=float), rcond=None)[0].T

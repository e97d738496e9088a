"""Many runs at once on all cores: packs parameters into blocks of lanes, advances them in chunks, unpacks them.

Imports numba through `kernels`: import this module only inside functions.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, repeat

import attrs
import numpy as np

from theorycheck.training.kernels import ROWS, full_batch, one_sample, scratch_size
from theorycheck.training.vectors import LANES

_CHUNK = 50_000  # steps between two looks at the clock and at Ctrl-C
_KERNELS = {"full": full_batch, "one": one_sample}


def _cores():
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _padded(size):
    return -(-max(size, 1) // ROWS) * ROWS


def span_coordinates(X):
    """L (n, r) lower trapezoidal and Q (r, d) with orthonormal rows, X = L Q, r = min(n, d)."""
    q, upper = np.linalg.qr(X.T)
    return upper.T, q.T


def random_state(seeds):
    """Generator states of the runs, (runs, 12): two xoshiro256++ streams with their current word and its used bits.

    Each run owns its stream, so that its noise does not depend on which runs share the batch.
    """
    words = [np.random.SeedSequence(int(seed)).generate_state(8, np.uint64) for seed in seeds]
    signs_and_picks = np.array(words, dtype=np.uint64).reshape(-1, 2, 4)
    spent = np.zeros((*signs_and_picks.shape[:2], 2), dtype=np.uint64)
    spent[..., 1] = 64  # no bit of the (absent) current word is left
    return np.concatenate([signs_and_picks, spent], axis=2).reshape(-1, 12)


def _to_blocks(values):
    """(runs, p) to (blocks, p · LANES), lanes last; the last block is filled up with copies of the last run."""
    missing = -len(values) % LANES
    full = np.concatenate([values, np.repeat(values[-1:], missing, axis=0)])
    return np.ascontiguousarray(full.reshape(-1, LANES, values.shape[1]).swapaxes(1, 2)).reshape(
        -1, values[0].size * LANES
    )


def _from_blocks(blocks, runs):
    lanes_last = blocks.reshape(len(blocks), -1, LANES)
    return lanes_last.swapaxes(1, 2).reshape(-1, lanes_last.shape[1])[:runs]


@attrs.define
class Batch:
    """The state of all runs, advanced in place by `advance`; `theta` and `output_weights` read it out."""

    _advance: Callable
    _L: np.ndarray
    _Q: np.ndarray
    _y: np.ndarray
    _outside: np.ndarray
    _c: np.ndarray
    _a: np.ndarray
    _rng: np.ndarray
    _rate: float
    _sigma: float

    @property
    def theta(self):
        """First-layer weights, (runs, m, d)."""
        runs, m, _ = self._outside.shape
        c = _from_blocks(self._c, runs).reshape(runs, m, -1)[:, :, : len(self._Q)]
        return self._outside + c @ self._Q

    @property
    def output_weights(self):
        """Second-layer weights, (runs, m)."""
        return _from_blocks(self._a, len(self._outside)).copy()

    def advance(self, steps):
        """Take `steps` steps in every run, on all cores."""
        workers = min(_cores(), len(self._c))
        bounds = np.linspace(0, len(self._c), workers + 1).astype(int)
        parts = [slice(*pair) for pair in pairwise(bounds)]
        with ThreadPoolExecutor(workers) as pool:
            while steps > 0:
                chunk = min(steps, _CHUNK)
                list(pool.map(self._advance_part, parts, repeat(chunk)))
                steps -= chunk

    def _advance_part(self, part, steps):
        n, r = self._L.shape
        scratch = np.zeros(scratch_size(n, r, self._outside.shape[1]))
        # fmt: off
        self._advance(self._c[part], self._a[part], self._rng[part], self._L, self._y, scratch,
                      self._rate, self._sigma, steps)
        # fmt: on


def make_batch(problem, rule, theta, output_weights, seeds):
    """The batch of runs that start at `theta` (runs, m, d) with `output_weights` (runs, m).

    Args:
        problem: the data and network (`label_noise.Problem`).
        rule: the step (`label_noise.LabelNoise`).
        theta: first-layer weights, (runs, m, d).
        output_weights: second-layer weights, (runs, m).
        seeds: one integer a run.

    Returns:
        The batch, before its first step.
    """
    L, Q = span_coordinates(problem.X)
    n, r = L.shape
    padded = np.zeros((_padded(n), _padded(r)))
    padded[:n, :r] = L
    c = np.zeros((*theta.shape[:2], padded.shape[1]))
    c[:, :, :r] = theta @ Q.T
    advance = _KERNELS[rule.batch](problem.expression, rule.noise, problem.trains_output)
    factor = problem.kappa * (n if rule.batch == "one" else 1)  # one sample stands for all n
    return Batch(
        advance, padded, Q, np.ascontiguousarray(problem.y, dtype=float), theta - c[:, :, :r] @ Q,
        _to_blocks(c.reshape(len(theta), -1)), _to_blocks(np.asarray(output_weights, dtype=float)),
        _to_blocks(random_state(seeds)), rule.step_size * factor, float(rule.sigma),
    )  # fmt: skip

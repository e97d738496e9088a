"""Time to the best value of the deep unconstrained-features model: our search, random-restart L-BFGS, gradient descent.

    python benchmarks/dufm.py [--quick]

All three minimise the same objective. The peers use its compiled value and gradient, too, so that the difference is in
the search: SciPy's L-BFGS-B restarts from Gaussian networks of width 2K, gradient descent has momentum and a fixed
step from the same starts. "Reached" is within 1e-6 of the lowest value that any of them saw in this run.
"""

import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from benchmarks.hessian_trace import machine
from theorycheck.exact.dufm_search import search
from theorycheck.exact.dufm_search_kernel import evaluate
from theorycheck.exact.dufm_search_problem import Problem
from theorycheck.models.features import UnconstrainedFeatures

CLOSE = 1e-6
CASES = [  # K, L, loss, activation, λ or None for 0.3 of the largest at which collapse beats zero
    (3, 4, "mse", "relu", None),
    (6, 3, "mse", "relu", None),
    (6, 4, "mse", "relu", None),
    (7, 3, "mse", "relu", None),
    (5, 2, "ce", "linear", "1/50"),
]


def instance(case):
    """The model of a case."""
    K, L, loss, activation, lam = case
    if lam is None:
        lam = 0.3 / (K * L) * ((L - 1) / L) ** ((L - 1) / (L + 1))
    return UnconstrainedFeatures(K, L, lam, loss=loss, activation=activation)


def ours(model, budget):
    """(seconds, loss) at each improvement of the search."""
    return [(seconds, loss) for seconds, loss, _ in search(model, seconds=budget).history]


class Peer:
    """The compiled objective for networks of width 2K, and Gaussian starts."""

    def __init__(self, model):
        self.problem, self.random = Problem(model), np.random.default_rng(0)
        K = model.classes
        self.rows = np.array([2 * K] * model.depth + [K])
        self.scratch = np.empty((3, int(self.rows.sum()) * K))
        self.shapes = list(zip(self.rows, [K, *self.rows[:-1]], strict=True))

    def start(self):
        """Entries of size 1 to 1.5 over the root of the width: smaller ones end in zero."""
        size = self.random.uniform(1.0, 1.5)
        return np.concatenate([self.random.normal(size=r * c) * size / np.sqrt(c) for r, c in self.shapes])

    def both(self, theta):
        """Objective and gradient."""
        gradient = np.empty(len(theta))
        return evaluate(theta, self.rows, *self.problem.arguments(), 0.0, *self.scratch, gradient), gradient


def restarts(model, budget, one):
    """(seconds, loss) at each improvement of runs of `one` from new starts, until the time is up."""
    peer, begun, found = Peer(model), time.perf_counter(), []
    peer.both(peer.start())  # compiled before
    while time.perf_counter() - begun < budget:
        loss = one(peer, begun + budget)
        if not found or loss < found[-1][1]:
            found.append((time.perf_counter() - begun, loss))
    return found


def quasi_newton(peer, end):
    """One L-BFGS-B of SciPy."""
    options = {"maxiter": 20000, "maxfun": 40000, "ftol": 1e-15, "gtol": 1e-12, "maxcor": 20}
    return float(minimize(peer.both, peer.start(), jac=True, method="L-BFGS-B", options=options).fun)


def descent(peer, end):
    """One run of gradient descent with momentum 0.9, its step halved after each hundred steps without gain."""
    theta = peer.start()
    speed, step, best, since = np.zeros_like(theta), 0.2, np.inf, 0
    for _ in range(100_000):
        loss, gradient = peer.both(theta)
        if not np.isfinite(loss) or step < 1e-6 or time.perf_counter() > end:
            break
        since = 0 if loss < best - 1e-12 else since + 1
        best = min(best, loss)
        if since == 100:
            step, since, speed = step / 2, 0, np.zeros_like(theta)
        speed = 0.9 * speed - step * gradient
        theta = theta + speed
    return float(best)


def reached(found, target, budget):
    """When `target` was reached, as text."""
    when = next((seconds for seconds, loss in found if loss <= target + CLOSE), None)
    lowest = min((loss for _, loss in found), default=float("inf"))
    return f"{when:9.2f} s" + " " * 13 if when is not None else f"not in {budget:.0f} s ({lowest:.7f})".rjust(24)


def row(case, budget):
    """One line: the best value and when each reached it."""
    model = instance(case)
    runs = [
        ours(model, budget),
        restarts(model, budget, quasi_newton),
        restarts(model, budget, descent),
    ]
    best = min(loss for found in runs for _, loss in found)
    K, L, loss, activation, _ = case
    return f"{f'{loss} {activation} K={K} L={L}':20} {best:14.10f} " + " ".join(reached(f, best, budget) for f in runs)


def main():
    """Print the machine, then a line a case."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="5 s a method and case instead of 30 s")
    budget = 5.0 if options.parse_args().quick else 30.0
    print(f"machine: {machine()}")
    print(f"time to within {CLOSE:g} of the best value of this run; {budget:.0f} s a method, compilation not counted")
    print("each with one core; in brackets the lowest value seen")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    search(UnconstrainedFeatures(3, 3, "1/50"), seconds=1.0)
    print(f"{'case':20} {'best':>14} {'ours':>11} {'':12} {'random-restart L-BFGS':>24} {'gradient descent':>24}")
    with threadpool_limits(1):  # more threads of linear algebra would only slow the peers down
        for case in CASES:
            print(row(case, budget), flush=True)


if __name__ == "__main__":
    main()

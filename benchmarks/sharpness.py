"""Certified sharpness optimum against cvxpy and a local solver with many starts, in one run.

    python benchmarks/sharpness.py [--quick]

Ours gives the optimum with certificates of both ends; cvxpy gives floats with a duality gap (only where φ'² is a
quadratic of φ: sinh); SLSQP from 50 starts gives the best point that it sees and no bound.
"""

import argparse
import statistics
import sys
import time
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from scipy.optimize import minimize

from benchmarks.hessian_trace import machine
from theorycheck import solve
from theorycheck.exact.brackets import low_end

PHI = {
    "sinh": (np.sinh, np.cosh, np.sinh),
    "cubic": (lambda z: z**3 + z, lambda z: 3 * z**2 + 1, lambda z: 6 * z),
    "tanh": (np.tanh, lambda z: np.cosh(z) ** -2.0, lambda z: -2 * np.tanh(z) * np.cosh(z) ** -2.0),
}
CASES = [  # φ, n = d, m, unequal output weights
    ("sinh", 1, 5, False),
    ("sinh", 4, 8, False),
    ("sinh", 8, 10, False),
    ("sinh", 4, 6, True),
    ("cubic", 8, 10, False),
    ("cubic", 4, 6, True),
    ("tanh", 3, 6, False),
]


def instance(n, m, unequal):
    """Orthonormal inputs, labels and weights that are small rationals."""
    y = [Fraction(3 * i + 2, 2) * (-1) ** i / 4 for i in range(n)]
    a = [Fraction(j % 3 + 1, 2) * (-1) ** (j // 3) for j in range(m)] if unequal else [Fraction(1)] * m
    return np.eye(n), y, a


def ours(name, X, y, a):
    """The certified upper end."""
    low_end.cache_clear()  # or the second call would find its brackets ready
    weights = None if set(a) == {1} else a
    solution = solve.sharpness(X.tolist(), y, width=len(a), activation=name, output_weights=weights)
    if not solution.settled:
        raise SystemExit(f"{name}: the bounds do not meet, gap {solution.gap:.3g}")
    upper = solution.upper
    return float(upper) if isinstance(upper, Fraction) else float(upper["hi"])


def convex_program(X, y, a):
    """The quadratic program of sinh in u = φ(z), by cvxpy."""
    import cvxpy as cp

    weights = np.array([float(v) for v in a])
    u = cp.Variable((len(y), len(a)))
    cost = cp.sum((1 + cp.square(u)) @ weights**2)
    return cp.Problem(cp.Minimize(cost), [u @ weights == np.array([float(v) for v in y])]).solve(solver="CLARABEL")


def local_search(name, X, y, a, starts):
    """The best point of SLSQP in the preactivations; samples are apart, as the inputs are orthonormal."""
    phi, slope, bend = PHI[name]
    weights, draw, total = np.array([float(v) for v in a]), np.random.default_rng(0), 0.0
    for label in map(float, y):
        constraint = {"type": "eq", "fun": lambda z, v=label: weights @ phi(z) - v, "jac": lambda z: weights * slope(z)}
        found = [
            minimize(
                lambda z: np.sum((weights * slope(z)) ** 2),
                draw.normal(size=len(weights)),
                jac=lambda z: 2 * weights**2 * slope(z) * bend(z),
                constraints=[constraint],
                method="SLSQP",
            )
            for _ in range(starts)
        ]
        total += min((r.fun for r in found if abs(constraint["fun"](r.x)) < 1e-6), default=np.inf)
    return float(total)


def timed(work, repeats):
    """Value and median seconds of the calls after the first."""
    value = work()
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return value, statistics.median(spent)


def row(case, repeats, starts):
    """One line: values and times of all three, and the ratios."""
    name, n, m, unequal = case
    X, y, a = instance(n, m, unequal)
    value, seconds = timed(lambda: ours(name, X, y, a), repeats)
    other, theirs = timed(lambda: convex_program(X, y, a), repeats) if name == "sinh" else (None, None)
    local, slow = timed(lambda: local_search(name, X, y, a, starts), 1)
    label = f"{name} n={n} m={m}{' unequal' if unequal else ''}"
    cvx = f"{theirs * 1e3:8.1f} {theirs / seconds:6.2f}x" if theirs else f"{'-':>8} {'-':>7}"
    best = "" if other is None or abs(other - value) < 1e-5 * max(1, value) else f"  cvxpy says {other:.8g}"
    missed = "" if local < value * (1 + 1e-6) + 1e-9 else f"  SLSQP missed it: {local:.8g}"
    return (
        f"{label:24} {value:16.10g} {seconds * 1e3:8.1f} {cvx} {slow * 1e3:9.1f} {slow / seconds:7.1f}x{best}{missed}"
    )


def main():
    """Print the machine, then a line a case."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="fewer repeats and starts")
    quick = options.parse_args().quick
    repeats, starts = (2, 10) if quick else (9, 50)
    print(f"machine: {machine()}")
    print(f"times in ms; a ratio is the other's time over ours; SLSQP from {starts} starts a sample")
    head = f"{'case':24} {'certified value':>16} {'ours':>8} {'cvxpy':>8} {'ratio':>7} {'SLSQP':>9} {'ratio':>8}"
    print(head)
    with np.errstate(all="ignore"):  # SLSQP's trial points overflow
        for case in CASES:
            print(row(case, repeats, starts), flush=True)


if __name__ == "__main__":
    main()

"""Full-batch gradient descent on a two-layer leaky ReLU network, 10 samples: microseconds a step and start.

    python benchmarks/coordinates.py [--quick]

Ours keeps the n preactivations of each neuron; the others do the same arithmetic on the weights, as one would write it:
JAX in one compiled loop with the starts on one axis, PyTorch step by step. Also NumPy in the same sample coordinates,
which tells how much is owed to the coordinates and how much to compiling. All in float64, interleaved on one core, the
median of the repeats; all ends are compared first.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.hessian_trace import machine

N, M, SLOPE, SIZE = 10, 50, 0.5, 1e-2
CASES = [(20, 1), (784, 1), (784, 8)]  # d, starts
OUTPUTS = np.array([1 / M] * M + [-1 / M] * M)


class Case:
    """Data, step and starts of one case."""

    def __init__(self, d, starts):
        from theorycheck.models import generators_signs
        from theorycheck.models.relu import ReluInstance

        data = generators_signs.gaussian(N, d, 0)
        self.d, self.starts = d, starts
        self.X, self.y = data.arrays()
        self.eta = 0.5 * N * M / (self.X**2).sum(axis=1).max()
        self.instance = ReluInstance(data, width=M, slope=str(SLOPE), init=str(SIZE), eta=self.eta)
        self.W0 = np.stack([SIZE * np.random.default_rng(k).standard_normal((2 * M, d)) for k in range(starts)])


def ours(case):
    from theorycheck.training import coordinates
    from theorycheck.training.coordinates_end import Schedule

    def run(steps):
        schedule = Schedule(steps=steps, growth=0, margin=1e6, records=1)
        runs = [coordinates.run(case.instance, schedule, [k]).runs[0] for k in range(case.starts)]
        return np.stack([coordinates.weights(case.instance, r) for r in runs])

    return run


def numpy_coordinates(case):
    G, X = case.X @ case.X.T, case.X

    def run(steps):
        U = case.W0 @ X.T
        A = np.zeros_like(U)
        for _ in range(steps):
            f = np.einsum("r,kri->ki", OUTPUTS, np.maximum(U, SLOPE * U))
            pull = case.eta / N * case.y / (1 + np.exp(case.y * f))
            B = OUTPUTS[:, None] * np.where(U > 0, 1.0, SLOPE) * pull[:, None, :]
            A += B
            U += B @ G
        return case.W0 + A @ X

    return run


def jax_weights(case):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y, c = map(jnp.asarray, (case.X, case.y, OUTPUTS))

    def loss(W):
        Z = W @ X.T
        return jax.nn.softplus(-y * (c @ jnp.maximum(Z, SLOPE * Z))).mean()

    step = jax.vmap(lambda W: W - case.eta * jax.grad(loss)(W))
    loop = jax.jit(lambda W, steps: jax.lax.fori_loop(0, steps, lambda _, V: step(V), W))
    return lambda steps: np.asarray(loop(jnp.asarray(case.W0), steps))


def torch_weights(case):
    import torch

    torch.set_num_threads(1)
    X, y, c = (torch.tensor(v, dtype=torch.float64) for v in (case.X, case.y, OUTPUTS))

    def run(steps):
        W = torch.tensor(case.W0, dtype=torch.float64, requires_grad=True)
        for _ in range(steps):
            Z = W @ X.T
            f = torch.einsum("r,kri->ki", c, torch.maximum(Z, SLOPE * Z))
            loss = torch.nn.functional.softplus(-y * f).mean(dim=1).sum()
            (slope,) = torch.autograd.grad(loss, W)
            with torch.no_grad():
                W -= case.eta * slope
        return W.detach().numpy()

    return run


METHODS = {"ours": ours, "NumPy, coordinates": numpy_coordinates, "JAX, weights": jax_weights}
METHODS["PyTorch, weights"] = torch_weights


def prepared(case):
    """The methods that are installed, compiled, and seen to end where the first one does."""
    found, first = {}, None
    for name, make in METHODS.items():
        try:
            run = make(case)
        except ImportError as reason:
            print(f"{name}: absent ({reason})")
            continue
        end = run(200)
        first = end if first is None else first
        apart = float(np.abs(end - first).max())
        if apart > 1e-10:
            raise SystemExit(f"{name}: ends {apart:.2g} away from ours")
        found[name] = run
    return found


def timed(run, budget):
    """(steps, seconds): as many steps as the budget allows, within a factor of two."""
    steps = 100
    while True:
        began = time.perf_counter()
        run(steps)
        seconds = time.perf_counter() - began
        if seconds > budget / 2:
            return steps, seconds
        steps = int(steps * min(10, 1 + budget / max(seconds, 1e-4)))


def row(case, budget, repeats):
    """Microseconds a step and start of each method, and their ratio to ours."""
    methods = prepared(case)
    counts = {name: timed(run, budget)[0] for name, run in methods.items()}
    seen = {name: [] for name in methods}
    for _ in range(repeats):
        for name, run in methods.items():
            began = time.perf_counter()
            run(counts[name])
            seen[name].append((time.perf_counter() - began) / counts[name] / case.starts * 1e6)
    median = {name: statistics.median(values) for name, values in seen.items()}
    parts = [f"{name} {value:9.2f} us ({value / median['ours']:6.1f}x)" for name, value in median.items()]
    return f"d={case.d:<4} starts={case.starts:<2} " + "  ".join(parts)


def main():
    """Print the machine, then a line a case."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="shorter and fewer repeats")
    quick = options.parse_args().quick
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"machine: {machine()}")
    print(f"n={N}, m={M} a sign, leaky slope {SLOPE}, logistic loss; compilation not counted; in brackets: over ours")
    with threadpool_limits(1):
        for d, starts in CASES[: 2 if quick else None]:
            print(row(Case(d, starts), 0.3 if quick else 2.0, 1 if quick else 5), flush=True)


if __name__ == "__main__":
    main()

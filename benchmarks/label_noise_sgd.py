"""Label-noise SGD for z³ + z, n=4, d=6, m=8, float64, noise drawing included: nanoseconds per run and step.

    python benchmarks/label_noise_sgd.py

Every rival does the same work with the same law of noise. All are timed in one process, interleaved, and the median
of the repeats is printed. C kernels use one core; ours and numba use all cores, so ours is also timed on one.
"""

import argparse
import ctypes
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

N, D, M = 4, 6, 8
SIGMA, STEP = 0.1, 1e-3
RATE = 2 * STEP  # gradient of Σ r²; one sample a step then counts N-fold
FLAGS = ["-O3", "-march=native", "-shared", "-fPIC", f"-DN={N}", f"-DD={D}", f"-DM={M}"]


def data():
    draw = np.random.default_rng(0)
    return draw.normal(0, 0.3, (N, D)), draw.normal(0, 1, N)


def starts(runs):
    return np.random.default_rng(1).normal(0, 0.1, (runs, M, D))


def ours(batch, cores):
    from theorycheck.models.losses import Loss
    from theorycheck.models.networks import TwoLayer
    from theorycheck.training import engine
    from theorycheck.training.label_noise import LabelNoise
    from theorycheck.training.problem import problem

    fitted = problem(data(), TwoLayer(width=M, activation="z**3 + z"), Loss("sum"))
    rule = LabelNoise(STEP / (N if batch == "one" else 1), SIGMA, batch)

    def prepare(runs):
        state = engine.make_batch(fitted, rule, starts(runs), np.ones((runs, M)), range(runs))
        if cores == 1:
            return lambda steps: state._advance_part(slice(None), steps)
        return state.advance

    return prepare


def compiled_c(name, lanes):
    """A kernel of label_noise_sgd.c, one call after the other for more runs than it has lanes; None without gcc."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "kernels.so"
        source = Path(__file__).with_name("label_noise_sgd.c")
        subprocess.run([compiler, *FLAGS, str(source), "-o", str(library)], check=True)
        function = getattr(ctypes.CDLL(str(library)), name)
    pointer = np.ctypeslib.ndpointer(np.float64, flags="C")
    words = np.ctypeslib.ndpointer(np.uint64, flags="C")
    function.argtypes = [ctypes.c_void_p, pointer, pointer, ctypes.c_double, ctypes.c_double, ctypes.c_long, words]
    function.restype = None
    X, y = data()

    def prepare(runs):
        calls = math.ceil(runs / lanes)
        size = M * D * lanes * 8
        memory = np.zeros(calls * size + 64, dtype=np.uint8)
        offset = -memory.ctypes.data % 64  # vectors of eight doubles need aligned addresses
        theta = memory[offset : offset + calls * size].view(np.float64).reshape(calls, M * D, lanes)
        theta[:] = starts(calls).reshape(calls, M * D, 1)
        state = np.random.default_rng(2).integers(1, 2**63, (calls, 4), dtype=np.uint64)

        def advance(steps):
            for block, words_of_block in zip(theta, state, strict=True):
                function(block.ctypes.data, X, y, RATE, SIGMA, steps, words_of_block)

        return advance

    return prepare


def numpy_full():
    X, y = data()

    def prepare(runs):
        theta = starts(runs).transpose(1, 2, 0).copy()  # (M, D, runs): every operation runs over contiguous runs
        draw = np.random.Generator(np.random.SFC64(3))
        Z, P, Q = np.empty((N, M, runs)), np.empty((N, M, runs)), np.empty((N, M, runs))
        flat, move = theta.reshape(M, D, runs), np.empty((M, D, runs))
        noise = np.empty((0, N, runs))

        def advance(steps):
            nonlocal noise
            for t in range(steps):
                if t % 256 == 0:
                    noise = draw.integers(0, 2, (min(256, steps - t), N, runs), dtype=np.int8) * (2 * SIGMA) - SIGMA
                np.einsum("nd,mdr->nmr", X, flat, out=Z)
                np.multiply(Z, Z, out=Q)
                np.add(Q, 1.0, out=P)
                np.multiply(P, Z, out=P)
                residual = P.sum(axis=1) - y[:, None] - noise[t % 256]
                np.multiply(Q, 3.0, out=Q)
                np.add(Q, 1.0, out=Q)
                np.multiply(Q, (RATE * residual)[:, None], out=Q)
                np.einsum("nd,nmr->mdr", X, Q, out=move)
                np.subtract(flat, move, out=flat)

        return advance

    return prepare


def numba_full():
    import numba

    X, y = data()

    @numba.njit(parallel=True, fastmath=True)
    def kernel(theta, X, y, rate, sigma, steps, words):
        for run in numba.prange(theta.shape[0]):
            own, s = theta[run], words[run]
            slope, r = np.empty((N, M)), np.empty(N)
            word, left = np.uint64(0), 0
            for _ in range(steps):
                for i in range(N):
                    f = 0.0
                    for j in range(M):
                        z = 0.0
                        for k in range(D):
                            z += own[j, k] * X[i, k]
                        f += z * z * z + z
                        slope[i, j] = 3 * z * z + 1
                    if left == 0:
                        s[0] ^= s[0] << np.uint64(13)
                        s[0] ^= s[0] >> np.uint64(7)
                        s[0] ^= s[0] << np.uint64(17)
                        word, left = s[0], 64
                    r[i] = rate * (f - y[i] - (sigma if word & np.uint64(1) else -sigma))
                    word = word >> np.uint64(1)
                    left -= 1
                for j in range(M):
                    for i in range(N):
                        pull = r[i] * slope[i, j]
                        for k in range(D):
                            own[j, k] -= pull * X[i, k]

    def prepare(runs):
        theta = starts(runs)
        words = np.random.default_rng(4).integers(1, 2**63, (runs, 1), dtype=np.uint64)
        return lambda steps: kernel(theta, X, y, RATE, SIGMA, steps, words)

    return prepare


def jax_full():
    import jax
    import jax.numpy as jnp

    X, y = data()

    def prepare(runs):
        with jax.enable_x64(True):
            theta = jnp.asarray(starts(runs).transpose(1, 2, 0))
            key = jax.random.PRNGKey(0)

            @jax.jit
            def chunk(theta, key):
                noise = SIGMA * (2.0 * jax.random.bernoulli(key, shape=(64, N, runs)) - 1.0)

                def step(theta, e):
                    Z = jnp.einsum("nd,mdr->nmr", X, theta)
                    Q = Z * Z
                    r = RATE * (jnp.sum((Q + 1) * Z, axis=1) - y[:, None] - e)
                    return theta - jnp.einsum("nd,nmr->mdr", X, r[:, None] * (3 * Q + 1)), None

                return jax.lax.scan(step, theta, noise)[0]

        def advance(steps):
            nonlocal theta, key
            with jax.enable_x64(True):
                for _ in range(math.ceil(steps / 64)):
                    key, own = jax.random.split(key)
                    theta = chunk(theta, own)
                theta.block_until_ready()

        return advance

    return prepare


def torch_full():
    try:
        import torch
    except ImportError:
        return None
    X, y = (torch.tensor(part, dtype=torch.float64) for part in data())

    def prepare(runs):
        theta = torch.tensor(starts(runs), dtype=torch.float64, requires_grad=True)
        optimiser = torch.optim.SGD([theta], lr=STEP)

        def advance(steps):
            for _ in range(steps):
                labels = y + SIGMA * (2.0 * torch.randint(0, 2, (runs, N)) - 1.0)
                Z = theta @ X.T
                loss = ((torch.sum(Z**3 + Z, dim=1) - labels) ** 2).sum()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()

        return advance

    return prepare


RIVALS = {
    # name: (builder, whether its loop is slow enough to be given few steps)
    "full batch": {
        "ours, all cores": lambda: ours("full", 0),
        "ours, one core": lambda: ours("full", 1),
        "C, plain loop, one core": lambda: compiled_c("plain_full", 1),
        "C, eight runs a vector, one core": lambda: compiled_c("eight_full", 8),
        "numba prange, all cores": numba_full,
        "JAX, runs last": jax_full,
        "numpy, tuned": numpy_full,
        "PyTorch, eager": torch_full,
    },
    "one sample": {
        "ours, all cores": lambda: ours("one", 0),
        "ours, one core": lambda: ours("one", 1),
        "C, plain loop, one core": lambda: compiled_c("plain_one", 1),
        "C, eight runs a vector, one core": lambda: compiled_c("eight_one", 8),
    },
}


def steps_for(advance, runs, budget):
    """So many steps that one call takes about `budget` seconds; the first call also compiles."""
    advance(64)
    steps = 64
    while True:
        began = time.perf_counter()
        advance(steps)
        took = time.perf_counter() - began
        if took > budget / 4 or steps > 10**7:
            return max(64, int(steps * budget / max(took, 1e-9)))
        steps *= 4


def measure(rivals, runs, repeats, budget):
    """Median nanoseconds per run and step of each rival, measured in turns."""
    ready = {name: prepare(runs) for name, prepare in rivals.items()}
    steps = {name: steps_for(advance, runs, budget) for name, advance in ready.items()}
    taken = {name: [] for name in ready}
    for _ in range(repeats):
        for name, advance in ready.items():
            began = time.perf_counter()
            advance(steps[name])
            taken[name].append((time.perf_counter() - began) / steps[name] / runs * 1e9)
    return {name: statistics.median(values) for name, values in taken.items()}


def machine():
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def report(mode, counts, repeats, budget):
    rivals = {name: build() for name, build in RIVALS[mode].items()}
    for name in [name for name, rival in rivals.items() if rival is None]:
        print(f"  skipped: {name} (no compiler, or not installed)")
        del rivals[name]
    results = {runs: measure(rivals, runs, repeats, budget) for runs in counts}
    print(f"\n{mode}: ns per run and step (in brackets: times ours on all cores)")
    print(f"  {'':34}" + "".join(f"{runs:>9} runs   " for runs in counts))
    for name in rivals:
        cells = (f"{results[r][name]:9.1f} ({results[r][name] / results[r]['ours, all cores']:6.1f})" for r in counts)
        print(f"  {name:34}" + " ".join(cells))
    return results


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, nargs="+", default=[1, 64, 1024])
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--seconds", type=float, default=0.1, help="per measurement")
    chosen = options.parse_args()
    print(f"{machine()}\nφ = z³ + z, n={N}, d={D}, m={M}, float64, noise drawing included; median of {chosen.repeats}")
    for mode in RIVALS:
        report(mode, chosen.runs, chosen.repeats, chosen.seconds)


if __name__ == "__main__":
    sys.exit(main())

"""Extremal vectors: exact enumeration of all faces against ascent from random starts, and cells against sampling.

    python benchmarks/extremal.py [--quick]

Data: Gaussian inputs, y = x_1 + noise/2. Ascent and descent climb G_n on the sphere from 64 starts each, in floats, all
starts at once; an end counts as found where rational arithmetic confirms it, which is part of its time. Enumeration
finds every vector, saddles too, and proves that there are no others. "Missed" counts what ascent did not find, in
brackets those of them that attract. Ratios are times over the time of the enumeration. Cells are compared with the sign
patterns at random directions, as many as take about the time of the enumeration.
"""

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.hessian_trace import machine
from theorycheck.exact.arrangement import faces
from theorycheck.exact.extremal import extremal
from theorycheck.exact.extremal_ascent import ascend
from theorycheck.exact.extremal_faces import alignment
from theorycheck.models.teacher import Law

SIZES = {2: (10, 50, 200, 1000), 3: (10, 30, 60, 100)}
STARTS = 64


def timed(work, repeats):
    """The result and the least time of several runs."""
    best = np.inf
    for _ in range(repeats):
        begun = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - begun)
    return result, best


def compare(data, repeats):
    """Counts and times of both on one sample."""
    solution, exact = timed(lambda: extremal(data), repeats)
    G = alignment(data)
    (found, _), climbing = timed(lambda: ascend(data, alignment(data), STARTS, 0), repeats)
    keys = {(G.rational(c.D, c.over), c.sign) for c in found}
    missed = [v for v in solution.vectors if (v.D, v.sign) not in keys]
    strangers = keys - {(v.D, v.sign) for v in solution.vectors}
    drawing = sum(v.attracts is True for v in missed) + sum(v.sign == 0 for v in missed)
    return len(solution.vectors), len(keys), len(missed), drawing, len(strangers), exact, climbing


def sampled(data, seconds):
    """How many cells random directions meet in about these seconds, of how many."""
    planes, X = alignment(data).planes, data.arrays()[0]
    random, seen, drawn = np.random.default_rng(0), set(), 0
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        signs = random.normal(size=(200, data.d)) @ X.T > 0
        seen.update(map(bytes, np.packbits(signs, axis=1)))
        drawn += len(signs)
    return len(seen), sum(not face.zero for face in faces(planes)), drawn


def row(d, n, seeds, repeats):
    """One line: sums over seeds."""
    law = Law("gaussian", d)
    found = np.array([compare(law.draw(n, seed=s), repeats) for s in range(seeds)])
    total, kept, missed, drawing, strangers = found[:, :5].sum(axis=0).astype(int)
    exact, climbing = found[:, 5:].mean(axis=0)
    met, cells, drawn = sampled(law.draw(n, seed=0), exact)
    told = f"{total:7d} {kept:7d} {missed:7d} ({drawing}) {strangers:7d} {1000 * exact:9.1f} {1000 * climbing:9.1f}"
    print(f"{d} {n:5d} {told} {climbing / exact:7.2f}   {met} of {cells} ({drawn})", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="two seeds, no repeats, small n")
    quick = options.parse_args().quick
    print(f"machine: {machine()}, one thread")
    print(
        "d     n   exact  ascent  missed (of them attracting)  false   exact ms  ascent ms   ratio   cells by sampling"
    )
    for d, sizes in SIZES.items():
        for n in sizes[:3] if quick else sizes:
            row(d, n, 2 if quick else 10, 1 if quick else 3)
    return 0


if __name__ == "__main__":
    sys.exit(main())

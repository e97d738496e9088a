"""Extremal vectors where faces are too many: ascent and descent of G_n in floats, each end checked exactly."""

from collections.abc import Iterator
from math import comb

import attrs
import numpy as np

from theorycheck.exact.arrangement import HIGHEST_RANK, Face, dot
from theorycheck.exact.extremal_faces import Alignment, Critical, critical
from theorycheck.models.data import Dataset

STEP, LAST = 0.1, 1e-6  # length of a step of ascent: STEP for a while, then falling to LAST
SCHEDULE = (*[STEP] * 300, *np.geomspace(STEP, LAST, 300).tolist())
NEAR = 0.05  # a sample may be on a kink where |<w, x>| is below this times ‖x‖


def ascend(data: Dataset, G: Alignment, starts: int, seed: int) -> tuple[list[Critical], str]:
    """Extremal vectors that ascent (for a > 0) and descent (for a < 0) of G_n on the sphere end at.

    Args:
        data: the samples.
        G: their alignment function.
        starts: random starts of each; X^T y, its opposite, and the way from all samples come on top.
        seed: of the starts.

    Returns:
        What was certified in rational arithmetic, a face once; and in words how many runs ended there.
    """
    X, y = data.arrays()
    normals = np.array([[float(x) for x in v] for v in (_shrunk(v) for v in G.planes.normals)])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    start = _starts(X, y, starts, seed)
    found: dict[tuple[int, int], Critical] = {}
    known: dict[tuple[int, int], Critical | None] = {}
    settled = 0
    for sign in (1, -1):
        for w in climb(X, sign * y, start):
            here = next((c for c in _candidates(G, normals, w, known) if c is not None), None)
            if here is not None:
                settled += 1
                found[here.face.above, here.face.zero] = here
    planes = G.planes
    told = (
        f"ascent and descent of G_n from {len(start)} starts each: {settled} of {2 * len(start)} runs ended at a "
        f"vector that rational arithmetic confirms; others may be. {_why(len(planes.normals), planes.rank)}"
    )
    return list(found.values()), told


def _why(N: int, rank: int) -> str:
    if rank > HIGHEST_RANK:
        here = f"here {N} hyperplanes of rank {rank} have {_faces(N, rank)}"
        return f"Faces are gone through up to rank {HIGHEST_RANK}; {here}"
    return f"The faces of {N} hyperplanes of rank {rank} are too many to go through ({_faces(N, rank)})"


def _faces(N: int, rank: int) -> str:
    cells = 2 * sum(comb(N - 1, k) for k in range(rank))
    return f"{cells:,} open cells in general position" if cells < 10**9 else f"{len(str(cells))} digits of open cells"


def _shrunk(v: tuple[int, ...]) -> tuple[float, ...]:
    """Integers scaled by a power of two so that they have floats."""
    shift = max(0, max(x.bit_length() for x in v) - 500)
    return tuple(float(x >> shift) for x in v)


def _starts(X: np.ndarray, y: np.ndarray, starts: int, seed: int) -> np.ndarray:
    mean, lengths = X.T @ y, np.linalg.norm(X, axis=1)
    away = -(X[lengths > 0] / lengths[lengths > 0, None]).sum(axis=0)  # often dead, where anything is
    W = np.vstack([mean, -mean, away, np.random.default_rng(seed).normal(size=(starts, X.shape[1]))])
    W = W[W.any(axis=1)]
    return W / np.linalg.norm(W, axis=1, keepdims=True)


def climb(X: np.ndarray, y: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Projected subgradient ascent of G_n(w) = 1/n Σ y_k max(<w, x_k>, 0) on the unit sphere, all starts at once.

    Args:
        X: (n, d).
        y: (n,).
        W: (s, d) unit rows.

    Returns:
        (s, d) unit rows.
    """
    W = W.copy()
    for step in SCHEDULE:
        D = ((W @ X.T > 0) * y) @ X
        lengths = np.linalg.norm(D, axis=1, keepdims=True)
        W += step * np.divide(D, lengths, out=np.zeros_like(D), where=lengths > 0)
        W /= np.linalg.norm(W, axis=1, keepdims=True)
    return W


def _candidates(G: Alignment, normals: np.ndarray, w: np.ndarray, known: dict) -> Iterator[Critical | None]:
    """The faces near w: its cell, then those on the hyperplanes that are nearest."""
    values = normals @ w
    order = np.argsort(np.abs(values))
    above, zero = sum(1 << int(j) for j in np.flatnonzero(values > 0)), 0
    for j in [None, *order[: G.planes.rank - 1]]:
        if j is not None:
            if abs(values[j]) > NEAR:
                return
            zero |= 1 << int(j)
        yield _checked(G, (above & ~zero, zero), w, known)


def _checked(G: Alignment, masks: tuple[int, int], w: np.ndarray, known: dict) -> Critical | None:
    if masks not in known:
        face = Face(*masks, ())
        found = critical(G, face, G.active(face))
        known[masks] = _witnessed(G, found, w) if found is not None and found.sign == 0 else found
    return known[masks]


def _witnessed(G: Alignment, found: Critical, w: np.ndarray) -> Critical | None:
    """D = 0 in a cell, with a rational direction that is seen to lie in it; None where it is not."""
    basis = np.array([_shrunk(b) for b in G.planes.basis])
    inside = np.linalg.lstsq(basis.T, w, rcond=None)[0]
    whole = tuple(int(v) for v in np.round(inside / np.abs(inside).max() * 2.0**50))
    above = sum(1 << j for j, u in enumerate(G.planes.coordinates) if dot(u, whole) > 0)
    zero = sum(1 << j for j, u in enumerate(G.planes.coordinates) if dot(u, whole) == 0)
    face = Face(found.face.above, found.face.zero, whole)
    return attrs.evolve(found, face=face) if (above, zero) == (face.above, face.zero) else None

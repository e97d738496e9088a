"""Cuts of a graph that is not complete: K classes are some of the edges of the complete graph on r vertices.

For a K between two triangular numbers the cut family of `dufm_families` loses the columns of the missing edges, so that
features and last layer get cheaper, but no longer equally for all neurons; each neuron has its own scale, found by
balancing it. Which edges are missing is decided one after the other.
"""

import math
from functools import lru_cache
from itertools import combinations

import attrs
import numpy as np

from theorycheck.exact.dufm_families import Closed, vertices
from theorycheck.exact.dufm_shape import Shape, compressed, identity, left_inverse, matrix, projector, rounded

MOST_VERTICES = 7  # so K <= 20
Edges = tuple[tuple[int, int], ...]


@attrs.frozen
class Part:
    """Some edges of a complete graph, and the cuts that tell them apart.

    Attributes:
        edges: K of them.
        sets: the vertex sets of the neurons.
        scales: of the neurons, binary rationals.
        log_product: log ∏ κ_i at output I.
    """

    edges: Edges
    sets: tuple[tuple[int, ...], ...]
    scales: tuple[float, ...]
    log_product: float


def least_vertices(classes: int) -> int:
    """The least r with r(r-1)/2 >= K."""
    r = math.isqrt(2 * classes)
    return next(v for v in (r, r + 1, r + 2) if v * (v - 1) >= 2 * classes)


@lru_cache(maxsize=64)
def best_part(classes: int, depth: int) -> Part | None:
    """The best part of a complete graph for K classes, not triangular; None where none is tried or exists.

    Args:
        classes: K.
        depth: L >= 2.
    """
    r = least_vertices(classes)
    if depth < 2 or r > MOST_VERTICES or r < 4 or vertices(classes) is not None:
        return None
    found = [_thinned(r, s, classes, depth) for s in range(2, r - 1)]
    return min((p for p in found if p is not None), key=lambda p: p.log_product, default=None)


def _thinned(r: int, s: int, classes: int, depth: int) -> Part | None:
    """The part for s-subsets that is left when the edge whose loss helps most goes first, and so on."""
    edges: Edges = tuple(combinations(range(r), 2))
    while len(edges) > classes:
        rest = [edges[:i] + edges[i + 1 :] for i in range(len(edges))]
        edges = min(rest, key=lambda e: _Cuts(e, r, s, depth).size())
    cuts = _Cuts(edges, r, s, depth)
    if math.isinf(cuts.size()):
        return None
    scales = cuts.balanced()
    return Part(edges, cuts.sets, tuple(scales.tolist()), cuts.size(scales))


class _Cuts:
    """The cuts of some edges by s-subsets, in floats."""

    def __init__(self, edges: Edges, r: int, s: int, depth: int):
        inside = {S: [float(set(e) <= set(S)) for e in edges] for S in combinations(range(r), s)}
        self.sets = tuple(S for S, row in inside.items() if any(row))  # the others are never active
        self.P = np.array([inside[S] for S in self.sets])
        self.A = np.array([[float(v in e) for e in edges] for v in range(r)])
        self.signs = np.array([[0.5 if v in S else -0.5 for v in range(r)] for S in self.sets])
        self.depth = depth

    def size(self, scales: np.ndarray | None = None) -> float:
        """Log ∏ κ_i at output I; infinite where the neurons do not tell the edges apart."""
        scales = np.ones(len(self.sets)) if scales is None else scales
        if len(self.sets) < self.P.shape[1] or np.linalg.svd(self.P, compute_uv=False)[-1] < 1e-9:
            return math.inf
        costs, undone = self.costs(scales)
        if self.depth == 2:
            return 2 * math.log(costs.sum()) + math.log(undone.sum())
        values = np.linalg.svd(self.A, compute_uv=False)
        rank = int(np.sum(values > 1e-9))
        return 2 * math.log(values.sum()) + math.log(costs.sum() * undone.sum()) + (self.depth - 3) * math.log(rank)

    def costs(self, scales: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Each neuron's share of what leads to it (its weights; with L = 2 the nuclear norm of M_2) and of ‖W_L‖²."""
        last = np.linalg.pinv(scales[:, None] * self.P)
        undone = np.maximum(np.sum(last**2, axis=0), 1e-12)
        if self.depth > 2:
            return np.sum((scales[:, None] * self.signs) ** 2, axis=1), undone
        U, values, _ = np.linalg.svd(scales[:, None] * self.signs @ self.A, full_matrices=False)
        return np.maximum((U**2) @ values, 1e-12), undone

    def balanced(self) -> np.ndarray:
        """Scales at which no neuron gains by another one, rounded to a few binary digits."""
        scales = np.ones(len(self.sets))
        for _ in range(200):
            costs, undone = self.costs(scales)
            scales = scales * np.clip((undone / undone.sum()) / (costs / costs.sum()), 1e-4, 1e4) ** 0.25
        return np.maximum((scales / scales.max() * 2**16).round(), 1) / 2**16


def part(classes: int, depth: int) -> Closed | None:
    """The family with output I, as the others tell it; None where there is none."""
    found = best_part(classes, depth)
    return found and Closed(found.log_product, max(len(found.sets), _rows(found.edges)))


def _rows(edges: Edges) -> int:
    return len({v for e in edges for v in e})


def part_shape(classes: int, depth: int, values: tuple = ()) -> Shape:
    """The family in exact numbers."""
    found = best_part(classes, depth)
    if found is None:
        return Shape(identity(classes), identity(classes), (identity(classes),) * (depth - 1))
    used = sorted({v for e in found.edges for v in e})
    A = matrix([[int(v in e) for e in found.edges] for v in used])
    scales = [rounded(v) for v in found.scales]
    inside = matrix(
        [[d * (set(e) <= set(S)) for e in found.edges] for S, d in zip(found.sets, scales, strict=True)]
    )  # fmt: skip
    signs = matrix([[d / (2 if v in S else -2) for v in used] for S, d in zip(found.sets, scales, strict=True)])
    last = left_inverse(inside)
    if depth == 2:
        B, C = compressed(signs * A)
        return Shape(C, B, (last,))
    keep = projector(A)
    B, C = compressed(A)
    return Shape(C, B, (*[keep] * (depth - 3), signs * keep, last))

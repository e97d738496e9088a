"""Norms, stable ranks and angles of W = W0 + A X from the coefficients A, without ever forming W.

With Xᵀ = Q Lᵀ (Q orthonormal columns) the part of W in the span of the samples is C = W0 Q + A L, and the rest of W0
never moves: it is reduced once to a matrix E with as many columns as it can have rank. Then W Wᵀ = C Cᵀ + E Eᵀ.
"""

from typing import Any

import attrs
import numpy as np

BLOCKS = ("plus", "minus", "stacked")


@attrs.frozen(eq=False)
class Frame:
    """What does not change along a run.

    Attributes:
        L: samples in an orthonormal basis of their span, (n, r), r = min(n, d).
        Q: that basis, (d, r).
        start: W0 Q, (M, r).
        rest: E, (M, k): the part of W0 orthogonal to the span, in coordinates of its own.
        split: how many of the M neurons are positive; they come first.
    """

    L: np.ndarray
    Q: np.ndarray
    start: np.ndarray
    rest: np.ndarray
    split: int

    def parts(self, W: Any) -> dict:
        """The blocks of a matrix with M rows, by name."""
        return {"plus": W[: self.split], "minus": W[self.split :], "stacked": W}

    def coordinates(self, A: Any) -> np.ndarray:
        """(C, E) for coefficients A (M, n): W in orthonormal coordinates, (M, r + k)."""
        return np.hstack([self.start + A @ self.L, self.rest])


def frame(X: np.ndarray, W0: np.ndarray, split: int) -> Frame:
    """The frame of samples X (n, d) and a start W0 (M, d)."""
    Q, R = np.linalg.qr(X.T)  # X = Rᵀ Qᵀ
    start = W0 @ Q
    beside = W0 - start @ Q.T
    if X.shape[1] == Q.shape[1]:
        rest = np.zeros((len(W0), 0))
    else:
        rest = np.asarray(np.linalg.qr(beside.T, mode="r")).T if beside.any() else np.zeros((len(W0), 0))
    return Frame(R.T, Q, start, rest, split)


def squares(W: np.ndarray) -> tuple[float, float]:
    """‖W‖_F² and ‖W‖₂², from the smaller of the two Gram matrices."""
    gram = W @ W.T if len(W) < W.shape[1] else W.T @ W
    return float(np.trace(gram)), float(max(np.linalg.eigvalsh(gram)[-1], 0.0)) if gram.size else 0.0


def cosine(W: np.ndarray, rest: int, targets: np.ndarray) -> float:
    """The cosine between W (p, r + k), k = `rest`, and the rows `targets` (p, r) in the span; 0 if one is zero."""
    size = np.linalg.norm(W) * np.linalg.norm(targets)
    inner = (W[:, : W.shape[1] - rest] * targets).sum()
    return float(inner / size) if size > 0 else 0.0

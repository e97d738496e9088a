"""Singular values in floats: profile, stable rank, and the rule by which a matrix is called numerically of rank r.

A float can support a statement about rank but never prove one: exact ranks come with certificates elsewhere.
"""

import math

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance

TOLERANCE_CAP = 0.1  # a looser tolerance would call a matrix of no clear rank low rank


@attrs.frozen
class NumericalRank:
    """The decision that a matrix is numerically of rank r, with all that the decision used.

    The rule: r is the number of singular values above `tolerance` times the largest; the zero matrix has rank 0. The
    decision is `clear` when no singular value lies within a factor 10 of that threshold on either side.

    Attributes:
        rank: r.
        tolerance: relative threshold.
        singular_values: decreasing.
        kept: least kept singular value over the largest (inf for rank 0).
        dropped: largest dropped singular value over the largest (0 when none is dropped).
        gap: kept / dropped; inf when nothing nonzero is dropped.
        clear: whether both sides keep a factor 10 from the threshold.
    """

    rank: int
    tolerance: float
    singular_values: tuple[float, ...]
    kept: float
    dropped: float
    gap: float
    clear: bool

    def __str__(self):
        sure = "" if self.clear else ", not clear"
        return f"numerical rank {self.rank} (relative tolerance {self.tolerance:g}, gap {self.gap:.3g}{sure})"


def _matrix(A):
    A = np.asarray(A, dtype=float)
    if A.ndim != 2 or 0 in A.shape:
        raise InvalidInstance(f"spectrum: an array of shape {A.shape}; pass a matrix with at least one entry")
    if not np.isfinite(A).all():
        raise InvalidInstance("spectrum: NaN or infinity among the entries; pass finite numbers")
    return A


def singular_profile(A):
    """Singular values of `A` (p, q) over the largest, decreasing, (min(p, q),); zeros for the zero matrix.

    Raises:
        InvalidInstance: not a matrix, empty, or not finite.
    """
    values = np.linalg.svd(_matrix(A), compute_uv=False)
    return values / values[0] if values[0] > 0 else values


def stable_rank(A):
    """‖A‖_F² / ‖A‖₂² for a matrix `A` (p, q); 0 for the zero matrix.

    Raises:
        InvalidInstance: not a matrix, empty, or not finite.
    """
    return float(np.sum(singular_profile(A) ** 2))


def numerical_rank(A, tolerance=1e-6):
    """The numerical rank of a matrix `A` (p, q) under the rule of `NumericalRank`.

    Args:
        A: the matrix.
        tolerance: relative threshold, between 0 and `TOLERANCE_CAP`.

    Returns:
        The `NumericalRank`.

    Raises:
        InvalidInstance: not a matrix, empty, not finite, or a tolerance outside its range.
    """
    if not (math.isfinite(tolerance) and 0 < tolerance <= TOLERANCE_CAP):
        raise InvalidInstance(f"numerical rank: tolerance {tolerance!r}; pass a number in (0, {TOLERANCE_CAP}]")
    values = np.linalg.svd(_matrix(A), compute_uv=False)
    relative = values / values[0] if values[0] > 0 else values
    rank = int(np.sum(relative > tolerance))
    kept = float(relative[rank - 1]) if rank else math.inf
    dropped = float(relative[rank]) if rank < len(relative) else 0.0
    gap = kept / dropped if dropped > 0 else math.inf
    clear = kept >= 10 * tolerance and dropped <= tolerance / 10
    return NumericalRank(rank, float(tolerance), tuple(map(float, values)), kept, dropped, gap, clear)

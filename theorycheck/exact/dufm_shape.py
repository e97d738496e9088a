"""Structures of the unconstrained-features model as exact rational matrices, and their best scaling.

A shape tells a family up to scale: M_2 = B·C with rational B and C of full rank, then rational W_2, ..., W_L. Only the
way in which M_2 is split into W_1·H and the scale of each factor are left to choose; the best split follows from the
singular values of M_2, the best scales from the inequality of the means. There the objective is stationary, so rational
numbers with a few digits lose next to nothing, and ranks and vanishing preactivations stay exact.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
from flint import fmpq, fmpq_mat

from theorycheck.exact.dufm_fit import balance, norms, objective, preactivations, scaled
from theorycheck.models.features import UnconstrainedFeatures

BITS = 30  # of a scale and of the split: the loss is off by about 2^(-2 BITS)


def matrix(rows: Iterable[Iterable[Any]]) -> fmpq_mat:
    """A rational matrix from rows of ints, Fractions or flint numbers."""
    return fmpq_mat([[_flint(v) for v in row] for row in rows])


def _flint(value: Any) -> fmpq:
    return fmpq(value.numerator, value.denominator) if isinstance(value, Fraction) else fmpq(value)


def identity(size: int) -> fmpq_mat:
    """I."""
    return matrix([[int(i == j) for j in range(size)] for i in range(size)])


def ones(rows: int, columns: int) -> fmpq_mat:
    """The matrix of ones."""
    return matrix([[1] * columns for _ in range(rows)])


def stacked(*parts: fmpq_mat) -> fmpq_mat:
    """Matrices above each other."""
    return fmpq_mat([row for part in parts for row in part.tolist()])


def floats(A: fmpq_mat) -> np.ndarray:
    """A matrix in floats."""
    return np.array([[int(v.p) / int(v.q) for v in row] for row in A.tolist()])


def rounded(value: float, bits: int = BITS) -> fmpq:
    """A float to so many binary digits."""
    if value == 0:
        return fmpq(0)
    scale = bits - int(np.floor(np.log2(abs(value))))
    power = fmpq(2) ** abs(scale)
    whole = round(Fraction(float(value)) * Fraction(2) ** scale)
    return fmpq(whole) / power if scale >= 0 else fmpq(whole) * power


def rectified(A: fmpq_mat) -> fmpq_mat:
    """The ReLU of every entry."""
    return fmpq_mat([[max(v, fmpq(0)) for v in row] for row in A.tolist()])


def projector(M: fmpq_mat) -> fmpq_mat:
    """The orthogonal projector on the column space of a matrix."""
    B, _ = compressed(M)
    return B * (B.transpose() * B).inv() * B.transpose()


def compressed(M: fmpq_mat) -> tuple[fmpq_mat, fmpq_mat]:
    """B and C of full rank with M = B C: the pivot columns, and the reduced echelon form."""
    reduced, rank = M.rref()
    columns = [next(j for j in range(M.ncols()) if reduced[i, j] != 0) for i in range(rank)]
    B = fmpq_mat([[row[j] for j in columns] for row in M.tolist()])
    return B, fmpq_mat(reduced.tolist()[:rank])


def left_inverse(P: fmpq_mat) -> fmpq_mat:
    """The left inverse of least norm of a matrix of full column rank."""
    T = P.transpose()
    return P.inv() if P.nrows() == P.ncols() else (T * P).inv() * T


@attrs.frozen(eq=False)
class Shape:
    """A family up to scale.

    Attributes:
        inner: C, (ρ, K) of rank ρ.
        lift: B, (m, ρ) of rank ρ; M_2 = B C. With L = 1 this is the output.
        later: W_2, ..., W_L.
    """

    inner: fmpq_mat
    lift: fmpq_mat
    later: tuple[fmpq_mat, ...] = ()

    @property
    def widest(self) -> int:
        """The largest number of rows of H and of the hidden layers."""
        return max([self.inner.nrows(), *(W.ncols() for W in self.later)])


@attrs.frozen(eq=False)
class Placed:
    """A shape on an instance: best split, best scale.

    Attributes:
        factors: H, W_1, ..., W_L, rational.
        loss: the objective in floats.
        scale: c, against the shape's own output.
        kappa: squared norms at scale 1.
    """

    factors: tuple[fmpq_mat, ...]
    loss: float
    scale: float
    kappa: tuple[float, ...]


def split(instance: UnconstrainedFeatures, shape: Shape) -> fmpq_mat:
    """G, (ρ, ρ), for which W_1 = B G and H = G⁻¹ C have the least product of norms; of positive definite G the best.

    The norms' product is at least the squared nuclear norm of M_2 √D, D the diagonal of the counts, with equality for
    the factors U √S and √S Vᵀ D^{-1/2} of its singular value decomposition, up to a rotation between them.
    """
    B, C = floats(shape.lift), floats(shape.inner)
    root = np.sqrt(np.asarray(instance.counts, float))
    rank = B.shape[1]  # told by the shape: a singular value that must vanish would be 1e-17, and its root is not small
    U, S, _ = np.linalg.svd(B @ C * root, full_matrices=False)
    G = np.linalg.lstsq(B, U[:, :rank] * np.sqrt(S[:rank]), rcond=None)[0]
    left, values, _ = np.linalg.svd(G)
    return matrix([[rounded(v) for v in row] for row in _symmetric((left * values) @ left.T)])


def _symmetric(G: np.ndarray) -> np.ndarray:
    """Equal entries rounded alike: the split of a symmetric structure is symmetric too, and its inverse is short."""
    G = (G + G.T) / 2
    G = np.where(np.abs(G) < 1e-12 * np.abs(G).max(), 0.0, G)
    digits = 13 - int(np.ceil(np.log10(np.abs(G).max())))
    return G.round(max(digits, 0))


def place(instance: UnconstrainedFeatures, shape: Shape) -> Placed:
    """The rational factors of a shape with the best scale on an instance."""
    G = split(instance, shape)
    factors = (G.inv() * shape.inner, shape.lift * G, *shape.later)
    unit = [floats(W) for W in factors]
    kappa = norms(instance, unit)
    best = scaled(instance, preactivations(instance, unit)[-1], kappa)
    found = rescaled(instance, factors, kappa, best.scale)
    return Placed(found, objective(instance, [floats(W) for W in found]), best.scale, tuple(kappa))


def rescaled(
    instance: UnconstrainedFeatures, factors: Sequence[fmpq_mat], kappa: Sequence[float], scale: float
) -> tuple[fmpq_mat, ...]:
    """The factors times balanced multipliers with product near `scale`; zeros for scale 0."""
    times = balance(instance, kappa, scale) if scale else [0.0] * len(kappa)
    return tuple(W * rounded(t) for W, t in zip(factors, times, strict=True))


def zero_factors(instance: UnconstrainedFeatures) -> tuple[fmpq_mat, ...]:
    """All factors zero, with hidden layers of one row."""
    shapes = [(1, instance.classes), *[(1, 1)] * (instance.depth - 1), (instance.classes, 1)]
    return tuple(fmpq_mat([[0] * q for _ in range(p)]) for p, q in shapes)

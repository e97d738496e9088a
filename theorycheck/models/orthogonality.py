"""How close samples are to orthogonal: the exact numbers that conditions on near-orthogonality are written in."""

from fractions import Fraction
from itertools import combinations
from math import isqrt
from typing import TYPE_CHECKING

import attrs

from theorycheck.models.rational import Row

if TYPE_CHECKING:
    from theorycheck.models.data import Dataset


@attrs.frozen
class Orthogonality:
    """Norms and inner products of n samples with labels, exact.

    Attributes:
        n: samples.
        least: R_min² = min ‖x_i‖².
        largest: R_max² = max ‖x_i‖².
        inner: p = max over i ≠ k of |<x_i, x_k>|; 0 for one sample.
        cosine: min over i ≠ k of sign(y_i y_k <x_i, x_k>) cos², signed; None for one sample or with a zero row.
    """

    n: int
    least: Fraction
    largest: Fraction
    inner: Fraction
    cosine: Fraction | None

    @property
    def ratio(self) -> Fraction | None:
        """R_min² / (n p): large for nearly orthogonal samples; None where p = 0, for exactly orthogonal ones."""
        return self.least / (self.n * self.inner) if self.inner else None

    @property
    def separation(self) -> float | None:
        """μ = min over i ≠ k of y_i y_k cos(x_i, x_k); positive for orthogonally separable classes."""
        if self.cosine is None:
            return None
        return float(abs(self.cosine)) ** 0.5 * (1 if self.cosine > 0 else -1 if self.cosine < 0 else 0)

    def __str__(self) -> str:
        ratio = "inf" if self.ratio is None else _brief(self.ratio)
        mu = "" if self.separation is None else f", mu = {self.separation:.4g}"
        sizes = f"R_min = {_root(self.least)}, R_max = {_root(self.largest)}, p = {_brief(self.inner)}"
        return f"{sizes}, R_min^2/(n p) = {ratio}{mu}"


def orthogonality(data: "Dataset") -> Orthogonality:
    """The exact norms and inner products of a dataset; p and μ look at all pairs."""
    G = data.gram()
    norms = [G[i][i] for i in range(data.n)]
    pairs = list(combinations(range(data.n), 2))
    inner = max((abs(G[i][k]) for i, k in pairs), default=Fraction(0))
    return Orthogonality(data.n, min(norms), max(norms), inner, _least_cosine(G, data.y, pairs) if all(norms) else None)


def _least_cosine(G: tuple[Row, ...], y: Row, pairs: list) -> Fraction | None:
    signs = [(label > 0) - (label < 0) for label in y]
    values = (signs[i] * signs[k] * G[i][k] * abs(G[i][k]) / (G[i][i] * G[k][k]) for i, k in pairs)
    return min(values, default=None)


def _root(square: Fraction) -> str:
    p, q = isqrt(square.numerator), isqrt(square.denominator)
    if p * p == square.numerator and q * q == square.denominator and q < 1000:
        return str(Fraction(p, q))
    return f"{float(square) ** 0.5:.5g}" if square < 10**300 else "beyond 1e150"


def _brief(value: Fraction) -> str:
    if value.denominator < 1000 and abs(value.numerator) < 10**6:
        return str(value)
    return f"{float(value):.5g}" if value < 10**300 else "beyond 1e300"

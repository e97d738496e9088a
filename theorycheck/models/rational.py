"""Exact work on small rational matrices: digest, rank, Gram matrix, unit vectors."""

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt, lcm
from typing import Any

Row = tuple[Fraction, ...]


def digest(X: Sequence[Row], y: Row) -> str:
    """SHA-256 of the line `n d`, then a line a sample: its entries, a bar and its label, as p/q in hexadecimal."""
    lines = [f"{_hex(row)} | {_hex((label,))}" for row, label in zip(X, y, strict=True)]
    text = "\n".join(["theorycheck dataset 1", f"{len(X)} {len(X[0])}", *lines, ""])
    return hashlib.sha256(text.encode()).hexdigest()


def _hex(row: Row) -> str:
    # Hexadecimal, because Python refuses to write very long integers in decimal.
    return " ".join([f"{x.numerator:x}/{x.denominator:x}" for x in row])


def rank(rows: Sequence[Row]) -> int:
    """The exact rank of an (n, d) matrix, by python-flint."""
    return int(to_flint(rows).rank())


def gram(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The exact (n, n) matrix of inner products of the rows of an (n, d) matrix."""
    matrix = to_flint(rows)
    return from_flint(matrix * matrix.transpose())


def to_flint(rows: Sequence[Row]) -> Any:
    """An (n, d) matrix of Fractions as a flint `fmpq_mat`."""
    from flint import fmpq, fmpq_mat

    return fmpq_mat(len(rows), len(rows[0]), [fmpq(x.numerator, x.denominator) for row in rows for x in row])


def from_flint(matrix: Any) -> tuple[Row, ...]:
    """A flint `fmpq_mat` as tuples of Fractions."""
    return tuple(tuple(Fraction(int(x.p), int(x.q)) for x in row) for row in matrix.tolist())


def unit(row: Row) -> tuple[Row, bool]:
    """A nonzero vector divided by its norm, and whether that is exact; else each entry is the nearest float."""
    common = lcm(*(x.denominator for x in row))
    integers = [x.numerator * (common // x.denominator) for x in row]  # the direction does not see the factor
    square = sum(a * a for a in integers)
    norm = isqrt(square)
    if norm * norm == square:
        return tuple(Fraction(a, norm) for a in integers), True
    return tuple(Fraction(_nearest_root(a * a, square) * (-1 if a < 0 else 1)) for a in integers), False


def _nearest_root(p: int, q: int) -> float:
    """The float64 nearest to the square root of p/q, correctly rounded; p ≥ 0 and q > 0."""
    shift = max(0, 66 - (p.bit_length() - q.bit_length()) // 2)  # leaves at least 64 bits in the integer root
    root = isqrt((p << 2 * shift) // q)
    sticky = root * root * q != p << 2 * shift  # one bit more stands for all that the root leaves out
    return (2 * root + sticky) / (1 << shift + 1)

"""A dataset in a few lines of text."""

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from theorycheck.numbers import show

_MANY = 500  # samples, beyond which exact inner products of all pairs take too long for a description

if TYPE_CHECKING:
    from theorycheck.models.data import Dataset


def describe(data: "Dataset") -> str:
    """Sizes, exact ranks, ranges, zero columns, source and digest."""
    zero = [name for name, column in zip(data.columns, zip(*data.X, strict=True), strict=True) if not any(column)]
    source = "rationals and decimals" if data.exact_source else "floats, whose exact binary values are kept"
    lines = [
        f"{data.name}: n = {data.n} samples, d = {data.d} features",
        f"  rank {data.rank()}, affine rank {data.affine_rank()} (exact)",
        f"  entries {_range(x for row in data.X for x in row)}, labels {_range(data.y)}, given as {source}",
        f"  columns that are zero: {_few(zero)}; samples that repeat another: {data.n - len(set(data.X))}",
        *_signs(data),
        f"  from {data.provenance}",
        f"  digest {data.digest}",
    ]
    return "\n".join(lines)


def _signs(data: "Dataset") -> list[str]:
    """For labels ±1: how close to orthogonal the samples are, which theorems on classification ask for."""
    if set(data.y) - {1, -1} or data.n > _MANY:
        return []
    from theorycheck.models.orthogonality import orthogonality

    plus = sum(label > 0 for label in data.y)
    return [f"  {plus} labels 1, {data.n - plus} labels -1", f"  {orthogonality(data)}"]


def _range(values: Iterable[Fraction]) -> str:
    ordered = sorted(values)
    return f"{_brief(ordered[0])} to {_brief(ordered[-1])}"


def _brief(value: Fraction) -> str:
    """Exact when that is short; else rounded, and marked so."""
    if value.numerator.bit_length() + value.denominator.bit_length() <= 32:
        return show(value)
    return f"≈{float(value):.4g}" if abs(value) < 10**300 else "beyond 1e300"


def _few(names: list[str]) -> str:
    if not names:
        return "none"
    return f"{len(names)} ({', '.join(names[:5])}{', …' if len(names) > 5 else ''})"

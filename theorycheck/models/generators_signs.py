"""Datasets with labels ±1: the families on which theorems about training two-layer ReLU networks hold or break.

Drawn ones take a seed; the small families are exact rationals with no seed at all.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import count
from math import isqrt
from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.models import generators
from theorycheck.models.data import Dataset
from theorycheck.models.rational import Row
from theorycheck.numbers import exact

PATTERNS = ("alternate", "random", "plus")


def signed(data: Dataset, pattern: str = "alternate", seed: Any = 0) -> Dataset:
    """The same samples with labels ±1: in turn from +1 on, drawn fairly, or all +1.

    Args:
        data: n samples.
        pattern: one of `PATTERNS`.
        seed: of drawn labels.

    Raises:
        InvalidInstance: an unknown pattern.
    """
    if pattern not in PATTERNS:
        raise InvalidInstance(f"labels {pattern!r:.40} are unknown; choose one of {', '.join(PATTERNS)}")
    import numpy as np

    drawn = np.random.default_rng(seed).integers(2, size=data.n) if pattern == "random" else np.zeros(data.n)
    y = [(-1) ** i if pattern == "alternate" else 1 - 2 * int(drawn[i]) for i in range(data.n)]
    how = {"alternate": "labels 1, -1 in turn", "random": f"labels ±1, seed {seed}", "plus": "all labels 1"}[pattern]
    return attrs.evolve(data, y=tuple(map(Fraction, y)), provenance=f"{data.provenance}; {how}")


def gaussian(n: int, d: int, seed: Any = 0, pattern: str = "alternate") -> Dataset:
    """Gaussian samples, nearly orthogonal in high dimension, with labels ±1."""
    return signed(generators.gaussian(n, d, seed), pattern, seed)


def nearly_orthogonal(n: int, d: int, coherence: Any, seed: Any = 0, pattern: str = "alternate") -> Dataset:
    """Samples whose largest |cosine| is at most `coherence`, exactly, with labels ±1."""
    return signed(generators.nearly_orthogonal(n, d, coherence, seed), pattern, seed)


def basis(n: int, pattern: str = "alternate", d: int | None = None) -> Dataset:
    """The vectors e_1, …, e_n of R^d (d = n by default).

    Raises:
        InvalidInstance: n or d no positive integer, or d < n.
    """
    size = n if d is None else d
    if n < 1 or size < n:
        raise InvalidInstance(f"n = {n} basis vectors in dimension d = {size}; pass 1 ≤ n ≤ d")
    rows = [[int(i == j) for j in range(size)] for i in range(n)]
    return signed(_exact(rows, [1] * n, f"basis-{n}", "unit vectors e_1, e_2, …"), pattern)


def collinear(factor: Any = 3) -> Dataset:
    """(1, 0)+, (factor, 0)+ and (0, 1)-: one sample is a multiple of another, so their margins have that ratio."""
    c = _positive(factor, "factor")
    return _exact([[1, 0], [c, 0], [0, 1]], [1, 1, -1], f"collinear-{c}", f"a sample and {c} times that sample")


def tilted(cosine: Any, length: Any = 3) -> Dataset:
    """x_1 = e_1 +, x_2 of the given length and cosine to x_1 +, and x_3 orthogonal to both -.

    The second multiplier of the margin problem is proportional to 1 - length · cosine. Rational for every rational
    cosine: length² (1 - cosine²) is a sum of at most four squares (Lagrange), each on an axis of its own.

    Raises:
        InvalidInstance: a cosine outside [-1, 1], or a length that is not positive.
    """
    r, size = exact(cosine, "cosine"), _positive(length, "length")
    if not -1 <= r <= 1:
        raise InvalidInstance(f"cosine: {r} lies outside [-1, 1]; pass for example 1/2")
    beside = _four_squares(size**2 * (1 - r**2)) or (Fraction(0),)
    free = (0,) * len(beside)
    rows = [(1, *free, 0), (size * r, *beside, 0), (0, *free, 1)]
    return _exact(rows, [1, 1, -1], f"tilted-{r}", f"a sample and one of length {size} and cosine {r} to it")


def opposite_pairs(pairs: int = 2) -> Dataset:
    """±e_1, …, ±e_k labelled + and ±e_{k+1}, …, ±e_{2k} labelled -: classes without any linear structure."""
    k = _whole(pairs, "pairs")
    rows = [[s * int(i == j) for j in range(2 * k)] for i in range(2 * k) for s in (1, -1)]
    return _exact(rows, [1] * 2 * k + [-1] * 2 * k, f"opposite-pairs-{k}", "each class a set of opposite unit vectors")


def hexagon() -> Dataset:
    """Six points with labels ±1 in turn for which Σ y_i σ'(w·x_i) x_i = 0 wherever w is orthogonal to none of them.

    It is the image of the regular hexagon under a linear map, which keeps that and makes it rational: any three
    neighbours x, x + y, y with signs +, -, + cancel.
    """
    rows = [[1, 0], [1, 1], [0, 1], [-1, 0], [-1, -1], [0, -1]]
    return _exact(rows, [1, -1] * 3, "hexagon", "the linear image of a regular hexagon, labels ±1 in turn")


def xor(per_cluster: int = 1, d: int = 2, mu: Any = 1, spread: float = 0.0, seed: Any = 0) -> Dataset:
    """Clusters at ±μ e_1 labelled + and at ±μ e_2 labelled -, each a centre plus `spread` times a Gaussian.

    Args:
        per_cluster: samples in each of the four clusters.
        d: features, at least 2.
        mu: distance of the centres from zero.
        spread: of a cluster; 0 repeats the centres exactly.
        seed: a whole number.

    Raises:
        InvalidInstance: d < 2, or sizes that make no sense.
    """
    count_, size = _whole(per_cluster, "per_cluster"), _positive(mu, "mu")
    if d < 2:
        raise InvalidInstance(f"d: {d} features; pass at least 2, since the clusters lie on two axes")
    if not 0 <= spread < float("inf"):
        raise InvalidInstance(f"spread: {spread} is not a finite number of at least 0; pass for example 0.1")
    centres = [(axis, sign) for axis in (0, 1) for sign in (1, -1) for _ in range(count_)]
    rows = [[sign * size * int(j == axis) for j in range(d)] for axis, sign in centres]
    y = [1 - 2 * axis for axis, _ in centres]
    data = _exact(rows, y, f"xor-{4 * count_}x{d}", f"XOR clusters at distance {size}")
    return _noisy(data, spread, seed) if spread else data


def signal_plus_noise(n: int, d: int, signal: Any, flips: int = 0, seed: Any = 0) -> Dataset:
    """x_i = √g ỹ_i e_1 + √(1 - g) ξ_i with ξ_i uniform on the unit sphere orthogonal to e_1; the first labels flipped.

    Args:
        n: samples; true labels ỹ are ±1 in turn.
        d: features, at least 2.
        signal: g in [0, 1], the part of the squared length that carries the label.
        flips: how many of the samples, the first ones, show the wrong label -ỹ_i.
        seed: a whole number.

    Raises:
        InvalidInstance: a signal outside [0, 1], d < 2, or more flips than samples.
    """
    import numpy as np

    g = float(exact(signal, "signal"))
    if not 0 <= g <= 1 or d < 2:
        raise InvalidInstance(f"signal: {g:g} in dimension {d}; pass a signal in [0, 1] and d of at least 2")
    if not 0 <= flips <= n:
        raise InvalidInstance(f"flips: {flips} of {n} labels; pass 0 to {n}")
    noise, _ = generators.gaussian(n, d - 1, seed).arrays()
    noise *= np.sqrt(1 - g) / np.sqrt((noise**2).sum(axis=1, keepdims=True))
    true = np.array([(-1) ** i for i in range(n)])
    X = np.column_stack([np.sqrt(g) * true, noise])
    shown = [int(-label if i < flips else label) for i, label in enumerate(true)]
    note = f"signal {g:g} along e_1 plus orthogonal noise, {flips} of {n} labels flipped, seed {seed}"
    return attrs.evolve(Dataset.from_arrays(X, shown, name=f"signal-{n}x{d}"), provenance=note)


def _noisy(data: Dataset, spread: float, seed: Any) -> Dataset:
    noise, _ = generators.gaussian(data.n, data.d, seed).arrays()
    moved = Dataset.from_arrays(data.arrays()[0] + spread * noise, data.y, name=data.name)
    return attrs.evolve(moved, provenance=f"{data.provenance}, spread {spread:g}, seed {seed}")


def _exact(rows: Sequence[Sequence[Any]], y: Sequence[int], name: str, note: str) -> Dataset:
    return Dataset(rows, y, name, note)  # type: ignore[arg-type]


def _positive(value: Any, what: str) -> Fraction:
    number = exact(value, what)
    if number <= 0:
        raise InvalidInstance(f"{what}: {number} is not positive; pass for example 3")
    return number


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidInstance(f"{what}: {value!r} is not a positive integer; pass 1 or more")
    return value


def _four_squares(value: Fraction) -> Row:
    """The fewest positive rationals, at most four, whose squares add up to a value of at least 0."""
    q = _square_multiple(value.denominator)  # the smaller, the shorter the search
    whole = int(value * q * q)  # value = whole / q²
    for terms in count():
        if (found := _squares(whole, terms, isqrt(whole))) is not None:
            return tuple(Fraction(a, q) for a in found)
    return ()


def _square_multiple(number: int) -> int:
    """The least q whose square is a multiple of a number of at least 1."""
    q, factor = 1, 2
    while factor * factor <= number:
        power = 0
        while number % factor == 0:
            number, power = number // factor, power + 1
        q, factor = q * factor ** ((power + 1) // 2), factor + 1
    return q * number


def _squares(whole: int, terms: int, largest: int) -> tuple[int, ...] | None:
    """`whole` as a sum of `terms` squares of numbers from `largest` down to 1; None if there is none."""
    if terms == 0:
        return () if whole == 0 else None
    for a in range(min(largest, isqrt(whole)), 0, -1):
        if terms * a * a < whole:
            return None
        if (rest := _squares(whole - a * a, terms - 1, a)) is not None:
            return (a, *rest)
    return None

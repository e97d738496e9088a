"""Seeded datasets of the kinds that papers assume, exact wherever the definition can be met exactly.

Every function takes a seed (or a numpy Generator) and gives the same dataset for the same seed. Labels are standard
Gaussian unless a function says otherwise; `two_layer_labels` replaces them by those of a teacher network.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import isfinite
from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.rational import Row, from_flint, gram
from theorycheck.numbers import exact

_GRID = 1024  # rational samples are drawn on multiples of 1/1024, which keeps their certificates short


def gaussian(n: int, d: int, seed: Any = 0) -> Dataset:
    """Samples with independent standard Gaussian entries: linearly independent almost surely when n ≤ d."""
    draw = _generator(n, d, seed)
    return _of_floats(draw.standard_normal((n, d)), draw, f"gaussian-{n}x{d}", f"Gaussian entries, {_said(seed)}")


def uniform(n: int, d: int, seed: Any = 0) -> Dataset:
    """Samples with independent entries, uniform on [0, 1]."""
    draw = _generator(n, d, seed)
    return _of_floats(draw.random((n, d)), draw, f"uniform-{n}x{d}", f"entries uniform on [0, 1], {_said(seed)}")


def unit_norm(n: int, d: int, seed: Any = 0) -> Dataset:
    """Samples of norm exactly 1: rational points of the sphere next to uniformly drawn ones."""
    draw = _generator(n, d, seed)
    rows = tuple(_sphere_point(draw.standard_normal(d)) for _ in range(n))
    return _labelled(rows, draw, f"unit-{n}x{d}", f"rational points of the unit sphere, {_said(seed)}")


def orthonormal(n: int, d: int, seed: Any = 0) -> Dataset:
    """Samples, n ≤ d of them, whose Gram matrix is exactly the identity.

    Raises:
        InvalidInstance: n > d, where no such samples exist.
    """
    draw = _generator(n, d, seed)
    rows = _orthonormal_rows(n, d, draw)
    return _labelled(rows, draw, f"orthonormal-{n}x{d}", f"exactly orthonormal, {_said(seed)}")


def nearly_orthogonal(n: int, d: int, coherence: Any, seed: Any = 0) -> Dataset:
    """Samples, n ≤ d of them, whose largest |cosine| is at most `coherence` (exactly so) and within 5 % of it.

    Orthonormal rows are tilted towards a common direction with random signs, as far as the coherence allows.

    Args:
        n: samples; with one sample there is no cosine, and nothing is tilted.
        d: features.
        coherence: in [0, 1).
        seed: an integer or a numpy Generator.

    Raises:
        InvalidInstance: n > d, or a coherence outside [0, 1).
    """
    draw = _generator(n, d, seed)
    bound = exact(coherence, "coherence")
    if not 0 <= bound < 1:
        raise InvalidInstance(f"coherence: {float(bound):g} lies outside [0, 1); pass for example 0.1")
    rows, common = _orthonormal_rows(n, d, draw), _sphere_point(draw.standard_normal(d))
    signs = [1 if draw.random() < 0.5 else -1 for _ in range(n)]
    low, high = Fraction(0), Fraction(1)
    for _ in range(40 if n > 1 else 0):
        if high - low <= low / 128:
            break
        middle = (low + high) / 2
        fits = coherence_squared(_tilt(rows, common, signs, middle)) <= bound**2
        low, high = (middle, high) if fits else (low, middle)
    note = f"tilted orthonormal samples of coherence at most {float(bound):g}, {_said(seed)}"
    return _labelled(_tilt(rows, common, signs, low), draw, f"nearly-orthogonal-{n}x{d}", note)


def coherence_squared(rows: Sequence[Row]) -> Fraction:
    """The largest squared cosine between two of the (n, d) rows, exact; 0 for one row.

    Raises:
        InvalidInstance: a row is zero.
    """
    products = gram(rows)
    zero = next((i for i, line in enumerate(products) if not line[i]), None)
    if zero is not None:
        raise InvalidInstance(f"row {zero} is zero and has no direction; leave it out")
    pairs = combinations(range(len(rows)), 2)
    return max((products[i][k] ** 2 / (products[i][i] * products[k][k]) for i, k in pairs), default=Fraction(0))


def linear_teacher(n: int, d: int, seed: Any = 0, noise: Any = 0, beta: Sequence[Any] | None = None) -> Dataset:
    """Gaussian samples with y = X β + noise · standard Gaussian; without noise y = X β holds exactly.

    Args:
        n: samples.
        d: features.
        seed: an integer or a numpy Generator.
        noise: standard deviation of the label noise, at least 0.
        beta: the teacher, d numbers; None draws it (standard Gaussian).

    Raises:
        InvalidInstance: a negative noise, or a teacher of the wrong length.
    """
    draw = _generator(n, d, seed)
    scale = exact(noise, "noise")
    if scale < 0:
        raise InvalidInstance(f"noise: {float(scale):g} is negative; pass a standard deviation of at least 0")
    X = Dataset.from_arrays(draw.standard_normal((n, d)), draw.standard_normal(n)).X
    teacher = tuple(exact(b, "beta") for b in (draw.standard_normal(d) if beta is None else beta))
    if len(teacher) != d:
        raise InvalidInstance(f"beta: has {len(teacher)} entries for {d} features; pass one each")
    errors = [scale * exact(float(e)) for e in draw.standard_normal(n)]
    y = tuple(_dot(row, teacher) + error for row, error in zip(X, errors, strict=True))
    note = f"Gaussian samples, labels of a linear teacher with noise {float(scale):g}, {_said(seed)}"
    return Dataset(X, y, f"linear-teacher-{n}x{d}", note, exact_source=False)


def orthogonally_separable(n: int, d: int, seed: Any = 0) -> Dataset:
    """Labels ±1 in turn; x_i · x_k is positive within a class and negative across the classes."""
    draw = _generator(n, d, seed)
    y = tuple(Fraction((-1) ** i) for i in range(n))
    flips = [1 if draw.random() < 0.5 else -1 for _ in range(d)]  # any orthant and its opposite will do
    sizes = 1 + draw.integers(_GRID, size=(n, d))
    X = tuple(
        tuple(label * flip * Fraction(int(size), _GRID) for flip, size in zip(flips, row, strict=True))
        for label, row in zip(y, sizes, strict=True)
    )
    return Dataset(X, y, f"orthogonally-separable-{n}x{d}", f"two opposite orthants, {_said(seed)}")


def balanced_classes(classes: int, per_class: int, d: int, seed: Any = 0, spread: float = 0.1) -> Dataset:
    """Labels 0 to classes − 1, equally often; a sample is its class's Gaussian mean plus `spread` times a Gaussian.

    Raises:
        InvalidInstance: no classes or no samples, or a spread that is negative or not finite.
    """
    n = _positive(classes, "classes") * _positive(per_class, "per_class")
    draw = _generator(n, d, seed)
    if not 0 <= spread < float("inf"):
        raise InvalidInstance(f"spread: {spread} is not a finite number of at least 0; pass for example 0.1")
    labels = [k for k in range(classes) for _ in range(per_class)]
    X = draw.standard_normal((classes, d))[labels] + spread * draw.standard_normal((n, d))
    data = Dataset.from_arrays(X, labels, name=f"classes-{classes}x{per_class}x{d}")
    return attrs.evolve(data, provenance=f"Gaussian classes of spread {spread:g}, {_said(seed)}")


def small_grid(n: int, d: int, seed: Any = 0, bound: int = 2, denominator: int = 1) -> Dataset:
    """Entries and labels drawn from the integers in [−bound, bound], over a common denominator; exact."""
    draw = _generator(n, d, seed)
    low, q = -_positive(bound, "bound"), _positive(denominator, "denominator")
    X = tuple(tuple(Fraction(int(x), q) for x in row) for row in draw.integers(low, bound + 1, size=(n, d)))
    y = tuple(Fraction(int(label), q) for label in draw.integers(low, bound + 1, size=n))
    return Dataset(X, y, f"grid-{n}x{d}", f"integers up to {bound} over {denominator}, {_said(seed)}")


def two_layer_labels(data: Dataset, nu: Sequence[Any], width: int, activation: Any) -> Dataset:
    """The labels y_i = m φ(ν_i) of `width` = m equal neurons, all with preactivation ν_i on sample i.

    Exact where φ(ν_i) is rational (a polynomial, or sinh at 0), else the exact value of the float m φ(ν_i).

    Args:
        data: n samples.
        nu: n preactivations.
        width: m.
        activation: φ, with `expression()` (in one sympy symbol) and `numpy(0)`.

    Raises:
        InvalidInstance: a wrong number of preactivations, or a value that is not a finite real number.
    """
    m = _positive(width, "width")
    if len(nu) != data.n:
        raise InvalidInstance(f"nu: has {len(nu)} preactivations for {data.n} samples; pass one each")
    values = [_value(activation, exact(v, f"nu[{i}]"), i) for i, v in enumerate(nu)]
    note = f"{data.provenance}; labels {m} φ(ν_i) with φ = {getattr(activation, 'text', activation)}"
    exact_source = data.exact_source and all(rational for _, rational in values)
    return attrs.evolve(data, y=tuple(m * v for v, _ in values), exact_source=exact_source, provenance=note)


def _value(activation: Any, nu: Fraction, i: int) -> tuple[Fraction, bool]:
    """φ(ν) and whether it is exact."""
    import numpy as np
    import sympy

    expression = activation.expression()
    value = expression.subs({z: sympy.Rational(nu.numerator, nu.denominator) for z in expression.free_symbols})
    if value.is_Rational:
        return exact(value), True
    with np.errstate(all="ignore"):
        rounded = complex(np.asarray(activation.numpy(0)(np.array([float(nu)]))).ravel()[0])
    if rounded.imag or not isfinite(rounded.real):
        raise InvalidInstance(f"nu[{i}]: the activation has no finite real value at {float(nu):g}; pass another ν")
    return Fraction(rounded.real), False


def _generator(n: int, d: int, seed: Any) -> Any:
    import numpy as np

    _positive(n, "n")
    _positive(d, "d")
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise InvalidInstance(f"seed: {seed!r} is no seed; pass an integer of at least 0 or a numpy Generator")


def _positive(value: Any, what: str) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1:
        raise InvalidInstance(f"{what}: {value!r} is not a positive integer; pass 1 or more")
    return int(value)


def _said(seed: Any) -> str:
    return f"seed {seed}" if hasattr(seed, "__index__") else "drawn from a given generator"


def _of_floats(X: Any, draw: Any, name: str, provenance: str) -> Dataset:
    data = Dataset.from_arrays(X, draw.standard_normal(len(X)), name=name)
    return attrs.evolve(data, provenance=provenance)


def _labelled(rows: tuple[Row, ...], draw: Any, name: str, provenance: str) -> Dataset:
    y = tuple(_on_grid(label) for label in draw.standard_normal(len(rows)))
    return Dataset(rows, y, name, provenance)


def _on_grid(value: float) -> Fraction:
    return Fraction(round(float(value) * _GRID), _GRID)


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def _sphere_point(gauss: Any) -> Row:
    """A rational unit vector near gauss/‖gauss‖: stereographic coordinates rounded to the grid, and back."""
    pole = -1.0 if gauss[-1] > 0 else 1.0  # project from the farther pole, so that the coordinates stay below 1
    norm = float((gauss @ gauss) ** 0.5)
    flat = [_on_grid(g / (norm - pole * gauss[-1])) for g in gauss[:-1]]
    square = _dot(flat, flat)
    last = (square - 1) / (square + 1)
    return (*(2 * t / (square + 1) for t in flat), Fraction(int(pole)) * last)


def _orthonormal_rows(n: int, d: int, draw: Any) -> tuple[Row, ...]:
    """The first n rows of a product of n reflections in small integer vectors: rational and exactly orthonormal."""
    if n > d:
        raise InvalidInstance(f"n = {n} orthogonal samples do not exist in dimension d = {d}; pass n at most d")
    from flint import fmpq, fmpq_mat

    rows = fmpq_mat(n, d, [int(i == j) for i in range(n) for j in range(d)])
    for _ in range(n):
        v = fmpq_mat(d, 1, [int(a) for a in draw.integers(-3, 4, size=d)])
        square = (v.transpose() * v)[0, 0]
        if square:
            rows = rows - (rows * v) * v.transpose() * (fmpq(2) / square)
    return from_flint(rows)


def _tilt(rows: Sequence[Row], common: Row, signs: Sequence[int], t: Fraction) -> tuple[Row, ...]:
    return tuple(
        tuple((1 - t) * x + t * sign * c for x, c in zip(row, common, strict=True))
        for row, sign in zip(rows, signs, strict=True)
    )

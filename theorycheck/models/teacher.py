"""Laws of samples with a teacher: inputs of a stated distribution, labels y = <β, x> + noise (or a nonlinear teacher).

What a theorem asks of the population stands beside the sampler: symmetry, whether E[y | x] is linear, the cone that
keeps x away from the hyperplane orthogonal to Σβ, and the second moments Σ = E[x xᵀ]. Gaussian noise everywhere.
"""

from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.models import teacher_moments as moments
from theorycheck.models.data import Dataset
from theorycheck.numbers import exact

CLIP = 2  # the margin law shortens what is orthogonal to e_1 to at most this length


@attrs.frozen
class _Kind:
    """One family of laws; `amount` is the one number that it may depend on."""

    about: str
    sample: Callable  # (generator, n, d, amount) -> X, (n, d) floats
    second: Callable  # (d, amount) -> E[x xᵀ], (d, d) floats
    cone: Callable  # (d, amount) -> c for β along e_1
    amount: Fraction = Fraction(0)  # where the user is silent
    symmetric: Callable = lambda amount: True
    linear: bool = True
    dimensions: tuple[int, int | None] = (1, None)


def _margin(draw: Any, n: int, d: int, amount: Any = 0) -> Any:
    import numpy as np

    first = draw.choice([-1.0, 1.0], n) * (1 + 0.5 * np.abs(draw.standard_normal(n)))
    rest = draw.standard_normal((n, d - 1)) / np.sqrt(max(d - 1, 1))
    length = np.sqrt((rest**2).sum(axis=1, keepdims=True))
    return np.column_stack([first, rest * (CLIP / np.maximum(length, CLIP))])


def _gaussian(draw: Any, n: int, d: int, amount: Any) -> Any:
    return draw.standard_normal((n, d))


def _ball(draw: Any, n: int, d: int, amount: Any) -> Any:
    """Uniform on the unit ball, given that |x_1| ≥ amount ‖x‖: the squared cosine is a beta variable, cut below."""
    import numpy as np
    from scipy.stats import beta

    radius = draw.random(n) ** (1 / d)
    side = draw.choice([-1.0, 1.0], n)
    if d == 1:
        return (side * radius)[:, None]
    law = beta(0.5, (d - 1) / 2)
    square = law.isf(draw.random(n) * law.sf(float(amount) ** 2))
    rest = draw.standard_normal((n, d - 1))
    rest *= (np.sqrt(1 - square) / np.sqrt((rest**2).sum(axis=1)))[:, None]
    return radius[:, None] * np.column_stack([side * np.sqrt(square), rest])


def _shifted(draw: Any, n: int, d: int, amount: Any) -> Any:
    X = _margin(draw, n, d)
    X[:, 1] += float(amount)
    return X


def _orthant(draw: Any, n: int, d: int, amount: Any) -> Any:
    return abs(_margin(draw, n, d))


def _clusters(draw: Any, n: int, d: int, amount: Any) -> Any:
    import numpy as np

    corner = 2 * np.pi / 3 * draw.integers(3, size=n)
    radius, turn = float(amount) * np.sqrt(draw.random(n)), 2 * np.pi * draw.random(n)
    return np.column_stack(
        [np.cos(corner) + radius * np.cos(turn), np.sin(corner) + radius * np.sin(turn)],
    )


def _root_below(square: Fraction) -> Fraction:
    """The largest multiple of 1/1000 that is no larger than the root."""
    return Fraction(isqrt(int(square * 10**6)), 1000)


def _beside(d: int, reach: Fraction) -> Fraction:
    """|x_1| ≥ 1 and at most `reach` beside it, so that |x_1| / ‖x‖ ≥ 1/√(1 + reach²); for d = 1 it is 1."""
    return _root_below(1 / (1 + reach**2)) if d > 1 else Fraction(1)


_KINDS = {
    "margin": _Kind(
        "x_1 = ±(1 + |g|/2), the other coordinates N(0, 1/(d - 1)), shortened to length 2",
        _margin,
        moments.margin,
        lambda d, amount: _beside(d, Fraction(CLIP)),
    ),
    "gaussian": _Kind("x ~ N(0, I)", _gaussian, moments.gaussian, lambda d, amount: Fraction(int(d == 1))),
    "ball": _Kind(
        "uniform on the unit ball, where |x_1| ≥ amount ‖x‖",
        _ball,
        moments.ball,
        lambda d, amount: Fraction(1) if d == 1 else amount,
    ),
    "shifted": _Kind(
        "the margin law plus amount e_2",
        _shifted,
        moments.shifted,
        lambda d, amount: _beside(d, CLIP + amount),
        Fraction(3, 2),
        lambda amount: amount == 0,
        dimensions=(2, None),
    ),
    "orthant": _Kind(
        "the absolute values of the margin law",
        _orthant,
        moments.orthant,
        # all entries are positive, so <x, Σe_1> ≥ x_1 (Σe_1)_1, and x_1 ≥ ‖x‖/√5
        lambda d, amount: _root_below(moments.ORTHANT_COSINE**2 / (1 + CLIP**2)) if d > 1 else Fraction(1),
        symmetric=lambda amount: False,
    ),
    "clusters": _Kind(
        "three discs of radius amount around the corners (1, 0), (-1, ±√3)/2",
        _clusters,
        moments.clusters,
        # |x_1| is at least 1/2 at a corner, and a sample is at most `amount` away from it
        lambda d, amount: max(Fraction(0), (Fraction(1, 2) - amount) / (1 + amount)),
        Fraction(1, 10),
        lambda amount: False,
        dimensions=(2, 2),
    ),
    "absolute": _Kind(
        "the margin law, labels |x_1| - |x_2| + noise",
        _margin,
        moments.margin,
        lambda d, amount: _beside(d, Fraction(CLIP)),
        linear=False,
        dimensions=(2, None),
    ),
}
LAWS = tuple(_KINDS)
_NO_AMOUNT = ("margin", "gaussian", "orthant", "absolute")


def _teacher(value: Any) -> tuple[Fraction, ...]:
    return () if value is None else tuple(exact(b, "the teacher beta") for b in value)


@attrs.frozen
class Law:
    """The joint law of a sample x in R^d and its label y = <β, x> + σ g, g standard Gaussian.

    Attributes:
        kind: one of `LAWS`; `about` says what it is.
        d: the number of inputs.
        beta: the teacher β, d exact numbers; e_1 where nothing is given. The nonlinear kind does not use it.
        sigma: standard deviation of the label noise.
        amount: of `shifted`, `ball` and `clusters`; None for the kind's own.

    Raises:
        InvalidInstance: an unknown kind, or numbers that do not fit it.

    Example:
        >>> law = Law("margin", 5)
        >>> law.symmetric, law.linear, law.cone
        (True, True, Fraction(447, 1000))
        >>> law.draw(60, seed=1).n
        60
    """

    kind: str = "margin"
    d: int = 2
    beta: tuple[Fraction, ...] = attrs.field(default=(), converter=_teacher)
    sigma: Fraction = attrs.field(default=Fraction(1, 2), converter=lambda v: exact(v, "the noise sigma"))
    amount: Any = None

    def __attrs_post_init__(self):
        if self.kind not in _KINDS:
            raise InvalidInstance(f"there is no law {self.kind!r}; choose one of {', '.join(LAWS)}")
        _check_dimension(self.kind, self.d)
        if not self.beta:
            object.__setattr__(self, "beta", tuple(Fraction(int(j == 0)) for j in range(self.d)))
        own = _KINDS[self.kind].amount if self.amount is None else exact(self.amount, f"the amount of {self.kind}")
        object.__setattr__(self, "amount", own)
        _check_numbers(self)

    @property
    def about(self) -> str:
        """The distribution in words."""
        return _KINDS[self.kind].about.replace("amount", str(self.amount))

    @property
    def symmetric(self) -> bool:
        """Whether x and -x have the same law."""
        return _KINDS[self.kind].symmetric(self.amount)

    @property
    def linear(self) -> bool:
        """Whether E[y | x] is linear in x."""
        return _KINDS[self.kind].linear

    @property
    def cone(self) -> Fraction:
        """A c with |<x, Σβ>| ≥ c ‖x‖ ‖Σβ‖ almost surely; 0 where none is known, as for β that is not along e_1."""
        return Fraction(0) if any(self.beta[1:]) else _KINDS[self.kind].cone(self.d, self.amount)

    def second_moment(self) -> Any:
        """Σ = E[x xᵀ], (d, d), in closed form; floats, since normal and chi-square integrals stand in it."""
        return _KINDS[self.kind].second(self.d, float(self.amount))

    def direction(self) -> Any:
        """Σβ, (d,) floats: its sign on x says on which side of the two-sided fit a sample lies."""
        return self.second_moment() @ [float(b) for b in self.beta]

    def inputs(self, n: int, seed: Any = 0) -> Any:
        """The samples alone, (n, d) floats; the same seed gives the same ones, and those that `draw` takes."""
        return _KINDS[self.kind].sample(_generator(n, seed), n, self.d, self.amount)

    def mean_label(self, X: Any) -> Any:
        """E[y | x] for the rows of X (n, d): (n,) floats."""
        import numpy as np

        X = np.asarray(X, dtype=float)
        return X @ [float(b) for b in self.beta] if self.linear else np.abs(X[:, 0]) - np.abs(X[:, 1])

    def draw(self, n: int, seed: Any = 0) -> Dataset:
        """Samples with labels, floats whose exact binary values are kept.

        Args:
            n: samples.
            seed: a whole number.

        Returns:
            The data. Without noise y = <β, x> holds exactly; with it labels are rounded to floats.

        Raises:
            InvalidInstance: a size or a seed that makes no sense.
        """
        draw = _generator(n, seed)
        data = Dataset.from_arrays(_KINDS[self.kind].sample(draw, n, self.d, self.amount), [0] * n)
        y = self._labels(data, draw)
        note = f"{self}, seed {seed}"
        return Dataset(data.X, y, f"{self.kind}-{n}x{self.d}", note, exact_source=False)

    def _labels(self, data: Dataset, draw: Any) -> tuple[Fraction, ...]:
        if self.sigma:
            mean = self.mean_label(data.arrays()[0])
            return tuple(exact(float(v)) for v in mean + float(self.sigma) * draw.standard_normal(data.n))
        if not self.linear:
            return tuple(abs(row[0]) - abs(row[1]) for row in data.X)
        return tuple(sum((b * x for b, x in zip(self.beta, row, strict=True)), Fraction(0)) for row in data.X)

    def __str__(self) -> str:
        teacher = f"β = ({', '.join(map(str, self.beta))}), " if self.linear else ""
        return f"{self.kind}: {self.about}; {teacher}noise σ = {self.sigma}"


def antipodal(data: Dataset) -> Dataset:
    """Every sample and its negative with the negative label: symmetric exactly, and y odd."""
    X = tuple(tuple(sign * x for x in row) for row in data.X for sign in (1, -1))
    y = tuple(sign * label for label in data.y for sign in (1, -1))
    return Dataset(X, y, f"antipodal {data.name}", f"{data.provenance}; each with its negative", data.exact_source)


def _check_dimension(kind: str, d: Any) -> None:
    least, most = _KINDS[kind].dimensions
    if isinstance(d, bool) or not isinstance(d, int) or d < least or (most is not None and d > most):
        span = str(least) if least == most else f"a whole number of at least {least}"
        raise InvalidInstance(f"the law {kind} has {d!r} inputs; pass d = {span}")


def _check_numbers(law: Law) -> None:
    beta, amount = law.beta, law.amount
    if len(beta) != law.d:
        raise InvalidInstance(f"the teacher beta has {len(beta)} entries for d = {law.d}; pass one each")
    if not any(beta):
        raise InvalidInstance("the teacher beta is zero and has no direction; pass a nonzero vector")
    if law.sigma < 0:
        raise InvalidInstance(f"the noise sigma is {law.sigma}; pass 0 or a positive number")
    if amount and law.kind in _NO_AMOUNT:
        raise InvalidInstance(f"the law {law.kind} has no amount; leave it out")
    if amount < 0 or (law.kind == "ball" and amount >= 1):
        span = "from 0 to below 1" if law.kind == "ball" else "of at least 0"
        raise InvalidInstance(f"the amount of {law.kind} is {amount}; pass a number {span}")


def _generator(n: Any, seed: Any) -> Any:
    import numpy as np

    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise InvalidInstance(f"n is {n!r}; pass a whole number of samples, at least 1")
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise InvalidInstance(f"seed: {seed!r} is no seed; pass a whole number of at least 0") from None

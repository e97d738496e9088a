"""Two-sided least squares in rationals: a fit on each side of a split, and whether the network it makes stays there.

h(x) = max(<β_+, x>, 0) - max(-<β_-, x>, 0) with β_± the least squares on S_± = {k: ±<x_k, u> > 0}: where early
alignment lets a two-layer ReLU network stop (Boursier and Flammarion, arXiv 2410.02348 [RECALL]; u = Σβ* there). The
network is stationary where the gradients of both neurons vanish: they are the normal equations if each neuron is
active on its own side alone.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
from flint import fmpq, fmpq_mat

from theorycheck.certificates import check
from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.rational import Row, from_flint, to_flint
from theorycheck.numbers import exact

if TYPE_CHECKING:
    from theorycheck.certificates.certificate import Certificate

LONGEST = 4096  # bits of a numerator or denominator that a document writes out
NORMALISATION = "1/(2n) sum_k (h(x_k) - y_k)^2"


@attrs.frozen
class Fit:
    """Least squares on some of the samples.

    Attributes:
        beta: (d,), the shortest one where the samples do not determine it.
        rows: the samples.
        rank: of these samples.
        squares: the sum of squared residuals.
    """

    beta: Row
    rows: tuple[int, ...]
    rank: int
    squares: Fraction


@attrs.frozen
class TwoSided:
    """The two fits, and the network h.

    Attributes:
        plus: on S_+.
        minus: on S_-.
        single: one fit on all samples, for comparison.
        split: u.
        origin: where u comes from.
        between: samples on neither side, <x_k, u> = 0.
        outputs: (n,) h(x_k).
        loss: 1/(2n) times the sum of squares that the two fits leave, plus that of h between the sides.
        network_loss: 1/(2n) Σ (h(x_k) - y_k)²; the same where the sides are kept.
        kept: whether <β_+, x> and <β_-, x> are positive on S_+ and negative on S_-, so that each neuron keeps to its
            side.
        stationary: whether the gradient of the network loss in every weight is 0, with a weight in [0, 1] on kinks:
            that of the sample's own side.
        data: the samples.
    """

    plus: Fit
    minus: Fit
    single: Fit
    split: Row
    origin: str
    between: tuple[int, ...]
    outputs: Row
    loss: Fraction
    network_loss: Fraction
    kept: bool
    stationary: bool | None
    data: Dataset

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.data.n

    @property
    def beta_plus(self) -> Row:
        """β_+."""
        return self.plus.beta

    @property
    def beta_minus(self) -> Row:
        """β_-."""
        return self.minus.beta

    @property
    def interpolates(self) -> bool:
        """Whether h fits every label."""
        return self.network_loss == 0

    @property
    def single_loss(self) -> Fraction:
        """1/(2n) times the sum of squares that one fit leaves."""
        return self.single.squares / (2 * self.n)

    @property
    def note(self) -> str:
        """What is not as usual: sides without samples, fits that are not determined, samples between the sides."""
        told = [
            f"{_counted(len(fit.rows))} of rank {fit.rank} on the {name} side, β_{mark} is open: the shortest is told"
            for name, mark, fit in (("positive", "+", self.plus), ("negative", "-", self.minus))
            if fit.rank < len(self.split)
        ]
        if self.between:
            told.append(f"{_counted(len(self.between))} on neither side")
        return "; ".join(told)

    @cached_property
    def certificate(self) -> "Certificate | None":
        """That these are the fits, with the loss, and what the network is; None where the checker does not take it."""
        from theorycheck.exact.extremal_certificate import fits_certificate

        return fits_certificate(self)

    def to_json(self) -> dict:
        """The part `two_sided_ols` of the document of `solve extremal`."""
        return {
            "beta_plus": [told(v) for v in self.beta_plus],
            "beta_minus": [told(v) for v in self.beta_minus],
            "loss": told(self.loss),
            "stationary": self.stationary,
            "network_loss": told(self.network_loss),
            "patterns_kept": self.kept,
            "interpolates": self.interpolates,
            "normalisation": NORMALISATION,
            "split": [told(v) for v in self.split],
            "split_from": self.origin,
            "sides": {"plus": len(self.plus.rows), "minus": len(self.minus.rows), "between": len(self.between)},
            "ols": {"beta": [told(v) for v in self.single.beta], "loss": told(self.single_loss)},
            "note": self.note,
        }


def told(v: Fraction) -> str | dict[str, str]:
    """A rational as the documents write it: exact, unless it is so long that nobody reads it; then ends of a ball."""
    if max(v.numerator.bit_length(), v.denominator.bit_length()) <= LONGEST:
        return str(v)
    return check.show(fmpq(v.numerator, v.denominator))


def two_sided_ols(data: Dataset, split: Any = None) -> TwoSided:
    """The two-sided least squares of a dataset, exactly.

    Args:
        data: n samples with labels.
        split: u, d numbers; an `ExtremalVector`, whose D is taken; None for the D that iterating w <- D_n(w) from X^T y
            comes to rest at, or X^T y itself where it does not.

    Raises:
        InvalidInstance: u is zero or has a wrong length, or labels and samples give no direction.

    Example:
        >>> data = Dataset([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"])
        >>> found = two_sided_ols(data)
        >>> [str(v) for v in (*found.beta_plus, *found.beta_minus, found.loss)], found.stationary
        (['1', '1/2', '7/8', '0', '0'], True)
    """
    u, origin = _split(data, split)
    sides = [sum(a * b for a, b in zip(x, u, strict=True)) for x in data.X]
    plus = least_squares(data, [k for k, s in enumerate(sides) if s > 0])
    minus = least_squares(data, [k for k, s in enumerate(sides) if s < 0])
    between = tuple(k for k, s in enumerate(sides) if s == 0)
    up, down = _products(data, plus.beta), _products(data, minus.beta)
    outputs = tuple(max(a, Fraction(0)) - max(-b, Fraction(0)) for a, b in zip(up, down, strict=True))
    residuals = [h - y for h, y in zip(outputs, data.y, strict=True)]
    left = plus.squares + minus.squares + sum((residuals[k] ** 2 for k in between), Fraction(0))
    return TwoSided(
        plus=plus,
        minus=minus,
        single=least_squares(data, range(data.n)),
        split=u,
        origin=origin,
        between=between,
        outputs=outputs,
        loss=left / (2 * data.n),
        network_loss=sum((r * r for r in residuals), Fraction(0)) / (2 * data.n),
        kept=_kept(up, plus, minus) and _kept(down, plus, minus),
        stationary=_both(_still(data, residuals, up, plus), _still(data, residuals, [-v for v in down], minus)),
        data=data,
    )


def _split(data: Dataset, given: Any) -> tuple[Row, str]:
    if given is None:
        return _aligned(data)
    if hasattr(given, "D"):
        return given.D, "D of the longest extremal vector with w = D/‖D‖"
    return given_split(data, given), "given"


def given_split(data: Dataset, given: Sequence[Any]) -> Row:
    """The split u as exact numbers.

    Raises:
        InvalidInstance: it is zero or has a wrong length.
    """
    u = tuple(exact(v, "the split") for v in given)
    if len(u) != data.d or not any(u):
        raise InvalidInstance(f"the split {list(map(str, u))} is zero or not of length {data.d}; pass {data.d} numbers")
    return u


def _aligned(data: Dataset) -> tuple[Row, str]:
    """D where w <- D_n(w) from X^T y comes to rest within its cell."""
    from theorycheck.exact.extremal_faces import alignment, settle

    total = from_flint(to_flint([data.y]) * to_flint(data.X))[0]
    mean = tuple(v / data.n for v in total)
    D = settle(alignment(data), mean) if any(mean) else None
    if D is not None:
        return D, "D of the extremal vector that w <- D_n(w) reaches from X^T y"
    if any(mean):
        return mean, "X^T y / n"
    raise InvalidInstance("X^T y is zero, so it gives no split; pass one")


def least_squares(data: Dataset, rows: Sequence[int]) -> Fit:
    """The shortest least-squares fit on some samples, exactly; 0 on none."""
    rows, zero = tuple(rows), (Fraction(0),) * data.d
    if not any(any(data.X[k]) for k in rows):
        return Fit(zero, rows, 0, sum((data.y[k] ** 2 for k in rows), Fraction(0)))
    X, y = to_flint([data.X[k] for k in rows]), to_flint([(data.y[k],) for k in rows])
    reduced, r = X.rref()
    span = fmpq_mat(r, data.d, [v for row in reduced.tolist()[:r] for v in row])
    # coordinates in the span: the fit is unique there, and no shorter one has the same values
    M = X * span.transpose()
    inner = (M.transpose() * M).solve(M.transpose() * y)
    beta = tuple(row[0] for row in from_flint(span.transpose() * inner))
    values = (sum(a * b for a, b in zip(data.X[k], beta, strict=True)) - data.y[k] for k in rows)
    return Fit(beta, rows, r, sum((v * v for v in values), Fraction(0)))


def _counted(samples: int) -> str:
    return f"{samples} sample" if samples == 1 else f"{samples} samples"


def _products(data: Dataset, beta: Row) -> Row:
    column = to_flint(data.X) * to_flint([(b,) for b in beta])
    return tuple(row[0] for row in from_flint(column))


def _kept(values: Sequence[Fraction], plus: Fit, minus: Fit) -> bool:
    return all(values[k] > 0 for k in plus.rows) and all(values[k] < 0 for k in minus.rows)


def _still(data: Dataset, residuals: Sequence[Fraction], values: Sequence[Fraction], side: Fit) -> bool | None:
    """Whether Σ over the active samples of residual · x is 0 for a neuron with these preactivations; None: not decided.

    A neuron with weights 0 is at rest. On kinks with a residual the samples of the neuron's own side count.
    """
    if not any(values):
        return True
    own = set(side.rows)
    active = [k for k, v in enumerate(values) if v > 0 or (v == 0 and k in own)]
    if all(sum((residuals[k] * data.X[k][i] for k in active), Fraction(0)) == 0 for i in range(data.d)):
        return True
    return None if kinks(data, residuals, values) else False


def kinks(data: Dataset, residuals: Sequence[Fraction], values: Sequence[Fraction]) -> list[int]:
    """Samples other than 0 with a residual on a kink of the neuron with these preactivations."""
    return [k for k, v in enumerate(values) if v == 0 and residuals[k] and any(data.X[k])]


def _both(plus: bool | None, minus: bool | None) -> bool | None:
    return False if plus is False or minus is False else None if plus is None or minus is None else True

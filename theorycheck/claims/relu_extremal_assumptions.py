"""Assumptions on alignment vectors and on two-sided fits, each with an exact margin on a finite sample.

D(w) is the alignment vector, D̄ = Σ y x / (2 n) its mean over w and -w off the kinks: D(w) + D(-w) = 2 D̄.
"""

from fractions import Fraction
from functools import lru_cache

from theorycheck.claims.assumptions import assumption
from theorycheck.claims.claim import Margin
from theorycheck.claims.relu_measures import mean_direction
from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

PART = Fraction(2, 5)  # of |D̄|: below the sine 0.447 of the margin law's cone


def _dot(left: tuple[Fraction, ...], right: tuple[Fraction, ...]) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def least_square_cosine(data: Dataset) -> Fraction:
    """The least squared cosine between a sample and D̄; 0 where one of them is zero."""
    mean, norms = mean_direction(data), data.squared_norms()
    if not any(mean) or not all(norms):
        return Fraction(0)
    length = _dot(mean, mean)
    return min(_dot(row, mean) ** 2 / (norm * length) for row, norm in zip(data.X, norms, strict=True))


@lru_cache(maxsize=512)
def variation(data: Dataset) -> Fraction | None:
    """The largest |D(w) - D̄|² over |D̄|², off the kinks; None where D̄ = 0 or there are too many cells."""
    from theorycheck.exact.extremal_faces import alignment, summed

    mean = mean_direction(data)
    try:
        G = alignment(data)
    except InvalidInstance:
        return None
    if not any(mean) or not G.planes.enumerable:
        return None
    values = [G.rational(A, 1) for face, A in summed(G) if not face.zero]
    gaps = (tuple(a - b for a, b in zip(D, mean, strict=True)) for D in values)
    return max(_dot(gap, gap) for gap in gaps) / _dot(mean, mean)


def _away(one: ReluInstance) -> Margin:
    return Margin(least_square_cosine(one.data) - PART**2, True, "least squared cosine of a sample and sum y x, - 4/25")


def _varies(one: ReluInstance) -> Margin:
    found = variation(one.data)
    if found is None:
        return Margin(Fraction(0), True, "sum y x is zero, or there are too many cells")
    return Margin(PART**2 - found, True, "4/25 - the largest |D(w) - mean|^2 / |mean|^2")


def _noise_room(one: ReluInstance) -> Margin:
    """|β|² - σ², plus a little: equality is allowed."""
    if one.law is None:
        return Margin(Fraction(1), True, "no law is known, so no noise is")
    room = _dot(one.law.beta, one.law.beta) - one.law.sigma**2
    return Margin(room if room else Fraction(1, 10**6), True, "|beta|^2 - sigma^2 of the law; equality counts as kept")


def own_sides(data: Dataset) -> bool:
    """Whether <β_+, x> > 0 on S_+ and <β_-, x> < 0 on S_-; False where there is no split."""
    from theorycheck.exact.two_sided import two_sided_ols

    try:
        fits = two_sided_ols(data)
    except InvalidInstance:
        return False
    sides = ((1, fits.plus), (-1, fits.minus))
    return all(sign * _dot(data.X[k], side.beta) > 0 for sign, side in sides for k in side.rows)


AWAY_FROM_KINKS = assumption(
    "samples_away",
    "every sample has a cosine above 2/5 with sum y x, or below -2/5",
    r"|\langle x_k,\bar D\rangle|>\tfrac25\|x_k\|\|\bar D\|",
    _away,
    "data",
)
ALMOST_CONSTANT = assumption(
    "alignment_almost_constant",
    "no alignment vector is farther than 2/5 of its length from their mean sum y x / (2n)",
    r"\sup_w\|D_n(w)-\bar D\|<\tfrac25\|\bar D\|,\ \bar D=\tfrac1{2n}\sum_ky_kx_k",
    _varies,
    "data",
)
NOISE_BELOW = assumption(
    "noise_below_signal",
    "the labels' noise is no larger than the teacher: sigma <= |beta|",
    r"\sigma\le\|\beta\|",
    _noise_room,
    "labels",
)
OWN_SIDES = assumption(
    "own_signs",
    "beta_+ is positive on S_+, beta_- is negative on S_-",
    r"\langle\beta_+,x_k\rangle>0 \text{ on } S_+,\ \langle\beta_-,x_k\rangle<0 \text{ on } S_-",
    lambda one: Margin(Fraction(int(own_sides(one.data))), True, "in rationals"),
    "labels",
)

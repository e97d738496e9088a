"""Least values of the two functions of one variable that bound the unconstrained-features model, just from below.

Floats find the place; the checker proves the value that is told. `SLACK` keeps it below the true least value.
"""

from collections.abc import Callable
from fractions import Fraction
from math import exp, log1p

from attrs import frozen
from flint import arb, ctx, fmpq

from theorycheck.certificates import check

PLACES = fmpq(10) ** 25
SLACK = Fraction(1, 10**13)  # as a part of the value


@frozen
class Least:
    """A rational just below a least value, and about where it is taken.

    Attributes:
        value: as the documents write it.
        scale: of the output: c for the squared loss, u for cross-entropy; 0 where zero is best.
    """

    value: str
    scale: str


def bowl(a: fmpq, b: fmpq, depth: int) -> Least:
    """For a (1 - c)^2 + b c^(2/(L+1)) over c >= 0; its value at 0 is `a`, exactly."""
    ratio, q = float(b / a), 2 / (depth + 1)
    c = _place(lambda c: (1 - c) ** 2 + ratio * c**q, [k / 4000 for k in range(1, 4001)])
    t = Fraction(c ** (1 / (depth + 1)))
    flat, steep = Fraction(str(a)), Fraction(str(b))
    got = flat * (1 - t ** (depth + 1)) ** 2 + steep * t * t
    return Least(str(a), "0") if got * (1 - SLACK) >= flat else Least(below(got), f"{c:.12g}")


def margin(classes: int, depth: int, b: fmpq) -> Least:
    """For log(1 + (K - 1) e^-u) + b u^(2/(L+1)) over u >= 0."""
    k, slope, q = classes - 1, float(b), 2 / (depth + 1)
    u = _place(lambda u: log1p(k * exp(-u)) + slope * u**q, [10 ** (j / 200 - 5) for j in range(1601)])
    with ctx.workprec(check.BITS):
        inside = (k * (-arb(u)).exp()).log1p() + arb(b) * arb(u) ** arb(fmpq(2, depth + 1))
        zero = arb(classes).log()
        best, scale = (inside, f"{u:.12g}") if inside < zero else (zero, "0")
        return Least(below(Fraction(str(best.lower().fmpq()))), scale)


def below(v: Fraction) -> str:
    """A decimal of 17 digits just below a positive number."""
    return rounded(v * (1 - SLACK))


def rounded(v: Fraction) -> str:
    """A positive number rounded down to a decimal of 17 digits."""
    places = 17 - len(str(int(v))) if v >= 1 else 16 + len(str(int(1 / v)))
    return decimal(fmpq(int(v * Fraction(10) ** places)) / fmpq(10) ** places)


def decimal(q: fmpq) -> str:
    """The number as a plain decimal where it is a short one, else as a fraction."""
    places = next((k for k in range(400) if (q * fmpq(10) ** k).q == 1), None)
    if not places:
        return str(q)
    digits = str(abs(q * fmpq(10) ** places)).rjust(places + 1, "0")
    return f"{'-' if q < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def told(q: fmpq) -> str:
    """A number as a lower bound: exact where that is short, else rounded down."""
    text = decimal(q)
    return text if len(text) <= 24 or q <= 0 else rounded(Fraction(str(q)))


def _place(f: Callable[[float], float], grid: list[float]) -> float:
    """Where a function is least: the best point of a grid, refined by golden sections."""
    best = min(range(len(grid)), key=lambda j: f(grid[j]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    for _ in range(80):
        p, q = low + 0.382 * (high - low), low + 0.618 * (high - low)
        low, high = (low, q) if f(p) <= f(q) else (p, high)
    return (low + high) / 2


def critical_scale(classes: int, depth: int, product: fmpq) -> tuple[fmpq, fmpq]:
    """A short interval with decimal ends around the larger alpha with P (e^alpha + K - 1)^(L+1) = alpha^(L-1), L >= 2.

    Args:
        classes: K.
        depth: L.
        product: P = n lambda_H prod lambda_l.

    Raises:
        check.Refused: there is none: the regularisation is above the fold.
    """
    with ctx.workprec(check.BITS):

        def beyond(z: fmpq) -> bool:
            gap = arb(product).log() + (depth + 1) * (arb(z).exp() + classes - 1).log()
            return bool(gap > (depth - 1) * arb(z).log())

        fold = _halved(lambda z: bool(arb(z) * (depth + 1) > (depth - 1) * (1 + (classes - 1) * (-arb(z)).exp())))
        check.require(not beyond(fold[1]), "no critical point: the regularisation is above the fold")
        p, q = _halved(beyond, fold[1])
        return (p * PLACES).floor() / PLACES, (q * PLACES).ceil() / PLACES


def _halved(after: Callable[[fmpq], bool], low: fmpq | None = None) -> tuple[fmpq, fmpq]:
    """An interval of width 2^-150 where a condition that stays true becomes true."""
    p, q = low or fmpq(1, 2**150), fmpq(2)
    while not after(q):
        p, q = q, 2 * q
    while q - p > fmpq(1, 2**150):
        p, q = (p, (p + q) / 2) if after((p + q) / 2) else ((p + q) / 2, q)
    return p, q

"""Where a function of one variable takes a value: the lower ends of brackets that the checker accepts, by Newton."""

from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import arb, ctx, fmpq

from theorycheck.certificates import check
from theorycheck.errors import InvalidInstance
from theorycheck.models.inverse import bracket
from theorycheck.numbers import exact

_BITS = 420  # of Newton's steps: brackets are 2^-160 wide and preactivations may be large

_HUGE = 100_000  # bits


def flint(q: Fraction) -> fmpq:
    """The rational as flint's."""
    return fmpq(q.numerator, q.denominator)


def rounded(q: Any, bits: int = 160) -> Fraction:
    """The multiple of 2^-bits at or below a rational or a ball's middle.

    Raises:
        ZeroDivisionError: the ball is not finite.
    """
    fine = exact(q if isinstance(q, (Fraction, fmpq)) else middle(q)) * 2**bits
    return Fraction(fine.numerator // fine.denominator, 2**bits)


def middle(ball: arb) -> fmpq:
    """A ball's middle as a rational.

    Raises:
        ZeroDivisionError: the ball is not finite, or its exponent is huge; flint would end the process.
    """
    if not ball.is_finite():
        raise ZeroDivisionError("a number is not finite")
    top, exponent = ball.mid().man_exp()
    if abs(int(exponent)) > _HUGE:
        raise ZeroDivisionError("a number is too large or too small")
    return fmpq(top) * fmpq(2) ** int(exponent)


@lru_cache(maxsize=8192)
def low_end(phi: Any, u: Fraction, start: float | None = None) -> Fraction:
    """The lower end of a bracket of z with φ(z) = u; z itself where it is rational and short.

    Args:
        phi: the activation.
        u: the value.
        start: a float near z, if one is known.

    Raises:
        InvalidInstance: u is not seen to be a value of φ.
    """
    found = settle(phi.jets()[0], u, start) if start is not None else None
    if found is None:
        ends = bracket(phi, u, bits=24)
        found = ends[0] if ends[0] == ends[1] else settle(phi.jets()[0], u, float(sum(ends) / 2))
    if found is not None:
        return found
    low, high = bracket(phi, u)
    found = low if low == high else _accepted(phi.jets()[0], flint(u), rounded(low))
    if found is None:
        raise InvalidInstance(f"{float(u):.6g} is too near an end of the values of {phi} to be told from it")
    return found


def settle(tree: Any, target: Fraction, start: float) -> Fraction | None:
    """The lower end of a bracket near a start, by Newton in high precision; None where that fails."""
    goal, slope = flint(target), check.derivative(tree)
    short = _short(tree, goal, start)
    if short is not None:
        return short
    with ctx.workprec(_BITS):
        z = exact_float(start)
        try:
            for _ in range(9):
                z, before = _step(tree, slope, goal, z), z
                if abs(z - before) * fmpq(2) ** 200 < 1:
                    break
        except (check.Refused, ZeroDivisionError):
            return None
    return _accepted(tree, goal, rounded(z))


def exact_float(start: float) -> fmpq:
    """A float as the rational that it is."""
    return flint(exact(float(start)))


def _short(tree: Any, goal: fmpq, start: float) -> Fraction | None:
    """A rational with a small denominator at which the target is taken exactly."""
    z = exact(float(start)).limit_denominator(5040)
    try:
        v = check.value(tree, z=flint(z))
    except check.Refused:
        return None
    return z if not isinstance(v, arb) and v == goal else None


def _step(tree: Any, slope: Any, goal: fmpq, z: fmpq) -> fmpq:
    gap, rise = (check.value(t, z=arb(z)) for t in (tree, slope))
    moved = z - middle((gap - goal) / rise)
    return flint(rounded(moved, 300))


def _accepted(tree: Any, goal: fmpq, low: Fraction) -> Fraction | None:
    step = exact(check.STEP)
    for candidate in (low, low - step, low + step):
        with ctx.workprec(check.BITS):
            try:
                check.locate(tree, goal, str(candidate))
                return candidate
            except check.Refused:
                continue
    return None

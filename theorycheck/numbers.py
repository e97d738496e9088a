"""Exact numbers: text, floats and arrays to rationals, and rationals to the strings of the JSON documents."""

import re
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational
from typing import Any

from theorycheck.errors import InvalidInstance

_LONGEST = 4000  # characters; Python refuses to convert much longer integers
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?(/\d+)?")


def exact(value: Any, where: str = "a number") -> Fraction:
    """The rational that `value` denotes: text such as `3/2`, `0.1` or `1e-3`, an int, a Fraction, or a float.

    A float stands for its exact binary value, so nothing is rounded here.

    Args:
        value: text, int, float, Fraction, numpy scalar or flint rational.
        where: what to call the place in an error message.

    Returns:
        The exact value.

    Raises:
        InvalidInstance: the text is not a number, or the float is NaN or infinite.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, (Integral, Rational)):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, Decimal):
        if value.is_finite():
            return Fraction(value)
        raise InvalidInstance(f"{where}: {value} is not a finite number; pass a number such as 3/2 or 0.1")
    if hasattr(value, "p") and hasattr(value, "q"):  # flint.fmpq, sympy.Rational
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, str):
        return _from_text(value, where)
    try:
        return Fraction(float(value))
    except (TypeError, ValueError, OverflowError):
        raise InvalidInstance(f"{where}: {value!r} is not a finite number; pass a number such as 3/2 or 0.1") from None


def _from_text(text: str, where: str) -> Fraction:
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        raise InvalidInstance(f"{where}: a number of {len(stripped)} characters; write at most {_LONGEST}")
    if not _DECIMAL.fullmatch(stripped):
        raise InvalidInstance(f"{where}: {stripped[:40]!r} is not a finite number; write 3/2, 0.1 or 1e-3")
    try:
        return Fraction(stripped) if "/" not in stripped else _ratio(stripped)
    except ZeroDivisionError:
        raise InvalidInstance(f"{where}: {stripped[:40]!r} divides by zero") from None


def _ratio(text: str) -> Fraction:
    numerator, denominator = text.split("/")
    return Fraction(numerator) / Fraction(denominator)


def show(value: Fraction) -> str:
    """The string of the JSON documents: `"9/8"`, `"12"`."""
    return str(value)

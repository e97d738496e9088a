"""How outcomes and numbers are worded, once for the terminal, LaTeX and HTML, so that no two reports disagree."""

import decimal
from fractions import Fraction
from typing import Any

LONGEST = 32  # characters of an exact number that a table prints in full; the certificate has all of them
DIGITS = 10  # of each end of a ball

_STANDING = {
    "PROVED": "holds",
    "CERTIFIED": "holds",
    "SUPPORTED": "agrees",
    "REFUTED": "fails",
    "UNDECIDED": "open",
    "VACUOUS": "open",
    "ERROR": "error",
    "counterexample": "breaks",
    "survived": "open",
    "valid": "holds",
    "INVALID": "fails",
}
_SIGNS = {"holds": "✓", "agrees": "≈", "fails": "✗", "breaks": "✗", "open": "○", "error": "!"}


def standing(outcome: str) -> str:
    """One of holds, agrees (floats only), fails, breaks (a dropped assumption was needed), open, error.

    A word that no checker uses stands for an error: an unknown outcome must never look like a pass.
    """
    return _STANDING.get(outcome, "error")


def sign(outcome: str) -> str:
    """A mark that does not rely on colour."""
    return _SIGNS[standing(outcome)]


def number(value: Any, longest: int = LONGEST) -> str:
    """A value as a report prints it: exact in full where short, a ball as its ends, a float after ≈.

    Args:
        value: Fraction, int, exact text, `{"lo": , "hi": }`, float, None, or anything with a text.
        longest: most characters of an exact number.
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and {"lo", "hi"} <= value.keys():
        return _ball(value)
    if isinstance(value, float):
        return f"≈{value:.6g}"
    text = str(value)
    return text if len(text) <= longest or not _is_rational(text) else _rounded(text)


def brief(value: Any) -> str:
    """The same, where there are many of them: eight digits of what is long; the JSON document has all."""
    if isinstance(value, dict):
        return f"≈{float(value['lo']):.8g}"
    text = number(value)
    return text.partition(" ")[0] if text.startswith("≈") else text


def _is_rational(text: str) -> bool:
    return text.lstrip("-").replace("/", "", 1).isdigit()


def _rounded(text: str) -> str:
    with decimal.localcontext(prec=8, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN):
        exact = Fraction(text)
        near = decimal.Decimal(exact.numerator) / decimal.Decimal(exact.denominator)
    return f"≈{near.normalize():g} (exact in {len(text)} characters)"


def _ball(ends: dict) -> str:
    """Both ends, rounded outwards, so that the printed interval still holds the number."""
    low, high = (_rounded_end(ends[key], how) for key, how in (("lo", "ROUND_FLOOR"), ("hi", "ROUND_CEILING")))
    return f"[{low}, {high}]"


def _rounded_end(text: str, rounding: str) -> str:
    with decimal.localcontext(prec=DIGITS, rounding=rounding, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN):
        return f"{+decimal.Decimal(str(text)):g}"


def seconds(value: float) -> str:
    """A duration in seconds."""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """The count and its noun; `nouns` where an s is not enough."""
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"

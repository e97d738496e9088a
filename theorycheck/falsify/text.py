"""Numbers, matrices and plain words as LaTeX."""

from fractions import Fraction
from typing import Any

_MARKS = {
    "φ": r"$\varphi$",
    "κ": r"$\kappa$",
    "ν": r"$\nu$",
    "ϱ": r"$\varrho$",
    "σ": r"$\sigma$",
    "∇": r"$\nabla$",
    "'": "$'$",
    "^": r"\^{}",
    "_": r"\_",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
}


def plain(text: str) -> str:
    """Words with their Greek letters and signs as LaTeX."""
    return "".join(_MARKS.get(c, c) for c in text)


def number(text: str) -> str:
    """The text of a number, as a fraction where it is one."""
    try:
        return f"${fraction(Fraction(text))}$"
    except ValueError:
        return f"${text}$"


def fraction(v: Fraction) -> str:
    """A rational."""
    sign = "-" if v < 0 else ""
    return f"{v}" if v.denominator == 1 else rf"{sign}\tfrac{{{abs(v.numerator)}}}{{{v.denominator}}}"


def matrix(rows: Any) -> str:
    """A matrix of rationals."""
    body = r"\\ ".join(" & ".join(fraction(v) for v in row) for row in rows)
    return rf"\begin{{pmatrix}}{body}\end{{pmatrix}}"

"""A counterexample as LaTeX."""

from fractions import Fraction
from typing import Any

from theorycheck.falsify.counterexample import Counterexample


def counterexample_latex(found: Counterexample) -> str:
    """A paragraph: what was dropped, the instance, the point, and what breaks, in formulas."""
    instance = found.instance
    dropped = rf" without \texttt{{{_plain(found.dropped)}}}" if found.dropped else ""
    lines = [rf"\paragraph{{Counterexample to \texttt{{{_plain(found.claim)}}}{dropped}.}}"]
    lines.append(rf"Let $\varphi(z)={_activation(instance)}$, $m={instance.network.width}$, and")
    lines.append(rf"\[ X={_matrix(instance.data.X)},\qquad y={_matrix([[v] for v in instance.data.y])}.\]")
    if any(a != 1 for a in instance.network.output_weights):
        lines.append(rf"The output weights are $a={_matrix([instance.network.output_weights])}$.")
    if found.point:
        rows = [[Fraction(v) for v in row] for row in found.point["values"]]
        lines.append(rf"At the point with \[ {_NAMES[found.point['coordinate']]}={_matrix(rows)} \]")
    if "output_weights" in found.point:
        trained = [[Fraction(v) for v in found.point["output_weights"]]]
        lines.append(rf"and with the trained output weights $a={_matrix(trained)}$,")
    violation = found.violation
    lines.append(f"the {_plain(violation.quantity)} is {_number(violation.value)};")
    lines.append(f"the claim says: {_plain(violation.bound)}.")
    return "\n".join(lines) + "\n"


_NAMES = {"theta": r"\Theta", "z": "Z", "g": "(g(z_{ij}))", "u": r"(\varphi(z_{ij}))"}
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


def _plain(text: str) -> str:
    return "".join(_MARKS.get(c, c) for c in text)


def _activation(instance: Any) -> str:
    import sympy

    return sympy.latex(instance.network.activation.expression())


def _number(text: str) -> str:
    try:
        return f"${_fraction(Fraction(text))}$"
    except ValueError:
        return f"${text}$"


def _fraction(v: Fraction) -> str:
    sign = "-" if v < 0 else ""
    return f"{v}" if v.denominator == 1 else rf"{sign}\tfrac{{{abs(v.numerator)}}}{{{v.denominator}}}"


def _matrix(rows: Any) -> str:
    body = r"\\ ".join(" & ".join(_fraction(v) for v in row) for row in rows)
    return rf"\begin{{pmatrix}}{body}\end{{pmatrix}}"

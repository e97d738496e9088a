"""A counterexample as LaTeX."""

from theorycheck.falsify.counterexample import Counterexample
from theorycheck.falsify.text import number, plain


def counterexample_latex(found: Counterexample) -> str:
    """A paragraph: what was dropped, the instance, the point, and what breaks, in formulas."""
    dropped = rf" without \texttt{{{plain(found.dropped)}}}" if found.dropped else ""
    lines = [rf"\paragraph{{Counterexample to \texttt{{{plain(found.claim)}}}{dropped}.}}"]
    lines += found.setting.latex(found.instance, found.point)
    violation = found.violation
    lines.append(f"the {plain(violation.quantity)} is {number(violation.value)};")
    lines.append(f"the claim says: {plain(violation.bound)}.")
    return "\n".join(lines) + "\n"

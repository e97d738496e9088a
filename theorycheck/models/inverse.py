"""Inverse of an activation: in floats, and as rational brackets that the checker of certificates accepts."""

from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from theorycheck.certificates import check
from theorycheck.errors import InvalidInstance
from theorycheck.numbers import exact

_BITS = 400  # working precision while a bracket is narrowed


def inverse(phi: Any, u: Any) -> Any:
    """Some z with φ(z) = u, in floats; scalar in, scalar out; arrays elementwise."""
    import numpy as np

    values = np.asarray(u, dtype=float)
    solved = [_middle(bracket(phi, exact(float(v)))) for v in values.ravel()]
    return solved[0] if values.ndim == 0 else np.array(solved).reshape(values.shape)


def _middle(ends: tuple[Fraction, Fraction]) -> float:
    return float((ends[0] + ends[1]) / 2)


def bracket(phi: Any, u: Fraction, order: int = 0, bits: int = 220) -> tuple[Fraction, Fraction]:
    """Rationals lo ≤ hi, 2^-bits apart or less, between which the derivative of the given order takes the value u.

    Raises:
        InvalidInstance: no sign change was seen; u is outside the range, or touched without being crossed.
    """
    tree, target, saved = phi.jets()[order], fmpq(u.numerator, u.denominator), ctx.prec
    ctx.prec = _BITS
    try:
        return _search(tree, target, bits)
    except check.Refused:
        raise InvalidInstance(_outside(phi, u)) from None
    finally:
        ctx.prec = saved


def _outside(phi: Any, u: Fraction) -> str:
    return f"{float(u):.6g} is not seen to be a value of the activation {phi}; choose labels inside its range"


def _side(tree: Any, target: fmpq, x: fmpq) -> int:
    gap = check.value(tree, z=x) - target
    return 1 if gap > 0 else -1 if gap < 0 else 0


def _search(tree: Any, target: fmpq, bits: int) -> tuple[Fraction, Fraction]:
    known = {fmpq(0): _side(tree, target, fmpq(0))}
    for x in _ladder(tree):
        for point in (x, -x):
            try:
                known[point] = _side(tree, target, point)
            except check.Refused:
                continue
        if {1, -1} <= set(known.values()) or 0 in known.values():
            return _narrow(tree, target, known, bits)
    raise check.Refused("no sign change")


def _ladder(tree: Any) -> list[fmpq]:
    form = check.generator(tree)
    if form and form[0] == "tan":
        reach = fmpq(157079632679, 10**11) / form[1]
        return [reach * (1 - fmpq(1, 2**k)) for k in range(1, 60)]
    return [fmpq(2) ** k for k in range(-6, 40)]


def _narrow(tree: Any, target: fmpq, known: dict, bits: int) -> tuple[Fraction, Fraction]:
    zeros = [x for x, s in known.items() if s == 0 and _equals(tree, target, x)]
    if zeros:
        return exact(zeros[0]), exact(zeros[0])
    pairs = [(a, b) for a, s in known.items() if s < 0 for b, t in known.items() if t > 0]
    if not pairs:
        raise check.Refused("no sign change")
    lo, hi = min(pairs, key=lambda pair: (abs(pair[0] - pair[1]), abs(pair[0] + pair[1])))
    while abs(hi - lo) * 2**bits > 1:
        middle = (lo + hi) / 2
        sign = _side(tree, target, middle)
        if sign == 0:
            if _equals(tree, target, middle):
                return exact(middle), exact(middle)
            break
        lo, hi = (middle, hi) if sign < 0 else (lo, middle)
    return exact(min(lo, hi)), exact(max(lo, hi))


def _equals(tree: Any, target: fmpq, x: fmpq) -> bool:
    v = check.value(tree, z=x)
    return not isinstance(v, arb) and v == target

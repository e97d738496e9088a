"""Thresholds in λ̄ of collapsed solutions: λ0 of the squared loss, the fold and the stability bound of cross-entropy.

λ̄ = (n λ_H λ_1 ... λ_L)^(1/(L+1)). For cross-entropy a collapsed critical point of scale α has
λ̄ = g(α) = α^((L-1)/(L+1)) / (e^α + K - 1); g rises up to the fold and falls after it. [DERIVED]
"""

from fractions import Fraction
from functools import lru_cache

from theorycheck.exact import dufm_thresholds

_DIGITS = 10**16
_BITS = 160


def zero_power(classes: int, depth: int) -> Fraction:
    """λ0^(L+1) with λ0 = (1/(K L)) ((L-1)/L)^((L-1)/(L+1)), below which DNC beats zero (squared loss)."""
    return Fraction((depth - 1) ** (depth - 1), classes ** (depth + 1) * depth ** (2 * depth))


def zero_threshold(classes: int, depth: int) -> float:
    """λ0 in floats."""
    return float(zero_power(classes, depth)) ** (1 / (depth + 1))


def curve(classes: int, depth: int, alpha: Fraction) -> Fraction:
    """A rational at most g(α), within 1e-30 of it, relative, by ball arithmetic."""
    from flint import arb, ctx, fmpq

    with ctx.workprec(_BITS):
        a = arb(fmpq(alpha.numerator, alpha.denominator))
        ball = a ** arb(fmpq(depth - 1, depth + 1)) / (a.exp() + (classes - 1))
        man, exp = ball.lower().man_exp()
        return Fraction(int(man)) * Fraction(2) ** int(exp)


@lru_cache(maxsize=256)
def fold_scale(classes: int, depth: int) -> Fraction:
    """The α of the fold, rounded: α e^α / (e^α + K - 1) = (L - 1) / (L + 1)."""
    return _rounded(dufm_thresholds.fold(classes, depth).alpha) if depth > 1 else Fraction(0)


@lru_cache(maxsize=256)
def stability_scale(classes: int, depth: int) -> Fraction:
    """The α from which on the Hessian at a collapsed critical point is positive semidefinite; rounded for K < 4."""
    if classes > 3:
        return Fraction(classes * (depth - 1), depth + 1)
    return _rounded(dufm_thresholds.stability(classes, depth).alpha) if depth > 1 else Fraction(0)


def _rounded(alpha: float) -> Fraction:
    return Fraction(round(alpha * _DIGITS), _DIGITS)


def fold(classes: int, depth: int) -> Fraction:
    """λ_fold from below: collapsed critical points exist up to there."""
    return curve(classes, depth, fold_scale(classes, depth)) if depth > 1 else Fraction(1, classes)


def stability(classes: int, depth: int) -> Fraction:
    """λ_stab, rounded: the Hessian at the larger collapsed critical point is positive semidefinite up to there."""
    return curve(classes, depth, stability_scale(classes, depth)) if depth > 1 else Fraction(1, classes)

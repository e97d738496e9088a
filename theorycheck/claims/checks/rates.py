"""Constants of the rate theorems, as rationals that err on the safe side."""

from fractions import Fraction

from flint import fmpq, fmpq_mat

from theorycheck.claims.assumptions import lower_bound
from theorycheck.models.instance import Instance

_STEPS = 40


def coherence(instance: Instance) -> Fraction:
    """A rational mu with XXᵀ ⪰ mu I, within 2^-40 of the largest one: least eigenvalue by exact bisection.

    XXᵀ - mu I is positive semidefinite exactly when its characteristic polynomial's coefficients alternate in sign.
    """
    gram = instance.inputs.gram()
    lo, hi = Fraction(0), max(row[i] for i, row in enumerate(gram))
    for _ in range(_STEPS):
        middle = (lo + hi) / 2
        lo, hi = (middle, hi) if _semidefinite(gram, middle) else (lo, middle)
    return (
        hi
        if _semidefinite(gram, hi)
        else lo.limit_denominator(10**6)
        if _semidefinite(gram, lo.limit_denominator(10**6))
        else lo
    )


def _semidefinite(gram, shift: Fraction) -> bool:
    n = len(gram)
    rows = [[fmpq(v.numerator, v.denominator) for v in row] for row in gram]
    for i in range(n):
        rows[i][i] -= fmpq(shift.numerator, shift.denominator)
    coefficients = fmpq_mat(rows).charpoly().coeffs()
    coefficients += [fmpq(0)] * (n + 1 - len(coefficients))
    return all(c * (-1) ** (n - k) >= 0 for k, c in enumerate(coefficients))


def bounds(instance: Instance) -> tuple[Fraction, Fraction]:
    """Proved lower bounds (rho1, rho2) of φ' and φ''' for all z; 0 where there are none."""
    phi = instance.network.activation
    return lower_bound(phi, 1), lower_bound(phi, 3)


def convexity(instance: Instance) -> Fraction:
    """A proved lower bound rho of φ'''/φ' for all z: the largest k/64 for which φ''' - rho φ' ≥ 0 is proved."""
    from theorycheck.certificates import check
    from theorycheck.models.signs import proves

    jets = instance.network.activation.jets()
    lo, hi = 0, 64 * 4
    while lo < hi:
        middle = (lo + hi + 1) // 2
        gap = check.add(jets[3], check.mul(fmpq(-middle, 64), jets[1]))
        lo, hi = (middle, hi) if proves(gap, ">=") else (lo, middle - 1)
    return Fraction(lo, 64)


def global_rate(instance: Instance, sublevel: Fraction | None = None) -> Fraction:
    """The rate 4 κ rho w_min mu rho1² of D5, in one over gradient-flow time.

    Args:
        instance: the instance.
        sublevel: an upper bound of F at the start; without it rho is a bound for all z, which may be 0 although the
            theorem's, on the sublevel set, is positive.
    """
    rho1, rho2 = bounds(instance)
    least = min(instance.inputs.squared_norms())
    rho = convexity(instance)
    if sublevel is not None and rho == 0:
        rho = _on_sublevel(rho2, instance.kappa * least, sublevel)
    return 4 * instance.kappa * rho * least * coherence(instance) * rho1**2


def _on_sublevel(rho2: Fraction, weight: Fraction, sublevel: Fraction) -> Fraction:
    """rho2 sqrt(κ w_min / F0), rounded down."""
    from math import isqrt

    ratio = weight / sublevel
    scale = 10**6
    return rho2 * Fraction(isqrt(int(ratio * scale**2)), scale)

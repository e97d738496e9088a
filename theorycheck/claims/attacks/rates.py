"""Points where the gradient is too small for the rate that uniform lower bounds of φ' and φ''' would give.

With φ' ≥ ϱ1 and φ''' ≥ ϱ2 the theorems have constants. Where φ has no such positive bounds, a nominal pair stands
for them: 1/10 each, at labels where the solution itself has φ' and φ''' of at least 1, ten times as much. A point then
shows that this constant is not one; smaller constants are broken by points further out.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import floor, isqrt
from typing import Any

from flint import fmpq

from theorycheck.claims.assumptions import lower_bound
from theorycheck.claims.attacks import points, screen
from theorycheck.claims.attacks.exactly import below, derivative, less, negative, number, shown, term, total
from theorycheck.claims.attacks.scan import scan
from theorycheck.claims.attacks.stationary import disagreement
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.instance import Instance

NOMINAL = Fraction(1, 10)
USUAL = 10 * NOMINAL
_ROUNDING = fmpq(1, 10**6)  # "at least 1" may be met with equality, which balls cannot show
_GRADIENT = "squared norm of the Riemannian gradient"


def bounds(instance: Instance) -> tuple[Fraction, Fraction]:
    """ϱ1 and ϱ2: proved lower bounds of φ' and φ''' where they are positive, else the nominal ones."""
    phi = instance.network.activation
    return lower_bound(phi, 1) or NOMINAL, lower_bound(phi, 3) or NOMINAL


def coherence(instance: Instance) -> Fraction:
    """A rational at most the least eigenvalue of the Gram matrix, and the eigenvalue itself for a diagonal one."""
    import numpy as np

    gram = instance.inputs.gram()
    if all(v == 0 for i, row in enumerate(gram) for k, v in enumerate(row) if i != k):
        return min(row[i] for i, row in enumerate(gram))
    # At most the least eigenvalue: by the determinant and the arithmetic-geometric mean of the others.
    n, least = len(gram), float(np.linalg.eigvalsh(np.array([[float(v) for v in row] for row in gram]))[0])
    return max(Fraction(0), Fraction(int(least * 999), 1000) if n > 1 else gram[0][0])


def _usual(template: Instance, Z: Any) -> Any:
    """Points whose solution ν has φ' and φ''' well above the nominal bounds, where these are used, (B,)."""
    import numpy as np

    phi = template.network.activation
    level = screen.preimage(phi, screen.jet(phi, 0, Z).mean(axis=2))
    proved = {k: lower_bound(phi, k) > 0 for k in (1, 3)}
    return np.all([proved[k] | (screen.jet(phi, k, level) >= float(USUAL)).all(axis=1) for k in (1, 3)], axis=0)


def is_usual(instance: Instance, equal: dict) -> bool:
    """The same, exactly or in balls."""
    phi, least = instance.network.activation, _flint(USUAL)
    orders = [k for k in (1, 3) if lower_bound(phi, k) == 0]
    return all(
        below(least * (1 - _ROUNDING), derivative(instance, equal, i, k))
        for i in range(instance.data.n)
        for k in orders
    )


def _flint(v: Fraction) -> Any:
    return fmpq(v.numerator, v.denominator)


def _solution(instance: Instance) -> dict | None:
    """The point of equal neurons, where the claim's constants are to be had."""
    equal = points.equal_point(instance) if instance.network.equal_weights else None
    return equal if equal and is_usual(instance, equal) else None


def dominance(instance: Instance, above: float) -> Fraction:
    """A constant c at most that of |∇F|² ≥ c (F - F*): 4κ w μ ϱ1² ϱ with ϱ = ϱ2 √(κ w / F), F being the trace there."""
    rho1, rho2 = bounds(instance)
    least = min(instance.inputs.squared_norms())
    root = Fraction(int((float(instance.kappa * least) / above) ** 0.5 * 999), 1000) if above > 0 else Fraction(0)
    return 4 * instance.kappa * least * coherence(instance) * rho1**2 * rho2 * root


def _slow(template: Instance, Z: Any) -> Any:
    import numpy as np

    found = screen.fields(template, Z)
    constants = float(dominance(template, 1.0)) / np.sqrt(np.maximum(found.trace, 1e-12))
    return (found.gradient < 0.99 * constants * (found.trace - _equal_trace(template, Z))) & _usual(template, Z)


def _equal_trace(template: Instance, Z: Any) -> Any:
    phi = template.network.activation
    level = screen.preimage(phi, screen.jet(phi, 0, Z).mean(axis=2, keepdims=True)) + 0 * Z
    return screen.trace(template, level)


def _slow_candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _slow)


def _slow_violation(candidate: Candidate) -> Violation | None:
    instance, equal = candidate.instance, _solution(candidate.instance)
    here = total(instance, term("trace", candidate.point))
    if equal is None or here is None:
        return None
    constant = dominance(instance, float(here))
    gap = [term("trace", candidate.point, constant), negative(term("trace", equal, constant))]
    pull = [term("gradient", candidate.point)]
    left, right = total(instance, *pull), total(instance, *gap)
    if not below(left, right):
        return None
    name = f"{constant} times the excess of the trace over that of equal neurons"
    return Violation(
        quantity=_GRADIENT,
        bound=f"at least {shown(right)}, {name}",
        value=shown(left),
        size=float(right - left),
        evidence=(less("violates", (_GRADIENT, pull), (name, gap)),),
    )


GRADIENT_DOMINANCE = Attack("a gradient too small for the excess of the trace", _slow_candidates, _slow_violation)


def distance_constant(instance: Instance) -> Fraction:
    """A constant c at most that of |∇F| ≥ c max|z - ν|: κ w ϱ1 ϱ2 √μ."""
    rho1, rho2 = bounds(instance)
    mu = coherence(instance)
    root = Fraction(isqrt(mu.numerator * mu.denominator * 10**6), mu.denominator * 10**3)
    return instance.kappa * min(instance.inputs.squared_norms()) * rho1 * rho2 * root


def _far(template: Instance, Z: Any) -> Any:
    """Points whose gradient is too small for half their spread, which is a lower bound of their distance, (B,)."""
    found = screen.fields(template, Z)
    reach = float(distance_constant(template)) * screen.spread(Z) / 2
    return (found.gradient < 0.98 * reach**2) & _usual(template, Z)


def _far_candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _far)


def _far_violation(candidate: Candidate) -> Violation | None:
    """One of two neurons is at least half their distance from ν, wherever ν is; the gradient allows less."""
    instance, spot = candidate.instance, disagreement(candidate)
    if spot is None or _solution(instance) is None:
        return None
    i, low, high = spot
    ends = [term("preactivation", candidate.point, entry=(i, j)) for j in (high, low)]
    apart, pull = [ends[0], negative(ends[1])], [term("gradient", candidate.point)]
    constant, slope, spread = distance_constant(instance), total(instance, *pull), total(instance, *apart)
    norm = _between(slope, constant, spread)
    if norm is None or not below(slope, _flint(norm) ** 2) or not below(_flint(2 * norm / constant), spread):
        return None
    reach = 2 * norm / constant
    return Violation(
        quantity=f"distance between two preactivations of sample {i + 1}, at most twice the largest distance from ν",
        bound=f"less than {reach}, twice the gradient's bound",
        value=shown(spread),
        size=float(spread) - float(reach),
        evidence=(
            less("violates", (_GRADIENT, pull), (f"({norm})^2", [number(norm**2)])),
            less("violates", (f"2 ({norm}) / ({constant})", [number(reach)]), ("spread of the sample", apart)),
        ),
    )


DISTANCE_BOUND = Attack("a gradient too small for the distance from the solution", _far_candidates, _far_violation)


def _between(slope: Any, constant: Fraction, spread: Any) -> Fraction | None:
    """The simplest rational between the gradient's norm and what the claim needs it to be at least."""
    if slope is None or spread is None:
        return None
    low, high = float(slope) ** 0.5 * (1 + 1e-9), float(constant) * float(spread) / 2 * (1 - 1e-9)
    return simplest_between(low, high) if 0 < low < high else None


def simplest_between(low: float, high: float) -> Fraction:
    """The rational of least denominator strictly inside an interval of positive ends (Stern and Brocot)."""
    return _simplest(Fraction(low), Fraction(high))


def _simplest(lo: Fraction, hi: Fraction) -> Fraction:
    whole = floor(lo)
    if whole + 1 < hi:
        return Fraction(whole + 1)
    if lo == whole:
        return whole + Fraction(1, floor(1 / (hi - whole)) + 1)
    return whole + 1 / _simplest(1 / (hi - whole), 1 / (lo - whole))

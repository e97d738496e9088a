"""Points where the gradient is too small for the rate that uniform lower bounds of φ' and φ''' would give.

With φ' ≥ ϱ1 and φ''' ≥ ϱ2 the theorems have constants. Where φ has no such positive bounds, a nominal pair stands for
them (1/10 unless the user fixes "rho1" and "rho2"): each point shows that this constant is not one, and smaller
constants are broken by points further out.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from flint import fmpq

from theorycheck.claims.assumptions import lower_bound
from theorycheck.claims.attacks import points, screen
from theorycheck.claims.attacks.exactly import below, less, negative, shown, term, total
from theorycheck.claims.attacks.scan import scan
from theorycheck.claims.attacks.stationary import disagreement
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.instance import Instance

NOMINAL = Fraction(1, 10)


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
    least = float(np.linalg.eigvalsh(np.array([[float(v) for v in row] for row in gram]))[0])
    return Fraction(int(least * 999), 1000)


def dominance(instance: Instance, above: float) -> Fraction:
    """A constant c at most that of |∇F|² ≥ c (F - F*): 4κ w μ ϱ1² ϱ with ϱ = ϱ2 √(κ w / F), F being the trace there."""
    rho1, rho2 = bounds(instance)
    least = min(instance.inputs.squared_norms())
    root = Fraction(int((float(instance.kappa * least) / above) ** 0.5 * 999), 1000) if above > 0 else Fraction(0)
    return 4 * instance.kappa * least * coherence(instance) * rho1**2 * rho2 * root


def _slow(template: Instance, Z: Any) -> Any:
    import numpy as np

    found = screen.fields(template, Z)
    equal = _equal_trace(template, Z)
    constants = float(dominance(template, 1.0)) / np.sqrt(np.maximum(found.trace, 1e-12))
    return found.gradient < 0.99 * constants * (found.trace - equal)


def _equal_trace(template: Instance, Z: Any) -> Any:
    phi = template.network.activation
    level = screen.preimage(phi, screen.jet(phi, 0, Z).mean(axis=2, keepdims=True)) + 0 * Z
    return screen.trace(template, level)


def _slow_candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _slow)


def _slow_violation(candidate: Candidate) -> Violation | None:
    instance, equal = candidate.instance, points.equal_point(candidate.instance)
    here = total(instance, term("trace", candidate.point))
    if equal is None or here is None or not instance.network.equal_weights:
        return None
    constant = dominance(instance, float(here))
    gap = [term("trace", candidate.point, constant), negative(term("trace", equal, constant))]
    pull = [term("gradient", candidate.point)]
    left, right = total(instance, *pull), total(instance, *gap)
    if not below(left, right):
        return None
    name = f"{constant} times the excess of the trace over that of equal neurons"
    return Violation(
        quantity="squared norm of the Riemannian gradient",
        bound=f"at least {shown(right)}, {name}",
        value=shown(left),
        size=float(right - left),
        evidence=(less("violates", ("squared norm of the Riemannian gradient", pull), (name, gap)),),
    )


def _far(template: Instance, Z: Any) -> Any:
    """Points with ν = 0 (equal neurons would all be at z = 0) whose gradient is too small for their distance."""
    import numpy as np

    phi, found = template.network.activation, screen.fields(template, Z)
    centred = np.abs(screen.jet(phi, 0, Z).mean(axis=2) - screen.jet(phi, 0, np.zeros(1))).max(axis=1) < 1e-12
    return centred & (found.gradient < 0.99 * float(distance_constant(template)) * (Z**2).max(axis=(1, 2)))


def distance_constant(instance: Instance) -> Fraction:
    """The constant c of |∇F|² ≥ c max|z - ν|²: (κ w ϱ1 ϱ2)² μ."""
    rho1, rho2 = bounds(instance)
    return (instance.kappa * min(instance.inputs.squared_norms()) * rho1 * rho2) ** 2 * coherence(instance)


def _far_candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _far)


def _far_violation(candidate: Candidate) -> Violation | None:
    instance, phi = candidate.instance, candidate.instance.network.activation
    middle = phi.at(fmpq(0))
    spot = disagreement(candidate)
    if spot is None or not all(middle * instance.network.width == _flint(y) for y in instance.data.y):
        return None
    constant, pull = distance_constant(instance), [term("gradient", candidate.point)]
    for j in spot[1:]:
        reach = [term("preactivation", candidate.point, constant, 2, (spot[0], j))]
        left, right = total(instance, *pull), total(instance, *reach)
        if below(left, right):
            name = (
                f"{constant} times the squared distance of neuron {j + 1} on sample {spot[0] + 1} from the solution 0"
            )
            return Violation(
                quantity="squared norm of the Riemannian gradient",
                bound=f"at least {shown(right)}, {name}",
                value=shown(left),
                size=float(right - left),
                evidence=(less("violates", ("squared norm of the Riemannian gradient", pull), (name, reach)),),
            )
    return None


def _flint(v: Fraction) -> Any:
    return fmpq(v.numerator, v.denominator)


GRADIENT_DOMINANCE = Attack("a gradient too small for the excess of the trace", _slow_candidates, _slow_violation)
DISTANCE_BOUND = Attack("a gradient too small for the distance from the solution", _far_candidates, _far_violation)

"""Stationary points whose neurons disagree although equal neurons fit the same labels."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs

from theorycheck.claims.attacks import points, screen
from theorycheck.claims.attacks.exactly import term, total, value
from theorycheck.claims.attacks.scan import natural, scan
from theorycheck.claims.attacks.stationary import SPURIOUS_STATIONARY, flat
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.instance import Instance

_APART, _SOLVED = 1e-7, 1e-9


def _solution(template: Instance, Z: Any) -> tuple[Any, Any]:
    """The vector t, (B, d), that all neurons would have to be, and how far it is from fitting, (B,)."""
    import numpy as np

    phi, X = template.network.activation, template.inputs.arrays()[0]
    levels = screen.preimage(phi, screen.jet(phi, 0, Z).mean(axis=2))
    t = levels @ np.linalg.pinv(X).T
    return t, np.abs(t @ X.T - levels).max(axis=1)


def _hits(template: Instance, Z: Any) -> Any:
    return (_solution(template, Z)[1] < _SOLVED) & (screen.spread(Z) > _APART) & flat(template, Z)


def _dependent(template: Instance) -> str | None:
    """Only where the samples are dependent: elsewhere equal neurons fit whatever can be fitted."""
    return "theta" if natural(template) == "theta" else None


def _candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _hits, _dependent)


def _equal(candidate: Candidate) -> dict | None:
    """The point of equal neurons that fits the labels, if it is rational."""
    import numpy as np

    instance = candidate.instance
    phi, m = instance.network.activation, instance.network.width
    X, y = instance.inputs.arrays()
    levels = screen.preimage(phi, y / m)
    if not np.isfinite(levels).all():
        return None
    row = tuple(Fraction(float(v)).limit_denominator(1000) for v in np.linalg.pinv(X) @ levels)
    point = points.written(phi, "theta", (row,) * m)
    return point if point and total(instance, term("trace", point)) is not None else None


def _violation(candidate: Candidate) -> Violation | None:
    found = SPURIOUS_STATIONARY.violation(candidate)
    equal = _equal(candidate) if found else None
    if found is None or equal is None:
        return None
    fits = value("equal neurons fit the labels too", "trace where all neurons agree", [term("trace", equal)])
    return attrs.evolve(found, evidence=(*found.evidence, fits))


SPURIOUS_BESIDE_EQUAL = Attack(
    "a stationary point whose neurons disagree, beside one where they agree", _candidates, _violation
)

"""Labels that no network of the given width fits: the zero-loss set is empty."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import fmpq

from theorycheck.certificates import check
from theorycheck.claims.attacks import grids, points
from theorycheck.claims.attacks.templates import templates
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.activations import Activation
from theorycheck.models.instance import Instance
from theorycheck.models.signs import proves

_BOUNDS = tuple(Fraction(k, 2) for k in range(-4, 5))


@lru_cache(maxsize=128)
def range_bounds(phi: Activation) -> tuple[Fraction | None, Fraction | None]:
    """Rationals lo and hi with lo < φ(z) < hi for all z, proved; None where none of a few halves is one."""
    low = [c for c in _BOUNDS if proves(_less(phi, c), ">")]
    high = [c for c in _BOUNDS if proves(_less(phi, c), "<")]
    return max(low, default=None), min(high, default=None)


def _less(phi: Activation, c: Fraction) -> Any:
    """The expression φ - c."""
    return check.add(phi.jets()[0], fmpq(-c.numerator, c.denominator))


def _candidates(space: Space) -> Iterator[Candidate | Looked]:
    """Labels at and beyond the ends of the range of Σ φ; without a point, for there is none."""
    for level in range(1, grids.LEVELS + 1):
        for template in templates(space, level):
            labels = [space.fixed["y"][0]] if "y" in space.fixed else grids.rationals(grids.height(level))
            width, labels = template.network.width, labels if template.network.equal_weights else ()
            for label in labels:
                if _misses(template.network.activation, width, label):
                    y = space.fixed.get("y", (label,) * template.data.n)
                    yield Candidate(points.relabelled(template, y), {})
            known = range_bounds(template.network.activation) != (None, None)
            yield Looked(len(labels) * known, f"{template.network.activation.name}, m={width}")


def _misses(phi: Activation, width: int, label: Fraction) -> bool:
    low, high = range_bounds(phi)
    return (low is not None and label <= width * low) or (high is not None and label >= width * high)


def _violation(candidate: Candidate) -> Violation | None:
    instance: Instance = candidate.instance
    phi, width = instance.network.activation, instance.network.width
    found = [(i, y) for i, y in enumerate(instance.data.y) if _misses(phi, width, y)]
    if not found or not instance.network.equal_weights:
        return None
    i, label = found[0]
    low, high = range_bounds(phi)
    under = low is not None and label <= width * low
    bound, relation = (low, ">") if under else (high, "<")
    assert bound is not None  # one of the two ends is missed
    return Violation(
        quantity=f"label of sample {i + 1}",
        bound=f"a value of the network, {'above' if under else 'below'} {width * bound}",
        value=str(label),
        size=float(abs(label - width * bound)),
        evidence=(_sign(phi, bound, relation),),
    )


def _sign(phi: Activation, bound: Fraction, relation: str) -> tuple[str, str, dict]:
    if bound == 0:
        return ("violates", "sign", {"name": "phi", "relation": relation, "order": 0})
    expression = ["+", phi.document, str(-bound)]
    name = f"phi - {bound}" if bound > 0 else f"phi + {-bound}"
    return ("violates", "sign", {"name": name, "relation": relation, "expression": expression})


EMPTY = Attack("an empty zero-loss set", _candidates, _violation)

"""Exactly stationary points of the trace on the zero-loss set that the theorem does not have."""

from collections.abc import Iterator
from typing import Any

from theorycheck.claims.attacks import screen
from theorycheck.claims.attacks.exactly import (
    Evidence,
    below,
    less,
    network,
    number,
    shown,
    term,
    total,
    value,
)
from theorycheck.claims.attacks.scan import scan
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.instance import Instance

_FLAT, _APART = 1e-16, 1e-7


def flat(template: Instance, Z: Any) -> Any:
    """Which points look stationary in floats, (B,)."""
    found = screen.fields(template, Z)
    return found.gradient <= _FLAT * (1 + found.trace)


def _unequal(template: Instance, Z: Any) -> Any:
    return (screen.spread(Z) > _APART) & flat(template, Z)


def _candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _unequal)


def is_stationary(candidate: Candidate) -> bool:
    """Whether the Riemannian gradient of the trace vanishes exactly at a smooth point of the zero-loss set."""
    return total(candidate.instance, term("gradient", candidate.point)) == 0


def gradient_vanishes(candidate: Candidate, role: str = "violates") -> Evidence:
    """The evidence that a point is stationary."""
    return value(role, "squared norm of the Riemannian gradient", [term("gradient", candidate.point)])


def disagreement(candidate: Candidate) -> tuple[int, int, int] | None:
    """A sample and two neurons, the first certainly smaller there; None where all neurons agree."""
    instance = candidate.instance
    for i in range(instance.data.n):
        spots = [total(instance, _entry(candidate, i, j)) for j in range(instance.network.width)]
        if any(v is None for v in spots):
            return None
        low = min(range(len(spots)), key=lambda j: float(spots[j]))
        high = max(range(len(spots)), key=lambda j: float(spots[j]))
        if below(spots[low], spots[high]):
            return i, low, high
    return None


def _entry(candidate: Candidate, i: int, j: int) -> dict:
    return term("preactivation", candidate.point, entry=(i, j))


def neurons_disagree(candidate: Candidate, spot: tuple[int, int, int], role: str = "violates") -> Evidence:
    """The evidence that two neurons disagree on a sample."""
    i, low, high = spot
    names = [f"preactivation of neuron {j + 1} on sample {i + 1}" for j in (low, high)]
    return less(role, (names[0], [_entry(candidate, i, low)]), (names[1], [_entry(candidate, i, high)]))


def _violation(candidate: Candidate) -> Violation | None:
    if not is_stationary(candidate):
        return None
    spot = disagreement(candidate)
    if spot is None:
        return None
    apart = total(
        candidate.instance, _entry(candidate, spot[0], spot[2]), {**_entry(candidate, *spot[:2]), "times": "-1"}
    )
    return Violation(
        quantity="largest spread of a sample's preactivations at a stationary point",
        bound="0",
        value=shown(apart),
        size=float(apart),
        evidence=(gradient_vanishes(candidate), neurons_disagree(candidate, spot)),
    )


SPURIOUS_STATIONARY = Attack("a stationary point whose neurons disagree", _candidates, _violation)


def _moves(template: Instance, Z: Any) -> Any:
    """Points of equal neurons that are plainly not stationary, in floats, (B,)."""
    found = screen.fields(template, Z)
    return (screen.spread(Z) < _APART) & (found.gradient > 1e-6 * (1 + found.trace))


def _moving_candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _moves)


def _moving_violation(candidate: Candidate) -> Violation | None:
    pull = [term("gradient", candidate.point)]
    size = total(candidate.instance, *pull)
    rows = (
        zip(*candidate.point["values"], strict=True)
        if candidate.point["coordinate"] != "theta"
        else candidate.point["values"]
    )
    if not below(0, size) or len({tuple(row) for row in rows}) > 1:
        return None
    name = "squared norm of the Riemannian gradient where all neurons agree"
    return Violation(
        quantity=name,
        bound="0",
        value=shown(size),
        size=float(size),
        evidence=(less("violates", ("zero", [number(0)]), (name, pull)),),
    )


EQUAL_NOT_STATIONARY = Attack("equal neurons that are not stationary", _moving_candidates, _moving_violation)


def _unaligned(template: Instance, Z: Any) -> Any:
    """Stationary points where a φ'' differs between the neurons of a sample."""
    import numpy as np

    a = np.array([float(v) for v in template.network.output_weights])
    return (screen.spread(a * screen.jet(template.network.activation, 2, Z)) > _APART) & flat(template, Z)


def _unaligned_candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _unaligned)


def _unaligned_violation(candidate: Candidate) -> Violation | None:
    if not is_stationary(candidate):
        return None
    _, _, D, a = network(candidate.instance).forces(candidate.point)
    rows = [[weight * v for weight, v in zip(a, row, strict=True)] for row in D[2]]
    apart = max(max(row) - min(row) for row in rows)
    if apart == 0:
        return None
    return Violation(
        quantity="largest spread of a_j φ''(z_ij) over the neurons of a sample at a stationary point",
        bound="0",
        value=str(apart),
        size=float(apart),
        evidence=(gradient_vanishes(candidate),),
    )


WEIGHTED_STATIONARY = Attack(
    "a stationary point where a φ'' differs between neurons", _unaligned_candidates, _unaligned_violation
)

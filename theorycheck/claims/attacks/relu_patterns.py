"""Maximum-margin points of ReLU networks whose neurons have other patterns, and which are shorter for that."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

import attrs

from theorycheck.claims.attacks.exactly import Evidence, below, less, total
from theorycheck.claims.attacks.relu_margin import at, at_labels, every, kkt, listed, plain, small
from theorycheck.claims.attacks.relu_margin_ranks import patterns, with_pattern
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.relu import ReluInstance

_PATTERNS = 8  # patterns of both signs that are solved
_SLOPE = Fraction(1, 10)  # the smaller, the less a neuron has of samples on which it is inactive


def _candidates(space: Space) -> Iterator[Candidate | Looked]:
    """Two neurons a sign with a small slope on two small integer samples, then every instance."""
    for one in space.instances[:1]:
        changed = (attrs.evolve(one, data=data, width=(2, 2), slope=_SLOPE) for data in small())
        yield from (Candidate(new, {}) for new in changed if space.allows(new, "data"))
    yield from every(space)


def shorter(one: ReluInstance, than: Any) -> Any:
    """The first solution of another pattern, with true margins at least 1, that is shorter than the given one."""
    for pattern in islice(patterns(one), _PATTERNS):
        found = with_pattern(one, pattern)
        if found is not None and found.kkt and found.norm_squared < than.norm_squared:
            return found
    return None


def _not_global(candidate: Candidate) -> Violation | None:
    """All margins are 1 at the point with the slopes of the labels, and another network with margins 1 is shorter."""
    one = candidate.instance
    own = at_labels(one)
    if own is None or not own.margins_equal or (other := shorter(plain(one), own)) is None:
        return None
    proofs = _named("point with equal margins", kkt(own)), _named("another pattern", kkt(other))
    here, there = at(own, "norm"), at(other, "norm")
    if proofs[0] is None or proofs[1] is None or not below(total(one, there), total(one, here)):
        return None
    sides = ("|W|^2 with another pattern", [there]), ("|W|^2 with equal margins", [here])
    return Violation(
        quantity="|W|^2 of a network with all margins at least 1 and another pattern",
        bound=f"at least that of the point with equal margins, {listed([own.norm_squared])}",
        value=listed([other.norm_squared]),
        size=float(1 - other.norm_squared / own.norm_squared),
        evidence=(proofs[0], proofs[1], less("violates", *sides)),
    )


def _named(role: str, evidence: Evidence | None) -> Evidence | None:
    return None if evidence is None else (role, *evidence[1:])


NOT_GLOBAL = Attack("shorter networks with other patterns", _candidates, _not_global)

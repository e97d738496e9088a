"""Exact points of the zero-loss set around an instance: small rationals in the coordinate where φ is rational."""

import random
from collections.abc import Iterator
from fractions import Fraction

from theorycheck.claims.attacks.points import complete, coordinate
from theorycheck.claims.claim import Candidate
from theorycheck.models.instance import Instance

_VALUES = {
    "z": [Fraction(k, 4) for k in range(-8, 9)],
    "g": [Fraction(k, 4) for k in range(1, 13)],
    "u": [Fraction(k, 8) for k in range(-7, 8)],
}


def points(instance: Instance, count: int) -> Iterator[Candidate]:
    """Points in general position and the instances whose labels they fit; the instance's own labels do not count.

    Args:
        instance: gives data, network and loss.
        count: how many; the choice depends on the instance alone.
    """
    draw, phi = random.Random(instance.digest), instance.network.activation
    kind = coordinate(phi)
    for _ in range(count):
        values = [[draw.choice(_VALUES[kind]) for _ in range(instance.network.width)] for _ in instance.data.y]
        candidate = complete(instance, kind, values)
        if candidate is not None:
            yield candidate

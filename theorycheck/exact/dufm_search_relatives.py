"""The same classes one layer deeper or shallower: where structures show that are hard to meet at the depth itself.

An identity layer on non-negative features costs little, so what is best at one depth is often best, up to such a layer,
at the next. The search climbs through smaller depths from three on; below, it comes down from the depth above.
"""

from fractions import Fraction

import attrs
import numpy as np

from theorycheck.exact.dufm_search_problem import Network, Problem
from theorycheck.exact.dufm_search_starts import network_of

_SHARE = 0.4  # of the time, for all other depths together
_LEAST = 3  # the depth from which inner layers exist that may be identities


def other_depths(problem: Problem) -> list[tuple[int, float]]:
    """Depths to solve on the way with the share of the time for each; none where depth changes nothing."""
    L, K = problem.instance.depth, problem.instance.classes
    if not problem.instance.relu or K < 3:
        return []
    if L <= _LEAST:
        return [(L + 1, _SHARE / 2)]
    return [(depth, _SHARE / (L - _LEAST)) for depth in range(_LEAST, L)]


def at_depth(problem: Problem, depth: int) -> Problem:
    """The problem with another depth and λ̄ at the same share of the largest at which collapse beats zero."""
    old = problem.instance
    ratio = _scale(depth) / _scale(old.depth)
    size = float(np.exp(np.mean(np.log(np.array(old.counts, dtype=np.float64)))))
    reg = Fraction(problem.mean_reg * ratio / size ** (1.0 / (depth + 1)))
    return Problem(attrs.evolve(old, depth=depth, reg=(reg,) * (depth + 1)))


def _scale(L):
    """K times the largest λ̄ at which collapse beats zero, for the squared loss; cross-entropy goes alike."""
    return (1.0 / L) * ((L - 1) / L) ** ((L - 1) / (L + 1))


def deepened(problem: Problem, network: Network) -> list[Network]:
    """An identity layer after the first, and after the narrowest hidden layer."""
    matrices = problem.matrices(network.rows, network.theta)
    hidden = [len(F) for F in matrices[1:-1]]
    places = sorted({1, 1 + int(np.argmin(hidden))}) if hidden else [0]
    return [
        network_of(
            [*matrices[: at + 1], np.eye(len(matrices[at])), *matrices[at + 1 :]], f"{_root(network)}, a layer inserted"
        )
        for at in places
    ]


def shallower(problem: Problem, network: Network) -> list[Network]:
    """Each hidden layer taken out in turn, its two factors multiplied."""
    matrices = problem.matrices(network.rows, network.theta)
    return [
        network_of(
            [*matrices[:at], matrices[at + 1] @ matrices[at], *matrices[at + 2 :]], f"{_root(network)}, less one"
        )
        for at in range(1, len(matrices) - 1)
    ]


def _root(network):
    return f"{network.origin.split(' -> ')[0].split(' at depth')[0]} at depth {len(network.rows) - 1}"

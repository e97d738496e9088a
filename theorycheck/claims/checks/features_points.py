"""Explicit rational parameters of the structures that the theorems on unconstrained features compare."""

from collections.abc import Callable
from functools import lru_cache
from itertools import combinations
from typing import Any

from flint import fmpq, fmpq_mat

from theorycheck.errors import InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures as Features

Factors = tuple[fmpq_mat, ...]
Builder = Callable[[Features], Factors]


def rows(factors: Factors) -> list[list[list[fmpq]]]:
    """The factors as rows of rationals, as certificates take them."""
    return [W.tolist() for W in factors]


def floats(factors: Factors) -> list:
    """The factors in floats, H first."""
    from theorycheck.exact.dufm_shape import floats as told

    return [told(W) for W in factors]


def collapsed(net: Features) -> Factors:
    """The best DNC parameters: output c I for the squared loss, α S for cross-entropy."""
    from theorycheck.exact import dufm_entropy, dufm_families, dufm_shape

    if net.loss == "mse":
        return dufm_shape.place(net, dufm_families.collapsed_shape(net.classes, net.depth)).factors
    S = dufm_shape.floats(dufm_entropy.centring(net.classes))
    return dufm_entropy.spectral(net, S, net.classes - 1).factors


def cut(subset: Callable[[int], int]) -> Builder:
    """The cut family without a constant row, for s-subsets of the r vertices; s = 2 is SRG, s = r - 2 its sign flipped.

    Args:
        subset: s as a function of r.

    Raises:
        InvalidInstance: when called, K is not triangular.
    """

    def build(net: Features) -> Factors:
        from theorycheck.exact import dufm_families, dufm_shape

        r = dufm_families.vertices(net.classes)
        if r is None or not 2 <= subset(r) <= max(r - 2, 2):
            raise InvalidInstance(
                f"K = {net.classes} is no r (r - 1) / 2 with enough vertices r: classes must be edges"
            )
        return dufm_shape.place(net, dufm_families.cut_shape(net.classes, net.depth, (subset(r), 0.0))).factors

    return build


def blocks(net: Features) -> Factors:
    """The best block sum of closed forms and single classes.

    Raises:
        InvalidInstance: there is none within the width.
    """
    from theorycheck.exact import dufm_blocks

    found = dufm_blocks.partition(net)
    if found is None:
        raise InvalidInstance(f"no block sum is known for {net}")
    return dufm_blocks.assembled(net, found)


def singles(net: Features) -> Factors:
    """Every class by itself, each at its own best scale: diagonal parameters (squared loss)."""
    from theorycheck.exact import dufm_blocks

    return dufm_blocks.assembled(net, [dufm_blocks.single(net, k) for k in range(net.classes)])


def best_family(net: Features) -> Factors:
    """The best of a closed form on all classes and of a block sum.

    Raises:
        InvalidInstance: there is neither.
    """
    from theorycheck.exact import dufm_blocks

    whole = dufm_blocks.group(net, range(net.classes))
    parts = dufm_blocks.partition(net)
    if whole is None or (parts and sum(b.loss for b in parts) < whole.loss):
        return blocks(net)
    return whole.factors


def half_cut(net: Features) -> Factors:
    """The exact point for K = 15, L = 2: edges of K_6, a neuron for each 3-subset; output I, norms 20, 30, 65/12.

    Raises:
        InvalidInstance: another K or L.
    """
    if (net.classes, net.depth) != (15, 2):
        raise InvalidInstance(f"the point is for K = 15 and L = 2, not for K = {net.classes} and L = {net.depth}")
    edges, sets = list(combinations(range(6), 2)), list(combinations(range(6), 3))
    last = {2: fmpq(1, 4), 1: fmpq(-1, 12), 0: fmpq(1, 12)}
    H = [[fmpq(int(v in e)) - fmpq(1, 3) for e in edges] for v in range(6)]
    signs = [[fmpq(1 if v in S else -1, 2) for v in range(6)] for S in sets]
    return fmpq_mat(H), fmpq_mat(signs), fmpq_mat([[last[len(set(e) & set(S))] for S in sets] for e in edges])


def pairs(net: Features) -> Factors:
    """LR: opposite classes in pairs, a class alone where K is odd, as printed (cross-entropy, linear)."""
    from theorycheck.exact import dufm_entropy

    return dufm_entropy.spectral(net, dufm_entropy.pairs(net.classes), (net.classes + 1) // 2).factors


def circle(net: Features) -> Factors:
    """The circle code of rank 2."""
    from theorycheck.exact import dufm_entropy

    return dufm_entropy.spectral(net, dufm_entropy.circle(net.classes), min(net.classes - 1, 2)).factors


@lru_cache(maxsize=64)
def lone(net: Features) -> Factors:
    """Pairs and a centred rank-one part for the odd class: rank (K + 1) / 2, K odd."""
    from theorycheck.exact import dufm_entropy

    return dufm_entropy.spectral(net, dufm_entropy.best_lone(net), (net.classes + 1) // 2).factors


@lru_cache(maxsize=64)
def best_code(net: Features) -> Factors:
    """The best of LR, its centred form and the circle code, in floats."""
    from theorycheck.exact.dufm_objective import objective

    builders = [pairs, circle, *([lone] if net.classes % 2 and net.classes > 3 else [])]
    return min((build(net) for build in builders), key=lambda found: objective(net, floats(found)))


def loss_of(net: Features, factors: Any) -> float:
    """The objective of factors in floats."""
    from theorycheck.exact.dufm_objective import objective

    return objective(net, floats(factors) if isinstance(factors[0], fmpq_mat) else factors)

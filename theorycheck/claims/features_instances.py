"""Instances of the unconstrained-features theorems, drawn by Hypothesis: smallest first, λ exact and rational."""

from collections.abc import Callable
from fractions import Fraction
from math import floor, log10
from typing import Any

from theorycheck.claims.features_thresholds import zero_threshold
from theorycheck.claims.instances import sequence
from theorycheck.models.features import UnconstrainedFeatures as Features

Threshold = Callable[[int, int], float]
LEVELS = (Fraction(3, 10), Fraction(1, 10), Fraction(3, 5), Fraction(9, 10))


def simple(value: float) -> Fraction:
    """The value rounded down to two digits."""
    digits = 1 - floor(log10(value))
    return Fraction(floor(value * 10**digits)) / Fraction(10) ** digits


def regular(classes: int, depth: int, level: Fraction = LEVELS[0], threshold: Threshold = zero_threshold, **rest: Any):
    """An instance with one λ at a level of a threshold, λ̄ / λ0 for the squared loss.

    Args:
        classes: K.
        depth: L.
        level: τ.
        threshold: of K and L.
        rest: of `UnconstrainedFeatures`.
    """
    n = rest.get("counts", 1)
    many = max(n) if isinstance(n, tuple) else n
    bound = float(level) * threshold(classes, depth) * many ** (-1 / (depth + 1))
    return Features(classes, depth, simple(bound), **rest)


def entropy(classes: int, depth: int, reg: Any, counts: Any = 1, width: int | None = None) -> Features:
    """A linear instance with cross-entropy."""
    return Features(classes, depth, reg, "ce", "linear", counts, width)


def features(sizes: tuple[tuple[int, int], ...], threshold: Threshold = zero_threshold, **rest: Any) -> Any:
    """A strategy of balanced instances.

    Args:
        sizes: pairs (K, L) to choose from.
        threshold: of λ̄; the instances stay below it.
        rest: of `UnconstrainedFeatures`, the same for all: loss, activation, counts; `equal=True` for one λ.
    """
    from hypothesis import strategies as st

    equal, options = rest.get("equal", False), {name: v for name, v in rest.items() if name != "equal"}

    @st.composite
    def instances(choose):
        K, L = choose(st.sampled_from(sizes))
        level, n = choose(st.sampled_from(LEVELS)), choose(st.integers(1, 3))
        one = regular(K, L, level, threshold, **({"counts": n} | options))
        uneven = choose(st.sampled_from((1,) if equal else (1, 2, Fraction(1, 3))))
        reg = (one.reg[0] * uneven, one.reg[1] / uneven, *one.reg[2:])  # λ̄ is as before
        return Features(K, L, reg, one.loss, one.activation, one.counts, one.width)

    return instances()


def drawn(
    first: tuple[Features, ...], sizes: tuple[tuple[int, int], ...], threshold: Threshold = zero_threshold, **rest: Any
) -> Callable[[int, int], Any]:
    """Instances by seed and position: the given ones first, then balanced ones of the given sizes."""
    return sequence(first, lambda: features(sizes, threshold, **rest))

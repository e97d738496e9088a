"""Small rationals, simplest first, and the arrays of points that they make."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement, islice, product
from typing import Any

HEIGHTS = (2, 3, 5, 8, 13, 21, 34, 55)  # of the rationals looked at on each level
LEVELS = len(HEIGHTS)
MOST = 60_000  # points of one grid


def height(level: int) -> int:
    """The largest numerator and denominator on a level (1 is the first)."""
    return HEIGHTS[min(level, len(HEIGHTS)) - 1]


def cost(value: Fraction) -> int:
    """How much ink a rational takes, roughly: 0 for 0, 1 for 1, 2 for -1, 4 for 1/2."""
    return 2 * abs(value.numerator) + 2 * value.denominator - 2 - (value > 0)


@lru_cache(maxsize=64)
def rationals(largest: int) -> tuple[Fraction, ...]:
    """All rationals with numerator and denominator up to `largest` in size, cheapest first."""
    span = range(1, largest + 1)
    positive = {Fraction(p, q) for p in span for q in span}
    return tuple(sorted({Fraction(0), *positive, *(-v for v in positive)}, key=lambda v: (cost(v), v)))


@lru_cache(maxsize=64)
def integers(largest: int) -> tuple[Fraction, ...]:
    """0, 1, -1, 2, -2, ... up to `largest` in size."""
    return tuple(Fraction(v) for v in sorted(range(-largest, largest + 1), key=lambda v: (abs(v), -v)))


def affordable(pool: tuple[Fraction, ...], slots: int) -> tuple[Fraction, ...]:
    """The cheapest values of the pool, so few that all ways to fill the slots stay under MOST."""
    return pool[: max(2, int(MOST ** (1 / max(slots, 1))))]


def with_extremes(pool: tuple[Fraction, ...], level: int, slots: int) -> tuple[Fraction, ...]:
    """The cheapest values of the pool and, for a quarter, powers of two far out; all fillings stay under MOST."""
    near = affordable(pool, slots)
    signs = (1, -1) if min(pool) < 0 else (1,)
    powers = [sign * Fraction(2) ** k for size in range(3, 3 * level) for k in (size, -size) for sign in signs]
    far = [v for v in powers if v not in near][: len(near) // 4]
    return (*near[: len(near) - len(far)], *far)


def fillings(pool: tuple[Fraction, ...], slots: int, sorted_slots: int = 0) -> Any:
    """All ways to fill slots from the pool, as an integer array (count, slots).

    Args:
        pool: the values.
        slots: how many.
        sorted_slots: the order of this many slots at the start does not matter (neurons of one sample).
    """
    import numpy as np

    some = combinations_with_replacement(range(len(pool)), sorted_slots)
    rest = [*islice(product(range(len(pool)), repeat=slots - sorted_slots), MOST)]
    return np.array([*islice(((*a, *b) for a in some for b in rest), MOST)], dtype=int).reshape(-1, slots)


def two_kinds(pool: tuple[Fraction, ...], width: int, length: int) -> Any:
    """Two kinds of neurons in several proportions, as an integer array (count, width, length).

    Args:
        pool: the values.
        width: how many neurons.
        length: how many numbers a neuron has.
    """
    import numpy as np

    pairs = fillings(affordable(pool, 2 * length + 1), 2 * length).reshape(-1, 2, length)
    shares = sorted({1, 2, width // 2, width - 1} & set(range(1, width)))
    kinds = [np.array([0] * k + [1] * (width - k)) for k in shares]
    return np.concatenate([pairs[:, kind] for kind in kinds])[: max(1, 2_000_000 // (width * length))]


def first_only(pool: tuple[Fraction, ...], slots: int, first: int) -> Any:
    """Ways to fill the first slots freely, in any order, while all others are alike, as an integer array."""
    import numpy as np

    rows = fillings(affordable(pool, first), first, first)
    rest = [np.full((len(rows), slots - first), k) for k in range(2)]
    return np.concatenate([np.hstack([rows, constant]) for constant in rest])


def with_random(pool: tuple[Fraction, ...], rows: Any, wide: tuple[Fraction, ...], seed: int) -> tuple[tuple, Any]:
    """A grid and as many random points with values from a wider pool: the pool of both, and their indices into it."""
    import numpy as np

    both = (*pool, *(v for v in wide if v not in set(pool)))
    drawn = np.random.default_rng([seed, rows.shape[1]]).integers(
        0, len(both), (min(len(rows), MOST // 2), rows.shape[1])
    )
    return both, np.concatenate([rows, drawn])


def chosen(pool: tuple[Fraction, ...], row: Any) -> list[Fraction]:
    """The values of one row of `fillings`."""
    return [pool[k] for k in row]


def simplest(pool: tuple[Fraction, ...], rows: Any, hits: Any, most: int = 12) -> Iterator[list[Fraction]]:
    """The cheapest of the rows whose indices are in `hits`, as values."""
    import numpy as np

    prices = np.array([cost(v) for v in pool])
    order = np.argsort(prices[rows[hits]].sum(axis=1), kind="stable")[:most]
    return (chosen(pool, rows[k]) for k in np.asarray(hits)[order])

"""Instances of the two-layer theorems, exact and small, drawn by Hypothesis: degenerate sizes first."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.losses import FORMULAS, Loss
from theorycheck.models.networks import TwoLayer

CONVEX = ("sinh", "cubic", "quintic", "exp", "z**3 + z/10", "tan", "z + exp(z)")
UNIFORM = ("sinh", "cubic", "quintic", "tan", "z**3 + z/2")
_DRAWS = 24


def draw(strategy: Any, count: int, seed: int) -> list:
    """The first `count` different examples that Hypothesis generates from a seed.

    Args:
        strategy: a Hypothesis strategy of hashable values.
        count: how many; fewer come back when the strategy has no more.
        seed: of the generation.
    """
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    found: dict = {}

    quiet: Any = list(HealthCheck)

    @seeded(seed)
    @settings(
        max_examples=4 * count, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=quiet
    )
    @given(strategy)
    def collect(value):
        found.setdefault(value)

    collect()
    return list(found)[:count]


def two_layer(activations: tuple[str, ...] = CONVEX, **fixed: Any) -> Any:
    """A strategy of instances with independent samples, equal weights and labels that the network can fit.

    Args:
        activations: to choose from.
        fixed: `orthonormal=True`, `bias=True`, `weights=True` (unequal output weights).
    """
    from hypothesis import strategies as st

    @st.composite
    def instances(choose):
        n, m = choose(st.integers(1, 3)), choose(st.integers(1, 5))
        extra = choose(st.integers(0, 2))
        phi = choose(st.sampled_from(activations))
        X = _unit_rows(n, extra) if fixed.get("orthonormal") else choose(_independent_rows(n, extra))
        X = X if not fixed.get("bias") else [*X, [Fraction(0)] * len(X[0])]
        weights = choose(st.lists(_nonzero(phi), min_size=m, max_size=m)) if fixed.get("weights") else [1] * m
        labels = [_label(choose(st.integers(1, 6)), phi, weights) for _ in X]
        loss = choose(st.sampled_from(sorted(FORMULAS)))
        network = TwoLayer(m, phi, tuple(weights), bias=bool(fixed.get("bias")))
        return Instance(Dataset(X, labels, name="drawn"), network, Loss(loss))

    return instances()


def _nonzero(phi: str) -> Any:
    from hypothesis import strategies as st

    values = [Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3)]
    return st.sampled_from(values if phi == "exp" else [*values, Fraction(-1), Fraction(-2)])


def _label(k: int, phi: str, weights: list) -> Fraction:
    """A label in the range: positive for exp, of either sign elsewhere."""
    size = sum(abs(Fraction(w)) for w in weights)
    return size * Fraction(k, 4) if phi == "exp" else Fraction(k - 3, 2)


def _independent_rows(n: int, extra: int) -> Any:
    """N rows of n + extra small rationals: a triangle with a nonzero diagonal, so rank n by construction."""
    from hypothesis import strategies as st

    entry = st.sampled_from([Fraction(k, 2) for k in range(-3, 4)])
    diagonal = st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(-1)])

    @st.composite
    def rows(choose):
        below = [[choose(entry) for _ in range(i)] for i in range(n)]
        tail = [[choose(entry) for _ in range(extra)] for _ in range(n)]
        return [[*below[i], choose(diagonal), *[Fraction(0)] * (n - i - 1), *tail[i]] for i in range(n)]

    return rows()


def _unit_rows(n: int, extra: int) -> list[list[Fraction]]:
    return [[Fraction(int(i == k)) for k in range(n + extra)] for i in range(n)]


def smallest(phi: str = "sinh", label: Any = 3, width: int = 5, X: Any = ((1,),), **network: Any) -> Instance:
    """The smallest instance: one sample, one input."""
    labels = [label] * len(X)
    return Instance(Dataset([list(row) for row in X], labels, name="smallest"), TwoLayer(width, phi, **network))


def sequence(first: tuple[Any, ...], strategy: Callable[[], Any]) -> Callable[[int, int], Any]:
    """Instances by seed and position: the given ones first, then those drawn by Hypothesis."""

    @lru_cache(maxsize=8)
    def drawn(seed: int) -> list:
        return draw(strategy(), _DRAWS, seed)

    def instance(seed: int, position: int) -> Any:
        if position < len(first):
            return first[position]
        rest = drawn(seed)
        return rest[(position - len(first)) % len(rest)]

    return instance

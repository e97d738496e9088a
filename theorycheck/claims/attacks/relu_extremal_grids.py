"""Small samples in short rationals, the smallest first, for attacks on early alignment and on two-sided fits."""

from collections.abc import Iterator
from fractions import Fraction
from random import Random

import attrs

from theorycheck.claims.claim import Space
from theorycheck.claims.relu_instances import rounded
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

SEED = 2410
_INPUTS = tuple(Fraction(v) for v in (0, 1, -1, 2, -2, "1/2", "-1/2", 3, -3))
_LABELS = tuple(Fraction(v) for v in (1, -1, 2, -2, "1/2", "-1/2", 3, -3))
_MOST = 3000
_SIZES = (3, 4, 6, 8, 12, 16, 24)
_DRAWS, _GRID = 30, 8


def samples(space: Space) -> Iterator[Dataset]:
    """Random samples in small rationals of sizes that the user fixed; every other one antipodal but for one sample."""
    draw = Random(SEED)
    sizes = [(n, d) for d in (1, 2, 3) for n in range(1, 7)]
    sizes = [(n, d) for n, d in sizes if space.fixed.get("n", n) == n and space.fixed.get("d", d) == d]
    if "X" in space.fixed or not sizes:
        return
    for k in range(_MOST):
        n, d = sorted(sizes, key=sum)[k // 2 % len(sizes)]
        make = _almost_antipodal if k % 2 and n > 2 else _any
        rows = make(draw, n, d)
        if all(any(x) for x, _ in rows):
            yield Dataset([x for x, _ in rows], [y for _, y in rows], name="drawn")


def _any(draw: Random, n: int, d: int) -> list[tuple[list[Fraction], Fraction]]:
    return [([draw.choice(_INPUTS) for _ in range(d)], draw.choice(_LABELS)) for _ in range(n)]


def _almost_antipodal(draw: Random, n: int, d: int) -> list[tuple[list[Fraction], Fraction]]:
    """Pairs of a sample and its negative, with large labels, and what is left over."""
    pairs = [(x, 4 * y) for x, y in _any(draw, (n - 1) // 2, d)]
    both = [pair for x, y in pairs for pair in ((x, y), ([-v for v in x], -y))]
    return both + _any(draw, n - len(both), d)


def on(space: Space, data: Dataset) -> ReluInstance | None:
    """The first instance of the space with other data, not drawn from a law; labels ±1 where the loss needs them."""
    if not space.instances:
        return None
    first = space.instances[0]
    labels = data if first.loss == "square" else data.with_labels([1 if y > 0 else -1 for y in data.y])
    return attrs.evolve(first, data=labels, law=None)


def spread(space: Space) -> Iterator[ReluInstance]:
    """The instances of the space, then its first network on random samples, or on more of its laws."""
    yield from space.instances
    if "law" in space.fixed:
        yield from _of_laws(space)
    else:
        for data in samples(space):
            found = on(space, data)
            if found is not None:
                yield found


def _of_laws(space: Space) -> Iterator[ReluInstance]:
    """More samples of the laws in the space, the smallest first."""
    first: dict[str, ReluInstance] = {}
    for one in space.instances:
        first.setdefault(str(one.law), one)
    for n in (space.fixed["n"],) if "n" in space.fixed else _SIZES:
        for one in first.values():
            for seed in range(_DRAWS):
                yield attrs.evolve(one, data=rounded(one.law.draw(n, seed), _GRID))

"""Settings to search, smallest first: sizes, samples, output weights and training, without the labels."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import attrs

from theorycheck.claims.claim import Space
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.losses import Loss
from theorycheck.models.networks import TwoLayer

TOPICS = ("activation", "data", "network", "training")
_SQUARE = (  # (2, 2) samples by how far they are from orthonormal
    ((1, 0), (0, 1)),
    ((1, 0), (1, 1)),
    ((2, 0), (1, 1)),
    ((2, 1), (1, 2)),
    ((1, 1), (1, -1)),
    ((3, 1), (3, 0)),
    ((1, 0), ("9/10", "1/10")),
)
_LINE = ((1, 2), (1, -1), (1, 3), (2, 3), (1, "1/2"))
_WEIGHTS = ((1, 2), (1, -1), (1, "1/2"), (2, -1), (1, 3))


def sizes(space: Space, level: int) -> Iterator[tuple[int, int, int]]:
    """(n, d, m) that a level looks at, smallest first; what the user fixed costs nothing."""
    fixed, reach = space.fixed, range(1, 2 + level)
    ns, ds = ([fixed[k]] if k in fixed else list(reach) for k in ("n", "d"))
    ms = [fixed["m"]] if "m" in fixed else [m + 1 for m in reach]
    if "X" in fixed:
        ns, ds = [len(fixed["X"])], [len(fixed["X"][0])]
    least = min(ns) + min(ds) + min(ms)
    found = [s for s in product(ns, ds, ms) if sum(s) - least <= level - 1]
    yield from sorted(found, key=lambda s: (sum(s), s[0], s[1]))


def inputs(n: int, d: int) -> Iterator[tuple]:
    """A few (n, d) matrices of small rationals: independent, correlated and dependent samples."""
    if n == d == 2:
        yield from _SQUARE
    elif (n, d) == (2, 1):
        yield from (((a,), (b,)) for a, b in _LINE)
    else:
        yield tuple(tuple(int(i == k) for k in range(d)) for i in range(n)) if n <= d else _wrapped(n, d)
    if (n, d) == (3, 1):
        yield from (((-1,), (0,), (1,)), ((0,), (1,), (2,)))
    elif n == d and n > 2:
        yield tuple(tuple(int(i == k) + int(k == 0 and i > 0) for k in range(d)) for i in range(n))
    if n > 1 and d > 1:
        yield _wrapped(n, d) if n > d else tuple(tuple((i + 1) * int(k == 0) for k in range(d)) for i in range(n))


def _wrapped(n: int, d: int) -> tuple:
    """The unit vectors over and over, longer each time; for d = 1 the numbers 1 to n."""
    return tuple(tuple((1 + i // d) * int(k == i % d) for k in range(d)) for i in range(n))


def weights(m: int) -> Iterator[tuple]:
    """Ones, then unequal output weights of either sign."""
    yield (1,) * m
    for pattern in _WEIGHTS if m > 1 else ((2,), (-1,)):
        yield (pattern * m)[:m] if m > len(pattern) else pattern[:m]


def templates(space: Space, level: int) -> Iterator[Instance]:
    """Instances with labels 0 that keep what must be kept and break what is dropped, topic by topic."""
    settings = list(_trainings(space))
    for n, d, m in sizes(space, level):
        networks = list(_networks(space, m, d))
        for network, (loss, sigma, eta) in product(networks, settings):
            for data in _datasets(space, n, d, network):
                for phi in space.activations:
                    yield Instance(data, attrs.evolve(network, activation=phi), Loss(loss), eta, sigma)


def _datasets(space: Space, n: int, d: int, network: TwoLayer) -> Iterator[Dataset]:
    choices = [space.fixed["X"]] if "X" in space.fixed else inputs(n, d)
    for X in choices:
        data = Dataset(X=X, y=[0] * n, name="found", provenance="found by the search")
        if space.allows(Instance(data, network), "data"):
            yield data


def _networks(space: Space, m: int, d: int) -> Iterator[TwoLayer]:
    fixed, phi = space.fixed, space.activations[0]
    choices = [fixed["weights"]] if "weights" in fixed else weights(m)
    biases = [fixed["bias"]] if "bias" in fixed else [False, True]
    trained = [fixed["trained_output"]] if "trained_output" in fixed else [False, True]
    choices, plain = list(choices), Dataset(X=[[Fraction(int(k == 0)) for k in range(d)]], y=[0])
    for train, bias in product(trained, biases):
        networks = [TwoLayer(m, phi, a, trained_output=train, bias=bias) for a in choices]
        allowed = [network for network in networks if space.allows(Instance(plain, network), "network")]
        if allowed:  # the plainest way of training that the assumptions leave open
            yield from allowed
            return


def _trainings(space: Space) -> Iterator[tuple[str, Fraction, Fraction]]:
    """Loss, noise level and step; only those that an assumption or the user asks for."""
    fixed = space.fixed
    losses = [fixed.get("loss", "half-sum")]
    sigmas = [fixed["sigma"]] if "sigma" in fixed else [Fraction(3, 10), Fraction(0)]
    etas = [fixed["eta"]] if "eta" in fixed else [Fraction(1, 100), Fraction(1, 2)]
    probe = Instance(Dataset(X=[[1]], y=[0]), TwoLayer(1, space.activations[0]))
    allowed = [
        (loss, sigma, eta)
        for loss, sigma, eta in product(losses, sigmas, etas)
        if space.allows(attrs.evolve(probe, sigma=sigma, eta=eta), "training")
    ]
    yield from allowed[:1]


def first_row(template: Instance, rest: Any, row: Any) -> tuple:
    """Values of all samples from those of the first: the others have all neurons at `rest`."""
    return (tuple(row), *((rest,) * template.network.width for _ in range(template.data.n - 1)))

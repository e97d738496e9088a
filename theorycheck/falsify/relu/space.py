"""Which ReLU networks a search looks at: small exact data, each network, loss and start that the claims speak of."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

from theorycheck.claims.claim import Assumption, Space
from theorycheck.errors import InvalidClaim, InvalidInstance
from theorycheck.falsify.assumed import Assumed
from theorycheck.falsify.relu import laws
from theorycheck.falsify.relu.fixed import respects
from theorycheck.models import generators_signs as signed
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

F = Fraction
_NETWORKS = (("leaky", F(1, 2)), ("leaky", F(0)), ("leaky", F(1, 10)), ("leaky", F(1)), ("tanh", F(0)))
_WIDTHS = ((1,), (2,), (3,), (4,), (10,), (30,), (400,))  # the last ones give every sample an active neuron
_DRAWN = 4  # Gaussian data sets, where only their size is fixed
_USUAL: dict[str, Any] = {"signs": "balanced", "init": F(1, 10**5), "dominance": F(1), "eta": None, "seed": 0}
_SPECIAL = (  # what is changed beside network, loss and data: one thing at a time
    {},
    {"signs": "plus"},
    {"signs": "random"},
    {"init": F(0)},
    {"init": F(1)},
    {"dominance": F(3, 10)},
    {"eta": F(1000)},
)


def space(assumed: Assumed, values: dict[str, Any], drop: str | None) -> tuple[Assumed, Space]:
    """The instances that have what is fixed, break what is dropped, and keep as much of the rest as they can.

    Raises:
        InvalidClaim: no instance breaks what is dropped, or, where nothing is dropped, none keeps all.
        InvalidInstance: what is fixed fits no instance.
    """
    fitting = [one for one in _instances(values, laws.speaks_of_laws(assumed)) if respects(one, values)]
    if not fitting:
        raise InvalidInstance(f"no instance has {', '.join(values)} as fixed; fix less, or labels 1 and -1")
    broken = [one for one in fitting if all(assumed.margin(a, one).holds is False for a in assumed.dropped)]
    if not broken:
        name = assumed.dropped[0].name if assumed.dropped else "any assumption"
        raise InvalidClaim(f"no instance with {', '.join(values) or 'these sizes'} fixed breaks {name}; fix others")
    least, instances = _kept_most(assumed, broken)
    if least and not assumed.dropped:
        raise InvalidClaim(f"what is fixed breaks {least[0].name} ({least[0].text}); drop it, or fix something else")
    given_up = assumed.without(least)
    return given_up, Space((), drop, frozenset(a.name for a in given_up.kept), values, given_up.allows, instances)


def _kept_most(assumed: Assumed, broken: list[ReluInstance]) -> tuple[tuple[Assumption, ...], tuple[ReluInstance, ...]]:
    """The fewest assumptions that an instance loses, and the instances that lose no others."""
    lost: list[tuple[tuple[Assumption, ...], ReluInstance]] = []
    fewest = len(assumed.kept)
    for one in broken:
        found = _lost(assumed, one, fewest)
        if len(found) <= fewest:
            fewest = len(found)
            lost.append((found, one))
    least = next(found for found, _ in lost if len(found) == fewest)
    return least, tuple(one for found, one in lost if set(found) <= set(least))


def _lost(assumed: Assumed, instance: ReluInstance, most: int) -> tuple[Assumption, ...]:
    """Kept assumptions that the instance breaks; no more than one beyond `most` of them."""
    found: list[Assumption] = []
    for a in assumed.kept:
        if len(found) > most:
            break
        if assumed.margin(a, instance).holds is not True:
            found.append(a)
    return tuple(found)


def subject(about: str, instance: ReluInstance) -> tuple[Any, ...]:
    """The part of an instance that assumptions about a topic depend on."""
    parts: dict[str, tuple[Any, ...]] = {
        "loss": (instance.loss,),
        "activation": (instance.activation, instance.slope),
        "network": (instance.outputs, instance.width, instance.data.n),
        "data": (instance.data.X, instance.data.y, instance.slope, str(instance.law)),
        "labels": (instance.data.X, instance.data.y, str(instance.law)),
    }
    return parts.get(about, (instance.digest,))


def _instances(values: dict[str, Any], of_laws: bool = False) -> Iterator[ReluInstance]:
    """All combinations, the smallest first; what is less plain, by its place among the choices, counts like more."""
    found: list[tuple[int, ReluInstance]] = []
    networks = [pair for pair in _NETWORKS if values.get("activation", pair[0]) == pair[0]]
    networks = [(kind, values["slope"]) for kind, _ in networks[:1]] if "slope" in values else networks
    choices: list[Any] = [networks, _choices(values, "loss", ("logistic", "square", "hinge"))]
    choices += [_choices(values, "outputs", ("fixed", "trained")), _choices(values, "width", _WIDTHS), _SPECIAL]
    small = () if "law" in values else ((data, None) for data in _datasets(values))
    for data, law in (*small, *laws.sampled(values, of_laws)):
        known = choices if law is None else laws.narrowed(choices)
        for places in product(*map(range, map(len, known))):
            network, loss, outputs, width, special = (some[k] for some, k in zip(known, places, strict=True))
            if (places[3] and places[4] > 2) or (outputs == "trained" and len(width) > 1):
                continue
            fields: dict[str, Any] = _USUAL | special | {name: values[name] for name in _USUAL if name in values}
            try:
                one = ReluInstance(data, width, network[1], loss, outputs, activation=network[0], law=law, **fields)
            except InvalidInstance:  # labels other than ±1 where the loss needs them
                continue
            found.append((data.n + data.d + sum(one.width) + sum(places), one))
    yield from dict.fromkeys(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _choices(values: dict[str, Any], name: str, known: tuple) -> tuple:
    return (values[name],) if name in values else known


def _datasets(values: dict[str, Any]) -> Iterator[Dataset]:
    """The data that the user fixed, else small exact families; labels alone change those of families that fit."""
    if "X" in values:
        yield Dataset(values["X"], values.get("y", [1] * len(values["X"])), name="fixed")
        return
    for data in known():
        if "y" in values and len(values["y"]) == data.n:
            yield data.with_labels(values["y"])
        elif "y" not in values and (data.n, data.d) == (values.get("n", data.n), values.get("d", data.d)):
            yield data
    if {"n", "d"} <= set(values) and "y" not in values:
        yield from (_gaussian(values["n"], values["d"], seed) for seed in range(_DRAWN))


def _gaussian(n: int, d: int, seed: int) -> Dataset:
    """Gaussian samples with labels in turn, every number on multiples of 1/16, which keeps exact work short."""
    data = signed.gaussian(n, d, seed)
    rows = [[F(round(16 * v), 16) for v in row] for row in data.X]
    return Dataset(rows, data.y, name=f"Gaussian, n={n}, d={d}, seed {seed}")  # type: ignore[arg-type]


def known() -> tuple[Dataset, ...]:
    """Small exact data, smallest first: what keeps the theorems' conditions, and families that break one of them."""
    one = Dataset([[1]], [1], name="one sample")
    pair = Dataset([[1], [-1]], [1, -1], name="antipodal pair")
    four = Dataset([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"], name="four points")
    corners = [[2, 0], [-1, "7/4"], [-1, "-7/4"]]
    three = Dataset(corners, [1, "1/2", "1/3"], name="three clusters")
    bent = Dataset([[1, 0], [0, 1], [-1, 0], [0, -1]], [1, -1, 1, -1], name="bent teacher")
    beside = Dataset([[2, 0], [-2, 0], [0, 1], [0, -1]], [2, -2, 0, 0], name="beside the hyperplane")
    units = [signed.basis(n, pattern) for n in (1, 2, 3, 4) for pattern in ("alternate", "plus")]
    tilted = [signed.tilted(F(k, 5)) for k in (1, 3, 4)]
    rest = (signed.collinear(), *tilted, signed.opposite_pairs(1), signed.opposite_pairs(2), signed.hexagon())
    unequal = Dataset([[1, 0], [0, 2]], [1, -1], name="orthogonal, unequal")
    close = Dataset([[1, 0], ["1/4", 1]], [1, -1], name="close, unlike labels")
    signal = Dataset([[1, 1, 0], [-1, 0, 1]], [1, -1], name="signal and noise")
    found = (one, pair, *units, unequal, close, signal, four, three, bent, beside, *rest)
    return tuple(sorted(found, key=lambda data: data.n + data.d))

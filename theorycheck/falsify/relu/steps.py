"""Simpler candidates about ReLU networks: fewer samples, neurons and inputs, zeros, small integers."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs

from theorycheck.claims.attacks.grids import cost
from theorycheck.claims.claim import Candidate
from theorycheck.errors import InvalidInstance
from theorycheck.falsify.shrink import simpler
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

_MOST = 60  # entries of a point, or of the samples, that are made simpler one by one
_LAYERS = ("W_plus", "W_minus", "W")  # rows are neurons; `a` has an entry a neuron of W


def price(candidate: Candidate) -> tuple[int, int]:
    """Sizes first (n + d + m), then how much ink the rationals take."""
    one = candidate.instance
    numbers = [v for row in (*one.data.X, one.data.y) for v in row]
    numbers += [one.slope, one.init, one.eta or Fraction(0), one.dominance]
    numbers += [Fraction(v) for rows in layers(candidate.point).values() for row in rows for v in row]
    numbers += [Fraction(v) for v in candidate.point.get("a", ())]
    return one.data.n + one.data.d + sum(one.width), sum(map(cost, numbers))


def layers(point: dict) -> dict[str, list]:
    """The matrices of a point by name: W_plus and W_minus with fixed outputs, W with trained ones."""
    return {name: point[name] for name in _LAYERS if name in point}


def steps(candidate: Candidate) -> Iterator[Candidate]:
    """Simpler candidates, the boldest first."""
    for make in (_fewer_samples, _fewer_neurons, _fewer_inputs, _simpler_data, _simpler_network, _simpler_point):
        yield from make(candidate)


def _without(rows: Any, k: int) -> list:
    return [*rows[:k], *rows[k + 1 :]]


def _changed(candidate: Candidate, point: Any = None, **changes: Any) -> Iterator[Candidate]:
    """The candidate with another point, or an instance with other parts, if there is such an instance.

    Other data were not drawn from the law.
    """
    changes |= {"law": None} if "data" in changes else {}
    try:
        instance = attrs.evolve(candidate.instance, **changes) if changes else candidate.instance
    except InvalidInstance:
        return
    yield attrs.evolve(candidate, instance=instance, point=candidate.point if point is None else point)


def _data(X: Any, y: Any) -> Dataset:
    return Dataset(X, y, name="found", provenance="found by the search")


def _fewer_samples(candidate: Candidate) -> Iterator[Candidate]:
    data = candidate.instance.data
    for i in range(data.n if data.n > 1 else 0):
        yield from _changed(candidate, data=_data(_without(data.X, i), _without(data.y, i)))


def _fewer_neurons(candidate: Candidate) -> Iterator[Candidate]:
    """One neuron less; without a point the width alone."""
    one, point = candidate.instance, candidate.point
    for k, name in enumerate(("W_plus", "W_minus") if one.outputs == "fixed" else ("W",)):
        m = one.width[k]
        width = (*one.width[:k], m - 1, *one.width[k + 1 :])
        for r in range(0 if m == 1 else m if name in point else 1):
            lost = {name: _without(point[name], r)} if name in point else {}
            lost |= {"a": _without(point["a"], r)} if "a" in point else {}
            yield from _changed(candidate, point | lost, width=width)


def _fewer_inputs(candidate: Candidate) -> Iterator[Candidate]:
    data, point = candidate.instance.data, candidate.point
    for k in range(data.d if data.d > 1 else 0):
        rest = {name: [_without(row, k) for row in rows] for name, rows in layers(point).items()}
        yield from _changed(candidate, point | rest, data=_data([_without(row, k) for row in data.X], data.y))


def _simpler_data(candidate: Candidate) -> Iterator[Candidate]:
    data = candidate.instance.data
    for i, k, v in _choices(data.X) if data.n * data.d <= _MOST else ():
        yield from _changed(candidate, data=_data(_replaced(data.X, i, k, v), data.y))
    for _, i, v in _choices((data.y,)):
        yield from _changed(candidate, data=_data(data.X, _replaced((data.y,), 0, i, v)[0]))


def _simpler_network(candidate: Candidate) -> Iterator[Candidate]:
    one = candidate.instance
    of_start = ("init", "eta", *(("dominance",) if one.outputs == "trained" else ()))
    for name in ("slope", *(of_start if candidate.point else ())):  # without a point nothing starts
        value = getattr(one, name)
        for v in simpler(value) if value is not None else ():
            if v or name == "slope":  # a start at zero is another statement
                yield from _changed(candidate, **{name: v})


def _simpler_point(candidate: Candidate) -> Iterator[Candidate]:
    point = candidate.point
    for name, rows in layers(point).items():
        if sum(map(len, rows)) <= _MOST:
            for i, k, v in _choices(rows):
                yield from _changed(candidate, point | {name: _texts(_replaced(rows, i, k, v))})
    for _, k, v in _choices((point["a"],)) if "a" in point else ():
        yield from _changed(candidate, point | {"a": _texts(_replaced((point["a"],), 0, k, v))[0]})


def _choices(rows: Any) -> Iterator[tuple[int, int, Fraction]]:
    """Every entry's place with every simpler value of it."""
    for i, row in enumerate(rows):
        for k, old in enumerate(row):
            yield from ((i, k, v) for v in simpler(Fraction(old)))


def _replaced(rows: Any, i: int, k: int, v: Fraction) -> list:
    return [*rows[:i], [*rows[i][:k], v, *rows[i][k + 1 :]], *rows[i + 1 :]]


def _texts(rows: list) -> list:
    return [[str(v) for v in row] for row in rows]


def forms(candidate: Candidate) -> Iterator[Candidate]:
    """The symmetry normal form: neurons in descending order; with trained outputs those with a larger a_j first."""
    point = candidate.point
    if not point:
        return
    new = {name: sorted(rows, key=_descending) for name, rows in layers(point).items()}
    if "a" in point:
        pairs = sorted(zip(point["a"], point["W"], strict=True), key=lambda p: (-Fraction(p[0]), _descending(p[1])))
        new = {"a": [a for a, _ in pairs], "W": [row for _, row in pairs]}
    yield attrs.evolve(candidate, point=point | new)


def _descending(row: Any) -> tuple[Fraction, ...]:
    return tuple(-Fraction(v) for v in row)


def same_kind(instance: ReluInstance, point: dict) -> bool:
    """Whether the shapes of a point are those of the instance's network."""
    names = ("W_plus", "W_minus") if instance.outputs == "fixed" else ("W",)
    found = layers(point)
    fits = tuple(found) == names and tuple(len(found[name]) for name in names) == instance.width
    return fits and all(len(row) == instance.data.d for rows in found.values() for row in rows)

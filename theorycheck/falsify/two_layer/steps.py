"""Simpler two-layer candidates: fewer samples, neurons and inputs, zeros, small integers, small denominators."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import attrs

from theorycheck.claims.attacks import points
from theorycheck.claims.attacks.grids import cost
from theorycheck.claims.claim import Candidate
from theorycheck.falsify.shrink import simpler
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance

Price = tuple[int, int]


def price(candidate: Candidate) -> Price:
    """Sizes first (n + d + m), then how much ink the rationals take."""
    instance = candidate.instance
    data, network = instance.data, instance.network
    numbers = [v for row in (*data.X, data.y, network.output_weights) for v in row]
    numbers += [v for row in points.values_of(candidate.point) for v in row] if candidate.point else []
    numbers += points.weights_of(candidate.point) or ()
    return data.n + data.d + network.width, sum(map(cost, numbers))


def steps(candidate: Candidate) -> Iterator[Candidate]:
    """Simpler candidates, the boldest first."""
    if not candidate.point:
        yield from _label_steps(candidate)
        return
    yield from _smaller(candidate)
    yield from _simpler(candidate)


def _label_steps(candidate: Candidate) -> Iterator[Candidate]:
    """Without a point there are only labels to simplify."""
    instance = candidate.instance
    for i, label in enumerate(instance.data.y):
        for v in simpler(label):
            labels = [*instance.data.y[:i], v, *instance.data.y[i + 1 :]]
            yield attrs.evolve(candidate, instance=points.relabelled(instance, labels))


def _without(rows: Any, k: int) -> tuple:
    return (*rows[:k], *rows[k + 1 :])


@attrs.frozen
class _Parts:
    """A candidate taken apart: instance, coordinate, values, and the trained output weights if there are any."""

    instance: Instance
    kind: str
    rows: tuple
    trained: tuple | None

    @classmethod
    def of(cls, candidate: Candidate) -> "_Parts":
        point = candidate.point
        return cls(candidate.instance, point["coordinate"], points.values_of(point), points.weights_of(point))

    def built(self) -> Iterator[Candidate]:
        """The candidate with labels that fit the point again, if it is exact."""
        candidate = points.complete(self.instance, self.kind, self.rows, self.trained)
        if candidate:
            yield candidate

    def changed(self, **parts: Any) -> Iterator[Candidate]:
        """The candidate with some parts replaced; `X` and `weights` reach into the instance."""
        instance = parts.pop("instance", self.instance)
        if "X" in parts:
            X = parts.pop("X")
            data = Dataset(X=X, y=(0,) * len(X), name="found", provenance="found by the search")
            instance = attrs.evolve(instance, data=data)
        if "weights" in parts:
            weights = parts.pop("weights")
            network = attrs.evolve(instance.network, width=len(weights), output_weights=weights)
            instance = attrs.evolve(instance, network=network)
        yield from attrs.evolve(self, instance=instance, **parts).built()

    def permuted(self, order: Sequence[int], sign: int = 1) -> Iterator[Candidate]:
        """The candidate with some neurons, in some order, all with another sign."""
        weights = self.instance.network.output_weights
        trained = None if self.trained is None else tuple(self.trained[j] for j in order)
        rows = self.rows if self.kind == "theta" else tuple(zip(*self.rows, strict=True))
        rows = tuple(tuple(sign * v for v in rows[j]) for j in order)
        rows = rows if self.kind == "theta" else tuple(zip(*rows, strict=True))
        yield from self.changed(weights=tuple(weights[j] for j in order), trained=trained, rows=rows)


def _smaller(candidate: Candidate) -> Iterator[Candidate]:
    """One sample, neuron or input fewer."""
    parts = _Parts.of(candidate)
    data, m, theta = parts.instance.data, parts.instance.network.width, parts.kind == "theta"
    for i in range(data.n if data.n > 1 else 0):
        yield from parts.changed(X=_without(data.X, i), rows=parts.rows if theta else _without(parts.rows, i))
    for j in range(m if m > 1 else 0):
        yield from parts.permuted(_without(range(m), j))
    for k in range(data.d if data.d > 1 else 0):
        rows = tuple(_without(row, k) for row in parts.rows) if theta else parts.rows
        yield from parts.changed(X=tuple(_without(x, k) for x in data.X), rows=rows)


def _simpler(candidate: Candidate) -> Iterator[Candidate]:
    """One number simpler: of the point, of the samples, of the output weights."""
    parts = _Parts.of(candidate)
    X, weights = parts.instance.data.X, parts.instance.network.output_weights
    yield from _simpler_values(parts)
    for i, k, v in _choices(X):
        yield from parts.changed(X=_replaced(X, i, k, v))
    for _, j, v in _choices((weights,)):
        if v != 0:
            yield from parts.changed(weights=(*weights[:j], v, *weights[j + 1 :]))
    for _, j, v in _choices((parts.trained,) if parts.trained else ()):
        yield from parts.changed(trained=_replaced((parts.trained,), 0, j, v)[0])


def _simpler_values(parts: _Parts) -> Iterator[Candidate]:
    """Values of the point: all of one size together, one alone, or one against the last of its row."""
    rows = parts.rows
    for size in sorted({abs(v) for row in rows for v in row}, reverse=True):
        for v in (v for v in simpler(size) if v >= 0):
            yield from parts.changed(rows=tuple(tuple(_resized(w, size, v) for w in row) for row in rows))
    for i, j, v in _choices(rows):
        yield from parts.changed(rows=_replaced(rows, i, j, v))
        last = len(rows[i]) - 1
        if parts.kind == "u" and j < last:  # keeps the label
            balanced = _replaced(rows, i, last, rows[i][last] + rows[i][j] - v)
            yield from parts.changed(rows=_replaced(balanced, i, j, v))


def _resized(w: Fraction, size: Fraction, new: Fraction) -> Fraction:
    return w if abs(w) != size else new if w > 0 else -new


def _choices(rows: Sequence[Sequence[Fraction]]) -> Iterator[tuple[int, int, Fraction]]:
    """Every entry's place with every simpler value of it."""
    for i, row in enumerate(rows):
        for j, old in enumerate(row):
            yield from ((i, j, v) for v in simpler(old))


def _replaced(rows: tuple, i: int, j: int, v: Fraction) -> tuple:
    return (*rows[:i], (*rows[i][:j], v, *rows[i][j + 1 :]), *rows[i + 1 :])


def forms(candidate: Candidate) -> Iterator[Candidate]:
    """The symmetry normal form: neurons in descending order; of the two signs both, where most entries are negative."""
    if not candidate.point:
        return
    parts = _Parts.of(candidate)
    neurons = parts.rows if parts.kind == "theta" else tuple(zip(*parts.rows, strict=True))
    negative = sum(v < 0 for row in parts.rows for v in row) * 2 > len(parts.rows) * len(parts.rows[0])
    for sign in (-1, 1) if negative and parts.kind != "g" else (1,):
        order = sorted(range(len(neurons)), key=lambda j, sign=sign: tuple(sign * v for v in neurons[j]), reverse=True)
        yield from parts.permuted(order, sign)

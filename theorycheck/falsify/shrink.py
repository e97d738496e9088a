"""Make a counterexample smaller: fewer samples, neurons and inputs, zeros, small integers, small denominators.

Nothing here decides what is a counterexample: every step is tested again by the caller's exact predicate.
"""

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import attrs

from theorycheck.claims.attacks import points
from theorycheck.claims.attacks.grids import cost
from theorycheck.claims.claim import Candidate
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance

Price = tuple[int, int]


def price(candidate: Candidate) -> Price:
    """Sizes first (n + d + m), then how much ink the rationals take."""
    instance = candidate.instance
    data, network = instance.data, instance.network
    numbers = [v for row in (*data.X, data.y, network.output_weights) for v in row]
    numbers += [v for row in points.values_of(candidate.point) for v in row] if candidate.point else []
    return data.n + data.d + network.width, sum(map(cost, numbers))


def shrink(candidate: Candidate, holds: Callable[[Candidate], bool], seconds: float) -> tuple[Candidate, int]:
    """The smallest counterexample that single steps lead to, and the number of steps tried.

    Args:
        candidate: a counterexample.
        holds: whether a candidate is one, exactly; also whether it has what the user fixed.
        seconds: stop trying after this time.
    """
    deadline, tries, best = time.monotonic() + seconds, 0, candidate
    while time.monotonic() < deadline:
        smaller = (c for c in steps(best) if price(c) < price(best))
        for step in smaller:
            tries += 1
            if holds(step):
                best = step
                break
            if time.monotonic() > deadline:
                break
        else:
            break
    return tidy(best, holds), tries


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


def _smaller(candidate: Candidate) -> Iterator[Candidate]:
    """One sample, neuron or input fewer."""
    instance, kind, rows = candidate.instance, candidate.point["coordinate"], points.values_of(candidate.point)
    data, network = instance.data, instance.network
    for i in range(data.n if data.n > 1 else 0):
        kept = rows if kind == "theta" else _without(rows, i)
        yield from _rebuilt(_with_inputs(instance, _without(data.X, i)), kind, kept)
    for j in range(network.width if network.width > 1 else 0):
        kept = _without(rows, j) if kind == "theta" else tuple(_without(row, j) for row in rows)
        fewer = attrs.evolve(network, width=network.width - 1, output_weights=_without(network.output_weights, j))
        yield from _rebuilt(attrs.evolve(instance, network=fewer), kind, kept)
    for k in range(data.d if data.d > 1 else 0):
        kept = tuple(_without(row, k) for row in rows) if kind == "theta" else rows
        yield from _rebuilt(_with_inputs(instance, tuple(_without(x, k) for x in data.X)), kind, kept)


def _with_inputs(instance: Instance, X: tuple) -> Instance:
    data = Dataset(X=X, y=(0,) * len(X), name="found", provenance="found by the search")
    return attrs.evolve(instance, data=data)


def _rebuilt(template: Instance, kind: str, rows: tuple) -> Iterator[Candidate]:
    """The candidate with labels that fit the point again, if it is exact."""
    candidate = points.complete(template, kind, rows)
    if candidate:
        yield candidate


def _simpler(candidate: Candidate) -> Iterator[Candidate]:
    """One number simpler: of the point (alone, or against the row's last), of the samples, of the output weights."""
    instance, kind, rows = candidate.instance, candidate.point["coordinate"], points.values_of(candidate.point)
    for i, row in enumerate(rows):
        for j, old in enumerate(row):
            for v in simpler(old):
                yield from _rebuilt(instance, kind, _replaced(rows, i, j, v))
                if kind == "u" and j < len(row) - 1:  # keeps the label
                    balanced = _replaced(rows, i, len(row) - 1, row[-1] + old - v)
                    yield from _rebuilt(instance, kind, _replaced(balanced, i, j, v))
    for i, row in enumerate(instance.data.X):
        for k, old in enumerate(row):
            for v in simpler(old):
                yield from _rebuilt(_with_inputs(instance, _replaced(instance.data.X, i, k, v)), kind, rows)
    weights = instance.network.output_weights
    for j, old in enumerate(weights):
        for v in (v for v in simpler(old) if v != 0):
            network = attrs.evolve(instance.network, output_weights=(*weights[:j], v, *weights[j + 1 :]))
            yield from _rebuilt(attrs.evolve(instance, network=network), kind, rows)


def _replaced(rows: tuple, i: int, j: int, v: Fraction) -> tuple:
    return (*rows[:i], (*rows[i][:j], v, *rows[i][j + 1 :]), *rows[i + 1 :])


def simpler(v: Fraction) -> list[Fraction]:
    """Rationals near v or standard that take less ink, cheapest first."""
    near = [v.limit_denominator(k) for k in (1, 2, 3, 4, 5, 10)]
    choices = {Fraction(0), Fraction(1), Fraction(-1), Fraction(2), Fraction(1, 2), abs(v), *near}
    return sorted((c for c in choices if cost(c) < cost(v)), key=cost)


def tidy(candidate: Candidate, holds: Callable[[Candidate], bool]) -> Candidate:
    """The symmetry normal form, where it is still a counterexample: neurons in descending order."""
    if not candidate.point:
        return candidate
    for form in _forms(candidate):
        if form.point["values"] == candidate.point["values"]:
            return candidate
        if price(form) <= price(candidate) and holds(form):
            return form
    return candidate


def _forms(candidate: Candidate) -> Iterator[Candidate]:
    instance, kind, rows = candidate.instance, candidate.point["coordinate"], points.values_of(candidate.point)
    neurons = rows if kind == "theta" else tuple(zip(*rows, strict=True))
    weights = instance.network.output_weights
    signs = (1, -1) if kind != "g" and sum(v < 0 for row in rows for v in row) * 2 > len(rows) * len(rows[0]) else (1,)
    for sign in reversed(signs):
        turned = [tuple(sign * v for v in neuron) for neuron in neurons]
        order = sorted(range(len(turned)), key=lambda j, turned=turned: turned[j], reverse=True)
        ordered = tuple(turned[j] for j in order)
        network = attrs.evolve(instance.network, output_weights=tuple(weights[j] for j in order))
        shape = ordered if kind == "theta" else tuple(zip(*ordered, strict=True))
        yield from _rebuilt(attrs.evolve(instance, network=network), kind, shape)

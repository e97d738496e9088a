"""Every point of a grid of small rationals, looked at in floats; the promising ones become exact candidates."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import attrs

from theorycheck.claims.attacks import grids, points, screen
from theorycheck.claims.attacks.templates import templates
from theorycheck.claims.claim import Candidate, Looked, Space
from theorycheck.models.instance import Instance

_FEW, _PLENTY, _MANY = 8, 40, 3  # values a slot; values a slot; neurons
Hits = Callable[[Instance, Any], Any]  # from an instance and preactivations (B, n, m) to a mask (B,)


def natural(template: Instance) -> str | None:
    """The coordinate in which exact points of a setting are written; None where there is none."""
    kind = points.coordinate(template.network.activation)
    if kind == "u" or template.network.trained_output:
        return None
    if template.inputs.rank() == template.data.n:
        return kind
    return "theta" if kind == "z" else None


def scan(
    space: Space, hits: Hits, kind: Callable[[Instance], str | None] = natural, most: int = 12
) -> Iterator[Candidate | Looked]:
    """Candidates from grids, smallest settings and coarsest grids first.

    Args:
        space: where to look.
        hits: which points of a batch may violate the conclusion.
        kind: the coordinate to use in a setting; None leaves it out.
        most: how many candidates a grid may give, the cheapest.
    """
    for level in range(1, grids.LEVELS + 1):
        for template in templates(space, level):
            chosen = kind(template)
            if chosen:
                yield from _grid(space, template, _Grid(chosen, level, most), hits)
            else:
                yield Looked(0, f"{template.network.activation.name}: no exact coordinate")


@attrs.frozen
class _Grid:
    """Coordinate, level, and how many candidates to take."""

    kind: str
    level: int
    most: int


def _shape(template: Instance, kind: str) -> tuple[int, int]:
    return (template.network.width, template.inputs.d) if kind == "theta" else (template.data.n, template.network.width)


def _wide(template: Instance, kind: str, level: int) -> tuple[Fraction, ...]:
    """Values for random points: many, whatever the number of slots."""
    return _pool(template, kind, level, 2)


def _pool(template: Instance, kind: str, level: int, slots: int) -> tuple[Fraction, ...]:
    pool = grids.rationals(grids.height(level))
    if kind == "g" and points.positive_only(template.network.activation):
        pool = tuple(v for v in pool if v > 0)
    return grids.with_extremes(pool, level, slots)


def _rows(template: Instance, kind: str, level: int, shape: tuple[int, int]) -> tuple[tuple[Fraction, ...], Any]:
    """The pool and the points as indices into it: all of a grid, or where that is too much, a part with structure."""
    slots, width = shape[0] * shape[1], template.network.width
    if 2**slots > grids.MOST and width > _MANY:
        pool = _pool(template, kind, level, 2 * slots // width + 1)
        kinds = grids.two_kinds(pool, width, slots // width)
        return pool, (kinds if kind == "theta" else kinds.transpose(0, 2, 1)).reshape(len(kinds), slots)
    pool = _pool(template, kind, level, slots)
    if len(pool) >= _PLENTY:
        return pool, grids.fillings(pool, slots, _alike(template, kind))
    return grids.with_random(*_coarse(template, kind, level, shape), _wide(template, kind, level), level)


def _coarse(template: Instance, kind: str, level: int, shape: tuple[int, int]) -> tuple[tuple[Fraction, ...], Any]:
    """All of a coarse grid; where that has too few values a slot, the first sample varies alone."""
    slots, width = shape[0] * shape[1], template.network.width
    pool = _pool(template, kind, level, slots)
    if kind != "theta" and shape[0] > 1 and len(pool) < _FEW:  # let the first sample vary alone
        pool = _pool(template, kind, level, width)
        return pool, grids.first_only(pool, slots, width)
    return pool, grids.fillings(pool, slots, _alike(template, kind))


def _grid(space: Space, template: Instance, grid: _Grid, hits: Hits) -> Iterator[Candidate | Looked]:
    import numpy as np

    kind, level = grid.kind, grid.level
    shape = _shape(template, kind)
    pool, rows = _rows(template, kind, level, shape)
    Z = points.floats(template, kind, np.array([float(v) for v in pool])[rows].reshape(-1, *shape))
    with np.errstate(all="ignore"):
        mask = hits(template, Z) & _fits(space, template, Z)
    for values in grids.simplest(pool, rows, np.flatnonzero(mask), grid.most):
        matrix = [values[k : k + shape[1]] for k in range(0, len(values), shape[1])]
        if candidate := points.complete(template, kind, matrix):
            yield candidate
    sizes = f"n={template.data.n}, d={template.data.d}, m={template.network.width}"
    yield Looked(len(rows), f"{template.network.activation.name}, {sizes}, grid of height {grids.height(level)}")


def _alike(template: Instance, kind: str) -> int:
    """How many of the first slots may be sorted: neurons with equal output weights can be exchanged."""
    alike = len(set(template.network.output_weights)) == 1 and (kind != "theta" or template.inputs.d == 1)
    return template.network.width if alike else 0


def _fits(space: Space, template: Instance, Z: Any) -> Any:
    """Which points have the labels that the user fixed, in floats."""
    import numpy as np

    if "y" not in space.fixed:
        return np.ones(len(Z), bool)
    a = np.array([float(v) for v in template.network.output_weights])
    labels = screen.jet(template.network.activation, 0, Z) @ a
    return (np.abs(labels - np.array([float(v) for v in space.fixed["y"]])) < 1e-9).all(axis=1)

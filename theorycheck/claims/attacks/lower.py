"""A point of the zero-loss set with a smaller Hessian trace than the point where all neurons agree."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs

from theorycheck.claims.attacks import grids, points, screen
from theorycheck.claims.attacks.exactly import below, less, shown, term, total
from theorycheck.claims.attacks.templates import templates
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.activations import Activation
from theorycheck.models.instance import Instance
from theorycheck.models.signs import proves

_MANY = 20  # neurons: from there on not every proportion of the two kinds is looked at
_CLEAR = 1e-9  # relative gap below which floats are not worth an exact look


def candidates(space: Space) -> Iterator[Candidate | Looked]:
    """Small rational values of the outputs (or of z), first for two kinds of neurons, then for as many as there are."""
    for level in range(1, grids.LEVELS + 1):
        for template in templates(space, level):
            if (
                template.network.equal_weights
                and space.allows(template, "data")
                and template.data.rank() == template.data.n
            ):
                yield from _grid(space, template, level)
                if level > 2 and template.network.width <= _MANY:
                    yield from _descent(space, template, level)
            else:
                yield Looked(0, "settings without a point of equal neurons")


def _patterns(m: int) -> Iterator[tuple[int, ...]]:
    """Which neurons are alike: two kinds in their proportions; for three neurons also all different."""
    shares = range(m - 1, 0, -1) if m <= _MANY else sorted({m - 1, m - 2, m // 2, m // 10, 2, 1}, reverse=True)
    yield from (tuple(int(j >= k) for j in range(m)) for k in shares if k > 0)
    if m == 3:
        yield (0, 1, 2)


def _grid(space: Space, template: Instance, level: int) -> Iterator[Candidate | Looked]:
    kind = _kind(space, template)
    for pattern in _patterns(template.network.width):
        for sample in range(template.data.n if "y" in space.fixed else 1):
            row = _Row(template, kind, space.fixed.get("y"), sample)
            slots = max(pattern) + 1 - (row.label is not None)
            yield from _scan(row, pattern, grids.affordable(grids.rationals(grids.height(level)), slots))


def _kind(space: Space, template: Instance) -> str:
    exact_in_z = points.coordinate(template.network.activation) == "z"
    return "z" if exact_in_z and "y" not in space.fixed else "u"


@attrs.frozen
class _Row:
    """The sample whose neurons are to disagree; the neurons of all others agree."""

    template: Instance
    kind: str
    labels: tuple[Fraction, ...] | None
    sample: int

    @property
    def label(self) -> Fraction | None:
        return None if self.labels is None else self.labels[self.sample]

    def candidate(self, row: list[Fraction]) -> Candidate | None:
        """The candidate with this row, if φ is exact there."""
        width, mean = len(row), sum(row, Fraction(0)) / len(row)
        levels = [row[0] if self.kind == "z" else mean] * self.template.data.n
        if self.labels is not None:
            levels = [label / width for label in self.labels]
        rows = [(level,) * width for level in levels]
        rows[self.sample] = tuple(row)
        return points.complete(self.template, self.kind, rows)


def _scan(row: _Row, pattern: tuple, pool: tuple) -> Iterator[Candidate | Looked]:
    """Look at every way to give the kinds of neurons values from the pool; the last follows from a fixed label."""
    import numpy as np

    phi, classes, label = row.template.network.activation, max(pattern) + 1, row.label
    sizes = [pattern.count(k) for k in range(classes)]
    rows = grids.fillings(pool, classes - (label is not None))
    batch = np.array([float(v) for v in pool])[rows]
    if label is not None:
        batch = np.column_stack([batch, (float(label) - batch @ np.array(sizes[:-1], float)) / sizes[-1]])
    hits = np.flatnonzero(gaps(phi, points.preactivations(phi, row.kind, batch), np.array(sizes)) > _CLEAR)
    for values in grids.simplest(pool, rows, hits):
        spent = sum((k * v for k, v in zip(sizes, values, strict=False)), Fraction(0))
        full = values if label is None else [*values, (label - spent) / sizes[-1]]
        if candidate := row.candidate([full[k] for k in pattern]):
            yield candidate
    yield Looked(len(rows), f"{phi.name}, m={row.template.network.width}")


def gaps(phi: Activation, Z: Any, sizes: Any) -> Any:
    """How far, relatively, the trace at one sample's preactivations is below that of equal neurons, (B,).

    Args:
        phi: the activation.
        Z: (B, k) preactivations of k kinds of neurons.
        sizes: (k,) how many neurons of each kind.
    """
    import numpy as np

    m = sizes.sum()
    level = screen.jet(phi, 0, Z) @ sizes / m
    with np.errstate(all="ignore"):
        equal = m * screen.jet(phi, 1, screen.preimage(phi, level)) ** 2
        here = screen.jet(phi, 1, Z) ** 2 @ sizes
        return np.nan_to_num((equal - here) / np.maximum(equal, 1e-12), nan=-1.0)


def _descent(space: Space, template: Instance, level: int) -> Iterator[Candidate | Looked]:
    """Random starts and a local optimiser; the end is rounded to rationals, coarse ones first."""
    import numpy as np
    from scipy.optimize import minimize

    phi, m = template.network.activation, template.network.width
    row = _Row(template, "u", space.fixed.get("y"), 0)
    draw = np.random.default_rng([level, m])
    for _ in range(4):
        start = draw.normal(0, 1 + level / 2, m)
        label = screen.jet(phi, 0, start).sum() if row.label is None else float(row.label)
        fits = {"type": "eq", "fun": lambda z, label=label: screen.jet(phi, 0, z).sum() - label}
        with np.errstate(all="ignore"):
            found = minimize(lambda z: (screen.jet(phi, 1, z) ** 2).sum(), start, method="SLSQP", constraints=[fits])
        yield Looked(int(found.nfev), f"{phi.name}, m={m}, local optimiser")
        yield from _rounded(row, screen.jet(phi, 0, found.x))


def _rounded(row: _Row, outputs: Any) -> Iterator[Candidate]:
    import numpy as np

    if not np.isfinite(outputs).all() or np.abs(outputs).max() > 1e6:
        return
    for size in (2, 5, 10, 100, 1000):
        values = [Fraction(float(u)).limit_denominator(size) for u in sorted(outputs, reverse=True)]
        values = values if row.label is None else [*values[:-1], row.label - sum(values[:-1], Fraction(0))]
        z = screen.preimage(row.template.network.activation, np.array([[float(u) for u in values]]))
        if gaps(row.template.network.activation, z, np.ones(len(values)))[0] > _CLEAR and (
            candidate := row.candidate(values)
        ):
            yield candidate
            return


def _one_solution(instance: Instance) -> bool:
    """Whether φ takes each label's share once: otherwise there are several points where all neurons agree.

    It is proved for a monotone φ; for others a grid of floats must show a single crossing.
    """
    phi, m = instance.network.activation, instance.network.width
    if any(proves(phi.jets()[1], relation) for relation in (">=", "<=")):
        return True
    return all(screen.crossings(phi, float(label / m)) == 1 for label in instance.data.y)


def violation(candidate: Candidate) -> Violation | None:
    """Compare the two traces exactly, or in balls."""
    instance, equal = candidate.instance, points.equal_point(candidate.instance)
    if equal is None or not instance.network.equal_weights or not _one_solution(instance):
        return None
    low, high = [term("trace", candidate.point)], [term("trace", equal)]
    here, there = total(instance, *low), total(instance, *high)
    if not below(here, there):
        return None
    return Violation(
        quantity="trace of the Hessian at a point whose neurons disagree",
        bound=f"at least {shown(there)}, its value where all neurons agree",
        value=shown(here),
        size=float(there - here),
        evidence=(less("violates", ("trace at the point", low), ("trace where all neurons agree", high)),),
    )


LOWER_THAN_EQUAL = Attack("a lower trace than that of equal neurons", candidates, violation)

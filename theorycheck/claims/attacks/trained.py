"""Trained output weights: a point with a lower trace than every point of equal neurons.

Equal neurons are a family here: their common output weight a is free, its sign too. For one sample a = y / (m φ(z)),
and that the trace over the family stays above a number c is one sign: m φ⁴ + w (y²/m) φ'² - c φ² > 0 for all z.
For more samples the search has floats only, and a point that looks lower is told as unconfirmed.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from flint import fmpq

from theorycheck.certificates import check
from theorycheck.claims.attacks import grids, points, screen
from theorycheck.claims.attacks.exactly import shown, term, total, tree_document, value
from theorycheck.claims.attacks.templates import templates
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.instance import Instance
from theorycheck.models.signs import proves

_BATCH, _CLEAR = 1000, 1e-3  # relative; the table of h is good to a few digits
_WEIGHTS = tuple(map(Fraction, (0, 1, -1, 2, -2, 4, -4, 8, -8, 16, -16)))


def _candidates(space: Space) -> Iterator[Candidate | Looked]:
    for level in range(1, grids.LEVELS + 1):
        for template in templates(space, level):
            if not template.network.trained_output or template.data.rank() < template.data.n:
                continue
            if template.data.n == 1:
                yield from _grid(space, template, level)
            else:
                yield _looked(template, level)


def _grid(space: Space, template: Instance, level: int) -> Iterator[Candidate | Looked]:
    """One sample: small values and small output weights, two kinds of neurons."""
    import numpy as np

    kind, m = points.coordinate(template.network.activation), template.network.width
    if kind == "u":
        yield Looked(0, f"{template.network.activation.name}: no exact coordinate")
        return
    pool = tuple(v for v in grids.rationals(8 + level) if _is_power(v) and (v > 0 or kind == "z"))[: 8 + 2 * level]
    choices = (*pool, *_WEIGHTS)
    rows = _two_kinds(len(pool), len(choices))
    numbers = np.array([float(v) for v in choices])[rows]
    Z = points.preactivations(template.network.activation, kind, numbers[:, [0] + [1] * (m - 1)])[:, None, :]
    a = numbers[:, [2] + [3] * (m - 1)][:, None, :]
    mask = _lower(template, Z, a) & _fits(space, template, Z, a)
    for values in grids.simplest(choices, rows, np.flatnonzero(mask), 40):
        row, weights = (values[0], *values[1:2] * (m - 1)), (values[2], *values[3:] * (m - 1))
        if candidate := points.complete(template, kind, (row,), weights):
            yield candidate
    yield Looked(len(rows), f"{template.network.activation.name}, n=1, m={m}, output weights trained")


def _is_power(v: Fraction) -> bool:
    """Whether v is 0 or a power of two up to its sign."""
    size = abs(v)
    return size == 0 or (size.numerator & (size.numerator - 1)) + (size.denominator & (size.denominator - 1)) == 0


def _two_kinds(values: int, choices: int) -> Any:
    """Indices of two values and two output weights, all combinations, (B, 4)."""
    import numpy as np

    axes = [np.arange(values)] * 2 + [np.arange(values, choices)] * 2
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 4)


def _fits(space: Space, template: Instance, Z: Any, a: Any) -> Any:
    import numpy as np

    label = (a * screen.jet(template.network.activation, 0, Z)).sum(axis=2)[:, 0]
    return np.abs(label - float(space.fixed["y"][0])) < 1e-9 if "y" in space.fixed else np.abs(label) > 1e-9


def _lower(template: Instance, Z: Any, a: Any) -> Any:
    """Points that are lower than equal neurons, which can fit the labels with output weights 1, in floats, (B,)."""
    import numpy as np

    phi = template.network.activation
    with np.errstate(all="ignore"):
        labels = np.round((a * screen.jet(phi, 0, Z)).sum(axis=2), 12)
        unique, back = np.unique(labels, axis=0, return_inverse=True)
        bound = equal_least(template, unique)[back.reshape(-1)]
        realisable = np.isfinite(screen.preimage(phi, labels / template.network.width)).all(axis=1)
        return (_trace(template, Z, a) < (1 - _CLEAR) * bound) & realisable


def _looked(template: Instance, level: int) -> Looked:
    """More samples: random points, in floats."""
    import numpy as np

    draw = np.random.default_rng([level, template.data.n, template.network.width])
    shape = (_BATCH, template.data.n, template.network.width)
    Z, a = draw.normal(0, level / 2, shape), draw.normal(0, 1, (_BATCH, 1, shape[2]))
    where = f"{template.network.activation.name}, n={shape[1]}, m={shape[2]}, output weights trained, in floats"
    return Looked(_BATCH, where, int(_lower(template, Z, a).sum()))


def _trace(template: Instance, Z: Any, a: Any) -> Any:
    """The trace over κ, with the part of the output weights, (B,)."""
    import numpy as np

    phi = template.network.activation
    w = np.array([float(v) for v in template.inputs.squared_norms()])[:, None]
    return (screen.jet(phi, 0, Z) ** 2 + w * (a * screen.jet(phi, 1, Z)) ** 2).sum(axis=(1, 2))


def equal_least(template: Instance, labels: Any) -> Any:
    """The least trace over κ of equal neurons for labels (B, n), over a grid of their common output weight, (B,)."""
    import numpy as np

    m, phi = template.network.width, template.network.activation
    w = np.array([float(v) for v in template.inputs.squared_norms()])
    z = screen.line(phi, 12.0, 8001)
    u, square = screen.jet(phi, 0, z), screen.jet(phi, 1, z) ** 2
    order = np.argsort(u)
    best = np.full(len(labels), np.inf)
    for a in np.concatenate([sign * np.logspace(-4, 3, 401) for sign in (1, -1)]):
        share = labels / (m * a)
        h = np.interp(share, u[order], square[order], np.inf, np.inf)
        best = np.minimum(best, m * (share**2 + a**2 * w * h).sum(axis=1))
    return best


def _violation(candidate: Candidate) -> Violation | None:
    """One sample: the sign that keeps all equal neurons above the point."""
    instance = candidate.instance
    here = total(instance, term("trace", candidate.point))
    if instance.data.n != 1 or not instance.network.trained_output or here is None or not _is_rational(instance):
        return None
    excess = _excess(instance, here)
    if not proves(excess, ">"):
        return None
    name = "m phi^4 + w (y^2/m) phi'^2 - c phi^2, the excess of equal neurons over c = F/kappa, times phi^2"
    return Violation(
        quantity="trace of the Hessian at a point whose neurons disagree, output weights trained",
        bound="at least the least value over equal neurons, which is larger",
        value=shown(here),
        size=1.0,
        evidence=(
            value("violates", "trace at the point", [term("trace", candidate.point)]),
            ("violates", "sign", {"name": name, "relation": ">", "expression": tree_document(excess)}),
        ),
    )


def _is_rational(instance: Instance) -> bool:
    """Whether φ is rational in z or in a generator, so that signs on the whole line can be decided."""
    return points.coordinate(instance.network.activation) in ("z", "g")


def _excess(instance: Instance, here: Any) -> Any:
    """The checker's expression of m φ⁴ + w (y²/m) φ'² - c φ²."""
    jets, m = instance.network.activation.jets(), instance.network.width
    w, y = instance.inputs.squared_norms()[0], instance.data.y[0]
    slope = w * y * y / m
    c = here / fmpq(instance.kappa.numerator, instance.kappa.denominator)
    square = check.power(jets[0], check.TWO)
    parts = [
        check.mul(fmpq(m), check.power(square, check.TWO)),
        check.mul(fmpq(slope.numerator, slope.denominator), check.power(jets[1], check.TWO)),
        check.mul(-c, square),
    ]
    return check.add(check.add(parts[0], parts[1]), parts[2])


TRAINED_LOWER_THAN_EQUAL = Attack(
    "trained output weights: a lower trace than that of equal neurons", _candidates, _violation
)

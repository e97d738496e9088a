"""Exact points of a zero-loss set: the labels follow from the point, so every point is feasible."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import attrs
from flint import arb, fmpq

from theorycheck.certificates import check
from theorycheck.claims.attacks import screen
from theorycheck.claims.claim import Candidate
from theorycheck.errors import InvalidInstance
from theorycheck.models.activations import Activation
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.inverse import bracket
from theorycheck.numbers import exact

Rows = tuple[tuple[Fraction, ...], ...]


@lru_cache(maxsize=256)
def coordinate(phi: Activation) -> str:
    """In which coordinate φ and its derivatives are rational: "z", "g" (a generator), or none of these: "u"."""
    try:
        if all(isinstance(phi.at(fmpq(p, 3), k), fmpq) for k in range(4) for p in (1, -2)):
            return "z"
    except check.Refused:
        return "u"
    form = check.generator(*phi.jets())
    return "g" if form and form[0] in ("exp", "tan") else "u"


@lru_cache(maxsize=256)
def positive_only(phi: Activation) -> bool:
    """Whether the generator is an exponential, hence positive."""
    form = check.generator(*phi.jets())
    return bool(form) and form[0] == "exp"


def preactivations(phi: Activation, kind: str, values: Any) -> Any:
    """The z of an array of values in a coordinate, in floats, same shape."""
    import numpy as np

    if kind == "u":
        return screen.preimage(phi, values)
    form = check.generator(*phi.jets()) if kind == "g" else None
    if not form or form[0] == "z":
        return values
    with np.errstate(all="ignore"):
        scale = float(form[1].p) / float(form[1].q)
        return (np.log(values) if form[0] == "exp" else np.arctan(values)) / scale


def output(phi: Activation, kind: str, value: Fraction) -> Fraction | None:
    """φ at a value of a coordinate; None where it is not plainly rational."""
    q = fmpq(value.numerator, value.denominator)
    if kind == "u":
        return value
    try:
        if kind == "g":
            form = check.generator(*phi.jets())
            assert form is not None  # or the coordinate would not be g
            top, bottom = check.fraction(phi.jets()[0], form[1])
            u = top(q) / bottom(q)
        else:
            u = phi.at(q)
    except (check.Refused, ZeroDivisionError):
        return None
    return None if isinstance(u, arb) else exact(u)


def products(X: Rows, theta: Rows) -> Rows:
    """The preactivations of the samples X (n, d) under neurons theta (m, d): an (n, m) matrix."""
    return tuple(tuple(sum((a * b for a, b in zip(x, t, strict=True)), Fraction(0)) for t in theta) for x in X)


def complete(
    template: Instance, kind: str, values: Sequence[Sequence[Fraction]], trained: Sequence[Fraction] | None = None
) -> Candidate | None:
    """The instance whose labels a point fits exactly, with that point; None where φ has no exact value there.

    Args:
        template: an instance whose labels do not count.
        kind: "theta" (values are (m, d)), or "z", "g", "u" (values are (n, m)).
        values: the point.
        trained: the point's output weights, m of them, where these are trained.
    """
    rows = tuple(tuple(row) for row in values)
    phi, weights = template.network.activation, trained or template.network.output_weights
    spots = products(template.inputs.X, rows) if kind == "theta" else rows
    outputs = [[output(phi, "z" if kind == "theta" else kind, v) for v in row] for row in spots]
    if any(u is None for row in outputs for u in row):
        return None
    labels = [sum((a * u for a, u in zip(weights, row, strict=True)), Fraction(0)) for row in outputs]  # type: ignore
    point = written(phi, kind, rows)
    if point and trained:
        point["output_weights"] = [str(a) for a in trained]
    return Candidate(relabelled(template, labels), point) if point else None


def relabelled(template: Instance, labels: Sequence[Fraction]) -> Instance:
    """The instance with other labels."""
    data = Dataset(X=template.data.X, y=tuple(labels), name="found", provenance="found by the search")
    return attrs.evolve(template, data=data)


def written(phi: Activation, kind: str, rows: Rows) -> dict | None:
    """A point as certificates write it; None where a value of φ cannot be bracketed."""
    document: dict = {"coordinate": kind, "values": [[str(v) for v in row] for row in rows]}
    if kind == "u":
        try:
            document["brackets"] = [[_low(phi, u) for u in row] for row in rows]
        except InvalidInstance:
            return None
    return document


@lru_cache(maxsize=4096)
def _low(phi: Activation, u: Fraction) -> str:
    """The multiple of the checker's step below the z with φ(z) = u; that z itself where it is rational."""
    low, high = bracket(phi, u)
    step = exact(check.STEP)
    return str(low if low == high else low // step * step)


def values_of(point: dict) -> Rows:
    """The rationals of a point."""
    return tuple(tuple(Fraction(v) for v in row) for row in point["values"])


def weights_of(point: dict) -> tuple[Fraction, ...] | None:
    """The output weights of a point, where they are trained."""
    return tuple(map(Fraction, point["output_weights"])) if "output_weights" in point else None


def equal_point(instance: Instance) -> dict | None:
    """The point where all neurons agree and share each label; for output weights that are all ones."""
    m, phi = instance.network.width, instance.network.activation
    return written(phi, "u", tuple((label / m,) * m for label in instance.data.y))


def floats(template: Instance, kind: str, batch: Any) -> Any:
    """Preactivations (B, n, m) in floats of a batch of points, (B, n, m), or (B, m, d) for theta."""
    import numpy as np

    if kind == "theta":
        return np.einsum("nd,bmd->bnm", template.inputs.arrays()[0], batch)
    return preactivations(template.network.activation, kind, batch)

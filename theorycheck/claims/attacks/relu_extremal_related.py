"""Attacks on the related papers: neurons that turn away from their class, and numbers of directions."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import attrs

from theorycheck.certificates import relu_build
from theorycheck.claims.attacks.exactly import value
from theorycheck.claims.attacks.features_exactly import part
from theorycheck.claims.attacks.relu_extremal_grids import spread
from theorycheck.claims.attacks.relu_extremal_vectors import list_evidence, live, told
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError
from theorycheck.models.relu import ReluInstance

STEP = Fraction(1, 100)
_GRID = tuple(Fraction(v) for v in (1, 2, -1, -2, 3, 6, -3, -6))
_LARGEST = 3


def _turning(space: Space) -> Iterator[Candidate | Looked]:
    """One neuron with a = 1 on few samples, weights in small integers."""
    count = 0
    for one in spread(space):
        if one.outputs != "trained" or one.activation != "leaky" or one.data.n > _LARGEST or one.data.d > 2:
            continue
        small = attrs.evolve(one, width=1, law=None)
        if one.loss != "square" and set(one.data.y) - {1, -1}:
            continue
        for w in product(_GRID, repeat=one.data.d):
            count += 1
            if _falling(small, w) is not None:
                yield Candidate(small, relu_build.trained_point([1], [w]))
    yield Looked(count, "one neuron on few samples")


def _falling(one: ReluInstance, w: tuple) -> int | None:
    """A sample with the neuron's sign whose margin falls although no output weight does, in floats."""
    import numpy as np

    X, y = one.data.arrays()
    z = X @ np.array(w, float)
    slopes = np.where(z > 0, 1.0, float(one.slope))
    f = slopes * z
    q = y * f
    pull = {"square": y - f, "logistic": y / (1 + np.exp(np.minimum(q, 50))), "hinge": y * (q < 1)}[one.loss] / len(y)
    turn = X @ ((slopes * pull) @ X)
    rise = float(pull @ f)
    for i in range(len(y)):
        if z[i] > 0 and y[i] > 0 and turn[i] + rise * z[i] < -1e-2 and (rise >= 0 or one.loss == "square"):
            return i
    return None


def _turned(candidate: Candidate) -> Violation | None:
    """One exact step: the margin of a sample with label 1 on which the neuron is active has fallen."""
    one, point = candidate.instance, candidate.point
    if one.width != (1,) or point.get("a") != ["1"]:
        return None
    w = tuple(Fraction(v) for v in point["W"][0])
    i = _falling(one, w)
    if i is None:
        return None
    before = one.data.y[i] * sum((a * b for a, b in zip(one.data.X[i], w, strict=True)), Fraction(0))
    lower = before - STEP / 1000
    try:
        body = relu_build.steps_part(one, point, STEP, 1, [("margin", "<=", lower, i)])
    except (CertificateError, ValueError):
        return None
    name = f"margin of sample {i + 1} before the step"
    return Violation(
        quantity=f"y f at sample {i + 1}, on which the one neuron (a = 1) is active, after one step of size {STEP}",
        bound=f"at least {before}, as before: neurons turn towards their class",
        value=f"at most {lower}",
        size=1.0,
        evidence=(part("violates", body), value("before", name, [relu_build.term("margin", point, i)])),
    )


# ---- directions -----------------------------------------------------------------------------------------------------


def _counted(space: Space) -> Iterator[Candidate | Looked]:
    count = 0
    for one in spread(space):
        if one.relu:
            count += 1
            yield Candidate(one, {})
    yield Looked(0, f"{count} samples")


def _not_four(candidate: Candidate) -> Violation | None:
    one = candidate.instance
    vectors = live(one.data) if one.relu else []
    if not vectors or len(vectors) == 4:
        return None
    shown = list_evidence(one, "violates")
    return shown and Violation(
        quantity="critical directions with D not 0",
        bound="four, two a sign",
        value=f"{len(vectors)}: {told(vectors)}" if len(vectors) < 4 else str(len(vectors)),
        size=1.0,
        evidence=(shown,),
    )


TURNS_AWAY = Attack("a neuron that turns away from its class", _turning, _turned)
NOT_FOUR = Attack("other numbers of extremal directions", _counted, _not_four)

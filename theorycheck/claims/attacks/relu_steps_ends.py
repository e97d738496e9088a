"""Losses that come to rest after finitely many steps: the hinge loss, and the squared loss where a step fits exactly.

Where the loss is exactly 0 its gradient is, and every later step leaves the weights as they are: norms, stable ranks,
margins and the direction stay for ever what they were when the fit was reached.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

import attrs
import numpy as np

from theorycheck.certificates import relu_build
from theorycheck.claims.attacks.relu_steps import MOST, State, is_start, path, small_enough, steps
from theorycheck.claims.checks.relu_steps import start
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.claims.relu_measures import coherence, largest_square, least_square, natural_step, start_room
from theorycheck.models.relu import ReluInstance

_STEPS = 60  # after which a run is no longer followed
_FIT = 1e-12  # of floats; the checker decides
_PARTS = 10**6  # denominators of bounds
_VISIBLE = Fraction(1, 1000)  # a rank is that much above 1, unless the user fixed the scale of the start
_SCALES = tuple(Fraction(1, k) for k in (5, 10, 20, 25, 30, 32, 40, 50, 100, 200, 1000))  # of large starts
_APART = (4, -4, Fraction(7, 2), Fraction(-7, 2), 3, -3)  # entries of rows that differ, within five times the scale


def _ending(one: ReluInstance) -> bool:
    return small_enough(one) and one.outputs == "fixed" and one.loss in ("hinge", "square")


def _runs(space: Space) -> Iterator[Candidate | Looked]:
    tried = 0
    for one in islice(filter(_ending, space.instances), MOST):
        fitted = _fitting(one, space)
        tried += fitted is not None
        if fitted is not None:
            yield Candidate(fitted, _towards_labels(fitted))
    yield Looked(0, f"runs to exact fits from {tried} starts")


def _large_runs(space: Space) -> Iterator[Candidate | Looked]:
    """From the largest starts that are kept: what is left of a start at rest is the more visible."""
    tried = 0
    for one in islice(filter(_ending, space.instances), MOST):
        fitted = _fitting(one, space)
        tried += fitted is not None
        if fitted is not None:
            large = fitted if "init" in space.fixed else _enlarged(fitted)
            parts = {} if "init" in space.fixed else {"visible": _VISIBLE}
            yield from (Candidate(large, make(large), parts) for make in (_apart, _towards_labels))
    yield Looked(0, f"runs to exact fits from {tried} of the largest starts allowed")


def _enlarged(one: ReluInstance) -> ReluInstance:
    """The instance with the largest scale of the start that the assumption on it allows; itself if there is none."""
    larger = (attrs.evolve(one, init=scale) for scale in _SCALES if scale > one.init > 0)
    return next((large for large in larger if start_room(large).holds), one)


def _fitting(one: ReluInstance, space: Space) -> ReluInstance | None:
    """The instance, with the squared loss at the step that fits orthogonal samples of one length in one go."""
    if one.loss == "hinge":
        return one
    alike = coherence(one.data) == 0 and largest_square(one.data) == least_square(one.data)
    if not alike or "eta" in space.fixed or len(set(one.width)) > 1 or any(abs(v) != 1 for v in one.data.y):
        return None
    eta = one.data.n * one.width[0] / ((1 + one.slope**2) * largest_square(one.data))
    return attrs.evolve(one, eta=eta)


def _towards_labels(one: ReluInstance) -> dict:
    """A start with the signs of the labels on orthogonal samples: Σ y_i x_i at the scale, rows moved a little."""
    point, scale = start(one), one.init
    mean = [sum(label * x[k] for label, x in zip(one.data.y, one.data.X, strict=True)) for k in range(one.data.d)]
    for name, sign in (("W_plus", 1), ("W_minus", -1)):
        point[name] = [
            [str(scale * sign * v + Fraction(u) / 4) for v, u in zip(mean, row, strict=True)] for row in point[name]
        ]
    return point


def _apart(one: ReluInstance) -> dict:
    """A start whose neurons differ as much as its scale allows."""
    draw = np.random.default_rng([one.seed, one.data.n, one.data.d])
    rows = [draw.integers(len(_APART), size=(m, one.data.d)).tolist() for m in one.width]
    plus, minus = ([[one.init * _APART[k] for k in row] for row in block] for block in rows)
    return relu_build.fixed_point(plus, minus)


def ended(one: ReluInstance, point: dict) -> State | None:
    """The state of floats at which the loss seems to be 0 for the first time; None where it does not come to that."""
    if not _ending(one) or not is_start(one, point):
        return None
    for state in path(one, point, float(natural_step(one)), _STEPS):
        if np.abs(state.margins).max() > 10**6:
            return None
        if bool((state.margins >= 1 - _FIT).all() if one.loss == "hinge" else (abs(state.margins - 1) < _FIT).all()):
            return state
    return None


def _at_rest(candidate: Candidate, quantity: str, bound: str, found: tuple, told: str) -> Violation | None:
    """The loss is exactly 0 after some steps, and something holds there."""
    one, point, state = candidate.instance, candidate.point, ended(candidate.instance, candidate.point)
    if state is None or state.steps == 0:
        return None
    said = [("loss", "<=", 0), *found]
    seen = steps(one, point, natural_step(one), state.steps, said, "violates, for ever")
    if seen is None:
        return None
    return Violation(quantity, bound, f"{told} after {state.steps} steps and for ever", 1.0, (seen,))


def _stops(candidate: Candidate) -> Violation | None:
    return _at_rest(
        candidate, "loss, and with it the motion of the weights", "1/t, and |w(t)| grows like log t", (), "0"
    )


def _unequal(candidate: Candidate) -> Violation | None:
    """Margins differ where everything comes to rest."""
    state = ended(candidate.instance, candidate.point)
    gap = 0.0 if state is None else float(np.ptp(state.margins))
    if gap < 2 / _PARTS:
        return None
    least = _below(gap)
    found = (("spread", ">=", least),)
    return _at_rest(candidate, "largest margin less the smallest, at rest", "0", found, f"at least {float(least):.4g}")


def _rank(candidate: Candidate) -> Violation | None:
    """A stable rank above 1 where everything comes to rest."""
    state = ended(candidate.instance, candidate.point)
    if state is None:
        return None
    blocks = {"plus": state.outer > 0, "minus": state.outer < 0}
    ranks = {name: _excess(state.W[rows]) for name, rows in blocks.items()}
    name = max(ranks, key=lambda k: ranks[k])
    if ranks[name] * 0.98 < max(candidate.parts.get("visible", 0), 1e-13):
        return None
    excess = Fraction(f"{ranks[name] * 0.99:.2e}")
    found = (("stable rank", ">=", 1 + excess, name),)
    told = f"at least 1 + {float(excess):.3g}"
    return _at_rest(candidate, f"stable rank of W_{'+' if name == 'plus' else '-'}, at rest", "1", found, told)


def _excess(W: np.ndarray) -> float:
    """The squares of all singular values but the first, over that of the first."""
    values = np.linalg.svd(W, compute_uv=False) ** 2
    return float(values[1:].sum() / values[0]) if values[0] > 0 else 0.0


def _below(v: float) -> Fraction:
    return Fraction(int(v * _PARTS * 0.999), _PARTS)


def _direction(candidate: Candidate) -> Violation | None:
    """At rest a block has rank above 1, so that W / |W| is not W* / |W*|, whose blocks have rank 1."""
    found: Any = _rank(candidate)
    return found and attrs.evolve(found, bound="1, as at the maximum-margin point")


STOPS = Attack("runs that come to rest", _runs, _stops)
REST_UNEQUAL = Attack("runs that come to rest with unlike margins", _runs, _unequal)
REST_RANK = Attack("runs that come to rest at a higher rank", _large_runs, _rank)
REST_ELSEWHERE = Attack("runs that come to rest in another direction", _large_runs, _direction)

"""Samples that no neuron of their own sign is active on: never learnt, or woken; neurons that turn off or back."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import islice, product
from typing import Any

import attrs
import numpy as np

from theorycheck.certificates import relu_build
from theorycheck.claims.attacks.exactly import Evidence, value
from theorycheck.claims.attacks.features_exactly import part
from theorycheck.claims.attacks.relu_steps import (
    DRAWN,
    MOST,
    agreement,
    drawn,
    is_start,
    path,
    small_enough,
    steps,
)
from theorycheck.claims.checks.relu_steps import dead_start
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.claims.relu_measures import coherence, natural_step
from theorycheck.errors import CertificateError
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

_STEPS = (1, 2, 4, 10, 30)
_NETWORKS = 4  # in which further samples are tried
_BEYOND = Fraction(5, 2)  # of the usual step: past the fit of one sample
_ROWS = (*(Fraction(k) for k in (0, 1, -1, 2, 3, 5)), Fraction(1, 100), Fraction(9, 4), Fraction(11, 4))
_SEEN = Fraction(1, 10**9)  # a margin that is surely positive


# ---- never learnt ----------------------------------------------------------------------------------------------------


def _dead_starts(space: Space) -> Iterator[Candidate | Looked]:
    tried = 0
    for one in islice(filter(small_enough, space.instances), MOST):
        if one.relu and one.outputs == "fixed" and coherence(one.data) == 0 and one.init > 0:
            tried += 1
            yield Candidate(one, dead_start(one))
    yield Looked(0, f"{tried} starts with a sample that no neuron is active on")


def _dead(candidate: Candidate, bound: str) -> Violation | None:
    """All neurons are inactive on a sample that is orthogonal to all others, for ever."""
    one, point = candidate.instance, candidate.point
    if not one.relu or one.outputs != "fixed" or one.loss != "logistic" or not is_start(one, point):
        return None
    *_, begin = path(one, point, 0.0, 0)
    X, _ = one.data.arrays()
    asleep = [i for i, z in enumerate((begin.W @ X.T).T) if (z < 0).all()]
    for i in asleep:
        try:
            body = relu_build.dead_part(one, point, [i])
        except CertificateError:
            continue
        return Violation(
            quantity=f"loss, with no neuron active on sample {i}",
            bound=bound,
            value=f"at least log(2)/{one.data.n} for ever, that sample's margin 0",
            size=1.0,
            evidence=(part("violates, for ever", body),),
        )
    return None


# ---- learnt after all ------------------------------------------------------------------------------------------------


def _inactive_starts(space: Space) -> Iterator[Candidate | Looked]:
    """Starts at which no neuron of the own sign is active on the first sample."""
    tried = 0
    for one in islice(filter(small_enough, space.instances), MOST):
        for point in (*drawn(one, 2 * DRAWN), *_against(one)):
            if one.init > 0 and _own_inactive(one, point, 0):
                tried += 1
                yield Candidate(one, point)
    yield Looked(0, f"exact steps from {tried} starts with a sample that no neuron of its own sign is active on")


def _against(one: ReluInstance) -> Iterator[dict]:
    """All neurons just inactive on the first sample and active on another one, if there is one."""
    X = one.data.X
    if one.outputs != "fixed":
        return
    for k, tilt in product(range(one.data.n), (Fraction(1, 8), Fraction(1, 100))):
        row = [one.init * (tilt * (u - v) if k == 0 else tilt * -v + u) / 4 for v, u in zip(X[0], X[k], strict=True)]
        lift = sum(a * b for a, b in zip(row, X[0], strict=True)) / sum(v * v for v in X[0])
        row = [a - (lift + one.init * tilt) * v if lift >= 0 else a for a, v in zip(row, X[0], strict=True)]
        yield relu_build.fixed_point([row] * one.width[0], [[-abs(one.init) * v for v in X[0]]] * one.width[1])


def _own_inactive(one: ReluInstance, point: dict, i: int) -> bool:
    y, x = one.data.y[i], one.data.X[i]
    for a, row in _neurons(point):
        if a * y > 0 and sum(Fraction(v) * u for v, u in zip(row, x, strict=True)) >= 0:
            return False
    return True


def _neurons(point: dict) -> list[tuple[Fraction, Any]]:
    if "a" in point:
        return [(Fraction(a), row) for a, row in zip(point["a"], point["W"], strict=True)]
    return [(Fraction(1), row) for row in point["W_plus"]] + [(Fraction(-1), row) for row in point["W_minus"]]


def _learnt(candidate: Candidate) -> Violation | None:
    """No neuron of its own sign is active on the first sample, and later its margin is positive."""
    one, point = candidate.instance, candidate.point
    if not small_enough(one) or one.loss == "square" or not is_start(one, point) or not _own_inactive(one, point, 0):
        return None
    eta = natural_step(one)
    for state in path(one, point, float(eta), _STEPS[-1]):
        if state.steps in _STEPS and state.margins[0] > 2 * _SEEN:
            later = steps(one, point, eta, state.steps, [("margin", ">=", _SEEN, 0)], "violates")
            return None if later is None else _woken(one, point, state.steps, later)
    return None


def _woken(one: ReluInstance, point: dict, count: int, later: Evidence) -> Violation:
    zeros = [["0"] * one.data.d]
    own = {"W_plus": zeros, "W_minus": zeros} | {_own_name(one): point.get(_own_name(one))}
    alone = [] if "a" in point else [("at the start, of neurons of its own sign alone", own)]
    before = [
        value(role, f"margin of sample 0 {role}", [relu_build.term("margin", at, 0)])
        for role, at in (("at the start", point), *alone)
    ]
    return Violation(
        quantity="margin of a sample on which no neuron of its own sign was active",
        bound="never positive",
        value=f"positive after {count} step{'s' if count > 1 else ''}",
        size=1.0,
        evidence=(*before, later),
    )


def _own_name(one: ReluInstance) -> str:
    return "W_plus" if one.data.y[0] > 0 else "W_minus"


# ---- active no longer ------------------------------------------------------------------------------------------------


def _all_active(space: Space) -> Iterator[Candidate | Looked]:
    """One class, all neurons of its sign active on all samples and those of the other sign inactive."""
    tried = 0
    for one in _one_class(space):
        if space.allows(one, "data"):
            for point in _inside(one):
                tried += 1
                yield Candidate(one, point)
    yield Looked(0, f"exact steps from {tried} starts with all neurons of the own sign active")


def _one_class(space: Space) -> Iterator[ReluInstance]:
    """Instances of one class; then, where the samples are free, obtuse angles in the first networks and scales."""
    usable = [one for one in filter(small_enough, space.instances) if one.outputs == "fixed" and one.init > 0]
    yield from (one for one in usable[:MOST] if len(set(one.data.y)) == 1)
    if not {"X", "y", "n", "d"} & set(space.fixed):
        known = dict.fromkeys((one.slope, one.width, one.init, one.eta, one.loss) for one in usable)
        for slope, width, init, eta, loss in islice(known, _NETWORKS):
            yield from (ReluInstance(data, width, slope, loss, init=init, eta=eta) for data in _obtuse())


def _obtuse() -> list[Dataset]:
    rows, others = [(1, 1), (2, 1), (1, 0), (2, 0)], [(-1, 1), (-2, 1), (-4, 1), (Fraction(-1, 4), 1)]
    return [Dataset([a, b], [1, 1], name="an obtuse angle") for a in rows for b in others]  # type: ignore[arg-type]


def _inside(one: ReluInstance) -> Iterator[dict]:
    """Starts with the signs of the labels: all rows alike; one row nearly inactive on a sample, the others far from it.

    Neurons of the other sign are the negative of a row: inactive on all samples.
    """
    rows = [row for row in product(_ROWS, repeat=one.data.d) if _least(one, row) > 0] if one.data.d <= 2 else []
    if not rows:
        return
    seen = [(row, _inner(one, row)) for row in rows]
    pairs = [(rows[0], rows[0])]
    for i in range(one.data.n):  # near the edge of sample i where the others have learnt that sample and no other
        near, _ = min(seen, key=lambda pair: pair[1][i])
        far, _ = max(seen, key=lambda pair: 5 * pair[1][i] - 4 * sum(pair[1]))
        pairs.append((near, far))
    plus = one.data.y[0] > 0
    for first, rest in pairs:
        own = [[one.init * v for v in row] for row in (first, *[rest] * (one.width[0 if plus else 1] - 1))]
        other = [[-one.init * v for v in rows[0]]] * one.width[1 if plus else 0]
        yield relu_build.fixed_point(*((own, other) if plus else (other, own)))


def _inner(one: ReluInstance, row: Any) -> list[Fraction]:
    return [sum((a * b for a, b in zip(row, x, strict=True)), Fraction(0)) for x in one.data.X]


def _least(one: ReluInstance, row: Any) -> Fraction:
    return min(_inner(one, row))


def _lost(candidate: Candidate) -> Violation | None:
    """All pairs agree with the labels at the start, neurons of the other sign cannot move; later a pair does not."""
    one, point = candidate.instance, candidate.point
    if not small_enough(one) or one.outputs != "fixed" or len(set(one.data.y)) > 1 or not is_start(one, point):
        return None
    eta = natural_step(one)
    states = list(path(one, point, float(eta), _STEPS[-1]))
    if agreement(one, states[0]) < 1:
        return None
    worse = next((s for s in states if agreement(one, s) < 1), None)
    if worse is None:
        return None
    other = range(one.width[0], sum(one.width)) if one.data.y[0] > 0 else range(one.width[0])
    still = [("moved", "<=", 0, r) for r in other] if one.relu else []
    said = [("agreement", "<=", agreement(one, worse)), *still]
    seen = steps(one, point, eta, worse.steps, said, "violates")
    if seen is None:
        return None
    return Violation(
        quantity="neurons that start active on all samples, all of their own sign",
        bound="stay active on all",
        value=f"not so after {worse.steps} step{'s' if worse.steps > 1 else ''}",
        size=1.0,
        evidence=(seen,),
    )


# ---- coefficients that fall ------------------------------------------------------------------------------------------


def _one_sample(space: Space) -> Iterator[Candidate | Looked]:
    tried = 0
    for one in islice(filter(small_enough, space.instances), MOST):
        if one.data.n == 1 and one.outputs == "fixed" and one.init > 0:
            tried += 1
            beyond = one if "eta" in space.fixed else attrs.evolve(one, eta=_BEYOND * natural_step(one))
            yield from (Candidate(beyond, point) for point in drawn(beyond))
    yield Looked(0, f"two steps on one sample, {tried} instances")


def _falls(candidate: Candidate) -> Violation | None:
    """One sample: a neuron is closer to its start after two steps than after one, so its coefficient has fallen."""
    one, point = candidate.instance, candidate.point
    if not small_enough(one) or one.data.n > 1 or one.outputs != "fixed" or not is_start(one, point):
        return None
    eta = natural_step(one)
    begin, first, second = path(one, point, float(eta), 2)
    moved = [((s.W - begin.W) ** 2).sum(axis=1) for s in (first, second)]
    row = int(np.argmax(moved[0] - moved[1]))
    middle = Fraction(float(moved[0][row] + moved[1][row]) / 2).limit_denominator(1000)
    later = steps(one, point, eta, 2, [("moved", "<=", middle, row)], "later")
    before = steps(one, point, eta, 1, [("moved", ">=", middle + Fraction(1, 10**6), row)], "before")
    if moved[1][row] >= moved[0][row] or later is None or before is None:
        return None
    return Violation(
        quantity="coefficient of the sample in a neuron",
        bound="never falls",
        value=f"squared, times |x|^2: above {float(middle):.4g} after one step, below after two",
        size=1.0,
        evidence=(before, later),
    )


DEAD = Attack(
    "samples that no neuron is active on",
    _dead_starts,
    partial(_dead, bound="tends to 0, all margins over |W| to one positive number"),
)
DEAD_RANK = Attack(
    "samples that no neuron is active on",
    _dead_starts,
    partial(_dead, bound="m / |S_i| is finite for every sample: some neuron is active on it"),
)
LEARNT = Attack("samples that are learnt after all", _inactive_starts, _learnt)
ACTIVE_NO_LONGER = Attack("neurons that become inactive", _all_active, _lost)
COEFFICIENT_FALLS = Attack("coefficients that fall", _one_sample, _falls)

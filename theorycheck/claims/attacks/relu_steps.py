"""Exact steps of descent on ReLU networks from small rational starts: signs that stay wrong, weights that never move.

Floats say where to look and how many steps to take; what is said in the end the checker computes again, exactly or in
balls.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any

import attrs
import numpy as np

from theorycheck.certificates import relu_build
from theorycheck.claims.attacks.exactly import Evidence
from theorycheck.claims.attacks.features_exactly import part
from theorycheck.claims.checks.relu_steps import start, stepped
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.claims.relu_measures import LARGEST, largest_square, natural_step
from theorycheck.errors import CertificateError
from theorycheck.models.relu import ReluInstance

DRAWN = 3  # starts of an instance
MOST = 600  # instances of one attack
_WIDE, _MANY = 64, 12  # neurons and samples beyond which exact steps take too long
_ROUNDING = 1e-13  # of floats; the checker decides
_DYADIC = Fraction(1, 2**17)  # the size of a start whose numbers are exact in balls too


# ---- starts ----------------------------------------------------------------------------------------------------------


def small_enough(one: ReluInstance) -> bool:
    """Whether exact steps of the instance are quick, and the checker knows its activation."""
    return one.activation == "leaky" and sum(one.width) <= _WIDE and one.data.n <= _MANY


def drawn(one: ReluInstance, count: int = DRAWN) -> Iterator[dict]:
    """Rational starts at the instance's scale, from its seed on."""
    for k in range(count):
        if one.outputs == "fixed":
            yield start(attrs.evolve(one, seed=one.seed + k))
        else:
            yield _layers(one, np.random.default_rng([one.seed + k, one.data.n]))


def _layers(one: ReluInstance, draw: Any) -> dict:
    """Both layers at the instance's scale, output weights of both signs in turn, |a_j| near its share of |w_j|."""
    rows = draw.choice([1, -1, 2, -2], size=(one.width[0], one.data.d)).tolist()
    sizes = [one.dominance * max(map(abs, row)) for row in rows]
    signs = {"plus": [1], "minus": [-1]}.get(one.signs, [1, -1])
    outer = [one.init * size * signs[j % len(signs)] for j, size in enumerate(sizes)]
    return relu_build.trained_point(outer, [[one.init * v for v in row] for row in rows])


def weights(point: dict) -> tuple[np.ndarray, np.ndarray]:
    """Output weights (those of fixed ones as signs over widths) and weights of all neurons, in floats."""
    if "a" in point:
        return np.array([float(Fraction(v)) for v in point["a"]]), _floats(point["W"])
    plus, minus = _floats(point["W_plus"]), _floats(point["W_minus"])
    outer = [np.full(len(W), sign / len(W)) for sign, W in ((1, plus), (-1, minus))]
    return np.concatenate(outer), np.vstack([plus, minus])


def _floats(rows: list) -> np.ndarray:
    return np.array([[float(Fraction(v)) for v in row] for row in rows])


def fits(one: ReluInstance, point: dict) -> bool:
    """Whether the shapes of a point are those of the instance's network."""
    names = ("W_plus", "W_minus") if one.outputs == "fixed" else ("W",)
    rows = [point.get(name, ()) for name in names]
    wide = all(len(row) == one.data.d for block in rows for row in block)
    return wide and tuple(map(len, rows)) == one.width and len(point.get("a", ())) in (0, one.width[0])


def is_start(one: ReluInstance, point: dict) -> bool:
    """Whether a point could be a random start at the instance's scale: zero at scale 0, otherwise without any zero.

    No entry is above five times the scale, no preactivation above five times the scale times the longest sample (which
    is how the assumption on the start takes it), and no preactivation is exactly 0.
    """
    if not fits(one, point):
        return False
    rows = [*point.get("W_plus", ()), *point.get("W_minus", ()), *point.get("W", ())]
    entries = [Fraction(v) for row in (*rows, point.get("a", ())) for v in row]
    if one.init == 0:
        return not any(entries)
    inner = [sum(Fraction(v) * u for v, u in zip(row, x, strict=True)) for row in rows for x in one.data.X if any(x)]
    most = (LARGEST * one.init) ** 2
    low = max(v * v for v in entries) <= most and max(z * z for z in inner) <= most * largest_square(one.data)
    return low and all(inner) and all(map(Fraction, point.get("a", ())))


# ---- steps in floats -------------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class State:
    """Weights in floats after some steps: output weights (m,), weights (m, d), margins (n,)."""

    steps: int
    outer: np.ndarray
    W: np.ndarray
    margins: np.ndarray


def path(one: ReluInstance, point: dict, eta: float, steps: int) -> Iterator[State]:
    """Gradient descent in floats, the start first."""
    (X, y), (a, W) = one.data.arrays(), weights(point)
    gamma, n = float(one.slope), one.data.n
    for k in range(steps + 1):
        z = W @ X.T
        s = np.where(z > 0, 1.0, gamma)
        f = a @ (s * z)
        yield State(k, a, W, y * f)
        pull = eta * _slope(one.loss, f, y) / n
        moved = W - (a[:, None] * s * pull) @ X
        a = a - (s * z) @ pull if one.outputs == "trained" else a
        W = moved


def _slope(loss: str, f: np.ndarray, y: np.ndarray) -> np.ndarray:
    if loss == "square":
        return f - y
    return -y * (y * f < 1) if loss == "hinge" else -y / (1 + np.exp(np.minimum(y * f, 700)))


def agreement(one: ReluInstance, state: State) -> Fraction:
    """The share of pairs of a neuron and a sample with the sign of the label, times that of the output weight."""
    X, y = one.data.arrays()
    right = (np.sign(state.outer)[:, None] * y * (state.W @ X.T)) > 0
    return Fraction(int(right.sum()), right.size)


def steps(one: ReluInstance, point: dict, eta: Any, count: int, found: list[tuple], role: str) -> Evidence | None:
    """Evidence of what holds after exact steps, or None where it does not."""
    try:
        return part(role, stepped(one, point, eta, count, found))
    except CertificateError:
        return None


# ---- signs -----------------------------------------------------------------------------------------------------------


def _from_starts(space: Space) -> Iterator[Candidate | Looked]:
    tried = 0
    for one in islice(filter(small_enough, space.instances), MOST):
        for point in drawn(one):
            tried += 1
            yield Candidate(one, point)
    yield Looked(0, f"exact first steps from {tried} starts")


def _misaligned(candidate: Candidate) -> Violation | None:
    """After the first step a preactivation does not have the sign of its label, times that of its neuron."""
    one, point = candidate.instance, candidate.point
    if not small_enough(one) or not is_start(one, point):
        return None
    eta = natural_step(one)
    *_, after = path(one, point, float(eta), 1)
    share = agreement(one, after)
    if share == 1 or (seen := steps(one, point, eta, 1, [("agreement", "<=", share)], "violates")) is None:
        return None
    return Violation(
        quantity="share of preactivations with the sign of their label, times that of their neuron, after one step",
        bound="1",
        value=str(share),
        size=float(1 - share),
        evidence=(seen,),
    )


# ---- weights that never move -----------------------------------------------------------------------------------------


def _still_starts(space: Space) -> Iterator[Candidate | Looked]:
    """Starts with f = 0 everywhere: the same weights for both signs, all neurons inactive, or zero."""
    tried = 0
    for one in islice(filter(small_enough, space.instances), MOST):
        for point in _balanced(one) if one.outputs == "fixed" else ():
            tried += 1
            yield Candidate(one, point)
    yield Looked(0, f"{tried} starts with f = 0")


def _balanced(one: ReluInstance) -> Iterator[dict]:
    m, d = one.width, one.data.d
    if one.init == 0:
        yield relu_build.fixed_point([[0] * d] * m[0], [[0] * d] * m[1])
        return
    scale = _DYADIC if one.init < 2 * _DYADIC else one.init
    if m[0] == m[1]:
        draw = np.random.default_rng([one.seed, one.data.n])
        rows = [[scale * v for v in row] for row in draw.choice([1, -1, 2, -2, 3], size=(m[0], d)).tolist()]
        yield relu_build.fixed_point(rows, rows)
    rows = [[-scale * sum(column) for column in zip(*one.data.X, strict=True)]]
    yield relu_build.fixed_point(rows * m[0], rows * m[1])


def _never_moves(candidate: Candidate, bound: str) -> Violation | None:
    """One step leaves all weights where they are, so that all steps do."""
    one, point = candidate.instance, candidate.point
    if not small_enough(one) or one.outputs != "fixed" or not fits(one, point):
        return None
    eta = natural_step(one)
    before, after = path(one, point, float(eta), 1)
    if np.abs(after.W - before.W).max() > _ROUNDING or max(before.margins) > 0 or not is_start(one, point):
        return None
    rows = [("moved", "<=", 0, r) for r in range(sum(one.width))]
    if (seen := steps(one, point, eta, 1, rows, "violates")) is None:
        return None
    return Violation(
        quantity="how far any neuron moves in a step, and so in all",
        bound=bound,
        value="0",
        size=1.0,
        evidence=(seen,),
    )


MISALIGNED = Attack("signs after the first step, exactly", _from_starts, _misaligned)
NEVER_MOVES = Attack(
    "starts from which nothing moves", _still_starts, partial(_never_moves, bound="|w| like log t, the loss like 1/t")
)
NEVER_GROWS = Attack(
    "starts from which nothing moves",
    _still_starts,
    partial(_never_moves, bound="weights grow, and have a stable rank"),
)

"""Gradient descent on (leaky) ReLU networks with fixed outputs, simulated exactly in sample coordinates.

The path is that of full-batch gradient descent on all weights, up to rounding: W = W0 + A X, and only the coefficients
A and the preactivations W Xᵀ are kept (`coordinates_kernel`). The subgradient at 0 is σ'(0) = γ unless the caller says
otherwise.

Time is gradient-flow time: the sum of the steps taken. With `growth` 0 that is η times the number of steps. With
`growth` 1 steps of the logistic loss grow as it falls: they are η / max_i|l'_i|, or, where no η is given, such that no
margin moves by more than `pace`. In the limit of small steps the path is the same, and log t of several hundred takes a
few thousand of them; time is then interpolated within a step.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance
from theorycheck.numbers import exact
from theorycheck.training.coordinates_end import Schedule, ending
from theorycheck.training.coordinates_frame import Frame, frame, squares
from theorycheck.training.coordinates_record import Problem, record

_MATRICES = ("coefficients", "preactivations")  # kept for the last record only, since they are large
_CODES = {"logistic": 0, "square": 1, "hinge": 2}


@attrs.frozen(eq=False)
class Run:
    """One start's run; rows of the arrays are records.

    Attributes:
        seed: of the start.
        steps: steps taken, (records,).
        log_time: log of the gradient-flow time, (records,); -inf at the start.
        log_loss: log of the loss, (records,).
        margins: y_i f(x_i), (records, n).
        norms: ‖W_+‖_F, ‖W_-‖_F, ‖W‖_F, (records, 3).
        stable_ranks: of W_+, W_- and W, (records, 3).
        cosines: of W_+, W_- and W to the predicted direction, (records, 3); NaN without one.
        agreement: part of all (neuron, sample) pairs with j y_i <w_jr, x_i> > 0, (records,).
        active: for each sample the part of the neurons of its own sign that are active on it, (records, n).
        wrong: part of the pairs of a sample and a neuron of the other sign that are active, (records,).
        kept: part of the own-sign pairs active at the start that are active now, (records,); 1 if there were none.
        lost: how often, over all steps, such a pair fell from active to inactive.
        last_change: the last step at which a sign of a preactivation changed.
        coefficients: A at the end, (M, n).
        preactivations: U = W Xᵀ at the end, (M, n).
        slopes: the speed of each margin over that of the least one, at the end, (n,); NaN where nothing settled.
        limits: stable ranks of the direction in which W_+, W_-, W move at the end, (3,): what their own tend to.
        met: whether the stopping criterion was met.
        reason: how the run ended, in words.
    """

    seed: int
    steps: np.ndarray
    log_time: np.ndarray
    log_loss: np.ndarray
    margins: np.ndarray
    norms: np.ndarray
    stable_ranks: np.ndarray
    cosines: np.ndarray
    agreement: np.ndarray
    active: np.ndarray
    wrong: np.ndarray
    kept: np.ndarray
    lost: int
    last_change: int
    coefficients: np.ndarray
    preactivations: np.ndarray
    slopes: np.ndarray
    limits: np.ndarray
    met: bool
    reason: str

    @property
    def least(self) -> np.ndarray:
        """The least margin, (records,)."""
        return self.margins.min(axis=1)

    @property
    def spread(self) -> np.ndarray:
        """(largest - least margin) / ‖W‖_F, (records,); 0 where W is zero."""
        gap = self.margins.max(axis=1) - self.least
        return np.divide(gap, self.norms[:, 2], out=np.zeros_like(gap), where=self.norms[:, 2] > 0)

    @property
    def loss_times_time(self) -> np.ndarray:
        """Loss times gradient-flow time, (records,); divide by η for loss times steps."""
        return np.exp(self.log_loss + self.log_time)


@attrs.frozen(eq=False)
class Trajectory:
    """All runs of one call; a run that has not met its criterion supports nothing, and says so.

    Attributes:
        instance: the model.
        schedule: steps and stopping.
        eta: the step used; None where steps follow the pace.
        runs: one a seed.
    """

    instance: ReluInstance
    schedule: Schedule
    eta: float | None
    runs: tuple[Run, ...]

    @property
    def met(self) -> bool:
        """Whether every run met its criterion."""
        return all(run.met for run in self.runs)

    @property
    def summary(self) -> str:
        """One line: how many runs met the criterion, and why others did not."""
        good = sum(run.met for run in self.runs)
        others = "; ".join(dict.fromkeys(run.reason for run in self.runs if not run.met))
        return f"{good} of {len(self.runs)} runs met the criterion" + (f"; {others}" if others else "")


def run(
    instance: ReluInstance,
    stop: Schedule | None = None,
    seeds: int | Sequence[int] = 1,
    targets: tuple[Any, Any] | None = None,
    start: Any = None,
    at_zero: Any = None,
) -> Trajectory:
    """Simulate gradient descent from Gaussian starts, one a seed.

    Args:
        instance: fixed outputs; without a step η the schedule chooses one and the result says it.
        stop: steps, records and the stopping criterion; by default steps grow where the loss is the logistic one.
        seeds: how many starts, from the instance's seed on, or the seeds themselves.
        targets: predicted directions v_+, v_- of all neurons of a sign, (d,) each.
        start: W0, (M, d), instead of a drawn one; the positive neurons come first.
        at_zero: the subgradient σ'(0), between γ and 1; None for γ.

    Raises:
        InvalidInstance: trained outputs, samples that are all zero, or arguments that do not fit.
    """
    problem = _problem(instance, stop or Schedule(growth=int(instance.loss == "logistic")), targets, at_zero)
    own = range(instance.seed, instance.seed + seeds) if isinstance(seeds, int) else seeds
    if not len(own):
        raise InvalidInstance("training: no seeds; pass at least one")
    with ThreadPoolExecutor(max(1, min(len(own), os.cpu_count() or 1))) as pool:  # the kernel holds no lock
        runs = tuple(pool.map(lambda seed: _run(problem, seed, _start(instance, seed, start)), own))
    return Trajectory(instance, problem.schedule, None if problem.reach else problem.eta, runs)


def weights(instance: ReluInstance, result: Run, start: Any = None) -> np.ndarray:
    """The weights W = W0 + A X at the end of a run, (M, d), positive neurons first.

    Args:
        instance: what was trained.
        result: the run.
        start: the W0 that was passed to `run`, if one was.
    """
    X, _ = instance.data.arrays()
    return _start(instance, result.seed, start) + result.coefficients @ X


def _problem(instance: ReluInstance, schedule: Schedule, targets: Any, at_zero: Any) -> Problem:
    if instance.outputs != "fixed":
        raise InvalidInstance("sample coordinates need fixed outputs; pass outputs='fixed', or train both layers")
    if schedule.growth and instance.loss != "logistic":
        raise InvalidInstance(f"growing steps suit the logistic loss, not {instance.loss}; pass growth=0")
    X, y = instance.data.arrays()
    G = X @ X.T
    slope = float(instance.slope)
    kink = slope if at_zero is None else float(exact(at_zero, "the subgradient σ'(0)"))
    if not slope <= kink <= 1:
        raise InvalidInstance(f"σ'(0) = {kink:g} is no subgradient; pass a number from γ = {slope:g} to 1")
    plus, minus = instance.width
    c = np.concatenate([np.full(plus, 1 / plus), np.full(minus, -1 / minus)])
    if targets is not None:
        targets = tuple(np.asarray([float(v) for v in t]) for t in targets)
        if any(t.shape != (X.shape[1],) for t in targets):
            raise InvalidInstance(f"targets: pass two vectors of {X.shape[1]} numbers, v_+ and v_-")
    return Problem(instance, schedule, X, y, G, c, *_step(instance, schedule, G), slope, kink, targets)


def _step(instance: ReluInstance, schedule: Schedule, G: np.ndarray) -> tuple[float, float]:
    """The step and its `reach`: η as given; n m / (2 λ_max(X Xᵀ)), at which no loss can oscillate; or the pace.

    A margin moves by at most η_t Σ_k reach |<x_i, x_k> l'_k| in a step η_t, with reach = (1/m_+ + 1/m_-)/n.
    """
    if instance.eta is not None:
        return float(instance.eta), 0.0
    top = float(np.linalg.eigvalsh(G)[-1])
    if top <= 0:
        raise InvalidInstance(f"{instance.data.name}: all samples are zero, nothing would move; pass other data")
    if schedule.growth:
        return schedule.pace, sum(1 / m for m in instance.width) / len(G)
    return len(G) * min(instance.width) / (2 * top), 0.0


def _start(instance: ReluInstance, seed: int, start: Any) -> np.ndarray:
    shape = (sum(instance.width), instance.data.d)
    if start is None:
        return float(instance.init) * np.random.default_rng(seed).standard_normal(shape)
    W0 = np.asarray(start, dtype=float)
    if W0.shape != shape or not np.isfinite(W0).all():
        raise InvalidInstance(f"start: an array of shape {W0.shape}; pass finite numbers of shape {shape}")
    return W0


def _run(problem: Problem, seed: int, W0: np.ndarray) -> Run:
    from theorycheck.training.coordinates_kernel import advance

    schedule, instance = problem.schedule, problem.instance
    U, A = np.ascontiguousarray(W0 @ problem.X.T), np.zeros((len(W0), len(problem.y)))
    counts, clock = np.zeros(3, dtype=np.int64), np.full(1, -np.inf)
    watched = problem.own & (U > 0)
    look, records = frame(problem.X, W0, instance.width[0]), []
    settings = (problem.eta, problem.slope, problem.kink, instance.activation == "tanh", _CODES[instance.loss])
    settings += (float(schedule.growth), problem.reach)
    end = None
    for mark in schedule.marks:
        todo = mark - int(counts[0])
        advance(U, A, problem.G, problem.c, problem.y, watched, *settings, todo, counts, clock)
        records.append(record(problem, look, U, A, watched, int(counts[0]), float(clock[0])))
        end = ending(schedule, instance.loss, records)
        if end.over:
            break
    return _collect(problem, look, seed, records, counts, end)


def _collect(problem: Problem, look: Frame, seed: int, records: list, counts: Any, end: Any) -> Run:
    names = [field.name for field in attrs.fields(Run) if field.name in records[0]]
    columns = {name: np.array([record[name] for record in records]) for name in names if name not in _MATRICES}
    limits = np.full(3, np.nan)
    if end.since is not None:  # W0 drops out of a difference, so what moves lies in the span
        moved = look.parts((records[-1]["coefficients"] - records[end.since]["coefficients"]) @ look.L)
        limits = np.array([a / b if b > 0 else 0.0 for a, b in map(squares, moved.values())])
    columns |= {name: records[-1][name] for name in _MATRICES}
    ended = {"slopes": end.slopes, "limits": limits, "met": end.met, "reason": end.reason}
    return Run(seed, **columns, lost=int(counts[2]), last_change=int(counts[1]), **ended)

"""Label-noise SGD and plain GD in float64, batched over seeds, with stated stopping criteria and seen divergence.

The step of a full batch is θ_j ← θ_j − ηκ Σ_i (f(x_i) − y_i − ξ_i) a_j φ'(θ_j·x_i) x_i with fresh noise ξ_i. With one
sample a step, i is drawn uniformly and its term counts n-fold, so that the step is unbiased for the loss.
"""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.training.problem import OBSERVABLES, as_starts, observe

_SCALARS = tuple(name for name in OBSERVABLES if name != "singular_values")


def _one_of(*choices):
    def check(instance, attribute, value):
        if value not in choices:
            raise InvalidInstance(f"training: {attribute.name} is {value!r}; pass one of {', '.join(choices)}")

    return check


def _number(low, strict):
    def check(instance, attribute, value):
        if not (math.isfinite(value) and (value > low if strict else value >= low)):
            sign = "above" if strict else "at least"
            raise InvalidInstance(f"training: {attribute.name} is {value!r}; pass a finite number {sign} {low}")

    return check


@attrs.frozen
class LabelNoise:
    """One step of label-noise SGD; with `sigma` 0 it is plain gradient descent.

    Attributes:
        step_size: η.
        sigma: standard deviation of the label noise.
        batch: "full" (all labels noised) or "one" (one sample a step, drawn uniformly).
        noise: "rademacher" (±sigma) or "gaussian".
    """

    step_size: float = attrs.field(validator=_number(0, strict=True))
    sigma: float = attrs.field(default=0.0, validator=_number(0, strict=False))
    batch: str = attrs.field(default="full", validator=_one_of("full", "one"))
    noise: str = attrs.field(default="rademacher", validator=_one_of("rademacher", "gaussian"))


@attrs.frozen
class Criterion:
    """A run stops at the first record at which `observable` is below `below`."""

    observable: str = attrs.field(validator=_one_of(*_SCALARS))
    below: float = attrs.field(validator=_number(0, strict=True))

    def __str__(self):
        return f"{self.observable} < {self.below:g}"


@attrs.frozen
class Schedule:
    """How long to train and what to watch.

    Attributes:
        steps: most steps a run takes.
        record_every: steps between two records; stopping and divergence are seen at records.
        stop: stopping criterion; None means that a run is meant to take all its steps.
        limit: a run with a weight beyond this, or not finite, has diverged.
        target: predicted preactivations (n,) or (n, m) for the observable `distance`.
    """

    steps: int = attrs.field(validator=_number(0, strict=True))
    record_every: int = attrs.field(validator=_number(0, strict=True))
    stop: Criterion | None = None
    limit: float = attrs.field(default=1e6, validator=_number(0, strict=True))
    target: np.ndarray | None = attrs.field(default=None, eq=False)

    @property
    def record_steps(self):
        """Step counts of the records: 0, every `record_every` steps, and the last step."""
        return np.unique(np.append(np.arange(0, self.steps, self.record_every), self.steps))


@attrs.frozen(eq=False)
class Run:
    """One seed's run, up to its own end.

    Attributes:
        seed: the seed of its noise.
        met_criterion: whether it met the stopping criterion (or, without one, took all steps without diverging).
        diverged: whether a weight passed the limit or was no longer finite.
        steps: steps taken.
        record_steps: step counts of the records, (records,).
        trajectory: observables by name, records first.
        theta: final first-layer weights, (m, d).
        output_weights: final second-layer weights, (m,).
        summary: one line that says how it ended.
    """

    seed: int
    met_criterion: bool
    diverged: bool
    steps: int
    record_steps: np.ndarray
    trajectory: dict
    theta: np.ndarray
    output_weights: np.ndarray
    summary: str


@attrs.frozen(eq=False)
class Training:
    """All runs of one call; a run that diverged or missed its criterion supports no claim.

    Attributes:
        rule: the step.
        schedule: the schedule.
        loss_name: the loss.
        runs: one `Run` a seed.
        wall: seconds, compilation included.
    """

    rule: LabelNoise
    schedule: Schedule
    loss_name: str
    runs: tuple[Run, ...]
    wall: float

    @property
    def met_criterion(self):
        """Whether every run met its criterion."""
        return all(run.met_criterion for run in self.runs)

    @property
    def diverged(self):
        """Whether any run diverged."""
        return any(run.diverged for run in self.runs)

    def summary(self):
        """One line: how many runs met the criterion, missed it, diverged."""
        met, diverged = sum(r.met_criterion for r in self.runs), sum(r.diverged for r in self.runs)
        goal = f"met {self.schedule.stop}" if self.schedule.stop else f"took all {self.schedule.steps} steps"
        missed = len(self.runs) - met - diverged
        return f"{len(self.runs)} runs: {met} {goal}, {missed} did not, {diverged} diverged"


def train(problem, rule: LabelNoise, theta, seeds: Sequence[int], schedule: Schedule, progress: Callable | None = None):
    """Train one run a seed.

    Args:
        problem: a `Problem`.
        rule: the step.
        theta: starts, (m, d) for all runs or (runs, m, d).
        seeds: one integer a run: a run's noise depends on its seed alone, not on the batch it shares.
        schedule: steps, records, stopping.
        progress: called as `progress(done, total)` after each record.

    Returns:
        The `Training`.

    Raises:
        InvalidInstance: shapes that do not fit, or an activation that cannot be compiled.
    """
    from theorycheck.training.engine import make_batch

    began = time.perf_counter()
    starts = as_starts(problem, theta)
    if len(starts) not in (1, len(seeds)) or not len(seeds):
        raise InvalidInstance(f"training: {len(starts)} starts and {len(seeds)} seeds; pass as many seeds as starts")
    starts = np.repeat(starts, len(seeds), axis=0) if len(starts) == 1 else starts
    weights = np.repeat(problem.output_weights[None], len(seeds), axis=0)
    batch = make_batch(problem, rule, starts, weights, seeds)
    recorder = _Recorder(problem, schedule, len(seeds))
    marks = schedule.record_steps
    for index, (before, now) in enumerate(zip(np.append(0, marks), marks, strict=False)):
        batch.advance(int(now - before))
        recorder.record(batch.theta, batch.output_weights)
        if progress is not None:
            progress(int(now), schedule.steps)
        if recorder.all_ended or index == len(marks) - 1:
            break
    runs = tuple(recorder.run(k, int(seed)) for k, seed in enumerate(seeds))
    return Training(rule, schedule, problem.loss_name, runs, time.perf_counter() - began)


class _Recorder:
    """Collects records and keeps each run's state as it was when that run ended."""

    def __init__(self, problem, schedule, runs):
        self.problem, self.schedule = problem, schedule
        self.marks = schedule.record_steps
        self.records = []
        self.end = np.full(runs, -1)
        self.diverged = np.zeros(runs, dtype=bool)
        self.met = np.zeros(runs, dtype=bool)
        self.theta: Any = None
        self.weights: Any = None

    @property
    def all_ended(self):
        return bool((self.end >= 0).all())

    def record(self, theta, weights):
        seen = observe(self.problem, theta, weights, self.schedule.target)
        index, live = len(self.records), self.end < 0
        self.records.append(seen)
        self.theta = theta if self.theta is None else np.where(live[:, None, None], theta, self.theta)
        self.weights = weights if self.weights is None else np.where(live[:, None], weights, self.weights)
        bounded = (np.abs(theta) <= self.schedule.limit).all(axis=(1, 2))  # False for NaN
        bounded &= (np.abs(weights) <= self.schedule.limit).all(axis=1) & np.isfinite(seen["loss"])
        met = bounded & (
            seen[self.schedule.stop.observable] < self.schedule.stop.below if self.schedule.stop else False
        )
        last = index == len(self.marks) - 1
        self.diverged |= live & ~bounded
        self.met |= live & (met | (bounded & last & (self.schedule.stop is None)))
        self.end[live & (met | ~bounded | last)] = index

    def run(self, k, seed):
        end = int(self.end[k])
        steps = int(self.marks[end])
        trajectory = {name: np.array([r[name][k] for r in self.records[: end + 1]]) for name in OBSERVABLES}
        met, diverged = bool(self.met[k]), bool(self.diverged[k])
        # fmt: off
        return Run(seed, met, diverged, steps, self.marks[: end + 1], trajectory, self.theta[k], self.weights[k],
                   self._summary(met, diverged, steps))
        # fmt: on

    def _summary(self, met, diverged, steps):
        if diverged:
            return (
                f"diverged: a weight beyond {self.schedule.limit:g} or not finite by step {steps}; lower the step size"
            )
        if self.schedule.stop is None:
            return f"took all {steps} steps"
        return (
            f"met {self.schedule.stop} by step {steps}"
            if met
            else f"did not meet {self.schedule.stop} in {steps} steps"
        )

"""Gradient descent on both layers of a two-layer (leaky) ReLU network, f(x) = Σ_j a_j σ(<w_j, x>), in float64.

Short runs mislead: long plateaus look like ends. So a run has ended only if its loss is below a level that counts as
interpolation, if an exact network of loss zero with the same activation pattern was found beside it, or if an exact
stationary point was (`both_layers_end`) while its loss was flat for half of its time. Everything else is unfinished
and supports nothing.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance
from theorycheck.training import both_layers_measure as measure
from theorycheck.training.both_layers_end import EndPoint, end_point
from theorycheck.training.both_layers_measure import Look, TwoSided

PROMISING = 1e-3  # a loss below this part of the first one: is there an exact network of loss zero nearby?
ENDINGS = ("two-sided", "interpolates", "other stationary point", "unfinished")


@attrs.frozen
class Flow:
    """How a run is looked at and when it stops.

    Attributes:
        steps: at most.
        looks: steps at which the state is measured beside the start and the end; () for a geometric schedule, whose
            looks lie a factor √2 apart from step 50 on. Endings are only seen at looks.
        interpolation: a loss of at most this counts as interpolation.
        still: a run is at rest where no neuron moves faster than this, relative to its size, in a unit of time.
        flat: a run may end at a kink, where neurons never rest, once half its time changed the loss by less than this,
            relative.
        early: False to go on to the last step even where the run has ended.
    """

    steps: int = 400_000
    looks: tuple[int, ...] = attrs.field(default=(), converter=lambda v: tuple(sorted(v)))
    interpolation: float = 1e-7
    still: float = 1e-9
    flat: float = 1e-4
    early: bool = True

    def __attrs_post_init__(self):
        if isinstance(self.steps, bool) or not isinstance(self.steps, int) or self.steps < 1:
            raise InvalidInstance(f"training: steps is {self.steps!r}; pass a whole number of at least 1")
        for name in ("interpolation", "still", "flat"):
            if not 0 < getattr(self, name) <= 1e-2:
                raise InvalidInstance(f"training: {name} is {getattr(self, name)}; pass a number above 0, at most 0.01")
        if any(k <= 0 for k in self.looks):
            raise InvalidInstance("training: looks must be positive steps")

    def schedule(self) -> tuple[int, ...]:
        """The steps of the looks, rising; the last is `steps`."""
        grid = self.looks or (round(50 * 2 ** (k / 2)) for k in range(60))
        return (*(k for k in grid if k < self.steps), self.steps)


@attrs.frozen(eq=False)
class BothLayers:
    """One run.

    Attributes:
        instance: data, width, loss, start.
        eta: the step that was used; times are η · steps, in units of gradient flow.
        a, W: the end, (m,) and (m, d).
        looks: what was measured, in order of time; the first is the start.
        escape: the time at which the loss was first below half of what it was at the start; None if never.
        ending: one of ENDINGS.
        reason: why, in words.
        end: the exact stationary point beside the end, if one was found.
        two_sided: the two-sided least-squares fit of the split in floats, with its loss (squared loss only).
        wall: seconds.
    """

    instance: ReluInstance
    eta: float
    a: np.ndarray
    W: np.ndarray
    looks: tuple[Look, ...]
    escape: float | None
    ending: str
    reason: str
    end: EndPoint | None
    two_sided: TwoSided | None
    wall: float

    @property
    def met(self) -> bool:
        """Whether the run ended; if not, it supports nothing."""
        return self.ending != "unfinished"

    @property
    def loss(self) -> float:
        """The training loss at the end."""
        return self.looks[-1].loss

    @property
    def times(self) -> np.ndarray:
        """Of the looks, in units of gradient flow."""
        return np.array([one.time for one in self.looks])

    def trace(self, name: str) -> np.ndarray:
        """One measured quantity at all looks; see `Look` for the names."""
        return np.array([getattr(one, name) for one in self.looks])

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """The outputs f(x) at the rows of X, (n,)."""
        return measure.outputs(self.instance, self.a, self.W, X)


def start(instance: ReluInstance) -> tuple[np.ndarray, np.ndarray]:
    """The random start: w_j = λ/√m · standard Gaussian, |a_j| = dominance · ‖w_j‖, signs as the instance says.

    Returns:
        a (m,) and W (m, d).
    """
    m, d = instance.width[0], instance.data.d
    draw = np.random.default_rng([instance.seed, 2410])
    W = draw.standard_normal((m, d)) * (float(instance.init) / np.sqrt(m))
    coins = draw.choice([-1.0, 1.0], m)
    fixed = {"random": coins, "balanced": np.resize([1.0, -1.0], m), "plus": np.ones(m), "minus": -np.ones(m)}
    return fixed[instance.signs] * float(instance.dominance) * np.sqrt((W**2).sum(axis=1)), W


def step_size(instance: ReluInstance, a: np.ndarray, W: np.ndarray) -> float:
    """The instance's η, or one well below what curvature allows, at the start and at a balanced linear fit.

    With λ_max that of XᵀX/n, the curvature is about 2 ‖β‖ λ_max at a balanced fit of a teacher β, of which a tenth of
    the largest stable step is taken, and at most (‖a‖² + ‖W‖²) λ_max at the start, of which a quarter is.
    """
    if instance.eta is not None:
        return float(instance.eta)
    X, y = instance.data.arrays()
    top = max(float(np.linalg.eigvalsh(X.T @ X / len(X)).max()), 1e-12)
    beta = np.linalg.lstsq(X, y, rcond=None)[0]
    end = 0.2 / (top * 2 * max(float(np.sqrt((beta**2).sum())), 1.0))
    first = 0.5 / (top * max(float((a**2).sum() + (W**2).sum()), 1e-12))
    return float(f"{min(end, first):.2g}")


def run(
    instance: ReluInstance,
    flow: Flow | None = None,
    split: Sequence[int] | None = None,
    begin: tuple[np.ndarray, np.ndarray] | None = None,
    watch: Callable[[np.ndarray, np.ndarray], Any] | None = None,
) -> BothLayers:
    """Train one network.

    Args:
        instance: with trained outputs.
        flow: steps, looks, stopping; see Flow.
        split: ±1 a sample, the sides of the two-sided fit; None for the sign of <x_k, Σβ> of the instance's law, or
            without one of <x_k, Xᵀy>.
        begin: a (m,) and W (m, d) to start from instead.
        watch: called with a (m,) and W (m, d) at every look, the start included.

    Raises:
        InvalidInstance: outputs are fixed, or the step makes the loss infinite at once.

    Example:
        >>> from theorycheck.models.data import Dataset
        >>> run(ReluInstance(Dataset([[1], [-1]], [1, 2]), width=6, loss="square", outputs="trained")).ending
        'interpolates'
    """
    import jax

    if instance.outputs != "trained":
        raise InvalidInstance("training both layers needs outputs='trained'; for fixed ones use the exact simulation")
    began, flow = time.perf_counter(), flow or Flow()
    a, W = begin or start(instance)
    with jax.enable_x64(True):
        state = _State(instance, a, W.T, step_size(instance, a, W), measure.two_sided(instance, split), watch)
        ending = "unfinished", "", None
        for step in flow.schedule():
            state.go(step)
            ending = _ending(state, flow, last=step == flow.steps)
            if ending[0] != "unfinished" and (flow.early or step == flow.steps):
                break
            if not np.isfinite(state.looks[-1].loss):
                break
    escape = None if state.escaped < 0 else state.escaped * state.eta
    a, W = np.asarray(state.a), np.asarray(state.W).T
    wall = time.perf_counter() - began
    return BothLayers(instance, state.eta, a, W, tuple(state.looks), escape, *ending, state.fit, wall)


def runs(instances: Iterable[ReluInstance], flow: Flow | None = None) -> tuple[BothLayers, ...]:
    """One run each; those of one shape share their compiled code."""
    return tuple(run(instance, flow) for instance in instances)


class _State:
    """Where a run stands; moved in place."""

    def __init__(self, instance: ReluInstance, a: Any, W: Any, eta: float, fit: TwoSided | None, watch: Any):
        from theorycheck.training import both_layers_step as kernels

        self.instance, self.a, self.W, self.eta, self.fit, self.watch = instance, a, W, eta, fit, watch
        self.X, self.y = instance.data.arrays()
        self.advance = kernels.advance(instance.activation, instance.loss)
        self.look = kernels.look(instance.activation, instance.loss)
        self.slope, self.step, self.escaped, self.looks = float(instance.slope), 0, -1, []
        self.kept = np.asarray(a) ** 2 - (np.asarray(W) ** 2).sum(axis=0)
        self.measure()

    def go(self, step: int) -> None:
        half = self.looks[0].loss / 2
        args = self.a, self.W, self.X, self.y, self.slope, self.eta, self.step, step, half, self.escaped
        self.a, self.W, escaped = self.advance(*args)
        self.step, self.escaped = step, int(escaped)
        self.measure()

    def measure(self) -> None:
        loss, _, _, D = self.look(self.a, self.W, self.X, self.y, self.slope)
        a, W, D = np.asarray(self.a), np.asarray(self.W).T, np.asarray(D).T
        seen = measure.look(self.instance, a, W, D, self.kept, self.fit)
        self.looks.append(Look(step=self.step, time=self.step * self.eta, loss=float(loss), **seen))
        if self.watch:
            self.watch(a, W)


def _ending(state: _State, flow: Flow, last: bool) -> tuple[str, str, EndPoint | None]:
    """The ending, the reason, and the exact end point."""
    now, instance = state.looks[-1], state.instance
    if not np.isfinite(now.loss):
        return "unfinished", f"diverged at step {now.step}; take a step below {state.eta:g}", None
    at_rest, flat = now.speed <= flow.still, _flat(state.looks, flow)
    promising = last and now.loss <= PROMISING * state.looks[0].loss
    if now.loss <= flow.interpolation or promising:
        zero = end_point(instance, np.asarray(state.a), np.asarray(state.W).T, kinks=(0.0,))
        zero = zero if zero and zero.interpolates else None
        if zero:
            return "interpolates", f"an exact network of loss zero beside step {now.step}, loss {now.loss:.3g}", zero
        if now.loss <= flow.interpolation:
            return "interpolates", f"loss {now.loss:.3g} at step {now.step}", None
    if not (at_rest or flat or last):
        return "unfinished", "", None
    end = end_point(instance, np.asarray(state.a), np.asarray(state.W).T) if at_rest or flat else None
    if end is None:
        if at_rest and instance.activation == "tanh":
            return "other stationary point", f"at rest at step {now.step}, in floats", None
        return "unfinished", f"no end by step {now.step}: neurons move at {now.speed:.2g} a unit of time", None
    if end.interpolates:
        return "interpolates", f"an exact network of loss zero beside step {now.step}, loss {now.loss:.3g}", end
    kind = "two-sided" if measure.is_two_sided(instance, state.fit, end) else "other stationary point"
    what = "local minimum" if end.minimum else f"stationary point ({end.vanished} neurons have vanished)"
    return kind, f"an exact {what} of loss {float(end.loss):.8g} beside step {now.step}", end


def _flat(looks: list[Look], flow: Flow) -> bool:
    """Whether the loss hardly changed over the second half of the time."""
    now = looks[-1]
    earlier = [one.loss for one in looks[1:] if one.step >= now.step / 2]
    return len(earlier) > 1 and max(abs(loss - now.loss) for loss in earlier) <= flow.flat * now.loss

"""A search for the least objective of the deep unconstrained-features model, in floats.

Rounds of descents until the time is up: starts of many shapes, raced against each other, and moves from the best
distinct networks so far; whatever becomes the best is polished to a stationary point on its kinks. Nothing about the
answer is stored. Rounds depend on the seed alone, and only their number on the time, so that two runs of one seed
see the same networks as far as both come (a polish may end earlier at the very end).
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import attrs
import numpy as np

from theorycheck.exact.dufm_objective import check_factors, objective
from theorycheck.exact.dufm_search_descent import FIRST, REST, Descent
from theorycheck.exact.dufm_search_moves import moved
from theorycheck.exact.dufm_search_polish import stationarity
from theorycheck.exact.dufm_search_problem import Network, Problem
from theorycheck.exact.dufm_search_starts import Arm, arms, collapsed, network_of, zero
from theorycheck.models.features import UnconstrainedFeatures

Progress = Callable[[float, float, str], object]
_KEPT = 12  # distinct networks to move from
_BATCH = 24
_SAME = 1e-6  # relative difference of losses below which two networks count as one


@attrs.frozen
class SearchResult:
    """The best point that a search saw: an upper value in floats, and no statement that nothing lies below.

    Attributes:
        loss: the objective there.
        factors: H, W_1, ..., W_L, class means.
        history: (seconds, loss, origin) at each improvement.
        kkt: how far the point is from stationary, kinks considered, relative to the penalty's largest entry.
        origin: where the point comes from, in words.
    """

    loss: float
    factors: list[np.ndarray]
    history: tuple[tuple[float, float, str], ...]
    kkt: float
    origin: str


class _State:
    """What a search knows: the best networks, the arms that led to good ones, and the clock."""

    def __init__(self, problem: Problem, seconds: float, seed: int, progress: Progress | None):
        self.problem, self.progress = problem, progress
        self.begun, self.whole = monotonic(), seconds
        self.seconds = seconds - min(0.12 * seconds, 8.0)  # for all but the last polish
        self.random = np.random.default_rng(seed)
        self.kept: list[Network] = []
        self.history: list[tuple[float, float, str]] = []
        self.arms = arms(problem)
        self.polished = 0.0  # seconds
        self.scores: list[tuple[float, int]] = []  # loss and arm of the best drawn networks

    def late(self) -> bool:
        """Whether the time is up."""
        return monotonic() - self.begun > self.seconds

    def take(self, network: Network) -> bool:
        """Keep the network where it is among the best distinct ones; whether it is the best."""
        best = not self.kept or network.loss < self.kept[0].loss - 1e-13
        if best:
            self.history.append((monotonic() - self.begun, network.loss, network.origin))
            if self.progress:
                self.progress(*self.history[-1])
        near = [o for o in self.kept if abs(o.loss - network.loss) < _SAME * abs(o.loss)]
        if not near or network.loss < min(o.loss for o in near):
            others = [o for o in self.kept if o not in near]
            self.kept = sorted([*others, network], key=lambda o: o.loss)[:_KEPT]
        return best

    def draw_arm(self) -> int:
        """Any arm, or one that led to a good network."""
        if self.scores and self.random.random() < 0.6:
            return self.scores[int(self.random.integers(len(self.scores)))][1]
        return int(self.random.integers(len(self.arms)))

    def score(self, loss: float, arm: int) -> None:
        """Remember which arm led to `loss`."""
        self.scores = sorted([*self.scores, (loss, arm)])[:24]


def search(
    instance: UnconstrainedFeatures,
    starts: Sequence[Sequence[np.ndarray]] = (),
    seconds: float = 60.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> SearchResult:
    """The best point found within `seconds`.

    Args:
        instance: the problem.
        starts: parameters to begin from, beside the search's own.
        seconds: wall-clock time to spend, about.
        seed: of all random draws.
        progress: called with (seconds, loss, origin) at each improvement.

    Returns:
        The `SearchResult`.

    Raises:
        InvalidInstance: a start whose shapes do not fit the instance.
    """
    problem = Problem(instance)
    given = [network_of(*_given(problem, s, i)) for i, s in enumerate(starts, 1)]
    state = _State(problem, seconds, seed, progress)
    with ThreadPoolExecutor(_cores()) as pool:
        descent = Descent(problem, pool)
        _begin(state, descent, given)
        while not state.late():
            _round(state, descent)
        _settle(state, descent)
    return _result(instance, state)


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _given(problem, factors, number):
    rows, theta = problem.flat(check_factors(problem.instance, factors))
    return problem.matrices(rows, theta), f"given start {number}"


def _begin(state, descent, given):
    """Zero, deep neural collapse, and what was given, each as it is and after a descent."""
    for network in [zero(state.problem), collapsed(state.problem), *given]:
        state.take(descent.valued(network))
        state.take(descent.finish(descent.stage(network, REST), state.late))


def _round(state, descent):
    """Two batches: drawn networks, then neighbours of the best; the best is polished when it is new."""
    chosen = [state.draw_arm() for _ in range(_BATCH)]
    drawn = [state.arms[a].draw(state.problem, state.random) for a in chosen]
    places = {network.origin: a for network, a in zip(drawn, chosen, strict=True)}
    new = False
    for network in descent.race(drawn, 0.4):
        state.score(network.loss, places[network.origin])
        new = state.take(network) or new
    if not state.late():
        parents = [state.kept[int(len(state.kept) * state.random.random() ** 2)] for _ in range(_BATCH)]
        for network in descent.race([moved(state.problem, p, state.random) for p in parents], 0.5):
            new = state.take(network) or new
    if new and not state.late():
        _polish(state, descent)


def _polish(state, descent):
    """The best so far, within a tenth of the time that has passed."""
    start = monotonic()
    allowed = 0.5 + 0.1 * (start - state.begun) - state.polished
    if allowed > 0:
        state.take(descent.finish(state.kept[0], lambda: monotonic() - start > allowed))
        state.polished += monotonic() - start


def _settle(state, descent):
    """The last polish, of the best few: what is left of the time."""
    end = state.begun + state.whole
    for network in state.kept[:3]:
        state.take(descent.finish(network, lambda: monotonic() > end))


def _result(instance, state):
    best = state.kept[0]
    factors = state.problem.factors(best.rows, best.theta)
    kkt = stationarity(state.problem, best)
    return SearchResult(objective(instance, factors), factors, tuple(state.history), kkt, best.origin)

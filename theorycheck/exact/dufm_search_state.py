"""What a search knows, and one round of it."""

from collections.abc import Callable
from time import monotonic

import numpy as np

from theorycheck.exact.dufm_search_descent import Descent
from theorycheck.exact.dufm_search_moves import moved
from theorycheck.exact.dufm_search_problem import Network, Problem
from theorycheck.exact.dufm_search_starts import arms

Progress = Callable[[float, float, str], object]
KEPT = 12  # distinct networks to move from
_BATCH = 24
_SAME = 3e-4  # relative difference of losses below which two networks count as one: the better stays


class State:
    """The best networks so far, the arms that led to good ones, and the clock."""

    def __init__(self, problem: Problem, random: np.random.Generator, begun: float, end: float):
        self.problem, self.random = problem, random
        self.begun, self.end = begun, end
        self.kept: list[Network] = []
        self.history: list[tuple[float, float, str]] = []
        self.progress: Progress | None = None
        self.arms = arms(problem)
        self.round = 0
        self.polished = 0.0  # seconds
        self.scores: list[tuple[float, int]] = []  # loss and arm of the best drawn networks

    def late(self) -> bool:
        """Whether the time is up."""
        return monotonic() > self.end

    def take(self, network: Network) -> bool:
        """Keep the network where it is among the best distinct ones; whether it is the best."""
        if not np.isfinite(network.loss):
            return False
        best = not self.kept or network.loss < self.kept[0].loss - 1e-13
        if best:
            self.history.append((monotonic() - self.begun, network.loss, network.origin))
            if self.progress:
                self.progress(*self.history[-1])
        near = [o for o in self.kept if abs(o.loss - network.loss) < _SAME * abs(o.loss)]
        if not near or network.loss < min(o.loss for o in near):
            others = [o for o in self.kept if o not in near]
            self.kept = sorted([*others, network], key=lambda o: o.loss)[:KEPT]
        return best

    def draw_arm(self) -> int:
        """Any arm, or one that led to a good network."""
        if self.scores and self.random.random() < 0.75:
            return self.scores[int(len(self.scores) * self.random.random() ** 2)][1]
        return int(self.random.integers(len(self.arms)))

    def score(self, loss: float, arm: int) -> None:
        """Remember which arm led to `loss`."""
        self.scores = sorted([*self.scores, (loss, arm)])[:24]


def play(state: State, descent: Descent) -> None:
    """A round: drawn networks and neighbours of all kept, or neighbours of the best alone; a new best is polished."""
    best = state.kept[0].loss if state.kept else np.inf
    state.round += 1
    if state.round % 2:
        _draw(state, descent)
    if state.kept and not state.late():
        _move(state, descent, 2.0 if state.round % 2 else 6.0)
    if state.kept[0].loss < best and not state.late():
        _polish(state, descent)


def _draw(state, descent):
    """Networks of several arms."""
    chosen = [state.draw_arm() for _ in range(_BATCH)]
    drawn = [state.arms[a].draw(state.problem, state.random) for a in chosen]
    places = {network.origin: a for network, a in zip(drawn, chosen, strict=True)}
    for network in descent.race(drawn, 0.25):
        state.score(network.loss, places[network.origin])
        state.take(network)


def _move(state, descent, focus):
    """Neighbours of kept networks, of the best ones the more often the larger `focus` is."""
    parents = [state.kept[int(len(state.kept) * state.random.random() ** focus)] for _ in range(_BATCH)]
    for network in descent.race([moved(state.problem, p, state.random) for p in parents], 0.5):
        state.take(network)


def _polish(state, descent):
    """The best so far, within a tenth of the time that has passed."""
    start = monotonic()
    allowed = 0.5 + 0.1 * (start - state.begun) - state.polished
    if allowed > 0:
        state.take(descent.finish(state.kept[0], lambda: monotonic() - start > allowed))
        state.polished += monotonic() - start

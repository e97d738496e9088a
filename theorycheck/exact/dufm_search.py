"""A search for the least objective of the deep unconstrained-features model, in floats.

Rounds of descents until the time is up: starts of many shapes, raced against each other, and moves from the best
distinct networks so far; in between the same for other depths, whose best are carried over. Whatever becomes the best
is polished to a stationary point on its kinks. Nothing about the answer is stored. A round depends on the seed and the
rounds before; the clock decides how many there are and when a polish ends, so runs of one seed agree up to that.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from time import monotonic

import attrs
import numpy as np

from theorycheck.exact.dufm_objective import check_factors, objective
from theorycheck.exact.dufm_search_descent import Descent
from theorycheck.exact.dufm_search_polish import stationarity
from theorycheck.exact.dufm_search_problem import Network, Problem
from theorycheck.exact.dufm_search_relatives import at_depth, deepened, other_depths, shallower
from theorycheck.exact.dufm_search_starts import collapsed, network_of, zero
from theorycheck.exact.dufm_search_state import Progress, State, play
from theorycheck.models.features import UnconstrainedFeatures

_FIRST = 0.15  # of the time, before other depths are looked at
_LAST = 0.12  # of the time, for the last polish
_GRACE = 0.3  # seconds for the last polish where no time is left
_LEAST = 0.3  # seconds for another depth; with less it is left out
_EFFORT = 5e7  # operations of one stage of a descent for each second of the search
_CARRIED = 6  # networks from one depth to the next


@attrs.frozen
class SearchResult:
    """The best point that a search saw: an upper value in floats, and no statement that nothing lies below.

    Attributes:
        loss: the objective there.
        factors: H, W_1, ..., W_L, class means.
        history: (seconds, loss, origin) at each improvement.
        kkt: how far the point is from stationary, kinks considered, over the penalty's largest entry; NaN where the
            network is too large to tell.
        origin: where the point comes from, in words.
    """

    loss: float
    factors: list[np.ndarray]
    history: tuple[tuple[float, float, str], ...]
    kkt: float
    origin: str


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
    _compile()
    problem, begun = Problem(instance), monotonic()
    given = [network_of(*_given(problem, s, i)) for i, s in enumerate(starts, 1)]
    state = State(problem, np.random.default_rng(seed), begun, begun + _FIRST * seconds)
    state.progress = progress
    with _one_thread_each(), ThreadPoolExecutor(_cores()) as pool:
        descent = Descent(problem, pool, state.late, _EFFORT * seconds)
        _begin(state, descent, given)
        _explore(state, descent)
        found = _carried(state, pool, seconds)
        state.end = begun + (1.0 - _LAST) * seconds
        _admit(state, descent, found)
        _explore(state, descent)
        best = _settle(state, descent, begun + seconds)
    return _result(instance, best, tuple(state.history))


@cache
def _compile():
    """Have everything compiled before the clock starts: on a new machine that takes longer than a short search."""
    problem = Problem(UnconstrainedFeatures(3, 3, "1/50"))
    start = network_of([np.eye(3) + 0.1 * k for k in range(4)], "compilation")
    with ThreadPoolExecutor(1) as pool:
        descent = Descent(problem, pool, lambda: False)
        for network in descent.together([descent.valued(start)], descent.rest):
            descent.finish(network, lambda: False)


def _explore(state, descent):
    while not state.late():
        play(state, descent)


def _carried(state, pool, seconds):
    """Starts from other depths, one depth after the other, each beginning with the best of the one before."""
    found: list[Network] = []
    for depth, share in other_depths(state.problem):
        if share * seconds < _LEAST:
            return []
        problem, now = at_depth(state.problem, depth), monotonic()
        other = State(problem, state.random, now, now + share * seconds)
        descent = Descent(problem, pool, other.late, _EFFORT * share * seconds)
        _begin(other, descent, [])
        _admit(other, descent, found)
        _explore(other, descent)
        change = deepened if depth < state.problem.instance.depth else shallower
        found = [new for network in other.kept[:_CARRIED] for new in change(problem, network)]
    return found


def _admit(state, descent, networks):
    """Networks from elsewhere, after a descent."""
    for network in descent.together(networks, descent.rest):
        state.take(network)


def _one_thread_each():
    """Linear algebra without threads of its own: for matrices this small they cost ten times what they gain."""
    import scipy.linalg  # noqa: F401  its library has to be loaded to be limited
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _given(problem, factors, number):
    rows, theta = problem.flat(check_factors(problem.instance, factors))
    return problem.matrices(rows, theta), f"given start {number}"


def _begin(state, descent, given):
    """Zero, deep neural collapse, and what was given, each as it is and after a descent."""
    first = [zero(state.problem), collapsed(state.problem), *given]
    for network in first:
        state.take(descent.valued(network))
    for network in descent.together(first, descent.rest):
        state.take(network if state.late() or not np.isfinite(network.loss) else descent.finish(network, state.late))


def _settle(state, descent, end):
    """The best after a last polish of the best few, with what is left of the time, and a little more for the best."""
    end = max(end, monotonic() + _GRACE)
    done = [descent.finish(network, lambda: monotonic() > end) for network in state.kept[:3]]
    best = min(done, key=lambda network: network.loss)
    state.take(best)
    return best if best.loss <= state.kept[0].loss + 1e-13 else state.kept[0]


def _result(instance, best, history):
    problem = Problem(instance)
    factors = problem.factors(best.rows, best.theta)
    return SearchResult(objective(instance, factors), factors, history, stationarity(problem, best), best.origin)

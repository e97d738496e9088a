"""A search for the least objective of the deep unconstrained-features model, in floats."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import attrs
import numpy as np

from theorycheck.exact.dufm_objective import check_factors, objective
from theorycheck.exact.dufm_search_problem import Problem
from theorycheck.models.features import UnconstrainedFeatures

Progress = Callable[[float, float, str], object]


@attrs.frozen
class SearchResult:
    """The best point that a search saw: an upper value in floats, and no statement that nothing lies below.

    Attributes:
        loss: the objective there.
        factors: H, W_1, ..., W_L, class means.
        history: (seconds, loss, origin) at each improvement.
        kkt: how far the point is from stationary, kinks considered; relative to the size of the penalty's gradient.
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
    from theorycheck.exact.dufm_search_kernel import minimise

    begun, problem = monotonic(), Problem(instance)
    given = [problem.flat(check_factors(instance, s)) for s in starts]
    history = []
    best: list = [np.inf, None, ""]

    def offer(rows, theta, origin):
        loss = float(minimise(theta, rows, *_order(problem), 3000, 1e-9, 20))
        return loss, rows, theta, origin

    def take(found):
        loss, rows, theta, origin = found
        if loss < best[0] - 1e-13:
            best[:] = [loss, (rows, theta), origin]
            history.append((monotonic() - begun, loss, origin))
            if progress:
                progress(*history[-1])

    zero = problem.flat(
        [np.zeros((1, instance.classes)), *[np.zeros((1, 1))] * (instance.depth - 1), np.zeros((instance.classes, 1))]
    )
    take(offer(*zero, "zero"))
    for rows, theta in given:
        take(offer(rows, theta.copy(), "a given start"))
    draw = np.random.default_rng(seed)
    with ThreadPoolExecutor(2) as pool:
        while monotonic() - begun < seconds:
            batch = [_random_start(instance, draw) for _ in range(16)]
            for found in pool.map(lambda s: offer(*s, "a random start"), batch):
                take(found)
    factors = problem.factors(*best[1])
    return SearchResult(objective(instance, factors), factors, tuple(history), np.nan, best[2])


def _order(problem):
    return problem.arguments()


def _random_start(instance, draw):
    K, L = instance.classes, instance.depth
    limit = instance.width or 2 * K
    inner = int(draw.integers(min(2, limit), min(limit, K + 2) + 1))
    hidden = [inner] * (L - 1) + [min(limit, int(draw.integers(K, 2 * K + 1)))]
    rows = np.array([*hidden[:L], K], dtype=np.int64)
    before, parts = K, []
    for r in rows:
        parts.append(draw.normal(size=r * before) * draw.uniform(1, 1.5) / np.sqrt(before))
        before = r
    return rows, np.concatenate(parts)

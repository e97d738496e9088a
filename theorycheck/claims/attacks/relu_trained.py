"""What training shows where nothing exact is known: measured in floats, told as such, never a counterexample.

A run that has not met its stopping criterion supports nothing, and the remark says so; its figures are told all the
same, since they are what a reader would see who stopped there.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance

STEPS = 20_000
_WIDTH, _SAMPLES = 10, 4  # of the instance that is trained, as near as there are
_LARGEST = 2 * 10**5  # neurons times samples squared


def _typical(space: Space) -> ReluInstance | None:
    """An instance of the space of some samples of both labels and some neurons."""
    usable = [one for one in space.instances if sum(one.width) * one.data.n**2 <= _LARGEST]
    both = lambda one: len(set(one.data.y)) > 1  # noqa: E731
    key = lambda one: (not both(one), abs(one.data.n - _SAMPLES), abs(max(one.width) - _WIDTH))  # noqa: E731
    return min(usable, key=key, default=None)


def _runs(space: Space) -> Iterator[Candidate | Looked]:
    one = _typical(space)
    if one is None:
        return
    try:
        told = _both_layers(one) if one.outputs == "trained" else _one_layer(one)
    except InvalidInstance as reason:
        told = str(reason)
    yield Looked(1, f"a run on {one.data.name}", remark=f"measured, in floats, on {one.data.name}: {told}")


def _one_layer(one: ReluInstance) -> str:
    from theorycheck.training.coordinates import run
    from theorycheck.training.coordinates_end import Schedule

    growing = one.loss == "logistic" and one.eta is None and one.activation == "leaky"
    schedule = Schedule(steps=STEPS, growth=int(growing), margin=50.0)
    [found] = run(one, schedule, 1).runs
    told = _figures(found.stable_ranks[-1], found.margins[-1], float(found.norms[-1][2]))
    early = int((found.least < found.least[-1] / 10).sum())  # a tenth of the way
    before = f"; at a tenth of these margins ranks {_short(found.stable_ranks[early][:2])}" if early else ""
    share = float(found.agreement[-1])
    clock = f"log t = {found.log_time[-1]:.3g}, t L = {found.loss_times_time[-1]:.4g}"
    return f"{told}, signs {share:.3g}, {clock}{before}; {_criterion(found.met, found.reason)}"


def _both_layers(one: ReluInstance) -> str:
    from theorycheck.training.both_layers import Flow, run

    found = run(one, Flow(steps=STEPS, early=False))
    _, y = one.data.arrays()
    margins = y * found.outputs(one.data.arrays()[0])
    blocks = [found.W[found.a > 0], found.W[found.a < 0], found.W]
    size = float(np.sqrt((found.a**2).sum() + (found.W**2).sum()))
    clock = f"t = {found.times[-1]:.4g}, t L = {found.times[-1] * found.loss:.4g}"
    return f"{_figures([_rank(W) for W in blocks], margins, size)}, {clock}; {_criterion(found.met, found.reason)}"


def _rank(W: np.ndarray) -> float:
    """The stable rank; 0 of nothing."""
    values = np.linalg.svd(W, compute_uv=False) ** 2 if W.size else np.zeros(1)
    return float(values.sum() / values[0]) if values[0] > 0 else 0.0


def _figures(ranks: Sequence[float], margins: Any, size: float) -> str:
    spread = float(np.ptp(margins)) / size if size else 0.0
    between = f"margins {margins.min():.5g} to {margins.max():.5g}, spread over |W| {spread:.3g}"
    return f"stable ranks of W_+, W_-, W {_short(ranks)}, {between}"


def _short(values: Any) -> str:
    return ", ".join(f"{float(v):.5g}" for v in values)


def _criterion(met: bool, reason: str) -> str:
    return reason if met else f"the run has not met its criterion and supports nothing ({reason})"


def _never(candidate: Candidate) -> Violation | None:
    """Floats refute nothing."""
    return None


TRAINED = Attack("a run, in floats", _runs, _never)

"""When a run of `coordinates` is over, and whether what it shows counts.

Logistic loss: log t has to have doubled with nothing new happening. Let q be the least margin now. The criterion asks
that q has reached its target; that the activation pattern is what it was at q/2; and that the speeds of all margins
relative to the least one, dq_i/dq, agree on the third and on the last quarter up to `tolerance`. Those speeds are the
limiting ratios of the margins, and all are 1 where margins become equal; margins themselves approach that only as
1/log t. A preactivation may stay at the kink, where steps of any size throw it from side to side (for the ReLU many
do): those below 1/100 of the largest have no say in the pattern, and a run says how many there are.

Squared loss: the gradient has fallen to `tolerance`² of its largest norm. Hinge loss: all margins are at least 1.
"""

from typing import Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance

KINK = 0.01  # of the largest preactivation: what is smaller counts as being at the kink


def _check_steps(instance: Any, attribute: Any, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidInstance(f"training: {attribute.name} is {value!r}; pass a whole number of at least 1")


@attrs.frozen
class Schedule:
    """How long to train, and when a run may stop.

    Attributes:
        steps: at most.
        margin: the least raw margin at which a run of the logistic loss may end.
        tolerance: see the module's text.
        growth: 1 for steps that grow as the loss falls (logistic loss only), 0 for steps η.
        pace: with growing steps and no η given: the most by which a step may move a margin.
        records: about how many records, spread evenly in the steps and in their logarithm.

    Raises:
        InvalidInstance: numbers that make no sense.
    """

    steps: int = attrs.field(default=40_000, validator=_check_steps)
    margin: float = 100.0
    tolerance: float = 1e-3
    growth: int = 1
    pace: float = 0.25
    records: int = attrs.field(default=120, validator=_check_steps)

    def __attrs_post_init__(self):
        if not 0 < self.margin < float("inf"):
            raise InvalidInstance(f"training: the margin to reach is {self.margin}; pass a positive number")
        if not 0 < self.tolerance <= 0.1:
            raise InvalidInstance(f"training: tolerance is {self.tolerance}; pass a number in (0, 0.1]")
        if self.growth not in (0, 1):
            raise InvalidInstance(f"training: growth is {self.growth}; pass 0 (steps η) or 1 (growing steps)")
        if not 0 < self.pace <= 1:
            raise InvalidInstance(f"training: the pace is {self.pace}; pass a number in (0, 1]")

    @property
    def marks(self) -> list[int]:
        """Step counts of the records: 0, 1, and on to the last step."""
        half = self.records // 2 + 1
        even = np.linspace(0, self.steps, half)
        risen = np.geomspace(1, self.steps, half)
        return [int(v) for v in np.unique(np.round(np.concatenate([[0, 1, self.steps], even, risen])))]


@attrs.frozen(eq=False)
class End:
    """Whether a run is over, whether it met its criterion, why, its margins' relative speeds, and since when."""

    over: bool
    met: bool
    reason: str
    slopes: np.ndarray
    since: int | None = None


def ending(schedule: Schedule, loss: str, records: list[dict]) -> End:
    """Look at a run's records so far."""
    now = records[-1]
    nothing = np.full(len(now["margins"]), np.nan)
    if not now["bounded"]:
        return End(True, False, f"diverged by step {now['steps']}; pass a smaller step", nothing)
    last = now["steps"] >= schedule.steps
    if loss == "logistic":
        return _logistic(schedule, records, last, nothing)
    if loss == "hinge":
        met, least = bool(now["margins"].min() >= 1), now["margins"].min()
        reason = "all margins are at least 1" if met else f"the least margin is {least:.4g} after {now['steps']} steps"
        return End(met or last, met, reason, nothing)
    fall = now["gradient"] / max(record["gradient"] for record in records) if now["gradient"] else 0.0
    met = fall <= schedule.tolerance**2
    return End(met or last, met, f"the gradient fell to {fall:.2g} of its largest norm", nothing)


def _logistic(schedule: Schedule, records: list[dict], last: bool, nothing: Any) -> End:
    least = np.array([record["margins"].min() for record in records])
    if least[-1] < schedule.margin:
        reason = f"the least margin is {least[-1]:.4g} after {records[-1]['steps']} steps, not {schedule.margin:g}"
        return End(last, False, reason, nothing)
    half, later = (int(np.flatnonzero(least <= part * least[-1])[-1:].sum()) for part in (0.5, 0.75))
    if not least[0] <= least[half] < least[later] < least[-1] or 2 * least[half] > least[-1]:
        return End(last, False, "too few records to see the margins settle; pass more records", nothing)
    before, slopes = _speeds(records, half, later), _speeds(records, later, len(records) - 1)
    off = float(np.abs(slopes - before).max())
    if turned := _turned(records[half], records[-1]):
        return End(last, False, f"{turned} preactivations changed their sign late in the run", slopes)
    if off > schedule.tolerance:
        return End(last, False, f"relative speeds of the margins still change by {off:.2g}", slopes)
    still = int((~_clear(records[-1])).sum())
    reason = f"margins have settled at {least[-1]:.4g}" + (f"; {still} preactivations near the kink" if still else "")
    return End(True, True, reason, slopes, half)


def _clear(record: dict) -> np.ndarray:
    """Which preactivations are clearly not at the kink, (M, n)."""
    size = np.abs(record["preactivations"])
    return size > KINK * size.max()


def _turned(before: dict, now: dict) -> int:
    """How many preactivations are clearly on one side before and clearly on the other now."""
    opposite = before["preactivations"] * now["preactivations"] < 0
    return int((opposite & _clear(before) & _clear(now)).sum())


def _speeds(records: list[dict], since: int, until: int) -> np.ndarray:
    moved = records[until]["margins"] - records[since]["margins"]
    return moved / (records[until]["margins"].min() - records[since]["margins"].min())

"""Stable ranks and margins along gradient descent, against what the maximum-margin KKT point predicts for all time.

Setting of arXiv 2310.18935: (leaky) ReLU, fixed outputs, logistic loss. Predictions once the activation pattern stays
(derived): loss · t → ‖W*‖², margins part by constants, so that their normalised spread is D / (‖W*‖ log t), and a block
W_j = 1 v(t)ᵀ + E_j has stable rank 1 + ‖E_j⊥‖² / (m ‖v_j‖² log² t) up to lower order, with E_j read off the run.
"""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance
from theorycheck.training.coordinates import Run, Trajectory, run, weights
from theorycheck.training.coordinates_end import KINK, Schedule
from theorycheck.training.coordinates_frame import BLOCKS

if TYPE_CHECKING:
    from theorycheck.exact.margin_solution import MarginSolution

FIELDS = ("seed", "step", "log_time", "log_loss", "least_margin", "largest_margin", "spread", *BLOCKS, "agreement")


@attrs.frozen(eq=False)
class Predicted:
    """What the KKT point says, in floats.

    Attributes:
        norm: ‖W*‖_F; loss · t tends to its square, in gradient-flow time.
        stable_ranks: of W*_+, W*_- and W*, by name.
        speeds: the margins of W* over the least one: what dq_i/dq_min tends to, (n,).
        differences: the largest limit of q_i - q_k, or None where margins part for ever.
        directions: v_+ and v_-, (d,) each, or None where neurons of a sign differ.
        pattern: whose it is: `labels`, or `self-consistent` where the labels' pattern is that of no KKT point.
        signs: of the preactivations of W*, (M, n); 0 at a kink, where a run may be on either side.
    """

    norm: float
    stable_ranks: dict
    speeds: np.ndarray
    differences: float | None
    directions: tuple | None
    pattern: str
    signs: np.ndarray


@attrs.frozen(eq=False)
class TrajectoryStudy:
    """Runs of gradient descent and their prediction.

    Attributes:
        instance: the model.
        trajectory: one run a seed.
        predicted: from the KKT point, or None where none was found from the labels' activation pattern.
        why: where there is no prediction, the reason.
    """

    instance: ReluInstance
    trajectory: Trajectory
    predicted: Predicted | None
    why: str = ""

    @property
    def unit(self) -> float:
        """What gradient-flow time is counted in: ‖W*‖², so that the loss tends to 1/t; else loss · t at the end."""
        if self.predicted:
            return self.predicted.norm**2
        return max(float(np.median([r.loss_times_time[-1] for r in self.trajectory.runs])), 1e-300)

    def clock(self, result: Run) -> np.ndarray:
        """log(1 + t) for the records of a run, t in the study's unit, (records,)."""
        return np.logaddexp(0, result.log_time - np.log(self.unit))

    def excess(self, result: Run) -> dict:
        """The constants C_j of stable rank - 1 ≈ C_j / log² t for the blocks plus and minus; empty if rows differ."""
        if self.predicted is None or self.predicted.directions is None or not result.met:
            return {}
        W, split = weights(self.instance, result), self.instance.width[0]
        return {
            name: _beside(block) / (len(block) * float(v @ v))
            for name, block, v in zip(BLOCKS, (W[:split], W[split:]), self.predicted.directions, strict=False)
        }

    @property
    def elsewhere(self) -> tuple[int, ...]:
        """The seeds of runs whose activation pattern at the end is not that of the drawn KKT point."""
        known = self.predicted
        if known is None or self.instance.slope == 1:  # a linear network has one pattern
            return ()
        return tuple(r.seed for r in self.trajectory.runs if bool((_sides(r) * known.signs < 0).any()))

    @property
    def _lines(self) -> str:
        if self.predicted is None:
            return f"no prediction: {self.why}"
        whose = "the pattern of the labels"
        if self.predicted.pattern != "labels":
            whose = "a pattern that is its own (self-consistent), since that of the labels has no KKT point"
        drawn = f"predictions from the exact KKT point with {whose}"
        if not self.elsewhere:
            return drawn
        runs, seeds = len(self.trajectory.runs), ", ".join(map(str, self.elsewhere))
        ended = f"{len(self.elsewhere)} of {runs} runs ended in another pattern (seed {seeds})"
        return f"{drawn}; {ended}, of which the drawn prediction says nothing"

    @property
    def note(self) -> str:
        """How the runs ended, whose prediction the lines are, and which runs ended elsewhere."""
        lines = self._lines
        start = f"start of size {float(self.instance.init):g}"
        return f"{self.trajectory.summary}. Gradient-flow time; {start}; {lines}."

    def to_json(self) -> dict:
        """The document of `study trajectory --json`."""
        known = self.predicted
        return {
            "instance": str(self.instance),
            "loss": self.instance.normalisation,
            "time": "gradient-flow time, the sum of the steps",
            "eta": self.trajectory.eta,
            "met": self.trajectory.met,
            "note": self.note,
            "predicted": known and {
                "stable_rank": known.stable_ranks,
                "loss_times_t": known.norm**2,
                "speeds": known.speeds.tolist(),
                "largest_difference": known.differences,
                "pattern": known.pattern,
                "elsewhere": list(self.elsewhere),
            },
            "runs": [_told(r) for r in self.trajectory.runs],
        }  # fmt: skip

    def to_csv(self) -> str:
        """Every record of every run, a row each, with a head."""
        stream = io.StringIO()
        stream.write(",".join(FIELDS) + "\n")
        for r in self.trajectory.runs:
            columns = (r.steps, r.log_time, r.log_loss, r.least, r.margins.max(axis=1), r.spread)
            for row in zip(*columns, *r.stable_ranks.T, r.agreement, strict=True):
                stream.write(",".join([str(r.seed), str(int(row[0])), *(f"{v:.12g}" for v in row[1:])]) + "\n")
        return stream.getvalue()


def study(instance: ReluInstance, seeds: int | Sequence[int] = 3, stop: Schedule | None = None) -> TrajectoryStudy:
    """Train from several starts and put the runs beside the exact prediction.

    Args:
        instance: fixed outputs, logistic loss.
        seeds: how many starts, or the seeds.
        stop: steps, records and the stopping criterion.

    Raises:
        InvalidInstance: another loss or another activation, for which no limits are known here.
    """
    if instance.loss != "logistic" or instance.activation != "leaky":
        raise InvalidInstance("this study is about the (leaky) ReLU and the logistic loss; pass activation leaky")
    predicted, why = predict(instance)
    targets = predicted.directions if predicted else None
    return TrajectoryStudy(instance, run(instance, stop, seeds, targets), predicted, why)


def predict(instance: ReluInstance) -> tuple[Predicted | None, str]:
    """The prediction of the KKT point with the labels' pattern, else of a self-consistent one, else None and why."""
    from theorycheck.exact.margin import margin

    if instance.relu:
        return None, "the limit of the ReLU depends on the start"
    try:
        solution = margin(instance)
    except InvalidInstance as reason:
        return None, str(reason)
    solution = solution if solution.kkt else solution.settled
    if solution is None or not solution.kkt or solution.loss_times_t is None:
        return None, "no KKT point was found from the activation pattern of the labels"
    steps, margins = solution.margin_differences, np.array([float(q) for q in solution.margins])
    known = steps is not None and None not in steps
    rows = [None if v is None else np.array([float(x) for x in v]) for v in (solution.v_plus, solution.v_minus)]
    return Predicted(
        norm=float(solution.norm_squared) ** 0.5,
        stable_ranks={name: 0.0 if v is None else float(v) for name, v in solution.stable_rank.items()},
        speeds=margins / margins.min(),
        differences=float(np.ptp([float(v) for v in steps])) if steps and known else None,  # type: ignore[arg-type]
        directions=None if rows[0] is None or rows[1] is None else tuple(rows),
        pattern=solution.name,
        signs=_signs(solution),
    ), ""


def _signs(solution: "MarginSolution") -> np.ndarray:
    """The signs of the preactivations at the point, (M, n), in the order of a run's neurons."""
    m_plus, m_minus = solution.instance.width
    found = np.zeros((m_plus + m_minus, solution.problem.n), dtype=int)
    for row, group in zip(solution.preactivations.tolist(), solution.problem.groups, strict=True):
        at = [r if group.sign > 0 else m_plus + r for r in group.neurons]
        found[at] = [int(z > 0) - int(z < 0) for z in row]
    return found


def _sides(r: Run) -> np.ndarray:
    """The signs of a run's preactivations at its end, (M, n); 0 so near to the kink that they have no say."""
    size = np.abs(r.preactivations)
    return np.where(size > KINK * size.max(), np.sign(r.preactivations), 0)


def _beside(block: np.ndarray) -> float:
    """‖E⊥‖_F²: what the rows have beside their mean, orthogonal to it."""
    mean = block.mean(axis=0)
    apart = block - mean
    square = float(mean @ mean)
    along = apart @ mean
    return float((apart**2).sum() - (along**2).sum() / square) if square > 0 else 0.0


def _told(r: Run) -> dict:
    number = lambda value: float(value) if np.isfinite(value) else None  # noqa: E731
    return {
        "seed": r.seed,
        "met": r.met,
        "reason": r.reason,
        "steps": int(r.steps[-1]),
        "log_time": number(r.log_time[-1]),
        "loss_times_t": number(r.loss_times_time[-1]),
        "least_margin": number(r.least[-1]),
        "spread": number(r.spread[-1]),
        "speeds": [number(v) for v in r.slopes],
        "stable_rank": dict(zip(BLOCKS, map(number, r.stable_ranks[-1]), strict=True)),
        "stable_rank_limit": dict(zip(BLOCKS, map(number, r.limits), strict=True)),
        "agreement": number(r.agreement[-1]),
        "cosine": dict(zip(BLOCKS, map(number, r.cosines[-1]), strict=True)),
        "kept": number(r.kept[-1]),
        "lost": r.lost,
        "last_change": r.last_change,
    }

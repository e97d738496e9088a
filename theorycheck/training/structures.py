"""What a trained model ended in: collapse, a lower rank, zero; and how often, with exact confidence intervals."""

import attrs
import numpy as np

from theorycheck.models.features import UnconstrainedFeatures
from theorycheck.models.spectra import NumericalRank, numerical_rank
from theorycheck.training.features import FeatureRuns

ENDS = ("DNC", "low rank", "zero", "other", "unfinished")
RANK_TOLERANCE = 1e-3  # relative: singular values below it count as zero in a trained matrix
SHAPE_TOLERANCE = 1e-2  # relative: how far a Gram matrix may be from that of an orthogonal or simplex frame
CONFIDENCE = 0.95


@attrs.frozen(eq=False)
class Ending:
    """The end of one run.

    Attributes:
        kind: one of ENDS.
        loss: the objective.
        within: DNC1: largest distance of a sample's output and features from its class mean, relative.
        ranks: of the class means M_1, ..., M_L and of the output (centred for cross-entropy), before the ReLU.
        ranks_after: of s(M_2), ..., s(M_L); empty for linear models.
    """

    kind: str
    loss: float
    within: float
    ranks: tuple[NumericalRank, ...]
    ranks_after: tuple[NumericalRank, ...]

    @property
    def output_rank(self) -> int:
        """Rank of the class-mean output."""
        return self.ranks[-1].rank


@attrs.frozen(eq=False)
class Share:
    """How often runs ended in collapse.

    Attributes:
        count: of runs that ended in DNC.
        runs: that met their criterion; the others support nothing and are not counted.
        unfinished: those others.
        low, high: the exact (Clopper and Pearson) interval of the probability at 95 %.
        kinds: of all runs, how many ended in each of ENDS.
    """

    count: int
    runs: int
    unfinished: int
    low: float
    high: float
    kinds: dict = attrs.field(hash=False)

    @property
    def value(self) -> float:
        """The observed frequency; NaN without a finished run."""
        return self.count / self.runs if self.runs else float("nan")


def endings(runs: FeatureRuns) -> list[Ending]:
    """What each run ended in, by ranks and shapes of its class means; see Ending."""
    return [
        _ending(runs.instance, [F[k] for F in runs.factors], float(runs.loss[k]), bool(runs.met_criterion[k]))
        for k in range(len(runs.seeds))
    ]


def share(found: list[Ending]) -> Share:
    """The frequency of collapse among the runs that met their criterion, with its exact interval."""
    from scipy.stats import binomtest

    kinds = {kind: sum(e.kind == kind for e in found) for kind in ENDS}
    runs = len(found) - kinds["unfinished"]
    interval = binomtest(kinds["DNC"], runs).proportion_ci(CONFIDENCE) if runs else None
    low, high = (float(interval.low), float(interval.high)) if interval else (0.0, 1.0)
    return Share(kinds["DNC"], runs, kinds["unfinished"], low, high, kinds)


def layers(instance: UnconstrainedFeatures, factors: list[np.ndarray]) -> tuple[list, list]:
    """Features of every layer before and after the ReLU: H, ..., H_L and the output; s(H_2), ..., s(H_L)."""
    before, after = [factors[0]], []
    for layer, W in enumerate(factors[1:]):
        inner = np.maximum(before[-1], 0) if instance.relu and layer else before[-1]
        after += [inner] if layer else []
        before.append(W @ inner)
    return before, after


def _ending(instance: UnconstrainedFeatures, factors: list[np.ndarray], loss: float, finished: bool) -> Ending:
    if not all(np.isfinite(F).all() for F in factors):
        return Ending("unfinished", loss, float("nan"), (numerical_rank(np.zeros((1, 1))),), ())
    before, after = layers(instance, factors)
    sides = [[_means(instance, H) for H in side] for side in (before, after)]
    within = max(_spread(instance, H, M) for H, M in zip(before, sides[0], strict=True))
    ranks = tuple(numerical_rank(_centred(instance, M), RANK_TOLERANCE) for M in sides[0])
    others = tuple(numerical_rank(_centred(instance, M), RANK_TOLERANCE) for M in sides[1])
    kind = _kind(instance, sides, ranks) if finished else "unfinished"
    return Ending(kind, loss, within, ranks, others if instance.relu else ())


def _means(instance: UnconstrainedFeatures, H: np.ndarray) -> np.ndarray:
    ends = np.cumsum(instance.counts)
    return np.stack([H[:, b - n : b].mean(axis=1) for n, b in zip(instance.counts, ends, strict=True)], axis=1)


def _spread(instance: UnconstrainedFeatures, H: np.ndarray, M: np.ndarray) -> float:
    size = float(np.abs(M).max())
    return float(np.abs(H - np.repeat(M, instance.counts, axis=1)).max()) / size if size > 0 else 0.0


def _centred(instance: UnconstrainedFeatures, M: np.ndarray) -> np.ndarray:
    """For cross-entropy a common vector in all columns says nothing: the class means are taken about their mean."""
    return M - M.mean(axis=1, keepdims=True) if instance.loss == "ce" else M


def _kind(instance: UnconstrainedFeatures, sides: list, ranks: tuple) -> str:
    full = instance.classes - (instance.loss == "ce")
    before, after = sides
    if np.abs(before[-1]).max() < RANK_TOLERANCE:
        return "zero"
    if min(rank.rank for rank in ranks) < full:
        return "low rank"
    shown = [*(after if instance.relu else before[1:-1]), before[-1]]
    return "DNC" if all(_is_frame(_centred(instance, M), instance.loss == "ce") for M in shown) else "other"


def _is_frame(M: np.ndarray, simplex: bool) -> bool:
    """Whether the columns form an orthogonal frame, or a simplex, all of one length."""
    gram, K = M.T @ M, M.shape[1]
    shape = np.eye(K) - simplex / K
    scale = np.trace(gram) / np.trace(shape)
    return bool(np.abs(gram - scale * shape).max() <= SHAPE_TOLERANCE * scale)

"""What is measured of a network with both layers trained: alignment, patterns, distances, ranks, conservation."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.models import rational
from theorycheck.models.relu import ReluInstance

if TYPE_CHECKING:
    from theorycheck.training.both_layers_end import EndPoint

MATTERS = 1e-3  # a neuron matters if |a| ‖w‖ is at least this part of the largest


@attrs.frozen(eq=False)
class Look:
    """The state of a run at one time; NaN where there is nothing to average.

    Attributes:
        step, time: how far it is; time is η · step, in units of gradient flow.
        loss: training loss.
        align_plus, align_minus: mean cosine of w_j and D(w_j) over the neurons with a_j > 0 and with a_j < 0, where
            D(w) = (1/n) Σ_k σ'(<w, x_k>) y_k x_k. At an extremal vector it is ±1.
        to_plus, to_minus: ‖Σ_{a_j > 0} a_j w_j - β_+‖ and ‖Σ_{a_j < 0} a_j w_j - β_-‖ for the two-sided fit.
        patterns: distinct activation patterns (signs on all samples) of the neurons that matter: those whose
            |a_j| ‖w_j‖ is at least a thousandth of the largest.
        drift: max_j |(a_j² - ‖w_j‖²) - its value at the start|; gradient flow keeps it at zero.
        stable_rank: ‖W‖_F² / ‖W‖² of the first layer.
        speed: max_j ‖D_j‖, D_j with the residuals in place of y: no neuron moves faster, relative to its size.
        balance: share of neurons with a_j > 0.
    """

    step: int
    time: float
    loss: float
    align_plus: float
    align_minus: float
    to_plus: float
    to_minus: float
    patterns: int
    drift: float
    stable_rank: float
    speed: float
    balance: float


@attrs.frozen(eq=False)
class TwoSided:
    """Least squares on each side of a split, in floats.

    Attributes:
        split: ±1 a sample.
        beta_plus, beta_minus: (d,), of least norm where they are not unique.
        loss: Σ_k (y_k - fit)² / (2n).
    """

    split: tuple[int, ...]
    beta_plus: np.ndarray
    beta_minus: np.ndarray
    loss: float


def outputs(instance: ReluInstance, a: np.ndarray, W: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The outputs f(x) at the rows of X, (n,)."""
    Z = X @ W.T
    return (np.tanh(Z) if instance.activation == "tanh" else np.where(Z > 0, Z, float(instance.slope) * Z)) @ a


def chosen_split(instance: ReluInstance) -> tuple[int, ...]:
    """The sign of <x_k, Σβ> of the instance's law, or without one of <x_k, Xᵀy>; 1 where it is zero."""
    X, y = instance.data.arrays()
    direction = X.T @ y if instance.law is None else instance.law.direction()
    return tuple(1 if v >= 0 else -1 for v in X @ direction)


def two_sided(instance: ReluInstance, split: Sequence[int] | None = None) -> TwoSided | None:
    """The two-sided fit in floats; None for other losses than the square.

    Raises:
        InvalidInstance: the split is no list of ±1, one a sample.
    """
    if split is not None and (len(split) != instance.data.n or any(abs(s) != 1 for s in split)):
        raise InvalidInstance(f"the split has {len(split)} entries for n = {instance.data.n}; pass 1 or -1 a sample")
    if instance.loss != "square":
        return None
    X, y = instance.data.arrays()
    sides = tuple(split) if split is not None else chosen_split(instance)
    betas, rest = [], 0.0
    for side in (1, -1):
        here = np.array(sides) == side
        beta = np.linalg.lstsq(X[here], y[here], rcond=None)[0] if here.any() else np.zeros(X.shape[1])
        betas.append(beta)
        rest += float(((X[here] @ beta - y[here]) ** 2).sum())
    return TwoSided(sides, betas[0], betas[1], rest / (2 * len(y)))


def is_two_sided(instance: ReluInstance, fit: TwoSided | None, end: "EndPoint") -> bool:
    """Whether the exact end computes the two-sided fit on the samples.

    On each side the residuals are orthogonal to the inputs and the fitted values are linear in them, exactly.
    """
    if fit is None:
        return False
    data = instance.data
    for side in {*fit.split}:
        here = [k for k in range(data.n) if fit.split[k] == side]
        rows = [data.X[k] for k in here]
        rest = [data.y[k] - end.fitted[k] for k in here]
        if any(sum((r * row[i] for r, row in zip(rest, rows, strict=True)), Fraction(0)) for i in range(data.d)):
            return False
        if rational.rank([(*row, end.fitted[k]) for row, k in zip(rows, here, strict=True)]) > rational.rank(rows):
            return False
    return True


def look(
    instance: ReluInstance, a: np.ndarray, W: np.ndarray, D: np.ndarray, kept: np.ndarray, fit: TwoSided | None
) -> dict[str, Any]:
    """Everything in a Look but step, time and loss; D (m, d) with the residuals."""
    X, y = instance.data.arrays()
    norms = np.sqrt((W**2).sum(axis=1))
    plus, minus = _alignment(instance, X, y, W, norms, a > 0), _alignment(instance, X, y, W, norms, a < 0)
    size = np.abs(a) * norms
    big = size >= MATTERS * size.max()
    ends = (fit.beta_plus, fit.beta_minus) if fit else (np.full(X.shape[1], np.nan),) * 2
    gaps = [a[s] @ W[s] - beta for s, beta in zip((a > 0, a < 0), ends, strict=True)]
    top = np.linalg.norm(W, 2) if np.isfinite(W).all() else np.nan
    return {
        "align_plus": plus,
        "align_minus": minus,
        "to_plus": float(np.sqrt((gaps[0] ** 2).sum())),
        "to_minus": float(np.sqrt((gaps[1] ** 2).sum())),
        "patterns": len({row.tobytes() for row in (W[big] @ X.T > 0)}),
        "drift": float(np.abs(a**2 - norms**2 - kept).max()),
        "stable_rank": float((norms**2).sum() / top**2) if top else float("nan"),
        "speed": float(np.sqrt((D**2).sum(axis=1)).max()),
        "balance": float((a > 0).mean()),
    }


def _alignment(instance: ReluInstance, X: Any, y: Any, W: Any, norms: Any, chosen: Any) -> float:
    mask = np.where(X @ W.T > 0, 1.0, float(instance.slope))
    D = (mask * y[:, None]).T @ X / len(y)
    lengths = np.sqrt((D**2).sum(axis=1)) * norms
    use = chosen & (lengths > 0)
    return float(((W * D).sum(axis=1)[use] / lengths[use]).mean()) if use.any() else float("nan")

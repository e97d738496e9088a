"""What a record of a run in sample coordinates holds."""

import math
from typing import Any

import attrs
import numpy as np

from theorycheck.models.relu import ReluInstance
from theorycheck.training.coordinates_end import Schedule
from theorycheck.training.coordinates_frame import BLOCKS, Frame, cosine, squares

LARGEST = 1e100  # coefficients beyond it have diverged; their squares would soon overflow


@attrs.frozen(eq=False)
class Problem:
    """What does not change along the runs of one call: samples, Gram matrix, output weights, step, slopes; floats."""

    instance: ReluInstance
    schedule: Schedule
    X: np.ndarray
    y: np.ndarray
    G: np.ndarray
    c: np.ndarray
    eta: float
    reach: float
    slope: float
    kink: float
    targets: tuple | None

    @property
    def own(self) -> np.ndarray:
        """Which (neuron, sample) pairs are of one sign, (M, n)."""
        return self.c[:, None] * self.y > 0


def record(problem: Problem, look: Frame, U: Any, A: Any, watched: Any, steps: int, clock: float) -> dict:
    """All that is measured of the state U, A (M, n) after some steps."""
    from theorycheck.training.coordinates_kernel import outputs

    f, y = np.empty(len(problem.y)), problem.y
    outputs(U, problem.c, problem.slope, problem.instance.activation == "tanh", f)
    on, own = U > 0, problem.own
    whole = [squares(part) for part in look.parts(look.coordinates(A)).values()] if _bounded(A) else []
    return {
        "steps": steps,
        "log_time": clock,
        "log_loss": _log_loss(problem.instance.loss, f, y),
        "margins": y * f + 0.0,  # no negative zeros
        "norms": [math.sqrt(a) for a, _ in whole] or [np.nan] * 3,
        "stable_ranks": [a / b if b > 0 else 0.0 for a, b in whole] or [np.nan] * 3,
        "cosines": _cosines(problem, look, A),
        "agreement": float((np.where(own, U, -U) > 0).mean()),
        "active": (on & own).sum(axis=0) / own.sum(axis=0),
        "wrong": float(on[~own].mean()),
        "kept": float(on[watched].mean()) if watched.any() else 1.0,
        "coefficients": A.copy(),
        "preactivations": U.copy(),
        "gradient": _gradient(problem, U, f) if _bounded(A) else np.inf,
        "bounded": _bounded(A),
    }


def _bounded(A: np.ndarray) -> bool:
    return bool((np.abs(A) < LARGEST).all())  # False for NaN


def _log_loss(loss: str, f: np.ndarray, y: np.ndarray) -> float:
    """Log of the loss; for the logistic one log(log(1 + e^-q)) = -q + log(1 - e^-q / 2 + ...) where q is large."""
    q = y * f
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        if loss == "square":
            return float(np.log(((f - y) ** 2).mean() / 2))
        if loss == "hinge":
            return float(np.log(np.maximum(0, 1 - q).mean()))
        small = np.exp(-np.maximum(q, 20))
        each = np.where(q > 20, -q + np.log1p(-small / 2), np.log(np.logaddexp(0, -np.minimum(q, 20))))
    return float(np.logaddexp.reduce(each) - math.log(len(y)))


def _cosines(problem: Problem, look: Frame, A: np.ndarray) -> list[float]:
    if problem.targets is None or not _bounded(A):
        return [np.nan] * 3
    plus, minus = (t @ look.Q for t in problem.targets)
    rows = np.where(problem.c[:, None] > 0, plus, minus)
    W, wanted = look.parts(look.coordinates(A)), look.parts(rows)
    return [cosine(W[name], look.rest.shape[1], wanted[name]) for name in BLOCKS]


def _gradient(problem: Problem, U: np.ndarray, f: np.ndarray) -> float:
    """The norm of the gradient in all weights."""
    y, q = problem.y, problem.y * f
    if problem.instance.loss == "logistic":
        pull = y * np.exp(-np.logaddexp(0, q))
    else:
        pull = y - f if problem.instance.loss == "square" else y * (q < 1)
    if problem.instance.activation == "tanh":
        slopes = 1 - np.tanh(U) ** 2
    else:
        slopes = np.where(U > 0, 1.0, np.where(U < 0, problem.slope, problem.kink))
    B = problem.c[:, None] * slopes * pull / len(y)
    return math.sqrt(max(0.0, float(((B @ problem.G) * B).sum())))

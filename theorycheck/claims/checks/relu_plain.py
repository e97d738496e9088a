"""A check by plain gradient descent on all weights, a few steps in floats, beside what a proof says of every step."""

from typing import Any

import numpy as np

from theorycheck.claims.checks.relu_found import supported
from theorycheck.claims.claim import Check, Finding
from theorycheck.claims.relu_measures import natural_step
from theorycheck.models.relu import ReluInstance

STEPS = 200
CLOSE = 1e-12  # relative: rounding of so few steps


def pull(one: ReluInstance, q: Any) -> Any:
    """The derivative of the loss in each margin, times n, with the other sign."""
    return 1 / (1 + np.exp(q)) if one.loss == "logistic" else (q < 1).astype(float)


def descend(one: ReluInstance, steps: int) -> tuple[Any, Any, Any, float]:
    """W at the start and at the end, the coefficients ρ (neurons, samples), and the least growth of one in a step."""
    X, y = one.data.arrays()
    sign = np.repeat([1.0, -1.0], one.width)
    share = np.repeat([1 / m for m in one.width], one.width)
    slope, eta, n = float(one.slope), float(natural_step(one)), len(y)
    W = np.random.default_rng([one.seed, 7]).normal(0, float(one.init) or 1e-3, (len(sign), X.shape[1]))
    begin, rho, norms, least = W.copy(), np.zeros((len(sign), n)), (X * X).sum(axis=1), np.inf
    for _ in range(steps):
        Z = W @ X.T
        active = np.where(Z > 0, 1.0, slope)
        g = pull(one, y * ((sign * share) @ np.where(Z > 0, Z, slope * Z)))
        growth = eta / n * share[:, None] * g * active * norms
        least, rho = min(least, float(growth.min())), rho + growth
        W = W + eta / n * (sign * share)[:, None] * ((g * y * active) @ X)
    return begin, W, rho, least


def _decomposition(one: ReluInstance) -> list[Finding]:
    X, y = one.data.arrays()
    begin, W, rho, least = descend(one, STEPS)
    sign = np.repeat([1.0, -1.0], one.width)
    told = begin + sign[:, None] * ((rho * y / (X * X).sum(axis=1)) @ X)
    gap = float(np.abs(W - told).max() / max(np.abs(W).max(), 1e-300))
    holds = True if gap <= CLOSE and least >= 0 else None
    note = f"{STEPS} plain steps from one start; least growth of a coefficient {least:.3g}"
    bound = f"<= {CLOSE:g}, relative; coefficients never fall"
    return [supported("weights from coefficients", "distance of W from the combination", gap, bound, holds, note, 2)]


DECOMPOSITION = Check("train", "weights from coefficients", _decomposition)

"""Checks by training both layers, and by drawing from a law: in floats, they support a statement and no more.

A run that has not ended (see `training.both_layers`) supports nothing, and the finding says so.
"""

from functools import lru_cache
from math import log, sqrt
from typing import Any

import attrs
import numpy as np

from theorycheck.claims.checks.relu_found import nothing, supported
from theorycheck.claims.claim import Check, Finding
from theorycheck.claims.relu_instances import taught
from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance

STEPS = 30_000
DRAWS = 40
FRESH = 4000  # samples of the law for a risk
SCALES = (1e-2, 1e-3, 1e-4, 1e-5)
BIG = 3.0  # scale of a start with which networks interpolate


@lru_cache(maxsize=16)
def _run(one: ReluInstance, steps: int = STEPS) -> Any:
    from theorycheck.training.both_layers import Flow, run

    return run(one, Flow(steps=steps))


def _limit(one: ReluInstance) -> list[Finding]:
    """Gradient descent from a small start ends at the two-sided fit."""
    name, quantity = "both layers", "end of the run"
    try:
        found = _run(one)
    except InvalidInstance as reason:
        return nothing("train", name, quantity, str(reason))
    if not found.met:
        return nothing("train", name, quantity, f"the run has not ended and supports nothing: {found.reason}")
    last = found.looks[-1]
    note = f"loss {found.loss:.9g}, {last.patterns} activation patterns, t = {last.time:.4g}, eta = {found.eta:.3g}"
    holds = True if found.ending == "two-sided" else None
    return [supported(name, quantity, found.ending, "two-sided", holds, note)]


def _balance(one: ReluInstance) -> list[Finding]:
    """The drift of a_j² - ‖w_j‖² over a run falls with the step, as it is 0 for the flow."""
    drifts = []
    for factor in (1.0, 0.5):
        from theorycheck.training.both_layers import Flow, run, start, step_size

        eta = factor * step_size(one, *start(one))
        found = run(attrs.evolve(one, eta=eta), Flow(steps=round(400 / factor), early=False))
        drifts.append(float(found.trace("drift").max()))
    first, second = drifts
    holds = True if second <= 0.6 * first + 1e-15 else None
    note = f"400 steps, and 800 of half the size: drifts {first:.3g} and {second:.3g}; the flow has none"
    return [
        supported("balance", "drift of a^2 - |w|^2 with half the step", second, f"<= {0.6 * first:.3g}", holds, note)
    ]


def _escape(one: ReluInstance) -> list[Finding]:
    """The time at which the loss has halved grows by ln(10) / ‖D‖ for every factor 10 of the start's scale.

    The two sides have vectors of different lengths, and the loss may halve with the first or with the second one.
    """
    from theorycheck.exact.extremal import extremal

    name, quantity = "escape", "growth of the escape time for a factor 10"
    times = [_run(attrs.evolve(one, init=str(scale))).escape for scale in SCALES]
    if None in times:
        return nothing("train", name, quantity, "a run never halved its loss")
    vectors = extremal(one.data).vectors
    lengths = [max((v.norm for v in vectors if v.sign == sign), default=0.0) for sign in (1, -1)]
    low, high = log(10) / max(lengths), log(10) / max(min(lengths), 1e-12)
    last = times[-1] - times[-2]
    holds = True if 0.85 * low <= last <= 1.15 * high else None
    told = ", ".join(f"{t:.4g}" for t in times)
    note = f"escape at t = {told} for scales {SCALES}; lengths of D {lengths[0]:.4g} and {lengths[1]:.4g}"
    return [supported(name, quantity, last, f"{low:.4g} to {high:.4g} within 15 %", holds, note, len(times))]


def _one_side(one: ReluInstance) -> list[Finding]:
    """With positive output weights only the loss stays above its bound, that of the side which is not learnt."""
    name, quantity = "one output sign", "loss at the end"
    found = _run(attrs.evolve(one, signs="plus"), 4000)
    y = one.data.arrays()[1]
    cost = float((np.minimum(y, 0) ** 2).sum() / (2 * len(y)))
    holds = True if found.loss >= cost else None
    return [supported(name, quantity, found.loss, f">= {cost:.6g}", holds, "4000 steps; the bound holds at all times")]


# ---- laws -----------------------------------------------------------------------------------------------------------


def _needs_law(one: ReluInstance, name: str, quantity: str) -> list[Finding]:
    return nothing("train", name, quantity, "the instance was not drawn from a law")


def _concentration(one: ReluInstance) -> list[Finding]:
    """The extremal directions of ever larger samples approach ± Σβ."""
    from theorycheck.exact.extremal import extremal

    name, quantity = "concentration", "worst angle to ± Sigma beta (degrees)"
    if one.law is None or one.data.d > 2:
        return nothing("train", name, quantity, "asks for a law with d <= 2, where all vectors can be enumerated")
    towards = np.array(one.law.direction(), float)
    towards /= sqrt(float(towards @ towards))
    worst, sizes = [], (one.data.n, 4 * one.data.n, 16 * one.data.n)
    for n in sizes:
        angles = []
        for seed in range(3):
            vectors = extremal(taught(one.law, n, seed).data).vectors
            cosines = [abs(float(np.array(v.unit, float) @ towards)) for v in vectors if v.sign]
            angles += [float(np.degrees(np.arccos(min(c, 1.0)))) for c in cosines]
        worst.append(max(angles, default=0.0))
    bounds = [float(np.degrees(2 * sqrt(one.data.d * log(n) / n))) for n in sizes]
    holds = True if all(a <= b for a, b in zip(worst, bounds, strict=True)) and worst[-1] <= worst[0] else None
    told = ", ".join(f"{a:.3g}" for a in worst)
    note = f"n = {sizes}, three draws each, all extremal vectors enumerated"
    limits = ", ".join(f"{b:.3g}" for b in bounds)
    return [supported(name, quantity, told, f"<= {limits}: 2 sqrt(d log n / n)", holds, note, 9)]


def _expected(one: ReluInstance) -> list[Finding]:
    """The mean loss of the two-sided fit over draws against σ² (n - 2 d) / (2 n), and the excess risk on the sample."""
    name, quantity = "expected loss", "mean loss of the two-sided fit"
    if one.law is None or not one.law.linear:
        return _needs_law(one, name, quantity)
    n, d, var = one.data.n, one.data.d, float(one.law.sigma) ** 2
    direction = one.law.direction()
    losses = []
    for seed in range(DRAWS):
        X, y = one.law.draw(n, 10_000 + seed).arrays()
        rest = 0.0
        for side in (X @ direction > 0, X @ direction < 0):
            fit = np.linalg.lstsq(X[side], y[side], rcond=None)[0]
            rest += float(((X[side] @ fit - y[side]) ** 2).sum())
        losses.append(rest / (2 * n))
    mean, error = float(np.mean(losses)), float(np.std(losses) / sqrt(DRAWS))
    expected = var * (n - 2 * d) / (2 * n)
    holds = True if abs(mean - expected) <= 4 * error else None
    note = f"{DRAWS} draws, standard error {error:.3g}; sigma^2/2 = {var / 2:.4g}"
    return [supported(name, quantity, mean, f"{expected:.6g} within 4 standard errors", holds, note)]


def _benefit(one: ReluInstance) -> list[Finding]:
    """Excess risk on fresh samples: the network from a small start against one that interpolates from a large start."""
    name, quantity = "benefit", "excess risk, small start against large start"
    if one.law is None:
        return _needs_law(one, name, quantity)
    small, large = _run(one), _run(attrs.evolve(one, init=str(BIG), width=10 * sum(one.width)), 8000)
    if not small.met:
        return nothing("train", name, quantity, f"the run has not ended and supports nothing: {small.reason}")
    X = one.law.inputs(FRESH, 5)
    mean = one.law.mean_label(X)
    risks = [float(((found.outputs(X) - mean) ** 2).mean()) / 2 for found in (small, large)]
    holds = True if risks[0] < risks[1] and large.loss < small.loss else None
    note = f"training losses {small.loss:.4g} and {large.loss:.4g}; {FRESH} fresh samples"
    return [supported(name, quantity, f"{risks[0]:.4g} < {risks[1]:.4g}", "smaller", holds, note)]


LIMIT = Check("train", "training both layers", _limit)
BALANCE = Check("train", "drift of the balance", _balance)
ESCAPE = Check("train", "escape times", _escape)
ONE_SIDE = Check("train", "training with one output sign", _one_side)
CONCENTRATION = Check("train", "extremal directions of larger samples", _concentration)
EXPECTED = Check("train", "mean loss over draws", _expected)
BENEFIT = Check("train", "risk on fresh samples", _benefit)

"""Checks by training: floats, several seeds, a stated criterion. They support, and never more than that."""

import math
from fractions import Fraction
from typing import Any

from theorycheck.claims.claim import Check, Finding
from theorycheck.models.instance import Instance

SEEDS = (0, 1, 2)
SPREAD = 1e-4  # a flow whose neurons differ by less, relative to its start, is taken to agree with the prediction
_E_FOLDS = 14.0


def finding(check: str, quantity: str, value: Any, bound: Any, holds: bool | None, count: int, note: str) -> Finding:
    """A finding of evidence SUPPORTED, or UNDECIDED where nothing can be said."""
    evidence = "UNDECIDED" if holds is None else "SUPPORTED"
    return Finding(check, quantity, value, bound, holds, evidence, count if holds is not None else 0, note=note)


def flow_of(instance: Instance, starts: Any = None, e_folds: float = _E_FOLDS, records: int = 60):
    """The limiting flow of an instance from `SEEDS` starts, over a number of predicted e-folds.

    Returns:
        (problem, prediction, flow): see `theorycheck.training`.

    Raises:
        InvalidInstance: the labels cannot be fitted, or a start does not reach the zero-loss set.
    """
    import numpy as np

    from theorycheck.training.flows import limiting_flow, project
    from theorycheck.training.predict import predict
    from theorycheck.training.problem import gaussian_start, problem

    fitted = problem(instance.data, instance.network, instance.loss)
    prediction = predict(fitted)
    starts = gaussian_start(fitted, SEEDS, 0.5) if starts is None else starts
    times = np.linspace(0.0, e_folds / prediction.rate, records)
    return fitted, prediction, limiting_flow(fitted, project(fitted, starts), times)


def _agreement(instance: Instance) -> list[Finding]:
    import numpy as np

    fitted, prediction, flow = flow_of(instance)
    Z = fitted.preactivations(flow.theta)
    gap = float(np.max(np.abs(Z - prediction.preactivations[:, None])))
    start = float(max(1.0, np.max(np.abs(fitted.preactivations(flow.path[:, 0])))))
    met = bool(flow.met_criterion.all())
    reached = met and gap <= SPREAD * start
    span = f"time {flow.times[-1]:.3g} ({_E_FOLDS:g} predicted e-folds)"
    note = f"{len(SEEDS)} seeds, {span}, tolerance {SPREAD:g} of the start"
    holds = True if reached else None
    note += "" if met else "; a flow did not meet its criterion and supports nothing"
    note += "" if reached or not met else "; not there yet, or not going there"
    return [
        finding(
            "train: limiting flow", "largest |z_ij - nu_i| at the end", gap, SPREAD * start, holds, len(SEEDS), note
        )
    ]


def _rate(instance: Instance) -> list[Finding]:
    """F - F* stays below the exponential of D5 at every record."""
    import numpy as np

    from theorycheck.claims.checks.rates import global_rate

    _, prediction, flow = flow_of(instance, e_folds=6.0)
    start = Fraction(math.ceil(float(np.max(flow.observables["hessian_trace"][:, 0]))))
    rate = float(global_rate(instance, start))
    excess = flow.observables["hessian_trace"] - prediction.hessian_trace
    allowed = excess[:, :1] * np.exp(-rate * flow.times) + 1e-7 * prediction.hessian_trace
    met = bool(flow.met_criterion.all())
    worst = float(np.max(excess - allowed))
    note = f"{excess.size} records of {len(SEEDS)} seeds; rate {rate:.4g}; slack 1e-7 of F*"
    holds = (True if worst <= 0 else None) if met else None
    return [finding("train: exponential decay", "largest F - F* above the bound", worst, 0.0, holds, excess.size, note)]


def _one_vector(instance: Instance) -> list[Finding]:
    """From a start in the span of the data, every neuron reaches the same vector."""
    import numpy as np

    from theorycheck.training.problem import gaussian_start, problem

    fitted = problem(instance.data, instance.network, instance.loss)
    starts = gaussian_start(fitted, SEEDS, 0.5)
    span = np.linalg.pinv(fitted.X) @ fitted.X
    fitted, prediction, flow = flow_of(instance, starts @ span)
    vector = np.linalg.pinv(fitted.X) @ prediction.preactivations
    gap = float(np.max(np.abs(flow.theta - vector)))
    met, size = bool(flow.met_criterion.all()), float(max(1.0, np.max(np.abs(vector))))
    holds = True if met and gap <= SPREAD * 10 * size else None
    note = f"{len(SEEDS)} seeds, starts in the span of the data; tolerance {SPREAD * 10:g} of the vector's size"
    return [
        finding(
            "train: one vector", "largest |theta_j - X^T G^-1 nu|", gap, SPREAD * 10 * size, holds, len(SEEDS), note
        )
    ]


def _label_noise(instance: Instance) -> list[Finding]:
    """After six predicted e-folds the spread is below e^-2 of its start, give or take the noise of the last step."""
    import numpy as np

    from theorycheck.training.flows import project
    from theorycheck.training.label_noise import Schedule, train
    from theorycheck.training.predict import e_fold_steps, predict
    from theorycheck.training.problem import gaussian_start, problem

    fitted = problem(instance.data, instance.network, instance.loss)
    prediction, rule = predict(fitted), _rule(instance)
    fold = e_fold_steps(fitted, rule, prediction.rate)
    if not np.isfinite(fold) or fold > 3e6:
        note = f"an e-fold takes {fold:.3g} steps: too long for this check"
        return [finding("train: label-noise SGD", "spread", None, None, None, 0, note)]
    steps = int(6 * fold)
    starts = project(fitted, gaussian_start(fitted, range(8), 0.5))
    done = train(fitted, rule, starts, list(range(8)), Schedule(steps, max(1, steps // 60)))
    if not done.met_criterion:
        note = f"{done.summary()}; such runs support nothing"
        return [finding("train: label-noise SGD", "spread", None, None, None, 0, note)]
    first = np.median([run.trajectory["spread"][0] for run in done.runs])
    last = np.median([run.trajectory["spread"][-1] for run in done.runs])
    noise = 3 * float(instance.eta) ** 0.5 * float(instance.sigma)
    bound = first * np.exp(-2.0) + noise
    holds = True if last <= bound else None
    note = f"8 seeds, {steps} steps = 6 predicted e-folds; eta {instance.eta}, sigma {instance.sigma}; {done.summary()}"
    return [finding("train: label-noise SGD", "median spread at the end", float(last), float(bound), holds, 8, note)]


def _speed(instance: Instance) -> list[Finding]:
    """Label-noise SGD moves at the predicted speed: the factor q is 1 within 10 %."""
    import numpy as np

    from theorycheck.training import predict as prediction
    from theorycheck.training.flows import limiting_flow, project
    from theorycheck.training.label_noise import Schedule, train
    from theorycheck.training.problem import gaussian_start, problem

    fitted, rule = problem(instance.data, instance.network, instance.loss), _rule(instance)
    constant = prediction.flow_constant(fitted, rule)
    fold = prediction.e_fold_steps(fitted, rule, prediction.predict(fitted).rate)
    start = project(fitted, gaussian_start(fitted, [0], 0.8))
    if instance.network.width < 2 or not np.isfinite(fold) or fold > 1e6:
        note = (
            "one neuron has no spread" if instance.network.width < 2 else f"an e-fold takes {fold:.3g} steps: too long"
        )
        return [finding("train: speed of label-noise SGD", "q", None, None, None, 0, note)]
    steps, runs = int(1.5 * fold), 512  # with 64 the noise of q reaches a tenth where the start is nearly rank one
    done = train(fitted, rule, start, list(range(runs)), Schedule(steps, max(1, steps // 40)))
    times = np.linspace(0.0, 1.6 * float(prediction.flow_time(rule, constant, steps)), 80)
    flow = limiting_flow(fitted, start, times)
    if not (done.met_criterion and flow.met_criterion.all()):
        note = f"{done.summary()}; {flow.summary()}; such runs support nothing"
        return [finding("train: speed of label-noise SGD", "q", None, None, None, 0, note)]
    q = prediction.speed_factor(done, flow, constant)
    holds = True if abs(q.q - 1) <= 0.1 else None
    note = (
        f"{runs} seeds, {steps} steps; constant c/4 = {constant:.6g} of the normalisation table; misfit {q.misfit:.2g}"
    )
    return [
        finding(
            "train: speed of label-noise SGD",
            "q, measured over predicted speed",
            q.q,
            "1 within 0.1",
            holds,
            1,
            note,
        )
    ]


def _rule(instance: Instance) -> Any:
    from theorycheck.training.label_noise import LabelNoise

    return LabelNoise(float(instance.eta), float(instance.sigma))


LIMITING_FLOW = Check("train", "limiting flow reaches the predicted preactivations", _agreement)
DECAY = Check("train", "F - F* decays at least as fast as stated", _rate)
ONE_VECTOR = Check("train", "from the span of the data, one vector", _one_vector)
SPEED = Check("train", "speed of label-noise SGD", _speed)
LABEL_NOISE_SGD = Check("train", "label-noise SGD shrinks the spread", _label_noise)

"""What the theorem predicts for a training run, and the same quantities measured on the run.

Predicted: the common preactivations ν_i, the local rates (D7), the flow constant c/4 of label-noise SGD, its e-fold in
steps. Measured: the rate at which a quantity decays, and the speed of SGD in units of the predicted speed.
"""

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.training.flows import Flow
from theorycheck.training.label_noise import LabelNoise, Training
from theorycheck.training.problem import Problem


@attrs.frozen(eq=False)
class Prediction:
    """What the structure theorem and the local rate say about a problem.

    Attributes:
        preactivations: ν_i, which every neuron reaches on sample i, (n,).
        hessian_trace: F at ν, the least value when φ'φ''' >= 0 on the needed range.
        rates: decay rates of the preactivations' differences, in gradient-flow time, increasing, (n,).
    """

    preactivations: np.ndarray
    hessian_trace: float
    rates: np.ndarray

    @property
    def rate(self):
        """The slowest local rate: the spread decays like e^{-rate t}, and F - F* at twice that."""
        return float(self.rates[0])


def predict(problem: Problem) -> Prediction:
    """ν, F(ν) and the local rates for equal, fixed output weights.

    Raises:
        InvalidInstance: the output weights differ or are trained (the neurons then need not agree), or a label lies
            outside the network's range.
    """
    a = problem.output_weights
    if problem.trains_output or not (a == a[0]).all() or a[0] == 0:
        raise InvalidInstance("prediction: neurons agree only for equal, fixed, nonzero output weights; pass those")
    nu = np.array([float(problem.activation.inverse(u)) for u in problem.y / (a[0] * len(a))])
    if not np.isfinite(nu).all():
        raise InvalidInstance("prediction: a label lies outside the width times the activation's range")
    slopes, third = problem.activation.numpy(1)(nu), problem.activation.numpy(3)(nu)
    trace = problem.kappa * len(a) * a[0] ** 2 * float(np.sum(problem.squared_norms * slopes**2))
    weights = 2 * problem.kappa * a[0] ** 2 * problem.squared_norms * slopes * third
    return Prediction(nu, trace, _symmetric_rates(problem.X, weights))


def _symmetric_rates(X, weights):
    """Eigenvalues of D^{1/2} G D^{1/2}, increasing; through G^{1/2} D G^{1/2}, which also serves signs in D."""
    values, vectors = np.linalg.eigh(X @ X.T)
    root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    return np.linalg.eigvalsh(root @ (weights[:, None] * root))


def flow_constant(problem: Problem, rule: LabelNoise) -> float:
    """c/4, so that k steps of label-noise SGD are a time c/4 · η² · k of the limiting flow.

    The noise covariance on the manifold is c ∇²L with c = κσ² for the full batch and n κσ² for one sample a step.
    """
    samples = len(problem.y) if rule.batch == "one" else 1
    return problem.kappa * samples * rule.sigma**2 / 4


def flow_time(rule: LabelNoise, constant: float, steps):
    """Gradient-flow time of `steps` steps, for a flow constant."""
    return constant * rule.step_size**2 * np.asarray(steps, dtype=float)


def e_fold_steps(problem: Problem, rule: LabelNoise, rate: float) -> float:
    """Steps of label-noise SGD in which a quantity of this rate shrinks by e; infinite without noise."""
    per_step = flow_time(rule, flow_constant(problem, rule), 1) * rate
    return float(1 / per_step) if per_step > 0 else np.inf


@attrs.frozen
class FittedRate:
    """A straight line through log(values): the rate, and how far the points are from it.

    Attributes:
        rate: minus the slope.
        residual: root mean square of log(value) about the line.
        points: how many records were used.
    """

    rate: float
    residual: float
    points: int


def fitted_rate(times, values, below=np.inf, above=0.0) -> FittedRate:
    """The decay rate of positive `values` over `times`, from the records strictly between `above` and `below`.

    Args:
        times: (records,), in any unit.
        values: (records,); one trajectory.
        below: ignore values at least this large, where the decay is not yet exponential.
        above: ignore values at most this small, where noise or rounding takes over.

    Returns:
        The `FittedRate`, in one over the unit of `times`.

    Raises:
        InvalidInstance: fewer than three records remain.
    """
    times, values = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    kept = (values > max(above, 0.0)) & (values < below)
    if kept.sum() < 3:
        raise InvalidInstance(f"fitted rate: {kept.sum()} records between {above:g} and {below:g}; record more often")
    logs = np.log(values[kept])
    slope, start = np.polyfit(times[kept], logs, 1)
    residual = float(np.sqrt(np.mean((logs - start - slope * times[kept]) ** 2)))
    return FittedRate(float(-slope), residual, int(kept.sum()))


@attrs.frozen
class SpeedFactor:
    """Measured speed of label-noise SGD over the predicted one; 1 in the limit of small steps.

    Attributes:
        q: the factor.
        misfit: root mean square distance between SGD's singular values and the flow's at the matched times.
        runs: how many runs were averaged.
    """

    q: float
    misfit: float
    runs: int


def speed_factor(training: Training, flow: Flow, constant: float) -> SpeedFactor:
    """The q for which SGD's mean singular values after k steps fit those of the flow at time q · constant · η² k best.

    Args:
        training: runs that all start where the flow starts.
        flow: one limiting flow, whose times reach past those of the training.
        constant: the flow constant c/4 under test.

    Returns:
        The `SpeedFactor`.

    Raises:
        InvalidInstance: a run diverged, runs of different lengths, or no run.
    """
    from scipy.interpolate import CubicSpline
    from scipy.optimize import minimize_scalar

    if training.diverged or len({run.steps for run in training.runs}) != 1:
        raise InvalidInstance("speed factor: a run diverged or stopped early; pass runs of one length without a stop")
    mean = np.mean([run.trajectory["singular_values"] for run in training.runs], axis=0)
    clock = flow_time(training.rule, constant, training.runs[0].record_steps)
    path = CubicSpline(flow.times, flow.observables["singular_values"][0])
    # fmt: off
    best = minimize_scalar(lambda q: np.mean((mean - path(np.minimum(q * clock, flow.times[-1]))) ** 2),
                           bounds=(0.0, flow.times[-1] / clock[-1]), method="bounded", options={"xatol": 1e-6})
    # fmt: on
    return SpeedFactor(float(best.x), float(np.sqrt(best.fun)), len(training.runs))

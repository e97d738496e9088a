"""Gradient flow of the loss, and the limiting flow of label-noise SGD on the zero-loss manifold.

The limiting flow is dY/dT = -P_T ∇F with F the Hessian trace of the loss on the manifold and P_T the projection to
its tangent space, in closed form: one n by n solve. Times are gradient-flow times; a step of label-noise SGD with
flow constant s (`predict.flow_constant`) is a time η² s.
"""

import time

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.training.problem import OBSERVABLES, as_starts, observe
from theorycheck.training.tangent import Constants, speed_and_condition


@attrs.frozen
class FlowSettings:
    """Tolerances of the integrator and of the constraint.

    Attributes:
        rtol: relative tolerance of a step.
        atol: absolute tolerance of a step.
        max_steps: most steps of the integrator.
        drift: largest |f(x_i) - y_i|, relative to max(1, |y|), that a flow on the manifold may show.
        pull: rate γ at which the constraint is pulled back; None takes the mean local rate at each start.
    """

    rtol: float = 1e-9
    atol: float = 1e-11
    max_steps: int = 200_000
    drift: float = 1e-7
    pull: float | None = None


@attrs.frozen(eq=False)
class Flow:
    """Flows from several starts, along common times.

    Attributes:
        kind: "gradient" or "limiting".
        settings: the tolerances.
        times: gradient-flow times, (records,).
        path: first-layer weights, (starts, records, m, d).
        output_weights: (starts, records, m).
        observables: by name, (starts, records, …).
        speed: norm of the Riemannian gradient of F, (starts, records).
        condition: least eigenvalue of JJᵀ relative to the largest, (starts, records); near 0 the manifold is singular.
        drift: largest |f(x_i) - y_i|, relative, over the path, (starts,).
        met_criterion: the integrator reached the last time within its steps and (on the manifold) the drift stayed
            within `settings.drift`, (starts,). A flow that did not supports no claim.
        wall: seconds, compilation included.
    """

    kind: str
    settings: FlowSettings
    times: np.ndarray
    path: np.ndarray
    output_weights: np.ndarray
    observables: dict
    speed: np.ndarray
    condition: np.ndarray
    drift: np.ndarray
    met_criterion: np.ndarray
    wall: float

    @property
    def theta(self):
        """Final first-layer weights, (starts, m, d)."""
        return self.path[:, -1]

    def summary(self):
        """One line: how many flows met the criterion, and the largest drift."""
        met = f"{int(np.sum(self.met_criterion))} of {len(self.met_criterion)} {self.kind} flows"
        return f"{met} reached time {self.times[-1]:g}; largest drift {self.drift.max():.2g}"


def gradient_flow(problem, theta, times, settings=None):
    """Gradient flow of the loss from `theta` (m, d) or (starts, m, d), along `times` (records,), the first the start's.

    Returns:
        The `Flow`; its drift is not held against it.

    Raises:
        InvalidInstance: shapes that do not fit, or times that do not increase.
    """
    return _flow("gradient", problem, theta, times, settings or FlowSettings())


def limiting_flow(problem, theta, times, settings=None):
    """The limiting flow from `theta` (m, d) or (starts, m, d), which must lie on the zero-loss manifold (`project`).

    Args:
        problem: the problem; with trained output weights these flow too.
        theta: starts on the manifold.
        times: gradient-flow times of the records, increasing; the first is the start's.
        settings: tolerances.

    Returns:
        The `Flow`.

    Raises:
        InvalidInstance: a start off the manifold, shapes that do not fit, or times that do not increase.
    """
    settings = settings or FlowSettings()
    starts = as_starts(problem, theta)
    worst = _relative_residual(problem, starts, problem.output_weights).max()
    if not worst <= settings.drift:
        raise InvalidInstance(f"limiting flow: a start misses the labels by {worst:.2g}, relative; project it first")
    return _flow("limiting", problem, starts, times, settings)


def _flow(kind, problem, theta, times, settings):
    import jax

    from theorycheck.training.engine import span_coordinates
    from theorycheck.training.fields import solver

    began = time.perf_counter()
    starts, times = as_starts(problem, theta), _increasing(times)
    L, Q = span_coordinates(problem.X)
    c = starts @ Q.T
    outside = starts - c @ Q
    a = np.repeat(problem.output_weights[None], len(starts), axis=0)
    gamma = np.full(len(starts), settings.pull) if settings.pull is not None else _local_rates(problem, starts)
    k = Constants(L, problem.y, problem.squared_norms, problem.kappa, float(problem.trains_output), gamma)
    with jax.enable_x64(True):
        solve = solver(problem.activation, kind, settings.max_steps)
        (c_path, a_path), finished = solve(c, a, k, times, settings.rtol, settings.atol)
    c_path, weights = np.asarray(c_path), np.asarray(a_path)
    path = outside[:, None] + c_path @ Q
    drift = _relative_residual(problem, path, weights).max(axis=1)
    within = np.isfinite(drift) if kind == "gradient" else drift <= settings.drift
    # fmt: off
    return Flow(kind, settings, times, path, weights, _observables(problem, path, weights),
                *_speeds(problem, c_path, weights, k), drift, np.asarray(finished) & within,
                time.perf_counter() - began)
    # fmt: on


def _observables(problem, path, weights):
    seen = [observe(problem, *pair) for pair in zip(path, weights, strict=True)]
    return {name: np.array([record[name] for record in seen]) for name in OBSERVABLES if name != "distance"}


def _speeds(problem, c_path, weights, k):
    """Speed and condition along the paths, (starts, records) each; NaN where a flow is not finite."""
    seen = np.full((*c_path.shape[:2], 2), np.nan)
    for where in zip(*np.nonzero(np.isfinite(c_path).all(axis=(2, 3))), strict=True):
        seen[where] = speed_and_condition(problem.activation, c_path[where], weights[where], k)
    return seen[..., 0], seen[..., 1]


def _increasing(times):
    times = np.asarray(times, dtype=float)
    if times.ndim != 1 or len(times) < 2 or not np.isfinite(times).all() or not (np.diff(times) > 0).all():
        raise InvalidInstance("flow: times must be at least two finite numbers that increase, the first the start's")
    return times


def _relative_residual(problem, theta, weights):
    """Largest |f(x_i) - y_i| / max(1, |y|), (...)."""
    with np.errstate(all="ignore"):  # a flow that did not finish carries infinities, and is reported as such
        values = problem.activation.numpy(0)(problem.preactivations(theta))
        residuals = np.sum(np.expand_dims(weights, -2) * values, axis=-1) - problem.y
    return np.max(np.abs(residuals), axis=-1) / max(1.0, np.abs(problem.y).max())


def _local_rates(problem, starts):
    """2κ mean(w |φ'φ'''|) λ_max(G) at each start: pulls as fast as the flow moves, and so makes it no stiffer."""
    Z = problem.preactivations(starts)
    bend = np.abs(problem.activation.numpy(1)(Z) * problem.activation.numpy(3)(Z))
    weighted = np.mean(problem.squared_norms[:, None] * bend, axis=(1, 2))
    top = np.linalg.eigvalsh(problem.X @ problem.X.T)[-1]
    return np.maximum(2 * problem.kappa * weighted * top, 1e-3)


def project(problem, theta, tolerance=1e-12, iterations=200):
    """The nearest points of the zero-loss manifold that damped Gauss-Newton steps reach from `theta`.

    Args:
        problem: the problem; the output weights stay fixed.
        theta: starts, (m, d) or (starts, m, d).
        tolerance: largest |f(x_i) - y_i| / max(1, |y|) at the result.
        iterations: most Gauss-Newton steps.

    Returns:
        Points on the manifold, (starts, m, d).

    Raises:
        InvalidInstance: a start does not reach the manifold, as when a label lies outside the network's range.
    """
    points = np.array([_project_one(problem, start, tolerance, iterations) for start in as_starts(problem, theta)])
    worst = _relative_residual(problem, points, problem.output_weights).max()
    if not worst <= tolerance:
        raise InvalidInstance(f"project: a start stays {worst:.2g}, relative, off the labels; are they in the range?")
    return points


def _project_one(problem, theta, tolerance, iterations):
    size = _relative_residual(problem, theta, problem.output_weights)
    for _ in range(iterations):
        if size <= tolerance:
            break
        step, shrink = _newton_step(problem, theta), 1.0
        while shrink > 1e-6:
            trial = theta + shrink * step
            reached = _relative_residual(problem, trial, problem.output_weights)
            if reached < size:
                break
            shrink /= 2
        else:
            break
        theta, size = trial, reached
    return theta


def _newton_step(problem, theta):
    """The least step that removes the residuals to first order, (m, d)."""
    Z = problem.preactivations(theta)
    residuals = problem.activation.numpy(0)(Z) @ problem.output_weights - problem.y
    slopes = problem.output_weights * problem.activation.numpy(1)(Z)
    jacobian = (slopes[:, :, None] * problem.X[:, None, :]).reshape(len(residuals), -1)
    return np.linalg.lstsq(jacobian, -residuals, rcond=1e-13)[0].reshape(theta.shape)

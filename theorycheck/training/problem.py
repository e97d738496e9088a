"""What is trained, in floats: data, the network f(x) = Σ_j a_j φ(θ_j·x), the loss's factor κ, and the observables."""

from typing import Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance

OBSERVABLES = ("loss", "hessian_trace", "singular_values", "spread", "distance")


@attrs.frozen(eq=False)
class Problem:
    """Data and network as arrays.

    Attributes:
        X: samples in rows, (n, d); with a trained bias the last column is ones.
        y: labels, (n,).
        activation: anything with `numpy(order)`, `jax(order)`, `inverse(u)` and `expression(order)`.
        output_weights: a, (m,): fixed, or the start of the trained ones.
        kappa: the factor κ of the loss: its gradient is κ Σ_i r_i ∇f_i.
        loss_name: the loss's name, for reports.
        trains_output: whether a is trained too.
    """

    X: np.ndarray
    y: np.ndarray
    activation: Any
    output_weights: np.ndarray
    kappa: float
    loss_name: str
    trains_output: bool = False

    @property
    def shape(self):
        """(n, d, m)."""
        return (*self.X.shape, len(self.output_weights))

    @property
    def expression(self):
        """The activation as a sympy expression."""
        return self.activation.expression(0)

    @property
    def squared_norms(self):
        """w_i = |x_i|², (n,)."""
        return np.sum(self.X**2, axis=1)

    def preactivations(self, theta):
        """Z with z_ij = θ_j·x_i: (..., m, d) to (..., n, m)."""
        return self.X @ np.swapaxes(np.asarray(theta, dtype=float), -1, -2)


def problem(data, network, loss):
    """The problem of fitting `data` by `network` under `loss`.

    Args:
        data: a `Dataset`, or a pair (X, y) of arrays of shapes (n, d) and (n,).
        network: a `TwoLayer`.
        loss: a `Loss`.

    Returns:
        The `Problem`.

    Raises:
        InvalidInstance: sizes do not fit, a size is 0, or an entry is not finite.
    """
    X, y = (np.asarray(part, dtype=float) for part in (data.arrays() if hasattr(data, "arrays") else data))
    if X.ndim != 2 or y.shape != X.shape[:1] or 0 in X.shape:
        raise InvalidInstance(f"training data: X has shape {X.shape}, y {y.shape}; pass (n, d) and (n,), none 0")
    if not (np.isfinite(X).all() and np.isfinite(y).all()):
        raise InvalidInstance("training data: NaN or infinity among the entries; pass finite numbers")
    if network.bias:
        X = np.hstack([X, np.ones((len(X), 1))])
    weights = np.array([float(a) for a in network.output_weights])
    kappa = float(loss.kappa(len(y)))
    return Problem(X, y, network.activation, weights, kappa, loss.name, bool(network.trained_output))


def as_starts(problem, theta):
    """`theta` as float64 of shape (runs, m, d), one run if it has shape (m, d).

    Raises:
        InvalidInstance: the shape is another, or an entry is not finite.
    """
    _, d, m = problem.shape
    starts = np.array(theta, dtype=float)
    starts = starts[None] if starts.ndim == 2 else starts
    if starts.ndim != 3 or starts.shape[1:] != (m, d) or len(starts) == 0:
        raise InvalidInstance(f"start: theta has shape {np.shape(theta)}; pass ({m}, {d}) or (runs, {m}, {d})")
    if not np.isfinite(starts).all():
        raise InvalidInstance("start: NaN or infinity among the weights; pass finite numbers")
    return starts


def gaussian_start(problem, seeds, scale):
    """Independent normal first-layer weights of standard deviation `scale`: (runs, m, d), one run a seed."""
    _, d, m = problem.shape
    return np.array([np.random.default_rng(int(seed)).normal(0.0, scale, (m, d)) for seed in seeds])


def observe(problem, theta, output_weights=None, target=None):
    """The observables at `theta` (runs, m, d), each with the runs first.

    Args:
        problem: the problem.
        theta: first-layer weights, (runs, m, d).
        output_weights: (runs, m); the problem's own when omitted.
        target: predicted preactivations, (n,) or (n, m); `distance` is NaN when omitted.

    Returns:
        A dict: `loss` (runs,), without label noise; `hessian_trace` (runs,), κ Σ_ij w_i a_j² φ'(z_ij)², plus
        κ Σ_ij φ(z_ij)² when a is trained: the trace of the loss's Hessian where the loss is zero; `singular_values`
        of Z (runs, min(n, m)); `spread` (runs,), max_i (max_j z_ij − min_j z_ij); `distance` (runs,), the largest
        |z_ij − target|.
    """
    theta = np.asarray(theta, dtype=float)
    a = np.broadcast_to(problem.output_weights if output_weights is None else output_weights, theta.shape[:2])[:, None]
    with np.errstate(all="ignore"):  # a diverged run yields inf and NaN, and is reported as such
        Z = problem.preactivations(theta)
        values, slopes = problem.activation.numpy(0)(Z), problem.activation.numpy(1)(Z)
        squares = problem.squared_norms[:, None] * (a * slopes) ** 2 + (values**2 if problem.trains_output else 0.0)
        residuals = np.sum(a * values, axis=2) - problem.y
        target = np.nan if target is None else _columns(target)
        return {
            "loss": problem.kappa / 2 * np.sum(residuals**2, axis=1),
            "hessian_trace": problem.kappa * np.sum(squares, axis=(1, 2)),
            "singular_values": _singular_values(Z),
            "spread": np.max(np.ptp(Z, axis=2), axis=1),
            "distance": np.max(np.abs(Z - target), axis=(1, 2)),
        }


def _columns(target):
    target = np.asarray(target, dtype=float)
    return target[:, None] if target.ndim == 1 else target


def _singular_values(Z):
    """Singular values per run, NaN where Z is not finite (LAPACK would raise)."""
    finite = np.isfinite(Z).all(axis=(1, 2))
    values = np.linalg.svd(np.where(finite[:, None, None], Z, 0.0), compute_uv=False)
    return np.where(finite[:, None], values, np.nan)

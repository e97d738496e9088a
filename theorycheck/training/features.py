"""Training unconstrained features: full-batch gradient descent and L-BFGS on all parameters, over many seeds.

Nothing is reduced here: H has a column a sample, every layer its full width. So what training finds can be held against
what the reductions predict. A run that has not met its stopping criterion supports nothing, and its end says so.
"""

import time
from typing import Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures

WINDOW = 500  # steps between two looks at gradients and objectives


@attrs.frozen
class Descent:
    """How gradient descent starts, steps and stops.

    Attributes:
        eta: step size.
        steps: at most.
        tolerance: a run stops where the largest entry of its gradient is below this.
        plateau: a run also stops where a window of 500 steps changes its objective by less than this, relative; at ReLU
            kinks gradients never vanish, so that is the only end there. 0 for never; it may stop a run at a saddle.
        scale: the start has independent normal entries of standard deviation scale / √d.
    """

    eta: float = 0.5
    steps: int = 40_000
    tolerance: float = 1e-6
    plateau: float = 0.0
    scale: float = 1.0

    def __attrs_post_init__(self):
        if not 0 <= self.plateau < 1:
            raise InvalidInstance(f"training: plateau is {self.plateau}; pass a number from 0 to below 1")
        for name in ("eta", "steps", "tolerance", "scale"):
            if not 0 < getattr(self, name) < float("inf"):
                raise InvalidInstance(f"training: {name} is {getattr(self, name)}; pass a positive number")


@attrs.frozen(eq=False)
class FeatureRuns:
    """What training ended in, one entry a seed.

    Attributes:
        instance: the model.
        method: "gradient descent" or "L-BFGS".
        width: d of every layer.
        seeds: of the starts.
        loss: objective at the end, (seeds,).
        steps: steps or iterations taken, (seeds,).
        met_criterion: whether the gradient fell below the tolerance, (seeds,).
        diverged: whether an entry became infinite, (seeds,).
        factors: H of shape (seeds, d, N), W_1, ..., W_{L-1} (seeds, d, d), W_L (seeds, K, d).
        wall: seconds, compilation included.
    """

    instance: UnconstrainedFeatures
    method: str
    width: int
    seeds: tuple[int, ...]
    loss: np.ndarray
    steps: np.ndarray
    met_criterion: np.ndarray
    diverged: np.ndarray
    factors: tuple[np.ndarray, ...]
    wall: float

    def summary(self) -> str:
        """One line: how many runs met the criterion and the losses they ended at."""
        good = self.loss[self.met_criterion]
        span = f"; losses {good.min():.8g} to {good.max():.8g}" if len(good) else ""
        return f"{int(self.met_criterion.sum())} of {len(self.seeds)} runs of {self.method} met the criterion{span}"


def starts(instance: UnconstrainedFeatures, width: int, seeds: tuple[int, ...], scale: float = 1.0) -> tuple:
    """Random factors for every seed; a seed's start does not depend on the other seeds.

    Args:
        instance: the model.
        width: d of every layer.
        seeds: one start each.
        scale: entries have standard deviation scale / √d.

    Returns:
        H (seeds, d, N), W_1, ..., W_{L-1} (seeds, d, d), W_L (seeds, K, d).

    Raises:
        InvalidInstance: a width below 1 or above what the instance allows.
    """
    if width < 1 or (instance.width is not None and width > instance.width):
        most = f" to {instance.width}" if instance.width is not None else " on"
        raise InvalidInstance(f"training: width {width}; pass a number from 1{most}")
    shapes = [(width, instance.samples), *[(width, width)] * (instance.depth - 1), (instance.classes, width)]
    draws = [np.random.default_rng([seed, instance.seed]) for seed in seeds]
    rows = [[draw.normal(0, scale / np.sqrt(width), shape) for shape in shapes] for draw in draws]
    return tuple(np.stack(column) for column in zip(*rows, strict=True))


def objective(instance: UnconstrainedFeatures) -> Any:
    """The objective as a JAX function of a tuple (H, W_1, ..., W_L), every sample a column of H."""
    import jax
    import jax.numpy as jnp

    labels = np.repeat(np.arange(instance.classes), instance.counts)
    reg, N = [float(v) for v in instance.reg], instance.samples
    target = np.eye(instance.classes)[:, labels]

    def fit(Z):
        if instance.loss == "mse":
            return ((Z - target) ** 2).sum() / (2 * N)
        return (jax.nn.logsumexp(Z, axis=0) - Z[labels, np.arange(N)]).sum() / N

    def value(factors):
        H, *weights = factors
        Z = weights[0] @ H
        for W in weights[1:]:
            Z = W @ (jnp.maximum(Z, 0) if instance.relu else Z)
        return fit(Z) + sum(v / 2 * (F**2).sum() for v, F in zip(reg, factors, strict=True))

    return value


def gradient_descent(
    instance: UnconstrainedFeatures,
    width: int,
    seeds: tuple[int, ...],
    settings: Descent | None = None,
    start: tuple | None = None,
) -> FeatureRuns:
    """Full-batch gradient descent from a random start for every seed, all seeds at once.

    Args:
        instance: the model.
        width: d of every layer.
        seeds: of the starts.
        settings: step size, steps, tolerance, scale.
        start: factors to begin with instead, (seeds, ...) each.

    Returns:
        The runs; those that diverged or did not meet the criterion are marked.
    """
    import jax

    began, settings = time.perf_counter(), settings or Descent()
    with jax.enable_x64(True):
        value = objective(instance)
        factors = tuple(map(jax.numpy.asarray, start or starts(instance, width, seeds, settings.scale)))
        end, count, open_ = jax.jit(lambda f: _descend(value, f, settings))(factors)
        losses = np.asarray(jax.vmap(value)(end))
        found = tuple(np.asarray(F) for F in end)
    diverged = ~np.isfinite(losses) | (losses > 1e6)
    met = ~np.asarray(open_) & ~diverged
    steps = np.full(len(seeds), int(count))
    wall = time.perf_counter() - began
    return FeatureRuns(instance, "gradient descent", width, tuple(seeds), losses, steps, met, diverged, found, wall)


def _descend(value: Any, factors: tuple, settings: Descent) -> tuple:
    """Steps in windows, until no run is open (see Descent) or the steps are used up; a run that blows up is closed."""
    import jax
    import jax.numpy as jnp

    slope, height = jax.vmap(jax.grad(value)), jax.vmap(value)

    def step(_, state):
        return tuple(F - settings.eta * g for F, g in zip(state, slope(state), strict=True))

    def window(state):
        count, now, before, _ = state
        now = jax.lax.fori_loop(0, WINDOW, step, now)
        after, size = height(now), _largest(slope(now))
        moving = jnp.abs(before - after) > settings.plateau * after
        return count + WINDOW, now, after, jnp.isfinite(after) & (size > settings.tolerance) & moving

    def going(state):
        return (state[0] < settings.steps) & jnp.any(state[3])

    everyone = jnp.ones(factors[0].shape[0], bool)
    count, end, _, open_ = jax.lax.while_loop(going, window, (0, factors, height(factors), everyone))
    return end, count, open_


def _largest(gradients: tuple) -> Any:
    """The largest entry of the gradient of each run."""
    import jax.numpy as jnp

    return jnp.stack([jnp.abs(g).max(axis=(1, 2)) for g in gradients]).max(axis=0)


def lbfgs(
    instance: UnconstrainedFeatures,
    width: int,
    seeds: tuple[int, ...],
    scale: float = 1.0,
    iterations: int = 5000,
    start: tuple | None = None,
) -> FeatureRuns:
    """L-BFGS from a random start for every seed.

    The criterion is a gradient below 1e-7. At a ReLU kink gradients do not vanish and the line search fails; such a run
    has not met its criterion.

    Args:
        instance: the model.
        width: d of every layer.
        seeds: of the starts.
        scale: entries have standard deviation scale / √d.
        iterations: at most.
        start: factors to begin with instead, (seeds, ...) each.
    """
    import jax
    from jax.flatten_util import ravel_pytree

    began = time.perf_counter()
    begin = start or starts(instance, width, seeds, scale)
    with jax.enable_x64(True):
        _, unravel = ravel_pytree(tuple(np.asarray(F[0], dtype=float) for F in begin))
        both = jax.jit(jax.value_and_grad(lambda flat: objective(instance)(unravel(flat))))
        ends = [_minimise(both, tuple(F[k] for F in begin), iterations) for k in range(len(seeds))]
        rows = [unravel(end.x) for end in ends]
    factors = tuple(np.stack([np.asarray(F) for F in column]) for column in zip(*rows, strict=True))
    met = np.array([float(np.abs(end.jac).max()) <= 1e-7 for end in ends])
    steps, losses = np.array([end.nit for end in ends]), np.array([end.fun for end in ends])
    gone, wall = ~np.isfinite(losses), time.perf_counter() - began
    return FeatureRuns(instance, "L-BFGS", width, tuple(seeds), losses, steps, met, gone, factors, wall)


def _minimise(both: Any, begin: tuple, iterations: int) -> Any:
    from scipy.optimize import minimize

    flat = np.concatenate([F.ravel() for F in begin])
    options = {"maxiter": iterations, "maxfun": 2 * iterations, "ftol": 0.0, "gtol": 1e-7, "maxcor": 20}
    evaluate = lambda x: tuple(np.asarray(v, dtype=float) for v in both(x))  # noqa: E731
    return minimize(
        lambda x: (float((pair := evaluate(x))[0]), pair[1]), flat, jac=True, method="L-BFGS-B", options=options
    )

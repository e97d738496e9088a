r"""What is left of the unconstrained-features model when only the scale of the output is free: one variable.

Multiplying factor i by $t_i > 0$ multiplies the output by $\prod t_i$, ReLUs or not. With $\kappa_i$ the squared norms
of the L + 1 factors (that of H counting a class $n_k$ times) at output $Z_0$, the inequality of the means gives the
least objective over all scales of that output,

    f(c) = fit(c Z_0) + (L + 1)/2 · P · c^{2/(L+1)},    P = (∏ λ_i κ_i)^{1/(L+1)},

so one family is better than another for every λ as soon as its product ∏ κ_i is smaller.
"""

import math
from collections.abc import Callable

import attrs
import numpy as np

from theorycheck.models.features import UnconstrainedFeatures

Curve = Callable[[np.ndarray], np.ndarray]


@attrs.frozen
class Scaled:
    """The best scale of a family.

    Attributes:
        loss: the objective there.
        scale: c; 0 where the zero solution is at least as good.
    """

    loss: float
    scale: float


def depth_power(depth: int) -> float:
    """2 / (L + 1), the exponent of the penalty in the scale of the output."""
    return 2 / (depth + 1)


def one_variable(constant: float, reg: float, depth: int) -> Scaled:
    r"""The least of $(1-c)^2/2 + (C\lambda/2)\,c^{2/(L+1)}$ over $c \ge 0$ (arXiv 2405.14468, reduced).

    Args:
        constant: C = (L + 1)(∏ κ_i)^{1/(L+1)}; K (L + 1) for deep neural collapse.
        reg: the geometric mean λ̄ of the regularisation; see `mean_reg`.
        depth: L.

    Returns:
        The loss and c.

    Example:
        >>> round(one_variable(3 * 6, 0.3 * dnc_threshold(6, 2), 2).loss, 10)
        0.1711844535
    """
    x = constant * reg / (depth + 1)
    c = critical_scale(x, depth)
    if c is None:
        return Scaled(0.5, 0.0)
    loss = (1 - c) ** 2 / 2 + (depth + 1) * x / 2 * c ** depth_power(depth)
    return Scaled(loss, c) if loss < 0.5 else Scaled(0.5, 0.0)


def critical_scale(x: float, depth: int) -> float | None:
    """The larger root c of (1 - c) c^{(L-1)/(L+1)} = x, the local minimum; None above the fold."""
    q = (depth - 1) / (depth + 1)
    if x > fold_limit(depth):
        return None
    return falling_root(lambda c: (1 - c) * c**q - x, (depth - 1) / (2 * depth), 1.0)


def falling_root(function: Callable[[float], float], low: float, high: float) -> float:
    """The root of a function that falls from a sign + to a sign - between two floats, to the last bit."""
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return low if abs(function(low)) < abs(function(high)) else high


def fold_limit(depth: int) -> float:
    """The largest x = Cλ/(L+1) with a critical point: ((L+1)/(2L)) ((L-1)/(2L))^{(L-1)/(L+1)}."""
    half = (depth - 1) / (2 * depth)
    return (depth + 1) / (2 * depth) * half ** ((depth - 1) / (depth + 1))


def zero_limit(depth: int) -> float:
    """The x = Cλ/(L+1) below which the family beats the zero solution: (1/L) ((L-1)/L)^{(L-1)/(L+1)}."""
    return ((depth - 1) / depth) ** ((depth - 1) / (depth + 1)) / depth


def dnc_threshold(classes: int, depth: int) -> float:
    """λ_0(K, L): below it deep neural collapse beats the zero solution (mse, one sample a class).

    Example:
        >>> round(dnc_threshold(10, 4), 10)
        0.021036659
    """
    return zero_limit(depth) / classes


def mean_reg(instance: UnconstrainedFeatures) -> float:
    """λ̄, all of an instance's regularisation that matters: (n λ_H ∏ λ_l)^{1/(L+1)}; without the n where unbalanced."""
    logs = [math.log(v) for v in instance.reg]  # a product of many would leave the range of floats
    logs.append(math.log(instance.counts[0]) if instance.balanced else 0.0)
    return math.exp(math.fsum(logs) / (instance.depth + 1))


def best_scale(fit: Curve, slope: Curve, price: float, depth: int) -> Scaled:
    """The least of fit(c) + (L+1)/2 · price · c^{2/(L+1)} over c >= 0, for a convex fit.

    Args:
        fit: values at an array of scales (s,).
        slope: derivatives there, (s,).
        price: P.
        depth: L.

    Returns:
        The best of the zero solution and every local minimum between 1e-9 and 1e9.
    """
    q = (depth - 1) / (depth + 1)

    def pull(c: np.ndarray) -> np.ndarray:
        return -slope(c) * c**q - price

    def total(c: float) -> float:
        value = fit(np.array([c]))[0]
        return float(value) + (depth + 1) / 2 * price * c ** depth_power(depth)

    grid = np.logspace(-9, 9, 1801)
    signs = pull(grid) > 0
    turns = np.nonzero(signs[:-1] & ~signs[1:])[0]
    found = [falling_root(lambda c: float(pull(np.array([c]))[0]), grid[i], grid[i + 1]) for i in turns]
    candidates = [0.0, *map(float, found)]
    if depth == 1 and not signs[0]:  # convex, and already rising at zero
        candidates = [0.0]
    best = min(candidates, key=total)
    return Scaled(total(best), best)

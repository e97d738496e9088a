"""The checker's expressions as vectorised float functions, for searches whose results are then certified."""

from collections.abc import Callable
from typing import Any

from flint import fmpq

NAMES = {
    "exp": "exp",
    "log": "log",
    "tan": "tan",
    "asinh": "arcsinh",
    "atan": "arctan",
}


def floats(tree: Any) -> Callable:
    """A numpy function of the expression's variable z."""
    import numpy as np

    if isinstance(tree, fmpq):
        number = float(tree.p) / float(tree.q)
        return lambda z: number + 0 * z
    if isinstance(tree, str):
        return (lambda z: np.pi + 0 * z) if tree == "pi" else (lambda z: z)
    inner = floats(tree[1])
    if tree[0] in ("+", "*"):
        other = floats(tree[2])
        return (lambda z: inner(z) + other(z)) if tree[0] == "+" else (lambda z: inner(z) * other(z))
    if tree[0] == "**":
        power = int(tree[2].p) if tree[2].q == 1 else float(tree[2].p) / float(tree[2].q)
        return lambda z: np.asarray(inner(z), dtype=float) ** power
    function = _function(tree[0])
    return lambda z: function(inner(z))


def root(function: Callable, low: float, high: float, **options: Any) -> float:
    """A zero of a function that changes sign between two ends, in floats."""
    from scipy.optimize import brentq

    found: Any = brentq(function, low, high, **options)
    return float(found)


def _function(name: str) -> Callable:
    import numpy as np

    if name == "erf":
        from scipy.special import erf

        return erf
    special = {
        "softplus": lambda u: np.logaddexp(0.0, u),
        "relu": lambda u: np.maximum(u, 0.0),
        "step": lambda u: np.where(np.asarray(u) > 0, 1.0, 0.0),
        "kink": lambda u: 0.0 * u,
    }
    return special[name] if name in special else getattr(np, NAMES[name])

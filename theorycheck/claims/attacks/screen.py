"""The quantities of a point in floats, for thousands of points at once. They only say where to look exactly."""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import attrs

from theorycheck.certificates import check
from theorycheck.models.activations import Activation
from theorycheck.models.instance import Instance


def _evaluate(t: Any, z: Any) -> Any:
    """The checker's expression at an array z."""
    import numpy as np

    if not isinstance(t, tuple):
        return z if t == "z" else np.pi if t == "pi" else float(t.p) / float(t.q)
    u = _evaluate(t[1], z)
    if t[0] in ("+", "*"):
        v = _evaluate(t[2], z)
        return u + v if t[0] == "+" else u * v
    if t[0] == "**":
        return u ** int(t[2].p) if t[2].q == 1 and t[2] > 0 else np.asarray(u, float) ** (float(t[2].p) / float(t[2].q))
    return _FUNCTIONS[t[0]](np.asarray(u, float))


def _lazy(name: str) -> Callable:
    def call(u):
        import numpy as np

        return getattr(np, name)(u)

    return call


def _erf(u: Any) -> Any:
    from scipy.special import erf

    return erf(u)


_FUNCTIONS = {
    **{ours: _lazy(theirs) for ours, theirs in {"exp": "exp", "log": "log", "tan": "tan", "asinh": "arcsinh"}.items()},
    "atan": _lazy("arctan"),
    "erf": _erf,
    "relu": lambda u: u * (u > 0),
    "softplus": lambda u: _softplus(u),
    "step": lambda u: 1.0 * (u > 0),
    "kink": lambda u: 0.0 * u,
}


def _softplus(u: Any) -> Any:
    import numpy as np

    return np.logaddexp(0.0, u)


def jet(phi: Activation, order: int, z: Any) -> Any:
    """The derivative of φ of the given order at an array, same shape; not a number where it is not defined."""
    import numpy as np

    with np.errstate(all="ignore"):
        return np.broadcast_to(_evaluate(phi.jets()[order], np.asarray(z, float)), np.shape(z)).astype(float)


def line(phi: Activation, reach: float, count: int) -> Any:
    """Evenly spaced z around 0: up to `reach`, or on the branch of tan."""
    import numpy as np

    form = check.generator(*phi.jets())
    end = np.pi / 2 * float(form[1].q) / float(form[1].p) * (1 - 1e-9) if form and form[0] == "tan" else reach
    return np.linspace(-end, end, count)


@lru_cache(maxsize=128)
def _branches(phi: Activation) -> tuple[tuple[Any, Any], ...]:
    """Pieces of a grid of z on which φ is monotone, nearest to 0 first, turned so that φ does not decrease."""
    import numpy as np

    z = line(phi, 45.0, 2001)
    u = jet(phi, 0, z)
    slopes = np.diff(u)
    if (slopes >= 0).all() or (slopes <= 0).all():
        return ((z, u) if slopes.sum() >= 0 else (z[::-1], u[::-1]),)
    cuts = [0, *(np.flatnonzero(np.sign(slopes[1:]) != np.sign(slopes[:-1])) + 1), len(z) - 1]
    pieces = [(z[a : b + 1], u[a : b + 1]) for a, b in pairwise(cuts) if b > a]
    pieces.sort(key=lambda piece: (np.abs(piece[0]).min(), -piece[0][-1]))
    return tuple((v, w) if w[-1] >= w[0] else (v[::-1], w[::-1]) for v, w in pieces[:12])


def crossings(phi: Activation, u: float) -> int:
    """How often φ is seen to cross the value u."""
    import numpy as np

    gap = jet(phi, 0, line(phi, 45.0, 20_000)) - u  # an even count: 0 is between two points
    signs = np.sign(gap[np.isfinite(gap)])
    return int((signs[1:] != signs[:-1]).sum())


def preimage(phi: Activation, u: Any) -> Any:
    """Some z with φ(z) = u, elementwise, by bisection on the piece nearest to 0; not a number where none is seen."""
    import numpy as np

    u = np.asarray(u, float)
    found = np.full(u.shape, np.nan)
    for z, values in _branches(phi):
        if not np.isnan(found).any():
            break
        found = np.where(np.isnan(found), _bisected(phi, u, z, values), found)
    return found


def _bisected(phi: Activation, u: Any, z: Any, values: Any) -> Any:
    import numpy as np

    at = np.clip(np.searchsorted(values, u), 1, len(z) - 1)
    lo, hi = z[at - 1], z[at]
    for _ in range(50):
        middle = (lo + hi) / 2
        below = jet(phi, 0, middle) < u
        lo, hi = np.where(below, middle, lo), np.where(below, hi, middle)
    return np.where((u > values[0]) & (u < values[-1]), (lo + hi) / 2, np.nan)


@attrs.frozen
class Fields:
    """What the screen knows of points with preactivations Z, (B, n, m), all on one network and one set of samples.

    Attributes:
        trace: (B,) of κ Σ w a² φ'².
        gradient: (B,) squared norm of the Riemannian gradient; not a number where the zero-loss set is singular.
        velocity: (B, n, m) of the preactivations along the flow.
        bend: (B, n, m) coefficients of the Riemannian Hessian, Σ bend s².
        slope: (B, n, m) a φ', the constraints on tangent s.
        force: (B, n, m) gradient in z less its normal part, divided by nothing.
    """

    trace: Any
    gradient: Any
    velocity: Any
    bend: Any
    slope: Any
    force: Any


def trace(template: Instance, Z: Any) -> Any:
    """The trace of the loss's Hessian on zero loss, for fixed output weights, (B,)."""
    import numpy as np

    a = np.array([float(v) for v in template.network.output_weights])
    w = np.array([float(v) for v in template.inputs.squared_norms()])
    P = jet(template.network.activation, 1, Z)
    with np.errstate(all="ignore"):
        return float(template.kappa) * np.einsum("bnm,n,m->b", P**2, w, a**2)


def fields(template: Instance, Z: Any) -> Fields:
    """All quantities at preactivations Z of shape (B, n, m)."""
    import numpy as np

    phi, kappa = template.network.activation, float(template.kappa)
    a, X = np.array([float(v) for v in template.network.output_weights]), template.inputs.arrays()[0]
    G = X @ X.T
    w = np.diag(G)[:, None]
    P, Q, R = (jet(phi, k, Z) for k in (1, 2, 3))
    with np.errstate(all="ignore"):
        J = a * P
        g = 2 * kappa * w * a * J * Q
        alpha, smooth = _multipliers(G, J, g)
        force = g - alpha[:, :, None] * J
        pull = np.einsum("ik,bkj->bij", G, force)
        gradient = np.where(smooth, (force * pull).sum(axis=(1, 2)), np.nan)
        bend = 2 * kappa * w * a**2 * (Q**2 + P * R) - alpha[:, :, None] * a * Q
        total = kappa * np.einsum("bnm,n,m->b", P**2, w[:, 0], a**2)
    return Fields(total, gradient, -pull, bend, J, force)


def _multipliers(G: Any, J: Any, g: Any) -> tuple[Any, Any]:
    import numpy as np

    K = G * np.einsum("bij,bkj->bik", J, J)
    b = np.einsum("bij,ik,bkj->bi", J, G, g)
    scale = np.einsum("bii->bi", K).max(axis=1) + 1e-300
    smooth = np.isfinite(K).all(axis=(1, 2)) & np.isfinite(b).all(axis=1)
    smooth &= np.abs(np.linalg.det(np.where(smooth[:, None, None], K / scale[:, None, None], 1.0))) > 1e-10
    safe = np.where(smooth[:, None, None], K, np.eye(len(G)))
    return np.linalg.solve(safe, np.where(smooth[:, None], b, 0.0)[..., None])[..., 0], smooth


def spread(Z: Any) -> Any:
    """The largest difference between two neurons on one sample, (B,)."""
    return (Z.max(axis=2) - Z.min(axis=2)).max(axis=1)

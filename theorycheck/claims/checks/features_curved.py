"""Second order at collapsed critical points with cross-entropy: exact along a line, numerically in all directions."""

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import attrs
from flint import fmpq, fmpq_mat

from theorycheck.certificates import build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.checks import features_points as points
from theorycheck.claims.checks.features_numbers import plus, power, times
from theorycheck.claims.checks.features_solved import objective
from theorycheck.claims.checks.features_trained import finding
from theorycheck.claims.claim import Check, Finding
from theorycheck.claims.features_assumptions import reg_power
from theorycheck.claims.features_thresholds import fold, fold_scale, stability
from theorycheck.models.features import UnconstrainedFeatures as Features

_STEP = 1e-5  # of central differences of the gradient
_ZERO = 1e-5  # relative to the largest eigenvalue: what central differences leave of a zero
_ALONG = Fraction(1, 20)  # how far along a line the exact second difference looks
_LARGEST = 160  # parameters of a Hessian


def critical_scale(net: Features) -> float:
    """The larger α with λ̄ = α^((L-1)/(L+1)) / (e^α + K - 1), n = 1 after rescaling.

    Raises:
        InvalidInstance: λ̄ is above the fold.
    """
    from math import exp

    from scipy.optimize import brentq

    from theorycheck.errors import InvalidInstance

    lam, p = float(reg_power(net)) ** (1 / (net.depth + 1)), (net.depth - 1) / (net.depth + 1)
    low = float(fold_scale(net.classes, net.depth)) or 1e-12
    value = lambda a: a**p / (exp(a) + net.classes - 1) - lam  # noqa: E731
    if value(low) <= 0:
        raise InvalidInstance(
            f"λ is above the fold {float(fold(net.classes, net.depth)):.6g}: no collapsed critical point"
        )
    return float(brentq(value, low, 200.0, xtol=1e-14))  # type: ignore[arg-type]


def critical_point(net: Features, Z: Any = None, scale: float | None = None) -> list:
    """Balanced factors in floats with output α S, or scale · Z; K rows in every layer.

    Args:
        net: the instance.
        Z: a symmetric positive semidefinite output; S by default.
        scale: its multiple; the larger critical α by default.
    """
    import numpy as np

    K, L = net.classes, net.depth
    Z = np.eye(K) - np.ones((K, K)) / K if Z is None else Z
    values, Q = np.linalg.eigh(Z * (critical_scale(net) if scale is None else scale))
    values = np.where(values < 1e-9 * values.max(), 0.0, values)  # a zero's small root is not small
    level = values ** (1 / (L + 1))
    mean = float(np.prod([float(v) for v in net.reg]) * net.counts[0]) ** (1 / (L + 1))
    weights = [float(net.reg[0]) * net.counts[0], *map(float, net.reg[1:])]
    t = [(mean / w) ** 0.5 for w in weights]
    return [t[0] * level[:, None] * Q.T, *[t[k] * np.diag(level) for k in range(1, L)], t[L] * Q * level]


def hessian(net: Features, factors: list) -> Any:
    """The Hessian of the objective in all entries of the factors, told by class means, by central differences."""
    import numpy as np

    from theorycheck.exact.dufm_objective import gradient

    shapes = [W.shape for W in factors]
    flat, ends = np.concatenate([W.ravel() for W in factors]), np.cumsum([W.size for W in factors])[:-1]

    def slope(x: Any) -> Any:
        parts = [part.reshape(shape) for part, shape in zip(np.split(x, ends), shapes, strict=True)]
        return np.concatenate([g.ravel() for g in gradient(net, parts)])

    rows = [(slope(flat + e) - slope(flat - e)) / (2 * _STEP) for e in _STEP * np.eye(flat.size)]
    H = np.array(rows)
    return (H + H.T) / 2


def critical_certificate(net: Features, claim: Any = None) -> Certificate:
    """The certificate that a collapsed critical point exists: its scale as a root, beyond that of the fold.

    Raises:
        CertificateError: it is not seen.
        InvalidInstance: λ̄ is above the fold.
    """
    from theorycheck.certificates.features_build import root_part

    L, alpha = net.depth, Fraction(round(critical_scale(net) * 10**15), 10**15)
    product = times(power(plus(["exp", "z"], net.classes - 1), L + 1), reg_power(net))
    equation = plus(product, times(-1, power("z", L - 1)))
    width = Fraction(1, 10**9)
    name = "derivative of the curve at the scale, up to a factor, against 0"
    # q (e^a + K - 1) < a e^a: beyond the fold, where the curve falls
    turn = times(Fraction(L - 1, L + 1), plus(["exp", "z"], net.classes - 1))
    part = root_part(name, equation, alpha - width, alpha + width, turn, times("z", ["exp", "z"]), net)
    return build.all_of(net.document, {"a collapsed critical point": part}, claim)


def _critical(net: Features) -> list[Finding]:
    name, alpha = "solve: critical scale", critical_scale(net)
    certificate = critical_certificate(net)
    bound = f"> {float(fold_scale(net.classes, net.depth)):.8g}, that of the fold"
    note = "the only root of its equation in an interval of width 2e-9, beyond the fold"
    return [Finding(name, "scale alpha", alpha, bound, True, "CERTIFIED", 1, note=note, certificate=certificate)]


def _stable(net: Features) -> list[Finding]:
    """The least eigenvalue at the critical point: not negative below the stability threshold."""
    import numpy as np

    name, quantity = "Hessian at DNC", "least eigenvalue over the largest"
    point = critical_point(net)
    size = sum(W.size for W in point)
    if size > _LARGEST:
        return [finding(name, quantity, None, None, None, 0, f"{size} parameters: at most {_LARGEST} here")]
    values = np.linalg.eigvalsh(hessian(net, point))
    least = float(values[0] / values[-1])
    holds = True if least >= -_ZERO else None
    note = f"alpha = {critical_scale(net):.6g}, {size} eigenvalues, central differences of the gradient, step {_STEP:g}"
    return [finding(name, quantity, least, f">= -{_ZERO:g}", holds, 1, note)]


def _rational(factors: list) -> points.Factors:
    return tuple(fmpq_mat([[fmpq(round(float(v) * 2**40), 2**40) for v in row] for row in W]) for W in factors)


def downhill(net: Features) -> tuple[list, list, float]:
    """A collapsed critical point in floats, the direction of its least curvature, and that curvature."""
    import numpy as np

    point = critical_point(net)
    values, vectors = np.linalg.eigh(hessian(net, point))
    ends = np.cumsum([W.size for W in point])[:-1]
    parts = np.split(vectors[:, 0], ends)
    return point, [v.reshape(W.shape) for v, W in zip(parts, point, strict=True)], float(values[0])


def bends_down(net: Features, claim: Any = None) -> Certificate:
    """The certificate that DNC is no local minimum at λ between the stability threshold and the fold.

    Two parts: the second derivative at the larger collapsed critical point, below zero along a curve of balanced
    factors; and, at rational parameters next to that point, an objective above the mean of those at both ends of a
    segment around it.

    Raises:
        CertificateError: it is not so.
    """
    from theorycheck.certificates.features_build import curved_part

    point, direction, _ = downhill(net)
    centre, along = _rational(point), _rational([float(_ALONG) * V for V in direction])
    sides = [tuple(W + sign * V for W, V in zip(centre, along, strict=True)) for sign in (1, -1)]
    halves = [objective(net, side)[1][0] | {"times": "1/2"} for side in sides]
    less = build.less_parts(
        net.document, ("mean of the objectives at both ends", halves), objective(net, centre, "objective between")
    )
    parts = {"second derivative": curved_part(net), "a segment": build.part("less", net.document, **less)}
    return build.all_of(net.document, parts, claim)


def _everywhere(net: Features) -> list[Finding]:
    """Local minimality up to the fold, looked at halfway between the stability threshold and the fold."""
    name, quantity = "solve: between the thresholds", "least eigenvalue of the Hessian at DNC"
    low, high = stability(net.classes, net.depth), fold(net.classes, net.depth)
    if net.classes < 4 or net.depth < 2 or net.classes**2 * (net.depth + 1) > _LARGEST:
        note = "the exact curvature is told for K >= 4 and L >= 2, and few parameters"
        return [Finding(name, quantity, None, ">= 0", None, "UNDECIDED", 0, note=note)]
    one, power_ = net, net.depth + 1
    if not low**power_ < reg_power(net) < high**power_:
        between = Fraction(round((low + high) / 2 * 10**6), 10**6)
        one = attrs.evolve(net, reg=(between / net.counts[0], *[between] * net.depth))
    certificate, curvature = bends_down(one), downhill(one)[2]
    note = f"at {one}: DNC is critical there, and not a local minimum"
    return [Finding(name, quantity, curvature, ">= 0", False, "CERTIFIED", 2, note=note, certificate=certificate)]


@lru_cache(maxsize=64)
def hessian_norms(classes: int, depth: int, reg: Fraction) -> tuple[dict, dict]:
    """Frobenius, spectral and trace norm of the Hessian at DNC and at LR, each at its best scale; K even, n = 1."""
    import numpy as np

    from theorycheck.exact import dufm_entropy

    net = Features(classes, depth, reg, "ce", "linear")
    pairs = dufm_entropy.pairs(classes)
    scale = dufm_entropy.spectral(net, pairs, classes // 2).scale
    found = []
    for point in (critical_point(net), critical_point(net, pairs, scale)):
        values = np.abs(np.linalg.eigvalsh(hessian(net, point)))
        found.append(
            {
                "Frobenius": float((values**2).sum() ** 0.5),
                "spectral": float(values.max()),
                "trace": float(values.sum()),
            }
        )
    return found[0], found[1]


def _ratios(net: Features) -> list[Finding]:
    """As λ falls the norms fall, and their ratios settle: each step changes them less than the one before."""
    name, regs = "Hessian norms as lambda falls", [Fraction(1, 10**k) for k in (2, 3, 4, 5)]
    if net.classes % 2 or net.classes**2 * (net.depth + 1) > _LARGEST:
        return [finding(name, "ratio", None, None, None, 0, "K odd, or too many parameters for a check")]
    found = []
    for kind in ("Frobenius", "spectral", "trace"):
        both = [[norms[kind] for norms in hessian_norms(net.classes, net.depth, reg)] for reg in regs]
        ratios = [a / b for a, b in both]
        steps = [abs(b - a) for a, b in pairwise(ratios)]
        settles = all(b < a for a, b in pairwise(steps))
        falls = all(b[0] < a[0] and b[1] < a[1] for a, b in pairwise(both))
        told = ", ".join(f"{ratio:.4f}" for ratio in ratios)
        note = f"ratios {told} at lambda = 1e-2, 1e-3, 1e-4, 1e-5; a limit is approached like 1 / log(1 / lambda)"
        holds = True if settles and falls else None
        found.append(finding(f"{kind} norm", "DNC over LR", ratios[-1], "settles", holds, len(steps), note))
    return found


CRITICAL = Check("solve", "the scale of a collapsed critical point", _critical)
STABLE = Check("train", "the Hessian at DNC, in all directions", _stable)
UP_TO_FOLD = Check("solve", "curvature between stability threshold and fold", _everywhere)
RATIOS = Check("train", "Hessian norms at DNC and LR as λ falls", _ratios)

"""Checks of critical points and optima of the linear model: balance, Schatten form, centring, ranks as L grows."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs
from flint import fmpq, fmpq_mat

from theorycheck.certificates import build, check
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.checks import features_points as points
from theorycheck.claims.checks.features_exact import found, unknown
from theorycheck.claims.checks.features_solved import objective
from theorycheck.claims.checks.features_trained import (
    SEEDS,
    descend,
    finding,
    random_start,
    stirred,
    too_large,
)
from theorycheck.claims.claim import Check, Finding
from theorycheck.errors import CertificateError
from theorycheck.models.features import UnconstrainedFeatures as Features

_CRITICAL = 1e-6  # largest entry of a gradient at a point that counts as critical
_BALANCED = 1e-4  # relative
SWEEP = (2, 3, 4, 6, 8)


def imbalance(net: Features, factors: list) -> float:
    """The largest distance of λ_(l+1) W_(l+1)ᵀ W_(l+1) from λ_l W_l W_lᵀ, relative; H counts every sample."""
    import numpy as np

    weighted = [factors[0] * np.sqrt(np.asarray(net.counts, float)), *factors[1:]]
    scaled = [np.sqrt(float(v)) * W for v, W in zip(net.reg, weighted, strict=True)]
    gaps = [above.T @ above - below @ below.T for below, above in pairwise(scaled)]
    size = max(float(np.abs(W @ W.T).max()) for W in scaled)
    return max(float(np.abs(gap).max()) for gap in gaps) / max(size, 1e-300)


def schatten_gap(net: Features, factors: list) -> float:
    """The penalty less (L+1)/2 λ̄ Σ σ_j(Z √D)^(2/(L+1)), D the numbers of samples, relative."""
    import numpy as np

    from theorycheck.exact.dufm_objective import layers, penalty

    Z = layers(net, factors)[-1] * np.sqrt(np.asarray(net.counts, float))
    values = np.linalg.svd(Z, compute_uv=False)
    values = np.where(
        values < 1e-6 * max(values.max(), 1e-300), 0.0, values
    )  # of zeros only, whose roots are not small
    mean = float(np.prod([float(v) for v in net.reg])) ** (1 / (net.depth + 1))
    form = (net.depth + 1) / 2 * mean * float(np.sum(values ** (2 / (net.depth + 1))))
    return abs(penalty(net, factors) - form) / max(form, 1e-300)


def _balanced(net: Features) -> list[Finding]:
    name = "balance at critical points"
    starts = [random_start(net, seed) for seed in SEEDS]
    if (skipped := too_large(net, name, starts[0])) is not None:
        return skipped
    ends = [descend(net, start) for start in starts]
    good = [factors for _, factors, slope in ends if slope <= _CRITICAL and _alive(factors)]
    quantities = ("distance from balance", imbalance), ("penalty against its Schatten form", schatten_gap)
    results = []
    for quantity, measure in quantities:
        worst = max((measure(net, factors) for factors in good), default=None)
        holds = True if worst is not None and worst <= _BALANCED else None
        note = f"{len(good)} of {len(ends)} runs ended at a nonzero critical point (gradient below {_CRITICAL:g})"
        results.append(finding(name, quantity, worst, f"<= {_BALANCED:g}", holds, len(good), note))
    return results


def _alive(factors: list) -> bool:
    import numpy as np

    return min(float(np.abs(W).max()) for W in factors) > 1e-3


def unbalanced_point(net: Features) -> points.Factors:
    """Small rational factors that are no critical point: all ones but for a diagonal."""
    K = net.classes
    one = [[fmpq(1 + int(i == j) * (i + 1), 2) for j in range(K)] for i in range(K)]
    return tuple(fmpq_mat(one) * fmpq(k + 1, 2) for k in range(net.depth + 1))


def _centred(net: Features) -> list[Finding]:
    """S W_L instead of W_L: the same fit, and a smaller penalty, at an exact point."""
    name = "centring"
    before = unbalanced_point(net)
    S = fmpq_mat([[fmpq(int(i == j)) - fmpq(1, net.classes) for j in range(net.classes)] for i in range(net.classes)])
    after = (*before[:-1], S * before[-1])
    sides = objective(net, after, "objective with a centred output"), objective(net, before, "objective before")
    try:
        certificate = build.less(net.document, *sides)
    except CertificateError as reason:
        return unknown(name, sides[0][0], str(reason))
    value, bound = (_low(certificate.document[side]["value"]) for side in ("left", "right"))
    note = "at one rational point; the fit does not see a multiple of 1 in a column, and the norm of W_L falls"
    return found(name, sides[0][0], value, f"< {bound:.10g}", 1, note, certificate)


def _low(told: Any) -> float:
    return float(told["lo"]) if isinstance(told, dict) else float(check.rational(told))


def best_output(net: Features) -> tuple[float, Any]:
    """The least loss found by training from codes and random starts, and the output there."""
    from theorycheck.exact.dufm_objective import layers

    codes = [points.circle, points.pairs, points.collapsed]
    starts = [stirred(points.floats(build_code(net)), 0) for build_code in codes if net.balanced]
    starts += [random_start(net, seed) for seed in SEEDS[: 2 if net.balanced else 6]]
    ends = [descend(net, start, 1500) for start in starts]
    loss, factors, _ = min(ends, key=lambda end: end[0])
    return loss, layers(net, factors)[-1]


def is_superior(Z: Any) -> bool:
    """Whether the entry of the true class is the strictly largest of its column."""
    import numpy as np

    others = np.where(np.eye(len(Z), dtype=bool), -np.inf, Z)
    return bool((np.diagonal(Z) > others.max(axis=0)).all())


def _sweep(net: Features) -> list[Finding]:
    """λ = .08 / L² and L growing: the best output is diagonally superior, its rank falls to that of the best code."""
    from theorycheck.models.spectra import numerical_rank

    name, least = "ranks as L grows", 1 if net.classes == 2 else 2
    if net.classes > 6:
        return [finding(name, "ranks", None, None, None, 0, "more than six classes: too many runs for a check")]
    ranks, superior = [], []
    for L in SWEEP:
        one = attrs.evolve(net, depth=L, reg=(Fraction(2, 25 * L * L),) * (L + 1), counts=(1,) * net.classes)
        _, Z = best_output(one)
        ranks.append(numerical_rank(Z, 1e-3).rank)
        superior.append(is_superior(Z))
    holds = True if all(superior) and ranks[-1] == least and min(ranks) >= least else None
    note = f"L = {', '.join(map(str, SWEEP))} with lambda = .08 / L^2, trained; superior: {superior}"
    told = ", ".join(map(str, ranks))
    return [finding(name, "ranks of the best output", told, f"down to {least}", holds, 2 * len(SWEEP), note)]


def _zero_wins(net: Features) -> list[Finding]:
    """λ fixed and L = 50: no parameters are below zero's objective, log K, by the floor for all parameters."""
    from theorycheck.certificates.features_build import floor_part

    name, L = "zero at L = 50", 50
    lam = Fraction(1, 20 if net.classes < 5 else 8)
    one = attrs.evolve(net, depth=L, reg=(lam,) * (L + 1), counts=(1,) * net.classes)
    bound = Fraction(_log_below(net.classes))
    try:
        part = floor_part(one, "jensen", value=str(bound))
    except CertificateError as reason:
        return unknown(name, "lower bound for all parameters", str(reason))
    certificate = build.all_of(one.document, {"for all parameters": part})
    note = f"at {one}; zero's objective is log K, and every other point is at most 1e-12 below"
    return found(name, "lower bound for all parameters", float(bound), "log K - 1e-12", 1, note, certificate)


def _log_below(classes: int) -> str:
    from math import log

    return f"{log(classes) - 1e-12:.15f}"


def _code(net: Features) -> list[Finding]:
    """Explicit parameters whose output has the least rank and the true class largest in every column."""
    from theorycheck.certificates.features_build import output_part
    from theorycheck.exact.dufm_entropy import circle_features
    from theorycheck.exact.dufm_shape import identity

    name, least, X = "least rank of a code", min(net.classes - 1, 2), circle_features(net.classes)
    try:
        part = output_part(net, points.rows((X, *[identity(2)] * (net.depth - 1), X.transpose())))
    except CertificateError as reason:
        return unknown(name, "rank", str(reason))
    if not part["superior"] or int(part["rank"]) != least:
        return unknown(name, "rank", f"rank {part['rank']}, superior: {part['superior']}")
    note = "at exact parameters; that no smaller rank will do is in the proof"
    certificate = build.all_of(net.document, {"output": part})
    return found(name, "rank of a diagonally superior output", int(part["rank"]), str(least), 1, note, certificate)


def not_superior() -> Certificate:
    """The output x xᵀ, x = (1, 2, 3): in the first column the last entry is the largest."""
    from theorycheck.certificates.features_build import output_part

    net = Features(3, 1, "1/20", "ce", "linear")
    part = output_part(net, [[["1", "2", "3"]], [["1"], ["2"], ["3"]]])
    return build.all_of(net.document, {"output": part})


def _superior(net: Features) -> list[Finding]:
    """At small λ the trained optimum is diagonally superior, whatever the numbers of samples."""
    name = "diagonal superiority"
    if net.classes > 6:
        return [finding(name, "outputs", None, None, None, 0, "more than six classes: too many runs for a check")]
    loss, Z = best_output(net)
    holds = True if is_superior(Z) else None
    note = f"best of trained points, loss {loss:.8g}"
    return [finding(name, "true class largest in its column", str(is_superior(Z)), "True", holds, 1, note)]


BALANCED = Check("train", "balance and Schatten form at critical points", _balanced)
CENTRED = Check("solve", "a centred output costs less", _centred)
SWEEPS = Check("train", "ranks of the best output as L grows", _sweep)
ZERO_WINS = Check("solve", "zero is optimal for fixed λ and large L", _zero_wins)
CODE = Check("solve", "a code of least rank, exact", _code)
SUPERIOR = Check("train", "diagonal superiority of the best output", _superior)

"""Checks of identities between explicit points: within-class collapse, inserted layers, block sums, thresholds."""

from fractions import Fraction
from itertools import product
from math import floor
from typing import Any

import attrs
from flint import fmpq, fmpq_mat

from theorycheck.certificates import build, check
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.checks import features_points as points
from theorycheck.claims.checks.features_solved import objective
from theorycheck.claims.claim import Check, Finding
from theorycheck.claims.features_thresholds import zero_power, zero_threshold
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures as Features

_NEAR = Fraction(1, 1000)  # relative distance to a threshold at which its two sides are looked at
_HALF = "1/2"  # the objective of zero, squared loss


def exact_objective(net: Features, factors: points.Factors) -> fmpq:
    """The objective of rational factors with squared loss, exact, by the checker's own model."""
    from theorycheck.certificates import features_build

    term = features_build.objective_term(points.rows(factors))
    return check.quantity(check.model(dict(net.document)), term)


def found(
    check_name: str, quantity: str, value: Any, bound: Any, count: int, note: str, certificate: Certificate
) -> list[Finding]:
    """One certified finding that holds."""
    name = f"solve: {check_name}"
    return [Finding(name, quantity, value, bound, True, "CERTIFIED", count, note=note, certificate=certificate)]


def unknown(check_name: str, quantity: str, note: str) -> list[Finding]:
    """One finding that says nothing."""
    return [Finding(f"solve: {check_name}", quantity, None, None, None, "UNDECIDED", 0, note=note[:300])]


# ---- within-class collapse ------------------------------------------------------------------------------------------


def sample_points(net: Features, width: int = 2, seed: int = 0) -> tuple[list[fmpq_mat], tuple[fmpq_mat, ...]]:
    """Small rational features for every sample, a (d, K) matrix each, and weights; the same for the same seed."""
    import numpy as np

    draw = np.random.default_rng([seed, net.classes, net.depth])
    shapes = [*[(width, width)] * (net.depth - 1), (net.classes, width)]
    matrices = [
        fmpq_mat([[fmpq(int(v), 4) for v in row] for row in draw.integers(-4, 5, shape)])
        for shape in (*[(width, net.classes)] * net.counts[0], *shapes)
    ]
    return matrices[: net.counts[0]], tuple(matrices[net.counts[0] :])


def mean_terms(net: Features, features: list[fmpq_mat], weights: tuple[fmpq_mat, ...]) -> tuple[str, list[dict]]:
    """The objective where the i-th samples have the i-th features: the mean of the objectives at repeated columns."""
    from theorycheck.certificates.features_build import objective_term

    times = Fraction(1, len(features))
    terms = [objective_term(points.rows((H, *weights)), times=times) for H in features]
    return "objective with different samples of a class", terms


def best_columns(net: Features, features: list[fmpq_mat], weights: tuple[fmpq_mat, ...]) -> fmpq_mat:
    """For every class the best of its samples' columns, by trying all, class by class."""
    best = features[0].tolist()
    for k, H in product(range(net.classes), features):
        other = [[H[i, j] if j == k else v for j, v in enumerate(row)] for i, row in enumerate(best)]
        if _float(net, other, weights) < _float(net, best, weights):
            best = other
    return fmpq_mat(best)


def _float(net: Features, rows: list, weights: tuple[fmpq_mat, ...]) -> float:
    return points.loss_of(net, (fmpq_mat(rows), *weights))


def _within(net: Features) -> list[Finding]:
    name = "repeated best columns"
    if not net.balanced or net.counts[0] == 1:
        return unknown(name, "objective", "one sample a class, or unequal numbers: nothing to compare here")
    features, weights = sample_points(net)
    best = objective(net, (best_columns(net, features, weights), *weights), "objective with each class's best column")
    certificate = build.less(net.document, best, mean_terms(net, features, weights))
    note = "at one drawn point; the best column of each class, repeated, for the same weights"
    return found(name, best[0], _told(certificate, "left"), "below that of the given columns", 1, note, certificate)


def _told(certificate: Certificate, side: str) -> float:
    value = certificate.document[side]["value"]
    return float(value["hi"]) if isinstance(value, dict) else float(check.rational(value))


def averaging_fails() -> Certificate:
    """Two samples of each class, K = 2, L = 2: the mean of the columns is worse than the two columns."""
    net = Features(2, 2, "1/100", counts=2)
    eye = fmpq_mat([[1, 0], [0, 1]])
    both_signs = fmpq_mat([[1, 0], [-1, 0], [0, 1], [0, -1]])
    size = fmpq_mat([[1, 1, 0, 0], [0, 0, 1, 1]])  # the output is |h|, entry by entry
    at_mean = objective(net, (0 * eye, both_signs, size), "objective at the mean columns")
    return build.less(net.document, mean_terms(net, [eye, -eye], (both_signs, size)), at_mean)


# ---- inserted layers and block sums ---------------------------------------------------------------------------------


def products(net: Features, factors: points.Factors) -> fmpq:
    """The product of the squared norms at output I, one sample a class; the output has to be a multiple of I."""
    from theorycheck.certificates.features_build import multiple_part

    return check.rational(multiple_part(net, points.rows(factors))["product"])


def _inserted(net: Features) -> list[Finding]:
    from theorycheck.certificates.features_build import multiple_part

    name, build_point = "inserted layer", points.cut(lambda r: 2)
    deeper = attrs.evolve(net, depth=net.depth + 1, reg=(*net.reg, net.reg[-1]))
    try:
        inner = build_point(net)[0].nrows()
        shallow, deep = build_point(net), build_point(deeper)
        part = multiple_part(deeper, points.rows(deep))
        before, after = _product(net, shallow), check.rational(part["product"])
    except (CertificateError, InvalidInstance) as reason:
        return unknown(name, "product of the squared norms at output I", str(reason))
    if after != inner * before:
        return unknown(name, "product of the squared norms at output I", f"{after} is not {inner} times {before}")
    certificate = build.all_of(deeper.document, {"one layer more": part})
    note = f"SRG with L = {net.depth} and L = {deeper.depth}; exact products with ratio {inner}, K = {net.classes}"
    value = f"{float(after):.12g} = {inner} * {float(before):.12g}"
    return found(
        name, "product of the squared norms at output I", value, f"{inner} times that before", 2, note, certificate
    )


def _product(net: Features, factors: points.Factors) -> fmpq:
    """The product of squared norms at output I, exact, whether or not it is below that of DNC."""
    output = factors[1] * factors[0]
    for W in factors[2:]:
        hidden = fmpq_mat([[max(v, fmpq(0)) for v in row] for row in output.tolist()])
        output = W * hidden
    total = 1 / output[0, 0] ** 2
    for W in factors:
        total *= sum((v * v for v in W.entries()), fmpq(0))
    return total


def _blocks(net: Features) -> list[Finding]:
    from theorycheck.exact import dufm_blocks

    name, quantity = "block sum", "objective of block-diagonal parameters"
    parts = [tuple(range(2)), tuple(range(2, net.classes))]
    if net.classes < 4 or net.loss != "mse":
        return unknown(name, quantity, "two blocks of at least two classes need K >= 4")
    smaller = [dufm_blocks.part_of(net, classes) for classes in parts]
    inner = [points.collapsed(one) for one in smaller]
    shares = [fmpq(one.samples, net.samples) for one in smaller]
    pieces = [dufm_blocks.Block("dnc", c, 0.0, f, 1.0) for c, f in zip(parts, inner, strict=True)]
    whole = dufm_blocks.assembled(net, pieces)
    expected = sum((s * exact_objective(n, f) for s, n, f in zip(shares, smaller, inner, strict=True)), fmpq(0))
    if exact_objective(net, whole) != expected:
        return unknown(name, quantity, "the two sides differ")
    certificate = build.value(net.document, *objective(net, whole))
    note = f"blocks of {len(parts[0])} and {len(parts[1])} classes, exact on both sides; regularisation times K / K_b"
    return found(name, quantity, float(expected), "the blocks' objectives times K_b / K, summed", 1, note, certificate)


# ---- thresholds -----------------------------------------------------------------------------------------------------


def beside(net: Features, factor: Fraction) -> Features:
    """The instance with one λ for all such that λ̄ is that multiple of λ0, rounded to the outside."""
    value = float(factor) * zero_threshold(net.classes, net.depth) * max(net.counts) ** (-1 / (net.depth + 1))
    lam = Fraction(floor(value * 10**9) + (factor > 1), 10**9)
    return attrs.evolve(net, reg=(lam,) * (net.depth + 1))


def _thresholds(net: Features) -> list[Finding]:
    from theorycheck.certificates.features_build import collapsed_part

    below, above = beside(net, 1 - _NEAR), beside(net, 1 + _NEAR)
    zero = ("objective of zero", [build.number(_HALF)])
    less = build.less(below.document, objective(below, points.collapsed(below), "objective of DNC"), zero)
    least = collapsed_part(above)
    if check.rational(least["value"]) < check.rational(_HALF):
        return unknown("above", "bound for collapsed points", f"{least['value']} at {above}, not 1/2")
    floor_above = build.all_of(above.document, {"above": least})
    first = found("below", "objective of DNC", _told(less, "left"), "< 1/2, that of zero", 1, f"at {below}", less)
    note = f"at {above}: nothing collapsed is below zero's objective"
    second = found("above", "bound for collapsed points", 0.5, ">= 1/2, that of zero", 1, note, floor_above)
    return [*first, *second]


def survives() -> Certificate:
    """SRG below zero's objective at λ = 1.02 λ0, K = 6, L = 4, where no collapsed point is."""
    from theorycheck.certificates.features_build import collapsed_part

    net = beside(Features(6, 4, "1/100"), Fraction(102, 100))
    point = points.cut(lambda r: 2)(net)
    less = build.less_parts(net.document, objective(net, point), ("zero", [build.number(_HALF)]))
    parts = {"collapsed": collapsed_part(net), "SRG": build.part("less", net.document, **less)}
    return build.all_of(net.document, parts)


def lower_threshold() -> Certificate:
    """DNC below zero's objective at .995 λ0, K = 3, L = 2."""
    net = beside(Features(3, 2, "1/100"), Fraction(995, 1000))
    zero = ("objective of zero", [build.number(_HALF)])
    return build.less(net.document, objective(net, points.collapsed(net)), zero)


def minority_power(net: Features, k: int) -> Fraction:
    """(λ_H Π λ_l) above which class k is lost: n_k^L / N^(L+1) · (L-1)^(L-1) / L^(2L)."""
    share = Fraction(net.counts[k] ** net.depth, net.samples ** (net.depth + 1))
    return share * zero_power(1, net.depth)


def _minority(net: Features) -> list[Finding]:
    from theorycheck.exact.dufm_blocks import single

    total = Fraction(1)
    for v in net.reg:
        total *= v
    lost = [k for k in range(net.classes) if total > minority_power(net, k)]
    dead = [k for k in range(net.classes) if single(net, k).scale == 0]
    holds = True if lost == dead else None
    note = (
        f"thresholds in exact numbers, scales in floats; lost by the formula {lost}, at the best diagonal point {dead}"
    )
    evidence = "SUPPORTED" if holds else "UNDECIDED"
    return [
        Finding("solve: lost classes", "lost classes", str(dead), str(lost), holds, evidence, net.classes, note=note)
    ]


WITHIN = Check("solve", "repeated best columns", _within)
INSERTED = Check("solve", "an inserted layer, exact", _inserted)
BLOCK_SUM = Check("solve", "a block sum, exact", _blocks)
THRESHOLDS = Check("solve", "both sides of the threshold", _thresholds)
MINORITY = Check("solve", "which classes are lost", _minority)

"""Builders of certificates about the deep unconstrained-features model; see `build` for those of every model."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import ctx, fmpq

from theorycheck.certificates import build, check, collapse, features, features_least
from theorycheck.errors import CertificateError

_REASONS = (check.Refused, check.Malformed, KeyError, TypeError, ValueError, ZeroDivisionError)


def document(instance: Any) -> Mapping:
    """The JSON document of an `UnconstrainedFeatures` instance; a document stays as it is."""
    return getattr(instance, "document", instance)


def factor_rows(factors: Iterable) -> list[list[list[str]]]:
    """Factors H, W_1, ..., W_L as the documents write them; floats as the binary rationals they are."""
    return [[[_exact(v) for v in row] for row in factor] for factor in factors]


def _exact(v: Any) -> str:
    return v if isinstance(v, str) else str(v if isinstance(v, fmpq) else Fraction(v))


def objective_term(factors: Iterable, quantity: str = "objective", index: int | None = None, **options: Any) -> dict:
    """One summand of a statement at explicit factors.

    Args:
        factors: H of shape (d_1, K), W_1, ..., W_L with W_l of shape (d_{l+1}, d_l), rational.
        quantity: `objective`, `fit`, `penalty`, or `norm` (squared Frobenius norm; that of H counts every sample).
        index: of the factor, for `norm`; 0 is H.
        options: `times` and `power`, see `build.term`.
    """
    term = build.term(quantity, {"factors": factor_rows(factors)}, **options)
    return term | ({"index": index} if index is not None else {})


# ---- lower bounds ---------------------------------------------------------------------------------------------------


def floor_part(instance: Any, rule: str, **data: Any) -> dict:
    """A lower bound of the objective for all parameters.

    Args:
        instance: an `UnconstrainedFeatures` or its document.
        rule: a key of `features.RULES`.
        data: what the rule reads; for `schatten`, `product`, `jensen` it is found here. Without `value` the bound that
            the rule proves is told, rounded down.

    Raises:
        CertificateError: the checker refuses; its reason is the message.
    """
    about = document(instance)
    found = {"rule": rule, **(_FOUND[rule](_model(about), data) if rule in _FOUND else data)}
    return build.part("floor", about, **{"value": found.get("value") or _proved(rule, about, found), **found})


def _proved(rule: str, about: Mapping, data: Mapping) -> str:
    """What the rule proves from the data, rounded down to a rational."""
    with ctx.workprec(check.BITS):
        try:
            bound = features.RULES[rule](data, check.model(about))
        except _REASONS as reason:
            raise CertificateError(f"no floor by the rule {rule!r}: {reason}") from None
        return features_least.told(bound if isinstance(bound, fmpq) else bound.lower().fmpq())


def _schatten(net: features.Features, data: Mapping) -> dict:
    costs = {str(n): features_least.bowl(fmpq(n, 2 * net.N), net.mean(fmpq(n)), net.L).value for n in {*net.n}}
    return {"least": costs, **data}


def _product(net: features.Features, data: Mapping) -> dict:
    square = features.root_sum(net)
    return {"value": features_least.bowl(square / (2 * net.N * net.K), net.mean(square), net.L).value, **data}


def _jensen(net: features.Features, data: Mapping) -> dict:
    """Without a spread told: just above the largest eigenvalue, which is a root between the two largest n_k."""
    data = dict(data)
    (second, first) = sorted(net.n)[-2:]
    if first > second and "spread" not in data:
        low, high = fmpq(second), fmpq(first)
        for _ in range(60):
            middle = (low + high) / 2
            gaps = [middle - n for n in net.n]
            good = all(gap != 0 for gap in gaps) and check.total(1 / gap for gap in gaps) <= 0
            low, high = (low, middle) if good else (middle, high)
        data["spread"] = str(high)
    ratio = fmpq(net.N * (net.K - 1), net.K)
    b = net.mean(ratio**2 / features.spread(data, net))
    return {"value": features_least.margin(net.K, net.L, b).value, **data}


_FOUND = {"jensen": _jensen, "product": _product, "schatten": _schatten}


def collapsed_part(instance: Any, **data: Any) -> dict:
    """A lower bound of the objective for all collapsed parameters; the best one where none is given.

    Args:
        instance: an `UnconstrainedFeatures` or its document.
        data: `value`, and for mse `least`, lower bounds of what a class of each size costs.
    """
    about = document(instance)
    return build.part("collapsed", about, **_collapsed(_model(about), data))


def _collapsed(net: features.Features, data: Mapping) -> dict:
    if net.loss == "mse":
        found = _schatten(net, data)
        value = check.total(check.rational(found["least"][str(n)]) for n in net.n)
        return {"value": features_least.told(value), **found}
    return {"value": _best(net).value, **data}


def _best(net: features.Features) -> features_least.Least:
    """The least value of balanced collapsed parameters, and their scale."""
    mean = net.mean(fmpq(net.n[0]))
    if net.loss == "mse":
        return features_least.bowl(fmpq(1, 2), net.K * mean, net.L)
    return features_least.margin(net.K, net.L, (net.K - 1) * mean)


def beaten_part(instance: Any, factors: Iterable, **data: Any) -> dict:
    """Factors whose objective is smaller than that of all collapsed parameters; data as for `collapsed_part`."""
    about = document(instance)
    return build.part("beaten", about, factors=factor_rows(factors), **_collapsed(_model(about), data))


def optimal_part(instance: Any) -> dict:
    """Nonzero collapsed parameters are globally optimal: mse, linear or K = 2; linear ce, L = 1 or K = 2."""
    about = document(instance)
    net = _model(about)
    return build.part("optimal", about, scale=_best(net).scale, **_collapsed(net, {}))


# ---- what explicit factors are ---------------------------------------------------------------------------------------


def multiple_part(instance: Any, factors: Iterable) -> dict:
    """Factors with output c I and a product of squared norms below that of collapsed parameters."""
    about, rows = document(instance), factor_rows(factors)
    with ctx.workprec(check.BITS):
        try:
            net = _model(about)
            norms, scale = net.norms(net.factors({"factors": rows})), net.output({"factors": rows})[0][0]
            product = features.times([norms[0] / net.n[0], *norms[1:]]) / scale**2
        except _REASONS as reason:
            raise CertificateError(f"no multiple of the identity: {reason}") from None
    return build.part("multiple", about, factors=rows, product=str(product))


def layers_part(instance: Any, factors: Iterable) -> dict:
    """The exact ranks of M_l and s(M_l) for l = 1, ..., L, and that of the output."""
    about, rows = document(instance), factor_rows(factors)
    *hidden, (Z, _, _) = _layers(about, rows)
    ranks = [[A.rank(), B.rank()] for A, B, _ in hidden]
    return build.part("layers", about, factors=rows, ranks=ranks, output=Z.rank())


def output_part(instance: Any, factors: Iterable) -> dict:
    """The output of explicit factors, its rank, and whether the true class has the largest entry in every column."""
    about, rows = document(instance), factor_rows(factors)
    Z, _, d = _layers(about, rows)[-1]
    table = Z.tolist()
    superior = all(table[k][k] > row[k] for k in range(len(table)) for j, row in enumerate(table) if j != k)
    matrix = [[str(fmpq(v, d)) for v in row] for row in table]
    return build.part("output", about, factors=rows, matrix=matrix, rank=Z.rank(), superior=superior)


def _layers(about: Mapping, rows: list) -> list:
    try:
        return _model(about).layers({"factors": rows})
    except _REASONS as reason:
        raise CertificateError(f"no factors of the instance: {reason}") from None


def curved_part(instance: Any, direction: Sequence | None = None, between: Sequence | None = None) -> dict:
    """A critical point with deep neural collapse where the objective curves down (linear ce, L >= 2).

    Args:
        instance: an `UnconstrainedFeatures` or its document, balanced.
        direction: symmetric (K, K) with row sums 0; by default one along which the form is smallest.
        between: rational ends of an interval around one critical alpha; by default around the larger one.
    """
    about = document(instance)
    net = _model(about)
    try:
        low, high = between or features_least.critical_scale(net.K, net.L, net.n[0] * net.product)
    except check.Refused as reason:
        raise CertificateError(str(reason)) from None
    rows = [[_exact(v) for v in row] for row in direction or _worst(net.K)]
    data = {"low": _told(low), "high": _told(high), "direction": rows}
    return build.part("curved", about, **data, curvature=_curvature(about, data))


def _told(v: Any) -> str:
    return features_least.decimal(check.rational(_exact(v)))


def _worst(K: int) -> list[list[int]]:
    """A symmetric matrix of row sums 0 with the smallest diagonal: a cycle of four classes with signs in turn."""
    small = {2: [[1, -1], [-1, 1]], 3: [[1, -2, 1], [-2, 1, 1], [1, 1, -2]]}
    entries = {(0, 1): 1, (1, 2): -1, (2, 3): 1, (0, 3): -1}
    return small.get(K) or [[entries.get((min(i, j), max(i, j)), 0) for j in range(K)] for i in range(K)]


def _curvature(about: Mapping, data: Mapping) -> Any:
    with ctx.workprec(check.BITS):
        try:
            return check.show(collapse.bend(data, _model(about))[0])
        except _REASONS as reason:
            raise CertificateError(f"no such direction: {reason}") from None


def root_part(name: str, expression: Any, low: Any, high: Any, left: Any, right: Any, instance: Any = None) -> dict:
    """An inequality at the only root of an expression in an interval.

    Args:
        name: what the certificate calls it.
        expression: a tree in `z`, see `check.tree`.
        low: rational end of the interval.
        high: the other end.
        left: tree in `z`, smaller there.
        right: tree in `z`, larger there.
        instance: what the certificate is about, if anything.
    """
    ends = {"low": str(low), "high": str(high)}
    about = None if instance is None else document(instance)
    return build.part("root", about, name=name, expression=expression, **ends, left=left, right=right)


def _model(about: Mapping) -> Any:
    with ctx.workprec(check.BITS):
        try:
            return features.about(check.model(about))
        except (*_REASONS, AttributeError) as reason:
            raise CertificateError(f"no instance of the unconstrained-features model: {reason}") from None

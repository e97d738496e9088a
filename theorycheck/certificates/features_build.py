"""Builders of certificates about the deep unconstrained-features model; see `build` for those of every model."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import exp, log1p
from typing import Any

from flint import arb, ctx, fmpq

from theorycheck.certificates import build, check, features
from theorycheck.errors import CertificateError

SLACK = Fraction(1, 10**13)  # what a told lower bound stays below the computed least value, as a part of it


def document(instance: Any) -> Mapping:
    """The JSON document of an `UnconstrainedFeatures` instance; a document stays as it is."""
    return getattr(instance, "document", instance)


def factor_rows(factors: Iterable) -> list[list[list[str]]]:
    """Factors H, W_1, ..., W_L as the documents write them: floats as the binary rationals they are."""
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
    data = {"rule": rule, **_found(rule, about, data)}
    if "value" not in data:
        data["value"] = str(_proved(rule, about, data))
    return build.part("floor", about, **data)


def _proved(rule: str, about: Mapping, data: Mapping) -> fmpq:
    """What the rule proves from the data, rounded down to a rational."""
    with ctx.workprec(check.BITS):
        try:
            bound = features.RULES[rule](data, check.model(dict(about)))
        except (check.Refused, check.Malformed, KeyError, TypeError, ZeroDivisionError) as reason:
            raise CertificateError(f"no floor by the rule {rule!r}: {reason}") from None
    return bound if isinstance(bound, fmpq) else below(Fraction(str(bound.lower().fmpq())))


def _found(rule: str, about: Mapping, data: Mapping) -> dict:
    """The data, with what this module can find for the rules of `features`."""
    net = _model(about)
    if rule == "schatten" and "least" not in data:
        return {"least": {str(n): _bowl(fmpq(n, 2 * net.N), net.mean(fmpq(n)), net.L) for n in {*net.n}}, **data}
    if rule == "product" and "value" not in data:
        return {"value": _bowl(fmpq(1, 2), net.mean(fmpq(net.n[0]) * net.K**2), net.L), **data}
    if rule == "jensen" and "value" not in data:
        return {"value": _margin(net, net.mean(fmpq(net.n[0]) * (net.K - 1) ** 2)), **data}
    return dict(data)


def collapsed_part(instance: Any, value: Any = None) -> dict:
    """A lower bound of the objective for all parameters with deep neural collapse; the best one where none is given."""
    about = document(instance)
    if value is None:
        net = _model(about)
        mean = net.mean(fmpq(net.n[0]))
        value = _bowl(fmpq(1, 2), net.K * mean, net.L) if net.loss == "mse" else _margin(net, (net.K - 1) * mean)
    return build.part("collapsed", about, value=str(value))


def multiple_part(instance: Any, factors: Iterable) -> dict:
    """Factors with output c I and a product of squared norms below that of deep neural collapse."""
    about, rows = document(instance), factor_rows(factors)
    net = _model(about)
    with ctx.workprec(check.BITS):
        try:
            norms, output = net.norms(net.factors({"factors": rows})), net.output({"factors": rows})
            product = norms[0] / net.n[0] / output[0][0] ** 2
            for v in norms[1:]:
                product *= v
        except (check.Refused, check.Malformed, ZeroDivisionError) as reason:
            raise CertificateError(f"no multiple of the identity: {reason}") from None
    return build.part("multiple", about, factors=rows, product=str(product))


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
            return features.about(check.model(dict(about)))
        except (check.Refused, check.Malformed, KeyError, TypeError, ValueError) as reason:
            raise CertificateError(f"no instance of the unconstrained-features model: {reason}") from None


def below(v: Fraction) -> str:
    """A decimal of 17 digits just below a positive number."""
    low = v * (1 - SLACK)
    places = 17 - len(str(int(low))) if low >= 1 else 16 + len(str(int(1 / low)))
    return f"{Decimal(int(low * Fraction(10) ** places)).scaleb(-places):f}"


def _bowl(a: fmpq, b: fmpq, L: int) -> str:
    """A rational just below the least value of a (1 - t^(L+1))^2 + b t^2 over t >= 0; `a` itself where it is at 0."""
    ratio, q = float(b / a), 2 / (L + 1)
    c = _least(lambda c: (1 - c) ** 2 + ratio * c**q, [k / 4000 for k in range(1, 4001)])
    t = Fraction(c ** (1 / (L + 1)))
    a, b = Fraction(str(a)), Fraction(str(b))
    got = a * (1 - t ** (L + 1)) ** 2 + b * t * t
    return str(a) if got * (1 - SLACK) >= a else below(got)


def _margin(net: features.Features, b: fmpq) -> str:
    """A rational just below the least value of log(1 + (K - 1) e^-u) + b u^(2/(L+1)) over u >= 0."""
    k, slope, q = net.K - 1, float(b), 2 / (net.L + 1)
    u = _least(lambda u: log1p(k * exp(-u)) + slope * u**q, [10 ** (j / 200 - 5) for j in range(1601)])
    with ctx.workprec(check.BITS):
        got = [(k * (-arb(u)).exp()).log1p() + arb(b) * arb(u) ** arb(fmpq(2, net.L + 1)), arb(net.K).log()]
        return below(min(Fraction(str(v.lower().fmpq())) for v in got))


def _least(f: Any, grid: list[float]) -> float:
    """Where a function of one number is least: the best point of a grid, refined by golden sections."""
    best = min(range(len(grid)), key=lambda j: f(grid[j]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    for _ in range(80):
        p, q = low + 0.382 * (high - low), low + 0.618 * (high - low)
        low, high = (low, q) if f(p) <= f(q) else (p, high)
    return (low + high) / 2

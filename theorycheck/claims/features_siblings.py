"""False siblings of the claims on unconstrained features, each with the exact witness that refutes it."""

from collections.abc import Callable
from fractions import Fraction

from flint import fmpq, fmpq_mat

from theorycheck.certificates import build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.checks import features_numbers as numbers
from theorycheck.claims.checks import features_points as points
from theorycheck.claims.checks.features_critical import unbalanced_point
from theorycheck.claims.checks.features_curved import critical_scale
from theorycheck.claims.checks.features_nuclear import square
from theorycheck.claims.checks.features_solved import objective
from theorycheck.models.features import UnconstrainedFeatures as Features

Refutation = Callable[[], Certificate]
_SLACK = Fraction(1, 10**6)


def collapsed_below(net: Features, point: points.Builder) -> Refutation:
    """DNC at its best scale has a smaller objective than the point."""
    return lambda: build.less(
        net.document, objective(net, points.collapsed(net), "objective of DNC"), objective(net, point(net))
    )


def point_below(net: Features, point: points.Builder, zero: object = "1/2") -> Refutation:
    """The point has a smaller objective than zero, which has 1/2 for the squared loss."""
    name = ("objective of zero", [build.number(zero)])
    return lambda: build.less(net.document, objective(net, point(net)), name)


def never_lower(net: Features, rule: str) -> Refutation:
    """No parameters at all are below DNC by as much as a millionth."""

    def refute() -> Certificate:
        from theorycheck.certificates.features_build import floor_part

        floor = floor_part(net, rule)
        above = ("the floor and a millionth", [build.number(str(Fraction(floor["value"]) + _SLACK))])
        less = build.less_parts(net.document, objective(net, points.collapsed(net), "objective of DNC"), above)
        parts = {"for all parameters": floor, "DNC": build.part("less", net.document, **less)}
        return build.all_of(net.document, parts)

    return refute


def shares_matter() -> Certificate:
    """K = 4, L = 1: four times the least objective is above the sum of two times that of two classes."""
    from theorycheck.certificates.features_build import floor_part

    net = Features(4, 1, "3/40")  # τ = .3; two classes have λ = 3/20 and the objective .255 too
    floor = floor_part(net, "schatten")
    left = ("sum for two and two classes", [build.number("51/100")])
    less = build.less_parts(net.document, left, ("4 times the floor", [build.number(floor["value"]) | {"times": "4"}]))
    parts = {"for all parameters": floor, "the sum is smaller": build.part("less", net.document, **less)}
    return build.all_of(net.document, parts)


def same_norms() -> Certificate:
    """The matrix I, two columns: the ReLU leaves its nuclear norm as it is."""
    M = fmpq_mat([[1, 0], [0, 1]])
    difference = [build.number(square(M)), build.number(square(M)) | {"times": "-1"}]
    return build.seal("value", None, **build.value_parts(None, "|M|_*^2 - |s(M)|_*^2 at M = I", difference))


def unequal_norms() -> Certificate:
    """H = 2 I and W_1 = I / 2 give the output I with unequal norms."""
    from theorycheck.certificates.features_build import objective_term

    net = Features(2, 1, "1/10", "ce", "linear")
    factors = (fmpq_mat([[2, 0], [0, 2]]), fmpq_mat([[1, 0], [0, 1]]) / 2)
    sides = [(f"|{n}|^2", [objective_term(points.rows(factors), "norm", k)]) for k, n in ((1, "W_1"), (0, "H"))]
    return build.less(net.document, sides[0], sides[1])


def little_gained() -> Certificate:
    """K = 2, L = 1, λ = 1/20: a point that centring improves by less than 1/10."""
    net = Features(2, 1, "1/20", "ce", "linear")
    before = unbalanced_point(net)
    S = fmpq_mat([[fmpq(1, 2), fmpq(-1, 2)], [fmpq(-1, 2), fmpq(1, 2)]])
    after = objective(net, (before[0], S * before[1]))[1]
    right = ("objective with a centred output, and 1/10", [*after, build.number("1/10")])
    return build.less(net.document, objective(net, before, "objective before"), right)


def large_scale() -> Certificate:
    """K = 4, L = 2, λ = 1/10000: the scale of the collapsed critical point is above 5."""
    from theorycheck.certificates.features_build import root_part

    net = Features(4, 2, "1/10000", "ce", "linear")
    alpha = Fraction(round(critical_scale(net) * 10**9), 10**9)
    product = numbers.times(numbers.power(numbers.plus(["exp", "z"], 3), 3), Fraction(1, 10**12))
    ends = alpha - Fraction(1, 10**6), alpha + Fraction(1, 10**6)
    equation = numbers.plus(product, numbers.times(-1, "z"))
    part = root_part("5 against the scale of DNC", equation, *ends, "5", "z", net)
    return build.all_of(net.document, {"scale": part})

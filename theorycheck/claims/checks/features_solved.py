"""Checks by explicit points and certified bounds: a point below every collapsed one, or a floor that it reaches."""

from collections.abc import Callable

from flint import fmpq

from theorycheck.certificates import build, check
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.checks import features_points as points
from theorycheck.claims.checks.features_points import Builder, Factors
from theorycheck.claims.claim import Check, Finding
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures as Features

AGREEMENT = 1e-9  # relative: a certified objective this close above a certified floor counts as reaching it


def objective(net: Features, factors: Factors, name: str = "objective at the point") -> tuple[str, list[dict]]:
    """One side of an inequality: the objective at explicit factors."""
    from theorycheck.certificates.features_build import objective_term

    return name, [objective_term(points.rows(factors))]


def below_collapse(net: Features, factors: Factors, claim: object = None) -> Certificate:
    """The certificate that a point lies below every collapsed one, with the exact ranks of its layers.

    Raises:
        CertificateError: it does not, or the checker has no bound for collapsed points here.
    """
    from theorycheck.certificates.features_build import beaten_part, layers_part

    told = points.rows(factors)
    parts = {"below every collapsed point": beaten_part(net, told), "ranks": layers_part(net, told)}
    return build.all_of(net.document, parts, claim)


def reaches_floor(net: Features, factors: Factors, rule: str, claim: object = None) -> tuple[Certificate, float]:
    """The certificate of a floor for all parameters and of the objective at a point, with their relative distance.

    Where the checker knows collapsed parameters to be optimal, that statement is a part too.

    Raises:
        CertificateError: the checker has no such floor here.
    """
    from theorycheck.certificates.features_build import floor_part, optimal_part

    floor = floor_part(net, rule)
    value = build.part("value", net.document, **build.value_parts(net.document, *objective(net, factors)))
    parts = {"for all parameters": floor, "a point": value}
    if net.balanced and any(v != 0 for v in factors[0].entries()):
        parts["collapse is optimal"] = optimal_part(net)
    certificate = build.all_of(net.document, parts, claim)
    low, high = check.rational(floor["value"]), _upper(value["value"])
    return certificate, float((high - low) / high)


def _upper(told: object) -> fmpq:
    return check.rational(told["hi"] if isinstance(told, dict) else told)


def beaten(name: str, point: Builder, breaks: bool = False) -> Check:
    """A check that an explicit point lies below every collapsed one.

    Args:
        name: of the point.
        point: builds it.
        breaks: whether such a point breaks the claim instead of holding it up.
    """

    def run(net: Features) -> list[Finding]:
        try:
            factors = point(net)
            certificate = below_collapse(net, factors)
        except (CertificateError, InvalidInstance) as reason:
            return [_nothing(name, str(reason))]
        beaten_, layers = certificate.document["parts"]
        value, bound = points.loss_of(net, factors), float(check.rational(beaten_["value"]))
        return [
            Finding(
                f"solve: {name}",
                "objective at an explicit point",
                value,
                f"every collapsed point is at least {bound:.12g}",
                not breaks,
                "CERTIFIED",
                1,
                note=f"exact parameters; (before, after ReLU) their layers have ranks {layers['ranks']}, the output "
                f"{layers['output']}; the bound is for all collapsed parameters of any width",
                margin=bound - value,
                certificate=certificate,
            )
        ]

    return Check("solve", f"{name} against every collapsed point", run)


def multiple(name: str, point: Builder, breaks: bool = False) -> Check:
    """A check, for all λ at once, that an exact point with output c I has a smaller product of norms than DNC.

    Args:
        name: of the point.
        point: builds it.
        breaks: whether such a point breaks the claim instead of holding it up.
    """

    def run(net: Features) -> list[Finding]:
        from theorycheck.certificates.features_build import multiple_part

        try:
            part = multiple_part(net, points.rows(point(net)))
        except (CertificateError, InvalidInstance) as reason:
            return [_nothing(name, str(reason))]
        bound = net.classes ** (net.depth + 1)
        return [
            Finding(
                f"solve: {name}",
                "product of the squared norms at output I, one sample a class",
                part["product"],
                f"DNC: {bound}",
                not breaks,
                "CERTIFIED",
                1,
                note="for every regularisation: no DNC solution with a nonzero output is optimal",
                certificate=build.all_of(net.document, {"output and norms": part}),
            )
        ]

    return Check("solve", f"{name}: the product of norms", run)


def _middle(told: object) -> float:
    return float(told["lo"]) if isinstance(told, dict) else float(check.rational(told))


def _nothing(name: str, reason: str) -> Finding:
    return Finding(f"solve: {name}", "could not be shown", None, None, None, "UNDECIDED", 0, note=reason[:300])


def optimal(rule: str, point: Builder = points.collapsed) -> Check:
    """A check that a point, by default the best collapsed one, attains a lower bound for all parameters.

    Args:
        rule: of the bound.
        point: builds it.
    """
    name = f"floor ({rule})"

    def run(net: Features) -> list[Finding]:
        try:
            certificate, gap = reaches_floor(net, point(net), rule)
        except (CertificateError, InvalidInstance) as reason:
            return [_nothing(name, str(reason))]
        reached = gap <= AGREEMENT
        low, high = (part["value"] for part in certificate.document["parts"][:2])
        return [
            Finding(
                f"solve: {name}",
                "lower bound for all parameters, and a point's objective",
                f"{_middle(low):.12g} and {_middle(high):.12g}",
                f"agree within {AGREEMENT:g}, relative",
                True if reached else None,
                "CERTIFIED" if reached else "UNDECIDED",
                int(reached),
                note=f"relative distance {gap:.3g}; the point is exact, the bound is for any width",
                margin=AGREEMENT - gap,
                certificate=certificate,
            )
        ]

    return Check("solve", f"the point attains the floor ({rule})", run)


def strictly(name: str, sides: Callable[[Features], tuple], about: str) -> Check:
    """A check of a strict inequality between two sums of quantities at explicit points.

    Args:
        name: of the check.
        sides: the smaller and the larger one, each as (name, terms).
        about: what it says.
    """

    def run(net: Features) -> list[Finding]:
        left, right = sides(net)
        try:
            certificate = build.less(net.document, left, right)
        except CertificateError as reason:
            return [_nothing(name, str(reason))]
        value, bound = (_middle(certificate.document[side]["value"]) for side in ("left", "right"))
        return [
            Finding(
                f"solve: {name}",
                left[0],
                value,
                f"< {right[0]} = {bound:.12g}",
                True,
                "CERTIFIED",
                1,
                note=about,
                margin=bound - value,
                certificate=certificate,
            )
        ]

    return Check("solve", name, run)

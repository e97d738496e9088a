"""Checks of inequalities at exact points of the zero-loss set, in rational or ball arithmetic."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

from flint import ctx, fmpq

from theorycheck.certificates import build, check
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.attacks.points import equal_point
from theorycheck.claims.checks.rates import bounds, coherence, global_rate
from theorycheck.claims.checks.sampling import points
from theorycheck.claims.claim import Candidate, Check, Finding
from theorycheck.errors import InvalidInstance
from theorycheck.models.instance import Instance

POINTS = 12
Measure = Callable[[Candidate], Any]
Witness = Callable[[Candidate], Certificate]


def over_points(name: str, quantity: str, measure: Measure, witness: Witness | None = None) -> Check:
    """A check that a number is nowhere negative.

    Args:
        name: of the check.
        quantity: what the number is.
        measure: a rational or a ball at a candidate.
        witness: the certificate that the number is positive at a candidate.
    """

    def run(instance: Instance) -> list[Finding]:
        saved, ctx.prec = ctx.prec, check.BITS
        try:
            seen = [(v, c) for c in points(instance, POINTS) if (v := _measured(measure, c)) is not None]
            return [_finding(name, quantity, seen, witness)]
        finally:
            ctx.prec = saved

    return Check("solve", name, run)


def _measured(measure: Measure, candidate: Candidate) -> Any:
    try:
        return measure(candidate)
    except (check.Refused, InvalidInstance):  # off the smooth part, or a label that the equal point cannot fit
        return None


def _finding(name: str, quantity: str, seen: list, witness: Witness | None) -> Finding:
    """REFUTED needs a certificate, which a search makes; here a negative number only leaves the claim undecided."""
    tightest = min(seen, key=lambda pair: float(pair[0]), default=(None, None))
    positive = [pair for pair in seen if pair[0] > 0]
    # points where the number is 0 by itself (one neuron, neurons that agree) assert nothing
    holds = True if positive and all(value >= 0 for value, _ in seen) else None
    certificate = witness(min(positive, key=lambda pair: float(pair[0]))[1]) if holds and witness else None
    certified = certificate is not None
    least = tightest[0]
    kept = "the certificate is for the tightest positive one" if certificate else "no certificate is kept"
    return Finding(
        check=f"solve: {name}",
        quantity=f"least {quantity}",
        value=None if least is None else str(least) if isinstance(least, fmpq) else float(least),
        bound=">= 0",
        holds=holds,
        evidence="CERTIFIED" if certified else "SUPPORTED" if holds else "UNDECIDED",
        assertions=len(positive),
        note=f"{len(seen)} exact points with small coordinates, in exact or ball arithmetic; {kept}",
        margin=None if least is None else float(least),
        certificate=certificate,
    )


def network_of(instance: Instance) -> check.Network:
    """The checker's own network, which recomputes everything from the instance's rationals."""
    return check.Network(document_of(instance))


def document_of(instance: Instance) -> dict:
    """The instance as certificates carry it."""
    return build.instance_document(instance.data, instance.network, instance.loss)


def excess(candidate: Candidate) -> Any:
    """F at the point less F where all neurons agree."""
    if agrees(candidate):  # the same point, told in two coordinates
        return fmpq(0)
    net = network_of(candidate.instance)
    return net.trace(candidate.point) - net.trace(equal_point(candidate.instance))


def agrees(candidate: Candidate) -> bool:
    """Whether all neurons agree on every sample."""
    return candidate.point["coordinate"] != "theta" and all(len(set(row)) == 1 for row in candidate.point["values"])


def squared_gradient(candidate: Candidate) -> Any:
    """|grad_M F|² at the point, exact."""
    rows = network_of(candidate.instance).forces(candidate.point)[1]
    return sum((c * c for row in rows for c in row), fmpq(0))


def rational(value: Any) -> Fraction:
    """An upper bound of a number of the checker, as a Fraction."""
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    top = value.upper()
    man, exp = top.man_exp()
    return Fraction(int(man)) * Fraction(2) ** int(exp)


def _flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _dominance(candidate: Candidate) -> Any:
    net = network_of(candidate.instance)
    level = rational(net.trace(candidate.point))
    rate = global_rate(candidate.instance, level)
    return squared_gradient(candidate) - _flint(rate) * excess(candidate)


def _distance(candidate: Candidate) -> Any:
    """|grad|² less (κ w_min ϱ1 ϱ2)² μ max (z_ij - ν_i)²."""
    if agrees(candidate):
        return squared_gradient(candidate)
    factor, gaps = _distance_parts(candidate)
    return squared_gradient(candidate) - _flint(factor) * max(gaps, key=float)


def _distance_parts(candidate: Candidate) -> tuple[Fraction, list]:
    instance = candidate.instance
    net, (rho1, rho2) = network_of(instance), bounds(instance)
    least = min(instance.inputs.squared_norms())
    factor = (instance.kappa * least * rho1 * rho2) ** 2 * coherence(instance)
    near, far = net.feasible(equal_point(instance))[0], net.feasible(candidate.point)[0]
    return factor, [(a("z") - b("z")) ** 2 for r, s in zip(near, far, strict=True) for a, b in zip(r, s, strict=True)]


def _box(candidate: Candidate) -> Any:
    """The negative of the fastest rise of a sample's largest preactivation."""
    net = network_of(candidate.instance)
    pull = net.forces(candidate.point)[1]
    return min((check.dot(pull[j], net.X[i]) for i, j in enumerate(_tops(net, candidate))), key=float)


def _tops(net: check.Network, candidate: Candidate) -> list[int]:
    """For each sample the neuron with the largest preactivation."""
    spots = net.feasible(candidate.point)[0]
    return [max(range(net.m), key=lambda j, row=row: float(row[j]("z"))) for row in spots]


def _box_witness(candidate: Candidate) -> Certificate:
    document, tops = document_of(candidate.instance), _tops(network_of(candidate.instance), candidate)
    parts = {}
    for i, j in enumerate(tops):
        left = (f"velocity of z at {i},{j}", [build.term("velocity", candidate.point, entry=(i, j))])
        parts[f"sample {i}"] = build.part(
            "less", document, **build.less_parts(document, left, ("0", [build.number("0")]))
        )
    return build.all_of(document, parts)


def _jensen_witness(candidate: Candidate) -> Certificate:
    equal, here = equal_point(candidate.instance), candidate.point
    left, right = (
        ("F where all neurons agree", [build.term("trace", equal)]),
        ("F at the point", [build.term("trace", here)]),
    )
    return build.less(document_of(candidate.instance), left, right)


def _dominance_witness(candidate: Candidate) -> Certificate:
    instance, here = candidate.instance, candidate.point
    rate = global_rate(instance, rational(network_of(instance).trace(here)))
    gap = [build.term("trace", here, times=rate), build.term("trace", equal_point(instance), times=-rate)]
    right = ("squared Riemannian gradient", [build.term("gradient", here)])
    return build.less(document_of(instance), (f"{rate} (F - F*)", gap), right)


def _distance_witness(candidate: Candidate) -> Certificate:
    """Every |z_ij - ν_i| is below r, and the squared gradient is above the stated multiple of r²."""
    instance, here = candidate.instance, candidate.point
    document, equal = document_of(instance), equal_point(instance)
    factor, gaps = _distance_parts(candidate)
    r = Fraction(int(float(max(gaps, key=float)) ** 0.5 * 10**9) + 1, 10**9)
    bound, parts = build.number(str(r)), {}
    for i, j in product(range(instance.data.n), range(instance.network.width)):
        for sign in (1, -1):
            terms = [
                build.term("preactivation", here, sign, entry=(i, j)),
                build.term("preactivation", equal, -sign, entry=(i, j)),
            ]
            sides = build.less_parts(document, (f"{sign} (z - nu) at {i},{j}", terms), ("r", [bound]))
            parts[f"distance {i},{j},{sign}"] = build.part("less", document, **sides)
    right = ("squared Riemannian gradient", [build.term("gradient", here)])
    sides = build.less_parts(document, ("c r^2", [build.number(str(factor * r**2))]), right)
    return build.all_of(document, {**parts, "gradient": build.part("less", document, **sides)})


JENSEN = over_points("F is at least its value at equal neurons", "F - F_equal", excess, _jensen_witness)
GRADIENT_DOMINANCE = over_points("gradient dominance", "|grad F|^2 - c (F - F*)", _dominance, _dominance_witness)
DISTANCE = over_points("distance to the prediction", "|grad F|^2 - c max (z_ij - nu_i)^2", _distance, _distance_witness)
BOX = over_points("the largest preactivation does not rise", "fall of the largest preactivation", _box, _box_witness)


def witnessed(name: str, quantity: str, witness: Callable[[], Certificate]) -> Check:
    """A check of a statement that stands in the library to be refuted: it replays the exact witness against it."""

    def run(instance: Instance) -> list[Finding]:
        found = witness()
        found.verify()
        note = "a witness on an instance of its own, which the certificate carries"
        return [
            Finding(
                f"solve: {name}", quantity, "as certified", "0", False, "CERTIFIED", 1, note=note, certificate=found
            )
        ]

    return Check("solve", name, run)

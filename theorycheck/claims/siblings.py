"""False siblings of the claims on two-layer networks, each with the exact witness that refutes it."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from flint import ctx

from theorycheck.certificates import build, check
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.attacks.points import complete, equal_point
from theorycheck.claims.checks.curved import pair_direction
from theorycheck.claims.checks.pointwise import document_of, excess, network_of, rational, squared_gradient
from theorycheck.claims.checks.rates import bounds, coherence, global_rate
from theorycheck.claims.checks.sampling import points
from theorycheck.claims.claim import Candidate
from theorycheck.claims.instances import smallest
from theorycheck.errors import CertificateError, InvalidClaim
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.networks import TwoLayer

_TRIES = 200


def _exact_candidate(instance: Instance, rows: list, kind: str = "z") -> Candidate:
    candidate = complete(instance, kind, [[Fraction(v) for v in row] for row in rows])
    if candidate is None:
        raise InvalidClaim("a sibling's witness has no exact labels")
    return candidate


def _first(instance: Instance, refutes: Callable[[Candidate], Certificate | None]) -> Certificate:
    """The certificate at the first exact point that refutes.

    Raises:
        InvalidClaim: none of the points does; the suite then has no power against the sibling.
    """
    with ctx.workprec(check.BITS):
        for candidate in _points(instance):
            try:
                certificate = refutes(candidate)
            except (check.Refused, CertificateError):
                continue
            if certificate is not None:
                return certificate
    raise InvalidClaim(f"no witness against the sibling among {_TRIES} exact points")


def _points(instance: Instance) -> Iterator[Candidate]:
    return points(instance, _TRIES)


def _less(candidate: Candidate, left: tuple[str, list], right: tuple[str, list]) -> Certificate:
    return build.less(document_of(candidate.instance), left, right)


def nonzero_rank() -> Certificate:
    """A minimiser whose preactivations have rank one, not zero."""
    candidate = _exact_candidate(smallest("cubic", 0, 2), [[1, 1]])
    document = document_of(candidate.instance)
    still = build.value_parts(document, "squared gradient", [build.term("gradient", candidate.point)])
    rank = build.rank_parts("(z_ij)", [[1, 1]], document)
    parts = {"stationary": build.part("value", document, **still), "rank": build.part("rank", document, **rank)}
    return build.all_of(document, parts)


def above_equal() -> Certificate:
    """A point where F exceeds its value at equal neurons."""
    candidate = _exact_candidate(smallest("cubic", 0, 2), [[1, 0]])
    left = ("F where all neurons agree", [build.term("trace", equal_point(candidate.instance))])
    return _less(candidate, left, ("F at the point", [build.term("trace", candidate.point)]))


def faster_rate(factor: int = 100) -> Callable[[], Certificate]:
    """A point where the gradient falls short of `factor` times the bound of gradient dominance."""

    def refutes(candidate: Candidate) -> Certificate | None:
        instance, here = candidate.instance, candidate.point
        rate = factor * global_rate(instance, rational(network_of(instance).trace(here)))
        if not squared_gradient(candidate) < excess(candidate) * check.rational(str(rate)):
            return None
        gap = [build.term("trace", here, times=rate), build.term("trace", equal_point(instance), times=-rate)]
        left = ("squared Riemannian gradient", [build.term("gradient", here)])
        return _less(candidate, left, (f"{factor} times the bound", gap))

    return lambda: _first(smallest("cubic", 0, 2), refutes)


def closer(factor: int = 100) -> Callable[[], Certificate]:
    """A point that is farther from the prediction than 1 / `factor` of the bound."""

    def refutes(candidate: Candidate) -> Certificate | None:
        instance, here = candidate.instance, candidate.point
        rho1, rho2 = bounds(instance)
        weight = instance.kappa * min(instance.inputs.squared_norms()) * rho1 * rho2
        squared = weight**2 * coherence(instance)
        far = _away(instance, here)
        got = build.value_parts(document_of(instance), "z - nu", far)["value"]
        r = Fraction(got) if isinstance(got, str) else Fraction(got["lo"])
        if r <= 0:
            return None
        r = r.limit_denominator(1000) * Fraction(999, 1000)
        document = document_of(instance)
        near = build.less_parts(document, ("r", [build.number(str(r))]), ("z - nu at 0,0", far))
        bound = ("(bound / factor)^2 r^2", [build.number(str(factor**2 * squared * r**2))])
        slow = build.less_parts(document, ("squared gradient", [build.term("gradient", here)]), bound)
        parts = {"far": build.part("less", document, **near), "slow": build.part("less", document, **slow)}
        return build.all_of(document, parts)

    return lambda: _first(smallest("cubic", 0, 2), refutes)


def _away(instance: Instance, here: dict) -> list[dict]:
    """Z - ν of the first neuron on the first sample."""
    equal, first = equal_point(instance), (0, 0)
    return [build.term("preactivation", here, entry=first), build.term("preactivation", equal, -1, entry=first)]


def negative_curvature() -> Certificate:
    """A point with a direction of negative curvature."""

    def refutes(candidate: Candidate) -> Certificate | None:
        direction = pair_direction(candidate, network_of(candidate.instance))
        found = build.direction(document_of(candidate.instance), candidate.point, direction) if direction else None
        return found if found and Fraction(found.document["curvature"]) < 0 else None

    return _first(smallest("cubic", 0, 2), refutes)


def stays_put() -> Certificate:
    """A zero-loss point with unequal neurons: without noise gradient descent never leaves it."""
    candidate = _exact_candidate(smallest("cubic", 0, 2), [[1, 0]])
    left = ("z of neuron 2", [build.term("preactivation", candidate.point, entry=(0, 1))])
    return _less(candidate, left, ("z of neuron 1", [build.term("preactivation", candidate.point, entry=(0, 0))]))


def two_vectors() -> Certificate:
    """A minimiser whose neurons differ off the span of the data."""
    data = Dataset([[1, 0]], [4], name="one sample, two inputs")
    candidate = _exact_candidate(Instance(data, TwoLayer(2, "cubic")), [[1, 0], [1, 1]], "theta")
    document = document_of(candidate.instance)
    still = build.value_parts(document, "squared gradient", [build.term("gradient", candidate.point)])
    rank = build.rank_parts("theta", [[1, 0], [1, 1]], document)
    parts = {"stationary": build.part("value", document, **still), "rank": build.part("rank", document, **rank)}
    return build.all_of(document, parts)


def neurons_disagree() -> Certificate:
    """With weights 1 and 2, a stationary point whose neurons disagree."""
    instance = smallest("cubic", 0, 2, output_weights=(Fraction(1), Fraction(2)))
    candidate = _exact_candidate(instance, [[2, 1]])
    document = document_of(candidate.instance)
    still = build.value_parts(document, "squared gradient", [build.term("gradient", candidate.point)])
    entries = [build.term("preactivation", candidate.point, entry=(0, j)) for j in (0, 1)]
    differ = build.less_parts(document, ("z of neuron 2", entries[1:]), ("z of neuron 1", entries[:1]))
    parts = {"stationary": build.part("value", document, **still), "differ": build.part("less", document, **differ)}
    return build.all_of(document, parts)


def largest_falls() -> Certificate:
    """A point where the largest preactivation moves down."""
    candidate = _exact_candidate(smallest("cubic", 0, 2), [[1, 0]])
    velocity = ("velocity of the largest z", [build.term("velocity", candidate.point, entry=(0, 0))])
    return _less(candidate, velocity, ("0", [build.number("0")]))


def bias_counts() -> Certificate:
    """With a bias the least trace is above the one without the 1 in w_i."""
    candidate = _exact_candidate(smallest("cubic", 0, 2, bias=True), [[1, 1]])
    without = build.number("32")  # kappa m |x|^2 phi'(1)^2 with kappa = |x| = 1, m = 2, phi' = 3 z^2 + 1
    return _less(candidate, ("value without the bias", [without]), ("F", [build.term("trace", candidate.point)]))


def trace_is_not_half() -> Certificate:
    """At z = (1, 1) for z^3 + z the trace is 32, which is above 16."""
    candidate = _exact_candidate(smallest("cubic", 0, 2), [[1, 1]])
    half = [build.term("trace", candidate.point, times="1/2")]
    return _less(candidate, ("F / 2", half), ("trace of the Hessian", [build.term("trace", candidate.point)]))


def beside_equal() -> Certificate:
    """Dependent samples 1 and 2: equal neurons at 1/2 fit the labels, and (2, 2, -5/2) is stationary beside them."""
    template = Instance(Dataset([[1], [2]], [0, 0], name="dependent samples"), TwoLayer(3, "cubic"))
    candidate = _exact_candidate(template, [[2], [2], [Fraction(-5, 2)]], "theta")
    document, equal = document_of(candidate.instance), build.point("theta", [[Fraction(1, 2)]] * 3)
    still = build.value_parts(document, "squared gradient", [build.term("gradient", candidate.point)])
    fits = build.value_parts(document, "trace where all neurons agree", [build.term("trace", equal)])
    entries = [build.term("preactivation", candidate.point, entry=(0, j)) for j in (0, 2)]
    differ = build.less_parts(document, ("z of neuron 3", entries[1:]), ("z of neuron 1", entries[:1]))
    parts = {"stationary": build.part("value", document, **still), "differ": build.part("less", document, **differ)}
    positive = {"relation": ">"}
    signs = {n: build.part("sign", document, name=n, order=len(n) - 3, **positive) for n in ("phi'", "phi'''")}
    return build.all_of(document, {**signs, **parts, "equal neurons fit": build.part("value", document, **fits)})

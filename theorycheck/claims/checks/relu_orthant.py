"""A check on data in the positive orthant: at least squares all gradients vanish, exactly."""

from fractions import Fraction

import attrs

from theorycheck.certificates import build, relu_build
from theorycheck.claims.checks.relu_found import brief, certified, solving
from theorycheck.claims.claim import Finding
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

ONE = Dataset([[2]], [3], name="one positive sample")


def split(beta: tuple[Fraction, ...]) -> dict:
    """Two neurons in the orthant with outputs of both signs that add up to β: its positive and its negative part."""
    zero = Fraction(0)
    parts = [[max(sign * v, zero) for v in beta] for sign in (1, -1)]
    live = [(sign, part) for sign, part in zip((1, -1), parts, strict=True) if any(part)]
    return relu_build.trained_point([sign for sign, _ in live], [part for _, part in live])


def _at_rest(one: ReluInstance) -> list[Finding]:
    from theorycheck.exact.two_sided import least_squares

    fit = least_squares(one.data, range(one.data.n))
    point = split(fit.beta)
    net = attrs.evolve(one, width=max(1, len(point["a"])))
    if not point["a"]:
        point = relu_build.trained_point([0], [[1] * one.data.d])
    still = relu_build.still_part(net, point)
    terms = [relu_build.term("loss", point)]
    value = build.part("value", net.document, **build.value_parts(net.document, "loss", terms))
    certificate = build.all_of(net.document, {"at rest": still, "loss": value})
    expected = fit.squares / (2 * one.data.n)
    holds = True if value["value"] == str(expected) else None
    return certified(
        "least squares", "gradients at least squares", "0", "0", certificate, f"loss {brief(expected)}", holds=holds
    )


AT_REST = solving("at rest at least squares, exact", "gradients at least squares", _at_rest)

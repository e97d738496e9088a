"""Two-sided least squares that are not what training could end at: not at rest, interpolating, or not to be had."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import attrs

from theorycheck.certificates import relu_build
from theorycheck.certificates.build import number
from theorycheck.claims.attacks.exactly import Evidence, less
from theorycheck.claims.attacks.features_exactly import part, short
from theorycheck.claims.attacks.relu_extremal_grids import spread
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

_FIELDS = ("split", "beta_plus", "beta_minus", "weights")  # of the certificate of the two fits


@lru_cache(maxsize=512)
def fits(data: Dataset) -> Any:
    """The two-sided fit along the alignment vector; None where there is no split."""
    from theorycheck.exact.two_sided import two_sided_ols

    try:
        return two_sided_ols(data)
    except InvalidInstance:
        return None


def fits_evidence(one: ReluInstance, role: str) -> Evidence | None:
    """The fits, the network of two neurons that they make, its loss, and whether it is at rest."""
    found = fits(one.data)
    if found is None or not one.relu or one.loss != "square" or found.certificate is None:
        return None
    told = found.certificate.document
    return (role, "two-sided", {name: told[name] for name in _FIELDS if name in told})


def two_neurons(found: Any) -> dict:
    """The network of the two fits as a point of width 2."""
    return relu_build.trained_point((1, -1), (found.beta_plus, [-v for v in found.beta_minus]))


def every(space: Space) -> Iterator[Candidate | Looked]:
    """Instances of the space and random small samples, without a point."""
    count = 0
    for one in spread(space):
        count += 1
        yield Candidate(one, {})
    yield Looked(0, f"{count} samples")


# ---- not at rest ----------------------------------------------------------------------------------------------------


def _moving(candidate: Candidate) -> Violation | None:
    one = candidate.instance
    found = fits(one.data) if one.relu else None
    if found is None or found.stationary is not False:
        return None
    shown = fits_evidence(one, "violates")
    if shown is None:
        return None
    own = all(_dot(one.data.X[k], found.beta_plus) > 0 for k in found.plus.rows)
    own = own and all(_dot(one.data.X[k], found.beta_minus) < 0 for k in found.minus.rows)
    return Violation(
        quantity="gradient of the network of the two fits",
        bound="0: a stationary point of both layers, else training does not end there",
        value="not 0, though each fit has its signs on its own side" if own else "not 0",
        size=1.0,
        evidence=(shown,),
    )


def _dot(row: Any, beta: Any) -> Fraction:
    return sum((a * b for a, b in zip(row, beta, strict=True)), Fraction(0))


# ---- no threshold ---------------------------------------------------------------------------------------------------


def _fitting(candidate: Candidate) -> Violation | None:
    """The two-sided network interpolates, so that training does not stop short of that."""
    one = candidate.instance
    found = fits(one.data)
    if found is None or found.network_loss != 0 or not any(one.data.y):
        return None
    shown = fits_evidence(one, "violates")
    if shown is None:
        return None
    same = found.single_loss == 0
    return Violation(
        quantity="training loss of the two-sided fit",
        bound="above 0, the loss of a network that interpolates",
        value="0, and one fit for both sides is as good: no threshold" if same else "0: it interpolates",
        size=1.0,
        evidence=(shown,),
    )


def _expected(candidate: Candidate) -> Violation | None:
    """σ² (n - 2d) / (2n) is negative for n < 2d, and a loss is not."""
    one = candidate.instance
    n, d, law = one.data.n, one.data.d, one.law
    if law is None or not law.sigma or n >= 2 * d:
        return None
    told = law.sigma**2 * (n - 2 * d) / (2 * n)
    shown = fits_evidence(one, "a sample of the law")
    evidence = less("violates", ("sigma^2 (n - 2d) / (2n)", [number(str(told))]), ("0", [number("0")]))
    return Violation(
        quantity=f"expected loss of the two-sided fit, n = {n}, d = {d}, sigma = {law.sigma}",
        bound=f"{told}",
        value="at least 0, as every loss",
        size=1.0,
        evidence=(evidence,) if shown is None else (evidence, shown),
    )


# ---- networks that cannot have it -----------------------------------------------------------------------------------


def _linear(candidate: Candidate) -> Violation | None:
    """γ = 1: the network is linear, and no linear network is below one least-squares fit."""
    one = candidate.instance
    found = fits(one.data) if one.slope == 1 and one.activation == "leaky" and one.loss == "square" else None
    if found is None or one.outputs != "trained" or found.network_loss >= found.single_loss:
        return None
    rest = sum(one.width) - 1
    zero = [0] * one.data.d
    point = relu_build.trained_point([1] + [0] * rest, [found.single.beta] + [zero] * rest)
    try:
        still = part("one fit for both sides is at rest", relu_build.still_part(one, point))
    except (CertificateError, ValueError):
        return None
    sides = (
        ("loss of the two-sided fit", [number(str(found.network_loss))]),
        ("least loss of a linear network", [relu_build.term("loss", point)]),
    )
    return Violation(
        quantity="least loss of a linear network, which is that of one least-squares fit: its loss is convex",
        bound=f"{short(str(found.network_loss))}, that of the two-sided fit",
        value=short(str(found.single_loss)),
        size=float(found.single_loss - found.network_loss),
        evidence=(still, less("violates", *sides)),
    )


def _kept_signs(one: ReluInstance) -> tuple[int, ...]:
    """The signs that output weights can have: those of the start."""
    if one.signs in ("plus", "minus"):
        return (1,) if one.signs == "plus" else (-1,)
    return (1, -1) if sum(one.width) == 1 else ()


def cost(data: Dataset, sign: int) -> Fraction:
    """A lower bound of the loss where the outputs have this sign."""
    return sum((y * y for y in data.y if sign * y < 0), Fraction(0)) / (2 * data.n)


def _one_sided(candidate: Candidate) -> Violation | None:
    """Outputs of one sign: the network is never negative, or never positive, and labels of the other sign cost y²."""
    one = candidate.instance
    found = fits(one.data) if one.relu and one.outputs == "trained" and one.loss == "square" else None
    signs = _kept_signs(one)
    if found is None or not signs:
        return None
    least = min(cost(one.data, sign) for sign in signs)
    if found.network_loss >= least:
        return None
    sides = (
        ("loss of the two-sided fit", [number(str(found.network_loss))]),
        ("1/(2n) sum of y^2 over the labels of the other sign", [number(str(least))]),
    )
    shown = fits_evidence(one, "the two-sided fit")
    return Violation(
        quantity="loss of every network whose output weights have one sign",
        bound=f"{short(str(found.network_loss))}, that of the two-sided fit",
        value=f"at least {short(str(least))}",
        size=float(least - found.network_loss),
        evidence=(less("violates", *sides), *((shown,) if shown else ())),
    )


def _single(space: Space) -> Iterator[Candidate | Looked]:
    """Also each instance with one neuron only where the kept assumptions let it."""
    for one in space.instances:
        yield Candidate(one, {})
        if sum(one.width) > 1 and one.signs != "balanced":
            yield Candidate(attrs.evolve(one, width=1), {})


FIT_MOVES = Attack("a two-sided fit that is not at rest", every, _moving)
FIT_INTERPOLATES = Attack("a two-sided fit that interpolates", every, _fitting)
NEGATIVE_LOSS = Attack("a formula for the loss that is negative", every, _expected)
LINEAR_NETWORK = Attack("linear networks", every, _linear)
ONE_SIGN = Attack("output weights of one sign", _single, _one_sided)

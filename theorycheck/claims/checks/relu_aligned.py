"""Checks of early alignment and of two-sided least squares: enumerated, in rationals, with certificates."""

from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from theorycheck.certificates import build, relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.checks.relu_found import brief, certified, nothing, solving, supported
from theorycheck.claims.claim import Check, Finding
from theorycheck.claims.relu_measures import mean_direction
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.relu import ReluInstance

STARTS = 24  # of ascent and descent beside an enumeration
NEAR = 1 - 1e-6  # cosine from which a limit of ascent is an enumerated direction


def enumerated(one: ReluInstance) -> Any:
    """All extremal vectors, with the certificate that there are no others.

    Raises:
        CertificateError: the arrangement is too large for that.
    """
    from theorycheck.exact.extremal import extremal

    solution = extremal(one.data)
    if not solution.certified_complete:
        raise CertificateError(f"no complete list: {one.data.n} samples of rank {solution.rank} are too many")
    return solution


def two_sided(one: ReluInstance) -> Any:
    """The two-sided fit along the alignment vector.

    Raises:
        CertificateError: its numbers are too long for the checker.
    """
    from theorycheck.exact.two_sided import two_sided_ols

    fits = two_sided_ols(one.data)
    if fits.certificate is None:
        raise CertificateError("the two-sided fit has no certificate: its numbers are too long")
    return fits


# ---- extremal vectors -----------------------------------------------------------------------------------------------


def _list(one: ReluInstance) -> list[Finding]:
    solution = enumerated(one)
    told = f"{len(solution.vectors)} vectors in {solution.cells} cells"
    note = "all faces of the arrangement, gone through by the checker too; kinks included"
    return certified(
        "extremal vectors", "extremal vectors", told, "finitely many, listed", solution.certificate, note,
        assertions=len(solution.vectors) + 1,
    )  # fmt: skip


def settled(X: Any, y: Any, w: Any, sign: int) -> Any:
    """Where w <- sign · D_n(w) / ‖D_n(w)‖ comes to rest; None where D_n vanishes or it does not."""
    w = w / float(np.sqrt(w @ w))
    for _ in range(200):
        D = sign * ((X @ w > 0) * y) @ X / len(y)
        length = float(np.sqrt(D @ D))
        if length < 1e-12:
            return None
        if float(D @ w) / length > 1 - 1e-14:
            return D / length
        w = D / length
    return None


def _ascent(one: ReluInstance) -> list[Finding]:
    """Ascent and descent from random starts end only at enumerated directions."""
    name, quantity = "ascent beside the enumeration", "ends of ascent that are enumerated"
    try:
        solution = enumerated(one)
    except (CertificateError, InvalidInstance) as reason:
        return nothing("train", name, quantity, str(reason))
    X, y = one.data.arrays()
    known = {s: [np.array(v.unit, float) for v in solution.vectors if v.sign == s] for s in (1, -1)}
    draw, seen, found = np.random.default_rng(one.seed), 0, 0
    for k in range(STARTS):
        sign = 1 if k % 2 else -1
        end = settled(X, y, draw.standard_normal(X.shape[1]), sign)
        if end is not None:
            seen += 1
            found += any(float(end @ w) >= NEAR for w in known[sign])
    if not seen:
        return nothing("train", name, quantity, "no start comes to rest at a nonzero vector")
    note = f"{STARTS} starts; the others end where D = 0 or on a kink"
    return [supported(name, quantity, f"{found} of {seen}", "all", True if found == seen else None, note, seen)]


def _one_vector(one: ReluInstance) -> list[Finding]:
    """On an antipodal sample every nonzero extremal vector is Σ y x / (2 n), with both signs."""
    solution = enumerated(one)
    expected = mean_direction(one.data)
    found = {v.D for v in solution.vectors if v.sign}
    holds = found <= {expected} and (any(expected) == bool(found))
    told = "; ".join(f"({', '.join(map(str, D))})" for D in sorted(found)) or "none but 0"
    note = f"{len(solution.vectors)} vectors: signs {sorted(v.sign for v in solution.vectors)}"
    return certified(
        "alignment vector", "nonzero alignment vectors", told, f"({', '.join(map(str, expected))}) alone",
        solution.certificate, note, holds=holds or None,
    )  # fmt: skip


# ---- two-sided least squares ----------------------------------------------------------------------------------------


def _stationary(one: ReluInstance) -> list[Finding]:
    fits = two_sided(one)
    note = f"loss {brief(fits.network_loss)}, one fit {brief(fits.single_loss)}; split from {fits.origin}"
    moves = "and is not a stationary point" in getattr(fits.certificate, "statement", "")
    holds = True if fits.stationary else False if moves and fits.stationary is False else None
    value = "0" if fits.stationary else "not all 0"
    return certified("two-sided fit", "all gradients of the network", value, "0", fits.certificate, note, holds=holds)


def leaky_point(fits: Any, slope: Fraction) -> dict:
    """The two neurons of slope γ that make the same network on both sides: α_± = (β_± - γ β_∓) / (1 - γ²)."""
    delta = 1 - slope**2
    plus, minus = (
        [(a - slope * b) / delta for a, b in zip(first, second, strict=True)]
        for first, second in ((fits.beta_plus, fits.beta_minus), (fits.beta_minus, fits.beta_plus))
    )
    return relu_build.trained_point((1, -1), (plus, [-v for v in minus]))


def _leaky(one: ReluInstance) -> list[Finding]:
    """With a positive slope two other neurons make the same network, at rest too, with the same loss."""
    fits, slope = two_sided(one), one.slope
    net = attrs.evolve(one, width=2)
    point = leaky_point(fits, slope)
    still = relu_build.still_part(net, point)
    value = build.part(
        "value", net.document, **build.value_parts(net.document, "loss", [relu_build.term("loss", point)])
    )
    certificate = build.all_of(net.document, {"at rest": still, "loss": value})
    holds = True if value["value"] == str(fits.loss) else None
    bound = f"{brief(fits.loss)}, as with the ReLU"
    return certified("leaky", "loss of a stationary network", str(value["value"])[:24], bound, certificate, holds=holds)


def single_point(fits: Any) -> dict:
    """The network of one fit: max(<β, x>, 0) - max(-<β, x>, 0) = <β, x>."""
    beta = fits.single.beta
    return relu_build.trained_point((1, -1), (beta, [-v for v in beta]))


def _single(one: ReluInstance) -> list[Finding]:
    """One least-squares fit moves in a step unless the two fits agree on all samples."""
    fits = two_sided(one)
    net = attrs.evolve(one, width=2)
    point, name = single_point(fits), "one fit for both sides"
    if fits.loss == fits.single_loss:
        part = relu_build.still_part(net, point)
        note = "both fits have the same values on the samples"
        return certified(name, "gradient at one fit", "0", "0 iff the fits agree", relu_build.sealed(part, net), note)
    step = relu_build.steps_part(net, point, 1, 1, [("moved", ">=", Fraction(1, 10**12), 0)])
    note = f"two fits {brief(fits.loss)}, one fit {brief(fits.single_loss)}"
    return certified(name, "gradient at one fit", "not 0", "0 iff the fits agree", relu_build.sealed(step, net), note)


def _interpolates(one: ReluInstance) -> list[Finding]:
    """The two-sided fit has loss 0 exactly where each side's labels lie in the range of its inputs."""
    from theorycheck.models.rational import rank

    fits = two_sided(one)
    expected = True
    for side in (fits.plus, fits.minus):
        if side.rows:
            rows = [one.data.X[k] for k in side.rows]
            wider = [(*row, one.data.y[k]) for row, k in zip(rows, side.rows, strict=True)]
            expected = expected and rank(wider) == rank(rows)
    sizes = f"{len(fits.plus.rows)} and {len(fits.minus.rows)} samples a side, d = {one.data.d}"
    holds = True if (fits.loss == 0) == expected else None
    told = f"loss {brief(fits.loss)}"
    bound = "0" if expected else "> 0"
    return certified("interpolation", "loss of the two-sided fit", told, bound, fits.certificate, sizes, holds=holds)


def one_sided_certificate(one: ReluInstance) -> Certificate:
    """The two-sided network is below every network whose output weights are all positive.

    Such a network has f >= 0, so its loss is at least 1/(2n) Σ y² over the samples with negative labels.

    Raises:
        CertificateError: it is not below.
    """
    fits = two_sided(one)
    net = attrs.evolve(one, width=2)
    point = relu_build.trained_point((1, -1), (fits.beta_plus, [-v for v in fits.beta_minus]))
    cost = sum((y * y for y in one.data.y if y < 0), Fraction(0)) / (2 * one.data.n)
    left = ("loss of the two-sided network", [relu_build.term("loss", point)])
    right = ("1/(2n) sum of y^2 over negative labels", [build.number(str(cost))])
    return build.less(net.document, left, right)


def _failure(one: ReluInstance) -> list[Finding]:
    certificate = one_sided_certificate(one)
    m = sum(one.width)
    note = f"all {m} signs alike: probability 2^{1 - m}"
    return certified(
        "one side", "loss of the two-sided network", "below", "that of any network with outputs of one sign",
        certificate, note,
    )  # fmt: skip


LIST = solving("extremal vectors, enumerated", "extremal vectors", _list)
ASCENT = Check("train", "ascent beside the enumeration", _ascent)
ONE_VECTOR = solving("alignment vectors of a symmetric sample, exact", "nonzero alignment vectors", _one_vector)
STATIONARY = solving("the two-sided network at rest, exact", "all gradients of the network", _stationary)
LEAKY = solving("the same with a leaky activation, exact", "loss of a stationary network", _leaky)
SINGLE = solving("one fit for both sides, exact", "gradient at one fit", _single)
INTERPOLATES = solving("loss of the two-sided fit, exact", "loss of the two-sided fit", _interpolates)
FAILURE = solving("networks of one output sign, exact", "loss", _failure)

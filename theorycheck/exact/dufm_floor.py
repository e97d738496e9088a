"""The best certified lower bound of the unconstrained-features model that a rule of the checker proves."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from math import sqrt
from typing import Any

from attrs import field, frozen
from flint import ctx, fmpq

from theorycheck.certificates import check, columns, features, features_build, features_least, floors
from theorycheck.errors import CertificateError
from theorycheck.exact import dufm_floor_cells
from theorycheck.models.features import UnconstrainedFeatures

REACHES = (1, 4, 16, 64, 1024, 2**20)  # how far A is looked for, see `columns`
SHARES = (Fraction(1, 10**6), Fraction(1, 200), Fraction(1, 20))  # how far below collapse a value is tried, as a part
RAY_SHARES: dict[int, tuple[Fraction, ...]] = {  # parts of the value of collapse that are tried along rays, by depth
    3: (Fraction(87, 100), Fraction(4, 5), Fraction(7, 10)),
    4: (Fraction(72, 100), Fraction(64, 100)),
    5: (Fraction(61, 100), Fraction(58, 100), Fraction(1, 2)),
}
FINEST = Fraction(1, 2 * 10**9)  # below collapse: where that is proved, collapse is optimal for all that is told
PATIENCE = {"rays": 20.0}  # seconds a user must be willing to wait for the rules that take as many to check
FINEST_PATIENCE = 60.0
Producer = Callable[[Mapping, float], Iterable[dict]]
CAP = Fraction(4001, 4000)  # how far beyond what is needed a parabola reaches, as a factor


@frozen
class Floor:
    """A lower bound for all parameters.

    Attributes:
        rule: a key of `features.RULES`.
        data: what the rule reads, as the certificate's part has it.
        value: the bound, exact.
        body: the part of a certificate that the checker has accepted.
    """

    rule: str
    data: dict = field(repr=False, hash=False)
    value: Fraction
    body: dict = field(repr=False, hash=False, eq=False)


def best_floor(instance: UnconstrainedFeatures, seconds: float = 20.0) -> Floor:
    """The largest lower bound that any rule proves.

    Args:
        instance: the problem.
        seconds: about how long the slowest rules may take; with few, they are left out.

    Raises:
        CertificateError: no rule applies.

    Example:
        >>> print(best_floor(UnconstrainedFeatures(3, 3, "1/100", activation="linear")).rule)
        schatten
    """
    found = max(floors_of(instance, seconds), key=lambda floor: floor.value, default=None)
    if found is None:
        raise CertificateError(f"no rule for a lower bound applies to {instance}")
    return found


def floors_of(instance: UnconstrainedFeatures, seconds: float = 20.0) -> Iterator[Floor]:
    """What each rule that applies proves, by its own best data."""
    for rule, producer in PRODUCERS.items():
        if seconds < PATIENCE.get(rule, 0):
            continue
        body = _first(instance, rule, producer, seconds)
        if body is not None:
            told = {key: value for key, value in body.items() if key not in ("kind", "statement")}
            yield Floor(rule, told, Fraction(body["value"]), body)


def _first(instance: UnconstrainedFeatures, rule: str, producer: Producer, seconds: float) -> dict | None:
    """The first body that the checker accepts; None where the rule does not apply."""
    try:
        for data in producer(instance.document, seconds):
            if body := _body(instance, rule, data):
                return body
    except (CertificateError, check.Refused):
        pass
    return None


def _body(instance: UnconstrainedFeatures, rule: str, data: Mapping) -> dict | None:
    try:
        return features_build.floor_part(instance, rule, **data)
    except CertificateError:
        return None


def _net(document: Mapping) -> features.Features:
    net = check.model(dict(document))
    if not isinstance(net, features.Features):
        raise CertificateError("no instance of the unconstrained-features model")
    return net


def _own(_: Mapping, seconds: float) -> list[dict]:
    """The builder finds the data of the rules of `features` itself."""
    return [{}]


def _masked(document: Mapping, seconds: float) -> list[dict]:
    """The shift with the least norm of the masks, on a grid."""
    net = _net(document)
    shift = min((fmpq(k, 200) for k in range(200)), key=lambda t: floors.mask_norm(net.K, t))
    return [{"shift": str(shift), "least": _least(net, floors.mask_norm(net.K, shift))}]


def _lifted(document: Mapping, seconds: float) -> list[dict]:
    net = _net(document)
    floors.rectified(net)
    return [{"cells": dufm_floor_cells.stored(), "least": _least(net, fmpq(str(lift())))}]


def _least(net: features.Features, k: fmpq) -> dict:
    """The least values that `floors.thinned` asks for."""
    factor = fmpq(net.K) ** (2 - net.L) / k
    with ctx.workprec(check.BITS):
        return {str(n): features_least.bowl(fmpq(n, 2 * net.N), net.mean(n * factor), net.L).value for n in {*net.n}}


@cache
def lift() -> Fraction:
    """The k of the stored cells: |s(M)|₁² ≤ k |M|₁² for three columns."""
    return Fraction(str(max(floors.largest_entry(S) for S in _cells())))


@cache
def _cells() -> tuple[list[list[fmpq]], ...]:
    """Φ of the stored cells."""
    three = check.model(dict(UnconstrainedFeatures(3, 2, "1/100").document))
    return tuple(floors.lifts({"cells": dufm_floor_cells.stored()}, three))


def _grams(document: Mapping, seconds: float) -> list[dict]:
    """Value and parabola for the stored cells."""
    net = _net(document)
    floors.rectified(net)
    check.require(net.K == 3 and net.L == 2 and net.balanced, "only three balanced classes, L = 2")
    with ctx.workprec(check.BITS):
        a = float(net.mean(fmpq(net.n[0]))) * 2 / 3
    value = 0.5
    for _ in range(3):  # the lower the value, the shorter the reach that the parabola needs, the better the parabola
        parabola = _parabola(3 * a, float(CAP) * float(lift()) * 2 * value / (3 * a))
        value = a / 2 * min(_reached(S, *parabola[:3]) for S in _cells())
    told = features_least.below(Fraction(value))
    return [{"cells": dufm_floor_cells.stored(), "parabola": [repr(v) for v in parabola], "value": told}]


def _reached(S: list[list[fmpq]], p: float, q: float, w: float) -> float:
    """What a cell proves, in units of a / 2."""
    import numpy as np

    phi = np.array([[float(v) for v in row] for row in S])
    z = q * np.diag(phi) - 1
    return float(3 * p - z @ np.linalg.solve(phi**2, z) / (4 * w))


def _parabola(e: float, top: float) -> tuple[float, float, float, float]:
    """Coefficients of p - q g + w g² below ψ on [0, top], touching where g + ψ(g) is least, a little lowered."""
    import numpy as np

    grid = np.linspace(0, sqrt(top), 20001)[1:] ** 2
    psi = np.where(grid > e * e, 2 / np.sqrt(grid) - e / grid, 1 / e)
    k = int(np.argmin(grid + psi))
    away = np.abs(grid - grid[k]) > 1e-2 * grid[k]
    w = float(np.min((psi - psi[k] + grid - grid[k])[away] / (grid - grid[k])[away] ** 2)) * (1 - 1e-6)
    g = float(grid[k])
    return float(psi[k]) + g + w * g * g - 1e-6, 1 + 2 * w * g, w, top


def _rays(document: Mapping, seconds: float) -> Iterator[dict]:
    """Parts of the value of collapse that the checker is known to prove in seconds, the larger first."""
    net = _net(document)
    check.require(net.loss == "mse" and net.relu and net.balanced, "only the squared loss, balanced")
    check.require(net.K == 3 and net.L > 2, "only three classes, L > 2")
    with ctx.workprec(check.BITS):
        top = Fraction(features_least.bowl(fmpq(1, 2), 3 * net.mean(fmpq(net.n[0])), net.L).value)
    data = {"cells": dufm_floor_cells.stored(), "pulls": dufm_floor_cells.pulls()}
    for share in RAY_SHARES.get(net.L, ()):
        yield {**data, "value": features_least.rounded(top * share)}


def _columns(document: Mapping, seconds: float) -> Iterator[dict]:
    """Values below that of collapse, the larger first, and how far the checker must look."""
    net = _net(document)
    check.require(net.loss == "ce" and net.K == 3 and net.balanced, "only cross-entropy, three balanced classes")
    with ctx.workprec(check.BITS):
        mu = net.mean(columns.share(net, fmpq(str(lift()))))
        best = Fraction(features_least.margin(3, net.L, 2 * mu).value)
        coarse = fmpq(str(best * (1 - SHARES[-1])))
        reach = next((r for r in REACHES if _covered(columns.Plane(mu, net.L, coarse, fmpq(r)))), None)
    cells = {"cells": dufm_floor_cells.stored()} if net.relu else {}
    shares = (FINEST, *SHARES) if seconds >= FINEST_PATIENCE else SHARES
    for share in shares if reach else ():
        yield {**cells, "value": features_least.rounded(best * (1 - share)), "reach": str(reach)}


def _covered(plane: columns.Plane) -> bool:
    """Whether the checker proves the value."""
    try:
        plane.cover()
    except check.Refused:
        return False
    return True


PRODUCERS: dict[str, Producer] = {
    "jensen": _own,
    "product": _own,
    "schatten": _own,
    "masked": _masked,
    "lifted": _lifted,
    "grams": _grams,
    "rays": _rays,
    "columns": _columns,
}
"""Data for each rule; a rule that does not apply is refused by the checker or here."""


def gap_table(cells: Mapping[str, tuple[UnconstrainedFeatures, float]]) -> list[dict[str, Any]]:
    """The generic bound and the best one for named instances with an upper value, of which both gaps are parts.

    Args:
        cells: name to instance and upper value.
    """
    rows = []
    for name, (instance, upper) in cells.items():
        bounds = {floor.rule: float(floor.value) for floor in floors_of(instance)}
        generic = max(value for rule, value in bounds.items() if rule in ("jensen", "product", "schatten"))
        best = max(bounds, key=lambda rule: bounds[rule])
        gaps = {"gap before": 1 - generic / upper, "gap after": 1 - bounds[best] / upper}
        rows.append({"cell": name, "upper": upper, "generic": generic, "best": bounds[best], "rule": best, **gaps})
    return rows

"""Tangent directions along which the trace on the zero-loss set curves downwards."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from flint import fmpq_mat

from theorycheck.certificates import check
from theorycheck.claims.attacks import screen
from theorycheck.claims.attacks.exactly import network
from theorycheck.claims.attacks.scan import natural, scan
from theorycheck.claims.attacks.stationary import flat, is_stationary
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.instance import Instance
from theorycheck.numbers import exact

_CLEAR = 1e-9


def _free(template: Instance) -> str | None:
    """The natural coordinate where the samples are independent, so that one sample can be moved alone."""
    kind = natural(template)
    return None if kind == "theta" else kind


def _bent(template: Instance, Z: Any) -> Any:
    """Points with a direction that exchanges two neurons on one sample and curves down, in floats, (B,)."""
    import numpy as np

    found = screen.fields(template, Z)
    down = np.zeros(len(Z), bool)
    for i, (j, k) in _exchanges(template):
        a, b = found.slope[:, i, j], found.slope[:, i, k]
        form = found.bend[:, i, j] * b**2 + found.bend[:, i, k] * a**2
        down |= form < -_CLEAR * (1 + np.abs(found.bend[:, i]).max(axis=1) * (a**2 + b**2))
    return down & np.isfinite(found.gradient)


def _exchanges(template: Instance) -> Iterator[tuple[int, tuple[int, int]]]:
    yield from product(range(template.data.n), combinations(range(template.network.width), 2))


def _anywhere(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _bent, _free)


def _at_rest(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, lambda template, Z: _bent(template, Z) & flat(template, Z), _free)


def lowest(candidate: Candidate) -> tuple[list, Fraction] | None:
    """The exchange of two neurons on one sample with the least curvature: direction (m, d) and curvature, exactly."""
    try:
        forces = network(candidate.instance).forces(candidate.point)
    except (check.Refused, ZeroDivisionError):
        return None
    found = [_exchange(candidate.instance, forces, i, pair) for i, pair in _exchanges(candidate.instance)]
    return min(found, key=lambda pair: pair[1], default=None)


def _exchange(instance: Instance, forces: tuple, i: int, pair: tuple[int, int]) -> tuple[list, Fraction]:
    """The direction that moves two neurons against each other on sample i only, and its curvature."""
    alpha, _, D, a = forces
    net, dual = network(instance), _dual(instance, i)
    J = [a[j] * D[1][i][j] for j in pair]
    s = (J[1], -J[0])
    form = sum(
        (
            2 * net.kappa * net.gram[i][i] * a[j] ** 2 * (D[2][i][j] ** 2 + D[1][i][j] * D[3][i][j])
            - alpha[i] * a[j] * D[2][i][j]
        )
        * s[k] ** 2
        for k, j in enumerate(pair)
    )
    length = (s[0] ** 2 + s[1] ** 2) * sum(v * v for v in dual)
    scale = _coprime([s[k] * v for k in (0, 1) for v in dual])
    rows = [[Fraction(0)] * len(dual) for _ in range(instance.network.width)]
    for k, j in enumerate(pair):
        rows[j] = [exact(s[k] * v) / scale for v in dual]
    return rows, exact(form / length) if length != 0 else Fraction(0)


def _coprime(values: list) -> Fraction:
    """The factor whose removal leaves whole numbers without a common divisor."""
    from math import gcd, lcm

    fractions = [exact(v) for v in values]
    denominator = lcm(*(v.denominator for v in fractions))
    return Fraction(gcd(*(int(v * denominator) for v in fractions)) or 1, denominator)


def _dual(instance: Instance, i: int) -> list:
    """The vector in the span of the samples with inner product 1 with sample i and 0 with the others."""
    net = network(instance)
    unit = fmpq_mat(net.n, 1, [int(k == i) for k in range(net.n)])
    weights = fmpq_mat(net.gram).solve(unit).entries()
    return [check.total(c * x[k] for c, x in zip(weights, net.X, strict=True)) for k in range(len(net.X[0]))]


def _violation(candidate: Candidate) -> Violation | None:
    found = lowest(candidate)
    if found is None or found[1] >= 0:
        return None
    direction, curvature = found
    fields = {"point": candidate.point, "direction": [[str(v) for v in row] for row in direction]}
    return Violation(
        quantity="Riemannian curvature of the trace along a unit tangent direction",
        bound="at least 0",
        value=str(curvature),
        size=-float(curvature),
        evidence=(("violates", "direction", fields),),
    )


def _violation_at_rest(candidate: Candidate) -> Violation | None:
    return _violation(candidate) if is_stationary(candidate) else None


NEGATIVE_CURVATURE = Attack("a direction of negative curvature", _anywhere, _violation)
NEAR_STATIONARY_NEGATIVE_CURVATURE = Attack(
    "a direction of negative curvature at a stationary point", _at_rest, _violation_at_rest
)

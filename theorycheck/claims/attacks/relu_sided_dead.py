"""Samples on which no neuron is active at the start, orthogonal to all others: they are never learnt."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from theorycheck.certificates import relu_build
from theorycheck.claims.attacks.features_exactly import part
from theorycheck.claims.attacks.relu_extremal_grids import spread
from theorycheck.claims.attacks.relu_sided_fits import fits
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError
from theorycheck.models.rational import gram
from theorycheck.models.relu import ReluInstance

_WIDEST = 6


def dead(one: ReluInstance) -> list[int]:
    """The first sample with a label that is orthogonal to all others; none is."""
    products, n = gram(one.data.X), one.data.n
    alone = [i for i in range(n) if all(products[i][k] == 0 for k in range(n) if k != i)]
    return [i for i in alone if one.data.y[i] and products[i][i]][:1]


def inactive(one: ReluInstance, samples: list[int]) -> dict:
    """A start of the instance's scale along minus the sample: none is active there; |a| is at least dominance |w|."""
    m, row = sum(one.width), one.data.X[samples[0]]
    length = max(map(abs, row))
    w = [-one.init * v / length for v in row]
    size = one.init * one.dominance * sum(map(abs, row)) / length
    signs = {"plus": [1] * m, "minus": [-1] * m}.get(one.signs, [1 if r % 2 == 0 else -1 for r in range(m)])
    return relu_build.trained_point([sign * size for sign in signs], [w] * m)


def _candidates(space: Space) -> Iterator[Candidate | Looked]:
    count = 0
    for one in spread(space):
        known = one.outputs == "trained" and one.relu and sum(one.width) <= _WIDEST and one.init
        if known and (samples := dead(one)):
            count += 1
            yield Candidate(one, inactive(one, samples), {"samples": samples})
    yield Looked(0, f"{count} instances with a sample orthogonal to the others")


def _violation(candidate: Candidate) -> Violation | None:
    """The labels of the dead samples cost more than the two-sided fit leaves."""
    one, samples = candidate.instance, candidate.parts.get("samples", [])
    found = fits(one.data) if one.loss == "square" and one.relu else None
    if found is None or dead(one) != samples or candidate.point != inactive(one, samples):
        return None
    cost = sum((one.data.y[i] ** 2 for i in samples), Fraction(0)) / (2 * one.data.n)
    shown = _shown(one, candidate.point, samples)
    if shown is None or found.network_loss >= cost:
        return None
    told = f"sample {samples[0] + 1}: no neuron is active there, now or ever"
    return Violation(
        quantity="loss from a start that leaves a sample dead",
        bound=f"{found.network_loss}, that of the two-sided fit, in the limit",
        value=f"at least {cost} for ever ({told})",
        size=float(cost - found.network_loss),
        evidence=(shown,),
    )


def _shown(one: ReluInstance, point: dict, samples: list[int]) -> Any:
    try:
        return part("violates", relu_build.dead_part(one, point, samples))
    except (CertificateError, ValueError):
        return None


DEAD_SAMPLE = Attack("a sample that no neuron sees", _candidates, _violation)

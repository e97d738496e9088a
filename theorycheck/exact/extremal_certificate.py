"""Certificates of extremal vectors and two-sided fits; the checker goes through faces of small arrangements itself."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theorycheck.certificates import build, relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError
from theorycheck.exact.two_sided import kinks
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

if TYPE_CHECKING:
    from theorycheck.exact.extremal import ExtremalSolution, ExtremalVector
    from theorycheck.exact.two_sided import TwoSided

MOST_VECTORS = 40  # that a certificate tells one by one
MOST_LINES = {1: 1, 2: 200, 3: 30}  # hyperplanes whose faces the checker is asked to go through, by rank: seconds


def instance(data: Dataset) -> ReluInstance:
    """The two-layer ReLU network that the alignment function and the two fits belong to."""
    return ReluInstance(data, width=2, slope=0, loss="square", outputs="trained")


def vectors_certificate(solution: "ExtremalSolution") -> Certificate | None:
    """Each vector, that the list is complete where it is and is small, and the two-sided fits; None: too large."""
    about = instance(solution.data)
    told = [v for v in solution.vectors if any(v.pattern)]
    try:
        parts = {f"vector {k}": _vector(about, v) for k, v in enumerate(told[:MOST_VECTORS], 1)}
        if listed(solution):
            entries = [(v.D, v.sign) for v in told]
            parts["all of them"] = relu_build.extremal_list_part(about, entries, solution.cells, "limits")
        fits = solution.two_sided
        if fits is not None and (part := _fits(about, fits)) is not None:
            parts["two-sided least squares"] = part
        return build.all_of(about.document, parts) if parts else None
    except (CertificateError, ValueError):  # too many numbers, or too long ones
        return None


def listed(solution: "ExtremalSolution") -> bool:
    """Whether the certificate shows that the list is complete."""
    return solution.complete and solution.hyperplanes <= MOST_LINES[solution.rank]


def _vector(about: ReluInstance, v: "ExtremalVector") -> dict:
    data = about.data
    on = [k for k, s in enumerate(v.pattern) if s == 0 and any(data.X[k]) and data.y[k]]
    witness = None if v.sign else v.direction
    return relu_build.extremal_part(about, v.D, v.sign, {k: v.weights[k] for k in on}, witness)


def fits_certificate(fits: "TwoSided") -> Certificate | None:
    """The two fits alone."""
    about = instance(fits.data)
    part = _fits(about, fits)
    return None if part is None else relu_build.sealed(part, about)


def _fits(about: ReluInstance, fits: "TwoSided") -> dict | None:
    try:
        weights = dict(_kinks(fits)) if fits.stationary else None
        return relu_build.two_sided_part(about, fits.split, fits.beta_plus, fits.beta_minus, weights)
    except (CertificateError, ValueError):  # numbers that are too long
        return None


def _kinks(fits: "TwoSided") -> Iterator[tuple[tuple[int, int], Any]]:
    """The weight on each kink that matters: 1 for samples of the neuron's own side, 0 for others."""
    residuals = [h - y for h, y in zip(fits.outputs, fits.data.y, strict=True)]
    for r, side in enumerate((fits.plus, fits.minus)):
        if any(side.beta):
            values = [sum((a * b for a, b in zip(x, side.beta, strict=True)), Fraction(0)) for x in fits.data.X]
            for k in kinks(fits.data, residuals, values):
                yield (k, r), Fraction(int(k in side.rows))

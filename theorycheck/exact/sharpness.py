"""The least Hessian trace on the zero-loss set of a two-layer network, with certificates of both ends."""

from typing import Any

from attrs import evolve

from theorycheck.certificates import check
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.exact.convex import jensen
from theorycheck.exact.cover import covered
from theorycheck.exact.dependent import dependent
from theorycheck.exact.fallback import kinked, single, spread
from theorycheck.exact.line import line_part
from theorycheck.exact.problem import Problem, problem
from theorycheck.exact.ranges import refuse_empty
from theorycheck.exact.solution import Bounds, SharpnessSolution, assemble, far_end, read
from theorycheck.exact.trained import trained
from theorycheck.exact.weighted import weighted
from theorycheck.models.networks import TwoLayer


def sharpness(
    X: Any,
    y: Any = None,
    width: int = 5,
    activation: Any = "sinh",
    loss: Any = "half-sum",
    output_weights: Any = None,
    trained_output: bool = False,
    bias: bool = False,
    seconds: float = 10.0,
) -> SharpnessSolution:
    """Minimise the Hessian trace over all parameters that fit every label; see `theorycheck.solve.sharpness`.

    Args:
        X: a `Dataset`, or (n, d) numbers, a row a sample.
        y: (n,) labels; None where X has them.
        width: m.
        activation: φ, by name, text, sympy expression or Activation.
        loss: `sum`, `half-sum`, `mean`, `half-mean`, or a `Loss`.
        output_weights: m fixed nonzero numbers; ones unless given.
        trained_output: whether the output weights are trained too.
        bias: whether every neuron has a trained bias.
        seconds: about how long a search may take where there is no closed form.

    Returns:
        Certified bounds, the point, and what is known about it.

    Raises:
        InvalidInstance: the input is wrong, or the zero-loss set is empty.
    """
    weights = () if output_weights is None else tuple(output_weights)
    network = TwoLayer(width, activation, weights, trained_output=trained_output, bias=bias)
    return solve(problem(X, y, network, loss), seconds)


def solve(posed: Problem, seconds: float = 10.0) -> SharpnessSolution:
    """The solution of a posed problem; see `sharpness`."""
    if posed.network.trained_output:
        return assemble(posed, trained(posed))
    refuse_empty(posed)
    found = _reduced(posed, seconds)
    if found.point is None and not posed.free:
        return assemble(posed, dependent(posed, sharper(posed, found), seconds))
    solution = assemble(posed, found)
    return solution if solution.settled or solution.attained is False else _searched(posed, found, solution, seconds)


def _searched(posed: Problem, found: Bounds, solution: SharpnessSolution, seconds: float) -> SharpnessSolution:
    """The same lower bound with the point of a local search, where that lies lower."""
    bare = evolve(found, point=None, minimiser=None, rank=None, parts={})
    try:
        other = assemble(posed, dependent(posed, bare, min(seconds, 4.0)))
    except (CertificateError, InvalidInstance, check.Refused):  # no smooth point to search around
        return solution
    if other.upper is None or (solution.upper is not None and far_end(other.upper, 1) >= far_end(solution.upper, 1)):
        return solution
    return other


def sharper(posed: Problem, found: Bounds) -> Bounds:
    """The better of the lower bound at hand and Lagrange's, where the inputs lie on one line."""
    part = line_part(posed)
    if part is None or far_end(read(part["value"]), 0) <= far_end(read(found.lower["value"]), 0):
        return found
    return evolve(found, lower=part, method="Lagrange's bound, neuron by neuron")


def _reduced(posed: Problem, seconds: float) -> Bounds:
    """The bounds from single samples: where the inputs are independent, with the point."""
    if posed.convex and posed.network.equal_weights:
        return jensen(posed)
    found = weighted(posed) if posed.convex else None
    return found or single(posed) or kinked(posed) or covered(posed, seconds) or spread(posed)

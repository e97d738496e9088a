"""The least Hessian trace on the zero-loss set of a two-layer network, with certificates of both ends."""

from typing import Any

from theorycheck.errors import InvalidInstance
from theorycheck.exact import convex
from theorycheck.exact.problem import Problem, problem
from theorycheck.exact.ranges import refuse_empty
from theorycheck.exact.solution import SharpnessSolution, assemble
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
    """Minimise the Hessian trace over all parameters that fit every label.

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
    network = TwoLayer(width, activation, output_weights or (), trained_output=trained_output, bias=bias)
    return solve(problem(X, y, network, loss), seconds)


def solve(posed: Problem, seconds: float = 10.0) -> SharpnessSolution:
    """The solution of a posed problem; see `sharpness`."""
    if posed.network.trained_output:
        return assemble(posed, trained(posed))
    refuse_empty(posed)
    if posed.convex and posed.network.equal_weights:
        return assemble(posed, convex.jensen(posed))
    if posed.convex:
        found = weighted(posed)
        if found is not None:
            return assemble(posed, found)
    raise InvalidInstance("not yet")

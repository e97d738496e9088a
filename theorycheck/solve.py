"""Exact solvers, as a namespace: `theorycheck.solve.sharpness(X, y, width=5, activation="sinh")`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theorycheck.exact.solution import SharpnessSolution

__all__ = ["sharpness"]


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
) -> "SharpnessSolution":
    """The least Hessian trace over all parameters that fit every label, with certificates of both ends.

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

    Example:
        >>> solution = sharpness([[1]], [3], width=5, activation="sinh")
        >>> str(solution.lower), str(solution.upper), solution.rank
        ('34/5', '34/5', 1)
    """
    from theorycheck.exact.sharpness import sharpness as solved

    return solved(X, y, width, activation, loss, output_weights, trained_output, bias, seconds)

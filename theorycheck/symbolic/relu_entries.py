"""What `theorycheck.derive` offers on plainly trained two-layer (leaky) ReLU networks; sympy is imported when asked."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theorycheck.symbolic.relu import OneStep, SampleCoordinates
    from theorycheck.symbolic.relu_alignment import Alignment, TwoSided
    from theorycheck.symbolic.relu_margin import MarginKKT


def sample_coordinates(samples: int = 2, inputs: int = 2, width: int = 1) -> "SampleCoordinates":
    """A step of gradient descent in the coefficients of the samples, for fixed outputs and any loss of the margins.

    Args:
        samples: n of the identities that are multiplied out.
        inputs: d of them.
        width: neurons a sign of them.

    Returns:
        A result with `.coefficient`, `.rho`, `.preactivation`, `.proof`, `.latex`.

    Raises:
        InvalidInstance: a size below 1 or above 4.
    """
    from theorycheck.symbolic.relu import SampleCoordinates

    return SampleCoordinates(samples, inputs, width)


def one_step() -> "OneStep":
    """When one step gives every preactivation the sign that agrees with its label.

    Returns:
        A result with `.lower`, `.at_start`, `.condition`, `.persistence`, `.proof`, `.latex`.
    """
    from theorycheck.symbolic.relu import OneStep

    return OneStep()


def margin_kkt(samples: int = 2, inputs: int = 2) -> "MarginKKT":
    """The maximum-margin point of the pattern that agrees with the labels.

    Args:
        samples: n of the identities that are multiplied out.
        inputs: d of them.

    Returns:
        A result with `.same`, `.different`, `.same_plus`, `.same_minus` (the factors in K), `.norm`, `.margin`,
        `.stable_rank`, `.orthogonal`, `.loss_limit`, `.proof`, `.latex`.

    Raises:
        InvalidInstance: a size below 1 or above 4.
    """
    from theorycheck.symbolic.relu_margin import MarginKKT

    return MarginKKT(samples, inputs)


def alignment(samples: int = 2, inputs: int = 2, width: int = 2) -> "Alignment":
    """The early flow of both layers, and what is kept.

    Args:
        samples: n of the identities that are multiplied out.
        inputs: d of them.
        width: neurons of them.

    Returns:
        A result with `.direction`, `.inner`, `.outer`, `.conserved`, `.proof`, `.latex`.

    Raises:
        InvalidInstance: a size below 1 or above 4.
    """
    from theorycheck.symbolic.relu_alignment import Alignment

    return Alignment(samples, inputs, width)


def two_sided(samples: int = 2, inputs: int = 2) -> "TwoSided":
    """Least-squares fits on both sides of a hyperplane as a stationary point, and its expected loss.

    Args:
        samples: of one side, for the identities that are multiplied out.
        inputs: d of them.

    Returns:
        A result with `.side`, `.loss`, `.interpolates`, `.proof`, `.latex`.

    Raises:
        InvalidInstance: a size below 1, more than 3 samples or 2 inputs, or more inputs than samples.
    """
    from theorycheck.symbolic.relu_alignment import TwoSided

    return TwoSided(samples, inputs)

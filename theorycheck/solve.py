"""Exact solvers, as a namespace: `theorycheck.solve.sharpness(X, y, width=5, activation="sinh")`."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from theorycheck.errors import InvalidInstance

if TYPE_CHECKING:
    from theorycheck.exact.dufm_solution import DufmSolution
    from theorycheck.exact.extremal import ExtremalSolution
    from theorycheck.exact.margin_solution import MarginSolution
    from theorycheck.exact.solution import SharpnessSolution

__all__ = ["dufm", "extremal", "margin", "sharpness"]


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


def dufm(
    classes: int,
    depth: int,
    regularization: Any,
    loss: str = "mse",
    activation: str = "relu",
    samples: int | None = None,
    counts: Sequence[int] | None = None,
    width: int | None = None,
    seconds: float = 20.0,
    structure: str | None = None,
    seed: int = 0,
    progress: Callable[[float, float, str], object] | None = None,
) -> "DufmSolution":
    """The least objective of a deep unconstrained-features model: structures, a search, and certified bounds.

    Args:
        classes: K.
        depth: L, the number of weight matrices.
        regularization: λ, one number for all factors or L + 1 of them: λ_H, λ_1, ..., λ_L.
        loss: `mse` or `ce`.
        activation: `relu` or `linear`.
        samples: n, samples a class; 1 unless given.
        counts: n_1, ..., n_K, where classes differ.
        width: d, the most rows of H and of a hidden layer; None for no limit.
        seconds: about how long the search may take where no closed form is known to be optimal; 0 for none.
        structure: take this structure instead of the best point.
        seed: of the search.
        progress: called with (seconds, loss, origin) when the search improves.

    Returns:
        The structures, the best point, certified bounds, and what follows.

    Raises:
        InvalidInstance: the input is wrong, or the structure does not exist there.

    Example:
        >>> solution = dufm(10, 4, "1/250", seconds=0)
        >>> round(solution.structures["dnc"].loss, 10), round(solution.structures["srg"].loss, 10)
        (0.0991798746, 0.0894708949)
    """
    from theorycheck.exact.dufm import dufm as solved
    from theorycheck.models.features import UnconstrainedFeatures

    if samples is not None and counts is not None:
        raise InvalidInstance("both samples and counts were given; pass one of them")
    number: Any = counts if counts is not None else 1 if samples is None else samples
    given = UnconstrainedFeatures(classes, depth, regularization, loss, activation, number, width, seed)
    return solved(given, structure, _budget(seconds), progress)


def margin(
    X: Any,
    y: Any = None,
    slope: Any = "1/2",
    width: int | tuple[int, ...] = 20,
    pattern: Any = None,
    eta: Any = None,
) -> "MarginSolution":
    """The maximum-margin KKT point of a two-layer (leaky) ReLU network with fixed outputs ±1/m, exactly.

    Plain training with the logistic loss, once the activation pattern stays, tends to its direction (arXiv 2310.18935).

    Args:
        X: a `Dataset`, or (n, d) numbers, a row a sample.
        y: (n,) labels 1 or -1; None where X has them.
        slope: γ, from 0 (ReLU) to 1 (linear).
        width: m neurons a sign, or (m_+, m_-).
        pattern: (P_plus, P_minus), 0/1 matrices (m_j, n) with 1 where a neuron is active; by default a neuron is active
            on the samples of its own sign.
        eta: the step of gradient descent, to count time in steps too.

    Returns:
        Multipliers, weights, margins, stable ranks, the limits of training, and whether the pattern is that of the
        point.

    Raises:
        InvalidInstance: the input is wrong, or no point with this pattern has positive margins.

    Example:
        >>> solution = margin([[1, 0], [3, 0], [0, 1]], [1, 1, -1])
        >>> [str(v) for v in solution.lam], [str(v) for v in solution.margins]
        (['4/5', '0', '4/5'], ['1', '3', '1'])
    """
    from theorycheck.exact.margin import margin as solved
    from theorycheck.models.relu import ReluInstance, check_signs

    data = _dataset(X, y)
    check_signs(data)  # before the instance, which would offer another loss
    return solved(ReluInstance(data, width=width, slope=slope, eta=eta), pattern)


def extremal(X: Any, y: Any = None, split: Any = None, seed: int = 0) -> "ExtremalSolution":
    """The extremal vectors of the alignment function of a two-layer ReLU network, and its two-sided least squares.

    D_n(w) = 1/n Σ_k 1{<w, x_k> > 0} y_k x_k; D is extremal where D = D_n(w) and D = 0 or w = ±D/‖D‖
    (arXiv 2410.02348). For samples of rank up to 3 all of them are found, by going through the faces of the arrangement
    of the x_k^⊥ in rational arithmetic; beyond (or with very many samples) ascent and descent find some, each confirmed
    exactly, and `complete` is False.

    Args:
        X: a `Dataset`, or (n, d) numbers, a row a sample.
        y: (n,) labels; None where X has them.
        split: u of the two-sided least squares on {±<x, u> > 0}; the longest D with w = D/‖D‖ unless given.
        seed: of the starts of ascent.

    Returns:
        The vectors, how many cells there are, and `two_sided`.

    Raises:
        InvalidInstance: the input is wrong, or every sample is zero.

    Example:
        >>> solution = extremal([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"])
        >>> [([str(v) for v in e.D], e.sign) for e in solution.vectors], solution.cells
        ([(['2', '1/4'], 1), (['7/4', '0'], -1)], 4)
    """
    from theorycheck.exact.extremal import extremal as solved

    return solved(_dataset(X, y), split=split, seed=seed)


def _dataset(X: Any, y: Any) -> Any:
    from theorycheck.models.data import Dataset

    if isinstance(X, Dataset):
        return X if y is None else X.with_labels(y)
    if y is None:
        raise InvalidInstance("no labels: pass y, or a Dataset as X")
    return Dataset.from_arrays(X, y, name="data")


def _budget(seconds: Any) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds < float("inf"):
        raise InvalidInstance(f"the budget is {seconds!r}; pass a number of seconds, 0 for no search")
    return float(seconds)

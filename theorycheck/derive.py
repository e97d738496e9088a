"""Formulas derived: of a two-layer network, of the deep unconstrained-features model (DUFM), and of plain training.

For a network, each function takes it and either sizes (symbolic data θ_jk, x_ik, y_i, counted from one) or data; for
the DUFM the number of classes K, the depth L and λ are symbols. Plain training is that of (leaky) ReLU networks; its
functions take the sizes for which identities are multiplied out. Each returns a frozen result with `.expression` or its
parts, `.proof` where there is something to prove, and `.latex()`; everything is worked out when first asked for.
"""

from typing import TYPE_CHECKING, Any

from theorycheck.symbolic.relu_entries import alignment, margin_kkt, one_step, sample_coordinates, two_sided

if TYPE_CHECKING:
    from theorycheck.symbolic.curvature import RiemannianGradient, RiemannianHessian
    from theorycheck.symbolic.features import Reduction, ScalarStationarity
    from theorycheck.symbolic.features_geometry import SchattenForm, SolutionSet
    from theorycheck.symbolic.features_stability import Stability
    from theorycheck.symbolic.features_thresholds import EntropyThresholds, SquaredThresholds
    from theorycheck.symbolic.flow_constants import FiniteStep, FlowConstant
    from theorycheck.symbolic.hessian import HessianTrace, SymbolicGradient, SymbolicLoss
    from theorycheck.symbolic.manifold import Jacobian, NormalSpace, TangentSpace
    from theorycheck.symbolic.stationarity import Stationarity
    from theorycheck.symbolic.structure import Problem

__all__ = [
    "alignment",
    "dufm_reduction",
    "dufm_stability",
    "dufm_stationarity",
    "dufm_thresholds",
    "finite_step",
    "flow_constant",
    "gradient",
    "hessian_trace",
    "jacobian",
    "loss",
    "margin_kkt",
    "normal_space",
    "one_step",
    "riemannian_gradient",
    "riemannian_hessian",
    "sample_coordinates",
    "schatten_form",
    "solution_set_dimension",
    "stationarity",
    "tangent_space",
    "two_sided",
]

Size = int | None


def _problem(net: Any, sizes: dict[str, Any], normalisation: Any) -> "Problem":
    from theorycheck.symbolic.structure import problem

    return problem(net, loss=normalisation, **sizes)


def loss(
    net: Any, *, samples: Size = None, inputs: Size = None, loss: Any = "half-sum", X: Any = None, y: Any = None
) -> "SymbolicLoss":
    """The training loss as an expression.

    Args:
        net: a `TwoLayer`.
        samples: n, for symbolic data; two by default.
        inputs: d, for symbolic data; two by default.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.
        X: (n, d) numbers, a row a sample, or a dataset; symbols where it is left out.
        y: (n,) numbers; symbols where it is left out.

    Returns:
        A result with `.expression`, `.evaluate`, `.latex`.

    Raises:
        InvalidInstance: sizes below one, ragged rows, or values that are not numbers.
    """
    from theorycheck.symbolic.hessian import SymbolicLoss

    return SymbolicLoss(_problem(net, {"samples": samples, "inputs": inputs, "X": X, "y": y}, loss))


def gradient(
    net: Any, *, samples: Size = None, inputs: Size = None, loss: Any = "half-sum", X: Any = None, y: Any = None
) -> "SymbolicGradient":
    """The gradient of the loss in all trained parameters.

    Args:
        net: a `TwoLayer`.
        samples: n, for symbolic data; two by default.
        inputs: d, for symbolic data; two by default.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.
        X: (n, d) numbers, a row a sample, or a dataset; symbols where it is left out.
        y: (n,) numbers; symbols where it is left out.

    Returns:
        A result with `.expression` of shape (p, 1), `.latex`.

    Raises:
        InvalidInstance: sizes below one, ragged rows, or values that are not numbers.
    """
    from theorycheck.symbolic.hessian import SymbolicGradient

    return SymbolicGradient(_problem(net, {"samples": samples, "inputs": inputs, "X": X, "y": y}, loss))


def hessian_trace(
    net: Any, *, samples: Size = None, inputs: Size = None, loss: Any = "half-sum", X: Any = None, y: Any = None
) -> "HessianTrace":
    """The Hessian trace on and off the zero-loss manifold, with the proof that they agree modulo the residuals.

    Args:
        net: a `TwoLayer`.
        samples: n, for symbolic data; two by default.
        inputs: d, for symbolic data; two by default.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.
        X: (n, d) numbers, a row a sample, or a dataset; symbols where it is left out.
        y: (n,) numbers; symbols where it is left out.

    Returns:
        A result with `.expression`, `.on_manifold`, `.residual_part`, `.proof`, `.evaluate`, `.latex`.

    Raises:
        InvalidInstance: sizes below one, ragged rows, or values that are not numbers.
    """
    from theorycheck.symbolic.hessian import hessian_trace as derived

    return derived(_problem(net, {"samples": samples, "inputs": inputs, "X": X, "y": y}, loss))


def jacobian(
    net: Any, *, samples: Size = None, inputs: Size = None, loss: Any = "half-sum", X: Any = None, y: Any = None
) -> "Jacobian":
    """The Jacobian of the outputs, a row a sample.

    Args:
        net: a `TwoLayer`.
        samples: n, for symbolic data; two by default.
        inputs: d, for symbolic data; two by default.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.
        X: (n, d) numbers, a row a sample, or a dataset; symbols where it is left out.
        y: (n,) numbers; symbols where it is left out.

    Returns:
        A result with `.expression` of shape (n, p), `.evaluate`, `.latex`.

    Raises:
        InvalidInstance: sizes below one, ragged rows, or values that are not numbers.
    """
    from theorycheck.symbolic.manifold import Jacobian

    return Jacobian(_problem(net, {"samples": samples, "inputs": inputs, "X": X, "y": y}, loss))


def tangent_space(
    net: Any, *, samples: Size = None, inputs: Size = None, loss: Any = "half-sum", X: Any = None, y: Any = None
) -> "TangentSpace":
    """The tangent space of the zero-loss manifold.

    Args:
        net: a `TwoLayer`.
        samples: n, for symbolic data; two by default.
        inputs: d, for symbolic data; two by default.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.
        X: (n, d) numbers, a row a sample, or a dataset; symbols where it is left out.
        y: (n,) numbers; symbols where it is left out.

    Returns:
        A result with `.basis`, `.dimension`, `.condition`, `.at` for an exact basis at a point, `.latex`.

    Raises:
        InvalidInstance: sizes below one, ragged rows, or values that are not numbers.
    """
    from theorycheck.symbolic.manifold import TangentSpace

    return TangentSpace(_problem(net, {"samples": samples, "inputs": inputs, "X": X, "y": y}, loss))


def normal_space(
    net: Any, *, samples: Size = None, inputs: Size = None, loss: Any = "half-sum", X: Any = None, y: Any = None
) -> "NormalSpace":
    """The normal space of the zero-loss manifold, and the Gram matrix of its basis.

    Args:
        net: a `TwoLayer`.
        samples: n, for symbolic data; two by default.
        inputs: d, for symbolic data; two by default.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.
        X: (n, d) numbers, a row a sample, or a dataset; symbols where it is left out.
        y: (n,) numbers; symbols where it is left out.

    Returns:
        A result with `.basis`, `.gram`, `.latex`.

    Raises:
        InvalidInstance: sizes below one, ragged rows, or values that are not numbers.
    """
    from theorycheck.symbolic.manifold import NormalSpace

    return NormalSpace(_problem(net, {"samples": samples, "inputs": inputs, "X": X, "y": y}, loss))


def riemannian_gradient(
    net: Any, *, samples: Size = None, inputs: Size = None, loss: Any = "half-sum", X: Any = None, y: Any = None
) -> "RiemannianGradient":
    """The gradient of the Hessian trace on the manifold, with its multipliers.

    Args:
        net: a `TwoLayer`.
        samples: n, for symbolic data; two by default.
        inputs: d, for symbolic data; two by default.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.
        X: (n, d) numbers, a row a sample, or a dataset; symbols where it is left out.
        y: (n,) numbers; symbols where it is left out.

    Returns:
        A result with `.expression`, `.system`, `.multipliers`, `.evaluate`, `.latex`.

    Raises:
        InvalidInstance: sizes below one, ragged rows, or values that are not numbers.
    """
    from theorycheck.symbolic.curvature import RiemannianGradient

    return RiemannianGradient(_problem(net, {"samples": samples, "inputs": inputs, "X": X, "y": y}, loss))


def riemannian_hessian(
    net: Any, *, samples: Size = None, inputs: Size = None, loss: Any = "half-sum", X: Any = None, y: Any = None
) -> "RiemannianHessian":
    """The Hessian of the Hessian trace on the manifold, as a quadratic form on tangent directions.

    Args:
        net: a `TwoLayer`.
        samples: n, for symbolic data; two by default.
        inputs: d, for symbolic data; two by default.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.
        X: (n, d) numbers, a row a sample, or a dataset; symbols where it is left out.
        y: (n,) numbers; symbols where it is left out.

    Returns:
        A result with `.expression`, `.evaluate`, `.on_basis`, `.latex`.

    Raises:
        InvalidInstance: sizes below one, ragged rows, or values that are not numbers.
    """
    from theorycheck.symbolic.curvature import RiemannianHessian

    return RiemannianHessian(_problem(net, {"samples": samples, "inputs": inputs, "X": X, "y": y}, loss))


def stationarity(
    net: Any, *, samples: Size = None, inputs: Size = None, loss: Any = "half-sum", X: Any = None, y: Any = None
) -> "Stationarity":
    """What first-order stationarity of the Hessian trace says, as a whole and pair by pair.

    Args:
        net: a `TwoLayer`.
        samples: n, for symbolic data; two by default.
        inputs: d, for symbolic data; two by default.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.
        X: (n, d) numbers, a row a sample, or a dataset; symbols where it is left out.
        y: (n,) numbers; symbols where it is left out.

    Returns:
        A result with `.equations`, `.pairs`, `.conditions`, `.proof`, `.latex`.

    Raises:
        InvalidInstance: sizes below one, ragged rows, or values that are not numbers.
    """
    from theorycheck.symbolic.stationarity import Stationarity

    return Stationarity(_problem(net, {"samples": samples, "inputs": inputs, "X": X, "y": y}, loss))


def flow_constant(algorithm: str = "full-batch", loss: Any = "half-sum") -> "FlowConstant":
    """The constant of label-noise SGD's limiting flow, derived from the algorithm.

    Args:
        algorithm: "one-sample" or "full-batch"; a step's mean is the gradient of the loss in both.
        loss: "sum", "half-sum", "mean", "half-mean", or a `Loss`.

    Returns:
        A result with `.noise` (c), `.coefficient`, `.proof`, `.latex`.
    """
    from theorycheck.symbolic.flow_constants import flow_constant as derived

    return derived(algorithm, loss)


def finite_step() -> "FiniteStep":
    """What a finite step size does to the flow's speed, from the discrete Lyapunov equation.

    Returns:
        A result with `.variance`, `.speed_factor`, `.regulariser`, `.latex`.
    """
    from theorycheck.symbolic.flow_constants import FiniteStep

    return FiniteStep()


def dufm_reduction(loss: str = "mse") -> "Reduction":
    """The loss of the unconstrained-features model as a function of one variable.

    Args:
        loss: "mse", for every family with output c I; "ce", for linear collapse with logits α.

    Returns:
        A result with `.expression`, `.constant` (C), `.collapse`, `.effective`, `.proof`, `.latex`.

    Raises:
        InvalidInstance: an unknown loss.
    """
    from theorycheck.symbolic.features import Reduction

    return Reduction(loss)


def dufm_stationarity(loss: str = "mse") -> "ScalarStationarity":
    """Where that function is stationary.

    Args:
        loss: "mse" or "ce".

    Returns:
        A result with `.equation`, `.profile`, `.strength`, `.cofactor`, `.proof`, `.latex`.

    Raises:
        InvalidInstance: an unknown loss.
    """
    from theorycheck.symbolic.features import ScalarStationarity

    return ScalarStationarity(loss)


def dufm_thresholds(loss: str = "mse") -> "SquaredThresholds | EntropyThresholds":
    """Its fold and the λ at which it stops to beat zero.

    Args:
        loss: "mse" or "ce".

    Returns:
        A result with `.fold`, `.fold_at`, `.zero`, `.proof`, `.latex`; for "mse" also `.zero_at`, `.collapse_fold`,
        `.collapse_zero` and `.survival`, for "ce" `.critical`.

    Raises:
        InvalidInstance: an unknown loss.
    """
    from theorycheck.symbolic.features_thresholds import thresholds

    return thresholds(loss)


def dufm_stability() -> "Stability":
    """Where linear collapse has a positive semidefinite Hessian, for cross-entropy.

    Returns:
        A result with `.fit`, `.parts` (each with `.curvature` and `.threshold`), `.four`, `.three`, `.two`, `.reg`,
        `.proof`, `.latex`.
    """
    from theorycheck.symbolic.features_stability import Stability

    return Stability()


def schatten_form() -> "SchattenForm":
    """The least penalty of the factors of a matrix.

    Returns:
        A result with `.expression`, `.penalty`, `.proof`, `.latex`.
    """
    from theorycheck.symbolic.features_geometry import SchattenForm

    return SchattenForm()


def solution_set_dimension() -> "SolutionSet":
    """The dimension of the set of balanced parameters of one output.

    Returns:
        A result with `.dimension`, `.collapse`, `.ratio`, `.excess`, `.limit`, `.printed`, `.proof`, `.latex`.
    """
    from theorycheck.symbolic.features_geometry import SolutionSet

    return SolutionSet()

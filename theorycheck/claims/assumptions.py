"""Assumptions of the two-layer theorems, each with a margin measured on an instance."""

from fractions import Fraction
from functools import lru_cache

from flint import fmpq, fmpq_mat

from theorycheck.certificates import check
from theorycheck.claims.claim import Assumption, Margin
from theorycheck.errors import InvalidInstance
from theorycheck.models.activations import Activation
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.inverse import bracket
from theorycheck.models.signs import proves
from theorycheck.numbers import exact

_GRID = tuple(fmpq(k, 8) for k in range(-64, 65))


@lru_cache(maxsize=512)
def least_derivative(phi: Activation, order: int) -> Margin:
    """How far a derivative of φ is above zero: its least value on a grid, with the sign proved for all z or refuted."""
    values = []
    for z in _GRID:
        try:
            values.append(phi.at(z, order))
        except check.Refused:  # beyond a branch of tan, or at a kink
            continue
    least = min(values, key=float) if values else None
    try:
        positive = proves(phi.jets()[order], ">")
    except check.Refused:
        positive = False
    if positive:
        return Margin(
            float(least) if least is not None else 1.0, True, "positive for all z, proved; least value on a grid"
        )
    if least is not None and least <= 0:
        value = exact(least) if isinstance(least, fmpq) else float(least)
        return Margin(value, True, "least value on a grid of rational points")
    return Margin(None, False, "no proof of a sign and no point that refutes it")


@lru_cache(maxsize=512)
def lower_bound(phi: Activation, order: int) -> Fraction:
    """A rational c ≥ 0 with φ^(order) ≥ c for all z, proved by the checker; 0 where none was found.

    The infimum is looked for on a grid first; c is at most a thousandth below it.
    """
    tree = phi.jets()[order]
    try:
        least = min((float(phi.at(z, order)) for z in _GRID if _defined(phi, z, order)), default=0.0)
    except (check.Refused, ValueError):
        return Fraction(0)
    for c in (Fraction(round(least * 1000), 1000), Fraction(int(least * 1000) - 1, 1000)):
        if c > 0 and proves(check.add(tree, fmpq(-c.numerator, c.denominator)), ">="):
            return c
    return Fraction(0)


def _defined(phi: Activation, z: fmpq, order: int) -> bool:
    try:
        phi.at(z, order)
    except check.Refused:
        return False
    return True


def gram_determinant(data: Dataset) -> Fraction:
    """det(XXᵀ): positive exactly when the samples are linearly independent."""
    rows = [[fmpq(v.numerator, v.denominator) for v in row] for row in data.gram()]
    return exact(fmpq_mat(rows).det())


def _independent(instance: Instance) -> Margin:
    return Margin(gram_determinant(instance.inputs), True, "determinant of the Gram matrix")


def _affinely_independent(instance: Instance) -> Margin:
    return Margin(gram_determinant(instance.data.with_bias()), True, "determinant of the Gram matrix of (x, 1)")


def _smooth(instance: Instance) -> Margin:
    kinked = "relu" in instance.network.activation.text or "abs" in instance.network.activation.text
    return Margin(Fraction(0 if kinked else 1), True, "whether the expression has a kink")


def _uniform(instance: Instance) -> Margin:
    phi = instance.network.activation
    least = min(lower_bound(phi, 1), lower_bound(phi, 3))
    return Margin(least, True, "the smaller of the proved lower bounds of φ' and φ'''")


def _realisable(instance: Instance) -> Margin:
    phi, m = instance.network.activation, instance.network.width
    try:
        for label in instance.data.y:
            bracket(phi, label / m, bits=20)
    except InvalidInstance:
        return Margin(Fraction(0), False, "some label lies outside m times the range of φ")
    return Margin(Fraction(1), True, "every label is bracketed by values of m φ")


def _equal_neurons_fit(instance: Instance) -> Margin:
    """Whether some theta with equal rows fits every label: X t = ν is solvable."""
    import numpy as np

    phi, m = instance.network.activation, instance.network.width
    X, y = instance.inputs.arrays()
    try:
        nu = np.array([phi.inverse(label / m) for label in y])
    except InvalidInstance:
        return Margin(Fraction(0), False, "some label lies outside m times the range of φ")
    gap = float(np.max(np.abs(X @ (np.linalg.pinv(X) @ nu) - nu)))
    return Margin(1e-9 - gap, False, "1e-9 less the largest misfit of X t = ν, in floats")


def _equal_weights(instance: Instance) -> Margin:
    a = instance.network.output_weights
    return Margin(
        1 - max(abs(v - 1) for v in a) if set(a) == {Fraction(1)} else Fraction(0), True, "output weights against 1"
    )


def _fixed_output(instance: Instance) -> Margin:
    return Margin(Fraction(0 if instance.network.trained_output else 1), True, "whether the output weights are trained")


def _orthonormal(instance: Instance) -> Margin:
    gram = instance.inputs.gram()
    gap = max(abs(v - (i == k)) for i, row in enumerate(gram) for k, v in enumerate(row))
    return Margin(Fraction(1) if gap == 0 else -gap, True, "largest entry of XXᵀ - I")


def _noisy(instance: Instance) -> Margin:
    return Margin(instance.sigma, True, "σ")


def _small_step(instance: Instance) -> Margin:
    return Margin(Fraction(1, 20) - instance.eta, True, "1/20 less η")


def assumption(name: str, text: str, latex: str, margin, about: str) -> Assumption:
    """An Assumption, with its arguments in the order in which they are read."""
    return Assumption(name, text, latex, margin, about)


INDEPENDENT_DATA = assumption(
    "independent_data",
    "the samples x_1, ..., x_n are linearly independent (hence n <= d)",
    r"x_1,\dots,x_n \text{ linearly independent}",
    _independent,
    "data",
)
AFFINELY_INDEPENDENT = assumption(
    "affinely_independent_data",
    "the samples are affinely independent (hence n <= d + 1)",
    r"(x_1,1),\dots,(x_n,1) \text{ linearly independent}",
    _affinely_independent,
    "data",
)
INCREASING = assumption(
    "increasing_activation",
    "phi'(z) > 0 for all z",
    r"\varphi'(z) > 0 \text{ for all } z",
    lambda instance: least_derivative(instance.network.activation, 1),
    "activation",
)
CONVEX_DERIVATIVE = assumption(
    "strictly_convex_derivative",
    "phi'''(z) > 0 for all z",
    r"\varphi'''(z) > 0 \text{ for all } z",
    lambda instance: least_derivative(instance.network.activation, 3),
    "activation",
)
NONZERO_SAMPLES = assumption(
    "nonzero_samples",
    "no sample is zero",
    r"x_i \ne 0",
    lambda instance: Margin(min(instance.inputs.squared_norms()), True, "least squared length of a sample"),
    "data",
)
SMOOTH = assumption(
    "smooth_activation",
    "phi is three times differentiable",
    r"\varphi \in C^3",
    _smooth,
    "activation",
)
UNIFORM_BOUNDS = assumption(
    "uniform_bounds",
    "phi' >= rho1 > 0 and phi''' >= rho2 > 0 for all z",
    r"\varphi' \ge \varrho_1 > 0,\ \varphi''' \ge \varrho_2 > 0",
    _uniform,
    "activation",
)
REALISABLE = assumption(
    "realisable_labels",
    "every label y_i lies in m times the range of phi",
    r"y_i \in m\,\varphi(\mathbb{R})",
    _realisable,
    "labels",
)
EQUAL_NEURONS_FIT = assumption(
    "equal_neurons_fit",
    "some network whose neurons are all equal fits every label",
    r"\exists t:\ m\,\varphi(x_i^\top t) = y_i",
    _equal_neurons_fit,
    "labels",
)
EQUAL_WEIGHTS = assumption(
    "equal_output_weights",
    "all output weights are fixed to 1",
    r"a_j = 1",
    _equal_weights,
    "network",
)
FIXED_OUTPUT = assumption(
    "fixed_output_layer",
    "the output layer is not trained",
    r"a \text{ fixed}",
    _fixed_output,
    "network",
)
ORTHONORMAL = assumption(
    "orthonormal_data",
    "the samples are orthonormal",
    r"\langle x_i, x_k\rangle = \delta_{ik}",
    _orthonormal,
    "data",
)
LABEL_NOISE = assumption(
    "label_noise", "fresh label noise of level sigma > 0 at every step", r"\sigma > 0", _noisy, "training"
)
SMALL_STEP = assumption("small_step", "the step size eta tends to 0", r"\eta \to 0", _small_step, "training")
SPAN_START = assumption(
    "start_in_span",
    "every neuron starts in the span of the data",
    r"\theta_j(0) \in \mathrm{span}(x_i)",
    lambda instance: Margin(Fraction(1), True, "how the checks draw the start"),
    "start",
)

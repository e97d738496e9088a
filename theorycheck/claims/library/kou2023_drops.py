"""The drop-one table of `kou2023`: what each row fixes, and what is known of it (arXiv 2310.18935).

True: an exact counterexample is expected. False: the statement holds without the assumption. None: nothing exact is
known; training says what it saw. Rows that drop nothing show what a statement does not depend on.
"""

from fractions import Fraction

from theorycheck.claims.claim import Drop
from theorycheck.models import generators_signs as signed

_UNEQUAL = {"X": "1,0,0,0;0,2,0,0;0,0,5,0;0,0,0,10", "y": "1,-1,1,-1"}
_ONE_CLASS = {"y": "1,1,1,1", "slope": "1/2"}
_LARGE = {"width": "10", "init": "1", "slope": "1/2"}
_WIDTHS = {"width": "1,2"}
_PAIRS = {"data": signed.opposite_pairs(2)}
_XOR = {"data": signed.xor()}
_HEXAGON = {"data": signed.hexagon(), "slope": "1/2"}
_COLLINEAR = {"data": signed.collinear(), "slope": "1/2"}
_SQUARE, _HINGE = {"loss": "square", "activation": "leaky"}, {"loss": "hinge"}
_TANH = {"activation": "tanh"}
_TRAINED = {"outputs": "trained", "width": "20", "slope": "1/2"}
_RELU = {"slope": "0", "activation": "leaky"}
_ZERO_START = {"init": "0", "slope": "1/2"}


def _tilted(cosine: str) -> dict:
    return {"data": signed.tilted(Fraction(cosine)), "slope": "1/2"}


def _gaussian(d: int) -> dict:
    return {"n": "10", "d": str(d), "slope": "1/2", "width": "20"}


K1 = (
    Drop("nearly_orthogonal", {}, True, "close samples"),
    Drop("leaky_activation", _RELU, True, "ReLU: inactive neurons stay"),
    Drop("fixed_outputs", {}, True, "both layers trained: a first step from a small start moves little"),
    Drop("equal_widths", _WIDTHS, False, "m_+ = 1, m_- = 2"),
    Drop("logistic_loss", _HINGE, False, "hinge loss"),
    Drop("logistic_loss", _SQUARE, False, "squared loss"),
    Drop("small_start", {}, True, "sigma_0 = 1"),
    Drop("small_step", {}, False, "eta = 1000"),
    Drop(None, _ZERO_START, False, "W(0) = 0"),
)
K2 = (
    Drop("own_pattern", _HEXAGON, True, "hexagon: f = 0 and nothing moves"),
    Drop("nearly_orthogonal", _COLLINEAR, None, "collinear"),
    Drop("leaky_activation", _RELU, True, "ReLU: neurons inactive on all samples"),
    Drop("leaky_activation", _TANH, None, "tanh: f is bounded"),
    Drop("logistic_loss", _SQUARE, True, "squared loss"),
    Drop("logistic_loss", _HINGE, True, "hinge loss"),
    Drop("fixed_outputs", _TRAINED, None, "both layers trained"),
    Drop("equal_widths", _WIDTHS, False, "m_+ = 1, m_- = 2"),
    Drop("small_start", {}, False, "sigma_0 = 1"),
    Drop("small_step", {}, None, "eta = 1000"),
    Drop(None, _ZERO_START, False, "W(0) = 0"),
)
K3 = (
    Drop("nearly_orthogonal", {}, False, "any data with the pattern of the labels"),
    Drop("nearly_orthogonal", _COLLINEAR, False, "collinear"),
    Drop("own_pattern", {"slope": "1/2"}, True, "found: classes without a direction"),
    Drop("own_pattern", _PAIRS, True, "classes +-e_i"),
    Drop("own_pattern", _XOR, False, "XOR"),
    Drop("leaky_activation", _RELU, True, "ReLU"),
    Drop("leaky_activation", _TANH, None, "tanh"),
    Drop("logistic_loss", _SQUARE, True, "squared loss: the start stays, by 1/1000 or more"),
    Drop("logistic_loss", _HINGE, True, "hinge loss: the start stays, by 1/1000 or more"),
    Drop("fixed_outputs", _TRAINED, None, "both layers trained"),
    Drop("equal_widths", _WIDTHS, False, "m_+ = 1, m_- = 2"),
    Drop("small_start", _LARGE, False, "sigma_0 = 1: later, not never"),
    Drop("small_step", {}, False, "eta = 1000"),
    Drop(None, _UNEQUAL, False, "lengths 1, 2, 5, 10"),
    Drop(None, _ONE_CLASS, False, "one class"),
    Drop(None, _ZERO_START, False, "W(0) = 0"),
)
K3_STACKED = (
    Drop(None, {}, True, "the claim itself"),
    Drop("both_classes", {}, False, "one class"),
    Drop("not_linear", {}, False, "gamma = 1"),
)
K3_BALANCED = (
    Drop("orthogonal_data", {}, True, "samples that are not orthogonal"),
    Drop("equal_lengths", {}, True, "unequal lengths"),
    Drop("balanced_labels", {}, True, "one class"),
    Drop("leaky_activation", _RELU, None, "ReLU, all neurons alike"),
    Drop("equal_widths", _WIDTHS, True, "m_+ = 1, m_- = 2"),
    Drop("logistic_loss", _HINGE, False, "hinge loss: the point is the same"),
)
K4 = (
    Drop("nearly_orthogonal", {}, True, "found: the smallest"),
    Drop("nearly_orthogonal", _COLLINEAR, True, "collinear"),
    Drop("nearly_orthogonal", _tilted("1/5"), False, "length 3, cosine 1/5"),
    Drop("nearly_orthogonal", _tilted("1/3"), False, "length 3, cosine 1/3"),
    Drop("nearly_orthogonal", _tilted("17/50"), True, "length 3, cosine 17/50"),
    Drop("nearly_orthogonal", _tilted("1/2"), True, "length 3, cosine 1/2"),
    Drop("nearly_orthogonal", _tilted("9/10"), True, "length 3, cosine 9/10"),
    Drop("nearly_orthogonal", _gaussian(100), False, "Gaussian, n = 10, d = 100"),
    Drop("nearly_orthogonal", _gaussian(50), False, "Gaussian, n = 10, d = 50"),
    Drop("nearly_orthogonal", _gaussian(20), True, "Gaussian, n = 10, d = 20"),
    Drop("own_pattern", _PAIRS, False, "classes +-e_i"),
    Drop("own_pattern", _XOR, False, "XOR"),
    Drop("leaky_activation", _RELU | {"width": "1"}, True, "ReLU, m = 1: a dead sample"),
    Drop("leaky_activation", _TANH, None, "tanh"),
    Drop("logistic_loss", _SQUARE, False, "squared loss: all margins become 1"),
    Drop("logistic_loss", _HINGE, True, "hinge loss"),
    Drop("fixed_outputs", _TRAINED, None, "both layers trained"),
    Drop("equal_widths", _WIDTHS, False, "m_+ = 1, m_- = 2"),
    Drop("small_start", _LARGE, False, "sigma_0 = 1"),
    Drop("small_step", {}, None, "eta = 1000"),
    Drop(None, _UNEQUAL, False, "lengths 1, 2, 5, 10"),
    Drop(None, _ONE_CLASS, False, "one class"),
    Drop(None, _ZERO_START, False, "W(0) = 0"),
)
K4_POSITIVE = (
    Drop("nearly_orthogonal", {}, True, "found: the smallest"),
    Drop("nearly_orthogonal", _tilted("1/5"), False, "length 3, cosine 1/5"),
    Drop("nearly_orthogonal", _tilted("1/2"), True, "length 3, cosine 1/2"),
    Drop("leaky_activation", _RELU, False, "ReLU"),
    Drop("equal_widths", _WIDTHS, False, "m_+ = 1, m_- = 2"),
)
K4_IFF = (
    Drop("own_pattern", {"slope": "1/10"}, True, "another pattern than that of the labels"),
    Drop("leaky_activation", _RELU, None, "ReLU"),
    Drop("equal_widths", _WIDTHS, False, "m_+ = 1, m_- = 2"),
)
K5 = (
    Drop("nearly_orthogonal", {}, True, "K^-1 1 with a negative entry"),
    Drop("own_pattern", _HEXAGON, True, "hexagon: f = 0 and nothing moves"),
    Drop("leaky_activation", _RELU | {"width": "1"}, True, "ReLU, m = 1: a dead sample"),
    Drop("leaky_activation", _TANH, None, "tanh: f is bounded"),
    Drop("logistic_loss", _SQUARE, True, "squared loss"),
    Drop("logistic_loss", _HINGE, True, "hinge loss"),
    Drop("fixed_outputs", _TRAINED, None, "both layers trained"),
    Drop("small_start", _LARGE, False, "sigma_0 = 1"),
    Drop("small_step", {}, None, "eta = 1000"),
    Drop(None, _ZERO_START, False, "W(0) = 0"),
)
K6 = (
    Drop("nearly_orthogonal", {}, True, "found: the smallest"),
    Drop("nearly_orthogonal", _tilted("1/5"), False, "length 3, cosine 1/5"),
    Drop("nearly_orthogonal", _tilted("1/2"), True, "length 3, cosine 1/2"),
    Drop("own_pattern", {"slope": "1/10"}, True, "another pattern than that of the labels"),
    Drop("equal_widths", _WIDTHS, True, "m_+ = 1, m_- = 2: shorter weights"),
)
K6_LIMIT = (
    Drop("nearly_orthogonal", {}, True, "a limit with unlike margins"),
    Drop("logistic_loss", _SQUARE, True, "squared loss: the start stays, by 1/1000 or more"),
    Drop("logistic_loss", _HINGE, True, "hinge loss: the start stays, by 1/1000 or more"),
    Drop("fixed_outputs", _TRAINED, None, "both layers trained"),
    Drop("small_start", _LARGE, False, "sigma_0 = 1"),
    Drop("small_step", {}, None, "eta = 1000"),
)
K7 = (
    Drop("enough_neurons", {}, True, "m = 1: a dead sample"),
    Drop("random_start", {"init": "0"}, True, "W(0) = 0, sigma'(0) = 0"),
    Drop("relu_activation", {"slope": "1/2", "activation": "leaky"}, False, "leaky ReLU"),
    Drop("orthogonal_data", _gaussian(50) | {"slope": "0"}, None, "Gaussian, n = 10, d = 50"),
    Drop("fixed_outputs", {"outputs": "trained", "width": "20", "slope": "0"}, None, "both layers trained"),
)
K7_KEPT = (
    Drop("nearly_orthogonal", {}, True, "an obtuse angle"),
    Drop("small_start", {"width": "10", "init": "1"}, True, "one sample learnt before the other"),
    Drop("relu_activation", {"slope": "1/2", "activation": "leaky"}, False, "leaky ReLU"),
)
K8 = (
    Drop("orthogonal_data", {}, True, "another sample wakes a neuron"),
    Drop("relu_activation", {"activation": "leaky"}, True, "leaky ReLU"),
    Drop("fixed_outputs", {}, True, "both layers trained: an output weight changes its sign"),
    Drop("logistic_loss", _HINGE, False, "hinge loss"),
    Drop("equal_widths", _WIDTHS, False, "m_+ = 1, m_- = 2"),
)
K9 = (Drop("decreasing_loss", {}, True, "squared loss: past the fit and back"),)

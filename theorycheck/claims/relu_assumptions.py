"""Assumptions of the theorems on plainly trained (leaky) ReLU networks, each with a margin on an instance.

n samples x_i with labels y_i, R_min and R_max the least and largest length of a sample, p the largest |<x_i, x_k>| of
two different samples, γ the slope, m the number of neurons of a sign. What depends on the data is exact: no square
root is taken, lengths are compared by their squares.
"""

from collections.abc import Callable
from fractions import Fraction

from theorycheck.claims import relu_measures as measures
from theorycheck.claims.assumptions import assumption
from theorycheck.claims.claim import Assumption, Margin
from theorycheck.models.relu import ReluInstance


def _whether(name: str, text: str, latex: str, holds: Callable[[ReluInstance], bool], about: str) -> Assumption:
    """An assumption that is plain from the instance: margin 1 or 0."""
    return assumption(
        name, text, latex, lambda one: Margin(Fraction(int(holds(one))), True, "plain from the instance"), about
    )


def _exactly(name: str, text: str, latex: str, size: Callable[[ReluInstance], Fraction], about: str, how: str):
    """An assumption that a rational is positive."""
    return assumption(name, text, latex, lambda one: Margin(size(one), True, how), about)


LOGISTIC = _whether(
    "logistic_loss",
    "the loss is the logistic loss",
    r"\ell=\log(1+e^{-yf})",
    lambda one: one.loss == "logistic",
    "loss",
)
SQUARE = _whether(
    "squared_loss", "the loss is the squared loss", r"\ell=\tfrac12(f-y)^2", lambda one: one.loss == "square", "loss"
)
HINGE = _whether(
    "hinge_loss", "the loss is the hinge loss", r"\ell=\max(0,1-yf)", lambda one: one.loss == "hinge", "loss"
)
LEAKY = _exactly(
    "leaky_activation",
    "sigma(z) = max(z, gamma z) with gamma > 0",
    r"\sigma(z)=\max(z,\gamma z),\ \gamma>0",
    lambda one: one.slope if one.activation == "leaky" else Fraction(0),
    "activation",
    "gamma",
)
RELU = _whether("relu_activation", "sigma(z) = max(z, 0)", r"\sigma(z)=\max(z,0)", lambda one: one.relu, "activation")
PIECEWISE = _whether(
    "piecewise_linear",
    "sigma(z) = max(z, gamma z) with gamma >= 0",
    r"\sigma(z)=\max(z,\gamma z),\ \gamma\ge0",
    lambda one: one.activation == "leaky",
    "activation",
)
FIXED = _whether(
    "fixed_outputs",
    "output weights are fixed to +-1/m a sign",
    r"a_{j,r}=j/m_j \text{ fixed}",
    lambda one: one.outputs == "fixed",
    "network",
)
TRAINED = _whether(
    "both_layers",
    "both layers are trained",
    r"(a_j,w_j) \text{ trained}",
    lambda one: one.outputs == "trained",
    "network",
)
EQUAL = _whether(
    "equal_widths", "both signs have m neurons", r"m_+=m_-=m", lambda one: len(set(one.width)) == 1, "network"
)
NONZERO = _exactly(
    "nonzero_samples",
    "no sample is zero",
    r"x_i\ne0",
    lambda one: measures.least_square(one.data),
    "data",
    "the least squared length",
)
ONE_STEP = _exactly(
    "nearly_orthogonal",
    "gamma R_min^2 > (n - 1) p",
    r"\gamma R_{\min}^2>(n-1)\,p",
    measures.one_step_gap,
    "data",
    "gamma R_min^2 - (n - 1) p",
)
DOMINANT = _exactly(
    "nearly_orthogonal",
    "R_min^2 > 2 (n - 1) p",
    r"R_{\min}^2>2(n-1)\,p",
    measures.dominance_gap,
    "data",
    "R_min^2 - 2 (n - 1) p",
)
NEARLY = _exactly(
    "nearly_orthogonal",
    "R_min^2 > 2 (n - 1) p and gamma R_min^2 > (n - 1) p",
    r"R_{\min}^2>2(n-1)p,\ \gamma R_{\min}^2>(n-1)p",
    lambda one: min(measures.one_step_gap(one), measures.dominance_gap(one)),
    "data",
    "the smaller of both gaps",
)
ORTHOGONAL = _exactly(
    "orthogonal_data",
    "different samples are orthogonal, none is zero",
    r"\langle x_i,x_k\rangle=0,\ x_i\ne0",
    lambda one: -measures.coherence(one.data) if measures.coherence(one.data) else measures.least_square(one.data),
    "data",
    "-p, or R_min^2 where p = 0",
)
TWO_AND_ONE = _exactly(
    "two_and_one",
    "two samples of one label, one of them of length 1, and one of the other, of length 1 and orthogonal to both",
    r"y_1=y_2=-y_3,\ \|x_1\|=\|x_3\|=1,\ x_3\perp x_1,x_2",
    lambda one: measures.two_and_one(one.data),
    "data",
    "the least squared length of the two, or less what is missing to that",
)
SEPARABLE = _exactly(
    "orthogonally_separable",
    "samples of a class have positive inner products, samples of different classes negative ones",
    r"y_iy_k\langle x_i,x_k\rangle>0",
    lambda one: min(measures.separation(one.data), measures.least_square(one.data)),
    "data",
    "the least y_i y_k <x_i, x_k>",
)
OWN_PATTERN = assumption(
    "own_pattern",
    "the max-margin point of the pattern of the labels has that pattern: j y_i <v_j, x_i> > 0",
    r"\operatorname{sign}\langle v_j,x_i\rangle=jy_i",
    measures.own_pattern,
    "data",
)
BOTH_CLASSES = _whether(
    "both_classes",
    "there are samples of both labels",
    r"\{y_i\}=\{\pm1\}",
    lambda one: len(set(one.data.y)) > 1,
    "labels",
)
NOT_LINEAR = _exactly("not_linear", "gamma < 1", r"\gamma<1", lambda one: 1 - one.slope, "activation", "1 - gamma")
EQUAL_NORMS = _whether(
    "equal_lengths",
    "all samples have the same length",
    r"\|x_i\|=\|x_k\|",
    lambda one: measures.least_square(one.data) == measures.largest_square(one.data),
    "data",
)
BALANCED = _whether(
    "balanced_labels", "as many samples of each label", r"\sum_iy_i=0", lambda one: sum(one.data.y) == 0, "labels"
)
DECREASING = _whether(
    "decreasing_loss",
    "the loss does not grow with the margin",
    r"\ell'\le0",
    lambda one: one.loss in ("logistic", "hinge"),
    "loss",
)
SMALL_START = assumption(
    "small_start",
    "at the start |<w, x_i>| <= e, n m (1 + exp(2e)) e < eta (gamma R_min^2 - exp(2e) (n - 1) p); where gamma R_min^2 "
    "<= (n - 1) p, with R_min^2 - (exp(2e) - 1) (n - 1) p in the last bracket",
    r"|\langle w_{j,r}(0),x_i\rangle|\le\epsilon,\ "
    r"nm(1+e^{2\epsilon})\epsilon<\eta(\gamma R_{\min}^2-e^{2\epsilon}(n-1)p)",
    measures.start_room,
    "start",
)
SMALL_STEP = _exactly(
    "small_step",
    "eta < n m / R_max^2",
    r"\eta<nm/R_{\max}^2",
    measures.step_room,
    "training",
    "n m / R_max^2 less eta",
)
RANDOM_START = _exactly(
    "random_start",
    "the start is random, not zero",
    r"\sigma_0>0",
    lambda one: one.init,
    "start",
    "the scale of the start",
)
ENOUGH = _exactly(
    "enough_neurons",
    "n 2^-m < 1/20: at the start every sample has an active neuron of its own sign, up to that probability",
    r"n\,2^{-m}<\tfrac1{20}",
    lambda one: measures.CHANCE - measures.missed_chance(one),
    "network",
    "1/20 - n 2^-m",
)
TINY_START = _exactly(
    "small_initialisation",
    "the start has scale lambda < 1/50",
    r"\lambda<\tfrac1{50}",
    lambda one: Fraction(1, 50) - one.init,
    "start",
    "1/50 - lambda",
)
DOMINATION = _whether(
    "dominant_outputs",
    "|a_j(0)| >= |w_j(0)|",
    r"|a_j(0)|\ge\|w_j(0)\|",
    lambda one: one.dominance >= 1,
    "start",
)
BOTH_SIGNS = _exactly(
    "both_output_signs",
    "output weights of both signs: balanced, or random with 2^(1-m) < 1/20",
    r"\{\operatorname{sign}a_j(0)\}=\{\pm1\}",
    lambda one: measures.CHANCE - measures.one_sided_chance(one),
    "start",
    "1/20 less the probability that all have one sign",
)
SYMMETRIC = assumption("symmetric_inputs", "x and -x have the same law", r"x\sim-x", measures.symmetric, "data")
ANTIPODAL = _whether(
    "antipodal_sample",
    "with (x, y) the sample has (-x, -y)",
    r"\{(x_k,y_k)\}=\{(-x_k,-y_k)\}",
    lambda one: measures.is_antipodal(one.data),
    "data",
)
LINEAR_TEACHER = assumption(
    "linear_teacher",
    "labels are <beta, x> and centred noise",
    r"y=\langle\beta,x\rangle+\text{noise}",
    measures.linear_teacher,
    "labels",
)
AWAY = assumption(
    "margin_condition",
    "samples stay away from the hyperplane orthogonal to Sigma beta: |<x, Sigma beta>| >= c |x| |Sigma beta|",
    r"|\langle x,\Sigma\beta\rangle|\ge c\,\|x\|\,\|\Sigma\beta\|",
    measures.margin_condition,
    "data",
)
PATTERNS = assumption(
    "patterns_kept",
    "beta_+ and beta_- are both positive on S_+ and both negative on S_-, and every sample is on one of these sides",
    r"\pm\langle\beta_j,x_k\rangle>0 \text{ on } S_\pm,\ j=\pm",
    measures.patterns,
    "labels",
)
MANY = _exactly(
    "many_samples",
    "n >= 8 d",
    r"n\ge8d",
    lambda one: Fraction(one.data.n - measures.PER_INPUT * one.data.d + 1),
    "data",
    "n - 8 d + 1",
)
NOISE = assumption(
    "label_noise",
    "labels have noise of level sigma > 0",
    r"\sigma>0",
    lambda one: Margin(one.law.sigma if one.law is not None else Fraction(0), True, "sigma of the law, 0 without one"),
    "labels",
)
BOTH_SIDES = _whether(
    "both_label_signs",
    "there are positive and negative labels",
    r"\min y_k<0<\max y_k",
    lambda one: min(one.data.y) < 0 < max(one.data.y),
    "labels",
)
ALIGNED = _whether(
    "labels_not_orthogonal",
    "sum y x is not zero",
    r"\sum_ky_kx_k\ne0",
    lambda one: any(measures.mean_direction(one.data)),
    "data",
)
LEAKY_PATTERNS = assumption(
    "leaky_patterns_kept",
    "alpha_+ and alpha_- are both positive on S_+ and both negative on S_-, and every sample is on one of these sides",
    r"\pm\langle\alpha_j,x_k\rangle>0 \text{ on } S_\pm,\ j=\pm",
    measures.leaky_patterns,
    "labels",
)
ORTHANT = _exactly(
    "positive_inputs",
    "all entries of all samples are positive",
    r"x_k>0",
    lambda one: min(v for row in one.data.X for v in row),
    "data",
    "the least entry",
)


SIGNAL = _whether(
    "signal_and_orthogonal_noise",
    "samples are +-rho u plus tau times orthonormal noise vectors orthogonal to u; some labels are flipped",
    r"x_i=y_ic_i\rho u+\tau z_i,\ c_i=\pm1",
    lambda one: measures.signal(one.data) is not None,
    "data",
)
NONNEGATIVE = assumption(
    "nonnegative_multipliers",
    "K lambda = 1 for some lambda >= 0",
    r"K\lambda=\mathbf 1,\ \lambda\ge0",
    measures.nonnegative,
    "data",
)
XOR = _whether(
    "xor_clusters",
    "two opposite pairs of samples on two orthogonal axes, at one distance, one label a pair",
    r"x=\pm\mu e_1\,(+),\ \pm\mu e_2\,(-)",
    lambda one: measures.is_xor(one.data),
    "data",
)

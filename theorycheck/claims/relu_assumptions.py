"""Assumptions of the theorems on plainly trained (leaky) ReLU networks, each with a margin on an instance.

n samples x_i with labels y_i, R_min and R_max the least and largest length of a sample, p the largest |<x_i, x_k>| of
two different samples, γ the slope, m the number of neurons of a sign. What depends on the data is exact: no square
root is taken, lengths are compared by their squares.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import Any

from theorycheck.claims.assumptions import assumption
from theorycheck.claims.claim import Assumption, Margin
from theorycheck.models.data import Dataset
from theorycheck.models.orthogonality import Orthogonality, orthogonality
from theorycheck.models.rational import gram
from theorycheck.models.relu import ReluInstance

LARGEST = 5  # standard deviations of the start's largest preactivation
CHANCE = Fraction(1, 20)  # a random start may fail with at most this probability
PER_INPUT = 8  # samples an input from which on a limit is looked for; the theorem's own number is not known


def _whether(name: str, text: str, latex: str, holds: Callable[[ReluInstance], bool], about: str) -> Assumption:
    """An assumption that is plain from the instance: margin 1 or 0."""
    return assumption(
        name, text, latex, lambda one: Margin(Fraction(int(holds(one))), True, "plain from the instance"), about
    )


def _exactly(name: str, text: str, latex: str, size: Callable[[ReluInstance], Fraction], about: str, how: str):
    """An assumption that a rational is positive."""
    return assumption(name, text, latex, lambda one: Margin(size(one), True, how), about)


@lru_cache(maxsize=256)
def _measured(data: Dataset) -> Orthogonality:
    return orthogonality(data)


def coherence(data: Dataset) -> Fraction:
    """p, the largest |<x_i, x_k>| of two different samples; 0 for one sample."""
    return _measured(data).inner


def least_square(data: Dataset) -> Fraction:
    """R_min²."""
    return _measured(data).least


def largest_square(data: Dataset) -> Fraction:
    """R_max²."""
    return _measured(data).largest


def natural_step(one: ReluInstance) -> Fraction:
    """η, or n m / (2 R_max²) where the instance leaves it to training."""
    usual = Fraction(one.data.n * max(one.width)) / (2 * (largest_square(one.data) or 1))
    return one.eta if one.eta is not None else usual


def one_step_gap(one: ReluInstance) -> Fraction:
    """γ R_min² - (n - 1) p: positive, and one step from a tiny start aligns every neuron with every label."""
    return one.slope * least_square(one.data) - (one.data.n - 1) * coherence(one.data)


def dominance_gap(one: ReluInstance) -> Fraction:
    """R_min² - 2 (n - 1) p: positive, and all multipliers of the max-margin problem are."""
    return least_square(one.data) - 2 * (one.data.n - 1) * coherence(one.data)


def separation(data: Dataset) -> Fraction:
    """The least y_i y_k <x_i, x_k> of two different samples; of one sample its squared length."""
    products, y = gram(data.X), data.y
    pairs = (y[i] * y[k] * products[i][k] for i, k in combinations(range(data.n), 2))
    return min(pairs, default=products[0][0])


def _start_room(one: ReluInstance) -> Margin:
    """How far the first step outweighs a start of which no preactivation is above e = 5 σ_0 R_max.

    η (γ R_min² - e^(2e) (n - 1) p) - n m (1 + e^(2e)) e, over η R_min²; with R_min² alone where γ R_min² ≤ (n - 1) p,
    so that it says something of the start there too.
    """
    from math import expm1

    least, step = float(least_square(one.data)), float(natural_step(one))
    if not least or one.data.n == 0:
        return Margin(Fraction(0), True, "a sample is zero")
    e = LARGEST * float(one.init) * float(largest_square(one.data)) ** 0.5
    growth = expm1(min(2 * e, 100.0))
    gain = float(one_step_gap(one)) if one_step_gap(one) > 0 else least
    gain -= growth * (one.data.n - 1) * float(coherence(one.data))
    room = gain / least - one.data.n * max(one.width) * (2 + growth) * e / (step * least)
    return Margin(room, False, "relative, in floats; e = 5 sigma_0 R_max, and eta = n m / (2 R_max^2) if not given")


def _step_room(one: ReluInstance) -> Fraction:
    """The room n m / R_max² - η; no step is too large where training chooses it, or where all samples are zero."""
    most = largest_square(one.data)
    return Fraction(1) if one.eta is None or not most else one.data.n * min(one.width) / most - one.eta


def missed_chance(one: ReluInstance) -> Fraction:
    """At most this probable: a sample without an active neuron of its own sign at the start."""
    return one.data.n * Fraction(1, 2 ** min(one.width))


def one_sided_chance(one: ReluInstance) -> Fraction:
    """How probable it is that all output weights start with the same sign."""
    if one.signs in ("plus", "minus") or sum(one.width) == 1:
        return Fraction(1)
    return Fraction(0) if one.signs == "balanced" else Fraction(2, 2 ** sum(one.width))


def is_antipodal(data: Dataset) -> bool:
    """Whether with every sample its negative is there, with the negative label, and equally often."""
    pairs = sorted((*row, label) for row, label in zip(data.X, data.y, strict=True))
    return pairs == sorted(tuple(-v for v in pair) for pair in pairs)


def mean_direction(data: Dataset) -> tuple[Fraction, ...]:
    """1/(2 n) Σ y_k x_k, which is Σ_n β / 2 for labels <β, x>: the alignment vector of a symmetric sample."""
    weighted = [[y * x for x in row] for row, y in zip(data.X, data.y, strict=True)]
    return tuple(sum(column, Fraction(0)) / (2 * data.n) for column in zip(*weighted, strict=True))


def _least_square_cosine(one: ReluInstance) -> Fraction:
    """The least squared cosine between a sample and Σ y x; 0 where one is zero."""
    towards, norms = mean_direction(one.data), one.data.squared_norms()
    length = sum(v * v for v in towards)
    if not length or not all(norms):
        return Fraction(0)
    products = (sum(a * b for a, b in zip(row, towards, strict=True)) for row in one.data.X)
    return min(product**2 / (norm * length) for product, norm in zip(products, norms, strict=True))


def _margin_condition(one: ReluInstance) -> Margin:
    if one.law is not None:
        return Margin(one.law.cone, True, "the cone of the law that the data were drawn from")
    return Margin(_least_square_cosine(one), True, "least squared cosine of a sample with sum y x; no law is known")


def _of_law(one: ReluInstance, name: str, otherwise: bool, how: str) -> Margin:
    if one.law is not None:
        return Margin(
            Fraction(int(getattr(one.law, name))), True, "a property of the law that the data were drawn from"
        )
    return Margin(Fraction(int(otherwise)), True, how)


def _symmetric(one: ReluInstance) -> Margin:
    return _of_law(one, "symmetric", is_antipodal(one.data), "whether the sample is antipodal; no law is known")


def _linear_teacher(one: ReluInstance) -> Margin:
    return _of_law(one, "linear", is_antipodal(one.data), "whether labels are odd on an antipodal sample; no law known")


def own_pattern(one: ReluInstance) -> Margin:
    """The least j y_i <w, x_i> of the neurons of both signs at the max-margin point of the pattern of the labels."""
    from theorycheck.errors import InvalidInstance
    from theorycheck.exact.margin import margin

    how = "the least j y_i <v_j, x_i> at the max-margin point"
    try:
        solution = margin(one)
    except InvalidInstance:
        return Margin(Fraction(0), True, "there is no max-margin point")
    y, groups = one.data.y, solution.problem.groups
    rows = zip(solution.preactivations.tolist(), groups, strict=True)
    least = min(g.sign * int(label) * v for row, g in rows for label, v in zip(y, row, strict=True))
    return Margin(Fraction(int(least.p), int(least.q)), True, how)


def _nonnegative(one: ReluInstance) -> Margin:
    """1 where K λ = 1 has the solution λ >= 0 of the max-margin point, else 0."""
    from theorycheck.errors import InvalidInstance
    from theorycheck.exact.margin import margin

    try:
        solution = margin(one)
    except InvalidInstance:
        return Margin(Fraction(0), True, "there is no max-margin point")
    return Margin(Fraction(int(set(solution.frozen_margins) == {1})), True, "whether all margins of that point are 1")


def _leaky_patterns(one: ReluInstance) -> Margin:
    """The least ± <α_±, x_k> on the sides of the split, α_± = (β_± - γ β_∓) / (1 - γ²)."""
    fits, delta = _fits(one.data), 1 - one.slope**2
    if fits is None or not delta:
        return Margin(Fraction(0), True, "gamma = 1 has no sides" if fits else "there is no split")
    values = []
    for sign, side, other in ((1, fits.plus, fits.minus), (-1, fits.minus, fits.plus)):
        alpha = [(a - one.slope * b) / delta for a, b in zip(side.beta, other.beta, strict=True)]
        values += [sign * sum(a * v for a, v in zip(alpha, one.data.X[k], strict=True)) for k in side.rows]
    return Margin(min(values, default=Fraction(0)), True, "in rationals")


def _patterns(one: ReluInstance) -> Margin:
    fits = _fits(one.data)
    return Margin(Fraction(int(fits is not None and fits.kept)), True, "in rationals" if fits else "there is no split")


@lru_cache(maxsize=256)
def _fits(data: Dataset) -> Any:
    """The two-sided fit; None where labels and samples give no split."""
    from theorycheck.errors import InvalidInstance
    from theorycheck.exact.two_sided import two_sided_ols

    try:
        return two_sided_ols(data)
    except InvalidInstance:
        return None


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
    lambda one: least_square(one.data),
    "data",
    "the least squared length",
)
ONE_STEP = _exactly(
    "nearly_orthogonal",
    "gamma R_min^2 > (n - 1) p",
    r"\gamma R_{\min}^2>(n-1)\,p",
    one_step_gap,
    "data",
    "gamma R_min^2 - (n - 1) p",
)
DOMINANT = _exactly(
    "nearly_orthogonal",
    "R_min^2 > 2 (n - 1) p",
    r"R_{\min}^2>2(n-1)\,p",
    dominance_gap,
    "data",
    "R_min^2 - 2 (n - 1) p",
)
NEARLY = _exactly(
    "nearly_orthogonal",
    "R_min^2 > 2 (n - 1) p and gamma R_min^2 > (n - 1) p",
    r"R_{\min}^2>2(n-1)p,\ \gamma R_{\min}^2>(n-1)p",
    lambda one: min(one_step_gap(one), dominance_gap(one)),
    "data",
    "the smaller of both gaps",
)
ORTHOGONAL = _exactly(
    "orthogonal_data",
    "different samples are orthogonal, none is zero",
    r"\langle x_i,x_k\rangle=0,\ x_i\ne0",
    lambda one: -coherence(one.data) if coherence(one.data) else least_square(one.data),
    "data",
    "-p, or R_min^2 where p = 0",
)
SEPARABLE = _exactly(
    "orthogonally_separable",
    "samples of a class have positive inner products, samples of different classes negative ones",
    r"y_iy_k\langle x_i,x_k\rangle>0",
    lambda one: min(separation(one.data), least_square(one.data)),
    "data",
    "the least y_i y_k <x_i, x_k>",
)
OWN_PATTERN = assumption(
    "own_pattern",
    "the max-margin point of the pattern of the labels has that pattern: j y_i <v_j, x_i> > 0",
    r"\operatorname{sign}\langle v_j,x_i\rangle=jy_i",
    own_pattern,
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
    lambda one: least_square(one.data) == largest_square(one.data),
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
    "at the start |<w, x_i>| <= e, n m (1 + exp(2e)) e < eta (gamma R_min^2 - exp(2e) (n - 1) p)",
    r"|\langle w_{j,r}(0),x_i\rangle|\le\epsilon,\ "
    r"nm(1+e^{2\epsilon})\epsilon<\eta(\gamma R_{\min}^2-e^{2\epsilon}(n-1)p)",
    _start_room,
    "start",
)
SMALL_STEP = _exactly(
    "small_step",
    "eta < n m / R_max^2",
    r"\eta<nm/R_{\max}^2",
    _step_room,
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
    lambda one: CHANCE - missed_chance(one),
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
    lambda one: CHANCE - one_sided_chance(one),
    "start",
    "1/20 less the probability that all have one sign",
)
SYMMETRIC = assumption("symmetric_inputs", "x and -x have the same law", r"x\sim-x", _symmetric, "data")
ANTIPODAL = _whether(
    "antipodal_sample",
    "with (x, y) the sample has (-x, -y)",
    r"\{(x_k,y_k)\}=\{(-x_k,-y_k)\}",
    lambda one: is_antipodal(one.data),
    "data",
)
LINEAR_TEACHER = assumption(
    "linear_teacher",
    "labels are <beta, x> and centred noise",
    r"y=\langle\beta,x\rangle+\text{noise}",
    _linear_teacher,
    "labels",
)
AWAY = assumption(
    "margin_condition",
    "samples stay away from the hyperplane orthogonal to Sigma beta: |<x, Sigma beta>| >= c |x| |Sigma beta|",
    r"|\langle x,\Sigma\beta\rangle|\ge c\,\|x\|\,\|\Sigma\beta\|",
    _margin_condition,
    "data",
)
PATTERNS = assumption(
    "patterns_kept",
    "beta_+ and beta_- have the signs on their own samples for which they were fitted",
    r"\langle\beta_+,x_k\rangle>0 \text{ on } S_+,\ \langle\beta_-,x_k\rangle<0 \text{ on } S_-",
    _patterns,
    "labels",
)
MANY = _exactly(
    "many_samples",
    "n >= 8 d",
    r"n\ge8d",
    lambda one: Fraction(one.data.n - PER_INPUT * one.data.d + 1),
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
    lambda one: any(mean_direction(one.data)),
    "data",
)
LEAKY_PATTERNS = assumption(
    "leaky_patterns_kept",
    "alpha_+ and alpha_- have the signs on their own samples for which they were made",
    r"\pm\langle\alpha_\pm,x_k\rangle>0 \text{ on } S_\pm",
    _leaky_patterns,
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


def signal(data: Dataset) -> tuple[Fraction, Fraction] | None:
    """(ρ², τ²) where samples are ±ρ e_1 plus noise of squared length τ² orthogonal to e_1 and to other noise."""
    first = {row[0] ** 2 for row in data.X}
    rest = gram([row[1:] for row in data.X]) if data.d > 1 else ()
    lengths = {rest[i][i] for i in range(len(rest))}
    apart = all(rest[i][k] == 0 for i in range(len(rest)) for k in range(i))
    fits = len(first) == len(lengths) == 1 and apart and 0 not in lengths
    return (first.pop(), lengths.pop()) if fits else None


SIGNAL = _whether(
    "signal_and_orthogonal_noise",
    "samples are +-rho u plus tau times orthonormal noise vectors orthogonal to u; some labels are flipped",
    r"x_i=y_ic_i\rho u+\tau z_i,\ c_i=\pm1",
    lambda one: signal(one.data) is not None,
    "data",
)
NONNEGATIVE = assumption(
    "nonnegative_multipliers",
    "K lambda = 1 for some lambda >= 0",
    r"K\lambda=\mathbf 1,\ \lambda\ge0",
    _nonnegative,
    "data",
)
XOR = _whether(
    "xor_clusters",
    "two opposite pairs of samples on two orthogonal axes, at one distance, one label a pair",
    r"x=\pm\mu e_1\,(+),\ \pm\mu e_2\,(-)",
    lambda one: is_xor(one.data),
    "data",
)


def is_xor(data: Dataset) -> bool:
    """Whether the samples are ±v labelled 1 and ±w labelled -1 with v, w orthogonal and of one length, not 0."""
    if data.n != 4 or sorted(data.y) != [-1, -1, 1, 1]:
        return False
    pairs = [[row for row, label in zip(data.X, data.y, strict=True) if label == sign] for sign in (1, -1)]
    opposite = all(tuple(-v for v in a) == b for a, b in pairs)
    products = gram([pairs[0][0], pairs[1][0]])
    return opposite and products[0][1] == 0 and products[0][0] == products[1][1] != 0

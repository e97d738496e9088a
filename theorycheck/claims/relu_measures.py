"""What is measured of plainly trained (leaky) ReLU networks and their data: exact numbers, except where it says floats.

n samples x_i with labels y_i, R_min and R_max the least and largest length of a sample, p the largest |<x_i, x_k>| of
two different samples, γ the slope, m the number of neurons of a sign. No square root is taken: lengths are compared by
their squares.
"""

from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import Any

import attrs

from theorycheck.claims.claim import Margin
from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.orthogonality import Orthogonality, orthogonality
from theorycheck.models.rational import gram
from theorycheck.models.relu import ReluInstance

LARGEST = 5  # standard deviations of the start's largest preactivation
CHANCE = Fraction(1, 20)  # a random start may fail with at most this probability
PER_INPUT = 8  # samples an input from which on a limit is looked for; the theorem's own number is not known


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


def two_and_one(data: Dataset) -> Fraction:
    """The least squared length of two samples of a label, one of length 1, and a third, alone with the other label.

    The third must be of length 1 and orthogonal to both; else less what is missing to that, or -1 for other labels.
    """
    alone = [i for i, label in enumerate(data.y) if data.y.count(label) == 1]
    if data.n != 3 or len(alone) != 1:
        return Fraction(-1)
    products, (third,) = gram(data.X), alone
    pair = [i for i in range(3) if i != third]
    missing = sum((abs(products[third][i]) for i in pair), abs(products[third][third] - 1))
    missing += min(abs(products[i][i] - 1) for i in pair)
    return -missing if missing else min(products[i][i] for i in pair)


def separation(data: Dataset) -> Fraction:
    """The least y_i y_k <x_i, x_k> of two different samples; of one sample its squared length."""
    products, y = gram(data.X), data.y
    pairs = (y[i] * y[k] * products[i][k] for i, k in combinations(range(data.n), 2))
    return min(pairs, default=products[0][0])


def start_room(one: ReluInstance) -> Margin:
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


def step_room(one: ReluInstance) -> Fraction:
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


def least_square_cosine(one: ReluInstance) -> Fraction:
    """The least squared cosine between a sample and Σ y x; 0 where one is zero."""
    towards, norms = mean_direction(one.data), one.data.squared_norms()
    length = sum(v * v for v in towards)
    if not length or not all(norms):
        return Fraction(0)
    products = (sum(a * b for a, b in zip(row, towards, strict=True)) for row in one.data.X)
    return min(product**2 / (norm * length) for product, norm in zip(products, norms, strict=True))


def margin_condition(one: ReluInstance) -> Margin:
    """The cone of the law, or what the sample shows of one."""
    if one.law is not None:
        return Margin(one.law.cone, True, "the cone of the law that the data were drawn from")
    return Margin(least_square_cosine(one), True, "least squared cosine of a sample with sum y x; no law is known")


def _of_law(one: ReluInstance, name: str, otherwise: bool, how: str) -> Margin:
    if one.law is not None:
        return Margin(
            Fraction(int(getattr(one.law, name))), True, "a property of the law that the data were drawn from"
        )
    return Margin(Fraction(int(otherwise)), True, how)


def symmetric(one: ReluInstance) -> Margin:
    """Whether the law is symmetric; without one, the sample."""
    return _of_law(one, "symmetric", is_antipodal(one.data), "whether the sample is antipodal; no law is known")


def linear_teacher(one: ReluInstance) -> Margin:
    """Whether the law's labels are linear in the mean; without one, whether labels are odd."""
    return _of_law(one, "linear", is_antipodal(one.data), "whether labels are odd on an antipodal sample; no law known")


def own_pattern(one: ReluInstance) -> Margin:
    """The least j y_i <w, x_i> of the neurons of both signs at the max-margin point of the pattern of the labels.

    It is about data, slope and widths: a loss or a way of training that has no such point does not matter.
    """
    from theorycheck.exact.margin import margin

    how = "the least j y_i <v_j, x_i> at the max-margin point"
    width = one.width if one.outputs == "fixed" else 1
    try:
        asked = attrs.evolve(one, width=width, outputs="fixed", loss="logistic", activation="leaky")
        solution = margin(asked)
    except InvalidInstance:
        return Margin(Fraction(0), True, "there is no max-margin point")
    y, groups = one.data.y, solution.problem.groups
    rows = zip(solution.preactivations.tolist(), groups, strict=True)
    least = min(g.sign * int(label) * v for row, g in rows for label, v in zip(y, row, strict=True))
    return Margin(Fraction(int(least.p), int(least.q)), True, how)


def nonnegative(one: ReluInstance) -> Margin:
    """1 where K λ = 1 has the solution λ >= 0 of the max-margin point, else 0; whatever the loss, as `own_pattern`."""
    from theorycheck.exact.margin import margin

    width = one.width if one.outputs == "fixed" else 1
    try:
        solution = margin(attrs.evolve(one, width=width, outputs="fixed", loss="logistic", activation="leaky"))
    except InvalidInstance:
        return Margin(Fraction(0), True, "there is no max-margin point")
    return Margin(Fraction(int(set(solution.frozen_margins) == {1})), True, "whether all margins of that point are 1")


def leaky_patterns(one: ReluInstance) -> Margin:
    """The least j <α_±, x_k> over both α_± = (β_± - γ β_∓) / (1 - γ²) and both sides j of the split."""
    fits, delta = _fits(one.data), 1 - one.slope**2
    if fits is None or not delta:
        return Margin(Fraction(0), True, "gamma = 1 has no sides" if fits else "there is no split")
    if fits.between:
        return Margin(Fraction(0), True, "a sample is on neither side")
    values, signed = [], [(1, k) for k in fits.plus.rows] + [(-1, k) for k in fits.minus.rows]
    for side, other in ((fits.plus, fits.minus), (fits.minus, fits.plus)):
        alpha = [(a - one.slope * b) / delta for a, b in zip(side.beta, other.beta, strict=True)]
        values += [j * sum(a * v for a, v in zip(alpha, one.data.X[k], strict=True)) for j, k in signed]
    return Margin(min(values, default=Fraction(0)), True, "in rationals")


def patterns(one: ReluInstance) -> Margin:
    """Whether both fits are positive on S_+ and negative on S_-, and every sample is on one of the sides."""
    fits = _fits(one.data)
    kept = fits is not None and fits.kept and not fits.between
    return Margin(Fraction(int(kept)), True, "in rationals" if fits else "there is no split")


@lru_cache(maxsize=256)
def _fits(data: Dataset) -> Any:
    """The two-sided fit; None where labels and samples give no split."""
    from theorycheck.exact.two_sided import two_sided_ols

    try:
        return two_sided_ols(data)
    except InvalidInstance:
        return None


def signal(data: Dataset) -> tuple[Fraction, Fraction] | None:
    """(ρ², τ²) where samples are ±ρ e_1 plus noise of squared length τ² orthogonal to e_1 and to other noise."""
    first = {row[0] ** 2 for row in data.X}
    rest = gram([row[1:] for row in data.X]) if data.d > 1 else ()
    lengths = {rest[i][i] for i in range(len(rest))}
    apart = all(rest[i][k] == 0 for i in range(len(rest)) for k in range(i))
    fits = len(first) == len(lengths) == 1 and apart and 0 not in lengths
    return (first.pop(), lengths.pop()) if fits else None


def is_xor(data: Dataset) -> bool:
    """Whether the samples are ±v labelled 1 and ±w labelled -1 with v, w orthogonal and of one length, not 0."""
    if data.n != 4 or sorted(data.y) != [-1, -1, 1, 1]:
        return False
    pairs = [[row for row, label in zip(data.X, data.y, strict=True) if label == sign] for sign in (1, -1)]
    opposite = all(tuple(-v for v in a) == b for a, b in pairs)
    products = gram([pairs[0][0], pairs[1][0]])
    return opposite and products[0][1] == 0 and products[0][0] == products[1][1] != 0

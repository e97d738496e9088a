"""Assumptions of the theorems on unconstrained features, each with an exact margin on an instance.

Thresholds in λ are about λ̄ = (n λ_H λ_1 ... λ_L)^(1/(L+1)), n samples a class, and are compared as powers, exactly.
"""

from collections.abc import Callable
from fractions import Fraction
from math import isqrt, prod

from theorycheck.claims.assumptions import assumption
from theorycheck.claims.claim import Assumption, Margin
from theorycheck.claims.features_thresholds import fold, stability, zero_power
from theorycheck.models.features import UnconstrainedFeatures as Features


def _whether(name: str, text: str, latex: str, holds: Callable[[Features], bool], about: str, how: str) -> Assumption:
    """An assumption that is plain from the instance: margin 1 or 0."""
    return assumption(name, text, latex, lambda net: Margin(Fraction(int(holds(net))), True, how), about)


def _counted(name: str, text: str, latex: str, size: Callable[[Features], int], about: str, how: str) -> Assumption:
    """An assumption that a whole number is positive."""
    return assumption(name, text, latex, lambda net: Margin(Fraction(size(net)), True, how), about)


def reg_power(net: Features) -> Fraction:
    """λ̄^(L+1) = n λ_H λ_1 ... λ_L, exact; n is the most samples of a class."""
    return max(net.counts) * prod(net.reg, start=Fraction(1))


def corner(classes: int) -> int | None:
    """The r ≥ 2 with K = r (r - 1) / 2, or None: K is then not triangular."""
    r = (1 + isqrt(1 + 8 * classes)) // 2
    return r if r * (r - 1) == 2 * classes else None


def _least(values: tuple[int, ...], number: int) -> int:
    return min((abs(number - v) for v in values), default=0)


def _rectified_range(classes: int, depth: int) -> int:
    return max(min(depth - 4, classes - 9), min(depth - 3, classes - 13))


def circle_margin(net: Features) -> Margin:
    """1 less the ratio of the sides of the circle code's inequality, in a ball."""
    from flint import arb, ctx, fmpq

    K, L = net.classes, net.depth
    with ctx.workprec(160):
        gamma = 1 / (1 - arb.cos_pi(arb(fmpq(2, K))))
        gap = 1 - arb(2) ** (L + 1) * (gamma * K / 2) ** 2 / arb(K - 1) ** (L + 1)
    return Margin(float(gap), bool(gap > 0 or gap < 0), "1 less the ratio of the sides, in a ball")


MSE = _whether(
    "squared_loss",
    "the loss is the squared loss",
    r"\text{fit} = \tfrac{1}{2N}\|Z-Y\|^2",
    lambda net: net.loss == "mse",
    "loss",
    "whether it is",
)
CROSS_ENTROPY = _whether(
    "cross_entropy",
    "the loss is the cross-entropy",
    r"\text{fit} = \text{mean cross-entropy}",
    lambda net: net.loss == "ce",
    "loss",
    "whether it is",
)
RELU = _whether(
    "relu_layers",
    "hidden layers are rectified (the features themselves are not)",
    r"\sigma = \mathrm{ReLU}",
    lambda net: net.activation == "relu",
    "activation",
    "whether they are",
)
LINEAR = _whether(
    "linear_layers",
    "no layer is rectified",
    r"\sigma = \mathrm{id}",
    lambda net: not net.relu,
    "activation",
    "whether none is",
)
BALANCED = _counted(
    "balanced_classes",
    "all classes have equally many samples",
    r"n_1=\dots=n_K",
    lambda net: min(net.counts) - max(net.counts) + 1,
    "data",
    "1 less the largest difference of two classes' numbers of samples",
)
WIDE = _counted(
    "wide_enough",
    "every layer has at least K neurons",
    r"d \ge K",
    lambda net: 1 if net.width is None else net.width - net.classes + 1,
    "network",
    "d - K + 1",
)
TRIANGULAR = _counted(
    "triangular_classes",
    "K = r (r - 1) / 2: the classes are the edges of a complete graph on r vertices",
    r"K = \tbinom r2",
    lambda net: 1 if corner(net.classes) else 0,
    "classes",
    "whether K is a triangular number",
)
TWO_CLASSES = _counted("two_classes", "there are two classes", "K = 2", lambda net: 3 - net.classes, "classes", "3 - K")
ONE_LAYER = _counted("one_layer", "there is one layer of weights", "L = 1", lambda net: 2 - net.depth, "depth", "2 - L")
EVEN_CLASSES = _counted(
    "even_classes", "K is even", r"2 \mid K", lambda net: 1 - net.classes % 2, "classes", "1 - K mod 2"
)
PAIRS = assumption(
    "enough_layers",
    "L >= 3, or L = 2 and K >= 6",
    r"L\ge3 \text{ or } (L=2, K\ge6)",
    lambda net: Margin(Fraction(max(net.depth - 2, min(net.depth - 1, net.classes - 5))), True, "in whole numbers"),
    "depth",
)
MAIN_CLASSES = assumption(
    "enough_classes",
    "K >= 6, and K >= 10 where L = 3",
    r"K\ge6,\ K\ge10 \text{ if } L=3",
    lambda net: Margin(Fraction(net.classes - (9 if net.depth == 3 else 5)), True, "in whole numbers"),
    "classes",
)
SEVERAL = _counted(
    "several_samples",
    "every class has at least two samples",
    r"n\ge2",
    lambda net: min(net.counts) - 1,
    "data",
    "n - 1",
)
MEAN_RATIO = assumption(
    "mean_ratio",
    "the ReLU does not lower the ratio of global-mean norm to simplex norm of a layer's class means",
    r"\frac{\|\mu(\sigma(M_l))\|}{\|\sigma(M_l)-\mu\|} \ge \frac{\|\mu(M_l)\|}{\|M_l-\mu\|}",
    lambda net: Margin(Fraction(1), True, "it restricts the DNC solutions that are compared, not the instance"),
    "point",
)
RECTIFIED_PAIRS = assumption(
    "enough_layers",
    "L >= 5 and K >= 10, or L >= 4 and K >= 14",
    r"L\ge5, K\ge10 \text{ or } L\ge4, K\ge14",
    lambda net: Margin(Fraction(_rectified_range(net.classes, net.depth)), True, "in whole numbers"),
    "depth",
)
CIRCLE = assumption(
    "enough_layers",
    "L >= L_0(K): 2^(L+1) (gamma K / 2)^2 < (K - 1)^(L+1), gamma = 1 / (1 - cos(2 pi / K))",
    r"2^{L+1}(\gamma K/2)^2<(K-1)^{L+1},\ \gamma=1/(1-\cos(2\pi/K))",
    lambda net: circle_margin(net),
    "depth",
)
FIVE_CLASSES = _counted(
    "five_classes", "there are five classes", "K = 5", lambda net: 1 - abs(net.classes - 5), "classes", "1 - |K - 5|"
)
AT_MOST_FIVE = _counted(
    "few_classes", "there are at most five classes", r"K\le5", lambda net: 6 - net.classes, "classes", "6 - K"
)
AT_MOST_THREE = _counted(
    "few_classes", "there are at most three classes", r"K\le3", lambda net: 4 - net.classes, "classes", "4 - K"
)
UNEVEN = _counted(
    "unequal_classes",
    "two classes have unequal numbers of samples",
    r"n_i\ne n_j",
    lambda net: max(net.counts) - min(net.counts),
    "data",
    "the largest difference",
)
ONE_REG = _whether(
    "one_regularisation",
    "all factors have the same lambda",
    r"\lambda_H=\lambda_1=\dots=\lambda_L",
    lambda net: len(set(net.reg)) == 1,
    "regularisation",
    "whether they have",
)
EQUALITY = assumption(
    "nuclear_equality",
    "the rectified matrix has the nuclear norm of the matrix before: |s(W_1 H)|_* = |W_1 H|_*",
    r"\|\sigma(W_1H)\|_* = \|W_1H\|_*",
    lambda net: Margin(Fraction(1), True, "it restricts the points that are compared, not the instance"),
    "point",
)


def layers(least: int) -> Assumption:
    """L is at least that."""
    return _counted(
        "enough_layers",
        f"L >= {least}",
        rf"L \ge {least}",
        lambda net: net.depth - least + 1,
        "depth",
        "L less bound + 1",
    )


def depth(value: int) -> Assumption:
    """L is exactly that."""
    name = {2: "two_layers", 3: "three_layers"}[value]
    return _counted(
        name, f"L = {value}", f"L = {value}", lambda net: 1 - abs(net.depth - value), "depth", f"1 - |L - {value}|"
    )


def classes(least: int) -> Assumption:
    """K is at least that."""
    return _counted(
        "enough_classes",
        f"K >= {least}",
        rf"K \ge {least}",
        lambda net: net.classes - least + 1,
        "classes",
        "K less bound + 1",
    )


def corners(least: int) -> Assumption:
    """A lower bound on r, where K is triangular."""
    return _counted(
        "enough_classes",
        f"r >= {least}, so K >= {least * (least - 1) // 2}",
        rf"r \ge {least}",
        lambda net: (corner(net.classes) or isqrt(2 * net.classes)) - least + 1,
        "classes",
        "r less bound + 1",
    )


def _below_zero_threshold(net: Features) -> Margin:
    ratio = reg_power(net) / zero_power(net.classes, net.depth)
    return Margin(1 - ratio, True, "1 - (λ̄/λ0)^(L+1), in rationals")


def _below_fold(net: Features) -> Margin:
    return _compared(net, fold(net.classes, net.depth), "λ_fold")


def _below_stability(net: Features) -> Margin:
    return _compared(net, stability(net.classes, net.depth), "λ_stab")


def _compared(net: Features, threshold: Fraction, name: str) -> Margin:
    """A rational that is certainly not above the threshold, in ball arithmetic, and at most 1e-12 of it below."""
    gap = 1 - reg_power(net) / threshold ** (net.depth + 1)
    certain = gap > 0 or gap < -Fraction(net.depth + 1, 10**11)
    return Margin(gap, certain, f"1 - (λ̄/{name})^(L+1), {name} enclosed to twelve digits")


SMALL_REG = assumption(
    "small_regularisation",
    "lambda is below lambda_0(K, L), above which zero beats every DNC solution",
    r"\bar\lambda < \lambda_0(K,L)",
    _below_zero_threshold,
    "regularisation",
)
BELOW_FOLD = assumption(
    "below_fold",
    "lambda is below the fold, so that DNC critical points exist",
    r"\bar\lambda < \lambda_{\mathrm{fold}}(K,L)",
    _below_fold,
    "regularisation",
)
BELOW_STABILITY = assumption(
    "below_stability",
    "lambda is below the stability threshold of DNC",
    r"\bar\lambda < \lambda_{\mathrm{stab}}(K,L)",
    _below_stability,
    "regularisation",
)

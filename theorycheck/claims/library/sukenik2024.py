"""Súkeník, Lampert & Mondelli 2024: neural collapse against low-rank bias, squared loss (arXiv 2405.14468).

Setting. K classes, L weight matrices, L - 1 ReLUs (none on the features H), no biases; the objective is
1/(2N) |Z - Y|^2 + λ_H/2 |H|^2 + Σ λ_l/2 |W_l|^2, Z the K x N output, Y the labels. DNC: within-class collapse, and
orthogonal class means of equal norms after the ReLU of each layer. With λ̄ = (n λ_H Π λ_l)^(1/(L+1)), a family of
parameters with output c I and squared norms κ_l at c = 1 has the optimally balanced loss
f_C(λ̄) = min_c (1-c)²/2 + (C λ̄/2) c^(2/(L+1)), C = (L+1) (Π κ_l)^(1/(L+1)); DNC has C = K (L+1).
Constants that we have not seen in the paper are marked RECALL, those worked out here DERIVED.
"""

from functools import partial

from theorycheck.claims import attacks
from theorycheck.claims import features_assumptions as A
from theorycheck.claims import features_siblings as siblings
from theorycheck.claims.checks import features_exact as exact
from theorycheck.claims.checks import features_numbers as numbers
from theorycheck.claims.checks import features_points as points
from theorycheck.claims.checks import features_solved as solved
from theorycheck.claims.checks import features_trained as trained
from theorycheck.claims.checks.proved import proofs
from theorycheck.claims.claim import Check, Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.features_instances import drawn, regular
from theorycheck.claims.library import sukenik2024_drops as drops
from theorycheck.claims.library import sukenik2024_structure

ARXIV = "2405.14468"
_RELU = (A.MSE, A.RELU, A.BALANCED, A.WIDE)
_BEATEN = Conclusion(
    "collapsed_gap",
    "some point lies below zero and below every DNC solution",
    r"\inf F < \min(F(0), \min_{\mathrm{DNC}} F)",
)
_OPTIMAL = Conclusion(
    "optimal_gap",
    "the least objective is that of a DNC solution with nonzero output",
    r"\inf F = \min_{\mathrm{DNC}} F < F(0)",
)
_COMPARED = "both families have outputs c I; the smaller constant has the smaller objective at every scale and lambda"
_COMPARISON = ("collapsed", "reduction", "thresholds")  # what turns a product of norms into the statement
_SRG_POINT = points.cut(lambda r: 2)
_FLIPPED_POINT = points.cut(lambda r: r - 2)


def _proof(*names: str, of: tuple) -> Check:
    return proofs(tuple(f"sukenik2024/{name}" for name in names), of)


_false = partial(false_sibling, "sukenik2024")


def _derived(item: str, note: str) -> Source:
    return Source(ARXIV, item, Mark.DERIVED, note)


_SRG = (*_RELU, A.TRIANGULAR, A.corners(4), A.layers(4), A.SMALL_REG)

THM_SRG = Claim(
    key="sukenik2024.thm_srg",
    title="For K = r(r-1)/2 classes, r >= 4, and L >= 4 no deep neural collapse is optimal",
    statement="Let K = r (r - 1) / 2, r >= 4, L >= 4 and lambda < lambda_0. The SRG parameters (classes are the edges "
    "of the complete graph on r vertices, features its incidence matrix A of rank r) have a smaller objective than "
    "every DNC solution: r^(L-2) |A|_*^2 < 4 K^(L-1), |A|_* = sqrt(2 (r - 1)) + (r - 1) sqrt(r - 2).",
    latex=r"$K=\binom r2$, $r\ge4$, $L\ge4$: $r^{L-2}\bigl(\sqrt{2(r-1)}+(r-1)\sqrt{r-2}\bigr)^2<4K^{L-1}$, so no DNC "
    r"solution is optimal, for every $\bar\lambda<\lambda_0(K,L)$.",
    source=Source(
        ARXIV, "main theorem", Mark.RECALL, "The shape of the solution is seen [PAPER]; range and constants ours."
    ),
    assumptions=_SRG,
    setting="features",
    conclusion=_BEATEN,
    checks=(
        _proof("srg", *_COMPARISON, of=_SRG),
        numbers.compared(
            "SRG constant",
            "SRG against DNC, for all regularisations at once",
            lambda net: numbers.srg_sides(A.corner(net.classes) or 4, net.depth),
            _COMPARED,
        ),
        solved.beaten("SRG", _SRG_POINT),
        trained.stays_below("SRG", _SRG_POINT),
    ),
    instances=drawn((regular(6, 4), regular(10, 4)), ((6, 4), (6, 5), (10, 4), (10, 5), (15, 4), (21, 4))),
    attacks=(
        attacks.COLLAPSE_OPTIMAL,
        attacks.ZERO_OPTIMAL,
    ),
    drops=drops.THM_SRG,
    siblings=_false(
        "thm_srg~triangle",
        "At K = 3, r = 3, L = 4 the SRG parameters are below DNC.",
        lambda: numbers.smaller(*numbers.srg_sides(3, 4)[::-1]),
    ),
    proof="sukenik2024/srg",
)

_FLIPPED = (*_RELU, A.TRIANGULAR, A.corners(5), A.depth(3), A.SMALL_REG)

SRG_FLIPPED = Claim(
    key="sukenik2024.srg_flipped",
    title="For K = r(r-1)/2 classes, r >= 5, no deep neural collapse is optimal at L = 3",
    statement="Let K = r (r - 1) / 2, r >= 5, L = 3 and lambda < lambda_0. SRG with the signs of W_2 flipped (+ off "
    "the edge, - on its ends), so that s(M_3) is the Kneser graph and W_3 its inverse, has a smaller objective than "
    "every DNC solution: |A|_*^2 (K r / 4) u < K^4, u = 4/((r-2)(r-3))^2 + (r-1)/(r-3)^2 + K - r.",
    latex=r"$K=\binom r2$, $r\ge5$, $L=3$: $\|A\|_*^2\,\tfrac{Kr}{4}\bigl(\tfrac{4}{(r-2)^2(r-3)^2}+"
    r"\tfrac{r-1}{(r-3)^2}+K-r\bigr)<K^4$, so no DNC solution is optimal.",
    source=Source(ARXIV, "main theorem, L = 3", Mark.RECALL, "K >= 10 is remembered; the construction is ours."),
    assumptions=_FLIPPED,
    setting="features",
    conclusion=_BEATEN,
    checks=(
        _proof("srg_flipped", *_COMPARISON, of=_FLIPPED),
        numbers.compared(
            "flipped SRG constant",
            "flipped SRG against DNC, for all regularisations at once",
            lambda net: numbers.flipped_sides(A.corner(net.classes) or 5),
            _COMPARED,
        ),
        solved.beaten("flipped SRG", _FLIPPED_POINT),
        trained.stays_below("flipped SRG", _FLIPPED_POINT),
    ),
    instances=drawn((regular(10, 3), regular(15, 3)), ((10, 3), (15, 3), (21, 3))),
    attacks=(
        attacks.COLLAPSE_OPTIMAL,
        attacks.ZERO_OPTIMAL,
    ),
    drops=drops.SRG_FLIPPED,
    siblings=_false(
        "srg_flipped~four_vertices",
        "At r = 4, K = 6 the flipped SRG is below DNC at L = 3 too.",
        lambda: numbers.smaller(*numbers.flipped_sides(4)[::-1]),
    ),
    proof="sukenik2024/srg_flipped",
)

_LADDER = (*_RELU, A.classes(3), A.layers(4), A.SMALL_REG)

ALL_CLASSES = Claim(
    key="sukenik2024.all_classes",
    title="For K >= 3 classes and L >= 4 no deep neural collapse is optimal",
    statement="For K >= 3, L >= 4 and lambda < lambda_0 the ladder (three classes in inner rank 2, the other K - 3 as "
    "in DNC) has a smaller objective than every DNC solution: Pi(beta) 2^(L-3) < 3^(L+1), Pi(beta) = "
    "(1/(sqrt(2) beta) + sqrt(8 + 2/beta^2))^2 (1 + sqrt(1 + 2 beta^2))^2 at beta = 9/10.",
    latex=r"$K\ge3$, $L\ge4$: $\Pi(\tfrac9{10})\,2^{L-3}<3^{L+1}$ with "
    r"$\Pi(\beta)=\bigl(\tfrac1{\sqrt2\beta}+\sqrt{8+2/\beta^2}\bigr)^2\bigl(1+\sqrt{1+2\beta^2}\bigr)^2$, so no DNC "
    r"solution is optimal, for every $\bar\lambda<\lambda_0(K,L)$.",
    source=_derived("extension of the main theorem to all K >= 3", "Not claimed by the paper; construction ours."),
    assumptions=_LADDER,
    setting="features",
    conclusion=_BEATEN,
    checks=(
        _proof("ladder", *_COMPARISON, "block_sum", of=_LADDER),
        numbers.compared(
            "ladder constant",
            "ladder against DNC, for all regularisations at once",
            lambda net: numbers.ladder_sides(net.depth),
            "the other K - 3 classes are alike in both",
        ),
        solved.beaten("best block sum", points.best_family),
        trained.stays_below("the best block sum", points.best_family),
    ),
    instances=drawn((regular(3, 4), regular(4, 4), regular(3, 5)), ((3, 4), (3, 5), (4, 4), (5, 4), (7, 5))),
    attacks=(
        attacks.COLLAPSE_OPTIMAL,
        attacks.ZERO_OPTIMAL,
    ),
    drops=drops.ALL_CLASSES,
    siblings=_false(
        "all_classes~three_layers",
        "At L = 3 the ladder with beta = 9/10 is below DNC too.",
        lambda: numbers.smaller(*numbers.ladder_sides(3)[::-1]),
    ),
    proof="sukenik2024/ladder",
)

_CUT = (*_RELU, A.classes(15), A.depth(2), A.SMALL_REG)

CUT = Claim(
    key="sukenik2024.cut",
    title="For K >= 15 classes no deep neural collapse is optimal at L = 2",
    statement="L = 2, K >= 15, lambda < lambda_0: with 15 classes as the edges of K_6, H = A - 1/3, W_1 half of the 20 "
    "balanced sign vectors and W_2 = 1/4, -1/12, 1/12 for an edge inside, across, outside the subset, the output is "
    "exactly I and the squared norms 20, 30, 65/12 have product 3250 < 3375 = 15^3; other classes stand alone.",
    latex=r"$L=2$, $K\ge15$: output $I_{15}$ with squared norms $20,30,\tfrac{65}{12}$, "
    r"$20\cdot30\cdot\tfrac{65}{12}=3250<15^3$, so no DNC solution is optimal, for every $\bar\lambda<\lambda_0$.",
    source=_derived("L = 2 without the nuclear-norm hypothesis", "An exact rational point; not in the paper."),
    assumptions=_CUT,
    setting="features",
    conclusion=_BEATEN,
    checks=(
        _proof("k15", *_COMPARISON, "block_sum", of=_CUT),
        solved.multiple("cut of K_6", points.half_cut),
        solved.beaten("best block sum", points.best_family),
        trained.stays_below("the best block sum", points.best_family),
    ),
    instances=drawn((regular(15, 2), regular(16, 2)), ((15, 2), (17, 2), (20, 2), (28, 2))),
    attacks=(
        attacks.COLLAPSE_OPTIMAL,
        attacks.ZERO_OPTIMAL,
    ),
    drops=drops.CUT,
    siblings=_false(
        "cut~ten",
        "At K = 10, L = 2, lambda = .012 the cut by pairs of vertices is below DNC.",
        siblings.collapsed_below(regular(10, 2), points.cut(lambda r: 2)),
    ),
    proof="sukenik2024/k15",
)

_MAIN = (*_RELU, A.MAIN_CLASSES, A.layers(3), A.SMALL_REG)

THM_MAIN = Claim(
    key="sukenik2024.thm_main",
    title="No deep neural collapse is optimal for K >= 6 and L >= 4, nor for K >= 10 and L = 3",
    statement="For balanced classes, d large enough and lambda < lambda_0 no DNC solution is globally optimal when "
    "K >= 6 and L >= 4, or K >= 10 and L = 3: SRG on a triangular number of classes, or flipped, and the others alone.",
    latex=r"$K\ge6,L\ge4$ or $K\ge10,L=3$: no DNC solution is a global minimum.",
    source=Source(ARXIV, "main theorem", Mark.RECALL, "The range is remembered; it is what the two structures prove."),
    assumptions=_MAIN,
    setting="features",
    conclusion=_BEATEN,
    checks=(
        _proof("srg", "srg_flipped", *_COMPARISON, "block_sum", of=_MAIN),
        solved.beaten("best block sum", points.best_family),
        trained.stays_below("the best block sum", points.best_family),
    ),
    instances=drawn((regular(6, 4), regular(10, 3)), ((7, 4), (8, 5), (9, 4), (11, 3), (12, 4), (14, 3))),
    attacks=(
        attacks.COLLAPSE_OPTIMAL,
        attacks.ZERO_OPTIMAL,
    ),
    drops=drops.THM_MAIN,
    siblings=_false(
        "thm_main~six_three",
        "SRG proves it for K = 6 and L = 3 too.",
        lambda: numbers.smaller(*numbers.srg_sides(4, 3)[::-1]),
    ),
    proof="sukenik2024/srg",
)

_TWO = (*_RELU, A.TWO_CLASSES, A.layers(2), A.SMALL_REG)

TWO_CLASSES = Claim(
    key="sukenik2024.two_classes",
    title="For two classes deep neural collapse is optimal, for every L",
    statement="K = 2, L >= 2, lambda < lambda_0 (that is n lambda_H prod lambda_l < (L-1)^(L-1) / (2^(L+1) L^(2L))): "
    "the least objective is that of DNC, as in the linear model.",
    latex=r"$K=2$, $\bar\lambda<\lambda_0(2,L)$: $\min F=\min_{\mathrm{DNC}}F$ for every $L$.",
    source=Source(
        ARXIV, "the binary case", Mark.RECALL, "From arXiv 2305.13165; the bound equals lambda_0 as derived here."
    ),
    assumptions=_TWO,
    setting="features",
    conclusion=_OPTIMAL,
    checks=(_proof("two_classes", "reduction", "thresholds", of=_TWO), solved.optimal("schatten"), trained.REACHES),
    instances=drawn((regular(2, 2), regular(2, 3), regular(2, 5)), ((2, 2), (2, 3), (2, 4), (2, 6))),
    attacks=(
        attacks.BELOW_COLLAPSE,
        attacks.ZERO_BELOW_COLLAPSE,
        attacks.CLASS_LOST,
        attacks.TOO_NARROW,
    ),
    drops=drops.TWO_CLASSES,
    siblings=_false(
        "two_classes~zero",
        "For two classes and L = 3 zero is optimal below lambda_0.",
        siblings.point_below(regular(2, 3), points.collapsed),
    ),
    proof="sukenik2024/two_classes",
)

_LINEAR = (A.MSE, A.LINEAR, A.BALANCED, A.WIDE, A.layers(2), A.SMALL_REG)

LINEAR_MSE = Claim(
    key="sukenik2024.linear_mse",
    title="Without ReLU deep neural collapse is optimal, for all K and L",
    statement="In the linear model with squared loss, L >= 2 and lambda < lambda_0 the least objective is that of DNC, "
    "min_c (1-c)^2/2 + (K (L+1) lambda/2) c^(2/(L+1)): it is a sum of K equal one-variable problems in the singular "
    "values. At lambda_0 every rank from 0 to K ties.",
    latex=r"Linear model: $\min F=\min_c\tfrac12(1-c)^2+\tfrac{K(L+1)\bar\lambda}{2}c^{2/(L+1)}$ for "
    r"$\bar\lambda<\lambda_0(K,L)$.",
    source=_derived("role of the ReLU", "The low-rank bias of the squared loss needs the ReLU."),
    assumptions=_LINEAR,
    setting="features",
    conclusion=_OPTIMAL,
    checks=(_proof("linear_mse", "reduction", "thresholds", of=_LINEAR), solved.optimal("schatten"), trained.REACHES),
    instances=drawn(
        (regular(2, 2, activation="linear"), regular(3, 3, activation="linear")),
        ((2, 2), (3, 2), (3, 4), (6, 4), (10, 3)),
        activation="linear",
    ),
    attacks=(
        attacks.BELOW_COLLAPSE,
        attacks.ZERO_BELOW_COLLAPSE,
        attacks.CLASS_LOST,
        attacks.TOO_NARROW,
    ),
    drops=drops.LINEAR_MSE,
    siblings=_false(
        "linear_mse~low_rank",
        "At K = 3, L = 3 some parameters of the linear model are a millionth below DNC.",
        siblings.never_lower(regular(3, 3, activation="linear"), "schatten"),
    ),
    proof="sukenik2024/linear_mse",
)

_DNC1 = (A.BALANCED, A.SEVERAL)

DNC1 = Claim(
    key="sukenik2024.dnc1",
    title="Within-class collapse stays optimal",
    statement="For given weights the objective is a sum over samples of one function of that sample's features, the "
    "same for all samples of a class. So repeating the best column of each class never raises the objective, and some "
    "optimum is within-class collapsed, for both losses, with and without ReLU.",
    latex=r"Repeating the best column of every class never raises $F$; so some optimum has $H=M_1\otimes 1_n^\top$.",
    source=Source(ARXIV, "DNC1 remains optimal", Mark.RECALL, "Proof ours; a sum of equal functions."),
    assumptions=_DNC1,
    setting="features",
    conclusion=Conclusion("within_class", "repeating the best columns does not raise the objective", r"F(M_1)\le F(H)"),
    checks=(exact.WITHIN, trained.WITHIN),
    instances=drawn(
        (regular(2, 1, counts=2), regular(3, 2, counts=2), regular(2, 2, counts=3)),
        ((3, 3), (3, 2), (2, 4)),
        counts=2,
    ),
    siblings=_false(
        "dnc1~average",
        "Replacing the columns of a class by their mean never raises the objective.",
        exact.averaging_fails,
    ),
)

CLAIMS = (
    THM_MAIN,
    THM_SRG,
    SRG_FLIPPED,
    ALL_CLASSES,
    CUT,
    DNC1,
    TWO_CLASSES,
    LINEAR_MSE,
    *sukenik2024_structure.CLAIMS,
)

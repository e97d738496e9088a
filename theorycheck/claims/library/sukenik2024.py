"""Súkeník, Lampert & Mondelli 2024: neural collapse against low-rank bias, squared loss (arXiv 2405.14468).

Setting. K classes, L weight matrices, L - 1 ReLUs (none on the features H), no biases; the objective is
1/(2N) |Z - Y|^2 + λ_H/2 |H|^2 + Σ λ_l/2 |W_l|^2, Z the K x N output, Y the labels. DNC: within-class collapse, and
orthogonal class means of equal norms after the ReLU of each layer. With λ̄ = (n λ_H Π λ_l)^(1/(L+1)), a family of
parameters with output c I and squared norms κ_l at c = 1 has the optimally balanced loss
f_C(λ̄) = min_c (1-c)²/2 + (C λ̄/2) c^(2/(L+1)), C = (L+1) (Π κ_l)^(1/(L+1)); DNC has C = K (L+1).
Constants that we have not seen in the paper are marked RECALL, those worked out here DERIVED.
"""

from collections.abc import Callable
from fractions import Fraction

from theorycheck.certificates.certificate import Certificate
from theorycheck.claims import features_assumptions as A
from theorycheck.claims.checks import features_numbers as numbers
from theorycheck.claims.checks.proved import proof
from theorycheck.claims.claim import Claim, Conclusion, Mark, Sibling, Source
from theorycheck.claims.features_instances import drawn, regular

_ARXIV = "2405.14468"
_RELU = (A.MSE, A.RELU, A.BALANCED, A.WIDE)
_LINEAR = (A.MSE, A.LINEAR, A.BALANCED, A.WIDE)
_SRG = (*_RELU, A.TRIANGULAR, A.corners(4), A.layers(4), A.SMALL_REG)
_LADDER = (*_RELU, A.classes(3), A.layers(4), A.SMALL_REG)
_BEATEN = Conclusion(
    "collapsed_gap",
    "some point lies below every DNC solution",
    r"\inf F < \min_{\mathrm{DNC}} F",
)
_OPTIMAL = Conclusion("optimal_gap", "no point lies below the best DNC solution", r"\inf F = \min_{\mathrm{DNC}} F")


def _false(name: str, statement: str, refute: Callable[[], Certificate]) -> tuple[Sibling, ...]:
    return (Sibling(f"sukenik2024.{name}", statement, refute),)


def _derived(item: str, note: str) -> Source:
    return Source(_ARXIV, item, Mark.DERIVED, note)


THM_SRG = Claim(
    key="sukenik2024.thm_srg",
    title="For K = r(r-1)/2 classes, r >= 4, and L >= 4 no deep neural collapse is optimal",
    statement="Let K = r (r - 1) / 2, r >= 4, L >= 4 and lambda < lambda_0. The SRG parameters (classes are the edges "
    "of the complete graph on r vertices, features its incidence matrix A of rank r) have a smaller objective than "
    "every DNC solution: r^(L-2) |A|_*^2 < 4 K^(L-1), |A|_* = sqrt(2 (r - 1)) + (r - 1) sqrt(r - 2).",
    latex=r"$K=\binom r2$, $r\ge4$, $L\ge4$: $r^{L-2}\bigl(\sqrt{2(r-1)}+(r-1)\sqrt{r-2}\bigr)^2<4K^{L-1}$, so no DNC "
    r"solution is optimal, for every $\bar\lambda<\lambda_0(K,L)$.",
    source=Source(
        _ARXIV, "main theorem", Mark.RECALL, "The shape of the solution is seen [PAPER]; range and constants ours."
    ),
    assumptions=_SRG,
    setting="features",
    conclusion=_BEATEN,
    checks=(
        proof("sukenik2024/srg", _SRG),
        numbers.compared(
            "SRG constant",
            "SRG against DNC, for all regularisations at once",
            lambda net: numbers.srg_sides(A.corner(net.classes) or 4, net.depth),
            "both families have outputs c I, and the smaller constant has the smaller objective at each scale",
        ),
    ),
    instances=drawn(
        (regular(6, 4), regular(10, 4)), ((6, 4), (6, 5), (10, 4), (10, 5), (15, 4), (21, 4)), activation="relu"
    ),
    siblings=_false(
        "thm_srg~triangle",
        "At K = 3, r = 3, L = 4 the SRG parameters are below DNC.",
        lambda: numbers.smaller(*numbers.srg_sides(3, 4)[::-1]),
    ),
    proof="sukenik2024/srg",
)

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
        proof("sukenik2024/ladder", _LADDER),
        numbers.compared(
            "ladder constant",
            "ladder against DNC, for all regularisations at once",
            lambda net: numbers.ladder_sides(net.depth),
            "the other K - 3 classes are alike in both",
        ),
    ),
    instances=drawn(
        (regular(3, 4), regular(4, 4), regular(3, 5)), ((3, 4), (3, 5), (4, 4), (5, 4), (7, 5)), activation="relu"
    ),
    siblings=_false(
        "all_classes~three_layers",
        "At L = 3 the ladder with beta = 9/10 is below DNC too.",
        lambda: numbers.smaller(*numbers.ladder_sides(3)[::-1]),
    ),
    proof="sukenik2024/ladder",
)

LINEAR_MSE = Claim(
    key="sukenik2024.linear_mse",
    title="Without ReLU deep neural collapse is optimal, for all K and L",
    statement="In the linear model with squared loss and lambda < lambda_0 the least objective is that of DNC, "
    "min_c (1-c)^2/2 + (K (L+1) lambda/2) c^(2/(L+1)): it is a sum of K equal one-variable problems in the singular "
    "values. At lambda_0 every rank from 0 to K ties.",
    latex=r"Linear model: $\min F=\min_c\tfrac12(1-c)^2+\tfrac{K(L+1)\bar\lambda}{2}c^{2/(L+1)}$ for "
    r"$\bar\lambda<\lambda_0(K,L)$.",
    source=_derived("role of the ReLU", "The low-rank bias of the squared loss needs the ReLU."),
    assumptions=(*_LINEAR, A.SMALL_REG),
    setting="features",
    conclusion=_OPTIMAL,
    checks=(proof("sukenik2024/linear_mse", (*_LINEAR, A.SMALL_REG)),),
    instances=drawn(
        (regular(2, 1, activation="linear"), regular(3, 3, activation="linear")),
        ((2, 2), (3, 2), (3, 4), (6, 4), (10, 3)),
        activation="linear",
    ),
    siblings=_false(
        "linear_mse~half",
        "A rank-two output of the incidence form is below DNC at K = 3, L = 4 without ReLU.",
        lambda: numbers.smaller(("K^(L+1)", str(3**5)), ("SRG", numbers.times(Fraction(9), 36))),
    ),
    proof="sukenik2024/linear_mse",
)

CLAIMS = (THM_SRG, ALL_CLASSES, LINEAR_MSE)

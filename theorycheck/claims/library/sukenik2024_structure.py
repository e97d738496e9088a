"""The rules behind `sukenik2024`: layers inserted, block sums, thresholds, imbalance, and L = 2 (arXiv 2405.14468).

All of them are worked out here; only the nuclear-norm hypothesis at L = 2 goes back to the literature.
"""

from functools import partial
from typing import Any

from theorycheck.claims import attacks
from theorycheck.claims import features_assumptions as A
from theorycheck.claims import features_siblings as siblings
from theorycheck.claims.checks import features_exact as exact
from theorycheck.claims.checks import features_nuclear as nuclear
from theorycheck.claims.checks import features_numbers as numbers
from theorycheck.claims.checks import features_points as points
from theorycheck.claims.checks import features_solved as solved
from theorycheck.claims.checks import features_trained as trained
from theorycheck.claims.checks.proved import proofs
from theorycheck.claims.claim import Check, Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.features_instances import drawn, regular
from theorycheck.claims.library import sukenik2024_drops as drops
from theorycheck.models.features import UnconstrainedFeatures as Features

_ARXIV = "2405.14468"
_RELU = (A.MSE, A.RELU, A.BALANCED, A.WIDE)
_OPTIMAL = Conclusion(
    "optimal_gap",
    "the least objective is that of a DNC solution with nonzero output",
    r"\inf F = \min_{\mathrm{DNC}} F < F(0)",
)


def _proof(*names: str, of: tuple) -> Check:
    return proofs(tuple(f"sukenik2024/{name}" for name in names), of)


_false = partial(false_sibling, "sukenik2024")


def _derived(item: str, note: str) -> Source:
    return Source(_ARXIV, item, Mark.DERIVED, note)


_DEPTH = (*_RELU, A.TRIANGULAR, A.corners(4), A.layers(3))

DEPTH_RULE = Claim(
    key="sukenik2024.depth_rule",
    title="A layer inserted where features are nonnegative of rank rho multiplies the product of norms by rho",
    statement="Inserting the projector on the column space of nonnegative features of rank rho multiplies the product "
    "of the squared norms at output I by rho, where DNC's grows by K. So what beats DNC at L with rho < K beats it at "
    "every larger L, and the ratio of constants tends to rho / K. Here for SRG, rho = r.",
    latex=r"$\prod_l\kappa_l\mapsto\rho\prod_l\kappa_l$ for an inserted projector of rank $\rho$; DNC: $\mapsto K$.",
    source=_derived("depth", "Why more layers favour low rank."),
    assumptions=_DEPTH,
    setting="features",
    conclusion=Conclusion(
        "inserted_factor", "the product grows by the factor rho", r"\prod\kappa_l'=\rho\prod\kappa_l"
    ),
    checks=(_proof("depth_rule", of=_DEPTH), exact.INSERTED),
    instances=drawn((regular(6, 3), regular(10, 3)), ((6, 4), (10, 4), (15, 3), (6, 5))),
    siblings=_false(
        "depth_rule~free",
        "An inserted layer leaves the product as it is: at r = 4, r^(L-2) N^2 is the same for L = 3 and 4.",
        lambda: numbers.smaller(*(numbers.srg_sides(4, L)[0] for L in (3, 4))),
    ),
    proof="sukenik2024/depth_rule",
)

_BLOCKS = (A.MSE, A.BALANCED, A.classes(4))

BLOCK_SUM = Claim(
    key="sukenik2024.block_sum",
    title="K times the optimal loss is subadditive in K",
    statement="With lambda = tau lambda_0(K, L): (K1 + K2) f*(K1 + K2) <= K1 f*(K1) + K2 f*(K2), by block-diagonal "
    "parameters, whose objectives add up. So where DNC is beaten for K classes it is for more, at the same L and tau.",
    latex=r"$(K_1+K_2)f^*_{K_1+K_2}\le K_1f^*_{K_1}+K_2f^*_{K_2}$ at equal $\tau=\bar\lambda/\lambda_0(K,L)$.",
    source=_derived("block sums", "Exact for every pair of points."),
    assumptions=_BLOCKS,
    setting="features",
    conclusion=Conclusion("block_gap", "the objectives of the blocks add up", r"F=\sum_b\tfrac{K_b}{K}F_b"),
    checks=(_proof("block_sum", of=_BLOCKS), exact.BLOCK_SUM),
    instances=drawn((regular(4, 1), regular(5, 2), regular(4, 4)), ((4, 3), (5, 4), (7, 2))),
    siblings=_false(
        "block_sum~small",
        "Without the factors: 4 f*(4) is at most f*(2) + f*(2), at L = 1.",
        siblings.shares_matter,
    ),
    proof="sukenik2024/block_sum",
)

_THRESHOLD = (A.MSE, A.BALANCED, A.WIDE, A.layers(2))

THRESHOLDS = Claim(
    key="sukenik2024.thresholds",
    title="Deep neural collapse beats zero exactly below lambda_0(K, L)",
    statement="For L >= 2 the best DNC solution has a smaller objective than zero, which has 1/2, iff lambda < "
    "lambda_0(K, L) = (1/(K L)) ((L-1)/L)^((L-1)/(L+1)); a family of constant C < K (L + 1) survives "
    "up to lambda_0 K (L + 1) / C.",
    latex=r"$\min_{\mathrm{DNC}}F<\tfrac12\iff\bar\lambda<\lambda_0(K,L)=\tfrac1{KL}\bigl(\tfrac{L-1}L\bigr)"
    r"^{(L-1)/(L+1)}$.",
    source=_derived("too much regularisation", "For K = 2 the condition of arXiv 2305.13165, as remembered."),
    assumptions=_THRESHOLD,
    setting="features",
    conclusion=Conclusion("threshold", "DNC against zero on both sides of lambda_0", r"\min_{\mathrm{DNC}}F-\tfrac12"),
    checks=(_proof("thresholds", of=_THRESHOLD), exact.THRESHOLDS),
    instances=drawn((regular(2, 2), regular(3, 3), regular(6, 4)), ((3, 2), (3, 5), (10, 4), (15, 2))),
    siblings=(
        *_false("thresholds~lower", "At K = 3, L = 2 the threshold is .99 lambda_0.", exact.lower_threshold),
        *_false("thresholds~all", "Above lambda_0 zero is optimal, for K = 6, L = 4 too.", exact.survives),
    ),
    proof="sukenik2024/thresholds",
)

_UNEVEN = (A.MSE, A.LINEAR, A.WIDE)

IMBALANCE = Claim(
    key="sukenik2024.imbalance",
    title="Minority classes are lost first: class k dies above a threshold in n_k (linear model)",
    statement="Linear model, squared loss, n_k samples in class k: the least objective is a sum over classes, and "
    "class k has output zero iff lambda_H prod lambda_l > n_k^L / N^(L+1) (L-1)^(L-1) / L^(2L).",
    latex=r"Class $k$ is lost iff $\lambda_H\prod\lambda_l>\tfrac{n_k^L}{N^{L+1}}\tfrac{(L-1)^{L-1}}{L^{2L}}$.",
    source=_derived("imbalanced classes", "Minority collapse; exact in the linear model."),
    assumptions=_UNEVEN,
    setting="features",
    conclusion=Conclusion("minority", "the optimum is diagonal, with the small classes at zero", r"z_{kk}=0"),
    checks=(solved.optimal("schatten", points.singles), exact.MINORITY),
    instances=drawn(
        (
            Features(2, 1, "17/100", activation="linear", counts=(9, 1)),
            Features(2, 2, "33/400", activation="linear", counts=(9, 1)),
            Features(3, 2, "7/100", activation="linear", counts=(4, 4, 1)),
            Features(2, 3, "31/500", activation="linear", counts=(9, 1)),
        ),
        ((2, 2), (3, 3)),
        activation="linear",
    ),
    siblings=_false(
        "imbalance~all",
        "As soon as one class is lost zero is optimal: at n = (9, 1), L = 2, lambda = 33/400.",
        siblings.point_below(Features(2, 2, "33/400", activation="linear", counts=(9, 1)), points.singles),
    ),
)

_L2 = (*_RELU, A.depth(2), A.SMALL_REG)


def _nuclear_equality(net: Features, factors: list) -> bool:
    """Whether the ReLU does not lower the nuclear norm of M_2, in floats."""
    import numpy as np

    M = factors[1] @ factors[0]
    size = lambda A: float(np.linalg.svd(A, compute_uv=False).sum())  # noqa: E731
    return size(np.maximum(M, 0)) <= (1 + 1e-9) * size(M)


L2_NUCLEAR = Claim(
    key="sukenik2024.l2_nuclear",
    title="At L = 2 deep neural collapse is optimal among points where the ReLU does not raise the nuclear norm",
    statement="L = 2, lambda < lambda_0: among parameters with |s(W_1 H)|_* = |W_1 H|_* (at most is enough) none lies "
    "below DNC, since the penalty is at least (3/2) lambda sum_j sigma_j(Z)^(2/3) there.",
    latex=r"$L=2$, $\|\sigma(W_1H)\|_*\le\|W_1H\|_*$: $F\ge\min_{\mathrm{DNC}}F$.",
    source=Source(
        _ARXIV, "L = 2", Mark.RECALL, "The hypothesis is that of Tirer and Bruna 2022 as remembered; proof ours."
    ),
    assumptions=(*_L2, A.EQUALITY),
    setting="features",
    conclusion=_OPTIMAL,
    checks=(
        _proof("nuclear", "reduction", "thresholds", of=(*_L2, A.EQUALITY)),
        trained.no_lower("points that keep the nuclear norm", _nuclear_equality, "|s(M)|_* <= |M|_*"),
    ),
    instances=drawn((regular(2, 2), regular(3, 2), regular(4, 2)), ((2, 2), (3, 2), (4, 2), (6, 2))),
    attacks=(
        attacks.BELOW_COLLAPSE,
        attacks.ZERO_BELOW_COLLAPSE,
        attacks.CLASS_LOST,
        attacks.TOO_NARROW,
    ),
    drops=drops.L2_NUCLEAR,
    siblings=_false(
        "l2_nuclear~zero",
        "At K = 3, L = 2 zero is optimal below lambda_0.",
        siblings.point_below(regular(3, 2), points.collapsed),
    ),
    proof="sukenik2024/nuclear",
)


def _without_hypothesis() -> Any:
    return (
        solved.multiple("cut of K_6", points.half_cut, breaks=True),
        solved.beaten("cut of K_6", points.cut(lambda r: r // 2), breaks=True),
    )


L2 = Claim(
    key="sukenik2024.l2",
    title="At L = 2 deep neural collapse is optimal, without the nuclear-norm hypothesis (false)",
    statement="L = 2, lambda < lambda_0, any K: no parameters have a smaller objective than DNC.",
    latex=r"$L=2$: $\min F=\min_{\mathrm{DNC}}F$ for every $K$.",
    source=_derived("L = 2 without its hypothesis", "Not claimed by the paper; K = 15 is the smallest K we refute."),
    assumptions=_L2,
    setting="features",
    conclusion=_OPTIMAL,
    checks=_without_hypothesis(),
    instances=drawn((regular(15, 2),), ((15, 2), (28, 2))),
    attacks=(attacks.BELOW_COLLAPSE,),
    believed=False,
)

NUCLEAR_TWO = Claim(
    key="sukenik2024.nuclear_two",
    title="For two columns the ReLU never raises the nuclear norm",
    statement="|s(M)|_* <= |M|_* for every real matrix M with two columns.",
    latex=r"$M\in\mathbb R^{m\times2}$: $\|\sigma(M)\|_*\le\|M\|_*$.",
    source=_derived("two columns", "What makes K = 2 different."),
    assumptions=(A.TWO_CLASSES,),
    setting="features",
    conclusion=Conclusion("nuclear_gap", "the nuclear norm does not rise", r"\|M\|_*-\|\sigma(M)\|_*\ge0"),
    checks=(nuclear.TWO_COLUMNS,),
    instances=drawn((regular(2, 2),), ((2, 2), (2, 3), (2, 4))),
    attacks=(attacks.NUCLEAR_NORM_RAISED,),
    drops=drops.NUCLEAR_TWO,
    siblings=_false("nuclear_two~strict", "It falls, strictly, for every nonzero M.", siblings.same_norms),
)

NUCLEAR = Claim(
    key="sukenik2024.nuclear",
    title="The ReLU never raises the nuclear norm (false)",
    statement="|s(M)|_* <= |M|_* for every real matrix M.",
    latex=r"$\|\sigma(M)\|_*\le\|M\|_*$ for all real $M$.",
    source=_derived("the step that L = 2 would need", "False already for 3 x 3 matrices of small integers."),
    assumptions=(A.classes(3),),
    setting="features",
    conclusion=NUCLEAR_TWO.conclusion,
    checks=(nuclear.THREE_COLUMNS,),
    instances=drawn((regular(3, 2),), ((3, 2), (4, 2))),
    attacks=(attacks.NUCLEAR_NORM_RAISED,),
    believed=False,
)

CLAIMS = (DEPTH_RULE, BLOCK_SUM, THRESHOLDS, IMBALANCE, L2_NUCLEAR, L2, NUCLEAR_TWO, NUCLEAR)

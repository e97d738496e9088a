"""Theorems 3 to 7 and imbalance of Garrod & Keating 2024: ranks, curvature, dimensions, ReLU (arXiv 2410.23169).

Where a printed statement fails as printed it stands here with `believed=False`, beside the one that holds.
"""

from functools import partial
from typing import Any

from theorycheck.claims import attacks
from theorycheck.claims import features_assumptions as A
from theorycheck.claims import features_siblings as siblings
from theorycheck.claims.checks import features_critical as critical
from theorycheck.claims.checks import features_curved as curved
from theorycheck.claims.checks import features_numbers as numbers
from theorycheck.claims.checks import features_orbits as orbits
from theorycheck.claims.checks import features_points as points
from theorycheck.claims.checks.proved import proof
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.features_instances import drawn, entropy, regular
from theorycheck.claims.features_thresholds import stability
from theorycheck.claims.library import garrod2024_drops as drops
from theorycheck.models.features import UnconstrainedFeatures as Features

_ARXIV = "2410.23169"
_LINEAR = (A.CROSS_ENTROPY, A.LINEAR, A.BALANCED, A.WIDE)
_MODEL: dict[str, Any] = {"loss": "ce", "activation": "linear"}


def _level(classes: int, depth: int) -> float:
    return float(stability(classes, depth))


def _drawn(first: tuple, sizes: tuple, **rest: Any) -> Any:
    return drawn(first, sizes, _level, **(_MODEL | rest))


def _one(classes: int, depth: int, **rest: Any) -> Features:
    return regular(classes, depth, threshold=_level, **(_MODEL | rest))


_false = partial(false_sibling, "garrod2024")


def _paper(item: str, note: str = "") -> Source:
    return Source(_ARXIV, item, Mark.PAPER, note)


def _derived(item: str, note: str) -> Source:
    return Source(_ARXIV, item, Mark.DERIVED, note)


THM3 = Claim(
    key="garrod2024.thm3",
    title="With many layers and little regularisation the optimum has rank q_K",
    statement="If lambda_L = o(1/L), then from some L on the optimal output is diagonally superior, and all but q_K of "
    "its singular values are zero or exponentially small in L; q_2 = 1 and q_K = 2 for K >= 3.",
    latex=r"$\lambda_L=o(1/L)$: from some $L$ on $Z^*_L$ is diagonally superior, and has $q_K$ singular values that do "
    r"not vanish.",
    source=_paper("Theorem 3 (ii)", "A limit; only finite L can be run. That q_K is not 1 for K >= 3 is derived."),
    assumptions=_LINEAR,
    setting="features",
    conclusion=Conclusion("rank", "the rank of the best output as L grows", r"\mathrm{rank}\,Z^*_L\to q_K"),
    checks=(critical.SWEEPS,),
    instances=_drawn((_one(2, 2), _one(4, 2), _one(5, 2), _one(6, 2)), ((3, 2), (4, 3))),
    siblings=_false(
        "thm3~zero",
        "Zero is optimal from L = 8 on for lambda = .08 / L^2 and K = 4.",
        siblings.point_below(entropy(4, 8, "1/800"), points.circle, ["log", "4"]),
    ),
)

THM3_ZERO = Claim(
    key="garrod2024.thm3_zero",
    title="With many layers and fixed regularisation zero is optimal",
    statement="If lambda_L does not fall like 1/L or faster, the singular values of the optimal output are zero or "
    "fall faster than any exponential in L. For lambda = 1/20 (1/8 for K >= 5) and L = 50 zero is optimal.",
    latex=r"$1/\lambda_L=o(L)$: every singular value of $Z^*_L$ is 0 or falls faster than any $e^{-\delta L}$.",
    source=_paper("Theorem 3 (i)", "Tested at one L, where a floor for all parameters is zero's objective."),
    assumptions=_LINEAR,
    setting="features",
    conclusion=Conclusion("zero_gap", "no parameters lie below zero's objective log K", r"\inf F=\log K"),
    checks=(critical.ZERO_WINS,),
    instances=_drawn((_one(2, 2), _one(4, 2), _one(10, 2)), ((3, 2), (6, 2), (8, 2))),
    siblings=_false(
        "thm3_zero~shallow",
        "At lambda = 1/20 zero is optimal for K = 4 and L = 2 already.",
        siblings.point_below(entropy(4, 2, "1/20"), points.pairs, ["log", "4"]),
    ),
)

_CODES = (A.CROSS_ENTROPY, A.LINEAR)

RANK_CODES = Claim(
    key="garrod2024.rank_codes",
    title="The least rank of a diagonally superior matrix is one for two classes and two for more",
    statement="q_2 = 1 and q_K = 2 for K >= 3: no matrix u v^T has its true class strictly largest in each of three or "
    "more columns, and 2 x_c x_k - x_c^2 does for distinct x, as the circle code does.",
    latex=r"$q_2=1$; $q_K=2$ for $K\ge3$.",
    source=_paper("q_K in Theorem 3", "The paper has q_K <= 2; that it is not 1 is derived."),
    assumptions=_CODES,
    setting="features",
    conclusion=Conclusion("least_rank", "the least rank of a diagonally superior output", r"q_K=\min(2,K-1)"),
    checks=(proof("garrod2024/rank_codes", _CODES), critical.CODE),
    instances=_drawn((_one(2, 1), _one(3, 2), _one(6, 2)), ((4, 2), (10, 1), (15, 2))),
    siblings=_false("rank_codes~line", "x x^T with x = (1, 2, 3) is diagonally superior.", critical.not_superior),
    proof="garrod2024/rank_codes",
)

_FOLD = (*_LINEAR, A.layers(2), A.BELOW_FOLD)

FOLD = Claim(
    key="garrod2024.fold",
    title="Collapsed critical points exist exactly up to the fold",
    statement="L >= 2: a DNC critical point of scale alpha has lambda = alpha^((L-1)/(L+1)) / (e^alpha + K - 1), which "
    "is largest, lambda_fold, where alpha e^alpha / (e^alpha + K - 1) = (L-1)/(L+1).",
    latex=r"$\bar\lambda=\alpha^{(L-1)/(L+1)}/(e^\alpha+K-1)\le\lambda_{\mathrm{fold}}(K,L)$.",
    source=_paper("Theorem 4 (i)", "The equation is the paper's; the fold is derived."),
    assumptions=_FOLD,
    setting="features",
    conclusion=Conclusion("scale", "the scale of the larger critical point", r"\alpha>\alpha_{\mathrm{fold}}"),
    checks=(proof("garrod2024/thresholds", _FOLD), curved.CRITICAL),
    instances=_drawn((_one(2, 2), _one(4, 2), entropy(4, 2, "17/100")), ((3, 2), (4, 3), (10, 2))),
    siblings=_false(
        "fold~zero",
        "Critical points exist only where DNC is below zero: not at lambda = .17, K = 4, L = 2.",
        lambda: curved.critical_certificate(entropy(4, 2, "17/100")),
    ),
    proof="garrod2024/thresholds",
)

_STABLE = (*_LINEAR, A.classes(4), A.layers(2), A.BELOW_STABILITY)
_FEW = (*_LINEAR, A.AT_MOST_THREE, A.layers(2), A.BELOW_STABILITY)
_LEAST = Conclusion("least_eigenvalue", "the Hessian at DNC is positive semidefinite", r"\nabla^2F\succeq0")

THM4_EXACT = Claim(
    key="garrod2024.thm4_exact",
    title="Collapsed critical points have a positive semidefinite Hessian exactly from alpha = K (L-1)/(L+1) on",
    statement="K >= 4, L >= 2: at a DNC critical point of scale alpha the Hessian is positive semidefinite iff "
    "alpha >= K (L-1)/(L+1). So the larger critical point is a local minimum for lambda up to lambda_stab, its lambda "
    "there, and not above.",
    latex=r"$K\ge4$: $\nabla^2F\succeq0$ at DNC $\iff\alpha\ge K\tfrac{L-1}{L+1}$.",
    source=_derived("Theorem 4, made exact", "The paper says: lambda suitably small. n > 1 by rescaling."),
    assumptions=_STABLE,
    setting="features",
    conclusion=_LEAST,
    checks=(proof("garrod2024/stability", _STABLE), curved.STABLE),
    instances=_drawn((_one(4, 2), entropy(4, 2, "4/25"), _one(5, 2)), ((4, 3), (5, 2), (6, 2))),
    attacks=(attacks.NOT_LOCALLY_MINIMAL,),
    drops=drops.THM4_EXACT,
    siblings=_false(
        "thm4_exact~fold",
        "At K = 5, L = 3, lambda = 31/250, below the fold, the Hessian is positive semidefinite too.",
        lambda: curved.bends_down(entropy(5, 3, "31/250")),
    ),
    proof="garrod2024/stability",
)

THM4_FEW = Claim(
    key="garrod2024.thm4_few",
    title="For two and three classes collapsed critical points are stable from an earlier scale on",
    statement="L >= 2: the Hessian at a DNC critical point is positive semidefinite iff alpha >= alpha_stab, the root "
    "of alpha^2 e^alpha + 2 alpha (2 e^alpha + 1)/(L+1) = 3 (e^alpha + 2)(L-1)/(L+1) for K = 3, and the scale of the "
    "fold for K = 2.",
    latex=r"$K=3$: $\alpha^2e^\alpha+\tfrac{2\alpha}{L+1}(2e^\alpha+1)=3\tfrac{L-1}{L+1}(e^\alpha+2)$ at "
    r"$\alpha_{\mathrm{stab}}$; $K=2$: the fold.",
    source=_derived("Theorem 4, made exact", "Few classes have no symmetric direction with zero diagonal."),
    assumptions=_FEW,
    setting="features",
    conclusion=_LEAST,
    checks=(curved.STABLE,),
    instances=_drawn((_one(2, 2), _one(3, 2), entropy(3, 2, "219/1000")), ((2, 3), (3, 3), (3, 2))),
    attacks=(attacks.NOT_LOCALLY_MINIMAL,),
    siblings=_false(
        "thm4_few~fold",
        "At K = 3, L = 2, lambda = .2207, below the fold, the Hessian is positive semidefinite too.",
        lambda: curved.bends_down(entropy(3, 2, "2207/10000")),
    ),
)

THM4 = Claim(
    key="garrod2024.thm4",
    title="Collapsed critical points have a positive semidefinite Hessian wherever they exist (false)",
    statement="For every lambda up to the fold the DNC critical point of larger scale has a positive semidefinite "
    "Hessian.",
    latex=r"$\bar\lambda\le\lambda_{\mathrm{fold}}\Rightarrow\nabla^2F\succeq0$ at DNC.",
    source=_derived("Theorem 4, read for every lambda with a critical point", "The paper says: suitably small."),
    assumptions=(*_LINEAR, A.layers(2), A.BELOW_FOLD),
    setting="features",
    conclusion=_LEAST,
    checks=(curved.UP_TO_FOLD,),
    instances=_drawn((entropy(4, 2, "168139/1000000"),), ((4, 2), (5, 2))),
    attacks=(attacks.NOT_LOCALLY_MINIMAL,),
    believed=False,
)

THM5_EXACT = Claim(
    key="garrod2024.thm5_exact",
    title="Balanced parameters of one output of rank r form a set of dimension L (r d - r (r + 1) / 2)",
    statement="Linear model, width d >= K: the balanced parameters with a given output of rank r have dimension "
    "L (r d - r (r+1)/2), whatever the multiplicities of the singular values. So for r in [2, K-1) the ratio "
    "R(d) = (K-1)(2d-K) / (r (2d-r-1)) of DNC's dimension to that of rank r is above 1 for all d >= K, and grows.",
    latex=r"$D_r=L\bigl(rd-\tfrac{r(r+1)}2\bigr)$, $R(d)=\tfrac{(K-1)(2d-K)}{r(2d-r-1)}>1$ for all $d\ge K$.",
    source=_derived("Theorem 5, corrected", "The fibre is a Stiefel manifold a layer, not a Grassmannian."),
    assumptions=(*_LINEAR, A.classes(4)),
    setting="features",
    conclusion=Conclusion("dimension", "the dimension of the orbit of all rotations", r"D_r=L(rd-r(r+1)/2)"),
    checks=(proof("garrod2024/dimension", (*_LINEAR, A.classes(4))), orbits.COUNTS),
    instances=_drawn(
        (
            entropy(4, 1, "1/50", width=4),
            entropy(4, 2, "1/50", width=4),
            entropy(5, 2, "1/50", width=5),
            entropy(4, 2, "1/50", width=6),
        ),
        ((4, 1), (4, 2), (5, 1)),
    ),
    siblings=_false(
        "thm5_exact~grassmann",
        "The dimension is L r (d - r): 3 for K = d = 4, L = 1, r = 3.",
        lambda: orbits.dimensions(4, 1, 4, (3,)),
    ),
    proof="garrod2024/dimension",
)

THM5 = Claim(
    key="garrod2024.thm5",
    title="At d = K collapse has fewer parameters than lower ranks (false)",
    statement="R(d), the dimension of the set of DNC solutions over that of an output of rank r in [2, K-1), grows "
    "with d, starts below 1 at d = K and tends to (K-1)/r.",
    latex=r"$R(K)<1$, $R$ increasing, $R(d)\to(K-1)/r$.",
    source=_paper("Theorem 5", "Its count divides out one orthogonal group of size r a layer too many."),
    assumptions=(*_LINEAR, A.classes(4)),
    setting="features",
    conclusion=Conclusion("ratio", "the ratio of dimensions at d = K", r"R(K)<1"),
    checks=(orbits.BELOW_ONE,),
    instances=_drawn((entropy(4, 1, "1/50"), entropy(4, 2, "1/50")), ((5, 1), (6, 1))),
    attacks=(attacks.NOT_SMALLER_AT_FIRST,),
    believed=False,
)

THM6 = Claim(
    key="garrod2024.thm6",
    title="As lambda falls the Hessians at DNC and LR both vanish, and the ratio of their norms settles",
    statement="K even: as lambda tends to 0 the Frobenius, spectral and trace norms of the Hessian at DNC and at LR "
    "tend to 0, with a ratio that tends to a constant for each norm; both scales grow like -log lambda.",
    latex=r"$\lambda\to0$: $\|\nabla^2F\|_{\mathrm{DNC}}/\|\nabla^2F\|_{\mathrm{LR}}\to C$ for each norm.",
    source=_paper("Theorem 6", "A limit; the ratios at four lambda are compared."),
    assumptions=(*_LINEAR, A.classes(4), A.layers(2), A.EVEN_CLASSES),
    setting="features",
    conclusion=Conclusion("norm_ratio", "the ratio of norms settles as lambda falls", r"F_{DNC}/F_{LR}\to C"),
    checks=(curved.RATIOS,),
    instances=_drawn((_one(4, 2), _one(4, 3), _one(6, 2)), ((4, 2), (4, 3), (6, 2))),
    siblings=_false(
        "thm6~bounded", "The scale of DNC stays below 5 as lambda falls (K = 4, L = 2).", siblings.large_scale
    ),
)

_RELU = (A.CROSS_ENTROPY, A.RELU, A.BALANCED, A.WIDE, A.EVEN_CLASSES, A.RECTIFIED_PAIRS, A.MEAN_RATIO)

THM7 = Claim(
    key="garrod2024.thm7",
    title="With ReLU no deep neural collapse is optimal for many classes and layers, under an assumption on means",
    statement="ReLU, cross-entropy, K even, Z proportional to S, and the ratio of global-mean to simplex norm of M_l "
    "not lowered by the ReLU: for K >= 10 and L >= 5, or K >= 14 and L = 4, no such DNC solution is optimal, since "
    "(2K+4)^(L+1) K^3 < (K-1)^(L+1) 4^(L-1) (K+2)^3. The inequality holds for more, but never at L = 3.",
    latex=r"$(2K+4)^{L+1}K^3<(K-1)^{L+1}4^{L-1}(K+2)^3$, $K$ even: no DNC solution is a global minimum.",
    source=_paper("Theorem 7", "Printed for K >= 10, L >= 5 and K >= 16, L = 4; here even K, by its inequality."),
    assumptions=_RELU,
    setting="features",
    conclusion=Conclusion(
        "collapsed_gap", "rectified pairs have a smaller penalty at the same scale", r"\inf F<\min_{\mathrm{DNC}}F"
    ),
    checks=(
        proof("garrod2024/thm7", _RELU),
        numbers.compared(
            "rectified pairs constant",
            "penalty of rectified pairs against that of DNC at the same scale",
            lambda net: numbers.rectified_pairs_sides(net.classes, net.depth),
            "under the assumption on means; the fit at the same scale is smaller too",
        ),
    ),
    instances=_drawn(
        (_one(10, 5, activation="relu"), _one(14, 4, activation="relu")), ((10, 6), (16, 4), (12, 5)), activation="relu"
    ),
    attacks=(attacks.COLLAPSE_OPTIMAL,),
    drops=drops.THM7,
    siblings=_false(
        "thm7~twelve",
        "The inequality holds at K = 12 and L = 4 too.",
        lambda: numbers.smaller(*numbers.rectified_pairs_sides(12, 4)[::-1]),
    ),
    proof="garrod2024/thm7",
)

_UNEVEN = (A.CROSS_ENTROPY, A.LINEAR, A.WIDE, A.UNEVEN)

IMBALANCE = Claim(
    key="garrod2024.imbalance",
    title="With unequal numbers of samples critical points are balanced, and good outputs diagonally superior",
    statement="Lemma 1 and Theorem 3 hold with n_k samples in class k, H counting every sample: factors are balanced "
    "at critical points, and at small lambda the best output has the true class largest in every column.",
    latex=r"Lemma 1 with $H\sqrt D$, $D=\mathrm{diag}(n_k)$; at small $\lambda$: $z_{kk}>z_{ck}$ for $c\ne k$.",
    source=_paper("Appendix A, A1 and A2", "A3, for step imbalance, has no explicit depth and is not tested."),
    assumptions=_UNEVEN,
    setting="features",
    conclusion=Conclusion("superior", "the best output is diagonally superior", r"z_{kk}>\max_{c\ne k}z_{ck}"),
    checks=(critical.BALANCED, critical.SUPERIOR),
    instances=_drawn(
        (
            entropy(2, 1, "1/50", counts=(2, 1)),
            entropy(3, 2, "1/100", counts=(3, 2, 1)),
            entropy(4, 2, "1/200", counts=(5, 2, 1, 1)),
            entropy(4, 3, "1/200", counts=(2, 2, 1, 1)),
        ),
        ((3, 2),),
        counts=(3, 2, 1),
    ),
    siblings=_false(
        "imbalance~zero",
        "With unequal numbers of samples zero is optimal at lambda = 1/100, K = 3, L = 2.",
        siblings.point_below(entropy(3, 2, "1/100", counts=(3, 2, 1)), points.collapsed, ["log", "3"]),
    ),
)

CLAIMS = (RANK_CODES, THM3, THM3_ZERO, FOLD, THM4, THM4_EXACT, THM4_FEW, THM5, THM5_EXACT, THM6, THM7, IMBALANCE)

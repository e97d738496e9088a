"""Garrod & Keating 2024: the persistence of neural collapse despite low-rank bias, cross-entropy (arXiv 2410.23169).

Setting. K classes, L weight matrices, linear layers (ReLU where a statement says so), no biases; the objective is the
mean cross-entropy of the K x N output Z plus λ/2 times the squared norms of H and of all W_l. S = I - 11ᵀ/K.
DNC: balanced factors with Z = α S ⊗ 1ᵀ, α > 0. LR (K = 2m): Z = β blockdiag([[1, -1], [-1, 1]], ...); for odd K one
class stands alone. λ̄ = (n λ_H Π λ_l)^(1/(L+1)). At balanced points the penalty is (L+1)/2 λ̄ Σ σ_j(Z)^(2/(L+1)).
"""

from functools import partial
from typing import Any

from theorycheck.claims import attacks
from theorycheck.claims import features_assumptions as A
from theorycheck.claims import features_siblings as siblings
from theorycheck.claims.checks import features_critical as critical
from theorycheck.claims.checks import features_numbers as numbers
from theorycheck.claims.checks import features_points as points
from theorycheck.claims.checks import features_solved as solved
from theorycheck.claims.checks import features_trained as trained
from theorycheck.claims.checks.proved import proof
from theorycheck.claims.claim import Claim, Conclusion, Drop, Mark, Source, false_sibling
from theorycheck.claims.features_instances import drawn, entropy, regular
from theorycheck.claims.features_thresholds import fold
from theorycheck.claims.library import garrod2024_drops as drops
from theorycheck.claims.library import garrod2024_landscape
from theorycheck.models.features import UnconstrainedFeatures as Features

ARXIV = "2410.23169"
_LINEAR = (A.CROSS_ENTROPY, A.LINEAR, A.BALANCED, A.WIDE)
_MODEL: dict[str, Any] = {"loss": "ce", "activation": "linear"}
_BEATEN = Conclusion(
    "collapsed_gap", "some point lies below every DNC solution, alpha > 0", r"\inf F<F(\mathrm{DNC})\ \forall\alpha>0"
)
_OPTIMAL = Conclusion(
    "optimal_gap", "no point lies below the best DNC solution, alpha >= 0", r"\inf F=\min_{\alpha\ge0}F(\mathrm{DNC})"
)


def _level(classes: int, depth: int) -> float:
    """Half the fold: at nine tenths of it DNC is still better than zero for the sizes drawn here."""
    return float(fold(classes, depth)) / 2


def _one(classes: int, depth: int, **rest: Any) -> Features:
    return regular(classes, depth, threshold=_level, **(_MODEL | rest))


def _drawn(first: tuple, sizes: tuple, **rest: Any) -> Any:
    return drawn(first, sizes, _level, **(_MODEL | rest))


_false = partial(false_sibling, "garrod2024")


def _paper(item: str, note: str = "") -> Source:
    return Source(ARXIV, item, Mark.PAPER, note)


def _derived(item: str, note: str) -> Source:
    return Source(ARXIV, item, Mark.DERIVED, note)


_LEMMA1 = (A.CROSS_ENTROPY, A.LINEAR, A.WIDE, A.ONE_REG)

LEMMA1 = Claim(
    key="garrod2024.lemma1",
    title="At critical points all factors are balanced, and the penalty is a Schatten quasi-norm of the output",
    statement="At every critical point the L + 1 factors share their singular values, adjacent singular "
    "vectors align, and the penalty is (L+1)/2 lambda sum_j sigma_j(Z)^(2/(L+1)).",
    latex=r"$\nabla F=0\Rightarrow W_{l+1}^\top W_{l+1}=W_lW_l^\top$ and penalty "
    r"$=\tfrac{L+1}2\bar\lambda\sum_j\sigma_j(Z)^{2/(L+1)}$.",
    source=_paper("Lemma 1", "With unequal numbers of samples too (Appendix A)."),
    assumptions=_LEMMA1,
    setting="features",
    conclusion=Conclusion("imbalance", "adjacent factors are balanced", r"W_{l+1}^\top W_{l+1}-W_lW_l^\top=0"),
    checks=(proof("garrod2024/lemma1", _LEMMA1), critical.BALANCED),
    instances=_drawn((_one(2, 1), _one(3, 2), entropy(3, 2, "1/50", counts=(3, 2, 1))), ((4, 2), (3, 3)), equal=True),
    siblings=_false(
        "lemma1~everywhere", "The factors of every output have equal norms, at any point.", siblings.unequal_norms
    ),
    proof="garrod2024/lemma1",
)

_RANGE = (*_LINEAR, A.classes(4), A.PAIRS)

THM1 = Claim(
    key="garrod2024.thm1",
    title="No deep neural collapse is optimal for K >= 4 and L >= 3, nor for K >= 6 and L = 2",
    statement="Linear model, cross-entropy, K >= 4 and L >= 3, or K >= 6 and L = 2: LR at the same scale as a DNC "
    "solution has a smaller objective, as 4 m^(L+1) < (2m - 1)^(L+1) with m = floor(K/2).",
    latex=r"$K\ge4,L\ge3$ or $K\ge6,L=2$: $4m^{L+1}<(2m-1)^{L+1}$, $m=\lfloor K/2\rfloor$, so no DNC solution is a "
    r"global minimum.",
    source=_paper("Theorem 1", "For one lambda; with several of them after rescaling the factors."),
    assumptions=_RANGE,
    setting="features",
    conclusion=_BEATEN,
    checks=(
        proof("garrod2024/thm1", _RANGE),
        numbers.compared(
            "pairs constant",
            "penalty of LR against that of DNC at the same scale",
            lambda net: numbers.pairs_sides(net.classes, net.depth),
            "the fit of LR at the same scale is smaller too",
        ),
        solved.beaten("LR", points.pairs),
        solved.beaten("best code", points.best_code),
        trained.stays_below("the best code", points.best_code),
    ),
    instances=_drawn((_one(4, 3), _one(6, 2)), ((4, 3), (4, 4), (5, 3), (6, 2), (7, 2), (10, 2))),
    attacks=(attacks.COLLAPSE_OPTIMAL,),
    drops=drops.THM1,
    siblings=_false(
        "thm1~two_layers",
        "The inequality of the proof holds at K = 4 and L = 2 too.",
        lambda: numbers.smaller(*numbers.pairs_sides(4, 2)[::-1]),
    ),
    proof="garrod2024/thm1",
)

_FIVE = (*_LINEAR, A.FIVE_CLASSES, A.depth(2))
_FIVES = (
    entropy(5, 2, "1/50"),
    entropy(5, 2, "1/200"),
    entropy(5, 2, "1/1000"),
    entropy(5, 2, "1/5000"),
)

THM1_K5 = Claim(
    key="garrod2024.thm1_k5",
    title="For K = 5 and L = 2 deep neural collapse is beaten by a centred structure of rank 3",
    statement="Linear model, cross-entropy, K = 5, L = 2: two opposite pairs and a centred rank-one part for the fifth "
    "class have a smaller objective than every DNC solution, at each lambda tried.",
    latex=r"$K=5$, $L=2$: a centred output of rank 3 lies below every DNC solution (each $\lambda$ tried).",
    source=_derived("Theorem 1 at L = 2", "The theorem is silent on K = 5; shown for explicit lambda only."),
    assumptions=_FIVE,
    setting="features",
    conclusion=_BEATEN,
    checks=(
        solved.beaten("centred pairs and one", points.lone),
        trained.stays_below("centred pairs and one", points.lone),
    ),
    instances=_drawn(_FIVES, ((5, 2),)),
    attacks=(attacks.COLLAPSE_OPTIMAL,),
    drops=(
        Drop("five_classes", {"classes": 2}, True, "K = 2"),
        Drop("two_layers", {"depth": 1}, True, "L = 1"),
    ),
    siblings=_false(
        "thm1_k5~printed",
        "LR as printed, not centred, is below DNC at lambda = 1/50 already.",
        siblings.collapsed_below(_FIVES[0], points.pairs),
    ),
)

THM1_L2 = Claim(
    key="garrod2024.thm1_l2",
    title="At L = 2 six classes are needed (false)",
    statement="Linear model, cross-entropy, L = 2, K <= 5: some DNC solution is a global minimum, for every lambda at "
    "which DNC beats zero.",
    latex=r"$L=2$, $K\le5$: $\min F=\min_{\mathrm{DNC}}F$.",
    source=_derived("Theorem 1 at L = 2, read as sharp", "Not claimed by the paper; K = 5 refutes it."),
    assumptions=(*_LINEAR, A.AT_MOST_FIVE, A.depth(2)),
    setting="features",
    conclusion=_OPTIMAL,
    checks=(solved.beaten("centred pairs and one", points.lone, breaks=True),),
    instances=_drawn(_FIVES[:2], ((5, 2),)),
    attacks=(attacks.BELOW_COLLAPSE,),
    believed=False,
)

_CIRCLE = (*_LINEAR, A.classes(4), A.CIRCLE)

THM2 = Claim(
    key="garrod2024.thm2",
    title="From an explicit depth on, the circle code of rank 2 is below every deep neural collapse",
    statement="For K >= 4 and L with 2^(L+1) (gamma K / 2)^2 < (K - 1)^(L+1), gamma = 1 / (1 - cos(2 pi / K)): the "
    "Gram matrix of K unit vectors on a circle, best scaled, has a smaller objective than every DNC solution. First "
    "such L: 3, 3, 3, 4, 4, 4 for K = 4, 5, 6, 8, 10, 15.",
    latex=r"$2^{L+1}(\gamma K/2)^2<(K-1)^{L+1}$, $\gamma=1/(1-\cos\tfrac{2\pi}K)$: "
    r"$\min_\beta F(\beta\cos\tfrac{2\pi(i-j)}K)<\min_{\mathrm{DNC}}F$.",
    source=_paper("Theorem 2", "For DNC and the circle code, with a depth worked out from the proof [DERIVED]."),
    assumptions=_CIRCLE,
    setting="features",
    conclusion=_BEATEN,
    checks=(
        proof("garrod2024/thm2", _CIRCLE),
        numbers.compared(
            "circle constant",
            "penalties where the least margin of the circle code is the margin of DNC",
            lambda net: numbers.circle_sides(net.classes, net.depth),
            "at that scale the fit of the circle code is not larger",
        ),
        solved.beaten("circle code", points.circle),
        trained.stays_below("the circle code", points.circle),
    ),
    instances=_drawn((_one(4, 3), _one(5, 3)), ((6, 3), (8, 4), (10, 4), (5, 5))),
    attacks=(attacks.COLLAPSE_OPTIMAL,),
    drops=drops.THM2,
    siblings=_false(
        "thm2~two_layers",
        "The inequality holds for K = 4 and L = 2 too.",
        lambda: numbers.smaller(*numbers.circle_sides(4, 2)[::-1]),
    ),
    proof="garrod2024/thm2",
)

_TWO = (*_LINEAR, A.TWO_CLASSES)

TWO_CLASSES = Claim(
    key="garrod2024.two_classes",
    title="For two classes deep neural collapse is optimal, for every L",
    statement="Linear model, cross-entropy, K = 2: a centred output has rank at most one, and the least objective is "
    "that of DNC (zero included where lambda is large).",
    latex=r"$K=2$: $\min F=\min_{\alpha\ge0}\log(1+e^{-\alpha})+\tfrac{\bar\lambda}2(L+1)\alpha^{2/(L+1)}$.",
    source=_derived("boundary of Theorem 1", "One scalar problem after centring."),
    assumptions=_TWO,
    setting="features",
    conclusion=_OPTIMAL,
    checks=(proof("garrod2024/two_classes", _TWO), solved.optimal("jensen"), trained.REACHES),
    instances=_drawn((_one(2, 1), _one(2, 2), _one(2, 5)), ((2, 2), (2, 3), (2, 4))),
    attacks=(attacks.BELOW_COLLAPSE,),
    drops=drops.TWO_CLASSES,
    siblings=_false(
        "two_classes~lower",
        "At K = 2, L = 3 some parameters are a millionth below DNC.",
        siblings.never_lower(_one(2, 3), "jensen"),
    ),
    proof="garrod2024/two_classes",
)

_SHALLOW = (*_LINEAR, A.ONE_LAYER)

ONE_LAYER = Claim(
    key="garrod2024.one_layer",
    title="With one layer deep neural collapse is optimal, for every K",
    statement="L = 1, cross-entropy: the penalty is the nuclear norm of Z, the problem is convex, and the least "
    "objective is that of DNC with alpha = log(1/lambda - (K - 1)), zero iff lambda >= 1/K.",
    latex=r"$L=1$: $\min F$ is attained at $\alpha=\log(1/\bar\lambda-(K-1))$, or at 0 iff $\bar\lambda\ge1/K$.",
    source=_derived(
        "boundary of Theorem 1", "The known convex case: L >= 2 is needed. Several lambda after rescaling."
    ),
    assumptions=_SHALLOW,
    setting="features",
    conclusion=_OPTIMAL,
    checks=(proof("garrod2024/one_layer", _SHALLOW), solved.optimal("jensen"), trained.REACHES),
    instances=_drawn((entropy(2, 1, "1/20"), entropy(4, 1, "1/40")), ((3, 1), (6, 1), (10, 1))),
    attacks=(attacks.BELOW_COLLAPSE, attacks.TOO_NARROW),
    drops=drops.ONE_LAYER,
    siblings=_false(
        "one_layer~lower",
        "At K = 4, L = 1, lambda = 1/40 some parameters are a millionth below DNC.",
        siblings.never_lower(entropy(4, 1, "1/40"), "jensen"),
    ),
    proof="garrod2024/one_layer",
)

_CENTRING = (A.CROSS_ENTROPY,)

CENTRING = Claim(
    key="garrod2024.centring",
    title="Every optimum has a centred output",
    statement="Replacing W_L by S W_L keeps the fit and lowers the penalty unless 1^T Z = 0 already. So every "
    "global optimum is centred, and for odd K the printed LR, with its isolated entry, is never one.",
    latex=r"$\mathbf 1^\top Z=0$ at every global optimum.",
    source=_derived("centring", "Not in the paper; it improves LR for odd K."),
    assumptions=_CENTRING,
    setting="features",
    conclusion=Conclusion("centred_gap", "a centred output costs less", r"F(SW_L,\dots)<F(W_L,\dots)"),
    checks=(proof("garrod2024/centring", _CENTRING), critical.CENTRED),
    instances=_drawn((_one(2, 1), _one(3, 2), _one(5, 3)), ((4, 2), (7, 2), (3, 4))),
    siblings=_false(
        "centring~tenth", "Centring an output that is not centred gains at least 1/10.", siblings.little_gained
    ),
    proof="garrod2024/centring",
)

CLAIMS = (
    LEMMA1,
    THM1,
    THM1_L2,
    THM1_K5,
    THM2,
    *garrod2024_landscape.CLAIMS,
    CENTRING,
    TWO_CLASSES,
    ONE_LAYER,
)

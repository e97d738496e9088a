"""Garrod & Keating 2024: the persistence of neural collapse despite low-rank bias, cross-entropy (arXiv 2410.23169).

Setting. K classes, L weight matrices, linear layers (ReLU where a statement says so), no biases; the objective is the
mean cross-entropy of the K x N output Z plus λ/2 times the squared norms of H and of all W_l. S = I - 11ᵀ/K.
DNC: balanced factors with Z = α S ⊗ 1ᵀ, α > 0. LR (K = 2m): Z = β blockdiag([[1, -1], [-1, 1]], ...); for odd K one
class stands alone. λ̄ = λ n^(1/(L+1)). At balanced points the penalty is (L+1)/2 λ Σ σ_j(Z)^(2/(L+1)).
"""

from collections.abc import Callable

from theorycheck.certificates.certificate import Certificate
from theorycheck.claims import features_assumptions as A
from theorycheck.claims.checks import features_numbers as numbers
from theorycheck.claims.checks.proved import proof
from theorycheck.claims.claim import Claim, Conclusion, Mark, Sibling, Source
from theorycheck.claims.features_instances import drawn, regular
from theorycheck.claims.features_thresholds import fold

_ARXIV = "2410.23169"
_LINEAR = (A.CROSS_ENTROPY, A.LINEAR, A.BALANCED, A.WIDE)
_MODEL = {"loss": "ce", "activation": "linear"}


def _fold(classes: int, depth: int) -> float:
    return float(fold(classes, depth)) / 2


def _false(name: str, statement: str, refute: Callable[[], Certificate]) -> tuple[Sibling, ...]:
    return (Sibling(f"garrod2024.{name}", statement, refute),)


_RANGE = (*_LINEAR, A.classes(4), A.PAIRS)

THM1 = Claim(
    key="garrod2024.thm1",
    title="No deep neural collapse is optimal for K >= 4 and L >= 3, nor for K >= 6 and L = 2",
    statement="Linear model, cross-entropy, K >= 4 and L >= 3, or K >= 6 and L = 2: LR at the same scale as a DNC "
    "solution has a smaller objective, as 4 m^(L+1) < (2m - 1)^(L+1) with m = floor(K/2).",
    latex=r"$K\ge4,L\ge3$ or $K\ge6,L=2$: $4m^{L+1}<(2m-1)^{L+1}$, $m=\lfloor K/2\rfloor$, so no DNC solution is a "
    r"global minimum.",
    source=Source(_ARXIV, "Theorem 1", Mark.PAPER),
    assumptions=_RANGE,
    setting="features",
    conclusion=Conclusion(
        "collapsed_gap", "some point lies below every DNC solution", r"\inf F < \min_{\mathrm{DNC}} F"
    ),
    checks=(
        proof("garrod2024/thm1", _RANGE),
        numbers.compared(
            "pairs constant",
            "penalty of LR against that of DNC at the same scale",
            lambda net: numbers.pairs_sides(net.classes, net.depth),
            "the fit of LR at the same scale is smaller too",
        ),
    ),
    instances=drawn(
        (regular(4, 3, threshold=_fold, **_MODEL), regular(6, 2, threshold=_fold, **_MODEL)),
        ((4, 3), (4, 4), (5, 3), (6, 2), (7, 2), (10, 2)),
        _fold,
        **_MODEL,
    ),
    siblings=_false(
        "thm1~two_layers",
        "The inequality of the proof holds at K = 4 and L = 2 too.",
        lambda: numbers.smaller(*numbers.pairs_sides(4, 2)[::-1]),
    ),
    proof="garrod2024/thm1",
)

CLAIMS = (THM1,)

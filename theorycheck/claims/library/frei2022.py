"""Frei, Vardi, Bartlett, Srebro & Hu 2022: implicit bias of leaky ReLU networks, high dimension (arXiv 2210.07082).

Setting and names as in `kou2023`: f(x) = 1/m Σ σ(w_{+,r}·x) - 1/m Σ σ(w_{-,r}·x), only W trained, nearly orthogonal
data. The paper's condition, p <= C gamma^3 R_min^2 / (n R^2), is RECALL; the claims here ask for what their proofs
need.
"""

from functools import partial

from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_sibling_related as siblings
from theorycheck.claims.attacks import relu_margin_ranks as at_ranks
from theorycheck.claims.checks import relu_related as related
from theorycheck.claims.checks import relu_steps as steps
from theorycheck.claims.checks.proved import proof, proofs
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.library import frei2022_drops as drops
from theorycheck.claims.relu_instances import SLOPES, drawn, first

ARXIV = "2210.07082"
_NETWORK = (A.LOGISTIC, A.LEAKY, A.FIXED, A.EQUAL)


_false = partial(false_sibling, "frei2022")


_LIMIT = (*_NETWORK, A.DOMINANT, A.OWN_PATTERN)

RANK = Claim(
    key="frei2022.rank",
    title="The max-margin point that gradient flow approaches has rank at most two",
    statement="At the max-margin point of the pattern of the labels (that W / |W| tends to it is kou2023.k6_limit) all "
    "positive neurons equal v_+ and all negative ones v_-: its rank is at most 2, and the stable rank of W too.",
    latex=r"$w_{j,r}=v_j$, so $\operatorname{rank}W\le2$ and $\|W\|_F^2\le2\|W\|_2^2$.",
    source=Source(ARXIV, "rank of the limit", Mark.PAPER, "The stable rank in closed form is worked out here."),
    assumptions=_LIMIT,
    setting="relu",
    conclusion=Conclusion("rank", "rank and stable rank are at most 2", r"\operatorname{rank}W\le2"),
    checks=(
        proofs(
            ("frei2022/linear_boundary", "kou2023/stable_rank"),
            _LIMIT,
            {"frei2022/linear_boundary": ("rank",), "kou2023/stable_rank": ("at most two", "at least one")},
        ),
        related.RANK,
        related.STACKED_LIMIT,
    ),
    instances=drawn(first("1/2")[1:], SLOPES[:4]),
    attacks=(at_ranks.RANK_ABOVE_TWO,),
    drops=drops.RANK,
    siblings=_false("rank~one", "Its rank is 1.", siblings.rank_two),
)

_STEP = (*_NETWORK, A.ORTHOGONAL, A.SMALL_START, A.SMALL_STEP)

ONE_STEP = Claim(
    key="frei2022.one_step",
    title="One step of gradient descent from a small start cuts the stable rank to a constant",
    statement="Orthogonal samples, tiny start: after one step the stable rank of W_+ and of W_- is at most "
    "(1 + gamma)^2 / (4 gamma), whatever the width and the start.",
    latex=r"$\operatorname{sr}(W_j^{(1)})\le\frac{(1+\gamma)^2}{4\gamma}$ as $\sigma_0\to0$.",
    source=Source(
        ARXIV, "one step", Mark.PAPER, "That it falls to a constant; the bound (Kantorovich) is worked out here."
    ),
    assumptions=_STEP,
    setting="relu",
    conclusion=Conclusion("one_step", "the stable rank after a step is bounded", r"\operatorname{sr}(W_j^{(1)})\le C"),
    checks=(steps.ONE_STEP_RANKS, related.DROP),
    instances=drawn(first()[:3], SLOPES[:1] + SLOPES[2:], delta=0),
    siblings=_false("one_step~one", "It is 1 after one step.", siblings.above_one_after_a_step),
)

_LINEAR = (A.LEAKY, A.FIXED, A.OWN_PATTERN)

LINEAR_BOUNDARY = Claim(
    key="frei2022.linear_boundary",
    title="Networks with equal neurons a sign, as in the limit, have a linear decision boundary",
    statement="Where all positive neurons equal v_+ and all negative ones v_-, f(x) has the sign of <v_+ - v_-, x> for "
    "every x, as sigma is increasing.",
    latex=r"$\operatorname{sign}f(x)=\operatorname{sign}\langle v_+-v_-,x\rangle$ for all $x$.",
    source=Source(ARXIV, "decision boundary", Mark.PAPER, "Exact for outputs that add up to 1 a sign."),
    assumptions=_LINEAR,
    setting="relu",
    conclusion=Conclusion(
        "boundary",
        "f has the sign of a linear function",
        r"\operatorname{sign}f=\operatorname{sign}\langle z,\cdot\rangle",
    ),
    checks=(proof("frei2022/linear_boundary", _LINEAR), related.BOUNDARY),
    instances=drawn(first()),
    attacks=(at_ranks.BENT_BOUNDARY,),
    drops=drops.LINEAR_BOUNDARY,
    siblings=_false("linear_boundary~relu", "So it is for the ReLU, with neurons that differ.", siblings.bent_boundary),
    proof="frei2022/linear_boundary",
)

CLAIMS = (RANK, ONE_STEP, LINEAR_BOUNDARY)

"""Min, Mallada & Vidal 2023: early neuron alignment on orthogonally separable data (arXiv 2307.12851).

Setting. Two-layer ReLU networks, both layers trained from a small start, y_i y_k <x_i, x_k> >= mu |x_i| |x_k| with mu >
0. The paper's time of alignment, of order log(n) / sqrt(mu), is RECALL.
"""

from functools import partial

from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_sibling_related as siblings
from theorycheck.claims.attacks import relu_extremal_related as related_attacks
from theorycheck.claims.attacks import relu_margin as at_margin
from theorycheck.claims.attacks import relu_patterns as by_patterns
from theorycheck.claims.checks import relu_margin as margin
from theorycheck.claims.checks import relu_related as related
from theorycheck.claims.checks.proved import proof
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.instances import sequence
from theorycheck.claims.library import related_drops as drops
from theorycheck.claims.relu_instances import PAIR, fixed_separable, separable_samples, trained

ARXIV = "2307.12851"


_false = partial(false_sibling, "min2023")


_ALIGN = (A.LOGISTIC, A.RELU, A.TRAINED, A.SEPARABLE, A.TINY_START, A.DOMINATION)

ALIGNMENT = Claim(
    key="min2023.alignment",
    title="On orthogonally separable data every active neuron turns towards its class",
    statement="A neuron with a_j > 0 moves so that y_i <w_j, x_i> never falls, for every sample, and rises while a "
    "sample is active (a_j < 0: it never rises); while one sample pushes at least by rho it is told apart by class "
    "after a time of at most max -y_i <w_j, x_i> / (rho |x_i|).",
    latex=r"$\operatorname{sign}(a_j)\,y_i\langle\dot "
    r"w_j,x_i\rangle\ge|a_j|\,\mu\|x_i\|\sum_k|\ell_k'|\sigma_k'\|x_k\|\ge0$.",
    source=Source(ARXIV, "alignment", Mark.PAPER, "That it takes bounded time; the inequality is worked out here."),
    assumptions=_ALIGN,
    setting="relu",
    conclusion=Conclusion(
        "alignment", "neurons are told apart by class", r"\operatorname{sign}(a_j)y_i\langle w_j,x_i\rangle\uparrow"
    ),
    checks=(proof("min2023/separable", _ALIGN), related.TURNING, related.ALIGNMENT),
    instances=sequence((trained(PAIR, loss="logistic"),), separable_samples),
    siblings=_false(
        "alignment~any_data", "Extremal vectors turn neurons towards their class on any data.", siblings.turned_away
    ),
    proof="min2023/separable",
    attacks=(related_attacks.TURNS_AWAY,),
    drops=drops.ALIGNMENT,
)

_MARGIN = (A.PIECEWISE, A.FIXED, A.EQUAL, A.SEPARABLE, A.OWN_PATTERN, A.NONNEGATIVE)

MAX_MARGIN = Claim(
    key="min2023.max_margin",
    title="On orthogonally separable data equal margins are the global maximum margin",
    statement="Fixed outputs, orthogonally separable data: if the multipliers K^-1 1 are not negative, the point with "
    "equal margins has the least norm among all networks with margins at least 1, whatever their patterns.",
    latex=r"$K^{-1}\mathbf 1\ge0$ $\Rightarrow$ $\min\{\|W\|:y_if_W(x_i)\ge1\}=\|W^*\|$.",
    source=Source(ARXIV, "data of the paper, networks of 2310.18935", Mark.DERIVED, "Not in either paper."),
    assumptions=_MARGIN,
    setting="relu",
    conclusion=Conclusion("global_margin", "it is the global maximum margin", r"\|W\|\ge\|W^*\|"),
    checks=(proof("min2023/max_margin", _MARGIN), margin.EQUAL_MARGINS),
    instances=fixed_separable(),
    siblings=_false(
        "max_margin~shorter", "The same holds for the ReLU from any set of active neurons.", siblings.local_only
    ),
    proof="min2023/max_margin",
    attacks=(by_patterns.NOT_GLOBAL, at_margin.OTHER_WEIGHTS),
    drops=drops.MAX_MARGIN,
)

CLAIMS = (ALIGNMENT, MAX_MARGIN)

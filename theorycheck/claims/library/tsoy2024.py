"""Tsoy & Konstantinov 2024: simplicity bias of two-layer networks beyond linearly separable data (arXiv 2405.17299).

Setting. Two-layer ReLU networks, both layers trained by gradient flow from a small start; D_n and extremal vectors as
in `boursier2024`.
"""

from functools import partial

from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_sibling_related as siblings
from theorycheck.claims.attacks import relu_extremal_related as related_attacks
from theorycheck.claims.checks import relu_related as related
from theorycheck.claims.checks.proved import proof
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.instances import sequence
from theorycheck.claims.library import related_drops as drops
from theorycheck.claims.relu_instances import PAIR, TRIPLE, separable_samples, trained, xor_instance, xor_samples

ARXIV = "2405.17299"
_NETWORK = (A.RELU, A.TRAINED, A.TINY_START)


_false = partial(false_sibling, "tsoy2024")


WIDTH = Claim(
    key="tsoy2024.width",
    title="The directions that are learnt early do not depend on the width",
    statement="From a small start neurons first gather around few directions, extremal vectors of the data: however "
    "many neurons there are, when the loss has halved there are no more directions than extremal vectors.",
    latex=r"$\#\{\text{early directions}\}\le\#\{\text{extremal }D\ne0\}$ for every width $m$.",
    source=Source(ARXIV, "early features", Mark.PAPER, "Counted against the enumerated extremal vectors [DERIVED]."),
    assumptions=_NETWORK,
    setting="relu",
    conclusion=Conclusion("width", "no more directions for more neurons", r"\#\text{directions independent of }m"),
    checks=(related.WIDTH,),
    instances=sequence((trained(PAIR, loss="logistic"), xor_instance(), trained(TRIPLE)), separable_samples),
    siblings=_false("width~one", "There is one direction a sign.", siblings.two_a_sign),
)

_XOR = (*_NETWORK, A.XOR)

XOR = Claim(
    key="tsoy2024.xor",
    title="XOR data have exactly four extremal directions, two a sign",
    statement="Samples +-mu e_1 labelled + and +-mu e_2 labelled -: the critical directions of G_n on the sphere with "
    "D not 0 are +-e_1 (for positive outputs) and +-e_2 (for negative ones), whatever the width.",
    latex=r"$D_n(w)\parallel w$, $D_n(w)\ne0$ $\iff w\in\{\pm e_1,\pm e_2\}$, $D=\pm\tfrac\mu4e_j$.",
    source=Source(ARXIV, "XOR-like data", Mark.PAPER, "The paper identifies the features; the proof is ours."),
    assumptions=_XOR,
    setting="relu",
    conclusion=Conclusion("xor", "four directions, two a sign", r"w\in\{\pm e_1,\pm e_2\}"),
    checks=(proof("tsoy2024/xor", _XOR), related.COUNT, related.WIDTH),
    instances=sequence((xor_instance(),), xor_samples),
    siblings=_false("xor~diagonal", "The diagonals are extremal too.", siblings.four_only),
    proof="tsoy2024/xor",
    attacks=(related_attacks.NOT_FOUR,),
    drops=drops.XOR,
)

CLAIMS = (WIDTH, XOR)

"""Kou, Chen & Gu 2023 for the ReLU itself (arXiv 2310.18935): see `kou2023` for the setting.

S_i is the set of neurons of sign y_i that are active on x_i.
"""

from fractions import Fraction
from functools import partial

from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_siblings as siblings
from theorycheck.claims.attacks import relu_steps as by_steps
from theorycheck.claims.attacks import relu_steps_dead as by_dead
from theorycheck.claims.attacks.relu_trained import TRAINED
from theorycheck.claims.checks import relu_active as active
from theorycheck.claims.checks import relu_steps as steps
from theorycheck.claims.checks import relu_trained as trained
from theorycheck.claims.checks.proved import proofs
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.library import kou2023_drops as drops
from theorycheck.claims.relu_instances import drawn, first

ARXIV = "2310.18935"
_NETWORK = (A.LOGISTIC, A.RELU, A.FIXED, A.EQUAL)
_ORTHOGONAL = (*_NETWORK, A.ORTHOGONAL, A.ENOUGH, A.RANDOM_START)
_DEAD = (*_NETWORK, A.ORTHOGONAL)
_RANK_GOALS = {"kou2023/relu_rank": ("bound",), "kou2023/relu_orthogonal": ("pattern", "common growth")}
_WIDE = 12
_ZERO = (Fraction(0),)


_false = partial(false_sibling, "kou2023")


def _wide(**rest: object):
    before = tuple(one for one in first(0, **rest))[:3]
    widened = tuple(type(one)(one.data, _WIDE, 0, init=one.init) for one in before)
    return drawn(widened, _ZERO, delta=0, width=_WIDE)


K7 = Claim(
    key="kou2023.k7",
    title="ReLU, orthogonal samples: the stable rank is at most m over the least number of active neurons of a sample",
    statement="ReLU, orthogonal samples: where w_{j,r} = sum of rho_i x_i / |x_i|^2 over the samples of label j on "
    "which it is active, the stable rank of W_j is at most the largest m / |S_i|.",
    latex=r"$\|W_j\|_F^2/\|W_j\|_2^2\le\max_{y_i=j}m/|S_i|$.",
    source=Source(
        ARXIV, "stable rank, ReLU", Mark.PAPER, "That it is bounded; the bound for orthogonal samples is ours."
    ),
    assumptions=_ORTHOGONAL,
    setting="relu",
    conclusion=Conclusion("bounded_rank", "the stable rank of W_j is bounded", r"\operatorname{sr}(W_j)\le C"),
    checks=(
        proofs(("kou2023/relu_rank", "kou2023/relu_orthogonal"), _ORTHOGONAL, _RANK_GOALS),
        active.BOUND,
        trained.BOUNDED,
    ),
    instances=_wide(),
    attacks=(by_dead.DEAD_RANK, by_steps.NEVER_GROWS, TRAINED),
    drops=drops.K7,
    siblings=_false("k7~one", "With the ReLU too it tends to 1.", siblings.two_rows),
)

K7_KEPT = Claim(
    key="kou2023.k7_kept",
    title="With the ReLU the sets of active neurons only grow",
    statement="ReLU, nearly orthogonal data, small start: a neuron active at the start on a sample of its own sign "
    "stays so.",
    latex=r"$S_i(0)\subset S_i(t)$.",
    source=Source(ARXIV, "activation sets", Mark.RECALL, "Neurons may become active later."),
    assumptions=(*_NETWORK, A.DOMINANT, A.ENOUGH, A.RANDOM_START, A.SMALL_START, A.SMALL_STEP),
    setting="relu",
    conclusion=Conclusion("kept", "no neuron becomes inactive on samples of its own sign", r"S_i(0)\subset S_i(t)"),
    checks=(trained.KEPT,),
    instances=_wide(),
    attacks=(by_dead.ACTIVE_NO_LONGER,),
    drops=drops.K7_KEPT,
    siblings=_false("k7_kept~constant", "The sets stay as they are.", siblings.wakes),
)

K8 = Claim(
    key="kou2023.k8",
    title="A sample on which no neuron of its own sign is active is never learnt; probability 2^-m",
    statement="ReLU, orthogonal samples: where no neuron of its own sign is active on a sample at the start, its "
    "margin is never positive, and L >= log(2)/n for ever; for one sample that has probability 2^-m.",
    latex=r"$\langle w_{y_i,r}^{(0)},x_i\rangle<0$ for all $r$ (probability $2^{-m}$): $q_i(t)\le0$, $L\ge\log2/n$.",
    source=Source(ARXIV, "enough neurons", Mark.DERIVED, "Why the paper asks for m of order log n [RECALL]."),
    assumptions=_DEAD,
    setting="relu",
    conclusion=Conclusion("dead_sample", "such a sample is never learnt", r"q_i(t)\le0"),
    checks=(proofs(("kou2023/dead_point", "kou2023/relu_orthogonal"), _DEAD), steps.DEAD, steps.OWN_DEAD),
    instances=drawn(tuple(first(0)[:3]), _ZERO, delta=0),
    attacks=(by_dead.LEARNT,),
    drops=drops.K8,
    siblings=_false("k8~learnt", "Every sample is learnt from every start.", siblings.dead_sample),
)

CLAIMS = (K7, K7_KEPT, K8)

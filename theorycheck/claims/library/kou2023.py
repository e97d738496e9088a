"""Kou, Chen & Gu 2023: gradient descent on two-layer (leaky) ReLU networks, nearly orthogonal data (arXiv 2310.18935).

Setting. f(x) = 1/m Σ_r σ(w_{+,r}·x) - 1/m Σ_r σ(w_{-,r}·x), σ(z) = max(z, γ z), only W = (W_+, W_-) trained, by
gradient descent with steps η on the logistic loss, from entries of standard deviation σ_0. R_min, R_max are the least
and largest length of a sample, p the largest |<x_i, x_k>|. t is gradient-flow time, η times the number of steps; q_i =
y_i f(x_i). K_ik = (1 + γ²) <x_i, x_k> for equal labels, -2 γ <x_i, x_k> for others; λ = K^-1 1; v_+ = Σ_+ λ_i x_i - γ
Σ_- λ_i x_i and v_- = Σ_- λ_i x_i - γ Σ_+ λ_i x_i. The paper's conditions have constants that we have not seen (RECALL);
the ones here were worked out (DERIVED). The stable rank is |W|_F^2 / |W|_2^2.
"""

from functools import partial

from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_siblings as siblings
from theorycheck.claims.attacks import relu_margin as at_margin
from theorycheck.claims.attacks import relu_margin_ranks as at_ranks
from theorycheck.claims.attacks import relu_steps as by_steps
from theorycheck.claims.attacks import relu_steps_dead as by_dead
from theorycheck.claims.attacks import relu_steps_ends as by_ends
from theorycheck.claims.attacks.relu_trained import TRAINED
from theorycheck.claims.checks import relu_margin as margin
from theorycheck.claims.checks import relu_plain as plain
from theorycheck.claims.checks import relu_steps as steps
from theorycheck.claims.checks import relu_trained as trained
from theorycheck.claims.checks.proved import proof, proofs
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.instances import sequence
from theorycheck.claims.library import kou2023_drops as drops
from theorycheck.claims.library import kou2023_relu
from theorycheck.claims.relu_instances import SLOPES, balanced, drawn, first, tilted_pairs, tilts

ARXIV = "2310.18935"
_NETWORK = (A.LOGISTIC, A.LEAKY, A.FIXED, A.EQUAL)
_START = (A.SMALL_START, A.SMALL_STEP)
_LIMIT = (*_NETWORK, A.DOMINANT, A.OWN_PATTERN)


_false = partial(false_sibling, "kou2023")


def _recall(item: str, note: str) -> Source:
    return Source(ARXIV, item, Mark.RECALL, note)


def _derived(item: str, note: str) -> Source:
    return Source(ARXIV, item, Mark.DERIVED, note)


_K1 = (*_NETWORK, A.ONE_STEP, *_START)

K1 = Claim(
    key="kou2023.k1",
    title="From the first step on every preactivation has the sign of its label, times that of its neuron",
    statement="Leaky ReLU, gamma R_min^2 > (n - 1) p, small start: after one step j y_i <w_{j,r}, x_i> > 0 for all j, "
    "r, i, and this stays while no loss derivative exceeds gamma R_min^2 / ((n - 1) p) times another one.",
    latex=r"$\gamma R_{\min}^2>(n-1)p$, $\sigma_0$ small: $j\,y_i\langle w_{j,r}^{(t)},x_i\rangle>0$ for all $t\ge1$ "
    r"while $\max_i|\ell_i'|\le\frac{\gamma R_{\min}^2}{(n-1)p}\min_i|\ell_i'|$.",
    source=_recall("activation pattern", "The condition is worked out here; it is sufficient, not needed."),
    assumptions=_K1,
    setting="relu",
    conclusion=Conclusion(
        "aligned", "all preactivations have their label's sign", r"\operatorname{sign}\langle w_{j,r},x_i\rangle=jy_i"
    ),
    checks=(
        proofs(("kou2023/one_step", "kou2023/persistence"), _K1),
        steps.AGREEMENT,
        trained.PATTERN,
    ),
    instances=drawn(first()),
    attacks=(by_steps.MISALIGNED,),
    drops=drops.K1,
    siblings=_false(
        "k1~any_data",
        "One step from a tiny start gives the pattern of the labels, whatever the data.",
        siblings.misaligned,
    ),
    proof="kou2023/one_step",
)

_K2 = (*_LIMIT, *_START)

K2 = Claim(
    key="kou2023.k2",
    title="The norm of every neuron grows like log t",
    statement="Leaky ReLU, nearly orthogonal data: |w_{j,r}(t)| / log t -> |v_j| > 0 for every neuron.",
    latex=r"$\|w_{j,r}^{(t)}\|/\log t\to\|v_j\|>0$.",
    source=_recall("norms", "Theta(log t) is the paper's; the limit is worked out here."),
    assumptions=_K2,
    setting="relu",
    conclusion=Conclusion("norms", "norms grow like log t", r"\|w_{j,r}\|/\log t\to\|v_j\|"),
    checks=(trained.NORMS,),
    instances=drawn(first()),
    attacks=(by_steps.NEVER_MOVES, by_ends.STOPS, TRAINED),
    drops=drops.K2,
    siblings=_false("k2~one", "|W(t)| / log t tends to 1, whatever the data.", siblings.norm_below_one),
)

_K3 = (*_LIMIT, *_START)

K3 = Claim(
    key="kou2023.k3",
    title="With a leaky ReLU the stable rank of W_+ and that of W_- fall to 1 as the mean neuron grows",
    statement="While the slopes are those of the labels all rows of W_j move by the same vector: W_j = 1 u(t)^T + E "
    "with E constant, so that |W_j|_F^2 / |W_j|_2^2 - 1 is at most |E|_F^2 / (m |u(t)|^2): of order 1/log^2 t for "
    "j = + and j = - if |u(t)| grows like log t, which is kou2023.k2.",
    latex=r"$W_j=\mathbf 1u_j(t)^\top+E_j$, $E_j$ constant: $\|W_j\|_F^2/\|W_j\|_2^2\le1+\|E_j\|_F^2/(m\|u_j(t)\|^2)$.",
    source=Source(ARXIV, "stable rank, leaky ReLU", Mark.PAPER, "That it falls to 1; the rate is worked out here."),
    assumptions=_K3,
    setting="relu",
    conclusion=Conclusion("stable_rank", "the stable rank of W_j tends to 1", r"\operatorname{sr}(W_j)\to1"),
    checks=(proof("kou2023/rate", _K3), margin.BLOCKS, trained.RANKS, trained.RATE),
    instances=drawn(first()),
    attacks=(at_ranks.RANK_ABOVE_ONE, by_ends.REST_RANK, TRAINED),
    drops=drops.K3,
    siblings=_false("k3~at_once", "The stable rank of W_+ is 1 after the first step.", siblings.not_at_once),
)

K3_STACKED = Claim(
    key="kou2023.k3_stacked",
    title="The stable rank of all weights together falls to 1 (false)",
    statement="Leaky ReLU with gamma < 1, nearly orthogonal data of both labels: at the point that W / |W| approaches "
    "the stable rank of all weights W_+ and W_- together is 1 too.",
    latex=r"$\|W\|_F^2/\|W\|_2^2\to1$ for $W=(W_+;W_-)$.",
    source=_derived("stable rank, read for all of W", "Not claimed by the paper, whose statement is a sign at a time."),
    assumptions=(*_LIMIT, A.BOTH_CLASSES, A.NOT_LINEAR),
    setting="relu",
    conclusion=Conclusion("stacked_rank", "the stable rank of W tends to 1", r"\operatorname{sr}(W)\to1"),
    checks=(margin.STACKED_BREAKS,),
    instances=drawn((first()[1], first("1/10")[3]), SLOPES[:4], classes=True, sizes=(2, 3, 4)),
    attacks=(at_ranks.STACKED_ABOVE_ONE,),
    drops=drops.K3_STACKED,
    believed=False,
)

_BALANCED = (*_NETWORK, A.ORTHOGONAL, A.EQUAL_NORMS, A.BALANCED)

K3_FORMULA = Claim(
    key="kou2023.k3_balanced",
    title="The limiting stable rank of all weights: 2 (1 + gamma^2) / (1 + gamma)^2 for balanced orthogonal data",
    statement="Orthogonal samples of equal length, as many of each label: at the max-margin point the stacked W has "
    "stable rank 2 (1 + gamma^2) / (1 + gamma)^2: 1 for gamma = 1, 10/9 for gamma = 1/2, 2 as gamma -> 0.",
    latex=r"$\operatorname{sr}(W_+;W_-)=\frac{2(1+\gamma^2)}{(1+\gamma)^2}$.",
    source=_derived("stable rank, all of W", "With a = |v_+|^2, b = |v_-|^2, c = <v_+, v_-> in closed form."),
    assumptions=_BALANCED,
    setting="relu",
    conclusion=Conclusion(
        "stacked_formula",
        "the stable rank of W is 2 (1 + g^2)/(1 + g)^2",
        r"\operatorname{sr}(W)=\tfrac{2(1+\gamma^2)}{(1+\gamma)^2}",
    ),
    checks=(proofs(("kou2023/orthogonal", "kou2023/stable_rank"), _BALANCED), margin.STACKED, trained.STACKED),
    instances=sequence((first()[1],), balanced),
    attacks=(at_ranks.OTHER_STACKED_RANK,),
    drops=drops.K3_BALANCED,
    siblings=_false("k3_balanced~two", "It is at least 2, whatever gamma.", siblings.stacked_below_two),
    proof="kou2023/orthogonal",
)

_K4 = (*_LIMIT, *_START)

K4 = Claim(
    key="kou2023.k4",
    title="All normalised margins become equal",
    statement="Leaky ReLU, R_min^2 > 2 (n - 1) p: while the slopes are those of the labels gradient flow has all "
    "margins q_i / |W| -> 1 / |W*|; the differences q_i - q_k tend to log(lambda_k / lambda_i), so that those of the "
    "normalised margins are of order 1/log t.",
    latex=r"$q_i/\|W\|\to1/\|W^*\|$ for all $i$; $q_i-q_k\to\log(\lambda_k/\lambda_i)$.",
    source=Source(ARXIV, "equal margins", Mark.PAPER, "That they become equal; limits and condition worked out here."),
    assumptions=_K4,
    setting="relu",
    conclusion=Conclusion("equal_margins", "margins over the norm become equal", r"(q_i-q_k)/\|W\|\to0"),
    checks=(margin.LIMITS, trained.DIFFERENCES),
    instances=drawn(first()),
    attacks=(at_margin.MARGINS_DIFFER, by_ends.REST_UNEQUAL, by_dead.DEAD, TRAINED),
    drops=drops.K4,
    siblings=_false("k4~any_data", "All margins become equal, whatever the data.", siblings.unequal_margins),
)

_POSITIVE = (*_NETWORK[1:], A.DOMINANT)

K4_POSITIVE = Claim(
    key="kou2023.k4_positive",
    title="Nearly orthogonal data make every multiplier positive",
    statement="R_min^2 > 2 (n - 1) p: all entries of lambda = K^-1 1 are positive, for every gamma and all labels. "
    "(The proof has R_min^2 > (2 n - 3) p for n >= 2.)",
    latex=r"$R_{\min}^2>2(n-1)p\Rightarrow K^{-1}\mathbf 1>0$.",
    source=_derived(
        "equal margins", "The paper's condition is stronger by factors of R_max / R_min and gamma [RECALL]."
    ),
    assumptions=_POSITIVE,
    setting="relu",
    conclusion=Conclusion("positive", "no multiplier is 0 or negative", r"K^{-1}\mathbf1>0"),
    checks=(proof("kou2023/positive", _POSITIVE), margin.POSITIVE),
    instances=drawn(first()),
    attacks=(at_margin.LEFT_OVER,),
    drops=drops.K4_POSITIVE,
    siblings=_false("k4_positive~half", "R_min^2 > (n - 1) p is enough.", siblings.half_is_not_enough),
    proof="kou2023/positive",
)

_IFF = (*_NETWORK, A.OWN_PATTERN)

K4_IFF = Claim(
    key="kou2023.k4_iff",
    title="All margins become equal if and only if no entry of K^-1 1 is negative",
    statement="K invertible, and the max-margin point has the pattern of the labels: its margins are all 1 if and only "
    "if K^-1 1 >= 0; else samples with larger margins are left over.",
    latex=r"$q_1=\dots=q_n\iff K^{-1}\mathbf 1\ge0$.",
    source=_derived("equal margins", "For x_2 of length 3 and cosine r to x_1 of length 1: iff r <= 1/3."),
    assumptions=_IFF,
    setting="relu",
    conclusion=Conclusion("equal_iff", "equal margins iff K^-1 1 >= 0", r"q\text{ constant}\iff K^{-1}\mathbf1\ge0"),
    checks=(proof("kou2023/equal_margins", _IFF), margin.IFF),
    instances=drawn(tilts()),
    attacks=(at_margin.NOT_IFF,),
    drops=drops.K4_IFF,
    siblings=_false("k4_iff~always", "Margins are equal wherever the pattern is that of the labels.", siblings.tilted),
    proof="kou2023/equal_margins",
)

_THRESHOLD = (*_IFF, A.TWO_AND_ONE)

K4_THRESHOLD = Claim(
    key="kou2023.k4_threshold",
    title="Two samples of a class: margins become equal exactly up to the cosine R_min / R_max",
    statement="x_1 of length 1, x_2 of length rho at cosine r to it, of one class, x_3 of length 1 of the other, "
    "orthogonal to both: the second multiplier has the sign of 1 - rho r; beyond r = 1/rho the margins are 1, rho r, "
    "1, and nothing is shorter. For r = 1 the outputs have the ratio rho whatever the weights.",
    latex=r"$\operatorname{sign}\lambda_2=\operatorname{sign}(1-\varrho r)$; for $\varrho r>1$: $q=(1,\varrho r,1)$.",
    source=_derived("equal margins", "The family on which near-orthogonality fails by lengths and angle alone."),
    assumptions=_THRESHOLD,
    setting="relu",
    conclusion=Conclusion("threshold", "equal margins iff r <= 1/rho", r"\varrho r\le1"),
    checks=(proof("kou2023/collinear", _THRESHOLD), margin.IFF),
    instances=sequence(tilts(), tilted_pairs),
    siblings=_false("k4_threshold~half", "At rho = 3 and r = 1/2 margins are still equal.", siblings.tilted),
    proof="kou2023/collinear",
)

_EXACT = (*_NETWORK, A.ORTHOGONAL, *_START)

K4_ORTHOGONAL = Claim(
    key="kou2023.k4_orthogonal",
    title="Orthogonal samples: every margin by an equation in closed form, for the logistic loss",
    statement="Orthogonal samples, slopes of the labels: by gradient flow exp(q_i) + q_i grows at the constant speed "
    "kappa_i, proportional to 1/lambda_i, so that lambda_i (exp(q_i) + q_i) - lambda_k (exp(q_k) + q_k) is constant. "
    "(That q_i - q_k then tends to log(lambda_k / lambda_i) is read off by hand.)",
    latex=r"$e^{q_i(t)}+q_i(t)=\kappa_it+e^{q_i(0)}+q_i(0)$, $\kappa_i\propto1/\lambda_i$.",
    source=_derived("equal margins", "The frozen flow decouples where samples are orthogonal."),
    assumptions=_EXACT,
    setting="relu",
    conclusion=Conclusion("closed_form", "margins follow the closed form", r"e^{q_i}+q_i=\kappa_it+c_i"),
    checks=(proof("kou2023/orthogonal_margins", _EXACT), trained.DIFFERENCES),
    instances=drawn(first()[:3], delta=0),
    siblings=_false("k4_orthogonal~at_zero", "All margins have the same speed at all times.", siblings.unlike_speeds),
    proof="kou2023/orthogonal_margins",
)

_K5 = (*_LIMIT, *_START)

K5 = Claim(
    key="kou2023.k5",
    title="The loss falls like 1/t: t L(t) tends to m times the sum of K^-1 1",
    statement="Leaky ReLU, nearly orthogonal data: while the slopes are those of the labels gradient flow has t L(t) "
    "-> m 1^T K^-1 1 = |W*|^2, the squared norm of the max-margin point.",
    latex=r"$t\,L(t)\to m\,\mathbf 1^\top K^{-1}\mathbf 1=\|W^*\|_F^2$.",
    source=_recall("loss rate", "Theta(1/t) is the paper's; the limit is worked out here."),
    assumptions=_K5,
    setting="relu",
    conclusion=Conclusion("loss_rate", "t L(t) tends to |W*|^2", r"tL(t)\to\|W^*\|_F^2"),
    checks=(margin.LIMITS, trained.LOSS),
    instances=drawn(first()),
    attacks=(at_margin.OTHER_LIMIT, by_steps.NEVER_MOVES, by_ends.STOPS, by_dead.DEAD, TRAINED),
    drops=drops.K5,
    siblings=_false("k5~one", "t L(t) tends to 1, whatever the data.", siblings.other_loss_limit),
)

_K6 = (*_NETWORK[1:], A.DOMINANT, A.OWN_PATTERN)

K6 = Claim(
    key="kou2023.k6",
    title="An explicit KKT point of the max-margin problem: multipliers K^-1 1, all neurons of a sign alike",
    statement="Nearly orthogonal data: the weights w_{j,r} = v_j with multipliers lambda = K^-1 1 are a KKT point of "
    "min |W|^2 / 2 subject to y_i f(x_i) >= 1, all margins are 1, |W|_F^2 = m 1^T lambda, and no other weights with "
    "margins at least 1 for the same slopes are as short.",
    latex=r"$w_{j,r}^*=v_j$, $\lambda=K^{-1}\mathbf 1$: a KKT point, all margins 1, $\|W^*\|_F^2=m\,\mathbf "
    r"1^\top\lambda$.",
    source=_recall("KKT point", "That a limit direction is one is known; the point itself is worked out here."),
    assumptions=_K6,
    setting="relu",
    conclusion=Conclusion("kkt", "these weights are a KKT point with equal margins", r"y_if_{W^*}(x_i)=1"),
    checks=(proof("kou2023/kkt", _K6), margin.KKT),
    instances=drawn(first()),
    attacks=(at_margin.OTHER_WEIGHTS, at_margin.MARGINS_DIFFER),
    drops=drops.K6,
    siblings=_false(
        "k6~shorter", "Some other weights with margins at least 1 for these slopes are shorter.", siblings.least
    ),
    proof="kou2023/kkt",
)

_K6_LIMIT = (*_LIMIT, *_START)

K6_LIMIT = Claim(
    key="kou2023.k6_limit",
    title="The direction of the weights tends to that KKT point",
    statement="Leaky ReLU, nearly orthogonal data, small start: W / |W| -> W* / |W*|, the point of kou2023.k6.",
    latex=r"$W/\|W\|\to W^*/\|W^*\|$.",
    source=_recall("limit direction", "For homogeneous networks a limit is a KKT point; which one is worked out here."),
    assumptions=_K6_LIMIT,
    setting="relu",
    conclusion=Conclusion("direction", "the direction tends to the max-margin point", r"W/\|W\|\to W^*/\|W^*\|"),
    checks=(trained.DIRECTION,),
    instances=drawn(first()),
    attacks=(at_margin.MARGINS_DIFFER, by_ends.REST_ELSEWHERE, TRAINED),
    drops=drops.K6_LIMIT,
    siblings=_false(
        "k6_limit~stacked_alike",
        "At that point all neurons, of both signs, are multiples of one vector.",
        siblings.not_alike,
    ),
)

_K9 = (A.PIECEWISE, A.FIXED, A.NONZERO)

K9 = Claim(
    key="kou2023.k9",
    title="Every neuron is its start plus a combination of the samples with coefficients that never fall",
    statement="At all times w_{j,r}(t) = w_{j,r}(0) + j sum_i y_i rho_{j,r,i}(t) x_i / |x_i|^2, rho starts at 0 and "
    "grows by -(eta/(n m)) l'_i sigma'(<w_{j,r}, x_i>) |x_i|^2 a step; W - W(0) lies in the span of the samples.",
    latex=r"$w_{j,r}^{(t)}=w_{j,r}^{(0)}+j\sum_iy_i\rho_{j,r,i}^{(t)}x_i/\|x_i\|^2$, "
    r"$\rho_i^{(t+1)}=\rho_i^{(t)}-\tfrac\eta{nm}\ell_i'\sigma'(\langle w,x_i\rangle)\|x_i\|^2$.",
    source=_recall("decomposition", "An identity for every loss; it grows where the loss falls with the margin."),
    assumptions=(*_K9, A.DECREASING),
    setting="relu",
    conclusion=Conclusion("decomposition", "the weights are that combination", r"W-W^{(0)}\in\mathrm{span}(x_i)"),
    checks=(proof("kou2023/decomposition", (*_K9, A.DECREASING)), plain.DECOMPOSITION),
    instances=drawn(first()),
    attacks=(by_dead.COEFFICIENT_FALLS,),
    drops=drops.K9,
    siblings=_false(
        "k9~no_motion", "Orthogonally to the samples and along them: no neuron moves in a step.", siblings.moves
    ),
    proof="kou2023/decomposition",
)

CLAIMS = (
    K1,
    K2,
    K3,
    K3_STACKED,
    K3_FORMULA,
    K4,
    K4_POSITIVE,
    K4_IFF,
    K4_THRESHOLD,
    K4_ORTHOGONAL,
    K5,
    K6,
    K6_LIMIT,
    *kou2023_relu.CLAIMS,
    K9,
)

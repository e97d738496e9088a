"""Boursier & Flammarion 2024: simplicity bias and optimization threshold in two-layer ReLU networks (arXiv 2410.02348).

Setting. h(x) = Σ_j a_j max(<w_j, x>, 0), both layers trained by gradient flow on L = 1/(2n) Σ (h(x_k) - y_k)^2 from a
small start, |a_j| >= |w_j|. Alignment vectors D_n(w) = 1/n Σ 1{<w, x_k> > 0} y_k x_k, at kinks with weights in [0, 1];
D is extremal if D is in D_n(w) for w = D/|D|, w = -D/|D|, or D = 0. The two-sided fit: β_± are the least squares on the
samples with ±<x_k, Σβ> > 0, and h(x) = max(<β_+, x>, 0) - max(-<β_-, x>, 0). The theorem's constants (a scale of order
1/d, n of order d^3 log d, probability 1 - O(d^2/n + 2^-m)) are RECALL and nowhere used as numbers here.
"""

from functools import partial

from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_sibling_fits as siblings
from theorycheck.claims.attacks import relu_extremal_vectors as vectors
from theorycheck.claims.attacks import relu_sided_points as points
from theorycheck.claims.checks import relu_aligned as aligned
from theorycheck.claims.checks import relu_layers as layers
from theorycheck.claims.checks.proved import proof
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.instances import sequence
from theorycheck.claims.library import boursier2024_directions, boursier2024_limits
from theorycheck.claims.library import boursier2024_drops as drops
from theorycheck.claims.relu_instances import (
    DEGENERATE,
    POINTS,
    TRIPLE,
    antipodal_samples,
    of_law,
    small_samples,
    trained,
)
from theorycheck.models.teacher import Law

ARXIV = "2410.02348"
_NETWORK = (A.SQUARE, A.RELU, A.TRAINED)


_false = partial(false_sibling, "boursier2024")


def _recall(item: str, note: str) -> Source:
    return Source(ARXIV, item, Mark.RECALL, note)


def _derived(item: str, note: str) -> Source:
    return Source(ARXIV, item, Mark.DERIVED, note)


_SMALL = sequence((*DEGENERATE, trained(POINTS), trained(TRIPLE)), small_samples)

B0 = Claim(
    key="boursier2024.b0",
    title="Early alignment: while outputs vanish every neuron follows a_j D_n(w_j), the gradient of one function",
    statement="D_n is the gradient of G_n(w) = 1/n sum y_k max(<w, x_k>, 0) in every cell. Where the outputs vanish "
    "gradient flow is dw_j/dt = a_j D_n(w_j), da_j/dt = <w_j, D_n(w_j)>; in general what is added to D_n has a squared "
    "length of at most the mean of h(x_k)^2 times the mean of |x_k|^2.",
    latex=r"$D_n=\nabla G_n$; at $h=0$: $\dot w_j=a_jD_n(w_j)$, $\dot a_j=\langle w_j,D_n(w_j)\rangle$.",
    source=_recall("early alignment", "The bound on the remainder is worked out here."),
    assumptions=_NETWORK,
    setting="relu",
    conclusion=Conclusion("early_flow", "neurons follow the alignment vectors", r"\dot w_j=a_jD_n(w_j)"),
    checks=(proof("boursier2024/early_alignment", _NETWORK), aligned.ASCENT),
    instances=_SMALL,
    siblings=_false("b0~at_rest", "Neurons with outputs of a small start do not move.", siblings.neurons_move),
    proof="boursier2024/early_alignment",
)

B0_BALANCE = Claim(
    key="boursier2024.b0_balance",
    title="The balance a_j^2 - |w_j|^2 is conserved, so output weights keep their signs",
    statement="By gradient flow a_j^2 - |w_j|^2 is constant; an output weight with |a_j(0)| > |w_j(0)|, or with "
    "equality and not zero, never changes its sign. A step eta of descent changes it by eta^2 (|dL/da_j|^2 - "
    "|dL/dw_j|^2).",
    latex=r"$a_j^2-\|w_j\|^2$ is constant; $|a_j(0)|\ge\|w_j(0)\|$, $a_j(0)\ne0$ $\Rightarrow$ "
    r"$\operatorname{sign}a_j$ is too.",
    source=_recall("domination", "Standard; why the paper asks for |a_j| >= |w_j| at the start."),
    assumptions=(*_NETWORK, A.DOMINATION),
    setting="relu",
    conclusion=Conclusion("balance", "the balance is conserved", r"\tfrac{d}{dt}(a_j^2-\|w_j\|^2)=0"),
    checks=(proof("boursier2024/conservation", (*_NETWORK, A.DOMINATION)), layers.BALANCE),
    instances=_SMALL,
    siblings=_false("b0_balance~descent", "Steps of gradient descent conserve it too.", siblings.descent_drifts),
    proof="boursier2024/conservation",
    attacks=(points.SIGN_CHANGES,),
    drops=drops.B0_BALANCE,
)

B1 = Claim(
    key="boursier2024.b1",
    title="Extremal vectors are critical points on the sphere, and finitely many: they can be listed",
    statement="D is extremal if D is in D_n(w) for w = D/|D|, w = -D/|D|, or D = 0: the critical directions of G_n on "
    "the sphere. At most one such D belongs to each face of the arrangement of the hyperplanes orthogonal to the "
    "samples, so there are finitely many, and for samples of rank at most 3 they can be listed exactly, kinks "
    "included.",
    latex=r"$D\in D_n(\pm D/\|D\|)$: at most one $D$ a face of the arrangement $\{x_k^\perp\}$.",
    source=_recall("extremal vectors", "The definition is the paper's; faces and kinks are worked out here."),
    assumptions=_NETWORK,
    setting="relu",
    conclusion=Conclusion("extremal", "critical directions are the listed ones", r"D\in D_n(\pm D/\|D\|)"),
    checks=(aligned.LIST, aligned.ASCENT),
    instances=_SMALL,
    siblings=_false("b1~two", "There are never more than two extremal vectors that are not 0.", siblings.more_than_two),
)

_LAW = (A.SQUARE, A.RELU, A.TRAINED, A.LINEAR_TEACHER, A.SYMMETRIC, A.AWAY)

B2 = Claim(
    key="boursier2024.b2",
    title="Extremal vectors of large samples are close to those of the law",
    statement="x from a law that is symmetric and stays away from the hyperplane orthogonal to Sigma beta, linear "
    "teacher: with high probability the extremal directions of n samples lie within order sqrt(d log n / n) of +- "
    "Sigma beta.",
    latex=r"$\sup_w\|D_n(w)-D(w)\|=O(\sqrt{d\log n/n})$, so extremal directions are close to $\pm\Sigma\beta$.",
    source=Source(ARXIV, "concentration of extremal vectors", Mark.PAPER, "Its rate is RECALL, the factor 2 ours."),
    assumptions=_LAW,
    setting="relu",
    conclusion=Conclusion("concentration", "extremal directions approach those of the law", r"D_n\approx D"),
    checks=(layers.CONCENTRATION,),
    instances=of_law(((Law("margin", 2), 20), (Law("margin", 2, sigma="1/4"), 24), (Law("margin", 1), 10))),
    siblings=_false(
        "b2~exact", "The directions of every sample of such a law are +- Sigma beta.", siblings.off_direction
    ),
    attacks=(vectors.FAR_FROM_TEACHER,),
    drops=drops.B2,
)

_SYMMETRIC = (*_NETWORK, A.ANTIPODAL, A.ALIGNED)

B3 = Claim(
    key="boursier2024.b3",
    title="A symmetric sample has one alignment vector, Sigma beta / 2, and two critical directions",
    statement="If with (x, y) the sample has (-x, -y), then D_n(w) = 1/(2n) sum y_k x_k for every w off the kinks, "
    "which is Sigma_n beta / 2 for labels <beta, x>; where it is not 0 the critical directions are D/|D| and -D/|D|, "
    "no others off the kinks, nor on them where D_n is the hull of its values around (with a weight of its own for "
    "each sample on a kink there may be more).",
    latex=r"$D_n(w)=\frac1{2n}\sum_ky_kx_k=\tfrac12\Sigma_n\beta$ for all $w$ off the kinks.",
    source=_derived("symmetric inputs", "The exact finite form; for laws the same under an integral."),
    assumptions=_SYMMETRIC,
    setting="relu",
    conclusion=Conclusion("one_vector", "one alignment vector, two directions", r"D_n(w)=\tfrac12\Sigma_n\beta"),
    checks=(proof("boursier2024/symmetric", _SYMMETRIC), aligned.ONE_VECTOR),
    instances=sequence((trained(TRIPLE),), antipodal_samples),
    siblings=_false("b3~whole", "It is Sigma_n beta, not half of it.", siblings.half),
    proof="boursier2024/symmetric",
    attacks=(vectors.MORE_THAN_TWO, vectors.OTHER_VECTOR),
    drops=drops.B3,
)

CLAIMS = (B0, B0_BALANCE, B1, B2, *boursier2024_directions.CLAIMS, B3, *boursier2024_limits.CLAIMS)

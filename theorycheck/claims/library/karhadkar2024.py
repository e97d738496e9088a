"""Karhadkar, George, Murray, Montúfar & Needell 2024: benign overfitting in leaky ReLU networks (arXiv 2403.06903).

Setting. f as in `kou2023` with a leaky ReLU, hinge loss; x_i = y_i c_i rho u + tau z_i, a signal u and noise z_i
orthogonal to it, c_i = -1 where the label was flipped. (RECALL: rho = sqrt(g), tau = sqrt(1 - g).)
"""

from functools import partial

from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_sibling_related as siblings
from theorycheck.claims.attacks import relu_signal as by_signal
from theorycheck.claims.checks import relu_related as related
from theorycheck.claims.checks.proved import proof
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.instances import sequence
from theorycheck.claims.library import related_drops as drops
from theorycheck.claims.relu_instances import signal_instance, signals

ARXIV = "2403.06903"
_MODEL = (A.HINGE, A.LEAKY, A.FIXED, A.EQUAL, A.SIGNAL)
_INSTANCES = sequence((signal_instance(1, 1, 1, False), signal_instance(3, 2, 1, True)), signals)


_false = partial(false_sibling, "karhadkar2024")


MARGIN = Claim(
    key="karhadkar2024.margin",
    title="A linear network has the largest margin up to an explicit factor, and its signal is known in closed form",
    statement="Orthonormal noise: with S = sum c_i and Q = tau^2 + n rho^2 the shortest linear classifier v has "
    "margins 1, |v|^2 = (n - rho^2 S^2 / Q) / tau^2 and <v, u> = rho S / Q, so it has the sign of the signal if most "
    "labels are right; no network with margins 1 is shorter than it by more than the factor 4 (1 + rho^2 (n^2 - "
    "S^2)/(tau^2 n)).",
    latex=r"$\langle v,u\rangle=\rho S/Q$, $\|v\|^2=(n-\rho^2S^2/Q)/\tau^2$, $Q=\tau^2+n\rho^2$.",
    source=Source(ARXIV, "margin maximisation", Mark.DERIVED, "The paper has approximate margin maximisers [PAPER]."),
    assumptions=_MODEL,
    setting="relu",
    conclusion=Conclusion(
        "margin_factor", "the linear network is within a factor", r"\|W_{\mathrm{lin}}\|^2\le C\|W\|^2"
    ),
    checks=(proof("karhadkar2024/margin", _MODEL), related.COMPARED),
    instances=_INSTANCES,
    siblings=_false("margin~optimal", "The linear network has the least norm of all.", siblings.linear_is_longer),
    proof="karhadkar2024/margin",
    attacks=(by_signal.CLOSED_FORM, by_signal.FACTOR),
    drops=drops.SIGNAL,
)

BENIGN = Claim(
    key="karhadkar2024.benign",
    title="Overfitting is benign for a strong signal and harmful for a weak one",
    statement="Gradient descent on the hinge loss fits all labels, flipped ones too; with a strong signal the test "
    "error is then small, with a weak one it is not (here n = 20, d = 100, two labels flipped, signals 3/5 and 1/100 "
    "of the squared length).",
    latex=r"$L=0$ with flipped labels; test error $\to0$ for a strong signal, bounded below for a weak one.",
    source=Source(ARXIV, "benign and harmful overfitting", Mark.PAPER, "Sizes and signals are our choice."),
    assumptions=_MODEL,
    setting="relu",
    conclusion=Conclusion("benign", "small test error iff the signal is strong", r"R\approx0\iff\text{strong signal}"),
    checks=(related.BENIGN,),
    instances=_INSTANCES,
    siblings=_false(
        "benign~always", "A network that fits a flipped label has every clean sample wrong.", siblings.right_on_clean
    ),
)

CLAIMS = (MARGIN, BENIGN)

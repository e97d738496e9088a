"""Boursier & Flammarion 2024, where training stops (arXiv 2410.02348): see `boursier2024` for the setting."""

from fractions import Fraction
from functools import partial

from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_sibling_fits as siblings
from theorycheck.claims.attacks import relu_sided_dead as dead
from theorycheck.claims.attacks import relu_sided_descent as descent
from theorycheck.claims.attacks import relu_sided_fits as fits
from theorycheck.claims.attacks import relu_sided_points as points
from theorycheck.claims.attacks import relu_sided_trained as trained_ends
from theorycheck.claims.checks import relu_aligned as aligned
from theorycheck.claims.checks import relu_layers as layers
from theorycheck.claims.checks import relu_orthant as orthant
from theorycheck.claims.checks.proved import proof, proofs
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source, false_sibling
from theorycheck.claims.instances import sequence
from theorycheck.claims.library import boursier2024_drops as drops
from theorycheck.claims.relu_extremal_assumptions import NOISE_BELOW, OWN_SIDES
from theorycheck.claims.relu_instances import (
    ANTIPODAL_PAIR,
    DISTURBED,
    POINTS,
    of_law,
    orthant_samples,
    trained,
    two_sided_samples,
)
from theorycheck.models.teacher import Law

ARXIV = "2410.02348"
_NETWORK = (A.SQUARE, A.RELU, A.TRAINED)


_false = partial(false_sibling, "boursier2024")


def _derived(item: str, note: str) -> Source:
    return Source(ARXIV, item, Mark.DERIVED, note)


_FITS = sequence((trained(ANTIPODAL_PAIR), trained(POINTS)), two_sided_samples)
_LAWS = of_law(((Law("margin", 2, sigma="1/4"), 24), (Law("margin", 1, sigma="1/4"), 10), (Law("margin", 2), 32)))
_KEPT = (*_NETWORK, A.PATTERNS)

B4 = Claim(
    key="boursier2024.b4",
    title="The two-sided least-squares network is a stationary point of both layers",
    statement="If beta_+ and beta_- are both positive on S_+ and both negative on S_-, so that each neuron is active "
    "on its own side alone, all gradients of the network of neurons proportional to beta_+ (outputs positive) and "
    "-beta_- (outputs negative) that add up to both fits vanish, whatever the number of neurons; its loss is that of "
    "the two fits.",
    latex=r"$h(x)=\langle\beta_+,x\rangle_+-(-\langle\beta_-,x\rangle)_+$ is stationary if "
    r"$j\langle\beta_\pm,x_k\rangle>0$ on $S_j$, $j=\pm$.",
    source=_derived("limit of training", "That a stationary point of this form is the limit is the theorem: b4_limit."),
    assumptions=_KEPT,
    setting="relu",
    conclusion=Conclusion("stationary", "all gradients vanish", r"\nabla L=0"),
    checks=(proof("boursier2024/two_sided", _KEPT), aligned.STATIONARY),
    instances=_FITS,
    siblings=_false("b4~one_fit", "The network of one least-squares fit is stationary too.", siblings.one_fit_moves),
    proof="boursier2024/two_sided",
    attacks=(fits.FIT_MOVES,),
    drops=drops.B4,
)

_LIMIT = (
    *_NETWORK,
    A.TINY_START,
    A.DOMINATION,
    A.BOTH_SIGNS,
    A.LINEAR_TEACHER,
    A.SYMMETRIC,
    A.AWAY,
    A.MANY,
    A.PATTERNS,
    NOISE_BELOW,
)

B4_LIMIT = Claim(
    key="boursier2024.b4_limit",
    title="From a small start training stops at the two-sided least squares instead of interpolating",
    statement="Symmetric inputs away from the hyperplane orthogonal to Sigma beta, linear teacher with noise below the "
    "signal, many samples, small start, outputs of both signs: training converges to h(x) = max(<beta_+, x>, 0) - "
    "max(-<beta_-, x>, 0).",
    latex=r"$\theta(t)\to\theta_\infty$ with $h_\infty(x)=\langle\beta_+,x\rangle_+-(-\langle\beta_-,x\rangle)_+$.",
    source=Source(
        ARXIV, "main theorem", Mark.PAPER, "Its numbers are RECALL; n >= 8 d and lambda < 1/50 are our choice."
    ),
    assumptions=_LIMIT,
    setting="relu",
    conclusion=Conclusion("limit", "training ends at the two-sided fit", r"h_\infty=h_{\mathrm{OLS}_\pm}"),
    checks=(layers.LIMIT,),
    instances=_LAWS,
    siblings=_false("b4_limit~best", "No network has a smaller loss than the two-sided fit.", siblings.beaten_fit),
    attacks=(
        dead.DEAD_SAMPLE,
        fits.ONE_SIGN,
        fits.LINEAR_NETWORK,
        fits.FIT_INTERPOLATES,
        fits.FIT_MOVES,
        descent.BELOW_FIT,
        trained_ends.TRAINED_END,
    ),
    drops=drops.B4_LIMIT,
)

_MOVED = sequence((trained(DISTURBED), trained(ANTIPODAL_PAIR)), two_sided_samples)

B4_OWN_SIDE = Claim(
    key="boursier2024.b4_own_side",
    title="False: the two-sided network is stationary as soon as each fit keeps its own signs",
    statement="If <beta_+, x_k> > 0 on S_+ and <beta_-, x_k> < 0 on S_- (whatever beta_+ is on S_-, and beta_- on "
    "S_+), all gradients of the network vanish.",
    latex=r"$\pm\langle\beta_\pm,x_k\rangle>0$ on $S_\pm$ alone $\Rightarrow\nabla L=0$.",
    source=_derived("limit of training", "Not in the paper: a neuron that is active on the other side is disturbed."),
    assumptions=(*_NETWORK, OWN_SIDES),
    setting="relu",
    conclusion=Conclusion("stationary", "all gradients vanish", r"\nabla L=0"),
    checks=(aligned.STATIONARY,),
    instances=_MOVED,
    attacks=(fits.FIT_MOVES,),
    siblings=_false("b4_own_side~one_fit", "The network of one fit is stationary too.", siblings.one_fit_moves),
    drops=drops.OWN_SIDE,
    believed=False,
)

B4_ONE_FIT = Claim(
    key="boursier2024.b4_one_fit",
    title="A single least-squares fit is stationary only if both fits agree with it on the samples",
    statement="The network of one least-squares fit beta on all samples, patterns kept, is stationary if and only if "
    "the two-sided fits agree with it on every sample; the loss of one fit is that of two plus half the mean squared "
    "difference.",
    latex=r"$\beta_+=\beta_-$ on the samples $\iff$ the single fit is stationary.",
    source=_derived("limit of training", "Why a limit has two sides; they agree for noiseless or antipodal odd data."),
    assumptions=_KEPT,
    setting="relu",
    conclusion=Conclusion("one_fit", "one fit is stationary iff the fits agree", r"\nabla L=0\iff\beta_+=\beta_-"),
    checks=(proof("boursier2024/global_ols", _KEPT), aligned.SINGLE),
    instances=_FITS,
    siblings=_false("b4_one_fit~as_good", "One fit has the loss of two, whatever the data.", siblings.one_fit_is_worse),
    proof="boursier2024/global_ols",
)

_LEAKY = (A.SQUARE, A.PIECEWISE, A.TRAINED, A.NOT_LINEAR, A.LEAKY_PATTERNS)
_LEAKY_FITS = sequence(
    tuple(trained(data, slope=slope) for data, slope in ((ANTIPODAL_PAIR, "1/4"), (POINTS, "1/2"))),
    lambda: two_sided_samples((Fraction(1, 2), Fraction(1, 4), Fraction(0))),
)

B4_LEAKY = Claim(
    key="boursier2024.b4_leaky",
    title="With a leaky activation another pair of neurons is stationary with the same loss",
    statement="sigma(z) = max(z, gamma z), gamma < 1: neurons alpha_+- = (beta_+- - gamma beta_-+) / (1 - gamma^2) "
    "that keep their sides make the two-sided network on the samples, stationary with the loss of the two fits.",
    latex=r"$\alpha_\pm=(\beta_\pm-\gamma\beta_\mp)/(1-\gamma^2)$: stationary, loss as with the ReLU.",
    source=_derived("limit of training", "The paper is about the ReLU."),
    assumptions=_LEAKY,
    setting="relu",
    conclusion=Conclusion("leaky", "the loss is that of the two fits", r"L=L_{\mathrm{OLS}_\pm}"),
    checks=(proof("boursier2024/leaky", _LEAKY), aligned.LEAKY),
    instances=_LEAKY_FITS,
    siblings=_false("b4_leaky~same_neurons", "The neurons beta_+- themselves stay stationary.", siblings.leaky_moves),
    proof="boursier2024/leaky",
    attacks=(points.LEAKY_MOVES,),
    drops=drops.B4_LEAKY,
)

B4_ORTHANT = Claim(
    key="boursier2024.b4_orthant",
    title="Data in the positive orthant: the network is linear, and stationary exactly at least squares",
    statement="Samples with positive entries, live neurons with nonnegative ones: the network is linear on the "
    "samples, and stationary exactly at one least-squares fit on all of them.",
    latex=r"$x_k>0$, $w_j\ge0$: $\nabla L=0\iff\sum_k(\langle\beta,x_k\rangle-y_k)x_k=0$.",
    source=_derived("symmetric inputs", "What becomes of the theorem where symmetry fails completely."),
    assumptions=(*_NETWORK, A.ORTHANT),
    setting="relu",
    conclusion=Conclusion("orthant", "stationary iff least squares", r"\nabla L=0\iff\beta=\beta_{\mathrm{OLS}}"),
    checks=(proof("boursier2024/orthant", (*_NETWORK, A.ORTHANT)), orthant.AT_REST),
    instances=sequence((trained(orthant.ONE),), orthant_samples),
    siblings=_false("b4_orthant~zero", "It interpolates.", siblings.orthant_residual),
    proof="boursier2024/orthant",
    attacks=(points.BESIDE_LEAST_SQUARES,),
    drops=drops.B4_ORTHANT,
)

_B5 = (*_NETWORK, A.LINEAR_TEACHER, A.NOISE, A.MANY)

B5 = Claim(
    key="boursier2024.b5",
    title="Expected loss of the two-sided fit: sigma^2 (n - 2d) / (2n), up to sigma^2 / 2",
    statement="Noise of variance sigma^2, independent of the inputs, d independent inputs a side: the two-sided fit "
    "has expected loss sigma^2 (n - 2d) / (2n), so it does not interpolate for n > 2d, and expected excess on the "
    "samples sigma^2 d / n, twice that of one fit.",
    latex=r"$\mathbb E L=\sigma^2\frac{n-2d}{2n}$, excess $\sigma^2\frac dn$.",
    source=_derived("losses", "The paper's threshold is of order d^3 log d [RECALL]; that of the fit itself is 2d."),
    assumptions=_B5,
    setting="relu",
    conclusion=Conclusion("expected_loss", "the expected loss", r"\mathbb EL=\sigma^2(n-2d)/(2n)"),
    checks=(proof("boursier2024/expected_loss", _B5), layers.EXPECTED),
    instances=_LAWS,
    siblings=_false("b5~interpolates", "With n = 2d + 1 samples it still interpolates.", siblings.five_points),
    proof="boursier2024/expected_loss",
    attacks=(fits.NEGATIVE_LOSS,),
    drops=drops.B5,
)

B5_THRESHOLD = Claim(
    key="boursier2024.b5_threshold",
    title="The two-sided fit interpolates up to d independent inputs a side, and not beyond",
    statement="If the inputs of each side are independent the two-sided fit has loss 0; if those of a side are "
    "dependent, sum c_k x_k = 0 with |c| = 1, its loss is at least (sum c_k y_k)^2 / (2n), positive for almost all "
    "labels.",
    latex=r"independent inputs a side $\Rightarrow L=0$; $\sum c_kx_k=0$, $\|c\|=1$ $\Rightarrow L\ge(\sum "
    r"c_ky_k)^2/(2n)$.",
    source=_derived("losses", "The exact threshold of the fit, sample by sample."),
    assumptions=_NETWORK,
    setting="relu",
    conclusion=Conclusion(
        "fit_threshold", "loss 0 iff the labels are in range a side", r"L=0\iff y_\pm\in\mathrm{range}X_\pm"
    ),
    checks=(proof("boursier2024/threshold", _NETWORK), aligned.INTERPOLATES),
    instances=_FITS,
    siblings=_false("b5_threshold~never", "It never interpolates.", siblings.interpolates),
    proof="boursier2024/threshold",
)

_ESCAPE = (*_NETWORK, A.DOMINATION, A.BOTH_SIGNS, A.ALIGNED, A.LINEAR_TEACHER, A.SYMMETRIC, A.AWAY)

B6 = Claim(
    key="boursier2024.b6",
    title="An aligned neuron grows like exp(|D| t): by a factor K in the time log(K) / |D|",
    statement="In a cell with alignment vector D an aligned balanced neuron grows as exp(|D| t): growth by a factor K "
    "takes the time log(K) / |D|, for as long as outputs vanish and it stays in the cell.",
    latex=r"$\|w_j(t)\|=e^{\|D\|t}\|w_j(0)\|$: a factor $K$ takes $\log(K)/\|D\|$.",
    source=_derived("time scale", "With D = Sigma beta / 2 for symmetric inputs."),
    assumptions=_ESCAPE,
    setting="relu",
    conclusion=Conclusion("escape", "escape after log(K)/|D|", r"t=\log(1/\lambda)/\|D\|"),
    checks=(proof("boursier2024/escape", _ESCAPE), layers.ESCAPE),
    instances=_LAWS,
    siblings=_false("b6~two_steps", "Two steps of size 1/10 grow a neuron by a factor 2.", siblings.slow_growth),
    proof="boursier2024/escape",
)

_FAIL = (*_NETWORK, A.DOMINATION, A.BOTH_SIDES)

B7 = Claim(
    key="boursier2024.b7",
    title="With probability 2^(1-m) all outputs have one sign, and then one side is never learnt",
    statement="Fair signs of m outputs are all alike with probability 2^(1-m). They stay so, and then the loss is for "
    "ever at least 1/(2n) times the sum of y_k^2 over the labels of the other sign.",
    latex=r"$\Pr=2^{1-m}$; $a_j\ge0$ for all $j$ $\Rightarrow L\ge\frac1{2n}\sum_{y_k<0}y_k^2$.",
    source=_derived("probability", "The meaning of the term 2^-m in the theorem's probability [RECALL]."),
    assumptions=_FAIL,
    setting="relu",
    conclusion=Conclusion("failure", "one-sided networks do not learn one side", r"L\ge\tfrac1{2n}\sum_{y<0}y^2"),
    checks=(
        proofs(
            ("boursier2024/failure", "boursier2024/conservation"),
            _FAIL,
            {"boursier2024/conservation": ("conserved", "sign", "sign with equality")},
        ),
        aligned.FAILURE,
        layers.ONE_SIDE,
    ),
    instances=sequence((trained(ANTIPODAL_PAIR), trained(POINTS)), two_sided_samples),
    siblings=_false(
        "b7~no_cost", "Networks with positive outputs can have the loss of the two-sided fit.", siblings.costs
    ),
    proof="boursier2024/failure",
    attacks=(points.OTHER_SIDE,),
    drops=drops.B7,
)

B8 = Claim(
    key="boursier2024.b8",
    title="The bias is beneficial: the network that does not interpolate has the smaller risk",
    statement="In the setting of the limit theorem the network from a small start has a larger training loss and a "
    "smaller risk on fresh samples than a network that fits the noise from a large start.",
    latex=r"$L(\theta_\infty)>L(\theta_{\mathrm{lazy}})$ and $R(\theta_\infty)<R(\theta_{\mathrm{lazy}})$.",
    source=Source(ARXIV, "remarks on the population loss", Mark.PAPER, "The comparison with a large start is ours."),
    assumptions=(*_LIMIT, A.NOISE),
    setting="relu",
    conclusion=Conclusion(
        "benefit", "a smaller risk with a larger training loss", r"R(\theta_\infty)<R(\theta_{\mathrm{lazy}})"
    ),
    checks=(layers.BENEFIT,),
    instances=of_law(((Law("margin", 3), 24), (Law("margin", 4), 32), (Law("margin", 2), 24))),
    siblings=_false("b8~truth", "On every sample the two-sided fit is the teacher.", siblings.not_the_teacher),
    attacks=(fits.FIT_INTERPOLATES,),
    drops=drops.B8,
)

CLAIMS = (B4, B4_LIMIT, B4_OWN_SIDE, B4_ONE_FIT, B4_LEAKY, B4_ORTHANT, B5, B5_THRESHOLD, B6, B7, B8)

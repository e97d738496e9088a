"""Gatmiry, Li, Reddi & Jegelka 2024: sharpness minimisation makes two-layer networks rank one (arXiv 2410.16401).

Setting. f(x) = Σ_j φ(θ_j·x) with m neurons, first layer trained, output weights 1; a squared loss of normalisation κ;
the zero-loss set M = {θ : Σ_j φ(z_ij) = y_i}, z_ij = θ_j·x_i. On M the trace of the loss's Hessian is
F(θ) = κ Σ_i w_i Σ_j φ'(z_ij)², w_i = |x_i|². Label-noise SGD with small steps follows θ' = -(c/4) ∇_M F.
Constants that the paper states and we have not seen are not quoted: the rates below are worked out anew.
"""

from fractions import Fraction
from functools import partial

from theorycheck.claims import assumptions as A
from theorycheck.claims import attacks, siblings
from theorycheck.claims.checks import curved, pointwise, solved, trained
from theorycheck.claims.checks.proved import proof
from theorycheck.claims.claim import Claim, Conclusion, Drop, Mark, Source, false_sibling
from theorycheck.claims.instances import UNIFORM, sequence, smallest, two_layer

_ARXIV = "2410.16401"
_ACTIVATION = (A.SMOOTH, A.INCREASING, A.CONVEX_DERIVATIVE)
_NETWORK = (A.EQUAL_WEIGHTS, A.FIXED_OUTPUT)
_CONVEX = (A.NONZERO_SAMPLES, *_ACTIVATION, A.REALISABLE, *_NETWORK)
_SETTING = (A.INDEPENDENT_DATA, *_ACTIVATION, A.REALISABLE, *_NETWORK)
_SMALLEST = (
    smallest("sinh", 3, 5),
    smallest("cubic", 0, 1),
    smallest("sinh", 1, 2, X=((1, 0), (Fraction(3, 5), Fraction(4, 5)))),
)


_false = partial(false_sibling, "gatmiry2024")


def _derived(item: str, note: str) -> Source:
    return Source(_ARXIV, item, Mark.DERIVED, note)


THM1 = Claim(
    key="gatmiry2024.thm1",
    title="Stationary points of the Hessian trace on the zero-loss set replicate one linear feature",
    statement="On M, the first-order stationary points of F are its global minimisers, and they are the theta with "
    "theta_j . x_i = nu_i for all i and j, where nu_i = phi^-1(y_i / m). So all neurons agree on the training set, "
    "(z_ij) has rank one, and the least value is kappa m sum_i |x_i|^2 phi'(nu_i)^2.",
    latex=r"On $M$, $\nabla_M F(\theta)=0 \iff \theta\in\arg\min_M F \iff \theta_j^\top x_i=\nu_i\ \forall i,j$, "
    r"with "
    r"$\nu_i=\varphi^{-1}(y_i/m)$; then $\min_M F=\kappa m\sum_i\|x_i\|^2\varphi'(\nu_i)^2$.",
    source=Source(_ARXIV, "structure theorem", Mark.PAPER, "Statement as the public reviews give it; proof ours."),
    assumptions=_SETTING,
    conclusion=Conclusion(
        "preactivation_spread",
        "at a stationary point, z_ij is the same for all neurons j, and F is least there",
        r"\max_i(\max_j z_{ij}-\min_j z_{ij})=0",
    ),
    checks=(proof("gatmiry2024/thm1", _SETTING), solved.OPTIMUM, trained.LIMITING_FLOW),
    instances=sequence(_SMALLEST, two_layer),
    attacks=(
        attacks.LOWER_THAN_EQUAL,
        attacks.SPURIOUS_STATIONARY,
        attacks.EQUAL_NOT_STATIONARY,
        attacks.EMPTY,
        attacks.TRAINED_LOWER_THAN_EQUAL,
    ),
    proof="gatmiry2024/thm1",
    drops=(
        Drop("increasing_activation", {"activation": "cube"}, True, "z^3"),
        Drop("strictly_convex_derivative", {"activation": "tanh"}, True, "tanh"),
        Drop("strictly_convex_derivative", {"activation": "tanh", "m": 2, "y": "6/5"}, False, "tanh, m=2, y=6/5"),
        Drop("strictly_convex_derivative", {"activation": "tanh", "m": 3, "y": "9/5"}, True, "tanh, m=3, y=9/5"),
        Drop("strictly_convex_derivative", {"activation": "sigmoid"}, True, "sigmoid"),
        Drop("strictly_convex_derivative", {"activation": "erf"}, True, "erf"),
        Drop("strictly_convex_derivative", {"activation": "softplus"}, True, "softplus"),
        Drop("strictly_convex_derivative", {"activation": "linear"}, True, "linear"),
        Drop("increasing_activation", {"activation": "quadratic"}, True, "z + z^2/2"),
        Drop("increasing_activation", {"activation": "quartic"}, True, "z^4"),
        Drop("smooth_activation", {"activation": "relu"}, True, "ReLU"),
        Drop("independent_data", {}, True, "dependent samples"),
        Drop("equal_output_weights", {}, True, "unequal output weights"),
        Drop("fixed_output_layer", {"activation": "sinh"}, False, "output layer trained, sinh"),
        Drop("fixed_output_layer", {"activation": "cubic"}, False, "output layer trained, z^3 + z"),
        Drop("fixed_output_layer", {"activation": "expm1"}, True, "output layer trained, e^z - 1"),
        Drop("realisable_labels", {}, True, "labels out of range"),
    ),
    siblings=_false(
        "thm1~rank_zero", "At the minimisers of F the preactivations vanish: rank zero.", siblings.nonzero_rank
    ),
)

THM1_DEPENDENT = Claim(
    key="gatmiry2024.thm1_dependent",
    title="The structure theorem for dependent samples that equal neurons fit (false)",
    statement="Whenever some network with equal neurons fits the labels, every first-order stationary point of F on "
    "the smooth part of M has equal preactivations, also if the samples are linearly dependent.",
    latex=r"$\exists t:\ m\varphi(x_i^\top t)=y_i\ \forall i \Rightarrow "
    r"(\nabla_M F=0\Rightarrow z_{i1}=\dots=z_{im})$.",
    source=_derived("structure theorem without independence", "Not claimed by the paper, whose runs relax n <= d."),
    assumptions=(*_ACTIVATION, A.EQUAL_NEURONS_FIT, *_NETWORK),
    conclusion=THM1.conclusion,
    checks=(pointwise.witnessed("a stationary point beside equal neurons", "spread", siblings.beside_equal),),
    instances=sequence((smallest("cubic", 0, 2),), two_layer),
    attacks=(attacks.SPURIOUS_BESIDE_EQUAL,),
    believed=False,
)

D0 = Claim(
    key="gatmiry2024.d0",
    title="The trace of the loss's Hessian, on and off the zero-loss set",
    statement="tr Hess L = kappa sum_i w_i sum_j phi'(z_ij)^2 + kappa sum_i r_i w_i sum_j phi''(z_ij) with residuals "
    "r_i = f(x_i) - y_i; on the zero-loss set the second sum vanishes, and F remains.",
    latex=r"$\mathrm{tr}\nabla^2L=\kappa\sum_i w_i\sum_j\varphi'(z_{ij})^2"
    r"+\kappa\sum_i r_iw_i\sum_j\varphi''(z_{ij})$.",
    source=_derived("definition of F", "Why F is what label noise minimises."),
    assumptions=(A.SMOOTH, *_NETWORK),
    conclusion=Conclusion("trace_gap", "trace and formula agree", r"\mathrm{tr}\nabla^2L-F=0\text{ where }r=0"),
    checks=(proof("gatmiry2024/d0", (A.SMOOTH, *_NETWORK)), solved.HESSIAN_TRACE),
    instances=sequence(_SMALLEST, two_layer),
    siblings=_false("d0~half", "On the zero-loss set the trace is F / 2.", siblings.trace_is_not_half),
    proof="gatmiry2024/d0",
)

D1 = Claim(
    key="gatmiry2024.d1",
    title="phi'^2 is a convex function of phi, and equal neurons minimise the Hessian trace",
    statement="With h(u) = phi'(phi^-1(u))^2 one has h' = 2 phi'' and h'' = 2 phi''' / phi'. So F >= kappa sum_i "
    "w_i m "
    "h(y_i / m) on M for all data, with equality when the neurons agree.",
    latex=r"$h(u)=\varphi'(\varphi^{-1}(u))^2$ has $h''=2\varphi'''/\varphi'$, hence "
    r"$F\ge\kappa\sum_i w_i m\,h(y_i/m)$ on $M$.",
    source=_derived("key identity", "The convexity that the paper's global statement rests on; any n and d."),
    assumptions=_CONVEX,
    conclusion=Conclusion("jensen_gap", "F is at least its value at equal neurons", r"F-F_{\mathrm{equal}}\ge 0"),
    checks=(proof("gatmiry2024/d1", _CONVEX), solved.LOWER_BOUND, pointwise.JENSEN),
    instances=sequence(_SMALLEST, two_layer),
    attacks=(attacks.LOWER_THAN_EQUAL,),
    proof="gatmiry2024/d1",
    drops=(
        Drop("strictly_convex_derivative", {"activation": "tanh"}, True, "tanh"),
        Drop("strictly_convex_derivative", {"activation": "softplus", "m": 10, "y": "6"}, True, "softplus, m=10, y=6"),
        Drop("smooth_activation", {"activation": "relu"}, True, "ReLU"),
        Drop("increasing_activation", {"activation": "exp_minus"}, False, "e^-z: both signs negative"),
    ),
    siblings=_false("d1~reversed", "F is at most its value at equal neurons.", siblings.above_equal),
)

_UNIFORM_SETTING = (A.INDEPENDENT_DATA, A.SMOOTH, A.UNIFORM_BOUNDS, A.REALISABLE, *_NETWORK)

THM2 = Claim(
    key="gatmiry2024.thm2",
    title="Along the limiting flow the Hessian trace approaches its minimum exponentially fast",
    statement="|grad_M F|^2 >= 4 kappa rho w_min mu rho1^2 (F - F*) on M, with rho = rho2 sqrt(kappa w_min / F), "
    "so along "
    "theta' = -grad_M F, F - F* <= (F_0 - F*) exp(-4 kappa rho w_min mu rho1^2 t), t in gradient-flow time, rho "
    "at F_0.",
    latex=r"$\|\nabla_M F\|^2\ge 4\kappa\rho w_{\min}\mu\varrho_1^2(F-F^*)$ on $M$, "
    r"$\rho=\varrho_2\sqrt{\kappa w_{\min}/F}$.",
    source=_derived(
        "convergence theorem",
        "The paper's rate is exponential [PAPER]; its constants [RECALL] are not quoted: this form is ours.",
    ),
    assumptions=_UNIFORM_SETTING,
    conclusion=Conclusion(
        "gradient_dominance",
        "the squared gradient is at least the stated multiple of the excess",
        r"\|\nabla_M F\|^2 - 4\kappa\rho w_{\min}\mu\varrho_1^2 (F-F^*)\ge 0",
    ),
    checks=(proof("gatmiry2024/d5", _UNIFORM_SETTING), pointwise.GRADIENT_DOMINANCE, trained.DECAY),
    instances=sequence(_SMALLEST, lambda: two_layer(UNIFORM)),
    attacks=(attacks.GRADIENT_DOMINANCE,),
    proof="gatmiry2024/d5",
    drops=(Drop("uniform_bounds", {"activation": "exp"}, True, "exp"),),
    siblings=_false(
        "thm2~hundredfold", "Gradient dominance holds with a constant a hundred times larger.", siblings.faster_rate()
    ),
)

THM3 = Claim(
    key="gatmiry2024.thm3",
    title="Where the Riemannian gradient is small, the Hessian trace is geodesically convex",
    statement="With beta = inf phi'^2 phi''' / |phi''|: where |grad_M F| <= kappa w_min sqrt(mu) beta, the "
    "Riemannian "
    "Hessian of F is at least kappa w_min mu rho1 rho2 on directions in the span of the data.",
    latex=r"$\|\nabla_M F\|\le\kappa w_{\min}\sqrt{\mu}\,\beta \Rightarrow \mathrm{Hess}_M F\succeq "
    r"\kappa w_{\min}\mu\varrho_1\varrho_2$ on $\mathrm{span}\,X$.",
    source=_derived("local geodesic convexity", "Qualitative statement [PAPER]; the threshold and the bound are ours."),
    assumptions=_UNIFORM_SETTING,
    conclusion=Conclusion("curvature", "the Riemannian Hessian is positive there", r"\mathrm{Hess}_M F(v,v) > 0"),
    checks=(proof("gatmiry2024/d6", _UNIFORM_SETTING), curved.LOCAL_CONVEXITY),
    instances=sequence(_SMALLEST, lambda: two_layer(UNIFORM)),
    attacks=(attacks.NEAR_STATIONARY_NEGATIVE_CURVATURE,),
    proof="gatmiry2024/d6",
    siblings=_false("thm3~global", "The Riemannian Hessian of F is positive on all of M.", siblings.negative_curvature),
)

THM3_GLOBAL = Claim(
    key="gatmiry2024.thm3_global",
    title="The Hessian trace is geodesically convex on all of the zero-loss set (false)",
    statement="The Riemannian Hessian of F is positive semidefinite at every point of M.",
    latex=r"$\mathrm{Hess}_M F\succeq 0$ on all of $M$.",
    source=_derived(
        "global form of local convexity", "Not claimed by the paper: it shows that `small gradient' is needed."
    ),
    assumptions=_UNIFORM_SETTING,
    conclusion=Conclusion("curvature", "the Riemannian Hessian is nowhere negative", r"\mathrm{Hess}_M F(v,v)\ge 0"),
    checks=(curved.GLOBAL_CONVEXITY,),
    instances=sequence((smallest("cubic", 0, 2), *_SMALLEST), lambda: two_layer(UNIFORM)),
    believed=False,
    attacks=(attacks.NEGATIVE_CURVATURE,),
)

THM4 = Claim(
    key="gatmiry2024.thm4",
    title="Label-noise SGD with small steps reaches the rank-one solution",
    statement="Label-noise SGD with step eta and noise sigma follows theta' = -(c/4) grad_M F for a time of "
    "order 1 / eta^2 "
    "steps as eta tends to 0, and so reaches theta_j . x_i = nu_i.",
    latex=r"Label-noise SGD, $\eta\to 0$: $\theta_{\lfloor T/\eta^2\rfloor}\to Y(T)$ with $\dot Y=-\tfrac "
    r"c4\nabla_M F(Y)$.",
    source=Source(_ARXIV, "abstract", Mark.PAPER, "A limit in law; only its finite-step shadow can be run."),
    assumptions=(*_SETTING, A.LABEL_NOISE, A.SMALL_STEP),
    conclusion=Conclusion(
        "spread_after_training",
        "the neurons' preactivations agree after enough steps",
        r"\max_j z_{ij}-\min_j z_{ij}\to 0",
    ),
    checks=(trained.LABEL_NOISE_SGD, trained.SPEED),
    instances=sequence(_SMALLEST, lambda: two_layer(("sinh", "cubic", "z**3 + z/10"))),
    attacks=(attacks.STAYS,),
    drops=(Drop("label_noise", {}, True, "noise off"),),
    siblings=_false(
        "thm4~no_noise", "Gradient descent without label noise reaches the rank-one solution.", siblings.stays_put
    ),
)

_SPAN = (*_SETTING, A.SPAN_START)

THM5 = Claim(
    key="gatmiry2024.thm5",
    title="Started in the span of the data, all neurons converge to one vector",
    statement="The limiting flow never leaves theta_j(0) + span(x_1, ..., x_n). So from a start in the span, where the "
    "preactivations tend to nu, every theta_j tends to one vector, X^T (X X^T)^-1 nu; rows of X are the samples.",
    latex=r"$\theta_j(0)\in\mathrm{span}(x_i)\ \forall j \Rightarrow \theta_j(t)\to X^\top(XX^\top)^{-1}\nu$.",
    source=Source(
        _ARXIV, "conclusion of the structure theorem", Mark.PAPER, "As a public review reads it; proof ours."
    ),
    assumptions=_SPAN,
    conclusion=Conclusion("neuron_spread", "all rows of theta agree in the limit", r"\theta_1=\dots=\theta_m"),
    checks=(proof("gatmiry2024/t5", _SPAN), trained.ONE_VECTOR),
    instances=sequence(_SMALLEST, two_layer),
    attacks=(attacks.NEURONS_DIFFER,),
    drops=(Drop("start_in_span", {}, True, "start outside the span"),),
    siblings=_false("thm5~any_start", "From every start all neurons converge to one vector.", siblings.two_vectors),
    proof="gatmiry2024/t5",
)

_MANIFOLD = (A.INDEPENDENT_DATA, A.SMOOTH, A.REALISABLE, *_NETWORK)

D3 = Claim(
    key="gatmiry2024.d3",
    title="The Riemannian Hessian of the Hessian trace in closed form",
    statement="For v tangent to M and s_ij = v_j . x_i: Hess F(v, v) = sum_ij [2 kappa w_i phi' phi''' + phi'' "
    "S_ij] s_ij^2 "
    "at z_ij, where S_ij = 2 kappa w_i phi''(z_ij) - alpha_i.",
    latex=r"$\mathrm{Hess}_M F(v,v)=\sum_{ij}\bigl[2\kappa w_i\varphi'\varphi'''+\varphi''S_{ij}\bigr]s_{ij}^2$.",
    source=_derived("second variation on M", "Used by the local convexity statement."),
    assumptions=_MANIFOLD,
    conclusion=Conclusion("formula_gap", "formula and second differences agree", r"\mathrm{Hess}-\partial^2 F=0"),
    checks=(proof("gatmiry2024/d3", _MANIFOLD), curved.SECOND_DIFFERENCE),
    instances=sequence(_SMALLEST, two_layer),
    proof="gatmiry2024/d3",
    siblings=_false(
        "d3~no_second_term",
        "Hess F(v, v) = sum_ij 2 kappa w_i phi' phi''' s_ij^2, without the term with S.",
        siblings.negative_curvature,
    ),
)

D4 = Claim(
    key="gatmiry2024.d4",
    title="The Riemannian gradient bounds the distance of the preactivations from the prediction",
    statement="On M, max_ij |z_ij - nu_i| <= |grad_M F| / (kappa w_min sqrt(mu) rho1 rho2).",
    latex=r"$\max_{ij}|z_{ij}-\nu_i|\le\|\nabla_M F\|/(\kappa w_{\min}\sqrt{\mu}\,\varrho_1\varrho_2)$ on $M$.",
    source=_derived("certificate of closeness", "Turns a small gradient into a distance."),
    assumptions=_UNIFORM_SETTING,
    conclusion=Conclusion(
        "distance",
        "the distance is at most the stated multiple of the gradient",
        r"\|\nabla_M F\|^2-(\kappa w_{\min}\varrho_1\varrho_2)^2\mu\max(z_{ij}-\nu_i)^2\ge 0",
    ),
    checks=(proof("gatmiry2024/d4", _UNIFORM_SETTING), pointwise.DISTANCE),
    instances=sequence(_SMALLEST, lambda: two_layer(UNIFORM)),
    attacks=(attacks.DISTANCE_BOUND,),
    proof="gatmiry2024/d4",
    drops=(Drop("uniform_bounds", {"activation": "exp"}, True, "exp"),),
    siblings=_false("d4~hundredth", "The distance is at most a hundredth of the stated bound.", siblings.closer()),
)

_WEIGHTED = (A.INDEPENDENT_DATA, *_ACTIVATION, A.REALISABLE, A.FIXED_OUTPUT)

D8 = Claim(
    key="gatmiry2024.d8",
    title="With unequal fixed output weights, the phi'' image of the preactivations has rank one",
    statement="For fixed output weights a_j != 0 of any sign the problem stays convex where phi' phi''' >= 0; a "
    "point of M is "
    "stationary exactly when a_j phi''(z_ij) = lambda_i for all j, so (phi''(z_ij)) has rank one. (z_ij) itself "
    "need not.",
    latex=r"$\nabla_M F=0\iff a_j\varphi''(z_{ij})=\lambda_i$, so $\mathrm{rank}\,\varphi''(Z)\le 1$.",
    source=Source(
        _ARXIV, "general output weights", Mark.PAPER, "Quoted by a reviewer without its meaning, which is ours."
    ),
    assumptions=_WEIGHTED,
    conclusion=Conclusion(
        "image_spread", "a_j phi''(z_ij) is the same for all neurons", r"a_j\varphi''(z_{ij})=\lambda_i"
    ),
    checks=(proof("gatmiry2024/d8", _WEIGHTED), solved.WEIGHTED_OPTIMUM),
    instances=sequence(
        (smallest("cubic", 1, 2, output_weights=(1, 2)),), lambda: two_layer(("sinh", "cubic", "quintic"), weights=True)
    ),
    attacks=(attacks.WEIGHTED_STATIONARY,),
    drops=(Drop("increasing_activation", {"activation": "cube"}, True, "z^3"),),
    siblings=_false(
        "d8~equal_neurons",
        "With unequal output weights the neurons agree at stationary points.",
        siblings.neurons_disagree,
    ),
    proof="gatmiry2024/d8",
)

_ORTHONORMAL = (A.ORTHONORMAL, *_ACTIVATION, A.REALISABLE, *_NETWORK)

D10 = Claim(
    key="gatmiry2024.d10",
    title="For orthonormal data the preactivations stay in their starting box",
    statement="If the samples are orthonormal, then along the limiting flow max_j z_ij does not increase and "
    "min_j z_ij does "
    "not decrease, for every sample i. So phi', phi''' > 0 is enough; no uniform bounds are needed.",
    latex=r"$\langle x_i,x_k\rangle=\delta_{ik}$: $\max_j z_{ij}$ is non-increasing along $\dot\theta=-\nabla_M F$.",
    source=_derived(
        "box invariance", "Mends the boundedness lemma that a reviewer objected to, for orthonormal data only."
    ),
    assumptions=_ORTHONORMAL,
    conclusion=Conclusion(
        "rise", "the largest preactivation of a sample does not rise", r"\tfrac{d}{dt}\max_j z_{ij}\le 0"
    ),
    checks=(proof("gatmiry2024/d10", _ORTHONORMAL), pointwise.BOX),
    instances=sequence((smallest("sinh", 3, 3),), lambda: two_layer(orthonormal=True)),
    attacks=(attacks.OVERSHOOT,),
    drops=(Drop("orthonormal_data", {}, True, "correlated samples"),),
    siblings=_false("d10~rises", "The largest preactivation of a sample never falls.", siblings.largest_falls),
    proof="gatmiry2024/d10",
)

_AFFINE = (A.AFFINELY_INDEPENDENT, *_ACTIVATION, A.REALISABLE, *_NETWORK)

D12 = Claim(
    key="gatmiry2024.d12",
    title="With trained biases, affine independence of the data is enough",
    statement="If every neuron has a trained bias, T1 holds with x replaced by (x, 1): affinely independent "
    "samples are enough "
    "(n <= d + 1), and w_i becomes |x_i|^2 + 1.",
    latex=r"$x\mapsto(x,1)$: affine independence, $n\le d+1$, is enough.",
    source=_derived("bias", "T1 on the extended samples."),
    assumptions=_AFFINE,
    conclusion=THM1.conclusion,
    checks=(
        proof("gatmiry2024/d12", _AFFINE),
        proof("gatmiry2024/thm1", _AFFINE),
        solved.OPTIMUM,
        trained.LIMITING_FLOW,
    ),
    instances=sequence((smallest("sinh", 1, 2, X=((0,), (1,)), bias=True),), lambda: two_layer(bias=True)),
    attacks=(attacks.LOWER_THAN_EQUAL, attacks.SPURIOUS_STATIONARY),
    proof="gatmiry2024/d12",
    drops=(Drop("affinely_independent_data", {"bias": True}, True, "affinely dependent samples"),),
    siblings=_false("d12~weights_unchanged", "With biases, w_i stays |x_i|^2.", siblings.bias_counts),
)

CLAIMS = (THM1, THM1_DEPENDENT, THM2, THM3, THM3_GLOBAL, THM4, THM5, D0, D1, D3, D4, D8, D10, D12)

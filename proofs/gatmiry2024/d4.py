r"""D4: the Riemannian gradient bounds the distance of every preactivation to its limit.

**Setting.** As in T1, at any point of the zero-loss manifold; $g_j = \sum_i\varphi'(z_{ij})S_{ij}x_i$ with
$S_{ij} = 2\kappa w_i\varphi''(z_{ij}) - \alpha_i$ is neuron j of the Riemannian gradient $\nabla_M F$ when $\alpha$ is
the projection's multiplier; the statement holds for every $\alpha$.

**Statement.** $|z_{ij} - \nu_i| \le \|\nabla_M F\| / (\kappa\, w_{\min}\sqrt\mu\,\varrho_1\varrho_2)$ for all i and j,
where $m\varphi(\nu_i) = y_i$.

**Assumptions.** $\varphi' \ge \varrho_1 > 0$, $\varphi''' \ge \varrho_2 > 0$; coherence
$\|\sum_i c_i x_i\|^2 \ge \mu\sum_i c_i^2$ with $\mu > 0$; $\kappa > 0$, $w_i \ge w_{\min} > 0$; zero loss (for $\nu$).

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401, rate theorem, last clause [RECALL]; this version
[DERIVED].

**What is checked.** Every step for all n, m, d and all $\varphi$. **What is not.** That the gradient has this form (it
follows from the gradient of $F$ and of the outputs, derived separately).
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.d4",
    title="A small Riemannian gradient certifies that all neurons nearly agree",
    source="arXiv 2410.16401, rate theorem [RECALL]; this version [DERIVED]",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("phi", ("I",), "J", "phi1", r"\varphi"),
        Symbol("phi1", ("I",), "R", "phi2", r"\varphi'"),
        Symbol("phi2", ("I",), "R", "phi3", r"\varphi''"),
        Symbol("phi3", ("I",), latex=r"\varphi'''"),
        Symbol("x", ("n", "d")),
        Symbol("z", ("n", "m"), "I"),
        Symbol("nu", ("n",), "I", latex=r"\nu"),
        Symbol("y", ("n",)),
        Symbol("w", ("n",)),
        Symbol("wmin", latex=r"w_{\min}"),
        Symbol("kappa", latex=r"\kappa"),
        Symbol("mu", latex=r"\mu"),
        Symbol("rho1", latex=r"\varrho_1"),
        Symbol("rho2", latex=r"\varrho_2"),
        Symbol("alpha", ("n",), latex=r"\alpha"),
        Symbol("S", ("n", "m")),
        Symbol("g", ("m", "d")),
        Symbol("N2", latex=r"\|\nabla_M F\|^2"),
        Symbol("rate", latex=r"K"),
        Symbol("top", ("n",), "m", latex=r"j^{+}"),
        Symbol("low", ("n",), "m", latex=r"j^{-}"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("j", (), "m"),
        Symbol("q", (), "m"),
        Symbol("l", (), "d"),
        Symbol("s", (), "I"),
        Symbol("r", (), "I"),
        Symbol("C", ("n",)),
    ),
    definitions=(
        Step("residual", "S[i,j] = 2*kappa*w[i]*phi2(z[i,j]) - alpha[i]", "define"),
        Step("gradient", "g[j,l] = sum[i](phi1(z[i,j])*S[i,j]*x[i,l])", "define"),
        Step("gradient_norm", "N2 = sum[j,l](g[j,l]**2)", "define"),
        Step("constant", "rate = kappa*wmin*sqrt(mu)*rho1*rho2", "define"),
    ),
    hypotheses=(
        Hypothesis("steep", "phi1(s) >= rho1", "the activation's slope is bounded below"),
        Hypothesis("steep_positive", "rho1 > 0", "by a positive number"),
        Hypothesis("curved", "phi3(s) >= rho2", "its third derivative is bounded below"),
        Hypothesis("curved_positive", "rho2 > 0", "by a positive number"),
        Hypothesis(
            "coherence",
            "sum[l](sum[i](C[i]*x[i,l])**2) >= mu*sum[i](C[i]**2)",
            "the inputs are independent, quantitatively",
        ),
        Hypothesis("coherence_positive", "mu > 0", "with a positive constant"),
        Hypothesis("scale", "kappa > 0", "the loss has a positive factor"),
        Hypothesis("weights", "w[i] >= wmin", "no input is small"),
        Hypothesis("weights_positive", "wmin > 0", "by a positive number"),
        Hypothesis("on_manifold", "sum[j](phi(z[i,j])) = y[i]", "the network fits the labels"),
    ),
    steps=(
        # The gradient dominates the residuals.
        Step(
            "coherent_neuron",
            "sum[l](g[j,l]**2) >= mu*sum[i](phi1(z[i,j])**2*S[i,j]**2)",
            by="#coherence(C[i] = phi1(z[i,j])*S[i,j])"
            " + sum[l]((g[j,l] + sum[i](phi1(z[i,j])*S[i,j]*x[i,l]))*#gradient)",
        ),
        Step(
            "coherent",
            "N2 >= mu*sum[i,j](phi1(z[i,j])**2*S[i,j]**2)",
            by="#gradient_norm + sum[j](#coherent_neuron)",
        ),
        Step(
            "steep_square",
            "phi1(s)**2 >= rho1**2",
            uses=("steep_positive",),
            by="#steep**2 + 2*rho1*#steep",
        ),
        Step(
            "residuals",
            "N2 >= mu*rho1**2*sum[i,j](S[i,j]**2)",
            uses=("coherence_positive",),
            by="#coherent + mu*sum[i,j](S[i,j]**2*#steep_square(s=z[i,j]))",
        ),
        # Two neurons that disagree leave residuals.
        Step("square", "S[i,j]**2 >= 0", by="S[i,j]**2"),
        Step("one_square", "S[i,j]**2 <= sum[i,j](S[i,j]**2)", "term_of_sum", ("square",), "i, j"),
        Step(
            "two_residuals",
            "(S[i,j] - S[i,q])**2 <= 4*sum[i,j](S[i,j]**2)",
            by="(S[i,j] + S[i,q])**2 + 2*#one_square + 2*#one_square(j=q)",
        ),
        Step("slope", "(phi2(s) - phi2(r))*(s - r) >= rho2*(s - r)**2", "slope", ("curved",), "phi2(s); s; r; rho2"),
        Step(
            "slope_square",
            "(phi2(s) - phi2(r))**2 >= rho2**2*(s - r)**2",
            uses=("curved_positive",),
            by="(phi2(s) - phi2(r) - rho2*(s - r))**2 + 2*rho2*#slope",
        ),
        Step(
            "difference",
            "S[i,j] - S[i,q] = 2*kappa*w[i]*(phi2(z[i,j]) - phi2(z[i,q]))",
            by="#residual - #residual(j=q)",
        ),
        Step(
            "weights_square",
            "w[i]**2 >= wmin**2",
            uses=("weights_positive",),
            by="#weights**2 + 2*wmin*#weights",
        ),
        Step(
            "disagreement",
            "kappa**2*wmin**2*mu*rho1**2*rho2**2*(z[i,j] - z[i,q])**2 <= N2",
            uses=("coherence_positive",),
            by="#residuals + mu*rho1**2/4*(#two_residuals"
            " + (S[i,j] - S[i,q] + 2*kappa*w[i]*(phi2(z[i,j]) - phi2(z[i,q])))*#difference"
            " + 4*kappa**2*w[i]**2*#slope_square(s=z[i,j], r=z[i,q])"
            " + 4*kappa**2*rho2**2*(z[i,j] - z[i,q])**2*#weights_square)",
        ),
        # Take roots.
        Step("norm_terms", "N2 >= 0", by="#gradient_norm + sum[j,l](g[j,l]**2)"),
        Step("norm_square", "sqrt(N2)**2 = N2", "square_root", ("norm_terms",), "N2"),
        Step("norm_sign", "sqrt(N2) >= 0", "square_root", ("norm_terms",), "N2"),
        Step("mu_square", "sqrt(mu)**2 = mu", "square_root", ("coherence_positive",), "mu"),
        Step("mu_sign", "sqrt(mu) > 0", "square_root", ("coherence_positive",), "mu"),
        Step(
            "disagreement_square",
            "(rate*(z[i,j] - z[i,q]))**2 <= sqrt(N2)**2",
            by="#disagreement + #norm_square"
            " - (rate + kappa*wmin*sqrt(mu)*rho1*rho2)*(z[i,j] - z[i,q])**2*#constant"
            " - kappa**2*wmin**2*rho1**2*rho2**2*(z[i,j] - z[i,q])**2*#mu_square",
        ),
        Step(
            "pairwise",
            "rate*(z[i,j] - z[i,q]) <= sqrt(N2)",
            "root_of_square",
            ("disagreement_square", "norm_sign"),
            "rate*(z[i,j] - z[i,q]); sqrt(N2)",
        ),
        # The limit lies between the smallest and the largest preactivation.
        Step("common", "sum[j](phi(z[i,j])) = m*phi(nu[i])", "mean_attained", by="nu[i]; phi; z[i,j]; j"),
        Step("labels", "m*phi(nu[i]) = y[i]", by="#on_manifold - #common"),
        Step("slope_positive", "phi1(s) > 0", by="#steep + #steep_positive"),
        Step("order", "s <= r => phi(s) <= phi(r)", "increasing", ("slope_positive",), "phi(s); s; r"),
        Step("order_back", "phi(s) <= phi(r) => s <= r", "order_reflecting", ("slope_positive",), "phi(s); s; r"),
        Step("largest", "z[i,q] <= z[i,top[i]]", "maximum_attained", by="top[i]; z[i,q]; q"),
        Step("smallest", "-z[i,q] <= -z[i,low[i]]", "maximum_attained", by="low[i]; -z[i,q]; q"),
        Step("low_below", "z[i,low[i]] <= z[i,q]", by="#smallest"),
        Step(
            "largest_output", "phi(z[i,q]) <= phi(z[i,top[i]])", "apply", ("order(s=z[i,q], r=z[i,top[i]])", "largest")
        ),
        Step(
            "smallest_output",
            "phi(z[i,low[i]]) <= phi(z[i,q])",
            "apply",
            ("order(s=z[i,low[i]], r=z[i,q])", "low_below"),
        ),
        Step("mean_below", "m*(phi(z[i,top[i]]) - phi(nu[i])) >= 0", by="sum[q](#largest_output) + #common"),
        Step("mean_above", "m*(phi(nu[i]) - phi(z[i,low[i]])) >= 0", by="sum[q](#smallest_output) - #common"),
        Step("below", "phi(nu[i]) <= phi(z[i,top[i]])", "cancel", ("mean_below",), "m"),
        Step("above", "phi(z[i,low[i]]) <= phi(nu[i])", "cancel", ("mean_above",), "m"),
        Step("under_top", "nu[i] <= z[i,top[i]]", "apply", ("order_back(s=nu[i], r=z[i,top[i]])", "below")),
        Step("over_low", "z[i,low[i]] <= nu[i]", "apply", ("order_back(s=z[i,low[i]], r=nu[i])", "above")),
        # Together.
        Step(
            "rate_positive",
            "rate > 0",
            uses=("scale", "weights_positive", "mu_sign", "steep_positive", "curved_positive"),
            by="#constant + kappa*wmin*sqrt(mu)*rho1*rho2",
        ),
        Step(
            "bound_above",
            "z[i,j] - nu[i] <= sqrt(N2)/rate",
            uses=("rate_positive",),
            by="#pairwise(q=low[i])/rate + #over_low",
        ),
        Step(
            "bound_below",
            "-(z[i,j] - nu[i]) <= sqrt(N2)/rate",
            uses=("rate_positive",),
            by="#pairwise(j=top[i], q=j)/rate + #under_top",
        ),
        Step(
            "bound",
            "abs(z[i,j] - nu[i]) <= sqrt(N2)/rate",
            "absolute_value",
            ("bound_above", "bound_below", "rate_positive"),
            "z[i,j] - nu[i]; sqrt(N2)/rate",
        ),
    ),
    goals=(
        Goal("the common value", "m*phi(nu[i]) = y[i]", "labels", ("on_manifold",)),
        Goal(
            "distance to the limit",
            "abs(z[i,j] - nu[i]) <= sqrt(N2)/rate",
            "bound",
            (
                "steep",
                "steep_positive",
                "curved",
                "curved_positive",
                "coherence",
                "coherence_positive",
                "scale",
                "weights",
                "weights_positive",
            ),
        ),
    ),
    not_checked=("that g is the Riemannian gradient (see D3)",),
)

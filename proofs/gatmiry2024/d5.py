r"""D5: along the flow of the Hessian trace the excess decays exponentially, from any start.

**Setting.** As in T1. The Riemannian gradient flow $\dot\theta = -\nabla_M F$ on the zero-loss manifold, for all times:
$\dot\theta_j = -\sum_i\varphi'(z_{ij})S_{ij}x_i$ with $S_{ij} = 2\kappa w_i\varphi''(z_{ij}) - \alpha_i$. The
interval I contains all preactivations of the curve; bounds on $\varphi$ are asked for on I only.

**Statement.** $\|\nabla_M F\|^2 \ge 4\kappa\varrho\,w_{\min}\mu\varrho_1^2(F - F^*)$, so
$F(t) - F^* \le (F(r) - F^*)e^{-4\kappa\varrho w_{\min}\mu\varrho_1^2(t - r)}$ for $r \le t$, where
$F^* = \kappa m\sum_i w_i\varphi'(\nu_i)^2$. If $\varphi''' \ge \varrho_2$ and $I$ is the sublevel set
$\kappa w_{\min}\varphi'^2 \le F_0$, then $\varrho = \varrho_2\sqrt{\kappa w_{\min}/F_0}$ will do.

**Assumptions.** $\varphi' \ge \varrho_1 > 0$, $\varphi''' \ge \varrho\varphi'$ with $\varrho > 0$; coherence with
$\mu > 0$; $\kappa > 0$, $w_i \ge w_{\min} > 0$; the flow stays on the manifold.

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401, rate theorem [PAPER: exponential]; this form,
which needs no normality of $\varphi$, is [DERIVED].

**What is checked.** Every step for all n, m, d and all $\varphi$. **What is not.** That the flow exists for all times.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.d5",
    title="The flow of the Hessian trace converges exponentially from every start",
    source="arXiv 2410.16401, rate theorem [PAPER]; this form [DERIVED]",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("phi", ("I",), "J", "phi1", r"\varphi"),
        Symbol("phi1", ("I",), "R", "phi2", r"\varphi'"),
        Symbol("phi2", ("I",), "R", "phi3", r"\varphi''"),
        Symbol("phi3", ("I",), latex=r"\varphi'''"),
        Symbol("x", ("n", "d")),
        Symbol("theta", ("m", "d", "T"), "R", "v", r"\theta"),
        Symbol("v", ("m", "d", "T"), "R", "a", r"\dot\theta"),
        Symbol("a", ("m", "d", "T"), latex=r"\ddot\theta"),
        Symbol("z", ("n", "m", "T"), "I", "dz"),
        Symbol("dz", ("n", "m", "T"), "R", "ddz", r"\dot z"),
        Symbol("ddz", ("n", "m", "T"), latex=r"\ddot z"),
        Symbol("y", ("n",)),
        Symbol("w", ("n",)),
        Symbol("kappa", latex=r"\kappa"),
        Symbol("wmin", latex=r"w_{\min}"),
        Symbol("mu", latex=r"\mu"),
        Symbol("rho", latex=r"\varrho"),
        Symbol("rho1", latex=r"\varrho_1"),
        Symbol("rho2", latex=r"\varrho_2"),
        Symbol("nu", ("n",), "I", latex=r"\nu"),
        Symbol("alpha", ("n", "T"), latex=r"\alpha"),
        Symbol("S", ("n", "m", "T")),
        Symbol("N2", ("T",), latex=r"\|\nabla_M F\|^2"),
        Symbol("F", ("T",), "R", "F1"),
        Symbol("F1", ("T",), latex=r"\dot F"),
        Symbol("Fstar", latex="F^*"),
        Symbol("F0", latex="F_0"),
        Symbol("o", (), "T"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("j", (), "m"),
        Symbol("l", (), "d"),
        Symbol("s", (), "I"),
        Symbol("q", (), "I"),
        Symbol("t", (), "T"),
        Symbol("r", (), "T"),
        Symbol("C", ("n",)),
    ),
    definitions=(
        Step("trace", "F(t) = kappa*sum[i](w[i]*sum[j](phi1(z[i,j](t))**2))", "define"),
        Step("residual", "S[i,j](t) = 2*kappa*w[i]*phi2(z[i,j](t)) - alpha[i](t)", "define"),
        Step("gradient_norm", "N2(t) = sum[j,l](v[j,l](t)**2)", "define"),
    ),
    hypotheses=(
        Hypothesis("linear", "z[i,j](t) = sum[l](x[i,l]*theta[j,l](t))", "preactivations are inner products"),
        Hypothesis("on_manifold", "sum[j](phi(z[i,j](t))) = y[i]", "the flow stays on the manifold"),
        Hypothesis("flow", "v[j,l](t) = -sum[i](phi1(z[i,j](t))*S[i,j](t)*x[i,l])", "the flow of the trace"),
        Hypothesis("steep", "phi1(s) >= rho1", "the activation's slope is bounded below"),
        Hypothesis("steep_positive", "rho1 > 0", "by a positive number"),
        Hypothesis("ratio", "phi3(s) >= rho*phi1(s)", "the third derivative is bounded below by the first"),
        Hypothesis("ratio_positive", "rho > 0", "with a positive factor"),
        Hypothesis(
            "coherence",
            "sum[l](sum[i](C[i]*x[i,l])**2) >= mu*sum[i](C[i]**2)",
            "the inputs are independent, quantitatively",
        ),
        Hypothesis("coherence_positive", "mu > 0", "with a positive constant"),
        Hypothesis("scale", "kappa > 0", "the loss has a positive factor"),
        Hypothesis("weights", "w[i] >= wmin", "no input is small"),
        Hypothesis("weights_positive", "wmin > 0", "by a positive number"),
        Hypothesis("curved", "phi3(s) >= rho2", "the third derivative is bounded below"),
        Hypothesis("curved_positive", "rho2 > 0", "by a positive number"),
        Hypothesis("sublevel", "kappa*wmin*phi1(s)**2 <= F0", "I is a sublevel set"),
    ),
    steps=(
        # Strong convexity in the activations, as a tangent parabola.
        Step(
            "rise",
            "(phi2(s) - rho*phi(s) - phi2(q) + rho*phi(q))*(s - q) >= 0",
            "slope",
            ("ratio",),
            "phi2(s) - rho*phi(s); s; q; 0",
        ),
        Step(
            "climb",
            "2*phi1(s)*(phi2(s) - rho*phi(s) - phi2(q) + rho*phi(q))*(s - q) >= 0",
            by="2*(#steep + #steep_positive)*#rise",
        ),
        Step(
            "parabola",
            "phi1(s)**2 - phi1(q)**2 - 2*phi2(q)*(phi(s) - phi(q)) - rho*(phi(s) - phi(q))**2 >= 0",
            "valley",
            ("climb",),
            "phi1(s)**2 - phi1(q)**2 - 2*phi2(q)*(phi(s) - phi(q)) - rho*(phi(s) - phi(q))**2; s; q",
        ),
        # The excess is at most the residuals.
        Step("common", "sum[j](phi(z[i,j](o))) = m*phi(nu[i])", "mean_attained", by="nu[i]; phi; z[i,j](o); j"),
        Step("least", "Fstar = kappa*m*sum[i](w[i]*phi1(nu[i])**2)", "define"),
        Step(
            "balance",
            "sum[j](phi(nu[i]) - phi(z[i,j](t))) = 0",
            by="#on_manifold(t=o) - #common - #on_manifold",
        ),
        Step(
            "excess",
            "F(t) - Fstar + sum[i,j](S[i,j](t)*(phi(nu[i]) - phi(z[i,j](t)))"
            " + kappa*rho*w[i]*(phi(nu[i]) - phi(z[i,j](t)))**2) <= 0",
            uses=("scale",),
            by="kappa*sum[i,j]((#weights + #weights_positive)*#parabola(s=nu[i], q=z[i,j](t))) - #trace + #least"
            " + sum[i](alpha[i](t)*#balance) - sum[i,j]((phi(nu[i]) - phi(z[i,j](t)))*#residual)",
        ),
        Step(
            "excess_bound",
            "4*kappa*rho*wmin*(F(t) - Fstar) <= sum[i,j](S[i,j](t)**2)",
            uses=("scale", "ratio_positive", "weights_positive"),
            by="4*kappa*rho*wmin*#excess"
            " + sum[i,j]((S[i,j](t) + 2*kappa*rho*wmin*(phi(nu[i]) - phi(z[i,j](t))))**2)"
            " + 4*kappa**2*rho**2*wmin*sum[i,j](#weights*(phi(nu[i]) - phi(z[i,j](t)))**2)",
        ),
        # The residuals are at most the gradient.
        Step(
            "coherent_neuron",
            "sum[l](v[j,l](t)**2) >= mu*sum[i](phi1(z[i,j](t))**2*S[i,j](t)**2)",
            by="#coherence(C[i] = phi1(z[i,j](t))*S[i,j](t))"
            " + sum[l]((v[j,l](t) - sum[i](phi1(z[i,j](t))*S[i,j](t)*x[i,l]))*#flow)",
        ),
        Step("steep_square", "phi1(s)**2 >= rho1**2", uses=("steep_positive",), by="#steep**2 + 2*rho1*#steep"),
        Step(
            "residuals",
            "N2(t) >= mu*rho1**2*sum[i,j](S[i,j](t)**2)",
            uses=("coherence_positive",),
            by="#gradient_norm + sum[j](#coherent_neuron) + mu*sum[i,j](S[i,j](t)**2*#steep_square(s=z[i,j](t)))",
        ),
        Step(
            "dominance",
            "N2(t) >= 4*kappa*rho*wmin*mu*rho1**2*(F(t) - Fstar)",
            uses=("coherence_positive",),
            by="#residuals + mu*rho1**2*#excess_bound",
        ),
        # Along the flow.
        Step("velocity", "dz[i,j](t) = sum[l](x[i,l]*v[j,l](t))", "derivative", ("linear",), "t"),
        Step("tangent", "sum[j](phi1(z[i,j](t))*dz[i,j](t)) = 0", "derivative", ("on_manifold",), "t"),
        Step(
            "first",
            "F1(t) = 2*kappa*sum[i,j](w[i]*phi1(z[i,j](t))*phi2(z[i,j](t))*dz[i,j](t))",
            "derivative",
            ("trace",),
            "t",
        ),
        Step(
            "descent",
            "F1(t) = -N2(t)",
            by="#first - sum[i,j](phi1(z[i,j](t))*dz[i,j](t)*#residual) + sum[i](alpha[i](t)*#tangent)"
            " + sum[i,j](phi1(z[i,j](t))*S[i,j](t)*#velocity) + sum[j,l](v[j,l](t)*#flow) + #gradient_norm",
        ),
        Step(
            "rate",
            "F1(t) <= -4*kappa*rho*wmin*mu*rho1**2*(F(t) - Fstar)",
            by="#dominance - #descent",
        ),
        Step(
            "decay",
            "r <= t => F(t) - Fstar <= (F(r) - Fstar)*exp(-4*kappa*rho*wmin*mu*rho1**2*(t - r))",
            "gronwall",
            ("rate",),
            "F(t) - Fstar; t; r; 4*kappa*rho*wmin*mu*rho1**2",
        ),
        # The ratio on a sublevel set.
        Step("product", "kappa*wmin > 0", uses=("scale", "weights_positive"), by="kappa*wmin"),
        Step("root_small", "sqrt(kappa*wmin)**2 = kappa*wmin", "square_root", ("product",), "kappa*wmin"),
        Step("level_sign", "F0 >= 0", by="#sublevel + #product*phi1(s)**2"),
        Step("root_large", "sqrt(F0)**2 = F0", "square_root", ("level_sign",), "F0"),
        Step("root_large_sign", "sqrt(F0) >= 0", "square_root", ("level_sign",), "F0"),
        Step(
            "squares",
            "(sqrt(kappa*wmin)*phi1(s))**2 <= sqrt(F0)**2",
            by="#sublevel + #root_large - phi1(s)**2*#root_small",
        ),
        Step(
            "roots",
            "sqrt(kappa*wmin)*phi1(s) <= sqrt(F0)",
            "root_of_square",
            ("squares", "root_large_sign"),
            "sqrt(kappa*wmin)*phi1(s); sqrt(F0)",
        ),
        Step(
            "sublevel_ratio",
            "sqrt(F0)*phi3(s) >= rho2*sqrt(kappa*wmin)*phi1(s)",
            by="#root_large_sign*#curved + #curved_positive*#roots",
        ),
        Step(
            "one_sign",
            "kappa*w[i]*phi1(z[i,j](t))**2 >= 0",
            by="#scale*(#weights + #weights_positive)*phi1(z[i,j](t))**2",
        ),
        Step(
            "one_term",
            "kappa*w[i]*phi1(z[i,j](t))**2 <= sum[i,j](kappa*w[i]*phi1(z[i,j](t))**2)",
            "term_of_sum",
            ("one_sign",),
            "i, j",
        ),
        Step(
            "in_sublevel",
            "kappa*wmin*phi1(z[i,j](t))**2 <= F(t)",
            by="#trace + #one_term + #scale*#weights*phi1(z[i,j](t))**2",
        ),
    ),
    goals=(
        Goal(
            "gradient dominance",
            "N2(t) >= 4*kappa*rho*wmin*mu*rho1**2*(F(t) - Fstar)",
            "dominance",
            (
                "on_manifold",
                "flow",
                "steep",
                "steep_positive",
                "ratio",
                "ratio_positive",
                "coherence",
                "coherence_positive",
                "scale",
                "weights",
                "weights_positive",
            ),
        ),
        Goal(
            "exponential decay",
            "r <= t => F(t) - Fstar <= (F(r) - Fstar)*exp(-4*kappa*rho*wmin*mu*rho1**2*(t - r))",
            "decay",
            (
                "linear",
                "on_manifold",
                "flow",
                "steep",
                "steep_positive",
                "ratio",
                "ratio_positive",
                "coherence",
                "coherence_positive",
                "scale",
                "weights",
                "weights_positive",
            ),
        ),
        Goal(
            "the ratio on a sublevel set",
            "sqrt(F0)*phi3(s) >= rho2*sqrt(kappa*wmin)*phi1(s)",
            "sublevel_ratio",
            ("curved", "curved_positive", "sublevel", "scale", "weights_positive"),
        ),
        Goal(
            "preactivations lie in the sublevel set of the trace",
            "kappa*wmin*phi1(z[i,j](t))**2 <= F(t)",
            "in_sublevel",
            ("scale", "weights", "weights_positive"),
        ),
    ),
    not_checked=(
        "that the flow exists for all times",
        "that F is the trace of the Hessian on the zero-loss manifold (see D0)",
    ),
)

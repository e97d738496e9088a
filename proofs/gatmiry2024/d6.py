r"""D6: where the gradient is small the Hessian trace is geodesically convex, and the flow arrives in bounded time.

**Setting.** As in T1. The Riemannian gradient flow $\dot\theta = -\nabla_M F$ on the zero-loss manifold, for all times:
$\dot\theta_j = -\sum_i\varphi'(z_{ij})S_{ij}x_i$ with $S_{ij} = 2\kappa w_i\varphi''(z_{ij}) - \alpha_i$. Its
Hessian is $\sum_{ij}Q_{ij}(v_j\cdot x_i)^2$ with $Q_{ij} = 2\kappa w_i\varphi'\varphi''' + \varphi''S_{ij}$ (D3).

**Statement.** Let $K = \kappa^2w_{\min}^2\mu\beta^2$ and $\lambda = \kappa w_{\min}\mu\varrho_1\varrho_2$. Where
$\|\nabla_M F\|^2 \le K$, the Hessian is at least $\lambda\|V\|^2$ in every direction V in the span of the data. From
such a time r on, $\|\nabla_M F(t)\|^2 \le \|\nabla_M F(r)\|^2e^{-2\lambda(t - r)}$. From any start,
$\|\nabla_M F(t)\| \le \epsilon$ as soon as
$t \ge o + (F(o) - F^*)/K + \log(K/\epsilon^2)/(2\lambda)$, for $\epsilon^2 \le K$.

**Assumptions.** $\varphi' \ge \varrho_1 > 0$, $\varphi''' \ge \varrho_2 > 0$; normality
$\beta|\varphi''| \le \varphi'^2\varphi'''$ with $\beta > 0$; coherence with $\mu > 0$; $\kappa > 0$,
$w_i \ge w_{\min} > 0$; the flow stays on the manifold.

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401: local geodesic convexity [PAPER], two-phase rate
[PAPER: exponential; constants RECALL]; these constants [DERIVED].

**What is checked.** Every step for all n, m, d and all $\varphi$. **What is not.** That the flow exists for all times,
and that the quadratic form is the Riemannian Hessian (D3).
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.d6",
    title="Small gradients make the Hessian trace geodesically convex; the flow arrives in bounded time",
    source="arXiv 2410.16401, local convexity and rate [PAPER]; constants [DERIVED]",
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
        Symbol("beta", latex=r"\beta"),
        Symbol("rho1", latex=r"\varrho_1"),
        Symbol("rho2", latex=r"\varrho_2"),
        Symbol("K"),
        Symbol("lam", latex=r"\lambda"),
        Symbol("nu", ("n",), "I", latex=r"\nu"),
        Symbol("alpha", ("n", "T"), latex=r"\alpha"),
        Symbol("S", ("n", "m", "T")),
        Symbol("Q", ("n", "m", "T")),
        Symbol("N2", ("T",), "R", "N3", r"\|\nabla_M F\|^2"),
        Symbol("N3", ("T",), latex=r"\frac{d}{dt}\|\nabla_M F\|^2"),
        Symbol("F", ("T",), "R", "F1"),
        Symbol("F1", ("T",), "R", "F2", r"\dot F"),
        Symbol("F2", ("T",), latex=r"\ddot F"),
        Symbol("Fstar", latex="F^*"),
        Symbol("eps", latex=r"\epsilon"),
        Symbol("o", (), "T"),
        Symbol("tau", (), "T", latex=r"\tau"),
        Symbol("p", (), "T"),
        Symbol("late", (), "T", latex=r"\bar t"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("k", (), "n"),
        Symbol("j", (), "m"),
        Symbol("l", (), "d"),
        Symbol("s", (), "I"),
        Symbol("q", (), "I"),
        Symbol("u", (), "R"),
        Symbol("b", (), "R"),
        Symbol("t", (), "T"),
        Symbol("r", (), "T"),
        Symbol("C", ("n",)),
        Symbol("D", ("m", "n")),
    ),
    definitions=(
        Step("trace", "F(t) = kappa*sum[i](w[i]*sum[j](phi1(z[i,j](t))**2))", "define"),
        Step("residual", "S[i,j](t) = 2*kappa*w[i]*phi2(z[i,j](t)) - alpha[i](t)", "define"),
        Step(
            "weight",
            "Q[i,j](t) = 2*kappa*w[i]*phi1(z[i,j](t))*phi3(z[i,j](t)) + phi2(z[i,j](t))*S[i,j](t)",
            "define",
        ),
        Step("gradient_norm", "N2(t) = sum[j,l](v[j,l](t)**2)", "define"),
        Step("level", "K = kappa**2*wmin**2*mu*beta**2", "define"),
        Step("modulus", "lam = kappa*wmin*mu*rho1*rho2", "define"),
    ),
    hypotheses=(
        Hypothesis("linear", "z[i,j](t) = sum[l](x[i,l]*theta[j,l](t))", "preactivations are inner products"),
        Hypothesis("on_manifold", "sum[j](phi(z[i,j](t))) = y[i]", "the flow stays on the manifold"),
        Hypothesis("flow", "v[j,l](t) = -sum[i](phi1(z[i,j](t))*S[i,j](t)*x[i,l])", "the flow of the trace"),
        Hypothesis("steep", "phi1(s) >= rho1", "the activation's slope is bounded below"),
        Hypothesis("steep_positive", "rho1 > 0", "by a positive number"),
        Hypothesis("curved", "phi3(s) >= rho2", "its third derivative is bounded below"),
        Hypothesis("curved_positive", "rho2 > 0", "by a positive number"),
        Hypothesis("normal", "beta*abs(phi2(s)) <= phi1(s)**2*phi3(s)", "the activation is normal"),
        Hypothesis("normal_positive", "beta > 0", "with a positive constant"),
        Hypothesis(
            "coherence",
            "sum[l](sum[i](C[i]*x[i,l])**2) >= mu*sum[i](C[i]**2)",
            "the inputs are independent, quantitatively",
        ),
        Hypothesis("coherence_positive", "mu > 0", "with a positive constant"),
        Hypothesis("scale", "kappa > 0", "the loss has a positive factor"),
        Hypothesis("weights", "w[i] >= wmin", "no input is small"),
        Hypothesis("weights_positive", "wmin > 0", "by a positive number"),
        Hypothesis("accuracy", "eps > 0", "the accuracy asked for is positive"),
        Hypothesis("accuracy_small", "eps**2 <= K", "and not larger than the threshold"),
    ),
    steps=(
        Step("slope_positive", "phi1(s) > 0", by="#steep + #steep_positive"),
        Step("third_positive", "phi3(s) > 0", by="#curved + #curved_positive"),
        Step(
            "level_positive",
            "K > 0",
            by="#level + #scale**2*#weights_positive**2*#coherence_positive*#normal_positive**2",
        ),
        Step(
            "modulus_positive",
            "lam > 0",
            by="#modulus + #scale*#weights_positive*#coherence_positive*#steep_positive*#curved_positive",
        ),
        # The gradient bounds each residual.
        Step(
            "coherent_neuron",
            "sum[l](v[j,l](t)**2) >= mu*sum[i](phi1(z[i,j](t))**2*S[i,j](t)**2)",
            by="#coherence(C[i] = phi1(z[i,j](t))*S[i,j](t))"
            " + sum[l]((v[j,l](t) - sum[i](phi1(z[i,j](t))*S[i,j](t)*x[i,l]))*#flow)",
        ),
        Step(
            "coherent",
            "N2(t) >= sum[i,j](mu*phi1(z[i,j](t))**2*S[i,j](t)**2)",
            by="#gradient_norm + sum[j](#coherent_neuron)",
        ),
        Step(
            "square",
            "mu*phi1(z[i,j](t))**2*S[i,j](t)**2 >= 0",
            uses=("coherence_positive",),
            by="mu*phi1(z[i,j](t))**2*S[i,j](t)**2",
        ),
        Step(
            "one_square",
            "mu*phi1(z[i,j](t))**2*S[i,j](t)**2 <= sum[i,j](mu*phi1(z[i,j](t))**2*S[i,j](t)**2)",
            "term_of_sum",
            ("square",),
            "i, j",
        ),
        Step("residual_bound", "mu*phi1(z[i,j](t))**2*S[i,j](t)**2 <= N2(t)", by="#coherent + #one_square"),
        # Normality, squared.
        Step("size_sign", "abs(phi2(s)) >= 0", "absolute_value", by="phi2(s)"),
        Step("size_square", "abs(phi2(s))**2 = phi2(s)**2", "absolute_value", by="phi2(s)"),
        Step(
            "normal_square",
            "beta**2*phi2(s)**2 <= phi1(s)**4*phi3(s)**2",
            uses=("normal_positive", "size_sign"),
            by="#normal**2 + 2*beta*abs(phi2(s))*#normal + beta**2*#size_square",
        ),
        # Convexity where the gradient is small.
        Step("near", "N2(tau) <= K", "suppose", by="tau"),
        Step(
            "scaled_squares",
            "mu*beta**2*phi1(z[i,j](tau))**2*((kappa*wmin*phi1(z[i,j](tau))*phi3(z[i,j](tau)))**2"
            " - (phi2(z[i,j](tau))*S[i,j](tau))**2) >= 0",
            uses=("coherence_positive",),
            by="phi1(z[i,j](tau))**4*phi3(z[i,j](tau))**2*(#near + #residual_bound(t=tau) - #level)"
            " + mu*phi1(z[i,j](tau))**2*S[i,j](tau)**2*#normal_square(s=z[i,j](tau))",
        ),
        Step(
            "squares",
            "(-phi2(z[i,j](tau))*S[i,j](tau))**2 <= (kappa*wmin*phi1(z[i,j](tau))*phi3(z[i,j](tau)))**2",
            "cancel",
            ("scaled_squares", "coherence_positive", "normal_positive", "slope_positive(s=z[i,j](tau))"),
            "mu*beta**2*phi1(z[i,j](tau))**2",
        ),
        Step(
            "product_sign",
            "kappa*wmin*phi1(z[i,j](tau))*phi3(z[i,j](tau)) >= 0",
            by="#scale*#weights_positive*#slope_positive(s=z[i,j](tau))*#third_positive(s=z[i,j](tau))",
        ),
        Step(
            "bounded",
            "-phi2(z[i,j](tau))*S[i,j](tau) <= kappa*wmin*phi1(z[i,j](tau))*phi3(z[i,j](tau))",
            "root_of_square",
            ("squares", "product_sign"),
            "-phi2(z[i,j](tau))*S[i,j](tau); kappa*wmin*phi1(z[i,j](tau))*phi3(z[i,j](tau))",
        ),
        Step(
            "weight_bound",
            "Q[i,j](tau) >= kappa*wmin*rho1*rho2",
            uses=("scale", "weights_positive", "curved_positive"),
            by="#weight(t=tau) + #bounded"
            " + 2*kappa*#weights*#slope_positive(s=z[i,j](tau))*#third_positive(s=z[i,j](tau))"
            " + kappa*wmin*(#slope_positive(s=z[i,j](tau))*#curved(s=z[i,j](tau)) + rho2*#steep(s=z[i,j](tau)))",
        ),
        Step(
            "span",
            "sum[i](sum[l](x[i,l]*sum[k](D[j,k]*x[k,l]))**2) >= mu*sum[l](sum[k](D[j,k]*x[k,l])**2)",
            uses=("coherence_positive",),
            by="sum[i]((sum[l](x[i,l]*sum[k](D[j,k]*x[k,l])) - mu*D[j,i])**2) + mu*#coherence(C[k] = D[j,k])",
        ),
        Step(
            "convex_at_tau",
            "sum[i,j](Q[i,j](tau)*sum[l](x[i,l]*sum[k](D[j,k]*x[k,l]))**2) >= lam*sum[j,l](sum[k](D[j,k]*x[k,l])**2)",
            uses=("scale", "weights_positive", "steep_positive", "curved_positive"),
            by="sum[i,j](sum[l](x[i,l]*sum[k](D[j,k]*x[k,l]))**2*#weight_bound)"
            " + kappa*wmin*rho1*rho2*sum[j](#span) - sum[j,l](sum[k](D[j,k]*x[k,l])**2*#modulus)",
        ),
        Step(
            "convex",
            "N2(t) <= K =>"
            " sum[i,j](Q[i,j](t)*sum[l](x[i,l]*sum[k](D[j,k]*x[k,l]))**2) >= lam*sum[j,l](sum[k](D[j,k]*x[k,l])**2)",
            "discharge",
            ("convex_at_tau", "near"),
            "tau = t",
        ),
        # How the gradient changes along the flow.
        Step("velocity", "dz[i,j](t) = sum[l](x[i,l]*v[j,l](t))", "derivative", ("linear",), "t"),
        Step("acceleration", "ddz[i,j](t) = sum[l](x[i,l]*a[j,l](t))", "derivative", ("velocity",), "t"),
        Step("tangent", "sum[j](phi1(z[i,j](t))*dz[i,j](t)) = 0", "derivative", ("on_manifold",), "t"),
        Step(
            "bending",
            "sum[j](phi2(z[i,j](t))*dz[i,j](t)**2 + phi1(z[i,j](t))*ddz[i,j](t)) = 0",
            "derivative",
            ("tangent",),
            "t",
        ),
        Step(
            "first",
            "F1(t) = 2*kappa*sum[i,j](w[i]*phi1(z[i,j](t))*phi2(z[i,j](t))*dz[i,j](t))",
            "derivative",
            ("trace",),
            "t",
        ),
        Step(
            "second",
            "F2(t) = 2*kappa*sum[i,j](w[i]*((phi2(z[i,j](t))**2 + phi1(z[i,j](t))*phi3(z[i,j](t)))*dz[i,j](t)**2"
            " + phi1(z[i,j](t))*phi2(z[i,j](t))*ddz[i,j](t)))",
            "derivative",
            ("first",),
            "t",
        ),
        Step(
            "descent",
            "F1(t) = -N2(t)",
            by="#first - sum[i,j](phi1(z[i,j](t))*dz[i,j](t)*#residual) + sum[i](alpha[i](t)*#tangent)"
            " + sum[i,j](phi1(z[i,j](t))*S[i,j](t)*#velocity) + sum[j,l](v[j,l](t)*#flow) + #gradient_norm",
        ),
        Step("descent_slope", "F2(t) = -N3(t)", "derivative", ("descent",), "t"),
        Step("norm_slope", "N3(t) = 2*sum[j,l](v[j,l](t)*a[j,l](t))", "derivative", ("gradient_norm",), "t"),
        Step(
            "along_flow",
            "F2(t) = sum[i,j](Q[i,j](t)*dz[i,j](t)**2) - sum[j,l](v[j,l](t)*a[j,l](t))",
            by="#second + sum[i](alpha[i](t)*#bending)"
            " - sum[i,j]((phi2(z[i,j](t))*dz[i,j](t)**2 + phi1(z[i,j](t))*ddz[i,j](t))*#residual)"
            " + sum[i,j](phi1(z[i,j](t))*S[i,j](t)*#acceleration) + sum[j,l](a[j,l](t)*#flow)"
            " - sum[i,j](dz[i,j](t)**2*#weight)",
        ),
        Step(
            "gradient_change",
            "N3(t) = -2*sum[i,j](Q[i,j](t)*dz[i,j](t)**2)",
            by="2*#descent_slope - 2*#along_flow - #norm_slope",
        ),
        Step(
            "flow_in_span",
            "sum[i](dz[i,j](t)**2) >= mu*sum[l](v[j,l](t)**2)",
            uses=("coherence_positive",),
            by="sum[i]((dz[i,j](t) + mu*phi1(z[i,j](t))*S[i,j](t))**2) + mu*#coherent_neuron"
            " - 2*mu*sum[i](phi1(z[i,j](t))*S[i,j](t)*#velocity) - 2*mu*sum[l](v[j,l](t)*#flow)",
        ),
        Step(
            "contraction_at_tau",
            "N3(tau) <= -2*lam*N2(tau)",
            uses=("scale", "weights_positive", "steep_positive", "curved_positive"),
            by="2*sum[i,j](dz[i,j](tau)**2*#weight_bound) + 2*kappa*wmin*rho1*rho2*sum[j](#flow_in_span(t=tau))"
            " - #gradient_change(t=tau) - 2*lam*#gradient_norm(t=tau)"
            " - 2*sum[j,l](v[j,l](tau)**2)*#modulus",
        ),
        Step(
            "contraction", "N2(t) <= K => N3(t) <= -2*lam*N2(t)", "discharge", ("contraction_at_tau", "near"), "tau = t"
        ),
        Step("rate_positive", "2*lam > 0", by="2*#modulus_positive"),
        Step(
            "decay",
            "N2(r) <= K, r <= t => N2(t) <= N2(r)*exp(-2*lam*(t - r))",
            "gronwall_below",
            ("contraction", "rate_positive", "level_positive"),
            "N2(t); t; r; 2*lam; K",
        ),
        # The trace stays above its minimum, so the gradient must become small in time.
        Step("rise", "(phi2(s) - phi2(q))*(s - q) >= rho2*(s - q)**2", "slope", ("curved",), "phi2(s); s; q; rho2"),
        Step(
            "climb",
            "2*phi1(s)*(phi2(s) - phi2(q))*(s - q) >= 0",
            by="2*#slope_positive*(#rise + #curved_positive*(s - q)**2)",
        ),
        Step(
            "gap",
            "phi1(s)**2 - phi1(q)**2 - 2*phi2(q)*(phi(s) - phi(q)) >= 0",
            "valley",
            ("climb",),
            "phi1(s)**2 - phi1(q)**2 - 2*phi2(q)*(phi(s) - phi(q)); s; q",
        ),
        Step("common", "sum[j](phi(z[i,j](o))) = m*phi(nu[i])", "mean_attained", by="nu[i]; phi; z[i,j](o); j"),
        Step("least", "Fstar = kappa*m*sum[i](w[i]*phi1(nu[i])**2)", "define"),
        Step(
            "balance",
            "sum[j](phi(z[i,j](t)) - phi(nu[i])) = 0",
            by="#on_manifold - #on_manifold(t=o) + #common",
        ),
        Step(
            "floor",
            "F(t) >= Fstar",
            uses=("scale",),
            by="#trace - #least + 2*kappa*sum[i](w[i]*phi2(nu[i])*#balance)"
            " + kappa*sum[i,j]((#weights + #weights_positive)*#gap(s=z[i,j](t), q=nu[i]))",
        ),
        Step(
            "passage_soon",
            "K*(p - o) <= F(o) - Fstar",
            "first_passage",
            ("descent", "floor", "level_positive"),
            "p; F(t); t; o; N2(t); Fstar; K",
        ),
        Step(
            "passage_near",
            "N2(p) <= K",
            "first_passage",
            ("descent", "floor", "level_positive"),
            "p; F(t); t; o; N2(t); Fstar; K",
        ),
        # Exponential decay from there to the accuracy asked for.
        Step("quotient", "K/eps**2 > 0", uses=("accuracy",), by="#level_positive/#accuracy**2"),
        Step("quotient_large", "K/eps**2 >= 1", uses=("accuracy",), by="#accuracy_small/#accuracy**2"),
        Step(
            "log_value",
            "exp(log(K/eps**2)) = K/eps**2",
            "logarithm",
            ("quotient",),
            "K/eps**2",
        ),
        Step("exp_zero", "exp(0) = 1", "exponential", by="0"),
        Step("exp_positive", "exp(u) > 0", "exponential", by="u"),
        Step("exp_order", "u <= b => exp(u) <= exp(b)", "increasing", ("exp_positive",), "exp(u); u; b"),
        Step("exp_order_back", "exp(u) <= exp(b) => u <= b", "order_reflecting", ("exp_positive",), "exp(u); u; b"),
        Step(
            "exp_log_large",
            "exp(0) <= exp(log(K/eps**2))",
            uses=("accuracy",),
            by="#quotient_large + #log_value - #exp_zero",
        ),
        Step(
            "log_sign",
            "0 <= log(K/eps**2)",
            "apply",
            ("exp_order_back(u = 0, b = log(K/eps**2))", "exp_log_large", "accuracy"),
        ),
        Step(
            "after_both",
            "late >= o + (F(o) - Fstar)/K + log(K/eps**2)/(2*lam)",
            "suppose",
            ("level_positive", "accuracy", "modulus_positive"),
            "late",
        ),
        Step(
            "after_log",
            "2*lam*(late - p) >= log(K/eps**2)",
            uses=("level_positive", "accuracy", "modulus_positive"),
            by="2*lam*(#after_both + #passage_soon/K)",
        ),
        Step(
            "after_passage",
            "p <= late",
            uses=("level_positive", "modulus_positive"),
            by="#after_both + #passage_soon/K + #log_sign/(2*lam)",
        ),
        Step(
            "decayed",
            "N2(late) <= N2(p)*exp(-2*lam*(late - p))",
            "apply",
            ("decay(t=late, r=p)", "passage_near", "after_passage"),
        ),
        Step("minus_log", "-2*lam*(late - p) <= -log(K/eps**2)", uses=("accuracy",), by="#after_log"),
        Step(
            "small_factor",
            "exp(-2*lam*(late - p)) <= exp(-log(K/eps**2))",
            "apply",
            ("exp_order(u = -2*lam*(late - p), b = -log(K/eps**2))", "minus_log", "accuracy"),
        ),
        Step(
            "exp_minus_log",
            "exp(0) = exp(-log(K/eps**2))*exp(log(K/eps**2))",
            "exponential",
            ("accuracy",),
            "-log(K/eps**2); log(K/eps**2)",
        ),
        Step(
            "factor",
            "K*exp(-log(K/eps**2)) = eps**2",
            uses=("accuracy",),
            by="eps**2*#exp_zero - eps**2*#exp_minus_log - eps**2*exp(-log(K/eps**2))*#log_value",
        ),
        Step(
            "small_square",
            "N2(late) <= eps**2",
            by="#decayed + #level_positive*#small_factor"
            " + #exp_positive(u = -2*lam*(late - p))*#passage_near - #factor",
        ),
        Step("norm_sign", "N2(t) >= 0", by="#gradient_norm + sum[j,l](v[j,l](t)**2)"),
        Step("norm_square", "sqrt(N2(t))**2 = N2(t)", "square_root", ("norm_sign",), "N2(t)"),
        Step("roots", "sqrt(N2(late))**2 <= eps**2", by="#small_square - #norm_square(t=late)"),
        Step(
            "small_at_late",
            "sqrt(N2(late)) <= eps",
            "root_of_square",
            ("roots", "accuracy"),
            "sqrt(N2(late)); eps",
        ),
        Step(
            "arrival",
            "t >= o + (F(o) - Fstar)/K + log(K/eps**2)/(2*lam) => sqrt(N2(t)) <= eps",
            "discharge",
            ("small_at_late", "after_both", "level_positive", "accuracy", "modulus_positive"),
            "late = t",
        ),
    ),
    goals=(
        Goal(
            "local geodesic convexity",
            "N2(t) <= K =>"
            " sum[i,j](Q[i,j](t)*sum[l](x[i,l]*sum[k](D[j,k]*x[k,l]))**2) >= lam*sum[j,l](sum[k](D[j,k]*x[k,l])**2)",
            "convex",
            (
                "flow",
                "steep",
                "steep_positive",
                "curved",
                "curved_positive",
                "normal",
                "normal_positive",
                "coherence",
                "coherence_positive",
                "scale",
                "weights",
                "weights_positive",
            ),
        ),
        Goal(
            "the gradient decays once it is small",
            "N2(r) <= K, r <= t => N2(t) <= N2(r)*exp(-2*lam*(t - r))",
            "decay",
            (
                "linear",
                "on_manifold",
                "flow",
                "steep",
                "steep_positive",
                "curved",
                "curved_positive",
                "normal",
                "normal_positive",
                "coherence",
                "coherence_positive",
                "scale",
                "weights",
                "weights_positive",
            ),
        ),
        Goal(
            "arrival time",
            "t >= o + (F(o) - Fstar)/K + log(K/eps**2)/(2*lam) => sqrt(N2(t)) <= eps",
            "arrival",
            (
                "linear",
                "on_manifold",
                "flow",
                "steep",
                "steep_positive",
                "curved",
                "curved_positive",
                "normal",
                "normal_positive",
                "coherence",
                "coherence_positive",
                "scale",
                "weights",
                "weights_positive",
                "accuracy",
                "accuracy_small",
            ),
        ),
    ),
    not_checked=(
        "that the flow exists for all times",
        "that the quadratic form is the Riemannian Hessian (see D3)",
        "that F is the trace of the Hessian on the zero-loss manifold (see D0)",
    ),
)

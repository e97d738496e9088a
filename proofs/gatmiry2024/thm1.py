r"""T1: on the zero-loss manifold, stationary points of the Hessian trace replicate one feature, and minimise it.

**Setting.** $f(x) = \sum_{j=1}^m \varphi(\theta_j \cdot x)$ with $\varphi: I \to \mathbb R$ three times differentiable
on an open interval, $z_{ij} = \theta_j \cdot x_i \in I$ the preactivations; any numbers n, m, d of samples, neurons and
inputs. On zero loss the Hessian's trace is $F = \kappa\sum_i w_i\sum_j\varphi'(z_{ij})^2$ with $w_i = \|x_i\|^2$.

**Statement.** A point of the manifold is stationary for $F$ on the manifold if and only if $z_{ij} = \nu_i$ for all i
and j, where $m\varphi(\nu_i) = y_i$. These points are exactly the global minimisers,
$F \ge \kappa m\sum_i w_i\varphi'(\nu_i)^2$ on all of the manifold; one of them has all neurons equal, and in the span
of the data it is the only one.

**Assumptions.** $\varphi' > 0$, $\varphi''' > 0$; the $x_i$ linearly independent; $\kappa, w_i > 0$; zero loss. The
uniform bounds $\varphi' \ge \varrho_1$, $\varphi''' \ge \varrho_2$ are not needed here, nor are unit norms.

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401, structure theorem [PAPER]; this proof [DERIVED].

**What is checked.** Every step for all n, m, d and all $\varphi$; Lagrange multipliers are derived from orthogonality
to all tangent vectors. **What is not.** That $F$ is the trace of the Hessian on the manifold (D0),
that tangent vectors are those that annihilate the outputs' gradients, and that training reaches these points.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.thm1",
    title="Stationary points of the Hessian trace on the zero-loss manifold replicate one linear feature",
    source="arXiv 2410.16401, structure theorem [PAPER]; proof [DERIVED]",
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
        Symbol("kappa", latex=r"\kappa"),
        Symbol("alpha", ("n",), latex=r"\alpha"),
        Symbol("S", ("n", "m")),
        Symbol("F"),
        Symbol("Fstar", latex="F^*"),
        Symbol("slack", ("n", "m"), latex="D"),
        Symbol("a", (), "I"),
        Symbol("b", (), "I"),
        Symbol("U", ("m", "d")),
        Symbol("e", ("d",)),
        Symbol("theta", ("m", "d"), latex=r"\theta"),
        Symbol("eta", ("m", "d"), latex=r"\eta"),
        Symbol("c", ("m", "n")),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("j", (), "m"),
        Symbol("q", (), "m"),
        Symbol("l", (), "d"),
        Symbol("s", (), "I"),
        Symbol("r", (), "I"),
        Symbol("C", ("n",)),
        Symbol("V", ("m", "d")),
    ),
    definitions=(Step("trace", "F = kappa*sum[i](w[i]*sum[j](phi1(z[i,j])**2))", "define"),),
    hypotheses=(
        Hypothesis("increasing", "phi1(s) > 0", "the activation is strictly increasing"),
        Hypothesis("convex_derivative", "phi3(s) > 0", "its derivative is strictly convex"),
        Hypothesis("independent_data", "all[l](sum[i](C[i]*x[i,l]) = 0) => C[i] = 0", "the inputs are independent"),
        Hypothesis("scale", "kappa > 0", "the loss has a positive factor"),
        Hypothesis("weights", "w[i] > 0", "no input is zero"),
        Hypothesis("on_manifold", "sum[j](phi(z[i,j])) = y[i]", "the network fits the labels"),
        Hypothesis(
            "stationary",
            "all[i](sum[j,l](phi1(z[i,j])*x[i,l]*V[j,l]) = 0)"
            " => sum[j,l](sum[i](2*kappa*w[i]*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*V[j,l]) = 0",
            "the trace does not change in any tangent direction",
        ),
        Hypothesis(
            "same_values", "sum[l](x[i,l]*(theta[j,l] - eta[j,l])) = 0", "two networks with equal preactivations"
        ),
        Hypothesis("in_span", "theta[j,l] - eta[j,l] = sum[i](c[j,i]*x[i,l])", "they differ within the data's span"),
    ),
    steps=(
        # If the neurons agree with each other, their common value is nu.
        Step("common", "sum[j](phi(z[i,j])) = m*phi(nu[i])", "mean_attained", by="nu[i]; phi; z[i,j]; j"),
        Step("labels", "m*phi(nu[i]) = y[i]", by="#on_manifold - #common"),
        Step("one_to_one", "phi(s) = phi(r) => s = r", "injective", ("increasing",), "phi(s); s; r"),
        Step("agreed", "z[i,j] = z[i,q]", "suppose"),
        Step("same_output", "phi(z[i,j]) = phi(z[i,q])", "congruence", ("agreed",)),
        Step("share", "m*(phi(z[i,j]) - phi(nu[i])) = 0", by="sum[q](#same_output) + #common"),
        Step("equal_share", "phi(z[i,j]) = phi(nu[i])", "cancel", ("share",), "m"),
        Step("at_nu", "z[i,j] = nu[i]", "apply", ("one_to_one(s=z[i,j], r=nu[i])", "equal_share")),
        Step("value", "all[i,j,q](z[i,j] = z[i,q]) => z[i,j] = nu[i]", "discharge", ("at_nu", "agreed")),
        # Stationary points agree.
        Step(
            "lagrange",
            "sum[i](2*kappa*w[i]*phi1(z[i,j])*phi2(z[i,j])*x[i,l]) = sum[i](alpha[i]*phi1(z[i,j])*x[i,l])",
            "span_of_annihilator",
            ("stationary",),
            "alpha[i]; phi1(z[i,j])*x[i,l]; sum[i](2*kappa*w[i]*phi1(z[i,j])*phi2(z[i,j])*x[i,l]); V[j,l]; i",
        ),
        Step("residual", "S[i,j] = 2*kappa*w[i]*phi2(z[i,j]) - alpha[i]", "define"),
        Step(
            "balance",
            "sum[i](phi1(z[i,j])*S[i,j]*x[i,l]) = 0",
            by="#lagrange + sum[i](phi1(z[i,j])*x[i,l]*#residual)",
        ),
        Step(
            "split",
            "phi1(z[i,j])*S[i,j] = 0",
            "apply",
            ("independent_data(C[i] = phi1(z[i,j])*S[i,j])", "balance"),
        ),
        Step("residual_zero", "S[i,j] = 0", "cancel", ("split", "increasing(s=z[i,j])"), "phi1(z[i,j])"),
        Step(
            "level",
            "2*kappa*w[i]*(phi2(z[i,j]) - phi2(z[i,q])) = 0",
            by="#residual_zero - #residual - #residual_zero(j=q) + #residual(j=q)",
        ),
        Step(
            "same_curvature",
            "phi2(z[i,j]) = phi2(z[i,q])",
            "cancel",
            ("level", "scale", "weights"),
            "2*kappa*w[i]",
        ),
        Step("curvature_injective", "phi2(s) = phi2(r) => s = r", "injective", ("convex_derivative",), "phi2(s); s; r"),
        Step(
            "neurons_agree", "z[i,j] = z[i,q]", "apply", ("curvature_injective(s=z[i,j], r=z[i,q])", "same_curvature")
        ),
        Step("structure", "z[i,j] = nu[i]", "apply", ("value", "neurons_agree")),
        # Points where the neurons agree are stationary.
        Step("tangent", "sum[j,l](phi1(z[i,j])*x[i,l]*U[j,l]) = 0", "suppose", by="U"),
        Step("curvature_at_nu", "phi2(z[i,j]) = phi2(nu[i])", "congruence", ("at_nu",)),
        Step(
            "no_change",
            "sum[j,l](sum[i](2*kappa*w[i]*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*U[j,l]) = 0",
            by="sum[i](2*kappa*w[i]*phi2(nu[i])*#tangent)"
            " + sum[i,j,l](2*kappa*w[i]*phi1(z[i,j])*x[i,l]*U[j,l]*#curvature_at_nu)",
        ),
        Step(
            "critical",
            "all[i](sum[j,l](phi1(z[i,j])*x[i,l]*V[j,l]) = 0)"
            " => sum[j,l](sum[i](2*kappa*w[i]*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*V[j,l]) = 0",
            "discharge",
            ("no_change", "tangent"),
            "U = V",
        ),
        Step(
            "converse",
            "all[i,j,q](z[i,j] = z[i,q]), all[i](sum[j,l](phi1(z[i,j])*x[i,l]*V[j,l]) = 0)"
            " => sum[j,l](sum[i](2*kappa*w[i]*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*V[j,l]) = 0",
            "discharge",
            ("critical", "agreed"),
        ),
        # The trace lies above its tangent line in the activations; contact only at the point of tangency.
        Step("rise", "(phi2(s) - phi2(r))*(s - r) >= 0", "slope", ("convex_derivative",), "phi2(s); s; r; 0"),
        Step("climb", "2*phi1(s)*(phi2(s) - phi2(r))*(s - r) >= 0", uses=("increasing",), by="2*phi1(s)*#rise"),
        Step(
            "gap",
            "phi1(s)**2 - phi1(r)**2 - 2*phi2(r)*(phi(s) - phi(r)) >= 0",
            "valley",
            ("climb",),
            "phi1(s)**2 - phi1(r)**2 - 2*phi2(r)*(phi(s) - phi(r)); s; r",
        ),
        Step(
            "strict_rise",
            "s != r => (phi2(s) - phi2(r))*(s - r) > 0",
            "strict_slope",
            ("convex_derivative",),
            "phi2(s); s; r",
        ),
        Step("apart", "a != b", "suppose", by="a, b"),
        Step("rise_ab", "(phi2(a) - phi2(b))*(a - b) > 0", "apply", ("strict_rise(s=a, r=b)", "apart")),
        Step(
            "climb_ab",
            "2*phi1(a)*(phi2(a) - phi2(b))*(a - b) > 0",
            uses=("increasing(s=a)",),
            by="2*phi1(a)*#rise_ab",
        ),
        Step(
            "strict_climb",
            "s != r => 2*phi1(s)*(phi2(s) - phi2(r))*(s - r) > 0",
            "discharge",
            ("climb_ab", "apart"),
            "a = s, b = r",
        ),
        Step(
            "contact",
            "phi1(s)**2 - phi1(r)**2 - 2*phi2(r)*(phi(s) - phi(r)) = 0 => s = r",
            "strict_valley",
            ("strict_climb",),
            "phi1(s)**2 - phi1(r)**2 - 2*phi2(r)*(phi(s) - phi(r)); s; r",
        ),
        # Global minimum.
        Step("least", "Fstar = kappa*m*sum[i](w[i]*phi1(nu[i])**2)", "define"),
        Step(
            "slack",
            "slack[i,j] = phi1(z[i,j])**2 - phi1(nu[i])**2 - 2*phi2(nu[i])*(phi(z[i,j]) - phi(nu[i]))",
            "define",
        ),
        Step("slack_sign", "slack[i,j] >= 0", by="#slack + #gap(s=z[i,j], r=nu[i])"),
        Step(
            "excess",
            "F - Fstar = sum[i,j](kappa*w[i]*slack[i,j])",
            by="#trace - #least + 2*kappa*sum[i](w[i]*phi2(nu[i])*#common) - kappa*sum[i,j](w[i]*#slack)",
        ),
        Step("weighted", "kappa*w[i]*slack[i,j] >= 0", uses=("scale", "weights"), by="kappa*w[i]*#slack_sign"),
        Step("bound", "F >= Fstar", by="#excess + sum[i,j](#weighted)"),
        Step("minimal", "F = Fstar", "suppose"),
        Step(
            "one_term",
            "kappa*w[i]*slack[i,j] <= sum[i,j](kappa*w[i]*slack[i,j])",
            "term_of_sum",
            ("weighted",),
            "i, j",
        ),
        Step("no_excess", "kappa*w[i]*slack[i,j] <= 0", by="#one_term + #excess - #minimal"),
        Step("weighted_zero", "kappa*w[i]*slack[i,j] = 0", "antisymmetry", ("weighted", "no_excess")),
        Step("slack_zero", "slack[i,j] = 0", "cancel", ("weighted_zero", "scale", "weights"), "kappa*w[i]"),
        Step(
            "touching",
            "phi1(z[i,j])**2 - phi1(nu[i])**2 - 2*phi2(nu[i])*(phi(z[i,j]) - phi(nu[i])) = 0",
            by="#slack_zero - #slack",
        ),
        Step("minimiser_agrees", "z[i,j] = nu[i]", "apply", ("contact(s=z[i,j], r=nu[i])", "touching")),
        Step("rigid", "F = Fstar => z[i,j] = nu[i]", "discharge", ("minimiser_agrees", "minimal")),
        Step("derivative_at_nu", "phi1(z[i,j]) = phi1(nu[i])", "congruence", ("at_nu",)),
        Step(
            "attained_here",
            "F = Fstar",
            by="#trace - #least + kappa*sum[i,j](w[i]*(phi1(z[i,j]) + phi1(nu[i]))*#derivative_at_nu)",
        ),
        Step("attained", "all[i,j,q](z[i,j] = z[i,q]) => F = Fstar", "discharge", ("attained_here", "agreed")),
        # One solution has all neurons equal, and the data's span holds no other.
        Step(
            "existence",
            "sum[l](x[i,l]*e[l]) = nu[i]",
            "independent_onto",
            ("independent_data",),
            "e[l]; x[i,l]; nu[i]; C[i]; l",
        ),
        Step(
            "no_length",
            "sum[l]((theta[j,l] - eta[j,l])**2) = 0",
            by="sum[l]((theta[j,l] - eta[j,l])*#in_span) + sum[i](c[j,i]*#same_values)",
        ),
        Step("square", "(theta[j,l] - eta[j,l])**2 >= 0", by="(theta[j,l] - eta[j,l])**2"),
        Step(
            "one_square",
            "(theta[j,l] - eta[j,l])**2 <= sum[l]((theta[j,l] - eta[j,l])**2)",
            "term_of_sum",
            ("square",),
            "l",
        ),
        Step("no_square", "(theta[j,l] - eta[j,l])**2 <= 0", by="#one_square - #no_length"),
        Step("zero", "0 >= 0"),
        Step(
            "not_above",
            "theta[j,l] - eta[j,l] <= 0",
            "root_of_square",
            ("no_square", "zero"),
            "theta[j,l] - eta[j,l]; 0",
        ),
        Step(
            "not_below",
            "eta[j,l] - theta[j,l] <= 0",
            "root_of_square",
            ("no_square", "zero"),
            "eta[j,l] - theta[j,l]; 0",
        ),
        Step("unique", "theta[j,l] = eta[j,l]", "antisymmetry", ("not_above", "not_below")),
    ),
    goals=(
        Goal(
            "stationary points replicate one feature",
            "z[i,j] = nu[i]",
            "structure",
            ("increasing", "convex_derivative", "independent_data", "scale", "weights", "stationary"),
        ),
        Goal("the common value", "m*phi(nu[i]) = y[i]", "labels", ("on_manifold",)),
        Goal(
            "agreement is stationary",
            "all[i,j,q](z[i,j] = z[i,q]), all[i](sum[j,l](phi1(z[i,j])*x[i,l]*V[j,l]) = 0)"
            " => sum[j,l](sum[i](2*kappa*w[i]*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*V[j,l]) = 0",
            "converse",
            ("increasing",),
        ),
        Goal("lower bound", "F >= Fstar", "bound", ("increasing", "convex_derivative", "scale", "weights")),
        Goal("attained at agreement", "all[i,j,q](z[i,j] = z[i,q]) => F = Fstar", "attained", ("increasing",)),
        Goal(
            "attained only there",
            "F = Fstar => z[i,j] = nu[i]",
            "rigid",
            ("increasing", "convex_derivative", "scale", "weights"),
        ),
        Goal("one vector serves all neurons", "sum[l](x[i,l]*e[l]) = nu[i]", "existence", ("independent_data",)),
        Goal("unique in the span", "theta[j,l] = eta[j,l]", "unique", ("same_values", "in_span")),
    ),
    not_checked=(
        "that F is the trace of the Hessian on the zero-loss manifold (see D0)",
        "that tangent vectors are those that annihilate the gradients of the outputs",
        "that training reaches these points",
    ),
)

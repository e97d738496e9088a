r"""D1: the key identity $h'' = 2\varphi'''/\varphi'$, and the lower bound on the Hessian trace that follows from it.

**Setting.** $\varphi: I \to \mathbb R$ on an open interval, three times differentiable, $J = \varphi(I)$, and
$h(u) = \varphi'(\varphi^{-1}(u))^2$ on $J$. A network $f(x) = \sum_j \varphi(\theta_j \cdot x)$ with preactivations
$z_{ij} = \theta_j \cdot x_i \in I$; any numbers n of samples, m of neurons and d of inputs, the data arbitrary.

**Statement.** $h' = 2\varphi''$ and $h'' = 2\varphi'''/\varphi'$ at $\varphi^{-1}(u)$, so $h'' \ge 0$ exactly where
$\varphi'\varphi''' \ge 0$. On the zero-loss manifold
$F = \kappa\sum_i w_i\sum_j\varphi'(z_{ij})^2 \ge \kappa m\sum_i w_i\varphi'(\nu_i)^2$ with
$m\varphi(\nu_i) = y_i$, and equality only if $z_{ij} = \nu_i$ for all i and j.

**Assumptions.** $\varphi' \ne 0$ (for the formula); $\varphi'\varphi''' > 0$ (for the bound); $\kappa, w_i > 0$.

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401, whose structure theorem this proves in its global
part; the identity is [DERIVED].

**What is checked.** Every step for all n, m, d and all $\varphi$. **What is not.** That $F$ is the trace of the Hessian
on the manifold (D0), and that the manifold is non-empty.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.d1",
    title="The Hessian trace is a separable convex function of the activations",
    source="arXiv 2410.16401, structure theorem, global part [DERIVED]",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("phi", ("I",), "J", "phi1", r"\varphi"),
        Symbol("phi1", ("I",), "R", "phi2", r"\varphi'"),
        Symbol("phi2", ("I",), "R", "phi3", r"\varphi''"),
        Symbol("phi3", ("I",), latex=r"\varphi'''"),
        Symbol("psi", ("J",), "I", "psi1", r"\varphi^{-1}"),
        Symbol("psi1", ("J",), "R", "psi2", r"(\varphi^{-1})'"),
        Symbol("psi2", ("J",), latex=r"(\varphi^{-1})''"),
        Symbol("h", ("J",), "R", "h1"),
        Symbol("h1", ("J",), "R", "h2", "h'"),
        Symbol("h2", ("J",), latex="h''"),
        Symbol("z", ("n", "m"), "I"),
        Symbol("nu", ("n",), "I", latex=r"\nu"),
        Symbol("y", ("n",)),
        Symbol("w", ("n",)),
        Symbol("kappa", latex=r"\kappa"),
        Symbol("F"),
        Symbol("Fstar", latex="F^*"),
        Symbol("slack", ("n", "m"), latex="D"),
        Symbol("b", (), "I"),
        Symbol("c", (), "I"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("j", (), "m"),
        Symbol("s", (), "I"),
        Symbol("r", (), "I"),
        Symbol("u", (), "J"),
        Symbol("v", (), "J"),
    ),
    definitions=(Step("trace", "F = kappa*sum[i](w[i]*sum[j](phi1(z[i,j])**2))", "define"),),
    hypotheses=(
        Hypothesis("regular", "phi1(s) != 0", "the activation's derivative vanishes nowhere"),
        Hypothesis("same_sign", "phi1(s)*phi3(s) > 0", "first and third derivative have the same sign"),
        Hypothesis("scale", "kappa > 0", "the loss has a positive factor"),
        Hypothesis("weights", "w[i] > 0", "no sample is zero"),
        Hypothesis("on_manifold", "sum[j](phi(z[i,j])) = y[i]", "the network fits the labels"),
    ),
    steps=(
        Step("inverse", "phi(psi(u)) = u", "inverse_function", ("regular",), "phi; psi; s; u"),
        Step("one_to_one", "phi(s) = phi(r) => s = r", "injective", ("regular",), "phi(s); s; r"),
        Step("inverse_left", "psi(phi(s)) = s", "apply", ("one_to_one(s=psi(phi(s)), r=s)", "inverse(u=phi(s))")),
        Step("inverse_slope", "phi1(psi(u))*psi1(u) = 1", "derivative", ("inverse",), "u"),
        Step("profile", "h(u) = phi1(psi(u))**2", "define"),
        Step("chain_first", "h1(u) = 2*phi1(psi(u))*phi2(psi(u))*psi1(u)", "derivative", ("profile",), "u"),
        Step("first", "h1(u) = 2*phi2(psi(u))", by="#chain_first + 2*phi2(psi(u))*#inverse_slope"),
        Step("chain_second", "h2(u) = 2*phi3(psi(u))*psi1(u)", "derivative", ("first",), "u"),
        Step(
            "second",
            "h2(u) = 2*phi3(psi(u))/phi1(psi(u))",
            uses=("regular(s=psi(u))",),
            by="#chain_second + 2*phi3(psi(u))/phi1(psi(u))*#inverse_slope",
        ),
        Step("at_point", "phi1(psi(phi(s))) = phi1(s)", "congruence", ("inverse_left",)),
        Step("at_point_second", "phi2(psi(phi(s))) = phi2(s)", "congruence", ("inverse_left",)),
        Step("at_point_third", "phi3(psi(phi(s))) = phi3(s)", "congruence", ("inverse_left",)),
        Step("value", "h(phi(s)) = phi1(s)**2", by="#profile(u=phi(s)) + (phi1(psi(phi(s))) + phi1(s))*#at_point"),
        Step("slope", "h1(phi(s)) = 2*phi2(s)", by="#first(u=phi(s)) + 2*#at_point_second"),
        Step(
            "curvature_product",
            "h2(phi(s))*phi1(s) = 2*phi3(s)",
            by="phi1(psi(phi(s)))*#second(u=phi(s)) + 2*#at_point_third - h2(phi(s))*#at_point",
        ),
        Step("same_sign_at_b", "phi1(b)*phi3(b) >= 0", "suppose", by="b"),
        Step(
            "convex_at_b",
            "h2(phi(b)) >= 0",
            uses=("regular(s=b)",),
            by="2*#same_sign_at_b/phi1(b)**2 + #curvature_product(s=b)/phi1(b)",
        ),
        Step("if", "phi1(s)*phi3(s) >= 0 => h2(phi(s)) >= 0", "discharge", ("convex_at_b", "same_sign_at_b"), "b = s"),
        Step("convex_at_c", "h2(phi(c)) >= 0", "suppose", by="c"),
        Step(
            "same_sign_at_c",
            "phi1(c)*phi3(c) >= 0",
            by="#convex_at_c*phi1(c)**2/2 - phi1(c)/2*#curvature_product(s=c)",
        ),
        Step(
            "only_if",
            "h2(phi(s)) >= 0 => phi1(s)*phi3(s) >= 0",
            "discharge",
            ("same_sign_at_c", "convex_at_c"),
            "c = s",
        ),
        Step(
            "convex",
            "h2(u) > 0",
            uses=("regular(s=psi(u))",),
            by="2*#same_sign(s=psi(u))/phi1(psi(u))**2 + #second",
        ),
        Step("tangent", "h(u) >= h(v) + h1(v)*(u - v)", "tangent_line", ("convex",), "h(u); u; v; 0"),
        Step("contact", "h(u) = h(v) + h1(v)*(u - v) => u = v", "tangent_contact", ("convex",), "h(u); u; v"),
        Step("common", "sum[j](phi(z[i,j])) = m*phi(nu[i])", "mean_attained", by="nu[i]; phi; z[i,j]; j"),
        Step("labels", "m*phi(nu[i]) = y[i]", by="#on_manifold - #common"),
        Step("least", "Fstar = kappa*m*sum[i](w[i]*phi1(nu[i])**2)", "define"),
        Step(
            "gap",
            "phi1(s)**2 - phi1(r)**2 - 2*phi2(r)*(phi(s) - phi(r)) >= 0",
            by="#tangent(u=phi(s), v=phi(r)) - #value + #value(s=r) + (phi(s) - phi(r))*#slope(s=r)",
        ),
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
        Step(
            "weighted",
            "kappa*w[i]*slack[i,j] >= 0",
            uses=("scale", "weights"),
            by="kappa*w[i]*#slack_sign",
        ),
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
            "h(phi(z[i,j])) = h(phi(nu[i])) + h1(phi(nu[i]))*(phi(z[i,j]) - phi(nu[i]))",
            by="#value(s=z[i,j]) - #value(s=nu[i]) - (phi(z[i,j]) - phi(nu[i]))*#slope(s=nu[i]) - #slack + #slack_zero",
        ),
        Step(
            "same_activation",
            "phi(z[i,j]) = phi(nu[i])",
            "apply",
            ("contact(u=phi(z[i,j]), v=phi(nu[i]))", "touching"),
        ),
        Step("agree", "z[i,j] = nu[i]", "apply", ("one_to_one(s=z[i,j], r=nu[i])", "same_activation")),
        Step("rigid", "F = Fstar => z[i,j] = nu[i]", "discharge", ("agree", "minimal")),
    ),
    goals=(
        Goal("first derivative", "h1(phi(s)) = 2*phi2(s)", "slope", ("regular",)),
        Goal("second derivative", "h2(u) = 2*phi3(psi(u))/phi1(psi(u))", "second", ("regular",)),
        Goal("convex if", "phi1(s)*phi3(s) >= 0 => h2(phi(s)) >= 0", "if", ("regular",)),
        Goal("convex only if", "h2(phi(s)) >= 0 => phi1(s)*phi3(s) >= 0", "only_if", ("regular",)),
        Goal("replicated labels", "m*phi(nu[i]) = y[i]", "labels", ("on_manifold",)),
        Goal("lower bound", "F >= Fstar", "bound", ("regular", "same_sign", "scale", "weights")),
        Goal(
            "equality only at agreement",
            "F = Fstar => z[i,j] = nu[i]",
            "rigid",
            ("regular", "same_sign", "scale", "weights"),
        ),
    ),
    not_checked=(
        "that F is the trace of the Hessian on the zero-loss manifold (see D0)",
        "that the manifold is not empty",
    ),
)

r"""D8: fixed output weights of any sign: stationary points make $\varphi''(Z)$ rank one, and are the global minimisers.

**Setting.** $f(x) = \sum_j a_j\varphi(\theta_j\cdot x)$ with fixed $a_j \ne 0$ of any sign; otherwise as in T1. On zero
loss the Hessian's trace is $F = \kappa\sum_i w_i\sum_j a_j^2\varphi'(z_{ij})^2$.

**Statement.** A point z of the manifold is stationary if and only if $a_j\varphi''(z_{ij}) = \lambda_i$ for some
$\lambda$, so all 2 by 2 minors of $\varphi''(Z)$ vanish. Every other point of the manifold has a larger trace, unless
its preactivations are the same.

**Assumptions.** $\varphi' > 0$, $\varphi''' > 0$; the $x_i$ linearly independent; $\kappa, w_i > 0$; $a_j \ne 0$.

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401, remark on general output weights [PAPER]; this
statement [DERIVED].

**What is checked.** Every step for all n, m, d and all $\varphi$. **What is not.** That a stationary point exists, and
that $F$ is the trace of the Hessian on the manifold (as D0, with weights).
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.d8",
    title="With unequal output weights the second derivatives of the preactivations have rank one",
    source="arXiv 2410.16401, remark on output weights [PAPER]; this statement [DERIVED]",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("phi", ("I",), "J", "phi1", r"\varphi"),
        Symbol("phi1", ("I",), "R", "phi2", r"\varphi'"),
        Symbol("phi2", ("I",), "R", "phi3", r"\varphi''"),
        Symbol("phi3", ("I",), latex=r"\varphi'''"),
        Symbol("x", ("n", "d")),
        Symbol("z", ("n", "m"), "I"),
        Symbol("zeta", ("n", "m"), "I", latex=r"\zeta"),
        Symbol("a", ("m",)),
        Symbol("y", ("n",)),
        Symbol("w", ("n",)),
        Symbol("kappa", latex=r"\kappa"),
        Symbol("alpha", ("n",), latex=r"\alpha"),
        Symbol("lam", ("n",), latex=r"\lambda"),
        Symbol("level", ("n",), latex=r"\lambda"),
        Symbol("F"),
        Symbol("G", latex=r"F(\zeta)"),
        Symbol("slack", ("n", "m"), latex="D"),
        Symbol("b", (), "I"),
        Symbol("c", (), "I"),
        Symbol("U", ("m", "d")),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("k", (), "n"),
        Symbol("j", (), "m"),
        Symbol("q", (), "m"),
        Symbol("l", (), "d"),
        Symbol("s", (), "I"),
        Symbol("r", (), "I"),
        Symbol("C", ("n",)),
        Symbol("L", ("n",)),
        Symbol("V", ("m", "d")),
    ),
    definitions=(
        Step("trace", "F = kappa*sum[i,j](w[i]*a[j]**2*phi1(z[i,j])**2)", "define"),
        Step("other_trace", "G = kappa*sum[i,j](w[i]*a[j]**2*phi1(zeta[i,j])**2)", "define"),
    ),
    hypotheses=(
        Hypothesis("increasing", "phi1(s) > 0", "the activation is strictly increasing"),
        Hypothesis("convex_derivative", "phi3(s) > 0", "its derivative is strictly convex"),
        Hypothesis("independent_data", "all[l](sum[i](C[i]*x[i,l]) = 0) => C[i] = 0", "the inputs are independent"),
        Hypothesis("scale", "kappa > 0", "the loss has a positive factor"),
        Hypothesis("weights", "w[i] > 0", "no input is zero"),
        Hypothesis("output_weights", "a[j] != 0", "no output weight is zero"),
        Hypothesis("on_manifold", "sum[j](a[j]*phi(z[i,j])) = y[i]", "the network fits the labels"),
        Hypothesis("other_on_manifold", "sum[j](a[j]*phi(zeta[i,j])) = y[i]", "so does another network"),
        Hypothesis(
            "stationary",
            "all[i](sum[j,l](a[j]*phi1(z[i,j])*x[i,l]*V[j,l]) = 0)"
            " => sum[j,l](sum[i](2*kappa*w[i]*a[j]**2*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*V[j,l]) = 0",
            "the trace does not change in any tangent direction",
        ),
    ),
    steps=(
        # Stationary points.
        Step(
            "lagrange",
            "sum[i](2*kappa*w[i]*a[j]**2*phi1(z[i,j])*phi2(z[i,j])*x[i,l]) = sum[i](alpha[i]*a[j]*phi1(z[i,j])*x[i,l])",
            "span_of_annihilator",
            ("stationary",),
            "alpha[i]; a[j]*phi1(z[i,j])*x[i,l];"
            " sum[i](2*kappa*w[i]*a[j]**2*phi1(z[i,j])*phi2(z[i,j])*x[i,l]); V[j,l]; i",
        ),
        Step(
            "split",
            "a[j]*phi1(z[i,j])*(2*kappa*w[i]*a[j]*phi2(z[i,j]) - alpha[i]) = 0",
            "apply",
            ("independent_data(C[i] = a[j]*phi1(z[i,j])*(2*kappa*w[i]*a[j]*phi2(z[i,j]) - alpha[i]))", "lagrange"),
        ),
        Step(
            "multiplier",
            "2*kappa*w[i]*a[j]*phi2(z[i,j]) = alpha[i]",
            "cancel",
            ("split", "output_weights", "increasing(s=z[i,j])"),
            "a[j]*phi1(z[i,j])",
        ),
        Step("level", "level[i] = alpha[i]/(2*kappa*w[i])", "define", ("scale", "weights")),
        Step(
            "levels",
            "a[j]*phi2(z[i,j]) = level[i]",
            uses=("scale", "weights"),
            by="#multiplier/(2*kappa*w[i]) - #level",
        ),
        Step(
            "scaled_minor",
            "a[j]*a[q]*(phi2(z[i,j])*phi2(z[k,q]) - phi2(z[i,q])*phi2(z[k,j])) = 0",
            by="a[q]*phi2(z[k,q])*#levels + level[i]*#levels(i=k, j=q)"
            " - a[j]*phi2(z[k,j])*#levels(j=q) - level[i]*#levels(i=k)",
        ),
        Step(
            "minor",
            "phi2(z[i,j])*phi2(z[k,q]) = phi2(z[i,q])*phi2(z[k,j])",
            "cancel",
            ("scaled_minor", "output_weights", "output_weights(j=q)"),
            "a[j]*a[q]",
        ),
        # The converse, and global minimality, from the levels alone.
        Step("balanced", "a[j]*phi2(z[i,j]) = lam[i]", "suppose", by="lam"),
        Step("tangent", "sum[j,l](a[j]*phi1(z[i,j])*x[i,l]*U[j,l]) = 0", "suppose", by="U"),
        Step(
            "no_change",
            "sum[j,l](sum[i](2*kappa*w[i]*a[j]**2*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*U[j,l]) = 0",
            by="sum[i](2*kappa*w[i]*lam[i]*#tangent)"
            " + sum[i,j,l](2*kappa*w[i]*a[j]*phi1(z[i,j])*x[i,l]*U[j,l]*#balanced)",
        ),
        Step(
            "critical",
            "all[i](sum[j,l](a[j]*phi1(z[i,j])*x[i,l]*V[j,l]) = 0)"
            " => sum[j,l](sum[i](2*kappa*w[i]*a[j]**2*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*V[j,l]) = 0",
            "discharge",
            ("no_change", "tangent"),
            "U = V",
        ),
        Step(
            "converse",
            "all[i,j](a[j]*phi2(z[i,j]) = L[i]), all[i](sum[j,l](a[j]*phi1(z[i,j])*x[i,l]*V[j,l]) = 0)"
            " => sum[j,l](sum[i](2*kappa*w[i]*a[j]**2*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*V[j,l]) = 0",
            "discharge",
            ("critical", "balanced"),
            "lam = L",
        ),
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
        Step("apart", "b != c", "suppose", by="b, c"),
        Step("rise_bc", "(phi2(b) - phi2(c))*(b - c) > 0", "apply", ("strict_rise(s=b, r=c)", "apart")),
        Step(
            "climb_bc",
            "2*phi1(b)*(phi2(b) - phi2(c))*(b - c) > 0",
            uses=("increasing(s=b)",),
            by="2*phi1(b)*#rise_bc",
        ),
        Step(
            "strict_climb",
            "s != r => 2*phi1(s)*(phi2(s) - phi2(r))*(s - r) > 0",
            "discharge",
            ("climb_bc", "apart"),
            "b = s, c = r",
        ),
        Step(
            "contact",
            "phi1(s)**2 - phi1(r)**2 - 2*phi2(r)*(phi(s) - phi(r)) = 0 => s = r",
            "strict_valley",
            ("strict_climb",),
            "phi1(s)**2 - phi1(r)**2 - 2*phi2(r)*(phi(s) - phi(r)); s; r",
        ),
        Step(
            "slack",
            "slack[i,j] = phi1(zeta[i,j])**2 - phi1(z[i,j])**2 - 2*phi2(z[i,j])*(phi(zeta[i,j]) - phi(z[i,j]))",
            "define",
        ),
        Step("slack_sign", "slack[i,j] >= 0", by="#slack + #gap(s=zeta[i,j], r=z[i,j])"),
        Step(
            "excess",
            "G - F = sum[i,j](kappa*w[i]*a[j]**2*slack[i,j])",
            by="#other_trace - #trace - kappa*sum[i,j](w[i]*a[j]**2*#slack)"
            " + 2*kappa*sum[i](w[i]*lam[i]*(#other_on_manifold - #on_manifold))"
            " + 2*kappa*sum[i,j](w[i]*a[j]*(phi(zeta[i,j]) - phi(z[i,j]))*#balanced)",
        ),
        Step(
            "weighted",
            "kappa*w[i]*a[j]**2*slack[i,j] >= 0",
            uses=("scale", "weights"),
            by="kappa*w[i]*a[j]**2*#slack_sign",
        ),
        Step("bound", "G >= F", by="#excess + sum[i,j](#weighted)"),
        Step("minimal", "all[i,j](a[j]*phi2(z[i,j]) = L[i]) => G >= F", "discharge", ("bound", "balanced"), "lam = L"),
        Step("equal", "G = F", "suppose"),
        Step(
            "one_term",
            "kappa*w[i]*a[j]**2*slack[i,j] <= sum[i,j](kappa*w[i]*a[j]**2*slack[i,j])",
            "term_of_sum",
            ("weighted",),
            "i, j",
        ),
        Step("no_excess", "kappa*w[i]*a[j]**2*slack[i,j] <= 0", by="#one_term + #excess - #equal"),
        Step("weighted_zero", "kappa*w[i]*a[j]**2*slack[i,j] = 0", "antisymmetry", ("weighted", "no_excess")),
        Step(
            "slack_zero",
            "slack[i,j] = 0",
            "cancel",
            ("weighted_zero", "scale", "weights", "output_weights"),
            "kappa*w[i]*a[j]**2",
        ),
        Step(
            "touching",
            "phi1(zeta[i,j])**2 - phi1(z[i,j])**2 - 2*phi2(z[i,j])*(phi(zeta[i,j]) - phi(z[i,j])) = 0",
            by="#slack_zero - #slack",
        ),
        Step("same", "zeta[i,j] = z[i,j]", "apply", ("contact(s=zeta[i,j], r=z[i,j])", "touching")),
        Step("rigid", "G = F => zeta[i,j] = z[i,j]", "discharge", ("same", "equal")),
        Step(
            "unique",
            "all[i,j](a[j]*phi2(z[i,j]) = L[i]), G = F => zeta[i,j] = z[i,j]",
            "discharge",
            ("rigid", "balanced"),
            "lam = L",
        ),
    ),
    goals=(
        Goal(
            "stationary points are balanced",
            "a[j]*phi2(z[i,j]) = level[i]",
            "levels",
            ("increasing", "independent_data", "scale", "weights", "output_weights", "stationary"),
        ),
        Goal(
            "rank one",
            "phi2(z[i,j])*phi2(z[k,q]) = phi2(z[i,q])*phi2(z[k,j])",
            "minor",
            ("increasing", "independent_data", "scale", "weights", "output_weights", "stationary"),
        ),
        Goal(
            "balanced points are stationary",
            "all[i,j](a[j]*phi2(z[i,j]) = L[i]), all[i](sum[j,l](a[j]*phi1(z[i,j])*x[i,l]*V[j,l]) = 0)"
            " => sum[j,l](sum[i](2*kappa*w[i]*a[j]**2*phi1(z[i,j])*phi2(z[i,j])*x[i,l])*V[j,l]) = 0",
            "converse",
            (),
        ),
        Goal(
            "balanced points are global minimisers",
            "all[i,j](a[j]*phi2(z[i,j]) = L[i]) => G >= F",
            "minimal",
            ("increasing", "convex_derivative", "scale", "weights", "on_manifold", "other_on_manifold"),
        ),
        Goal(
            "no other point is one",
            "all[i,j](a[j]*phi2(z[i,j]) = L[i]), G = F => zeta[i,j] = z[i,j]",
            "unique",
            (
                "increasing",
                "convex_derivative",
                "scale",
                "weights",
                "output_weights",
                "on_manifold",
                "other_on_manifold",
            ),
        ),
    ),
    not_checked=(
        "that a stationary point exists",
        "that F is the trace of the Hessian on the zero-loss manifold (D0 has unit output weights)",
    ),
)

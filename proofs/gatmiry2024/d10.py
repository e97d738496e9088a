r"""D10: for orthonormal inputs the flow keeps every sample's preactivations in their starting interval.

**Setting.** As in D5, with $x_i\cdot x_k = 1$ if i = k and 0 otherwise, written as $\sum_k c_k\, x_i\cdot x_k = c_i$
for all c.

**Statement.** Along the flow $\dot z_{ij} = -\varphi'(z_{ij})S_{ij}$; the smallest $z_{ij}$ of a sample has
$\dot z_{ij} \ge 0$, the largest $\dot z_{ij} \le 0$. So from any time r on,
$\min_q z_{iq}(r) \le z_{ij}(t) \le \max_q z_{iq}(r)$. Hence $\varphi', \varphi''' > 0$ is enough for D5 here: on a
compact interval both are bounded below.

**Assumptions.** $\varphi' > 0$, $\varphi''' > 0$; orthonormal inputs; $\kappa, w_i > 0$; the flow stays on the
manifold. For correlated inputs the statement is false.

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401, on the role of uniform bounds [PAPER]; this
statement [DERIVED].

**What is checked.** Every step for all n, m, d and all $\varphi$. **What is not.** That the flow exists for all times.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.d10",
    title="For orthonormal inputs, preactivations stay in their starting interval",
    source="arXiv 2410.16401, on uniform bounds [PAPER]; this statement [DERIVED]",
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
        Symbol("alpha", ("n", "T"), latex=r"\alpha"),
        Symbol("S", ("n", "m", "T")),
        Symbol("e", (), "n"),
        Symbol("c", (), "m"),
        Symbol("tau", (), "T", latex=r"\tau"),
        Symbol("f", (), "n"),
        Symbol("b", (), "m"),
        Symbol("sigma", (), "T", latex=r"\sigma"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("k", (), "n"),
        Symbol("j", (), "m"),
        Symbol("q", (), "m"),
        Symbol("l", (), "d"),
        Symbol("s", (), "I"),
        Symbol("p", (), "I"),
        Symbol("t", (), "T"),
        Symbol("r", (), "T"),
        Symbol("u", (), "R"),
        Symbol("C", ("n",)),
    ),
    definitions=(Step("residual", "S[i,j](t) = 2*kappa*w[i]*phi2(z[i,j](t)) - alpha[i](t)", "define"),),
    hypotheses=(
        Hypothesis("linear", "z[i,j](t) = sum[l](x[i,l]*theta[j,l](t))", "preactivations are inner products"),
        Hypothesis("on_manifold", "sum[j](phi(z[i,j](t))) = y[i]", "the flow stays on the manifold"),
        Hypothesis("flow", "v[j,l](t) = -sum[i](phi1(z[i,j](t))*S[i,j](t)*x[i,l])", "the flow of the trace"),
        Hypothesis("orthonormal", "sum[k](C[k]*sum[l](x[i,l]*x[k,l])) = C[i]", "the inputs are orthonormal"),
        Hypothesis("increasing", "phi1(s) > 0", "the activation is strictly increasing"),
        Hypothesis("convex_derivative", "phi3(s) > 0", "its derivative is strictly convex"),
        Hypothesis("scale", "kappa > 0", "the loss has a positive factor"),
        Hypothesis("weights", "w[i] > 0", "no input is zero"),
    ),
    steps=(
        Step("velocity", "dz[i,j](t) = sum[l](x[i,l]*v[j,l](t))", "derivative", ("linear",), "t"),
        Step("tangent", "sum[j](phi1(z[i,j](t))*dz[i,j](t)) = 0", "derivative", ("on_manifold",), "t"),
        Step(
            "decoupled",
            "dz[i,j](t) = -phi1(z[i,j](t))*S[i,j](t)",
            by="#velocity + sum[l](x[i,l]*#flow) - #orthonormal(C[i] = phi1(z[i,j](t))*S[i,j](t))",
        ),
        Step(
            "balance",
            "sum[j](phi1(z[i,j](t))**2*S[i,j](t)) = 0",
            by="sum[j](phi1(z[i,j](t))*#decoupled) - #tangent",
        ),
        Step("order", "s <= p => phi2(s) <= phi2(p)", "increasing", ("convex_derivative",), "phi2(s); s; p"),
        Step("energy", "sum[j](phi1(z[i,j](t))**2) > 0", by="sum[j](#increasing(s=z[i,j](t))**2)"),
        # The smallest preactivation of a sample does not fall.
        Step("smallest", "z[e,c](tau) <= z[e,q](tau)", "suppose", by="e, c, tau"),
        Step(
            "low_curvature",
            "phi2(z[e,c](tau)) <= phi2(z[e,q](tau))",
            "apply",
            ("order(s=z[e,c](tau), p=z[e,q](tau))", "smallest"),
        ),
        Step(
            "low_residual",
            "S[e,c](tau) <= S[e,q](tau)",
            uses=("scale", "weights(i=e)"),
            by="2*kappa*w[e]*#low_curvature + #residual(i=e, j=q, t=tau) - #residual(i=e, j=c, t=tau)",
        ),
        Step(
            "low_total",
            "sum[j](phi1(z[e,j](tau))**2)*S[e,c](tau) <= 0",
            by="sum[q](phi1(z[e,q](tau))**2*#low_residual) - #balance(i=e, t=tau)",
        ),
        Step("low_sign", "S[e,c](tau) <= 0", "cancel", ("low_total",), "#energy(i=e, t=tau)"),
        Step("low_rises", "dz[e,c](tau) >= 0", by="#decoupled(i=e, j=c, t=tau) + #increasing(s=z[e,c](tau))*#low_sign"),
        Step(
            "lowest_rises",
            "all[q](z[i,j](t) <= z[i,q](t)) => dz[i,j](t) >= 0",
            "discharge",
            ("low_rises", "smallest"),
            "e = i, c = j, tau = t",
        ),
        Step(
            "floor",
            "all[q](u <= z[i,q](r)), r <= t => u <= z[i,j](t)",
            "minimum_principle",
            ("lowest_rises",),
            "z[i,j](t); j; q; t; r; u",
        ),
        # The largest does not rise.
        Step("largest", "-z[f,b](sigma) <= -z[f,q](sigma)", "suppose", by="f, b, sigma"),
        Step("below_largest", "z[f,q](sigma) <= z[f,b](sigma)", by="#largest"),
        Step(
            "high_curvature",
            "phi2(z[f,q](sigma)) <= phi2(z[f,b](sigma))",
            "apply",
            ("order(s=z[f,q](sigma), p=z[f,b](sigma))", "below_largest"),
        ),
        Step(
            "high_residual",
            "S[f,q](sigma) <= S[f,b](sigma)",
            uses=("scale", "weights(i=f)"),
            by="2*kappa*w[f]*#high_curvature + #residual(i=f, j=b, t=sigma) - #residual(i=f, j=q, t=sigma)",
        ),
        Step(
            "high_total",
            "sum[j](phi1(z[f,j](sigma))**2)*S[f,b](sigma) >= 0",
            by="sum[q](phi1(z[f,q](sigma))**2*#high_residual) + #balance(i=f, t=sigma)",
        ),
        Step("high_sign", "S[f,b](sigma) >= 0", "cancel", ("high_total",), "#energy(i=f, t=sigma)"),
        Step(
            "high_falls",
            "-dz[f,b](sigma) >= 0",
            by="#increasing(s=z[f,b](sigma))*#high_sign - #decoupled(i=f, j=b, t=sigma)",
        ),
        Step(
            "highest_falls",
            "all[q](-z[i,j](t) <= -z[i,q](t)) => -dz[i,j](t) >= 0",
            "discharge",
            ("high_falls", "largest"),
            "f = i, b = j, sigma = t",
        ),
        Step(
            "ceiling",
            "all[q](u <= -z[i,q](r)), r <= t => u <= -z[i,j](t)",
            "minimum_principle",
            ("highest_falls",),
            "-z[i,j](t); j; q; t; r; u",
        ),
    ),
    goals=(
        Goal(
            "decoupled flow", "dz[i,j](t) = -phi1(z[i,j](t))*S[i,j](t)", "decoupled", ("linear", "flow", "orthonormal")
        ),
        Goal(
            "nothing falls below the smallest",
            "all[q](u <= z[i,q](r)), r <= t => u <= z[i,j](t)",
            "floor",
            ("linear", "on_manifold", "flow", "orthonormal", "increasing", "convex_derivative", "scale", "weights"),
        ),
        Goal(
            "nothing rises above the largest",
            "all[q](u <= -z[i,q](r)), r <= t => u <= -z[i,j](t)",
            "ceiling",
            ("linear", "on_manifold", "flow", "orthonormal", "increasing", "convex_derivative", "scale", "weights"),
        ),
    ),
    not_checked=("that the flow exists for all times",),
)

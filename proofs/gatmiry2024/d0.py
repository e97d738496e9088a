r"""D0: the trace of the Hessian of the squared loss, on and off the zero-loss manifold.

**Setting.** $L(\theta) = c\sum_i r_i^2$ with $r_i = \sum_j\varphi(\theta_j\cdot x_i) - y_i$. The Hessian's trace is the
sum over all parameters $(p, k)$ of the second derivative of L along the line through $\theta$ in direction $(p, k)$:
its velocity is $E_{jp}D_{lk}$, with the unit matrices E and D given by $\sum_j A_jE_{jp} = A_p$, $E_{pp} = 1$ and
likewise D.

**Statement.** $\mathrm{tr}\nabla^2L = 2c\sum_i w_i\sum_j(\varphi'(z_{ij})^2 + r_i\varphi''(z_{ij}))$ with
$w_i = \|x_i\|^2$; on zero loss it is $F = \kappa\sum_i w_i\sum_j\varphi'(z_{ij})^2$ with $\kappa = 2c$.

**Assumptions.** $\varphi$ is twice differentiable; for the last part, zero loss.

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401, setting [PAPER]; normalisation [RECALL], derived.

**What is checked.** Every step for all n, m, d and all $\varphi$. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.d0",
    title="The trace of the Hessian of the squared loss",
    source="arXiv 2410.16401, setting [PAPER]; normalisation derived",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("phi", ("I",), "J", "phi1", r"\varphi"),
        Symbol("phi1", ("I",), "R", "phi2", r"\varphi'"),
        Symbol("phi2", ("I",), latex=r"\varphi''"),
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("w", ("n",)),
        Symbol("c"),
        Symbol("z0", ("n", "m"), "I", latex="z"),
        Symbol("r0", ("n",), latex="r"),
        Symbol("E", ("m", "m")),
        Symbol("D", ("d", "d")),
        Symbol("theta", ("m", "d", "m", "d", "T"), "R", "v", r"\theta"),
        Symbol("v", ("m", "d", "m", "d", "T"), "R", "a", r"\dot\theta"),
        Symbol("a", ("m", "d", "m", "d", "T"), latex=r"\ddot\theta"),
        Symbol("z", ("n", "m", "m", "d", "T"), "I", "dz"),
        Symbol("dz", ("n", "m", "m", "d", "T"), "R", "ddz", r"\dot z"),
        Symbol("ddz", ("n", "m", "m", "d", "T"), latex=r"\ddot z"),
        Symbol("res", ("n", "m", "d", "T"), "R", "dres", "r"),
        Symbol("dres", ("n", "m", "d", "T"), "R", "ddres", r"\dot r"),
        Symbol("ddres", ("n", "m", "d", "T"), latex=r"\ddot r"),
        Symbol("loss", ("m", "d", "T"), "R", "dloss", "L"),
        Symbol("dloss", ("m", "d", "T"), "R", "ddloss", r"\dot L"),
        Symbol("ddloss", ("m", "d", "T"), latex=r"\ddot L"),
        Symbol("trace", latex=r"\mathrm{tr}\nabla^2 L"),
        Symbol("o", (), "T"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("j", (), "m"),
        Symbol("p", (), "m"),
        Symbol("l", (), "d"),
        Symbol("k", (), "d"),
        Symbol("t", (), "T"),
        Symbol("A", ("m",)),
        Symbol("B", ("d",)),
    ),
    definitions=(
        Step("norms", "w[i] = sum[l](x[i,l]**2)", "define"),
        Step("residual_here", "r0[i] = sum[j](phi(z0[i,j])) - y[i]", "define"),
        Step("residual", "res[i,p,k](t) = sum[j](phi(z[i,j,p,k](t))) - y[i]", "define"),
        Step("squared_loss", "loss[p,k](t) = c*sum[i](res[i,p,k](t)**2)", "define"),
        Step("hessian_trace", "trace = sum[p,k](ddloss[p,k](o))", "define"),
    ),
    hypotheses=(
        Hypothesis("linear", "z[i,j,p,k](t) = sum[l](x[i,l]*theta[j,l,p,k](t))", "preactivations are inner products"),
        Hypothesis("lines", "v[j,l,p,k](t) = E[j,p]*D[l,k]", "line (p, k) moves parameter (p, k) at unit speed"),
        Hypothesis("unit_neurons", "sum[j](A[j]*E[j,p]) = A[p]", "E is the unit matrix"),
        Hypothesis("unit_diagonal", "E[p,p] = 1", "with ones on the diagonal"),
        Hypothesis("unit_inputs", "sum[l](B[l]*D[l,k]) = B[k]", "D is the unit matrix"),
        Hypothesis("through", "z[i,j,p,k](o) = z0[i,j]", "all lines pass through the point at time o"),
        Hypothesis("on_manifold", "sum[j](phi(z0[i,j])) = y[i]", "the network fits the labels"),
    ),
    steps=(
        Step("velocity", "dz[i,j,p,k](t) = sum[l](x[i,l]*v[j,l,p,k](t))", "derivative", ("linear",), "t"),
        Step(
            "speed",
            "dz[i,j,p,k](t) = x[i,k]*E[j,p]",
            by="#velocity + sum[l](x[i,l]*#lines) + E[j,p]*#unit_inputs(B[l] = x[i,l])",
        ),
        Step("straight", "ddz[i,j,p,k](t) = 0", "derivative", ("speed",), "t"),
        Step(
            "residual_slope",
            "dres[i,p,k](t) = sum[j](phi1(z[i,j,p,k](t))*dz[i,j,p,k](t))",
            "derivative",
            ("residual",),
            "t",
        ),
        Step(
            "residual_bend",
            "ddres[i,p,k](t) = sum[j](phi2(z[i,j,p,k](t))*dz[i,j,p,k](t)**2 + phi1(z[i,j,p,k](t))*ddz[i,j,p,k](t))",
            "derivative",
            ("residual_slope",),
            "t",
        ),
        Step(
            "loss_slope",
            "dloss[p,k](t) = 2*c*sum[i](res[i,p,k](t)*dres[i,p,k](t))",
            "derivative",
            ("squared_loss",),
            "t",
        ),
        Step(
            "loss_bend",
            "ddloss[p,k](t) = 2*c*sum[i](dres[i,p,k](t)**2 + res[i,p,k](t)*ddres[i,p,k](t))",
            "derivative",
            ("loss_slope",),
            "t",
        ),
        Step("value", "phi(z[i,j,p,k](o)) = phi(z0[i,j])", "congruence", ("through",)),
        Step("slope", "phi1(z[i,j,p,k](o)) = phi1(z0[i,j])", "congruence", ("through",)),
        Step("bend", "phi2(z[i,j,p,k](o)) = phi2(z0[i,j])", "congruence", ("through",)),
        Step(
            "residual_value",
            "res[i,p,k](o) = r0[i]",
            by="#residual(t=o) + sum[j](#value) - #residual_here",
        ),
        Step(
            "first",
            "dres[i,p,k](o) = phi1(z0[i,p])*x[i,k]",
            by="#residual_slope(t=o) + sum[j](dz[i,j,p,k](o)*#slope) + sum[j](phi1(z0[i,j])*#speed(t=o))"
            " + x[i,k]*#unit_neurons(A[j] = phi1(z0[i,j]))",
        ),
        Step(
            "second",
            "ddres[i,p,k](o) = phi2(z0[i,p])*x[i,k]**2",
            by="#residual_bend(t=o) + sum[j](dz[i,j,p,k](o)**2*#bend + phi1(z[i,j,p,k](o))*#straight(t=o))"
            " + sum[j](phi2(z0[i,j])*(dz[i,j,p,k](o) + x[i,k]*E[j,p])*#speed(t=o))"
            " + x[i,k]**2*#unit_neurons(A[j] = phi2(z0[i,j])*E[j,p])"
            " + phi2(z0[i,p])*x[i,k]**2*#unit_diagonal",
        ),
        Step(
            "entry",
            "ddloss[p,k](o) = 2*c*sum[i](x[i,k]**2*(phi1(z0[i,p])**2 + r0[i]*phi2(z0[i,p])))",
            by="#loss_bend(t=o) + 2*c*sum[i]((dres[i,p,k](o) + phi1(z0[i,p])*x[i,k])*#first"
            " + ddres[i,p,k](o)*#residual_value + r0[i]*#second)",
        ),
        Step(
            "everywhere",
            "trace = 2*c*sum[i](w[i]*sum[j](phi1(z0[i,j])**2 + r0[i]*phi2(z0[i,j])))",
            by="#hessian_trace + sum[p,k](#entry) - 2*c*sum[i,j]((phi1(z0[i,j])**2 + r0[i]*phi2(z0[i,j]))*#norms)",
        ),
        Step("no_residual", "r0[i] = 0", by="#residual_here + #on_manifold"),
        Step(
            "on_zero_loss",
            "trace = 2*c*sum[i](w[i]*sum[j](phi1(z0[i,j])**2))",
            by="#everywhere + 2*c*sum[i,j](w[i]*phi2(z0[i,j])*#no_residual)",
        ),
    ),
    goals=(
        Goal(
            "trace everywhere",
            "trace = 2*c*sum[i](w[i]*sum[j](phi1(z0[i,j])**2 + r0[i]*phi2(z0[i,j])))",
            "everywhere",
            ("linear", "lines", "unit_neurons", "unit_diagonal", "unit_inputs", "through"),
        ),
        Goal(
            "trace on zero loss",
            "trace = 2*c*sum[i](w[i]*sum[j](phi1(z0[i,j])**2))",
            "on_zero_loss",
            ("linear", "lines", "unit_neurons", "unit_diagonal", "unit_inputs", "through", "on_manifold"),
        ),
    ),
)

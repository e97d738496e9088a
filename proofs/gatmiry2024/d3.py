r"""D3: the Riemannian Hessian of the Hessian trace on the zero-loss manifold, and the multipliers in it.

**Setting.** As in T1. A curve $\theta(t)$ on the manifold with velocity v and acceleration a,
$z_{ij}(t) = \theta_j(t) \cdot x_i$; at time o the acceleration is normal to the manifold (a geodesic has this at every
time), so that $\ddot F(o)$ is the Riemannian Hessian of F in the direction $v(o)$. The multipliers $\alpha$ make
$g_j = \sum_i\varphi'(z_{ij})S_{ij}x_i$, with $S_{ij} = 2\kappa w_i\varphi''(z_{ij}) - \alpha_i$, tangent.

**Statement.** $\mathrm{Hess}(v, v) = \sum_{ij}[2\kappa w_i\varphi'\varphi''' + \varphi''S_{ij}](v_j\cdot x_i)^2$, and
$\sum_k K_{ik}\alpha_k = \sum_{jk} \varphi'_{ij} G_{ik}\, 2\kappa w_k\varphi'_{kj}\varphi''_{kj}$ with
$G_{ik} = x_i\cdot x_k$, $K_{ik} = G_{ik}\sum_j\varphi'_{ij}\varphi'_{kj}$.

**Assumptions.** The curve is twice differentiable and on the manifold; the acceleration is normal and g tangent at o.

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401 [PAPER: the Hessian of the trace is studied there];
the formula is [DERIVED].

**What is checked.** Every step for all n, m, d and all $\varphi$. **What is not.** That geodesics exist, and that
$\alpha$ exists (it does when the outputs' gradients are independent).
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.d3",
    title="The Riemannian Hessian of the Hessian trace is a weighted sum over samples and neurons",
    source="arXiv 2410.16401 [DERIVED]",
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
        Symbol("alpha", ("n",), latex=r"\alpha"),
        Symbol("S", ("n", "m")),
        Symbol("g", ("m", "d")),
        Symbol("F", ("T",), "R", "F1"),
        Symbol("F1", ("T",), "R", "F2", r"\dot F"),
        Symbol("F2", ("T",), latex=r"\ddot F"),
        Symbol("o", (), "T"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("k", (), "n"),
        Symbol("j", (), "m"),
        Symbol("l", (), "d"),
        Symbol("t", (), "T"),
        Symbol("V", ("m", "d")),
    ),
    definitions=(
        Step("trace", "F(t) = kappa*sum[i](w[i]*sum[j](phi1(z[i,j](t))**2))", "define"),
        Step("residual", "S[i,j] = 2*kappa*w[i]*phi2(z[i,j](o)) - alpha[i]", "define"),
        Step("gradient", "g[j,l] = sum[i](phi1(z[i,j](o))*S[i,j]*x[i,l])", "define"),
    ),
    hypotheses=(
        Hypothesis("linear", "z[i,j](t) = sum[l](x[i,l]*theta[j,l](t))", "preactivations are inner products"),
        Hypothesis("on_manifold", "sum[j](phi(z[i,j](t))) = y[i]", "the curve stays on the manifold"),
        Hypothesis("tangent_gradient", "sum[j,l](phi1(z[i,j](o))*x[i,l]*g[j,l]) = 0", "g is tangent"),
        Hypothesis(
            "normal_acceleration",
            "all[i](sum[j,l](phi1(z[i,j](o))*x[i,l]*V[j,l]) = 0) => sum[j,l](a[j,l](o)*V[j,l]) = 0",
            "the acceleration is orthogonal to all tangent vectors",
        ),
    ),
    steps=(
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
            "orthogonal",
            "sum[j,l](a[j,l](o)*g[j,l]) = 0",
            "apply",
            ("normal_acceleration(V[j,l] = g[j,l])", "tangent_gradient"),
        ),
        Step(
            "pairing",
            "sum[i,j](phi1(z[i,j](o))*S[i,j]*ddz[i,j](o)) = 0",
            by="sum[i,j](phi1(z[i,j](o))*S[i,j]*#acceleration(t=o)) - sum[j,l](a[j,l](o)*#gradient) + #orthogonal",
        ),
        Step(
            "hessian",
            "F2(o) = sum[i,j]((2*kappa*w[i]*phi1(z[i,j](o))*phi3(z[i,j](o)) + phi2(z[i,j](o))*S[i,j])*dz[i,j](o)**2)",
            by="#second(t=o) + sum[i](alpha[i]*#bending(t=o)) + #pairing"
            " - sum[i,j]((phi2(z[i,j](o))*dz[i,j](o)**2 + phi1(z[i,j](o))*ddz[i,j](o))*#residual)",
        ),
        Step(
            "slope_along_curve",
            "F1(o) = sum[j,l](g[j,l]*v[j,l](o))",
            by="#first(t=o) - sum[i,j](phi1(z[i,j](o))*dz[i,j](o)*#residual) + sum[i](alpha[i]*#tangent(t=o))"
            " + sum[i,j](phi1(z[i,j](o))*S[i,j]*#velocity(t=o)) - sum[j,l](v[j,l](o)*#gradient)",
        ),
        Step(
            "multipliers",
            "sum[k](sum[l](x[i,l]*x[k,l])*sum[j](phi1(z[i,j](o))*phi1(z[k,j](o)))*alpha[k])"
            " = sum[j,k](phi1(z[i,j](o))*sum[l](x[i,l]*x[k,l])*2*kappa*w[k]*phi1(z[k,j](o))*phi2(z[k,j](o)))",
            by="sum[j,l](phi1(z[i,j](o))*x[i,l]*#gradient) - #tangent_gradient"
            " + sum[j,k,l](phi1(z[i,j](o))*x[i,l]*phi1(z[k,j](o))*x[k,l]*#residual(i=k))",
        ),
    ),
    goals=(
        Goal("direction", "dz[i,j](t) = sum[l](x[i,l]*v[j,l](t))", "velocity", ("linear",)),
        Goal(
            "g is the gradient",
            "F1(o) = sum[j,l](g[j,l]*v[j,l](o))",
            "slope_along_curve",
            ("linear", "on_manifold"),
        ),
        Goal(
            "Riemannian Hessian",
            "F2(o) = sum[i,j]((2*kappa*w[i]*phi1(z[i,j](o))*phi3(z[i,j](o)) + phi2(z[i,j](o))*S[i,j])*dz[i,j](o)**2)",
            "hessian",
            ("linear", "on_manifold", "tangent_gradient", "normal_acceleration"),
        ),
        Goal(
            "multipliers",
            "sum[k](sum[l](x[i,l]*x[k,l])*sum[j](phi1(z[i,j](o))*phi1(z[k,j](o)))*alpha[k])"
            " = sum[j,k](phi1(z[i,j](o))*sum[l](x[i,l]*x[k,l])*2*kappa*w[k]*phi1(z[k,j](o))*phi2(z[k,j](o)))",
            "multipliers",
            ("tangent_gradient",),
        ),
    ),
    not_checked=("that geodesics and the multipliers exist",),
)

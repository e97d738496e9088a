r"""The gradient of a two-layer network in both layers, where no preactivation changes its slope.

**Setting.** $h_k = \sum_ja_js_{kj}z_{kj}$ with $z_{kj} = \langle w_j, x_k\rangle$, slopes $s_{kj}$ of a positively
homogeneous activation (ReLU: 0 or 1; leaky: $\gamma$ or 1), constant along a curve of parameters; loss $L =
\tfrac1n\sum_k\ell_k(h_k)$ with any differentiable $\ell_k$.

**Statement.** $\dot L = \sum_j(\dot a_jG_j + \langle\dot w_j, g_j\rangle)$ with $G_j =
\tfrac1n\sum_k\ell_k's_{kj}z_{kj}$ and $g_j = \tfrac1n\sum_k\ell_k'a_js_{kj}x_k$, the gradient; $G_j a_j= \langle w_j,
g_j\rangle$; along the gradient flow $\dot L = -\sum_j(G_j^2 + \|g_j\|^2)$.

**Assumptions.** As stated.

**Source.** [DERIVED] (chain rule), setting of Boursier, Flammarion, arXiv 2410.02348.

**What is checked.** Every step for all n, m, d, all losses. **What is not.** That slopes are constant between two
kinks.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PRE = "sum[l](w[j,l](t)*x[k,l])"

PROOF = Proof(
    key="boursier2024.gradient",
    title="The gradient of a two-layer network between its kinks",
    source="[DERIVED], setting of arXiv 2410.02348",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("s", ("n", "m")),
        Symbol("a", ("m", "T"), "R", "da"),
        Symbol("da", ("m", "T"), latex=r"\dot a"),
        Symbol("w", ("m", "d", "T"), "R", "dw"),
        Symbol("dw", ("m", "d", "T"), latex=r"\dot w"),
        Symbol("ell", ("n", "R"), "R", "ell1", r"\ell"),
        Symbol("ell1", ("n", "R"), latex=r"\ell'"),
        Symbol("h", ("n", "T"), "R", "dh"),
        Symbol("dh", ("n", "T"), latex=r"\dot h"),
        Symbol("L", ("T",), "R", "dL"),
        Symbol("dL", ("T",), latex=r"\dot L"),
        Symbol("G", ("m", "T")),
        Symbol("g", ("m", "d", "T")),
    ),
    variables=(
        Symbol("k", (), "n"),
        Symbol("j", (), "m"),
        Symbol("l", (), "d"),
        Symbol("t", (), "T"),
    ),
    definitions=(
        Step("outputs", f"h[k](t) = sum[j](a[j](t)*s[k,j]*{PRE})", "define"),
        Step("loss", "L(t) = sum[k](ell[k](h[k](t)))/n", "define"),
        Step("output_gradient", f"G[j](t) = sum[k](ell1[k](h[k](t))*s[k,j]*{PRE})/n", "define"),
        Step("weight_gradient", "g[j,l](t) = sum[k](ell1[k](h[k](t))*a[j](t)*s[k,j]*x[k,l])/n", "define"),
    ),
    hypotheses=(
        Hypothesis("output_flow", "da[j](t) = -G[j](t)", "gradient flow of the outer layer"),
        Hypothesis("weight_flow", "dw[j,l](t) = -g[j,l](t)", "gradient flow of the inner layer"),
    ),
    steps=(
        Step(
            "output_speed",
            f"dh[k](t) = sum[j](da[j](t)*s[k,j]*{PRE} + a[j](t)*s[k,j]*sum[l](dw[j,l](t)*x[k,l]))",
            "derivative",
            ("outputs",),
            "t",
        ),
        Step("loss_speed", "dL(t) = sum[k](ell1[k](h[k](t))*dh[k](t))/n", "derivative", ("loss",), "t"),
        Step(
            "chain",
            "dL(t) = sum[j](da[j](t)*G[j](t) + sum[l](dw[j,l](t)*g[j,l](t)))",
            by="#loss_speed + sum[k](ell1[k](h[k](t))*#output_speed)/n"
            " - sum[j](da[j](t)*#output_gradient + sum[l](dw[j,l](t)*#weight_gradient))",
        ),
        Step(
            "homogeneous",
            "a[j](t)*G[j](t) = sum[l](w[j,l](t)*g[j,l](t))",
            by="a[j](t)*#output_gradient - sum[l](w[j,l](t)*#weight_gradient)",
        ),
        Step(
            "descent",
            "dL(t) = -sum[j](G[j](t)**2 + sum[l](g[j,l](t)**2))",
            by="#chain + sum[j](G[j](t)*#output_flow + sum[l](g[j,l](t)*#weight_flow))",
        ),
    ),
    goals=(
        Goal("gradient", "dL(t) = sum[j](da[j](t)*G[j](t) + sum[l](dw[j,l](t)*g[j,l](t)))", "chain", ()),
        Goal("homogeneous", "a[j](t)*G[j](t) = sum[l](w[j,l](t)*g[j,l](t))", "homogeneous", ()),
        Goal(
            "descent",
            "dL(t) = -sum[j](G[j](t)**2 + sum[l](g[j,l](t)**2))",
            "descent",
            ("output_flow", "weight_flow"),
        ),
    ),
    not_checked=("that the slopes are constant as long as no preactivation vanishes",),
)

r"""Early alignment: while outputs are small every neuron follows its alignment vector, and stops at extremal ones.

**Setting.** Squared loss $\tfrac1{2n}\sum_k(h_k - y_k)^2$, $\dot a_j = -\tfrac1n\sum_k(h_k - y_k)s_{kj}\langle w_j,
x_k\rangle$, $\dot w_j = -\tfrac1n\sum_k(h_k - y_k)a_js_{kj}x_k$, with slopes $s_{kj}^2 \le 1$; $D_j = \tfrac1n\sum_k
s_{kj}y_kx_k$. For a vector W: $G(W) = \tfrac1n\sum_ky_k(\langle W, x_k\rangle)_+$, $D(W)$ its alignment vector.

**Statement.** $\dot w_j = a_j(D_j - R_j)$ and $\dot a_j = \langle w_j, D_j - R_j\rangle$ with $\|R_j\|^2 \le
\tfrac1n\sum_kh_k^2\cdot\tfrac1n\sum_k\|x_k\|^2$; with zero outputs $\dot w_j = a_jD_j$ and $\dot a_j = \langle w_j,
D_j\rangle$. $G(W + U) - G(W) = \langle U, D(W)\rangle$ as long as the active samples stay the same. For $\|W\| = 1$
the part of a vector E tangent to the sphere is $E - \langle W, E\rangle W$; it vanishes exactly if E is a multiple of
W, and then $\langle W, E\rangle^2 = \|E\|^2$ and $\|E\|^2W = \langle W, E\rangle E$: E = 0 or $W = \pm E/\|E\|$.

**Assumptions.** As stated.

**Source.** Boursier, Flammarion, arXiv 2410.02348 [PAPER: early alignment; formulas RECALL], derived here.

**What is checked.** Every step for all n, m, d. **What is not.** How long the outputs stay small.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PRE = "sum[l](w[j,l](t)*x[k,l])"
AT_W = "sum[l](W[l]*x[k,l])"
AT_SUM = "sum[l]((W[l] + U[l])*x[k,l])"
FLOW = ("output_flow", "weight_flow")

PROOF = Proof(
    key="boursier2024.early_alignment",
    title="Early alignment: the flow at small outputs, and extremal vectors as critical points on the sphere",
    source="arXiv 2410.02348 [PAPER: early alignment; formulas RECALL], derived",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("h", ("n", "T")),
        Symbol("s", ("n", "m", "T")),
        Symbol("a", ("m", "T")),
        Symbol("da", ("m", "T"), latex=r"\dot a"),
        Symbol("w", ("m", "d", "T")),
        Symbol("dw", ("m", "d", "T"), latex=r"\dot w"),
        Symbol("D", ("m", "d", "T")),
        Symbol("R", ("m", "d", "T")),
        Symbol("o", (), "T", latex="t_0"),
        Symbol("W", ("d",)),
        Symbol("U", ("d",)),
        Symbol("E", ("d",)),
        Symbol("F", ("d",), latex="D(W)"),
        Symbol("tangent", ("d",), latex="T"),
        Symbol("q"),
        Symbol("c"),
    ),
    variables=(
        Symbol("k", (), "n"),
        Symbol("i", (), "n"),
        Symbol("j", (), "m"),
        Symbol("l", (), "d"),
        Symbol("t", (), "T"),
        Symbol("u"),
    ),
    definitions=(
        Step("alignment", "D[j,l](t) = sum[k](s[k,j](t)*y[k]*x[k,l])/n", "define"),
        Step("remainder", "R[j,l](t) = sum[k](h[k](t)*s[k,j](t)*x[k,l])/n", "define"),
        Step("at_point", f"F[l] = sum[k](step({AT_W})*y[k]*x[k,l])/n", "define"),
        Step("component", "q = sum[l](W[l]*E[l])", "define"),
        Step("along_sphere", "tangent[l] = E[l] - q*W[l]", "define"),
    ),
    hypotheses=(
        Hypothesis("output_flow", f"da[j](t) = -sum[k]((h[k](t) - y[k])*s[k,j](t)*{PRE})/n", "outer layer"),
        Hypothesis("weight_flow", "dw[j,l](t) = -sum[k]((h[k](t) - y[k])*a[j](t)*s[k,j](t)*x[k,l])/n", "inner layer"),
        Hypothesis("slopes", "s[k,j](t)**2 <= 1", "slopes of a (leaky) ReLU"),
        Hypothesis("no_output", "h[k](o) = 0", "the outputs vanish at time t_0"),
        Hypothesis("same_pattern", f"step({AT_SUM}) = step({AT_W})", "moving by U keeps the active samples"),
        Hypothesis("unit", "sum[l](W[l]**2) = 1", "W is on the sphere"),
        Hypothesis("critical", "tangent[l] = 0", "and critical"),
        Hypothesis("parallel", "E[l] = c*W[l]", "E is a multiple of W"),
    ),
    steps=(
        Step(
            "weights",
            "dw[j,l](t) = a[j](t)*(D[j,l](t) - R[j,l](t))",
            by="#weight_flow - a[j](t)*(#alignment - #remainder)",
        ),
        Step(
            "output",
            "da[j](t) = sum[l](w[j,l](t)*(D[j,l](t) - R[j,l](t)))",
            by="#output_flow - sum[l](w[j,l](t)*(#alignment - #remainder))",
        ),
        Step(
            "small",
            "sum[l](R[j,l](t)**2) <= sum[k](h[k](t)**2)/n*(sum[k,l](x[k,l]**2)/n)",
            by="sum[k,i,l]((h[k](t)*s[i,j](t)*x[i,l] - h[i](t)*s[k,j](t)*x[k,l])**2)/2/n**2"
            " + sum[k](h[k](t)**2)*sum[k,l](x[k,l]**2*#slopes)/n**2"
            " - sum[l]((R[j,l](t) + sum[k](h[k](t)*s[k,j](t)*x[k,l])/n)*#remainder)",
        ),
        Step("no_remainder", "R[j,l](o) = 0", by="#remainder(t=o) + sum[k](s[k,j](o)*x[k,l]*#no_output)/n"),
        Step("weights_start", "dw[j,l](o) = a[j](o)*D[j,l](o)", by="#weights(t=o) - a[j](o)*#no_remainder"),
        Step(
            "output_start",
            "da[j](o) = sum[l](w[j,l](o)*D[j,l](o))",
            by="#output(t=o) - sum[l](w[j,l](o)*#no_remainder)",
        ),
        # The alignment vector is the gradient of the alignment function.
        Step("part", "relu(u) = step(u)*u", "positive_part", by="u"),
        Step(
            "slope",
            f"sum[k](y[k]*relu({AT_SUM}))/n - sum[k](y[k]*relu({AT_W}))/n = sum[l](U[l]*F[l])",
            by=f"sum[k](y[k]*(#part(u={AT_SUM}) + {AT_SUM}*#same_pattern - #part(u={AT_W})))/n"
            " - sum[l](U[l]*#at_point)",
        ),
        Step(
            "euler",
            f"sum[k](y[k]*relu({AT_W}))/n = sum[l](W[l]*F[l])",
            by=f"sum[k](y[k]*#part(u={AT_W}))/n - sum[l](W[l]*#at_point)",
        ),
        # Critical points on the sphere.
        Step(
            "tangent_norm",
            "sum[l](tangent[l]**2) = sum[l](E[l]**2) - q**2",
            by="sum[l]((tangent[l] + E[l] - q*W[l])*#along_sphere) + q**2*#unit + 2*q*#component",
        ),
        Step("multiple", "E[l] = q*W[l]", by="#critical - #along_sphere"),
        Step("length", "q**2 = sum[l](E[l]**2)", by="-#tangent_norm + sum[l](tangent[l]*#critical)"),
        Step("direction", "sum[l](E[l]**2)*W[l] = q*E[l]", by="-W[l]*#length - q*#multiple"),
        Step("factor", "q = c", by="#component + sum[l](W[l]*#parallel) + c*#unit"),
        Step("still", "tangent[l] = 0", by="#along_sphere + #parallel - W[l]*#factor"),
    ),
    goals=(
        Goal("weights", "dw[j,l](t) = a[j](t)*(D[j,l](t) - R[j,l](t))", "weights", ("weight_flow",)),
        Goal("output", "da[j](t) = sum[l](w[j,l](t)*(D[j,l](t) - R[j,l](t)))", "output", ("output_flow",)),
        Goal(
            "small remainder",
            "sum[l](R[j,l](t)**2) <= sum[k](h[k](t)**2)/n*(sum[k,l](x[k,l]**2)/n)",
            "small",
            ("slopes",),
        ),
        Goal(
            "weights at zero output",
            "dw[j,l](o) = a[j](o)*D[j,l](o)",
            "weights_start",
            ("weight_flow", "no_output"),
        ),
        Goal(
            "output at zero output",
            "da[j](o) = sum[l](w[j,l](o)*D[j,l](o))",
            "output_start",
            ("output_flow", "no_output"),
        ),
        Goal(
            "gradient",
            f"sum[k](y[k]*relu({AT_SUM}))/n - sum[k](y[k]*relu({AT_W}))/n = sum[l](U[l]*F[l])",
            "slope",
            ("same_pattern",),
            "D(W) is the gradient of G in each cell",
        ),
        Goal("value", f"sum[k](y[k]*relu({AT_W}))/n = sum[l](W[l]*F[l])", "euler", ()),
        Goal("critical means extremal", "E[l] = q*W[l]", "multiple", ("critical",)),
        Goal("direction", "sum[l](E[l]**2)*W[l] = q*E[l]", "direction", ("unit", "critical")),
        Goal("length", "q**2 = sum[l](E[l]**2)", "length", ("unit", "critical")),
        Goal("extremal means critical", "tangent[l] = 0", "still", ("unit", "parallel")),
    ),
    not_checked=("how long the outputs stay small",),
)

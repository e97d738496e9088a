r"""Gradient descent moves every neuron inside the span of the data, with coefficients that obey a one-step recursion.

**Setting.** The neurons of sign s (s = 1 or s = -1, output weights s/m), fixed outputs, any loss with derivative
$-g_i(t)$ at the margin $y_if(x_i)$ at step t, any steps $\eta(t)$, $\sigma'(z) = \gamma$ for $z \le 0$ and 1 for
$z > 0$. One step of gradient descent is
$w_r(t+1) = w_r(t) + \frac{s\eta(t)}{nm}\sum_ig_i(t)y_i\sigma'(w_r(t)\cdot x_i)x_i$.

**Statement.** With $\rho_{ri}(0) = 0$ and $\rho_{ri}(t+1) = \rho_{ri}(t) +
\frac{\eta(t)}{nm}g_i(t)\sigma'(w_r(t)\cdot x_i)\|x_i\|^2$, for all t: $w_r(t) = w_r(0) +
s\sum_iy_i\rho_{ri}(t)x_i/\|x_i\|^2$. So preactivations depend on the Gram matrix and the start only, and what is
orthogonal to the data stays. For a decreasing loss and $0 \le \gamma \le 1$ no coefficient ever falls.

**Assumptions.** No input is zero; for the last part $g_i, \eta \ge 0$ and $0 \le \gamma \le 1$.

**Source.** Kou, Chen, Gu, NeurIPS 2023, arXiv 2310.18935, the decomposition of the weights [RECALL]; these steps
[DERIVED].

**What is checked.** Every step, for all n, m, d and t. **What is not.** That the step is the chain rule away from the
kinks of the activation.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

DESCENT = shared_steps(__file__, "descent")
SHARE = "eta(k)/(n*m)*g[i](k)*a[r,i](k)"
RATE = f"c[r,i](k); 0; c[r,i](k) + {SHARE}"
DECOMPOSED = "w[r,l](k) = w0[r,l] + s*sum[i](y[i]*rho[r,i](k)*x[i,l]/nu[i])"
GROWN = ("slope_sign", "slope_below", "decreasing", "forward")


def combined(k: str) -> str:
    """The weights at step k as a combination."""
    return f"w[r,l]({k}) = w0[r,l] + s*sum[i](y[i]*c[r,i]({k})*x[i,l])"


PROOF = Proof(
    key="kou2023.decomposition",
    title="Every neuron moves in the span of the data",
    source="arXiv 2310.18935, decomposition of the weights [RECALL]; steps [DERIVED]",
    indices=("n", "m", "d"),
    symbols=(
        *DESCENT.SYMBOLS,
        DESCENT.GRAM,
        Symbol("nu", ("n",), latex=r"\nu"),
        Symbol("rho", ("m", "n", "N"), latex=r"\rho"),
        Symbol("c", ("m", "n", "N")),
        Symbol("o", ("d",)),
        Symbol("n0", (), "N", latex="t_0"),
    ),
    variables=(*DESCENT.VARIABLES, Symbol("p", ("d",))),
    definitions=(
        DESCENT.START,
        DESCENT.NEXT,
        DESCENT.PREACTIVATIONS,
        DESCENT.SLOPES,
        DESCENT.GRAM_MATRIX,
        Step("norm", "nu[i] = sum[l](x[i,l]**2)", "define"),
        Step("none_yet", "c[r,i](0) = 0", "recursion", by=RATE),
        Step("more", f"c[r,i](k + 1) = c[r,i](k) + {SHARE}", "recursion", by=RATE),
        Step("coefficient", "rho[r,i](k) = nu[i]*c[r,i](k)", "define"),
    ),
    hypotheses=(
        Hypothesis("nonzero", "nu[i] != 0", "no input is zero"),
        *DESCENT.LEAKY,
        Hypothesis("decreasing", "g[i](k) >= 0", "the loss does not grow with the margin"),
        Hypothesis("forward", "eta(k) >= 0", "steps go downhill"),
    ),
    steps=(
        *DESCENT.MOVED,
        Step("base", combined("0"), by="#start - s*sum[i](y[i]*x[i,l]*#none_yet)"),
        Step("here", combined("n0"), "suppose", by="n0"),
        Step(
            "after",
            combined("n0 + 1"),
            by="#here + #moved(k = n0) - s*sum[i](y[i]*x[i,l]*#more(k = n0))",
        ),
        Step(
            "inductive", f"all[r,l]({combined('k')}) => {combined('k + 1')}", "discharge", ("after", "here"), "n0 = k"
        ),
        Step("in_span", combined("k"), "induction", ("base", "inductive"), "k"),
        Step(
            "decomposed",
            DECOMPOSED,
            uses=("nonzero",),
            by="#in_span - s*sum[i](y[i]*x[i,l]/nu[i]*#coefficient)",
        ),
        Step("no_coefficients", "rho[r,i](0) = 0", by="#coefficient(k = 0) + nu[i]*#none_yet"),
        Step(
            "coefficients",
            f"rho[r,i](k + 1) = rho[r,i](k) + {SHARE}*nu[i]",
            by="#coefficient(k = k + 1) - #coefficient + nu[i]*#more",
        ),
        Step(
            "in_coordinates",
            "u[r,q](k) = u[r,q](0) + s*sum[i](y[i]*rho[r,i](k)*Q[i,q]/nu[i])",
            uses=("nonzero",),
            by="#preactivation(i = q) - #preactivation(i = q, k = 0) + sum[l](x[q,l]*(#decomposed - #start))"
            " - s*sum[i](y[i]*rho[r,i](k)/nu[i]*#gram)",
        ),
        Step("beside", "sum[l](x[i,l]*o[l]) = 0", "suppose", by="o"),
        Step(
            "still_here",
            "sum[l](w[r,l](k)*o[l]) = sum[l](w0[r,l]*o[l])",
            by="sum[l](o[l]*#in_span) + s*sum[i](y[i]*c[r,i](k)*#beside)",
        ),
        Step(
            "still",
            "all[i](sum[l](x[i,l]*p[l]) = 0) => sum[l](w[r,l](k)*p[l]) = sum[l](w0[r,l]*p[l])",
            "discharge",
            ("still_here", "beside"),
            "o = p",
        ),
        *DESCENT.ACTIVE[:2],
        Step("length", "nu[i] >= 0", by="#norm + sum[l](x[i,l]**2)"),
        Step(
            "growing",
            "rho[r,i](k + 1) >= rho[r,i](k)",
            by="#coefficients + #forward*#decreasing*(#slope_least + #slope_sign)*#length/(n*m)",
        ),
    ),
    goals=(
        Goal("decomposition", DECOMPOSED, "decomposed", ("nonzero",), "W(t) - W(0) lies in the span of the data"),
        Goal("start of the coefficients", "rho[r,i](0) = 0", "no_coefficients", ()),
        Goal("next coefficients", f"rho[r,i](k + 1) = rho[r,i](k) + {SHARE}*nu[i]", "coefficients", ()),
        Goal(
            "sample coordinates",
            "u[r,q](k) = u[r,q](0) + s*sum[i](y[i]*rho[r,i](k)*Q[i,q]/nu[i])",
            "in_coordinates",
            ("nonzero",),
            "preactivations see the data through their Gram matrix only",
        ),
        Goal(
            "orthogonal parts stay",
            "all[i](sum[l](x[i,l]*p[l]) = 0) => sum[l](w[r,l](k)*p[l]) = sum[l](w0[r,l]*p[l])",
            "still",
            (),
        ),
        Goal("coefficients grow", "rho[r,i](k + 1) >= rho[r,i](k)", "growing", GROWN),
    ),
    not_checked=("that the step is the chain rule away from the kinks of the activation",),
)

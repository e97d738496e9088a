r"""Once all neurons have the labels as their activation pattern, they keep it while no loss derivative dominates.

**Setting.** The neurons of sign s of a two-layer (leaky) ReLU network under gradient descent (kou2023/decomposition),
any loss with derivatives $-g_i(t) \le 0$ and any steps $\eta(t) \ge 0$; to speak of finitely many steps, let the others
be zero. $R^2 \le \|x_i\|^2$, $|\langle x_i, x_k\rangle| \le p$ for $i \ne k$.

**Statement.** At any time and for any pattern
$nm\,sy_k(u_{rk}(t+1) - u_{rk}(t)) \ge \eta(t)(\gamma R^2g_k(t) - p\sum_{i \ne k}g_i(t))$. If
$sy_ku_{rk}(0) > 0$ for all r and k, and $(n-1)pg_i(t) \le \gamma R^2g_k(t)$ for all i, k and all t with
$\eta(t) > 0$ (that is, $\max g/\min g \le \gamma R^2/((n-1)p)$), then $sy_ku_{rk}(t) \ge sy_ku_{rk}(0) > 0$ for all t,
and every neuron has the slope $\frac{1+\gamma}2 + sy_i\frac{1-\gamma}2$ at $x_i$.

**Assumptions.** Those above; $0 \le \gamma \le 1$; labels $\pm1$.

**Source.** Kou, Chen, Gu, NeurIPS 2023, arXiv 2310.18935, the activation pattern [RECALL]; these conditions [DERIVED].

**What is checked.** Every step, for all n, m, d and t. **What is not.** That the derivatives stay in proportion.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

DESCENT = shared_steps(__file__, "descent")
OTHERS = "sum[i]((1 - delta[i,q])*g[i](k))"
GROWTH = f"n*m*s*y[q]*(u[r,q](k + 1) - u[r,q](k)) >= eta(k)*(gamma*R2*g[q](k) - p*{OTHERS})"
KEPT = "s*y[q]*u[r,q](k) >= s*y[q]*u[r,q](0)"
ANY = ("labels", "sign", "slope_sign", "slope_below", "norms", "pairs", "decreasing", "forward")
ALL = (*ANY, "aligned", "ratio")

PROOF = Proof(
    key="kou2023.persistence",
    title="The activation pattern of the labels stays while no loss derivative dominates",
    source="arXiv 2310.18935, activation pattern [RECALL]; conditions [DERIVED]",
    indices=("n", "m", "d"),
    symbols=(
        *DESCENT.SYMBOLS,
        DESCENT.GRAM,
        Symbol("R2", latex="R^2"),
        Symbol("p"),
        Symbol("top", ("N",), "n"),
        Symbol("n0", (), "N", latex="t_0"),
    ),
    variables=DESCENT.VARIABLES,
    definitions=(
        DESCENT.NEXT,
        DESCENT.PREACTIVATIONS,
        DESCENT.SLOPES,
        DESCENT.GRAM_MATRIX,
    ),
    hypotheses=(
        DESCENT.LABELS,
        DESCENT.SIGN,
        *DESCENT.LEAKY,
        *DESCENT.NEARLY_ORTHOGONAL,
        Hypothesis("decreasing", "g[i](k) >= 0", "the loss does not grow with the margin"),
        Hypothesis("forward", "eta(k) >= 0", "steps go downhill"),
        Hypothesis("aligned", "s*y[q]*u[r,q](0) > 0", "the pattern is that of the labels at the start"),
        Hypothesis(
            "ratio",
            "eta(k)*(gamma*R2*g[q](k) - (n - 1)*p*g[i](k)) >= 0",
            "while steps are taken, no loss derivative exceeds another by more than gamma R^2/((n - 1) p)",
        ),
    ),
    steps=(
        *DESCENT.MOVED,
        *DESCENT.ACTIVE,
        *DESCENT.DOMINATED,
        Step(
            "change",
            "n*m*(u[r,q](k + 1) - u[r,q](k)) = s*eta(k)*sum[i](g[i](k)*y[i]*a[r,i](k)*Q[i,q])",
            by="n*m*(#preactivation(i = q, k = k + 1) - #preactivation(i = q) + sum[l](x[q,l]*#moved))"
            " - s*eta(k)*sum[i](g[i](k)*y[i]*a[r,i](k)*#gram)",
        ),
        Step(
            "own",
            "a[r,q](k)*Q[q,q] >= gamma*R2",
            by="#slope_least(i = q)*#square_length(i = q) + #slope_sign*#norms(i = q)",
        ),
        Step(
            "foreign",
            "(1 - delta[i,q])*g[i](k)*(p + a[r,i](k)*y[i]*y[q]*Q[i,q]) >= 0",
            "kronecker",
            (),
            "#decreasing*(#slope_least + #slope_sign)*#other + #decreasing*#slope_most*#pair_sign*(1 - delta[i,q])**2",
        ),
        Step(
            "growth",
            GROWTH,
            "kronecker",
            (),
            "s*y[q]*#change + eta(k)*sum[i](g[i](k)*a[r,i](k)*y[i]*y[q]*Q[i,q])*#sign"
            " + #forward*#decreasing(i = q)*#own + #forward*sum[i](#foreign)"
            " + eta(k)*g[q](k)*a[r,q](k)*Q[q,q]*#labels(i = q)",
        ),
        Step("largest", "g[i](k) <= g[top(k)](k)", "maximum_attained", by="top(k); g[i](k); i"),
        Step(
            "together",
            f"eta(k)*p*{OTHERS} <= eta(k)*gamma*R2*g[q](k)",
            "kronecker",
            (),
            "#ratio(i = top(k)) + #forward*#pair_sign*sum[i]((1 - delta[i,q])**2*#largest)",
        ),
        Step("gain_scaled", "n*m*(s*y[q]*(u[r,q](k + 1) - u[r,q](k))) >= 0", by="#growth + #together"),
        Step("gain", "s*y[q]*(u[r,q](k + 1) - u[r,q](k)) >= 0", "cancel", ("gain_scaled",), "n*m"),
        Step("base", KEPT.replace("(k)", "(0)")),
        Step("here", KEPT.replace("(k)", "(n0)"), "suppose", by="n0"),
        Step("after", KEPT.replace("(k)", "(n0 + 1)"), by="#here + #gain(k = n0)"),
        Step(
            "inductive",
            f"all[r,q]({KEPT}) => {KEPT.replace('(k)', '(k + 1)')}",
            "discharge",
            ("after", "here"),
            "n0 = k",
        ),
        Step("kept", KEPT, "induction", ("base", "inductive"), "k"),
        Step("pattern", "s*y[q]*u[r,q](k) > 0", by="#kept + #aligned"),
        *DESCENT.PATTERN,
    ),
    goals=(
        Goal("growth", GROWTH, "growth", ANY, "one step, at any time and for any pattern"),
        Goal("no retreat", KEPT, "kept", tuple(h for h in ALL if h != "aligned")),
        Goal("pattern", "s*y[q]*u[r,q](k) > 0", "pattern", ALL, "the pattern stays"),
        Goal("slopes", DESCENT.FROZEN, "frozen", ALL, "so all neurons of a sign have the same slopes"),
    ),
    not_checked=("that the derivatives stay in proportion",),
)

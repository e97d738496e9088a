r"""Logistic loss and orthogonal data: the margins solve $e^{q_i} + q_i = \kappa_it + \text{const}$, exactly.

**Setting.** Gradient flow on the logistic loss with a frozen pattern and orthogonal inputs: K (kou2023/kkt) is diagonal
and $\dot q_i = \kappa_i/(1 + e^{q_i})$ with $\kappa_i = cK_{ii}$; $\lambda_i = 1/K_{ii}$, so
$\kappa_i\lambda_i = c$.

**Statement.** For $t \ge t_0$, with $C_i = e^{q_i(t_0)} + q_i(t_0)$: $e^{q_i(t)} + q_i(t) = \kappa_i(t - t_0) + C_i$.
Hence $e^{q_i} \le \kappa_i(t - t_0) + e^{q_i(t_0)}$ and $e^{q_i} + 2e^{q_i/2} - 2 \ge \kappa_i(t - t_0) + C_i$:
$e^{q_i}/t \to \kappa_i$. For each two samples $\lambda_ie^{q_i} - \lambda_ke^{q_k} =
\lambda_i(C_i - q_i) - \lambda_k(C_k - q_k)$, which grows like log t only, so $q_i - q_k \to \log(\lambda_k/\lambda_i)$
and t times the sum of the losses tends to $\sum_i1/\kappa_i$.

**Assumptions.** $\kappa_i \ge 0$; the pattern is frozen.

**Source.** [DERIVED]; setting of Kou, Chen, Gu, arXiv 2310.18935.

**What is checked.** Every step, for all n. **What is not.** Discrete steps; that the flow exists for all times.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

START = "exp(q[i](o)) + q[i](o)"
EXACT = f"exp(q[i](t)) + q[i](t) = kappa[i]*(t - o) + {START}"


def of(i: str) -> str:
    """What is left of a sample's exponential beside the linear part."""
    return f"lam[{i}]*(exp(q[{i}](o)) + q[{i}](o) - q[{i}](t))"


PROOF = Proof(
    key="kou2023.orthogonal_margins",
    title="The margins of orthogonal data under the logistic loss",
    source="[DERIVED], setting of arXiv 2310.18935",
    indices=("n",),
    symbols=(
        Symbol("kappa", ("n",), latex=r"\kappa"),
        Symbol("lam", ("n",), latex=r"\lambda"),
        Symbol("c"),
        Symbol("q", ("n", "T"), "R", "dq"),
        Symbol("dq", ("n", "T"), latex=r"\dot q"),
        Symbol("F", ("n", "T"), "R", "dF"),
        Symbol("dF", ("n", "T"), latex=r"\dot F"),
        Symbol("o", (), "T", latex="t_0"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("k", (), "n"),
        Symbol("t", (), "T"),
        Symbol("u", (), "T"),
        Symbol("s"),
        Symbol("z"),
    ),
    definitions=(Step("invariant", "F[i](t) = exp(q[i](t)) + q[i](t) - kappa[i]*t", "define"),),
    hypotheses=(
        Hypothesis("flow", "dq[i](t)*(1 + exp(q[i](t))) = kappa[i]", "gradient flow on the logistic loss"),
        Hypothesis("forward", "kappa[i] >= 0", "the flow goes downhill"),
        Hypothesis("inverse", "kappa[i]*lam[i] = c", "the multipliers of a diagonal K"),
        Hypothesis("first_time", "t >= o", "o is the first time"),
    ),
    steps=(
        Step("speed", "dF[i](t) = exp(q[i](t))*dq[i](t) + dq[i](t) - kappa[i]", "derivative", ("invariant",), "t"),
        Step("still", "dF[i](t) = 0", by="#speed + #flow"),
        Step("turned", "-dF[i](t) = 0", by="#still"),
        Step("no_fall", "t <= u => F[i](t) <= F[i](u)", "increasing", ("still",), "F[i](t); t; u"),
        Step("no_rise", "t <= u => -F[i](t) <= -F[i](u)", "increasing", ("turned",), "-F[i](t); t; u"),
        Step("least", "F[i](o) <= F[i](t)", "apply", ("no_fall(t = o, u = t)", "first_time")),
        Step("most", "-F[i](o) <= -F[i](t)", "apply", ("no_rise(t = o, u = t)", "first_time")),
        Step("constant", "F[i](t) = F[i](o)", "antisymmetry", ("least", "most")),
        Step("exact", EXACT, by="#constant - #invariant + #invariant(t = o)"),
        Step("positive", "exp(s) > 0", "exponential", by="s"),
        Step("one", "exp(0) = 1", "exponential", by="0"),
        Step("tangent", "exp(s) >= exp(z) + exp(z)*(s - z) + 0*(s - z)**2", "tangent_line", ("positive",),
             "exp(s); s; z; 0"),
        Step("bernoulli", "exp(s) >= 1 + s", by="#tangent(z = 0) + (1 + s)*#one"),
        Step("speed_scaled", "(1 + exp(q[i](t)))*dq[i](t) >= 0", by="#flow + #forward"),
        Step("speed_sign", "dq[i](t) >= 0", "cancel", ("speed_scaled",), "1 + #positive(s = q[i](t))"),
        Step("rising", "t <= u => q[i](t) <= q[i](u)", "increasing", ("speed_sign",), "q[i](t); t; u"),
        Step("above_start", "q[i](o) <= q[i](t)", "apply", ("rising(t = o, u = t)", "first_time")),
        Step("upper", "exp(q[i](t)) <= kappa[i]*(t - o) + exp(q[i](o))", by="#above_start - #exact"),
        Step("halves", "exp(q[i](t)) = exp(q[i](t)/2)*exp(q[i](t)/2)", "exponential", by="q[i](t)/2; q[i](t)/2"),
        Step(
            "lower",
            f"exp(q[i](t)) + 2*exp(q[i](t)/2) - 2 >= kappa[i]*(t - o) + {START}",
            by="#exact + 2*#bernoulli(s = q[i](t)/2)",
        ),
        Step("scaled", f"lam[i]*exp(q[i](t)) = c*(t - o) + {of('i')}", by="lam[i]*#exact + (t - o)*#inverse"),
        Step(
            "pair",
            f"lam[i]*exp(q[i](t)) - lam[k]*exp(q[k](t)) = {of('i')} - {of('k')}",
            by="#scaled - #scaled(i = k)",
        ),
    ),
    goals=(
        Goal("exact", EXACT, "exact", ("flow", "first_time"), "every margin by an equation in closed form"),
        Goal(
            "upper bound",
            "exp(q[i](t)) <= kappa[i]*(t - o) + exp(q[i](o))",
            "upper",
            ("flow", "forward", "first_time"),
        ),
        Goal(
            "lower bound",
            f"exp(q[i](t)) + 2*exp(q[i](t)/2) - 2 >= kappa[i]*(t - o) + {START}",
            "lower",
            ("flow", "first_time"),
        ),
        Goal("squares", "exp(q[i](t)) = exp(q[i](t)/2)*exp(q[i](t)/2)", "halves", (), "read with the lower bound"),
        Goal(
            "scaled",
            f"lam[i]*exp(q[i](t)) = c*(t - o) + {of('i')}",
            "scaled",
            ("flow", "first_time", "inverse"),
        ),
        Goal(
            "pairs",
            f"lam[i]*exp(q[i](t)) - lam[k]*exp(q[k](t)) = {of('i')} - {of('k')}",
            "pair",
            ("flow", "first_time", "inverse"),
            "so the margins differ by the logarithm of the ratio of the multipliers in the limit",
        ),
    ),
    not_checked=("discrete steps", "that the flow exists for all times"),
)  # fmt: skip

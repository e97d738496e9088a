r"""The margins of the pattern's max-margin point are all equal if and only if $K^{-1}1 \ge 0$.

**Setting.** K as in kou2023/kkt, any widths. The minimiser of $\|W\|^2$ under margins $q_i \ge 1$ in the pattern of the
labels is told by its multipliers: $q = K\mu$, $\mu \ge 0$, $\mu_i(q_i - 1) = 0$. $\lambda$ solves $K\lambda = 1$.

**Statement.** If $\lambda \ge 0$, all margins are 1. If K is invertible and all margins are equal, then $\mu =
\lambda \ge 0$. So for invertible K the margins are equal exactly if no entry of $K^{-1}1$ is negative; and then they
are 1.

**Assumptions.** Those above.

**Source.** [DERIVED]; setting of Kou, Chen, Gu, arXiv 2310.18935.

**What is checked.** Every step, for all n, d and widths. **What is not.** That a minimiser under linear constraints
has multipliers.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

PATTERN = shared_steps(__file__, "pattern")
UNIQUE = "all[i](sum[k](K[i,k]*C[k]) = 0) => C[i] = 0"
KKT = ("minimiser", "multipliers", "feasible", "slack")
PLUS, MINUS = (f"sum[k]((mu[k] - lam[k])*y[k]*{s}[k]*x[k,l])" for s in "ce")
FORM = f"sum[l]({PLUS}**2)/P + sum[l]({MINUS}**2)/M"


def vanishes(name: str, vector: str, size: str) -> tuple[Step, ...]:
    """One of the two vectors whose squares add up to nothing."""
    total = f"sum[l]({vector}**2)"
    return (
        Step(f"{name}_squares", f"-{total} >= 0", "cancel", (f"{name}_scaled",), f"1/{size}"),
        Step(f"{name}_square", f"{vector}**2 >= 0", by=f"{vector}**2"),
        Step(f"{name}_one", f"{vector}**2 <= {total}", "term_of_sum", (f"{name}_square",), "l"),
        Step(f"{name}_small", f"{vector}**2 <= 0**2", by=f"#{name}_one + #{name}_squares"),
        Step(f"{name}_turned", f"(-{vector})**2 <= 0**2", by=f"#{name}_small"),
        Step(f"{name}_below", f"{vector} <= 0", "root_of_square", (f"{name}_small", "nothing"), f"{vector}; 0"),
        Step(f"{name}_above", f"-{vector} <= 0", "root_of_square", (f"{name}_turned", "nothing"), f"-{vector}; 0"),
        Step(f"{name}_zero", f"{vector} = 0", "antisymmetry", (f"{name}_below", f"{name}_above")),
    )


PROOF = Proof(
    key="kou2023.equal_margins",
    title="The margins are equal if and only if no entry of the solution is negative",
    source="[DERIVED], setting of arXiv 2310.18935",
    indices=("n", "d", "P", "M"),
    symbols=(
        *(s for s in PATTERN.SYMBOLS if s.name not in ("vp", "vm")),
        Symbol("mu", ("n",), latex=r"\mu"),
        Symbol("q", ("n",)),
        Symbol("o"),
        Symbol("j", (), "n"),
    ),
    variables=(*PATTERN.VARIABLES[:3], Symbol("C", ("n",)), Symbol("z")),
    definitions=(PATTERN.DEFINITIONS[2], PATTERN.DEFINITIONS[3]),
    hypotheses=(
        PATTERN.SOLVES,
        Hypothesis("minimiser", "q[i] = sum[k](K[i,k]*mu[k])", "the margins of the point with multipliers mu"),
        Hypothesis("multipliers", "mu[i] >= 0", "no multiplier is negative"),
        Hypothesis("feasible", "q[i] >= 1", "the margins are at least one"),
        Hypothesis("slack", "mu[i]*(q[i] - 1) = 0", "multipliers of other points are zero"),
        Hypothesis("invertible", UNIQUE, "K is invertible"),
    ),
    steps=(
        # all margins equal: then they are one, and the multipliers are lambda
        Step("equal", "q[i] = o", "suppose", by="o"),
        Step("positive", "o > 0", by="#feasible - #equal + 1"),
        Step(
            "excess_scaled",
            "o*(o - 1) = 0",
            by="sum[k](K[i,k]*(#slack(i = k) - mu[k]*#equal(i = k))) + (o - 1)*#minimiser - (o - 1)*#equal",
        ),
        Step("excess", "o - 1 = 0", "cancel", ("excess_scaled",), "#positive"),
        Step(
            "difference",
            "sum[k](K[i,k]*(mu[k] - lam[k])) = 0",
            by="#equal + #excess - #minimiser - #solves",
        ),
        Step("same", "mu[i] - lam[i] = 0", "apply", ("invertible(C[k] = mu[k] - lam[k])", "difference")),
        Step("sign_here", "lam[i] >= 0", by="#multipliers - #same"),
        Step("only_if", "all[i](q[i] = z) => lam[i] >= 0", "discharge", ("sign_here", "equal"), "o = z"),
        # no negative entry: the two points are the same
        Step("solution_sign", "lam[i] >= 0", "suppose"),
        Step(
            "form",
            f"-({FORM}) >= 0",
            by="sum[i](#solution_sign*#feasible) - sum[i](#slack) + sum[i]((mu[i] - lam[i])*(#minimiser + #solves))"
            " + sum[i,k]((mu[i] - lam[i])*(mu[k] - lam[k])*(#kernel + y[i]*y[k]*(c[i]*c[k]/P + e[i]*e[k]/M)*#gram))",
        ),
        Step("plus_scaled", f"-sum[l]({PLUS}**2)/P >= 0", by=f"#form + sum[l]({MINUS}**2)/M"),
        Step("minus_scaled", f"-sum[l]({MINUS}**2)/M >= 0", by=f"#form + sum[l]({PLUS}**2)/P"),
        Step("nothing", "0 >= 0"),
        *vanishes("plus", PLUS, "P"),
        *vanishes("minus", MINUS, "M"),
        Step(
            "margin_here",
            "q[i] = 1",
            by="#minimiser + #solves + sum[k]((mu[k] - lam[k])*(#kernel + y[i]*y[k]*(c[i]*c[k]/P + e[i]*e[k]/M)*#gram))"
            " + sum[l](y[i]*c[i]*x[i,l]*#plus_zero)/P + sum[l](y[i]*e[i]*x[i,l]*#minus_zero)/M",
        ),
        Step("if", "all[i](lam[i] >= 0) => q[i] = 1", "discharge", ("margin_here", "solution_sign")),
    ),
    goals=(
        Goal(
            "if",
            "all[i](lam[i] >= 0) => q[i] = 1",
            "if",
            ("solves", "minimiser", "feasible", "slack"),
            "without negative entries all margins are one",
        ),
        Goal(
            "only if",
            "all[i](q[i] = z) => lam[i] >= 0",
            "only_if",
            ("solves", *KKT, "invertible"),
            "equal margins leave no negative entry",
        ),
    ),
    not_checked=("that a minimiser under linear constraints has multipliers",),
)

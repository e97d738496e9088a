r"""Theorem 2 with an explicit depth: logits of smaller rank beat logits of larger rank, for all deep enough models.

**Setting.** Two matrices of logits, X of rank P with singular values $e^{u_j}$ and M of rank Q with singular values
$e^{t_i}$, M scaled so that in every column its margins are at least those of X. At the scale $\alpha > 0$ balanced
linear factors cost the fit plus $\mu\alpha^p$ times the sum of the p-th powers of the singular values, $p = 2/(L+1)$,
$\mu > 0$ (Schatten form).

**Statement.** With $t_i \le B$ and $u_j \ge -A$: for $p(A + B) < \log P - \log Q$, that is for
$L + 1 > 2(A + B)/(\log P - \log Q)$, the parameters for M cost strictly less than those for X at every $\alpha > 0$.

**Assumptions.** As stated; any number of classes and samples (columns).

**Source.** Garrod, Keating, arXiv 2410.23169, Theorem 2 [PAPER]; the depth [DERIVED].

**What is checked.** Every step for all sizes. **What is not.** The Schatten form of the penalty.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

LOGS = shared_steps(__file__, "logs")
ONE = "(alpha*M[c,i] - alpha*M[y[i],i])"
TWO = "(alpha*X[c,i] - alpha*X[y[i],i])"
LOW, HIGH = f"sum[c](exp({ONE}))", f"sum[c](exp({TWO}))"
SCALE = "exp(p*log(alpha))"

PROOF = Proof(
    key="garrod2024.thm2",
    title="Smaller rank beats larger rank from an explicit depth on",
    source="arXiv 2410.23169, Theorem 2 [PAPER]; depth [DERIVED]",
    indices=("C", "n", "Q", "P"),
    symbols=(
        Symbol("X", ("C", "n")),
        Symbol("M", ("C", "n")),
        Symbol("y", ("n",), "C"),
        Symbol("t", ("Q",)),
        Symbol("u", ("P",)),
        Symbol("low", latex=r"\mathcal L_M"),
        Symbol("high", latex=r"\mathcal L_X"),
        Symbol("alpha", latex=r"\alpha"),
        Symbol("mu", latex=r"\mu"),
        *(Symbol(name) for name in ("A", "B", "p")),
    ),
    variables=(
        Symbol("c", (), "C"),
        Symbol("i", (), "n"),
        Symbol("j", (), "Q"),
        Symbol("k", (), "P"),
        Symbol("s"),
        Symbol("q"),
    ),
    definitions=(
        Step("smaller_rank", f"low = sum[i](log({LOW}))/n + mu*{SCALE}*sum[j](exp(p*t[j]))", "define"),
        Step("larger_rank", f"high = sum[i](log({HIGH}))/n + mu*{SCALE}*sum[k](exp(p*u[k]))", "define"),
    ),
    hypotheses=(
        Hypothesis("margins", "M[y[i],i] - M[c,i] >= X[y[i],i] - X[c,i]", "the margins of M are no smaller"),
        Hypothesis("scale", "alpha > 0", "the logits are scaled by a positive number"),
        Hypothesis("reg", "mu > 0", "the penalty is positive"),
        Hypothesis("exponent", "p > 0", "p = 2/(L + 1)"),
        Hypothesis("bounded", "t[j] <= B", "the singular values of M are at most e^B"),
        Hypothesis("bounded_below", "u[k] >= -A", "the singular values of X are at least e^(-A)"),
        Hypothesis("deep", "p*(A + B) < log(P) - log(Q)", "the model is deep enough"),
    ),
    steps=(
        LOGS.POSITIVE,
        LOGS.INCREASING,
        LOGS.REFLECTS,
        # The fit.
        Step("gap", f"{ONE} <= {TWO}", by="#scale*#margins"),
        Step("entry", f"exp({ONE}) <= exp({TWO})", "apply", (f"exp_increasing(s={ONE}, q={TWO})", "gap")),
        Step("column", f"{LOW} <= {HIGH}", by="sum[c](#entry)"),
        Step("low_sign", f"{LOW} > 0", by=f"sum[c](#exp_sign(s={ONE}))"),
        Step("high_sign", f"{HIGH} > 0", by=f"sum[c](#exp_sign(s={TWO}))"),
        Step("low_log", f"exp(log({LOW})) = {LOW}", "logarithm", ("low_sign",), LOW),
        Step("high_log", f"exp(log({HIGH})) = {HIGH}", "logarithm", ("high_sign",), HIGH),
        Step("exps", f"exp(log({LOW})) <= exp(log({HIGH}))", by="#column - #low_log + #high_log"),
        Step("logs", f"log({LOW}) <= log({HIGH})", "apply", (f"exp_reflects(s=log({LOW}), q=log({HIGH}))", "exps")),
        # The penalty.
        Step("tangents", "exp(s) >= exp(q) + exp(q)*(s - q)", "tangent_line", ("exp_sign",), "exp(s); s; q; 0"),
        Step("small_power", "p*t[j] <= p*B", by="#exponent*#bounded"),
        Step("small", "exp(p*t[j]) <= exp(p*B)", "apply", ("exp_increasing(s=p*t[j], q=p*B)", "small_power")),
        Step("large_power", "-p*A <= p*u[k]", by="#exponent*#bounded_below"),
        Step("large", "exp(-p*A) <= exp(p*u[k])", "apply", ("exp_increasing(s=-p*A, q=p*u[k])", "large_power")),
        Step("ranks_low", "Q > 0", by="Q"),
        Step("ranks_high", "P > 0", by="P"),
        Step("rank_low", "exp(log(Q)) = Q", "logarithm", ("ranks_low",), "Q"),
        Step("rank_high", "exp(log(P)) = P", "logarithm", ("ranks_high",), "P"),
        Step("low_sum", "exp(log(Q) + p*B) = exp(log(Q))*exp(p*B)", "exponential", by="log(Q); p*B"),
        Step("high_sum", "exp(log(P) + (-p*A)) = exp(log(P))*exp(-p*A)", "exponential", by="log(P); -p*A"),
        Step(
            "ranks",
            "Q*exp(p*B) < P*exp(-p*A)",
            by="#tangents(s=log(P) - p*A, q=log(Q) + p*B) + #exp_sign(s=log(Q) + p*B)*#deep"
            " + #low_sum + exp(p*B)*#rank_low - #high_sum - exp(-p*A)*#rank_high",
        ),
        Step("powers", "sum[j](exp(p*t[j])) < sum[k](exp(p*u[k]))", by="sum[j](#small) + sum[k](#large) + #ranks"),
        Step(
            "less",
            "low < high",
            by="#larger_rank - #smaller_rank + sum[i](#logs)/n + #reg*#exp_sign(s=p*log(alpha))*#powers",
        ),
    ),
    goals=(
        Goal(
            "penalty",
            "sum[j](exp(p*t[j])) < sum[k](exp(p*u[k]))",
            "powers",
            ("exponent", "bounded", "bounded_below", "deep"),
        ),
        Goal(
            "less",
            "low < high",
            "less",
            ("margins", "scale", "reg", "exponent", "bounded", "bounded_below", "deep"),
            "the smaller rank costs less at every scale",
        ),
    ),
    not_checked=("that balanced factors cost the stated penalty (Schatten form)",),
)

r"""Margin differences tend to $\log(\lambda_k/\lambda_i)$, loss times time to a constant: exponential loss, any data.

**Setting.** Gradient flow on the exponential loss with a frozen pattern: $\dot q_i = c\sum_kK_{ik}e^{-q_k}$, K as in
kou2023/kkt ($c = 1/n$ with its normalisation), $K\lambda = 1$, $\lambda_i = e^{a_i} > 0$. The clock L is
$\log(ct + \text{const})$: $\dot L = ce^{-L}$. $r_i = q_i + a_i - L$ is the distance to the solution $q_i = L - a_i$.

**Statement.** $q_i = L - a_i$ solves the flow. For every other solution $V = \sum_i\lambda_i(e^{-r_i} - 1 + r_i) \ge 0$
falls: if $C^TKC \ge \kappa\|C\|^2$ and $\lambda_i \ge \ell > 0$, then for $t \ge t_0$ $V(t)e^{\alpha L(t)} \le
V(t_0)e^{\alpha L(t_0)}$ with $\alpha = \kappa\ell e^{-1-V(t_0)/\ell}$, so V falls like a power of the time.
$q_i - q_k = \log\lambda_k - \log\lambda_i + r_i - r_k$, and $e^L\sum_ie^{-q_i} = \sum_i\lambda_ie^{-r_i}$: as V
vanishes only where all r do, $q_i - q_k \to \log(\lambda_k/\lambda_i)$ and (time) x (sum of losses) x c tends to
$\sum_i\lambda_i$.

**Assumptions.** $\lambda > 0$; K is positive definite for the rate; the pattern is frozen.

**Source.** [DERIVED]; setting of Kou, Chen, Gu, arXiv 2310.18935, with the exponential loss, which the logistic loss
approaches for large margins.

**What is checked.** Every step, for all n and K. **What is not.** The logistic loss (kou2023/orthogonal_margins treats
it for orthogonal data), discrete steps, and that the flow exists for all times.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PHI = "(exp(-r[i](t)) - 1 + r[i](t))"
FLOW = ("flow", "clock", "solves")
FALLS = (*FLOW, "forward", "definite", "definite_sign")

PROOF = Proof(
    key="kou2023.limits",
    title="Limits of margin differences and of loss times time",
    source="[DERIVED], setting of arXiv 2310.18935 with the exponential loss",
    indices=("n",),
    symbols=(
        Symbol("K", ("n", "n")),
        Symbol("a", ("n",)),
        Symbol("c"),
        Symbol("q", ("n", "T"), "R", "dq"),
        Symbol("dq", ("n", "T"), latex=r"\dot q"),
        Symbol("L", ("T",), "R", "dL"),
        Symbol("dL", ("T",), latex=r"\dot L"),
        Symbol("r", ("n", "T"), "R", "dr"),
        Symbol("dr", ("n", "T"), latex=r"\dot r"),
        Symbol("V", ("T",), "R", "dV"),
        Symbol("dV", ("T",), latex=r"\dot V"),
        Symbol("p", ("n", "T"), "R", "dp", latex="q^*"),
        Symbol("dp", ("n", "T"), latex=r"\dot q^*"),
        Symbol("kappa", latex=r"\kappa"),
        Symbol("least", latex=r"\ell"),
        Symbol("deep", latex="B"),
        Symbol("alpha", latex=r"\alpha"),
        Symbol("o", (), "T", latex="t_0"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("k", (), "n"),
        Symbol("t", (), "T"),
        Symbol("u", (), "T"),
        Symbol("s"),
        Symbol("z"),
        Symbol("C", ("n",)),
    ),
    definitions=(
        Step("distance", "r[i](t) = q[i](t) + a[i] - L(t)", "define"),
        Step("energy", f"V(t) = sum[i](exp(a[i])*{PHI})", "define"),
        Step("special", "p[i](t) = L(t) - a[i]", "define"),
    ),
    hypotheses=(
        Hypothesis("flow", "dq[i](t) = c*sum[k](K[i,k]*exp(-q[k](t)))", "gradient flow with a frozen pattern"),
        Hypothesis("clock", "dL(t) = c*exp(-L(t))", "exp(L) runs at the speed c"),
        Hypothesis("solves", "sum[k](K[i,k]*exp(a[k])) = 1", "the multipliers exp(a) solve K lambda = 1"),
        Hypothesis("forward", "c >= 0", "the flow goes downhill"),
        Hypothesis(
            "definite",
            "sum[i,k](C[i]*K[i,k]*C[k]) >= kappa*sum[i](C[i]**2)",
            "K is positive definite",
        ),
        Hypothesis("definite_sign", "kappa >= 0", "with a constant that is not negative"),
        Hypothesis("multipliers", "exp(a[i]) >= least", "no multiplier is below a bound"),
        Hypothesis("multipliers_positive", "least > 0", "which is positive"),
        Hypothesis("first_time", "t >= o", "o is the first time"),
    ),
    steps=(
        Step("positive", "exp(s) > 0", "exponential", by="s"),
        Step("one", "exp(0) = 1", "exponential", by="0"),
        # the special solution
        Step("special_speed", "dp[i](t) = dL(t)", "derivative", ("special",), "t"),
        Step("special_same", "exp(-p[k](t)) = exp(a[k] - L(t))", "congruence", ("special(i = k)",)),
        Step("special_split", "exp(a[k] - L(t)) = exp(a[k])*exp(-L(t))", "exponential", by="a[k]; -L(t)"),
        Step(
            "solution",
            "dp[i](t) = c*sum[k](K[i,k]*exp(-p[k](t)))",
            by="#special_speed + #clock - c*sum[k](K[i,k]*(#special_same + #special_split)) - c*exp(-L(t))*#solves",
        ),
        # the distance to it
        Step("drift", "dr[i](t) = dq[i](t) - dL(t)", "derivative", ("distance",), "t"),
        Step("same", "exp(-q[k](t)) = exp(-r[k](t) + a[k] - L(t))", "congruence", ("distance(i = k)",)),
        Step("split", "exp(-r[k](t) + a[k] - L(t)) = exp(-r[k](t))*exp(a[k] - L(t))", "exponential",
             by="-r[k](t); a[k] - L(t)"),
        Step(
            "share",
            "exp(-q[k](t)) = exp(-r[k](t))*exp(a[k])*exp(-L(t))",
            by="#same + #split + exp(-r[k](t))*#special_split",
        ),
        Step(
            "moved",
            "dr[i](t) = c*exp(-L(t))*sum[k](K[i,k]*exp(a[k])*(exp(-r[k](t)) - 1))",
            by="#drift + #flow - #clock + c*sum[k](K[i,k]*#share) + c*exp(-L(t))*#solves",
        ),
        Step("speed", "dV(t) = sum[i](exp(a[i])*(1 - exp(-r[i](t)))*dr[i](t))", "derivative", ("energy",), "t"),
        Step(
            "falling",
            "-dV(t) >= c*exp(-L(t))*kappa*sum[i](exp(a[i])**2*(exp(-r[i](t)) - 1)**2)",
            by="-#speed + sum[i](exp(a[i])*(exp(-r[i](t)) - 1)*#moved)"
            " + #forward*#positive(s = -L(t))*#definite(C[i] = exp(a[i])*(exp(-r[i](t)) - 1))",
        ),
        Step(
            "falling_sign",
            "-dV(t) >= 0",
            by="#falling + #forward*#positive(s = -L(t))*#definite_sign*sum[i](exp(a[i])**2*(exp(-r[i](t)) - 1)**2)",
        ),
        Step("monotone", "t <= u => -V(t) <= -V(u)", "increasing", ("falling_sign",), "-V(t); t; u"),
        Step("below_start", "-V(o) <= -V(t)", "apply", ("monotone(t = o, u = t)", "first_time")),
        # every r is bounded, so that V falls at a rate
        Step("reflected", "exp(-s) > 0", "exponential", by="-s"),
        Step("tangent", "exp(-s) >= exp(-z) - exp(-z)*(s - z) + 0*(s - z)**2", "tangent_line", ("reflected",),
             "exp(-s); s; z; 0"),
        Step("bernoulli", "exp(-s) - 1 + s >= 0", by="#tangent(z = 0) + (1 - s)*#one"),
        Step("part", f"exp(a[i])*{PHI} >= 0", by="#positive(s = a[i])*#bernoulli(s = r[i](t))"),
        Step("part_below", f"exp(a[i])*{PHI} <= sum[i](exp(a[i])*{PHI})", "term_of_sum", ("part",), "i"),
        Step("energy_sign", "V(t) >= 0", by="#energy + sum[i](#part)"),
        Step("depth", "deep = 1 + V(o)/least", "define", ("multipliers_positive",)),
        Step(
            "reach_scaled",
            "least*(deep - r[i](t)) >= 0",
            by="least*#depth + #below_start + #part_below + #energy + #multipliers*#bernoulli(s = r[i](t))"
            " + #multipliers_positive*#reflected(s = r[i](t))",
        ),
        Step("reach", "-deep <= -r[i](t)", "cancel", ("reach_scaled",), "#multipliers_positive"),
        Step("order", "s <= z => exp(s) <= exp(z)", "increasing", ("positive",), "exp(s); s; z"),
        Step("floor", "exp(-deep) <= exp(-r[i](t))", "apply", ("order(s = -deep, z = -r[i](t))", "reach")),
        Step("inverse", "exp(0) = exp(-r[i](t))*exp(r[i](t))", "exponential", by="-r[i](t); r[i](t)"),
        Step(
            "curved",
            f"(exp(-r[i](t)) - 1)**2 >= exp(-r[i](t))*{PHI}",
            by="#reflected(s = r[i](t))*#bernoulli(s = -r[i](t)) + #inverse - #one",
        ),
        Step("exponent", "alpha = kappa*least*exp(-deep)", "define"),
        Step(
            "decay",
            "-dV(t) - alpha*dL(t)*V(t) >= 0",
            by="#falling + #forward*#positive(s = -L(t))*#definite_sign*sum[i](#positive(s = a[i])"
            "*(#multipliers*(exp(-r[i](t)) - 1)**2"
            " + #multipliers_positive*(#curved + #floor*#bernoulli(s = r[i](t)))))"
            " - c*exp(-L(t))*kappa*least*exp(-deep)*#energy - alpha*V(t)*#clock - c*exp(-L(t))*V(t)*#exponent",
        ),
        Step(
            "weighted",
            "-dV(t)*exp(alpha*L(t)) - V(t)*alpha*dL(t)*exp(alpha*L(t)) >= 0",
            by="#decay*#positive(s = alpha*L(t))",
        ),
        Step(
            "ordered",
            "t <= u => -V(t)*exp(alpha*L(t)) <= -V(u)*exp(alpha*L(u))",
            "increasing",
            ("weighted",),
            "-V(t)*exp(alpha*L(t)); t; u",
        ),
        Step(
            "rate",
            "V(t)*exp(alpha*L(t)) <= V(o)*exp(alpha*L(o))",
            "apply",
            ("ordered(t = o, u = t)", "first_time"),
        ),
        Step("contact", "exp(-s) = exp(-z) - exp(-z)*(s - z) => s = z", "tangent_contact", ("reflected",),
             "exp(-s); s; z"),
        Step(
            "differences",
            "q[i](t) - q[k](t) = a[k] - a[i] + r[i](t) - r[k](t)",
            by="#distance(i = k) - #distance",
        ),
        Step("whole", "exp(0) = exp(-L(t))*exp(L(t))", "exponential", by="-L(t); L(t)"),
        Step(
            "loss",
            "exp(L(t))*sum[k](exp(-q[k](t))) = sum[k](exp(a[k])*exp(-r[k](t)))",
            by="exp(L(t))*sum[k](#share) + sum[k](exp(a[k])*exp(-r[k](t)))*(#one - #whole)",
        ),
    ),
    goals=(
        Goal("special solution", "dp[i](t) = c*sum[k](K[i,k]*exp(-p[k](t)))", "solution", ("clock", "solves"),
             "margins L - log(lambda) solve the flow"),
        Goal("energy", "V(t) >= 0", "energy_sign", ()),
        Goal("monotone", "t <= u => -V(t) <= -V(u)", "monotone", FALLS, "no solution moves away from it"),
        Goal(
            "rate",
            "V(t)*exp(alpha*L(t)) <= V(o)*exp(alpha*L(o))",
            "rate",
            (*FALLS, "multipliers", "multipliers_positive", "first_time"),
            "every solution tends to it, like a power of the time",
        ),
        Goal("only there", "exp(-s) = exp(-z) - exp(-z)*(s - z) => s = z", "contact", (),
             "at z = 0: V vanishes only where every r does"),
        Goal("differences", "q[i](t) - q[k](t) = a[k] - a[i] + r[i](t) - r[k](t)", "differences", ()),
        Goal(
            "loss",
            "exp(L(t))*sum[k](exp(-q[k](t))) = sum[k](exp(a[k])*exp(-r[k](t)))",
            "loss",
            (),
            "time times loss tends to the sum of the multipliers",
        ),
    ),
    not_checked=("the logistic loss", "discrete steps", "that the flow exists for all times"),
)  # fmt: skip

r"""Orthogonally separable data: every active neuron turns towards its class, at a rate bounded below.

**Setting.** $y_iy_k\langle x_i, x_k\rangle \ge \mu R_iR_k$ with $R_i = \|x_i\| > 0$, $\mu > 0$. A neuron of a ReLU
network under gradient flow, $\dot w = a\sum_kq_ks_ky_kx_k$ with $q_k = |\ell_k'|/n > 0$ and slopes $s_k \ge 0$; c = 1
or -1 is the sign of a, $ca \ge 0$.

**Statement.** With $S = \sum_kq_ks_kR_k$ and $V = \sum_kq_ks_ky_kx_k$: $\tfrac{d}{dt}cy_i\langle w, x_i\rangle \ge
ca\mu R_iS \ge 0$ for **every** sample i, so a neuron never loses an active sample of its class nor gains one of the
other; it is positive as soon as some sample is active and $ca > 0$; and $\|V\|^2 \ge \mu S^2$, so no active neuron is
stationary before alignment. If $ca\mu q_ks_kR_k \ge \rho$ for one k, $cy_i\langle w, x_i\rangle$ grows by at least
$\rho R_i(r - t)$ from t to r: all preactivations have the right signs after a bounded time.

**Assumptions.** As stated.

**Source.** Min, Mallada, Vidal, arXiv 2307.12851 [PAPER: setting and alignment in bounded time; constants RECALL];
this form [DERIVED].

**What is checked.** Every step for all n, d. **What is not.** The time bound in terms of n and the initial scale.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

INNER = "sum[l](x[i,l]*x[k,l])"
PUSH = "c*y[i]*sum[l](dw[l](t)*x[i,l])"
HELD = "c*y[i]*sum[l](w[l]({})*x[i,l])"
ONE = "q[k](t)*s[k](t)*R[k]"
ALL = f"sum[k]({ONE})"
DATA = ("flow", "separable", "lengths", "correlation", "forces", "slopes", "own_sign")

PROOF = Proof(
    key="min2023.separable",
    title="Orthogonally separable data: every active neuron turns towards its class",
    source="arXiv 2307.12851 [PAPER: setting]; this form [DERIVED]",
    indices=("n", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("R", ("n",)),
        Symbol("mu", latex=r"\mu"),
        Symbol("q", ("n", "T")),
        Symbol("s", ("n", "T")),
        Symbol("a", ("T",)),
        Symbol("w", ("d", "T"), "R", "dw"),
        Symbol("dw", ("d", "T"), latex=r"\dot w"),
        Symbol("V", ("d", "T")),
        Symbol("c"),
        Symbol("rho", latex=r"\rho"),
        Symbol("k0", (), "n", latex="k"),
        Symbol("o", (), "T", latex="t_0"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("k", (), "n"),
        Symbol("l", (), "d"),
        Symbol("t", (), "T"),
        Symbol("r", (), "T"),
    ),
    definitions=(Step("force", "V[l](t) = sum[k](q[k](t)*s[k](t)*y[k]*x[k,l])", "define"),),
    hypotheses=(
        Hypothesis("flow", "dw[l](t) = a(t)*V[l](t)", "gradient flow"),
        Hypothesis("separable", f"y[i]*y[k]*{INNER} >= mu*R[i]*R[k]", "classes are orthogonally separable"),
        Hypothesis("lengths", "R[k] > 0", "lengths of the inputs"),
        Hypothesis("correlation", "mu > 0", "a positive correlation"),
        Hypothesis("forces", "q[k](t) > 0", "a decreasing loss of the margin"),
        Hypothesis("slopes", "s[k](t) >= 0", "an activation that does not decrease"),
        Hypothesis("own_sign", "c*a(t) >= 0", "the output has the sign c"),
        Hypothesis("output", "c*a(o) > 0", "and is not zero at time t_0"),
        Hypothesis("active", "s[k0](o) > 0", "when some sample is active"),
        Hypothesis("rate", "c*a(t)*mu*q[k0](t)*s[k0](t)*R[k0] >= rho", "one sample pushes at least by rho"),
    ),
    steps=(
        Step(
            "turning",
            f"{PUSH} >= c*a(t)*mu*R[i]*{ALL}",
            by="c*y[i]*sum[l](x[i,l]*(#flow + a(t)*#force)) + #own_sign*sum[k](#forces*#slopes*#separable)",
        ),
        Step("one_sign", f"{ONE} >= 0", by="#forces*#slopes*#lengths"),
        Step("rising", f"{PUSH} >= 0", by="#turning + #own_sign*#correlation*#lengths(k = i)*sum[k](#one_sign)"),
        Step(
            "kept",
            f"t <= r => {HELD.format('t')} <= {HELD.format('r')}",
            "increasing",
            ("rising",),
            f"{HELD.format('t')}; t; r",
        ),
        Step("one_force", f"{ONE} <= {ALL}", "term_of_sum", ("one_sign",), "k"),
        Step(
            "strict",
            f"{PUSH} > 0".replace("(t)", "(o)"),
            by="#turning(t = o) + #output*#correlation*#lengths(k = i)*(#one_force(k = k0, t = o)"
            " + #forces(k = k0, t = o)*#active*#lengths(k = k0))",
        ),
        Step(
            "long",
            f"sum[l](V[l](t)**2) >= mu*({ALL})**2",
            by="sum[l]((V[l](t) + sum[k](q[k](t)*s[k](t)*y[k]*x[k,l]))*#force)"
            " + sum[i,k](#forces*#slopes*#forces(k = i)*#slopes(k = i)*#separable)",
        ),
        Step(
            "speed",
            f"{PUSH} - rho*R[i] >= 0",
            by="#turning + #own_sign*#correlation*#lengths(k = i)*#one_force(k = k0) + #rate*#lengths(k = i)",
        ),
        Step(
            "grown",
            f"t <= r => {HELD.format('t')} - rho*R[i]*t <= {HELD.format('r')} - rho*R[i]*r",
            "increasing",
            ("speed",),
            f"{HELD.format('t')} - rho*R[i]*t; t; r",
        ),
    ),
    goals=(
        Goal(
            "turning",
            f"{PUSH} >= c*a(t)*mu*R[i]*{ALL}",
            "turning",
            ("flow", "separable", "forces", "slopes", "own_sign"),
        ),
        Goal("monotone", f"t <= r => {HELD.format('t')} <= {HELD.format('r')}", "kept", DATA),
        Goal("strict", f"{PUSH} > 0".replace("(t)", "(o)"), "strict", (*DATA, "output", "active")),
        Goal("long", f"sum[l](V[l](t)**2) >= mu*({ALL})**2", "long", ("separable", "forces", "slopes")),
        Goal(
            "bounded time",
            f"t <= r => {HELD.format('t')} - rho*R[i]*t <= {HELD.format('r')} - rho*R[i]*r",
            "grown",
            (*DATA, "rate"),
        ),
    ),
    not_checked=("the time bound in terms of the number of samples and the initial scale",),
)

r"""Balance: $a_j^2 - \|w_j\|^2$ is conserved, so the sign of an output that dominates at the start never changes.

**Setting.** Gradient flow of both layers, $\dot a_j = -\sum_kf_k\sigma_{kj}$, $\dot w_j = -\sum_kf_ka_js_{kj}x_k$,
for any forces $f_k$ (so for any loss), at any width; $\sigma_{kj} = s_{kj}\langle w_j, x_k\rangle$ (Euler's identity)
holds for every 1-homogeneous activation and every choice of slopes at the kink, which may change with time.

**Statement.** $N_j = a_j^2 - \|w_j\|^2$ is constant. If $N_j > 0$ at the start, $a_j(t)a_j(r) > 0$ for all times. If
$N_j \ge 0$, $a_j \ne 0$ at the start and $\|\sum_kf_ks_{kj}x_k\| \le B$ for all times, $a_j(t)^2 \ge
a_j(0)^2e^{-2Bt}$ and again the sign is kept. A step of gradient descent of size $\eta$ changes $N_j$ by exactly
$\eta^2(\dot a_j^2 - \|\dot w_j\|^2)$.

**Assumptions.** As stated.

**Source.** [DERIVED, standard], setting of Boursier, Flammarion, arXiv 2410.02348.

**What is checked.** Every step for all n, m, d. **What is not.** Times at which a slope jumps: there the velocity has
a jump, N is continuous and constant on both sides.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

FLOW = ("euler", "output_flow", "weight_flow")
PULL = "sum[l](w[j,l](t)*V[j,l](t))"

PROOF = Proof(
    key="boursier2024.conservation",
    title="Balance is conserved, and a dominating output keeps its sign",
    source="[DERIVED], setting of arXiv 2410.02348",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("f", ("n", "T")),
        Symbol("s", ("n", "m", "T")),
        Symbol("act", ("n", "m", "T"), latex=r"\sigma"),
        Symbol("a", ("m", "T"), "R", "da"),
        Symbol("da", ("m", "T"), latex=r"\dot a"),
        Symbol("w", ("m", "d", "T"), "R", "dw"),
        Symbol("dw", ("m", "d", "T"), latex=r"\dot w"),
        Symbol("N", ("m", "T"), "R", "dN"),
        Symbol("dN", ("m", "T"), latex=r"\dot N"),
        Symbol("V", ("m", "d", "T")),
        Symbol("na", ("m", "T"), latex="a^+"),
        Symbol("nw", ("m", "d", "T"), latex="w^+"),
        Symbol("eta", latex=r"\eta"),
        Symbol("B"),
        Symbol("o", (), "T", latex="t_0"),
    ),
    variables=(
        Symbol("k", (), "n"),
        Symbol("j", (), "m"),
        Symbol("l", (), "d"),
        Symbol("t", (), "T"),
        Symbol("r", (), "T"),
    ),
    definitions=(
        Step("balance", "N[j](t) = a[j](t)**2 - sum[l](w[j,l](t)**2)", "define"),
        Step("force", "V[j,l](t) = sum[k](f[k](t)*s[k,j](t)*x[k,l])", "define"),
        Step("next_output", "na[j](t) = a[j](t) + eta*da[j](t)", "define"),
        Step("next_weight", "nw[j,l](t) = w[j,l](t) + eta*dw[j,l](t)", "define"),
    ),
    hypotheses=(
        Hypothesis("euler", "act[k,j](t) = s[k,j](t)*sum[l](w[j,l](t)*x[k,l])", "the activation is 1-homogeneous"),
        Hypothesis("output_flow", "da[j](t) = -sum[k](f[k](t)*act[k,j](t))", "gradient flow of the outer layer"),
        Hypothesis(
            "weight_flow", "dw[j,l](t) = -sum[k](f[k](t)*a[j](t)*s[k,j](t)*x[k,l])", "gradient flow of the inner layer"
        ),
        Hypothesis("strict", "N[j](o) > 0", "the output dominates strictly at some time"),
        Hypothesis("start", "t >= o", "the flow starts at time o"),
        Hypothesis("dominates", "N[j](o) >= 0", "the output dominates, perhaps with equality"),
        Hypothesis("alive", "a[j](o) != 0", "and is not zero"),
        Hypothesis("positive_bound", "B > 0", "a bound"),
        Hypothesis("bounded", "sum[l](V[j,l](t)**2) <= B**2", "of the force on a neuron"),
    ),
    steps=(
        Step(
            "output_pull", f"da[j](t) = -{PULL}", by="#output_flow - sum[k](f[k](t)*#euler) + sum[l](w[j,l](t)*#force)"
        ),
        Step("weight_pull", "dw[j,l](t) = -a[j](t)*V[j,l](t)", by="#weight_flow + a[j](t)*#force"),
        Step(
            "speed", "dN[j](t) = 2*a[j](t)*da[j](t) - 2*sum[l](w[j,l](t)*dw[j,l](t))", "derivative", ("balance",), "t"
        ),
        Step(
            "still",
            "dN[j](t)*(t - r) = 0",
            by="(t - r)*(#speed + 2*a[j](t)*#output_pull - 2*sum[l](w[j,l](t)*#weight_pull))",
        ),
        Step("no_less", "N[j](t) >= N[j](r)", "valley", ("still",), "N[j](t); t; r"),
        Step("conserved", "N[j](t) = N[j](r)", "antisymmetry", ("no_less", "no_less(t = r, r = t)")),
        # Strict dominance.
        Step("square", "a[j](t)**2 > 0", by="#strict + #conserved(r = o) - #balance + sum[l](w[j,l](t)**2)"),
        Step("nonzero", "a[j](t) != 0", uses=("square",), by="a[j](t)"),
        Step("sign", "a[j](t)*a[j](r) > 0", "keeps_sign", ("nonzero",), "a[j](t); t; r"),
        # Dominance with equality, and a bound of the force.
        Step("larger", "a[j](t)**2 >= sum[l](w[j,l](t)**2)", by="#dominates + #conserved(r = o) - #balance"),
        Step(
            "slow_scaled",
            f"2*B*(B*a[j](t)**2 - a[j](t)*{PULL}) >= 0",
            by="sum[l]((B*w[j,l](t) - a[j](t)*V[j,l](t))**2) + B**2*#larger + a[j](t)**2*#bounded",
        ),
        Step("slow", f"B*a[j](t)**2 - a[j](t)*{PULL} >= 0", "cancel", ("slow_scaled", "positive_bound"), "2*B"),
        Step("decay_speed", "-2*a[j](t)*da[j](t) - 2*B*a[j](t)**2 <= 0", by="2*#slow + 2*a[j](t)*#output_pull"),
        Step(
            "decay",
            "r <= t => -a[j](t)**2 <= -a[j](r)**2*exp(-(2*B*(t - r)))",
            "gronwall",
            ("decay_speed",),
            "-a[j](t)**2; t; r; 2*B",
        ),
        Step("lower", "a[j](t)**2 >= a[j](o)**2*exp(-(2*B*(t - o)))", "apply", ("decay(r = o)", "start")),
        Step("factor", "exp(-(2*B*(t - o))) > 0", "exponential", by="-(2*B*(t - o))"),
        Step("square_start", "a[j](o)**2 > 0", uses=("alive",), by="a[j](o)**2"),
        Step("square_later", "a[j](t)**2 > 0", by="#lower + #square_start*#factor"),
        Step("nonzero_later", "a[j](t) != 0", uses=("square_later",), by="a[j](t)"),
        Step("sign_later", "a[j](t)*a[j](r) > 0", "keeps_sign", ("nonzero_later",), "a[j](t); t; r"),
        # Gradient descent.
        Step(
            "drift",
            "na[j](t)**2 - sum[l](nw[j,l](t)**2) - N[j](t) = eta**2*(da[j](t)**2 - sum[l](dw[j,l](t)**2))",
            by="(na[j](t) + a[j](t) + eta*da[j](t))*#next_output - #balance"
            " - sum[l]((nw[j,l](t) + w[j,l](t) + eta*dw[j,l](t))*#next_weight)"
            " + 2*eta*(a[j](t)*#output_pull - sum[l](w[j,l](t)*#weight_pull))",
        ),
    ),
    goals=(
        Goal("conserved", "N[j](t) = N[j](r)", "conserved", FLOW),
        Goal("sign", "a[j](t)*a[j](r) > 0", "sign", (*FLOW, "strict"), "a strictly dominating output keeps its sign"),
        Goal(
            "never zero",
            "a[j](t)**2 >= a[j](o)**2*exp(-(2*B*(t - o)))",
            "lower",
            (*FLOW, "start", "dominates", "positive_bound", "bounded"),
        ),
        Goal(
            "sign with equality",
            "a[j](t)*a[j](r) > 0",
            "sign_later",
            (*FLOW, "start", "dominates", "alive", "positive_bound", "bounded"),
            "so does one that is balanced",
        ),
        Goal(
            "drift of gradient descent",
            "na[j](t)**2 - sum[l](nw[j,l](t)**2) - N[j](t) = eta**2*(da[j](t)**2 - sum[l](dw[j,l](t)**2))",
            "drift",
            FLOW,
            "exactly, for any step size",
        ),
    ),
    not_checked=("that the flow is continuous where a slope jumps: N is constant on both sides of such a time",),
)

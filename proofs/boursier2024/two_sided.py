r"""Two-sided least squares is a stationary point of the both-layer loss, however it is split among neurons.

**Setting.** Samples split into two sides, $e_k = 1$ and $e_k = 0$; $\beta_+$, $\beta_-$ solve the normal equations of
their side. Network $h(x) = \sum_jv_j(\langle u_j\beta_+, x\rangle)_+ - \sum_qV_q(\langle-U_q\beta_-, x\rangle)_+$
with any $u_j, U_q > 0$ and $\sum_jv_ju_j = \sum_qV_qU_q = 1$; loss $L = \tfrac1{2n}\sum_k(h(x_k) - y_k)^2$.

**Statement.** If both $\langle\beta_\pm, x_k\rangle$ are positive where $e_k = 1$ and negative where $e_k = 0$, no
preactivation vanishes, $h(x_k) = \langle\beta_\pm, x_k\rangle$ on its side, all four blocks of the gradient vanish,
and $L = \tfrac1{2n}\sum_k(\langle\beta_\pm, x_k\rangle - y_k)^2$.

**Assumptions.** As stated; the pattern is asked of both $\beta_\pm$ on both sides.

**Source.** Boursier, Flammarion, arXiv 2410.02348, limit point [RECALL]; stationarity [DERIVED].

**What is checked.** Every step for all n, d and numbers of neurons. **What is not.** That the flow ends there.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

SIDES = shared_steps(__file__, "sides")
PLUS, MINUS = "sum[l](bp[l]*x[k,l])", "sum[l](bm[l]*x[k,l])"
FIT = f"e[k]*{PLUS} + (1 - e[k])*{MINUS}"
COST = f"sum[k](e[k]*({PLUS} - y[k])**2 + (1 - e[k])*({MINUS} - y[k])**2)/(2*n)"
NETWORK = ("side", "plus_pattern", "minus_pattern", "plus_size", "minus_size", "plus_total", "minus_total")

PROOF = Proof(
    key="boursier2024.two_sided",
    title="The two-sided least-squares network is stationary",
    source="arXiv 2410.02348 [RECALL]; stationarity [DERIVED]",
    indices=("n", "d", "P", "M"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("e", ("n",)),
        Symbol("bp", ("d",), latex=r"\beta_+"),
        Symbol("bm", ("d",), latex=r"\beta_-"),
        Symbol("u", ("P",)),
        Symbol("v", ("P",)),
        Symbol("U", ("M",)),
        Symbol("V", ("M",)),
        Symbol("zp", ("n", "P"), latex="z"),
        Symbol("zm", ("n", "M"), latex="Z"),
        Symbol("h", ("n",)),
        Symbol("Gp", ("P",), latex=r"\partial_vL"),
        Symbol("gp", ("P", "d"), latex=r"\partial_wL"),
        Symbol("Gm", ("M",), latex=r"\partial_VL"),
        Symbol("gm", ("M", "d"), latex=r"\partial_WL"),
        Symbol("L"),
    ),
    variables=(Symbol("k", (), "n"), Symbol("l", (), "d"), Symbol("j", (), "P"), Symbol("q", (), "M")),
    definitions=(
        Step("plus_input", "zp[k,j] = sum[l](u[j]*bp[l]*x[k,l])", "define"),
        Step("minus_input", "zm[k,q] = sum[l](-U[q]*bm[l]*x[k,l])", "define"),
        Step("network", "h[k] = sum[j](v[j]*relu(zp[k,j])) - sum[q](V[q]*relu(zm[k,q]))", "define"),
        Step("loss", "L = sum[k]((h[k] - y[k])**2)/(2*n)", "define"),
        Step("plus_output_gradient", "Gp[j] = sum[k]((h[k] - y[k])*relu(zp[k,j]))/n", "define"),
        Step("plus_weight_gradient", "gp[j,l] = sum[k]((h[k] - y[k])*v[j]*step(zp[k,j])*x[k,l])/n", "define"),
        Step("minus_output_gradient", "Gm[q] = -sum[k]((h[k] - y[k])*relu(zm[k,q]))/n", "define"),
        Step("minus_weight_gradient", "gm[q,l] = -sum[k]((h[k] - y[k])*V[q]*step(zm[k,q])*x[k,l])/n", "define"),
    ),
    hypotheses=(
        Hypothesis("side", "e[k]**2 = e[k]", "every sample is on one side"),
        Hypothesis("plus_pattern", f"(2*e[k] - 1)*{PLUS} > 0", "beta_+ keeps the sides apart"),
        Hypothesis("minus_pattern", f"(2*e[k] - 1)*{MINUS} > 0", "so does beta_-"),
        Hypothesis("plus_size", "u[j] > 0", "neurons are positive multiples of beta_+"),
        Hypothesis("minus_size", "U[q] > 0", "and of -beta_-"),
        Hypothesis("plus_total", "sum[j](v[j]*u[j]) = 1", "which add up to beta_+"),
        Hypothesis("minus_total", "sum[q](V[q]*U[q]) = 1", "and to beta_-"),
        Hypothesis("plus_normal", f"sum[k](e[k]*({PLUS} - y[k])*x[k,l]) = 0", "normal equations of the one side"),
        Hypothesis("minus_normal", f"sum[k]((1 - e[k])*({MINUS} - y[k])*x[k,l]) = 0", "and of the other"),
    ),
    steps=(
        Step("other_side", "(1 - e[k])**2 = 1 - e[k]", by="#side"),
        Step("plus_value", f"zp[k,j] = u[j]*{PLUS}", by="#plus_input"),
        Step("minus_value", f"zm[k,q] = -U[q]*{MINUS}", by="#minus_input"),
        Step("plus_active", "(2*e[k] - 1)*zp[k,j] > 0", by="#plus_size*#plus_pattern + (2*e[k] - 1)*#plus_value"),
        Step(
            "minus_active",
            "(2*(1 - e[k]) - 1)*zm[k,q] > 0",
            by="#minus_size*#minus_pattern - (2*e[k] - 1)*#minus_value",
        ),
        *SIDES.known_side("plus", "zp[k,j]", "e[k]", "(1 - e[k])", "plus_active", "side"),
        *SIDES.known_side("minus", "zm[k,q]", "(1 - e[k])", "e[k]", "minus_active", "other_side"),
        Step(
            "output",
            f"h[k] = {FIT}",
            by=f"#network + sum[j](v[j]*(#plus_part + e[k]*#plus_value)) + e[k]*{PLUS}*#plus_total"
            f" - sum[q](V[q]*(#minus_part + (1 - e[k])*#minus_value)) + (1 - e[k])*{MINUS}*#minus_total",
        ),
        Step(
            "plus_residual",
            f"e[k]*(h[k] - y[k]) = e[k]*({PLUS} - y[k])",
            by=f"e[k]*#output + ({PLUS} - {MINUS})*#side",
        ),
        Step(
            "minus_residual",
            f"(1 - e[k])*(h[k] - y[k]) = (1 - e[k])*({MINUS} - y[k])",
            by=f"(1 - e[k])*#output - ({PLUS} - {MINUS})*#side",
        ),
        Step(
            "plus_outputs",
            "Gp[j] = 0",
            by="#plus_output_gradient + sum[k]((h[k] - y[k])*#plus_part + zp[k,j]*#plus_residual"
            f" + e[k]*({PLUS} - y[k])*#plus_value)/n + u[j]/n*sum[l](bp[l]*#plus_normal)",
        ),
        Step(
            "plus_weights",
            "gp[j,l] = 0",
            by="#plus_weight_gradient + v[j]/n*(sum[k](x[k,l]*((h[k] - y[k])*#plus_step + #plus_residual))"
            " + #plus_normal)",
        ),
        Step(
            "minus_outputs",
            "Gm[q] = 0",
            by="#minus_output_gradient - sum[k]((h[k] - y[k])*#minus_part + zm[k,q]*#minus_residual"
            f" + (1 - e[k])*({MINUS} - y[k])*#minus_value)/n + U[q]/n*sum[l](bm[l]*#minus_normal)",
        ),
        Step(
            "minus_weights",
            "gm[q,l] = 0",
            by="#minus_weight_gradient - V[q]/n*(sum[k](x[k,l]*((h[k] - y[k])*#minus_step + #minus_residual))"
            " + #minus_normal)",
        ),
        Step(
            "cost",
            f"L = {COST}",
            by=f"#loss + sum[k]((h[k] - 2*y[k] + {FIT})*#output + ({PLUS} - {MINUS})**2*#side)/(2*n)",
        ),
    ),
    goals=(
        Goal("no kink", "(2*e[k] - 1)*zp[k,j] > 0", "plus_active", ("plus_pattern", "plus_size")),
        Goal("nor here", "(2*(1 - e[k]) - 1)*zm[k,q] > 0", "minus_active", ("minus_pattern", "minus_size")),
        Goal("output", f"h[k] = {FIT}", "output", NETWORK),
        Goal("plus outputs", "Gp[j] = 0", "plus_outputs", (*NETWORK, "plus_normal")),
        Goal("plus weights", "gp[j,l] = 0", "plus_weights", (*NETWORK, "plus_normal")),
        Goal("minus outputs", "Gm[q] = 0", "minus_outputs", (*NETWORK, "minus_normal")),
        Goal("minus weights", "gm[q,l] = 0", "minus_weights", (*NETWORK, "minus_normal")),
        Goal("loss", f"L = {COST}", "cost", NETWORK),
    ),
    not_checked=("that the flow ends at this point",),
)

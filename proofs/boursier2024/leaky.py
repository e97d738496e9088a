r"""Two-sided least squares with a leaky activation: realised by a network, at the same loss, and stationary.

**Setting.** As in boursier2024/two_sided, with $\sigma(u) = \gamma u + (1 - \gamma)u_+$, $\gamma^2 \ne 1$: neurons
are positive multiples of $\alpha_+ = (\beta_+ - \gamma\beta_-)/(1 - \gamma^2)$ and of $-\alpha_-$, $\alpha_- =
(\beta_- - \gamma\beta_+)/(1 - \gamma^2)$.

**Statement.** If both $\langle\alpha_\pm, x_k\rangle$ are positive where $e_k = 1$ and negative where $e_k = 0$, then
$h(x_k) = \langle\beta_\pm, x_k\rangle$ on its side, all four blocks of the gradient vanish, and the loss is that of
the two-sided fit, whatever $\gamma$. $\gamma = 0$ is the ReLU.

**Assumptions.** As stated.

**Source.** [DERIVED], setting of Boursier, Flammarion, arXiv 2410.02348.

**What is checked.** Every step for all n, d, numbers of neurons and slopes. **What is not.** That the flow ends
there.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

SIDES = shared_steps(__file__, "sides")
PLUS, MINUS = "sum[l](bp[l]*x[k,l])", "sum[l](bm[l]*x[k,l])"
A, B = "sum[l](ap[l]*x[k,l])", "sum[l](am[l]*x[k,l])"
FIT = f"e[k]*{PLUS} + (1 - e[k])*{MINUS}"
COST = f"sum[k](e[k]*({PLUS} - y[k])**2 + (1 - e[k])*({MINUS} - y[k])**2)/(2*n)"
ACT = "(c*{0} + (1 - c)*relu({0}))"
SLOPE = "(c + (1 - c)*step({0}))"
PLUS_ACT, MINUS_ACT = ACT.format("zp[k,j]"), ACT.format("zm[k,q]")
PLUS_SLOPE, MINUS_SLOPE = SLOPE.format("zp[k,j]"), SLOPE.format("zm[k,q]")
ON, OFF = "(c + (1 - c)*e[k])", "(c + (1 - c)*(1 - e[k]))"  # the slopes of the two kinds of neurons
RESIDUAL = f"({FIT} - y[k])"
NETWORK = ("slope", "side", "plus_pattern", "minus_pattern", "plus_size", "minus_size", "plus_total", "minus_total")
NORMAL = (*NETWORK, "plus_normal", "minus_normal")

PROOF = Proof(
    key="boursier2024.leaky",
    title="The two-sided least-squares network with a leaky activation",
    source="[DERIVED], setting of arXiv 2410.02348",
    indices=("n", "d", "P", "M"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("e", ("n",)),
        Symbol("bp", ("d",), latex=r"\beta_+"),
        Symbol("bm", ("d",), latex=r"\beta_-"),
        Symbol("ap", ("d",), latex=r"\alpha_+"),
        Symbol("am", ("d",), latex=r"\alpha_-"),
        Symbol("c", latex=r"\gamma"),
        Symbol("r", latex=r"\delta"),
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
        Step("plus_direction", "ap[l] = (bp[l] - c*bm[l])*r", "define"),
        Step("minus_direction", "am[l] = (bm[l] - c*bp[l])*r", "define"),
        Step("plus_input", "zp[k,j] = sum[l](u[j]*ap[l]*x[k,l])", "define"),
        Step("minus_input", "zm[k,q] = sum[l](-U[q]*am[l]*x[k,l])", "define"),
        Step("network", f"h[k] = sum[j](v[j]*{PLUS_ACT}) - sum[q](V[q]*{MINUS_ACT})", "define"),
        Step("loss", "L = sum[k]((h[k] - y[k])**2)/(2*n)", "define"),
        Step("plus_output_gradient", f"Gp[j] = sum[k]((h[k] - y[k])*{PLUS_ACT})/n", "define"),
        Step("plus_weight_gradient", f"gp[j,l] = sum[k]((h[k] - y[k])*v[j]*{PLUS_SLOPE}*x[k,l])/n", "define"),
        Step("minus_output_gradient", f"Gm[q] = -sum[k]((h[k] - y[k])*{MINUS_ACT})/n", "define"),
        Step("minus_weight_gradient", f"gm[q,l] = -sum[k]((h[k] - y[k])*V[q]*{MINUS_SLOPE}*x[k,l])/n", "define"),
    ),
    hypotheses=(
        Hypothesis("slope", "(1 - c**2)*r = 1", "delta is 1/(1 - gamma^2)"),
        Hypothesis("side", "e[k]**2 = e[k]", "every sample is on one side"),
        Hypothesis("plus_pattern", f"(2*e[k] - 1)*{A} > 0", "alpha_+ keeps the sides apart"),
        Hypothesis("minus_pattern", f"(2*e[k] - 1)*{B} > 0", "so does alpha_-"),
        Hypothesis("plus_size", "u[j] > 0", "neurons are positive multiples of alpha_+"),
        Hypothesis("minus_size", "U[q] > 0", "and of -alpha_-"),
        Hypothesis("plus_total", "sum[j](v[j]*u[j]) = 1", "which add up to alpha_+"),
        Hypothesis("minus_total", "sum[q](V[q]*U[q]) = 1", "and to alpha_-"),
        Hypothesis("plus_normal", f"sum[k](e[k]*({PLUS} - y[k])*x[k,l]) = 0", "normal equations of the one side"),
        Hypothesis("minus_normal", f"sum[k]((1 - e[k])*({MINUS} - y[k])*x[k,l]) = 0", "and of the other"),
    ),
    steps=(
        Step("other_side", "(1 - e[k])**2 = 1 - e[k]", by="#side"),
        Step("plus_value", f"zp[k,j] = u[j]*{A}", by="#plus_input"),
        Step("minus_value", f"zm[k,q] = -U[q]*{B}", by="#minus_input"),
        Step("plus_active", "(2*e[k] - 1)*zp[k,j] > 0", by="#plus_size*#plus_pattern + (2*e[k] - 1)*#plus_value"),
        Step(
            "minus_active",
            "(2*(1 - e[k]) - 1)*zm[k,q] > 0",
            by="#minus_size*#minus_pattern - (2*e[k] - 1)*#minus_value",
        ),
        *SIDES.known_side("plus", "zp[k,j]", "e[k]", "(1 - e[k])", "plus_active", "side"),
        *SIDES.known_side("minus", "zm[k,q]", "(1 - e[k])", "e[k]", "minus_active", "other_side"),
        # alpha_+ and alpha_- make beta_+ and beta_-.
        Step(
            "plus_slope",
            "ap[l] + c*am[l] = bp[l]",
            by="#plus_direction + c*#minus_direction + bp[l]*#slope",
        ),
        Step(
            "minus_slope",
            "c*ap[l] + am[l] = bm[l]",
            by="c*#plus_direction + #minus_direction + bm[l]*#slope",
        ),
        Step(
            "output_directions",
            f"h[k] = {ON}*{A} + {OFF}*{B}",
            by=f"#network + sum[j](v[j]*((1 - c)*#plus_part + {ON}*#plus_value)) + {ON}*{A}*#plus_total"
            f" - sum[q](V[q]*((1 - c)*#minus_part + {OFF}*#minus_value)) + {OFF}*{B}*#minus_total",
        ),
        Step(
            "output",
            f"h[k] = {FIT}",
            by="#output_directions + e[k]*sum[l](x[k,l]*#plus_slope) + (1 - e[k])*sum[l](x[k,l]*#minus_slope)",
        ),
        Step(
            "normal",
            f"sum[k]({RESIDUAL}*{ON}*x[k,l]) = 0",
            by=f"#plus_normal + c*#minus_normal + (1 - c)*sum[k](({PLUS} - {MINUS})*x[k,l]*#side)",
        ),
        Step(
            "other_normal",
            f"sum[k]({RESIDUAL}*{OFF}*x[k,l]) = 0",
            by=f"c*#plus_normal + #minus_normal - (1 - c)*sum[k](({PLUS} - {MINUS})*x[k,l]*#side)",
        ),
        Step(
            "plus_outputs",
            "Gp[j] = 0",
            by=f"#plus_output_gradient + sum[k]({PLUS_ACT}*#output + {RESIDUAL}*((1 - c)*#plus_part"
            f" + {ON}*#plus_value))/n + u[j]/n*sum[l](ap[l]*#normal)",
        ),
        Step(
            "plus_weights",
            "gp[j,l] = 0",
            by=f"#plus_weight_gradient + v[j]/n*(sum[k](x[k,l]*({PLUS_SLOPE}*#output"
            f" + {RESIDUAL}*(1 - c)*#plus_step)) + #normal)",
        ),
        Step(
            "minus_outputs",
            "Gm[q] = 0",
            by=f"#minus_output_gradient - sum[k]({MINUS_ACT}*#output + {RESIDUAL}*((1 - c)*#minus_part"
            f" + {OFF}*#minus_value))/n + U[q]/n*sum[l](am[l]*#other_normal)",
        ),
        Step(
            "minus_weights",
            "gm[q,l] = 0",
            by=f"#minus_weight_gradient - V[q]/n*(sum[k](x[k,l]*({MINUS_SLOPE}*#output"
            f" + {RESIDUAL}*(1 - c)*#minus_step)) + #other_normal)",
        ),
        Step(
            "cost",
            f"L = {COST}",
            by=f"#loss + sum[k]((h[k] - 2*y[k] + {FIT})*#output + ({PLUS} - {MINUS})**2*#side)/(2*n)",
        ),
    ),
    goals=(
        Goal("output", f"h[k] = {FIT}", "output", NETWORK),
        Goal("plus outputs", "Gp[j] = 0", "plus_outputs", NORMAL),
        Goal("plus weights", "gp[j,l] = 0", "plus_weights", NORMAL),
        Goal("minus outputs", "Gm[q] = 0", "minus_outputs", NORMAL),
        Goal("minus weights", "gm[q,l] = 0", "minus_weights", NORMAL),
        Goal("loss", f"L = {COST}", "cost", NETWORK, "that of the two-sided fit, whatever the slope"),
    ),
    not_checked=("that the flow ends at this point",),
)

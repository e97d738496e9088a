r"""On orthogonally separable data the point with equal margins is the global maximum-margin network.

**Setting.** Labels $y_i = 2e_i - 1$, $e_i \in \{0, 1\}$, with $y_iy_k\langle x_i, x_k\rangle \ge 0$. Networks $f(x) =
a\sum_j(\sigma(\langle p_j, x\rangle) - \sigma(\langle q_j, x\rangle))$, m neurons of each sign, $a \ge 0$ fixed,
$\sigma(u) = \gamma u + (1 - \gamma)u_+$, $0 \le \gamma \le 1$ (ReLU and linear included). With $\lambda \ge 0$: $v_+
= \sum_{y=1}\lambda_ix_i - \gamma\sum_{y=-1}\lambda_ix_i$, $v_- = \sum_{y=-1}\lambda_ix_i -
\gamma\sum_{y=1}\lambda_ix_i$, and $\langle v_+, x_i\rangle - \gamma\langle v_-, x_i\rangle = 1$ for $y_i = 1$,
$\langle v_-, x_i\rangle - \gamma\langle v_+, x_i\rangle = 1$ for $y_i = -1$ (the linear system $K\lambda = 1$).

**Statement.** Every network with all margins $y_if(x_i) \ge 1$ has $\sum_j(\|p_j\|^2 + \|q_j\|^2) \ge
\sum_i\lambda_i/(a^2m)$, whatever its activation patterns. $p_j = v_+/(am)$, $q_j = v_-/(am)$ has margins exactly 1
and exactly this norm.

**Assumptions.** As stated; a solution $\lambda \ge 0$ of the linear system exists.

**Source.** [DERIVED], data of Min, Mallada, Vidal, arXiv 2307.12851, networks of Kou, Chen, Gu, arXiv 2310.18935.

**What is checked.** Every step for all n, d, m and $\gamma$. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

INNER = "sum[l](x[i,l]*x[k,l])"
UP, DOWN = "(2*e[i] - 1)", "(1 - 2*e[i])"
ON, OFF = "(e[i] + c*(1 - e[i]))", "(1 - e[i] + c*e[i])"
AT_P, AT_Q = "sum[l](vp[l]*x[i,l])", "sum[l](vm[l]*x[i,l])"
ACT = "(c*{0} + (1 - c)*relu({0}))"
NORM = "sum[j,l](p[j,l]**2 + q[j,l]**2)"
BEST = f"a*m*({ACT.format(f'b*{AT_P}')} - {ACT.format(f'b*{AT_Q}')})"
BASE = ("side", "least_slope", "greatest_slope", "multipliers", "separable")


def bound(name: str, w: str, pre: str, side: str, label: str, full: str, v: str) -> tuple[Step, ...]:
    """What one neuron with weights w and preactivations pre adds to the margins, by its norm and that of v."""
    share, pull, rest = f"t_{name}[i,j]", f"B_{name}[j,l]", "#rest" if side == "e[i]" else "#share"
    here = "#share" if side == "e[i]" else "#rest"
    other = (f"{name}_share(i = k)", f"{name}_full(i = k)", f"{name}_gap(i = k)")
    return (
        Step(f"{name}_shares", f"{share} = {side}*(c + (1 - c)*step({pre})) + c*(1 - {side})", "define"),
        Step(f"{name}_pull", f"{pull} = sum[i](lam[i]*{label}*{share}*x[i,l])", "define"),
        Step(
            f"{name}_share",
            f"{share} >= 0",
            by=f"#{name}_shares + {here}*(#least_slope + #greatest_slope*#step_sign(u = {pre})) + #least_slope*{rest}",
        ),
        Step(f"{name}_full", f"{full} >= 0", by=f"{here} + #least_slope*{rest}"),
        Step(
            f"{name}_gap", f"{full} - {share} >= 0", by=f"{here}*#greatest_slope*#step_rest(u = {pre}) - #{name}_shares"
        ),
        Step(
            f"{name}_shorter",
            f"sum[l]({pull}**2) <= sum[l]({v}[l]**2)",
            by="sum[i,k](#multipliers*#multipliers(i = k)*#separable"
            f"*(#{name}_gap*#{other[1]} + #{name}_share*#{other[2]}))"
            f" + sum[l](({v}[l] + sum[i](lam[i]*{label}*{full}*x[i,l]))*#{v}_value)"
            f" - sum[l](({pull} + sum[i](lam[i]*{label}*{share}*x[i,l]))*#{name}_pull)",
        ),
        Step(
            f"{name}_above",
            f"{label}*{share}*{pre} >= {label}*{ACT.format(pre)}",
            by=f"{label}*{pre}*#{name}_shares + #greatest_slope*{rest}*#part_sign(u = {pre})"
            f" - (1 - c)*{side}*#part_step(u = {pre}) + 2*(1 - c)*step({pre})*{pre}*#side",
        ),
        Step(
            f"{name}_bound",
            f"a**2*m**2*sum[l]({w}[j,l]**2) + sum[l]({v}[l]**2) >= 2*a*m*sum[i](lam[i]*{label}*{ACT.format(pre)})",
            by=f"sum[l]((a*m*{w}[j,l] - {pull})**2) + #{name}_shorter + 2*#output*m*sum[i](#multipliers*#{name}_above)"
            f" + 2*a*m*(sum[l]({w}[j,l]*#{name}_pull) - sum[i](lam[i]*{label}*{share}*#{name}_input))",
        ),
    )


def kept(name: str, pre: str, side: str, sign: str) -> tuple[Step, ...]:
    """relu(pre) = side * pre, from the fact that pre has the sign of the side."""
    inside, rest = f"{side}*{pre}", "#rest" if side == "e[i]" else "#share"
    here = "#share" if side == "e[i]" else "#rest"
    return (
        Step(f"{name}_inside", f"{inside} >= 0", by=f"{here}*#{sign} - 2*{pre}*#side"),
        Step(f"{name}_over", f"{inside} >= {pre}", by=f"{rest}*#{sign} + 2*{pre}*#side"),
        Step(f"{name}_product", f"{inside}*({inside} - {pre}) = 0", by=f"{pre}**2*#side"),
        Step(
            f"{name}_part",
            f"relu({pre}) = {inside}",
            "positive_part",
            (f"{name}_inside", f"{name}_over", f"{name}_product"),
            f"{pre}; {inside}",
        ),
    )


PROOF = Proof(
    key="min2023.max_margin",
    title="On orthogonally separable data equal margins are the global maximum margin",
    source="[DERIVED], data of arXiv 2307.12851, networks of arXiv 2310.18935",
    indices=("n", "d", "m"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("e", ("n",)),
        Symbol("lam", ("n",), latex=r"\lambda"),
        Symbol("c", latex=r"\gamma"),
        Symbol("a"),
        Symbol("b"),
        Symbol("vp", ("d",), latex="v_+"),
        Symbol("vm", ("d",), latex="v_-"),
        Symbol("p", ("m", "d")),
        Symbol("q", ("m", "d")),
        Symbol("P", ("n", "m")),
        Symbol("Q", ("n", "m")),
        Symbol("f", ("n",)),
        Symbol("t_plus", ("n", "m"), latex="t^+"),
        Symbol("t_minus", ("n", "m"), latex="t^-"),
        Symbol("B_plus", ("m", "d"), latex="B^+"),
        Symbol("B_minus", ("m", "d"), latex="B^-"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("k", (), "n"),
        Symbol("l", (), "d"),
        Symbol("j", (), "m"),
        Symbol("u"),
    ),
    definitions=(
        Step("vp_value", f"vp[l] = sum[i](lam[i]*{UP}*{ON}*x[i,l])", "define"),
        Step("vm_value", f"vm[l] = sum[i](lam[i]*{DOWN}*{OFF}*x[i,l])", "define"),
        Step("plus_input", "P[i,j] = sum[l](p[j,l]*x[i,l])", "define"),
        Step("minus_input", "Q[i,j] = sum[l](q[j,l]*x[i,l])", "define"),
        Step("network", f"f[i] = a*sum[j]({ACT.format('P[i,j]')} - {ACT.format('Q[i,j]')})", "define"),
    ),
    hypotheses=(
        Hypothesis("side", "e[i]**2 = e[i]", "labels 1 and -1"),
        Hypothesis("least_slope", "c >= 0", "a slope"),
        Hypothesis("greatest_slope", "1 - c >= 0", "of at most 1"),
        Hypothesis("multipliers", "lam[i] >= 0", "multipliers"),
        Hypothesis("separable", f"(2*e[i] - 1)*(2*e[k] - 1)*{INNER} >= 0", "orthogonally separable classes"),
        Hypothesis(
            "equal_margins",
            f"e[i]*({AT_P} - c*{AT_Q}) + (1 - e[i])*({AT_Q} - c*{AT_P}) = 1",
            "the linear system for the multipliers",
        ),
        Hypothesis("output", "a >= 0", "fixed outputs a and -a"),
        Hypothesis("margins", f"{UP}*f[i] >= 1", "a network with margins of at least 1"),
        Hypothesis("scale", "a*b*m = 1", "b = 1/(a m)"),
        Hypothesis("scale_sign", "b >= 0", "of the right sign"),
    ),
    steps=(
        Step("share", "e[i] >= 0", by="e[i]**2 - #side"),
        Step("rest", "1 - e[i] >= 0", by="(1 - e[i])**2 - #side"),
        Step("part_sign", "relu(u) >= 0", "positive_part", by="u"),
        Step("part_step", "relu(u) = step(u)*u", "positive_part", by="u"),
        Step("step_square", "step(u)**2 = step(u)", "positive_part", by="u"),
        Step("step_sign", "step(u) >= 0", by="step(u)**2 - #step_square"),
        Step("step_rest", "1 - step(u) >= 0", by="(1 - step(u))**2 - #step_square"),
        *bound("plus", "p", "P[i,j]", "e[i]", UP, ON, "vp"),
        *bound("minus", "q", "Q[i,j]", "(1 - e[i])", DOWN, OFF, "vm"),
        Step(
            "total",
            "sum[i](lam[i]) = sum[l](vp[l]**2 + vm[l]**2)",
            by="-sum[i](lam[i]*#equal_margins) - sum[l](vp[l]*#vp_value + vm[l]*#vm_value)"
            f" - 2*(1 - c)*sum[i](lam[i]*({AT_P} + {AT_Q})*#side)",
        ),
        Step(
            "least",
            f"a**2*m*{NORM} >= sum[i](lam[i])",
            by="sum[j](#plus_bound + #minus_bound)/m + 2*sum[i](#multipliers*#margins)"
            " + #total - 2*sum[i](lam[i]*(2*e[i] - 1)*#network)",
        ),
        # The bound is attained.
        Step(
            "plus_side",
            f"(2*e[i] - 1)*(b*{AT_P}) >= 0",
            by="#scale_sign*sum[k](#multipliers(i = k)*#plus_full(i = k)*#separable)"
            " + b*(2*e[i] - 1)*sum[l](x[i,l]*#vp_value)",
        ),
        Step(
            "minus_side",
            f"(2*(1 - e[i]) - 1)*(b*{AT_Q}) >= 0",
            by="#scale_sign*sum[k](#multipliers(i = k)*#minus_full(i = k)*#separable)"
            " - b*(2*e[i] - 1)*sum[l](x[i,l]*#vm_value)",
        ),
        *kept("best_plus", f"(b*{AT_P})", "e[i]", "plus_side"),
        *kept("best_minus", f"(b*{AT_Q})", "(1 - e[i])", "minus_side"),
        Step(
            "attained",
            f"{UP}*{BEST} = 1",
            by=f"a*m*{UP}*(1 - c)*(#best_plus_part - #best_minus_part) + a*b*m*#equal_margins + #scale"
            f" + 2*a*b*m*(1 - c)*({AT_P} + {AT_Q})*#side",
        ),
        Step(
            "equality",
            "a**2*m*sum[j,l]((b*vp[l])**2 + (b*vm[l])**2) = sum[i](lam[i])",
            by="(a*b*m + 1)*#scale*sum[l](vp[l]**2 + vm[l]**2) - #total",
        ),
    ),
    goals=(
        Goal(
            "lower bound",
            f"a**2*m*{NORM} >= sum[i](lam[i])",
            "least",
            (*BASE, "equal_margins", "output", "margins"),
            "for every network with margins of at least 1",
        ),
        Goal(
            "margins",
            f"{UP}*{BEST} = 1",
            "attained",
            ("side", "least_slope", "multipliers", "separable", "equal_margins", "scale", "scale_sign"),
        ),
        Goal(
            "norm",
            "a**2*m*sum[j,l]((b*vp[l])**2 + (b*vm[l])**2) = sum[i](lam[i])",
            "equality",
            ("side", "equal_margins", "scale"),
        ),
    ),
)

r"""ReLU and orthogonal inputs: on its own class a neuron is active where it was at the start, and nowhere else.

**Setting.** The neurons of sign s of a ReLU network ($\gamma = 0$), gradient descent on orthogonal inputs, any loss
with derivatives $-g_i(t) \le 0$, any steps $\eta(t) \ge 0$. own(j) are the samples of class s; $\nu_i = \|x_i\|^2$;
$B_{rj}$ is 1 where neuron r is active on sample own(j) at the start, and 0 elsewhere.

**Statement.** For all t the pattern on the own class is B, and $u_{r,own(j)}(t) = u_{r,own(j)}(0) + B_{rj}R_j(t)$ with
$R_j(0) = 0$, $R_j(t+1) = R_j(t) + \frac{\eta(t)}{nm}g_{own(j)}(t)\nu_{own(j)}$, the same for all neurons. A sample on
which no neuron of its sign is active at the start never becomes active.

**Assumptions.** Those above.

**Source.** Kou, Chen, Gu, NeurIPS 2023, arXiv 2310.18935, the ReLU case (activation sets only grow [RECALL]); these
steps [DERIVED].

**What is checked.** Every step, for all n, m, d and t. **What is not.** That the step is the chain rule.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

DESCENT = shared_steps(__file__, "descent")
MOVE = "s*eta(k)/(n*m)*sum[i](g[i](k)*y[i]*step(sum[b](w[r,b](k)*x[i,b]))*x[i,l])"
WEIGHTS = f"w[r,l](k); w0[r,l]; w[r,l](k) + {MOVE}"
GAIN = "eta(k)/(n*m)*g[own[j]](k)*nu[own[j]]"
COMMON = f"R[j](k); 0; R[j](k) + {GAIN}"
U, NOW = "u[r,own[j]](k)", "B[r,j]"
SAME = "step(u[r,own[j]](k)) = B[r,j]"
MOVED = "u[r,own[j]](k) = u[r,own[j]](0) + B[r,j]*R[j](k)"
GIVEN = ("orthogonal", "own_class", "decreasing", "forward")
AFTER = "a0 + h0*step(a0)"

SWITCH = (
    Step("push", "h0 >= 0", "suppose", by="a0, h0"),
    Step("binary", "step(v)**2 = step(v)", "positive_part", by="v"),
    Step("part", "relu(v) = step(v)*v", "positive_part", by="v"),
    Step("part_sign", "relu(v) >= 0", "positive_part", by="v"),
    Step("no_push", "h0*step(a0) <= 0", "suppose"),
    Step("pushed", "h0*step(a0) >= 0", by="#push*step(a0)**2 - h0*#binary(v = a0)"),
    Step("nothing", "h0*step(a0) = 0", "antisymmetry", ("pushed", "no_push")),
    Step("unmoved", f"step({AFTER}) = step(a0)", "congruence", ("nothing",)),
    Step("without", f"h0*step(a0) <= 0 => step({AFTER}) = step(a0)", "discharge", ("unmoved", "no_push")),
    Step("real_push", "h0*step(a0) > 0", "suppose"),
    Step("on_scaled", "h0*step(a0)*(step(a0) - 1) = 0", by="h0*#binary(v = a0)"),
    Step("on", "step(a0) = 1", "cancel", ("on_scaled",), "#real_push"),
    Step(
        "further",
        f"{AFTER} > 0",
        by="#part_sign(v = a0) - #part(v = a0) - a0*#on + #real_push",
    ),
    Step("itself", f"{AFTER} >= {AFTER}"),
    Step("itself_product", f"({AFTER})*({AFTER} - a0 - h0*step(a0)) = 0"),
    Step(
        "whole",
        f"relu({AFTER}) = {AFTER}",
        "positive_part",
        ("further", "itself", "itself_product"),
        f"{AFTER}; {AFTER}",
    ),
    Step("still_on_scaled", f"({AFTER})*(step({AFTER}) - 1) = 0", by=f"#whole - #part(v = {AFTER})"),
    Step("still_on", f"step({AFTER}) = 1", "cancel", ("still_on_scaled",), "#further"),
    Step("both_on", f"step({AFTER}) = step(a0)", by="#still_on - #on"),
    Step("with", f"h0*step(a0) > 0 => step({AFTER}) = step(a0)", "discharge", ("both_on", "real_push")),
    Step("either", f"step({AFTER}) = step(a0)", "cases", ("with", "without")),
    Step("switch", "h >= 0 => step(v + h*step(v)) = step(v)", "discharge", ("either", "push"), "a0 = v, h0 = h"),
)

PROOF = Proof(
    key="kou2023.relu_orthogonal",
    title="ReLU and orthogonal inputs: the pattern on the own class is that of the start",
    source="arXiv 2310.18935, ReLU case [RECALL]; steps [DERIVED]",
    indices=("n", "o", "m", "d"),
    symbols=(
        *(symbol for symbol in DESCENT.SYMBOLS if symbol.name not in ("gamma", "a")),
        DESCENT.GRAM,
        Symbol("nu", ("n",), latex=r"\nu"),
        Symbol("own", ("o",), "n", latex=r"\mathrm{own}"),
        Symbol("B", ("m", "o")),
        Symbol("R", ("o", "N")),
        Symbol("dead", (), "o"),
        Symbol("a0", latex="v_0"),
        Symbol("h0", latex="h_0"),
        Symbol("n0", (), "N", latex="t_0"),
        Symbol("n1", (), "N", latex="t_1"),
    ),
    variables=(*DESCENT.VARIABLES, Symbol("j", (), "o"), Symbol("v"), Symbol("h")),
    definitions=(
        Step("next", f"w[r,l](k + 1) = w[r,l](k) + {MOVE}", "recursion", by=WEIGHTS),
        DESCENT.PREACTIVATIONS,
        DESCENT.GRAM_MATRIX,
        Step("norm", "nu[i] = sum[l](x[i,l]**2)", "define"),
        Step("first_pattern", "B[r,j] = step(u[r,own[j]](0))", "define"),
        Step("no_gain", "R[j](0) = 0", "recursion", by=COMMON),
        Step("gains", f"R[j](k + 1) = R[j](k) + {GAIN}", "recursion", by=COMMON),
    ),
    hypotheses=(
        Hypothesis("orthogonal", "Q[i,q] = nu[q]*delta[i,q]", "the inputs are orthogonal"),
        Hypothesis("own_class", "s*y[own[j]] = 1", "the samples own(j) have the label s"),
        Hypothesis("decreasing", "g[i](k) >= 0", "the loss does not grow with the margin"),
        Hypothesis("forward", "eta(k) >= 0", "steps go downhill"),
        Hypothesis("nobody", "step(u[r,own[dead]](0)) = 0", "no neuron of the sign is active on one sample"),
    ),
    steps=(
        *SWITCH,
        Step("same_step", "step(u[r,i](k)) = step(sum[b](w[r,b](k)*x[i,b]))", "congruence", ("preactivation",)),
        Step(
            "change",
            "u[r,q](k + 1) = u[r,q](k) + s*eta(k)/(n*m)*g[q](k)*y[q]*step(u[r,q](k))*nu[q]",
            "kronecker",
            (),
            "#preactivation(i = q, k = k + 1) - #preactivation(i = q) + sum[l](x[q,l]*#next)"
            " + s*eta(k)/(n*m)*sum[i](g[i](k)*y[i]*(step(u[r,i](k))*(#orthogonal - #gram)"
            " - sum[b](x[i,b]*x[q,b])*#same_step))",
        ),
        Step(
            "own_change",
            f"u[r,own[j]](k + 1) = {U} + {GAIN}*step({U})",
            by=f"#change(q = own[j]) + {GAIN}*step({U})*#own_class",
        ),
        Step("length", "nu[i] >= 0", by="#norm + sum[l](x[i,l]**2)"),
        Step("gain_sign", f"{GAIN} >= 0", by="#forward*#decreasing(i = own[j])*#length(i = own[j])/(n*m)"),
        Step("after_step", f"step(u[r,own[j]](k + 1)) = step({U} + {GAIN}*step({U}))", "congruence", ("own_change",)),
        Step("switched", f"step({U} + {GAIN}*step({U})) = step({U})", "apply",
             (f"switch(v = {U}, h = {GAIN})", "gain_sign")),
        Step("base", SAME.replace("(k)", "(0)"), by="-#first_pattern"),
        Step("here", SAME.replace("(k)", "(n0)"), "suppose", by="n0"),
        Step("after", SAME.replace("(k)", "(n0 + 1)"), by="#after_step(k = n0) + #switched(k = n0) + #here"),
        Step("inductive", f"all[r,j]({SAME}) => {SAME.replace('(k)', '(k + 1)')}", "discharge", ("after", "here"),
             "n0 = k"),
        Step("pattern", SAME, "induction", ("base", "inductive"), "k"),
        Step("start", MOVED.replace("(k)", "(0)"), by="-B[r,j]*#no_gain"),
        Step("reached", MOVED.replace("(k)", "(n1)"), "suppose", by="n1"),
        Step(
            "reached_next",
            MOVED.replace("(k)", "(n1 + 1)"),
            by="#own_change(k = n1) + #reached - B[r,j]*#gains(k = n1)"
            " + eta(n1)/(n*m)*g[own[j]](n1)*nu[own[j]]*#pattern(k = n1)",
        ),
        Step("further_on", f"all[r,j]({MOVED}) => {MOVED.replace('(k)', '(k + 1)')}", "discharge",
             ("reached_next", "reached"), "n1 = k"),
        Step("moved", MOVED, "induction", ("start", "further_on"), "k"),
        Step("never", "relu(u[r,own[dead]](k)) = 0",
             by="#part(v = u[r,own[dead]](k))"
             " + u[r,own[dead]](k)*(#pattern(j = dead) + #first_pattern(j = dead) + #nobody)"),
    ),
    goals=(
        Goal("pattern", SAME, "pattern", GIVEN, "the active set of the own class stays as it is"),
        Goal("common growth", MOVED, "moved", GIVEN, "all active neurons gain the same"),
        Goal("dead sample", "relu(u[r,own[dead]](k)) = 0", "never", (*GIVEN, "nobody"), "nobody ever learns it"),
    ),
    not_checked=("that the step is the chain rule",),
)  # fmt: skip

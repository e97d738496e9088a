r"""Escape from a small start: exact growth of a neuron while its alignment vector D does not change.

**Setting.** The early flow $\dot a = \langle w, D\rangle$, $\dot w = aD$ of one neuron in a cell: D is constant and
not zero, $v = \|D\| > 0$. Whatever the neuron, parallel to D or not.

**Statement.** For $r \le t$: $va(t) + \langle w(t), D\rangle = (va(r) + \langle w(r), D\rangle)e^{v(t-r)}$, the same
with $-$ and $e^{-v(t-r)}$, and $v^2w - \langle w, D\rangle D$ is constant. The cosine of w and D moves in the
direction of a: $\|w\|^2\tfrac{d}{dt}\langle w, D\rangle - \tfrac12\langle w, D\rangle\tfrac{d}{dt}\|w\|^2 =
a(\|w\|^2\|D\|^2 - \langle w, D\rangle^2)$, and the bracket is nonnegative. An aligned balanced neuron ($va = \langle
w, D\rangle$) has $a(t) = a(r)e^{v(t-r)}$ and grows by the factor $K = 1/\lambda$ in the time $\ln(1/\lambda)/\|D\|$.

**Assumptions.** As stated.

**Source.** [DERIVED], setting of Boursier, Flammarion, arXiv 2410.02348.

**What is checked.** Every step for all d. **What is not.** That the neuron stays in its cell and that outputs stay
negligible until then.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PULL = "sum[l](w[l]({})*D[l])"
NORM = "sum[l](w[l](t)**2)"
FLOW = ("output_flow", "weight_flow", "length")
GROWTH = "v*a({0}) + sum[l](w[l]({0})*D[l])"
DECAY = "v*a({0}) - sum[l](w[l]({0})*D[l])"
REST = "v**2*w[l]({0}) - sum[k](w[k]({0})*D[k])*D[l]"


def exponential(name: str, value: str, rate: str) -> tuple[Step, ...]:
    """From the fact ``{name}_speed``, E' = rate E: E(t) = E(r) exp(rate (t - r)) for r <= t; Gronwall for E and -E."""
    now, then, late, early = (value.format(time) for time in ("t", "r", f"{name}2", f"{name}1"))
    factor = f"exp({rate}*(t - r))"
    here, order = f"t = {name}2, r = {name}1", f"{name}_order"
    return (
        Step(
            f"{name}_above",
            f"r <= t => {now} <= ({then})*{factor}",
            "gronwall",
            (f"{name}_speed",),
            f"{now}; t; r; -({rate})",
        ),
        Step(
            f"{name}_below",
            f"r <= t => -({now}) <= -({then})*{factor}",
            "gronwall",
            (f"{name}_speed",),
            f"-({now}); t; r; -({rate})",
        ),
        Step(order, f"{name}1 <= {name}2", "suppose", by=f"{name}1, {name}2"),
        Step(
            f"{name}_most",
            f"{late} <= ({early})*exp({rate}*({name}2 - {name}1))",
            "apply",
            (f"{name}_above({here})", order),
        ),
        Step(
            f"{name}_least",
            f"-({late}) <= -({early})*exp({rate}*({name}2 - {name}1))",
            "apply",
            (f"{name}_below({here})", order),
        ),
        Step(
            f"{name}_exactly",
            f"{late} = ({early})*exp({rate}*({name}2 - {name}1))",
            "antisymmetry",
            (f"{name}_most", f"{name}_least"),
        ),
        Step(
            name,
            f"r <= t => {now} = ({then})*{factor}",
            "discharge",
            (f"{name}_exactly", order),
            f"{name}1 = r, {name}2 = t",
        ),
    )


PROOF = Proof(
    key="boursier2024.escape",
    title="Exact exponential growth along a fixed alignment vector, and the time to escape",
    source="[DERIVED], setting of arXiv 2410.02348",
    indices=("d",),
    symbols=(
        Symbol("a", ("T",), "R", "da"),
        Symbol("da", ("T",), latex=r"\dot a"),
        Symbol("w", ("d", "T"), "R", "dw"),
        Symbol("dw", ("d", "T"), latex=r"\dot w"),
        Symbol("D", ("d",)),
        Symbol("v"),
        Symbol("K"),
        Symbol("o", (), "T", latex="t_0"),
        Symbol("tau", (), "T", latex=r"\tau"),
        *(Symbol(f"{name}{k}", (), "T") for name in ("growth", "decay") for k in (1, 2)),
    ),
    variables=(
        Symbol("l", (), "d"),
        Symbol("k", (), "d"),
        Symbol("t", (), "T"),
        Symbol("r", (), "T"),
    ),
    hypotheses=(
        Hypothesis("output_flow", "da(t) = sum[l](w[l](t)*D[l])", "the early flow of the outer weight"),
        Hypothesis("weight_flow", "dw[l](t) = a(t)*D[l]", "and of the neuron, in one cell"),
        Hypothesis("length", "v**2 = sum[l](D[l]**2)", "v is the length of the alignment vector, or minus it"),
        Hypothesis("alive", "v != 0", "which is not zero"),
        Hypothesis("start", "t >= o", "the flow starts at time t_0"),
        Hypothesis("aligned", "v*a(o) = sum[l](w[l](o)*D[l])", "with an aligned balanced neuron"),
        Hypothesis("scale", "K > 0", "the factor by which it is to grow, one over the scale of the start"),
        Hypothesis("clock", "v*(tau - o) = log(K)", "the time to escape"),
    ),
    steps=(
        Step(
            "growth_speed",
            f"v*da(t) + sum[l](dw[l](t)*D[l]) - v*({GROWTH.format('t')}) = 0",
            by="v*#output_flow + sum[l](D[l]*#weight_flow) - a(t)*#length",
        ),
        *exponential("growth", GROWTH, "v"),
        Step(
            "decay_speed",
            f"v*da(t) - sum[l](dw[l](t)*D[l]) + v*({DECAY.format('t')}) = 0",
            by="v*#output_flow - sum[l](D[l]*#weight_flow) + a(t)*#length",
        ),
        *exponential("decay", DECAY, "-v"),
        Step(
            "rest_speed",
            "(v**2*dw[l](t) - sum[k](dw[k](t)*D[k])*D[l])*(t - r) = 0",
            by="(t - r)*(v**2*#weight_flow - D[l]*sum[k](D[k]*#weight_flow(l=k)) + a(t)*D[l]*#length)",
        ),
        Step(
            "rest_no_less",
            f"{REST.format('t')} >= {REST.format('r')}",
            "valley",
            ("rest_speed",),
            f"{REST.format('t')}; t; r",
        ),
        Step(
            "rest",
            f"{REST.format('t')} = {REST.format('r')}",
            "antisymmetry",
            ("rest_no_less", "rest_no_less(t = r, r = t)"),
        ),
        Step(
            "turning",
            f"{NORM}*sum[l](dw[l](t)*D[l]) - {PULL.format('t')}*sum[l](w[l](t)*dw[l](t))"
            f" = a(t)*({NORM}*sum[l](D[l]**2) - {PULL.format('t')}**2)",
            by=f"{NORM}*sum[l](D[l]*#weight_flow) - {PULL.format('t')}*sum[l](w[l](t)*#weight_flow)",
        ),
        Step(
            "cauchy",
            f"{NORM}*sum[l](D[l]**2) - {PULL.format('t')}**2 >= 0",
            by="sum[l,k]((w[l](t)*D[k] - w[k](t)*D[l])**2)/2",
        ),
        # An aligned balanced neuron.
        Step(
            "grown",
            f"{GROWTH.format('t')} = ({GROWTH.format('o')})*exp(v*(t - o))",
            "apply",
            ("growth(r = o)", "start"),
        ),
        Step(
            "decayed",
            f"{DECAY.format('t')} = ({DECAY.format('o')})*exp(-v*(t - o))",
            "apply",
            ("decay(r = o)", "start"),
        ),
        Step(
            "scaled",
            "v*(a(t) - a(o)*exp(v*(t - o))) = 0",
            by="(#grown + #decayed + (exp(-v*(t - o)) - exp(v*(t - o)))*#aligned)/2",
        ),
        Step("exact", "a(t) = a(o)*exp(v*(t - o))", "cancel", ("scaled", "alive"), "v"),
        Step("factor", "exp(log(K)) = K", "logarithm", ("scale",), "K"),
        Step("same", "exp(v*(tau - o)) = exp(log(K))", "congruence", ("clock",)),
        Step("escaped", "a(tau) = K*a(o)", by="#exact(t=tau) + a(o)*(#same + #factor)"),
    ),
    goals=(
        Goal(
            "growth",
            f"r <= t => {GROWTH.format('t')} = ({GROWTH.format('r')})*exp(v*(t - r))",
            "growth",
            FLOW,
            "of any neuron in the cell",
        ),
        Goal(
            "decay",
            f"r <= t => {DECAY.format('t')} = ({DECAY.format('r')})*exp(-v*(t - r))",
            "decay",
            FLOW,
        ),
        Goal("the rest stays", f"{REST.format('t')} = {REST.format('r')}", "rest", ("weight_flow", "length")),
        Goal(
            "alignment",
            f"{NORM}*sum[l](dw[l](t)*D[l]) - {PULL.format('t')}*sum[l](w[l](t)*dw[l](t))"
            f" = a(t)*({NORM}*sum[l](D[l]**2) - {PULL.format('t')}**2)",
            "turning",
            ("weight_flow",),
            "the cosine moves in the direction of a",
        ),
        Goal("Cauchy-Schwarz", f"{NORM}*sum[l](D[l]**2) - {PULL.format('t')}**2 >= 0", "cauchy", ()),
        Goal("aligned neuron", "a(t) = a(o)*exp(v*(t - o))", "exact", (*FLOW, "alive", "start", "aligned")),
        Goal(
            "escape",
            "a(tau) = K*a(o)",
            "escaped",
            (*FLOW, "alive", "start", "aligned", "scale", "clock"),
            "growth by K takes the time log(K)/|D|",
        ),
    ),
    not_checked=("that the neuron stays in its cell, and that the outputs stay negligible, until the escape",),
)

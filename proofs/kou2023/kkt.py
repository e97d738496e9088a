r"""$\lambda = K^{-1}1$ gives the max-margin point of the pattern of the labels: margins one, and the only minimiser.

**Setting.** $m_+$ positive and $m_-$ negative neurons, outputs $1/m_+$ and $-1/m_-$, $\sigma$ leaky ReLU. With the
pattern of the labels, $c^\pm_i$ is 1 on the neuron's own class and $\gamma$ on the other, and weights A, B have the
margins $q_i = y_i(\frac{c^+_i}{m_+}\sum_rA_r\cdot x_i - \frac{c^-_i}{m_-}\sum_rB_r\cdot x_i)$.
$K_{ik} = y_iy_k(\frac{c^+_ic^+_k}{m_+} + \frac{c^-_ic^-_k}{m_-})\langle x_i, x_k\rangle$ and $K\lambda = 1$;
$v_+ = \frac1{m_+}\sum_i\lambda_iy_ic^+_ix_i$, $v_- = -\frac1{m_-}\sum_i\lambda_iy_ic^-_ix_i$.

**Statement.** All rows $v_+$, all rows $v_-$: every margin is 1, and $\|W^*\|^2 = \sum_i\lambda_i$. If
$\lambda \ge 0$, all weights A, B with margins at least 1 in this pattern have $\|A\|^2 + \|B\|^2 \ge
\|W^*\|^2 + \|(A, B) - W^*\|^2$, so $W^*$ is the only minimiser. If moreover $y_iv_+\cdot x_i > 0 > y_iv_-\cdot x_i$,
the network with these rows has the margins 1. For $m_+ = m_- = m$,
$2mK_{ik} = ((1+\gamma)^2y_iy_k + (1-\gamma)^2)\langle x_i, x_k\rangle$: $(1+\gamma^2)\langle x_i, x_k\rangle$ within
a class and $-2\gamma\langle x_i, x_k\rangle$ across.

**Assumptions.** Labels $\pm1$; $K\lambda = 1$; $\lambda \ge 0$; the last parts: pattern consistent; equal widths.

**Source.** [DERIVED]; setting of Kou, Chen, Gu, arXiv 2310.18935, and of Frei et al., arXiv 2210.07082.

**What is checked.** Every step, for all n, d and widths. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

PATTERN = shared_steps(__file__, "pattern")
FEASIBLE, LEAST = PATTERN.rows("A", "B"), "sum[r,l]({0}[r,l]**2) + sum[t,l]({1}[t,l]**2)"
AWAY = "sum[r,l](({0}[r,l] - vp[l])**2) + sum[t,l](({1}[t,l] - vm[l])**2)"
BOUND = f"{LEAST} >= sum[i](lam[i]) + {AWAY}"
UP, DOWN = "sum[l](vp[l]*x[i,l])", "sum[l](vm[l]*x[i,l])"
NETWORK = f"y[i]*((gamma*{UP} + (1 - gamma)*relu({UP})) - (gamma*{DOWN} + (1 - gamma)*relu({DOWN})))"


def active(name: str, value: str, sign: str) -> tuple[Step, ...]:
    """The positive part of an inner product whose sign is known: (1 + sign y) / 2 of it."""
    half, z = f"(1 {sign} y[i])/2*{value}", "y[i]" if sign == "+" else "(-y[i])"
    fact = f"#{name}_side"
    return (
        Step(f"{name}_sign", f"{half} >= 0", by=f"(1 + {z})**2/4*{fact} - (2 + {z})/4*{value}*#labels"),
        Step(f"{name}_above", f"{half} >= {value}", by=f"(1 - {z})**2/4*{fact} + (2 - {z})/4*{value}*#labels"),
        Step(f"{name}_product", f"{half}*({half} - {value}) = 0", by=f"{value}**2/4*#labels"),
        Step(
            f"{name}_part",
            f"relu({value}) = {half}",
            "positive_part",
            (f"{name}_sign", f"{name}_above", f"{name}_product"),
            f"{value}; {half}",
        ),
    )


PROOF = Proof(
    key="kou2023.kkt",
    title="The max-margin point of the pattern of the labels",
    source="[DERIVED], setting of arXiv 2310.18935",
    indices=("n", "d", "P", "M"),
    symbols=(*PATTERN.SYMBOLS, Symbol("A0", ("P", "d"), latex="A"), Symbol("B0", ("M", "d"), latex="B")),
    variables=(*PATTERN.VARIABLES, Symbol("A", ("P", "d")), Symbol("B", ("M", "d"))),
    definitions=PATTERN.DEFINITIONS,
    hypotheses=(
        PATTERN.LABELS,
        PATTERN.SOLVES,
        Hypothesis("multipliers", "lam[i] >= 0", "no multiplier is negative"),
        Hypothesis("plus_side", f"y[i]*{UP} > 0", "the pattern is that of the point"),
        Hypothesis("minus_side", f"-y[i]*{DOWN} > 0", "for both signs"),
        Hypothesis("widths", "P = M", "as many positive as negative neurons"),
    ),
    steps=(
        Step(
            "margins",
            f"{PATTERN.SHARED} = 1",
            by="y[i]*c[i]*sum[l](x[i,l]*#point_plus) - y[i]*e[i]*sum[l](x[i,l]*#point_minus)"
            " - sum[k](lam[k]*(#kernel + y[i]*y[k]*(c[i]*c[k]/P + e[i]*e[k]/M)*#gram)) + #solves",
        ),
        Step(
            "norm",
            "P*sum[l](vp[l]**2) + M*sum[l](vm[l]**2) = sum[i](lam[i])",
            by="P*sum[l](vp[l]*#point_plus) + M*sum[l](vm[l]*#point_minus) + sum[i](lam[i]*#margins)",
        ),
        Step("allowed", f"{PATTERN.rows('A0', 'B0')} >= 1", "suppose", by="A0, B0"),
        Step(
            "bound_here",
            BOUND.format("A0", "B0"),
            by="2*sum[i](#multipliers*#allowed) + 2*sum[r,l](A0[r,l]*#point_plus) + 2*sum[t,l](B0[t,l]*#point_minus)"
            " - #norm",
        ),
        Step(
            "bound",
            f"all[i]({FEASIBLE} >= 1) => {BOUND.format('A', 'B')}",
            "discharge",
            ("bound_here", "allowed"),
            "A0 = A, B0 = B",
        ),
        *active("plus", UP, "+"),
        *active("minus", DOWN, "-"),
        Step(
            "network",
            f"{NETWORK} = 1",
            by=f"#margins + y[i]*(1 - gamma)*(#plus_part - #minus_part) - y[i]*{UP}*#slope_plus"
            f" + y[i]*{DOWN}*#slope_minus",
        ),
        Step(
            "equal_widths",
            "2*P*K[i,k] = ((1 + gamma)**2*y[i]*y[k] + (1 - gamma)**2)*Q[i,k]",
            by="2*P*#kernel + 2*y[i]*y[k]*Q[i,k]*(e[i]*e[k]/M*#widths + c[k]*#slope_plus + e[k]*#slope_minus"
            " + ((1 + gamma)/2 + (1 - gamma)/2*y[i])*#slope_plus(i = k)"
            " + ((1 + gamma)/2 - (1 - gamma)/2*y[i])*#slope_minus(i = k))"
            " + (1 - gamma)**2*Q[i,k]*(y[k]**2*#labels + #labels(i = k))",
        ),
    ),
    goals=(
        Goal("margins", f"{PATTERN.SHARED} = 1", "margins", ("solves",), "all margins are one"),
        Goal("norm", "P*sum[l](vp[l]**2) + M*sum[l](vm[l]**2) = sum[i](lam[i])", "norm", ("solves",)),
        Goal(
            "only minimiser",
            f"all[i]({FEASIBLE} >= 1) => {BOUND.format('A', 'B')}",
            "bound",
            ("solves", "multipliers"),
            "no weights with margins at least one have a smaller norm, and no others the same",
        ),
        Goal("network", f"{NETWORK} = 1", "network", ("labels", "solves", "plus_side", "minus_side")),
        Goal(
            "kernel for equal widths",
            "2*P*K[i,k] = ((1 + gamma)**2*y[i]*y[k] + (1 - gamma)**2)*Q[i,k]",
            "equal_widths",
            ("labels", "widths"),
        ),
    ),
)

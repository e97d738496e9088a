r"""One least-squares fit is stationary among two-sided networks only if it is the two-sided fit on every sample.

**Setting.** Samples on two sides, $e_k = 1$ and $e_k = 0$; $\beta_\pm$ solve the normal equations of their side, and
$\beta$ those of all samples. A network that computes $\langle\beta, x\rangle$ with both groups of neurons has
gradients $g_\pm$ proportional to the normal equations of each side at $\beta$ (boursier2024/two_sided).

**Statement.** If both sides' gradients vanish at $\beta$, then $\langle\beta, x_k\rangle = \langle\beta_\pm,
x_k\rangle$ on each side: the fits agree on all samples. If $\langle\beta_+, x_k\rangle = \langle\beta_-, x_k\rangle$
for all k, both gradients vanish at $\beta$, which fits as $\beta_\pm$ do. Always, the two-sided squared error is
smaller by exactly $\sum_k(\langle\beta - \beta_\pm, x_k\rangle)^2$.

**Assumptions.** As stated.

**Source.** [DERIVED], setting of Boursier, Flammarion, arXiv 2410.02348.

**What is checked.** Every step for all n and d, whatever the ranks. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

ALL, PLUS, MINUS = (f"sum[l]({b}[l]*x[k,l])" for b in ("b", "bp", "bm"))
GAP, OTHER_GAP = (f"sum[l]((b[l] - {b}[l])*x[k,l])" for b in ("bp", "bm"))
BETWEEN = "sum[l]((bp[l] - bm[l])*x[k,l])"
DATA = ("side", "plus_normal", "minus_normal")


def zero_square(name: str, fact: str, value: str) -> tuple[Step, ...]:
    """From ``sum[k](value**2) = 0``: value = 0."""
    return (
        Step(f"{name}_sign", f"({value})**2 >= 0", by=f"({value})**2"),
        Step(f"{name}_one", f"({value})**2 <= sum[k](({value})**2)", "term_of_sum", (f"{name}_sign",), "k"),
        Step(f"{name}_small", f"({value})**2 <= 0**2", by=f"#{name}_one - #{fact}"),
        Step(f"{name}_turned", f"(-({value}))**2 <= 0**2", by=f"#{name}_small"),
        Step(f"{name}_below", f"{value} <= 0", "root_of_square", (f"{name}_small", "nothing"), f"{value}; 0"),
        Step(f"{name}_above", f"-({value}) <= 0", "root_of_square", (f"{name}_turned", "nothing"), f"-({value}); 0"),
        Step(name, f"{value} = 0", "antisymmetry", (f"{name}_below", f"{name}_above")),
    )


PROOF = Proof(
    key="boursier2024.global_ols",
    title="A single least-squares fit is stationary only if it is the two-sided one",
    source="[DERIVED], setting of arXiv 2410.02348",
    indices=("n", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("e", ("n",)),
        Symbol("b", ("d",), latex=r"\beta"),
        Symbol("bp", ("d",), latex=r"\beta_+"),
        Symbol("bm", ("d",), latex=r"\beta_-"),
        Symbol("gp", ("d",), latex="g_+"),
        Symbol("gm", ("d",), latex="g_-"),
    ),
    variables=(Symbol("k", (), "n"), Symbol("l", (), "d")),
    definitions=(
        Step("plus_gradient", f"gp[l] = sum[k](e[k]*({ALL} - y[k])*x[k,l])", "define"),
        Step("minus_gradient", f"gm[l] = sum[k]((1 - e[k])*({ALL} - y[k])*x[k,l])", "define"),
    ),
    hypotheses=(
        Hypothesis("side", "e[k]**2 = e[k]", "every sample is on one side"),
        Hypothesis("plus_normal", f"sum[k](e[k]*({PLUS} - y[k])*x[k,l]) = 0", "beta_+ fits the one side"),
        Hypothesis("minus_normal", f"sum[k]((1 - e[k])*({MINUS} - y[k])*x[k,l]) = 0", "beta_- the other"),
        Hypothesis("all_normal", f"sum[k](({ALL} - y[k])*x[k,l]) = 0", "beta fits all samples"),
        Hypothesis("plus_still", "gp[l] = 0", "the one group is stationary at beta"),
        Hypothesis("minus_still", "gm[l] = 0", "so is the other"),
        Hypothesis("agree", f"{PLUS} = {MINUS}", "the two fits agree on every sample"),
    ),
    steps=(
        Step("nothing", "0 >= 0"),
        # Stationary means that the fits agree.
        Step(
            "plus_zero",
            f"sum[k]((e[k]*({GAP}))**2) = 0",
            by=f"sum[l]((b[l] - bp[l])*(#plus_still - #plus_gradient - #plus_normal)) + sum[k](({GAP})**2*#side)",
        ),
        *zero_square("plus_same", "plus_zero", f"e[k]*({GAP})"),
        Step(
            "minus_zero",
            f"sum[k](((1 - e[k])*({OTHER_GAP}))**2) = 0",
            by=f"sum[l]((b[l] - bm[l])*(#minus_still - #minus_gradient - #minus_normal))"
            f" + sum[k](({OTHER_GAP})**2*#side)",
        ),
        *zero_square("minus_same", "minus_zero", f"(1 - e[k])*({OTHER_GAP})"),
        Step(
            "same_fit",
            f"{ALL} = e[k]*{PLUS} + (1 - e[k])*{MINUS}",
            by="#plus_same + #minus_same",
        ),
        # If the two fits agree, the single one is both of them.
        Step(
            "agree_zero",
            f"sum[k](({GAP})**2) = 0",
            by=f"sum[l]((b[l] - bp[l])*(#all_normal - #plus_normal - #minus_normal)) - sum[k]((1 - e[k])*{GAP}*#agree)",
        ),
        *zero_square("agree_same", "agree_zero", GAP),
        Step(
            "plus_stationary",
            "gp[l] = 0",
            by="#plus_gradient + #plus_normal + sum[k](e[k]*x[k,l]*#agree_same)",
        ),
        Step(
            "minus_stationary",
            "gm[l] = 0",
            by="#minus_gradient + #minus_normal + sum[k]((1 - e[k])*x[k,l]*(#agree_same + #agree))",
        ),
        # The price of one fit.
        Step(
            "price",
            f"sum[k](({ALL} - y[k])**2) = sum[k](e[k]*({PLUS} - y[k])**2 + (1 - e[k])*({MINUS} - y[k])**2)"
            f" + sum[k](e[k]*({GAP})**2 + (1 - e[k])*({OTHER_GAP})**2)",
            by="2*sum[l]((b[l] - bp[l])*#plus_normal + (b[l] - bm[l])*#minus_normal)",
        ),
    ),
    goals=(
        Goal(
            "stationary means equal fits",
            f"{ALL} = e[k]*{PLUS} + (1 - e[k])*{MINUS}",
            "same_fit",
            (*DATA, "plus_still", "minus_still"),
        ),
        Goal("equal fits are stationary", "gp[l] = 0", "plus_stationary", (*DATA[1:], "all_normal", "agree")),
        Goal("on both sides", "gm[l] = 0", "minus_stationary", (*DATA[1:], "all_normal", "agree")),
        Goal(
            "price",
            f"sum[k](({ALL} - y[k])**2) = sum[k](e[k]*({PLUS} - y[k])**2 + (1 - e[k])*({MINUS} - y[k])**2)"
            f" + sum[k](e[k]*({GAP})**2 + (1 - e[k])*({OTHER_GAP})**2)",
            "price",
            DATA[1:],
            "of one fit instead of two",
        ),
    ),
)

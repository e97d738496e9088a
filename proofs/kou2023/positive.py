r"""Nearly orthogonal data make every multiplier positive, so that all margins become equal.

**Setting.** Equal widths, $K_{ik} = \frac12((1+\gamma)^2y_iy_k + (1-\gamma)^2)\langle x_i, x_k\rangle$ (kou2023/kkt),
$K\lambda = 1$; $\|x_i\|^2 \ge R^2$, $|\langle x_i, x_k\rangle| \le p$ for $i \ne k$.

**Statement.** If $2(n-1)p < R^2$, then $\lambda > 0$: more exactly $(1+\gamma^2)(R^2 - (n-1)p)|\lambda_i| \le 1$ and
$(1+\gamma^2)\|x_i\|^2(R^2 - (n-1)p)\lambda_i \ge R^2 - 2(n-1)p$. For $n \ge 2$ already $(2n-3)p < R^2$ is enough. Only
the least norm matters, and neither $\gamma$ nor the ratio of the norms.

The second condition cannot be weakened: for one class, unit norms, $\langle x_1, x_k\rangle = p$ and
$\langle x_i, x_k\rangle = -p$ otherwise, $\lambda_1 \le 0$ as soon as $(2n-3)p \ge 1$. Nor do the conditions suffice
for different widths: $m_+ = 1$, $m_- = 1000$, $\gamma = 0.1$, two unit inputs of opposite labels with inner product
-0.3 give a negative multiplier.

**Assumptions.** Labels $\pm1$, any $\gamma$.

**Source.** [DERIVED]; setting of Kou, Chen, Gu, arXiv 2310.18935.

**What is checked.** Every step, for all n, d and $\gamma$. **What is not.** The examples just given.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

PATTERN, DESCENT = shared_steps(__file__, "pattern"), shared_steps(__file__, "descent")
B, MOST = "(1 + gamma**2)", "abs(lam[top])"
KERNEL = "((1 + gamma)**2*y[i]*y[k] + (1 - gamma)**2)/2"
OTHERS = "sum[k]((1 - delta[i,k])*abs(lam[k]))"
ROW = "sum[k]((1 - delta[i,k])*K[i,k]*lam[k])"
GAP = "(R2 - (n - 1)*p)"
UPPER = f"{B}*{GAP}*abs(lam[i]) <= 1"
LOWER = f"{B}*Q[i,i]*{GAP}*lam[i] >= R2 - 2*(n - 1)*p"
DATA = ("labels", "solves", "norms", "pairs")


def influence(name: str, sign: str) -> tuple[Step, ...]:
    """What one entry of a row of K does, on one side."""
    term, bound = f"{sign}K[i,k]*lam[k]", f"{B}*abs(Q[i,k])*abs(lam[k])"
    return (
        Step(
            f"{name}_square",
            f"({term})**2 <= ({bound})**2",
            by=f"{B}**2*(abs(Q[i,k])**2*#value_square(i = k) + lam[k]**2*#size_square)"
            f" - (K[i,k] + {KERNEL}*Q[i,k])*lam[k]**2*#kernel"
            " + Q[i,k]**2*lam[k]**2*((1 + gamma)**2*(1 - gamma)**2/4*(1 - y[i]*y[k])**2"
            " - ((1 + gamma)**4 + (1 + gamma)**2*(1 - gamma)**2)/4*(y[k]**2*#labels + #labels(i = k)))",
        ),
        Step(name, f"{term} <= {bound}", "root_of_square", (f"{name}_square", "product_sign"), f"{term}; {bound}"),
        Step(
            f"row_{name}",
            f"{sign}{ROW} <= {B}*p*{OTHERS}",
            "kronecker",
            (),
            f"sum[k]((1 - delta[i,k])**2*#{name} + (1 + gamma**2)*(1 - delta[i,k])**2*#value_sign(i = k)*#pairs)",
        ),
    )


ROWS = (
    Step("pair_sign", "p >= 0", "kronecker", by="#pairs(k = i)"),
    Step("size_sign", "abs(Q[i,k]) >= 0", "absolute_value", by="Q[i,k]"),
    Step("size_square", "abs(Q[i,k])**2 = Q[i,k]**2", "absolute_value", by="Q[i,k]"),
    Step("value_sign", "abs(lam[i]) >= 0", "absolute_value", by="lam[i]"),
    Step("value_square", "abs(lam[i])**2 = lam[i]**2", "absolute_value", by="lam[i]"),
    Step(
        "product_sign",
        f"{B}*abs(Q[i,k])*abs(lam[k]) >= 0",
        by="(1 + gamma**2)*#size_sign*#value_sign(i = k)",
    ),
    *influence("from_above", ""),
    *influence("from_below", "-"),
    Step(
        "row",
        f"{B}*Q[i,i]*lam[i] = 1 - {ROW}",
        "kronecker",
        (),
        "#solves - lam[i]*#kernel(k = i) - (1 + gamma)**2/2*Q[i,i]*lam[i]*#labels",
    ),
    Step("least", f"{B}*Q[i,i]*lam[i] >= 1 - {B}*p*{OTHERS}", by="#row + #row_from_above"),
    Step("above", f"{B}*Q[i,i]*lam[i] <= 1 + {B}*p*{OTHERS}", by="#row_from_below - #row"),
    Step("below", f"-{B}*Q[i,i]*lam[i] <= 1 + {B}*p*{OTHERS}", by="#least + 2"),
    Step(
        "entry",
        f"abs({B}*Q[i,i]*lam[i]) <= 1 + {B}*p*{OTHERS}",
        "absolute_value",
        ("above", "below"),
        f"{B}*Q[i,i]*lam[i]; 1 + {B}*p*{OTHERS}",
    ),
    Step("entry_sign", f"abs({B}*Q[i,i]*lam[i]) >= 0", "absolute_value", by=f"{B}*Q[i,i]*lam[i]"),
    Step("entry_square", f"abs({B}*Q[i,i]*lam[i])**2 = ({B}*Q[i,i]*lam[i])**2", "absolute_value",
         by=f"{B}*Q[i,i]*lam[i]"),
)  # fmt: skip


def sized(name: str, floor: str) -> tuple[Step, ...]:
    """The size of an entry of lambda, given the name of the step that says R2 >= 0."""
    return (
        Step(
            f"{name}_square",
            f"({B}*R2*abs(lam[i]))**2 <= abs({B}*Q[i,i]*lam[i])**2",
            by=f"#entry_square - {B}**2*R2**2*#value_square + {B}**2*lam[i]**2*#norms*(#norms + 2*#{floor})",
        ),
        Step(
            f"{name}_root",
            f"{B}*R2*abs(lam[i]) <= abs({B}*Q[i,i]*lam[i])",
            "root_of_square",
            (f"{name}_square", "entry_sign"),
            f"{B}*R2*abs(lam[i]); abs({B}*Q[i,i]*lam[i])",
        ),
        Step(name, f"{B}*R2*abs(lam[i]) <= 1 + {B}*p*{OTHERS}", by=f"#{name}_root + #entry"),
    )


MAIN = (
    Step("largest", f"abs(lam[i]) <= {MOST}", "maximum_attained", by="top; abs(lam[i]); i"),
    Step("crowd", f"{OTHERS} <= (n - 1)*{MOST}", "kronecker", (), "sum[k]((1 - delta[i,k])**2*#largest(i = k))"),
    Step("load", "(n - 1)*p >= 0", "kronecker", (), "sum[k]((1 - delta[i,k])**2)*#pair_sign"),
    Step("gap", f"{GAP} > 0", by="#near + #load"),
    Step("floor", "R2 >= 0", by="#gap + #load"),
    *sized("scale", "floor"),
    Step(
        "bounded_most",
        f"{B}*{GAP}*{MOST} <= 1",
        by="#scale(i = top) + (1 + gamma**2)*#pair_sign*#crowd(i = top)",
    ),
    Step("bounded", UPPER, by="(1 + gamma**2)*#gap*#largest + #bounded_most"),
    Step(
        "lower",
        LOWER,
        by="#gap*(#least + (1 + gamma**2)*#pair_sign*#crowd) + #load*#bounded_most",
    ),
    Step("share", f"{B}*Q[i,i]*{GAP}*lam[i] > 0", by="#lower + #near"),
    Step("positive", "lam[i] > 0", "cancel", ("share",), "(1 + gamma**2)*(#norms + #gap + #load)*#gap"),
)
SHARP = (
    Step("excess", "(n - 2)*p >= 0", by="#two*#pair_sign"),
    Step("sharp_floor", "R2 >= 0", by="#nearer + 2*#excess + #pair_sign"),
    *sized("sharp_scale", "sharp_floor"),
    Step("room", f"{MOST} - abs(lam[k]) >= 0", by="#largest(i = k)"),
    Step("one_room", f"{MOST} - abs(lam[k]) <= sum[k]({MOST} - abs(lam[k]))", "term_of_sum", ("room",), "k"),
    Step("negative", "lam[j] <= 0", "suppose", by="j"),
    Step("turned", "lam[j] <= -lam[j]", by="2*#negative"),
    Step("itself", "-lam[j] <= -lam[j]"),
    Step("value", "abs(lam[j]) <= -lam[j]", "absolute_value", ("turned", "itself"), "lam[j]; -lam[j]"),
    Step(
        "at_negative",
        f"{B}*R2*abs(lam[j]) <= -1 + {B}*p*(n - 1)*{MOST}",
        by="(1 + gamma**2)*(#norms(i = j) + #sharp_floor)*#value + (1 + gamma**2)*#norms(i = j)*#value_sign(i = j)"
        " + #least(i = j) + (1 + gamma**2)*#pair_sign*#crowd(i = j)",
    ),
    Step(
        "at_most",
        f"{B}*R2*{MOST} <= 1 + {B}*p*((n - 2)*{MOST} + abs(lam[j]))",
        "kronecker",
        (),
        "#sharp_scale(i = top) + (1 + gamma**2)*#pair_sign*#one_room(k = j)",
    ),
    Step(
        "none_scaled",
        f"-{B}*(R2 - (2*n - 3)*p)*{MOST} >= 0",
        by="#at_negative + #at_most + (1 + gamma**2)*#value_sign(i = j)*(#nearer + 2*#excess)",
    ),
    Step("none", f"-{MOST} >= 0", "cancel", ("none_scaled",), "(1 + gamma**2)*#nearer"),
    Step(
        "absurd",
        "-1 >= 0",
        by="#at_negative + (1 + gamma**2)*(#sharp_floor*#value_sign(i = j) + (#excess + #pair_sign)*#none)",
    ),
    Step("so", "lam[j] > 0", by="(lam[j] + 1/2)**2 + lam[j]**2*#absurd + #absurd/2 + 1/4"),
    Step("if_negative", "lam[i] <= 0 => lam[i] > 0", "discharge", ("so", "negative"), "j = i"),
    Step("other_case", "lam[o] > 0", "suppose", by="o"),
    Step("if_positive", "lam[i] > 0 => lam[i] > 0", "discharge", ("other_case", "other_case"), "o = i"),
    Step("sharp", "lam[i] > 0", "cases", ("if_positive", "if_negative")),
)

PROOF = Proof(
    key="kou2023.positive",
    title="Nearly orthogonal data make every multiplier positive",
    source="[DERIVED], setting of arXiv 2310.18935",
    indices=("n", "d"),
    symbols=(
        *(s for s in PATTERN.SYMBOLS if s.name in ("y", "gamma", "lam", "Q", "K")),
        Symbol("R2", latex="R^2"),
        Symbol("p"),
        *(Symbol(name, (), "n") for name in ("top", "j", "o")),
    ),
    variables=PATTERN.VARIABLES[:2],
    definitions=(Step("kernel", f"K[i,k] = {KERNEL}*Q[i,k]", "define"),),
    hypotheses=(
        PATTERN.LABELS,
        PATTERN.SOLVES,
        Hypothesis("norms", "Q[i,i] >= R2", "R2 is at most the least squared norm of an input"),
        Hypothesis("pairs", "(1 - delta[i,k])*abs(Q[i,k]) <= p", "inner products of different inputs are at most p"),
        Hypothesis("near", "R2 > 2*(n - 1)*p", "the data are nearly orthogonal"),
        Hypothesis("two", "n >= 2", "there are at least two samples"),
        Hypothesis("nearer", "R2 > (2*n - 3)*p", "the data are nearly orthogonal, sharply"),
    ),
    steps=(*ROWS, *MAIN, *SHARP),
    goals=(
        Goal("positive", "lam[i] > 0", "positive", (*DATA, "near"), "every multiplier is positive"),
        Goal("upper bound", UPPER, "bounded", (*DATA, "near")),
        Goal("lower bound", LOWER, "lower", (*DATA, "near")),
        Goal("sharp condition", "lam[i] > 0", "sharp", (*DATA, "two", "nearer")),
    ),
    not_checked=("the examples that show the second condition to be sharp and equal widths to be needed",),
)

r"""When a two-sided fit interpolates: with independent inputs on each side always, with more and generic labels never.

**Setting.** Samples on two sides, $e_k = 1$ and $e_k = 0$; a fit $\langle\beta_+, x_k\rangle$ on the one and
$\langle\beta_-, x_k\rangle$ on the other, with error $\tfrac1{2n}\sum_k(\dots)^2$.

**Statement.** If the inputs of a side are independent (so at most d), some $\beta$ fits them exactly; with both sides
independent the error is 0. If the inputs of a side have a dependence $\sum_kc_ke_kx_k = 0$, as more than d inputs
have, scaled to $\sum_ke_kc_k^2 = 1$, then for **every** $\beta_+$, $\beta_-$: $2n\cdot$ error $\ge
(\sum_kc_ke_ky_k)^2$. So the error of every such fit is positive for labels outside a hyperplane, and a network that
is linear on that side cannot interpolate.

**Assumptions.** As stated.

**Source.** [DERIVED], setting of Boursier, Flammarion, arXiv 2410.02348.

**What is checked.** Every step for all n, d. **What is not.** That more than d vectors have a dependence, and that
the labels drawn from a density lie outside a hyperplane. A network realises the two-sided fit if it keeps the sides
apart (boursier2024/two_sided).
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PLUS, MINUS = "sum[l](bp[l]*x[k,l])", "sum[l](bm[l]*x[k,l])"
HERE = PLUS.replace("k", "i")
ERROR = f"sum[k](e[k]*({PLUS} - y[k])**2 + (1 - e[k])*({MINUS} - y[k])**2)"
PROJECTION = "sum[k](c[k]*e[k]*y[k])"

PROOF = Proof(
    key="boursier2024.threshold",
    title="A two-sided fit interpolates up to d independent inputs a side, and not beyond",
    source="[DERIVED], setting of arXiv 2410.02348",
    indices=("n", "d", "P", "M"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("e", ("n",)),
        Symbol("c", ("n",)),
        Symbol("xp", ("P", "d"), latex="x^+"),
        Symbol("xm", ("M", "d"), latex="x^-"),
        Symbol("yp", ("P",), latex="y^+"),
        Symbol("ym", ("M",), latex="y^-"),
        Symbol("fp", ("d",), latex=r"\beta_+"),
        Symbol("fm", ("d",), latex=r"\beta_-"),
    ),
    variables=(
        Symbol("k", (), "n"),
        Symbol("i", (), "n"),
        Symbol("l", (), "d"),
        Symbol("j", (), "P"),
        Symbol("q", (), "M"),
        Symbol("a", ("P",)),
        Symbol("b", ("M",)),
        Symbol("bp", ("d",), latex=r"\beta_+"),
        Symbol("bm", ("d",), latex=r"\beta_-"),
    ),
    hypotheses=(
        Hypothesis(
            "plus_independent",
            "all[l](sum[j](a[j]*xp[j,l]) = 0) => a[j] = 0",
            "the inputs of the one side are independent",
        ),
        Hypothesis("minus_independent", "all[l](sum[q](b[q]*xm[q,l]) = 0) => b[q] = 0", "so are those of the other"),
        Hypothesis("side", "e[k]**2 = e[k]", "every sample is on one side"),
        Hypothesis("dependent", "sum[k](c[k]*e[k]*x[k,l]) = 0", "a dependence among the inputs of one side"),
        Hypothesis("scaled", "sum[k](e[k]*c[k]**2) = 1", "of length 1"),
        Hypothesis("generic", f"{PROJECTION} != 0", "that the labels do not share"),
    ),
    steps=(
        Step(
            "plus_fit",
            "sum[l](xp[j,l]*fp[l]) = yp[j]",
            "independent_onto",
            ("plus_independent",),
            "fp[l]; xp[j,l]; yp[j]; a[j]; l",
        ),
        Step(
            "minus_fit",
            "sum[l](xm[q,l]*fm[l]) = ym[q]",
            "independent_onto",
            ("minus_independent",),
            "fm[l]; xm[q,l]; ym[q]; b[q]; l",
        ),
        Step(
            "interpolation",
            "sum[j]((sum[l](xp[j,l]*fp[l]) - yp[j])**2) + sum[q]((sum[l](xm[q,l]*fm[l]) - ym[q])**2) = 0",
            by="sum[j]((sum[l](xp[j,l]*fp[l]) - yp[j])*#plus_fit) + sum[q]((sum[l](xm[q,l]*fm[l]) - ym[q])*#minus_fit)",
        ),
        Step("share", "e[k] >= 0", by="e[k]**2 - #side"),
        Step("rest", "1 - e[k] >= 0", by="(1 - e[k])**2 - #side"),
        Step(
            "bound",
            f"{ERROR} >= {PROJECTION}**2",
            by=f"sum[k,i](#share*#share(k=i)*(({PLUS} - y[k])*c[i] - ({HERE} - y[i])*c[k])**2)/2"
            f" + sum[k](#rest*({MINUS} - y[k])**2) - sum[k](e[k]*({PLUS} - y[k])**2)*#scaled"
            f" + (sum[k](c[k]*e[k]*({PLUS} - y[k])) - {PROJECTION})*sum[l](bp[l]*#dependent)",
        ),
        Step("positive", f"{ERROR} > 0", by="#bound + #generic**2"),
    ),
    goals=(
        Goal("one side", "sum[l](xp[j,l]*fp[l]) = yp[j]", "plus_fit", ("plus_independent",)),
        Goal(
            "interpolation",
            "sum[j]((sum[l](xp[j,l]*fp[l]) - yp[j])**2) + sum[q]((sum[l](xm[q,l]*fm[l]) - ym[q])**2) = 0",
            "interpolation",
            ("plus_independent", "minus_independent"),
            "by the two-sided fit",
        ),
        Goal("bound", f"{ERROR} >= {PROJECTION}**2", "bound", ("side", "dependent", "scaled")),
        Goal("no interpolation", f"{ERROR} > 0", "positive", ("side", "dependent", "scaled", "generic")),
    ),
    not_checked=(
        "that more than d vectors have a dependence",
        "that labels drawn from a density lie outside a hyperplane",
    ),
)

r"""Theorem 5, corrected: the dimension of the set of parameters of one output, and collapse has the larger set.

**Setting.** Linear layers, counted from the output: $F_0 = W_L$, $F_1 = W_{L-1}$, ..., balanced
($F_k^TF_k = F_{k+1}F_{k+1}^T$), of width d. Turning the bases of the hidden layers by skew $A_k$ moves $F_0$ by
$-F_0A_0$ and $F_{k+1}$ by $A_kF_{k+1} - F_{k+1}A_{k+1}$ and leaves the output as it is.

**Statement.** If nothing moves, $F_kA_k = 0$ for every k: each layer's turn vanishes on the r-dimensional space of its
features, whatever the multiplicities of the singular values. Such skew matrices have the dimension
$(d-r)(d-r-1)/2$ a layer, so the solutions have $L(rd - r(r+1)/2)$. For collapse, of rank $K - 1 > r \ge 1$, the ratio
R(d) of the dimensions exceeds 1 for every $d \ge K$, increases with d, and tends to $(K-1)/r$.

**Assumptions.** As stated; for the count $L > 0$.

**Source.** Garrod, Keating, arXiv 2410.23169, Theorem 5 [PAPER], whose count is smaller; this count [DERIVED].

**What is checked.** Every step for all widths, depths and ranks. **What is not.** The dimension of the skew matrices
that vanish on an r-dimensional space, and that all balanced solutions are one orbit.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

TURNED = "sum[b](A[a,b](n0)*F[b,c](n0 + 1))"
STILL = "sum[b](F[a,b](k)*A[b,c](k))"

PROOF = Proof(
    key="garrod2024.dimension",
    title="Collapse has the larger set of solutions at every width",
    source="arXiv 2410.23169, Theorem 5 [PAPER], corrected [DERIVED]",
    indices=("D",),
    symbols=(
        Symbol("F", ("D", "D", "N")),
        Symbol("A", ("D", "D", "N")),
        Symbol("n0", (), "N"),
        Symbol("full", ("R",), latex=r"D_{\mathrm{DNC}}"),
        Symbol("low", ("R",), latex="D_r"),
        *(Symbol(name) for name in ("L", "K", "r", "d", "e")),
    ),
    variables=(
        Symbol("a", (), "D"),
        Symbol("b", (), "D"),
        Symbol("c", (), "D"),
        Symbol("g", (), "D"),
        Symbol("k", (), "N"),
        Symbol("s"),
    ),
    definitions=(
        Step("full", "full(s) = L*(s*(s - 1)/2 - (s - K + 1)*(s - K)/2)", "define"),
        Step("low", "low(s) = L*(s*(s - 1)/2 - (s - r)*(s - r - 1)/2)", "define"),
    ),
    hypotheses=(
        Hypothesis("skew", "A[a,b](k) = -A[b,a](k)", "bases are turned"),
        Hypothesis(
            "balanced",
            "sum[b](F[b,a](k)*F[b,c](k)) = sum[b](F[a,b](k + 1)*F[c,b](k + 1))",
            "neighbouring factors are balanced",
        ),
        Hypothesis("output_still", "sum[b](F[a,b](0)*A[b,c](0)) = 0", "the last layer does not move"),
        Hypothesis(
            "inner_still",
            "sum[b](A[a,b](k)*F[b,c](k + 1)) = sum[b](F[a,b](k + 1)*A[b,c](k + 1))",
            "no other layer moves",
        ),
        Hypothesis("layers", "L > 0", "there is a hidden layer"),
        Hypothesis("rank", "r >= 1", "the other output has rank r"),
        Hypothesis("smaller", "K - 1 > r", "less than collapse"),
        Hypothesis("width", "d >= K", "the width allows collapse"),
        Hypothesis("wider", "e > d", "a larger width"),
    ),
    steps=(
        Step("here", STILL.replace("k)", "n0)") + " = 0", "suppose", by="n0"),
        Step(
            "square",
            f"sum[c](({TURNED})**2) = 0**2",
            by="-sum[b,c](A[a,b](n0)*A[a,c](n0)*#balanced(a=b, c=c, k=n0))"
            " + sum[g]((sum[b](F[g,b](n0)*(A[a,b](n0) - A[b,a](n0))))*sum[b](F[g,b](n0)*#skew(a=a, b=b, k=n0)))"
            " + sum[g](sum[b](F[g,b](n0)*A[b,a](n0))*#here(a=g, c=a))",
        ),
        Step("square_sign", f"({TURNED})**2 >= 0", by=f"({TURNED})**2"),
        Step("one", f"({TURNED})**2 <= sum[c](({TURNED})**2)", "term_of_sum", ("square_sign",), "c"),
        Step("small", f"({TURNED})**2 <= 0**2", by="#one - #square"),
        Step("small_too", f"(-{TURNED})**2 <= 0**2", by="#small"),
        Step("nothing", "0 >= 0"),
        Step("below", f"{TURNED} <= 0", "root_of_square", ("small", "nothing"), f"{TURNED}; 0"),
        Step("above", f"-{TURNED} <= 0", "root_of_square", ("small_too", "nothing"), f"-{TURNED}; 0"),
        Step("turned", f"{TURNED} = 0", "antisymmetry", ("below", "above")),
        Step("after", STILL.replace("k)", "n0 + 1)") + " = 0", by="#turned - #inner_still(k=n0)"),
        Step(
            "inductive",
            f"all[a,c]({STILL} = 0) => {STILL.replace('k)', 'k + 1)')} = 0",
            "discharge",
            ("after", "here"),
            "n0 = k",
        ),
        Step("still", f"{STILL} = 0", "induction", ("output_still", "inductive"), "k"),
        # The count.
        Step("count", "low(s) = L*(r*s - r*(r + 1)/2)", by="#low"),
        Step("count_full", "full(s) = L*((K - 1)*s - K*(K - 1)/2)", by="#full"),
        Step(
            "low_sign",
            "low(d) > 0",
            by="#low(s=d) + #layers*(#rank + 1)*(2*#width + 2*#smaller + #rank + 2)/2",
        ),
        Step(
            "low_sign_wider",
            "low(e) > 0",
            by="#low(s=e) + #layers*(#rank + 1)*(2*#wider + 2*#width + 2*#smaller + #rank + 2)/2",
        ),
        Step(
            "more",
            "full(d) > low(d)",
            by="#full(s=d) - #low(s=d) + #layers*#smaller*(2*#width + #smaller + 1)/2",
        ),
        Step("ratio", "full(d)/low(d) > 1", uses=("low_sign",), by="#more/#low_sign"),
        Step(
            "cross",
            "full(e)*low(d) > full(d)*low(e)",
            by="low(d)*#count_full(s=e) - low(e)*#count_full(s=d)"
            " + L*((K - 1)*e - K*(K - 1)/2)*#count(s=d) - L*((K - 1)*d - K*(K - 1)/2)*#count(s=e)"
            " + #layers**2*(#rank + 1)*(#smaller + #rank + 1)*#smaller*#wider/2",
        ),
        Step(
            "increasing",
            "full(e)/low(e) > full(d)/low(d)",
            uses=("low_sign", "low_sign_wider"),
            by="#cross/#low_sign/#low_sign_wider",
        ),
        Step("rank_sign", "r > 0", by="#rank + 1"),
        Step(
            "limit",
            "(K - 1)/r - full(d)/low(d) = L*(K - 1)*(K - 1 - r)/2/low(d)",
            uses=("low_sign", "rank_sign"),
            by="(K - 1)/r/low(d)*#count(s=d) - #count_full(s=d)/low(d)",
        ),
    ),
    goals=(
        Goal(
            "stabiliser",
            f"{STILL} = 0",
            "still",
            ("skew", "balanced", "output_still", "inner_still"),
            "turns that move nothing vanish on the features, whatever the multiplicities",
        ),
        Goal("dimension", "low(s) = L*(r*s - r*(r + 1)/2)", "count", ()),
        Goal("dimension of collapse", "full(s) = L*((K - 1)*s - K*(K - 1)/2)", "count_full", ()),
        Goal("ratio above one", "full(d)/low(d) > 1", "ratio", ("layers", "rank", "smaller", "width")),
        Goal(
            "increasing",
            "full(e)/low(e) > full(d)/low(d)",
            "increasing",
            ("layers", "rank", "smaller", "width", "wider"),
        ),
        Goal(
            "limit",
            "(K - 1)/r - full(d)/low(d) = L*(K - 1)*(K - 1 - r)/2/low(d)",
            "limit",
            ("layers", "rank", "smaller", "width"),
            "the ratio tends to (K - 1)/r as the dimensions grow",
        ),
    ),
    not_checked=(
        "the dimension of the skew matrices that vanish on a space of dimension r",
        "that all balanced solutions of one output are one orbit",
    ),
)

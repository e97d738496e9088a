r"""K = 15, depth 2: the rational counterexample, with the product 3250 of squared norms below $3375 = 15^3$.

**Setting.** As in sukenik2024/cut with $r = 6$: the 15 classes are the edges of $K_6$, the 20 neurons its 3-sets;
$H_1 = A - \tfrac13$, $W_1$ has the entries $\pm\tfrac12$; $W_2$ is proportional to $3, -1, 1$ where a set contains
both, one or no end of a class. All entries are rational.

**Statement.** The output is exactly $I_{15}$ and the product of the squared norms is $3250 < 3375$. By
sukenik2024/collapsed and sukenik2024/reduction no collapsed solution with a nonzero output is optimal at $K = 15$,
$L = 2$, for any positive penalties.

**Assumptions.** Each two of six vertices are the ends of exactly one class.

**Source.** [DERIVED], against the setting of arXiv 2405.14468.

**What is checked.** Every step. **What is not.** That padding with zeros embeds these layers in wider networks.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps

CUT = shared_steps(__file__, "cut")
GIVEN = ("pairs", "half", "three")
PRODUCT = f"(V - 1)*(V - 2)*(S*V/4)*({CUT.LAST})"

PROOF = Proof(
    key="sukenik2024.k15",
    title="K = 15, L = 2: rational parameters with product 3250 < 3375 beat deep neural collapse",
    source="[DERIVED], setting of arXiv 2405.14468",
    indices=("V", "E", "S"),
    symbols=CUT.SYMBOLS,
    variables=CUT.VARIABLES,
    definitions=CUT.DEFINITIONS,
    hypotheses=(*CUT.GRAPH.HYPOTHESES, CUT.HALF, Hypothesis("three", "s = 3", "six vertices")),
    steps=(
        *CUT.STEPS,
        Step("s_positive", "s > 0", by="#three + 3"),
        Step("a_positive", "a > 0", by="#a_value + 2*#three + 5"),
        Step("b_positive", "b > 0", by="#b_value + 2*#three + 3"),
        Step("d_positive", "d > 0", by="#d_value + #three + 2"),
        *CUT.SUBSETS,
        *CUT.MOMENTS,
        *CUT.NETWORK,
        *CUT.NORMS,
        Step("count", "E = 15", "rewriting", ("halved", "a_value", "three"), "0; E; a; s"),
        Step("doubled", f"4*a**3*{CUT.CUBIC} = 3250*d", "rewriting", ("a_value", "d_value", "three"), "0; a; d; s"),
        Step("number", f"4*a**3*{CUT.CUBIC}/d = 3250", "cancel", ("doubled", "d_positive"), "d"),
        Step("product", f"{PRODUCT} = 3250", uses=CUT.TWO, by="#closed + #number"),
        Step("better", f"{PRODUCT} < E**3", uses=CUT.TWO, by="(E**2 + 15*E + 225)*#count - #product + 125"),
    ),
    goals=(
        *(goal for goal in CUT.goals(GIVEN) if goal.name != "classes"),
        Goal("classes", "E = 15", "count", GIVEN),
        Goal("number", f"{PRODUCT} = 3250", "product", GIVEN, "the product of the squared norms"),
        Goal("better", f"{PRODUCT} < E**3", "better", GIVEN, "it is below K^3"),
    ),
    not_checked=("that padding with zeros embeds these layers in wider networks",),
)

r"""Depth 2: the cut family beats deep neural collapse for every even $r \ge 6$.

**Setting.** $K = r(r-1)/2$ classes are the pairs of $r = 2s$ vertices, A their incidence matrix; one neuron for each
set of s vertices. $H_1 = A - \tfrac2r$; the row of $W_1$ for a set is its indicator minus $\tfrac12$, so that
$\mathrm{relu}(W_1H_1)$ is 1 where a class lies inside the set and 0 elsewhere; $W_2$ depends on the number of ends of
the class in the set: 2, 1 or 0.

**Statement.** The output is exactly $I_K$. The product of the squared norms is
$\frac{2(r-1)^3(r^3 - 7r^2 + 16r - 8)}{r - 2}$, which is below $K^3$ for every even $r \ge 6$, with the ratio
$\frac{16(r^3 - 7r^2 + 16r - 8)}{r^3(r-2)}$. By sukenik2024/collapsed and sukenik2024/reduction no collapsed solution
with a nonzero output is optimal at $L = 2$ for these K.

**Assumptions.** Each two vertices are the ends of exactly one class; $r = 2s$; $s \ge 3$.

**Source.** [DERIVED], against the setting of arXiv 2405.14468: at depth 2 collapse was known to be optimal under a
hypothesis on nuclear norms only.

**What is checked.** Every step, for all even r. **What is not.** That padding with zeros embeds these layers in wider
networks.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps

CUT = shared_steps(__file__, "cut")
GIVEN = ("pairs", "half", "halves")

PROOF = Proof(
    key="sukenik2024.cut",
    title="The cut family beats deep neural collapse at L = 2 for all even r >= 6",
    source="[DERIVED], setting of arXiv 2405.14468",
    indices=("V", "E", "S"),
    symbols=CUT.SYMBOLS,
    variables=CUT.VARIABLES,
    definitions=CUT.DEFINITIONS,
    hypotheses=(*CUT.GRAPH.HYPOTHESES, CUT.HALF, Hypothesis("halves", "s >= 3", "at least six vertices")),
    steps=(
        *CUT.STEPS,
        Step("s_positive", "s > 0", by="#halves + 3"),
        Step("a_positive", "a > 0", by="#a_value + 2*#halves + 5"),
        Step("b_positive", "b > 0", by="#b_value + 2*#halves + 3"),
        Step("d_positive", "d > 0", by="#d_value + #halves + 2"),
        *CUT.SUBSETS,
        *CUT.MOMENTS,
        *CUT.NETWORK,
        *CUT.NORMS,
        Step(
            "margin",
            f"4*a**3*{CUT.CUBIC} < d*E**3",
            "rewriting",
            ("halved", "d_value", "a_positive"),
            "a**3*(#halves + 1)*(#halves**3 + 2*(#halves - 1/4)**2 + 15/8); E; d",
        ),
        Step("below", f"4*a**3*{CUT.CUBIC}/d < E**3", "cancel", ("margin", "d_positive"), "d"),
        Step(
            "product",
            f"(V - 1)*(V - 2)*(S*V/4)*({CUT.LAST}) < E**3",
            uses=CUT.TWO,
            by="#below - #closed",
        ),
    ),
    goals=(
        *CUT.goals(GIVEN),
        Goal(
            "closed form",
            f"(V - 1)*(V - 2)*(S*V/4)*{CUT.LAST} = 4*a**3*{CUT.CUBIC}/d",
            "closed",
            GIVEN,
            "the product of the squared norms, with a = r - 1 and d = r/2 - 1",
        ),
        Goal(
            "product",
            f"(V - 1)*(V - 2)*(S*V/4)*({CUT.LAST}) < E**3",
            "product",
            GIVEN,
            "the product of the squared norms is below K^3",
        ),
    ),
    not_checked=("that padding with zeros embeds these layers in wider networks",),
)

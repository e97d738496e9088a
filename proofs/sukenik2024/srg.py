r"""The strongly-regular-graph solution beats deep neural collapse, for every depth $L \ge 4$ and every $r \ge 4$.

**Setting.** $K = r(r-1)/2$ classes are the pairs of r vertices; class e has the ends head(e) and tail(e), and A is the
$r \times K$ incidence matrix. Depth $L = k + 4$. The layers are explicit: $W_1 = u(I - J/r) + tJ/r$ and
$H_1 = W_1^{-1}A$ with $u^4 = r - 2$, $t^4 = 2(r-1)$; $k + 1$ identities; $W_{L-1} = 2A^T - J$; $W_L = I/2$.

**Statement.** The output is exactly $I_K$. The squared norms are $N, N, r, \dots, r, Kr, K/4$ with
$N = (r-1)\sqrt{r-2} + \sqrt{2(r-1)}$, and their product is below $K^{L+1}$, the least product of a collapsed solution
(sukenik2024/collapsed). By sukenik2024/reduction no collapsed solution with a nonzero output is optimal.

**Assumptions.** Each two vertices are the ends of exactly one class; $r \ge 4$.

**Source.** Súkeník, Lampert, Mondelli, arXiv 2405.14468 (the structure [PAPER]; these scalings and constants
[DERIVED]).

**What is checked.** Every step, for all r and L. **What is not.** That padding with zeros embeds these layers in
wider networks.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps

GRAPH = shared_steps(__file__, "graph")
COMMON, ENDS = GRAPH.COMMON, GRAPH.ENDS

SIGNS = (
    Step("outer", "V - 2 > 0", by="#vertices + 2"),
    Step("total", "2*V - 2 > 0", by="2*#vertices + 6"),
)
RECURSION = "M[v,e](k); sum[w](W1[v,w]*H[w,e]); sum[w](W[v,w]*relu(M[w,e](k)))"
FORWARD = (
    Step("identity", "W[v,w] = delta[v,w]", "define"),
    Step("start", "M[v,e](0) = sum[w](W1[v,w]*H[w,e])", "recursion", by=RECURSION),
    Step("next", "M[v,e](k + 1) = sum[w](W[v,w]*relu(M[w,e](k)))", "recursion", by=RECURSION),
    Step("nothing", "A[v,e]*(A[v,e] - A[v,e]) = 0"),
    Step("above", "A[v,e] >= A[v,e]"),
    Step("passive", "relu(A[v,e]) = A[v,e]", "positive_part", ("entry_sign", "above", "nothing"), "A[v,e]; A[v,e]"),
    Step("base", "M[v,e](0) = A[v,e]", by="#start + #balanced"),
    Step("kept", "M[v,e](n0) = A[v,e]", "suppose", by="n0"),
    Step("kept_part", "relu(M[v,e](n0)) = relu(A[v,e])", "congruence", ("kept",)),
    Step(
        "kept_next",
        "M[v,e](n0 + 1) = A[v,e]",
        "kronecker",
        by="#next(k=n0) + sum[w](relu(M[w,e](n0))*#identity) + #kept_part + #passive",
    ),
    Step(
        "inductive",
        "all[v,e](M[v,e](k) = A[v,e]) => M[v,e](k + 1) = A[v,e]",
        "discharge",
        ("kept_next", "kept"),
        "n0 = k",
    ),
    Step("inner", "M[v,e](k) = A[v,e]", "induction", ("base", "inductive"), "k"),
    Step("inner_equal", "relu(M[v,e](k)) = relu(A[v,e])", "congruence", ("inner",)),
    Step("inner_part", "relu(M[v,e](k)) = A[v,e]", by="#inner_equal + #passive"),
)
OUTPUT = (
    Step("signs", "W3[f,v] = 2*A[v,f] - 1", "define"),
    Step("before", "Z[f,e](k) = sum[v](W3[f,v]*relu(M[v,e](k)))", "define"),
    Step(
        "pattern",
        f"Z[f,e](k) = 2*({COMMON}) - 2",
        by="#before + sum[v](W3[f,v]*#inner_part) + sum[v](A[v,e]*#signs) + 2*#common - #column",
    ),
    Step("twice_sign", "2*delta[f,e] >= 0", "kronecker", by="2*delta[f,e]**2"),
    Step(
        "twice_above",
        "2*delta[f,e] >= Z[f,e](k)",
        "kronecker",
        ("ends",),
        f"2*(1 - ({COMMON}) + {ENDS})**2 - #pattern - 2*#equal_ends + 2*#join",
    ),
    Step(
        "twice_product",
        "2*delta[f,e]*(2*delta[f,e] - Z[f,e](k)) = 0",
        "kronecker",
        ("ends",),
        "-2*delta[f,e]*#pattern",
    ),
    Step(
        "only_itself",
        "relu(Z[f,e](k)) = 2*delta[f,e]",
        "positive_part",
        ("twice_sign", "twice_above", "twice_product"),
        "Z[f,e](k); 2*delta[f,e]",
    ),
    Step("last", "WL[e,f] = delta[e,f]/2", "define"),
    Step(
        "output",
        "sum[f](WL[e,f]*relu(Z[f,c](k))) = delta[e,c]",
        "kronecker",
        by="sum[f](relu(Z[f,c](k))*#last) + sum[f](delta[e,f]/2*#only_itself(e=c))",
    ),
)
NORMS = (
    Step("inner_norm", "sum[v,w](W[v,w]**2) = V", "kronecker", by="sum[v,w]((W[v,w] + delta[v,w])*#identity)"),
    Step(
        "signs_norm",
        "sum[f,v](W3[f,v]**2) = E*V",
        by="sum[f,v]((W3[f,v] + 2*A[v,f] - 1)*#signs) + 4*sum[e](#squares) - 4*sum[e](#column)",
    ),
    Step("last_norm", "sum[e,f](WL[e,f]**2) = E/4", "kronecker", by="sum[e,f]((WL[e,f] + delta[e,f]/2)*#last)"),
)
PRODUCT = (
    Step(
        "gap",
        "2*N2**2 < V*(V - 1)**3",
        by="V*(#vertices + 3)*(#vertices**2 + 4*#vertices + 1) + 2*(#vertices + 3)*(g - h)**2"
        " - 2*V*(V - 1)*#g_squared - 2*V*#h_squared - 2*(N2 + (V - 1)*g + h)*#nuclear",
    ),
    Step("one_power", "power(V, 1) = V**1", "power", by="V; 1"),
    Step("five_powers", "power(E, 5) = E**5", "power", by="E; 5"),
    Step(
        "shallowest",
        "N2**2*power(V, 1)*(E*V)*(E/4) < power(E, 5)",
        by="E**2*V**2/8*#gap + E**2*(E**2 + E*V*(V - 1)/2 + V**2*(V - 1)**2/4)*#classes"
        " + #five_powers - N2**2*E**2*V/4*#one_power",
    ),
    Step("more_classes", "E > V", by="#classes + V*(#vertices + 1)/2"),
    Step("size", "E > 0", by="E"),
    Step("power_sign", "power(E, k) > 0", "power", ("size",), "E; k"),
    Step("longer_left", "power(V, k + 2) = V*power(V, k + 1)", "power", by="V; k + 1"),
    Step("longer_right", "power(E, k + 6) = E*power(E, k + 5)", "power", by="E; k + 5"),
    Step("deep", "N2**2*power(V, n1 + 1)*(E*V)*(E/4) < power(E, n1 + 5)", "suppose", by="n1"),
    Step(
        "deeper",
        "N2**2*power(V, n1 + 2)*(E*V)*(E/4) < power(E, n1 + 6)",
        by="V*#deep + #more_classes*#power_sign(k=n1 + 5) + #longer_right(k=n1) - N2**2*E**2*V/4*#longer_left(k=n1)",
    ),
    Step(
        "one_more",
        "N2**2*power(V, k + 1)*(E*V)*(E/4) < power(E, k + 5) => N2**2*power(V, k + 2)*(E*V)*(E/4) < power(E, k + 6)",
        "discharge",
        ("deeper", "deep"),
        "n1 = k",
    ),
    Step(
        "product", "N2**2*power(V, k + 1)*(E*V)*(E/4) < power(E, k + 5)", "induction", ("shallowest", "one_more"), "k"
    ),
)
BOTH = ("pairs", "vertices")

PROOF = Proof(
    key="sukenik2024.srg",
    title="The graph solution beats deep neural collapse for all L >= 4 and r >= 4",
    source="arXiv 2405.14468: structure [PAPER], scalings and constants [DERIVED]",
    indices=("V", "E"),
    symbols=GRAPH.SYMBOLS,
    variables=GRAPH.VARIABLES,
    definitions=(GRAPH.INCIDENCE, *GRAPH.ROOT_VALUES),
    hypotheses=(*GRAPH.HYPOTHESES, Hypothesis("vertices", "V >= 4", "at least four vertices")),
    steps=(*GRAPH.STEPS, *SIGNS, *GRAPH.ROOTS, *GRAPH.FIRST, *FORWARD, *OUTPUT, *NORMS, *PRODUCT),
    goals=(
        Goal("classes", "E = V*(V - 1)/2", "classes", ("pairs",), "K = r(r - 1)/2"),
        Goal("output", "sum[f](WL[e,f]*relu(Z[f,c](k))) = delta[e,c]", "output", BOTH, "the output is the identity"),
        Goal("first norm", "sum[v,w](W1[v,w]**2) = N2", "first_norm", ("vertices",)),
        Goal("features norm", "sum[v,e](H[v,e]**2) = N2", "features_norm", BOTH),
        Goal("inner norm", "sum[v,w](W[v,w]**2) = V", "inner_norm", ()),
        Goal("signs norm", "sum[f,v](W3[f,v]**2) = E*V", "signs_norm", ("pairs",)),
        Goal("last norm", "sum[e,f](WL[e,f]**2) = E/4", "last_norm", ()),
        Goal(
            "product",
            "N2**2*power(V, k + 1)*(E*V)*(E/4) < power(E, k + 5)",
            "product",
            BOTH,
            "at depth k + 4 the product of the squared norms is below K^(L + 1)",
        ),
    ),
    not_checked=("that padding with zeros embeds these layers in wider networks",),
)

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
from theorycheck.symbolic.proof_syntax import Symbol

ENDS = "delta[head[e],head[f]]*delta[tail[e],tail[f]] + delta[head[e],tail[f]]*delta[tail[e],head[f]]"
COMMON = "delta[head[e],head[f]] + delta[head[e],tail[f]] + delta[tail[e],head[f]] + delta[tail[e],tail[f]]"

GRAPH = (
    # No class is a loop, and classes with the same ends are equal.
    Step("delta_sign", "delta[v,w] >= 0", "kronecker", by="delta[v,w]**2"),
    Step("loops", "sum[e](delta[v,head[e]]*delta[v,tail[e]]) = 0", "kronecker", by="#pairs(w=v)/2"),
    Step(
        "loop_sign",
        "delta[v,head[e]]*delta[v,tail[e]] >= 0",
        by="#delta_sign(w=head[e])*#delta_sign(w=tail[e])",
    ),
    Step(
        "one_loop",
        "delta[v,head[e]]*delta[v,tail[e]] <= sum[e](delta[v,head[e]]*delta[v,tail[e]])",
        "term_of_sum",
        ("loop_sign",),
        "e",
    ),
    Step("no_loop", "delta[v,head[e]]*delta[v,tail[e]] <= 0", by="#one_loop - #loops"),
    Step("loop_zero", "delta[v,head[e]]*delta[v,tail[e]] = 0", "antisymmetry", ("loop_sign", "no_loop")),
    Step("ends", "delta[head[e],tail[e]] = 0", "kronecker", by="#loop_zero(v=head[e])"),
    Step("join", f"same[e,f] = {ENDS}", "define"),
    Step(
        "same_sign",
        "same[e,f] >= 0",
        by="#delta_sign(v=head[e], w=head[f])*#delta_sign(v=tail[e], w=tail[f])"
        " + #delta_sign(v=head[e], w=tail[f])*#delta_sign(v=tail[e], w=head[f]) + #join",
    ),
    Step("once", "sum[f](same[e,f]) = 1", by="sum[f](#join) + #pairs(v=head[e], w=tail[e]) - #ends"),
    Step("itself", "same[e,e] = 1", "kronecker", ("ends",), "#join(f=e)"),
    Step("others", "sum[f]((1 - delta[e,f])*same[e,f]) = 0", "kronecker", by="#once - #itself"),
    Step("other_sign", "1 - delta[e,f] >= 0", "kronecker", by="(1 - delta[e,f])**2"),
    Step("other_term", "(1 - delta[e,f])*same[e,f] >= 0", by="#other_sign*#same_sign"),
    Step(
        "one_other",
        "(1 - delta[e,f])*same[e,f] <= sum[f]((1 - delta[e,f])*same[e,f])",
        "term_of_sum",
        ("other_term",),
        "f",
    ),
    Step("no_other", "(1 - delta[e,f])*same[e,f] <= 0", by="#one_other - #others"),
    Step("none_else", "(1 - delta[e,f])*same[e,f] = 0", "antisymmetry", ("other_term", "no_other")),
    Step("equal_ends", "same[e,f] = delta[e,f]", "kronecker", by="#none_else + delta[e,f]*#itself"),
    # Counting.
    Step("degree", "sum[e](A[v,e]) = V - 1", "kronecker", by="sum[e](#incidence) + sum[w](#pairs)"),
    Step("column", "sum[v](A[v,e]) = 2", "kronecker", by="sum[v](#incidence)"),
    Step("classes", "E = V*(V - 1)/2", by="sum[v](#degree)/2 - sum[e](#column)/2"),
    Step(
        "common",
        f"sum[v](A[v,e]*A[v,f]) = {COMMON}",
        "kronecker",
        by="sum[v](A[v,e]*#incidence(e=f) + (delta[v,head[f]] + delta[v,tail[f]])*#incidence)",
    ),
    Step("entry_sign", "A[v,e] >= 0", by="#delta_sign(w=head[e]) + #delta_sign(w=tail[e]) + #incidence"),
)

SYMBOLS = (
    Symbol("head", ("E",), "V"),
    Symbol("tail", ("E",), "V"),
    Symbol("A", ("V", "E")),
    Symbol("same", ("E", "E")),
    Symbol("W1", ("V", "V"), latex="W_1"),
    Symbol("H", ("V", "E"), latex="H_1"),
    Symbol("W", ("V", "V")),
    Symbol("W3", ("E", "V"), latex="W_{L-1}"),
    Symbol("WL", ("E", "E"), latex="W_L"),
    Symbol("M", ("V", "E", "N")),
    Symbol("Z", ("E", "E", "N")),
    Symbol("g"),
    Symbol("h"),
    Symbol("u"),
    Symbol("t"),
    Symbol("N2", latex="N"),
    Symbol("n0", (), "N", latex="k_0"),
    Symbol("n1", (), "N", latex="k_1"),
)
VARIABLES = (
    Symbol("v", (), "V"),
    Symbol("w", (), "V"),
    Symbol("e", (), "E"),
    Symbol("f", (), "E"),
    Symbol("c", (), "E"),
    Symbol("k", (), "N"),
)
HYPOTHESES = (
    Hypothesis(
        "pairs",
        "sum[e](delta[v,head[e]]*delta[w,tail[e]] + delta[w,head[e]]*delta[v,tail[e]]) = 1 - delta[v,w]",
        "the classes are the pairs of vertices: each two different vertices are the ends of exactly one class",
    ),
)
INCIDENCE = Step("incidence", "A[v,e] = delta[v,head[e]] + delta[v,tail[e]]", "define")

ROOTS = (
    Step("outer", "V - 2 > 0", by="#vertices + 2"),
    Step("total", "2*V - 2 > 0", by="2*#vertices + 6"),
    Step("g_square", "sqrt(V - 2)**2 = V - 2", "square_root", ("outer",), "V - 2"),
    Step("g_sign", "sqrt(V - 2) > 0", "square_root", ("outer",), "V - 2"),
    Step("h_square", "sqrt(2*V - 2)**2 = 2*V - 2", "square_root", ("total",), "2*V - 2"),
    Step("h_sign", "sqrt(2*V - 2) > 0", "square_root", ("total",), "2*V - 2"),
    Step("g_positive", "g > 0", by="#g_sign + #g_value"),
    Step("h_positive", "h > 0", by="#h_sign + #h_value"),
    Step("g_squared", "g**2 = V - 2", by="(g + sqrt(V - 2))*#g_value + #g_square"),
    Step("h_squared", "h**2 = 2*V - 2", by="(h + sqrt(2*V - 2))*#h_value + #h_square"),
    Step("u_root", "sqrt(g) > 0", "square_root", ("g_positive",), "g"),
    Step("t_root", "sqrt(h) > 0", "square_root", ("h_positive",), "h"),
    Step("u_root_square", "sqrt(g)**2 = g", "square_root", ("g_positive",), "g"),
    Step("t_root_square", "sqrt(h)**2 = h", "square_root", ("h_positive",), "h"),
    Step("u_positive", "u > 0", by="#u_root + #u_value"),
    Step("t_positive", "t > 0", by="#t_root + #t_value"),
    Step("u_squared", "u**2 = g", by="(u + sqrt(g))*#u_value + #u_root_square"),
    Step("t_squared", "t**2 = h", by="(t + sqrt(h))*#t_value + #t_root_square"),
)
ROOT_VALUES = (
    Step("g_value", "g = sqrt(V - 2)", "define"),
    Step("h_value", "h = sqrt(2*V - 2)", "define"),
    Step("u_value", "u = sqrt(g)", "define"),
    Step("t_value", "t = sqrt(h)", "define"),
    Step("nuclear", "N2 = (V - 1)*g + h", "define"),
)
FIRST = (
    Step("first", "W1[v,w] = u*delta[v,w] + (t - u)/V", "define"),
    Step(
        "features",
        "H[v,e] = A[v,e]/u + 2*(1/t - 1/u)/V",
        "define",
        ("u_positive", "t_positive"),
    ),
    Step(
        "balanced",
        "sum[w](W1[v,w]*H[w,e]) = A[v,e]",
        "kronecker",
        ("u_positive",),
        "sum[w](H[w,e]*#first + (u*delta[v,w] + (t - u)/V)*#features(v=w)) + (t - u)/V/u*#column",
    ),
    Step(
        "first_norm",
        "sum[v,w](W1[v,w]**2) = N2",
        "kronecker",
        by="sum[v,w]((W1[v,w] + u*delta[v,w] + (t - u)/V)*#first) + (V - 1)*#u_squared + #t_squared - #nuclear",
    ),
    Step("squares", "sum[v](A[v,e]**2) = 2", "kronecker", ("ends",), "#common(f=e)"),
    Step(
        "features_norm",
        "sum[v,e](H[v,e]**2) = N2",
        uses=("u_positive", "t_positive"),
        by="sum[v,e]((H[v,e] + A[v,e]/u + 2*(1/t - 1/u)/V)*#features) + sum[e](#squares)/u**2"
        " + 4*(1/t - 1/u)/V/u*sum[e](#column) + (2/u**2 + 4*(1/t**2 - 1/u**2)/V)*#classes"
        " - (V - 1)*(u**2 + g)/u**2*#u_squared - (V - 1)/u**2*#g_squared + (V - 1)*#u_squared"
        " - (t**2 + h)/t**2*#t_squared - #h_squared/t**2 + #t_squared - #nuclear",
    ),
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
    symbols=SYMBOLS,
    variables=VARIABLES,
    definitions=(INCIDENCE, *ROOT_VALUES),
    hypotheses=(*HYPOTHESES, Hypothesis("vertices", "V >= 4", "at least four vertices")),
    steps=(*GRAPH, *ROOTS, *FIRST, *FORWARD, *OUTPUT, *NORMS, *PRODUCT),
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

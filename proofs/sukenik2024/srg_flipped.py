r"""With the sign of its last hidden layer flipped, the graph solution beats collapse at $L = 3$ for every $r \ge 5$.

**Setting.** As in sukenik2024/srg, at depth 3: $W_1H_1 = A$; $W_2 = J - 2A^T$ (minus on the ends of a class, plus off
them), so that $\mathrm{relu}(W_2A) = 2\bar A$, where $\bar A$ is 1 for disjoint classes (the Kneser graph, Petersen's
for $r = 5$) and 0 else; $W_3 = \tfrac12\bar A^{-1}$ with
$\bar A^{-1} = I - \tfrac1{r-3}A^TA + \tfrac2{(r-2)(r-3)}J$.

**Statement.** The output is exactly $I_K$. The squared norms are $N, N, Kr$ and
$\tfrac14\left(K - r + \tfrac{r-1}{(r-3)^2} + \tfrac4{(r-2)^2(r-3)^2}\right)$ with
$N = (r-1)\sqrt{r-2} + \sqrt{2(r-1)}$; their product is below $K^4$ for all $r \ge 5$. By sukenik2024/collapsed and
sukenik2024/reduction no collapsed solution with a nonzero output is optimal.

**Assumptions.** Each two vertices are the ends of exactly one class; $r \ge 5$.

**Source.** Súkeník, Lampert, Mondelli, arXiv 2405.14468 (depth 3, K from 10 on [RECALL]); constants [DERIVED].

**What is checked.** Every step, for all r. **What is not.** That padding with zeros embeds these layers in wider
networks.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

GRAPH = shared_steps(__file__, "graph")
COMMON, ENDS = GRAPH.COMMON, GRAPH.ENDS
INVERSE = "delta[e,f]/2 - X[e,f]/(2*a) + 1/(a*b)"
RAW = "E/4 + E*V/(2*a**2) + E**2/(a*b)**2 - E/a + E/(a*b) - E*(2*V - 2)/(a**2*b)"
CLOSED = "(E - V + (V - 1)/a**2 + 4/(a**2*b**2))/4"
BOTH = ("pairs", "vertices")
POSITIVE = ("a_positive", "b_positive")

SIGNS = (
    Step("outer", "V - 2 > 0", by="#vertices + 3"),
    Step("total", "2*V - 2 > 0", by="2*#vertices + 8"),
)
FORWARD = (
    Step("hidden", "M2[v,e] = sum[w](W1[v,w]*H[w,e])", "define"),
    Step("incidences", "M2[v,e] = A[v,e]", by="#hidden + #balanced"),
    Step("nothing", "A[v,e]*(A[v,e] - A[v,e]) = 0"),
    Step("above", "A[v,e] >= A[v,e]"),
    Step("passive", "relu(A[v,e]) = A[v,e]", "positive_part", ("entry_sign", "above", "nothing"), "A[v,e]; A[v,e]"),
    Step("same_part", "relu(M2[v,e]) = relu(A[v,e])", "congruence", ("incidences",)),
    Step("flipped", "W3[f,v] = 1 - 2*A[v,f]", "define"),
    Step("before", "Y[f,e] = sum[v](W3[f,v]*relu(M2[v,e]))", "define"),
    Step("meeting", "X[e,f] = sum[v](A[v,e]*A[v,f])", "define"),
    Step(
        "pattern",
        "Y[f,e] = 2 - 2*X[e,f]",
        by="#before + sum[v](W3[f,v]*(#same_part + #passive)) + sum[v](A[v,e]*#flipped) + #column + 2*#meeting",
    ),
    Step(
        "disjoint_sign",
        "2 - 2*X[e,f] + 2*delta[e,f] >= 0",
        "kronecker",
        ("ends",),
        f"2*(1 - ({COMMON}) + {ENDS})**2 - 2*#meeting - 2*#common - 2*#equal_ends + 2*#join",
    ),
    Step("disjoint_above", "2 - 2*X[e,f] + 2*delta[e,f] >= Y[f,e]", "kronecker", by="2*delta[e,f]**2 - #pattern"),
    Step(
        "disjoint_product",
        "(2 - 2*X[e,f] + 2*delta[e,f])*(2 - 2*X[e,f] + 2*delta[e,f] - Y[f,e]) = 0",
        "kronecker",
        ("ends",),
        "-(2 - 2*X[e,f] + 2*delta[e,f])*#pattern - 4*delta[e,f]*(#meeting + #common)",
    ),
    Step(
        "disjoint",
        "relu(Y[f,e]) = 2 - 2*X[e,f] + 2*delta[e,f]",
        "positive_part",
        ("disjoint_sign", "disjoint_above", "disjoint_product"),
        "Y[f,e]; 2 - 2*X[e,f] + 2*delta[e,f]",
    ),
)
INVERTED = (
    Step(
        "together",
        "sum[e](A[v,e]*A[w,e]) = (V - 2)*delta[v,w] + 1",
        "kronecker",
        (),
        "sum[e](A[v,e]*#incidence(v=w) + (delta[w,head[e]] + delta[w,tail[e]])*#incidence) + #pairs"
        " + delta[v,w]*#degree - delta[v,w]*sum[e](#incidence)",
    ),
    Step("meetings", "sum[f](X[e,f]) = 2*V - 2", by="sum[f](#meeting) + sum[v](A[v,e]*#degree) + (V - 1)*#column"),
    Step(
        "meeting_twice",
        "sum[f](X[e,f]*X[c,f]) = (V - 2)*X[e,c] + 4",
        "kronecker",
        by="sum[f](X[c,f]*#meeting + sum[v](A[v,e]*A[v,f])*#meeting(e=c))"
        " + sum[v,w](A[v,e]*A[w,c]*#together) - (V - 2)*#meeting(f=c)"
        " + sum[v](A[v,e])*#column(e=c) + 2*#column",
    ),
    Step("a_positive", "a > 0", by="#a_value + #vertices + 2"),
    Step("b_positive", "b > 0", by="#b_value + #vertices + 3"),
    Step("last", f"WL[e,f] = {INVERSE}", "define", POSITIVE),
    Step("turned", "X[e,f] = X[f,e]", by="#meeting - #meeting(e=f, f=e)"),
    Step(
        "output",
        "sum[f](WL[e,f]*relu(Y[f,c])) = delta[e,c]",
        "kronecker",
        POSITIVE,
        f"sum[f](relu(Y[f,c])*#last + ({INVERSE})*#disjoint(e=c)) + #turned(f=c) + #meeting_twice/a - #meetings/a"
        " - 2*#meetings(e=c)/a/b + (2 - X[e,c])/a*#a_value + 2/a/b*#classes - #b_value/b - (V - 2)/a/b*#a_value",
    ),
    Step("meeting_itself", "X[e,e] = 2", by="#meeting(f=e) + #squares"),
)
NORMS = (
    Step(
        "flipped_norm",
        "sum[f,v](W3[f,v]**2) = E*V",
        by="sum[f,v]((W3[f,v] + 1 - 2*A[v,f])*#flipped) + 4*sum[e](#squares) - 4*sum[e](#column)",
    ),
    Step(
        "last_raw",
        f"sum[e,f](WL[e,f]**2) = {RAW}",
        "kronecker",
        POSITIVE,
        f"sum[e,f]((WL[e,f] + {INVERSE})*#last) + sum[e](#meeting_twice(c=e))/(4*a**2)"
        " + (V - 2)/(4*a**2)*sum[e](#meeting_itself) - sum[e](#meeting_itself)/(2*a) - sum[e](#meetings)/a**2/b",
    ),
    Step(
        "last_scaled",
        f"a**2*b**2*({RAW}) = a**2*b**2*{CLOSED}",
        "rewriting",
        ("a_value", "b_value", "classes", *POSITIVE),
        "0; a; b; E",
    ),
    Step("last_closed", f"{RAW} = {CLOSED}", "cancel", ("last_scaled", *POSITIVE), "a**2*b**2"),
    Step("last_norm", f"sum[e,f](WL[e,f]**2) = {CLOSED}", uses=POSITIVE, by="#last_raw + #last_closed"),
)
PRODUCT = (
    Step(
        "nuclear_bound",
        "6*N2**2 <= (V - 1)*(6*V**2 - V - 2)",
        by="(#vertices + 4)*(3*g - 2*h)**2 - (6*(V - 1)**2 + 9*(V - 1))*#g_squared"
        " - (6 + 4*(V - 1))*#h_squared - 6*(N2 + (V - 1)*g + h)*#nuclear",
    ),
    Step(
        "margin",
        "(6*V**2 - V - 2)*(V*a**3*b**2/2 + (V - 1)*b**2 + 4) < 3*V**2*(V - 1)**2*a**2*b**2",
        "rewriting",
        ("a_value", "b_value"),
        "7/2*#vertices**7 + 90*#vertices**6 + 958*#vertices**5 + 5456*#vertices**4 + 35743/2*#vertices**3"
        " + 33378*#vertices**2 + 32263*#vertices + 11740; a; b",
    ),
    Step(
        "bracket",
        "V*a**3*b**2/2 + (V - 1)*b**2 + 4 > 0",
        uses=("a_positive",),
        by="V*a**3*b**2/2 + (#vertices + 4)*b**2 + 4",
    ),
    Step(
        "product_scaled",
        f"a**2*b**2*(E**4 - N2**2*(E*V)*({CLOSED})) > 0",
        "rewriting",
        ("a_value", "b_value", "classes", *POSITIVE),
        "E*V*(#vertices + 4)/24*#margin + E*V/24*#bracket*#nuclear_bound; a; b; E",
    ),
    Step("product", f"N2**2*(E*V)*({CLOSED}) < E**4", "cancel", ("product_scaled", *POSITIVE), "a**2*b**2"),
)

PROOF = Proof(
    key="sukenik2024.srg_flipped",
    title="The graph solution with its sign flipped beats deep neural collapse at L = 3 for all r >= 5",
    source="arXiv 2405.14468: depth 3 [RECALL], constants [DERIVED]",
    indices=("V", "E"),
    symbols=(
        *(s for s in GRAPH.SYMBOLS if s.name not in ("W", "M", "Z", "n0", "n1")),
        Symbol("M2", ("V", "E"), latex="M_2"),
        Symbol("X", ("E", "E")),
        Symbol("Y", ("E", "E"), latex="M_3"),
        Symbol("a"),
        Symbol("b"),
    ),
    variables=GRAPH.VARIABLES,
    definitions=(
        GRAPH.INCIDENCE,
        *GRAPH.ROOT_VALUES,
        Step("a_value", "a = V - 3", "define"),
        Step("b_value", "b = V - 2", "define"),
    ),
    hypotheses=(*GRAPH.HYPOTHESES, Hypothesis("vertices", "V >= 5", "at least five vertices")),
    steps=(*GRAPH.STEPS, *SIGNS, *GRAPH.ROOTS, *GRAPH.FIRST, *FORWARD, *INVERTED, *NORMS, *PRODUCT),
    goals=(
        Goal("classes", "E = V*(V - 1)/2", "classes", ("pairs",), "K = r(r - 1)/2"),
        Goal("output", "sum[f](WL[e,f]*relu(Y[f,c])) = delta[e,c]", "output", BOTH, "the output is the identity"),
        Goal("first norm", "sum[v,w](W1[v,w]**2) = N2", "first_norm", ("vertices",)),
        Goal("features norm", "sum[v,e](H[v,e]**2) = N2", "features_norm", BOTH),
        Goal("flipped norm", "sum[f,v](W3[f,v]**2) = E*V", "flipped_norm", ("pairs",)),
        Goal("last norm", f"sum[e,f](WL[e,f]**2) = {CLOSED}", "last_norm", BOTH),
        Goal(
            "product",
            f"N2**2*(E*V)*({CLOSED}) < E**4",
            "product",
            BOTH,
            "at depth 3 the product of the squared norms is below K^(L + 1)",
        ),
    ),
    not_checked=("that padding with zeros embeds these layers in wider networks",),
)

r"""What the proofs about classes that are the pairs of vertices share: counting, roots, the first layer.

Each two vertices are the ends of exactly one class; $A_{ve}$ is 1 where v is an end of e. Then no class is a loop,
classes with the same ends are equal, and sums over classes are counted exactly for every number of vertices.
$W_1H_1 = A$ with both factors of squared norm $(r-1)\sqrt{r-2} + \sqrt{2(r-1)}$, the nuclear norm of A.
"""

from theorycheck.symbolic.proof import Hypothesis, Step
from theorycheck.symbolic.proof_syntax import Symbol

ENDS = "delta[head[e],head[f]]*delta[tail[e],tail[f]] + delta[head[e],tail[f]]*delta[tail[e],head[f]]"
COMMON = "delta[head[e],head[f]] + delta[head[e],tail[f]] + delta[tail[e],head[f]] + delta[tail[e],tail[f]]"

STEPS = (
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

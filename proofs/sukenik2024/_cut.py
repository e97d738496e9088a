r"""What the proofs about the cut family share: one neuron for each half of the vertices, depth 2.

With $r = 2s$ vertices: $H_1 = A - \tfrac2r$, the rows of $W_1$ are the indicators of the s-subsets minus
$\tfrac12$, so $\mathrm{relu}(W_1H_1)$ is 1 where a class lies inside a subset. $W_2$ depends on how many ends of the
class lie in the subset.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

GRAPH = shared_steps(__file__, "graph")
COMMON, ENDS = GRAPH.COMMON, GRAPH.ENDS
N2, N3, N4 = "S*d/(2*a)", "S*(s - 2)/(4*a)", "S*(s - 2)*(s - 3)/(4*a*b)"
ALPHA, GAMMA = "2*(s - 2)*a/(s*d)", "4*a*b/(s*d)"
INSIDE = "x[q,head[e]]*x[q,tail[e]]"
WEIGHT = f"({ALPHA}*(1 - 2*x[q,head[e]] - 2*x[q,tail[e]]) + {GAMMA}*{INSIDE})/S"
CUBIC = "(2*s**3 - 7*s**2 + 8*s - 2)"
BRACKET = f"(8*({ALPHA})**2 - 6*{ALPHA}*{GAMMA} + ({GAMMA})**2)"
RAW = f"E/S*(({ALPHA})**2 + {BRACKET}*d/(2*a))"
LAST = f"4*a*E*{CUBIC}/(S*s**2*d**2)"
FAMILY = "x[q,v]; s; t; u; v; w"
SIGNS = ("s_positive", "a_positive", "b_positive", "d_positive")
THREE = ("s_positive", "a_positive", "d_positive")
TWO = ("s_positive", "d_positive")
STEPS = tuple(step for step in GRAPH.STEPS if step.name != "entry_sign")

SYMBOLS = (
    *(s for s in GRAPH.SYMBOLS if s.name in ("head", "tail", "A", "same")),
    Symbol("x", ("S", "V")),
    Symbol("H", ("V", "E"), latex="H_1"),
    Symbol("W1", ("S", "V"), latex="W_1"),
    Symbol("W2", ("E", "S"), latex="W_2"),
    Symbol("M", ("S", "E"), latex="M_2"),
    Symbol("s", (), "N"),
    *(Symbol(name) for name in "abd"),
)
VARIABLES = (*GRAPH.VARIABLES, Symbol("t", (), "V"), Symbol("u", (), "V"), Symbol("q", (), "S"))
DEFINITIONS = (
    GRAPH.INCIDENCE,
    Step("a_value", "a = 2*s - 1", "define"),
    Step("b_value", "b = 2*s - 3", "define"),
    Step("d_value", "d = s - 1", "define"),
)
HALF = Hypothesis("half", "V = 2*s", "the number of vertices is even")


def apart(*names: str) -> str:
    """The product that is 1 where vertices differ from each other, and 0 elsewhere."""
    return "*".join(f"(1 - delta[{one},{two}])" for k, two in enumerate(names) for one in names[:k])


def together(name: str, names: str, scale: str, raw: str, number: str) -> tuple[Step, ...]:
    """How many subsets contain different vertices: the axiom, rewritten, divided by a positive factor."""
    total = "sum[q](" + "*".join(f"x[q,{v}]" for v in names) + ")"
    other, inside = apart(*names), tuple(f"{part}_positive" for part in "ab" if f"*{part}" in number)
    factors = tuple(f"{part}_positive" for part in "sabd" if part in scale)
    return (
        Step(f"{name}_raw", f"{other}*({raw.replace('#', total)}) = 0", "subsets", ("half_size",), FAMILY),
        Step(
            f"{name}_scaled",
            f"{other}*{scale}*{total} = {other}*{scale}*{number}",
            "rewriting",
            ("half", "a_value", "b_value", "d_value", *inside),
            f"#{name}_raw; V; a; b; d",
        ),
        Step(name, f"{other}*({total} - {number}) = 0", "cancel", (f"{name}_scaled", *factors), scale),
    )


SUBSETS = (
    Step("half_size", "s <= V", by="#half + s"),
    Step("binary", "x[q,v]**2 = x[q,v]", "subsets", ("half_size",), FAMILY),
    Step("members", "sum[v](x[q,v]) = s", "subsets", ("half_size",), FAMILY),
    *together("double", "tu", "2*s*a", "V*(V - 1)*# - s*(s - 1)*S", N2),
    *together("threefold", "tuv", "4*s*a*d", "V*(V - 1)*(V - 2)*# - s*(s - 1)*(s - 2)*S", N3),
    *together("fourfold", "tuvw", "4*s*a*d*b", "V*(V - 1)*(V - 2)*(V - 3)*# - s*(s - 1)*(s - 2)*(s - 3)*S", N4),
)
MOMENTS = (
    Step(
        "pair",
        f"sum[q]({INSIDE}) = {N2}",
        "kronecker",
        ("ends", "a_positive"),
        "#double(t=head[e], u=tail[e])",
    ),
    Step(
        "triple",
        f"sum[q](x[q,v]*{INSIDE}) = {N3} + (delta[v,head[e]] + delta[v,tail[e]])*({N2} - {N3})",
        "kronecker",
        ("ends", "a_positive"),
        "#threefold(t=v, u=head[e], v=tail[e])"
        " + delta[v,head[e]]*(sum[q](x[q,tail[e]]*#binary(v=head[e])) + #pair)"
        " + delta[v,tail[e]]*(sum[q](x[q,head[e]]*#binary(v=tail[e])) + #pair)",
    ),
    Step(
        "quadruple",
        f"sum[q]({INSIDE}*x[q,head[f]]*x[q,tail[f]]) = {N4} + ({COMMON})*({N3} - {N4})"
        f" + ({ENDS})*({N2} - 2*{N3} + {N4})",
        "kronecker",
        ("ends", "a_positive", "b_positive"),
        "#fourfold(t=head[e], u=tail[e], v=head[f], w=tail[f])"
        " + delta[head[e],head[f]]*(1 - delta[tail[e],tail[f]])"
        "*(sum[q](x[q,tail[e]]*x[q,tail[f]]*#binary(v=head[f])) + #triple(v=tail[e], e=f))"
        " + delta[tail[e],tail[f]]"
        "*(sum[q](x[q,head[e]]*x[q,head[f]]*#binary(v=tail[f])) + #triple(v=head[e], e=f))"
        " + delta[head[e],tail[f]]*(1 - delta[tail[e],head[f]])"
        "*(sum[q](x[q,tail[e]]*x[q,head[f]]*#binary(v=tail[f])) + #triple(v=tail[e], e=f))"
        " + delta[tail[e],head[f]]"
        "*(sum[q](x[q,head[e]]*x[q,tail[f]]*#binary(v=head[f])) + #triple(v=head[e], e=f))",
    ),
)
NETWORK = (
    Step("features", "H[v,e] = A[v,e] - 1/s", "define", ("s_positive",)),
    Step("first", "W1[q,v] = x[q,v] - 1/2", "define"),
    Step("last", f"W2[e,q] = {WEIGHT}", "define", SIGNS),
    Step("before", "M[q,e] = sum[v](W1[q,v]*H[v,e])", "define"),
    Step(
        "pattern",
        "M[q,e] = x[q,head[e]] + x[q,tail[e]] - 1",
        "kronecker",
        ("s_positive",),
        "#before + sum[v](H[v,e]*#first + (x[q,v] - 1/2)*(#features + #incidence)) - #members/s + #half/2/s",
    ),
    Step("member_sign", "x[q,v] >= 0", by="x[q,v]**2 - #binary"),
    Step("outside_sign", "1 - x[q,v] >= 0", by="(1 - x[q,v])**2 - #binary"),
    Step("inside_sign", f"{INSIDE} >= 0", by="#member_sign(v=head[e])*#member_sign(v=tail[e])"),
    Step("inside_above", f"{INSIDE} >= M[q,e]", by="#outside_sign(v=head[e])*#outside_sign(v=tail[e]) - #pattern"),
    Step(
        "inside_product",
        f"{INSIDE}*({INSIDE} - M[q,e]) = 0",
        by=f"-{INSIDE}*#pattern + (x[q,tail[e]]**2 - x[q,tail[e]])*#binary(v=head[e])",
    ),
    Step(
        "inside",
        f"relu(M[q,e]) = {INSIDE}",
        "positive_part",
        ("inside_sign", "inside_above", "inside_product"),
        f"M[q,e]; {INSIDE}",
    ),
    Step(
        "output",
        "sum[q](W2[e,q]*relu(M[q,f])) = delta[e,f]",
        uses=TWO,
        by=f"sum[q](relu(M[q,f])*#last + {WEIGHT}*#inside(e=f))"
        f" + {ALPHA}/S*(#pair(e=f) - 2*#triple(v=head[e], e=f) - 2*#triple(v=tail[e], e=f)) + {GAMMA}/S*#quadruple"
        f" + (s - 2)/s/d*#d_value + ({COMMON})*(s - 2)/s/d*(#b_value - 2*#d_value)"
        f" + ({ENDS})*(2*b*#d_value + 2*#b_value - s*#d_value)/s/d + #equal_ends - #join",
    ),
)
NORMS = (
    Step("squares", "sum[v](A[v,e]**2) = 2", "kronecker", ("ends",), "#common(f=e)"),
    Step("halved", "E = s*a", "rewriting", ("half", "a_value"), "#classes; V; a"),
    Step(
        "features_norm",
        "sum[v,e](H[v,e]**2) = (V - 1)*(V - 2)",
        uses=("s_positive",),
        by="sum[v,e]((H[v,e] + A[v,e] - 1/s)*#features) + sum[e](#squares) - 2/s*sum[e](#column) + E/s**2*#half"
        " + (2 - 2/s)*#classes - (V - 1)/s*#half",
    ),
    Step(
        "first_norm",
        "sum[q,v](W1[q,v]**2) = S*V/4",
        by="sum[q,v]((W1[q,v] + x[q,v] - 1/2)*#first) + sum[q,v](#binary)",
    ),
    Step(
        "last_raw",
        f"sum[e,q](W2[e,q]**2) = {RAW}",
        uses=THREE,
        by=f"sum[e,q]((W2[e,q] + {WEIGHT})*#last)"
        f" + sum[e,q]((4*({ALPHA})**2 - 4*{ALPHA}*{GAMMA}*x[q,tail[e]] + ({GAMMA})**2*x[q,tail[e]]**2)"
        "*#binary(v=head[e]))/S**2"
        f" + sum[e,q]((4*({ALPHA})**2 - 4*{ALPHA}*{GAMMA}*x[q,head[e]] + ({GAMMA})**2*x[q,head[e]])"
        "*#binary(v=tail[e]))/S**2"
        f" + {BRACKET}/S**2*sum[e](#pair)",
    ),
    Step(
        "last_scaled",
        f"S*s**2*d**2*({RAW}) = S*s**2*d**2*{LAST}",
        "rewriting",
        ("a_value", "b_value", "d_value", *THREE),
        "0; a; b; d",
    ),
    Step("last_closed", f"{RAW} = {LAST}", "cancel", ("last_scaled", *THREE), "S*s**2*d**2"),
    Step(
        "last_norm",
        f"sum[e,q](W2[e,q]**2) = {LAST}",
        uses=TWO,
        by="#last_raw + #last_closed",
    ),
    Step(
        "product_scaled",
        f"s**2*d**2*((V - 1)*(V - 2)*(S*V/4)*{LAST}) = s**2*d**2*(4*a**3*{CUBIC}/d)",
        "rewriting",
        ("half", "halved", "a_value", "d_value", *TWO),
        "0; V; E; a; d",
    ),
    Step(
        "closed",
        f"(V - 1)*(V - 2)*(S*V/4)*{LAST} = 4*a**3*{CUBIC}/d",
        "cancel",
        ("product_scaled", *TWO),
        "s**2*d**2",
    ),
)


def goals(given: tuple[str, ...]) -> tuple[Goal, ...]:
    """What holds for every even number of vertices."""
    return (
        Goal("classes", "E = V*(V - 1)/2", "classes", ("pairs",), "K = r(r - 1)/2"),
        Goal("output", "sum[q](W2[e,q]*relu(M[q,f])) = delta[e,f]", "output", given, "the output is the identity"),
        Goal("features norm", "sum[v,e](H[v,e]**2) = (V - 1)*(V - 2)", "features_norm", given),
        Goal("first norm", "sum[q,v](W1[q,v]**2) = S*V/4", "first_norm", given[1:2]),
        Goal("last norm", f"sum[e,q](W2[e,q]**2) = {LAST}", "last_norm", given),
    )

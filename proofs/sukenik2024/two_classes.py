r"""Two classes with squared loss: collapse (or zero) is globally optimal for every depth, with the ReLU.

**Setting.** K = 2, class means, $M_2 = W_1H_1$, $M_{l+1} = W_l\,\mathrm{relu}(M_l)$, output $W_L\,\mathrm{relu}(M_L)$,
$L = m + 2$; here $M(k)$ is $M_{k+2}$, $\lambda_H$ stands for n times the factor of $H_1$.

**Statement.** Every layer can be replaced by a linear one, with the same features after the ReLU and no larger norm.
So, by singular values as in sukenik2024/linear_mse, the objective is at least
$\tfrac12(1 - q^{L+1})^2 + \tfrac12(L+1)\bar\lambda Kq^2$ for some $q \ge 0$, which collapse costs at that q
(sukenik2024/reduction with identity matrices).

**How.** Two numbers a, b with $(ya + zb)^2 \le N(y^2\alpha + 2yz\gamma + z^2\beta)$ for all y, z keep the inequality
when they and $\gamma$ are replaced by their positive parts. Inner layers act on non-negative columns, whose inner
product $\gamma$ is not negative; for the features the columns are made orthogonal where $\gamma < 0$, at the same
lengths.

**Assumptions.** Exactly two classes; at least two features; positive factors.

**Source.** Súkeník, Lampert, Mondelli, arXiv 2305.13165 [RECALL]; this proof [DERIVED].

**What is checked.** Every step, for all depths, widths and factors. **What is not.** That the minimum over q is
attained.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

SPECTRUM = shared_steps(__file__, "spectrum")
PENALTIES = (
    "T(k); lamH*sum[j,i](H1[j,i]**2) + lam1*sum[d,j](A1[d,j]**2) + lamL*sum[i,b](WL[i,b]**2);"
    " T(k) + lam(k)*sum[d,b](A[d,b](k)**2)"
)
LAYERS = "M[d,i](k); sum[j](A1[d,j]*H1[j,i]); sum[b](A[d,b](k)*relu(M[b,i](k)))"
GIVEN = ("features_factor", "first_factor", "inner_factors", "last_factor")
FORM = "y**2*al0 + 2*y*z*{} + z**2*be0"
U, V = "relu(a0)", "relu(b0)"


def gap(y: str, z: str) -> str:
    """What the lemma is about, at constants y and z."""
    form = FORM.format("relu(ga0)").replace("y", y).replace("z", z)
    return f"({y}*{U} + {z}*{V})**2 <= N0*({form})"


LEMMA = (
    Step("part_sign", "relu(u) >= 0", "positive_part", by="u"),
    Step("part_above", "relu(u) >= u", "positive_part", by="u"),
    Step("part_square", "relu(u)**2 = u*relu(u)", "positive_part", by="u"),
    Step("part_step", "relu(u) = step(u)*u", "positive_part", by="u"),
    Step("step_square", "step(u)**2 = step(u)", "positive_part", by="u"),
    Step("bounded", f"(y*a0 + z*b0)**2 <= N0*({FORM.format('ga0')})", "suppose", by="a0, b0, N0, al0, be0, ga0"),
    Step("bound_sign", "N0 >= 0", "suppose"),
    # Coefficients of opposite signs.
    Step("opposite", "s0*t0 <= 0", "suppose", by="s0, t0"),
    Step("no_product", "relu(ga0) = 0", "suppose"),
    Step(
        "opposite_orthogonal",
        gap("s0", "t0"),
        by="s0**2*#bounded(y=1, z=0) + t0**2*#bounded(y=0, z=1) + s0**2*(a0 - relu(a0))**2"
        " + t0**2*(b0 - relu(b0))**2 - 2*s0**2*#part_square(u=a0) - 2*t0**2*#part_square(u=b0)"
        " + 2*#opposite*#part_sign(u=a0)*#part_sign(u=b0) + 2*s0*t0*N0*#no_product",
    ),
    Step("if_orthogonal", f"relu(ga0) = 0 => {gap('s0', 't0')}", "discharge", ("opposite_orthogonal", "no_product")),
    Step("product", "relu(ga0) != 0", "suppose"),
    Step("product_scaled", "relu(ga0)*(relu(ga0) - ga0) = 0", by="#part_square(u=ga0)"),
    Step("product_kept", "relu(ga0) = ga0", "cancel", ("product_scaled", "product"), "relu(ga0)"),
    Step(
        "opposite_acute",
        gap("s0", "t0"),
        by="#bounded(y=s0, z=t0) + (s0*(relu(a0) - a0) + t0*(relu(b0) - b0))**2 - 2*s0**2*#part_square(u=a0)"
        " - 2*t0**2*#part_square(u=b0) + 2*#opposite*(#part_sign(u=a0)*#part_above(u=b0)"
        " + #part_sign(u=b0)*#part_above(u=a0)) + 2*s0*t0*N0*#product_kept",
    ),
    Step("if_acute", f"relu(ga0) != 0 => {gap('s0', 't0')}", "discharge", ("opposite_acute", "product")),
    Step("both_angles", gap("s0", "t0"), "cases", ("if_orthogonal", "if_acute")),
    Step("if_opposite", f"y*z <= 0 => {gap('y', 'z')}", "discharge", ("both_angles", "opposite"), "s0 = y, t0 = z"),
    # Coefficients of the same sign.
    Step("same", "s1*t1 > 0", "suppose", by="s1, t1"),
    Step("first_zero", f"{U} = 0", "suppose"),
    Step(
        "without_first",
        gap("s1", "t1"),
        by="t1**2*#bounded(y=0, z=1) + t1**2*(b0 - relu(b0))**2 - 2*t1**2*#part_square(u=b0)"
        " + s1**2*#bounded(y=1, z=0) + (s1*a0)**2 + 2*#same*#part_sign(u=ga0)*#bound_sign"
        " - (2*s1*t1*relu(b0) + s1**2*relu(a0))*#first_zero",
    ),
    Step("if_without_first", f"{U} = 0 => {gap('s1', 't1')}", "discharge", ("without_first", "first_zero")),
    Step("first_positive", f"{U} != 0", "suppose"),
    Step("first_scaled", f"{U}*({U} - a0) = 0", by="#part_square(u=a0)"),
    Step("first_kept", f"{U} = a0", "cancel", ("first_scaled", "first_positive"), U),
    Step("second_zero", f"{V} = 0", "suppose"),
    Step(
        "without_second",
        gap("s1", "t1"),
        by="s1**2*#bounded(y=1, z=0) + s1**2*(a0 - relu(a0))**2 - 2*s1**2*#part_square(u=a0)"
        " + t1**2*#bounded(y=0, z=1) + (t1*b0)**2 + 2*#same*#part_sign(u=ga0)*#bound_sign"
        " - (2*s1*t1*relu(a0) + t1**2*relu(b0))*#second_zero",
    ),
    Step("if_without_second", f"{V} = 0 => {gap('s1', 't1')}", "discharge", ("without_second", "second_zero")),
    Step("second_positive", f"{V} != 0", "suppose"),
    Step("second_scaled", f"{V}*({V} - b0) = 0", by="#part_square(u=b0)"),
    Step("second_kept", f"{V} = b0", "cancel", ("second_scaled", "second_positive"), V),
    Step(
        "with_both",
        gap("s1", "t1"),
        by="#bounded(y=s1, z=t1) + 2*#same*#part_above(u=ga0)*#bound_sign"
        " - (s1*(relu(a0) + a0) + t1*(relu(b0) + b0))*(s1*#first_kept + t1*#second_kept)",
    ),
    Step("if_with_second", f"{V} != 0 => {gap('s1', 't1')}", "discharge", ("with_both", "second_positive")),
    Step("either_second", gap("s1", "t1"), "cases", ("if_without_second", "if_with_second")),
    Step("if_with_first", f"{U} != 0 => {gap('s1', 't1')}", "discharge", ("either_second", "first_positive")),
    Step("either_first", gap("s1", "t1"), "cases", ("if_without_first", "if_with_first")),
    Step("if_same", f"y*z > 0 => {gap('y', 'z')}", "discharge", ("either_first", "same"), "s1 = y, t1 = z"),
    Step("all_signs", gap("y", "z"), "cases", ("if_same", "if_opposite")),
    Step("if_bound_sign", f"N0 >= 0 => {gap('y', 'z')}", "discharge", ("all_signs", "bound_sign")),
    Step(
        "clipped",
        "all[y,z]((y*xa + z*xb)**2 <= xn*(y**2*xal + 2*y*z*xga + z**2*xbe)), xn >= 0"
        " => (y*relu(xa) + z*relu(xb))**2 <= xn*(y**2*xal + 2*y*z*relu(xga) + z**2*xbe)",
        "discharge",
        ("if_bound_sign", "bounded"),
        "a0 = xa, b0 = xb, N0 = xn, al0 = xal, be0 = xbe, ga0 = xga",
    ),
)
TURN = "step(ga)"
NEW = f"{TURN}*H1[j,i] + (1 - {TURN})*(delta[j,f1]*delta[i,one]*sqrt(al) + delta[j,f2]*delta[i,two]*sqrt(be))"
AT_ONE = NEW.replace("i,one]", "one,one]").replace("i,two]", "one,two]").replace("[j,i]", "[j,one]")
AT_TWO = NEW.replace("i,one]", "two,one]").replace("i,two]", "two,two]").replace("[j,i]", "[j,two]")
FIRST = "sum[j](A1[d,j]**2)"
NORM = "sum[b](A[d,b](k)**2)"
PART = "relu(M[b,{}](k))"
ONE, TWO = PART.format("one"), PART.format("two")
FEATURES = (
    Step("two_terms", "sum[i](g[i]) = g[one] + g[two]", "kronecker", by="sum[i](g[i]*#two_classes)"),
    Step("al_value", "al = sum[j](H1[j,one]**2)", "define"),
    Step("be_value", "be = sum[j](H1[j,two]**2)", "define"),
    Step("ga_value", "ga = sum[j](H1[j,one]*H1[j,two])", "define"),
    Step("al_sign", "al >= 0", by="#al_value + sum[j](H1[j,one]**2)"),
    Step("be_sign", "be >= 0", by="#be_value + sum[j](H1[j,two]**2)"),
    Step("al_root", "sqrt(al)**2 = al", "square_root", ("al_sign",), "al"),
    Step("be_root", "sqrt(be)**2 = be", "square_root", ("be_sign",), "be"),
    Step("turned", f"H[j,i] = {NEW}", "define"),
    Step(
        "first_length",
        "sum[j](H[j,one]**2) = al",
        "kronecker",
        ("different",),
        f"sum[j]((H[j,one] + {AT_ONE})*#turned(i=one)) - {TURN}**2*#al_value + (1 - {TURN})**2*#al_root"
        " + (2*al - 2*H1[f1,one]*sqrt(al))*#step_square(u=ga)",
    ),
    Step(
        "second_length",
        "sum[j](H[j,two]**2) = be",
        "kronecker",
        ("different",),
        f"sum[j]((H[j,two] + {AT_TWO})*#turned(i=two)) - {TURN}**2*#be_value + (1 - {TURN})**2*#be_root"
        " + (2*be - 2*H1[f2,two]*sqrt(be))*#step_square(u=ga)",
    ),
    Step(
        "angle",
        "sum[j](H[j,one]*H[j,two]) = relu(ga)",
        "kronecker",
        ("different", "two_features"),
        f"sum[j](H[j,two]*#turned(i=one) + ({AT_ONE})*#turned(i=two)) - {TURN}**2*#ga_value - #part_step(u=ga)"
        " + (ga - H1[f2,one]*sqrt(be) - H1[f1,two]*sqrt(al))*#step_square(u=ga)",
    ),
    Step(
        "same_norm",
        "sum[j,i](H[j,i]**2) = sum[j,i](H1[j,i]**2)",
        by="sum[j](#two_terms(g[i] = H[j,i]**2) - #two_terms(g[i] = H1[j,i]**2)) + #first_length + #second_length"
        " + #al_value + #be_value",
    ),
)
LINEAR = (
    # The first layer.
    Step("features", "M[d,i](0) = sum[j](A1[d,j]*H1[j,i])", "recursion", by=LAYERS),
    Step("forward", "M[d,i](k + 1) = sum[b](A[d,b](k)*relu(M[b,i](k)))", "recursion", by=LAYERS),
    Step(
        "first_bounded",
        f"(y*M[d,one](0) + z*M[d,two](0))**2 <= {FIRST}*(y**2*al + 2*y*z*ga + z**2*be)",
        by="sum[j,e]((A1[d,j]*(y*H1[e,one] + z*H1[e,two]) - A1[d,e]*(y*H1[j,one] + z*H1[j,two]))**2)/2"
        f" + {FIRST}*(y**2*#al_value + 2*y*z*#ga_value + z**2*#be_value)"
        " - (y*M[d,one](0) + z*M[d,two](0) + sum[j](A1[d,j]*(y*H1[j,one] + z*H1[j,two])))"
        "*(y*#features(i=one) + z*#features(i=two))",
    ),
    Step("first_norm_sign", f"{FIRST} >= 0", by=FIRST),
    Step(
        "first_clipped",
        f"(y*relu(M[d,one](0)) + z*relu(M[d,two](0)))**2 <= {FIRST}*(y**2*al + 2*y*z*relu(ga) + z**2*be)",
        "apply",
        (
            f"clipped(xa = M[d,one](0), xb = M[d,two](0), xn = {FIRST}, xal = al, xga = ga, xbe = be)",
            "first_bounded",
            "first_norm_sign",
        ),
    ),
    Step(
        "first_solvable",
        f"sum[i](g[i]*relu(M[d,i](0)))**2 <= {FIRST}*sum[j](sum[i](g[i]*H[j,i])**2)",
        by="#first_clipped(y=g[one], z=g[two])"
        f" + {FIRST}*(sum[j]((sum[i](g[i]*H[j,i]) + g[one]*H[j,one] + g[two]*H[j,two])"
        "*#two_terms(g[i] = g[i]*H[j,i]))"
        " + g[one]**2*#first_length + 2*g[one]*g[two]*#angle + g[two]**2*#second_length)"
        " - (sum[i](g[i]*relu(M[d,i](0))) + g[one]*relu(M[d,one](0)) + g[two]*relu(M[d,two](0)))"
        "*#two_terms(g[i] = g[i]*relu(M[d,i](0)))",
    ),
    Step(
        "solved",
        "sum[j](W1[d,j]*H[j,i]) = relu(M[d,i](0))",
        "least_norm",
        ("first_solvable",),
        f"W1[d,j]; H[j,i]; relu(M[d,i](0)); {FIRST}; g[i]; j",
    ),
    Step(
        "first_short",
        f"sum[j](W1[d,j]**2) <= {FIRST}",
        "least_norm",
        ("first_solvable",),
        f"W1[d,j]; H[j,i]; relu(M[d,i](0)); {FIRST}; g[i]; j",
    ),
    Step("first_layer", "relu(M[d,i](0)) = sum[j](W1[d,j]*H[j,i])", by="-#solved"),
    # The inner layers.
    Step("inner_sign", f"sum[b]({ONE}*{TWO}) >= 0", by="sum[b](#part_sign(u=M[b,one](k))*#part_sign(u=M[b,two](k)))"),
    Step("inner_above", f"sum[b]({ONE}*{TWO}) >= sum[b]({ONE}*{TWO})"),
    Step("inner_nothing", f"sum[b]({ONE}*{TWO})*(sum[b]({ONE}*{TWO}) - sum[b]({ONE}*{TWO})) = 0"),
    Step(
        "inner_angle",
        f"relu(sum[b]({ONE}*{TWO})) = sum[b]({ONE}*{TWO})",
        "positive_part",
        ("inner_sign", "inner_above", "inner_nothing"),
        f"sum[b]({ONE}*{TWO}); sum[b]({ONE}*{TWO})",
    ),
    Step(
        "inner_bounded",
        f"(y*M[d,one](k + 1) + z*M[d,two](k + 1))**2"
        f" <= {NORM}*(y**2*sum[b]({ONE}**2) + 2*y*z*sum[b]({ONE}*{TWO}) + z**2*sum[b]({TWO}**2))",
        by="sum[b,f]((A[d,b](k)*(y*relu(M[f,one](k)) + z*relu(M[f,two](k)))"
        f" - A[d,f](k)*(y*{ONE} + z*{TWO}))**2)/2"
        " - (y*M[d,one](k + 1) + z*M[d,two](k + 1)"
        f" + sum[b](A[d,b](k)*(y*{ONE} + z*{TWO})))*(y*#forward(i=one) + z*#forward(i=two))",
    ),
    Step("inner_norm_sign", f"{NORM} >= 0", by=NORM),
    Step(
        "inner_clipped",
        "(y*relu(M[d,one](k + 1)) + z*relu(M[d,two](k + 1)))**2"
        f" <= {NORM}*(y**2*sum[b]({ONE}**2) + 2*y*z*relu(sum[b]({ONE}*{TWO})) + z**2*sum[b]({TWO}**2))",
        "apply",
        (
            f"clipped(xa = M[d,one](k + 1), xb = M[d,two](k + 1), xn = {NORM}, xal = sum[b]({ONE}**2),"
            f" xga = sum[b]({ONE}*{TWO}), xbe = sum[b]({TWO}**2))",
            "inner_bounded",
            "inner_norm_sign",
        ),
    ),
    Step(
        "inner_solvable",
        f"sum[i](g[i]*relu(M[d,i](k + 1)))**2 <= {NORM}*sum[b](sum[i](g[i]*relu(M[b,i](k)))**2)",
        by=f"#inner_clipped(y=g[one], z=g[two]) - 2*g[one]*g[two]*{NORM}*#inner_angle"
        f" + {NORM}*sum[b]((sum[i](g[i]*relu(M[b,i](k))) + g[one]*{ONE} + g[two]*{TWO})"
        "*#two_terms(g[i] = g[i]*relu(M[b,i](k))))"
        " - (sum[i](g[i]*relu(M[d,i](k + 1))) + g[one]*relu(M[d,one](k + 1)) + g[two]*relu(M[d,two](k + 1)))"
        "*#two_terms(g[i] = g[i]*relu(M[d,i](k + 1)))",
    ),
    Step(
        "inner_solved",
        "sum[b](W[d,b](k)*relu(M[b,i](k))) = relu(M[d,i](k + 1))",
        "least_norm",
        ("inner_solvable",),
        f"W[d,b](k); relu(M[b,i](k)); relu(M[d,i](k + 1)); {NORM}; g[i]; b",
    ),
    Step(
        "inner_short",
        f"sum[b](W[d,b](k)**2) <= {NORM}",
        "least_norm",
        ("inner_solvable",),
        f"W[d,b](k); relu(M[b,i](k)); relu(M[d,i](k + 1)); {NORM}; g[i]; b",
    ),
    Step("layers", "relu(M[d,i](k + 1)) = sum[b](W[d,b](k)*relu(M[b,i](k)))", by="-#inner_solved"),
)
COST = "sum[i,c]((sum[b](WL[i,b]*relu(M[b,c](m))) - delta[i,c])**2)/(2*C)"
COMPARED = (
    *(step for step in SPECTRUM.DEFINITIONS if step.name.startswith("sum")),
    Step("objective", f"J = {COST} + S(m)/2", "define"),
    *SPECTRUM.bound("relu(M[d,i](k))", "sum[b](WL[i,b]*relu(M[b,c](m)))"),
    Step("total_start", f"T(0) = {PENALTIES.split('; ')[1]}", "recursion", by=PENALTIES),
    Step("total_next", f"T(k + 1) = {PENALTIES.split('; ')[2]}", "recursion", by=PENALTIES),
    Step(
        "cheaper_base",
        "T(0) >= S(0)",
        uses=("first_factor",),
        by="#total_start - #sum_start - lamH*#same_norm + lam1*sum[d](#first_short)",
    ),
    Step("cheaper_here", "T(n1) >= S(n1)", "suppose", by="n1"),
    Step(
        "cheaper_after",
        "T(n1 + 1) >= S(n1 + 1)",
        by="#cheaper_here + #total_next(k=n1) - #sum_next(k=n1) + #inner_factors(k=n1)*sum[d](#inner_short(k=n1))",
    ),
    Step(
        "cheaper_step", "T(k) >= S(k) => T(k + 1) >= S(k + 1)", "discharge", ("cheaper_after", "cheaper_here"), "n1 = k"
    ),
    Step("cheaper", "T(k) >= S(k)", "induction", ("cheaper_base", "cheaper_step"), "k"),
    Step("network", f"cost = {COST} + T(m)/2", "define"),
    Step("network_bound", SPECTRUM.BOUND.replace("J", "cost"), by="#network - #objective + #cheaper(k=m)/2 + #bound"),
)
TWO_CLASSES = ("two_classes", "different", "two_features")

PROOF = Proof(
    key="sukenik2024.two_classes",
    title="With two classes and squared loss collapse is globally optimal at every depth",
    source="arXiv 2305.13165 [RECALL]; proof [DERIVED]",
    indices=("C", "D", "F"),
    symbols=(
        *(Symbol(name, (), "C") for name in ("one", "two")),
        *(Symbol(name, (), "F") for name in ("f1", "f2")),
        Symbol("H1", ("F", "C"), latex="H_1"),
        Symbol("A1", ("D", "F"), latex="W_1"),
        Symbol("A", ("D", "D", "N"), latex="W"),
        Symbol("M", ("D", "C", "N")),
        Symbol("H", ("F", "C"), latex=r"\tilde H"),
        Symbol("W1", ("D", "F"), latex="U"),
        Symbol("W", ("D", "D", "N"), latex=r"\tilde W"),
        Symbol("T", ("N",)),
        Symbol("cost"),
        *SPECTRUM.SYMBOLS,
        *(Symbol(name) for name in ("al", "be", "ga", "a0", "b0", "N0", "al0", "be0", "ga0", "s0", "t0", "s1", "t1")),
        Symbol("n1", (), "N", latex="k_1"),
    ),
    variables=(
        *SPECTRUM.VARIABLES,
        Symbol("j", (), "F"),
        Symbol("e", (), "F"),
        Symbol("f", (), "D"),
        Symbol("g", ("C",)),
        *(Symbol(name) for name in ("u", "y", "z", "xa", "xb", "xn", "xal", "xbe", "xga")),
    ),
    definitions=tuple(step for step in SPECTRUM.DEFINITIONS if step.name.startswith("factors")),
    hypotheses=(
        Hypothesis("two_classes", "delta[i,one] + delta[i,two] = 1", "there are two classes"),
        Hypothesis("different", "delta[one,two] = 0", "which are different"),
        Hypothesis("two_features", "delta[f1,f2] = 0", "there are at least two features"),
        *SPECTRUM.HYPOTHESES,
    ),
    steps=(*LEMMA, *FEATURES, *LINEAR, *SPECTRUM.FACTORS, *COMPARED),
    goals=(
        Goal("argument", "q[best] >= 0", "best_sign", (*TWO_CLASSES, *GIVEN)),
        Goal("average factor", "power(mu, m + 3) = Q(m)", "average", GIVEN),
        Goal(
            "lower bound",
            SPECTRUM.BOUND.replace("J", "cost"),
            "network_bound",
            (*TWO_CLASSES, *GIVEN),
            "what collapse costs at some q",
        ),
    ),
    not_checked=("that the minimum over q is attained",),
)

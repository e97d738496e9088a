r"""Symmetric data: the alignment vector is the same for every neuron, half the mean of y x.

**Setting.** Samples $x_i$ with weights $p_i$ (1/n, or any finite law), an involution $i \mapsto i^*$ with $x_{i^*} =
-x_i$, $y_{i^*} = -y_i$, $p_{i^*} = p_i$. For a neuron w, $D(w) = \sum_ip_is_iy_ix_i$ with slopes $s_i$ of the ReLU at
$\langle w, x_i\rangle$: 1 or 0 off the kink, and at it any numbers with $s_i + s_{i^*} = 1$.

**Statement.** $D(w) = \tfrac12\sum_ip_iy_ix_i$ for every w; with $y_i = \langle\beta, x_i\rangle$ it is
$\tfrac12\Sigma\beta$, $\Sigma = \sum_ip_ix_ix_i^T$. If it is not zero, any two unit vectors w with D(w) parallel to w
are equal or opposite: $\pm D/\|D\|$ are the only critical directions, and each is one.

**Assumptions.** As stated.

**Source.** Boursier, Flammarion, arXiv 2410.02348 [RECALL: symmetric inputs, linear teacher]; this form [DERIVED].

**What is checked.** Every step for all n, d and all weights, so for every symmetric law with finitely many values,
noise included. **What is not.** Laws with infinitely many values: the same pairing under an integral.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PRE = "sum[k](w[k]*x[{},k])"
HERE, THERE = PRE.format("i"), PRE.format("mate[i]")
LENGTH = "sum[l](D[l]**2)"
DATA = ("involution", "opposite", "odd", "even")
CRITICAL = ("alive", "first", "unit", "second", "second_unit")

LEMMA = (  # one of a number and its opposite has a positive part, and the other has none
    Step("sign", "relu(-u) >= 0", "positive_part", by="-u"),
    Step("above", "relu(-u) >= -u", "positive_part", by="-u"),
    Step("square", "relu(-u)**2 = -u*relu(-u)", "positive_part", by="-u"),
    Step("sum_sign", "u + relu(-u) >= 0", by="#above"),
    Step("sum_above", "u + relu(-u) >= u", by="#sign"),
    Step("sum_product", "(u + relu(-u))*(u + relu(-u) - u) = 0", by="#square"),
    Step(
        "parts", "relu(u) = u + relu(-u)", "positive_part", ("sum_sign", "sum_above", "sum_product"), "u; u + relu(-u)"
    ),
    Step("step_here", "relu(u) = step(u)*u", "positive_part", by="u"),
    Step("step_there", "relu(-u) = -step(-u)*u", "positive_part", by="-u"),
    Step("both", "u*(step(u) + step(-u) - 1) = 0", by="#parts - #step_here + #step_there"),
)

PROOF = Proof(
    key="boursier2024.symmetric",
    title="Symmetric data have one alignment vector and two critical directions",
    source="arXiv 2410.02348 [RECALL]; this form [DERIVED]",
    indices=("n", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("p", ("n",)),
        Symbol("s", ("n",)),
        Symbol("mate", ("n",), "n"),
        Symbol("w", ("d",)),
        Symbol("beta", ("d",), latex=r"\beta"),
        Symbol("D", ("d",)),
        Symbol("v", ("d",)),
        Symbol("z", ("d",), latex=r"\tilde v"),
        Symbol("c"),
        Symbol("b", latex=r"\tilde c"),
        Symbol("q"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("l", (), "d"),
        Symbol("k", (), "d"),
        Symbol("g", ("n",)),
        Symbol("S", ("n",)),
        Symbol("u"),
    ),
    definitions=(
        Step("alignment", "D[l] = sum[i](p[i]*y[i]*x[i,l])/2", "define"),
        Step("inner", "q = sum[l](v[l]*z[l])", "define"),
    ),
    hypotheses=(
        Hypothesis("involution", "sum[i](g[mate[i]]) = sum[i](g[i])", "every sample has a mate"),
        Hypothesis("opposite", "x[mate[i],l] = -x[i,l]", "the mate is the opposite point"),
        Hypothesis("odd", "y[mate[i]] = -y[i]", "with the opposite label"),
        Hypothesis("even", "p[mate[i]] = p[i]", "and the same weight"),
        Hypothesis("off_kink", f"{HERE} != 0", "no sample lies on the kink of w"),
        Hypothesis("teacher", "y[i] = sum[l](beta[l]*x[i,l])", "linear labels"),
        Hypothesis("alive", f"{LENGTH} > 0", "the alignment vector is not zero"),
        Hypothesis("first", "D[l] = c*v[l]", "v is a critical direction"),
        Hypothesis("unit", "sum[l](v[l]**2) = 1", "of length 1"),
        Hypothesis("second", "D[l] = b*z[l]", "so is another vector"),
        Hypothesis("second_unit", "sum[l](z[l]**2) = 1", "of length 1"),
    ),
    steps=(
        Step("slopes", "s[i] + s[mate[i]] = 1", "suppose", by="s"),
        Step(
            "mated",
            "sum[i](p[i]*s[i]*y[i]*x[i,l]) = sum[i](p[i]*s[mate[i]]*y[i]*x[i,l])",
            by="sum[i](s[mate[i]]*(y[mate[i]]*x[mate[i],l]*#even + p[i]*x[mate[i],l]*#odd - p[i]*y[i]*#opposite))"
            " - #involution(g[i] = p[i]*s[i]*y[i]*x[i,l])",
        ),
        Step(
            "halved",
            "sum[i](p[i]*s[i]*y[i]*x[i,l]) = D[l]",
            by="#mated/2 + sum[i](p[i]*y[i]*x[i,l]*#slopes)/2 - #alignment",
        ),
        Step(
            "half",
            "all[i](S[i] + S[mate[i]] = 1) => sum[i](p[i]*S[i]*y[i]*x[i,l]) = D[l]",
            "discharge",
            ("halved", "slopes"),
            "s = S",
        ),
        *LEMMA,
        Step(
            "one_active",
            f"step({HERE}) + step(-{HERE}) = 1",
            "cancel",
            (f"both(u = {HERE})", "off_kink"),
            HERE,
        ),
        Step("turned", f"{THERE} = -{HERE}", by="sum[k](w[k]*#opposite(l = k))"),
        Step("same_step", f"step({THERE}) = step(-{HERE})", "congruence", ("turned",)),
        Step("step_slopes", f"step({HERE}) + step({THERE}) = 1", by="#one_active + #same_step"),
        Step(
            "stepped",
            f"sum[i](p[i]*step({HERE})*y[i]*x[i,l]) = D[l]",
            "apply",
            (f"half(S[i] = step({HERE}))", "step_slopes"),
        ),
        Step(
            "linear",
            "D[l] = sum[k](sum[i](p[i]*x[i,l]*x[i,k])*beta[k])/2",
            by="#alignment + sum[i](p[i]*x[i,l]*#teacher)/2",
        ),
        # Critical directions.
        Step("size", f"c**2 = {LENGTH}", by="-c**2*#unit - sum[l]((D[l] + c*v[l])*#first)"),
        Step("other_size", f"b**2 = {LENGTH}", by="-b**2*#second_unit - sum[l]((D[l] + b*z[l])*#second)"),
        Step(
            "cosine",
            f"c*b*q = {LENGTH}",
            by="c*b*#inner - sum[l](b*z[l]*#first + D[l]*#second)",
        ),
        Step(
            "scaled_square",
            f"{LENGTH}**2*(q**2 - 1) = 0",
            by=f"(c*b*q + {LENGTH})*#cosine - q**2*(b**2*#size + {LENGTH}*#other_size)",
        ),
        Step("opposite_or_equal", "q**2 = 1", "cancel", ("scaled_square", "alive"), f"{LENGTH}**2"),
        Step(
            "scaled_direction",
            f"{LENGTH}*(z[l] - q*v[l]) = 0",
            by="q*v[l]*#size - z[l]*#cosine + q*c*(#first - #second)",
        ),
        Step("direction", "z[l] = q*v[l]", "cancel", ("scaled_direction", "alive"), LENGTH),
        Step("root", f"sqrt({LENGTH}) > 0", "square_root", ("alive",), LENGTH),
        Step("root_square", f"sqrt({LENGTH})**2 = {LENGTH}", "square_root", ("alive",), LENGTH),
        Step(
            "attained",
            f"sum[l]((D[l]/sqrt({LENGTH}))**2) = 1",
            uses=("root",),
            by=f"-#root_square/sqrt({LENGTH})**2",
        ),
    ),
    goals=(
        Goal(
            "any slopes",
            "all[i](S[i] + S[mate[i]] = 1) => sum[i](p[i]*S[i]*y[i]*x[i,l]) = D[l]",
            "half",
            DATA,
            "the alignment vector does not depend on w, on the kinks too",
        ),
        Goal(
            "every neuron",
            f"sum[i](p[i]*step({HERE})*y[i]*x[i,l]) = D[l]",
            "stepped",
            (*DATA, "off_kink"),
            "with the slopes of the ReLU",
        ),
        Goal("linear teacher", "D[l] = sum[k](sum[i](p[i]*x[i,l]*x[i,k])*beta[k])/2", "linear", ("teacher",)),
        Goal("two directions", "q**2 = 1", "opposite_or_equal", CRITICAL),
        Goal("equal or opposite", "z[l] = q*v[l]", "direction", ("alive", "first", "unit", "second")),
        Goal("which exist", f"sum[l]((D[l]/sqrt({LENGTH}))**2) = 1", "attained", ("alive",)),
    ),
    not_checked=("laws with infinitely many values: the same pairing under an integral",),
)

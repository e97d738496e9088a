r"""XOR data have four extremal directions, whatever the width: the two axes and their opposites.

**Setting.** Four samples $\pm\mu e_1$ with label 1 and $\pm\mu e_2$ with label -1, $e_1 \perp e_2$ of length 1 in any
dimension. For a neuron w: shares A, B, C, E of the samples with $A\langle w, x\rangle = (\langle w, x\rangle)_+$ (1
where active, 0 where not, anything at the kink), and the alignment vector D = mean of share, label and sample; the
width of the network does not enter.

**Statement.** $D = \tfrac\mu4((A - B)e_1 - (C - E)e_2)$. If D is parallel to w, $D = cw$, with $w_i = \langle w,
e_i\rangle$: $4cw_1^2 = |\mu w_1|$ and $4cw_2^2 = -|\mu w_2|$, so $c = 0$ or $w_1w_2 = 0$; c = 0 only if $w_1 = w_2 =
0$; and c w lies in the plane of $e_1, e_2$. So unit vectors with $D \ne 0$ parallel to w are $\pm e_1$ (maxima, c >
0) and $\pm e_2$ (minima, c < 0), and each is one: there $D = \tfrac\mu4e_1$ at $e_1$ and $D = -\tfrac\mu4e_2$ at
$e_2$.

**Assumptions.** As stated, $\mu > 0$.

**Source.** Tsoy, Konstantinov, arXiv 2405.17299 [PAPER: few directions, independent of width; XOR data]; this form
[DERIVED].

**What is checked.** Every step for all dimensions and $\mu$. **What is not.** Which directions a flow chooses.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

W1, W2 = "sum[l](w[l]*e1[l])", "sum[l](w[l]*e2[l])"
SIZE1, SIZE2 = (f"(relu(mu*{w}) + relu(-mu*{w}))" for w in (W1, W2))
FRAME = ("first_unit", "second_unit", "orthogonal")
SHARES = ("share_1", "share_2", "share_3", "share_4")
ALL = (*FRAME, *SHARES, "critical")

FIRST = ("first_unit", "orthogonal")
MEAN = "({}*(mu*e1[l]) + {}*(-mu*e1[l]) - {}*(mu*e2[l]) - {}*(-mu*e2[l]))/4"
ATTAINED = (
    ("attained_at_e1", MEAN.format("1", "0", "1/2", "1/2") + " = mu/4*e1[l]"),
    ("attained_at_minus_e1", MEAN.format("0", "1", "1/2", "1/2") + " = mu/4*(-e1[l])"),
    ("attained_at_e2", MEAN.format("1/2", "1/2", "1", "0") + " = -mu/4*e2[l]"),
    ("attained_at_minus_e2", MEAN.format("1/2", "1/2", "0", "1") + " = -mu/4*(-e2[l])"),
)


def nothing_along(name: str, part: str, size: str) -> tuple[Step, ...]:
    """Without alignment, a component w_i has |mu w_i| = 0 by the certificate ``size``, so it is zero."""
    return (
        Step(f"{name}_most", f"mu*{part} <= 0", by=f"{size} + #part_above(u = mu*{part}) + #part_sign(u = -mu*{part})"),
        Step(
            f"{name}_least", f"-mu*{part} <= 0", by=f"{size} + #part_above(u = -mu*{part}) + #part_sign(u = mu*{part})"
        ),
        Step(f"{name}_scaled", f"mu*{part} = 0", "antisymmetry", (f"{name}_most", f"{name}_least")),
        Step(f"{name}_zero", f"{part} = 0", "cancel", (f"{name}_scaled", "positive"), "mu"),
        Step(f"{name}_nothing", f"c = 0 => {part} = 0", "discharge", (f"{name}_zero", "still")),
    )


PROOF = Proof(
    key="tsoy2024.xor",
    title="XOR data have four extremal directions, whatever the width",
    source="arXiv 2405.17299 [PAPER: setting]; this form [DERIVED]",
    indices=("d",),
    symbols=(
        Symbol("e1", ("d",), latex="e_1"),
        Symbol("e2", ("d",), latex="e_2"),
        Symbol("w", ("d",)),
        Symbol("D", ("d",)),
        *(Symbol(name) for name in "ABCEc"),
        Symbol("mu", latex=r"\mu"),
    ),
    variables=(Symbol("l", (), "d"), Symbol("u")),
    definitions=(
        Step("alignment", "D[l] = (A*(mu*e1[l]) + B*(-mu*e1[l]) - C*(mu*e2[l]) - E*(-mu*e2[l]))/4", "define"),
    ),
    hypotheses=(
        Hypothesis("first_unit", "sum[l](e1[l]**2) = 1", "directions of length 1"),
        Hypothesis("second_unit", "sum[l](e2[l]**2) = 1", "both of them"),
        Hypothesis("orthogonal", "sum[l](e1[l]*e2[l]) = 0", "orthogonal"),
        Hypothesis("positive", "mu > 0", "data that are not zero"),
        Hypothesis("share_1", f"A*(mu*{W1}) = relu(mu*{W1})", "slope of the ReLU at the first sample"),
        Hypothesis("share_2", f"B*(-mu*{W1}) = relu(-mu*{W1})", "at the second"),
        Hypothesis("share_3", f"C*(mu*{W2}) = relu(mu*{W2})", "at the third"),
        Hypothesis("share_4", f"E*(-mu*{W2}) = relu(-mu*{W2})", "at the fourth"),
        Hypothesis("critical", "D[l] = c*w[l]", "w is critical on the sphere"),
    ),
    steps=(
        Step("value", "D[l] = mu/4*((A - B)*e1[l] - (C - E)*e2[l])", by="#alignment"),
        Step(
            "first",
            f"c*{W1} = mu/4*(A - B)",
            by="sum[l](e1[l]*(#value - #critical)) + mu/4*(A - B)*#first_unit - mu/4*(C - E)*#orthogonal",
        ),
        Step(
            "second",
            f"c*{W2} = -mu/4*(C - E)",
            by="sum[l](e2[l]*(#value - #critical)) + mu/4*(A - B)*#orthogonal - mu/4*(C - E)*#second_unit",
        ),
        Step("first_size", f"4*c*{W1}**2 = {SIZE1}", by=f"4*{W1}*#first + #share_1 + #share_2"),
        Step("second_size", f"4*c*{W2}**2 = -{SIZE2}", by=f"4*{W2}*#second - #share_3 - #share_4"),
        Step("part_sign", "relu(u) >= 0", "positive_part", by="u"),
        Step("part_above", "relu(u) >= u", "positive_part", by="u"),
        Step("first_sign", f"4*c*{W1}**2 >= 0", by=f"#first_size + #part_sign(u = mu*{W1}) + #part_sign(u = -mu*{W1})"),
        Step(
            "second_sign",
            f"-4*c*{W2}**2 >= 0",
            by=f"-#second_size + #part_sign(u = mu*{W2}) + #part_sign(u = -mu*{W2})",
        ),
        Step("square", f"(c*{W1}*{W2})**2 <= 0**2", by="#first_sign*#second_sign/16"),
        Step("turned", f"(-c*{W1}*{W2})**2 <= 0**2", by="#square"),
        Step("nothing", "0 >= 0"),
        Step("below", f"c*{W1}*{W2} <= 0", "root_of_square", ("square", "nothing"), f"c*{W1}*{W2}; 0"),
        Step("above", f"-c*{W1}*{W2} <= 0", "root_of_square", ("turned", "nothing"), f"-c*{W1}*{W2}; 0"),
        Step("axis", f"c*{W1}*{W2} = 0", "antisymmetry", ("below", "above")),
        Step(
            "plane",
            f"c*(w[l] - {W1}*e1[l] - {W2}*e2[l]) = 0",
            by="#value - #critical - e1[l]*#first - e2[l]*#second",
        ),
        Step("moving", "c != 0", "suppose"),
        Step("no_product", f"{W1}*{W2} = 0", "cancel", ("axis", "moving"), "c"),
        Step("one_axis", f"c != 0 => {W1}*{W2} = 0", "discharge", ("no_product", "moving")),
        Step("in_plane", f"w[l] = {W1}*e1[l] + {W2}*e2[l]", "cancel", ("plane", "moving"), "c"),
        Step("on_plane", f"c != 0 => w[l] = {W1}*e1[l] + {W2}*e2[l]", "discharge", ("in_plane", "moving")),
        Step("still", "c = 0", "suppose"),
        *nothing_along("first", W1, f"#first_size - 4*{W1}**2*#still"),
        *nothing_along("second", W2, f"4*{W2}**2*#still - #second_size"),
        # All four directions are extremal.
        Step("own_sign", "mu >= 0", by="#positive"),
        Step("own_above", "mu >= mu"),
        Step("own_product", "mu*(mu - mu) = 0"),
        Step("own_part", "relu(mu) = mu", "positive_part", ("own_sign", "own_above", "own_product"), "mu; mu"),
        Step("no_above", "0 >= -mu", by="#positive"),
        Step("no_product_part", "0*(0 - -mu) = 0"),
        Step("no_part", "relu(-mu) = 0", "positive_part", ("nothing", "no_above", "no_product_part"), "-mu; 0"),
        *(Step(name, statement) for name, statement in ATTAINED),
    ),
    goals=(
        Goal("alignment vector", "D[l] = mu/4*((A - B)*e1[l] - (C - E)*e2[l])", "value", ()),
        Goal(
            "along the first axis", f"4*c*{W1}**2 = {SIZE1}", "first_size", (*FIRST, "share_1", "share_2", "critical")
        ),
        Goal(
            "along the second axis",
            f"4*c*{W2}**2 = -{SIZE2}",
            "second_size",
            ("second_unit", "orthogonal", "share_3", "share_4", "critical"),
        ),
        Goal("on an axis", f"c != 0 => {W1}*{W2} = 0", "one_axis", ALL),
        Goal("in the plane", f"c != 0 => w[l] = {W1}*e1[l] + {W2}*e2[l]", "on_plane", (*FRAME, "critical")),
        Goal(
            "no alignment, no first component",
            f"c = 0 => {W1} = 0",
            "first_nothing",
            (*FIRST, "share_1", "share_2", "critical", "positive"),
        ),
        Goal(
            "nor a second",
            f"c = 0 => {W2} = 0",
            "second_nothing",
            ("second_unit", "orthogonal", "share_3", "share_4", "critical", "positive"),
        ),
        Goal("the active half", "relu(mu) = mu", "own_part", ("positive",)),
        Goal("the other half", "relu(-mu) = 0", "no_part", ("positive",)),
        *(
            Goal(name.replace("_", " "), statement, name, (), "with shares 1, 0 on and 1/2 off the axis")
            for name, statement in ATTAINED
        ),
    ),
    not_checked=("which directions a flow chooses",),
)

r"""The stable rank of a network whose neurons agree within each sign, in closed form.

**Setting.** $m_+$ rows $v_+$ and $m_-$ rows $v_-$, stacked to W. $a = m_+\|v_+\|^2$, $b = m_-\|v_-\|^2$,
$c = \sqrt{m_+m_-}\langle v_+, v_-\rangle$. The spectral norm is told by a unit vector z: $\|Wz\|^2 = \Lambda$ and
$\|WV\|^2 \le \Lambda\|V\|^2$ for all V. The stable rank is $\|W\|_F^2/\Lambda = (a + b)/\Lambda$.

**Statement.** $\Lambda = \frac{a+b}2 + \sqrt{(\frac{a-b}2)^2 + c^2}$, so the stable rank is
$(a+b)/(\frac{a+b}2 + \sqrt{(\frac{a-b}2)^2 + c^2})$, which lies between 1 and 2.

**Assumptions.** $\Lambda > 0$, that is $W \ne 0$.

**Source.** [DERIVED]; the stable rank is that of Kou, Chen, Gu, arXiv 2310.18935.

**What is checked.** Every step, for all widths and d. **What is not.** That the spectral norm is attained.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

A, B, H = "sum[l](alpha[l]*V[l])", "sum[l](beta[l]*V[l])", "(a + b)/2"
AT_PLUS, AT_MINUS = "sum[l](alpha[l]*z[l])", "sum[l](beta[l]*z[l])"
FORM = "((a - b)/2*(x**2 - y**2) + 2*c*x*y)"
ATTAINED = ("unit", "value", "most", "nonzero")
REST = "(-Lam*(a + b)/2 - 2*Lam*s + c**2 + (a**2 + b**2)/2 + 2*(a + b)*s + 2*s**2)"

PROOF = Proof(
    key="kou2023.stable_rank",
    title="The stable rank of two groups of equal neurons",
    source="[DERIVED], stable rank of arXiv 2310.18935",
    indices=("P", "M", "d"),
    symbols=(
        *(Symbol(name, ("d",), latex=latex) for name, latex in (("vp", "v_+"), ("vm", "v_-"), ("z", ""))),
        Symbol("alpha", ("d",), latex=r"\alpha"),
        Symbol("beta", ("d",), latex=r"\beta"),
        *(Symbol(name) for name in "abcs"),
        Symbol("Lam", latex=r"\Lambda"),
    ),
    variables=(Symbol("l", (), "d"), Symbol("V", ("d",)), Symbol("x"), Symbol("y")),
    definitions=(
        Step("scaled_plus", "alpha[l] = sqrt(P)*vp[l]", "define"),
        Step("scaled_minus", "beta[l] = sqrt(M)*vm[l]", "define"),
        Step("first", "a = P*sum[l](vp[l]**2)", "define"),
        Step("second", "b = M*sum[l](vm[l]**2)", "define"),
        Step("mixed", "c = sqrt(P)*sqrt(M)*sum[l](vp[l]*vm[l])", "define"),
        Step("spread", "s = sqrt(((a - b)/2)**2 + c**2)", "define"),
    ),
    hypotheses=(
        Hypothesis("unit", "sum[l](z[l]**2) = 1", "z has length one"),
        Hypothesis("value", "P*sum[l](vp[l]*z[l])**2 + M*sum[l](vm[l]*z[l])**2 = Lam", "W stretches z by the norm"),
        Hypothesis(
            "most",
            "P*sum[l](vp[l]*V[l])**2 + M*sum[l](vm[l]*V[l])**2 <= Lam*sum[l](V[l]**2)",
            "and no vector by more",
        ),
        Hypothesis("nonzero", "Lam > 0", "W is not zero"),
    ),
    steps=(
        Step("plus_size", "P >= 0", by="P"),
        Step("minus_size", "M >= 0", by="M"),
        Step("plus_root", "sqrt(P)**2 = P", "square_root", ("plus_size",), "P"),
        Step("minus_root", "sqrt(M)**2 = M", "square_root", ("minus_size",), "M"),
        Step("first_scaled", "a = sum[l](alpha[l]**2)", by="#first - sum[l]((alpha[l] + sqrt(P)*vp[l])*#scaled_plus)"
             " - sum[l](vp[l]**2)*#plus_root"),
        Step("second_scaled", "b = sum[l](beta[l]**2)", by="#second - sum[l]((beta[l] + sqrt(M)*vm[l])*#scaled_minus)"
             " - sum[l](vm[l]**2)*#minus_root"),
        Step("mixed_scaled", "c = sum[l](alpha[l]*beta[l])",
             by="#mixed - sum[l](beta[l]*#scaled_plus) - sqrt(P)*sum[l](vp[l]*#scaled_minus)"),
        Step(
            "stretched",
            f"P*sum[l](vp[l]*V[l])**2 + M*sum[l](vm[l]*V[l])**2 = {A}**2 + {B}**2",
            by=f"-({A} + sqrt(P)*sum[l](vp[l]*V[l]))*sum[l](V[l]*#scaled_plus) - sum[l](vp[l]*V[l])**2*#plus_root"
            f" - ({B} + sqrt(M)*sum[l](vm[l]*V[l]))*sum[l](V[l]*#scaled_minus) - sum[l](vm[l]*V[l])**2*#minus_root",
        ),
        Step("radicand", "((a - b)/2)**2 + c**2 >= 0", by="((a - b)/2)**2 + c**2"),
        Step("root", "sqrt(((a - b)/2)**2 + c**2)**2 = ((a - b)/2)**2 + c**2", "square_root", ("radicand",),
             "((a - b)/2)**2 + c**2"),
        Step("root_sign", "sqrt(((a - b)/2)**2 + c**2) >= 0", "square_root", ("radicand",), "((a - b)/2)**2 + c**2"),
        Step("spread_square", "s**2 = ((a - b)/2)**2 + c**2",
             by="#root + (s + sqrt(((a - b)/2)**2 + c**2))*#spread"),
        Step("spread_sign", "s >= 0", by="#root_sign + #spread"),
        # no vector is stretched by more than the formula
        Step(
            "form_square",
            f"{FORM}**2 <= (s*(x**2 + y**2))**2",
            by="(c*(x**2 - y**2) - (a - b)*x*y)**2 + (x**2 + y**2)**2*#spread_square",
        ),
        Step("form_size", "s*(x**2 + y**2) >= 0", by="#spread_sign*(x**2 + y**2)"),
        Step("form", f"{FORM} <= s*(x**2 + y**2)", "root_of_square", ("form_square", "form_size"),
             f"{FORM}; s*(x**2 + y**2)"),
        Step("value_scaled", f"{AT_PLUS}**2 + {AT_MINUS}**2 = Lam", by="#value - #stretched(V[l] = z[l])"),
        Step(
            "above_scaled",
            f"Lam*({H} + s - Lam) >= 0",
            by=f"#form(x = {AT_PLUS}, y = {AT_MINUS}) + sum[l](({AT_PLUS}*alpha[l] + {AT_MINUS}*beta[l] - Lam*z[l])**2)"
            f" + ({H} + s - 2*Lam)*(-#value_scaled) - Lam**2*#unit"
            f" + {AT_PLUS}**2*#first_scaled + {AT_MINUS}**2*#second_scaled + 2*{AT_PLUS}*{AT_MINUS}*#mixed_scaled",
        ),
        Step("above", f"Lam <= {H} + s", "cancel", ("above_scaled",), "#nonzero"),
        # and some vector is stretched by as much
        Step(
            "tested",
            "(a*x + c*y)**2 + (c*x + b*y)**2 <= Lam*(a*x**2 + 2*c*x*y + b*y**2)",
            "rewriting",
            ("first_scaled", "second_scaled", "mixed_scaled"),
            "#most(V[l] = x*alpha[l] + y*beta[l]) + #stretched(V[l] = x*alpha[l] + y*beta[l]); a; b; c",
        ),
        Step(
            "below_scaled",
            f"4*s**2*({H} + s)*(Lam - {H} - s) >= 0",
            by=f"#tested(x = c, y = s - (a - b)/2) + #tested(x = s + (a - b)/2, y = c) - 2*{REST}*#spread_square",
        ),
        Step("total", f"{H} + s > 0", by="#above + #nonzero"),
        Step("spread_positive", "s > 0", "suppose"),
        Step("below_here", f"{H} + s <= Lam", "cancel", ("below_scaled",), "4*#spread_positive**2*#total"),
        Step("below_first", f"s > 0 => {H} + s <= Lam", "discharge", ("below_here", "spread_positive")),
        Step("spread_zero", "s <= 0", "suppose"),
        Step("half_sign", f"{H} > 0", by="#total + #spread_zero"),
        Step(
            "half_scaled",
            f"{H}*(Lam - {H}) >= 0",
            by="(#tested(x = 1, y = 0) + #tested(x = 0, y = 1))/2 + s**2 - #spread_square",
        ),
        Step("half", f"{H} <= Lam", "cancel", ("half_scaled",), "#half_sign"),
        Step("below_there", f"{H} + s <= Lam", by="#half + #spread_zero"),
        Step("below_second", f"s <= 0 => {H} + s <= Lam", "discharge", ("below_there", "spread_zero")),
        Step("below", f"{H} + s <= Lam", "cases", ("below_first", "below_second")),
        Step("equal", f"Lam = {H} + s", "antisymmetry", ("below", "above")),
        Step("closed_form", f"Lam = {H} + sqrt(((a - b)/2)**2 + c**2)", by="#equal + #spread"),
        Step("at_most_two", "a + b <= 2*Lam", by="2*#spread_sign + 2*#equal"),
        Step(
            "at_least_one",
            "a + b >= Lam",
            by=f"sum[l]((alpha[l] - {AT_PLUS}*z[l])**2) + sum[l]((beta[l] - {AT_MINUS}*z[l])**2)"
            f" + #first_scaled + #second_scaled + #value_scaled - ({AT_PLUS}**2 + {AT_MINUS}**2)*#unit",
        ),
    ),
    goals=(
        Goal("closed form", f"Lam = {H} + sqrt(((a - b)/2)**2 + c**2)", "closed_form", ATTAINED,
             "the squared spectral norm"),
        Goal("at most two", "a + b <= 2*Lam", "at_most_two", ATTAINED, "the stable rank is at most two"),
        Goal("at least one", "a + b >= Lam", "at_least_one", ("unit", "value"), "and at least one"),
    ),
    not_checked=("that the spectral norm is attained",),
)  # fmt: skip

r"""Unequal margins without near-orthogonality: two samples of a class with norms 1 and $\varrho$ and cosine r.

**Setting.** $\|x_1\| = 1$, $\|x_2\| = \varrho > 0$, $\langle x_1, x_2\rangle = \varrho r$, both positive; $x_3$ is
negative, orthogonal to both and of norm 1. $m_+$ and $m_-$ neurons, outputs $1/m_+$ and $-1/m_-$; pattern of the
labels; $k_+ = \frac1{m_+} + \frac{\gamma^2}{m_-}$, $k_- = \frac1{m_-} + \frac{\gamma^2}{m_+}$.

**Statement.** $K\lambda = 1$ has $k_+\varrho^2(1 - r^2)\lambda_2 = 1 - \varrho r$: for $r^2 < 1$ positive if
$r < 1/\varrho$, negative if $r > 1/\varrho$. For $\varrho r \ge 1$ (r = 1 included: collinear samples) the
only minimiser of $\|W\|^2$ under margins at least 1 has the rows $(\mu_1x_1 - \gamma\mu_3x_3)/m_+$ and
$(\mu_3x_3 - \gamma\mu_1x_1)/m_-$ with $\mu_1k_+ = \mu_3k_- = 1$, and the margins 1, $\varrho r$, 1. And whatever the
weights, the output at $\varrho x$ is $\varrho$ times that at x: margins of collinear samples of a class never become
equal.

**Assumptions.** Those above; $\varrho r \ge 1$ for the minimiser.

**Source.** [DERIVED]; shows that the theorem on equal margins of Kou, Chen, Gu, arXiv 2310.18935, needs its assumption.

**What is checked.** Every step, for all widths, d, $\gamma$, $\varrho$ and r. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

GRAM = (("11", "1"), ("12", "rho*r"), ("13", "0"), ("22", "rho**2"), ("23", "0"), ("33", "1"))


def margin(plus: str, minus: str, sample: str) -> str:
    """The margin of one sample for rows that the two arguments say."""
    own, other = (minus, plus) if sample == "3" else (plus, minus)
    return f"{own.replace('?', sample)} - gamma*{other.replace('?', sample)}"


SHARED = ("sum[l](vp[l]*x?[l])", "sum[l](vm[l]*x?[l])")


def rows(plus: str, minus: str, sample: str) -> str:
    """The margin of one sample for different rows."""
    return margin(f"sum[q,l]({plus}[q,l]*x?[l])/P", f"sum[t,l]({minus}[t,l]*x?[l])/M", sample)


FEASIBLE = ", ".join(f"{rows('A', 'B', sample)} >= 1" for sample in "123" if sample != "2")
BOUND = (
    "sum[q,l](A[q,l]**2) + sum[t,l](B[t,l]**2) >= mu1 + mu3 + sum[q,l]((A[q,l] - vp[l])**2)"
    " + sum[t,l]((B[t,l] - vm[l])**2)"
)
HERE = BOUND.replace("A[", "A0[").replace("B[", "B0[")


def output(factor: str) -> str:
    """The output at a multiple of an input."""
    up, down = f"{factor}*sum[l](A[q,l]*X[l])", f"{factor}*sum[l](B[t,l]*X[l])"
    return f"sum[q](gamma*({up}) + (1 - gamma)*relu({up}))/P - sum[t](gamma*({down}) + (1 - gamma)*relu({down}))/M"


def product(one: str, other: str) -> str:
    """The name of the fact about an inner product."""
    return f"product_{min(one, other)}{max(one, other)}"


def at_point(sample: str) -> str:
    """The certificate that gives a margin of the point."""
    plus = f"sum[l](x{sample}[l]*#row_plus) + mu1/P*#{product('1', sample)} - gamma*mu3/P*#{product('3', sample)}"
    minus = f"sum[l](x{sample}[l]*#row_minus) + mu3/M*#{product('3', sample)} - gamma*mu1/M*#{product('1', sample)}"
    own, other = (minus, plus) if sample == "3" else (plus, minus)
    return f"{own} - gamma*({other})"


def inner(one: str, other: str, value: str) -> Hypothesis:
    """An inner product of two samples."""
    return Hypothesis(product(one, other), f"sum[l](x{one}[l]*x{other}[l]) = {value}", f"samples {one} and {other}")


SYSTEM = ("first_row", "second_row")
POINT = ("product_11", "product_13", "product_33", "first_weight", "third_weight")

PROOF = Proof(
    key="kou2023.collinear",
    title="Unequal margins of two samples of a class",
    source="[DERIVED], against the theorem of arXiv 2310.18935 without its assumption",
    indices=("P", "M", "d"),
    symbols=(
        *(Symbol(f"x{k}", ("d",), latex=f"x_{k}") for k in "123"),
        Symbol("gamma", latex=r"\gamma"),
        Symbol("rho", latex=r"\varrho"),
        Symbol("r"),
        Symbol("kp", latex="k_+"),
        Symbol("km", latex="k_-"),
        Symbol("lam1", latex=r"\lambda_1"),
        Symbol("lam2", latex=r"\lambda_2"),
        Symbol("mu1", latex=r"\mu_1"),
        Symbol("mu3", latex=r"\mu_3"),
        Symbol("vp", ("d",), latex="v_+"),
        Symbol("vm", ("d",), latex="v_-"),
        Symbol("A0", ("P", "d"), latex="A"),
        Symbol("B0", ("M", "d"), latex="B"),
    ),
    variables=(
        *(Symbol(name, (), sort) for name, sort in zip("qtl", "PMd", strict=True)),
        Symbol("A", ("P", "d")),
        Symbol("B", ("M", "d")),
        Symbol("X", ("d",)),
        Symbol("s"),
    ),
    definitions=(
        Step("weight_plus", "kp = 1/P + gamma**2/M", "define"),
        Step("weight_minus", "km = 1/M + gamma**2/P", "define"),
        Step("row_plus", "vp[l] = (mu1*x1[l] - gamma*mu3*x3[l])/P", "define"),
        Step("row_minus", "vm[l] = (mu3*x3[l] - gamma*mu1*x1[l])/M", "define"),
    ),
    hypotheses=(
        *(inner(*pair, value) for pair, value in GRAM if pair != "22"),
        Hypothesis("first_row", "kp*(lam1 + rho*r*lam2) = 1", "K lambda = 1, first row"),
        Hypothesis("second_row", "kp*(rho*r*lam1 + rho**2*lam2) = 1", "K lambda = 1, second row"),
        Hypothesis("ratio", "rho > 0", "the second norm"),
        Hypothesis("apart", "r**2 < 1", "the samples are not collinear"),
        Hypothesis("below", "rho*r < 1", "below the threshold"),
        Hypothesis("beyond", "rho*r > 1", "above the threshold"),
        Hypothesis("first_weight", "mu1*kp = 1", "multiplier of the first sample"),
        Hypothesis("third_weight", "mu3*km = 1", "multiplier of the third sample"),
    ),
    steps=(
        # the system
        Step("second", "kp*rho**2*(1 - r**2)*lam2 = 1 - rho*r", by="#second_row - rho*r*#first_row"),
        Step("first", "kp*rho**2*(1 - r**2)*lam1 = rho*(rho - r)", by="rho**2*#first_row - rho*r*#second_row"),
        Step("size", "kp > 0", by="#weight_plus + 1/P + gamma**2/M"),
        Step("share", "kp*rho**2*(1 - r**2)*lam2 > 0", by="#second + #below"),
        Step("positive", "lam2 > 0", "cancel", ("share",), "#size*#ratio**2*#apart"),
        Step("negative_share", "-(kp*rho**2*(1 - r**2)*lam2) > 0", by="#beyond - #second"),
        Step("negative", "lam2 < 0", "cancel", ("negative_share",), "#size*#ratio**2*#apart"),
        # the minimiser beyond the threshold
        Step("margin_1", f"{margin(*SHARED, '1')} = 1", by=f"{at_point('1')} + #first_weight - mu1*#weight_plus"),
        Step("margin_2", f"{margin(*SHARED, '2')} = rho*r",
             by=f"{at_point('2')} + rho*r*(#first_weight - mu1*#weight_plus)"),
        Step("margin_3", f"{margin(*SHARED, '3')} = 1", by=f"{at_point('3')} + #third_weight - mu3*#weight_minus"),
        Step("norm", "P*sum[l](vp[l]**2) + M*sum[l](vm[l]**2) = mu1 + mu3",
             by="P*sum[l](vp[l]*#row_plus) + M*sum[l](vm[l]*#row_minus) + mu1*#margin_1 + mu3*#margin_3"),
        Step("other_size", "km > 0", by="#weight_minus + 1/M + gamma**2/P"),
        Step("mu1_share", "kp*mu1 > 0", by="#first_weight + 1"),
        Step("mu1_sign", "mu1 > 0", "cancel", ("mu1_share",), "#size"),
        Step("mu3_share", "km*mu3 > 0", by="#third_weight + 1"),
        Step("mu3_sign", "mu3 > 0", "cancel", ("mu3_share",), "#other_size"),
        Step("allowed_1", f"{rows('A0', 'B0', '1')} >= 1", "suppose", by="A0, B0"),
        Step("allowed_3", f"{rows('A0', 'B0', '3')} >= 1", "suppose"),
        Step(
            "bound_here",
            HERE,
            by="2*#mu1_sign*#allowed_1 + 2*#mu3_sign*#allowed_3 + 2*sum[q,l](A0[q,l]*#row_plus)"
            " + 2*sum[t,l](B0[t,l]*#row_minus) - #norm",
        ),
        Step("bound_3", f"{rows('A0', 'B0', '3')} >= 1 => {HERE}", "discharge", ("bound_here", "allowed_3")),
        Step("bound", f"{FEASIBLE} => {BOUND}", "discharge", ("bound_3", "allowed_1"), "A0 = A, B0 = B"),
        Step("allowed", f"{margin(*SHARED, '2')} > 1", by="#margin_2 + #beyond"),
        # collinear inputs
        Step("part_sign", "relu(s) >= 0", "positive_part", by="s"),
        Step("part_above", "relu(s) >= s", "positive_part", by="s"),
        Step("part_square", "relu(s)**2 = s*relu(s)", "positive_part", by="s"),
        Step("scaled_sign", "rho*relu(s) >= 0", by="#ratio*#part_sign"),
        Step("scaled_above", "rho*relu(s) >= rho*s", by="#ratio*#part_above"),
        Step("scaled_product", "rho*relu(s)*(rho*relu(s) - rho*s) = 0", by="rho**2*#part_square"),
        Step("scaled", "relu(rho*s) = rho*relu(s)", "positive_part",
             ("scaled_sign", "scaled_above", "scaled_product"), "rho*s; rho*relu(s)"),
        Step(
            "homogeneous",
            f"{output('rho')} = rho*({output('1')})",
            by="(1 - gamma)*(sum[q](#scaled(s = sum[l](A[q,l]*X[l])))/P - sum[t](#scaled(s = sum[l](B[t,l]*X[l])))/M)",
        ),
    ),
    goals=(
        Goal("multiplier", "kp*rho**2*(1 - r**2)*lam2 = 1 - rho*r", "second", SYSTEM, "the threshold is r = 1/rho"),
        Goal("first multiplier", "kp*rho**2*(1 - r**2)*lam1 = rho*(rho - r)", "first", SYSTEM),
        Goal("below the threshold", "lam2 > 0", "positive", (*SYSTEM, "ratio", "apart", "below")),
        Goal("above the threshold", "lam2 < 0", "negative", (*SYSTEM, "ratio", "apart", "beyond")),
        Goal("first margin", f"{margin(*SHARED, '1')} = 1", "margin_1", ("product_11", "product_13", "first_weight")),
        Goal("second margin", f"{margin(*SHARED, '2')} = rho*r", "margin_2",
             ("product_12", "product_23", "first_weight"), "not 1"),
        Goal("third margin", f"{margin(*SHARED, '3')} = 1", "margin_3", ("product_13", "product_33", "third_weight")),
        Goal("allowed", f"{margin(*SHARED, '2')} > 1", "allowed",
             ("product_12", "product_23", "first_weight", "beyond")),
        Goal("only minimiser", f"{FEASIBLE} => {BOUND}", "bound", POINT, "it has the least norm, and nothing else has"),
        Goal("collinear inputs", f"{output('rho')} = rho*({output('1')})", "homogeneous", ("ratio",),
             "whatever the weights"),
    ),
)  # fmt: skip

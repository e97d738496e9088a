r"""Families whose output is a multiple of the identity cost $f_C$, and a smaller product of norms costs less.

**Setting.** Explicit parameters of a ReLU network of depth $L = m + 2$ on K classes, with output exactly $I_K$ and
positive squared norms. Each factor is multiplied by a positive number, balanced so that all weighted penalties are
equal and the output is $q^{L+1}I$. Names as in sukenik2024/collapsed; $\bar\lambda^{L+1} = \lambda_H\lambda_1\cdots
\lambda_L$ and $g^{L+1}$ is the product of the squared norms.

**Statement.** The objective is $\tfrac12(1 - q^{L+1})^2 + \tfrac12(L+1)\bar\lambda gq^2$. If the product is below
$K^{L+1}$, that is strictly less than $\tfrac12(1 - q^{L+1})^2 + \tfrac12(L+1)\bar\lambda Kq^2$, which every collapsed
solution costs at some q (sukenik2024/collapsed): for any positive penalties, no collapsed solution with a nonzero
output is optimal. With zero, see sukenik2024/thresholds.

**Assumptions.** As stated; $q > 0$.

**Source.** [DERIVED] (homogeneity and arithmetic-geometric means), setting of arXiv 2405.14468.

**What is checked.** Every step, for all K, L, widths, factors and q. **What is not.** That sequences which the network
does not reach (layers beyond L) can be continued by any positive numbers.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

FACTORS = "Q(k); lamH*lam1*lamL; Q(k)*lam(k)"
NORMS = "R(k); W1n*Hn; R(k)*Wn(k)"
SUM_START = "lamH*sum[d,i]((tH*H[d,i])**2) + lam1*sum[d,b]((t1*W1[d,b])**2) + lamL*sum[i,b]((tL*WL[i,b])**2)"
SUM_NEXT = "S(k) + lam(k)*sum[d,b]((t(k)*W[d,b](k))**2)"
SUM = f"S(k); {SUM_START}; {SUM_NEXT}"
SCALES = "T(k); tH*t1; T(k)*t(k)"
SCALED = "Mt[d,i](k); sum[b](t1*W1[d,b]*(tH*H[b,i])); sum[b](t(k)*W[d,b](k)*relu(Mt[b,i](k)))"
POSITIVE_FACTORS = ("features_factor", "first_factor", "inner_factors", "last_factor")
POSITIVE_NORMS = ("features_positive", "first_positive", "inner_positive", "last_positive")
PLACES = (  # factor, its penalty's factor, its squared norm, its multiplier
    ("features", "lamH", "Hn", "tH"),
    ("first", "lam1", "W1n", "t1"),
    ("inner", "lam(k)", "Wn(k)", "t(k)"),
    ("last", "lamL", "WLn", "tL"),
)


def factor_name(place: str) -> str:
    """The name of the assumption that a penalty is positive."""
    return f"{place}_factors" if place == "inner" else f"{place}_factor"


def balancing(place: str, lam: str, norm: str, t: str) -> tuple[Step, ...]:
    """The multiplier of one factor: t^2 lam norm = mu g q^2."""
    value, signs = f"y/{lam}/{norm}", (factor_name(place), f"{place}_positive")
    return (
        Step(f"{place}_ratio", f"{value} > 0", uses=signs, by=f"#level_sign/{lam}/{norm}"),
        Step(f"{place}_root", f"sqrt({value}) > 0", "square_root", (f"{place}_ratio",), value),
        Step(f"{place}_square", f"sqrt({value})**2 = {value}", "square_root", (f"{place}_ratio",), value),
        Step(f"{place}_scale", f"{t} = sqrt({value})", "define", signs),
        Step(f"{place}_scale_sign", f"{t} > 0", by=f"#{place}_root + #{place}_scale"),
        Step(
            f"{place}_share",
            f"{lam}*{t}**2*{norm} = y",
            uses=signs,
            by=f"{lam}*{norm}*(({t} + sqrt({value}))*#{place}_scale + #{place}_square)",
        ),
    )


BALANCED = tuple(step for place in PLACES for step in balancing(*place))

PROOF = Proof(
    key="sukenik2024.reduction",
    title="A family with output c I costs f_C; a smaller product of norms costs strictly less",
    source="[DERIVED], setting of arXiv 2405.14468",
    indices=("C", "D"),
    symbols=(
        Symbol("H", ("D", "C"), latex="H_1"),
        Symbol("W1", ("D", "D"), latex="W_1"),
        Symbol("W", ("D", "D", "N")),
        Symbol("WL", ("C", "D"), latex="W_L"),
        Symbol("M", ("D", "C", "N")),
        Symbol("Mt", ("D", "C", "N"), latex=r"\tilde M"),
        Symbol("out", ("C", "C")),
        Symbol("lam", ("N",), latex=r"\lambda"),
        Symbol("lamH", latex=r"\lambda_H"),
        Symbol("lam1", latex=r"\lambda_1"),
        Symbol("lamL", latex=r"\lambda_L"),
        Symbol("Hn", latex=r"\|H_1\|^2"),
        Symbol("W1n", latex=r"\|W_1\|^2"),
        Symbol("WLn", latex=r"\|W_L\|^2"),
        Symbol("Wn", ("N",), latex=r"\|W\|^2"),
        Symbol("t", ("N",)),
        *(Symbol(name) for name in ("tH", "t1", "tL", "g", "q", "y", "J")),
        Symbol("mu", latex=r"\bar\lambda"),
        *(Symbol(name, ("N",)) for name in "QRSTB"),
        Symbol("m", (), "N"),
        *(Symbol(f"n{k}", (), "N") for k in range(6)),
    ),
    variables=(
        Symbol("i", (), "C"),
        Symbol("j", (), "C"),
        Symbol("d", (), "D"),
        Symbol("b", (), "D"),
        Symbol("k", (), "N"),
    ),
    definitions=(
        Step("features_norm", "Hn = sum[d,i](H[d,i]**2)", "define"),
        Step("first_norm", "W1n = sum[d,b](W1[d,b]**2)", "define"),
        Step("inner_norm", "Wn(k) = sum[d,b](W[d,b](k)**2)", "define"),
        Step("last_norm", "WLn = sum[i,b](WL[i,b]**2)", "define"),
        Step("factors_start", "Q(0) = lamH*lam1*lamL", "recursion", by=FACTORS),
        Step("factors_next", "Q(k + 1) = Q(k)*lam(k)", "recursion", by=FACTORS),
        Step("norms_start", "R(0) = W1n*Hn", "recursion", by=NORMS),
        Step("norms_next", "R(k + 1) = R(k)*Wn(k)", "recursion", by=NORMS),
    ),
    hypotheses=(
        Hypothesis("first_layer", "M[d,i](0) = sum[b](W1[d,b]*H[b,i])", "the network: M_2 = W_1 H_1"),
        Hypothesis(
            "layers", "M[d,i](k + 1) = sum[b](W[d,b](k)*relu(M[b,i](k)))", "the network: M_(l+1) = W_l relu(M_l)"
        ),
        Hypothesis("identity", "sum[b](WL[i,b]*relu(M[b,j](m))) = delta[i,j]", "the output is the identity"),
        Hypothesis("features_positive", "Hn > 0", "the features are not zero"),
        Hypothesis("first_positive", "W1n > 0", "the first layer is not zero"),
        Hypothesis("inner_positive", "Wn(k) > 0", "no inner layer is zero"),
        Hypothesis("last_positive", "WLn > 0", "the last layer is not zero"),
        Hypothesis("features_factor", "lamH > 0", "the features are penalised"),
        Hypothesis("first_factor", "lam1 > 0", "the first layer is penalised"),
        Hypothesis("inner_factors", "lam(k) > 0", "every inner layer is penalised"),
        Hypothesis("last_factor", "lamL > 0", "the last layer is penalised"),
        Hypothesis("scale", "q > 0", "the output is scaled by a positive number q^(L + 1)"),
        Hypothesis("smaller", "R(m)*WLn < power(C, m + 3)", "the product of the squared norms is below K^(L + 1)"),
    ),
    steps=(
        # The means of the factors and of the norms.
        Step("factors_base", "Q(0) > 0", by="#factors_start + #features_factor*#first_factor*#last_factor"),
        Step("factors_here", "Q(n0) > 0", "suppose", by="n0"),
        Step("factors_after", "Q(n0 + 1) > 0", by="#factors_next(k=n0) + #factors_here*#inner_factors(k=n0)"),
        Step("factors_step", "Q(k) > 0 => Q(k + 1) > 0", "discharge", ("factors_after", "factors_here"), "n0 = k"),
        Step("factors_sign", "Q(k) > 0", "induction", ("factors_base", "factors_step"), "k"),
        Step("norms_base", "R(0) > 0", by="#norms_start + #first_positive*#features_positive"),
        Step("norms_here", "R(n1) > 0", "suppose", by="n1"),
        Step("norms_after", "R(n1 + 1) > 0", by="#norms_next(k=n1) + #norms_here*#inner_positive(k=n1)"),
        Step("norms_step", "R(k) > 0 => R(k + 1) > 0", "discharge", ("norms_after", "norms_here"), "n1 = k"),
        Step("norms_sign", "R(k) > 0", "induction", ("norms_base", "norms_step"), "k"),
        Step("all_norms", "R(m)*WLn > 0", by="#norms_sign(k=m)*#last_positive"),
        Step("average", "power(mu, m + 3) = Q(m)", "root", ("factors_sign(k=m)",), "mu; Q(m); m + 2"),
        Step("average_sign", "mu > 0", "root", ("factors_sign(k=m)",), "mu; Q(m); m + 2"),
        Step("geometric", "power(g, m + 3) = R(m)*WLn", "root", ("all_norms",), "g; R(m)*WLn; m + 2"),
        Step("geometric_sign", "g > 0", "root", ("all_norms",), "g; R(m)*WLn; m + 2"),
        Step("level", "y = mu*g*q**2", "define"),
        Step("level_sign", "y > 0", by="#level + #average_sign*#geometric_sign*#scale**2"),
        *BALANCED,
        # The scaled network.
        Step("scaled_start", "Mt[d,i](0) = sum[b](t1*W1[d,b]*(tH*H[b,i]))", "recursion", by=SCALED),
        Step("scaled_next", "Mt[d,i](k + 1) = sum[b](t(k)*W[d,b](k)*relu(Mt[b,i](k)))", "recursion", by=SCALED),
        Step("scales_start", "T(0) = tH*t1", "recursion", by=SCALES),
        Step("scales_next", "T(k + 1) = T(k)*t(k)", "recursion", by=SCALES),
        Step("scales_base", "T(0) > 0", by="#scales_start + #features_scale_sign*#first_scale_sign"),
        Step("scales_here", "T(n2) > 0", "suppose", by="n2"),
        Step("scales_after", "T(n2 + 1) > 0", by="#scales_next(k=n2) + #scales_here*#inner_scale_sign(k=n2)"),
        Step("scales_step", "T(k) > 0 => T(k + 1) > 0", "discharge", ("scales_after", "scales_here"), "n2 = k"),
        Step("scales_sign", "T(k) > 0", "induction", ("scales_base", "scales_step"), "k"),
        Step("relu_sign", "relu(M[d,i](k)) >= 0", "positive_part", by="M[d,i](k)"),
        Step("relu_above", "relu(M[d,i](k)) >= M[d,i](k)", "positive_part", by="M[d,i](k)"),
        Step("relu_square", "relu(M[d,i](k))**2 = M[d,i](k)*relu(M[d,i](k))", "positive_part", by="M[d,i](k)"),
        Step("part_sign", "T(k)*relu(M[d,i](k)) >= 0", by="#scales_sign*#relu_sign"),
        Step("part_above", "T(k)*relu(M[d,i](k)) >= T(k)*M[d,i](k)", by="#scales_sign*#relu_above"),
        Step(
            "part_product",
            "T(k)*relu(M[d,i](k))*(T(k)*relu(M[d,i](k)) - T(k)*M[d,i](k)) = 0",
            by="T(k)**2*#relu_square",
        ),
        Step(
            "homogeneous",
            "relu(T(k)*M[d,i](k)) = T(k)*relu(M[d,i](k))",
            "positive_part",
            ("part_sign", "part_above", "part_product"),
            "T(k)*M[d,i](k); T(k)*relu(M[d,i](k))",
        ),
        Step(
            "multiple_base",
            "Mt[d,i](0) = T(0)*M[d,i](0)",
            by="#scaled_start - M[d,i](0)*#scales_start - tH*t1*#first_layer",
        ),
        Step("multiple_here", "Mt[d,i](n3) = T(n3)*M[d,i](n3)", "suppose", by="n3"),
        Step("same_part", "relu(Mt[d,i](n3)) = relu(T(n3)*M[d,i](n3))", "congruence", ("multiple_here",)),
        Step(
            "multiple_after",
            "Mt[d,i](n3 + 1) = T(n3 + 1)*M[d,i](n3 + 1)",
            by="#scaled_next(k=n3) + sum[b](t(n3)*W[d,b](n3)*(#same_part(d=b) + #homogeneous(d=b, k=n3)))"
            " - M[d,i](n3 + 1)*#scales_next(k=n3) - T(n3)*t(n3)*#layers(k=n3)",
        ),
        Step(
            "multiple_step",
            "all[d,i](Mt[d,i](k) = T(k)*M[d,i](k)) => Mt[d,i](k + 1) = T(k + 1)*M[d,i](k + 1)",
            "discharge",
            ("multiple_after", "multiple_here"),
            "n3 = k",
        ),
        Step("multiple", "Mt[d,i](k) = T(k)*M[d,i](k)", "induction", ("multiple_base", "multiple_step"), "k"),
        Step("last_part", "relu(Mt[d,i](m)) = relu(T(m)*M[d,i](m))", "congruence", ("multiple(k=m)",)),
        Step("scaled_output", "out[i,j] = sum[b](tL*WL[i,b]*relu(Mt[b,j](m)))", "define"),
        Step(
            "multiple_output",
            "out[i,j] = tL*T(m)*delta[i,j]",
            by="#scaled_output + tL*sum[b](WL[i,b]*(#last_part(d=b, i=j) + #homogeneous(d=b, i=j, k=m)))"
            " + tL*T(m)*#identity",
        ),
        # The product of the multipliers.
        Step("three_powers", "power(y, 3) = y**3", "power", by="y; 3"),
        Step("more_powers", "power(y, k + 4) = y*power(y, k + 3)", "power", by="y; k + 3"),
        Step(
            "shares_base",
            "T(0)**2*tL**2*Q(0)*R(0)*WLn = power(y, 3)",
            by="-#three_powers + tL**2*WLn*((T(0) + tH*t1)*Q(0)*R(0)*#scales_start + (tH*t1)**2*(R(0)*#factors_start"
            " + lamH*lam1*lamL*#norms_start)) + y**2*#features_share + y*lamH*tH**2*Hn*#first_share"
            " + lamH*tH**2*Hn*lam1*t1**2*W1n*#last_share",
        ),
        Step("shares_here", "T(n4)**2*tL**2*Q(n4)*R(n4)*WLn = power(y, n4 + 3)", "suppose", by="n4"),
        Step(
            "shares_after",
            "T(n4 + 1)**2*tL**2*Q(n4 + 1)*R(n4 + 1)*WLn = power(y, n4 + 4)",
            by="tL**2*WLn*((T(n4 + 1) + T(n4)*t(n4))*Q(n4 + 1)*R(n4 + 1)*#scales_next(k=n4)"
            " + (T(n4)*t(n4))**2*(R(n4 + 1)*#factors_next(k=n4) + Q(n4)*lam(n4)*#norms_next(k=n4)))"
            " + T(n4)**2*tL**2*Q(n4)*R(n4)*WLn*#inner_share(k=n4) + y*#shares_here - #more_powers(k=n4)",
        ),
        Step(
            "shares_step",
            "T(k)**2*tL**2*Q(k)*R(k)*WLn = power(y, k + 3)"
            " => T(k + 1)**2*tL**2*Q(k + 1)*R(k + 1)*WLn = power(y, k + 4)",
            "discharge",
            ("shares_after", "shares_here"),
            "n4 = k",
        ),
        Step(
            "shares", "T(k)**2*tL**2*Q(k)*R(k)*WLn = power(y, k + 3)", "induction", ("shares_base", "shares_step"), "k"
        ),
        Step("power_level", "power(y, m + 3) = power(mu*g*q**2, m + 3)", "congruence", ("level",)),
        Step("power_square", "power(q*q, m + 3) = power(q, m + 3)*power(q, m + 3)", "power", by="q; q; m + 3"),
        Step("power_inner", "power(g*q*q, m + 3) = power(g, m + 3)*power(q*q, m + 3)", "power", by="g; q*q; m + 3"),
        Step(
            "power_all", "power(mu*g*q*q, m + 3) = power(mu, m + 3)*power(g*q*q, m + 3)", "power", by="mu; g*q*q; m + 3"
        ),
        Step(
            "squares",
            "Q(m)*(R(m)*WLn)*((tL*T(m))**2 - power(q, m + 3)**2) = 0",
            by="#shares(k=m) + #power_level + #power_all + power(g*q*q, m + 3)*#average"
            " + Q(m)*#power_inner + Q(m)*power(q*q, m + 3)*#geometric + Q(m)*R(m)*WLn*#power_square",
        ),
        Step(
            "same_square",
            "(tL*T(m))**2 = power(q, m + 3)**2",
            "cancel",
            ("squares", "factors_sign(k=m)", "norms_sign(k=m)", "last_positive"),
            "Q(m)*R(m)*WLn",
        ),
        Step("scale_power", "power(q, m + 3) > 0", "power", ("scale",), "q; m + 3"),
        Step("scales_positive", "tL*T(m) > 0", by="#last_scale_sign*#scales_sign(k=m)"),
        Step(
            "at_most",
            "tL*T(m) <= power(q, m + 3)",
            "root_of_square",
            ("same_square", "scale_power"),
            "tL*T(m); power(q, m + 3)",
        ),
        Step(
            "at_least",
            "power(q, m + 3) <= tL*T(m)",
            "root_of_square",
            ("same_square", "scales_positive"),
            "power(q, m + 3); tL*T(m)",
        ),
        Step("scales", "tL*T(m) = power(q, m + 3)", "antisymmetry", ("at_most", "at_least")),
        # The objective.
        Step("sum_start", f"S(0) = {SUM_START}", "recursion", by=SUM),
        Step("sum_next", f"S(k + 1) = {SUM_NEXT}", "recursion", by=SUM),
        Step(
            "total_base",
            "S(0) = 3*y",
            by="#sum_start + #features_share + #first_share + #last_share - lamH*tH**2*#features_norm"
            " - lam1*t1**2*#first_norm - lamL*tL**2*#last_norm",
        ),
        Step("total_here", "S(n5) = (n5 + 3)*y", "suppose", by="n5"),
        Step(
            "total_after",
            "S(n5 + 1) = (n5 + 4)*y",
            by="#sum_next(k=n5) + #total_here + #inner_share(k=n5) - lam(n5)*t(n5)**2*#inner_norm(k=n5)",
        ),
        Step(
            "total_step",
            "S(k) = (k + 3)*y => S(k + 1) = (k + 4)*y",
            "discharge",
            ("total_after", "total_here"),
            "n5 = k",
        ),
        Step("total", "S(k) = (k + 3)*y", "induction", ("total_base", "total_step"), "k"),
        Step("objective", "J = sum[i,j]((out[i,j] - delta[i,j])**2)/(2*C) + S(m)/2", "define"),
        Step(
            "value",
            "J = (1 - power(q, m + 3))**2/2 + (m + 3)*mu*g*q**2/2",
            "kronecker",
            by="#objective + sum[i,j]((out[i,j] + tL*T(m)*delta[i,j] - 2*delta[i,j])*#multiple_output)/(2*C)"
            " + (tL*T(m) + power(q, m + 3) - 2)/2*#scales + #total(k=m)/2 + (m + 3)/2*#level",
        ),
        # The comparison.
        Step("smaller_power", "power(g, m + 3) < power(C, m + 3)", by="#smaller - #geometric"),
        Step("size", "C > 0", by="C"),
        Step("smaller_mean", "g < C", "power_reflects", ("smaller_power", "size"), "g; C; m + 2"),
        Step(
            "better",
            "J < (1 - power(q, m + 3))**2/2 + (m + 3)*mu*C*q**2/2",
            by="(m + 3)/2*#average_sign*#scale**2*#smaller_mean - #value",
        ),
    ),
    goals=(
        Goal(
            "output",
            "out[i,j] = tL*T(m)*delta[i,j]",
            "multiple_output",
            ("first_layer", "layers", "identity", "scale", *POSITIVE_FACTORS, *POSITIVE_NORMS),
        ),
        Goal(
            "scale of the output", "tL*T(m) = power(q, m + 3)", "scales", ("scale", *POSITIVE_FACTORS, *POSITIVE_NORMS)
        ),
        Goal(
            "objective",
            "J = (1 - power(q, m + 3))**2/2 + (m + 3)*mu*g*q**2/2",
            "value",
            ("first_layer", "layers", "identity", "scale", *POSITIVE_FACTORS, *POSITIVE_NORMS),
        ),
        Goal(
            "better",
            "J < (1 - power(q, m + 3))**2/2 + (m + 3)*mu*C*q**2/2",
            "better",
            ("first_layer", "layers", "identity", "scale", "smaller", *POSITIVE_FACTORS, *POSITIVE_NORMS),
        ),
    ),
    not_checked=("that the sequences of layers can be continued by positive numbers beyond the last one",),
)

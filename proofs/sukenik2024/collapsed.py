r"""Every collapsed solution costs at least $\min_q \tfrac12(1 - q^{L+1})^2 + \tfrac12(L+1)\bar\lambda Kq^2$.

**Setting.** Class means of a ReLU network of depth $L = m + 2 \ge 2$ on K classes: $M_2 = W_1H_1$,
$M_{l+1} = W_l\,\mathrm{relu}(M_l)$, output $W_L\,\mathrm{relu}(M_L)$. Here $M(k)$ is $M_{k+2}$ and $W(k)$ is $W_{k+2}$,
for $k < m$; all hidden layers have one width (padded with zeros). The loss is
$\frac1{2K}\|\text{output} - I\|^2$, the penalties have any positive factors: $\lambda_H$ stands for n times the factor
of $H_1$, n samples to a class.

**Statement.** Let DNC2 and DNC3 hold: $\mathrm{relu}(M)^T\mathrm{relu}(M) = a\,I$ in every layer, and each row of each
later weight matrix is a multiple (zero included) of one column of what it acts on. With
$\bar\lambda^{L+1} = \lambda_H\lambda_1\cdots\lambda_L$ the product of the squared norms is at least $K^{L+1}c^2$, c the
mean of the diagonal of the output, and the objective is at least
$\tfrac12(1 - q^{L+1})^2 + \tfrac12(L+1)\bar\lambda Kq^2$ at $q = |c|^{1/(L+1)}$.

**Assumptions.** The network; DNC1 (there are class means only), DNC2, DNC3; positive factors.

**Source.** Súkeník, Lampert, Mondelli, arXiv 2405.14468, setting [RECALL]; the bound [DERIVED].

**What is checked.** Every step, for all K, L, widths and factors. **What is not.** That sequences which the network
does not reach (layers beyond L) can be continued by zeros.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

SUM = "S(k); lamH*Hn + lam1*W1n + lamL*WLn; S(k) + lam(k)*Wn(k)"
PRODUCT = "P(k); lamH*Hn*(lam1*W1n)*(lamL*WLn); P(k)*(lam(k)*Wn(k))"
FACTORS = "Q(k); lamH*lam1*lamL; Q(k)*lam(k)"
NORMS = "R(k); W1n*Hn; R(k)*Wn(k)"

PROOF = Proof(
    key="sukenik2024.collapsed",
    title="A lower bound for the objective of every collapsed solution",
    source="arXiv 2405.14468, setting [RECALL]; bound [DERIVED]",
    indices=("C", "D"),
    symbols=(
        Symbol("H", ("D", "C"), latex="H_1"),
        Symbol("W1", ("D", "D"), latex="W_1"),
        Symbol("W", ("D", "D", "N")),
        Symbol("WL", ("C", "D"), latex="W_L"),
        Symbol("M", ("D", "C", "N")),
        Symbol("G", ("D", "D")),
        Symbol("out", ("C", "C")),
        Symbol("a", ("N",)),
        Symbol("rho", ("D", "N"), latex=r"\rho"),
        Symbol("own", ("D", "N"), "C"),
        Symbol("tau", ("C",), latex=r"\tau"),
        Symbol("last", ("C",), "C"),
        Symbol("lam", ("N",), latex=r"\lambda"),
        Symbol("lamH", latex=r"\lambda_H"),
        Symbol("lam1", latex=r"\lambda_1"),
        Symbol("lamL", latex=r"\lambda_L"),
        Symbol("Hn", latex=r"\|H_1\|^2"),
        Symbol("W1n", latex=r"\|W_1\|^2"),
        Symbol("WLn", latex=r"\|W_L\|^2"),
        Symbol("Wn", ("N",), latex=r"\|W\|^2"),
        *(Symbol(name, ("N",)) for name in "SPQR"),
        Symbol("J"),
        Symbol("mu", latex=r"\bar\lambda"),
        Symbol("c"),
        Symbol("q"),
        Symbol("m", (), "N"),
        *(Symbol(name, (), "N") for name in ("n0", "n1", "n2")),
    ),
    variables=(
        Symbol("i", (), "C"),
        Symbol("j", (), "C"),
        Symbol("d", (), "D"),
        Symbol("b", (), "D"),
        Symbol("e", (), "D"),
        Symbol("f", (), "D"),
        Symbol("k", (), "N"),
    ),
    definitions=(
        Step("features_norm", "Hn = sum[d,i](H[d,i]**2)", "define"),
        Step("first_norm", "W1n = sum[d,b](W1[d,b]**2)", "define"),
        Step("inner_norm", "Wn(k) = sum[d,b](W[d,b](k)**2)", "define"),
        Step("last_norm", "WLn = sum[i,b](WL[i,b]**2)", "define"),
        Step("output", "out[i,j] = sum[b](WL[i,b]*relu(M[b,j](m)))", "define"),
        Step("sum_start", "S(0) = lamH*Hn + lam1*W1n + lamL*WLn", "recursion", by=SUM),
        Step("sum_next", "S(k + 1) = S(k) + lam(k)*Wn(k)", "recursion", by=SUM),
        Step("factors_start", "Q(0) = lamH*lam1*lamL", "recursion", by=FACTORS),
        Step("factors_next", "Q(k + 1) = Q(k)*lam(k)", "recursion", by=FACTORS),
        Step("objective", "J = sum[i,j]((out[i,j] - delta[i,j])**2)/(2*C) + S(m)/2", "define"),
        Step("mean", "c = sum[i](out[i,i])/C", "define"),
    ),
    hypotheses=(
        Hypothesis("first_layer", "M[d,i](0) = sum[b](W1[d,b]*H[b,i])", "the network: M_2 = W_1 H_1"),
        Hypothesis(
            "layers", "M[d,i](k + 1) = sum[b](W[d,b](k)*relu(M[b,i](k)))", "the network: M_(l+1) = W_l relu(M_l)"
        ),
        Hypothesis("frames", "sum[d](relu(M[d,i](k))*relu(M[d,j](k))) = a(k)*delta[i,j]", "DNC2: orthogonal frames"),
        Hypothesis("aligned", "W[d,b](k) = rho[d](k)*relu(M[b,own[d](k)](k))", "DNC3: rows follow the class means"),
        Hypothesis("last_aligned", "WL[i,b] = tau[i]*relu(M[b,last[i]](m))", "DNC3 for the last layer"),
        Hypothesis("features_factor", "lamH > 0", "the features are penalised"),
        Hypothesis("first_factor", "lam1 > 0", "the first layer is penalised"),
        Hypothesis("inner_factors", "lam(k) > 0", "every inner layer is penalised"),
        Hypothesis("last_factor", "lamL > 0", "the last layer is penalised"),
    ),
    steps=(
        # The frame's length, layer by layer.
        Step("length", "sum[d](relu(M[d,i](k))**2) = a(k)", "kronecker", by="#frames(j=i)"),
        Step("part", "relu(M[d,i](k))**2 = M[d,i](k)*relu(M[d,i](k))", "positive_part", by="M[d,i](k)"),
        Step(
            "row",
            "M[d,i](k + 1) = rho[d](k)*a(k)*delta[own[d](k),i]",
            by="#layers + sum[b](relu(M[b,i](k))*#aligned) + rho[d](k)*#frames(i=own[d](k), j=i)",
        ),
        Step(
            "row_norm",
            "Wn(k) = sum[d](rho[d](k)**2)*a(k)",
            by="#inner_norm + sum[d,b]((W[d,b](k) + rho[d](k)*relu(M[b,own[d](k)](k)))*#aligned)"
            " + sum[d](rho[d](k)**2*#length(i=own[d](k)))",
        ),
        Step(
            "shrink",
            "C*a(k + 1) <= a(k)*Wn(k)",
            "kronecker",
            by="sum[d,i]((M[d,i](k + 1) - relu(M[d,i](k + 1)))**2 - 2*#part(k=k + 1)"
            " - (M[d,i](k + 1) + rho[d](k)*a(k)*delta[own[d](k),i])*#row) + sum[i](#length(k=k + 1)) + a(k)*#row_norm",
        ),
        # The first two factors.
        Step("pairing", "G[d,b] = sum[i](relu(M[d,i](0))*H[b,i])", "define"),
        Step(
            "pairing_norm",
            "sum[d,b](G[d,b]**2) = a(0)*Hn",
            "kronecker",
            by="sum[d,b]((G[d,b] + sum[i](relu(M[d,i](0))*H[b,i]))*#pairing)"
            " + sum[b,i,j](H[b,i]*H[b,j]*#frames(k=0)) - a(0)*#features_norm",
        ),
        Step(
            "inner_product",
            "sum[d,b](W1[d,b]*G[d,b]) = C*a(0)",
            by="sum[d,b](W1[d,b]*#pairing) - sum[d,i](relu(M[d,i](0))*#first_layer)"
            " - sum[d,i](#part(k=0)) + sum[i](#length(k=0))",
        ),
        Step(
            "cauchy",
            "sum[d,b](W1[d,b]**2)*sum[d,b](G[d,b]**2) >= sum[d,b](W1[d,b]*G[d,b])**2",
            by="sum[d,b,e,f]((W1[d,b]*G[e,f] - W1[e,f]*G[d,b])**2)/2",
        ),
        Step(
            "first_scaled",
            "a(0)*(W1n*Hn - C**2*a(0)) >= 0",
            by="#cauchy + a(0)*Hn*#first_norm - sum[d,b](W1[d,b]**2)*#pairing_norm"
            " + (sum[d,b](W1[d,b]*G[d,b]) + C*a(0))*#inner_product",
        ),
        Step("alive", "a(0) > 0", "suppose"),
        Step("first_alive", "W1n*Hn >= C**2*a(0)", "cancel", ("first_scaled", "alive"), "a(0)"),
        Step("if_alive", "a(0) > 0 => W1n*Hn >= C**2*a(0)", "discharge", ("first_alive", "alive")),
        Step("dead", "a(0) <= 0", "suppose"),
        Step("features_sign", "Hn >= 0", by="#features_norm + sum[d,i](H[d,i]**2)"),
        Step("first_sign", "W1n >= 0", by="#first_norm + sum[d,b](W1[d,b]**2)"),
        Step("inner_sign", "Wn(k) >= 0", by="#inner_norm + sum[d,b](W[d,b](k)**2)"),
        Step("last_sign", "WLn >= 0", by="#last_norm + sum[i,b](WL[i,b]**2)"),
        Step("first_dead", "W1n*Hn >= C**2*a(0)", by="#first_sign*#features_sign + C**2*#dead"),
        Step("if_dead", "a(0) <= 0 => W1n*Hn >= C**2*a(0)", "discharge", ("first_dead", "dead")),
        Step("first_two", "W1n*Hn >= C**2*a(0)", "cases", ("if_alive", "if_dead")),
        # All factors but the last.
        Step("norms_start", "R(0) = W1n*Hn", "recursion", by=NORMS),
        Step("norms_next", "R(k + 1) = R(k)*Wn(k)", "recursion", by=NORMS),
        Step("two_powers", "power(C, 2) = C**2", "power", by="C; 2"),
        Step("size", "C > 0", by="C"),
        Step("power_sign", "power(C, k) >= 0", "power", ("size",), "C; k"),
        Step("longer", "power(C, k + 1) = C*power(C, k)", "power", by="C; k"),
        Step("base", "R(0) >= power(C, 2)*a(0)", by="#norms_start + #first_two - a(0)*#two_powers"),
        Step("so_far", "R(n0) >= power(C, n0 + 2)*a(n0)", "suppose", by="n0"),
        Step(
            "one_more",
            "R(n0 + 1) >= power(C, n0 + 3)*a(n0 + 1)",
            by="#norms_next(k=n0) + #so_far*#inner_sign(k=n0) + #power_sign(k=n0 + 2)*#shrink(k=n0)"
            " - a(n0 + 1)*#longer(k=n0 + 2)",
        ),
        Step(
            "inductive",
            "R(k) >= power(C, k + 2)*a(k) => R(k + 1) >= power(C, k + 3)*a(k + 1)",
            "discharge",
            ("one_more", "so_far"),
            "n0 = k",
        ),
        Step("inner", "R(k) >= power(C, k + 2)*a(k)", "induction", ("base", "inductive"), "k"),
        # The output.
        Step(
            "entries",
            "out[i,j] = tau[i]*a(m)*delta[last[i],j]",
            by="#output + sum[b](relu(M[b,j](m))*#last_aligned) + tau[i]*#frames(i=last[i], j=j, k=m)",
        ),
        Step(
            "last_row",
            "WLn = sum[i](tau[i]**2)*a(m)",
            by="#last_norm + sum[i,b]((WL[i,b] + tau[i]*relu(M[b,last[i]](m)))*#last_aligned)"
            " + sum[i](tau[i]**2*#length(i=last[i], k=m))",
        ),
        Step(
            "all_entries",
            "a(m)*WLn = sum[i,j](out[i,j]**2)",
            "kronecker",
            by="a(m)*#last_row - sum[i,j]((out[i,j] + tau[i]*a(m)*delta[last[i],j])*#entries)",
        ),
        Step(
            "diagonal",
            "a(m)*WLn >= sum[i](out[i,i]**2)",
            "kronecker",
            by="#all_entries + sum[i,j](((1 - delta[i,j])*out[i,j])**2)",
        ),
        Step("variance", "sum[i](out[i,i]**2) >= C*c**2", by="sum[i]((out[i,i] - c)**2) - 2*C*c*#mean"),
        Step(
            "fit",
            "sum[i,j]((out[i,j] - delta[i,j])**2) >= C*(1 - c)**2",
            "kronecker",
            by="sum[i,j](((1 - delta[i,j])*out[i,j])**2) + #variance + 2*C*#mean",
        ),
        Step(
            "product",
            "R(m)*WLn >= power(C, m + 3)*c**2",
            by="#inner(k=m)*#last_sign + #power_sign(k=m + 2)*(#diagonal + #variance) - c**2*#longer(k=m + 2)",
        ),
        # Means.
        Step("product_start", "P(0) = lamH*Hn*(lam1*W1n)*(lamL*WLn)", "recursion", by=PRODUCT),
        Step("product_next", "P(k + 1) = P(k)*(lam(k)*Wn(k))", "recursion", by=PRODUCT),
        Step(
            "split_base",
            "P(0) = Q(0)*R(0)*WLn",
            by="#product_start - R(0)*WLn*#factors_start - lamH*lam1*lamL*WLn*#norms_start",
        ),
        Step("split_here", "P(n1) = Q(n1)*R(n1)*WLn", "suppose", by="n1"),
        Step(
            "split_next",
            "P(n1 + 1) = Q(n1 + 1)*R(n1 + 1)*WLn",
            by="#product_next(k=n1) + lam(n1)*Wn(n1)*#split_here - R(n1 + 1)*WLn*#factors_next(k=n1)"
            " - Q(n1)*lam(n1)*WLn*#norms_next(k=n1)",
        ),
        Step(
            "split_step",
            "P(k) = Q(k)*R(k)*WLn => P(k + 1) = Q(k + 1)*R(k + 1)*WLn",
            "discharge",
            ("split_next", "split_here"),
            "n1 = k",
        ),
        Step("split", "P(k) = Q(k)*R(k)*WLn", "induction", ("split_base", "split_step"), "k"),
        Step("factors_base", "Q(0) > 0", by="#factors_start + #features_factor*#first_factor*#last_factor"),
        Step("factors_here", "Q(n2) > 0", "suppose", by="n2"),
        Step("factors_after", "Q(n2 + 1) > 0", by="#factors_next(k=n2) + #factors_here*#inner_factors(k=n2)"),
        Step("factors_step", "Q(k) > 0 => Q(k + 1) > 0", "discharge", ("factors_after", "factors_here"), "n2 = k"),
        Step("factors_sign", "Q(k) > 0", "induction", ("factors_base", "factors_step"), "k"),
        Step("average", "power(mu, m + 3) = Q(m)", "root", ("factors_sign(k=m)",), "mu; Q(m); m + 2"),
        Step("average_sign", "mu > 0", "root", ("factors_sign(k=m)",), "mu; Q(m); m + 2"),
        Step("size_sign", "abs(c) >= 0", "absolute_value", by="c"),
        Step("size_square", "abs(c)**2 = c**2", "absolute_value", by="c"),
        Step("scale", "power(q, m + 3) = abs(c)", "root", ("size_sign",), "q; abs(c); m + 2"),
        Step("scale_sign", "q >= 0", "root", ("size_sign",), "q; abs(c); m + 2"),
        Step("power_square", "power(q*q, m + 3) = power(q, m + 3)*power(q, m + 3)", "power", by="q; q; m + 3"),
        Step("power_inner", "power(C*q*q, m + 3) = power(C, m + 3)*power(q*q, m + 3)", "power", by="C; q*q; m + 3"),
        Step(
            "power_all", "power(mu*C*q*q, m + 3) = power(mu, m + 3)*power(C*q*q, m + 3)", "power", by="mu; C*q*q; m + 3"
        ),
        Step(
            "level",
            "power(mu*C*q*q, m + 3) = Q(m)*power(C, m + 3)*c**2",
            by="#power_all + power(C*q*q, m + 3)*#average + Q(m)*#power_inner + Q(m)*power(C, m + 3)*(#power_square"
            " + (power(q, m + 3) + abs(c))*#scale + #size_square)",
        ),
        Step("enough", "P(m) >= power(mu*C*q*q, m + 3)", by="#split(k=m) + #factors_sign(k=m)*#product - #level"),
        Step("bound_sign", "mu*C*q*q >= 0", by="#average_sign*C*#scale_sign**2"),
        Step("term_sign", "lam(k)*Wn(k) >= 0", by="#inner_factors*#inner_sign"),
        Step("features_term", "lamH*Hn >= 0", by="#features_factor*#features_sign"),
        Step("first_term", "lam1*W1n >= 0", by="#first_factor*#first_sign"),
        Step("last_term", "lamL*WLn >= 0", by="#last_factor*#last_sign"),
        Step(
            "means",
            "mu*C*q*q >= 0, P(k) >= power(mu*C*q*q, k + 3) => S(k) >= (k + 3)*(mu*C*q*q)",
            "means",
            (
                "term_sign",
                "features_term",
                "first_term",
                "last_term",
                "sum_start",
                "sum_next",
                "product_start",
                "product_next",
            ),
            "S(k); P(k); lam(k)*Wn(k); k; mu*C*q*q; lamH*Hn; lam1*W1n; lamL*WLn",
        ),
        Step("penalties", "S(m) >= (m + 3)*(mu*C*q*q)", "apply", ("means(k=m)", "bound_sign", "enough")),
        Step("below_size", "c <= abs(c)", "root_of_square", ("size_square", "size_sign"), "c; abs(c)"),
        Step(
            "bound",
            "J >= (1 - power(q, m + 3))**2/2 + (m + 3)*mu*C*q**2/2",
            by="#objective + #fit/(2*C) + #penalties/2 + #below_size - #size_square/2"
            " - (power(q, m + 3) + abs(c) - 2)/2*#scale",
        ),
    ),
    goals=(
        Goal(
            "product",
            "R(m)*WLn >= power(C, m + 3)*c**2",
            "product",
            ("first_layer", "layers", "frames", "aligned", "last_aligned"),
            "the product of all squared norms",
        ),
        Goal(
            "average factor",
            "power(mu, m + 3) = Q(m)",
            "average",
            ("features_factor", "first_factor", "inner_factors", "last_factor"),
        ),
        Goal("scale", "q >= 0", "scale_sign", ()),
        Goal("scale of the output", "power(q, m + 3) = abs(c)", "scale", ()),
        Goal(
            "lower bound",
            "J >= (1 - power(q, m + 3))**2/2 + (m + 3)*mu*C*q**2/2",
            "bound",
            (
                "first_layer",
                "layers",
                "frames",
                "aligned",
                "last_aligned",
                "features_factor",
                "first_factor",
                "inner_factors",
                "last_factor",
            ),
            "f at the constant K(L + 1), at one of its arguments",
        ),
    ),
    not_checked=("that the sequences of layers can be continued by zeros beyond the last one",),
)

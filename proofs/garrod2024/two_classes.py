r"""Two classes: collapse is globally optimal for cross-entropy at every depth.

**Setting.** K = 2, features H free, $M_1 = H$, $M_{l+1} = W_l\,s_l(M_l)$, $Z = W_L s_L(M_L)$ with activations
$|s_l(x)| \le |x|$ (the identity, the ReLU), $L = m + 1$; the objective is the mean over n samples of
$\log\sum_c e^{Z_{ci} - Z_{y_i i}}$ plus $\tfrac{\lambda}{2}$ times the sum of the squared norms of all factors.

**Statement.** Let $\alpha^2 = 2\|Z\|^2/n$. The objective is at least
$\log(1 + e^{-\alpha}) + \tfrac{\lambda}{2}(L+1)g$ with $g^{L+1} = \alpha^2 n/2$. For linear layers and n/2 samples a
class this is the objective of collapse with logits $\alpha S$, whose nonzero singular value is $\alpha\sqrt{n/2}$, and
of zero for $\alpha = 0$: so the optimum is collapse or zero, at every depth and for every $\lambda > 0$.

**Assumptions.** As stated; classes need not have equally many samples for the bound.

**Source.** [DERIVED], setting of Garrod, Keating, arXiv 2410.23169.

**What is checked.** Every step for all depths, widths, n. **What is not.** That collapse attains the bound and that
the infimum over $\alpha$ is attained.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

ENTROPY = shared_steps(__file__, "entropy")
SUM = ENTROPY.SUM
SIZE = "sum[c,i](Z[c,i]**2)"
GAPS = "sum[c](Z[c,i] - Z[y[i],i])"
OTHER = "Z[b,i] - Z[y[i],i]"
PRODUCT = "P(k); sum[d,i](H[d,i]**2)*sum[c,d](WL[c,d]**2); P(k)*sum[d,a](W[d,a](k)**2)"
SUMS = "S(k); sum[d,i](H[d,i]**2) + sum[c,d](WL[c,d]**2); S(k) + sum[d,a](W[d,a](k)**2)"
CHAIN = "B(k); sum[d,i](H[d,i]**2); B(k)*sum[d,a](W[d,a](k)**2)"
LAYERS = "M[d,i](k); H[d,i]; sum[a](W[d,a](k)*act(M[a,i](k), k))"
LOWER = "(1 + exp(-alpha))"

PROOF = Proof(
    key="garrod2024.two_classes",
    title="With two classes collapse is optimal at every depth",
    source="[DERIVED], setting of arXiv 2410.23169",
    indices=("C", "D", "n"),
    symbols=(
        Symbol("H", ("D", "n")),
        Symbol("W", ("D", "D", "N")),
        Symbol("WL", ("C", "D"), latex="W_L"),
        Symbol("M", ("D", "n", "N")),
        Symbol("act", ("R", "N"), latex="s"),
        Symbol("Z", ("C", "n")),
        Symbol("y", ("n",), "C"),
        Symbol("lam", latex=r"\lambda"),
        Symbol("o", latex="(K - 1)"),
        Symbol("tau", latex=r"\tau"),
        Symbol("alpha", latex=r"\alpha"),
        Symbol("f", ("n",)),
        Symbol("g", latex=r"\ell"),
        Symbol("r", latex="g"),
        Symbol("J"),
        *(Symbol(name, ("N",)) for name in "PSB"),
        Symbol("m", (), "N"),
        *(Symbol(name, (), "N") for name in ("n0", "n1")),
    ),
    variables=(
        Symbol("c", (), "C"),
        Symbol("b", (), "C"),
        Symbol("d", (), "D"),
        Symbol("a", (), "D"),
        Symbol("e", (), "D"),
        Symbol("i", (), "n"),
        Symbol("j", (), "n"),
        Symbol("k", (), "N"),
        Symbol("s"),
        Symbol("q"),
    ),
    definitions=(
        Step("features", "M[d,i](0) = H[d,i]", "recursion", by=LAYERS),
        Step("layers", "M[d,i](k + 1) = sum[a](W[d,a](k)*act(M[a,i](k), k))", "recursion", by=LAYERS),
        Step("logits", "Z[c,i] = sum[d](WL[c,d]*act(M[d,i](m), m))", "define"),
        Step("sum_start", "S(0) = sum[d,i](H[d,i]**2) + sum[c,d](WL[c,d]**2)", "recursion", by=SUMS),
        Step("sum_next", "S(k + 1) = S(k) + sum[d,a](W[d,a](k)**2)", "recursion", by=SUMS),
        Step("objective", f"J = sum[i](log({SUM}))/n + lam/2*S(m)", "define"),
    ),
    hypotheses=(
        Hypothesis("two", "C = 2", "two classes"),
        Hypothesis("activation", "act(s, k)**2 <= s**2", "activations do not enlarge: identity, ReLU"),
        Hypothesis("reg", "lam > 0", "the penalty is positive"),
    ),
    steps=(
        *ENTROPY.steps("#others + #two + 1"),
        # The output is no larger than the product of the factors' norms.
        Step("bound_start", "B(0) = sum[d,i](H[d,i]**2)", "recursion", by=CHAIN),
        Step("bound_next", "B(k + 1) = B(k)*sum[d,a](W[d,a](k)**2)", "recursion", by=CHAIN),
        Step("base", "sum[d,i](M[d,i](0)**2) = B(0)", by="sum[d,i]((M[d,i](0) + H[d,i])*#features) - #bound_start"),
        Step("here", "sum[d,i](M[d,i](n0)**2) <= B(n0)", "suppose", by="n0"),
        Step(
            "active",
            "sum[d,i](act(M[d,i](n0), n0)**2) <= B(n0)",
            by="#here + sum[d,i](#activation(s=M[d,i](n0), k=n0))",
        ),
        Step(
            "after",
            "sum[d,i](M[d,i](n0 + 1)**2) <= B(n0 + 1)",
            by="#bound_next(k=n0) + sum[d,a](W[d,a](n0)**2)*#active"
            " + sum[d,i,a,e]((W[d,a](n0)*act(M[e,i](n0), n0) - W[d,e](n0)*act(M[a,i](n0), n0))**2)/2"
            " - sum[d,i]((M[d,i](n0 + 1) + sum[a](W[d,a](n0)*act(M[a,i](n0), n0)))*#layers(k=n0))",
        ),
        Step(
            "inductive",
            "sum[d,i](M[d,i](k)**2) <= B(k) => sum[d,i](M[d,i](k + 1)**2) <= B(k + 1)",
            "discharge",
            ("after", "here"),
            "n0 = k",
        ),
        Step("chain", "sum[d,i](M[d,i](k)**2) <= B(k)", "induction", ("base", "inductive"), "k"),
        Step("product_start", "P(0) = sum[d,i](H[d,i]**2)*sum[c,d](WL[c,d]**2)", "recursion", by=PRODUCT),
        Step("product_next", "P(k + 1) = P(k)*sum[d,a](W[d,a](k)**2)", "recursion", by=PRODUCT),
        Step(
            "product_base",
            "P(0) = sum[c,d](WL[c,d]**2)*B(0)",
            by="#product_start - sum[c,d](WL[c,d]**2)*#bound_start",
        ),
        Step("product_here", "P(n1) = sum[c,d](WL[c,d]**2)*B(n1)", "suppose", by="n1"),
        Step(
            "product_after",
            "P(n1 + 1) = sum[c,d](WL[c,d]**2)*B(n1 + 1)",
            by="#product_next(k=n1) + sum[d,a](W[d,a](n1)**2)*#product_here - sum[c,d](WL[c,d]**2)*#bound_next(k=n1)",
        ),
        Step(
            "product_step",
            "P(k) = sum[c,d](WL[c,d]**2)*B(k) => P(k + 1) = sum[c,d](WL[c,d]**2)*B(k + 1)",
            "discharge",
            ("product_after", "product_here"),
            "n1 = k",
        ),
        Step("product", "P(k) = sum[c,d](WL[c,d]**2)*B(k)", "induction", ("product_base", "product_step"), "k"),
        Step(
            "last", "sum[d,i](act(M[d,i](m), m)**2) <= B(m)", by="#chain(k=m) + sum[d,i](#activation(s=M[d,i](m), k=m))"
        ),
        Step(
            "output",
            f"{SIZE} <= P(m)",
            by="#product(k=m) + sum[c,d](WL[c,d]**2)*#last"
            " + sum[c,i,a,e]((WL[c,a]*act(M[e,i](m), m) - WL[c,e]*act(M[a,i](m), m))**2)/2"
            " - sum[c,i]((Z[c,i] + sum[d](WL[c,d]*act(M[d,i](m), m)))*#logits)",
        ),
        # The penalty.
        Step("size_sign", f"{SIZE} >= 0", by="sum[c,i](Z[c,i]**2)"),
        Step("mean", f"power(r, m + 2) = {SIZE}", "root", ("size_sign",), f"r; {SIZE}; m + 1"),
        Step("mean_sign", "r >= 0", "root", ("size_sign",), f"r; {SIZE}; m + 1"),
        Step("features_sign", "sum[d,i](H[d,i]**2) >= 0", by="sum[d,i](H[d,i]**2)"),
        Step("last_sign", "sum[c,d](WL[c,d]**2) >= 0", by="sum[c,d](WL[c,d]**2)"),
        Step("inner_sign", "sum[d,a](W[d,a](k)**2) >= 0", by="sum[d,a](W[d,a](k)**2)"),
        Step(
            "means",
            "r >= 0, P(k) >= power(r, k + 2) => S(k) >= (k + 2)*r",
            "means",
            ("inner_sign", "features_sign", "last_sign", "sum_start", "sum_next", "product_start", "product_next"),
            "S(k); P(k); sum[d,a](W[d,a](k)**2); k; r; sum[d,i](H[d,i]**2); sum[c,d](WL[c,d]**2)",
        ),
        Step("enough", "P(m) >= power(r, m + 2)", by="#output - #mean"),
        Step("penalty", "S(m) >= (m + 2)*r", "apply", ("means(k=m)", "mean_sign", "enough")),
        # The mean margin is at most alpha.
        Step(
            "one_margin",
            f"({GAPS})**2 <= 2*sum[c](Z[c,i]**2)",
            "kronecker",
            by="sum[b,c](#wrong*#wrong(c=b)*(Z[b,i] - Z[c,i])**2)/2 + sum[c](#wrong*(Z[c,i] + Z[y[i],i])**2)"
            " - #two*(sum[c]((Z[c,i] - Z[y[i],i])**2) + 2*Z[y[i],i]**2)",
        ),
        Step("alpha_sign", f"2*{SIZE}/n >= 0", by="2*#size_sign/n"),
        Step("alpha_root", f"sqrt(2*{SIZE}/n) >= 0", "square_root", ("alpha_sign",), f"2*{SIZE}/n"),
        Step("alpha_square", f"sqrt(2*{SIZE}/n)**2 = 2*{SIZE}/n", "square_root", ("alpha_sign",), f"2*{SIZE}/n"),
        Step("alpha", f"alpha = sqrt(2*{SIZE}/n)", "define"),
        Step("alpha_positive", "alpha >= 0", by="#alpha + #alpha_root"),
        Step("alpha_value", f"alpha**2 = 2*{SIZE}/n", by=f"(alpha + sqrt(2*{SIZE}/n))*#alpha + #alpha_square"),
        Step(
            "margin_square",
            "tau**2 <= alpha**2",
            by=f"#alpha_value + sum[i](#one_margin)/n + sum[i,j](({GAPS} - sum[c](Z[c,j] - Z[y[j],j]))**2)/2/n**2"
            f" + (sum[i]({GAPS}) - n*o*tau)*#margins/n**2 + (o + 1)*tau**2*(#others + #two)",
        ),
        Step("margin_bound", "tau <= alpha", "root_of_square", ("margin_square", "alpha_positive"), "tau; alpha"),
        Step("decay", "exp(-alpha) <= exp(-tau)", "apply", ("exp_increasing(s=-alpha, q=-tau)", "margin_bound")),
        Step("totals", f"{LOWER} <= (1 + o*exp(-tau))", by="#decay + exp(-tau)*(#others + #two)"),
        Step("lower_sign", f"{LOWER} > 0", by="1 + #exp_sign(s=-alpha)"),
        Step("lower_value", f"exp(log({LOWER})) = {LOWER}", "logarithm", ("lower_sign",), LOWER),
        Step(
            "lower_exp",
            f"exp(log({LOWER})) <= exp(log((1 + o*exp(-tau))))",
            by="#totals - #lower_value + #level_value",
        ),
        Step(
            "lower_log",
            f"log({LOWER}) <= log(1 + o*exp(-tau))",
            "apply",
            (f"exp_reflects(s=log({LOWER}), q=log(1 + o*exp(-tau)))", "lower_exp"),
        ),
        Step(
            "bound",
            f"J >= log({LOWER}) + lam/2*(m + 2)*r",
            by="#objective - sum[i](#sample)/n + #fit + #level + #lower_log + #reg/2*#penalty",
        ),
        Step("scale", "power(r, m + 2) = alpha**2*n/2", by="#mean - n/2*#alpha_value"),
    ),
    goals=(
        Goal(
            "bound",
            f"J >= log({LOWER}) + lam/2*(m + 2)*r",
            "bound",
            ("two", "activation", "reg"),
            "no parameters have less than collapse with some logits",
        ),
        Goal("scale", "power(r, m + 2) = alpha**2*n/2", "scale", (), "the penalty is that of collapse"),
    ),
    not_checked=("that collapse attains the bound", "that the infimum over its logits is attained"),
)

r"""What the proofs by singular values share: a linear chain of factors costs at least what collapse costs.

The chain is $X(0) = W_1H_1$, $X(k+1) = W(k)X(k)$, output $W_LX(m)$; S(m) is the sum of all penalties, Q(m) the product
of their factors.
"""

from theorycheck.symbolic.proof import Hypothesis, Step
from theorycheck.symbolic.proof_syntax import Symbol

LAYERS = "X[d,i](k); sum[j](W1[d,j]*H[j,i]); sum[b](W[d,b](k)*X[b,i](k))"
START = "lamH*sum[j,i](H[j,i]**2) + lam1*sum[d,j](W1[d,j]**2) + lamL*sum[i,b](WL[i,b]**2)"
NEXT = "S(k) + lam(k)*sum[d,b](W[d,b](k)**2)"
SUM = f"S(k); {START}; {NEXT}"
PRODUCT = "Q(k); lamH*lam1*lamL; Q(k)*lam(k)"
BOUND = "J >= (1 - power(q[best], m + 3))**2/2 + (m + 3)*mu*C*q[best]**2/2"

SYMBOLS = (
    Symbol("WL", ("C", "D"), latex="W_L"),
    Symbol("lam", ("N",), latex=r"\lambda"),
    Symbol("lamH", latex=r"\lambda_H"),
    Symbol("lam1", latex=r"\lambda_1"),
    Symbol("lamL", latex=r"\lambda_L"),
    Symbol("mu", latex=r"\bar\lambda"),
    Symbol("S", ("N",)),
    Symbol("Q", ("N",)),
    Symbol("J"),
    Symbol("q", ("C",)),
    Symbol("best", (), "C"),
    Symbol("m", (), "N"),
    Symbol("n0", (), "N", latex="k_0"),
)
VARIABLES = (
    Symbol("i", (), "C"),
    Symbol("c", (), "C"),
    Symbol("d", (), "D"),
    Symbol("b", (), "D"),
    Symbol("k", (), "N"),
)
DEFINITIONS = (
    Step("sum_start", f"S(0) = {START}", "recursion", by=SUM),
    Step("sum_next", f"S(k + 1) = {NEXT}", "recursion", by=SUM),
    Step("factors_start", "Q(0) = lamH*lam1*lamL", "recursion", by=PRODUCT),
    Step("factors_next", "Q(k + 1) = Q(k)*lam(k)", "recursion", by=PRODUCT),
)
HYPOTHESES = (
    Hypothesis("features_factor", "lamH > 0", "the features are penalised"),
    Hypothesis("first_factor", "lam1 > 0", "the first layer is penalised"),
    Hypothesis("inner_factors", "lam(k) > 0", "every inner layer is penalised"),
    Hypothesis("last_factor", "lamL > 0", "the last layer is penalised"),
)
FACTORS = (
    Step("factors_base", "Q(0) > 0", by="#factors_start + #features_factor*#first_factor*#last_factor"),
    Step("factors_here", "Q(n0) > 0", "suppose", by="n0"),
    Step("factors_after", "Q(n0 + 1) > 0", by="#factors_next(k=n0) + #factors_here*#inner_factors(k=n0)"),
    Step("factors_step", "Q(k) > 0 => Q(k + 1) > 0", "discharge", ("factors_after", "factors_here"), "n0 = k"),
    Step("factors_sign", "Q(k) > 0", "induction", ("factors_base", "factors_step"), "k"),
    Step("average", "power(mu, m + 3) = Q(m)", "root", ("factors_sign(k=m)",), "mu; Q(m); m + 2"),
    Step("average_sign", "mu > 0", "root", ("factors_sign(k=m)",), "mu; Q(m); m + 2"),
)


def bound(chain: str, entry: str) -> tuple[Step, ...]:
    """The lower bound for a chain, given the names of its steps first_layer and layers, and the entry of its output."""
    uses = ("first_layer", "layers", "sum_start", "sum_next", "factors_start", "factors_next", "average",
            "features_factor", "first_factor", "inner_factors", "last_factor", "average_sign")  # fmt: skip
    by = f"q[c]; WL[i,b]; W[d,b](k); {chain}; W1[d,j]; H[j,i]; lamL; lam(k); lam1; lamH; mu; S(k); Q(k); m"
    cost = "((1 - power(q[c], m + 3))**2 + (m + 3)*mu*C*q[c]**2)"
    least = cost.replace("q[c]", "q[best]")
    return (
        Step("singular_sign", "q[c] >= 0", "singular_values", uses, by),
        Step("penalties", "S(m) >= (m + 3)*mu*sum[c](q[c]**2)", "singular_values", uses, by),
        Step(
            "fit",
            f"sum[i,c](({entry} - delta[i,c])**2) >= sum[c]((1 - power(q[c], m + 3))**2)",
            "singular_values",
            uses,
            by,
        ),
        Step("cheapest", f"-{cost} <= -{least}", "maximum_attained", by=f"best; -{cost}; c"),
        Step("best_sign", "q[best] >= 0", by="#singular_sign(c=best)"),
        Step(
            "bound",
            BOUND,
            by="#objective + #fit/(2*C) + #penalties/2 + sum[c](#cheapest)/(2*C)",
        ),
    )

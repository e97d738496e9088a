r"""Linear networks with squared loss: collapse (or zero) is globally optimal for every depth, K and penalties.

**Setting.** $M_2 = W_1H_1$, $M_{l+1} = W_lM_l$, output $Z = W_LM_L$, $L = m + 2$, any inner widths; balanced classes,
told by their means; the loss is $\tfrac1{2K}\|Z - I\|^2$. Here $X(k)$ is $M_{k+2}$ and $\lambda_H$ stands for n times
the factor of $H_1$.

**Statement.** With $\bar\lambda^{L+1} = \lambda_H\lambda_1\cdots\lambda_L$ the objective is at least
$\tfrac12(1 - q^{L+1})^2 + \tfrac12(L+1)\bar\lambda Kq^2$ for some $q \ge 0$, which collapse costs at that q
(sukenik2024/reduction with identity matrices: the product of their squared norms is $K^{L+1}$).

**Assumptions.** The network is linear; positive factors.

**Source.** [DERIVED], setting of arXiv 2405.14468 without its activation.

**What is checked.** Every step, for all K, L, widths and factors. **What is not.** That the minimum over q is
attained (a continuous function that tends to infinity).
"""

from theorycheck.symbolic.proof import Goal, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

SPECTRUM = shared_steps(__file__, "spectrum")
GIVEN = ("features_factor", "first_factor", "inner_factors", "last_factor")

PROOF = Proof(
    key="sukenik2024.linear_mse",
    title="In linear networks with squared loss collapse is globally optimal",
    source="[DERIVED], setting of arXiv 2405.14468 without ReLU",
    indices=("C", "D", "F"),
    symbols=(
        Symbol("H", ("F", "C"), latex="H_1"),
        Symbol("W1", ("D", "F"), latex="W_1"),
        Symbol("W", ("D", "D", "N")),
        Symbol("X", ("D", "C", "N")),
        *SPECTRUM.SYMBOLS,
    ),
    variables=(*SPECTRUM.VARIABLES, Symbol("j", (), "F")),
    definitions=(
        Step("first_layer", "X[d,i](0) = sum[j](W1[d,j]*H[j,i])", "recursion", by=SPECTRUM.LAYERS),
        Step("layers", "X[d,i](k + 1) = sum[b](W[d,b](k)*X[b,i](k))", "recursion", by=SPECTRUM.LAYERS),
        *SPECTRUM.DEFINITIONS,
        Step(
            "objective",
            "J = sum[i,c]((sum[b](WL[i,b]*X[b,c](m)) - delta[i,c])**2)/(2*C) + S(m)/2",
            "define",
        ),
    ),
    hypotheses=SPECTRUM.HYPOTHESES,
    steps=(*SPECTRUM.FACTORS, *SPECTRUM.bound("X[d,i](k)", "sum[b](WL[i,b]*X[b,c](m))")),
    goals=(
        Goal("argument", "q[best] >= 0", "best_sign", GIVEN),
        Goal("average factor", "power(mu, m + 3) = Q(m)", "average", GIVEN),
        Goal("lower bound", SPECTRUM.BOUND, "bound", GIVEN, "what collapse costs at some q"),
    ),
    not_checked=("that the minimum over q is attained",),
)

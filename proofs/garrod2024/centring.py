r"""Centring: with cross-entropy the last layer of every global optimum, and so its output, sums to zero over classes.

**Setting.** Logits $Z = W X$ with a last layer W and any features X of its inputs, whatever the layers before and
their activations; N samples with classes $y_i$, any numbers of samples a class; fit the mean over samples of
$\log\sum_c e^{Z_{ci} - Z_{y_i i}}$, penalty $\tfrac{\lambda}{2}\|W\|^2$ with $\lambda > 0$ for this layer.

**Statement.** If no other last layer with the same features has a smaller objective, $1^TW = 0$ and $1^TZ = 0$.

**Assumptions.** W is optimal given X, which holds at every global optimum; $\lambda > 0$.

**Source.** [DERIVED], setting of Garrod, Keating, arXiv 2410.23169.

**What is checked.** Every step for all numbers of classes, samples and neurons. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

FIT = "sum[i](log(sum[c](exp(sum[d](V[c,d]*X[d,i]) - sum[d](V[y[i],d]*X[d,i])))))/n + lam/2*sum[c,d](V[c,d]**2)"

PROOF = Proof(
    key="garrod2024.centring",
    title="The output of every optimum sums to zero over the classes",
    source="[DERIVED], setting of arXiv 2410.23169",
    indices=("C", "D", "n"),
    symbols=(
        Symbol("W", ("C", "D")),
        Symbol("X", ("D", "n")),
        Symbol("Z", ("C", "n")),
        Symbol("y", ("n",), "C"),
        Symbol("lam", latex=r"\lambda"),
    ),
    variables=(
        Symbol("c", (), "C"),
        Symbol("b", (), "C"),
        Symbol("d", (), "D"),
        Symbol("i", (), "n"),
        Symbol("V", ("C", "D")),
    ),
    definitions=(Step("logits", "Z[c,i] = sum[d](W[c,d]*X[d,i])", "define"),),
    hypotheses=(
        Hypothesis("optimal", f"{FIT} >= {FIT.replace('V', 'W')}", "no last layer V does better than W"),
        Hypothesis("reg", "lam > 0", "the last layer is penalised"),
    ),
    steps=(
        Step(
            "centred",
            "-lam/2/C*sum[d](sum[c](W[c,d])**2) >= 0",
            by="#optimal(V[c,d] = W[c,d] - sum[b](W[b,d])/C)",
        ),
        Step("squares", "-sum[d](sum[c](W[c,d])**2) >= 0", "cancel", ("centred", "reg"), "lam/2/C"),
        Step("square", "sum[c](W[c,d])**2 >= 0", by="sum[c](W[c,d])**2"),
        Step("one", "sum[c](W[c,d])**2 <= sum[d](sum[c](W[c,d])**2)", "term_of_sum", ("square",), "d"),
        Step("small", "sum[c](W[c,d])**2 <= 0**2", by="#one + #squares"),
        Step("turned", "(-sum[c](W[c,d]))**2 <= 0**2", by="#small"),
        Step("nothing", "0 >= 0"),
        Step("below", "sum[c](W[c,d]) <= 0", "root_of_square", ("small", "nothing"), "sum[c](W[c,d]); 0"),
        Step("above", "-sum[c](W[c,d]) <= 0", "root_of_square", ("turned", "nothing"), "-sum[c](W[c,d]); 0"),
        Step("weights", "sum[c](W[c,d]) = 0", "antisymmetry", ("below", "above")),
        Step("output", "sum[c](Z[c,i]) = 0", by="sum[c](#logits) + sum[d](X[d,i]*#weights)"),
    ),
    goals=(
        Goal("last layer", "sum[c](W[c,d]) = 0", "weights", ("optimal", "reg")),
        Goal("output", "sum[c](Z[c,i]) = 0", "output", ("optimal", "reg")),
    ),
)

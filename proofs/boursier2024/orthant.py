r"""Data in the positive orthant: one pattern, a linear network, and stationary exactly at global least squares.

**Setting.** All inputs have positive entries. Neurons $w_j$ with nonnegative entries, one of them positive; dead
neurons $W_q$ with negative entries; $h(x) = \sum_ja_j(\langle w_j, x\rangle)_+ + \sum_qb_q(\langle W_q, x\rangle)_+$
and $L = \tfrac1{2n}\sum_k(h(x_k) - y_k)^2$.

**Statement.** Every $w_j$ is active and every $W_q$ inactive on all samples, so $h(x_k) = \langle\beta, x_k\rangle$
with $\beta = \sum_ja_jw_j$. If $\beta$ solves the normal equations of all samples, all gradients vanish. If the
gradients of the $w_j$ vanish and some $a_j$ is not zero, $\beta$ solves them. The alignment vector of every $w_j$ is
$\tfrac1n\sum_ky_kx_k$; with nonnegative labels it lies in the orthant, so that the early flow keeps such neurons
there.

**Assumptions.** As stated.

**Source.** [DERIVED], setting of Boursier, Flammarion, arXiv 2410.02348.

**What is checked.** Every step for all n, d and numbers of neurons. **What is not.** That the flow ends there.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

FIT = "sum[l](beta[l]*x[k,l])"
ACTIVE = ("inputs", "weights", "first")
NETWORK = (*ACTIVE, "dead")

PROOF = Proof(
    key="boursier2024.orthant",
    title="Data in the positive orthant: stationary exactly at global least squares",
    source="[DERIVED], setting of arXiv 2410.02348",
    indices=("n", "d", "m", "M"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("a", ("m",)),
        Symbol("w", ("m", "d")),
        Symbol("lead", ("m",), "d"),
        Symbol("b", ("M",)),
        Symbol("W", ("M", "d")),
        Symbol("z", ("n", "m")),
        Symbol("Z", ("n", "M")),
        Symbol("h", ("n",)),
        Symbol("beta", ("d",), latex=r"\beta"),
        Symbol("G", ("m",), latex=r"\partial_aL"),
        Symbol("g", ("m", "d"), latex=r"\partial_wL"),
        Symbol("H", ("M",), latex=r"\partial_bL"),
        Symbol("f", ("M", "d"), latex=r"\partial_WL"),
        Symbol("j0", (), "m", latex="j"),
    ),
    variables=(
        Symbol("k", (), "n"),
        Symbol("l", (), "d"),
        Symbol("j", (), "m"),
        Symbol("q", (), "M"),
        Symbol("u"),
    ),
    definitions=(
        Step("input", "z[k,j] = sum[l](w[j,l]*x[k,l])", "define"),
        Step("dead_input", "Z[k,q] = sum[l](W[q,l]*x[k,l])", "define"),
        Step("network", "h[k] = sum[j](a[j]*relu(z[k,j])) + sum[q](b[q]*relu(Z[k,q]))", "define"),
        Step("linear_part", "beta[l] = sum[j](a[j]*w[j,l])", "define"),
        Step("output_gradient", "G[j] = sum[k]((h[k] - y[k])*relu(z[k,j]))/n", "define"),
        Step("weight_gradient", "g[j,l] = sum[k]((h[k] - y[k])*a[j]*step(z[k,j])*x[k,l])/n", "define"),
        Step("dead_output_gradient", "H[q] = sum[k]((h[k] - y[k])*relu(Z[k,q]))/n", "define"),
        Step("dead_weight_gradient", "f[q,l] = sum[k]((h[k] - y[k])*b[q]*step(Z[k,q])*x[k,l])/n", "define"),
    ),
    hypotheses=(
        Hypothesis("inputs", "x[k,l] > 0", "inputs in the open positive orthant"),
        Hypothesis("weights", "w[j,l] >= 0", "neurons in the closed one"),
        Hypothesis("first", "w[j,lead[j]] > 0", "and not zero"),
        Hypothesis("dead", "W[q,l] < 0", "dead neurons in the opposite one"),
        Hypothesis("normal", f"sum[k](({FIT} - y[k])*x[k,l]) = 0", "the normal equations of all samples"),
        Hypothesis("still", "g[j,l] = 0", "vanishing gradients"),
        Hypothesis("alive", "a[j0] != 0", "of some neuron with an output"),
        Hypothesis("labels", "y[k] >= 0", "labels that are not negative"),
    ),
    steps=(
        Step("term", "w[j,l]*x[k,l] >= 0", by="#weights*#inputs"),
        Step("one_term", "w[j,l]*x[k,l] <= sum[l](w[j,l]*x[k,l])", "term_of_sum", ("term",), "l"),
        Step("active", "z[k,j] > 0", by="#input + #one_term(l = lead[j]) + #first*#inputs(l = lead[j])"),
        Step("inactive", "-Z[k,q] > 0", by="sum[l](#dead*#inputs) - #dead_input"),
        Step("part_sign", "relu(u) >= 0", "positive_part", by="u"),
        Step("part_above", "relu(u) >= u", "positive_part", by="u"),
        Step("part_square", "relu(u)**2 = u*relu(u)", "positive_part", by="u"),
        Step("part_step", "relu(u) = step(u)*u", "positive_part", by="u"),
        Step("part_positive", "relu(z[k,j]) > 0", by="#part_above(u = z[k,j]) + #active"),
        Step("part_scaled", "relu(z[k,j])*(relu(z[k,j]) - z[k,j]) = 0", by="#part_square(u = z[k,j])"),
        Step("part", "relu(z[k,j]) = z[k,j]", "cancel", ("part_scaled", "part_positive"), "relu(z[k,j])"),
        Step("step_scaled", "z[k,j]*(step(z[k,j]) - 1) = 0", by="#part - #part_step(u = z[k,j])"),
        Step("step", "step(z[k,j]) = 1", "cancel", ("step_scaled", "active"), "z[k,j]"),
        Step(
            "no_part_scaled",
            "(relu(Z[k,q]) - Z[k,q])*relu(Z[k,q]) = 0",
            by="#part_square(u = Z[k,q])",
        ),
        Step(
            "no_part",
            "relu(Z[k,q]) = 0",
            "cancel",
            ("no_part_scaled",),
            "#part_sign(u = Z[k,q]) + #inactive",
        ),
        Step("no_step_scaled", "-Z[k,q]*step(Z[k,q]) = 0", by="#part_step(u = Z[k,q]) - #no_part"),
        Step("no_step", "step(Z[k,q]) = 0", "cancel", ("no_step_scaled",), "#inactive"),
        Step(
            "output",
            f"h[k] = {FIT}",
            by="#network + sum[j](a[j]*(#part + #input)) + sum[q](b[q]*#no_part) - sum[l](x[k,l]*#linear_part)",
        ),
        # Least squares is stationary.
        Step(
            "output_still",
            "G[j] = 0",
            by="#output_gradient + sum[k]((h[k] - y[k])*(#part + #input) + sum[l](w[j,l]*x[k,l])*#output)/n"
            " + sum[l](w[j,l]*#normal)/n",
        ),
        Step(
            "weight_still",
            "g[j,l] = 0",
            by="#weight_gradient + a[j]/n*(sum[k](x[k,l]*((h[k] - y[k])*#step + #output)) + #normal)",
        ),
        Step("dead_output_still", "H[q] = 0", by="#dead_output_gradient + sum[k]((h[k] - y[k])*#no_part)/n"),
        Step(
            "dead_weight_still",
            "f[q,l] = 0",
            by="#dead_weight_gradient + b[q]/n*sum[k]((h[k] - y[k])*x[k,l]*#no_step)",
        ),
        # And nothing else is.
        Step(
            "normal_scaled",
            f"a[j0]*sum[k](({FIT} - y[k])*x[k,l]) = 0",
            by="n*(#still(j = j0) - #weight_gradient(j = j0))"
            " - a[j0]*sum[k](x[k,l]*((h[k] - y[k])*#step(j = j0) + #output))",
        ),
        Step("least_squares", f"sum[k](({FIT} - y[k])*x[k,l]) = 0", "cancel", ("normal_scaled", "alive"), "a[j0]"),
        # Alignment.
        Step(
            "alignment",
            "sum[k](step(z[k,j])*y[k]*x[k,l])/n = sum[k](y[k]*x[k,l])/n",
            by="sum[k](y[k]*x[k,l]*#step)/n",
        ),
        Step("alignment_sign", "sum[k](step(z[k,j])*y[k]*x[k,l])/n >= 0", by="#alignment + sum[k](#labels*#inputs)/n"),
    ),
    goals=(
        Goal("output", f"h[k] = {FIT}", "output", NETWORK),
        Goal("outputs", "G[j] = 0", "output_still", (*NETWORK, "normal")),
        Goal("weights", "g[j,l] = 0", "weight_still", (*NETWORK, "normal")),
        Goal("dead outputs", "H[q] = 0", "dead_output_still", ("inputs", "dead")),
        Goal("dead weights", "f[q,l] = 0", "dead_weight_still", ("inputs", "dead")),
        Goal(
            "only least squares",
            f"sum[k](({FIT} - y[k])*x[k,l]) = 0",
            "least_squares",
            (*NETWORK, "still", "alive"),
        ),
        Goal("alignment", "sum[k](step(z[k,j])*y[k]*x[k,l])/n = sum[k](y[k]*x[k,l])/n", "alignment", ACTIVE),
        Goal(
            "alignment stays in the orthant",
            "sum[k](step(z[k,j])*y[k]*x[k,l])/n >= 0",
            "alignment_sign",
            (*ACTIVE, "labels"),
        ),
    ),
    not_checked=("that the flow ends at least squares",),
)

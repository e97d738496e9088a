r"""A sample that no neuron of its sign sees is not learned: its loss is log 2 or more, with probability $2^{-m}$.

**Setting.** A ReLU network, $y_if(x_i) = \frac1m\sum_r(w_r\cdot x_i)_+ - \frac1h\sum_t(w'_t\cdot x_i)_+$ for a sample i
(w the neurons of its sign), logistic loss. No w is active on it, at any time: by kou2023/relu_orthogonal, so it is for
orthogonal inputs if it is so at the start. Signs at the start are independent fair coins.

**Statement.** The sample's loss is at least log 2, and log 2 exactly where no $w'$ is active on it either; so the mean
loss stays at least $\frac1n\log2$ where all losses are nonnegative. The probability that none of m neurons is active
is $2^{-m}$.

**Assumptions.** Those above.

**Source.** [DERIVED]; setting of Kou, Chen, Gu, arXiv 2310.18935 (whose theorem asks for $m \ge C\log(n/\delta)$
[RECALL]).

**What is checked.** Every step, for all n, m, h. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

COINS = "chance(k); 1; chance(k)/2"
LOSS = "log(1 + exp(-margin))"
OTHERS = "sum[t](relu(u[t]))"

PROOF = Proof(
    key="kou2023.dead_point",
    title="A sample that no neuron of its sign sees is not learned",
    source="[DERIVED], setting of arXiv 2310.18935",
    indices=("n", "m", "h"),
    symbols=(
        Symbol("v", ("m",), latex="u"),
        Symbol("u", ("h",), latex=r"\tilde u"),
        Symbol("margin", latex="q"),
        Symbol("loss", ("n",), latex=r"\ell"),
        Symbol("point", (), "n"),
        Symbol("chance", ("N",)),
        Symbol("n0", (), "N", latex="k_0"),
    ),
    variables=(
        *(Symbol(name, (), sort) for name, sort in zip("irtk", "nmhN", strict=True)),
        Symbol("s"),
        Symbol("z"),
    ),
    definitions=(
        Step("output", f"margin = sum[r](relu(v[r]))/m - {OTHERS}/h", "define"),
        Step("no_coin", "chance(0) = 1", "recursion", by=COINS),
        Step("coin", "chance(k + 1) = chance(k)/2", "recursion", by=COINS),
    ),
    hypotheses=(
        Hypothesis("unseen", "relu(v[r]) = 0", "no neuron of its sign is active on the sample"),
        Hypothesis("others_off", "relu(u[t]) = 0", "nor any other neuron"),
        Hypothesis("own_loss", f"loss[point] = {LOSS}", "the loss of this sample"),
        Hypothesis("losses", "loss[i] >= 0", "losses are nonnegative"),
    ),
    steps=(
        Step("part_sign", "relu(s) >= 0", "positive_part", by="s"),
        Step("turned", "-margin >= 0", by="sum[t](#part_sign(s = u[t]))/h - sum[r](#unseen)/m - #output"),
        Step("positive", "exp(s) > 0", "exponential", by="s"),
        Step("one", "exp(0) = 1", "exponential", by="0"),
        Step("order", "s <= z => exp(s) <= exp(z)", "increasing", ("positive",), "exp(s); s; z"),
        Step("reflect", "exp(s) <= exp(z) => s <= z", "order_reflecting", ("positive",), "exp(s); s; z"),
        Step("large", "exp(0) <= exp(-margin)", "apply", ("order(s = 0, z = -margin)", "turned")),
        Step("two_sign", "2 > 0", by="2"),
        Step("two", "exp(log(2)) = 2", "logarithm", ("two_sign",), "2"),
        Step("inside_sign", "1 + exp(-margin) > 0", by="1 + #positive(s = -margin)"),
        Step("inside", f"exp({LOSS}) = 1 + exp(-margin)", "logarithm", ("inside_sign",), "1 + exp(-margin)"),
        Step("compared", f"exp(log(2)) <= exp({LOSS})", by="#inside - #two + #large + #one"),
        Step("high", f"log(2) <= {LOSS}", "apply", (f"reflect(s = log(2), z = {LOSS})", "compared")),
        Step("nothing", "margin = 0", by="#output + sum[r](#unseen)/m - sum[t](#others_off)/h"),
        Step("negated", "-margin = 0", by="-#nothing"),
        Step("flat", "exp(-margin) = exp(0)", "congruence", ("negated",)),
        Step("doubled", "1 + exp(-margin) = 2", by="#flat + #one"),
        Step("same", f"{LOSS} = log(2)", "congruence", ("doubled",)),
        Step("one_loss", "loss[i] <= sum[i](loss[i])", "term_of_sum", ("losses",), "i"),
        Step("mean", "sum[i](loss[i])/n >= log(2)/n", by="(#one_loss(i = point) + #own_loss + #high)/n"),
        Step("none", "power(2, 0) = 1", "power", by="2"),
        Step("more", "power(2, k + 1) = 2*power(2, k)", "power", by="2; k"),
        Step("base", "power(2, 0)*chance(0) = 1", by="chance(0)*#none + #no_coin"),
        Step("here", "power(2, n0)*chance(n0) = 1", "suppose", by="n0"),
        Step(
            "after",
            "power(2, n0 + 1)*chance(n0 + 1) = 1",
            by="#here + power(2, n0 + 1)*#coin(k = n0) + chance(n0)/2*#more(k = n0)",
        ),
        Step(
            "inductive",
            "power(2, k)*chance(k) = 1 => power(2, k + 1)*chance(k + 1) = 1",
            "discharge",
            ("after", "here"),
            "n0 = k",
        ),
        Step("chances", "power(2, k)*chance(k) = 1", "induction", ("base", "inductive"), "k"),
    ),
    goals=(
        Goal("not learned", f"{LOSS} >= log(2)", "high", ("unseen",), "the sample's loss never falls below log 2"),
        Goal("exactly", f"{LOSS} = log(2)", "same", ("unseen", "others_off")),
        Goal("mean loss", "sum[i](loss[i])/n >= log(2)/n", "mean", ("unseen", "own_loss", "losses")),
        Goal("probability", "power(2, k)*chance(k) = 1", "chances", (), "none of k fair coins: 2^-k"),
    ),
)

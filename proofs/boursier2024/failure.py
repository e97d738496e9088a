r"""Outputs of one sign: how likely they are, and that they learn one side only.

**Setting.** Signs of the outputs $a_0, a_1, \dots$ that are fair given that all earlier ones agree (independent fair
signs are); then a ReLU network $h_k = \sum_ja_j(z_{kj})_+$ with any preactivations and $ca_j \ge 0$ for all j, $c =
\pm1$, and the loss $L = \tfrac1{2n}\sum_k(h_k - y_k)^2$.

**Statement.** The first k + 1 signs agree with probability $2^{-k}$, so all m outputs have one sign with probability
$2^{1-m}$. Then $ch_k \ge 0$, $L \ge \tfrac1{2n}\sum_k(-cy_k)_+^2$, and each sample with $cy_i \le 0$ alone costs
$y_i^2/(2n)$.

**Assumptions.** As stated. Outputs that dominate keep their signs (boursier2024/conservation), so the bound holds for
all times.

**Source.** [DERIVED], setting of Boursier, Flammarion, arXiv 2410.02348.

**What is checked.** Every step for all n, m. **What is not.** Signs on infinite probability spaces.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

UP = "A[o](k); 1; A[o](k)*b[o](k)"
DOWN = "C[o](k); 1; C[o](k)*(1 - b[o](k))"
ONE_SIGN = ("one_sign", "which")


def halving(name: str, event: str, start: str, fair: str) -> tuple[Step, ...]:
    """From ``P(k + 1) = P(k)/2`` and ``P(0) = 1``: ``2^k P(k) = 1``."""
    here = f"sum[o](p[o]*{event}[o]({{}}))"
    return (
        Step(
            f"{name}_start",
            f"power(2, 0)*{here.format('0')} = 1",
            by=f"{here.format('0')}*#nothing + sum[o](p[o]*#{start}) + #certain",
        ),
        Step(f"{name}_here", f"power(2, {name}0)*{here.format(name + '0')} = 1", "suppose", by=f"{name}0"),
        Step(
            f"{name}_after",
            f"power(2, {name}0 + 1)*{here.format(name + '0 + 1')} = 1",
            by=f"{here.format(name + '0 + 1')}*#double(k = {name}0)"
            f" + 2*power(2, {name}0)*(sum[o](p[o]*#{name}_next(k = {name}0)) + #{fair}(k = {name}0)) + #{name}_here",
        ),
        Step(
            f"{name}_step",
            f"power(2, k)*{here.format('k')} = 1 => power(2, k + 1)*{here.format('k + 1')} = 1",
            "discharge",
            (f"{name}_after", f"{name}_here"),
            f"{name}0 = k",
        ),
        Step(name, f"power(2, k)*{here.format('k')} = 1", "induction", (f"{name}_start", f"{name}_step"), "k"),
    )


PROOF = Proof(
    key="boursier2024.failure",
    title="All outputs of one sign: probability and cost",
    source="[DERIVED], setting of arXiv 2410.02348",
    indices=("n", "m", "O"),
    symbols=(
        Symbol("p", ("O",)),
        Symbol("b", ("O", "N")),
        Symbol("A", ("O", "N")),
        Symbol("C", ("O", "N")),
        Symbol("up0", (), "N"),
        Symbol("down0", (), "N"),
        Symbol("a", ("m",)),
        Symbol("z", ("n", "m")),
        Symbol("y", ("n",)),
        Symbol("h", ("n",)),
        Symbol("c"),
        Symbol("L"),
        Symbol("i0", (), "n", latex="i"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("j", (), "m"),
        Symbol("o", (), "O"),
        Symbol("k", (), "N"),
        Symbol("u"),
    ),
    definitions=(
        Step("up_begin", "A[o](0) = 1", "recursion", by=UP),
        Step("up_next", "A[o](k + 1) = A[o](k)*b[o](k)", "recursion", by=UP),
        Step("down_begin", "C[o](0) = 1", "recursion", by=DOWN),
        Step("down_next", "C[o](k + 1) = C[o](k)*(1 - b[o](k))", "recursion", by=DOWN),
        Step("network", "h[i] = sum[j](a[j]*relu(z[i,j]))", "define"),
        Step("loss", "L = sum[i]((h[i] - y[i])**2)/(2*n)", "define"),
    ),
    hypotheses=(
        Hypothesis("certain", "sum[o](p[o]) = 1", "probabilities"),
        Hypothesis("signs", "b[o](k)**2 = b[o](k)", "b is 1 if output k is positive, and 0 if it is negative"),
        Hypothesis(
            "fair_up",
            "sum[o](p[o]*A[o](k)*b[o](k)) = sum[o](p[o]*A[o](k))/2",
            "a sign is fair given that all earlier ones are positive",
        ),
        Hypothesis(
            "fair_down",
            "sum[o](p[o]*C[o](k)*(1 - b[o](k))) = sum[o](p[o]*C[o](k))/2",
            "and given that all are negative",
        ),
        Hypothesis("one_sign", "c*a[j] >= 0", "no output has the sign of -c"),
        Hypothesis("which", "c**2 = 1", "c is 1 or -1"),
        Hypothesis("wrong_side", "c*y[i0] <= 0", "a sample with a label of the other sign"),
    ),
    steps=(
        Step("nothing", "power(2, 0) = 1", "power", by="2"),
        Step("double", "power(2, k + 1) = 2*power(2, k)", "power", by="2; k"),
        *halving("up", "A", "up_begin", "fair_up"),
        *halving("down", "C", "down_begin", "fair_down"),
        Step(
            "agree",
            "power(2, k)*sum[o](p[o]*(A[o](k + 1) + C[o](k + 1))) = 1",
            by="#up(k = k + 1)/2 + #down(k = k + 1)/2 - sum[o](p[o]*(A[o](k + 1) + C[o](k + 1)))*#double/2",
        ),
        Step(
            "disjoint",
            "A[o](k + 1)*C[o](k + 1) = 0",
            by="C[o](k + 1)*#up_next + A[o](k)*b[o](k)*#down_next - A[o](k)*C[o](k)*#signs",
        ),
        # What one sign costs.
        Step("part_sign", "relu(u) >= 0", "positive_part", by="u"),
        Step("part_square", "relu(u)**2 = u*relu(u)", "positive_part", by="u"),
        Step("one_side", "c*h[i] >= 0", by="c*#network + sum[j](#one_sign*#part_sign(u = z[i,j]))"),
        Step(
            "bound",
            "L >= sum[i](relu(-c*y[i])**2)/(2*n)",
            by="#loss + sum[i]((c*h[i] - c*y[i] - relu(-c*y[i]))**2 + 2*#part_sign(u = -c*y[i])*#one_side"
            " - 2*#part_square(u = -c*y[i]) - (h[i] - y[i])**2*#which)/(2*n)",
        ),
        Step("square", "(h[i] - y[i])**2 >= 0", by="(h[i] - y[i])**2"),
        Step("one", "(h[i] - y[i])**2 <= sum[i]((h[i] - y[i])**2)", "term_of_sum", ("square",), "i"),
        Step(
            "sample",
            "L >= y[i0]**2/(2*n)",
            by="#loss + (#one(i = i0) + h[i0]**2 + 2*#one_side(i = i0)*#wrong_side + 2*h[i0]*y[i0]*#which)/(2*n)",
        ),
    ),
    goals=(
        Goal(
            "probability",
            "power(2, k)*sum[o](p[o]*(A[o](k + 1) + C[o](k + 1))) = 1",
            "agree",
            ("certain", "fair_up", "fair_down"),
            "of k + 1 equal signs",
        ),
        Goal("disjoint", "A[o](k + 1)*C[o](k + 1) = 0", "disjoint", ("signs",), "not all positive and all negative"),
        Goal("one side", "c*h[i] >= 0", "one_side", ("one_sign",)),
        Goal("cost", "L >= sum[i](relu(-c*y[i])**2)/(2*n)", "bound", ONE_SIGN),
        Goal("cost of one sample", "L >= y[i0]**2/(2*n)", "sample", (*ONE_SIGN, "wrong_side")),
    ),
    not_checked=("probability spaces with infinitely many outcomes",),
)

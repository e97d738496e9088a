r"""D12: with a trained bias, affine independence of the inputs is enough.

**Setting.** A bias is one more input that equals 1: $x_{i,o} = 1$ for all samples i.

**Statement.** If $\sum_i c_i x_i = 0$ and $\sum_i c_i = 0$ imply $c = 0$ (affine independence), the inputs with the
bias are linearly independent, which is what T1 assumes.

**Assumptions.** Affine independence; one input equals 1.

**Source.** A remark on the structure theorem of Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401 [DERIVED].

**What is checked.** Every step for all n and d. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.d12",
    title="With a trained bias, affinely independent inputs are enough",
    source="arXiv 2410.16401, structure theorem, remark [DERIVED]",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("o", (), "d"),
        Symbol("c", ("n",)),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("l", (), "d"),
        Symbol("C", ("n",)),
    ),
    hypotheses=(
        Hypothesis(
            "affinely_independent",
            "all[l](sum[i](C[i]*x[i,l]) = 0), sum[i](C[i]) = 0 => C[i] = 0",
            "the inputs are affinely independent",
        ),
        Hypothesis("bias", "x[i,o] = 1", "one input is the constant 1"),
    ),
    steps=(
        Step("relation", "sum[i](c[i]*x[i,l]) = 0", "suppose", by="c"),
        Step("sum_zero", "sum[i](c[i]) = 0", by="#relation(l=o) - sum[i](c[i]*#bias)"),
        Step("zero", "c[i] = 0", "apply", ("affinely_independent(C[i] = c[i])", "relation", "sum_zero")),
        Step("independent", "all[l](sum[i](C[i]*x[i,l]) = 0) => C[i] = 0", "discharge", ("zero", "relation"), "c = C"),
    ),
    goals=(
        Goal(
            "independence",
            "all[l](sum[i](C[i]*x[i,l]) = 0) => C[i] = 0",
            "independent",
            ("affinely_independent", "bias"),
        ),
    ),
)

r"""The least rank of diagonally superior matrices: one for two classes, two for more.

**Setting.** Logits $M_{ck}$ of class c in column k; diagonally superior: in every column the entry of the true class
is the largest, strictly.

**Statement.** No matrix $u v^T$ of rank one is diagonally superior for three or more classes; for two classes one is;
and for every number of classes, distinct reals $x_c$ give $M_{ck} = 2x_cx_k - x_c^2$ of rank two that is.

**Assumptions.** Three different classes; distinct reals.

**Source.** Garrod, Keating, arXiv 2410.23169, $q_2 = 1$, $q_K \le 2$ [PAPER]; $q_K \ge 2$ and these steps [DERIVED].

**What is checked.** Every step for all numbers of classes. **What is not.** That matrices of rank one are $uv^T$, and
that a sum of two such matrices has a rank of at most two.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PAIRS = (("a1", "a2"), ("a2", "a3"), ("a1", "a3"))
PRODUCT = "*".join(f"(u[{a}] - u[{b}])" for a, b in PAIRS) + "*v[a1]*v[a2]*v[a3]"


def beaten(a: str, b: str) -> tuple[Step, ...]:
    """The entries of two classes in each other's columns, below the diagonal ones."""
    return (
        Step(f"{b}_not_{a}", f"delta[{b},{a}] = 0", by=f"#symmetric(c={b}, k={a}) + #{a}_not_{b}"),
        Step(f"{a}_{b}", f"u[{a}]*v[{a}] > u[{b}]*v[{a}]", "apply", (f"superior(k={a}, c={b})", f"{b}_not_{a}")),
        Step(f"{b}_{a}", f"u[{b}]*v[{b}] > u[{a}]*v[{b}]", "apply", (f"superior(k={b}, c={a})", f"{a}_not_{b}")),
    )


PROOF = Proof(
    key="garrod2024.rank_codes",
    title="Diagonally superior matrices have rank two at least, from three classes on, and two is enough",
    source="arXiv 2410.23169, section 3 [PAPER]; steps [DERIVED]",
    indices=("C",),
    symbols=(
        Symbol("u", ("C",)),
        Symbol("v", ("C",)),
        Symbol("x", ("C",)),
        Symbol("M", ("C", "C")),
        Symbol("sign", ("C",), latex=r"\sigma"),
        *(Symbol(name, (), "C") for name in ("a1", "a2", "a3", "c1", "k1")),
    ),
    variables=(Symbol("c", (), "C"), Symbol("k", (), "C")),
    definitions=(
        Step("code", "M[c,k] = x[c]*(2*x[k]) + x[c]**2*(-1)", "define"),
        Step("signs", "sign[c] = delta[c,a1] - delta[c,a2]", "define"),
    ),
    hypotheses=(
        Hypothesis("superior", "delta[c,k] = 0 => u[k]*v[k] > u[c]*v[k]", "a rank-one matrix is diagonally superior"),
        *(Hypothesis(f"{a}_not_{b}", f"delta[{a},{b}] = 0", "different classes") for a, b in PAIRS),
        Hypothesis("distinct", "delta[c,k] = 0 => x[c] - x[k] != 0", "different classes have different reals"),
    ),
    steps=(
        Step("symmetric", "delta[c,k] = delta[k,c]", "kronecker"),
        *(step for pair in PAIRS for step in beaten(*pair)),
        Step(
            "impossible",
            f"({PRODUCT})**2 < 0",
            by="*".join(f"#{a}_{b}*#{b}_{a}" for a, b in PAIRS),
        ),
        Step("others", "delta[c1,k1] = 0", "suppose", by="c1, k1"),
        Step("apart", "x[c1] - x[k1] != 0", "apply", ("distinct(c=c1, k=k1)", "others")),
        Step("largest", "M[k1,k1] > M[c1,k1]", by="#code(c=k1, k=k1) - #code(c=c1, k=k1) + #apart**2"),
        Step("two", "delta[c,k] = 0 => M[k,k] > M[c,k]", "discharge", ("largest", "others"), "c1 = c, k1 = k"),
        Step(
            "first",
            "sign[a1]*sign[a1] > sign[a2]*sign[a1]",
            "kronecker",
            ("a1_not_a2",),
            "(sign[a1] - sign[a2])*#signs(c=a1) + #signs(c=a1) - #signs(c=a2) + 2",
        ),
        Step(
            "second",
            "sign[a2]*sign[a2] > sign[a1]*sign[a2]",
            "kronecker",
            ("a1_not_a2",),
            "(sign[a2] - sign[a1])*#signs(c=a2) + #signs(c=a1) - #signs(c=a2) + 2",
        ),
    ),
    goals=(
        Goal(
            "rank one is impossible for three classes",
            f"({PRODUCT})**2 < 0",
            "impossible",
            ("superior", "a1_not_a2", "a2_not_a3", "a1_not_a3"),
            "a square would be negative",
        ),
        Goal("rank two is enough", "delta[c,k] = 0 => M[k,k] > M[c,k]", "two", ("distinct",)),
        Goal("two classes, first", "sign[a1]*sign[a1] > sign[a2]*sign[a1]", "first", ("a1_not_a2",)),
        Goal("two classes, second", "sign[a2]*sign[a2] > sign[a1]*sign[a2]", "second", ("a1_not_a2",)),
    ),
    not_checked=(
        "that matrices of rank one are products of two vectors, and sums of two of them have rank two at most",
    ),
)

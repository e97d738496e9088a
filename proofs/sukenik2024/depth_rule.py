r"""Depth rule: a layer that is a projector of rank $\varrho$ on non-negative features costs the factor $\varrho$.

**Setting.** Non-negative features P of any layer, Q the orthogonal projector on a space that contains their columns
($Q^T = Q$, $Q^2 = Q$, $QP = P$), of rank $\varrho = \operatorname{tr}Q$. Layers $W = Q$ are inserted after it.

**Statement.** The features after j inserted layers are still P, each squared norm is $\varrho$. If the product of the
squared norms was below $K^p$, $p = L + 1$, and $\varrho \le K$, then with j more layers it is below $K^{p+j}$: what
beats collapse at one depth does so at every larger one.

**Assumptions.** As stated.

**Source.** [DERIVED], setting of arXiv 2405.14468.

**What is checked.** Every step, for all widths, K, p and j.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

LAYERS = "X[d,i](k); P[d,i]; sum[b](Q[d,b]*relu(X[b,i](k)))"

PROOF = Proof(
    key="sukenik2024.depth_rule",
    title="What beats collapse with inner rank at most K does so at every larger depth",
    source="[DERIVED], setting of arXiv 2405.14468",
    indices=("C", "D"),
    symbols=(
        Symbol("P", ("D", "C")),
        Symbol("Q", ("D", "D")),
        Symbol("X", ("D", "C", "N")),
        Symbol("rank", latex=r"\varrho"),
        Symbol("norms", latex=r"\Pi"),
        Symbol("p", (), "N"),
        Symbol("n0", (), "N", latex="k_0"),
        Symbol("n1", (), "N", latex="k_1"),
    ),
    variables=(
        Symbol("i", (), "C"),
        Symbol("d", (), "D"),
        Symbol("b", (), "D"),
        Symbol("k", (), "N"),
    ),
    definitions=(
        Step("trace", "rank = sum[d](Q[d,d])", "define"),
        Step("start", "X[d,i](0) = P[d,i]", "recursion", by=LAYERS),
        Step("next", "X[d,i](k + 1) = sum[b](Q[d,b]*relu(X[b,i](k)))", "recursion", by=LAYERS),
    ),
    hypotheses=(
        Hypothesis("features_sign", "P[d,i] >= 0", "the features are not negative"),
        Hypothesis("symmetric", "Q[d,b] = Q[b,d]", "the projector is orthogonal"),
        Hypothesis("idempotent", "sum[b](Q[d,b]*Q[b,d]) = Q[d,d]", "the projector is idempotent"),
        Hypothesis("contains", "sum[b](Q[d,b]*P[b,i]) = P[d,i]", "the projector keeps the features"),
        Hypothesis("low_rank", "rank <= C", "its rank is at most K"),
        Hypothesis("norms_sign", "norms >= 0", "the product of squared norms"),
        Hypothesis("smaller", "norms < power(C, p)", "it is below K^(L + 1)"),
    ),
    steps=(
        Step("itself", "P[d,i]*(P[d,i] - P[d,i]) = 0"),
        Step("above", "P[d,i] >= P[d,i]"),
        Step(
            "passive", "relu(P[d,i]) = P[d,i]", "positive_part", ("features_sign", "above", "itself"), "P[d,i]; P[d,i]"
        ),
        Step("kept", "X[d,i](n0) = P[d,i]", "suppose", by="n0"),
        Step("kept_part", "relu(X[d,i](n0)) = relu(P[d,i])", "congruence", ("kept",)),
        Step(
            "kept_next",
            "X[d,i](n0 + 1) = P[d,i]",
            by="#next(k=n0) + sum[b](Q[d,b]*(#kept_part(d=b) + #passive(d=b))) + #contains",
        ),
        Step(
            "inductive",
            "all[d,i](X[d,i](k) = P[d,i]) => X[d,i](k + 1) = P[d,i]",
            "discharge",
            ("kept_next", "kept"),
            "n0 = k",
        ),
        Step("unchanged", "X[d,i](k) = P[d,i]", "induction", ("start", "inductive"), "k"),
        Step("norm", "sum[d,b](Q[d,b]**2) = rank", by="sum[d,b](Q[d,b]*#symmetric) + sum[d](#idempotent) - #trace"),
        Step("rank_sign", "rank >= 0", by="sum[d,b](Q[d,b]**2) - #norm"),
        Step("power_sign", "power(rank, k) >= 0", "power", ("rank_sign",), "rank; k"),
        Step("one", "power(rank, 0) = 1", "power", by="rank"),
        Step("longer_left", "power(rank, k + 1) = rank*power(rank, k)", "power", by="rank; k"),
        Step("longer_right", "power(C, k + 1) = C*power(C, k)", "power", by="C; k"),
        Step("base", "norms*power(rank, 0) < power(C, p)", by="#smaller - norms*#one"),
        Step("here", "norms*power(rank, n1) < power(C, p + n1)", "suppose", by="n1"),
        Step(
            "after",
            "norms*power(rank, n1 + 1) < power(C, p + n1 + 1)",
            by="C*#here + #low_rank*#norms_sign*#power_sign(k=n1) + #longer_right(k=p + n1) - norms*#longer_left(k=n1)",
        ),
        Step(
            "one_more",
            "norms*power(rank, k) < power(C, p + k) => norms*power(rank, k + 1) < power(C, p + k + 1)",
            "discharge",
            ("after", "here"),
            "n1 = k",
        ),
        Step("product", "norms*power(rank, k) < power(C, p + k)", "induction", ("base", "one_more"), "k"),
    ),
    goals=(
        Goal("features", "X[d,i](k) = P[d,i]", "unchanged", ("features_sign", "contains"), "the features stay"),
        Goal("norm", "sum[d,b](Q[d,b]**2) = rank", "norm", ("symmetric", "idempotent"), "of an inserted layer"),
        Goal(
            "product",
            "norms*power(rank, k) < power(C, p + k)",
            "product",
            ("symmetric", "idempotent", "low_rank", "norms_sign", "smaller"),
            "with k more layers",
        ),
    ),
)

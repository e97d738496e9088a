r"""Lemma 1: at every critical point of the linear model neighbouring factors are balanced.

**Setting.** $Z = U A B V$ with A and B neighbouring factors, U the product of the layers after them and V that of the
layers before (for features, of none); any differentiable fit with gradient G at Z; penalties
$\tfrac{\lambda}{2}\|A\|^2$ and $\tfrac{\lambda}{2}\|B\|^2$ with the same $\lambda \ne 0$.

**Statement.** Where the objective is stationary in A and in B, $A^TA = BB^T$, and the two factors have the same norm.
So all $L + 1$ factors share their nonzero singular values, and neighbouring singular vectors agree.

**Assumptions.** The stationarity equations, $\lambda A = -U^TG(BV)^T$ and $\lambda B = -(UA)^TGV^T$; $\lambda \ne 0$.

**Source.** Garrod, Keating, arXiv 2410.23169, Lemma 1 [PAPER]; these steps [DERIVED].

**What is checked.** Every step for all sizes and every fit. **What is not.** That the equations are the chain rule, and
that equal Gram matrices give equal singular values and vectors.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="garrod2024.lemma1",
    title="Neighbouring factors are balanced at every critical point",
    source="arXiv 2410.23169, Lemma 1 [PAPER]; steps [DERIVED]",
    indices=("C", "n", "P", "M", "Q"),
    symbols=(
        Symbol("U", ("C", "P")),
        Symbol("A", ("P", "M")),
        Symbol("B", ("M", "Q")),
        Symbol("V", ("Q", "n")),
        Symbol("G", ("C", "n")),
        Symbol("lam", latex=r"\lambda"),
    ),
    variables=(
        Symbol("c", (), "C"),
        Symbol("i", (), "n"),
        Symbol("p", (), "P"),
        Symbol("m", (), "M"),
        Symbol("l", (), "M"),
        Symbol("q", (), "Q"),
    ),
    hypotheses=(
        Hypothesis(
            "later",
            "lam*A[p,m] = -sum[c,i](U[c,p]*G[c,i]*sum[q](B[m,q]*V[q,i]))",
            "the objective is stationary in the later factor",
        ),
        Hypothesis(
            "earlier",
            "lam*B[m,q] = -sum[c,i](sum[p](U[c,p]*A[p,m])*G[c,i]*V[q,i])",
            "the objective is stationary in the earlier factor",
        ),
        Hypothesis("reg", "lam != 0", "there is a penalty"),
    ),
    steps=(
        Step(
            "scaled",
            "lam*(sum[p](A[p,m]*A[p,l]) - sum[q](B[m,q]*B[l,q])) = 0",
            by="sum[p](A[p,m]*#later(m=l)) - sum[q](B[l,q]*#earlier)",
        ),
        Step(
            "balanced",
            "sum[p](A[p,m]*A[p,l]) = sum[q](B[m,q]*B[l,q])",
            "cancel",
            ("scaled", "reg"),
            "lam",
        ),
        Step("norms", "sum[p,m](A[p,m]**2) = sum[m,q](B[m,q]**2)", by="sum[m](#balanced(l=m))"),
    ),
    goals=(
        Goal(
            "balanced",
            "sum[p](A[p,m]*A[p,l]) = sum[q](B[m,q]*B[l,q])",
            "balanced",
            ("later", "earlier", "reg"),
            "neighbouring factors have the same Gram matrix on the layer between them",
        ),
        Goal("norms", "sum[p,m](A[p,m]**2) = sum[m,q](B[m,q]**2)", "norms", ("later", "earlier", "reg")),
    ),
    not_checked=(
        "that the equations of stationarity are the chain rule",
        "that equal Gram matrices give equal singular values and vectors",
    ),
)

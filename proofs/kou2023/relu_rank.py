r"""ReLU and orthogonal inputs: the stable rank is at most $\max_i m/|S_i|$, and $2n/(n+1)$ in the fair-coin limit.

**Setting.** The limit of the neurons of one sign (kou2023/relu_orthogonal): $w_r = \sum_jB_{rj}c_jx_j$ over the n own
samples, orthogonal with $\nu_j = \|x_j\|^2$, B of zeros and ones, $|S_j| = \sum_rB_{rj}$ the number of neurons active
on sample j. The spectral norm is told by $\Lambda$: $\|WV\|^2 \le \Lambda\|V\|^2$ for all V.

**Statement.** If $|S_j| \ge a$ for all j, then $a\|W\|_F^2 \le m\Lambda$: the stable rank is at most
$m/\min_j|S_j|$. For fair coins and $m \to \infty$, with columns of equal size, $W^TW$ tends to a multiple $\mu$ of
$I + 11^T$ in the coordinates $x_j/\|x_j\|$: its largest eigenvalue is $\mu(n+1)$, at the vector of ones, and its trace
$2\mu n$, so that the stable rank is $2n/(n+1)$.

**Assumptions.** Those above; $W \ne 0$.

**Source.** [DERIVED]; the bounded stable rank of ReLU networks is in Kou, Chen, Gu, arXiv 2310.18935 [PAPER].

**What is checked.** Every step, for all n, m, d. **What is not.** The limit of the 0/1 matrix itself (the law of large
numbers: entries of $\frac1mB^TB$ tend to 1/2 on and 1/4 off the diagonal).
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

SHARE = "S[j]*c[j]**2*nu[j]"
TOTAL = f"sum[j](S[j]*{SHARE})"
HIT = f"sum[j](B[r,j]*{SHARE})"
FORM = "sum[j,k](X[j]*A[j,k]*X[k])"
DATA = ("binary", "orthogonal", "norm_sign", "enough", "most", "nonzero")

PROOF = Proof(
    key="kou2023.relu_rank",
    title="The stable rank of ReLU networks on orthogonal inputs",
    source="[DERIVED]; bounded stable rank of arXiv 2310.18935 [PAPER]",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("B", ("m", "n")),
        Symbol("c", ("n",)),
        Symbol("W", ("m", "d")),
        Symbol("S", ("n",), latex="|S|"),
        Symbol("nu", ("n",), latex=r"\nu"),
        Symbol("A", ("n", "n")),
        Symbol("a"),
        Symbol("mu", latex=r"\mu"),
        Symbol("Lam", latex=r"\Lambda"),
    ),
    variables=(
        *(Symbol(name, (), sort) for name, sort in zip("jkrl", "nnmd", strict=True)),
        Symbol("V", ("d",)),
        Symbol("X", ("n",)),
    ),
    definitions=(
        Step("rows", "W[r,l] = sum[j](B[r,j]*c[j]*x[j,l])", "define"),
        Step("active", "S[j] = sum[r](B[r,j])", "define"),
        Step("limit", "A[j,k] = mu*(delta[j,k] + 1)", "define"),
    ),
    hypotheses=(
        Hypothesis("binary", "B[r,j]**2 = B[r,j]", "B is of zeros and ones"),
        Hypothesis("orthogonal", "sum[l](x[j,l]*x[k,l]) = nu[j]*delta[j,k]", "the inputs are orthogonal"),
        Hypothesis("norm_sign", "nu[j] >= 0", "nu are squared norms"),
        Hypothesis("enough", "S[j] >= a", "on every own sample a neurons or more are active"),
        Hypothesis("most", "sum[r](sum[l](W[r,l]*V[l])**2) <= Lam*sum[l](V[l]**2)", "the squared spectral norm"),
        Hypothesis("nonzero", f"{TOTAL} > 0", "some own sample has an active neuron and a coefficient"),
        Hypothesis("scale", "mu >= 0", "the limit is a Gram matrix"),
    ),
    steps=(
        Step("member", "B[r,j] >= 0", by="B[r,j]**2 - #binary"),
        Step("number", "S[j] >= 0", by="#active + sum[r](#member)"),
        Step("share_sign", f"{SHARE} >= 0", by="#number*c[j]**2*#norm_sign"),
        Step(
            "frobenius",
            f"sum[r,l](W[r,l]**2) = sum[j]({SHARE})",
            "kronecker",
            (),
            "sum[r,l]((W[r,l] + sum[j](B[r,j]*c[j]*x[j,l]))*#rows)"
            " + sum[r,j,k](B[r,j]*c[j]*B[r,k]*c[k]*#orthogonal) + sum[r,j](c[j]**2*nu[j]*#binary)"
            " - sum[j](c[j]**2*nu[j]*#active)",
        ),
        Step(
            "test_length",
            f"sum[l](sum[j](S[j]*c[j]*x[j,l])**2) = {TOTAL}",
            "kronecker",
            (),
            "sum[j,k](S[j]*c[j]*S[k]*c[k]*#orthogonal)",
        ),
        Step(
            "test_hit",
            f"sum[l](W[r,l]*sum[j](S[j]*c[j]*x[j,l])) = {HIT}",
            "kronecker",
            (),
            "sum[l](sum[j](S[j]*c[j]*x[j,l])*#rows) + sum[j,k](B[r,j]*c[j]*S[k]*c[k]*#orthogonal)",
        ),
        Step("test_sum", f"sum[r]({HIT}) = {TOTAL}", by=f"-sum[j]({SHARE}*#active)"),
        Step(
            "stretch",
            f"{TOTAL}*(m*Lam - {TOTAL}) >= 0",
            by=f"m*#most(V[l] = sum[j](S[j]*c[j]*x[j,l])) - m*Lam*#test_length"
            f" + m*sum[r]((sum[l](W[r,l]*sum[j](S[j]*c[j]*x[j,l])) + {HIT})*#test_hit)"
            f" + m*sum[r](({HIT} - {TOTAL}/m)**2) + 2*{TOTAL}*#test_sum",
        ),
        Step("norm", f"m*Lam >= {TOTAL}", "cancel", ("stretch",), "#nonzero"),
        Step(
            "bound",
            "a*sum[r,l](W[r,l]**2) <= m*Lam",
            by="#norm + sum[j](#enough*#share_sign) - a*#frobenius",
        ),
        Step(
            "form",
            f"{FORM} = mu*(sum[j](X[j]**2) + sum[j](X[j])**2)",
            "kronecker",
            (),
            "sum[j,k](X[j]*X[k]*#limit)",
        ),
        Step(
            "top",
            f"{FORM} <= mu*(n + 1)*sum[j](X[j]**2)",
            by="n*#scale*sum[j]((X[j] - sum[k](X[k])/n)**2) - #form",
        ),
        Step("at_ones", "sum[j,k](A[j,k]) = mu*(n + 1)*n", by="#form(X[j] = 1)"),
        Step("trace", "sum[j](A[j,j]) = 2*mu*n", "kronecker", (), "sum[j](#limit(k = j))"),
    ),
    goals=(
        Goal("bound", "a*sum[r,l](W[r,l]**2) <= m*Lam", "bound", DATA, "the stable rank is at most m/a"),
        Goal("largest eigenvalue", f"{FORM} <= mu*(n + 1)*sum[j](X[j]**2)", "top", ("scale",)),
        Goal("its vector", "sum[j,k](A[j,k]) = mu*(n + 1)*n", "at_ones", (), "attained at the vector of ones"),
        Goal("trace", "sum[j](A[j,j]) = 2*mu*n", "trace", (), "so the stable rank is 2 n/(n + 1)"),
    ),
    not_checked=("the limit of the 0/1 matrix itself",),
)

r"""With a frozen pattern the excess of the stable rank falls like the inverse square of the common part of the rows.

**Setting.** The neurons of one sign under gradient descent, any loss, from a time (step 0) on at which all of them have
the same slopes $c_i$ on the data: $w_r(t+1) = w_r(t) + \frac{s\eta(t)}{nm}\sum_ig_i(t)y_ic_ix_i$. M(t) is the mean row,
$E_r$ the part of row r beside the mean. The spectral norm is told by a unit vector z(t): $\|Wz\|^2 = \Lambda$ and
$\|WV\|^2 \le \Lambda\|V\|^2$ for all V. $\|EV\|^2 \le \kappa\|V\|^2$ for all V.

**Statement.** E does not depend on t: the common part alone moves. $\|W\|_F^2 = m\|M\|^2 + \|E\|_F^2$ and
$m\|M\|^2 \le \Lambda \le m\|M\|^2 + \kappa$. So
$$\frac{\|E\|_F^2 - \kappa}{m\|M(t)\|^2 + \kappa} \le \frac{\|W\|_F^2}{\Lambda} - 1 \le
\frac{\|E\|_F^2}{m\|M(t)\|^2}.$$
Where $\|M(t)\| \ge C\log t$ (any sequence in place of the logarithm), the excess is at most $\|E\|_F^2/(mC^2\log^2t)$;
where E has rank two or more, $\kappa < \|E\|_F^2$, and it is no smaller than of this order.

**Assumptions.** The pattern is frozen; $M(t) \ne 0$; the growth of the common part, for the last part.

**Source.** [DERIVED]; Kou, Chen, Gu, arXiv 2310.18935, state that the stable rank tends to one [PAPER] at the rate
$1/\log t$ [RECALL].

**What is checked.** Every step, for all n, m, d and t. **What is not.** That the spectral norm is attained, and that
the common part grows like log t.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

MOVE = "s*eta(k)/(n*m)*sum[i](g[i](k)*y[i]*c[i]*x[i,l])"
BY = f"w[r,l](k); w0[r,l]; w[r,l](k) + {MOVE}"
SIZE, ALONG = "sum[l](M[l](k)**2)", "sum[l](M[l](k)*V[l])"
BESIDE = "sum[r,l](E[r,l](0)**2)"
TOTAL = "sum[r,l](w[r,l](k)**2)"
NORM = ("unit", "value", "most")
STILL = "E[r,l](k) = E[r,l](0)"

PROOF = Proof(
    key="kou2023.rate",
    title="The stable rank of one sign tends to one like the inverse square of the common part",
    source="[DERIVED]; limit of arXiv 2310.18935 [PAPER]",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("c", ("n",)),
        Symbol("s"),
        Symbol("eta", ("N",), latex=r"\eta"),
        Symbol("g", ("n", "N")),
        Symbol("w0", ("m", "d"), latex="w^0"),
        Symbol("w", ("m", "d", "N")),
        Symbol("M", ("d", "N")),
        Symbol("E", ("m", "d", "N")),
        Symbol("z", ("d", "N")),
        Symbol("Lam", ("N",), latex=r"\Lambda"),
        Symbol("kappa", latex=r"\kappa"),
        Symbol("C"),
        Symbol("grown", ("N",), latex=r"\log"),
        Symbol("n0", (), "N", latex="t_0"),
    ),
    variables=(
        *(Symbol(name, (), sort) for name, sort in zip("irjlk", "nmddN", strict=True)),
        Symbol("V", ("d",)),
    ),
    definitions=(
        Step("descent", f"w[r,l](k + 1) = w[r,l](k) + {MOVE}", "recursion", by=BY),
        Step("mean", "M[l](k) = sum[r](w[r,l](k))/m", "define"),
        Step("beside", "E[r,l](k) = w[r,l](k) - M[l](k)", "define"),
    ),
    hypotheses=(
        Hypothesis("unit", "sum[l](z[l](k)**2) = 1", "z has length one"),
        Hypothesis("value", "sum[r](sum[l](w[r,l](k)*z[l](k))**2) = Lam(k)", "W stretches z by the norm"),
        Hypothesis("most", "sum[r](sum[l](w[r,l](k)*V[l])**2) <= Lam(k)*sum[l](V[l]**2)", "and no vector by more"),
        Hypothesis("other_most", "sum[r](sum[l](E[r,l](0)*V[l])**2) <= kappa*sum[l](V[l]**2)", "the same of E"),
        Hypothesis("present", f"{SIZE} > 0", "the mean row is not zero"),
        Hypothesis("growth", f"{SIZE} >= C**2*grown(k)**2", "the common part grows"),
    ),
    steps=(
        Step("mean_moves", f"M[l](k + 1) = M[l](k) + {MOVE}", by="#mean(k = k + 1) - #mean + sum[r](#descent)/m"),
        Step("base", STILL.replace("(k)", "(0)")),
        Step("here", STILL.replace("(k)", "(n0)"), "suppose", by="n0"),
        Step(
            "after",
            STILL.replace("(k)", "(n0 + 1)"),
            by="#beside(k = n0 + 1) - #beside(k = n0) + #descent(k = n0) - #mean_moves(k = n0) + #here",
        ),
        Step(
            "inductive",
            f"all[r,l]({STILL}) => {STILL.replace('(k)', '(k + 1)')}",
            "discharge",
            ("after", "here"),
            "n0 = k",
        ),
        Step("still", STILL, "induction", ("base", "inductive"), "k"),
        Step("rows", "w[r,l](k) = M[l](k) + E[r,l](0)", by="#still - #beside"),
        Step("centred", "sum[r](E[r,l](0)) = 0", by="-sum[r](#rows) - m*#mean"),
        Step(
            "frobenius",
            f"{TOTAL} = m*{SIZE} + {BESIDE}",
            by="sum[r,l]((w[r,l](k) + M[l](k) + E[r,l](0))*#rows) + 2*sum[l](M[l](k)*#centred)",
        ),
        Step(
            "stretched",
            f"sum[r](sum[l](w[r,l](k)*V[l])**2) = m*{ALONG}**2 + sum[r](sum[l](E[r,l](0)*V[l])**2)",
            by=f"sum[r]((sum[l](w[r,l](k)*V[l]) + {ALONG} + sum[l](E[r,l](0)*V[l]))*sum[l](V[l]*#rows))"
            f" + 2*{ALONG}*sum[l](V[l]*#centred)",
        ),
        Step(
            "above",
            f"Lam(k) <= m*{SIZE} + kappa",
            by="m*sum[l]((M[l](k) - sum[j](M[j](k)*z[j](k))*z[l](k))**2)"
            " - (m*sum[l](M[l](k)*z[l](k))**2 + kappa)*#unit - #stretched(V[l] = z[l](k)) + #value"
            " + #other_most(V[l] = z[l](k))",
        ),
        Step(
            "below_scaled",
            f"{SIZE}*(Lam(k) - m*{SIZE}) >= 0",
            by="#most(V[l] = M[l](k)) + #stretched(V[l] = M[l](k)) + sum[r](sum[l](E[r,l](0)*M[l](k))**2)",
        ),
        Step("below", f"Lam(k) >= m*{SIZE}", "cancel", ("below_scaled",), "#present"),
        Step("norm_sign", "Lam(k) > 0", by="#below + m*#present"),
        Step(
            "at_least_one",
            f"{TOTAL} >= Lam(k)",
            by="sum[r,l]((w[r,l](k) - sum[j](w[r,j](k)*z[j](k))*z[l](k))**2) + #value"
            " - sum[r](sum[l](w[r,l](k)*z[l](k))**2)*#unit",
        ),
        Step(
            "excess_above",
            f"{TOTAL}/Lam(k) - 1 <= {BESIDE}/(m*{SIZE})",
            uses=("norm_sign", "present"),
            by=f"#below*({BESIDE} + m*#present)/(m*#present*#norm_sign) - #frobenius/Lam(k)",
        ),
        Step(
            "excess_below",
            f"({TOTAL}/Lam(k) - 1)*(m*{SIZE} + kappa) >= {BESIDE} - kappa",
            uses=("norm_sign",),
            by=f"#above*{TOTAL}/#norm_sign + #frobenius",
        ),
        Step(
            "falling",
            f"({TOTAL}/Lam(k) - 1)*(m*C**2*grown(k)**2) <= {BESIDE}",
            uses=("norm_sign",),
            by="m*#at_least_one*#growth/#norm_sign + m*#present*#excess_above",
        ),
    ),
    goals=(
        Goal("only the mean moves", "w[r,l](k) = M[l](k) + E[r,l](0)", "rows", ()),
        Goal(
            "at least one", f"{TOTAL} >= Lam(k)", "at_least_one", ("unit", "value"), "the stable rank is at least one"
        ),
        Goal(
            "upper bound",
            f"{TOTAL}/Lam(k) - 1 <= {BESIDE}/(m*{SIZE})",
            "excess_above",
            ("most", "present"),
            "the excess of the stable rank",
        ),
        Goal(
            "lower bound",
            f"({TOTAL}/Lam(k) - 1)*(m*{SIZE} + kappa) >= {BESIDE} - kappa",
            "excess_below",
            (*NORM, "other_most", "present"),
        ),
        Goal(
            "rate",
            f"({TOTAL}/Lam(k) - 1)*(m*C**2*grown(k)**2) <= {BESIDE}",
            "falling",
            (*NORM, "present", "growth"),
            "at most of the order of the inverse square of the logarithm",
        ),
    ),
    not_checked=("that the spectral norm is attained", "that the common part grows like log t"),
)

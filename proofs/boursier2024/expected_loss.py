r"""The expected training loss and excess risk of two-sided least squares, and of a single least-squares fit.

**Setting.** Fixed design, labels $y_k = \langle\beta^*, x_k\rangle + \eta_k$ with $E\eta_i\eta_k =
\sigma^2\delta_{ik}$ (outcomes o with probabilities $p_o$); a split $e_k \in \{0, 1\}$ that does not depend on the
noise; both sides have full column rank: their Gram matrices have inverses. $\beta_\pm$ and $\beta$ solve the normal
equations of the sides, and of all samples.

**Statement.** With squared error over 2n: the two-sided fit has expected training loss $\sigma^2(n - 2d)/(2n)$ and
expected in-sample excess risk $\sigma^2d/n$; the single fit has $\sigma^2(n - d)/(2n)$ and $\sigma^2d/(2n)$. So the
two-sided fit is better on the samples, and worse beyond the noise, by the same $\sigma^2d/(2n)$; and its expected
loss is positive if n > 2d and $\sigma > 0$.

**Assumptions.** As stated.

**Source.** [DERIVED], setting of Boursier, Flammarion, arXiv 2410.02348.

**What is checked.** Every step for all n, d, every law of the noise with finitely many outcomes. **What is not.**
Other laws (only second moments enter), and designs that are random themselves.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

SIDES = ("side", "moments", "plus_inverse", "minus_inverse", "plus_normal", "minus_normal")
WHOLE = ("moments", "all_inverse", "all_normal")


def fitted(beta: str) -> str:
    """The value of a fit at a sample."""
    return f"sum[l]({beta}[l,o]*x[k,l])"


def excess(beta: str) -> str:
    """The difference of a fit and the truth at a sample."""
    return f"sum[l](({beta}[l,o] - truth[l])*x[k,l])"


def cost(weight: str, beta: str) -> str:
    """The squared error of a fit on a side."""
    return f"sum[k]({weight}*({fitted(beta)} - y[k,o])**2)"


def risk(weight: str, beta: str) -> str:
    """The squared difference of a fit and the truth on a side."""
    return f"sum[k]({weight}*({excess(beta)})**2)"


def assumptions(name: str, weight: str, beta: str, inverse: str) -> tuple[Hypothesis, ...]:
    """Full column rank and normal equations of one side."""
    return (
        Hypothesis(
            f"{name}_inverse",
            f"sum[q]({inverse}[l,q]*sum[k]({weight}*x[k,q]*x[k,r])) = delta[l,r]",
            "a Gram matrix has an inverse: full column rank",
        ),
        Hypothesis(f"{name}_normal", f"sum[k]({weight}*({fitted(beta)} - y[k,o])*x[k,l]) = 0", "a least-squares fit"),
    )


def hat(name: str, inverse: str) -> Step:
    """The matrix that projects on what the inputs of one side explain."""
    return Step(f"{name}_hat", f"H_{name}[k,i] = sum[l,q](x[k,l]*{inverse}[l,q]*x[i,q])", "define")


def moments(name: str, weight: str, beta: str, inverse: str, square: str) -> tuple[Step, ...]:
    """The expected error and excess risk of one side; ``square`` says that the weight is its own square."""
    other, matrix = weight.replace("[k]", "[i]"), f"H_{name}"
    centred = f"sum[k]({weight}*({excess(beta)} - eta[k,o])*x[k,l])"
    turned = f" + var*sum[k]({matrix}[k,k]*{square})" if square else ""
    return (
        Step(f"{name}_centred", f"{centred} = 0", by=f"#{name}_normal + sum[k]({weight}*x[k,l]*#labels)"),
        Step(
            f"{name}_error",
            f"{beta}[l,o] - truth[l] = sum[q]({inverse}[l,q]*sum[i]({other}*x[i,q]*eta[i,o]))",
            "kronecker",
            by=f"sum[q]({inverse}[l,q]*#{name}_centred(l=q)) - sum[r](({beta}[r,o] - truth[r])*#{name}_inverse)",
        ),
        Step(
            f"{name}_explained",
            f"{excess(beta)} = sum[i]({matrix}[k,i]*{other}*eta[i,o])",
            by=f"sum[l](x[k,l]*#{name}_error) - sum[i]({other}*eta[i,o]*#{name}_hat)",
        ),
        Step(
            f"{name}_trace",
            f"sum[k]({weight}*{matrix}[k,k]) = d",
            "kronecker",
            by=f"sum[k]({weight}*#{name}_hat(i=k)) + sum[l](#{name}_inverse(r=l))",
        ),
        Step(
            f"{name}_risk",
            f"{risk(weight, beta)} = sum[k,i]({weight}*eta[k,o]*{matrix}[k,i]*{other}*eta[i,o])",
            by=f"sum[l](({beta}[l,o] - truth[l])*#{name}_centred) + sum[k]({weight}*eta[k,o]*#{name}_explained)",
        ),
        Step(
            f"{name}_cost",
            f"{cost(weight, beta)} = sum[k]({weight}*eta[k,o]**2) - {risk(weight, beta)}",
            by=f"2*sum[l](({beta}[l,o] - truth[l])*#{name}_centred)"
            f" - sum[k]({weight}*({fitted(beta)} - y[k,o] + {excess(beta)} - eta[k,o])*#labels)",
        ),
        Step(
            f"{name}_mean_risk",
            f"sum[o](p[o]*{risk(weight, beta)}) = var*d",
            "kronecker",
            by=f"sum[o](p[o]*#{name}_risk) + sum[k,i]({weight}*{other}*{matrix}[k,i]*#moments){turned}"
            f" + var*#{name}_trace",
        ),
        Step(
            f"{name}_mean_cost",
            f"sum[o](p[o]*{cost(weight, beta)}) = var*(sum[k]({weight}) - d)",
            "kronecker",
            by=f"sum[o](p[o]*#{name}_cost) - #{name}_mean_risk + sum[k]({weight}*#moments(i=k))",
        ),
    )


PLUS, MINUS, ALL = ("e[k]", "bp"), ("f[k]", "bm"), ("1", "b")
TWO = f"sum[o](p[o]*({cost(*PLUS)} + {cost(*MINUS)}))/(2*n)"
TWO_RISK = f"sum[o](p[o]*({risk(*PLUS)} + {risk(*MINUS)}))/(2*n)"
ONE = f"sum[o](p[o]*{cost(*ALL)})/(2*n)"
ONE_RISK = f"sum[o](p[o]*{risk(*ALL)})/(2*n)"

PROOF = Proof(
    key="boursier2024.expected_loss",
    title="Expected loss and excess risk of the two-sided fit",
    source="[DERIVED], setting of arXiv 2410.02348",
    indices=("n", "d", "O"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n", "O")),
        Symbol("eta", ("n", "O"), latex=r"\eta"),
        Symbol("e", ("n",)),
        Symbol("f", ("n",)),
        Symbol("p", ("O",)),
        Symbol("var", latex=r"\sigma^2"),
        Symbol("truth", ("d",), latex=r"\beta^*"),
        Symbol("bp", ("d", "O"), latex=r"\beta_+"),
        Symbol("bm", ("d", "O"), latex=r"\beta_-"),
        Symbol("b", ("d", "O"), latex=r"\beta"),
        Symbol("Kp", ("d", "d"), latex="K_+"),
        Symbol("Km", ("d", "d"), latex="K_-"),
        Symbol("K", ("d", "d")),
        Symbol("H_plus", ("n", "n"), latex="H_+"),
        Symbol("H_minus", ("n", "n"), latex="H_-"),
        Symbol("H_all", ("n", "n"), latex="H"),
    ),
    variables=(
        Symbol("k", (), "n"),
        Symbol("i", (), "n"),
        *(Symbol(name, (), "d") for name in "lqr"),
        Symbol("o", (), "O"),
    ),
    definitions=(
        Step("labels", "y[k,o] = sum[l](truth[l]*x[k,l]) + eta[k,o]", "define"),
        Step("rest", "f[k] = 1 - e[k]", "define"),
        hat("plus", "Kp"),
        hat("minus", "Km"),
        hat("all", "K"),
    ),
    hypotheses=(
        Hypothesis("side", "e[k]**2 = e[k]", "every sample is on one side, whatever the noise"),
        Hypothesis(
            "moments", "sum[o](p[o]*eta[k,o]*eta[i,o]) = var*delta[k,i]", "uncorrelated noise of variance sigma^2"
        ),
        *assumptions("plus", "e[k]", "bp", "Kp"),
        *assumptions("minus", "f[k]", "bm", "Km"),
        *assumptions("all", "1", "b", "K"),
        Hypothesis("noise", "var > 0", "there is noise"),
        Hypothesis("many", "n > 2*d", "and more than 2d samples"),
    ),
    steps=(
        Step("other_side", "f[k]**2 = f[k]", by="(f[k] - e[k])*#rest + #side"),
        *moments("plus", "e[k]", "bp", "Kp", "#side"),
        *moments("minus", "f[k]", "bm", "Km", "#other_side"),
        *moments("all", "1", "b", "K", ""),
        Step(
            "two", f"{TWO} = var*(n - 2*d)/(2*n)", by="(#plus_mean_cost + #minus_mean_cost + var*sum[k](#rest))/(2*n)"
        ),
        Step("two_risk", f"{TWO_RISK} = var*d/n", by="(#plus_mean_risk + #minus_mean_risk)/(2*n)"),
        Step("one", f"{ONE} = var*(n - d)/(2*n)", by="#all_mean_cost/(2*n)"),
        Step("one_risk", f"{ONE_RISK} = var*d/(2*n)", by="#all_mean_risk/(2*n)"),
        Step("gain", f"{ONE} - {TWO} = var*d/(2*n)", by="#one - #two"),
        Step("price", f"{TWO_RISK} - {ONE_RISK} = var*d/(2*n)", by="#two_risk - #one_risk"),
        Step("positive", f"{TWO} > 0", by="#two + #noise*#many/(2*n)"),
    ),
    goals=(
        Goal("expected loss", f"{TWO} = var*(n - 2*d)/(2*n)", "two", SIDES),
        Goal("excess risk", f"{TWO_RISK} = var*d/n", "two_risk", SIDES),
        Goal("expected loss of one fit", f"{ONE} = var*(n - d)/(2*n)", "one", WHOLE),
        Goal("excess risk of one fit", f"{ONE_RISK} = var*d/(2*n)", "one_risk", WHOLE),
        Goal("gain on the samples", f"{ONE} - {TWO} = var*d/(2*n)", "gain", (*SIDES, *WHOLE[1:])),
        Goal("price beyond them", f"{TWO_RISK} - {ONE_RISK} = var*d/(2*n)", "price", (*SIDES, *WHOLE[1:])),
        Goal("no interpolation", f"{TWO} > 0", "positive", (*SIDES, "noise", "many")),
    ),
    not_checked=("laws of the noise with infinitely many outcomes", "random designs"),
)

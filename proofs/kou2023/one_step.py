r"""One step of gradient descent on the logistic loss from a small start gives every neuron the labels as its pattern.

**Setting.** m neurons of sign s (s = 1 or s = -1, weights w, outputs s/m), h neurons of the other sign (weights $w'$,
outputs -s/h; of these only $w'_r\cdot x_i$ matters), $f(x) = \frac sm\sum_r\sigma(w_r\cdot x) -
\frac sh\sum_r\sigma(w'_r\cdot x)$, logistic loss, one step $\eta$ of gradient descent. At the start
$|w_r\cdot x_i|, |w'_r\cdot x_i| \le \varepsilon$. $R^2 \le \|x_i\|^2$, $|\langle x_i, x_k\rangle| \le p$ for
$i \ne k$.

**Statement.** If $nm(1 + e^{2\varepsilon})\varepsilon < \eta(\gamma R^2 - e^{2\varepsilon}(n-1)p)$, then after the step
$sy_k\langle w_r, x_k\rangle > 0$ for all r and k. In words: $\gamma R^2 > (n-1)p$ and a start small enough suffice. At
the start every loss derivative lies between $1/(1+e^{2\varepsilon})$ and $1/(1+e^{-2\varepsilon})$.

**Assumptions.** Those above; $0 \le \gamma \le 1$; labels $\pm1$; $\eta > 0$.

**Source.** Kou, Chen, Gu, NeurIPS 2023, arXiv 2310.18935, the activation pattern [RECALL]; these constants [DERIVED].

**What is checked.** Every step, for all n, m, h, d. **What is not.** That the step is the chain rule.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

DESCENT = shared_steps(__file__, "descent")
MARGIN = "y[i]*f[i]"
WIDE = "(1 + exp(2*e))"
FIRST = f"n*m*{WIDE}*e < eta*(gamma*R2 - exp(2*e)*(n - 1)*p)"
DERIVATIVES = ("labels", "sign", "slope_sign", "slope_below", "small", "other_small", "logistic")


def rest_of(block: str, index: str, u: str, a: str, small: str) -> tuple[Step, ...]:
    """Slopes of one block, and the size of what each of its neurons puts out."""
    place = f"{u}[{index},i]"
    bounds = [
        step
        for sign, name in (("", "plus"), ("-", "minus"))
        for step in (
            Step(
                f"{block}_{name}_square",
                f"({sign}s*y[i]*{place})**2 = abs({place})**2",
                by=f"{place}**2*(s**2*#labels + #sign) - #{block}_size_square",
            ),
            Step(
                f"{block}_{name}_size",
                f"{sign}s*y[i]*{place} <= abs({place})",
                "root_of_square",
                (f"{block}_{name}_square", f"{block}_size_sign"),
                f"{sign}s*y[i]*{place}; abs({place})",
            ),
            Step(
                f"{block}_{name}",
                f"{sign}s*y[i]*{a}[{index},i]*{place} <= e",
                by=f"(#{block}_least + #slope_sign)*(#{block}_{name}_size + #{small}) + #{block}_most*#{block}_bound",
            ),
        )
    ]
    return (
        Step(f"{block}_switch", f"step({place})**2 = step({place})", "positive_part", by=place),
        Step(f"{block}_least", f"{a}[{index},i] >= gamma",
             by=f"#{block}_slope + #slope_below*(step({place})**2 - #{block}_switch)"),
        Step(f"{block}_most", f"{a}[{index},i] <= 1",
             by=f"#slope_below*((1 - step({place}))**2 - #{block}_switch) - #{block}_slope"),
        Step(f"{block}_size_sign", f"abs({place}) >= 0", "absolute_value", by=place),
        Step(f"{block}_size_square", f"abs({place})**2 = {place}**2", "absolute_value", by=place),
        Step(f"{block}_bound", "e >= 0", by=f"#{small} + #{block}_size_sign"),
        *bounds,
    )  # fmt: skip


OUTPUT = (
    Step(
        "margin_above",
        f"{MARGIN} <= 2*e",
        by="sum[r](#block_plus)/m + sum[t](#rest_minus)/h - y[i]*#output",
    ),
    Step(
        "margin_below",
        f"-({MARGIN}) <= 2*e",
        by="sum[r](#block_minus)/m + sum[t](#rest_plus)/h + y[i]*#output",
    ),
    Step("positive", "exp(v) > 0", "exponential", by="v"),
    Step("monotone", "v <= z => exp(v) <= exp(z)", "increasing", ("positive",), "exp(v); v; z"),
    Step("most", f"exp({MARGIN}) <= exp(2*e)", "apply", (f"monotone(v = {MARGIN}, z = 2*e)", "margin_above")),
    Step("reflected", f"exp(-({MARGIN})) <= exp(2*e)", "apply", (f"monotone(v = -{MARGIN}, z = 2*e)", "margin_below")),
    Step("zero", "exp(0) = 1", "exponential", by="0"),
    Step("inverse", f"exp(0) = exp({MARGIN})*exp(-{MARGIN})", "exponential", by=f"{MARGIN}; -{MARGIN}"),
    Step("least", f"exp(2*e)*exp({MARGIN}) >= 1", by=f"#reflected*#positive(v = {MARGIN}) - #inverse + #zero"),
    Step("share", f"(1 + exp({MARGIN}))*g[i] > 0", by="#logistic + 1"),
    Step("derivative_sign", "g[i] > 0", "cancel", ("share",), f"1 + #positive(v = {MARGIN})"),
    Step("derivative_least", f"{WIDE}*g[i] >= 1", by="#derivative_sign*#most + #logistic"),
    Step("derivative_most", f"{WIDE}*g[i] <= exp(2*e)", by="#derivative_sign*#least - exp(2*e)*#logistic"),
)
MOVE = (
    *DESCENT.DOMINATED,
    Step(
        "change",
        "n*m*(sum[l](w1[r,l]*x[q,l]) - u[r,q]) = s*eta*sum[i](g[i]*y[i]*a[r,i]*Q[i,q])",
        by="n*m*(sum[l](x[q,l]*#descent) - #block_values(i = q)) - s*eta*sum[i](g[i]*y[i]*a[r,i]*#gram)",
    ),
    Step(
        "own",
        f"{WIDE}*g[q]*a[r,q]*Q[q,q] >= gamma*R2",
        by="#derivative_least(i = q)*(#block_least(i = q) + #slope_sign)*#square_length(i = q)"
        " + #block_least(i = q)*#square_length(i = q) + #slope_sign*#norms(i = q)",
    ),
    Step(
        "foreign",
        f"(1 - delta[i,q])*(exp(2*e)*p + {WIDE}*g[i]*a[r,i]*y[i]*y[q]*Q[i,q]) >= 0",
        "kronecker",
        (),
        "(1 + #positive(v = 2*e))*#derivative_sign*(#block_least + #slope_sign)*#other"
        " + (#derivative_most + (1 + #positive(v = 2*e))*#derivative_sign*#block_most)*#pair_sign*(1 - delta[i,q])**2",
    ),
    Step(
        "gain_scaled",
        f"n*m*{WIDE}*(s*y[q]*sum[l](w1[r,l]*x[q,l])) > 0",
        "kronecker",
        (),
        f"#first_step + {WIDE}*s*y[q]*#change + eta*{WIDE}*sum[i](g[i]*a[r,i]*y[i]*y[q]*Q[i,q])*#sign"
        " + n*m*(1 + #positive(v = 2*e))*(#block_minus_size(i = q) + #small(i = q))"
        f" + #forward*(#own + sum[i](#foreign) + {WIDE}*g[q]*a[r,q]*Q[q,q]*#labels(i = q))",
    ),
    Step("pattern", "s*y[q]*sum[l](w1[r,l]*x[q,l]) > 0", "cancel", ("gain_scaled",), "n*m*(1 + #positive(v = 2*e))"),
)

PROOF = Proof(
    key="kou2023.one_step",
    title="One step of gradient descent from a small start gives the pattern of the labels",
    source="arXiv 2310.18935, activation pattern [RECALL]; constants [DERIVED]",
    indices=("n", "m", "h", "d"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        *(Symbol(name) for name in ("s", "e", "R2", "p")),
        Symbol("gamma", latex=r"\gamma"),
        Symbol("eta", latex=r"\eta"),
        Symbol("w0", ("m", "d"), latex="w^0"),
        Symbol("w1", ("m", "d"), latex="w^1"),
        Symbol("u", ("m", "n")),
        Symbol("o", ("h", "n"), latex=r"\tilde u"),
        Symbol("a", ("m", "n")),
        Symbol("c", ("h", "n"), latex=r"\tilde a"),
        Symbol("f", ("n",)),
        Symbol("g", ("n",)),
        DESCENT.GRAM,
    ),
    variables=(
        *(Symbol(name, (), sort) for name, sort in zip("iqrtlb", "nnmhdd", strict=True)),
        Symbol("v"),
        Symbol("z"),
    ),
    definitions=(
        Step("block_values", "u[r,i] = sum[l](w0[r,l]*x[i,l])", "define"),
        Step("block_slope", "a[r,i] = gamma + (1 - gamma)*step(u[r,i])", "define"),
        Step("rest_slope", "c[t,i] = gamma + (1 - gamma)*step(o[t,i])", "define"),
        Step("output", "f[i] = s*(sum[r](a[r,i]*u[r,i])/m - sum[t](c[t,i]*o[t,i])/h)", "define"),
        DESCENT.GRAM_MATRIX,
        Step("descent", "w1[r,l] = w0[r,l] + s*eta/(n*m)*sum[i](g[i]*y[i]*a[r,i]*x[i,l])", "define"),
    ),
    hypotheses=(
        DESCENT.LABELS,
        DESCENT.SIGN,
        *DESCENT.LEAKY,
        *DESCENT.NEARLY_ORTHOGONAL,
        Hypothesis("logistic", f"g[i]*(1 + exp({MARGIN})) = 1", "g is minus the derivative of log(1 + exp(-q))"),
        Hypothesis("forward", "eta > 0", "the step goes downhill"),
        Hypothesis("small", "abs(u[r,i]) <= e", "the start is small"),
        Hypothesis("other_small", "abs(o[t,i]) <= e", "for both signs"),
        Hypothesis("first_step", FIRST, "the step outweighs the start"),
    ),
    steps=(
        *rest_of("block", "r", "u", "a", "small"),
        *rest_of("rest", "t", "o", "c", "other_small"),
        *OUTPUT,
        *MOVE,
    ),
    goals=(
        Goal(
            "pattern",
            "s*y[q]*sum[l](w1[r,l]*x[q,l]) > 0",
            "pattern",
            (*DERIVATIVES, "norms", "pairs", "forward", "first_step"),
            "after one step every neuron has the pattern of the labels",
        ),
        Goal("derivatives", f"{WIDE}*g[i] >= 1", "derivative_least", DERIVATIVES),
        Goal("derivatives above", f"{WIDE}*g[i] <= exp(2*e)", "derivative_most", DERIVATIVES),
    ),
    not_checked=("that the step is the chain rule",),
)

r"""Theorem 4, corrected: linear collapse is stable exactly from $\alpha = K(L-1)/(L+1)$ on, for four or more classes.

**Setting.** Cross-entropy, n = 1. At balanced factors of $\alpha S$, $w = 1/(e^\alpha + K - 1)$, directions $D_l$ of
the A = L + 1 factors (on the space of centred vectors, scaled so that the output moves by $X = \sum_lD_l$) and v of the
features' mean (the output moves by $v1^T$) have the second-order form
$Q = \tfrac1K[w\|Y\|^2 + w^2K(e^\alpha-1)\sum_cY_{cc}^2] + \tfrac{w}{\alpha}[\sum_l\|D_l\|^2 -
2\sum_{k<l}\langle D_k, D_l^T\rangle + K\|v\|^2]$ with $Y = X + v1^T$. All other directions add squares.

**Statement.** The fit's part is the second derivative of the mean cross-entropy. $Q \ge 0$ for all directions if
$\alpha(L+1) \ge K(L-1)$. If $\alpha(L+1) < K(L-1)$ and there are four different classes, the directions
$D_l = X/(L+1)$ with X alternating around the four classes have $Q < 0$.

**Assumptions.** As stated. For K = 3 there is no such X, and the threshold is another one.

**Source.** Garrod, Keating, arXiv 2410.23169, Theorem 4 [PAPER: for $\lambda$ small]; the exact threshold [DERIVED].

**What is checked.** Every step for all K, L, $\alpha$. **What is not.** The block form of the second variation.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

FOUR = ("c1", "c2", "c3", "c4")
EDGES = (("c1", "c2", 1), ("c2", "c3", -1), ("c3", "c4", 1), ("c1", "c4", -1))
CYCLE = " + ".join(f"({s})*(delta[a,{p}]*delta[b,{q}] + delta[a,{q}]*delta[b,{p}])" for p, q, s in EDGES)
SIDES = tuple(f"{p}_{q}" for p, q, _ in EDGES)
APART = tuple(f"{p}_{q}" for k, p in enumerate(FOUR) for q in FOUR[k + 1 :])
FORM = (
    "(w*sum[a,b]({y}[a,b]**2) + w**2*C*(exp(alpha) - 1)*sum[a]({y}[a,a]**2))/C + w/alpha*(sum[l,a,b]({d}[l,a,b]**2)"
    " + sum[l,a,b]({d}[l,a,b]*{d}[l,b,a]) - sum[a,b]({x}[a,b]*{x}[b,a]) + C*sum[a]({v}[a]**2))"
)
WITHOUT = FORM.replace(" + C*sum[a]({v}[a]**2)", "").format(y="G", x="G", d="E")
FORM = FORM.format(y="Y", x="X", d="D", v="v")
BOTH = "X[a,b] + X[b,a] + sum[l](D[l,a,b] + D[l,b,a])"
TOTAL = "sum[b](exp(alpha*delta[b,a] + t*Y[b,a]))"
SLOPE = "sum[b](exp(alpha*delta[b,a] + t*Y[b,a])*Y[b,a])"
BEND = "sum[b](exp(alpha*delta[b,a] + t*Y[b,a])*Y[b,a]**2)"
INDICATED = "exp(alpha*delta[b,a]) = 1 + delta[b,a]*(exp(alpha) - 1)"

PROOF = Proof(
    key="garrod2024.stability",
    title="The exact stability threshold of linear collapse",
    source="arXiv 2410.23169, Theorem 4 [PAPER], sharpened [DERIVED]",
    indices=("C", "A"),
    symbols=(
        Symbol("D", ("A", "C", "C")),
        Symbol("v", ("C",)),
        Symbol("X", ("C", "C")),
        Symbol("Y", ("C", "C")),
        Symbol("G", ("C", "C"), latex=r"\tilde X"),
        Symbol("E", ("A", "C", "C"), latex=r"\tilde D"),
        Symbol("F", ("C", "T"), "R", "F1"),
        Symbol("F1", ("C", "T"), "R", "F2", "F'"),
        Symbol("F2", ("C", "T"), latex="F''"),
        Symbol("w"),
        Symbol("alpha", latex=r"\alpha"),
        Symbol("Q"),
        Symbol("P", latex=r"\tilde Q"),
        *(Symbol(name, (), "C") for name in (*FOUR, "a1", "b1", "a2", "b2")),
        Symbol("z", (), "T"),
    ),
    variables=(
        *(Symbol(name, (), "C") for name in "abc"),
        Symbol("l", (), "A"),
        Symbol("m", (), "A"),
        Symbol("t", (), "T"),
        Symbol("s"),
        Symbol("q"),
    ),
    definitions=(
        Step("combined", "X[a,b] = sum[l](D[l,a,b])", "define"),
        Step("moved", "Y[a,b] = X[a,b] + v[a]", "define"),
    ),
    hypotheses=(
        Hypothesis("scale", "alpha > 0", "collapse with logits alpha S"),
        Hypothesis("softmax", "w*(exp(alpha) + C - 1) = 1", "w is the softmax of a wrong class"),
        Hypothesis("rows", "sum[b](D[l,a,b]) = 0", "the directions have rows that sum to zero"),
        Hypothesis("columns", "sum[b](Y[b,a]) = 0", "the output moves in the space of centred vectors"),
        Hypothesis(
            "curve", f"exp(F[a](t)) = {TOTAL}", "F is the loss of a sample of class a along Y, and a linear term"
        ),
        Hypothesis("start", "z = 0", "the curve starts at collapse"),
        Hypothesis("large", "alpha*A >= C*(A - 2)", "alpha is at least K (L - 1)/(L + 1)"),
        Hypothesis("small", "alpha*A < C*(A - 2)", "alpha is smaller"),
        *(
            Hypothesis(f"{p}_{q}", f"delta[{p},{q}] = 0", "different classes")
            for k, p in enumerate(FOUR)
            for q in FOUR[k + 1 :]
        ),
    ),
    steps=(
        Step("exp_sign", "exp(s) > 0", "exponential", by="s"),
        Step("tangents", "exp(s) >= exp(q) + exp(q)*(s - q)", "tangent_line", ("exp_sign",), "exp(s); s; q; 0"),
        Step("exp_zero", "exp(0) = 1", "exponential", by="0"),
        Step("growth", "exp(alpha) - 1 >= 0", by="#tangents(s=alpha, q=0) + (1 + alpha)*#exp_zero + #scale"),
        Step("softmax_scaled", "(exp(alpha) + C - 1)*w > 0", by="#softmax + 1"),
        Step("softmax_sign", "w > 0", "cancel", ("softmax_scaled",), "#growth + C"),
        # The fit: softmax at collapse, then two derivatives.
        Step("equal", "delta[b1,a1] != 0", "suppose", by="a1, b1"),
        Step("zero_or_one", "delta[b,a]**2 = delta[b,a]", "kronecker"),
        Step("one", "delta[b1,a1] - 1 = 0", "cancel", ("zero_or_one(a=a1, b=b1)", "equal"), "delta[b1,a1]"),
        Step("same_argument", "alpha*delta[b1,a1] - alpha = 0", by="alpha*#one"),
        Step("same_exp", "exp(alpha*delta[b1,a1]) = exp(alpha)", "congruence", ("same_argument",)),
        Step(
            "if_same",
            "exp(alpha*delta[b1,a1]) = 1 + delta[b1,a1]*(exp(alpha) - 1)",
            by="#same_exp - (exp(alpha) - 1)*#one",
        ),
        Step("same", f"delta[b,a] != 0 => {INDICATED}", "discharge", ("if_same", "equal"), "a1 = a, b1 = b"),
        Step("unequal", "delta[b2,a2] = 0", "suppose", by="a2, b2"),
        Step("no_argument", "alpha*delta[b2,a2] - 0 = 0", by="alpha*#unequal"),
        Step("other_exp", "exp(alpha*delta[b2,a2]) = exp(0)", "congruence", ("no_argument",)),
        Step(
            "if_other",
            "exp(alpha*delta[b2,a2]) = 1 + delta[b2,a2]*(exp(alpha) - 1)",
            by="#other_exp + #exp_zero - (exp(alpha) - 1)*#unequal",
        ),
        Step("other", f"delta[b,a] = 0 => {INDICATED}", "discharge", ("if_other", "unequal"), "a2 = a, b2 = b"),
        Step("indicator", INDICATED, "cases", ("same", "other")),
        Step("no_shift", "z*Y[b,a] = 0", by="Y[b,a]*#start"),
        Step("unshifted", "exp(alpha*delta[b,a] + z*Y[b,a]) = exp(alpha*delta[b,a])", "congruence", ("no_shift",)),
        Step(
            "at_start",
            "exp(F[a](z)) = exp(alpha) + C - 1",
            "kronecker",
            by="#curve(t=z) + sum[b](#unshifted + #indicator)",
        ),
        Step("slope", f"F1[a](t)*exp(F[a](t)) = {SLOPE}", "derivative", ("curve",), "t"),
        Step("bend", f"(F2[a](t) + F1[a](t)**2)*exp(F[a](t)) = {BEND}", "derivative", ("slope",), "t"),
        Step(
            "slope_start",
            "F1[a](z)*(exp(alpha) + C - 1) = (exp(alpha) - 1)*Y[a,a]",
            "kronecker",
            by="#slope(t=z) - F1[a](z)*#at_start + sum[b](Y[b,a]*(#unshifted + #indicator)) + #columns",
        ),
        Step(
            "bend_start",
            "(F2[a](z) + F1[a](z)**2)*(exp(alpha) + C - 1) = sum[b](Y[b,a]**2) + (exp(alpha) - 1)*Y[a,a]**2",
            "kronecker",
            by="#bend(t=z) - (F2[a](z) + F1[a](z)**2)*#at_start + sum[b](Y[b,a]**2*(#unshifted + #indicator))",
        ),
        Step("slope_value", "F1[a](z) = w*(exp(alpha) - 1)*Y[a,a]", by="w*#slope_start - F1[a](z)*#softmax"),
        Step(
            "bend_value",
            "F2[a](z) = w*sum[b](Y[b,a]**2) + w**2*C*(exp(alpha) - 1)*Y[a,a]**2",
            by="w*#bend_start - (F2[a](z) + F1[a](z)**2)*#softmax"
            " - (F1[a](z) + w*(exp(alpha) - 1)*Y[a,a])*#slope_value"
            " - w*(exp(alpha) - 1)*Y[a,a]**2*#softmax",
        ),
        Step(
            "fit",
            "sum[a](F2[a](z))/C = (w*sum[a,b](Y[a,b]**2) + w**2*C*(exp(alpha) - 1)*sum[a](Y[a,a]**2))/C",
            by="sum[a](#bend_value)/C",
        ),
        # Above the threshold.
        Step("form", f"Q = {FORM}", "define", ("scale",)),
        Step("row", "sum[b](X[a,b]) = 0", by="sum[b](#combined) + sum[l](#rows)"),
        Step(
            "stable",
            "Q >= 0",
            uses=("scale",),
            by="#form + #softmax_sign/4/C/#scale/A*#large*sum[a,b]((X[a,b] + X[b,a])**2)"
            " + (#softmax_sign/4/C + #softmax_sign/4/#scale)*sum[a,b]((X[a,b] - X[b,a])**2)"
            " + w**2*#growth*sum[a](Y[a,a]**2) + (#softmax_sign + #softmax_sign*C/#scale)*sum[a](v[a]**2)"
            " + #softmax_sign/4/#scale/A*sum[l,m,a,b]((D[l,a,b] + D[l,b,a] - D[m,a,b] - D[m,b,a])**2)"
            f" - w/alpha/2/A*sum[a,b](({BOTH})*(#combined + #combined(a=b, b=a)))"
            " + w/C*sum[a,b]((Y[a,b] + X[a,b] + v[a])*#moved) + 2*w/C*sum[a](v[a]*#row)",
        ),
        # Below it.
        Step("cycle", f"G[a,b] = {CYCLE}", "define"),
        Step("shares", "E[l,a,b] = G[a,b]/A", "define"),
        Step("cycle_rows", "sum[b](G[a,b]) = 0", "kronecker", by="sum[b](#cycle)"),
        Step("cycle_turned", "G[a,b] = G[b,a]", by="#cycle - #cycle(a=b, b=a)"),
        Step("cycle_diagonal", "G[a,a] = 0", "kronecker", SIDES, "#cycle(b=a)"),
        Step("cycle_norm", "sum[a,b](G[a,b]**2) = 8", "kronecker", APART, f"sum[a,b]((G[a,b] + {CYCLE})*#cycle)"),
        Step("cycle_form", f"P = {WITHOUT}", "define", ("scale",)),
        Step(
            "unstable",
            "P < 0",
            uses=("scale",),
            by="8*#softmax_sign/C/#scale/A*#small - #cycle_form"
            " - w**2*(exp(alpha) - 1)*sum[a](G[a,a]*#cycle_diagonal)"
            " - w/alpha*sum[l,a,b]((E[l,a,b] + G[a,b]/A + E[l,b,a])*#shares + G[a,b]/A*#shares(a=b, b=a))"
            " + w/alpha*(1/A - 1)*sum[a,b](G[a,b]*#cycle_turned) - (w/C + w/alpha*(2/A - 1))*#cycle_norm",
        ),
    ),
    goals=(
        Goal(
            "fit",
            "sum[a](F2[a](z))/C = (w*sum[a,b](Y[a,b]**2) + w**2*C*(exp(alpha) - 1)*sum[a](Y[a,a]**2))/C",
            "fit",
            ("softmax", "columns", "curve", "start"),
            "the second derivative of the mean cross-entropy",
        ),
        Goal("stable", "Q >= 0", "stable", ("scale", "softmax", "rows", "large")),
        Goal("the direction is centred", "sum[b](G[a,b]) = 0", "cycle_rows", ()),
        Goal("and symmetric", "G[a,b] = G[b,a]", "cycle_turned", ()),
        Goal("unstable", "P < 0", "unstable", ("scale", "softmax", "small", *APART)),
    ),
    not_checked=("that the second variation of the objective has this block form",),
)

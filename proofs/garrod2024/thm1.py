r"""Theorem 1: linear collapse is never optimal for cross-entropy, as soon as there are enough pairs or layers.

**Setting.** K classes, m pairs of them and $K - 2m$ single ones (an involution $\pi$ of the classes), n samples a
class, linear layers $Z = W_L\cdots W_1H$ with $L = h + 1$, one $\lambda$ for all $L + 1$ factors. Collapse with logits
$\alpha S$, $\alpha > 0$, has $L + 1$ balanced factors with $K - 1$ singular values $r$, $r^{L+1} = \alpha\sqrt n$.

**Statement.** The low-rank parameters $W_l = crP + rE$, $H = W/\sqrt n$ with $c^{L+1} = 2$, P the projector on the
differences of the pairs and E that on the single classes, have the logits $\alpha$ on the diagonal, $-\alpha$ at the
partner and 0 elsewhere, a fit of at most that of collapse, and $\|W\|^2 = (mc^2 + K - 2m)r^2$. The integer inequality
$4m^{L+1} < (2m-1)^{L+1}$ holds for $m \ge 2, L \ge 3$ and for $m \ge 3, L \ge 2$, and then their objective is strictly
below that of collapse with the same $\alpha$, for every $\lambda > 0$. With $m = \lfloor K/2\rfloor$ this is
$K \ge 4, L \ge 3$ and $K \ge 6, L \ge 2$. Where zero beats every collapse the statement holds as well.

**Assumptions.** As stated; any n and $\lambda$ (real and positive), any $m$ and K.

**Source.** Garrod, Keating, arXiv 2410.23169, Theorem 1 [PAPER]; these steps [DERIVED].

**What is checked.** Every step for all K, m, L, n, $\lambda$, $\alpha$. **What is not.** That the balanced factors of
$\alpha S$ have the stated singular values (Definition of linear collapse), and that padding with zeros embeds these
layers in wider networks.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

PAIRS = shared_steps(__file__, "pairs")
LOGITS, FITS, TOTAL = PAIRS.LOGITS, PAIRS.MEAN, PAIRS.TOTAL
PAIRED = "(delta[a,c] - delta[a,pi[c]])/2"
SINGLE = "delta[a,c]*delta[a,pi[c]]"
CHAIN = "M[a,c](k); W[a,c]/rn; sum[b](W[a,b]*M[b,c](k))"
CLAIM = "power(g*r, k + 1)*P[a,c] + power(r, k + 1)*E[a,c]"
AT_ONE = "(" + CLAIM.replace("k + 1", "n0 + 1") + ")"
PAIRED_AB = PAIRED.replace("c]", "b]")
SINGLE_AB = SINGLE.replace("c]", "b]")
ENTRIES = f"(g*r*{PAIRED} + r*{SINGLE})"
POLYNOMIALS = {  # (2m - 1)^p - 4 m^p, positive
    "deep": "(2*#two_pairs**2 + 4*#two_pairs + 1)*(2*#two_pairs**2 + 4*#two_pairs + 1 + 4*m**2)",
    "wide": "4*#three_pairs**3 + 24*#three_pairs**2 + 42*#three_pairs + 17",
}


def inequality(name: str, power: int, pairs: str, by: str) -> tuple[Step, ...]:
    """4 m^(k + power) < (2 m - 1)^(k + power) for all k."""
    small, large = f"power(m, k + {power})", f"power(2*m - 1, k + {power})"

    def at(text: str, k: str) -> str:
        return text.replace("k + ", f"{k} + ") if k else text.replace("k + ", "")

    counter, after = f"n_{name}", f"n_{name} + 1"
    return (
        Step(f"{name}_small", f"power(m, {power}) = m**{power}", "power", by=f"m; {power}"),
        Step(f"{name}_large", f"power(2*m - 1, {power}) = (2*m - 1)**{power}", "power", by=f"2*m - 1; {power}"),
        Step(
            f"{name}_first",
            f"4*{at(small, '')} < {at(large, '')}",
            by=f"#{name}_large - 4*#{name}_small + {by}",
        ),
        Step(f"{name}_here", f"4*{at(small, counter)} < {at(large, counter)}", "suppose", by=counter),
        Step(f"{name}_more", f"power(m, k + {power + 1}) = m*{small}", "power", by=f"m; k + {power}"),
        Step(
            f"{name}_most",
            f"power(2*m - 1, k + {power + 1}) = (2*m - 1)*{large}",
            "power",
            by=f"2*m - 1; k + {power}",
        ),
        Step(f"{name}_base", "2*m - 1 > 0", by=f"2*#{pairs} + {5 if power == 3 else 3}"),
        Step(f"{name}_size", f"{large} > 0", "power", (f"{name}_base",), f"2*m - 1; k + {power}"),
        Step(
            f"{name}_after",
            f"4*power(m, {after} + {power}) < power(2*m - 1, {after} + {power})",
            by=f"#{name}_most(k={counter}) - 4*#{name}_more(k={counter})"
            f" + (#{pairs} + {3 if power == 3 else 2})*#{name}_here"
            f" + (#{pairs} + {2 if power == 3 else 1})*#{name}_size(k={counter})",
        ),
        Step(
            f"{name}_step",
            f"4*{small} < {large} => 4*power(m, k + 1 + {power}) < power(2*m - 1, k + 1 + {power})",
            "discharge",
            (f"{name}_after", f"{name}_here"),
            f"{counter} = k",
        ),
        Step(f"{name}_all", f"4*{small} < {large}", "induction", (f"{name}_first", f"{name}_step"), "k"),
    )


def penalty(name: str, power: int, depth: str) -> tuple[Step, ...]:
    """From the integer inequality: m c^2 < 2 m - 1, and the objective below that of collapse."""
    exponent = f"j + {power}"
    return (
        Step(f"{name}_root", f"power(g, h + 2) = power(g, {exponent})", "congruence", (depth,)),
        Step(
            f"{name}_square",
            f"power(g*g, {exponent}) = power(g, {exponent})*power(g, {exponent})",
            "power",
            by=f"g; g; {exponent}",
        ),
        Step(
            f"{name}_product",
            f"power(m*(g*g), {exponent}) = power(m, {exponent})*power(g*g, {exponent})",
            "power",
            by=f"m; g*g; {exponent}",
        ),
        Step(
            f"{name}_powers",
            f"power(m*(g*g), {exponent}) < power(2*m - 1, {exponent})",
            by=f"#{name}_all(k=j) - #{name}_product - power(m, {exponent})*(#{name}_square"
            f" + (power(g, {exponent}) + 2)*(#two - #{name}_root))",
        ),
        Step(f"{name}_sign", "2*m - 1 >= 0", by=f"#{name}_base"),
        Step(
            f"{name}_norms",
            "m*(g*g) < 2*m - 1",
            "power_reflects",
            (f"{name}_powers", f"{name}_sign"),
            f"m*(g*g); 2*m - 1; j + {power - 1}",
        ),
        Step(
            f"{name}_smaller",
            "low < dnc",
            by=f"#collapse - #low_rank + #fits + (h + 2)*#reg/2*#root_positive**2*#{name}_norms"
            " - lam/2*(#features_norm + (h + 2)*#layer_norm)",
        ),
    )


PROOF = Proof(
    key="garrod2024.thm1",
    title="Linear collapse is never optimal: pairs of classes have the smaller norm and no larger fit",
    source="arXiv 2410.23169, Theorem 1 [PAPER]; steps [DERIVED]",
    indices=("C",),
    symbols=(
        Symbol("pi", ("C",), "C", latex=r"\pi"),
        Symbol("P", ("C", "C")),
        Symbol("E", ("C", "C")),
        Symbol("W", ("C", "C")),
        Symbol("M", ("C", "C", "N")),
        Symbol("Z", ("C", "C")),
        Symbol("m"),
        Symbol("n"),
        Symbol("rn", latex=r"\sqrt n"),
        Symbol("lam", latex=r"\lambda"),
        Symbol("alpha", latex=r"\alpha"),
        Symbol("g", latex="c"),
        Symbol("r"),
        Symbol("low", latex=r"\mathcal L_{\mathrm{LR}}"),
        Symbol("dnc", latex=r"\mathcal L_{\mathrm{DNC}}"),
        Symbol("h", (), "N"),
        Symbol("j", (), "N"),
        *(Symbol(name, (), "N") for name in ("n0", "n_deep", "n_wide")),
        Symbol("a1", (), "C"),
        Symbol("c1", (), "C"),
        Symbol("a2", (), "C"),
        Symbol("c2", (), "C"),
    ),
    variables=(
        Symbol("a", (), "C"),
        Symbol("b", (), "C"),
        Symbol("c", (), "C"),
        Symbol("k", (), "N"),
        Symbol("s"),
        Symbol("q"),
    ),
    definitions=(
        Step("projector", f"P[a,c] = {PAIRED}", "define"),
        Step("singles", f"E[a,c] = {SINGLE}", "define"),
    ),
    hypotheses=(
        Hypothesis("involution", "delta[a,pi[pi[c]]] = delta[a,c]", "the partner of the partner is the class itself"),
        Hypothesis("pairs", "2*m = C - sum[c](delta[c,pi[c]])", "m pairs; classes without a partner are their own"),
        Hypothesis("samples", "n > 0", "n samples a class"),
        Hypothesis("scale", "alpha > 0", "collapse with logits alpha S"),
        Hypothesis("reg", "lam > 0", "the penalty is positive"),
        Hypothesis("two_pairs", "m >= 2", "two pairs: K >= 4"),
        Hypothesis("three_pairs", "m >= 3", "three pairs: K >= 6"),
        Hypothesis("depth_three", "h = j + 2", "L = h + 1 >= 3"),
        Hypothesis("depth_two", "h = j + 1", "L = h + 1 >= 2"),
    ),
    steps=(
        # The two scales.
        Step("samples_root", "sqrt(n) > 0", "square_root", ("samples",), "n"),
        Step("samples_square", "sqrt(n)**2 = n", "square_root", ("samples",), "n"),
        Step("root_n", "rn = sqrt(n)", "define"),
        Step("root_n_sign", "rn > 0", by="#root_n + #samples_root"),
        Step("root_n_square", "rn**2 = n", by="(rn + sqrt(n))*#root_n + #samples_square"),
        Step("both_sign", "alpha*rn > 0", by="#scale*#root_n_sign"),
        Step("root_power", "power(r, h + 2) = alpha*rn", "root", ("both_sign",), "r; alpha*rn; h + 1"),
        Step("root_positive", "r > 0", "root", ("both_sign",), "r; alpha*rn; h + 1"),
        Step("number", "2 > 0", by="2"),
        Step("two", "power(g, h + 2) = 2", "root", ("number",), "g; 2; h + 1"),
        # The logits of the low-rank parameters.
        Step("layer", "W[a,c] = g*r*P[a,c] + r*E[a,c]", "define"),
        Step("start", "M[a,c](0) = W[a,c]/rn", "recursion", ("root_n_sign",), CHAIN),
        Step("next", "M[a,c](k + 1) = sum[b](W[a,b]*M[b,c](k))", "recursion", ("root_n_sign",), CHAIN),
        Step("one_pair", "power(g*r, 1) = (g*r)**1", "power", by="g*r; 1"),
        Step("one_single", "power(r, 1) = r**1", "power", by="r; 1"),
        Step("more_pair", "power(g*r, k + 2) = g*r*power(g*r, k + 1)", "power", by="g*r; k + 1"),
        Step("more_single", "power(r, k + 2) = r*power(r, k + 1)", "power", by="r; k + 1"),
        Step(
            "pair_pair",
            "sum[b](P[a,b]*P[b,c]) = P[a,c]",
            "kronecker",
            by=f"sum[b](P[b,c]*#projector(c=b) + {PAIRED_AB}*#projector(a=b)) - #projector + #involution/4",
        ),
        Step(
            "pair_single",
            "sum[b](P[a,b]*E[b,c]) = 0",
            "kronecker",
            by=f"sum[b](E[b,c]*#projector(c=b) + {PAIRED_AB}*#singles(a=b))",
        ),
        Step(
            "single_pair",
            "sum[b](E[a,b]*P[b,c]) = 0",
            "kronecker",
            by=f"sum[b](P[b,c]*#singles(c=b) + {SINGLE_AB}*#projector(a=b)) - delta[a,pi[c]]/2*#involution",
        ),
        Step(
            "single_single",
            "sum[b](E[a,b]*E[b,c]) = E[a,c]",
            "kronecker",
            by=f"sum[b](E[b,c]*#singles(c=b) + {SINGLE_AB}*#singles(a=b)) - #singles",
        ),
        Step(
            "base",
            f"rn*M[a,c](0) = {CLAIM.replace('k + 1', '1')}",
            by="rn*#start + #layer - P[a,c]*#one_pair - E[a,c]*#one_single",
        ),
        Step("here", f"rn*M[a,c](n0) = {AT_ONE}", "suppose", by="n0"),
        Step(
            "after",
            f"rn*M[a,c](n0 + 1) = {CLAIM.replace('k + 1', 'n0 + 2')}",
            by=f"rn*#next(k=n0) + sum[b](W[a,b]*#here(a=b) + {AT_ONE.replace('[a,', '[b,')}*#layer(c=b))"
            " + r*(power(g*r, n0 + 1)*(g*#pair_pair + #single_pair)"
            " + power(r, n0 + 1)*(g*#pair_single + #single_single))"
            " - P[a,c]*#more_pair(k=n0) - E[a,c]*#more_single(k=n0)",
        ),
        Step(
            "inductive",
            f"all[a,c](rn*M[a,c](k) = {CLAIM}) => rn*M[a,c](k + 1) = {CLAIM.replace('k + 1', 'k + 2')}",
            "discharge",
            ("after", "here"),
            "n0 = k",
        ),
        Step("chain", f"rn*M[a,c](k) = {CLAIM}", "induction", ("base", "inductive"), "k"),
        Step("output", "Z[a,c] = sum[b](W[a,b]*M[b,c](h))", "define"),
        Step("both_roots", "power(g*r, h + 2) = power(g, h + 2)*power(r, h + 2)", "power", by="g; r; h + 2"),
        Step(
            "logits",
            f"Z[a,c] = {LOGITS}",
            "combination",
            ("root_n_sign",),
            "#output - #next(k=h) + #chain(k=h + 1)/rn + P[a,c]/rn*(#both_roots + power(r, h + 2)*#two + 2*#root_power)"
            " + E[a,c]/rn*#root_power + alpha*(2*#projector + #singles)",
        ),
        *PAIRS.FIT,
        # The penalty.
        Step("entries", f"W[a,c] = {ENTRIES}", by="#layer + g*r*#projector + r*#singles"),
        Step(
            "layer_norm",
            "sum[a,c](W[a,c]**2) = (m*g**2 + C - 2*m)*r**2",
            "kronecker",
            by=f"sum[a,c]((W[a,c] + {ENTRIES})*#entries) + r**2*(1 - g**2/2)*#pairs",
        ),
        Step(
            "features_norm",
            "n*sum[a,c]((W[a,c]/rn)**2) = sum[a,c](W[a,c]**2)",
            uses=("root_n_sign",),
            by="-sum[a,c](W[a,c]**2)/rn**2*#root_n_square",
        ),
        Step(
            "low_rank",
            f"low = {FITS} + lam/2*(n*sum[a,c]((W[a,c]/rn)**2) + (h + 1)*sum[a,c](W[a,c]**2))",
            "define",
            ("root_n_sign",),
        ),
        Step("collapse", f"dnc = log({TOTAL}) + lam/2*(h + 2)*(C - 1)*r**2", "define"),
        *inequality("deep", 4, "two_pairs", POLYNOMIALS["deep"]),
        *inequality("wide", 3, "three_pairs", POLYNOMIALS["wide"]),
        *penalty("deep", 4, "depth_three"),
        *penalty("wide", 3, "depth_two"),
    ),
    goals=(
        Goal(
            "logits",
            f"Z[a,c] = {LOGITS}",
            "logits",
            ("involution", "samples", "scale"),
            "the logits of the low-rank parameters",
        ),
        Goal("fit", f"{FITS} <= log({TOTAL})", "fits", ("involution", "samples", "scale")),
        Goal("norm", "sum[a,c](W[a,c]**2) = (m*g**2 + C - 2*m)*r**2", "layer_norm", ("pairs",)),
        Goal("integers, L >= 3", "4*power(m, k + 4) < power(2*m - 1, k + 4)", "deep_all", ("two_pairs",), "m >= 2"),
        Goal("integers, L >= 2", "4*power(m, k + 3) < power(2*m - 1, k + 3)", "wide_all", ("three_pairs",), "m >= 3"),
        Goal(
            "K >= 4, L >= 3",
            "low < dnc",
            "deep_smaller",
            ("involution", "pairs", "samples", "scale", "reg", "two_pairs", "depth_three"),
            "the low-rank parameters have the smaller objective",
        ),
        Goal(
            "K >= 6, L >= 2",
            "low < dnc",
            "wide_smaller",
            ("involution", "pairs", "samples", "scale", "reg", "three_pairs", "depth_two"),
            "the low-rank parameters have the smaller objective",
        ),
    ),
    not_checked=(
        "that the balanced factors of collapse have the stated singular values (its definition)",
        "that padding with zeros embeds these layers in wider networks",
    ),
)

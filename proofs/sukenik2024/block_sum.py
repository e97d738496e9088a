r"""Block sums: if collapse is beaten for $K_0$ classes, it is beaten for every $K \ge K_0$ at the same $K\lambda$.

**Setting.** The classes and the neurons fall into two parts, told by numbers $s_i$ and $p_d$ that are 0 or 1; one ReLU
network lives on the first part (its layers, classes and targets), another on the second. The joint network has the
block-diagonal layers. With penalties $\lambda = a/K$ the objective of a network on K classes is $G/(2K)$, where
$G = \|\text{output} - I\|^2 + \sum a\|\cdot\|^2$ over its own part; $a_l = K\lambda_l$ is the same in all three.

**Statement.** The joint output is block-diagonal and $G = G_1 + G_2$. If the first part costs less than f for each of
its classes and the second at most f, then the whole costs less than f for each class. What collapse costs,
$f = (1 - q^{L+1})^2 + (L+1)\bar aq^2$, depends on K through a alone (sukenik2024/reduction, /collapsed), and the
thresholds are those of $a$: so, from the ladder on three classes, collapse is beaten for every $K \ge 3$ at every depth
$L \ge 4$, and from sukenik2024/k15 for every $K \ge 15$ at depth 2.

**Assumptions.** As stated.

**Source.** [DERIVED], setting of arXiv 2405.14468.

**What is checked.** Every step, for all sizes and depths $L = m + 2$.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

OUTSIDE = {"1": ("p[{}]", "s[{}]"), "2": ("(1 - p[{}])", "(1 - s[{}])")}


def weight(part: str, neurons: str = "", classes: str = "") -> str:
    """1 where all these neurons and classes are in the part, 0 elsewhere."""
    neuron, label = OUTSIDE[part]
    return "*".join([*(neuron.format(d) for d in neurons), *(label.format(i) for i in classes)])


def layers(part: str) -> str:
    """The features of the network on one part."""
    inside = weight(part, "b")
    return (
        f"M{part}[d,i](k); sum[b]({inside}*U{part}[d,b]*H{part}[b,i]);"
        f" sum[b]({inside}*V{part}[d,b](k)*relu(M{part}[b,i](k)))"
    )


def penalties(part: str) -> str:
    """The penalties of the network on one part, layer by layer."""
    return (
        f"S{part}(k); aH*sum[b,i]({weight(part, 'b', 'i')}*H{part}[b,i]**2)"
        f" + a1*sum[d,b]({weight(part, 'db')}*U{part}[d,b]**2)"
        f" + aL*sum[i,b]({weight(part, 'b', 'i')}*Z{part}[i,b]**2);"
        f" S{part}(k) + a(k)*sum[d,b]({weight(part, 'db')}*V{part}[d,b](k)**2)"
    )


def both(text: str, neurons: str = "", classes: str = "") -> str:
    """The sum over the parts, ``#`` standing for the number of the part."""
    return " + ".join(f"{weight(part, neurons, classes)}*{text.replace('#', part)}" for part in "12")


def recursive(name: str, head: str, by: str) -> tuple[Step, ...]:
    """The two defining steps of a sequence."""
    _, start, later = by.split("; ")
    return (
        Step(f"{name}_start", f"{head.replace('(k)', '(0)')} = {start}", "recursion", by=by),
        Step(f"{name}_next", f"{head.replace('(k)', '(k + 1)')} = {later}", "recursion", by=by),
    )


def part(number: str) -> tuple[Step, ...]:
    """What the network on one part is and costs."""
    inside = weight(number, classes="ij")
    return (
        *recursive(f"layers{number}", f"M{number}[d,i](k)", layers(number)),
        Step(
            f"output{number}",
            f"O{number}[i,j] = sum[b]({weight(number, 'b')}*Z{number}[i,b]*relu(M{number}[b,j](m)))",
            "define",
        ),
        *recursive(f"sum{number}", f"S{number}(k)", penalties(number)),
        Step(
            f"cost{number}",
            f"G{number} = sum[i,j]({inside}*(O{number}[i,j] - delta[i,j])**2) + S{number}(m)",
            "define",
        ),
    )


JOINT = "M[d,i](k); sum[b](U[d,b]*H[b,i]); sum[b](V[d,b](k)*relu(M[b,i](k)))"
TOTAL = (
    "S(k); aH*sum[b,i](H[b,i]**2) + a1*sum[d,b](U[d,b]**2) + aL*sum[i,b](Z[i,b]**2); S(k) + a(k)*sum[d,b](V[d,b](k)**2)"
)
BLOCKS = {
    "H": both("H#[b,i]", "b", "i"),
    "U": both("U#[d,b]", "db"),
    "V": both("V#[d,b](k)", "db"),
    "Z": both("Z#[i,b]", "b", "i"),
    "M": both("M#[d,i](k)", "d", "i"),
    "O": both("O#[i,j]", classes="ij"),
    "R": both("relu(M#[d,i](k))", "d", "i"),
}


def squares(one: str, two: str, kinds: tuple[str, str]) -> str:
    """Certificate: (w1 one + w2 two)^2 = w1 one^2 + w2 two^2, the w products of two indicators, kinds their facts."""
    first, second = kinds
    x, y = (f"{'p' if 'neuron' in kind else 's'}[{kind[-2]}]" for kind in kinds)
    return (
        f"(({one})**2*{y}**2 + ({two})**2*(1 - {y})**2 - 2*({one})*({two})*{y}*(1 - {y}))*{first}"
        f" + (({one})**2*{x} + ({two})**2*(1 - {x}))*{second}"
    )


def product(left: tuple[str, str], right: tuple[str, str], outer: tuple[str, str], inner: tuple[str, str]) -> str:
    """Certificate for one summand of a product of block-diagonal matrices over the neuron b."""
    (l1, l2), (r1, r2), (o1, o2), (i1, i2) = left, right, outer, inner
    return f"({o1}*{i1}*{l1}*{r1} + {o2}*{i2}*{l2}*{r2} - {o1}*{i2}*{l1}*{r2} - {o2}*{i1}*{l2}*{r1})*#neurons(d=b)"


P, S = ("p[d]", "(1 - p[d])"), ("s[i]", "(1 - s[i])")
SJ = ("s[j]", "(1 - s[j])")


def norm(symbol: str, indices: str, block: str, kinds: tuple[str, str], at: str = "") -> str:
    """Certificate of the squared norm of a block-diagonal matrix."""
    names = f"[{indices}]"
    entry = f"{symbol}{names}{at}"
    one, two = f"{symbol}1{names}{at}", f"{symbol}2{names}{at}"
    inner = squares(one, two, kinds)
    return f"sum{names}(({entry} + {block})*#block_{symbol} + {inner})"


INNER = product(("V1[d,b](n0)", "V2[d,b](n0)"), ("relu(M1[b,i](n0))", "relu(M2[b,i](n0))"), P, S)
LAST = product(("Z1[i,b]", "Z2[i,b]"), ("relu(M1[b,j](m))", "relu(M2[b,j](m))"), S, SJ)
MIXED, NEURONS = ("#neurons(d=b)", "#classes(i=i)"), ("#neurons(d=d)", "#neurons(d=b)")
NORMS = (
    ("H", "b,i", ("b", "i"), MIXED, ""),
    ("U", "d,b", ("db",), NEURONS, ""),
    ("V", "d,b", ("db",), NEURONS, "(k)"),
    ("Z", "i,b", ("b", "i"), MIXED, ""),
)

PROOF = Proof(
    key="sukenik2024.block_sum",
    title="Block sums: if collapse is beaten for some K, it is beaten for every larger K",
    source="[DERIVED], setting of arXiv 2405.14468",
    indices=("C", "D"),
    symbols=(
        *(Symbol(f"H{n}", ("D", "C"), latex=f"H_{n}" if n else "") for n in ("1", "2", "")),
        *(Symbol(f"U{n}", ("D", "D"), latex=f"U_{n}" if n else "") for n in ("1", "2", "")),
        *(Symbol(f"V{n}", ("D", "D", "N"), latex=f"V_{n}" if n else "") for n in ("1", "2", "")),
        *(Symbol(f"Z{n}", ("C", "D"), latex=f"Z_{n}" if n else "") for n in ("1", "2", "")),
        *(Symbol(f"M{n}", ("D", "C", "N"), latex=f"M_{n}" if n else "") for n in ("1", "2", "")),
        *(Symbol(f"S{n}", ("N",), latex=f"S_{n}" if n else "") for n in ("1", "2", "")),
        *(Symbol(f"G{n}", latex=f"G_{n}" if n else "") for n in ("1", "2", "")),
        *(Symbol(f"O{n}", ("C", "C"), latex=f"O_{n}" if n else "") for n in ("1", "2", "")),
        Symbol("p", ("D",)),
        Symbol("s", ("C",)),
        Symbol("a", ("N",)),
        *(Symbol(name) for name in ("aH", "a1", "aL", "price")),
        *(Symbol(name, (), "N") for name in ("m", "n0", "n1")),
    ),
    variables=(
        Symbol("i", (), "C"),
        Symbol("j", (), "C"),
        Symbol("d", (), "D"),
        Symbol("b", (), "D"),
        Symbol("k", (), "N"),
        Symbol("u"),
    ),
    definitions=(
        *part("1"),
        *part("2"),
        *(
            Step(f"block_{name}", f"{head} = {BLOCKS[name]}", "define")
            for name, head in (("H", "H[b,i]"), ("U", "U[d,b]"), ("V", "V[d,b](k)"), ("Z", "Z[i,b]"))
        ),
        *recursive("layers", "M[d,i](k)", JOINT),
        Step("output", "O[i,j] = sum[b](Z[i,b]*relu(M[b,j](m)))", "define"),
        *recursive("sum", "S(k)", TOTAL),
        Step("cost", "G = sum[i,j]((O[i,j] - delta[i,j])**2) + S(m)", "define"),
    ),
    hypotheses=(
        Hypothesis("neurons", "p[d]**2 = p[d]", "each neuron is in one of two parts"),
        Hypothesis("classes", "s[i]**2 = s[i]", "each class is in one of two parts"),
        Hypothesis("first_better", "G1 < sum[i](s[i])*price", "the first part beats collapse"),
        Hypothesis("second_equal", "G2 <= sum[i](1 - s[i])*price", "the second part costs no more than collapse"),
    ),
    steps=(
        Step("part_sign", "relu(u) >= 0", "positive_part", by="u"),
        Step("part_above", "relu(u) >= u", "positive_part", by="u"),
        Step("part_square", "relu(u)**2 = u*relu(u)", "positive_part", by="u"),
        Step("inside", "p[d]*s[i] >= 0", by="(p[d]**2 - #neurons)*(s[i]**2 - #classes)"),
        Step("outside", "(1 - p[d])*(1 - s[i]) >= 0", by="((1 - p[d])**2 - #neurons)*((1 - s[i])**2 - #classes)"),
        # The features are block-diagonal.
        Step(
            "base",
            f"M[d,i](0) = {BLOCKS['M'].replace('(k)', '(0)')}",
            by="#layers_start + sum[b](H[b,i]*#block_U + "
            f"({BLOCKS['U']})*#block_H + {product(('U1[d,b]', 'U2[d,b]'), ('H1[b,i]', 'H2[b,i]'), P, S)})"
            " - p[d]*s[i]*#layers1_start - (1 - p[d])*(1 - s[i])*#layers2_start",
        ),
        Step("here", f"M[d,i](n0) = {BLOCKS['M'].replace('(k)', '(n0)')}", "suppose", by="n0"),
        Step("same_part", f"relu(M[d,i](n0)) = relu({BLOCKS['M'].replace('(k)', '(n0)')})", "congruence", ("here",)),
        Step(
            "split_sign",
            f"{BLOCKS['R']} >= 0",
            by="#inside*#part_sign(u=M1[d,i](k)) + #outside*#part_sign(u=M2[d,i](k))",
        ),
        Step(
            "split_above",
            f"{BLOCKS['R']} >= {BLOCKS['M']}",
            by="#inside*#part_above(u=M1[d,i](k)) + #outside*#part_above(u=M2[d,i](k))",
        ),
        Step(
            "split_product",
            f"({BLOCKS['R']})*({BLOCKS['R']} - ({BLOCKS['M']})) = 0",
            by="p[d]**2*s[i]**2*#part_square(u=M1[d,i](k)) + (1 - p[d])**2*(1 - s[i])**2*#part_square(u=M2[d,i](k))"
            " - s[i]*(1 - s[i])*(relu(M1[d,i](k))*(relu(M2[d,i](k)) - M2[d,i](k))"
            " + relu(M2[d,i](k))*(relu(M1[d,i](k)) - M1[d,i](k)))*#neurons",
        ),
        Step(
            "split",
            f"relu({BLOCKS['M']}) = {BLOCKS['R']}",
            "positive_part",
            ("split_sign", "split_above", "split_product"),
            f"{BLOCKS['M']}; {BLOCKS['R']}",
        ),
        Step(
            "after",
            f"M[d,i](n0 + 1) = {BLOCKS['M'].replace('(k)', '(n0 + 1)')}",
            by="#layers_next(k=n0) + sum[b](relu(M[b,i](n0))*#block_V(k=n0)"
            f" + ({BLOCKS['V'].replace('(k)', '(n0)')})*(#same_part(d=b) + #split(d=b, k=n0)) + {INNER})"
            " - p[d]*s[i]*#layers1_next(k=n0) - (1 - p[d])*(1 - s[i])*#layers2_next(k=n0)",
        ),
        Step(
            "step",
            f"all[d,i](M[d,i](k) = {BLOCKS['M']}) => M[d,i](k + 1) = {BLOCKS['M'].replace('(k)', '(k + 1)')}",
            "discharge",
            ("after", "here"),
            "n0 = k",
        ),
        Step("features", f"M[d,i](k) = {BLOCKS['M']}", "induction", ("base", "step"), "k"),
        Step(
            "last_part",
            f"relu(M[d,i](m)) = relu({BLOCKS['M'].replace('(k)', '(m)')})",
            "congruence",
            ("features(k=m)",),
        ),
        Step(
            "blocks",
            f"O[i,j] = {BLOCKS['O']}",
            by="#output + sum[b](relu(M[b,j](m))*#block_Z"
            f" + ({BLOCKS['Z']})*(#last_part(d=b, i=j) + #split(d=b, i=j, k=m)) + {LAST})"
            " - s[i]*s[j]*#output1 - (1 - s[i])*(1 - s[j])*#output2",
        ),
        # Losses and penalties add.
        Step(
            "loss",
            "sum[i,j]((O[i,j] - delta[i,j])**2) = sum[i,j](s[i]*s[j]*(O1[i,j] - delta[i,j])**2)"
            " + sum[i,j]((1 - s[i])*(1 - s[j])*(O2[i,j] - delta[i,j])**2)",
            "kronecker",
            by=f"sum[i,j]((O[i,j] + {BLOCKS['O']} - 2*delta[i,j])*#blocks"
            f" + {squares('O1[i,j]', 'O2[i,j]', ('#classes(i=i)', '#classes(i=j)'))} - 2*delta[i,j]*#classes)",
        ),
        *(
            Step(
                f"norm_{name}",
                f"sum[{indices}]({name}[{indices}]{at}**2) = "
                + " + ".join(f"sum[{indices}]({weight(n, *groups)}*{name}{n}[{indices}]{at}**2)" for n in "12"),
                by=norm(name, indices, BLOCKS[name], kinds, at),
            )
            for name, indices, groups, kinds, at in NORMS
        ),
        Step(
            "sums_base",
            "S(0) = S1(0) + S2(0)",
            by="#sum_start - #sum1_start - #sum2_start + aH*#norm_H + a1*#norm_U + aL*#norm_Z",
        ),
        Step("sums_here", "S(n1) = S1(n1) + S2(n1)", "suppose", by="n1"),
        Step(
            "sums_after",
            "S(n1 + 1) = S1(n1 + 1) + S2(n1 + 1)",
            by="#sum_next(k=n1) + #sums_here + a(n1)*#norm_V(k=n1) - #sum1_next(k=n1) - #sum2_next(k=n1)",
        ),
        Step(
            "sums_step",
            "S(k) = S1(k) + S2(k) => S(k + 1) = S1(k + 1) + S2(k + 1)",
            "discharge",
            ("sums_after", "sums_here"),
            "n1 = k",
        ),
        Step("sums", "S(k) = S1(k) + S2(k)", "induction", ("sums_base", "sums_step"), "k"),
        Step("additive", "G = G1 + G2", by="#cost + #loss + #sums(k=m) - #cost1 - #cost2"),
        Step("better", "G < C*price", by="#first_better + #second_equal - #additive"),
    ),
    goals=(
        Goal("block-diagonal output", f"O[i,j] = {BLOCKS['O']}", "blocks", ("neurons", "classes")),
        Goal("costs add", "G = G1 + G2", "additive", ("neurons", "classes")),
        Goal(
            "collapse is beaten",
            "G < C*price",
            "better",
            ("neurons", "classes", "first_better", "second_equal"),
            "the whole costs less than collapse",
        ),
    ),
)

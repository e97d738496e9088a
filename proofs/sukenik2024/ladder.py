r"""Three classes: the ladder of rank 2 beats deep neural collapse at every depth $L \ge 4$.

**Setting.** $K = 3$ and depth $L = k + 4$. With $B = \begin{pmatrix}1&1&0\\0&1&1\end{pmatrix}$, whose singular values
are $\sqrt3$ and 1: $W_1H_1 = B$ balanced by $t = 3^{1/4}$; $k + 1$ identities of size 2; $W_{L-1}$ with the rows
$2(1,1)$, $3(1,-1)$, $3(-1,1)$; $W_L$ the inverse of what the ReLU leaves. All layers have three neurons here, the
third one empty where the rank is 2.

**Statement.** The output is exactly $I_3$; the squared norms are $1 + \sqrt3$ (twice), 2 ($k + 1$ times), 44 and
49/144, and their product is below $3^{L+1}$, the least product of a collapsed solution (sukenik2024/collapsed). By
sukenik2024/reduction no collapsed solution with a nonzero output is optimal; by sukenik2024/block_sum the same holds
for every $K \ge 3$.

**Assumptions.** There are exactly three classes.

**Source.** [DERIVED], against the setting of Súkeník, Lampert, Mondelli, arXiv 2405.14468.

**What is checked.** Every step, for all L. **What is not.** That padding with zeros embeds these layers in wider
networks.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol


def entry(text: str) -> str:
    """Entries by coincidence: ``x:i`` is 1 where i is the first class, ``y:i`` the second, ``z:i`` the third."""
    for letter, name in (("x", "c1"), ("y", "c2"), ("z", "c3")):
        for index in "ijm":
            text = text.replace(f"{letter}:{index}", f"delta[{index},{name}]")
    return text


LADDER = entry("x:i*(x:m + y:m) + y:i*(y:m + z:m)")
FIRST = entry("(t + 1)/2*(x:i*x:j + y:i*y:j) + (t - 1)/2*(x:i*y:j + y:i*x:j)")
FEATURES = entry("(1/t + 1)/2*(x:i*(x:m + y:m) + y:i*(y:m + z:m)) + (1/t - 1)/2*(x:i*(y:m + z:m) + y:i*(x:m + y:m))")
INNER = entry("x:i*x:j + y:i*y:j")
SIGNS = entry("2*x:i*(x:j + y:j) + 3*(y:i - z:i)*(x:j - y:j)")
BEFORE = entry("2*x:i*(x:m + 2*y:m + z:m) + 3*(y:i - z:i)*(x:m - z:m)")
AFTER = entry("2*x:i*(x:m + 2*y:m + z:m) + 3*y:i*x:m + 3*z:i*z:m")
DROPPED = entry("3*y:i*z:m + 3*z:i*x:m")
LAST = entry("x:i*y:j/3 + y:i*(x:j/4 - y:j/6 - z:j/6) + z:i*z:j/3")
RECURSION = "M[i,m](k); sum[j](W1[i,j]*H[j,m]); sum[j](W[i,j]*relu(M[j,m](k)))"
APART = ("first_second", "first_third", "second_third")


def products(text: str) -> str:
    """The certificate of a sum of products of coincidences: each coincidence is nonnegative."""
    for name in ("c1", "c2", "c3"):
        for index in "im":
            text = text.replace(f"delta[{index},{name}]", f"#sign(i={index}, j={name})")
    return text


PROOF = Proof(
    key="sukenik2024.ladder",
    title="The ladder beats deep neural collapse for K = 3 and all L >= 4",
    source="[DERIVED], setting of arXiv 2405.14468",
    indices=("C",),
    symbols=(
        *(Symbol(name, (), "C") for name in ("c1", "c2", "c3")),
        Symbol("W1", ("C", "C"), latex="W_1"),
        Symbol("H", ("C", "C"), latex="H_1"),
        Symbol("W", ("C", "C")),
        Symbol("W3", ("C", "C"), latex="W_{L-1}"),
        Symbol("WL", ("C", "C"), latex="W_L"),
        Symbol("B", ("C", "C")),
        Symbol("S", ("C", "C")),
        Symbol("M", ("C", "C", "N")),
        Symbol("Z", ("C", "C", "N")),
        Symbol("s"),
        Symbol("t"),
        Symbol("n0", (), "N", latex="k_0"),
        Symbol("n1", (), "N", latex="k_1"),
    ),
    variables=(
        Symbol("i", (), "C"),
        Symbol("j", (), "C"),
        Symbol("m", (), "C"),
        Symbol("k", (), "N"),
    ),
    definitions=(
        Step("s_value", "s = sqrt(3)", "define"),
        Step("t_value", "t = sqrt(s)", "define"),
    ),
    hypotheses=(
        Hypothesis("three_classes", entry("x:i + y:i + z:i = 1"), "there are three classes"),
        Hypothesis("first_second", "delta[c1,c2] = 0", "the first is not the second"),
        Hypothesis("first_third", "delta[c1,c3] = 0", "the first is not the third"),
        Hypothesis("second_third", "delta[c2,c3] = 0", "the second is not the third"),
    ),
    steps=(
        Step("sign", "delta[i,j] >= 0", "kronecker", by="delta[i,j]**2"),
        Step("three", "3 > 0", by="3"),
        Step("s_root", "sqrt(3) > 0", "square_root", ("three",), "3"),
        Step("s_root_square", "sqrt(3)**2 = 3", "square_root", ("three",), "3"),
        Step("s_positive", "s > 0", by="#s_root + #s_value"),
        Step("s_squared", "s**2 = 3", by="(s + sqrt(3))*#s_value + #s_root_square"),
        Step("t_root", "sqrt(s) > 0", "square_root", ("s_positive",), "s"),
        Step("t_root_square", "sqrt(s)**2 = s", "square_root", ("s_positive",), "s"),
        Step("t_positive", "t > 0", by="#t_root + #t_value"),
        Step("t_squared", "t**2 = s", by="(t + sqrt(s))*#t_value + #t_root_square"),
        # The layers.
        Step("ladder", f"B[i,m] = {LADDER}", "define"),
        Step("first", f"W1[i,j] = {FIRST}", "define"),
        Step("features", f"H[i,m] = {FEATURES}", "define", ("t_positive",)),
        Step("inner", f"W[i,j] = {INNER}", "define"),
        Step("signs", f"W3[i,j] = {SIGNS}", "define"),
        Step("after", f"S[i,m] = {AFTER}", "define"),
        Step("last", f"WL[i,j] = {LAST}", "define"),
        # Forwards.
        Step(
            "balanced",
            "sum[j](W1[i,j]*H[j,m]) = B[i,m]",
            "kronecker",
            ("first_second",),
            f"sum[j](H[j,m]*#first + ({FIRST})*#features(i=j)) - #ladder",
        ),
        Step("start", "M[i,m](0) = sum[j](W1[i,j]*H[j,m])", "recursion", by=RECURSION),
        Step("next", "M[i,m](k + 1) = sum[j](W[i,j]*relu(M[j,m](k)))", "recursion", by=RECURSION),
        Step("entry_sign", "B[i,m] >= 0", by=f"#ladder + {products(LADDER)}"),
        Step("above", "B[i,m] >= B[i,m]"),
        Step("nothing", "B[i,m]*(B[i,m] - B[i,m]) = 0"),
        Step("passive", "relu(B[i,m]) = B[i,m]", "positive_part", ("entry_sign", "above", "nothing"), "B[i,m]; B[i,m]"),
        Step("base", "M[i,m](0) = B[i,m]", by="#start + #balanced"),
        Step("kept", "M[i,m](n0) = B[i,m]", "suppose", by="n0"),
        Step("kept_part", "relu(M[i,m](n0)) = relu(B[i,m])", "congruence", ("kept",)),
        Step(
            "kept_next",
            "M[i,m](n0 + 1) = B[i,m]",
            "kronecker",
            ("first_second",),
            "#next(k=n0) - #ladder + sum[j](relu(M[j,m](n0))*#inner"
            f" + ({INNER})*(#kept_part(i=j) + #passive(i=j) + #ladder(i=j)))",
        ),
        Step(
            "inductive",
            "all[i,m](M[i,m](k) = B[i,m]) => M[i,m](k + 1) = B[i,m]",
            "discharge",
            ("kept_next", "kept"),
            "n0 = k",
        ),
        Step("all_inner", "M[i,m](k) = B[i,m]", "induction", ("base", "inductive"), "k"),
        Step("inner_equal", "relu(M[i,m](k)) = relu(B[i,m])", "congruence", ("all_inner",)),
        Step("before", "Z[i,m](k) = sum[j](W3[i,j]*relu(M[j,m](k)))", "define"),
        Step(
            "pattern",
            f"Z[i,m](k) = {BEFORE}",
            "kronecker",
            ("first_second",),
            f"#before + sum[j](relu(M[j,m](k))*#signs + ({SIGNS})*(#inner_equal(i=j) + #passive(i=j) + #ladder(i=j)))",
        ),
        Step("after_sign", "S[i,m] >= 0", by=f"#after + {products(AFTER)}"),
        Step("after_above", "S[i,m] >= Z[i,m](k)", by=f"#after - #pattern + {products(DROPPED)}"),
        Step(
            "after_product",
            "S[i,m]*(S[i,m] - Z[i,m](k)) = 0",
            "kronecker",
            APART,
            f"(S[i,m] - Z[i,m](k) - ({AFTER}))*#after + ({AFTER})*(2*#after - #pattern)",
        ),
        Step(
            "active",
            "relu(Z[i,m](k)) = S[i,m]",
            "positive_part",
            ("after_sign", "after_above", "after_product"),
            "Z[i,m](k); S[i,m]",
        ),
        Step(
            "output",
            "sum[j](WL[i,j]*relu(Z[j,m](k))) = delta[i,m]",
            "kronecker",
            APART,
            f"sum[j](relu(Z[j,m](k))*#last + ({LAST})*(#active(i=j) + #after(i=j))) + delta[i,m]*#three_classes",
        ),
        # Norms.
        Step(
            "first_norm",
            "sum[i,j](W1[i,j]**2) = 1 + s",
            "kronecker",
            ("first_second",),
            f"sum[i,j]((W1[i,j] + {FIRST})*#first) + #t_squared",
        ),
        Step(
            "features_norm",
            "sum[i,m](H[i,m]**2) = 1 + s",
            "kronecker",
            (*APART, "t_positive", "s_positive"),
            f"sum[i,m]((H[i,m] + {FEATURES})*#features) - 3/t**2/s*#t_squared - #s_squared/s",
        ),
        Step(
            "inner_norm",
            "sum[i,j](W[i,j]**2) = 2",
            "kronecker",
            ("first_second",),
            f"sum[i,j]((W[i,j] + {INNER})*#inner)",
        ),
        Step(
            "signs_norm",
            "sum[i,j](W3[i,j]**2) = 44",
            "kronecker",
            ("first_second", "second_third"),
            f"sum[i,j]((W3[i,j] + {SIGNS})*#signs)",
        ),
        Step("last_norm", "sum[i,j](WL[i,j]**2) = 49/144", "kronecker", APART, f"sum[i,j]((WL[i,j] + {LAST})*#last)"),
        # The product.
        Step("one_power", "power(2, 1) = 2**1", "power", by="2; 1"),
        Step("five_powers", "power(3, 5) = 3**5", "power", by="3; 5"),
        Step(
            "shallowest",
            "(1 + s)**2*power(2, 1)*44*49/144 < power(3, 5)",
            by="#five_powers - 539/36*(1 + s)**2*#one_power + 221/12 + 539/36*(s - 2)**2 - 1617/36*#s_squared",
        ),
        Step("power_sign", "power(3, k) > 0", "power", ("three",), "3; k"),
        Step("longer_left", "power(2, k + 2) = 2*power(2, k + 1)", "power", by="2; k + 1"),
        Step("longer_right", "power(3, k + 6) = 3*power(3, k + 5)", "power", by="3; k + 5"),
        Step("deep", "(1 + s)**2*power(2, n1 + 1)*44*49/144 < power(3, n1 + 5)", "suppose", by="n1"),
        Step(
            "deeper",
            "(1 + s)**2*power(2, n1 + 2)*44*49/144 < power(3, n1 + 6)",
            by="2*#deep + #power_sign(k=n1 + 5) + #longer_right(k=n1) - 539/36*(1 + s)**2*#longer_left(k=n1)",
        ),
        Step(
            "one_more",
            "(1 + s)**2*power(2, k + 1)*44*49/144 < power(3, k + 5)"
            " => (1 + s)**2*power(2, k + 2)*44*49/144 < power(3, k + 6)",
            "discharge",
            ("deeper", "deep"),
            "n1 = k",
        ),
        Step(
            "product",
            "(1 + s)**2*power(2, k + 1)*44*49/144 < power(3, k + 5)",
            "induction",
            ("shallowest", "one_more"),
            "k",
        ),
    ),
    goals=(
        Goal(
            "output",
            "sum[j](WL[i,j]*relu(Z[j,m](k))) = delta[i,m]",
            "output",
            ("three_classes", *APART),
            "the output is the identity",
        ),
        Goal("first norm", "sum[i,j](W1[i,j]**2) = 1 + s", "first_norm", ("first_second",)),
        Goal("features norm", "sum[i,m](H[i,m]**2) = 1 + s", "features_norm", APART),
        Goal("inner norm", "sum[i,j](W[i,j]**2) = 2", "inner_norm", ("first_second",)),
        Goal("signs norm", "sum[i,j](W3[i,j]**2) = 44", "signs_norm", ("first_second", "second_third")),
        Goal("last norm", "sum[i,j](WL[i,j]**2) = 49/144", "last_norm", APART),
        Goal(
            "product",
            "(1 + s)**2*power(2, k + 1)*44*49/144 < power(3, k + 5)",
            "product",
            (),
            "at depth k + 4 the product of the squared norms is below K^(L + 1)",
        ),
    ),
    not_checked=("that padding with zeros embeds these layers in wider networks",),
)

r"""Theorem 7: with ReLU layers no collapse is optimal for cross-entropy, for an even number of classes.

**Setting.** An even number K of classes in pairs (an involution without fixed points), $B = I - \Pi$ the matrix of the
pairs, ReLU layers with $L = h + 2$, one sample a class. Collapse with logits $\alpha S$ has, under the paper's
assumption on global means, a penalty of at least that of its simplex part, $(L+1)(K-1)r^2$ with $r^{L+1} = \alpha$.

**Statement.** The parameters $H_1 = W_1 = x(B/\sqrt2 + 1/\sqrt K)$, $W_l = y(B + 2/K)$, $W_L = zB$ have
non-negative features $M_l \propto B + 1$, so the ReLU does nothing; with balanced norms and the right scale their
logits are $\alpha B$, their fit is at most that of collapse, and their penalty is $(L+1)\kappa r^2$ with
$\kappa^{L+1} = 2K^3(K/2+1)^{L-2}$. Then $\kappa < K - 1$ for $L \ge 5$, $K \ge 10$ and for $L \ge 4$, $K \ge 14$, and
no such collapse is optimal for any $\lambda > 0$.

**Assumptions.** As stated. With n samples a class $\alpha\sqrt n$ takes the place of $\alpha$ in the norms.

**Source.** Garrod, Keating, arXiv 2410.23169, Theorem 7 [PAPER], which states the case L = 4 from K = 16 on; these
parameters and steps [DERIVED].

**What is checked.** Every step for all even K, L, $\lambda$, $\alpha$. **What is not.** That the assumption on global
means gives the penalty of collapse; odd K.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

PAIRS = shared_steps(__file__, "pairs")
PAIR = "(delta[a,c] - delta[a,pi[c]])"
PAIR_AB = "(delta[a,b] - delta[a,pi[b]])"
NETWORK = "M[a,c](k); sum[b](U[a,b]*U[b,c]); sum[b](W[a,b]*relu(M[b,c](k)))"
CLAIM = "power(2*y, k)*x**2*(B[a,c] + 1)"
HERE = f"({CLAIM.replace('k)', 'n0)')})"
FIRST = "(x*(B[a,c]/rt + 1/rk))"
INNER = "(y*(B[a,c] + 2/C))"
REACHED = "(2*z*power(2*y, h)*x**2)"
SIGNS = ("two_positive", "classes_positive")
SHARED = ("involution", "no_singles", "scale", "reg", "simplex_part", "singular", "root_nonzero")
HALF = "power(C/2 + 1, h)"


def root(name: str, symbol: str, value: str, sign: str, divides: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """A positive number by its square."""
    return (
        Step(f"{name}_root", f"sqrt({value}) > 0", "square_root", (sign,), value),
        Step(f"{name}_root_square", f"sqrt({value})**2 = {value}", "square_root", (sign,), value),
        Step(f"{name}_scale", f"{symbol} = sqrt({value})", "define", divides),
        Step(f"{name}_positive", f"{symbol} > 0", by=f"#{name}_scale + #{name}_root"),
        Step(
            f"{name}_square",
            f"{symbol}**2 = {value}",
            uses=divides,
            by=f"({symbol} + sqrt({value}))*#{name}_scale + #{name}_root_square",
        ),
    )


def inequality(name: str, extra: int, base: str) -> tuple[Step, ...]:
    """2 K^3 (K/2 + 1)^(k + extra) < (K - 1)^(k + extra + 3) for all k."""
    low, high = f"power(C/2 + 1, k + {extra})", f"power(C - 1, k + {extra + 3})"
    here = f"2*C**3*{low} < {high}".replace("k +", f"n_{name} +")
    after = f"2*C**3*power(C/2 + 1, n_{name} + {extra + 1}) < power(C - 1, n_{name} + {extra + 4})"
    sizes, start = f"#{name}_classes", int(base.split()[-1])
    return (
        Step(f"{name}_low", f"power(C/2 + 1, {extra}) = (C/2 + 1)**{extra}", "power", by=f"C/2 + 1; {extra}"),
        Step(f"{name}_high", f"power(C - 1, {extra + 3}) = (C - 1)**{extra + 3}", "power", by=f"C - 1; {extra + 3}"),
        Step(
            f"{name}_first",
            f"2*C**3*power(C/2 + 1, {extra}) < power(C - 1, {extra + 3})",
            by=f"#{name}_high - 2*C**3*#{name}_low + {POLYNOMIALS[name]}",
        ),
        Step(f"{name}_here", here, "suppose", by=f"n_{name}"),
        Step(f"{name}_more", f"power(C/2 + 1, k + {extra + 1}) = (C/2 + 1)*{low}", "power", by=f"C/2 + 1; k + {extra}"),
        Step(f"{name}_most", f"power(C - 1, k + {extra + 4}) = (C - 1)*{high}", "power", by=f"C - 1; k + {extra + 3}"),
        Step(f"{name}_base", "C - 1 > 0", by=f"{sizes} + {start - 1}"),
        Step(f"{name}_size", f"{high} > 0", "power", (f"{name}_base",), f"C - 1; k + {extra + 3}"),
        Step(
            f"{name}_after",
            after,
            by=f"#{name}_most(k=n_{name}) - 2*C**3*#{name}_more(k=n_{name}) + (C/2 + 1)*#{name}_here"
            f" + ({sizes}/2 + {start // 2 - 2})*#{name}_size(k=n_{name})",
        ),
        Step(
            f"{name}_step",
            f"2*C**3*{low} < {high} => " + after.replace(f"n_{name} +", "k +"),
            "discharge",
            (f"{name}_after", f"{name}_here"),
            f"n_{name} = k",
        ),
        Step(f"{name}_all", f"2*C**3*{low} < {high}", "induction", (f"{name}_first", f"{name}_step"), "k"),
    )


def result(name: str, extra: int, depth: str) -> tuple[Step, ...]:
    """The constant, and the objective below that of collapse."""
    exponent = f"j + {extra + 3}"
    return (
        Step(f"{name}_constant", f"power(kappa, h + 3) = power(kappa, {exponent})", "congruence", (depth,)),
        Step(f"{name}_half", f"{HALF} = power(C/2 + 1, j + {extra})", "congruence", (depth,)),
        Step(
            f"{name}_powers",
            f"power(kappa, {exponent}) < power(C - 1, {exponent})",
            by=f"#{name}_all(k=j) + #{name}_constant - #constant - 2*C**3*#{name}_half",
        ),
        Step(f"{name}_sign", "C - 1 >= 0", by=f"#{name}_base"),
        Step(
            f"{name}_norms",
            "kappa < C - 1",
            "power_reflects",
            (f"{name}_powers", f"{name}_sign"),
            f"kappa; C - 1; j + {extra + 2}",
        ),
        Step(
            f"{name}_less",
            "low < dnc",
            by=f"#simplex_part - #low_rank + #fits + (h + 3)*#reg/2*#root_nonzero**2*#{name}_norms - lam/2*#penalty",
        ),
    )


POLYNOMIALS = {}


def shifted(name: str, coefficients: tuple[int, ...], over: int) -> str:
    """A polynomial with positive coefficients in the distance from the least number of classes."""
    terms = (f"{c}*#{name}_classes**{k}" if k else str(c) for k, c in enumerate(reversed(coefficients)))
    return f"({' + '.join(terms)})/{over}"


POLYNOMIALS["deep"] = shifted("deep", (3, 150, 3048, 31832, 176220, 466776, 397764), 4)
POLYNOMIALS["four"] = shifted("four", (1, 56, 1192, 11628, 47274, 40122), 2)

PROOF = Proof(
    key="garrod2024.thm7",
    title="With ReLU layers pairs of classes cost less than collapse, for even K",
    source="arXiv 2410.23169, Theorem 7 [PAPER]; parameters and steps [DERIVED]",
    indices=("C",),
    symbols=(
        Symbol("pi", ("C",), "C", latex=r"\pi"),
        Symbol("B", ("C", "C")),
        Symbol("U", ("C", "C"), latex="H_1"),
        Symbol("W", ("C", "C")),
        Symbol("V", ("C", "C"), latex="W_L"),
        Symbol("M", ("C", "C", "N")),
        Symbol("Z", ("C", "C")),
        Symbol("lam", latex=r"\lambda"),
        Symbol("alpha", latex=r"\alpha"),
        Symbol("kappa", latex=r"\kappa"),
        *(Symbol(name) for name in ("g", "r", "x", "y", "z", "o", "rt", "rk")),
        Symbol("low", latex=r"\mathcal L_{\mathrm{LR}}"),
        Symbol("dnc", latex=r"\mathcal L_{\mathrm{DNC}}"),
        *(Symbol(name, (), "N") for name in ("h", "j", "n0", "n_deep", "n_four")),
        *(Symbol(name, (), "C") for name in ("a1", "c1", "a2", "c2")),
    ),
    variables=(
        Symbol("a", (), "C"),
        Symbol("b", (), "C"),
        Symbol("c", (), "C"),
        Symbol("k", (), "N"),
        Symbol("s"),
        Symbol("q"),
    ),
    definitions=(Step("pairing", f"B[a,c] = {PAIR}", "define"),),
    hypotheses=(
        Hypothesis("involution", "delta[a,pi[pi[c]]] = delta[a,c]", "the partner of the partner is the class itself"),
        Hypothesis("no_singles", "delta[c,pi[c]] = 0", "every class has a partner: K is even"),
        Hypothesis("scale", "alpha > 0", "collapse with logits alpha S"),
        Hypothesis("reg", "lam > 0", "the penalty is positive"),
        Hypothesis("deep_classes", "C >= 10", "at least 10 classes"),
        Hypothesis("four_classes", "C >= 14", "at least 14 classes"),
        Hypothesis("depth_five", "h = j + 3", "L = h + 2 >= 5"),
        Hypothesis("depth_four", "h = j + 2", "L = h + 2 >= 4"),
        Hypothesis(
            "simplex_part",
            "dnc >= log((1 + (C - 1)*exp(-alpha))) + lam/2*(h + 3)*(C - 1)*r**2",
            "under the assumption on global means collapse costs at least its simplex part",
        ),
        Hypothesis("singular", "power(r, h + 3) = alpha", "r is the singular value of each factor of the simplex part"),
        Hypothesis("root_nonzero", "r != 0", "and is not zero"),
    ),
    steps=(
        # The matrix of the pairs: B B = 2 B, and rows and columns sum to zero.
        Step("mate_sign", "delta[a,pi[b]] >= 0", "kronecker", by="delta[a,pi[b]]**2"),
        Step("one_partner", "delta[a,pi[b]] <= sum[b](delta[a,pi[b]])", "term_of_sum", ("mate_sign",), "b"),
        Step("some_partner", "sum[b](delta[a,pi[b]]) >= 1", "kronecker", by="#one_partner(b=pi[a]) + #involution(c=a)"),
        Step(
            "one_excess",
            "sum[b](delta[a,pi[b]]) - 1 <= sum[a](sum[b](delta[a,pi[b]]) - 1)",
            "term_of_sum",
            ("some_partner",),
            "a",
        ),
        Step("only_partner", "sum[b](delta[a,pi[b]]) <= 1", "kronecker", by="#one_excess"),
        Step("partners", "sum[b](delta[a,pi[b]]) = 1", "antisymmetry", ("some_partner", "only_partner")),
        Step(
            "square",
            "sum[b](B[a,b]*B[b,c]) = 2*B[a,c]",
            "kronecker",
            by=f"sum[b](B[b,c]*#pairing(c=b) + {PAIR_AB}*#pairing(a=b)) - 2*#pairing + #involution",
        ),
        Step("rows", "sum[b](B[a,b]) = 0", "kronecker", by="sum[b](#pairing(c=b)) - #partners"),
        Step("columns", "sum[b](B[b,c]) = 0", "kronecker", by="sum[b](#pairing(a=b))"),
        Step(
            "size",
            "sum[a,c](B[a,c]**2) = 2*C",
            "kronecker",
            by=f"sum[a,c]((B[a,c] + {PAIR})*#pairing) - 2*sum[c](#no_singles)",
        ),
        # The scales: all norms equal g = kappa r^2.
        Step("classes_sign", "C > 0", by="C"),
        Step("half_sign", "C/2 + 1 > 0", by="C/2 + 1"),
        Step("half_power", f"{HALF} > 0", "power", ("half_sign",), "C/2 + 1; h"),
        Step("constant_sign", f"2*C**3*{HALF} > 0", by="2*C**3*#half_power"),
        Step(
            "constant",
            f"power(kappa, h + 3) = 2*C**3*{HALF}",
            "root",
            ("constant_sign",),
            f"kappa; 2*C**3*{HALF}; h + 2",
        ),
        Step("kappa_sign", "kappa > 0", "root", ("constant_sign",), f"kappa; 2*C**3*{HALF}; h + 2"),
        Step("norm", "g = kappa*(r*r)", "define"),
        Step("norm_sign", "g > 0", by="#norm + #kappa_sign*#root_nonzero**2"),
        Step("inner", "o = 2*C + 4", "define"),
        Step("inner_sign", "o > 0", by="#inner + 2*C + 4"),
        Step("outer_ratio", "g/2/C > 0", by="#norm_sign/2/C"),
        Step("inner_ratio", "g/o > 0", uses=("inner_sign",), by="#norm_sign/#inner_sign"),
        Step("two_sign", "2 > 0", by="2"),
        *root("first", "x", "g/2/C", "outer_ratio"),
        *root("last", "z", "g/2/C", "outer_ratio"),
        *root("middle", "y", "g/o", "inner_ratio", ("inner_sign",)),
        *root("two", "rt", "2", "two_sign"),
        *root("classes", "rk", "C", "classes_sign"),
        # The layers and their norms.
        Step("features", f"U[a,c] = {FIRST}", "define", SIGNS),
        Step("weights", f"W[a,c] = {INNER}", "define"),
        Step("last", "V[a,c] = z*B[a,c]", "define"),
        Step(
            "first_norm",
            "sum[a,c](U[a,c]**2) = g",
            uses=SIGNS,
            by=f"sum[a,c]((U[a,c] + {FIRST})*#features) + x**2/rt**2*(#size - C*#two_square)"
            " + 2*x**2/rt/rk*sum[a](#rows) - x**2*C/rk**2*#classes_square + 2*C*#first_square",
        ),
        Step(
            "inner_norm",
            "sum[a,c](W[a,c]**2) = g",
            by=f"sum[a,c]((W[a,c] + {INNER})*#weights) + y**2*(#size + 4/C*sum[a](#rows) - #inner) + o*#middle_square",
        ),
        Step(
            "last_norm",
            "sum[a,c](V[a,c]**2) = g",
            by="sum[a,c]((V[a,c] + z*B[a,c])*#last) + z**2*#size + 2*C*#last_square",
        ),
        # The features are not negative and keep their shape.
        Step(
            "product",
            "sum[b](U[a,b]*U[b,c]) = x**2*(B[a,c] + 1)",
            uses=SIGNS,
            by=f"sum[b](U[b,c]*#features(c=b) + {FIRST.replace('c]', 'b]')}*#features(a=b)) + x**2/rt**2*#square"
            " + x**2/rt/rk*(#rows + #columns) - x**2*B[a,c]/rt**2*#two_square - x**2/rk**2*#classes_square",
        ),
        Step("own_sign", "delta[a,c] >= 0", "kronecker", by="delta[a,c]**2"),
        Step("rest_sign", "1 - delta[a,pi[c]] >= 0", "kronecker", by="(1 - delta[a,pi[c]])**2"),
        Step("shape_sign", "B[a,c] + 1 >= 0", by="#pairing + #own_sign + #rest_sign"),
        Step("twice", "2*y > 0", by="2*#middle_positive"),
        Step("growth_sign", "power(2*y, k) > 0", "power", ("twice",), "2*y; k"),
        Step("claim_sign", f"{CLAIM} >= 0", by="#growth_sign*#first_positive**2*#shape_sign"),
        Step("claim_above", f"{CLAIM} >= {CLAIM}"),
        Step("claim_product", f"{CLAIM}*({CLAIM} - {CLAIM}) = 0"),
        Step(
            "passive",
            f"relu({CLAIM}) = {CLAIM}",
            "positive_part",
            ("claim_sign", "claim_above", "claim_product"),
            f"{CLAIM}; {CLAIM}",
        ),
        Step("start", "M[a,c](0) = sum[b](U[a,b]*U[b,c])", "recursion", by=NETWORK),
        Step("next", "M[a,c](k + 1) = sum[b](W[a,b]*relu(M[b,c](k)))", "recursion", by=NETWORK),
        Step("no_growth", "power(2*y, 0) = 1", "power", by="2*y"),
        Step("base", f"M[a,c](0) = {CLAIM.replace('k)', '0)')}", by="#start + #product - x**2*(B[a,c] + 1)*#no_growth"),
        Step("here", f"M[a,c](n0) = {HERE}", "suppose", by="n0"),
        Step("here_part", f"relu(M[a,c](n0)) = relu({HERE})", "congruence", ("here",)),
        Step("growth", "power(2*y, k + 1) = 2*y*power(2*y, k)", "power", by="2*y; k"),
        Step(
            "after",
            f"M[a,c](n0 + 1) = {CLAIM.replace('k)', 'n0 + 1)')}",
            by=f"#next(k=n0) + sum[b](relu(M[b,c](n0))*#weights(c=b)"
            f" + {INNER.replace('c]', 'b]')}*(#here_part(a=b) + #passive(a=b, k=n0)))"
            " + power(2*y, n0)*x**2*y*(#square + #rows + 2/C*#columns) - x**2*(B[a,c] + 1)*#growth(k=n0)",
        ),
        Step(
            "inductive",
            f"all[a,c](M[a,c](k) = {CLAIM}) => M[a,c](k + 1) = {CLAIM.replace('k)', 'k + 1)')}",
            "discharge",
            ("after", "here"),
            "n0 = k",
        ),
        Step("chain", f"M[a,c](k) = {CLAIM}", "induction", ("base", "inductive"), "k"),
        Step("chain_part", f"relu(M[a,c](k)) = relu({CLAIM})", "congruence", ("chain",)),
        # The scale of the logits.
        Step("doubled", "power(2*y*(2*y), h) = power(2*y, h)*power(2*y, h)", "power", by="2*y; 2*y; h"),
        Step(
            "halved", f"power(2*y*(2*y)*(C/2 + 1), h) = power(2*y*(2*y), h)*{HALF}", "power", by="2*y*(2*y); C/2 + 1; h"
        ),
        Step("inner_scale", "2*y*(2*y)*(C/2 + 1) = g", by="o*#middle_square - y**2*#inner"),
        Step("inner_power", "power(2*y*(2*y)*(C/2 + 1), h) = power(g, h)", "congruence", ("inner_scale",)),
        *(
            Step(f"norm_{k}", f"power(g, h + {k}) = g*power(g, h + {k - 1})", "power", by=f"g; h + {k - 1}")
            for k in (1, 2, 3)
        ),
        Step("norm_both", "power(g, h + 3) = power(kappa*(r*r), h + 3)", "congruence", ("norm",)),
        Step(
            "norm_split",
            "power(kappa*(r*r), h + 3) = power(kappa, h + 3)*power(r*r, h + 3)",
            "power",
            by="kappa; r*r; h + 3",
        ),
        Step("norm_square", "power(r*r, h + 3) = power(r, h + 3)*power(r, h + 3)", "power", by="r; r; h + 3"),
        Step("reached", f"{REACHED} > 0", by="2*#last_positive*#growth_sign(k=h)*#first_positive**2"),
        Step(
            "all_norms",
            f"power(g, h + 3) = 2*C**3*{HALF}*alpha**2",
            by="#norm_both + #norm_split + power(kappa, h + 3)*(#norm_square + (power(r, h + 3) + alpha)*#singular)"
            " + alpha**2*#constant",
        ),
        Step(
            "cubes",
            "4*z**2*x**4*2*C**3 = g**3",
            by="8*C**3*x**4*#last_square + 4*C**2*g*(x**2 + g/2/C)*#first_square",
        ),
        Step(
            "squares",
            f"2*C**3*{HALF}*(({REACHED})**2 - alpha**2) = 0",
            by=f"{HALF}*power(2*y, h)**2*#cubes - g**3*(#halved + {HALF}*#doubled - #inner_power)"
            " - #norm_3 - g*#norm_2 - g**2*#norm_1 + #all_norms",
        ),
        Step("same_square", f"({REACHED})**2 = alpha**2", "cancel", ("squares",), "#constant_sign"),
        Step("reached_sign", f"{REACHED} >= 0", by="#reached"),
        Step("scale_sign", "alpha >= 0", by="#scale"),
        Step("below", f"{REACHED} <= alpha", "root_of_square", ("same_square", "scale_sign"), f"{REACHED}; alpha"),
        Step("above", f"alpha <= {REACHED}", "root_of_square", ("same_square", "reached_sign"), f"alpha; {REACHED}"),
        Step("reach", f"{REACHED} = alpha", "antisymmetry", ("below", "above")),
        Step("output", "Z[a,c] = sum[b](V[a,b]*relu(M[b,c](h)))", "define"),
        Step(
            "shape",
            f"Z[a,c] = {REACHED}*B[a,c]",
            by="#output + sum[b](relu(M[b,c](h))*#last(c=b) + z*B[a,b]*(#chain_part(a=b, k=h) + #passive(a=b, k=h)))"
            " + power(2*y, h)*x**2*z*(#square + #rows)",
        ),
        Step(
            "logits",
            f"Z[a,c] = {PAIRS.LOGITS}",
            "kronecker",
            ("no_singles",),
            "#shape + B[a,c]*#reach + alpha*#pairing",
        ),
        *PAIRS.FIT,
        # The objective.
        Step(
            "low_rank",
            f"low = {PAIRS.MEAN} + lam/2*(2*sum[a,c](U[a,c]**2) + h*sum[a,c](W[a,c]**2) + sum[a,c](V[a,c]**2))",
            "define",
        ),
        Step(
            "penalty",
            "2*sum[a,c](U[a,c]**2) + h*sum[a,c](W[a,c]**2) + sum[a,c](V[a,c]**2) = (h + 3)*kappa*r**2",
            by="2*#first_norm + h*#inner_norm + #last_norm + (h + 3)*#norm",
        ),
        *inequality("deep", 3, "10"),
        *inequality("four", 2, "14"),
        *result("deep", 3, "depth_five"),
        *result("four", 2, "depth_four"),
    ),
    goals=(
        Goal(
            "logits",
            f"Z[a,c] = {PAIRS.LOGITS}",
            "logits",
            ("involution", "no_singles", "scale", "singular", "root_nonzero"),
            "the ReLU parameters reach the logits of the pairs",
        ),
        Goal(
            "penalty",
            "2*sum[a,c](U[a,c]**2) + h*sum[a,c](W[a,c]**2) + sum[a,c](V[a,c]**2) = (h + 3)*kappa*r**2",
            "penalty",
            ("involution", "no_singles", "root_nonzero"),
        ),
        Goal("integers, L >= 5", "2*C**3*power(C/2 + 1, k + 3) < power(C - 1, k + 6)", "deep_all", ("deep_classes",)),
        Goal("integers, L >= 4", "2*C**3*power(C/2 + 1, k + 2) < power(C - 1, k + 5)", "four_all", ("four_classes",)),
        Goal(
            "K >= 10, L >= 5",
            "low < dnc",
            "deep_less",
            (*SHARED, "deep_classes", "depth_five"),
            "the low-rank parameters have the smaller objective",
        ),
        Goal(
            "K >= 14, L >= 4",
            "low < dnc",
            "four_less",
            (*SHARED, "four_classes", "depth_four"),
            "the low-rank parameters have the smaller objective",
        ),
    ),
    not_checked=("that the assumption on global means gives the penalty of collapse", "odd numbers of classes"),
)

r"""A network whose neurons agree within each sign has a linear decision boundary, and rank at most two.

**Setting.** All neurons of positive output weight are v, all of negative output weight are u:
$f(x) = a\sigma(v\cdot x) - b\sigma(u\cdot x)$ with $a, b \ge 0$ the sums of their output weights, $\sigma(z) =
\gamma z + (1 - \gamma)z_+$. With outputs $\pm1/m_\pm$, $a = b = 1$; with $\pm1/\sqrt m$, $a = m_1/\sqrt m$ and
$b = m_2/\sqrt m$.

**Statement.** With $z(x) = \langle av - bu, x\rangle$: $f(x)z(x) \ge \gamma z(x)^2$ for every x. So for $\gamma > 0$
the sign of f is that of the linear function z everywhere, not on the data only. Every row of W is v or u, so W has
rank at most two.

**Assumptions.** $0 < \gamma \le 1$ and $a, b \ge 0$; neurons that agree within each sign.

**Source.** Frei, Vardi, Bartlett, Srebro, Hu, ICLR 2023, arXiv 2210.07082 (linear boundary, rank at most two [PAPER]);
these steps [DERIVED].

**What is checked.** Every step, for all widths, d, x and all such networks. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

V, U = "sum[l](v[l]*X[l])", "sum[l](u[l]*X[l])"
Z = f"(a*{V} - b*{U})"
OUTPUT = f"(a*(gamma*{V} + (1 - gamma)*relu({V})) - b*(gamma*{U} + (1 - gamma)*relu({U})))"
PARTS = "(a*relu(s) - b*relu(t))"
HERE = f"(a*relu({V}) - b*relu({U}))".replace("X", "q")
GIVEN = ("positive_weights", "negative_weights", "slope", "slope_below")


def at(point: str, text: str) -> str:
    """A formula in X at a named point."""
    return text.replace("X", point)


def side(name: str, point: str, relation: str) -> tuple[Step, ...]:
    """On one side of the linear boundary the output has its sign."""
    here, sign = f"{name}_here", "" if relation == ">" else "-"
    return (
        Step(f"{name}_side", at(point, f"{Z} {relation} 0"), "suppose", by=point),
        Step(
            f"{name}_product",
            at(point, f"{sign}{Z}*({sign}{OUTPUT}) > 0"),
            by=f"#aligned(X[l] = {point}[l]) + #slope*#{name}_side**2",
        ),
        Step(here, at(point, f"{OUTPUT} {relation} 0"), "cancel", (f"{name}_product",), f"#{name}_side"),
        Step(name, f"{Z} {relation} 0 => {OUTPUT} {relation} 0", "discharge", (here, f"{name}_side"), f"{point} = X"),
    )


PROOF = Proof(
    key="frei2022.linear_boundary",
    title="Neurons that agree within each sign: a linear decision boundary",
    source="arXiv 2210.07082: statement [PAPER], steps [DERIVED]",
    indices=("h", "d"),
    symbols=(
        Symbol("W", ("h", "d")),
        Symbol("side", ("h",)),
        Symbol("v", ("d",)),
        Symbol("u", ("d",)),
        Symbol("a"),
        Symbol("b"),
        Symbol("gamma", latex=r"\gamma"),
        *(Symbol(name, ("d",)) for name in "xoqp"),
    ),
    variables=(
        Symbol("r", (), "h"),
        Symbol("l", (), "d"),
        Symbol("X", ("d",)),
        Symbol("s"),
        Symbol("t"),
    ),
    hypotheses=(
        Hypothesis("positive_weights", "a >= 0", "output weights of the first sign add up to a"),
        Hypothesis("negative_weights", "b >= 0", "output weights of the other sign add up to -b"),
        Hypothesis("slope", "gamma > 0", "the activation is leaky"),
        Hypothesis("slope_below", "gamma <= 1", "and convex"),
        Hypothesis("rows", "W[r,l] = side[r]*v[l] + (1 - side[r])*u[l]", "every neuron is v (side 1) or u (side 0)"),
    ),
    steps=(
        Step("part_sign", "relu(s) >= 0", "positive_part", by="s"),
        Step("part_above", "relu(s) >= s", "positive_part", by="s"),
        Step("part_square", "relu(s)**2 = s*relu(s)", "positive_part", by="s"),
        Step(
            "parts",
            f"{PARTS}*(a*s - b*t) >= {PARTS}**2",
            by="#positive_weights*#negative_weights*(#part_sign*#part_above(s = t) + #part_sign(s = t)*#part_above)"
            " - a**2*#part_square - b**2*#part_square(s = t)",
        ),
        Step("parts_sign", f"{PARTS}*(a*s - b*t) >= 0", by=f"#parts + {PARTS}**2"),
        Step(
            "aligned",
            f"{OUTPUT}*{Z} >= gamma*{Z}**2",
            by=f"#slope_below*#parts_sign(s = {V}, t = {U})",
        ),
        *side("positive", "x", ">"),
        *side("negative", "o", "<"),
        Step("zero_side", at("q", f"a*{V} = b*{U}"), "suppose", by="q"),
        Step("square", f"{HERE}**2 <= 0**2", by=at("q", f"#parts(s = {V}, t = {U}) - {HERE}*#zero_side")),
        Step("nothing", "0 >= 0"),
        Step("below", f"{HERE} <= 0", "root_of_square", ("square", "nothing"), f"{HERE}; 0"),
        Step("turned", f"(-{HERE})**2 <= 0**2", by="#square"),
        Step("above", f"-{HERE} <= 0", "root_of_square", ("turned", "nothing"), f"-{HERE}; 0"),
        Step("parts_vanish", f"{HERE} = 0", "antisymmetry", ("below", "above")),
        Step("zero_here", at("q", f"{OUTPUT} = 0"), by="gamma*#zero_side + (1 - gamma)*#parts_vanish"),
        Step("zero", f"a*{V} = b*{U} => {OUTPUT} = 0", "discharge", ("zero_here", "zero_side"), "q = X"),
        Step("beside_v", "sum[l](v[l]*p[l]) = 0", "suppose", by="p"),
        Step("beside_u", "sum[l](u[l]*p[l]) = 0", "suppose"),
        Step(
            "killed_here",
            "sum[l](W[r,l]*p[l]) = 0",
            by="sum[l](p[l]*#rows) + side[r]*#beside_v + (1 - side[r])*#beside_u",
        ),
        Step("killed_one", at("p", f"{U} = 0 => sum[l](W[r,l]*X[l]) = 0"), "discharge", ("killed_here", "beside_u")),
        Step(
            "killed", f"{V} = 0, {U} = 0 => sum[l](W[r,l]*X[l]) = 0", "discharge", ("killed_one", "beside_v"), "p = X"
        ),
    ),
    goals=(
        Goal(
            "aligned",
            f"{OUTPUT}*{Z} >= gamma*{Z}**2",
            "aligned",
            ("positive_weights", "negative_weights", "slope_below"),
            "the output and the linear function agree in sign, for every x",
        ),
        Goal("positive side", f"{Z} > 0 => {OUTPUT} > 0", "positive", GIVEN),
        Goal("negative side", f"{Z} < 0 => {OUTPUT} < 0", "negative", GIVEN),
        Goal("boundary", f"a*{V} = b*{U} => {OUTPUT} = 0", "zero", ("positive_weights", "negative_weights")),
        Goal(
            "rank",
            f"{V} = 0, {U} = 0 => sum[l](W[r,l]*X[l]) = 0",
            "killed",
            ("rows",),
            "W vanishes on all that is orthogonal to v and u: its rank is at most two",
        ),
    ),
)

r"""The thresholds of $f(q) = \tfrac12(1 - q^{L+1})^2 + \tfrac12(L+1)xq^2$ for every $L \ge 2$.

**Setting.** A family with output $q^{L+1}I$ costs $f(q)$ with $x = C\lambda/(L+1)$ (sukenik2024/reduction); collapse
has $x = K\bar\lambda$. Here $L = k + 2$. Arguments are written $q = yr$ with $r^{L+1} = (L-1)/L$, and $q = yt$ with
$t^{L+1} = (L-1)/(2L)$.

**Statement.** If $x < r^{L-1}/L$, then $f(r) < \tfrac12$: zero is not optimal. If $x \ge r^{L-1}/L$, then
$f(q) \ge \tfrac12$ for all $q \ge 0$: nothing beats zero. If $x > t^{L-1}(L+1)/(2L)$, then
$(1 - q^{L+1})q^{L-1} < x$ for all q: no critical point but zero. In the usual form the first is
$x < \tfrac1L\left(\tfrac{L-1}L\right)^{(L-1)/(L+1)}$, the last
$x > \tfrac{L+1}{2L}\left(\tfrac{L-1}{2L}\right)^{(L-1)/(L+1)}$.

**Source.** [DERIVED]; for K = 2 the first is the condition of arXiv 2305.13165 [RECALL].

**What is checked.** Every step, for all $L \ge 2$.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol


def powers(base: str, name: str) -> tuple[Step, ...]:
    """Three levels of powers of one number: k + 1, k + 2, k + 3."""
    return (
        Step(f"{name}_two", f"power({base}, k + 2) = {base}*power({base}, k + 1)", "power", by=f"{base}; k + 1"),
        Step(f"{name}_three", f"power({base}, k + 3) = {base}*power({base}, k + 2)", "power", by=f"{base}; k + 2"),
    )


def multiple(base: str, name: str, exponent: str) -> Step:
    """A power of a multiple of one number."""
    text = f"power(p*{base}, {exponent}) = power(p, {exponent})*power({base}, {exponent})"
    return Step(name, text, "power", by=f"p; {base}; {exponent}")


PROOF = Proof(
    key="sukenik2024.thresholds",
    title="Where zero is beaten, where it is not, and where there is no other critical point",
    source="[DERIVED]",
    indices=("C",),
    symbols=(
        *(Symbol(name) for name in ("x", "z", "w", "r", "t", "p")),
        *(Symbol(name, (), "N") for name in ("k", "n0", "n1")),
    ),
    variables=(Symbol("j", (), "N"),),
    hypotheses=(
        Hypothesis("radius", "(k + 2)*power(r, k + 3) = k + 1", "r^(L + 1) = (L - 1)/L"),
        Hypothesis("radius_positive", "r > 0", "the positive root"),
        Hypothesis("turn", "2*(k + 2)*power(t, k + 3) = k + 1", "t^(L + 1) = (L - 1)/(2 L)"),
        Hypothesis("turn_positive", "t > 0", "the positive root"),
        Hypothesis("small", "(k + 2)*x < power(r, k + 1)", "x is below the threshold"),
        Hypothesis("large", "(k + 2)*z >= power(r, k + 1)", "z is not below the threshold"),
        Hypothesis("beyond", "2*(k + 2)*w > (k + 3)*power(t, k + 1)", "w is above the fold"),
        Hypothesis("argument", "p >= 0", "arguments are not negative"),
    ),
    steps=(
        # The inequality of means, by induction.
        Step("one_start", "power(p, 0) = 1", "power", by="p"),
        Step("one_next", "power(p, j + 1) = p*power(p, j)", "power", by="p; j"),
        Step("same_side_base", "(p - 1)*power(p, 0) = p - 1", by="(p - 1)*#one_start"),
        Step("same_side_here", "(p - 1)*(power(p, n0) - 1) >= 0", "suppose", by="n0"),
        Step(
            "same_side_after",
            "(p - 1)*(power(p, n0 + 1) - 1) >= 0",
            by="#argument*#same_side_here + (p - 1)**2 + (p - 1)*#one_next(j=n0)",
        ),
        Step(
            "same_side_step",
            "(p - 1)*(power(p, j) - 1) >= 0 => (p - 1)*(power(p, j + 1) - 1) >= 0",
            "discharge",
            ("same_side_after", "same_side_here"),
            "n0 = j",
        ),
        Step("same_side", "(p - 1)*(power(p, j) - 1) >= 0", "induction", ("same_side_base", "same_side_step"), "j"),
        Step("tangent_base", "1 = power(p, 0)", by="-#one_start"),
        Step("tangent_here", "n1*power(p, n1 + 1) + 1 >= (n1 + 1)*power(p, n1)", "suppose", by="n1"),
        Step(
            "tangent_after",
            "(n1 + 1)*power(p, n1 + 2) + 1 >= (n1 + 2)*power(p, n1 + 1)",
            by="#argument*#tangent_here + #same_side(j=n1 + 1) + (n1 + 1)*#one_next(j=n1 + 1)"
            " - (n1 + 1)*#one_next(j=n1)",
        ),
        Step(
            "tangent_step",
            "j*power(p, j + 1) + 1 >= (j + 1)*power(p, j) => (j + 1)*power(p, j + 2) + 1 >= (j + 2)*power(p, j + 1)",
            "discharge",
            ("tangent_after", "tangent_here"),
            "n1 = j",
        ),
        Step(
            "tangent",
            "j*power(p, j + 1) + 1 >= (j + 1)*power(p, j)",
            "induction",
            ("tangent_base", "tangent_step"),
            "j",
        ),
        Step(
            "least",
            "(k + 1)*power(p, k + 2)**2 + k + 3 >= 2*(k + 2)*power(p, k + 1)",
            by="(k + 1)*(power(p, k + 2) - 1)**2 + 2*#tangent(j=k + 1)",
        ),
        # Below the threshold.
        *powers("r", "radius"),
        Step("point_two", "power(p, k + 2) = p*power(p, k + 1)", "power", by="p; k + 1"),
        Step("point_three", "power(p, k + 3) = p*power(p, k + 2)", "power", by="p; k + 2"),
        Step(
            "scaled_beaten",
            "(k + 2)*(1/2 - (1 - power(r, k + 3))**2/2 - (k + 3)*x*r**2/2) > 0",
            uses=("radius_positive",),
            by="(k + 3)*r**2/2*#small - power(r, k + 3)/2*#radius + (k + 3)/2*(#radius_three + r*#radius_two)",
        ),
        Step(
            "zero_beaten",
            "(1 - power(r, k + 3))**2/2 + (k + 3)*x*r**2/2 < 1/2",
            "cancel",
            ("scaled_beaten",),
            "k + 2",
        ),
        # Above it.
        multiple("r", "whole", "k + 3"),
        Step("power_sign", "power(r, k + 3) > 0", "power", ("radius_positive",), "r; k + 3"),
        Step(
            "scaled_best",
            "(k + 2)*((1 - power(p*r, k + 3))**2/2 + (k + 3)*z*(p*r)**2/2 - 1/2) >= 0",
            by="(k + 3)*(p*r)**2/2*#large + #power_sign*p**2/2*#least"
            " + (k + 2)*((power(p*r, k + 3) + power(p, k + 3)*power(r, k + 3))/2 - 1)*#whole"
            " + power(p, k + 3)**2*power(r, k + 3)/2*#radius"
            " + (k + 1)*power(r, k + 3)/2*(power(p, k + 3) + p*power(p, k + 2))*#point_three"
            " - (k + 2)*power(r, k + 3)*(#point_three + p*#point_two)"
            " - (k + 3)*p**2/2*(#radius_three + r*#radius_two)",
        ),
        Step(
            "zero_best",
            "(1 - power(p*r, k + 3))**2/2 + (k + 3)*z*(p*r)**2/2 >= 1/2",
            "cancel",
            ("scaled_best",),
            "k + 2",
        ),
        # Beyond the fold.
        multiple("t", "turned_whole", "k + 3"),
        multiple("t", "turned_part", "k + 1"),
        Step("turn_sign", "power(t, k + 1) > 0", "power", ("turn_positive",), "t; k + 1"),
        Step(
            "scaled_none",
            "2*(k + 2)*(w - (1 - power(p*t, k + 3))*power(p*t, k + 1)) > 0",
            by="#beyond + #turn_sign*#least + 2*(k + 2)*(power(p*t, k + 1)*#turned_whole"
            " + (power(p, k + 3)*power(t, k + 3) - 1)*#turned_part)"
            " + power(p, k + 3)*power(p, k + 1)*power(t, k + 1)*#turn"
            " + (k + 1)*power(t, k + 1)*(power(p, k + 1)*#point_three - power(p, k + 2)*#point_two)",
        ),
        Step("none", "(1 - power(p*t, k + 3))*power(p*t, k + 1) < w", "cancel", ("scaled_none",), "2*k + 4"),
    ),
    goals=(
        Goal(
            "zero is beaten",
            "(1 - power(r, k + 3))**2/2 + (k + 3)*x*r**2/2 < 1/2",
            "zero_beaten",
            ("radius", "radius_positive", "small"),
            "below the threshold zero is not optimal",
        ),
        Goal(
            "zero is best",
            "(1 - power(p*r, k + 3))**2/2 + (k + 3)*z*(p*r)**2/2 >= 1/2",
            "zero_best",
            ("radius", "radius_positive", "large", "argument"),
            "at and above the threshold nothing beats zero",
        ),
        Goal(
            "no critical point",
            "(1 - power(p*t, k + 3))*power(p*t, k + 1) < w",
            "none",
            ("turn", "turn_positive", "beyond", "argument"),
            "above the fold there is no critical point but zero",
        ),
    ),
)

r"""Orthogonal inputs of equal norm and balanced labels: the limit's stable rank is $2(1+\gamma^2)/(1+\gamma)^2$.

**Setting.** $\langle x_i, x_k\rangle = \nu\delta_{ik}$, $\sum_iy_i = 0$, m neurons of each sign with the pattern of the
labels. K as in kou2023/kkt for equal widths; all multipliers are $\lambda_0$ with $(1+\gamma^2)\nu\lambda_0 = 1$.
$v_+ = \sum_i\lambda_0y_ic^+_ix_i$, $v_- = -\sum_i\lambda_0y_ic^-_ix_i$ (here m times those of kou2023/kkt).

**Statement.** $K\lambda_0 = 1$. The squared norm of W is $mn\lambda_0 = mn/((1+\gamma^2)\nu)$ and its stable rank is
$2(1+\gamma^2)/(1+\gamma)^2$: 1 for $\gamma = 1$ and 2 for $\gamma = 0$.

**Assumptions.** Those above; $\gamma \ge 0$; the closed form of the spectral norm (kou2023/stable_rank).

**Source.** [DERIVED]; the stable rank is that of Kou, Chen, Gu, arXiv 2310.18935.

**What is checked.** Every step, for all n, m, d and $\gamma$. **What is not.** Nothing is left out.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

PATTERN = shared_steps(__file__, "pattern")
SQUARE = "lam**2*nu"
RADICAND = "((a - b)/2)**2 + o**2"
TURN = f"gamma*m*{SQUARE}*n"
DATA = ("labels", "orthogonal", "balanced")
ALL = (*DATA, "inverse", "norm_sign", "slope_sign", "closed_form")


def length(name: str, value: str, v: str, slope: str, sign: str) -> tuple[Step, ...]:
    """The squared norm of the rows of one sign."""
    vector = f"sum[i](lam*y[i]*{slope}[i]*x[i,l])"
    return (
        Step(
            f"{name}_gram",
            f"{value} = m*{SQUARE}*sum[i]({slope}[i]**2)",
            "kronecker",
            (),
            f"#{name} + m*sum[l](({v}[l] {'+' if v == 'vp' else '-'} {vector})*#{name}_row)"
            f" - m*lam**2*sum[i,k](y[i]*y[k]*{slope}[i]*{slope}[k]*(#gram - #orthogonal))"
            f" + m*{SQUARE}*sum[i]({slope}[i]**2*#labels)",
        ),
        Step(
            f"{name}_value",
            f"{value} = m*{SQUARE}*n*(1 + gamma**2)/2",
            by=f"#{name}_gram + m*{SQUARE}*sum[i](({slope}[i] + (1 + gamma)/2 {sign} (1 - gamma)/2*y[i])*#{name}_slope"
            f" + (1 - gamma)**2/4*#labels) {sign} m*{SQUARE}*(1 - gamma**2)/2*#balanced",
        ),
    )


PROOF = Proof(
    key="kou2023.orthogonal",
    title="The limit's stable rank for orthogonal inputs of equal norm",
    source="[DERIVED], stable rank of arXiv 2310.18935",
    indices=("n", "m", "d"),
    symbols=(
        *(s for s in PATTERN.SYMBOLS if s.name not in ("lam",)),
        Symbol("lam", latex=r"\lambda_0"),
        Symbol("nu", latex=r"\nu"),
        *(Symbol(name) for name in "ab"),
        Symbol("o", latex="c"),
        Symbol("Lam", latex=r"\Lambda"),
    ),
    variables=PATTERN.VARIABLES[:3],
    definitions=(
        Step("plus_slope", "c[i] = (1 + gamma)/2 + (1 - gamma)/2*y[i]", "define"),
        Step("minus_slope", "e[i] = (1 + gamma)/2 - (1 - gamma)/2*y[i]", "define"),
        Step("gram", "Q[i,k] = sum[l](x[i,l]*x[k,l])", "define"),
        Step("kernel", "K[i,k] = ((1 + gamma)**2*y[i]*y[k] + (1 - gamma)**2)/2*Q[i,k]", "define"),
        Step("plus_row", "vp[l] = sum[i](lam*y[i]*c[i]*x[i,l])", "define"),
        Step("minus_row", "vm[l] = -sum[i](lam*y[i]*e[i]*x[i,l])", "define"),
        Step("plus", "a = m*sum[l](vp[l]**2)", "define"),
        Step("minus", "b = m*sum[l](vm[l]**2)", "define"),
        Step("mixed", "o = m*sum[l](vp[l]*vm[l])", "define"),
    ),
    hypotheses=(
        PATTERN.LABELS,
        Hypothesis("orthogonal", "Q[i,k] = nu*delta[i,k]", "inputs are orthogonal and of equal norm"),
        Hypothesis("balanced", "sum[i](y[i]) = 0", "both classes have as many samples"),
        Hypothesis("inverse", "(1 + gamma**2)*nu*lam = 1", "the multiplier of every sample"),
        Hypothesis("norm_sign", "nu >= 0", "nu is a squared norm"),
        Hypothesis("slope_sign", "gamma >= 0", "the activation is a (leaky) ReLU"),
        Hypothesis("closed_form", f"Lam = (a + b)/2 + sqrt({RADICAND})", "the squared spectral norm"),
    ),
    steps=(
        Step(
            "solves",
            "sum[k](K[i,k]*lam) = 1",
            "kronecker",
            (),
            "sum[k](lam*(#kernel + ((1 + gamma)**2*y[i]*y[k] + (1 - gamma)**2)/2*#orthogonal))"
            " + lam*nu*(1 + gamma)**2/2*#labels + #inverse",
        ),
        *length("plus", "a", "vp", "c", "+"),
        *length("minus", "b", "vm", "e", "-"),
        Step(
            "mixed_gram",
            f"o = -m*{SQUARE}*sum[i](c[i]*e[i])",
            "kronecker",
            (),
            "#mixed + m*sum[l](vm[l]*#plus_row + sum[i](lam*y[i]*c[i]*x[i,l])*#minus_row)"
            " + m*lam**2*sum[i,k](y[i]*y[k]*c[i]*e[k]*(#gram - #orthogonal))"
            f" - m*{SQUARE}*sum[i](c[i]*e[i]*#labels)",
        ),
        Step(
            "mixed_value",
            f"o = -{TURN}",
            by=f"#mixed_gram - m*{SQUARE}*sum[i](e[i]*#plus_slope + ((1 + gamma)/2 + (1 - gamma)/2*y[i])*#minus_slope"
            " - (1 - gamma)**2/4*#labels)",
        ),
        Step("radicand", f"{RADICAND} >= 0", by=RADICAND),
        Step("root", f"sqrt({RADICAND})**2 = {RADICAND}", "square_root", ("radicand",), RADICAND),
        Step("root_sign", f"sqrt({RADICAND}) >= 0", "square_root", ("radicand",), RADICAND),
        Step("turn_sign", f"{TURN} >= 0", by="#slope_sign*m*lam**2*#norm_sign*n"),
        Step(
            "same_square",
            f"sqrt({RADICAND})**2 = ({TURN})**2",
            by=f"#root + (a - b)/4*(#plus_value - #minus_value) + (o - {TURN})*#mixed_value",
        ),
        Step("root_below", f"sqrt({RADICAND}) <= {TURN}", "root_of_square", ("same_square", "turn_sign"),
             f"sqrt({RADICAND}); {TURN}"),
        Step("root_above", f"{TURN} <= sqrt({RADICAND})", "root_of_square", ("same_square", "root_sign"),
             f"{TURN}; sqrt({RADICAND})"),
        Step("turn", f"sqrt({RADICAND}) = {TURN}", "antisymmetry", ("root_above", "root_below")),
        Step(
            "norm",
            "a + b = m*n*lam",
            by="#plus_value + #minus_value + m*n*lam*#inverse",
        ),
        Step(
            "stable_rank",
            "(1 + gamma)**2*(a + b) = 2*(1 + gamma**2)*Lam",
            by="(1 + gamma)**2*(#plus_value + #minus_value) - 2*(1 + gamma**2)*(#closed_form"
            " + (#plus_value + #minus_value)/2 + #turn)",
        ),
    ),
    goals=(
        Goal("multipliers", "sum[k](K[i,k]*lam) = 1", "solves", ("labels", "orthogonal", "inverse")),
        Goal("norm", "a + b = m*n*lam", "norm", (*DATA, "inverse")),
        Goal(
            "stable rank",
            "(1 + gamma)**2*(a + b) = 2*(1 + gamma**2)*Lam",
            "stable_rank",
            tuple(h for h in ALL if h != "inverse"),
            "the stable rank is 2 (1 + gamma^2)/(1 + gamma)^2",
        ),
    ),
)  # fmt: skip

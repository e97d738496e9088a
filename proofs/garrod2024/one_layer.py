r"""One layer: collapse is globally optimal for cross-entropy, with any number of samples a class.

**Setting.** $Z = W H$, K classes with n samples each, features H free; the objective is the mean over the samples of
$\log\sum_c e^{Z_{ci} - Z_{y_i i}}$ plus $\tfrac{\lambda}{2}(\|W\|^2 + \|H\|^2)$, $\lambda > 0$.

**Statement.** With $\tau$ the mean margin over wrong classes and samples, every W and H have an objective of at least
$\log(1 + (K-1)e^{-\tau}) + \lambda(K-1)\tau\sqrt n$, which is the value of collapse with logits $\tau S$. For
$\tau < 0$ the fit alone exceeds $\log K$, the value of zero. So the optimum is collapse or zero.

**Assumptions.** As stated; any K, n, width.

**Source.** [DERIVED]; the plain model behind Garrod, Keating, arXiv 2410.23169, where L = 1.

**What is checked.** Every step for all sizes. **What is not.** That collapse attains the bound (garrod2024/thm1 has its
objective), and that the infimum over $\tau$ is attained.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

ENTROPY = shared_steps(__file__, "entropy")
SUM, TOTAL = ENTROPY.SUM, ENTROPY.TOTAL
ROW = "(C*W[y[i],d] - sum[c](W[c,d]))"
SIZE = "sum[c,d](W[c,d]**2) + sum[d,i](H[d,i]**2)"

PROOF = Proof(
    key="garrod2024.one_layer",
    title="With one layer collapse is optimal for cross-entropy",
    source="[DERIVED], setting of arXiv 2410.23169",
    indices=("C", "D", "n"),
    symbols=(
        Symbol("W", ("C", "D")),
        Symbol("H", ("D", "n")),
        Symbol("Z", ("C", "n")),
        Symbol("y", ("n",), "C"),
        Symbol("lam", latex=r"\lambda"),
        Symbol("m", latex="n"),
        Symbol("rm", latex=r"\sqrt n"),
        Symbol("tau", latex=r"\tau"),
        Symbol("o", latex="(K - 1)"),
        Symbol("f", ("n",)),
        Symbol("g"),
        Symbol("J"),
    ),
    variables=(
        Symbol("c", (), "C"),
        Symbol("b", (), "C"),
        Symbol("d", (), "D"),
        Symbol("i", (), "n"),
        Symbol("s"),
        Symbol("q"),
    ),
    definitions=(
        Step("logits", "Z[c,i] = sum[d](W[c,d]*H[d,i])", "define"),
        Step("objective", f"J = sum[i](log({SUM}))/n + lam/2*({SIZE})", "define"),
    ),
    hypotheses=(
        Hypothesis("classes", "C >= 2", "at least two classes"),
        Hypothesis("balanced", "sum[i](delta[y[i],c]) = m", "each class has m samples"),
        Hypothesis("samples", "m > 0", "at least one"),
        Hypothesis("reg", "lam > 0", "the penalty is positive"),
    ),
    steps=(
        *ENTROPY.steps("#others + #classes + 1"),
        # The penalty.
        Step("root_square", "sqrt(m)**2 = m", "square_root", ("samples",), "m"),
        Step("root", "rm = sqrt(m)", "define"),
        Step("rm_square", "rm**2 = m", by="(rm + sqrt(m))*#root + #root_square"),
        Step("count", "n = C*m", "kronecker", by="sum[c](#balanced)"),
        Step(
            "aligned",
            f"C**2*m*({SIZE} - 2*rm*o*tau) >= 0",
            "kronecker",
            by=f"sum[d,i](({ROW} - C*rm*H[d,i])**2) + #samples*C*sum[d](sum[c](W[c,d])**2)"
            " - sum[c,d]((C*W[c,d] - sum[b](W[b,d]))**2*#balanced)"
            " - 2*C*rm*(#margins - sum[i,c](#logits - #logits(c=y[i])))"
            " - C**2*sum[d,i](H[d,i]**2)*#rm_square + 2*C*rm*o*tau*#count",
        ),
        Step("penalty", f"{SIZE} >= 2*rm*o*tau", "cancel", ("aligned",), "C**2*#samples"),
        Step(
            "bound",
            f"J >= log({TOTAL}) + lam*o*tau*rm",
            by="#objective + sum[i](#sample)/n*(-1) + #fit + #level + #reg/2*#penalty",
        ),
        # A negative margin is worse than zero.
        Step("wrong_way", "tau <= 0", "suppose"),
        Step("grown", "exp(0) <= exp(-tau)", "apply", ("exp_increasing(s=0, q=-tau)", "wrong_way")),
        Step("all_classes", f"C <= {TOTAL}", by="#others_sign*#grown + o*#exp_zero + #others"),
        Step("classes_sign", "C > 0", by="C"),
        Step("classes_value", "exp(log(C)) = C", "logarithm", ("classes_sign",), "C"),
        Step("larger", f"exp(log(C)) <= exp(log({TOTAL}))", by="#all_classes - #classes_value + #level_value"),
        Step("above", f"log(C) <= log({TOTAL})", "apply", (f"exp_reflects(s=log(C), q=log({TOTAL}))", "larger")),
        Step(
            "no_gain",
            "J >= log(C)",
            by="#objective - sum[i](#sample)/n + #fit + #level + #above"
            " + #reg/2*(sum[c,d](W[c,d]**2) + sum[d,i](H[d,i]**2))",
        ),
        Step("zero", "tau <= 0 => J >= log(C)", "discharge", ("no_gain", "wrong_way")),
    ),
    goals=(
        Goal(
            "bound",
            f"J >= log({TOTAL}) + lam*o*tau*rm",
            "bound",
            ("classes", "balanced", "samples", "reg"),
            "no parameters have less than collapse with their mean margin",
        ),
        Goal(
            "zero",
            "tau <= 0 => J >= log(C)",
            "zero",
            ("classes", "reg"),
            "with a mean margin that is not positive, zero is as good",
        ),
    ),
    not_checked=("that collapse attains the bound", "that the infimum over the mean margin is attained"),
)

r"""Fold and zero threshold of the one-variable losses, for all depths.

**Setting.** $q = (L-1)/(L+1)$ for a depth $L > 1$. Squared loss: a family with constant C has
$f(c) = \tfrac12(1-c)^2 + \tfrac12(L+1)x\,c^{1-q}$, $x = C\bar\lambda/(L+1)$, at $c = e^s$. Cross-entropy: collapse is
stationary at $\alpha = e^s$ for $\bar\lambda = \alpha^q/(e^\alpha + K - 1)$.

**Statement.** With $c_0 = (L-1)/L$ and $x_0 = c_0^q/L$: for $x < x_0$ the value at $c_0$ is below 1/2, that of zero;
for $x \ge x_0$ every c has at least 1/2. With $c_1 = (L-1)/(2L)$: $(1-c)c^q \le \tfrac{L+1}{2L}c_1^q$ for every c, with
equality at $c_1$, so this is the largest x with a stationary point. Where $\alpha_1e^{\alpha_1} = q(e^{\alpha_1}+K-1)$,
the stationary $\bar\lambda$ of every $\alpha$ is at most that of $\alpha_1$.

**Assumptions.** As stated.

**Source.** [DERIVED], settings of arXiv 2405.14468 and arXiv 2410.23169.

**What is checked.** Every step for all real $L > 1$, K, x. **What is not.** That every smaller x or $\bar\lambda$ has a
stationary point (intermediate values).
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

LOGS = shared_steps(__file__, "logs")
VALUE = "(1 - exp({s}))**2/2 + (L + 1)/2*x*exp((1 - q)*{s})"
LEVEL = "(exp(exp(a)) + K - 1)"


def sums(name: str, first: str, second: str) -> Step:
    """The exponential of a sum."""
    return Step(name, f"exp({first} + {second}) = exp({first})*exp({second})", "exponential", by=f"{first}; {second}")


PROOF = Proof(
    key="garrod2024.thresholds",
    title="Fold and zero threshold for all depths",
    source="[DERIVED], settings of arXiv 2405.14468 and arXiv 2410.23169",
    indices=(),
    symbols=(
        Symbol("L"),
        Symbol("K"),
        Symbol("q", latex="q"),
        Symbol("x"),
        Symbol("z", latex=r"\log c_0"),
        Symbol("w", latex=r"\log c_1"),
        Symbol("a", latex=r"\log\alpha_1"),
    ),
    variables=(Symbol("s"), Symbol("t")),
    hypotheses=(
        Hypothesis("depth", "L > 1", "more than one layer"),
        Hypothesis("power", "q*(L + 1) = L - 1", "q = (L - 1)/(L + 1)"),
        Hypothesis("zero_point", "exp(z)*L = L - 1", "c_0 = (L - 1)/L"),
        Hypothesis("fold_point", "exp(w)*2*L = L - 1", "c_1 = (L - 1)/(2 L)"),
        Hypothesis("strong", "L*x >= exp(q*z)", "the penalty is at the threshold or above"),
        Hypothesis("weak", "L*x < exp(q*z)", "the penalty is below the threshold"),
        Hypothesis("classes", "K >= 1", "at least one class"),
        Hypothesis("fold", "exp(a)*exp(exp(a)) = q*(exp(exp(a)) + K - 1)", "alpha_1 = e^a is the fold"),
    ),
    steps=(
        # The exponential lies above its tangents.
        LOGS.POSITIVE,
        Step("tangents", "exp(s) >= exp(t) + exp(t)*(s - t)", "tangent_line", ("exp_sign",), "exp(s); s; t; 0"),
        Step("exp_zero", "exp(0) = 1", "exponential", by="0"),
        Step("tangent", "exp(s) >= 1 + s", by="#tangents(t=0) + (1 + s)*#exp_zero"),
        Step("depth_sign", "L > 0", by="#depth + 1"),
        Step("next_sign", "L + 1 > 0", by="#depth + 2"),
        # Below the threshold.
        sums("parts", "q*z", "(1 - q)*z"),
        Step(
            "beats",
            VALUE.format(s="z") + " < 1/2",
            by="#next_sign/2/#depth_sign*#weak*#exp_sign(s=(1 - q)*z) + (L + 1)/2/#depth_sign*#parts"
            " - exp(z)/2/#depth_sign*#zero_point",
        ),
        # At the threshold and above.
        sums("split", "s", "(-q*s)"),
        sums("zero_shift", "z", "(s - z)"),
        sums("zero_turn", "q*z", "(-q*s)"),
        Step(
            "bracket",
            "exp(s) - 2 + (L + 1)*x*exp(-q*s) >= 0",
            by="#next_sign/#depth_sign*#strong*#exp_sign(s=-q*s) + #exp_sign(s=z)*#tangent(s=s - z)"
            " + #next_sign/#depth_sign*#tangent(s=-q*(s - z)) + #zero_shift - (L + 1)/#depth_sign*#zero_turn"
            " + (1 + s - z)/#depth_sign*#zero_point - (s - z)/#depth_sign*#power",
        ),
        Step(
            "beaten",
            VALUE.format(s="s") + " >= 1/2",
            by="#exp_sign/2*#bracket + (L + 1)/2*x*#split",
        ),
        # The fold of the squared loss.
        sums("fold_shift", "w", "(s - w)"),
        sums("fold_turn", "q*w", "(-q*s)"),
        sums("inverse", "q*s", "(-q*s)"),
        Step(
            "fold_bracket",
            "(L + 1)/2/L*exp(q*w)*exp(-q*s) - 1 + exp(s) >= 0",
            uses=("depth_sign",),
            by="#exp_sign(s=w)*#tangent(s=s - w) + #next_sign/2/#depth_sign*#tangent(s=-q*(s - w)) + #fold_shift"
            " - (L + 1)/2/L*#fold_turn + (1 + s - w)/2/L*#fold_point - (s - w)/2/L*#power",
        ),
        Step(
            "largest",
            "(1 - exp(s))*exp(q*s) <= (L + 1)/2/L*exp(q*w)",
            uses=("depth_sign",),
            by="#exp_sign(s=q*s)*#fold_bracket + (L + 1)/2/L*exp(q*w)*(#inverse - #exp_zero)",
        ),
        Step(
            "attained",
            "(1 - exp(w))*exp(q*w) = (L + 1)/2/L*exp(q*w)",
            uses=("depth_sign",),
            by="-exp(q*w)/2/L*#fold_point",
        ),
        # The fold for cross-entropy.
        Step("scaled_power", "(L + 1)*q > 0", by="#power + #depth"),
        Step("power_sign", "q > 0", "cancel", ("scaled_power",), "#next_sign"),
        Step("scaled_rest", "(L + 1)*(1 - q) > 0", by="2 - #power"),
        Step("rest_sign", "1 - q > 0", "cancel", ("scaled_rest",), "#next_sign"),
        Step(
            "weighted",
            "exp(q*(s - a)) <= 1 + q*(exp(s - a) - 1)",
            by="#power_sign*#tangents(s=s - a, t=q*(s - a)) + #rest_sign*#tangents(s=0, t=q*(s - a))"
            " - (1 - q)*#exp_zero",
        ),
        sums("entropy_shift", "a", "(s - a)"),
        sums("grow", "q*a", "q*(s - a)"),
        Step(
            "level_bound",
            f"exp(exp(s)) + K - 1 >= exp(q*(s - a))*{LEVEL}",
            by="#tangents(s=exp(s), t=exp(a)) + (#exp_sign(s=exp(a)) + #classes)*#weighted"
            " + exp(exp(a))*#entropy_shift + (exp(s - a) - 1)*#fold",
        ),
        Step(
            "entropy",
            f"exp(q*s)*{LEVEL} <= exp(q*a)*(exp(exp(s)) + K - 1)",
            by=f"#exp_sign(s=q*a)*#level_bound - {LEVEL}*#grow",
        ),
    ),
    goals=(
        Goal("beats zero", VALUE.format(s="z") + " < 1/2", "beats", ("depth", "zero_point", "weak")),
        Goal(
            "does not beat zero", VALUE.format(s="s") + " >= 1/2", "beaten", ("depth", "power", "zero_point", "strong")
        ),
        Goal(
            "fold, squared loss",
            "(1 - exp(s))*exp(q*s) <= (L + 1)/2/L*exp(q*w)",
            "largest",
            ("depth", "power", "fold_point"),
        ),
        Goal("fold attained", "(1 - exp(w))*exp(q*w) = (L + 1)/2/L*exp(q*w)", "attained", ("depth", "fold_point")),
        Goal(
            "fold, cross-entropy",
            f"exp(q*s)*{LEVEL} <= exp(q*a)*(exp(exp(s)) + K - 1)",
            "entropy",
            ("depth", "power", "classes", "fold"),
        ),
    ),
    not_checked=("that every smaller penalty has a stationary point (intermediate values)",),
)

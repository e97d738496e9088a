r"""Logits of pairs of classes: $\alpha$ on the diagonal, $-\alpha$ at the partner, 0 elsewhere.

Their mean cross-entropy is at most $\log(1 + (K-1)e^{-\alpha})$, that of collapse with the same $\alpha > 0$. Symbols:
index set C, partner pi, logits Z; facts ``logits`` and ``scale``; constants a1, c1, a2, c2.
"""

from theorycheck.symbolic.proof import Step
from theorycheck.symbolic.proof_files import shared_steps

LOGS = shared_steps(__file__, "logs")
LOGITS = "alpha*(delta[a,c] - delta[a,pi[c]] + delta[a,c]*delta[a,pi[c]])"
SCORE = "Z[a,c] - Z[c,c]"
BOUND = "exp(-alpha) + delta[a,c]*(1 - exp(-alpha))"
BOUNDED = f"exp({SCORE}) <= {BOUND}"
LOG = f"log(sum[a](exp({SCORE})))"
TOTAL = "1 + (C - 1)*exp(-alpha)"
MEAN = f"sum[c]({LOG})/C"


def at_constants(text: str, k: str) -> str:
    """A statement about a and c at constants."""
    return text.replace("a,", f"a{k},").replace(",c]", f",c{k}]").replace("[c,", f"[c{k},")


FIT = (
    # The fit, entry by entry.
    Step("own", "Z[c,c] = alpha", "kronecker", by="#logits(a=c)"),
    LOGS.POSITIVE,
    LOGS.INCREASING,
    LOGS.REFLECTS,
    Step("equal", "delta[a1,c1] != 0", "suppose", by="a1, c1"),
    Step("zero_or_one", "delta[a,c]**2 = delta[a,c]", "kronecker"),
    Step("one", "delta[a1,c1] - 1 = 0", "cancel", ("zero_or_one(a=a1, c=c1)", "equal"), "delta[a1,c1]"),
    Step("same_class", "delta[a,c]*Z[a,c] = delta[a,c]*Z[c,c]", "kronecker", by="delta[a,c]*(#logits - #own)"),
    Step(
        "no_gap",
        "Z[a1,c1] - Z[c1,c1] = 0",
        by="#same_class(a=a1, c=c1) - (Z[a1,c1] - Z[c1,c1])*#one",
    ),
    Step(
        "exp_gap",
        "exp(Z[a1,c1] - Z[c1,c1]) <= exp(0)",
        "apply",
        ("exp_increasing(s=Z[a1,c1] - Z[c1,c1], q=0)", "no_gap"),
    ),
    Step("exp_zero", "exp(0) = 1", "exponential", by="0"),
    Step(
        "if_same",
        at_constants(BOUNDED, "1"),
        by="(1 - exp(-alpha))*#one + #exp_gap - #exp_zero",
    ),
    Step("same", f"delta[a,c] != 0 => {BOUNDED}", "discharge", ("if_same", "equal"), "a1 = a, c1 = c"),
    Step("unequal", "delta[a2,c2] = 0", "suppose", by="a2, c2"),
    Step("partner_sign", "delta[a,pi[c]] >= 0", "kronecker", by="delta[a,pi[c]]**2"),
    Step(
        "wide_gap",
        "Z[a2,c2] - Z[c2,c2] <= -alpha",
        by="#own(c=c2) - #logits(a=a2, c=c2) + #scale*#partner_sign(a=a2, c=c2)"
        " - alpha*(1 + delta[a2,pi[c2]])*#unequal",
    ),
    Step(
        "exp_wide",
        "exp(Z[a2,c2] - Z[c2,c2]) <= exp(-alpha)",
        "apply",
        ("exp_increasing(s=Z[a2,c2] - Z[c2,c2], q=-alpha)", "wide_gap"),
    ),
    Step("if_other", at_constants(BOUNDED, "2"), by="#exp_wide + (1 - exp(-alpha))*#unequal"),
    Step("other", f"delta[a,c] = 0 => {BOUNDED}", "discharge", ("if_other", "unequal"), "a2 = a, c2 = c"),
    Step("entry", BOUNDED, "cases", ("same", "other")),
    Step("column", f"sum[a](exp({SCORE})) <= {TOTAL}", "kronecker", by="sum[a](#entry)"),
    Step("total_low", f"sum[a](exp({SCORE})) > 0", by=f"sum[a](#exp_sign(s={SCORE}))"),
    Step("total_high", f"{TOTAL} > 0", by="#column + #total_low"),
    Step("log_low", f"exp({LOG}) = sum[a](exp({SCORE}))", "logarithm", ("total_low",), f"sum[a](exp({SCORE}))"),
    Step("log_high", f"exp(log({TOTAL})) = {TOTAL}", "logarithm", ("total_high",), TOTAL),
    Step("exps", f"exp({LOG}) <= exp(log({TOTAL}))", by="#column - #log_low + #log_high"),
    Step("logs", f"{LOG} <= log({TOTAL})", "apply", (f"exp_reflects(s={LOG}, q=log({TOTAL}))", "exps")),
    Step("fits", f"sum[c]({LOG})/C <= log({TOTAL})", by="sum[c](#logs)/C"),
)

r"""The mean cross-entropy of n samples is at least that of the mean margin, by convexity.

Symbols: index sets C and n, logits Z, classes y of the samples, $o = K - 1$, the mean margin $\tau$ over samples and
wrong classes, $f_i$ the loss of a sample, $g = \log(1 + (K-1)e^{-\tau})$. Then $\sum_i f_i/n \ge g$.
"""

from theorycheck.symbolic.proof import Step
from theorycheck.symbolic.proof_files import shared_steps

LOGS = shared_steps(__file__, "logs")
GAP = "Z[c,i] - Z[y[i],i]"
SUM = f"sum[c](exp({GAP}))"
TOTAL = "(1 + o*exp(-tau))"


def steps(sign: str) -> tuple[Step, ...]:
    """All steps, from a certificate that o is positive."""
    return (*OPENING[:1], Step("others_sign", "o > 0", by=sign), *OPENING[1:])


OPENING = (
    Step("others", "o = C - 1", "define"),
    Step("margin", f"tau = -sum[i,c]({GAP})/n/o", "define", ("others_sign",)),
    # The exponential lies above its tangents.
    LOGS.POSITIVE,
    LOGS.INCREASING,
    LOGS.REFLECTS,
    Step("tangents", "exp(s) >= exp(q) + exp(q)*(s - q)", "tangent_line", ("exp_sign",), "exp(s); s; q; 0"),
    Step("exp_zero", "exp(0) = 1", "exponential", by="0"),
    Step("tangent", "exp(s) >= 1 + s", by="#tangents(q=0) + (1 + s)*#exp_zero"),
    # The fit, sample by sample.
    Step("total_sign", f"{TOTAL} > 0", by="1 + #others_sign*#exp_sign(s=-tau)"),
    Step("level", f"g = log({TOTAL})", "define"),
    Step("level_exp", "exp(g) = exp(log(1 + o*exp(-tau)))", "congruence", ("level",)),
    Step("level_value", f"exp(log({TOTAL})) = {TOTAL}", "logarithm", ("total_sign",), TOTAL),
    Step("sum_sign", f"{SUM} > 0", by=f"sum[c](#exp_sign(s={GAP}))"),
    Step("sample", f"f[i] = log({SUM})", "define"),
    Step("sample_exp", f"exp(f[i]) = exp(log({SUM}))", "congruence", ("sample",)),
    Step("sample_value", f"exp(log({SUM})) = {SUM}", "logarithm", ("sum_sign",), SUM),
    Step(
        "split",
        f"exp({GAP} + (tau - f[i] + g)) = exp({GAP})*exp(tau - f[i] + g)",
        "exponential",
        by=f"{GAP}; tau - f[i] + g",
    ),
    Step(
        "merge",
        "exp(-tau + (tau - f[i] + g)) = exp(-tau)*exp(tau - f[i] + g)",
        "exponential",
        by="-tau; tau - f[i] + g",
    ),
    Step("ratio", "exp(g - f[i] + f[i]) = exp(g - f[i])*exp(f[i])", "exponential", by="g - f[i]; f[i]"),
    Step("wrong", "1 - delta[c,y[i]] >= 0", "kronecker", by="(1 - delta[c,y[i]])**2"),
    Step(
        "gibbs",
        f"(f[i] - g)*{TOTAL} >= exp(-tau)*(sum[c]({GAP}) + o*tau)",
        "kronecker",
        by=f"sum[c](#wrong*#exp_sign(s=-tau)*#tangent(s={GAP} + tau - f[i] + g)) + #tangent(s=g - f[i])"
        f" + #merge*({SUM} - exp(0)) - exp(-tau)*sum[c]((1 - delta[c,y[i]])*#split) + #ratio"
        " + exp(g - f[i])*(#sample_exp + #sample_value + #exp_zero) - #level_exp - #level_value"
        " - exp(-tau)*(1 + tau - f[i] + g)*#others",
    ),
    Step("margins", f"sum[i,c]({GAP}) = -n*o*tau", by="-n*o*#margin"),
    Step(
        "scaled",
        f"{TOTAL}*(sum[i](f[i])/n - g) >= 0",
        by="sum[i](#gibbs)/n + exp(-tau)/n*#margins",
    ),
    Step("fit", "sum[i](f[i])/n >= g", "cancel", ("scaled",), "#total_sign"),
)

r"""What the proofs about the pattern of the labels share: every neuron has slope 1 on its class, $\gamma$ on the other.

Symbols: y labels, G the Gram matrix of the data, $\lambda$ multipliers, c(i) and e(i) the slopes of positive and
negative neurons at $x_i$.
"""

from theorycheck.symbolic.proof import Hypothesis, Step
from theorycheck.symbolic.proof_syntax import Symbol

SYMBOLS = (
    Symbol("x", ("n", "d")),
    Symbol("y", ("n",)),
    Symbol("gamma", latex=r"\gamma"),
    Symbol("lam", ("n",), latex=r"\lambda"),
    Symbol("c", ("n",), latex="c^+"),
    Symbol("e", ("n",), latex="c^-"),
    Symbol("Q", ("n", "n")),
    Symbol("K", ("n", "n")),
    Symbol("vp", ("d",), latex="v_+"),
    Symbol("vm", ("d",), latex="v_-"),
)
VARIABLES = (
    Symbol("i", (), "n"),
    Symbol("k", (), "n"),
    Symbol("l", (), "d"),
    Symbol("r", (), "P"),
    Symbol("t", (), "M"),
)
DEFINITIONS = (
    Step("slope_plus", "c[i] = (1 + gamma)/2 + (1 - gamma)/2*y[i]", "define"),
    Step("slope_minus", "e[i] = (1 + gamma)/2 - (1 - gamma)/2*y[i]", "define"),
    Step("gram", "Q[i,k] = sum[l](x[i,l]*x[k,l])", "define"),
    Step("kernel", "K[i,k] = y[i]*y[k]*(c[i]*c[k]/P + e[i]*e[k]/M)*Q[i,k]", "define"),
    Step("point_plus", "vp[l] = sum[i](lam[i]*y[i]*c[i]*x[i,l])/P", "define"),
    Step("point_minus", "vm[l] = -sum[i](lam[i]*y[i]*e[i]*x[i,l])/M", "define"),
)
LABELS = Hypothesis("labels", "y[i]**2 = 1", "labels are 1 or -1")
SOLVES = Hypothesis("solves", "sum[k](K[i,k]*lam[k]) = 1", "the multipliers solve K lambda = 1")


def margin(plus: str, minus: str, i: str = "i") -> str:
    """The margin at x_i of weights that have the pattern: of all rows, or of two rows that all neurons share."""
    return f"y[{i}]*(c[{i}]*({plus}) - e[{i}]*({minus}))"


SHARED = margin("sum[l](vp[l]*x[i,l])", "sum[l](vm[l]*x[i,l])")
"""The margin of the point with all rows vp and vm."""


def rows(plus: str, minus: str) -> str:
    """The margin of weights with different rows."""
    return margin(f"sum[r,l]({plus}[r,l]*x[i,l])/P", f"sum[t,l]({minus}[t,l]*x[i,l])/M")

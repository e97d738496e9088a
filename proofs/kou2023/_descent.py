r"""What the proofs about gradient descent share: the neurons of one sign, step by step.

Output weights are s/m with $s^2 = 1$; $g_i(k) = -\ell'(y_if(x_i))$ and the steps $\eta(k)$ are any numbers, so that any
loss, the other neurons and any choice of the step size are covered. Symbols: w weights, u preactivations, a slopes
$\sigma'(u) = \gamma + (1 - \gamma)[u > 0]$, Q the Gram matrix of the data.
"""

from theorycheck.symbolic.proof import Hypothesis, Step
from theorycheck.symbolic.proof_syntax import Symbol

SLOPE = "(gamma + (1 - gamma)*step(sum[b](w[r,b](k)*x[i,b])))"
MOVE = f"s*eta(k)/(n*m)*sum[i](g[i](k)*y[i]*{SLOPE}*x[i,l])"
WEIGHTS = f"w[r,l](k); w0[r,l]; w[r,l](k) + {MOVE}"

SYMBOLS = (
    Symbol("x", ("n", "d")),
    Symbol("y", ("n",)),
    Symbol("s"),
    Symbol("gamma", latex=r"\gamma"),
    Symbol("eta", ("N",), latex=r"\eta"),
    Symbol("g", ("n", "N")),
    Symbol("w0", ("m", "d"), latex="w^0"),
    Symbol("w", ("m", "d", "N")),
    Symbol("u", ("m", "n", "N")),
    Symbol("a", ("m", "n", "N")),
)
GRAM = Symbol("Q", ("n", "n"))
VARIABLES = (
    Symbol("i", (), "n"),
    Symbol("q", (), "n"),
    Symbol("r", (), "m"),
    Symbol("l", (), "d"),
    Symbol("b", (), "d"),
    Symbol("k", (), "N"),
)
START = Step("start", "w[r,l](0) = w0[r,l]", "recursion", by=WEIGHTS)
NEXT = Step("next", f"w[r,l](k + 1) = w[r,l](k) + {MOVE}", "recursion", by=WEIGHTS)
PREACTIVATIONS = Step("preactivation", "u[r,i](k) = sum[l](w[r,l](k)*x[i,l])", "define")
SLOPES = Step("slope", "a[r,i](k) = gamma + (1 - gamma)*step(u[r,i](k))", "define")
GRAM_MATRIX = Step("gram", "Q[i,q] = sum[l](x[i,l]*x[q,l])", "define")
MOVED = (
    Step("same_step", "step(u[r,i](k)) = step(sum[b](w[r,b](k)*x[i,b]))", "congruence", ("preactivation",)),
    Step(
        "moved",
        "w[r,l](k + 1) = w[r,l](k) + s*eta(k)/(n*m)*sum[i](g[i](k)*y[i]*a[r,i](k)*x[i,l])",
        by="#next - s*eta(k)/(n*m)*sum[i](g[i](k)*y[i]*x[i,l]*(#slope + (1 - gamma)*#same_step))",
    ),
)
LABELS = Hypothesis("labels", "y[i]**2 = 1", "labels are 1 or -1")
SIGN = Hypothesis("sign", "s**2 = 1", "output weights of one sign")
LEAKY = (
    Hypothesis("slope_sign", "gamma >= 0", "the activation is a (leaky) ReLU"),
    Hypothesis("slope_below", "gamma <= 1", "and convex"),
)
ACTIVE = (
    Step("step_square", "step(u[r,i](k))**2 = step(u[r,i](k))", "positive_part", by="u[r,i](k)"),
    Step(
        "slope_least",
        "a[r,i](k) >= gamma",
        by="#slope + #slope_below*(step(u[r,i](k))**2 - #step_square)",
    ),
    Step(
        "slope_most",
        "a[r,i](k) <= 1",
        by="#slope_below*((1 - step(u[r,i](k)))**2 - #step_square) - #slope",
    ),
)

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
NEARLY_ORTHOGONAL = (
    Hypothesis("norms", "Q[i,i] >= R2", "R2 is at most the least squared norm of an input"),
    Hypothesis("pairs", "(1 - delta[i,q])*abs(Q[i,q]) <= p", "inner products of different inputs are at most p"),
)
DOMINATED = (
    Step("pair_sign", "p >= 0", "kronecker", by="#pairs(q = i)"),
    Step("square_length", "Q[i,i] >= 0", by="#gram(q = i) + sum[l](x[i,l]**2)"),
    Step("size_sign", "abs(Q[i,q]) >= 0", "absolute_value", by="Q[i,q]"),
    Step("size_square", "abs(Q[i,q])**2 = Q[i,q]**2", "absolute_value", by="Q[i,q]"),
    Step(
        "same_square",
        "(-y[i]*y[q]*Q[i,q])**2 = abs(Q[i,q])**2",
        by="Q[i,q]**2*(#labels*y[q]**2 + #labels(i = q)) - #size_square",
    ),
    Step(
        "correlation",
        "-y[i]*y[q]*Q[i,q] <= abs(Q[i,q])",
        "root_of_square",
        ("same_square", "size_sign"),
        "-y[i]*y[q]*Q[i,q]; abs(Q[i,q])",
    ),
    Step(
        "other",
        "(1 - delta[i,q])*(p + y[i]*y[q]*Q[i,q]) >= 0",
        "kronecker",
        (),
        "(1 - delta[i,q])**2*#pairs + (1 - delta[i,q])**2*#correlation",
    ),
)
"""How much one input can act on another: at most p, whatever the labels."""
HALF = "(1 + s*y[q])/2*u[r,q](k)"
FROZEN = "a[r,q](k) = (1 + gamma)/2 + s*y[q]*(1 - gamma)/2"
PATTERN = (
    Step("sides", "s**2*y[q]**2 = 1", by="s**2*#labels(i = q) + #sign"),
    Step("half_sign", f"{HALF} >= 0", by="(1 + s*y[q])**2/4*#pattern - (2 + s*y[q])/4*u[r,q](k)*#sides"),
    Step("half_above", f"{HALF} >= u[r,q](k)", by="(1 - s*y[q])**2/4*#pattern + (2 - s*y[q])/4*u[r,q](k)*#sides"),
    Step("half_product", f"{HALF}*({HALF} - u[r,q](k)) = 0", by="u[r,q](k)**2/4*#sides"),
    Step(
        "half",
        f"relu(u[r,q](k)) = {HALF}",
        "positive_part",
        ("half_sign", "half_above", "half_product"),
        f"u[r,q](k); {HALF}",
    ),
    Step("part", "relu(u[r,q](k)) = step(u[r,q](k))*u[r,q](k)", "positive_part", by="u[r,q](k)"),
    Step(
        "switched_scaled",
        "s*y[q]*u[r,q](k)*(step(u[r,q](k)) - (1 + s*y[q])/2) = 0",
        by="s*y[q]*(#half - #part)",
    ),
    Step("switched", "step(u[r,q](k)) = (1 + s*y[q])/2", "cancel", ("switched_scaled",), "#pattern"),
    Step("frozen", FROZEN, by="#slope(i = q) + (1 - gamma)*#switched"),
)
"""What the pattern of the labels says of the slopes; needs a step `pattern`."""

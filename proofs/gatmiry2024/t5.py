r"""T5: the flow never leaves the span of the data, and never moves the part of a neuron orthogonal to it.

**Setting.** As in D5: $\dot\theta_j = -\sum_i\varphi'(z_{ij})S_{ij}x_i$, for any $\alpha$ in
$S_{ij} = 2\kappa w_i\varphi''(z_{ij}) - \alpha_i$; o is the first time.

**Statement.** If P is orthogonal to all $x_i$, then $P\cdot\theta_j(t) = P\cdot\theta_j(o)$. If every neuron starts in
the data's span, it stays there. With T1 (one vector serves all neurons, unique in the span), a flow that starts in the
span and converges to a solution makes all neurons one vector; otherwise only their projections agree.

**Assumptions.** The flow; for the second part a start in the span. Nothing is asked of $\varphi$ or the data.

**Source.** Gatmiry, Li, Reddi, Jegelka, ICML 2024, arXiv 2410.16401, conclusion as read in its public reviews [PAPER];
this statement [DERIVED].

**What is checked.** Every step for all n, m, d and all $\varphi$. **What is not.** That the flow exists and converges.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

PROOF = Proof(
    key="gatmiry2024.t5",
    title="The flow of the Hessian trace stays in the span of the data",
    source="arXiv 2410.16401, conclusion [PAPER]; this statement [DERIVED]",
    indices=("n", "m", "d"),
    symbols=(
        Symbol("phi1", ("I",), latex=r"\varphi'"),
        Symbol("x", ("n", "d")),
        Symbol("theta", ("m", "d", "T"), "R", "v", r"\theta"),
        Symbol("v", ("m", "d", "T"), latex=r"\dot\theta"),
        Symbol("z", ("n", "m", "T"), "I"),
        Symbol("S", ("n", "m", "T")),
        Symbol("o", (), "T"),
        Symbol("P", ("d",)),
        Symbol("c", ("m", "n")),
        Symbol("b", ("n", "m", "T")),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("j", (), "m"),
        Symbol("l", (), "d"),
        Symbol("t", (), "T"),
        Symbol("r", (), "T"),
        Symbol("W", ("d",)),
    ),
    hypotheses=(
        Hypothesis("flow", "v[j,l](t) = -sum[i](phi1(z[i,j](t))*S[i,j](t)*x[i,l])", "the flow of the trace"),
        Hypothesis("first_time", "o <= t", "o is the first time"),
        Hypothesis("start_in_span", "theta[j,l](o) = sum[i](c[j,i]*x[i,l])", "every neuron starts in the span"),
    ),
    steps=(
        Step("orthogonal", "sum[l](x[i,l]*P[l]) = 0", "suppose", by="P"),
        Step(
            "no_motion",
            "sum[l](P[l]*v[j,l](t)) = 0",
            by="sum[l](P[l]*#flow) - sum[i](phi1(z[i,j](t))*S[i,j](t)*#orthogonal)",
        ),
        Step(
            "up",
            "r <= t => sum[l](P[l]*theta[j,l](r)) <= sum[l](P[l]*theta[j,l](t))",
            "increasing",
            ("no_motion(t=r)",),
            "sum[l](P[l]*theta[j,l](r)); r; t",
        ),
        Step(
            "down",
            "r <= t => -sum[l](P[l]*theta[j,l](r)) <= -sum[l](P[l]*theta[j,l](t))",
            "increasing",
            ("no_motion(t=r)",),
            "-sum[l](P[l]*theta[j,l](r)); r; t",
        ),
        Step("above", "sum[l](P[l]*theta[j,l](o)) <= sum[l](P[l]*theta[j,l](t))", "apply", ("up(r=o)", "first_time")),
        Step(
            "below",
            "-sum[l](P[l]*theta[j,l](o)) <= -sum[l](P[l]*theta[j,l](t))",
            "apply",
            ("down(r=o)", "first_time"),
        ),
        Step(
            "constant",
            "sum[l](P[l]*theta[j,l](t)) = sum[l](P[l]*theta[j,l](o))",
            "antisymmetry",
            ("above", "below"),
        ),
        Step(
            "still",
            "all[i](sum[l](x[i,l]*W[l]) = 0) => sum[l](W[l]*theta[j,l](t)) = sum[l](W[l]*theta[j,l](o))",
            "discharge",
            ("constant", "orthogonal"),
            "P = W",
        ),
        Step(
            "vanishes",
            "sum[l](theta[j,l](t)*P[l]) = 0",
            by="#constant + sum[l](P[l]*#start_in_span) + sum[i](c[j,i]*#orthogonal)",
        ),
        Step(
            "annihilated",
            "all[i](sum[l](x[i,l]*W[l]) = 0) => sum[l](theta[j,l](t)*W[l]) = 0",
            "discharge",
            ("vanishes", "orthogonal"),
            "P = W",
        ),
        Step(
            "in_span",
            "theta[j,l](t) = sum[i](b[i,j](t)*x[i,l])",
            "span_of_annihilator",
            ("annihilated",),
            "b[i,j](t); x[i,l]; theta[j,l](t); W[l]; i",
        ),
    ),
    goals=(
        Goal(
            "the orthogonal part stays",
            "all[i](sum[l](x[i,l]*W[l]) = 0) => sum[l](W[l]*theta[j,l](t)) = sum[l](W[l]*theta[j,l](o))",
            "still",
            ("flow", "first_time"),
        ),
        Goal(
            "the flow stays in the span",
            "theta[j,l](t) = sum[i](b[i,j](t)*x[i,l])",
            "in_span",
            ("flow", "first_time", "start_in_span"),
        ),
    ),
    not_checked=("that the flow exists and converges",),
)

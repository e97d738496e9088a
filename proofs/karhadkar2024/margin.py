r"""Signal plus orthogonal noise, some labels flipped: the linear maximum margin in closed form, and two-layer bounds.

**Setting.** Inputs $x_i = y_ic_i\rho u + \tau z_i$ with observed labels $y_i = \pm1$, $c_i = -1$ where the label was
flipped and 1 elsewhere, $\|u\| = 1$, orthonormal noise $z_i \perp u$, $\tau \ne 0$ (signal-to-noise $\rho^2/\tau^2$).
$S = \sum_ic_i$, $Q = \tau^2 + n\rho^2$. Networks $f(x) = a\sum_j(\sigma(\langle p_j, x\rangle) - \sigma(\langle q_j,
x\rangle))$, m neurons of each sign, $\sigma(t) = \gamma t + (1-\gamma)t_+$, $0 \le \gamma \le 1$.

**Statement.** $v = \sum_i\lambda_iy_ix_i$ with $\lambda_i = (1 - \rho^2Sc_i/Q)/\tau^2 > 0$ has all margins equal to
1, is the shortest vector with margins of at least 1, $\|v\|^2 = (n - \rho^2S^2/Q)/\tau^2$ and $\langle v, u\rangle =
\rho S/Q$: it classifies the signal rightly exactly if fewer than half of the labels were flipped. The network $(tv,
-tv)$ with $t = 1/(am(1+\gamma))$ is linear, with margins 1 and squared norm $2\|v\|^2/(a^2m(1+\gamma)^2)$. Every
network with margins of at least 1 has $2a^2mQ\|W\|^2 \ge n$, so this linear network is within the factor
$\tfrac4{(1+\gamma)^2}(1 + \tfrac{\rho^2(n^2 - S^2)}{\tau^2n})$ of the least squared norm.

**Assumptions.** As stated.

**Source.** Karhadkar, George, Murray, Montufar, Needell, arXiv 2403.06903, setting [PAPER; details RECALL]; these
figures [DERIVED].

**What is checked.** Every step for all n, d, m. **What is not.** That training reaches such a network, and errors on
fresh data.
"""

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_syntax import Symbol

INNER = "sum[l](x[i,l]*x[k,l])"
MARGIN = "y[i]*sum[l](v[l]*x[i,l])"
LENGTH = "sum[l](v[l]**2)"
ACT = "(g*{0} + (1 - g)*relu({0}))"
NORM = "sum[j,l](p[j,l]**2 + q[j,l]**2)"
AT = "t*sum[l](v[l]*X[l])"
EXCESS = "(1 + rho**2*(n**2 - S**2)/(tau**2*n))"
DATA = ("inputs", "labels", "flips", "unit", "clean", "orthonormal")
LINEAR = (*DATA, "noise")
ANY = (*DATA, "noise", "least_slope", "greatest_slope", "margins")


def neuron(name: str, w: str, pre: str, label: str) -> tuple[Step, ...]:
    """What a neuron with weights w and preactivations pre adds to the margins, at most, by its norm."""
    slope, pull = f"s_{name}[i,j]", f"B_{name}[j,l]"
    return (
        Step(f"{name}_slope", f"{slope} = g + (1 - g)*step({pre})", "define"),
        Step(f"{name}_pull", f"{pull} = sum[i]({label}*{slope}*x[i,l])", "define"),
        Step(
            f"{name}_positive",
            f"{slope} >= 0",
            by=f"#{name}_slope + #least_slope + #greatest_slope*#step_sign(h = {pre})",
        ),
        Step(f"{name}_below_one", f"1 - {slope} >= 0", by=f"#greatest_slope*#step_rest(h = {pre}) - #{name}_slope"),
        Step(f"{name}_square", f"1 - {slope}**2 >= 0", by=f"#{name}_below_one*(1 + #{name}_positive)"),
        Step(
            f"{name}_gram",
            f"sum[l]({pull}**2) = rho**2*sum[i](c[i]*{slope})**2 + tau**2*sum[i]({slope}**2)",
            "kronecker",
            by=f"sum[l](({pull} + sum[i]({label}*{slope}*x[i,l]))*#{name}_pull)"
            f" + sum[i,k]({slope}*s_{name}[k,j]*#gram)",
        ),
        Step(
            f"{name}_short",
            f"sum[l]({pull}**2) <= n*Q",
            by=f"(n*rho**2 + tau**2)*sum[i](#{name}_square) - #{name}_gram - n*rho**2*sum[i]({slope}**2*#flips)"
            f" + rho**2*sum[i,k]((c[i]*{slope} - c[k]*s_{name}[k,j])**2)/2 + n*#total",
        ),
        Step(
            f"{name}_bound",
            f"4*a**2*m**2*Q**2*sum[l]({w}[j,l]**2) + n*Q >= 4*a*m*Q*sum[i]({label}*{ACT.format(pre)})",
            by=f"sum[l]((2*a*m*Q*{w}[j,l] - {pull})**2) + #{name}_short + 4*a*m*Q*(sum[l]({w}[j,l]*#{name}_pull)"
            f" + sum[i]({label}*({pre}*#{name}_slope - {slope}*#{name}_input - (1 - g)*#part_step(h = {pre}))))",
        ),
    )


PROOF = Proof(
    key="karhadkar2024.margin",
    title="Signal plus orthogonal noise with flipped labels: margins in closed form",
    source="arXiv 2403.06903, setting [PAPER; details RECALL]; figures [DERIVED]",
    indices=("n", "d", "m"),
    symbols=(
        Symbol("x", ("n", "d")),
        Symbol("y", ("n",)),
        Symbol("c", ("n",)),
        Symbol("z", ("n", "d")),
        Symbol("u", ("d",)),
        Symbol("rho", latex=r"\rho"),
        Symbol("tau", latex=r"\tau"),
        Symbol("S"),
        Symbol("Q"),
        Symbol("lam", ("n",), latex=r"\lambda"),
        Symbol("v", ("d",)),
        Symbol("V0", ("d",)),
        Symbol("a"),
        Symbol("g", latex=r"\gamma"),
        Symbol("t"),
        Symbol("p", ("m", "d")),
        Symbol("q", ("m", "d")),
        Symbol("P", ("n", "m"), latex="Z^+"),
        Symbol("R", ("n", "m"), latex="Z^-"),
        Symbol("f", ("n",)),
        Symbol("s_plus", ("n", "m"), latex="s^+"),
        Symbol("s_minus", ("n", "m"), latex="s^-"),
        Symbol("B_plus", ("m", "d"), latex="B^+"),
        Symbol("B_minus", ("m", "d"), latex="B^-"),
    ),
    variables=(
        Symbol("i", (), "n"),
        Symbol("k", (), "n"),
        Symbol("l", (), "d"),
        Symbol("j", (), "m"),
        Symbol("h"),
        Symbol("V", ("d",)),
        Symbol("X", ("d",)),
    ),
    definitions=(
        Step("count", "S = sum[i](c[i])", "define"),
        Step("total", "Q = tau**2 + n*rho**2", "define"),
        Step("plus_input", "P[i,j] = sum[l](p[j,l]*x[i,l])", "define"),
        Step("minus_input", "R[i,j] = sum[l](q[j,l]*x[i,l])", "define"),
        Step("network", f"f[i] = a*sum[j]({ACT.format('P[i,j]')} - {ACT.format('R[i,j]')})", "define"),
    ),
    hypotheses=(
        Hypothesis("inputs", "x[i,l] = y[i]*c[i]*rho*u[l] + tau*z[i,l]", "signal plus noise"),
        Hypothesis("labels", "y[i]**2 = 1", "labels 1 and -1"),
        Hypothesis("flips", "c[i]**2 = 1", "c is -1 where the label was flipped"),
        Hypothesis("unit", "sum[l](u[l]**2) = 1", "a signal of length 1"),
        Hypothesis("clean", "sum[l](z[i,l]*u[l]) = 0", "noise orthogonal to it"),
        Hypothesis("orthonormal", "sum[l](z[i,l]*z[k,l]) = delta[i,k]", "and to other noise"),
        Hypothesis("noise", "tau != 0", "there is noise"),
        Hypothesis("scale", "a*m*(1 + g)*t = 1", "the scale of the linear network"),
        Hypothesis("least_slope", "g >= 0", "a slope"),
        Hypothesis("greatest_slope", "1 - g >= 0", "of at most 1"),
        Hypothesis("margins", "y[i]*f[i] >= 1", "any network with margins of at least 1"),
    ),
    steps=(
        Step("total_sign", "Q > 0", by="#total + #noise**2 + n*rho**2"),
        Step(
            "gram",
            f"y[i]*y[k]*{INNER} = rho**2*c[i]*c[k] + tau**2*delta[i,k]",
            "kronecker",
            by="y[i]*y[k]*(sum[l](x[k,l]*#inputs + (y[i]*c[i]*rho*u[l] + tau*z[i,l])*#inputs(i = k))"
            " + y[i]*y[k]*c[i]*c[k]*rho**2*#unit + y[i]*c[i]*rho*tau*#clean(i = k) + y[k]*c[k]*rho*tau*#clean"
            " + tau**2*#orthonormal) + rho**2*c[i]*c[k]*(y[k]**2*#labels + #labels(i = k))"
            " + tau**2*delta[i,k]*#labels",
        ),
        Step("multipliers", "lam[i] = (1 - rho**2*S*c[i]/Q)/tau**2", "define", ("total_sign", "noise")),
        Step("vector", "v[l] = sum[i](lam[i]*y[i]*x[i,l])", "define"),
        Step(
            "positive",
            "lam[i] > 0",
            by="#multipliers + (#noise**2 + rho**2*sum[k]((c[k] - c[i])**2)/2 + #total"
            " - rho**2*(sum[k](#flips(i = k))/2 + n*#flips/2 + c[i]*#count))/#total_sign/#noise**2",
        ),
        Step(
            "signal_part",
            "sum[i](lam[i]*c[i]) = S/Q",
            uses=("total_sign", "noise"),
            by="sum[i](c[i]*#multipliers) - rho**2*S/Q/tau**2*sum[i](#flips) - #count/tau**2 + S/Q/tau**2*#total",
        ),
        Step(
            "margin",
            f"{MARGIN} = 1",
            "kronecker",
            by="y[i]*sum[l](x[i,l]*#vector) + sum[k](lam[k]*#gram) + rho**2*c[i]*#signal_part + tau**2*#multipliers",
        ),
        Step("dual", f"{LENGTH} = sum[i](lam[i])", by="sum[l](v[l]*#vector) + sum[i](lam[i]*#margin)"),
        Step(
            "length",
            f"{LENGTH} = (n - rho**2*S**2/Q)/tau**2",
            uses=("total_sign", "noise"),
            by="#dual + sum[i](#multipliers) + rho**2*S/Q/tau**2*#count",
        ),
        Step(
            "signal",
            "sum[l](v[l]*u[l]) = rho*S/Q",
            uses=("total_sign",),
            by="sum[l](u[l]*#vector) + sum[i](lam[i]*y[i]*(sum[l](u[l]*#inputs) + y[i]*c[i]*rho*#unit + tau*#clean))"
            " + rho*sum[i](lam[i]*c[i]*#labels) + rho*#signal_part",
        ),
        Step("feasible", "y[i]*sum[l](V0[l]*x[i,l]) >= 1", "suppose", by="V0"),
        Step(
            "longer",
            f"sum[l](V0[l]**2) >= {LENGTH}",
            by="sum[l]((V0[l] - v[l])**2) + 2*sum[i](#positive*#feasible) - 2*sum[i](lam[i]*#margin)"
            " + 2*sum[l]((V0[l] - v[l])*#vector)",
        ),
        Step(
            "shortest",
            f"all[i](y[i]*sum[l](V[l]*x[i,l]) >= 1) => sum[l](V[l]**2) >= {LENGTH}",
            "discharge",
            ("longer", "feasible"),
            "V0 = V",
        ),
        # The linear network.
        Step("part_sign", "relu(-h) >= 0", "positive_part", by="-h"),
        Step("part_above", "relu(-h) >= -h", "positive_part", by="-h"),
        Step("part_square", "relu(-h)**2 = -h*relu(-h)", "positive_part", by="-h"),
        Step("sum_sign", "h + relu(-h) >= 0", by="#part_above"),
        Step("sum_above", "h + relu(-h) >= h", by="#part_sign"),
        Step("sum_product", "(h + relu(-h))*(h + relu(-h) - h) = 0", by="#part_square"),
        Step(
            "parts",
            "relu(h) = h + relu(-h)",
            "positive_part",
            ("sum_sign", "sum_above", "sum_product"),
            "h; h + relu(-h)",
        ),
        Step(
            "linear",
            f"a*m*({ACT.format('(' + AT + ')')} - {ACT.format('(-' + AT + ')')}) = sum[l](v[l]*X[l])",
            by=f"a*m*(1 - g)*#parts(h = {AT}) + sum[l](v[l]*X[l])*#scale",
        ),
        Step(
            "linear_norm",
            f"a**2*m*(1 + g)**2*(2*m*t**2*{LENGTH}) = 2*{LENGTH}",
            by=f"2*{LENGTH}*(a*m*(1 + g)*t + 1)*#scale",
        ),
        # Every network.
        Step("part_step", "relu(h) = step(h)*h", "positive_part", by="h"),
        Step("step_square", "step(h)**2 = step(h)", "positive_part", by="h"),
        Step("step_sign", "step(h) >= 0", by="step(h)**2 - #step_square"),
        Step("step_rest", "1 - step(h) >= 0", by="(1 - step(h))**2 - #step_square"),
        *neuron("plus", "p", "P[i,j]", "y[i]"),
        *neuron("minus", "q", "R[i,j]", "(-y[i])"),
        Step(
            "least_scaled",
            f"2*m*Q*(2*a**2*m*Q*{NORM} - n) >= 0",
            by="sum[j](#plus_bound + #minus_bound) + 4*m*#total_sign*sum[i](#margins) - 4*m*Q*sum[i](y[i]*#network)",
        ),
        Step("least", f"2*a**2*m*Q*{NORM} >= n", "cancel", ("least_scaled",), "2*m*#total_sign"),
        Step(
            "factor",
            f"(1 + g)**2*(2*m*t**2*{LENGTH}) <= 4*{EXCESS}*{NORM}",
            uses=("noise",),
            by=f"2*m/n*((1 + g)*t)**2*{LENGTH}*#least"
            f" - 4*{NORM}*(Q/n*#length + #total/tau**2)"
            f" - 4*Q/n*{NORM}*{LENGTH}*(a*m*(1 + g)*t + 1)*#scale",
        ),
    ),
    goals=(
        Goal("margins", f"{MARGIN} = 1", "margin", LINEAR),
        Goal("positive multipliers", "lam[i] > 0", "positive", ("flips", "noise")),
        Goal(
            "maximum margin",
            f"all[i](y[i]*sum[l](V[l]*x[i,l]) >= 1) => sum[l](V[l]**2) >= {LENGTH}",
            "shortest",
            LINEAR,
            "no shorter vector has margins of at least 1",
        ),
        Goal("norm", f"{LENGTH} = (n - rho**2*S**2/Q)/tau**2", "length", LINEAR),
        Goal("signal", "sum[l](v[l]*u[l]) = rho*S/Q", "signal", (*DATA[:-1], "noise")),
        Goal(
            "a linear network",
            f"a*m*({ACT.format('(' + AT + ')')} - {ACT.format('(-' + AT + ')')}) = sum[l](v[l]*X[l])",
            "linear",
            ("scale",),
            "of two kinds of neurons, tv and -tv",
        ),
        Goal("its norm", f"a**2*m*(1 + g)**2*(2*m*t**2*{LENGTH}) = 2*{LENGTH}", "linear_norm", ("scale",)),
        Goal("every network", f"2*a**2*m*Q*{NORM} >= n", "least", ANY),
        Goal(
            "factor",
            f"(1 + g)**2*(2*m*t**2*{LENGTH}) <= 4*{EXCESS}*{NORM}",
            "factor",
            (*ANY, "scale"),
            "the linear network against any other",
        ),
    ),
    not_checked=("that training reaches such a network", "errors on fresh data"),
)

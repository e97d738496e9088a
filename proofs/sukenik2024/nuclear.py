r"""Depth 2 with ReLU: collapse is optimal as long as the ReLU does not raise the nuclear norm.

**Setting.** $M_2 = W_1H_1$, output $W_2\,\mathrm{relu}(M_2)$; otherwise as in sukenik2024/linear_mse.

**Statement.** Suppose that $\mathrm{relu}(M_2) = \tilde W\tilde H$ for some matrices whose squared norms are at most
those of $W_1$ and $H_1$. Then the objective is at least $\tfrac12(1 - q^3)^2 + \tfrac32\bar\lambda Kq^2$ for some
$q \ge 0$, which collapse costs at that q (sukenik2024/reduction with identity matrices).

**Assumptions.** Factors as stated exist. They do if $\|\mathrm{relu}(M_2)\|_* \le \|M_2\|_*$: the nuclear norm is the
least product of the norms of two factors, so $\|\mathrm{relu}(M_2)\|_* \le \|W_1\|\|H_1\|$, and its best factors can
be scaled to norms in the ratio of $\|W_1\|$ and $\|H_1\|$. Without this the statement is false (sukenik2024/k15).
Positive factors.

**Source.** Tirer, Bruna 2022 [RECALL], setting of arXiv 2405.14468; this proof [DERIVED].

**What is checked.** Every step, for all K, widths and factors. **What is not.** The remark on nuclear norms under
Assumptions, and that the minimum over q is attained.
"""

import re

import attrs

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step
from theorycheck.symbolic.proof_files import shared_steps
from theorycheck.symbolic.proof_syntax import Symbol

SPECTRUM = shared_steps(__file__, "spectrum")
GIVEN = ("features_factor", "first_factor", "inner_factors", "last_factor")
FACTORED = ("factors", "smaller_first", "smaller_features")


def shallow(text: str) -> str:
    """The text at depth 2: no inner layers."""
    return re.sub(r"\bm\b", "0", text)


def at_depth_two(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps without inner layers."""
    return tuple(
        attrs.evolve(step, statement=shallow(step.statement), uses=tuple(map(shallow, step.uses)), by=shallow(step.by))
        for step in steps
    )


BOUND = shallow(SPECTRUM.BOUND)

PROOF = Proof(
    key="sukenik2024.nuclear",
    title="At L = 2 collapse is optimal if the ReLU does not raise the nuclear norm",
    source="Tirer, Bruna 2022 [RECALL], setting of arXiv 2405.14468; proof [DERIVED]",
    indices=("C", "D", "F"),
    symbols=(
        Symbol("H1", ("F", "C"), latex="H_1"),
        Symbol("A1", ("D", "F"), latex="W_1"),
        Symbol("H", ("F", "C"), latex=r"\tilde H"),
        Symbol("W1", ("D", "F"), latex=r"\tilde W"),
        Symbol("W", ("D", "D", "N")),
        Symbol("X", ("D", "C", "N")),
        Symbol("T"),
        *(s for s in SPECTRUM.SYMBOLS if s.name != "m"),
    ),
    variables=(*SPECTRUM.VARIABLES, Symbol("j", (), "F")),
    definitions=(
        Step("first_layer", "X[d,i](0) = sum[j](W1[d,j]*H[j,i])", "recursion", by=SPECTRUM.LAYERS),
        Step("layers", "X[d,i](k + 1) = sum[b](W[d,b](k)*X[b,i](k))", "recursion", by=SPECTRUM.LAYERS),
        *SPECTRUM.DEFINITIONS,
        Step(
            "objective",
            "J = sum[i,c]((sum[b](WL[i,b]*X[b,c](0)) - delta[i,c])**2)/(2*C) + S(0)/2",
            "define",
        ),
        Step(
            "network",
            "T = sum[i,c]((sum[b](WL[i,b]*relu(sum[j](A1[b,j]*H1[j,c]))) - delta[i,c])**2)/(2*C)"
            " + (lamH*sum[j,i](H1[j,i]**2) + lam1*sum[d,j](A1[d,j]**2) + lamL*sum[i,b](WL[i,b]**2))/2",
            "define",
        ),
    ),
    hypotheses=(
        Hypothesis("factors", "relu(sum[j](A1[d,j]*H1[j,i])) = sum[j](W1[d,j]*H[j,i])", "factors of relu(M_2)"),
        Hypothesis("smaller_first", "sum[d,j](W1[d,j]**2) <= sum[d,j](A1[d,j]**2)", "not larger than W_1"),
        Hypothesis("smaller_features", "sum[j,i](H[j,i]**2) <= sum[j,i](H1[j,i]**2)", "and H_1"),
        *SPECTRUM.HYPOTHESES,
    ),
    steps=(
        *at_depth_two(SPECTRUM.FACTORS),
        *at_depth_two(SPECTRUM.bound("X[d,i](k)", "sum[b](WL[i,b]*X[b,c](m))")),
        Step("same_part", "relu(sum[j](A1[d,j]*H1[j,i])) = X[d,i](0)", by="#factors - #first_layer"),
        Step(
            "no_dearer",
            "T >= J",
            uses=("features_factor", "first_factor"),
            by="#network - #objective - #sum_start/2 + lamH/2*#smaller_features + lam1/2*#smaller_first"
            " + sum[i,c]((sum[b](WL[i,b]*relu(sum[j](A1[b,j]*H1[j,c]))) + sum[b](WL[i,b]*X[b,c](0)) - 2*delta[i,c])"
            "*sum[b](WL[i,b]*#same_part(d=b, i=c)))/(2*C)",
        ),
        Step("network_bound", BOUND.replace("J", "T"), by="#bound + #no_dearer"),
    ),
    goals=(
        Goal("argument", "q[best] >= 0", "best_sign", GIVEN),
        Goal("average factor", "power(mu, 3) = Q(0)", "average", GIVEN),
        Goal(
            "lower bound",
            BOUND.replace("J", "T"),
            "network_bound",
            (*FACTORED, *GIVEN),
            "what collapse costs at some q",
        ),
    ),
    not_checked=("the remark on nuclear norms in the docstring", "that the minimum over q is attained"),
)

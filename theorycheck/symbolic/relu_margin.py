r"""The maximum-margin point of the pattern that agrees with the labels: multipliers, weights, norm, ranks, limits.

$\min\tfrac12\sum_r\|w_r\|^2$ subject to $y_i f(x_i)\ge1$, with neurons of sign j of slope 1 on samples with $y_i = j$
and of slope γ on the others. All neurons of a sign then have equal weights $v_\pm$.
"""

from functools import cached_property
from typing import Any

import attrs
import sympy
from sympy import Expr, Symbol

from theorycheck.symbolic.relu import GAMMA, table, whole
from theorycheck.symbolic.steps import CALCULUS, EXPANSION, STRUCTURE, Proof, Step, vanishes

PLUS, MINUS = Symbol("m_+", positive=True), Symbol("m_-", positive=True)  # neurons a sign
MEAN = 2 * PLUS * MINUS / (PLUS + MINUS)  # h, their harmonic mean
WIDTH = Symbol("m", positive=True)  # of both signs
A, B = Symbol("a", positive=True), Symbol("b", positive=True)  # m_+‖v_+‖², m_-‖v_-‖²
C = Symbol("c", real=True)  # sqrt(m_+ m_-) v_+·v_-
TIME = Symbol("t", positive=True)  # gradient-flow time
TOTAL = Symbol("Lambda", positive=True)  # Σ λ_i


@attrs.frozen
class MarginKKT:
    r"""$K\lambda = 1$ and what follows from it; $K = hG$ with G the Gram matrix of the margins' gradients.

    Attributes:
        samples: n of the identities that are multiplied out; labels are 1 and -1 in turn.
        inputs: d of them.
    """

    samples: int = attrs.field(default=3, converter=lambda v: whole(v, "samples"))
    inputs: int = attrs.field(default=2, converter=lambda v: whole(v, "inputs"))

    @property
    def same_plus(self) -> Expr:
        r"""The factor of $x_i\cdot x_k$ in $K_{ik}$ for two labels 1."""
        return MEAN * (1 / PLUS + GAMMA**2 / MINUS)

    @property
    def same_minus(self) -> Expr:
        r"""The factor for two labels -1."""
        return MEAN * (1 / MINUS + GAMMA**2 / PLUS)

    @property
    def different(self) -> Expr:
        r"""The factor for different labels, whatever the widths."""
        return -2 * GAMMA

    @property
    def same(self) -> Expr:
        """The factor for equal labels and equal widths."""
        return 1 + GAMMA**2

    @property
    def norm(self) -> Expr:
        r"""$\|W\|_F^2$, with $\Lambda = \sum_i\lambda_i$."""
        return MEAN * TOTAL

    @property
    def margin(self) -> Expr:
        r"""The normalised margin $1/\|W\|_F$."""
        return 1 / sympy.sqrt(self.norm)

    @property
    def stable_rank(self) -> Expr:
        r"""Of both blocks stacked: $a = m_+\|v_+\|^2$, $b = m_-\|v_-\|^2$, $c = \sqrt{m_+m_-}\,v_+\cdot v_-$."""
        return (A + B) / ((A + B) / 2 + sympy.sqrt(((A - B) / 2) ** 2 + C**2))

    @property
    def orthogonal(self) -> Expr:
        """The same for orthogonal samples of one length, equal widths, and as many labels 1 as -1."""
        return 2 * (1 + GAMMA**2) / (1 + GAMMA) ** 2

    @property
    def loss_limit(self) -> Expr:
        r"""The limit of $t\,L(t)$ under gradient flow of the logistic loss while the pattern stays."""
        return self.norm

    @cached_property
    def proof(self) -> Proof:
        """Stationarity multiplied out for explicit sizes; entries, ranks and limits for all sizes."""
        top = (A + B) / self.stable_rank
        return Proof(
            (
                Step(
                    "stationarity", r"\nabla_W(\tfrac12\|W\|^2 - h\sum\lambda_i q_i) = 0", EXPANSION, self._stationary()
                ),
                Step("margins", r"q = K\lambda", EXPANSION, self._margins()),
                Step("norm", r"\|W\|_F^2 = h\,\lambda\cdot K\lambda", EXPANSION, self._norm()),
                Step(
                    "equal widths",
                    r"K_{ik} = (1+\gamma^2)x_i\cdot x_k,\ -2\gamma x_i\cdot x_k",
                    STRUCTURE,
                    self._equal(),
                ),
                Step("spectrum", r"\mu^2 - (a+b)\mu + ab - c^2 = 0", CALCULUS, self._spectrum(top)),
                Step("orthogonal", r"2(1+\gamma^2)/(1+\gamma)^2", CALCULUS, self._orthogonal()),
                Step(
                    "a solution for the exponential loss",
                    r"q_i = \log t - \log(n h\lambda_i),\ \dot q = \tfrac1n Ge^{-q}",
                    CALCULUS,
                    self._limit(),
                ),
            )
        )

    @cached_property
    def _explicit(self) -> dict[str, Any]:
        """Samples, labels, multipliers and the two rows for explicit sizes."""
        n, d = self.samples, self.inputs
        X, lam = table("x", n, d), [Symbol(f"lambda_{i + 1}", nonnegative=True) for i in range(n)]
        y = [1 - 2 * (i % 2) for i in range(n)]
        rows = {
            sign: [
                sum(MEAN / m * sign * lam[i] * y[i] * self._slope(sign, y[i]) * X[i, k] for i in range(n))
                for k in range(d)
            ]
            for sign, m in ((1, PLUS), (-1, MINUS))
        }
        return {"X": X, "lam": lam, "y": y, "rows": rows}

    def _slope(self, sign: int, label: int) -> Expr:
        return sympy.S.One if sign == label else GAMMA

    def _outputs(self, rows: dict[int, list]) -> list[Any]:
        """The margins of frozen slopes: all neurons of a sign alike."""
        e, d = self._explicit, self.inputs
        return [
            e["y"][i]
            * sum(s * self._slope(s, e["y"][i]) * sum(rows[s][k] * e["X"][i, k] for k in range(d)) for s in (1, -1))
            for i in range(self.samples)
        ]

    def _stationary(self) -> bool:
        """In the rows: the norm counts each of them m_j times."""
        e, d = self._explicit, self.inputs
        free = {s: [Symbol(f"v_{name}{k + 1}", real=True) for k in range(d)] for s, name in ((1, "p"), (-1, "q"))}
        norm = sum(m * sum(v**2 for v in free[s]) for s, m in ((1, PLUS), (-1, MINUS))) / 2
        pulls = MEAN * sum(p * q for p, q in zip(e["lam"], self._outputs(free), strict=True))
        at: Any = {v: value for s in free for v, value in zip(free[s], e["rows"][s], strict=True)}
        return all(vanishes((norm - pulls).diff(v).subs(at)) for v in at)

    def _entry(self, i: int, k: int) -> Any:
        y = self._explicit["y"]
        factor = self.different if y[i] != y[k] else self.same_plus if y[i] > 0 else self.same_minus
        return factor * (self._explicit["X"].row(i) * self._explicit["X"].row(k).T)[0]

    def _products(self) -> list[Any]:
        """Kλ."""
        lam = self._explicit["lam"]
        return [sum(self._entry(i, k) * lam[k] for k in range(self.samples)) for i in range(self.samples)]

    def _margins(self) -> bool:
        pairs = zip(self._outputs(self._explicit["rows"]), self._products(), strict=True)
        return all(vanishes(sympy.together(q - told)) for q, told in pairs)

    def _norm(self) -> bool:
        rows, lam = self._explicit["rows"], self._explicit["lam"]
        square = PLUS * sum(v**2 for v in rows[1]) + MINUS * sum(v**2 for v in rows[-1])
        return vanishes(sympy.together(square - MEAN * sum(p * q for p, q in zip(lam, self._products(), strict=True))))

    def _equal(self) -> bool:
        at: Any = {PLUS: WIDTH, MINUS: WIDTH}
        return all(vanishes(v.subs(at) - self.same) for v in (self.same_plus, self.same_minus))

    def _spectrum(self, top: Expr) -> bool:
        """A root of the characteristic polynomial, and the larger one: it is at least the mean of both."""
        gap = sympy.simplify(top - (A + B) / 2)
        return vanishes(top**2 - (A + B) * top + A * B - C**2) and gap.is_nonnegative is True

    def _orthogonal(self) -> bool:
        """n/2 labels a sign: a = b = m λ²ρ² (1+γ²) n/2 and c = -m λ²ρ² γ n; one factor cancels."""
        values: Any = {A: 1 + GAMMA**2, B: 1 + GAMMA**2, C: -2 * GAMMA}
        return vanishes(sympy.simplify(self.stable_rank.subs(values)) - self.orthogonal)

    def _limit(self) -> bool:
        """With exp(-q_i) = n h λ_i / t the flow is Kλ / t = 1/t in every margin, and the loss is Σ exp(-q_i)/n."""
        n, share = Symbol("n", positive=True), Symbol("lambda_i", positive=True)
        q = sympy.log(TIME) - sympy.log(n * MEAN * share)
        pull = sympy.exp(-q)
        flow = sympy.simplify(pull / (n * MEAN * share))  # times Σ_k K_ik λ_k = 1: the right side of the flow
        loss = sympy.simplify(TIME * pull / n / share) * TOTAL
        return vanishes(q.diff(TIME) - flow) and vanishes(loss - self.loss_limit)

    def latex(self) -> str:
        """Multipliers, rows, norm and stable rank, for equal widths m."""
        own = r"v_\pm = \sum_{y_i=\pm1}\lambda_i x_i - \gamma\sum_{y_i=\mp1}\lambda_i x_i"
        return (
            r"K_{ik} = \begin{cases}(1+\gamma^2)\,x_i\cdot x_k & y_i = y_k\\ -2\gamma\,x_i\cdot x_k & y_i\ne y_k"
            rf"\end{{cases}},\quad \lambda = K^{{-1}}\mathbf 1,\quad {own},\quad "
            r"\lVert W\rVert_F^2 = m\,\mathbf 1^T\lambda = \lim_{t\to\infty} t\,L(t),\quad "
            rf"\operatorname{{SR}}(W) = {sympy.latex(self.stable_rank)}"
        )

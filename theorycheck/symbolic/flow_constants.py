r"""The limiting flow of label-noise SGD, its constant derived from the algorithm's definition.

Labels are perturbed afresh in every step, $y_i + \xi_i$ with $E\xi_i = 0$ and $E\xi_i^2 = \sigma^2$. On the zero-loss
manifold the step's noise has a covariance $\Sigma = c\,\nabla^2 L$; the displacement off the manifold then has the
stationary covariance C of $HC + CH = \eta\Sigma$, and drifts by $-\tfrac{\eta}{2}D^3L[C]$ per step. In time
$\eta^2\times$ steps this is $dY/dT = -\tfrac{c}{4}\nabla_M\operatorname{tr}\nabla^2 L$.
"""

from collections.abc import Callable
from functools import cached_property

import attrs
import sympy
from sympy import Expr, Symbol

from theorycheck.errors import InvalidInstance
from theorycheck.models.losses import Loss
from theorycheck.symbolic.steps import CALCULUS, EXPANSION, STRUCTURE, Proof, Step, fresh, vanishes

SIGMA = Symbol("sigma", positive=True)
SAMPLES = Symbol("n", positive=True, integer=True)
STEP_SIZE = Symbol("eta", positive=True)
CURVATURE = Symbol("h", positive=True)  # an eigenvalue of the Hessian on the normal space
NOISE = Symbol("c", positive=True)
SMALL = (1, 2, 3)  # numbers of samples for which the expectation over draws is written out


@attrs.frozen
class Algorithm:
    """How a step uses the samples: `weights(n)` lists the equally likely draws, each with one weight per sample.

    The weights average to one over the draws, so that a step's mean is the gradient of the loss.
    """

    name: str
    description: str
    weights: Callable[[int], tuple[tuple[int, ...], ...]]
    second_moment: Expr  # E[weight²] of a sample, for symbolic n; checked against the draws


def _one_sample(n: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(n if i == drawn else 0 for i in range(n)) for drawn in range(n))


def _full_batch(n: int) -> tuple[tuple[int, ...], ...]:
    return ((1,) * n,)


ALGORITHMS = (
    Algorithm("one-sample", "one sample drawn uniformly, its label perturbed", _one_sample, SAMPLES),
    Algorithm("full-batch", "all samples, every label perturbed", _full_batch, sympy.S.One),
)


@attrs.frozen
class FlowConstant:
    r"""One row of the normalisation table, derived.

    Attributes:
        algorithm: which samples a step uses.
        loss: the normalisation.
    """

    algorithm: Algorithm
    loss: Loss

    @cached_property
    def scale(self) -> Expr:
        """The s of L = s Σ r², for symbolic n."""
        return loss_scale(self.loss)

    @cached_property
    def noise(self) -> Expr:
        r"""The c of $\Sigma = c\nabla^2 L$ on the manifold, matched by the coefficients of $g_i g_k^T$."""
        gain = fresh("gain")
        equation = step_covariance(self.scale, self.algorithm.second_moment) - gain * hessian_coefficient(self.scale)
        (solution,) = sympy.solve(equation, gain)
        return sympy.simplify(solution)

    @cached_property
    def speed(self) -> Expr:
        r"""The constant of $dY/dT = -\text{speed}\cdot\nabla_M\operatorname{tr}\nabla^2L$, $T = \eta^2$ steps."""
        return sympy.simplify(drift_per_step().subs(NOISE, self.noise) / STEP_SIZE**2)

    @property
    def coefficient(self) -> Expr:
        r"""The flow's constant with its sign, such as $-\sigma^2/4$."""
        return -self.speed

    @cached_property
    def proof(self) -> Proof:
        """The steps of the derivation, each checked when this is asked for."""
        return Proof(
            (
                *(_draws_step(self, n) for n in SMALL),
                _lyapunov_step(),
                _drift_step(),
                _tangent_step(),
            )
        )

    def latex(self) -> str:
        """The noise and the flow in one line."""
        noise = sympy.latex(self.noise)
        flow = sympy.latex(self.coefficient)
        return (
            rf"L = {sympy.latex(self.scale)}\sum_{{i=1}}^{{n}} r_{{i}}^{{2}},\quad \Sigma = {noise}\,\nabla^2 L,\quad "
            rf"\frac{{dY}}{{dT}} = {flow}\,\nabla_M\operatorname{{tr}}\nabla^2 L(Y),\quad T = \eta^2\cdot\text{{steps}}"
        )


def flow_constant(algorithm: str = "full-batch", loss: str | Loss = "half-sum") -> FlowConstant:
    """The limiting flow's constant for one algorithm and one normalisation.

    Args:
        algorithm: "one-sample" or "full-batch".
        loss: "sum", "half-sum", "mean" or "half-mean", or a `Loss`.

    Returns:
        The row, with its derivation.

    Raises:
        InvalidInstance: an unknown algorithm or loss.
    """
    for candidate in ALGORITHMS:
        if candidate.name == algorithm:
            return FlowConstant(candidate, loss if isinstance(loss, Loss) else Loss(loss))
    raise InvalidInstance(f"unknown algorithm {algorithm!r}; pass {' or '.join(repr(a.name) for a in ALGORITHMS)}")


def loss_scale(loss: Loss) -> Expr:
    """The s of L = s Σ r² for symbolic n, read off κ = 2s at one and two samples."""
    one, two = (sympy.Rational(k.numerator, k.denominator) / 2 for k in (loss.kappa(1), loss.kappa(2)))
    return one if one == two else one / SAMPLES


def _sample_step(scale: Expr, weight: Expr, noise: Expr) -> Expr:
    """The coefficient of g_i in a step's gradient on the manifold: the slope of s·weight·(r - ξ)² in r, at r = 0."""
    r = fresh("r")
    return (scale * weight * (r - noise) ** 2).diff(r).subs(r, 0)


def step_covariance(scale: Expr, second_moment: Expr) -> Expr:
    r"""The coefficient of $g_i g_i^T$ in Σ; that of $g_i g_k^T$ is zero, as the noises are independent of zero mean."""
    weight, noise = fresh("weight"), fresh("xi")
    squared = sympy.expand(_sample_step(scale, weight, noise) ** 2)
    return sympy.expand(squared.subs({noise**2: SIGMA**2, weight**2: second_moment}))


def hessian_coefficient(scale: Expr) -> Expr:
    r"""The coefficient of $g_i g_i^T$ in $\nabla^2 L$ on the manifold: the second derivative of s r² in r."""
    r = fresh("r")
    return (scale * r**2).diff(r, 2)


def normal_covariance() -> Expr:
    """The stationary variance along an eigenvector of the Hessian, from 2hC = ηch."""
    variance = fresh("C")
    (solution,) = sympy.solve(2 * CURVATURE * variance - STEP_SIZE * NOISE * CURVATURE, variance)
    return solution


def drift_per_step() -> Expr:
    r"""The factor of $-\nabla_M\operatorname{tr}\nabla^2L$ in the mean step, with $C = (\eta c/2)P_N$."""
    displacement, variance = fresh("delta"), fresh("C")
    slope = sympy.Function("L")(displacement).diff(displacement)
    # the mean of the slope beside the manifold, to second order: E δ = 0, E δ² = C, and L' = 0 on the manifold
    quadratic = slope.series(displacement, 0, 3).removeO().doit().coeff(displacement, 2)
    third = slope.diff(displacement, 2).subs(displacement, 0).doit()
    return sympy.simplify(STEP_SIZE * quadratic * variance / third).subs(variance, normal_covariance())


@attrs.frozen
class FiniteStep:
    """What a step size that is not small does to one eigendirection with curvature h."""

    @cached_property
    def variance(self) -> Expr:
        """The stationary variance, from C = (1 - ηh)² C + η² c h."""
        variance = fresh("C")
        step = (1 - STEP_SIZE * CURVATURE) ** 2 * variance + STEP_SIZE**2 * NOISE * CURVATURE
        (solution,) = sympy.solve(sympy.expand(step - variance), variance)
        return sympy.simplify(solution)

    @cached_property
    def speed_factor(self) -> Expr:
        """The variance over that of the limit of small steps: 1/(1 - ηh/2)."""
        return sympy.simplify(self.variance / normal_covariance())

    @cached_property
    def regulariser(self) -> Expr:
        r"""The function of h whose slope is the speed factor, zero at h = 0: $-\tfrac{2}{\eta}\log(1-\eta h/2)$."""
        primitive = sympy.Integral(1 / (1 - STEP_SIZE * CURVATURE / 2), CURVATURE).doit()
        candidate = -2 / STEP_SIZE * sympy.log(1 - STEP_SIZE * CURVATURE / 2)
        same_slope = vanishes(sympy.diff(candidate - primitive, CURVATURE))
        if not (same_slope and vanishes(candidate.diff(CURVATURE) - self.speed_factor)):
            raise ArithmeticError("the regulariser's derivative is not the speed factor")
        return candidate

    def latex(self) -> str:
        """The factor per eigenvalue of the Hessian."""
        return rf"\text{{speed}}\times {sympy.latex(self.speed_factor)}"


def _draws_step(row: FlowConstant, n: int) -> Step:
    """Σ with the expectation over draws and noises written out for n samples, against c times the Hessian."""
    noises, gradients = sympy.symbols(f"xi_1:{n + 1}", real=True), sympy.symbols(f"g_1:{n + 1}", real=True)
    scale = row.scale.subs(SAMPLES, n)
    draws = row.algorithm.weights(n)
    covariance, mean_weight = sympy.S.Zero, [sympy.S.Zero] * n
    for draw in draws:
        parts = (
            _sample_step(scale, w, xi) * g for w, xi, g in zip(map(sympy.Integer, draw), noises, gradients, strict=True)
        )
        covariance += _noise_mean(sympy.Add(*parts) ** 2, noises) / len(draws)
        mean_weight = [mean + sympy.Rational(w, len(draws)) for mean, w in zip(mean_weight, draw, strict=True)]
    hessian = sympy.Add(*(hessian_coefficient(scale) * g**2 for g in gradients))
    gap = covariance - row.noise.subs(SAMPLES, n) * hessian
    statement = rf"\Sigma = {sympy.latex(row.noise)}\,\nabla^2 L,\quad n = {n}"
    unbiased = all(mean == 1 for mean in mean_weight)
    return Step(f"noise covariance, n = {n}", statement, EXPANSION, unbiased and vanishes(gap))


def _noise_mean(expression: Expr, noises: tuple[Symbol, ...]) -> Expr:
    """The mean over independent noises with E ξ = 0 and E ξ² = σ², for a polynomial of degree two in them."""
    mean = sympy.S.Zero
    for powers, coefficient in sympy.Poly(sympy.expand(expression), *noises).terms():
        if any(power == 1 for power in powers):
            continue
        if sum(powers) > 2:
            raise ArithmeticError("only the first two moments of the noise are known")
        mean += coefficient * SIGMA ** sum(powers)
    return mean


def _lyapunov_step() -> Step:
    """HC + CH = ηcH for H with two positive eigenvalues and a zero one, bounded C: C = (ηc/2) P_N."""
    h, k = sympy.symbols("h k", positive=True)
    hessian = sympy.diag(h, k, 0)
    projection = sympy.diag(1, 1, 0)
    covariance = normal_covariance() * projection
    gap = hessian * covariance + covariance * hessian - STEP_SIZE * NOISE * hessian
    unknown = sympy.Matrix(2, 2, lambda i, j: fresh(f"C_{min(i, j)}{max(i, j)}"))
    block = sympy.diag(h, k)
    equations = list(block * unknown + unknown * block - STEP_SIZE * NOISE * block)
    solution = sympy.solve(equations, sorted(unknown.free_symbols, key=str), dict=True)
    unique = len(solution) == 1 and all(vanishes(e) for e in unknown.subs(solution[0]) - covariance[:2, :2])
    return Step(
        "stationary covariance", r"C = \tfrac{\eta c}{2}P_N", STRUCTURE, unique and all(vanishes(e) for e in gap)
    )


def _drift_step() -> Step:
    gap = drift_per_step() - STEP_SIZE**2 * NOISE / 4
    return Step("drift", r"-\tfrac{\eta}{2}D^3L[C] = -\tfrac{\eta^2c}{4}D^3L[P_N]", CALCULUS, vanishes(gap))


def _tangent_step() -> Step:
    """D³L[v, t, t] = 0 for tangent v and t, so D³L[v, P_N] is the slope of tr H along v.

    Along the manifold H = κ Σ g gᵀ. With u = g·t and u' its part from g' the derivative of tᵀHt has the terms 2uu',
    which lie in the ideal of the u, and all u are zero for tangent t.
    """
    u, moved, s = fresh("u"), fresh("u'"), fresh("s")
    derivative = ((u + s * moved) ** 2).diff(s).subs(s, 0)
    quotient, remainder = sympy.div(derivative, u, u)
    discharged = vanishes(remainder) and vanishes(quotient - 2 * moved)
    return Step(
        "tangent directions", r"D^3L[v,t,t] = 2\kappa\sum_i (g_i\cdot t)(g_i'\cdot t) = 0", STRUCTURE, discharged
    )

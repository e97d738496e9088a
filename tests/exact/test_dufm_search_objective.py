"""The objective and its gradient: against samples one by one, finite differences, autodiff and the compiled code."""

import math
from fractions import Fraction

import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.exact.dufm_objective import fit, gradient, layers, objective, penalty
from theorycheck.exact.dufm_search_problem import Problem
from theorycheck.models.features import UnconstrainedFeatures

CASES = [
    UnconstrainedFeatures(2, 1, "1/10"),
    UnconstrainedFeatures(2, 1, "1/10", loss="ce", activation="linear", counts=(1, 3)),
    UnconstrainedFeatures(2, 2, "1/20", loss="ce"),
    UnconstrainedFeatures(3, 3, ("1/10", "1/20", "1/30", "1/40"), counts=(1, 2, 4)),
    UnconstrainedFeatures(3, 2, ("1/10", "1/7", "1/3"), activation="linear", counts=2),
    UnconstrainedFeatures(4, 4, "1/50", loss="ce", counts=(3, 1, 1, 2)),
]


def drawn(instance, seed=0):
    random, before, found = np.random.default_rng(seed), instance.classes, []
    for l in range(instance.depth + 1):
        rows = instance.classes if l == instance.depth else int(random.integers(1, 6))
        found.append(random.normal(size=(rows, before)))
        before = rows
    return found


def by_samples(instance, factors):
    """The objective of the full model, a column a sample, with plain loops."""
    labels = [k for k, n in enumerate(instance.counts) for _ in range(n)]
    H, *weights = factors
    total = 0.0
    for k in labels:
        a = [float(v) for v in H[:, k]]
        total += float(instance.reg[0]) / 2 * sum(v * v for v in a)
        for l, W in enumerate(weights):
            a = [sum(float(w) * v for w, v in zip(row, a, strict=True)) for row in W]
            if instance.activation == "relu" and l < len(weights) - 1:
                a = [max(v, 0.0) for v in a]
        if instance.loss == "mse":
            total += sum((v - (c == k)) ** 2 for c, v in enumerate(a)) / (2 * len(labels))
        else:
            total += math.log(1 + sum(math.exp(v - a[k]) for c, v in enumerate(a) if c != k)) / len(labels)
    for lam, W in zip(instance.reg[1:], weights, strict=True):
        total += float(lam) / 2 * sum(float(v) ** 2 for v in W.ravel())
    return total


@pytest.mark.parametrize("instance", CASES, ids=str)
def test_objective_is_that_of_all_samples(instance):
    factors = drawn(instance)
    assert objective(instance, factors) == pytest.approx(by_samples(instance, factors), rel=1e-12)
    parts = fit(instance, layers(instance, factors)[-1]) + penalty(instance, factors)
    assert parts == pytest.approx(objective(instance, factors), rel=1e-14)


@pytest.mark.parametrize("instance", CASES, ids=str)
def test_gradient_against_differences_and_autodiff(instance):
    import jax
    import jax.numpy as jnp

    def total(factors):
        M = factors[0]
        for l, W in enumerate(factors[1:]):
            M = W @ (jax.nn.relu(M) if instance.relu and l > 0 else M)
        n = jnp.array(instance.counts)
        if instance.loss == "mse":
            cost = jnp.sum(n * jnp.sum((M - jnp.eye(len(M))) ** 2, 0)) / (2 * instance.samples)
        else:
            cost = jnp.sum(n * (jax.scipy.special.logsumexp(M, 0) - jnp.diagonal(M))) / instance.samples
        squares = [jnp.sum(n * factors[0] ** 2), *(jnp.sum(W**2) for W in factors[1:])]
        return cost + sum(float(v) / 2 * s for v, s in zip(instance.reg, squares, strict=True))

    factors = drawn(instance)
    ours = gradient(instance, factors)
    theirs = jax.jit(jax.grad(total))([jnp.array(F) for F in factors])
    for F, mine, other in zip(factors, ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-12)
        for place in np.ndindex(*F.shape):
            keep, h = F[place], 1e-6
            F[place] = keep + h
            up = objective(instance, factors)
            F[place] = keep - h
            down = objective(instance, factors)
            F[place] = keep
            assert mine[place] == pytest.approx((up - down) / (2 * h), abs=1e-7)


@pytest.mark.parametrize("soft", [0.0, 0.3])
@pytest.mark.parametrize("instance", CASES, ids=str)
def test_compiled_objective_of_the_rescaled_problem(instance, soft):
    """Equal to the instance's own without rounding; with it, its gradient is that of its values."""
    from theorycheck.exact.dufm_search_kernel import evaluate

    problem, factors = Problem(instance), drawn(instance)
    rows, theta = problem.flat(factors)
    size = int(rows.sum()) * instance.classes

    def at(x):
        g = np.empty_like(x)
        return evaluate(x, rows, *problem.arguments(), soft, np.empty(size), np.empty(size), np.empty(size), g), g

    value, g = at(theta)
    if soft == 0.0:
        assert value == pytest.approx(by_samples(instance, factors), rel=1e-12)
        own = gradient(instance, factors)
        scales = np.sqrt(problem.own_reg / problem.mean_reg)
        pulled = np.concatenate([(G / a).ravel() for G, a in zip(own, scales, strict=True)])
        np.testing.assert_allclose(g, pulled, rtol=1e-10, atol=1e-13)
    for i in range(len(theta)):
        step = np.zeros_like(theta)
        step[i] = 1e-6
        assert g[i] == pytest.approx((at(theta + step)[0] - at(theta - step)[0]) / 2e-6, abs=1e-7)
    for F, back in zip(factors, problem.factors(rows, theta), strict=True):
        np.testing.assert_allclose(F, back, rtol=1e-14)


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ([np.eye(3)] * 2, "pass L \\+ 1 = 3"),
        ([np.eye(3), np.ones((2, 4)), np.ones((3, 2))], "W_1 has shape \\(2, 4\\)"),
        ([np.eye(3), np.eye(3), np.ones((2, 3))], "W_2 has shape \\(2, 3\\); pass 3 rows"),
        ([np.ones((5, 3)), np.ones((2, 5)), np.ones((3, 2))], "H has 5 rows; the instance allows a width of 4"),
        ([np.eye(3) * np.nan, np.eye(3), np.eye(3)], "H holds NaN"),
    ],
)
def test_factors_that_do_not_fit_are_named(factors, words):
    instance = UnconstrainedFeatures(3, 2, Fraction(1, 10), width=4)
    with pytest.raises(InvalidInstance, match=words):
        objective(instance, factors)

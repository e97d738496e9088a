"""Stability of collapse and dimensions of solution sets against full Hessians and exact ranks of group actions."""

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import sympy
from flint import fmpq, fmpq_mat
from scipy.optimize import brentq

import theorycheck as tc
from theorycheck.models.spectra import numerical_rank
from theorycheck.symbolic import features as f
from theorycheck.symbolic import features_geometry as geometry

ORBITS = ((4, 1, 4, 6), (4, 2, 4, 12), (4, 2, 6, 24), (4, 3, 5, 27), (5, 2, 5, 20), (6, 2, 6, 30), (6, 2, 9, 60))


def balanced(K, L, d, alpha):
    """Balanced factors of αS with exactly zero small singular values, and the λ at which they are critical."""
    s, basis = alpha ** (1 / (L + 1)), np.linalg.svd(np.eye(K) - 1 / K)[0][:, : K - 1]
    first, inner, last = np.zeros((d, K)), np.zeros((d, d)), np.zeros((K, d))
    first[: K - 1], last[:, : K - 1] = s * basis.T, s * basis
    inner[: K - 1, : K - 1] = s * np.eye(K - 1)
    return [first, *([inner] * (L - 1)), last], alpha ** ((L - 1) / (L + 1)) / (np.exp(alpha) + K - 1)


@cache
def derivatives(K, L, d):
    """Gradient and Hessian of the full objective, as functions of all parameters and λ."""
    import jax
    import jax.numpy as jnp

    shapes = [W.shape for W in balanced(K, L, d, 1.0)[0]]
    bounds = np.cumsum([p * q for p, q in shapes])[:-1]

    def objective(v, lam):
        Z, *rest = (part.reshape(shape) for part, shape in zip(jnp.split(v, bounds), shapes, strict=True))
        for W in rest:
            Z = W @ Z
        return jnp.mean(jax.nn.logsumexp(Z, axis=0) - jnp.diag(Z)) + lam / 2 * jnp.sum(v**2)

    return jax.jit(lambda v, lam: (jax.grad(objective)(v, lam), jax.hessian(objective)(v, lam)))


def spectrum(K, L, d, alpha):
    """Largest gradient entry and least eigenvalue of the Hessian of the full objective."""
    factors, lam = balanced(K, L, d, alpha)
    gradient, hessian = derivatives(K, L, d)(np.concatenate([W.ravel() for W in factors]), lam)
    return np.abs(np.asarray(gradient)).max(), np.linalg.eigvalsh(np.asarray(hessian))[0]


def least_stable(K, L):
    """The α at which the derived condition holds with equality."""
    stability = tc.derive.dufm_stability()
    if K >= 4:
        return float(stability.four.subs({f.CLASSES: K, f.DEPTH: L}))
    condition = sympy.lambdify(f.LOGIT, (stability.three if K == 3 else stability.two).subs(f.DEPTH, L))
    return brentq(condition, 1e-6, 10)


CELLS = [(4, 2), (4, 3), (5, 2), (3, 2), (3, 3), (2, 2), (2, 3)]


@pytest.mark.parametrize(("K", "L"), CELLS)
def test_stable_exactly_from_the_threshold_on(K, L):
    alpha = least_stable(K, L)
    for factor, stable in ((0.99, False), (1.01, True)):
        gradient, least = spectrum(K, L, K, alpha * factor)
        assert gradient < 1e-14
        assert (least > -1e-12) == stable, (factor, least)
        assert stable or least < -1e-4


def test_three_classes_are_less_stable_than_the_diagonal_part_alone_says():
    """Equal columns couple to S diag(u) S: where the form on the latter vanishes there is still a descent direction."""
    alone = brentq(lambda a: a * (1 + (np.exp(a) - 1) / (np.exp(a) + 2)) - 1, 0.1, 5)
    assert alone == pytest.approx(0.7797532, abs=1e-6)
    assert least_stable(3, 2) == pytest.approx(0.7877422, abs=1e-6)
    assert spectrum(3, 2, 3, alone)[1] < -2e-3


@pytest.mark.parametrize(
    ("K", "L", "expected"), [(4, 2, 0.162010), (4, 3, 0.136125), (5, 2, 0.127563), (3, 2, 0.219976)]
)
def test_the_reg_at_the_threshold(K, L, expected):
    reg = tc.derive.dufm_stability().reg.subs({f.CLASSES: K, f.DEPTH: L, f.LOGIT: least_stable(K, L)})
    assert float(reg) == pytest.approx(expected, abs=1e-6)


def test_two_classes_are_stable_from_the_fold_on():
    for L in (2, 3, 5):
        fold = tc.derive.dufm_thresholds("ce").fold_at.subs({f.CLASSES: 2, f.DEPTH: L})
        assert least_stable(2, L) == pytest.approx(float(fold), abs=1e-9)


@pytest.mark.parametrize("K", [4, 5, 6])
def test_every_part_is_seen_by_the_fit(K):
    """A numeric Hessian of the fit on the directions with zero column sums has the parts' eigenvalues."""
    alpha, stability = 1.3, tc.derive.dufm_stability()
    softmax = np.full((K, K), 1.0) + (np.exp(alpha) - 1) * np.eye(K)
    softmax /= softmax.sum(axis=0)
    full = np.zeros((K * K, K * K))
    for c in range(K):
        p = softmax[:, c]
        full[c::K, c::K] = (np.diag(p) - np.outer(p, p)) / K
    project = np.kron(np.eye(K) - 1 / K, np.eye(K))
    basis = np.linalg.svd(project)[0][:, : K * (K - 1)]
    found = np.sort(np.linalg.eigvalsh(basis.T @ full @ basis))
    expected = []
    for part in stability.parts:
        matrix = np.array(part.fit.subs({f.CLASSES: K, f.LOGIT: alpha}).tolist(), dtype=float)
        expected += list(np.linalg.eigvalsh(matrix)) * int(part.dimension.subs(f.CLASSES, K))
    assert found == pytest.approx(np.sort(expected), abs=1e-12)


def test_stability_and_geometry_are_discharged():
    for result in (tc.derive.dufm_stability(), tc.derive.schatten_form(), tc.derive.solution_set_dimension()):
        assert result.proof.holds, result.proof.failed
        assert result.latex()


def exact_point(rank, K, L, d):
    """Rational balanced factors of rank r up to one scale a layer: what the orbit's dimension does not see."""
    columns = [[Fraction(int(i == j)) - (Fraction(1, K) if rank == K - 1 else 0) for j in range(K)] for i in range(K)]
    first = [columns[i] if i < rank else [Fraction(0)] * K for i in range(d)]
    inner = [[Fraction(int(i == j and i < rank)) for j in range(d)] for i in range(d)]
    return [first, *([inner] * (L - 1)), [list(column) for column in zip(*first, strict=True)]]


def generators(d):
    """A basis of the skew d x d matrices."""
    for a in range(d):
        for b in range(a):
            yield [[int((i, j) == (a, b)) - int((i, j) == (b, a)) for j in range(d)] for i in range(d)]


def action(factors, layer, A):
    """The velocity of all factors when layer's basis turns with A."""
    moved = [np.zeros(np.shape(W), dtype=object) for W in factors]
    moved[layer] = np.dot(np.array(A, dtype=object), np.array(factors[layer], dtype=object))
    moved[layer + 1] = -np.dot(np.array(factors[layer + 1], dtype=object), np.array(A, dtype=object))
    return np.concatenate([m.ravel() for m in moved])


def orbit(factors, L, d):
    return [action(factors, layer, A) for layer in range(L) for A in generators(d)]


@pytest.mark.parametrize(("K", "L", "d", "expected"), ORBITS)
def test_the_dimension_is_the_exact_rank_of_the_group_action(K, L, d, expected):
    values = {f.CLASSES: K, f.DEPTH: L, geometry.WIDTH: d, geometry.RANK: K - 1}
    result = tc.derive.solution_set_dimension()
    assert result.dimension.subs(values) == result.collapse.subs(values) == expected
    rows = [
        [fmpq(int(x.numerator), int(x.denominator)) for x in row] for row in orbit(exact_point(K - 1, K, L, d), L, d)
    ]
    assert fmpq_mat(rows).rank() == expected
    assert result.printed.subs(values) < expected


def test_the_ratio_starts_above_one_and_the_printed_count_is_refuted():
    """L = 1, d = r = 2: W = R, H = R^T for every rotation R, a curve of parameters; the printed count says none."""
    result = tc.derive.solution_set_dimension()
    values = {f.DEPTH: 1, geometry.WIDTH: 2, geometry.RANK: 2}
    assert result.printed.subs(values) == 0
    assert result.dimension.subs(values) == 1
    for K, r in ((4, 2), (6, 3), (10, 8)):
        ratios = [result.ratio.subs({f.CLASSES: K, geometry.RANK: r, geometry.WIDTH: d}) for d in range(K, K + 9)]
        assert ratios[0] > 1
        assert ratios == sorted(ratios)
        assert ratios[-1] < result.limit.subs({f.CLASSES: K, geometry.RANK: r})


@pytest.mark.parametrize("tiny", [0.0, 1e-17])
def test_small_singular_values_must_be_exactly_zero(tiny):
    """A singular value of 1e-17 of the output is 2.6e-5 in each of four factors: not small, and the rank is wrong."""
    K, L, d = 4, 3, 5
    s = np.array([1.0] * (K - 1) + [tiny ** (1 / (L + 1))])
    factors = [np.eye(d, K) * s, *([np.diag([*s, 0.0])] * (L - 1)), np.eye(K, d) * np.array([*s, 0.0])]
    rows = np.array(orbit(factors, L, d), dtype=float)
    assert (numerical_rank(rows).rank == 27) == (tiny == 0.0)


def test_balanced_factors_attain_the_schatten_form():
    form = tc.derive.schatten_form()
    X = np.random.default_rng(0).normal(size=(3, 4))
    u, s, v = np.linalg.svd(X, full_matrices=False)
    for k in (2, 3, 5):
        factors = [np.diag(s ** (1 / k)) @ v, *([np.diag(s ** (1 / k))] * (k - 2)), u @ np.diag(s ** (1 / k))]
        attained = sum((W**2).sum() for W in factors)
        value = form.expression.subs({geometry.FACTORS: k, geometry.RANK: 3}).doit()
        named = {geometry.SINGULAR[j + 1]: s[j] for j in range(3)}
        assert float(value.subs(named)) == pytest.approx(attained)
        assert np.allclose(np.linalg.multi_dot(factors[::-1]), X)


@pytest.mark.parametrize("seed", range(5))
def test_no_factors_are_below_the_schatten_form(seed):
    rng = np.random.default_rng(seed)
    factors = [rng.normal(size=(4, 4)) for _ in range(3)]
    s = np.linalg.svd(np.linalg.multi_dot(factors), compute_uv=False)
    assert sum((W**2).sum() for W in factors) >= 3 * (s ** (2 / 3)).sum()

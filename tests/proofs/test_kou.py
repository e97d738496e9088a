"""What the proofs about plain training say, against other ways to compute it, and why their assumptions are needed."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import nnls

GAMMAS = (0.0, 0.1, 0.5, 1.0)


def leaky(z, gamma):
    return np.where(z > 0, z, gamma * z)


def output(Wp, Wm, X, gamma):
    return leaky(Wp @ X.T, gamma).mean(axis=0) - leaky(Wm @ X.T, gamma).mean(axis=0)


def loss(Wp, Wm, X, y, gamma):
    return np.mean(np.log1p(np.exp(-y * output(Wp, Wm, X, gamma))))


def moves(W, X, y, g, s, gamma):
    """Minus the gradient in the weights of sign s, as the proofs write it."""
    return s / len(y) / len(W) * (np.where(W @ X.T > 0, 1, gamma) * g * y) @ X


def descend(Wp, Wm, X, y, gamma, eta, steps):
    for _ in range(steps):
        g = 1 / (1 + np.exp(y * output(Wp, Wm, X, gamma)))
        Wp, Wm = Wp + eta * moves(Wp, X, y, g, 1, gamma), Wm + eta * moves(Wm, X, y, g, -1, gamma)
    return Wp, Wm


def kernel(X, y, gamma, P=1, M=1):
    up, down = (np.where(y * j > 0, 1.0, gamma) for j in (1, -1))
    return np.outer(y, y) * (np.outer(up, up) / P + np.outer(down, down) / M) * (X @ X.T)


def minimiser(K):
    """Multipliers and margins of the pattern's quadratic program, by nonnegative least squares on its dual."""
    L = np.linalg.cholesky(K + 1e-13 * np.trace(K) * np.eye(len(K)))
    mu, _ = nnls(L.T, np.linalg.solve(L, np.ones(len(K))))
    return mu, K @ mu


def stable_rank(W):
    s = np.linalg.svd(W, compute_uv=False)
    return np.sum(s**2) / s[0] ** 2


@pytest.mark.parametrize("gamma", GAMMAS)
def test_the_step_is_the_gradient(gamma):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(4, 3)), np.array([1, -1, -1, 1.0])
    Wp, Wm = rng.normal(size=(2, 3)), rng.normal(size=(5, 3))
    g = 1 / (1 + np.exp(y * output(Wp, Wm, X, gamma)))
    for W, s in ((Wp, 1), (Wm, -1)):
        for place in np.ndindex(W.shape):
            change = np.zeros(W.shape)
            change[place] = 1e-6
            up, down = (change, 0) if s > 0 else (0, change)
            slope = (loss(Wp + up, Wm + down, X, y, gamma) - loss(Wp - up, Wm - down, X, y, gamma)) / 2e-6
            assert -slope == pytest.approx(moves(W, X, y, g, s, gamma)[place], abs=1e-8)


def nearly_orthogonal(n, d, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) / math.sqrt(d) * rng.uniform(1, 1.2, size=(n, 1))
    G = X @ X.T
    return rng, X, np.where(np.arange(n) % 2, -1.0, 1.0), np.diag(G).min(), np.abs(G - np.diag(np.diag(G))).max()


@pytest.mark.parametrize(("gamma", "m", "h"), [(0.5, 4, 4), (0.9, 1, 3), (1.0, 2, 2)])
def test_one_step_and_what_follows(gamma, m, h):
    """Where the conditions hold, the pattern is that of the labels after one step, and for 400 more."""
    n, met = 4, 0
    for seed in range(5):
        rng, X, y, R2, p = nearly_orthogonal(n, 3000, seed)
        Wp, Wm, eta = 1e-6 * rng.normal(size=(m, 3000)), 1e-6 * rng.normal(size=(h, 3000)), 0.5 * n
        e = max(np.abs(Wp @ X.T).max(), np.abs(Wm @ X.T).max())
        room = eta * (gamma * R2 - math.exp(2 * e) * (n - 1) * p)
        met += n * max(m, h) * (1 + math.exp(2 * e)) * e < room
        for steps in (1, 400):
            Wp, Wm = descend(Wp, Wm, X, y, gamma, eta, steps)
            assert (Wp @ X.T * y > 0).all()
            assert (Wm @ X.T * y < 0).all()
            g = 1 / (1 + np.exp(y * output(Wp, Wm, X, gamma)))
            assert (n - 1) * p * g.max() <= gamma * R2 * g.min()
    assert met == 5


def test_one_step_needs_its_condition():
    """Two positive inputs at an obtuse angle, gamma small: one of them pulls the neuron off the other."""
    X, y, gamma = np.array([[1.0, 0.0], [-0.9, math.sqrt(0.19)]]), np.array([1.0, 1.0]), 0.1
    Wp, Wm = 1e-6 * np.array([[1.0, -1.0]]), 1e-6 * np.array([[-1.0, 1.0]])
    assert gamma * 1 < 1 * 0.9
    Wp, _ = descend(Wp, Wm, X, y, gamma, 1.0, 1)
    assert (Wp @ X.T).min() < 0


def gram_of_one_class(n, p):
    Q = -p * np.ones((n, n))
    Q[0, :], Q[:, 0] = p, p
    np.fill_diagonal(Q, 1)
    return Q


@pytest.mark.parametrize("n", [2, 3, 6])
def test_the_sharp_condition_on_the_data_is_sharp(n):
    """All labels +: the kernel is (1 + gamma^2) times the Gram matrix."""
    edge = 1 / (2 * n - 3)
    for p, sign in ((0.99 * edge, 1), (edge, 0), (1.01 * edge, -1)):
        Q = gram_of_one_class(n, p)
        assert np.linalg.eigvalsh(Q)[0] > (1e-9 if n > 2 or p < 1 else -1)
        if n == 2 and p >= 1:
            continue
        value = np.linalg.solve(Q, np.ones(n))[0]
        assert (abs(value) < 1e-9) if sign == 0 else value * sign > 1e-6


def test_positive_multipliers_on_random_data():
    tried = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        n, gamma = int(rng.integers(2, 8)), float(rng.random())
        X = (np.eye(n) + rng.uniform(0, 0.3) / n * rng.normal(size=(n, n))) * rng.uniform(1, 5, size=(n, 1))
        G = X @ X.T
        R2, p = np.diag(G).min(), np.abs(G - np.diag(np.diag(G))).max()
        if (2 * n - 3) * p < R2:
            tried += 1
            assert (np.linalg.solve(kernel(X, rng.choice([-1.0, 1.0], size=n), gamma), np.ones(n)) > 0).all()
    assert tried > 50


def test_unequal_widths_need_more():
    """One positive and a thousand negative neurons: 2 (n - 1) p < R^2 and a negative multiplier."""
    X, y = np.array([[1.0, 0.0], [-0.3, math.sqrt(0.91)]]), np.array([1.0, -1.0])
    assert np.linalg.solve(kernel(X, y, 0.1, 1, 1000), np.ones(2)).min() < 0
    assert np.linalg.solve(kernel(X, y, 0.1, 1, 1), np.ones(2)).min() > 0


def test_margins_are_equal_exactly_if_no_entry_is_negative():
    seen = {True: 0, False: 0}
    for seed in range(200):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(4, 5)), rng.choice([-1.0, 1.0], size=4)
        K = kernel(X, y, 0.4, *rng.integers(1, 4, size=2))
        lam, (mu, q) = np.linalg.solve(K, np.ones(4)), minimiser(K)
        assert q.min() > 1 - 1e-6
        positive = bool((lam >= 0).all())
        assert positive == bool(np.ptp(q) < 1e-6)
        if positive:
            assert np.allclose(mu, lam, rtol=1e-5, atol=1e-8)
        seen[positive] += 1
    assert min(seen.values()) > 20


@pytest.mark.parametrize("gamma", GAMMAS)
def test_stable_rank_of_orthogonal_data(gamma):
    n, m = 6, 3
    y = np.where(np.arange(n) % 2, -1.0, 1.0)
    up, down = (np.where(y * j > 0, 1.0, gamma) for j in (1, -1))
    W = np.vstack([np.tile(y * up, (m, 1)), np.tile(-y * down, (m, 1))])
    assert stable_rank(W) == pytest.approx(2 * (1 + gamma**2) / (1 + gamma) ** 2)


def test_closed_form_of_the_stable_rank():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        P, M, d = rng.integers(1, 5, size=3)
        vp, vm = rng.normal(size=(2, d))
        a, b, c = P * vp @ vp, M * vm @ vm, math.sqrt(P * M) * vp @ vm
        W = np.vstack([np.tile(vp, (P, 1)), np.tile(vm, (M, 1))])
        assert stable_rank(W) == pytest.approx((a + b) / ((a + b) / 2 + math.hypot((a - b) / 2, c)))
        assert stable_rank(W) <= 2 + 1e-12


def test_the_excess_of_the_stable_rank_falls_like_the_inverse_square():
    rng = np.random.default_rng(0)
    E, v = rng.normal(size=(5, 8)), rng.normal(size=8)
    E -= E.mean(axis=0)
    both = np.sum(E**2), np.linalg.norm(E, 2) ** 2
    for t in (1e1, 1e2, 1e3):
        excess, size = stable_rank(t * v + E) - 1, 5 * t**2 * v @ v
        assert (both[0] - both[1]) / (size + both[1]) <= excess <= both[0] / size
    seen = [t**2 * (stable_rank(t * v + E) - 1) for t in (1e2, 1e3)]
    assert seen[0] == pytest.approx(seen[1], rel=1e-2)


def test_a_rank_one_rest_leaves_no_lower_bound():
    """Rest along the common part: the stable rank is one at once, so that the lower bound needs rank two."""
    v, E = np.array([1.0, 2.0]), np.outer([1.0, -1.0], [1.0, 2.0])
    assert stable_rank(3 * v + E) == pytest.approx(1)


def test_limits_of_the_exponential_loss():
    rng = np.random.default_rng(3)
    X = np.eye(3, 5) + 0.2 * rng.normal(size=(3, 5))
    K = kernel(X, np.array([1.0, -1.0, 1.0]), 0.5)
    lam = np.linalg.solve(K, np.ones(3))
    assert (lam > 0).all()
    end = 25.0  # of the logarithm of the time
    flow = solve_ivp(lambda u, q: math.exp(u) * K @ np.exp(-q), (0, end), np.array([0.3, 0.0, 1.0]), method="Radau",
                     rtol=1e-10, atol=1e-12)  # fmt: skip
    q = flow.y[:, -1]
    assert np.allclose(q - q[0], np.log(lam[0] / lam), atol=1e-6)
    assert math.exp(end) * np.sum(np.exp(-q)) == pytest.approx(lam.sum(), rel=1e-6)


def test_orthogonal_margins_under_the_logistic_loss():
    kappa = np.array([0.5, 2.0])
    flow = solve_ivp(lambda _, q: kappa / (1 + np.exp(q)), (0, 50), np.array([0.2, -0.1]), rtol=1e-11, atol=1e-12)
    start, end = (np.exp(q) + q for q in (flow.y[:, 0], flow.y[:, -1]))
    assert np.allclose(end, kappa * 50 + start, rtol=1e-8)


def test_relu_on_orthogonal_data_keeps_its_pattern():
    rng = np.random.default_rng(4)
    n, m = 6, 7
    X, y = np.diag(rng.uniform(1, 2, size=n)), np.where(np.arange(n) % 2, -1.0, 1.0)
    Wp, Wm = 0.01 * rng.normal(size=(m, n)), 0.01 * rng.normal(size=(m, n))
    Wp[:, 2] = -np.abs(Wp[:, 2])  # nobody sees the third sample
    before = Wp @ X.T > 0
    Wp, Wm = descend(Wp, Wm, X, y, 0.0, 3.0, 3000)
    assert ((Wp @ X.T > 0) == before)[:, y > 0].all()
    assert output(Wp, Wm, X, 0.0)[2] == 0.0
    assert loss(Wp, Wm, X[2:3], y[2:3], 0.0) == pytest.approx(math.log(2))
    assert loss(Wp, Wm, X, y, 0.0) > math.log(2) / n
    least = before[:, [0, 4]].sum(axis=0).min()
    limit = (before[:, [0, 4]] / before[:, [0, 4]].sum(axis=0)) @ X[[0, 4]]
    assert stable_rank(limit) <= m / least


@pytest.mark.parametrize("n", [2, 5, 20])
def test_fair_coins(n):
    B = np.random.default_rng(5).random((40000, n)) < 0.5
    assert stable_rank(B / B.mean(axis=0)) == pytest.approx(2 * n / (n + 1), rel=0.02)


def test_a_dead_sample_in_all_sign_patterns():
    for m in range(1, 6):
        patterns = list(itertools.product((False, True), repeat=m))
        assert sum(not any(pattern) for pattern in patterns) / len(patterns) == 2.0**-m


@pytest.mark.parametrize("rho", [1.5, 3.0, 10.0])
def test_the_threshold_of_two_samples_of_a_class(rho):
    for r in (0.1, 0.5 / rho, 0.99 / rho, 1.01 / rho, 0.9, 0.999):
        X = np.array([[1, 0, 0], [rho * r, rho * math.sqrt(1 - r * r), 0], [0, 0, 1.0]])
        for gamma, P, M in ((0.5, 1, 1), (0.1, 2, 3)):
            K = kernel(X, np.array([1.0, 1.0, -1.0]), gamma, P, M)
            mu, q = minimiser(K)
            assert q[1] / q[0] == pytest.approx(max(1, rho * r), rel=1e-6)
            assert (mu[1] > 1e-9) == (r < 1 / rho)
            kp = 1 / P + gamma**2 / M
            lam = np.linalg.solve(K, np.ones(3))
            assert kp * rho**2 * (1 - r * r) * lam[1] == pytest.approx(1 - rho * r)


def test_collinear_samples_keep_the_ratio_of_their_margins():
    X, y = np.array([[1.0, 0.0], [3.0, 0.0], [0.0, 1.0]]), np.array([1.0, 1.0, -1.0])
    rng = np.random.default_rng(6)
    Wp, Wm = descend(1e-3 * rng.normal(size=(4, 2)), 1e-3 * rng.normal(size=(4, 2)), X, y, 0.5, 1.0, 2000)
    q = y * output(Wp, Wm, X, 0.5)
    assert q[1] / q[0] == pytest.approx(3)
    assert q[0] > 1


def test_the_boundary_is_linear():
    rng = np.random.default_rng(7)
    for gamma in (0.1, 0.9):
        v, u, X = rng.normal(size=4), rng.normal(size=4), rng.normal(size=(500, 4))
        a, b = rng.uniform(0.1, 2, size=2)
        f = a * leaky(X @ v, gamma) - b * leaky(X @ u, gamma)
        assert (np.sign(f) == np.sign(X @ (a * v - b * u))).all()
    relu = leaky(X @ v, 0.0) - leaky(X @ u, 0.0)
    assert not (np.sign(relu) == np.sign(X @ (v - u))).all()  # and the slope is needed

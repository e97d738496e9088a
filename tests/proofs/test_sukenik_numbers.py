"""What the proofs say, in numbers: explicit parameters evaluated directly, lower bounds tried on random networks."""

import itertools
import math

import numpy as np
import pytest

from theorycheck.symbolic.proof import statements
from theorycheck.symbolic.proof_files import load_proof


def relu(x):
    return np.maximum(x, 0)


def graph(r):
    edges = list(itertools.combinations(range(r), 2))
    a = np.zeros((r, len(edges)))
    for k, (v, w) in enumerate(edges):
        a[v, k] = a[w, k] = 1
    return a


def balanced(a):
    """Two factors of a matrix, both of its nuclear norm squared."""
    u, s, v = np.linalg.svd(a, full_matrices=False)
    return u * np.sqrt(s), np.sqrt(s)[:, None] * v


def output(layers):
    """Output and product of squared norms of (H, W_1, ..., W_L)."""
    h, first, *rest = layers
    m = first @ h
    for w in rest:
        m = w @ relu(m)
    return m, math.prod(float(np.sum(w * w)) for w in layers)


def srg(r, depth):
    a = graph(r)
    k = a.shape[1]
    first, features = balanced(a)
    return [features, first, *[np.eye(r)] * (depth - 3), 2 * a.T - 1, np.eye(k) / 2]


@pytest.mark.parametrize(("r", "depth"), [(4, 4), (5, 4), (4, 5), (5, 6), (7, 4)])
def test_the_graph_solution(r, depth):
    z, product = output(srg(r, depth))
    k = r * (r - 1) // 2
    nuclear = math.sqrt(2 * (r - 1)) + (r - 1) * math.sqrt(r - 2)
    assert np.allclose(z, np.eye(k))
    assert product == pytest.approx(nuclear**2 * r ** (depth - 3) * (k * r) * (k / 4))
    assert product < k ** (depth + 1)


def test_the_graph_solution_needs_depth_four_and_four_vertices():
    for r, depth in ((5, 3), (9, 3), (3, 4), (3, 7)):
        z, product = output(srg(r, depth))
        assert np.allclose(z, np.eye(len(z)))
        assert product > len(z) ** (depth + 1)


@pytest.mark.parametrize("r", [4, 5, 6, 9])
def test_the_flipped_graph_solution(r):
    a = graph(r)
    k = a.shape[1]
    first, features = balanced(a)
    inverse = np.eye(k) - a.T @ a / (r - 3) + 2 / ((r - 2) * (r - 3))
    z, product = output([features, first, 1 - 2 * a.T, inverse / 2])
    assert np.allclose(z, np.eye(k))
    last = (k - r + (r - 1) / (r - 3) ** 2 + 4 / ((r - 2) * (r - 3)) ** 2) / 4
    nuclear = math.sqrt(2 * (r - 1)) + (r - 1) * math.sqrt(r - 2)
    assert product == pytest.approx(nuclear**2 * k * r * last)
    assert (product < k**4) == (r >= 5)


def least(constant, penalty, depth, points=200001):
    """The least value of the one-variable reduction, on a grid."""
    q = np.linspace(0, 1.2, points)
    return float(np.min((1 - q ** (depth + 1)) ** 2 / 2 + constant * penalty / 2 * q**2))


def test_the_flipped_graph_solution_at_the_published_point():
    """K = 10, L = 3, 0.3 of the threshold: .1478381 against .1598174 of collapse."""
    a, r, k = graph(5), 5, 10
    first, features = balanced(a)
    inverse = np.eye(k) - a.T @ a / (r - 3) + 2 / ((r - 2) * (r - 3))
    _, product = output([features, first, 1 - 2 * a.T, inverse / 2])
    penalty = 0.3 / (k * 3) * (2 / 3) ** 0.5
    assert least(4 * product**0.25, penalty, 3) == pytest.approx(0.1478381, abs=1e-7)
    assert least(4 * k, penalty, 3) == pytest.approx(0.1598174263, abs=1e-9)


@pytest.mark.parametrize(("r", "ratio"), [(6, 26 / 27), (8, 0.9583333), (10, 0.904)])
def test_the_cut_family(r, ratio):
    a = graph(r)
    k, half = a.shape[1], r // 2
    sets = np.array([[float(v in s) for v in range(r)] for s in itertools.combinations(range(r), half)])
    ends = sets @ a
    none = 4 * (r - 4) * (r - 1) / (r * (r - 2))
    weights = np.select([ends == 2, ends == 1], [4 * (r - 1) / (r - 2), -none], none).T / len(sets)
    z, product = output([a - 2 / r, sets - 0.5, weights])
    assert np.allclose(z, np.eye(k))
    closed = 2 * (r - 1) ** 3 * (r**3 - 7 * r**2 + 16 * r - 8) / (r - 2)
    assert product == pytest.approx(closed)
    assert product / k**3 == pytest.approx(ratio, abs=1e-6)
    if r == 6:
        assert [float(np.sum(w * w)) for w in (a - 1 / 3, sets - 0.5, weights)] == pytest.approx([20, 30, 65 / 12])


@pytest.mark.parametrize("depth", [4, 5, 7])
def test_the_ladder(depth):
    b = np.array([[1.0, 1, 0], [0, 1, 1]])
    first, features = balanced(b)
    signs = np.array([[2.0, 2], [3, -3], [-3, 3]])
    last = np.linalg.inv(relu(signs @ b))
    z, product = output([features, first, *[np.eye(2)] * (depth - 3), signs, last])
    assert np.allclose(z, np.eye(3))
    assert product == pytest.approx((1 + math.sqrt(3)) ** 2 * 2 ** (depth - 3) * 44 * 49 / 144)
    assert product < 3 ** (depth + 1)


def objective(layers, factors, linear=False):
    act = (lambda x: x) if linear else relu
    h, first, *rest = layers
    m = first @ h
    for w in rest:
        m = w @ act(m)
    loss = np.sum((m - np.eye(len(m))) ** 2) / (2 * len(m))
    return loss + sum(f * np.sum(w * w) for f, w in zip(factors, layers, strict=True)) / 2


def mean_factor(factors):
    return math.prod(factors) ** (1 / len(factors))


@pytest.mark.parametrize(("k", "linear"), [(2, False), (2, True), (3, True), (4, True)])
def test_no_random_network_beats_the_bounds(k, linear):
    """Two classes with the ReLU, any number without: nothing is below what collapse costs."""
    rng = np.random.default_rng(k)
    for trial in range(300):
        depth = 2 + trial % 3
        width = k + int(rng.integers(0, 3))
        sizes = [(width, k), *[(width, width)] * (depth - 1), (k, width)]
        scale = rng.choice([0.3, 0.8, 1.5])
        layers = [scale * rng.standard_normal(size) for size in sizes]
        factors = rng.uniform(0.005, 0.1, depth + 1)
        bound = least(k * (depth + 1), mean_factor(factors), depth, 2001)
        assert objective(layers, factors, linear) >= bound - 1e-5


def collapsed(rng, k, depth, width):
    """A random network whose features are orthogonal frames and whose rows follow them; spare neurons die or idle."""
    live = np.arange(width) < k
    features = np.vstack([np.eye(k), np.zeros((width - k, k))])
    first = np.zeros((width, width))
    first[:, :k] = features - np.where(live[:, None], 0, np.abs(rng.standard_normal((width, k))))
    layers, m = [features, first], first @ features
    for _ in range(depth - 2):
        owner = np.where(live, np.arange(width) % k, rng.integers(0, k, width))
        rows = np.where(live, rng.uniform(0.5, 1.5), -np.abs(rng.standard_normal(width)))
        layers.append(rows[:, None] * relu(m)[:, owner].T)
        m = layers[-1] @ relu(m)
    owner = rng.permutation(k) if rng.random() < 0.3 else np.arange(k)
    return [*layers, rng.uniform(-1, 1, k)[:, None] * relu(m)[:, owner].T]


def test_no_collapsed_network_is_below_its_bound():
    rng = np.random.default_rng(0)
    for trial in range(200):
        k, depth = 2 + trial % 4, 2 + trial % 3
        layers = collapsed(rng, k, depth, k + 2)
        m = layers[1] @ layers[0]
        for w in layers[2:]:
            gram = relu(m).T @ relu(m)
            assert np.allclose(gram, gram[0, 0] * np.eye(k))
            m = w @ relu(m)
        factors = rng.uniform(0.005, 0.1, depth + 1)
        scale = abs(np.mean(np.diag(m))) ** (1 / (depth + 1))
        bound = (1 - scale ** (depth + 1)) ** 2 / 2 + (depth + 1) * mean_factor(factors) * k * scale**2 / 2
        assert objective(layers, factors) >= bound - 1e-12


@pytest.mark.parametrize("depth", [2, 3, 4, 9])
def test_thresholds(depth):
    """The published closed form, and the value at the touching point."""
    threshold = ((depth - 1) / depth) ** ((depth - 1) / (depth + 1)) / depth
    radius = ((depth - 1) / depth) ** (1 / (depth + 1))
    assert radius ** (depth - 1) / depth == pytest.approx(threshold)
    constant = depth + 1
    assert least(constant, threshold * 0.999, depth) < 0.5
    assert least(constant, threshold * 1.001, depth) == 0.5
    fold = (depth + 1) / (2 * depth) * ((depth - 1) / (2 * depth)) ** ((depth - 1) / (depth + 1))
    q = np.linspace(0, 2, 200001)
    assert np.max((1 - q ** (depth + 1)) * q ** (depth - 1)) == pytest.approx(fold, rel=1e-6)


def test_the_goals_are_those_that_were_tried():
    goals = {name: {g.name: g.statement for g in load_proof(f"sukenik2024/{name}").goals} for name in ("srg", "cut")}
    assert goals["srg"]["product"] == "N2**2*power(V, k + 1)*(E*V)*(E/4) < power(E, k + 5)"
    assert goals["cut"]["product"].endswith(" < E**3")
    assert "better" in statements(load_proof("sukenik2024/reduction"))

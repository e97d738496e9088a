"""Each generator meets its definition, exactly where it says so, and gives the same data for the same seed."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck.errors import InvalidInstance
from theorycheck.models import generators as make
from theorycheck.models.data import Dataset

F = Fraction
PROPERTY = settings(derandomize=True, deadline=None, max_examples=25)
seeds = st.integers(0, 2**32)
small = st.integers(1, 5)

PLAIN = {
    "gaussian": make.gaussian,
    "uniform": make.uniform,
    "unit norm": make.unit_norm,
    "orthonormal": make.orthonormal,
    "nearly orthogonal": lambda n, d, seed: make.nearly_orthogonal(n, d, "0.2", seed),
    "linear teacher": make.linear_teacher,
    "orthogonally separable": make.orthogonally_separable,
    "balanced classes": lambda n, d, seed: make.balanced_classes(n, 1, d, seed),
    "small grid": make.small_grid,
}
EXACT = {"unit norm", "orthonormal", "nearly orthogonal", "orthogonally separable", "small grid"}


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize(("n", "d"), [(1, 1), (1, 3), (3, 4)])
def test_seeded_and_of_the_shape_asked_for(name, n, d):
    data = PLAIN[name](n, d, 7)
    assert (data.n, data.d) == (n, d)
    assert data == PLAIN[name](n, d, 7)
    assert data == PLAIN[name](n, d, np.random.default_rng(7))
    assert data != PLAIN[name](n, d, 8) or name in ("balanced classes", "orthogonally separable")
    assert data.exact_source == (name in EXACT)
    assert "seed 7" in data.provenance


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize(
    "arguments", [(0, 2, 0), (2, 0, 0), (-1, 2, 0), (1.5, 2, 0), (2, 2, -1), (2, 2, "x"), (True, 2, 0)]
)
def test_bad_sizes_and_seeds(name, arguments):
    with pytest.raises(InvalidInstance) as caught:
        PLAIN[name](*arguments)
    assert "pass" in str(caught.value)


def test_the_usual_laws():
    X, y = make.gaussian(400, 20, 1).arrays()
    assert abs(X.mean()) < 0.05
    assert abs(X.std() - 1) < 0.05
    assert abs(y.std() - 1) < 0.15
    X, _ = make.uniform(400, 20, 1).arrays()
    assert 0 <= X.min() < 0.01
    assert 0.99 < X.max() <= 1
    X, _ = make.unit_norm(1500, 3, 1).arrays()
    assert np.abs(X.mean(axis=0)).max() < 0.06
    np.testing.assert_allclose(X.T @ X / 1500, np.eye(3) / 3, atol=0.04)
    assert make.gaussian(5, 5, 3).rank() == 5


@PROPERTY
@given(small, small, seeds)
def test_unit_norm_is_exact(n, d, seed):
    assert set(make.unit_norm(n, d, seed).squared_norms()) == {1}


@PROPERTY
@given(small, st.integers(0, 3), seeds)
def test_orthonormal_is_exact(n, more, seed):
    gram = make.orthonormal(n, n + more, seed).gram()
    assert gram == tuple(tuple(F(i == k) for k in range(n)) for i in range(n))


@PROPERTY
@given(small, st.integers(0, 3), st.sampled_from(["0", "1e-6", "0.01", "1/3", "0.99"]), seeds)
def test_coherence(n, more, coherence, seed):
    X = make.nearly_orthogonal(n, n + more, coherence, seed).X
    cosines = [
        sum(a * b for a, b in zip(p, q, strict=True)) ** 2 / (sum(a * a for a in p) * sum(b * b for b in q))
        for i, p in enumerate(X)
        for q in X[:i]
    ]
    largest = max(cosines, default=F(0))
    assert largest == make.coherence_squared(X)
    assert largest <= F(coherence) ** 2
    if n > 1:
        assert float(largest) ** 0.5 >= 0.95 * float(F(coherence))


def test_coherence_needs_a_direction():
    assert make.coherence_squared([(F(1), F(0)), (F(3), F(4))]) == F(9, 25)
    for call in (
        lambda: make.coherence_squared([(F(0),)]),
        lambda: make.nearly_orthogonal(2, 2, 1),
        lambda: make.nearly_orthogonal(2, 2, -0.1),
        lambda: make.nearly_orthogonal(2, 2, float("nan")),
        lambda: make.nearly_orthogonal(3, 2, 0.1),
        lambda: make.orthonormal(3, 2),
    ):
        with pytest.raises(InvalidInstance):
            call()


@PROPERTY
@given(st.integers(1, 7), small, seeds)
def test_a_linear_teacher_without_noise_is_consistent(n, d, seed):
    data = make.linear_teacher(n, d, seed)
    joined = Dataset(tuple((*row, label) for row, label in zip(data.X, data.y, strict=True)), data.y)
    assert joined.rank() == data.rank()
    X, y = data.arrays()
    np.testing.assert_allclose(y, X @ np.linalg.lstsq(X, y)[0], rtol=1e-9, atol=1e-9)


def test_a_given_teacher_and_its_noise():
    data = make.linear_teacher(2000, 2, 3, noise="1/2", beta=["1/3", -2])
    X, y = data.arrays()
    errors = y - X @ [1 / 3, -2]
    assert abs(errors.std() - 0.5) < 0.03
    assert abs(errors.mean()) < 0.05
    exact = make.linear_teacher(4, 2, 3, beta=["1/3", -2])
    assert exact.y == tuple(row[0] / 3 - 2 * row[1] for row in exact.X)
    for bad in ({"noise": -1}, {"beta": [1]}, {"noise": "much"}):
        with pytest.raises(InvalidInstance):
            make.linear_teacher(2, 2, 0, **bad)


@PROPERTY
@given(small, small, seeds)
def test_orthogonally_separable(n, d, seed):
    data = make.orthogonally_separable(n, d, seed)
    assert set(data.y) == ({1, -1} if n > 1 else {1})
    gram = data.gram()
    assert all(data.y[i] * data.y[k] * gram[i][k] > 0 for i in range(n) for k in range(n))


def test_balanced_classes():
    data = make.balanced_classes(3, 4, 5, seed=1, spread=1e-6)
    X, y = data.arrays()
    assert np.bincount(y.astype(int)).tolist() == [4, 4, 4]
    for k in range(3):
        assert np.ptp(X[y == k], axis=0).max() < 1e-4
    assert make.balanced_classes(2, 2, 3, spread=0).rank() == 2
    for bad in ((0, 1, 1), (1, 0, 1), (1, 1, 0)):
        with pytest.raises(InvalidInstance):
            make.balanced_classes(*bad)
    for spread in (-1, float("nan"), float("inf")):
        with pytest.raises(InvalidInstance):
            make.balanced_classes(2, 2, 2, spread=spread)


def test_small_grid():
    data = make.small_grid(40, 5, 0, bound=2, denominator=3)
    entries = {x for row in data.X for x in row} | set(data.y)
    assert entries == {F(k, 3) for k in range(-2, 3)}
    for bad in ({"bound": 0}, {"denominator": 0}):
        with pytest.raises(InvalidInstance):
            make.small_grid(2, 2, 0, **bad)


class Phi:
    """What a label generator needs of an activation, independent of the package's own."""

    def __init__(self, text):
        self.text = text

    def expression(self, order=0):
        z = sympy.Symbol("z", real=True)
        return {"cubic": z**3 + z, "sinh": sympy.sinh(z), "log": sympy.log(z), "relu": sympy.Max(z, 0)}[self.text]

    def numpy(self, order=0):
        return {"cubic": lambda z: z**3 + z, "sinh": np.sinh, "log": np.log, "relu": lambda z: np.maximum(z, 0)}[
            self.text
        ]


def test_two_layer_labels():
    data = make.small_grid(3, 4, 0)
    cubic = make.two_layer_labels(data, ["1/2", -1, 0], 3, Phi("cubic"))
    assert cubic.y == (F(15, 8), -6, 0)
    assert cubic.X == data.X
    assert cubic.exact_source
    assert "cubic" in cubic.provenance
    assert make.two_layer_labels(data, [2, -1, "1/3"], 2, Phi("relu")).y == (4, 0, F(2, 3))
    sinh = make.two_layer_labels(data, [0, 1, "0.25"], 2, Phi("sinh"))
    assert sinh.y == (0, 2 * F(np.sinh(1.0)), 2 * F(np.sinh(0.25)))
    assert not sinh.exact_source


@pytest.mark.parametrize(
    ("nu", "width", "text"),
    [
        ([1, 2], 2, "cubic"),
        ([1, 2, 3], 0, "cubic"),
        ([1, 2, "x"], 1, "cubic"),
        ([1, 2, 1000], 1, "sinh"),
        ([1, -1, 2], 1, "log"),
    ],
)
def test_bad_teachers(nu, width, text):
    with pytest.raises(InvalidInstance) as caught:
        make.two_layer_labels(make.small_grid(3, 4, 0), nu, width, Phi(text))
    assert "\n" not in str(caught.value)

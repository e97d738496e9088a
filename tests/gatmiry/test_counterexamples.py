"""What breaks when an assumption is dropped, and what does not: each instance of the table, two ways."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from theorycheck import solve
from theorycheck.certificates import build
from theorycheck.errors import InvalidInstance
from theorycheck.exact.brackets import low_end
from theorycheck.models.activations import activation
from theorycheck.models.data import Dataset
from theorycheck.models.losses import Loss
from theorycheck.models.networks import TwoLayer
from theorycheck.models.spectra import numerical_rank
from theorycheck.training.label_noise import LabelNoise, Schedule, train
from theorycheck.training.problem import gaussian_start

from .oracles import ends, level_cost, posed, preimage, printed


def certified(name, X, y, values, coordinate="u"):
    """F/κ at a point as its certificate has it; `values` are of φ, or preactivations."""
    values = [[Fraction(v) for v in row] for row in values]
    net = TwoLayer(len(values[0]), name)
    document = build.instance_document(Dataset(X, y, name="table"), net, Loss("half-sum"))
    lows = [[low_end(net.activation, u) for u in row] for row in values] if coordinate == "u" else None
    terms = [build.term("trace", build.point(coordinate, values, lows))]
    certificate = build.value(document, "F", terms)
    assert certificate.verify()
    value = certificate.document["value"]
    return Fraction(value) if isinstance(value, str) else value


def test_cube_sticks_where_a_neuron_is_flat():
    assert certified("cube", [[1]], [1], [[1, 0]], "z") == 9 == level_cost("cube", [1])
    solution = solve.sharpness([[1]], [1], width=2, activation="cube")
    printed(float(ends(solution.lower)[0]), "7.1433047339")
    printed(level_cost("cube", [0.5, 0.5]), "7.1433047339")
    printed(18 * mpmath.mpf(2) ** (-mpmath.mpf(4) / 3), "7.1433047339")


SIGNS = [  # φ, y, the equal value of φ, a lower or higher point, and both costs as printed
    ("tanh", 1, "9/8", ("9/10", "1/10"), "5081/5000"),
    ("tanh", "9/5", "768/625", ("19/20", "19/20", "-1/10"), "79929/80000"),
    ("sigmoid", 1, "1/8", ("9/10", "1/10"), "81/5000"),
    ("erf", 1, "1.615711", ("9/10", "1/10"), "1.338388"),
]


@pytest.mark.parametrize(("name", "y", "equal", "point", "lower"), SIGNS)
def test_equal_neurons_are_beaten(name, y, equal, point, lower):
    m = len(point)
    levels = {equal: [Fraction(y) / m] * m, lower: [Fraction(v) for v in point]}
    for told, u in levels.items():
        ours = certified(name, [[1]], [y], [u])
        other = level_cost(name, [mpmath.mpf(v.numerator) / v.denominator for v in u], 0)
        if "/" in told:
            assert ours == Fraction(told)
            assert float(other) == pytest.approx(float(Fraction(told)), rel=1e-12)
        else:
            printed(float(ends(ours)[0]), told)
            printed(other, told)


def test_tanh_holds_where_the_labels_are_large():
    u = [Fraction(3, 5)] * 2
    assert certified("tanh", [[1]], ["6/5"], [u]) == Fraction(512, 625)
    assert float(level_cost("tanh", [0.6, 0.6], 0)) == pytest.approx(512 / 625)
    grid = np.linspace(0.2000001, 0.9999999, 20001)
    assert np.min((1 - grid**2) ** 2 + (1 - (1.2 - grid) ** 2) ** 2) >= 512 / 625 - 1e-12


def test_three_equal_tanh_neurons_are_still_a_strict_local_minimum():
    u = np.array([0.6, 0.6, 0.6])
    second = 12 * u**2 - 4  # h'' of every neuron: positive, so F rises in every tangent direction
    assert (second > 0).all()
    for direction in ([1, -1, 0], [1, 1, -2]):
        moved = u + 1e-3 * np.array(direction)
        assert np.sum((1 - moved**2) ** 2) > 768 / 625


@pytest.mark.parametrize(
    ("y", "m", "equal", "u", "other"),
    [
        (4, 2, "1.4952901448", ["4"], "0.9637041849"),
        (1, 2, "0.309636", None, None),
        (6, 10, "2.0357093972", ["6"], "0.9950486399"),
    ],
)
def test_softplus(y, m, equal, u, other):
    h = lambda u: (1 - mpmath.exp(-u)) ** 2  # noqa: E731
    level = mpmath.mpf(y) / m
    printed(m * h(level), equal)
    printed(level_cost("softplus", [level] * m), equal)
    printed(float(ends(certified("softplus", [[1]], [y], [[Fraction(y, m)] * m]))[0]), equal)
    if other:
        printed(h(mpmath.mpf(y)), other)
        tiny = Fraction(1, 2**40)
        near = [Fraction(y) - (m - 1) * tiny] + [tiny] * (m - 1)
        assert float(ends(certified("softplus", [[1]], [y], [near]))[0]) == pytest.approx(float(other), abs=1e-9)
    else:
        grid = np.linspace(1e-6, 1 - 1e-6, 10001)
        assert np.min((1 - np.exp(-grid)) ** 2 + (1 - np.exp(grid - 1)) ** 2) >= float(equal) - 1e-6


@pytest.mark.parametrize(("name", "y", "value"), [("square", 2, 8), ("quadratic", 3, 8)])
def test_without_a_third_derivative_there_is_no_bias(name, y, value):
    solution = solve.sharpness([[1]], [y], width=2, activation=name)
    assert (solution.lower, solution.upper) == (value, value)
    for u in ("1/4", "1", "3/2"):
        share = [Fraction(u), Fraction(y) - Fraction(u)]
        if name == "quadratic":
            assert certified(name, [[1]], [y], [share]) == value
        assert float(level_cost(name, [float(v) for v in share])) == pytest.approx(value)


def test_even_activations_have_minimisers_of_rank_two():
    Z = [[1, -1], [1, 1]]
    assert certified("quartic", [[1, 0], [0, 1]], [2, 2], Z, "z") == 64
    assert np.sum((4 * np.array(Z) ** 3) ** 2) == 64
    assert np.linalg.det(np.array(Z, dtype=float)) == pytest.approx(2)
    solution = solve.sharpness([[1, 0], [0, 1]], [2, 2], width=2, activation="quartic")
    assert (solution.lower, solution.upper) == (64, 64)


def test_relu_counts_active_neurons():
    assert certified("relu", [[1]], [1], [[1, -5]], "z") == 1
    assert certified("relu", [[1]], [1], [["1/2", "1/2"]], "z") == 2
    relu = activation("relu").numpy(1)
    assert (np.sum(relu(np.array([1.0, -5.0])) ** 2), np.sum(relu(np.array([0.5, 0.5])) ** 2)) == (1, 2)


def test_more_samples_than_inputs():
    """The zero-loss set is p_1 = 0, p_3 = 6; there F is a polynomial in p_2 >= 6 alone."""
    F = lambda p2: Fraction(585, 2) * p2**2 + 102 * p2 + 15  # noqa: E731
    assert F(6) == 11157
    theta = [[2], [-1], [-1]]
    net, data = TwoLayer(3, "cubic"), Dataset([[1], [2]], [6, 48], name="table")
    document = build.instance_document(data, net, Loss("half-sum"))
    ours = build.value(document, "F", [build.term("trace", build.point("theta", theta))])
    assert ours.document["value"] == "11157"
    grid = np.linspace(-1.2, 2.5, 100001)
    square = (3 * grid**2 + 1) ** 2 + 4 * (3 * (2 * grid) ** 2 + 1) ** 2
    # every curve of M: roots of t³ - (p2/2) t - 2 = 0 with three real roots, so p2 >= 6
    for p2 in np.linspace(6, 12, 25):
        roots = np.sort(np.roots([1, 0, -p2 / 2, -2]).real)
        assert np.interp(roots, grid, square).sum() >= 11157 - 1e-3
    equal = float(preimage("cubic", 2))  # where 3 φ(z) = 6
    assert abs(3 * (8 * equal**3 + 2 * equal) - 48) > 1


@pytest.mark.parametrize(
    ("X", "y"), [([[1], [2]], [6, 48]), ([["1/2", "1/2"], [1, 1]], [6, 48]), ([[1, 0], [2, 0]], [6, 48])]
)
def test_the_solver_finds_that_minimum_and_that_independence_is_what_matters(X, y):
    solution = solve.sharpness(X, y, width=3, activation="cubic")
    assert solution.upper is not None
    scale = sum(Fraction(v) ** 2 for v in X[0])
    assert all(float(end) == pytest.approx(float(11157 * scale), rel=1e-9) for end in ends(solution.upper))
    assert ends(solution.lower)[0] <= ends(solution.upper)[1]
    assert sorted(round(float(v)) for v in solution.minimiser.preactivations[0]) == [-1, -1, 2]


@pytest.mark.parametrize(
    ("name", "y", "m"), [("exp", 0, 2), ("exp", -1, 2), ("tanh", 2, 2), ("tanh", -3, 3), ("sigmoid", 5, 5)]
)
def test_labels_outside_the_range_leave_no_network(name, y, m):
    with pytest.raises(InvalidInstance, match="zero-loss set is empty"):
        solve.sharpness([[1]], [y], width=m, activation=name)
    z = np.linspace(-30, 30, 6001)
    values = np.exp(z) if name == "exp" else np.tanh(z) if name == "tanh" else 1 / (1 + np.exp(-z))
    reach = sorted((m * values.min(), m * values.max()))
    assert not reach[0] + 1e-9 < y < reach[1] - 1e-9


def test_without_noise_training_stops_at_rank_three():
    draw = np.random.default_rng(0)
    X, y = draw.uniform(0, 1, (3, 3)), draw.uniform(0, 1, 3)
    case = posed(X, y, 10, "z**3 + z/10", "mean")
    done = train(case, LabelNoise(0.05, 0.0), gaussian_start(case, [0], 0.3), [0], Schedule(200_000, 20_000)).runs[0]
    assert np.allclose(done.trajectory["singular_values"][-1], done.trajectory["singular_values"][-2], rtol=1e-9)
    assert numerical_rank(X @ done.theta.T).rank == 3
    theta = gaussian_start(case, [0], 0.3)[0]
    for _ in range(20_000):  # plain descent, by another loop
        Z = X @ theta.T
        r = np.sum(Z**3 + Z / 10, axis=1) - y
        theta = theta - 0.05 * 2 / 3 * ((3 * Z**2 + 0.1) * r[:, None]).T @ X
    np.testing.assert_allclose(theta, done.theta, atol=1e-6)

"""Flows of the note's instances: an ODE solver's, the package's, and closed forms or quadrature."""

import numpy as np
import pytest
from scipy.integrate import quad

from theorycheck.training.flows import limiting_flow, project
from theorycheck.training.label_noise import LabelNoise, Schedule, train

from .oracles import flow, posed, printed

ONE = [[1.0]]


def ours(name, start, times):
    """Preactivations (times, m) of the package's flow of one sample from a start (1, m)."""
    y = {"cube": lambda z: z**3, "exp": np.exp, "sinh": np.sinh, "tanh": np.tanh}[name](start).sum()
    case = posed(ONE, [y], start.shape[1], name)
    path = limiting_flow(case, project(case, start.T), times)
    assert path.met_criterion.all()
    return case.preactivations(path.path[0])[:, 0]


STICKS = np.array([[(1 + 0.3**3) ** (1 / 3), -0.3]])
LEAVES = np.array([[(1 - 0.3**3) ** (1 / 3), 0.3]])
EDGE, BACK = np.arctanh([[0.501, 0.499]]), np.arctanh([[0.8, 0.4]])
TIMES = [0.0, 100.0, 200.0, 300.0]


def test_cube_sticks_from_one_side_and_converges_from_the_other():
    printed(1e5 * flow("cube", ONE, STICKS, TIMES)[2, 0, 1], "-6.939")
    printed(-1e5 / (72 * 200 + 1 / 0.3), "-6.943")  # the first-order law of the approach
    np.testing.assert_allclose(flow("cube", ONE, LEAVES, [0.0, 2.0])[-1], 0.793701, atol=1e-6)
    assert pytest.approx(0.793701, abs=1e-6) == 2 ** (-1 / 3)


def test_tanh_leaves_the_equal_point_at_one_and_comes_back_at_six_fifths():
    u = np.tanh(flow("tanh", ONE, EDGE, TIMES)[-1, 0])
    printed(u[0], "0.9925")
    printed(u[1], "0.0075")
    np.testing.assert_allclose(np.tanh(flow("tanh", ONE, BACK, TIMES)[-1, 0]), 0.6, atol=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "start"), [("cube", STICKS), ("cube", LEAVES), ("tanh", EDGE), ("tanh", BACK)], ids=str
)
def test_the_package_has_the_same_flows(name, start):
    np.testing.assert_allclose(ours(name, start, TIMES), flow(name, ONE, start, TIMES)[:, 0], atol=1e-6)


def pace(gap, square):
    """dt / d(u_1 - u_2) of two neurons, one sample, y = 1 and κ = 2, where φ'² is square(u)."""
    p, q = square((1 + gap) / 2), square((1 - gap) / 2)
    h = 1e-6
    bend = [(square(u + h) - square(u - h)) / (2 * h) for u in ((1 + gap) / 2, (1 - gap) / 2)]  # h' = 2 φ''
    alpha = 2 * (p * bend[0] + q * bend[1]) / (p + q)
    return 1 / (p * (2 * bend[0] - alpha) - q * (2 * bend[1] - alpha))


def duration(first, square):
    """Time in which the difference falls to 1/10, by quadrature in its logarithm."""
    ends = np.log(0.1), np.log(first)
    return quad(lambda s: np.exp(s) * pace(np.exp(s), square), *ends, epsabs=1e-12, limit=400)[0]


def crossing(name, start, span):
    """The same time read off an ODE's path."""
    times = np.linspace(0, span, 4001)
    u = {"sinh": np.sinh, "exp": np.exp}[name](flow(name, ONE, start, times)[:, 0])
    return np.interp(-0.1, np.diff(u)[:, 0], times)


@pytest.mark.parametrize(("K", "digits"), [(5, "0.2725"), (6, "0.2595"), (7, "0.2540")])
def test_time_of_exp_grows_with_the_start(K, digits):
    small = np.exp(-K)
    printed(small * duration(1 - 2 * small, lambda u: u**2), digits)
    printed(small * crossing("exp", np.log([[1 - small, small]]), 0.3 / small), digits)


@pytest.mark.parametrize(
    ("B", "digits"), [(1, "0.5718"), (10, "0.6667"), (100, "0.66785"), (1000, "0.667866"), (10000, "0.667866")]
)
def test_time_of_sinh_is_bounded(B, digits):
    """From u = (1/2 + B, 1/2 - B)."""
    printed(duration(2 * B, lambda u: 1 + u**2), digits)
    if B <= 10:
        printed(crossing("sinh", np.arcsinh([[0.5 + B, 0.5 - B]]), 0.7), digits)


@pytest.mark.thorough
def test_the_package_has_the_same_times():
    small, times = np.exp(-6), np.linspace(0, 0.3 * np.exp(6), 1201)
    u = np.exp(ours("exp", np.log([[1 - small, small]]), times))
    printed(small * np.interp(-0.1, np.diff(u)[:, 0], times), "0.2595")
    times = np.linspace(0, 0.7, 2801)
    u = np.sinh(ours("sinh", np.arcsinh([[10.5, -9.5]]), times))
    printed(np.interp(-0.1, np.diff(u)[:, 0], times), "0.6667")


@pytest.mark.thorough
def test_label_noise_takes_tanh_to_the_edge():
    case = posed(ONE, [1.0], 2, "tanh")
    rule = LabelNoise(0.05, 0.17)
    done = train(case, rule, EDGE.T, range(8), Schedule(10_000_000, 1_000_000))
    u = np.sort(np.tanh([run.theta.ravel() for run in done.runs]), axis=1)
    np.testing.assert_allclose(u.mean(axis=0), [0.0, 1.0], atol=0.06)

"""The search for the deep unconstrained-features model: known optima, the polish, and the test of stationarity."""

import math
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import attrs
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from theorycheck.errors import InvalidInstance
from theorycheck.exact.dufm_objective import layers, objective
from theorycheck.exact.dufm_search import search
from theorycheck.exact.dufm_search_compress import compress
from theorycheck.exact.dufm_search_descent import Descent
from theorycheck.exact.dufm_search_moves import MOVES
from theorycheck.exact.dufm_search_polish import polish, stationarity, value_at
from theorycheck.exact.dufm_search_problem import Problem
from theorycheck.exact.dufm_search_relatives import at_depth, deepened, other_depths, shallower
from theorycheck.exact.dufm_search_starts import arms, collapsed, network_of, zero
from theorycheck.models.features import UnconstrainedFeatures


def threshold(K, L):
    """The largest λ at which collapse beats zero, squared loss."""
    return 1 / (K * L) * ((L - 1) / L) ** ((L - 1) / (L + 1))


def collapse(K, L, lam):
    """The least loss of collapse, squared loss: one variable."""
    found = minimize_scalar(
        lambda c: (1 - c) ** 2 / 2 + K * (L + 1) * lam / 2 * c ** (2 / (L + 1)),
        bounds=(0.5, 1),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return min(0.5, found.fun)


def ladder(L, lam, beta):
    """The loss of the ladder for three classes, its parameters written out."""
    kappa = (1 / (math.sqrt(2) * beta) + math.sqrt(8 + 2 / beta**2)) ** 2 * (1 + math.sqrt(1 + 2 * beta**2)) ** 2
    C = (L + 1) * (kappa * 2 ** (L - 3)) ** (1 / (L + 1))
    c = np.linspace(0.5, 1, 200001)
    return np.min((1 - c) ** 2 / 2 + C * lam / 2 * c ** (2 / (L + 1)))


# --- whole searches ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("L", [1, 2, 3])
def test_two_classes_collapse(L):
    lam = 0.3 * (threshold(2, L) if L > 1 else 0.5)
    found = search(UnconstrainedFeatures(2, L, lam), seconds=1.0)
    assert found.loss == pytest.approx(collapse(2, L, lam), abs=1e-11)
    assert found.kkt < 1e-6


@pytest.mark.parametrize("counts", [(1, 1, 1), (4, 4, 1)])
def test_linear_networks_reach_the_schatten_value(counts):
    """One scalar problem a class: the singular values of the labels are √n_k."""
    lam, L, N = 0.03, 2, sum(counts)
    wanted = sum(
        min(
            (math.sqrt(n) - s) ** 2 / (2 * N) + (L + 1) / 2 * lam * s ** (2 / (L + 1))
            for s in np.linspace(0, math.sqrt(n), 400001)
        )
        for n in counts
    )
    found = search(UnconstrainedFeatures(3, L, lam, activation="linear", counts=counts), seconds=1.0)
    assert found.loss == pytest.approx(wanted, abs=1e-9)


def test_zero_is_best_where_the_regularisation_is_large():
    found = search(UnconstrainedFeatures(3, 3, 2 * threshold(3, 3)), seconds=0.5)
    assert found.loss == 0.5
    assert found.origin == "zero"
    assert all(not F.any() for F in found.factors)


def test_three_classes_go_below_the_ladder():
    lam = 0.3 * threshold(3, 4)
    found = search(UnconstrainedFeatures(3, 4, lam), seconds=5.0)
    assert found.loss < ladder(4, lam, 0.9034845) - 1e-3
    assert found.loss < collapse(3, 4, lam) - 4e-3
    assert found.kkt < 1e-6
    assert objective(UnconstrainedFeatures(3, 4, lam), found.factors) == found.loss
    times, losses, _ = zip(*found.history, strict=True)
    assert list(times) == sorted(times)
    assert list(losses) == sorted(losses, reverse=True)


def test_only_the_mean_regularisation_matters():
    """Unequal λ and more samples, with the same geometric mean, have the same least loss."""
    L, lam = 2, 0.04
    one = search(UnconstrainedFeatures(3, L, lam), seconds=1.0)
    other = search(UnconstrainedFeatures(3, L, (lam / 8, lam * 2, lam * 2), counts=2), seconds=1.0)
    assert other.loss == pytest.approx(one.loss, abs=1e-10)


def test_starts_are_used_and_never_made_worse():
    instance = UnconstrainedFeatures(3, 4, 0.3 * threshold(3, 4))
    random = np.random.default_rng(0)
    start = [random.normal(size=(3, 3)) for _ in range(5)]
    found = search(instance, [start, [np.zeros((3, 3))] * 5], seconds=0.2)
    assert found.loss <= min(objective(instance, start), 0.5)
    with pytest.raises(InvalidInstance, match="5 factors" if len(start) == 4 else "4 factors"):
        search(instance, [start[:4]], seconds=0.2)


def test_width_is_kept():
    instance = UnconstrainedFeatures(4, 3, 0.002, width=2)
    found = search(instance, seconds=1.0)
    assert all(len(F) <= 2 for F in found.factors[:-1])
    assert found.loss < 0.5


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("K", "L", "known"), [(6, 4, 0.1400162781), (7, 3, 0.1558931147), (10, 3, 0.1478381), (10, 4, 0.1345984960)]
)
def test_known_values_are_reached(K, L, known):
    assert search(UnconstrainedFeatures(K, L, 0.3 * threshold(K, L)), seconds=60.0).loss <= known


@pytest.mark.thorough
def test_collapse_is_beaten_at_depth_two():
    """Fifteen classes: a structure that Gaussian networks of full width do not find."""
    lam = 0.3 * threshold(15, 2)
    assert search(UnconstrainedFeatures(15, 2, lam), seconds=30.0).loss < collapse(15, 2, lam) - 1e-3


# --- its parts ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def polished():
    """A problem with a network near its optimum, before and after the polish."""
    problem, random = Problem(UnconstrainedFeatures(3, 4, 0.3 * threshold(3, 4))), np.random.default_rng(1)
    arm = next(a for a in arms(problem) if a.features == 2 and a.last == 6 and a.coded)
    with ThreadPoolExecutor(1) as pool:
        descent = Descent(problem, pool, lambda: False)
        rough = min(descent.race([arm.draw(problem, random) for _ in range(200)], 0.4), key=lambda n: n.loss)
        return problem, rough, descent.finish(rough, lambda: False)


def test_polish_ends_on_its_kinks(polished):
    problem, rough, fine = polished
    assert fine.loss < rough.loss
    assert stationarity(problem, fine) < 1e-6
    zeros = sum(
        int(np.sum(np.abs(M) < 1e-12)) for M in layers(problem.instance, problem.matrices(fine.rows, fine.theta))
    )
    assert zeros >= 6
    for trial in range(200):
        step = np.random.default_rng(trial).normal(size=len(fine.theta)) * 1e-4
        assert value_at(problem, fine.rows, fine.theta + step) > fine.loss - 1e-13


def test_stationarity_sees_what_is_not(polished):
    """Planted: a point beside the optimum, and one where a kink wants to be left (its multiplier would be negative)."""
    problem, _, fine = polished
    assert stationarity(problem, attrs.evolve(fine, theta=fine.theta * 1.001)) > 1e-4
    off = fine.theta.copy()
    off[np.argmax(np.abs(off))] += 1e-3
    assert stationarity(problem, attrs.evolve(fine, theta=off)) > 1e-4
    dead = Problem(UnconstrainedFeatures(2, 2, 0.01))
    matrices = [np.array([[0.0, 1.0]]), np.array([[0.5], [0.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])]
    assert stationarity(dead, network_of(matrices, "planted")) > 0.1


def test_polish_does_nothing_when_it_is_late(polished):
    problem, rough, _ = polished
    assert polish(problem, rough, lambda: True).loss == rough.loss


def test_compress_merges_and_drops():
    problem = Problem(UnconstrainedFeatures(2, 3, 0.01))
    W = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [-1.0, -1.0]])
    matrices = [np.eye(2), W, np.array([[0.5, 0.0, 0.5, 9.0], [0.0, 1.0, 0.0, 9.0]]), np.eye(2)]
    given = network_of(matrices, "planted")
    given = attrs.evolve(given, loss=value_at(problem, given.rows, given.theta))
    small = compress(problem, given)
    assert list(small.rows) == [2, 2, 2, 2]
    assert small.loss < given.loss
    out = layers(problem.instance, problem.matrices(small.rows, small.theta))[-1]
    np.testing.assert_allclose(out, np.eye(2), atol=1e-12)


def test_parts_at_the_smallest_sizes():
    for instance in (UnconstrainedFeatures(2, 1, "1/10"), UnconstrainedFeatures(2, 2, "1/10", width=1)):
        problem, random = Problem(instance), np.random.default_rng(0)
        for network in (zero(problem), collapsed(problem), *(a.draw(problem, random) for a in arms(problem))):
            assert len(network.rows) == instance.depth + 1
            assert max(network.rows[:-1]) <= (instance.width or 99)
            assert np.isfinite(value_at(problem, network.rows, network.theta))
    assert other_depths(Problem(UnconstrainedFeatures(2, 5, "1/10"))) == []


def test_moves_keep_to_the_instance():
    problem, random = Problem(UnconstrainedFeatures(4, 3, 0.01, width=5)), np.random.default_rng(0)
    for _ in range(20):
        for move, _ in MOVES:
            network = arms(problem)[int(random.integers(len(arms(problem))))].draw(problem, random)
            moved = network_of(move(problem.matrices(network.rows, network.theta), problem, random), "")
            assert moved.rows[-1] == 4
            assert max(moved.rows[:-1]) <= 5
            assert np.isfinite(value_at(problem, moved.rows, moved.theta))


def test_another_depth_and_back():
    """An identity on non-negative features leaves the output alone, and so does its removal."""
    problem = Problem(UnconstrainedFeatures(3, 3, 0.3 * threshold(3, 3), counts=4))
    deep = at_depth(problem, 4)
    assert deep.mean_reg / problem.mean_reg == pytest.approx(threshold(3, 4) / threshold(3, 3), rel=1e-12)
    start = collapsed(problem)
    for other in deepened(problem, start):
        np.testing.assert_array_equal(layers(deep.instance, deep.matrices(other.rows, other.theta))[-1], np.eye(3))
        for back in shallower(deep, other):
            Z = layers(problem.instance, problem.matrices(back.rows, back.theta))[-1]
            np.testing.assert_array_equal(Z, np.eye(3))


def test_races_depend_on_the_seed_alone():
    problem = Problem(UnconstrainedFeatures(3, 3, 0.01))

    def losses(threads):
        random = np.random.default_rng(3)
        with ThreadPoolExecutor(threads) as pool:
            drawn = [arm.draw(problem, random) for arm in arms(problem)]
            return [n.loss for n in Descent(problem, pool, lambda: False).race(drawn, 0.5)]

    assert losses(1) == losses(2)


@pytest.mark.parametrize(("K", "L"), [(10, 4), (40, 12)])
def test_time_is_kept(K, L):
    begun = monotonic()
    found = search(UnconstrainedFeatures(K, L, 0.06 / K), seconds=1.0)
    assert monotonic() - begun < 12.0
    assert found.loss <= collapse(K, L, 0.06 / K) + 1e-12

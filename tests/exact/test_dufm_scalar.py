"""The one-variable reduction, its thresholds, and the cross-entropy's, against SciPy and tables of the literature."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq, minimize, minimize_scalar

from theorycheck.exact import dufm_thresholds as entropy
from theorycheck.exact.dufm_entropy import pairs
from theorycheck.exact.dufm_fit import objective, ray, scaled
from theorycheck.exact.dufm_scalar import (
    critical_scale,
    dnc_threshold,
    fold_limit,
    mean_reg,
    one_variable,
    zero_limit,
)
from theorycheck.models.features import UnconstrainedFeatures

from .dufm_oracles import by_scaling, least

DEPTHS = (1, 2, 3, 4, 5, 7, 12)


def curve(constant, reg, depth):
    return lambda c: (1 - c) ** 2 / 2 + constant * reg / 2 * c ** (2 / (depth + 1))


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("tau", [0.02, 0.3, 0.9, 0.999, 1.001, 2.0])
def test_one_variable_is_the_least(depth, tau):
    reg = tau * dnc_threshold(3, depth)
    found = one_variable(3 * (depth + 1), reg, depth)
    value, at = least(curve(3 * (depth + 1), reg, depth), 1.5)
    assert found.loss == pytest.approx(value, abs=1e-12)
    assert (found.scale > 0) == (tau < 1)
    if tau < 1:
        assert found.scale == pytest.approx(at, abs=1e-5)
        assert curve(3 * (depth + 1), reg, depth)(found.scale) == pytest.approx(found.loss, abs=1e-15)


@pytest.mark.parametrize(
    ("tau", "losses"),
    [
        (0.3, {1: 0.255, 2: 0.1711844535, 3: 0.1598174263, 4: 0.1557021451, 5: 0.1537332658}),
        (0.9, {2: 0.4607569200, 3: 0.4548450399}),
    ],
)
def test_collapse_at_parts_of_its_threshold(tau, losses):
    """The loss at a given part of the threshold does not depend on K."""
    for depth, told in losses.items():
        for K in (2, 3, 10):
            reg = tau * dnc_threshold(K, depth)
            assert one_variable(K * (depth + 1), reg, depth).loss == pytest.approx(told, abs=6e-11)
            assert by_scaling([np.eye(K)] * (depth + 1), reg)[0] == pytest.approx(told, abs=6e-11)


@pytest.mark.parametrize(
    ("K", "L", "told"), [(2, 2, 0.1984251315), (3, 3, 0.0907218423), (6, 4, 0.0350610983), (10, 4, 0.0210366590)]
)
def test_thresholds_of_collapse(K, L, told):
    assert dnc_threshold(K, L) == pytest.approx(told, abs=6e-11)

    def advantage(reg):
        best = minimize_scalar(curve(K * (L + 1), reg, L), bounds=(0.3, 1), method="bounded", options={"xatol": 1e-12})
        return best.fun - 0.5

    assert brentq(advantage, 0.5 * told, 1.2 * told, xtol=1e-14) == pytest.approx(told, abs=1e-10)


def test_two_classes_as_remembered_in_2023():
    """λ̄^(L+1) < (L-1)^(L-1) / (2^(L+1) L^(2L))."""
    for L in DEPTHS[1:]:
        assert dnc_threshold(2, L) ** (L + 1) == pytest.approx((L - 1) ** (L - 1) / (2 ** (L + 1) * L ** (2 * L)))


@pytest.mark.parametrize("depth", DEPTHS)
def test_fold_and_zero(depth):
    q = (depth - 1) / (depth + 1)
    grid = np.linspace(0, 1, 200_001)
    assert fold_limit(depth) == pytest.approx(np.max((1 - grid) * grid**q), rel=1e-9)
    assert zero_limit(depth) <= fold_limit(depth)
    assert critical_scale(fold_limit(depth) * 1.0001, depth) is None
    c = critical_scale(zero_limit(depth), depth)
    assert c == pytest.approx((depth - 1) / depth, abs=1e-12)
    for x in (1e-12, 0.1 * fold_limit(depth), 0.999 * fold_limit(depth)):
        c = critical_scale(x, depth)
        assert (1 - c) * c**q == pytest.approx(x, abs=1e-15)


def test_collapse_of_ten_classes():
    found = one_variable(10 * 5, 0.004, 4)
    assert found.loss == pytest.approx(0.0991798746, abs=6e-11)
    assert found.scale == pytest.approx(0.958982, abs=6e-7)


def test_only_the_geometric_mean_of_lambda_matters():
    spread = UnconstrainedFeatures(3, 2, ("1/100", "1/50", "1/200"), counts=2)
    assert mean_reg(spread) == pytest.approx((2 * 1e-2 * 2e-2 * 5e-3) ** (1 / 3))
    found = one_variable(9, mean_reg(spread), 2)
    best = minimize(
        lambda t: objective(spread, [np.exp(v) * np.eye(3) for v in t]), [-0.3] * 3, method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 4000},
    )  # fmt: skip
    assert best.fun == pytest.approx(found.loss, abs=1e-9)


@pytest.mark.parametrize("loss", ["mse", "ce"])
def test_the_best_scale_of_any_output(loss):
    draw = np.random.default_rng(1)
    for depth in (1, 2, 4):
        instance = UnconstrainedFeatures(4, depth, "1/50", loss=loss, counts=(1, 2, 3, 1), activation="linear")
        Z = np.eye(4) + draw.normal(size=(4, 4)) / 4
        kappa = [3.0] * (depth + 1)
        found = scaled(instance, Z, kappa)
        value, slope = ray(instance, Z)
        told = lambda c: float(value(np.array([c]))[0]) + (depth + 1) / 2 * 0.06 * c ** (2 / (depth + 1))  # noqa: E731, B023
        assert found.loss == pytest.approx(least(told, 50.0)[0], abs=1e-10)
        numeric = (value(np.array([1.001])) - value(np.array([0.999]))) / 0.002
        assert slope(np.array([1.0])) == pytest.approx(numeric, rel=1e-4)


@pytest.mark.parametrize(
    ("K", "L", "alpha", "stable", "folded"),
    [
        (4, 2, 1.33333, 0.162010, 0.177660),
        (4, 3, 2.0, 0.136125, 0.174950),
        (5, 2, 1.66667, 0.127563, 0.149478),
        (3, 2, 0.78774, 0.219976, 0.221291),
    ],
)
def test_stability_and_fold_of_the_cross_entropy(K, L, alpha, stable, folded):
    found = entropy.stability(K, L)
    assert found.alpha == pytest.approx(alpha, abs=6e-6)
    assert found.reg == pytest.approx(stable, abs=6e-7)
    assert entropy.fold(K, L).reg == pytest.approx(folded, abs=6e-7)
    grid = np.linspace(1e-3, 10, 100_001)
    every = grid ** ((L - 1) / (L + 1)) / (np.exp(grid) + K - 1)
    assert entropy.fold(K, L).reg == pytest.approx(every.max(), rel=1e-8)


def test_one_layer_has_no_fold():
    assert entropy.fold(4, 1).reg == 1 / 4
    assert entropy.stability(4, 1).reg == 1 / 4


@pytest.mark.parametrize(
    ("K", "L", "collapse", "low_rank"),
    [
        (3, 2, 0.185838, None),
        (3, 3, 0.151866, None),
        (3, 4, 0.131315, None),
        (4, 2, 0.148276, 0.159963),
        (4, 3, 0.123525, 0.142459),
        (4, 10, 0.062822, 0.084752),
        (4, 50, 0.016804, 0.024601),
    ],
)
def test_where_zero_wins_with_the_cross_entropy(K, L, collapse, low_rank):
    instance = UnconstrainedFeatures(K, L, 1, loss="ce", activation="linear")
    p = 2 / (L + 1)
    grid = np.geomspace(0.05, 60, 40_001)
    gain = np.log(K) - np.log1p((K - 1) * np.exp(-grid))
    found = entropy.zero_reg(instance, np.eye(K) - 1 / K, [K - 1] * (L + 1))
    assert found == pytest.approx(collapse, abs=1e-6)
    assert found == pytest.approx(np.max(gain / ((L + 1) / 2 * (K - 1) * grid**p)), rel=1e-7)
    if low_rank:
        gain = np.log(K) - np.log(1 + (K - 2) * np.exp(-grid) + np.exp(-2 * grid))
        found = entropy.zero_reg(instance, pairs(K), [K / 2 * 2**p] * (L + 1))
        assert found == pytest.approx(low_rank, abs=1e-6)
        assert found == pytest.approx(np.max(gain / ((L + 1) / 2 * K / 2 * (2 * grid) ** p)), rel=1e-7)


def test_zero_thresholds_approach_log_k_slowly():
    """λ_zero (L + 1) rank / 2 -> log K."""
    told = []
    for L in (10, 50, 200):
        instance = UnconstrainedFeatures(4, L, 1, loss="ce", activation="linear")
        told.append(entropy.zero_reg(instance, np.eye(4) - 0.25, [3] * (L + 1)) * (L + 1) * 3 / 2 / math.log(4))
    assert told[1] == pytest.approx(0.927, abs=5e-4)
    assert all(a < b < 1 for a, b in pairwise(told))

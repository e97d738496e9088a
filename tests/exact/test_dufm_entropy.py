"""Structures for the cross-entropy (arXiv 2410.23169): tables, closed forms, direct evaluation."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from theorycheck.exact import dufm_entropy as entropy
from theorycheck.exact.dufm_shape import floats
from theorycheck.exact.dufm_solution import exact_layers
from theorycheck.exact.dufm_structures import structure, structures
from theorycheck.exact.dufm_thresholds import fold
from theorycheck.models.features import UnconstrainedFeatures as Model

from .dufm_oracles import by_scaling, least, of

# K, L, λ, then the loss and scale of deep neural collapse, of the pairs, of the circle code
EXACT = [
    (4, 2, "0.0178", (0.2511105742, 4.496791), (0.2498977043, 4.011577), (0.2498977043, None)),
    (4, 3, "0.0175", (0.2544324491, 4.806277), (0.2320483828, 4.431527), (0.2320483828, None)),
    (5, 3, "0.0150", (0.2949156407, 4.974609), (0.2776674177, 4.779839), (0.2634357480, 6.158641)),
    (6, 2, "0.0130", (0.3177483344, 4.828430), (0.2963298768, 4.647575), (0.3555455123, 7.023381)),
]
# K, L, losses at a tenth of the fold (of 1/K for L = 1)
TENTH = [
    (2, 2, 0.13146020, 0.13146020),
    (2, 5, 0.14449223, 0.14449223),
    (3, 1, 0.29113984, 0.35724920),
    (3, 2, 0.20231106, 0.23789918),
    (3, 3, 0.20240594, 0.22969110),
    (3, 5, 0.23179768, 0.25279968),
    (4, 1, 0.34878038, 0.39703049),
    (4, 2, 0.25069356, 0.24948873),
    (4, 3, 0.25436609, 0.23198830),
    (4, 4, 0.27214705, 0.23448051),
    (4, 5, 0.29510190, 0.24437575),
    (5, 3, 0.29458828, 0.27736030),
    (5, 4, 0.31699135, 0.28574169),
    (5, 5, 0.34499758, 0.30189357),
    (6, 2, 0.31689763, 0.29553999),
    (6, 3, 0.32743936, 0.27647770),
    (6, 4, 0.35390907, 0.28047339),
    (6, 5, 0.38627993, 0.29303438),
    (8, 2, 0.36279032, 0.32703754),
    (8, 4, 0.41268423, 0.31393333),
    (10, 2, 0.39791007, 0.35135557),
]


def linear(K, L, reg, **options):
    return Model(K, L, reg, loss="ce", activation="linear", **options)


def collapse(K, L, reg, n=1):
    p = 2 / (L + 1)
    return lambda a: (
        math.log1p((K - 1) * math.exp(-a)) + reg * (L + 1) / 2 * (K - 1) * (a * math.sqrt(n)) ** p
    )  # fmt: skip


def low_rank(K, L, reg, n=1):
    p, m = 2 / (L + 1), K // 2
    both = lambda b: math.log(1 + (K - 2) * math.exp(-b) + math.exp(-2 * b))  # noqa: E731
    one = lambda b: math.log1p((K - 1) * math.exp(-b))  # noqa: E731
    cost = lambda b: m * (2 * b * math.sqrt(n)) ** p + (K % 2) * (b * math.sqrt(n)) ** p  # noqa: E731
    return lambda b: 2 * m / K * both(b) + (K % 2) / K * one(b) + reg * (L + 1) / 2 * cost(b)


@pytest.mark.parametrize(("K", "L", "reg", "dnc", "pairs", "circle"), EXACT)
def test_losses_and_scales(K, L, reg, dnc, pairs, circle):
    instance = linear(K, L, reg)
    for name, (loss, scale) in {"dnc": dnc, "low_rank": pairs, "circle": circle}.items():
        found = structure(instance, name)
        assert found.loss == pytest.approx(loss, abs=6e-11)
        assert of(instance, found.factors) == pytest.approx(loss, abs=6e-11)
        assert scale is None or found.scale == pytest.approx(scale, abs=6e-7)
    assert structure(instance, "dnc").loss == pytest.approx(least(collapse(K, L, float(reg)), 50)[0], abs=1e-11)
    assert structure(instance, "low_rank").loss == pytest.approx(least(low_rank(K, L, float(reg)), 50)[0], abs=1e-11)


@pytest.mark.parametrize(("K", "L", "dnc", "pairs"), TENTH)
def test_a_tenth_of_the_fold(K, L, dnc, pairs):
    found = structures(linear(K, L, fold(K, L).reg / 10))
    assert found["dnc"].loss == pytest.approx(dnc, abs=3e-8)  # the table's fold is less accurate than its losses
    assert found["low_rank"].loss == pytest.approx(pairs, abs=3e-8)


@pytest.mark.parametrize(("K", "L", "told"), [(5, 3, 0.26314779), (5, 4, 0.25495894), (5, 5, 0.25786759),
                                              (6, 4, 0.27456690), (6, 5, 0.27060291)])  # fmt: skip
def test_circle_codes_are_the_best_known(K, L, told):
    found = structures(linear(K, L, fold(K, L).reg / 10))
    assert found["circle"].loss == pytest.approx(told, abs=1.1e-8)
    assert found["circle"].loss == min(s.loss for s in found.values() if s.loss is not None)


@pytest.mark.parametrize(
    ("reg", "best", "dnc"),
    [
        ("0.02", 0.36240657, 0.37011088),
        ("0.005", 0.10752583, 0.10884969),
        ("0.001", 0.02505173, 0.02519263),
        ("0.0002", 0.00566600, 0.00567217),
    ],
)
def test_five_classes_two_layers(reg, best, dnc):
    """A centred structure of rank 3 beats collapse where Theorem 1 is silent."""
    instance = linear(5, 2, reg)
    found = structures(instance)
    assert found["dnc"].loss == pytest.approx(dnc, abs=6e-9)
    assert found["low_rank_centred"].loss == pytest.approx(best, abs=6e-9)
    assert of(instance, found["low_rank_centred"].factors) == pytest.approx(best, abs=6e-9)
    assert found["low_rank_centred"].loss < found["low_rank"].loss
    output = exact_layers(instance, found["low_rank_centred"].factors)[-1]
    assert output.rank_before == 3


@pytest.mark.parametrize(("K", "told"), [(4, 0.01176050), (5, 0.04155200)])
def test_where_pairs_and_collapse_cross(K, told):
    def lead(reg):
        instance = linear(K, 2, reg)
        return structure(instance, "dnc").loss - structure(instance, "low_rank").loss

    assert brentq(lead, 0.8 * told, 1.2 * told, xtol=1e-10) == pytest.approx(told, abs=6e-9)


@pytest.mark.parametrize(("K", "L", "told"), [(6, L, v) for L, v in zip((2, 3), (0.43032532, 0.19311795), strict=True)])
def test_the_sweep_of_theorem_three(K, L, told):
    found = structures(linear(K, L, 0.08 / L**2))
    assert min(s.loss for s in found.values() if s.loss is not None) == pytest.approx(told, abs=6e-9)


def test_one_layer_is_convex():
    """α = log(1/(λ√n) - (K - 1)), and zero from λ√n = 1/K on."""
    for K, reg, told in ((3, 1 / 30, 0.29113984), (4, 0.025, 0.34878039), (6, 1 / 60, 0.42095581)):
        for n in (1, 4):
            found = structure(linear(K, 1, reg / math.sqrt(n), counts=n), "dnc")
            assert found.loss == pytest.approx(told, abs=6e-9)
            assert found.scale == pytest.approx(math.log(1 / reg - (K - 1)), abs=1e-9)
        assert structure(linear(K, 1, 1.0001 / K), "dnc").scale == 0
        assert structure(linear(K, 1, 0.9999 / K), "dnc").scale > 0


@pytest.mark.parametrize("n", [2, 5])
def test_more_samples_are_a_larger_lambda(n):
    for name in ("dnc", "low_rank", "circle"):
        one = structure(linear(5, 3, 0.015), name)
        many = structure(linear(5, 3, 0.015 / n ** (1 / 4), counts=n), name)
        assert many.loss == pytest.approx(one.loss, abs=1e-12)


def test_a_vanishing_singular_value_is_left_out():
    """Its third root would be 2e-6, not 1e-17: a matrix of rank 2 would cost as one of rank 5, and look like it."""
    instance = linear(5, 2, "0.02")
    found = entropy.spectral(instance, entropy.circle(5), 2)
    assert found.kappa[0] == pytest.approx(2 * 2.5 ** (2 / 3), abs=1e-14)
    noisy = np.linalg.svd(entropy.circle(5), compute_uv=False)
    assert 0 < noisy[2] < 1e-14
    assert np.sum(noisy ** (2 / 3)) > found.kappa[0] + 1e-12
    told = exact_layers(instance, found.factors)
    assert [layer.rank_before for layer in told] == [2, 2, 2]
    assert all(layer.before[2:] == (0.0,) * len(layer.before[2:]) for layer in told)
    assert [W.nrows() for W in found.factors] == [2, 2, 5]


def test_width_below_the_rank_of_a_structure():
    found = structures(linear(6, 3, "0.013", width=2))
    assert found["circle"].loss is not None
    assert found["dnc"].loss is None
    assert "width" in found["dnc"].note
    assert structures(linear(6, 3, "0.013", width=5))["dnc"].loss is not None


# ---- with ReLUs


def shifted_pairs(K, L):
    """Features X + J, passed on by X + 2J/K, freed of the shift by X; the factors of the paper's Theorem 7."""
    X = np.kron(np.eye(K // 2), np.array([[1.0, -1.0], [-1.0, 1.0]]))
    J = np.ones((K, K))
    U, s, Vt = np.linalg.svd(X + J)
    return [np.sqrt(s)[:, None] * Vt, U * np.sqrt(s), *[X + 2 * J / K] * (L - 2), X]


@pytest.mark.parametrize(("K", "L"), [(4, 2), (6, 4), (10, 5), (14, 4)])
def test_pairs_with_relu(K, L):
    instance = Model(K, L, "0.004", loss="ce")
    found = structure(instance, "low_rank")
    assert found.loss == pytest.approx(by_scaling(shifted_pairs(K, L), 0.004, "ce")[0], abs=1e-9)
    assert of(instance, found.factors) == pytest.approx(found.loss, abs=1e-12)
    told = exact_layers(instance, found.factors)
    assert {layer.rank_after for layer in told[1:-1]} == {K // 2 + 1}
    assert told[-1].rank_before == K // 2


@pytest.mark.parametrize(("L", "first"), [(3, None), (4, 14), (5, 10), (6, 8), (7, 8), (8, 6), (10, 6), (20, 6)])
def test_theorem_seven_for_even_numbers_of_classes(L, first):
    """The first even K where pairs cost less than collapse at equal fit: 2K+4 < (K-1) 2^(2(L-1)/(L+1)) ((K+2)/K)^..."""

    def wins(K):
        return 2 * K + 4 < (K - 1) * 2 ** (2 * (L - 1) / (L + 1)) * ((K + 2) / K) ** (3 / (L + 1))

    assert next((K for K in range(2, 400, 2) if wins(K)), None) == first


@pytest.mark.parametrize(("K", "L"), [(3, 2), (5, 3), (6, 5), (9, 4)])
def test_relu_families_are_feasible(K, L):
    """Every family passes nonnegative features on unchanged, and its output is centred."""
    instance = Model(K, L, "0.003", loss="ce")
    for name in ("dnc", "low_rank", "circle", "srg", "cut"):
        found = structure(instance, name)
        if found.loss is None or not found.scale:
            continue
        layers = exact_layers(instance, found.factors)
        assert of(instance, found.factors) == pytest.approx(found.loss, abs=1e-11)
        told = [floats(W) for W in found.factors]
        Z = told[0]
        for l, W in enumerate(told[1:], start=1):
            Z = W @ (np.maximum(Z, 0) if l > 1 else Z)
        assert np.abs(Z.sum(axis=0)).max() < 1e-6
        assert layers[-1].rank_before <= K - 1


def test_collapse_with_relu_costs_more():
    for K, L in ((3, 2), (5, 4)):
        with_relu = structure(Model(K, L, "0.005", loss="ce"), "dnc").loss
        factors = [np.eye(K)] * L + [np.eye(K) - 1 / K]
        assert with_relu == pytest.approx(by_scaling(factors, 0.005, "ce")[0], abs=1e-10)
        assert with_relu > structure(linear(K, L, "0.005"), "dnc").loss

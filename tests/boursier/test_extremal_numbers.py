"""Boursier and Flammarion: the exact numbers of extremal vectors and two-sided fits, each in two ways."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from theorycheck.exact.arrangement import cells
from theorycheck.exact.extremal import extremal
from theorycheck.exact.two_sided import two_sided_ols
from theorycheck.models.data import Dataset
from theorycheck.models.teacher import Law
from theorycheck.studies.alignment import concentration, draw

from ..exact.extremal_oracles import critical_on_circle, critical_on_sphere, gradient, patterns_by_sampling

HALF = [(2, 1, 0), (2, -1, 1), (1, 0, -1)]
ANTIPODAL = Dataset([*HALF, *[tuple(-v for v in x) for x in HALF]], [2, 2, 1, -2, -2, -1])
TINY = Dataset([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"])
HEXAGON = Dataset([[1, 0], [1, 1], [0, 1], [-1, 0], [-1, -1], [0, -1]], [1, -1, 1, -1, 1, -1])
CROSS = Dataset([[1, 0], [-1, 0], [0, 1], [0, -1]], [-1, -1, 1, 1])  # class 0 on one axis, class 1 on the other


def told(solution):
    return {(tuple(map(str, v.D)), v.sign) for v in solution.vectors}


def scanned(data):
    return critical_on_circle(data.X, data.y)


# ---- B3, U2: antipodal samples without noise -------------------------------------------------------------------------


def test_antipodal_samples_have_one_value_and_two_directions():
    found = extremal(ANTIPODAL)
    assert told(found) == {(("3/2", "0", "1/6"), 1), (("3/2", "0", "1/6"), -1)}
    assert not found.by_free_weights
    X, y = ANTIPODAL.arrays()
    for w in np.random.default_rng(0).normal(size=(5000, 3)):
        assert gradient(X, y, w) == pytest.approx([1.5, 0, 1 / 6], abs=1e-15)
    second = [[sum(x[i] * x[j] for x in ANTIPODAL.X) / 6 for j in range(3)] for i in range(3)]
    assert [row[0] / 2 for row in second] == list(found.vectors[0].D)  # Σ_n β / 2 with β = e_1


# ---- U3: cells -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "count"), [(4, 14), (6, 32), (10, 92), (20, 382), (30, 872)])
def test_cells_of_space(n, count):
    X = Law("gaussian", 3).draw(n, seed=0).X
    found = set(cells(X))
    assert len(found) == count == n * n - n + 2
    sampled = patterns_by_sampling(X, 20_000)
    assert sampled <= found
    assert len(sampled) > 0.8 * count


# ---- U4: the tiny instance -------------------------------------------------------------------------------------------


def test_tiny():
    found = extremal(TINY)
    assert told(found) == {(("2", "1/4"), 1), (("7/4", "0"), -1)}
    assert [float(c) for c in found.vectors[0].unit] == pytest.approx([0.99227788, 0.12403473], abs=5e-9)
    assert found.vectors[1].unit == (-1, 0)
    seen = sorted(scanned(TINY), key=lambda p: -p[1])
    assert [g for _, g in seen] == pytest.approx([np.hypot(2, 0.25), -1.75])
    assert (np.cos(seen[0][0]), np.sin(seen[0][0])) == pytest.approx((0.99227788, 0.12403473), abs=5e-9)
    fits = found.two_sided
    assert fits is not None
    assert (fits.beta_plus, fits.beta_minus) == ((1, Fraction(1, 2)), (Fraction(7, 8), 0))
    assert (fits.loss, fits.interpolates, fits.stationary) == (0, True, True)
    X, y = TINY.arrays()
    assert np.linalg.solve(X[:2], y[:2]) == pytest.approx([1, 0.5])
    assert np.linalg.solve(X[2:], y[2:]) == pytest.approx([0.875, 0])


# ---- D = 0 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [4, 6])
def test_a_dead_cell_is_there_where_the_samples_lie_in_an_open_half_space(n):
    outcomes = []
    for seed in range(12):
        data = Law("gaussian", 3).draw(n, seed=seed)
        found = extremal(data)
        X, _ = data.arrays()
        half_space = linprog(np.zeros(3), A_ub=X, b_ub=-np.ones(n), bounds=[(None, None)] * 3).status == 0
        assert found.zeros["dead"] == int(half_space)
        assert ("dead" in {v.where for v in found.vectors}) == half_space
        outcomes.append(half_space)
    assert len(set(outcomes)) == 2


def test_hexagon_without_first_order_signal():
    found = extremal(HEXAGON)
    assert told(found) == {(("0", "0"), 0)}
    assert found.cells == found.zeros["cell"] == 6
    assert found.zeros["dead"] == 0
    X, y = HEXAGON.arrays()
    for w in np.random.default_rng(0).normal(size=(200, 2)):
        assert not gradient(X, y, w).any()
    round_one = X @ np.array([[1, 0], [-0.5, np.sqrt(3) / 2]])  # the regular hexagon, another basis of the plane
    assert np.linalg.norm(round_one, axis=1) == pytest.approx(np.ones(6))
    assert np.abs(gradient(round_one, y, np.array([0.3, 0.8]))).max() < 1e-15


def test_orthonormal_samples_with_mixed_labels_are_critical_at_the_ends_of_kinks():
    found = extremal([[1, 0], [0, 1]], [1, -1])
    assert told(found) == {(("1/2", "0"), 1), (("0", "-1/2"), -1), (("0", "0"), 0)}
    assert [v.where for v in found.vectors] == ["boundary", "boundary", "dead"]
    assert [v.weights for v in found.vectors[:2]] == [(1, 0), (0, 1)]  # the sample on the kink at an end of [0, 1]
    cube = extremal(np.eye(3, dtype=int).tolist(), [1, -2, 3])
    seen = critical_on_sphere(np.eye(3), [1, -2, 3])
    signed = [v for v in cube.vectors if v.sign]
    assert len(signed) == len([g for _, g in seen if abs(g) > 1e-7]) == 4
    assert told(cube) >= {(("1/3", "0", "1"), 1), (("0", "-2/3", "0"), -1)}


# ---- more than two directions ----------------------------------------------------------------------------------------


def test_two_classes_on_two_axes_have_four_directions():
    """The directions ±μ, ±ν of the two classes, whatever the width: each is alone on its side."""
    found = extremal(CROSS)
    assert told(found) == {
        (("0", "1/4"), 1),
        (("0", "-1/4"), 1),
        (("1/4", "0"), -1),
        (("-1/4", "0"), -1),
    }
    assert all(v.attracts for v in found.vectors)
    angles = sorted(round(float(np.degrees(a)) % 360, 6) for a, _ in scanned(CROSS))
    assert angles == [0, 90, 180, 270]
    longer = Dataset([[3, 0], [-3, 0], [0, 2], [0, -2]], [-1, -1, 1, 1])
    assert {v.sign: v.norm for v in extremal(longer).vectors} == {1: 0.5, -1: 0.75}


@pytest.mark.parametrize(("kind", "n"), [("clusters", 30), ("clusters", 60), ("absolute", 60)])
def test_clusters_and_a_nonlinear_teacher(kind, n):
    counts = []
    for seed in range(8):
        data = Law(kind, 2).draw(n, seed=seed)
        found = [v for v in extremal(data).vectors if v.sign]
        seen = [p for p in scanned(data) if abs(p[1]) > 1e-9]
        assert len(found) == len(seen)
        assert sorted(v.sign * v.norm for v in found) == pytest.approx(sorted(g for _, g in seen))
        counts.append(len(found))
    assert 4 in counts
    assert min(counts) >= 4


# ---- Run 2: concentration --------------------------------------------------------------------------------------------


GAUSSIAN = {  # n -> mean sup, fraction with exactly two, mean and largest number, mean of the worst angles
    4: (1.011, 0.20, 3.85, 10, None),
    10: (0.768, 0.50, 3.3, 6, None),
    20: (0.492, 0.55, 3.1, 6, None),
    50: (0.312, 0.70, 2.7, 6, None),
    100: (0.234, 0.85, 2.5, 8, None),
}


@pytest.mark.parametrize("n", list(GAUSSIAN))
def test_gaussian_inputs_over_twenty_seeds(n):
    sup, two, mean, most, _ = GAUSSIAN[n]
    [point] = concentration([Law("gaussian", 2)], [n], 20).points
    assert point.mean_sup == pytest.approx(sup, abs=6e-4)
    assert point.two == pytest.approx(two)
    assert np.mean(point.counts) == pytest.approx(mean, abs=0.06)
    assert max(point.counts) == most


@pytest.mark.thorough
def test_gaussian_inputs_many_samples():
    """The number does not go to two, the angle shrinks: 3.9 degrees at 500, 1.8 at 2000."""
    small, large = concentration([Law("gaussian", 2)], [500, 2000], 20).points
    assert [p.mean_sup for p in (small, large)] == pytest.approx([0.112, 0.0507], abs=6e-4)
    assert [p.two for p in (small, large)] == pytest.approx([0.70, 0.80])
    assert [np.mean(p.worst_angles) for p in (small, large)] == pytest.approx([3.9, 1.8], abs=0.06)


def test_with_the_margin_condition_two_directions_remain():
    points = concentration([Law("margin", 2)], [10, 20, 50, 100], 20).points
    assert [p.two for p in points] == [1.0, 0.95, 1.0, 1.0]  # one of the seeds at n = 20 has four
    angles = [float(np.mean(p.worst_angles)) for p in points]
    assert angles == sorted(angles, reverse=True)
    assert all(0.9 < p.ratio < 1.25 for p in points if p.ratio)


@pytest.mark.parametrize("kind", ["margin", "gaussian"])
@pytest.mark.parametrize("n", [4, 20, 50])
def test_one_draw_by_a_scan(kind, n):
    """Number, worst angle and sup of one sample, from the circle in floats."""
    law = Law(kind, 2)
    found, data = draw(law, n, 3), law.draw(n, seed=3)
    X, y = data.arrays()
    half = law.direction() / 2
    around = np.linspace(0, 2 * np.pi, 20_001)
    sup = max(np.linalg.norm(gradient(X, y, np.array([np.cos(a), np.sin(a)])) - half) for a in around)
    assert found.sup == pytest.approx(sup, abs=1e-12)
    if (seen := scanned(data)) is not None:
        axis = np.arctan2(half[1], half[0])
        angles = [np.degrees(np.abs((a - axis + np.pi / 2) % np.pi - np.pi / 2)) for a, _ in seen]
        assert sorted(found.angles) == pytest.approx(sorted(angles), abs=1e-6)


def test_inputs_in_space():
    """With the margin condition two remain from n = 20 on; six samples often leave a dead cell, and some leave more."""
    margin, gaussian = (concentration([Law(kind, 3)], [6, 20], 20).points for kind in ("margin", "gaussian"))
    assert [p.two for p in margin] == [0.35, 1.0]
    assert [sum(d.zero for d in p.draws) for p in margin] == [13, 0]
    assert sum(d.count - d.zero == 2 for d in margin[0].draws) == 17
    assert [max(p.counts) for p in gaussian] == [10, 8]


# ---- two-sided least squares -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "d", "expected"), [(40, 2, 0.1125), (200, 5, 0.11875), (40, 5, 0.09375)])
def test_expected_loss(n, d, expected):
    """σ² (n - 2d) / (2n); the mean of 40 seeds within four of its standard deviations."""
    assert 0.25 * (n - 2 * d) / (2 * n) == expected
    losses = []
    for seed in range(40):
        fits = two_sided_ols(Law("margin", d).draw(n, seed=seed), [1] + [0] * (d - 1))
        losses.append(float(fits.loss))
    deviation = 0.25 * (2 * (n - 2 * d)) ** 0.5 / (2 * n) / 40**0.5
    assert np.mean(losses) == pytest.approx(expected, abs=4 * deviation)


@pytest.mark.parametrize("d", [2, 3, 5])
def test_it_interpolates_where_each_side_has_at_most_d_samples(d):
    for seed in range(6):
        data = Law("margin", d).draw(2 * d, seed=seed)
        fits = two_sided_ols(data, [1] + [0] * (d - 1))
        fewer = max(len(fits.plus.rows), len(fits.minus.rows)) <= d
        assert (fits.loss == 0) == fewer


def test_stationary_where_the_signs_are_kept():
    kept = 0
    for seed in range(6):
        data = Law("margin", 3).draw(40, seed=seed)
        fits = two_sided_ols(data)
        residuals = [h - y for h, y in zip(fits.outputs, data.y, strict=True)]
        for side in (fits.plus, fits.minus):
            pull = [sum((residuals[k] * data.X[k][i] for k in side.rows), Fraction(0)) for i in range(3)]
            assert not fits.kept or not any(pull)
        kept += fits.kept
        assert not fits.kept or fits.stationary
    assert kept >= 4

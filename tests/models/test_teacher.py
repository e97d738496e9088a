"""The laws meet what they state: moments by quadrature of many draws, the cone on every draw, symmetry, exactness."""

from fractions import Fraction

import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.teacher import LAWS, Law, antipodal

F = Fraction
CASES = [
    Law("margin", 1),
    Law("margin", 2),
    Law("margin", 5),
    Law("gaussian", 3, beta=[1, 2, "1/2"]),
    Law("ball", 1),
    Law("ball", 4),
    Law("ball", 2, amount="1/3"),
    Law("ball", 5, amount="0.9"),
    Law("shifted", 2, amount="1/2"),
    Law("shifted", 5),
    Law("orthant", 1),
    Law("orthant", 2),
    Law("orthant", 5),
    Law("clusters", 2),
    Law("clusters", 2, amount=0),
    Law("absolute", 2),
]
cases = pytest.mark.parametrize("law", CASES, ids=lambda law: f"{law.kind}-{law.d}")


def test_every_law_is_tested():
    assert {law.kind for law in CASES} == set(LAWS)


@cases
def test_second_moments_and_symmetry(law):
    n = 200_000
    X = law.inputs(n, 1)
    products = X[:, :, None] * X[:, None, :]
    error = products.std(axis=0) / np.sqrt(n) + 1e-12
    assert np.abs((products.mean(axis=0) - law.second_moment()) / error).max() < 5
    shift = np.abs(X.mean(axis=0)) / (X.std(axis=0) + 1e-12) * np.sqrt(n)
    thirds = np.abs((X**3).mean(axis=0)) / ((X**3).std(axis=0) + 1e-12) * np.sqrt(n)
    assert law.symmetric == (max(shift.max(), thirds.max()) < 6)


@cases
def test_every_sample_keeps_to_the_cone(law):
    X, v = law.inputs(50_000, 2), law.direction()
    cosines = np.abs(X @ v) / np.linalg.norm(X, axis=1) / np.linalg.norm(v)
    assert cosines.min() >= float(law.cone) - 1e-12
    assert 0 <= law.cone <= 1


def test_cones_in_closed_form():
    assert Law("margin", 1).cone == 1
    assert Law("margin", 7).cone == F(447, 1000)
    assert F(447, 1000) ** 2 < F(1, 5) < F(448, 1000) ** 2
    assert Law("gaussian", 2).cone == 0
    assert Law("ball", 3, amount="1/4").cone == F(1, 4)
    assert Law("clusters", 2, amount="1/10").cone == F(4, 11)
    assert Law("margin", 2, beta=[1, 1]).cone == 0  # no such cone is known there


def test_labels_are_the_teacher_plus_noise():
    law = Law("gaussian", 3, beta=[1, -2, "1/2"], sigma="1/4")
    data = law.draw(20_000, 3)
    X, y = data.arrays()
    noise = y - X @ [1, -2, 0.5]
    assert abs(noise.mean()) < 0.01
    assert noise.std() == pytest.approx(0.25, rel=0.02)
    np.testing.assert_array_equal(X[:5], law.inputs(20_000, 3)[:5])
    np.testing.assert_allclose(law.mean_label(X), X @ [1, -2, 0.5])


def test_without_noise_labels_are_exact():
    data = Law("margin", 3, beta=["1/3", 1, 0], sigma=0).draw(9, 1)
    assert data.y == tuple(row[0] / 3 + row[1] for row in data.X)
    bent = Law("absolute", 2, sigma=0).draw(9, 1)
    assert bent.y == tuple(abs(a) - abs(b) for a, b in bent.X)
    assert not Law("absolute", 2).linear
    np.testing.assert_allclose(Law("absolute", 2).mean_label([[-3, 1], [2, -4]]), [2, -2])


def test_the_same_seed_gives_the_same_data():
    law = Law("margin", 4)
    assert law.draw(5, 7) == law.draw(5, 7) != law.draw(5, 8)
    assert not law.draw(5, 7).exact_source
    assert "seed 7" in law.draw(5, 7).provenance
    assert "σ = 1/2" in str(law)
    assert hash(law) == hash(Law("margin", 4))


def test_antipodal_samples_make_the_alignment_vector_constant():
    """D_n(w) = Σ_n β / 2 for every w off the kinks, here in rationals."""
    half = Dataset([[2, 1, 0], [2, -1, 1], [1, 0, -1]], [2, 2, 1])
    data = antipodal(half)
    assert data.n == 6
    for w in ([3, 1, 1], [-1, 5, 2], [0, -1, 3], [7, 2, -9]):
        active = [sum(a * b for a, b in zip(w, row, strict=True)) > 0 for row in data.X]
        D = [sum(y * row[j] * on for row, y, on in zip(data.X, data.y, active, strict=True)) / 6 for j in range(3)]
        assert [F(3, 2), 0, F(1, 6)] == D
    assert antipodal(antipodal(half)).n == 12


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Law("cauchy"), "choose one of margin"),
        (lambda: Law("margin", 0), "at least 1"),
        (lambda: Law("shifted", 1), "at least 2"),
        (lambda: Law("clusters", 3), "pass d = 2"),
        (lambda: Law("margin", True), "at least 1"),
        (lambda: Law("margin", 2, beta=[1]), "1 entries for d = 2"),
        (lambda: Law("margin", 2, beta=[0, 0]), "no direction"),
        (lambda: Law("margin", 2, sigma=-1), "sigma is -1"),
        (lambda: Law("margin", 2, amount=1), "has no amount"),
        (lambda: Law("ball", 2, amount=1), "from 0 to below 1"),
        (lambda: Law("shifted", 2, amount=-1), "at least 0"),
        (lambda: Law().draw(0), "at least 1"),
        (lambda: Law().draw(2, "x"), "no seed"),
        (lambda: Law().draw(2, -1), "no seed"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(InvalidInstance) as caught:
        call()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)

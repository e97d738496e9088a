"""Families with labels ±1: the exact property that each is there for, and two classes of real data."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theorycheck.errors import InvalidInstance
from theorycheck.models import generators
from theorycheck.models import generators_signs as make
from theorycheck.models.data import Dataset
from theorycheck.models.orthogonality import orthogonality

F = Fraction


@given(st.fractions(-1, 1, max_denominator=12), st.fractions("1/4", 4, max_denominator=4))
def test_tilted_samples_have_exactly_the_cosine_and_length(cosine, length):
    data = make.tilted(cosine, length)
    G = data.gram()
    assert (G[0][0], G[1][1], G[2][2]) == (1, length**2, 1)
    assert G[0][1] == length * cosine
    assert G[0][2] == G[1][2] == 0
    assert data.y == (1, 1, -1)
    assert data.d <= 6


def test_small_families():
    assert make.collinear().X == ((1, 0), (3, 0), (0, 1))
    assert make.basis(3).gram() == tuple(tuple(F(i == k) for k in range(3)) for i in range(3))
    assert make.basis(4).y == (1, -1, 1, -1)
    assert make.basis(2, "plus", d=3).X == ((1, 0, 0), (0, 1, 0))
    pairs = make.opposite_pairs()
    assert (pairs.n, pairs.d, sum(pairs.y)) == (8, 4, 0)
    assert all(tuple(-v for v in row) in pairs.X for row in pairs.X)


def test_the_hexagon_gives_no_signal_anywhere():
    """Σ y_i σ'(w·x_i) x_i = 0, exactly, for every w that is orthogonal to no sample and for every slope."""
    data, seen = make.hexagon(), 0
    for a in range(-6, 7):
        for b in range(-6, 7):
            z = [a * row[0] + b * row[1] for row in data.X]
            if 0 not in z:
                seen += 1
                for slope in (F(0), F(1, 3)):
                    terms = [y * (1 if v > 0 else slope) for y, v in zip(data.y, z, strict=True)]
                    assert [sum(t * row[j] for t, row in zip(terms, data.X, strict=True)) for j in range(2)] == [0, 0]
    assert seen > 100


def test_drawn_families_have_signs_and_seeds():
    for data, again, other in (
        (make.gaussian(6, 9, 1), make.gaussian(6, 9, 1), make.gaussian(6, 9, 2)),
        (make.nearly_orthogonal(4, 6, "1/10", 1), make.nearly_orthogonal(4, 6, "1/10", 1), make.basis(4)),
        (make.xor(3, 4, 2, 0.1, 1), make.xor(3, 4, 2, 0.1, 1), make.xor(3, 4, 2, 0.1, 2)),
        (make.signal_plus_noise(6, 9, "1/5", 1, 1), make.signal_plus_noise(6, 9, "1/5", 1, 1), make.basis(6)),
    ):
        assert data == again != other
        assert set(data.y) == {1, -1}
    drawn = make.signed(generators.gaussian(200, 2), "random", 3)
    assert 60 < sum(label > 0 for label in drawn.y) < 140
    assert generators.coherence_squared(make.nearly_orthogonal(4, 6, "1/10", 1).X) <= F(1, 100)


def test_signal_plus_noise_is_what_it_says():
    g, flips, n, d = 0.36, 3, 12, 30
    data = make.signal_plus_noise(n, d, "0.36", flips, 5)
    X, y = data.arrays()
    true = np.array([(-1) ** i for i in range(n)])
    np.testing.assert_allclose(X[:, 0], np.sqrt(g) * true, rtol=1e-15)
    np.testing.assert_allclose((X[:, 1:] ** 2).sum(axis=1), 1 - g, rtol=1e-13)
    np.testing.assert_array_equal(np.flatnonzero(y != true), range(flips))
    assert make.signal_plus_noise(3, 2, 1).X == ((1, 0), (-1, 0), (1, 0))


def test_xor_without_spread_is_exact():
    data = make.xor(2, 3, "1/2")
    assert (data.n, data.d, data.exact_source) == (8, 3, True)
    assert {row for row, y in zip(data.X, data.y, strict=True) if y > 0} == {(F(1, 2), 0, 0), (F(-1, 2), 0, 0)}


def test_orthogonality_in_numbers():
    data = Dataset([[3, 4], [4, -3], [1, 0]], [1, -1, -1])
    seen = orthogonality(data)
    assert (seen.least, seen.largest, seen.inner) == (1, 25, 4)
    assert seen.ratio == F(1, 12)
    assert seen.separation == pytest.approx(-0.6)  # rows 0 and 2, of different classes
    assert str(seen) == "R_min = 1, R_max = 5, p = 4, R_min^2/(n p) = 1/12, mu = -0.6"
    alone = orthogonality(Dataset([[2]], [1]))
    assert (alone.ratio, alone.separation, alone.inner) == (None, None, 0)
    assert orthogonality(Dataset([[0], [1]], [1, 1])).separation is None
    assert orthogonality(generators.orthogonally_separable(5, 4, 2)).cosine > 0


def test_gaussian_data_are_nearly_orthogonal_in_high_dimension():
    seen = orthogonality(make.gaussian(10, 784, 0))
    assert float(seen.least) == pytest.approx(732, abs=1)
    assert float(seen.largest) == pytest.approx(836, abs=1)
    assert float(seen.inner) == pytest.approx(60, abs=0.1)
    assert float(seen.ratio) == pytest.approx(1.22, abs=0.01)


# -- two classes of real data


def test_digits_of_two_classes():
    data = Dataset.bundled("digits", classes=(3, 8), rows=10, centre=True)
    assert (data.n, data.d) == (10, 64)
    assert set(data.y) == {1, -1}
    assert all(sum(column) == 0 for column in zip(*data.X, strict=True))
    full = Dataset.bundled("digits")
    rows = [i for i, label in enumerate(full.y) if label in (3, 8)]
    assert data.y == tuple(F(1 if full.y[i] == 3 else -1) for i in rows[:10])
    assert Dataset.bundled("digits", classes="8,3", rows=10).y == tuple(-label for label in data.y)
    assert tuple(full.X[i] for i in rows[:3]) == Dataset.bundled("digits", classes="3,8", rows="0:3").X
    text = data.describe()
    assert "R_min^2/(n p) = 0.06336" in text
    assert "4 labels 1, 6 labels -1" in text
    assert "class 3 as 1, 8 as -1" in data.provenance


def test_two_classes_of_any_data():
    data = Dataset([[1], [2], [3], [4]], [0, "1/2", 0, 5]).two_classes("0.5", 0)
    assert data.X == ((1,), (2,), (3,))
    assert data.y == (-1, 1, -1)


def test_the_command_line_takes_two_classes(tmp_path):
    from theorycheck.commands.inputs import DataChoice

    assert DataChoice("bundled:digits", classes="3,8", rows="0:5").load().n == 5
    file = tmp_path / "data.csv"
    file.write_text("a,y\n1,7\n2,8\n3,9\n4,8\n")
    assert DataChoice(str(file), classes="8,9", rows="0:2").load().y == (1, -1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: make.signed(make.basis(2), "odd"), "choose one of alternate"),
        (lambda: make.basis(0), "1 ≤ n ≤ d"),
        (lambda: make.basis(3, d=2), "1 ≤ n ≤ d"),
        (lambda: make.collinear(0), "not positive"),
        (lambda: make.tilted("3/2"), "outside [-1, 1]"),
        (lambda: make.opposite_pairs(0), "positive integer"),
        (lambda: make.xor(1, 1), "at least 2"),
        (lambda: make.xor(0), "positive integer"),
        (lambda: make.xor(1, 2, 1, -1.0), "at least 0"),
        (lambda: make.signal_plus_noise(2, 3, 2), "signal in [0, 1]"),
        (lambda: make.signal_plus_noise(2, 3, "1/2", 3), "pass 0 to 2"),
        (lambda: Dataset.bundled("digits", classes=(3, 3)), "two different labels"),
        (lambda: Dataset.bundled("digits", classes=(3, 12)), "no sample of class 12"),
        (lambda: Dataset.bundled("digits", classes="3"), "two labels"),
        (lambda: Dataset.bundled("digits", classes="3,8,9"), "two labels"),
        (lambda: Dataset.bundled("digits", classes="three,8"), "first class"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(InvalidInstance) as caught:
        call()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_cosine_of_large_denominator_takes_no_long_search():
    """The squares are looked for over the least denominator, 500 here and not 250000."""
    first, second, _ = make.tilted("167/500").X
    assert sum(a * b for a, b in zip(first, second, strict=True)) == 3 * Fraction(167, 500)
    assert sum(b * b for b in second) == 9

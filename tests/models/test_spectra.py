import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models.spectra import numerical_rank, singular_profile, stable_rank


def with_singular_values(values, seed=0):
    draw = np.random.default_rng(seed)
    left, right = (np.linalg.qr(draw.normal(size=(len(values),) * 2))[0] for _ in range(2))
    return left * np.asarray(values) @ right


def test_rank_of_known_spectra():
    found = numerical_rank(with_singular_values([4.0, 1.0, 1e-9]))
    assert (found.rank, found.clear) == (2, True)
    assert found.gap == pytest.approx(1e9, rel=1e-3)
    assert found.kept == pytest.approx(0.25)
    assert str(found).startswith("numerical rank 2 (relative tolerance 1e-06, gap 1e+09")


def test_a_value_near_the_threshold_is_not_clear():
    assert not numerical_rank(with_singular_values([1.0, 3e-6])).clear
    assert not numerical_rank(with_singular_values([1.0, 3e-7])).clear
    assert numerical_rank(with_singular_values([1.0, 3e-6])).rank == 2
    assert numerical_rank(with_singular_values([1.0, 3e-7])).rank == 1
    assert "not clear" in str(numerical_rank(with_singular_values([1.0, 3e-7])))


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e150])
def test_rank_does_not_depend_on_scale(scale):
    found = numerical_rank(scale * np.diag([1.0, 0.5, 0.0]))
    assert (found.rank, found.gap, found.clear) == (2, np.inf, True)


def test_degenerate_matrices():
    zero = numerical_rank(np.zeros((2, 3)))
    assert (zero.rank, zero.kept, zero.dropped, zero.clear) == (0, np.inf, 0.0, True)
    assert stable_rank(np.zeros((2, 3))) == 0
    assert numerical_rank([[5.0]]).rank == 1
    assert stable_rank([[5.0]]) == 1


def test_stable_rank_and_profile():
    np.testing.assert_allclose(singular_profile(np.diag([2.0, 4.0])), [1, 0.5])
    assert stable_rank(np.eye(3)) == pytest.approx(3)
    assert stable_rank(np.diag([2.0, 1.0])) == pytest.approx(np.linalg.norm(np.diag([2.0, 1.0])) ** 2 / 4)


@pytest.mark.parametrize("bad", [np.zeros((0, 2)), [1.0, 2.0], [[np.nan]], [[np.inf]]])
def test_bad_matrices(bad):
    with pytest.raises(InvalidInstance, match="spectrum"):
        numerical_rank(bad)


@pytest.mark.parametrize("tolerance", [0.0, -1e-3, 0.5, float("nan")])
def test_tolerances_are_capped(tolerance):
    with pytest.raises(InvalidInstance, match="tolerance"):
        numerical_rank(np.eye(2), tolerance)

"""Two-sided least squares: against numpy, normal equations, autodiff of the network, and degenerate sides."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck import solve
from theorycheck.errors import InvalidInstance
from theorycheck.exact.two_sided import told, two_sided_ols
from theorycheck.models.data import Dataset
from theorycheck.models.teacher import Law

TINY = Dataset([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"])


def both_layers(found):
    """The loss of the network with balanced neurons and its gradient in all weights, by autodiff."""
    import jax
    import jax.numpy as jnp

    X, y = found.data.arrays()
    betas = [np.array([float(v) for v in b]) for b in (found.beta_plus, found.beta_minus)]
    roots = [np.linalg.norm(b) ** 0.5 for b in betas]
    a = jnp.array([roots[0], -roots[1]])
    W = jnp.array([s * b / r if r else b for s, b, r in zip((1, -1), betas, roots, strict=True)])

    def loss(a, W):
        return ((jax.nn.relu(X @ W.T) @ a - y) ** 2).sum() / (2 * len(y))

    return float(loss(a, W)), np.concatenate([np.ravel(g) for g in jax.grad(loss, argnums=(0, 1))(a, W)])


def samples(d, most):
    entry = st.integers(-4, 4)
    pairs = st.lists(st.tuples(st.lists(entry, min_size=d, max_size=d), entry), min_size=1, max_size=most)
    return pairs.map(lambda p: Dataset([x for x, _ in p], [y for _, y in p]))


@pytest.mark.parametrize("d", [1, 2, 3])
def test_shortest_fits_against_numpy(d):
    @given(samples(d, 7), st.lists(st.integers(-3, 3), min_size=d, max_size=d).filter(any))
    def agrees(data, split):
        found = two_sided_ols(data, split)
        X, y = data.arrays()
        side = X @ np.array(split)
        left = 0.0
        for fit, on in ((found.plus, side > 0), (found.minus, side < 0)):
            beta = np.linalg.lstsq(X[on], y[on], rcond=None)[0] if on.any() else np.zeros(d)
            assert [float(v) for v in fit.beta] == pytest.approx(beta.tolist(), abs=1e-9)
            left += ((X[on] @ beta - y[on]) ** 2).sum()
        assert found.loss >= Fraction(0)
        between = side == 0
        h = np.array([float(v) for v in found.outputs])
        assert float(found.loss) * 2 * data.n == pytest.approx(left + ((h - y)[between] ** 2).sum(), abs=1e-8)
        assert float(found.network_loss) == pytest.approx(((h - y) ** 2).mean() / 2, abs=1e-9)
        assert set(found.between) == set(np.flatnonzero(between))
        assert found.certificate is not None

    agrees()


@settings(max_examples=8)
@given(samples(2, 5), st.sampled_from([[1, 0], [1, 1], [0, -1]]))
def test_stationary_against_autodiff(data, split):
    """Off the kinks the exact answer is whether the gradient of both layers vanishes."""
    found = two_sided_ols(data, split)
    X, _ = data.arrays()
    z = np.stack([X @ [float(v) for v in b] for b in (found.beta_plus, found.beta_minus)], axis=1)
    loss, gradient = both_layers(found)
    assert loss == pytest.approx(float(found.network_loss), abs=1e-9)
    if np.abs(z[np.abs(X).any(axis=1)]).min(initial=1) > 1e-9:
        assert found.stationary == (np.abs(gradient).max() < 1e-9)
    if found.kept:
        assert found.stationary
        assert found.loss == found.network_loss


def test_the_own_side_alone_is_not_enough():
    """Both fits have their signs on their own side, but β_+ is active on the other side, too: not stationary."""
    data = Dataset([[1, 0], [1, 1], [-1, 0], [-1, 1], [-1, -1]], [1, 3, -1, -1, -2])
    found = two_sided_ols(data, [1, 0])
    own = [sum(a * b for a, b in zip(data.X[k], found.beta_plus, strict=True)) > 0 for k in found.plus.rows]
    own += [sum(a * b for a, b in zip(data.X[k], found.beta_minus, strict=True)) < 0 for k in found.minus.rows]
    assert all(own)
    assert not found.kept
    assert found.stationary is False
    assert np.abs(both_layers(found)[1]).max() > 0.1


def test_what_is_told_of_degenerate_sides():
    one = two_sided_ols(Dataset([[1, 1]], [3]), [1, 0])
    assert one.beta_plus == (Fraction(3, 2), Fraction(3, 2))  # the shortest of many
    assert one.beta_minus == (0, 0)
    assert "1 sample of rank 1 on the positive side, β_+ is open" in one.note
    assert "0 samples of rank 0 on the negative side" in one.note
    assert one.interpolates
    assert one.stationary
    between = two_sided_ols(Dataset([[1, 0], [0, 1], [0, 0]], [1, 1, 2]), [1, 0])
    assert between.between == (1, 2)
    assert between.loss == between.network_loss == Fraction(1 + 4, 6)
    assert "2 samples on neither side" in between.note


def test_where_the_split_comes_from():
    assert two_sided_ols(TINY, [1, 0]).origin == "given"
    reached = two_sided_ols(TINY)
    assert "reaches from X^T y" in reached.origin
    assert reached.split == (2, Fraction(1, 4))
    found = solve.extremal(TINY).two_sided
    assert found is not None
    assert found.split == (2, Fraction(1, 4))
    assert "longest extremal vector" in found.origin
    no_rest = two_sided_ols(Dataset([[1, 0], [0, 1]], [1, -1]))  # D is on a kink, so that w <- D_n(w) does not settle
    assert no_rest.origin == "X^T y / n"
    assert solve.extremal([[1, 0], [1, 1], [0, 1], [-1, 0], [-1, -1], [0, -1]], [1, -1] * 3).two_sided is None


@pytest.mark.parametrize(("n", "d"), [(40, 2), (200, 5)])
def test_a_split_that_is_stationary_beats_one_fit(n, d):
    found = two_sided_ols(Law("margin", d).draw(n, seed=1))
    assert found.stationary
    assert found.loss <= found.single_loss
    assert np.abs(both_layers(found)[1]).max() < 1e-14


def test_equal_sides_are_one_fit():
    """Antipodal samples with odd labels: β_+ = β_- = the single fit, so the network is linear."""
    half = Law("gaussian", 3).draw(9, seed=2)
    data = Dataset([*half.X, *[[-v for v in x] for x in half.X]], [*half.y, *[-v for v in half.y]])
    found = two_sided_ols(data)
    assert found.beta_plus == found.beta_minus == found.single.beta
    assert found.loss == found.single_loss


@pytest.mark.parametrize(
    ("data", "split", "words"),
    [
        (TINY, [0, 0], "split.*zero"),
        (TINY, [1], "length 2"),
        (TINY, ["one", 0], "finite number"),
        (Dataset([[1, 0], [1, 0]], [1, -1]), None, "no split; pass one"),
    ],
)
def test_bad_splits(data, split, words):
    with pytest.raises(InvalidInstance, match=words):
        two_sided_ols(data, split)


def test_numbers_that_nobody_reads_become_balls():
    assert told(Fraction(-9, 8)) == "-9/8"
    long = Fraction(7**3000, 3**5000)
    ball = told(long)
    assert isinstance(ball, dict)
    assert Fraction(ball["lo"]) < long < Fraction(ball["hi"])
    assert float(ball["lo"]) == pytest.approx(float(ball["hi"]), rel=1e-12)

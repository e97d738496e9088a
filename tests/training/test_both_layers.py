"""Gradient descent on both layers, against a plain numpy loop, finite differences, and closed forms."""

from fractions import Fraction

import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance
from theorycheck.models.teacher import Law
from theorycheck.training.both_layers import BothLayers, Flow, run, start, step_size
from theorycheck.training.both_layers_end import end_point

TINY = Dataset([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"])


def _loss(instance, a, W):
    X, y = instance.data.arrays()
    Z, slope = X @ W.T, float(instance.slope)
    f = (np.tanh(Z) if instance.activation == "tanh" else np.maximum(Z, slope * Z)) @ a
    kinds = {
        "square": lambda: ((f - y) ** 2).mean() / 2,
        "logistic": lambda: np.logaddexp(0, -y * f).mean(),
        "hinge": lambda: np.maximum(1 - y * f, 0).mean(),
    }
    return kinds[instance.loss]()


def _numerical(instance, a, W, h=1e-6):
    """Central differences of the loss, a separate route to both gradients."""
    ga, gW = np.zeros_like(a), np.zeros_like(W)
    for g, at in ((ga, a), (gW, W)):
        for index in np.ndindex(at.shape):
            kept = at[index]
            at[index] = kept + h
            up = _loss(instance, a, W)
            at[index] = kept - h
            g[index] = (up - _loss(instance, a, W)) / (2 * h)
            at[index] = kept
    return ga, gW


@pytest.mark.parametrize("loss", ["square", "logistic", "hinge"])
@pytest.mark.parametrize(("activation", "slope"), [("leaky", 0), ("leaky", "1/2"), ("leaky", 1), ("tanh", 0)])
def test_a_step_is_a_step_down_the_numerical_gradient(loss, activation, slope):
    draw = np.random.default_rng(3)
    data = Dataset.from_arrays(draw.normal(size=(7, 3)), [1, -1, 1, -1, -1, 1, 1])
    instance = ReluInstance(data, 4, slope, loss, "trained", init="1/2", eta="1/10", activation=activation)
    a, W = start(instance)
    ga, gW = _numerical(instance, a.copy(), W.copy())
    after = run(instance, Flow(steps=1))
    assert np.allclose(after.a, a - 0.1 * ga, atol=1e-8)
    assert np.allclose(after.W, W - 0.1 * gW, atol=1e-8)
    assert after.looks[0].loss == pytest.approx(_loss(instance, a, W), rel=1e-12)
    assert not after.met


def _plain(instance, a, W, eta, steps):
    """The slow loop, written independently of the package."""
    X, y = instance.data.arrays()
    for _ in range(steps):
        Z = X @ W.T
        r = (np.maximum(Z, 0) @ a - y) / len(y)
        a, W = a - eta * (np.maximum(Z, 0).T @ r), W - eta * ((Z > 0) * r[:, None] * a).T @ X
    return a, W


def test_many_steps_are_those_of_a_plain_loop():
    law = Law("margin", 3)
    instance = ReluInstance(law.draw(20, 1), 12, loss="square", outputs="trained", init="1/100", eta="1/50", law=law)
    a, W = _plain(instance, *start(instance), 0.02, 1000)
    found = run(instance, Flow(steps=1000, early=False))
    assert np.allclose(found.a, a, atol=1e-9)
    assert np.allclose(found.W, W, atol=1e-9)


def test_the_start_is_what_the_instance_says():
    instance = ReluInstance(TINY, 50, loss="square", outputs="trained", init="1/10", dominance="3/2", signs="balanced")
    a, W = start(instance)
    assert np.allclose(np.abs(a), 1.5 * np.linalg.norm(W, axis=1))
    assert (a > 0).sum() == 25
    assert np.linalg.norm(W) == pytest.approx(0.1 * np.sqrt(2), rel=0.3)


@pytest.fixture(scope="module")
def aligned() -> BothLayers:
    law = Law("margin", 5)
    return run(ReluInstance(law.draw(60, 1), 200, loss="square", outputs="trained", init="1/1000", law=law, seed=1))


def test_margin_data_end_in_the_two_sided_fit(aligned):
    assert aligned.ending == "two-sided"
    assert aligned.loss == pytest.approx(aligned.two_sided.loss, rel=1e-5)
    X, y = aligned.instance.data.arrays()
    for side in (X[:, 0] > 0, X[:, 0] < 0):  # what the fit must be, by another solver
        beta = np.linalg.solve(X[side].T @ X[side], X[side].T @ y[side])
        fitted = np.array([float(f) for f in aligned.end.fitted])[side]
        assert np.allclose(X[side] @ beta, fitted, atol=1e-12)
    assert sum(aligned.end.counts) == 200
    assert aligned.end.kinks == 0


def test_alignment_comes_before_the_loss_moves(aligned):
    early = next(one for one in aligned.looks if one.time > 4)
    assert early.loss > 0.95 * aligned.looks[0].loss
    assert early.align_plus > 0.9
    assert early.align_minus < -0.9
    assert aligned.looks[-1].drift < 1e-3
    assert aligned.looks[-1].patterns == 2


def test_the_exact_end_is_stationary_and_no_neighbour_is_lower(aligned):
    end, instance = aligned.end, aligned.instance
    a, W = np.array(end.a, float), np.array([[float(w) for w in row] for row in end.W])
    ga, gW = _numerical(instance, a, W, 1e-5)
    assert max(np.abs(ga).max(), np.abs(gW).max()) < 1e-8
    low, draw = float(end.loss), np.random.default_rng(0)
    for scale in (1e-4, 1e-2):
        for _ in range(200):
            assert _loss(instance, a + scale * draw.normal(size=a.shape), W + scale * draw.normal(size=W.shape)) > low


def test_a_sliding_end_is_a_local_minimum_too():
    law = Law("margin", 5)
    data = law.draw(12, 2)
    found = run(ReluInstance(data, 150, loss="square", outputs="trained", init="1/1000", eta="1/20", law=law, seed=2))
    end = found.end
    assert found.ending == "other stationary point"
    assert end.kinks == 1
    assert all(0 <= w <= 1 for row in end.weights for w in row)
    rest = [label - f for label, f in zip(data.y, end.fitted, strict=True)]
    for row in end.weights:  # the weighted normal equations, in rationals
        assert not any(sum(w * r * x[i] for w, r, x in zip(row, rest, data.X, strict=True)) for i in range(5))
    a, W = np.array(end.a, float), np.array([[float(w) for w in row] for row in end.W])
    draw = np.random.default_rng(0)
    for _ in range(500):
        moved = _loss(found.instance, a, W + 1e-4 * draw.normal(size=W.shape))
        assert moved >= float(end.loss) - 1e-15


def test_no_end_is_shown_where_there_is_none():
    law = Law("margin", 5)
    instance = ReluInstance(law.draw(60, 1), 200, loss="square", outputs="trained", init="1/1000", law=law, seed=1)
    early = run(instance, Flow(steps=20))
    assert not early.met
    assert end_point(instance, early.a, early.W) is None
    assert end_point(instance, early.a * np.nan, early.W) is None
    assert end_point(instance, early.a * 0, early.W) is None


def test_the_end_point_finds_the_two_sided_fit_by_itself():
    """The instance of four samples whose two-sided fit has β = (1, 1/2) and (7/8, 0), and interpolates."""
    instance = ReluInstance(TINY, 2, loss="square", outputs="trained")
    a, W = np.array([1.0, -1.0]), np.array([[1.0004, 0.4998], [-0.8752, 0.0001]])
    end = end_point(instance, a, W)
    assert end.loss == 0
    assert set(end.W) == {(Fraction(1), Fraction(1, 2)), (Fraction(-7, 8), Fraction(0))}


@pytest.mark.parametrize(
    ("X", "y", "m"),
    [([[1]], [1], 1), ([[1], [1]], [1, 2], 6), ([[0, 0], [1, 2]], [1, 2], 6), ([[1, 0], [-1, 0]], [1, 1], 6)],
)
def test_degenerate_sizes(X, y, m):
    instance = ReluInstance(Dataset(X, y), m, loss="square", outputs="trained", init="1/100", signs="plus", seed=2)
    found = run(instance, Flow(steps=20_000))
    assert found.ending in ("two-sided", "interpolates", "other stationary point", "unfinished")
    assert np.isfinite(found.loss)


def test_the_identity_ends_in_ordinary_least_squares():
    law = Law("margin", 3)
    instance = ReluInstance(law.draw(20, 1), 30, 1, "square", "trained", init="1/1000", law=law)
    found = run(instance)
    X, y = instance.data.arrays()
    rest = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    assert found.ending == "other stationary point"
    assert float(found.end.loss) == pytest.approx((rest**2).mean() / 2, rel=1e-12)


def test_one_sided_signs_learn_one_side():
    law = Law("margin", 3)
    instance = ReluInstance(law.draw(20, 1), 30, loss="square", outputs="trained", init="1/1000", law=law, signs="plus")
    found = run(instance)
    assert found.ending == "other stationary point"
    assert float(found.end.loss) > 2 * found.two_sided.loss


def test_a_step_that_is_too_large_is_told():
    instance = ReluInstance(TINY, 5, loss="square", outputs="trained", init=1, eta=100)
    found = run(instance, Flow(steps=200))
    assert not found.met
    assert "diverged" in found.reason


def test_the_chosen_step_is_stable_at_a_large_start():
    law = Law("margin", 5)
    instance = ReluInstance(law.draw(60, 1), 200, loss="square", outputs="trained", init=10, law=law)
    assert step_size(instance, *start(instance)) < 0.01
    found = run(instance, Flow(steps=2000))
    assert found.loss < 0.01 * found.looks[0].loss


def test_bad_input_is_told():
    with pytest.raises(InvalidInstance, match="outputs"):
        run(ReluInstance(TINY, 5, loss="square"))
    with pytest.raises(InvalidInstance, match="split"):
        run(ReluInstance(TINY, 5, loss="square", outputs="trained"), split=[1, -1])
    with pytest.raises(InvalidInstance, match="steps"):
        Flow(steps=0)

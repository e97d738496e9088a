"""Related theorems in training: alignment of separated classes, directions learnt, benign and harmful overfitting."""

from fractions import Fraction

import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.generators import orthogonally_separable
from theorycheck.models.generators_signs import signal_plus_noise, xor
from theorycheck.models.relu import ReluInstance
from theorycheck.training.both_layers_alignment import accuracy, align, directions, learnt, separation
from theorycheck.training.overfitting import against_signal, hinge, linear_norm, overfit


@pytest.fixture(scope="module")
def aligned():
    data = orthogonally_separable(20, 20, 0)
    instance = ReluInstance(data, 50, loss="logistic", outputs="trained", init="1/1000", eta="1/50")
    return align(instance, 30_000)


def test_separated_classes_are_told_apart_before_the_loss_moves(aligned):
    assert aligned.mu > 0
    assert aligned.aligned_at is not None
    first = int(np.searchsorted(aligned.times, aligned.aligned_at))
    assert aligned.loss[first] > 0.95 * np.log(2)
    assert aligned.told_apart[-1] == 1
    assert min(aligned.cos_plus[-1], aligned.cos_minus[-1]) > 0.99


def test_then_the_loss_falls_at_least_as_one_over_t_and_the_rank_is_low(aligned):
    late = aligned.loss_times_t[aligned.times > 100]
    assert np.all(np.diff(late) < 0)
    assert aligned.stable_rank[-1] < 1.1
    assert aligned.stable_rank[0] > 5
    assert not aligned.run.met  # the logistic loss has no end


def test_separation_by_a_loop(aligned):
    X, y = aligned.run.instance.data.arrays()
    pairs = [(i, k) for i in range(20) for k in range(20)]
    least = min(y[i] * y[k] * X[i] @ X[k] / np.linalg.norm(X[i]) / np.linalg.norm(X[k]) for i, k in pairs)
    assert separation(aligned.run.instance) == pytest.approx(least)


def test_alignment_needs_labels_and_rows_that_are_not_zero():
    with pytest.raises(InvalidInstance, match="labels"):
        align(ReluInstance(Dataset([[1]], [1]), 2, loss="square", outputs="trained"))
    with pytest.raises(InvalidInstance, match="zero"):
        align(ReluInstance(Dataset([[1], [0]], [1, 1]), 2, outputs="trained"), 10)
    assert align(ReluInstance(Dataset([[1]], [1]), 2, outputs="trained"), 10).cos_minus is not None


@pytest.mark.parametrize(("per_cluster", "spread"), [(1, 0), (10, 0.1)])
def test_the_directions_of_xor_do_not_depend_on_the_width(per_cluster, spread):
    data = xor(per_cluster, 2, 1, spread, 0)
    instance = ReluInstance(data, 4, outputs="trained", init="1/10000", signs="balanced", seed=1)
    found = directions(instance, (8, 16, 64), 10_000)
    for one in found:
        assert (one.early, one.late) == (4, 4)
        assert accuracy(one.run) == 1
        for sign, v in zip(one.signs, one.vectors, strict=True):  # + along the first axis, - along the second
            assert abs(v[0 if sign > 0 else 1]) > 0.99


def test_learnt_directions_are_counted_by_sign_and_angle():
    a = np.array([1.0, 1.0, -1.0, 1.0, 1e-9])
    W = np.array([[1.0, 0.0], [2.0, 0.1], [1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    signs, vectors = learnt(a, W)
    assert sorted(signs) == [-1, 1, 1]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)


def test_noise_fitted_benignly_or_harmfully():
    none, weak, strong = against_signal((0, "1/100", "1/2"))
    for one in (none, weak, strong):
        assert one.run.met
        assert one.run.least_margin >= 1
        assert one.run.loss == 0
        assert 0.5 < one.run.ratio < 1.5
    assert none.low < 0.5 < none.high
    assert weak.low > 0.2
    assert strong.high < 0.01


def test_flipped_labels_are_fitted():
    found = overfit("1/5", flips=3).run
    data = found.instance.data
    assert [int(label) for label in data.y[:4]] == [-1, 1, -1, -1]
    X, y = data.arrays()
    assert (y * found.outputs(X)).min() >= 1 - 1e-12
    assert float(found.least_margin) == pytest.approx((y * found.outputs(X)).min())


def test_the_linear_margin_against_a_convex_solver():
    import cvxpy

    X, y = signal_plus_noise(10, 30, "1/10", 2, 3).arrays()
    w = cvxpy.Variable(30)
    cvxpy.Problem(cvxpy.Minimize(cvxpy.norm(w)), [cvxpy.multiply(y, X @ w) >= 1]).solve(solver="CLARABEL")
    assert linear_norm(X, y) == pytest.approx(np.linalg.norm(w.value), rel=1e-5)
    assert linear_norm(np.array([[2.0], [2.0]]), np.array([1.0, -1.0])) == np.inf
    assert linear_norm(np.array([[2.0]]), np.array([1.0])) == pytest.approx(0.5)


def test_a_hinge_step_is_a_step_down_the_numerical_gradient():
    data = signal_plus_noise(6, 4, "1/2", 1, 0)
    instance = ReluInstance(data, (2, 3), "1/4", "hinge", init="1/10", eta="1/5", seed=4)
    before, after = hinge(instance, 0), hinge(instance, 1)
    X, y = data.arrays()

    def loss(V):
        Z = X @ V.T
        H = np.maximum(Z, Z / 4)
        return np.maximum(0, 1 - y * (H[:, :2].mean(axis=1) - H[:, 2:].mean(axis=1))).mean()

    W = np.vstack([before.W_plus, before.W_minus])
    step = np.zeros_like(W)
    for index in np.ndindex(W.shape):
        up, down = W.copy(), W.copy()
        up[index] += 1e-6
        down[index] -= 1e-6
        step[index] = (loss(up) - loss(down)) / 2e-6
    assert np.allclose(np.vstack([after.W_plus, after.W_minus]), W - step / 5, atol=1e-8)
    assert before.loss == pytest.approx(loss(W))


def test_what_a_run_without_an_end_says():
    contradictory = Dataset([[1, 0], [1, 0]], [1, -1])
    found = hinge(ReluInstance(contradictory, 3, "1/2", "hinge"), 200)
    assert not found.met
    assert found.least_margin < 1
    assert found.ratio == 0
    with pytest.raises(InvalidInstance, match="hinge"):
        hinge(ReluInstance(contradictory, 3))


def test_a_single_sample_by_hand():
    """From zero, f = (1 + γ²)/2 · η t/... grows linearly until the margin is 1: the least norm has equal rows."""
    found = hinge(ReluInstance(Dataset([[2]], [1]), 1, 1, "hinge", init=0, eta="1/10"))
    steps = 1
    while Fraction(steps, 10) * 2 * 4 < 1:  # both blocks move by η x, and f moves by 2 η x²
        steps += 1
    assert found.steps == steps
    assert found.least_margin == pytest.approx(steps * 0.8)

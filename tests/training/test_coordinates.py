"""Sample coordinates against plain gradient descent on full weights, autodiff, and limits in closed form."""

import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models import generators_signs as make
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance
from theorycheck.training.coordinates import run
from theorycheck.training.coordinates_end import Schedule

SMALL = make.gaussian(4, 6, 3)


def plain(instance, W, eta, steps, at_zero=None):
    """Gradient descent on the weights themselves, written without a thought of speed."""
    X, y = instance.data.arrays()
    plus, minus = instance.width
    a = np.array([1 / plus] * plus + [-1 / minus] * minus)
    slope = float(instance.slope)
    kink = slope if at_zero is None else at_zero
    for _ in range(steps):
        Z = W @ X.T
        tanh = instance.activation == "tanh"
        value = np.tanh(Z) if tanh else np.maximum(Z, slope * Z)
        bend = 1 - np.tanh(Z) ** 2 if tanh else np.where(Z > 0, 1.0, np.where(Z < 0, slope, kink))
        f = a @ value
        pulls = {"logistic": -y / (1 + np.exp(y * f)), "square": f - y, "hinge": -y * (y * f < 1)}
        W = W - eta * (a[:, None] * bend * pulls[instance.loss]) @ X / len(y)
    return W


def whole(instance, start, result):
    return start + result.coefficients @ instance.data.arrays()[0]


@pytest.mark.parametrize("loss", ["logistic", "square", "hinge"])
@pytest.mark.parametrize("kind", [{"slope": "1/2"}, {"slope": 0}, {"slope": 1}, {"activation": "tanh"}])
@pytest.mark.parametrize("shape", [(4, 6), (5, 2), (1, 1)])
def test_the_same_path_as_on_full_weights(loss, kind, shape):
    instance = ReluInstance(make.gaussian(*shape, 3), width=(3, 5), loss=loss, init="1/2", eta="1/5", **kind)
    start = 0.5 * np.random.default_rng(1).standard_normal((8, shape[1]))
    result = run(instance, Schedule(steps=300, growth=0), start=start).runs[0]
    W = plain(instance, start, 0.2, int(result.steps[-1]))
    np.testing.assert_allclose(whole(instance, start, result), W, rtol=0, atol=1e-10)
    np.testing.assert_allclose(result.preactivations, W @ instance.data.arrays()[0].T, rtol=0, atol=1e-10)
    for k, block in enumerate((W[:3], W[3:], W)):
        values = np.linalg.svd(block, compute_uv=False)
        assert result.norms[-1, k] == pytest.approx(np.sqrt((values**2).sum()), rel=1e-12)
        assert result.stable_ranks[-1, k] == pytest.approx((values**2).sum() / values[0] ** 2, rel=1e-10)


def test_one_step_is_the_gradient_of_autodiff():
    import jax
    import jax.numpy as jnp

    instance = ReluInstance(SMALL, width=(2, 3), slope="1/10", init=1, eta="1/7")
    X, y = SMALL.arrays()
    start = np.random.default_rng(5).standard_normal((5, 6))

    def loss(W):
        Z = W @ X.T
        Z = jnp.maximum(Z, 0.1 * Z)
        return jnp.log1p(jnp.exp(-y * (Z[:2].mean(axis=0) - Z[2:].mean(axis=0)))).mean()

    result = run(instance, Schedule(steps=1, growth=0), start=start).runs[0]
    np.testing.assert_allclose(whole(instance, start, result), start - jax.grad(loss)(start) / 7, atol=1e-14)
    assert result.log_loss[0] == pytest.approx(np.log(loss(start)), rel=1e-12)
    assert result.log_time[-1] == pytest.approx(np.log(1 / 7))


@pytest.mark.parametrize(("steps", "records"), [(1, 1), (7, 1), (7, 2), (7, 100), (1000, 3)])
def test_records_begin_at_the_start_and_end_with_the_last_step(steps, records):
    marks = Schedule(steps=steps, records=records).marks
    assert marks == sorted(set(marks))
    assert marks[0] == 0
    assert marks[1] == 1
    assert marks[-1] == steps
    short = run(ReluInstance(SMALL, width=2, slope="1/2"), Schedule(steps=steps, records=records, margin=1e6))
    assert short.runs[0].steps.tolist() == marks


def test_growing_steps_follow_the_same_path():
    """The path over the least margin does not depend on how steps are chosen, and neither does the time along it."""
    data, kind = make.gaussian(5, 40, 2), {"width": 6, "slope": "1/5", "init": "1/100"}
    X, _ = data.arrays()
    eta = 5 * 6 / (X**2).sum(axis=1).max()
    constant = run(ReluInstance(data, eta=eta / 10, **kind), Schedule(steps=60_000, growth=0)).runs[0]
    growing = run(ReluInstance(data, eta=eta / 100, **kind), Schedule(steps=20_000, margin=6)).runs[0]
    for least in (2.0, 4.0, 6.0):
        for name, tolerance in (("stable_ranks", 0.01), ("margins", 0.02), ("log_time", 0.01)):
            seen = []
            for r in (constant, growing):
                values = np.asarray(getattr(r, name)).reshape(len(r.steps), -1)
                seen.append([np.interp(least, r.least[1:], column) for column in values[1:].T])
            np.testing.assert_allclose(*seen, rtol=tolerance, err_msg=f"{name} at {least}")


def test_loss_times_time_margins_and_norms_have_the_limits_of_the_kkt_point():
    data, slope = make.gaussian(6, 60, 4), 0.3
    X, y = data.arrays()
    K = np.where(np.equal.outer(y, y), 1 + slope**2, -2 * slope) * (X @ X.T)
    lam = np.linalg.solve(K, np.ones(6))
    v = [lam * np.where(y == sign, 1, -slope) @ X for sign in (1, -1)]
    instance = ReluInstance(data, width=7, slope="3/10", init="1e-3")
    result = run(instance, Schedule(margin=200), targets=tuple(v)).runs[0]
    assert result.met
    assert result.loss_times_time[-1] == pytest.approx(7 * lam.sum(), rel=1e-9)
    np.testing.assert_allclose(result.margins[-1] - result.margins[-1, 0], np.log(lam[0] / lam), atol=1e-9)
    np.testing.assert_allclose(result.slopes, 1, atol=1e-9)
    rows = np.vstack([v[0]] * 7 + [v[1]] * 7)
    top = np.linalg.svd(rows, compute_uv=False)[0]
    np.testing.assert_allclose(result.limits, [1, 1, (rows**2).sum() / top**2], rtol=1e-9)
    assert result.cosines[-1].min() > 0.9999
    assert result.norms[-1, 2] == pytest.approx(result.log_time[-1] * np.linalg.norm(rows), rel=0.05)


def test_log_losses_at_huge_margins():
    instance = ReluInstance(make.basis(2), width=1, slope="1/2", init=0)
    for margin in (1e-3, 5.0, 19.999, 20.001, 300.0, 900.0):
        W0 = margin * np.array([[0.8, -0.4], [-0.4, 0.8]])
        result = run(instance, Schedule(steps=1), start=W0).runs[0]
        np.testing.assert_allclose(result.margins[0], margin, rtol=1e-12)
        expected = np.log(np.log1p(np.exp(-margin))) if margin < 30 else -margin
        assert result.log_loss[0] == pytest.approx(expected, rel=1e-12)


def test_a_batch_of_seeds_is_its_runs():
    instance = ReluInstance(SMALL, width=3, slope="1/10", init="1/10", seed=4)
    batch = run(instance, Schedule(margin=10), seeds=3)
    assert [r.seed for r in batch.runs] == [4, 5, 6]
    alone = run(instance, Schedule(margin=10), seeds=[6]).runs[0]
    assert np.array_equal(batch.runs[2].coefficients, alone.coefficients)
    assert np.array_equal(batch.runs[2].margins, alone.margins)
    assert not np.array_equal(batch.runs[0].margins[0], batch.runs[1].margins[0])


# -- degenerate sizes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        Dataset([[2]], [1]),
        Dataset([[2]], [-1]),
        Dataset([[1, 0], [1, 0]], [1, 1]),
        make.basis(3, "plus"),
        Dataset([[1, 0, 0], [0, 0, 1]], [1, -1]),
    ],
    ids=["one sample", "one negative sample", "duplicates", "one class", "zero column"],
)
@pytest.mark.parametrize("slope", ["1/2", 1, 0])
def test_degenerate_sizes_train(data, slope):
    result = run(ReluInstance(data, width=20, slope=slope), Schedule(margin=30)).runs[0]
    assert result.met, result.reason
    np.testing.assert_allclose(result.slopes, 1, atol=1e-6)


def test_one_neuron_a_sign():
    result = run(ReluInstance(make.basis(4), width=1, slope="1/2"), Schedule(margin=30)).runs[0]
    assert result.met
    np.testing.assert_allclose(result.stable_ranks[:, :2], 1)
    assert result.limits[2] == pytest.approx(10 / 9)


def test_a_zero_row_never_moves():
    data = Dataset([[1, 0], [0, 0]], [1, -1])
    trained = run(ReluInstance(data, width=2, slope="1/2"), Schedule(steps=500))
    assert not trained.met
    assert trained.runs[0].margins[-1, 1] == 0
    assert "the least margin is 0" in trained.summary


def test_start_at_zero_needs_a_subgradient():
    leaky = run(ReluInstance(make.basis(4), width=2, slope="1/2", init=0), Schedule(margin=30)).runs[0]
    assert leaky.met
    np.testing.assert_allclose(leaky.stable_ranks[1:, :2], 1)
    relu = ReluInstance(make.basis(4), width=2, slope=0, init=0)
    stuck = run(relu, Schedule(steps=1000)).runs[0]
    assert not stuck.met
    assert np.exp(stuck.log_loss[-1]) == pytest.approx(np.log(2), rel=1e-15)
    np.testing.assert_array_equal(stuck.stable_ranks, 0)
    assert run(relu, Schedule(margin=30), at_zero="1/2").met


# -- what has not ended supports nothing ---------------------------------------------------------------------------


def test_short_runs_say_so():
    short = run(ReluInstance(SMALL, width=3, slope="1/2"), Schedule(steps=20))
    assert not short.met
    assert "0 of 1 runs met the criterion; the least margin is" in short.summary
    assert "after 20 steps, not 100" in short.summary
    assert np.isnan(short.runs[0].limits).all()


def test_a_bounded_activation_never_ends():
    tanh = run(ReluInstance(make.basis(6), width=20, activation="tanh"), Schedule(steps=20_000, growth=0))
    assert not tanh.met
    assert tanh.runs[0].least[-1] < 2


def test_margins_at_a_threshold_have_not_settled():
    """At cosine 1/3 the second multiplier vanishes and margins part like log log t."""
    result = run(ReluInstance(make.tilted("1/3"), slope="1/2"), Schedule(steps=1000, margin=50))
    assert not result.met
    assert "relative speeds of the margins still change" in result.summary


def test_square_and_hinge_have_criteria_of_their_own():
    for loss in ("square", "hinge"):
        instance = ReluInstance(SMALL, width=5, slope="1/2", loss=loss)
        assert run(instance, Schedule(steps=20_000, growth=0)).met
        assert not run(instance, Schedule(steps=3, growth=0)).met
    assert (
        run(ReluInstance(SMALL, width=5, slope="1/2", loss="hinge"), Schedule(steps=20_000, growth=0)).runs[0].least[-1]
        >= 1
    )


def test_a_step_too_large_is_seen_to_diverge():
    instance = ReluInstance(SMALL, width=3, slope="1/2", loss="square", eta=1000)
    result = run(instance, Schedule(steps=1000, growth=0))
    assert not result.met
    assert "diverged" in result.summary


# -- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: run(ReluInstance(SMALL, outputs="trained", width=3)), "fixed outputs"),
        (lambda: run(ReluInstance(Dataset([[0, 0]], [1]))), "all samples are zero"),
        (lambda: run(ReluInstance(SMALL, loss="square"), Schedule(growth=1)), "growth=0"),
        (lambda: run(ReluInstance(SMALL), seeds=0), "no seeds"),
        (lambda: run(ReluInstance(SMALL, width=2), start=np.zeros((3, 6))), "of shape (4, 6)"),
        (lambda: run(ReluInstance(SMALL, width=1), start=[[np.nan] * 6] * 2), "finite numbers"),
        (lambda: run(ReluInstance(SMALL, slope="1/2"), at_zero=0), "no subgradient"),
        (lambda: run(ReluInstance(SMALL), targets=([1], [1])), "two vectors of 6 numbers"),
        (lambda: Schedule(steps=0), "at least 1"),
        (lambda: Schedule(margin=-1), "positive"),
        (lambda: Schedule(tolerance=1), "tolerance"),
        (lambda: Schedule(growth=2), "growth"),
        (lambda: Schedule(pace=0), "pace"),
    ],
)
def test_bad_input_gets_one_line(call, words):
    with pytest.raises(InvalidInstance) as caught:
        call()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)

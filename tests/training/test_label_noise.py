import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.training.figure1 import Figure1Setting, figure1
from theorycheck.training.label_noise import Criterion, LabelNoise, Schedule, train
from theorycheck.training.predict import fitted_rate
from theorycheck.training.problem import gaussian_start, observe

from .oracles import make


def small():
    return make([[1.0, 0.0], [0.6, 0.8]], [1.0, 0.5], 3, "sinh")


def test_observables_against_their_definitions():
    fitted = make([[1.0, 0.0], [0.6, 0.8]], [1.0, 0.5], 2, "cubic", "mean", output_weights=(2, -1))
    theta = np.array([[[0.3, -0.2], [0.5, 0.1]]])
    Z = np.array([[0.3, 0.5], [0.3 * 0.6 - 0.2 * 0.8, 0.5 * 0.6 + 0.1 * 0.8]])
    seen = observe(fitted, theta, target=[0.3, 0.1])
    residuals = (Z**3 + Z) @ [2, -1] - [1.0, 0.5]
    assert seen["loss"][0] == pytest.approx(np.mean(residuals**2))
    assert seen["hessian_trace"][0] == pytest.approx(np.sum([4, 1] * (3 * Z**2 + 1) ** 2))
    assert seen["spread"][0] == pytest.approx(max(abs(Z[:, 0] - Z[:, 1])))
    assert seen["distance"][0] == pytest.approx(max(0.2, Z[1, 1] - 0.1))
    np.testing.assert_allclose(seen["singular_values"][0] ** 2, np.linalg.eigvalsh(Z @ Z.T)[::-1], atol=1e-14)


def test_hessian_trace_with_trained_output_is_that_of_autodiff_on_zero_loss():
    import jax
    import jax.numpy as jnp

    X, a, theta = np.array([[1.0, 0.3]]), np.array([0.7, -1.2]), np.array([[0.4, 0.2], [-0.3, 0.8]])
    y = np.sinh(X @ theta.T) @ a
    fitted = make(X, y, 2, "sinh", "half-sum", output_weights=("0.7", "-1.2"), trained_output=True)
    with jax.enable_x64(True):
        flat = jnp.asarray(np.append(theta.ravel(), a))
        loss = lambda p: 0.5 * jnp.sum((jnp.sinh(X @ p[:4].reshape(2, 2).T) @ p[4:] - y) ** 2)  # noqa: E731
        expected = float(jax.jit(lambda p: jnp.trace(jax.hessian(loss)(p)))(flat))
    assert observe(fitted, theta[None])["hessian_trace"][0] == pytest.approx(expected, rel=1e-12)


def test_each_run_stops_at_its_own_record():
    fitted = small()
    starts = gaussian_start(fitted, range(4), 0.3)
    stop = Criterion("loss", 1e-6)
    done = train(fitted, LabelNoise(0.02), starts, range(4), Schedule(5000, 10, stop=stop))
    assert done.met_criterion
    assert len({run.steps for run in done.runs}) > 1
    for run in done.runs:
        assert run.trajectory["loss"][-1] < 1e-6 <= run.trajectory["loss"][-2]
        assert observe(fitted, run.theta[None])["loss"][0] == run.trajectory["loss"][-1]
        assert run.record_steps[-1] == run.steps
        assert run.summary == f"met loss < 1e-06 by step {run.steps}"


def test_a_run_that_misses_its_criterion_says_so():
    schedule = Schedule(50, 10, stop=Criterion("spread", 1e-9))
    done = train(small(), LabelNoise(0.01), gaussian_start(small(), [0], 0.3), [0], schedule)
    assert not done.met_criterion
    assert not done.diverged
    assert done.runs[0].summary == "did not meet spread < 1e-09 in 50 steps"
    assert done.summary() == "1 runs: 0 met spread < 1e-09, 1 did not, 0 diverged"


def test_divergence_on_figure_1_with_unit_starts_is_reported():
    # Cubic growth: with starts of standard deviation 1 the step 0.05 leaves every bound.
    diverging = figure1(Figure1Setting(start_scale=1.0, steps=2000, records=20, run_seeds=tuple(range(8)))).training
    assert diverging.diverged
    assert not diverging.met_criterion
    for run in diverging.runs:
        assert run.diverged != run.met_criterion
        assert run.diverged == run.summary.startswith("diverged")


@pytest.mark.parametrize("batch", ["full", "one"])
def test_degenerate_sizes_and_a_zero_row(batch):
    one = make([[1.0]], [0.5], 1, "cubic")
    run = train(one, LabelNoise(0.05, batch=batch), [[0.1]], [0], Schedule(2000, 1000)).runs[0]
    assert run.trajectory["loss"][-1] < 1e-20
    assert run.trajectory["singular_values"].shape == (3, 1)
    zero_row = make([[0.0, 0.0], [1.0, 0.0]], [1.0, 0.5], 2, "cubic")
    run = train(zero_row, LabelNoise(0.02, 0.1, batch), [[0.1, 0.7], [0.3, 0.2]], [0], Schedule(2000, 1000)).runs[0]
    np.testing.assert_allclose(run.theta[:, 1], [0.7, 0.2], rtol=1e-14)  # orthogonal to the data: never moves
    assert run.met_criterion
    assert 1.0 <= run.trajectory["loss"][-1] < 2.0  # the zero row's label cannot be fitted


def test_noise_free_descent_stays_at_full_rank_while_noise_reaches_rank_one():
    setting = {"steps": 600_000, "records": 60, "run_seeds": (0, 1)}
    noisy, quiet = figure1(Figure1Setting(**setting)), figure1(Figure1Setting(noise_variance=0.0, **setting))
    for run in noisy.training.runs:
        second = run.trajectory["singular_values"][:, 1] / run.trajectory["singular_values"][:, 0]
        assert second[-1] < 0.05
        assert run.trajectory["distance"][-1] < 0.1
        fitted = fitted_rate(run.record_steps, second, below=0.1)
        assert 0.7 < 1 / fitted.rate / noisy.e_fold < 1.4
    for run in quiet.training.runs:
        values = run.trajectory["singular_values"][-1]
        assert values[1] > 0.1 * values[0]
        np.testing.assert_allclose(values, run.trajectory["singular_values"][-20], rtol=1e-9)
    assert quiet.e_fold == np.inf
    assert "activation" in noisy.setting.our_choices
    assert "step_size" not in noisy.setting.our_choices


def test_label_noise_on_tanh_leaves_the_equal_point():
    case = make([[1.0]], [1.0], 2, "tanh")
    done = train(case, LabelNoise(0.05, 0.17), np.arctanh([[0.501], [0.499]]), range(8), Schedule(2_000_000, 2_000_000))
    for run in done.runs:
        values = np.sort(np.tanh(run.theta[:, 0]))
        assert values[1] > 0.95
        assert abs(values[0]) < 0.25


def test_more_samples_than_inputs_end_in_few_clusters():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(4, 2))
    X /= np.linalg.norm(X, axis=1)[:, None]
    case = make(X, draw.uniform(0, 1, 4), 10, "z**3 + z/10", "mean")
    starts = gaussian_start(case, range(8), 0.3)
    done = train(case, LabelNoise(0.05, np.sqrt(0.03)), starts, range(8), Schedule(3_000_000, 3_000_000))
    for run in done.runs:
        distinct = np.unique(np.round(run.theta, 3), axis=0)
        assert 2 <= len(distinct) <= 4


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: LabelNoise(-0.1), "step_size is -0.1"),
        (lambda: LabelNoise(float("nan")), "step_size is nan"),
        (lambda: LabelNoise(0.1, -1.0), "sigma is -1.0"),
        (lambda: LabelNoise(0.1, batch="half"), "pass one of full, one"),
        (lambda: Criterion("singular_values", 1), "pass one of loss"),
        (lambda: Schedule(0, 1), "steps is 0"),
        (lambda: make([[1.0], [2.0]], [1.0], 1, "cubic"), "pass"),
        (lambda: make(np.zeros((0, 1)), [], 1, "cubic"), "none 0"),
        (lambda: make([[np.nan]], [1.0], 1, "cubic"), "NaN or infinity"),
        (lambda: train(small(), LabelNoise(0.1), np.zeros((2, 2)), [0], Schedule(1, 1)), r"pass \(3, 2\)"),
        (lambda: train(small(), LabelNoise(0.1), np.zeros((3, 3, 2)), [0, 1], Schedule(1, 1)), "3 starts and 2 seeds"),
        (lambda: figure1(Figure1Setting(least_eigenvalue=9.0)), "lower it"),
    ],
)
def test_bad_input_is_named(build, message):
    with pytest.raises(InvalidInstance, match=message):
        build()


def test_progress_is_told():
    told = []
    train(
        small(),
        LabelNoise(0.01),
        np.zeros((3, 2)),
        [0],
        Schedule(25, 10),
        lambda done, total: told.append((done, total)),
    )
    assert told == [(0, 25), (10, 25), (20, 25), (25, 25)]

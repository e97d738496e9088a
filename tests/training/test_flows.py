import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.training.flows import FlowSettings, gradient_flow, limiting_flow, project
from theorycheck.training.label_noise import LabelNoise, Schedule, train
from theorycheck.training.predict import (
    e_fold_steps,
    fitted_rate,
    flow_constant,
    predict,
    speed_factor,
)
from theorycheck.training.problem import gaussian_start

from .oracles import make, weights_at

TILTED = [[1.0, 0.0], [0.6, 0.8]]
TABLE = [
    # batch, loss, c / 4 in units of σ² for n samples: the note's six rows
    ("one", "mean", lambda n: 1 / 2),
    ("one", "half-mean", lambda n: 1 / 4),
    ("full", "mean", lambda n: 1 / (2 * n)),
    ("full", "half-mean", lambda n: 1 / (4 * n)),
    ("full", "sum", lambda n: 1 / 2),
    ("full", "half-sum", lambda n: 1 / 4),
]


def flow_of(case, Z, times, **settings):
    flow = limiting_flow(case, project(case, weights_at(case, Z)), times, FlowSettings(**settings))
    assert flow.met_criterion.all(), flow.summary()
    return flow, case.preactivations(flow.path[0])


def test_local_rates_of_the_cubic_are_96_and_312():
    case = make(np.eye(2), [4, 20], 2, "cubic")
    prediction = predict(case)
    np.testing.assert_allclose(prediction.preactivations, [1, 2], rtol=1e-14)
    np.testing.assert_allclose(prediction.rates, [96, 312], rtol=1e-12)
    assert prediction.hessian_trace == pytest.approx(2 * 370)
    flow, Z = flow_of(case, [[1.05, 0.95], [2.05, 1.95]], np.linspace(0, 0.06, 41))
    gaps = np.abs(Z[:, :, 0] - Z[:, :, 1])
    assert fitted_rate(flow.times, gaps[:, 0], below=0.01).rate == pytest.approx(96, rel=1e-3)
    assert fitted_rate(flow.times, gaps[:, 1], below=0.01, above=1e-6).rate == pytest.approx(312, rel=1e-3)


def test_local_rate_of_sinh_on_tilted_data():
    case = make(TILTED, [3 / 2, 8 / 3], 2, "sinh")
    prediction = predict(case)
    assert prediction.rate == pytest.approx(5 * (125 - np.sqrt(6409)) / 72, rel=1e-13)
    flow, _ = flow_of(case, [[1.2, -0.4], [0.3, 1.5]], np.linspace(0, 5, 41))
    fitted = fitted_rate(flow.times, flow.observables["spread"][0], below=0.05)
    assert fitted.rate == pytest.approx(3.1210951, rel=2e-4)
    decay = fitted_rate(flow.times, flow.observables["hessian_trace"][0] - prediction.hessian_trace, 0.01, 1e-7)
    assert decay.rate == pytest.approx(2 * 3.1210951, rel=1e-2)


def test_cube_sticks_from_one_side_and_converges_from_the_other():
    case = make([[1.0]], [1.0], 2, "cube")
    _, Z = flow_of(case, [[(1 + 0.3**3) ** (1 / 3), -0.3]], [0, 100, 200])
    assert Z[-1, 0, 1] == pytest.approx(-6.939e-5, rel=1e-3)
    _, Z = flow_of(case, [[(1 - 0.3**3) ** (1 / 3), 0.3]], [0, 1, 20])
    np.testing.assert_allclose(Z[-1], 0.793701, atol=1e-6)


def test_tanh_leaves_the_equal_point_for_the_edge():
    flow, Z = flow_of(make([[1.0]], [1.0], 2, "tanh"), np.arctanh([[0.501, 0.499]]), [0, 150, 300])
    np.testing.assert_allclose(np.tanh(Z[-1, 0]), [0.9925, 0.0075], atol=1e-4)
    assert (np.diff(flow.observables["hessian_trace"][0]) < 0).all()
    _, Z = flow_of(make([[1.0]], [1.2], 2, "tanh"), np.arctanh([[0.8, 0.4]]), [0, 50, 100])
    np.testing.assert_allclose(np.tanh(Z[-1, 0]), 0.6, atol=1e-6)


@pytest.mark.parametrize(("K", "expected"), [(5, 0.2725), (6, 0.2595), (7, 0.2540)])
def test_exp_takes_a_time_that_grows_with_the_start(K, expected):
    small = np.exp(-K)
    times = np.linspace(0, 0.3 / small, 1201)
    _, Z = flow_of(make([[1.0]], [1.0], 2, "exp"), np.log([[1 - small, small]]), times)
    gap = np.abs(np.diff(np.exp(Z[:, 0]), axis=1))[:, 0]
    assert np.interp(-0.1, -gap, times) * small == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("trained", [False, True])
def test_limiting_flow_matches_an_autodiff_projection(trained):
    """A small time of the closed form against P_T ∇ tr ∇²L from Jacobians and autodiff.

    The trace is that of the whole Hessian, off the manifold too: its residual terms have a normal gradient there,
    which P_T removes.
    """
    import jax
    import jax.numpy as jnp

    draw = np.random.default_rng(3)
    X, theta, a = draw.normal(size=(2, 3)), draw.normal(0, 0.5, (2, 3)), np.array([1.5, -1.0])
    y = np.sinh(X @ theta.T) @ a
    case = make(X, y, 2, "sinh", "mean", output_weights=("1.5", "-1"), trained_output=trained)
    h = 1e-8
    flow = limiting_flow(case, theta, [0, h])
    moved = (flow.path[0, 1] - flow.path[0, 0]).ravel() / h
    turned = (flow.output_weights[0, 1] - flow.output_weights[0, 0]) / h

    def outputs(p):
        return jnp.sinh(X @ p[:6].reshape(2, 3).T) @ (p[6:] if trained else a)

    def trace(p):
        return jnp.trace(jax.hessian(lambda q: jnp.mean((outputs(q) - y) ** 2))(p))

    with jax.enable_x64(True):
        p = jnp.asarray(np.append(theta, a if trained else []))
        J, g = map(np.array, jax.jit(lambda p: (jax.jacobian(outputs)(p), jax.grad(trace)(p)))(p))
    tangent = g - J.T @ np.linalg.solve(J @ J.T, J @ g)
    scale = np.abs(tangent).max()
    np.testing.assert_allclose(moved, -tangent[:6], atol=1e-4 * scale)
    np.testing.assert_allclose(turned, -tangent[6:] if trained else 0, atol=1e-4 * scale)
    assert flow.speed[0, 0] == pytest.approx(np.linalg.norm(tangent), rel=1e-9)


def test_starts_are_batched_and_the_orthogonal_part_stays():
    case = make([[1.0, 0, 0], [0.6, 0.8, 0]], [1.0, 2.0], 2, "cubic")
    starts = project(case, gaussian_start(case, range(4), 0.5))
    times = np.linspace(0, 1.0, 41)
    flow, alone = limiting_flow(case, starts, times), limiting_flow(case, starts[2], times)
    np.testing.assert_allclose(flow.path[2], alone.path[0], atol=1e-8)
    np.testing.assert_allclose(flow.path[..., 2], np.repeat(starts[:, None, :, 2], 41, axis=1), atol=1e-14)
    nu = predict(case).preactivations[:, None] + np.zeros((4, 2, 2))
    np.testing.assert_allclose(case.preactivations(flow.theta), nu, atol=1e-5)
    assert flow.met_criterion.all()
    assert (flow.drift < 1e-7).all()


def test_gradient_flow_of_one_linear_neuron_is_known():
    case = make([[2.0]], [3.0], 1, "linear", "half-sum")
    flow = gradient_flow(case, [[0.0]], [0, 0.1, 0.4])
    np.testing.assert_allclose(2 * flow.path[0, :, 0, 0], 3 * (1 - np.exp(-4 * flow.times)), rtol=1e-7)


def test_degenerate_flows():
    one = make([[1.0]], [2.0], 1, "cubic")
    flow, Z = flow_of(one, [[0.3]], [0, 1, 2])
    np.testing.assert_allclose(Z, 1.0, rtol=1e-9)  # one neuron: a point
    zero_row = make([[0.0, 0.0], [1.0, 0.0]], [0.0, 2.0], 2, "cubic")
    flow = limiting_flow(zero_row, project(zero_row, [[1.0, 0.5], [0.0, 0.2]]), np.linspace(0, 0.5, 41))
    assert flow.met_criterion.all()
    assert flow.condition[0, 0] == pytest.approx(0, abs=1e-12)  # the constraint of the zero row is empty: reported
    assert flow.observables["spread"][0, -1] < 1e-2


def test_repeated_samples_repeat_a_constraint_only():
    once = make(np.eye(2), [4, 20], 2, "cubic")
    torn = make([[1.0, 0], [0, 1.0], [1.0, 0]], [4, 20, 5], 2, "cubic")
    with pytest.raises(InvalidInstance, match="off the labels"):
        project(torn, weights_at(once, [[1.0, 1.0], [2.0, 2.0]]))
    same = make([[1.0, 0], [0, 1.0], [1.0, 0]], [4, 20, 4], 2, "cubic", "sum")
    flow = limiting_flow(same, project(once, weights_at(once, [[1.05, 0.95], [2.05, 1.95]])), np.linspace(0, 0.03, 41))
    assert flow.met_criterion.all()
    # The repeated sample counts twice in F and adds no constraint, so its rate doubles: 192.
    gap = np.abs(np.diff(same.preactivations(flow.path[0])[:, 0], axis=1))[:, 0]
    assert fitted_rate(flow.times, gap, below=0.01).rate == pytest.approx(192, rel=2e-3)


def test_trained_output_weights_reach_the_balanced_optimum():
    y = np.array([1.0, 3.0, -2.0])
    case = make(np.eye(3), y, 4, "sinh", "half-sum", trained_output=True)
    flow = limiting_flow(case, project(case, gaussian_start(case, [0], 0.3)), np.linspace(0, 10, 41))
    assert flow.met_criterion.all()
    assert flow.observables["hessian_trace"][0, -1] == pytest.approx(y @ y / 4 + 2 * np.sqrt(3 * y @ y), rel=1e-8)
    np.testing.assert_allclose(flow.output_weights[0, -1], (y @ y / 48) ** 0.25, rtol=1e-5)


def test_flows_refuse_what_they_cannot_do():
    case = make([[1.0]], [1.0], 2, "cubic")
    with pytest.raises(InvalidInstance, match="project it first"):
        limiting_flow(case, [[1.0], [2.0]], [0, 1])
    with pytest.raises(InvalidInstance, match="times must be"):
        gradient_flow(case, [[1.0], [2.0]], [0, 1, 1])
    with pytest.raises(InvalidInstance, match="in the range"):
        project(make([[1.0]], [3.0], 2, "tanh"), [[0.1], [0.2]])
    with pytest.raises(InvalidInstance, match="equal, fixed"):
        predict(make([[1.0]], [1.0], 2, "cubic", output_weights=(1, 2)))
    with pytest.raises(InvalidInstance):
        predict(make([[1.0]], [3.0], 2, "tanh"))
    hurried = limiting_flow(case, project(case, [[1.0], [0.1]]), [0, 100.0], FlowSettings(max_steps=3))
    assert not hurried.met_criterion[0]
    assert hurried.summary().startswith("0 of 1 limiting flows")


@pytest.fixture(scope="module")
def tilted_start():
    Z = np.array([[1.2, -0.4], [0.3, 1.5]])
    return np.linalg.solve(TILTED, Z).T, np.sinh(Z).sum(axis=1)


@pytest.mark.parametrize(("batch", "loss", "row"), TABLE)
def test_label_noise_moves_at_the_speed_of_the_six_row_table(batch, loss, row, tilted_start):
    theta, y = tilted_start
    case, rule = make(TILTED, y, 2, "sinh", loss), LabelNoise(0.01, 0.3, batch)
    constant = flow_constant(case, rule)
    assert constant == pytest.approx(row(2) * 0.3**2)
    time = 0.6 / case.kappa
    steps = int(time / (constant * rule.step_size**2))
    flow = limiting_flow(case, theta, np.linspace(0, 3 * time, 61))
    done = train(case, rule, theta, range(16), Schedule(steps, steps // 40))
    measured = speed_factor(done, flow, row(2) * 0.3**2)
    assert abs(measured.q - 1) <= 0.1
    assert abs(speed_factor(done, flow, 2 * row(2) * 0.3**2).q - 1) > 0.4  # a wrong constant shows


@pytest.mark.thorough
def test_speed_factor_tends_to_one_with_the_step(tilted_start):
    theta, y = tilted_start
    case = make(TILTED, y, 2, "sinh", "half-sum")
    flow = limiting_flow(case, theta, np.linspace(0, 1.8, 61))
    excess = []
    for step in (0.01, 0.005, 0.0025):
        rule = LabelNoise(step, 0.3)
        steps = int(0.6 / (flow_constant(case, rule) * step**2))
        done = train(case, rule, theta, range(64), Schedule(steps, steps // 40))
        excess.append(speed_factor(done, flow, flow_constant(case, rule)).q - 1)
    assert 0.3 < excess[1] / excess[0] < 0.7
    assert 0.3 < excess[2] / excess[1] < 0.7


def test_e_fold_in_steps():
    case = make(np.eye(2), [4, 20], 2, "cubic")
    assert e_fold_steps(case, LabelNoise(0.01, 0.1), 96.0) == pytest.approx(1 / (1e-4 * 0.01 / 2 * 96))
    assert e_fold_steps(case, LabelNoise(0.01), 96.0) == np.inf

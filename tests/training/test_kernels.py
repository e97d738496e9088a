import itertools

import numpy as np
import pytest
import sympy

from theorycheck.errors import InvalidInstance
from theorycheck.models.activations import BUILT_IN, activation
from theorycheck.training.generate import activation_pair
from theorycheck.training.label_noise import LabelNoise, Schedule, train
from theorycheck.training.problem import gaussian_start
from theorycheck.training.vectors import LANES, compiled, load, store

from .oracles import make, slow_training, xoshiro

POINTS = np.array([-1.3, -1.0, -0.2, 1e-9, 0.3, 1.2, 1.25, 1.5])
CASES = [
    # n, d, m, activation, loss, options: sizes below, at and above a multiple of four; n > d; degenerate ones
    (1, 1, 1, "z**3 + z", "sum", {}),
    (4, 6, 8, "z**3 + z", "half-mean", {}),
    (3, 2, 2, "sinh", "mean", {"output_weights": (1, 2)}),
    (9, 5, 3, "tanh", "half-sum", {"output_weights": (1, -2, "1/2"), "trained_output": True}),
    (2, 1, 2, "leaky_relu", "sum", {"bias": True}),
]


def case_of(n, d, m, phi, loss, options):
    draw = np.random.default_rng(n + d + m)
    return make(draw.normal(0, 0.5, (n, d)), draw.normal(0, 0.5, n), m, phi, loss, **options)


def test_generator_matches_the_published_first_outputs():
    first = [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205, 9973669472204895162]
    assert list(itertools.islice(xoshiro([1, 2, 3, 4]), 6)) == first


@pytest.mark.parametrize("batch", ["full", "one"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"n{case[0]}d{case[1]}m{case[2]}")
def test_trajectories_match_a_plain_loop(case, batch):
    fitted = case_of(*case)
    rule = LabelNoise(0.005, 0.3, batch)
    seeds = (5, 7, 11)
    starts = gaussian_start(fitted, seeds, 0.4)
    done = train(fitted, rule, starts, seeds, Schedule(150, 70))
    for run, start, seed in zip(done.runs, starts, seeds, strict=True):
        theta, a = slow_training(fitted, rule, start, seed, 150)
        np.testing.assert_allclose(run.theta, theta, rtol=0, atol=1e-11)
        np.testing.assert_allclose(run.output_weights, a, rtol=0, atol=1e-11)


@pytest.mark.parametrize("loss", ["sum", "half-sum", "mean", "half-mean"])
def test_one_step_is_the_gradient_of_the_loss(loss):
    import jax
    import jax.numpy as jnp

    fitted = case_of(4, 6, 5, "sinh", loss, {"output_weights": (1, 2, -1, "1/2", 3)})
    start = gaussian_start(fitted, [0], 0.5)[0]
    scale = {"sum": 1, "half-sum": 1 / 2, "mean": 1 / 4, "half-mean": 1 / 8}[loss]

    def value(theta):
        outputs = jnp.sinh(fitted.X @ theta.T) @ jnp.array([1, 2, -1, 0.5, 3])
        return scale * jnp.sum((outputs - fitted.y) ** 2)

    with jax.enable_x64(True):
        gradient = np.asarray(jax.grad(value)(jnp.asarray(start)))
    run = train(fitted, LabelNoise(0.01), start, [0], Schedule(1, 1)).runs[0]
    np.testing.assert_allclose(run.theta, start - 0.01 * gradient, rtol=0, atol=1e-14)
    assert run.trajectory["loss"][0] == pytest.approx(float(value(start)), rel=1e-6)  # value: float32 outside x64


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_generated_activation_and_slope_match_numpy(name):
    phi = activation(name)
    pair = activation_pair(phi.expression(0))

    @compiled
    def run(points, value, slope):
        p, q = pair(load(points, 0))
        store(value, 0, p)
        store(slope, 0, q)

    value, slope = np.zeros(LANES), np.zeros(LANES)
    run(POINTS, value, slope)
    np.testing.assert_allclose(value, phi.numpy(0)(POINTS), rtol=1e-14, atol=3e-16)
    np.testing.assert_allclose(slope, phi.numpy(1)(POINTS), rtol=1e-14, atol=3e-16)


def test_an_activation_that_cannot_be_compiled_is_named():
    with pytest.raises(InvalidInstance, match="cannot compile gamma"):
        activation_pair(sympy.gamma(sympy.Symbol("z", real=True)))


def test_a_run_depends_on_its_seed_alone():
    fitted = case_of(*CASES[1])
    start = gaussian_start(fitted, [0], 0.4)[0]
    rule = LabelNoise(0.02, 0.3)
    many = train(fitted, rule, start, range(20), Schedule(100, 100))
    alone = train(fitted, rule, start, [13], Schedule(100, 7))
    np.testing.assert_array_equal(many.runs[13].theta, alone.runs[0].theta)
    assert not np.array_equal(many.runs[12].theta, many.runs[13].theta)


@pytest.mark.parametrize("law", ["rademacher", "gaussian"])
def test_noise_has_the_stated_moments(law):
    # f(x) = θ with step 1/2 on Σ r²: θ becomes y + ξ after each step, so final weights are the noise itself.
    fitted = make([[1.0]], [0.0], 1, "linear", "sum")
    done = train(fitted, LabelNoise(0.5, 0.3, noise=law), [[0.0]], range(4000), Schedule(1, 1))
    noise = np.array([run.theta[0, 0] for run in done.runs]) / 0.3
    error = 4 / np.sqrt(len(noise))
    assert abs(noise.mean()) < error
    assert abs(np.mean(noise**2) - 1) < 1.5 * error
    kurtosis = {"rademacher": 1.0, "gaussian": 3.0}[law]
    assert abs(np.mean(noise**4) - kurtosis) < 10 * error
    if law == "rademacher":
        np.testing.assert_allclose(np.abs(noise), 1, rtol=1e-15)


def test_one_sample_visits_every_sample_equally():
    # Orthogonal samples, identity activation, step 1/(2n): the sample drawn at the only step is fitted exactly.
    fitted = make(np.eye(5), np.ones(5), 1, "linear", "sum")
    done = train(fitted, LabelNoise(0.1, batch="one"), np.zeros((1, 5)), range(5000), Schedule(1, 1))
    counts = np.sum([run.theta[0] > 0.5 for run in done.runs], axis=0)
    assert counts.sum() == 5000
    assert np.abs(counts - 1000).max() < 4 * np.sqrt(800)

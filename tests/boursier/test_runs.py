"""arXiv 2410.02348 in training: early alignment, the two-sided limit, escape times, and what each assumption is for.

The data are draws of our own; what is compared is compared with exact fits of the same draws. Short runs mislead, so
several tests hold a short run against a long one.
"""

from functools import lru_cache

import numpy as np
import pytest

from theorycheck.models.relu import ReluInstance
from theorycheck.models.teacher import Law
from theorycheck.training.both_layers import Flow, run, start


def instance(n=60, d=5, kind="margin", m=200, seed=5, init="1/1000", sigma="1/2", amount=None, **more):
    law = Law(kind, d, sigma=sigma, amount=amount)
    return ReluInstance(law.draw(n, seed), m, loss="square", outputs="trained", init=init, law=law, seed=seed, **more)


@lru_cache(maxsize=64)
def train(steps=200_000, early=True, looks=(), **more):
    return run(instance(**more), Flow(steps=steps, early=early, looks=looks))


def fits(found):
    """Two-sided and ordinary least squares by normal equations, fitted values and losses."""
    X, y = found.instance.data.arrays()
    both = np.zeros(len(y))
    side = found.instance.law.direction() @ X.T > 0
    for here in (side, ~side):
        both[here] = X[here] @ np.linalg.solve(X[here].T @ X[here], X[here].T @ y[here])
    one = X @ np.linalg.solve(X.T @ X, X.T @ y)
    return both, one, ((y - both) ** 2).mean() / 2, ((y - one) ** 2).mean() / 2


@pytest.mark.parametrize(("n", "d", "seed"), [(60, 2, 1), (200, 5, 0)])
def test_alignment_first_then_the_two_sided_fit(n, d, seed):
    looks = (50, 100, 200, 400, 1000, 5000)
    found = train(20_000, early=False, looks=looks, n=n, d=d, eta="1/50", seed=seed)
    at = {one.step: one for one in found.looks}
    assert at[100].loss > 0.99 * at[0].loss
    assert at[200].align_plus > 0.9
    assert at[200].align_minus < -0.9
    assert at[400].loss < 0.5 * at[0].loss
    both, _, loss, ordinary = fits(found)
    assert found.ending == "two-sided"
    assert found.loss == pytest.approx(loss, abs=1e-12)
    assert loss < ordinary
    assert max(found.looks[-1].to_plus, found.looks[-1].to_minus) < 1e-9
    X, _ = found.instance.data.arrays()
    assert np.abs(found.outputs(X) - both).max() < 1e-9
    assert found.looks[-1].drift < 1e-3


def test_escape_takes_longer_by_ln_10_over_the_length_of_d_a_decade():
    found = [train(2000, init=init, eta="1/50", seed=0) for init in ("1/100", "1/1000", "1/10000", "1/100000")]
    times = np.array([one.escape for one in found])
    X, y = found[0].instance.data.arrays()
    rates = [np.linalg.norm(((s * X[:, 0] > 0) * y) @ X / len(y)) for s in (1, -1)]  # one side is faster
    assert np.all(np.diff(times) > 0.9 * np.log(10) / max(rates))
    assert np.all(np.diff(times) < 1.05 * np.log(10) / min(rates))


@pytest.mark.parametrize(
    "change", [{}, {"init": "1/100"}, {"dominance": "3/10"}, {"slope": "1/2"}, {"eta": "1/5"}, {"sigma": 0}]
)
def test_what_keeps_the_two_sided_fit(change):
    found = train(**change)
    both, _, loss, _ = fits(found)
    assert found.ending == ("interpolates" if change == {"sigma": 0} else "two-sided")
    assert found.loss == pytest.approx(loss, abs=1e-6)
    assert np.abs(found.outputs(found.instance.data.arrays()[0]) - both).max() < 2e-3


def test_a_mild_shift_of_the_inputs_keeps_it():
    assert train(kind="shifted", amount="1/2").ending == "two-sided"


def test_a_large_start_does_not_keep_it():
    found = train(init=1, steps=20_000)
    assert found.loss < 0.5 * fits(found)[2]
    assert not found.met  # on its way to interpolation, which it has not reached yet


def test_the_identity_fits_ordinary_least_squares():
    found = train(slope=1)
    _, one, _, loss = fits(found)
    assert float(found.end.loss) == pytest.approx(loss, rel=1e-12)
    assert np.abs(found.outputs(found.instance.data.arrays()[0]) - one).max() < 1e-3


@pytest.mark.parametrize("change", [{"signs": "plus"}, {"signs": "minus"}, {"m": 1}])
def test_one_sign_learns_one_side_only(change):
    found = train(**change)
    assert found.ending == "other stationary point"
    assert found.end.loss > 4 * fits(found)[2]


def test_both_signs_are_missing_with_probability_two_to_the_one_minus_m():
    ends = [train(20_000, m=3, seed=seed, n=40, d=2) for seed in range(40)]
    one_sided = [len(set(np.sign(start(one.instance)[0]))) == 1 for one in ends]
    assert not any(one.ending == "two-sided" for one, missing in zip(ends, one_sided, strict=True) if missing)
    assert 0.25 - 3 * 0.07 < np.mean(one_sided) < 0.25 + 3 * 0.07


def test_a_nonlinear_teacher_ends_elsewhere_and_this_is_exact():
    found = train(kind="absolute", d=2)
    assert found.ending == "other stationary point"
    assert found.end.loss < 0.6 * fits(found)[2]


def test_one_sample_an_input_interpolates():
    found = train(n=5)
    assert found.ending == "interpolates"


@pytest.mark.thorough
def test_in_the_orthant_least_squares_is_a_plateau_that_a_long_run_leaves():
    """At 8000 steps the net is the ordinary fit, with one pattern; much later it is not. Nothing was an end."""
    short, long = train(8000, kind="orthant"), train(60_000, kind="orthant")
    _, one, _, loss = fits_of_orthant(short)
    assert np.abs(short.outputs(short.instance.data.arrays()[0]) - one).max() < 2e-3
    assert long.loss < 0.9 * loss
    assert not short.met


def fits_of_orthant(found):
    X, y = found.instance.data.arrays()
    one = X @ np.linalg.solve(X.T @ X, X.T @ y)
    return None, one, None, ((y - one) ** 2).mean() / 2


@pytest.mark.thorough
def test_tanh_is_near_least_squares_only_for_a_while():
    short, long = train(3000, activation="tanh"), train(400_000, activation="tanh")
    loss = fits(short)[3]
    assert short.loss == pytest.approx(loss, rel=0.05)
    assert long.loss < 0.3 * loss
    assert not short.met


@pytest.mark.thorough
def test_a_plateau_of_half_a_million_steps_is_no_end():
    """margin, d = 5, n = 12: the loss is constant to five digits from 10^4 to 4·10^5 steps; then it goes to zero."""
    short, long = (train(steps, n=12, m=150, seed=1, eta="1/20") for steps in (400_000, 2_000_000))
    half = [one.loss for one in short.looks if one.step > 2e4]
    assert max(half) - min(half) < 1e-3 * max(half)
    assert not short.met
    assert long.ending == "interpolates"


@pytest.mark.thorough
def test_above_twice_the_inputs_more_runs_stop_short():
    def ends(n):
        return [train(400_000, n=n, m=150, seed=seed, eta="1/20").ending for seed in range(6)]

    at, above, far = ends(10), ends(15), ends(40)
    assert at.count("interpolates") >= 2
    assert above.count("interpolates") <= at.count("interpolates")
    assert far.count("interpolates") == 0
    assert far.count("two-sided") >= 5


@pytest.mark.thorough
def test_without_the_cone_a_start_of_a_thousandth_leaves_the_fit_slowly():
    large, small = (train(400_000, kind="gaussian", m=150, seed=5, init=init) for init in ("1/1000", "1/100000"))
    loss = fits(large)[2]
    assert large.loss < 0.2 * loss
    assert small.ending == "other stationary point"
    assert float(small.end.loss) == pytest.approx(loss, rel=0.01)


@pytest.mark.thorough
def test_noise_far_above_the_signal_interpolates():
    assert train(400_000, sigma=5).loss < 1e-4 * fits(train(1000, sigma=5))[2]


@pytest.mark.thorough
def test_the_two_sided_fit_is_better_on_fresh_samples_than_interpolation():
    small, large = train(n=60), train(400_000, n=60, init=1)
    fresh = small.instance.law.inputs(20_000, 99)
    truth = small.instance.law.mean_label(fresh)
    errors = [((found.outputs(fresh) - truth) ** 2).mean() / 2 for found in (small, large)]
    assert errors[0] < 0.3 * errors[1]
    assert large.loss < 1e-4

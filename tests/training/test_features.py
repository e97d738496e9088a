"""Training on all parameters, against a second forward pass, finite differences and closed forms."""

import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures
from theorycheck.training.collapse import against_reg, against_width
from theorycheck.training.features import Descent, FeatureRuns, gradient_descent, lbfgs, objective, starts
from theorycheck.training.structures import endings, share


def by_hand(instance, factors):
    """The objective sample by sample, in numpy, written from the definition."""
    H, *weights = factors
    labels = [c for c, n in enumerate(instance.counts) for _ in range(n)]
    loss = 0.0
    for i, c in enumerate(labels):
        h = weights[0] @ H[:, i]
        for W in weights[1:]:
            h = W @ (np.where(h > 0, h, 0) if instance.relu else h)
        if instance.loss == "mse":
            loss += sum((h[k] - (k == c)) ** 2 for k in range(len(h))) / 2
        else:
            loss += np.log(sum(np.exp(h[k] - h[c]) for k in range(len(h))))
    penalty = sum(float(lam) / 2 * np.sum(F * F) for lam, F in zip(instance.reg, factors, strict=True))
    return loss / len(labels) + penalty


CASES = [
    UnconstrainedFeatures(2, 1, "1/10"),
    UnconstrainedFeatures(2, 1, "1/10", loss="ce", activation="linear", counts=(1, 3)),
    UnconstrainedFeatures(3, 3, ("1/10", "1/20", "1/30", "1/40"), counts=(2, 1, 1)),
    UnconstrainedFeatures(3, 2, "1/50", loss="ce", counts=2),
]


@pytest.mark.parametrize("instance", CASES, ids=str)
def test_objective_and_gradient(instance):
    import jax

    factors = tuple(F[0] for F in starts(instance, 4, (3,)))
    with jax.enable_x64(True):
        value = objective(instance)
        assert float(value(factors)) == pytest.approx(by_hand(instance, factors), rel=1e-12)
        slopes = jax.grad(value)(factors)
    for layer, slope in enumerate(slopes):
        moved = [F.copy() for F in factors]
        moved[layer][0, 0] += 1e-6
        up = by_hand(instance, moved)
        moved[layer][0, 0] -= 2e-6
        assert float(slope[0, 0]) == pytest.approx((up - by_hand(instance, moved)) / 2e-6, abs=1e-8)


def test_one_layer_finds_the_closed_form():
    # L = 1, mse: min over s of (1 - s)^2 / 2 + K lam s, so (1 - K lam)^2 of the way: loss K lam - (K lam)^2 / 2
    instance = UnconstrainedFeatures(3, 1, "1/10", activation="linear")
    for runs in (gradient_descent(instance, 3, (0, 1)), lbfgs(instance, 3, (0, 1))):
        assert runs.met_criterion.all()
        assert runs.loss == pytest.approx([0.3 - 0.045] * 2, abs=1e-9)
        assert {e.kind for e in endings(runs)} == {"DNC"}


def test_within_class_collapse_with_two_samples():
    instance = UnconstrainedFeatures(3, 2, "1/50", loss="ce", activation="linear", counts=2)
    found = endings(gradient_descent(instance, 6, (0, 1, 2)))
    assert max(e.within for e in found) < 1e-4


def test_linear_cross_entropy_ends_in_one_of_two_structures():
    # K = 4, L = 3, lam = 7/400: .25443245 for collapse and .23204838 for rank two, from their one-variable formulas
    instance = UnconstrainedFeatures(4, 3, "7/400", loss="ce", activation="linear")
    runs = gradient_descent(instance, 8, tuple(range(16)))
    assert runs.met_criterion.all()
    for ending in endings(runs):
        expected, rank = (0.2544324491, 3) if ending.kind == "DNC" else (0.2320483828, 2)
        assert ending.loss == pytest.approx(expected, abs=1e-8)
        assert ending.output_rank == rank


def _runs(instance, factors, finished=True):
    stack = tuple(F[None] for F in factors)
    one = np.array([1])
    return FeatureRuns(instance, "none", 6, (0,), one * 0.0, one, one == finished, one == 0, stack, 0.0)


def test_endings_of_built_parameters():
    instance, eye = UnconstrainedFeatures(3, 2, "1/50"), np.eye(3)
    low = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    assert endings(_runs(instance, (eye, eye, eye)))[0].kind == "DNC"
    assert endings(_runs(instance, (eye, eye, 0 * eye)))[0].kind == "zero"
    assert endings(_runs(instance, (low, np.eye(2), np.ones((3, 2)))))[0].kind == "low rank"
    assert endings(_runs(instance, (eye, eye, np.diag([1.0, 1.0, 0.9]))))[0].kind == "other"
    assert endings(_runs(instance, (eye, eye, eye), finished=False))[0].kind == "unfinished"


def test_unfinished_runs_are_not_counted():
    instance, eye = UnconstrainedFeatures(2, 1, "1/50"), np.eye(2)
    good, lost = (endings(_runs(instance, (eye, eye), done))[0] for done in (True, False))
    found = share([good, good, lost])
    assert (found.count, found.runs, found.unfinished) == (2, 2, 1)
    assert found.low == pytest.approx(0.025**0.5)  # Clopper and Pearson, two of two
    assert np.isnan(share([lost]).value)


def test_a_step_that_is_too_large_is_told():
    instance = UnconstrainedFeatures(2, 1, "1/10", activation="linear")
    runs = gradient_descent(instance, 2, (0, 1), Descent(eta=50.0, steps=1000))
    assert runs.diverged.all()
    assert not runs.met_criterion.any()
    assert {e.kind for e in endings(runs)} == {"unfinished"}


def test_wider_models_collapse_more_often():
    instance = UnconstrainedFeatures(4, 3, "7/400", loss="ce", activation="linear")
    narrow, wide = against_width(instance, (4, 16), seeds=24).points
    assert narrow.share.high < wide.share.low
    assert sum(wide.ranks.values()) == wide.share.runs


def test_larger_regularisation_collapses_less_often():
    instance = UnconstrainedFeatures(4, 3, "7/400", loss="ce", activation="linear")
    study = against_reg(instance, ("1/10", "1/80"), width=8, seeds=24)
    assert study.points[0].share.high < study.points[1].share.value
    assert "24 seeds" in study.note


@pytest.mark.parametrize("bad", [{"eta": 0.0}, {"steps": -1}, {"tolerance": float("nan")}, {"plateau": 1.0}])
def test_bad_settings(bad):
    with pytest.raises(InvalidInstance):
        Descent(**bad)


def test_a_width_beyond_the_instance_is_refused():
    with pytest.raises(InvalidInstance, match="width 5"):
        gradient_descent(UnconstrainedFeatures(2, 1, "1/10", width=4), 5, (0,))

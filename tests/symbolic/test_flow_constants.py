import itertools
from fractions import Fraction

import attrs
import numpy as np
import pytest
import sympy

from theorycheck import derive
from theorycheck.errors import InvalidInstance
from theorycheck.models.networks import TwoLayer
from theorycheck.symbolic.flow_constants import (
    CURVATURE,
    NOISE,
    SAMPLES,
    SIGMA,
    STEP_SIZE,
    Algorithm,
    FlowConstant,
    step_covariance,
)

# algorithm, loss, c, the flow's constant: the six rows of the paper's setting, then the two that its table leaves out
TABLE = [
    ("one-sample", "mean", 2 * SIGMA**2, -(SIGMA**2) / 2),
    ("one-sample", "half-mean", SIGMA**2, -(SIGMA**2) / 4),
    ("full-batch", "mean", 2 * SIGMA**2 / SAMPLES, -(SIGMA**2) / (2 * SAMPLES)),
    ("full-batch", "half-mean", SIGMA**2 / SAMPLES, -(SIGMA**2) / (4 * SAMPLES)),
    ("full-batch", "sum", 2 * SIGMA**2, -(SIGMA**2) / 2),
    ("full-batch", "half-sum", SIGMA**2, -(SIGMA**2) / 4),
    ("one-sample", "sum", 2 * SAMPLES * SIGMA**2, -SAMPLES * SIGMA**2 / 2),
    ("one-sample", "half-sum", SAMPLES * SIGMA**2, -SAMPLES * SIGMA**2 / 4),
]
SCALES = {"sum": Fraction(1), "half-sum": Fraction(1, 2), "mean": Fraction(1, 2), "half-mean": Fraction(1, 4)}  # n = 2


@pytest.mark.parametrize(("algorithm", "loss", "noise", "coefficient"), TABLE)
def test_every_row_of_the_table(algorithm, loss, noise, coefficient):
    row = derive.flow_constant(algorithm, loss)
    assert row.noise == noise
    assert row.coefficient == coefficient
    assert row.speed == noise / 4
    assert row.proof.holds
    assert r"\nabla_M\operatorname{tr}\nabla^2 L" in row.latex()


@pytest.mark.parametrize(("algorithm", "loss", "noise", "_"), TABLE)
def test_noise_covariance_by_counting_every_outcome(algorithm, loss, noise, _):
    """All draws and all signs of ±1/3 noise, on an explicit network with n = 2: covariance = c × Hessian, exactly."""
    net, theta = TwoLayer(2, "cubic"), [1, 2, Fraction(1, 2), -1]
    X, sigma = [[1, 2], [0, 3]], Fraction(1, 3)
    rows = derive.jacobian(net, X=X).evaluate([theta[:2], theta[2:]])
    scale = SCALES[loss]
    draws = [(0, 1)] if algorithm == "full-batch" else [(0,), (1,)]
    outcomes = []
    for draw, *signs in itertools.product(draws, (-1, 1), (-1, 1)):
        step = [Fraction(0)] * 4
        for i in draw:
            gradient_weight = -2 * scale * (2 // len(draw)) * signs[i] * sigma
            step = [s + gradient_weight * g for s, g in zip(step, rows[i], strict=True)]
        outcomes.append(step)
    c = Fraction(str(noise.subs({SIGMA: sympy.Rational(1, 3), SAMPLES: 2})))
    for a, b in itertools.product(range(4), repeat=2):
        covariance = sum((step[a] * step[b] for step in outcomes), start=Fraction(0)) / len(outcomes)
        hessian = 2 * scale * sum(row[a] * row[b] for row in rows)
        assert covariance == c * hessian


def test_finite_step_by_iterating_the_recursion():
    finite = derive.finite_step()
    expected = 1 / (1 - STEP_SIZE * CURVATURE / 2)
    assert sympy.simplify(finite.speed_factor - expected) == 0
    numbers = {STEP_SIZE: sympy.Rational(1, 10), CURVATURE: 8, NOISE: 3}
    eta, h, c, variance = 0.1, 8, 3, 0.0
    for _ in range(200):
        variance = (1 - eta * h) ** 2 * variance + eta**2 * c * h
    assert abs(variance - float(finite.variance.subs(numbers))) < 1e-12
    assert float(finite.speed_factor.subs(numbers)) == pytest.approx(5 / 3)
    assert sympy.limit(finite.speed_factor, STEP_SIZE, 0) == 1
    assert sympy.simplify(finite.regulariser.diff(CURVATURE) - expected) == 0
    assert finite.regulariser.subs(CURVATURE, 0) == 0
    assert "speed" in finite.latex()


def test_speed_of_the_drift_by_simulation_in_one_normal_direction():
    # L = (t² + 1) n²/2 in the plane: on n = 0 the Hessian's trace is 1 + t², so dt/dT = -(c/4)·2t
    row = derive.flow_constant("full-batch", "half-sum")
    eta, steps = 1e-2, 3000
    t, n = np.ones(2000), np.zeros(2000)
    # noise of covariance c × Hessian with c = σ² = 1 is √h ξ in the normal direction
    for xi in np.random.default_rng(1).choice([-1.0, 1.0], size=(steps, 2000)):
        t, n = t - eta * t * n**2, n - eta * ((t**2 + 1) * n - np.sqrt(t**2 + 1) * xi)
    predicted = np.exp(float(row.coefficient.subs(SIGMA, 1)) * 2 * eta**2 * steps)
    assert abs(t.mean() - predicted) < 0.01


@pytest.mark.parametrize(
    "wrong",
    [
        Algorithm("forgets a sample", "", lambda n: ((1,) * (n - 1) + (0,),), sympy.S.One),
        Algorithm("wrong moment", "", lambda n: ((1,) * n,), sympy.Integer(2)),
        Algorithm("biased", "", lambda n: ((2,) * n,), sympy.Integer(4)),
    ],
)
def test_a_wrong_algorithm_fails_its_derivation(wrong):
    row = attrs.evolve(derive.flow_constant("full-batch", "mean"), algorithm=wrong)
    assert isinstance(row, FlowConstant)
    assert not row.proof.holds


def test_a_wrong_constant_fails_its_derivation(monkeypatch):
    monkeypatch.setattr(FlowConstant, "noise", 3 * SIGMA**2)
    failed = derive.flow_constant("full-batch", "sum").proof.failed
    assert failed == ("noise covariance, n = 1", "noise covariance, n = 2", "noise covariance, n = 3")


def test_covariance_needs_the_noise_to_be_centred():
    assert step_covariance(sympy.Rational(1, 2), sympy.S.One) == SIGMA**2


def test_unknown_names_are_refused():
    with pytest.raises(InvalidInstance, match="unknown algorithm 'sgd'; pass 'one-sample' or 'full-batch'"):
        derive.flow_constant("sgd")
    with pytest.raises(InvalidInstance, match="unknown loss"):
        derive.flow_constant("full-batch", "hinge")

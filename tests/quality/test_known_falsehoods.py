"""The power of the search: known false claims are refuted in time, with witnesses no larger than the known ones."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from tests.falsify.local import SETTING, STRUCTURE, claim, height, values
from theorycheck.claims import assumptions as A
from theorycheck.claims import attacks
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.search import falsify

F = Fraction
CONVEX = "strictly_convex_derivative"
BUDGET = 20.0  # seconds; each takes far less than one on an idle machine
UNIFORM = (A.INDEPENDENT_DATA, A.SMOOTH, A.UNIFORM_BOUNDS, A.REALISABLE, A.EQUAL_WEIGHTS, A.FIXED_OUTPUT)
ORTHONORMAL = (A.ORTHONORMAL, *SETTING[1:])

# dropped assumption, what is fixed, the known witness's (n, d, m) and largest numerator or denominator
KNOWN = {
    "cube": ("increasing_activation", {"activation": "cube"}, (1, 1, 2), 1),
    "tanh, m=2, y=1": (CONVEX, {"activation": "tanh", "m": 2, "y": 1}, (1, 1, 2), 10),
    "tanh, m=3, y=9/5": (CONVEX, {"activation": "tanh", "m": 3, "y": "9/5"}, (1, 1, 3), 20),
    "sigmoid": (CONVEX, {"activation": "sigmoid", "m": 2, "y": 1}, (1, 1, 2), 10),
    "erf": (CONVEX, {"activation": "erf", "m": 2, "y": 1}, (1, 1, 2), 10),
    "softplus, m=2, y=4": (CONVEX, {"activation": "softplus", "m": 2, "y": 4}, (1, 1, 2), 4),
    "softplus, m=10, y=6": (CONVEX, {"activation": "softplus", "m": 10, "y": 6}, (1, 1, 10), 6),
    "linear": (CONVEX, {"activation": "linear"}, (1, 1, 2), 2),
    "quadratic": ("increasing_activation", {"activation": "quadratic"}, (1, 1, 2), 3),
    "quartic": ("increasing_activation", {"activation": "quartic"}, (1, 1, 2), 2),
    "relu": ("smooth_activation", {"activation": "relu"}, (1, 1, 2), 5),
    "dependent samples": ("independent_data", {}, (2, 1, 3), 48),
    "unequal weights": ("equal_output_weights", {}, (1, 1, 2), 13),
    "labels out of range": ("realisable_labels", {}, (1, 1, 2), 2),
    "any activation without phi' > 0": ("increasing_activation", {}, (1, 1, 2), 1),
    "any activation without phi''' > 0": (CONVEX, {}, (1, 1, 2), 2),
    "atan": (CONVEX, {"activation": "atan"}, (1, 1, 2), 2),
    "asinh": (CONVEX, {"activation": "asinh"}, (1, 1, 2), 2),
    "gelu": (CONVEX, {"activation": "gelu"}, (1, 1, 2), 4),
    "one's own": (CONVEX, {"activation": "z/(1 + z**2) + 2*z"}, (1, 1, 2), 10),
}


@pytest.mark.parametrize("name", KNOWN)
def test_refuted_and_small(name):
    dropped, fixed, sizes, largest = KNOWN[name]
    found = falsify(STRUCTURE, dropped, fixed, BUDGET)
    assert isinstance(found, Counterexample)
    data = found.instance.data
    assert all(a <= b for a, b in zip((data.n, data.d, found.instance.network.width), sizes, strict=True))
    assert height(found) <= largest
    assert found.certificate.verify()


SURVIVORS = {
    "tanh, m=2, y=6/5": (CONVEX, {"activation": "tanh", "m": 2, "y": "6/5"}),
    "softplus, m=2, y=1": (CONVEX, {"activation": "softplus", "m": 2, "y": 1}),
    "both signs negative": ("increasing_activation", {"activation": "exp_minus"}),
    "sinh, output layer trained": ("fixed_output_layer", {"activation": "sinh"}),
    "cubic, output layer trained": ("fixed_output_layer", {"activation": "cubic"}),
    "unit norms are not needed": (None, {"X": "2,0;0,3", "activation": "cubic"}),
}


@pytest.mark.parametrize("name", SURVIVORS)
def test_what_does_not_break_survives(name):
    found = falsify(STRUCTURE, *SURVIVORS[name], 1.0)
    assert isinstance(found, Survived)
    assert found.tries > 500
    assert found.uncertified == 0


def test_global_geodesic_convexity_is_false():
    found = falsify(claim(attacks.NEGATIVE_CURVATURE, assumptions=UNIFORM), None, {"activation": "cubic"}, BUDGET)
    assert values(found) == [[2, 1]]
    kappa = {"half-sum": 1, "sum": 2}[found.instance.loss.name]
    assert F(found.violation.value) == F(-114096, 34225) * kappa / 2

    def along(s):  # the zero-loss curve through (2, 1) by arc length, from its differential equation
        mpmath.mp.dps = 30
        slope = [lambda z: 3 * z * z + 1] * 2

        def speed(_, z):
            a, b = slope[0](z[0]), slope[1](z[1])
            length = mpmath.sqrt(a * a + b * b)
            return [b / length, -a / length]

        z = mpmath.odefun(speed, 0, [mpmath.mpf(2), mpmath.mpf(1)])(abs(s)) if s >= 0 else None
        if s < 0:
            z = mpmath.odefun(lambda t, v: [-c for c in speed(t, v)], 0, [mpmath.mpf(2), mpmath.mpf(1)])(-s)
        return kappa * sum((3 * v * v + 1) ** 2 for v in z)

    step = mpmath.mpf("1e-4")
    second = (along(step) - 2 * along(mpmath.mpf(0)) + along(-step)) / step**2
    assert float(second) == pytest.approx(float(F(found.violation.value)), rel=1e-5)


@pytest.mark.parametrize("attack", [attacks.GRADIENT_DOMINANCE, attacks.DISTANCE_BOUND])
def test_rates_need_uniform_bounds(attack):
    without = claim(attack, assumptions=UNIFORM)
    found = falsify(without, "uniform_bounds", {"activation": "exp"}, BUDGET)
    assert isinstance(found, Counterexample)
    assert min(values(found)[0]) <= F(1, 8)
    assert isinstance(falsify(without, None, {"activation": "sinh"}, 1.0), Survived)


def test_overshoot_without_orthogonality():
    found = falsify(claim(attacks.OVERSHOOT, assumptions=ORTHONORMAL), "orthonormal_data", {"n": 2, "d": 2}, BUDGET)
    assert isinstance(found, Counterexample)
    assert F(found.violation.value) > 0
    kept = claim(attacks.OVERSHOOT, assumptions=ORTHONORMAL)
    assert isinstance(falsify(kept, None, {}, 1.0), Survived)


def test_gradient_descent_stays_without_noise():
    noisy = claim(attacks.STAYS, assumptions=(*SETTING, A.LABEL_NOISE, A.SMALL_STEP))
    found = falsify(noisy, "label_noise", {}, BUDGET)
    assert found.instance.sigma == 0
    assert values(found) == [[1, 0]]
    assert isinstance(falsify(noisy, None, {}, 0.5), Survived)


def test_neurons_differ_beside_the_span():
    found = falsify(claim(attacks.NEURONS_DIFFER, assumptions=(*SETTING, A.SPAN_START)), "start_in_span", {}, BUDGET)
    theta = np.array([[float(v) for v in row] for row in values(found)])
    X = found.instance.data.arrays()[0]
    assert np.linalg.matrix_rank(theta) == 2
    assert np.ptp(X @ theta.T, axis=1).max() == 0


def test_bias_needs_affine_independence():
    biased = claim(attacks.SPURIOUS_STATIONARY, assumptions=(A.AFFINELY_INDEPENDENT, *SETTING[1:]))
    found = falsify(biased, "affinely_independent_data", {"bias": True}, BUDGET)
    assert found.instance.data.affine_rank() < found.instance.data.n
    assert height(found) <= 10


def test_weighted_rank_one_needs_a_slope():
    weighted = claim(attacks.WEIGHTED_STATIONARY, assumptions=(*SETTING[:5], A.FIXED_OUTPUT))
    found = falsify(weighted, "increasing_activation", {"activation": "cube"}, BUDGET)
    assert values(found) == [[1, 0]]
    assert isinstance(falsify(weighted, None, {}, 1.0), Survived)


def test_spurious_point_beside_equal_neurons():
    found = falsify(claim(attacks.SPURIOUS_BESIDE_EQUAL), "independent_data", {}, BUDGET)
    theta = [row[0] for row in values(found)]
    x, y = [row[0] for row in found.instance.data.X], found.instance.data.y
    # the labels fix sum t and sum t^3; equal neurons t = p1/3 have the same two sums
    assert all(sum((t * v) ** 3 + t * v for t in theta) == label for v, label in zip(x, y, strict=True))
    mean = sum(theta) / 3
    assert 3 * mean**3 == sum(t**3 for t in theta)
    assert len(set(theta)) > 1


def test_training_the_output_layer_breaks_for_expm1():
    found = falsify(STRUCTURE, "fixed_output_layer", {"activation": "expm1", "m": 2}, BUDGET)
    y, here = float(found.instance.data.y[0]), float(F(found.violation.value))
    u = np.concatenate([np.linspace(-0.9999, -1e-4, 200001), np.geomspace(1e-4, 1e3, 200001)])
    equal = 2 * u**2 + y**2 / 2 * (1 + u) ** 2 / u**2  # half-sum loss, a = y / (2 u)
    assert here < equal.min()


def test_near_stationary_points_are_convex():
    near = claim(attacks.NEAR_STATIONARY_NEGATIVE_CURVATURE, assumptions=UNIFORM)
    assert isinstance(falsify(near, None, {}, 1.0), Survived)
    found = falsify(claim(attacks.NEAR_STATIONARY_NEGATIVE_CURVATURE), CONVEX, {"activation": "tanh"}, BUDGET)
    assert isinstance(found, Counterexample)  # equal neurons on the concave part of h


def test_equal_neurons_move_under_unequal_weights():
    equal = claim(attacks.EQUAL_NOT_STATIONARY, attacks.SPURIOUS_STATIONARY)
    fixed = {"activation": "sinh", "weights": "1,2,-1,1/2"}  # no stationary point is rational here
    found = falsify(equal, "equal_output_weights", fixed, BUDGET)
    assert isinstance(found, Counterexample)
    assert len({v for row in values(found) for v in row}) == 1
    assert isinstance(falsify(claim(attacks.EQUAL_NOT_STATIONARY), None, {}, 1.0), Survived)


@pytest.mark.parametrize(
    ("attack", "dropped", "fixed"),
    [
        (attacks.OVERSHOOT, "orthonormal_data", {"X": "1,0;9/10,1", "activation": "cubic"}),
        (attacks.NEGATIVE_CURVATURE, None, {"X": "1,2,0,0;3,1,1,0;0,0,1,5;1,1,1,1"}),
        (attacks.LOWER_THAN_EQUAL, CONVEX, {"activation": "tanh", "X": "1,2,0,0;3,1,1,0;0,0,1,5;1,1,1,1"}),
        (
            attacks.SPURIOUS_STATIONARY,
            "increasing_activation",
            {"activation": "cube", "X": "1,2,0;3,1,1;1,1,1"},
        ),
        (attacks.LOWER_THAN_EQUAL, CONVEX, {"activation": "softplus", "m": 60, "y": 40}),
    ],
)
def test_on_data_and_sizes_of_the_users(attack, dropped, fixed):
    assumptions = ORTHONORMAL if dropped == "orthonormal_data" else SETTING
    found = falsify(claim(attack, assumptions=assumptions), dropped, fixed, BUDGET)
    assert isinstance(found, Counterexample)
    assert found.instance.network.width == fixed.get("m", found.instance.network.width)


def test_overshoot_of_the_notes_kind_by_a_step_of_the_flow():
    fixed = {"X": "1,0;9/10,1", "activation": "cubic", "m": 2}
    found = falsify(claim(attacks.OVERSHOOT, assumptions=ORTHONORMAL), "orthonormal_data", fixed, BUDGET)
    z = np.array([[float(v) for v in row] for row in values(found)])
    X = found.instance.data.arrays()[0]
    slope, bend, gram = 3 * z**2 + 1, 6 * z, X @ X.T
    pull = 2 * np.diag(gram)[:, None] * slope * bend  # the gradient of F in z, half-sum loss
    theta_pull = np.einsum("ij,id->jd", pull, X).ravel()
    rows = np.stack([np.einsum("j,d->jd", slope[i], X[i]).ravel() for i in range(2)])
    tangent = theta_pull - rows.T @ np.linalg.lstsq(rows.T, theta_pull, rcond=None)[0]
    speed = -X @ tangent.reshape(2, 2).T
    top = z >= z.max(axis=1, keepdims=True)
    assert speed[top].max() == pytest.approx(float(F(found.violation.value)))

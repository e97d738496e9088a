"""Convex sharpness problems: exact values, certificates, and a local solver that must not do better."""

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from theorycheck import solve
from theorycheck.models.data import Dataset
from theorycheck.models.networks import TwoLayer

JETS = {  # φ, φ', φ'' by hand
    "sinh": (np.sinh, np.cosh, np.sinh),
    "cubic": (lambda z: z**3 + z, lambda z: 3 * z**2 + 1, lambda z: 6 * z),
    "cube": (lambda z: z**3, lambda z: 3 * z**2, lambda z: 6 * z),
    "exp": (np.exp, np.exp, np.exp),
    "quintic": (lambda z: z + z**3 + z**5, lambda z: 1 + 3 * z**2 + 5 * z**4, lambda z: 6 * z + 20 * z**3),
}


def number(bound):
    """The middle of a bound, in floats."""
    return float(bound) if isinstance(bound, Fraction) else (float(bound["lo"]) + float(bound["hi"])) / 2


def settled(solution, value, rel=1e-9):
    assert solution.settled
    assert number(solution.lower) == pytest.approx(value, rel=rel)
    assert number(solution.upper) == pytest.approx(value, rel=rel)
    assert solution.certificate.verify() == solution.certificate.statement
    return solution


def local(name, y, a, starts=12):
    """min Σ a_j² φ'(z_j)² with Σ a_j φ(z_j) = y by SLSQP from many starts."""
    phi, slope, bend = JETS[name]
    draw, best = np.random.default_rng(0), np.inf
    constraint = {"type": "eq", "fun": lambda z: a @ phi(z) - y, "jac": lambda z: a * slope(z)}
    for _ in range(starts):
        result = minimize(
            lambda z: np.sum((a * slope(z)) ** 2),
            draw.normal(size=len(a)),
            jac=lambda z: 2 * a**2 * slope(z) * bend(z),
            constraints=[constraint],
            method="SLSQP",
            options={"ftol": 1e-13, "maxiter": 400},
        )
        if abs(constraint["fun"](result.x)) < 1e-7:
            best = min(best, float(result.fun))
    return best


def test_the_readme_number_is_exact():
    solution = settled(solve.sharpness([[1]], [3], width=5, activation="sinh"), 6.8)
    assert solution.lower == solution.upper == Fraction(34, 5)
    assert (solution.kappa, solution.gap, solution.attained, solution.rank) == (1, 0.0, True, 1)
    assert "globally optimal" in solution.statement
    document = json.loads(json.dumps(solution.to_json()))
    keys = {"kappa", "lower", "upper", "evidence", "minimiser", "rank", "attained", "certificate"}
    assert keys <= set(document)
    assert document["lower"] == document["upper"] == "34/5"
    assert np.sinh(document["minimiser"]["preactivations"]) == pytest.approx(np.full((1, 5), 0.6))
    assert np.sinh(document["minimiser"]["theta"]) == pytest.approx(np.full((5, 1), 0.6))


@pytest.mark.parametrize(("loss", "kappa"), [("sum", 2), ("half-sum", 1), ("mean", 1), ("half-mean", Fraction(1, 2))])
def test_the_normalisation_of_the_loss_is_carried(loss, kappa):
    solution = solve.sharpness([[1, 0], [0, 1]], [4, 20], width=2, activation="cubic", loss=loss)
    assert solution.lower == solution.upper == 370 * kappa
    assert solution.minimiser.preactivations == ((1, 1), (2, 2))


def test_squared_norms_weigh_the_samples():
    by_hand = sum(w * (3 + y**2 / 3) for w, y in ((25, 2), (4, 1)))
    settled(solve.sharpness([[3, 4, 0], [0, 0, 2]], [2, 1], width=3), by_hand)


def test_float_data_are_exact_and_the_theta_fits():
    draw = np.random.default_rng(1)
    X, y = draw.normal(size=(4, 6)), draw.normal(size=4)
    solution = settled(solve.sharpness(X, y, width=3, activation="cubic"), _closed(X, y, 3, "cubic"))
    theta = np.array(solution.minimiser.theta, dtype=float)
    assert JETS["cubic"][0](X @ theta.T).sum(axis=1) == pytest.approx(y)


def _closed(X, y, m, name):
    phi, slope, _ = JETS[name]
    grid = np.linspace(-3, 3, 2_000_001)
    nu = np.interp(y / m, phi(grid), grid)
    return float(np.sum(np.sum(X**2, axis=1) * m * slope(nu) ** 2))


def test_cvxpy_agrees_on_the_quadratic_program_of_sinh():
    import cvxpy as cp

    y, w, m, a = np.array([1.0, 3.0, -2.0]), np.array([1.0, 4.0, 9.0]), 4, np.array([1.0, 2.0, -1.0, 0.5])
    u = cp.Variable((3, m))
    cost = cp.sum(cp.multiply(w, (1 + cp.square(u)) @ a**2))
    value = cp.Problem(cp.Minimize(cost), [u @ a == y]).solve(solver="CLARABEL")
    X = [[1, 0, 0], [0, 2, 0], [0, 0, 3]]
    settled(solve.sharpness(X, [1, 3, -2], width=m, activation="sinh", output_weights=[1, 2, -1, "1/2"]), value, 1e-6)


rationals = st.fractions(min_value=-4, max_value=4, max_denominator=6)
weights = rationals.filter(lambda q: abs(q) >= Fraction(1, 4))


@settings(derandomize=True, deadline=None, max_examples=15)
@given(st.sampled_from(["sinh", "cubic", "quintic"]), rationals, st.lists(weights, min_size=1, max_size=3))
def test_random_weights_against_a_local_solver(name, y, a):
    solution = solve.sharpness([[1]], [y], width=len(a), activation=name, output_weights=a)
    found = local(name, float(y), np.array([float(v) for v in a]), starts=4)
    assert solution.settled
    assert number(solution.upper) == pytest.approx(found, rel=1e-6)
    solution.certificate.verify()


def test_exponential_with_mixed_signs_has_no_minimiser():
    solution = solve.sharpness([[1]], [3], width=3, activation="exp", output_weights=[1, 2, -1])
    assert solution.lower == Fraction(9, 2)
    assert solution.attained is False
    assert solution.settled
    assert "larger than 9/2" in solution.certificate.statement
    assert "not attained" in solution.statement


def test_weights_of_one_sign_of_the_exponential_reach_it():
    solution = settled(solve.sharpness([[1]], [3], width=3, activation="exp", output_weights=[1, 2, "1/2"]), 3)
    assert solution.attained
    assert solution.lower == solution.upper == 3


@pytest.mark.parametrize(
    ("name", "weights", "value"),
    [
        ("square", None, 12),  # F/κ = 4 y: no bias at all
        ("quadratic", None, 8),  # 2 + 2 y
        ("linear", None, 2),
        ("cosh", None, Fraction(5, 2)),
        ("square", (1, 2), 12),
        ("cosh", (1, -1), 15),
        ("linear", (1, 2), 5),
        ("quadratic", (1, -2), 5),
    ],
)
def test_quadratic_curves_are_exact(name, weights, value):
    solution = solve.sharpness([[1]], [3], width=2, activation=name, output_weights=weights)
    assert solution.lower == solution.upper == value


@pytest.mark.parametrize(("n", "m", "d"), [(1, 1, 1), (1, 1, 3), (2, 1, 2), (1, 4, 1), (3, 2, 3)])
def test_degenerate_sizes(n, m, d):
    X = np.eye(d)[:n]
    solution = settled(solve.sharpness(X.tolist(), [0] * n, width=m, activation="sinh"), n * m)
    assert solution.rank == 0
    assert solution.lower == n * m
    assert len(solution.minimiser.theta) == m
    assert len(solution.minimiser.theta[0]) == d


def test_a_zero_input_costs_nothing():
    solution = solve.sharpness([[1, 0], [0, 0]], [5, 5], width=5, activation="exp")
    assert solution.lower == solution.upper == 5
    assert solution.minimiser.preactivations[1] == (0,) * 5
    solution.certificate.verify()


def test_equal_inputs_count_twice():
    settled(solve.sharpness([[1], [1]], [6, 6], width=3, activation="sinh"), 30)


def test_a_bias_is_a_column_of_ones():
    with_bias = solve.sharpness([[1], [2]], [4, 20], width=2, activation="cubic", bias=True)
    by_hand = solve.sharpness([[1, 1], [2, 1]], [4, 20], width=2, activation="cubic")
    assert with_bias.lower == by_hand.lower == 2 * 32 + 5 * 338
    with_bias.certificate.verify()


def test_a_dataset_brings_its_labels():
    data = Dataset(X=[["1", "0"], ["0", "1/2"]], y=["3", "0.5"])
    given_apart = solve.sharpness(data.X, data.y, width=2)
    assert solve.sharpness(data, width=2).lower == given_apart.lower
    assert solve.sharpness(data, y=[0, 0], width=2).lower == 2 * (1 + Fraction(1, 4))


def test_certificates_name_their_instance():
    solution = solve.sharpness([[1]], [3], width=5)
    other = solve.sharpness([[1]], [4], width=5)
    assert solution.certificate.document["instance_digest"] != other.certificate.document["instance_digest"]
    assert TwoLayer(5, "sinh").equal_weights

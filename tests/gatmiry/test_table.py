"""Gatmiry et al. on small instances: every row of the table of minima, rates and curvatures, two ways each."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from theorycheck import derive, solve
from theorycheck.claims.checks.curved import normality
from theorycheck.models.activations import activation
from theorycheck.models.networks import TwoLayer
from theorycheck.training.flows import limiting_flow, project
from theorycheck.training.predict import fitted_rate, predict

from .oracles import LINES, flow, least, level_cost, posed, preimage, printed, solved, velocity

TILTED = np.array([[1.0, 0.0], [0.6, 0.8]])


@pytest.mark.parametrize(
    ("name", "digits", "by_hand", "shift"),
    [
        ("sinh", "6.8", 5 + 9 / mpmath.mpf(5), 0),
        ("exp", "1.8", mpmath.mpf(9) / 5, 0),
        ("cube", "22.7726819631", 45 * mpmath.mpf("0.6") ** (mpmath.mpf(4) / 3), 1),
        ("cubic", "14.5733027397", None, 0),
    ],
)
def test_one_sample_of_label_three_and_five_neurons(name, digits, by_hand, shift):
    solved(solve.sharpness([[1]], [3], width=5, activation=name), digits)
    printed(level_cost(name, [mpmath.mpf("0.6")] * 5), digits)
    if by_hand is not None:
        printed(by_hand, digits)
    found, Z = least(name, [[1.0]], [3.0], 5, spread=0.3, shift=shift)
    assert found == pytest.approx(float(digits), rel=1e-7)
    assert np.ptp(Z) < 1e-3


def test_two_orthogonal_samples_of_the_cubic_and_their_rates():
    solution = solve.sharpness([[1, 0], [0, 1]], [4, 20], width=2, activation="cubic")
    assert (solution.lower, solution.upper, solution.rank) == (370, 370, 1)
    assert solution.minimiser.preactivations == ((1, 1), (2, 2))
    times = np.linspace(0, 0.06, 61)
    second = [float(preimage("cubic", y - (z**3 + z))) for y, z in ((4, 1.05), (20, 2.05))]
    Z = flow("cubic", np.eye(2), np.column_stack([[1.05, 2.05], second]), times)
    np.testing.assert_allclose(Z[-1], [[1, 1], [2, 2]], atol=1e-3)
    assert np.sum((3 * Z[-1] ** 2 + 1) ** 2) == pytest.approx(370, abs=1e-2)
    rates = predict(posed(np.eye(2), [4, 20], 2, "cubic")).rates
    np.testing.assert_allclose(rates, [96, 312], rtol=1e-12)
    gaps = np.abs(np.diff(Z, axis=2))[:, :, 0]
    for i, rate in enumerate(rates):
        assert fitted_rate(times, gaps[:, i], below=0.01, above=1e-7).rate == pytest.approx(rate, rel=1e-3)


def test_local_rate_of_sinh_on_tilted_data():
    by_hand = 5 * (125 - mpmath.sqrt(6409)) / 72
    printed(by_hand, "3.1210951")
    case = posed(TILTED, [3 / 2, 8 / 3], 2, "sinh")
    assert predict(case).rate == pytest.approx(float(by_hand), rel=1e-13)
    # the eigenvalues of the flow's linearisation at the solution, by differences of another field
    nu = np.arcsinh([3 / 4, 4 / 3])
    theta = np.linalg.solve(TILTED, np.column_stack([nu, nu])).T.ravel()
    field, step = velocity("sinh", TILTED, 2.0), 1e-5
    linear = [(field(0, theta + step * e) - field(0, theta - step * e)) / (2 * step) for e in np.eye(4)]
    rates = np.sort(-np.linalg.eigvals(np.array(linear)).real)
    assert min(r for r in rates if r > 1) == pytest.approx(float(by_hand), rel=1e-7)


def test_both_flows_agree_from_the_same_start():
    start, times = np.array([[1.2, -0.4], [0.3, 1.5]]), np.linspace(0, 1, 11)
    y = np.sinh(start).sum(axis=1)
    case = posed(TILTED, y, 2, "sinh")
    ours = limiting_flow(case, project(case, np.linalg.solve(TILTED, start).T), times)
    np.testing.assert_allclose(case.preactivations(ours.path[0]), flow("sinh", TILTED, start, times), atol=1e-7)


@pytest.mark.parametrize("nu", ["1", "1/10", "9/4"])
def test_normality_of_the_cubic_family(nu):
    ours, nu = normality(activation(f"z**3 + {nu}*z")), mpmath.mpf(Fraction(nu).numerator) / Fraction(nu).denominator
    closed = mpmath.mpf(16) / 3 * nu**1.5
    phi = lambda z: z**3 + nu * z  # noqa: E731
    assert ours == pytest.approx(float(closed), rel=1e-9)
    assert float(_quotient(phi, mpmath.sqrt(nu) / 3)) == pytest.approx(float(closed), rel=1e-9)
    assert abs(mpmath.diff(lambda z: _quotient(phi, z), mpmath.sqrt(nu) / 3)) < 1e-4


def test_normality_of_sinh():
    closed, place = 3 * mpmath.sqrt(3) / 2, mpmath.atanh(1 / mpmath.sqrt(3))
    printed(closed, "2.598076")
    assert normality(activation("sinh")) == pytest.approx(float(closed), rel=1e-9)
    assert float(_quotient(LINES["sinh"], place)) == pytest.approx(float(closed), rel=1e-9)
    assert abs(mpmath.diff(lambda z: _quotient(LINES["sinh"], z), place)) < 1e-4


def _quotient(phi, z):
    with mpmath.workdps(40):
        first, second, third = (mpmath.diff(phi, z, k) for k in (1, 2, 3))
    return first**2 * third / abs(second)


def _along(name, z):
    """d²F/ds² by the arc length s of the zero-loss curve of two neurons and one sample, κ = 2, by differences."""
    phi = LINES[name]
    with mpmath.workdps(60):
        z = [mpmath.mpf(v) for v in z]
        total = phi(z[0]) + phi(z[1])
        other = lambda t: preimage(name, total - phi(t), z[1])  # noqa: E731
        F = lambda t: 2 * (mpmath.diff(phi, t) ** 2 + mpmath.diff(phi, other(t)) ** 2)  # noqa: E731
        speed = lambda t: mpmath.sqrt(1 + mpmath.diff(other, t) ** 2)  # noqa: E731
        h, g = mpmath.mpf(10) ** -20, mpmath.mpf(10) ** -10
        slope = lambda t: (F(t + h) - F(t - h)) / (2 * h) / speed(t)  # noqa: E731
        return (slope(z[0] + g) - slope(z[0] - g)) / (2 * g) / speed(z[0])


def test_curvature_is_negative_away_from_the_solution():
    net = TwoLayer(2, "cubic")
    form = derive.riemannian_hessian(net, X=[[1]], y=[12], loss="sum")
    ours = form.evaluate([[1], [2]], [13, -4]) / (13**2 + 4**2)
    assert ours == Fraction(-114096, 34225)
    printed(_along("cubic", (1, 2)), "-3.33370343316289")
    assert derive.riemannian_gradient(net, X=[[1]], y=[12], loss="sum").multipliers_at([[1], [2]]) == (
        Fraction(8496, 185),
    )


def test_curvature_of_sinh_is_negative_too():
    z = (mpmath.log(2), mpmath.log(20))
    assert mpmath.sinh(z[0]) + mpmath.sinh(z[1]) == pytest.approx(429 / 40)
    v = np.array([np.cosh(float(z[1])), -np.cosh(float(z[0]))])
    form = derive.riemannian_hessian(TwoLayer(2, "sinh"), X=[[1]], y=["429/40"], loss="sum")
    ours = form.evaluate([[float(z[0])], [float(z[1])]], list(v / np.linalg.norm(v)))
    printed(ours, "-14.4392")
    printed(_along("sinh", z), "-14.4392")

"""The activations' constants: bounds of derivatives, β, and the curve h of φ'² over φ, two or three ways each."""

import mpmath
import numpy as np
import pytest

from theorycheck.certificates import check
from theorycheck.certificates.laws import square_law
from theorycheck.claims.assumptions import lower_bound
from theorycheck.claims.checks.curved import normality
from theorycheck.models.activations import activation

from .oracles import LINES

# the points stay where every function of the table, and its inverse in mpmath, is on its main branch
POINTS = [mpmath.mpf(k) / 8 for k in (1, 3, 5, 7)]
RATIOS = {  # φ'''/φ'
    "cubic": lambda z: 6 / (3 * z**2 + 1),
    "sinh": lambda z: 1,
    "tan": lambda z: 6 * mpmath.sec(z) ** 2 - 4,
    "quintic": lambda z: (6 + 60 * z**2) / (1 + 3 * z**2 + 5 * z**4),
    "exp": lambda z: 1,
    "cube": lambda z: 2 / z**2,
    "expm1": lambda z: 1,
    "exp_minus": lambda z: 1,
    "tanh": lambda z: 4 - 6 * mpmath.sech(z) ** 2,
    "erf": lambda z: 4 * z**2 - 2,
    "square": lambda z: 0,
    "quadratic": lambda z: 0,
    "quartic": lambda z: 6 / z**2,
    "cosh": lambda z: 1,
}
CURVES = {  # h, and h'' in u = φ(z); None where no simple form is known
    "sinh": (lambda u: 1 + u**2, lambda u: 2),
    "tan": (lambda u: (1 + u**2) ** 2, lambda u: 4 + 12 * u**2),
    "exp": (lambda u: u**2, lambda u: 2),
    "cube": (lambda u: 9 * u ** (mpmath.mpf(4) / 3), lambda u: 4 * u ** (-mpmath.mpf(2) / 3)),
    "expm1": (lambda u: (1 + u) ** 2, lambda u: 2),
    "exp_minus": (lambda u: u**2, lambda u: 2),
    "tanh": (lambda u: (1 - u**2) ** 2, lambda u: 12 * u**2 - 4),
    "sigmoid": (lambda u: u**2 * (1 - u) ** 2, lambda u: 2 - 12 * u + 12 * u**2),
    "softplus": (lambda u: (1 - mpmath.exp(-u)) ** 2, lambda u: 2 * mpmath.exp(-2 * u) * (2 - mpmath.exp(u))),
    "erf": (lambda u: 4 / mpmath.pi * mpmath.exp(-2 * mpmath.erfinv(u) ** 2), None),
    "atan": (lambda u: mpmath.cos(u) ** 4, lambda u: -2 * mpmath.cos(2 * u) - 2 * mpmath.cos(4 * u)),
    "asinh": (
        lambda u: mpmath.sech(u) ** 2,
        lambda u: 2 * (mpmath.cosh(2 * u) - 2) / mpmath.cosh(u) ** 4,
    ),
    "square": (lambda u: 4 * u, lambda u: 0),
    "quadratic": (lambda u: 1 + 2 * u, lambda u: 0),
    "quartic": (lambda u: 16 * u**1.5, lambda u: 12 * u**-0.5),
    "cosh": (lambda u: u**2 - 1, lambda u: 2),
}
SLOPES = {  # φ' where the table has it in other words
    "cubic": lambda z: 3 * z**2 + 1,
    "sinh": mpmath.cosh,
    "tan": lambda z: mpmath.sec(z) ** 2,
    "quintic": lambda z: 1 + 3 * z**2 + 5 * z**4,
    "cube": lambda z: 3 * z**2,
    "exp_minus": lambda z: -mpmath.exp(-z),
    "tanh": lambda z: 1 - mpmath.tanh(z) ** 2,
    "sigmoid": lambda z: LINES["sigmoid"](z) * (1 - LINES["sigmoid"](z)),
    "softplus": lambda z: 1 - mpmath.exp(-LINES["softplus"](z)),
    "atan": lambda z: mpmath.cos(mpmath.atan(z)) ** 2,
    "asinh": lambda z: 1 / mpmath.cosh(mpmath.asinh(z)),
    "quartic": lambda z: 4 * z**3,
    "cosh": mpmath.sinh,
}


def ours(name, order, z):
    return float(activation(name).numpy(order)(float(z)))


@pytest.mark.parametrize("name", sorted(SLOPES))
def test_first_derivatives(name):
    for z in POINTS:
        assert ours(name, 1, z) == pytest.approx(float(SLOPES[name](z)), rel=1e-12)
        assert ours(name, 1, z) == pytest.approx(float(mpmath.diff(LINES[name], z)), rel=1e-12)


@pytest.mark.parametrize("name", sorted(RATIOS))
def test_third_over_first_derivative(name):
    for z in POINTS:
        by_hand = float(RATIOS[name](z))
        assert ours(name, 3, z) / ours(name, 1, z) == pytest.approx(by_hand, rel=1e-10, abs=1e-12)
        differences = mpmath.diff(LINES[name], z, 3) / mpmath.diff(LINES[name], z)
        assert float(differences) == pytest.approx(by_hand, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", sorted(CURVES))
def test_the_curve_and_its_convexity(name):
    h, bend = CURVES[name]
    law = square_law(activation(name))
    for z in POINTS:
        u = LINES[name](z)
        assert ours(name, 1, z) ** 2 == pytest.approx(float(h(u)), rel=1e-10)
        by_ours = 2 * ours(name, 3, z) / ours(name, 1, z)
        differences = float(mpmath.diff(h, u, 2))
        assert differences == pytest.approx(by_ours, rel=1e-5, abs=1e-5)
        if bend is not None:
            assert by_ours == pytest.approx(float(bend(u)), rel=1e-9, abs=1e-9)
        if law is not None:
            second = check.derivative(check.derivative(check.tree(law)))
            found = check.value(second, z=check.arb(float(u)))
            assert float(found) == pytest.approx(by_ours, rel=1e-9, abs=1e-9)


def test_curve_of_the_cubic_has_the_stated_bend():
    for z in POINTS:
        assert 2 * ours("cubic", 3, z) / ours("cubic", 1, z) == pytest.approx(float(12 / (3 * z**2 + 1)), rel=1e-12)


def test_erf_bends_down_up_to_the_stated_level():
    edge = mpmath.erf(1 / mpmath.sqrt(2))
    assert float(edge) == pytest.approx(0.682689, abs=1e-6)
    h = CURVES["erf"][0]
    for u, sign in ((edge - 0.01, -1), (edge + 0.01, 1)):
        assert np.sign(float(mpmath.diff(h, u, 2))) == sign
        assert np.sign(ours("erf", 3, mpmath.erfinv(u))) == sign


BOUNDS = [  # ϱ1, ϱ2 and β
    ("z**3 + z", 1, 6, "5.3333333"),
    ("z**3 + 4*z", 4, 6, "42.6666667"),
    ("sinh", 1, 1, "2.598076"),
    ("tan", 1, 2, None),
    ("z + z**3 + z**5", 1, 6, None),
    ("exp", 0, 0, "0"),
    ("cube", 0, 6, "0"),
    ("expm1", 0, 0, "0"),
]


@pytest.mark.parametrize(("text", "rho1", "rho2", "beta"), BOUNDS)
def test_uniform_bounds_and_normality(text, rho1, rho2, beta):
    phi = activation(text)
    assert (lower_bound(phi, 1), lower_bound(phi, 3)) == (rho1, rho2)
    grid = np.linspace(-1.5, 1.5, 601) if text == "tan" else np.linspace(-30, 30, 6001)
    first, second, third = (phi.numpy(k)(grid) for k in (1, 2, 3))
    assert np.min(first) == pytest.approx(rho1, abs=1e-6)
    assert np.min(third) == pytest.approx(rho2, abs=1e-6)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.where(second == 0, np.inf, first**2 * third / np.abs(second))
    if beta is None:
        assert normality(phi) == pytest.approx(np.min(quotient), rel=1e-3)
        assert normality(phi) > 1
    else:
        assert normality(phi) == pytest.approx(float(beta), abs=1e-5)
        assert np.min(quotient) == pytest.approx(float(beta), abs=1e-4 + 1e-3 * float(beta))


def test_normality_of_tan_has_the_stated_form():
    form = lambda z: (2 * mpmath.sin(z) + 1 / mpmath.sin(z)) / mpmath.cos(z) ** 5  # noqa: E731
    for z in POINTS:
        first, second, third = (mpmath.diff(mpmath.tan, z, k) for k in (1, 2, 3))
        assert float(first**2 * third / second) == pytest.approx(float(form(z)), rel=1e-8)
    place = mpmath.findroot(lambda z: mpmath.diff(form, z), 0.4)
    assert normality(activation("tan")) == pytest.approx(float(form(place)), rel=1e-8)

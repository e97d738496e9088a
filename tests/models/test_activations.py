"""Activations: four evaluations of one expression, inverses, sign facts with how they are known, and refusals."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, fmpq

from theorycheck.errors import InvalidInstance
from theorycheck.models.activations import BUILT_IN, activation
from theorycheck.models.inverse import bracket
from theorycheck.models.losses import Loss
from theorycheck.models.networks import TwoLayer
from theorycheck.models.signs import sign_fact

SMOOTH = sorted(set(BUILT_IN) - {"relu", "leaky_relu"})


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_floats_jax_balls_and_mpmath_agree(name, order):
    phi = activation(name)
    z = sympy.Symbol("z", real=True)
    for at in (Fraction(2, 5), Fraction(-7, 10)):
        want = float(sympy.lambdify(z, phi.expression(order), "mpmath")(mpmath.mpf(at.numerator) / at.denominator))
        ball = phi.at(fmpq(at.numerator, at.denominator), order)
        assert float(phi.numpy(order)(float(at))) == pytest.approx(want, rel=1e-10, abs=1e-12)
        assert float(ball) == pytest.approx(want, rel=1e-10, abs=1e-12)


def test_jax_agrees_with_autodiff():
    import jax

    jax.config.update("jax_enable_x64", True)
    for name in ("sinh", "cubic", "gelu", "softplus", "tan", "leaky_relu"):
        phi = activation(name)
        for at in (0.3, -0.4):
            assert float(jax.grad(phi.jax(0))(at)) == pytest.approx(float(phi.jax(1)(at)), rel=1e-10)


def test_constant_derivatives_keep_the_shape():
    phi = activation("linear")
    assert phi.numpy(1)(np.zeros((2, 3))).shape == (2, 3)
    assert phi.numpy(3)(np.zeros(4)).tolist() == [0, 0, 0, 0]


def test_rational_where_rational_and_ball_elsewhere():
    assert isinstance(activation("cubic").at(fmpq(1, 2)), fmpq)
    assert isinstance(activation("sinh").at(fmpq(1, 2)), arb)
    assert activation("relu").at(fmpq(-1, 2)) == 0


@pytest.mark.parametrize("name", sorted(set(BUILT_IN) - {"gelu", "square", "quartic", "cosh", "quadratic", "relu"}))
def test_the_inverse_brackets_the_value(name):
    phi = activation(name)
    for z in (Fraction(1, 3), Fraction(-4, 5)):
        u = Fraction(float(phi.numpy(0)(float(z))))
        lo, hi = bracket(phi, u)
        assert hi - lo <= Fraction(1, 2**200)
        assert float(lo) == pytest.approx(float(z), rel=1e-9)
        assert phi.inverse(float(u)) == pytest.approx(float(z), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "u"), [("tanh", 1), ("tanh", 2), ("exp", 0), ("exp", -1), ("sigmoid", 1), ("softplus", 0)]
)
def test_values_outside_the_range_are_refused(name, u):
    with pytest.raises(InvalidInstance, match="range"):
        bracket(activation(name), Fraction(u))


FACTS = {
    "cube": (">=", ">"), "cubic": (">", ">"), "sinh": (">", ">"), "exp": (">", ">"), "expm1": (">", ">"),
    "exp_minus": ("<", "<"), "tan": (">", ">"), "tanh": (">", "changes"), "sigmoid": (">", "changes"),
    "softplus": (">", "changes"), "erf": (">", "changes"), "atan": (">", "changes"), "asinh": (">", "changes"),
    "square": ("changes", ">="), "quadratic": ("changes", ">="), "quartic": ("changes", "changes"),
    "linear": (">", ">="), "quintic": (">", ">"),
}  # fmt: skip


@pytest.mark.parametrize("name", FACTS)
def test_sign_facts(name):
    first, third = (sign_fact(activation(name), order) for order in (1, 3))
    assert (first.relation, third.relation) == FACTS[name]
    assert {first.how, third.how} <= {"proved", "witnesses"}


def test_sign_facts_on_an_interval_by_ball_arithmetic():
    tanh = activation("tanh")
    inside = sign_fact(tanh, 3, (Fraction(1), Fraction(2)))
    assert (inside.relation, inside.how) == (">", "ball arithmetic")
    assert sign_fact(tanh, 3, (Fraction(-1, 2), Fraction(1, 2))).relation == "<"
    assert sign_fact(tanh, 3, (Fraction(0), Fraction(2))).relation == "changes"


def test_expressions_of_ones_own():
    assert sign_fact(activation("z + exp(z)"), 3).relation == ">"
    assert sign_fact(activation("z**3 + sinh(z)"), 1).relation == ">"
    assert activation("z**3 + z") == activation("cubic")
    assert activation(sympy.sinh(sympy.Symbol("t"))).name != ""


@pytest.mark.parametrize("spec", ["foo", "sinhh", 3, None, "z**z", "__import__('os')", "2", ["z"]])
def test_what_is_no_activation(spec):
    with pytest.raises(InvalidInstance) as caught:
        activation(spec)
    assert "\n" not in str(caught.value)


def test_unknown_names_are_told_the_nearest():
    with pytest.raises(InvalidInstance, match="sinh"):
        activation("sinhh")


@pytest.mark.parametrize("width", [0, -1, 2.5, True, "3"])
def test_widths_must_be_whole(width):
    with pytest.raises(InvalidInstance, match="whole number"):
        TwoLayer(width, "sinh")


def test_output_weights():
    assert TwoLayer(3, "sinh").equal_weights
    assert not TwoLayer(2, "sinh", (1, 2)).equal_weights
    for weights in ((1,), (1, 0), (1, 2, 3)):
        with pytest.raises(InvalidInstance):
            TwoLayer(2, "sinh", weights)


@pytest.mark.parametrize(
    ("name", "kappa"), [("sum", 2), ("half-sum", 1), ("mean", Fraction(1, 2)), ("half-mean", Fraction(1, 4))]
)
def test_normalisation(name, kappa):
    assert Loss(name).kappa(4) == kappa
    with pytest.raises(InvalidInstance, match="half-sum"):
        Loss("mse")

"""What the screen sees in floats against the stand-alone checker's exact values, at points that are drawn at random."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck.certificates import check
from theorycheck.claims.attacks import points, screen
from theorycheck.claims.attacks.exactly import network, term, total
from theorycheck.models.activations import BUILT_IN, activation
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.losses import FORMULAS, Loss
from theorycheck.models.networks import TwoLayer

QUICK = settings(derandomize=True, deadline=None, max_examples=25)
entries = st.fractions(min_value=-2, max_value=2, max_denominator=4)
INDEPENDENT = [((1, 0), (0, 1)), ((1, 0), (1, 1)), ((2, 1), (1, 2))]


@st.composite
def settings_of(draw):
    phi = draw(st.sampled_from(["cubic", "cube", "quintic", "quadratic", "z**3 + z/10"]))
    m = draw(st.integers(1, 3))
    weights = draw(st.lists(st.sampled_from([Fraction(1), Fraction(-2), Fraction(1, 2)]), min_size=m, max_size=m))
    loss = Loss(draw(st.sampled_from(sorted(FORMULAS))))
    X = draw(st.sampled_from(INDEPENDENT))
    return Instance(Dataset(X=X, y=[0, 0]), TwoLayer(m, phi, weights), loss)


@QUICK
@given(settings_of(), st.data())
def test_all_quantities_agree_with_the_checker(template, data):
    m = template.network.width
    rows = [data.draw(st.lists(entries, min_size=m, max_size=m)) for _ in range(2)]
    candidate = points.complete(template, "z", rows)
    assert candidate is not None
    found = screen.fields(candidate.instance, np.array([[[float(v) for v in row] for row in rows]]))
    trace = total(candidate.instance, term("trace", candidate.point))
    assert found.trace[0] == pytest.approx(float(trace))
    assert screen.trace(candidate.instance, np.array([[[float(v) for v in row] for row in rows]]))[0] == pytest.approx(
        float(trace)
    )
    gradient = total(candidate.instance, term("gradient", candidate.point))
    if gradient is None or np.isnan(found.gradient[0]):
        return  # singular, or too near to it for floats
    assert found.gradient[0] == pytest.approx(float(gradient), rel=1e-6, abs=1e-8)
    for i in range(2):
        for j in range(m):
            speed = total(candidate.instance, term("velocity", candidate.point, entry=(i, j)))
            assert found.velocity[0, i, j] == pytest.approx(float(speed), rel=1e-6, abs=1e-7)


@QUICK
@given(settings_of(), st.data())
def test_tangent_form_is_the_checkers_curvature(template, data):
    m = template.network.width
    rows = [data.draw(st.lists(entries, min_size=m, max_size=m)) for _ in range(2)]
    candidate = points.complete(template, "z", rows)
    assert candidate is not None
    try:
        alpha, _, D, a = network(candidate.instance).forces(candidate.point)
    except check.Refused:
        return
    found = screen.fields(candidate.instance, np.array([[[float(v) for v in row] for row in rows]]))
    if np.isnan(found.gradient[0]):
        return
    w, kappa = candidate.instance.inputs.squared_norms(), candidate.instance.kappa
    for i in range(2):
        for j in range(m):
            exact = 2 * float(kappa * w[i]) * float(a[j] ** 2 * (D[2][i][j] ** 2 + D[1][i][j] * D[3][i][j]))
            exact -= float(alpha[i] * a[j] * D[2][i][j])
            assert found.bend[0, i, j] == pytest.approx(exact, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_jets_agree_with_sympy(name):
    phi, z = activation(name), np.array([-1.2, -0.3, 0.4, 1.1])
    for order in range(4):
        assert screen.jet(phi, order, z) == pytest.approx(phi.numpy(order)(z), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    "name", ["cubic", "sinh", "exp", "tan", "tanh", "sigmoid", "softplus", "erf", "exp_minus", "relu"]
)
def test_preimage_is_an_inverse(name):
    phi, z = activation(name), np.array([-1.0, 0.3, 1.2]) if name != "relu" else np.array([0.3, 1.2])
    assert screen.preimage(phi, screen.jet(phi, 0, z)) == pytest.approx(z, abs=1e-9)


def test_preimage_knows_the_range():
    values = screen.preimage(activation("tanh"), np.array([-1.5, 0.0, 2.0]))
    assert np.isnan(values).tolist() == [True, False, True]


def test_preimage_of_an_even_function_is_its_right_branch():
    assert screen.preimage(activation("quartic"), np.array([16.0])) == pytest.approx([2.0])

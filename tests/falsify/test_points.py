"""Exact points: their labels, coordinates and brackets."""

from fractions import Fraction
from math import tanh

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck.claims.attacks import grids, points
from theorycheck.claims.attacks.exactly import term, total
from theorycheck.models.activations import activation
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.networks import TwoLayer
from theorycheck.numbers import exact

F = Fraction


def template(phi, m=2, X=((1,),), **options):
    return Instance(Dataset(X=X, y=[0] * len(X)), TwoLayer(m, phi, **options))


@pytest.mark.parametrize(
    ("phi", "kind"),
    [("cube", "z"), ("relu", "z"), ("sinh", "g"), ("tanh", "g"), ("tan", "g"), ("erf", "u"), ("softplus", "u")],
)
def test_coordinate(phi, kind):
    assert points.coordinate(activation(phi)) == kind


def test_labels_follow_from_the_point():
    candidate = points.complete(template("cubic", X=((1,), (2,))), "theta", ((F(2),), (F(-1),)))
    assert candidate.instance.data.y == (10 - 2, 68 - 10)
    candidate = points.complete(template("cube", output_weights=(1, -2)), "z", ((F(1, 2), F(1)),))
    assert candidate.instance.data.y == (F(1, 8) - 2,)


def test_labels_of_a_trained_output_layer_use_the_points_weights():
    candidate = points.complete(template("expm1", trained_output=True), "g", ((F(1), F(1, 2)),), (F(0), F(1)))
    assert candidate.instance.data.y == (F(-1, 2),)
    # u^2 + a^2 phi'^2 with u = -1/2, phi' = 1/2, a = 1, and nothing from the silent neuron
    assert exact(total(candidate.instance, term("trace", candidate.point))) == F(1, 2)


def test_generator_values_are_outputs():
    candidate = points.complete(template("tanh"), "g", ((F(3), F(1, 3)),))  # g = exp(2 z), tanh = (g - 1)/(g + 1)
    assert candidate.instance.data.y == (0,)
    z = points.preactivations(activation("tanh"), "g", np.array([3.0]))
    assert tanh(z[0]) == pytest.approx(0.5)


def test_points_without_exact_outputs_are_none():
    assert points.complete(template("tanh"), "z", ((F(1), F(2)),)) is None
    assert points.complete(template("tanh"), "u", ((F(1), F(2)),)) is None  # outside the range


@settings(derandomize=True, deadline=None, max_examples=20)
@given(
    st.sampled_from(["tanh", "erf", "softplus", "sigmoid", "sinh"]),
    st.fractions(F(1, 10), F(9, 10), max_denominator=20),
)
def test_brackets_hold_the_preimage(phi, u):
    point = points.written(activation(phi), "u", ((u,),))
    low = F(point["brackets"][0][0])
    assert activation(phi).numpy()(float(low)) == pytest.approx(float(u), abs=1e-12)


def test_equal_point_is_feasible_for_the_checker():
    candidate = points.complete(template("softplus", 3), "u", ((F(1), F(2), F(1, 2)),))
    assert total(candidate.instance, term("trace", points.equal_point(candidate.instance))) is not None


def test_rationals_are_cheapest_first_and_complete():
    values = grids.rationals(2)
    assert values[:3] == (0, 1, -1)
    assert set(values) == {F(v) for v in ("0", "1", "-1", "2", "-2", "1/2", "-1/2")}


def test_fillings_are_all_combinations():
    assert len(grids.fillings(grids.rationals(2), 3)) == 7**3
    pairs = {tuple(row) for row in grids.fillings(grids.rationals(2), 2, 2)}
    assert len(pairs) == 28
    assert all(a <= b for a, b in pairs)


def test_extremes_are_in_the_pool():
    pool = grids.with_extremes(grids.rationals(13), 5, 2)
    assert {F(1, 256), F(256)} <= set(pool)
    assert len(pool) ** 2 <= grids.MOST

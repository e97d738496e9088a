"""Shrinking: smaller by steps, never past the predicate."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.falsify.local import claim, values
from theorycheck.claims import attacks
from theorycheck.claims.attacks import points
from theorycheck.claims.attacks.grids import cost
from theorycheck.falsify.search import falsify
from theorycheck.falsify.shrink import shrink, simpler
from theorycheck.falsify.two_layer import SETTING
from theorycheck.falsify.two_layer.steps import price, steps
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.networks import TwoLayer

F = Fraction


def cube(rows, X, m):
    template = Instance(Dataset(X=X, y=[0] * len(X)), TwoLayer(m, "cube"))
    return points.complete(template, "z", rows)


def stationary(candidate):
    return attacks.SPURIOUS_STATIONARY.violation(candidate) is not None


def test_a_large_witness_becomes_the_notes():
    rows = ((F(7, 3), F(0), F(0)), (F(5), F(5), F(0)))
    large = cube(rows, ((1, 0, 0), (0, F(3, 2), 0)), 3)
    assert stationary(large)
    smallest, tries = shrink(large, stationary, 20, SETTING)
    assert smallest.instance.data.X == ((1,),)
    assert points.values_of(smallest.point) == ((1, 0),)
    assert tries > 0


def test_every_step_is_tested_exactly():
    large = cube(((F(2), F(0)),), ((1,),), 2)
    seen = []

    def holds(candidate):
        seen.append(candidate)
        return False

    same, tries = shrink(large, holds, 5, SETTING)
    assert same == large
    assert len(seen) >= tries > 0


def test_no_time_means_no_steps():
    large = cube(((F(2), F(0)),), ((1,),), 2)
    assert shrink(large, stationary, 0.0, SETTING)[1] == 0


def test_normal_form_sorts_neurons():
    unsorted = cube(((F(0), F(1)),), ((1,),), 2)
    assert points.values_of(shrink(unsorted, stationary, 5, SETTING)[0].point) == ((1, 0),)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.fractions(-20, 20, max_denominator=30))
def test_simpler_numbers_are_simpler(v):
    assert all(cost(w) < cost(v) for w in simpler(v))


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.lists(st.fractions(-2, 2, max_denominator=5), min_size=2, max_size=3))
def test_steps_are_whole_candidates(row):
    candidate = cube((tuple(row),), ((1,),), len(row))
    for step in steps(candidate):
        z = points.values_of(step.point)[0]
        assert step.instance.data.y == (sum(v**3 for v in z),)
        assert len(price(step)) == 2


def test_shrinking_keeps_what_the_user_fixed():
    fixed = {"activation": "cube", "m": 3, "n": 2}
    found = falsify(claim(attacks.SPURIOUS_STATIONARY), "increasing_activation", fixed, 20)
    assert (found.instance.network.width, found.instance.data.n) == (3, 2)
    assert {v for row in values(found) for v in row} <= {0, 1}

"""The search's view of plainly trained ReLU networks: what is fixed, where it looks, how it shrinks, what it tells."""

import json
from fractions import Fraction as F

import attrs
import pytest

from theorycheck.certificates.build import number
from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_instances as I
from theorycheck.claims.attacks.exactly import less
from theorycheck.claims.claim import Attack, Candidate, Claim, Conclusion, Mark, Source, Violation
from theorycheck.claims.store import find
from theorycheck.errors import InvalidClaim, InvalidInstance
from theorycheck.falsify import relu
from theorycheck.falsify.assumed import Assumed
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.kinds import setting_of
from theorycheck.falsify.relu import fixed, space, steps, told
from theorycheck.falsify.search import falsify
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

SETTING = relu.SETTING
POINT = {"W_plus": [["1", "1/3"], ["2", "0"]], "W_minus": [["0", "-5/7"]]}
TWO = ReluInstance(Dataset([[1, 0], ["1/7", 2]], [1, -1]), (2, 1), "1/2")


def _claim(*assumptions, attacks=()):
    """Not true: no two samples have the inner product zero."""
    return Claim(
        key="test2024.relu", title="t", statement="s", latex="s", source=Source("0", "t", Mark.DERIVED),
        assumptions=assumptions, conclusion=Conclusion("c", "c", "c"), checks=(), instances=lambda s, k: TWO,
        attacks=attacks, setting="relu",
    )  # fmt: skip


def _violation(candidate):
    """The first label is 1 at two samples or more: easy to find, easy to shrink."""
    data = candidate.instance.data
    if data.n < 2 or data.y[0] != 1:
        return None
    part = less("the label", ("0", [number("0")]), ("y_1", [number(str(data.y[0]))]))
    return Violation("first label", "<= 0", str(data.y[0]), 1.0, (part,))


def _candidates(where):
    yield from (Candidate(one, {}) for one in reversed(where.instances[:40]))


ATTACK = Attack("labels", _candidates, _violation)


# ---- what is fixed ---------------------------------------------------------------------------------------------------


def test_texts_and_values_are_read():
    given = {"X": "1,0;0,1/2", "y": "1,-1", "width": "2,3", "slope": "1/4", "loss": "hinge", "seed": "0"}
    found = fixed.read(given)
    assert found["X"] == ((1, 0), (0, F(1, 2)))
    assert (found["width"], found["slope"], found["n"], found["d"], found["seed"]) == ((2, 3), F(1, 4), 2, 2, 0)
    assert fixed.read({"data": TWO.data})["y"] == (1, -1)
    assert fixed.respects(TWO, fixed.read({"data": TWO.data, "slope": "0.5"}))
    assert not fixed.respects(TWO, fixed.read({"width": 2}))
    assert fixed.respects(attrs.evolve(TWO, width=2), fixed.read({"width": 2}))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"slope": "2"}, "from 0"), ({"slope": "-1/2"}, "from 0"), ({"loss": "ce"}, "logistic, square, hinge"),
        ({"width": "0"}, "at least 1"), ({"width": "1,2,3"}, "3 widths"), ({"seed": "-1"}, "at least 1"),
        ({"X": "1,0;0,1", "y": "1"}, "do not fit"), ({"X": "1,0;0", "y": "1,1"}, "do not fit"),
        ({"init": "-1"}, "positive"), ({"signs": "both"}, "balanced"), ({"n": "two"}, "not a finite number"),
    ],
)  # fmt: skip
def test_bad_values_get_one_line(given, words):
    with pytest.raises(InvalidInstance, match=words) as raised:
        fixed.read(given)
    assert "\n" not in str(raised.value)


def test_unknown_names_and_labels_that_fit_no_loss():
    with pytest.raises(InvalidClaim, match="slope"):
        fixed.read({"slop": 1})
    claim = _claim(A.LOGISTIC)
    with pytest.raises(InvalidInstance, match="labels 1 and -1"):
        falsify(claim, fixed={"X": "1;2", "y": "1,3", "loss": "logistic"})


# ---- where it looks --------------------------------------------------------------------------------------------------


def test_instances_keep_the_rest_and_break_what_is_dropped():
    claim = _claim(A.LOGISTIC, A.LEAKY, A.FIXED, A.NEARLY, A.SMALL_START)
    for drop in ("nearly_orthogonal", "logistic_loss", "leaky_activation", "fixed_outputs", "small_start"):
        assumed, where = space.space(Assumed.of(claim, drop, space.subject), {}, drop)
        assert where.instances, drop
        dropped = next(a for a in claim.assumptions if a.name == drop)
        for one in where.instances[:30]:
            assert dropped.margin(one).holds is False
            assert all(a.margin(one).holds for a in assumed.kept)
        assert not assumed.also_broken or drop != "logistic_loss"


def test_memory_of_margins_is_the_measurement():
    """What is remembered by topic is what a fresh measurement gives."""
    everything = (A.LOGISTIC, A.LEAKY, A.FIXED, A.NEARLY, A.SMALL_START, A.SMALL_STEP, A.ENOUGH, A.ANTIPODAL)
    assumed = Assumed.of(_claim(*everything), None, space.subject)
    for one in list(space._instances({}))[::37]:
        for a in everything:
            assert assumed.margin(a, one) == a.margin(one), (a.name, one)


def test_smallest_first_and_fixed_things_stay():
    instances = list(space._instances({}))
    assert (instances[0].data.n, instances[0].data.d, instances[0].width) == (1, 1, (1, 1))
    only = list(space._instances(fixed.read({"X": "1,0;0,1", "y": "1,-1", "slope": "1/3", "outputs": "fixed"})))
    assert {(one.data.n, one.slope, one.outputs) for one in only} == {(2, F(1, 3), "fixed")}


# ---- shrinking -------------------------------------------------------------------------------------------------------


def test_steps_keep_points_and_networks_of_one_shape():
    one = Candidate(TWO, POINT)
    found = list(steps.steps(one))
    assert all(steps.same_kind(c.instance, c.point) for c in found)
    sizes = {(c.instance.data.n, c.instance.data.d, c.instance.width) for c in found}
    assert {(1, 2, (2, 1)), (2, 1, (2, 1)), (2, 2, (1, 1))} <= sizes
    trained = ReluInstance(TWO.data, 2, outputs="trained", loss="square")
    layered = Candidate(trained, {"a": ["1", "-1/2"], "W": [["1", "0"], ["1/3", "2"]]})
    assert all(steps.same_kind(c.instance, c.point) for c in steps.steps(layered))
    assert any(c.instance.width == (1,) and c.point["a"] == ["1"] for c in steps.steps(layered))


def test_the_smallest_sizes_have_no_step_below_them():
    least = Candidate(ReluInstance(Dataset([[0]], [1]), 1, init=0), {"W_plus": [["0"]], "W_minus": [["0"]]})
    assert all(steps.price(c)[0] == steps.price(least)[0] for c in steps.steps(least))
    assert not [c for c in steps.steps(least) if steps.price(c) < steps.price(least)]


def test_normal_form_sorts_neurons_and_takes_weights_along():
    point = {"a": ["-1", "2", "2"], "W": [["1"], ["3"], ["5"]]}
    trained = ReluInstance(Dataset([[1]], [1]), 3, outputs="trained", loss="square")
    (form,) = steps.forms(Candidate(trained, point))
    assert form.point == {"a": ["2", "2", "-1"], "W": [["5"], ["3"], ["1"]]}
    assert not list(steps.forms(Candidate(TWO, {})))


# ---- end to end ------------------------------------------------------------------------------------------------------


def test_a_search_finds_shrinks_certifies_and_tells():
    found = falsify(_claim(A.LOGISTIC, A.FIXED, attacks=(ATTACK,)), seconds=20)
    assert isinstance(found, Counterexample)
    assert (found.instance.data.n, found.instance.width) == (2, (1, 1))
    assert found.certificate.verify()
    document = json.loads(json.dumps(found.to_json()))
    assert document["instance"]["normalisation"] == found.instance.normalisation
    assert document["instance"]["X"] == [[str(v) for v in row] for row in found.instance.data.X]
    assert "first label" in str(found)
    assert r"\sigma(z)" in found.to_latex()


def test_a_claim_without_attacks_survives():
    assert isinstance(falsify(_claim(A.LOGISTIC), seconds=5), Survived)


def test_kept_inequalities_stand_in_the_certificate():
    claim = _claim(A.LOGISTIC, A.FIXED, A.LEAKY, A.NEARLY, attacks=(ATTACK,))
    found = falsify(claim, seconds=20)
    assert isinstance(found, Counterexample)
    roles = [part["role"] for part in found.certificate.document["parts"]]
    assert roles[:2] == ["keeps nearly_orthogonal", "keeps nearly_orthogonal (2)"]
    dropped = falsify(claim, drop="nearly_orthogonal", seconds=20)
    assert isinstance(dropped, Counterexample)
    assert any(p["role"].startswith("breaks nearly_orthogonal") for p in dropped.certificate.document["parts"])


def test_words_on_one_line():
    assert told.point_line(POINT) == "W_plus = (1, 1/3); (2, 0), W_minus = (0, -5/7)"
    assert told.point_line({}) == ""
    assert told.one_line(I.fixed(I.ONE, 1)) == "γ = 1/2, m = 1+1, x = (1), y = (1), logistic"
    large = ReluInstance(Dataset([[k] * 40 for k in range(1, 9)], [1] * 8), 1)
    assert "x: 8 x 40" in told.one_line(large)
    assert r"8\times40" in "".join(told.latex(large, {}))
    assert r"W_+=\begin{pmatrix}" in "".join(told.latex(TWO, POINT))


def test_the_kind_is_known():
    assert setting_of(_claim()) is SETTING
    assert setting_of(find("gatmiry2024.thm1")) is not SETTING

"""Forged certificates about two-layer ReLU networks: sealed with care, and false."""

import time
from fractions import Fraction

import pytest

from theorycheck.certificates import build, check, relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

NOT_BELIEVED = (check.Refused, CertificateError)
TINY = Fraction(1, 10**12)


def fixed(X, y, width=3, slope="1/2", loss="logistic"):
    return ReluInstance(Dataset(X, y), width=width, slope=slope, loss=loss).document


def trained(X, y, width=2, slope=0, loss="square"):
    return ReluInstance(Dataset(X, y), width=width, slope=slope, loss=loss, outputs="trained").document


def forged(kind, about, **fields):
    """What the checker says of a document that bears the statement that the checker itself finds."""
    body = {"kind": kind, "statement": "", **fields}
    try:
        return sealed(body, about).verify()
    except check.Refused as reason:
        told = str(reason).partition("what is proved is: ")[2]
        if not told:
            raise
    return sealed({**body, "statement": told}, about).verify()


def sealed(body, about):
    document = {"format": check.FORMAT, **body, "instance": about, "instance_digest": check.digest(about)}
    document |= {"claim": None, "claim_digest": check.digest(None)}
    return Certificate({**document, "seal": check.digest(document)})


def believed(kind, about, **fields):
    try:
        return forged(kind, about, **fields)
    except NOT_BELIEVED:
        return None


def data(part):
    return {key: value for key, value in part.items() if key not in ("kind", "statement")}


# ---- margins ---------------------------------------------------------------------------------------------------------

AXES = fixed([[1, 0], [0, 1]], [1, -1])
KKT = {
    "point": {"W_plus": [["4/5", "-2/5"]], "W_minus": [["-2/5", "4/5"]]},
    "multipliers": ["4/5", "4/5"],
}
RELU = fixed([[1, 0], [0, 1]], [1, -1], 1, 0)
KINKED = {
    "point": {"W_plus": [["1", "0"]], "W_minus": [["0", "1"]]},
    "multipliers": ["1", "1"],
    "kinks": [[0, 1, "0"], [1, 0, "0"]],
}
near = str(Fraction(4, 5) + TINY)
FALSE_KKT = {
    "a longer point": {**KKT, "point": {"W_plus": [["8/5", "-4/5"]], "W_minus": [["-4/5", "8/5"]]}},
    "a margin below 1": {**KKT, "point": {"W_plus": [["2/5", "-1/5"]], "W_minus": [["-1/5", "2/5"]]}},
    "not quite stationary": {**KKT, "point": {"W_plus": [[near, "-2/5"]], "W_minus": [["-2/5", "4/5"]]}},
    "another multiplier": {**KKT, "multipliers": [near, "4/5"]},
    "a negative multiplier": {**KKT, "multipliers": ["4/5", "-4/5"]},
    "multipliers of the other normalisation": {**KKT, "multipliers": ["12/5", "12/5"]},
    "one multiplier too few": {**KKT, "multipliers": ["4/5"]},
    "swapped signs": {**KKT, "point": {"W_plus": KKT["point"]["W_minus"], "W_minus": KKT["point"]["W_plus"]}},
    "too few neurons": {**KKT, "point": {**KKT["point"], "W_plus": [["4/5", "-2/5"]] * 2}},
    "counts that are wrong": {**KKT, "point": {**KKT["point"], "counts_plus": [2]}},
    "counts that are negative": {
        **KKT,
        "point": {"W_plus": [["4/5", "-2/5"]] * 2, "W_minus": KKT["point"]["W_minus"], "counts_plus": [4, -1]},
    },
    "kinks where there are none": {**KKT, "kinks": [[0, 0, "1"]]},
    "no kinks where there are some": {},
}


def test_the_honest_ones_are_believed():
    assert believed("kkt", AXES, **KKT)
    assert believed("kkt", RELU, **KINKED)
    assert believed("limits", AXES, multipliers=["4/5", "4/5"])


@pytest.mark.parametrize("name", FALSE_KKT)
def test_no_kkt_point(name):
    assert not believed("kkt", AXES, **FALSE_KKT[name])


@pytest.mark.parametrize(
    "kinks",
    [
        [[0, 1, "0"]],
        [[0, 1, "0"], [1, 0, "1/9"]],
        [[0, 1, "-1"], [1, 0, "0"]],
        [[0, 1, "0"], [1, 0, "0"], [0, 1, "0"]],
        [[0, 0, "1"], [0, 1, "0"], [1, 0, "0"]],
        [[1, 0, "0"], [0, 1, "0"]],
        [[False, 1, "0"], [1, 0, "0"]],
        [[0, 1, "0"], [1.0, 0, "0"]],
        {},
        "",
    ],
)
def test_slopes_at_kinks_that_are_none(kinks):
    assert not believed("kkt", RELU, **{**KINKED, "kinks": kinks})
    assert not believed("kkt", RELU, point=KINKED["point"], multipliers=KINKED["multipliers"])


def test_a_sample_inside_the_margin_is_seen_though_the_others_are_well():
    """The third sample has label + and lies where the network is negative."""
    about = fixed([[1, 0], [0, 1], [1, 1]], [1, -1, 1])
    assert not believed("kkt", about, point=KKT["point"], multipliers=["4/5", "4/5", "0"])


def test_a_network_with_trained_outputs_has_no_such_kkt_point():
    about = trained([[1]], [1], 1, "1/2", "logistic")
    assert not believed("kkt", about, point={"a": ["1"], "W": [["1"]]}, multipliers=["1"])


@pytest.mark.parametrize(
    ("about", "multipliers"),
    [
        (AXES, ["4/5", near]),
        (AXES, ["4/5", "0"]),
        (AXES, ["-4/5", "-4/5"]),
        (fixed([[1, 0], [0, 1]], [1, -1], 3, 0), ["1", "1"]),
        (fixed([[1, 0], [0, 1]], [1, -1], loss="hinge"), ["4/5", "4/5"]),
        (fixed([[1, 0], [0, 1]], [1, -1], (3, 4)), ["4/5", "4/5"]),
        (fixed([[1, 0], [3, 0], [0, 1]], [1, 1, -1]), ["1/10", "7/30", "4/5"]),  # K λ = (1, 3, 1)
        (fixed([[1, 0], [1, 1]], [1, -1]), ["1", "1"]),
        (trained([[1, 0], [0, 1]], [1, -1], 2, "1/2", "logistic"), ["4/5", "4/5"]),
    ],
)
def test_limits_that_are_none(about, multipliers):
    assert not believed("limits", about, multipliers=multipliers)


PAIRS = fixed([[1, 0], [-1, 0], [0, 1], [0, -1]], [1, 1, -1, -1], 2)
HALVES = {"multipliers": ["1/2", "1/2", "0", "0"]}
PATTERN = {"plus": [[1, 1, 0, 0], [0, 0, 1, 1]], "minus": [[0, 0, 0, 0]]}
FALSE_EXCLUSIONS = {
    "one multiplier too large": {"multipliers": [str(Fraction(1, 2) + TINY), "1/2", "0", "0"]},
    "no multipliers": {"multipliers": ["0"] * 4},
    "a negative multiplier": {"multipliers": ["-1/2", "-1/2", "0", "0"]},
    "signs that cancel, but not the labels'": {"multipliers": ["1", "1", "-1/2", "-1/2"]},
    "a multiplier too few": {"multipliers": ["1/2", "1/2", "0"]},
    "another sample": {"multipliers": ["1/2", "0", "1/2", "0"]},
    "a pattern that tells both apart": {**HALVES, "pattern": {**PATTERN, "plus": [[1, 0, 0, 0]]}},
    "one neuron that tells both apart": {**HALVES, "pattern": {**PATTERN, "minus": [[0, 0, 0, 0], [0, 1, 0, 0]]}},
    "more rows than neurons": {**HALVES, "pattern": {**PATTERN, "plus": [[1, 1, 0, 0]] * 3}},
    "no rows": {**HALVES, "pattern": {**PATTERN, "plus": []}},
    "one side only": {**HALVES, "pattern": {"plus": PATTERN["plus"]}},
    "short rows": {**HALVES, "pattern": {**PATTERN, "plus": [[1, 1, 0]]}},
    "slopes that are none": {**HALVES, "pattern": {**PATTERN, "plus": [[2, 2, 0, 0]]}},
    "flags": {**HALVES, "pattern": {**PATTERN, "plus": [[True, True, 0, 0]]}},
    "rows of a third sign": {**HALVES, "pattern": {**PATTERN, "none": [[0, 0, 0, 0]]}},
}


@pytest.mark.parametrize("name", FALSE_EXCLUSIONS)
def test_margins_that_are_not_excluded(name):
    assert "with the slopes of the labels no weights" in believed("no margin", PAIRS, **HALVES)
    assert "any number of each" in believed("no margin", PAIRS, **HALVES, pattern=PATTERN)
    assert not believed("no margin", PAIRS, **FALSE_EXCLUSIONS[name])


@pytest.mark.parametrize(
    "about",
    [
        AXES,  # has a point with positive margins
        fixed([[1, 0], [-1, 0]], [1, -1]),  # y x is e_1 twice
        fixed([[1, 0], [-1, TINY]], [1, 1]),
        fixed([[1, 0], [-1, 0]], [1, 2], loss="square"),
        trained([[1, 0], [-1, 0]], [1, 1], 2, "1/2", "logistic"),
    ],
)
def test_no_other_instance_has_no_margin(about):
    assert not believed("no margin", about, multipliers=["1/2", "1/2"])
    assert believed("no margin", fixed([[1, 0], [-1, 0]], [1, 1]), multipliers=["1/2", "1/2"])


def test_opposite_samples_of_other_labels_are_only_a_problem_without_a_kink():
    """x and 2x of other labels cancel for any slopes; e_1 and -e_1 never do where the labels differ."""
    assert believed("no margin", fixed([[2, 4], [1, 2]], [1, -1], slope=1), multipliers=["1", "2"])
    assert not believed("no margin", fixed([[2, 4], [1, 2]], [1, -1], slope="1/2"), multipliers=["1", "2"])
    same = {"plus": [[1, 1], [0, 0]], "minus": [[0, 0]]}
    assert believed("no margin", fixed([[2, 4], [1, 2]], [1, -1]), multipliers=["1", "2"], pattern=same)


def test_limits_need_the_slopes_of_the_labels():
    """K λ = 1 with λ > 0, but v_- does not have the sign of the labels on the first sample."""
    about = fixed([[3, 0, 0], [0, 3, 1], [1, 0, 4]], [1, -1, 1], (2, 5))
    lam = ["29057/527472", "511/3996", "749/15984"]
    with pytest.raises(CertificateError, match="these slopes"):
        relu_build.limits_part(about, lam)


# ---- quantities ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["1", "10/9 ", "20/18", "1.1111", str(Fraction(10, 9) + TINY), {"lo": "1", "hi": "2"}, None]
)
def test_a_stable_rank_that_is_another(value):
    term = {"quantity": "stable rank", "point": KKT["point"], "block": "stacked"}
    assert believed("value", AXES, name="it", terms=[term], value="10/9")
    assert not believed("value", AXES, name="it", terms=[term], value=value)


@pytest.mark.parametrize(
    "term",
    [
        {"quantity": "stable rank", "block": "all"},
        {"quantity": "stable rank"},
        {"quantity": "margin"},
        {"quantity": "margin", "entry": [2]},
        {"quantity": "margin", "entry": [-1]},
        {"quantity": "margin", "entry": [True]},
        {"quantity": "margin", "entry": [0, 0]},
        {"quantity": "trace"},
        {"quantity": "agreement"},
    ],
)
def test_quantities_that_are_none(term):
    for value in ("1", "0", "2"):
        assert not believed("value", AXES, name="it", terms=[{**term, "point": KKT["point"]}], value=value)


def test_the_stable_rank_of_nothing():
    point = {"W_plus": [["0", "0"]], "W_minus": [["1", "0"]]}
    term = {"quantity": "stable rank", "point": point, "block": "plus"}
    for value in ("0", "1"):
        assert not believed("value", AXES, name="it", terms=[term], value=value)


def test_a_ball_is_not_drawn_closer():
    term = {"quantity": "loss", "point": KKT["point"]}
    honest = relu_build.build.value_parts(AXES, "it", [term])["value"]
    assert believed("value", AXES, name="it", terms=[term], value=honest)
    for changed in ({**honest, "lo": honest["hi"]}, {**honest, "lo": "0"}, honest["lo"]):
        assert not believed("value", AXES, name="it", terms=[term], value=changed)


# ---- alignment -------------------------------------------------------------------------------------------------------

FOUR = trained([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"])
SQUARE = trained([[1, 0], [0, 1], [0, 0]], [1, 1, 5])
FALSE_EXTREMAL = {
    "another length": (FOUR, {"D": ["4", "1/2"], "side": 1}),
    "the other side": (FOUR, {"D": ["2", "1/4"], "side": -1}),
    "almost": (FOUR, {"D": ["2", str(Fraction(1, 4) + TINY)], "side": 1}),
    "not zero": (FOUR, {"D": ["2", "1/4"], "side": 0, "witness": ["2", "1/4"]}),
    "zero with a side": (FOUR, {"D": ["0", "0"], "side": 1}),
    "a witness that is none": (FOUR, {"D": ["0", "0"], "side": 0, "witness": ["1", "0"]}),
    "a witness beside": (FOUR, {"D": ["2", "1/4"], "side": 1, "witness": ["2", "1/4"]}),
    "weights without a kink": (FOUR, {"D": ["2", "1/4"], "side": 1, "weights": [[0, "1"]]}),
    "a weight above 1": (SQUARE, {"D": ["1/3", "1/3"], "side": 1, "weights": [[1, "2"]]}),
    "no weight": (SQUARE, {"D": ["1/3", "0"], "side": 1}),
    "another weight": (SQUARE, {"D": ["1/3", "0"], "side": 1, "weights": [[1, "1/2"]]}),
    "a weight of a zero sample": (SQUARE, {"D": ["1/3", "0"], "side": 1, "weights": [[1, "0"], [2, "1"]]}),
    "a side that is a flag": (SQUARE, {"D": ["1/3", "0"], "side": True, "weights": [[1, "0"]]}),
    "nowhere": (SQUARE, {"D": ["0", "0"], "side": 0, "witness": ["0", "0"], "weights": [[0, "0"], [1, "0"]]}),
}


@pytest.mark.parametrize("name", FALSE_EXTREMAL)
def test_no_extremal_vector(name):
    about, fields = FALSE_EXTREMAL[name]
    assert believed("extremal", FOUR, D=["2", "1/4"], side=1)
    assert believed("extremal", SQUARE, D=["1/3", "0"], side=1, weights=[[1, "0"]])
    assert not believed("extremal", about, **fields)


LIST = [{"D": ["2", "1/4"], "side": 1}, {"D": ["7/4", "0"], "side": -1}]
FALSE_LISTS = {
    "one missing": {"list": LIST[:1]},
    "the other missing": {"list": LIST[1:]},
    "one too many": {"list": [*LIST, {"D": ["0", "0"], "side": 0}]},
    "one twice": {"list": [*LIST, LIST[0]]},
    "another side": {"list": [LIST[0], {**LIST[1], "side": 1}]},
    "another vector": {"list": [LIST[0], {"D": [str(Fraction(7, 4) + TINY), "0"], "side": -1}]},
    "cells": {"cells": 3},
    "cells as a flag": {"cells": True},
    "cells as a text": {"cells": "4"},
    "no reading": {"reading": "both"},
    "a dictionary": {"list": {}},
}


@pytest.mark.parametrize("name", FALSE_LISTS)
def test_no_complete_list(name):
    assert believed("extremal list", FOUR, list=LIST, cells=4, reading="weights")
    assert not believed("extremal list", FOUR, **{"list": LIST, "cells": 4, "reading": "weights", **FALSE_LISTS[name]})


def test_readings_are_told_apart():
    """Parallel samples of opposite labels: with weights of their own they balance on the kink."""
    about = trained([[1, 0], [0, 1], [0, -1], [0, 3]], [1, 1, 1, -1])
    lists = {reading: data(relu_build.extremal_list_part(about, reading=reading)) for reading in ("weights", "limits")}
    assert lists["weights"]["list"] != lists["limits"]["list"]
    for reading, other in (("weights", "limits"), ("limits", "weights")):
        assert believed("extremal list", about, **lists[reading])
        assert not believed("extremal list", about, **{**lists[reading], "reading": other})


@pytest.mark.parametrize("side", [1, -1, 0])
def test_every_entry_that_is_left_out_is_missed(side):
    """Faces of all kinds in degenerate position: each entry counts."""
    about = trained([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 2], [1, 1, 0], [0, 0, 0]], [1, 1, -1, -1, 1, 4])
    part = data(relu_build.extremal_list_part(about))
    assert any(entry["side"] == side for entry in part["list"])
    for k, entry in enumerate(part["list"]):
        assert entry["side"] != side or not believed(
            "extremal list", about, **{**part, "list": part["list"][:k] + part["list"][k + 1 :]}
        )


# ---- fits, rest, steps -----------------------------------------------------------------------------------------------

FITS = {"split": ["1", "0"], "beta_plus": ["1", "1/2"], "beta_minus": ["7/8", "0"]}
CORNER = trained([[1, 0], [0, 1]], [1, 1], 1)
FALSE_FITS = {
    "another fit": (FOUR, {**FITS, "beta_plus": ["1", str(Fraction(1, 2) + TINY)]}),
    "sides swapped": (FOUR, {**FITS, "beta_plus": ["7/8", "0"], "beta_minus": ["1", "1/2"]}),
    "another split": (FOUR, {**FITS, "split": ["0", "1"]}),
    "no split": (FOUR, {**FITS, "split": ["0", "0"]}),
    "weights without a kink": (FOUR, {**FITS, "weights": [[0, 0, "1"]]}),
    "not the least norm": (CORNER, {"split": ["1", "0"], "beta_plus": ["1", "1"], "beta_minus": ["0", "0"]}),
    "not stationary": (
        CORNER,
        {"split": ["1", "0"], "beta_plus": ["1", "0"], "beta_minus": ["0", "0"], "weights": [[1, 0, "1/2"]]},
    ),
    "a weight of a neuron that is 0": (
        CORNER,
        {"split": ["1", "0"], "beta_plus": ["1", "0"], "beta_minus": ["0", "0"], "weights": [[1, 0, "0"], [1, 1, "0"]]},
    ),
    "leaky": (
        trained([[1, 0]], [1], 1, "1/2"),
        {"split": ["1", "0"], "beta_plus": ["1", "0"], "beta_minus": ["0", "0"]},
    ),
    "another loss": (
        trained([[1, 0]], [1], 1, 0, "logistic"),
        {"split": ["1", "0"], "beta_plus": ["1", "0"], "beta_minus": ["0", "0"]},
    ),
}


@pytest.mark.parametrize("name", FALSE_FITS)
def test_no_two_sided_fit(name):
    about, fields = FALSE_FITS[name]
    assert believed("two-sided", FOUR, **FITS)
    assert not believed("two-sided", about, **fields)


FALSE_REST = {
    "a gradient in a row": (CORNER, {"point": {"a": ["1"], "W": [["1", str(TINY)]]}}),
    "a gradient in an output weight": (CORNER, {"point": {"a": ["0"], "W": [["1", "0"]]}}),
    "no slope at the kink": (CORNER, {"point": {"a": ["1"], "W": [["1", "0"]]}}),
    "a slope that does not help": (CORNER, {"point": {"a": ["1"], "W": [["1", "0"]]}, "kinks": [[1, 0, "1/9"]]}),
    "a slope of no kink": (CORNER, {"point": {"a": ["0"], "W": [["-1", "-1"]]}, "kinks": [[0, 0, "0"]]}),
    "another loss": (trained([[1]], [1], 1, 0, "hinge"), {"point": {"a": ["0"], "W": [["0"]]}}),
    "a wrong shape": (CORNER, {"point": {"a": ["0", "0"], "W": [["0", "0"], ["0", "0"]]}}),
    "another point": (CORNER, {"point": {"W_plus": [["0", "0"]], "W_minus": [["0", "0"]]}}),
}


@pytest.mark.parametrize("name", FALSE_REST)
def test_no_point_at_rest(name):
    about, fields = FALSE_REST[name]
    assert believed("still", CORNER, point={"a": ["1"], "W": [["1", "0"]]}, kinks=[[1, 0, "0"]])
    assert not believed("still", about, **fields)


START = {"W_plus": [["-1", "1"]], "W_minus": [["-1", "1"]]}
FALSE_DEAD = {
    "an active one": (RELU, {"point": START, "samples": [1]}),
    "both": (RELU, {"point": START, "samples": [0, 1]}),
    "none": (RELU, {"point": START, "samples": []}),
    "twice": (RELU, {"point": START, "samples": [0, 0]}),
    "beyond": (RELU, {"point": START, "samples": [-2]}),
    "a flag": (RELU, {"point": START, "samples": [False]}),
    "at its kink": (RELU, {"point": {**START, "W_minus": [["0", "1"]]}, "samples": [0]}),
    "one sign alive": (RELU, {"point": {**START, "W_minus": [["1", "1"]]}, "samples": [0]}),
    "leaky": (fixed([[1, 0], [0, 1]], [1, -1], 1, "1/10"), {"point": START, "samples": [0]}),
    "not orthogonal": (
        fixed([[1, 0], [str(TINY), 1]], [1, -1], 1, 0),
        {"point": START, "samples": [0]},
    ),
}


@pytest.mark.parametrize("name", FALSE_DEAD)
def test_no_dead_sample(name):
    about, fields = FALSE_DEAD[name]
    assert believed("dead", RELU, point=START, samples=[0])
    assert not believed("dead", about, **fields)


STEPS = {"start": {"W_plus": [["1", "1"]], "W_minus": [["1", "-1/3"]]}, "eta": "1/2", "steps": 1}
HINGE = fixed([[1, 0], [0, 1]], [1, -1], 1, "1/2", "hinge")


def one(quantity, relation, bound, **more):
    return {"found": [{"quantity": quantity, "relation": relation, "bound": bound, **more}]}


def test_a_step_by_hand():
    w, u = (Fraction(5, 4), Fraction(3, 4)), (Fraction(3, 4), Fraction(-5, 24))
    norm = sum(v * v for v in (*w, *u))
    first, second = w[0] - u[0], w[1] - u[1] / 2
    loss = (max(0, 1 - first) + max(0, 1 + second)) / 2
    found = [*one("norm", "=", str(norm))["found"], *one("loss", "=", str(loss))["found"]]
    found += one("margin", "=", str(-second), entry=[1])["found"] + one("agreement", "=", "1/4")["found"]
    assert believed("steps", HINGE, **STEPS, found=found)
    for quantity, value in (("norm", norm), ("loss", loss)):
        for relation, bound in (("<=", value - TINY), (">=", value + TINY), ("=", value + TINY)):
            assert not believed("steps", HINGE, **STEPS, **one(quantity, relation, str(bound)))


FALSE_STEPS = {
    "no step": {**STEPS, "steps": 0, **one("norm", ">=", "0")},
    "a negative step": {**STEPS, "eta": "-1/2", **one("norm", ">=", "0")},
    "half a step": {**STEPS, "steps": 1.0, **one("norm", ">=", "0")},
    "nothing": {**STEPS, "found": []},
    "an unknown relation": {**STEPS, **one("norm", ">", "0")},
    "an unknown quantity": {**STEPS, **one("time", ">=", "0")},
    "a kink that is not met": {**STEPS, "kink": "1", **one("norm", ">=", "0")},
    "an entry too many": {**STEPS, **one("norm", ">=", "0", entry=[0])},
    "no such row": {**STEPS, **one("moved", ">=", "0", entry=[2])},
    "no entry": {**STEPS, **one("margin", ">=", "-9")},
}


@pytest.mark.parametrize("name", FALSE_STEPS)
def test_no_steps(name):
    assert believed("steps", HINGE, **STEPS, **one("norm", ">=", "0"))
    assert not believed("steps", HINGE, **FALSE_STEPS[name])


def test_a_ball_equals_nothing():
    assert believed("steps", AXES, **{**STEPS, "start": KKT["point"]}, **one("loss", "<=", "1/3"))
    assert not believed("steps", AXES, **{**STEPS, "start": KKT["point"]}, **one("loss", "=", "1/3"))


def test_a_sign_that_is_not_seen_is_not_guessed():
    """x is orthogonal to w until the first step's ball: preactivations that balls cannot tell from 0 are refused."""
    about = fixed([[1, 0], [1, 0]], [1, -1], 1, "1/2")
    start = {"W_plus": [["1", "0"]], "W_minus": [["1", "0"]]}
    found = one("agreement", ">=", "0")
    assert believed("steps", about, start=start, eta="1", steps=3, **found)
    kinked = {"W_plus": [["1/3", "1"]], "W_minus": [["1/3", "1"]]}
    about = fixed([[3, -1], [0, 0]], [1, -1], 1, "1/2")
    assert not believed("steps", about, start=kinked, eta="1", steps=3, **found)
    assert believed("steps", about, start=kinked, eta="1", steps=3, kink="3/4", **found)


# ---- documents that would keep the checker busy ----------------------------------------------------------------------


def test_large_documents_are_refused_at_once():
    started = time.perf_counter()
    long = "1" * 5000
    big = fixed([[1, 0], [0, 1]], [1, -1], 10**9)
    rows = [[long, "1/" + long]] * 900
    point = {"W_plus": rows, "W_minus": [["0", "0"]], "counts_plus": [1] * 899 + [10**9 - 899]}
    term = {"quantity": "stable rank", "point": point, "block": "stacked"}
    believed("value", big, name="it", terms=[term], value="1")
    assert not believed("steps", AXES, start=KKT["point"], eta="1", steps=10**6, **one("norm", ">=", "0"))
    assert not believed("steps", AXES, start=KKT["point"], eta="1e9999", steps=900, **one("norm", "<=", "0"))
    many = trained([[1, k, k * k] for k in range(300)], [1] * 300)
    assert not believed("extremal list", many, list=[], cells=4, reading="weights")
    digits = trained([[f"{k}1{long[:900]}", f"{k + 1}", f"7{k}"] for k in range(60)], [1] * 60)
    assert not believed("extremal list", digits, list=[], cells=4, reading="weights")
    assert time.perf_counter() - started < 20


def test_another_activation_is_refused():
    smooth = ReluInstance(Dataset([[1, 0], [0, 1]], [1, -1]), width=1, activation="tanh", loss="square")
    at = relu_build.fixed_point([[1, 0]], [[0, 1]])
    with pytest.raises(NOT_BELIEVED, match="activation is no"):
        build.value(smooth.document, "the loss", [relu_build.term("loss", at)])

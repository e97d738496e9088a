"""Every number in a certificate about a two-layer ReLU network counts, in its data and in its instance."""

import copy
import json
import re

import pytest

from theorycheck.certificates import build, check, relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError

from .mutations import leaves, refused, replaced, resealed, variants
from .relu_oracles import AXES, LINE, TINY, fixed, trained

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?(/\d+)?")
BOTH_WAYS = fixed([[2, 0], [-1, 0], [0, 1]], [1, 1, -1], (2, 1))
ONE_SIDE = ([[1, 1, 0], [0, 0, 1]], [[0, 0, 0]])
PAIR = relu_build.fixed_point([["4/5", "-2/5"]], [["-2/5", "4/5"]])
RELU = fixed([[1, 0], [0, 1]], [1, -1], (2, 3), 0)
LEAKY = fixed([[1, 2], [-1, 1]], [1, -1], (2, 3), "1/3", "hinge")
SQUARE = trained([[1, 0], [1, 1], [0, 0]], [2, "1/3", 1], 2)
ROWS = relu_build.fixed_point([["1/2", 1]], [[1, "-1/3"], [2, 1]], counts=([2], [1, 2]))
BOTH = relu_build.trained_point([1, "-1/7"], [["1/3", "1/5"], ["2/7", "1/9"]])


def _samples():
    term = relu_build.term
    h = check.fmpq(12, 5)
    lam = [1 / h * 2, 1 / h * 3]
    kkt = relu_build.kkt_part(RELU, relu_build.fixed_point([[1, 0]], [[0, 1]]), lam, {(0, 1): 0, (1, 0): 0})
    half = trained([[1, 0], [0, 1]], [1, 1], 1)
    steps = [("loss", "<=", "1"), ("margin", ">=", "1/9", 1), ("agreement", ">=", "1/2"), ("moved", ">=", 0, 2)]
    dead = relu_build.fixed_point([[-1, 1]], [[-2, 3]])
    parts = {
        "kkt": (LINE, relu_build.kkt_part(LINE, PAIR, ["4/5", 0, "4/5"])),
        "kinks": (RELU, kkt),
        "no margin": (BOTH_WAYS, relu_build.no_margin_part(BOTH_WAYS, ["1/3", "2/3", 0])),
        "no margin of a pattern": (BOTH_WAYS, relu_build.no_margin_part(BOTH_WAYS, [1, 2, 0], ONE_SIDE)),
        "limits": (AXES, relu_build.limits_part(AXES, ["4/5", "4/5"])),
        "cell": (TINY, relu_build.extremal_part(TINY, [2, "1/4"], 1)),
        "face": (half, relu_build.extremal_part(half, ["1/2", 0], 1, {1: 0})),
        "zero": (half, relu_build.extremal_part(half, [0, 0], 0, {0: 0}, [0, -1])),
        "list": (TINY, relu_build.extremal_list_part(TINY)),
        "limits of gradients": (half, relu_build.extremal_list_part(half, reading="limits")),
        "sides": (TINY, relu_build.two_sided_part(TINY, [1, 0], [1, "1/2"], ["7/8", 0])),
        "sides on a kink": (half, relu_build.two_sided_part(half, [1, 0], [1, 0], [0, 0], {(1, 0): 0})),
        "still": (half, relu_build.still_part(half, relu_build.trained_point([1], [[1, 0]]), {(1, 0): 0})),
        "dead": (RELU, relu_build.dead_part(RELU, dead, [0])),
        "steps": (LEAKY, relu_build.steps_part(LEAKY, ROWS, "1/4", 3, [("loss", "<=", 2), ("norm", ">=", 1)])),
        "logistic": (LINE, relu_build.steps_part(LINE, ROWS_OF_ZEROS, 2, 4, steps, kink="3/4")),
        "both": (SQUARE, relu_build.steps_part(SQUARE, BOTH, "1/9", 3, [("output", "<=", 2, 0)])),
    }
    values = {
        "loss": (LINE, term("loss", PAIR)),
        "spread": (LINE, term("spread", PAIR, times="2/3", power=2)),
        "rank": (AXES, term("stable rank", PAIR, block="stacked")),
        "ball": (LEAKY, term("stable rank", ROWS, block="minus")),
        "output": (SQUARE, term("output", BOTH, 1)),
    }
    less = build.less(LEAKY.document, ("a", [term("margin", ROWS, 0)]), ("b", [term("norm", ROWS)]))
    return {
        **{name: relu_build.sealed(part, about, claim="3 things") for name, (about, part) in parts.items()},
        **{name: build.value(about.document, "it", [t]) for name, (about, t) in values.items()},
        "less": less,
    }


ROWS_OF_ZEROS = relu_build.fixed_point([[0, 0]] * 3, [[0, 0]], counts=([1, 1, 1], [3]))
SAMPLES = _samples()


@pytest.mark.parametrize("name", SAMPLES)
def test_it_holds_as_it_is(name):
    assert SAMPLES[name].verify() == SAMPLES[name].statement
    assert json.loads(json.dumps(SAMPLES[name].document)) == SAMPLES[name].document


@pytest.mark.parametrize("name", SAMPLES)
def test_a_changed_number_fails_sealed_or_not(name):
    doc, tried = SAMPLES[name].document, 0
    for path, value in leaves(doc):
        for other in variants(value):
            changed = replaced(doc, path, other)
            assert refused(changed), (path, value, other)
            if path != ("seal",):
                assert refused(resealed(changed)), (path, value, other)
                tried += 1
    assert tried > 50


@pytest.mark.parametrize("name", SAMPLES)
def test_a_changed_instance_fails_with_its_digest_made_again(name):
    doc = SAMPLES[name].document
    for path, value in leaves(doc["instance"]):
        for other in variants(value):
            changed = replaced(doc, ("instance", *path), other)
            changed["instance_digest"] = check.digest(changed["instance"])
            assert refused(resealed(changed)), (path, value, other)


@pytest.mark.parametrize("name", SAMPLES)
def test_what_still_holds_with_another_number_says_so(name):
    """With the statement made again too, a changed certificate may hold, but then it tells what has changed."""
    doc = SAMPLES[name].document
    for path, value in leaves(doc):
        for other in variants(value):
            changed = replaced(doc, path, other)
            changed["instance_digest"] = check.digest(changed["instance"])
            told = _reworded(resealed(changed))
            if told is not None and path[0] not in ("claim", "claim_digest", "seal"):
                same = told["statement"] == doc["statement"]
                assert not same or path[0] in ("statement", "instance_digest"), (path, value, other)


def _reworded(doc):
    """The document with the statement that the checker itself finds; None where it refuses the data."""
    try:
        Certificate(doc).verify()
    except (check.Refused, CertificateError) as reason:
        told = str(reason).partition("what is proved is: ")[2]
        return resealed({**doc, "statement": told}) if told else None
    return doc


@pytest.mark.parametrize("name", SAMPLES)
def test_a_part_that_proves_nothing_fails(name):
    doc = SAMPLES[name].document
    extras = {"note": "3", "kinks": [[0, 0, "1"]], "weights": [[0, "1"]], "kink": "1", "witness": ["1", "1"]}
    for key, value in extras.items():
        assert key in doc or refused(resealed({**doc, key: value})), key
    objects = {path[:-1] for path, _ in leaves(doc) if isinstance(path[-1], str) and path[0] not in ("claim",)}
    for place in objects:
        for key in ("extra", "entry", "block", "power"):
            if key not in _at(doc, place) and (key != "power" or place == ()):
                changed = replaced(doc, (*place, key), "plus" if key == "block" else [0])
                changed["instance_digest"] = check.digest(changed["instance"])
                assert refused(resealed(changed)), (place, key)


def _at(doc, place):
    for key in place:
        doc = doc[key]
    return doc


@pytest.mark.parametrize("name", SAMPLES)
def test_a_missing_part_fails(name):
    doc = SAMPLES[name].document
    for path in {leaf[: k + 1] for leaf, _ in leaves(doc) for k in range(len(leaf))}:
        changed = copy.deepcopy(doc)
        place = changed
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]
        if path != ("instance_digest",):
            changed["instance_digest"] = check.digest(changed.get("instance"))
        changed = changed if path == ("seal",) else resealed(changed)
        assert refused(changed), path

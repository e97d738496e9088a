"""Every number in a certificate of each kind counts: changed, it fails, before and after the seal is made again."""

import json
import re
from fractions import Fraction

import pytest

from theorycheck import solve
from theorycheck.certificates import build, check
from theorycheck.exact.brackets import low_end
from theorycheck.exact.problem import problem
from theorycheck.models.networks import TwoLayer

from .mutations import refused, replaced, resealed

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?(/\d+)?")


def _instance(X, y, width, phi, **options):
    return problem(X, y, TwoLayer(width, phi, **options), "half-sum")


def _samples():
    pair = _instance([[1]], [12], 2, "cubic").document
    plane = _instance([[1, 0], [1, 1]], [4, 20], 2, "cubic").document
    curved = build.point("z", [[1, 2]])
    sinh = _instance([[1]], [3], 5, "sinh")
    low = low_end(sinh.phi, Fraction(3, 5))
    outputs = build.point("u", [[Fraction(3, 5)] * 5], [[low] * 5])
    softplus = solve.sharpness([[1]], [4], width=2, activation="softplus").certificate
    return {
        "value": build.value(pair, "the trace", [build.term("trace", curved)], claim={"about": "7 things"}),
        "less": build.less(
            pair,
            ("equal", [build.term("trace", build.point("theta", [["2"], ["1"]]), times="1/2")]),
            ("bound", [build.number(["exp", "5"]), build.number("3/2")]),
        ),
        "velocity": build.value(
            plane,
            "the pull",
            [build.term("velocity", build.point("z", [[0, "1.3788"], ["1", "2"]]), entry=(0, 1))]
            if False
            else [build.term("gradient", build.point("theta", [["1", "1"], ["1", "1"]]), power=2)],
        ),
        "sign": build.sign("the slope", ">", expression=["+", "1", ["*", "3", ["**", "z", "2"]]]),
        "order": build.sign("the third derivative", ">", instance=pair, order=3),
        "rank": build.rank("a matrix", [[1, 2, 3], [2, 4, 7], [3, 6, 10]], claim="3 rows"),
        "rank of nothing": build.rank("a matrix", [[0, 0]]),
        "inputs": build.rank("the inputs", "inputs", instance=plane),
        "convex": build.convex(sinh.document, levels=build.point("u", [["3/5"]], [[low]])),
        "outputs": build.value(sinh.document, "F", [build.term("trace", outputs)]),
        "weights": solve.sharpness([[1]], [1], width=2, activation="cubic", output_weights=[1, 2]).certificate,
        "exponential": solve.sharpness([[1]], [1], width=2, activation="exp", output_weights=[1, -2]).certificate,
        "direction": build.direction(pair, curved, [[13], [-4]]),
        "zero": build.zero("a root", ["x"], [["+", ["**", "x", "2"], "-2"]], ["1.41421356"], "1e-5"),
        "all": build.all_of(pair, {"rank": build.part("rank", pair, **build.rank_parts("X", "inputs", pair))}),
        "pair": solve.sharpness([[1]], [1], width=2, activation="tanh").certificate,
        "cover": build.seal("cover", softplus.document["instance"], **_data(softplus.document["parts"][0])),
        "trained": solve.sharpness([[1]], [2], width=2, activation="sinh", trained_output=True).certificate,
        "pull": solve.sharpness([[1]], [2], width=1, activation="cubic", trained_output=True).certificate,
        "only": solve.sharpness([[1]], ["1/2"], width=1, activation="erf").certificate,
        "near": solve.sharpness([[1], [2]], [6, 30], width=3, activation="sinh", seconds=0.5).certificate,
    }


def _data(part):
    return {key: value for key, value in part.items() if key not in ("kind", "statement", "role")}


SAMPLES = _samples()


def leaves(doc, path=()):
    items = doc.items() if isinstance(doc, dict) else enumerate(doc) if isinstance(doc, list) else ()
    for key, value in items:
        yield from leaves(value, (*path, key))
    if not isinstance(doc, (dict, list)) and doc is not None:
        yield path, doc


def variants(value):
    """Other values in the place of a number, or of each number in a text."""
    return [other for other in _variants(value) if other != value]


def _variants(value):
    """Other values in the place of a number, or of each number in a text."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1, -value - 1)
    elif NUMBER.fullmatch(value):
        q = check.rational(value)
        yield from {str(q + 1), str(-q - 1), str(q + check.fmpq(1, 10**9)), str(2 * q + 1)}
        if q != 0:
            yield str(-q)
    else:
        digits = [m.start() for m in re.finditer(r"\d", value)]
        for k in digits[:: max(1, len(digits) // 4)]:
            yield value[:k] + str((int(value[k]) + 1) % 10) + value[k + 1 :]


def thinned(doc):
    """All leaves, but of long lists of pieces a few."""
    found = [*leaves(doc)]
    return found if len(found) < 400 else found[:60] + found[60:-60:37] + found[-60:]


@pytest.mark.parametrize("name", SAMPLES)
def test_it_holds_as_it_is(name):
    assert SAMPLES[name].verify() == SAMPLES[name].statement
    assert json.loads(json.dumps(SAMPLES[name].document)) == SAMPLES[name].document


@pytest.mark.parametrize("name", SAMPLES)
def test_a_changed_number_fails_sealed_or_not(name):
    doc, tried = SAMPLES[name].document, 0
    for path, value in thinned(doc):
        for other in variants(value):
            changed = replaced(doc, path, other)
            assert refused(changed), (path, value, other)
            if path != ("seal",):
                assert refused(resealed(changed)), (path, value, other)
                tried += 1
    assert tried > 20


@pytest.mark.parametrize("name", SAMPLES)
def test_a_changed_instance_fails_with_its_digest_made_again(name):
    doc = SAMPLES[name].document
    for path, value in leaves(doc["instance"]):
        for other in variants(value):
            changed = replaced(doc, ("instance", *path), other)
            changed["instance_digest"] = check.digest(changed["instance"])
            assert refused(resealed(changed)), (path, value, other)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_part_that_proves_nothing_fails(name):
    doc = SAMPLES[name].document
    assert refused(resealed({**doc, "note": "3"}))
    for path, value in leaves(doc):
        if isinstance(path[-1], str) and path[0] not in ("claim", "instance") and value is not None:
            place = path[:-1]
            assert refused(resealed(replaced(doc, (*place, "extra"), "1")))
            break

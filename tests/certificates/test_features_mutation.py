"""Every number in a certificate about the unconstrained-features model counts, in its data and in its instance."""

import copy
import json
import re

import pytest

from theorycheck.certificates import build, check, features_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError

from .features_oracles import balanced, cut_family, model
from .mutations import leaves, refused, replaced, resealed, variants

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?(/\d+)?")
LINEAR = {"activation": "linear"}
CE = {"loss": "ce", "activation": "linear"}
FACTORS = [[["1/2", "1"], ["0", "-3"]], [["1", "2"], ["-1", "1/3"]], [["1", "0"], ["2", "1/5"]]]


def _sealed(instance, part):
    body = {key: value for key, value in part.items() if key not in ("kind", "statement")}
    return build.seal(part["kind"], instance.document, claim="2 things", **body)


def _samples():
    pair, one = model(2, 2, ("1/20", "1/30", "1/7"), counts=(2, 1)), model(2, 2, "1/20")
    entropy, deep = model(2, 2, "1/30", "ce", counts=(2, 1)), model(4, 2, "0.168139", **CE)
    term, cut, big = features_build.objective_term, cut_family(), model(15, 2, "1/200")
    floor = features_build.floor_part
    parts = {
        "schatten": (pair, floor(pair, "schatten")),
        "product": (model(3, 2, "1/30"), floor(model(3, 2, "1/30"), "product")),
        "jensen": (entropy, floor(entropy, "jensen")),
        "collapsed": (pair, features_build.collapsed_part(pair)),
        "collapsed ce": (deep, features_build.collapsed_part(deep)),
        "optimal": (one, features_build.optimal_part(one)),
        "beaten": (big, features_build.beaten_part(big, balanced(cut, 0.92))),
        "multiple": (big, features_build.multiple_part(big, cut)),
        "layers": (one, features_build.layers_part(one, FACTORS)),
        "output": (one, features_build.output_part(one, FACTORS)),
        "curved": (deep, features_build.curved_part(deep)),
        "root": (deep, features_build.root_part("2", ["+", ["exp", "z"], "-2"], "0.6", "0.7", "z", "71/100", deep)),
    }
    less = build.less(pair.document, ("f", [term(FACTORS)]), ("g", [term(FACTORS, "penalty"), build.number("2")]))
    norm = term(FACTORS, "norm", index=1, times="2", power=3)
    return {name: _sealed(*pair) for name, pair in parts.items()} | {
        "objective": build.value(pair.document, "it", [term(FACTORS)]),
        "entropy": build.value(entropy.document, "it", [term(FACTORS)]),
        "norm": build.value(pair.document, "it", [norm, term(FACTORS, "fit", times="-1/2")]),
        "less": less,
    }


SAMPLES = _samples()


def thinned(found, most=70):
    return found if len(found) < most else found[:15] + found[15 : -25 : len(found) // 20] + found[-25:]


@pytest.mark.parametrize("name", SAMPLES)
def test_it_holds_as_it_is(name):
    assert SAMPLES[name].verify() == SAMPLES[name].statement
    assert json.loads(json.dumps(SAMPLES[name].document)) == SAMPLES[name].document


@pytest.mark.parametrize("name", SAMPLES)
def test_a_changed_number_fails_sealed_or_not(name):
    doc, tried = SAMPLES[name].document, 0
    for path, value in thinned([*leaves(doc)]):
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


def reworded(doc):
    """The statement that the checker itself finds, and the document with it; None where it refuses the data."""
    try:
        Certificate(doc).verify()
    except (check.Refused, CertificateError) as reason:
        told = str(reason).partition("what is proved is: ")[2]
        return resealed({**doc, "statement": told}) if told else None
    return doc


@pytest.mark.parametrize("name", SAMPLES)
def test_what_still_holds_for_another_instance_says_so(name):
    """With the statement made again too, a certificate may hold for another instance, but then it names that one."""
    doc = SAMPLES[name].document
    for path, value in leaves(doc["instance"]):
        for other in variants(value):
            changed = replaced(doc, ("instance", *path), other)
            changed["instance_digest"] = check.digest(changed["instance"])
            told = reworded(resealed(changed))
            if told is not None:
                assert told["statement"] != doc["statement"]
                assert changed["instance_digest"][:12] in told["statement"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_part_that_proves_nothing_fails(name):
    doc = SAMPLES[name].document
    assert refused(resealed({**doc, "note": "3"}))
    objects = {path[:-1] for path, _ in leaves(doc) if isinstance(path[-1], str) and path[0] not in ("claim",)}
    for place in objects:
        changed = resealed(replaced(doc, (*place, "extra"), "1"))
        changed["instance_digest"] = check.digest(changed["instance"])
        assert refused(resealed(changed)), place


@pytest.mark.parametrize("name", SAMPLES)
def test_a_missing_part_fails(name):
    doc = SAMPLES[name].document
    for path in {leaf[: k + 1] for leaf, _ in thinned([*leaves(doc)]) for k in range(len(leaf))}:
        if path[0] in ("claim", "seal"):
            continue
        changed = copy.deepcopy(doc)
        place = changed
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]
        if path[0] == "instance" and len(path) > 1:
            changed["instance_digest"] = check.digest(changed["instance"])
        assert refused(resealed(changed)), path

"""Planted faults in lower bounds of unconstrained features: sealed like honest ones, refused by the mathematics."""

import copy
import subprocess
import sys
from fractions import Fraction

import pytest

from theorycheck.certificates import build, check
from theorycheck.certificates.script import script_text
from theorycheck.exact import dufm_floor, dufm_floor_cells
from theorycheck.exact.dufm_floor import floors_of
from theorycheck.exact.dufm_scalar import dnc_threshold
from theorycheck.models.features import UnconstrainedFeatures

MORE = Fraction(1000001, 1000000)


def at(K, L, **options):
    return UnconstrainedFeatures(K, L, Fraction(3 * dnc_threshold(K, L) / 10), **options)


TWO, THREE = at(3, 2), at(3, 3)
ENTROPY = UnconstrainedFeatures(3, 2, "0.022129", loss="ce", activation="linear")
RECTIFIED = UnconstrainedFeatures(3, 2, "0.022129", loss="ce")
CELLS = dufm_floor_cells.stored()


def _documents():
    found = {floor.rule: build.seal("floor", TWO.document, **floor.data).document for floor in floors_of(TWO)}
    rays = {"rule": "rays", "cells": CELLS, "pulls": dufm_floor_cells.pulls(), "value": "0.1"}
    found["rays"] = build.seal("floor", THREE.document, **rays).document
    coarse = {"rule": "columns", "reach": "1", "value": "0.2"}
    found["columns"] = build.seal("floor", ENTROPY.document, **coarse).document
    rectified = {"rule": "columns", "reach": "1", "value": "0.18", "cells": CELLS}
    found["columns relu"] = build.seal("floor", RECTIFIED.document, **rectified).document
    return found


DOCUMENTS = _documents()


def sealed(document):
    """All digests as a forger would write them, and the statement with the value told."""
    document = {**document, "instance_digest": check.digest(document["instance"])}
    return {**document, "seal": check.digest({k: v for k, v in document.items() if k != "seal"})}


def refused(rule, **changes):
    """Whether the checker refuses, whatever statement is told."""
    document = copy.deepcopy(DOCUMENTS[rule])
    document.update(changes)
    with pytest.raises(check.Refused) as reason:
        check.verify(sealed(document))
    return "what is proved is" not in str(reason.value)


def raised(text, factor=MORE):
    return str(Fraction(text) * factor)


@pytest.mark.parametrize("rule", DOCUMENTS)
def test_the_honest_ones_hold(rule):
    assert "at least" in check.verify(DOCUMENTS[rule])


@pytest.mark.parametrize("rule", ["masked", "lifted", "grams"])
def test_a_value_raised_by_a_millionth(rule):
    document = DOCUMENTS[rule]
    assert refused(rule, value=raised(document["value"]))
    if "least" in document:
        assert refused(rule, least={n: raised(v) for n, v in document["least"].items()})


def test_a_value_of_cross_entropy_raised_above_collapse():
    assert refused("columns", value=raised("0.2023099306"))
    assert refused("columns", reach="1/20")
    assert refused("columns", value="-1")


def test_a_value_of_the_rays_above_collapse():
    assert refused("rays", value="0.1599")


@pytest.mark.parametrize("rule", ["lifted", "grams", "columns relu"])
def test_cells_left_out_out_of_order_or_wrong(rule):
    words = CELLS.split()
    first = next(i for i, word in enumerate(words) if word != "/")
    second = next(i for i in range(first + 1, len(words)) if words[i] not in ("/", words[first]))
    swapped = [*words]
    swapped[first], swapped[second] = words[second], words[first]
    large = [*words]
    large[first] = ",".join(str(int(v) + 100) for v in words[first].split(","))
    short = [*words]
    short[first] = ",".join(words[first].split(",")[:5])
    flat = [*words]
    flat[first] = "1000,1000,1000,1000,1000,1000"
    for forged in (
        words[:-1],
        [*words, words[-1]],
        words[:first] + words[first + 1 :],
        swapped,
        large,
        short,
        flat,
        ["/"],
    ):
        assert refused(rule, cells=" ".join(forged))


@pytest.mark.parametrize(
    "parabola",
    [
        (0, "3.2"),  # too high
        (1, "1"),  # the slope
        (2, "0.5"),  # too bent
        (2, "-0.1"),
        (3, "1"),  # does not reach far enough
        (3, "100"),  # not below so far out
    ],
)
def test_another_parabola(parabola):
    told = [*DOCUMENTS["grams"]["parabola"]]
    told[parabola[0]] = parabola[1]
    assert refused("grams", parabola=told)


def test_another_matrix_for_the_nuclear_norm():
    pulls = DOCUMENTS["rays"]["pulls"].split()
    large = ",".join(str(int(v) * 2) for v in pulls[5].split(","))
    negative = "-100,0,0,-100,0,-100"
    for forged in (
        pulls[:-1],
        [*pulls, pulls[-1]],
        [*pulls[:5], large, *pulls[6:]],
        [*pulls[:5], negative, *pulls[6:]],
    ):
        assert refused("rays", pulls=" ".join(forged))


def test_another_shift():
    for shift in ("0", "1/2", "9/10"):
        assert refused("masked", shift=shift)
    for shift in ("1", "-1/3", "2"):
        assert refused("masked", shift=shift)


@pytest.mark.parametrize("rule", ["lifted", "grams", "rays", "columns", "columns relu"])
def test_four_classes_need_other_rules(rule):
    about = {**DOCUMENTS[rule]["instance"], "classes": 4, "counts": [1] * 4}
    assert refused(rule, instance=about)


@pytest.mark.parametrize("rule", ["masked", "lifted", "grams", "rays", "columns", "columns relu"])
def test_another_loss_or_regularisation(rule):
    document = DOCUMENTS[rule]
    other = {"mse": "ce", "ce": "mse"}[document["instance"]["loss"]]
    assert refused(rule, instance={**document["instance"], "loss": other})
    less = [str(Fraction(v) * Fraction(3, 5)) for v in document["instance"]["reg"]]
    assert refused(rule, instance={**document["instance"], "reg": less})


@pytest.mark.parametrize("rule", ["masked", "lifted", "grams", "rays"])
def test_linear_networks_are_not_meant(rule):
    assert refused(rule, instance={**DOCUMENTS[rule]["instance"], "relu": False})


@pytest.mark.parametrize(("rule", "depth"), [("grams", 3), ("rays", 2)])
def test_another_depth(rule, depth):
    about = {**DOCUMENTS[rule]["instance"], "depth": depth, "reg": ["1/1000000"] * (depth + 1)}
    assert refused(rule, instance=about)


@pytest.mark.parametrize("rule", ["grams", "rays", "columns"])
def test_imbalance_is_not_meant(rule):
    assert refused(rule, instance={**DOCUMENTS[rule]["instance"], "counts": [2, 1, 1]})


def test_parts_that_prove_nothing():
    assert refused("grams", reach="1")
    assert refused("columns", cells=CELLS)


@pytest.mark.parametrize("rule", ["masked", "columns"])
def test_scripts_stand_alone(rule, tmp_path):
    path = tmp_path / "certificate.py"
    path.write_text(script_text(DOCUMENTS[rule]), encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_producers_know_all_rules_of_the_checker():
    from theorycheck.certificates import features

    assert set(dufm_floor.PRODUCERS) == set(features.RULES)

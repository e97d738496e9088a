"""The user's own instance of a claim on unconstrained features: from the command line, from Python, and bad input."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import theorycheck as tc
from theorycheck.claims.check import Budget
from theorycheck.claims.instances import smallest
from theorycheck.claims.store import find
from theorycheck.commands.inputs import DataChoice, instance_for, settings
from theorycheck.errors import InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures

COMMAND = [str(Path(sys.executable).with_name("theorycheck"))]
GOOD = ["classes=6", "depth=4", "reg=1/100"]


def test_what_is_not_said_is_as_in_the_smallest_instance():
    mse = instance_for(find("sukenik2024.thm_srg"), DataChoice(), GOOD, 7)
    assert mse == UnconstrainedFeatures(6, 4, Fraction(1, 100), "mse", "relu", seed=7)
    ce = instance_for(find("garrod2024.thm1"), DataChoice(), GOOD)
    assert (ce.loss, ce.activation) == ("ce", "linear")
    assert instance_for(find("garrod2024.thm1"), DataChoice(), []) is None


def test_everything_can_be_said():
    said = ["classes=2", "depth=1", "reg=1/10, 1/20", "loss=ce", "activation=linear", "counts=3,1", "width=4"]
    net = instance_for(find("sukenik2024.imbalance"), DataChoice(), said)
    assert net == UnconstrainedFeatures(2, 1, ("1/10", "1/20"), "ce", "linear", (3, 1), 4)
    several = instance_for(find("sukenik2024.imbalance"), DataChoice(), [*GOOD, "samples=3"])
    assert several.counts == (3,) * 6


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["classes=6", "depth=4"], ["reg", "missing"]),
        ([*GOOD[1:], "classes=1"], ["number of classes", "at least 2"]),
        ([*GOOD[1:], "classes=2.5"], ["--set classes", "whole number"]),
        (["classes=6", "depth=0", "reg=1"], ["--set depth", "at least 1"]),
        (["classes=6", "depth=4", "reg=0"], ["regularisation", "positive"]),
        (["classes=6", "depth=4", "reg=1,1"], ["2 numbers for reg", "or 5"]),
        (["classes=6", "depth=4", "reg=much"], ["--set reg", "not a finite number"]),
        ([*GOOD, "counts=1,2"], ["2 numbers for counts", "or 6"]),
        ([*GOOD, "counts=1", "samples=2"], ["samples", "counts"]),
        ([*GOOD, "loss=half-sum"], ["unknown loss", "mse, ce"]),
        ([*GOOD, "activation=tanh"], ["unknown activation", "relu, linear"]),
        ([*GOOD, "width=0"], ["--set width", "at least 1"]),
        ([*GOOD, "m=3"], ["'m'", "unconstrained features", "classes"]),
        (["classes"], ["NAME=VALUE", "classes=6"]),
    ],
)
def test_bad_input_gets_one_clear_line(said, words):
    with pytest.raises(InvalidInstance) as raised:
        instance_for(find("sukenik2024.thm_srg"), DataChoice(), said)
    for word in words:
        assert word in str(raised.value)
    assert "\n" not in str(raised.value)


def test_data_do_not_go_with_unconstrained_features():
    with pytest.raises(InvalidInstance, match="have no data"):
        instance_for(find("sukenik2024.thm_srg"), DataChoice("x.csv"), GOOD)
    with pytest.raises(InvalidInstance, match="features="):
        tc.check("sukenik2024.thm_srg", data=smallest().data, network=smallest().network)
    with pytest.raises(InvalidInstance, match="data= and network="):
        tc.check("gatmiry2024.thm1", features=UnconstrainedFeatures(6, 4, "1/100"))
    assert settings(["width=3"]) == {"m": "3"}  # two-layer networks are as they were
    assert settings(["width=3"], "features") == {"width": "3"}


def test_from_python():
    verdict = tc.check("sukenik2024.thresholds", features=UnconstrainedFeatures(5, 3, "1/100"), budget=Budget(5))
    assert verdict.instances == 1
    assert verdict.outcome.value in ("CERTIFIED", "PROVED")


def test_from_the_command_line():
    said = [word for pair in GOOD for word in ("--set", pair)]
    done = subprocess.run(
        [*COMMAND, "check", "sukenik2024.thresholds", *said, "--json"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (verdict,) = json.loads(done.stdout)["verdicts"]
    told = [found for found in verdict["findings"] if found["check"].startswith("solve")]
    assert {found["instance"] for found in told} == {str(UnconstrainedFeatures(6, 4, "1/100"))}
    assert all(found["certificate"] for found in told)

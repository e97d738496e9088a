"""Planted faults: attacks that lie, candidates that do not fit, and wrong input on the command line."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from tests.falsify.features_local import LINEAR, RELU, claim
from theorycheck.claims import attacks
from theorycheck.claims import features_assumptions as A
from theorycheck.claims.attacks.features_exactly import at, floor, lower_root
from theorycheck.claims.claim import Attack, Candidate, Looked, Violation
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.features import SETTING
from theorycheck.falsify.search import falsify
from theorycheck.falsify.shrink import shrink
from theorycheck.models.features import UnconstrainedFeatures

F = Fraction
COMMAND = [str(Path(sys.executable).with_name("theorycheck"))]
MODEL = UnconstrainedFeatures(2, 1, "1/8", activation="linear")
HALF = [["1/2", "0"], ["0", "1/2"]]


def planted(*evidence, instance=MODEL, point=None):
    """An attack with one candidate and that evidence."""

    def candidates(space):
        yield Candidate(instance, point or {})
        yield Looked(1, "planted")

    told = Violation("planted", "0", "1", 1.0, evidence)
    return claim(Attack("planted", candidates, lambda candidate: told), assumptions=LINEAR)


LIES = {
    "a floor that is too high": ("violates", "floor", {"rule": "schatten", "value": "1/2", "least": {"1": "1/4"}}),
    "collapse that is not optimal": ("violates", "optimal", {"scale": "1", "value": "1/2", "least": {"1": "1/4"}}),
    "a product that is another": ("violates", "multiple", {"factors": [HALF, HALF], "product": "1"}),
    "factors that are not below": (
        "violates",
        "beaten",
        {"factors": [HALF, HALF], "value": "1/5", "least": {"1": "1/10"}},
    ),
    "factors of a wrong shape": ("violates", "multiple", {"factors": [HALF, [["1"]]], "product": "1"}),
}


@pytest.mark.parametrize("name", LIES)
def test_false_evidence_is_not_believed(name):
    found = falsify(planted(LIES[name]), None, {}, 5)
    assert isinstance(found, Survived)
    assert found.uncertified == 1


def test_the_same_evidence_with_true_numbers_is_believed():
    truth = ("violates", "floor", {"rule": "schatten", "value": "7/32", "least": {"1": "7/64"}})
    assert isinstance(falsify(planted(truth), None, {}, 5), Counterexample)


def test_a_candidate_that_breaks_a_kept_assumption_is_left_out():
    truth = ("violates", "floor", {"rule": "schatten", "value": "0", "least": {"1": "0"}})
    wrong = UnconstrainedFeatures(2, 1, "1/8", loss="ce", activation="linear")
    assert isinstance(falsify(planted(truth, instance=wrong), None, {}, 5), Survived)
    assert isinstance(falsify(planted(truth), None, {"classes": 3}, 5), Survived)


def test_points_that_do_not_beat_are_no_violations():
    below = attacks.BELOW_COLLAPSE.violation
    linear = UnconstrainedFeatures(2, 2, "1/100", activation="linear")
    eye = [[1, 0], [0, 1]]
    assert below(at(linear, [eye, eye, eye])) is None
    assert below(at(linear, [eye, eye])) is None
    assert below(Candidate(linear, {})) is None
    relu = UnconstrainedFeatures(3, 4, "1/100")
    assert below(at(relu, [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]] * 5)) is None


def test_where_nothing_is_known_there_is_no_bound():
    assert floor(UnconstrainedFeatures(3, 2, "1/100"), "1/2") is None
    assert floor(UnconstrainedFeatures(3, 2, "1", counts=(2, 1, 1))) is None
    assert attacks.COLLAPSE_OPTIMAL.violation(Candidate(UnconstrainedFeatures(3, 2, "1/100"), {})) is None
    assert attacks.ZERO_OPTIMAL.violation(Candidate(UnconstrainedFeatures(3, 2, "1/100"), {})) is None
    assert attacks.NOT_LOCALLY_MINIMAL.violation(Candidate(UnconstrainedFeatures(3, 2, "1/100"), {})) is None


def test_roots_are_below():
    assert lower_root(F(8, 27), 3) == F(2, 3)
    for v in (F(2), F(1, 3), F(5, 10**9)):
        assert lower_root(v, 3) ** 3 < v < (lower_root(v, 3) + F(1, 10**6)) ** 3


def test_shrinking_ends_in_the_smallest_sizes():
    large = Candidate(UnconstrainedFeatures(6, 4, "7/300", counts=3), {})
    small, tries = shrink(large, lambda c: c.instance.classes >= 3, 5, SETTING)
    assert (small.instance.classes, small.instance.depth, small.instance.counts) == (3, 1, (1, 1, 1))
    assert small.instance.reg == (1, 1)
    assert tries > 0


def test_shrinking_a_point_keeps_its_sizes():
    point = [[["7/3", "0"], ["0", "-1/17"]], [["2", "1/9"], ["5", "3"]]]
    large = at(MODEL, point)
    small, _ = shrink(large, lambda c: c.point["factors"][0][0][0] != "0", 5, SETTING)
    assert small.point["factors"] == [[["1", "0"], ["0", "0"]], [["0", "0"], ["0", "0"]]]


def test_kept_regularisation_is_certified():
    small = claim(attacks.TOO_NARROW, assumptions=(*LINEAR, A.SMALL_REG))
    roles = [p["role"] for p in falsify(small, "wide_enough", {}, 5).certificate.document["parts"]]
    assert "keeps small_regularisation" in roles
    large = claim(attacks.ZERO_OPTIMAL, assumptions=(*RELU, A.SMALL_REG))
    roles = [p["role"] for p in falsify(large, "small_regularisation", {"classes": 3}, 5).certificate.document["parts"]]
    assert "breaks small_regularisation" in roles


def run(*arguments):
    return subprocess.run([*COMMAND, "falsify", *arguments], capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["sukenik2024.linear_mse", "--drop", "linear_layers", "--set", "classes=1"], "2"),
        (["sukenik2024.linear_mse", "--drop", "linear_layers", "--set", "m=3"], "'m'"),
        (["sukenik2024.linear_mse", "--drop", "linear"], "linear_layers"),
        (["sukenik2024.linear_mse", "--set", "loss=ce"], "squared_loss"),
        (["gatmiry2024.thm1", "--drop", "independent_data", "--set", "classes=3"], "'classes'"),
    ],
)
def test_wrong_input_is_one_line(arguments, word):
    done = run(*arguments)
    lines = [line for line in done.stderr.splitlines() if line.startswith("theorycheck: ")]
    assert (done.returncode, len(lines), done.stdout) == (2, 1, "")
    assert word in lines[0]
    assert "Traceback" not in done.stderr


def test_the_command_finds_and_writes(tmp_path):
    given = ["--set", "classes=5", "--set", "depth=4", "--json", "--out", str(tmp_path / "w.json")]
    done = run("sukenik2024.linear_mse", "--drop", "linear_layers", *given)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["instance"]["classes"], document["instance"]["depth"]) == (5, 4)
    assert json.loads((tmp_path / "w.json").read_text()) == document["certificate"]

"""Verdicts are never stronger than their findings."""

import attrs
import pytest

from theorycheck.certificates import build
from theorycheck.claims.check import Budget, on_instance, run
from theorycheck.claims.claim import Check, Finding
from theorycheck.claims.instances import smallest
from theorycheck.claims.store import find
from theorycheck.claims.verdict import Outcome, Verdict, merge
from theorycheck.errors import InvalidInstance

CERTIFICATE = build.rank("a matrix", [[1, 2], [2, 4]])


def finding(holds, evidence, assertions=1, certificate=None):
    return Finding("check", "q", 0, 0, holds, evidence, assertions, instance_digest="x", certificate=certificate)


@pytest.mark.parametrize(
    ("findings", "outcome"),
    [
        ([], "VACUOUS"),
        ([finding(True, "PROVED", 0)], "VACUOUS"),
        ([finding(None, "UNDECIDED", 0)], "VACUOUS"),
        ([finding(None, "UNDECIDED")], "UNDECIDED"),
        ([finding(True, "SUPPORTED")], "SUPPORTED"),
        ([finding(True, "SUPPORTED"), finding(True, "CERTIFIED")], "CERTIFIED"),
        ([finding(True, "PROVED"), finding(True, "CERTIFIED")], "PROVED"),
        ([finding(True, "PROVED"), finding(False, "CERTIFIED", 1, CERTIFICATE)], "REFUTED"),
        ([finding(True, "PROVED"), finding(False, "SUPPORTED")], "UNDECIDED"),
        ([finding(True, "PROVED"), finding(False, "CERTIFIED")], "UNDECIDED"),
        ([finding(True, "PROVED"), finding(None, "ERROR", 0)], "ERROR"),
        ([finding(False, "CERTIFIED", 1, CERTIFICATE), finding(None, "ERROR", 0)], "REFUTED"),
    ],
)
def test_merging(findings, outcome):
    assert merge(findings) is Outcome(outcome)


def test_every_outcome_says_what_it_does_not_imply():
    assert all(len(outcome.means) > 40 for outcome in Outcome)


def test_an_instance_that_breaks_an_assumption_is_vacuous():
    claim = find("gatmiry2024.d1")
    verdict = run(claim, instance=smallest("tanh", 1, 2))
    rest = [f for f in verdict.findings if not f.check.startswith("prove")]
    assert [f.assertions for f in rest] == [0]
    assert "strictly_convex_derivative" in rest[0].note
    without_proof = attrs.evolve(claim, checks=claim.checks[1:])
    assert run(without_proof, instance=smallest("tanh", 1, 2)).outcome is Outcome.VACUOUS


def test_a_check_that_breaks_down_is_an_error_and_not_a_pass():
    def broken(instance):
        raise ZeroDivisionError("planted")

    claim = attrs.evolve(find("gatmiry2024.d1"), checks=(Check("solve", "broken", broken),))
    verdict = run(claim, instance=smallest())
    assert verdict.outcome is Outcome.ERROR
    assert "planted" in verdict.findings[0].note


def test_margins_are_recorded():
    found = on_instance(find("gatmiry2024.d1"), smallest())
    assert {name for name, _ in found[0].margins} >= {"increasing_activation", "realisable_labels"}
    assert all(margin.holds for _, margin in found[0].margins)


def test_json_has_the_pinned_keys():
    verdict = run(find("gatmiry2024.d1"), Budget(seconds=5, instances=1))
    document = verdict.to_json()
    pinned = {"claim", "outcome", "evidence", "instances", "assertions", "seconds", "findings", "assumptions", "digest"}
    assert pinned <= set(document)
    assert {"check", "quantity", "bound", "margin", "evidence", "certificate"} <= set(document["findings"][0])
    assert {"name", "margin"} == set(document["assumptions"][0])
    assert isinstance(verdict, Verdict)


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_budgets_are_positive_and_finite(seconds):
    with pytest.raises(InvalidInstance):
        Budget(seconds=seconds)

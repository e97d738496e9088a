"""What a proof proves of a claim: goal by goal, from the claim's own assumptions and nothing else."""

import attrs
import pytest

from theorycheck.claims.checks import proved
from theorycheck.claims.checks.proved import CASES, gaps_of, proof, proofs, speaks_of, uncovered
from theorycheck.claims.claim import Assumption, Margin
from theorycheck.claims.store import all_claims
from theorycheck.symbolic.proof_data import Goal
from theorycheck.symbolic.proof_files import load_proof

THRESHOLDS = "sukenik2024/thresholds"


def _assumption(name):
    return Assumption(name, name, name, lambda instance: Margin(1.0, True, "always"), "data")


def _goal(*given, name="zero is beaten"):
    return Goal(name, "0 = 0", "step", given)


def test_a_case_counts_only_for_the_goals_that_state_it():
    assert speaks_of(THRESHOLDS, "small", "zero is beaten")
    assert not speaks_of(THRESHOLDS, "small", "zero is best")
    assert uncovered(THRESHOLDS, _goal("radius", "small"), set()) == []
    assert uncovered(THRESHOLDS, _goal("radius", "small", name="zero is best"), set()) == ["small"]


def test_a_goal_is_not_helped_by_what_another_goal_may_assume():
    """The union over the goals has everything; the planted goal leans on the other side of the threshold."""
    report = proved._report(THRESHOLDS)
    first, *rest = report.goals
    planted = attrs.evolve(first, goal=attrs.evolve(first.goal, given=(*first.goal.given, "large")))
    assert set(planted.goal.given) <= {h for goal in report.goals for h in goal.goal.given}
    gaps = gaps_of(THRESHOLDS, attrs.evolve(report, goals=(planted, *rest)), ())
    assert gaps == [f"{THRESHOLDS}, {first.goal.name}: rests on large, which the claim does not assume"]


def test_only_the_listed_goals_must_stand_on_the_assumptions():
    name, two = "garrod2024/thm1", (_assumption("enough_classes"),)
    assert proof(name, two, "integers, L >= 3").run(None)[0].evidence == "PROVED"
    whole = proof(name, two).run(None)[0]
    assert (whole.evidence, whole.holds) == ("UNDECIDED", None)
    assert "integers, L >= 2: rests on three_pairs" in whole.note


def test_a_goal_that_the_proof_does_not_have_is_a_gap():
    found = proof(THRESHOLDS, (), "everything").run(None)[0]
    assert (found.evidence, found.note) == ("UNDECIDED", f"{THRESHOLDS} has no goal 'everything'")


def test_assertions_count_the_goals_that_were_asked_for():
    name = "garrod2024/thm1"
    one, two = (proofs((name,), (), {name: goals}).run(None)[0] for goals in (("norm",), ("norm", "fit")))
    assert two.assertions == one.assertions + 1


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_case_names_goals_of_its_proof(name):
    goals = {goal.name: goal.given for goal in load_proof(name).goals}
    for hypothesis, stated in CASES[name].items():
        assert all(hypothesis in goals[goal] for goal in stated), (name, hypothesis)
        assert {goal for goal, given in goals.items() if hypothesis in given} == set(stated)


def test_every_goal_of_every_claim_is_covered_by_its_own_assumptions():
    for claim in all_claims():
        for check in (c for c in claim.checks if c.kind == "prove"):
            (found,) = check.run(None)
            assert "does not assume" not in found.note, (claim.key, found.note)

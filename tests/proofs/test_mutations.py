"""Every step of every proof, broken in every way we know, must fail; so must every proof without an assumption."""

import re

import attrs
import pytest

from theorycheck.symbolic.proof import Book, Step, assume, examine, judge, prove, scope_of
from theorycheck.symbolic.proof_files import load_proof, proof_names
from theorycheck.symbolic.proof_rules import STRUCTURAL
from theorycheck.symbolic.proof_syntax import NotDischarged, parse_statement

HARMLESS = ("linear", "on_manifold")  # other labels, or a bias: the statements about curves are as true
INTRODUCES = ("define", "suppose")  # these hold by themselves, whatever they say; what rests on them must fail


def relation_of(statement):
    conclusion = statement.rsplit("=>", 1)[-1]
    return re.search(r"(>=|<=|!=|=|>|<)", conclusion).group(), conclusion


def strengthened(statement):
    """The conclusion off by one in the direction that says more."""
    relation, conclusion = relation_of(statement)
    left, right = conclusion.split(relation, 1)
    shift = {"<=": " - 1", "<": " - 1", "!=": ""}.get(relation, " + 1")
    return statement[: len(statement) - len(conclusion)] + left + (relation if shift else "=") + right + shift


def turned(statement):
    """The conclusion with its sign flipped."""
    relation, conclusion = relation_of(statement)
    left, right = conclusion.split(relation, 1)
    opposite = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "!=": "="}.get(relation)
    new = f"{left}{opposite}{right}" if opposite else f"{left} {relation} -({right.strip()}) - 2*({left.strip()})"
    return statement[: len(statement) - len(conclusion)] + new


def doubled(definition):
    left, right = definition.split("=", 1)
    return f"{left}= 2*({right})"


def certificate_mutants(by):
    """One sign flipped, or one coefficient or exponent changed, at every place."""
    for match in re.finditer(r" [-+] ", by):
        yield by[: match.start()] + {" + ": " - ", " - ": " + "}[match.group()] + by[match.end() :]
    for match in re.finditer(r"(?<![A-Za-z_0-9])\d+", by):
        yield by[: match.start()] + str(int(match.group()) + 1) + by[match.end() :]
    for match in re.finditer(r"#\w+(\([^#]*?\))?", by):
        yield by[: match.start()] + "0*" + by[match.start() :]


def mutants(step):
    yield "strengthened", attrs.evolve(step, statement=strengthened(step.statement))
    yield "turned", attrs.evolve(step, statement=turned(step.statement))
    if step.rule == "combination":
        for by in certificate_mutants(step.by):
            yield f"certificate {by}", attrs.evolve(step, by=by)
    for k in range(len(step.uses)):
        yield f"without {step.uses[k]}", attrs.evolve(step, uses=step.uses[:k] + step.uses[k + 1 :])
    for other in ("combination", "cancel", "antisymmetry", "no_such_rule"):
        if other != step.rule:
            yield f"by {other}", attrs.evolve(step, rule=other)


def book_of(proof):
    book = Book(scope_of(proof))
    assert all(examine(book, step).discharged for step in proof.definitions)
    assert all(assume(book, hypothesis).discharged for hypothesis in proof.hypotheses)
    return book


def says_the_same(book, one, two):
    try:
        return len({book.desk(Step("", text)).sequent(parse_statement(text)) for text in (one, two)}) == 1
    except NotDischarged:
        return False


def fork(book):
    return Book(book.scope, dict(book.facts), set(book.seen), dict(book.origins))


LONG = (  # ten seconds each and more; the first two share their steps
    "sukenik2024/cut",
    "sukenik2024/k15",
    "boursier2024/expected_loss",
    "boursier2024/leaky",
    "min2023/max_margin",
)
NAMES = [pytest.param(name, marks=pytest.mark.thorough) if name in LONG else name for name in proof_names()]


@pytest.mark.parametrize("name", NAMES)
def test_every_broken_step_fails(name):
    proof, tried = load_proof(name), 0
    book = book_of(proof)
    for step in proof.steps:
        if step.rule not in INTRODUCES:
            for what, mutant in mutants(step):
                if what == "turned" and says_the_same(book, mutant.statement, step.statement):
                    continue  # 0 >= 0
                report = examine(fork(book), mutant)
                assert not report.discharged, f"{step.name} survives: {what}"
                assert report.reason
                tried += 1
        assert examine(book, step).discharged
    assert tried >= 5 * len(proof.steps)


def stands(proof):
    """Like ``prove(proof).proved``, but stops at the first failure."""
    book = Book(scope_of(proof))
    return (
        all(examine(book, step).discharged for step in proof.definitions)
        and all(assume(book, hypothesis).discharged for hypothesis in proof.hypotheses)
        and all(examine(book, step).discharged for step in proof.steps)
        and all(judge(book, proof, goal).proved for goal in proof.goals)
    )


def replaced(parts, k, *new):
    return (*parts[:k], *new, *parts[k + 1 :])


@pytest.mark.parametrize("name", NAMES)
def test_broken_definitions_and_suppositions_break_the_proof(name):
    proof = load_proof(name)
    assert stands(proof)
    for group in ("definitions", "steps"):
        steps = getattr(proof, group)
        for k, step in enumerate(steps):
            if step.rule in INTRODUCES:
                change = doubled if step.rule == "define" else strengthened
                mutant = attrs.evolve(step, statement=change(step.statement))
                assert not stands(attrs.evolve(proof, **{group: replaced(steps, k, mutant)})), step.name


@pytest.mark.parametrize("name", NAMES)
def test_every_step_and_assumption_carries_a_goal(name):
    proof = load_proof(name)
    report = prove(proof)
    cites = {s.step.name: s.cites for s in report.steps}
    reached, waiting = set(), [goal.step for goal in proof.goals]
    while waiting:
        step = waiting.pop()
        if step not in reached:
            reached.add(step)
            waiting += cites.get(step, ())
    parts = (*proof.definitions, *proof.hypotheses, *proof.steps)
    assert reached == {part.name for part in parts}


@pytest.mark.parametrize("name", NAMES)
def test_no_assumption_can_be_removed(name):
    proof = load_proof(name)
    for k, hypothesis in enumerate(proof.hypotheses):
        assert not stands(attrs.evolve(proof, hypotheses=replaced(proof.hypotheses, k))), hypothesis.name


@pytest.mark.parametrize("name", NAMES)
def test_none_of_the_first_steps_can_be_removed(name):
    proof = load_proof(name)
    for k, step in enumerate(proof.steps[:20]):
        assert not stands(attrs.evolve(proof, steps=replaced(proof.steps, k))), step.name


@pytest.mark.parametrize("name", NAMES)
def test_a_goal_says_no_more_than_its_step_and_declares_what_it_needs(name):
    proof = load_proof(name)
    book = book_of(proof)
    assert all(examine(book, step).discharged for step in proof.steps)
    for goal in proof.goals:
        assert judge(book, proof, goal).proved
        for k, dropped in enumerate(goal.given):
            report = judge(book, proof, attrs.evolve(goal, given=replaced(goal.given, k)))
            assert report.reason == f"rests on undeclared assumptions: {dropped}"
        for change in (strengthened, turned):
            assert not judge(book, proof, attrs.evolve(goal, statement=change(goal.statement))).proved
        idle = judge(book, proof, attrs.evolve(goal, given=(*goal.given, "good_weather")))
        assert "good_weather" in idle.reason


@pytest.mark.parametrize("name", NAMES)
def test_weakened_assumptions_break_the_proof(name):
    """An assumption shifted by one, or with its sign flipped, no longer carries the proof."""
    proof = load_proof(name)
    for k, hypothesis in enumerate(proof.hypotheses):
        for change in (strengthened, turned):
            if change is strengthened and hypothesis.name in HARMLESS:
                continue
            mutant = attrs.evolve(hypothesis, statement=change(hypothesis.statement))
            assert not stands(attrs.evolve(proof, hypotheses=replaced(proof.hypotheses, k, mutant))), mutant


def test_the_mutants_cover_every_rule_in_use():
    used = {step.rule for name in proof_names() for step in load_proof(name).steps}
    assert used >= STRUCTURAL.keys()

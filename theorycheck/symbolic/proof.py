"""Proofs as data, and the engine that discharges each step exactly.

A proof declares symbols, definitions, assumptions, steps and goals. Every step names the facts it uses and one rule of
the kernel (:mod:`theorycheck.symbolic.proof_rules`) or one theorem of analysis from a closed list
(:mod:`theorycheck.symbolic.proof_axioms`); the rule recomputes what follows, and the step stands only if that is what
the step states. Index sets (samples, neurons, inputs) have arbitrary positive sizes throughout.

A goal is proved if its step stands, states the goal, and rests on the declared assumptions only. PROVED says that the
goals follow from the assumptions and the trusted list; it does not say that any data or network meets the assumptions.
"""

import re
from collections.abc import Mapping
from itertools import chain

import attrs

from theorycheck.errors import InvalidClaim
from theorycheck.symbolic.proof_axioms import CLASSICAL
from theorycheck.symbolic.proof_data import Goal as Goal
from theorycheck.symbolic.proof_data import Hypothesis as Hypothesis
from theorycheck.symbolic.proof_data import Proof as Proof
from theorycheck.symbolic.proof_data import Step as Step
from theorycheck.symbolic.proof_desk import Condition, Desk, Fact, Origin, Sequent, conditions
from theorycheck.symbolic.proof_existence import EXISTENCE
from theorycheck.symbolic.proof_induction import INDUCTION, POWERS
from theorycheck.symbolic.proof_rules import STRUCTURAL, tower_of
from theorycheck.symbolic.proof_schemes import COUNTING, SCHEMES
from theorycheck.symbolic.proof_scope import Scope
from theorycheck.symbolic.proof_spectra import SPECTRA
from theorycheck.symbolic.proof_syntax import FUNCTIONS, SORTS, NotDischarged, Symbol, parse_statement

LOGIC = {**STRUCTURAL, **INDUCTION, **SCHEMES}
"""The rules of the kernel: arithmetic, logic, induction and counting."""
AXIOMS = {**CLASSICAL, **EXISTENCE, **POWERS, **COUNTING, **SPECTRA}
"""The closed list of theorems that a proof may take for granted; each docstring's first line states one."""


@attrs.frozen
class StepReport:
    """What became of a step: discharged or not and why, the assumptions it rests on, and the facts it cites."""

    step: Step
    discharged: bool
    reason: str
    depends: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


@attrs.frozen
class GoalReport:
    """What became of a goal: proved or not, and why."""

    goal: Goal
    proved: bool
    reason: str


@attrs.frozen
class ProofReport:
    """The outcome of a proof: every step, every goal, and the trusted theorems that were used."""

    proof: Proof
    steps: tuple[StepReport, ...]
    goals: tuple[GoalReport, ...]
    axioms: tuple[tuple[str, str], ...]

    @property
    def proved(self) -> bool:
        """Whether every step is discharged and every goal proved."""
        return all(s.discharged for s in self.steps) and bool(self.goals) and all(g.proved for g in self.goals)

    @property
    def evidence(self) -> str:
        """``PROVED`` or ``UNDECIDED``: a broken proof refutes nothing."""
        return "PROVED" if self.proved else "UNDECIDED"

    @property
    def failures(self) -> tuple[str, ...]:
        """One line for each step and goal that does not stand."""
        steps = (f"step {s.step.name}: {s.reason}" for s in self.steps if not s.discharged)
        return (*steps, *(f"goal {g.goal.name}: {g.reason}" for g in self.goals if not g.proved))


@attrs.define
class Book:
    """What is known so far in one run of one proof."""

    scope: Scope
    facts: dict[str, Fact] = attrs.field(factory=dict)
    seen: set[str] = attrs.field(factory=lambda: {f.name for f in FUNCTIONS})  # no proof may define these
    origins: dict[str, Origin] = attrs.field(factory=dict)

    def desk(self, step: Step) -> Desk:
        """Everything that the examination of a step needs."""
        statement = parse_statement(step.statement)
        return Desk(self.scope, self.facts, self.seen, self.origins, step.rule, statement, step.uses, step.by)

    def add(self, name: str, sequent: Sequent, rule: str, depends: frozenset[str]) -> None:
        """Record a fact and the names that it mentions."""
        self.facts[name] = Fact(name, sequent, rule, depends)
        self.seen |= _names(sequent)

    def enter_symbol(self, desk: Desk, step: Step, sequent: Sequent, depends: frozenset[str]) -> None:
        """Record a new symbol; a second fact about it must come from the very same rule, data and citations."""
        tower = set(tower_of(self.scope, desk.made))
        made_by = (step.rule, step.by, step.uses, step.statement if step.rule == "define" else "")
        derivatives = {s.derivative for s in self.scope.symbols.values() if s.name not in tower}
        if desk.made in self.origins and self.origins[desk.made].made_by == made_by:
            return
        if tower & self.seen or desk.made in self.origins or tower & derivatives:
            raise NotDischarged(f"{desk.made} is not a new symbol")
        written = re.findall(r"[A-Za-z_]\w*", " ".join((step.statement, step.by, *step.uses)))
        mentioned = _names(sequent).union(written, *(_names(fact.sequent) for fact in desk.used))
        self.originate(tower, made_by, depends, mentioned)

    def originate(self, names: set[str], made_by: tuple, depends: frozenset[str], mentioned: frozenset[str]) -> None:
        """Record where new symbols come from: the names and assumptions that their meaning rests on."""
        rooted = [self.origins[s] for s in mentioned if s in self.origins]
        roots = mentioned.union(*(o.names for o in rooted))
        origin = Origin(made_by, depends.union(*(o.depends for o in rooted)), roots)
        self.origins.update(dict.fromkeys(names, origin))


def _names(sequent: Sequent) -> frozenset[str]:
    return frozenset().union(*(c.diff.free for c in conditions(sequent)))


def prove(proof: Proof) -> ProofReport:
    """Check every step and goal of a proof.

    Args:
        proof: The proof.

    Returns:
        The report; a step that fails is left out of what later steps may use.

    Raises:
        InvalidClaim: if the declarations do not fit together: a name used twice, or an unknown sort.
    """
    book = Book(scope_of(proof))
    definitions = [examine(book, step) for step in proof.definitions]
    reports = [assume(book, h) for h in proof.hypotheses]
    steps = [examine(book, step) for step in proof.steps]
    goals = tuple(judge(book, proof, goal) for goal in proof.goals)
    broken = tuple(r for r in reports if not r.discharged)
    used = sorted({step.rule for step in proof.steps} & AXIOMS.keys())
    axioms = tuple((name, (AXIOMS[name].__doc__ or "").strip()) for name in used)
    return ProofReport(proof, (*definitions, *broken, *steps), goals, axioms)


def scope_of(proof: Proof) -> Scope:
    """What the names of a proof mean.

    Raises:
        InvalidClaim: if a name is declared twice or a declaration does not make sense.
    """
    names = [s.name for s in (*FUNCTIONS, *proof.symbols, *proof.variables)] + list(proof.indices)
    labels = [part.name for part in chain(proof.hypotheses, proof.definitions, proof.steps)]
    for repeated in (name for group in (names, labels) for name in sorted(set(group)) if group.count(name) > 1):
        raise InvalidClaim(f"{proof.key}: the name {repeated} is declared twice; rename one of them")
    symbols = {s.name: s for s in (*FUNCTIONS, *proof.symbols)}
    if clash := set(proof.indices) & set(SORTS):
        raise InvalidClaim(f"{proof.key}: the index set {min(clash)} has the name of a sort; rename it")
    sorts = {*proof.indices, *SORTS}
    for s in (*symbols.values(), *proof.variables):
        if not {s.sort, *s.args} <= sorts or (s.derivative and not _same_shape(s, symbols.get(s.derivative))):
            raise InvalidClaim(f"{proof.key}: {s.name} has an unknown sort, or a derivative of another shape")
    onto = [s for s in proof.symbols if s.sort == "J"]
    if len(onto) > 1 or any(s.args != ("I",) or not s.derivative for s in onto):
        raise InvalidClaim(f"{proof.key}: J is the image of one differentiable symbol from I; declare exactly that one")
    return Scope(proof.indices, symbols, {v.name: v for v in proof.variables})


def _same_shape(symbol: Symbol, derivative: Symbol | None) -> bool:
    return derivative is not None and derivative.args == symbol.args and derivative.sort == "R"


def assume(book: Book, hypothesis: Hypothesis) -> StepReport:
    """Take up an assumption."""
    step = Step(hypothesis.name, hypothesis.statement, "hypothesis")
    try:
        desk = book.desk(step)
        book.add(step.name, desk.sequent(desk.statement), step.rule, frozenset({step.name}))
    except NotDischarged as error:
        return StepReport(step, False, str(error))
    return StepReport(step, True, "assumed")


def examine(book: Book, step: Step) -> StepReport:
    """Examine one step; it enters the book if it stands."""
    try:
        depends, cites = _discharge(book, step)
    except NotDischarged as error:
        return StepReport(step, False, str(error))
    except (ValueError, KeyError, IndexError) as error:
        return StepReport(step, False, f"the data do not fit the rule {step.rule}: {error}")
    return StepReport(step, True, "discharged", tuple(sorted(depends)), cites)


def _discharge(book: Book, step: Step) -> tuple[frozenset[str], tuple[str, ...]]:
    desk = book.desk(step)
    rule = {**LOGIC, **AXIOMS}.get(step.rule)
    if rule is None:
        raise NotDischarged(f"there is no rule {step.rule}")
    derived, stated = rule(desk), desk.sequent(desk.statement)
    if not states(derived, stated):
        raise NotDischarged(f"the rule gives {_show(derived.conclusion)}, not {_show(stated.conclusion)}")
    depends = frozenset().union(*(fact.depends for fact in desk.used))
    if step.rule == "suppose":
        depends |= {step.name}
        constants = {name.strip() for name in step.by.split(",") if name.strip()}
        book.originate(constants, ("suppose", step.name), depends, _names(stated))
    depends -= {desk.discharged}
    if desk.made:
        book.enter_symbol(desk, step, stated, depends)
    book.add(step.name, stated, step.rule, depends)
    return depends, tuple(dict.fromkeys(fact.name for fact in desk.used))


def states(derived: Sequent, stated: Sequent) -> bool:
    """Whether what a rule derived says at least what is stated."""
    same = len(derived.premises) == len(stated.premises)
    return (
        same
        and all(map(Condition.follows_from, derived.premises, stated.premises))
        and stated.conclusion.follows_from(derived.conclusion)
    )


def _show(condition: Condition) -> str:
    return f"{condition.diff.key} {condition.relation} 0"


def judge(book: Book, proof: Proof, goal: Goal) -> GoalReport:
    """Compare a goal with what its step shows and rests on."""
    fact, declared = book.facts.get(goal.step), {h.name for h in proof.hypotheses}
    if fact is None or goal.step not in {step.name for step in proof.steps}:
        return GoalReport(goal, False, f"step {goal.step} is not discharged")
    try:
        shown_by = next(step for step in proof.steps if step.name == goal.step)
        desk = book.desk(attrs.evolve(shown_by, statement=goal.statement))
        stated = desk.sequent(desk.statement)
    except NotDischarged as error:
        return GoalReport(goal, False, str(error))
    if not states(fact.sequent, stated):
        return GoalReport(goal, False, f"step {goal.step} states something else")
    if extra := fact.depends - set(goal.given):
        return GoalReport(goal, False, f"rests on undeclared assumptions: {', '.join(sorted(extra))}")
    if idle := set(goal.given) - fact.depends:
        return GoalReport(goal, False, f"declares assumptions that the proof does not use: {', '.join(sorted(idle))}")
    if set(goal.given) - declared:
        return GoalReport(goal, False, "names an assumption that the proof does not declare")
    return GoalReport(goal, True, "proved")


def statements(proof: Proof) -> Mapping[str, str]:
    """Every named statement of a proof: assumptions, definitions, steps."""
    return {part.name: part.statement for part in chain(proof.hypotheses, proof.definitions, proof.steps)}

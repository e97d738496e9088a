"""Proofs as plain data: assumptions, steps and goals."""

import hashlib
import json

import attrs

from theorycheck.symbolic.proof_existence import EXISTENCE
from theorycheck.symbolic.proof_syntax import Symbol

NAMING = {"define", "recursion", "root", "subsets", "least_norm", "singular_values", *EXISTENCE}
"""The rules that introduce a symbol."""


@attrs.frozen
class Hypothesis:
    """An assumption: a name that goals and steps refer to, its statement, and what it is called in prose."""

    name: str
    statement: str
    meaning: str = ""


@attrs.frozen
class Step:
    """One step: its statement, the rule, the facts it uses and the rule's data (for example the certificate)."""

    name: str
    statement: str
    rule: str = "combination"
    uses: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    by: str = ""
    note: str = ""


@attrs.frozen
class Goal:
    """What a proof is for: ``statement``, shown by ``step`` from the assumptions ``given`` and nothing else."""

    name: str
    statement: str
    step: str
    given: tuple[str, ...] = attrs.field(converter=tuple)
    meaning: str = ""


@attrs.frozen(kw_only=True)
class Proof:
    """A proof as plain data: declarations, assumptions, steps and goals."""

    key: str
    title: str
    source: str
    indices: tuple[str, ...]
    symbols: tuple[Symbol, ...]
    variables: tuple[Symbol, ...]
    definitions: tuple[Step, ...] = ()
    hypotheses: tuple[Hypothesis, ...]
    steps: tuple[Step, ...]
    goals: tuple[Goal, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Digest of what is claimed: symbols and what introduces them, assumptions and goals; no other steps."""
        named = tuple(step for step in self.steps if step.rule in NAMING)
        parts = (self.symbols, self.variables, self.definitions, named, self.hypotheses, self.goals)
        plain = [[attrs.astuple(part) for part in group] for group in parts]
        return hashlib.sha256(json.dumps([self.key, self.indices, *plain]).encode()).hexdigest()

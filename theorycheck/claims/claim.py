"""The data types of the library: a theorem as assumptions, a conclusion and the ways to test it. Plain data."""

import enum
import hashlib
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from theorycheck.certificates.certificate import Certificate
from theorycheck.models.activations import Activation

Case = Any  # what a claim quantifies over, fixed (Instance, UnconstrainedFeatures, ReluInstance): a digest, a text


class Mark(enum.Enum):
    """Where a statement's exact form comes from."""

    PAPER = "PAPER"
    RECALL = "RECALL"
    DERIVED = "DERIVED"

    def describe(self) -> str:
        """What the mark means, for a reader of the report."""
        return {
            "PAPER": "seen in a public source",
            "RECALL": "remembered, its constants unverified",
            "DERIVED": "worked out and recomputed for this library",
        }[self.value]


@attrs.frozen
class Source:
    """The paper, the item in it, and how far the statement can be trusted to be the paper's.

    Attributes:
        arxiv: the identifier.
        item: theorem, lemma, section.
        mark: the provenance mark.
        note: what was changed or filled in.
    """

    arxiv: str
    item: str
    mark: Mark
    note: str = ""

    def __str__(self) -> str:
        return f"arXiv {self.arxiv}, {self.item} [{self.mark.value}]"


@attrs.frozen
class Margin:
    """By how much an assumption holds on an instance: positive means it holds.

    Attributes:
        value: a rational where it is exact, a float where it is measured, None where it could not be found.
        exact: whether the sign of the value is beyond doubt.
        how: how it was found.
    """

    value: Fraction | float | None
    exact: bool
    how: str

    @property
    def holds(self) -> bool | None:
        """True, False, or None for unknown."""
        return None if self.value is None else self.value > 0


@attrs.frozen
class Assumption:
    """A named predicate with a measured margin on an instance.

    Attributes:
        name: as typed after `--drop`.
        text: one line.
        latex: the formula.
        margin: the measurement.
        about: "activation", "data", "labels", "network", "training" or "start": what a drop changes.
    """

    name: str
    text: str
    latex: str
    margin: Callable[[Case], Margin] = attrs.field(repr=False)
    about: str


@attrs.frozen
class Conclusion:
    """A named quantity with the bound that the theorem gives for it."""

    name: str
    text: str
    latex: str


@attrs.frozen
class Finding:
    """What one check saw on one instance.

    Attributes:
        check: "prove", "solve" or "train", with a word on which.
        quantity: what was measured, in words.
        value: what it was.
        bound: what the theorem says of it.
        holds: True, False, or None where the check cannot say.
        evidence: "PROVED", "CERTIFIED", "SUPPORTED" or "UNDECIDED".
        assertions: how many comparisons ran.
        instance: the instance's description and digest.
        note: tolerance, number of seeds, what was our choice.
        certificate: if any.
        margins: the assumptions' margins on this instance.
    """

    check: str
    quantity: str
    value: Any
    bound: Any
    holds: bool | None
    evidence: str
    assertions: int = 1
    instance: str = ""
    instance_digest: str = ""
    note: str = ""
    margin: Any = None
    certificate: Certificate | None = attrs.field(default=None, repr=False)
    margins: tuple[tuple[str, Margin], ...] = attrs.field(default=(), repr=False)


@attrs.frozen
class Check:
    """One way to test a claim.

    Attributes:
        kind: "prove", "solve" or "train".
        name: in words, for the verdict table.
        run: from an instance to findings; a proof ignores the instance.
        proofs: the names of the proofs that it replays.
    """

    kind: str
    name: str
    run: Callable[[Case], list[Finding]] = attrs.field(repr=False)
    proofs: tuple[str, ...] = ()


@attrs.frozen
class Candidate:
    """A possible counterexample: an exact instance and a point of its zero-loss set.

    Attributes:
        instance: with the labels that the point fits exactly.
        point: the point as certificates write it: coordinate and values.
        parts: rationals that an attack wants to keep (a direction, an entry), by name.
    """

    instance: Case
    point: dict = attrs.field(hash=False)
    parts: dict = attrs.field(factory=dict, hash=False)


@attrs.frozen
class Violation:
    """How a candidate breaks the conclusion.

    Attributes:
        quantity: in words.
        bound: what the conclusion says.
        value: what it is here.
        size: the larger the clearer, in floats; only for the search.
        evidence: the parts of the certificate, each (role, kind, fields), see certificates.build.
    """

    quantity: str
    bound: str
    value: str
    size: float
    evidence: tuple[tuple[str, str, dict], ...] = attrs.field(hash=False)


@attrs.frozen
class Space:
    """Where a search looks.

    Attributes:
        activations: those that keep every kept assumption and, where the dropped one is about φ, break it.
        dropped: the dropped assumption's name, or None.
        kept: the names of the kept ones.
        fixed: what the user fixed by name: "activation", "m", "n", "d", "y", "weights", ...
        allows: whether an instance keeps every kept assumption about a topic ("data", "network", ...), and breaks the
            dropped one if it is about that topic.
        instances: those to look at, smallest first, where attacks do not make their own.
    """

    activations: tuple[Activation, ...]
    dropped: str | None
    kept: frozenset[str]
    fixed: dict = attrs.field(factory=dict, hash=False)
    allows: Callable[[Case, str], bool] = attrs.field(default=lambda instance, about: True, repr=False, eq=False)
    instances: tuple[Case, ...] = attrs.field(default=(), repr=False)


@attrs.frozen
class Looked:
    """What an attack says between candidates: how many points it has looked at in floats since it last spoke.

    Attributes:
        count: how many.
        where: sizes and grid, in words.
        unconfirmed: how many of them looked like violations and cannot be shown exactly by this attack.
        remark: what was seen there, where that is worth telling of a claim that survives.
    """

    count: int
    where: str
    unconfirmed: int = 0
    remark: str = ""


@attrs.frozen
class Attack:
    """One way in which a conclusion can fail.

    Attributes:
        name: in words.
        candidates: smallest first; may be endless. Points that were only looked at in floats are told as Looked.
        violation: None where the candidate keeps the conclusion.
    """

    name: str
    candidates: Callable[[Space], Iterator[Candidate | Looked]] = attrs.field(repr=False)
    violation: Callable[[Candidate], Violation | None] = attrs.field(repr=False)


@attrs.frozen
class Sibling:
    """A false variant of a claim, its negative control: a suite that cannot refute it has no power.

    Attributes:
        key: the claim's key with a word after `~`.
        statement: what it says, falsely.
        refute: the certificate of an exact witness against it.
    """

    key: str
    statement: str
    refute: Callable[[], Certificate] = attrs.field(repr=False)


def false_sibling(paper: str, name: str, statement: str, refute: Callable[[], Certificate]) -> tuple[Sibling, ...]:
    """A claim's only sibling, of the key `paper.name`."""
    return (Sibling(f"{paper}.{name}", statement, refute),)


@attrs.frozen
class Claim:
    """A theorem: assumptions, a conclusion, its source, and the ways to test it.

    Attributes:
        key: paper and number, as typed on the command line.
        title: one line.
        statement: the theorem in words and formulas, plain text.
        latex: the statement for the paper.
        source: paper, item, provenance mark.
        assumptions: switchable one by one.
        conclusion: what is claimed.
        checks: prove, solve, train.
        instances: from a seed and a size (0 is the smallest, degenerate one) to an instance that keeps all assumptions.
        attacks: how the conclusion can fail.
        siblings: false variants that the suite must refute.
        proof: the name of its proof, if it has one.
        drops: for each assumption, the activations or settings that the drop-one table shows.
        believed: False for a statement that stands in the library in order to be refuted.
        setting: what its instances are: "two-layer" networks on data, unconstrained "features", or plainly trained
            "relu" networks on data.
    """

    key: str
    title: str
    statement: str
    latex: str
    source: Source
    assumptions: tuple[Assumption, ...]
    conclusion: Conclusion
    checks: tuple[Check, ...]
    instances: Callable[[int, int], Case] = attrs.field(repr=False)
    attacks: tuple[Attack, ...] = ()
    siblings: tuple[Sibling, ...] = attrs.field(default=(), repr=False)
    proof: str | None = None
    drops: tuple["Drop", ...] = attrs.field(default=(), repr=False)
    believed: bool = True
    setting: str = "two-layer"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the statement: key, assumptions and conclusion as printed."""
        parts = [self.key, self.statement, [(a.name, a.text, a.latex) for a in self.assumptions]]
        parts += [self.conclusion.name, self.conclusion.text, self.conclusion.latex, str(self.source)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    @property
    def proofs(self) -> tuple[str, ...]:
        """The names of all proofs that its checks replay, the claim's own first."""
        own = (self.proof,) if self.proof else ()
        return tuple(dict.fromkeys((*own, *(name for check in self.checks for name in check.proofs))))

    def __hash__(self) -> int:
        return hash(self.key)


@attrs.frozen
class Drop:
    """A row of the drop-one table.

    Attributes:
        assumption: its name; None for a row that drops nothing and shows what the claim does not need.
        fixed: what the row fixes, e.g. the activation.
        breaks: what the note says to expect; None where nothing is known. Tests compare, the search never reads it.
        label: the row's name in the table.
    """

    assumption: str | None
    fixed: dict = attrs.field(factory=dict, hash=False)
    breaks: bool | None = None
    label: str = ""

"""What a write-up says, gathered once from verdicts, tables, solutions, trainings and derivations, for every format."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from theorycheck.errors import InvalidInstance, TheorycheckError
from theorycheck.reports import grids, margins, studies
from theorycheck.reports.figures import Decay, decay
from theorycheck.reports.grids import Grid
from theorycheck.reports.statements import statement_latex

if TYPE_CHECKING:
    from theorycheck.claims.claim import Claim
    from theorycheck.claims.verdict import Verdict
    from theorycheck.symbolic.proof import ProofReport

TITLE = "What theorycheck found"


@attrs.frozen
class CertificateFile:
    """A certificate as the report stores it.

    Attributes:
        name: of the file.
        owner: the claim or solution that it belongs to.
        kind: of the certificate.
        statement: what it says it proves.
        text: the file's content.
        replayed: "holds", or "REFUSED: …" where replaying it failed just now.
    """

    name: str
    owner: str
    kind: str
    statement: str
    text: str = attrs.field(repr=False)
    replayed: str

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@attrs.frozen
class StepView:
    """A step of a proof: its statement as a formula (empty where it has none) and as typed, and what became of it."""

    name: str
    latex: str
    text: str
    rule: str
    uses: str
    discharged: bool
    reason: str
    note: str


@attrs.frozen
class ProofView:
    """A proof as the report prints it."""

    name: str
    title: str
    source: str
    evidence: str
    assumptions: tuple[tuple[str, str, str], ...]
    steps: tuple[StepView, ...]
    goals: tuple[StepView, ...]
    trusted: tuple[tuple[str, str], ...]
    not_checked: tuple[str, ...]
    digest: str


@attrs.frozen
class Picture:
    """A figure with its files and its caption; `tabular` where it repeats a table that the page has as text."""

    pdf: Path
    svg: Path
    caption: str
    tabular: bool = False


@attrs.frozen
class Content:
    """Everything a template needs."""

    version: str
    verdicts: tuple["Verdict", ...]
    drops: tuple[Any, ...]
    solutions: tuple[tuple[str, Grid], ...]
    decays: tuple[Decay, ...]
    derivations: tuple[tuple[str, str], ...]
    proofs: Mapping[str, ProofView]
    certificates: tuple[CertificateFile, ...]
    studies: tuple[Any, ...] = ()
    pictures: tuple[Picture, ...] = ()
    title: str = TITLE

    @property
    def verdict_grid(self) -> Grid:
        """The table of verdicts."""
        return grids.verdict_grid(self.verdicts)

    @property
    def drop_grid(self) -> Grid:
        """The drop-one table."""
        return grids.drop_grid(self.drops)

    @property
    def drop_grids(self) -> tuple[tuple[str, Grid], ...]:
        """The drop-one table by claim, for a page too narrow for all columns at once."""
        keys = dict.fromkeys(row.claim for row in self.drops)
        return tuple((key, grids.drops_of_one([row for row in self.drops if row.claim == key])) for key in keys)

    @property
    def study_grids(self) -> tuple[Grid, ...]:
        """Each study as a table or two."""
        return tuple(grid for study in self.studies for grid in studies.study_grids(study))

    @property
    def outcomes(self) -> tuple[Any, ...]:
        """The outcomes that occur, each once."""
        return tuple(dict.fromkeys(v.outcome for v in self.verdicts))

    def proofs_of(self, claim: "Claim") -> tuple[tuple[ProofView, str], ...]:
        """The proofs that a claim rests on, each with the key of the claim under which it is printed, the first one."""
        homes = {name: v.claim.key for v in reversed(self.verdicts) for name in v.claim.proofs}
        return tuple((self.proofs[name], homes[name]) for name in claim.proofs if name in self.proofs)

    def certificates_of(self, owner: str) -> tuple[CertificateFile, ...]:
        """The certificates of one claim or solution."""
        return tuple(c for c in self.certificates if c.owner == owner)


def gather(
    verdicts: Iterable["Verdict"],
    drop_table: Iterable[Any] = (),
    solutions: Mapping[str, Any] | Iterable[Any] = (),
    trainings: Iterable[Any] = (),
    derivations: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
    study_results: Iterable[Any] = (),
) -> Content:
    """Collect the content; proofs named by claims are replayed, certificates too.

    Args:
        verdicts: of the claims.
        drop_table: rows of the drop-one table, or an object with `rows`.
        solutions: by title, each a solution or its JSON document; without titles they are numbered.
        trainings: `Figure1` results or `Decay` records.
        derivations: by title, each LaTeX or a result with `.latex()`.
        study_results: see `studies.study_pictures`.

    Returns:
        The content, without figures.
    """
    verdicts, rows = tuple(verdicts), tuple(getattr(drop_table, "rows", drop_table))
    documents, shown = _titled(solutions), tuple(study_results)
    pairs: Any = derivations.items() if isinstance(derivations, Mapping) else derivations
    return Content(
        version=_version(),
        verdicts=verdicts,
        drops=rows,
        solutions=tuple(
            (name, grid) for title, document in documents for name, grid in _solution_grids(title, document)
        ),
        decays=tuple(decay(training) for training in trainings),
        derivations=tuple((title, part if isinstance(part, str) else part.latex()) for title, part in pairs),
        proofs=_proofs(verdicts),
        certificates=_certificates(verdicts, rows, documents, shown),
        studies=shown,
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("theorycheck")
    except PackageNotFoundError:
        return "not installed"


def _solution_grids(title: str, document: Mapping[str, Any]) -> list[tuple[str, Grid]]:
    """The tables of a solution: one, or several of an unconstrained-features model or a maximum-margin problem."""
    if "margins" in document:
        return [(title, margins.solution_grid(document)), (f"{title}: samples", margins.sample_grid(document))]
    if "structures" not in document:
        return [(title, grids.solution_grid(document))]
    parts = (grids.bound_grid(document), grids.structure_grid(document), grids.layer_grid(document))
    return [(f"{title}: {part.title[0].lower()}{part.title[1:]}", part) for part in parts]


def _titled(solutions: Mapping[str, Any] | Iterable[Any]) -> list[tuple[str, Mapping[str, Any]]]:
    numbered = ((f"Solution {k}", found) for k, found in enumerate(solutions, 1))
    pairs = solutions.items() if isinstance(solutions, Mapping) else numbered
    return [(title, found if isinstance(found, Mapping) else found.to_json()) for title, found in pairs]


def _proofs(verdicts: Iterable["Verdict"]) -> dict[str, ProofView]:
    from theorycheck.symbolic.proof import prove
    from theorycheck.symbolic.proof_files import load_proof

    names = dict.fromkeys(name for v in verdicts for name in v.claim.proofs)
    return {name: proof_view(name, prove(load_proof(name))) for name in names}


def proof_view(name: str, report: "ProofReport") -> ProofView:
    """A proof's report in printable parts; a step or goal that does not stand keeps its reason."""
    proof = report.proof
    steps = tuple(
        StepView(
            s.step.name,
            statement_latex(s.step.statement, proof),
            s.step.statement,
            s.step.rule,
            ", ".join(s.step.uses) or s.step.by,
            s.discharged,
            s.reason,
            s.step.note,
        )
        for s in report.steps
    )
    goals = tuple(
        StepView(
            g.goal.name,
            statement_latex(g.goal.statement, proof),
            g.goal.statement,
            g.goal.meaning,
            ", ".join(g.goal.given),
            g.proved,
            g.reason,
            "",
        )
        for g in report.goals
    )
    assumed = tuple((h.name, statement_latex(h.statement, proof), h.meaning) for h in proof.hypotheses)
    trusted = tuple((axiom, says.split("\n\n")[0]) for axiom, says in report.axioms)
    return ProofView(
        name,
        proof.title,
        proof.source,
        report.evidence,
        assumed,
        steps,
        goals,
        trusted,
        proof.not_checked,
        proof.digest,
    )


def _certificates(
    verdicts: Iterable["Verdict"], rows: Iterable[Any], solutions: Iterable[tuple], shown: Iterable[Any]
) -> tuple:
    found: list[tuple[str, Any]] = [(v.claim.key, f.certificate) for v in verdicts for f in v.findings]
    found += [(row.claim, row.certificate) for row in rows]
    found += [(title, document.get("certificate")) for title, document in solutions]
    found += [(f"extremal {s.data.name}", s.certificate) for s in shown if hasattr(s, "certified_complete")]
    unique = {}
    for owner, certificate in found:
        document = getattr(certificate, "document", certificate)
        if document:
            entry = certificate_file(owner, document)
            unique.setdefault(entry.name, entry)
    return tuple(unique.values())


def certificate_file(owner: str, document: Mapping[str, Any]) -> CertificateFile:
    """A certificate ready to be written, replayed once more.

    Raises:
        InvalidInstance: the document is not a certificate.
    """
    if not isinstance(document, Mapping) or not {"kind", "statement", "seal"} <= document.keys():
        raise InvalidInstance(f"report: the certificate of {owner} has no kind, statement or seal; pass one of ours")
    safe = "".join(char if char.isalnum() or char in "._-" else "-" for char in owner)
    text = json.dumps(document, indent=1) + "\n"
    name = f"{safe}-{str(document['seal'])[:12]}.json"
    return CertificateFile(name, owner, str(document["kind"]), str(document["statement"]), text, _replay(document))


def _replay(document: Mapping[str, Any]) -> str:
    from theorycheck.certificates.certificate import verify_document
    from theorycheck.certificates.check import Refused

    try:
        verify_document(document)
    except (Refused, TheorycheckError) as reason:
        return f"REFUSED: {reason}"
    return "holds"

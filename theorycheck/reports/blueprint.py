"""The blueprint: which claim rests on which assumptions and on which proof, laid out as a picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from theorycheck.reports import words

if TYPE_CHECKING:
    from theorycheck.claims.verdict import Verdict

ROW, HEIGHT, WIDTH = 40, 28, 960  # pixels
_COLUMNS = {"assumption": (0, 250), "claim": (370, 250), "proof": (760, 200)}  # left edge and width


@attrs.frozen
class Node:
    """A box: its text, what it is, how it stands (by its outcome or evidence), and the height of its middle."""

    text: str
    kind: str
    standing: str
    outcome: str
    y: float

    @property
    def x(self) -> int:
        """The left edge."""
        return _COLUMNS[self.kind][0]

    @property
    def width(self) -> int:
        """Of the box."""
        return _COLUMNS[self.kind][1]


@attrs.frozen
class Edge:
    """A line from one box's right side to another's left side, as a path."""

    source: Node
    target: Node

    @property
    def path(self) -> str:
        """An SVG path."""
        start, end = self.source.x + self.source.width, self.target.x
        middle = (start + end) / 2
        first, last = self.source.y, self.target.y
        return f"M{start},{first:g} C{middle:g},{first:g} {middle:g},{last:g} {end},{last:g}"


@attrs.frozen
class Blueprint:
    """Boxes for assumptions and proofs, and for each claim its box with the lines that reach it."""

    height: int
    assumptions: tuple[Node, ...]
    claims: tuple[tuple[Node, tuple[Edge, ...]], ...]
    proofs: tuple[Node, ...]
    width: int = WIDTH
    box: int = HEIGHT


def blueprint(verdicts: Sequence["Verdict"], evidence: dict[str, str]) -> Blueprint:
    """Lay out the blueprint.

    Args:
        verdicts: of the claims.
        evidence: of each proof by name.

    Returns:
        The layout; the longest column fixes its height, the others are spread over it.
    """
    names = list(dict.fromkeys(a.name for v in verdicts for a in v.claim.assumptions))
    proved = list(dict.fromkeys(name for v in verdicts for name in v.claim.proofs if name in evidence))
    rows = max(len(names), len(proved), len(verdicts), 1)
    # fmt: off
    assumptions = {n: Node(n, "assumption", "", "", y) for n, y in zip(names, _spread(len(names), rows), strict=True)}
    proofs = {p: Node(p, "proof", words.standing(evidence[p]), evidence[p], y)
              for p, y in zip(proved, _spread(len(proved), rows), strict=True)}
    # fmt: on
    claims = []
    for verdict, y in zip(verdicts, _spread(len(verdicts), rows), strict=True):
        outcome = verdict.outcome.value
        box = Node(verdict.claim.key, "claim", words.standing(outcome), outcome, y)
        edges = [Edge(assumptions[a.name], box) for a in verdict.claim.assumptions]
        edges += [Edge(box, proofs[name]) for name in verdict.claim.proofs if name in proofs]
        claims.append((box, tuple(edges)))
    return Blueprint(rows * ROW + 34, tuple(assumptions.values()), tuple(claims), tuple(proofs.values()))


def _spread(count: int, rows: int) -> list[float]:
    return [34 + ROW * rows * (k + 0.5) / count for k in range(count)]

"""The drop-one table as a picture: claim, dropped assumption, outcome as a mark, and the witness in words."""

import textwrap
from collections.abc import Sequence
from typing import Any

import attrs

from theorycheck.reports import grids, pictures, words
from theorycheck.reports.pictures import INK, LINE, MUTED

TALLEST = 8.2  # inches: a page of the LaTeX document with room for a caption
LINE_HEIGHT, PADDING, HEAD, TITLES = 0.155, 0.09, 0.36, 0.26  # inches
_AT = {"dropped": 0.0, "mark": 0.335, "outcome": 0.36, "witness": 0.54}  # as parts of the width
_CHARACTERS = {"dropped": 28, "label": 31, "witness": 46}
_MARKS = {"breaks": ("X", pictures.RED), "open": ("o", pictures.BLUE), "error": ("s", pictures.ORANGE)}


@attrs.frozen
class Entry:
    """A row of the picture: the texts of its columns, wrapped."""

    dropped: tuple[str, ...]
    label: tuple[str, ...]
    outcome: str
    count: str
    witness: tuple[str, ...]

    @property
    def height(self) -> float:
        """Inches."""
        return LINE_HEIGHT * max(len(self.dropped) + len(self.label), 2, len(self.witness)) + PADDING


def drop_figures(rows: Sequence[Any]) -> list[Any]:
    """The matplotlib figures, one a page; a claim's name is repeated where its rows go on."""
    return [_figure(page) for page in _pages(rows)]


def _pages(rows: Sequence[Any]) -> list[list[tuple[str, Entry]]]:
    pages: list[list[tuple[str, Entry]]] = []
    room = 0.0
    for row in rows:
        entry = _entry(row)
        new = not pages or pages[-1][-1][0] != row.claim
        needed = entry.height + HEAD * new
        if not pages or needed > room:
            pages.append([])
            room, needed = TALLEST - TITLES, entry.height + HEAD
        pages[-1].append((row.claim, entry))
        room -= needed
    return pages


def _entry(row: Any) -> Entry:
    tries = f"{words.plural(row.tries, 'try', 'tries')}, {words.seconds(row.seconds)} s"
    wrapped = {name: _wrap(text, _CHARACTERS[name]) for name, text in (("dropped", row.dropped), ("label", row.label))}
    survived = row.outcome == "survived" and row.tries > 0
    witness = grids.witness(row) + (", which does not say that there is none" if survived else "")
    return Entry(wrapped["dropped"], wrapped["label"], row.outcome, tries, _wrap(witness, _CHARACTERS["witness"]))


def _wrap(text: str, width: int) -> tuple[str, ...]:
    return tuple(line for part in str(text).split("\n") for line in textwrap.wrap(part, width, break_on_hyphens=False))


def _figure(page: list[tuple[str, Entry]]) -> Any:
    groups = sum(k == 0 or page[k - 1][0] != claim for k, (claim, _) in enumerate(page))
    height = TITLES + HEAD * groups + sum(entry.height for _, entry in page) + 0.05
    figure = pictures.canvas(pictures.WIDTH, height)
    panel = figure.add_axes((0.02, 0.0, 0.96, 1.0))
    panel.set(xlim=(0, 1), ylim=(height, 0))
    panel.axis("off")
    for name, title in (("dropped", "without"), ("outcome", "outcome"), ("witness", "witness")):
        _lines(panel, _AT[name], TITLES / 2, (title,), MUTED, 7.5)
    top = TITLES
    for k, (claim, entry) in enumerate(page):
        if k == 0 or page[k - 1][0] != claim:
            panel.text(0, top + HEAD * 0.55, claim, size=9, weight="bold", va="center", parse_math=False)
            top += HEAD
        _draw(panel, entry, top)
        top += entry.height
    return figure


def _draw(panel: Any, entry: Entry, top: float) -> None:
    panel.plot([0, 1], [top, top], color=LINE, linewidth=0.6)
    first = top + PADDING / 2 + LINE_HEIGHT / 2
    mark, colour = _MARKS.get(words.standing(entry.outcome), _MARKS["error"])
    panel.plot([_AT["mark"]], [first], mark, color=colour, markersize=5.5, markeredgewidth=1.2, fillstyle=_fill(mark))
    _lines(panel, _AT["outcome"], first, (entry.outcome,), colour)
    _lines(panel, _AT["outcome"], first + LINE_HEIGHT, (entry.count,), MUTED, 7)
    _lines(panel, _AT["dropped"], first, entry.dropped, INK)
    _lines(panel, _AT["dropped"], first + LINE_HEIGHT * len(entry.dropped), entry.label, MUTED, 7.5)
    _lines(panel, _AT["witness"], first, entry.witness, INK)


def _fill(mark: str) -> str:
    return "none" if mark == "o" else "full"


def _lines(panel: Any, x: float, y: float, lines: Sequence[str], colour: str, size: float = 8) -> None:
    for k, line in enumerate(lines):
        # parse_math off: a dollar or an underscore in a witness is just that
        panel.text(x, y + k * LINE_HEIGHT, line, size=size, color=colour, va="center", parse_math=False)

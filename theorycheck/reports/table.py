"""Tables on the terminal: a Rich table where there is one, aligned plain text where the output is a file or a pipe."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from theorycheck.reports import grids, words
from theorycheck.reports.grids import KEY, NUMBER, OUTCOME, TEXT, Column, Grid

if TYPE_CHECKING:
    from theorycheck.claims.claim import Claim
    from theorycheck.claims.verdict import Verdict

NARROWEST = 14  # characters of a wrapping column; with less room a row becomes a block
_COLOURS = {
    "holds": "bold green",
    "agrees": "cyan",
    "fails": "bold red",
    "breaks": "magenta",
    "open": "yellow",
    "error": "bold white on red",
}
_HELD = {"yes": "green", "no": "bold red", "?": "yellow"}


def library(claims: Iterable["Claim"]) -> Grid:
    """The list of claims."""
    return grids.claims_grid(claims)


def verdicts(found: Iterable["Verdict"]) -> Grid:
    """The verdict table."""
    return grids.verdict_grid(found)


def details(verdict: "Verdict") -> Any:
    """Everything about one verdict: statement, source, outcome and its meaning, margins, findings."""
    from rich.console import Group

    claim = verdict.claim
    head = [
        f"{claim.key}: {claim.title}",
        claim.statement,
        f"Source: {claim.source}, {claim.source.mark.describe()}. {claim.source.note}".rstrip(),
        f"Outcome: {words.sign(verdict.outcome.value)} {verdict.outcome.value}. {verdict.outcome.means}",
        f"Statement digest: {claim.digest}",
    ]
    return Group(_prose(head), grids.assumption_grid(verdict), grids.finding_grid(verdict))


def drops(rows: Iterable[Any]) -> Grid:
    """The drop-one table."""
    return grids.drop_grid(rows)


def solution(document: Mapping[str, Any]) -> Grid:
    """A solved problem, from its JSON document."""
    return grids.solution_grid(document)


def structures(document: Mapping[str, Any]) -> Any:
    """A solved unconstrained-features model, from its JSON document."""
    from rich.console import Group

    return Group(grids.structure_grid(document), grids.layer_grid(document), grids.bound_grid(document))


def verified(files: Iterable[Mapping[str, Any]]) -> Grid:
    """Replayed certificates, from the entries of the JSON document."""
    return grids.verify_grid(files)


def _prose(lines: Iterable[str]) -> Any:
    from rich.text import Text

    return Text("\n".join(lines) + "\n")  # a Text: brackets such as [RECALL] are no markup


def render(grid: Grid, console: Any, options: Any):
    """Yield what Rich prints for a grid.

    Args:
        grid: the table.
        console: a Rich console.
        options: its options; the width is taken from there.

    Yields:
        A Rich table on a terminal wide enough for its keys, else plain text.
    """
    from rich.text import Text

    if console.is_terminal and not _cramped(grid, options.max_width - 2 * len(grid.columns)):
        yield from _rich(grid)
    else:
        yield Text(plain(grid, options.max_width), no_wrap=True, overflow="ignore")


def _rich(grid: Grid):
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(grid.title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in grid.columns:
        side = "right" if column.kind == NUMBER else "left"
        table.add_column(Text(column.title), justify=side, no_wrap=column.kind != TEXT, overflow="fold")
    for row in grid.rows:
        table.add_row(
            *(Text(_marked(c, cell), style=_style(c, cell)) for c, cell in zip(grid.columns, row, strict=True))
        )
    yield table
    if grid.note:
        yield Text(grid.note + "\n", style="dim")


def _style(column: Column, cell: str) -> str:
    if column.kind == KEY:
        return "bold"
    return _HELD.get(cell) or _COLOURS[words.standing(cell)] if column.kind == OUTCOME else ""


def _marked(column: Column, cell: str) -> str:
    return f"{words.sign(cell)} {cell}" if column.kind == OUTCOME and cell not in _HELD else cell


def plain(grid: Grid, width: int = 80) -> str:
    """A grid as text without colour or boxes: columns two spaces apart, or a block a row where they would not fit.

    Args:
        grid: the table.
        width: characters of a line; nothing is cut, and only words longer than a line are broken.

    Returns:
        The text, its last line not ended.
    """
    body = _blocks(grid, width) if _cramped(grid, width) else _aligned(grid, width)
    note = [line for part in grid.note.split("\n") if part for line in _wrapped(part, width)]
    return "\n".join([grid.title, *body, *note, ""])


def _wrapped(text: str, width: int, first: str = "", later: str = "") -> list[str]:
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)


def _natural(grid: Grid) -> list[int]:
    """The width of each column that never wraps, 0 for those that may."""
    cells = zip(*[[c.title for c in grid.columns], *grid.rows], strict=True)
    return [0 if c.kind == TEXT else max(map(len, column)) for c, column in zip(grid.columns, cells, strict=True)]


def _room(grid: Grid, width: int) -> int:
    return width - sum(_natural(grid)) - 2 * (len(grid.columns) - 1)


def _cramped(grid: Grid, width: int) -> bool:
    """Whether the wrapping columns would get too little room."""
    needs = [min(NARROWEST, _longest(grid, k)) for k, c in enumerate(grid.columns) if c.kind == TEXT]
    return sum(needs) > _room(grid, width)


def _longest(grid: Grid, k: int) -> int:
    return max(len(grid.columns[k].title), *(len(row[k]) for row in grid.rows), 1)


def _widths(grid: Grid, width: int) -> list[int]:
    """Natural widths; the rest is shared by the wrapping columns, the short ones first."""
    widths, room = _natural(grid), _room(grid, width)
    flexible = sorted((k for k, c in enumerate(grid.columns) if c.kind == TEXT), key=lambda k: _longest(grid, k))
    for count, k in zip(range(len(flexible), 0, -1), flexible, strict=True):
        widths[k] = min(_longest(grid, k), room // count)
        room -= widths[k]
    return widths


def _aligned(grid: Grid, width: int) -> list[str]:
    widths = _widths(grid, width)
    rows = [tuple(c.title for c in grid.columns), *grid.rows]
    lines = [line for row in rows for line in _row(grid, row, widths)]
    return lines


def _row(grid: Grid, row: tuple[str, ...], widths: list[int]) -> list[str]:
    cells = [_wrapped(cell, w) or [""] for cell, w in zip(row, widths, strict=True)]
    lines = []
    for k in range(max(map(len, cells))):
        parts = [cell[k] if k < len(cell) else "" for cell in cells]
        sides = [
            p.rjust(w) if c.kind == NUMBER else p.ljust(w) for p, w, c in zip(parts, widths, grid.columns, strict=True)
        ]
        lines.append("  ".join(sides).rstrip())
    return lines


def _blocks(grid: Grid, width: int) -> list[str]:
    lines = []
    for row in grid.rows:
        cells = [(c.title, cell) for c, cell in zip(grid.columns, row, strict=True) if cell]
        lines += _wrapped("  ".join(cell for c, cell in zip(grid.columns, row, strict=True) if c.kind == KEY), width)
        keys = {c.title for c in grid.columns if c.kind == KEY}
        for title, cell in cells:
            if title not in keys:
                lines += _wrapped(f"{title}: {cell}", width, first="  ", later="    ")
    return lines

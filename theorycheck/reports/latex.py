"""The write-up as one LaTeX document that plain pdflatex compiles: article, amsmath, booktabs, graphicx, hyperref."""

import os
import re
from pathlib import Path
from typing import Any

from theorycheck.reports import grids, tex, words
from theorycheck.reports.content import Content
from theorycheck.reports.grids import KEY, NUMBER, OUTCOME, Grid

_GAP = 0.02  # of the line width between two columns
_LETTER, _LETTER_TEXT = {KEY: 0.0118, OUTCOME: 0.0135}, 0.0118  # a letter at 9pt, of the line
_LONGEST_WORD = 30  # letters; longer ones may break
_BREAKS = r"[\s./:_]+"
_LONGEST_FORMULA = 4000  # characters; a longer one would be too small to read on a page


def latex(content: Content, folder: Path) -> str:
    """The document.

    Args:
        content: what to say.
        folder: where the document will lie; figures are named relative to it.

    Returns:
        LaTeX.
    """
    template = _environment().get_template("report.tex.j2")
    return template.render(content=content, folder=folder)


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("theorycheck.reports"),
        undefined=StrictUndefined,
        autoescape=False,  # the filters escape: TeX has its own rules
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "tex": tex.text,
        "key": tex.key,
        "bookmark": tex.bookmark,
        "formula": tex.formula,
        "lines": _displayed,
        "breaks": lambda formula: formula.replace(r"\, ", r"\,\allowbreak "),
        "number": lambda value: tex.text(words.number(value)),
        "groups": tex.hexadecimal,
        "table": table,
        "relative": lambda path, folder: os.path.relpath(path, folder).replace(os.sep, "/"),
        "standing": words.standing,
        "plural": words.plural,
    }
    environment.globals |= {"assumption_rows": _assumption_rows, "held": grids.held, "seconds": words.seconds}
    return environment


def _displayed(formula: str) -> list[str]:
    too_long = len(formula) > _LONGEST_FORMULA
    return [rf"\text{{a formula of {len(formula)} characters, left out}}"] if too_long else tex.lines(formula)


def _assumption_rows(verdict: Any) -> list[tuple[Any, str, str]]:
    """Each assumption with its least margin and how that was found."""
    rows = grids.assumption_grid(verdict).rows
    return [(a, row[2], row[3]) for a, row in zip(verdict.claim.assumptions, rows, strict=True)]


def table(grid: Grid) -> str:
    """A table of paragraphs, a row a tabular of its own, so that it breaks between pages and never leaves the line."""
    widths = _widths(grid)
    heads = [rf"\textit{{{tex.text(column.title)}}}" for column in grid.columns]
    lines = [_tabular(grid, widths, heads, r"\toprule", r"\midrule") + r"\nopagebreak"]
    for k, row in enumerate(grid.rows):
        cells = [_cell(column.kind, cell) for column, cell in zip(grid.columns, row, strict=True)]
        lines.append(_tabular(grid, widths, cells, "", r"\bottomrule" if k == len(grid.rows) - 1 else ""))
    return "\n\n".join(lines)


def _cell(kind: str, text: str) -> str:
    if kind == KEY:
        return tex.key(text)
    written = tex.text(text)
    return rf"\textbf{{{written}}}" if kind == OUTCOME else written


def _tabular(grid: Grid, widths: list[float], cells: list[str], above: str, below: str) -> str:
    columns = rf"@{{\hspace{{{_GAP}\linewidth}}}}".join(rf"p{{{width:.4f}\linewidth}}" for width in widths)
    sides = [r"\raggedleft" if column.kind == NUMBER else r"\raggedright" for column in grid.columns]
    body = " & ".join(rf"{side}{{}}{cell}" for side, cell in zip(sides, cells, strict=True))
    return (
        rf"\noindent\begin{{tabular}}[t]{{@{{}}{columns}@{{}}}}{above}" + "\n" + rf"{body}\tabularnewline{below}" + "\n"
        r"\end{tabular}\par"
    )


def _widths(grid: Grid) -> list[float]:
    """Parts of the line: room for each column's longest word first, the rest by the length of what stands there."""
    least, wished = [], []
    for k, column in enumerate(grid.columns):
        cells, letter = [column.title, *(row[k] for row in grid.rows)], _LETTER.get(column.kind, _LETTER_TEXT)
        words_in = [word for cell in cells for word in re.split(_BREAKS if column.kind == KEY else r"\s+", cell)]
        capitals = 0 if column.kind == KEY else 0.3  # by how much wider they are
        longest = max(len(word) + capitals * sum(map(str.isupper, word)) for word in words_in)
        least.append(letter * min(longest + 1, _LONGEST_WORD))
        usual = (max(map(len, cells)) + sum(map(len, cells)) / len(cells)) / 2  # one long cell is no reason
        wished.append(max(letter * min(usual + 1, 3 * _LONGEST_WORD), least[-1]))
    free = 1 - _GAP * (len(least) - 1) - sum(least)
    share = min(1.0, free / (sum(wished) - sum(least) or 1))
    widths = [low + share * (high - low) for low, high in zip(least, wished, strict=True)]
    return widths if sum(widths) <= 1 else [width / sum(widths) for width in widths]

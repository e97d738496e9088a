"""A phase diagram as a figure and as LaTeX: a cell a square, coloured and named by the structure that wins there."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorycheck.reports import grids, pictures
from theorycheck.reports.grids import NUMBER, TEXT, Grid
from theorycheck.reports.pictures import INK, MUTED

if TYPE_CHECKING:
    from theorycheck.studies.phase import Cell, Phase

_TITLES = {"classes": "classes K", "depth": "depth L", "ratio": "λ / λ₀ (collapse ties with zero at 1)"}
NAMES = {
    "dnc": "DNC",
    "srg": "SRG",
    "srg_row": "SRG+row",
    "srg_flipped": "SRG flipped",
    "srg_flipped_row": "flipped+row",
    "cut": "cut family",
    "cut_part": "cut part",
    "ladder": "ladder",
    "blocks": "blocks",
    "low_rank": "LR pairs",
    "low_rank_centred": "LR centred",
    "partial": "partial",
    "circle": "circle",
    "zero": "zero",
    "search": "found",
}
# light enough for dark text on them; the name stands in the cell, so colour is never the only sign
_FILLS = (
    *("#cfe3f3", "#fbe3b5", "#f3f0c2", "#c9ecdf", "#b7dfd0", "#f6d3c4", "#f2c2b0", "#ecd9c6", "#eddcea", "#e0c9dd"),
    *("#d0c8ea", "#d9f0fb", "#dcd7f0", "#e8e8e8", "#e3efd2"),
)


def phase(study: "Phase", folder: Path, name: str = "phase") -> tuple[Path, Path]:
    """The phase diagram.

    Args:
        study: the solved grid.
        folder: where to.
        name: of the files.

    Returns:
        The paths of the PDF and of the SVG.
    """
    with pictures.style():
        return pictures.save(phase_figure(study), folder, name)


def phase_figure(study: "Phase") -> Any:
    """The matplotlib figure of `phase`."""
    across, up = study.axes
    columns = sorted({getattr(cell, across) for cell in study.cells})
    rows = sorted({getattr(cell, up) for cell in study.cells})
    side = min(0.72, (pictures.WIDTH - 0.75) / len(columns))
    figure = pictures.canvas(max(3.4, 0.75 + side * len(columns)), 0.95 + 0.55 * len(rows))
    figure.set_layout_engine("constrained")
    panel = figure.subplots()
    panel.grid(visible=False)
    fills = dict(zip(NAMES, _FILLS, strict=True))
    for cell in study.cells:
        _square(panel, cell, columns.index(getattr(cell, across)), rows.index(getattr(cell, up)), fills, side)
    panel.set_xticks(range(len(columns)), [f"{v:g}" for v in columns])
    panel.set_yticks(range(len(rows)), [f"{v:g}" for v in rows])
    panel.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-0.5, len(rows) - 0.5), xlabel=_TITLES[across], ylabel=_TITLES[up])
    panel.set_title(title(study), size=8.5, color=INK, parse_math=False)
    return figure


def _square(panel: Any, cell: "Cell", x: int, y: int, fills: dict, side: float) -> None:
    from matplotlib.patches import Rectangle

    look: dict = {"facecolor": fills[cell.winner], "edgecolor": pictures.GAP, "linewidth": 1.2}
    look |= {"hatch": "////"} if cell.gain < 1e-9 and not cell.met else {}  # nobody knows whether it is optimal
    panel.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, **look))
    size = min(7.0, 11 * side)
    panel.text(x, y + 0.14, _named(cell.winner), ha="center", va="center", size=size, color=INK, parse_math=False)
    panel.text(x, y - 0.2, gain(cell), ha="center", va="center", size=size - 0.8, color=MUTED, parse_math=False)


def _named(winner: str) -> str:
    return NAMES.get(winner, winner.replace("_", " "))


def gain(cell: "Cell") -> str:
    """How far below collapse the winner lies; a dash where it is not below, unless the bounds meet there."""
    if cell.met and cell.gain < 1e-9:
        return "optimal"
    return f"{100 * cell.gain:.1f} %" if cell.gain > 5e-4 else "–" if cell.gain < 1e-9 else "< 0.1 %"


def title(study: "Phase") -> str:
    """The model, and the value of what does not vary."""
    first = study.cells[0]
    fixed = [name for name in ("classes", "depth", "ratio") if len({getattr(c, name) for c in study.cells}) == 1]
    signs = {"classes": "K", "depth": "L", "ratio": "λ/λ₀"}
    told = [f"{signs[name]} = {getattr(first, name):g}" for name in fixed]
    return ", ".join([study.model, *told])


def phase_matrix(study: "Phase") -> Grid:
    """The diagram as a table: a row a value of the second axis, the winner and its gain in each cell."""
    across, up = study.axes
    columns = sorted({getattr(cell, across) for cell in study.cells})
    rows = sorted({getattr(cell, up) for cell in study.cells})
    known = {(getattr(cell, across), getattr(cell, up)): cell for cell in study.cells}
    signs = {"classes": "K", "depth": "L", "ratio": "λ/λ₀"}
    heads = {signs[up]: NUMBER} | {f"{signs[across]} = {value:g}": TEXT for value in columns}
    cells = [[f"{row:g}", *(_cell_text(known.get((column, row))) for column in columns)] for row in rows]
    return grids.grid(f"Best known structures: {title(study)}", heads, cells, study.note)


def _cell_text(cell: "Cell | None") -> str:
    return "" if cell is None else f"{_named(cell.winner)} {gain(cell)}".removesuffix(" –")


def phase_latex(study: "Phase") -> str:
    """The diagram as a LaTeX tabular: a row a value of the second axis, the winner and its gain in each cell."""
    from theorycheck.reports.tex import text

    matrix = phase_matrix(study)
    lines = [r"\begin{tabular}{r" + "l" * (len(matrix.columns) - 1) + "}", r"\hline"]
    lines.append(" & ".join(text(column.title) for column in matrix.columns) + r" \\ \hline")
    lines += [" & ".join(map(text, row)) + r" \\" for row in matrix.rows]
    return "\n".join([*lines, r"\hline", r"\end{tabular}", ""])

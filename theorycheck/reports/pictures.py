"""How every figure looks and is stored: one style, colours for colour-blind readers too, the same bytes twice."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from theorycheck.reports.files import write

INK, MUTED, LINE, PAPER = "#1b1b1b", "#5a5a5a", "#d4d4d4", "#ffffff"
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9"  # Okabe & Ito
SERIES = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
GAP = "#fdfdfd"  # between bars, of hatches and of rims: pages draw PAPER as nothing
WIDTH = 6.5  # inches: the text width of the LaTeX document

_STYLE = {
    "svg.hashsalt": "theorycheck",  # without it, ids change from run to run
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.5,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "hatch.linewidth": 0.4,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}


@contextmanager
def style() -> Iterator[None]:
    """The house's settings, and the user's own again afterwards."""
    import matplotlib

    fonts = logging.getLogger("fontTools")  # it warns of the dates inside the fonts that matplotlib ships
    level = fonts.level
    fonts.setLevel(logging.ERROR)
    try:
        with matplotlib.rc_context(_STYLE):
            yield
    finally:
        fonts.setLevel(level)


def canvas(width: float, height: float) -> Any:
    """An empty figure that belongs to no window, in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def plain_ticks(panel: Any) -> None:
    """A logarithmic y axis with ticks at 1, 2, 5, 10, ... written as plain numbers."""
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    panel.yaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
    panel.yaxis.set_major_formatter(ScalarFormatter(useOffset=False))
    panel.yaxis.set_minor_formatter(NullFormatter())


def save(figure: Any, folder: Path, name: str) -> tuple[Path, Path]:
    """Write the figure as PDF and SVG, without dates.

    Args:
        figure: a matplotlib figure.
        folder: where to.
        name: of both files, without ending.

    Returns:
        The paths of the PDF and of the SVG.
    """
    pdf = _bytes(figure, "pdf", {"CreationDate": None, "Creator": None, "Producer": None})
    svg = _bytes(figure, "svg", {"Date": None, "Creator": None, "Format": None, "Type": None})
    return write(Path(folder) / f"{name}.pdf", pdf), write(Path(folder) / f"{name}.svg", svg)


def _bytes(figure: Any, kind: str, metadata: dict) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, metadata=metadata)
    return stream.getvalue()

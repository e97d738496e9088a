"""The figure of how often training ends in collapse: frequencies with exact intervals, against width and against λ."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorycheck.errors import InvalidInstance
from theorycheck.reports import grids, pictures
from theorycheck.reports.grids import NUMBER, TEXT, Grid
from theorycheck.reports.pictures import BLUE, INK, MUTED

if TYPE_CHECKING:
    from theorycheck.training.collapse import CollapseStudy

_AXES = {"width": "width d", "reg": "regularisation λ"}


def collapse(studies: Sequence["CollapseStudy"], folder: Path, name: str = "collapse") -> tuple[Path, Path]:
    """One panel a study.

    Args:
        studies: against width or λ.
        folder: where to.
        name: of the files.

    Returns:
        The paths of the PDF and of the SVG.

    Raises:
        InvalidInstance: no study.
    """
    with pictures.style():
        return pictures.save(collapse_figure(studies), folder, name)


def collapse_figure(studies: Sequence["CollapseStudy"]) -> Any:
    """The matplotlib figure of `collapse`."""
    if not studies:
        raise InvalidInstance("a figure of how often training collapses needs at least one study")
    columns = min(2, len(studies))
    rows = -(-len(studies) // columns)
    figure = pictures.canvas(pictures.WIDTH, 0.5 + 2.3 * rows)
    figure.set_layout_engine("constrained", w_pad=0.06, h_pad=0.06)
    panels = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for panel in panels.flat[len(studies) :]:
        panel.set_visible(False)
    for study, panel in zip(studies, panels.flat, strict=False):
        _draw(panel, study)
    figure.supylabel("share of runs ending in collapse", size=8.5, color=INK)
    return figure


def _draw(panel: Any, study: "CollapseStudy") -> None:
    known = [p for p in study.points if p.share.runs]
    at = [float(getattr(p, study.axis)) for p in known]
    values = [p.share.value for p in known]
    below = [p.share.value - p.share.low for p in known]
    above = [p.share.high - p.share.value for p in known]
    panel.errorbar(at, values, [below, above], fmt="o", color=BLUE, markersize=4, linewidth=1.2, capsize=2.5)
    for p, x in zip(known, at, strict=True):
        panel.annotate(f"{p.share.count}/{p.share.runs}", (x, -0.13), ha="center", size=6.5, color=MUTED)
    panel.set_xscale("log", base=2 if study.axis == "width" else 10)
    panel.set(xlabel=_AXES[study.axis], ylim=(-0.2, 1.05))
    panel.set_yticks([0, 0.25, 0.5, 0.75, 1])
    if study.axis == "width":
        panel.set_xticks(at, [str(p.width) for p in known], minor=False)
        panel.minorticks_off()
    panel.set_title(title(study), size=8, color=INK, parse_math=False)


def title(study: "CollapseStudy") -> str:
    """The model, and what is held fixed."""
    model, loss = study.instance, {"mse": "squared loss", "ce": "cross-entropy"}[study.instance.loss]
    fixed = f"λ = {float(model.reg[0]):.4g}" if study.axis == "width" else f"d = {study.points[0].width}"
    return f"{model.activation}, {loss}, K = {model.classes}, L = {model.depth}, {fixed}"


def collapse_grid(study: "CollapseStudy") -> Grid:
    """The same as a table: counts, intervals, losses and ranks of the output."""
    heads = {"d": NUMBER, "λ": NUMBER, "collapsed": NUMBER, "interval": TEXT, "losses": TEXT}
    heads |= {"ranks of the output": TEXT}
    rows = []
    for p in study.points:
        losses = f"{p.losses[0]:.8f} to {p.losses[1]:.8f}" if p.losses else "–"
        ranks = ", ".join(f"{rank}: {count}" for rank, count in p.ranks.items()) or "–"
        counted = f"{p.share.count} of {p.share.runs}"
        interval = f"{p.share.low:.3f} to {p.share.high:.3f}"
        rows.append((str(p.width), f"{float(p.reg):.6g}", counted, interval, losses, ranks))
    return grids.grid(f"How often training collapses: {title(study)}", heads, rows, study.note)

"""The study of extremal vectors against n: a table, and a figure of their number, their angles and sup_w ‖D_n - D‖."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from theorycheck.reports import grids, pictures
from theorycheck.reports.grids import KEY, NUMBER, Grid
from theorycheck.reports.pictures import INK, MUTED, SERIES

if TYPE_CHECKING:
    from theorycheck.studies.alignment import Concentration, Point


LEAST_ANGLE = 0.05  # degrees: smaller ones lie below the figure
_HEADS = (
    "Sup: mean over seeds of sup_w ‖D_n(w) - Σβ/2‖, and over √(d ln n / n). Two: share of seeds with exactly two "
    "extremal vectors, D = 0 counted; mean and most: their number. Angle, in degrees: the worst of a seed, "
    "its mean; worst: of all."
)


def alignment_grid(study: "Concentration") -> Grid:
    """A row a law and n."""
    rows = []
    for p in study.points:
        row, angles = p.to_json(), (p.to_json()["mean_worst_angle"], p.to_json()["worst_angle"])
        ratio = "–" if row["ratio"] is None else f"{row['ratio']:.2f}"
        told = ["–" if a is None else f"{a:.1f}" for a in angles]
        counts = (f"{p.two:.2f}", f"{row['mean_count']:.2f}", str(row["most"]))
        rows.append((row["law"], str(p.n), f"{p.mean_sup:.4f}", ratio, *counts, *told))
    heads = {"law": KEY} | dict.fromkeys(("n", "sup", "/ rate", "two", "mean", "most", "angle", "worst"), NUMBER)
    return grids.grid("Extremal vectors against n", heads, rows, f"{_HEADS}\n{study.note}")


def alignment(study: "Concentration", folder: Path, name: str = "alignment") -> tuple[Path, Path]:
    """Angles and numbers of extremal vectors against n.

    Args:
        study: the points.
        folder: where to.
        name: of the files.

    Returns:
        The paths of the PDF and of the SVG.
    """
    with pictures.style():
        return pictures.save(alignment_figure(study), folder, name)


def alignment_figure(study: "Concentration") -> Any:
    """The matplotlib figure of `alignment`."""
    canvas = pictures.canvas(pictures.WIDTH, 2.9)
    canvas.set_layout_engine("constrained", w_pad=0.06, h_pad=0.05)
    number, angle, sup = canvas.subplots(1, 3)
    kinds = list(dict.fromkeys(p.law.kind for p in study.points))
    for k, kind in enumerate(kinds):
        points = [p for p in study.points if p.law.kind == kind]
        shift = 1.06 ** (2 * k - len(kinds) + 1)  # so that the dots of two laws do not hide each other
        _numbers(number, points, SERIES[k], shift)
        _angles(angle, points, SERIES[k], shift)
        means = [p.mean_sup for p in points]
        sup.plot([p.n for p in points], means, color=SERIES[k], marker="o", markersize=3, label=kind)
    _rates(sup, study)
    titles = ("number of extremal vectors", "angle to ±Σβ, degrees", "sup ‖D_n - D‖")
    for panel, title in zip((number, angle, sup), titles, strict=True):
        panel.set_title(title, size=8.5)
        panel.set_xscale("log")
        ns = sorted({p.n for p in study.points})
        panel.set_xticks(ns, list(map(str, ns)), rotation=45 if len(ns) > 4 else 0)
        panel.minorticks_off()
    angle.set_yscale("log")
    angle.set_ylim(LEAST_ANGLE, 100)
    number.set_ylim(0, max(max(p.counts) for p in study.points) + 1)
    number.yaxis.get_major_locator().set_params(integer=True)
    canvas.supxlabel("number of samples n", size=8.5, color=INK)
    handles, labels = sup.get_legend_handles_labels()
    canvas.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False, fontsize=8)
    return canvas


def _numbers(panel: Any, points: list["Point"], colour: str, shift: float) -> None:
    """A dot a number that occurs, its area the share of seeds; the line is the mean."""
    for p in points:
        for count in sorted(set(p.counts)):
            share = p.counts.count(count) / len(p.counts)
            panel.scatter(p.n * shift, count, s=70 * share, color=colour, alpha=0.35, linewidth=0)
    panel.plot([p.n for p in points], [np.mean(p.counts) for p in points], color=colour, linewidth=1.3)


def _angles(panel: Any, points: list["Point"], colour: str, shift: float) -> None:
    """A dot an extremal vector; the line is the mean over seeds of the worst one."""
    for p in points:
        panel.scatter([p.n * shift] * len(p.angles), p.angles, s=5, color=colour, alpha=0.3, linewidth=0)
    shown = [p for p in points if p.worst_angles]
    panel.plot([p.n for p in shown], [np.mean(p.worst_angles) for p in shown], color=colour, linewidth=1.3)


def _rates(panel: Any, study: "Concentration") -> None:
    ns = np.array(sorted({p.n for p in study.points if p.n > 1}), dtype=float)
    if len(ns):
        rate = np.sqrt(study.points[0].law.d * np.log(ns) / ns)
        panel.plot(ns, rate, color=MUTED, linewidth=1, linestyle=(0, (4, 2)), label="√(d ln n / n)")
    panel.set_yscale("log")
    pictures.plain_ticks(panel)

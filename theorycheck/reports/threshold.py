"""Figures and tables of the optimization threshold: how runs end, and their losses against n and against λ."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from theorycheck.reports import grids, pictures
from theorycheck.reports.grids import NUMBER, TEXT, Grid
from theorycheck.reports.pictures import BLUE, GAP, GREEN, INK, MUTED, ORANGE, RED

if TYPE_CHECKING:
    from theorycheck.studies.threshold import Point, Threshold

# colour, hatch: colour is never the only sign
_LOOKS = {
    "interpolates": (RED, ""),
    "other stationary point": (ORANGE, "...."),
    "two-sided": (BLUE, "////"),
    "unfinished": ("#e6e6e6", ""),
}
_NAMES = {
    "interpolates": "interpolates",
    "other stationary point": "other stationary point",
    "two-sided": "two-sided fit",
    "unfinished": "unfinished (supports nothing)",
}
_LABELS = {"samples": "n, n/d (dashed: n = 2d)", "init": "scale of the start λ"}


def threshold(study: "Threshold", folder: Path, name: str = "threshold") -> tuple[Path, ...]:
    """Both figures.

    Args:
        study: the answered question.
        folder: where to.
        name: of the files; the losses get `-losses` behind it.

    Returns:
        The paths of the PDFs and SVGs.
    """
    with pictures.style():
        return (
            *pictures.save(endings_figure(study), folder, name),
            *pictures.save(losses_figure(study), folder, f"{name}-losses"),
        )


def _panels(count: int, rows: int, height: float) -> tuple[Any, Any]:
    figure = pictures.canvas(pictures.WIDTH, 0.55 + height * rows)
    figure.set_layout_engine("constrained", w_pad=0.04, h_pad=0.05)
    return figure, figure.subplots(rows, count, squeeze=False)


def endings_figure(study: "Threshold") -> Any:
    """Shares of the endings as stacked bars, a panel a curve, with exact intervals for interpolation."""
    curves = study.curves()
    across = min(3, len(curves))
    figure, panels = _panels(across, -(-len(curves) // across), 2.4)
    for panel in panels.flat[len(curves) :]:
        panel.set_visible(False)
    for panel, (name, points) in zip(panels.flat, curves, strict=False):
        _bars(panel, study, points)
        panel.set_title(name, size=8.5, color=INK)
    for row in panels[:, 1:]:
        for panel in row:
            panel.tick_params(labelleft=False)
    figure.supylabel("share of runs", size=8.5, color=INK)
    _legend(figure, [_patch(kind) for kind in _LOOKS])
    return figure


def _patch(kind: str) -> Any:
    from matplotlib.patches import Patch

    colour, hatch = _LOOKS[kind]
    return Patch(facecolor=colour, hatch=hatch, edgecolor=GAP, label=_NAMES[kind])


def _legend(figure: Any, handles: list) -> None:
    figure.legend(handles=handles, loc="outside upper center", ncols=4, fontsize=7, frameon=False)


def _bars(panel: Any, study: "Threshold", points: "tuple[Point, ...]") -> None:
    places = np.arange(len(points))
    below = np.zeros(len(points))
    for kind, (colour, hatch) in _LOOKS.items():
        shares = np.array([p.count(kind) / len(p.runs) for p in points])
        panel.bar(places, shares, 0.8, below, color=colour, hatch=hatch, edgecolor=GAP, linewidth=0.6)
        below += shares
    spans, intervals = [p.span for p in points], [p.interval for p in points]
    middle = [sum(span) / 2 for span in spans]
    errors = [[m - i[0] for m, i in zip(middle, intervals, strict=True)]]
    errors += [[i[1] - m for m, i in zip(middle, intervals, strict=True)]]
    panel.errorbar(places, middle, errors, fmt="none", ecolor=INK, elinewidth=1, capsize=2.5)
    panel.set_xticks(places, [_tick(study, p) for p in points], size=6.2 if len(points) > 7 else 7.5)
    panel.set(ylim=(0, 1), xlabel=_LABELS[study.axis])
    panel.grid(visible=False)
    _mark_twice(panel, study, points)


def _tick(study: "Threshold", point: "Point") -> str:
    if study.axis == "init":
        return f"{float(point.init):.3g}"
    return f"{point.samples}\n{point.samples / point.inputs:.3g}"


def _mark_twice(panel: Any, study: "Threshold", points: "tuple[Point, ...]") -> None:
    """A line beyond the last n that is at most 2d: to its right the two-sided fit leaves a loss."""
    if study.axis != "samples":
        return
    below = sum(p.samples <= 2 * p.inputs for p in points)
    if 0 < below < len(points):
        panel.axvline(below - 0.5, color=INK, linewidth=1.1, linestyle=(0, (4, 2)))


def losses_figure(study: "Threshold") -> Any:
    """Training loss above, excess test loss below, a column a curve; every run a dot, hollow where unfinished."""
    curves = study.curves()[:4]
    figure, panels = _panels(len(curves), 2, 2.1)
    for column, (name, points) in enumerate(curves):
        upper, lower = panels[0, column], panels[1, column]
        _train(upper, study, points)
        _test(lower, study, points)
        upper.set_title(name, size=8.5, color=INK)
        _twice(upper, study, points)
        _twice(lower, study, points)
        lower.set_xlabel("samples n" if study.axis == "samples" else _LABELS["init"])
    panels[0, 0].set_ylabel("training loss")
    panels[1, 0].set_ylabel("excess test loss")
    handles = [*panels[0, 0].get_legend_handles_labels()[0], *panels[1, 0].get_legend_handles_labels()[0]]
    _legend(figure, list({h.get_label(): h for h in handles}.values()))
    return figure


def _twice(panel: Any, study: "Threshold", points: "tuple[Point, ...]") -> None:
    if study.axis == "samples" and points[0].samples <= 2 * points[0].inputs <= points[-1].samples:
        panel.axvline(2 * points[0].inputs, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), label="n = 2d")


def _dots(panel: Any, study: "Threshold", points: "tuple[Point, ...]", name: str, floor: float) -> None:
    for finished, face, label in ((True, GREEN, "run"), (False, "white", "unfinished run")):
        pairs = [
            (float(getattr(p, study.axis)), max(getattr(one, name), floor))
            for p in points
            for one in p.runs
            if (one.ending != "unfinished") == finished
        ]
        if pairs:
            at, height = zip(*pairs, strict=True)
            look = {"s": 12, "facecolor": face, "edgecolor": GREEN, "linewidth": 0.7, "alpha": 0.8}
            panel.scatter(at, height, label=label, zorder=3, **look)


def _train(panel: Any, study: "Threshold", points: "tuple[Point, ...]") -> None:
    at = [float(getattr(p, study.axis)) for p in points]
    level = float(study.question.sigma) ** 2 / 2
    _dots(panel, study, points, "train", 0.0)
    panel.plot(
        at,
        [p.mean("two_sided", False) for p in points],
        color=BLUE,
        linewidth=1.2,
        label="two-sided fit (mean above, median below)",
    )
    panel.plot(
        at, [_expected(study, p) for p in points], color=MUTED, linewidth=1, linestyle=":", label="σ²(n - 2d)/(2n)"
    )
    panel.axhline(level, color=RED, linewidth=1, linestyle="--", label="σ²/2")
    panel.set_ylim(bottom=-0.03 * max(level, 1e-12))
    _ticks(panel, study, points)


def _test(panel: Any, study: "Threshold", points: "tuple[Point, ...]") -> None:
    at = [float(getattr(p, study.axis)) for p in points]
    level = float(study.question.sigma) ** 2 / 2
    _dots(panel, study, points, "test", 1e-12)
    middle = [p.median("test_two_sided") for p in points]  # near n = 2d the mean is that of a few huge values
    panel.plot(at, middle, color=BLUE, linewidth=1.2, label="two-sided fit (mean above, median below)")
    middle = [p.median("test_ols") for p in points]
    panel.plot(at, middle, color=ORANGE, linewidth=1.2, linestyle="-.", label="least squares, median")
    if level:
        panel.axhline(level, color=RED, linewidth=1, linestyle="--")
    panel.set_yscale("log")
    _ticks(panel, study, points)


def _ticks(panel: Any, study: "Threshold", points: "tuple[Point, ...]") -> None:
    """A logarithmic axis whose ticks are values that were run, at least a factor 1.5 apart."""
    panel.set_xscale("log")
    chosen: list[float] = []
    for value in sorted({float(getattr(p, study.axis)) for p in points}):
        if not chosen or value >= 1.5 * chosen[-1]:
            chosen.append(value)
    panel.set_xticks(chosen, [f"{v:.3g}" for v in chosen])
    panel.minorticks_off()


def threshold_grid(study: "Threshold") -> Grid:
    """A row a point: endings, interval, losses against the two-sided fit and its expectation."""
    heads = {"d": NUMBER, "n": NUMBER, "λ": NUMBER, "interpolates": NUMBER, "two-sided": NUMBER, "other": NUMBER}
    heads |= {"unfinished": NUMBER, "P(interpolates)": TEXT, "train": NUMBER, "two-sided fit": NUMBER}
    heads |= {"excess test": NUMBER, "of two-sided fit": NUMBER, "of least squares": NUMBER}
    rows = [_row(p) for _, points in study.curves() for p in points]
    return grids.grid("How training of both layers ends", heads, rows, study.note)


def _row(p: "Point") -> tuple[str, ...]:
    low, high = p.interval
    losses = [p.mean("train"), p.mean("two_sided", False)]
    losses += [p.median("test", True), p.median("test_two_sided"), p.median("test_ols")]
    interval = f"{low:.2f} to {high:.2f}"
    return (str(p.inputs), str(p.samples), f"{float(p.init):.3g}", *_counts(p), interval, *map(_shown, losses))


def brief_grids(study: "Threshold") -> list[Grid]:
    """The same for a terminal of 100 columns, a table a curve; CSV and JSON hold the rest."""
    axis = {"samples": "n/d", "init": "λ"}[study.axis]
    heads = dict.fromkeys((axis, "n", "interpolates", "two-sided", "other", "unfinished"), NUMBER)
    heads |= {"train loss": NUMBER, "σ²(n-2d)/(2n)": NUMBER}
    title = f"How training of both layers ends, σ²/2 = {float(study.question.sigma) ** 2 / 2:.4g}"
    tables = [
        grids.grid(f"{title}, {name}", heads, [_brief_row(study, p) for p in points]) for name, points in study.curves()
    ]
    return [*tables[:-1], attrs.evolve(tables[-1], note=study.note)]


def _brief_row(study: "Threshold", p: "Point") -> tuple[str, ...]:
    at = f"{p.samples / p.inputs:.3g}" if study.axis == "samples" else f"{float(p.init):.3g}"
    losses = (p.mean("train"), _expected(study, p))
    return (at, str(p.samples), *_counts(p), *map(_shown, losses))


def _expected(study: "Threshold", p: "Point") -> float:
    """What the two-sided fit leaves of the noise: σ²(n - 2d)/(2n), or 0."""
    return float(study.question.sigma) ** 2 / 2 * max(0.0, 1 - 2 * p.inputs / p.samples)


def _counts(p: "Point") -> list[str]:
    return [str(p.count(kind)) for kind in ("interpolates", "two-sided", "other stationary point", "unfinished")]


def _shown(loss: float) -> str:
    return "–" if np.isnan(loss) else f"{loss:.4g}" if loss >= 1e-7 else "0"


def threshold_latex(study: "Threshold") -> str:
    """The same as a LaTeX tabular."""
    from theorycheck.reports.tex import text

    table = threshold_grid(study)
    kinds = "".join("l" if column.kind == TEXT else "r" for column in table.columns)
    lines = [rf"\begin{{tabular}}{{{kinds}}}", r"\hline"]
    lines.append(" & ".join(text(column.title) for column in table.columns) + r" \\ \hline")
    lines += [" & ".join(map(text, row)) + r" \\" for row in table.rows]
    return "\n".join([*lines, r"\hline", r"\end{tabular}", ""])

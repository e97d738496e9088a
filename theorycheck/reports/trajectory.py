"""The figure of a trajectory study: stable ranks, margin spread and loss against time, with the predicted curves."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from theorycheck.reports import grids, pictures
from theorycheck.reports.grids import NUMBER, TEXT, Grid
from theorycheck.reports.pictures import BLUE, GREEN, INK, ORANGE, RED
from theorycheck.training.coordinates_frame import BLOCKS

if TYPE_CHECKING:
    from theorycheck.studies.trajectory import TrajectoryStudy

_COLOURS: dict = dict(zip(BLOCKS, (BLUE, RED, GREEN), strict=True))
_NAMES = {"plus": "$W_+$", "minus": "$W_-$", "stacked": "$W$"}
_DASHED = {"color": INK, "linewidth": 1.1, "linestyle": (0, (4, 2)), "zorder": 3}
_LEGEND: dict = {"frameon": False, "fontsize": 7, "loc": "best"}
_LEAST = 1e-12  # a stable rank is not known better than that
_NOISE = 1e-15  # nor a spread
_ACROSS = 98  # characters of a title's line


def trajectory(study: "TrajectoryStudy", folder: Path, name: str = "trajectory") -> tuple[Path, Path]:
    """The figure.

    Args:
        study: runs and predictions.
        folder: where to.
        name: of the files.

    Returns:
        The paths of the PDF and of the SVG.
    """
    with pictures.style():
        return pictures.save(trajectory_figure(study), folder, name)


def trajectory_figure(study: "TrajectoryStudy") -> Any:
    """The matplotlib figure of `trajectory`."""
    figure = pictures.canvas(pictures.WIDTH, 5.2)
    figure.set_layout_engine("constrained", w_pad=0.07, h_pad=0.05)
    ranks, excess, spread, loss = figure.subplots(2, 2, sharex=True).flat
    _ranks(ranks, study)
    _excess(excess, study)
    _spread(spread, study)
    _loss(loss, study)
    for panel in (ranks, excess, spread, loss):
        panel.set_xscale("log")
        panel.set_xlim(left=_first(study))
    unit = "$\\|W^*\\|_F^2$" if study.predicted else "the limit of loss · t"
    figure.supxlabel(f"log(1 + t), t = gradient-flow time / {unit}", size=8.5, color=INK)
    figure.suptitle(heading(study), size=8.5, x=0.01, ha="left", color=INK, parse_math=False)
    return figure


def _first(study: "TrajectoryStudy") -> float:
    return 0.8 * min(float(study.clock(r)[1]) for r in study.trajectory.runs if len(r.steps) > 1)


def _line(panel: Any, study: "TrajectoryStudy", r: Any, values: Any, colour: str) -> None:
    """A run's line; dotted where it has not met its criterion, since it then supports nothing."""
    x, values = study.clock(r), np.asarray(values, dtype=float)
    shown = (x > 0) & np.isfinite(values)
    panel.plot(x[shown], values[shown], color=colour, linewidth=1.2, alpha=0.8, linestyle="-" if r.met else ":")


def _ranks(panel: Any, study: "TrajectoryStudy") -> None:
    for k, name in enumerate(BLOCKS):
        for r in study.trajectory.runs:
            _line(panel, study, r, r.stable_ranks[:, k], _COLOURS[name])
    panel.set_title("stable rank", size=8.5, color=INK)
    if max(float(np.nanmax(r.stable_ranks[1:], initial=0)) for r in study.trajectory.runs) > 5:
        panel.set_yscale("log")
        pictures.plain_ticks(panel)
    handles = [_key(_COLOURS[name], label) for name, label in _NAMES.items()]
    if study.predicted:
        for value in dict.fromkeys(round(v, 12) for v in study.predicted.stable_ranks.values()):
            panel.axhline(value, **_DASHED)
        handles.append(_key(INK, "limits of the KKT point", dashed=True))
    panel.legend(handles=handles, **_LEGEND)


def _excess(panel: Any, study: "TrajectoryStudy") -> None:
    """How far W_+ and W_- are from their limits; a run's own prediction beside the first run only, to be seen."""
    drawn = False
    for k, name in enumerate(BLOCKS[:2]):
        for r in study.trajectory.runs:
            limit = study.predicted.stable_ranks[name] if study.predicted else r.limits[k]
            _line(panel, study, r, np.maximum(np.abs(r.stable_ranks[:, k] - limit), _LEAST), _COLOURS[name])
        first = study.trajectory.runs[0]
        if name in (constants := study.excess(first)):
            late = np.array([3.0, float(study.clock(first)[-1])])
            panel.plot(late, constants[name] / late**2, **_DASHED)
            drawn = True
    panel.set_yscale("log")
    goal = "limit" if study.predicted else "limit read off the run"
    panel.set_title(f"|stable rank - {goal}|", size=8.5, color=INK)
    if drawn:
        label = r"$\|E_\perp\|^2 / (m \|v\|^2 \log^2 t)$, first seed"
        panel.legend(handles=[_key(INK, label, dashed=True)], **_LEGEND)


def _spread(panel: Any, study: "TrajectoryStudy") -> None:
    for r in study.trajectory.runs:
        _line(panel, study, r, np.where(r.spread > _NOISE, r.spread, np.nan), BLUE)
    panel.set_yscale("log")
    panel.set_title(r"margin spread $(q_{max} - q_{min}) / \|W\|_F$", size=8.5, color=INK)
    goal = study.predicted
    if goal and goal.differences is not None and goal.differences > 1e-12:
        ends = np.array([1.0, max(2.0, *(float(study.clock(r)[-1]) for r in study.trajectory.runs))])
        panel.plot(ends, goal.differences / (goal.norm * ends), **_DASHED)
        panel.legend(handles=[_key(INK, r"$D / (\|W^*\|_F \log t)$", dashed=True)], **_LEGEND)
    elif goal and goal.differences is None:
        panel.axhline((goal.speeds.max() - 1) / goal.norm, **_DASHED)
        panel.legend(handles=[_key(INK, "limit: margins stay unequal", dashed=True)], **_LEGEND)


def _loss(panel: Any, study: "TrajectoryStudy") -> None:
    for r in study.trajectory.runs:
        _line(panel, study, r, r.loss_times_time / study.unit, ORANGE)
    panel.axhline(1, **_DASHED)
    panel.set_ylim(0, 1.6)
    label = r"limit $\|W^*\|_F^2$" if study.predicted else "median of the ends"
    panel.set_title("loss · t, over the dashed line's value", size=8.5, color=INK)
    panel.legend(handles=[_key(INK, label, dashed=True)], **_LEGEND)


def _key(colour: str, label: str, dashed: bool = False) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=colour, linewidth=1.2, linestyle=(0, (4, 2)) if dashed else "-", label=label)


def title(study: "TrajectoryStudy") -> str:
    """The model, the start and how many runs there are."""
    one, runs = study.instance, study.trajectory.runs
    met = sum(r.met for r in runs)
    kind = "ReLU" if one.relu else f"leaky ReLU, γ = {one.slope}"
    width = "+".join(map(str, one.width))
    ended = "all settled" if met == len(runs) else f"{met} settled, the others dotted"
    sizes = f"n = {one.data.n}, d = {one.data.d}, m = {width}"
    return f"{kind}, {sizes}, start {float(one.init):g}, data {one.data.name}; {len(runs)} seeds, {ended}"


def heading(study: "TrajectoryStudy") -> str:
    """The title in lines that the figure holds."""
    return textwrap.fill(title(study), _ACROSS)


def trajectory_grid(study: "TrajectoryStudy") -> Grid:
    """The ends of the runs as a table, below the prediction."""
    heads = {"run": TEXT, "SR W+": NUMBER, "SR W-": NUMBER, "SR W": NUMBER, "loss·t": NUMBER}
    heads |= {"largest/least speed": NUMBER, "least margin": NUMBER, "spread": NUMBER, "ended": TEXT}
    rows = []
    if known := study.predicted:
        ranks = [f"{known.stable_ranks[name]:.6f}" for name in BLOCKS]
        rows.append(("predicted", *ranks, f"{known.norm**2:.6g}", f"{known.speeds.max():.5f}", "∞", "", "limit"))
    for r in study.trajectory.runs:
        ranks = [f"{v:.6f}" for v in r.stable_ranks[-1]]
        speed = f"{r.slopes.max():.5f}" if np.isfinite(r.slopes).all() else "–"
        numbers = (f"{r.loss_times_time[-1]:.6g}", speed, f"{r.least[-1]:.5g}", f"{r.spread[-1]:.4g}")
        rows.append((f"seed {r.seed}", *ranks, *numbers, "settled" if r.met else r.reason))
    return grids.grid(f"Trajectories: {title(study)}", heads, rows, study.note)

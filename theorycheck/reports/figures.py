"""The figures of the write-up, each from data objects to a PDF and an SVG file."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.reports import pictures
from theorycheck.reports.pictures import INK, MUTED, SERIES

if TYPE_CHECKING:
    from theorycheck.training.figure1 import Figure1

ROUNDING = 1e-14  # relative: singular values below it are rounding errors of float64


@attrs.frozen(eq=False)
class Decay:
    """Singular values of the preactivations Z along runs of label-noise SGD.

    Attributes:
        title: what was trained.
        steps: for each run the step counts of its records, (records,).
        values: for each run the singular values, decreasing, (records, min(n, m)).
        seeds: of the runs.
        e_fold: predicted number of steps in which the second one shrinks by e.
        time_per_step: gradient-flow time of one step, or 0 where no flow is known.
        choices: what the paper leaves unsaid, by name.
        failures: what to say of runs that diverged or did not meet their criterion; they support nothing.
    """

    title: str
    steps: tuple[np.ndarray, ...]
    values: tuple[np.ndarray, ...]
    seeds: tuple[int, ...]
    e_fold: float
    time_per_step: float = 0.0
    choices: dict = attrs.field(factory=dict)
    failures: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """How many runs, how they ended, and which choices were ours."""
        ended = "; ".join(self.failures) or "all took their steps and none diverged"
        ours = ", ".join(f"{name} = {value}" for name, value in self.choices.items())
        return f"{len(self.seeds)} seeds; {ended}." + (f" Our choices: {ours}." if ours else "")


def decay(result: "Figure1 | Decay") -> Decay:
    """The record that the figure needs, from a rebuilt Figure 1.

    Raises:
        InvalidInstance: the object is neither a `Figure1` nor a `Decay`.
    """
    if isinstance(result, Decay):
        return result
    if not hasattr(result, "training"):
        raise InvalidInstance(f"a {type(result).__name__} is no training result; pass a Figure1 or a Decay")
    runs, rate = result.training.runs, result.prediction.rate
    setting = result.setting
    sizes = f"{setting.width} neurons, n = {setting.samples}, d = {setting.inputs}, φ(z) = {setting.activation}"
    return Decay(
        title=f"Label-noise SGD: {sizes}, step {setting.step_size:g}",
        steps=tuple(run.record_steps for run in runs),
        values=tuple(run.trajectory["singular_values"] for run in runs),
        seeds=tuple(run.seed for run in runs),
        e_fold=result.e_fold,
        time_per_step=1 / (result.e_fold * rate) if np.isfinite(result.e_fold) and rate > 0 else 0.0,
        choices=setting.our_choices,
        failures=tuple(f"seed {run.seed}: {run.summary}" for run in runs if not run.met_criterion),
    )


def singular_values(result: "Figure1 | Decay", folder: Path, name: str = "singular-values") -> tuple[Path, Path]:
    """Singular values of Z against steps, one panel a seed, with the predicted rate as a dashed line.

    Args:
        result: what was trained.
        folder: where to.
        name: of the files.

    Returns:
        The paths of the PDF and of the SVG.
    """
    with pictures.style():
        return pictures.save(singular_values_figure(decay(result)), folder, name)


def singular_values_figure(record: Decay) -> Any:
    """The matplotlib figure of `singular_values`."""
    if not record.seeds:
        raise InvalidInstance("a figure of singular values needs at least one run")
    columns = min(3, len(record.seeds))
    rows = -(-len(record.seeds) // columns)
    figure = pictures.canvas(pictures.WIDTH, 1.05 + 2.15 * rows)
    figure.set_layout_engine("constrained", w_pad=0.06, h_pad=0.06)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for panel in panels.flat[len(record.seeds) :]:
        panel.set_visible(False)
    for k, panel in zip(range(len(record.seeds)), panels.flat, strict=False):
        _run_panel(panel, record, k)
        if record.time_per_step > 0 and k < columns:
            _time_axis(panel, record.time_per_step)
    figure.supxlabel("steps of label-noise SGD", size=8.5, color=INK)
    figure.supylabel("singular values of Z", size=8.5, color=INK)
    dashed = f"dashed: predicted rate, one e-fold in {record.e_fold:,.0f} steps" if np.isfinite(record.e_fold) else ""
    figure.suptitle(f"{record.title}\n{dashed}".rstrip(), size=8.5, x=0.01, ha="left", color=INK, parse_math=False)
    return figure


def _run_panel(panel: Any, record: Decay, k: int) -> None:
    steps, values = np.asarray(record.steps[k], dtype=float), np.asarray(record.values[k], dtype=float)
    floor = ROUNDING * float(np.nanmax(values[0]))
    panel.set_yscale("log")
    panel.axhspan(floor / 1e3, floor, color=pictures.LINE, alpha=0.6, linewidth=0)
    for index in range(values.shape[1]):
        shown = np.isfinite(values[:, index]) & (values[:, index] > floor)
        panel.plot(steps[shown], values[shown, index], color=SERIES[index % len(SERIES)], linewidth=1.4)
        if shown.any():
            _name_line(panel, steps[shown], values[shown, index], index)
    if values.shape[1] > 1 and np.isfinite(record.e_fold):
        _predicted(panel, steps, values[:, 1], record.e_fold, floor)
    panel.set_title(f"seed {record.seeds[k]}", size=8.5, color=MUTED)
    panel.set_ylim(floor / 3, 100 * float(np.nanmax(values)))
    panel.ticklabel_format(axis="x", style="sci", scilimits=(-3, 4), useMathText=True)
    panel.xaxis.get_major_locator().set_params(nbins=4)


def _name_line(panel: Any, steps: np.ndarray, values: np.ndarray, index: int) -> None:
    at = int(np.argmin(np.abs(steps - steps[-1] * (0.45 if index else 0.8))))
    below, above = {"xytext": (-4, -2), "ha": "right", "va": "top"}, {"xytext": (0, 3), "ha": "center", "va": "bottom"}
    spot = (steps[at], values[at])
    label = f"$\\sigma_{{{index + 1}}}$"
    panel.annotate(
        label,
        spot,
        textcoords="offset points",
        color=SERIES[index % len(SERIES)],
        size=9,
        **(below if index else above),
    )


def _predicted(panel: Any, steps: np.ndarray, second: np.ndarray, e_fold: float, floor: float) -> None:
    """The predicted slope, from the point where the decay has become exponential: a tenth of the run."""
    at = len(steps) // 10
    if not second[at] > floor:
        return
    line = np.array([steps[at], min(steps[-1], steps[at] + e_fold * np.log(second[at] / floor))])
    fall = second[at] * np.exp(-(line - steps[at]) / e_fold)
    panel.plot(line, fall, color=INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=3)


def _time_axis(panel: Any, time_per_step: float) -> None:
    from matplotlib.ticker import MaxNLocator

    axis = panel.secondary_xaxis("top", functions=(lambda s: s * time_per_step, lambda t: t / time_per_step))
    axis.set_xlabel("gradient-flow time", size=7.5, color=MUTED)
    axis.xaxis.set_major_locator(MaxNLocator(4))
    axis.spines["top"].set_visible(True)


def curvatures(names: Sequence[Any], folder: Path, name: str = "curvature") -> tuple[Path, Path]:
    """h''(u) = 2φ'''/φ' against u = φ(z), one small panel an activation; where it is negative the panel is marked.

    Args:
        names: activations, or what `models.activations.activation` makes one of.
        folder: where to.
        name: of the files.

    Returns:
        The paths of the PDF and of the SVG.
    """
    from theorycheck.reports.curvature import curvature_figure

    with pictures.style():
        return pictures.save(curvature_figure(names), folder, name)


def drop_pages(rows: Iterable[Any], folder: Path, name: str = "drop-one") -> list[tuple[Path, Path]]:
    """The drop-one table as pictures, each short enough for a page.

    Args:
        rows: with claim, dropped, label, outcome, witness, tries, seconds.
        folder: where to.
        name: of the files; a number follows.

    Returns:
        The paths of the PDF and of the SVG of each page.
    """
    from theorycheck.reports.dropped import drop_figures

    with pictures.style():
        figures = drop_figures(tuple(rows))
        return [pictures.save(figure, folder, f"{name}-{k}") for k, figure in enumerate(figures, 1)]

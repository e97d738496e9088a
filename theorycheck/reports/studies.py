"""What a report shows of studies: a table each, and figures with captions."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.reports import alignment, extremal_figures, phase, threshold, trajectory
from theorycheck.reports.alignment import alignment_grid
from theorycheck.reports.collapse import collapse, collapse_grid
from theorycheck.reports.collapse import title as collapse_title
from theorycheck.reports.extremal import vector_grid
from theorycheck.reports.files import write
from theorycheck.reports.grids import Grid

Drawn = tuple[tuple[Path, Path], str]

_CIRCLE = (
    "Left: samples, and the circle of directions w, coloured by Gₙ(w) = 1/n Σ yₖ max(⟨w, xₖ⟩, 0); ticks are the "
    "kinks, where w is orthogonal to a sample. Arrows: extremal vectors, where early training takes the neurons. "
    "Right: Gₙ along the circle."
)
_SPHERE = (
    "Both halves of the sphere of directions w, coloured by Gₙ(w) = 1/n Σ yₖ max(⟨w, xₖ⟩, 0); lines are the great "
    "circles orthogonal to the samples, on which it has kinks. Triangles: extremal vectors."
)
_TRAJECTORY = (
    "Stable ranks of W₊, W₋ and of both together, spread of the margins over the norm, and loss times time along "
    "gradient descent from several starts; dashed lines are predicted."
)
_ENDINGS = "How training of both layers ends: shares of runs, and 95 % bounds of the probability to interpolate."
_LOSSES = "The runs of the figure before: training loss above, excess test loss below."
_VECTORS = ("direction w", "kind", "where", "‖D‖", "attracts")
_RANKS = ("run", "SR W+", "SR W-", "SR W", "loss·t", "largest/least speed", "spread", "ended")
_COUNTS = ("d", "n", "λ", "interpolates", "two-sided", "other", "unfinished", "P(interpolates)")
_RISKS = ("d", "n", "λ", "train", "two-sided fit", "excess test", "of two-sided fit", "of least squares")
_CONCENTRATION = "Extremal vectors against the number of samples: how many, how far from ±Σβ, and sup ‖Dₙ - D‖."


@attrs.frozen
class _Kind:
    """How one kind of study is shown: `draw` takes the study, the folder and the name of its files."""

    home: str
    name: str
    files: str
    grids: Callable[[Any], tuple[Grid, ...]]
    draw: Callable[[Any, Path, str], Iterator[Drawn]]


def _phase(study: Any, folder: Path, name: str) -> Iterator[Drawn]:
    write(folder / f"{name}.csv", study.to_csv())
    write(folder / f"{name}.tex", phase.phase_latex(study))
    yield phase.phase(study, folder, name), f"Best known structures: {phase.title(study)}. {study.note}"


def _extremal(study: Any, folder: Path, name: str) -> Iterator[Drawn]:
    data = study.data
    if data.d in (2, 3):
        found = "all, certified" if study.certified_complete else "all" if study.complete else "not known to be all"
        caption = f"{len(study.vectors)} extremal vectors ({found}) of {data.name}, n = {data.n}, d = {data.d}. "
        yield extremal_figures.extremal(study, folder, name), caption + (_CIRCLE if data.d == 2 else _SPHERE)


def _trajectory(study: Any, folder: Path, name: str) -> Iterator[Drawn]:
    yield trajectory.trajectory(study, folder, name), f"{_TRAJECTORY} {trajectory.title(study)}. {study.note}"


def _threshold(study: Any, folder: Path, name: str) -> Iterator[Drawn]:
    paths = threshold.threshold(study, folder, name)
    write(folder / f"{name}.tex", threshold.threshold_latex(study))
    yield (paths[0], paths[1]), f"{_ENDINGS} {study.note}"
    yield (paths[2], paths[3]), _LOSSES


def _concentration(study: Any, folder: Path, name: str) -> Iterator[Drawn]:
    write(folder / f"{name}.csv", study.to_csv())
    yield alignment.alignment(study, folder, name), f"{_CONCENTRATION} {study.note}"


def _none(study: Any, folder: Path, name: str) -> Iterator[Drawn]:
    """No figure of its own."""
    return iter(())


def _only(grid: Grid, names: tuple[str, ...]) -> Grid:
    """Some of the columns, since a page is narrower than a screen."""
    kept = [k for k, column in enumerate(grid.columns) if column.title in names]
    rows = tuple(tuple(row[k] for k in kept) for row in grid.rows)
    return attrs.evolve(grid, columns=tuple(grid.columns[k] for k in kept), rows=rows)


def _threshold_grids(study: Any) -> tuple[Grid, Grid]:
    whole = threshold.threshold_grid(study)
    losses = attrs.evolve(_only(whole, _RISKS), title="Losses of these runs")
    return attrs.evolve(_only(whole, _COUNTS), note=""), losses


_KINDS = (
    _Kind("theorycheck.studies.phase", "Phase", "phase", lambda s: (phase.phase_matrix(s),), _phase),
    _Kind("theorycheck.training.collapse", "CollapseStudy", "collapse", lambda s: (collapse_grid(s),), _none),
    _Kind(
        "theorycheck.exact.extremal",
        "ExtremalSolution",
        "extremal",
        lambda s: (_only(vector_grid(s.to_json()), _VECTORS),),
        _extremal,
    ),
    _Kind(
        "theorycheck.studies.trajectory",
        "TrajectoryStudy",
        "trajectory",
        lambda s: (_only(trajectory.trajectory_grid(s), _RANKS),),
        _trajectory,
    ),
    _Kind("theorycheck.studies.threshold", "Threshold", "threshold", _threshold_grids, _threshold),
    _Kind(
        "theorycheck.studies.alignment", "Concentration", "alignment", lambda s: (alignment_grid(s),), _concentration
    ),
)


def _kind(study: Any) -> _Kind:
    """By class, without importing the others."""
    for kind in _KINDS:
        if (type(study).__module__, type(study).__name__) == (kind.home, kind.name):
            return kind
    known = ", ".join(kind.name for kind in _KINDS)
    raise InvalidInstance(f"report: a {type(study).__name__} is no study that can be shown; pass one of {known}")


def study_grids(study: Any) -> tuple[Grid, ...]:
    """A study as tables.

    Raises:
        InvalidInstance: it is none.
    """
    return _kind(study).grids(study)


def study_pictures(studies: Iterable[Any], folder: Path) -> list[Drawn]:
    """Draw them, each kind's in the order given; studies of collapse share one figure.

    Args:
        studies: phase diagrams, training studies, extremal vectors, trajectories, thresholds, concentration.
        folder: where to; phase diagrams also go into CSV and LaTeX files there, thresholds into LaTeX.

    Returns:
        For each figure the paths of PDF and SVG, and the caption.

    Raises:
        InvalidInstance: something that is no study.
    """
    sorted_out = {kind.files: [] for kind in _KINDS}
    for study in studies:
        sorted_out[_kind(study).files].append(study)
    found = []
    for kind in _KINDS:
        for k, study in enumerate(sorted_out[kind.files], 1):
            found += kind.draw(study, folder, f"{kind.files}-{k}")
        if kind.files == "collapse" and sorted_out["collapse"]:
            found.append(_collapse(sorted_out["collapse"], folder))
    return found


def _collapse(studies: list, folder: Path) -> Drawn:
    told = "; ".join(dict.fromkeys(map(collapse_title, studies)))
    return collapse(studies, folder), f"How often training ends in neural collapse. {told}. {studies[0].note}."

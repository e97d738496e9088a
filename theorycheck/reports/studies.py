"""What a report shows of studies: a table each, a figure of each phase diagram and one of all training studies."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from theorycheck.reports.collapse import collapse, collapse_grid
from theorycheck.reports.collapse import title as collapse_title
from theorycheck.reports.files import write
from theorycheck.reports.grids import Grid
from theorycheck.reports.phase import phase, phase_latex, phase_matrix
from theorycheck.reports.phase import title as phase_title


def study_grid(study: Any) -> Grid:
    """A study as a table."""
    return phase_matrix(study) if hasattr(study, "cells") else collapse_grid(study)


def study_pictures(studies: Iterable[Any], folder: Path) -> list[tuple[tuple[Path, Path], str]]:
    """Draw them; a phase diagram also goes into a CSV and a LaTeX file beside its figure.

    Args:
        studies: phase diagrams and training studies.
        folder: where to.

    Returns:
        For each figure the paths of PDF and SVG, and the caption.
    """
    studies, found = list(studies), []
    for k, study in enumerate((s for s in studies if hasattr(s, "cells")), 1):
        write(folder / f"phase-{k}.csv", study.to_csv())
        write(folder / f"phase-{k}.tex", phase_latex(study))
        found.append((phase(study, folder, f"phase-{k}"), f"Best known structures: {phase_title(study)}. {study.note}"))
    trained = [s for s in studies if not hasattr(s, "cells")]
    if trained:
        told = "; ".join(dict.fromkeys(collapse_title(s) for s in trained))
        caption = f"How often training ends in neural collapse. {told}. {trained[0].note}."
        found.append((collapse(trained, folder), caption))
    return found

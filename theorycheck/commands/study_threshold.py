"""`theorycheck study threshold`."""

from pathlib import Path
from typing import Any

from theorycheck.commands import output
from theorycheck.commands.study import whole_numbers
from theorycheck.errors import InvalidInstance


def study_threshold(
    axes: dict[str, str], model: dict[str, Any], seeds: int, steps: int, workers: int, as_json: bool, out: str
) -> int:
    """Train all runs and write threshold.csv, threshold.tex and the figures; what is done stays if it is stopped.

    Returns:
        0, or 3 where a run is unfinished.
    """
    from theorycheck.reports import threshold as pictures
    from theorycheck.studies import threshold

    if workers < 1:
        raise InvalidInstance(f"--workers {workers}; pass at least 1")
    inputs = whole_numbers(axes["inputs"], "--inputs")
    ratios, inits = axes["ratio"].split(","), axes["init"].split(",")
    question = threshold.Question(inputs, ratios, inits, **model, seeds=seeds, steps=steps)
    place = output.folder(out)
    with output.Progress(len(question.points()) * seeds) as progress:
        study = threshold.solve(question, place / "threshold.csv", workers, progress.done)
    output.save(place / "threshold.tex", pictures.threshold_latex(study))
    written = [place / "threshold.csv", place / "threshold.tex", *pictures.threshold(study, place)]
    if as_json:
        output.document(study.to_json())
    else:
        for table in pictures.brief_grids(study):
            output.table(table)
        output.text("written: " + ", ".join(str(Path(path)) for path in written))
    return 3 if study.unfinished else 0

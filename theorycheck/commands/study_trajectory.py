"""`theorycheck study trajectory`."""

from typing import Any

from theorycheck.commands import output
from theorycheck.commands.inputs import DataChoice, whole
from theorycheck.errors import InvalidInstance


def study_trajectory(
    choice: DataChoice,
    drawn: tuple[int, int, int],
    network: dict[str, Any],
    limits: tuple[float, int],
    seeds: int,
    as_json: bool,
    out: str,
) -> int:
    """Train, put the runs beside the exact prediction, and write trajectory.csv and the figure.

    Args:
        choice: the data that the user pointed at; without any, Gaussian samples are drawn.
        drawn: samples, inputs and seed of those, labels ±1 in turn.
        network: `slope`, `width`, `init` and `eta` as text.
        limits: the least margin to reach, and the most steps.
        seeds: how many starts.
        as_json: print the document instead of a table.
        out: the folder.

    Returns:
        0, or 3 where a run has not met its stopping criterion.
    """
    from theorycheck.models import generators_signs
    from theorycheck.models.relu import ReluInstance, check_signs
    from theorycheck.reports import trajectory as pictures
    from theorycheck.studies.trajectory import study
    from theorycheck.training.coordinates_end import Schedule

    if seeds < 1:
        raise InvalidInstance(f"--seeds {seeds}; pass at least 1")
    width: Any = tuple(whole(m, "--width") for m in network.pop("width").split(","))
    data = choice.load() if choice.path else generators_signs.gaussian(*drawn)
    check_signs(data)
    instance, place = ReluInstance(data, width=width, **network), output.folder(out)
    found = study(instance, seeds, Schedule(steps=limits[1], margin=limits[0]))
    output.save(place / "trajectory.csv", found.to_csv())
    written = [place / "trajectory.csv", *pictures.trajectory(found, place)]
    if as_json:
        output.document(found.to_json())
    else:
        output.table(pictures.trajectory_grid(found))
        output.text("written: " + ", ".join(map(str, written)))
    return 0 if found.trajectory.met else 3

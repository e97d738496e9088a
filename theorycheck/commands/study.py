"""`theorycheck study`."""

import re
from pathlib import Path
from typing import Any

from theorycheck.commands import output
from theorycheck.errors import InvalidInstance
from theorycheck.numbers import exact


def study_phase(
    axes: dict[str, str], model: dict[str, Any], seconds: float, workers: int, as_json: bool, out: str
) -> int:
    """Solve the grid and write phase.csv, phase.tex and the figure; what is solved stays on disk if it is stopped."""
    from theorycheck.reports import phase as pictures
    from theorycheck.studies import phase

    if workers < 1:
        raise InvalidInstance(f"--workers {workers}; pass at least 1")
    question = phase.Question(
        whole_numbers(axes["classes"], "--classes"),
        whole_numbers(axes["depth"], "--depth"),
        tuple(exact(part, "--ratio") for part in axes["ratio"].split(",")),
        **model,
        seconds=seconds,
    )
    place = output.folder(out)
    with output.Progress(len(question.instances())) as progress:
        solved = phase.solve(question, place / "phase.csv", workers, progress.done)
    output.save(place / "phase.tex", pictures.phase_latex(solved))
    written = [place / "phase.csv", place / "phase.tex", *pictures.phase(solved, place)]
    if as_json:
        output.document(solved.to_json())
    else:
        output.table(pictures.phase_matrix(solved))
        output.text("written: " + ", ".join(str(Path(path)) for path in written))
    return 0


def whole_numbers(text: str, name: str) -> tuple[int, ...]:
    """`2:6` (2 to 6), `2,4,8`, or one number.

    Raises:
        InvalidInstance: anything else.
    """
    if (found := re.fullmatch(r"(\d{1,4}):(\d{1,4})", text)) and int(found[1]) <= int(found[2]):
        return tuple(range(int(found[1]), int(found[2]) + 1))
    if re.fullmatch(r"\d{1,4}(,\d{1,4})*", text):
        return tuple(int(part) for part in text.split(","))
    raise InvalidInstance(
        f"{name}: {text!r:.40}; write a rising range such as 2:6, a list such as 2,4,8, or one number"
    )


def study_collapse(model: dict[str, Any], reg: str, widths: str, regs: str | None, seeds: int, out: str) -> int:
    """Train over many seeds and draw how often runs end in collapse, against the width or against λ."""
    from theorycheck.models.features import UnconstrainedFeatures
    from theorycheck.reports import collapse as pictures
    from theorycheck.training import collapse
    from theorycheck.training.features import Descent

    if seeds < 1:
        raise InvalidInstance(f"--seeds {seeds}; pass at least 1")
    instance = UnconstrainedFeatures(reg=reg, **model)
    values, place = whole_numbers(widths, "--width"), output.folder(out)
    if regs and values[1:]:
        raise InvalidInstance("--width and --regs both vary; pass a single width with --regs")
    settings = Descent(plateau=1e-6 if instance.relu else 0.0)  # at kinks gradients never vanish
    with output.Progress(1) as progress:
        if regs:
            found = collapse.against_reg(instance, regs.split(","), values[0], seeds, settings, progress.step)
        else:
            found = collapse.against_width(instance, values, seeds, settings, progress.step)
    written = pictures.collapse([found], place)
    output.table(pictures.collapse_grid(found))
    output.text("written: " + ", ".join(map(str, written)))
    return 0

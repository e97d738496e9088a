"""Studies in the write-up: figure, table, CSV and LaTeX of the same cells."""

from fractions import Fraction

import attrs
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures
from theorycheck.reports import collapse, phase
from theorycheck.reports.studies import study_grids, study_pictures
from theorycheck.studies.phase import Cell, Phase
from theorycheck.training.collapse import CollapsePoint, CollapseStudy
from theorycheck.training.features import Descent
from theorycheck.training.structures import Share


def cells():
    for K in (3, 6):
        for L in (2, 4):
            winner, loss = ("srg_flipped", 0.15) if L == 4 else ("dnc", 0.2)
            yield Cell(K, L, Fraction(1, 50), 0.3, winner, loss, 0.2, 0.1, "3/3", "undecided", f"{K}-{L}", 0.1)


PHASE = Phase("relu, mse, n=1", ("classes", "depth"), tuple(cells()), 0)


def share(count, runs, unfinished=0):
    return Share(count, runs, unfinished, 0.0, 1.0, {"DNC": count})


def training(points):
    instance = UnconstrainedFeatures(4, 3, "7/400", loss="ce", activation="linear")
    return CollapseStudy(instance, "width", points, 8, Descent())


POINTS = (
    CollapsePoint(4, Fraction(7, 400), share(1, 8), (0.23, 0.25), {2: 7, 3: 1}),
    CollapsePoint(8, Fraction(7, 400), share(0, 0, 8), None, {}),
)


def test_the_figure_names_each_winner_and_its_gain():
    texts = [text.get_text() for axis in phase.phase_figure(PHASE).axes for text in axis.texts]
    assert texts.count("DNC") == 2
    assert texts.count("SRG flipped") == 2
    assert texts.count("25.0 %") == 2
    assert texts.count("–") == 2
    proved = Phase("linear, mse, n=1", ("classes", "depth"), (attrs.evolve(PHASE.cells[0], lower=0.2),), 0)
    assert "optimal" in [text.get_text() for text in phase.phase_figure(proved).axes[0].texts]


def test_latex_has_a_row_a_depth():
    lines = phase.phase_latex(PHASE).splitlines()
    assert [line.split("&")[0].strip() for line in lines if line[:1].isdigit()] == ["2", "4"]
    assert r"25.0\,\%" in phase.phase_latex(PHASE) or r"25.0 \%" in phase.phase_latex(PHASE)


def test_points_without_finished_runs_are_not_drawn_but_told():
    study = training(POINTS)
    axis = collapse.collapse_figure([study]).axes[0]
    assert [text.get_text() for text in axis.texts] == ["1/8"]
    assert [row[2] for row in collapse.collapse_grid(study).rows] == ["1 of 8", "0 of 0"]
    assert "8 runs did not meet the criterion" in study.note


def test_no_study_no_figure():
    with pytest.raises(InvalidInstance):
        collapse.collapse_figure([])


def test_files_of_a_report(tmp_path):
    found = study_pictures([PHASE, training(POINTS)], tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"phase-1.csv", "phase-1.tex", "phase-1.pdf", "phase-1.svg", "collapse.pdf", "collapse.svg"}
    assert all(caption for _, caption in found)
    assert len(study_grids(PHASE)[0].rows) == 2


def test_every_structure_has_a_name():
    from theorycheck.exact.dufm_structures import NAMES

    assert set(NAMES) | {"search"} == set(phase.NAMES)

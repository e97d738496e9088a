"""The trajectory study: runs beside their exact prediction, the figure, the CSV file and the command."""

import csv
import io
import json

import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models import generators_signs as make
from theorycheck.models.relu import ReluInstance
from theorycheck.reports import trajectory as pictures
from theorycheck.studies.trajectory import FIELDS, predict, study
from theorycheck.training.coordinates_end import Schedule

LEAKY = ReluInstance(make.gaussian(5, 60, 1), width=8, slope="1/2", init="1/100")


@pytest.fixture(scope="module")
def leaky():
    return study(LEAKY, 2, Schedule(margin=150))


def test_runs_end_at_the_prediction(leaky):
    assert leaky.trajectory.met
    for r in leaky.trajectory.runs:
        assert r.loss_times_time[-1] == pytest.approx(leaky.predicted.norm**2, rel=1e-9)
        np.testing.assert_allclose(r.limits, list(leaky.predicted.stable_ranks.values()), rtol=1e-9)
        np.testing.assert_allclose(r.slopes, leaky.predicted.speeds, atol=1e-9)
        assert np.ptp(r.margins[-1]) == pytest.approx(leaky.predicted.differences, abs=1e-9)
        clock = leaky.clock(r)[-1]
        for k, constant in enumerate(leaky.excess(r).values()):
            assert (r.stable_ranks[-1, k] - 1) * clock**2 == pytest.approx(constant, rel=0.05)
        assert r.spread[-1] == pytest.approx(leaky.predicted.differences / leaky.predicted.norm / clock, rel=0.05)
        assert np.exp(r.log_loss[-1] + clock) == pytest.approx(1, rel=1e-6)


def test_documents(leaky):
    document = json.loads(json.dumps(leaky.to_json()))
    assert document["predicted"]["loss_times_t"] == pytest.approx(leaky.unit)
    assert [r["met"] for r in document["runs"]] == [True, True]
    rows = list(csv.DictReader(io.StringIO(leaky.to_csv())))
    assert tuple(rows[0]) == FIELDS
    assert len(rows) == sum(len(r.steps) for r in leaky.trajectory.runs)
    assert float(rows[-1]["stacked"]) == pytest.approx(leaky.trajectory.runs[-1].stable_ranks[-1, 2])


def test_what_has_no_prediction_says_why():
    assert predict(ReluInstance(make.basis(3), slope=0)) == (None, "the limit of the ReLU depends on the start")
    found, why = predict(ReluInstance(make.hexagon(), slope="1/2"))
    assert found is None
    assert "hexagon" in why
    parted = predict(ReluInstance(make.collinear(), slope="1/2"))[0]
    assert parted is not None
    assert parted.differences is None
    np.testing.assert_allclose(parted.speeds, [1, 3, 1])


@pytest.mark.parametrize("data", [make.collinear(), make.hexagon(), make.basis(2)], ids=lambda data: data.name)
@pytest.mark.parametrize("slope", [0, "1/2"])
def test_figures_of_every_kind(data, slope):
    found = study(ReluInstance(data, width=4, slope=slope), 1, Schedule(steps=300, margin=20))
    figure = pictures.trajectory_figure(found)
    assert [bool(panel.lines) for panel in figure.axes] == [True] * 4
    assert pictures.trajectory_grid(found).rows
    assert ("settled" in pictures.title(found)) or ("dotted" in pictures.title(found))


@pytest.mark.thorough
def test_the_same_figure_twice(tmp_path, leaky):
    first = [path.read_bytes() for path in pictures.trajectory(leaky, tmp_path / "a")]
    assert first == [path.read_bytes() for path in pictures.trajectory(leaky, tmp_path / "b")]


def test_bad_input():
    for instance in (ReluInstance(make.basis(2), loss="hinge"), ReluInstance(make.basis(2), activation="tanh")):
        with pytest.raises(InvalidInstance, match="leaky"):
            study(instance)


def test_the_command(tmp_path, capsys):
    from theorycheck.commands.inputs import DataChoice
    from theorycheck.commands.study_trajectory import study_trajectory

    network = {"slope": "1/2", "width": "3,4", "init": "1/100", "eta": None}
    out = str(tmp_path / "study")
    assert study_trajectory(DataChoice(), (3, 20, 0), dict(network), (30.0, 5000), 2, True, out) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["met"]
    assert (tmp_path / "study/trajectory.csv").is_file()
    assert (tmp_path / "study/trajectory.svg").is_file()
    assert study_trajectory(DataChoice(), (3, 20, 0), dict(network), (30.0, 5), 1, False, out) == 3
    assert "after 5 steps" in " ".join(capsys.readouterr().out.split())
    with pytest.raises(InvalidInstance, match="--seeds 0"):
        study_trajectory(DataChoice(), (3, 20, 0), dict(network), (30.0, 5), 0, False, out)

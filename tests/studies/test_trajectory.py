"""The trajectory study: runs beside their exact prediction, the figure, the CSV file and the command."""

import csv
import io
import json

import attrs
import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.models import generators_signs as make
from theorycheck.models.data import Dataset
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


def test_runs_that_end_in_the_drawn_pattern(leaky):
    assert leaky.elsewhere == ()
    assert "another pattern" not in leaky.note
    assert (leaky.to_json()["predicted"]["pattern"], leaky.to_json()["predicted"]["elsewhere"]) == ("labels", [])
    own = np.outer(np.repeat([1, -1], 8), [float(v) for v in LEAKY.data.y])
    assert ((leaky.predicted.signs == own) | (leaky.predicted.signs == 0)).all()


def test_runs_that_ended_elsewhere_are_told():
    far = attrs.evolve(LEAKY, init="10")
    found = study(far, 2, Schedule(steps=3))  # so few steps from so far leave the signs of the start
    assert [bool(r.agreement[-1] < 0.9) for r in found.trajectory.runs] == [True, True]
    assert found.elsewhere == (0, 1)
    assert "with the pattern of the labels; 2 of 2 runs ended in another pattern (seed 0, 1)" in found.note
    assert found.to_json()["predicted"]["elsewhere"] == [0, 1]
    assert "ended in another pattern" in pictures.trajectory_grid(found).note


def test_a_linear_network_has_one_pattern():
    assert study(attrs.evolve(LEAKY, init="10", slope=1), 1, Schedule(steps=3)).elsewhere == ()


def test_the_prediction_of_a_self_consistent_point_says_so():
    near = ReluInstance(Dataset([[1, 0], ["9/10", "1/10"]], [1, -1]), width=3, slope="1/2", init="1/100")
    found = study(near, 1, Schedule(steps=300))
    assert found.predicted is not None
    assert found.predicted.pattern == "self-consistent"
    assert "self-consistent), since that of the labels has no KKT point" in found.note
    np.testing.assert_array_equal(found.predicted.signs, [[1, 0]] * 3 + [[1, 1]] * 3)  # w_+ = (43, -387)/41


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

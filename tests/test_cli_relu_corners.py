"""Corners of the commands about plain training that a first user walks into."""

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from theorycheck import cli, solve
from theorycheck.claims import relu_assumptions as A
from theorycheck.models import generators_signs
from theorycheck.models.relu import ReluInstance
from theorycheck.reports import extremal_figures, trajectory


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command line in this process, in an empty folder; exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["theorycheck", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return (stopped.value.code, *capsys.readouterr())

    return command


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("check", "kou2023.k4", "--seed", "-1", "--set", "X=1,0;0,1", "--set", "y=1,-1"), ["--seed -1", "at least 0"]),
        (("derive", "margin-kkt", "--width", "0"), ["--width is 0"]),
        (("derive", "one-step", "--samples", "0"), ["--samples is 0"]),
        (("study", "trajectory", "--width", "3,4,5"), ["3, 4, 5", "m_+,m_-"]),
        (("solve", "margin", "--data", "none.npy"), ["none.npy", "n = 0"]),
    ],
)
def test_bad_input_gets_one_line(run, given, words, tmp_path):
    np.save(tmp_path / "none.npy", np.zeros((0, 3)))
    code, out, err = run(*given)
    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1, err
    for word in words:
        assert word in err


def test_what_an_instance_violates_is_said_once(run):
    code, out, _ = run("check", "kou2023.k4", "--set", "X=2,0,1;0,3,0;1,-1,4", "--set", "y=1,-1,1")
    assert code == 3
    assert out.splitlines()[-1] == (
        "kou2023.k4, your instance: the instance does not keep: nearly_orthogonal; nothing was tested"
    )


def test_an_equation_is_printed_as_one(run):
    code, out, _ = run("derive", "two-sided")
    assert code == 0
    assert "n = 2*d" in out
    assert "at least d samples a side" in out


def test_long_weights_are_rounded_in_the_message(run, tmp_path):
    X = np.random.default_rng(0).normal(size=(8, 2))
    np.savez(tmp_path / "many.npz", X=X, y=[1, -1] * 4)
    code, _, err = run("solve", "margin", "--data", "many.npz")
    assert code == 2
    assert "≈0." in err
    assert len(err) < 400


def test_long_entries_of_vectors_are_rounded_in_the_table(run, tmp_path):
    X = np.random.default_rng(0).normal(size=(8, 2))
    np.savez(tmp_path / "many.npz", X=X, y=[1, -1] * 4)
    code, out, _ = run("solve", "extremal", "--data", "many.npz")
    assert code == 0
    vectors, _, _ = out.partition("Two-sided")
    assert "≈: rounded" in vectors
    assert "characters" not in vectors


def test_beyond_rank_three_the_message_names_the_rank(run):
    given = ("--X", "1,0,0,0;0,1,0,0;0,0,1,0;0,0,0,1", "--y", "1,-1,1,2")
    code, _, err = run("solve", "extremal", *given)
    assert code == 3
    assert "up to rank 3; here 4 hyperplanes of rank 4" in err


def test_a_long_title_of_a_trajectory_stays_on_the_page():
    width = (1000, 1000)
    given = ReluInstance(generators_signs.gaussian(10, 784, 0), width=width, slope="1/3", init="1/1000")
    runs = SimpleNamespace(runs=[SimpleNamespace(met=False)] * 3)
    study: Any = SimpleNamespace(instance=given, trajectory=runs)
    told = trajectory.heading(study)
    assert "others dotted" in told.replace("\n", " ")
    assert max(map(len, told.splitlines())) < 100


def test_samples_lie_above_arrows_in_the_figure():
    drawn = extremal_figures.figure(solve.extremal([[1, 0], [0, 1]], [1, -1]))
    plane = drawn.axes[0]
    ring, *samples = plane.collections
    assert samples
    assert ring.zorder < 3
    assert min(marks.zorder for marks in samples) > max(arrow.zorder for arrow in plane.texts)
    assert "violet" in plane.get_title()


def test_benign_overfitting_says_nothing_of_data_without_signal_and_noise(run):
    code, out, _ = run("check", "karhadkar2024.benign", "--set", "X=4,0,1,0;0,5,0,1;1,0,-4,0", "--set", "y=1,-1,1")
    assert code == 3
    assert out.splitlines()[-1].endswith(f"the instance does not keep: {A.SIGNAL.name}; nothing was tested")

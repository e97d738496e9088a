"""Phase diagrams: the grid, the file on disk, and cells against the closed forms."""

from fractions import Fraction

import pytest

from theorycheck.commands.study import whole_numbers
from theorycheck.errors import InvalidInstance
from theorycheck.studies.phase import Cell, Phase, Question, as_csv, read_csv, solve


def cell(K=3, L=2, winner="dnc", loss=0.2, dnc=0.2):
    return Cell(K, L, Fraction(1, 50), 0.3, winner, loss, dnc, 0.1, "3/3 3/3", "says, with a comma", f"{K}-{L}", 0.5)


def test_cells_survive_the_file(tmp_path):
    path = tmp_path / "phase.csv"
    cells = (cell(), cell(4, 3, "srg", 0.1))
    path.write_text(as_csv(cells))
    assert read_csv(path) == cells
    assert cells[1].gain == pytest.approx(0.5)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", as_csv(()) + "three\n"])
def test_a_file_of_something_else_is_refused(tmp_path, text):
    path = tmp_path / "phase.csv"
    path.write_text(text)
    with pytest.raises(InvalidInstance, match="no phase diagram"):
        read_csv(path)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"classes": ()}, "classes"),
        ({"classes": (1,)}, "K"),
        ({"depths": (0,)}, "L"),
        ({"ratios": ("-1",)}, "ratio"),
        ({"ratios": ("1/5", "2/5")}, "vary"),
    ],
)
def test_bad_grids(given, word):
    with pytest.raises(InvalidInstance, match=word):
        Question(**{"classes": (2, 3), "depths": (1, 2), "ratios": ("3/10",), **given})


def test_axes_are_those_that_vary():
    assert Question((2, 3), (1, 2), ("3/10",)).axes == ("classes", "depth")
    assert Question((3,), (1, 2), ("1/10", "3/10")).axes == ("ratio", "depth")
    assert Question((3, 4), (2,), ("1/10", "3/10")).axes == ("ratio", "classes")


def test_small_grid_against_closed_forms(tmp_path):
    store = tmp_path / "phase.csv"
    question = Question((2, 3), (1, 4), ("3/10",))
    said = []
    study = solve(question, store, workers=1, progress=said.append)
    found = {(c.classes, c.depth): c for c in study.cells}
    assert found[2, 4].dnc == pytest.approx(0.1557021451, abs=1e-6)  # K = 2: collapse, at any depth
    assert found[2, 4].winner == "dnc"
    assert found[3, 4].winner == "ladder"
    assert found[3, 4].loss == pytest.approx(0.1529197272, abs=1e-6)
    assert all(c.lower <= c.loss for c in study.cells)
    assert len(said) == 4
    again = solve(question, store, workers=1, progress=said.append)
    assert len(said) == 4  # nothing was solved twice
    assert again == study


@pytest.mark.parametrize(("text", "values"), [("2:4", (2, 3, 4)), ("3", (3,)), ("2,5", (2, 5))])
def test_ranges(text, values):
    assert whole_numbers(text, "--classes") == values


@pytest.mark.parametrize("text", ["", "two", "2:", "-1", "2..4", "2;3"])
def test_bad_ranges(text):
    with pytest.raises(InvalidInstance, match="--classes"):
        whole_numbers(text, "--classes")


def test_the_note_says_what_a_winner_is():
    assert "no search" in Phase("relu, mse", ("classes", "depth"), (cell(),), 0).note

"""The threshold study: its questions, its intervals, its file, and its pictures."""

import io
from fractions import Fraction

import attrs
import pytest
from rich.console import Console
from scipy.stats import beta

from theorycheck.commands.study_threshold import study_threshold
from theorycheck.errors import InvalidInstance
from theorycheck.reports.threshold import brief_grids, endings_figure, losses_figure, threshold_grid, threshold_latex
from theorycheck.studies.rows import as_csv, read_rows, write_rows
from theorycheck.studies.threshold import Point, Question, Run, Threshold, solve


def one(ending="interpolates", seed=0, **more):
    first = Run(2, 4, Fraction(1, 1000), seed, ending, 0.1, 0.1, 0.2, 0.2, 0.1, 2, 0, 100, 0.05, f"x{seed}", 0.5)
    return attrs.evolve(first, **more)


def test_runs_survive_the_file(tmp_path):
    rows = (one(), one("other stationary point", 1, train=1e-17))
    write_rows(tmp_path / "a.csv", rows, Run)
    assert read_rows(tmp_path / "a.csv", Run) == rows


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", as_csv((), Run) + "three\n", as_csv((one(),), Run)[:-9]])
def test_a_file_of_something_else_is_refused(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(InvalidInstance, match="no study"):
        read_rows(tmp_path / "a.csv", Run)


def test_the_interval_holds_whatever_the_unfinished_would_do():
    """Against the beta quantiles that Clopper and Pearson use."""
    runs = [one()] * 3 + [one("two-sided")] * 5 + [one("unfinished")] * 2
    point = Point(2, 4, Fraction(1, 1000), tuple(runs))
    assert point.span == (0.3, 0.5)
    assert point.interval == pytest.approx((beta.ppf(0.025, 3, 8), beta.ppf(0.975, 6, 5)))
    assert Point(2, 4, Fraction(1), (one("unfinished"),)).interval == (0, 1)


def test_unfinished_runs_are_in_no_mean():
    point = Point(2, 4, Fraction(1), (one(train=0.1), one("unfinished", train=9.0)))
    assert point.mean("train") == pytest.approx(0.1)
    assert point.mean("train", finished=False) == pytest.approx(4.55)
    assert point.median("train") == pytest.approx(4.55)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"inputs": ()}, "inputs"),
        ({"inputs": (0,)}, "inputs"),
        ({"ratios": ("1", "-1")}, "ratio n/d is -1; pass positive"),
        ({"inits": ("0",)}, "scale λ of the start is 0; pass positive"),
        ({"seeds": 0}, "seeds"),
        ({"steps": 0}, "steps"),
        ({"law": "cauchy"}, "law"),
        ({"sigma": "-1"}, "sigma"),
        ({"width": 0}, "the width m is 0; pass a whole number of at least 1$"),
        ({"inputs": (1, 2, 3, 4), "inits": ("1", "2"), "ratios": ("1", "2")}, "curves"),
    ],
)
def test_bad_questions(given, word):
    with pytest.raises(InvalidInstance, match=word):
        Question(**{"inputs": (2,), "ratios": ("2",), "inits": ("1/1000",), **given})


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    store = tmp_path_factory.mktemp("study") / "threshold.csv"
    question = Question((2,), ("1", "20"), ("1/1000",), seeds=3, steps=20_000, width=40)
    first = solve(question, store)
    said = []
    assert solve(question, store, progress=said.append) == first  # read back, not trained again
    assert not said
    return first


def test_one_sample_an_input_interpolates_and_many_end_in_the_two_sided_fit(study):
    few, many = study.points
    assert few.count("interpolates") == 3
    assert many.count("interpolates") == 0
    ended = [r for r in many.runs if r.ending == "two-sided"]
    assert ended
    assert all(r.train == pytest.approx(r.two_sided, rel=1e-4) for r in ended)
    assert all(r.test == pytest.approx(r.test_two_sided, rel=0.05) for r in ended)


def test_pictures_and_tables(study):
    assert len(endings_figure(study).axes) == 1
    assert len(losses_figure(study).axes) == 2
    assert len(threshold_grid(study).rows) == 2
    latex = threshold_latex(study)
    assert latex.count(r"\\") == 3
    document = study.to_json()
    assert document["points"][0]["endings"]["interpolates"] == 3
    assert "unfinished" in document["note"]


def test_the_axis_is_the_start_where_the_ratio_is_fixed():
    points = tuple(Point(2, 4, Fraction(init), (one(init=Fraction(init)),)) for init in ("1", "1/10"))
    found = Threshold(Question((2,), ("2",), ("1", "1/10"), seeds=1), points)
    assert found.axis == "init"
    ((name, curve),) = found.curves()
    assert name == "d = 2, n = 4"
    assert [p.init for p in curve] == [Fraction(1, 10), Fraction(1)]
    assert len(losses_figure(found).axes) == 2
    assert len(endings_figure(found).axes) == 1


def test_a_study_of_unfinished_runs_alone_is_drawn():
    point = Point(2, 4, Fraction(1), (one("unfinished"),))
    found = Threshold(Question((2,), ("2",), ("1",), seeds=1), (point,))
    assert losses_figure(found).axes
    assert found.to_json()["points"][0]["train"] is None
    assert "–" in threshold_grid(found).rows[0]


def test_the_printed_tables_fit_100_columns():
    runs = (one(init=Fraction(1, 1000), inputs=50, samples=1000, train=1.23456e-5),)
    points = tuple(Point(50, 1000, Fraction(init), runs) for init in ("1/1000", "1/10"))
    found = Threshold(Question((50,), ("10", "20"), ("1/1000", "1/10"), seeds=1), points)
    first, last = brief_grids(found)
    assert len(first.columns) == 8
    assert (first.note, last.note) == ("", found.note)
    assert first.rows[0] == ("20", "1000", "1", "0", "0", "0", "1.235e-05", "0.1125")  # 1/8 (1 - 100/1000)
    console = Console(width=100, file=io.StringIO(), force_terminal=True)
    console.print(first)
    head = next(line for line in console.file.getvalue().splitlines() if "interpolates" in line)
    assert all(column.title in head for column in first.columns)


def test_the_command_ends_undecided_where_a_run_is_unfinished(tmp_path, capsys):
    axes = {"inputs": "2", "ratio": "2", "init": "1/1000"}
    model = {"law": "margin", "sigma": "1/2", "width": 4}
    assert study_threshold(axes, model, 1, 3, 1, False, str(tmp_path)) == 3
    assert "1 of 1 runs are unfinished" in " ".join(capsys.readouterr().out.split())


def test_the_command_ends_with_0_where_all_ended(tmp_path):
    axes = {"inputs": "1", "ratio": "1", "init": "1/10"}
    model = {"law": "margin", "sigma": "0", "width": 8}
    assert study_threshold(axes, model, 1, 20_000, 1, True, str(tmp_path)) == 0

"""Studies of plainly trained ReLU networks in the write-up: tables, figures, captions, certificates, both formats."""

import re
import shutil
import subprocess
from fractions import Fraction

import pytest

from theorycheck import solve
from theorycheck.certificates.certificate import verify_file
from theorycheck.errors import InvalidInstance
from theorycheck.models import generators_signs as families
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance
from theorycheck.models.teacher import Law
from theorycheck.reports import pictures
from theorycheck.reports.bundle import write_report
from theorycheck.reports.studies import study_grids, study_pictures
from theorycheck.studies import alignment, threshold, trajectory
from theorycheck.training.coordinates_end import Schedule

FOUR = Dataset([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"], "four_points")
MARGINS = {"cosine 1/2 & length 3": solve.margin(families.tilted("1/2"), width=3)}


def endings():
    """A threshold study by hand, with one run that has not ended."""
    runs = [
        threshold.Run(2, n, Fraction(1, 1000), seed, ending, 0.1, 0.12, 0.2, 0.2, 0.1, 2, 0, 100, 0.05, "x", 0.5)
        for n, ending in ((2, "interpolates"), (6, "two-sided"), (6, "unfinished"), (8, "other stationary point"))
        for seed in (0, 1)
    ]
    sizes = dict.fromkeys(run.samples for run in runs)
    points = [threshold.Point(2, n, Fraction(1, 1000), tuple(run for run in runs if run.samples == n)) for n in sizes]
    return threshold.Threshold(threshold.Question([2], ["1", "3", "4"], ["1/1000"], seeds=2), tuple(points))


@pytest.fixture(scope="module")
def studies():
    """One of each kind: on the circle, on the sphere, without a figure, trained, by hand, and against n."""
    sphere = solve.extremal(Law("margin", 3).draw(5))
    line = solve.extremal([[1], [-2]], [1, 3])
    leaky = ReluInstance(families.basis(2), width=3, slope="1/2", init="1/100")
    trained = trajectory.study(leaky, 1, Schedule(margin=30))
    short = trajectory.study(leaky, 1, Schedule(steps=20))
    laws = [Law("margin", 2), Law("gaussian", 2)]
    return [solve.extremal(FOUR), sphere, line, trained, short, endings(), alignment.concentration(laws, (3, 6), 2)]


@pytest.fixture(scope="module")
def report(studies, tmp_path_factory):
    return write_report(tmp_path_factory.mktemp("plain"), [], (), MARGINS, (), (), studies)


def test_each_study_has_its_figures(report):
    drawn = {path.stem for path in report.figures if path.suffix == ".pdf"}
    circle, trained = {"extremal-1", "extremal-2"}, {"trajectory-1", "trajectory-2"}
    assert drawn == {"curvature", "threshold-1", "threshold-1-losses", "alignment-1", *circle, *trained}
    assert all(path.read_bytes()[:4] == b"%PDF" for path in report.figures if path.suffix == ".pdf")
    assert {"alignment-1.csv", "threshold-1.tex"} <= {path.name for path in report.figures[0].parent.iterdir()}


def test_tables_say_what_the_studies_say(studies):
    grids = [study_grids(study) for study in studies]
    assert [len(tables) for tables in grids] == [1, 1, 1, 1, 1, 2, 1]
    assert [row[0] for row in grids[0][0].rows] == ["(0.992278, 0.124035)", "(-1, 0)"]
    assert [row[3:7] for row in grids[5][0].rows] == [
        ("2", "0", "0", "0"),
        ("0", "2", "0", "2"),
        ("0", "0", "2", "0"),
    ]
    assert grids[3][0].rows[0][:4] == ("predicted", "1.000000", "1.000000", "1.111111")


def test_runs_without_an_end_are_told(studies, report):
    told = [row[-1] for row in study_grids(studies[4])[0].rows if row[0] != "predicted"]
    assert all("not 100" in reason for reason in told)
    page = report.html.read_text()
    assert "0 of 1 runs met the criterion" in page
    assert "2 of 8 runs are unfinished and support nothing" in page


def test_captions(studies, tmp_path):
    found = study_pictures(studies, tmp_path)
    assert found[0][1].startswith("2 extremal vectors (all, certified) of four_points, n = 4, d = 2.")
    assert all(pdf.exists() and svg.exists() and caption.endswith(".") for (pdf, svg), caption in found)


def test_certificates_of_extremal_vectors_and_of_margins_are_stored_and_hold(report):
    names = [path.name for path in report.certificates]
    assert sum(name.startswith("extremal-") for name in names) == 3
    assert sum(name.startswith("cosine-1-2") for name in names) == 1
    assert all(verify_file(path).valid for path in report.certificates)


def test_margins_are_shown_as_such(report):
    text = report.html.read_text()
    assert "a KKT point of the network; 2 of 3 margins are 1, the others are larger" in text
    assert "cosine 1/2 &amp; length 3: samples" in text


def test_the_page_still_asks_for_nothing(report):
    """The shades of a sphere are pixels, which stand inside the page."""
    text = report.html.read_text()
    addresses = re.findall(r'(?:href|src)="([^"]{0,40})', text)
    assert any(address.startswith("data:image/png;base64,") for address in addresses)
    assert all(address.startswith(("#", "data:")) for address in addresses)
    assert "://" not in re.sub(r"base64,[^\"]*", "", text)


def test_hatches_are_seen_on_the_page(report):
    """Colours of paper become transparent there, so that nothing that is to be seen may have them."""
    svg = next(path for path in report.figures if path.name == "threshold-1.svg").read_text()
    hatches = re.findall(r"<pattern.*?</pattern>", svg, flags=re.DOTALL)
    assert hatches
    assert all(pictures.PAPER not in hatch for hatch in hatches)


def test_no_study_is_taken_for_another():
    with pytest.raises(InvalidInstance, match=r"a dict is no study .* pass one of Phase"):
        study_grids({"cells": 3})


@pytest.mark.needs_latex
def test_pdflatex_sets_it_within_the_page(report, tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex")
    shutil.copytree(report.latex.parent, tmp_path / "r")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    done = subprocess.run(command, cwd=tmp_path / "r", capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-3000:]
    log = (tmp_path / "r" / "report.log").read_text(errors="replace")
    too_wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert max(too_wide, default=0) < 6, re.findall(r"Overfull.*\n.*\n", log)
    assert "Missing character" not in log

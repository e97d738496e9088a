"""`theorycheck solve extremal` and `theorycheck study alignment` as a user types them."""

import json
import sys

import pytest

from theorycheck import cli

SOLVE = ("solve", "extremal")
TINY = ("--X", "2,1;2,-1;-2,1;-2,-1", "--y", "2.5,1.5,-1.75,-1.75")


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


def test_json_with_a_certificate(run, tmp_path):
    code, out, err = run(*SOLVE, *TINY, "--json", "--out", "c.json")
    assert code == 0, err
    document = json.loads(out)
    assert document["cells"] == 4
    assert [(v["D"], v["sign"]) for v in document["vectors"]] == [(["2", "1/4"], 1), (["7/4", "0"], -1)]
    assert document["vectors"][0]["direction"] == pytest.approx([0.99227788, 0.12403473], abs=5e-9)
    fits = document["two_sided_ols"]
    assert (fits["beta_plus"], fits["beta_minus"]) == (["1", "1/2"], ["7/8", "0"])
    assert (fits["loss"], fits["stationary"]) == ("0", True)
    assert document["certificate"] == json.loads((tmp_path / "c.json").read_text())
    code, out, err = run("verify", "c.json", "--json")
    assert code == 0, err
    assert "4 cells" in json.loads(out)["files"][0]["statement"]


def test_tables(run):
    code, out, err = run(*SOLVE, *TINY, "--split", "1,0")
    assert code == 0, err
    for words in (
        "Extremal vectors",
        "(2, 1/4)",
        "w = -D/‖D‖",
        "4 open cells",
        "Two-sided",
        "(7/8, 0)",
        "given",
        "5/128",
    ):
        assert words in out


def test_a_file(run, tmp_path):
    (tmp_path / "data.csv").write_text("a,b,y\n2,1,5/2\n2,-1,3/2\n-2,1,-7/4\n-2,-1,-7/4\n")
    code, out, err = run(*SOLVE, "--data", "data.csv", "--json")
    assert code == 0, err
    assert len(json.loads(out)["vectors"]) == 2


@pytest.mark.parametrize(("ending", "head"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")])
def test_figures(run, tmp_path, ending, head):
    X = "2,1,0;1,-1,1;-1,0,1;0,2,-1" if ending == "pdf" else "2,1;1,-1;-1,0;0,2"
    code, _, err = run(*SOLVE, "--X", X, "--y", "1,2,-1,1", "--figure", f"f.{ending}")
    assert code == 0, err
    assert (tmp_path / f"f.{ending}").read_bytes().startswith(head)


def test_beyond_three_dimensions_ascent_is_used_and_said(run):
    code, out, err = run(*SOLVE, "--data", "bundled:digits", "--rows", "0:20", "--classes", "0,1", "--centre", "--json")
    assert code == 3, err
    document = json.loads(out)
    assert document["cells"] is None
    assert not document["complete"]
    [line] = [line for line in err.splitlines() if "ascent" in line]
    assert "Faces are gone through up to rank 3" in line
    assert document["vectors"]


def test_study(run, tmp_path):
    code, out, err = run("study", "alignment", "--n", "4,10", "--seeds", "3", "--out", "s", "--json")
    assert code == 0, err
    rows = json.loads(out)["points"]
    assert [(r["law"], r["n"]) for r in rows] == [(k, n) for k in ("margin", "gaussian") for n in (4, 10)]
    assert {p.name for p in (tmp_path / "s").iterdir()} == {"alignment.csv", "alignment.pdf", "alignment.svg"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--X", "0,0;0,0", "--y", "1,2"), ["every sample is zero"]),
        (("--X", "1,0;0,1"), ["labels", "--y"]),
        (("--X", "1,nan;0,1", "--y", "1,2"), ["nan"]),
        (("--X", "1,0;0,1", "--y", "1,inf"), ["inf"]),
        (("--X", "1,0;0,1", "--y", "1"), ["1", "2"]),
        (("--X", "1,0;0", "--y", "1,2"), ["row"]),
        (("--X", "1,0;0,1", "--y", "1,2", "--split", "1"), ["split", "length 2"]),
        (("--X", "1,0;0,1", "--y", "1,2", "--split", "0,0"), ["split", "zero"]),
        (("--X", "1,0;0,1", "--y", "1,2", "--figure", "f.gif"), ["f.gif", ".svg"]),
        (("--X", "1,0,0,0;0,1,0,0", "--y", "1,2", "--figure", "f.pdf"), ["d = 4", "--figure"]),
        (("--X", "1,0;0,1", "--y", "1,2", "--figure", "nowhere/f.pdf"), ["nowhere"]),
        (("--data", "none.csv"), ["none.csv"]),
        ((), ["no data"]),
        (("--X", "1,0", "--data", "a.csv"), ["both"]),
    ],
)
def test_bad_input_gets_one_line(run, given, words):
    code, out, err = run(*SOLVE, *given)
    assert code == 2
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("theorycheck: ")
    assert out == ""
    for word in words:
        assert word in lines[0], lines[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--laws", "uniform"), ["uniform", "margin"]),
        (("--n", "0"), ["--n", "0"]),
        (("--d", "4"), ["d = 4", "2 or 3"]),
        (("--seeds", "0"), ["--seeds", "at least 1"]),
        (("--d", "3", "--n", "5000"), ["5000"]),
    ],
)
def test_bad_studies(run, given, words):
    code, _, told = run("study", "alignment", *given)
    assert code == 2
    assert len(told.splitlines()) == 1, told
    for word in words:
        assert word in told

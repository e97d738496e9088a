"""`theorycheck solve dufm` as a user types it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from theorycheck import cli

COMMAND = [str(Path(sys.executable).with_name("theorycheck"))]
SOLVE = ("solve", "dufm")


def run(*arguments, cwd=None):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=120, cwd=cwd)


def options(**given):
    return [text for name, value in given.items() for text in (f"--{name}", str(value))]


def test_json_with_a_certificate(tmp_path):
    done = run(*SOLVE, *options(classes=10, depth=4, reg="0.004", budget=0, out="srg.json"), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["structures"]["srg"] == pytest.approx(0.0894708949, abs=6e-11)
    assert document["structures"]["ladder"] is None
    assert document["evidence"] == "CERTIFIED"
    assert document["statement"].startswith("DNC is not optimal")
    assert document["certificate"] == json.loads((tmp_path / "srg.json").read_text())
    replayed = run("verify", "srg.json", "--json", cwd=tmp_path)
    assert replayed.returncode == 0, replayed.stderr
    assert json.loads(replayed.stdout)["files"][0]["valid"]


def test_a_changed_certificate_is_refused(tmp_path):
    run(*SOLVE, *options(classes=6, depth=4, reg="0.01", budget=0, out="c.json"), cwd=tmp_path)
    text = (tmp_path / "c.json").read_text()
    document = json.loads(text)
    document["parts"][0]["terms"][0]["point"]["factors"][0][0][0] = "1"
    (tmp_path / "c.json").write_text(json.dumps(document))
    assert run("verify", "c.json", cwd=tmp_path).returncode == 1


def test_tables():
    done = run(*SOLVE, *options(classes=10, depth=4, reg="0.004", budget=0, structure="srg"))
    assert done.returncode == 0, done.stderr
    for words in ("Structures", "1/(2N) ‖Z - Y‖²", "0.0894708949", "0.901355", "Layers of the best point (srg)", "M_4"):
        assert words in done.stdout
    assert "Ranks: exact" in done.stdout


def test_undecided_is_three():
    done = run(*SOLVE, *options(classes=4, depth=3, reg="0.0204", budget=0), "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["statement"].startswith("undecided, gap")


def test_counts_and_several_lambda():
    many = options(classes=3, depth=2, reg="0.01,0.02,0.005", counts="4,4,1", activation="linear", budget=0)
    done = run(*SOLVE, *many, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert "globally optimal" in document["statement"]
    assert "(4, 4, 1)" in document["instance"]
    assert "λ=(1/100, 1/50, 1/200)" in document["instance"]


def test_progress_goes_to_standard_error():
    done = run(*SOLVE, *options(classes=4, depth=2, reg="0.03", budget=1), "--json")
    assert done.returncode in (0, 3)
    json.loads(done.stdout)
    assert " s  0." in done.stderr


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"classes": 1, "depth": 2, "reg": 1}, ["number of classes", "at least 2"]),
        ({"classes": 3, "depth": 0, "reg": 1}, ["depth", "at least 1"]),
        ({"classes": 3, "depth": 2, "reg": 0}, ["regularisation", "positive"]),
        ({"classes": 3, "depth": 2, "reg": "-1e-3"}, ["regularisation", "positive"]),
        ({"classes": 3, "depth": 2, "reg": "much"}, ["--reg", "much"]),
        ({"classes": 3, "depth": 2, "reg": "nan"}, ["--reg", "nan"]),
        ({"classes": 3, "depth": 2, "reg": ".1,.2"}, ["2 numbers for reg", "3"]),
        ({"classes": 3, "depth": 2, "reg": ".1", "counts": "1,2"}, ["counts", "3"]),
        ({"classes": 3, "depth": 2, "reg": ".1", "counts": "1,x,2"}, ["--counts", "x"]),
        ({"classes": 3, "depth": 2, "reg": ".1", "counts": "1,0,2"}, ["--counts", "at least 1"]),
        ({"classes": 3, "depth": 2, "reg": ".1", "counts": "1,1,2", "samples": 2}, ["samples and counts"]),
        ({"classes": 3, "depth": 2, "reg": ".1", "samples": 0}, ["number of samples"]),
        ({"classes": 3, "depth": 2, "reg": ".1", "width": 0}, ["width"]),
        ({"classes": 3, "depth": 2, "reg": ".1", "loss": "hinge"}, ["hinge", "mse"]),
        ({"classes": 3, "depth": 2, "reg": ".1", "activation": "tanh"}, ["tanh", "relu"]),
        ({"classes": 3, "depth": 2, "reg": ".1", "budget": -1}, ["budget"]),
        ({"classes": 5, "depth": 4, "reg": ".01", "structure": "srg"}, ["srg", "K = 5 is not triangular"]),
        ({"classes": 6, "depth": 4, "reg": ".01", "structure": "srg", "width": 3}, ["width d is 3", "6 rows"]),
        ({"classes": 6, "depth": 4, "reg": ".01", "structure": "best"}, ["unknown structure", "dnc"]),
        ({"classes": 300, "depth": 4, "reg": ".01"}, ["K = 300"]),
        ({"classes": "three", "depth": 2, "reg": ".1"}, ["--classes"]),
        ({"depth": 2, "reg": ".1"}, ["--classes"]),
    ],
)
def test_bad_input_gets_one_line(given, words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["theorycheck", *SOLVE, *options(**given)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    told = capsys.readouterr()
    assert stopped.value.code == 2
    lines = [line for line in told.err.splitlines() if line.startswith("theorycheck: ")]
    assert len(lines) == 1, told.err
    assert "Traceback" not in told.err
    assert told.out == ""
    for word in words:
        assert word in lines[0], lines[0]

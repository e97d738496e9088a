"""`theorycheck solve margin` as a user types it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [str(Path(sys.executable).with_name("theorycheck"))]
FOUR = "1,0,0,0;0,1,0,0;0,0,1,0;0,0,0,1"
PINNED = {
    "lambda",
    "norm_squared",
    "v_plus",
    "v_minus",
    "stable_rank",
    "loss_times_t",
    "margins_equal",
    "certificate",
}


def run(*arguments, cwd=None):
    command = [*COMMAND, "solve", "margin", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd)


def test_orthogonal_samples_as_json():
    done = run("--X", FOUR, "--y=1,-1,1,-1", "--slope", "1/2", "--width", "20", "--eta", "1/2", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document.keys() >= PINNED
    assert document["lambda"] == ["4/5"] * 4
    assert document["norm_squared"] == document["loss_times_t"] == "64"
    assert document["loss_times_steps"] == "128"
    assert document["stable_rank"] == {"plus": "1", "minus": "1", "stacked": "10/9"}
    assert document["v_plus"] == ["4/5", "-2/5", "4/5", "-2/5"]
    assert document["margins_equal"]


def test_tables():
    done = run("--X", "1,0;3,0;0,1", "--y=1,1,-1")
    assert done.returncode == 0, done.stderr
    for words in ("Maximum margin", "gradient-flow time", "10/9", "[4/5, -2/5]", "Near-orthogonality", "Samples"):
        assert words in done.stdout


def test_a_pattern_that_is_no_kkt_point():
    given = ("--X", "1,0;9/10,1/10", "--y=1,-1")
    document = json.loads(run(*given, "--json").stdout)
    assert document["lambda"] == ["1540/377", "1720/377"]  # K = [[5/4, -9/10], [-9/10, 41/40]], K λ = (1, 1)
    assert (document["kkt"], document["certificate"], document["evidence"]) == (False, None, "UNDECIDED")
    assert "for this pattern, exact, but no KKT point" in document["statement"]
    assert "self_consistent holds a KKT point" in document["note"]
    assert document["loss_times_t"] is None
    other = document["self_consistent"]
    assert (other["kkt"], other["evidence"], other["note"]) == (True, "CERTIFIED", None)
    assert other["certificate"]
    text = run(*given).stdout
    assert "EXACT" not in text
    assert text.startswith("Maximum margin, pattern: self-consistent (KKT point, certified)")
    assert text.index("No KKT point: least norm for the pattern: labels") > text.index("148920/41")


def test_unequal_widths():
    done = run("--X", "1,0;0,1", "--y=1,-1", "--width", "1,3", "--slope", "0", "--json")
    document = json.loads(done.stdout)
    assert document["norm_squared"] == "4"  # w_+ = e_1; three neurons e_2
    assert (document["v_plus"], document["v_minus"]) == (["1", "0"], ["0", "1"])


def test_real_data():
    done = run("--data", "bundled:digits", "--classes", "3,8", "--rows", "0:12", "--centre", "--json")
    assert done.returncode in (0, 3), done.stderr
    document = json.loads(done.stdout)
    assert len(document["lambda"]) == 12
    assert document["near_orthogonality"]["positive"] is False


def test_a_pattern_from_a_file(tmp_path):
    pattern = {"plus": [[1, 0, 0, 0], [0, 1, 0, 0]], "minus": [[0, 0, 1, 0], [0, 0, 0, 1]]}
    (tmp_path / "pattern.json").write_text(json.dumps(pattern))
    given = ("--X", "1,0;-1,0;0,1;0,-1", "--y=1,1,-1,-1", "--slope", "0", "--width", "2")
    done = run(*given, "--pattern", "pattern.json", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["margins"] == ["1"] * 4
    assert document["v_plus"] is None
    assert [row["weights"] for row in document["rows"]] == [["2", "0"], ["-2", "0"], ["0", "2"], ["0", "-2"]]
    assert "rows differ" in run(*given, "--pattern", "pattern.json", cwd=tmp_path).stdout


def test_where_there_is_no_margin_the_file_says_why(tmp_path):
    given = ("--X", "1,0;-1,0;0,1", "--y=1,1,-1")
    done = run(*given, "--out", "why.json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "the certificate of this is in why.json" in done.stderr
    assert json.loads((tmp_path / "why.json").read_text())["kind"] == "no margin"
    checked = subprocess.run([*COMMAND, "verify", "why.json"], cwd=tmp_path, capture_output=True, timeout=120)
    assert checked.returncode == 0
    assert "certificate of this" not in run(*given).stderr


BAD = [
    (
        ("--X", "1,0;0,1", "--y=1,2"),
        "is not 1 or -1; pass ±1 (two classes of a file: --classes 3,8)\n",
    ),
    (("--X", "1,0;0,1/0", "--y=1,-1"), "row 1 of X, entry 1: '1/0' divides by zero"),
    (("--X", "1;zwei", "--y=1,-1"), "row 1 of X: 'zwei'"),
    (("--X", "1,2;3", "--y=1,-1"), "row 1 of X has 1 entries where row 0 has 2; pass as many in each row"),
    (("--X", "1,0;0,1", "--y=1,1/0"), "y, entry 1: '1/0'"),
    (("--X", "1,0;0,0", "--y=1,-1"), "row 1 is zero"),
    (("--X", "1,0;1,0", "--y=1,-1"), "rows 0 and 1 point the same way"),
    (("--X", "1,0;-1,0;0,1", "--y=1,1,-1"), "1/2 of row 0 + 1/2 of row 1"),
    (("--X", "1,0;0,1", "--y=1,-1", "--slope", "2"), "slope γ is 2"),
    (("--X", "1,0;0,1", "--y=1,-1", "--slope", "half"), "slope γ"),
    (("--X", "1,0;0,1", "--y=1,-1", "--width", "0"), "--width is '0'"),
    (("--X", "1,0;0,1", "--y=1,-1", "--width", "1,2,3"), "3 widths"),
    (("--X", "1,0;0,1"), "no data"),
    ((), "no data"),
    (("--X", "1,0;0,1", "--y=1,-1", "--eta", "0"), "the step eta is 0"),
    (("--X", "1,0;0,1", "--y=1,-1", "--pattern", "nowhere.json"), "nowhere.json"),
    (("--X", "1,0", "--y=1", "--data", "bundled:digits"), "both --data and --X"),
    (("--X", "1,0;0,1", "--y=1,-1", "--out", "no/such/folder.json"), "no/such/folder.json"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD)
def test_bad_input(arguments, words, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("theorycheck: ")
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("content", ["", "[1]", '{"plus": [[1]]}', '{"plus": 1, "minus": 2}', "\x00"])
def test_bad_patterns(content, tmp_path):
    (tmp_path / "p.json").write_text(content)
    done = run("--X", "1,0;0,1", "--y=1,-1", "--pattern", "p.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "p.json" in done.stderr
    assert len(done.stderr.splitlines()) == 1

"""Bad input through the real command: exit code 2, one clear line on standard error, no traceback, nothing lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [str(Path(sys.executable).with_name("theorycheck"))]


def run(*arguments, cwd=None):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=120, cwd=cwd)


def complains(done, *words):
    assert done.returncode == 2, (done.returncode, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.startswith("theorycheck: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in lines[0], lines[0]


GOOD = "a,b,y\n1,0,3\n0,1,1/2\n"
FILES = {
    "empty.csv": "",
    "header.csv": "a,b,y\n",
    "ragged.csv": "a,b,y\n1,0,3\n0,1\n",
    "nan.csv": "a,b,y\n1,nan,3\n0,1,2\n",
    "infinite.csv": "a,b,y\n1,inf,3\n0,1,2\n",
    "text.csv": "a,b,y\n1,zwei,3\n0,1,2\n",
    "good.csv": GOOD,
    "noise.npy": "this is no array",
    "broken.json": "{",
    "list.json": "[1, 2]",
    "foreign.json": '{"format": "another/1", "kind": "rank"}',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("inputs")
    for name, text in FILES.items():
        (place / name).write_text(text)
    return place


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.csv", ["missing.csv"]),
        ("empty.csv", ["empty.csv", "empty"]),
        ("header.csv", ["header.csv"]),
        ("ragged.csv", ["ragged.csv"]),
        ("nan.csv", ["nan"]),
        ("infinite.csv", ["inf"]),
        ("text.csv", ["zwei"]),
        ("noise.npy", ["noise.npy"]),
    ],
)
def test_unreadable_data(folder, name, words):
    complains(run("solve", "sharpness", "--data", name, cwd=folder), *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "good.csv", "--target", "z"], ["'z'", "y"]),
        (["--data", "bundled:digit"], ["digits"]),
        (["--y", "3", "--width", "0"], ["width", "0"]),
        (["--y", "3", "--activation", "sinhh"], ["sinhh", "sinh"]),
        (["--y", "3", "--activation", "__import__('os').system('true')"], ["is not used here"]),
        (["--y", "3", "--activation", "z*k"], ["'k'", "unknown"]),
        (["--y", "3", "--activation", "z**z"], ["exponent"]),
        (["--y", "3", "--loss", "mse"], ["mse", "half-sum"]),
        (["--y", "3", "--weights", "1,2"], ["2 output weights", "5"]),
        (["--y", "3", "--weights", "1,1,1,1,0"], ["output weight is 0"]),
        (["--y", "three"], ["three"]),
        (["--y", ""], [""]),
        ([], ["no data"]),
        (["--X", "1,2;3", "--y", "1,2"], [""]),
        (["--X", "1,0;0,1", "--y", "1"], ["1"]),
        (["--y", "2", "--width", "2", "--activation", "tanh"], ["empty"]),
        (["--y", "-1", "--activation", "exp"], ["empty"]),
    ],
)
def test_sharpness_refuses(folder, arguments, words):
    complains(run("solve", "sharpness", *arguments, cwd=folder), *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "gatmiry2024.thm9"], ["gatmiry2024.thm9", "nearest"]),
        (["check", "gatmiry2024.thm1", "--set", "m"], ["NAME=VALUE"]),
        (["check", "gatmiry2024.thm1", "--set", "widht=3"], ["width"]),
        (["check", "gatmiry2024.thm1", "--set", "y=3", "--set", "m=0"], ["m", "0"]),
        (["check", "gatmiry2024.thm4", "--set", "y=3", "--set", "eta=-1"], ["eta", "positive"]),
        (["check", "gatmiry2024.thm4", "--set", "y=3", "--set", "eta=0"], ["eta"]),
        (["check", "gatmiry2024.thm1", "--budget", "-1"], ["budget"]),
        (["check", "gatmiry2024.thm1", "--budget", "soon"], ["--budget"]),
        (["falsify", "gatmiry2024.thm1", "--drop", "independant_data"], ["independent_data"]),
        (["falsify", "gatmiry2024.nothing"], ["nearest"]),
        (["prove", "gatmiry2024.thm4"], ["no proof"]),
        (["derive", "hesian-trace"], ["hessian-trace"]),
        (["derive", "loss", "--samples", "0"], ["samples"]),
        (["derive", "loss", "--width", "-3"], ["width"]),
        (["derive", "flow-constant", "--algorithm", "adam"], ["adam"]),
        (["verify", "missing.json"], ["missing.json"]),
        (["frobnicate"], ["frobnicate"]),
        (["check", "--jsonn"], ["--jsonn"]),
    ],
)
def test_other_commands_refuse(folder, arguments, words):
    done = run(*arguments, cwd=folder)
    if arguments[0] == "verify":
        assert done.returncode == 2
        assert words[0] in done.stderr
        assert "Traceback" not in done.stderr
    else:
        complains(done, *words)


@pytest.mark.parametrize("name", ["broken.json", "list.json", "foreign.json"])
def test_files_that_are_no_certificates(folder, name):
    done = run("verify", name, cwd=folder)
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_one_bad_file_does_not_hide_the_others(folder, tmp_path):
    good = tmp_path / "good.json"
    assert run("solve", "sharpness", "--y", "3", "--out", str(good)).returncode == 0
    done = run("verify", "--json", str(good), str(folder / "foreign.json"))
    assert done.returncode == 2
    assert [record["valid"] for record in json.loads(done.stdout)["files"]] == [True, False]


def test_a_tampered_certificate_is_invalid_not_foreign(tmp_path):
    path = tmp_path / "certificate.json"
    run("solve", "sharpness", "--y", "3", "--out", str(path))
    path.write_text(path.read_text().replace("34/5", "33/5"))
    done = run("verify", str(path))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_an_unwritable_folder(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    complains(run("check", "gatmiry2024.d1", "--out", str(blocked / "inside")), "cannot write")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_leaves_finished_work_on_disk(tmp_path):
    import signal
    import time

    out = tmp_path / "out"
    arguments = ["check", "gatmiry2024.d1", "gatmiry2024.d3", "gatmiry2024.thm4", "gatmiry2024.thm1", "--out", str(out)]
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 90
    while not (out / "gatmiry2024.d1.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert json.loads((out / "gatmiry2024.d1.json").read_text())["outcome"] == "PROVED"

"""The README's commands run, in its order and in one folder, and print what it says they print.

A fenced `bash` block is run if the line above it is `<!-- run -->`. If a `text` block follows that, its lines have to
come in that order in what the commands print; `…` in a line stands for anything, and so does `...` on its own.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"^<!-- run -->\n```bash\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
TOUR_SECONDS = 240  # two minutes on a machine of its own; CI shares two slow cores


def blocks(text):
    """Pairs of a script and the lines that it is said to print."""
    return [(script, [line for line in said.splitlines() if line.strip()]) for script, said in BLOCK.findall(text)]


def _pattern(line):
    words = re.sub(r"\s+", " ", line.strip()).split("…")
    return re.compile(r".*?".join(re.escape(word) for word in words))


def first_missing(expected, printed):
    """The first expected line that does not come after the ones before it, or None."""
    rest = iter([re.sub(r"\s+", " ", line.strip()) for line in printed.splitlines()])
    for line in expected:
        if line.strip() != "..." and not any(_pattern(line).search(candidate) for candidate in rest):
            return line
    return None


def run(script, folder):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**environment, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=TOUR_SECONDS,
        check=False,
    )


@pytest.mark.readme
def test_commands_print_what_the_readme_says(tmp_path):
    found = blocks(README.read_text())
    assert found, "no block of README.md is marked to be run"
    started = time.monotonic()
    for script, expected in found:
        result = run(script, tmp_path)
        assert result.returncode == 0, f"{script}\n{result.stdout}\n{result.stderr}"
        missing = first_missing(expected, result.stdout)
        assert missing is None, f"{script}does not print\n{missing}\nbut\n{result.stdout}"
    assert time.monotonic() - started < TOUR_SECONDS


def test_blocks_are_found_with_what_they_print():
    text = "# Tour\n\n<!-- run -->\n```bash\necho 1\n```\n\n```text\n1\n\n```\n\n```bash\nmake check\n```\n"
    assert blocks(text) == [("echo 1\n", ["1"])]
    assert blocks("<!-- run -->\n```bash\ntrue\n```\nwords\n") == [("true\n", [])]


@pytest.mark.parametrize(
    ("expected", "missing"),
    [(["a  1", "...", "c …s"], None), (["c", "a"], "a"), (["a 2"], "a 2"), (["(x)"], "(x)")],
)
def test_a_line_that_is_not_printed_is_noticed(expected, missing):
    assert first_missing(expected, "a 1\nb\n  c 3.2 s\n") == missing


def test_a_failing_command_is_noticed(tmp_path):
    assert run("false\ntrue\n", tmp_path).returncode != 0
    assert run("cd . && echo $COLUMNS > here && cat here", tmp_path).stdout == "100\n"

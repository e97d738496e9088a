"""The rules of the house that no linter knows: what may be called, imported, named, and how long things may be."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKER = ROOT / "theorycheck/certificates/check.py"

# Some of these compute by floats what must be exact, the others run text that may have come from outside.
FORBIDDEN_CALLS = {"eval", "exec", "sympify", "parse_expr", "matrix_rank", "__import__"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}
PRINTERS = {"theorycheck/certificates/check.py", "theorycheck/cli.py", "theorycheck/commands/output.py"}
HEAVY = {"jax", "sympy", "numba", "matplotlib", "sklearn", "scipy", "cvxpy", "diffrax", "hypothesis", "pandas"}
# An address is only ever that of a paper, a standard, or an XML name. Anything else, a package index first of all, is
# a promise about somebody's network.
HOSTS = {"arxiv.org", "doi.org", "www.w3.org", "json-schema.org", "keepachangelog.com", "semver.org"}
HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:org|com|net|io|dev)\b(?![\w(=])")
MACHINE = re.compile(r"(?<![\w.:>)\"'])/(?:wo[r]k|t[m]p|r[o]ot|h[o]me)\b(?=/|\s|$|[\"'`])|\.\./sh[a]red\b")
INDEX_OPTIONS = re.compile(r"--?(?:extra-)?in[d]ex-url|find-l[i]nks|tru[s]ted-host")


def _files(*suffixes):
    """Files that are, or are about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / line for line in sorted(set(listed.stdout.splitlines()))]
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def _name(path):
    return str(path.relative_to(ROOT))


def _trees(folder):
    return [(path, ast.parse(path.read_text())) for path in _files(".py") if _name(path).startswith(folder)]


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "" if node.level else (node.module or "").split(".")[0]


def _called(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            yield function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _body_length(function):
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_the_rules_have_something_to_look_at():
    assert len(_trees("theorycheck/")) > 20


def test_the_checker_is_short_and_needs_only_flint():
    text = CHECKER.read_text()
    assert len(text.splitlines()) < 400
    assert set(_imported(ast.parse(text))) - set(sys.stdlib_module_names) <= {"flint"}


@pytest.mark.parametrize("folder", ["theorycheck/", "proofs/"])
def test_nothing_runs_text_or_trusts_a_float_rank(folder):
    for path, tree in _trees(folder):
        calls, modules = FORBIDDEN_CALLS & set(_called(tree)), FORBIDDEN_MODULES & set(_imported(tree))
        assert not calls | modules, f"{_name(path)}: {calls | modules}"


def _narrows_a_type(node):
    """`assert x is not None` and `assert isinstance(...)` tell the type checker what the lines above established."""
    return ast.unparse(node.test).endswith("is not None") or ast.unparse(node.test).startswith("isinstance(")


def test_nothing_is_printed_or_asserted_at_users():
    """Only the command line prints, in two places, and so does the checker, which is a program of its own."""
    for path, tree in _trees("theorycheck/"):
        if _name(path) in PRINTERS:
            continue
        asserts = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Assert) and not _narrows_a_type(n)]
        assert "print" not in set(_called(tree)), f"{_name(path)}: return the text; the commands print it"
        assert not asserts, f"{_name(path)}: lines {asserts}; raise one of our errors"


def test_files_and_functions_stay_small():
    for path in _files(".py"):
        text = path.read_text()
        limit = 700 if _name(path).startswith(("tests/", "proofs/")) else 400
        assert len(text.splitlines()) <= limit, f"{_name(path)} has more than {limit} lines"
        for function in _functions(ast.parse(text)):
            length = _body_length(function)
            assert length <= 60, f"{_name(path)}: {function.name} has {length} lines; 60 at most"


def test_functions_of_the_package_are_short_as_a_rule():
    lengths = sorted(_body_length(f) for _, tree in _trees("theorycheck/") for f in _functions(tree))
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] <= 30


def test_no_future_annotations():
    """Array annotations are checked at run time in tests, which needs them to be evaluated."""
    for path, tree in _trees(""):
        assert "__future__" not in set(_imported(tree)), _name(path)


def test_no_foreign_addresses_or_paths_of_one_machine():
    for path in _files():
        if path.suffix in {".png", ".pdf", ".npy", ".npz"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            strangers = set(HOST.findall(line.lower())) - HOSTS
            found = strangers or MACHINE.search(line) or INDEX_OPTIONS.search(line)
            assert not found, f"{_name(path)}:{number}: {line.strip()[:120]}"


def test_the_scan_for_addresses_sees_them():
    assert HOST.search("see https://index.example" + ".org/simple")
    assert MACHINE.search("open('data.csv') in /" + "work/data")
    assert MACHINE.search("see .." + "/shared/notes")
    assert not HOST.search("numpy.linalg.norm(x).item() of jax.numpy")


def test_the_package_keeps_its_layers():
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]


def test_help_loads_nothing_heavy():
    """`theorycheck --help` has to answer at once: what takes seconds to import waits until it is used."""
    code = """
import json, sys
from theorycheck.cli import main
sys.argv = ["theorycheck", "--help"]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    assert "Usage" in run.stdout
    assert not HEAVY & set(json.loads(run.stdout.splitlines()[-1]))


def test_public_namespace_is_small():
    code = "import theorycheck as tc, json; print(json.dumps([n for n in tc.__all__]))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    assert 0 < len(json.loads(run.stdout)) <= 40


def test_what_a_project_needs_is_there():
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) < 100
    assert {"make check", "make test"} <= set((ROOT / "README.md").read_text().splitlines())


def test_constraints_are_exact_and_complete():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line) for line in lines)
    names = [line.split("==")[0] for line in lines]
    assert names == sorted(set(names))
    wanted = re.findall(r'^  "([A-Za-z0-9-]+)>=', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert len(wanted) > 20
    assert {name.lower() for name in wanted} <= set(names)


def test_the_version_is_one():
    stated = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert stated
    assert f'__version__ = "{stated[1]}"' in (ROOT / "theorycheck/__init__.py").read_text()


def test_scripts_parse():
    assert subprocess.run(["bash", "-n", ROOT / ".ci/run"], check=False).returncode == 0
    if shutil.which("make"):
        assert subprocess.run(["make", "-n", "help"], cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_makefile_names_what_it_lacks(tmp_path):
    """An interpreter that is too old gets one clear line, not a traceback of pip."""
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    run = subprocess.run(["make", f"PYTHON={old}", "check"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode != 0
    assert "needs Python 3.11 or newer" in run.stderr
    assert not (tmp_path / ".venv").exists()


def test_notebooks_hold_no_output_and_stay_short():
    for path in _files(".ipynb"):
        cells = json.loads(path.read_text())["cells"]
        assert 0 < len(cells) <= 25, _name(path)
        for cell in cells:
            assert not cell.get("outputs"), f"{_name(path)}: clear the outputs"
            assert cell.get("execution_count") is None, f"{_name(path)}: clear the outputs"


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", "1 failed, 1 xfailed, 1 error"), ("false", "2 skipped, 1 xfailed")]
)
def test_a_skipped_test_fails_where_it_counts(tmp_path, ci, outcome):
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "test_one.py").write_text(
        "import pytest\ndef test_it(): pytest.skip('no')\n@pytest.mark.skip\ndef test_other(): pass\n"
        "@pytest.mark.xfail\ndef test_expected(): raise ValueError\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "CI": ci})
    assert outcome in run.stdout.splitlines()[-1]


@pytest.mark.parametrize(("ci", "status"), [("true", 2), ("false", 5)])
def test_a_skipped_module_fails_where_it_counts(tmp_path, ci, status):
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "test_two.py").write_text("import pytest\npytest.importorskip('no_such_module')\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "CI": ci})
    assert run.returncode == status, run.stdout

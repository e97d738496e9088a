"""Certificates as files: saved whole, loaded with care, and run alone with nothing but python-flint."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from theorycheck import solve
from theorycheck.certificates import build, check
from theorycheck.certificates.certificate import Certificate, verify_file
from theorycheck.errors import CertificateError


def alone(script):
    """The script run by a Python that ignores its surroundings, from another folder."""
    command = [sys.executable, "-I", "-S", "-c", _LONELY.format(script=str(script), flint=_flint_folder())]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=60, check=False)


_LONELY = """
import sys, runpy
sys.path.append({flint!r})
class Only:
    def find_spec(self, name, path=None, target=None):
        root = name.split(".")[0]
        if root not in sys.stdlib_module_names and root != "flint":
            raise ImportError(name)
sys.meta_path.insert(0, Only())
runpy.run_path({script!r}, run_name="__main__")
"""


def _flint_folder():
    import flint

    return str(Path(flint.__file__).parent.parent)


SOLUTIONS = {
    "one part": {"X": [[1]], "y": [3]},
    "cover": {"X": [[1]], "y": ["9/5"], "width": 3, "activation": "tanh"},
    "rank": {"X": [[1, 0], [0, 1]], "y": [4, 20], "width": 2, "activation": "cubic"},
}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_a_script_runs_alone_and_prints_the_statement(name, tmp_path):
    certificate = solve.sharpness(**SOLUTIONS[name]).certificate
    script = certificate.to_script(tmp_path / "witness.py")
    ran = alone(script)
    assert ran.returncode == 0, ran.stderr
    assert certificate.statement in ran.stdout
    assert Path(check.__file__).read_text() in script.read_text()


@pytest.mark.parametrize("name", SOLUTIONS)
def test_a_changed_script_exits_with_one(name, tmp_path):
    certificate = solve.sharpness(**SOLUTIONS[name]).certificate
    document = json.loads(json.dumps(certificate.document))
    document["parts"][0]["value"] = "1/7"
    document["seal"] = check.digest({k: v for k, v in document.items() if k != "seal"})
    ran = alone(Certificate(document).to_script(tmp_path / "witness.py"))
    assert ran.returncode == 1
    assert "REFUSED" in ran.stdout


def test_the_checker_alone_reads_files(tmp_path):
    certificate = build.sign("a square plus one", ">", expression=["+", "1", ["**", "z", "2"]])
    good, bad, none = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "none.json"
    certificate.save(good)
    Certificate({**certificate.document, "relation": "<"}).save(bad)
    none.write_text("{}")
    codes = []
    for files in ([good], [good, bad], [none], [good, none]):
        ran = subprocess.run([sys.executable, check.__file__, *files], capture_output=True, text=True, check=False)
        codes.append(ran.returncode)
    assert codes == [0, 1, 2, 2]


def test_saved_and_loaded_is_the_same(tmp_path):
    certificate = solve.sharpness([[1]], [3]).certificate
    path = certificate.save(tmp_path / "a certificate.json")
    again = Certificate.load(path)
    assert again == certificate
    assert (again.kind, again.statement, again.digest) == (certificate.kind, certificate.statement, certificate.digest)
    assert os.listdir(tmp_path) == ["a certificate.json"]
    assert oct(path.stat().st_mode & 0o777) == "0o644"
    record = verify_file(path)
    assert (record.valid, record.kind, record.statement, record.reason) == (True, "all", certificate.statement, None)
    assert set(record.to_json()) == {"file", "valid", "kind", "statement", "reason"}


def test_a_changed_file_is_not_valid_and_says_why(tmp_path):
    certificate = solve.sharpness([[1]], [3]).certificate
    path = tmp_path / "changed.json"
    path.write_text(json.dumps({**certificate.document, "statement": "all is well"}))
    record = verify_file(path)
    assert not record.valid
    assert "changed since it was sealed" in record.reason


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"format": "other"}', '{"format": "theorycheck-certificate/1"}', "\x00", "NaN"],
)
def test_foreign_files_are_one_clear_line(text, tmp_path):
    path = tmp_path / "foreign.json"
    path.write_text(text)
    with pytest.raises(CertificateError) as caught:
        Certificate.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(CertificateError, match="cannot be read"):
        Certificate.load(tmp_path / "nothing.json")
    with pytest.raises(CertificateError, match="cannot be read"):
        Certificate.load(tmp_path)
    certificate = build.rank("zero", [[0]])
    for target in (tmp_path / "no" / "folder.json", tmp_path):
        with pytest.raises(CertificateError, match="cannot be written"):
            certificate.save(target)
    assert os.listdir(tmp_path) == []


def test_an_old_file_survives_a_failed_save(tmp_path, monkeypatch):
    path = build.rank("zero", [[0]]).save(tmp_path / "kept.json")
    before = path.read_text()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(CertificateError, match="No space left"):
        build.rank("one", [[1]]).save(path)
    assert path.read_text() == before


def test_a_builder_refuses_what_the_checker_refuses():
    instance = solve.sharpness([[1]], [3]).certificate.document["instance"]
    with pytest.raises(CertificateError, match="does not fit the labels"):
        build.value(instance, "F", [build.term("trace", build.point("z", [[0] * 5]))])
    with pytest.raises(CertificateError, match="not smaller"):
        build.less(None, ("one", [build.number("1")]), ("also one", [build.number("1")]))
    with pytest.raises(CertificateError):
        build.sign("z", ">", expression="z")


def test_claims_are_bound_by_their_digest():
    certificate = build.rank("one", [[1]], claim={"key": "a theorem", "about": ["n", 3]})
    assert certificate.document["claim_digest"] == check.digest({"key": "a theorem", "about": ["n", 3]})
    certificate.verify()
    changed = {**certificate.document, "claim": {"key": "another"}}
    changed["seal"] = check.digest({k: v for k, v in changed.items() if k != "seal"})
    with pytest.raises(check.Refused, match="another claim"):
        Certificate(changed).verify()

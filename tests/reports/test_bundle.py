"""The whole report: LaTeX that compiles, HTML that needs nothing else, files by atomic rename."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import attrs
import pytest
from matplotlib.figure import Figure

from theorycheck.errors import InvalidInstance
from theorycheck.reports.bundle import write_report
from theorycheck.reports.content import Picture, gather
from theorycheck.reports.latex import latex

OUTCOMES = ("PROVED", "CERTIFIED", "SUPPORTED", "REFUTED", "UNDECIDED", "VACUOUS", "ERROR")
VOID = {"meta", "br", "hr", "img", "link", "input", "wbr"}


@pytest.fixture(scope="module")
def report(tmp_path_factory, request):
    """A report with everything in it, and what went in."""
    samples = request.getfixturevalue("samples")
    verdicts = [samples.verdict(o, f"sample2026.thm_{k}") for k, o in enumerate(OUTCOMES)]
    verdicts.append(samples.verdict("CERTIFIED", "sample2026.proved", proof="gatmiry2024/d1", mark=samples.Mark.RECALL))
    verdicts.append(samples.verdict("REFUTED", "sample2026.forged", shown=samples.forged()))
    folder = tmp_path_factory.mktemp("report")
    parts = (samples.drops(), {"sinh, m=5 & y_1=3": samples.SOLUTION}, [samples.decay()], samples.DERIVATIONS)
    return write_report(folder, verdicts, *parts), verdicts


class Page(HTMLParser):
    """Collects tags, attributes, ids and words; fails on tags that do not match."""

    def __init__(self, text):
        super().__init__()
        self.open, self.attributes, self.tags, self.words = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def page(report):
    return Page(report[0].html.read_text())


def section(text, key, mark):
    """The part of a document about one claim."""
    start = text.index(mark + key)
    return text[start : start + 2500]


def test_the_page_asks_for_nothing(report, page):
    text = report[0].html.read_text()
    assert "http://" not in text
    assert "https://" not in text
    assert not {"script", "link", "iframe", "img", "object", "base"} & set(page.tags)
    for name, value in page.attributes:
        if name in ("href", "src"):
            assert value.startswith(("#", "data:application/json;base64,"))
    assert not re.search(r"url\((?!#)", text)
    assert "@import" not in text


def test_ids_are_unique_and_every_link_has_its_target(page):
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    wanted = {value[1:] for name, value in page.attributes if name == "href" and value.startswith("#")}
    assert wanted <= set(ids)


def test_texts_are_escaped_in_the_page(report, page):
    assert "<b>bold</b>" not in report[0].html.read_text()
    assert "<b>bold</b>" in " ".join(page.words)


def test_certificates_are_inside_the_page(report, page):
    written, _ = report
    inside = [v for n, v in page.attributes if n == "href" and v.startswith("data:")]
    decoded = {base64.b64decode(value.split(",", 1)[1]) for value in inside}
    assert decoded == {path.read_bytes() for path in written.certificates}
    assert decoded


def test_certificate_files_are_replayed_by_the_verifier(report):
    from theorycheck.certificates.certificate import verify_file

    for path in report[0].certificates:
        assert verify_file(path).valid == ("forged" not in path.name)


def test_a_forged_certificate_is_called_refused(report):
    forged = next(path for path in report[0].certificates if "forged" in path.name)
    for document in (report[0].latex, report[0].html):
        text = document.read_text().replace(r"\allowbreak{}", "").replace("<wbr>", "")
        sha = hashlib.sha256(forged.read_bytes()).hexdigest()
        start = text.index(sha)
        assert "REFUSED" in text[start - 1200 : start + 200]


def test_every_sha256_in_the_latex_is_that_of_its_file(report):
    text = report[0].latex.read_text().replace(r"\allowbreak{}", "")
    for path in report[0].certificates:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in text


def test_the_digest_in_the_margin_is_the_claims(report):
    text = report[0].latex.read_text()
    found = [re.sub(r"\\\\ ?", "", d) for d in re.findall(r"\\statementdigest\{([0-9a-f\\ ]+)\}", text)]
    assert found == [v.claim.digest for v in report[1]]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_outcomes_are_never_stronger_than_they_are(report, outcome):
    key = f"sample2026.thm_{OUTCOMES.index(outcome)}"
    latex, html = (path.read_text() for path in (report[0].latex, report[0].html))
    part = section(
        latex.replace(r"\_\allowbreak{}", "_").replace(r"\allowbreak{}", ""), f"{key}}} \\hfill", r"\texttt{"
    )
    assert re.search(r"\\hfill \\textbf\{(\w+)\}", part)[1] == outcome
    shown = re.search(r'class="mark (\w+)"><span aria-hidden="true">(.)</span> (\w+)', section(html, key, 'id="'))
    standing = {"PROVED": "holds", "CERTIFIED": "holds", "SUPPORTED": "agrees", "REFUTED": "fails", "ERROR": "error"}
    assert (shown[1], shown[3]) == (standing.get(outcome, "open"), outcome)
    assert (shown[2] == "✓") == (outcome in ("PROVED", "CERTIFIED"))


def test_a_recalled_statement_is_never_a_quotation(report):
    for document in (report[0].latex, report[0].html):
        text = document.read_text()
        assert text.count("This is not a quotation") == 1
        assert "\\begin{quot" not in text
        assert "blockquote" not in text


def test_proof_steps_and_goals_are_all_there(report):
    from theorycheck.symbolic.proof_files import load_proof

    proof = load_proof("gatmiry2024/d1")
    html = report[0].html.read_text()
    for step in (*proof.steps, *proof.goals):
        assert f"<li>{step.name}" in html


def test_a_broken_proof_is_called_so(samples):
    import attrs

    from theorycheck.reports.content import proof_view
    from theorycheck.symbolic.proof import prove
    from theorycheck.symbolic.proof_files import load_proof

    proof = load_proof("gatmiry2024/d1")
    weaker = attrs.evolve(proof, hypotheses=proof.hypotheses[1:])
    view = proof_view("gatmiry2024/d1", prove(weaker))
    assert view.evidence == "UNDECIDED"
    assert not all(step.discharged for step in view.steps)


def test_verdicts_json(report):
    document = json.loads(report[0].verdicts.read_text())
    assert [v["outcome"] for v in document["verdicts"]] == [v.outcome.value for v in report[1]]
    assert [row["outcome"] for row in document["drops"]] == ["counterexample", "survived", "counterexample"]


@pytest.mark.needs_latex
def test_pdflatex_compiles_it_and_nothing_runs_off_the_page(report, tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex")
    shutil.copytree(report[0].latex.parent, tmp_path / "r")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path / "r", capture_output=True, text=True, errors="replace")
        assert done.returncode == 0, done.stdout[-3000:]
    log = (tmp_path / "r" / "report.log").read_text(errors="replace")
    too_wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert max(too_wide, default=0) < 6, re.findall(r"Overfull.*\n.*\n", log)
    assert "Missing character" not in log
    assert "undefined" not in log.lower()


def test_only_the_packages_that_any_installation_has(report):
    used = re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", report[0].latex.read_text())
    assert set(used) == {"amsmath", "booktabs", "graphicx", "hyperref"}


def test_a_report_about_nothing(tmp_path):
    written = write_report(tmp_path, [])
    Page(written.html.read_text())
    assert "No claim was checked" in written.latex.read_text()
    assert not written.certificates
    assert {path.suffix for path in written.figures} == {".pdf", ".svg"}


def test_latex_and_html_may_go_elsewhere(samples, tmp_path):
    away = write_report(tmp_path / "a", [samples.verdict()], latex=tmp_path / "b" / "x.tex", html=tmp_path / "c")
    assert away.latex == tmp_path / "b" / "x.tex"
    assert away.html == tmp_path / "c" / "index.html"
    assert all(path.exists() for path in away)
    assert r"{figures/curvature.pdf}" in away.latex.read_text()


def test_two_reports_are_the_same_bytes(samples, tmp_path):
    first, second = (write_report(tmp_path / name, [samples.verdict()], samples.drops()) for name in "ab")
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_no_temporary_file_is_left(report):
    assert not [path for path in report[0].latex.parent.rglob("*") if path.name.startswith(".")]


def test_an_unwritable_folder_is_one_clear_line(samples, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InvalidInstance, match="cannot write") as told:
        write_report(tmp_path / "file" / "report", [])
    assert "\n" not in str(told.value)


def test_a_file_that_cannot_be_replaced_keeps_the_old_one(tmp_path, monkeypatch):
    from theorycheck.reports import files

    target = tmp_path / "a.txt"
    files.write(target, "old")

    def refuse(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(InvalidInstance, match="No space left"):
        files.write(target, "new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_document_that_is_no_certificate_is_refused(samples, tmp_path):
    with pytest.raises(InvalidInstance, match="no kind, statement or seal"):
        write_report(tmp_path, [], solutions={"x": {"certificate": {"format": "other"}}})


@pytest.mark.needs_latex
def test_more_figures_than_tex_keeps_waiting(samples, tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex")
    for name, height in (("low", 4), ("tall", 7.5)):
        Figure(figsize=(6, height)).savefig(tmp_path / f"{name}.pdf")
    names = ["low"] * 15 + ["tall"] * 45
    pictures = tuple(Picture(tmp_path / f"{name}.pdf", tmp_path / f"{name}.svg", "Figure. " * 20) for name in names)
    text = latex(attrs.evolve(gather([samples.verdict()]), pictures=pictures), tmp_path)
    assert text.count(r"\includegraphics") == 60
    (tmp_path / "many.tex").write_text(text)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "many.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]

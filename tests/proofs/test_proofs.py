"""The proofs as a user meets them: found, proved, quick, printed, and bound to their statements."""

import shutil
import subprocess
import time

import attrs
import pytest

from theorycheck.errors import InvalidClaim
from theorycheck.symbolic.proof import Hypothesis, prove, scope_of
from theorycheck.symbolic.proof_files import load_proof, proof_folder, proof_names
from theorycheck.symbolic.proof_text import latex_report, latex_statement, text_report

GATMIRY = ("d1", "thm1", "d3", "d4", "d5", "d6", "d8", "d10", "d12", "d0", "t5")


@pytest.mark.parametrize("name", proof_names())
def test_every_proof_is_proved(name):
    report = prove(load_proof(name))
    assert report.failures == ()
    assert report.proved
    assert report.evidence == "PROVED"
    assert len(report.steps) == len(report.proof.steps) + len(report.proof.definitions)


def test_the_promised_proofs_exist_and_are_quick():
    assert {f"gatmiry2024/{key}" for key in GATMIRY} <= set(proof_names())
    start = time.process_time()
    for name in proof_names():
        assert prove(load_proof(name)).proved
    assert time.process_time() - start < 20


def test_sizes_stay_symbolic():
    """No proof about two layers fixes a size: its index sets are the three of the setting."""
    for name in proof_names():
        proof = load_proof(name)
        assert proof.indices == ("n", "m", "d") or not name.startswith("gatmiry2024")
        assert proof.key == name.replace("/", ".")


def test_an_unknown_proof_is_named_with_the_known_ones():
    with pytest.raises(InvalidClaim, match=r"no proof 'gatmiry2024/thm2'; choose one of .*gatmiry2024/thm1"):
        load_proof("gatmiry2024/thm2")
    with pytest.raises(InvalidClaim, match="no proof"):
        load_proof("../tests/conftest")


def test_proofs_shipped_inside_the_package_come_first(tmp_path, monkeypatch):
    monkeypatch.setattr("theorycheck.symbolic.proof_files.PACKAGE", tmp_path / "theorycheck")
    with pytest.raises(InvalidClaim, match="reinstall"):
        proof_names()
    shutil.copytree(proof_folder_of_source(), tmp_path / "theorycheck" / "_proofs")
    assert proof_folder() == tmp_path / "theorycheck" / "_proofs"
    assert prove(load_proof("gatmiry2024/d1")).proved


def proof_folder_of_source():
    from pathlib import Path

    return Path(__file__).resolve().parents[2] / "proofs"


def test_the_digest_binds_the_claim_and_not_the_way_it_is_shown():
    proof = load_proof("gatmiry2024/thm1")
    assert len(proof.digest) == 64
    assert proof.digest == load_proof("gatmiry2024/thm1").digest
    renoted = attrs.evolve(proof, steps=(*proof.steps[:-1], attrs.evolve(proof.steps[-1], note="x")))
    assert renoted.digest == proof.digest
    least = next(k for k, step in enumerate(proof.steps) if step.name == "least")
    other = attrs.evolve(proof.steps[least], statement="Fstar = 0")
    changes = (
        {"hypotheses": proof.hypotheses[1:]},
        {"goals": proof.goals[1:]},
        {"definitions": ()},
        {"key": "other"},
        {"steps": (*proof.steps[:least], other, *proof.steps[least + 1 :])},
    )
    assert len({attrs.evolve(proof, **change).digest for change in changes} | {proof.digest}) == 6


def test_a_proof_without_goals_or_with_an_unreadable_assumption_proves_nothing():
    proof = load_proof("gatmiry2024/d3")
    assert not prove(attrs.evolve(proof, goals=())).proved
    odd = Hypothesis("odd", "p = = q")
    report = prove(attrs.evolve(proof, hypotheses=(*proof.hypotheses, odd)))
    assert not report.proved
    assert report.failures[0].startswith("step odd: ")


def test_the_trusted_theorems_are_listed():
    report = prove(load_proof("gatmiry2024/d5"))
    used = ["gronwall", "mean_attained", "root_of_square", "slope", "square_root", "valley"]
    assert [name for name, _ in report.axioms] == used
    assert all(text for _, text in report.axioms)
    assert prove(load_proof("gatmiry2024/d3")).axioms == ()


def test_the_text_report_shows_everything():
    report = prove(load_proof("gatmiry2024/d4"))
    text = text_report(report)
    for part in (*report.proof.hypotheses, *report.proof.steps, *report.proof.goals):
        assert part.name in text
        assert part.statement in text
    assert "gatmiry2024.d4: PROVED" in text
    assert "mean_attained: Intermediate value" in text
    assert "the index sets n, m, d are finite and not empty, of any size" in text
    assert "phi' = phi1" in text
    broken = attrs.evolve(report.proof, steps=report.proof.steps[1:])
    assert "UNDECIDED" in text_report(prove(broken))
    assert "FAILED: " in text_report(prove(broken))
    assert r"\textbf{Not discharged" in latex_report(prove(broken))


@pytest.mark.parametrize(
    ("statement", "latex"),
    [
        ("sum[i](phi1(z[i,j]))*S[i,j] = 0", r"\left(\sum_{i} \varphi'(z_{ij})\right)\, S_{ij} = 0"),
        ("nu[i] != y[i]/m", r"\nu_{i} \ne \frac{y_{i}}{m}"),
        ("F - (Fstar - 1) >= -2*kappa", r"F - \left(F^* - 1\right) \ge -2\, \kappa"),
        ("s <= r => phi(s)**2 > 0", r"s \le r \;\Longrightarrow\; \varphi(s)^{2} > 0"),
        ("Fstar**2 < sqrt(abs(kappa))", r"\left(F^*\right)^{2} < \sqrt{\left|\kappa\right|}"),
    ],
)
def test_statements_in_latex(statement, latex):
    scope = scope_of(load_proof("gatmiry2024/thm1"))
    assert latex_statement(scope, statement) == latex


@pytest.mark.needs_latex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_all_proofs_compile_in_latex(tmp_path):
    body = "\n".join(latex_report(prove(load_proof(name))) for name in proof_names())
    source = "\\documentclass{article}\\usepackage{amsmath,amssymb}\\begin{document}\n" + body + "\\end{document}\n"
    (tmp_path / "proofs.tex").write_text(source)
    run = subprocess.run(["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "proofs.tex"], cwd=tmp_path,
                         capture_output=True, check=False)  # fmt: skip
    assert run.returncode == 0, run.stdout.decode()[-1500:]

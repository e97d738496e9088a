import re
import shutil
import subprocess

import pytest

from theorycheck import derive
from theorycheck.models.networks import TwoLayer

FUNCTIONS = (
    derive.loss,
    derive.gradient,
    derive.hessian_trace,
    derive.jacobian,
    derive.normal_space,
    derive.tangent_space,
    derive.riemannian_gradient,
    derive.riemannian_hessian,
    derive.stationarity,
)


def formulas():
    found = []
    for name in ("z**3 + z", "sinh", "gelu", "leaky_relu"):
        for trained, bias in ((False, False), (True, True)):
            net = TwoLayer(2, name, (1, 2), trained_output=trained, bias=bias)
            found += [function(net, loss="mean").latex() for function in FUNCTIONS]
            found += [step.statement for step in derive.hessian_trace(net).proof.steps]
    found += [derive.flow_constant(a, s).latex() for a in ("one-sample", "full-batch") for s in ("sum", "half-mean")]
    found += [step.statement for step in derive.flow_constant().proof.steps]
    net = TwoLayer(2, "cubic")
    found.append(derive.hessian_trace(net, samples=1, inputs=1).latex(full=True))
    return [*found, derive.finite_step().latex()]


def test_braces_and_brackets_balance():
    for text in formulas():
        stripped = text.replace(r"\{", "").replace(r"\}", "")
        assert stripped.count("{") == stripped.count("}"), text
        assert len(re.findall(r"\\left\b", text)) == len(re.findall(r"\\right\b", text)), text
        assert text.count(r"\bigl") == text.count(r"\bigr"), text


def test_the_trace_reads_as_in_the_paper():
    text = derive.hessian_trace(TwoLayer(2, "sinh"), loss="sum").latex()
    on_manifold = r"2\sum_{i=1}^{n}\sum_{j=1}^{m} \lVert x_{i}\rVert^{2} \cosh^{2}{\left(z_{ij} \right)}"
    assert text.startswith(r"\operatorname{tr}\nabla^2 L = " + on_manifold)
    assert r"\frac{2}{n}" in derive.hessian_trace(TwoLayer(2, "sinh"), loss="mean").latex()
    assert r"\frac{1}{2n}" in derive.loss(TwoLayer(2, "sinh"), loss="half-mean").latex()


@pytest.mark.needs_latex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_every_formula_compiles(tmp_path):
    body = "\n".join(rf"\[ {text} \]" for text in formulas())
    source = rf"\documentclass{{article}}\usepackage{{amsmath,amssymb}}\begin{{document}}{body}\end{{document}}"
    (tmp_path / "formulas.tex").write_text(source)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "formulas.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout[-2000:]

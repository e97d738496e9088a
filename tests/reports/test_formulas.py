"""Statements of proofs to LaTeX, and LaTeX to MathML."""

import re
from html.parser import HTMLParser

import pytest

from theorycheck.reports.mathml import mathml, prose
from theorycheck.reports.statements import statement_latex
from theorycheck.symbolic.proof_files import load_proof, proof_names


class Balanced(HTMLParser):
    """Fails on tags that do not match."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.seen = []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(text):
    parser = Balanced()
    parser.feed(text)
    parser.close()
    assert not parser.open
    return parser.seen


@pytest.fixture(scope="module")
def thm1():
    return load_proof("gatmiry2024/thm1")


@pytest.mark.parametrize(
    ("statement", "latex"),
    [
        ("phi1(s) > 0", r"\varphi'(s) > 0"),
        ("z[i,j] = nu[i]", r"z_{ij} = \nu_{i}"),
        ("phi1(z[i,j])*S[i,j] >= 0", r"\varphi'(z_{ij})\, S_{ij} \ge 0"),
        ("2*(phi2(s) - phi2(r)) = 0", r"2\, \left(\varphi''(s) - \varphi''(r)\right) = 0"),
        ("kappa*2 != 0", r"\kappa \cdot 2 \ne 0"),
        ("sum[j](w[i])*F = 0", r"\left(\sum_{j} w_{i}\right)\, F = 0"),
        ("sum[j](w[i] + F) = 0", r"\sum_{j} \left(w_{i} + F\right) = 0"),
        ("F - (a - b) = -F/2", r"F - \left(a - b\right) = \frac{-F}{2}"),
        ("(a + b)**2 <= Fstar**2", r"{\left(a + b\right)}^{2} \le {F^*}^{2}"),
        ("sqrt(F) = abs(F)", r"\sqrt{F} = \lvert F \rvert"),
        ("phi(s) = phi(r) => s = r", r"\varphi(s) = \varphi(r) \;\Rightarrow\; s = r"),
        (
            "all[i](w[i] = 0), F > 0 => a < b",
            r"\bigl(\forall i\colon w_{i} = 0\bigr),\ F > 0 \;\Rightarrow\; a < b",
        ),
        ("no statement at all", ""),
    ],
)
def test_statements(thm1, statement, latex):
    assert statement_latex(statement, thm1) == latex


TWICE = re.compile(r"_(?:[A-Za-z0-9]|\{[^{}]*\})_")


def test_every_step_of_every_proof_has_a_formula_that_browsers_can_set():
    count = 0
    for name in proof_names():
        proof = load_proof(name)
        for step in (*proof.hypotheses, *proof.definitions, *proof.steps, *proof.goals):
            latex = statement_latex(step.statement, proof)
            shown = mathml(latex)
            assert shown.startswith("<math>"), (name, step.name, latex)
            parsed(shown)
            assert not TWICE.search(latex), (name, step.name, latex)  # an error in TeX, though not in MathML
            count += 1
    assert count > 0


@pytest.mark.parametrize(
    ("latex", "wanted"),
    [
        ("x", "<mi>x</mi>"),
        (r"\varphi'(z)", "<msup><mrow><mi>φ</mi></mrow><mrow><mo>′</mo></mrow></msup>"),
        (r"z_{ij}^2", "<msubsup><mrow><mi>z</mi></mrow><mrow><mrow><mi>i</mi><mi>j</mi></mrow></mrow>"),
        (r"\frac{1}{2}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        (r"\sum_{i=1}^{n} a", "<munderover><mo>∑</mo>"),
        (r"\text{for all } i", "<mtext>for\u00a0all\u00a0</mtext>"),
        (r"\left( x \right.", "<mo>(</mo><mi>x</mi>"),
        (r"\bigl\{ v \bigr\}", "<mo>{</mo><mi>v</mi><mo>}</mo>"),
        (r"\max_j z", "<msub><mrow><mi>max</mi></mrow><mrow><mi>j</mi></mrow></msub><mo>&#x2061;</mo><mspace"),
        (r"a < b & c", "<code>a &lt; b &amp; c</code>"),
        (r"\unknown{x}", r"<code>\unknown{x}</code>"),
        ("{unfinished", "<code>{unfinished</code>"),
    ],
)
def test_mathml(latex, wanted):
    shown = mathml(latex)
    parsed(shown)
    assert wanted in shown


def test_every_derivation_can_be_set_by_browsers():
    from theorycheck import derive
    from theorycheck.models.networks import TwoLayer
    from theorycheck.reports import tex

    net = TwoLayer(width=2, activation="z**3 + z/10")
    made = [
        getattr(derive, name)(net) for name in ("loss", "gradient", "hessian_trace", "tangent_space", "stationarity")
    ]
    made += [
        derive.riemannian_hessian(net),
        derive.riemannian_gradient(net),
        derive.flow_constant(),
        derive.finite_step(),
    ]
    for line in (line for result in made for line in tex.lines(result.latex())):
        assert mathml(line).startswith("<math>"), line
        parsed(mathml(line))


def test_the_librarys_formulas_can_be_set_by_browsers():
    from theorycheck.claims.store import all_claims

    for claim in all_claims():
        for latex in (claim.latex, claim.conclusion.latex, *(a.latex for a in claim.assumptions)):
            assert "<code>" not in prose(latex), latex


def test_prose_escapes_words_and_sets_formulas():
    shown = prose(r"Where <b> $x<1$ --- then \emph{so} & on")
    parsed(shown)
    assert "&lt;b&gt;" in shown
    assert "— then so &amp; on" in shown
    assert "<mo>&lt;</mo>" in shown

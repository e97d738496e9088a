"""Every character comes out right in pdflatex: escaped, translated or spelled out, never dropped."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theorycheck.reports import tex
from theorycheck.reports.symbols import GREEK, SIGNS

RESERVED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    "|": r"\ensuremath{|}",
}


@pytest.mark.parametrize(("char", "latex"), RESERVED.items())
def test_reserved_characters(char, latex):
    assert tex.text(char) == latex
    assert tex.text(f"a{char}b") == f"a{latex}b"


def test_an_underscore_is_escaped_and_may_break():
    assert tex.text("a_b") == r"a\_\allowbreak{}b"


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("φ", r"\ensuremath{\varphi}"),
        ("φ'''", r"\ensuremath{\varphi^{\prime \prime \prime }}"),
        ("φ'²ᵢ", r"\ensuremath{\varphi_{i}^{\prime 2}}"),  # two superscripts in a row would stop TeX
        ("wᵢ‖xᵢ‖²", r"w\ensuremath{_{i} \Vert}x\ensuremath{_{i} \Vert^{2}}"),
        ("Σᵢ", r"\ensuremath{\Sigma_{i}}"),
        ("ν̃", r"\ensuremath{\tilde{\nu}}"),
        ("10⁻³", r"10\ensuremath{^{-3}}"),
        ("h''", r"h\ensuremath{^{\prime \prime }}"),
        ("the paper's", "the paper's"),
        ("--json", "-{}-json"),
        ('a "b" c', "a ``b'' c"),
        ("Gödel", r"G\"{o}del"),
        ("−1", r"\ensuremath{-}1"),
        ("漢", r"\texttt{U+6F22}"),
        ("", ""),
        ("a\n\nb", "a\nb"),  # a paragraph's end inside a heading would stop TeX
        ("\x00\x1b[31m", "[31m"),
    ],
)
def test_translation(plain, latex):
    assert tex.text(plain) == latex


def test_long_digits_and_digests_may_break():
    assert tex.text("1" * 30).replace(r"\allowbreak{}", "") == "1" * 30
    assert tex.key("ab12" * 16).count(r"\allowbreak{}") == 7


def test_keys_break_after_punctuation():
    assert tex.key("gatmiry2024.thm_1") == r"\texttt{gatmiry2024.\allowbreak{}thm\_\allowbreak{}1}"


def test_bookmarks_are_plain_ascii():
    assert tex.bookmark(r"φ'² & 50% of {Σ}_é \x") == "phi'2  50 of Sigmae x"


def test_formulas_get_dollars_once():
    assert tex.formula(r"\varphi'>0") == r"$\varphi'>0$"
    assert tex.formula(r"Let $x$ be") == r"Let $x$ be"


def test_lines_cut_outside_of_braces_only():
    assert tex.lines(r"a = \text{b,\quad c},\quad d") == [r"a = \text{b,\quad c}", "d"]


@given(st.text(alphabet="aφ'²ᵢ_^{}$%&#~\\‖Σ\u0303\"-` \n", max_size=30))
def test_braces_balance_and_nothing_unescaped_is_left(plain):
    latex = tex.text(plain)
    bare = latex.replace("\\\\", "").replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    for char in "$&#%":
        assert latex.count(char) == plain.count(char) == latex.count(f"\\{char}")


@pytest.mark.needs_latex
def test_pdflatex_sets_every_translated_character(tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex")
    chars = [
        *RESERVED,
        "_",
        "`",
        '"',
        "'",
        *GREEK,
        *SIGNS,
        *tex._OWN,
        *tex._SUBS,
        *tex._SUPS,
        *"ñüåçôéíøłß§©–—“”‘’…",
        "漢",
    ]
    mixed = ["".join(chars), "".join(f"{c}'" for c in chars), "".join(f"φ{c}ᵢ" for c in chars), "ν̃ᵢ'² θ̇ x̂ ᾱ"]
    body = "\n\n".join(tex.text(part) for part in [*mixed, *chars])
    keys = "\n\n".join(tex.key(part) for part in mixed)
    head = r"\documentclass{article}\usepackage{amsmath}\begin{document}\sloppy "
    (tmp_path / "all.tex").write_text(f"{head}{body}\n\n{keys}\\end{{document}}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "all.log").read_text(errors="replace")


def test_the_library_needs_no_character_to_be_spelled_out():
    from theorycheck.claims.store import all_claims

    for claim in all_claims():
        texts = [claim.title, claim.statement, claim.conclusion.text, str(claim.source), claim.source.note]
        texts += [part for a in claim.assumptions for part in (a.name, a.text)]
        assert not [text for text in texts if "U+" in tex.text(text)]

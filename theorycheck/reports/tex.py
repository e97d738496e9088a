"""Plain text to LaTeX that any pdflatex sets right: reserved characters, Greek, sums, norms, sub- and superscripts."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from theorycheck.reports.symbols import GREEK, SIGNS

_RESERVED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_\allowbreak{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "`": "{}`",
    "\u00a0": "~",
    "…": r"\ldots{}",
    "–": "--",
    "—": "---",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    "§": r"\S{}",
    "©": r"\copyright{}",
    "ß": r"\ss{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "æ": r"\ae{}",
    "ı": r"\i{}",
}
_OWN = {
    **dict.fromkeys("<>|", ""),
    "−": "-",
    "√": r"\surd",
    "ℝ": r"\mathbf{R}",
    "ℕ": r"\mathbf{N}",
    "ℤ": r"\mathbf{Z}",
    "ℚ": r"\mathbf{Q}",
    "✓": r"\surd",
    "✗": r"\times",
    "○": r"\circ",
    "∗": "*",
    "µ": r"\mu",
    "½": r"\tfrac12",
    "¼": r"\tfrac14",
    "¾": r"\tfrac34",
    "⅓": r"\tfrac13",
}
_MATH = {char: rf"\{name}" for char, name in (GREEK | SIGNS).items()} | {
    char: tex or char for char, tex in _OWN.items()
}
_ACCENTS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0308": '"', "\u030c": "v"}
_ACCENTS |= {"\u0327": "c", "\u030a": "r", "\u0306": "u", "\u0307": "."}
_OVER = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot"}
_SUBS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", "0123456789+-=()aeoxhklmnpstijruv", strict=True))
_SUBS |= {"ᵦ": r"\beta", "ᵧ": r"\gamma", "ᵨ": r"\rho", "ᵩ": r"\varphi", "ᵪ": r"\chi"}
_SUPS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵗᵏᵐᵃᵇᵈᵖʲ", "0123456789+-=()niTtkmabdpj", strict=True))
_SUPS |= {"′": r"\prime ", "″": r"\prime \prime ", "‴": r"\prime \prime \prime ", "°": r"\circ "}
_SCRIPTS = {"sub": _SUBS, "sup": _SUPS}
_PRIMED = "".join(_MATH) + "".join(_SUBS) + "".join(_SUPS) + ")]"
_TOKEN = re.compile(
    rf"(?P<sub>[{''.join(_SUBS)}]+)|(?P<sup>[{''.join(_SUPS)}]+)"
    rf"|(?P<prime>(?<=[{re.escape(_PRIMED)}])'+|(?<=\b[fgh])'+|'{{2,}})"
    r'|(?P<dashes>-{2,})|(?P<quote>")|(?P<accented>.[\u0300-\u0338]+)|(?P<digits>[0-9a-f]{24,})|(?P<one>.)',
    re.DOTALL,
)


def text(value: object) -> str:
    """LaTeX of a plain text, for use outside of math.

    Characters without a translation are spelled out as U+XXXX rather than dropped; long runs of digits may break.

    Args:
        value: the text, or anything that prints as one.

    Returns:
        LaTeX that needs nothing but amsmath and its fonts.
    """
    written = re.sub(r"\n\s*\n", "\n", unicodedata.normalize("NFC", str(value)))
    tokens = map(_token, _TOKEN.finditer(written))
    runs = groupby(tokens, key=lambda token: token[0] == "text")
    return "".join("".join(part for _, part in run) if plain else _math(run) for plain, run in runs)


def _math(run: Iterable[tuple[str, str]]) -> str:
    """A run of symbols and their scripts; all scripts of one base are gathered, since TeX allows one of each kind."""
    bases = [["", "", ""]]
    for kind, part in run:
        if kind == "math":
            bases.append([part, "", ""])
        else:
            bases[-1][1 if kind == "sub" else 2] += part
    written = (base + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "") for base, sub, sup in bases)
    return rf"\ensuremath{{{' '.join(filter(None, written))}}}"


def _token(match: re.Match) -> tuple[str, str]:
    """What a token is ("text", "math", "sub", "sup") and its LaTeX."""
    kind, found = match.lastgroup, match.group()
    if kind in _SCRIPTS:
        return kind, "".join(f"{_SCRIPTS[kind][char]}{' ' * (char in 'ᵦᵧᵨᵩᵪ')}" for char in found)
    if kind == "prime":
        return "sup", r"\prime " * len(found)
    if kind == "one" and found in _MATH:
        return "math", _MATH[found]
    mathematical = _over(unicodedata.normalize("NFD", found))
    return ("math", mathematical) if mathematical else ("text", _plain(match))


def _plain(match: re.Match) -> str:
    kind, found = match.lastgroup, match.group()
    if kind == "dashes":  # no ligatures
        return "{}".join(found)
    if kind == "quote":
        before = match.string[: match.start()]
        return "``" if not before or before[-1] in " (\n[" else "''"
    if kind == "digits":
        return r"\allowbreak{}".join(found[k : k + 8] for k in range(0, len(found), 8))
    return _accented(found) if kind == "accented" else _one(found)


def _one(char: str) -> str:
    if char in _RESERVED:
        return _RESERVED[char]
    if char.isascii():
        return char if char.isprintable() or char in "\n\t" else ""
    decomposed = unicodedata.normalize("NFD", char)
    return _accented(decomposed) if len(decomposed) > 1 else _spelled(char)


def _over(found: str) -> str:
    """A mathematical letter under one accent, as in formulas; nothing where it is no such letter."""
    letter, marks = found[0], found[1:]
    return rf"\{_OVER[marks]}{{{_MATH[letter]}}}" if letter in _MATH and marks in _OVER else ""


def _accented(found: str) -> str:
    """A letter and its accents as in words."""
    letter, marks = found[0], found[1:]
    if letter.isascii() and letter.isalpha() and marks in _ACCENTS:
        return rf"\{_ACCENTS[marks]}{{{letter}}}"
    return text(letter) + "".join(map(_spelled, marks))


def _spelled(char: str) -> str:
    plain = unicodedata.normalize("NFKD", char)
    return plain if plain.isascii() else rf"\texttt{{U+{ord(char):04X}}}"


def key(value: object) -> str:
    """A key, file name or digest in typewriter letters that may break after its punctuation."""
    escaped = re.sub(r"([./:*+,()\[\]=#])(?!\})", r"\1\\allowbreak{}", text(value))
    return rf"\texttt{{{escaped}}}"


def bookmark(value: object) -> str:
    """ASCII for the outline of a PDF: Greek letters by name, what TeX reserves left out."""
    spelled = "".join(GREEK.get(char, char).removeprefix("var") for char in str(value))
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[\\{}$&#%_^~]", "", plain)


def hexadecimal(digest: str, group: int = 16) -> list[str]:
    """A digest in groups, for a narrow place."""
    return [digest[k : k + group] for k in range(0, len(digest), group)]


def formula(latex: str) -> str:
    """LaTeX from the library for running text: a bare formula gets its dollars, text that has some keeps them."""
    return latex if any(mark in latex for mark in ("$", r"\(", r"\[", r"\begin{")) else f"${latex}$"


def lines(latex: str) -> list[str]:
    r"""A derivation's formula, cut where it separates its parts by `,\quad`, so that each part has its own line."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"\\[{}]|[{}]|,\\quad ", latex):
        found = match.group()
        depth += (found == "{") - (found == "}")
        if depth == 0 and found == r",\quad ":
            parts.append(latex[start : match.start()])
            start = match.end()
    return [*parts, latex[start:]]

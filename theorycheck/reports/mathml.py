r"""The part of LaTeX's formulas that the library writes, to MathML, which browsers set without scripts or fonts.

Known: letters, numbers, Greek, relations, operators, `_`, `^`, primes, `\frac`, `\sqrt`, `\binom`, accents,
`\text`, `\operatorname`, `\mathbb`, delimiters with and without `\left`, `\big`. What is not known is shown as its
source.
"""

import re
from html import escape

from theorycheck.reports.symbols import ALIASES, GREEK, SIGNS

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}_^'&~]|\d+(?:\.\d+)?|[A-Za-z]|\S", re.DOTALL)
_LETTERS = {name: char for char, name in GREEK.items()} | {"ell": "ℓ", "infty": "∞", "emptyset": "∅", "varnothing": "∅"}
_SIGNS = {name: char for char, name in SIGNS.items()} | ALIASES
_NAMES = frozenset(
    "exp log sin cos tan sinh cosh tanh atan arctan asinh erf inf sup det dim rank ker tr ln min max arg Pr".split()  # noqa
)
_ACCENTS = {"hat": "^", "tilde": "~", "bar": "¯", "dot": "˙", "ddot": "¨", "widetilde": "~", "widehat": "^"}
_BOARD = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "E": "𝔼", "P": "ℙ"}
_SPACES = {",": 0.17, ":": 0.22, ";": 0.28, "!": 0, " ": 0.3, "quad": 1, "qquad": 2, "~": 0.3}
_WORDS = frozenset(f"{kind}{style}" for kind in ("text", "math") for style in ("rm", "it", "bf", "bb", "cal")) | {
    "text",
    "operatorname",
    "operatorname*",
}
_SIZES = frozenset(f"{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")) | {
    "left",
    "right",
    "displaystyle",
    "limits",
}


class _Unknown(Exception):
    """A command that is not translated."""


def mathml(latex: str, display: bool = False) -> str:
    """MathML of a formula without dollars; its escaped source in `<code>` where some command is not known."""
    reader = _Reader(latex)
    try:
        body = reader.row("")
    except (_Unknown, IndexError):
        return f"<code>{escape(latex)}</code>"
    return f"<math display='block'>{body}</math>" if display else f"<math>{body}</math>"


def prose(latex: str) -> str:
    r"""HTML of text with formulas between dollars or `\(`, `\[`; a text without any is one formula."""
    parts = re.split(r"(\$\$.+?\$\$|\$.+?\$|\\\(.+?\\\)|\\\[.+?\\\])", latex, flags=re.DOTALL)
    if len(parts) == 1:
        return mathml(latex)
    formulas = (mathml(part.strip("$") if part[0] == "$" else part[2:-2]) for part in parts[1::2])
    words = (escape(_untexed(part)) for part in parts[::2])
    return "".join(word + formula for word, formula in zip(words, [*formulas, ""], strict=True))


def _untexed(text: str) -> str:
    text = re.sub(r"\\(?:emph|textit|textbf|textup|textrm)\{([^{}]*)\}", r"\1", text).replace("~", "\u00a0")
    return text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”").replace("\\ ", " ")


class _Reader:
    """Tokens of one formula, read once from left to right."""

    def __init__(self, latex: str):
        self.latex, self.at = latex, 0
        self.tokens = [(match.group(), match.end()) for match in _TOKEN.finditer(latex)]

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][0]

    def row(self, end: str) -> str:
        """Everything up to the token `end`, which is taken."""
        parts = []
        while self.peek() != end:
            parts.append(self.scripted())
        if end:
            self.take()
        return f"<mrow>{''.join(parts)}</mrow>"

    def scripted(self) -> str:
        base = self.atom() if self.peek() not in ("_", "^", "'") else "<mrow></mrow>"
        below, above = "", ""
        while self.peek() in ("_", "^", "'"):
            mark = self.take()
            if mark == "_":
                below += self.atom()
            else:
                above += "<mo>′</mo>" if mark == "'" else self.atom()
        return _attach(base, below, above) + (self.applied() if base[4:-5] in _NAMES else "")

    def applied(self) -> str:
        """What stands between the name of a function and its argument."""
        gap = _space(0.17) if self.peek().isalnum() or self.peek()[1:] in _LETTERS else ""
        return f"<mo>&#x2061;</mo>{gap}"

    def atom(self) -> str:
        token = self.take()
        if token == "{":
            return self.row("}")
        if token[0] == "\\":
            return self.command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{escape(token)}</mi>"
        if token in ("}", "&"):
            raise _Unknown(token)
        return _space(0.3) if token == "~" else f"<mo>{escape(token.replace('-', '−'))}</mo>"

    def command(self, name: str) -> str:
        if name in _LETTERS:
            return f"<mi>{_LETTERS[name]}</mi>"
        if name in _SIGNS:
            return f"<mo>{escape(_SIGNS[name])}</mo>"
        if name in _SPACES:
            return _space(_SPACES[name])
        if name in _NAMES:
            return f"<mi>{name}</mi>"
        if name in _SIZES:
            return "" if name in ("displaystyle", "limits") or self.skipped_dot() else self.atom()
        return self.structure(name)

    def skipped_dot(self) -> bool:
        """Whether an invisible delimiter followed: a dot."""
        found = self.peek() == "."
        self.at += found
        return found

    def structure(self, name: str) -> str:
        if name in ("frac", "tfrac", "dfrac"):
            return f"<mfrac>{self.argument()}{self.argument()}</mfrac>"
        if name == "sqrt":
            return f"<msqrt>{self.atom()}</msqrt>"
        if name in ("binom", "tbinom", "dbinom"):
            return f'<mrow><mo>(</mo><mfrac linethickness="0">{self.atom()}{self.atom()}</mfrac><mo>)</mo></mrow>'
        if name in _ACCENTS:
            return f'<mover accent="true">{self.atom()}<mo>{_ACCENTS[name]}</mo></mover>'
        if name in _WORDS:
            return self.words(name)
        raise _Unknown(name)

    def argument(self) -> str:
        r"""One argument; of several digits without braces, as in `\frac12`, only the first."""
        token, end = self.tokens[self.at]
        if token.isdigit() and len(token) > 1:
            rest = end - len(token) + 1
            self.tokens[self.at : self.at + 1] = [(token[0], rest), (token[1:], end)]
        return self.atom()

    def words(self, name: str) -> str:
        """The raw argument of a command that sets words."""
        inner = self.braced() if self.peek() == "{" else self.take()
        if name == "mathbb":
            return f"<mi>{escape(_BOARD.get(inner, inner))}</mi>"
        plain = inner.replace("\\_", "_").replace("\\ ", " ").replace(" ", "\u00a0")
        tag, end = ("mtext", "mtext") if name.startswith("text") else ('mi mathvariant="normal"', "mi")
        return f"<{tag}>{escape(plain)}</{end}>"

    def braced(self) -> str:
        """The source between braces."""
        start, depth = self.tokens[self.at][1], 0
        while True:
            token = self.take()
            depth += (token == "{") - (token == "}")
            if depth == 0:
                return self.latex[start : self.tokens[self.at - 1][1] - 1]


def _space(width: float) -> str:
    return f'<mspace width="{width}em"></mspace>'


def _attach(base: str, below: str, above: str) -> str:
    """A base with its scripts; under and over a large operator."""
    if not (below or above):
        return base
    stacked = base in ("<mo>∑</mo>", "<mo>∏</mo>")
    inner = base if stacked else f"<mrow>{base}</mrow>"
    scripts = "".join(f"<mrow>{part}</mrow>" for part in (below, above) if part)
    sides = ("under" if stacked else "sub") * bool(below) + ("over" if stacked else "sup") * bool(above)
    return f"<m{sides}>{inner}{scripts}</m{sides}>"

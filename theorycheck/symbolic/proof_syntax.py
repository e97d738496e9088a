"""The language of proofs: symbols with sorts, and a small parser for statements and certificates.

A statement reads ``all[i](sum[l](x[i,l]*v[l]) = 0) => g = 0``: premises, then a comparison. Its free variables are
universal. A certificate is a term that may also cite facts: ``#fact`` is the left side minus the right side (larger
minus smaller) of a fact, and ``#fact(s = z[i,j], c[k] = w[k])`` the same at chosen values of its variables.
"""

import re
from typing import Any

import attrs

INTERVALS = ("R", "I", "J", "T")
"""Real sorts: the line; an open interval; its image under the one symbol from I to J; the half-line of times."""
SORTS = (*INTERVALS, "N")
"""All sorts of numbers; N are the numbers 0, 1, 2, ..."""


class NotDischarged(Exception):
    """A step that does not hold as written. It does not mean that its statement is false."""


@attrs.frozen
class Symbol:
    """A symbol or variable: a function of arguments of the given sorts, with values in ``sort``.

    ``derivative`` names the derivative in the first real argument; declaring it assumes differentiability.
    """

    name: str
    args: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    sort: str = "R"
    derivative: str = ""
    latex: str = ""


FUNCTIONS = (
    Symbol("exp", ("R",), "R", "exp", r"\exp"),
    Symbol("log", ("R",), latex=r"\log"),
    Symbol("sqrt", ("R",)),
    Symbol("abs", ("R",)),
    Symbol("relu", ("R",)),
    Symbol("step", ("R",), latex=r"\operatorname{step}"),  # 1 for positive numbers, 0 for others
    Symbol("power", ("R", "N")),
    Symbol("delta", latex=r"\delta"),  # of two terms of one index sort; the scope checks them
)


@attrs.frozen
class Node:
    """A parsed term. ``op``: number, app, sum, neg, add, sub, mul, div, pow, cite."""

    op: str
    kids: tuple["Node", ...] = ()
    name: str = ""
    data: Any = None


@attrs.frozen
class Comparison:
    """``lhs relation rhs``, for all values of the variables ``bound`` (in premises only)."""

    lhs: Node
    relation: str
    rhs: Node
    bound: tuple[str, ...] = ()


@attrs.frozen
class Statement:
    """Premises and conclusion, for all values of the variables that are free."""

    premises: tuple[Comparison, ...]
    conclusion: Comparison


TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_][A-Za-z_0-9]*)|(=>|>=|<=|!=|\*\*|[-+*/()\[\],=<>#]))")


class _Reader:
    """Tokens of one text, read once from left to right."""

    def __init__(self, text: str):
        self.text, self.at, self.tokens = text, 0, []
        end = 0
        while text[end:].strip():
            match = TOKEN.match(text, end)
            if match is None:
                raise NotDischarged(f"cannot read {text[end:].strip()[:20]!r} in {text!r}")
            self.tokens.append(match.group().strip())
            end = match.end()

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        token = self.peek()
        if not token or (wanted and token not in wanted):
            raise NotDischarged(
                f"expected {' or '.join(wanted) or 'more'}, got {token or 'the end'!r} in {self.text!r}"
            )
        self.at += 1
        return token

    def found(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def finish(self, value: Any) -> Any:
        if self.peek():
            raise NotDischarged(f"unexpected {self.peek()!r} in {self.text!r}")
        return value


def parse_statement(text: str) -> Statement:
    """Parse premises and conclusion.

    Raises:
        NotDischarged: if the text is not a statement.
    """
    reader = _Reader(text)
    parts = [_premise(reader)]
    while reader.found(","):
        parts.append(_premise(reader))
    if reader.found("=>"):
        return reader.finish(Statement(tuple(parts), _comparison(reader)))
    if len(parts) > 1 or parts[0].bound:
        raise NotDischarged(f"premises without '=>' in {text!r}")
    return reader.finish(Statement((), parts[0]))


def parse_term(text: str) -> Node:
    """Parse a term or a certificate.

    Raises:
        NotDischarged: if the text is not a term.
    """
    reader = _Reader(text)
    return reader.finish(_sum(reader))


def _premise(reader: _Reader) -> Comparison:
    if not reader.found("all"):
        return _comparison(reader)
    bound = _names(reader)
    reader.take("(")
    inner = _comparison(reader)
    reader.take(")")
    return attrs.evolve(inner, bound=bound)


def _comparison(reader: _Reader) -> Comparison:
    lhs = _sum(reader)
    relation = reader.take("=", ">=", "<=", ">", "<", "!=")
    return Comparison(lhs, relation, _sum(reader))


def _names(reader: _Reader) -> tuple[str, ...]:
    reader.take("[")
    names = [reader.take()]
    while reader.found(","):
        names.append(reader.take())
    reader.take("]")
    return tuple(names)


def _sum(reader: _Reader) -> Node:
    node = _product(reader)
    while reader.peek() in ("+", "-"):
        op = "add" if reader.take() == "+" else "sub"
        node = Node(op, (node, _product(reader)))
    return node


def _product(reader: _Reader) -> Node:
    node = _signed(reader)
    while reader.peek() in ("*", "/"):
        op = "mul" if reader.take() == "*" else "div"
        node = Node(op, (node, _signed(reader)))
    return node


def _signed(reader: _Reader) -> Node:
    if reader.found("-"):
        return Node("neg", (_signed(reader),))
    node = _primary(reader)
    return Node("pow", (node,), data=_whole(reader)) if reader.found("**") else node


def _whole(reader: _Reader) -> int:
    token = reader.take()
    if not token.isdigit() or int(token) > 12:
        raise NotDischarged(f"a power must be a whole number up to 12, got {token!r} in {reader.text!r}")
    return int(token)


def _primary(reader: _Reader) -> Node:
    token = reader.take()
    if token.isdigit():
        return Node("number", data=int(token))
    if token == "(":
        node = _sum(reader)
        reader.take(")")
        return node
    if token == "#":
        return _citation(reader)
    if token == "sum":
        bound = _names(reader)
        reader.take("(")
        node = Node("sum", (_sum(reader),), data=bound)
        reader.take(")")
        return node
    if not token.isidentifier():
        raise NotDischarged(f"unexpected {token!r} in {reader.text!r}")
    return Node("app", _arguments(reader), token)


def _arguments(reader: _Reader) -> tuple[Node, ...]:
    """All arguments: indices in brackets, then reals in parentheses, either part optional."""
    args: list[Node] = []
    for left, right in (("[", "]"), ("(", ")")):
        if reader.found(left):
            args.append(_sum(reader))
            while reader.found(","):
                args.append(_sum(reader))
            reader.take(right)
    return tuple(args)


def _citation(reader: _Reader) -> Node:
    name, bindings = reader.take(), []
    if reader.found("("):
        while True:
            pattern = Node("app", name=reader.take())
            if reader.peek() == "[":
                pattern = attrs.evolve(pattern, kids=tuple(Node("app", name=v) for v in _names(reader)))
            reader.take("=")
            bindings.append((pattern, _sum(reader)))
            if not reader.found(","):
                break
        reader.take(")")
    return Node("cite", name=name, data=tuple(bindings))

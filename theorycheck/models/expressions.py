"""Expressions in one variable: our own small parser of text, and the ways out to sympy and to the checker's trees.

An expression is a Fraction, a variable's name, or a tuple (operator, argument, ...). Text never reaches `eval`.
"""

import re
from fractions import Fraction
from typing import Any

from theorycheck.errors import InvalidInstance
from theorycheck.numbers import exact

Tree = Any  # Fraction | str | tuple[str, "Tree", ...]

_ONE_ARGUMENT = "abs asinh atan cosh erf exp expm1 gelu log relu sigmoid sinh softplus sqrt tan tanh"
FUNCTIONS = {**dict.fromkeys(_ONE_ARGUMENT.split(" "), 1), "leaky_relu": 2}  # name: number of arguments
_TOKEN = re.compile(
    r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d{1,3})?|\.\d+(?:[eE][+-]?\d{1,3})?)|([A-Za-z_]\w*)|(\*\*|[-+*/(),]))"
)
_LONGEST, _DEEPEST, _LARGEST_POWER = 2000, 60, 100


def parse(text: str, variable: str = "z") -> Tree:
    """The expression that a text such as `z + z**3/2` or `sinh(2*z)` denotes.

    Args:
        text: numbers, the variable, `+ - * / **`, brackets and the functions in `FUNCTIONS`.
        variable: the name of the variable.

    Raises:
        InvalidInstance: the text is not of that grammar.
    """
    if len(text) > _LONGEST:
        raise InvalidInstance(f"the expression {text[:30]!r}... is longer than {_LONGEST} characters")
    tokens = _tokens(text)
    tree, rest = _sum(tokens, 0, _Context(text, variable), 0)
    if rest != len(tokens):
        raise _wrong(text, f"{tokens[rest][1]!r} is out of place")
    return tree


class _Context:
    """What every level of the descent needs to know."""

    def __init__(self, text: str, variable: str):
        self.text, self.variable = text, variable


def _wrong(text: str, why: str) -> InvalidInstance:
    return InvalidInstance(f"expression {text[:60]!r}: {why}")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if not match:
            symbol = text[at:].strip()[0]
            raise _wrong(text, f"{symbol!r} is not used here" + ("; write ** for powers" if symbol == "^" else ""))
        kind = ("number", "name", "symbol")[match.lastindex - 1]  # type: ignore[operator]
        found.append((kind, match.group(match.lastindex)))  # type: ignore[arg-type]
        at = match.end()
    return found


def _peek(tokens: list, at: int) -> str | None:
    return tokens[at][1] if at < len(tokens) and tokens[at][0] == "symbol" else None


def _sum(tokens: list, at: int, context: _Context, depth: int) -> tuple[Tree, int]:
    tree, at = _product(tokens, at, context, depth)
    while (symbol := _peek(tokens, at)) in ("+", "-"):
        right, at = _product(tokens, at + 1, context, depth)
        tree = plus(tree, right if symbol == "+" else times(Fraction(-1), right))
    return tree, at


def _product(tokens: list, at: int, context: _Context, depth: int) -> tuple[Tree, int]:
    tree, at = _unary(tokens, at, context, depth)
    while (symbol := _peek(tokens, at)) in ("*", "/"):
        right, at = _unary(tokens, at + 1, context, depth)
        if symbol == "/" and right == 0:
            raise _wrong(context.text, "it divides by zero")
        tree = times(tree, right if symbol == "*" else raised(right, Fraction(-1)))
    return tree, at


def _unary(tokens: list, at: int, context: _Context, depth: int) -> tuple[Tree, int]:
    if depth > _DEEPEST:
        raise _wrong(context.text, f"it is nested more than {_DEEPEST} deep")
    if (symbol := _peek(tokens, at)) in ("+", "-"):
        tree, at = _unary(tokens, at + 1, context, depth + 1)
        return (tree if symbol == "+" else times(Fraction(-1), tree)), at
    base, at = _atom(tokens, at, context, depth)
    if _peek(tokens, at) != "**":
        return base, at
    exponent, at = _unary(tokens, at + 1, context, depth + 1)
    if not isinstance(exponent, Fraction) or abs(exponent) > _LARGEST_POWER or exponent.denominator > _LARGEST_POWER:
        raise _wrong(context.text, f"an exponent must be a number of at most {_LARGEST_POWER}")
    if base == 0 and exponent < 0:
        raise _wrong(context.text, "it divides by zero")
    return raised(base, exponent), at


def _atom(tokens: list, at: int, context: _Context, depth: int) -> tuple[Tree, int]:
    if at >= len(tokens):
        raise _wrong(context.text, "it ends too early" if context.text.strip() else "it is empty")
    kind, word = tokens[at]
    if kind == "number":
        return exact(word), at + 1
    if word in (context.variable, "pi"):
        return word, at + 1
    if kind == "name":
        return _call(tokens, at, context, depth)
    if word != "(":
        raise _wrong(context.text, f"{word!r} is out of place")
    tree, at = _sum(tokens, at + 1, context, depth + 1)
    return tree, _closed(tokens, at, context)


def _closed(tokens: list, at: int, context: _Context) -> int:
    if _peek(tokens, at) != ")":
        raise _wrong(context.text, "a closing bracket is missing")
    return at + 1


def _call(tokens: list, at: int, context: _Context, depth: int) -> tuple[Tree, int]:
    name = tokens[at][1]
    if name not in FUNCTIONS:
        known = f"numbers, {context.variable}, + - * / ** and {', '.join(FUNCTIONS)}"
        raise _wrong(context.text, f"{name!r} is unknown; use {known}")
    if _peek(tokens, at + 1) != "(":
        raise _wrong(context.text, f"write {name}({context.variable})")
    arguments, at = [], at + 1
    while not arguments or _peek(tokens, at) == ",":
        argument, at = _sum(tokens, at + 1, context, depth + 1)
        arguments.append(argument)
    if len(arguments) != FUNCTIONS[name]:
        raise _wrong(context.text, f"{name} takes {FUNCTIONS[name]} argument(s), not {len(arguments)}")
    if name == "leaky_relu" and not isinstance(arguments[1], Fraction):
        raise _wrong(context.text, "the slope of leaky_relu must be a number")
    return (name, *arguments), _closed(tokens, at, context)


def plus(a: Tree, b: Tree) -> Tree:
    """The expression a + b, with numbers folded."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    return b if a == 0 else a if b == 0 else ("+", a, b)


def times(a: Tree, b: Tree) -> Tree:
    """The expression a * b, with numbers folded."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    if a == 0 or b == 0:
        return Fraction(0)
    return b if a == 1 else a if b == 1 else ("*", a, b)


def raised(a: Tree, q: Fraction) -> Tree:
    """The expression a ** q, with numbers folded."""
    if isinstance(a, Fraction) and q.denominator == 1 and (a or q >= 0):
        return a**q.numerator
    return Fraction(1) if q == 0 else a if q == 1 else ("**", a, q)


def text_of(tree: Tree) -> str:
    """The expression as text that `parse` reads back to the same expression."""
    return _text(tree, 0)


def _text(tree: Tree, outer: int) -> str:
    if isinstance(tree, str):
        return tree
    if isinstance(tree, Fraction):
        weight = 1 if tree < 0 else 2 if tree.denominator != 1 else 5
        return _bracketed(str(tree), weight, outer)
    if tree[0] == "+":
        left, right = _text(tree[1], 1), _text(tree[2], 1)
        joined = f"{left} - {right[1:]}" if right.startswith("-") else f"{left} + {right}"
        return _bracketed(joined, 1, outer)
    if tree[0] == "*":
        if tree[1] == -1:
            return _bracketed(f"-{_text(tree[2], 3)}", 1, outer)
        if isinstance(tree[2], tuple) and tree[2][0] == "**" and tree[2][2] == -1:
            return _bracketed(f"{_text(tree[1], 2)}/{_text(tree[2][1], 4)}", 2, outer)
        if isinstance(tree[2], Fraction) and tree[2] > 0:
            top = "" if tree[2].numerator == 1 else f"{tree[2].numerator}*"
            bottom = "" if tree[2].denominator == 1 else f"/{tree[2].denominator}"
            return _bracketed(f"{top}{_text(tree[1], 3 if top else 2)}{bottom}", 2, outer)
        return _bracketed(f"{_text(tree[1], 2)}*{_text(tree[2], 3)}", 2, outer)
    if tree[0] == "**":
        return _bracketed(f"{_text(tree[1], 5)}**{_text(tree[2], 5)}", 4, outer)
    return f"{tree[0]}({', '.join(_text(part, 0) for part in tree[1:])})"


def _bracketed(text: str, weight: int, outer: int) -> str:
    return f"({text})" if weight < outer or (weight == outer == 3) else text

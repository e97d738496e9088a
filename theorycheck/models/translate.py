"""Expressions to sympy, to the checker's JSON trees, and from sympy."""

from fractions import Fraction
from typing import Any

from theorycheck.errors import InvalidInstance
from theorycheck.models.expressions import Tree, plus, raised, times


def to_sympy(tree: Tree, variable: Any):
    """The sympy expression; `variable` is the sympy symbol that stands for z."""
    import sympy

    if isinstance(tree, Fraction):
        return sympy.Rational(tree.numerator, tree.denominator)
    if isinstance(tree, str):
        return sympy.pi if tree == "pi" else variable
    parts = [to_sympy(part, variable) for part in tree[1:]]
    if tree[0] in ("+", "*"):
        return parts[0] + parts[1] if tree[0] == "+" else parts[0] * parts[1]
    if tree[0] == "**":
        return parts[0] ** parts[1]
    return _function(sympy, tree[0], parts)


def _function(sympy: Any, name: str, parts: list):
    u = parts[0]
    special = {
        "sigmoid": lambda: 1 / (1 + sympy.exp(-u)),
        "softplus": lambda: sympy.log(1 + sympy.exp(u)),
        "expm1": lambda: sympy.exp(u) - 1,
        "gelu": lambda: u * (1 + sympy.erf(u / sympy.sqrt(2))) / 2,
        "relu": lambda: _relu(sympy, u),
        "leaky_relu": lambda: parts[1] * u + (1 - parts[1]) * _relu(sympy, u),
        "abs": lambda: _relu(sympy, u) + _relu(sympy, -u),
    }
    return special[name]() if name in special else getattr(sympy, name)(u)


def _relu(sympy: Any, u: Any):
    """As cases, so that its derivatives are cases too and not distributions."""
    return sympy.Piecewise((u, u > 0), (0, True))


def from_sympy(expression: Any) -> Tree:
    """The expression of a sympy expression in one symbol.

    Raises:
        InvalidInstance: it has more than one symbol, or a function that is not in the grammar.
    """
    symbols = sorted(map(str, expression.free_symbols))
    if len(symbols) > 1:
        raise InvalidInstance(f"an activation is a function of one symbol, not of {', '.join(symbols)}")
    return _from_sympy(expression)


def _from_sympy(e: Any) -> Tree:
    import sympy

    if e.is_Rational:
        return Fraction(int(e.p), int(e.q))
    if e.is_Float:
        return Fraction(str(e))
    if e is sympy.pi or e.is_Symbol:
        return "pi" if e is sympy.pi else "z"
    if e is sympy.E:
        return ("exp", Fraction(1))
    if e.is_Add or e.is_Mul:
        parts = [_from_sympy(part) for part in e.args]
        tree = parts[0]
        for part in parts[1:]:
            tree = plus(tree, part) if e.is_Add else times(tree, part)
        return tree
    if e.is_Pow and e.exp.is_Rational:
        return raised(_from_sympy(e.base), Fraction(int(e.exp.p), int(e.exp.q)))
    names = {"exp", "log", "sinh", "cosh", "tanh", "tan", "asinh", "atan", "erf"}
    if e.func.__name__ in names and len(e.args) == 1:
        return (e.func.__name__, _from_sympy(e.args[0]))
    if isinstance(e, sympy.Max) and len(e.args) == 2 and sympy.S.Zero in e.args:
        return ("relu", _from_sympy(next(part for part in e.args if part != 0)))
    raise InvalidInstance(
        f"{str(e)[:60]!r} is not in the grammar of activations; use {', '.join(sorted(names))} and powers"
    )


def to_document(tree: Tree) -> Any:
    """The JSON tree that the checker of certificates reads: hyperbolic functions become exponentials."""
    if isinstance(tree, Fraction):
        return str(tree)
    if isinstance(tree, str):
        return tree
    parts = [to_document(part) for part in tree[1:]]
    return _EXPANDED[tree[0]](*parts) if tree[0] in _EXPANDED else [tree[0], *parts]


def _exp(u: Any, k: str = "1") -> list:
    return ["exp", u if k == "1" else ["*", k, u]]


_EXPANDED = {
    "sinh": lambda u: ["*", "1/2", ["+", _exp(u), ["*", "-1", _exp(u, "-1")]]],
    "cosh": lambda u: ["*", "1/2", ["+", _exp(u), _exp(u, "-1")]],
    "tanh": lambda u: ["+", "1", ["*", "-2", ["**", ["+", "1", _exp(u, "2")], "-1"]]],
    "sigmoid": lambda u: ["**", ["+", "1", _exp(u, "-1")], "-1"],
    "expm1": lambda u: ["+", _exp(u), "-1"],
    "sqrt": lambda u: ["**", u, "1/2"],
    "abs": lambda u: ["+", ["relu", u], ["relu", ["*", "-1", u]]],
    "gelu": lambda u: ["*", ["*", "1/2", u], ["+", "1", ["erf", ["*", u, ["**", "2", "-1/2"]]]]],
    "leaky_relu": lambda u, slope: ["+", ["*", slope, u], ["*", str(1 - Fraction(slope)), ["relu", u]]],
}

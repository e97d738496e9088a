"""A long sum put in place of z, without what sympy would ask about it.

Sympy asks for the sign of every long sum wherever one enters a product, a power or a function, which takes nearly all
the time of a large trace. In a template that sympy has already brought into its form for the symbol z, the answers are
known: only flattening, distribution of a rational factor, order, and signs pulled out of functions can change.
"""

from collections.abc import Iterable
from functools import cmp_to_key
from itertools import chain
from typing import Any

import sympy
from sympy import Basic, Expr, Symbol
from sympy.core.relational import Relational

# functions that pull a minus sign out of a sum, and change it in no other way when it has symbols in every term
_ODD = (sympy.sinh, sympy.tanh, sympy.tan, sympy.erf, sympy.atan, sympy.asinh)
_EVEN = (sympy.cosh, sympy.sech)
# nodes that keep a sum of symbols as it is; for exp and log see their rules: logarithms, roots of unity and numbers
_KEEP = (sympy.Pow, sympy.exp, sympy.log, Relational, sympy.Piecewise)


def put(expression: Expr, symbol: Symbol, long_sum: Expr) -> Expr:
    """The same as `expression.xreplace({symbol: long_sum})`, in a small part of the time.

    The form is sympy's own too, except that the condition of a case distinction stays as it is written.
    """
    if not long_sum.is_Add or long_sum.is_number:
        return expression.xreplace({symbol: long_sum})  # type: ignore[return-value]
    return _put(expression, symbol, long_sum)  # type: ignore[return-value]


def _put(node: Basic, symbol: Symbol, long_sum: Expr) -> Basic:
    if node == symbol:
        return long_sum
    if symbol not in node.free_symbols:
        return node
    arguments = tuple(_put(argument, symbol, long_sum) for argument in node.args)
    if isinstance(node, sympy.Add):
        return total_of(arguments)  # type: ignore[arg-type]
    if isinstance(node, sympy.Mul):
        return _product(arguments)  # type: ignore[arg-type]
    if isinstance(node, _ODD + _EVEN):
        return _signed(node, arguments[0])  # type: ignore[arg-type]
    pulled = isinstance(node, sympy.Pow) and arguments[0].is_Mul  # a sign was pulled out of the base
    if isinstance(node, _KEEP) and not pulled:
        return node.func(*arguments, evaluate=False)  # type: ignore
    return node.func(*arguments)  # type: ignore


def _signed(node: Basic, argument: Expr) -> Expr:
    function: Any = node.func
    if not argument.could_extract_minus_sign():
        return function(argument, evaluate=False)
    positive = function(-argument, evaluate=False)
    return -positive if isinstance(node, _ODD) else positive


def _product(arguments: tuple[Expr, ...]) -> Expr:
    """The product in sympy's own order: its factors were distinct in z, so they do not merge."""
    numbers = [argument for argument in arguments if argument.is_Rational]
    factors = [argument for argument in arguments if not argument.is_Rational]
    if any(factor.is_Mul for factor in factors) or (len(factors) == 1 and factors[0].is_Add):
        return sympy.Mul(*arguments)
    return sympy.Mul(*numbers, *sorted(factors, key=cmp_to_key(Basic.compare)), evaluate=False)


def total_of(terms: Iterable[Any]) -> Expr:
    """The sum, in sympy's own form: flattened, like terms collected, ordered; a term that stands alone is kept."""
    number: Expr = sympy.S.Zero
    collected: dict[Expr, list[tuple[Expr, Expr]]] = {}
    for term in chain.from_iterable(term.args if term.is_Add else (term,) for term in terms):
        coefficient, rest = term.as_coeff_Mul()
        if rest is sympy.S.One:
            number += coefficient
        else:
            collected.setdefault(rest, []).append((coefficient, term))
    parts = []
    for rest, found in collected.items():
        coefficient = sum((c for c, _ in found), start=sympy.S.Zero)
        if coefficient != 0:
            parts.append(found[0][1] if len(found) == 1 else coefficient * rest)
    if any(part.is_Add for part in parts):
        return sympy.Add(number, *parts)
    front = [] if number == 0 else [number]
    return sympy.Add(*front, *sorted(parts, key=cmp_to_key(Basic.compare)), evaluate=False)

"""Compiled code of an activation and its derivative, printed from the sympy expression for `vectors`.

Only expression trees built by our own parser or by the caller's own sympy code come here, never text.
Imports numba: import this module only inside functions.
"""

import math
from functools import lru_cache

import sympy
from sympy.printing.pycode import PythonCodePrinter

from theorycheck.errors import InvalidInstance
from theorycheck.training import vectors

# Written as arithmetic on the functions of `_functions`, which are vectorised.
_REWRITES = (
    (sympy.sech, lambda x: 1 / sympy.cosh(x)),
    (sympy.csch, lambda x: 1 / sympy.sinh(x)),
    (sympy.coth, lambda x: 1 / sympy.tanh(x)),
    (sympy.sec, lambda x: 1 / sympy.cos(x)),
    (sympy.csc, lambda x: 1 / sympy.sin(x)),
    (sympy.cot, lambda x: 1 / sympy.tan(x)),
)
_BY_LANE = ("log", "sin", "cos", "tan", "erf", "erfc", "atan", "asin", "acos", "asinh", "acosh", "atanh", "sqrt")
_COMPARISONS = {
    "StrictLessThan": "where_lt({0}, {1}, {2}, {3})",
    "LessThan": "where_le({0}, {1}, {2}, {3})",
    "StrictGreaterThan": "where_lt({1}, {0}, {2}, {3})",
    "GreaterThan": "where_le({1}, {0}, {2}, {3})",
}


@lru_cache(maxsize=1)
def _functions():
    """Every function that generated code may call."""

    @vectors.inlined
    def sinh(x):
        # One exponential serves sinh and cosh: after inlining, LLVM merges the two calls.
        e = vectors.exp(x)
        return 0.5 * (e - 1.0 / e)

    @vectors.inlined
    def cosh(x):
        e = vectors.exp(x)
        return 0.5 * (e + 1.0 / e)

    table = {"exp": vectors.exp, "tanh": vectors.tanh, "sinh": sinh, "cosh": cosh}
    table |= {"where_lt": vectors.where_lt, "where_le": vectors.where_le}
    return table | {name: vectors.lanewise(getattr(math, name)) for name in _BY_LANE}


class _Printer(PythonCodePrinter):
    """Prints functions under their bare names, small powers as products and choices as lane-wise selections."""

    def __init__(self):
        super().__init__({"fully_qualified_modules": False, "user_functions": {name: name for name in _functions()}})

    def _print(self, expr, **kwargs):
        if getattr(expr, "is_number", False) and not expr.is_Integer:
            return repr(float(expr))
        return super()._print(expr, **kwargs)

    def _print_Pow(self, expr, rational=False):
        base, power = expr.base, expr.exp
        text = f"({self._print(base)})"
        if power.is_Integer and 0 < abs(power) <= 64:
            product = _product(text, abs(int(power)))
            return product if power > 0 else f"(1.0/{product})"
        if power in (sympy.Rational(1, 2), sympy.Rational(-1, 2)):
            return f"sqrt({text})" if power > 0 else f"(1.0/sqrt({text}))"
        logarithm = repr(math.log(base)) if base.is_number else f"log({text})"
        return f"exp(({self._print(power)})*{logarithm})"

    def _print_Max(self, expr):
        return self._extreme(expr, "where_lt({0}, {1}, {1}, {0})")

    def _print_Min(self, expr):
        return self._extreme(expr, "where_lt({0}, {1}, {0}, {1})")

    def _extreme(self, expr, choice):
        best = self._print(expr.args[0])
        for argument in expr.args[1:]:
            best = choice.format(best, self._print(argument))
        return best

    def _print_Abs(self, expr):
        inner = self._print(expr.args[0])
        return f"where_lt({inner}, 0.0, -({inner}), {inner})"

    def _print_sign(self, expr):
        inner = self._print(expr.args[0])
        return f"where_lt({inner}, 0.0, -1.0, where_lt(0.0, {inner}, 1.0, 0.0))"

    def _print_Heaviside(self, expr):
        inner = self._print(expr.args[0])
        return f"where_lt({inner}, 0.0, 0.0, where_lt(0.0, {inner}, 1.0, {self._print(expr.args[1])}))"

    def _print_Piecewise(self, expr):
        text = self._print(expr.args[-1][0])
        if expr.args[-1][1] != sympy.true:
            raise InvalidInstance(f"activation piece {expr}: say what holds everywhere else; end it with (…, True)")
        for value, condition in reversed(expr.args[:-1]):
            template = _COMPARISONS.get(type(condition).__name__)
            if template is None:
                raise InvalidInstance(f"activation: cannot compile the condition {condition}; use one comparison")
            sides = self._print(condition.lhs), self._print(condition.rhs)
            text = template.format(*sides, self._print(value), text)
        return text


def _product(text, power):
    if power == 1:
        return text
    if power % 2:
        return f"({_product(text, power - 1)}*{text})"
    half = _product(text, power // 2)
    return f"({half}*{half})"


def _prepare(expression):
    for function, rewrite in _REWRITES:
        expression = expression.replace(function, rewrite)
    unknown = {type(f).__name__ for f in expression.atoms(sympy.Function)} - _printable()
    if unknown:
        raise InvalidInstance(f"cannot compile {', '.join(sorted(unknown))}; known here: {', '.join(sorted(_BY_LANE))}")
    return expression


def _printable():
    return set(_functions()) | {"Abs", "sign", "Heaviside", "Max", "Min", "Piecewise"}


@lru_cache(maxsize=64)
def activation_pair(expression):
    """Compiled `pair(z) -> (φ(z), φ'(z))` on vectors of `vectors.LANES` numbers.

    Args:
        expression: the activation, a sympy expression in one real symbol.

    Returns:
        The compiled function, for use inside other compiled functions.

    Raises:
        InvalidInstance: a function or a condition that has no compiled form.
    """
    symbols = sorted(expression.free_symbols, key=str)
    if len(symbols) > 1:
        raise InvalidInstance(f"activation {expression}: it must depend on one variable, not on {symbols}")
    z = symbols[0] if symbols else sympy.Symbol("z", real=True)
    both = (_prepare(expression), _prepare(sympy.diff(expression, z)))  # a tuple: a list would live on the heap
    shared = not any(e.has(sympy.Piecewise) for e in both)  # conditions must stay where `_print_Piecewise` sees them
    raw = sympy.lambdify([z], both, modules=[_functions()], printer=_Printer(), cse=shared)
    compiled = vectors.inlined(raw)

    @vectors.inlined
    def pair(x):
        value, slope = compiled(x)
        return value + vectors.splat(0.0), slope + vectors.splat(0.0)  # a constant derivative becomes a vector

    return pair

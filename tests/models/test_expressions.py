"""The parser of expressions against sympy's arithmetic, and against everything it must refuse."""

import math
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck.certificates import check
from theorycheck.errors import InvalidInstance
from theorycheck.models.expressions import FUNCTIONS, parse, text_of
from theorycheck.models.translate import from_sympy, to_document, to_sympy

Z = sympy.Symbol("z", real=True)
LEAVES = st.sampled_from(["z", Fraction(0), Fraction(1), Fraction(-1), Fraction(3, 2), Fraction(-2, 5), "pi"])
SAFE = ["sinh", "cosh", "tanh", "exp", "atan", "asinh", "erf", "sigmoid", "softplus", "expm1", "gelu"]


def extend(inner):
    return st.one_of(
        st.tuples(st.sampled_from(["+", "*"]), inner, inner),
        st.tuples(st.just("**"), inner, st.sampled_from([Fraction(2), Fraction(3)])),
        st.tuples(st.sampled_from(SAFE), inner),
    )


TREES = st.recursive(LEAVES, extend, max_leaves=6)


@given(TREES)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_text_is_read_back_as_the_same_function(tree):
    again = parse(text_of(tree))
    assert text_of(parse(text_of(again))) == text_of(again)
    for at in (0.3, -0.7):
        try:
            a, b = (complex(to_sympy(t, Z).subs(Z, at).evalf(20)) for t in (tree, again))
        except (OverflowError, TypeError):
            continue
        if math.isfinite(abs(a)):
            assert abs(a - b) <= 1e-9 * max(1.0, abs(a))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2*z**2 - z/3", Fraction(2) * 25 - Fraction(5, 3)),
        ("-z**2", Fraction(-25)),
        ("(-z)**2", Fraction(25)),
        ("z - -z", Fraction(10)),
        ("2**-1*z", Fraction(5, 2)),
        ("1e-3*z", Fraction(5, 1000)),
        ("10/5/2*z", Fraction(5)),
        ("z - 1 - 1", Fraction(3)),
        ("relu(z - 7) + leaky_relu(-z, 1/5)", Fraction(-1)),
        ("abs(-z)", Fraction(5)),
    ],
)
def test_precedence_and_exact_numbers(text, value):
    got = check.value(check.tree(to_document(parse(text))), z=check.rational("5"))
    assert str(got) == str(value)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "z +", "z**z", "z^2", "(((", "z)", "1/0*z", "0**-1", "foo(z)", "sinh", "sinh z", "sinh(z, z)", "z z",
        "2z", "__import__('os')", "z.real", "z[0]", "lambda z: z", "z if z else z", "z == 1", "exp(z", "nan", "inf*z",
        "z;z", "'z'", "z,", "é", "\x00", "z**1000", "leaky_relu(z, z)", "(" * 90 + "z" + ")" * 90, "z" * 3000,
        "1e9999*z",
    ],
)  # fmt: skip
def test_what_is_not_of_the_grammar_gets_one_clear_line(text):
    with pytest.raises(InvalidInstance) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_every_function_has_a_derivative_that_agrees_with_sympy():
    for name in FUNCTIONS:
        if name in ("relu", "leaky_relu", "abs"):
            continue
        text = f"{name}(z)"
        tree = check.derivative(check.tree(to_document(parse(text))))
        got = check.value(tree, z=check.rational("1/3"))
        want = sympy.diff(to_sympy(parse(text), Z), Z).subs(Z, sympy.Rational(1, 3)).evalf(15)
        assert float(got) == pytest.approx(float(want), rel=1e-12), name


def test_sympy_expressions_come_back():
    q = sympy.Symbol("q")
    for expression in (sympy.sinh(q) + q**3 / 3, sympy.exp(2 * q) - 1, sympy.atan(q) * sympy.Rational(3, 2), q + q**5):
        there = to_sympy(from_sympy(expression), Z)
        assert sympy.simplify(there - expression.subs(q, Z)) == 0


def test_sympy_expressions_outside_the_grammar_are_refused():
    a, b = sympy.symbols("a b")
    for expression in (a + b, sympy.besselj(0, a), a**b):
        with pytest.raises(InvalidInstance):
            from_sympy(expression)

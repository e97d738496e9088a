"""The normal form against two other ways: numbers on finite index sets, and sympy with sums written out."""

import itertools
import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck.symbolic.proof_scope import Scope
from theorycheck.symbolic.proof_syntax import FUNCTIONS, Node, NotDischarged, Symbol, parse_term

SYMBOLS = (
    *FUNCTIONS,
    Symbol("a", ("n",)),
    Symbol("b", ("n", "m")),
    Symbol("p"),
    Symbol("f", ("R",), "R", "f1"),
    Symbol("f1", ("R",)),
)
VARIABLES = (
    *(Symbol(v, (), "n") for v in "ik"),
    *(Symbol(v, (), "m") for v in "jq"),
    Symbol("t"),
)
SCOPE = Scope(("n", "m"), {s.name: s for s in SYMBOLS}, {v.name: v for v in VARIABLES})
SIZES = {"n": 2, "m": 3}


def leaf():
    index_n, index_m = st.sampled_from("ik"), st.sampled_from("jq")
    atoms = [
        st.integers(0, 3).map(str),
        st.just("p"),
        st.just("t"),
        st.just("n"),
        index_n.map("a[{}]".format),
        st.tuples(index_n, index_m).map(lambda v: f"b[{v[0]},{v[1]}]"),
    ]
    return st.one_of(*atoms)


def branch(kids):
    return st.one_of(
        st.tuples(kids, st.sampled_from("+-*"), kids).map(lambda v: f"({v[0]} {v[1]} {v[2]})"),
        st.tuples(st.sampled_from("ikjq"), kids).map(lambda v: f"sum[{v[0]}]({v[1]})"),
        kids.map("({})**2".format),
        kids.map("f({})".format),
    )


TERMS = st.recursive(leaf(), branch, max_leaves=5)


def value(node, table, at, number):
    """Evaluate a parsed term on finite index sets; ``number`` makes numbers, ``table`` gives symbols their meaning."""
    if node.op == "number":
        return number(node.data)
    if node.op == "sum":
        (v,) = node.data
        size = SIZES[SCOPE.variables[v].sort]
        return sum((value(node.kids[0], table, {**at, v: c}, number) for c in range(size)), number(0))
    kids = [value(kid, table, at, number) for kid in node.kids]
    if node.op == "app":
        return (
            at[node.name]
            if node.name in at
            else number(SIZES[node.name])
            if node.name in SIZES
            else table(node.name, kids)
        )
    if node.op == "pow":
        return kids[0] ** node.data
    if node.op == "neg":
        return -kids[0]
    return {"add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y}[node.op](*kids)


def symbolic(text):
    def table(name, args):
        return sympy.Function("f")(*args) if name == "f" else sympy.Symbol("_".join([name, *map(str, args)]))

    at = {"i": 0, "k": 1, "j": 0, "q": 1, "t": sympy.Symbol("t")}
    return sympy.expand(value(parse_term(text), table, at, sympy.Integer))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(TERMS, TERMS)
def test_equal_normal_forms_are_equal_for_sympy(one, two):
    left, right = SCOPE.poly(parse_term(one)), SCOPE.poly(parse_term(f"({one}) + ({two}) - ({two})"))
    assert left == right
    if SCOPE.poly(parse_term(one)) == SCOPE.poly(parse_term(two)):
        assert symbolic(one) == symbolic(two)
    squared = f"(({one}) + ({two}))**2"
    spelled = f"({two})*({two}) + 2*({one})*({two}) + ({one})**2"
    assert SCOPE.poly(parse_term(squared)) == SCOPE.poly(parse_term(spelled))
    assert sympy.expand(symbolic(squared) - symbolic(spelled)) == 0


@settings(derandomize=True, deadline=None, max_examples=60)
@given(TERMS)
def test_the_normal_form_keeps_the_value(text):
    """Reading the normal form back and evaluating it in floats gives the value of the term as written."""
    rng = np.random.default_rng(5)
    tables = {"a": rng.normal(size=2), "b": rng.normal(size=(2, 3)), "p": rng.normal()}

    def table(name, args):
        return math.tanh(args[0]) if name == "f" else tables[name][tuple(args)] if args else tables[name]

    at = {"i": 0, "k": 1, "j": 0, "q": 1, "t": 0.7}
    direct = value(parse_term(text), table, at, float)
    again = from_normal_form(SCOPE.poly(parse_term(text)), table, at)
    assert math.isclose(direct, again, rel_tol=1e-9, abs_tol=1e-9)


def from_normal_form(poly, table, at):
    return math.fsum(
        float(c.p) / float(c.q) * math.prod(from_atom(a, table, at) ** e for a, e in mono)
        for mono, c in poly.terms.items()
    )


def from_atom(atom, table, at):
    if atom.bound:
        names = [v for v, _ in atom.bound]
        ranges = [range(SIZES[s]) for _, s in atom.bound]
        return math.fsum(
            math.prod(from_atom(a, table, {**at, **dict(zip(names, point, strict=True))}) ** e for a, e in atom.body)
            for point in itertools.product(*ranges)
        )
    if atom.name in at:
        return at[atom.name]
    if atom.name in SIZES:
        return float(SIZES[atom.name])
    indexed = atom.name in ("a", "b")
    args = [
        at[arg.key.split("*", 1)[1].split("^")[0]] if indexed else from_normal_form(arg, table, at) for arg in atom.args
    ]
    return table(atom.name, args)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(TERMS)
def test_the_derivative_agrees_with_sympy(text):
    poly = SCOPE.poly(parse_term(text))
    slope = SCOPE.derivative(poly, "t") if "f(f(" not in text else None
    if slope is not None:
        rng = np.random.default_rng(7)
        tables = {"a": rng.normal(size=2), "b": rng.normal(size=(2, 3)), "p": rng.normal()}

        def table(name, args):
            known = {"f": math.tanh, "f1": lambda x: 1 - math.tanh(x) ** 2}
            return known[name](args[0]) if name in known else tables[name][tuple(args)] if args else tables[name]

        def at(t):
            return {"i": 0, "k": 1, "j": 0, "q": 1, "t": t}

        ends = [from_normal_form(poly, table, at(0.3 + h)) for h in (1e-5, -1e-5)]
        assert math.isclose(
            from_normal_form(slope, table, at(0.3)), (ends[0] - ends[1]) / 2e-5, rel_tol=1e-5, abs_tol=1e-3
        )


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("sum[i](sum[k](a[i]*a[k]))", "sum[i](a[i])**2", True),
        ("sum[i](a[i]*sum[k](a[k]*sum[j](b[i,j]*b[k,j])))", "sum[j](sum[i](a[i]*b[i,j])**2)", True),
        ("sum[i](sum[j](b[i,j])**2)", "sum[i](sum[j](b[i,j]**2))", False),
        ("sum[i](f(sum[k](a[k]) + a[i]))", "sum[k](f(a[k] + sum[i](a[i])))", True),
        ("sum[i](f(sum[k](a[k]*a[i])))", "sum[i](f(sum[k](a[k]*a[k])))", False),
        ("sum[i,j](b[i,j]*b[k,j])", "sum[i,q](b[i,q]*b[k,q])", True),
        ("sum[i,j](b[i,j]*b[k,j])", "sum[i,j](b[i,j]*b[i,j])", False),
        ("sum[i](1)*sum[j](p)", "n*m*p", True),
    ],
)
def test_sums_by_hand(one, two, same):
    assert (SCOPE.poly(parse_term(one)) == SCOPE.poly(parse_term(two))) is same


def test_no_capture_in_substitution():
    """sum_i a_i * X with X = a_k stays apart from sum_i a_i * a_i, also when the summed name is reused."""
    from theorycheck.symbolic.proof_terms import app, substitute

    poly = SCOPE.poly(parse_term("sum[i](a[i]*p)"))
    assert substitute(poly, {"p": ((), app("a", app("i")))}) == SCOPE.poly(parse_term("a[i]*sum[k](a[k])"))
    nested = SCOPE.poly(parse_term("sum[i](f(sum[k](b[i,q]*p)))"))
    image = SCOPE.poly(parse_term("sum[i](a[i]*a[k])"))
    expected = SCOPE.poly(parse_term("sum[i](f(n*b[i,q]*a[k]*sum[i](a[i])))"))
    assert substitute(nested, {"p": ((), image)}) == expected


def test_a_term_must_be_well_formed():
    for text in ("a[p]", "a[i,j]", "b[j,i]", "i + 1", "unheard", "sum[t](t)", "p/(p + 1)", "f"):
        with pytest.raises(NotDischarged):
            SCOPE.poly(parse_term(text))
    with pytest.raises(NotDischarged, match="certificate only"):
        SCOPE.poly(Node("cite", name="x", data=()))

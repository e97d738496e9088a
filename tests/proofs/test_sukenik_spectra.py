"""Planted faults for the two theorems about matrices: each must check every part of what it is applied to."""

import attrs
import pytest

from theorycheck.symbolic.proof import Book, Hypothesis, Proof, Step, assume, examine, prove, scope_of
from theorycheck.symbolic.proof_files import load_proof
from theorycheck.symbolic.proof_syntax import Symbol


@pytest.fixture
def chain():
    """The book of the linear proof just before the singular values come in, and the three steps that bring them."""
    proof = load_proof("sukenik2024/linear_mse")
    book = Book(scope_of(proof))
    assert all(examine(book, step).discharged for step in proof.definitions)
    assert all(assume(book, hypothesis).discharged for hypothesis in proof.hypotheses)
    first = next(k for k, step in enumerate(proof.steps) if step.rule == "singular_values")
    assert all(examine(book, step).discharged for step in proof.steps[:first])
    return book, proof.steps[first : first + 3]


def fork(book):
    return Book(book.scope, dict(book.facts), set(book.seen), dict(book.origins))


def test_singular_values_need_every_fact(chain):
    book, steps = chain
    for step in steps:
        assert examine(fork(book), step).discharged
        for k in range(len(step.uses)):
            for other in ("", "last_factor", "sum_next", "layers"):
                uses = (*step.uses[:k], *([other] if other else []), *step.uses[k + 1 :])
                if uses != step.uses:
                    assert not examine(fork(book), attrs.evolve(step, uses=uses)).discharged, uses


def test_singular_values_need_every_part_in_its_place(chain):
    book, (step, *_) = chain
    parts = step.by.split("; ")
    for k in range(len(parts)):
        for other in ("mu", "m", "lamH", "W[d,b](k)", "X[d,i](k)", "q[i]", "H[j,i]", "S(k)", "WL[i,d]"):
            by = "; ".join((*parts[:k], other, *parts[k + 1 :]))
            if other != parts[k]:
                assert not examine(fork(book), attrs.evolve(step, by=by)).discharged, by
        assert not examine(fork(book), attrs.evolve(step, by="; ".join(parts[:k] + parts[k + 1 :]))).discharged


@pytest.mark.parametrize(
    ("which", "old", "new"),
    [
        (0, ">= 0", ">= 1"),
        (1, "(m + 3)", "(m + 4)"),
        (1, "q[c]**2", "q[c]"),
        (2, "m + 3", "m + 2"),
        (2, "sum[c](", "2*sum[c]("),
        (2, "delta[i,c]", "delta[i,c]/2"),
    ],
)
def test_singular_values_say_no_more(chain, which, old, new):
    book, steps = chain
    step = steps[which]
    assert old in step.statement
    assert not examine(fork(book), attrs.evolve(step, statement=step.statement.replace(old, new))).discharged


SYMBOLS = (
    *(Symbol(name) for name in ("p", "r")),
    *(Symbol(name, ("D",)) for name in ("w", "other")),
    Symbol("whole", ("D",), "N"),
    Symbol("wide", ("E", "D")),
    Symbol("x", ("D", "C")),
    Symbol("y", ("E", "D", "C")),
    Symbol("a", ("C",)),
    Symbol("v", ("E", "C")),
)
VARIABLES = (
    Symbol("i", (), "C"),
    Symbol("d", (), "D"),
    Symbol("e", (), "E"),
    Symbol("c", ("C",)),
    Symbol("g", ("D",)),
    Symbol("u"),
)
BOUNDED = "sum[i](c[i]*a[i])**2 <= p*sum[d](sum[i](c[i]*x[d,i])**2)"


def failures(*steps, given=(BOUNDED,)):
    hypotheses = tuple(Hypothesis(f"h{n}", text) for n, text in enumerate(given, 1))
    proof = Proof(key="test", title="", source="", indices=("C", "D", "E"), symbols=SYMBOLS, variables=VARIABLES,
                  hypotheses=hypotheses, steps=steps, goals=())  # fmt: skip
    return [r.reason for r in prove(proof).steps if not r.discharged]


def least(statement, by="w[d]; x[d,i]; a[i]; p; c[i]; d", name="s1"):
    return Step(name, statement, "least_norm", ("h1",), by)


SOLVED, SHORT = "sum[d](w[d]*x[d,i]) = a[i]", "sum[d](w[d]**2) <= p"


def test_least_norms():
    assert failures(least(SOLVED), least(SHORT, name="s2")) == []
    assert failures(least("sum[d](w[d]**2) < p")) != []
    assert failures(least("sum[d](w[d]*x[d,i]) = 2*a[i]")) != []
    assert failures(least(SOLVED), given=(BOUNDED.replace("<=", ">="),)) != []
    assert failures(least(SOLVED), given=(BOUNDED.replace("p*", "2*p*"),)) != []
    assert failures(least(SOLVED), given=("sum[i](r*a[i])**2 <= p*sum[d](sum[i](r*x[d,i])**2)",)) != []
    assert failures(least(SOLVED), given=("p > 0 => " + BOUNDED,)) != []
    assert failures(least(SOLVED), given=(BOUNDED, "w[d] = 0")) != []


def test_least_norms_depend_on_what_their_data_depend_on():
    many = "sum[i](c[i]*v[e,i])**2 <= u*sum[d](sum[i](c[i]*y[e,d,i])**2)"
    good = "sum[d](wide[e,d]*y[e,d,i]) = v[e,i]"
    assert failures(least(good, "wide[e,d]; y[e,d,i]; v[e,i]; u; c[i]; d"), given=(many,)) != []
    many = many.replace("u*", "p*")
    assert failures(least(good, "wide[e,d]; y[e,d,i]; v[e,i]; p; c[i]; d"), given=(many,)) == []
    alone = "sum[d](w[d]*y[e,d,i]) = v[e,i]"
    assert failures(least(alone, "w[d]; y[e,d,i]; v[e,i]; p; c[i]; d"), given=(many,)) != []


@pytest.mark.parametrize(
    "by",
    ["whole[d]; x[d,i]; a[i]; p; c[i]; d", "w[d]; x[d,i]; a[i]; p; a[i]; d", "w[d]; x[d,i]; a[i]; p; g[d]; d",
     "w[d]; x[d,i]; a[i]; p; c[i]; i", "w[d]; x[d,i]; a[i]; p; c[i]; e", "w[d]; x[d,i]; c[i]; p; c[i]; d",
     "w[d]; x[d,i]; a[i]; r; c[i]; d", "w[d]; x[d,i]; a[i]; p; c[i]"],
)  # fmt: skip
def test_least_norms_need_their_data_in_order(by):
    name = by.split("[")[0]
    assert failures(least(SOLVED.replace("w[d]", f"{name}[d]"), by)) != []

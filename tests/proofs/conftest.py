"""A small vocabulary, and checkers that say whether the last of a few steps is accepted or refused."""

import pytest

from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, prove
from theorycheck.symbolic.proof_syntax import Symbol

SYMBOLS = (
    Symbol("phi", ("I",), "J", "phi1"),
    Symbol("phi1", ("I",), "R", "phi2"),
    Symbol("phi2", ("I",)),
    Symbol("psi", ("J",), "I", "psi1"),
    Symbol("psi1", ("J",), "R", "psi2"),
    Symbol("psi2", ("J",), "R", "psi3"),
    Symbol("psi3", ("J",)),
    Symbol("E", ("T",), "R", "E1"),
    Symbol("E1", ("T",)),
    Symbol("G", ("T",), "R", "G1"),
    Symbol("G1", ("T",)),
    Symbol("rough", ("T",)),
    Symbol("H", ("m", "T"), "R", "H1"),
    Symbol("H1", ("m", "T")),
    Symbol("x", ("n", "d")),
    Symbol("z", ("n", "m"), "I"),
    Symbol("a", ("n",)),
    Symbol("b", ("n", "m")),
    Symbol("nu", ("n",), "I"),
    Symbol("one", (), "I"),
    Symbol("top", (), "m"),
    Symbol("alpha", ("n",)),
    Symbol("e", ("d",)),
    *(Symbol(name) for name in ("p", "q", "new", "other")),
    Symbol("c", (), "I"),
    Symbol("o", (), "T"),
    Symbol("tau", (), "T"),
)
VARIABLES = (
    Symbol("i", (), "n"),
    Symbol("k", (), "n"),
    Symbol("j", (), "m"),
    Symbol("g", (), "m"),
    Symbol("l", (), "d"),
    Symbol("s", (), "I"),
    Symbol("r", (), "I"),
    Symbol("v", (), "J"),
    Symbol("t", (), "T"),
    Symbol("t0", (), "T"),
    Symbol("u", (), "R"),
    Symbol("h", (), "R"),
    Symbol("C", ("n",)),
    Symbol("V", ("m", "d")),
)


def _failures(*steps, given=(), symbols=SYMBOLS):
    hypotheses = tuple(Hypothesis(name, statement) for name, statement in given)
    last = steps[-1]
    goals = (Goal("goal", last.statement, last.name, ()),)
    proof = Proof(
        key="test",
        title="",
        source="",
        indices=("n", "m", "d"),
        symbols=symbols,
        variables=VARIABLES,
        hypotheses=hypotheses,
        steps=steps,
        goals=goals,
    )
    return [r for r in prove(proof).steps if not r.discharged]


def _refused(*steps, given=(), because=""):
    broken = _failures(*steps, given=given)
    assert [r.step.name for r in broken] == [steps[-1].name], broken
    assert because in broken[0].reason, broken[0].reason


def _accepted(*steps, given=()):
    assert not _failures(*steps, given=given)


@pytest.fixture
def vocabulary():
    return SYMBOLS, VARIABLES


@pytest.fixture
def failures():
    return _failures


@pytest.fixture
def refused():
    return _refused


@pytest.fixture
def accepted():
    return _accepted

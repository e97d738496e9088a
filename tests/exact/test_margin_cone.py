"""The dual of a maximum-margin problem against all supports tried one by one, and against a solver."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

from theorycheck.exact import margin_cone as cone
from theorycheck.exact import margin_hint as hint

VECTORS = st.integers(1, 6).flatmap(lambda n: st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=n, max_size=n))


def gram(rows):
    A = fmpq_mat([[fmpq(v) for v in row] for row in rows])
    return A * A.transpose()


def brute_force(K):
    """Every λ with a regular support that satisfies the conditions."""
    n, found = K.nrows(), []
    for size in range(n + 1):
        for S in combinations(range(n), size):
            part = fmpq_mat([[K[i, k] for k in S] for i in S]) if S else None
            if part is not None and part.det() == 0:
                continue
            values = part.solve(fmpq_mat([[1]] * size)).entries() if part is not None else []
            lam = [fmpq(0)] * n
            for i, v in zip(S, values, strict=True):
                lam[i] = v
            if cone.solves(K, lam):
                found.append(lam)
    return found


@given(VECTORS)
def test_against_all_supports(rows):
    K, known = gram(rows), brute_force(gram(rows))
    found = cone.solve(K)
    if isinstance(found, cone.Farkas):
        assert not known
        assert cone.forbids(K, found.weights)
        assert sum(found.weights) == 1
    else:
        assert known
        assert cone.solves(K, found.lam)
        assert cone.times(K, found.lam) == cone.times(K, known[0])  # the point is unique, λ need not be


@given(VECTORS)
def test_the_active_set_method_from_zero(rows):
    K = gram(rows)
    found = cone.ActiveSet(K, [fmpq(0)] * K.nrows()).run()
    if isinstance(found, cone.Farkas):
        assert cone.forbids(K, found.weights)
    else:
        assert cone.solves(K, found)


def test_planted_faults_are_seen():
    K = gram([[1, 0], [1, 1]])
    lam = cone.solve(K).lam
    assert cone.solves(K, lam)
    assert not cone.solves(K, [2 * v for v in lam])
    assert not cone.solves(K, [v / 2 for v in lam])
    assert not cone.solves(K, [-v for v in lam])
    assert not cone.forbids(K, [fmpq(1, 2)] * 2)
    assert not cone.forbids(gram([[1], [-1]]), [fmpq(0)] * 2)
    assert not cone.forbids(gram([[1], [-1]]), [fmpq(1), fmpq(-1)])


@pytest.mark.parametrize("seed", range(3))
def test_more_samples_than_dimensions(seed):
    """Many vectors in few dimensions, so that K is singular and the solver is asked for a hint."""
    draw = np.random.default_rng(seed)
    rows = np.column_stack([draw.integers(1, 9, 30), draw.integers(-8, 9, (30, 3))]).tolist()
    K = gram(rows)
    found = cone.solve(K)
    assert cone.solves(K, found.lam)
    assert cone.solves(K, cone.ActiveSet(K, [fmpq(0)] * 30).run())
    floats = hint.multipliers(np.array([[float(Fraction(int(v.p), int(v.q))) for v in row] for row in K.tolist()]))
    assert sum(floats) == pytest.approx(float(Fraction(int(sum(found.lam).p), int(sum(found.lam).q))), rel=1e-6)


def test_a_wrong_hint_does_no_harm(monkeypatch):
    draw = np.random.default_rng(1)
    K = gram(np.column_stack([draw.integers(1, 9, 20), draw.integers(-8, 9, (20, 2))]).tolist())
    right = cone.solve(K)
    for wrong in ([], [0], list(range(20)), [3, 3]):
        monkeypatch.setattr(hint, "support", lambda _, wrong=wrong: wrong)
        assert cone.solve(K) == right


def test_equal_gradients_share_their_multiplier():
    found = cone.solve(gram([[2, 0], [0, 1], [2, 0], [2, 0]]))
    assert [str(v) for v in found.lam] == ["1/12", "1", "1/12", "1/12"]
    assert found.unique


def test_dependent_gradients_are_told():
    """(1,1) is the mean of (2,0) and (0,2): all tight at (1/2, 1/2), so λ is a segment."""
    found = cone.solve(gram([[2, 0], [0, 2], [1, 1]]))
    assert not found.unique
    assert cone.solves(gram([[2, 0], [0, 2], [1, 1]]), found.lam)


def test_one_sample_and_none_with_a_gradient():
    assert cone.solve(fmpq_mat([[fmpq(4)]])).lam == (fmpq(1, 4),)
    assert cone.solve(fmpq_mat([[fmpq(0)]])).weights == (fmpq(1),)
    assert cone.solve(gram([[1, 0], [0, 0]])).weights == (fmpq(0), fmpq(1))

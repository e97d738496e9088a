"""The proofs about cross-entropy at their borders: exact integers beyond them, and proofs that claim more must fail."""

import math
from fractions import Fraction

import attrs
import numpy as np
import pytest

from theorycheck.symbolic.proof import prove
from theorycheck.symbolic.proof_files import load_proof

GIVEN = {
    "thm1": {"involution", "pairs", "samples", "scale", "reg", "two_pairs", "three_pairs", "depth_three", "depth_two"},
    "thm2": {"margins", "scale", "reg", "exponent", "bounded", "bounded_below", "deep"},
    "thm7": {"involution", "no_singles", "scale", "reg", "deep_classes", "four_classes", "depth_five", "depth_four"}
    | {"simplex_part", "singular", "root_nonzero"},
    "one_layer": {"classes", "balanced", "samples", "reg"},
    "two_classes": {"two", "activation", "reg"},
    "centring": {"optimal", "reg"},
    "lemma1": {"later", "earlier", "reg"},
    "dimension": {"skew", "balanced", "output_still", "inner_still", "layers", "rank", "smaller", "width", "wider"},
    "thresholds": {"depth", "power", "zero_point", "fold_point", "strong", "weak", "classes", "fold"},
}


def proof(name):
    return load_proof(f"garrod2024/{name}")


def assuming(name, hypothesis, statement):
    """The proof with another assumption in the place of one of its own."""
    given = proof(name)
    kept = tuple(attrs.evolve(h, statement=statement) if h.name == hypothesis else h for h in given.hypotheses)
    assert kept != given.hypotheses
    return prove(attrs.evolve(given, hypotheses=kept))


def unproved(report):
    return {g.goal.name for g in report.goals if not g.proved}


@pytest.mark.parametrize("name", GIVEN)
def test_what_the_goals_rest_on(name):
    assert {h for goal in proof(name).goals for h in goal.given} == GIVEN[name]


def test_integers_of_theorem_1():
    """4 m^(L+1) < (2m-1)^(L+1) exactly where the proof says so, and nowhere else."""
    for m in range(1, 40):
        for L in range(1, 12):
            holds = 4 * m ** (L + 1) < (2 * m - 1) ** (L + 1)
            assert holds == ((m >= 2 and L >= 3) or (m >= 3 and L >= 2)), (m, L)


def test_integers_of_theorem_7():
    """First even K: none for L = 3, 14 for L = 4, 10 for L = 5, 8 for L = 6 and 7; and as the inequality with roots."""

    def holds(K, L):
        return Fraction(2 * K**3) * Fraction(K + 2, 2) ** (L - 2) < (K - 1) ** (L + 1)

    for L, first in ((4, 14), (5, 10), (6, 8), (7, 8), (8, 6), (20, 6)):
        assert [holds(K, L) for K in range(4, 60, 2)] == [first <= K for K in range(4, 60, 2)]
    assert not any(holds(K, 3) for K in range(4, 400, 2))
    for K in range(4, 40, 2):
        for L in range(3, 12):
            right = (K - 1) * 2 ** (2 * (L - 1) / (L + 1)) * ((K + 2) / K) ** (3 / (L + 1))
            assert holds(K, L) == (right > 2 * K + 4)


@pytest.mark.parametrize(
    ("name", "hypothesis", "statement", "lost"),
    [
        ("thm1", "two_pairs", "m >= 1", {"integers, L >= 3", "K >= 4, L >= 3"}),
        ("thm1", "three_pairs", "m >= 2", {"integers, L >= 2", "K >= 6, L >= 2"}),
        ("thm1", "depth_three", "h = j + 1", {"K >= 4, L >= 3"}),
        ("thm1", "depth_two", "h = j", {"K >= 6, L >= 2"}),
        ("thm7", "deep_classes", "C >= 8", {"integers, L >= 5", "K >= 10, L >= 5"}),
        ("thm7", "four_classes", "C >= 12", {"integers, L >= 4", "K >= 14, L >= 4"}),
        ("thm7", "depth_four", "h = j + 1", {"K >= 14, L >= 4"}),
        ("thm2", "deep", "p*(A + B) <= log(P) - log(Q)", {"penalty", "less"}),
        ("dimension", "smaller", "K - 1 >= r", {"ratio above one", "increasing"}),
        ("dimension", "width", "d >= r", {"ratio above one", "increasing", "limit"}),
        ("two_classes", "two", "C = 3", {"bound"}),
        ("two_classes", "activation", "act(s, k)**2 <= 2*s**2", {"bound"}),
        ("centring", "reg", "lam >= 0", {"last layer", "output"}),
        ("lemma1", "reg", "lam >= 0", {"balanced", "norms"}),
        ("stability", "large", "alpha*A >= C*(A - 3)", {"stable"}),
        ("stability", "small", "alpha*A <= C*(A - 2)", {"unstable"}),
        ("stability", "c1_c4", "delta[c1,c2] = 0", {"unstable"}),
        ("thresholds", "depth", "L >= 1", {"fold, cross-entropy"}),
        ("rank_codes", "a1_not_a3", "delta[a1,a2] = 0", {"rank one is impossible for three classes"}),
        ("one_layer", "balanced", "sum[i](delta[y[i],c]) <= m", {"bound"}),
    ],
)
def test_a_weaker_assumption_does_not_carry_the_goals(name, hypothesis, statement, lost):
    assert lost <= unproved(assuming(name, hypothesis, statement))


def test_goals_beyond_the_theorems_fail():
    """The count that divides by an orthogonal group of size r, a ratio below one, one pair, the printed threshold."""
    for name, goal, statement in (
        ("dimension", "dimension", "low(s) = L*r*(s - r)"),
        ("dimension", "ratio above one", "full(d)/low(d) < 1"),
        ("thm1", "K >= 4, L >= 3", "low < dnc - 1"),
        ("thm7", "penalty", "2*sum[a,c](U[a,c]**2) + h*sum[a,c](W[a,c]**2) + sum[a,c](V[a,c]**2) = kappa*r**2"),
        ("stability", "stable", "Q > 0"),
        ("one_layer", "zero", "J >= log(C)"),
        ("two_classes", "bound", "J >= log((1 + exp(-alpha))) + lam*(m + 2)*r"),
    ):
        given = proof(name)
        goals = tuple(attrs.evolve(g, statement=statement) if g.name == goal else g for g in given.goals)
        assert goals != given.goals
        assert unproved(prove(attrs.evolve(given, goals=goals))) == {goal}


@pytest.mark.parametrize(
    ("K", "L", "lam", "collapse", "pairs"),
    [(4, 3, 0.0175, (0.2544324491, 4.806277), (0.2320483828, 4.431527)),
     (6, 2, 0.0130, (0.3177483344, 4.828430), (0.2963298768, 4.647575)),
     (5, 3, 0.0150, (0.2949156407, 4.974609), (0.2776674177, 4.779839))],
)  # fmt: skip
def test_the_objectives_of_theorem_1_are_those_of_the_two_families(K, L, lam, collapse, pairs):
    m, singles, c = K // 2, K % 2, 2 ** (2 / (L + 1))
    column = lambda b: math.log(1 + (K - 2) * math.exp(-b) + math.exp(-2 * b))  # noqa: E731
    alone = lambda b: math.log(1 + (K - 1) * math.exp(-b))  # noqa: E731
    penalty = lambda b, count: lam / 2 * (L + 1) * count * b ** (2 / (L + 1))  # noqa: E731
    for b in np.linspace(0.5, 8, 16):
        low = (2 * m * column(b) + singles * alone(b)) / K + penalty(b, m * c + singles)
        assert low < alone(b) + penalty(b, K - 1)
    value, at = collapse
    assert alone(at) + penalty(at, K - 1) == pytest.approx(value, abs=1e-9)
    value, at = pairs
    assert (2 * m * column(at) + singles * alone(at)) / K + penalty(at, m * c + singles) == pytest.approx(
        value, abs=1e-9
    )

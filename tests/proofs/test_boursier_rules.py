"""Planted faults for the rule about signs, and known figures against the statements that were proved."""

import math
from fractions import Fraction

import attrs
import numpy as np
import pytest

from tests.proofs.test_boursier import CASES, best, multipliers, network
from tests.proofs.test_numbers import Reader
from theorycheck.symbolic.proof import Step, prove
from theorycheck.symbolic.proof_files import load_proof

SAME = "E(t)*E(t0) > 0"


def sign(statement=SAME, by="E(t); t; t0"):
    return Step("s1", statement, "keeps_sign", ("fact",), by)


def test_a_differentiable_function_without_zeros_keeps_its_sign(accepted):
    for fact in ("E(t) != 0", "E(t) > 0", "-E(t) != 0"):
        accepted(sign(), given=[("fact", fact)])
    accepted(sign("H[j](t)*H[j](t0) > 0", "H[j](t); t; t0"), given=[("fact", "H[j](t) != 0")])
    accepted(sign("(E(t) - p)*(E(t0) - p) > 0", "E(t) - p; t; t0"), given=[("fact", "E(t) != p")])


@pytest.mark.parametrize(
    "fact",
    ["E(t) >= 0", "E(t) = 0", "E(o) != 0", "E(t) + 1 != 0", "E(t)**2 >= 0", "G(t) != 0", "p > 0 => E(t) != 0"],
)
def test_a_sign_needs_that_the_function_vanishes_nowhere(refused, fact):
    refused(sign(), given=[("fact", fact)])


@pytest.mark.parametrize(
    "statement", ["E(t)*E(t0) < 0", "E(t)*E(t0) > 1", "E(t) > 0", "E(t)*G(t0) > 0", "E(t) = E(t0)"]
)
def test_a_kept_sign_says_no_more(refused, statement):
    refused(sign(statement), given=[("fact", "E(t) != 0")])


def test_a_sign_needs_continuity_and_one_line(refused):
    """A function that may jump, an index instead of a time, two kinds of numbers, another member of a family."""
    refused(sign("rough(t)*rough(t0) > 0", "rough(t); t; t0"), given=[("fact", "rough(t) != 0")], because="derivative")
    jump = "step(E(t)) - 1/2"
    refused(sign(f"({jump})*(step(E(t0)) - 1/2) > 0", f"{jump}; t; t0"), given=[("fact", f"{jump} != 0")])
    refused(sign("a[i]*a[k] > 0", "a[i]; i; k"), given=[("fact", "a[i] != 0")])
    refused(sign("E(t)*E(t0) > 0", "E(t); t; u"), given=[("fact", "E(t) != 0")])
    refused(sign("H[j](t)*H[g](t0) > 0", "H[j](t); t; t0"), given=[("fact", "H[j](t) != 0")])
    refused(sign("H[j](t)*H[g](t) > 0", "H[j](t); j; g"), given=[("fact", "H[j](t) != 0")])
    refused(sign("(E(t) - E(t0))*(E(t0) - E(t0)) > 0", "E(t) - E(t0); t; t0"), given=[("fact", "E(t) != E(t0)")])


def test_the_trusted_theorem_is_listed_where_it_is_used():
    assert "keeps_sign" in dict(prove(load_proof("boursier2024/conservation")).axioms)


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("boursier2024/symmetric", "D[l] = sum[k](sum[i](p[i]*x[i,l]*x[i,k])*beta[k])"),
        ("boursier2024/conservation", "a[j](t)**2 >= a[j](o)**2*exp(B*(t - o))"),
        ("boursier2024/escape", "a(tau) = K*a(o) + 1"),
        ("boursier2024/expected_loss", "sum[o](p[o]*eta[k,o]**2) = 2*var"),
        ("boursier2024/failure", "power(2, k)*sum[o](p[o]*A[o](k + 1)) = 1"),
        ("min2023/max_margin", "a**2*m*sum[j,l](p[j,l]**2 + q[j,l]**2) <= sum[i](lam[i])"),
        ("karhadkar2024/margin", "sum[l](v[l]*u[l]) = rho*n/Q"),
    ],
)
def test_the_reading_notices_false_statements(name, statement):
    assert Reader(load_proof(name), next(iter(CASES[name](3)))).holds(statement, 1e-6) is False


def test_other_assumptions_break_the_statements():
    """Labels that are not odd, and a global fit with noise, are told apart by the assumptions and not by luck."""
    at, *rest = next(iter(CASES["boursier2024/symmetric"](5)))
    even = {**at, "y": lambda i: at["y"](i % 3)}
    reader = Reader(load_proof("boursier2024/symmetric"), (even, *rest))
    assert reader.holds("y[mate[i]] = -y[i]") is False
    goal = next(g for g in load_proof("boursier2024/symmetric").goals if g.name == "every neuron")
    assert reader.holds(goal.statement) is False
    noisy, noiseless = CASES["boursier2024/global_ols"](5)
    proof = load_proof("boursier2024/global_ols")
    for instance, outcome in ((noisy, False), (noiseless, True)):
        reader = Reader(proof, instance)
        for text in ("gp[l] = 0", "sum[l](bp[l]*x[k,l]) = sum[l](bm[l]*x[k,l])"):
            assert reader.holds(text, 1e-9) is outcome


def test_the_alignment_vector_of_a_small_antipodal_sample():
    """Six points, exactly: (3/2, 0, 1/6) for every neuron."""
    half = [(2, 1, 0), (2, -1, 1), (1, 0, -1)]
    x = [tuple(map(Fraction, p)) for p in (*half, *(tuple(-c for c in p) for p in half))]
    rng = np.random.default_rng(0)
    for w in rng.normal(size=(200, 3)):
        active = [p for p in x if sum(c * f for c, f in zip(p, w, strict=True)) > 0]
        assert [sum(p[0] * p[k] for p in active) / 6 for k in range(3)] == [Fraction(3, 2), 0, Fraction(1, 6)]


@pytest.mark.parametrize(("n", "d", "value"), [(40, 2, 0.1125), (200, 5, 0.11875), (40, 5, 0.09375)])
def test_expected_losses_against_a_simulation(n, d, value):
    """Gaussian noise of standard deviation 1/2, as the formula and as an average over draws."""
    assert 0.25 * (n - 2 * d) / (2 * n) == value
    rng = np.random.default_rng(n + d)
    x, e = rng.normal(size=(n, d)), np.arange(n) % 2 == 0
    rest = np.eye(n)
    for side in (e, ~e):
        q = np.linalg.qr(x * side[:, None])[0]
        rest -= q @ q.T
    draws = 0.5 * rng.normal(size=(4000, n))
    losses = np.sum((draws @ rest) ** 2, axis=1) / (2 * n)
    assert losses.mean() == pytest.approx(value, abs=4 * losses.std() / math.sqrt(4000))


def test_escape_takes_a_logarithmic_time_and_signs_agree_with_the_stated_probability():
    assert math.log(10) / 1.161 == pytest.approx(1.983, abs=1e-3)
    rng = np.random.default_rng(0)
    for m in (1, 2, 3, 5):
        signs = rng.integers(0, 2, (40000, m)).sum(1)
        assert np.mean((signs == 0) | (signs == m)) == pytest.approx(2.0 ** (1 - m), abs=0.01)


@pytest.mark.parametrize("slope", [0.0, 0.3, 0.8])
def test_no_separating_network_is_shorter_than_the_maximum_margin(slope):
    """Random networks, and descent from them, never beat the bound; the stated network attains it."""
    rng = np.random.default_rng(1)
    y, m, a = np.array([1.0, -1, 1, -1]), 2, 0.5
    x = np.column_stack([y * rng.uniform(0.2, 0.5, 4), np.diag(rng.uniform(0.8, 1.2, 4))])
    least = multipliers(x, y, slope).sum() / (a * a * m)
    found = []
    for _ in range(4):
        w = rng.normal(size=(2, m, 5))
        for _ in range(1500):  # descend on squared norm plus a hinge penalty
            f = y * network(w[0], w[1], x, a, slope)
            push = (y * (f < 1.02))[:, None] * a
            grad = [
                sgn * (push * np.where(x @ part.T > 0, 1, slope)).T @ x for sgn, part in zip((1, -1), w, strict=True)
            ]
            w = 0.9995 * w + 0.01 * np.array(grad)
        f = (y * network(w[0], w[1], x, a, slope)).min()
        if f > 0:
            found.append(np.sum(w**2) / f**2)
    assert found
    assert min(found) >= least * (1 - 1e-9)
    plus, minus = (np.tile(v / (a * m), (m, 1)) for v in best(x, y, multipliers(x, y, slope), slope))
    assert y * network(plus, minus, x, a, slope) == pytest.approx(np.ones(4))
    assert np.sum(plus**2 + minus**2) == pytest.approx(least)


def test_xor_has_four_critical_directions():
    """All angles of the circle: the alignment vector is parallel to w on the axes only."""
    critical = set()
    for k in range(720):
        angle = math.pi * k / 360
        w = np.array([math.cos(angle), math.sin(angle)])
        w[np.abs(w) < 1e-12] = 0
        values = [np.array([1.0, 0]) * s for s in ([np.sign(w[0])] if w[0] else [-1, 0, 1])]
        options = [v - np.array([0, 1.0]) * s for v in values for s in ([np.sign(w[1])] if w[1] else [-1, 0, 1])]
        if any(abs(v[0] * w[1] - v[1] * w[0]) < 1e-12 for v in options):
            critical.add(k // 2)
    assert critical == {0, 90, 180, 270}


def test_a_two_sided_network_must_keep_both_patterns():
    """If beta_+ is positive on one sample of the other side, the network is not the two-sided fit, nor stationary."""
    x = np.array([[1.0, 0], [1.0, 0.2], [-1.0, 3.0], [-1.0, -1.0]])
    e, bp, bm = np.array([1, 1, 0, 0]), np.array([1.0, 1.0]), np.array([1.0, 0.1])
    assert all((x @ bp)[e == 1] > 0)
    assert all((x @ bm)[e == 0] < 0)
    h = np.maximum(x @ bp, 0) - np.maximum(-(x @ bm), 0)
    assert abs(h - np.where(e == 1, x @ bp, x @ bm)).max() > 1


def test_proofs_without_their_key_assumption_fail():
    for name, dropped in (("boursier2024/two_sided", "minus_pattern"), ("min2023/max_margin", "separable")):
        proof = load_proof(name)
        kept = tuple(h for h in proof.hypotheses if h.name != dropped)
        assert not prove(attrs.evolve(proof, hypotheses=kept)).proved

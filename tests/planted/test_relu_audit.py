"""Faults planted in what is said of ReLU networks: close eigenvalues, numbers short to write, coverage of proofs."""

import time
from fractions import Fraction
from itertools import product

import pytest
from flint import ctx, fmpq_mat

from theorycheck.certificates import check, relu, relu_build
from theorycheck.claims import relu_measures as measures
from theorycheck.claims.check import Budget, run
from theorycheck.claims.checks.proved import uncovered
from theorycheck.claims.store import all_claims
from theorycheck.errors import CertificateError
from theorycheck.exact.two_sided import two_sided_ols
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

NOT_BELIEVED = (check.Refused, check.Malformed, CertificateError)


def network(X, y, slope: object = 0, loss="square", outputs="trained", width=2):
    return ReluInstance(Dataset(X, y), width=width, slope=slope, loss=loss, outputs=outputs)


# ---- sizes -----------------------------------------------------------------------------------------------------------


def close(r, bits):
    return fmpq_mat(r, r, [(i == j) * 2**bits + (i * j) % 2 for i in range(r) for j in range(r)])


@pytest.mark.parametrize(("r", "bits"), [(2, 5000), (3, 1000), (12, 600)])
def test_close_eigenvalues_take_no_time(r, bits):
    began, W = time.perf_counter(), close(r, bits)
    with ctx.workprec(check.BITS):
        top = relu.spectral_top(W * W.transpose())
        trace = sum((W * W.transpose())[i, i] for i in range(r))
        assert not top < trace / r  # a ball around a number close to it
        assert top <= trace
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("scale", [1, 10**40])
def test_a_rational_norm_stays_rational(size, scale):
    """s (1 + the matrix of ones) has the largest eigenvalue s (size + 1), once, and s otherwise."""
    entries = [scale * (1 + (i == j)) for i, j in product(range(size), repeat=2)]
    with ctx.workprec(check.BITS):
        top = relu.spectral_top(fmpq_mat(size, size, entries))
    assert top == scale * (size + 1) if isinstance(top, type(check.ONE)) else top.overlaps(scale * (size + 1))


@pytest.mark.parametrize("matrix", [[["1e9999"] * 1000] * 300, [["1"] * 1001] * 1000, [], [[]], [["1"], "1"], {"a": 1}])
def test_numbers_that_are_short_to_write_fill_no_memory(matrix):
    began = time.perf_counter()
    with pytest.raises(NOT_BELIEVED):
        relu.entries(matrix)
    assert time.perf_counter() - began < 5


def test_long_denominators_are_refused_before_they_are_multiplied():
    rows = [[check.fmpq(1, 2**20_000 + 30 * i + j) for j in range(30)] for i in range(30)]
    with pytest.raises(check.Refused, match="long numbers"):
        relu.product_fits(rows, 30)


# ---- lists of extremal vectors ---------------------------------------------------------------------------------------


def test_many_samples_on_a_hyperplane_are_two_segments():
    X = [[1, 0], [2, 0], [-3, 0], [1, 2], [0, 1]] * 40
    one = network(X, [1, -1, 2, 1, -1] * 40)
    began = time.perf_counter()
    whole = relu_build.extremal_list_part(one)["statement"]
    assert time.perf_counter() - began < 5
    small = relu_build.extremal_list_part(network(X[:5], [1, -1, 2, 1, -1]))["statement"]
    assert whole.split("where")[0] == small.split("where")[0]  # 40 copies divided by 40 times as many samples


def test_an_antipodal_sample_may_have_more_extremal_vectors_on_kinks():
    """So `no others` is said only off the kinks, or for the hull of the values around."""
    X = [[1, 0], [-1, 0], [-1, 3], [1, -3]]
    one = network(X, [x + Fraction(4, 5) * z for x, z in X])
    assert ", 6, are" in relu_build.extremal_list_part(one)["statement"]
    assert ", 2, are" in relu_build.extremal_list_part(one, reading="limits")["statement"]


# ---- words -----------------------------------------------------------------------------------------------------------


def test_squares_are_called_squares_and_conventions_are_told():
    one = network([[1]], [1], loss="hinge", outputs="fixed", width=1)
    start = relu_build.fixed_point([[1]], [[0]])
    found = [("norm", "<=", 1), ("moved", "<=", 0, 0)]
    statement = relu_build.steps_part(one, start, 1, 1, found, kink=None)["statement"]
    for words in ("squared norm", "squared distance moved", "0 at margin 1"):
        assert words in statement


# ---- assumptions measured as proofs need them ------------------------------------------------------------------------


def test_a_sample_between_the_sides_keeps_no_patterns():
    """Both fits keep the signs on both sides here, but the sample (-2, 0) is on neither, and moves the network."""
    X = [[1, -2], [0, -2], [0, -2], [-2, 0], [-2, 1]]
    one = network(X, [-2, -1, 0, -2, 1])
    fits = two_sided_ols(one.data)
    assert fits.kept
    assert fits.between == (3,)
    assert fits.stationary is False
    assert not measures.patterns(one).holds


def test_leaky_neurons_must_keep_both_sides():
    X, y = [[1, 0], [2, 3], [-1, 0], [-2, 1]], [3, 1, -1, -4]
    one = network(X, y, slope=Fraction(1, 2))
    fits = two_sided_ols(one.data)
    alphas = [
        [Fraction(4, 3) * (a - b / 2) for a, b in zip(*pair, strict=True)]
        for pair in ((fits.beta_plus, fits.beta_minus), (fits.beta_minus, fits.beta_plus))
    ]
    signed = [(1, k) for k in fits.plus.rows] + [(-1, k) for k in fits.minus.rows]
    least = min(
        j * sum(a * Fraction(v) for a, v in zip(alpha, X[k], strict=True)) for alpha in alphas for j, k in signed
    )
    assert measures.leaky_patterns(one).value == least


# ---- what proofs rest on ---------------------------------------------------------------------------------------------


def goals(name):
    from theorycheck.symbolic.proof_files import load_proof

    return {goal.name: goal for goal in load_proof(name).goals}


def test_the_hinge_loss_has_no_force_beyond_its_margin():
    goal = goals("min2023/separable")["strict"]
    told = {"decreasing_loss", "relu_activation", "orthogonally_separable"}
    assert "forces" in uncovered("min2023/separable", goal, told)
    assert uncovered("min2023/separable", goal, told | {"logistic_loss"}) == []


def test_outputs_of_one_sign_stay_so_by_a_proof_of_its_own():
    [claim] = [one for one in all_claims() if one.key == "boursier2024.b7"]
    assert any("boursier2024/conservation" in c.proofs for c in claim.checks if c.kind == "prove")


@pytest.mark.parametrize(
    "claim", [one for one in all_claims() if one.setting == "relu" and not one.believed], ids=lambda one: one.key
)
def test_statements_known_to_be_false_are_refuted_by_their_own_checks(claim):
    verdict = run(claim, Budget(seconds=1, instances=1))
    assert verdict.outcome.value == "REFUTED"
    assert "is not" in str([f.certificate.document["statement"] for f in verdict.findings if f.certificate]) or (
        "stable rank" in str(verdict.findings[0].quantity)
    )


# ---- steps that would keep the checker busy --------------------------------------------------------------------------


def descended(n, m, steps, loss, outputs, eta="1/97", bits=5):
    """Rows that share no denominators, and what the checker says of them."""
    primes = [check.fmpq(2**bits + 7 * k + 1, 2**bits + 4 * k + 3) for k in range(n * 2 + m * 3)]
    X, y = [primes[2 * i : 2 * i + 2] for i in range(n)], [str(1 - 2 * (i % 2)) for i in range(n)]
    W, a = [primes[2 * n + 2 * r : 2 * n + 2 * r + 2] for r in range(m)], primes[2 * n + 2 * m :]
    about = {"model": "relu network", "X": [list(map(str, x)) for x in X], "y": y, "slope": "1/3", "loss": loss}
    about |= {"outputs": outputs, "width": [m] if outputs == "trained" else [m, 1]}
    start = relu_build.trained_point(a, W) if outputs == "trained" else relu_build.fixed_point(W, W[:1])
    return relu_build.steps_part(about, start, eta, steps, [("norm", ">=", 0), ("loss", ">=", 0)])


@pytest.mark.parametrize(
    ("n", "m", "steps", "loss", "outputs"),
    [
        (10, 50, 1000, "square", "trained"),
        (1, 500, 10_000, "square", "trained"),
        (3, 100, 5000, "logistic", "trained"),
        (30, 5, 1000, "hinge", "fixed"),
        (1, 500, 10_000, "square", "fixed"),
    ],
)
def test_large_runs_are_refused_at_once(n, m, steps, loss, outputs):
    began = time.perf_counter()
    with pytest.raises(CertificateError, match="too many steps"):
        descended(n, m, steps, loss, outputs)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(("n", "m", "steps", "bits"), [(1, 100, 40, 5), (10, 10, 20, 5), (1, 100, 20, 400)])
def test_sums_of_many_denominators_stay_short(n, m, steps, bits):
    """Exact sums over the neurons would have the product of all their denominators."""
    began = time.perf_counter()
    descended(n, m, steps, "square", "fixed", bits=bits)
    assert time.perf_counter() - began < 8


def test_long_steps_and_long_lists_of_what_holds_are_refused():
    for eta, match in (("1/" + "3" * 2000, "too long numbers"), ("1e9999", "too long numbers")):
        with pytest.raises(CertificateError, match=match):
            descended(2, 2, 2, "hinge", "fixed", eta=eta)
    one, start = network([[1]], [1], loss="hinge", outputs="fixed", width=1), relu_build.fixed_point([[1]], [[0]])
    with pytest.raises(CertificateError, match="too much is said"):
        relu_build.steps_part(one, start, 1, 1, [("norm", "<=", 9)] * 101)

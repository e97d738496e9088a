"""Maximum-margin KKT points: exact numbers, and agreement with direct minimisation, autodiff and convex solvers."""

from fractions import Fraction
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import theorycheck as tc
from theorycheck.errors import InvalidInstance
from theorycheck.exact.margin import margin, no_margin
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

SLOPES = ("0", "1/10", "1/2", "9/10", "1")
WIDTHS = ((1, 1), (3, 3), (2, 5), (7, 1))


def solve(X, y, slope="1/2", width=20, pattern=None, **rest):
    return margin(ReluInstance(Dataset(X, y), width=width, slope=slope, **rest), pattern)


def floats(values):
    return np.array([float(v) for v in values])


def independent(n, d, seed):
    """Integer samples with no two on a ray, and labels ±1."""
    draw = np.random.default_rng(seed)
    X = draw.integers(-4, 5, (n, d)).tolist()
    return X, draw.choice([-1, 1], n).tolist()


def output(plus, minus, X, slope):
    """f of the network, written for JAX."""
    sigma = lambda z: jnp.maximum(z, slope * z)  # noqa: E731
    return sigma(plus @ X.T).mean(0) - sigma(minus @ X.T).mean(0)


def kkt_residual(solution):
    """How far W is from Σ μ_i grad y_i f(x_i), with autodiff; only where no preactivation is 0."""
    data, slope = solution.instance.data, float(solution.instance.slope)
    X, y = data.arrays()
    plus, minus = (np.array([floats(row) for row in solution.weights(s)]) for s in (1, -1))
    multipliers = float(solution.problem.mean_width.p) / float(solution.problem.mean_width.q) * floats(solution.lam)
    weighted = lambda a, b: jnp.sum(multipliers * y * output(a, b, X, slope))  # noqa: E731
    pulls = jax.grad(weighted, argnums=(0, 1))(plus, minus)
    residual = max(abs(np.asarray(pull) - W).max() for pull, W in zip(pulls, (plus, minus), strict=True))
    return residual, np.asarray(y * output(plus, minus, X, slope)), (plus**2).sum() + (minus**2).sum()


def least_norm(solution):
    """The same convex program over the two rows, by cvxpy in the primal."""
    import cvxpy

    instance = solution.instance
    X, y = instance.data.arrays()
    g, (a, b) = float(instance.slope), instance.width
    plus, minus = cvxpy.Variable(instance.data.d), cvxpy.Variable(instance.data.d)
    own = np.where(y > 0, 1.0, g), np.where(y < 0, 1.0, g)
    q = cvxpy.multiply(y, cvxpy.multiply(own[0], X @ plus) - cvxpy.multiply(own[1], X @ minus))
    objective = a * cvxpy.sum_squares(plus) + b * cvxpy.sum_squares(minus)
    problem = cvxpy.Problem(cvxpy.Minimize(objective), [q >= 1])
    return problem.solve(solver=cvxpy.CLARABEL), plus.value, minus.value


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize("width", WIDTHS)
def test_orthogonal_samples_and_unequal_widths(slope, width):
    """By hand: λ_i = 1/(K_ii), K_ii = h (1/m_own + γ²/m_other) ‖x_i‖²."""
    X, y, g = [[2, 0, 0], [0, 3, 0], [0, 0, 1]], [1, -1, 1], Fraction(slope)
    found = solve(X, y, slope, width)
    if slope == "1":
        assert found.kkt
    h = Fraction(2 * width[0] * width[1], sum(width))
    for i, square in enumerate((4, 9, 1)):
        own, other = width if y[i] > 0 else width[::-1]
        assert found.lam[i] == 1 / (h * (Fraction(1, own) + g**2 / other) * square)
    assert found.margins == (1, 1, 1)
    assert found.consistent
    assert found.kkt
    assert found.norm_squared == sum(v * v for s in (1, -1) for row in found.weights(s) for v in row)
    assert found.stable_rank["plus"] == 1


@pytest.mark.parametrize(
    ("slope", "width", "seed"), [(s, w, k) for s in SLOPES[1:] for w in WIDTHS[1:3] for k in (0, 1)]
)
def test_against_autodiff_and_the_primal(slope, width, seed):
    X, y = independent(4, 9, seed)
    found = solve(X, y, slope, width)
    value, plus, minus = least_norm(found)
    assert float(found.norm_squared) == pytest.approx(value, rel=1e-6)
    assert floats(found.v_plus) == pytest.approx(plus, abs=1e-5)
    assert floats(found.v_minus) == pytest.approx(minus, abs=1e-5)
    best = found if found.kkt else found.settled
    if best is not None and not best.kinks:
        residual, q, square = kkt_residual(best)
        assert residual < 1e-12
        assert q == pytest.approx(floats(best.margins))
        assert square == pytest.approx(float(best.norm_squared))


@pytest.mark.parametrize("seed", range(6))
def test_settled_points_are_kkt_points_with_kinks(seed):
    """Exactly: margins, complementarity, slopes where they belong, and W = Σ h λ_i y_i j/m s x_i."""
    draw = np.random.default_rng(seed)
    X, y = np.round(draw.standard_normal((8, 9)) * 64).astype(int).tolist(), [1, -1] * 4
    found = solve(X, y, "1/3", (2, 3))
    best = found if found.kkt else found.settled
    if best is None:
        return
    g, h = Fraction(1, 3), Fraction(12, 5)
    assert min(best.margins) == 1
    for p, q in zip(best.lam, best.margins, strict=True):
        assert p == 0 or q == 1
        assert p >= 0
    for j, m, W in ((1, 2, best.weights(1)[0]), (-1, 3, best.weights(-1)[0])):
        z = [sum(a * b for a, b in zip(W, x, strict=True)) for x in X]
        kinks = {i: s for sign, i, s in best.kinks if sign == j}
        assert sorted(kinks) == [i for i, v in enumerate(z) if v == 0]
        s = [kinks.get(i, 1 if v > 0 else g) for i, v in enumerate(z)]
        assert all(g <= v <= 1 for v in s)
        for c in range(9):
            assert W[c] == sum(h * j * p * t * v * x[c] / m for p, t, v, x in zip(best.lam, y, s, X, strict=True))


def test_kinks_occur():
    """Otherwise the test above shows little."""
    draw = np.random.default_rng(0)
    X = np.round(draw.standard_normal((10, 20)) * 64).astype(int).tolist()
    found = solve(X, [1, -1] * 5)
    assert not found.consistent
    assert not found.kkt
    assert found.loss_times_t is None
    assert found.margin_differences is None
    assert found.certificate is None
    assert found.settled is not None
    assert found.settled.kkt
    assert found.settled.loss_times_t == found.settled.norm_squared
    assert found.settled.norm_squared > found.norm_squared
    assert "no KKT point" in found.statement


@given(st.integers(0, 10**6), st.sampled_from(SLOPES))
def test_scaling_permuting_and_flipping(seed, slope):
    """Twice the samples: a quarter of λ; other orders permute it; other labels swap the signs."""
    X, y = independent(3, 7, seed)
    if any(not any(row) for row in X):
        return
    found = solve(X, y, slope, 4)
    assert solve([[2 * v for v in row] for row in X], y, slope, 4).lam == tuple(v / 4 for v in found.lam)
    assert solve(X[::-1], y[::-1], slope, 4).lam == found.lam[::-1]
    flipped = solve(X, [-v for v in y], slope, 4)
    assert flipped.lam == found.lam
    assert (flipped.v_plus, flipped.v_minus) == (found.v_minus, found.v_plus)


def test_wider_networks_have_the_same_rows():
    X, y = independent(4, 8, 3)
    narrow, wide = solve(X, y, width=1), solve(X, y, width=50)
    assert narrow.v_plus == wide.v_plus
    assert wide.norm_squared == 50 * narrow.norm_squared
    assert float(narrow.stable_rank["stacked"]) == pytest.approx(float(wide.stable_rank["stacked"]))


@pytest.mark.parametrize("y", [[1], [-1]])
@pytest.mark.parametrize("slope", SLOPES)
def test_one_sample_of_one_number(y, slope):
    found = solve([[2]], y, slope, 1)
    g = Fraction(slope)
    assert found.lam == (1 / (4 * (1 + g**2)),)
    assert found.norm_squared == found.lam[0]
    assert found.margins_equal
    assert found.stable_rank["plus" if slope == "0" and y == [-1] else "minus"] == (None if slope == "0" else 1)
    assert found.stable_rank["stacked"] == 1


def test_one_class_only_has_stacked_stable_rank_one():
    found = solve(np.eye(6, dtype=int).tolist(), [1] * 6, "1/2", 3)
    assert found.stable_rank == {"plus": 1, "minus": 1, "stacked": 1}
    assert found.margins_equal


@pytest.mark.parametrize("slope", SLOPES)
def test_duplicates_share(slope):
    found = solve([[1, 0], [0, 1], [1, 0]], [1, -1, 1], slope, 2)
    assert found.lam[0] == found.lam[2] == found.lam[1] / 2
    assert found.unique
    assert found.margins_equal


def test_limits_of_training():
    found = solve([[1, 0], [0, 2]], [1, -1], "1/2", 10, eta="1/4")
    assert [str(v) for v in found.lam] == ["4/5", "1/5"]
    assert found.loss_times_t == found.norm_squared == 10
    assert found.loss_times_steps == 40
    assert float(found.normalised_margin) == pytest.approx(10**-0.5)
    first, second = found.margin_differences
    assert first == 0
    assert float(second) == pytest.approx(np.log(4))


def test_limits_against_an_integrated_flow():
    """Gradient flow of the logistic loss in the margins of a frozen pattern, in log time."""
    from scipy.integrate import solve_ivp

    X, y = independent(3, 6, 11)
    found = solve(X, y, "1/2", (2, 5))
    K = np.array([[float(Fraction(int(v.p), int(v.q))) for v in row] for row in found.problem.K.tolist()])
    h, n = 20 / 7, 3
    assert found.consistent
    speed = lambda s, q: np.exp(s) * K @ (1 / (1 + np.exp(q))) / (h * n)  # noqa: E731
    run = solve_ivp(speed, (0, 150), np.zeros(n), method="LSODA", rtol=1e-10, atol=1e-12)
    q = run.y[:, -1]
    assert np.exp(150) * np.log1p(np.exp(-q)).mean() == pytest.approx(float(found.loss_times_t), rel=1e-6)
    assert len(found.support) == 2
    for i, limit in enumerate(found.margin_differences):
        if limit is None:
            assert q[i] / q.min() == pytest.approx(float(found.margins[i]), abs=0.02)
        else:
            assert q[i] - q[found.support[0]] == pytest.approx(float(limit), abs=1e-6)


def test_no_positive_margin_is_certified():
    """±e_1 in one class: half and half of both gradients cancel."""
    instance = ReluInstance(Dataset([[1, 0], [-1, 0], [0, 1]], [1, 1, -1]), width=2, slope="1/2")
    assert [str(v) for v in no_margin(instance)] == ["1/2", "1/2", "0"]
    with pytest.raises(InvalidInstance, match=r"gradients cancel \(1/2 of row 0 \+ 1/2 of row 1\)"):
        margin(instance)
    assert no_margin(instance, ([[1, 0, 0], [0, 1, 0]], [[0, 0, 1]])) is None


def test_patterns_for_each_neuron():
    """±e_1 + and ±e_2 -, half of the neurons on each: the pattern is its own, and W_j has collinear rows."""
    X, y = [[1, 0], [-1, 0], [0, 1], [0, -1]], [1, 1, -1, -1]
    pattern = ([[1, 0, 0, 0], [0, 1, 0, 0]], [[0, 0, 1, 0], [0, 0, 0, 1]])
    found = solve(X, y, "0", 2, pattern)
    assert found.kkt
    assert found.margins_equal
    assert found.v_plus is None
    assert found.weights(1) == ((2, 0), (-2, 0))
    assert found.stable_rank == {"plus": 1, "minus": 1, "stacked": 2}
    assert len(found.to_json()["rows"]) == 4
    same = solve(np.eye(3, dtype=int).tolist(), [1, -1, 1], "1/2", 2, ([[1, 0, 1]], [[0, 1, 0]] * 2))
    assert same.lam == solve(np.eye(3, dtype=int).tolist(), [1, -1, 1], "1/2", 2).lam


def test_relu_patterns_on_orthogonal_samples():
    """All patterns of n coins once: the stable rank is 2n/(n+1), and squared norm h m Σ 1/(|S_i| ‖x_i‖²) · ..."""
    from theorycheck.exact.margin_orthogonal import relu_bound
    from theorycheck.exact.margin_spectra import fair_coin

    n = 4
    rows = list(product((0, 1), repeat=n))
    found = solve(np.eye(n, dtype=int).tolist(), [1] * n, "0", (16, 1), (rows, [[0] * n]))
    assert found.kkt
    assert found.stable_rank["plus"] == fair_coin(n) == Fraction(8, 5)
    assert found.stable_rank["minus"] is None
    assert relu_bound(found.problem) == {"plus": 2, "minus": None}
    assert found.norm_squared == n * Fraction(16 * 16, 8)  # Σ_i m² / |S_i|: half of the neurons, twice the squared norm


def test_a_dead_sample_has_no_margin():
    with pytest.raises(InvalidInstance, match="1 of row 0"):
        solve([[1, 0], [0, 1]], [1, 1], "0", 1, ([[0, 1]], [[0, 0]]))


BAD = [
    ({"X": [[1], [2]], "y": [1, 3]}, "label 3 of row 1"),
    ({"X": [[1, 0], [0, 0]], "y": [1, -1]}, "row 1 is zero"),
    ({"X": [[1, 0], [1, 0]], "y": [1, -1]}, "rows 0 and 1 point the same way"),
    ({"X": [[0, 1], [1, 2], [3, 6]], "y": [1, 1, -1]}, "rows 1 and 2 point the same way"),
    ({"X": [[1], [-1]], "y": [1, 1], "slope": 1}, "pass a slope below 1"),
    ({"X": [[1]], "y": [1], "slope": "-1/2"}, "slope γ is -1/2"),
    ({"X": [[1]], "y": [1], "slope": "3/2"}, "slope γ is 3/2"),
    ({"X": [[1]], "y": [1], "width": 0}, "the width is 0"),
    ({"X": [], "y": []}, ""),
    ({"X": [[1]]}, "no labels"),
    ({"X": [[1]], "y": [1], "pattern": [[1]]}, "P_plus, P_minus"),
    ({"X": [[1]], "y": [1], "width": 2, "pattern": ([[1]] * 3, [[0]])}, "3 rows for 2 neurons"),
    ({"X": [[1]], "y": [1], "pattern": ([[1, 1]], [[0]])}, "1 entries 0 or 1"),
    ({"X": [[1]], "y": [1], "pattern": ([["a"]], [[0]])}, "1 entries 0 or 1"),
    ({"X": [[1]], "y": [1], "pattern": ([1], [0])}, "1 entries 0 or 1"),
]


@pytest.mark.parametrize(("given", "words"), BAD)
def test_bad_input(given, words):
    with pytest.raises(InvalidInstance) as complaint:
        tc.solve.margin(**given)
    assert words in str(complaint.value)
    assert "\n" not in str(complaint.value)


@pytest.mark.parametrize("rest", [{"outputs": "trained", "width": 3}, {"activation": "tanh"}, {"loss": "square"}])
def test_networks_without_a_margin(rest):
    with pytest.raises(InvalidInstance):
        margin(ReluInstance(Dataset([[1]], [1]), **rest))


def test_near_orthogonality_is_exact():
    from theorycheck.exact.margin_orthogonal import near_orthogonality

    near = near_orthogonality(solve([[4, 1, 0], [0, 4, 1], [1, 0, 4]], [1, -1, 1], "1/2", 3).problem)
    assert (near.figures.least, near.figures.inner, near.figures.ratio) == (17, 4, Fraction(17, 12))
    assert near.positive  # 2 · 4 < 17/2
    assert near.aligned  # 17/2 > 8
    assert not near_orthogonality(solve([[4, 1, 0], [0, 4, 1], [1, 0, 4]], [1, -1, 1], "2/5", 3).problem).aligned


@given(st.integers(0, 10**6), st.sampled_from(SLOPES), st.sampled_from(WIDTHS))
def test_near_orthogonality_implies_positive_multipliers(seed, slope, width):
    from theorycheck.exact.margin_orthogonal import near_orthogonality

    draw = np.random.default_rng(seed)
    n = int(draw.integers(1, 6))
    X = (np.diag(draw.integers(3, 30, n)) + draw.integers(-1, 2, (n, n))).tolist()
    found = solve(X, draw.choice([-1, 1], n).tolist(), slope, width)
    if near_orthogonality(found.problem).positive:
        assert min(found.lam) > 0
        assert found.margins_equal or not found.consistent


def drawn(seed):
    """Small integer instances, many without near-orthogonality; None where the input or the pattern is impossible."""
    draw = np.random.default_rng(seed)
    n, d = int(draw.integers(2, 5)), int(draw.integers(1, 4))
    data = Dataset(draw.integers(-3, 4, (n, d)).tolist(), draw.choice([-1, 1], n).tolist())
    instance = ReluInstance(data, width=2, slope=("0", "1/2", "1/10")[seed % 3])
    try:
        return margin(instance)
    except InvalidInstance:
        return None


def test_certificates_of_all_kinds_of_points():
    """Points of the labels, others whose pattern fails off the support, and self-consistent ones with kinks."""
    seen = set()
    for seed in range(150):
        found = drawn(seed)
        best = found if found is None or found.kkt else found.settled
        if best is None:
            continue
        assert "a KKT point" in best.certificate.verify()
        assert best.norm_squared == sum(v * v for s in (1, -1) for row in best.weights(s) for v in row)
        seen.add((best is found, bool(best.kinks)))
    assert seen >= {(True, False), (True, True), (False, True)}


def test_where_nothing_is_found_there_is_nothing():
    """All patterns on the own samples are excluded by exact weights, so no network of equal neurons separates."""
    from flint import fmpq

    from theorycheck.exact.margin_cone import Farkas
    from theorycheck.exact.margin_cone import solve as dual
    from theorycheck.exact.margin_problem import Group
    from theorycheck.exact.margin_settle import corners, matrix

    empty = 0
    for seed in range(150):
        found = drawn(seed)
        if found is None or found.kkt or found.settled is not None:
            continue
        empty += 1
        problem = found.problem
        for own in product((fmpq(1), problem.slope), repeat=problem.n):
            groups = [
                Group(
                    s, (0, 1), tuple(v if y == s else problem.slope for v, y in zip(own, problem.labels, strict=True))
                )
                for s in (1, -1)
            ]
            other = type(problem)(problem.instance, tuple(groups))
            assert isinstance(dual(matrix(other, corners(other))), Farkas)
    assert empty > 3


def test_the_smallest_kink():
    """Two samples: the preactivation of the other sign's neurons stays 0 with slope 40/47."""
    found = solve([[-1, 1, -2], [-3, 1, -3]], [-1, 1], "1/10", 2)
    assert not found.kkt
    [(sign, sample, slope)] = found.settled.kinks
    assert (sign, sample, slope) == (1, 0, Fraction(40, 47))
    assert found.settled.to_json()["kinks"] == [{"sign": 1, "sample": 0, "slope": "40/47"}]


def test_a_changed_certificate_is_refused():
    import copy

    from theorycheck.certificates import check
    from theorycheck.certificates.certificate import verify_document

    found = solve([[-1, 1, -2], [-3, 1, -3]], [-1, 1], "1/10", 2).settled
    good = found.certificate.document
    verify_document(good)
    for change in (
        lambda part: part["multipliers"].reverse(),
        lambda part: part["kinks"][0].__setitem__(2, "1/2"),
        lambda part: part["point"]["W_plus"][0].__setitem__(0, "1"),
    ):
        bad = copy.deepcopy({k: v for k, v in good.items() if k != "seal"})
        change(bad["parts"][0])
        with pytest.raises(check.Refused):
            verify_document({**bad, "seal": check.digest(bad)})


def test_off_the_support_the_pattern_may_fail():
    """ReLU: a KKT point although the labels' pattern is not its own on a sample with λ = 0."""
    found = solve([[3, -2], [2, -1], [-1, -2]], [-1, -1, 1], "0", 2)
    assert found.kkt
    assert not found.consistent
    assert found.margins == (Fraction(7, 5), 1, 1)
    assert found.loss_times_t == found.norm_squared

"""The exact numbers on maximum-margin points of arXiv 2310.18935's network, each by independent ways.

The ways: the exact solver; K^-1 1 in floats; the duals of the primal program by cvxpy; direct minimisation over all
weights by scipy; singular values of the full matrices; and training to a margin of several hundred.
"""

from fractions import Fraction

import numpy as np
import pytest

from theorycheck.errors import InvalidInstance
from theorycheck.exact.margin import NoMargin, margin, no_margin, no_margin_certificate
from theorycheck.exact.margin_orthogonal import near_orthogonality, relu_bound
from theorycheck.exact.margin_spectra import fair_coin, orthogonal_stacked
from theorycheck.models import generators_signs as families
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

HALF, TENTH = Fraction(1, 2), Fraction(1, 10)


def instance(data, slope=HALF, width=20, **rest):
    return ReluInstance(data, width=width, slope=slope, **rest)


def gram(data, slope):
    """K of the paper, for equal widths."""
    X, y = data.arrays()
    return np.where(np.equal.outer(y, y), 1 + float(slope) ** 2, -2 * float(slope)) * (X @ X.T)


def duals(data, slope):
    """Half the duals of min ‖v_+‖² + ‖v_-‖² with the slopes of the labels, and its value."""
    import cvxpy

    X, y = data.arrays()
    own, other = cvxpy.Variable(data.d), cvxpy.Variable(data.d)
    g = float(slope)
    q = cvxpy.hstack([(own - g * other if label > 0 else other - g * own) @ x for x, label in zip(X, y, strict=True)])
    constraint = q >= 1
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares(own) + cvxpy.sum_squares(other)), [constraint])
    value = problem.solve(solver=cvxpy.CLARABEL)
    return np.asarray(constraint.dual_value) / 2, value


def smallest(data, slope, m, start):
    """The least ½‖W‖² with margins at least 1 of the network itself, by sequential quadratic programming."""
    from scipy.optimize import minimize

    X, y = data.arrays()
    d, g = data.d, float(slope)

    def margins(w):
        W = w.reshape(2, m, d)
        z = np.maximum(W @ X.T, g * (W @ X.T)).mean(axis=1)
        return y * (z[0] - z[1]) - 1

    found = minimize(
        lambda w: w @ w / 2,
        np.asarray(start).ravel(),
        jac=lambda w: w,
        constraints={"type": "ineq", "fun": margins},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assert found.success
    return found.x @ found.x


def singular(solution, blocks):
    W = np.array([[float(v) for v in row] for sign in blocks for row in solution.weights(sign)])
    s = np.linalg.svd(W, compute_uv=False)
    return (s**2).sum() / s[0] ** 2


@pytest.mark.parametrize(("slope", "lam", "stacked"), [(HALF, 0.8, 10 / 9), (TENTH, 0.990099, 1.669421)])
def test_t2_orthogonal_balanced(slope, lam, stacked):
    data, m, n = families.basis(6), 5, 6
    found = margin(instance(data, slope, m))
    assert found.lam == (1 / (1 + slope**2),) * n
    assert float(found.lam[0]) == pytest.approx(lam, abs=5e-7)
    assert found.stable_rank["stacked"] == orthogonal_stacked(slope) == 2 * (1 + slope**2) / (1 + slope) ** 2
    assert float(found.stable_rank["stacked"]) == pytest.approx(stacked, abs=5e-7)
    assert singular(found, (1, -1)) == pytest.approx(stacked, abs=5e-7)
    assert float(found.normalised_margin) == pytest.approx(((1 + float(slope) ** 2) / (m * n)) ** 0.5)
    assert duals(data, slope)[0] == pytest.approx([lam] * n, abs=1e-5)
    rows = [[1.2 * float(v) + 0.01 for v in row] for sign in (1, -1) for row in found.weights(sign)]
    assert smallest(data, slope, m, rows) == pytest.approx(float(found.norm_squared), rel=1e-5)


def test_t2_limits_of_the_stacked_stable_rank():
    assert (orthogonal_stacked(Fraction(0)), orthogonal_stacked(Fraction(1))) == (2, 1)
    assert margin(instance(families.basis(4), 0)).stable_rank["stacked"] == 2
    assert margin(instance(families.basis(4), 1)).stable_rank["stacked"] == 1
    assert margin(instance(families.basis(6, "plus"))).stable_rank["stacked"] == 1


@pytest.mark.parametrize("seed", range(3))
def test_k3_stacked_stable_rank_in_general(seed):
    """(a+b)/((a+b)/2 + sqrt(((a-b)/2)² + c²)) with a = ‖v_+‖², b = ‖v_-‖², c = v_+·v_-."""
    draw = np.random.default_rng(seed)
    data = Dataset(draw.integers(-5, 6, (4, 9)).tolist(), [1, -1, -1, 1])
    found = margin(instance(data, Fraction(1, 3), 4))
    plus, minus = (np.array([float(v) for v in row]) for row in (found.v_plus, found.v_minus))
    a, b, c = plus @ plus, minus @ minus, plus @ minus
    closed = (a + b) / ((a + b) / 2 + np.hypot((a - b) / 2, c))
    assert float(found.stable_rank["stacked"]) == pytest.approx(closed, rel=1e-12)
    assert singular(found, (1, -1)) == pytest.approx(closed, rel=1e-12)
    assert found.stable_rank["plus"] == found.stable_rank["minus"] == 1


@pytest.mark.parametrize(("n", "printed"), [(2, 1.33333), (5, 1.66667), (20, 1.90476)])
def test_t3_fair_coins(n, printed):
    """2n/(n+1): the limit, a random matrix, and the eigenvalues of (I + 11ᵀ)/4."""
    assert float(fair_coin(n)) == pytest.approx(printed, abs=5e-6)
    values = np.linalg.eigvalsh((np.eye(n) + 1) / 4)
    assert values.sum() / values[-1] == pytest.approx(float(fair_coin(n)))
    B = np.random.default_rng(0).integers(0, 2, (20_000, n)) * 1.0
    B /= B.mean(axis=0)
    squares = np.linalg.eigvalsh(B.T @ B)
    assert squares.sum() / squares[-1] == pytest.approx(float(fair_coin(n)), rel=0.01)


def test_t4_collinear():
    data = families.collinear(3)
    found = margin(instance(data))
    assert found.margins == (1, 3, 1)
    assert found.support == (0, 2)
    assert (found.v_plus, found.v_minus) == ((Fraction(4, 5), Fraction(-2, 5)), (Fraction(-2, 5), Fraction(4, 5)))
    assert found.problem.K.det() == 0
    assert found.stable_rank["plus"] == 1
    assert "margins [1, 3, 1]" in found.certificate.verify()
    half, value = duals(data, HALF)
    assert half == pytest.approx([0.8, 0, 0.8], abs=1e-5)
    assert value * 20 == pytest.approx(float(found.norm_squared), rel=1e-6)
    rows = [[1.1 * float(v) for v in row] for sign in (1, -1) for row in found.weights(sign)]
    assert smallest(data, HALF, 20, rows) == pytest.approx(32, rel=1e-6)


@pytest.mark.parametrize("m", [2, 20])
def test_t4_spread_of_normalised_margins(m):
    """(3 - 1)/‖W‖_F = 2/sqrt(32) = .35355 at m = 20."""
    found = margin(instance(families.collinear(3), width=m))
    spread = float(max(found.margins) - min(found.margins)) * float(found.normalised_margin)
    assert spread == pytest.approx(2 / (1.6 * m) ** 0.5)
    if m == 20:
        assert spread == pytest.approx(0.35355, abs=5e-6)


@pytest.mark.parametrize("cosine", ["0", "1/5", "3/10", "1/3", "7/20", "1/2", "9/10", "1"])
def test_t5_threshold_at_a_third(cosine):
    r = Fraction(cosine)
    data = families.tilted(r)
    found = margin(instance(data))
    assert max(found.margins) / min(found.margins) == max(1, 3 * r)
    assert (found.lam[1] > 0) == (r < Fraction(1, 3))
    assert found.margins_equal == (r <= Fraction(1, 3))
    assert found.consistent
    if r < 1:
        x = np.linalg.solve(gram(data, HALF), np.ones(3))
        assert np.sign(round(x[1], 12)) == np.sign(float(1 - 3 * r))
        assert x[1] / x[0] == pytest.approx(float(1 - 3 * r) / float(9 - 3 * r))


@pytest.mark.parametrize(("d", "support"), [(200, 10), (100, 10), (50, 10)])
def test_positive_multipliers_far_from_near_orthogonality(d, support):
    """R_min²/(n p) < 1/2, and yet λ > 0: the sufficient condition is far from necessary."""
    data = families.gaussian(10, d, 0)
    found = margin(instance(data))
    near = near_orthogonality(found.problem)
    assert near.figures.ratio < HALF
    assert not near.positive
    assert len(found.support) == support
    assert found.margins_equal
    assert found.consistent
    assert [float(v) for v in found.lam] == pytest.approx(np.linalg.solve(gram(data, HALF), np.ones(10)), rel=1e-9)
    half, value = duals(data, HALF)
    assert half == pytest.approx([float(v) for v in found.lam], rel=1e-3)
    assert 20 * value == pytest.approx(float(found.norm_squared), rel=1e-5)


def test_no_linear_structure_no_point():
    """±e_i in one class, and the hexagon: the pattern of the labels has no point, with exact weights."""
    assert [str(v) for v in no_margin(instance(families.opposite_pairs(2)))] == ["1/2", "1/2", *["0"] * 6]
    assert [str(v) for v in no_margin(instance(families.hexagon()))] == ["1/3", "0"] * 3
    assert no_margin(instance(families.xor())) is not None
    for data in (families.opposite_pairs(2), families.hexagon(), families.xor()):
        values, vectors = np.linalg.eigh(gram(data, HALF))
        null = vectors[:, values < 1e-9]
        weights = np.array([float(Fraction(str(v))) for v in no_margin(instance(data))])
        assert null @ (null.T @ weights) == pytest.approx(weights, abs=1e-9)


@pytest.mark.parametrize("data", [families.opposite_pairs(2), families.hexagon(), families.xor()], ids=str)
@pytest.mark.parametrize("slope", [Fraction(0), HALF, Fraction(1)], ids=str)
def test_no_point_has_a_certificate(data, slope):
    about = instance(data, slope)
    certificate = no_margin_certificate(about)
    assert "no weights have all margins y_i f(x_i) positive" in certificate.verify()
    mu = certificate.document["multipliers"]
    assert mu == [str(v) for v in no_margin(about)]
    X, y = data.arrays()
    for j in (1, -1):
        slopes = np.where(y == j, 1.0, float(slope))
        assert np.array([float(Fraction(v)) for v in mu]) * y * slopes @ X == pytest.approx(np.zeros(data.d), abs=1e-12)
    with pytest.raises(InvalidInstance, match="gradients cancel") as caught:
        margin(about)
    assert isinstance(caught.value, NoMargin)
    assert caught.value.certificate.document == certificate.document


def test_a_pattern_without_a_point_has_a_certificate():
    """Neurons that are active on both e_1 and -e_1 cannot tell them apart; neurons that are on one of them can."""
    about = instance(families.opposite_pairs(1), width=2)
    n = about.data.n
    dull, sharp = ([[1] * n], [[0] * n]), ([[1, 0, 0, 0], [0, 1, 0, 0]], [[0, 0, 1, 0], [0, 0, 0, 1]])
    told = no_margin_certificate(about, dull).verify()
    assert "the patterns" in told
    assert no_margin_certificate(about, sharp if n == 4 else ([[1, 0], [0, 1]], [[0, 0]])) is None


def test_opposite_pairs_with_a_neuron_each():
    """Rank without equal directions: all margins equal, stable ranks 2 of W_+ and of W_-, 4 of both."""
    data = families.opposite_pairs(2)
    plus = [[1, 0, 0, 0] + [0] * 4, [0, 1, 0, 0] + [0] * 4, [0, 0, 1, 0] + [0] * 4, [0, 0, 0, 1] + [0] * 4]
    minus = [row[4:] + row[:4] for row in plus]
    found = margin(instance(data, 0, 4), (plus, minus))
    assert found.kkt
    assert found.margins_equal
    assert found.stable_rank == {"plus": 2, "minus": 2, "stacked": 4}
    assert singular(found, (1,)) == pytest.approx(2)


def test_xor_rows_are_collinear():
    data = families.xor()
    found = margin(instance(data, 0, 2), ([[1, 0, 0, 0], [0, 1, 0, 0]], [[0, 0, 1, 0], [0, 0, 0, 1]]))
    assert found.kkt
    assert found.margins_equal
    assert found.stable_rank == {"plus": 1, "minus": 1, "stacked": 2}


def test_unequal_norms_only():
    rows = [[c if i == k else 0 for k in range(4)] for i, c in enumerate((1, 2, 5, 10))]
    found = margin(instance(Dataset(rows, [1, -1, 1, -1])))
    assert found.lam == tuple(Fraction(4, 5) / c**2 for c in (1, 2, 5, 10))
    assert found.margins_equal


def test_relu_patterns_and_the_global_maximum():
    """Orthogonal, random patterns: squared margin |S_i|/m of the maximum, and the bound of the stable rank."""
    m, n = 40, 6
    draw = np.random.default_rng(3)
    own = draw.integers(0, 2, (m, n))
    y = [1, -1] * 3
    plus = [[int(v) if label > 0 else 0 for v, label in zip(row, y, strict=True)] for row in own]
    minus = [[int(v) if label < 0 else 0 for v, label in zip(row, y, strict=True)] for row in own]
    found = margin(instance(families.basis(n), 0, m), (plus, minus))
    assert found.kkt
    sizes = own.sum(axis=0)
    assert found.norm_squared == sum(Fraction(m * m, int(s)) for s in sizes)
    B = own / sizes
    for block, columns in (("plus", [0, 2, 4]), ("minus", [1, 3, 5])):
        s = np.linalg.svd(B[:, columns], compute_uv=False)
        assert float(found.stable_rank[block]) == pytest.approx((s**2).sum() / s[0] ** 2)
        bound = relu_bound(found.problem)[block]
        assert bound == Fraction(m, int(sizes[columns].min()))
        assert float(found.stable_rank[block]) <= bound
    ratio = float(found.normalised_margin**2) * m * n
    assert ratio == pytest.approx(n / sum(m / s for s in sizes))
    assert 0.35 < ratio < 0.65


# ---- ten Gaussian samples in 784 dimensions -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits_like():
    data = families.gaussian(10, 784, 0)
    eta = Fraction(1, 2) * 10 * 50 / max(data.squared_norms())
    return data, eta


def test_t6_loss_and_margins(digits_like):
    data, eta = digits_like
    near = near_orthogonality(margin(instance(data, HALF, 50)).problem)
    assert (int(near.figures.least), int(near.figures.largest)) == (732, 835)
    assert float(near.figures.inner) == pytest.approx(60, abs=0.05)
    assert float(near.figures.ratio) == pytest.approx(1.22, abs=0.005)
    found = margin(instance(data, HALF, 50, eta=eta))
    assert float(found.loss_times_steps) == pytest.approx(1.594420, abs=5e-7)
    assert [float(v) for v in found.margin_differences[1:5]] == pytest.approx(
        [-0.01833, 0.16589, -0.16364, 0.13226], abs=5e-6
    )
    lam = np.linalg.solve(gram(data, HALF), np.ones(10))
    assert 50 / float(eta) * lam.sum() == pytest.approx(float(found.loss_times_steps), rel=1e-9)
    assert duals(data, HALF)[0] == pytest.approx(lam, rel=1e-4)


def test_a_tenth_has_a_kink(digits_like):
    """γ = 1/10: one preactivation of K^-1 1 has the wrong sign; the limit moves by 2e-6 of it."""
    data, eta = digits_like
    found = margin(instance(data, TENTH, 50, eta=eta))
    lam = np.linalg.solve(gram(data, TENTH), np.ones(10))
    assert 50 / float(eta) * lam.sum() == pytest.approx(2.02286, abs=5e-6)
    assert not found.kkt
    assert float(found.margins[3]) == pytest.approx(0.996156, abs=1e-6)
    assert found.loss_times_steps is None
    other = found.settled
    assert float(other.loss_times_steps) == pytest.approx(2.022863, abs=5e-7)
    [(sign, sample, slope)] = other.kinks
    assert (sign, sample) == (1, 3)
    assert float(slope) == pytest.approx(0.10406, abs=5e-6)
    assert other.margins_equal
    assert other.certificate.verify()


def trained(data, slope, seed, target=200.0):
    from theorycheck.training.coordinates import Schedule, run

    start = instance(data, slope, 20, init="1/10000")
    [found] = run(start, Schedule(margin=target, steps=60_000), seeds=[seed]).runs
    assert found.met, found.reason
    return found


def test_training_reaches_the_limits():
    data = families.gaussian(10, 100, 0)
    found, end = margin(instance(data)), trained(data, HALF, 0)
    assert end.loss_times_time[-1] == pytest.approx(float(found.loss_times_t), rel=1e-6)
    q = end.margins[-1]
    assert q - q[0] == pytest.approx([float(v) for v in found.margin_differences], abs=1e-3)
    assert end.limits == pytest.approx([float(v) for v in found.stable_rank.values()], abs=1e-5)


def test_training_reaches_a_point_with_kinks():
    """d = 12: the limit is the self-consistent point with two preactivations at 0, and not the one of the labels."""
    data = families.gaussian(10, 12, 0)
    found, end = margin(instance(data)), trained(data, HALF, 0)
    other = found.settled
    assert not found.kkt
    assert [(sign, i) for sign, i, _ in other.kinks] == [(1, 5), (-1, 0)]
    assert end.loss_times_time[-1] == pytest.approx(float(other.loss_times_t), rel=1e-3)
    assert end.slopes == pytest.approx([float(v) for v in other.margins], abs=5e-3)
    assert float(other.loss_times_t / found.norm_squared) > 1.02


def test_leaky_stable_rank_above_one():
    """d = 20: neurons of one sign part; the exact point of the trained pattern has stable rank 1.0632 of W_-."""
    data = families.gaussian(10, 20, 0)
    end = trained(data, HALF, 0)
    active = (end.preactivations > 0).astype(int).tolist()
    found = margin(instance(data), (active[:20], active[20:]))
    best = found if found.kkt else found.settled
    assert float(best.stable_rank["minus"]) == pytest.approx(1.0632051, abs=5e-7)
    assert best.stable_rank["plus"] == 1
    assert end.limits == pytest.approx([float(v) for v in best.stable_rank.values()], abs=1e-4)
    assert end.loss_times_time[-1] == pytest.approx(float(best.loss_times_t), rel=1e-3)
    assert '"stable rank of W, minus" = [1.0632' in best.certificate.verify()

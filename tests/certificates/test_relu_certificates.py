"""Certificates about two-layer ReLU networks against closed forms, floats, brute force, and another solver."""

import random
import subprocess
import sys
from fractions import Fraction as F

import numpy as np
import pytest

from theorycheck.certificates import build, check, relu, relu_build, script
from theorycheck.errors import CertificateError
from theorycheck.exact import extremal_faces
from theorycheck.exact.arrangement import cells

from .relu_oracles import (
    ANTIPODAL,
    AXES,
    HEXAGON,
    LINE,
    TINY,
    descended,
    family,
    fixed,
    floats,
    gradient,
    loss,
    output,
    stacked,
    trained,
    whole,
)

PAIR = relu_build.fixed_point([["4/5", "-2/5"]], [["-2/5", "4/5"]])


def number(instance, *args, **options):
    """The value that a certificate tells, as floats (low, high)."""
    told = build.value_parts(instance.document, "it", [relu_build.term(*args, **options)])["value"]
    return (float(F(told)),) * 2 if isinstance(told, str) else (float(told["lo"]), float(told["hi"]))


def holds(part, instance):
    certificate = relu_build.sealed(part, instance)
    assert certificate.verify() == certificate.statement
    return certificate.statement


# ---- quantities ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["logistic", "square", "hinge"])
@pytest.mark.parametrize("slope", ["0", "1/3", "1"])
def test_quantities_are_those_of_floats(kind, slope):
    random.seed(3)
    X, y = whole(-3, 3, 5, 3), [1, -1, 1, 1, -1]
    one, two = fixed(X, y, (2, 4), slope, kind), trained(X, y, 3, slope, kind)
    W, V, a = whole(-2, 2, 6, 3), whole(-2, 2, 3, 3), whole(-2, 2, 3)
    points = {one: relu_build.fixed_point(W[:2], W[2:]), two: relu_build.trained_point(a, V)}
    weights = {one: stacked(one, W[:2], W[2:]), two: (np.array([float(v) for v in a]), floats(V))}
    for about, point in points.items():
        low, high = number(about, "loss", point)
        assert low - 1e-12 <= loss(about, *weights[about]) <= high + 1e-12
        f = output(about, *weights[about])
        for i in range(5):
            assert number(about, "output", point, i)[0] == pytest.approx(f[i])
            assert number(about, "margin", point, i)[0] == pytest.approx(y[i] * f[i])
        assert number(about, "spread", point)[0] == pytest.approx(np.ptp(y * f))
        outer = 0 if about is one else np.sum(weights[about][0] ** 2)
        assert number(about, "norm", point)[0] == pytest.approx(np.sum(weights[about][1] ** 2) + outer)


def rank_of(rows):
    values = np.linalg.svd(floats(rows), compute_uv=False)
    return np.sum(values**2) / values[0] ** 2


@pytest.mark.parametrize(("m", "d"), [(1, 1), (2, 5), (6, 3), (30, 40)])
def test_stable_ranks_are_those_of_singular_values(m, d):
    random.seed(m)
    W, V = whole(-5, 5, m, d), whole(-5, 5, m, d)
    W[0][0] = V[0][0] = F(1)
    about = fixed(whole(-1, 1, 2, d), [1, -1], m)
    point = relu_build.fixed_point(W, V)
    for block, rows in {"plus": W, "minus": V, "stacked": W + V}.items():
        low, high = number(about, "stable rank", point, block=block)
        assert high - low < 1e-15 * high
        assert low == pytest.approx(rank_of(rows))


def test_rows_with_counts_are_many_rows():
    about, rows = fixed([[1, 2], [0, 1]], [1, -1], (5, 3)), [[[1, 2], [0, -1]], [[3, 1]]]
    few = relu_build.fixed_point(*rows, counts=([2, 3], [3]))
    many = relu_build.fixed_point([rows[0][0]] * 2 + [rows[0][1]] * 3, rows[1] * 3)
    for options in ({"block": "plus"}, {"block": "minus"}, {"block": "stacked"}):
        assert number(about, "stable rank", few, **options) == number(about, "stable rank", many, **options)
    for kind in ("loss", "norm", "spread"):
        assert number(about, kind, few) == number(about, kind, many)


@pytest.mark.parametrize(("slope", "told"), [("1/2", "10/9"), ("1/10", "202/121"), ("1", "1"), ("0", "2")])
def test_stable_rank_of_the_whole_matrix_at_the_limit_of_orthogonal_data(slope, told):
    g = F(slope)
    about, c = fixed([[1, 0], [0, 1]], [1, -1], 7, slope), 1 / (1 + g * g)
    point = relu_build.fixed_point([[c, -g * c]], [[-g * c, c]])
    terms = [relu_build.term("stable rank", point, block="stacked")]
    assert build.value_parts(about.document, "it", terms)["value"] == told == str(2 * (1 + g * g) / (1 + g) ** 2)


def test_an_irrational_stable_rank_is_a_ball():
    about = fixed([[1, 0], [0, 1]], [1, -1], 2)
    point = relu_build.fixed_point([[1, 1], [0, 1]], [[0, 0]])
    low, high = number(about, "stable rank", point, block="plus")
    assert low <= 3 / ((3 + 5**0.5) / 2) <= high


# ---- margins ---------------------------------------------------------------------------------------------------------


def limit_point(instance, lam):
    """v_+ and v_- of equal widths, from the formula."""
    g, rows = instance.slope, []
    for j in (1, -1):
        s = [j * v * y * (1 if y == j else g) for v, y in zip(lam, instance.data.y, strict=True)]
        rows.append(
            [[sum((p * x[k] for p, x in zip(s, instance.data.X, strict=True)), F(0)) for k in range(instance.data.d)]]
        )
    return relu_build.fixed_point(*rows)


@pytest.mark.parametrize("m", [1, 3, 200])
@pytest.mark.parametrize("slope", ["1/10", "1/2", "1"])
def test_orthogonal_data(m, slope):
    g, about = F(slope), fixed([[1, 0, 0], [0, 2, 0], [0, 0, 1]], [1, -1, -1], m, slope)
    lam = [1 / (1 + g * g), 1 / (4 * (1 + g * g)), 1 / (1 + g * g)]
    told = holds(relu_build.kkt_part(about, limit_point(about, lam), lam), about)
    assert "margins 1 of all samples" in told
    assert f"|W|^2 = {m * sum(lam)};" in told
    if g < 1:
        limits = holds(relu_build.limits_part(about, lam), about)
        assert f"sum lambda = {sum(lam)} " in limits
        assert f"of square {1 / (m * sum(lam))};" in limits


def test_a_sample_off_the_margin():
    lam = ["4/5", 0, "4/5"]
    point = relu_build.fixed_point([["4/5", "-2/5"]], [["-2/5", "4/5"]])
    told = holds(relu_build.kkt_part(LINE, point, lam), LINE)
    assert "margins [1, 3, 1], 1 on samples [0, 2] only" in told
    with pytest.raises(CertificateError, match="not positive"):
        relu_build.limits_part(LINE, lam)


@pytest.mark.parametrize(
    ("r", "s", "inside"), [("3/5", "4/5", False), ("8/17", "15/17", False), ("7/25", "24/25", True)]
)
def test_a_multiplier_changes_its_sign_at_a_third(r, s, inside):
    about = family(F(r), F(s))
    K = np.array([[1.25, 1.25 * 3 * float(F(r)), 0], [1.25 * 3 * float(F(r)), 1.25 * 9, 0], [0, 0, 1.25]])
    lam = np.linalg.solve(K, np.ones(3))
    assert (lam[1] > 0) == inside
    det = 9 - 9 * F(r) ** 2
    exact = [F(4, 5) * (9 - 3 * F(r)) / det, F(4, 5) * (1 - 3 * F(r)) / det, F(4, 5)]
    assert [float(v) for v in exact] == pytest.approx(lam)
    if inside:
        holds(relu_build.kkt_part(about, limit_point(about, exact), exact), about)
        holds(relu_build.limits_part(about, exact), about)
    else:
        with pytest.raises(CertificateError):
            relu_build.limits_part(about, exact)
        lam = [F(4, 5), F(0), F(4, 5)]
        told = holds(relu_build.kkt_part(about, limit_point(about, lam), lam), about)
        assert f"margins [1, {3 * F(r)}, 1]" in told


def test_unequal_widths_against_a_quadratic_program():
    """min |W|²/2 with the slopes of the labels, by another solver."""
    import cvxpy

    X, y, (p, m) = [[3, 0, 0], [0, 3, -1], [1, 0, 4]], [1, -1, 1], (2, 5)
    about, h = fixed(X, y, (p, m), "1/2"), F(2 * p * m, p + m)
    s = [(F(1), F(1, 2)) if label > 0 else (F(1, 2), F(1)) for label in y]
    v, u, data = cvxpy.Variable(3), cvxpy.Variable(3), np.array(X, float)
    rows = [label * (float(a) * (x @ v) - float(b) * (x @ u)) >= 1 for label, (a, b), x in zip(y, s, data, strict=True)]
    problem = cvxpy.Problem(cvxpy.Minimize(p * cvxpy.sum_squares(v) + m * cvxpy.sum_squares(u)), rows)
    problem.solve()
    inner = [[sum(a * b for a, b in zip(x, z, strict=True)) for z in X] for x in X]
    shared = [[s[i][0] * s[k][0] / p + s[i][1] * s[k][1] / m for k in range(3)] for i in range(3)]
    K = [[h * y[i] * y[k] * inner[i][k] * shared[i][k] for k in range(3)] for i in range(3)]
    flint = check.fmpq_mat([[check.fmpq(q.numerator, q.denominator) for q in row] for row in K])
    lam = [F(int(q.p), int(q.q)) for q in flint.solve(check.fmpq_mat([[1], [1], [1]])).entries()]
    assert f"|v|^2 = {h * sum(lam)}," in holds(relu_build.limits_part(about, lam), about)
    assert float(h * sum(lam)) == pytest.approx(problem.value, rel=1e-5)


def test_a_kink_takes_a_slope_of_its_own():
    """ReLU: w_- = 0 for all, w_+ = x_1/|x_1|^2 and the second sample orthogonal: label + needs it active."""
    about = fixed([[1, 0], [0, 1]], [1, -1], 1, 0)
    point = relu_build.fixed_point([[1, 0]], [[0, 1]])
    told = holds(relu_build.kkt_part(about, point, [1, 1], {(0, 1): 0, (1, 0): 0}), about)
    assert "slopes at kinks [[0, 1, 0], [1, 0, 0]]" in told
    assert "some signs are not the labels'" in told
    for kinks in (None, {(0, 1): 0}, {(0, 1): 0, (1, 0): "1/2"}, {(0, 1): 0, (1, 0): 2}, {(0, 0): 1, (1, 0): 0}):
        with pytest.raises(CertificateError):
            relu_build.kkt_part(about, point, [1, 1], kinks)


def test_the_relu_has_several_kkt_points():
    """One of two neurons does the work of both: a KKT point too, of larger norm."""
    about = fixed([[1, 0], [0, 1]], [1, -1], (2, 1), 0)
    one = relu_build.fixed_point([[2, -1], [0, 0]], [[-1, 1]])
    with pytest.raises(CertificateError, match="not stationary"):
        relu_build.kkt_part(about, one, [1, 1], {(0, 1): 0, (1, 1): 0})
    h = F(4, 3)
    both = relu_build.fixed_point([[1, 0]], [[0, 1]])
    lam = [2 / h, 1 / h]
    assert "|W|^2 = 3;" in holds(relu_build.kkt_part(about, both, lam, {(1, 0): 0, (0, 1): 0}), about)
    single = relu_build.fixed_point([[2, 0], [0, 0]], [[0, 1]])
    lam = [4 / h, 1 / h]
    kinks = {(0, 1): 0, (0, 2): 0, (1, 0): 0, (1, 1): 0}
    assert "|W|^2 = 5;" in holds(relu_build.kkt_part(about, single, lam, kinks), about)


# ---- alignment -------------------------------------------------------------------------------------------------------


def test_extremal_vectors_of_four_samples():
    holds(relu_build.extremal_part(TINY, [2, "1/4"], 1), TINY)
    holds(relu_build.extremal_part(TINY, ["7/4", 0], -1), TINY)
    told = holds(relu_build.extremal_list_part(TINY, [([2, "1/4"], 1), (["7/4", 0], -1)], 4), TINY)
    assert "2, are [[2, 1/4, w = D], [7/4, 0, w = -D]]" in told


def test_antipodal_samples_have_one_value():
    told = relu_build.extremal_list_part(ANTIPODAL)
    assert told["list"] == [{"D": ["3/2", "0", "1/6"], "side": side} for side in (1, -1)]


def test_orthonormal_samples_have_kinks():
    """The sum of any samples of label + is extremal, with the others on the kink."""
    about = trained([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [1, 1, -1])
    part = relu_build.extremal_list_part(about)
    found = {(*map(F, entry["D"]), entry["side"]) for entry in part["list"]}
    third = F(1, 3)
    plus = {(a * third, b * third, 0, 1) for a in (0, 1) for b in (0, 1)} - {(0, 0, 0, 1)}
    assert plus <= found
    assert (0, 0, -third, -1) in found
    assert (0, 0, 0, 0) in found
    holds(part, about)
    told = relu_build.extremal_part(about, [third, 0, 0], 1, {1: 0, 2: 0})
    assert "weights [[1, 0], [2, 0]]" in holds(told, about)


def test_a_hexagon_has_no_signal():
    part = relu_build.extremal_list_part(HEXAGON)
    assert part["list"] == [{"D": ["0", "0"], "side": 0}]
    assert part["cells"] == 6
    holds(part, HEXAGON)


def scanned(instance, many=40_000):
    """Extremal vectors of samples in the plane by walking round the circle in floats; open arcs only."""
    X, y = floats(instance.data.X), np.array([float(v) for v in instance.data.y])
    angle = np.linspace(0, 2 * np.pi, many, endpoint=False) + 1e-6
    w = np.stack([np.cos(angle), np.sin(angle)])
    D = ((X @ w) > 0).T @ (X * y[:, None]) / len(y)
    found = {(round(p, 6), round(q, 6)) for p, q in D}
    hits = set()
    for p, q in found:
        for side in (1, -1):
            if (p or q) and np.allclose(
                (X @ (side * np.array([p, q])) > 0) @ (X * y[:, None]) / len(y), (p, q), atol=1e-5
            ):
                hits.add((p, q, side))
    return hits


@pytest.mark.parametrize("seed", range(6))
def test_lists_in_the_plane_against_a_walk_round_the_circle(seed):
    random.seed(seed)
    n = 4 + 3 * seed
    about = trained(whole(-30, 30, n, 2), whole(-9, 9, n))
    part = relu_build.extremal_list_part(about)
    told = {(*(round(float(F(v)), 6) for v in entry["D"]), entry["side"]) for entry in part["list"]}
    D = scanned(about)
    assert told >= D
    # what the walk cannot see lies on a kink
    for p, q, side in told - D:
        z = floats(about.data.X) @ np.array([p, q])
        assert side == 0 or np.min(np.abs(z)) < 1e-4


@pytest.mark.parametrize("n", [4, 6, 10])
def test_cells_in_general_position(n):
    random.seed(n)
    about = trained(whole(-1000, 1000, n, 3), whole(-9, 9, n))
    part = relu_build.extremal_list_part(about)
    assert part["cells"] == n * n - n + 2
    holds(part, about)


def test_lists_of_another_solver_in_degenerate_position():
    random.seed(11)
    tried = differ = 0
    while tried < 120:
        d, n = random.choice([1, 2, 2, 3, 3, 4]), random.randint(1, 6)
        X, y = whole(-1, 1, n, d), whole(-1, 2, n)
        if not any(any(x) for x in X) or np.linalg.svd(floats(X), compute_uv=False)[3:].sum() > 1e-9:
            continue
        tried += 1
        about = trained(X, y)
        G = extremal_faces.alignment(about.data)
        found = [((*G.rational(c.D, c.over), c.sign), c.free) for c in extremal_faces.criticals(G)]
        lists = {}
        for reading in ("weights", "limits"):
            part = relu_build.extremal_list_part(about, reading=reading)
            lists[reading] = {(*map(F, entry["D"]), entry["side"]) for entry in part["list"]}
            assert part["cells"] == len(cells(X))
        assert lists["weights"] == {entry for entry, _ in found}
        assert lists["limits"] == {entry for entry, free in found if not free}
        differ += lists["weights"] != lists["limits"]
    assert differ


@pytest.mark.thorough
def test_sixty_samples_in_space():
    rng = np.random.default_rng(0)
    X = [[F(v) for v in row] for row in rng.normal(size=(60, 3))]
    about = trained(X, [x[0] + F(e) for x, e in zip(X, rng.normal(size=60), strict=True)])
    assert relu_build.extremal_list_part(about)["cells"] == 3542


def test_ranks_and_sizes_that_are_refused():
    for about in (trained(np.eye(4, dtype=int).tolist(), [1] * 4), trained([[0, 0]], [1])):
        with pytest.raises(CertificateError, match="rank"):
            relu_build.extremal_list_part(about)
    many = trained([[1, k, k * k] for k in range(61)], [1] * 61)
    with pytest.raises(CertificateError, match="too many"):
        relu_build.extremal_list_part(many)
    with pytest.raises(CertificateError, match="ReLU"):
        relu_build.extremal_list_part(fixed([[1, 0]], [1]))


# ---- two-sided fits, rest, steps -------------------------------------------------------------------------------------


def test_two_sided_fits_of_four_samples():
    told = holds(relu_build.two_sided_part(TINY, [1, 0], [1, "1/2"], ["7/8", 0]), TINY)
    assert "loss 0, interpolates, and is a stationary point of both layers" in told


def test_a_fit_that_keeps_its_own_signs_can_still_be_disturbed():
    """Each neuron has the right sign on its own side, but one is active on the other side too: not stationary."""
    about = trained([[1, 0], [1, 1], [1, 2], [-1, 1], [-1, "1/2"], [-2, 0]], [1, 6, 11, -1, "-1/2", -3])
    X, y = floats(about.data.X), np.array([float(v) for v in about.data.y])
    side = X[:, 0] > 0
    betas = [np.linalg.lstsq(X[rows], y[rows], rcond=None)[0] for rows in (side, ~side)]
    exact = [[F(1), F(5)], _fit(about, ~side)]
    assert np.allclose(betas, floats(exact))
    told = holds(relu_build.two_sided_part(about, [1, 0], *exact), about)
    assert "signs kept on the own side, not kept on the other" in told
    assert "is not a stationary point" in told
    a, W = np.array([1.0, -1.0]), np.array([betas[0], -betas[1]])
    assert max(np.abs(part).max() for part in gradient(about, a, W)) > 0.1


def _fit(instance, rows):
    """Least squares in rationals by the normal equations."""
    X = [x for x, kept in zip(instance.data.X, rows, strict=True) if kept]
    y = [v for v, kept in zip(instance.data.y, rows, strict=True) if kept]
    A = check.fmpq_mat([[check.fmpq(v.numerator, v.denominator) for v in x] for x in X])
    b = check.fmpq_mat([[check.fmpq(v.numerator, v.denominator)] for v in y])
    found = (A.transpose() * A).solve(A.transpose() * b)
    return [F(int(v.p), int(v.q)) for v in found.entries()]


def test_a_rank_deficient_side_takes_the_least_norm():
    about = trained([[1, 1], [-1, 0], [-2, 0]], [2, -1, -1])
    holds(relu_build.two_sided_part(about, [1, 0], [1, 1], ["3/5", 0]), about)
    with pytest.raises(CertificateError, match="smaller norm"):
        relu_build.two_sided_part(about, [1, 0], [2, 0], ["3/5", 0])
    with pytest.raises(CertificateError, match="normal equations"):
        relu_build.two_sided_part(about, [1, 0], [1, 1], ["1/2", 0])


def test_sides_without_samples_and_samples_on_neither():
    about = trained([[1, 0], [0, 1], [0, 0]], [2, 3, 1])
    told = holds(relu_build.two_sided_part(about, [1, 0], [2, 0], [0, 0], {(1, 0): 0}), about)
    assert "1 samples on S+, 0 on S-, 2 on neither" in told
    assert "slopes at kinks [[1, 0, 0]]" in told
    untold = holds(relu_build.two_sided_part(about, [1, 0], [2, 0], [0, 0]), about)
    assert "is not seen to be" in untold


def test_points_at_rest():
    point = relu_build.trained_point([1, -2, 0, 0], [[1, "1/2"], ["-7/16", 0], [0, 0], [1, 1]])
    assert "loss 0, interpolates" in holds(relu_build.still_part(TINY, point), TINY)
    # one dead neuron alone, and a fit of one side alone
    dead = trained([[1, 0], [1, 1]], [1, 2], 1)
    told = holds(relu_build.still_part(dead, relu_build.trained_point([3], [[-1, -1]])), dead)
    assert "loss 5/4, does not interpolate; the neurons are active on 1 sets" in told
    half = trained([[1, 1], [1, -1], [-1, 0]], [1, 1, -1], 1)
    point = relu_build.trained_point([1], [[1, 0]])
    assert "loss 1/6" in holds(relu_build.still_part(half, point), half)
    a, W = descended(half, np.array([1.0]), np.array([[1.0, 0.0]]), 0.1, 50)
    assert pytest.approx(np.array([[1, 0]])) == W
    assert a == pytest.approx([1])
    with pytest.raises(CertificateError, match="gradient in row 0"):
        relu_build.still_part(half, relu_build.trained_point([1], [[1, "1/10"]]))


def test_rest_at_a_kink_needs_a_slope():
    about = trained([[1, 0], [0, 1]], [1, 1], 1)
    point = relu_build.trained_point([1], [[1, 0]])
    assert "with slopes [[1, 0, 0]] at kinks" in holds(relu_build.still_part(about, point, {(1, 0): 0}), about)
    for kinks in (None, {(1, 0): "1/3"}, {(0, 0): 0, (1, 0): 0}):
        with pytest.raises(CertificateError):
            relu_build.still_part(about, point, kinks)


@pytest.mark.parametrize("kind", ["logistic", "square", "hinge"])
@pytest.mark.parametrize("outputs", [fixed, trained])
def test_steps_are_those_of_floats(kind, outputs):
    random.seed(5)
    about = outputs(whole(-3, 3, 4, 2), [1, -1, -1, 1], 3, "1/4", kind)
    W, V, a = whole(-9, 9, 3, 2), whole(-9, 9, 3, 2), [F(1), F(-2), F(1, 2)]
    W, V = ([[v / 10 + F(1, 77) for v in row] for row in rows] for rows in (W, V))
    if outputs is fixed:
        start, weights = relu_build.fixed_point(W, V), stacked(about, W, V)
    else:
        start, weights = relu_build.trained_point(a, W), (np.array([float(v) for v in a]), floats(W))
    end = descended(about, *weights, 0.05, 6)
    L, q = loss(about, *end), [1, -1, -1, 1] * output(about, *end)
    near = [("loss", "<=", L + 1e-9), ("loss", ">=", L - 1e-9), ("margin", ">=", q[2] - 1e-9, 2)]
    holds(relu_build.steps_part(about, start, "1/20", 6, [*near, ("margin", "<=", q[2] + 1e-9, 2)]), about)
    for wrong in (("loss", "<=", L - 1e-9), ("loss", ">=", L + 1e-9), ("margin", "<=", q[2] - 1e-9, 2)):
        with pytest.raises(CertificateError, match=r"the (loss|margin) is"):
            relu_build.steps_part(about, start, "1/20", 6, [wrong])


def test_one_step_gives_every_neuron_the_signs_of_the_labels():
    """gamma R_min^2 > (n-1) p: 16/2 > 2 * 1."""
    about = fixed([[4, 1, 0], [0, 4, 1], [1, 0, 4]], [1, -1, 1], 2)
    start = relu_build.fixed_point([["1/1000", "-1/900", "1/800"]], [["-1/700", "1/600", "1/500"]])
    told = holds(relu_build.steps_part(about, start, 1, 1, [("agreement", "=", 1)]), about)
    assert "agreement = 1" in told
    with pytest.raises(CertificateError, match="agreement is"):
        relu_build.steps_part(about, start, "1/10000", 1, [("agreement", "=", 1)])


def test_without_a_first_order_signal_training_hardly_starts():
    """Labels in turn round a hexagon: D(w) = 0 for all w, so that from small weights nothing grows for long."""
    about = fixed(HEXAGON.data.X, HEXAGON.data.y, 1, 0)
    start = relu_build.fixed_point([["1/3000", "1/7000"]], [["-1/4000", "1/5000"]])
    found = [("loss", ">=", "0.6931"), ("norm", "<=", "1e-6"), ("moved", "<=", "1e-6", 0)]
    holds(relu_build.steps_part(about, start, "1/2", 50, found), about)
    other = fixed(HEXAGON.data.X, [1, 1, 1, -1, -1, -1], 1, 0)
    holds(relu_build.steps_part(other, start, "1/2", 50, [("loss", "<=", "1/8")]), other)


def test_neurons_that_are_never_active_stay():
    about = fixed([[1, 0], [0, 1]], [1, -1], (2, 1), 0)
    start = relu_build.fixed_point([[1, 1], [-1, -1]], [["-1/2", "1/3"]])
    holds(relu_build.steps_part(about, start, 1, 10, [("moved", "=", 0, 1), ("moved", ">=", "1/100", 0)]), about)


def test_long_numbers_become_balls():
    about = trained([[1, 2], [2, -1]], [1, "1/3"], 2)
    start = relu_build.trained_point([1, "-1/7"], [["1/3", "1/5"], ["2/7", "1/9"]])
    told = holds(relu_build.steps_part(about, start, "1/9", 40, [("loss", "<=", "1/10")]), about)
    assert "after 40 steps" in told


def test_from_zero_the_slope_at_kinks_decides():
    start = relu_build.fixed_point([[0, 0]], [[0, 0]])
    about = fixed([[1, 0], [0, 1]], [1, -1], 3, 0)
    assert "slope 0 at kinks" in holds(relu_build.steps_part(about, start, 1, 5, [("norm", "=", 0)], kink=0), about)
    holds(relu_build.steps_part(AXES, start, 1, 5, [("norm", ">=", "1/10")], kink="1/2"), AXES)
    for kink in (None, "1/3", 2):
        with pytest.raises(CertificateError):
            relu_build.steps_part(AXES, start, 1, 5, [("norm", ">=", 0)], kink=kink)


def test_a_dead_sample_stays_dead():
    about = fixed(np.eye(4, dtype=int).tolist(), [1, 1, -1, -1], 1, 0)
    start = relu_build.fixed_point([[-1, 1, 1, 1]], [[-1, 1, 1, 1]])
    told = holds(relu_build.dead_part(about, start, [0]), about)
    assert "the logistic loss >= [0.17328679513998632735" in told
    a, W = descended(about, *stacked(about, [[-1, 1, 1, 1]], [[-1, 1, 1, 1]]), 5.0, 2000)
    assert output(about, a, W)[0] == 0
    assert loss(about, a, W) == pytest.approx(np.log(2) / 4, abs=2e-3)
    for samples in ([1], [0, 1], []):
        with pytest.raises(CertificateError):
            relu_build.dead_part(about, start, samples)


# ---- scripts ---------------------------------------------------------------------------------------------------------


def test_a_script_needs_only_the_checker(tmp_path):
    parts = {
        "list": relu_build.extremal_list_part(TINY),
        "rest": relu_build.still_part(TINY, relu_build.trained_point([0] * 4, [[0, 0]] * 4)),
        "fits": relu_build.two_sided_part(TINY, [1, 0], [1, "1/2"], ["7/8", 0]),
    }
    certificate = build.all_of(TINY.document, parts)
    path = certificate.to_script(tmp_path / "proof.py")
    run = subprocess.run([sys.executable, "-I", path], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("holds: ")


def test_a_script_carries_only_the_parts_it_needs():
    certificate = relu_build.sealed(relu_build.limits_part(AXES, ["4/5", "4/5"]), AXES)
    assert script.needed(certificate.document) == [relu]


def test_another_activation_has_no_document():
    from theorycheck.models.data import Dataset
    from theorycheck.models.relu import ReluInstance

    with pytest.raises(CertificateError, match="tanh"):
        relu_build.document(ReluInstance(Dataset([[1]], [1]), activation="tanh"))

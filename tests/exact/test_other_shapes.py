"""Sharpness where φ'² is not convex in φ, with trained output weights, and for more samples than inputs."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.special import erf, erfinv

from theorycheck import solve
from theorycheck.errors import InvalidInstance

CURVES = {  # φ'² as a function of u = φ(z), by hand, and the range of φ
    "tanh": (lambda u: (1 - u**2) ** 2, -1, 1),
    "sigmoid": (lambda u: (u * (1 - u)) ** 2, 0, 1),
    "softplus": (lambda u: (1 - np.exp(-u)) ** 2, 0, 40),
    "erf": (lambda u: 4 / np.pi * np.exp(-2 * erfinv(u) ** 2), -1, 1),
    "atan": (lambda u: np.cos(u) ** 4, -np.pi / 2, np.pi / 2),
}
I3 = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def low(bound):
    return float(bound) if isinstance(bound, Fraction) else float(bound["lo"])


def high(bound):
    return float(bound) if isinstance(bound, Fraction) else float(bound["hi"])


def on_a_grid(name, y, m, points=2001):
    """The least Σ h(u_j) over a grid of the range, m = 2 or 3."""
    h, first, last = CURVES[name]
    grid = np.linspace(first, last, points)
    axes = np.meshgrid(*[grid] * (m - 1), indexing="ij", sparse=True)
    rest = y - sum(axes)
    with np.errstate(all="ignore"):
        total = sum(h(u) for u in axes) + h(np.clip(rest, first, last))
        total = np.where((rest < first) | (rest > last), np.inf, total)
    return float(np.nanmin(total))


@pytest.mark.parametrize(
    ("name", "y", "m"),
    [
        ("tanh", "1", 2), ("tanh", "6/5", 2), ("tanh", "0", 2), ("tanh", "-19/10", 2), ("tanh", "9/5", 3),
        ("sigmoid", "1", 2), ("sigmoid", "1/10", 2), ("sigmoid", "7/5", 3),
        ("erf", "1", 2), ("erf", "3/2", 2), ("erf", "2", 3),
        ("softplus", "4", 2), ("softplus", "1", 2), ("softplus", "2", 3),
        ("atan", "1", 2), ("atan", "5/2", 2), ("atan", "2", 3),
    ],
)  # fmt: skip
def test_certified_bounds_against_a_grid(name, y, m):
    solution = solve.sharpness([[1]], [y], width=m, activation=name)
    found = on_a_grid(name, float(Fraction(y)), m, 4001 if m == 2 else 801)
    assert solution.gap < 1e-6
    assert low(solution.lower) <= found + 1e-12
    assert high(solution.upper) <= found + 1e-9
    assert found - low(solution.lower) < 0.02
    solution.certificate.verify()


def test_equal_neurons_of_tanh_are_best_at_six_fifths_and_exactly_so():
    solution = solve.sharpness([[1]], ["6/5"], width=2, activation="tanh")
    assert solution.lower == solution.upper == Fraction(512, 625)
    assert solution.attained
    assert solution.gap == 0


def test_tanh_at_one_has_the_infimum_one_and_no_minimiser():
    solution = solve.sharpness([[1]], [1], width=2, activation="tanh")
    assert solution.lower == 1
    assert solution.attained is False
    assert high(solution.upper) <= 1 + 1e-15
    assert high(solution.upper) < 5081 / 5000 < 9 / 8


def test_the_notes_better_points_are_not_better_than_ours():
    assert high(solve.sharpness([[1]], ["9/5"], width=3, activation="tanh").upper) <= 79929 / 80000
    assert high(solve.sharpness([[1]], [1], width=2, activation="sigmoid").upper) <= 81 / 5000
    assert high(solve.sharpness([[1]], [1], width=2, activation="erf").upper) <= 1.338388
    assert high(solve.sharpness([[1]], [4], width=2, activation="softplus").upper) <= 0.9637041849
    assert high(solve.sharpness([[1]], [6], width=10, activation="softplus").upper) <= 0.9950486399


def test_softplus_at_one_is_the_equal_point():
    solution = solve.sharpness([[1]], [1], width=2, activation="softplus")
    assert low(solution.lower) == pytest.approx(float(2 * (1 - mpmath.exp(-0.5)) ** 2), rel=1e-12)
    assert solution.settled


def test_several_samples_add_up():
    parts = [solve.sharpness([[1]], [y], width=3, activation="tanh") for y in ("1", "1/2", "9/4")]
    together = solve.sharpness([[1, 0, 0], [0, 2, 0], [0, 0, 1]], ["1", "1/2", "9/4"], width=3, activation="tanh")
    by_parts = low(parts[0].lower) + 4 * low(parts[1].lower) + low(parts[2].lower)
    assert low(together.lower) == pytest.approx(by_parts, abs=1e-9)
    together.certificate.verify()


@pytest.mark.parametrize("name", ["tanh", "erf", "asinh", "softplus", "gelu", "atan", "sigmoid"])
def test_one_neuron(name):
    solution = solve.sharpness([[1]], ["1/2"], width=1, activation=name)
    slopes = {
        "tanh": 9 / 16,
        "erf": 4 / np.pi * np.exp(-2 * erfinv(0.5) ** 2),
        "asinh": 1 / np.cosh(0.5) ** 2,
        "softplus": (1 - np.exp(-0.5)) ** 2,
        "atan": np.cos(0.5) ** 4,
        "sigmoid": 1 / 16,
    }
    if name in slopes:
        assert solution.settled
        assert low(solution.lower) == pytest.approx(slopes[name], rel=1e-12)
    else:
        assert low(solution.lower) <= high(solution.upper)
    solution.certificate.verify()


def test_asinh_can_hide_its_neurons_at_infinity():
    solution = solve.sharpness([[1]], [1], width=2, activation="asinh")
    assert solution.lower == 0
    assert solution.attained is False
    assert 0 < high(solution.upper) < 1e-9


@pytest.mark.parametrize(
    ("name", "weights", "y", "value"),
    [
        ("relu", None, 1, 1),
        ("relu", (2, -1), 1, 4),
        ("relu", (2, -1), -1, 1),
        ("leaky_relu", None, 1, Fraction(101, 100)),
        ("leaky_relu", None, -1, Fraction(2, 100)),
        ("abs(z)", None, 1, 2),
    ],
)
def test_two_linear_pieces_count_active_neurons(name, weights, y, value):
    solution = solve.sharpness([[1]], [y], width=2, activation=name, output_weights=weights)
    assert solution.lower == solution.upper == value
    solution.certificate.verify()


def test_an_honest_gap_is_called_one():
    solution = solve.sharpness([[1]], [1], width=3, activation="gelu")
    assert not solution.settled
    assert low(solution.lower) >= 0
    assert "globally optimal" not in solution.statement
    assert "not shown to be optimal" in solution.statement
    solution.certificate.verify()


@pytest.mark.parametrize(
    ("name", "c", "value"),
    [
        ("cubic", 1, 6.6321364195), ("cubic", 2, 20), ("cubic", 4, 60.4327435834),
        ("cube", 1, 9.1180282278), ("sinh", 2, 8), ("sinh", -3, 15), ("tan", 1, 2 + 2 * 2**0.5),
    ],
)  # fmt: skip
def test_one_trained_weight(name, c, value):
    solution = solve.sharpness([[1]], [c], width=1, activation=name, trained_output=True)
    assert low(solution.lower) == pytest.approx(value, rel=1e-10)
    assert high(solution.upper) == pytest.approx(value, rel=1e-10)
    grid = np.linspace(0.01, 1.5 if name == "tan" else 4, 200_001)
    phi, slope = {
        "cubic": (grid**3 + grid, 3 * grid**2 + 1),
        "cube": (grid**3, 3 * grid**2),
        "sinh": (np.sinh(grid), np.cosh(grid)),
        "tan": (np.tan(grid), 1 / np.cos(grid) ** 2),
    }[name]
    assert value == pytest.approx(float(np.min(phi**2 + (c * slope / phi) ** 2)), rel=1e-6)
    solution.certificate.verify()


def test_trained_sinh_for_several_samples():
    solution = solve.sharpness(I3, [1, 3, -2], width=3, activation="sinh", trained_output=True)
    by_hand = 14 / 3 + 2 * (3 * 14) ** 0.5
    assert low(solution.lower) == pytest.approx(by_hand, rel=1e-14)
    assert high(solution.upper) == pytest.approx(by_hand, rel=1e-14)
    assert float(solution.minimiser.output_weights[0]) == pytest.approx((14 / (9 * 3)) ** 0.25)
    assert solution.rank == 1
    weighted = solve.sharpness([[2, 0], [0, 1]], [1, 3], width=3, activation="sinh", trained_output=True)
    assert low(weighted.lower) == pytest.approx((4 + 9) / 3 + 2 * (5 * 10) ** 0.5, rel=1e-14)
    assert weighted.settled


def test_trained_cubic_for_several_samples_is_honest():
    solution = solve.sharpness(I3, [1, 3, -2], width=3, activation="cubic", trained_output=True)
    assert high(solution.upper) == pytest.approx(34.783147, abs=1e-6)
    assert 0 < low(solution.lower) < high(solution.upper)
    assert not solution.settled


def test_more_samples_than_inputs():
    solution = solve.sharpness([[1], [2]], [6, 48], width=3, activation="cubic", seconds=2)
    assert solution.upper == 11157
    assert sorted(float(t[0]) for t in solution.minimiser.theta) == [-1, -1, 2]
    assert _jensen([(1, 6), (4, 48)], 3) - 1e-6 <= low(solution.lower) <= 11157
    assert not solution.settled
    solution.certificate.verify()


def _jensen(pairs, m):
    roots = [float(mpmath.findroot(lambda z, y=y: z**3 + z - mpmath.mpf(y) / m, 1)) for _, y in pairs]
    return sum(w * m * (3 * z**2 + 1) ** 2 for (w, _), z in zip(pairs, roots, strict=True))


def test_more_samples_than_inputs_with_labels_of_equal_neurons():
    theta = (Fraction(1, 2), Fraction(-1, 3))
    X = [[1, 0], [0, 1], [1, 1], [1, -1], [2, 1]]
    z = [theta[0] * a + theta[1] * b for a, b in X]
    solution = solve.sharpness(X, [6 * (v**3 + v) for v in z], width=6, activation="cubic", seconds=2)
    by_hand = sum((a * a + b * b) * 6 * (3 * v**2 + 1) ** 2 for (a, b), v in zip(X, z, strict=True))
    assert solution.lower == solution.upper == by_hand
    assert solution.attained
    assert solution.rank == 1


def test_a_point_that_is_not_rational_is_boxed():
    solution = solve.sharpness([[1], [2]], [6, 30], width=3, activation="sinh", seconds=1)
    t = np.linspace(-3, 3, 601)
    one, two = np.meshgrid(t, t, indexing="ij")
    third = np.arcsinh(6 - np.sinh(one) - np.sinh(two))
    miss = np.sinh(2 * one) + np.sinh(2 * two) + np.sinh(2 * third) - 30
    F = sum(np.cosh(v) ** 2 + 4 * np.cosh(2 * v) ** 2 for v in (one, two, third))
    near = F[np.abs(miss) < 0.3].min()
    assert high(solution.upper) == pytest.approx(near, rel=0.05)
    assert low(solution.lower) < high(solution.upper)
    theta = np.array(solution.minimiser.theta, dtype=float)[:, 0]
    assert np.sinh(theta).sum() == pytest.approx(6)
    assert np.sinh(2 * theta).sum() == pytest.approx(30)
    solution.certificate.verify()


@pytest.mark.parametrize(
    ("X", "y", "options", "told"),
    [
        ([[1]], [0], {"activation": "exp"}, "zero-loss set is empty"),
        ([[1]], [-3], {"activation": "exp"}, "outputs in \\(0, inf\\)"),
        ([[1]], [2], {"activation": "tanh", "width": 2}, "outputs in \\(-2, 2\\)"),
        ([[1]], [3], {"activation": "erf", "width": 2}, "zero-loss set is empty"),
        ([[1]], [-1], {"activation": "relu"}, "zero-loss set is empty"),
        ([[1]], [-1], {"activation": "square"}, "outputs in \\[0, inf\\)"),
        ([[1]], [1], {"activation": "cosh", "width": 2}, "outputs in \\[2, inf\\)"),
        ([[1], [1]], [1, 2], {}, "rows 0 and 1 are equal"),
        ([[0]], [1], {}, "row 0 is zero"),
        ([[1]], [1, 2], {}, "label"),
        ([], [], {}, "."),
        ([[1]], None, {}, "no labels"),
        ([[1]], [1], {"width": 0}, "width"),
        ([[1]], [1], {"loss": "cubed"}, "unknown loss"),
        ([[1]], [1], {"output_weights": [1, 0, 1, 1, 1]}, "weight is 0"),
        ([[1]], [1], {"output_weights": [1, 1]}, "2 output weights"),
        ([[float("nan")]], [1], {}, "."),
    ],
)
def test_wrong_input_is_one_clear_line(X, y, options, told):
    with pytest.raises(InvalidInstance, match=told) as caught:
        solve.sharpness(X, y, **options)
    assert "\n" not in str(caught.value)


def test_the_grid_knows_erf():
    assert on_a_grid("erf", 1.0, 2) == pytest.approx(4 / np.pi, abs=1e-3)
    assert erf(erfinv(0.3)) == pytest.approx(0.3)


@pytest.mark.parametrize("a", ["2", "-3/2", "1/4"])
def test_equal_weights_other_than_one_scale(a):
    a = Fraction(a)
    for name, y, m in (("tanh", "6/5", 2), ("tanh", "9/5", 3), ("erf", "1", 3)):
        plain = solve.sharpness([[1]], [y], width=m, activation=name)
        scaled = solve.sharpness([[1]], [Fraction(y) * a], width=m, activation=name, output_weights=[a] * m)
        assert low(scaled.lower) == pytest.approx(float(a * a) * low(plain.lower), rel=1e-9)
        assert scaled.settled
        scaled.certificate.verify()


@pytest.mark.parametrize(("y", "m"), [("-2/15", 3), ("-10/11", 4), ("-29/12", 4), ("1/20", 3)])
def test_tails_and_an_inner_neuron_of_tanh(y, m):
    solution = solve.sharpness([[1]], [y], width=m, activation="tanh")
    assert solution.settled
    h = CURVES["tanh"][0]
    t = np.linspace(-1, 1, 1601)
    best = np.inf
    for far in range(m):  # so many neurons at +1, the others but two at -1
        for down in range(m - 1 - far):
            rest = float(Fraction(y)) - far + down
            free = m - far - down
            if free == 2:
                other = rest - t
                best = min(best, float(np.min(np.where(np.abs(other) <= 1, h(t) + h(other), np.inf))))
    assert low(solution.lower) <= best + 1e-12
    assert high(solution.upper) <= best + 1e-9
    solution.certificate.verify()


@pytest.mark.parametrize(
    ("name", "y", "width", "options"),
    [
        ("relu", 0, 1, {"trained_output": True}),
        ("relu", 1, 3, {"trained_output": True}),
        ("leaky_relu", 1, 3, {"trained_output": True}),
        ("quartic", 0, 1, {"output_weights": ["3/2"]}),
        ("quartic", "64/7", 1, {"trained_output": True}),
        ("quartic", 3, 2, {"output_weights": [1, -2]}),
        ("gelu", "-1/18", 3, {"trained_output": True}),
        ("gelu", "8/3", 2, {"trained_output": True}),
        ("sigmoid", 2, 5, {}),
        ("erf", 1, 5, {}),
        ("softplus", 300, 3, {}),
        ("asinh", "1/2", 3, {"output_weights": [1, 2, -1]}),
    ],
)
def test_corners_give_ordered_ends(name, y, width, options):
    solution = solve.sharpness([[1]], [y], width=width, activation=name, **options)
    assert low(solution.lower) >= 0
    assert solution.upper is None or low(solution.lower) <= high(solution.upper)
    solution.certificate.verify()

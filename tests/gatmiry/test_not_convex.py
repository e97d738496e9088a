"""The solver where φ'² is not a convex function of φ: certified bounds against grids and the note's points."""

import numpy as np
import pytest

from theorycheck import solve

from .oracles import ends

CURVES = {  # φ'² in u = φ(z), by hand, and the range of φ
    "tanh": (lambda u: (1 - u**2) ** 2, (-1.0, 1.0)),
    "sigmoid": (lambda u: u**2 * (1 - u) ** 2, (0.0, 1.0)),
    "softplus": (lambda u: (1 - np.exp(-u)) ** 2, (0.0, np.inf)),
    "atan": (lambda u: np.cos(u) ** 4, (-np.pi / 2, np.pi / 2)),
}
CASES = [  # φ, y, m, the note's value that the least one is at most, whether it is the least
    ("tanh", "1", 2, 1.0, True),
    ("tanh", "6/5", 2, 512 / 625, True),
    ("tanh", "9/5", 3, 79929 / 80000, False),
    ("sigmoid", "1", 2, 81 / 5000, False),
    ("softplus", "4", 2, 0.9637041849, False),
    ("softplus", "1", 2, 0.309636248, True),
    ("softplus", "6", 10, 0.9950486399, False),
]


def by_dynamic_programming(name, y, m, cells):
    """The least Σ h(u_j) with Σ u_j = y on a grid of the range, neuron by neuron."""
    h, (low, high) = CURVES[name]
    high = min(high, y) if low == 0 else high
    step = (high - low) / cells
    grid = low + step * np.arange(cells + 1)
    cost, best = h(grid), h(grid)
    for _ in range(m - 1):
        sums = np.full(len(best) + cells, np.inf)
        for k, c in enumerate(cost):
            sums[k : k + len(best)] = np.minimum(sums[k : k + len(best)], c + best)
        best = sums
    return best[round((y - m * low) / step)]


@pytest.mark.parametrize(("name", "y", "m", "noted", "least"), CASES)
def test_bounds_where_equal_neurons_may_be_beaten(name, y, m, noted, least):
    solution = solve.sharpness([[1]], [y], width=m, activation=name)
    assert solution.certificate.verify()
    low, high = float(ends(solution.lower)[0]), float(ends(solution.upper)[1])
    assert low <= high <= noted + 1e-9
    if least:
        assert low == pytest.approx(noted, rel=1e-6)
    numerator, _, denominator = y.partition("/")
    by_grid = by_dynamic_programming(name, float(numerator) / float(denominator or 1), m, 600)
    assert low <= by_grid + 1e-9
    assert high <= by_grid + 1e-9
    assert by_grid == pytest.approx(high, abs=5e-4)

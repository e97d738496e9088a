"""Garrod and Keating: the best values that the notes found where no closed form is known, reached by the search."""

from fractions import Fraction

import numpy as np
import pytest

from theorycheck import solve
from theorycheck.exact.dufm_search import search
from theorycheck.exact.dufm_structures import structure
from theorycheck.exact.dufm_thresholds import fold
from theorycheck.models.features import UnconstrainedFeatures as Model

from .oracles import at, objective, output

CELLS = [  # K, L, λ, the value to be reached
    (5, 2, "0.02", 0.36240657),
    (5, 2, "0.005", 0.10752583),
    (5, 2, "0.001", 0.02505173),
    (5, 2, "0.0002", 0.00566600),
    (8, 4, None, 0.29001056),
]


def test_five_classes_and_two_layers_by_search():
    """From random starts alone: the centred structure of rank 3, below collapse and below the pairs."""
    instance = Model(5, 2, "0.02", loss="ce", activation="linear")
    for seed, seconds in enumerate((2, 4, 8)):
        found = search(instance, seconds=seconds, seed=seed)
        if found.loss <= 0.36240657 + 5e-9:
            break
    loss = objective(found.factors, [0.02] * 3, [1] * 5)
    assert loss == pytest.approx(found.loss, abs=1e-12)
    assert loss <= 0.36240657 + 5e-9
    assert loss == pytest.approx(structure(instance, "low_rank_centred").loss, abs=1e-8)
    values = np.linalg.svd(output(found.factors), compute_uv=False)
    np.testing.assert_allclose(values[:3] / values[0], (1, 1, 0.349 / 0.663), atol=2e-3)
    assert values[3] < 1e-4 * values[0]


@pytest.mark.thorough
@pytest.mark.parametrize(("K", "L", "reg", "target"), CELLS)
def test_the_table_of_best_values(K, L, reg, target):
    """120 seconds a cell; the value of the notes is reached or beaten."""
    lam = Fraction(reg) if reg else Fraction(fold(K, L).reg / 10)
    for seed, seconds in enumerate((20, 40, 60)):
        found = solve.dufm(K, L, lam, loss="ce", activation="linear", seconds=seconds, seed=seed)
        if found.loss <= target + 5e-9:
            break
    loss = at(found.instance, found.factors)
    assert loss == pytest.approx(found.loss, abs=1e-12)
    assert loss <= target + 6e-9
    if (K, L) == (8, 4):
        values = found.layers[-1].before
        np.testing.assert_allclose(np.array(values[:3]) / values[0], (1, 1, 0.775), atol=1e-3)
        assert max(values[3:]) < 1e-4 * values[0]

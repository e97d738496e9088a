"""The drop-one table of signals and noise: outcomes, numbers against numpy, faults and degenerate sizes."""

from fractions import Fraction as F

import numpy as np
import pytest

from theorycheck.claims.attacks import relu_patterns, relu_signal
from theorycheck.claims.claim import Candidate
from theorycheck.claims.store import find
from theorycheck.falsify.search import falsify
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

KEYS = ("karhadkar2024.margin", "min2023.max_margin")
ROWS = [(key, drop) for key in KEYS for drop in find(key).drops]
CLEAN = Dataset([[1, 1, 0], [-1, 0, 1]], [1, -1])
FLIPPED = Dataset([[-1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]], [1, 1, 1])


@pytest.mark.parametrize(("key", "drop"), ROWS, ids=lambda v: getattr(v, "label", v))
def test_rows_come_out_as_known(key, drop):
    found = falsify(find(key), drop.assumption, drop.fixed, 20)
    assert drop.breaks in (None, found.outcome == "counterexample"), str(found)
    assert found.certificate is None or found.certificate.verify()
    assert found.also_broken == ()


@pytest.mark.parametrize("data", relu_signal.tilted_noise(), ids=lambda data: data.name)
@pytest.mark.parametrize("width", [1, (1, 3)])
def test_the_closed_form_fails_by_numpy(data, width):
    one = ReluInstance(data, width, "1/2", "hinge")
    broken = relu_signal.CLOSED_FORM.violation(Candidate(one, {}, {"rho": F(1), "tau": F(1)}))
    X, y = data.arrays()
    v = np.linalg.pinv(X) @ y
    assert X @ v == pytest.approx(y)
    assert float(F(broken.value)) == pytest.approx(v @ v)
    assert F(broken.bound.rpartition("= ")[2]) == F(2, 3)


@pytest.mark.parametrize("data", [CLEAN, FLIPPED])
def test_the_closed_form_holds_with_orthogonal_noise(data):
    one = ReluInstance(data, 2, "1/2", "hinge")
    assert relu_signal._flips(data, F(1), F(1)) == ((-1, 1, 1) if data is FLIPPED else (1, 1))
    assert relu_signal.CLOSED_FORM.violation(Candidate(one, {}, {"rho": F(1), "tau": F(1)})) is None
    assert relu_signal.FACTOR.violation(Candidate(one, {})) is None


def test_no_reading_no_violation():
    """Other strengths than those of the data, none at all, dependent samples, one input, other networks."""
    one, parts = ReluInstance(CLEAN, 1, "1/2", "hinge"), {"rho": F(1), "tau": F(1)}
    twins = ReluInstance(Dataset([[1, 1], [1, 1]], [1, 1]), 1, "1/2", "hinge")
    flat = ReluInstance(Dataset([[1]], [1]), 1, "1/2", "hinge")
    zero = ReluInstance(Dataset([[0, 0]], [1]), 1, "1/2", "hinge")
    trained = ReluInstance(CLEAN, 1, "1/2", "hinge", "trained")
    assert relu_signal.CLOSED_FORM.violation(Candidate(one, {}, {"rho": F(2), "tau": F(1)})) is None
    assert relu_signal.CLOSED_FORM.violation(Candidate(one, {})) is None
    for other in (twins, flat, zero, trained):
        assert relu_signal.CLOSED_FORM.violation(Candidate(other, {}, parts)) is None
        assert relu_signal.FACTOR.violation(Candidate(other, {})) is None


def test_a_linear_slope_is_no_witness_of_the_factor():
    """Every network is linear then, the shortest one too."""
    data = Dataset([[1, 1]], [1])
    assert relu_signal.FACTOR.violation(Candidate(ReluInstance(data, (1, 30), 1, "hinge"), {})) is None
    assert relu_signal.FACTOR.violation(Candidate(ReluInstance(data, (1, 30), "1/2", "hinge"), {})) is not None


@pytest.mark.parametrize("cosine", [0, 1])
def test_a_neuron_a_sample_is_shorter_by_numpy(cosine):
    """Two samples at an obtuse angle with a neuron each have margins 1 too; at a right angle nothing is shorter."""
    one = ReluInstance(Dataset([[1, 0], [-cosine, 1]], [1, 1]), 2, "1/10")
    broken = relu_patterns.NOT_GLOBAL.violation(Candidate(one, {}))
    assert (broken is not None) == bool(cosine)
    if broken is not None:
        at = next(fields["point"] for role, _, fields in broken.evidence if role == "another pattern")
        rows = {name: np.array([[float(F(v)) for v in row] for row in at[name]]) for name in ("W_plus", "W_minus")}
        counts = {
            name: np.array(at.get(f"counts_{name[2:]}", [2 / len(W)] * len(W)), float) for name, W in rows.items()
        }
        X, y = one.data.arrays()
        sides = [counts[name] @ np.maximum(W @ X.T, 0.1 * W @ X.T) / 2 for name, W in rows.items()]
        assert (y * (sides[0] - sides[1]) >= 1 - 1e-12).all()
        norm = sum(float(counts[name] @ (W**2).sum(axis=1)) for name, W in rows.items())
        assert norm == pytest.approx(float(F(broken.value)))
        assert norm < float(F(broken.bound.rpartition(", ")[2]))

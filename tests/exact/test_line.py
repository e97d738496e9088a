"""Lagrange's bound for inputs on one line: below every feasible value, and refused where it is wrong."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize

from theorycheck import solve
from theorycheck.certificates import build
from theorycheck.errors import CertificateError
from theorycheck.exact.line import line_part
from theorycheck.exact.problem import problem
from theorycheck.exact.solution import far_end
from theorycheck.models.losses import Loss
from theorycheck.models.networks import TwoLayer


def posed(X, y, m, phi):
    return problem(X, y, TwoLayer(m, phi), Loss("half-sum"))


def test_cubic_with_inputs_1_and_2():
    """Moments: E t^4 >= 4 / v + v^2 with v = E t^2 when E t = 0 and E t^3 = 2, so the bound is a one-line minimum."""
    v = np.linspace(1, 2, 200_001)
    by_moments = 3 * np.min(585 * (4 / v + v**2) + 102 * v + 5)
    solution = solve.sharpness([[1], [2]], [6, 48], width=3, activation="cubic")
    assert solution.upper == 11157
    assert far_end(solution.lower, 0) == pytest.approx(by_moments, rel=1e-6)
    assert not solution.settled
    assert solution.certificate.verify()


@pytest.mark.parametrize(("phi", "y", "m"), [("cubic", [3, 20], 3), ("sinh", [1, 3], 3), ("quintic", [2, 40], 2)])
def test_no_feasible_point_is_below(phi, y, m):
    part = line_part(posed([[1], [2]], y, m, phi))
    bound = float(Fraction(part["value"]))
    network, s, w = TwoLayer(m, phi), np.array([1.0, 2.0]), np.array([1.0, 4.0])
    f, slope = network.activation.numpy(0), network.activation.numpy(1)
    draw, best = np.random.default_rng(0), np.inf
    fits = {"type": "eq", "fun": lambda t: f(np.outer(s, t)).sum(axis=1) - np.array(y)}
    for _ in range(20):
        with np.errstate(all="ignore"):
            found = minimize(
                lambda t: float(w @ (slope(np.outer(s, t)) ** 2).sum(axis=1)), draw.normal(size=m), constraints=[fits]
            )
        if found.success and np.abs(fits["fun"](found.x)).max() < 1e-7:
            best = min(best, found.fun)
    assert np.isfinite(best)
    assert bound <= best * (1 + 1e-9)


@pytest.mark.parametrize("change", ["low", "scales", "multipliers", "count"])
def test_planted_faults(change):
    given = posed([[1], [2]], [6, 48], 3, "cubic")
    part = line_part(given)
    data = {k: part[k] for k in ("scales", "multipliers", "low")}
    data = {
        "low": {**data, "low": str(Fraction(data["low"]) + Fraction(1, 100))},
        "scales": {**data, "scales": ["1", "3"]},
        "multipliers": {**data, "multipliers": [data["multipliers"][0], str(Fraction(data["multipliers"][1]) + 1)]},
        "count": {**data, "multipliers": data["multipliers"][:1]},
    }[change]
    with pytest.raises(CertificateError):
        build.bound_part("line", given.document, **data)


def test_inputs_off_a_line_and_unequal_weights_have_no_such_bound():
    assert line_part(posed([[1, 0], [0, 1]], [1, 2], 2, "cubic")) is None
    weighted = problem([[1], [2]], [1, 2], TwoLayer(2, "cubic", (1, 2)), Loss("half-sum"))
    assert line_part(weighted) is None

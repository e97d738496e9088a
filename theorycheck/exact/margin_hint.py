"""Where a solver of convex programs believes the support vectors to be: a hint for the exact method, nothing more."""

import warnings
from fractions import Fraction
from typing import Any

from flint import fmpq_mat

LEAST = 1e-7  # of the largest multiplier: smaller ones are taken for zero


def support(K: fmpq_mat) -> list[int]:
    """Samples whose multipliers look positive; empty where the solver finds no solution.

    Args:
        K: (n, n), positive semidefinite.
    """
    import numpy as np

    scale = max(K[i, i] for i in range(K.nrows())) or 1
    scaled = [[v / scale for v in row] for row in K.tolist()]
    lam = multipliers(np.array([[float(Fraction(int(v.p), int(v.q))) for v in row] for row in scaled]))
    return [] if lam is None else [i for i, v in enumerate(lam) if v > LEAST * max(lam)]


def multipliers(A: Any) -> list[float] | None:
    """λ of the dual max 1·λ - ½ λ·Aλ over λ >= 0 by Clarabel, in floats; None where it fails.

    Args:
        A: (n, n) floats, positive semidefinite.
    """
    import cvxpy
    import numpy as np

    values, vectors = np.linalg.eigh(A)
    root = (vectors * np.sqrt(np.maximum(values, 0))).T
    lam = cvxpy.Variable(len(values), nonneg=True)
    problem = cvxpy.Problem(cvxpy.Maximize(cvxpy.sum(lam) - cvxpy.sum_squares(root @ lam) / 2))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an inaccurate hint is still a hint
            problem.solve(solver=cvxpy.CLARABEL)
    except cvxpy.error.SolverError:
        return None
    return None if lam.value is None else list(map(float, lam.value))

"""Does the ReLU raise the nuclear norm? Exact comparisons for matrices of two and three columns.

With p = ‖M‖², q the sum of the squared 2 x 2 minors and d = det MᵀM (0 for two columns), the nuclear norm is the
largest root of (t² - p)² - 8 √d t - 4 q, whose other roots are the sums of the singular values with two signs changed.
"""

from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat

from theorycheck.certificates import build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.checks.features_numbers import plus, power, root, times
from theorycheck.claims.claim import Check, Finding
from theorycheck.models.features import UnconstrainedFeatures as Features

WITNESS = fmpq_mat([[1, -1, 0], [0, 2, 2], [2, 0, 2]])
_DRAWS = 24


def rectified(M: fmpq_mat) -> fmpq_mat:
    """The ReLU of every entry."""
    return fmpq_mat([[max(v, fmpq(0)) for v in row] for row in M.tolist()])


def invariants(M: fmpq_mat) -> tuple[fmpq, fmpq, fmpq]:
    """p, q and d of a matrix with two or three columns."""
    G = M.transpose() * M
    c = G.charpoly()
    return (-c[1], c[0], fmpq(0)) if G.nrows() == 2 else (-c[2], c[1], -c[0])


def norm(M: fmpq_mat) -> float:
    """The nuclear norm in floats."""
    import numpy as np

    return float(np.linalg.svd(np.array([[float(v) for v in row] for row in M.tolist()]), compute_uv=False).sum())


def square(M: fmpq_mat) -> Any:
    """The expression p + 2 √q, the square of the nuclear norm where d = 0: two columns, or rank two."""
    p, q, _ = invariants(M)
    return plus(p, times(2, root(q)))


def _quartic(M: fmpq_mat, t: Fraction) -> Any:
    p, q, d = invariants(M)
    return plus(power(plus(t**2, -p), 2), times(-8 * t, root(d)), -4 * q)


def raised(M: fmpq_mat) -> Certificate:
    """The certificate that the ReLU raises the nuclear norm of a matrix of rank two with three columns.

    Raises:
        CertificateError: it does not, or the rank is three.
    """
    t = Fraction((norm(M) + norm(rectified(M))) / 2).limit_denominator(100)
    zero = ("zero", [build.number(0)])
    d = build.value_parts(None, "det M^T M", [build.number(str(invariants(M)[2]))])
    below = build.less_parts(None, ("|M|_*^2", [build.number(square(M))]), ("t^2", [build.number(str(t**2))]))
    hidden = build.number(_quartic(rectified(M), t))
    above = build.less_parts(None, ("the quartic of s(M) at t, positive beyond |s(M)|_*", [hidden]), zero)
    about = {"matrix": [[str(v) for v in row] for row in M.tolist()], "t": str(t)}
    parts = {"det M^T M is 0": build.part("value", None, **d), "|M|_* < t": build.part("less", None, **below)}
    return build.all_of(None, parts | {"t < |s(M)|_*": build.part("less", None, **above)}, about)


def _two_columns(net: Features) -> list[Finding]:
    import numpy as np

    draw = np.random.default_rng([net.depth, net.classes])
    matrices = [fmpq_mat(draw.integers(-3, 4, (3, 2)).tolist()) for _ in range(_DRAWS)]
    gaps = [(norm(M) - norm(rectified(M)), k) for k, M in enumerate(matrices)]
    clear = [(gap, k) for gap, k in gaps if gap > 1e-9]
    least = matrices[min(clear)[1]]
    sides = [(name, [build.number(square(M))]) for name, M in (("|s(M)|_*^2", rectified(least)), ("|M|_*^2", least))]
    certificate = build.less(None, *sides)  # type: ignore[arg-type]  # numbers speak of no instance
    holds = True if min(gaps)[0] > -1e-9 else None
    note = f"{_DRAWS} integer matrices, {len(clear)} with a strict inequality; the certificate is for the tightest"
    bound = ">= 0"
    return [
        Finding(
            "solve: two columns",
            "|M|_* - |s(M)|_*, least",
            min(gaps)[0],
            bound,
            holds,
            "CERTIFIED" if holds else "UNDECIDED",
            len(clear),
            note=note,
            certificate=certificate if holds else None,
        )
    ]


def _three_columns(net: Features) -> list[Finding]:
    name, quantity = "solve: a 3 x 3 matrix", "|s(M)|_* / |M|_* for M = [[1, -1, 0], [0, 2, 2], [2, 0, 2]]"
    if net.classes < 3:
        return [Finding(name, quantity, None, "<= 1", None, "UNDECIDED", 0, note="two columns: see nuclear_two")]
    ratio = norm(rectified(WITNESS)) / norm(WITNESS)
    note = "exact: both norms by the quartic whose largest root each is; columns of zeros serve more classes"
    return [Finding(name, quantity, ratio, "<= 1", False, "CERTIFIED", 1, note=note, certificate=raised(WITNESS))]


TWO_COLUMNS = Check("solve", "matrices with two columns", _two_columns)
THREE_COLUMNS = Check("solve", "a matrix with three columns", _three_columns)

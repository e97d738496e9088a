"""How near to orthogonal samples are, and what that is known to imply."""

from fractions import Fraction

import attrs
from flint import fmpq

from theorycheck.exact.margin_problem import MarginProblem, rational
from theorycheck.models.orthogonality import Orthogonality, orthogonality


@attrs.frozen
class NearOrthogonality:
    """What theorems on nearly orthogonal data ask for, decided exactly.

    Attributes:
        figures: R_min², R_max², p and R_min²/(n p).
        positive: whether (n-1) p max(1, 2γ/α) < R_min²/2, with α the smaller of the diagonal factors of K (1+γ² for
            equal widths, where the maximum is 1): then all λ_i > 0.
        aligned: whether γ R_min² > (n-1) p: then one step of gradient descent from a small enough start gives every
            preactivation the sign that agrees with its label.
    """

    figures: Orthogonality
    positive: bool
    aligned: bool


def near_orthogonality(problem: MarginProblem) -> NearOrthogonality:
    """Measure the samples of a problem."""
    found, slope, h = orthogonality(problem.instance.data), problem.slope, problem.mean_width
    sides = (problem.instance.width, problem.instance.width[::-1])
    alpha = min(h / own + slope**2 * h / other for own, other in sides)
    spread, least = rational((problem.n - 1) * found.inner), rational(found.least)
    return NearOrthogonality(
        found, bool(2 * spread * max(fmpq(1), 2 * slope / alpha) < least), bool(slope * least > spread)
    )


def relu_bound(problem: MarginProblem) -> dict[str, Fraction | None] | None:
    """max_i m_j/|S_ji| for each sign j, with S_ji its neurons that are active on sample i: it bounds the stable rank.

    W_j = B diag(c) E with E orthonormal and B the 0/1 pattern, and the all-ones direction already has the share
    min_i |S_ji|/m_j of the squared norm.

    Returns:
        None unless γ = 0 and the samples are orthogonal.
    """
    n, gram = problem.n, problem.gram
    if problem.slope != 0 or any(gram[i, k] != 0 for i in range(n) for k in range(i)):
        return None
    bounds: dict[str, Fraction | None] = {}
    for name, sign in (("plus", 1), ("minus", -1)):
        groups = [g for g in problem.groups if g.sign == sign]
        sizes = [sum(g.count for g in groups if g.slopes[i]) for i in range(n)]
        least = min((size for size in sizes if size), default=None)
        bounds[name] = None if least is None else Fraction(problem.width(sign), least)
    return bounds

"""How near to orthogonal samples are, and what that is known to imply."""

from fractions import Fraction

import attrs
from flint import fmpq

from theorycheck.exact.margin_problem import MarginProblem, fraction


@attrs.frozen
class NearOrthogonality:
    """The figures that theorems on nearly orthogonal data are stated in; every number exact.

    Attributes:
        least: R_min², the smallest ‖x_i‖².
        largest: R_max².
        coherence: p, the largest |x_i·x_k| over i ≠ k.
        ratio: R_min² / (n p); None for p = 0.
        positive: whether (n-1) p max(1, 2γ/α) < R_min²/2, with α the smaller of the diagonal factors of K (1+γ² for
            equal widths, where the maximum is 1): then all λ_i > 0.
        aligned: whether γ R_min² > (n-1) p: then one step of gradient descent from a small enough start gives every
            preactivation the sign that agrees with its label.
    """

    least: Fraction
    largest: Fraction
    coherence: Fraction
    ratio: Fraction | None
    positive: bool
    aligned: bool


def near_orthogonality(problem: MarginProblem) -> NearOrthogonality:
    """Measure the samples of a problem."""
    n, gram, slope = problem.n, problem.gram, problem.slope
    norms = [gram[i, i] for i in range(n)]
    p = max((abs(gram[i, k]) for i in range(n) for k in range(i)), default=fmpq(0))
    plus, minus = problem.instance.width
    alpha = min(problem.mean_width * (1 / fmpq(a) + slope**2 / fmpq(b)) for a, b in ((plus, minus), (minus, plus)))
    return NearOrthogonality(
        fraction(min(norms)),
        fraction(max(norms)),
        fraction(p),
        fraction(min(norms) / (n * p)) if p else None,
        bool(2 * (n - 1) * p * max(fmpq(1), 2 * slope / alpha) < min(norms)),
        bool(slope * min(norms) > (n - 1) * p),
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
        sizes = [sum(g.count for g in groups if g.active[i]) for i in range(n)]
        least = min((size for size in sizes if size), default=None)
        bounds[name] = None if least is None else Fraction(problem.width(sign), least)
    return bounds

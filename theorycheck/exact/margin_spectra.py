"""Stable ranks ‖W‖_F² / ‖W‖_2² of rational matrices: exact where they are rational and small enough, else balls."""

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

from flint import arb, arb_mat, ctx, fmpq, fmpq_mat

from theorycheck.exact.margin_problem import ZERO, fraction

EXACT_ROWS = 24  # different rows of W up to which the characteristic polynomial is factored
SQUARINGS = 60  # λ_max is known within the factor r^(1/2^60) from the trace of the 2^60-th power
BITS = 256


def stable_rank(rows: fmpq_mat, counts: Sequence[int]) -> Fraction | arb | None:
    """The stable rank of a matrix whose g-th row stands there counts[g] times.

    Args:
        rows: (groups, d) rationals.
        counts: how often each row occurs.

    Returns:
        A Fraction where the value is rational and small enough to be told so, a ball elsewhere, None for W = 0.
    """
    gram = rows * rows.transpose()
    live = [g for g in range(rows.nrows()) if gram[g, g] != 0]
    if not live:
        return None
    # The nonzero eigenvalues of W W^T are those of the groups' Gram matrix with its columns weighted by the counts.
    weighted = fmpq_mat([[gram[g, k] * counts[k] for k in live] for g in live])
    total = sum((weighted[g, g] for g in range(len(live))), ZERO)
    top = _largest(weighted, gram, live, counts)
    with ctx.workprec(BITS):
        return fraction(total / top) if isinstance(top, fmpq) else arb(total) / top


def _largest(weighted: fmpq_mat, gram: fmpq_mat, live: Sequence[int], counts: Sequence[int]) -> fmpq | arb:
    if len(live) == 1:
        return weighted[0, 0]
    if len(live) <= EXACT_ROWS:
        return largest_root(weighted)
    with ctx.workprec(BITS):
        root = [arb(counts[g]).sqrt() for g in live]
        return power_bound(
            arb_mat(
                [
                    [a * arb(gram[g, k]) * b for b, k in zip(root, live, strict=True)]
                    for a, g in zip(root, live, strict=True)
                ]
            )
        )


def largest_root(weighted: fmpq_mat) -> fmpq | arb:
    """The largest eigenvalue of a matrix whose eigenvalues are real: rational where it is, else a ball."""
    rationals: list[fmpq] = []
    balls: list[arb] = []
    with ctx.workprec(BITS):
        for factor, _ in weighted.charpoly().numer().factor()[1]:
            if factor.degree() == 1:
                rationals.append(fmpq(-factor[0], factor[1]))
            else:
                balls += [root.real for root, _ in factor.complex_roots()]
        best = max(rationals, default=None)
        if best is not None and all(ball < best for ball in balls):
            return best
        return reduce(lambda a, b: a.max(b), [*map(arb, rationals), *balls])


def power_bound(P: arb_mat) -> arb:
    """The largest eigenvalue of a positive semidefinite matrix: tr(P^k)^(1/k) / r^(1/k) <= λ_max <= tr(P^k)^(1/k).

    Args:
        P: (r, r) balls, symmetric.
    """
    size, logarithm, k = P.nrows(), arb(0), 1
    for _ in range(SQUARINGS):
        trace = _trace(P)
        P, logarithm = P / trace, logarithm + trace.log() / k
        P, k = P * P, 2 * k
    top = (logarithm + _trace(P).log() / k).exp()
    return top.union(top * (-arb(size).log() / k).exp())


def _trace(P: arb_mat) -> arb:
    return sum((P[i, i] for i in range(P.nrows())), arb(0))


def orthogonal_stacked(slope: Fraction) -> Fraction:
    """2(1+γ²)/(1+γ)²: the stacked stable rank for orthogonal samples of one norm and as many labels 1 as -1."""
    return 2 * (1 + slope**2) / (1 + slope) ** 2


def fair_coin(samples: int) -> Fraction:
    """2n/(n+1): a block's stable rank, each ReLU neuron active on half of n orthogonal samples, all patterns alike."""
    return Fraction(2 * samples, samples + 1)

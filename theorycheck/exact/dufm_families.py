r"""Families with output c·I for the ReLU model: deep neural collapse, cuts of complete graphs (SRG), the ladder.

*Cut* (arXiv 2405.14468 has s = 2, the SRG solution): the classes are the K = r(r-1)/2 edges of the complete graph on r
vertices, A its vertex-edge incidence matrix. One neuron for each s-subset S of the vertices has the preactivation
|e ∩ S| - 1 at edge e, which the ReLU turns into 1 where e lies inside S and 0 elsewhere; the last layer undoes that by
the left inverse of least norm. Before it, from L = 3 on, features A (rank r, nonnegative) are passed on unchanged by
projectors, which multiplies the product of the norms by r a layer where deep neural collapse multiplies it by K. For
s = r - 2 the signs of SRG are flipped. A constant row δ·1 below A gives the next layer a bias.

*Ladder* (K = 3): features B = [[1, β, 0], [0, β, 1]]; sum, difference and minus difference of their rows rectify to an
invertible matrix.

A product ∏ κ_i at output I and one sample a class is all that counts; the closed forms here hold for every K and L.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations

import attrs
from flint import fmpq, fmpq_mat

from theorycheck.exact.dufm_shape import (
    Shape,
    compressed,
    identity,
    left_inverse,
    matrix,
    ones,
    projector,
    rectified,
    rounded,
    stacked,
)

LADDER_BETA = 0.9034845  # minimises the ladder's product, which does not depend on L otherwise


@attrs.frozen
class Closed:
    """A family with output I.

    Attributes:
        log_product: log ∏ κ_i, one sample a class.
        neurons: the widest layer.
        values: what else is needed to build it: s, δ.
    """

    log_product: float
    neurons: int
    values: tuple[float, ...] = ()

    def constant(self, depth: int) -> float:
        """C = (L + 1)(∏ κ_i)^{1/(L+1)}."""
        return (depth + 1) * math.exp(self.log_product / (depth + 1))


def vertices(classes: int) -> int | None:
    """The r with K = r(r-1)/2, r >= 3; None where K is not triangular.

    Example:
        >>> vertices(10), vertices(9)
        (5, None)
    """
    r = (1 + math.isqrt(1 + 8 * classes)) // 2
    return r if r >= 3 and r * (r - 1) == 2 * classes else None


def collapsed(classes: int, depth: int) -> Closed:
    """Deep neural collapse: K^{L+1}."""
    return Closed((depth + 1) * math.log(classes), classes)


def collapsed_shape(classes: int, depth: int, values: tuple = ()) -> Shape:
    """Identity matrices throughout."""
    eye = identity(classes)
    return Shape(eye, eye, (eye,) * (depth - 1))


def incidence(r: int) -> fmpq_mat:
    """A, (r, K): a row a vertex, a column an edge."""
    return matrix([[int(v in e) for e in combinations(range(r), 2)] for v in range(r)])


def _inside_spectrum(r: int, s: int) -> list[tuple[int, float]]:
    """Multiplicities and eigenvalues of PᵀP, P the inside pattern: it lies in the algebra of the Johnson scheme."""
    two, one, none = (math.comb(r - k, s - k) if s >= k else 0 for k in (2, 3, 4))
    K, pairs = r * (r - 1) // 2, math.comb(r - 2, 2)
    return [
        (1, two + 2 * (r - 2) * one + pairs * none),
        (r - 1, two + (r - 4) * one - (r - 3) * none),
        (K - r, two - 2 * one + none),
    ]


def _undo(r: int, s: int) -> float:
    """‖P⁺‖², the least norm of a last layer that turns the inside pattern into I."""
    return math.fsum(count / value for count, value in _inside_spectrum(r, s) if count)


def cut(classes: int, depth: int, s: int, delta: float) -> Closed | None:
    """The cut family for s-subsets with a constant row δ (0 for none); None where it does not exist.

    Args:
        classes: K, triangular.
        depth: L >= 2; for L = 2 the cuts are M_2 itself and δ has no use.
        s: 2 <= s <= r - 2, or s = 2 for r = 3.
        delta: the constant row.
    """
    r = vertices(classes)
    if r is None or depth < 2 or not 2 <= s <= max(r - 2, 2):
        return None
    neurons = math.comb(r, s)
    if depth == 2:
        return Closed(2 * math.log(_cut_nuclear(r, s)) + math.log(_undo(r, s)), neurons, (s, 0.0))
    logs = 2 * math.log(_incidence_nuclear(r, delta)) + math.log(neurons * _sign_norm(r, s, delta))
    logs += math.log(_undo(r, s)) + (depth - 3) * math.log(r)
    return Closed(logs, max(neurons, r + (delta > 0)), (s, delta))


def _cut_nuclear(r: int, s: int) -> float:
    """The nuclear norm of the preactivations (1_S - 1/2)ᵀ A over all s-subsets S."""
    n = math.comb(r, s)
    on_ones = n * (s - r / 2) ** 2 / r
    elsewhere = (n * r / 4 - on_ones) / (r - 1)
    return math.sqrt(2 * (r - 1) * on_ones) + (r - 1) * math.sqrt((r - 2) * elsewhere)


def _incidence_nuclear(r: int, delta: float = 0.0) -> float:
    """The nuclear norm of A with a row δ·1 below it."""
    return math.sqrt(2 * (r - 1) + delta**2 * r * (r - 1) / 2) + (r - 1) * math.sqrt(r - 2)


def _shift(r: int, s: int, delta: float) -> float:
    """t: weights (1+t)/2 on S, -(1-t)/2 off S and -t/δ on the constant row, of the least norm."""
    return (r - 2 * s) / 2 / (r / 2 + 2 / delta**2) if delta else 0.0


def _sign_norm(r: int, s: int, delta: float) -> float:
    """The squared norm of one neuron's weights."""
    t = _shift(r, s, delta)
    return s * (1 + t) ** 2 / 4 + (r - s) * (1 - t) ** 2 / 4 + ((t / delta) ** 2 if delta else 0.0)


def best_row(classes: int, depth: int, s: int) -> float:
    """The δ of the best constant row; 0 where none helps."""
    if depth < 3:
        return 0.0

    def size(delta: float) -> float:
        found = cut(classes, depth, s, delta)
        return found.log_product if found else math.inf

    delta = golden(size, 0.0, 4.0)
    return delta if size(delta) < size(0.0) - 1e-12 else 0.0


def golden(function: Callable[[float], float], low: float, high: float, steps: int = 80) -> float:
    """The minimiser of a unimodal function on an interval by golden section."""
    step = (math.sqrt(5) - 1) / 2
    a, b = high - step * (high - low), low + step * (high - low)
    fa, fb = function(a), function(b)
    for _ in range(steps):
        if fa < fb:
            high, b, fb = b, a, fa
            a = high - step * (high - low)
            fa = function(a)
        else:
            low, a, fa = a, b, fb
            b = low + step * (high - low)
            fb = function(b)
    return (low + high) / 2


def cut_shape(classes: int, depth: int, values: tuple) -> Shape:
    """The cut family in exact numbers; δ is rounded, and everything else follows from it exactly."""
    r, s = vertices(classes) or 3, int(values[0])
    delta = rounded(values[1], 12)
    sets = list(combinations(range(r), s))
    A, t = incidence(r), _exact_shift(r, s, delta)
    edges = list(combinations(range(r), 2))
    inside = matrix([[int(set(e) <= set(S)) for e in edges] for S in sets])
    last = left_inverse(inside)
    if depth == 2:
        signs = matrix([[Fraction(1 if v in S else -1, 2) for v in range(r)] for S in sets])
        B, C = compressed(signs * A)
        return Shape(C, B, (last,))
    weights = [[(1 + t) / 2 if v in S else (t - 1) / 2 for v in range(r)] for S in sets]
    if not delta:
        return Shape(A, identity(r), (*[identity(r)] * (depth - 3), matrix(weights), last))
    features = stacked(A, ones(1, classes) * delta)
    bias = matrix([[*row, -t / delta] for row in weights])
    lift = stacked(identity(r), ones(1, r) * (delta / 2))  # 1ᵀA = 2·1ᵀ: the constant row is in the span of A
    return Shape(A, lift, (*[projector(features)] * (depth - 3), bias, last))


def _exact_shift(r: int, s: int, delta: fmpq) -> fmpq:
    return fmpq(r - 2 * s, 2) / (fmpq(r, 2) + 2 / delta**2) if delta else fmpq(0)


def ladder(classes: int, depth: int, beta: float = LADDER_BETA) -> Closed | None:
    """The ladder, for three classes and L >= 3; it beats deep neural collapse from L = 4 on."""
    if classes != 3 or depth < 3:
        return None
    nuclear = 1 + math.sqrt(1 + 2 * beta**2)
    both = 1 / (math.sqrt(2) * beta) + math.sqrt(8 + 2 / beta**2)
    return Closed(2 * math.log(both * nuclear) + (depth - 3) * math.log(2), 3, (beta,))


def ladder_shape(classes: int, depth: int, values: tuple) -> Shape:
    """The ladder in exact numbers, from a rounded β and a rounded ratio of the two kinds of neurons."""
    beta = rounded(values[0])
    # of ‖W_{L-1}‖² ‖W_L‖² = (2u² + 4v²)(a/u² + b/v²) with a, b from the inverse, the least has v⁴/u⁴ = b/(2a)
    a, b = 1 / (4 * values[0] ** 2), 2 + 1 / (2 * values[0] ** 2)
    v = rounded((b / (2 * a)) ** 0.25)
    features = matrix([[1, beta, 0], [0, beta, 1]])
    mixed = matrix([[1, 1], [v, -v], [-v, v]])
    hidden = rectified(mixed * features)
    return Shape(features, identity(2), (*[identity(2)] * (depth - 3), mixed, hidden.inv()))

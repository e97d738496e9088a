"""The dimension of the set of balanced parameters with one output: the rank of the infinitesimal rotations, exactly.

A balanced point of a linear model is W_L = [U 0], W_l = diag(I_r, 0), H = [Vᵀ; 0] up to the factors' scales, in bases
of the d-dimensional layers. Rotations A_1, ..., A_L (skew d x d) move it by W_L A_L, W_l A_l - A_(l+1) W_l, -A_1 H. The
rank of that map does not change when each factor is scaled, or U and V multiplied by invertible matrices.
"""

from fractions import Fraction
from typing import Any

from flint import fmpq_mat

from theorycheck.certificates import build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.claim import Check, Finding
from theorycheck.models.features import UnconstrainedFeatures as Features

_LARGEST = 12_000  # entries of a matrix that goes into a certificate


def dimension(rank: int, depth: int, width: int) -> Fraction:
    """L (r d - r (r + 1) / 2)."""
    return depth * (Fraction(rank * width) - Fraction(rank * (rank + 1), 2))


def printed(rank: int, depth: int, width: int) -> int:
    """L r (d - r): the count that divides out an orthogonal group of size r for every layer."""
    return depth * rank * (width - rank)


def frame(classes: int, rank: int) -> list[list[int]]:
    """A (K, r) integer matrix of full column rank, its columns orthogonal of equal length for K = 4, r = 2 and 3."""
    if classes == 4 and rank == 3:
        return [[1, 1, 1], [-1, 1, -1], [1, -1, -1], [-1, -1, 1]]
    if classes == 4 and rank == 2:
        return [[1, 0], [0, 1], [-1, 0], [0, -1]]
    return [[int(i == j) - int(i == classes - 1) for j in range(rank)] for i in range(classes)]


def moves(classes: int, depth: int, width: int, rank: int) -> list[list[int]]:
    """How each elementary rotation of each layer moves the entries of all factors: a row a rotation."""
    U = frame(classes, rank)
    last = [[*row, *[0] * (width - rank)] for row in U]
    keep = [[int(i == j and i < rank) for j in range(width)] for i in range(width)]
    H = [list(column) for column in zip(*last, strict=True)]
    factors = [H, *[keep] * (depth - 1), last]
    found = []
    for layer in range(depth):
        for a in range(width):
            for b in range(a):
                found.append(_moved(factors, layer, _turn(width, a, b)))
    return found


def _turn(width: int, a: int, b: int) -> fmpq_mat:
    A = fmpq_mat(width, width)
    A[a, b], A[b, a] = 1, -1
    return A


def _moved(factors: list, layer: int, A: fmpq_mat) -> list[int]:
    """The derivative: the factor above the layer times A, the one below from the left times -A, nothing else."""
    changes = []
    for k, rows in enumerate(factors):
        W = fmpq_mat(rows)
        change = W * A if k == layer + 1 else -(A * W) if k == layer else 0 * W
        changes += [int(v.p) for v in change.entries()]
    return changes


def dimensions(classes: int, depth: int, width: int, ranks: tuple[int, ...], about: Any = None) -> Certificate:
    """The certificate of the rank of the rotations' action for outputs of each rank."""
    parts = {}
    for r in ranks:
        name = f"rotations of a balanced point of rank {r}, K = {classes}, L = {depth}, d = {width}"
        rank = build.rank_parts(name, moves(classes, depth, width, r))
        parts[f"rank {r}"] = build.part("rank", None, **rank)
    return build.all_of(None, parts, about)


def _sizes(net: Features) -> tuple[int, int, int] | None:
    """L, d and the lower rank that are looked at; None where the matrices are too large or no lower rank exists."""
    d, K, L = net.width or net.classes, net.classes, net.depth
    entries = L * d * (d - 1) // 2 * (2 * K * d + (L - 1) * d * d)
    return (L, d, max(2, K // 2)) if entries <= _LARGEST and K // 2 < K - 1 and K >= 4 else None


def _counts(net: Features) -> list[Finding]:
    name, quantity = "solve: rotations", "dimensions for DNC and for lower rank"
    if (sizes := _sizes(net)) is None:
        return [Finding(name, quantity, None, None, None, "UNDECIDED", 0, note="too large, or no lower rank above 1")]
    L, d, r = sizes
    certificate = dimensions(net.classes, L, d, (net.classes - 1, r))
    got = tuple(part["rank"] for part in certificate.document["parts"])
    expected = tuple(int(dimension(k, L, d)) for k in (net.classes - 1, r))
    holds = True if got == expected else None
    note = f"ranks {net.classes - 1} and {r}, d = {d}; ratio {Fraction(*got)}; exact ranks of integer matrices"
    evidence = "CERTIFIED" if holds else "UNDECIDED"
    return [Finding(name, quantity, str(got), str(expected), holds, evidence, 2, note=note, certificate=certificate)]


def _below_one(net: Features) -> list[Finding]:
    """The printed claim: at d = K the dimension for DNC is below that for lower rank."""
    name, quantity = "solve: rotations at d = K", "dimension for DNC over that for lower rank"
    sizes = _sizes(Features(net.classes, net.depth, net.reg, net.loss, net.activation, net.counts, net.classes))
    if sizes is None:
        return [Finding(name, quantity, None, None, None, "UNDECIDED", 0, note="too large, or no lower rank above 1")]
    L, d, r = sizes
    certificate = dimensions(net.classes, L, d, (net.classes - 1, r))
    ratio = Fraction(*(part["rank"] for part in certificate.document["parts"]))
    guess = Fraction(printed(net.classes - 1, L, d), printed(r, L, d))
    note = f"ranks {net.classes - 1} and {r}; the count that divides by one group too many a layer gives {guess}"
    broken = False if ratio >= 1 else None
    return [Finding(name, quantity, str(ratio), "< 1", broken, "CERTIFIED", 1, note=note, certificate=certificate)]


COUNTS = Check("solve", "the rank of all rotations", _counts)
BELOW_ONE = Check("solve", "the ratio of dimensions at d = K", _below_one)

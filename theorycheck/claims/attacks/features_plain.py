"""Parameters of the ReLU model with output c·I in small rationals, found in families: ladders, cuts of complete graphs.

What counts is the product of the squared norms of all factors at output I: below K^(L+1), that of deep neural collapse,
it beats collapse for every λ at once. The floats here only say which members are worth building exactly.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from flint import fmpq, fmpq_mat

from theorycheck.certificates.check import total
from theorycheck.claims.claim import Looked
from theorycheck.numbers import exact

_OFF = tuple(Fraction(v) for v in ("0", "1", "1/2", "1/3", "2", "2/3"))  # weights off the subset
_SHIFTS = tuple(Fraction(v) for v in ("0", "1/3", "1/2", "1/4", "1/5", "2/5", "2/7", "1/6"))  # taken off the features
_RUNGS = tuple(Fraction(v) for v in ("1", "3/2", "2", "1/2", "4/5", "3", "2/3"))
_CLEAR = 1e-9
_MOST = 40_000  # entries of a pattern
_BITS = (0, 1, 2, 4, 8, 16)  # of the split of the first two factors; 0 for the identity
Factors = tuple[fmpq_mat, ...]


def plain(classes: int, depth: int) -> Iterator[Factors | Looked]:
    """Factors with output c·I and a product below K^(L+1), simplest first, and how many members were looked at."""
    if depth == 2:
        yield from _cuts(classes)
    elif depth > 2:
        yield from _ladders(classes, depth)
        yield from _deep_cuts(classes, depth)


def _ladders(classes: int, depth: int) -> Iterator[Factors | Looked]:
    """Three classes: features (1, β, 0), (0, β, 1); their sum and ± v times their difference rectify to full rank."""
    from theorycheck.exact.dufm_shape import identity, matrix, rectified

    for beta, v in product(_RUNGS, _RUNGS) if classes == 3 else ():
        features, eye = matrix([[1, beta, 0], [0, beta, 1]]), identity(2)
        mixed = matrix([[1, 1], [v, -v], [-v, v]])
        factors = (features, *[eye] * (depth - 2), mixed, rectified(mixed * features).inv())
        if norms_product(factors) < classes ** (depth + 1):
            yield factors
    yield Looked(len(_RUNGS) ** 2 * (classes == 3), f"K={classes}, L={depth}, ladders")


def norms_product(factors: Factors) -> Fraction:
    """The product of the squared norms."""
    found = fmpq(1)
    for W in factors:
        found *= total(v * v for v in W.entries())
    return exact(found)


def _cuts(classes: int) -> Iterator[Factors | Looked]:
    """L = 2: the classes are the edges of a complete graph, the neurons its s-subsets; all members of a small grid."""
    from theorycheck.exact.dufm_families import vertices

    r = vertices(classes) or 0
    for s in range(1, r):
        for off, shift in product(_OFF, _SHIFTS):
            if _promising(r, s, off, shift):
                yield _cut(r, s, off, shift)
        yield Looked(len(_OFF) * len(_SHIFTS), f"K={classes}, L=2, cuts by {s} of {r} vertices")


def _promising(r: int, s: int, off: Fraction, shift: Fraction) -> bool:
    """Whether the product is below K³, in floats."""
    import numpy as np

    pattern, K = _pattern(r, s, off, shift), r * (r - 1) // 2
    if pattern.size > _MOST or pattern.shape[0] < K:
        return False
    values = np.linalg.eigvalsh(pattern.T @ pattern)
    if values[0] < 1e-6:
        return False
    a, d = float(off), float(shift)
    first = K * (2 * (1 - d) ** 2 + (r - 2) * d**2) * pattern.shape[0] * (s + (r - s) * a**2)
    return bool(first * (1 / values).sum() < K**3 * (1 - _CLEAR))


def _pattern(r: int, s: int, off: Fraction, shift: Fraction) -> Any:
    """s(W_1 H) in floats: a row a subset, a column an edge."""
    import numpy as np

    inside = np.array([[len(set(e) & set(S)) for e in combinations(range(r), 2)] for S in combinations(range(r), s)])
    a = float(off)
    return np.maximum(inside - a * (2 - inside) - float(shift) * (s - a * (r - s)), 0)


def _cut(r: int, s: int, off: Fraction, shift: Fraction) -> Factors:
    """Features A - shift, A the vertex-edge incidence; weights 1 on the subset and -off beside it; the left inverse."""
    from theorycheck.exact.dufm_shape import left_inverse, matrix, rectified

    features = matrix([[(v in e) - shift for e in combinations(range(r), 2)] for v in range(r)])
    signs = matrix([[1 if v in S else -off for v in range(r)] for S in combinations(range(r), s)])
    return features, signs, left_inverse(rectified(signs * features))


def _deep_cuts(classes: int, depth: int) -> Iterator[Factors | Looked]:
    """L > 2: the incidence matrix is passed on unchanged, and cut in the layer before the last."""
    from theorycheck.exact import dufm_families as families

    r = families.vertices(classes) or 0
    for s in range(2, r - 1):
        closed = families.cut(classes, depth, s, 0.0)
        if closed and closed.constant(depth) < (1 - _CLEAR) * families.collapsed(classes, depth).constant(depth):
            yield from _split(families.cut_shape(classes, depth, (s, 0.0)), classes, depth)
    yield Looked(max(r - 3, 0), f"K={classes}, L={depth}, cuts")


def _split(shape: Any, classes: int, depth: int) -> Iterator[Factors]:
    """A family with the first two factors split in as few digits as will do."""
    from theorycheck.exact.dufm_shape import floats, identity, matrix, split
    from theorycheck.models.features import UnconstrainedFeatures

    best = floats(split(UnconstrainedFeatures(classes, depth, 1), shape))
    for bits in _BITS:
        near = [[Fraction(round(v * 2**bits), 2**bits) for v in row] for row in best.tolist()]
        G = matrix(near) if bits else identity(len(best))
        if G.det() != 0:
            factors = (G.inv() * shape.inner, shape.lift * G, *shape.later)
            if norms_product(factors) < classes ** (depth + 1):
                yield factors
                return

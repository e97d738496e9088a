"""What a run of gradient descent on both layers ends in, exactly: floats propose a stationary point, rationals decide.

While no activation changes, neurons of one pattern p act through β_p = Σ_j a_j w_j alone, and the squared loss is
convex in the β_p. So the end of a run whose patterns stay is a least-squares fit, one β a pattern, in rationals.

Neurons may also slide along a kink <w, x_k> = 0: a subgradient gives x_k a weight s_k in [γ, 1]. There β_p is
orthogonal to x_k, and s_k comes from the multiplier of that constraint.

What is found is a local minimum of the training loss of the network itself. With r the residuals and
D_p = Σ_k s_{p,k} r_k x_k = 0 for every pattern, convexity of the loss in the outputs gives, for all parameters near,

    n (L(θ') - L(θ)) >= -Σ_i r_i f'(x_i) = -Σ_j a'_j Σ_{k in kinks of j} r_k (σ(z) - s_k z),  z = <w'_j, x_k>,

where σ(z) - s_k z >= 0 for s_k in [γ, 1]; so a_j r_k <= 0 at every kink is enough, and without kinks nothing is needed.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import attrs
import numpy as np

from theorycheck.models.rational import Row, from_flint, to_flint
from theorycheck.models.relu import ReluInstance
from theorycheck.numbers import exact

KINKS = (0.0, 1e-6, 1e-4, 1e-3, 1e-2)
NEAR = 1e-3  # how far the float β_p may lie from the exact one, relative to the largest
SLIDING = 1e-2  # the same where neurons slide along kinks: there steps of size η jump to and fro
PRIME = 2**61 - 1
VANISHED = 1e-15
MOST = 60  # more patterns than this are not snapped: the run is far from an end


@attrs.frozen(eq=False)
class EndPoint:
    """An exact stationary point of the squared loss, as a small network that computes what the trained one does.

    The neurons of one pattern and one sign of a are one neuron here, with a = ±1 and w = ±β. The same holds for
    the wide network, whose w_j lie in the same open cones.

    Attributes:
        a: ±1, a neuron a group.
        W: (groups, d) rationals.
        patterns: (groups, n) entries of -1, 0, 1: the sign of <w, x_k>; 0 at a kink.
        weights: (groups, n): σ' at each sample, in [γ, 1] at a kink.
        counts: how many neurons of the run each stands for.
        fitted: f(x_k), (n,).
        loss: Σ_k (f(x_k) - y_k)² / (2n).
        kinks: pairs (neuron here, sample) on a kink.
        idle: neurons of the run that no sample activates.
        vanished: neurons of the run that shrink and are below 1e-15 of the largest, |a| ‖w‖. Such a neuron is zero
            here, which is stationary, but then this need not be a local minimum.
        distance: largest distance of a group's float β from the exact one, relative to the largest β.
    """

    a: tuple[int, ...]
    W: tuple[Row, ...]
    patterns: tuple[tuple[int, ...], ...]
    weights: tuple[Row, ...]
    counts: tuple[int, ...]
    fitted: Row
    loss: Fraction
    kinks: int
    idle: int
    vanished: int
    distance: float

    @property
    def minimum(self) -> bool:
        """Whether this is shown to be a local minimum."""
        return self.vanished == 0

    @property
    def interpolates(self) -> bool:
        """Whether the loss is exactly zero."""
        return self.loss == 0


@attrs.frozen(eq=False)
class _Group:
    """Neurons of one pattern and one sign of the output weight; strength is Σ a_j², how far β moves with the w_j."""

    sign: int
    pattern: tuple[int, ...]
    count: int
    strength: float
    beta: np.ndarray


def end_point(
    instance: ReluInstance, a: np.ndarray, W: np.ndarray, kinks: tuple[float, ...] = KINKS
) -> EndPoint | None:
    """The exact local minimum beside a trained network, or None where there is none that can be shown.

    Args:
        instance: with the squared loss and a piecewise linear activation.
        a: (m,) output weights.
        W: (m, d) first layer.
        kinks: |cos(w_j, x_k)| up to which a kink is proposed, tried in this order.

    Returns:
        The point. None also where the run is still on its way, and for other losses.
    """
    if (instance.loss, instance.activation) != ("square", "leaky") or not np.isfinite(a).all():
        return None
    gone = _vanished(instance, a, W)
    if not np.all(a[~gone]):
        return None
    seen = set()
    for groups, idle in _proposals(instance, a[~gone], W[~gone], kinks):
        key = tuple((g.sign, g.pattern) for g in groups)
        if key not in seen and (found := _solve(_Fit(instance, groups, idle, int(gone.sum())))):
            return found
        seen.add(key)
    return None


def _vanished(instance: ReluInstance, a: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Which neurons are tiny and do not grow: d|a_j|/dt has the sign of a_j <w_j, D_j>."""
    X, y = instance.data.arrays()
    Z = W @ X.T
    heights = np.where(Z > 0, Z, float(instance.slope) * Z)
    growth = a * (heights @ (y - a @ heights))
    size = np.abs(a) * np.sqrt((W**2).sum(axis=1))
    return (size <= VANISHED * size.max()) & (growth <= 0) & (size.max() > 0)


def _proposals(
    instance: ReluInstance, a: np.ndarray, W: np.ndarray, kinks: tuple[float, ...]
) -> Iterator[tuple[list[_Group], int]]:
    X, _ = instance.data.arrays()
    Z, sizes = W @ X.T, np.sqrt((W**2).sum(axis=1))[:, None] * np.sqrt((X**2).sum(axis=1))
    for kink in kinks if instance.slope < 1 else (0.0,):
        signs = np.where(np.abs(Z) <= kink * sizes, 0, np.sign(Z)).astype(int)
        groups, idle = _grouped(instance, a, W, signs)
        if len(groups) <= MOST:
            yield groups, idle


def _grouped(instance: ReluInstance, a: np.ndarray, W: np.ndarray, signs: np.ndarray) -> tuple[list[_Group], int]:
    found: dict[tuple, list[int]] = {}
    for j, row in enumerate(signs):
        # for the identity there is one pattern, and its signs mean nothing
        pattern = tuple(row.tolist()) if instance.slope < 1 else (1,) * len(row)
        found.setdefault((int(np.sign(a[j])), pattern), []).append(j)
    groups, idle = [], 0
    for (sign, pattern), members in sorted(found.items()):
        if instance.relu and max(pattern) <= 0 and min(pattern) < 0 and 0 not in pattern:
            idle += len(members)
        else:
            strength = float((a[members] ** 2).sum())
            groups.append(_Group(sign, pattern, len(members), strength, a[members] @ W[members]))
    return groups, idle


@attrs.frozen(eq=False)
class _Fit:
    """All groups with the exact data: where their rational least-squares fit is found and checked."""

    instance: ReluInstance
    groups: list[_Group]
    idle: int
    vanished: int

    def kinks(self, group: _Group) -> list[int]:
        """Samples on the group's kink; a zero row lies on every kink and means nothing."""
        return [k for k, sign in enumerate(group.pattern) if sign == 0 and any(self.instance.data.X[k])]

    def design(self, group: _Group) -> list[Row]:
        """σ' x_k, a row a sample; at a kink σ' does not matter, since β is orthogonal to that sample."""
        slopes = [self.instance.slope if sign < 0 else Fraction(1) for sign in group.pattern]
        return [tuple(s * x for x in row) for s, row in zip(slopes, self.instance.data.X, strict=True)]


def _solve(fit: _Fit) -> EndPoint | None:
    """The least-squares β of all groups, nearest where it is not unique, if it is a local minimum."""
    frames = [_orthogonal([fit.instance.data.X[k] for k in fit.kinks(g)], fit.instance.data.d) for g in fit.groups]
    if any(frame is None for frame in frames):
        return None
    if not frames:
        return _checked(fit, [])
    columns = [to_flint(fit.design(g)) * frame for g, frame in zip(fit.groups, frames, strict=True)]
    near = [_coordinates(frame, g.beta) for g, frame in zip(fit.groups, frames, strict=True)]
    rest = to_flint([(label,) for label in fit.instance.data.y])
    for column, c in zip(columns, near, strict=True):
        rest -= column * c
    moves = _least_squares(columns, rest, [exact(g.strength) for g in fit.groups])
    betas = [from_flint((frame * (c + v)).transpose())[0] for frame, c, v in zip(frames, near, moves, strict=True)]
    return _checked(fit, betas)


def _orthogonal(rows: list[Row], d: int) -> Any:
    """A basis of the orthogonal complement, as columns; None where it is zero or the rows are dependent."""
    from flint import fmpq_mat

    if len(rows) >= d:
        return None
    unit = [[int(i == j) for j in range(d)] for i in range(d)]
    if not rows:
        return fmpq_mat(unit)
    reduced, rank = to_flint(rows).rref()
    if rank < len(rows):
        return None
    entries = reduced.tolist()
    pivots = [next(j for j in range(d) if entries[i][j]) for i in range(rank)]
    free = [j for j in range(d) if j not in pivots]
    return fmpq_mat([[-entries[pivots.index(j)][f] if j in pivots else unit[j][f] for f in free] for j in range(d)])


def _coordinates(frame: Any, beta: np.ndarray) -> Any:
    """Coordinates of the projection of β on the span of the columns."""
    right = frame.transpose() * to_flint([(exact(float(b)),) for b in beta])
    return (frame.transpose() * frame).solve(right)


def _least_squares(columns: list[Any], target: Any, strengths: list[Fraction]) -> list[Any]:
    """One solution of the least-squares problem, a block a group.

    Where it fits everything, the w_j move least (in which β_p moves in proportion to its strength, as in training);
    else it is zero on columns that depend on earlier ones.
    """
    from flint import fmpq, fmpq_mat

    blocks = [c.tolist() for c in columns]
    rows = [[v for block in blocks for v in block[i]] for i in range(target.nrows())]
    pivots, values = _independent(rows), [fmpq(0)] * len(rows[0])
    if len(pivots) == len(rows):
        kernel = fmpq_mat(len(rows), len(rows))
        for c, s in zip(columns, strengths, strict=True):
            kernel += fmpq(s.numerator, s.denominator) * (c * c.transpose())
        dual = kernel.solve(target)
        moves = zip(columns, strengths, strict=True)
        return [fmpq(s.numerator, s.denominator) * (c.transpose() * dual) for c, s in moves]
    if pivots:
        basis = fmpq_mat([[row[j] for j in pivots] for row in rows])
        found = (basis.transpose() * basis).solve(basis.transpose() * target)
        for j, (value,) in zip(pivots, found.tolist(), strict=True):
            values[j] = value
    cuts = [0, *accumulate(c.ncols() for c in columns)]
    return [fmpq_mat([[v] for v in values[i:j]]) for i, j in pairwise(cuts)]


def _independent(rows: list[list[Any]]) -> list[int]:
    """Columns that are independent and span the others, by elimination modulo a prime.

    They are independent for certain; that they span is true for all but unlucky primes, and what follows is checked.
    """
    from flint import nmod_mat

    residues = [[int(v.p) * pow(int(v.q), -1, PRIME) % PRIME for v in row] for row in rows]
    reduced, rank = nmod_mat(len(rows), len(rows[0]), [v for row in residues for v in row], PRIME).rref()
    entries = [[int(v) for v in row] for row in reduced.tolist()[:rank]]
    return [next(j for j, v in enumerate(row) if v) for row in entries]


def _checked(fit: _Fit, betas: list[Row]) -> EndPoint | None:
    """The end point, if signs, weights and distances are what they must be."""
    distance, kinks = _distance(fit.groups, betas), sum(len(fit.kinks(g)) for g in fit.groups)
    if distance > (SLIDING if kinks else NEAR):
        return None
    if not all(_keeps(fit, group, beta) for group, beta in zip(fit.groups, betas, strict=True)):
        return None
    data = fit.instance.data
    fitted = [Fraction(0)] * data.n
    for group, beta in zip(fit.groups, betas, strict=True):
        fitted = [f + _dot(row, beta) for f, row in zip(fitted, fit.design(group), strict=True)]
    rest = [label - f for label, f in zip(data.y, fitted, strict=True)]
    weights = [_weights(fit, group, rest) for group in fit.groups]
    if any(w is None for w in weights):
        return None
    return EndPoint(
        a=tuple(g.sign for g in fit.groups),
        W=tuple(tuple(g.sign * b for b in beta) for g, beta in zip(fit.groups, betas, strict=True)),
        patterns=tuple(g.pattern for g in fit.groups),
        weights=tuple(w for w in weights if w is not None),
        counts=tuple(g.count for g in fit.groups),
        fitted=tuple(fitted),
        loss=sum((r * r for r in rest), Fraction(0)) / (2 * data.n),
        kinks=kinks,
        idle=fit.idle,
        vanished=fit.vanished,
        distance=distance,
    )


def _weights(fit: _Fit, group: _Group, rest: list[Fraction]) -> Row | None:
    """σ' at each sample with Σ_k σ'_k r_k x_k = 0; None where there is none in [γ, 1], or the kink pushes away."""
    data, slope, kinks = fit.instance.data, fit.instance.slope, fit.kinks(group)
    weights = [slope if sign < 0 else Fraction(1) for sign in group.pattern]
    rows = [tuple(w * r * x for x in row) for w, r, row in zip(weights, rest, data.X, strict=True)]
    pull = [-sum((row[i] for k, row in enumerate(rows) if k not in kinks), Fraction(0)) for i in range(data.d)]
    if not kinks:
        return None if any(pull) else tuple(weights)
    at = to_flint([data.X[k] for k in kinks])
    found = (at * at.transpose()).solve(at * to_flint([(p,) for p in pull]))
    if at.transpose() * found != to_flint([(p,) for p in pull]):
        return None
    for k, multiplier in zip(kinks, (row[0] for row in from_flint(found)), strict=True):
        if group.sign * rest[k] > 0 or (rest[k] == 0 and multiplier != 0):
            return None
        weights[k] = multiplier / rest[k] if rest[k] else Fraction(1)
        if not slope <= weights[k] <= 1:
            return None
    return tuple(weights)


def _keeps(fit: _Fit, group: _Group, beta: Row) -> bool:
    """Whether the exact w = ±β has the signs that the floats had; for the identity signs mean nothing."""
    if fit.instance.slope == 1:
        return True
    pairs = zip(group.pattern, fit.instance.data.X, strict=True)
    return all(sign * group.sign * _dot(row, beta) > 0 for sign, row in pairs if sign) and any(beta)


def _dot(left: Row, right: Row) -> Fraction:
    return sum((p * q for p, q in zip(left, right, strict=True)), Fraction(0))


def _distance(groups: list[_Group], betas: list[Row]) -> float:
    if not groups:
        return 0.0
    floats = np.array([[float(b) for b in beta] for beta in betas])
    seen = np.array([g.beta for g in groups])
    return float(np.abs(floats - seen).max() / max(np.abs(seen).max(), np.abs(floats).max()))

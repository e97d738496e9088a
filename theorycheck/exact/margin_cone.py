"""The dual of a maximum-margin problem, exactly: λ >= 0 with Kλ >= 1 and λ·(Kλ - 1) = 0, or weights that forbid it.

K is symmetric and positive semidefinite, a Gram matrix a_i·a_k. The method is that of active sets, in rationals: the
dual 1·λ - ½ λ·Kλ grows with every set, so none comes back and it ends; a floating-point solver only says where to
begin, and what it says is not trusted.
"""

from collections.abc import Sequence

import attrs
from flint import fmpq, fmpq_mat

from theorycheck.exact.margin_problem import ONE, ZERO, dot

FEW = 12  # samples below which the active-set method ends before a solver is even imported


@attrs.frozen
class Multipliers:
    """λ.

    Attributes:
        lam: (n,) rationals, at least 0.
        unique: whether no other λ solves the problem once equal rows of K share theirs.
    """

    lam: tuple[fmpq, ...]
    unique: bool


@attrs.frozen
class Farkas:
    """Why there is no solution: μ >= 0 of sum 1 with Kμ = 0, so that Σ μ_i a_i = 0 and no point has all margins > 0.

    Attributes:
        weights: μ, (n,) rationals.
    """

    weights: tuple[fmpq, ...]


def solve(K: fmpq_mat) -> Multipliers | Farkas:
    """λ, equal for samples with equal rows of K, or the weights that exclude it.

    Args:
        K: (n, n) rational, positive semidefinite.

    Returns:
        Either; both are checked here, whatever found them.
    """
    n = K.nrows()
    start = _started(K, range(n))
    if start is None and n > FEW:
        from theorycheck.exact.margin_hint import support

        start = _started(K, support(K))
    found = (start or ActiveSet(K, [ZERO] * n)).run()
    return found if isinstance(found, Farkas) else _shared(K, found)


def _started(K: fmpq_mat, support: Sequence[int]) -> "ActiveSet | None":
    """The method's state at the best λ with that support; None where there is none that is at least 0."""
    values = _on(K, support)
    if values is None or any(v < 0 for v in values):
        return None
    lam = [ZERO] * K.nrows()
    for i, v in zip(support, values, strict=True):
        lam[i] = v
    return ActiveSet(K, lam, [i for i, v in enumerate(lam) if v > 0])


def times(K: fmpq_mat, lam: Sequence[fmpq]) -> list[fmpq]:
    """Kλ."""
    return (K * fmpq_mat([[v] for v in lam])).entries()


def _on(K: fmpq_mat, support: Sequence[int], right: Sequence[fmpq] | None = None) -> list[fmpq] | None:
    """The solution of K_SS v = right (ones by default), None where K_SS is singular."""
    if not support:
        return []
    part = fmpq_mat([[K[i, k] for k in support] for i in support])
    try:
        return part.solve(fmpq_mat([[v] for v in right or [ONE] * len(support)])).entries()
    except ZeroDivisionError:
        return None


@attrs.define
class ActiveSet:
    """The method's state: λ, positive exactly on `support`, where K_SS is regular and (Kλ)_S = 1 between rounds.

    Attributes:
        K: the matrix.
        lam: λ.
        support: S.
    """

    K: fmpq_mat
    lam: list[fmpq]
    support: list[int] = attrs.field(factory=list)

    def run(self) -> list[fmpq] | Farkas:
        """Go on until no margin is below 1, or until it is clear that some always will be."""
        while True:
            margins = times(self.K, self.lam)
            entering = min(range(len(margins)), key=lambda i: margins[i])
            if margins[entering] >= 1:
                return self.lam
            if weights := self._enter(entering):
                return Farkas(tuple(weights))
            self._settle()

    def _enter(self, k: int) -> list[fmpq] | None:
        """Take sample k in; where its gradient depends on those of S, first move along the dependence."""
        if _on(self.K, [*self.support, k]) is None:
            z = _on(self.K, self.support, [self.K[i, k] for i in self.support]) or []
            along = [ZERO] * len(self.lam)
            for i, v in zip([*self.support, k], [*(-v for v in z), ONE], strict=True):
                along[i] = v
            if min(along) >= 0:
                return [v / sum(along, ZERO) for v in along]
            self._move(along)
        self.support = [*(i for i in self.support if self.lam[i] > 0), k]
        return None

    def _settle(self) -> None:
        """The best λ on S, leaving out samples whose multiplier would turn negative."""
        while True:
            target = [ZERO] * len(self.lam)
            for i, v in zip(self.support, _on(self.K, self.support) or [], strict=True):
                target[i] = v
            self._move([t - v for t, v in zip(target, self.lam, strict=True)], most=ONE)
            if self.lam == target:
                return
            self.support = [i for i in self.support if self.lam[i] > 0]

    def _move(self, along: Sequence[fmpq], most: fmpq | None = None) -> None:
        """Go along a direction as far as λ stays at least 0, and not farther than `most`."""
        reach = [v / -step for v, step in zip(self.lam, along, strict=True) if step < 0]
        step = min(reach if most is None else [most, *reach])
        self.lam = [v + step * a for v, a in zip(self.lam, along, strict=True)]


def _shared(K: fmpq_mat, lam: Sequence[fmpq]) -> Multipliers:
    """Equal rows of K are equal gradients: they share their multipliers evenly, as gradient flow does."""
    rows: dict[tuple, list[int]] = {}
    for i, row in enumerate(K.tolist()):
        rows.setdefault(tuple((v.p, v.q) for v in row), []).append(i)
    shared = list(lam)
    for members in rows.values():
        mean = sum((lam[i] for i in members), ZERO) / len(members)
        for i in members:
            shared[i] = mean
    margins = times(K, shared)
    tight = [members[0] for members in rows.values() if margins[members[0]] == 1]
    return Multipliers(tuple(shared), _on(K, tight) is not None)


def solves(K: fmpq_mat, lam: Sequence[fmpq]) -> bool:
    """Whether λ is a solution: the exact conditions of Karush, Kuhn and Tucker."""
    margins = times(K, lam)
    slack = dot(lam, [v - 1 for v in margins])
    return min(lam) >= 0 and min(margins) >= 1 and slack == 0


def forbids(K: fmpq_mat, weights: Sequence[fmpq]) -> bool:
    """Whether weights exclude positive margins."""
    return min(weights) >= 0 and sum(weights, ZERO) > 0 and not any(times(K, weights))

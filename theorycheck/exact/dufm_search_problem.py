"""An instance rescaled so that all factors are penalised alike, and networks as flat vectors of one problem.

The model is homogeneous: dividing factor l by a_l with Π a_l = 1 leaves the output alone, so only the geometric mean
λ̄ of the regularisations matters, n samples a class counting in λ_H. The search works with λ̄ for every factor, which
keeps the factors of one size, and goes back to the instance's own λ at the end.
"""

from collections.abc import Sequence
from functools import cached_property

import attrs
import numpy as np

from theorycheck.models.features import UnconstrainedFeatures


@attrs.frozen(eq=False)
class Network:
    """A network of the rescaled problem.

    Attributes:
        rows: (L + 1,) rows of H, W_1, ..., W_L.
        theta: all entries, factor after factor, row by row.
        loss: the objective there.
        origin: where it comes from, in words.
    """

    rows: np.ndarray
    theta: np.ndarray
    loss: float
    origin: str


@attrs.frozen(eq=False)
class Problem:
    """What the compiled objective needs of an instance."""

    instance: UnconstrainedFeatures

    @cached_property
    def counted(self) -> np.ndarray:
        """(K,) n_k over their geometric mean."""
        n = np.array(self.instance.counts, dtype=np.float64)
        return n / np.exp(np.mean(np.log(n)))

    @cached_property
    def share(self) -> np.ndarray:
        """(K,) n_k / N."""
        return np.array(self.instance.counts, dtype=np.float64) / self.instance.samples

    @cached_property
    def own_reg(self) -> np.ndarray:
        """(L + 1,) the instance's λ, with the geometric mean of the counts in λ_H."""
        reg = np.array([float(v) for v in self.instance.reg])
        reg[0] *= np.exp(np.mean(np.log(np.array(self.instance.counts, dtype=np.float64))))
        return reg

    @cached_property
    def mean_reg(self) -> float:
        """λ̄."""
        return float(np.exp(np.mean(np.log(self.own_reg))))

    def arguments(self) -> tuple[int, np.ndarray, np.ndarray, np.ndarray, bool, bool]:
        """What follows `rows` in the compiled functions."""
        K, relu, entropy = self.instance.classes, self.instance.relu, self.instance.loss == "ce"
        reg = np.full(self.instance.depth + 1, self.mean_reg)
        return K, reg, self.share, self.counted, relu, entropy

    def flat(self, factors: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Rows and entries of the instance's `factors` after rescaling."""
        scales = np.sqrt(self.own_reg / self.mean_reg)
        parts = [(F * a).ravel() for F, a in zip(factors, scales, strict=True)]
        return np.array([len(F) for F in factors], dtype=np.int64), np.concatenate(parts)

    def matrices(self, rows: np.ndarray, theta: np.ndarray) -> list[np.ndarray]:
        """The factors of a flat vector, of the rescaled problem; views."""
        found, at, before = [], 0, self.instance.classes
        for r in map(int, rows):
            found.append(theta[at : at + r * before].reshape(r, before))
            at, before = at + r * before, r
        return found

    def factors(self, rows: np.ndarray, theta: np.ndarray) -> list[np.ndarray]:
        """The instance's own factors of a flat vector."""
        scales = np.sqrt(self.own_reg / self.mean_reg)
        return [F / a for F, a in zip(self.matrices(rows, theta), scales, strict=True)]

"""The maximum-margin problem of a two-layer (leaky) ReLU network with fixed outputs, for given activation patterns.

With slope s_{gi} (1 or γ) of neurons g on sample i the margins are linear in the weights, and

    min ½ Σ_r ‖w_r‖²  subject to  y_i f(x_i) >= 1

has the Gram matrix G of the margins' gradients. Everything here uses K = h G with h the harmonic mean of m_+ and m_-,
so that for m_+ = m_- = m and patterns that agree with the labels K_ik = (1+γ²) x_i·x_k (equal labels) or -2γ x_i·x_k,
and the multipliers of the margins are h λ with λ >= 0, Kλ >= 1, λ·(Kλ-1) = 0.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
from flint import fmpq, fmpq_mat

from theorycheck.errors import InvalidInstance
from theorycheck.models.rational import to_flint
from theorycheck.models.relu import ReluInstance, check_signs

ZERO, ONE = fmpq(0), fmpq(1)


def rational(value: Fraction) -> fmpq:
    """A Fraction for flint."""
    return fmpq(value.numerator, value.denominator)


def fraction(value: fmpq) -> Fraction:
    """A flint rational as a Fraction."""
    return Fraction(int(value.p), int(value.q))


def dot(a: Sequence[fmpq], b: Sequence[fmpq]) -> fmpq:
    """The inner product."""
    return sum((p * q for p, q in zip(a, b, strict=True)), ZERO)


@attrs.frozen
class Group:
    """Neurons of one output sign with the same slopes.

    Attributes:
        sign: 1 or -1.
        neurons: their indices among the neurons of that sign.
        slopes: (n,) rationals: 1 where they are active, γ where not, anything between where a preactivation stays 0.
    """

    sign: int
    neurons: tuple[int, ...]
    slopes: tuple[fmpq, ...]

    @property
    def count(self) -> int:
        """How many neurons."""
        return len(self.neurons)


@attrs.frozen
class MarginProblem:
    """An instance with an activation pattern.

    Attributes:
        instance: data, slope and widths.
        groups: the pattern; every neuron is in one group.
    """

    instance: ReluInstance
    groups: tuple[Group, ...]

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.instance.data.n

    @cached_property
    def X(self) -> fmpq_mat:
        """The samples, (n, d)."""
        return to_flint(self.instance.data.X)

    @cached_property
    def gram(self) -> fmpq_mat:
        """x_i·x_k, (n, n)."""
        return self.X * self.X.transpose()

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """y_i, 1 or -1."""
        return tuple(int(v) for v in self.instance.data.y)

    @property
    def slope(self) -> fmpq:
        """γ."""
        return rational(self.instance.slope)

    @property
    def mean_width(self) -> fmpq:
        """The harmonic mean h = 2 / (1/m_+ + 1/m_-)."""
        plus, minus = self.instance.width
        return fmpq(2 * plus * minus, plus + minus)

    def width(self, sign: int) -> int:
        """m_+ or m_-."""
        return self.instance.width[0 if sign > 0 else 1]

    @cached_property
    def K(self) -> fmpq_mat:
        """The matrix h G, (n, n)."""
        n, y, gram = self.n, self.labels, self.gram
        S = fmpq_mat([g.slopes for g in self.groups])
        weighted = fmpq_mat([[fmpq(g.count, self.width(g.sign) ** 2) * v for v in g.slopes] for g in self.groups])
        shared, h = weighted.transpose() * S, self.mean_width
        return fmpq_mat([[h * y[i] * y[k] * gram[i, k] * shared[i, k] for k in range(n)] for i in range(n)])

    def rows(self, lam: Sequence[fmpq]) -> fmpq_mat:
        """The weights w_g of each group, (groups, d): sign h/m Σ_i λ_i y_i s_gi x_i."""
        return self._coefficients(lam) * self.X

    def preactivations(self, lam: Sequence[fmpq]) -> fmpq_mat:
        """w_g·x_i, (groups, n)."""
        return self._coefficients(lam) * self.gram

    def _coefficients(self, lam: Sequence[fmpq]) -> fmpq_mat:
        rows = []
        for g in self.groups:
            factor = self.mean_width * g.sign / self.width(g.sign)
            rows.append([factor * p * y * s for p, y, s in zip(lam, self.labels, g.slopes, strict=True)])
        return fmpq_mat(rows)

    def margins(self, z: fmpq_mat) -> list[fmpq]:
        """y_i f(x_i) of the network itself at preactivations z of shape (groups, n)."""
        found = [ZERO] * self.n
        for row, g in zip(z.tolist(), self.groups, strict=True):
            share = fmpq(g.sign * g.count, self.width(g.sign))
            for i, v in enumerate(row):
                found[i] += share * self.labels[i] * (v if v > 0 else self.slope * v)
        return found

    def agrees(self, z: fmpq_mat, samples: Sequence[int] | None = None) -> bool:
        """Whether preactivations have the pattern, where a preactivation 0 has every slope from γ to 1."""
        if self.slope == 1:
            return True
        among = range(self.n) if samples is None else samples
        return all(
            row[i] == 0 or g.slopes[i] == (ONE if row[i] > 0 else self.slope)
            for row, g in zip(z.tolist(), self.groups, strict=True)
            for i in among
        )

    def following(self, z: fmpq_mat) -> "MarginProblem":
        """The same problem with the pattern of preactivations z; where they are 0 the slope stays."""
        groups = [
            attrs.evolve(g, slopes=tuple(slope(self, v, s) for s, v in zip(g.slopes, row, strict=True)))
            for row, g in zip(z.tolist(), self.groups, strict=True)
        ]
        return attrs.evolve(self, groups=tuple(groups))


def slope(problem: MarginProblem, z: fmpq, at_zero: fmpq) -> fmpq:
    """The slope of σ at a preactivation."""
    return at_zero if z == 0 else ONE if z > 0 else problem.slope


def labelled(instance: ReluInstance) -> MarginProblem:
    """The problem with the pattern that agrees with the labels: a neuron is active on the samples of its own sign.

    Raises:
        InvalidInstance: see `accepted`.
    """
    accepted(instance)
    gamma = rational(instance.slope)
    groups = [
        Group(sign, tuple(range(m)), tuple(ONE if label == sign else gamma for label in instance.data.y))
        for sign, m in zip((1, -1), instance.width, strict=True)
    ]
    return MarginProblem(instance, tuple(groups))


def patterned(instance: ReluInstance, pattern: Any) -> MarginProblem:
    """The problem with any pattern.

    Args:
        instance: the instance.
        pattern: two 0/1 matrices, (m_+, n) and (m_-, n), 1 where a neuron is active; one row stands for all neurons.

    Raises:
        InvalidInstance: other shapes or entries; see also `accepted`.
    """
    accepted(instance)
    if not isinstance(pattern, (tuple, list)) or len(pattern) != 2:
        raise InvalidInstance(
            "the pattern is two 0/1 matrices: pass (P_plus, P_minus), a row a neuron, a column a sample"
        )
    groups = []
    for sign, m, rows in zip((1, -1), instance.width, pattern, strict=True):
        groups += _grouped(sign, m, [_pattern_row(row, sign, instance) for row in rows])
    return MarginProblem(instance, tuple(groups))


def _pattern_row(row: Any, sign: int, instance: ReluInstance) -> tuple[fmpq, ...]:
    n, gamma = instance.data.n, rational(instance.slope)
    entries = list(row) if hasattr(row, "__iter__") and not isinstance(row, str) else []
    if len(entries) != n or any(v not in (0, 1) for v in entries):
        name = "P_plus" if sign > 0 else "P_minus"
        raise InvalidInstance(f"a row of the pattern {name} is not {n} entries 0 or 1; pass one entry a sample")
    return tuple(ONE if v == 1 else gamma for v in entries)


def _grouped(sign: int, m: int, rows: list[tuple[fmpq, ...]]) -> list[Group]:
    if len(rows) not in (1, m):
        name = "P_plus" if sign > 0 else "P_minus"
        raise InvalidInstance(f"the pattern {name} has {len(rows)} rows for {m} neurons; pass {m} rows, or one for all")
    rows = rows * (m // len(rows))
    return [
        Group(sign, tuple(r for r in range(m) if rows[r] == distinct), distinct) for distinct in dict.fromkeys(rows)
    ]


def accepted(instance: ReluInstance) -> None:
    """Refuse instances that have no maximum-margin problem.

    Raises:
        InvalidInstance: trained outputs, tanh or the squared loss; labels other than ±1; a zero row; two rows that
            point the same way and have opposite labels.
    """
    if instance.outputs != "fixed" or instance.activation != "leaky":
        raise InvalidInstance("the margin is solved for fixed outputs and a (leaky) ReLU; pass outputs='fixed'")
    if instance.loss == "square":
        raise InvalidInstance("the squared loss stops at zero residuals and has no margin; pass loss='logistic'")
    check_signs(instance.data)
    rays: dict[tuple, int] = {}
    for i, (row, label) in enumerate(zip(instance.data.X, instance.data.y, strict=True)):
        lead = next((abs(v) for v in row if v), None)
        if lead is None:
            raise InvalidInstance(f"{instance.data.name}: row {i} is zero, f is 0 there; leave the row out")
        first = rays.setdefault(tuple(v / lead for v in row), i)
        if instance.data.y[first] != label:
            raise InvalidInstance(
                f"{instance.data.name}: rows {first} and {i} point the same way and have opposite labels, so that "
                f"f has one sign on both: no positive margin; leave one of them out"
            )

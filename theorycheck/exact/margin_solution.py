"""The record of a solved maximum-margin problem."""

from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
from flint import arb, ctx, fmpq, fmpq_mat

from theorycheck.certificates import check
from theorycheck.certificates.certificate import Certificate
from theorycheck.exact.margin_certificate import certified
from theorycheck.exact.margin_cone import times
from theorycheck.exact.margin_orthogonal import near_orthogonality, relu_bound
from theorycheck.exact.margin_problem import MarginProblem, fraction
from theorycheck.exact.margin_spectra import stable_rank
from theorycheck.models.relu import ReluInstance

BITS = 256
TIME = "gradient-flow time, eta times the number of steps"
Row = tuple[Fraction, ...]


def _log(ratio: fmpq) -> arb | Fraction:
    return Fraction(0) if ratio == 1 else arb(ratio).log()


def told(value: Any) -> Any:
    """A number as the documents write it: an exact string, the ends of a ball, or null."""
    if value is None:
        return None
    with ctx.workprec(BITS):
        return check.show(fmpq(value.numerator, value.denominator) if isinstance(value, Fraction) else value)


@attrs.frozen(eq=False)
class MarginSolution:
    """The point of least norm with all margins at least 1 for one activation pattern, exactly.

    Weights and margins are linear in the multipliers; everything below follows from λ.

    Attributes:
        problem: the instance and the pattern.
        name: of the pattern: `labels`, `given`, or `self-consistent`.
        multipliers: λ as flint rationals.
        unique: whether λ is determined, once samples with equal gradients share theirs.
        settled: where the pattern is not that of the point: the solution of a pattern that is its own, if the
            iteration pattern -> point -> pattern found one.
    """

    problem: MarginProblem = attrs.field(repr=False)
    name: str
    multipliers: tuple[fmpq, ...] = attrs.field(repr=False)
    unique: bool
    settled: "MarginSolution | None" = None

    @property
    def instance(self) -> ReluInstance:
        """The instance."""
        return self.problem.instance

    @cached_property
    def lam(self) -> Row:
        """λ, (n,): K^-1 1 where that is at least 0."""
        return tuple(map(fraction, self.multipliers))

    @property
    def support(self) -> tuple[int, ...]:
        """The samples with λ_i > 0."""
        return tuple(i for i, v in enumerate(self.multipliers) if v > 0)

    @cached_property
    def norm_squared(self) -> Fraction:
        """‖W‖_F² = h Σ λ_i, with h = 2/(1/m_+ + 1/m_-)."""
        return fraction(self.problem.mean_width) * sum(self.lam, Fraction(0))

    @cached_property
    def rows(self) -> fmpq_mat:
        """The weights of each group of neurons, (groups, d)."""
        return self.problem.rows(self.multipliers)

    def weights(self, sign: int) -> tuple[Row, ...]:
        """The weights of all neurons of a sign, (m_j, d)."""
        found: dict[int, Row] = {}
        for row, g in zip(self.rows.tolist(), self.problem.groups, strict=True):
            if g.sign == sign:
                found |= dict.fromkeys(g.neurons, tuple(map(fraction, row)))
        return tuple(found[r] for r in range(len(found)))

    @property
    def v_plus(self) -> Row | None:
        """The weights that all neurons of sign + share; None where they do not."""
        return self._common(1)

    @property
    def v_minus(self) -> Row | None:
        """The weights that all neurons of sign - share; None where they do not."""
        return self._common(-1)

    def _common(self, sign: int) -> Row | None:
        rows = {
            tuple(map(fraction, row))
            for row, g in zip(self.rows.tolist(), self.problem.groups, strict=True)
            if g.sign == sign
        }
        return rows.pop() if len(rows) == 1 else None

    @cached_property
    def preactivations(self) -> fmpq_mat:
        """w_g·x_i of each group of neurons, (groups, n)."""
        return self.problem.preactivations(self.multipliers)

    @cached_property
    def margins(self) -> Row:
        """y_i f(x_i) of the network at the point, (n,)."""
        return tuple(map(fraction, self.problem.margins(self.preactivations)))

    @cached_property
    def frozen_margins(self) -> Row:
        """The margins with the slopes of the pattern, Kλ: at least 1, and 1 on the support."""
        return tuple(map(fraction, times(self.problem.K, self.multipliers)))

    @property
    def margins_equal(self) -> bool:
        """Whether all margins of the network are equal."""
        return len(set(self.margins)) == 1

    @cached_property
    def consistent(self) -> bool:
        """Whether the pattern is that of the point; a preactivation 0 has every slope."""
        return self.problem.agrees(self.preactivations)

    @cached_property
    def kinks(self) -> tuple[tuple[int, int, Fraction], ...]:
        """(sign, sample, slope) of preactivations that are 0 at the point, one of each group of neurons."""
        pairs = zip(self.preactivations.tolist(), self.problem.groups, strict=True)
        return tuple((g.sign, i, fraction(g.slopes[i])) for row, g in pairs for i, z in enumerate(row) if z == 0)

    @cached_property
    def kkt(self) -> bool:
        """Whether the point is a KKT point of the network: the pattern holds on the support, no margin is below 1."""
        return self.consistent or (self.problem.agrees(self.preactivations, self.support) and min(self.margins) >= 1)

    @property
    def _decides(self) -> bool:
        """Whether samples outside the support cannot matter for the loss in the long run."""
        outside = [q for i, q in enumerate(self.margins) if i not in self.support]
        return self.kkt and (self.consistent or all(q > 1 for q in outside))

    @property
    def loss_times_t(self) -> Fraction | None:
        """The limit of L(t) t for the logistic loss while the pattern stays, t = η times steps: it is ‖W‖_F²."""
        return self.norm_squared if self._decides and self.instance.loss == "logistic" else None

    @property
    def loss_times_steps(self) -> Fraction | None:
        """The same with t counted in steps, where the instance says η."""
        limit, eta = self.loss_times_t, self.instance.eta
        return None if limit is None or eta is None else limit / eta

    @cached_property
    def margin_differences(self) -> tuple[arb | Fraction | None, ...] | None:
        """The limits of q_i - q_k = log(λ_k/λ_i) for the first support sample k; None for i outside the support.

        None as a whole where they are not known: another loss, or λ is not determined.
        """
        if self.loss_times_t is None or not self.unique:
            return None
        first = self.multipliers[self.support[0]]
        with ctx.workprec(BITS):
            return tuple(None if v == 0 else _log(first / v) for v in self.multipliers)

    @cached_property
    def normalised_margin(self) -> arb:
        """min_i y_i f(x_i) at the point divided by its norm: 1/‖W‖_F at a KKT point."""
        with ctx.workprec(BITS):
            least, square = min(self.margins), self.norm_squared
            return (
                arb(fmpq(least.numerator, least.denominator)) / arb(fmpq(square.numerator, square.denominator)).sqrt()
            )

    @cached_property
    def stable_rank(self) -> dict[str, Fraction | arb | None]:
        """‖W‖_F²/‖W‖_2² of W_+, W_- and both stacked; None for a block that is 0."""
        groups = self.problem.groups
        chosen = {
            "plus": [g for g, group in enumerate(groups) if group.sign > 0],
            "minus": [g for g, group in enumerate(groups) if group.sign < 0],
            "stacked": list(range(len(groups))),
        }
        rows = self.rows.tolist()
        return {
            name: stable_rank(fmpq_mat([rows[g] for g in kept]), [groups[g].count for g in kept])
            for name, kept in chosen.items()
        }

    @cached_property
    def certificate(self) -> Certificate | None:
        """Of the KKT point, its limits and stable ranks; None where it is none, or its numbers are too long."""
        return certified(self)

    @property
    def statement(self) -> str:
        """What follows, in words, and what is exact without a certificate."""
        if not self.kkt:
            other = "no pattern that is its own was found from here" if self.settled is None else "see self_consistent"
            return f"the point of least norm for this pattern, exact, but no KKT point of the network: {other}"
        unequal = f"{len(self.support)} of {self.problem.n} margins are 1, the others are larger"
        bare = "" if self.certificate else "; exact, but its numbers are too long for a certificate"
        return f"a KKT point of the network; {'all margins are equal' if self.margins_equal else unequal}{bare}"

    @property
    def note(self) -> str | None:
        """Where the numbers are no limits of training: whose they are, and where to look."""
        if self.kkt:
            return None
        whose = f"the numbers are those of the pattern {self.name!r} and no limits of training, since the point of that"
        whose += " pattern is no KKT point"
        return whose if self.settled is None else f"{whose}; self_consistent holds a KKT point and its limits"

    def to_json(self) -> dict:
        """The document of `solve margin`."""
        near = near_orthogonality(self.problem)
        bound, steps = relu_bound(self.problem), self.margin_differences
        return {
            "instance": str(self.instance),
            "slope": told(self.instance.slope),
            "width": list(self.instance.width),
            "pattern": self.name,
            "lambda": list(map(told, self.lam)),
            "norm_squared": told(self.norm_squared),
            "normalised_margin": told(self.normalised_margin),
            "v_plus": self._told_row(self.v_plus),
            "v_minus": self._told_row(self.v_minus),
            "rows": self._told_rows(),
            "stable_rank": {name: told(v) for name, v in self.stable_rank.items()},
            "stable_rank_bound": bound and {name: told(v) for name, v in bound.items()},
            "loss_times_t": told(self.loss_times_t),
            "time": TIME,
            "loss_times_steps": told(self.loss_times_steps),
            "margins": list(map(told, self.margins)),
            "margins_equal": self.margins_equal,
            "margin_differences": steps and list(map(told, steps)),
            "support": list(self.support),
            "unique": self.unique,
            "kinks": [{"sign": j, "sample": i, "slope": told(s)} for j, i, s in self.kinks],
            "consistent": self.consistent,
            "kkt": self.kkt,
            "near_orthogonality": {
                "R_min_squared": told(near.figures.least),
                "R_max_squared": told(near.figures.largest),
                "p": told(near.figures.inner),
                "ratio": told(near.figures.ratio),
                "positive": near.positive,
                "aligned": near.aligned,
            },
            "self_consistent": None if self.settled is None else self.settled.to_json(),
            "statement": self.statement,
            "note": self.note,
            "evidence": "CERTIFIED" if self.certificate else "UNDECIDED",
            "certificate": None if self.certificate is None else self.certificate.document,
        }

    def _told_row(self, row: Row | None) -> list | None:
        return None if row is None else list(map(told, row))

    def _told_rows(self) -> list | None:
        """The rows of groups of neurons, where those of a sign differ."""
        if self.v_plus is not None and self.v_minus is not None:
            return None
        pairs = zip(self.rows.tolist(), self.problem.groups, strict=True)
        return [{"sign": g.sign, "neurons": list(g.neurons), "weights": list(map(told, row))} for row, g in pairs]

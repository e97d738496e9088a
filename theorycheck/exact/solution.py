"""What a solved sharpness problem is: two certified ends, a point, and what is known about it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from attrs import field, frozen
from flint import arb, ctx, fmpq

from theorycheck.certificates import build, check
from theorycheck.certificates.certificate import Certificate
from theorycheck.exact.problem import Problem

TOLERANCE = 1e-9  # a gap below this times max(1, |upper|) counts as closed; printed with every solution


@frozen
class Minimiser:
    """The best point found.

    Attributes:
        preactivations: (n, m), each a Fraction where it is exact, else a float.
        theta: (m, d), the shortest with these preactivations.
        output_weights: m numbers where they are trained, else None.
    """

    preactivations: tuple[tuple[Any, ...], ...]
    theta: tuple[tuple[Any, ...], ...]
    output_weights: tuple[Any, ...] | None = None

    def to_json(self) -> dict:
        """Exact numbers as strings, others as floats."""
        rows = {"preactivations": self.preactivations, "theta": self.theta}
        document: dict[str, Any] = {name: [list(map(plain, row)) for row in matrix] for name, matrix in rows.items()}
        weights = self.output_weights
        return document if weights is None else document | {"output_weights": list(map(plain, weights))}


def plain(v: Any) -> Any:
    """A number as the documents write it: a string if exact, else a float."""
    return str(v) if isinstance(v, (Fraction, int)) else float(v)


@frozen
class SharpnessSolution:
    """Bounds of the least Hessian trace on the zero-loss set, with the point that has the upper one.

    Attributes:
        kappa: κ of the loss.
        lower: a certified lower bound of the trace on the whole zero-loss set: a Fraction, or {"lo", "hi"} around it.
        upper: the trace at a point that fits every label exactly (the infimum along points that do, if not attained);
            None where no such point was found.
        evidence: CERTIFIED if both ends are, CERTIFIED LOWER BOUND if only one is.
        minimiser: the point of `upper`.
        rank: the rank of its matrix of preactivations.
        rank_rule: how that is known.
        attained: whether the infimum is a minimum; None where that is not known.
        certificate: of both bounds and of the rank where that is exact.
        method: which argument gave the bounds.
        gap: upper less lower in floats, from the far ends.
        statement: what is proved, in words.
    """

    kappa: Fraction
    lower: Any
    upper: Any
    evidence: str
    minimiser: Minimiser | None
    rank: int | None
    rank_rule: str
    attained: bool | None
    certificate: Certificate = field(repr=False)
    method: str
    gap: float
    statement: str

    @property
    def settled(self) -> bool:
        """Whether the bounds meet within the tolerance."""
        return self.upper is not None and self.gap <= TOLERANCE * max(1.0, abs(far_end(self.upper, 1)))

    def to_json(self) -> dict:
        """The document of `solve sharpness`."""
        return {
            "kappa": str(self.kappa),
            "lower": shown(self.lower),
            "upper": shown(self.upper),
            "evidence": self.evidence,
            "statement": self.statement,
            "gap": self.gap,
            "tolerance": TOLERANCE,
            "minimiser": self.minimiser.to_json() if self.minimiser else None,
            "rank": self.rank,
            "rank_rule": self.rank_rule,
            "attained": self.attained,
            "method": self.method,
            "certificate": self.certificate.document,
        }


def shown(bound: Any) -> Any:
    """A bound as the documents write it."""
    return str(bound) if isinstance(bound, Fraction) else bound


def read(told: Any) -> Any:
    """A bound from a certificate's text: a Fraction, or the ends of a ball."""
    return Fraction(told) if isinstance(told, str) else told


def far_end(bound: Any, side: int) -> float:
    """The lower (0) or upper (1) end of a bound, in floats."""
    return float(bound) if isinstance(bound, Fraction) else float(bound["hi" if side else "lo"])


@frozen
class Bounds:
    """What a solver hands over.

    Attributes:
        lower: the body of a certificate of a lower bound, with its "value".
        point: a point as certificates write it, or the body of a certificate with a "value"; None without any.
        minimiser: that point in numbers.
        method: the argument, in words.
        attained: whether the infimum is a minimum, as far as is known.
        limit: the infimum, where it is approached and not attained, as proved by the body `lower`.
        parts: further bodies of certificates, by role.
        rank: the rank of the preactivations and how it is known, where the solver knows it.
    """

    lower: dict
    point: dict | None
    minimiser: Minimiser | None
    method: str
    attained: bool | None = None
    parts: dict = field(factory=dict)
    rank: tuple[int, str] | None = None


def assemble(problem: Problem, bounds: Bounds) -> SharpnessSolution:
    """Bodies of certificates, sealed into one, and the solution around it."""
    document = problem.document
    upper = _upper(document, bounds.point)
    rank, rule, rank_parts = _rank(bounds)
    parts = {"lower bound": bounds.lower, **({"upper bound": upper} if upper else {}), **bounds.parts, **rank_parts}
    certificate = build.all_of(document, parts)
    low, high = read(bounds.lower["value"]), read(upper["value"]) if upper else None
    gap = _gap(low, high)
    solution = SharpnessSolution(
        kappa=problem.kappa,
        lower=low,
        upper=high,
        evidence="CERTIFIED" if upper else "CERTIFIED LOWER BOUND",
        minimiser=bounds.minimiser,
        rank=rank,
        rank_rule=rule,
        attained=True if upper and gap == 0 and bounds.attained is None else bounds.attained,
        certificate=certificate,
        method=bounds.method,
        gap=gap,
        statement="",
    )
    return _told(solution)


def _upper(document: dict, point: dict | None) -> dict | None:
    if point is None or "statement" in point:
        return point
    parts = build.value_parts(document, "the trace at the point", [build.term("trace", point)])
    return build.part("value", document, **parts)


def _gap(low: Any, high: Any) -> float:
    if high is None:
        return float("inf")
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        return float(high - low)
    return max(0.0, float(_fraction(high, 1) - _fraction(low, 0)))


def _fraction(bound: Any, side: int) -> Fraction:
    return bound if isinstance(bound, Fraction) else Fraction(bound["hi" if side else "lo"])


def _told(solution: SharpnessSolution) -> SharpnessSolution:
    from attrs import evolve

    if solution.upper is None:
        words = "a certified lower bound of the trace on the zero-loss set; no point of it was found"
    elif not solution.settled:
        words = f"certified bounds with a gap of {solution.gap:.3g}: the point is not shown to be optimal"
    elif solution.attained is False:
        words = f"the infimum is known within {solution.gap:.3g} and is not attained"
    elif solution.gap == 0:
        words = "the point is globally optimal: both bounds are equal"
    else:
        words = f"the point is globally optimal within {solution.gap:.3g}, below the tolerance {TOLERANCE:g}"
    return evolve(solution, statement=words)


def _rank(bounds: Bounds) -> tuple[int | None, str, dict]:
    """The rank of the preactivations: exact where they are rational, else by the solver's or the numerical rule."""
    if bounds.minimiser is None:
        return None, "no point", {}
    Z = bounds.minimiser.preactivations
    if all(isinstance(v, Fraction) for row in Z for v in row):
        part = build.part("rank", None, **build.rank_parts("the matrix of preactivations", Z))
        return part["rank"], "exact, by a minor and a factorisation", {"rank": part}
    if bounds.rank is not None:
        return *bounds.rank, {}
    from theorycheck.models.spectra import numerical_rank

    found = numerical_rank([[float(v) for v in row] for row in Z])
    return found.rank, f"numerical: {found}", {}


def minimiser(problem: Problem, Z: Sequence[Sequence[Any]], output_weights: Any = None) -> Minimiser:
    """A point from its preactivations (n, m): θ is the shortest solution of X θᵀ = Z, exact where Z is."""
    rows = tuple(tuple(row) for row in Z)
    exactly = all(isinstance(v, Fraction) for row in rows for v in row)
    theta = _exact_theta(problem, rows) if exactly else None
    return Minimiser(rows, theta or _float_theta(problem, rows), output_weights)


def _exact_theta(problem: Problem, Z: tuple) -> tuple | None:
    from flint import fmpq_mat

    rows = list(problem.active)
    if not rows or not problem.free:
        return None
    X = fmpq_mat([[_flint(v) for v in problem.data.X[i]] for i in rows])
    right = fmpq_mat([[_flint(v) for v in Z[i]] for i in rows])
    theta = (X.transpose() * (X * X.transpose()).solve(right)).transpose().tolist()
    return tuple(tuple(Fraction(int(v.p), int(v.q)) for v in row) for row in theta)


def _float_theta(problem: Problem, Z: tuple) -> tuple:
    import numpy as np

    X = problem.data.arrays()[0]
    solved = np.linalg.pinv(X) @ np.array([[float(v) for v in row] for row in Z])
    return tuple(tuple(map(float, row)) for row in solved.T)


def _flint(v: Fraction) -> fmpq:
    return fmpq(v.numerator, v.denominator)


def ball(bound: arb | fmpq) -> Any:
    """A checker's number as a bound."""
    with ctx.workprec(check.BITS):
        return read(check.show(bound))

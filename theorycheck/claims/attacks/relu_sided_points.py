"""Explicit weights and exact steps against statements on both layers: signs that change, sides learnt after all."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import product

import attrs

from theorycheck.certificates import relu_build
from theorycheck.certificates.build import number
from theorycheck.claims.attacks.exactly import Evidence, below, less, shown, total
from theorycheck.claims.attacks.features_exactly import part
from theorycheck.claims.attacks.relu_extremal_grids import spread
from theorycheck.claims.attacks.relu_sided_fits import cost, fits
from theorycheck.claims.checks.relu_aligned import leaky_point
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

_STEP, _COUNTS = Fraction(1, 10), (1, 4, 10, 40)
_HALVES = tuple(Fraction(k, 2) for k in (0, 1, -1, 2, -2, 3, -3, 4, -4))
_MOST = 60
SIDES = Dataset([[1], [-1]], [1, -1], name="two sides")


def _ended(one: ReluInstance, start: dict, count: int, found: list[tuple]) -> Evidence | None:
    try:
        return part("violates", relu_build.steps_part(one, start, _STEP, count, found))
    except (CertificateError, ValueError):
        return None


def _starts(one: ReluInstance, point: dict) -> bool:
    """Whether all output weights are positive and |a| / |w| is that of the instance, in one dimension."""
    if "a" not in point or one.data.d > 1 or one.dominance == 0:
        return False
    pairs = zip(point["a"], point["W"], strict=True)
    return all(Fraction(a) == one.dominance * abs(Fraction(w[0])) > 0 for a, w in pairs)


# ---- signs of output weights ----------------------------------------------------------------------------------------


def _flipping(space: Space) -> Iterator[Candidate | Looked]:
    """A neuron a = |a|/|w|, w = 1 on one sample with a negative label, in exact steps."""
    data = Dataset([[1]], [-1], name="one negative label")
    for one in space.instances[:_MOST]:
        if one.outputs == "trained" and one.loss == "square":
            small = attrs.evolve(one, data=data, width=1, law=None)
            for count in _COUNTS:
                yield Candidate(small, relu_build.trained_point([one.dominance], [[1]]), {"steps": count})
            break


def _flipped(candidate: Candidate) -> Violation | None:
    one, count = candidate.instance, candidate.parts.get("steps")
    if not count or one.data.n > 1 or not _starts(one, candidate.point):
        return None
    a = one.dominance
    ended = _ended(one, candidate.point, count, [("output", "<=", Fraction(-1, 100), 0)])
    return ended and Violation(
        quantity=f"output of one neuron with a = {a} at the start, after {count} exact steps of size {_STEP}",
        bound="at least 0, as its output weight keeps its sign",
        value="below -1/100",
        size=1.0,
        evidence=(ended,),
    )


# ---- one side -------------------------------------------------------------------------------------------------------


def _both_sides(space: Space) -> Iterator[Candidate | Looked]:
    """Positive output weights: two neurons on two sides that are trained, and single leaky ones in a grid."""
    for one in space.instances[:_MOST]:
        if one.outputs != "trained" or one.loss != "square" or one.activation != "leaky":
            continue
        two = attrs.evolve(one, data=SIDES, width=2, law=None)
        for count in _COUNTS:
            yield Candidate(two, relu_build.trained_point([one.dominance] * 2, [[1], [-1]]), {"steps": count})
        if one.slope and one.data.d <= 2 and not all(v > 0 for v in one.data.y):
            for w in product(_HALVES, repeat=one.data.d):
                yield Candidate(attrs.evolve(one, width=1), relu_build.trained_point([1], [w]))


def _learnt(candidate: Candidate) -> Violation | None:
    """A network with positive output weights, now or at the start, below the cost of the other side."""
    one, point = candidate.instance, candidate.point
    if "a" not in point or min(map(Fraction, point["a"])) < 0 or one.loss != "square":
        return None
    bound, count = cost(one.data, 1), candidate.parts.get("steps")
    if count and not _starts(one, point):
        return None
    if count:
        shown_by, told = _ended(one, point, count, [("loss", "<=", bound * Fraction(9, 10))]), f"{bound * 9 / 10}"
        when = f" after {count} exact steps of size {_STEP}"
    else:
        here = total(one, relu_build.term("loss", point))
        if not below(here, bound.numerator / _denominator(bound)):
            return None
        sides = ("loss", [relu_build.term("loss", point)]), ("cost of the other side", [number(str(bound))])
        shown_by, told, when = less("violates", *sides), shown(here), ""
    return shown_by and Violation(
        quantity=f"loss of a network that starts with positive output weights{when}",
        bound=f"at least {bound}, what the negative labels cost",
        value=told if not count else f"at most {told}",
        size=1.0,
        evidence=(shown_by,),
    )


def _denominator(v: Fraction):
    from flint import fmpq

    return fmpq(v.denominator)


# ---- leaky networks -------------------------------------------------------------------------------------------------


def _leaky(space: Space) -> Iterator[Candidate | Looked]:
    for one in spread(space):
        if one.activation == "leaky":
            yield Candidate(attrs.evolve(one, width=2), {})


@lru_cache(maxsize=256)
def _alpha(one: ReluInstance) -> dict | None:
    found = fits(one.data)
    return None if found is None or one.slope == 1 else leaky_point(found, one.slope)


def _leaky_moves(candidate: Candidate) -> Violation | None:
    """The neurons α_± move in one step."""
    one = candidate.instance
    point = _alpha(one) if one.outputs == "trained" and one.loss == "square" and one.width == (2,) else None
    if point is None:
        return None
    for row in (0, 1):
        moved = _ended(one, point, 1, [("moved", ">=", Fraction(1, 10**6), row)])
        if moved is not None:
            return Violation(
                quantity=f"move of neuron {row + 1} of the two that make the two-sided network, in one step",
                bound="0: a stationary point",
                value="not 0",
                size=1.0,
                evidence=(moved,),
            )
    return None


# ---- data that are not positive -------------------------------------------------------------------------------------


def _fitting(space: Space) -> Iterator[Candidate | Looked]:
    """Two neurons of small halves on every sample of the space and on random ones."""
    tried = 0
    for one in spread(space):
        if one.outputs != "trained" or one.loss != "square" or one.activation != "leaky" or one.data.d > 1:
            continue
        tried += 1
        for a in ((1, -1), (1, 1)):
            for w in product(_HALVES, repeat=2):
                yield Candidate(attrs.evolve(one, width=2), relu_build.trained_point(a, [[v] for v in w]))
        if tried > _MOST:
            return


def _beside(candidate: Candidate) -> Violation | None:
    """A stationary point that is not at least squares: its loss is another one."""
    from theorycheck.exact.two_sided import least_squares

    one, point = candidate.instance, candidate.point
    if "a" not in point or one.width != (2,):
        return None
    fit = least_squares(one.data, range(one.data.n)).squares / (2 * one.data.n)
    here = total(one, relu_build.term("loss", point))
    if not below(here, fit.numerator / _denominator(fit)):
        return None
    try:
        still = part("violates", relu_build.still_part(one, point))
    except (CertificateError, ValueError):
        return None
    sides = ("loss there", [relu_build.term("loss", point)]), ("of one least-squares fit", [number(str(fit))])
    return Violation(
        quantity="loss at a stationary point",
        bound=f"{fit}, that of one least-squares fit",
        value=shown(here),
        size=1.0,
        evidence=(still, less("and is below it", *sides)),
    )


SIGN_CHANGES = Attack("an output weight that changes its sign", _flipping, _flipped)
OTHER_SIDE = Attack("a side that is learnt although output weights are positive", _both_sides, _learnt)
LEAKY_MOVES = Attack("leaky neurons that move", _leaky, _leaky_moves)
BESIDE_LEAST_SQUARES = Attack("stationary points that are no least squares", _fitting, _beside)

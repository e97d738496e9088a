"""False siblings of the claims on plainly trained ReLU networks, each with the exact witness that refutes it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from theorycheck.certificates import build, relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims import relu_instances as I
from theorycheck.claims.checks import relu_margin as margin
from theorycheck.claims.checks import relu_steps as steps
from theorycheck.models import generators_signs as signed
from theorycheck.models.relu import ReluInstance

Term = dict[str, Any]


def _less(one: ReluInstance, parts: dict[str, dict], left: tuple[str, list[Term]], right: tuple[str, list[Term]]):
    """The parts and a strict inequality, in one certificate."""
    above = build.part("less", one.document, **build.less_parts(one.document, left, right))
    return build.all_of(one.document, parts | {"inequality": above})


def _number(value: Any) -> tuple[str, list[Term]]:
    return str(value), [build.number(str(value))]


def _after(one: ReluInstance, found: Sequence[tuple], start: dict | None = None, eta: Any = 1, count: int = 1):
    begin = steps.start(one) if start is None else start
    return relu_build.sealed(steps.stepped(one, begin, eta, count, list(found)), one)


def misaligned() -> Certificate:
    """(1, 0) labelled + and (1, 1/2) labelled -: at most 3/4 of the signs are then those of labels."""
    one = I.fixed(I.named("close, unlike labels", [[1, 0], [1, "1/2"]], [1, -1]), 2)
    return _after(one, [("agreement", "<=", Fraction(3, 4))])


def _unit() -> tuple[ReluInstance, Any]:
    one = I.fixed(I.ONE, 1)
    return one, margin.solved(one)


def norm_below_one() -> Certificate:
    """One sample (1), m = 1, slope 1/2: |W*|^2 = 4/5, to which (|W| / log t)^2 tends."""
    one, solution = _unit()
    norm = [relu_build.term("norm", margin.point(solution))]
    return _less(one, {"limits": margin.limits_part(solution)}, ("|W*|^2", norm), _number(1))


def other_loss_limit() -> Certificate:
    """Two orthogonal samples, m = 2, slope 1/2: t L(t) tends to 16/5."""
    one = I.fixed(I.units(2), 2)
    solution = margin.solved(one)
    norm = [relu_build.term("norm", margin.point(solution))]
    return _less(one, {"limits": margin.limits_part(solution)}, _number(1), ("|W*|^2", norm))


def not_at_once() -> Certificate:
    """After one step from a rational start the stable rank of W_+ is above 1: rows had unlike slopes."""
    one = ReluInstance(I.units(2, [1, 1]), 2, "1/2", "hinge", init=I.START)
    begin = relu_build.fixed_point([[I.START, I.START], [-I.START, I.START]], [[I.START, 0], [0, I.START]])
    return _after(one, [("stable rank", ">=", Fraction(101, 100), "plus")], begin)


def stacked_below_two() -> Certificate:
    """Two orthogonal samples of both labels, slope 1/2: the stable rank of all weights is 10/9."""
    one = I.fixed(I.units(2), 2)
    solution = margin.solved(one)
    left = ("stable rank of W", [margin.rank_term(solution, "stacked")])
    return _less(one, {margin.POINT: margin.kkt_part(solution)}, left, _number(2))


def _spread(one: ReluInstance) -> Certificate:
    solution = margin.solved(one)
    spread = ("largest margin less the smallest", [relu_build.term("spread", margin.point(solution))])
    return _less(one, {margin.POINT: margin.kkt_part(solution)}, _number(0), spread)


def unequal_margins() -> Certificate:
    """(1, 0), (3, 0) labelled + and (0, 1) labelled -: the margins of the KKT point are 1, 3, 1."""
    return _spread(I.fixed(I.COLLINEAR, 2))


def tilted() -> Certificate:
    """A sample of length 3 at cosine 1/2 to one of length 1: its margin is 3/2, that of the other ones 1."""
    return _spread(I.fixed(signed.tilted(Fraction(1, 2)), 2))


def unlike_speeds() -> Certificate:
    """Samples e_1 and 2 e_2 labelled +, slope 1/2: after a step from a tiny start the margins are near 5/16 and 5/4."""
    one = I.fixed(I.named("unlike lengths", [[1, 0], [0, 2]], [1, 1]), 1)
    begin = relu_build.fixed_point([[I.START, I.START]], [[-I.START, -I.START]])
    return _after(one, [("margin", "<=", Fraction(2, 5), 0), ("margin", ">=", Fraction(6, 5), 1)], begin)


def half_is_not_enough() -> Certificate:
    """R_min^2 = 5, p = 2, n = 3: the multiplier of the first sample is 0 and its margin above 1."""
    return _spread(I.fixed(I.named("three samples", [[2, 1, 0], [0, 2, 1], [1, 0, -2]], [1, 1, 1]), 2))


def least() -> Certificate:
    """Two tilted samples: the KKT point is the only minimiser with its slopes."""
    one = I.fixed(I.TILTED, 2)
    return build.all_of(one.document, {margin.POINT: margin.kkt_part(margin.solved(one))})


def not_alike() -> Certificate:
    """Two orthogonal samples of both labels: v_+ and v_- are not multiples of each other."""
    one = I.fixed(I.units(2), 1)
    solution = margin.solved(one)
    rows = [[str(v) for v in row] for row in (solution.v_plus, solution.v_minus)]
    rank = build.part("rank", one.document, **build.rank_parts("v_+ and v_-", rows, one.document))
    return build.all_of(one.document, {"limits": margin.limits_part(solution), "rank": rank})


def moves() -> Certificate:
    """One sample: the neurons move in the first step."""
    return _after(I.fixed(I.ONE, 1), [("moved", ">=", Fraction(1, 100), 0)])


# ---- the ReLU -------------------------------------------------------------------------------------------------------


def two_rows() -> Certificate:
    """ReLU, two orthogonal samples labelled +, each with a neuron of its own: W_+ has stable rank 2."""
    from theorycheck.exact.margin import margin as solve

    one = I.fixed(I.units(2, [1, 1]), 2, 0)
    solution = solve(one, ([[1, 0], [0, 1]], [[0, 0]]))
    left = ("stable rank of W_+", [margin.rank_term(solution, "plus")])
    return _less(one, {margin.POINT: margin.kkt_part(solution)}, _number(1), left)


def wakes() -> Certificate:
    """ReLU, (1, 0) and (1/20, 1) labelled +: no neuron is active on the first sample, and after a step one is."""
    one = I.fixed(I.named("two samples", [[1, 0], ["1/20", 1]], [1, 1]), 1, 0)
    begin = relu_build.fixed_point([[Fraction(-1, 10**5), Fraction(1, 1000)]], [[-1, -1]])
    before = margin.value_part(one, "margin at the start", relu_build.term("margin", begin, 0))
    after = relu_build.steps_part(one, begin, 1, 1, [("margin", ">=", Fraction(1, 1000), 0)])
    return build.all_of(one.document, {"before": before, "after": after})


def dead_sample() -> Certificate:
    """ReLU, three orthogonal samples, four neurons a sign: all inactive on the first sample, for ever."""
    return steps.dead_certificate(I.fixed(I.units(3), 4, 0))

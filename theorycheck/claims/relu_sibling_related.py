"""False siblings of the claims of the related papers, each with its exact witness."""

from theorycheck.certificates import build, relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims import relu_instances as I
from theorycheck.claims import relu_siblings as plain
from theorycheck.claims.checks import relu_aligned as aligned
from theorycheck.claims.checks import relu_margin as margin
from theorycheck.claims.checks import relu_related as related
from theorycheck.errors import InvalidClaim
from theorycheck.models.relu import ReluInstance


def rank_two() -> Certificate:
    """Two orthogonal samples of both labels: v_+ and v_- have rank 2."""
    return plain.not_alike()


def above_one_after_a_step() -> Certificate:
    """Rows with unlike slopes at the start still differ after a step."""
    return plain.not_at_once()


def _positive(one: ReluInstance, at: dict, samples: tuple[int, ...]) -> dict[str, dict]:
    parts = {}
    for i in samples:
        sides = ("0", [build.number("0")]), (f"margin of sample {i}", [relu_build.term("margin", at, i)])
        parts[f"sample {i}"] = build.part("less", one.document, **build.less_parts(one.document, *sides))
    return parts


def bent_boundary() -> Certificate:
    """ReLU neurons e_1 and -e_1: the output is positive at (1, 0) and at (-1, 0)."""
    one = I.fixed(I.named("opposite points", [[1, 0], [-1, 0]], [1, 1]), (2, 1), 0)
    at = relu_build.fixed_point([[1, 0], [-1, 0]], [[0, 0]])
    return build.all_of(one.document, _positive(one, at, (0, 1)))


def turned_away() -> Certificate:
    """XOR: the extremal vector along e_1 turns neurons away from the sample -e_1 of the same class."""
    return four_only()


def four_only() -> Certificate:
    """XOR: the list of all extremal vectors, +-e_1/4 and +-e_2/4."""
    solution = aligned.enumerated(I.xor_instance())
    if sum(bool(v.sign) for v in solution.vectors) != 4 or solution.certificate is None:
        raise InvalidClaim("a sibling's witness does not refute it")
    return solution.certificate


def two_a_sign() -> Certificate:
    """XOR: two extremal vectors for positive outputs, two for negative ones."""
    return four_only()


def local_only() -> Certificate:
    """One sample, two ReLU neurons a sign: with one of them active the KKT point has squared norm 4, with both 2."""
    from theorycheck.exact.margin import margin as solve

    one = I.fixed(I.ONE, 2, 0)
    both, single = (solve(one, (rows, [[0], [0]])) for rows in ([[1], [1]], [[1], [0]]))
    parts = {name: margin.kkt_part(s) for name, s in (("both active", both), ("one active", single))}
    sides = [
        (f"|W|^2, {name}", [relu_build.term("norm", margin.point(s))]) for name, s in (("both", both), ("one", single))
    ]
    parts["shorter"] = build.part("less", one.document, **build.less_parts(one.document, *sides))
    return build.all_of(one.document, parts)


def linear_is_longer() -> Certificate:
    """Two samples of both labels: the max-margin point is shorter than the linear network."""
    one = I.signal_instance(2, 1, 1, False)
    solution = margin.solved(one)
    points = {"|W|^2 of the max-margin point": margin.point(solution), "of the linear one": related.linear_point(one)}
    sides = [(name, [relu_build.term("norm", at)]) for name, at in points.items()]
    return build.less(one.document, sides[0], sides[1])


def right_on_clean() -> Certificate:
    """Three samples, one label flipped, all fitted: a fresh clean sample with its own noise has a positive margin."""
    one = I.signal_instance(3, 2, 1, True)
    rows = [[*row, 0] for row in one.data.X]
    fresh = [one.data.X[1][0] * one.data.y[1], *[0] * 3, 1]  # true label 1: the signal of a sample that is not flipped
    at = related.linear_point(one)
    wider = {name: [[*row, "0"] for row in at[name]] for name in ("W_plus", "W_minus")}
    net = I.fixed(I.named("with a fresh sample", [*rows, fresh], [*one.data.y, 1]), one.width, one.slope, loss="hinge")
    return build.all_of(net.document, _positive(net, wider, (0, 1, 2, 3)))

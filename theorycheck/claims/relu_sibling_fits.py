"""False siblings of the claims on early alignment and two-sided least squares, each with its exact witness."""

from fractions import Fraction

from theorycheck.certificates import build, relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims import relu_instances as I
from theorycheck.claims.checks import relu_aligned as aligned
from theorycheck.errors import InvalidClaim
from theorycheck.models import generators_signs as signed
from theorycheck.models.relu import ReluInstance
from theorycheck.models.teacher import Law

_SMALL = Fraction(1, 1000)


def _network(data, width: int = 2, **rest) -> ReluInstance:
    return I.trained(data, width, **rest)


def _stepped(net: ReluInstance, a, W, found: list[tuple], eta: object = 1, count: int = 1) -> Certificate:
    begin = relu_build.trained_point(a, W)
    return relu_build.sealed(relu_build.steps_part(net, begin, eta, count, found), net)


def _witness(holds: bool, certificate: Certificate | None) -> Certificate:
    if not holds or certificate is None:
        raise InvalidClaim("a sibling's witness does not refute it")
    return certificate


def neurons_move() -> Certificate:
    """One sample (1) with label 1, a = w = 1/1000: the neuron has moved after a step."""
    return _stepped(_network(I.ONE, 1), [_SMALL], [[_SMALL]], [("moved", ">=", _SMALL**2 / 2, 0)])


def descent_drifts() -> Certificate:
    """A = 1, w = 1/2, one step of size 1: |w| moves by 1/2 to 1 and a^2 + w^2 = 41/16, so a^2 - w^2 = 9/16, not 3/4."""
    found = [("norm", "=", Fraction(41, 16)), ("moved", "=", Fraction(1, 4), 0), ("output", "=", Fraction(5, 4), 0)]
    return _stepped(_network(I.ONE, 1), [1], [[Fraction(1, 2)]], found)


def slow_growth() -> Certificate:
    """One sample (1) with label 1, a = w = 1/1000: two steps of 1/10 do not double the squared norm."""
    begin = 2 * _SMALL**2
    return _stepped(_network(I.ONE, 1), [_SMALL], [[_SMALL]], [("norm", "<=", begin * 3 / 2)], Fraction(1, 10), 2)


def more_than_two() -> Certificate:
    """±e_1 labelled + and ±e_2 labelled -: four extremal vectors that are not 0."""
    solution = aligned.enumerated(_network(signed.xor()))
    return _witness(sum(bool(v.sign) for v in solution.vectors) > 2, solution.certificate)


def off_direction() -> Certificate:
    """Eight samples of the margin law with teacher e_1: the extremal vectors are no multiples of e_1."""
    solution = aligned.enumerated(I.taught(Law("margin", 2), 8, 0))
    return _witness(any(v.sign and v.D[1] != 0 for v in solution.vectors), solution.certificate)


def half() -> Certificate:
    """Three samples and their negatives: the alignment vectors are +-(3/2, 0, 1/6), half of Sigma_n beta."""
    solution = aligned.enumerated(_network(I.TRIPLE))
    whole = (Fraction(3), Fraction(0), Fraction(1, 3))
    return _witness(all(whole != v.D for v in solution.vectors), solution.certificate)


# ---- two-sided least squares ----------------------------------------------------------------------------------------


def _fits(data):
    return aligned.two_sided(_network(data))


def one_fit_moves() -> Certificate:
    """Four points: from the network of one fit a step moves the first neuron."""
    fits = _fits(I.POINTS)
    point = aligned.single_point(fits)
    return _stepped(_network(I.POINTS), point["a"], point["W"], [("moved", ">=", Fraction(1, 10**6), 0)])


def beaten_fit() -> Certificate:
    """Y = |x_2| at (1, 0), (1, 1), (1, -1): two neurons along +-e_2 fit it, and the least squares do not."""
    data = I.named("kinked labels", [[1, 0], [1, 1], [1, -1]], [0, 1, 1])
    net, fits = _network(data), _fits(data)
    better = relu_build.trained_point((1, 1), ((0, 1), (0, -1)))
    here = relu_build.trained_point((1, -1), (fits.beta_plus, [-v for v in fits.beta_minus]))
    sides = [(f"loss {name}", [relu_build.term("loss", at)]) for name, at in (("there", better), ("of the fit", here))]
    return build.less(net.document, sides[0], sides[1])


def one_fit_is_worse() -> Certificate:
    """Four points: two fits have loss 0, one has 5/128."""
    fits, net = _fits(I.POINTS), _network(I.POINTS)
    two = relu_build.trained_point((1, -1), (fits.beta_plus, [-v for v in fits.beta_minus]))
    sides = [
        (name, [relu_build.term("loss", at)])
        for name, at in (("loss of two fits", two), ("loss of one", aligned.single_point(fits)))
    ]
    return build.less(net.document, sides[0], sides[1])


def leaky_moves() -> Certificate:
    """Four points, slope 1/2: from the neurons beta_+ and -beta_- a step moves the first one."""
    fits, net = _fits(I.POINTS), _network(I.POINTS, slope=Fraction(1, 2))
    W = (fits.beta_plus, [-v for v in fits.beta_minus])
    return _stepped(net, (1, -1), W, [("moved", ">=", Fraction(1, 10**6), 0)])


def orthant_residual() -> Certificate:
    """X = 1 and 2 with labels 1: at rest at least squares, with a positive loss."""
    net = _network(I.named("two positive samples", [[1], [2]], [1, 1]), 1)
    return relu_build.sealed(relu_build.still_part(net, relu_build.trained_point([1], [[Fraction(3, 5)]])), net)


def five_points() -> Certificate:
    """Five points in the plane, three of them on one side: the two-sided fit has a positive loss."""
    data = I.named("five points", [[2, 1], [2, -1], [1, 0], [-2, 1], [-2, -1]], ["5/2", "3/2", 2, "-7/4", "-7/4"])
    fits = _fits(data)
    return _witness(fits.loss > 0, fits.certificate)


def interpolates() -> Certificate:
    """Four points in the plane, two a side: the two-sided fit has loss 0."""
    fits = _fits(I.POINTS)
    return _witness(fits.loss == 0, fits.certificate)


def costs() -> Certificate:
    """Four points: every network with positive outputs has a larger loss than the two-sided fit."""
    return aligned.one_sided_certificate(_network(I.POINTS))


def not_the_teacher() -> Certificate:
    """Four points with labels x_1 and noise: the fits are (1, 1/2) and (7/8, 0), not (1, 0)."""
    fits = _fits(I.POINTS)
    return _witness(fits.beta_plus != (1, 0), fits.certificate)

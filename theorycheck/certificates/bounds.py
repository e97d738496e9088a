"""The second part of the checker of certificates: bounds by multipliers and by convexity, isolated zeros.

Like the first part it needs only Python's standard library and python-flint; it uses the names of the first part, to
whose table of kinds it adds its own.
"""

import re

from flint import arb, fmpq, fmpq_mat, fmpq_poly

from theorycheck.certificates.check import (
    KINDS,
    ONE,
    TWO,
    ZERO,
    Refused,
    _text,
    add,
    brief,
    derivative,
    dot,
    exact,
    fraction,
    holds,
    label,
    locate,
    matrix,
    mul,
    power,
    rational,
    require,
    roots,
    show,
    total,
    tree,
    value,
)

# ---- end of imports


def labels(net):
    """Label and squared norm of every sample that counts."""
    return [(y, net.gram[i][i]) for i, y in enumerate(net.y) if net.gram[i][i] != 0]


def shared(net):
    """For equal output weights a: what the outputs phi of a sample sum to, and the factor of their phi'^2."""
    a = net.a[0]
    require(not net.trained and all(other == a for other in net.a), "only equal fixed output weights")
    return [(y / a, w * a * a) for y, w in labels(net)]


def above(t, bound, side):
    """Prove side * (t - bound) >= 0 for all z; erf and atan are known to stay within 1 and pi/2."""
    known = {"erf": ONE, "atan": arb.pi() / 2}.get(t[0] if isinstance(t, tuple) and t[1] == "z" else "")
    if known is None:
        holds(mul(fmpq(side), add(t, -bound)), False)
    else:
        require(-side * bound >= known, "not a bound")


def within(k, most):
    """Whether k counts something from 0 on, of which there are `most`."""
    return type(k) is int and 0 <= k < most


def check_zero(c, net):
    """Krawczyk: one zero of the equations lies in the box, and only one."""
    names, center, r = c["variables"], [*map(rational, c["center"])], rational(c["radius"])
    plain = all(isinstance(x, str) and re.fullmatch("[a-z][a-z0-9_]{0,19}", x) and x != "pi" for x in names)
    require(isinstance(names, list) and plain, "the unknowns need short names")
    system = [tree(e, names) for e in c["equations"]]
    require(r > 0 and len(system) == len(names) == len({*names}), "sizes do not fit")
    inside = dict(zip(names, center, strict=True))
    box = {x: arb(m - r).union(arb(m + r)) for x, m in inside.items()}
    slopes = [[derivative(t, x) for x in names] for t in system]

    def at(where):
        return [[value(t, **where) for t in row] for row in slopes]

    require(contracts([value(t, **inside) for t in system], at(inside), at(box), r), "the Krawczyk test fails")
    where = f"{brief(names)} within {c['radius']} of {brief(c['center'])}"
    return f"{label(c['name'])}: exactly one zero of {brief(c['equations'])}, {where}"


def contracts(f, slope, slopes, r):
    """Whether Krawczyk's operator maps a box of radius r into its interior; the preconditioner is found here.

    Args:
        f: the equations' values at the centre.
        slope: their Jacobian there.
        slopes: their Jacobian over the box.
        r: the radius.
    """
    require(len(f) <= 200, "too many equations")
    near = fmpq_mat([[v if exact(v) else v.mid().fmpq() for v in row] for row in slope])
    A, N = near.inv().tolist(), range(len(f))
    for i in N:
        slack = [abs((1 if i == k else 0) - total(A[i][p] * slopes[p][k] for p in N)) * r for k in N]
        if not abs(total(A[i][p] * f[p] for p in N)) + total(slack) < arb(r):
            return False
    return True


def convex_bound(c, net):
    """F is bounded below by Jensen's inequality where the weights are equal, else by multipliers."""
    require(not net.trained, "only fixed output weights")
    net.convex()
    if "multipliers" in c:
        rows = zip(range(net.n), map(rational, c["multipliers"]), c["brackets"], strict=True)
        bound = total(_tangent(net, *row) for row in rows)
    else:  # the levels: one spot a sample, where phi is y_i / m
        spots = [spot for [spot] in net.places(c["levels"])]
        fits = all(spot(0) * net.m == y for spot, y in zip(spots, net.y, strict=True))
        require(fits and all(a == 1 for a in net.a), "not the levels of equal neurons")
        bound = total(net.gram[i][i] * net.m * spot("square") for i, spot in enumerate(spots))
    return net.kappa * bound


def check_convex(c, net):
    """F is at least what convexity gives."""
    require(show(bound := convex_bound(c, net)) == c["value"], f"the bound is {_text(show(bound))}")
    return f"the trace of the Hessian is at least {_text(c['value'])} everywhere on the zero-loss set"


def _tangent(net, i, lam, lows):
    """Min over v of sum_j w a_j^2 h(v_j) - lam a_j v_j, plus lam y: each at the spot where w a_j h'(v_j) = lam."""
    w, bound, t, law = net.gram[i][i], lam * net.y[i], net.jets, net.law
    if w == 0:
        return require(lam == 0 and {*lows} == {"0"}, "a zero input has no multiplier") or ZERO
    slope, square, out = (mul(TWO, t[2]), power(t[1], TWO), t[0]) if law is None else (derivative(law), law, "z")
    for a, low in zip(net.a, lows, strict=True):
        spot = locate(slope, lam / (w * a), low)  # of z, or of v itself where h is known as the law
        bound += w * a * a * value(square, z=spot) - lam * a * value(out, z=spot)
    return bound


def dual_bound(c, net):
    """sum_j w a_j^2 phi'^2 - lam a_j phi >= the floors, each proved for all z; then F/kappa >= floors + lam y."""
    require(not net.trained and len(c["multipliers"]) == len(c["floors"]) == net.n, "sizes do not fit")
    bound = ZERO
    for i, (lam, floors) in enumerate(zip(map(rational, c["multipliers"]), matrix(c["floors"]), strict=True)):
        for a, low in {(str(a), str(low)): (a, low) for a, low in zip(net.a, floors, strict=True)}.values():
            holds(_tilted(net, net.gram[i][i] * a * a, lam * a, low), False)
        bound += lam * net.y[i] + total(floors)
    return net.kappa * bound


def _tilted(net, w, lam, low):
    """W phi'^2 - lam phi - low."""
    return add(add(mul(w, power(net.jets[1], TWO)), mul(-lam, net.jets[0])), -low)


def _strictly(c, net):
    """Whether some neuron's inequality is strict for all z: then the bound is not attained."""
    rows = zip(map(rational, c["multipliers"]), matrix(c["floors"]), strict=True)
    return any(
        proves(_tilted(net, net.gram[i][i] * a * a, lam * a, low))
        for i, (lam, floors) in enumerate(rows)
        for a, low in zip(net.a, floors, strict=True)
    )


def check_dual(c, net):
    """F is at least what multipliers and floors give."""
    require(show(bound := dual_bound(c, net)) == c["value"], f"the bound is {show(bound)}")
    word = "larger than" if _strictly(c, net) else "at least"
    return f"the trace of the Hessian is {word} {_text(c['value'])} everywhere on the zero-loss set"


def trained_bound(c, net):
    """phi'^2 >= alpha + beta phi^2; then F/kappa >= beta sum_i w_i y_i^2 / m + 2 sqrt(alpha sum_i w_i sum_i y_i^2).

    For sum_j (a_j phi_ij)^2 >= y_i^2 / m, and |y|^2 <= |a|^2 |phi|^2 by Cauchy's inequality for each sample.
    """
    alpha, beta = map(rational, c["minorant"])
    require(net.trained and alpha >= 0 and beta >= 0, "only trained output weights and coefficients of a square")
    gap = add(power(net.jets[1], TWO), add(-alpha, mul(-beta, power(net.jets[0], TWO))))
    if alpha != 0 or beta != 0:
        holds(gap, False)
    w, labels = [net.gram[i][i] for i in range(net.n)], total(y * y for y in net.y)
    cross = value(power(tree(str(4 * alpha * total(w) * labels)), fmpq(1, 2)))
    return net.kappa * (beta * total(p * y * y for p, y in zip(w, net.y, strict=True)) / net.m + cross)


def check_trained(c, net):
    """F with trained output weights is at least what a quadratic below phi'^2 gives."""
    require(show(bound := trained_bound(c, net)) == c["value"], f"the bound is {show(bound)}")
    least = f"the trace of the Hessian is at least {_text(c['value'])}"
    return f"{least}, as phi'^2 >= A + B phi^2 with (A, B) = {brief(c['minorant'])}"


def pull_bound(c, net):
    """One sample: 4 w phi'^2 (phi^2 - c) >= lam^2 phi^2 for all z, so u^2 + w a^2 phi'^2 - lam a u >= c; sum over j."""
    lam, low, w = rational(c["multiplier"]), rational(c["floor"]), net.gram[0][0]
    require(net.trained and net.n == 1 and low <= 0 and w > 0, "only one sample, trained output weights, a floor <= 0")
    out = power(net.jets[0], TWO)
    scaled = mul(mul(4 * w, power(net.jets[1], TWO)), add(out, -low))
    holds(add(scaled, mul(-lam * lam, out)), False)
    return net.kappa * (net.m * low + lam * net.y[0])


def check_pull(c, net):
    """F of one sample with trained output weights is at least what a multiplier gives."""
    require(show(bound := pull_bound(c, net)) == c["value"], f"the bound is {show(bound)}")
    told = brief([c["multiplier"], c["floor"]])
    return f"the trace of the Hessian is at least {_text(c['value'])} by the multiplier and floor {told}"


def only_bound(c, net):
    """One neuron and phi increasing or decreasing: its outputs are the labels over its weight, so F is a constant."""
    require(net.m == 1 and not net.trained, "more than one neuron, or a trained output weight")
    holds(mul(-ONE if value(net.jets[1], z=ZERO) < 0 else ONE, net.jets[1]), True)
    spots = [spot for [spot] in net.places(c["point"])]
    fits = all(spot(0) * net.a[0] == y for spot, y in zip(spots, net.y, strict=True))
    require(fits, "the point does not fit the labels exactly")
    return net.kappa * net.a[0] ** 2 * total(net.gram[i][i] * spot("square") for i, spot in enumerate(spots))


def check_only(c, net):
    """F of one neuron is a constant."""
    require(show(bound := only_bound(c, net)) == c["value"], f"the value is {_text(show(bound))}")
    return f"the trace of the Hessian is {_text(c['value'])} wherever the one neuron fits the labels"


def pair_bound(c, net):
    """Two neurons of equal weight and phi'^2 = p(phi): p(u) + p(y - u) >= the value wherever both are outputs."""
    require(net.m == 2 and net.law is not None, "not such a pair")
    return net.kappa * total(w * _pair(c, net, y)[0] for y, w in shared(net))


def _pair(c, net, y):
    """The value of a label and whether it is taken nowhere inside."""
    [low, high], least = [None if v is None else rational(v) for v in c["range"]], rational(c["values"][str(y)])
    for bound, side in ((low, 1), (high, -1)):
        if bound is not None:
            above(net.jets[0], bound, side)
    top, under = fraction(net.law, ONE)
    require(under.degree() == 0, "not a polynomial")
    law = top / under[0]
    gap, strict = law + law(fmpq_poly([y, -1])) - least, True
    ends = [(low, high), (None if high is None else y - high, None if low is None else y - low)]
    first = max((e[0] for e in ends if e[0] is not None), default=None)
    last = min((e[1] for e in ends if e[1] is not None), default=None)
    for count, times in roots(gap, first, last):
        require(count == 0 or times % 2 == 0, "the value is not a lower bound")
        strict = strict and count == 0
    # no root is crossed inside: where the polynomial is positive once, it is nowhere negative
    start = first if first is not None else last - 1 if last is not None else y / 2
    step = (last - start if last is not None else ONE) / (gap.degree() + 2)
    above_once = any(gap(start + k * step) > 0 for k in range(1, gap.degree() + 2))
    require(above_once or gap == 0, "the value is not a lower bound")
    return least, strict and above_once and proves(net.jets[1])


def proves(t):
    """Whether t > 0 for all z: then phi takes no end of its range."""
    try:
        holds(t, True)
    except Refused:
        return False
    return True


def check_pair(c, net):
    """F of two neurons is at least what a polynomial in one output gives."""
    require(show(bound := pair_bound(c, net)) == c["value"], f"the bound is {_text(show(bound))}")
    word = "larger than" if any(_pair(c, net, y)[1] for y, _ in shared(net)) else "at least"
    return f"the trace of the Hessian is {word} {_text(c['value'])} everywhere on the zero-loss set"


def pieces_bound(c, net):
    """With phi linear on each side of 0: some neuron must push towards the label; the others take the flatter side."""
    require(not net.trained, "only fixed output weights")
    sides = dict(zip((ONE, -ONE), slopes(net.jets[0]), strict=True))
    flat = min(s * s for s in sides.values())
    bound = ZERO
    for y, w in labels(net):
        costs = [a * a * (s * s - flat) for a in net.a for z, s in sides.items() if a * s * z * y > 0]
        require(costs or y == 0, "the label is out of reach")
        bound += w * (flat * dot(net.a, net.a) + (min(costs) if y != 0 else ZERO))
    return net.kappa * bound


def slopes(t):
    """The slopes for z > 0 and for z < 0 of a sum of multiples of z and of relu of such."""
    if t == "z":
        return ONE, ONE
    require(isinstance(t, tuple) and t[0] in ("+", "*", "relu"), "not linear on both sides of 0")
    if t[0] == "+":
        return tuple(p + q for p, q in zip(slopes(t[1]), slopes(t[2]), strict=True))
    if t[0] == "*":
        factor, rest = t[1:] if exact(t[1]) else t[:0:-1]
        require(exact(factor), "not linear on both sides of 0")
        return tuple(factor * p for p in slopes(rest))
    p, q = slopes(t[1])
    return max(p, ZERO), min(q, ZERO)


def check_pieces(c, net):
    """F with an activation of two linear pieces is at least what the flatter sides cost."""
    require(show(bound := pieces_bound(c, net)) == c["value"], f"the bound is {_text(show(bound))}")
    return f"the trace of the Hessian is at least {_text(c['value'])} wherever it exists on the zero-loss set"


def check_near(c, net):
    """Krawczyk: beside the centre, some theta fits every label; F there lies in the ball told.

    The coordinates of theta named free are solved for, one a sample that counts; the others stay as they are. Samples
    that repeat another, or are zero and fit anyway, need no equation.
    """
    center, free, r = matrix(c["center"]), [tuple(place) for place in c["free"]], rational(c["radius"])
    rows = _needed(net)
    require(len({*free}) == len(free) == len(rows) and r > 0 and not net.trained, "as many free coordinates as labels")
    require(len(center) == net.m and len(center[0]) == len(net.X[0]), "theta has the wrong shape")
    require(all(within(j, net.m) and within(k, len(net.X[0])) for j, k in free), "no such coordinate")
    ball = arb(-r).union(arb(r))
    wide = [[v + ball if (j, k) in free else v for k, v in enumerate(row)] for j, row in enumerate(center)]
    misses = [dot(net.a, _along(net, 0, i, center)) - net.y[i] for i in rows]
    slopes_at, slopes_near = (_jacobian(net, rows, free, theta) for theta in (center, wide))
    require(contracts(misses, slopes_at, slopes_near, r), "the Krawczyk test fails")
    require(show(got := near_value(net, wide)) == c["value"], f"the trace is {_text(show(got))}")
    where = f"within {c['radius']} of {brief(c['center'])} in the coordinates {brief(c['free'])}"
    return f"the trace of the Hessian is in {_text(c['value'])} at a point of the zero-loss set {where}"


def near_value(net, theta):
    """F at theta, whose entries may be balls."""
    weights = [a * a for a in net.a]
    squares = [[v**2 for v in _along(net, 1, i, theta)] for i in range(net.n)]
    return net.kappa * total(net.gram[i][i] * dot(weights, row) for i, row in enumerate(squares))


def _along(net, order, i, theta):
    """A derivative of phi at the preactivations of sample i."""
    return [value(net.jets[order], z=dot(net.X[i], t)) for t in theta]


def _jacobian(net, rows, free, theta):
    """The derivatives of the outputs at the samples `rows` in the coordinates `free` of theta."""
    slopes = [_along(net, 1, i, theta) for i in rows]
    return [[net.a[j] * net.X[i][k] * slope[j] for j, k in free] for i, slope in zip(rows, slopes, strict=True)]


def _needed(net):
    """The samples whose label is an equation of its own."""
    rows, first = [], {}
    for i, x in enumerate(net.X):
        k = first.setdefault(tuple(map(str, x)), i)
        if any(x):
            require(net.y[k] == net.y[i], "equal inputs with different labels")
            rows += [i] if k == i else []
        else:
            require(total(net.a) * value(net.jets[0], z=ZERO) - net.y[i] == 0, "a zero input with another label")
    return rows


BOUNDS = {  # kinds that prove a lower bound of the trace, with what computes it
    "convex": convex_bound,
    "dual": dual_bound,
    "only": only_bound,
    "pair": pair_bound,
    "pieces": pieces_bound,
    "pull": pull_bound,
    "trained": trained_bound,
}
KINDS.update(
    convex=check_convex,
    dual=check_dual,
    near=check_near,
    only=check_only,
    pair=check_pair,
    pieces=check_pieces,
    pull=check_pull,
    trained=check_trained,
    zero=check_zero,
)

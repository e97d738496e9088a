"""The third part of the checker of certificates: branch and bound where phi'^2 is concave on a stretch; ranks.

Like the first part it needs only Python's standard library and python-flint; it uses the names of the other two, to
whose tables of kinds it adds its own.
"""

from functools import reduce
from itertools import pairwise

from flint import arb, fmpq, fmpq_mat

from theorycheck.certificates.bounds import BOUNDS, above, shared, within
from theorycheck.certificates.check import (
    KINDS,
    Refused,
    _text,
    add,
    brief,
    compose,
    dot,
    fraction,
    generator,
    holds,
    label,
    matrix,
    mul,
    power,
    rational,
    require,
    roots,
    show,
    total,
    value,
    verify,
)

# ---- end of imports

__all__ = ["BOUNDS", "verify"]


def check_rank(c, net):
    """A minor that is not zero, and the factorisation through its columns."""
    A, r, minor = net.X if c["matrix"] == "inputs" else matrix(c["matrix"]), c["rank"], c["minor"]
    rows, columns, det = minor["rows"], minor["columns"], rational(minor["value"])
    for chosen, most in ((rows, len(A)), (columns, len(A[0]))):
        fits = isinstance(chosen, list) and type(r) is int and len({*chosen}) == len(chosen) == r
        require(fits and all(within(k, most) for k in chosen), "the minor has a wrong size")
    if r == 0:
        require(det == 1 and not any(v for row in A for v in row), "the matrix is not zero")
    else:
        require(det != 0 and fmpq_mat([[A[i][j] for j in columns] for i in rows]).det() == det, "the minor is wrong")
        left, right = [fmpq_mat(matrix(c["factors"][k])) for k in ("left", "right")]
        require(left * right == fmpq_mat(A) and left.ncols() == r, "the factors do not give the matrix")
        standard = all(right[k, j] == (k == p) for p, j in enumerate(columns) for k in range(r))
        require(standard, "not the standard factors")
    about = "X of the instance" if c["matrix"] == "inputs" else brief(c["matrix"])
    minors = f"minor of rows {rows} and columns {columns}: {minor['value']}"
    return f"{label(c['name'])} has rank {r} [{about}; {minors}]"


def curvature(net, alpha, D, a, V):
    """The Riemannian Hessian of the trace along a tangent direction V of theta, divided by its length squared."""
    s, N, M = [[dot(x, v) for v in V] for x in net.X], range(net.n), range(net.m)
    require(len(V) == net.m, "the direction has a wrong shape")
    require(all(total(a[j] * D[1][i][j] * s[i][j] for j in M) == 0 for i in N), "not tangent")

    def bend(i, j):
        free = 2 * net.kappa * net.gram[i][i] * a[j] ** 2 * (D[2][i][j] ** 2 + D[1][i][j] * D[3][i][j])
        return free - alpha[i] * a[j] * D[2][i][j]

    return total(bend(i, j) * s[i][j] ** 2 for i in N for j in M) / total(v * v for row in V for v in row)


def check_direction(c, net):
    """How the trace curves along a tangent direction at a rational point, and whether that is stationary."""
    alpha, pull, D, a = net.forces(c["point"])
    require(str(curvature(net, alpha, D, a, matrix(c["direction"]))) == c["curvature"], "the curvature is another")
    still = not any(v for row in pull for v in row)
    require(c["stationary"] is still, "whether the point is stationary is told wrongly")
    require([*map(str, alpha)] == c["multipliers"], "the multipliers are others")
    told = f"{'' if still else 'not '}stationary, {brief(c['point'])}, with Riemannian curvature {c['curvature']}"
    return f"a point that is {told} of the trace along {brief(c['direction'])}"


SLIVER = fmpq(1, 2**20)  # half the width of the strip around a sign change of phi''' that both sides leave out
MOST = 20_000  # a proof by subdivision that opens more boxes than this is refused


def cover_bound(c, net):
    """Equal weights, phi increasing, phi'^2 along phi convex but on one zone.

    For each way to share the neurons among the zones a bound by multipliers; at most one neuron lies inside the concave
    zone, as two there could be spread apart until one leaves it.
    """
    holds(net.jets[1], False)
    zones, parts = Zones(c, net), shared(net)
    seen = {str(y): zones.least(y, c["samples"][str(y)]) for y, _ in parts}
    return net.kappa * total(w * seen[str(y)] for y, w in parts)


class Zones:
    """The line cut where phi''' changes sign; convex zones are stretched over the strips and tails, at a small cost."""

    def __init__(self, c, net):
        self.jets, self.m = net.jets, net.m
        self.bends, (self.left, self.right) = [*map(rational, c["bends"])], map(rational, c["reach"])
        self.concave, self.low, self.high = c["concave"], *self._range(c["range"])
        ends = [self.left, *self.bends, self.right]
        require(all(p + 4 * SLIVER < q for p, q in pairwise(ends)), "the zones overlap")
        self.count, last = len(self.bends) + 1, len(self.bends)
        require((last, self.concave) in ((0, -1), (1, 1), (2, 1)), "one zone is concave, and not the one to the left")
        strips = [(p + SLIVER * (k > 0), q - SLIVER * (k < last)) for k, (p, q) in enumerate(pairwise(ends))]
        self.inner = strips
        for k, inner in enumerate(self.inner):
            nonnegative(self.jets[3] if k != self.concave else mul(fmpq(-1), self.jets[3]), *inner)
        self.spans = [self._span(k) for k in range(self.count)]
        self.costs = {k: self._cost(k) for k in range(self.count) if k != self.concave}

    def _range(self, told):
        low, high = [None if v is None else rational(v) for v in told]
        for bound, side in ((low, 1), (high, -1)):
            if bound is not None:
                above(self.jets[0], bound, side)
        return low, high

    def at(self, z):
        """phi, phi'^2 and its slope along phi."""
        v = [arb(value(t, z=z)) for t in self.jets[:3]]
        return v[0], v[1] ** 2, 2 * v[2]

    def _span(self, k):
        """The values of phi on a zone with its strips and tail; None for an end at infinity."""
        strip = 0 if k == self.concave else 2 * SLIVER
        low, high = self.inner[k][0] - strip, self.inner[k][1] + strip
        return (
            self._limit(self.low) if k == 0 else arb(value(self.jets[0], z=low)),
            self._limit(self.high) if k == self.count - 1 else arb(value(self.jets[0], z=high)),
        )

    def _limit(self, end):
        return None if end is None else arb(end)

    def _cost(self, k):
        """How far, at most, the stretched convex function of a zone lies above phi'^2."""
        parts = [arb(0)]
        for b in self.bends[max(k - 1, 0) : k + 1]:
            strip = arb(b - SLIVER).union(arb(b + SLIVER))
            bend = abs(2 * arb(value(self.jets[3], z=strip)) / arb(value(self.jets[1], z=strip))).upper()
            width = arb(value(self.jets[0], z=b + SLIVER)) - arb(value(self.jets[0], z=b - SLIVER))
            parts.append(bend * width**2)
        for outer, z, end, side in ((k == 0, self.left, self.low, -1), (k == self.count - 1, self.right, self.high, 1)):
            if outer:
                u, h, slope = self.at(z)
                rise = side * slope  # of the tangent, outwards
                parts.append(h if rise <= 0 else h + rise * side * (arb(end) - u))
        return total(parts)

    def shares(self):
        """The ways to put m neurons into the zones, at most one into the concave zone."""
        free = [k for k in range(self.count) if k != self.concave]
        for inside in (0, 1) if self.concave >= 0 else (0,):
            for first in range(self.m - inside + 1) if len(free) == 2 else (self.m - inside,):
                counts = dict(zip(free, (first, self.m - inside - first), strict=False))
                yield {**counts, self.concave: 1} if inside else counts

    def reaches(self, share, y):
        """Whether the label may be met with these counts."""
        spans = [(self.spans[k], n) for k, n in share.items() if n]
        low = None if any(s[0] is None for s, _ in spans) else total(s[0] * n for s, n in spans)
        high = None if any(s[1] is None for s, _ in spans) else total(s[1] * n for s, n in spans)
        return not ((low is not None and low > y) or (high is not None and high < y))

    def least(self, y, told):
        """A lower bound of sum_j phi'^2 over all m neurons whose outputs sum to y."""
        if self.concave == self.count - 1:  # unbounded above: outputs are at most y - (m - 1) inf
            top = arb(value(self.jets[0], z=self.right))
            require(self.low is not None and top >= y - (self.m - 1) * self.low, "the reach is too short")
        found = []
        for share in self.shares():
            if self.reaches(share, y):
                require(told[str([*share.items()])], "no bound for a way to share the neurons")
                found += self.nodes(share, y, told[str([*share.items()])])
        require(found, "the label is out of reach")
        return reduce(lambda p, q: p.min(q), found).max(arb(0))

    def nodes(self, share, y, rows):
        """One bound a piece of the concave zone; without a neuron there, one bound."""
        inside = share.get(self.concave, 0)
        cuts = [rational(row[0]) for row in rows]
        if inside:
            first, final = self.inner[self.concave]
            require(
                cuts[-1] == final and all(p < q for p, q in zip([first, *cuts], cuts, strict=False)),
                "pieces leave gaps",
            )
        else:
            first = cuts[0]
            require(len(rows) == 1, "one piece is enough")
        for start, row in zip([first, *cuts], rows, strict=False):
            lam = arb(rational(row[1]))
            pairs = zip(self.convex(share), row[2:], strict=True)
            bound = lam * y + total(n * self.support(k, lam, rational(z)) for (k, n), z in pairs)
            if inside:
                (u, h, _), (v, g, _) = self.at(start), self.at(rational(row[0]))
                bound += (h - lam * u).min(g - lam * v)
            yield bound.lower()

    def convex(self, share):
        """Zone and count of the convex zones that hold neurons."""
        return [(k, n) for k, n in share.items() if n and k != self.concave]

    def support(self, k, lam, z):
        """A lower bound of phi'^2 - lam phi on a stretched convex zone, by its tangent at z."""
        require(self.inner[k][0] <= z <= self.inner[k][1], "a tangent outside its zone")
        u, h, slope = self.at(z)
        tilt, (low, high) = slope - lam, self.spans[k]
        drops = [tilt * (end - u) for end in (low, high) if end is not None]
        require((low is not None or tilt <= 0) and (high is not None or tilt >= 0), "no bound towards infinity")
        return h - lam * u - self.costs[k] + reduce(lambda p, q: p.min(q), [arb(0), *drops])


def nonnegative(t, low, high):
    """Prove t >= 0 on [low, high]: by the roots where t is rational in a generator, else by subdivision; or refuse."""
    form = generator(t)
    if form:
        return _by_roots(t, form, low, high)
    todo = [(low, high)]
    for _ in range(MOST):
        if not todo:
            return None
        p, q = todo.pop()
        try:
            if value(t, z=arb(p).union(arb(q))) >= 0:
                continue
        except Refused:
            pass
        todo += [(p, (p + q) / 2), ((p + q) / 2, q)]
    raise Refused("a sign could not be proved by subdivision")


def _by_roots(t, form, low, high):
    """No root of numerator or denominator of the fraction lies between the ends, and it is positive in the middle."""
    place = {"z": lambda z: arb(z), "exp": lambda z: arb(form[1] * z).exp(), "tan": lambda z: arb(form[1] * z).tan()}
    for end in (low, high):
        value(t, z=end)  # refuses what lies beyond the branch of tan
    first, last = place[form[0]](low).lower().fmpq(), place[form[0]](high).upper().fmpq()
    for part in fraction(t, form[1]):
        require(all(count == 0 for count, _ in roots(part, first, last)), "the sign changes")
    require(value(t, z=(low + high) / 2) >= 0, "the sign is wrong")


def line_bound(c, net):
    """Lagrange's bound for equal weights and inputs s_i x on one line, where every neuron is one number t = theta . x.

    F / kappa >= sum_i lam_i y_i + m low, if sum_i |x_i|^2 phi'(s_i t)^2 - lam_i phi(s_i t) >= low for all t.
    """
    require(not net.trained and all(a == 1 for a in net.a), "only equal fixed output weights")
    scales, multipliers, low = [*map(rational, c["scales"])], [*map(rational, c["multipliers"])], rational(c["low"])
    require(len(scales) == len(multipliers) == net.n, "one scale and one multiplier a sample")
    base = next((x for x in net.X if any(x)), None)
    require(base is not None and all(x == [s * b for b in base] for s, x in zip(scales, net.X, strict=True)), "no line")
    cost = -low
    for i, (s, lam) in enumerate(zip(scales, multipliers, strict=True)):
        here = [compose(t, mul(s, "z")) for t in net.jets[:2]]
        cost = add(cost, add(mul(net.gram[i][i], power(here[1], fmpq(2))), mul(-lam, here[0])))
    holds(cost, False)
    return net.kappa * (dot(multipliers, net.y) + net.m * low)


def check_line(c, net):
    require(show(bound := line_bound(c, net)) == c["value"], f"the bound is {_text(show(bound))}")
    data = brief({k: c[k] for k in ("scales", "multipliers", "low")})
    return f"the trace of the Hessian is at least {_text(c['value'])} everywhere on the zero-loss set, by {data}"


def check_cover(c, net):
    require(show(bound := cover_bound(c, net)) == c["value"], f"the bound is {_text(show(bound))}")
    data = brief({k: c[k] for k in ("bends", "concave", "range", "reach", "samples")})
    return (
        f"the trace of the Hessian is at least {_text(c['value'])} everywhere on the zero-loss set, by the cover {data}"
    )


BOUNDS |= {"cover": cover_bound, "line": line_bound}
KINDS |= {"cover": check_cover, "direction": check_direction, "line": check_line, "rank": check_rank}

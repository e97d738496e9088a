r"""The sixth part of the checker of certificates: cross-entropy with three classes, up to any small gap.

(1) Let Z be the output by class means. Its columns may be centred (W_L -> C W_L, C = I - J/3): the fit stays, no norm
    grows. So Z = F^T z, the rows of F an orthonormal basis of the plane 1^T x = 0; z, Z have equal singular values.
    The penalty is at least mu sum_j s_j^(2 / (L + 1)). Linear: mu = (L + 1) / 2 (n lambda_H prod lambda_l)^(1 / (L +
    1)), as for `schatten`. ReLU: n is divided by k 2^(L - 2), see `thinned` with two singular values in place of K.
(2) s^(2 / (L + 1)) = min over a > 0 of (a s^2 + L a^(-1/L)) / (L + 1). So (von Neumann's inequality of traces, and
    equality for a suitable one) sum_j s_j^(2 / (L + 1)) = min over positive definite A of (tr(A z z^T) + L tr A^(-1/L))
    / (L + 1), and the objective is at least the least value over A of
        f(A) = mu L / (L + 1) tr A^(-1/L) + psi(A),
        psi(A) = sum_c min over z in the plane of loss_c(z) / 3 + nu z^T A z, nu = mu / (L + 1):
    for given A the columns are decoupled, and each is a convex problem in two numbers.
(3) psi is concave and grows with A, the other term is convex. On a polytope f is at least the least value, over the
    corners, of psi plus a tangent of the other term. At a corner, with any z and the gradient g there, a column costs
    at least value - g^T A^-1 g / (4 nu), as the loss is convex.
(4) Renaming classes moves A = R(t) diag(p, q) R(t)^T, p >= q, to one whose vector (A_11 - A_22, 2 A_12) / (p - q) has
    an angle in [0, 60] degrees, told as a share t of it: in the basis below, classes 2 and 3 change places by A_12 ->
    -A_12, and a cyclic change turns that vector by 120 degrees. The points of an arc of the unit circle lie in the
    triangle of its ends and the crossing of the tangents there. So a box in (p, q, t) lies in the polytope of its four
    (p, q) times three such points, being linear in (p, q) and in the point.
(5) If q < low with mu L / (L + 1) low^(-1/L) >= v, f >= v. If p >= reach, A is at least the same with p = reach, and
    with q = reach if q is larger: psi there plus the term of q, or psi(reach I), bounds f.
"""

from functools import reduce
from itertools import product as choices
from math import exp, log, sqrt

from flint import arb, fmpq

from theorycheck.certificates.check import ONE, ZERO, rational, require, total
from theorycheck.certificates.features import RULES
from theorycheck.certificates.floors import largest_entry, lifts

# ---- end of imports

BOXES = 12_000  # a proof that opens more boxes is refused
NEWTON = 60  # steps to where a column is cheapest, in floats; any place gives a bound


def columns(c, net):
    """A lower bound for cross-entropy, three classes, balanced."""
    require(
        net.loss == "ce" and net.K == 3 and net.balanced, "only cross-entropy, three classes with as many samples each"
    )
    k = reduce(max, [largest_entry(S) for S in lifts(c, net)]) if net.relu else ONE
    v = rational(c["value"])
    Plane(net.mean(share(net, k)), net.L, v, rational(c["reach"])).cover()
    return v


def share(net, k):
    """The factor of lambda_H prod lambda_l in mu."""
    return fmpq(net.n[0]) * (fmpq(2) ** (2 - net.L) / k if net.relu else 1)


class Plane:
    """What a proof of f >= v needs: boxes in (p, q, t) and psi at their corners."""

    def __init__(self, mu, L, v, reach):
        require(v > 0, "the value is not positive")
        self.v, self.reach, self.L = v, reach, L
        self.nu, self.k, self.power = mu / (L + 1), mu * L / (L + 1), fmpq(1, L)
        self.low = (arb(self.k / v) ** L).lower().fmpq()
        require(0 < self.low < reach, "the reach is too short")
        basis = ((fmpq(2, 3), -fmpq(1, 3), -fmpq(1, 3)), (ZERO, ONE, -ONE))  # times sqrt(3/2), sqrt(1/2)
        scale = (arb(fmpq(3, 2)).sqrt(), arb(fmpq(1, 2)).sqrt())
        corners = [[s * row[k] for s, row in zip(scale, basis, strict=True)] for k in range(3)]
        self.sides = [
            [[a - b for a, b in zip(corners[j], corners[k], strict=True)] for j in range(3) if j != k] for k in range(3)
        ]
        self.floats = [[[float(a) for a in side] for side in pair] for pair in self.sides]
        self.known = {}

    def cover(self):
        """Prove f >= v."""
        ends, sector = (self.low, self.reach), (ZERO, ONE)
        require((found := self.psi(self.reach, self.reach, ONE, ONE)) is not None and found >= self.v, "f < v far away")
        todo = [(ends, ends, sector), ((self.reach, self.reach), ends, sector)]  # the second is what lies beyond
        for _ in range(BOXES):
            if not todo:
                return
            box = todo.pop()
            if box[0][1] > box[1][0] and not self.above(*box):
                todo += self.cut(*box)
        require(False, "the value could not be proved by subdivision")

    def above(self, ps, qs, ts):
        """Whether f >= v is seen on a box; where p is the reach, on all that lies beyond."""
        far, found = ps[0] == ps[1], []
        spot = (middle(*ps), middle(*qs), (ts[0] + ts[1]) / 2)
        for p, q, (s, t) in choices({*ps}, qs, ((ts[0], ts[0]), (ts[1], ts[1]), ts)):
            here = self.psi(p, q, s, t)
            if here is None:
                return False
            found.append(here + (self.k * arb(qs[1]) ** -self.power if far else self.tangent(spot, p, q, s, t)))
            own = here + self.k * (arb(p) ** -self.power + arb(q) ** -self.power)
            require(not own < self.v or s < t or q < self.low, "the value is no lower bound")
        return all(value >= self.v for value in found)

    def tangent(self, spot, p, q, s, t):
        """The tangent at R diag(a, b) R^T of the convex term, at a corner."""
        a, b, turn = spot
        (x, y), (dx, dy) = direction(s, t), direction(turn, turn)
        along = (x * dx + y * dy) * (p - q) / 2
        ends = ((a, arb((p + q) / 2) + along), (b, arb((p + q) / 2) - along))
        return total(self.k * arb(e) ** -self.power * (1 - self.power * (at - e) / e) for e, at in ends)

    def psi(self, p, q, s, t):
        """A lower bound of psi at a corner; None where A is not positive definite there."""
        key = (p, q, s, t)
        if key not in self.known:
            x, y = direction(s, t)
            A = ((p + q) / 2 + x * (p - q) / 2, y * (p - q) / 2, (p + q) / 2 - x * (p - q) / 2)
            det = A[0] * A[2] - A[1] * A[1]
            self.known[key] = total(self.column(k, A, det) for k in range(3)).lower() if A[0] > 0 and det > 0 else None
        return self.known[key]

    def column(self, k, A, det):
        """A lower bound of what a column costs."""
        a, b, d = A
        z = [fmpq(*v.as_integer_ratio()) for v in nearest(self.floats[k], float(self.nu), [float(v) for v in A])]
        weights = [total(e * v for e, v in zip(side, z, strict=True)).exp() for side in self.sides[k]]
        pull = (a * z[0] + b * z[1], b * z[0] + d * z[1])
        mass = 1 + weights[0] + weights[1]
        slope = [(weights[0] * self.sides[k][0][i] + weights[1] * self.sides[k][1][i]) / mass / 3 for i in range(2)]
        g, h = [slope[i] + 2 * self.nu * pull[i] for i in range(2)]
        miss = (d * g * g - 2 * b * g * h + a * h * h) / (4 * self.nu * det)
        return mass.log() / 3 + self.nu * (z[0] * pull[0] + z[1] * pull[1]) - miss

    def cut(self, ps, qs, ts):
        """Both halves of a box along the side that matters most."""
        (a, b), (c, d) = [[float(v) for v in pair] for pair in (ps, qs)]
        sizes = [log(b / a), log(d / c), float(ts[1] - ts[0]) * min(3.0, sqrt(max(b - c, 0.0) / c))]
        i = sizes.index(max(sizes))
        if i == 2:
            m = (ts[0] + ts[1]) / 2
            return [(ps, qs, (ts[0], m)), (ps, qs, (m, ts[1]))]
        if i == 1:
            m = middle(*qs)
            return [(ps, (qs[0], m), ts), (ps, (m, qs[1]), ts)]
        m = middle(*ps)
        return [((ps[0], m), qs, ts), ((m, ps[1]), qs, ts)]


def middle(a, b):
    """A number between two positive ones, near the root of their product."""
    found = fmpq(*sqrt(float(a) * float(b)).as_integer_ratio())
    return found if a < found < b else (a + b) / 2


def direction(s, t):
    """The unit vector at share s = t of the sector; for s < t the crossing of the tangents at both."""
    turn = arb.pi() * (s + t) / 6
    far = (arb.pi() * (t - s) / 6).cos() if s != t else 1
    return turn.cos() / far, turn.sin() / far


def nearest(sides, nu, A):
    """About where a column is cheapest, by Newton's method in floats."""
    (u, v), (a, b, d), z = sides, A, [0.0, 0.0]

    def cost(z):
        return log(1 + sum(exp(s[0] * z[0] + s[1] * z[1]) for s in sides)) / 3 + nu * (
            a * z[0] ** 2 + 2 * b * z[0] * z[1] + d * z[1] ** 2
        )

    here = cost(z)
    for _ in range(NEWTON):
        e, f = [exp(s[0] * z[0] + s[1] * z[1]) for s in sides]
        e, f = e / (1 + e + f), f / (1 + e + f)
        mean = [e * u[i] + f * v[i] for i in range(2)]
        g = [mean[0] / 3 + 2 * nu * (a * z[0] + b * z[1]), mean[1] / 3 + 2 * nu * (b * z[0] + d * z[1])]
        bend = [(e * u[i] * u[j] + f * v[i] * v[j] - mean[i] * mean[j]) / 3 for i, j in ((0, 0), (0, 1), (1, 1))]
        x, y, w = bend[0] + 2 * nu * a, bend[1] + 2 * nu * b, bend[2] + 2 * nu * d
        det = x * w - y * y
        if det <= 0:
            break
        step = [-(w * g[0] - y * g[1]) / det, -(x * g[1] - y * g[0]) / det]
        size, gain = 1.0, step[0] * g[0] + step[1] * g[1]
        while size > 1e-9 and cost([z[0] + size * step[0], z[1] + size * step[1]]) > here + 1e-4 * size * gain:
            size /= 2
        z = [z[0] + size * step[0], z[1] + size * step[1]]
        here = cost(z)
        if -gain < 1e-18:
            break
    return z


RULES |= {"columns": columns}

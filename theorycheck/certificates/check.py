"""Checks certificates of theorycheck with nothing but Python's standard library and python-flint.

It imports nothing of the package and trusts no number that it can compute: signs of functions, ranks, derivatives and
values are found again from the activation's expression and the instance's rationals. A number is an fmpq, or a ball
rounded outwards. X has a row a sample, so have preactivations; theta has a row a neuron. (Set close, to fit one sitting.)
"""

import hashlib
import json
import re
import sys
from functools import reduce
from itertools import product

from flint import arb, ctx, fmpq, fmpq_mat, fmpq_poly, fmpz

FORMAT, BITS = "theorycheck-certificate/1", 192
BOXES = 20_000  # a proof by subdivision that opens more boxes than this counts as failed
ZERO, ONE, TWO = fmpq(0), fmpq(1), fmpq(2)
FUNCTIONS = ("asinh", "atan", "erf", "exp", "log", "relu", "softplus", "tan")

class Malformed(Exception):
    """The text is no certificate of ours."""
class Refused(Exception):
    """A certificate whose statement does not follow from its data."""
def require(condition, reason):
    if not condition:
        raise Refused(reason)

# ---- expressions: a rational, a variable, or (operator, argument, ...); in JSON "3/2", "z", ["*", "2", ["exp", "z"]] --
def rational(text):
    """The rational that a string such as 3/2, 0.1 or 1e-3 denotes."""
    pattern = r"([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?(?:/(\d+))?"
    match = re.fullmatch(pattern, text) if isinstance(text, str) and len(text) < 20_000 else None
    if not match or not (match[2] or match[3]) or (match[5] and not int(match[5])):
        raise Malformed(f"{text!r:.60} is not a number")
    q = fmpq(fmpz(match[2] + match[3]), fmpz(10) ** len(match[3])) * fmpq(10) ** int(match[4] or 0)
    return (-q if match[1] == "-" else q) / fmpq(fmpz(match[5] or "1"))
def matrix(rows):
    """The rationals of a list of rows of one length."""
    if not isinstance(rows, list) or not rows or not all(isinstance(r, list) and len(r) == len(rows[0]) > 0 for r in rows):
        raise Malformed(f"{rows!r:.60} is not a matrix")
    return [[*map(rational, row)] for row in rows]

def total(terms):
    return reduce(lambda a, b: a + b, terms, ZERO)
def dot(a, b):
    return total(p * q for p, q in zip(a, b, strict=True))
def exact(*numbers):
    return all(isinstance(v, fmpq) for v in numbers)
def add(a, b):
    return a + b if exact(a, b) else b if a == ZERO else a if b == ZERO else ("+", a, b)
def mul(a, b):
    return a * b if exact(a, b) else ZERO if ZERO in (a, b) else b if a == ONE else a if b == ONE else ("*", a, b)
def power(a, q):
    rational_power = exact(a) and q.q == 1 and (a != 0 or q >= 0)
    return a ** int(q.p) if rational_power else ONE if q == 0 else a if q == ONE else ("**", a, q)
def tree(doc, variables=("z",), depth=0):
    """The expression of a JSON document."""
    if isinstance(doc, str):
        return doc if doc in variables or doc == "pi" else rational(doc)
    parts = [tree(part, variables, depth + 1) for part in doc[1:]] if isinstance(doc, list) and depth < 150 else []
    if len(parts) == 2 and doc[0] in ("+", "*"):
        return (add if doc[0] == "+" else mul)(*parts)
    if len(parts) == 2 and doc[0] == "**" and isinstance(parts[1], fmpq) and abs(parts[1].p) <= 1000:
        return power(*parts)
    if len(parts) == 1 and doc[0] in FUNCTIONS:
        return (doc[0], parts[0])
    raise Malformed(f"{doc!r:.60} is not an expression")

SLOPE = {  # the derivative of each function, as an expression in its argument
    "exp": lambda u: ("exp", u), "log": lambda u: power(u, -ONE), "tan": lambda u: add(ONE, power(("tan", u), TWO)),
    "softplus": lambda u: power(add(ONE, ("exp", mul(-ONE, u))), -ONE),
    "asinh": lambda u: power(add(ONE, power(u, TWO)), fmpq(-1, 2)),
    "atan": lambda u: power(add(ONE, power(u, TWO)), -ONE),
    "erf": lambda u: mul(mul(TWO, power("pi", fmpq(-1, 2))), ("exp", mul(-ONE, power(u, TWO)))),
    "relu": lambda u: ("step", u), "step": lambda u: ("kink", u), "kink": lambda u: ("kink", u),
}
def compose(t, inner):
    """The expression with `inner` in place of z."""
    return inner if t == "z" else t if isinstance(t, (fmpq, str)) else (t[0], *(compose(u, inner) for u in t[1:]))

def derivative(t, x="z"):
    if isinstance(t, (fmpq, str)):
        return ONE if t == x else ZERO
    u, du = t[1], derivative(t[1], x)
    if t[0] in ("+", "*"):
        dv = derivative(t[2], x)
        return add(du, dv) if t[0] == "+" else add(mul(du, t[2]), mul(u, dv))
    if t[0] == "**":
        return mul(mul(t[2], power(u, t[2] - 1)), du)
    return ZERO if du == ZERO else mul(SLOPE[t[0]](u), du)
def value(t, **env):
    """The number, exact where it plainly is, that the expression has where the variables are as in `env`."""
    if isinstance(t, (fmpq, str)):
        return env[t] if t in env else arb.pi() if t == "pi" else t
    u = value(t[1], **env)
    if t[0] in ("+", "*"):
        return u + value(t[2], **env) if t[0] == "+" else u * value(t[2], **env)
    return _power(u, t[2]) if t[0] == "**" else _function(t[0], u)
def _power(u, q):
    require(q >= 0 or u > 0 or u < 0, "a division by a number that may be zero")
    if q.q == 1:
        around_zero = q.p % 2 == 0 and not exact(u) and not (u > 0 or u < 0)
        return arb(0).union(abs(u).upper() ** int(q.p)) if around_zero else u ** int(q.p)
    require(u >= 0, "a root of a number that may be negative")
    root = fmpq(*(fmpz(part).root(int(q.q)) for part in (u.p, u.q))) if exact(u) else None
    return root ** int(q.p) if exact(root) and root ** int(q.q) == u else arb(u) ** arb(q)
def _function(name, u):
    if name in ("step", "kink", "relu"):
        require(name == "relu" or u > 0 or u < 0, "a derivative is asked for at a kink")
        positive = ONE if name == "step" else ZERO if name == "kink" else u
        return positive if u > 0 else ZERO if u <= 0 else arb(0).union(arb(u).upper())
    if exact(u) and u == 0 and name not in ("log", "softplus"):
        return fmpq(int(name == "exp"))
    u = arb(u)
    require(name != "tan" or abs(2 * u) < arb.pi(), "tan is used outside (-pi/2, pi/2)")
    require(name != "log" or u > 0, "a logarithm of a number that may not be positive")
    return u.exp().log1p() if name == "softplus" else getattr(u, name)()

# ---- rational functions of one generator g: z itself, exp(s z) or tan(s z); signs on the whole line -----------------

def generator(*trees):
    """(kind, s) such that all the expressions are rational functions of that g; None where there is none."""
    kinds, scales, todo = set(), [], list(trees)
    while todo:
        t = todo.pop()
        if isinstance(t, tuple) and t[0] in ("+", "*", "**"):
            kinds |= {"none"} if t[0] == "**" and t[2].q != 1 else set()
            todo += t[1:2] if t[0] == "**" else t[1:]
        elif isinstance(t, tuple):
            slope = derivative(t[1])
            linear = isinstance(slope, fmpq) and slope != 0 and value(t[1], z=ZERO) == 0
            kinds.add(t[0] if linear and t[0] in ("exp", "tan") else "none")
            scales += [abs(slope)] if linear else []
        elif not isinstance(t, fmpq):
            kinds.add(t)
    if len(kinds) > 1 or kinds & {"none", "pi"} or ("tan" in kinds and len({*map(str, scales)}) > 1):
        return None
    s = reduce(lambda a, b: fmpq((a.p * b.q).gcd(b.p * a.q), a.q * b.q), scales or [ONE])
    return (kinds or {"z"}).pop(), s
def fraction(t, s):
    """Numerator and denominator of the expression as polynomials in the generator of scale s."""
    one = fmpq_poly([1])
    if isinstance(t, (fmpq, str)):
        return fmpq_poly([t] if isinstance(t, fmpq) else [0, 1]), one
    if t[0] in ("exp", "tan"):
        k = derivative(t[1]) / s
        up = fmpq_poly([0] * int(abs(k.p)) + [1])
        return (up if k > 0 else -up, one) if t[0] == "tan" else (up, one) if k > 0 else (one, up)
    a, b = fraction(t[1], s)
    if t[0] == "**":
        k = int(abs(t[2].p))
        return (a**k, b**k) if t[2] >= 0 else (b**k, a**k)
    c, d = fraction(t[2], s)
    a, b = (a * c, b * d) if t[0] == "*" else (a * d + c * b, b * d)
    return a // (common := a.gcd(b)), b // common
def floor(t):
    """2 where the expression is plainly positive for all z, 1 where it is plainly nonnegative, else 0."""
    if isinstance(t, (fmpq, str)):
        return 2 if t == "pi" else 0 if t == "z" else 2 if t > 0 else int(t == 0)
    if t[0] == "**":
        base = floor(t[1])
        return 2 if base == 2 else base if base and t[2] > 0 else int(t[2].q == 1 and t[2] > 0 and t[2].p % 2 == 0)
    if t[0] in ("+", "*"):
        a, b = floor(t[1]), floor(t[2])
        return 0 if not (a and b) else max(a, b) if t[0] == "+" else min(a, b)
    return 2 if t[0] in ("exp", "softplus") else int(t[0] == "relu")
def holds(t, strict):
    """Prove t > 0 (t >= 0 unless strict) for all z (for tan: on its branch), or refuse."""
    form = generator(t)
    if floor(t) >= 1 + strict:
        return
    require(form, "the sign could not be proved")
    num, den = fraction(t, form[1])
    for p, touching in ((den, False), (num, not strict)):
        for root, times in p.numer().complex_roots() if p.degree() > 0 else ():
            outside = root.imag != 0 or (form[0] == "exp" and root.real <= 0)
            require(outside or (touching and times % 2 == 0), "the function changes sign or vanishes")
    samples = [num(g) * den(g) for g in map(fmpq, range(1, 3 + num.degree()))]
    require(any(v > 0 for v in samples) or (num == 0 and not strict), "the sign is wrong")

# ---- networks, points and the quantities of a statement -------------------------------------------------------------

class Network:
    """f(x) = sum_j a_j phi(theta_j . x); where f fits y, tr Hess L = kappa sum_i |x_i|^2 sum_j a_j^2 phi'(z_ij)^2."""
    def __init__(self, doc):
        self.X, [self.y], [self.a] = matrix(doc["X"]), matrix([doc["y"]]), matrix([doc["output_weights"]])
        self.n, self.m, self.kappa, self.trained = len(self.X), len(self.a), rational(doc["kappa"]), doc["trained_output"]
        require(self.n == len(self.y) and self.kappa > 0 and self.trained in (True, False), "sizes do not fit")
        self.jets = reduce(lambda ts, _: [*ts, derivative(ts[-1])], range(3), [tree(doc["activation"])])
        self.gram = [[dot(r, s) for s in self.X] for r in self.X]
        self.form = generator(*self.jets)
        self.law = tree(doc["square_law"]) if doc.get("square_law") else None  # phi'^2 as a function of phi
        gap = add(compose(self.law or ZERO, self.jets[0]), mul(-ONE, power(self.jets[1], TWO)))
        require(self.law is None or (self.form and fraction(gap, self.form[1])[0] == 0), "phi'^2 is not that of phi")

    def spots(self, point):
        """For each sample and neuron the function k -> k-th derivative of phi there ("z": the preactivation)."""
        rows, kind = matrix(point["values"]), point["coordinate"]
        if kind == "theta":
            require(len(rows) == self.m and len(rows[0]) == len(self.X[0]), "theta has the wrong shape")
            rows, kind = [[dot(x, t) for t in rows] for x in self.X], "z"
        else:
            require(fmpq_mat(self.X).rank() == self.n, "the inputs are dependent: preactivations are not free")
        require(len(rows) == self.n and len(rows[0]) == self.m and kind in ("z", "g", "u"), "the point has a wrong shape")
        if kind == "u":
            return [[self._at_u(*pair) for pair in zip(*both, strict=True)] for both in zip(rows, point["brackets"], strict=True)]
        return [[getattr(self, "_at_" + kind)(entry) for entry in row] for row in rows]

    def _at_z(self, z):
        return lambda k: z if k == "z" else value(self.jets[1], z=z) ** 2 if k == "square" else value(self.jets[k], z=z)
    def _at_g(self, g):
        require(self.form and (self.form[0] != "exp" or g > 0), "the activation is not rational in one generator")
        pairs = [fraction(t, self.form[1]) for t in self.jets]
        at = [num(g) / den(g) for num, den in pairs]
        z = {"z": lambda g: g, "exp": lambda g: arb(g).log(), "tan": lambda g: arb(g).atan()}[self.form[0]](g) / self.form[1]
        return lambda k: z if k == "z" else at[1] ** 2 if k == "square" else at[k]

    def _at_u(self, u, ends):
        """Some z in the bracket with phi(z) = u, by the intermediate value theorem."""
        lo, hi = map(rational, ends)
        require(lo <= hi and (value(self.jets[0], z=lo) - u) * (value(self.jets[0], z=hi) - u) <= 0, f"{u} is not bracketed")
        z = lo if lo == hi else arb(lo).union(arb(hi))
        square = value(self.jets[1], z=z) ** 2 if self.law is None else value(self.law, z=u)
        return lambda k: {0: u, "z": z, "square": square}[k] if k in (0, "z", "square") else value(self.jets[k], z=z)

    def feasible(self, point):
        """The spots and the output weights of a point, once it is seen to fit every label exactly."""
        spots, [a] = self.spots(point), matrix([point["output_weights"]]) if self.trained else [self.a]
        for row, y in zip(spots, self.y, strict=True):
            fit = dot(a, [spot(0) for spot in row])
            require(exact(fit) and fit == y, "the point does not fit the labels exactly")
        return spots, a

    def trace(self, point):
        """The trace of the loss's Hessian at a point of the zero-loss set."""
        spots, a = self.feasible(point)
        term = lambda i, j: self.gram[i][i] * a[j] ** 2 * spots[i][j]("square")
        extra = [spot(0) ** 2 for row in spots for spot in row] if self.trained else []
        return self.kappa * total([*(term(i, j) for i, j in product(range(self.n), range(self.m))), *extra])

    def forces(self, point):
        """Multipliers alpha, the trace's gradient in z less the normal part, and the exact derivatives of phi."""
        spots, a = self.feasible(point)
        D = [[[spot(k) for spot in row] for row in spots] for k in range(4)]
        require(not self.trained and exact(*(v for d in D for row in d for v in row)), "not rational here")
        N, M = range(self.n), range(self.m)
        J = [[a[j] * D[1][i][j] for j in M] for i in N]
        g = [[2 * self.kappa * self.gram[i][i] * a[j] * J[i][j] * D[2][i][j] for j in M] for i in N]
        K = fmpq_mat([[self.gram[i][k] * dot(J[i], J[k]) for k in N] for i in N])
        require(K.det() != 0, "the zero-loss set is not seen to be smooth here")
        b = [total(J[i][j] * self.gram[i][k] * g[k][j] for k in N for j in M) for i in N]
        alpha = K.solve(fmpq_mat(self.n, 1, b)).entries()
        return alpha, [[g[i][j] - alpha[i] * J[i][j] for j in M] for i in N], D, a

def show(v):  # as the documents write it: an exact string, or outward rounded ends
    return str(v) if exact(v) else {"lo": _decimal(v.lower(), 0), "hi": _decimal(v.upper(), 1)}
def _decimal(x, up):
    require(x.is_finite(), "a bound is infinite")
    man, exp = x.man_exp()
    p, q = int(man) << max(int(exp), 0), 1 << max(-int(exp), 0)
    k = 30 - len(str(abs(p))) + len(str(q))
    p, q = (p * 10**k, q) if k >= 0 else (p, q * 10**-k)
    return f"{-(-p // q) if up else p // q}e{-k}"
def quantity(net, term):
    """One named number of a statement."""
    kind, point, (i, j) = term["quantity"], term.get("point"), term.get("entry", (0, 0))
    if kind == "number":
        return value(tree(term["expression"], ()))
    if kind == "trace":
        return net.trace(point)
    if kind == "preactivation":
        return net.feasible(point)[0][i][j]("z")
    R = net.forces(point)[1]
    pull = [[total(R[i][j] * x[k] for i, x in enumerate(net.X)) for k in range(len(net.X[0]))] for j in range(net.m)]
    if kind == "velocity":  # of preactivation (i, j) along theta' = -grad F
        return -dot(pull[j], net.X[i])
    require(kind == "gradient", f"{kind!r} is no quantity")
    return total(c * c for row in pull for c in row)  # squared norm of the Riemannian gradient
def side(net, terms):  # a sum of quantities
    return total(rational(t.get("times", "1")) * quantity(net, t) ** t.get("power", 1) for t in terms)

# ---- the kinds of certificate: each refuses, or returns the statement that it has proved ----------------------------
def check_value(c, net):
    require(show(got := side(net, c["terms"])) == c["value"], f"the value is {show(got)}")
    return f"{c['name']} = {_text(c['value'])}"
def check_less(c, net):
    left, right = side(net, c["left"]["terms"]), side(net, c["right"]["terms"])
    require(left < right, "the left side is not smaller")
    for got, told in ((left, c["left"]), (right, c["right"])):
        require(show(got) == told["value"], f"a side is {show(got)}")
    return f"{c['left']['name']} = {_text(c['left']['value'])} < {_text(c['right']['value'])} = {c['right']['name']}"
def check_sign(c, net):
    t = net.jets[c["order"]] if net else tree(c["expression"])
    require(c["relation"] in (">", ">=", "<", "<="), "an unknown relation")
    holds(t if c["relation"][0] == ">" else mul(-ONE, t), len(c["relation"]) == 1)
    return f"{c['name']} {c['relation']} 0 for all z"
def check_rank(c, net):
    A, r = net.X if c["matrix"] == "inputs" else matrix(c["matrix"]), c["rank"]
    rows, columns, det = c["minor"]["rows"], c["minor"]["columns"], rational(c["minor"]["value"])
    require(type(r) is int and len({*rows}) == len({*columns}) == len(rows) == len(columns) == r, "the minor has a wrong size")
    require(r == 0 or (det != 0 and fmpq_mat([[A[i][j] for j in columns] for i in rows]).det() == det), "the minor is wrong")
    left, right = [fmpq_mat(matrix(c["factors"][k])) if r else fmpq_mat(1, 1) for k in ("left", "right")]
    same = all(v == 0 for row in A for v in row) if r == 0 else left * right == fmpq_mat(A)
    require(same and (r == 0 or left.ncols() == r), "the factors do not give the matrix")
    return f"{c['name']} has rank {r}"
def check_convex(c, net):
    """F >= value on the whole zero-loss set: phi' and phi''' have one sign, so phi'^2 is a convex function of phi."""
    require(not net.trained and c["sign"] in (1, -1), "only fixed output weights")
    for order, strict in ((1, False), (3, False)):
        holds(mul(fmpq(c["sign"]), net.jets[order]), strict)
    require(net.jets[1] != ZERO, "phi is constant")
    if "multipliers" in c:
        bound = total(_tangent(net, i, rational(lam), c["brackets"][i]) for i, lam in enumerate(c["multipliers"]))
        require(len(c["multipliers"]) == net.n, "one multiplier a sample")
    else:  # equal weights: Jensen's inequality at the point where all neurons agree
        require({*map(str, net.a)} == {"1"} and all(len({*map(str, row)}) == 1 for row in c["point"]["values"]), "not equal")
        bound = net.trace(c["point"]) / net.kappa
    require(show(net.kappa * bound) == c["value"], f"the bound is {show(net.kappa * bound)}")
    return f"the trace of the Hessian is at least {_text(c['value'])} everywhere on the zero-loss set"
def _tangent(net, i, lam, brackets):
    """min over v of sum_j w a_j^2 h(v_j) - lam a_j v_j, plus lam y: each at the z where 2 w a_j phi''(z) = lam."""
    bound = lam * net.y[i]
    for a, ends in zip(net.a, brackets, strict=True):
        lo, hi, w = *map(rational, ends), net.gram[i][i]
        slope = [2 * w * a * value(net.jets[2], z=z) - lam for z in (lo, hi)]
        require(lo <= hi and slope[0] * slope[1] <= 0, "a bracket holds no stationary point")
        z = lo if lo == hi else arb(lo).union(arb(hi))
        bound += w * a * a * value(net.jets[1], z=z) ** 2 - lam * a * value(net.jets[0], z=z)
    return bound
def check_direction(c, net):
    """The Riemannian Hessian of the trace along a tangent direction of theta, divided by the direction's length squared."""
    alpha, R, D, a = net.forces(c["point"])
    V, S = matrix(c["direction"]), range(net.n)
    s = [[dot(x, v) for v in V] for x in net.X]
    require(len(V) == net.m and all(dot([p * q for p, q in zip(a, D[1][i], strict=True)], s[i]) == 0 for i in S), "not tangent")
    bend = lambda i, j: 2 * net.kappa * net.gram[i][i] * a[j] ** 2 * (D[2][i][j] ** 2 + D[1][i][j] * D[3][i][j])
    form = total((bend(i, j) - alpha[i] * a[j] * D[2][i][j]) * s[i][j] ** 2 for i in S for j in range(net.m))
    require(str(form / total(v * v for row in V for v in row)) == c["curvature"], "the curvature is another")
    pulls = [total(R[i][j] * net.X[i][k] for i in S) for j in range(net.m) for k in range(len(net.X[0]))]
    require(c["stationary"] is all(p == 0 for p in pulls), "whether the point is stationary is told wrongly")
    require([*map(str, alpha)] == c["multipliers"], "the multipliers are others")
    word = "a stationary point" if c["stationary"] else "a point that is not stationary"
    return f"{word} with Riemannian curvature {c['curvature']} of the trace along the given direction"
def check_zero(c, net):
    """Krawczyk: one zero of the equations lies in the box, and only one."""
    names, center, r = c["variables"], [*map(rational, c["center"])], rational(c["radius"])
    system, A = [tree(e, names) for e in c["equations"]], matrix(c["preconditioner"])
    box, N = {x: arb(m).union(arb(m - r)).union(arb(m + r)) for x, m in zip(names, center, strict=True)}, range(len(names))
    require(r > 0 and len(system) == len(A) == len(names), "sizes do not fit")
    f = [value(t, **dict(zip(names, center, strict=True))) for t in system]
    J = [[value(derivative(t, x), **box) for x in names] for t in system]
    for i in N:
        slack = [abs((1 if i == k else 0) - total(A[i][p] * J[p][k] for p in N)) * r for k in N]
        require(abs(total(A[i][p] * f[p] for p in N)) + total(slack) < arb(r), "the Krawczyk test fails")
    return f"{c['name']}: exactly one zero within {c['radius']} of {', '.join(c['center'])}"
def check_all(c, net):
    return "; ".join(f"{part['role']}: {statement(part, net)}" for part in c["parts"])

KINDS = {name[6:]: entry for name, entry in list(globals().items()) if name.startswith("check_")}
def _text(told):
    return told if isinstance(told, str) else f"[{told['lo']}, {told['hi']}]"
def statement(c, net):
    told = KINDS[c["kind"]](c, net)
    require(told == c["statement"], f"what is proved is: {told}")
    return told
def digest(doc):
    return hashlib.sha256(json.dumps(doc, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

def verify(doc):
    """The statement that the certificate proves; raises Malformed if it is none, Refused if it does not hold."""
    if not isinstance(doc, dict) or doc.get("format") != FORMAT or doc.get("kind") not in KINDS:
        raise Malformed(f"not a certificate of the format {FORMAT}")
    ctx.prec = BITS
    require(doc.get("seal") == digest({k: v for k, v in doc.items() if k != "seal"}), "changed since it was sealed")
    try:
        require(not doc["instance"] or doc["instance_digest"] == digest(doc["instance"]), "made for another instance")
        return statement(doc, Network(doc["instance"]) if doc["instance"] else None)
    except ZeroDivisionError:
        raise Refused("a division by zero") from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise Malformed(f"a part is missing or of the wrong form ({type(error).__name__}: {error})") from None

def main(paths):
    """Print a line a file; 0 if all hold, 1 if one is refused, 2 if one is no certificate."""
    codes = [0]
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                print(f"{path}: holds: {verify(json.load(file))}")
        except Refused as reason:
            codes.append(print(f"{path}: REFUSED: {reason}") or 1)
        except (OSError, ValueError, RecursionError, Malformed) as reason:
            codes.append(print(f"{path}: no certificate: {reason}") or 2)
    return max(codes)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

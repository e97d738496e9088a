"""Checks certificates of theorycheck with nothing but Python's standard library and python-flint.

It imports nothing of the package and trusts no number that it can compute: signs of functions, ranks, derivatives and
values are found again from the activation's expression and the instance's rationals. A number is an fmpq, or a ball
rounded outwards. X has a row a sample, so have preactivations; theta has a row a neuron. (Set close, to fit one sitting.)
"""
# ruff: noqa: E701
import hashlib
import json
import re
import sys
from decimal import Decimal
from functools import reduce
from itertools import pairwise

from flint import arb, ctx, fmpq, fmpq_mat, fmpq_poly, fmpz

FORMAT, BITS = "theorycheck-certificate/1", 256
STEP = fmpq(1, 2**160)  # the width of a bracket
ZERO, ONE, TWO = fmpq(0), fmpq(1), fmpq(2)
FUNCTIONS = ("asinh", "atan", "erf", "exp", "log", "relu", "softplus", "tan")
class Malformed(Exception): """The text is no certificate of ours."""
class Refused(Exception): """A certificate whose statement does not follow from its data."""
def require(condition, reason):
    if not condition: raise Refused(reason)
# ---- expressions: a rational, a variable, or (operator, argument, ...); in JSON "3/2", "z", ["*", "2", ["exp", "z"]] --
def rational(text):
    """The rational that a string such as 3/2, 0.1 or 1e-3 denotes."""
    pattern = r"([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?(?:/(\d+))?"
    match = re.fullmatch(pattern, text, re.ASCII) if isinstance(text, str) and len(text) < 20_000 else None
    if not match or not (match[2] or match[3]) or (match[5] and not int(match[5])):
        raise Malformed(f"{text!r:.60} is not a number")
    q = fmpq(fmpz(match[2] + match[3]), fmpz(10) ** len(match[3])) * fmpq(10) ** int(match[4] or 0)
    return (-q if match[1] == "-" else q) / fmpq(fmpz(match[5] or "1"))
def matrix(rows):
    """The rationals of a list of rows of one length."""
    if not isinstance(rows, list) or not rows or not all(isinstance(r, list) and len(r) == len(rows[0]) > 0 for r in rows):
        raise Malformed(f"{rows!r:.60} is not a matrix")
    return [[*map(rational, row)] for row in rows]
def total(terms): return reduce(lambda a, b: a + b, terms, ZERO)
def dot(a, b): return total(p * q for p, q in zip(a, b, strict=True))
def exact(*numbers): return all(isinstance(v, fmpq) for v in numbers)
def raised(a, k):  # to a whole power, unless that is enormous
    require(type(k) is int and (not exact(a) or a.height_bits() * abs(k) < 2**18), "no whole power, or too large a number")
    return a**k
def add(a, b): return a + b if exact(a, b) else b if a == ZERO else a if b == ZERO else ("+", a, b)
def mul(a, b):
    a, b = (b, a) if exact(b) else (a, b)
    a, b = (a * b[1], b[2]) if exact(a) and isinstance(b, tuple) and b[0] == "*" and exact(b[1]) else (a, b)
    return a * b if exact(a, b) else ZERO if ZERO in (a, b) else b if a == ONE else a if b == ONE else ("*", a, b)
def power(a, q):
    rational_power = exact(a) and q.q == 1 and (a != 0 or q >= 0)
    return raised(a, int(q.p)) if rational_power else ONE if q == 0 else a if q == ONE else ("**", a, q)
def tree(doc, variables=("z",), depth=0):
    """The expression of a JSON document."""
    if depth == 0 and len(json.dumps(doc)) > 25_000: raise Malformed("an expression is too long")
    if isinstance(doc, str): return doc if doc in variables or doc == "pi" else rational(doc)
    parts = [tree(part, variables, depth + 1) for part in doc[1:]] if isinstance(doc, list) and depth < 150 else []
    if len(parts) == 2 and doc[0] in ("+", "*"): return (add if doc[0] == "+" else mul)(*parts)
    if len(parts) == 2 and doc[0] == "**" and isinstance(parts[1], fmpq) and max(abs(parts[1].p), parts[1].q) <= 1000:
        return power(*parts)
    if len(parts) == 1 and doc[0] in FUNCTIONS: return (doc[0], parts[0])
    raise Malformed(f"{doc!r:.60} is not an expression")
SLOPE = {  # the derivative of each function, as an expression in its argument
    "exp": lambda u: ("exp", u), "log": lambda u: power(u, -ONE), "tan": lambda u: add(ONE, power(("tan", u), TWO)),
    "softplus": lambda u: power(add(ONE, ("exp", mul(-ONE, u))), -ONE),
    "asinh": lambda u: power(add(ONE, power(u, TWO)), fmpq(-1, 2)),
    "atan": lambda u: power(add(ONE, power(u, TWO)), -ONE),
    "erf": lambda u: mul(mul(TWO, power("pi", fmpq(-1, 2))), ("exp", mul(-ONE, power(u, TWO)))),
    "relu": lambda u: ("step", u), "step": lambda u: ("kink", u), "kink": lambda u: ("kink", u),
}
def size(t): return 1 + sum(map(size, t[1:])) if isinstance(t, tuple) else 1
def compose(t, inner):
    """The expression with `inner` in place of z."""
    return inner if t == "z" else t if isinstance(t, (fmpq, str)) else (t[0], *(compose(u, inner) for u in t[1:]))
def derivative(t, x="z"):
    if isinstance(t, (fmpq, str)): return ONE if t == x else ZERO
    u, du = t[1], derivative(t[1], x)
    if t[0] in ("+", "*"):
        dv = derivative(t[2], x)
        return add(du, dv) if t[0] == "+" else add(mul(du, t[2]), mul(u, dv))
    if t[0] == "**": return mul(mul(t[2], power(u, t[2] - 1)), du)
    return ZERO if du == ZERO else mul(SLOPE[t[0]](u), du)
def value(t, **env):
    """The number, exact where it plainly is, that the expression has where the variables are as in `env`."""
    if isinstance(t, fmpq): return t
    if isinstance(t, str): return env[t] if t in env else arb.pi()
    u = value(t[1], **env)
    if t[0] in ("+", "*"): return u + value(t[2], **env) if t[0] == "+" else u * value(t[2], **env)
    return _power(u, t[2]) if t[0] == "**" else _function(t[0], u)
def _power(u, q):
    require(q >= 0 or u > 0 or u < 0, "a division by a number that may be zero")
    if q.q == 1:
        around_zero = q.p % 2 == 0 and not exact(u) and not (u > 0 or u < 0)
        return arb(0).union(abs(u).upper() ** int(q.p)) if around_zero else raised(u, int(q.p))
    require(u >= 0, "a root of a number that may be negative")
    root = fmpq(*(fmpz(part).root(int(q.q)) for part in (u.p, u.q))) if exact(u) else arb(0)
    return raised(root, int(q.p)) if exact(root) and root ** int(q.q) == u else arb(u) ** arb(q)
def _function(name, u):
    if name in ("step", "kink", "relu"):
        require(name == "relu" or u > 0 or u < 0, "a derivative is asked for at a kink")
        positive = ONE if name == "step" else ZERO if name == "kink" else u
        return positive if u > 0 else ZERO if u <= 0 else arb(0).union(arb(u).upper())
    if exact(u) and u == 0 and name not in ("log", "softplus"): return fmpq(int(name == "exp"))
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
    if len(kinds) > 1 or kinds & {"none", "pi"} or ("tan" in kinds and len({*map(str, scales)}) > 1): return None
    s = reduce(lambda a, b: fmpq((a.p * b.q).gcd(b.p * a.q), a.q * b.q), scales or [ONE])
    return (kinds or {"z"}).pop(), s
def bounded(*polynomials, power=1):
    fits = all(p.degree() * power <= 100 and p.numer().height_bits() * power <= 4096 for p in polynomials)
    return require(fits, "a polynomial is too large") or polynomials
def fraction(t, s):
    """Numerator and denominator of the expression as polynomials in the generator of scale s."""
    one = fmpq_poly([1])
    if isinstance(t, (fmpq, str)): return fmpq_poly([t] if isinstance(t, fmpq) else [0, 1]), one
    if t[0] in ("exp", "tan"):
        require((k := derivative(t[1]) / s).q == 1 and abs(k) <= 400, "an exponent is too large")
        up = fmpq_poly([0] * int(abs(k.p)) + [1])
        return (up if k > 0 else -up, one) if t[0] == "tan" else (up, one) if k > 0 else (one, up)
    a, b = fraction(t[1], s)
    if t[0] == "**":
        k, (a, b) = int(abs(t[2].p)), bounded(a, b, power=abs(t[2].p))
        return (a**k, b**k) if t[2] >= 0 else (b**k, a**k)
    c, d = fraction(t[2], s)
    a, b = (a * c, b * d) if t[0] == "*" else (a * d + c * b, b * d)
    return bounded(a // (common := a.gcd(b)), b // common)
def floor(t):
    """2 where the expression is plainly positive for all z, 1 where it is plainly nonnegative, else 0."""
    if isinstance(t, (fmpq, str)): return 2 if t == "pi" else 0 if t == "z" else 2 if t > 0 else int(t == 0)
    if t[0] == "**":
        base = floor(t[1])
        return 2 if base == 2 else base if base and t[2] > 0 else int(t[2].q == 1 and t[2] > 0 and t[2].p % 2 == 0)
    if t[0] in ("+", "*"):
        a, b = floor(t[1]), floor(t[2])
        return 0 if not (a and b) else max(a, b) if t[0] == "+" else min(a, b)
    return 2 if t[0] in ("exp", "softplus") else int(t[0] == "relu")
def crossings(p, low, high):
    """How many roots a polynomial without multiple ones has in the open interval, by Sturm's sequence."""
    chain, changes = [p, p.derivative()], []
    while chain[-1].degree() > 0:
        chain.append(-(chain[-2] % chain[-1]))
        chain[-1] /= abs(chain[-1][chain[-1].degree()])
    for end, side in ((low, -1), (high, 1)):
        values = [q[q.degree()] * side ** q.degree() if end is None else q(end) for q in chain if q != 0]
        signs = [v > 0 for v in values if v != 0]
        changes.append(sum(one != other for one, other in pairwise(signs)))
    return changes[0] - changes[1] - (high is not None and p(high) == 0)
def roots(p, low=None, high=None):
    """For each multiplicity how many roots the polynomial has between the ends, of which None is at infinity."""
    parts = p.numer().factor_squarefree()[1] if p.degree() > 0 else ()
    return [(crossings(fmpq_poly(part), low, high), times) for part, times in parts]
def holds(t, strict):
    """Prove t > 0 (t >= 0 unless strict) for all z (for tan: on its branch), or refuse."""
    if floor(t) >= 1 + strict: return
    require(form := generator(t), "the sign could not be proved")
    num, den = fraction(t, form[1])
    for p, touching in ((den, False), (num, not strict)):
        for count, times in roots(p, ZERO if form[0] == "exp" else None):
            require(count == 0 or (touching and times % 2 == 0), "the function changes sign or vanishes")
    require(any(num(g) * den(g) > 0 for g in map(fmpq, range(1, 3 + num.degree()))) or (num == 0 and not strict), "the sign is wrong")
def demands(t):
    """Pairs (u, strict): where all u > 0 (u >= 0 unless strict) for all z, the expression is defined and continuous."""
    require(t[0] != "tan" or generator(t), "tan of a function that is not linear")
    own = t[0] == "log" or (t[0] == "**" and (t[2] < 0 or t[2].q != 1))
    pairs = {(t[1], t[0] == "log" or t[2] < 0)} if own else set()
    return pairs.union(*(demands(u) for u in t[1:] if isinstance(u, tuple)))
def continuous(*trees):
    """Refuse unless the expressions are seen to be defined and continuous for all z (for tan: on its branch)."""
    for t, strict in set().union(*(demands(t) for t in trees if isinstance(t, tuple))): holds(t, strict)
# ---- networks, points and the quantities of a statement -------------------------------------------------------------
def locate(t, target, low):
    """The z in [low, low + STEP], low a multiple of STEP, where t crosses the target; or low itself where t is it."""
    z, gap = rational(low), value(t, z=rational(low)) - target
    if exact(gap) and gap == 0: return z
    require((z / STEP).q == 1 and gap * (value(t, z=z + STEP) - target) < 0, f"no crossing is seen at {low:.20}")
    return arb(z).union(arb(z + STEP))
class Network:
    """f(x) = sum_j a_j phi(theta_j . x); where f fits y, tr Hess L = kappa sum_i |x_i|^2 sum_j a_j^2 phi'(z_ij)^2."""
    def __init__(self, doc):
        self.X, [self.y], [self.a] = matrix(doc["X"]), matrix([doc["y"]]), matrix([doc["output_weights"]])
        self.n, self.m, self.kappa, self.trained = len(self.X), len(self.a), rational(doc["kappa"]), doc["trained_output"]
        require(self.n == len(self.y) and type(self.trained) is bool, "sizes do not fit")
        require(self.kappa in (ONE, TWO, ONE / self.n, TWO / self.n), "kappa is that of no loss")
        self.jets = [tree(doc["activation"])]
        for most in (400, 5000, 5000):
            require(size(self.jets[-1]) <= most, "the activation is too long")
            self.jets.append(derivative(self.jets[-1]))
        continuous(*self.jets)
        require(self.n <= 2000 and self.n * self.m * size(self.jets[3]) <= 10**8, "too many samples and neurons")
        self.gram = (fmpq_mat(self.X) * fmpq_mat(self.X).transpose()).tolist()
        self.form = generator(*self.jets)
        self.law = tree(doc["square_law"]) if doc["square_law"] else None  # phi'^2 as a function of phi
        gap = add(compose(self.law or ZERO, self.jets[0]), mul(-ONE, power(self.jets[1], TWO)))
        rational_law = self.form and size(self.law) <= 100 and generator(*self.jets, gap) == self.form
        require(self.law is None or (rational_law and fraction(gap, self.form[1])[0] == 0), "phi'^2 is not that of phi")
    def places(self, point):
        """For each entry the function k -> k-th derivative of phi there ("z": the preactivation, "square": phi'^2)."""
        rows, kind = matrix(point["values"]), point["coordinate"]
        require(kind in ("z", "g", "u"), "an unknown coordinate")
        if kind == "u":
            pairs = [zip(*both, strict=True) for both in zip(rows, point["brackets"], strict=True)]
            return [[self._at_u(*pair) for pair in row] for row in pairs]
        return [[getattr(self, "_at_" + kind)(entry) for entry in row] for row in rows]
    def spots(self, point):
        """The places of a point, if some theta has it: preactivations of independent nonzero inputs are free."""
        if point["coordinate"] == "theta":
            rows = matrix(point["values"])
            require(len(rows) == self.m and len(rows[0]) == len(self.X[0]), "theta has the wrong shape")
            return [[self._at_z(dot(x, t)) for t in rows] for x in self.X]
        spots, free = self.places(point), [x for x in self.X if any(x)]
        require(len(spots) == self.n and len(spots[0]) == self.m, "the point has a wrong shape")
        require(not free or fmpq_mat(free).rank() == len(free), "the inputs are dependent: preactivations are not free")
        for x, row in zip(self.X, spots, strict=True):
            require(any(x) or all(spot("z") == 0 for spot in row), "a zero input has preactivations 0")
        return spots
    def _at_z(self, z):
        return lambda k: z if k == "z" else value(self.jets[1], z=z) ** 2 if k == "square" else value(self.jets[k], z=z)
    def _at_g(self, g):
        require(self.form and (self.form[0] != "exp" or g > 0), "the activation is not rational in one generator")
        pairs = [fraction(t, self.form[1]) for t in self.jets]
        at = [num(g) / den(g) for num, den in pairs]
        z = {"z": lambda g: g, "exp": lambda g: arb(g).log(), "tan": lambda g: arb(g).atan()}[self.form[0]](g) / self.form[1]
        return lambda k: z if k == "z" else at[1] ** 2 if k == "square" else at[k]
    def _at_u(self, u, low):
        z = locate(self.jets[0], u, low)
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
        extra = [spot(0) ** 2 for row in spots for spot in row] if self.trained else []
        slopes = [self.gram[i][i] * a[j] ** 2 * spots[i][j]("square") for i in range(self.n) for j in range(self.m)]
        return self.kappa * total(slopes + extra)
    def forces(self, point):
        """Multipliers alpha, the Riemannian gradient of the trace in theta, the exact derivatives of phi, the weights."""
        require(self.n <= 300, "too many samples for exact multipliers")
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
        R = [[g[i][j] - alpha[i] * J[i][j] for i in N] for j in M]
        return alpha, [[dot(r, column) for column in zip(*self.X, strict=True)] for r in R], D, a
    def quantity(self, kind, term):
        """One named number at a point."""
        if kind == "trace": return self.trace(term["point"])
        point, (i, j) = term["point"], term["entry"] if kind != "gradient" else (0, 0)
        require(type(i) is type(j) is int and 0 <= i < self.n and 0 <= j < self.m, "no such entry")
        if kind == "preactivation": return self.feasible(point)[0][i][j]("z")
        pull = self.forces(point)[1]
        if kind == "velocity": return -dot(pull[j], self.X[i])  # of preactivation (i, j) along theta' = -grad F
        require(kind == "gradient", f"{kind!r} is no quantity")
        return total(c * c for row in pull for c in row)  # squared norm of the Riemannian gradient
    def convex(self):
        """Refuse unless phi'^2 is seen to be a convex function of phi (its second derivative is 2 phi''' / phi')."""
        if self.law is not None: return holds(derivative(derivative(self.law)), False)
        mirror = add(self.jets[0], mul(-ONE, compose(self.jets[0], mul(-ONE, "z"))))
        even = self.form and fraction(mirror, self.form[1])[0] == 0  # then z >= 0 is enough, as z = t^2
        sign = -ONE if value(self.jets[1], z=STEP) < 0 else ONE
        for t in (self.jets[1], self.jets[3]):
            holds(mul(sign, compose(t, power("z", TWO)) if even else t), False)
MODELS: dict = {None: Network}  # what an instance is about, by its entry "model"; later parts of the checker add theirs
def model(doc):
    """What the instance describes; None where there is no instance."""
    if doc is None: return None
    require((kind := doc.get("model")) in MODELS, "an unknown model")
    return MODELS[kind](doc)
# ---- how statements are told ----------------------------------------------------------------------------------------
def show(v):  # as the documents write it: an exact string, unless very long, or outward rounded ends
    told = exact(v) and v.height_bits() < 400 and len(str(v)) <= 100
    return str(v) if told else {"lo": _decimal(arb(v).lower(), 0), "hi": _decimal(arb(v).upper(), 1)}
def _decimal(x, up):
    require(x.is_finite(), "a bound is infinite")
    man, exp = x.man_exp()
    require(abs(exp) < 10_000, "a bound is out of proportion")
    p, q = int(man) << max(int(exp), 0), 1 << max(-int(exp), 0)
    k = 30 - len(str(abs(p))) + len(str(q))
    p, q = (p * 10**k, q) if k >= 0 else (p, q * 10**-k)
    return str(Decimal(f"{-(-p // q) if up else p // q}e{-k}"))
def label(text):
    """Free text of the author, told in quotes: it names something, and nothing of it is proved."""
    require(isinstance(text, str) and re.fullmatch(r"[ !#-\[\]-~]{1,120}", text), "a name is no plain short text")
    return f'"{text}"'
def digest(doc): return hashlib.sha256(json.dumps(doc, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
def brief(doc):  # short data are told in full, long ones by the start of their digest
    text = json.dumps(doc, separators=(", ", ": ")).replace('"', "")
    return text if len(text) <= 72 else "#" + digest(doc)[:16]
def _text(told): return told if isinstance(told, str) else f"[{told['lo']}, {told['hi']}]"
def quantity(net, term):
    """One named number of a statement."""
    if term["quantity"] != "number": return net.quantity(term["quantity"], term)
    return require(term.get("point") is None, "a number has no point") or value(tree(term["expression"], ()))
def side(net, part):
    """A sum of quantities and the text of it, once its value is seen to be the one told."""
    terms = [(rational(t.get("times", "1")), quantity(net, t), t.get("power", 1)) for t in part["terms"]]
    require(terms and isinstance(part["terms"], list) and all(k in range(1, 65) for *_, k in terms), "no sum of powers")
    require(show(got := total(times * raised(v, k) for times, v, k in terms)) == part["value"], f"it is {_text(show(got))}")
    return got, f"{label(part['name'])} = {_text(part['value'])}", brief(part["terms"])

# ---- the kinds of certificate: each refuses, or returns the statement that it has proved ----------------------------
def check_value(c, net): return "{0[1]} [{0[2]}]".format(side(net, c))
def check_less(c, net):
    (left, *told), (right, *other) = side(net, c["left"]), side(net, c["right"])
    require(left < right, "the left side is not smaller")
    return f"{told[0]} < {other[0]} [{told[1]} < {other[1]}]"
def check_sign(c, net):
    order, relation = c.get("order"), c["relation"]
    known = relation in (">", ">=", "<", "<=") and (order is None or (type(order) is int and 0 <= order <= 3))
    require(known, "an unknown relation or derivative")
    t, told = (tree(c["expression"]), brief(c["expression"])) if order is None else (net.jets[order], f"derivative {order} of phi")
    continuous(t)
    holds(t if relation[0] == ">" else mul(-ONE, t), len(relation) == 1)
    where = "for all z on the branch of tan" if "'tan'" in str(t) else "for all z"
    return f"{label(c['name'])} {relation} 0 {where} [{told}]"
def check_all(c, net):
    require(isinstance(c["parts"], list) and c["parts"], "no parts")
    return "; ".join(f"{label(part['role'])}: {statement(part, net)}" for part in c["parts"])
KINDS = {name[6:]: entry for name, entry in list(globals().items()) if name.startswith("check_")}
def statement(c, net, about=""):
    told = KINDS[c["kind"]](c, net) + about
    require(told == c["statement"], f"what is proved is: {told}")
    return told
class Part(dict):
    """An object of the document that remembers what was read: a part that proves nothing must not stand there."""
    def __getitem__(self, key): return vars(self).update({" " + key: 1}) or super().__getitem__(key)
    def get(self, key, default=None): return self[key] if key in self else default  # noqa: SIM401
def unread(doc):
    parts = doc.values() if isinstance(doc, dict) else doc if isinstance(doc, list) else ()
    return [*({*doc} - {key[1:] for key in vars(doc)} if isinstance(doc, Part) else ()), *(name for part in parts for name in unread(part))]

def verify(doc):
    """The statement that the certificate proves; raises Malformed if it is none, Refused if it does not hold."""
    if not isinstance(doc, dict) or doc.get("format") != FORMAT or str(doc.get("kind")) not in KINDS:
        raise Malformed(f"not a certificate of the format {FORMAT}")
    try:
        c = json.loads(text := json.dumps(doc), object_hook=Part)
        require(len(text) < 2e7, "the document is too long")
        require(c["seal"] == digest({k: v for k, v in doc.items() if k != "seal"}), "changed since it was sealed")
        for part in ("instance", "claim"):
            require(c[part + "_digest"] == digest(c[part]) and c["format"], f"made for another {part}")
        with ctx.workprec(BITS):
            told = statement(c, model(c["instance"]), f" (instance {c['instance_digest'][:12]})")
        c.update(claim=None)  # of which the digest is all that counts
        require(not (extra := unread(c)), f"not part of the proof: {', '.join(map(ascii, extra))}")
        return told
    except ArithmeticError as error:
        raise Refused(f"{error}, in the arithmetic") from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise Malformed(f"a part is missing or of the wrong form ({type(error).__name__}: {error})") from None
def once(pairs):  # an object of JSON, unless a key stands in it twice, which readers take in different ways
    if len(dict(pairs)) < len(pairs): raise Malformed("a key stands twice in an object")
    return dict(pairs)
def main(paths):
    """Print a line a file; 0 if all hold, 1 if one is refused, 2 if one is no certificate."""
    codes = [0]
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                code, told = 0, f"holds: {verify(json.load(file, object_pairs_hook=once))}"
        except (Refused, OSError, ValueError, RecursionError, Malformed) as reason:
            code, told = (1, f"REFUSED: {reason}") if isinstance(reason, Refused) else (2, f"no certificate: {reason}")
        codes.append(print(f"{path}: {told}") or code)
    return max(codes)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

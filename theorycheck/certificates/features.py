"""The fourth part of the checker of certificates: the deep unconstrained-features model.

K classes with n_k samples, N = sum n_k; factors H, W_1, ..., W_L; M_1 = H, M_2 = W_1 H and M_(l+1) = W_l s(M_l) from
l = 2 on, s the ReLU or the identity; output Z = W_L s(M_L), or W_1 H where L = 1; targets Y, a column e_k a sample.
Objective: fit + lambda_H / 2 |H|^2 + sum_l lambda_l / 2 |W_l|^2, with fit = |Z - Y|^2 / (2N) or the mean cross-entropy.

Parameters are told by class means: H has a column a class, repeated n_k times, which is one of the allowed parameters;
so what is computed is a value of the full objective. Lower bounds are for all parameters, any width, repeated or not.
Like the first part it needs only Python's standard library and python-flint, and it uses the names of the first part.
"""

from functools import reduce
from itertools import accumulate, pairwise

from flint import arb, fmpq, fmpq_poly, fmpz, fmpz_mat

from theorycheck.certificates.check import (
    KINDS,
    MODELS,
    ONE,
    TWO,
    ZERO,
    Refused,
    _text,
    add,
    brief,
    derivative,
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

__all__ = ["verify"]
WORK = 10**10  # about how many operations on bits the products of factors may take
PIECES = 5_000  # a proof by subdivision that opens more intervals than this is refused


def counted(k, least, most):
    """Whether k is a whole number between these."""
    return type(k) is int and least <= k <= most


class Features:
    """Sizes, regularisation and loss of an instance, and the named numbers of its parameters."""

    def __init__(self, doc):
        self.K, self.L, self.n, self.width = doc["classes"], doc["depth"], doc["counts"], doc["width"]
        self.loss, self.relu, [self.reg] = doc["loss"], doc["relu"], matrix([doc["reg"]])
        require(counted(self.K, 2, 200) and counted(self.L, 1, 60), "K is 2 to 200, L is 1 to 60")
        require(self.width is None or counted(self.width, 1, 10**6), "the width is no size")
        require(isinstance(self.n, list) and len(self.n) == self.K, "not one number of samples a class")
        require(all(counted(n, 1, 10**9) for n in self.n), "a number of samples is none")
        fits = len(self.reg) == self.L + 1 and all(v > 0 and v.height_bits() < 2000 for v in self.reg)
        require(fits, "not one positive regularisation a factor, or too long a number")
        require(self.loss in ("mse", "ce") and type(self.relu) is bool, "an unknown loss or activation")
        require(self.L > 1 or not self.relu, "with one weight matrix there is no hidden layer to be rectified")
        self.N, self.balanced = sum(self.n), len({*self.n}) == 1
        # where the linear lower bound of the penalty holds: see `schatten`
        self.straight = not self.relu or self.K == 2
        self.product = times(self.reg)

    def told(self):
        """The instance in words."""
        n, lam = [values[0] if len({*values}) == 1 else brief(values) for values in (self.n, [*map(str, self.reg)])]
        sizes = f"K = {self.K}, L = {self.L}, n = {n}, lambda = {lam}"
        loss = {"mse": "squared loss / (2N)", "ce": "mean cross-entropy"}[self.loss]
        width = "any width" if self.width is None else f"width at most {self.width}"
        return f"the deep unconstrained-features model ({'ReLU' if self.relu else 'linear'}, {loss}, {sizes}, {width})"

    def factors(self, point):
        """The factors as integer matrices, each with its common denominator, once their shapes are seen to fit."""
        require(sum(len(row) for rows in point["factors"] for row in rows) <= 2 * 10**5, "too many entries")
        found = [matrix(rows) for rows in point["factors"]]
        require(len(found) == self.L + 1, "not H and L weight matrices")
        shapes = [(len(rows), len(rows[0])) for rows in found]
        require(shapes[0][1] == self.K == shapes[-1][0], "H needs a column a class, the last weights a row a class")
        require(all(p[0] == q[1] for p, q in pairwise(shapes)), "the shapes do not fit together")
        require(self.width is None or all(p <= self.width for p, _ in shapes[:-1]), "wider than the instance allows")
        pairs = [_cleared(rows) for rows in found]
        sizes = [height(A) + d.bit_length() + 20 for A, d in pairs]
        work = sum(p * q * self.K * bits for (p, q), bits in zip(shapes, accumulate(sizes), strict=True))
        require(work <= WORK, "the factors are too large or their numbers too long")
        return pairs

    def layers(self, point):
        """Pairs (M_l, s(M_l)) for l = 1, ..., L and (Z, Z), as integer matrices over a denominator: (A, B, d)."""
        (A, d), *weights = self.factors(point)
        found = [(A, A, d)]
        for k, (W, e) in enumerate(weights):
            A, d = W * found[-1][1], d * e
            hidden = self.relu and k < self.L - 1
            found.append((A, fmpz_mat(*_shape(A), [max(v, 0) for v in A.entries()]) if hidden else A, d))
        return found

    def output(self, point):
        """The rows of the output, exact."""
        Z, _, d = self.layers(point)[-1]
        return [[fmpq(v, d) for v in row] for row in Z.tolist()]

    def norm(self, point, index):
        """The squared norm of a factor; that of H counts every sample."""
        require(counted(index, 0, self.L), "no such factor")
        return self.norms(self.factors(point))[index]

    def norms(self, pairs):
        """The squared norms of all factors."""
        first, *rest = [([sum(v * v for v in row) for row in A.transpose().tolist()], d) for A, d in pairs]
        weighted = fmpq(sum(n * v for n, v in zip(self.n, first[0], strict=True)), first[1] ** 2)
        return [weighted, *(fmpq(sum(columns), d**2) for columns, d in rest)]

    def fit(self, point):
        """The fit: exact for the squared loss, else a ball."""
        columns = [list(column) for column in zip(*self.output(point), strict=True)]
        if self.loss == "mse":
            misses = [total((z - (c == k)) ** 2 for c, z in enumerate(column)) for k, column in enumerate(columns)]
            return total(n * miss for n, miss in zip(self.n, misses, strict=True)) / (2 * self.N)
        sums = [total(arb(z - v[k]).exp() for c, z in enumerate(v) if c != k) for k, v in enumerate(columns)]
        return total(n * found.log1p() for n, found in zip(self.n, sums, strict=True)) / self.N

    def penalty(self, point):
        """The regularisation of all factors."""
        return total(lam * v / 2 for lam, v in zip(self.reg, self.norms(self.factors(point)), strict=True))

    def quantity(self, kind, term):
        """One named number of parameters: `objective`, `fit`, `penalty`, `norm` (of factor `index`)."""
        point = term["point"]
        if kind == "norm":
            return self.norm(point, term["index"])
        require(kind in ("objective", "fit", "penalty"), f"{kind!r:.40} is no quantity")
        return total(part(point) for part in (self.fit, self.penalty) if kind in ("objective", part.__name__))

    def mean(self, factor=ONE):
        """(L + 1) / 2 (factor lambda_H prod lambda_l)^(1 / (L + 1)), rounded down to a rational where irrational."""
        root = value(power(factor * self.product, fmpq(1, self.L + 1)))
        return fmpq(self.L + 1, 2) * (root if isinstance(root, fmpq) else arb(root).lower().fmpq())


def times(numbers):
    """The product."""
    return reduce(lambda p, q: p * q, numbers)


def height(A):
    """How many bits the longest entry of an integer matrix has."""
    return max(abs(v).bit_length() for v in A.entries())


def _shape(A):
    return A.nrows(), A.ncols()


def _cleared(rows):
    """The matrix over one denominator."""
    d = fmpz(1)
    for v in (v for row in rows for v in row):
        d = d.lcm(v.q)
        require(d.bit_length() < 20_000 and v.height_bits() < 20_000, "the numbers of a factor are too long")
    require(sum(map(len, rows)) * d.bit_length() <= WORK // 10, "the numbers of a factor are too long together")
    return fmpz_mat([[v.p * (d // v.q) for v in row] for row in rows]), d


def about(net):
    """The model of the instance, refused where there is another."""
    require(isinstance(net, Features), "the instance is not of the unconstrained-features model")
    return net


def bowl(a, b, L, v):
    """Prove a (1 - t^(L+1))^2 + b t^2 >= v for all t >= 0.

    The leading term is positive, so it is enough that no root beyond 0 has an odd multiplicity.
    """
    require(a > 0 and v.height_bits() < 2000, "the value is too long")
    m = L + 1
    coefficients = [ZERO] * (2 * m + 1)
    for k, c in ((0, a - v), (m, -2 * a), (2 * m, a), (2, b)):
        coefficients[k] += c
    signs = [times % 2 == 0 for count, times in roots(fmpq_poly(coefficients), ZERO) if count]
    require(all(signs), "the value is not a lower bound")


# ---- lower bounds for all parameters: a rule returns what it has proved ---------------------------------------------


def schatten(c, net):
    """Squared loss, any numbers of samples; linear, or two classes.

    Linear. With s_j the singular values of Z, |Z - Y|^2 >= sum_j (s_j - sqrt(n_j))^2 (Mirsky), and the penalty of any
    factors of Z is at least (L + 1) / 2 (lambda_H prod lambda_l)^(1 / (L + 1)) sum_j s_j^(2 / (L + 1)): scale the
    factors by the roots of their lambda, then the Schatten form of sums of squared norms. So the objective is at least
    a sum over the classes of least values in one number, s = sqrt(n_k) t^(L + 1).

    ReLU, two classes. For given weights the columns of H are decoupled, so let H have two different columns; scale them
    and all that follows by sqrt(n_k), with which s commutes. Then no ReLU need be active, at no greater penalty and
    with the same Z, so that the linear bound holds:
    (i) |s(M)|_* <= |M|_* for two columns, so that W_1 H = M_2 may become W_1' H' = s(M_2). Let X = s(M), X' = s(-M)
    and Q the polar factor of X. If X has rank 2, Q = X P with P = (X^T X)^(-1/2), whose entry off the diagonal is <= 0
    as X^T X >= 0; where X'_ij > 0, X_ij = 0 and Q_ij is the other entry of the row of X times that of P, hence <= 0.
    If X has rank 1, Q is 0 where X is. So <Q, X'> <= 0 and |M|_* >= <Q, M> = |X|_* - <Q, X'> >= |X|_*.
    (ii) For X >= 0 with two columns and G = X^T X, the cheapest row w with w X = (a, b) costs (a, b) G^-1 (a, b)^T. If
    a > 0 > b, G is regular (columns of X that are dependent are multiples of one another, a and b of the same sign) and
    the cost (G_22 a^2 - 2 G_12 a b + G_11 b^2) / det G does not grow when b becomes 0. If a, b <= 0, w = 0 will do.
    """
    require(net.loss == "mse" and net.straight, "only the squared loss, linear or with two classes")
    return spectral(c, net)


def varied(net):
    """Refuse so many different numbers of samples, each with a polynomial of its own, that it would take long."""
    require(len({*net.n}) * net.L**2 <= 20_000, "too many different numbers of samples for so many layers")


def spectral(c, net):
    """The sum over the classes of min over t of n_k / (2N) (1 - t^(L+1))^2 + mean(n_k) t^2, each proved as told."""
    varied(net)
    bounds = {}
    for n in {*net.n}:
        bounds[n] = rational(c["least"][str(n)])
        bowl(fmpq(n, 2 * net.N), net.mean(fmpq(n)), net.L, bounds[n])
    return total(bounds[n] for n in net.n)


def product(c, net):
    """Squared loss, any activation, any numbers of samples.

    |s(M)| <= |M|, so the nuclear norm S of Z is at most the product of the norms of all factors, and the penalty is at
    least (L + 1) / 2 (lambda_H prod lambda_l S^2)^(1 / (L + 1)). By Mirsky and Cauchy |Z - Y|^2 >= sum_k (sqrt(n_k) -
    s_k)^2 >= (T - S)^2 / K with T = sum_k sqrt(n_k). Put S = T t^(L + 1); a T that is rounded down only lowers this for
    S <= T, and beyond T nothing is gained.
    """
    require(net.loss == "mse", "only the squared loss")
    square = root_sum(net)
    bowl(square / (2 * net.N * net.K), net.mean(square), net.L, rational(c["value"]))
    return rational(c["value"])


def root_sum(net):
    """The square of sum_k sqrt(n_k), rounded down where irrational."""
    if net.balanced:
        return fmpq(net.n[0] * net.K**2)
    return (total(arb(n).sqrt() for n in net.n) ** 2).lower().fmpq()


def jensen(c, net):
    """Cross-entropy, any activation, any numbers of samples.

    With C = I - J/K and m the mean of the margins z_kk' - z_ck' over all samples k' and c != k, the fit is at least
    log(1 + (K - 1) exp(-m)) by Jensen's inequality, twice. m = K <Z, C Y> / (N (K - 1)) <= K S sqrt(r) / (N (K - 1)),
    S the nuclear norm of Z, r >= the largest eigenvalue of C diag(n_k) C. The penalty is at least (L + 1) / 2
    (lambda_H prod lambda_l S^2)^(1 / (L + 1)), see `product`; for S >= N (K - 1) u / (K sqrt(r)) with u = m >= 0.
    """
    require(net.loss == "ce", "only cross-entropy")
    ratio = fmpq(net.N * (net.K - 1), net.K)
    margin(net, net.mean(ratio**2 / spread(c, net)), rational(c["value"]))
    return rational(c["value"])


def spread(c, net):
    """A number told, or else max n_k, once C diag(n_k) C is seen to have no larger eigenvalue, C = I - J/K.

    If r lies below one n_k only, r I - diag(n_k) has one negative eigenvalue, and it is nonnegative on the vectors of
    sum zero where sum_k 1 / (r - n_k) <= 0 (Finsler, Haynsworth).
    """
    r = rational(c["spread"]) if "spread" in c else fmpq(max(net.n))
    require(r.height_bits() < 2000, "the spread is too long")
    gaps = [r - n for n in net.n]
    few = sum(gap < 0 for gap in gaps) == 1 and all(gap != 0 for gap in gaps) and total(1 / gap for gap in gaps) <= 0
    require(min(gaps) >= 0 or few, "the spread is not seen to bound the numbers of samples")
    return r


def margin(net, b, v):
    """Prove F(t) = log(1 + (K - 1) exp(-t^(L+1))) + b t^2 >= v for all t >= 0.

    As the first term is convex in u = t^(L + 1), F >= log K + t^2 (b - (K - 1) / K t^(L - 1)), which is at least log K
    up to some t; and F >= b t^2 is at least v from some t on. Between the two the interval is divided.
    """
    if v <= 0:
        return
    share, top = fmpq(net.K - 1, net.K), (arb(v) / arb(b)).sqrt().upper().fmpq()
    start = ZERO
    if net.L == 1 and b >= share:
        start = top
    elif net.L > 1:
        start = (arb(b / share) ** arb(fmpq(1, net.L - 1))).lower().fmpq()
    require(arb(net.K).log() >= v, "the value is not a lower bound")
    others = mul(fmpq(net.K - 1), ("exp", mul(-ONE, power("z", fmpq(net.L + 1)))))
    at_least(add(("log", add(ONE, others)), mul(b, power("z", TWO))), v, start, top)


def at_least(t, v, low, high):
    """Prove that an expression in z is at least v on [low, high], by subdivision and Taylor's formula."""
    slope = derivative(t)
    bend, todo = derivative(slope), [(low, high)] if low < high else []
    for _ in range(PIECES):
        if not todo:
            return
        p, q = todo.pop()
        if not _above(t, slope, bend, v, p, q):
            todo += [(p, (p + q) / 2), ((p + q) / 2, q)]
    raise Refused("the value could not be proved by subdivision")


def _above(t, slope, bend, v, p, q):
    """Whether t >= v is seen on [p, q]: t is at least f - s |x| + k x^2 / 2 at distance x from the middle."""
    box, middle, r = arb(p).union(arb(q)), arb((p + q) / 2), arb((q - p) / 2)
    try:
        if arb(value(t, z=box)) >= v:
            return True
        f, s = arb(value(t, z=middle)) - v, abs(arb(value(slope, z=middle)))
        k = arb(value(bend, z=box)).lower()
    except Refused:  # not seen to be defined on so wide a stretch
        return False
    require(not f < 0, "the value is not a lower bound")
    return bool((k > 0 and f >= s**2 / (2 * k)) or f - s * r + k.min(arb(0)) * r**2 / 2 >= 0)


def reached(c, bound):
    """Refuse unless the value told is at most the bound that was proved."""
    require(len(c["value"]) <= 120 and rational(c["value"]) <= bound, f"the bound is {_text(show(bound))}")


RULES = {"jensen": jensen, "product": product, "schatten": schatten}


def check_floor(c, net):
    """A lower bound of the objective for all parameters."""
    require(c["rule"] in RULES, "an unknown rule")
    reached(c, RULES[c["rule"]](c, about(net)))
    return f"for all parameters of {net.told()} the objective is at least {c['value']} (rule {c['rule']})"


MODELS["unconstrained features"] = Features
KINDS |= {"floor": check_floor}

"""The seventh part of the checker of certificates: two-layer (leaky) ReLU networks.

sigma(z) = max(z, slope z) with a slope from 0 to 1. With fixed outputs f = 1/m_+ sum sigma(w.x) over the rows w of
W_plus - 1/m_- sum sigma(w.x) over those of W_minus; with trained outputs f = sum_j a_j sigma(w_j.x). Weights are
rational and told as {"W_plus", "W_minus"} or {"a", "W"}. One row of W_plus stands for all its neurons; otherwise there
is a row a neuron, or "counts_plus" says how many neurons have each row (likewise for W_minus).

Losses: logistic 1/n sum log(1 + exp(-y f)), square 1/(2n) sum (f - y)^2, hinge 1/n sum max(0, 1 - y f).

Like the first part it needs only Python's standard library and python-flint, and it uses the names of the first part.
"""

from functools import cached_property, reduce

from flint import acb, arb, arb_mat, fmpq, fmpq_mat, fmpz, fmpz_mat, fmpz_poly

from theorycheck.certificates.check import (
    KINDS,
    MODELS,
    ONE,
    ZERO,
    _text,
    brief,
    dot,
    exact,
    rational,
    require,
    show,
    total,
    verify,
)

# ---- end of imports

__all__ = ["verify"]
LOSSES = ("logistic", "square", "hinge")
EXACT, SQUARINGS = 2 * 10**4, 80  # see `spectral_top`; close eigenvalues take long beyond
MOST_BITS = 2 * 10**8  # of all numbers of a matrix
PRODUCT_BITS, SHORT = 10**9, 300  # bits in a product of matrices; below the other number there are not too many
MOST_ROWS = 200  # of the matrix whose spectral norm is found: tens of seconds


def entries(rows):
    """A matrix of rationals, refused while it is read where it would fill the memory: 1e9999 is short to write."""
    require(isinstance(rows, list) and rows and isinstance(rows[0], list), "a matrix is no list of rows")
    require(len(rows) * len(rows[0]) <= 10**6, "too many numbers")
    found, left = [], MOST_BITS
    for row in rows:
        require(isinstance(row, list) and len(row) == len(rows[0]) > 0, "the rows have different lengths, or none")
        found.append([])
        for text in row:
            found[-1].append(rational(text))
            left -= found[-1][-1].height_bits()
            require(left >= 0, "too long numbers")
    return found


def product_fits(rows, n):
    """Refuse where products of these rows with n others would take minutes; a row is brought to one denominator."""
    most = PRODUCT_BITS // (n * len(rows) * len(rows[0]))
    for row in rows:
        d, bits = fmpz(1), max(abs(v.p).bit_length() for v in row)
        for v in row:
            d = d.lcm(v.q)
            require(bits + d.bit_length() <= max(most, SHORT), "too many long numbers")


def whole(k, least, most):
    """Whether k is a whole number between these."""
    return type(k) is int and least <= k <= most


class Relu:
    """Data, slope, widths and loss of an instance, and the named numbers of explicit weights."""

    def __init__(self, doc):
        self.X, [self.y], self.slope = entries(doc["X"]), entries([doc["y"]]), rational(doc["slope"])
        self.n, self.d, self.width, self.loss = len(self.X), len(self.X[0]), doc["width"], doc["loss"]
        self.fixed = doc["outputs"] == "fixed"
        require(self.fixed or doc["outputs"] == "trained", "outputs are fixed or trained")
        require(doc.get("activation", "leaky") == "leaky", "the activation is no (leaky) ReLU")
        signs = isinstance(self.width, list) and len(self.width) == 1 + self.fixed
        require(signs and all(whole(m, 1, 10**9) for m in self.width), "the width is no size")
        require(self.loss in LOSSES and 0 <= self.slope <= 1, "an unknown loss, or the slope is not from 0 to 1")
        require(len(self.y) == self.n, "not one label a sample")
        product_fits(self.X, self.n)
        require(self.loss == "square" or all(abs(y) == 1 for y in self.y), "the labels are not 1 and -1")

    @cached_property
    def mean_width(self):
        """The harmonic mean h of m_+ and m_-."""
        require(self.fixed, "only for fixed outputs")
        return fmpq(2 * self.width[0] * self.width[1], self.width[0] + self.width[1])

    @cached_property
    def inner(self):
        """All x_i.x_k."""
        require(self.n <= 1000, "too many samples")
        return (fmpq_mat(self.X) * fmpq_mat(self.X).transpose()).tolist()

    def told(self):
        """The network in words."""
        kind = "ReLU" if self.slope == 0 else f"leaky ReLU of slope {self.slope}"
        return f"the two-layer {kind} network, {'fixed' if self.fixed else 'trained'} outputs"

    def neurons(self, point):
        """Triples: output weight, weights, how many neurons have them."""
        if self.fixed:
            found = [*self._block(point, "plus", 0), *self._block(point, "minus", 1)]
        else:
            [a], W = entries([point["a"]]), entries(point["W"])
            require(len(a) == len(W) == self.width[0] and len(W[0]) == self.d, "the weights have a wrong shape")
            found = [(v, w, 1) for v, w in zip(a, W, strict=True)]
        bits = [v.height_bits() + 30 for a, w, _ in found for v in (a, *w)]
        require(max(bits) < 20_000 and len(bits) * self.n <= 10**7, "too many weights or too long ones")
        product_fits([w for _, w, _ in found], self.n)
        return found

    def _block(self, point, name, k):
        W, m = entries(point["W_" + name]), self.width[k]
        counts = point.get("counts_" + name, [m] if len(W) == 1 else [1] * len(W))
        fits = isinstance(counts, list) and len(counts) == len(W) and all(whole(c, 1, m) for c in counts)
        require(fits and sum(counts) == m and len(W[0]) == self.d, "the weights have a wrong shape")
        return [(fmpq(1 - 2 * k, m), w, c) for w, c in zip(W, counts, strict=True)]

    def before(self, neurons):
        """The preactivations: a row a sample, an entry a neuron."""
        if not all(exact(*w) for _, w, _ in neurons):
            return [[dot(x, w) for _, w, _ in neurons] for x in self.X]
        return (fmpq_mat(self.X) * fmpq_mat([w for _, w, _ in neurons]).transpose()).tolist()

    def sigma(self, z):
        """The activation."""
        return z if z > 0 else self.slope * z if z <= 0 else z.max(self.slope * z)

    def outputs(self, neurons, z):
        """The outputs f(x_i), given the preactivations."""
        shares = [a * c for a, _, c in neurons]
        return [dot(shares, [self.sigma(v) for v in row]) for row in z]

    def loss_of(self, f):
        """The loss of outputs: exact, but a ball where it is logistic."""
        if self.loss == "square":
            return total((p - y) ** 2 for p, y in zip(f, self.y, strict=True)) / (2 * self.n)
        q = [p * y for p, y in zip(f, self.y, strict=True)]
        if self.loss == "hinge":
            return total(hinged(1 - v) for v in q) / self.n
        return total(arb(-v).exp().log1p() for v in q) / self.n

    def quantity(self, kind, term):
        """One named number: output, margin (of sample `entry`: [i]), loss, norm, spread, stable rank (of `block`).

        norm is the squared norm of all trained weights, spread the largest margin minus the smallest, stable rank
        the squared Frobenius norm of W (rows plus, minus, or stacked: all) over its squared spectral norm.
        """
        return self.number(kind, term, self.neurons(term["point"]))

    def number(self, kind, term, neurons):
        """The same for neurons, whose weights may be balls (but for the stable rank)."""
        if kind == "norm":
            outer = ZERO if self.fixed else total(a * a for a, *_ in neurons)
            return total(c * dot(w, w) for _, w, c in neurons) + outer
        if kind == "stable rank":
            return self._stable_rank(neurons, term["block"])
        f = self.outputs(neurons, self.before(neurons))
        if kind == "loss":
            return self.loss_of(f)
        q = [p * y for p, y in zip(f, self.y, strict=True)]
        if kind == "spread":
            return greatest(q) + greatest([-v for v in q])
        require(kind in ("output", "margin"), f"{kind!r:.40} is no quantity")
        [i] = term["entry"]
        require(whole(i, 0, self.n - 1), "no such sample")
        return (f if kind == "output" else q)[i]

    def _stable_rank(self, neurons, block):
        require(block == "stacked" or (self.fixed and block in ("plus", "minus")), "an unknown block")
        kept = [(w, c) for a, w, c in neurons if any(w) and (block == "stacked" or (a > 0) == (block == "plus"))]
        require(kept, "the weights of the block are all 0")
        W, counts = fmpq_mat([w for w, _ in kept]), [c for _, c in kept]
        C = fmpq_mat(len(kept), len(kept), [c if i == j else 0 for i, c in enumerate(counts) for j in range(len(kept))])
        # C W W^T and W^T C W have the nonzero eigenvalues of the Gram matrix of all rows
        M = C * W * W.transpose() if len(kept) <= self.d else W.transpose() * C * W
        return total(M[k, k] for k in range(M.nrows())) / spectral_top(M)

    def acting(self, z, given, needed):
        """The slope of each neuron on each sample, and at which kinks it is one that is told.

        `given` is called where there are kinks at which it is needed; it has to tell one for each, in order.
        """
        at = self._kinks(z, needed)
        entries = given() if at else []
        require([[i, r] for i, r, _ in entries] == [[*k] for k in at], "other slopes at kinks are needed, or in order")
        require(all(type(k) is int for *place, _ in entries for k in place), "a kink is no pair of indices")
        told = {(i, r): rational(v) for i, r, v in entries}
        require(all(self.slope <= v <= 1 for v in told.values()), "a slope at a kink is not between those beside it")
        flat = [[told.get((i, r), self.slope if v <= 0 else ONE) for r, v in enumerate(q)] for i, q in enumerate(z)]
        return flat, at

    def _kinks(self, z, needed):
        free = self.slope != 1
        return [(i, r) for i, row in enumerate(z) for r, v in enumerate(row) if free and v == 0 and needed(i, r)]


def hinged(v):
    """The larger one of v and 0."""
    return v if v > 0 else ZERO if v <= 0 else v.max(arb(0))


def greatest(values):
    """The largest one of rationals or balls."""
    return reduce(lambda p, q: p if p >= q else q if q >= p else arb(p).max(arb(q)), values)


def spectral_top(M):
    """The largest eigenvalue of a rational matrix whose eigenvalues are real and at least 0; exact if that is rational.

    Small: a root of the characteristic polynomial of an integer matrix, all of whose roots are isolated; a rational
    one is whole. Large: r numbers from 0 to t, of which one is t, have sum of N-th powers t^N to r t^N; N is a power
    of 2 here. A whole k near t is t where all coefficients of p(x + k) but those of the lowest powers, 0, are positive.
    """
    if M.nrows() == 1:
        return M[0, 0]
    A, d = M.numer_denom()
    A = fmpz_mat(A)
    require(M.nrows() <= MOST_ROWS, "too many rows for a spectral norm")
    if M.nrows() > 24 or M.nrows() ** 3 * max(abs(v).bit_length() for v in A.entries()) > EXACT:
        return _far(A, d)
    p = A.charpoly()
    found = [(acb(v).real, times) for v, times in p.complex_roots()]
    top = max((v for v, _ in found), key=lambda v: v.mid())
    require(all(v is top or v < top for v, _ in found), "the eigenvalues are not told apart")
    k = top.unique_fmpz()
    return fmpq(k, d) if k is not None and p(k) == 0 else top / arb(d)


def _far(A, d):
    if A.nrows() == 2:
        half, det = fmpq(A[0, 0] + A[1, 1], 2 * d), fmpq(A.det(), d * d)
        return half + root(half * half - det)
    top = _by_powers(arb_mat(A))
    k = top.unique_fmpz() if A.nrows() <= 24 else None
    shifted = list(A.charpoly()(fmpz_poly([k, 1]))) if k is not None else [1]
    rest = [v for i, v in enumerate(shifted) if v != 0 or any(shifted[:i])]
    return fmpq(k, d) if len(rest) < len(shifted) and all(v > 0 for v in rest) else top / arb(d)


def root(q):
    """The square root of a rational that is at least 0: exact if that is rational."""
    found = fmpq(q.p.isqrt(), q.q.isqrt())
    return found if found * found == q else arb(q).sqrt()


def _by_powers(B):
    log, r = arb(0), B.nrows()  # B^(2^k) = exp(2^k log) times the present matrix
    for k in range(SQUARINGS):
        scale = total(B[i, i] for i in range(r))
        require(scale > 0, "the precision is too small")
        B, log = B * (1 / scale), log + scale.log() / arb(2) ** k
        B = B * B
    last = total(B[i, i] for i in range(r))
    require(last > 0, "the precision is too small")
    low = log + (last / r).log() / arb(2) ** SQUARINGS
    return low.union(log + last.log() / arb(2) ** SQUARINGS).exp()


def leaky(net):
    """The model of the instance, refused where there is another."""
    require(isinstance(net, Relu), "the instance is no two-layer ReLU network")
    return net


def numbers(c, name, n):
    """A list of n rationals of the document."""
    [found] = entries([c[name]])
    require(len(found) == n, f"{name}: not the right number of entries")
    return found


def shown(v):
    """A number in a statement: exact unless very long, then the ends of a ball."""
    return _text(show(v))


def strings(values):
    """Rationals as the documents write them."""
    return [str(v) for v in values]


# ---- margins --------------------------------------------------------------------------------------------------------


def check_kkt(c, net):
    """Weights and multipliers h lambda >= 0 that satisfy the conditions of Karush, Kuhn and Tucker.

    h = 2 / (1/m_+ + 1/m_-), so that for equal widths and the slopes of the labels lambda = K^-1 1, see `check_limits`.
    The problem is min |W|^2 / 2 subject to y_i f(x_i) >= 1; slopes at kinks are any from `slope` to 1, which for one
    sample is Clarke's subdifferential, as each neuron has its own kink.

    The only minimiser: let W' have the same slopes on the samples with lambda_i > 0 and margins at least 1 there. Then
    <W, W' - W> = sum_i h lambda_i (y_i f'(x_i) - 1) >= 0, so |W'|^2 >= |W|^2 + |W' - W|^2.
    """
    net = leaky(net)
    require(net.fixed, "only for fixed outputs")
    neurons, lam = net.neurons(c["point"]), numbers(c, "multipliers", net.n)
    require(all(v >= 0 for v in lam), "a multiplier is negative")
    z = net.before(neurons)
    q = [f * y for f, y in zip(net.outputs(neurons, z), net.y, strict=True)]
    require(min(q) >= 1, "a margin is below 1")
    require(all(v == 1 or p == 0 for v, p in zip(q, lam, strict=True)), "a multiplier off the margin is not 0")
    s, kinks = net.acting(z, lambda: c["kinks"], lambda i, r: lam[i] > 0)
    pull = [net.mean_width * p * y for p, y in zip(lam, net.y, strict=True)]
    for r, (a, w, _) in enumerate(neurons):
        require(combined([a * v * s[i][r] for i, v in enumerate(pull)], net) == w, f"not stationary in row {r}")
    agree = all(v * a * y > 0 for row, y in zip(z, net.y, strict=True) for v, (a, *_) in zip(row, neurons, strict=True))
    on = [i for i, v in enumerate(q) if v == 1]
    margins = "1 of all samples" if len(on) == net.n else f"{brief(strings(q))}, 1 on samples {brief(on)} only"
    pattern = "the signs of the preactivations are those of the labels" if agree else "some signs are not the labels'"
    slopes = f", slopes at kinks {brief(c['kinks'])}" if kinks else ""
    return (
        f"a KKT point of min |W|^2/2 with all margins y_i f(x_i) >= 1, {net.told()} [{brief(c['point'])}, "
        f"lambda = {brief(strings(lam))}{slopes}]: margins {margins}; |W|^2 = {shown(net.mean_width * total(lam))}; "
        f"{pattern}; with the slopes it has on the samples with lambda_i > 0 it is the only minimiser"
    )


def combined(factors, net):
    """The sum of the samples with these factors."""
    return (fmpq_mat([factors]) * fmpq_mat(net.X)).tolist()[0]


def check_limits(c, net):
    """The slopes of the labels kept: K lambda = 1 with lambda > 0, and what then follows in the limit.

    K_ik = h y_i y_k x_i.x_k (s_i+ s_k+ / m_+ + s_i- s_k- / m_-), with s_ij = 1 where y_i = j, else the slope; for equal
    widths (1 + slope^2) x_i.x_k for equal labels, -2 slope x_i.x_k for others. v has the rows
    v_j = j h / m_j sum_i lambda_i y_i s_ij x_i.

    While the slopes are frozen, gradient flow of the logistic loss has q' = K p / (h n), p_i = 1 / (1 + exp(q_i)). With
    q = log t + r this becomes, in log t and up to what vanishes, r' = K e^-r / (h n) - 1: in the metric of K (on its
    range, which contains 1) the gradient flow of a convex function, coercive as lambda > 0, whose minima have
    e^-r = h n (lambda + k), K k = 0. As 1.k = lambda.K k = 0, t L -> h sum lambda = |v|^2, and margins over |W|
    tend to 1/|v|.
    """
    net = leaky(net)
    require(net.loss == "logistic" and net.slope > 0, "only for the logistic loss and a positive slope")
    lam, h = numbers(c, "multipliers", net.n), net.mean_width
    require(all(v > 0 for v in lam), "a multiplier is not positive")
    frozen = [ZERO] * net.n
    for j, m in zip((1, -1), net.width, strict=True):
        s = [ONE if y == j else net.slope for y in net.y]
        weights = [h * j / m * p * y * v for p, y, v in zip(lam, net.y, s, strict=True)]
        z = (fmpq_mat([weights]) * fmpq_mat(net.inner)).tolist()[0]
        require(all(j * y * v > 0 for y, v in zip(net.y, z, strict=True)), "the point does not have these slopes")
        frozen = [q + j * y * t * v for q, y, t, v in zip(frozen, net.y, s, z, strict=True)]
    require(all(v == 1 for v in frozen), "K lambda is not 1")
    square, equal = h * total(lam), net.width[0] == net.width[1]
    steps = f"; with t in steps of size eta: t L eta / m -> sum lambda = {shown(total(lam))}" if equal else ""
    return (
        f"K lambda = 1 with lambda = {brief(strings(lam))} > 0, and the weights v of {net.told()}, |v|^2 = "
        f"{shown(square)}, have the slopes of the labels; frozen at these slopes, gradient flow of the logistic loss L "
        f"has t L -> {shown(square)}, and all margins over |W| -> 1/|v|, of square {shown(1 / square)}{steps}"
    )


# ---- alignment ------------------------------------------------------------------------------------------------------


def check_extremal(c, net):
    """D lies in D_n(w) = 1/n sum_i s_i y_i x_i, s_i the slope of sigma at w.x_i, for w = D, w = -D, or D = 0."""
    net = leaky(net)
    D, side = numbers(c, "D", net.d), c["side"]
    require(whole(side, -1, 1) and any(D) == (side != 0), "D = 0 has side 0, other D 1 or -1")
    w = [side * v for v in D] if side else numbers(c, "witness", net.d)
    z = (fmpq_mat([w]) * fmpq_mat(net.X).transpose()).transpose().tolist()
    require(any(v for [v] in z), "the direction is orthogonal to all samples")
    live = [y != 0 and any(x) for x, y in zip(net.X, net.y, strict=True)]
    s, kinks = net.acting(z, lambda: [(i, 0, v) for i, v in c["weights"]], lambda i, r: live[i])
    found = combined([y * t / net.n for y, [t] in zip(net.y, s, strict=True)], net)
    require(found == D, "D is another vector there")
    where = {1: "w = D", -1: "w = -D", 0: f"w = {brief(strings(w))}"}[side]
    inside = f"weights {brief(c['weights'])} of the samples orthogonal to w" if kinks else "no kink"
    return f"D = {brief(strings(D))} is extremal: it lies in D_n(w), {where}, for slope {net.slope} [{inside}]"


MODELS.update({"relu network": Relu})
KINDS |= {"kkt": check_kkt, "limits": check_limits, "extremal": check_extremal}

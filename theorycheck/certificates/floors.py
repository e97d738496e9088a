r"""The fifth part of the checker of certificates: lower bounds of the unconstrained-features model that know the ReLU.

Words: M is a pre-activation matrix by class means, X = s(M) its ReLU, G = X^T X. Any parameters may be perturbed a
little and padded by zero rows, as the objective is continuous and a bound for wider networks holds for narrower ones;
so Gram matrices that are not made by a ReLU are taken to be positive definite, with no two entries alike. Columns are
scaled by the roots of n_k, with which s commutes; |M|_p^p = sum_j sigma_j(M)^p, |M|_1 the nuclear norm.

(1) Let Gamma be the Gram matrix of what W is applied to. A row w with image m costs |w|^2 >= m^T Gamma^-1 m. A matrix B
    is *admissible* for Gamma if m^T Gamma^-1 m >= x^T B x for all m, x = s(m). Then |W|^2 >= tr(B G).
    It is so iff for every nonempty set S of classes y -> y^T (D Gamma^-1 D - B_SS) y is copositive, with D = +1 on S,
    -1 off S and B_SS cut down to S: write m = D y, y >= 0 (for S empty x = 0). Gamma <= Gamma' makes Gamma^-1 larger,
    so B admissible for Gamma' is so for Gamma. If Gamma has unit diagonal and no positive entry beside it, B = I is
    admissible: m^T Gamma^-1 m >= 2 x^T m - x^T Gamma x = 2 |x|^2 - x^T Gamma x >= |x|^2.
(2) Scaling: if B is admissible for Gamma, so is D^-1 B D^-1 for D Gamma D, D a positive diagonal matrix. Hence it is
    enough to know B for Gamma of unit diagonal, three classes: for r = (r_12, r_13, r_23). Classes may be renamed, so
    r_12 < r_13 < r_23.
(3) Let Phi = B^-1, and Phi_ii <= k for all i. With Gamma = H^T H = D Gamma_r D, |H|^2 = tr D^2 >= tr(D Phi D) / k and
    |W_1|^2 >= tr(D^-1 B D^-1 G), so by Cauchy |H|^2 |W_1|^2 >= |X|_1^2 / k for M = W_1 H.
"""

from functools import reduce

from flint import arb, fmpq, fmpq_mat, fmpq_poly

from theorycheck.certificates.check import ONE, rational, require, roots, total
from theorycheck.certificates.features import RULES, bowl, varied

# ---- end of imports

SUPPORTS = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2))
DIRECTIONS = 60_000  # a proof that opens more boxes of directions is refused
NARROW = fmpq(1, 2**12)  # a box of directions that is no wider is not halved
NEAR = fmpq(10001, 10000)  # where a ray comes nearer to the value, its box is halved instead
UNITS = fmpq(1000)  # the entries of B are told in thousandths


def rectified(net):
    """Refuse unless the squared loss with a ReLU is asked for."""
    require(net.loss == "mse" and net.relu, "only the squared loss with a ReLU")


def thinned(c, net, k):
    """A bound for L >= 2 if |H|^2 |W_1|^2 >= |s(W_1 H)|_1^2 / k, and likewise |s(M)|_1^2 <= k |M|_1^2 for all M.

    L = 2: |Z|_(2/3) <= |W_2| |X|_1 (Hoelder), so |Z|_(2/3)^2 <= k times the product of the squared norms. L > 2: the
    same, for |s(M_L)|_1 <= sqrt(k) |M_L|_1 <= sqrt(k) |W_(L-1)| |s(M_(L-1))| and |s(M)| <= |M|. By the inequality of
    means the penalty is at least (L + 1) / 2 (lambda_H prod lambda_l / k)^(1 / (L + 1)) (sum_j s_j^(2/3))^(3 / (L +
    1)), the last power at least K^(3 / (L + 1) - 1) sum_j s_j^(2 / (L + 1)), as it is concave. Then as for `schatten`.
    """
    varied(net)
    factor, bounds = fmpq(net.K) ** (2 - net.L) / k, {}
    for n in {*net.n}:
        bounds[n] = rational(c["least"][str(n)])
        bowl(fmpq(n, 2 * net.N), net.mean(fmpq(n) * factor), net.L, bounds[n])
    return total(bounds[n] for n in net.n)


def masked(c, net):
    """Any number of classes: s(M) is M times a matrix of zeros and ones, entry by entry.

    Its entries are <u, v_i> with unit vectors v_i of Gram matrix T = (1 - t) I + t J and |u|^2 = b^T T^-1 b for a row
    b, which depends on the number of ones in b only. If P_ri = <u_r, v_i>, |u_r|^2 <= k, |v_i| <= 1, then |M o P|_1 <=
    sqrt(k) |M|_1: for M = p q^T, M o P = sum_a diag(p) U_a V_a^T diag(q), at most |p o U| |q o V| <= sqrt(k) |p| |q|.
    """
    rectified(net)
    return thinned(c, net, mask_norm(net.K, rational(c["shift"])))


def mask_norm(K, t):
    """The square of the largest |u| |v|."""
    require(0 <= t < 1, "the shift is not in [0, 1)")
    return reduce(max, [(m - t * m * m / (1 - t + t * K)) / (1 - t) for m in range(1, K + 1)])


def lifted(c, net):
    """Three classes, by (3): k is the largest diagonal entry of Phi in all cells.

    For every M = W H, scaled so that |M|_1 = |W| |H|, that says |s(M)|_1^2 <= k |M|_1^2 too.
    """
    rectified(net)
    return thinned(c, net, reduce(max, [largest_entry(S) for S in lifts(c, net)]))


def largest_entry(S):
    """The largest diagonal entry."""
    return reduce(max, [S[i][i] for i in range(3)])


def grams(c, net):
    """Three classes, L = 2, balanced: the spectrum of Phi counts too.

    Let a = (n lambda_H lambda_1 lambda_2)^(1/3), rounded down. Rescaling the factors, all lambda are a, n = 1. Suppose
    the objective is below v; balanced, 3 a / 2 tr Gamma < v, Gamma = H^T H = D Gamma_r D, u_i = Gamma_ii. By (1), and
    with the best W_2, objective >= a / 2 (tr Gamma + tr(D^-1 B D^-1 G) + tr (G + e)^-1), e = K a. For given eigenvalues
    the second and third are least if D^-1 B D^-1 and G commute, so at least sum_i psi(g_i), g the eigenvalues of
    D Phi D, psi(g) = min over h >= 0 of h / g + 1 / (h + e) = 2 g^(-1/2) - e / g for g >= e^2, else 1 / e.
    Let psi(g) >= p - q g + w g^2 on [0, top]. As sum_i g_i = sum_i u_i Phi_ii <= top and sum_i g_i^2 = sum_ij u_i u_j
    Phi_ij^2, the sum is at least 3 p - z^T u + w u^T A u, z_i = q Phi_ii - 1, A_ij = Phi_ij^2; the least value over all
    u is 3 p - z^T A^-1 z / (4 w).
    """
    rectified(net)
    require(net.K == 3 and net.L == 2 and net.balanced, "only three classes with as many samples each, L = 2")
    a, v = fmpq(2, 3) * net.mean(fmpq(net.n[0])), rational(c["value"])
    p, q, w, top = [rational(t) for t in c["parabola"]]
    below_psi(p, q, w, top, 3 * a)
    for S in lifts(c, net):
        require(2 * v / (3 * a) * largest_entry(S) <= top, "the parabola does not reach far enough")
        z = fmpq_mat(3, 1, [q * S[i][i] - 1 for i in range(3)])
        least = 3 * p - _square(fmpq_mat([[s * s for s in row] for row in S]), z) / (4 * w)
        require(a / 2 * least >= v, "a cell does not reach the value")
    return v


def _square(A, z):
    return (z.transpose() * A.solve(z))[0, 0]


def below_psi(p, q, w, top, e):
    """Prove p - q g + w g^2 <= psi(g) on [0, top].

    On [0, e^2], where psi = 1 / e, a convex function is largest at an end; beyond, in s = g^(1/2), it is a polynomial.
    """
    require(w > 0 and p <= 1 / e and top >= e * e, "the parabola is not below psi near 0")
    gap = fmpq_poly([-e, 2, -p, 0, q, 0, -w])  # s^2 (psi - parabola)
    end = arb(top).sqrt().upper().fmpq()
    require(gap(e) > 0 and gap(end) > 0, "the parabola is not below psi at an end")
    require(all(count == 0 for count, _ in roots(gap, e, end)), "the parabola is not below psi")


def rays(c, net):
    """Three classes, L > 2, balanced: the last ReLU but one and the last one, in turn.

    Let a = (n lambda_H prod lambda_l)^(1/(L + 1)), rounded down; as for `grams` all lambda are a, n = 1, and where the
    objective is below v, all factors have squared norms below R = 2 v / (a (L + 1)). Let X = s(M_(L-1)) >= 0, its Gram
    matrix G = D Gamma D, d = diag D = s times a vector with largest entry 1, so that s^2 <= tr G <= R^(L-1).
    The first L - 1 squared norms have a product of at least |X|_1^2 / k: L = 3 is (3), and for L > 3 |X|_1 <= sqrt(k)
    |M_(L-1)|_1 as in `thinned`. Their sum is at least (L - 1) (|X|_1^2 / k)^(1 / (L - 1)). For Y with Y Gamma Y <= I,
    |X|_1 >= <X D^-1 Y, X> = sum_i d_i (Y Gamma)_ii. The last ReLU and the last two factors are told by psi as for
    `grams`, and psi at the eigenvalues of D Phi D falls as d grows. So a box of directions is treated at its lower end
    for |X|_1, at its upper end for psi, and s is divided in turn. Only cells with r > 0 count, as X >= 0: G may be
    increased a little by a generic positive definite matrix with positive entries, as W_(L-1) then costs no more.
    """
    rectified(net)
    require(net.K == 3 and net.L > 2 and net.balanced, "only three classes with as many samples each, L > 2")
    found, pulls = list(cells(c, net)), c["pulls"].split()
    k = reduce(max, [largest_entry(S) for *_, S in found])
    open_cells = [cell for cell in found if cell[1][0] > 0]
    require(len(pulls) == len(open_cells), "not one matrix Y for each cell")
    v = rational(c["value"])
    ray, steps = Ray(net, v, k), 0
    for (low, high, gamma, S), word in zip(open_cells, pulls, strict=True):
        pull = pulled(low, high, gamma, symmetric([rational(w) / UNITS for w in word.split(",")]))
        phi = [[arb(s) for s in row] for row in S]
        for j in range(3):
            todo = [tuple((ONE if i == j else fmpq(0), ONE) for i in range(3))]
            while todo:
                steps += 1
                require(steps <= DIRECTIONS, "the value could not be proved by subdivision")
                box = todo.pop()
                if not ray.above(box, pull, phi):
                    i = max(range(3), key=lambda i, box=box: box[i][1] - box[i][0])
                    p, q = box[i]
                    require(q - p > NARROW, "the value is not seen to be a lower bound")
                    todo += [(*box[:i], half, *box[i + 1 :]) for half in ((p, (p + q) / 2), ((p + q) / 2, q))]
    return v


def pulled(low, high, gamma, Y):
    """Lower bounds of (Y Gamma)_ii on a cell, once Y Gamma Y < I is seen there."""
    square = (fmpq_mat(Y) * fmpq_mat(gamma) * fmpq_mat(Y)).tolist()
    require(definite([[(i == j) - square[i][j] for j in range(3)] for i in range(3)]), "Y is too large")
    place = {(0, 1): 0, (0, 2): 1, (1, 2): 2}
    found = []
    for i in range(3):
        ends = [(Y[i][j], place[min(i, j), max(i, j)]) for j in range(3) if j != i]
        found.append(Y[i][i] + total(y * (low if y > 0 else high)[p] for y, p in ends))
    require(min(found) >= 0, "Y is of no use")
    return found


class Ray:
    """What a proof of a / 2 (C (s S)^(2 / (L - 1)) + sum_i psi(s^2 g_i)) >= v for 0 < s <= top needs."""

    def __init__(self, net, v, k):
        self.a = net.mean(fmpq(net.n[0])) * fmpq(2, net.L + 1)
        self.e, self.target = arb(3 * self.a), arb(2 * v / self.a)
        self.power = arb(fmpq(2, net.L - 1))
        self.factor = (net.L - 1) / arb(k) ** (self.power / 2)
        self.top = (arb(2 * v / (self.a * (net.L + 1))) ** (net.L - 1)).sqrt().upper()

    def above(self, box, pull, phi):
        """Whether it is seen for all d in a box of directions."""
        ends = [arb(q) for _, q in box]
        S = total(t * p for t, (p, _) in zip(pull, box, strict=True))
        spread = [[phi[i][j] * ends[i] * ends[j] for j in range(3)] for i in range(3)]
        first = self.factor * arb(S) ** self.power if S > 0 else arb(0)
        parts = [(2 / g.sqrt(), self.e / g, (self.e / g.sqrt()).lower()) for g in eigenvalues(spread)]
        todo = [(arb(0), self.top)]
        while todo:
            p, q = todo.pop()
            if self.least(first, parts, p, q) >= self.target:
                continue
            middle = ((p + q) / 2).mid()
            if not self.least(first, parts, middle, middle) >= self.target * NEAR or q - p < q / 2**10:
                return False
            todo += [(middle, q), (p, middle)]
        return True

    def least(self, first, parts, p, q):
        """A lower bound for p <= s <= q; 2 g^(-1/2) - e / g <= psi(g) everywhere."""
        tail = [1 / self.e if q < edge else x / q - y / (q * q) for x, y, edge in parts]
        return first * p**self.power + tail[0] + tail[1] + tail[2] if p > 0 else tail[0] + tail[1] + tail[2]


def eigenvalues(A):
    """Upper bounds of the eigenvalues of a symmetric 3 x 3 matrix of balls, by the cosine of a third."""
    q = (A[0][0] + A[1][1] + A[2][2]) / 3
    a, b, c = A[0][0] - q, A[1][1] - q, A[2][2] - q
    x, y, z = A[0][1], A[0][2], A[1][2]
    square = (a * a + b * b + c * c) / 6 + (x * x + y * y + z * z) / 3
    if not square > 0:
        return [(q + 2 * square.upper().sqrt()).upper()] * 3
    p = square.sqrt()
    det = (a * (b * c - z * z) - x * (x * c - y * z) + y * (x * z - b * y)) / (2 * p * p * p)
    low, high = det.lower(), det.upper()
    turn = (low if low > -1 else arb(-1)).acos().union((high if high < 1 else arb(1)).acos()) / 3
    return [(q + 2 * p * (turn + 2 * arb.pi() * m / 3).cos()).upper() for m in range(3)]


# ---- cells: r is in [-1, 1]^3, halved along the longest side ---------------------------------------------------------


def lifts(c, net):
    """Phi for every cell."""
    return (S for *_, S in cells(c, net))


def cells(c, net):
    """Lower and upper corner, a Gram matrix above all of the cell, and Phi for B admissible for all of them.

    The words of `cells` say, for one box after the other, lower half first: `/`, halve it, or the six entries 11, 12,
    13, 22, 23, 33 of B. Nothing is said of boxes that hold no r in order, or no positive definite Gamma, or no positive
    entry (B = I). All Gamma of a box are at most its middle with the half widths of a row added to the diagonal, by
    diagonal dominance; if that is not positive definite, no Gamma is.
    """
    require(net.K == 3, "only three classes")
    words, todo = c["cells"].split(), [((-ONE,) * 3, (ONE,) * 3)]
    words.reverse()
    require(len(words) <= 10_000, "too many cells")
    while todo:
        low, high = todo.pop()
        if low[0] >= high[1] or low[1] >= high[2]:
            continue
        gamma = above_box(low, high)
        if not definite(gamma):
            continue
        if all(v <= 0 for v in high):
            yield low, high, gamma, [[fmpq(i == j) for j in range(3)] for i in range(3)]
            continue
        require(words, "a cell is missing")
        word = words.pop()
        if word == "/":
            todo += reversed(halved(low, high))
        else:
            yield low, high, gamma, admitted([rational(v) / UNITS for v in word.split(",")], gamma)
    require(not words, "a cell too many")


def above_box(low, high):
    """A matrix that is at least every Gamma of the box."""
    a, b, c = [(p + q) / 2 for p, q in zip(low, high, strict=True)]
    h, k, m = [(q - p) / 2 for p, q in zip(low, high, strict=True)]
    return [[1 + h + k, a, b], [a, 1 + h + m, c], [b, c, 1 + k + m]]


def halved(low, high):
    """Both halves along the longest side, the first of these."""
    widths = [q - p for p, q in zip(low, high, strict=True)]
    i = widths.index(max(widths))
    middle = (low[i] + high[i]) / 2
    return [(low, (*high[:i], middle, *high[i + 1 :])), ((*low[:i], middle, *low[i + 1 :]), high)]


def definite(A):
    """Whether a symmetric 3 x 3 matrix is positive definite."""
    return A[0][0] > 0 and A[0][0] * A[1][1] > A[0][1] ** 2 and fmpq_mat(A).det() > 0


def admitted(entries, gamma):
    """The inverse of B, once B is seen to be positive definite and admissible."""
    require(len(entries) == 6, "B has six entries")
    B, P = symmetric(entries), fmpq_mat(gamma).inv().tolist()
    require(definite(B), "B is not positive definite")
    for S in SUPPORTS:
        rows = [[P[i][j] if (i in S) == (j in S) else -P[i][j] for j in range(3)] for i in range(3)]
        for i in S:
            for j in S:
                rows[i][j] -= B[i][j]
        require(copositive(rows), "B is not admissible")
    return fmpq_mat(B).inv().tolist()


def symmetric(entries):
    """The matrix with these entries 11, 12, 13, 22, 23, 33."""
    a, b, c, d, e, f = entries
    return [[a, b, c], [b, d, e], [c, e, f]]


def copositive(A):
    """Whether y^T A y >= 0 for all y >= 0, A symmetric 3 x 3.

    All pairs must be copositive. That is enough if at most one entry beside the diagonal is negative, as the others may
    be dropped. If A_ik, A_jk < 0 <= A_ij, then A_kk > 0 and A_ij may be lowered to A_ik A_jk / A_kk if it is larger: a
    square of y_k + ... and nonnegative multiples of y_i^2 and y_j^2 are left. Else A must be positive semidefinite.
    """
    if any(A[i][i] < 0 for i in range(3)):
        return False
    pairs = [(i, j, 3 - i - j) for i, j in ((0, 1), (0, 2), (1, 2))]
    if any(A[i][j] < 0 and A[i][j] ** 2 > A[i][i] * A[j][j] for i, j, _ in pairs):
        return False
    positive = [(i, j, k) for i, j, k in pairs if A[i][j] >= 0]
    if len(positive) >= 2:
        return True
    for i, j, k in positive:
        if A[i][j] * A[k][k] >= A[i][k] * A[j][k]:
            return True
    return all(A[i][j] ** 2 <= A[i][i] * A[j][j] for i, j, _ in pairs) and fmpq_mat(A).det() >= 0


RULES |= {"grams": grams, "lifted": lifted, "masked": masked, "rays": rays}

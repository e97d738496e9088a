"""The fifth part of the checker of certificates: deep neural collapse, and what explicit factors of the model are.

Collapsed parameters of the squared loss: equal columns in a class, and orthogonal columns of s(M_l) for l = 2, ..., L.
Like the others it needs only Python's standard library and python-flint; it uses the names of the first and fourth.
"""

from flint import arb, fmpq

from theorycheck.certificates.check import (
    KINDS,
    ONE,
    _text,
    add,
    brief,
    derivative,
    label,
    matrix,
    mul,
    power,
    rational,
    require,
    show,
    total,
    tree,
    value,
)
from theorycheck.certificates.features import WORK, about, height, margin, reached, spectral, times

# ---- end of imports

COLLAPSED = "equal columns in each class and orthogonal columns of s(M_l) for l = 2, ..., L"


def collapsed_bound(c, net):
    """A lower bound of the objective for all collapsed parameters, and what these are, in words.

    Squared loss, any numbers of samples: the bound of the linear model. That a ReLU need not be active (see `schatten`)
    is true for any number of classes where X = s(M_l) has orthogonal columns: X >= 0 then has one entry a row at most;
    the polar factor Q of X is 0 where X is, so |M_2|_* >= <Q, M_2> = |X|_*; and a row w with w X = m costs
    sum_k m_k^2 / |X_k|^2, which does not grow when negative m_k become 0.

    Cross-entropy, linear: the output is alpha C repeated, C = I - J/K with K - 1 singular values 1; its fit is
    log(1 + (K - 1) exp(-alpha)), and its penalty at least (L + 1) / 2 (lambda_H prod lambda_l)^(1 / (L + 1)) (K - 1)
    (alpha sqrt(n))^(2 / (L + 1)) by the Schatten form. A negative alpha has a larger fit and the same penalty.
    """
    if about(net).loss == "mse":
        return spectral(c, net), COLLAPSED
    require(not net.relu and net.balanced, "for cross-entropy only linear, with as many samples in each class")
    margin(net, (net.K - 1) * net.mean(fmpq(net.n[0])), rational(c["value"]))
    return rational(c["value"]), "an output that repeats a multiple of I - J/K"


def check_collapsed(c, net):
    """A lower bound of the objective for all collapsed parameters."""
    bound, told = collapsed_bound(c, net)
    reached(c, bound)
    return f"all parameters of {net.told()} with {told} have an objective of at least {c['value']}"


def check_beaten(c, net):
    """Factors with a smaller objective than all collapsed parameters."""
    told = check_collapsed(c, net)
    got = net.quantity("objective", {"point": c})
    require(got < rational(c["value"]), f"the objective of the factors is {_text(show(got))}")
    return f"{told}; none of them is globally optimal: the factors {brief(c['factors'])} have {_text(show(got))}"


def check_optimal(c, net):
    """Collapsed parameters are globally optimal, where the bound for all parameters is that for collapsed ones.

    The bound F(c) is a function of the scale of the output, continuous and growing beyond all bounds, so it has a least
    value; collapsed parameters attain it at every scale c (balanced factors, of rank K, or K - 1 for cross-entropy; two
    classes with ReLU: nonnegative multiples of I). One scale with F(c) < F(0) shows that the best is not zero.
    """
    K, L, scale, n = about(net).K, net.L, rational(c["scale"]), fmpq(net.n[0])
    mse = net.loss == "mse"
    require(net.balanced and (net.straight if mse else not net.relu and (L == 1 or K == 2)), "not known to be optimal")
    require(net.width is None or net.width >= (K if mse else K - 1), "the width leaves no room for them")
    bound, told = collapsed_bound(c, net)
    at = arb(scale) ** arb(fmpq(2, L + 1)) * fmpq(L + 1, 2) * arb(n * net.product).root(L + 1)
    got = (ONE - scale) ** 2 / 2 + K * at if mse else ((K - 1) * arb(-scale).exp()).log1p() + (K - 1) * at
    require(scale > 0 and got < (arb(1) / 2 if mse else arb(K).log()), "zero is not seen to be worse")
    reached(c, bound)
    high = _text(show(got))
    return (
        f"the least objective of all parameters of {net.told()} is attained by nonzero parameters with {told}; "
        f"it is at least {c['value']}, and at output scale {_text(show(scale))} they have {high}"
    )


def check_multiple(c, net):
    """Factors whose output is a multiple of the identity, and the product of their squared norms at output I.

    Scaled by positive numbers they have every output c I, c > 0, with a penalty of (L + 1) / 2 (n lambda_H prod
    lambda_l p)^(1 / (L + 1)) c^(2 / (L + 1)) at best, p the product. Collapsed parameters have at least a mean over the
    classes of what p = K^(L + 1) gives at scales c_k (see `collapsed_bound`); that is more than the factors have at the
    best c_k, unless this is 0, and then the objective is more than 1/2, or the parameters are zero. At c = (L - 1) / L
    the factors are better than zero where n lambda_H prod lambda_l p < (L - 1)^(L - 1) / L^(2L).
    """
    require(about(net).loss == "mse" and net.balanced, "only the squared loss with as many samples in each class")
    K, L, Z = net.K, net.L, net.output(c)
    scale = Z[0][0]
    same = all(z == (scale if i == j else 0) for i, row in enumerate(Z) for j, z in enumerate(row))
    require(scale > 0 and same, "the output is no positive multiple of the identity")
    first, *others = net.norms(net.factors(c))
    norms = [first / net.n[0], *others]
    p = times(norms) / scale**2
    require(rational(c["product"]) == p, f"the product is {_text(show(p))}")
    require(p < K ** (L + 1), "the product is not below that of collapsed parameters")
    below = fmpq((L - 1) ** (L - 1), L ** (2 * L)) / p
    told = ", ".join(_text(show(v)) for v in norms)
    return (
        f"factors of {net.told()} have the output {_text(show(scale))} I and the squared norms {told} (H with one "
        f"column a class); at output I their product is {_text(show(p))} < {K}^{L + 1} = {K ** (L + 1)}, so that for "
        f"all positive lambda and all equal n no nonzero parameters with {COLLAPSED} are globally optimal, nor is zero "
        f"where n lambda_H prod lambda_l < {_text(show(below))} [{brief(c['factors'])}]"
    )


def check_layers(c, net):
    """The exact ranks of M_l and s(M_l) for l = 1, ..., L, and that of the output."""
    *hidden, (Z, _, _) = about(net).layers(c)
    matrices = [Z, *(M for A, B, _ in hidden for M in (A, B))]
    work = sum(M.nrows() * M.ncols() * min(M.nrows(), M.ncols()) * height(M) for M in matrices)
    require(work <= WORK // 5, "the layers are too large or their numbers too long")
    ranks = [[A.rank(), B.rank()] for A, B, _ in hidden]
    same = str([c["ranks"], c["output"]]) == str([ranks, Z.rank()])
    require(same, f"the ranks are {ranks}, that of the output is {Z.rank()}")
    told = ", ".join(f"({p}, {q})" for p, q in ranks)
    ranked = f"ranks {told} of (M_l, s(M_l)), M_1 = H without s, output of rank {Z.rank()}"
    return f"factors of {net.told()} with {ranked} [{brief(c['factors'])}]"


def check_output(c, net):
    """The output of explicit factors, its rank, and whether in every column the true class has the largest entry."""
    Z = about(net).output(c)
    require(matrix(c["matrix"]) == Z, "the output is another")
    superior = all(Z[k][k] > row[k] for k in range(net.K) for j, row in enumerate(Z) if j != k)
    require(c["superior"] is superior, "whether the true classes have the largest entries is told wrongly")
    rank = net.layers(c)[-1][0].rank()
    require(str([c["rank"]]) == str([rank]), f"the rank is {rank}")
    told = "every column the true class has" if superior else "some column the true class has not"
    where = f"in {told} the strictly largest entry"
    return f"factors of {net.told()} with output {brief(c['matrix'])} of rank {rank}: {where} [{brief(c['factors'])}]"


def bend(c, net):
    """The second derivative of `check_curved`, and whether alpha is a minimum or a maximum among the multiples of C."""
    K, L, P = net.K, net.L, net.n[0] * net.product
    growth = power(add(fmpq(K - 1), ("exp", "z")), fmpq(L + 1))
    equation = add(mul(P, growth), mul(-ONE, power("z", fmpq(L - 1))))
    require(rational(c["low"]) > 0, "alpha is not seen to be positive")
    alpha = only_root(equation, rational(c["low"]), rational(c["high"]))
    X = matrix(c["direction"])
    require(sum(v.height_bits() for row in X for v in row) <= 4 * 10**6, "the direction's numbers are too long")
    square = len(X) == K == len(X[0]) and [list(row) for row in zip(*X, strict=True)] == X
    require(square and not any(total(row) for row in X), "the direction is not symmetric with sums 0")
    length, w = total(v * v for row in X for v in row), 1 / (alpha.exp() + K - 1)
    fit = w * length / K + w**2 * (alpha.exp() - 1) * total(X[k][k] ** 2 for k in range(K))
    rising = arb(value(derivative(equation), z=alpha)) > 0
    return fit - fmpq(L - 1, L + 1) * w / alpha * length, "minimum" if rising else "maximum"


def check_curved(c, net):
    """A critical point with deep neural collapse where the objective curves down.

    Linear, cross-entropy, n samples in each class. Balanced factors with output alpha C repeated, C = I - J/K, are
    critical iff n lambda_H prod lambda_l (e^alpha + K - 1)^(L + 1) = alpha^(L - 1); where the left side grows past the
    right one, they are a strict local minimum among the multiples of C. Take a symmetric X = C X C. Balanced factors of
    alpha C + eps X (powers of a matrix that is positive on the image of C) are a smooth curve in the parameters. Along
    it, with w = 1 / (e^alpha + K - 1), the fit has the second derivative w |X|^2 / K + w^2 (e^alpha - 1) sum_k X_kk^2,
    the penalty -(L - 1) / (L + 1) w / alpha |X|^2, by the equation for alpha. As the point is critical, the sum is a
    value of the Hessian's quadratic form.
    """
    simple = about(net).loss == "ce" and not net.relu and net.balanced and net.L > 1
    require(simple, "only linear, cross-entropy, as many samples in each class, L > 1")
    require(net.width is None or net.width >= net.K - 1, "the width leaves no room for it")
    second, kind = bend(c, net)
    require(second < 0, "the objective is not seen to curve down")
    require(show(second) == c["curvature"], f"the second derivative is {_text(show(second))}")
    return (
        f"{net.told()} has critical points with balanced factors and output alpha (I - J/K), repeated in each class, "
        f"for exactly one alpha in {brief([c['low'], c['high']])}, a strict local {kind} among the multiples of it; "
        f"the second derivative along balanced factors of alpha (I - J/K) + eps X is {_text(c['curvature'])} < 0 at "
        f"eps = 0, X = {brief(c['direction'])}"
    )


def check_root(c, net):
    """The only root of an expression in an interval, and a strict inequality there."""
    inside = only_root(tree(c["expression"]), rational(c["low"]), rational(c["high"]))
    left, right = [arb(value(tree(c[side]), z=inside)) for side in ("left", "right")]
    require(left < right, "the left side is not smaller")
    where = f"z in {brief([c['low'], c['high']])}, the only root there of {brief(c['expression'])}"
    return f"{label(c['name'])}: {brief(c['left'])} < {brief(c['right'])} at {where}"


def only_root(t, low, high):
    """The interval, once it is seen to hold exactly one root of the expression: a sign change, a slope of one sign."""
    inside = arb(low).union(arb(high))
    require(low < high and arb(value(t, z=inside)).is_finite(), "not an interval on which it is defined")
    slope, ends = arb(value(derivative(t), z=inside)), [arb(value(t, z=end)) for end in (low, high)]
    require((slope > 0 or slope < 0) and ends[0] * ends[1] < 0, "no single root is seen in the interval")
    return inside


KINDS |= {
    "beaten": check_beaten,
    "collapsed": check_collapsed,
    "curved": check_curved,
    "layers": check_layers,
    "multiple": check_multiple,
    "optimal": check_optimal,
    "output": check_output,
    "root": check_root,
}

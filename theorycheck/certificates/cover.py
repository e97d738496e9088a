"""The second part of the checker of certificates: the kinds that work with boxes.

Like the first part it needs only Python's standard library and python-flint; it uses the names of the first part, to
whose table of kinds it adds its own.
"""

from flint import arb, fmpq, fmpq_mat

from theorycheck.certificates.check import (
    KINDS,
    TWO,
    ZERO,
    Refused,
    _text,
    add,
    brief,
    convex_bound,
    derivative,
    exact,
    holds,
    matrix,
    mul,
    power,
    rational,
    require,
    show,
    total,
    tree,
    value,
    verify,
)

# ---- end of imports

__all__ = ["BOUNDS", "COVER_KINDS", "verify"]


def check_zero(c, net):
    """Krawczyk: one zero of the equations lies in the box, and only one."""
    names, center, r = c["variables"], [*map(rational, c["center"])], rational(c["radius"])
    system = [tree(e, names) for e in c["equations"]]
    require(r > 0 and len(system) == len(names) == len({*names}), "sizes do not fit")
    inside = dict(zip(names, center, strict=True))
    box = {x: arb(m - r).union(arb(m + r)) for x, m in inside.items()}
    slopes = [[derivative(t, x) for x in names] for t in system]

    def at(where):
        return [[value(t, **where) for t in row] for row in slopes]

    require(contracts([value(t, **inside) for t in system], at(inside), at(box), r), "the Krawczyk test fails")
    return f"{c['name']}: exactly one zero of {brief(c['equations'])} within {c['radius']} of {brief(c['center'])}"


def contracts(f, slope, slopes, r):
    """Whether Krawczyk's operator maps a box of radius r into its interior; the preconditioner is found here.

    Args:
        f: the equations' values at the centre.
        slope: their Jacobian there.
        slopes: their Jacobian over the box.
        r: the radius.
    """
    near = fmpq_mat([[v if exact(v) else v.mid().fmpq() for v in row] for row in slope])
    A, N = near.inv().tolist(), range(len(f))
    for i in N:
        slack = [abs((1 if i == k else 0) - total(A[i][p] * slopes[p][k] for p in N)) * r for k in N]
        if not abs(total(A[i][p] * f[p] for p in N)) + total(slack) < arb(r):
            return False
    return True


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
    lam, floors = rational(c["multipliers"][0]), matrix(c["floors"])[0]
    for a, low in zip(net.a, floors, strict=True):
        try:
            holds(_tilted(net, net.gram[0][0] * a * a, lam * a, low), True)
            return True
        except Refused:
            continue
    return False


def check_dual(c, net):
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
    require(show(bound := pull_bound(c, net)) == c["value"], f"the bound is {show(bound)}")
    told = brief([c["multiplier"], c["floor"]])
    return f"the trace of the Hessian is at least {_text(c['value'])} by the multiplier and floor {told}"


BOUNDS = {
    "convex": convex_bound,
    "dual": dual_bound,
    "pull": pull_bound,
    "trained": trained_bound,
}  # kinds that prove a lower bound, with what computes it
COVER_KINDS = {"dual": check_dual, "pull": check_pull, "trained": check_trained, "zero": check_zero}
KINDS.update(COVER_KINDS)

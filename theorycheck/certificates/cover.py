"""The second part of the checker of certificates: the kinds that work with boxes.

Like the first part it needs only Python's standard library and python-flint; it uses the names of the first part, to
whose table of kinds it adds its own.
"""

from flint import arb, fmpq_mat

from theorycheck.certificates.check import (
    KINDS,
    brief,
    convex_bound,
    derivative,
    exact,
    rational,
    require,
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


BOUNDS = {"convex": convex_bound}  # kinds that prove a lower bound of the trace, with what computes it
COVER_KINDS = {"zero": check_zero}
KINDS.update(COVER_KINDS)

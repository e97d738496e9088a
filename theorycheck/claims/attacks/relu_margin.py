"""Maximum-margin points of ReLU networks at which margins differ, samples are left over, or other weights win.

While the slopes stay those of the labels, descent on the logistic loss is that of a linear model with K as its Gram
matrix, and its direction is that of the point of least norm with margins at least 1. So a limit of margins, of the
direction or of t L(t) is read off that point, which is exact, and its certificate says that it is the only one.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

import attrs
from flint import arb, fmpq, fmpq_mat

from theorycheck.certificates import relu_build
from theorycheck.claims.attacks.exactly import Evidence, below, less, number, shown, total, value
from theorycheck.claims.attacks.features_exactly import part, short
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

MOST = 4000  # candidates of one attack
_TOLD = 5  # samples that a violation spells out
_ENTRIES = (0, 1, -1, 2, 3)  # of the enumerated samples


@lru_cache(maxsize=4096)
def _solved(one: ReluInstance) -> Any:
    from theorycheck.exact.margin import margin

    try:
        return margin(one)
    except InvalidInstance:
        return None


def plain(one: ReluInstance) -> ReluInstance:
    """The same with nothing said of start and step, on which the maximum margin does not depend."""
    return attrs.evolve(one, init=0, eta=None, seed=0, signs="balanced", dominance=1)


def at_labels(one: ReluInstance) -> Any:
    """The maximum-margin solution of the pattern of the labels, or None where its point does not have that pattern."""
    found = _solved(plain(one))
    return found if found is not None and found.kkt else None


def kkt(solution: Any) -> Evidence | None:
    """Evidence that a solution is a KKT point and the only one with its slopes; None where its numbers are too long."""
    from theorycheck.claims.checks.relu_margin import kkt_part

    try:
        return part("KKT point", kkt_part(solution))
    except CertificateError:
        return None


def at(solution: Any, quantity: str, **where: Any) -> dict:
    """A named number at the point of a solution, as a summand."""
    from theorycheck.claims.checks.relu_margin import point

    return relu_build.term(quantity, point(solution), **where)


def listed(values: Iterable[Any]) -> str:
    """Numbers for a reader."""
    told = [shown(v) if isinstance(v, arb) else short(str(v)) for v in values]
    return ", ".join(told[:_TOLD]) + (f" and {len(told) - _TOLD} more" if len(told) > _TOLD else "")


# ---- where to look ---------------------------------------------------------------------------------------------------


def instances(space: Space) -> Iterator[ReluInstance]:
    """Those of the space; then, where the samples are free, small integer samples in the networks of the space."""
    yield from space.instances
    if not {"X", "n", "d", "y"} & set(space.fixed):
        for data, one in product(small(), networks(space.instances)):
            changed = attrs.evolve(one, data=data)
            if space.allows(changed, "data") and space.allows(changed, "labels"):
                yield changed


def networks(known: Iterable[ReluInstance]) -> tuple[ReluInstance, ...]:
    """The first two instances that differ in more than their data."""
    found: dict[tuple, ReluInstance] = {}
    for one in known:
        found.setdefault((one.slope, one.width, one.loss, one.outputs), one)
        if len(found) == 2:
            break
    return tuple(found.values())


@lru_cache(maxsize=1)
def small() -> tuple[Dataset, ...]:
    """Two samples in the plane with entries -1, ..., 3, no two in the same direction with unlike labels."""
    rows = [row for row in product(_ENTRIES, repeat=2) if any(row)]
    pairs = [((1, 0), row, label) for row in rows for label in (1, -1)]
    pairs += [((2, 1), row, label) for row in rows for label in (1, -1)]
    return tuple(Dataset([a, b], [1, label], name="small integers") for a, b, label in pairs)


def every(space: Space) -> Iterator[Candidate | Looked]:
    """Every instance, and what the multipliers were on those that keep the conclusion."""
    known, least = 0, None
    for k, one in enumerate(instances(space)):
        if k == MOST:
            break
        yield Candidate(one, {})
        if (solution := at_labels(one)) is not None and solution.margins_equal:
            known, ratio = known + 1, min(solution.lam) / max(solution.lam)
            least = ratio if least is None else min(least, ratio)
    if least is not None:
        told = f"all margins equal at {known} exact maximum-margin points, least over largest multiplier from "
        yield Looked(0, "maximum-margin points", remark=told + f"{float(least):.4g} on")


# ---- margins that differ ---------------------------------------------------------------------------------------------


def _unequal(candidate: Candidate) -> Violation | None:
    solution = at_labels(candidate.instance)
    if solution is None or solution.margins_equal or (proof := kkt(solution)) is None:
        return None
    spread = ("largest margin less the smallest", [at(solution, "spread")])
    return Violation(
        quantity="margins at the only maximum-margin point with the slopes of the labels",
        bound="all equal",
        value=listed(solution.margins),
        size=float(max(solution.margins) - min(solution.margins)),
        evidence=(proof, less("violates", ("0", [number("0")]), spread)),
    )


def _left_over(candidate: Candidate) -> Violation | None:
    """A sample that the maximum margin does not need: its multiplier is 0, its margin above 1."""
    solution = at_labels(candidate.instance)
    if solution is None:
        return None
    out = [i for i, (p, q) in enumerate(zip(solution.lam, solution.margins, strict=True)) if p == 0 and q > 1]
    if not out or (proof := kkt(solution)) is None:
        return None
    margin = (f"margin of sample {out[0]}", [at(solution, "margin", sample=out[0])])
    return Violation(
        quantity="multipliers of the maximum margin",
        bound="all positive",
        value=listed(solution.lam),
        size=float(solution.margins[out[0]] - 1),
        evidence=(proof, less("violates", ("1", [number("1")]), margin)),
    )


# ---- the weights of the claim ----------------------------------------------------------------------------------------


def claimed(one: ReluInstance) -> tuple[dict, list[Fraction]] | None:
    """The weights v_+ and v_- for λ = K^-1 1 as a point, and λ; K as for equal widths. None where K is singular."""
    gamma, y, X = one.slope, one.data.y, one.data.X
    weight = lambda i, k: 1 + gamma**2 if y[i] == y[k] else -2 * gamma  # noqa: E731
    products = one.data.gram()
    K = fmpq_mat([[_flint(weight(i, k) * v) for k, v in enumerate(row)] for i, row in enumerate(products)])
    if K.det() == 0:
        return None
    lam = [Fraction(str(v)) for v in K.solve(fmpq_mat([[1]] * one.data.n)).entries()]
    rows = []
    for sign in (1, -1):
        factors = [p if label == sign else -gamma * p for p, label in zip(lam, y, strict=True)]
        rows.append([sum(f * x[k] for f, x in zip(factors, X, strict=True)) for k in range(one.data.d)])
    return relu_build.fixed_point([rows[0]], [rows[1]]), lam


def _flint(v: Fraction) -> fmpq:
    return fmpq(v.numerator, v.denominator)


def _not_these(candidate: Candidate) -> Violation | None:
    """The weights of the claim have a margin other than 1, or longer weights than the maximum-margin point has."""
    one = candidate.instance
    if one.outputs != "fixed" or one.activation != "leaky" or one.loss == "square" or (told := claimed(one)) is None:
        return None
    return _other_margin(one, told[0]) or _longer(one, told[0])


def _other_margin(one: ReluInstance, point: dict) -> Violation | None:
    margins = [total(one, relu_build.term("margin", point, i)) for i in range(one.data.n)]
    off = [i for i, q in enumerate(margins) if q != 1]
    if not off:
        return None
    term = relu_build.term("margin", point, off[0])
    return Violation(
        quantity="margins of the weights with multipliers K^-1 1",
        bound="all 1",
        value=listed(margins),
        size=1.0,
        evidence=(value("violates", f"margin of sample {off[0]} at the weights with multipliers K^-1 1", [term]),),
    )


def _not_iff(candidate: Candidate) -> Violation | None:
    """K^-1 1 >= 0, and yet margins differ at the point with the slopes of the labels, or there is no such point."""
    one = candidate.instance
    exact = one.outputs == "fixed" and one.activation == "leaky" and one.loss != "square"
    told = claimed(one) if exact else None
    if told is None or min(told[1]) < 0:
        return None
    return _unequal(candidate) if at_labels(one) is not None else _other_margin(one, told[0])


def _longer(one: ReluInstance, point: dict) -> Violation | None:
    solution = at_labels(one)
    if solution is None or (proof := kkt(solution)) is None:
        return None
    shorter, longer = at(solution, "norm"), relu_build.term("norm", point)
    if not below(total(one, shorter), total(one, longer)):
        return None
    return Violation(
        quantity="squared norm of the weights with multipliers K^-1 1",
        bound=f"the least with all margins 1, {listed([solution.norm_squared])}",
        value=listed([total(one, longer)]),
        size=1.0,
        evidence=(proof, less("violates", ("|W*|^2", [shorter]), ("that of the weights with K^-1 1", [longer]))),
    )


def _other_limit(candidate: Candidate) -> Violation | None:
    """The limit of t L(t), which is |W*|^2, is not m 1^T K^-1 1, the squared norm of the weights of the claim."""
    one = candidate.instance
    told = claimed(one) if one.outputs == "fixed" and one.loss == "logistic" and at_labels(one) else None
    found = told and _longer(one, told[0])
    if not found:
        return None
    least = found.bound.rpartition(", ")[2]
    return attrs.evolve(found, quantity="limit of t L(t), |W*|^2", bound=f"m 1^T K^-1 1 = {found.value}", value=least)


MARGINS_DIFFER = Attack("margins of the maximum-margin point differ", every, _unequal)
LEFT_OVER = Attack("a sample that the maximum margin does not need", every, _left_over)
OTHER_WEIGHTS = Attack("the weights with multipliers K^-1 1 are not those of the maximum margin", every, _not_these)
NOT_IFF = Attack("no negative multiplier, and other margins", every, _not_iff)
OTHER_LIMIT = Attack("another limit of t L(t)", every, _other_limit)

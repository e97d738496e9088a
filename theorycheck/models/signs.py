"""Signs of an activation's derivatives: where they hold, and how we know."""

from fractions import Fraction
from typing import Any

from attrs import frozen
from flint import arb, fmpq

from theorycheck.certificates import check
from theorycheck.models.activations import Activation

_BOXES = 4000


@frozen
class SignFact:
    """The sign of one derivative of φ.

    Attributes:
        order: which derivative.
        relation: ">", ">=", "<", "<=" or "changes" or "unknown".
        where: "everywhere", or the interval as text.
        how: "proved" (exactly), "ball arithmetic", "witnesses" (for "changes"), or "not found".
    """

    order: int
    relation: str
    where: str
    how: str

    def __str__(self) -> str:
        primes = "'" * self.order
        words = {"changes": "changes sign", "unknown": "has no sign that we could find"}
        return f"φ{primes} {words.get(self.relation, self.relation + ' 0')} {self.where} ({self.how})"


def sign_fact(phi: Activation, order: int, interval: tuple[Fraction, Fraction] | None = None) -> SignFact:
    """The strongest sign of the derivative of φ that can be shown, on the whole line or on a closed interval.

    Args:
        phi: the activation.
        order: 0 to 3.
        interval: rational ends, or None for the whole line (for tan: its branch around 0).
    """
    tree = phi.jets()[order]
    if interval is not None:
        return _on_interval(tree, order, interval)
    for relation in (">", "<", ">=", "<="):
        if proves(tree, relation):
            return SignFact(order, relation, "everywhere", "proved")
    signs = {sign for z in _probes() if (sign := _sign_at(tree, z))}
    return (
        SignFact(order, "changes", "between rational points", "witnesses")
        if signs == {1, -1}
        else SignFact(order, "unknown", "everywhere", "not found")
    )


def proves(tree: Any, relation: str) -> bool:
    """Whether the checker proves that the expression stands in the relation to 0 for all z, and is defined there."""
    try:
        check.continuous(tree)
        check.holds(tree if relation[0] == ">" else check.mul(fmpq(-1), tree), len(relation) == 1)
    except check.Refused:
        return False
    return True


def _probes() -> list[fmpq]:
    return [fmpq(k, 4) for k in range(-40, 41)]


def _sign_at(tree: Any, z: fmpq) -> int:
    try:
        v = check.value(tree, z=z)
    except check.Refused:
        return 0
    return 1 if v > 0 else -1 if v < 0 else 0


def _on_interval(tree: Any, order: int, interval: tuple[Fraction, Fraction]) -> SignFact:
    lo, hi = (fmpq(end.numerator, end.denominator) for end in interval)
    where = f"on [{interval[0]}, {interval[1]}]"
    signs = {_sign_at(tree, lo + (hi - lo) * k / 16) for k in range(17)}
    for relation, sign in ((">", 1), ("<", -1)):
        if -sign not in signs and 0 not in signs and _subdivide(check.mul(fmpq(sign), tree), lo, hi):
            return SignFact(order, relation, where, "ball arithmetic")
    if {1, -1} <= signs:
        return SignFact(order, "changes", where, "witnesses")
    return SignFact(order, "unknown", where, "not found")


def _subdivide(tree: Any, lo: fmpq, hi: fmpq) -> bool:
    """Whether the expression is seen to be positive on [lo, hi] by halving boxes."""
    todo, opened = [(lo, hi)], 0
    while todo:
        a, b = todo.pop()
        try:
            if check.value(tree, z=arb(a).union(arb(b))) > 0:
                continue
        except check.Refused:
            pass
        opened, middle = opened + 1, (a + b) / 2
        if opened > _BOXES or (b - a) * 2**60 < 1:
            return False
        todo += [(a, middle), (middle, b)]
    return True

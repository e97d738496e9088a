"""Kept and broken assumptions about ReLU networks as parts of a certificate.

Loss, activation, slope, outputs and widths stand in the instance's document and need no part; inequalities between
numbers of the data do, and so does the rank of the samples.
"""

from collections.abc import Callable
from fractions import Fraction

from theorycheck.certificates import relu_build  # noqa: F401  # loads the parts of the checker that know networks
from theorycheck.certificates.build import number
from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_measures as measures
from theorycheck.claims.attacks.exactly import Evidence, less, value
from theorycheck.models.relu import ReluInstance

Side = tuple[str, Fraction]


def _one_step(one: ReluInstance) -> tuple[Side, Side]:
    least, p = measures.least_square(one.data), measures.coherence(one.data)
    return ("(n - 1) p", (one.data.n - 1) * p), ("gamma R_min^2", one.slope * least)


def _dominant(one: ReluInstance) -> tuple[Side, Side]:
    return ("2 (n - 1) p", 2 * (one.data.n - 1) * measures.coherence(one.data)), (
        "R_min^2",
        measures.least_square(one.data),
    )


def _separable(one: ReluInstance) -> tuple[Side, Side]:
    return ("0", Fraction(0)), ("least y_i y_k <x_i, x_k>", measures.separation(one.data))


def _small(one: ReluInstance) -> tuple[Side, Side]:
    return ("scale of the start", one.init), ("1/50", Fraction(1, 50))


_SIDES: dict[str, tuple[Callable[[ReluInstance], tuple[Side, Side]], ...]] = {
    A.NEARLY.name: (_one_step, _dominant),
    A.SEPARABLE.name: (_separable,),
    A.TINY_START.name: (_small,),
}


def keeps(name: str, instance: ReluInstance) -> list[Evidence]:
    """Evidence that an instance keeps an assumption; empty where it is plain from the instance or has no kind."""
    pairs = [sides(instance) for sides in _SIDES.get(name, ())]
    return [_less(f"keeps {name}", left, right) for left, right in pairs if left[1] < right[1]]


def breaks(name: str, instance: ReluInstance) -> list[Evidence]:
    """Evidence that an instance breaks an assumption; empty where it is plain from the instance or has no kind."""
    pairs = [sides(instance) for sides in _SIDES.get(name, ())]
    return [_not_less(f"breaks {name}", left, right) for left, right in pairs if left[1] >= right[1]]


def _not_less(role: str, left: Side, right: Side) -> Evidence:
    if left[1] > right[1]:
        return _less(role, right, left)
    return value(role, f"{left[0]} - {right[0]}", [number(str(left[1])), number(str(-right[1]))])


def _less(role: str, left: Side, right: Side) -> Evidence:
    sides = ((name, [number(str(v))]) for name, v in (left, right))
    return less(role, *sides)

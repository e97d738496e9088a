"""A claim of the structure theorem's kind, written for the tests alone, and independent ways to look at witnesses."""

from fractions import Fraction

from theorycheck.claims import assumptions as A
from theorycheck.claims import attacks
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source
from theorycheck.claims.instances import smallest

SETTING = (
    A.INDEPENDENT_DATA,
    A.SMOOTH,
    A.INCREASING,
    A.CONVEX_DERIVATIVE,
    A.REALISABLE,
    A.EQUAL_WEIGHTS,
    A.FIXED_OUTPUT,
)


def claim(*ways, assumptions=SETTING, key="test2024.structure"):
    """A claim with these attacks."""
    return Claim(
        key=key,
        title="neurons agree at stationary points",
        statement="Stationary points of the trace are global minimisers, and all neurons agree there.",
        latex="",
        source=Source("0000.00000", "none", Mark.DERIVED),
        assumptions=assumptions,
        conclusion=Conclusion("spread", "0", "0"),
        checks=(),
        instances=lambda seed, position: smallest(),
        attacks=ways,
    )


STRUCTURE = claim(
    attacks.LOWER_THAN_EQUAL, attacks.SPURIOUS_STATIONARY, attacks.EMPTY, attacks.TRAINED_LOWER_THAN_EQUAL
)


def values(found):
    """The point's rationals, rows of them."""
    return [[Fraction(v) for v in row] for row in found.point["values"]]


def height(found):
    """The largest numerator or denominator in the samples, labels and point."""
    numbers = [v for row in (*found.instance.data.X, found.instance.data.y) for v in row]
    numbers += [v for row in values(found) for v in row] if found.point else []
    return max(max(abs(v.numerator), v.denominator) for v in numbers)

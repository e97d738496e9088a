"""Signal plus noise where the closed form of the linear maximum margin fails, or its factor (arXiv 2403.06903).

Samples are y_i c_i ρ e_1 + τ z_i with unit vectors z_i. The closed form is for z_i orthogonal to each other and to e_1.
A linear network with all margins 1 that is shorter than the closed form breaks it, and so does one that spans the
samples and is longer: nothing of them with these margins is shorter.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product

import attrs

from theorycheck.certificates import relu_build
from theorycheck.claims.attacks.exactly import below, less, number, total, value
from theorycheck.claims.attacks.relu_margin import at, at_labels, kkt, listed
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.claims.relu_measures import signal
from theorycheck.models.data import Dataset
from theorycheck.models.rational import gram
from theorycheck.models.relu import ReluInstance

MOST = 600  # instances of one attack
_SIZES = (Fraction(1), Fraction(2), Fraction(1, 2))


@lru_cache(maxsize=1)
def tilted_noise() -> tuple[Dataset, ...]:
    """Unit signals with unit noise that is not orthogonal: to other noise, and to the signal."""
    noise = Dataset([[1, 1, 0], [1, "3/5", "4/5"]], [1, 1], name="noise at an angle")
    slanted = Dataset([["8/5", "4/5", 0], [1, 0, 1]], [1, 1], name="noise along the signal")
    return noise, slanted


def _families(space: Space) -> Iterator[Candidate | Looked]:
    """The instances of the space, and the first of them with such noise, with each strength of signal and noise."""
    count = 0
    for one in islice(_instances(space), MOST):
        for rho, tau in product(_SIZES, repeat=2):
            count += 1
            if _flips(one.data, rho, tau) is not None:
                yield Candidate(one, {}, {"rho": rho, "tau": tau})
    yield Looked(count, "signals with noise")


def _instances(space: Space) -> Iterator[ReluInstance]:
    for one in space.instances[:1] if not {"X", "y", "n", "d"} & set(space.fixed) else ():
        changed = (attrs.evolve(one, data=data) for data in tilted_noise())
        yield from (new for new in changed if space.allows(new, "data"))
    yield from space.instances


def _flips(data: Dataset, rho: Fraction, tau: Fraction) -> tuple[int, ...] | None:
    """The signs c_i with |x_i - y_i c_i ρ e_1| = τ for all i; None where there are none or two."""
    if data.d < 2 or any(abs(label) != 1 for label in data.y):
        return None
    found = []
    for row, label in zip(data.X, data.y, strict=True):
        rest = sum((v * v for v in row[1:]), Fraction(0))
        signs = [c for c in (1, -1) if (row[0] - label * c * rho) ** 2 + rest == tau**2]
        if len(signs) != 1:
            return None
        found += signs
    return tuple(found)


def linear(one: ReluInstance) -> dict | None:
    """The linear network with all margins 1 in the span of the samples; None where they are dependent."""
    from theorycheck.claims.checks.relu_related import linear_point
    from theorycheck.models.rational import to_flint

    if one.activation != "leaky" or one.outputs != "fixed" or to_flint(gram(one.data.X)).det() == 0:
        return None
    return linear_point(one)


def _closed_form(candidate: Candidate) -> Violation | None:
    """Another squared length than (n - ρ² S² / Q) / τ²."""
    one, rho, tau = candidate.instance, candidate.parts.get("rho", 0), candidate.parts.get("tau", 0)
    flips = _flips(one.data, rho, tau) if tau else None
    point = linear(one) if flips is not None else None
    if flips is None or point is None:
        return None
    n = one.data.n
    told = (n - rho**2 * sum(flips) ** 2 / (tau**2 + n * rho**2)) / tau**2
    length = relu_build.term("norm", point, times=(1 + one.slope) ** 2 / sum(one.width))
    here, formula = ("|v|^2", [length]), ("(n - rho^2 S^2 / Q) / tau^2", [number(str(told))])
    seen = Fraction(str(total(one, length)))
    if seen == told:
        return None
    sides = (here, formula) if seen < told else (formula, here)
    margins = value("margins", "spread of margins", [relu_build.term("spread", point)])
    first = value("first margin", "margin of sample 0", [relu_build.term("margin", point, 0)])
    return Violation(
        quantity=f"|v|^2 for the linear classifier with margins 1, rho = {rho}, tau = {tau}",
        bound=f"(n - rho^2 S^2 / Q) / tau^2 = {told}",
        value=listed([seen]),
        size=abs(float(seen) / float(told) - 1),
        evidence=(margins, first, less("violates", *sides)),
    )


# ---- the factor ------------------------------------------------------------------------------------------------------


def _each(space: Space) -> Iterator[Candidate | Looked]:
    count = 0
    for one in islice((one for one in space.instances if signal(one.data) is not None), MOST):
        count += 1
        yield Candidate(one, {})
    yield Looked(0, f"linear networks beside {count} maximum-margin points")


def _beyond(candidate: Candidate) -> Violation | None:
    """A network with margins 1 that is shorter than the linear one by more than the factor.

    For γ = 1 all networks are linear, and (v, -v) is only one of them.
    """
    from theorycheck.claims.checks.relu_related import factor

    one = candidate.instance
    point = linear(one) if signal(one.data) is not None and one.slope < 1 else None
    solution = at_labels(one) if point is not None else None
    if point is None or solution is None or (proof := kkt(solution)) is None:
        return None
    most = factor(one)
    longer = relu_build.term("norm", point, times=(1 + one.slope) ** 2)
    shorter = at(solution, "norm", times=most)
    if not below(total(one, shorter), total(one, longer)):
        return None
    sides = ("factor times |W|^2 of a network with margins 1", [shorter]), ("that of the linear one", [longer])
    return Violation(
        quantity="(1 + gamma)^2 |W|^2 of the linear network over |W|^2 of a network with margins 1",
        bound=f"at most {most}",
        value=listed([Fraction(str(total(one, longer))) * most / Fraction(str(total(one, shorter)))]),
        size=1.0,
        evidence=(proof, less("violates", *sides)),
    )


CLOSED_FORM = Attack("the closed form of the linear maximum margin", _families, _closed_form)
FACTOR = Attack("a network far shorter than the linear one", _each, _beyond)

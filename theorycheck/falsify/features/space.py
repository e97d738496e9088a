"""Which unconstrained-features models a search looks at, smallest first."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

from theorycheck.claims.claim import Assumption, Space
from theorycheck.errors import InvalidClaim
from theorycheck.falsify.assumed import Assumed
from theorycheck.falsify.features.fixed import respects
from theorycheck.models.features import UnconstrainedFeatures

_CLASSES = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15)
_DEPTHS = (1, 2, 3, 4, 5, 6)
_WEIGHTS = (1, 1, 3, 3, 3)  # of the places of loss, activation, counts, width and λ against K + L
_SIMPLE = 4  # so many λ are tried with unequal counts or a width too
_REGS = tuple(Fraction(1, k) for k in (100, 10, 1000, 20, 2, 7, 6, 5, 4, 3, 50, 30, 1, 10**4, 10**6))


def space(assumed: Assumed, values: dict[str, Any], drop: str | None) -> tuple[Assumed, Space]:
    """The instances that have what is fixed, break what is dropped, and keep as much of the rest as they can.

    Raises:
        InvalidClaim: no instance breaks what is dropped, or, where nothing is dropped, none keeps all.
    """
    fitting = [one for one in _instances(values) if respects(one, values)]
    about = [a for a in assumed.dropped if a.about != "point"]  # instances do not decide which points are compared
    broken = [one for one in fitting if all(assumed.margin(a, one).holds is False for a in about)]
    if not broken:
        raise InvalidClaim(f"{_nothing(assumed, values)}; fix something else")
    lost = {one: _lost(assumed, one) for one in broken}
    least = min(lost.values(), key=len)
    if least and not assumed.dropped:
        raise InvalidClaim(f"what is fixed breaks {least[0].name} ({least[0].text}); drop it, or fix something else")
    given_up = assumed.without(least)
    instances = tuple(one for one in broken if set(lost[one]) <= set(least))
    return given_up, Space((), drop, frozenset(a.name for a in given_up.kept), values, given_up.allows, instances)


def _nothing(assumed: Assumed, values: dict[str, Any]) -> str:
    name = assumed.dropped[0].name if assumed.dropped else "any assumption"
    return f"no instance with {', '.join(values) or 'these sizes'} fixed breaks {name}"


def _lost(assumed: Assumed, instance: UnconstrainedFeatures) -> tuple[Assumption, ...]:
    return tuple(a for a in assumed.kept if assumed.margin(a, instance).holds is not True)


def subject(about: str, instance: UnconstrainedFeatures) -> tuple[Any, ...]:
    """What a margin depends on: all of the instance."""
    return (instance.digest,)


def _instances(values: dict[str, Any]) -> Iterator[UnconstrainedFeatures]:
    """All combinations; K + L grows, and what is less plain, by its place among the choices, counts like more."""
    found: list[tuple[int, UnconstrainedFeatures]] = []
    for K, L in product(_choices(values, "classes", _CLASSES), _choices(values, "depth", _DEPTHS)):
        plain = (_choices(values, "loss", ("mse", "ce")), _choices(values, "activation", ("relu", "linear")))
        given = (_choices(values, "counts", tuple(_counts(K))), _choices(values, "width", _widths(K)))
        choices = (*plain, *given, _choices(values, "reg", tuple(_regs(K, L))))
        for places in product(*map(range, map(len, choices))):
            loss, activation, counts, width, reg = (known[k] for known, k in zip(choices, places, strict=True))
            special = bool(places[2]) + bool(places[3]) + (places[4] >= _SIMPLE)
            if len(counts) in (1, K) and len(reg) in (1, L + 1) and special <= 1:
                one = UnconstrainedFeatures(K, L, reg, loss, activation, counts, width)
                found.append((K + L + sum(w * k for w, k in zip(_WEIGHTS, places, strict=True)), one))
    yield from (one for _, one in sorted(found, key=lambda pair: pair[0]))


def _choices(values: dict[str, Any], name: str, known: tuple) -> tuple:
    return (values[name],) if name in values else known


def _counts(K: int) -> Iterator[tuple[int, ...]]:
    """One sample a class, two, and a minority class."""
    yield from ((1,), (2,), (9,) * (K - 1) + (1,))


def _widths(K: int) -> tuple[int | None, ...]:
    """No limit, and too few neurons."""
    return (None, K - 1, K - 2) if K > 2 else (None, K - 1)


def _regs(K: int, L: int) -> Iterator[tuple[Fraction, ...]]:
    """Equal, unequal, and such that DNC and zero tie for the squared loss: (Π λ)·(K L)^(L+1) = ((L-1)/L)^(L-1)."""
    yield from ((v,) for v in _REGS)
    yield (Fraction(1, 100),) * L + (Fraction(1, 1000),)
    tie = Fraction(1, K * L)
    yield (tie, tie, *(tie * Fraction(L - 1, L) for _ in range(L - 1)))

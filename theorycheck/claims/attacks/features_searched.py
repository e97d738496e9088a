"""A local search from many starts on a few instances: what it sees, in floats, where no construction is known."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache

from theorycheck.models.features import UnconstrainedFeatures as Features

SECONDS = 2.5  # a search
MOST = 2  # instances of one attack
LARGEST = 12  # classes; beyond, a few seconds see next to nothing
CLEAR = 1e-7  # of the objective; what a local search leaves


@lru_cache(maxsize=64)
def lowest(instance: Features) -> tuple[float, tuple]:
    """The least objective seen, and rational factors there."""
    from theorycheck.exact.dufm_search import search

    found = search(instance, seconds=SECONDS)
    rows = [[[Fraction(float(v)) for v in row] for row in W.tolist()] for W in found.factors]
    return found.loss, tuple(rows)


@lru_cache(maxsize=512)
def collapsed_loss(instance: Features) -> float | None:
    """The objective of deep neural collapse at its best scale, in floats; None where it is not there."""
    from theorycheck.exact.dufm_structures import structure

    return structure(instance, "dnc").loss


def sizes(instances: Iterable[Features]) -> Iterator[Features]:
    """The first instance of each K and L with a hidden layer and not too many classes; of at most MOST sizes."""
    seen: set[tuple[int, int]] = set()
    for one in instances:
        new = (one.classes, one.depth) not in seen and len(seen) < MOST
        if new and one.depth > 1 and one.classes <= LARGEST:
            seen.add((one.classes, one.depth))
            yield one


def named(instance: Features) -> str:
    """Sizes, λ and model in few words."""
    reg = ", ".join(dict.fromkeys(map(str, instance.reg)))
    width = "" if instance.width is None else f", d={instance.width}"
    model = f"{'ReLU' if instance.relu else 'linear'}, {instance.loss}"
    return f"K={instance.classes}, L={instance.depth}, λ={reg}{width}, {model}"


def searched(instance: Features, bound: float) -> str:
    """What a local search saw, against deep neural collapse."""
    loss = lowest(instance)[0]
    if loss < (1 - CLEAR) * bound:
        return f"{named(instance)}: a local search reached {loss:.8g}, deep neural collapse {bound:.8g}"
    return f"{named(instance)}: a local search found nothing below deep neural collapse, {bound:.8g}"

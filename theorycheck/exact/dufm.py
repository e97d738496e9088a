"""The least objective of a deep unconstrained-features model: structures, a search, bounds, and what they decide."""

from collections.abc import Callable, Mapping

import attrs

from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.exact.dufm_fit import objective
from theorycheck.exact.dufm_shape import floats, matrix, rounded
from theorycheck.exact.dufm_solution import DufmSolution
from theorycheck.exact.dufm_structures import Structure, named, structures
from theorycheck.exact.dufm_verdict import Point, conclude, floor, met, upper_part
from theorycheck.models.features import UnconstrainedFeatures

LARGEST_CLASSES, LARGEST_DEPTH = 200, 60  # of an instance that the checker takes
MOST_CLASSES, MOST_LAYERS = 60, 30  # of an instance that the search takes
SEARCH_BITS = 40  # of a number that the search found, once it is rational
Progress = Callable[[float, float, str], object]


def dufm(
    instance: UnconstrainedFeatures,
    structure: str | None = None,
    seconds: float = 20.0,
    progress: Progress | None = None,
) -> DufmSolution:
    """Solve an instance; see `theorycheck.solve.dufm`.

    Args:
        instance: the problem.
        structure: take this structure instead of the best one.
        seconds: of the search, 0 for none; lower bounds that take long to check are left out where it is short.
        progress: called with (seconds, loss, origin) when the search improves.

    Returns:
        The solution.

    Raises:
        InvalidInstance: the structure does not exist on the instance, or is too large for a certificate.
    """
    _certifiable(instance)
    chosen = named(instance, structure) if structure else None
    found = structures(instance)
    lower = floor(instance, seconds)
    if chosen is not None:
        return conclude(instance, found, *_written(instance, chosen), lower)
    point, upper = best_structure(instance, found)
    if met(point.loss, lower) or seconds == 0:
        return conclude(instance, found, point, upper, lower)
    if instance.classes > MOST_CLASSES or instance.depth > MOST_LAYERS:
        told = f"closed forms only: the search takes K up to {MOST_CLASSES}, L up to {MOST_LAYERS}"
        return conclude(instance, found, _noted(point, told), upper, lower)
    better = searched(instance, point, found, seconds, progress)
    upper = upper if better.factors is point.factors else upper_part(instance, better)
    return conclude(instance, found, better, upper, lower)


def _certifiable(instance: UnconstrainedFeatures) -> None:
    if instance.classes > LARGEST_CLASSES or instance.depth > LARGEST_DEPTH:
        sizes = f"K = {instance.classes}, L = {instance.depth}"
        raise InvalidInstance(f"{sizes}: certificates go up to K = {LARGEST_CLASSES}, L = {LARGEST_DEPTH}; pass less")


def _written(instance: UnconstrainedFeatures, found: Structure) -> tuple[Point, dict]:
    """A structure with its certified value.

    Raises:
        InvalidInstance: it is too large for that.
    """
    told = f"{found.name!r} is too large for a certificate here ({found.note}); pass a smaller K"
    if found.factors is None or found.loss is None:
        raise InvalidInstance(told)
    point = Point(found.name, found.loss, found.factors, found.note)
    try:
        return point, upper_part(instance, point)
    except CertificateError:
        raise InvalidInstance(told) from None


def best_structure(instance: UnconstrainedFeatures, found: Mapping[str, Structure]) -> tuple[Point, dict]:
    """The structure with the least loss that can be certified, the simplest of equal ones, with its certified value."""
    simple = ["zero", "dnc", *found]
    there = [(s.loss, simple.index(s.name), s) for s in found.values() if s.loss is not None]
    there.sort(key=lambda entry: (float(f"{entry[0]:.13g}"), entry[1]))
    too_large = []
    for _, _, candidate in there:
        try:
            point, upper = _written(instance, candidate)
        except InvalidInstance:
            too_large.append(f"{candidate.name} has {candidate.loss:.10g} in floats, too large for a certificate")
            continue
        return _noted(point, *too_large), upper
    raise InvalidInstance("no structure fits into a certificate; pass a smaller K")


def _noted(point: Point, *told: str) -> Point:
    return attrs.evolve(point, note="; ".join(filter(None, (point.note, *told))))


def searched(
    instance: UnconstrainedFeatures,
    point: Point,
    found: Mapping[str, Structure],
    seconds: float,
    progress: Progress | None = None,
) -> Point:
    """What the search finds from all structures, where it is better than the best of them."""
    from theorycheck.exact.dufm_search import search

    starts = [[floats(W) for W in s.factors] for s in found.values() if s.factors and s.scale]
    result = search(instance, starts, seconds=seconds, seed=instance.seed, progress=progress)
    factors = tuple(matrix([[rounded(v, SEARCH_BITS) for v in row] for row in W.tolist()]) for W in result.factors)
    loss = objective(instance, [floats(W) for W in factors])
    if loss >= point.loss * (1 - 1e-10):
        return _noted(point, f"{seconds:g} s of search found nothing better")
    return Point("search", loss, factors, f"found from {result.origin}", exact_ranks=False)

"""Block sums: classes in groups, each group with its own family and its own scale (mse).

Squared losses of block-diagonal parameters add up, and a block is a smaller model with its λ times N / N_b. Classes are
ordered by their number of samples and split into intervals, which costs nothing where all are equal; the best partition
is found by dynamic programming over the intervals.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import attrs
import numpy as np
from flint import fmpq, fmpq_mat

from theorycheck.exact import dufm_families as families
from theorycheck.exact.dufm_fit import balance, price
from theorycheck.exact.dufm_part import part, part_shape
from theorycheck.exact.dufm_scalar import one_variable
from theorycheck.exact.dufm_shape import Shape, place, rounded
from theorycheck.models.features import UnconstrainedFeatures

LARGEST = 3000  # neurons of a layer that is written down
LARGEST_BLOCK = 600  # of a block: many are tried
Family = tuple[str, Callable[[int, int, tuple], Shape], families.Closed]


@attrs.frozen(eq=False)
class Block:
    """A group of classes with its share of the objective.

    Attributes:
        name: of its family.
        classes: their indices.
        loss: its share of the whole objective.
        factors: its own H, W_1, ..., W_L.
        scale: c.
    """

    name: str
    classes: tuple[int, ...]
    loss: float
    factors: tuple[fmpq_mat, ...]
    scale: float


def closed_families(classes: int, depth: int, activation: str) -> list[Family]:
    """Every closed form with output c·I for K classes, the best δ and all s included; no deep neural collapse."""
    found: list[Family] = []
    if activation == "linear" or depth < 2:
        return found
    if climb := families.ladder(classes, depth):
        found.append(("ladder", families.ladder_shape, climb))
    if depth > 2 and (some := part(classes, depth)):  # with L = 2 no part of a graph is better than single classes
        found.append(("cuts of a graph", part_shape, some))
    r = families.vertices(classes) or 0
    for s in range(2, max(r - 1, 3) if r else 2):
        closed = families.cut(classes, depth, s, families.best_row(classes, depth, s))
        found += [(f"cut, s = {s}", families.cut_shape, closed)] if closed else []
    return found


def single(instance: UnconstrainedFeatures, k: int) -> Block:
    """One class by itself: one neuron a layer."""
    weight, depth = instance.counts[k] / instance.samples, instance.depth
    kappa = [instance.counts[k], *[1] * depth]
    best = one_variable(depth + 1, price(instance, kappa) / weight, depth)
    times = balance(instance, kappa, best.scale) if best.scale else [0.0] * len(kappa)
    return Block("single", (k,), weight * best.loss, tuple(fmpq_mat([[rounded(t)]]) for t in times), best.scale)


def part_of(instance: UnconstrainedFeatures, classes: Sequence[int]) -> UnconstrainedFeatures:
    """The model of some of the classes, whose objective is N / N_b times their share of the whole."""
    counts = tuple(instance.counts[k] for k in classes)
    reg = tuple(v * instance.samples / sum(counts) for v in instance.reg)
    return attrs.evolve(instance, classes=len(classes), counts=counts, reg=reg)


def group(instance: UnconstrainedFeatures, classes: Sequence[int]) -> Block | None:
    """The best single family for a group of at least two classes; None where there is none."""
    smaller = part_of(instance, classes)
    share = smaller.samples / instance.samples
    known = closed_families(len(classes), instance.depth, instance.activation)
    known = [family for family in known if family[2].neurons <= min(LARGEST_BLOCK, instance.width or LARGEST_BLOCK)]
    if not known:
        return None
    name, build, closed = min(known, key=lambda family: family[2].log_product)
    placed = place(smaller, build(len(classes), instance.depth, closed.values))
    return Block(name, tuple(classes), share * placed.loss, placed.factors, placed.scale)


def partition(instance: UnconstrainedFeatures) -> tuple[Block, ...] | None:
    """The best partition into at least two blocks, one of them no single class; None where none exists."""
    order = sorted(range(instance.classes), key=lambda k: -instance.counts[k])
    known: dict[tuple[int, ...], Block | None] = {}
    best: dict[tuple[int, bool], tuple[float, tuple[Block, ...]]] = {(0, False): (0.0, ())}
    for end in range(1, instance.classes + 1):
        for start in range(end):
            block = _interval(instance, order[start:end], known)
            if block is None or len(block.classes) == instance.classes:
                continue
            for grouped in (False, True):
                _extend(best, (start, grouped), (end, grouped or len(block.classes) > 1), block)
    told = best.get((instance.classes, True))
    return told[1] if told and fits(instance, told[1]) else None


def _interval(instance: UnconstrainedFeatures, classes: Sequence[int], known: dict) -> Block | None:
    """A block, built once for equal numbers of samples."""
    counts = tuple(instance.counts[k] for k in classes)
    if counts not in known:
        known[counts] = single(instance, classes[0]) if len(classes) == 1 else group(instance, classes)
    found = known[counts]
    return found and attrs.evolve(found, classes=tuple(classes))


def _extend(best: dict, state: tuple, onto: tuple, block: Block) -> None:
    if state in best:
        loss, blocks = best[state]
        if onto not in best or loss + block.loss < best[onto][0]:
            best[onto] = (loss + block.loss, (*blocks, block))


def fits(instance: UnconstrainedFeatures, blocks: Sequence[Block]) -> bool:
    """Whether the layers of all blocks together are as wide as the instance allows."""
    widths = [sum(b.factors[i].nrows() for b in blocks if b.scale) for i in range(instance.depth)]
    return instance.width is None or max(widths) <= instance.width


def assembled(instance: UnconstrainedFeatures, blocks: Sequence[Block]) -> tuple[fmpq_mat, ...]:
    """Block-diagonal factors; a block at scale 0 takes no neuron."""
    living = [b for b in blocks if b.scale] or [blocks[0]]
    sizes = [[b.factors[i].nrows() for b in living] for i in range(instance.depth)]
    spans = [_spans(row) for row in sizes]
    classes, K = [b.classes for b in living], instance.classes
    first = _diagonal([b.factors[0] for b in living], spans[0], classes, K)
    later = [
        _diagonal([b.factors[i] for b in living], spans[i], spans[i - 1], sum(sizes[i - 1]))
        for i in range(1, instance.depth)
    ]
    last = _diagonal([b.factors[-1].transpose() for b in living], spans[-1], classes, K)
    return (first, *later, last.transpose())


def _spans(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    starts = np.cumsum([0, *sizes]).tolist()
    return [tuple(range(a, b)) for a, b in pairwise(starts)]


def _diagonal(parts: Sequence[fmpq_mat], rows: Sequence, columns: Sequence, width: int) -> fmpq_mat:
    whole = [[fmpq(0)] * width for _ in range(sum(map(len, rows)))]
    for block, down, across in zip(parts, rows, columns, strict=True):
        for i, row in zip(down, block.tolist(), strict=True):
            for j, value in zip(across, row, strict=True):
                whole[i][j] = value
    return fmpq_mat(whole)

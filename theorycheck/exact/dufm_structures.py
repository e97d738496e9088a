"""Every structure that is known in closed form, at its best scale on an unconstrained-features model."""

from collections.abc import Callable

import attrs
from flint import fmpq_mat

from theorycheck.errors import InvalidInstance
from theorycheck.exact import dufm_entropy as entropy
from theorycheck.exact import dufm_families as families
from theorycheck.exact.dufm_blocks import LARGEST, Block, assembled, fits, partition, single
from theorycheck.exact.dufm_fit import fit, objective
from theorycheck.exact.dufm_part import least_vertices, part, part_shape
from theorycheck.exact.dufm_scalar import mean_reg, one_variable
from theorycheck.exact.dufm_shape import Placed, Shape, floats, place, zero_factors
from theorycheck.models.features import UnconstrainedFeatures

Maker = Callable[[UnconstrainedFeatures], "Structure"]


class Absent(Exception):
    """A structure does not exist on an instance; the message says why and ends up in the record."""


@attrs.frozen(eq=False)
class Structure:
    """A structure on an instance.

    Attributes:
        name: its name in the documents.
        loss: the objective at its best scale, in floats; None where it does not exist here.
        scale: c, the multiple of its own output.
        factors: H, W_1, ..., W_L, rational; None where it does not exist or is too large to be written down.
        constant: C of the one-variable reduction, for an output c·I and equal numbers of samples.
        note: what was chosen (s, δ, blocks), or why there is none.
    """

    name: str
    loss: float | None
    scale: float | None = None
    factors: tuple[fmpq_mat, ...] | None = None
    constant: float | None = None
    note: str = ""


def structures(instance: UnconstrainedFeatures) -> dict[str, Structure]:
    """All of them by name; those that do not exist on the instance say why."""
    return {name: structure(instance, name) for name in NAMES}


def structure(instance: UnconstrainedFeatures, name: str) -> Structure:
    """One structure by name.

    Raises:
        InvalidInstance: an unknown name.
    """
    if name not in NAMES:
        raise InvalidInstance(f"unknown structure {name!r}; choose one of {', '.join(NAMES)}")
    try:
        return attrs.evolve(NAMES[name](instance), name=name)
    except Absent as reason:
        return Structure(name, None, note=str(reason))


def named(instance: UnconstrainedFeatures, name: str) -> Structure:
    """One structure that has to exist.

    Raises:
        InvalidInstance: an unknown name, or the instance has no such structure; the message says why.
    """
    found = structure(instance, name)
    if found.loss is None:
        raise InvalidInstance(f"there is no structure {name!r} here: {found.note}")
    return found


def _zero(instance: UnconstrainedFeatures) -> Structure:
    factors = zero_factors(instance)
    return Structure("zero", fit(instance, floats(fmpq_mat(instance.classes, instance.classes))), 0.0, factors)


def _dnc(instance: UnconstrainedFeatures) -> Structure:
    K, L = instance.classes, instance.depth
    if instance.loss == "ce":
        return _collapsed_entropy(instance)
    _wide(instance, K)
    if instance.balanced:
        closed = families.collapsed(K, L)
        return _placed(instance, place(instance, families.collapsed_shape(K, L)), closed.constant(L))
    blocks = [single(instance, k) for k in range(K)]
    told = ", ".join(f"{b.scale:.4g}" for b in blocks)
    return _blocks(instance, blocks, f"the classes have their own scales: {told}")


def _collapsed_entropy(instance: UnconstrainedFeatures) -> Structure:
    K, L = instance.classes, instance.depth
    if instance.relu:
        _wide(instance, K)
        return _placed(instance, place(instance, entropy.without_mean(families.collapsed_shape(K, L))))
    _wide(instance, K - 1)
    return _placed(instance, entropy.spectral(instance, floats(entropy.centring(K)), K - 1))


def _placed(instance: UnconstrainedFeatures, found: Placed, constant: float | None = None, note: str = "") -> Structure:
    return Structure("", found.loss, found.scale, found.factors, constant, note)


def _blocks(instance: UnconstrainedFeatures, blocks: list[Block] | tuple[Block, ...], note: str) -> Structure:
    factors = assembled(instance, blocks) if any(b.scale for b in blocks) else zero_factors(instance)
    return Structure("", objective(instance, [floats(W) for W in factors]), blocks[0].scale, factors, None, note)


def _wide(instance: UnconstrainedFeatures, rows: int) -> None:
    if instance.width is not None and instance.width < rows:
        raise Absent(f"it needs layers of {rows} rows, and the width d is {instance.width}; pass a larger d")


def _rectified(instance: UnconstrainedFeatures, least_depth: int) -> None:
    if instance.activation != "relu":
        raise Absent("it needs the ReLU; pass activation relu")
    if instance.depth < least_depth:
        raise Absent(f"it needs a depth L of at least {least_depth}; L is {instance.depth}")


def _graph(instance: UnconstrainedFeatures, least_depth: int) -> int:
    _rectified(instance, least_depth)
    r = families.vertices(instance.classes)
    if r is None:
        raise Absent(f"K = {instance.classes} is not triangular; pass K = r(r-1)/2: 3, 6, 10, 15, 21, ...")
    return r


def _family(
    instance: UnconstrainedFeatures, closed: families.Closed, build: Callable[[int, int, tuple], Shape], note: str
) -> Structure:
    """A family with output c·I: written down where it is small, else by its closed form."""
    K, L = instance.classes, instance.depth
    _wide(instance, closed.neurons)
    mse = instance.loss == "mse"
    constant = closed.constant(L) if mse and instance.balanced else None
    if closed.neurons <= LARGEST:
        shape = build(K, L, closed.values)
        return _placed(instance, place(instance, shape if mse else entropy.without_mean(shape)), constant, note)
    if constant is None:
        raise Absent(f"it has {closed.neurons} neurons in a layer, too many to be written down; pass a smaller K")
    found = one_variable(constant, mean_reg(instance), L)
    return Structure("", found.loss, found.scale, None, constant, f"{note}; {closed.neurons} neurons, by closed form")


def _cut(instance: UnconstrainedFeatures, s: int, row: bool) -> Structure:
    K, L = instance.classes, instance.depth
    delta = families.best_row(K, L, s) if row else 0.0
    if row and not delta:
        raise Absent("no constant row makes it better here (that takes K >= 28 and L >= 3)")
    closed = families.cut(K, L, s, delta)
    if closed is None:
        raise Absent(f"there are no such subsets with K = {K}")
    told = f"subsets of {s} vertices" + (f", constant row {delta:.4g}" if delta else "")
    return _family(instance, closed, families.cut_shape, told)


def _srg(row: bool) -> Maker:
    def make(instance: UnconstrainedFeatures) -> Structure:
        _graph(instance, 3)
        return _cut(instance, 2, row)

    return make


def _flipped(row: bool) -> Maker:
    def make(instance: UnconstrainedFeatures) -> Structure:
        r = _graph(instance, 3)
        if r < 4:
            raise Absent("with K = 3 no two edges of the graph are disjoint; pass K >= 6")
        return _cut(instance, r - 2, row)

    return make


def _best_cut(instance: UnconstrainedFeatures) -> Structure:
    r = _graph(instance, 2)
    K, L = instance.classes, instance.depth
    choices = [(s, families.best_row(K, L, s)) for s in range(2, max(r - 1, 3))]
    found = [(closed, c) for c in choices if (closed := families.cut(K, L, *c)) and _narrow(instance, closed.neurons)]
    if not found:
        raise Absent(f"the width d is {instance.width}; pass a larger d")
    closed, (s, delta) = min(found, key=lambda pair: pair[0].log_product)
    told = f"subsets of {s} vertices of {r}" + (f", constant row {delta:.4g}" if delta else "")
    return _family(instance, closed, families.cut_shape, told)


def _part(instance: UnconstrainedFeatures) -> Structure:
    _rectified(instance, 2)
    closed = part(instance.classes, instance.depth)
    if closed is None:
        raise Absent("it is for 4 <= K <= 20 that are not triangular (see `cut`)")
    r = least_vertices(instance.classes)
    told = f"{instance.classes} of the {r * (r - 1) // 2} edges on {r} vertices"
    return _family(instance, closed, part_shape, told)


def _partial(instance: UnconstrainedFeatures) -> Structure:
    if instance.loss != "mse" or instance.width is None or instance.width >= instance.classes:
        raise Absent("it is for mse and a width d below K: some classes are given up")
    kept = sorted(range(instance.classes), key=lambda k: -instance.counts[k])[: instance.width]
    blocks = [single(instance, k) for k in kept]
    return _blocks(instance, blocks, f"{len(kept)} of the classes, each at its own scale; the others are given up")


def _narrow(instance: UnconstrainedFeatures, rows: int) -> bool:
    return instance.width is None or rows <= instance.width


def _ladder(instance: UnconstrainedFeatures) -> Structure:
    _rectified(instance, 3)
    closed = families.ladder(instance.classes, instance.depth)
    if closed is None:
        raise Absent(f"it is for K = 3; K is {instance.classes} (see `blocks`)")
    return _family(instance, closed, families.ladder_shape, f"β = {closed.values[0]}")


def _sum(instance: UnconstrainedFeatures) -> Structure:
    if instance.loss != "mse":
        raise Absent("only squared losses of blocks add up; pass loss mse")
    _rectified(instance, 2)
    blocks = partition(instance)
    if blocks is None or not fits(instance, blocks):
        raise Absent("there is no partition of the classes with a block of more than one class")
    return _blocks(instance, blocks, " + ".join(_told(b) for b in blocks))


def _told(block: Block) -> str:
    return f"{len(block.classes)} ({block.name})" if len(block.classes) > 1 else "1"


def _entropy_only(instance: UnconstrainedFeatures) -> None:
    if instance.loss != "ce":
        raise Absent("it is for the cross-entropy; pass loss ce")


def _pairs(instance: UnconstrainedFeatures) -> Structure:
    _entropy_only(instance)
    K, rank = instance.classes, (instance.classes + 1) // 2
    if not instance.relu:
        _wide(instance, rank)
        return _placed(instance, entropy.spectral(instance, entropy.pairs(K), rank))
    _wide(instance, K)
    return _placed(instance, place(instance, entropy.code_shape(_pair_features(instance), instance.depth)))


def _pair_features(instance: UnconstrainedFeatures) -> fmpq_mat:
    """The pairs; of an odd number of classes the last has the best weight."""
    K, L = instance.classes, instance.depth
    if K % 2 == 0:
        return entropy.pair_features(K)

    def loss(weight: float) -> float:
        return place(instance, entropy.code_shape(entropy.pair_features(K, weight), L)).loss

    return entropy.pair_features(K, families.golden(loss, 0.05, 2.0, 25))


def _lone(instance: UnconstrainedFeatures) -> Structure:
    _entropy_only(instance)
    if instance.classes % 2 == 0 or instance.relu:
        raise Absent("it is for an odd number of classes and no ReLU")
    rank = (instance.classes + 1) // 2
    _wide(instance, rank)
    return _placed(instance, entropy.spectral(instance, entropy.best_lone(instance), rank))


def _circle(instance: UnconstrainedFeatures) -> Structure:
    _entropy_only(instance)
    K = instance.classes
    if K == 2 and instance.relu:
        raise Absent("with two classes it is deep neural collapse")
    if not instance.relu:
        rank = min(2, K - 1)
        _wide(instance, rank)
        return _placed(instance, entropy.spectral(instance, entropy.circle(K), rank))
    _wide(instance, K)
    return _placed(instance, place(instance, entropy.code_shape(entropy.circle_features(K), instance.depth)))


NAMES: dict[str, Maker] = {
    "dnc": _dnc,
    "srg": _srg(row=False),
    "srg_row": _srg(row=True),
    "srg_flipped": _flipped(row=False),
    "srg_flipped_row": _flipped(row=True),
    "cut": _best_cut,
    "cut_part": _part,
    "ladder": _ladder,
    "blocks": _sum,
    "low_rank": _pairs,
    "low_rank_centred": _lone,
    "circle": _circle,
    "partial": _partial,
    "zero": _zero,
}

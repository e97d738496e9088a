"""Early alignment with both layers trained: how fast classes are told apart, and how many directions are learnt.

Min, Mallada, Vidal (arXiv 2307.12851): on well separated data (y_i y_k <x_i, x_k> > 0 for all pairs) neurons align with
the class of their sign within a bounded time, then the loss falls as O(1/t) and the first layer is nearly of low rank.
Tsoy, Konstantinov (arXiv 2405.17299): from a small start the directions learnt early do not depend on the width.
"""

from collections.abc import Sequence

import attrs
import numpy as np

from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance
from theorycheck.training.both_layers import BothLayers, Flow, run
from theorycheck.training.both_layers_measure import MATTERS, outputs

TOGETHER = 0.98  # cosine from which two neurons count as one direction
DECADES = 4  # looks of an alignment run lie a factor 10^(1/DECADES) apart beyond the early ones


@attrs.frozen(eq=False)
class Alignment:
    """The neurons of one run at its looks, one entry a look.

    Attributes:
        run: the run.
        mu: the least cosine y_i y_k <x_i, x_k> / (‖x_i‖ ‖x_k‖), at most 1; separated data have mu > 0.
        times: in units of gradient flow.
        loss: training loss.
        loss_times_t: their product.
        cos_plus, cos_minus: mean cosine of the neurons with a_j > 0 to the mean of the class +, and of those with
            a_j < 0 to the mean of the class -.
        told_apart: share of the neurons that no sample of the other class activates, and either every sample of
            their own class or none (such a neuron is dead and stays so).
        stable_rank: of the first layer.
        aligned_at: the first look's time from which every neuron is told apart, up to the end; None if never.
    """

    run: BothLayers
    mu: float
    times: np.ndarray
    loss: np.ndarray
    loss_times_t: np.ndarray
    cos_plus: np.ndarray
    cos_minus: np.ndarray
    told_apart: np.ndarray
    stable_rank: np.ndarray
    aligned_at: float | None


def separation(instance: ReluInstance) -> float:
    """The least cosine of y_i x_i and y_k x_k over all pairs, in floats.

    Raises:
        InvalidInstance: a zero row.
    """
    X, y = instance.data.arrays()
    norms = np.sqrt((X**2).sum(axis=1))
    if not norms.all():
        raise InvalidInstance(f"{instance.data.name}: row {int(norms.argmin())} is zero and has no direction")
    V = X * (y / norms)[:, None]
    return float((V @ V.T).min())


def align(instance: ReluInstance, steps: int = 100_000) -> Alignment:
    """Train and look at the neurons: early at every few steps, later in a geometric schedule.

    Args:
        instance: with trained outputs, the logistic loss, and labels ±1.
        steps: to take; the logistic loss has no end.

    Raises:
        InvalidInstance: other losses, or a zero row.
    """
    if instance.loss == "square":
        raise InvalidInstance("alignment with classes needs labels ±1; pass the logistic or the hinge loss")
    mu, X, y = separation(instance), *instance.data.arrays()
    marks = sorted({round(10 ** (k / DECADES)) for k in range(4, 40)} | set(range(50, 2001, 50)))
    states, rows = [], []
    flow = Flow(steps=steps, looks=tuple(k for k in marks if k < steps), interpolation=1e-12, early=True)
    found = run(instance, flow, watch=lambda a, W: states.append((a, W)))
    for a, W in states:
        rows.append((*_cosines(X, y, a, W), _told_apart(X, y, a, W)))
    plus, minus, apart = (np.array(column) for column in zip(*rows, strict=True))
    times, loss = found.times, found.trace("loss")
    late = np.flatnonzero(apart < 1)
    first = 0 if not len(late) else int(late[-1]) + 1
    at = float(times[first]) if first < len(times) else None
    return Alignment(found, mu, times, loss, loss * times, plus, minus, apart, found.trace("stable_rank"), at)


def _cosines(X: np.ndarray, y: np.ndarray, a: np.ndarray, W: np.ndarray) -> tuple[float, float]:
    found = []
    for sign in (1, -1):
        here, mean = np.sign(a) == sign, X[y == sign].sum(axis=0) if (y == sign).any() else np.zeros(X.shape[1])
        length = np.sqrt((W[here] ** 2).sum(axis=1)) * np.sqrt((mean**2).sum())
        use = length > 0
        found.append(float(((W[here] @ mean)[use] / length[use]).mean()) if use.any() else float("nan"))
    return found[0], found[1]


def _told_apart(X: np.ndarray, y: np.ndarray, a: np.ndarray, W: np.ndarray) -> float:
    active = W @ X.T > 0
    own = y[None, :] == np.sign(a)[:, None]
    clean = ~(active & ~own).any(axis=1)
    whole = (active | ~own).all(axis=1) | ~(active & own).any(axis=1)
    return float((clean & whole).mean())


@attrs.frozen(eq=False)
class Directions:
    """How many directions one width learns.

    Attributes:
        width: m.
        early: distinct directions when the loss has halved, among neurons that matter.
        late: the same at the end.
        signs: of the output weights of the late directions, in the order of their size.
        vectors: the late unit directions, (late, d).
        loss: at the end.
        run: the run.
    """

    width: int
    early: int
    late: int
    signs: tuple[int, ...]
    vectors: np.ndarray
    loss: float
    run: BothLayers


def learnt(a: np.ndarray, W: np.ndarray) -> tuple[tuple[int, ...], np.ndarray]:
    """Distinct pairs of the sign of a_j and the direction of w_j, among neurons that matter, the largest first.

    A neuron matters if |a_j| ‖w_j‖ is at least a thousandth of the largest; it joins the first direction of its sign to
    which it has a cosine of at least 0.98.
    """
    norms = np.sqrt((W**2).sum(axis=1))
    size = np.abs(a) * norms
    signs: list[int] = []
    vectors: list[np.ndarray] = []
    for j in np.argsort(-size):
        if size[j] <= 0 or size[j] < MATTERS * size.max():
            break
        unit, sign = W[j] / norms[j], int(np.sign(a[j]))
        if not any(s == sign and float(v @ unit) >= TOGETHER for s, v in zip(signs, vectors, strict=True)):
            signs.append(sign)
            vectors.append(unit)
    return tuple(signs), np.array(vectors).reshape(len(vectors), W.shape[1])


def directions(
    instance: ReluInstance, widths: Sequence[int] = (4, 8, 16, 32, 64), steps: int = 20_000
) -> tuple[Directions, ...]:
    """The directions learnt by networks of several widths from the same data.

    Args:
        instance: with trained outputs; its width is replaced.
        widths: values of m.
        steps: of each run.
    """
    return tuple(_directions(attrs.evolve(instance, width=m), steps) for m in widths)


def _directions(instance: ReluInstance, steps: int) -> Directions:
    states: list[tuple[np.ndarray, np.ndarray]] = []
    found = run(instance, Flow(steps=steps), watch=lambda a, W: states.append((a, W)))
    losses = found.trace("loss")
    halved = np.flatnonzero(losses <= losses[0] / 2)
    early, _ = learnt(*states[int(halved[0])] if len(halved) else states[-1])
    signs, vectors = learnt(found.a, found.W)
    return Directions(instance.width[0], len(early), len(signs), signs, vectors, found.loss, found)


def accuracy(found: BothLayers) -> float:
    """Share of the training labels whose sign the network has."""
    X, y = found.instance.data.arrays()
    return float((np.sign(outputs(found.instance, found.a, found.W, X)) == y).mean())

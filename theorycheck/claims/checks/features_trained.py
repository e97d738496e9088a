"""Checks by training on unconstrained features, in floats: they support a statement and never more than that."""

from collections.abc import Callable
from typing import Any

from theorycheck.claims.checks import features_points as points
from theorycheck.claims.claim import Check, Finding
from theorycheck.errors import InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures as Features

SEEDS = (0, 1, 2, 3)
CLOSE = 1e-7  # how far a trained loss may be from a predicted one
STIR = 1e-3  # relative size of the noise that a construction is stirred with before it is trained
RANK_TOLERANCE = 1e-3  # relative: smaller singular values of a trained matrix count as zero
LARGEST = 4000  # parameters of a model that a check trains


def finding(check: str, quantity: str, value: Any, bound: Any, holds: bool | None, count: int, note: str) -> Finding:
    """A finding of evidence SUPPORTED, or UNDECIDED where nothing can be said."""
    evidence = "UNDECIDED" if holds is None else "SUPPORTED"
    return Finding(
        f"train: {check}", quantity, value, bound, holds, evidence, count if holds is not None else 0, note=note
    )


def descend(net: Features, start: Any, iterations: int = 3000) -> tuple[float, list, float]:
    """L-BFGS on all entries of all factors, told by class means.

    Args:
        net: the instance.
        start: factors in floats, H first.
        iterations: at most.

    Returns:
        The loss, the factors, and the largest entry of the gradient there; at ReLU kinks that one does not vanish.
    """
    import numpy as np
    from scipy.optimize import minimize

    from theorycheck.exact.dufm_objective import gradient, objective

    shapes = [np.shape(W) for W in start]
    ends = np.cumsum([p * q for p, q in shapes])[:-1]

    def factors(flat: Any) -> list:
        return [part.reshape(shape) for part, shape in zip(np.split(flat, ends), shapes, strict=True)]

    def value(flat: Any) -> tuple:
        now = factors(flat)
        return objective(net, now), np.concatenate([g.ravel() for g in gradient(net, now)])

    flat = np.concatenate([np.ravel(W) for W in start])
    options = {"maxiter": iterations, "maxfun": 2 * iterations, "ftol": 0.0, "gtol": 1e-9, "maxcor": 20}
    end = minimize(value, flat, jac=True, method="L-BFGS-B", options=options)
    return float(end.fun), factors(end.x), float(np.abs(end.jac).max())


def random_start(net: Features, seed: int, width: int | None = None, scale: float = 1.0) -> list:
    """Independent normal entries of standard deviation scale / √d, d = K + 1 unless said or bounded."""
    import numpy as np

    draw = np.random.default_rng([seed, net.classes, net.depth])
    d = width or min(net.classes + 1, net.width or net.classes + 1)
    shapes = [(d, net.classes), *[(d, d)] * (net.depth - 1), (net.classes, d)]
    return [draw.normal(0, scale / d**0.5, shape) for shape in shapes]


def stirred(factors: list, seed: int) -> list:
    """The factors with relative noise of size STIR."""
    import numpy as np

    draw = np.random.default_rng(seed)
    return [W + STIR * np.abs(W).max() * draw.normal(size=W.shape) for W in factors]


def too_large(net: Features, name: str, factors: list) -> list[Finding] | None:
    """A finding that says nothing where training would take too long for a check."""
    size = sum(W.size for W in factors)
    if size <= LARGEST:
        return None
    return [finding(name, "loss", None, None, None, 0, f"{size} parameters: a check trains at most {LARGEST}")]


def stays_below(name: str, build: points.Builder) -> Check:
    """A check that training from an explicit point, stirred, ends below every collapsed solution, with lower rank.

    Args:
        name: of the point.
        build: the point.
    """

    def run(net: Features) -> list[Finding]:
        from theorycheck.exact.dufm_objective import layers
        from theorycheck.models.spectra import numerical_rank

        quantity = "largest loss after training from the point, stirred"
        try:
            start, collapsed = points.floats(build(net)), points.loss_of(net, points.collapsed(net))
        except InvalidInstance as reason:
            return [finding(name, quantity, None, None, None, 0, str(reason))]
        if (skipped := too_large(net, name, start)) is not None:
            return skipped
        ends = [descend(net, stirred(start, seed), 600) for seed in SEEDS[:2]]
        worst = max(loss for loss, *_ in ends)
        ranks = [numerical_rank(M, RANK_TOLERANCE).rank for M in layers(net, ends[0][1])]
        note = f"{len(ends)} seeds; ranks before the ReLU {ranks}, relative tolerance {RANK_TOLERANCE:g}"
        holds = True if worst < collapsed else None
        return [finding(name, quantity, worst, f"< {collapsed:.10g}, that of DNC", holds, len(ends), note)]

    return Check("train", f"training from {name}", run)


def _reaches(net: Features) -> list[Finding]:
    """No run ends below the predicted optimum, and the best ones reach it."""
    name, predicted = "random starts", points.loss_of(net, points.collapsed(net))
    starts = [random_start(net, seed) for seed in SEEDS]
    if (skipped := too_large(net, name, starts[0])) is not None:
        return skipped
    starts += [stirred(points.floats(points.collapsed(net)), seed) for seed in SEEDS[:2]]
    ends = [descend(net, start)[0] for start in starts]
    best = min(ends)
    near = sum(abs(end - predicted) <= CLOSE for end in ends)
    low, near_one = best >= predicted - CLOSE, near > 0
    holds = True if low and near_one else None
    note = f"{near} of {len(ends)} runs, 2 of them from the prediction stirred, end within {CLOSE:g} of it; none lower"
    bound = f"{predicted:.10g} within {CLOSE:g}"
    return [
        finding(name, "least loss after training", best, bound, holds, len(ends), note if low else "a run ends lower")
    ]


def _within(net: Features) -> list[Finding]:
    """With a column a sample, training ends in equal columns a class."""
    import numpy as np

    from theorycheck.training.features import lbfgs
    from theorycheck.training.structures import endings

    name, quantity = "within-class spread", "largest distance from the class mean, relative"
    if net.samples == net.classes or net.samples * net.classes > 40:
        return [finding(name, quantity, None, None, None, 0, "one sample a class, or too large for a check")]
    runs = lbfgs(net, net.classes + 1, SEEDS[:3])
    ends = [end for end in endings(runs) if end.kind not in ("zero", "unfinished")]
    best = min((end.loss for end in ends), default=np.inf)
    spreads = [float(end.within) for end in ends if end.loss <= best + CLOSE]
    worst = max(spreads, default=None)
    holds = True if worst is not None and worst <= 1e-4 else None
    gaps = f"of {len(runs.seeds)} runs {len(spreads)} met the criterion with the least loss seen, not at zero"
    return [finding(name, quantity, worst, "<= 0.0001", holds, len(spreads), gaps)]


def no_lower(name: str, keeps: Callable[[Features, list], bool], about: str) -> Check:
    """A check that of trained and random points none that keeps a condition lies below the best collapsed one.

    Args:
        name: of the check.
        keeps: whether factors in floats keep the condition.
        about: the condition in words.
    """

    def run(net: Features) -> list[Finding]:
        predicted = points.loss_of(net, points.collapsed(net))
        starts = [random_start(net, seed) for seed in range(8)]
        if (skipped := too_large(net, name, starts[0])) is not None:
            return skipped
        ends = [descend(net, start, 300)[:2] for start in starts]
        kept = [loss for loss, factors in ends if keeps(net, factors)]
        kept.append(predicted)
        holds = True if min(kept) >= predicted - CLOSE else None
        note = f"{len(kept) - 1} of {len(ends)} trained points keep: {about}"
        return [finding(name, "least loss", min(kept), f">= {predicted:.10g} - {CLOSE:g}", holds, len(kept), note)]

    return Check("train", name, run)


REACHES = Check("train", "random starts against the prediction", _reaches)
WITHIN = Check("train", "the spread within classes", _within)

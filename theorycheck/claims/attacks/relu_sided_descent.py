"""Descent from the start that an instance has, step by step in balls, to a loss below that of the two-sided fit.

Gradient flow never raises the loss, so what has fallen below the two-sided fit does not end there. A run in floats only
says how many steps to take.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

import attrs

from theorycheck.certificates import relu_build
from theorycheck.certificates.build import number
from theorycheck.claims.attacks.exactly import Evidence, less
from theorycheck.claims.attacks.features_exactly import short
from theorycheck.claims.attacks.relu_sided_fits import fits, fits_evidence
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.claims.relu_instances import rounded
from theorycheck.models.relu import ReluInstance

NEURONS = (4, 3)
START = Fraction(1, 1000)  # larger than usual: fewer steps until something happens
LONGER = (5, 3)  # times the step of training, which is a fifth of one over the curvature
MOST = 800_000  # neurons times samples squared times steps: a second of the checker
CLEAR = Fraction(97, 100)
_TRIED = 160
_GRID, _SEEDS = 8, 40


def _candidates(space: Space) -> Iterator[Candidate | Looked]:
    """Where training is squared, of both layers and in more than one dimension; narrow networks."""
    tried = 0
    for one in dict.fromkeys(_quick(space, one, *way) for way in product(NEURONS, LONGER) for one in _instances(space)):
        fits_here = one.outputs == "trained" and one.loss == "square" and one.activation == "leaky"
        if tried >= _TRIED or not fits_here or one.data.d < 2 or one.data.n < 2 * one.data.d or one.slope == 1:
            continue
        tried += 1
        steps = below(one)
        if steps:
            yield Candidate(one, begin(one), {"steps": steps})
        yield Looked(1, f"n={one.data.n}, d={one.data.d}, {sum(one.width)} neurons, descent in floats")


def _instances(space: Space) -> Iterator[ReluInstance]:
    """The instances of the space; where the law is fixed more draws of it, with the sizes and in the order it has."""
    yield from space.instances
    largest = max((one.data.n for one in space.instances), default=0)
    for seed in range(1, _SEEDS) if "law" in space.fixed else ():
        for one in space.instances:
            if one.law is not None and one.data.n == largest and sum(one.width) > 1:
                yield attrs.evolve(one, data=rounded(one.law.draw(largest, seed), _GRID))
                break


def _quick(space: Space, one: ReluInstance, m: int, longer: int) -> ReluInstance:
    """Few neurons, a start that is not too small, long steps: what the user did not fix."""
    from theorycheck.training.both_layers import start, step_size

    if one.outputs != "trained" or "width" in space.fixed:
        return one
    init = one.init if one.init > START or "init" in space.fixed else START
    few = attrs.evolve(one, width=m if one.signs == "balanced" else one.width, init=init)
    if one.eta is not None or "eta" in space.fixed or few.loss != "square":
        return few
    return attrs.evolve(few, eta=longer * Fraction(str(step_size(few, *start(few)))))


def begin(one: ReluInstance) -> dict:
    """The start of the instance and its seed, floats as the rationals that they are."""
    from theorycheck.training.both_layers import start

    a, W = start(one)
    return relu_build.trained_point([Fraction(v) for v in a.tolist()], [map(Fraction, row) for row in W.tolist()])


def step(one: ReluInstance) -> Fraction:
    """The step: the instance's, or that of training."""
    from theorycheck.training.both_layers import start, step_size

    return Fraction(str(step_size(one, *start(one)))) if one.eta is None else one.eta


def target(one: ReluInstance) -> Fraction | None:
    """The loss of the two-sided fit: the smaller one of splits along the alignment vector and along the teacher."""
    from theorycheck.exact.two_sided import two_sided_ols

    found = fits(one.data)
    if found is None:
        return None
    if one.law is None:
        return found.loss
    return min(found.loss, two_sided_ols(one.data, _teacher(one.law)).loss)


@lru_cache(maxsize=64)
def _teacher(law: Any) -> tuple[Fraction, ...]:
    """Σβ, as the rationals that its floats are."""
    return tuple(Fraction(float(v)) for v in law.direction())


@lru_cache(maxsize=64)
def below(one: ReluInstance) -> int:
    """After how many steps the loss is clearly below the two-sided fit, in floats; 0 where it is not in time."""
    import numpy as np

    bound = target(one)
    if not bound:
        return 0
    X, y = one.data.arrays()
    goal = float(CLEAR * bound) * 2 * len(y)
    with np.errstate(all="ignore"):
        for k, squares in enumerate(_descent(one, X, y)):
            if k and squares < goal:
                return k
            if k * sum(one.width) * len(y) ** 2 >= MOST or not np.isfinite(squares):
                return 0
    return 0


def _descent(one: ReluInstance, X: Any, y: Any) -> Iterator[float]:
    """The sums of squares along the steps of descent, the start first."""
    import numpy as np

    from theorycheck.training.both_layers import start

    (a, W), eta, slope = start(one), float(step(one)) / len(y), float(one.slope)
    while True:
        Z = X @ W.T
        H = np.where(Z > 0, Z, slope * Z)
        gap = H @ a - y
        yield float(gap @ gap)
        pull = np.where(Z > 0, 1.0, slope) * gap[:, None]
        a, W = a - eta * (H.T @ gap), W - eta * a[:, None] * (pull.T @ X)


def _violation(candidate: Candidate) -> Violation | None:
    one, steps = candidate.instance, candidate.parts.get("steps")
    if one.outputs != "trained" or not steps or candidate.point != begin(one):
        return None
    bound = target(one)
    if not bound or below(one) != steps:
        return None
    reached = (CLEAR * bound + bound) / 2
    sides = ("loss reached", [number(str(reached))]), ("loss of the two-sided fit", [number(str(bound))])
    shown = fits_evidence(one, "the two-sided fit")
    return Violation(
        quantity=f"loss after {steps} steps of gradient descent of size {step(one)} from the start of seed {one.seed}",
        bound=f"at least {short(str(bound))}, that of the two-sided fit in which it should end",
        value=f"below {short(str(reached))}, and the loss never rises",
        size=float(bound - reached),
        evidence=(_descended(one, steps, reached), less("violates", *sides), *((shown,) if shown else ())),
    )


def _descended(one: ReluInstance, steps: int, reached: Fraction) -> Evidence:
    """The steps, which only the checker takes: that is what costs time."""
    found = [{"quantity": "loss", "relation": "<=", "bound": str(reached)}]
    return ("descent", "steps", {"start": begin(one), "eta": str(step(one)), "steps": steps, "found": found})


BELOW_FIT = Attack("descent to a loss below the two-sided fit", _candidates, _violation)

"""What the flow and gradient descent do at a point: overshoot, stand still, or keep neurons apart."""

from collections.abc import Iterator
from typing import Any

from theorycheck.claims.attacks import points, screen
from theorycheck.claims.attacks.exactly import below, less, negative, number, shown, term, total
from theorycheck.claims.attacks.scan import natural, scan
from theorycheck.claims.attacks.stationary import disagreement, flat, gradient_vanishes, is_stationary, neurons_disagree
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.models.instance import Instance

_CLEAR = 1e-7


def _outward(template: Instance, Z: Any) -> Any:
    """Points where the largest preactivation of some sample grows along the flow, in floats, (B,)."""
    import numpy as np

    found = screen.fields(template, Z)
    top = Z.max(axis=2, keepdims=True) <= Z
    speed = np.where(top, found.velocity, -np.inf).max(axis=(1, 2))
    return (speed > _CLEAR * (1 + found.trace)) & np.isfinite(found.gradient)


def _overshoot_candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _outward)


def _overshoot_violation(candidate: Candidate) -> Violation | None:
    """Among the largest preactivations of a sample one that grows: then their maximum grows."""
    instance = candidate.instance
    for i in range(instance.data.n):
        spots = [total(instance, _at(candidate, i, k)) for k in range(instance.network.width)]
        if any(v is None for v in spots):
            return None
        for j in range(len(spots)):
            others = [k for k in range(len(spots)) if k != j]
            if all(below(spots[k], spots[j]) or _tied(candidate, i, j, k) for k in others):
                speed = total(instance, term("velocity", candidate.point, entry=(i, j)))
                if below(0, speed):
                    return _grows(candidate, (i, j), others, speed)
    return None


def _at(candidate: Candidate, i: int, j: int) -> dict:
    return term("preactivation", candidate.point, entry=(i, j))


def _tied(candidate: Candidate, i: int, j: int, k: int) -> bool:
    """Whether two neurons have the same value of the point's coordinate on a sample."""
    rows = points.values_of(candidate.point)
    if candidate.point["coordinate"] == "theta":
        rows = points.products(candidate.instance.inputs.X, rows)
    return rows[i][j] == rows[i][k]


def _grows(candidate: Candidate, spot: tuple[int, int], others: list[int], speed: Any) -> Violation:
    i, j = spot
    name = f"speed of the largest preactivation of sample {i + 1}, neuron {j + 1}'s"
    moves = less("violates", ("zero", [number(0)]), (name, [term("velocity", candidate.point, entry=spot)]))
    smaller = [k for k in others if not _tied(candidate, i, j, k)]
    largest = tuple(neurons_disagree(candidate, (i, k, j), "the largest of its sample") for k in smaller)
    return Violation(
        quantity=f"speed along the flow of the largest preactivation of sample {i + 1}",
        bound="at most 0",
        value=shown(speed),
        size=float(speed),
        evidence=(moves, *largest),
    )


OVERSHOOT = Attack(
    "the largest preactivation of a sample grows along the flow", _overshoot_candidates, _overshoot_violation
)


def _apart(template: Instance, Z: Any) -> Any:
    return screen.spread(Z) > _CLEAR


def _fitting(template: Instance) -> str | None:
    """The natural coordinate; where there is none the outputs themselves will do, for only their fit matters."""
    free = not template.network.trained_output and template.inputs.rank() == template.data.n
    return natural(template) or ("u" if free else None)


def _fit_candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _apart, _fitting)


def _stays_violation(candidate: Candidate) -> Violation | None:
    """A point that fits all labels: without noise the loss has no gradient there, and nothing moves."""
    spot = disagreement(candidate) if candidate.instance.sigma == 0 else None
    if spot is None:
        return None
    i, low, high = spot
    ends = [term("preactivation", candidate.point, entry=(i, j)) for j in (high, low)]
    apart = total(candidate.instance, ends[0], negative(ends[1]))
    return Violation(
        quantity="spread of a sample's preactivations at zero loss, where gradient descent without noise stays",
        bound="tends to 0",
        value=shown(apart),
        size=float(apart),
        evidence=(neurons_disagree(candidate, spot),),
    )


STAYS = Attack("gradient descent without noise stays at unequal neurons", _fit_candidates, _stays_violation)


def _theta(template: Instance) -> str | None:
    """Weights themselves, where they are not determined by the preactivations."""
    return "theta" if natural(template) in ("z", "theta") and template.data.n < template.inputs.d else None


def _same_outputs(template: Instance, Z: Any) -> Any:
    return (screen.spread(Z) < 1e-12) & flat(template, Z)


def _beside_candidates(space: Space) -> Iterator[Candidate | Looked]:
    return scan(space, _same_outputs, _theta, most=60)  # the cheapest are of rank one


def _differ_violation(candidate: Candidate) -> Violation | None:
    """Stationary weights of rank two or more: the flow started there stays, and the neurons are not one vector."""
    from theorycheck.models.rational import rank

    rows = points.values_of(candidate.point)
    found = rank(rows) if candidate.point["coordinate"] == "theta" else 0
    if found < 2 or disagreement(candidate) is not None or not is_stationary(candidate):
        return None
    return Violation(
        quantity="rank of the first layer where the flow ends",
        bound="at most 1",
        value=str(found),
        size=float(found),
        evidence=(
            ("violates", "rank", {"name": "the first layer", "matrix": rows}),
            gradient_vanishes(candidate, "the flow stays there"),
        ),
    )


NEURONS_DIFFER = Attack(
    "neurons that agree on the samples and differ beside them", _beside_candidates, _differ_violation
)

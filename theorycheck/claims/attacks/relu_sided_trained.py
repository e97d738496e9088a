"""What training both layers ends in, in floats: never a counterexample, told where a claim survives.

A run that has not ended supports nothing, and is told as that.
"""

from collections.abc import Iterator

from theorycheck.claims.attacks.relu_sided_fits import fits
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance

STEPS = 60_000
_MOST = 3  # runs
_LATER = 180  # turns that exact attacks have before


def _told(space: Space) -> Iterator[Candidate | Looked]:
    for _ in range(_LATER):
        yield Looked(0, "")
    seen: set[tuple] = set()
    for one in sorted(space.instances, key=lambda one: (one.data.d < 2, -one.data.n)):
        if one.outputs != "trained" or one.loss != "square" or len(seen) >= _MOST:
            continue
        kind = (one.data.X, one.activation)
        if kind not in seen and fits(one.data) is not None:
            seen.add(kind)
            yield Looked(1, f"{_named(one)}, both layers trained", remark=told(one))


def _named(one: ReluInstance) -> str:
    changed = [f"{name}={getattr(one, name)}" for name in ("init", "dominance", "slope", "activation", "signs")]
    kind = one.law.kind if one.law is not None else one.data.name
    return f"{kind}, n={one.data.n}, d={one.data.d}, m={sum(one.width)}, {', '.join(changed)}"


def told(one: ReluInstance) -> str:
    """One run in words: its end and loss beside that of the two-sided fit, or that it has not ended."""
    from theorycheck.training.both_layers import Flow, run

    try:
        found = run(one, Flow(steps=STEPS))
    except InvalidInstance as reason:
        return f"{_named(one)}: {reason}"
    if not found.met:
        return f"{_named(one)}: the run has not ended and supports nothing ({found.reason})"
    bound = found.two_sided.loss if found.two_sided else float("nan")
    return f"{_named(one)}: measured end {found.ending}, loss {found.loss:.6g}, two-sided fit {bound:.6g}"


def _never(candidate: Candidate) -> Violation | None:
    return None


TRAINED_END = Attack("ends of training, measured", _told, _never)

"""Checks by gradient descent with fixed outputs, in floats: they support a statement and never more than that.

Runs that did not meet their stopping criterion support nothing, whatever they look like, and the finding says so.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from theorycheck.claims.checks.relu_found import nothing, supported
from theorycheck.claims.checks.relu_margin import solved
from theorycheck.claims.claim import Check, Finding
from theorycheck.errors import InvalidInstance
from theorycheck.models.relu import ReluInstance

SEEDS = 2
MARGIN = 50.0  # raw margin at which a run may end: log t is about that large then
CLOSE = 1e-3  # relative distance from a predicted limit
ROUGH = 0.03  # how far margins may still change their relative speeds where plain steps are asked for
LARGEST = 2 * 10**6  # neurons times samples squared: what a check trains at most

Measure = Callable[[ReluInstance, Any, Any], tuple[Any, Any, bool]]  # instance, run, solution: value, bound, holds


@lru_cache(maxsize=64)
def _trajectory(one: ReluInstance, growth: int, margin: float, tolerance: float) -> Any:
    from theorycheck.training.coordinates import run
    from theorycheck.training.coordinates_end import Schedule

    return run(one, Schedule(margin=margin, growth=growth, tolerance=tolerance), SEEDS, _targets(one))


def _targets(one: ReluInstance) -> tuple | None:
    try:
        solution = solved(one)
    except InvalidInstance:
        return None
    return None if solution.v_plus is None or solution.v_minus is None else (solution.v_plus, solution.v_minus)


def _solution(one: ReluInstance) -> Any:
    try:
        return solved(one)
    except InvalidInstance:
        return None


def trained(name: str, quantity: str, measure: Measure, growth: int = 1, margin: float = MARGIN) -> Check:
    """A check on the runs from a few starts.

    Args:
        name: of the check.
        quantity: what is measured.
        measure: from an instance, one run and the max-margin solution (or None): value, bound, whether it holds.
        growth: 1 for steps that grow as the loss falls, 0 for plain steps.
        margin: the raw margin at which a run may end.
    """

    def run(one: ReluInstance) -> list[Finding]:
        if sum(one.width) * one.data.n**2 > LARGEST:
            return nothing("train", name, quantity, f"too large for a check: {one}")
        try:
            trajectory = _trajectory(one, growth, margin, CLOSE if growth else ROUGH)
        except InvalidInstance as reason:
            return nothing("train", name, quantity, str(reason))
        ended = [r for r in trajectory.runs if r.met]
        if not ended:
            return nothing("train", name, quantity, f"no run supports anything: {trajectory.summary}")
        seen = [measure(one, r, _solution(one)) for r in ended]
        value, bound, _ = max(seen, key=lambda s: (not s[2], _size(s[0])))
        holds = True if all(s[2] for s in seen) and len(ended) == len(trajectory.runs) else None
        note = f"{trajectory.summary}; {_steps(trajectory)}, log t to {ended[0].log_time[-1]:.3g}; worst run told"
        return [supported(name, quantity, value, bound, holds, note, len(ended))]

    return Check("train", name, run)


def _steps(trajectory: Any) -> str:
    return "steps paced by the margins" if trajectory.eta is None else f"eta = {trajectory.eta:.3g}"


def _size(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _norms(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    """Growth of ‖W_j‖ per unit of log t over the second half of log t, against √m ‖v_j‖."""
    if solution is None:
        return None, "no max-margin point", False
    half = int((run.log_time < run.log_time[-1] / 2).sum())
    growth = (run.norms[-1] - run.norms[half])[:2] / (run.log_time[-1] - run.log_time[half])
    lengths = [(m * float(sum(v * v for v in row))) ** 0.5 for m, row in zip(one.width, _rows(solution), strict=True)]
    gap = max(abs(g - v) / max(v, 1e-12) for g, v in zip(growth, lengths, strict=True))
    return float(gap), f"<= {10 * CLOSE:g}, relative", bool(gap <= 10 * CLOSE and min(growth) > 0)


def _rows(solution: Any) -> tuple:
    return solution.v_plus, solution.v_minus


def _pattern(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    """The least share of (neuron, sample) pairs with the sign of the label, at all records after the first step."""
    least = float(run.agreement[run.steps >= 1].min())
    return least, "1 from the first step on", least == 1.0


def _ranks(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    worst = float(run.stable_ranks[-1][:2].max())
    return worst, f"<= {1 + CLOSE}, falling to 1", worst <= 1 + CLOSE


def _stacked(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    from theorycheck.claims.checks.relu_margin import balanced_rank

    expected, value = float(balanced_rank(one.slope)), float(run.limits[2])
    return value, f"{expected:.8g} within {CLOSE:g}", abs(value - expected) <= CLOSE


def _rate(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    """(SR - 1) q² at the end over the same at half the margin; 1 for a rate 1/log² t, and falling for a faster one."""
    least = run.least
    half = int((least < least[-1] / 2).sum())
    now, before = run.stable_ranks[-1][:2] - 1, run.stable_ranks[half][:2] - 1
    ratios = [n * least[-1] ** 2 / (b * least[half] ** 2) for n, b in zip(now, before, strict=True) if b > 1e-11]
    worst = float(max(ratios, default=0.0))
    return worst, "<= 1.25: no slower than 1/log^2 t", worst <= 1.25


def _differences(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    """The largest distance of q_i - q_k from its limit log(λ_k / λ_i)."""
    if solution is None or solution.margin_differences is None or None in solution.margin_differences:
        return None, "no limits are known", False
    limits = [float(v) for v in solution.margin_differences]
    margins = run.margins[-1]
    gap = max(abs(margins[i] - margins[0] - v) for i, v in enumerate(limits))
    return float(gap), f"<= {CLOSE:g}", bool(gap <= CLOSE)


def _loss(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    if solution is None or solution.loss_times_t is None:
        return None, "no limit is known", False
    limit = float(solution.loss_times_t)
    value = float(run.loss_times_time[-1])
    return value, f"{limit:.8g} within {CLOSE:g}, relative", abs(value - limit) <= CLOSE * limit


def _direction(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    least = float(run.cosines[-1].min())
    return least, f">= {1 - CLOSE}", least >= 1 - CLOSE


def _dead_or_bounded(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    """The stable ranks of W_+ and W_- over the largest m / |S_i| of their own samples, S_i the active neurons."""
    ratios = []
    for k, sign in enumerate((1, -1)):
        shares = [run.active[-1][i] for i, y in enumerate(one.data.y) if y == sign]
        if shares and min(shares) > 0:
            ratios.append(float(run.limits[k]) * float(min(shares)))
    worst = max(ratios, default=None)
    return worst, "<= 1", worst is not None and worst <= 1 + CLOSE


def _kept(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    return int(run.lost), "0 pairs ever lost", bool(run.lost == 0 and run.kept[-1] == 1)


PATTERN = trained("signs of the preactivations", "share of pairs with the sign of the label", _pattern, 0, 6.0)
NORMS = trained("growth of the norms", "distance of |W_j| / log t from its limit", _norms)
RANKS = trained("stable ranks a sign", "largest stable rank at the end", _ranks)
STACKED = trained("stable rank of all weights", "limiting stable rank of W", _stacked)
RATE = trained("rate of the stable ranks", "(SR - 1) q^2 against half the margin", _rate)
DIFFERENCES = trained("differences of the margins", "distance from log(lambda_k / lambda_i)", _differences)
LOSS = trained("loss times time", "t L(t)", _loss)
DIRECTION = trained("direction of the weights", "least cosine to the max-margin point", _direction)
BOUNDED = trained("stable ranks of the ReLU", "limiting stable rank times the least active share", _dead_or_bounded)
KEPT = trained("activation sets", "own-sign pairs that became inactive", _kept, 0, 6.0)

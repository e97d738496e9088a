"""Checks for the papers beside the two main ones: rank and boundary, classes, widths, signals."""

from fractions import Fraction
from functools import lru_cache
from typing import Any

import attrs
import numpy as np

from theorycheck.certificates import build, relu_build
from theorycheck.claims.checks.relu_aligned import enumerated
from theorycheck.claims.checks.relu_found import certified, nothing, solving, supported
from theorycheck.claims.checks.relu_margin import POINT, kkt_part, number, point, rank_term, solved
from theorycheck.claims.checks.relu_trained import trained
from theorycheck.claims.claim import Check, Finding
from theorycheck.claims.relu_measures import signal
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

PROBES = 6
WIDTHS = (8, 24, 72)
ALIGNED_STEPS = 20_000
SIGNALS = (Fraction(3, 5), Fraction(1, 100))  # parts of a sample's squared length: high and low
SIZES = {"n": 20, "d": 100, "flips": 2}


# ---- rank and boundary ----------------------------------------------------------------------------------------------


def _rank(one: ReluInstance) -> list[Finding]:
    """The rows of the limit span at most two dimensions; the stable rank is at most 2."""
    solution = solved(one)
    rows = [[str(v) for v in row] for row in (solution.v_plus, solution.v_minus)]
    rank = build.part("rank", one.document, **build.rank_parts("the different rows v_+ and v_-", rows, one.document))
    sides = ("stable rank of W", [rank_term(solution, "stacked")]), ("2", [build.number("2")])
    parts = {POINT: kkt_part(solution), "rank": rank}
    parts["stable rank"] = build.part("less", one.document, **build.less_parts(one.document, *sides))
    certificate = build.all_of(one.document, parts)
    told = f"{rank['rank']}; {number(parts['stable rank']['left']['value']):.6g}"
    return certified(
        "rank of the limit", "rank and stable rank of W", told, "at most 2, below 2", certificate, assertions=2
    )


def _boundary(one: ReluInstance) -> list[Finding]:
    """At fresh rational points the network has the sign of <v_+ - v_-, x>."""
    solution = solved(one)
    difference = [a - b for a, b in zip(solution.v_plus, solution.v_minus, strict=True)]
    draw = np.random.default_rng([one.seed, one.data.d])
    rows = [[Fraction(int(v), 4) for v in row] for row in draw.integers(-8, 9, (PROBES, one.data.d))]
    values = [sum(a * b for a, b in zip(difference, row, strict=True)) for row in rows]
    kept = [(row, 1 if v > 0 else -1) for row, v in zip(rows, values, strict=True) if v]
    if not kept:
        return nothing("solve", "boundary", "signs at fresh points", "all probes lie on the boundary")
    net = attrs.evolve(one, data=Dataset([row for row, _ in kept], [label for _, label in kept], name="probes"))
    at, parts = point(solution), {}
    for i in range(len(kept)):
        sides = ("0", [build.number("0")]), (f"margin at probe {i}", [relu_build.term("margin", at, i)])
        parts[f"probe {i}"] = build.part("less", net.document, **build.less_parts(net.document, *sides))
    certificate = build.all_of(net.document, parts)
    note = "labels of the probes are the signs of the linear function; all margins are positive"
    told = f"{len(kept)} of {len(kept)}"
    return certified("boundary", "probes with the linear sign", told, "all", certificate, note, assertions=len(kept))


def _stacked_limit(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    value = float(run.limits[2])
    return value, "<= 2", value <= 2 + 1e-9


def _drop(one: ReluInstance, run: Any, solution: Any) -> tuple[Any, Any, bool]:
    """The larger stable rank of W_+ and W_- after the first step; the one at the start stands beside it."""
    start, after = (float(run.stable_ranks[k][:2].max()) for k in (0, 1))
    return after, f"<= 2.1 (at the start {start:.4g})", after <= 2.1


# ---- classes --------------------------------------------------------------------------------------------------------


def _turning(one: ReluInstance) -> list[Finding]:
    """Every alignment vector of a list turns a neuron towards its class: y_k <D, x_k> > 0 for all samples."""
    solution = enumerated(one)
    X, y = one.data.X, one.data.y
    found = [v.D for v in solution.vectors if v.sign]
    least = min(
        (
            label * sum(a * b for a, b in zip(D, row, strict=True))
            for D in found
            for row, label in zip(X, y, strict=True)
        ),
        default=None,
    )
    if least is None:
        return nothing("solve", "turning", "least y_k <D, x_k>", "there is no vector but 0")
    note = f"{len(found)} extremal vectors that are not 0, all of them listed"
    holds = True if least > 0 else None
    return certified("turning", "least y_k <D, x_k>", float(least), "> 0", solution.certificate, note, holds=holds)


@lru_cache(maxsize=16)
def _aligned(one: ReluInstance) -> Any:
    from theorycheck.training.both_layers_alignment import align

    return align(one, ALIGNED_STEPS)


def _alignment(one: ReluInstance) -> list[Finding]:
    """All neurons are told apart by class from some time on; then t L stays bounded and the stable rank is low."""
    name = "alignment of neurons with classes"
    try:
        found = _aligned(one)
    except InvalidInstance as reason:
        return nothing("train", name, "time of alignment", str(reason))
    classes = len(set(one.data.y))
    if found.aligned_at is None:
        note = f"not all neurons are told apart by step {ALIGNED_STEPS}: share {found.told_apart[-1]:.3g}"
        return nothing("train", name, "time of alignment", note)
    late = found.times >= found.times[-1] / 4
    bounded = bool(found.loss_times_t[late].max() <= 2 * found.loss_times_t[late][0])
    rank = float(found.stable_rank[-1])
    note = (
        f"mu = {found.mu:.4g}; loss {found.loss[-1]:.3g} at t = {found.times[-1]:.4g}, t L {found.loss_times_t[-1]:.3g}"
    )
    return [
        supported(name, "time of alignment", found.aligned_at, "finite", True, note),
        supported(name, "t L after that", float(found.loss_times_t[-1]), "bounded", bounded or None, note),
        supported(name, "stable rank at the end", rank, f"<= {classes}", True if rank <= classes else None, note),
    ]


# ---- widths ---------------------------------------------------------------------------------------------------------


def _widths(one: ReluInstance) -> list[Finding]:
    """Directions that the networks of several widths have learnt when the loss has halved, against the list."""
    from theorycheck.training.both_layers_alignment import directions

    name, quantity = "directions for several widths", "early directions"
    try:
        listed = sum(bool(v.sign) for v in enumerated(one).vectors)
        found = directions(one, WIDTHS, 4000)
    except (CertificateError, InvalidInstance) as reason:
        return nothing("train", name, quantity, str(reason))
    early = [d.early for d in found]
    told = ", ".join(f"{d.early} for m = {d.width}" for d in found)
    holds = True if max(early) <= listed else None
    late = ", ".join(str(d.late) for d in found)
    return [
        supported(name, quantity, told, f"at most {listed}, the extremal vectors", holds, f"late: {late}", len(found))
    ]


def _count(one: ReluInstance) -> list[Finding]:
    solution = enumerated(one)
    live = sorted(v.sign for v in solution.vectors if v.sign)
    holds = True if live == [-1, -1, 1, 1] else None
    note = f"also D = 0: {len(solution.vectors) - len(live)}"
    return certified(
        "four directions", "signs of the extremal vectors", str(live), "[-1, -1, 1, 1]", solution.certificate, note,
        holds=holds,
    )  # fmt: skip


# ---- signals --------------------------------------------------------------------------------------------------------


def linear_margin(data: Dataset) -> tuple[Fraction, ...]:
    """The shortest v with y_i <v, x_i> = 1 for independent samples: Xᵀ (X Xᵀ)^-1 y."""
    from theorycheck.models.rational import from_flint, to_flint

    X, y = to_flint(data.X), to_flint([(label,) for label in data.y])
    return tuple(row[0] for row in from_flint(X.transpose() * (X * X.transpose()).solve(y)))


def linear_point(one: ReluInstance) -> dict:
    """Two kinds of neurons that make the linear network: v / (1 + γ) and its negative."""
    v = [value / (1 + one.slope) for value in linear_margin(one.data)]
    return relu_build.fixed_point([v], [[-value for value in v]])


def factor(one: ReluInstance) -> Fraction:
    """4 (1 + ρ² (n² - S²) / (τ² n)), S the sum of the signs that tell whether a label is flipped."""
    found = signal(one.data)
    if found is None:
        raise InvalidInstance(f"{one.data.name}: samples are no signal plus orthogonal noise along the first axis")
    n = one.data.n
    total = sum(1 if row[0] * y > 0 else -1 for row, y in zip(one.data.X, one.data.y, strict=True))
    return 4 * (1 + found[0] * (n**2 - total**2) / (found[1] * n))


def _compared(one: ReluInstance) -> list[Finding]:
    """The linear network has margins 1, and a norm within the factor of the max-margin point's."""
    from theorycheck.exact.margin import margin

    most, net, linear, solution = factor(one), one, linear_point(one), margin(one)
    if not solution.kkt and solution.settled is not None:  # flipped labels may need another pattern
        solution = solution.settled
    left = "(1 + g)^2 |W|^2 of the linear network", [relu_build.term("norm", linear, times=(1 + one.slope) ** 2)]
    slack = [build.number("1/1000000000000")]
    right = "factor times |W|^2 of the max-margin point", [relu_build.term("norm", point(solution), times=most), *slack]
    spread = relu_build.term("spread", linear)
    parts = {POINT: kkt_part(solution)}
    parts["margins"] = build.part(
        "value", net.document, **build.value_parts(net.document, "spread of margins", [spread])
    )
    parts["norms"] = build.part("less", net.document, **build.less_parts(net.document, left, right))
    certificate = build.all_of(net.document, parts)
    holds = True if parts["margins"]["value"] == "0" else None
    told = f"{number(parts['norms']['left']['value']):.6g} <= {number(parts['norms']['right']['value']):.6g}"
    return certified(
        "linear network", "norms compared", told, "within the factor", certificate, holds=holds, assertions=2
    )


@lru_cache(maxsize=8)
def _overfitted(seed: int, slope: Fraction) -> tuple[Any, ...]:
    from theorycheck.training.overfitting import overfit

    return tuple(overfit(g, **SIZES, slope=slope, seed=seed) for g in SIGNALS)


def _benign(one: ReluInstance) -> list[Finding]:
    """Both networks fit flipped labels; with a strong signal the test error is small, with a weak one it is not."""
    name, quantity = "benign and harmful overfitting", "test errors, strong and weak signal"
    strong, weak = _overfitted(one.seed, one.slope)
    if not (strong.run.met and weak.run.met):
        return nothing("train", name, quantity, "a run has not reached hinge loss 0 and supports nothing")
    holds = True if strong.high <= 0.05 and weak.low >= 0.2 else None
    note = f"n = {SIZES['n']}, d = {SIZES['d']}, {SIZES['flips']} labels flipped and fitted, signals {SIGNALS[0]}, "
    f"{SIGNALS[1]}"
    told = f"{strong.error:.4g}, {weak.error:.4g}"
    return [supported(name, quantity, told, "<= 0.05, >= 0.2 (95 % bounds)", holds, note, 2)]


RANK = solving("rank of the limit, exact", "rank of W", _rank)
BOUNDARY = solving("signs at fresh points, exact", "signs at fresh points", _boundary)
STACKED_LIMIT = trained("stable rank of all weights", "limiting stable rank of W", _stacked_limit)
DROP = trained("stable ranks after a step", "largest stable rank after the first step", _drop, 0, 6.0)
TURNING = solving("alignment vectors and classes, exact", "least y_k <D, x_k>", _turning)
ALIGNMENT = Check("train", "alignment of neurons with classes", _alignment)
WIDTH = Check("train", "directions for several widths", _widths)
COUNT = solving("extremal vectors of XOR, exact", "signs of the extremal vectors", _count)
COMPARED = solving("the linear network against the max-margin point, exact", "norms compared", _compared)
BENIGN = Check("train", "benign and harmful overfitting", _benign)

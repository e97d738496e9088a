"""Checks by exact steps of gradient descent from rational starts, and of neurons that are dead for ever."""

from fractions import Fraction
from itertools import cycle, islice
from typing import Any

import attrs
import numpy as np

from theorycheck.certificates import build, relu_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.claims.checks.relu_found import certified, nothing, solving
from theorycheck.claims.claim import Finding
from theorycheck.claims.relu_measures import natural_step
from theorycheck.errors import CertificateError
from theorycheck.models.relu import ReluInstance

_ENTRIES = (1, -1, Fraction(1, 2), Fraction(-3, 2), 2, Fraction(-1, 3), Fraction(2, 3))
STEPS = (1, 3)
SLACK = Fraction(1, 100)


def start(one: ReluInstance, scale: Fraction | None = None) -> dict:
    """A rational start that is nobody's choice: entries σ_0 times small rationals in an order drawn from the seed."""
    draw = np.random.default_rng([one.seed, one.data.n, one.data.d])
    size = one.init if scale is None else scale
    blocks = [[[size * _ENTRIES[k] for k in row] for row in draw.integers(7, size=(m, one.data.d))] for m in one.width]
    return relu_build.fixed_point(blocks[0], blocks[1])


def stepped(one: ReluInstance, begin: dict, eta: Any, count: int, found: list[tuple]) -> dict:
    """The body that says what holds after exact steps; the slope γ at kinks where one is met."""
    try:
        return relu_build.steps_part(one, begin, eta, count, found)
    except CertificateError as reason:
        if "kink" not in str(reason):
            raise
        return relu_build.steps_part(one, begin, eta, count, found, one.slope)


def _agreement(one: ReluInstance) -> list[Finding]:
    """Every preactivation has the sign of its label after the first step and some steps later, in balls."""
    begin, eta = start(one), natural_step(one)
    parts = {f"after {k}": stepped(one, begin, eta, k, [("agreement", "=", 1)]) for k in STEPS}
    certificate = build.all_of(one.document, parts)
    note = f"from one rational start of scale {one.init}, eta = {float(eta):.4g}"
    return certified(
        "first steps", "share of pairs with the sign of the label", "1", "1", certificate, note, assertions=2
    )


def kantorovich(slope: Fraction) -> Fraction:
    """(1 + γ)² / (4 γ), the largest mean of squares over squared mean of numbers between γ and 1."""
    return (1 + slope) ** 2 / (4 * slope)


def _one_step_ranks(one: ReluInstance) -> list[Finding]:
    """Stable ranks before and after a step, exactly.

    With W_+ = W_- at the start f = 0 and the derivative of the logistic loss is exactly 1/2, so that its step η is the
    step η/2 of the hinge loss; that one stays rational.
    """
    if len(set(one.width)) > 1:
        return nothing("solve", "one step", "stable rank", "the rational start is for equal widths")
    hinge = attrs.evolve(one, loss="hinge")
    begin = start(one)
    begin = begin | {"W_minus": begin["W_plus"]}
    bound = kantorovich(one.slope) + SLACK
    found = [("stable rank", "<=", bound, block) for block in ("plus", "minus")]
    step = stepped(hinge, begin, natural_step(one) / 2, 1, found)
    before = [relu_build.term("stable rank", begin, block="plus")]
    told = build.part("value", hinge.document, **build.value_parts(hinge.document, "stable rank at the start", before))
    certificate = build.all_of(hinge.document, {"after one step": step, "before": told})
    value = told["value"] if isinstance(told["value"], str) else told["value"]["lo"]
    note = f"{float(Fraction(value)):.5g} at the start; f = 0 there, so the logistic step eta is the hinge step eta/2"
    return certified("one step", "stable rank of W_j after a step", f"<= {bound}", f"<= {bound}", certificate, note)


# ---- samples without active neurons ---------------------------------------------------------------------------------


def dead_start(one: ReluInstance, sample: int = 0) -> dict:
    """A start on which no neuron is active on the sample, and some are on the others, in sample coordinates.

    Of orthogonal samples every preactivation can be chosen: w = Σ_i z_i x_i / ‖x_i‖².
    """
    norms = one.data.squared_norms()
    rows = []
    for r in range(max(one.width)):
        signs = [-1 if i == sample or (r + i) % 2 else 1 for i in range(one.data.n)]
        weights = [one.init * s / norm for s, norm in zip(signs, norms, strict=True)]
        rows.append([sum(w * x[k] for w, x in zip(weights, one.data.X, strict=True)) for k in range(one.data.d)])
    plus, minus = (list(islice(cycle(rows), m)) for m in one.width)
    return relu_build.fixed_point(plus, minus)


def dead_certificate(one: ReluInstance) -> Certificate:
    """All neurons are inactive on the first sample, for ever: f stays 0 there."""
    return relu_build.sealed(relu_build.dead_part(one, dead_start(one), [0]), one)


def _dead(one: ReluInstance) -> list[Finding]:
    begun = attrs.evolve(one, init=one.init or Fraction(1, 1000))
    certificate = dead_certificate(begun)
    note = "a start chosen so; a random one has it with the probability that the claim gives"
    told = f">= log(2) / {one.data.n}"
    return certified("dead sample", "loss for ever", told, told, certificate, note)


def own_dead_start(one: ReluInstance) -> dict[str, Any]:
    """As `dead_start`, but the neurons of the other sign are active on the first sample."""
    begin, sign = dead_start(one), int(one.data.y[0])
    norm, x = one.data.squared_norms()[0], one.data.X[0]
    other = "W_minus" if sign > 0 else "W_plus"
    lift = [2 * one.init * v / norm for v in x]  # from -σ_0 to σ_0
    rows = [[str(Fraction(v) + u) for v, u in zip(row, lift, strict=True)] for row in begin[other]]
    return begin | {other: rows}


def _own_dead(one: ReluInstance) -> list[Finding]:
    """No neuron of its own sign is active on the first sample: its margin is not positive after any of the steps."""
    begun = attrs.evolve(one, init=one.init or Fraction(1, 1000))
    begin, eta = own_dead_start(begun), natural_step(one)
    parts = {f"after {k}": stepped(begun, begin, eta, k, [("margin", "<=", 0, 0)]) for k in (*STEPS, 20)}
    certificate = build.all_of(begun.document, parts)
    return certified(
        "inactive own neurons",
        "margin of the sample",
        "<= 0",
        "<= 0",
        certificate,
        "after 1, 3, 20 steps",
        assertions=3,
    )


AGREEMENT = solving("exact first steps", "share of pairs with the sign of the label", _agreement)
ONE_STEP_RANKS = solving("one exact step", "stable rank of W_j after a step", _one_step_ranks)
DEAD = solving("dead samples, exact", "loss for ever", _dead)
OWN_DEAD = solving("inactive own neurons, exact", "margin of the sample", _own_dead)

"""Exact points of ReLU networks with given sets of active neurons, orthogonal samples."""

from fractions import Fraction
from typing import Any

import numpy as np

from theorycheck.certificates import build, check
from theorycheck.claims.checks.relu_found import certified, solving
from theorycheck.claims.checks.relu_margin import POINT, kkt_part, rank_term, value_part
from theorycheck.claims.claim import Finding
from theorycheck.models.relu import ReluInstance


def pattern(one: ReluInstance) -> tuple[Any, Any]:
    """Fair coins for neurons and samples of their own sign, at least one neuron a sample; none for the others."""
    draw = np.random.default_rng([one.seed, one.data.n, *one.width])
    blocks = []
    for sign, m in zip((1, -1), one.width, strict=True):
        coins = draw.integers(2, size=(m, one.data.n))
        coins[0, coins.sum(axis=0) == 0] = 1
        blocks.append(
            [[int(v) * int(label == sign) for v, label in zip(row, one.data.y, strict=True)] for row in coins]
        )
    return blocks[0], blocks[1]


def bound(one: ReluInstance, block: Any, sign: int) -> Fraction | None:
    """The largest m / |S_i| over the samples of a sign; None where it has none."""
    sizes = [sum(row[i] for row in block) for i, label in enumerate(one.data.y) if label == sign]
    return Fraction(len(block), min(sizes)) if sizes else None


def _bound(one: ReluInstance) -> list[Finding]:
    from theorycheck.exact.margin import margin

    blocks = pattern(one)
    solution = margin(one, blocks)
    parts, told, holds = {POINT: kkt_part(solution)}, [], True
    for name, block, sign in zip(("plus", "minus"), blocks, (1, -1), strict=True):
        most = bound(one, block, sign)
        if most is None:
            continue
        part = value_part(one, f"stable rank of W_{name}", rank_term(solution, name))
        value = part["value"]
        high = check.rational(value["hi"] if isinstance(value, dict) else value)
        holds, parts[name] = holds and high <= check.rational(str(most + Fraction(1, 10**12))), part
        told.append(f"{float(high):.6g} <= {float(most):.6g}")
    certificate = build.all_of(one.document, parts)
    note = "sets of active neurons drawn by fair coins; the point of least norm for them, exact"
    return certified(
        "active sets", "stable ranks and bounds", ", ".join(told), "each at most its bound", certificate, note,
        holds=holds or None, assertions=len(told),
    )  # fmt: skip


BOUND = solving("stable ranks for given active sets, exact", "stable ranks", _bound)

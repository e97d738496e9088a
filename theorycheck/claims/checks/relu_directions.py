"""Checks of how many extremal directions a sample has: enumerated, with certificates."""

from theorycheck.claims.checks.relu_aligned import enumerated
from theorycheck.claims.checks.relu_found import certified, solving
from theorycheck.claims.claim import Finding
from theorycheck.claims.relu_measures import mean_direction
from theorycheck.models.relu import ReluInstance


def _two(one: ReluInstance) -> list[Finding]:
    """Two directions, in the cells of D̄ and of -D̄."""
    solution, mean = enumerated(one), mean_direction(one.data)
    found = [v for v in solution.vectors if v.sign]
    sides = [tuple(_sign(row, v.direction) for row in one.data.X) for v in found]
    expected = tuple(_sign(row, mean) for row in one.data.X)
    holds = sorted(sides) == sorted([expected, tuple(-s for s in expected)])
    told = f"{len(found)} directions, signs {sorted(v.sign for v in found)}"
    return certified(
        "two directions", "extremal directions", told, "one in the cell of sum y x, one in the opposite cell",
        solution.certificate, f"{solution.cells} cells", holds=holds or None,
    )  # fmt: skip


def _sign(row, w) -> int:
    value = sum(a * b for a, b in zip(row, w, strict=True))
    return (value > 0) - (value < 0)


TWO = solving("two extremal directions, exact", "extremal directions", _two)

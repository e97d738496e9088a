"""Admissible matrices for the Gram matrices of three classes, cell by cell: data of the rules of `certificates.floors`.

A cell is a box of correlations r = (r_12, r_13, r_23). `grow` halves boxes until a small semidefinite program finds a
matrix B that the checker admits and that is good enough; the words it returns are what the certificates carry. A tree
that serves for every λ stands beside this file.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from flint import fmpq

from theorycheck.certificates import check, floors
from theorycheck.errors import CertificateError
from theorycheck.models.features import UnconstrainedFeatures

Cell = tuple[tuple[fmpq, ...], tuple[fmpq, ...]]
Good = Callable[[list[list[fmpq]]], bool]
SMALLEST = fmpq(1, 256)  # a box narrower than this is not halved
BLUR = 4e-3  # the least eigenvalue of the Gram matrices that the solver is shown


def stored() -> str:
    """The words of the tree beside this file."""
    return Path(__file__).with_name("dufm_floor_cells.txt").read_text(encoding="ascii").strip()


@cache
def pulls() -> str:
    """For each stored cell with positive correlations a symmetric Y with Y Γ Y < I there, of a large trace of Y Γ."""
    three = check.model(dict(UnconstrainedFeatures(3, 2, "1/100").document))
    found = [cell for cell in floors.cells({"cells": stored()}, three) if cell[1][0] > 0]
    return " ".join(_pull(low, high, gamma) for low, high, gamma, _ in found)


def _pull(low: tuple, high: tuple, gamma: list[list[fmpq]]) -> str:
    """The entries of Y = (Γ + δ)^(-1/2), scaled, for the best δ of a few, in thousandths."""
    above, best = np.array([[float(v) for v in row] for row in gamma]), (-1.0, "")
    for shift in (0.002, 0.02, 0.05, 0.1, 0.2):
        values, vectors = np.linalg.eigh(above + shift * np.eye(3))
        Y = (vectors * values**-0.5) @ vectors.T
        Y *= (1 - 2e-3) / np.sqrt(np.linalg.eigvalsh(Y @ above @ Y)[-1])
        entries = [round(1000 * Y[i, j]) for i in range(3) for j in range(i, 3)]
        try:
            gain = float(sum(floors.pulled(low, high, gamma, floors.symmetric([v / floors.UNITS for v in entries]))))
        except check.Refused:
            continue
        best = max(best, (gain, ",".join(map(str, entries))))
    return best[1]


def grow(good: Good) -> str:
    """The words of a tree in whose cells Φ = B⁻¹ satisfies `good`.

    Args:
        good: what Φ, of shape (3, 3), must satisfy; asked only about matrices that the checker admits.

    Raises:
        CertificateError: boxes became too small.
    """
    words, todo = [], [((-check.ONE,) * 3, (check.ONE,) * 3)]
    while todo:
        low, high = todo.pop()
        if low[0] >= high[1] or low[1] >= high[2]:
            continue
        gamma = floors.above_box(low, high)
        if not floors.definite(gamma) or all(v <= 0 for v in high):
            continue
        word = _word(gamma, good) if max(q - p for p, q in zip(low, high, strict=True)) <= 1 else None
        if word is None:
            if max(q - p for p, q in zip(low, high, strict=True)) < SMALLEST:
                raise CertificateError(f"no admissible matrix that is good enough near r = {low}")
            todo += reversed(floors.halved(low, high))
        words.append(word or "/")
    return " ".join(words)


def _word(gamma: list[list[fmpq]], good: Good) -> str | None:
    """The entries of an admissible B in thousandths, or None."""
    B = _solved(np.array([[float(v) for v in row] for row in gamma]))
    if B is None:
        return None
    for shrink in (1e-3, 5e-3):
        entries = _rounded(B, shrink)
        try:
            S = floors.admitted([fmpq(v) / floors.UNITS for v in entries], gamma)
        except check.Refused:
            continue
        if good(S):
            return ",".join(map(str, entries))
    return None


def _rounded(B: np.ndarray, shrink: float) -> list[int]:
    """Entries of a slightly smaller matrix; beside the diagonal rounded down, as smaller entries stay admissible."""
    smaller = 1000 * (B - shrink * np.diag(np.diag(B)))
    return [int(np.floor(smaller[i, j])) for i in range(3) for j in range(i, 3)]


def _solved(gamma: np.ndarray) -> np.ndarray | None:
    """The admissible B whose inverse has the least largest diagonal entry, in floats."""
    import cvxpy as cp

    P, B, program = _program()
    P.value = np.linalg.inv(gamma + max(0.0, BLUR - np.linalg.eigvalsh(gamma)[0]) * np.eye(3))
    try:
        program.solve(solver=cp.CLARABEL)
    except cp.error.SolverError:
        return None
    return B.value


@cache
def _program() -> tuple[Any, Any, Any]:
    """Parameter P = Γ⁻¹, variable B and the program: see (1) of `certificates.floors`."""
    import cvxpy as cp

    P, B = cp.Parameter((3, 3), symmetric=True), cp.Variable((3, 3), symmetric=True)
    top, wanted = cp.Variable((1, 1)), []
    for S in floors.SUPPORTS:
        inside = np.array([float(i in S) for i in range(3)])
        signs, rest = np.outer(2 * inside - 1, 2 * inside - 1), cp.Variable((3, 3), symmetric=True)
        wanted += [rest >= 0, cp.multiply(signs, P) - cp.multiply(np.outer(inside, inside), B) - rest >> 0]
    for unit in np.eye(3)[:, :, None]:
        wanted.append(cp.bmat([[B, unit], [unit.T, top]]) >> 0)
    return P, B, cp.Problem(cp.Minimize(top[0, 0]), wanted)

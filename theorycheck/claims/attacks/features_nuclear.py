"""Small integer matrices whose nuclear norm the ReLU raises: a column a class, a row a neuron."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from flint import fmpq_mat

from theorycheck.certificates import check
from theorycheck.claims.claim import Attack, Candidate, Looked, Space, Violation
from theorycheck.errors import CertificateError

_ENTRIES = ((0, 1, -1), (0, 1, -1, 2))  # growing
_ROWS = (2, 3)
_COLUMNS = 3  # beyond these, columns of zeros
_LARGEST = 300_000  # matrices of one shape
_CLEAR = 1e-9
_FEW = 12


def _candidates(space: Space) -> Iterator[Candidate | Looked]:
    """All matrices of a few shapes and entries; those that violate the inequality in floats, the smallest first."""
    seen = set()
    for entries in _ENTRIES:
        for instance in (one for one in space.instances if one.relu):
            columns = min(instance.classes, _COLUMNS)
            for rows in _ROWS:
                key = (instance.classes, rows, entries)
                if key not in seen and len(entries) ** (rows * columns) <= _LARGEST:
                    seen.add(key)
                    matrices, ratios = _all(rows, columns, entries)
                    for k in _smallest(matrices, ratios):
                        yield Candidate(instance, {"matrix": _padded(matrices[k], instance.classes)})
                    yield Looked(
                        len(matrices), f"{rows} x {columns} matrices with entries from {min(entries)} to {max(entries)}"
                    )


def _all(rows: int, columns: int, entries: tuple[int, ...]) -> tuple[Any, Any]:
    """All matrices, (B, rows, columns), and how much the ReLU raises the nuclear norm of each, (B,)."""
    import numpy as np

    found = np.array(list(product(entries, repeat=rows * columns)), float).reshape(-1, rows, columns)
    before = np.linalg.svd(found, compute_uv=False).sum(axis=1)
    after = np.linalg.svd(np.maximum(found, 0), compute_uv=False).sum(axis=1)
    return found, after / np.maximum(before, _CLEAR) * (before > _CLEAR)


def _smallest(matrices: Any, ratios: Any) -> list[int]:
    """The cheapest violations: smallest entries in sum, then the largest ratio."""
    import numpy as np

    hits = np.flatnonzero(ratios > 1 + _CLEAR)
    sizes = np.abs(matrices[hits]).sum(axis=(1, 2))
    return hits[np.lexsort((-ratios[hits].round(9), sizes))][:_FEW].tolist()


def _padded(matrix: Any, columns: int) -> list[list[str]]:
    return [[str(int(v)) for v in row] + ["0"] * (columns - len(row)) for row in matrix.tolist()]


def _core(rows: list[list[str]]) -> fmpq_mat | None:
    """The matrix without columns of zeros, at least two and at most three of them; None where there are more."""
    columns = [c for c in zip(*rows, strict=True) if any(v != "0" for v in c)]
    columns += [("0",) * len(rows)] * (2 - len(columns))
    return (
        fmpq_mat([[check.rational(v) for v in row] for row in zip(*columns, strict=True)])
        if len(columns) <= 3
        else None
    )


def _violation(candidate: Candidate) -> Violation | None:
    """Both norms against a rational between them, exactly; for matrices of rank two before the ReLU."""
    from theorycheck.claims.checks.features_nuclear import invariants, norm, raised, rectified

    M = _core(candidate.point["matrix"]) if "matrix" in candidate.point else None
    if M is None or invariants(M)[2] != 0 or norm(rectified(M)) <= norm(M) + _CLEAR:
        return None
    try:
        parts = raised(M).document["parts"]
    except (CertificateError, ValueError, ZeroDivisionError):
        return None
    ratio = norm(rectified(M)) / norm(M)
    body = [{k: v for k, v in p.items() if k not in ("role", "kind", "statement")} for p in parts]
    return Violation(
        quantity="nuclear norm after the ReLU over that before",
        bound="at most 1",
        value=f"{ratio:.10g}",
        size=ratio - 1,
        evidence=tuple((f"violates: {p['role']}", p["kind"], fields) for p, fields in zip(parts, body, strict=True)),
    )


NUCLEAR_NORM_RAISED = Attack("a matrix whose nuclear norm the ReLU raises", _candidates, _violation)

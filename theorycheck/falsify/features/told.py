"""An unconstrained-features model with a point: as JSON, on one line, as LaTeX."""

import json
from fractions import Fraction

from theorycheck.falsify.text import matrix as latex_matrix
from theorycheck.falsify.text import plain
from theorycheck.models.features import UnconstrainedFeatures

_LONG = 300  # characters; matrices that take more are told by their shapes
_FEW = 5  # different entries of a large matrix that are told


def instance_json(instance: UnconstrainedFeatures, point: dict) -> dict:
    """An instance with its point, numbers as exact strings."""
    return {
        "classes": instance.classes,
        "depth": instance.depth,
        "reg": [str(v) for v in instance.reg],
        "loss": instance.loss,
        "activation": instance.activation,
        "counts": list(instance.counts),
        "width": instance.width,
        "normalisation": instance.normalisation,
        "point": json.loads(json.dumps(point)) or None,
        "digest": instance.digest,
    }


def matrices(point: dict) -> dict[str, list[list[str]]]:
    """The matrices of a point by name: H, W1, W2, ... where it has factors, M where it is one matrix."""
    if "factors" in point:
        return {f"W{k}" if k else "H": rows for k, rows in enumerate(point["factors"])}
    return {"M": point["matrix"]} if "matrix" in point else {}


def point_line(point: dict) -> str:
    """A point on one line: its matrices, or their shapes where they are large."""
    named = matrices(point)
    full = ", ".join(f"{name} = {_rows(rows)}" for name, rows in named.items())
    return full if len(full) <= _LONG else ", ".join(f"{name}: {_shape(rows)}" for name, rows in named.items())


def _rows(rows: list[list[str]]) -> str:
    return "; ".join(f"({', '.join(map(str, row))})" for row in rows)


def _shape(rows: list[list[str]]) -> str:
    values = sorted({str(v) for row in rows for v in row}, key=Fraction)
    entries = f" of {', '.join(values)}" if len(values) <= _FEW else ""
    return f"{len(rows)} x {len(rows[0])}{entries}"


def latex(instance: UnconstrainedFeatures, point: dict) -> list[str]:
    """Sizes, loss and point; of large matrices only the shapes."""
    n = str(instance.counts[0]) if instance.balanced else f"({', '.join(map(str, instance.counts))})"
    reg = ", ".join(dict.fromkeys(map(str, instance.reg)))
    sizes = rf"$K={instance.classes}$, $L={instance.depth}$, $n={n}$, $\lambda={reg}$"
    lines = [f"Let {sizes}, loss {plain(instance.loss)}, activation {plain(instance.activation)}."]
    named = matrices(point)
    small = sum(len(row) for rows in named.values() for row in rows) <= 60
    written = (lambda rows: latex_matrix(_numbers(rows))) if small else _latex_shape
    shown = r",\quad ".join(f"{_name(k)}={written(rows)}" for k, rows in named.items())
    return [*lines, rf"At the point with \[ {shown} \]"] if named else lines


def _name(name: str) -> str:
    return name if len(name) == 1 else f"{name[0]}_{{{name[1:]}}}"


def _numbers(rows: list[list[str]]) -> list[list[Fraction]]:
    return [[Fraction(v) for v in row] for row in rows]


def _latex_shape(rows: list[list[str]]) -> str:
    return rf"\text{{the certificate's }}{len(rows)}\times{len(rows[0])}\text{{ matrix}}"

"""A ReLU network with a point: as JSON, on one line, as LaTeX."""

import json
from fractions import Fraction
from typing import Any

from theorycheck.falsify.relu.steps import layers
from theorycheck.falsify.text import fraction, plain
from theorycheck.falsify.text import matrix as latex_matrix
from theorycheck.models.relu import ReluInstance

_LONG = 300  # characters; matrices that take more are told by their shapes
_DIGITS = 12  # characters of a number that are told in full


def instance_json(instance: ReluInstance, point: dict) -> dict:
    """An instance with its point, numbers as exact strings."""
    kept = {name: str(getattr(instance, name)) for name in ("init", "eta", "dominance", "activation", "signs")}
    about = {"law": str(instance.law) if instance.law else None, "seed": instance.seed}
    told = {"n": instance.data.n, "d": instance.data.d, "normalisation": instance.normalisation}
    return {
        **{name: v for name, v in instance.document.items() if name != "model"},
        **kept,
        **about,
        **told,
        "point": json.loads(json.dumps(point)) or None,
        "digest": instance.digest,
    }


def _rows(rows: Any) -> str:
    return "; ".join(f"({', '.join(map(_number, row))})" for row in rows)


def _number(v: Any) -> str:
    """A number in full, or six digits of it; the certificate and the JSON document have all of them."""
    return str(v) if len(str(v)) <= _DIGITS else f"≈{float(Fraction(v)):.6g}"


def _short(name: str, rows: Any) -> str:
    full = f"{name} = {_rows(rows)}"
    return full if len(full) <= _LONG else f"{name}: {len(rows)} x {len(rows[0])}"


def point_line(point: dict) -> str:
    """A point on one line: its matrices, or their shapes where they are large."""
    weights = [_short("a", [point["a"]])] if "a" in point else []
    return ", ".join([*weights, *(_short(name, rows) for name, rows in layers(point).items())])


def one_line(instance: ReluInstance) -> str:
    """Samples, labels, network and loss; of start and step what is not usual."""
    data = instance.data
    kind = "tanh" if instance.activation == "tanh" else "ReLU" if instance.relu else f"γ = {instance.slope}"
    width = "+".join(map(str, instance.width))
    parts = [kind, f"m = {width}", _short("x", data.X), _short("y", [data.y]), instance.loss]
    if instance.outputs == "trained":
        parts += [f"both layers trained, output signs {instance.signs}"]
        parts += [f"|a|/‖w‖ = {instance.dominance}"] if instance.dominance != 1 else []
    parts += [f"η = {instance.eta}"] if instance.eta is not None else []
    parts += [f"start of scale {instance.init}"] if instance.init == 0 or instance.init >= Fraction(1, 10) else []
    return ", ".join(parts)


def latex(instance: ReluInstance, point: dict) -> list[str]:
    """Sizes, activation, data and point."""
    data, width = instance.data, "+".join(map(str, instance.width))
    kind = r"\tanh" if instance.activation == "tanh" else rf"\max(z,{fraction(instance.slope)}z)"
    lines = [rf"Let $\sigma(z)={kind}$, $m={width}$, {plain(instance.loss)} loss, outputs {instance.outputs}, and"]
    if data.n * data.d <= 60 and _short_numbers(data.X):
        lines.append(rf"\[ X={latex_matrix(data.X)},\qquad y={latex_matrix([[v] for v in data.y])}.\]")
    else:
        lines.append(rf"the certificate's ${data.n}\times{data.d}$ data.")
    named = {"a": [point["a"]]} if "a" in point else {}
    named |= layers(point)
    shown = r",\quad ".join(f"{_NAMES[name]}={_latex(rows)}" for name, rows in named.items())
    return [*lines, rf"At the point with \[ {shown} \]"] if named else lines


_NAMES = {"a": "a", "W": "W", "W_plus": "W_+", "W_minus": "W_-"}


def _short_numbers(rows: Any) -> bool:
    return all(len(str(v)) <= _DIGITS for row in rows for v in row)


def _latex(rows: Any) -> str:
    if len(rows) * len(rows[0]) > 60 or not _short_numbers(rows):
        return rf"\text{{the certificate's }}{len(rows)}\times{len(rows[0])}\text{{ matrix}}"
    return latex_matrix([[Fraction(v) for v in row] for row in rows])

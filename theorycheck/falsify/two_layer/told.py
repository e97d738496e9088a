"""A two-layer network with its data and a point: as JSON, on one line, as LaTeX."""

import json
from fractions import Fraction
from typing import Any

from theorycheck.falsify.text import matrix as latex_matrix
from theorycheck.models.instance import Instance

_NAMES = {"theta": r"\Theta", "z": "Z", "g": "(g(z_{ij}))", "u": r"(\varphi(z_{ij}))"}


def instance_json(instance: Instance, point: dict) -> dict:
    """An instance with its point, numbers as exact strings."""
    data, network = instance.data, instance.network
    return {
        "n": data.n,
        "d": data.d,
        "m": network.width,
        "activation": network.activation.text,
        "X": [[str(v) for v in row] for row in data.X],
        "y": [str(v) for v in data.y],
        "output_weights": [str(v) for v in network.output_weights],
        "trained_output": network.trained_output,
        "bias": network.bias,
        "loss": instance.loss.name,
        "sigma": str(instance.sigma),
        "eta": str(instance.eta),
        "point": json.loads(json.dumps(point)) or None,
        "digest": instance.digest,
    }


def _matrix(rows: Any) -> str:
    return "; ".join(f"({', '.join(map(str, row))})" for row in rows)


def point_line(point: dict) -> str:
    """A point on one line."""
    if not point:
        return ""
    weights = f", a = {_matrix([point['output_weights']])}" if "output_weights" in point else ""
    return f"{point['coordinate']} = {_matrix(point['values'])}{weights}"


def one_line(instance: Instance) -> str:
    """φ, sizes, labels, and what is not plain: samples other than (1), output weights other than ones."""
    data, network = instance.data, instance.network
    parts = [f"φ = {network.activation.text}", f"m = {network.width}"]
    plain = data.n == data.d == 1 and data.X[0][0] == 1
    parts += [] if plain else [f"x = {_matrix(data.X)}"]
    parts += [f"a = {_matrix([network.output_weights])}"] if set(network.output_weights) != {1} else []
    parts += ["trained bias"] if network.bias else []
    parts += ["trained output weights"] if network.trained_output else []
    parts += ["σ = 0"] if instance.sigma == 0 else []
    parts.append(f"y = {data.y[0] if data.n == 1 else _matrix([data.y])}")
    return ", ".join(parts)


def latex(instance: Instance, point: dict) -> list[str]:
    """Activation, width, data and point."""
    lines = [rf"Let $\varphi(z)={_activation(instance)}$, $m={instance.network.width}$, and"]
    lines.append(rf"\[ X={latex_matrix(instance.data.X)},\qquad y={latex_matrix([[v] for v in instance.data.y])}.\]")
    if any(a != 1 for a in instance.network.output_weights):
        lines.append(rf"The output weights are $a={latex_matrix([instance.network.output_weights])}$.")
    if point:
        rows = [[Fraction(v) for v in row] for row in point["values"]]
        lines.append(rf"At the point with \[ {_NAMES[point['coordinate']]}={latex_matrix(rows)} \]")
    if "output_weights" in point:
        trained = [[Fraction(v) for v in point["output_weights"]]]
        lines.append(rf"and with the trained output weights $a={latex_matrix(trained)}$,")
    return lines


def _activation(instance: Any) -> str:
    import sympy

    return sympy.latex(instance.network.activation.expression())

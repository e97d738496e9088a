"""Instances of plainly trained ReLU networks, and their numbers in floats, written independently of the checker."""

import random
from fractions import Fraction

import numpy as np

from theorycheck.models.data import Dataset
from theorycheck.models.relu import ReluInstance

F = Fraction


def fixed(X, y, width=3, slope="1/2", loss="logistic"):
    return ReluInstance(Dataset(X, y), width=width, slope=slope, loss=loss)


def trained(X, y, width=4, slope=0, loss="square"):
    return ReluInstance(Dataset(X, y), width=width, slope=slope, loss=loss, outputs="trained")


AXES = fixed([[1, 0], [0, 1]], [1, -1])  # lambda = 4/5 each
LINE = fixed([[1, 0], [3, 0], [0, 1]], [1, 1, -1])  # two samples on one line: one is off the margin
TINY = trained([[2, 1], [2, -1], [-2, 1], [-2, -1]], ["5/2", "3/2", "-7/4", "-7/4"])
HEXAGON = trained([[1, 0], [1, 1], [0, 1], [-1, 0], [-1, -1], [0, -1]], [1, -1, 1, -1, 1, -1])
ANTIPODAL = trained([[2, 1, 0], [2, -1, 1], [1, 0, -1], [-2, -1, 0], [-2, 1, -1], [-1, 0, 1]], [2, 2, 1, -2, -2, -1])


def family(r, s):
    """Rows e_1, 3 (r e_1 + s e_2) of label +, and e_3 of label -, with r² + s² = 1: λ_2 has the sign of 1 - 3r."""
    return fixed([[1, 0, 0], [3 * r, 3 * s, 0], [0, 0, 1]], [1, 1, -1])


def whole(low, high, *shape):
    if len(shape) == 1:
        return [F(random.randint(low, high)) for _ in range(shape[0])]
    return [whole(low, high, *shape[1:]) for _ in range(shape[0])]


def floats(values):
    return np.array([[float(v) for v in row] for row in values])


def act(z, slope):
    return np.where(z > 0, z, float(slope) * z)


def output(instance, a, W):
    """Outputs at weights W of shape (m, d) with output weights a."""
    return act(floats(instance.data.X) @ W.T, instance.slope) @ a


def loss(instance, a, W):
    f, y = output(instance, a, W), np.array([float(v) for v in instance.data.y])
    if instance.loss == "square":
        return np.mean((f - y) ** 2) / 2
    return np.mean(np.maximum(0, 1 - y * f) if instance.loss == "hinge" else np.log1p(np.exp(-y * f)))


def gradient(instance, a, W):
    X, y = floats(instance.data.X), np.array([float(v) for v in instance.data.y])
    f = output(instance, a, W)
    g = {"square": f - y, "hinge": -y * (y * f < 1), "logistic": -y / (1 + np.exp(y * f))}[instance.loss] / len(y)
    z = X @ W.T
    return g @ act(z, instance.slope), ((z > 0) + float(instance.slope) * (z <= 0)).T * a[:, None] * g @ X


def descended(instance, a, W, eta, steps):
    for _ in range(steps):
        da, dW = gradient(instance, a, W)
        a, W = (a if instance.outputs == "fixed" else a - eta * da), W - eta * dW
    return a, W


def stacked(instance, W_plus, W_minus):
    """Output weights and rows of a network with fixed outputs."""
    plus, minus = instance.width
    a = np.array([1 / plus] * len(W_plus) + [-1 / minus] * len(W_minus))
    return a, floats([*W_plus, *W_minus])

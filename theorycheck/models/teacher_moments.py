"""Second moments E[x xᵀ] of the laws of `teacher`, (d, d) floats, from closed forms.

The margin law is x_1 = ±(1 + |g|/2) beside a Gaussian N(0, I/k) in k = d - 1 dimensions that is shortened to length 2;
its length and its direction are independent, which gives the moments of the absolute values too.
"""

from fractions import Fraction
from math import exp, lgamma, pi, sqrt
from typing import Any

import numpy as np

_CLIP = 2.0
_FIRST = 1 + sqrt(2 / pi) / 2  # E|x_1|
_FIRST_SQUARE = 1 + sqrt(2 / pi) + 0.25  # E x_1²
# Of the absolute values: Σe_1 = (E x_1², E x_1 E|x_rest|), and ‖E|x_rest|‖ ≤ √(2/π) since shortening only shrinks.
# So (Σe_1)_1 / ‖Σe_1‖ ≥ 2.0478 / √(2.0479² + (1.39895 · 0.79789)²) > 0.8779 - rounded down.
ORTHANT_COSINE = Fraction(877, 1000)


def gaussian(d: int, amount: float) -> Any:
    """The identity."""
    return np.eye(d)


def margin(d: int, amount: float) -> Any:
    """Diagonal; the law of the rest is invariant under rotations."""
    rest = _clipped(d - 1, 2) / (d - 1) if d > 1 else 0.0
    return np.diag([_FIRST_SQUARE, *[rest] * (d - 1)])


def shifted(d: int, amount: float) -> Any:
    """The margin law's, plus amount² at e_2, since the margin law is centred."""
    second = margin(d, 0)
    second[1, 1] += amount**2
    return second


def orthant(d: int, amount: float) -> Any:
    """The diagonal of the margin law, and the means of products of absolute values beside it."""
    second, k = margin(d, 0), d - 1
    if k == 0:
        return second
    mean = exp(lgamma(k / 2) - lgamma((k + 1) / 2)) / sqrt(pi) * _clipped(k, 1)  # E|u_i| times the mean length
    second[0, 1:] = second[1:, 0] = _FIRST * mean
    beside = 2 / pi * _clipped(k, 2) / k  # E|u_i u_j| = 2 / (π k) on the sphere
    second[1:, 1:] += beside * (1 - np.eye(k))
    return second


def ball(d: int, amount: float) -> Any:
    """E‖x‖² = d / (d + 2), split by the mean square of the cut cosine; the identity over d + 2 where nothing is cut."""
    from scipy.stats import beta

    if d == 1:
        return np.array([[1 / 3]])
    # E[t; t ≥ c²] of a Beta(a, b) variable is a/(a + b) times the tail of Beta(a + 1, b).
    tail = beta(1.5, (d - 1) / 2).sf(amount**2) / beta(0.5, (d - 1) / 2).sf(amount**2)
    first = tail / d
    return d / (d + 2) * np.diag([first, *[(1 - first) / (d - 1)] * (d - 1)])


def clusters(d: int, amount: float) -> Any:
    """Half the identity from the corners, and a quarter of radius² from a disc."""
    return (0.5 + amount**2 / 4) * np.eye(d)


def _clipped(k: int, power: int) -> float:
    """E[min(‖z‖, 2)^power] for z ~ N(0, I/k) in k dimensions: k‖z‖² is chi-square."""
    from scipy.stats import chi2

    whole = exp(lgamma((k + power) / 2) - lgamma(k / 2)) * (2 / k) ** (power / 2)
    return float(whole * chi2.cdf(_CLIP**2 * k, k + power) + _CLIP**power * chi2.sf(_CLIP**2 * k, k))

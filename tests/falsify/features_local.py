"""Claims on unconstrained features for the tests alone, and independent ways to look at witnesses."""

from fractions import Fraction

import numpy as np
from scipy.optimize import minimize_scalar

from theorycheck.claims import features_assumptions as A
from theorycheck.claims.claim import Claim, Conclusion, Mark, Source
from theorycheck.models.features import UnconstrainedFeatures

RELU = (A.MSE, A.RELU, A.BALANCED, A.WIDE)
LINEAR = (A.MSE, A.LINEAR, A.BALANCED, A.WIDE)
ENTROPY = (A.CROSS_ENTROPY, A.LINEAR, A.BALANCED, A.WIDE)


def claim(*ways, assumptions=RELU, key="test2024.features"):
    """A claim with these attacks."""
    return Claim(
        key=key,
        title="about unconstrained features",
        statement="Deep neural collapse is as the attacks' test says.",
        latex="",
        source=Source("0000.00000", "none", Mark.DERIVED),
        assumptions=assumptions,
        conclusion=Conclusion("gap", "0", "0"),
        checks=(),
        instances=lambda seed, position: UnconstrainedFeatures(2, 1, "1/100"),
        attacks=ways,
        setting="features",
    )


def floats(found):
    """The factors of a witness."""
    return [np.array([[float(Fraction(v)) for v in row] for row in rows]) for rows in found.point["factors"]]


def evaluate(instance, factors):
    """The objective in floats, from its definition."""
    M, counts = factors[0], np.array(instance.counts)
    for position, W in enumerate(factors[1:]):
        M = W @ (np.maximum(M, 0) if instance.activation == "relu" and position else M)
    wanted = np.eye(instance.classes)
    if instance.loss == "mse":
        fit = (counts * ((M - wanted) ** 2).sum(axis=0)).sum() / (2 * counts.sum())
    else:
        fit = (counts * (np.log(np.exp(M).sum(axis=0)) - np.diag(M))).sum() / counts.sum()
    norms = [(counts * (factors[0] ** 2).sum(axis=0)).sum(), *((W**2).sum() for W in factors[1:])]
    return fit + sum(float(v) / 2 * norm for v, norm in zip(instance.reg, norms, strict=True))


def collapse(instance):
    """The least objective of deep neural collapse, zero included, by minimising over its scale."""
    K, L = instance.classes, instance.depth
    mean = float(np.prod([float(v) for v in instance.reg]) * instance.counts[0]) ** (1 / (L + 1))

    def loss(c):
        rank = K if instance.loss == "mse" else K - 1
        fit = (1 - c) ** 2 / 2 if instance.loss == "mse" else np.log1p((K - 1) * np.exp(-c))
        return fit + (L + 1) / 2 * mean * rank * c ** (2 / (L + 1))

    scales = np.linspace(0, 2 if instance.loss == "mse" else 12, 4001)
    best = scales[np.argmin([loss(c) for c in scales])]
    near = minimize_scalar(loss, bounds=(max(best - 0.01, 0), best + 0.01), method="bounded", options={"xatol": 1e-12})
    return min(float(near.fun), loss(0.0))

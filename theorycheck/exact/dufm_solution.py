"""The record of a solved unconstrained-features model, and how its layers are told."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from flint import fmpq_mat

from theorycheck.certificates.certificate import Certificate
from theorycheck.exact.dufm_fit import preactivations
from theorycheck.exact.dufm_shape import floats, rectified
from theorycheck.exact.dufm_structures import Structure
from theorycheck.models.features import UnconstrainedFeatures

TOLERANCE = 1e-9  # relative; bounds that are closer are called equal, and the statement says so
EXACT = "exact"  # the rule of ranks of rational matrices
EXACT_RANK = 20_000  # entries of a layer of which the exact rank is computed
CONSTANT = "C of the least loss min_c (1 - c)²/2 + C λ̄/2 c^(2/(L+1)) over the family's scales c"


@attrs.frozen
class Layer:
    """Class means in one layer.

    Attributes:
        layer: l = 1, ..., L for M_l, L + 1 for the output.
        rank_before: of M_l, before the ReLU.
        rank_after: of s(M_l); the same where no ReLU follows.
        before: singular values of M_l, decreasing; those that an exact rank makes zero are 0.
        after: of s(M_l).
        rule: how the ranks are known.
    """

    layer: int
    rank_before: int
    rank_after: int
    before: tuple[float, ...]
    after: tuple[float, ...]
    rule: str

    def to_json(self) -> dict:
        """The layer as the documents write it."""
        return {
            "layer": self.layer,
            "rank_before": self.rank_before,
            "rank_after": self.rank_after,
            "singular_values": {"before": list(self.before), "after": list(self.after)},
            "rank_rule": self.rule,
        }


def exact_layers(instance: UnconstrainedFeatures, factors: Sequence[fmpq_mat]) -> tuple[Layer, ...]:
    """Layers of rational factors; ranks are exact where a layer is not too large."""
    rows = max(W.nrows() for W in factors)
    if rows * instance.classes > EXACT_RANK:
        return float_layers(instance, [floats(W) for W in factors])
    found, M = [], factors[0]
    for layer in range(1, instance.depth + 2):
        after = rectified(M) if instance.relu and 1 < layer <= instance.depth else M
        ranks = [int(A.rref()[1]) for A in (M, after)]
        values = [_known(floats(A), rank) for A, rank in zip((M, after), ranks, strict=True)]
        found.append(Layer(layer, ranks[0], ranks[1], values[0], values[1], EXACT))
        M = factors[layer] * after if layer <= instance.depth else M
    return tuple(found)


def _known(A: np.ndarray, rank: int) -> tuple[float, ...]:
    values = np.linalg.svd(A, compute_uv=False)
    return (*map(float, values[:rank]), *[0.0] * (len(values) - rank))


def float_layers(instance: UnconstrainedFeatures, factors: Sequence[np.ndarray]) -> tuple[Layer, ...]:
    """Layers of factors that a search found; ranks by the numerical rule, which supports them and proves nothing."""
    from theorycheck.models.spectra import numerical_rank

    found = []
    for layer, M in enumerate(preactivations(instance, factors), start=1):
        after = np.maximum(M, 0) if instance.relu and 1 < layer <= instance.depth else M
        ranks = [numerical_rank(A) for A in (M, after)]
        values = [r.singular_values for r in ranks]
        sure = "" if all(r.clear for r in ranks) else ", not clear"
        rule = f"numerical, relative tolerance {ranks[0].tolerance:g}{sure}"
        found.append(Layer(layer, ranks[0].rank, ranks[1].rank, values[0], values[1], rule))
    return tuple(found)


@attrs.frozen(eq=False)
class DufmSolution:
    """The least objective that is known for an instance, with a certificate of what is certain about it.

    Attributes:
        instance: the problem.
        structures: every known structure at its best scale, in floats.
        best: the name of the best point: a structure, or `search`.
        loss: its objective in floats.
        layers: of the best point.
        factors: H, W_1, ..., W_L of the best point, rational; those that the certificate is about.
        lower: a certified lower bound of the objective, or None.
        upper: the certified value at the factors: exact, or a ball.
        collapsed: the certified lower bound of the objective over deep neural collapse, or None.
        gap: (upper - lower) / upper in floats; 1 without a lower bound.
        statement: what follows.
        settled: whether the statement decides.
        evidence: CERTIFIED, for what the certificate shows.
        certificate: of everything above that is certified.
        note: what was left out, and where the best point comes from.
    """

    instance: UnconstrainedFeatures
    structures: Mapping[str, Structure]
    best: str
    loss: float
    layers: tuple[Layer, ...]
    factors: tuple[fmpq_mat, ...] = attrs.field(repr=False)
    lower: Any
    upper: Any
    collapsed: Any
    gap: float
    statement: str
    settled: bool
    evidence: str
    certificate: Certificate = attrs.field(repr=False)
    note: str = ""

    def to_json(self) -> dict:
        """The document of `solve dufm`."""
        return {
            "instance": str(self.instance),
            "normalisation": self.instance.normalisation,
            "columns": "column k of H stands for n_k equal samples; fit and penalty count each of them",
            "structures": {name: s.loss for name, s in self.structures.items()},
            "details": {name: self._detail(s) for name, s in self.structures.items()},
            "best": {
                "structure": self.best,
                "loss": self.loss,
                "layers": [layer.to_json() for layer in self.layers],
                "factors": [[[str(v) for v in row] for row in W.tolist()] for W in self.factors],
            },
            "lower": self.lower,
            "upper": self.upper,
            "collapsed": self.collapsed,
            "gap": self.gap,
            "tolerance": TOLERANCE,
            "statement": self.statement,
            "evidence": self.evidence,
            "note": self.note,
            "certificate": self.certificate.document,
        }

    def _detail(self, found: Structure) -> dict:
        """Constant, ratio to deep neural collapse, scale, and what was chosen."""
        ratio = None
        if found.constant is not None:
            ratio = found.constant / (self.instance.classes * (self.instance.depth + 1))
        return {"constant": found.constant, "ratio_to_dnc": ratio, "scale": found.scale, "note": found.note}

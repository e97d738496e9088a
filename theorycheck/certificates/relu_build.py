"""Builders of certificates about two-layer (leaky) ReLU networks; see `build` for those of every model.

An instance is a `ReluInstance` or its document. Numbers are Fractions, ints, flint rationals, floats (as the binary
rationals they are) or strings. Every builder raises `CertificateError` with the checker's reason where it refuses.
A part goes into a `Certificate` by `sealed(part, instance)`, or several by `build.all_of`.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import ctx, fmpq

from theorycheck.certificates import arrangement, build, check, relu, stationary
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError

PARTS = (arrangement, relu, stationary)  # of the checker, which have to be loaded for its tables to know them


def document(instance: Any) -> Mapping:
    """The JSON document of a `ReluInstance`; a document stays as it is.

    Raises:
        CertificateError: the activation is no (leaky) ReLU, which a document cannot say.
    """
    if getattr(instance, "activation", "leaky") != "leaky":
        raise CertificateError(f"no certificates for the activation {instance.activation}; pass activation='leaky'")
    return getattr(instance, "document", instance)


def _text(v: Any) -> str:
    if isinstance(v, str):
        return v
    return str(v if isinstance(v, fmpq) else Fraction(int(v)) if hasattr(v, "bit_length") else Fraction(v))


def _row(values: Iterable) -> list[str]:
    return [_text(v) for v in values]


def fixed_point(W_plus: Iterable, W_minus: Iterable, counts: tuple | None = None) -> dict:
    """Weights of a network with fixed outputs.

    Args:
        W_plus: (m_+, d), or one row that all neurons of this sign share, or a row for each entry of counts[0].
        W_minus: likewise.
        counts: how many neurons have each row, (for W_plus, for W_minus); None: see above.
    """
    point: dict[str, Any] = {"W_plus": [_row(w) for w in W_plus], "W_minus": [_row(w) for w in W_minus]}
    if counts is not None:
        point |= {"counts_plus": list(map(int, counts[0])), "counts_minus": list(map(int, counts[1]))}
    return point


def trained_point(a: Iterable, W: Iterable) -> dict:
    """Weights of a network with trained outputs: a of shape (m,), W of shape (m, d)."""
    return {"a": _row(a), "W": [_row(w) for w in W]}


def term(quantity: str, at: Mapping, sample: int | None = None, block: str | None = None, **options: Any) -> dict:
    """One summand of `build.value`, `build.less`, `build.value_parts`, ... at explicit weights.

    Args:
        quantity: `output` or `margin` (y f) of a sample; `loss` (a ball where it is logistic); `norm` (squared, of all
            trained weights); `spread` (largest minus smallest margin); `stable rank` of a block.
        at: what `fixed_point` or `trained_point` gives.
        sample: its index, for `output` and `margin`.
        block: `plus`, `minus` or `stacked`, for `stable rank`.
        options: `times` and `power`, see `build.term`.
    """
    entry = None if sample is None else [sample]
    found = build.term(quantity, dict(at), entry=entry, **options)
    return found | ({"block": block} if block is not None else {})


def sealed(part: Mapping, instance: Any, claim: Any = None) -> Certificate:
    """One part as a certificate of its own."""
    body = {key: value for key, value in part.items() if key not in ("kind", "statement")}
    return build.seal(part["kind"], document(instance), claim, **body)


def _part(kind: str, instance: Any, **data: Any) -> dict:
    try:
        return build.part(kind, document(instance), **data)
    except (KeyError, TypeError, ValueError, IndexError) as reason:
        raise CertificateError(
            f"a certificate of kind {kind!r}: a part is missing or wrong ({type(reason).__name__}: {reason})"
        ) from None


# ---- margins --------------------------------------------------------------------------------------------------------


def kkt_part(instance: Any, point: Mapping, lam: Iterable, kinks: Mapping | None = None) -> dict:
    """A KKT point of min ‖W‖²/2 with margins at least 1 (fixed outputs), the only minimiser with its slopes.

    Args:
        instance: fixed outputs, any loss.
        point: what `fixed_point` gives.
        lam: λ, (n,), with multipliers h λ, h = 2/(1/m_+ + 1/m_-): for equal widths m and the slopes of the labels it
            is K^-1 1, and ‖W‖² = m Σ λ_i.
        kinks: {(sample, row of W_plus then of W_minus): slope} for preactivations that are exactly 0 on samples with
            λ_i > 0 (unless γ = 1), and for no others.
    """
    data: dict[str, Any] = {"point": dict(point), "multipliers": _row(lam)}
    return _part("kkt", instance, **data, **_kinks(kinks))


def _kinks(kinks: Mapping | None) -> dict:
    return {"kinks": [[i, r, _text(v)] for (i, r), v in sorted(kinks.items())]} if kinks else {}


def limits_part(instance: Any, lam: Iterable) -> dict:
    """Slopes of the labels, K λ = 1, λ > 0 (logistic loss, γ > 0): ‖W‖² = lim t L(t), limit margin² = 1/‖W‖².

    Args:
        instance: fixed outputs, logistic loss, γ > 0.
        lam: λ as for `kkt_part`.
    """
    return _part("limits", instance, multipliers=_row(lam))


def no_margin_part(instance: Any, weights: Iterable, pattern: Sequence | None = None) -> dict:
    """Weights μ >= 0, not all 0, of the samples with which the gradients of the margins cancel (fixed outputs).

    So with slopes that stay no network has positive margins on all samples.

    Args:
        instance: fixed outputs, labels 1 and -1.
        weights: μ, (n,).
        pattern: (P_plus, P_minus), 0/1 rows of n entries, 1 where a neuron is active; how many neurons have a row does
            not matter. None: a neuron is active on the samples of its own sign.
    """
    data: dict[str, Any] = {"multipliers": _row(weights)}
    if pattern is not None:
        sides = zip(("plus", "minus"), pattern, strict=True)
        data["pattern"] = {name: [[int(v) for v in row] for row in rows] for name, rows in sides}
    return _part("no margin", instance, **data)


# ---- alignment ------------------------------------------------------------------------------------------------------


def extremal_part(instance: Any, D: Iterable, side: int, weights: Any = None, witness: Iterable | None = None) -> dict:
    """An extremal vector: D in D_n(w) for w = D (side 1) or w = -D (side -1), or D = 0 (side 0) at a witness w.

    Args:
        instance: any; only X, y and γ matter.
        D: (d,).
        side: 1, -1, or 0 for D = 0.
        weights: {sample: slope in [γ, 1]} for the samples with w·x_i = 0, x_i ≠ 0, y_i ≠ 0; no others.
        witness: (d,), w for D = 0; not orthogonal to all samples.
    """
    data: dict[str, Any] = {"D": _row(D), "side": int(side)}
    data |= {"weights": [[i, _text(v)] for i, v in sorted(weights.items())]} if weights else {}
    data |= {"witness": _row(witness)} if witness is not None and side == 0 else {}
    return _part("extremal", instance, **data)


def two_sided_part(
    instance: Any, split: Iterable, beta_plus: Iterable, beta_minus: Iterable, weights: Mapping | None = None
) -> dict:
    """Least squares of least norm on {±split·x > 0}, its loss, and what the network of two neurons made of it is.

    The statement says whether the fits keep their signs (`β_+·x > 0` on S_+, `β_-·x < 0` on S_-; and on the other side
    too), the loss of the network, whether it interpolates, and whether it is a stationary point of both layers.

    Args:
        instance: squared loss, γ = 0.
        split: (d,), not 0.
        beta_plus: (d,).
        beta_minus: (d,).
        weights: {(sample, 0 for β_+ or 1 for β_-): slope} at preactivations 0 of samples with a residual; without it
            such a network is not told to be stationary or not.
    """
    data: dict[str, Any] = {"split": _row(split), "beta_plus": _row(beta_plus), "beta_minus": _row(beta_minus)}
    data |= {"weights": _kinks(weights)["kinks"]} if weights else {}
    return _part("two-sided", instance, **data)


def extremal_list_part(
    instance: Any, vectors: Iterable[tuple] | None = None, cells: int | None = None, reading: str = "weights"
) -> dict:
    """All extremal vectors (γ = 0, inputs of rank at most 3; the checker goes through all faces by itself).

    Args:
        instance: any; only X and y matter. At most 60 different hyperplanes at rank 3, 600 at rank 2.
        vectors: pairs (D, side), D of shape (d,), side 1 where D is in D_n(D), -1 where D is in D_n(-D), 0 for D = 0
            (some w not orthogonal to all samples has 0 in D_n(w)). One D may stand there with several sides. None:
            what the checker finds.
        cells: the number of open cells; None: what the checker finds.
        reading: `weights`, where each sample with w·x = 0 has a weight of its own in [0, 1], or `limits`, where D_n(w)
            is then the convex hull of the values of the cells around (Clarke's subdifferential).
    """
    if vectors is None or cells is None:
        found, count = _extremal(document(instance), reading)
        vectors, cells = found if vectors is None else vectors, count if cells is None else cells
    entries = [{"D": _row(D), "side": int(side)} for D, side in vectors]
    return _part("extremal list", instance, list=entries, cells=int(cells), reading=reading)


def _extremal(about: Mapping, reading: str) -> tuple[list[tuple], int]:
    with ctx.workprec(check.BITS):
        try:
            found, cells = arrangement.extremal_vectors(relu.leaky(check.model(about)), reading)
        except (check.Refused, check.Malformed, KeyError) as reason:
            raise CertificateError(f"no list of extremal vectors: {reason}") from None
    return sorted(found, key=lambda entry: (-entry[1], entry[0])), cells


# ---- rest and steps -------------------------------------------------------------------------------------------------


def still_part(instance: Any, point: Mapping, kinks: Mapping | None = None) -> dict:
    """A stationary point of the squared loss, all gradients exactly 0.

    Args:
        instance: squared loss.
        point: what `fixed_point` or `trained_point` gives.
        kinks: {(sample, row): slope} at preactivations 0 of samples with a residual and neurons with an output weight.
    """
    return _part("still", instance, point=dict(point), **_kinks(kinks))


def dead_part(instance: Any, point: Mapping, samples: Iterable[int]) -> dict:
    """Samples orthogonal to all others on which all neurons are inactive: for ever, under descent with any steps.

    Args:
        instance: γ = 0, any loss.
        point: the start; negative preactivations on the samples.
        samples: their indices.
    """
    return _part("dead", instance, point=dict(point), samples=sorted(map(int, samples)))


def steps_part(instance: Any, start: Mapping, eta: Any, steps: int, found: Sequence[tuple], kink: Any = None) -> dict:
    """What holds after exact steps of gradient descent.

    Args:
        instance: any loss (the logistic one in balls of 256 bits).
        start: what `fixed_point` or `trained_point` gives.
        eta: the size of a step.
        steps: how many, 1 to 10000, and at most 10⁶ / (neurons · n · (n + 8)).
        found: tuples (quantity, relation, bound) or (quantity, relation, bound, where): quantities as for `term`, with
            `where` the sample or the block; `agreement`, the share of pairs of a neuron and a sample with
            a_j y_i w_j·x_i > 0; `moved`, the squared distance that row `where` has moved. Relations `<=`, `>=`, `=`.
        kink: the slope of the activation at preactivations 0, where it is needed.
    """
    data: dict[str, Any] = {"start": dict(start), "eta": _text(eta), "steps": int(steps)}
    data |= {"kink": _text(kink)} if kink is not None else {}
    return _part("steps", instance, **data, found=[_inequality(*entry) for entry in found])


def _inequality(quantity: str, relation: str, bound: Any, where: Any = None) -> dict:
    entry = {"quantity": quantity, "relation": relation, "bound": _text(bound)}
    if where is None:
        return entry
    return entry | ({"block": where} if isinstance(where, str) else {"entry": [int(where)]})

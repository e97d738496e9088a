"""Builders of certificate documents: they gather the data; the checker itself finds and words the statement.

Coordinates of a point: `theta` (a row a neuron), and per sample and neuron `z` (the preactivation), `g` (the generator:
z itself, exp(s z) or tan(s z)) or `u` = φ(z), which needs brackets of z (`exact.brackets` finds them).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flint import ctx, fmpq_mat

from theorycheck.certificates import check, cover
from theorycheck.certificates.certificate import Certificate
from theorycheck.certificates.laws import square_law
from theorycheck.errors import CertificateError

__all__ = [
    "all_of",
    "bound_part",
    "convex",
    "direction",
    "instance_document",
    "less",
    "number",
    "part",
    "point",
    "rank",
    "seal",
    "sign",
    "square_law",
    "term",
    "value",
    "zero",
]


def instance_document(dataset: Any, network: Any, loss: Any) -> dict:
    """The JSON document of an instance.

    Args:
        dataset: a `Dataset`, n samples of d inputs.
        network: a `TwoLayer`; with a bias every input gets a last entry 1.
        loss: a `Loss`.
    """
    data = dataset.with_bias() if network.bias else dataset
    return {
        "X": _rows(data.X),
        "y": _texts(data.y),
        "activation": network.activation.document,
        "square_law": square_law(network.activation),
        "output_weights": _texts(network.output_weights),
        "kappa": str(loss.kappa(data.n)),
        "trained_output": bool(network.trained_output),
    }


def _texts(numbers: Iterable) -> list[str]:
    return [str(v) for v in numbers]


def _rows(rows: Iterable[Iterable]) -> list[list[str]]:
    return [_texts(row) for row in rows]


def point(coordinate: str, values: Any, brackets: Any = None, output_weights: Any = None) -> dict:
    """A point of parameter space in one of the coordinates `theta`, `z`, `g`, `u`.

    Args:
        coordinate: which.
        values: rationals; (m, d) for theta, else (n, m).
        brackets: for `u` only: (n, m) lower ends of the brackets of z.
        output_weights: m rationals, where the output weights are trained.
    """
    document: dict[str, Any] = {"coordinate": coordinate, "values": _rows(values)}
    if brackets is not None:
        document["brackets"] = _rows(brackets)
    if output_weights is not None:
        document["output_weights"] = _texts(output_weights)
    return document


def term(quantity: str, at: Any = None, times: Any = "1", power: int = 1, entry: Sequence[int] | None = None) -> dict:
    """One summand of a statement: times · quantity^power.

    Args:
        quantity: `trace`, `preactivation`, `velocity` (of one preactivation along −∇F), or `gradient` (squared norm of
            the Riemannian gradient of the trace).
        at: the point.
        times: a rational factor.
        power: a whole power.
        entry: (sample, neuron), for `preactivation` and `velocity`.
    """
    document: dict[str, Any] = {"quantity": quantity, "point": at}
    document |= {"times": str(times)} if str(times) != "1" else {}
    document |= {"power": power} if power != 1 else {}
    return document | ({"entry": list(entry)} if entry is not None else {})


def number(expression: Any) -> dict:
    """A summand that is a constant: a rational, or an expression tree without variables."""
    return {"quantity": "number", "expression": expression if isinstance(expression, list) else str(expression)}


def part(kind: str, instance: Mapping | None, **parts: Any) -> dict:
    """A certificate's body: its kind, its data and the statement that the checker finds it to prove.

    Raises:
        CertificateError: the checker refuses; its reason is the message.
    """
    document = {"kind": kind, **parts}
    document["statement"] = _proved(document, instance)
    return document


def _proved(document: dict, instance: Mapping | None) -> str:
    read = json.loads(json.dumps(document), object_hook=check.Part)
    with ctx.workprec(check.BITS):
        try:
            network = check.model(instance or None)
            told = check.KINDS[read["kind"]](read, network)
            check.require(not (extra := check.unread(read)), f"not part of the proof: {', '.join(extra)}")
            return told
        except (check.Refused, check.Malformed, ZeroDivisionError) as reason:
            raise CertificateError(f"a certificate of kind {document['kind']!r} does not hold: {reason}") from None


def seal(kind: str, instance: Mapping | None, claim: Any = None, **parts: Any) -> Certificate:
    """A sealed certificate that the checker has accepted.

    Args:
        kind: `value`, `less`, `sign`, `rank`, `convex`, `direction`, `zero`, `all`, or one of `cover`.
        instance: what `instance_document` gives, or None.
        claim: what the certificate is about, any JSON; bound by its digest.
        parts: the data that the kind needs.

    Raises:
        CertificateError: the checker refuses; its reason is the message.
    """
    return _sealed(part(kind, instance, **parts), instance, claim)


def _sealed(body: dict, instance: Mapping | None, claim: Any) -> Certificate:
    about = check.digest(instance)
    document = {
        "format": check.FORMAT,
        **body,
        "statement": f"{body['statement']} (instance {about[:12]})",
        "instance": instance,
        "instance_digest": about,
        "claim": claim,
        "claim_digest": check.digest(claim),
    }
    document = json.loads(json.dumps(document))
    return Certificate({**document, "seal": check.digest(document)})


def value(instance: Mapping, name: str, terms: Sequence[dict], claim: Any = None) -> Certificate:
    """The exact value or the ball of a sum of quantities, called `name`."""
    return seal("value", instance, claim, **value_parts(instance, name, terms))


def value_parts(instance: Mapping | None, name: str, terms: Sequence[dict]) -> dict:
    """Name, terms and the value that the checker computes."""
    with ctx.workprec(check.BITS):
        network = check.model(instance or None)
        try:
            got = [check.rational(t.get("times", "1")) * check.quantity(network, t) ** t.get("power", 1) for t in terms]
            return {"name": name, "terms": list(terms), "value": check.show(check.total(got))}
        except (check.Refused, check.Malformed, ZeroDivisionError) as reason:
            raise CertificateError(f"{name}: {reason}") from None


def less(instance: Mapping | None, left: tuple[str, Sequence], right: tuple[str, Sequence], claim: Any = None):
    """A strict inequality between two sums of quantities, each given as (name, terms)."""
    return seal("less", instance, claim, **less_parts(instance, left, right))


def less_parts(instance: Mapping | None, left: tuple[str, Sequence], right: tuple[str, Sequence]) -> dict:
    """Both sides with their values."""
    return {"left": value_parts(instance, *left), "right": value_parts(instance, *right)}


def sign(name: str, relation: str, expression: Any = None, instance: Mapping | None = None, order: int | None = None):
    """A sign on the whole line, of an expression tree or of a derivative of the instance's activation."""
    about = {"order": order} if order is not None else {"expression": expression}
    return seal("sign", instance, name=name, relation=relation, **about)


def rank(name: str, matrix: Any, instance: Mapping | None = None, claim: Any = None) -> Certificate:
    """The exact rank of a rational matrix, or of the instance's inputs (`matrix="inputs"`)."""
    return seal("rank", instance, claim, **rank_parts(name, matrix, instance))


def rank_parts(name: str, matrix: Any, instance: Mapping | None = None) -> dict:
    """A nonzero minor and the factorisation through the pivot columns."""
    rows = check.matrix(instance["X"] if matrix == "inputs" and instance else _rows(matrix))
    reduced, r = fmpq_mat(rows).rref()
    columns = _pivots(reduced, r)
    chosen = _pivots(*fmpq_mat(rows).transpose().rref())
    minor = fmpq_mat([[rows[i][j] for j in columns] for i in chosen]).det() if r else 1
    parts: dict[str, Any] = {"name": name, "matrix": matrix if matrix == "inputs" else _rows(matrix), "rank": r}
    parts["minor"] = {"rows": chosen, "columns": columns, "value": str(minor)}
    if r:
        left = [[row[j] for j in columns] for row in rows]
        parts["factors"] = {"left": _rows(left), "right": _rows(reduced.tolist()[:r])}
    return parts


def _pivots(reduced: fmpq_mat, r: int) -> list[int]:
    return [next(j for j in range(reduced.ncols()) if reduced[i, j] != 0) for i in range(r)]


def convex(instance: Mapping, claim: Any = None, **data: Any) -> Certificate:
    """A lower bound of the trace on the whole zero-loss set; see `convex_parts`."""
    return seal("convex", instance, claim, **convex_parts(instance, **data))


def convex_parts(instance: Mapping, **data: Any) -> dict:
    """The data of a convexity bound with the value that the checker finds.

    Args:
        instance: the instance.
        data: `levels`, a point with one column where φ is y_i / m (equal weights); or `multipliers` (n) with
            `brackets` (n, m), lower ends of where 2 w a φ'' is the multiplier.
    """
    return _with_value("convex", instance, data)


def _with_value(kind: str, instance: Mapping, data: Mapping) -> dict:
    """The data and the value under which the checker accepts them."""
    with ctx.workprec(check.BITS):
        try:
            bound = cover.BOUNDS[kind](data, check.Network(instance))
            return {**data, "value": check.show(bound)}
        except (check.Refused, check.Malformed, ZeroDivisionError) as reason:
            raise CertificateError(f"no bound of kind {kind!r}: {reason}") from None


def bound_part(kind: str, instance: Mapping, **data: Any) -> dict:
    """The body of a lower bound of the trace (`convex`, `dual`, ...), with the value that the checker finds."""
    return part(kind, instance, **_with_value(kind, instance, data))


def direction(instance: Mapping, at: dict, along: Any, claim: Any = None) -> Certificate:
    """The Riemannian curvature of the trace at a rational point along a tangent direction of shape (m, d)."""
    return seal("direction", instance, claim, **direction_parts(instance, at, along))


def direction_parts(instance: Mapping, at: dict, along: Any) -> dict:
    """Point, direction, multipliers, curvature, and whether the point is stationary."""
    with ctx.workprec(check.BITS):
        try:
            network, rows = check.Network(instance), _rows(along)
            alpha, pull, D, a = network.forces(at)
            curvature = cover.curvature(network, alpha, D, a, check.matrix(rows))
        except (check.Refused, check.Malformed, ZeroDivisionError) as reason:
            raise CertificateError(f"no curvature there: {reason}") from None
    return {
        "point": at,
        "direction": rows,
        "curvature": str(curvature),
        "stationary": not any(v for row in pull for v in row),
        "multipliers": _texts(alpha),
    }


def zero(name: str, variables: Sequence[str], equations: Sequence, center: Sequence, radius: Any) -> Certificate:
    """One isolated zero of a square system of expression trees near a rational centre (Krawczyk's test)."""
    data = {"variables": list(variables), "equations": list(equations), "center": _texts(center), "radius": str(radius)}
    return seal("zero", None, name=name, **data)


def all_of(instance: Mapping | None, parts: Mapping[str, dict], claim: Any = None) -> Certificate:
    """Several bodies (see `part`) in one certificate, each with its role."""
    return seal("all", instance, claim, parts=[{"role": role, **body} for role, body in parts.items()])

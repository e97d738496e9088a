"""Tables of a solved maximum-margin problem, from its JSON document."""

from collections.abc import Mapping
from typing import Any

from theorycheck.reports import words
from theorycheck.reports.grids import KEY, NUMBER, TEXT, Grid, grid

_FIRST = ("instance", "pattern", "statement", "evidence")
_LIMITS = {
    "norm_squared": "squared norm",
    "normalised_margin": "normalised margin",
    "loss_times_t": "limit of loss times t",
    "loss_times_steps": "limit of loss times steps",
}


def tables(document: Mapping[str, Any]) -> Any:
    """The point and its limits, its margins, and how near to orthogonal the samples are; a KKT point comes first."""
    from rich.console import Group

    points = [point for point in (document["self_consistent"], document) if point is not None]
    both = [table for point in points for table in (solution_grid(point), sample_grid(point))]
    return Group(*both, data_grid(document))


def solution_grid(document: Mapping[str, Any]) -> Grid:
    """The point as a whole."""
    rows = [(name, str(document[name])) for name in _FIRST]
    rows += [(label, words.number(document[name])) for name, label in _LIMITS.items() if document[name] is not None]
    ranks = document["stable_rank"]
    rows += [(f"stable rank, {name}", words.number(value)) for name, value in ranks.items()]
    rows += [(name, _vector(document[name])) for name in ("v_plus", "v_minus")]
    rows += [(name, words.number(document[name])) for name in ("consistent", "kkt", "margins_equal", "unique")]
    rows.append(("certificate", "yes" if document["certificate"] else "none"))
    return grid(_title(document), {"quantity": KEY, "value": TEXT}, rows, _note(document))


def _title(document: Mapping[str, Any]) -> str:
    name = document["pattern"]
    if not document["kkt"]:
        return f"No KKT point: least norm for the pattern: {name}"
    certified = ", certified" if document["certificate"] else ""
    return f"Maximum margin, pattern: {name} (KKT point{certified})"


def _note(document: Mapping[str, Any]) -> str:
    return document["note"] or f"t: {document['time']}; limits hold while the activation pattern stays"


def _vector(row: list | None) -> str:
    if row is None:
        return "rows differ; the JSON document has them"
    if len(row) > 12:
        return f"{len(row)} numbers; the JSON document has them"
    return "[" + ", ".join(map(words.brief, row)) + "]"


def sample_grid(document: Mapping[str, Any]) -> Grid:
    """Multiplier and margin of each sample."""
    steps = document["margin_differences"] or [None] * len(document["lambda"])
    rows = [
        (str(i), *map(words.brief, entry))
        for i, entry in enumerate(zip(document["lambda"], document["margins"], steps, strict=True))
    ]
    heads = {"sample": KEY, "lambda": NUMBER, "margin": NUMBER, "limit of q_i - q_k": NUMBER}
    support = document["support"]
    note = f"k = {support[0]}, the first sample with lambda > 0; – where the margin outgrows it, or is not known"
    return grid("Samples", heads, rows, note)


def data_grid(document: Mapping[str, Any]) -> Grid:
    """Near-orthogonality."""
    found = document["near_orthogonality"]
    names = {
        "R_min_squared": "R_min^2",
        "R_max_squared": "R_max^2",
        "p": "p = max |x_i.x_k|",
        "ratio": "R_min^2/(n p)",
        "positive": "implies lambda > 0",
        "aligned": "implies aligned signs after one step",
    }
    rows = [(label, words.number(found[name])) for name, label in names.items()]
    note = "lambda > 0: (n-1) p < R_min^2/2 (equal widths); signs: gamma R_min^2 > (n-1) p and a small start"
    return grid("Near-orthogonality", {"quantity": KEY, "value": TEXT}, rows, note)

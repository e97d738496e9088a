"""Tables of extremal vectors and of two-sided least squares, from the document of `solve extremal`."""

from collections.abc import Mapping
from typing import Any

from theorycheck.reports import words
from theorycheck.reports.grids import KEY, NUMBER, TEXT, Grid, grid

MOST_ROWS = 30  # of a table
LABELS = {1: "w = D/‖D‖", -1: "w = -D/‖D‖", 0: "D = 0"}


def tables(document: Mapping[str, Any]) -> Any:
    """The vectors and the two-sided least squares, from the document of `solve extremal`."""
    from rich.console import Group

    fits = document["two_sided_ols"]
    return Group(vector_grid(document), *(() if fits is None else (fit_grid(fits),)))


def vector_grid(document: Mapping[str, Any]) -> Grid:
    """A row a vector."""
    vectors = document["vectors"]
    rows = [
        (
            _row(v["D"]),
            _row([f"{float(w):.6f}" if isinstance(w, float) else w for w in v["direction"]]),
            LABELS[v["sign"]],
            v["where"],
            f"{v['norm']:.6g}",
            {True: "yes", False: "no", None: "–"}[v["attracts"]],
        )
        for v in vectors[:MOST_ROWS]
    ]
    heads = {"D": TEXT, "direction w": TEXT, "kind": KEY, "where": TEXT, "‖D‖": NUMBER, "attracts": TEXT}
    rounded = "\n≈: rounded; the JSON document has the exact numbers." if any("≈" in D for D, *_ in rows) else ""
    return grid(f"Extremal vectors of {document['data']}", heads, rows, _note(document) + rounded)


def _note(document: Mapping[str, Any]) -> str:
    zeros = ", ".join(f"{count} {name}" for name, count in document["zeros"].items() if count)
    told = [
        f"{document['normalisation']}; n={document['n']}, d={document['d']}, rank {document['rank']}.",
        f"{'All of them' if document['complete'] else 'Not known to be all'}: {document['how']}.",
    ]
    if document["cells"] is not None:
        told.append(f"{document['cells']} open cells." + (f" D = 0 on faces: {zeros}." if zeros else ""))
    if extra := len(document["by_free_weights"]):
        told.append(
            f"{extra} more if parallel or coplanar samples on a kink may take weights of their own (JSON has them)."
        )
    if (left := len(document["vectors"]) - MOST_ROWS) > 0:
        told.append(f"{left} more rows in the JSON document.")
    return "\n".join([*told, f"certificate: {'yes' if document['certificate'] else 'none'}"])


def _row(values: list) -> str:
    if len(values) > 12:
        return f"{len(values)} numbers; the JSON document has them"
    return "(" + ", ".join(words.brief(v) for v in values) + ")"


def fit_grid(fits: Mapping[str, Any]) -> Grid:
    """The two-sided least squares beside the single one."""
    rows = [(name, _row(fits[name])) for name in ("beta_plus", "beta_minus", "split")]
    names = ("split_from", "loss", "network_loss", "patterns_kept", "stationary", "interpolates")
    rows += [(name, words.number(fits[name])) for name in names]
    rows += [("one fit: beta", _row(fits["ols"]["beta"])), ("one fit: loss", words.number(fits["ols"]["loss"]))]
    sides = ", ".join(f"{count} {name}" for name, count in fits["sides"].items())
    note = f"loss: {fits['normalisation']}; samples: {sides}" + (f"\n{fits['note']}" if fits["note"] else "")
    return grid("Two-sided least squares", {"quantity": KEY, "value": TEXT}, rows, note)

"""Tables as data: columns and rows that the terminal, LaTeX and HTML each set in their own way."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from theorycheck.reports import words

if TYPE_CHECKING:
    from theorycheck.claims.claim import Claim
    from theorycheck.claims.verdict import Verdict

KEY, TEXT, NUMBER, OUTCOME = "key", "text", "number", "outcome"
_MOST_ENTRIES = 40  # of a matrix that a table prints


@attrs.frozen
class Column:
    """A column.

    Attributes:
        title: its head.
        kind: "key" (never cut), "text" (may wrap), "number" (to the right), or "outcome" (coloured).
    """

    title: str
    kind: str = TEXT


@attrs.frozen
class Grid:
    """A table, with a note below it. Printed by Rich it is a table on a terminal and plain text anywhere else."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def __rich_console__(self, console: Any, options: Any):
        from theorycheck.reports.table import render

        yield from render(self, console, options)


def grid(title: str, columns: Mapping[str, str], rows: Iterable[Sequence[str]], note: str = "") -> Grid:
    """A grid from titles to kinds, and rows of texts."""
    heads = tuple(Column(name, kind) for name, kind in columns.items())
    return Grid(title, heads, tuple(tuple(row) for row in rows), note)


def claims_grid(claims: Iterable["Claim"]) -> Grid:
    """The library: key, title, source and how each claim can be tested."""
    rows = [(c.key, c.title, str(c.source), ", ".join(dict.fromkeys(check.kind for check in c.checks))) for c in claims]
    return grid("Claims", {"claim": KEY, "title": TEXT, "source": TEXT, "checks": TEXT}, rows)


def verdict_grid(verdicts: Iterable["Verdict"]) -> Grid:
    """One row a verdict; the meaning of each outcome that occurs is the note."""
    verdicts = tuple(verdicts)
    rows = [
        (v.claim.key, v.outcome.value, v.evidence, str(v.instances), str(v.assertions), words.seconds(v.seconds))
        for v in verdicts
    ]
    heads = {"claim": KEY, "outcome": OUTCOME, "evidence": TEXT}
    counts = {"instances": NUMBER, "assertions": NUMBER, "seconds": NUMBER}
    return grid("Verdicts", heads | counts, rows, meanings(v.outcome for v in verdicts))


def meanings(outcomes: Iterable[Any]) -> str:
    """What each outcome that occurs says and does not say, a line each."""
    return "\n".join(f"{outcome.value}: {outcome.means}" for outcome in dict.fromkeys(outcomes))


def finding_grid(verdict: "Verdict") -> Grid:
    """What each check saw, with the number of comparisons and the tolerance or choices it used."""
    rows = [
        (f.check, held(f.holds), f.evidence, f.quantity, *map(words.number, (f.value, f.bound)), *_where(f))
        for f in verdict.findings
    ]
    heads = {"check": KEY, "holds": OUTCOME, "evidence": TEXT, "quantity": TEXT, "value": TEXT, "bound": TEXT}
    return grid("Findings", heads | {"n": NUMBER, "instance": TEXT, "note": TEXT}, rows)


def _where(f: Any) -> tuple[str, str, str]:
    return str(f.assertions), f.instance, f.note


def held(holds: bool | None) -> str:
    """A finding's own outcome; "no" stands for a violation, "?" for a check that could not tell."""
    return {True: "yes", False: "no", None: "?"}[holds]


def assumption_grid(verdict: "Verdict") -> Grid:
    """The assumptions with the least margin that was measured on any instance."""
    rows = []
    for assumption in verdict.claim.assumptions:
        seen = [margin for f in verdict.findings for name, margin in f.margins if name == assumption.name]
        rows.append((assumption.name, assumption.text, *_least(seen)))
    heads = {"assumption": KEY, "says": TEXT, "least margin": NUMBER, "how": TEXT}
    return grid("Assumptions", heads, rows)


def _least(margins: Sequence[Any]) -> tuple[str, str]:
    if not margins:
        return "–", "not measured"
    if unknown := [m for m in margins if m.value is None]:
        return "unknown", unknown[0].how
    least = min(margins, key=lambda m: m.value)
    spread = f", least of {len(margins)}" if len(margins) > 1 else ""
    return words.number(least.value), f"{least.how} ({'exact' if least.exact else 'measured'}{spread})"


def drop_grid(rows: Iterable[Any]) -> Grid:
    """The drop-one table: what happens to each claim without one of its assumptions."""
    cells = [
        (r.claim, r.dropped, _label(r), r.outcome, witness(r), str(r.tries), words.seconds(r.seconds)) for r in rows
    ]
    heads = {"claim": KEY, "dropped": KEY, "row": TEXT, "outcome": OUTCOME, "witness": TEXT}
    note = "survived: no counterexample in that many tries; it does not say that there is none."
    return grid("Without one assumption", heads | {"tries": NUMBER, "seconds": NUMBER}, cells, note)


def drops_of_one(rows: Sequence[Any]) -> Grid:
    """The rows of one claim, with the effort under the row's name."""
    effort = (f"({words.plural(r.tries, 'try', 'tries')}, {words.seconds(r.seconds)} s)" for r in rows)
    cells = [(r.dropped, f"{_label(r)} {e}".strip(), r.outcome, witness(r)) for r, e in zip(rows, effort, strict=True)]
    return grid("Without one assumption", {"without": KEY, "row": TEXT, "outcome": OUTCOME, "witness": TEXT}, cells)


def _label(row: Any) -> str:
    """The row's name, and which other assumptions its settings break."""
    also = getattr(getattr(row, "result", None), "also_broken", ())
    return row.label + (f" (also breaks: {', '.join(also)})" if also else "")


def witness(row: Any) -> str:
    """The counterexample in words; of a survivor whether anything was tried at all."""
    if row.outcome != "survived":
        return row.witness or "–"
    remarks = "".join(f"; {said}" for said in getattr(getattr(row, "result", None), "remarks", ()))
    return f"none found{remarks}" if row.tries else "nothing could be tried"


def solution_grid(solution: Mapping[str, Any]) -> Grid:
    """A solved problem, from the document of `solve`: lower and upper end, how they are known, and the minimiser."""
    lists = {"minimiser", "certificate"}
    rows = [(key, _entry(value)) for key, value in solution.items() if key not in lists]
    minimiser = solution.get("minimiser") or {}
    rows += [(f"minimiser: {key}", _entry(value)) for key, value in minimiser.items()]
    rows.append(("certificate", "yes" if solution.get("certificate") else "none"))
    return grid("Solution", {"quantity": KEY, "value": TEXT}, rows)


def structure_grid(solution: Mapping[str, Any]) -> Grid:
    """The structures of a solved unconstrained-features model, the best first."""
    told = solution["structures"]
    here = sorted((name for name, loss in told.items() if loss is not None), key=lambda name: told[name])
    rows = [(name, f"{told[name]:.10f}", *_detail(solution["details"][name])) for name in here]
    heads = {"structure": KEY, "objective": NUMBER, "C / C of DNC": NUMBER, "c": NUMBER, "what": TEXT}
    absent = ", ".join(name for name in told if name not in here)
    note = f"Objective: {solution['normalisation']}"
    return grid(
        "Structures", heads, rows, f"{note}\nNot here (the JSON document says why): {absent}" if absent else note
    )


def _detail(detail: Mapping[str, Any]) -> tuple[str, str, str]:
    ratio, scale = detail["ratio_to_dnc"], detail["scale"]
    return "–" if ratio is None else f"{ratio:.6f}", "–" if scale is None else f"{scale:.6f}", detail["note"]


def layer_grid(solution: Mapping[str, Any]) -> Grid:
    """Ranks and singular values of the class means in each layer of the best point, before and after the ReLU."""
    best = solution["best"]
    rows = []
    for layer in best["layers"]:
        values = layer["singular_values"]
        told = [" ".join(f"{v:.4g}" for v in values[side]) for side in ("before", "after")]
        name = f"M_{layer['layer']}" if layer["layer"] < len(best["layers"]) else "output"
        rows.append((name, str(layer["rank_before"]), str(layer["rank_after"]), *told))
    heads = {"layer": KEY, "rank before": NUMBER, "after": NUMBER, "singular values before": TEXT, "after ReLU": TEXT}
    rules = ", ".join(dict.fromkeys(layer["rank_rule"] for layer in best["layers"]))
    return grid(f"Layers of the best point ({best['structure']})", heads, rows, f"Ranks: {rules}")


def bound_grid(solution: Mapping[str, Any]) -> Grid:
    """Certified bounds of a solved unconstrained-features model, and what follows."""
    names = ("instance", "upper", "lower", "collapsed", "statement", "evidence", "note")
    rows = [(name, words.number(solution[name])) for name in names if solution[name] not in (None, "")]
    rows.insert(3, ("gap", f"{100 * solution['gap']:.3g} %"))
    return grid("Solution", {"quantity": KEY, "value": TEXT}, rows)


def _entry(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        count = sum(len(part) if isinstance(part, (list, tuple)) else 1 for part in value)
        if count > _MOST_ENTRIES:
            return f"{words.plural(len(value), 'row')} with {count} numbers in all; the JSON document has them"
        return "[" + ", ".join(_entry(part) for part in value) + "]"
    return words.number(value)


def verify_grid(files: Iterable[Mapping[str, Any]]) -> Grid:
    """Replayed certificates, from the document of `verify`, or records with the same names."""
    told = [f if isinstance(f, Mapping) else f.to_json() for f in files]
    rows = [
        (
            f["file"],
            "valid" if f["valid"] else "INVALID",
            f["kind"] or "–",
            f["statement" if f["valid"] else "reason"] or "–",
        )
        for f in told
    ]
    return grid("Certificates", {"file": KEY, "outcome": OUTCOME, "kind": TEXT, "statement or reason": TEXT}, rows)

"""The real data sets that scikit-learn carries, as tables; nothing is downloaded."""

from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.models.selection import choose, nearest, shorten
from theorycheck.models.tables import Table, find_column, unique_names

BUNDLED = ("breast_cancer", "diabetes", "digits", "iris", "linnerud", "wine")


def read_bundled(name: str, rows: Any, columns: Any, target: Any) -> tuple[Table, str, list[str], str, str]:
    """A bundled set as a table, the names of its target and features, a title, and a sentence on its origin.

    The published tables are short decimals, so an entry is the decimal that scikit-learn's file says (`5.1` is 51/10).
    Only `diabetes` is different: scikit-learn rescales its columns by irrational factors, so its features are floats.

    Args:
        name: one of `BUNDLED`.
        rows: what `choose` takes.
        columns: what `choose` takes, among the features alone.
        target: None for the set's own (the first of the three of `linnerud`), or a column's name.

    Raises:
        InvalidInstance: an unknown name, row or column.
    """
    table, own = _load(name)
    kept = choose(rows, len(table.rows), name, "row")
    label = table.names[find_column(table, own[0] if target is None else target)]
    free = [column for column in table.names if column not in (*own, label)]
    features = [free[j] for j in choose(columns, len(free), name, "column", free)]
    parts = [f"{what} {shorten(s)}" for what, s in (("rows", rows), ("columns", columns)) if s is not None]
    numbers = "features as floats, rescaled by scikit-learn" if name == "diabetes" else "decimals as published"
    origin = ", ".join([f"scikit-learn's {name} ({numbers})", *parts])
    title = name if rows is None else f"{name}[{shorten(rows)}]"
    return attrs.evolve(table, rows=[table.rows[i] for i in kept]), label, features, title, origin


def _load(name: str) -> tuple[Table, list[str]]:
    """The table and the names of the set's own targets, which are never features."""
    if name not in BUNDLED:
        raise InvalidInstance(f"there is no bundled data set {str(name)[:40]!r}; {nearest(str(name), BUNDLED)}")
    from sklearn import datasets

    bunch: Any = getattr(datasets, f"load_{name}")()
    targets = bunch.target.reshape(len(bunch.target), -1)
    own = [str(label) for label in bunch.target_names] if name == "linnerud" else ["target"]
    names = unique_names([*map(str, bunch.feature_names), *own], name)
    # The shortest decimal that reads as a float is what the file says, since no entry has more than 15 digits.
    number = float if name == "diabetes" else repr
    rows = [
        [*map(number, row), *map(repr, label)] for row, label in zip(bunch.data.tolist(), targets.tolist(), strict=True)
    ]
    return Table(name, names, rows, lambda i: f"row {i} (from 0)"), own

"""Tables of raw cells, as files and frames hold them, and how a table becomes exact rows and labels."""

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from theorycheck.errors import InvalidInstance
from theorycheck.models.selection import choose, nearest, shorten
from theorycheck.numbers import exact

MAX_CELLS = 4_000_000  # an exact rational takes about 100 bytes: beyond this a laptop runs out of memory
MAX_CELL_LENGTH = 1_000  # Python refuses integers of more than 4,300 digits; data have fewer than 1,000

# Decimal parses ten times faster than Fraction; the exponent is bounded, so that no cell fills the memory.
_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")
_NUMBER_LIKE = re.compile(r"[+-]?(\.?[0-9][0-9./eE+-]*|nan|inf|infinity)?", re.IGNORECASE)
_NOT_FINITE = re.compile(r"[+-]?(nan|na|n/a|null|none|inf|infinity)", re.IGNORECASE)


@attrs.frozen
class Table:
    """Raw cells with names, before a target is chosen.

    Attributes:
        source: what messages call it: a file name or `the frame`.
        names: one name a column.
        rows: raw cells, one sequence a row.
        place: turns a row number into what messages call it: `line 7`.
        named: False when the names are our own (`x1`, `x2`, …), because the source had none.
    """

    source: str
    names: tuple[str, ...]
    rows: Sequence[Sequence[Any]] = attrs.field(repr=False)
    place: Callable[[int], str] = attrs.field(repr=False)
    named: bool = True


@attrs.frozen
class Split:
    """A table after the target was chosen: X of shape (n, d) and y of shape (n,), exact, with the columns' names."""

    X: tuple[tuple[Fraction, ...], ...]
    y: tuple[Fraction, ...]
    columns: tuple[str, ...]
    target: str
    exact_source: bool


def split(table: Table, label: int, features: Any = None) -> Split:
    """Take one column as the target, others as the features, and make their cells exact.

    Args:
        table: n rows of raw cells.
        label: the target's index, from `find_column`.
        features: what `choose` takes; None for every column but the target.

    Raises:
        InvalidInstance: no rows, no features, or a cell that is not a finite number.
    """
    if not table.rows:
        raise InvalidInstance(f"{table.source}: has no rows of data (n = 0); pass at least one sample")
    chosen = _features(table, label, features)
    X = tuple(tuple(_cell(table, i, j) for j in chosen) for i in range(len(table.rows)))
    y = tuple(_cell(table, i, label) for i in range(len(table.rows)))
    kinds = {type(row[j]) for row in table.rows for j in (*chosen, label)}
    names = tuple(table.names[j] for j in chosen)
    return Split(X, y, names, table.names[label], not any(map(is_float, kinds)))


def find_column(table: Table, wanted: str | int | None) -> int:
    """The index of the target column.

    Args:
        table: raw cells with names.
        wanted: a column's name, which wins, or its index (from 0; negative from the end), or `last`; None for the
            column `y`, else the last column.

    Raises:
        InvalidInstance: no such column.
    """
    names = table.names
    if not names:
        raise InvalidInstance(f"{table.source}: has no columns (d = 0); pass a target and at least one feature")
    text = "last" if wanted is None else str(wanted)
    if wanted is None and "y" in names:
        return names.index("y")
    if text in names:
        return names.index(text)
    if text == "last" or (text == "y" and not table.named):
        return len(names) - 1
    if re.fullmatch(r"-?\d{1,9}", text) and -len(names) <= int(text) < len(names):
        return int(text) % len(names)
    raise InvalidInstance(
        f"{table.source}: there is no target column {shorten(text)!r}; {nearest(text, names)}; "
        f"pass a name or an index from 0 to {len(names) - 1}"
    )


def _features(table: Table, label: int, features: Any) -> list[int]:
    if features is None:
        chosen = [j for j in range(len(table.names)) if j != label]
    else:
        chosen = choose(features, len(table.names), table.source, "column", table.names)
    if label in chosen:
        name = table.names[label]
        raise InvalidInstance(f"{table.source}: column {name!r} is the target; leave it out of the features")
    if not chosen:
        raise InvalidInstance(
            f"{table.source}: no feature is left beside the target {table.names[label]!r} (d = 0); "
            "a table needs at least two columns, separated by a comma, a semicolon or a tab"
        )
    blank = next((j for j in chosen if not table.names[j]), None)
    if blank is not None and features is None:
        raise InvalidInstance(
            f"{table.source}: column {blank + 1} has no name in the header (a written index?); "
            "name it, remove it, or pass the features by name"
        )
    return chosen


def _cell(table: Table, i: int, j: int) -> Fraction:
    return entry(table.rows[i][j], lambda: f"{table.source}, {table.place(i)}, column {shorten(table.names[j])!r}")


def entry(value: Any, where: Callable[[], str]) -> Fraction:
    """One exact number; `where` is called only to word an error.

    Raises:
        InvalidInstance: empty, NaN, infinite, text that is no number, or too long to be data.
    """
    if type(value) is str:
        if len(value) <= MAX_CELL_LENGTH and _PLAIN.fullmatch(value):
            return Fraction(*Decimal(value).as_integer_ratio())
        return _from_text(value.strip(), where())
    if type(value) is float and math.isfinite(value):
        return Fraction(value)
    return value if type(value) is Fraction else _from_object(value, where())


def _from_text(text: str, where: str) -> Fraction:
    if not text:
        raise InvalidInstance(f"{where}: the cell is empty; fill it in or remove the row")
    if _NOT_FINITE.fullmatch(text):
        raise InvalidInstance(f"{where}: {text!r} is not a finite number; remove the row or write a number")
    if len(text) > MAX_CELL_LENGTH:
        raise InvalidInstance(f"{where}: {text[:20]!r}… has {len(text)} characters; write at most {MAX_CELL_LENGTH}")
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        raise InvalidInstance(f"{where}: {text[:40]!r} has a decimal comma; write {text.replace(',', '.')[:40]}")
    if re.fullmatch(r"[+-]?[\d.]+[eE][+-]?\d{4,}", text):
        raise InvalidInstance(f"{where}: {text[:40]!r} has an exponent beyond 999; rescale the column")
    if re.fullmatch(r".*/0+", text):
        raise InvalidInstance(f"{where}: {text[:40]!r} divides by zero; write a number such as 3/2")
    return exact(text, where)


def _from_object(value: Any, where: str) -> Fraction:
    if value is None:
        raise InvalidInstance(f"{where}: the cell is empty; fill it in or remove the row")
    if isinstance(value, (str, Decimal)):
        return _from_text(str(value).strip(), where)
    if is_float(type(value)):
        if not math.isfinite(value):
            raise InvalidInstance(f"{where}: {float(value)} is not a finite number; remove the row or pass a number")
        return Fraction(*map(int, value.as_integer_ratio()))  # exact for long doubles too
    if isinstance(value, complex) or hasattr(value, "__len__"):
        raise InvalidInstance(f"{where}: a {type(value).__name__} is not a real number; pass one such as 3/2 or 0.1")
    return exact(value, where)


def is_float(kind: type) -> bool:
    """Whether a type of cell is binary floating point (Python's or numpy's) rather than exact."""
    return issubclass(kind, float) or kind.__name__ in ("float16", "float32", "longdouble", "float128")


def number_like(text: str) -> bool:
    """Whether a cell of the first line belongs to data rather than to a header; empty, NaN and infinity do."""
    return bool(_NUMBER_LIKE.fullmatch(text.strip()))


def unique_names(names: Sequence[str], source: str) -> tuple[str, ...]:
    """The names again, unless a name stands twice.

    Raises:
        InvalidInstance: a header repeats a name.
    """
    first: dict[str, int] = {}
    for j, name in enumerate(names):
        if name and name in first:
            places = f"columns {first[name] + 1} and {j + 1}"
            raise InvalidInstance(f"{source}: the header has {shorten(name)!r} twice ({places}); rename one")
        first[name] = j
    return tuple(names)


def check_size(cells: int, source: str) -> None:
    """Refuse a table that would not fit in memory as exact numbers.

    Raises:
        InvalidInstance: more than `MAX_CELLS` cells.
    """
    if cells > MAX_CELLS:
        raise InvalidInstance(f"{source}: has more than {MAX_CELLS} cells; keep fewer rows or columns")


def exact_matrix(rows: Any) -> tuple[tuple[Fraction, ...], ...]:
    """Nested lists or tuples of exact numbers, (n, d), as rationals; see `exact_vector`."""
    return tuple(exact_vector(row, f"row {i} of X") for i, row in enumerate(_sequence(rows, "X")))


def exact_vector(values: Any, what: str = "y") -> tuple[Fraction, ...]:
    """A list or tuple of exact numbers, (n,), as rationals.

    Raises:
        InvalidInstance: a float, whose exactness its owner must decide, or no number.
    """
    entries = _sequence(values, what)
    kinds = set(map(type, entries))
    if kinds == {Fraction}:
        return tuple(entries)
    if any(map(is_float, kinds)):
        raise InvalidInstance(f"{what}: holds floats; pass Dataset.from_arrays(X, y), which keeps their exact values")
    return tuple(entry(value, lambda: f"{what}, an entry") for value in entries)


def _sequence(value: Any, what: str) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise InvalidInstance(f"{what}: is a {type(value).__name__}; pass tuples of rationals or use from_arrays")
    return value


def check_shapes(X: Sequence[Sequence[Any]], y: Sequence[Any], columns: Sequence[str], name: str) -> None:
    """X must be (n, d) with n and d at least 1, y (n,), and the names d or none.

    Raises:
        InvalidInstance: they are not.
    """
    if not X or not X[0]:
        raise InvalidInstance(f"{name}: X has shape ({len(X)}, 0); pass at least one sample and one feature")
    for i, row in enumerate(X):
        if len(row) != len(X[0]):
            found = f"row {i} of X has {len(row)} entries where row 0 has {len(X[0])}"
            raise InvalidInstance(f"{name}: {found}; pass as many in each row")
    if len(y) != len(X):
        raise InvalidInstance(f"{name}: y has {len(y)} labels for {len(X)} samples; pass one label a sample")
    if columns and len(columns) != len(X[0]):
        raise InvalidInstance(f"{name}: {len(columns)} column names for {len(X[0])} columns; pass one name a column")

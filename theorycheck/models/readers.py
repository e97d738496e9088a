"""Readers of CSV files and of data frames: each gives a table of raw cells."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from theorycheck.errors import InvalidInstance
from theorycheck.models.selection import nearest
from theorycheck.models.tables import Table, check_size, number_like, unique_names

MAX_BYTES = 200_000_000
_DELIMITERS = "\t;,"


def existing_file(path: Any) -> Path:
    """The path of a regular file.

    Raises:
        InvalidInstance: it does not exist, is a folder or a device, or is too large.
    """
    try:
        found = Path(path)
        if found.is_file():
            return _small_enough(found)
        folder = found.is_dir()
        exists = found.exists()
    except (OSError, TypeError, ValueError) as error:  # a name too long, a NUL in it, not a path at all
        why = getattr(error, "strerror", None) or error
        raise InvalidInstance(f"{str(path)[:80]!r} is not the path of a file ({why}); pass a CSV, .npy or .npz file")
    if folder:
        raise InvalidInstance(f"{path}: is a folder; pass a CSV, .npy or .npz file inside it")
    if exists:
        raise InvalidInstance(f"{path}: is not a regular file; save the data to a CSV, .npy or .npz file")
    raise InvalidInstance(
        f"{path}: there is no such file{_neighbours(found)}; pass the path of a CSV, .npy or .npz file"
    )


def _small_enough(path: Path) -> Path:
    if path.stat().st_size > MAX_BYTES:
        raise InvalidInstance(f"{path}: has more than {MAX_BYTES // 10**6} MB; keep fewer rows or columns")
    return path


def _neighbours(path: Path) -> str:
    try:
        names = [p.name for p in islice(path.parent.iterdir(), 1000) if p.suffix == path.suffix]
    except OSError:
        return f" (nor a folder {path.parent})"
    hint = nearest(path.name, names)
    return f" ({hint})" if hint.startswith("the nearest") else ""


def read_csv(path: Any) -> Table:
    """A CSV file as a table of text cells.

    The delimiter is whichever of comma, semicolon and tab splits the first lines evenly. The first line is a header
    unless all its cells look like numbers; without a header the columns are called x1, x2, …. Blank lines are skipped.

    Raises:
        InvalidInstance: no such file, not UTF-8 text, empty, ragged, or a header that names a column twice.
    """
    source = str(path)
    text = _text(existing_file(path), source)
    lines, rows = _records(text, _sniff(text), source)
    if not rows:
        raise InvalidInstance(f"{source}: the file is empty; pass a header line and one line a sample")
    _even(lines, rows, source)
    named = not all(map(number_like, rows[0]))
    if not named:
        names = tuple(f"x{j + 1}" for j in range(len(rows[0])))
        return Table(source, names, rows, lambda i: f"line {lines[i]}", named=False)
    names = unique_names([cell.strip() for cell in rows[0]], source)
    return Table(source, names, rows[1:], lambda i: f"line {lines[i + 1]}")


def _text(path: Path, source: str) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")  # drops the byte order mark that spreadsheets write
    except UnicodeDecodeError as error:
        raise InvalidInstance(f"{source}: is not UTF-8 text (byte {error.start}); save it as a UTF-8 CSV file")
    except OSError as error:
        raise InvalidInstance(f"{source}: cannot be read ({error.strerror}); check its permissions")
    if "\0" in text:
        raise InvalidInstance(f"{source}: is a binary file, not text; save it as a UTF-8 CSV file")
    return text


def _reader(text: str, delimiter: str, strict: bool) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict, skipinitialspace=True)
    begin = 1
    for record in reader:
        if len(record) > 1 or any(cell.strip() for cell in record):
            yield begin, record
        begin = reader.line_num + 1


def _sniff(text: str) -> str:
    """The delimiter that splits the most of the first lines into as many cells as the first, and more than one."""

    def evenness(delimiter: str) -> float:
        try:
            widths = [len(record) for _, record in islice(_reader(text, delimiter, strict=False), 20)]
        except csv.Error:
            return 0
        return 0 if not widths or widths[0] == 1 else widths.count(widths[0]) / len(widths)

    best = max(_DELIMITERS, key=evenness)  # the first of equals: a tab says more than a comma
    return best if evenness(best) else ","


def _records(text: str, delimiter: str, source: str) -> tuple[list[int], list[list[str]]]:
    lines: list[int] = []
    rows: list[list[str]] = []
    cells = 0
    try:
        for line, record in _reader(text, delimiter, strict=True):
            cells += len(record)
            check_size(cells, source)
            lines.append(line)
            rows.append(record)
    except csv.Error as error:
        after = f"after line {lines[-1]}" if lines else "line 1"
        raise InvalidInstance(f"{source}, {after}: is not CSV ({error}); check the quotes")
    return lines, rows


def _even(lines: list[int], rows: list[list[str]], source: str) -> None:
    width = len(rows[0])
    for line, row in zip(lines, rows, strict=True):
        if len(row) != width:
            raise InvalidInstance(
                f"{source}, line {line}: has {len(row)} cells where line {lines[0]} has {width}; "
                "give every line the same number"
            )


def read_frame(frame: Any, source: str = "the frame") -> Table:
    """A data frame of pandas (or of a library that looks like it) as a table.

    Raises:
        InvalidInstance: it is no frame, or two columns share a name.
    """
    if not hasattr(frame, "columns") or not hasattr(frame, "__getitem__"):
        kind = type(frame).__name__
        raise InvalidInstance(f"{source}: is a {kind}, not a data frame; pass a pandas frame, or use from_arrays")
    labels = list(frame.columns)
    names = unique_names([str(label) for label in labels], source)
    check_size(len(frame) * len(names), source)
    columns = [_series(frame[label]) for label in labels]
    index = list(getattr(frame, "index", range(len(frame))))
    return Table(source, names, list(zip(*columns, strict=True)), lambda i: f"row {index[i]}")


def _series(series: Any) -> list[Any]:
    return series.to_list() if hasattr(series, "to_list") else list(series)

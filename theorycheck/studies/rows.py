"""Flat records as CSV files, read back with their types; what a study that was stopped goes on from."""

import csv
import io
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import attrs

from theorycheck.errors import InvalidInstance

T = TypeVar("T")
_READERS: dict[Any, Any] = {int: int, float: float, str: str, Fraction: Fraction}


def as_csv(rows: Iterable[Any], kind: type) -> str:
    """Records of one attrs class as CSV text with a head, floats with all their digits."""
    names = [field.name for field in attrs.fields(kind)]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: str(getattr(row, name)) for name in names})
    return stream.getvalue()


def write_rows(path: Path, rows: Iterable[Any], kind: type) -> None:
    """Write a CSV file by atomic rename."""
    from theorycheck.certificates.certificate import write_text

    write_text(path, as_csv(rows, kind))


def read_rows(path: Path, kind: type[T]) -> tuple[T, ...]:
    """The records of a CSV file.

    Raises:
        InvalidInstance: it is no such file.
    """
    readers = {field.name: _READERS[field.type] for field in attrs.fields(kind)}  # type: ignore[arg-type]
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if list(rows.fieldnames or ()) != list(readers):
                raise ValueError("other columns")
            return tuple(_record(k, row, readers, kind) for k, row in enumerate(rows, 1))
    except (OSError, ValueError, csv.Error) as reason:
        raise InvalidInstance(f"{path}: no study of this kind ({reason}); name another file or remove it") from None


def _record(k: int, row: dict, readers: dict[str, Any], kind: type[T]) -> T:
    try:
        return kind(**{name: reader(row[name]) for name, reader in readers.items()})
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        raise ValueError(f"row {k} is incomplete or holds no numbers") from None

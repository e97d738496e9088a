"""Readers of numpy files and of arrays in memory: each gives a table of raw cells, the labels as its last column."""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from theorycheck.errors import InvalidInstance
from theorycheck.models.readers import existing_file
from theorycheck.models.selection import nearest
from theorycheck.models.tables import Table, check_size

_X_NAMES = ("X", "x", "data", "features", "inputs")
_Y_NAMES = ("y", "Y", "target", "targets", "labels")
_BROKEN = (
    ValueError,
    OSError,
    EOFError,
    MemoryError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)


def table_of_arrays(X: Any, y: Any, source: str = "arrays", columns: Sequence[str] | None = None) -> Table:
    """X of shape (n, d) and y of shape (n,) as one table with the labels last, in a column called `y`.

    Raises:
        InvalidInstance: a wrong number of axes, ragged rows, lengths that differ, or entries that cannot be numbers.
    """
    rows, labels = _matrix(X, f"{source}: X"), _vector(y, f"{source}: y")
    if len(rows) != len(labels):
        raise InvalidInstance(f"{source}: y has {len(labels)} labels for {len(rows)} rows of X; pass one label a row")
    d = len(rows[0]) if rows else 0
    names = [f"x{j + 1}" for j in range(d)] if columns is None else [str(name) for name in columns]
    if rows and len(names) != d:
        raise InvalidInstance(f"{source}: {len(names)} column names for {d} columns of X; pass one name a column")
    if rows and d == 0:
        raise InvalidInstance(f"{source}: X has no columns (d = 0); pass X of shape (n, d) with d at least 1")
    cells = [[*row, label] for row, label in zip(rows, labels, strict=True)]
    return Table(source, (*names, "y"), cells, _row, named=False)


def table_of_matrix(matrix: Any, source: str) -> Table:
    """A matrix of shape (n, k) as a table, one of whose columns will be the target."""
    rows = _matrix(matrix, source)
    if not rows:
        raise InvalidInstance(f"{source}: has no rows of data (n = 0); pass at least one sample")
    return Table(source, tuple(f"x{j + 1}" for j in range(len(rows[0]))), rows, _row, named=False)


def _row(i: int) -> str:
    return f"row {i} (from 0)"


def _matrix(value: Any, source: str) -> list[list[Any]]:
    nested = _nested(value, source, 2)
    if nested is None:
        return _even([_listed(row) for row in value], source)
    return nested


def _vector(value: Any, source: str) -> list[Any]:
    nested = _nested(value, source, 1)
    return list(value) if nested is None else nested


def _nested(value: Any, source: str, axes: int) -> list[Any] | None:
    """An array as nested lists; None for a list or tuple, whose entries must not be turned into floats by numpy."""
    if isinstance(value, (list, tuple)):
        return None
    import numpy as np

    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InvalidInstance(f"{source}: is no array ({str(error)[:80]}); pass a numpy array or a list of lists")
    if array.ndim != axes:
        wanted = "2-dimensional, of shape (n, d); reshape it" if axes == 2 else "1-dimensional, of shape (n,); ravel it"
        raise InvalidInstance(f"{source}: has shape {array.shape} but must be {wanted}")
    if array.dtype.kind not in "biufOU":
        raise InvalidInstance(f"{source}: has entries of type {array.dtype}; pass real numbers, such as float64")
    check_size(array.size, source)
    return array.tolist()


def _listed(row: Any) -> Any:
    return row.tolist() if hasattr(row, "tolist") else row


def _even(rows: list[Any], source: str) -> list[list[Any]]:
    for i, row in enumerate(rows):
        if not isinstance(row, (list, tuple)):
            raise InvalidInstance(f"{source}: row {i} is not a list; X must be 2-dimensional, of shape (n, d)")
        if len(row) != len(rows[0]):
            raise InvalidInstance(f"{source}: row {i} has {len(row)} entries where row 0 has {len(rows[0])}")
    return rows


def read_npy(path: Any, target: Any) -> tuple[Table, Any]:
    """A `.npy` or `.npz` file as a table, with what to take from it as the target.

    Args:
        path: a `.npy` matrix that holds the target as a column, or X beside a file of labels; or a `.npz` file.
        target: for a matrix the column's index; or the path of a `.npy` file with y; for a `.npz` file the name of
            the array y.

    Raises:
        InvalidInstance: no such file, corrupt, pickled objects inside, wrong shapes, or no array of that name.
    """
    source = str(path)
    found = existing_file(path)
    if found.suffix.lower() == ".npz":
        return _read_npz(found, source, target)
    X = _load_file(found, source)
    if isinstance(target, Path) or str(target).lower().endswith(".npy"):
        y = _load_file(existing_file(target), str(target))
        return table_of_arrays(X, y, f"{source} with {target}"), "y"
    return table_of_matrix(X, source), target


def _load_file(path: Path, source: str) -> Any:
    try:
        with path.open("rb") as stream:
            return _load(stream, path.stat().st_size, source)
    except OSError as error:
        raise InvalidInstance(f"{source}: cannot be read ({error.strerror}); check its permissions")


def _load(stream: BinaryIO, size: int, source: str) -> Any:
    """One array; its header is read first, because a forged one may ask for more memory than there is."""
    import numpy as np

    try:
        readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, _, dtype = readers[np.lib.format.read_magic(stream)](stream)
    except (*_BROKEN, KeyError) as error:
        raise InvalidInstance(f"{source}: is not a .npy array ({str(error)[:80]}); write it with numpy.save")
    if dtype.hasobject:
        raise InvalidInstance(f"{source}: holds pickled objects, which are never loaded; save numbers, such as float64")
    cells = 1
    for length in shape:
        cells *= length
    check_size(cells, source)
    if cells * dtype.itemsize > size - stream.tell():
        raise InvalidInstance(f"{source}: is cut short: shape {shape} needs more bytes; write it again with numpy.save")
    try:
        stream.seek(0)
        return np.load(stream, allow_pickle=False)
    except _BROKEN as error:
        raise InvalidInstance(f"{source}: is corrupt ({str(error)[:80]}); write it again with numpy.save")


def _read_npz(path: Path, source: str, target: Any) -> tuple[Table, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            x_name, y_name = _array_names(list(members), source, target)
            X = _member(archive, members[x_name], f"{source}: {x_name}")
            y = None if y_name is None else _member(archive, members[y_name], f"{source}: {y_name}")
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InvalidInstance(
            f"{source}: is not a .npz file ({str(error)[:80]}); write it with numpy.savez(path, X=X, y=y)"
        )
    if y is None:
        return table_of_matrix(X, source), target
    return table_of_arrays(X, y, source), "y"


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: str) -> Any:
    try:
        with archive.open(info) as stream:
            return _load(stream, info.file_size, source)  # type: ignore[arg-type]
    except _BROKEN as error:
        raise InvalidInstance(f"{source}: is corrupt ({str(error)[:80]}); write it again with numpy.savez")


def _array_names(names: list[str], source: str, target: Any) -> tuple[str, str | None]:
    """The names of X and of y; y is None when a lone matrix holds the target as a column."""
    if not names:
        raise InvalidInstance(f"{source}: holds no arrays; write it with numpy.savez(path, X=X, y=y)")
    if len(names) == 1:
        return names[0], None
    y_name = next((name for name in _Y_NAMES if name in names), None) if target is None else str(target)
    if y_name not in names:
        wanted = "y" if y_name is None else y_name
        raise InvalidInstance(f"{source}: there is no array {wanted!r} for the target; {nearest(wanted, names)}")
    others = [name for name in names if name != y_name]
    x_name = next((name for name in _X_NAMES if name in others), others[0] if len(others) == 1 else None)
    if x_name is None:
        raise InvalidInstance(
            f"{source}: which array is X? there are {', '.join(map(repr, others))}; call one of them X"
        )
    return x_name, y_name

"""What a selection of rows or columns means: a count, slice text such as `0:8`, or a list of indices and names."""

import difflib
import operator
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from theorycheck.errors import InvalidInstance
from theorycheck.models.rational import Row
from theorycheck.numbers import exact

# At most nine digits: nothing has more rows, and Python refuses to read very long integers.
_SLICE = re.compile(r"(-?\d{1,9})?:(-?\d{1,9})?(?::(-?\d{1,9}))?")


def nearest(text: str, names: Iterable[str]) -> str:
    """A hint for a message: the nearest names, or the first few when none is near."""
    known = [name for name in names if name]
    lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(text.lower(), list(lower), n=3, cutoff=0.5)
    if close:
        return "the nearest are " + ", ".join(repr(shorten(lower[name])) for name in close)
    return "there are " + ", ".join(repr(shorten(name)) for name in known[:8]) + (", …" if len(known) > 8 else "")


def choose(selection: Any, count: int, source: str, what: str, names: Sequence[str] = ()) -> list[int]:
    """The indices that a selection means.

    Args:
        selection: None for all, a count (the first k), slice text such as `0:8`, a slice, or a list of indices and
            names; a text with commas is such a list.
        count: how many there are.
        source: what to call the data in a message.
        what: `row` or `column`.
        names: the names, where there are any; a name wins over a number.

    Raises:
        InvalidInstance: nothing is chosen, something lies outside, or a column is chosen twice.
    """
    where = f"{source}: {what}s {shorten(selection)}"
    indices = _indices(selection, count, where, what, names)
    if not indices:
        raise InvalidInstance(f"{where}: nothing is chosen; there are {count}, so pass for example '0:{min(count, 8)}'")
    if what == "column" and len(set(indices)) < len(indices):
        raise InvalidInstance(f"{where}: a column is chosen twice; list each once")
    return indices


def _indices(selection: Any, count: int, where: str, what: str, names: Sequence[str]) -> list[int]:
    if selection is None:
        return list(range(count))
    if isinstance(selection, str) and selection not in names:
        selection = _parse_selection(selection)
    if isinstance(selection, str):
        return [list(names).index(selection)]
    try:
        if isinstance(selection, slice):
            return _slice_indices(selection, count, where)
        if not hasattr(selection, "__iter__"):
            return _first(operator.index(selection), count, where)
    except TypeError:
        raise InvalidInstance(f"{where}: pass a count, slice text such as '0:8', or a list of indices") from None
    return [_index(item, count, where, what, names) for item in selection]


def _parse_selection(text: str) -> Any:
    match = _SLICE.fullmatch(text.strip())
    if match:
        return slice(*(None if part is None else int(part) for part in match.groups()))
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return int(text)
    return [part.strip() for part in text.split(",")]


def _first(number: int, count: int, where: str) -> list[int]:
    if not 0 <= number <= count:
        raise InvalidInstance(f"{where}: cannot take the first {number}, there are only {count}")
    return list(range(number))


def _slice_indices(cut: slice, count: int, where: str) -> list[int]:
    if cut.step == 0:
        raise InvalidInstance(f"{where}: a step of 0 never ends; pass a step of 1 or more")
    outside = [bound for bound in (cut.start, cut.stop) if bound is not None and not -count <= bound <= count]
    if outside:
        raise InvalidInstance(f"{where}: {outside[0]} lies outside, there are only {count}")
    return list(range(count))[cut]


def _index(item: Any, count: int, where: str, what: str, names: Sequence[str]) -> int:
    if isinstance(item, str) and item in names:
        return list(names).index(item)
    try:
        index = int(item) if isinstance(item, str) else operator.index(item)
    except (TypeError, ValueError):
        hint = nearest(str(item), names) if names else f"pass indices from 0 to {count - 1}"
        raise InvalidInstance(f"{where}: there is no {what} {str(item)[:40]!r}; {hint}") from None
    if isinstance(item, bool):
        raise InvalidInstance(f"{where}: {item} is no index; turn a mask into the list of its indices")
    if not -count <= index < count:
        raise InvalidInstance(f"{where}: there is no {what} {index}; pass indices from 0 to {count - 1}")
    return index % count


def pair(classes: Any) -> tuple[Any, Any]:
    """Two class labels, from a pair or from text such as `3,8`.

    Raises:
        InvalidInstance: not two of them.
    """
    parts = classes.split(",") if isinstance(classes, str) else classes
    if not isinstance(parts, (tuple, list)) or len(parts) != 2:
        raise InvalidInstance(f"classes {shorten(classes)}: pass two labels, for example 3,8")
    return parts[0], parts[1]


def two_classes(labels: Sequence[Fraction], first: Any, second: Any, source: str) -> tuple[list[int], Row]:
    """The rows of two classes, and their labels 1 and -1.

    Args:
        labels: of all rows.
        first: the label that becomes 1.
        second: the label that becomes -1.
        source: what to call the data in a message.

    Raises:
        InvalidInstance: the two are the same, or one of them has no rows.
    """
    plus, minus = exact(first, "the first class"), exact(second, "the second class")
    if plus == minus:
        raise InvalidInstance(f"{source}: classes {plus} and {minus} are the same; pass two different labels")
    for label in (plus, minus):
        if label not in labels:
            known = ", ".join(map(str, sorted(set(labels))[:12]))
            raise InvalidInstance(f"{source}: no sample of class {label}; there are {known}")
    rows = [i for i, label in enumerate(labels) if label in (plus, minus)]
    return rows, tuple(Fraction(1 if labels[i] == plus else -1) for i in rows)


def shorten(selection: Any) -> str:
    """A selection as it stands in messages and provenance."""
    text = str(selection)
    return text if len(text) <= 40 else text[:37] + "…"

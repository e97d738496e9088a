"""What a user fixes before a search: names and texts turned into the values that attacks use."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from theorycheck.errors import InvalidClaim, InvalidInstance
from theorycheck.numbers import exact

Readers = Mapping[str, Callable[[Any, str], Any]]


def numbers(value: Any, name: str) -> tuple[Fraction, ...]:
    """Rationals, separated by commas where they are text."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, (list, tuple)) else [value]
    return tuple(exact(part, name) for part in parts)


def rows(value: Any, name: str) -> tuple[tuple[Fraction, ...], ...]:
    """Rows of rationals, separated by semicolons where they are text."""
    parts = value.split(";") if isinstance(value, str) else value
    return tuple(numbers(row, name) for row in parts)


def whole(value: Any, name: str) -> int:
    """A whole number of at least 1."""
    number = exact(value, name)
    if number.denominator != 1 or number < 1:
        raise InvalidInstance(f"{name} is {value}; pass a whole number of at least 1")
    return int(number)


def yes(value: Any, name: str) -> bool:
    """Yes or no."""
    words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if str(value).lower() not in words:
        raise InvalidInstance(f"{name} is {value!r}; pass yes or no")
    return words[str(value).lower()]


def read(given: Mapping[str, Any], readers: Readers) -> dict[str, Any]:
    """What is fixed, by name.

    Raises:
        InvalidClaim: an unknown name; the message names the nearest.
        InvalidInstance: a value that makes no sense.
    """
    for name in given:
        if name not in readers:
            near = get_close_matches(name, readers, n=3, cutoff=0.3) or list(readers)
            raise InvalidClaim(f"{name!r} cannot be fixed; nearest: {', '.join(near)}")
    return {name: readers[name](value, name) for name, value in given.items()}

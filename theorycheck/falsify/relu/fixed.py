"""What a user fixes of a ReLU network, its data, its loss and its start."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from theorycheck.errors import InvalidInstance
from theorycheck.falsify import fixed
from theorycheck.models.relu import ACTIVATIONS, LOSSES, OUTPUTS, SIGNS, ReluInstance
from theorycheck.models.teacher import LAWS
from theorycheck.numbers import exact


def _one_of(known: Any) -> Callable[[Any, str], str]:
    def reader(value: Any, name: str) -> str:
        if value not in known:
            raise InvalidInstance(f"unknown {name} {value!r}; choose one of {', '.join(known)}")
        return value

    return reader


def _between(least: int, most: float, words: str) -> Callable[[Any, str], Fraction]:
    def reader(value: Any, name: str) -> Fraction:
        found = exact(value, name)
        if not least <= found <= most:
            raise InvalidInstance(f"{name} is {value}; pass {words}")
        return found

    return reader


def _widths(value: Any, name: str) -> tuple[int, ...]:
    found = tuple(fixed.whole(v, name) for v in fixed.numbers(value, name))
    if len(found) > 2:
        raise InvalidInstance(f"{len(found)} widths; pass m, or m_+ and m_-")
    return found


_FROM_ZERO = _between(0, float("inf"), "0 or a positive number")
_READERS: fixed.Readers = {
    "X": fixed.rows,
    "y": fixed.numbers,
    "n": fixed.whole,
    "d": fixed.whole,
    "width": _widths,
    "slope": _between(0, 1, "a number from 0 (ReLU) to 1 (linear)"),
    "loss": _one_of(LOSSES),
    "outputs": _one_of(OUTPUTS),
    "init": _FROM_ZERO,
    "eta": _FROM_ZERO,
    "activation": _one_of(ACTIVATIONS),
    "dominance": _FROM_ZERO,
    "signs": _one_of(SIGNS),
    "law": _one_of(LAWS),
    "sigma": _FROM_ZERO,
    "seed": lambda value, name: fixed.whole(exact(value, name) + 1, name) - 1,
}


def read(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is fixed, by the names of a ReluInstance, with sizes that follow from data filled in.

    Args:
        given: values or texts; `data` may be a Dataset.

    Raises:
        InvalidClaim: an unknown name.
        InvalidInstance: a value that makes no sense, or sizes that do not fit.
    """
    parts = dict(given or {})
    data = parts.pop("data", None)
    found = fixed.read(({} if data is None else {"X": data.X, "y": data.y}) | parts, _READERS)
    sizes = {"n": [len(found[name]) for name in ("X", "y") if name in found]}
    sizes["d"] = [len(row) for row in found.get("X", ())]
    for name, counts in sizes.items():
        counts += [found[name]] if name in found else []
        if len(set(counts)) > 1:
            raise InvalidInstance(f"the sizes do not fit: {name} is {' and '.join(map(str, sorted(set(counts))))}")
        if counts:
            found[name] = counts[0]
    return found


def respects(instance: ReluInstance, given: Mapping[str, Any]) -> bool:
    """Whether an instance has what the user fixed; one width stands for both signs."""
    data = {"X": instance.data.X, "y": instance.data.y, "n": instance.data.n, "d": instance.data.d}
    data |= {"law": getattr(instance.law, "kind", None), "sigma": getattr(instance.law, "sigma", None)}
    return all(_is(data[name] if name in data else getattr(instance, name), value) for name, value in given.items())


def _is(has: Any, value: Any) -> bool:
    one_width = isinstance(has, tuple) and isinstance(value, tuple) and len(value) == 1 < len(has)
    return has == (value * len(has) if one_width else value)

"""What a user fixes of an unconstrained-features model."""

from collections.abc import Mapping
from typing import Any

from theorycheck.errors import InvalidInstance
from theorycheck.falsify import fixed
from theorycheck.models.features import ACTIVATIONS, LOSSES, UnconstrainedFeatures


def _classes(value: Any, name: str) -> int:
    found = fixed.whole(value, name)
    if found < 2:
        raise InvalidInstance(f"{name} is {value}; pass at least 2: with one class there is nothing to tell apart")
    return found


def _one_of(known: Any) -> Any:
    def reader(value: Any, name: str) -> str:
        if value not in known:
            raise InvalidInstance(f"unknown {name} {value!r}; choose one of {', '.join(known)}")
        return value

    return reader


def _counts(value: Any, name: str) -> tuple[int, ...]:
    return tuple(fixed.whole(v, name) for v in fixed.numbers(value, name))


def _reg(value: Any, name: str) -> tuple:
    found = fixed.numbers(value, name)
    if any(v <= 0 for v in found):
        raise InvalidInstance(f"{name} is {value}; pass positive numbers")
    return found


_READERS: fixed.Readers = {
    "classes": _classes,
    "depth": fixed.whole,
    "reg": _reg,
    "loss": _one_of(LOSSES),
    "activation": _one_of(ACTIVATIONS),
    "counts": _counts,
    "width": fixed.whole,
}


def read(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is fixed, by the names of an UnconstrainedFeatures.

    Args:
        given: values or texts.

    Raises:
        InvalidClaim: an unknown name.
        InvalidInstance: a value that makes no sense, or sizes that do not fit.
    """
    found = fixed.read(_one_name(given or {}), _READERS)
    for name, size in (("reg", found.get("depth", 0) + 1), ("counts", found.get("classes"))):
        known = name in found and (name == "counts" or "depth" in found) and size is not None
        if known and len(found[name]) not in (1, size):
            raise InvalidInstance(f"{len(found[name])} numbers for {name}; pass one for all, or {size}")
    return found


def _one_name(given: Mapping[str, Any]) -> dict[str, Any]:
    """`samples`, a number for every class, as `counts`."""
    if "samples" in given and "counts" in given:
        raise InvalidInstance("samples and counts say the same; pass one of them")
    return {"counts" if name == "samples" else name: value for name, value in given.items()}


def respects(instance: UnconstrainedFeatures, given: Mapping[str, Any]) -> bool:
    """Whether an instance has what the user fixed; one number for `reg` or `counts` stands for all."""
    return all(_is(getattr(instance, name), value) for name, value in given.items())


def _is(has: Any, value: Any) -> bool:
    return has == (value * len(has) if isinstance(value, tuple) and len(value) == 1 else value)

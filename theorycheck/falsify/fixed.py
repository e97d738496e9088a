"""What a user fixes before a search: names and texts turned into the values that attacks use."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from theorycheck.errors import InvalidClaim, InvalidInstance
from theorycheck.models.activations import activation
from theorycheck.models.losses import Loss
from theorycheck.numbers import exact


def _numbers(value: Any, name: str) -> tuple[Fraction, ...]:
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, (list, tuple)) else [value]
    return tuple(exact(part, name) for part in parts)


def _rows(value: Any, name: str) -> tuple[tuple[Fraction, ...], ...]:
    rows = value.split(";") if isinstance(value, str) else value
    return tuple(_numbers(row, name) for row in rows)


def _whole(value: Any, name: str) -> int:
    number = exact(value, name)
    if number.denominator != 1 or number < 1:
        raise InvalidInstance(f"{name} is {value}; pass a whole number of at least 1")
    return int(number)


def _yes(value: Any, name: str) -> bool:
    words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if str(value).lower() not in words:
        raise InvalidInstance(f"{name} is {value!r}; pass yes or no")
    return words[str(value).lower()]


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "activation": lambda value, name: activation(value),
    "m": _whole,
    "n": _whole,
    "d": _whole,
    "y": _numbers,
    "X": _rows,
    "weights": _numbers,
    "loss": lambda value, name: Loss(value).name,
    "eta": exact,
    "sigma": exact,
    "bias": _yes,
    "trained_output": _yes,
}


def read(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is fixed, by the names of claim.Space, with sizes that follow from data filled in.

    Args:
        given: values or texts; `data` may be a Dataset and `network` a TwoLayer.

    Raises:
        InvalidClaim: an unknown name.
        InvalidInstance: a value that makes no sense, or sizes that do not fit.
    """
    found: dict[str, Any] = {}
    for name, value in _spread(dict(given or {})).items():
        if name not in _READERS:
            near = get_close_matches(name, _READERS, n=3, cutoff=0.3) or list(_READERS)
            raise InvalidClaim(f"{name!r} cannot be fixed; nearest: {', '.join(near)}")
        found[name] = _READERS[name](value, name)
    return _sized(found)


def _spread(given: dict[str, Any]) -> dict[str, Any]:
    """A dataset and a network as the names that they fix."""
    data, network = given.pop("data", None), given.pop("network", None)
    parts: dict[str, Any] = {} if data is None else {"X": data.X, "y": data.y}
    if network is not None:
        parts |= {"activation": network.activation, "m": network.width, "weights": network.output_weights}
        parts |= {"bias": network.bias, "trained_output": network.trained_output}
    return parts | given


def _sized(found: dict[str, Any]) -> dict[str, Any]:
    sizes = {"n": [len(found[name]) for name in ("X", "y") if name in found]}
    sizes["d"] = [len(row) for row in found.get("X", ())]
    sizes["m"] = [len(found["weights"])] if "weights" in found else []
    for name, counts in sizes.items():
        counts += [found[name]] if name in found else []
        if len(set(counts)) > 1:
            raise InvalidInstance(f"the sizes do not fit: {name} is {' and '.join(map(str, sorted(set(counts))))}")
        if counts:
            found[name] = counts[0]
    return found

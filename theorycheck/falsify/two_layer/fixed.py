"""What a user fixes of a two-layer network and its data."""

from collections.abc import Mapping
from typing import Any

from theorycheck.errors import InvalidInstance
from theorycheck.falsify import fixed
from theorycheck.models.activations import activation
from theorycheck.models.instance import Instance
from theorycheck.models.losses import Loss
from theorycheck.numbers import exact

_READERS: fixed.Readers = {
    "activation": lambda value, name: activation(value),
    "m": fixed.whole,
    "n": fixed.whole,
    "d": fixed.whole,
    "y": fixed.numbers,
    "X": fixed.rows,
    "weights": fixed.numbers,
    "loss": lambda value, name: Loss(value).name,
    "eta": exact,
    "sigma": exact,
    "bias": fixed.yes,
    "trained_output": fixed.yes,
}


def read(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is fixed, by the names of claim.Space, with sizes that follow from data filled in.

    Args:
        given: values or texts; `data` may be a Dataset and `network` a TwoLayer.

    Raises:
        InvalidClaim: an unknown name.
        InvalidInstance: a value that makes no sense, or sizes that do not fit.
    """
    return _sized(fixed.read(_spread(dict(given or {})), _READERS))


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


def respects(instance: Instance, given: Mapping[str, Any]) -> bool:
    """Whether an instance has what the user fixed."""
    network, data = instance.network, instance.data
    has = {
        "activation": network.activation,
        "m": network.width,
        "n": data.n,
        "d": data.d,
        "y": data.y,
        "X": data.X,
        "weights": network.output_weights,
        "bias": network.bias,
        "trained_output": network.trained_output,
        "loss": instance.loss.name,
        "sigma": instance.sigma,
        "eta": instance.eta,
    }
    return all(has[name] == value for name, value in given.items() if name in has)

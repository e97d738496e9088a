"""Which two-layer networks a search looks at: the activations to try, and what the user fixed."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from theorycheck.claims.claim import Assumption, Space
from theorycheck.errors import InvalidClaim, InvalidInstance
from theorycheck.falsify.assumed import Assumed
from theorycheck.models.activations import Activation, activation
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.networks import TwoLayer

_TOPICS = {"activation": "activation", "X": "data", "weights": "network", "trained_output": "network"}
POOL = (  # exact in z first, then in a generator, then those that need balls
    "linear",
    "cube",
    "cubic",
    "z**3 + z/10",
    "square",
    "quadratic",
    "quartic",
    "quintic",
    "relu",
    "leaky_relu",
    "z**3 + z + relu(z)",
    "exp",
    "expm1",
    "exp_minus",
    "sinh",
    "cosh",
    "tan",
    "tanh",
    "sigmoid",
    "softplus",
    "erf",
    "atan",
    "asinh",
    "gelu",
)


def space(assumed: Assumed, values: dict[str, Any], drop: str | None) -> tuple[Assumed, Space]:
    """The activations to try, and what is given up because of what the user fixed.

    Raises:
        InvalidClaim: nothing keeps what must be kept, or breaks what is dropped.
        InvalidInstance: no network fits the fixed labels.
    """
    assumed = _settled(assumed, values)
    assumed, activations = (assumed, (values["activation"],)) if "activation" in values else _pool(assumed)
    return assumed, Space(activations, drop, frozenset(a.name for a in assumed.kept), values, assumed.allows)


def subject(about: str, instance: Instance) -> tuple[Any, ...]:
    """The part of an instance that assumptions about a topic depend on."""
    network = instance.network
    if about == "activation":
        return (network.activation.text,)
    if about == "data":
        return (instance.data.X, network.bias)
    if about == "network":
        return (network.output_weights, network.trained_output, network.bias)
    return (instance.digest,)


def _settled(assumed: Assumed, values: Mapping[str, Any]) -> Assumed:
    """Say which topics the user fixed, on the smallest instance with what was fixed."""
    topics = frozenset(topic for name, topic in _TOPICS.items() if name in values)
    if not topics:
        return assumed
    instance = _example(values)
    settled = assumed.settle(instance, topics)
    labels = [a for a in settled.kept if a.about == "labels"]
    if {"activation", "m", "y"} <= set(values) and any(assumed.margin(a, instance).holds is False for a in labels):
        raise InvalidInstance("the fixed labels lie outside m times the range of the activation: no network fits them")
    return settled


def _example(values: Mapping[str, Any]) -> Instance:
    phi = values.get("activation", "sinh")
    weights = values.get("weights", ())
    options = {name: values[name] for name in ("bias", "trained_output") if name in values}
    network = TwoLayer(values.get("m", max(1, len(weights))), phi, weights, **options)
    X = values.get("X") or [[Fraction(i == k) for k in range(values.get("n", 1))] for i in range(values.get("n", 1))]
    return Instance(Dataset(X=X, y=values.get("y", [0] * len(X)), name="fixed"), network)


def _probe(phi: Activation) -> Instance:
    """The smallest instance, for questions about the activation alone."""
    return Instance(Dataset(X=[[1]], y=[0], name="probe"), TwoLayer(1, phi))


def _pool(assumed: Assumed) -> tuple[Assumed, tuple[Activation, ...]]:
    """The built-in activations, and a few more, that keep what is kept and break what is dropped.

    Where none keeps all that is kept (a kink leaves no third derivative), those that give up least are taken, and what
    they give up is said in `also_broken`.

    Raises:
        InvalidClaim: there is none that breaks what is dropped.
    """
    known = [activation(name) for name in POOL]
    about = [a for a in assumed.dropped if a.about == "activation"]
    broken = [phi for phi in known if not any(assumed.margin(a, _probe(phi)).holds for a in about)]
    lost = {phi: _lost(assumed, phi) for phi in broken}
    if not lost:
        raise InvalidClaim(f"no known activation breaks {assumed.dropped[0].name}; fix one with activation=...")
    least = min(lost.values(), key=len)
    if least and not about:
        raise InvalidClaim("no known activation keeps what must be kept; fix one with activation=...")
    return assumed.without(least), tuple(phi for phi in broken if lost[phi] == least)


def _lost(assumed: Assumed, phi: Activation) -> tuple[Assumption, ...]:
    """The kept assumptions about the activation that one does not keep."""
    instance = _probe(phi)
    return tuple(a for a in assumed.kept if a.about == "activation" and assumed.margin(a, instance).holds is not True)

"""A claim's assumptions during a search: which are kept, which are dropped, and what an instance makes of them."""

from typing import Any

import attrs

from theorycheck.claims.claim import Assumption, Claim, Margin
from theorycheck.errors import InvalidClaim
from theorycheck.models.activations import Activation, activation
from theorycheck.models.data import Dataset
from theorycheck.models.instance import Instance
from theorycheck.models.networks import TwoLayer

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


@attrs.frozen
class Assumed:
    """Kept and dropped assumptions, with a memory of the margins measured so far.

    Attributes:
        kept: those an instance must keep.
        dropped: those it need not.
        also_broken: the names of those that what the user fixed breaks as well.
        settled: the topics that the user fixed, where nothing is left to choose.
    """

    kept: tuple[Assumption, ...]
    dropped: tuple[Assumption, ...]
    also_broken: tuple[str, ...] = ()
    settled: frozenset[str] = frozenset()
    _known: dict = attrs.field(factory=dict, repr=False, eq=False)

    @classmethod
    def of(cls, claim: Claim, drop: str | None) -> "Assumed":
        """The claim's assumptions, with one dropped.

        Raises:
            InvalidClaim: the claim has no such assumption.
        """
        from theorycheck.claims.store import assumption_named

        gone = () if drop is None else (assumption_named(claim, drop),)
        return cls(tuple(a for a in claim.assumptions if a not in gone), gone)

    def margin(self, assumption: Assumption, instance: Instance) -> Margin:
        """The margin, measured once for each thing that it is about."""
        key = (assumption.name, *_subject(assumption.about, instance))
        if key not in self._known:
            self._known[key] = assumption.margin(instance)
        return self._known[key]

    def keeps(self, instance: Instance) -> bool:
        """Whether every kept assumption certainly holds."""
        return all(self.margin(a, instance).holds is True for a in self.kept)

    def allows(self, instance: Instance, about: str) -> bool:
        """Whether kept assumptions about a topic hold and dropped ones about it do not, where there is a choice."""
        kept = all(self.margin(a, instance).holds is True for a in self.kept if a.about == about)
        broken = about in self.settled or not any(
            self.margin(a, instance).holds for a in self.dropped if a.about == about
        )
        return kept and broken

    def settle(self, instance: Instance, topics: frozenset[str]) -> "Assumed":
        """The same where the user fixed some topics; kept assumptions about them that the instance breaks are given up.

        Raises:
            InvalidClaim: nothing was dropped, so nothing may be given up.
        """
        lost = tuple(a for a in self.kept if a.about in topics and self.margin(a, instance).holds is not True)
        if lost and not self.dropped:
            raise InvalidClaim(f"what is fixed breaks {lost[0].name} ({lost[0].text}); drop it, or fix something else")
        return attrs.evolve(_without(self, lost), settled=topics)

    def margins(self, instance: Instance) -> dict[str, Margin]:
        """All margins on an instance, by name."""
        return {a.name: self.margin(a, instance) for a in (*self.kept, *self.dropped)}


def _subject(about: str, instance: Instance) -> tuple[Any, ...]:
    """The part of an instance that assumptions about a topic depend on."""
    network = instance.network
    if about == "activation":
        return (network.activation.text,)
    if about == "data":
        return (instance.data.X, network.bias)
    if about == "network":
        return (network.output_weights, network.trained_output, network.bias)
    return (instance.digest,)


def probe(phi: Activation) -> Instance:
    """The smallest instance, for questions about the activation alone."""
    return Instance(Dataset(X=[[1]], y=[0], name="probe"), TwoLayer(1, phi))


def pool(assumed: Assumed) -> tuple[Assumed, tuple[Activation, ...]]:
    """The built-in activations, and a few more, that keep what is kept and break what is dropped.

    Where none keeps all that is kept (a kink leaves no third derivative), those that give up least are taken, and what
    they give up is said in `also_broken`.

    Raises:
        InvalidClaim: there is none that breaks what is dropped.
    """
    known = [activation(name) for name in POOL]
    about = [a for a in assumed.dropped if a.about == "activation"]
    broken = [phi for phi in known if not any(assumed.margin(a, probe(phi)).holds for a in about)]
    lost = {phi: _lost(assumed, phi) for phi in broken}
    if not lost:
        raise InvalidClaim(f"no known activation breaks {assumed.dropped[0].name}; fix one with activation=...")
    least = min(lost.values(), key=len)
    if least and not about:
        raise InvalidClaim("no known activation keeps what must be kept; fix one with activation=...")
    return _without(assumed, least), tuple(phi for phi in broken if lost[phi] == least)


def _lost(assumed: Assumed, phi: Activation) -> tuple[Assumption, ...]:
    """The kept assumptions about the activation that one does not keep."""
    instance = probe(phi)
    return tuple(a for a in assumed.kept if a.about == "activation" and assumed.margin(a, instance).holds is not True)


def _without(assumed: Assumed, lost: tuple[Assumption, ...]) -> Assumed:
    """The same with more assumptions given up."""
    kept = tuple(a for a in assumed.kept if a not in lost)
    names = (*assumed.also_broken, *(a.name for a in lost))
    return attrs.evolve(assumed, kept=kept, dropped=(*assumed.dropped, *lost), also_broken=names)

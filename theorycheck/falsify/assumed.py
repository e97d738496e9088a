"""A claim's assumptions during a search: which are kept, which are dropped, and what an instance makes of them."""

from collections.abc import Callable
from typing import Any

import attrs

from theorycheck.claims.claim import Assumption, Case, Claim, Margin
from theorycheck.errors import InvalidClaim


@attrs.frozen
class Assumed:
    """Kept and dropped assumptions, with a memory of the margins measured so far.

    Attributes:
        kept: those an instance must keep.
        dropped: those it need not.
        subject: the part of an instance that assumptions about a topic depend on.
        also_broken: the names of those that what the user fixed breaks as well.
        settled: the topics that the user fixed, where nothing is left to choose.
    """

    kept: tuple[Assumption, ...]
    dropped: tuple[Assumption, ...]
    subject: Callable[[str, Case], tuple[Any, ...]] = attrs.field(repr=False, eq=False)
    also_broken: tuple[str, ...] = ()
    settled: frozenset[str] = frozenset()
    _known: dict = attrs.field(factory=dict, repr=False, eq=False)

    @classmethod
    def of(cls, claim: Claim, drop: str | None, subject: Callable[[str, Case], tuple[Any, ...]]) -> "Assumed":
        """The claim's assumptions, with one dropped.

        Raises:
            InvalidClaim: the claim has no such assumption.
        """
        from theorycheck.claims.store import assumption_named

        gone = () if drop is None else (assumption_named(claim, drop),)
        return cls(tuple(a for a in claim.assumptions if a not in gone), gone, subject)

    def margin(self, assumption: Assumption, instance: Case) -> Margin:
        """The margin, measured once for each thing that it is about."""
        key = (assumption.name, *self.subject(assumption.about, instance))
        if key not in self._known:
            self._known[key] = assumption.margin(instance)
        return self._known[key]

    def keeps(self, instance: Case) -> bool:
        """Whether every kept assumption certainly holds."""
        return all(self.margin(a, instance).holds is True for a in self.kept)

    def allows(self, instance: Case, about: str) -> bool:
        """Whether kept assumptions about a topic hold and dropped ones about it do not, where there is a choice."""
        kept = all(self.margin(a, instance).holds is True for a in self.kept if a.about == about)
        broken = about in self.settled or not any(
            self.margin(a, instance).holds for a in self.dropped if a.about == about
        )
        return kept and broken

    def settle(self, instance: Case, topics: frozenset[str]) -> "Assumed":
        """The same where the user fixed some topics; kept assumptions about them that the instance breaks are given up.

        Raises:
            InvalidClaim: nothing was dropped, so nothing may be given up.
        """
        lost = tuple(a for a in self.kept if a.about in topics and self.margin(a, instance).holds is not True)
        if lost and not self.dropped:
            raise InvalidClaim(f"what is fixed breaks {lost[0].name} ({lost[0].text}); drop it, or fix something else")
        return attrs.evolve(self.without(lost), settled=topics)

    def margins(self, instance: Case) -> dict[str, Margin]:
        """All margins on an instance, by name."""
        return {a.name: self.margin(a, instance) for a in (*self.kept, *self.dropped)}

    def without(self, lost: tuple[Assumption, ...]) -> "Assumed":
        """The same with more assumptions given up."""
        kept = tuple(a for a in self.kept if a not in lost)
        names = (*self.also_broken, *(a.name for a in lost))
        return attrs.evolve(self, kept=kept, dropped=(*self.dropped, *lost), also_broken=names)

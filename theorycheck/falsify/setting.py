"""What a search for counterexamples must know about a kind of instance; one record a kind."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from theorycheck.claims.attacks.exactly import Evidence
from theorycheck.claims.claim import Candidate, Case, Space
from theorycheck.falsify.assumed import Assumed


@attrs.frozen
class Setting:
    """The functions that are specific to a kind of instance, as `Claim.setting` names it.

    Attributes:
        read: what the user fixed, texts or values by name, as the values that attacks use.
        space: from the assumptions, what is fixed and the dropped assumption's name: where to look. Assumptions that
            what is fixed breaks besides are given up in the Assumed that comes back.
        subject: the part of an instance that assumptions about a topic depend on, for the memory of margins.
        respects: whether an instance has what is fixed.
        json: an instance with a point, for `falsify --json`.
        told: an instance on one line.
        told_point: a point on one line; "" for none.
        latex: an instance with a point, lines of LaTeX.
        price: of a candidate, what shrinking makes smaller.
        steps: simpler candidates, the boldest first.
        forms: symmetry normal forms of a candidate, the preferred first.
        keeps: evidence that an instance keeps an assumption of that name; empty where it is plain or has no kind.
        breaks: evidence that an instance breaks it; empty likewise.
    """

    read: Callable[[Mapping[str, Any] | None], dict[str, Any]]
    space: Callable[[Assumed, dict[str, Any], str | None], tuple[Assumed, Space]]
    subject: Callable[[str, Case], tuple[Any, ...]]
    respects: Callable[[Case, Mapping[str, Any]], bool]
    json: Callable[[Case, dict], dict]
    told: Callable[[Case], str]
    told_point: Callable[[dict], str]
    latex: Callable[[Case, dict], list[str]]
    price: Callable[[Candidate], tuple[int, ...]]
    steps: Callable[[Candidate], Iterator[Candidate]]
    forms: Callable[[Candidate], Iterator[Candidate]]
    keeps: Callable[[str, Case], list[Evidence]]
    breaks: Callable[[str, Case], list[Evidence]]

"""The library of claims, by key."""

from difflib import get_close_matches

from theorycheck.claims.claim import Claim
from theorycheck.errors import InvalidClaim


def all_claims() -> tuple[Claim, ...]:
    """Every claim of the library: one literal tuple a paper."""
    from theorycheck.claims.library import (
        boursier2024,
        frei2022,
        garrod2024,
        gatmiry2024,
        karhadkar2024,
        kou2023,
        min2023,
        sukenik2024,
        tsoy2024,
    )

    return (
        *gatmiry2024.CLAIMS,
        *sukenik2024.CLAIMS,
        *garrod2024.CLAIMS,
        *kou2023.CLAIMS,
        *boursier2024.CLAIMS,
        *frei2022.CLAIMS,
        *min2023.CLAIMS,
        *tsoy2024.CLAIMS,
        *karhadkar2024.CLAIMS,
    )


def find(key: str) -> Claim:
    """The claim of that key.

    Raises:
        InvalidClaim: there is none; the message names the nearest.
    """
    claims = {claim.key: claim for claim in all_claims()}
    if key in claims:
        return claims[key]
    raise InvalidClaim(f"unknown claim {key!r}; {_near(key, list(claims))}; `theorycheck list` shows all")


def _near(key: str, known: list[str]) -> str:
    """The claims of a nearly spelt key; else the papers and claims with a nearly spelt part; else all papers."""
    papers = list(dict.fromkeys(name.partition(".")[0] for name in known))
    if near := get_close_matches(key, [*papers, *known], n=3, cutoff=0.6):
        return "nearest: " + ", ".join(near)
    parts: dict[str, list[str]] = {}
    for name in [*papers, *known]:
        for part in {name.rpartition(".")[2], name.partition("2")[0]}:
            parts.setdefault(part, []).append(name)
    if near := get_close_matches(key, parts, n=1, cutoff=0.6):
        return "nearest: " + ", ".join(parts[near[0]][:5])
    return "nothing is spelt like it; papers: " + ", ".join(papers)


def select(keys: tuple[str, ...] | list[str]) -> tuple[Claim, ...]:
    """The claims of the keys; a paper's name stands for all its claims; no keys for the whole library.

    Raises:
        InvalidClaim: a key is unknown.
    """
    if not keys:
        return all_claims()
    chosen: list[Claim] = []
    for key in keys:
        family = [c for c in all_claims() if c.key.split(".")[0] == key]
        chosen += family or [find(key)]
    return tuple(dict.fromkeys(chosen))


def assumption_named(claim: Claim, name: str):
    """The assumption of that name.

    Raises:
        InvalidClaim: the claim has none of that name; the message names the nearest.
    """
    known = {a.name: a for a in claim.assumptions}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3, cutoff=0.3) or list(known)
    raise InvalidClaim(
        f"{claim.key} has no assumption {name!r}; nearest: {', '.join(near)}; it has: {', '.join(known)}"
    )

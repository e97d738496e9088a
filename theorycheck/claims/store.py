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
    near = get_close_matches(key, claims, n=3, cutoff=0.3) or list(claims)[:5]
    raise InvalidClaim(f"unknown claim {key!r}; nearest: {', '.join(near)}; `theorycheck list` shows all")


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

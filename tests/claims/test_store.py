"""What the library answers to a key that it does not have."""

import pytest

from theorycheck.claims.store import all_claims, find, select
from theorycheck.errors import InvalidClaim


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("nosuch", "papers: gatmiry2024, sukenik2024, garrod2024, kou2023, boursier2024, "),
        ("", "papers: "),
        ("kou", "nearest: kou2023;"),
        ("boursier", "nearest: boursier2024"),
        ("gatmyri2024/thm3", "nearest: gatmiry2024.thm3"),
        ("thm1", "nearest: gatmiry2024.thm1, garrod2024.thm1"),
    ],
)
def test_an_unknown_key_gets_what_is_near_in_all_papers(key, words):
    with pytest.raises(InvalidClaim) as told:
        find(key)
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_what_is_far_from_all_is_told_every_paper():
    with pytest.raises(InvalidClaim) as told:
        select(["nosuch"])
    assert all(claim.key.partition(".")[0] in str(told.value) for claim in all_claims())

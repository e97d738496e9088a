"""The library: every claim comes out as it says, every false sibling is refuted, every statement has its digest."""

import attrs
import pytest

from theorycheck.claims.check import Budget, run
from theorycheck.claims.checks.proved import proof, said_by, speaks_of
from theorycheck.claims.claim import Mark
from theorycheck.claims.instances import CONVEX, UNIFORM, draw, two_layer
from theorycheck.claims.store import all_claims, assumption_named, find, select
from theorycheck.errors import InvalidClaim
from theorycheck.symbolic.proof_files import load_proof, proof_names

CLAIMS = {claim.key: claim for claim in all_claims()}
RELATED = ("frei2022", "min2023", "tsoy2024", "karhadkar2024")
PAPERS = ("gatmiry2024", "sukenik2024", "garrod2024", "kou2023", "boursier2024", *RELATED)
QUICK = Budget(seconds=3, instances=2)
EXPECTED = {
    "gatmiry2024.thm1_dependent": "REFUTED",
    "gatmiry2024.thm1": "PROVED", "gatmiry2024.thm2": "PROVED", "gatmiry2024.thm3": "PROVED",
    "gatmiry2024.thm3_global": "REFUTED", "gatmiry2024.thm4": "SUPPORTED", "gatmiry2024.thm5": "PROVED",
    "gatmiry2024.d0": "PROVED", "gatmiry2024.d1": "PROVED", "gatmiry2024.d3": "PROVED", "gatmiry2024.d4": "PROVED",
    "gatmiry2024.d8": "PROVED", "gatmiry2024.d10": "PROVED", "gatmiry2024.d12": "PROVED",
}  # fmt: skip


@pytest.mark.parametrize("key", EXPECTED)
def test_verdicts(key):
    verdict = run(CLAIMS[key], QUICK)
    assert verdict.outcome.value == EXPECTED[key], [f.note for f in verdict.findings]
    assert verdict.assertions > 0
    for finding in verdict.findings:
        if finding.certificate is not None:
            assert finding.certificate.verify()


def test_the_expectations_cover_the_paper():
    assert set(EXPECTED) == {claim.key for claim in select(["gatmiry2024"])}
    assert {key for key, outcome in EXPECTED.items() if outcome == "REFUTED"} == {
        "gatmiry2024.thm1_dependent",
        "gatmiry2024.thm3_global",
    }


def test_what_is_refuted_is_not_believed_and_the_other_way_round():
    for key, outcome in EXPECTED.items():
        assert CLAIMS[key].believed == (outcome != "REFUTED")


SIBLINGS = [sibling for claim in CLAIMS.values() for sibling in claim.siblings]


@pytest.mark.parametrize("sibling", SIBLINGS, ids=[s.key for s in SIBLINGS])
def test_every_false_sibling_is_refuted_by_a_replayable_certificate(sibling):
    assert sibling.refute().verify()


def test_every_believed_claim_has_a_sibling_and_a_source():
    for claim in CLAIMS.values():
        assert claim.siblings or not claim.believed, claim.key
        assert isinstance(claim.source.mark, Mark)
        assert claim.statement.isascii()


def test_digests_change_with_the_statement():
    digests = {claim.digest for claim in CLAIMS.values()}
    assert len(digests) == len(CLAIMS)
    claim = CLAIMS["gatmiry2024.thm1"]
    assert attrs.evolve(claim, statement=claim.statement + " And more.").digest != claim.digest
    assert attrs.evolve(claim, assumptions=claim.assumptions[1:]).digest != claim.digest


def test_drops_name_assumptions_that_exist():
    for claim in CLAIMS.values():
        for drop in claim.drops:
            assert drop.assumption is None or assumption_named(claim, drop.assumption)


def test_a_proof_that_rests_on_more_than_the_claim_assumes_proves_nothing():
    claim = CLAIMS["gatmiry2024.thm1"]
    for missing in ("independent_data", "increasing_activation", "strictly_convex_derivative"):
        fewer = tuple(a for a in claim.assumptions if a.name != missing)
        finding = proof(claim.proof, fewer).run(None)[0]
        assert finding.holds is None
        assert finding.evidence == "UNDECIDED"
        assert "does not assume" in finding.note


def test_every_hypothesis_of_every_proof_is_known():
    for name in proof_names():
        for goal in load_proof(name).goals:
            for hypothesis in goal.given:
                known = (speaks_of(name, hypothesis, goal.name), bool(said_by(name, hypothesis)))
                assert sum(known) == 1, (name, goal.name, hypothesis)


def test_every_proof_that_a_claim_names_exists():
    for claim in CLAIMS.values():
        assert claim.proof is None or claim.proof in proof_names(), claim.key


def test_selection():
    assert select([]) == all_claims()
    assert tuple(claim for paper in PAPERS for claim in select([paper])) == all_claims()
    with pytest.raises(InvalidClaim, match=r"gatmiry2024\.thm1"):
        find("gatmiry2024.thm11")
    with pytest.raises(InvalidClaim, match="independent_data"):
        assumption_named(CLAIMS["gatmiry2024.thm1"], "independant")


@pytest.mark.parametrize("key", sorted(CLAIMS))
def test_drawn_instances_keep_every_assumption(key):
    claim = CLAIMS[key]
    for position in range(8):
        instance = claim.instances(0, position)
        assert all(a.margin(instance).holds for a in claim.assumptions), (position, instance)


def test_instances_are_drawn_alike_from_the_same_seed():
    assert draw(two_layer(CONVEX), 5, 7) == draw(two_layer(CONVEX), 5, 7)
    assert len(set(draw(two_layer(UNIFORM), 8, 1))) == 8

"""The drop-one table and the archive."""

import json

import attrs
import pytest

from tests.falsify.local import STRUCTURE, claim
from theorycheck.claims import attacks
from theorycheck.claims.claim import Drop
from theorycheck.errors import CertificateError
from theorycheck.falsify.archive import keep, replayed
from theorycheck.falsify.search import falsify
from theorycheck.falsify.table import drop_one_table

DROPS = (
    Drop("increasing_activation", {"activation": "cube"}, True, "cube"),
    Drop("strictly_convex_derivative", {"activation": "tanh", "m": 2, "y": "6/5"}, False, "tanh, 6/5"),
    Drop("strictly_convex_derivative", {"activation": "nonsense"}, None, "wrong"),
)


@pytest.fixture(scope="module")
def table():
    said = []
    found = drop_one_table([attrs.evolve(STRUCTURE, drops=DROPS), claim()], 0.5, said.append)
    assert any("cube" in text for text in said)
    return found


def test_rows_follow_the_drops(table):
    assert [row.label for row in table.rows] == ["cube", "tanh, 6/5", "wrong"]
    assert [row.outcome for row in table.rows] == ["counterexample", "survived", "error"]


def test_a_row_has_a_witness_exactly_when_it_broke(table):
    broke, survived, wrong = table.rows
    assert "z = (1, 0)" in broke.witness
    assert broke.certificate.verify()
    assert (survived.witness, survived.certificate) == ("", None)
    assert survived.tries > 100
    assert "nonsense" in wrong.witness


def test_json(table):
    document = json.loads(json.dumps(table.to_json()))
    assert [row["dropped"] for row in document["rows"]] == [drop.assumption for drop in DROPS]
    assert document["rows"][0]["certificate"]["kind"] == "all"
    assert all(
        {"claim", "dropped", "outcome", "tries", "seconds", "label", "witness"} <= set(row) for row in document["rows"]
    )
    assert "cube: counterexample" in str(table)


def test_a_claim_without_drops_is_attacked_itself():
    rows = drop_one_table(claim(attacks.NEGATIVE_CURVATURE), 20).rows
    assert [(row.dropped, row.outcome) for row in rows] == [("nothing", "counterexample")]


@pytest.fixture
def cube():
    return falsify(STRUCTURE, "increasing_activation", {"activation": "cube"}, 20)


def test_archive_gives_back_what_holds(cube, tmp_path):
    place = keep(cube, tmp_path)
    assert keep(cube, tmp_path) == place
    assert [c.digest for c in replayed(cube.claim, "increasing_activation", tmp_path)] == [cube.certificate.digest]
    assert not list(replayed(cube.claim, "independent_data", tmp_path))
    assert not list(replayed("test2024.other", None, tmp_path))


@pytest.mark.parametrize("fault", ["{", '{"format": "other"}', "changed", "moved"])
def test_archive_passes_over_what_does_not_hold(cube, tmp_path, fault):
    place = keep(cube, tmp_path)
    text = place.read_text()
    if fault == "moved":
        place.rename(place.with_name("0" * 64 + ".json"))
    else:
        place.write_text(text.replace('"y": [', '"y": ["7", ') if fault == "changed" else fault)
    assert not list(replayed(cube.claim, "increasing_activation", tmp_path))


def test_archive_needs_a_folder(cube, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(CertificateError, match="cannot be made"):
        keep(cube, blocked)
    with pytest.raises(CertificateError, match="key"):
        list(replayed("../up", None, tmp_path))

"""What `solve dufm` concludes: certified ends, statements, and what it must not claim."""

import json
from fractions import Fraction

import numpy as np
import pytest

from theorycheck import solve
from theorycheck.certificates.certificate import verify_document
from theorycheck.errors import InvalidInstance
from theorycheck.exact.dufm_scalar import dnc_threshold
from theorycheck.exact.dufm_shape import identity, matrix, rounded
from theorycheck.exact.dufm_solution import exact_layers
from theorycheck.exact.dufm_verdict import Point, high, ranked
from theorycheck.models.features import UnconstrainedFeatures as Model

KEYS = {"dnc", "srg", "srg_row", "srg_flipped", "cut", "cut_part", "ladder", "blocks", "low_rank", "circle", "zero"}


def solved(*sizes, **options):
    return solve.dufm(*sizes, **{"seconds": 0, **options})


def test_the_document():
    document = solved(10, 4, "0.004").to_json()
    assert set(document["structures"]) >= KEYS
    assert {"structure", "loss", "layers", "factors"} <= set(document["best"])
    assert set(document) >= {"lower", "upper", "gap", "statement", "evidence", "certificate", "normalisation"}
    for layer in document["best"]["layers"]:
        assert set(layer) >= {"layer", "rank_before", "rank_after", "singular_values"}
    assert "1/(2N)" in document["normalisation"]
    assert document["structures"]["ladder"] is None
    assert document["details"]["srg"]["ratio_to_dnc"] == pytest.approx(0.90136, abs=6e-6)
    again = json.loads(json.dumps(document))
    assert verify_document(again["certificate"])


@pytest.mark.parametrize(
    "sizes",
    [
        ((2, 3, "0.01"), {}),
        ((2, 2, "0.06"), {"counts": (9, 1)}),
        ((6, 3, "0.01"), {"activation": "linear"}),
        ((4, 4, "0.01"), {"activation": "linear", "counts": (4, 3, 2, 1)}),
        ((5, 1, "0.02"), {"loss": "ce"}),
        ((2, 4, "0.01"), {"loss": "ce", "activation": "linear", "samples": 3}),
        ((3, 1, "1/10"), {}),
    ],
)
def test_optimal_where_theory_is_exact(sizes):
    solution = solved(*sizes[0], **sizes[1])
    assert solution.best == "dnc"
    assert "globally optimal" in solution.statement
    assert solution.settled
    assert solution.gap <= 1e-9
    assert solution.certificate.verify()
    if solution.instance.balanced:
        assert "optimal" in {part["role"] for part in solution.certificate.document["parts"]}


@pytest.mark.parametrize(
    ("sizes", "best"),
    [
        ((6, 4, "0.01"), "srg"),
        ((10, 3, "0.008"), "srg_flipped"),
        ((15, 2, "0.008"), "cut"),
        ((16, 2, "0.0074"), "blocks"),
        ((9, 3, "0.009"), "cut_part"),
    ],
)
def test_collapse_is_not_optimal(sizes, best):
    solution = solved(*sizes)
    assert solution.best == best
    assert solution.statement.startswith("DNC is not optimal")
    assert high({"value": solution.upper}) < Fraction(solution.collapsed)
    assert Fraction(solution.lower) < high({"value": solution.upper})
    told = solution.certificate.verify()
    assert "none of them is globally optimal" in told
    assert ("for every λ" in solution.statement) == (best != "blocks")
    assert ("for all positive lambda" in told) == (best != "blocks")


@pytest.mark.parametrize(("K", "L"), [(4, 2), (4, 3), (5, 3), (6, 2)])
def test_linear_cross_entropy(K, L):
    solution = solved(K, L, "0.015", loss="ce", activation="linear")
    assert solution.settled == (solution.structures["dnc"].loss > solution.loss)
    if solution.settled:
        assert "for every λ" not in solution.statement
        assert solution.statement.startswith("DNC is not optimal")


def test_undecided_says_how_far():
    solution = solved(4, 3, Fraction(0.3 * dnc_threshold(4, 3)))
    assert solution.best == "dnc"
    assert not solution.settled
    assert solution.statement.startswith("undecided, gap ")
    assert float(solution.statement.split()[2]) == pytest.approx(100 * solution.gap, rel=0.01)
    assert "optimal" not in solution.statement


def test_zero():
    solution = solved(4, 2, 1)
    assert solution.best == "zero"
    assert solution.upper == "1/2"
    assert "zero solution is globally optimal" in solution.statement
    linear = solved(3, 2, Fraction("1.01") * Fraction(dnc_threshold(3, 2)), activation="linear")
    assert linear.best == "zero"
    assert linear.settled
    assert "DNC is globally optimal" not in linear.statement


def test_srg_survives_where_collapse_is_zero():
    solution = solved(6, 4, "0.0357623")
    assert solution.best == "srg"
    assert solution.collapsed == "1/2"
    assert solution.statement.startswith("DNC is not optimal")


def test_one_structure_by_name():
    solution = solved(10, 4, "0.004", structure="srg")
    assert solution.best == "srg"
    assert solution.loss == pytest.approx(0.0894708949, abs=6e-11)
    collapse = solved(10, 4, "0.004", structure="dnc")
    assert collapse.best == "dnc"
    assert collapse.statement == "for every λ no nonzero DNC solution is optimal, by srg_flipped"


def test_certified_value_is_that_of_the_floats():
    for sizes, options in (((10, 3, "0.008"), {}), ((9, 5, "0.003"), {}), ((5, 2, "0.02"), {"loss": "ce"})):
        solution = solved(*sizes, **options)
        assert float(high({"value": solution.upper})) == pytest.approx(solution.loss, rel=1e-9)


@pytest.mark.parametrize(
    ("sizes", "options", "words"),
    [
        ((1, 2, "1/10"), {}, "number of classes"),
        ((3, 0, "1/10"), {}, "depth"),
        ((3, 2, 0), {}, "regularisation"),
        ((3, 2, "1/10"), {"counts": (1, 2)}, "counts"),
        ((3, 2, "1/10"), {"counts": (1, 2, 3), "samples": 2}, "both"),
        ((3, 2, "1/10"), {"seconds": -1}, "budget"),
        ((3, 2, "1/10"), {"seconds": float("nan")}, "budget"),
        ((3, 2, "1/10"), {"loss": "hinge"}, "loss"),
        ((3, 2, ("1/10", "1/10")), {}, "reg"),
        ((201, 2, "1/1000"), {}, "certificates go up to"),
        ((3, 61, "1/1000"), {}, "certificates go up to"),
    ],
)
def test_bad_input(sizes, options, words):
    with pytest.raises(InvalidInstance, match=words):
        solved(*sizes, **options)


def test_too_large_for_the_search_is_said():
    solution = solve.dufm(4, 31, "1/100000", seconds=5)
    assert "closed forms only" in solution.note


def test_the_search_starts_from_the_structures():
    solution = solve.dufm(3, 4, Fraction(0.3 * dnc_threshold(3, 4)), seconds=1)
    assert solution.loss <= 0.1529197272 + 6e-11
    assert solution.best in {"search", "ladder"}
    assert solution.certificate.verify()
    assert [layer.rank_after for layer in solution.layers][-2:] == [3, 3]
    roles = {part["role"] for part in solution.certificate.document["parts"]}
    assert ("layers" in roles) == all(layer.rule == "exact" for layer in solution.layers)


def test_rounded_floats_have_exact_ranks_only_where_floats_agree():
    """A layer of rank 1 up to rounding is not called one of rank 2, nor certified as such."""
    instance = Model(2, 2, "1/100")
    thin = [np.array([[0.1, 0.7], [0.3, 2.1]]), np.eye(2), np.eye(2)]
    factors = tuple(matrix([[rounded(v, 40) for v in row] for row in W]) for W in thin)
    assert exact_layers(instance, factors)[0].rank_before == 2
    told = ranked(instance, Point("search", 0.4, factors, exact_ranks=False))
    assert told[0].rank_before == 1
    assert told[0].rule.startswith("numerical")
    told = ranked(instance, Point("search", 0.4, (identity(2),) * 3, exact_ranks=False))
    assert {layer.rule for layer in told} == {"exact"}


@pytest.mark.parametrize("reg", ["1e-200", "1e-12", "1e6", "1e200"])
@pytest.mark.parametrize("loss", ["mse", "ce"])
def test_lambda_of_any_size(reg, loss):
    """Products of many λ leave the range of floats."""
    solution = solved(4, 4, reg, loss=loss)
    assert 0 <= solution.gap <= 1
    if float(reg) > 1:
        assert solution.best == "zero"
        assert "zero solution is globally optimal" in solution.statement

"""Claims of arXiv 2405.14468: verdicts, the numbers they rest on, boundary cases, and planted faults."""

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

from theorycheck.certificates.certificate import Certificate
from theorycheck.claims import features_assumptions as A
from theorycheck.claims.check import Budget, run
from theorycheck.claims.checks import (
    features_exact,
    features_nuclear,
    features_numbers,
    features_points,
    features_solved,
)
from theorycheck.claims.features_instances import regular, simple
from theorycheck.claims.features_thresholds import zero_power
from theorycheck.claims.store import find, select
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures

from .features_oracles import at_level, objective, singular_values

EXPECTED = {
    "thm_main": "PROVED", "thm_srg": "PROVED", "srg_flipped": "PROVED", "all_classes": "PROVED", "cut": "PROVED",
    "dnc1": "CERTIFIED", "two_classes": "PROVED", "linear_mse": "PROVED", "depth_rule": "PROVED",
    "block_sum": "PROVED", "thresholds": "PROVED", "imbalance": "CERTIFIED", "l2_nuclear": "PROVED",
    "l2": "REFUTED", "nuclear_two": "CERTIFIED", "nuclear": "REFUTED",
}  # fmt: skip
SRG = features_points.cut(lambda r: 2)
FLIPPED = features_points.cut(lambda r: r - 2)


def test_the_expectations_cover_the_paper():
    assert [claim.key for claim in select(["sukenik2024"])] == [f"sukenik2024.{name}" for name in EXPECTED]


@pytest.mark.parametrize("name", EXPECTED)
def test_verdicts(name):
    claim = find(f"sukenik2024.{name}")
    verdict = run(claim, Budget(seconds=1, instances=1))
    assert verdict.outcome.value == EXPECTED[name], [(f.check, f.note) for f in verdict.findings]
    assert claim.believed == (EXPECTED[name] != "REFUTED")
    assert verdict.assertions > 0
    for found in verdict.findings:
        if found.certificate is not None:
            assert found.certificate.verify()
        assert found.evidence != "CERTIFIED" or found.certificate is not None


# ---- the numbers, against the objective written out sample by sample -------------------------------------------------


@pytest.mark.parametrize(
    ("classes", "depth", "build", "loss"),
    [
        (6, 4, SRG, 0.1500591805),
        (10, 4, SRG, 0.1405342224),
        (15, 4, SRG, 0.1336832628),
        (21, 4, SRG, 0.1284113497),
        (10, 5, SRG, 0.1258192868),
        (3, 3, SRG, 0.1714418921),
        (10, 3, FLIPPED, 0.1478381),
        (3, 4, features_points.best_family, 0.1529197272),
        (3, 5, features_points.best_family, 0.1416199418),
        (3, 4, features_points.collapsed, 0.1557021451),
        (10, 2, features_points.collapsed, 0.1711844535),
        (7, 1, features_points.collapsed, 0.255),
    ],
)
def test_losses_of_structures(classes, depth, build, loss):
    net = at_level(classes, depth, 0.3)
    factors = build(net)
    assert objective(net, factors) == pytest.approx(loss, abs=1e-7 if loss == 0.1478381 else 2e-10)
    assert features_points.loss_of(net, factors) == pytest.approx(objective(net, factors), abs=1e-13)


@pytest.mark.parametrize("n", [2, 3])
def test_only_the_mean_regularisation_counts(n):
    one = UnconstrainedFeatures(6, 4, "1/100")
    several = UnconstrainedFeatures(6, 4, (Fraction(1, 50) / n, "1/200", "1/50", "1/200", "1/100"), counts=n)
    for build in (SRG, features_points.collapsed):
        assert objective(several, build(several)) == pytest.approx(objective(one, build(one)), abs=1e-13)


def test_ranks_of_srg():
    """Before and after the ReLU; M_1 to M_4 for five vertices."""
    document = features_solved.below_collapse(at_level(10, 4, 0.3), SRG(at_level(10, 4, 0.3))).document
    assert document["parts"][1]["ranks"] == [[5, 5], [5, 5], [5, 5], [5, 10]]
    assert document["parts"][1]["output"] == 10


def test_the_cut_of_k6_in_rationals():
    net = UnconstrainedFeatures(15, 2, "1/500")
    H, W1, W2 = features_points.half_cut(net)
    norms = [sum((v * v for v in W.entries()), fmpq(0)) for W in (H, W1, W2)]
    assert norms == [20, 30, fmpq(65, 12)]
    hidden = fmpq_mat([[max(v, fmpq(0)) for v in row] for row in (W1 * H).tolist()])
    assert W2 * hidden == fmpq_mat([[int(i == j) for j in range(15)] for i in range(15)])
    before, after = singular_values(W1 * H).sum(), singular_values(hidden).sum()
    assert (round(before, 1), round(after, 1)) == (24.5, 28.4)
    certificate = run(find("sukenik2024.l2"), instance=net).findings[0].certificate
    assert isinstance(certificate, Certificate)
    assert "3250 < 15^3 = 3375" in certificate.verify()


def test_thresholds():
    for (classes, depth), value in {(2, 2): 0.1984251315, (3, 3): 0.0907218423, (10, 4): 0.0210366590}.items():
        assert float(zero_power(classes, depth)) ** (1 / (depth + 1)) == pytest.approx(value, abs=1e-10)
    # the condition for two classes as remembered: (L-1)^(L-1) / (2^(L+1) L^(2L))
    assert [zero_power(2, L) for L in (1, 2, 3)] == [Fraction(1, 4), Fraction(1, 128), Fraction(4, 16 * 729)]
    assert "0.4918005" in features_exact.survives().verify()


@pytest.mark.parametrize(
    ("counts", "depth", "reg", "loss"),
    [
        ((9, 1), 1, "0.173205", 0.41961524),
        ((9, 1), 2, "0.082548", 0.28994410),
        ((9, 1), 3, "0.062040", 0.25806149),
        ((4, 4, 1), 2, "0.069996", 0.35817260),
    ],
)
def test_minority_collapse(counts, depth, reg, loss):
    net = UnconstrainedFeatures(len(counts), depth, reg, activation="linear", counts=counts)
    assert objective(net, features_points.singles(net)) == pytest.approx(loss, abs=2e-6)  # λ told to six digits
    found = run(find("sukenik2024.imbalance"), instance=net)
    assert found.outcome.value == "CERTIFIED"
    assert [f.value for f in found.findings if "lost" in f.check] == [f"[{len(counts) - 1}]"]


def test_the_relu_raises_a_nuclear_norm():
    M = features_nuclear.WITNESS
    ratio = singular_values(features_nuclear.rectified(M)).sum() / singular_values(M).sum()
    assert ratio == pytest.approx(1.04111, abs=1e-5)
    for A_ in (M, features_nuclear.rectified(M), fmpq_mat([[1, 2], [3, -1], [0, 5]])):
        assert features_nuclear.norm(A_) == pytest.approx(singular_values(A_).sum())
        p, q, d = features_nuclear.invariants(A_)
        s2 = [*(singular_values(A_) ** 2), 0.0][:3]
        assert float(p) == pytest.approx(sum(s2))
        assert float(q) == pytest.approx(s2[0] * s2[1] + s2[0] * s2[2] + s2[1] * s2[2])
        assert float(d) == pytest.approx(np.prod(s2), abs=1e-9)


# ---- where the statements end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assumption", "inside", "outside"),
    [
        (A.TRIANGULAR, {"classes": 6}, {"classes": 7}),
        (A.corners(4), {"classes": 6}, {"classes": 3}),
        (A.layers(4), {"depth": 4}, {"depth": 3}),
        (A.depth(3), {"depth": 3}, {"depth": 4}),
        (A.classes(3), {"classes": 3}, {"classes": 2}),
        (A.TWO_CLASSES, {"classes": 2}, {"classes": 3}),
        (A.MSE, {"loss": "mse"}, {"loss": "ce"}),
        (A.RELU, {"activation": "relu"}, {"activation": "linear"}),
        (A.LINEAR, {"activation": "linear"}, {"activation": "relu"}),
        (A.LINEAR, {"depth": 1}, {"depth": 2}),
        (A.BALANCED, {"counts": 3}, {"counts": (3, 2, 2, 2, 2, 2)}),
        (A.WIDE, {"width": 6}, {"width": 5}),
        (A.SEVERAL, {"counts": 2}, {"counts": 1}),
        (A.MAIN_CLASSES, {"depth": 4, "classes": 6}, {"depth": 3, "classes": 9}),
        (A.ONE_REG, {"reg": "1/3"}, {"reg": ("1/3", "1/3", "1/3", "1/3", "1/2")}),
        (A.SMALL_REG, {"reg": "0.0350"}, {"reg": "0.0351"}),
        (A.SMALL_REG, {"reg": "0.0350"}, {"reg": "0.0350", "counts": 2}),
    ],
)
def test_margins_change_sign_where_assumptions_end(assumption, inside, outside):
    plain = {"classes": 6, "depth": 4, "reg": "1/100"}
    for given, holds in ((inside, True), (outside, False)):
        margin = assumption.margin(UnconstrainedFeatures(**(plain | given)))
        assert margin.exact
        assert margin.holds is holds


@pytest.mark.parametrize("classes", [2, 3, 6, 10])
def test_the_false_claim_is_not_refuted_where_no_point_is_known(classes):
    verdict = run(find("sukenik2024.l2"), instance=regular(classes, 2))
    assert verdict.outcome.value in ("VACUOUS", "UNDECIDED")


def test_an_instance_outside_the_assumptions_tests_nothing():
    verdict = run(find("sukenik2024.thm_srg"), instance=UnconstrainedFeatures(7, 4, "1/100"))
    rest = [f for f in verdict.findings if f.check == "assumptions"]
    assert [f.assertions for f in rest] == [0]
    assert "triangular_classes" in rest[0].note


@pytest.mark.parametrize("value", [0.0390625, 1.0, 0.009999, 7.3e-5])
def test_simple_rounds_down_to_two_digits(value):
    assert 0 <= value - float(simple(value)) < value / 9


# ---- planted faults --------------------------------------------------------------------------------------------------


def test_no_certificate_for_what_is_false():
    with pytest.raises(CertificateError):
        features_numbers.smaller(*features_numbers.srg_sides(3, 4))
    with pytest.raises(CertificateError):
        features_solved.below_collapse(regular(3, 4), features_points.collapsed(regular(3, 4)))
    with pytest.raises(CertificateError):
        features_solved.below_collapse(regular(6, 3), SRG(regular(6, 3)))
    with pytest.raises(CertificateError):
        features_nuclear.raised(fmpq_mat([[1, 0, 0], [0, 1, 0], [1, 1, 0]]))
    with pytest.raises(InvalidInstance):
        SRG(regular(7, 4))
    with pytest.raises(InvalidInstance):
        features_points.half_cut(regular(10, 2))


def test_a_floor_that_the_point_does_not_reach_decides_nothing():
    net = UnconstrainedFeatures(3, 2, "1/10", activation="linear")
    worse = lambda one: tuple(2 * W for W in features_points.collapsed(one))  # noqa: E731
    found = features_solved.optimal("schatten", worse).run(net)[0]
    assert (found.evidence, found.holds, found.assertions) == ("UNDECIDED", None, 0)


def test_products_of_inserted_layers_are_compared_exactly():
    found = features_exact.INSERTED.run(regular(6, 3))[0]
    assert found.holds
    assert "= 4 * " in found.value
    assert features_exact.INSERTED.run(regular(7, 4))[0].evidence == "UNDECIDED"

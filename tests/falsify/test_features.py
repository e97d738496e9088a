"""The search on unconstrained features end to end: what it finds is evaluated again without it."""

import json
import subprocess
import sys
from fractions import Fraction

import attrs
import numpy as np
import pytest

from tests.falsify.features_local import ENTROPY, LINEAR, RELU, claim, collapse, evaluate, floats
from theorycheck.certificates import check
from theorycheck.certificates.certificate import Certificate, verify_file
from theorycheck.claims import attacks
from theorycheck.claims import features_assumptions as A
from theorycheck.claims.claim import Drop
from theorycheck.errors import InvalidClaim, InvalidInstance
from theorycheck.falsify.assumed import Assumed
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.features.space import space
from theorycheck.falsify.kinds import SETTINGS, setting_of
from theorycheck.falsify.search import falsify
from theorycheck.falsify.table import drop_one_table

F = Fraction
OPTIMAL = claim(attacks.BELOW_COLLAPSE, attacks.TOO_NARROW, assumptions=(*LINEAR, A.SMALL_REG), key="test2024.optimal")
BEATEN = claim(attacks.COLLAPSE_OPTIMAL, attacks.ZERO_OPTIMAL, assumptions=(*RELU, A.classes(3), A.layers(4)))


@pytest.fixture(scope="module")
def ladder():
    return falsify(OPTIMAL, "linear_layers", {"classes": 3, "depth": 4}, 20)


@pytest.fixture(scope="module")
def pairs():
    return falsify(OPTIMAL, "squared_loss", {"classes": "4", "depth": "3", "reg": "1/100"}, 20)


def test_the_ladder_has_output_one_and_a_small_product(ladder):
    factors = floats(ladder)
    M = factors[0]
    for position, W in enumerate(factors[1:]):
        M = W @ (np.maximum(M, 0) if position else M)
    assert np.allclose(M, np.eye(3))
    assert np.prod([(W**2).sum() for W in factors]) == pytest.approx(float(F(ladder.violation.value)))
    assert F(ladder.violation.value) < 3**5


def test_a_smaller_product_is_a_smaller_objective_at_every_reg(ladder):
    factors = floats(ladder)
    power = len(factors)
    mean = np.prod([(W**2).sum() for W in factors]) ** (1 / power)
    for reg in ("1/1000", "1/100", "1/60"):
        instance = type(ladder.instance)(3, 4, reg)
        t = np.array([np.sqrt(mean / (W**2).sum()) for W in factors])  # equal norms, output still the identity
        scales = np.linspace(0.5, 1, 400)
        best = min(
            evaluate(instance, [W * s * c ** (1 / power) for W, s in zip(factors, t, strict=True)]) for c in scales
        )
        assert best < collapse(instance)


def test_pairs_are_below_collapse_by_numpy(pairs):
    assert isinstance(pairs, Counterexample)
    here = evaluate(pairs.instance, floats(pairs))
    assert here == pytest.approx(float(pairs.violation.value), rel=1e-9)
    assert here < collapse(pairs.instance)
    assert "mean" in pairs.instance.normalisation or "1/N" in pairs.instance.normalisation


def test_small_numbers(pairs):
    numbers = [F(v) for rows in pairs.point["factors"] for row in rows for v in row]
    assert max(max(abs(v.numerator), v.denominator) for v in numbers) <= 10


def test_kept_assumptions_hold_and_the_dropped_one_fails(ladder, pairs):
    for found, dropped in ((ladder, "linear_layers"), (pairs, "squared_loss")):
        assert found.margins[dropped].holds is False
        assert all(m.holds for name, m in found.margins.items() if name != dropped)


def test_json_has_the_pinned_keys(ladder):
    document = json.loads(json.dumps(ladder.to_json()))
    pinned = {"claim", "dropped", "outcome", "tries", "seconds", "instance", "violation", "certificate"}
    assert pinned <= set(document)
    instance = document["instance"]
    assert (instance["classes"], instance["depth"], instance["loss"], instance["activation"]) == (3, 4, "mse", "relu")
    assert instance["point"]["factors"] == ladder.point["factors"]
    assert "1/(2N)" in instance["normalisation"]


def test_script_runs_without_the_package(pairs, tmp_path):
    assert verify_file(pairs.save(tmp_path / "w.json")).valid
    script = pairs.to_script(tmp_path / "w.py")
    done = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "none of them is globally optimal" in done.stdout


@pytest.mark.parametrize("change", [('"reg": ["1/100"', '"reg": ["1/90"'), ('["-1"', '["-7"')])
def test_a_changed_certificate_is_refused(pairs, change):
    text = json.dumps(pairs.certificate.document)
    assert change[0] in text
    document = json.loads(text.replace(*change))
    document["instance_digest"] = check.digest(document["instance"])
    document["seal"] = check.digest({k: v for k, v in document.items() if k != "seal"})
    with pytest.raises(check.Refused):
        Certificate(document).verify()


def test_text_and_latex(ladder, pairs):
    assert "H = (1, 1, 0); (0, 1, 1)" in str(ladder)
    assert r"H=\begin{pmatrix}1 & 1 & 0\\ 0 & 1 & 1\end{pmatrix}" in ladder.to_latex()
    assert "$K=4$, $L=3$" in pairs.to_latex()


def test_collapse_is_optimal_for_two_classes():
    found = falsify(BEATEN, "enough_classes", {}, 20)
    assert found.instance.classes == 2
    assert float(found.violation.value.split(",")[0]) == pytest.approx(collapse(found.instance), rel=1e-8)
    assert "attained by nonzero parameters" in found.certificate.statement


def test_collapse_is_optimal_with_one_layer_in_closed_form():
    entropy = claim(attacks.COLLAPSE_OPTIMAL, assumptions=(*ENTROPY, A.classes(4), A.PAIRS))
    found = falsify(entropy, "enough_layers", {"depth": 1, "classes": 4, "reg": "1/40"}, 20)
    a = np.log(40 - 3)
    assert float(found.violation.value.split(",")[0]) == pytest.approx(np.log1p(3 * np.exp(-a)) + 3 * a / 40, rel=1e-9)


def test_large_regularisation_leaves_zero():
    large = claim(*BEATEN.attacks, assumptions=(*BEATEN.assumptions, A.SMALL_REG))
    found = falsify(large, "small_regularisation", {"classes": 3, "depth": 4}, 20)
    assert found.violation.value == "1/2, that of zero"
    assert isinstance(falsify(large, None, {"classes": 2 + 1, "depth": 4, "counts": 2}, 0.01), Survived)


def test_zero_is_where_collapse_ends():
    ends = claim(attacks.ZERO_BELOW_COLLAPSE, assumptions=(*LINEAR, A.SMALL_REG))
    found = falsify(ends, "small_regularisation", {"classes": 3, "depth": 2}, 20)
    assert collapse(found.instance) == pytest.approx(0.5)
    assert isinstance(falsify(ends, None, {"classes": 3, "depth": 2}, 5), Survived)


def test_the_minority_class_is_lost():
    uneven = claim(attacks.CLASS_LOST, assumptions=LINEAR)
    found = falsify(uneven, "balanced_classes", {"counts": "9,1", "depth": 2, "reg": "1/20"}, 20)
    factors = floats(found)
    Z = factors[2] @ factors[1] @ factors[0]
    assert Z[1, 1] == 0 < Z[0, 0]
    here = evaluate(found.instance, factors)
    scales = np.linspace(0, 1.2, 2001)
    mean = (1 / 20) * (np.cbrt(9) + 1)
    equal = ((1 - scales) ** 2 / 2 + 1.5 * mean * scales ** (2 / 3)).min()
    assert here < equal


def test_narrow_layers_cannot_collapse():
    found = falsify(OPTIMAL, "wide_enough", {}, 20)
    assert found.instance.width < found.instance.classes
    assert found.violation.value == str(found.instance.classes)


def test_curvature_at_collapse_by_second_differences():
    local = claim(attacks.NOT_LOCALLY_MINIMAL, assumptions=(*ENTROPY, A.layers(2), A.BELOW_FOLD, A.BELOW_STABILITY))
    found = falsify(local, "below_stability", {"classes": 4, "depth": 2, "reg": "1/6"}, 20)
    (part,) = [p for p in found.certificate.document["parts"] if p["kind"] == "curved"]
    alpha = float(F(part["low"]))
    X = np.array([[float(F(v)) for v in row] for row in part["direction"]])
    C = np.eye(4) - 1 / 4

    def along(eps):  # balanced factors: cube roots of a matrix that is positive on the image of C
        values, Q = np.linalg.eigh(alpha * C + eps * X)
        root = (Q * np.cbrt(np.where(values > 1e-9, values, 0))) @ Q.T
        return evaluate(found.instance, [root] * 3)

    h = 1e-3
    assert (along(h) - 2 * along(0) + along(-h)) / h**2 == pytest.approx(float(found.violation.value), rel=1e-3)
    assert isinstance(falsify(local, None, {"classes": 4, "depth": 2}, 5), Survived)


def test_more_parameters_collapse_at_first():
    printed = claim(attacks.NOT_SMALLER_AT_FIRST, assumptions=ENTROPY)
    found = falsify(printed, None, {}, 20)
    assert (found.instance.classes, found.violation.value) == (4, "6/5")  # (K-1)(2d-K) / (r (2d-r-1)), K = d = 4, r = 2


def test_the_relu_raises_a_nuclear_norm():
    nuclear = claim(attacks.NUCLEAR_NORM_RAISED, assumptions=(A.TWO_CLASSES,))
    found = falsify(nuclear, "two_classes", {}, 20)
    M = np.array([[float(v) for v in row] for row in found.point["matrix"]])
    assert M.shape == (3, 3)
    assert np.abs(M).max() == 1
    ratio = np.linalg.norm(np.maximum(M, 0), "nuc") / np.linalg.norm(M, "nuc")
    assert ratio == pytest.approx(float(found.violation.value), rel=1e-9)
    assert ratio > 1.008
    assert isinstance(falsify(nuclear, None, {}, 5), Survived)


# ---- survivors, degenerate sizes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fixed", [{"classes": 2, "depth": 1}, {"classes": 3, "depth": 2, "counts": 2}])
def test_the_linear_theorem_survives(fixed):
    found = falsify(OPTIMAL, None, fixed, 20)
    assert isinstance(found, Survived)
    assert found.tries > 3
    assert found.uncertified == 0


def test_survivors_say_what_a_search_saw():
    found = falsify(BEATEN, "enough_layers", {"classes": 3, "depth": 3, "reg": "1/100"}, 20)
    assert isinstance(found, Survived)
    assert any("found nothing below deep neural collapse" in said for said in found.remarks)
    assert found.to_json()["remarks"] == list(found.remarks)
    assert found.uncertified > 0


def test_equal_norms_are_kept_where_they_are_assumed():
    kept = claim(attacks.BELOW_COLLAPSE, assumptions=(*RELU, A.depth(2), A.SMALL_REG, A.EQUALITY))
    assert isinstance(falsify(kept, "nuclear_equality", {"classes": 15}, 20), Counterexample)
    assert isinstance(falsify(kept, None, {"classes": 15, "reg": "1/100"}, 20), Survived)


def test_a_width_too_small_for_the_cut():
    relu = claim(attacks.BELOW_COLLAPSE, assumptions=(*RELU, A.depth(2)))
    found = falsify(relu, None, {"classes": 15, "width": 18, "reg": "1/100"}, 20)
    assert isinstance(found, Survived)


def test_rows_that_drop_nothing():
    drops = (Drop(None, {"counts": 2, "classes": 3, "depth": 2}, False, "n = 2"), Drop("linear_layers", {"depth": 2}))
    import attrs

    table = drop_one_table(attrs.evolve(OPTIMAL, drops=drops), 20)
    assert [(r.dropped, r.outcome) for r in table.rows] == [
        ("nothing", "survived"),
        ("linear_layers", "counterexample"),
    ]


# ---- what is fixed -------------------------------------------------------------------------------------------------


def test_the_settings_are_three():
    assert set(SETTINGS) == {"two-layer", "features", "relu"}
    assert setting_of(OPTIMAL) is SETTINGS["features"]
    with pytest.raises(InvalidClaim, match="two-layer"):
        setting_of(attrs.evolve(OPTIMAL, setting="other"))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"classes": 1}, "2"),
        ({"classes": "many"}, "many"),
        ({"depth": 0}, "depth"),
        ({"reg": "0"}, "positive"),
        ({"reg": "1/10,1/20", "depth": 3}, "4"),
        ({"counts": "1,2", "classes": 3}, "3"),
        ({"counts": 0}, "counts"),
        ({"samples": 2, "counts": 2}, "one of them"),
        ({"loss": "hinge"}, "mse"),
        ({"activation": "tanh"}, "relu"),
        ({"width": 0}, "width"),
    ],
)
def test_values_without_sense(given, word):
    with pytest.raises(InvalidInstance, match=word):
        falsify(OPTIMAL, "linear_layers", given)


def test_unknown_names_are_told_with_the_nearest():
    with pytest.raises(InvalidClaim, match="classes"):
        falsify(OPTIMAL, "linear_layers", {"clases": 3})
    with pytest.raises(InvalidClaim, match="balanced_classes"):
        falsify(OPTIMAL, "balanced_clases")


def test_what_is_fixed_may_not_break_an_assumption_silently():
    with pytest.raises(InvalidClaim, match="squared_loss"):
        falsify(OPTIMAL, None, {"loss": "ce"})
    with pytest.raises(InvalidClaim, match="linear_layers"):
        falsify(OPTIMAL, "linear_layers", {"activation": "linear"})
    found = falsify(BEATEN, "enough_classes", {"classes": 2, "depth": 1}, 20)
    assert found.also_broken == ("enough_layers",)
    assert found.certificate.document["claim"]["also_broken"] == ["enough_layers"]


def test_the_pool_keeps_what_is_fixed():
    setting = SETTINGS["features"]
    given = setting.read({"classes": 5, "samples": "3", "reg": "1/100,1/200,1/300", "depth": "2"})
    _, found = space(Assumed.of(OPTIMAL, None, setting.subject), given, None)
    assert found.instances
    assert all((one.classes, one.depth, one.counts) == (5, 2, (3,) * 5) for one in found.instances)
    assert all(one.reg == (F(1, 100), F(1, 200), F(1, 300)) for one in found.instances)

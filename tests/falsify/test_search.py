"""The search end to end: what it finds is checked again without it, and what is false it never returns."""

import json
import subprocess
import sys
from fractions import Fraction

import attrs
import numpy as np
import pytest

from tests.falsify.local import SETTING, STRUCTURE, claim, values
from theorycheck.certificates import check
from theorycheck.certificates.build import number
from theorycheck.certificates.certificate import Certificate, verify_file
from theorycheck.claims import assumptions as A
from theorycheck.claims import attacks
from theorycheck.claims.attacks import points
from theorycheck.claims.attacks.exactly import less
from theorycheck.claims.claim import Attack, Looked, Margin, Violation
from theorycheck.errors import InvalidClaim, InvalidInstance
from theorycheck.falsify.counterexample import Counterexample, Survived
from theorycheck.falsify.search import falsify
from theorycheck.models.activations import activation

F = Fraction


@pytest.fixture(scope="module")
def cube():
    return falsify(STRUCTURE, "increasing_activation", {"activation": "cube"}, 20)


@pytest.fixture(scope="module")
def tanh():
    return falsify(STRUCTURE, "strictly_convex_derivative", {"activation": "tanh", "m": 2, "y": 1}, 20)


def test_cube_has_the_notes_stationary_point(cube):
    assert isinstance(cube, Counterexample)
    assert values(cube) == [[1, 0]]
    assert cube.instance.data.y == (1,)


def test_cube_is_stationary_by_finite_differences(cube):
    z1, z2 = values(cube)[0]

    def along(t):  # the zero-loss curve through (1, 0): z2 = t, z1 = (1 - t^3)^(1/3)
        return 9 * ((1 - t**3) ** (4 / 3) + t**4)

    assert (float(z1), float(z2)) == (1.0, 0.0)
    assert (along(1e-4) - along(-1e-4)) / 2e-4 == pytest.approx(0.0, abs=1e-6)


def test_tanh_is_lower_by_plain_fractions(tanh):
    u = values(tanh)[0]
    assert sum(u) == 1
    assert sum((1 - v * v) ** 2 for v in u) < 2 * (1 - F(1, 4)) ** 2 == F(9, 8)
    assert F(tanh.violation.value) == sum((1 - v * v) ** 2 for v in u)


def test_certificate_stands_alone(tanh, tmp_path):
    saved = tanh.save(tmp_path / "witness.json")
    assert verify_file(saved).valid
    roles = [part["role"] for part in tanh.certificate.document["parts"]]
    assert {"keeps independent_data", "keeps increasing_activation", "violates"} <= set(roles)
    assert "breaks strictly_convex_derivative" in roles
    assert tanh.certificate.document["claim"]["digest"] == STRUCTURE.digest


def test_script_runs_without_the_package(cube, tmp_path):
    script = cube.to_script(tmp_path / "witness.py")
    done = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "holds" in done.stdout


@pytest.mark.parametrize("change", ["3", "-1", "1/2"])
def test_a_changed_point_is_refused(cube, change):
    document = json.loads(json.dumps(cube.certificate.document))
    text = json.dumps(document).replace('"values": [["1", "0"]]', f'"values": [["{change}", "0"]]')
    document = json.loads(text)
    document["seal"] = check.digest({k: v for k, v in document.items() if k != "seal"})
    with pytest.raises(check.Refused):
        Certificate(document).verify()


def test_json_has_the_pinned_keys(tanh):
    document = tanh.to_json()
    pinned = {"claim", "dropped", "outcome", "tries", "seconds", "instance", "violation", "certificate"}
    assert pinned <= set(document)
    assert set(document["violation"]) == {"quantity", "bound", "value"}
    assert json.loads(json.dumps(document)) == document
    survived = falsify(
        STRUCTURE, "strictly_convex_derivative", {"activation": "tanh", "m": 2, "y": "6/5"}, 0.3
    ).to_json()
    assert pinned <= set(survived)
    assert survived["certificate"] is None


def test_latex_and_text_name_the_point(cube):
    assert r"\begin{pmatrix}1 & 0\end{pmatrix}" in cube.to_latex()
    assert "z = (1, 0)" in str(cube)
    assert "z = (1, 0)" in cube.witness


def test_kept_assumptions_hold_and_the_dropped_one_fails(cube, tanh):
    for found, dropped in ((cube, "increasing_activation"), (tanh, "strictly_convex_derivative")):
        assert found.margins[dropped].holds is False
        assert all(m.holds for name, m in found.margins.items() if name != dropped)


def test_the_theorem_itself_survives():
    found = falsify(STRUCTURE, None, {}, 1.5)
    assert isinstance(found, Survived)
    assert found.tries > 1000
    assert found.looked


def test_user_data_are_respected():
    fixed = {"activation": "tanh", "X": "1,0;1,1", "y": "1,6/5"}
    found = falsify(STRUCTURE, "strictly_convex_derivative", fixed, 20)
    assert isinstance(found, Counterexample)
    assert found.instance.data.X == ((1, 0), (1, 1))
    assert found.instance.data.y == (1, F(6, 5))


def test_several_samples_are_lower_by_numpy():
    found = falsify(STRUCTURE, "strictly_convex_derivative", {"activation": "sigmoid", "n": 2, "m": 3}, 20)
    assert isinstance(found, Counterexample)
    u = np.array([[float(v) for v in row] for row in values(found)])
    equal = np.repeat(u.mean(axis=1, keepdims=True), 3, axis=1)
    w = np.array([float(v) for v in found.instance.data.squared_norms()])[:, None]
    assert (w * (u * (1 - u)) ** 2).sum() < (w * (equal * (1 - equal)) ** 2).sum()


# ---- planted faults: none of these may come back as a counterexample ----------------------------------------------


def one_candidate(space):
    from theorycheck.claims.instances import smallest

    template = smallest("cubic", 0, 2)
    candidate = points.complete(template, "z", ((F(1), F(0)),))
    assert candidate is not None
    yield candidate
    yield Looked(1, "planted")


def planted(evidence):
    told = Violation("planted", "0", "1", 1.0, evidence)
    return Attack("planted", one_candidate, lambda candidate: told)


def test_false_evidence_is_not_believed():
    lie = planted((less("violates", ("one", [number(1)]), ("zero", [number(0)])),))
    found = falsify(claim(lie), None, {}, 5)
    assert isinstance(found, Survived)
    assert found.uncertified == 1


def test_a_candidate_that_breaks_a_kept_assumption_is_left_out():
    truth = planted((less("violates", ("zero", [number(0)]), ("one", [number(1)])),))
    never = attrs.evolve(A.LABEL_NOISE, name="never", margin=lambda instance: Margin(F(-1), True, "planted"))
    assert isinstance(falsify(claim(truth), None, {}, 5), Counterexample)
    assert isinstance(falsify(claim(truth, assumptions=(*SETTING, never)), None, {}, 5), Survived)


def test_an_unknown_margin_counts_as_broken():
    truth = planted((less("violates", ("zero", [number(0)]), ("one", [number(1)])),))
    unknown = attrs.evolve(A.LABEL_NOISE, name="unknown", margin=lambda instance: Margin(None, False, "planted"))
    assert isinstance(falsify(claim(truth, assumptions=(*SETTING, unknown)), None, {}, 5), Survived)


# ---- wrong input ---------------------------------------------------------------------------------------------------


def test_unknown_assumption():
    with pytest.raises(InvalidClaim, match="independent_data"):
        falsify(STRUCTURE, "independent_dat")


def test_unknown_name_is_told_with_the_nearest():
    with pytest.raises(InvalidClaim, match="activation"):
        falsify(STRUCTURE, None, {"activatoin": "tanh"})


def test_what_is_fixed_may_not_break_an_assumption_silently():
    with pytest.raises(InvalidClaim, match="strictly_convex_derivative"):
        falsify(STRUCTURE, None, {"activation": "tanh"})
    found = falsify(STRUCTURE, "increasing_activation", {"activation": "quartic"}, 20)
    assert found.also_broken == ("strictly_convex_derivative",)
    assert found.certificate.document["claim"]["also_broken"] == ["strictly_convex_derivative"]


def test_labels_out_of_range_are_told():
    with pytest.raises(InvalidInstance, match="outside"):
        falsify(STRUCTURE, "strictly_convex_derivative", {"activation": "tanh", "m": 2, "y": 5})


@pytest.mark.parametrize(
    "fixed", [{"m": "two"}, {"m": 0}, {"y": "x"}, {"n": 2, "y": "1"}, {"bias": "maybe"}, {"X": "1,0;1", "n": 3}]
)
def test_values_without_sense(fixed):
    with pytest.raises(InvalidInstance):
        falsify(STRUCTURE, None, fixed)


def test_one_neuron_always_agrees_with_itself():
    found = falsify(STRUCTURE, "increasing_activation", {"activation": "cube", "m": 1}, 1)
    assert isinstance(found, Survived)


def test_progress_is_told():
    said = []
    falsify(STRUCTURE, "increasing_activation", {"activation": "cube"}, 5, said.append)
    assert any("found" in text for text in said)


def test_unfixed_activation_is_one_that_keeps_the_rest():
    found = falsify(STRUCTURE, "strictly_convex_derivative", {}, 20)
    assert found.instance.network.activation == activation("linear")
    assert found.also_broken == ()


def test_no_smooth_pool_says_what_else_is_given_up():
    found = falsify(STRUCTURE, "smooth_activation", {}, 20)
    assert "relu" in found.instance.network.activation.text
    assert "strictly_convex_derivative" in found.also_broken


def test_every_attack_has_its_own_name():
    names = [getattr(attacks, name).name for name in dir(attacks) if isinstance(getattr(attacks, name), Attack)]
    assert len(names) == len(set(names)) >= 13

"""Frei, Min, Tsoy, Karhadkar: claims, numbers two ways, the user's own instances, and bad input."""

import json
import subprocess
import sys
from fractions import Fraction as F
from pathlib import Path

import attrs
import numpy as np
import pytest

import theorycheck as tc
from theorycheck.claims import relu_assumptions as A
from theorycheck.claims import relu_instances as I
from theorycheck.claims import relu_measures as measures
from theorycheck.claims.check import Budget, run
from theorycheck.claims.checks import relu_margin, relu_related
from theorycheck.claims.store import find, select
from theorycheck.commands.inputs import DataChoice, instance_for
from theorycheck.errors import InvalidInstance
from theorycheck.models import generators_signs as signed
from theorycheck.models.data import Dataset
from theorycheck.models.features import UnconstrainedFeatures
from theorycheck.models.relu import ReluInstance

COMMAND = [str(Path(sys.executable).with_name("theorycheck"))]
QUICK = Budget(seconds=20, instances=2)
EXPECTED = {
    "frei2022.rank": "PROVED", "frei2022.one_step": "CERTIFIED", "frei2022.linear_boundary": "PROVED",
    "min2023.alignment": "PROVED", "min2023.max_margin": "PROVED", "tsoy2024.width": "SUPPORTED",
    "tsoy2024.xor": "PROVED", "karhadkar2024.margin": "PROVED", "karhadkar2024.benign": "SUPPORTED",
}  # fmt: skip
GOOD = ["X=2,0;0,1", "y=1,-1"]


@pytest.mark.parametrize("key", EXPECTED)
def test_verdicts(key):
    verdict = run(find(key), QUICK)
    assert verdict.outcome.value == EXPECTED[key], [f.note for f in verdict.findings if f.holds is not True]
    for found in verdict.findings:
        assert found.certificate is None or found.certificate.verify()
        assert found.holds is not False


def test_the_expectations_cover_the_papers():
    keys = {claim.key for claim in select(["frei2022", "min2023", "tsoy2024", "karhadkar2024"])}
    assert set(EXPECTED) == keys


# ---- numbers, two ways -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize(("n", "rho", "tau"), [(1, 1, 1), (3, 2, 1), (4, 1, F(1, 2))])
def test_the_linear_margin_in_closed_form(n, rho, tau, flipped):
    """<v, u> = rho S/Q and |v|^2 = (n - rho^2 S^2/Q)/tau^2 with Q = tau^2 + n rho^2."""
    one = I.signal_instance(n, rho, tau, flipped)
    S, Q = n - 2 * flipped, tau**2 + n * rho**2
    v = relu_related.linear_margin(one.data)
    assert v[0] == F(rho) * S / Q
    assert sum(a * a for a in v) == (n - F(rho) ** 2 * S**2 / Q) / tau**2
    assert measures.signal(one.data) == (F(rho) ** 2, F(tau) ** 2)


def test_signals_are_recognised():
    assert measures.signal(Dataset([[1, 1, 0], [2, 0, 1]], [1, 1])) is None
    assert measures.signal(Dataset([[1, 1, 0], [1, 1, 0]], [1, 1])) is None
    assert measures.signal(Dataset([[1]], [1])) is None
    with pytest.raises(InvalidInstance, match="signal"):
        relu_related.factor(I.fixed(I.COLLINEAR, 1))


def test_xor_is_recognised_turned_or_not():
    assert measures.is_xor(signed.xor(mu=2))
    assert measures.is_xor(Dataset([[3, 4], [-3, -4], [-4, 3], [4, -3]], [1, 1, -1, -1]))
    assert not measures.is_xor(Dataset([[1, 0], [-1, 0], [0, 2], [0, -2]], [1, 1, -1, -1]))
    assert not measures.is_xor(Dataset([[1, 0], [-1, 0], [1, 1], [-1, -1]], [1, 1, -1, -1]))
    assert not measures.is_xor(signed.basis(4))


def test_the_boundary_is_linear_on_a_grid():
    solution = relu_margin.solved(I.fixed(I.TILTED, 2, "1/4"))
    v, u = np.array(solution.v_plus, float), np.array(solution.v_minus, float)
    P = np.random.default_rng(0).standard_normal((500, 3))
    f = np.where(P @ v > 0, P @ v, P @ v / 4) - np.where(P @ u > 0, P @ u, P @ u / 4)
    assert (np.sign(f) == np.sign(P @ (v - u))).all()


def test_early_directions_are_counted_by_the_list():
    one = I.xor_instance()
    (found,) = relu_related.COUNT.run(one)
    assert found.holds
    assert {tuple(map(abs, v.D)) for v in relu_related.enumerated(one).vectors if v.sign} == {
        (F(1, 4), 0),
        (0, F(1, 4)),
    }
    three = attrs.evolve(one, data=Dataset([[1, 0], [-1, 0], [0, 1]], [1, 1, -1]))
    assert relu_related.COUNT.run(three)[0].holds is None


def test_separation_is_exact():
    assert measures.separation(I.PAIR) == 1
    assert measures.separation(Dataset([[2]], [1])) == 4
    assert A.SEPARABLE.margin(I.trained(signed.xor(), loss="logistic")).holds is False


# ---- the user's own instance -----------------------------------------------------------------------------------------


def test_what_is_not_said_is_as_in_the_smallest_instance():
    claim = find("kou2023.k3")
    one = instance_for(claim, DataChoice(), GOOD, 7)
    like = claim.instances(7, 0)
    assert (one.slope, one.loss, one.outputs, one.width, one.seed) == (like.slope, "logistic", "fixed", like.width, 7)
    assert one.data.X == ((2, 0), (0, 1))
    assert instance_for(claim, DataChoice(), []) is None
    assert instance_for(find("boursier2024.b4"), DataChoice(), ["y=1,2"]).loss == "square"


def test_everything_can_be_said():
    said = [*GOOD, "width=2,3", "slope=1/10", "loss=hinge", "init=0", "eta=1/2", "activation=leaky", "seed=5"]
    one = instance_for(find("kou2023.k3"), DataChoice(), said)
    expected = ReluInstance(Dataset([[2, 0], [0, 1]], [1, -1]), (2, 3), "1/10", "hinge", init=0, eta="1/2", seed=5)
    assert one == expected
    trained = instance_for(find("boursier2024.b4"), DataChoice(), [*GOOD, "signs=plus", "dominance=2", "width=7"])
    assert (trained.signs, trained.dominance, trained.width) == ("plus", 2, (7,))
    both = instance_for(find("kou2023.k7"), DataChoice(), [*GOOD, "outputs=trained"])
    assert both.width == (24,)


def test_files_with_two_classes_get_signs(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,b,y\n1,0,0\n0,1,1\n")
    one = instance_for(find("kou2023.k3"), DataChoice(str(path)), [])
    assert one.data.y == (-1, 1)
    assert "0 as -1, 1 as 1" in one.data.name
    assert instance_for(find("boursier2024.b4"), DataChoice(str(path)), []).data.y == (0, 1)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["slope=1/2"], ["no data"]), ([*GOOD, "slope=2"], ["slope", "from 0"]), (["X=1,0;0,1", "y=1,3,5"], ["labels"]),
        (["X=1;2;3", "y=1,2,3"], ["label", "row"]), ([*GOOD, "loss=ce"], ["logistic, square, hinge"]),
        ([*GOOD, "width=0"], ["--set width", "at least 1"]), ([*GOOD, "width=1,2,3"], ["3 widths"]),
        ([*GOOD, "seed=-1"], ["--set seed", "at least 0"]), ([*GOOD, "slpe=1"], ["slope", "ReLU networks"]),
        ([*GOOD, "classes=3"], ["'classes'"]), ([*GOOD, "eta=0"], ["step", "positive"]), (["slope"], ["slope=1/2"]),
        ([*GOOD, "init=much"], ["finite number"]), ([*GOOD, "activation=gelu"], ["leaky, tanh"]),
        ([*GOOD, "n=3"], ["falsify"]),
    ],
)  # fmt: skip
def test_bad_input_gets_one_clear_line(said, words):
    with pytest.raises(InvalidInstance) as raised:
        instance_for(find("kou2023.k3"), DataChoice(), said)
    for word in words:
        assert word in str(raised.value)
    assert "\n" not in str(raised.value)


def test_from_python():
    verdict = tc.check("kou2023.k6", relu=I.fixed(I.TILTED, 2), budget=Budget(5))
    assert (verdict.instances, verdict.outcome.value) == (1, "PROVED")
    with pytest.raises(InvalidInstance, match="relu="):
        tc.check("kou2023.k6", features=UnconstrainedFeatures(3, 2, "1/100"))
    with pytest.raises(InvalidInstance, match="data= and network="):
        tc.check("gatmiry2024.thm1", relu=I.fixed(I.TILTED, 2))


def test_from_the_command_line():
    said = [word for pair in [*GOOD, "slope=1/10"] for word in ("--set", pair)]
    done = subprocess.run(
        [*COMMAND, "check", "kou2023.k5", *said, "--json"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (verdict,) = json.loads(done.stdout)["verdicts"]
    assert verdict["outcome"] == "CERTIFIED"
    assert any("γ=1/10" in found["instance"] for found in verdict["findings"])

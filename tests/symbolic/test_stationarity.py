import pytest
import sympy

from theorycheck import derive
from theorycheck.models.networks import TwoLayer
from theorycheck.symbolic.structure import Problem, Template


def network(width, activation, trained=False):
    return TwoLayer(width, activation, trained_output=trained)


@pytest.mark.parametrize("trained", [False, True])
def test_stationarity_for_all_sizes(trained):
    result = derive.stationarity(network(2, "cubic", trained), loss="sum")
    assert result.proof.holds
    assert {step.method for step in result.proof.steps} == {"structure"}
    assert result.equations == derive.riemannian_gradient(network(2, "cubic", trained), loss="sum").expression
    # Σ_i φ'(z_ij) q_ij x_i is the neuron's block of the equations
    at = result.problem
    z = at.preactivations
    for j in range(2):
        for k in range(2):
            block = sum((3 * z[i][j] ** 2 + 1) * result.pairs[i, j] * at.X[i][k] for i in range(2))
            assert sympy.expand(block - result.equations[2 * j + k]) == 0


def test_stationarity_says_what_it_needs():
    net = network(2, "cubic")
    assert len(derive.stationarity(net).conditions) == 2
    assert len(derive.stationarity(net, X=[[1, 0], [0, 1]]).conditions) == 1
    assert "not shown" in derive.stationarity(net, X=[[1], [2]]).conditions[0]


def test_a_wrong_template_breaks_the_proof_of_stationarity(monkeypatch):
    right = derive.stationarity(network(2, "cubic")).problem.template
    wrong = Template(right.output, -right.slopes, right.laplacian)
    monkeypatch.setattr(Problem, "template", wrong)
    assert derive.stationarity(network(2, "cubic")).proof.failed == ("cofactor",)

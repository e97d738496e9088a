import itertools
import time
from fractions import Fraction

import attrs
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck import derive
from theorycheck.errors import InvalidInstance
from theorycheck.models.activations import BUILT_IN
from theorycheck.models.losses import Loss
from theorycheck.models.networks import TwoLayer
from theorycheck.symbolic import hessian, structure, terms
from theorycheck.symbolic.steps import AbstractNetwork
from theorycheck.symbolic.structure import KAPPA, PHI, SQUARED_NORM, WEIGHT

LOSSES = ("sum", "half-sum", "mean", "half-mean")
SCALE = {"sum": lambda n: 1, "half-sum": lambda n: 1 / 2, "mean": lambda n: 1 / n, "half-mean": lambda n: 1 / (2 * n)}
KINDS = [(trained, bias) for trained in (False, True) for bias in (False, True)]


def network(width, activation, trained=False, bias=False, weights=()):
    return TwoLayer(width, activation, weights, trained_output=trained, bias=bias)


def direct_loss(net, loss, X, y, theta, weights):
    """The loss typed from its definition, for sympy entries."""
    phi, z = net.activation.expression(0), sympy.Symbol("z", real=True)
    total = 0
    for row, label in zip(X, y, strict=True):
        inputs = [*row, 1] if net.bias else row
        output = sum(
            a * phi.subs(z, sum(t * x for t, x in zip(neuron, inputs, strict=True)))
            for a, neuron in zip(weights, theta, strict=True)
        )
        total += (output - label) ** 2
    return sympy.nsimplify(SCALE[loss](len(X))) * total


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("trained", "bias"), KINDS)
def test_equals_the_trace_of_sympys_own_hessian(loss, trained, bias):
    net = network(2, "cubic", trained, bias, (Fraction(2), Fraction(-1, 3)))
    result = derive.hessian_trace(net, samples=2, inputs=1, loss=loss)
    at = result.problem
    direct = direct_loss(net, loss, at.X, at.y, at.theta, at.weights)
    assert sympy.expand(derive.loss(net, samples=2, inputs=1, loss=loss).expression - direct) == 0
    assert sympy.expand(sympy.hessian(direct, at.parameters).trace() - result.expression) == 0
    gradient = derive.gradient(net, samples=2, inputs=1, loss=loss).expression
    assert sympy.expand(sympy.Matrix([direct]).jacobian(at.parameters).T - gradient) == sympy.zeros(
        len(at.parameters), 1
    )


@pytest.mark.parametrize("name", [name for name in BUILT_IN if "relu" not in name])
def test_every_smooth_activation_against_second_derivatives(name):
    net = network(1, name)
    result = derive.hessian_trace(net, samples=1, inputs=2)
    at = result.problem
    direct = direct_loss(net, "half-sum", at.X, at.y, at.theta, at.weights)
    gap = sum(direct.diff(p, 2) for p in at.parameters) - result.expression
    numbers = {s: sympy.Rational(k + 2, 7) for k, s in enumerate(sorted(gap.free_symbols, key=str))}
    assert abs(gap.subs(numbers).evalf(40, maxn=200, chop=1e-30)) < 1e-25


DATA = [
    {"samples": 2, "inputs": 3},
    {"samples": 1, "inputs": 1},
    {"X": [[-1, "1/2", 3], ["-2/3", 0, -5]], "y": [1, 2]},
    {"X": [[0, 0]], "y": [0]},
    {"X": [[1, 0], [0, -1]]},
]


@pytest.mark.parametrize("name", [name for name in BUILT_IN if "relu" not in name])
def test_form_is_the_one_sympy_would_have_given(name, monkeypatch):
    # the quick substitution must not leave a form that sympy's own functions would not recognise
    problems = [
        structure.problem(net, **data)
        for data in DATA
        for net in (network(3, name), network(2, name, bias=True, weights=(2, Fraction(-1, 3))), network(1, name, True))
    ]
    quick = [derive_expression(problem) for problem in problems]
    monkeypatch.setattr(structure, "put", lambda expression, symbol, value: expression.xreplace({symbol: value}))
    for module in (structure, terms, hessian):
        monkeypatch.setattr(module, "total_of", lambda terms: sympy.Add(*terms))
    assert quick == [derive_expression(attrs.evolve(problem)) for problem in problems]


def derive_expression(problem):
    return hessian.hessian_trace(problem).expression


RATIONALS = st.fractions(min_value=-2, max_value=2, max_denominator=6)


@st.composite
def instances(draw):
    n, m, d = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    trained, bias = draw(st.sampled_from(KINDS))
    weights = draw(st.lists(RATIONALS.filter(bool), min_size=m, max_size=m))
    activation = draw(
        st.sampled_from(["cubic", "z**3/3 + z/10", "sinh", "tanh", "softplus", "quadratic", "erf", "atan"])
    )
    table = st.lists(RATIONALS, min_size=d, max_size=d)
    X = draw(st.lists(table, min_size=n, max_size=n))
    y = draw(st.lists(RATIONALS, min_size=n, max_size=n))
    theta = draw(st.lists(st.lists(RATIONALS, min_size=d + bias, max_size=d + bias), min_size=m, max_size=m))
    return network(m, activation, trained, bias, weights), draw(st.sampled_from(LOSSES)), X, y, theta, weights


def loss_of_vector(net, loss, X, y, weights, phi, xp):
    """The loss as a function of all trained parameters in one vector, in numpy or in JAX."""
    X, y, weights = (xp.asarray(np.array(a, dtype=float)) for a in (X, y, weights))
    X = xp.concatenate([X, xp.ones((len(X), 1))], axis=1) if net.bias else X
    first = net.width * X.shape[1]

    def loss_at(vector):
        a = vector[first:] if net.trained_output else weights
        residual = phi(X @ vector[:first].reshape(net.width, -1).T) @ a - y
        return SCALE[loss](len(X)) * xp.sum(residual**2)

    return loss_at


def finite_difference_trace(function, vector, h=1e-3):
    """Second differences of fourth order, summed over the parameters."""
    eye = h * np.eye(len(vector))
    coefficients = ((-2, -1 / 12), (-1, 4 / 3), (0, -5 / 2), (1, 4 / 3), (2, -1 / 12))
    return sum(c * function(vector + k * e) for e in eye for k, c in coefficients) / h**2


def closed_form_trace(net, loss, X, y, theta, weights):
    """κ Σ_ij [w a² φ'² + φ²] + κ Σ_i r_i w_i Σ_j a_j φ'', in numpy."""
    X, y, theta, a = (np.array(v, dtype=float) for v in (X, y, theta, weights))
    X = np.hstack([X, np.ones((len(X), 1))]) if net.bias else X
    Z, w, kappa = X @ theta.T, np.sum(X**2, axis=1), 2 * SCALE[loss](len(X))
    phi = [net.activation.numpy(k)(Z) for k in range(3)]
    slopes = w[:, None] * (a * phi[1]) ** 2 + net.trained_output * phi[0] ** 2
    return kappa * (slopes.sum() + np.sum((phi[0] @ a - y) * w * (phi[2] @ a)))


@settings(max_examples=12, derandomize=True, deadline=None)
@given(instances())
def test_four_ways_agree(instance):
    net, loss, X, y, theta, weights = instance
    result = derive.hessian_trace(net, X=X, y=y, loss=loss)
    vector = np.array(
        [entry for row in theta for entry in row] + (list(weights) if net.trained_output else []), dtype=float
    )
    numbers = dict(zip(result.problem.parameters, vector, strict=True))
    symbolic = float(result.expression.xreplace({s: sympy.Float(v) for s, v in numbers.items()}).evalf())
    jax_loss = loss_of_vector(net, loss, X, y, weights, net.activation.jax(), jnp)
    with jax.enable_x64(True):
        autodiff = float(jax.jit(lambda v: jnp.trace(jax.hessian(jax_loss)(v)))(jnp.asarray(vector)))
    differences = finite_difference_trace(loss_of_vector(net, loss, X, y, weights, net.activation.numpy(), np), vector)
    exact = float(result.evaluate(theta, output_weights=weights if net.trained_output else None))
    closed = closed_form_trace(net, loss, X, y, theta, weights)
    scale = 1 + abs(closed)
    assert abs(symbolic - closed) < 1e-10 * scale
    assert abs(autodiff - closed) < 1e-10 * scale
    assert abs(exact - closed) < 1e-10 * scale
    assert abs(differences - closed) < 1e-5 * scale


def test_exact_evaluation_is_a_fraction_and_equals_substitution():
    net = network(2, "z**3 + z/10", weights=(1, -2))
    X, y, theta = [[1, "1/3"], ["-2", "0.1"]], ["3/2", -1], [["1/2", -1], [2, "3/7"]]
    result = derive.hessian_trace(net, X=X, y=y)
    values = zip(result.problem.parameters, map(sympy.Rational, ["1/2", -1, 2, "3/7"]), strict=True)
    expected = result.expression.subs(list(values))
    value = result.evaluate(theta)
    assert isinstance(value, Fraction)
    assert value == Fraction(int(expected.p), int(expected.q))
    symbolic = derive.hessian_trace(net, samples=2, inputs=2)
    assert symbolic.evaluate(theta, X, y) == value
    assert symbolic.evaluate_on_manifold(theta, X) + off_manifold(symbolic, theta, X, y) == value


def off_manifold(result, theta, X, y):
    numbers = [Fraction(str(v)) for v in itertools.chain(*theta, *X, y)]
    symbols = [*result.problem.parameters, *itertools.chain(*result.problem.X), *result.problem.y]
    value = result.residual_part.subs({s: sympy.Rational(v) for s, v in zip(symbols, numbers, strict=True)})
    return Fraction(int(value.p), int(value.q))


def test_on_zero_loss_both_traces_are_the_paper_table():
    # z³ + z, X = I, z = (1, 2): F/κ = 32 + 338
    net = network(2, "cubic")
    for name in LOSSES:
        result = derive.hessian_trace(net, X=[[1, 0], [0, 1]], y=[4, 20], loss=name)
        theta = [[1, 2], [1, 2]]
        assert result.evaluate(theta) == result.evaluate_on_manifold(theta) == 370 * Loss(name).kappa(2)


def test_balls_contain_the_value_and_take_balls():
    import flint

    result = derive.hessian_trace(network(2, "sinh"), X=[[1]], y=["3/2"])
    with flint.ctx.workprec(200):
        ln2 = flint.arb(2).log()
    ball = result.enclose([[ln2], [ln2]])
    assert ball.contains(flint.fmpq(25, 8))  # 2 cosh²(ln 2), on the manifold as 2 sinh(ln 2) = 3/2
    assert float(ball.rad()) < 1e-40
    assert isinstance(result.evaluate([[1.0], [2.0]]), float)


@pytest.mark.parametrize(("trained", "bias"), KINDS)
@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 2, 2), (3, 5, 4)])
def test_proof_holds(trained, bias, sizes):
    n, m, d = sizes
    result = derive.hessian_trace(network(m, "sinh", trained, bias), samples=n, inputs=d, loss="mean")
    assert result.proof.holds, result.proof.failed
    assert {step.method for step in result.proof.steps} == {"calculus", "structure", "expansion"}


FAULTS = {
    "sign of the slopes": lambda t: attrs.evolve(t, slopes=-t.slopes),
    "sign of the Laplacian": lambda t: attrs.evolve(t, laplacian=-t.laplacian),
    "factor of the Laplacian": lambda t: attrs.evolve(t, laplacian=2 * t.laplacian),
    "weight not squared": lambda t: attrs.evolve(t, slopes=t.slopes / WEIGHT),
    "norm squared": lambda t: attrs.evolve(t, slopes=t.slopes.subs(SQUARED_NORM, SQUARED_NORM**2)),
    "wrong derivative": lambda t: attrs.evolve(t, laplacian=t.laplacian.subs(PHI[2], PHI[1])),
    "added constant": lambda t: attrs.evolve(t, laplacian=t.laplacian + 1),
    "output doubled": lambda t: attrs.evolve(t, output=2 * t.output),
    "output weights forgotten": lambda t: attrs.evolve(t, slopes=SQUARED_NORM * (WEIGHT * PHI[1]) ** 2),
    "curvature smuggled in": lambda t: attrs.evolve(t, slopes=t.slopes + t.laplacian * KAPPA),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_template_is_found_by_structure_and_by_expansion(fault):
    result = derive.hessian_trace(network(2, "cubic", trained=True), samples=2, inputs=2)
    broken = attrs.evolve(result, template=FAULTS[fault](result.template))
    assert not broken.proof.holds
    failed = {step.method for step in broken.proof.steps if not step.discharged}
    assert "structure" in failed
    if fault != "output doubled":  # both traces are made from the slopes and the Laplacian alone
        assert "expansion" in failed


def test_a_wrong_derivative_of_the_activation_is_found():
    @attrs.frozen
    class Wrong:
        name = "wrong"

        def expression(self, order=0):
            z = sympy.Symbol("z", real=True)
            return (z**3 + z, 3 * z**2 - 1, 6 * z)[order]

    result = derive.hessian_trace(network(2, "cubic"))
    wrong = attrs.evolve(result.problem, network=AbstractNetwork(2, (1, 1), False, False, Wrong()))
    assert attrs.evolve(result, problem=wrong).proof.failed == ("derivatives of the activation",)


def test_relu_away_from_its_kink_and_at_it():
    result = derive.hessian_trace(network(2, "relu"), X=[[1, 2]], y=[1])
    assert result.proof.holds
    assert "kinks" in result.proof.steps[0].statement
    assert result.evaluate([[1, 1], [-1, 0]]) == 5
    with pytest.raises(InvalidInstance, match="kink"):
        result.evaluate([[0, 0], [1, 1]])


def test_zero_data_and_linear_networks():
    assert derive.hessian_trace(network(1, "cubic"), X=[[0]], y=[5]).expression == 0
    linear = derive.hessian_trace(network(3, "linear"), X=[[1, 2]], y=[0], loss="sum")
    assert linear.expression == 30
    assert linear.residual_part == 0
    assert linear.cofactors == (0,)


def test_size_costs_little():
    # the bounds are those promised for this kind of machine; ordinary runs take a fifth of them
    net = network(32, "cubic")
    start = time.perf_counter()
    result = derive.hessian_trace(net, samples=4, inputs=32)
    assert len(result.expression.free_symbols) == 1024 + 128 + 4
    assert time.perf_counter() - start < 2
    generator = np.random.default_rng(0)
    theta, X, y = (generator.integers(-9, 10, shape).tolist() for shape in ((32, 32), (4, 32), (4,)))
    best = min(timed(lambda: result.evaluate(theta, X, y)) for _ in range(3))
    assert best < 0.05
    Z = np.array(X, dtype=object) @ np.array(theta, dtype=object).T
    residual = (Z**3 + Z).sum(axis=1) - y
    norms = (np.array(X, dtype=object) ** 2).sum(axis=1)
    assert (
        result.evaluate(theta, X, y)
        == (norms[:, None] * (3 * Z**2 + 1) ** 2).sum() + (residual * norms * (6 * Z).sum(axis=1)).sum()
    )


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start

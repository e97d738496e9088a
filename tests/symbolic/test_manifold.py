from fractions import Fraction

import attrs
import flint
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theorycheck import derive
from theorycheck.errors import InvalidInstance
from theorycheck.models.networks import TwoLayer

KINDS = [(trained, bias) for trained in (False, True) for bias in (False, True)]
X2 = {"X": [[1]], "y": [12], "loss": "sum"}  # φ = z³ + z, z = (1, 2)


def network(width, activation, trained=False, bias=False, weights=()):
    return TwoLayer(width, activation, weights, trained_output=trained, bias=bias)


def dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize(("trained", "bias"), KINDS)
def test_jacobian_and_tangent_space_of_symbolic_data(trained, bias):
    net = network(2, "cubic", trained, bias, (2, Fraction(-1, 3)))
    jacobian = derive.jacobian(net)
    at = jacobian.problem
    z = sympy.Symbol("z", real=True)
    outputs = []
    for row in at.X:
        inputs = [*row, 1] if bias else row
        outputs.append(sum(a * (z**3 + z).subs(z, dot(t, inputs)) for a, t in zip(at.weights, at.theta, strict=True)))
    assert sympy.expand(sympy.Matrix(outputs).jacobian(at.parameters) - jacobian.expression).is_zero_matrix
    tangent = derive.tangent_space(net)
    assert tangent.dimension == len(at.parameters) - 2
    assert tangent.basis.shape == (len(at.parameters), tangent.dimension)
    assert sympy.simplify(jacobian.expression * tangent.basis).is_zero_matrix
    normal = derive.normal_space(net)
    assert normal.basis == jacobian.expression.T
    assert sympy.expand(jacobian.expression * jacobian.expression.T - normal.gram).is_zero_matrix


def rank(rows):
    return flint.fmpq_mat([[flint.fmpq(f.numerator, f.denominator) for f in row] for row in rows]).rank()


CASES = [
    ("independent", [[1, 2], [0, "1/3"]], 2),
    ("first columns dependent", [[0, 0, 1], [0, 2, 1]], 2),
    ("more samples than inputs", [[1], [2]], 2),
    ("a sample twice", [[1, 2], [1, 2]], 1),
    ("a sample of zeros", [[0, 0], [1, 2]], 1),
    ("only zeros", [[0, 0]], 0),
    ("one by one", [[3]], 1),
]


@pytest.mark.parametrize(("name", "X", "expected"), CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_tangent_space_of_numeric_data(name, X, expected, kind):
    trained, bias = kind
    if (trained or bias) and "zeros" in name:
        expected += 1 if bias else 0  # the bias alone moves the output; φ(0) = 0 leaves a trained weight without effect
    net = network(2, "cubic", trained, bias)
    tangent = derive.tangent_space(net, X=X)
    p = len(tangent.problem.parameters)
    assert (tangent.rank, tangent.dimension) == (expected, p - expected)
    jacobian = derive.jacobian(net, X=X)
    assert sympy.simplify(jacobian.expression * tangent.basis).is_zero_matrix
    # at a rational point: an independent elimination
    width = len(tangent.problem.theta[0])
    theta = [[Fraction(3 * j + k + 1, 5) for k in range(width)] for j in range(2)]
    weights = [Fraction(2), Fraction(-1, 3)] if trained else None
    rows, basis = jacobian.evaluate(theta, output_weights=weights), tangent.at(theta, output_weights=weights)
    assert rank(rows) == expected
    assert len(basis) == p - expected == (rank(basis) if basis else 0)
    assert all(dot(row, vector) == 0 for row in rows for vector in basis)
    symbols = tangent.problem.parameters
    values = dict(
        zip(
            symbols,
            [sympy.Rational(t.numerator, t.denominator) for r in theta for t in r]
            + ([sympy.Integer(2), sympy.Rational(-1, 3)] if trained else []),
            strict=True,
        )
    )
    assert tangent.condition.subs(values) != 0
    if basis:
        assert tangent.basis.subs(values).rank() == p - expected


def test_tangent_space_is_larger_at_a_singular_point():
    # n > d with equal neurons: the constraints' gradients are parallel exactly there
    tangent = derive.tangent_space(network(2, "cubic"), X=[[1], [2]])
    assert tangent.dimension == 0
    assert len(tangent.at([[1], [1]])) == 1
    assert tangent.condition.subs(dict.fromkeys(tangent.problem.parameters, 1)) == 0


def test_tangent_space_of_many_parameters_is_sparse():
    tangent = derive.tangent_space(network(16, "sinh"), samples=3, inputs=16)
    assert tangent.basis.shape == (256, 253)
    assert tangent.basis.nnz() <= 4 * 253


def test_tangent_space_says_what_it_cannot_do():
    with pytest.raises(InvalidInstance, match="too large"):
        _ = derive.tangent_space(network(2, "cubic"), samples=5, inputs=6).basis
    with pytest.raises(InvalidInstance, match="not rational"):
        derive.tangent_space(network(2, "sinh"), X=[[1]]).at([[1], [2]])


def test_x2_exactly():
    net = network(2, "cubic")
    gradient, hessian = derive.riemannian_gradient(net, **X2), derive.riemannian_hessian(net, **X2)
    theta, v = [[1], [2]], [-13, 4]  # (1 + 3·2²) and (1 + 3·1²)
    assert gradient.multipliers_at(theta) == (Fraction(8496, 185),)
    assert hessian.evaluate(theta, v) / 185 == Fraction(-114096, 34225)
    basis, form, inner = hessian.on_basis(theta)
    assert (len(basis), len(form)) == (1, 1)
    assert form[0][0] / inner[0][0] == Fraction(-114096, 34225)
    values = dict(zip(gradient.problem.parameters, (1, 2), strict=True))
    assert gradient.multipliers[0].subs(values) == sympy.Rational(8496, 185)
    along = dict(zip(hessian.direction, v, strict=True))
    symbolic = hessian.expression.subs(values | along | {gradient.symbols[0]: sympy.Rational(8496, 185)})
    assert symbolic / 185 == sympy.Rational(-114096, 34225)
    explicit = gradient.explicit.subs(values)
    assert tuple(Fraction(int(e.p), int(e.q)) for e in explicit) == gradient.evaluate(theta)
    assert sympy.Matrix([[4, 13]]) * explicit == sympy.zeros(1, 1)


def test_x2_for_sinh_with_balls():
    # z = (ln 2, ln 20), y = 429/40: cosh z = 5/4 and 401/40
    with flint.ctx.workprec(200):
        theta = [[flint.arb(2).log()], [flint.arb(20).log()]]
    v = [Fraction(-401, 40), Fraction(5, 4)]
    hessian = derive.riemannian_hessian(network(2, "sinh"), X=[[1]], y=["429/40"], loss="sum")
    assert abs(hessian.evaluate(theta, v) / float(dot(v, v)) + 14.4392) < 1e-4


def test_local_rates_at_the_solution():
    # z³ + z, X = I, z = (1, 2): the rates 4φ'φ''' are 96 and 312
    hessian = derive.riemannian_hessian(network(2, "cubic"), X=[[1, 0], [0, 1]], y=[4, 20], loss="sum")
    gradient = derive.riemannian_gradient(network(2, "cubic"), X=[[1, 0], [0, 1]], y=[4, 20], loss="sum")
    theta = [[1, 2], [1, 2]]
    assert set(gradient.evaluate(theta)) == {0}
    _, form, inner = hessian.on_basis(theta)
    matrix = sympy.Matrix(inner).inv() * sympy.Matrix(form)
    assert matrix.eigenvals() == {96: 1, 312: 1}


def test_local_rate_of_correlated_sinh_data():
    with flint.ctx.workprec(200):
        ln2, ln3 = flint.arb(2).log(), flint.arb(3).log()
        row = [ln2, (ln3 - ln2 * flint.fmpq(3, 5)) / flint.fmpq(4, 5)]
    hessian = derive.riemannian_hessian(network(2, "sinh"), X=[[1, 0], ["3/5", "4/5"]], loss="sum")
    directions = [[1, 0, -1, 0], [0, 1, 0, -1], [1, 1, -1, -1]]
    one, two, both = (hessian.evaluate([row, row], v) / 2 for v in directions)
    mixed = (both - one - two) / 2
    least = np.linalg.eigvalsh([[one, mixed], [mixed, two]])[0]
    assert abs(least - 5 * (125 - 6409**0.5) / 72) < 1e-12


def jax_functions(net, X, weights, kappa):
    """Outputs and F = κ Σ|∇f_i|² from autodiff alone, as functions of one parameter vector."""
    X, a = jnp.asarray(X, dtype=float), jnp.asarray(weights, dtype=float)
    X = jnp.concatenate([X, jnp.ones((len(X), 1))], axis=1) if net.bias else X
    first = net.width * X.shape[1]
    phi = net.activation.jax()

    def outputs(v):
        return phi(X @ v[:first].reshape(net.width, -1).T) @ (v[first:] if net.trained_output else a)

    return outputs, lambda v: kappa * jnp.sum(jax.jacobian(outputs)(v) ** 2)


RATIONALS = st.fractions(min_value=-2, max_value=2, max_denominator=5)
NONZERO = RATIONALS.filter(lambda q: abs(q) > Fraction(1, 4))


@st.composite
def points(draw):
    trained, bias = draw(st.sampled_from(KINDS))
    n, m = draw(st.integers(1, 2)), draw(st.integers(2, 3))
    d = draw(st.integers(n, 3))
    net = network(m, draw(st.sampled_from(["cubic", "sinh", "quintic", "exp"])), trained, bias)
    shift = draw(st.integers(-1, 1))
    X = [[Fraction(int(i == k)) + Fraction(shift * (i + k), 5) for k in range(d)] for i in range(n)]
    theta = [[draw(RATIONALS) for _ in range(d + bias)] for _ in range(m)]
    weights = draw(st.lists(NONZERO, min_size=m, max_size=m))
    return attrs.evolve(net, output_weights=tuple(weights)), X, theta, weights, draw(st.integers(0, 9))


def second_difference_on_manifold(outputs, F, theta, v, J, h=2e-3):
    """d²/dt² of F along the orthographic retraction, which is of second order."""
    level = outputs(theta)

    def at(t):
        moved = theta + t * v
        for _ in range(8):
            moved = moved - J.T @ np.linalg.solve(
                np.asarray(jax_jacobian(outputs, moved)) @ J.T, outputs(moved) - level
            )
        return float(F(moved))

    return (-at(2 * h) + 16 * at(h) - 30 * at(0.0) + 16 * at(-h) - at(-2 * h)) / (12 * h * h)


def jax_jacobian(outputs, vector):
    return jax.jacobian(outputs)(vector)


@settings(max_examples=5, derandomize=True, deadline=None)
@given(points())
def test_gradient_and_hessian_against_autodiff_and_differences_along_the_manifold(case):
    net, X, theta, weights, seed = case
    given_weights = weights if net.trained_output else None
    gradient, hessian = (
        derive.riemannian_gradient(net, X=X, loss="mean"),
        derive.riemannian_hessian(net, X=X, loss="mean"),
    )
    vector = np.array([e for row in theta for e in row] + (weights if net.trained_output else []), dtype=float)
    with jax.enable_x64(True):
        outputs, F = map(
            jax.jit, jax_functions(net, np.array(X, dtype=float), np.array(weights, dtype=float), 2 / len(X))
        )
        J = np.asarray(jax_jacobian(outputs, vector))
        ambient = np.asarray(jax.grad(F)(vector))
        alpha = np.linalg.lstsq(J.T, ambient, rcond=None)[0]
        scale = 1 + np.abs(ambient).max()
        assert np.allclose(
            [float(a) for a in gradient.multipliers_at(theta, output_weights=given_weights)], alpha, atol=1e-8 * scale
        )
        found = np.array([float(g) for g in gradient.evaluate(theta, output_weights=given_weights)])
        assert np.allclose(found, ambient - J.T @ alpha, atol=1e-9 * scale)
        v = np.random.default_rng(seed).normal(size=len(vector))
        v -= J.T @ np.linalg.lstsq(J.T, v, rcond=None)[0]
        v /= np.linalg.norm(v)
        # a double is tangent only up to its rounding, so the point is passed as balls
        balls = [[flint.arb(flint.fmpq(e.numerator, e.denominator)) for e in row] for row in theta]
        value = float(hessian.evaluate(balls, v.tolist(), output_weights=given_weights))
        measured = second_difference_on_manifold(outputs, F, vector, v, J)
    assert abs(value - measured) < 1e-5 * (1 + abs(value))


def test_symbolic_gradient_solves_its_system_for_three_samples():
    gradient = derive.riemannian_gradient(network(3, "cubic"), samples=3, inputs=3)
    numbers = {
        s: sympy.Rational(2 * k % 7 - 3, 3)
        for k, s in enumerate([*gradient.problem.parameters, *(x for row in gradient.problem.X for x in row)])
    }
    K, b = (part.xreplace(numbers) for part in gradient.system)
    alphas = sympy.Matrix([a.xreplace(numbers) for a in gradient.multipliers])
    assert K * alphas == b
    with pytest.raises(InvalidInstance, match="too large"):
        _ = derive.riemannian_gradient(network(1, "cubic"), samples=5, inputs=5).multipliers


def test_singular_points_and_wrong_directions_are_refused():
    gradient = derive.riemannian_gradient(network(2, "cubic"), X=[[1], [2]])
    with pytest.raises(InvalidInstance, match="dependent at this point"):
        gradient.evaluate([[1], [1]])
    with pytest.raises(InvalidInstance, match="dependent at this point"):
        derive.riemannian_gradient(network(2, "cube"), X=[[1]]).evaluate([[0], [0]])
    hessian = derive.riemannian_hessian(network(2, "cubic"), **X2)
    with pytest.raises(InvalidInstance, match="not tangent"):
        hessian.evaluate([[1], [2]], [1, 1])
    with pytest.raises(InvalidInstance, match="3 entries; pass 2"):
        hessian.evaluate([[1], [2]], [1, 1, 1])

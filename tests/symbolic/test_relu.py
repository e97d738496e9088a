"""Derivations of plain training against autodiff at random points, numeric spectra and the exact solver."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy
from typer.testing import CliRunner

import theorycheck as tc
from theorycheck.cli import app
from theorycheck.errors import InvalidInstance
from theorycheck.symbolic import relu as r
from theorycheck.symbolic import relu_alignment as both
from theorycheck.symbolic import relu_margin as kkt

NAMES = ("sample-coordinates", "one-step", "margin-kkt", "alignment", "two-sided")
SIZED = {
    "sample_coordinates": [(1, 1, 1), (3, 2, 2), (2, 3, 1)],
    "margin_kkt": [(1, 1), (2, 1), (4, 3)],
    "alignment": [(1, 1, 1), (3, 2, 1), (2, 3, 2)],
    "two_sided": [(1, 1), (2, 1), (2, 2), (3, 2)],
}
POINTS = [(seed, gamma) for seed in range(3) for gamma in (0.0, 0.3, 1.0)]


def values(expression, **names):
    """A float, symbols by name."""
    return float(expression.subs({s: names[s.name] for s in expression.free_symbols}))


def leaky(gamma):
    return lambda z: jnp.where(z > 0, z, gamma * z)


@pytest.mark.parametrize(("name", "sizes"), [(name, sizes) for name, all_of in SIZED.items() for sizes in all_of])
def test_every_step_is_discharged(name, sizes):
    result = getattr(tc.derive, name)(*sizes)
    assert result.proof.holds, result.proof.failed
    assert result.latex().count("{") == result.latex().count("}")


def test_one_step_is_discharged():
    assert tc.derive.one_step().proof.holds


# ---- fixed outputs ----------------


def fixed(seed, n=4, d=5, widths=(2, 3)):
    """Samples, labels, and the weights of both signs."""
    draw = np.random.default_rng(seed)
    return draw.standard_normal((n, d)), draw.choice([-1.0, 1.0], n), [draw.standard_normal((m, d)) for m in widths]


def outputs(W, X, gamma):
    return leaky(gamma)(W[0] @ X.T).mean(0) - leaky(gamma)(W[1] @ X.T).mean(0)


@pytest.mark.parametrize(("seed", "gamma"), POINTS)
def test_a_step_in_sample_coordinates(seed, gamma):
    """The derived coefficients against the gradient of the logistic loss in all weights."""
    X, y, W = fixed(seed)
    eta, told = 0.7, tc.derive.sample_coordinates()
    loss = lambda W: jnp.logaddexp(0, -y * outputs(W, X, gamma)).mean()  # noqa: E731
    gradient = jax.grad(loss)([jnp.asarray(w) for w in W])
    pull = np.asarray(1 / (1 + jnp.exp(y * outputs(W, X, gamma))))
    for sign, w, g in zip((1, -1), W, gradient, strict=True):
        slope = np.where(w @ X.T > 0, 1.0, gamma)
        for k in range(len(w)):
            names = [
                {"eta": eta, "j": sign, "y": y[i], "p": pull[i], "s": slope[k, i], "n": 4, "m": len(w)}
                for i in range(4)
            ]
            c = np.array([values(told.coefficient, **name) for name in names])
            assert c @ X == pytest.approx(-eta * np.asarray(g)[k], abs=1e-12)
            rho = [values(told.rho, **name, N=X[i] @ X[i]) for i, name in enumerate(names)]
            assert sum(sign * y[i] * rho[i] * X[i] / (X[i] @ X[i]) for i in range(4)) == pytest.approx(c @ X)
            moved = [
                sum(values(told.preactivation, **name, G_ik=X[i] @ X[q]) for i, name in enumerate(names))
                for q in range(4)
            ]
            assert moved == pytest.approx(X @ (c @ X))


@pytest.mark.parametrize(("seed", "gamma"), POINTS)
def test_one_step_is_bounded(seed, gamma):
    """The bound against the true preactivations after a step, with the pulls that occur."""
    X, y, W = fixed(seed, d=60)
    W = [1e-3 * w for w in W]
    eta, m, n = 3.0, 2, 4
    W[1] = W[1][:2]
    gradient = jax.grad(lambda W: jnp.logaddexp(0, -y * outputs(W, X, gamma)).mean())([jnp.asarray(w) for w in W])
    pull = np.asarray(1 / (1 + jnp.exp(y * outputs(W, X, gamma))))
    G = X @ X.T
    known = {"eta": eta, "n": n, "m": m, "gamma": gamma, "p_0": pull.min(), "p_1": pull.max()}
    known |= {"R": G.diagonal().min(), "P": np.abs(G - np.diag(G.diagonal())).max()}
    for sign, w, g in zip((1, -1), W, gradient, strict=True):
        after, before = (w - eta * np.asarray(g)) @ X.T, w @ X.T
        for k, i in np.ndindex(m, n):
            bound = values(tc.derive.one_step().lower, **known, u=abs(before[k, i]))
            assert sign * y[i] * after[k, i] >= bound - 1e-12
            if gamma == 1.0 and bound > 0:
                assert sign * y[i] * after[k, i] > 0


def test_the_one_step_condition_is_the_sign_of_the_bound():
    step = tc.derive.one_step()
    known = {"n": 5, "gamma": 0.5, "R": 10.0, "P": 1.2}
    assert bool(step.condition.subs({s: known[s.name] for s in step.condition.free_symbols}))
    assert values(step.at_start, **known, eta=1, m=1, u=0) > 0
    known["P"] = 1.3
    assert not bool(step.condition.subs({s: known[s.name] for s in step.condition.free_symbols}))
    assert values(step.at_start, **known, eta=1, m=1, u=0) < 0


# ---- the maximum margin ----------------


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("widths", [(2, 2), (1, 4)])
def test_the_entries_of_k(seed, widths):
    """Against the Gram matrix of the margins' gradients by autodiff, at weights with the pattern of the labels."""
    draw = np.random.default_rng(seed)
    X, y, gamma = np.eye(4) + 0.02 * draw.standard_normal((4, 4)), np.array([1.0, -1.0, 1.0, -1.0]), 0.3
    rows = [np.where(y > 0, 1, -1) @ X, np.where(y < 0, 1, -1) @ X]
    W = [jnp.asarray(np.tile(row, (m, 1))) for row, m in zip(rows, widths, strict=True)]
    gradients = jax.jacobian(lambda W: y * outputs(W, X, gamma))(W)
    flat = np.concatenate([np.asarray(g).reshape(4, -1) for g in gradients], axis=1)
    told, names = tc.derive.margin_kkt(), {"gamma": gamma, "m_+": widths[0], "m_-": widths[1]}
    h = values(kkt.MEAN, **names)
    for i, k in np.ndindex(4, 4):
        factor = told.different if y[i] != y[k] else told.same_plus if y[i] > 0 else told.same_minus
        assert values(factor, **names) * (X[i] @ X[k]) == pytest.approx(h * flat[i] @ flat[k])
    if widths == (2, 2):
        assert values(told.same, **names) == pytest.approx(values(told.same_plus, **names))


@pytest.mark.parametrize("seed", range(3))
def test_norm_and_ranks_are_those_of_the_solver(seed):
    draw = np.random.default_rng(seed)
    X, y = draw.integers(-5, 6, (3, 8)).tolist(), [1, -1, 1]
    found, told = tc.solve.margin(X, y, slope="1/3", width=(2, 5)), tc.derive.margin_kkt()
    total = float(sum(found.lam))
    assert values(told.norm, **{"m_+": 2, "m_-": 5}, Lambda=total) == pytest.approx(float(found.norm_squared))
    assert values(told.margin, **{"m_+": 2, "m_-": 5}, Lambda=total) == pytest.approx(float(found.norm_squared) ** -0.5)
    if found.loss_times_t is not None:
        assert values(told.loss_limit, **{"m_+": 2, "m_-": 5}, Lambda=total) == pytest.approx(float(found.loss_times_t))
    plus, minus = (np.array([float(v) for v in row]) for row in (found.v_plus, found.v_minus))
    known = {"a": 2 * plus @ plus, "b": 5 * minus @ minus, "c": 10**0.5 * plus @ minus}
    singular = np.linalg.svd(np.vstack([np.tile(plus, (2, 1)), np.tile(minus, (5, 1))]), compute_uv=False)
    assert values(told.stable_rank, **known) == pytest.approx((singular**2).sum() / singular[0] ** 2)


@pytest.mark.parametrize("gamma", [0.0, 0.1, 0.5, 1.0])
def test_orthogonal_stable_rank(gamma):
    from fractions import Fraction

    from theorycheck.exact.margin_spectra import orthogonal_stacked

    told = values(tc.derive.margin_kkt().orthogonal, gamma=gamma)
    assert told == pytest.approx(float(orthogonal_stacked(Fraction(gamma))))
    assert told == pytest.approx({0.0: 2, 0.1: 1.669421, 0.5: 10 / 9, 1.0: 1}[gamma], abs=1e-6)


# ---- both layers ----------------


@pytest.mark.parametrize(("seed", "gamma"), POINTS)
def test_flow_of_both_layers(seed, gamma):
    draw = np.random.default_rng(seed)
    X, y, W, a = (draw.standard_normal(shape) for shape in ((5, 3), 5, (4, 3), 4))
    network = lambda a, W: leaky(gamma)(X @ W.T) @ a  # noqa: E731
    loss = lambda a, W: ((network(a, W) - y) ** 2).mean() / 2  # noqa: E731
    da, dW = jax.grad(loss, argnums=(0, 1))(jnp.asarray(a), jnp.asarray(W))
    told, z = tc.derive.alignment(), X @ W.T
    residual, slope = y - np.asarray(network(a, W)), np.where(z > 0, 1.0, gamma)
    for j in range(4):
        names = [{"n": 5, "a": a[j], "s": slope[k, j], "r": residual[k], "z": z[k, j]} for k in range(5)]
        inner = sum(values(told.inner, **name) * X[k] for k, name in enumerate(names))
        outer = sum(values(told.outer, **name) for name in names)
        assert inner == pytest.approx(-np.asarray(dW)[j])
        assert outer == pytest.approx(-float(da[j]))
        assert a[j] * outer == pytest.approx(W[j] @ inner)  # the conservation law
        field = sum(values(told.direction, n=5, s=slope[k, j], y=y[k]) * X[k] for k in range(5))
        potential = lambda w: (y * leaky(gamma)(X @ w)).mean()  # noqa: E731
        assert field == pytest.approx(np.asarray(jax.grad(potential)(jnp.asarray(W[j]))))
        assert W[j] @ field == pytest.approx(float(potential(W[j])))


def test_balance_is_kept_by_descent_in_small_steps():
    draw = np.random.default_rng(0)
    X, y, W, a = (draw.standard_normal(shape) for shape in ((6, 3), 6, (3, 3), 3))
    kept = [a[j] ** 2 - W[j] @ W[j] for j in range(3)]
    loss = lambda p: ((jnp.maximum(X @ p[1].T, 0) @ p[0] - y) ** 2).mean() / 2  # noqa: E731
    step = jax.jit(lambda p: [v - 1e-3 * g for v, g in zip(p, jax.grad(loss)(p), strict=True)])
    p = [jnp.asarray(a), jnp.asarray(W)]
    for _ in range(500):
        p = step(p)
    after = np.asarray(p[0]) ** 2 - (np.asarray(p[1]) ** 2).sum(1)
    assert after == pytest.approx(kept, abs=2e-3)
    assert abs(np.asarray(p[0]) - a).max() > 0.05


@pytest.mark.parametrize("seed", range(3))
def test_two_sided_fits_are_stationary(seed):
    """Margin data, small noise: the fits keep their signs, and all gradients vanish."""
    draw = np.random.default_rng(seed)
    X = draw.standard_normal((20, 3))
    X[:, 0] = np.sign(X[:, 0]) * (2 + abs(X[:, 0]))
    y = X[:, 0] + 0.1 * draw.standard_normal(20)
    plus = X[:, 0] > 0
    fits = [np.linalg.lstsq(X[side], y[side], rcond=None)[0] for side in (plus, ~plus)]
    a, W = np.array([1.5, -0.5]), np.array([fits[0] / 1.5, -fits[1] / 0.5])
    loss = lambda a, W: ((jnp.maximum(X @ W.T, 0) @ a - y) ** 2).mean() / 2  # noqa: E731
    assert (X[plus] @ fits[0] > 0).all()
    assert (X[~plus] @ fits[1] < 0).all()
    da, dW = jax.grad(loss, argnums=(0, 1))(jnp.asarray(a), jnp.asarray(W))
    assert float(abs(da).max()) < 1e-13
    assert float(abs(dW).max()) < 1e-13
    moved = jax.grad(loss, argnums=1)(jnp.asarray(a), jnp.asarray(1.01 * W))
    assert float(abs(moved).max()) > 1e-4


@pytest.mark.parametrize(("n", "d", "plus"), [(40, 2, 20), (40, 2, 13), (20, 5, 10), (10, 5, 5)])
def test_the_expected_loss(n, d, plus):
    """Exactly, by the traces of both projections; and .1125 for n = 40, d = 2, σ = 1/2 as printed."""
    draw = np.random.default_rng(n + d)
    trace = 0.0
    for size in (plus, n - plus):
        X = draw.standard_normal((size, d))
        trace += np.trace(np.eye(size) - X @ np.linalg.solve(X.T @ X, X.T))
    told = values(tc.derive.two_sided().loss, n=n, d=d, sigma=0.5)
    assert told == pytest.approx(0.25 * trace / (2 * n))
    if (n, d) == (40, 2):
        assert told == pytest.approx(0.1125)


# ---- planted faults and the command line ----------------


def test_wrong_formulas_are_not_discharged(monkeypatch):
    step = r.SampleCoordinates.coefficient.fget
    monkeypatch.setattr(r.SampleCoordinates, "coefficient", property(lambda self: 2 * step(self)))
    assert "gradient" in tc.derive.sample_coordinates().proof.failed
    monkeypatch.setattr(r.OneStep, "lower", property(lambda self: step(self)))
    assert "bound" in tc.derive.one_step().proof.failed
    monkeypatch.setattr(kkt.MarginKKT, "different", property(lambda self: 2 * kkt.GAMMA))
    assert {"margins", "norm"} <= set(tc.derive.margin_kkt().proof.failed)
    inner = both.Alignment.inner.fget
    monkeypatch.setattr(both.Alignment, "inner", property(lambda self: -inner(self)))
    assert {"gradients", "balance"} <= set(tc.derive.alignment().proof.failed)
    monkeypatch.setattr(both.TwoSided, "loss", property(lambda self: both.NOISE**2 / 2))
    assert tc.derive.two_sided().proof.failed == ("both sides",)


def test_nonnegative_sees_a_minus():
    a, b, c = (*sympy.symbols("a b", nonnegative=True), sympy.Symbol("c", real=True))
    assert r.nonnegative(a * b + 2 * a)
    assert not r.nonnegative(a - b)
    assert not r.nonnegative(c**2)


@pytest.mark.parametrize("name", NAMES)
def test_as_text_latex_and_json(name):
    text = CliRunner().invoke(app, ["derive", name])
    assert text.exit_code == 0, text.output
    assert "NOT DISCHARGED" not in text.stdout
    assert "discharged" in text.stdout
    latex = CliRunner().invoke(app, ["derive", name, "--latex"]).stdout
    assert latex.count("{") == latex.count("}") > 2
    document = json.loads(CliRunner().invoke(app, ["derive", name, "--json"]).stdout)
    assert document["formula"] == name
    assert document["latex"] == latex.strip()
    assert len(document["parts"]) >= 4


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tc.derive.sample_coordinates(0), "samples is 0"),
        (lambda: tc.derive.margin_kkt(5), "samples is 5"),
        (lambda: tc.derive.alignment(2, "2"), "inputs is '2'"),
        (lambda: tc.derive.two_sided(4), "samples is 4"),
        (lambda: tc.derive.two_sided(1, 2), "no unique fit"),
        (lambda: tc.derive.sample_coordinates(width=True), "width is True"),
    ],
)
def test_sizes_that_make_no_sense(call, words):
    with pytest.raises(InvalidInstance, match=words):
        call()

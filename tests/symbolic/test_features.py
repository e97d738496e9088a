"""The unconstrained-features formulas against independent computation: direct evaluation, numeric folds, thresholds."""

import json

import numpy as np
import pytest
import sympy
from scipy.optimize import brentq, minimize_scalar
from typer.testing import CliRunner

import theorycheck as tc
from theorycheck.cli import app
from theorycheck.errors import InvalidInstance
from theorycheck.symbolic import features as f

NAMES = ("dufm_reduction", "dufm_stationarity", "dufm_thresholds")
MISTAKES = (
    (("dufm-thresholds", "--loss", "hinge"), "'hinge'"),
    (("dufm-stability", "--loss", "mse"), "leave --loss out"),
    (("schatten-form", "--loss", "ce"), "leave --loss out"),
    (("dufm-reductoin",), "dufm-reduction"),
)


def number(expression, **values):
    """A float, symbols by name."""
    names = {"L": f.DEPTH, "K": f.CLASSES, "lam": f.REG, "C": f.CONSTANT, "c": f.SCALE, "alpha": f.LOGIT}
    return float(expression.subs({names[name]: value for name, value in values.items()}))


def collapse(K, L, n, alpha):
    """Balanced factors of αS ⊗ 1ᵀ."""
    s, basis = (alpha * np.sqrt(n)) ** (1 / (L + 1)), np.linalg.svd(np.eye(K) - 1 / K)[0][:, : K - 1]
    return [s * np.repeat(basis.T, n, axis=1) / np.sqrt(n), *([s * np.eye(K - 1)] * (L - 1)), s * basis]


def entropy(factors, K, n, lam):
    """The full objective of the linear model."""
    Z = factors[0]
    for W in factors[1:]:
        Z = W @ Z
    right = np.repeat(np.arange(K), n)
    fit = np.mean(np.log(np.exp(Z - Z[right, np.arange(K * n)]).sum(axis=0)))
    return fit + lam / 2 * sum((W**2).sum() for W in factors)


@pytest.mark.parametrize("loss", ["mse", "ce"])
@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_discharged(name, loss):
    result = getattr(tc.derive, name)(loss)
    assert result.proof.holds, result.proof.failed
    assert result.latex().count("{") == result.latex().count("}")


@pytest.mark.parametrize(("K", "L", "n"), [(2, 1, 1), (4, 2, 1), (3, 3, 2), (5, 2, 3)])
def test_the_cross_entropy_reduction_is_the_full_objective(K, L, n):
    lam, alpha = 0.03, 2.5
    told = tc.derive.dufm_reduction("ce").effective
    values = {"n": n, "lambda_0": lam, "L": L}
    effective = float(told.subs({s: values[s.name] for s in told.free_symbols}))
    direct = entropy(collapse(K, L, n, alpha), K, n, lam)
    assert number(tc.derive.dufm_reduction("ce").expression, K=K, L=L, lam=effective, alpha=alpha) == pytest.approx(
        direct, abs=1e-12
    )


@pytest.mark.parametrize(("K", "L"), [(2, 1), (3, 2), (6, 4)])
def test_the_squared_reduction_is_the_full_objective(K, L):
    lam, c = 0.02, 0.83
    factors = [c ** (1 / (L + 1)) * np.eye(K)] * (L + 1)
    direct = ((1 - c) ** 2 * K) / (2 * K) + lam / 2 * sum((W**2).sum() for W in factors)
    reduction = tc.derive.dufm_reduction()
    constant = number(reduction.collapse, K=K, L=L)
    assert constant == K * (L + 1)
    assert number(reduction.expression, C=constant, L=L, lam=lam, c=c) == pytest.approx(direct, abs=1e-12)


@pytest.mark.parametrize(("K", "L", "expected"), [(2, 2, 0.1984251315), (3, 3, 0.0907218423), (6, 4, 0.0350610983)])
def test_zero_threshold_of_collapse(K, L, expected):
    thresholds = tc.derive.dufm_thresholds()
    lam = number(thresholds.collapse_zero, K=K, L=L)
    assert lam == pytest.approx(expected, abs=1e-9)

    def least(at):
        loss = sympy.lambdify(f.SCALE, f.family_loss().subs({f.DEPTH: L, f.CONSTANT: K * (L + 1), f.REG: at}))
        return min(loss(c) for c in np.linspace(1e-6, 1, 20001))

    assert least(lam * 0.999) < 0.5 - 1e-5
    assert least(lam * 1.001) > 0.5 - 1e-5
    assert number(thresholds.survival, K=K, L=L, C=K * (L + 1)) == pytest.approx(lam)


@pytest.mark.parametrize("L", [2, 3, 6])
def test_fold_of_the_squared_loss(L):
    thresholds, profile = tc.derive.dufm_thresholds(), tc.derive.dufm_stationarity().profile
    found = minimize_scalar(lambda c: -number(profile, L=L, c=c), bounds=(1e-3, 1), method="bounded")
    assert number(thresholds.fold, L=L) == pytest.approx(-found.fun, abs=1e-9)
    assert number(thresholds.fold_at, L=L) == pytest.approx(found.x, abs=1e-5)


def test_depth_one_is_the_plain_model():
    thresholds = tc.derive.dufm_thresholds()
    assert number(thresholds.fold, L=1) == number(thresholds.zero, L=1) == 1
    assert number(thresholds.collapse_zero, L=1, K=5) == pytest.approx(1 / 5)
    entropy_fold = tc.derive.dufm_thresholds("ce").fold_at
    assert number(entropy_fold, L=1, K=5) == 0
    assert number(tc.derive.dufm_thresholds("ce").critical, L=1, K=5, alpha=sympy.Integer(0)) == pytest.approx(1 / 5)


@pytest.mark.parametrize(
    ("K", "L", "expected"), [(4, 2, 0.177660), (4, 3, 0.174950), (5, 2, 0.149478), (3, 2, 0.221291), (2, 2, 0.29985)]
)
def test_fold_for_cross_entropy(K, L, expected):
    thresholds = tc.derive.dufm_thresholds("ce")
    alpha = number(thresholds.fold_at, K=K, L=L)
    lam = number(thresholds.critical, K=K, L=L, alpha=alpha)
    assert lam == pytest.approx(expected, abs=1e-5)
    assert number(thresholds.fold.lhs - thresholds.fold.rhs, K=K, L=L, alpha=alpha) == pytest.approx(0, abs=1e-12)
    power = (L - 1) / (L + 1)
    found = minimize_scalar(lambda a: -(a**power) / (np.exp(a) + K - 1), bounds=(1e-3, 9), method="bounded")
    assert lam == pytest.approx(-found.fun, abs=1e-9)


@pytest.mark.parametrize(
    ("K", "L", "expected"), [(3, 2, 0.18583767), (3, 4, 0.13131490), (4, 2, 0.14827565), (4, 10, 0.06282249)]
)
def test_zero_threshold_for_cross_entropy(K, L, expected):
    thresholds = tc.derive.dufm_thresholds("ce")
    gap = sympy.lambdify(f.LOGIT, (thresholds.zero.lhs - thresholds.zero.rhs).subs({f.CLASSES: K, f.DEPTH: L}))
    alpha = brentq(gap, number(thresholds.fold_at, K=K, L=L), 20)
    lam = number(thresholds.critical, K=K, L=L, alpha=alpha)
    assert lam == pytest.approx(expected, abs=1e-7)
    loss = sympy.lambdify(f.LOGIT, f.collapsed_loss().subs({f.CLASSES: K, f.DEPTH: L, f.REG: lam}))
    assert min(loss(a) for a in np.linspace(1e-4, 20, 20001)) == pytest.approx(np.log(K), abs=1e-6)


def test_an_unknown_loss_is_refused():
    for name in NAMES:
        with pytest.raises(InvalidInstance, match="pass mse or ce"):
            getattr(tc.derive, name)("hinge")


@pytest.mark.parametrize("name", [*NAMES, "dufm_stability", "schatten_form", "solution_set_dimension"])
def test_on_the_command_line(name):
    told = CliRunner().invoke(app, ["derive", name.replace("_", "-"), "--json"])
    assert told.exit_code == 0
    document = json.loads(told.stdout)
    assert document["formula"] == name.replace("_", "-")
    proof = document["parts"]["proof"]
    assert not any("NOT DISCHARGED" in step for step in ([proof] if isinstance(proof, str) else proof))
    latex = CliRunner().invoke(app, ["derive", name.replace("_", "-"), "--latex"]).stdout
    assert latex.strip() == document["latex"] == getattr(tc.derive, name)().latex()


@pytest.mark.parametrize(("words", "told"), MISTAKES)
def test_mistakes_on_the_command_line(words, told):
    result = CliRunner().invoke(app, ["derive", *words])
    assert result.exit_code != 0
    assert told in str(result.exception)

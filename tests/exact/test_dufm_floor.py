"""Lower bounds of the unconstrained-features model against points, random search and known values."""

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq

from theorycheck.certificates import build, check, columns, floors
from theorycheck.certificates.certificate import verify_document
from theorycheck.errors import CertificateError
from theorycheck.exact import dufm_floor, dufm_floor_cells
from theorycheck.exact.dufm_floor import best_floor, floors_of, gap_table
from theorycheck.exact.dufm_scalar import dnc_threshold
from theorycheck.models.features import UnconstrainedFeatures


def at(K, L, tau, **options):
    return UnconstrainedFeatures(K, L, Fraction(tau * dnc_threshold(K, L)), **options)


def nuclear(M):
    return np.linalg.svd(M, compute_uv=False).sum()


def objective(instance, factors):
    """By NumPy, straight from the definition, n = 1."""
    H, *weights = factors
    Z = weights[0] @ H
    for W in weights[1:]:
        Z = W @ (np.maximum(Z, 0) if instance.relu else Z)
    K, lam = instance.classes, float(instance.reg[0])
    fit = ((Z - np.eye(K)) ** 2).sum() / (2 * K)
    if instance.loss == "ce":
        fit = np.mean([np.log(np.exp(Z[:, k] - Z[k, k]).sum()) for k in range(K)])
    return fit + lam / 2 * sum((W**2).sum() for W in factors)


def descended(instance, rng, starts=3, width=3):
    """The least objective of some L-BFGS runs on all parameters (SciPy, differences), from DNC and random places."""
    from scipy.optimize import minimize

    K, L = instance.classes, instance.depth
    shapes = [(width, K), *[(width, width)] * (L - 1), (K, width)]
    ends = np.cumsum([p * q for p, q in shapes])

    def value(x):
        return objective(instance, [part.reshape(s) for part, s in zip(np.split(x, ends[:-1]), shapes, strict=True)])

    found = []
    for k in range(starts):
        x = rng.normal(size=ends[-1]) if k else np.concatenate([np.eye(*s).ravel() for s in shapes]) * 1.2
        found.append(minimize(value, x, method="L-BFGS-B", options={"maxiter": 150}).fun)
    return min(found)


GRAMS = best_floor(at(3, 2, 0.3))


@pytest.mark.parametrize("K", [2, 3, 5])
def test_masks_do_not_raise_the_nuclear_norm_by_more(K):
    rng, k = np.random.default_rng(K), min(float(floors.mask_norm(K, fmpq(j, 50))) for j in range(50))
    for _ in range(300):
        M = rng.normal(size=(rng.integers(1, 7), K))
        assert nuclear(M * rng.integers(0, 2, M.shape)) <= np.sqrt(k) * nuclear(M) * (1 + 1e-12)


def test_the_relu_does_not_raise_the_nuclear_norm_by_more():
    """Also at the worst matrices that a search found, which come within four percent."""
    k, rng = float(dufm_floor.lift()), np.random.default_rng(0)
    worst = np.array([[-0.0073, 1, 0.6799], [0.9455, 0.746, 0.0003], [0.6372, 0, -0.3397]])
    sums = np.array([[1, -1, 0], [0, 2, 2], [2, 0, 2]])
    for M in (worst, sums, *(rng.normal(size=(4, 3)) for _ in range(500))):
        assert nuclear(np.maximum(M, 0)) <= np.sqrt(k) * nuclear(M)
    assert nuclear(np.maximum(worst, 0)) > 0.96 * np.sqrt(k) * nuclear(worst)


def test_admissible_matrices_bound_what_a_row_costs():
    """m^T Γ^-1 m >= x^T B x for random Γ in the cells and random m, some with two coordinates in proportion to Γ."""
    rng = np.random.default_rng(1)
    three = check.model(dict(at(3, 2, 0.3).document))
    for low, high, _, S in list(floors.cells({"cells": dufm_floor_cells.stored()}, three))[::7]:
        B = np.linalg.inv(np.array([[float(v) for v in row] for row in S]))
        for _ in range(4):
            r = [rng.uniform(float(p), float(q)) for p, q in zip(low, high, strict=True)]
            gamma = np.array([[1, r[0], r[1]], [r[0], 1, r[2]], [r[1], r[2], 1]])
            if np.linalg.eigvalsh(gamma)[0] < 1e-3:
                continue
            M = np.concatenate([rng.normal(size=(20, 3)), gamma, -gamma, rng.normal(size=(20, 3)) @ gamma])
            X = np.maximum(M, 0)
            assert np.all(
                np.einsum("ri,ij,rj->r", M, np.linalg.inv(gamma), M) >= np.einsum("ri,ij,rj->r", X, B, X) - 1e-9
            )


def test_cells_hold_every_gram_matrix():
    rng, three = np.random.default_rng(2), check.model(dict(at(3, 2, 0.3).document))
    found = [(low, high) for low, high, *_ in floors.cells({"cells": dufm_floor_cells.stored()}, three)]
    ends = np.array([[[float(v) for v in corner] for corner in cell] for cell in found])
    for _ in range(500):
        V = rng.normal(size=(3, 3))
        V /= np.linalg.norm(V, axis=0)
        r = np.sort([V[:, 0] @ V[:, 1], V[:, 0] @ V[:, 2], V[:, 1] @ V[:, 2]])
        assert np.any(np.all((ends[:, 0] <= r) & (r <= ends[:, 1]), axis=1))


def test_copositive_agrees_with_a_grid():
    rng = np.random.default_rng(3)
    simplex = np.array([(a, b, 40 - a - b) for a in range(41) for b in range(41 - a)]) / 40
    seen = set()
    for _ in range(400):
        A = rng.integers(-4, 5, (3, 3)) + 3 * np.eye(3, dtype=int)
        A = np.triu(A) + np.triu(A, 1).T
        least = np.einsum("ri,ij,rj->r", simplex, A, simplex).min()
        said = floors.copositive([[fmpq(int(v)) for v in row] for row in A])
        assert not said or least >= -1e-12
        assert said or least < 0.02  # a matrix that is not copositive shows it, up to the grid
        seen.add(said)
    assert seen == {True, False}


def test_eigenvalues_are_bounded_from_above():
    from flint import arb

    rng = np.random.default_rng(4)
    for A in (np.eye(3), np.diag([2.0, 2, 1]), np.diag([2.0, 1, 1]), np.zeros((3, 3)), *rng.normal(size=(50, 3, 3))):
        A = A @ A.T
        got = sorted(float(v) for v in floors.eigenvalues([[arb(v) for v in row] for row in A]))
        assert np.all(np.array(got) >= np.linalg.eigvalsh(A) - 1e-12)
        assert np.allclose(got, np.linalg.eigvalsh(A), atol=1e-6)


@pytest.mark.parametrize("K", [2, 3, 4])
def test_points_lie_above_two_layers(K):
    instance = at(K, 2, 0.3)
    bound = GRAMS if K == 3 else best_floor(instance)
    best = descended(instance, np.random.default_rng(K))
    assert float(bound.value) <= best
    assert bound.rule == {2: "schatten", 3: "grams", 4: "masked"}[K]


def test_two_layers_nearly_meet_collapse():
    assert 0.978 * 0.1711844535 < float(GRAMS.value) < 0.1711844535


@pytest.mark.parametrize("tau", [0.05, 0.9])
def test_the_same_cells_serve_for_other_regularisation(tau):
    bound, collapse = best_floor(at(3, 2, tau)), {0.05: 0.0295655846, 0.9: 0.4607569200}[tau]
    assert bound.rule == "grams"
    assert 0.96 * collapse < float(bound.value) < collapse


def test_unequal_regularisation_and_more_samples_go_into_the_mean():
    lam = Fraction(3 * dnc_threshold(3, 2) / 10)
    other = UnconstrainedFeatures(3, 2, (lam / 2, lam / 3, lam * 2), counts=3)
    assert float(best_floor(other).value) == pytest.approx(float(GRAMS.value), rel=1e-9)


def test_imbalance_has_a_bound():
    bound = best_floor(UnconstrainedFeatures(3, 2, Fraction(1, 30), counts=(4, 2, 1)))
    assert bound.rule == "lifted"
    assert 0 < bound.value < Fraction(1, 2)


@pytest.mark.parametrize(
    ("L", "lam", "least"), [(2, "0.022129", 0.202309), (3, "0.021273", 0.202405), (1, "1/30", 0.291139)]
)
def test_linear_cross_entropy_meets_collapse(L, lam, least):
    """Against the notes' tables (two closed forms each) and descent on all parameters."""
    instance = UnconstrainedFeatures(3, L, lam, loss="ce", activation="linear")
    plane = columns.Plane(dufm_floor._net(instance.document).mean(fmpq(1)), L, check.rational(str(least)), fmpq(1))
    plane.cover()
    assert descended(instance, np.random.default_rng(L), starts=2) >= least


def test_a_value_above_the_least_is_refused():
    instance = UnconstrainedFeatures(3, 2, "0.022129", loss="ce", activation="linear")
    with pytest.raises(check.Refused, match="no lower bound"):
        columns.Plane(dufm_floor._net(instance.document).mean(fmpq(1)), 2, fmpq(20231, 100000), fmpq(1)).cover()


def test_psi_is_below_what_columns_cost():
    """Against SciPy's minimum over all columns at random A."""
    from scipy.optimize import minimize

    instance = UnconstrainedFeatures(3, 2, "0.022129", loss="ce", activation="linear")
    plane = columns.Plane(dufm_floor._net(instance.document).mean(fmpq(1)), 2, fmpq(1, 10), fmpq(1))
    basis = np.array([[2, -1, -1], [0, np.sqrt(3), -np.sqrt(3)]]) / np.sqrt(6)
    for p, q, t in ((0.5, 0.1, 0.3), (0.2, 0.2, 0.0), (0.9, 0.02, 1.0)):
        turn = np.pi * t / 3
        x, y = np.cos(turn) * (p - q) / 2, np.sin(turn) * (p - q) / 2
        A = np.array([[(p + q) / 2 + x, y], [y, (p + q) / 2 - x]])

        def cost(z, A=A):
            z = z.reshape(2, 3)
            logits = basis.T @ z
            fit = np.mean([np.log(np.exp(logits[:, k] - logits[k, k]).sum()) for k in range(3)])
            return fit + float(plane.nu) * np.trace(A @ z @ z.T)

        share = check.rational(str(t))
        got = plane.psi(check.rational(str(p)), check.rational(str(q)), share, share)
        assert float(got) == pytest.approx(minimize(cost, basis.ravel() * 3, tol=1e-12).fun, abs=1e-8)


def test_the_best_floor_is_a_certificate():
    instance = at(3, 2, 0.3)
    certificate = build.seal("floor", instance.document, **GRAMS.data)
    assert "rule grams" in verify_document(certificate.document)
    assert len(str(certificate.document)) < 2 * 10**6


def test_no_rule_no_floor(monkeypatch):
    monkeypatch.setattr(dufm_floor, "PRODUCERS", {"grams": dufm_floor.PRODUCERS["grams"]})
    with pytest.raises(CertificateError, match="no rule"):
        best_floor(at(4, 2, 0.3))


@pytest.mark.thorough
def test_gaps_before_and_after():
    """The table of the cells that were set as the goal, with upper values of the notes."""
    cells = {
        "mse L=2": (at(3, 2, 0.3), 0.1711844535),
        "mse L=3": (at(3, 3, 0.3), 0.1598174263),
        "mse L=4": (at(3, 4, 0.3), 0.1514728546),
        "ce L=2": (UnconstrainedFeatures(3, 2, "0.022129", loss="ce", activation="linear"), 0.2023099306),
        "ce L=3": (UnconstrainedFeatures(3, 3, "0.021273", loss="ce", activation="linear"), 0.2024057802),
        "ce L=2 relu": (UnconstrainedFeatures(3, 2, "0.022129", loss="ce"), 0.2023099306),
        "ce L=3 relu": (UnconstrainedFeatures(3, 3, "0.021273", loss="ce"), 0.2024057802),
    }
    rows = {row["cell"]: row for row in gap_table(cells)}
    most = {"mse L=2": 0.025, "mse L=3": 0.135, "mse L=4": 0.27, "ce L=2": 2e-6, "ce L=3": 2e-6}
    most |= {"ce L=2 relu": 0.05, "ce L=3 relu": 0.18}
    for name, gap in most.items():
        assert -1e-9 <= rows[name]["gap after"] <= gap < rows[name]["gap before"], rows[name]


@pytest.mark.thorough
@pytest.mark.parametrize("L", [3, 4])
def test_points_lie_above_more_layers(L):
    instance = at(3, L, 0.3)
    assert {floor.rule for floor in floors_of(instance)} == {"product", "masked", "lifted", "rays"}
    assert float(best_floor(instance).value) <= descended(instance, np.random.default_rng(L))

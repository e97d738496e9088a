"""Claims of arXiv 2410.23169: verdicts, the numbers they rest on, boundary cases, and planted faults."""

from fractions import Fraction
from math import exp, log

import numpy as np
import pytest

from theorycheck.claims import features_assumptions as A
from theorycheck.claims.check import Budget, run
from theorycheck.claims.checks import (
    features_critical,
    features_curved,
    features_numbers,
    features_orbits,
    features_points,
)
from theorycheck.claims.features_thresholds import fold, fold_scale, stability, stability_scale
from theorycheck.claims.store import find, select
from theorycheck.errors import CertificateError, InvalidInstance
from theorycheck.models.features import UnconstrainedFeatures

from .features_oracles import objective

EXPECTED = {
    "lemma1": "PROVED", "thm1": "PROVED", "thm1_l2": "REFUTED", "thm1_k5": "CERTIFIED", "thm2": "PROVED",
    "rank_codes": "PROVED", "thm3": "SUPPORTED", "thm3_zero": "CERTIFIED", "fold": "PROVED", "thm4": "REFUTED",
    "thm4_exact": "PROVED", "thm4_few": "SUPPORTED", "thm5": "REFUTED",
    "thm5_exact": "PROVED", "thm6": "SUPPORTED", "thm7": "PROVED", "imbalance": "SUPPORTED", "centring": "PROVED",
    "two_classes": "PROVED", "one_layer": "PROVED",
}  # fmt: skip


def entropy(classes, depth, reg, **rest):
    return UnconstrainedFeatures(classes, depth, reg, **({"loss": "ce", "activation": "linear"} | rest))


def test_the_expectations_cover_the_paper():
    assert [claim.key for claim in select(["garrod2024"])] == [f"garrod2024.{name}" for name in EXPECTED]


@pytest.mark.parametrize("name", EXPECTED)
def test_verdicts(name):
    claim = find(f"garrod2024.{name}")
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
    ("classes", "depth", "reg", "dnc", "pairs", "circle"),
    [
        (4, 2, "0.0178", 0.2511105742, 0.2498977043, 0.2498977043),
        (4, 3, "0.0175", 0.2544324491, 0.2320483828, 0.2320483828),
        (5, 3, "0.0150", 0.2949156407, 0.2776674177, 0.2634357480),
        (6, 2, "0.0130", 0.3177483344, 0.2963298768, 0.3555455123),
    ],
)
def test_losses_of_structures(classes, depth, reg, dnc, pairs, circle):
    net = entropy(classes, depth, reg)
    for build, loss in (
        (features_points.collapsed, dnc),
        (features_points.pairs, pairs),
        (features_points.circle, circle),
    ):
        assert objective(net, build(net)) == pytest.approx(loss, abs=2e-10)


@pytest.mark.parametrize(
    ("reg", "best", "dnc"),
    [("1/50", 0.36240657, 0.37011088), ("1/200", 0.10752583, 0.10884969), ("1/5000", 0.00566600, 0.00567217)],
)
def test_five_classes_and_two_layers(reg, best, dnc):
    net = entropy(5, 2, reg)
    factors = features_points.lone(net)
    assert objective(net, factors) == pytest.approx(best, abs=2e-8)
    assert objective(net, features_points.collapsed(net)) == pytest.approx(dnc, abs=2e-8)
    assert factors[1].rank() == 3


def test_thresholds():
    sizes = [(4, 2), (4, 3), (5, 2), (3, 2)]
    assert [float(stability(*s)) for s in sizes] == pytest.approx([0.162010, 0.136125, 0.127563, 0.219976], abs=1e-6)
    assert [float(fold(*s)) for s in sizes] == pytest.approx([0.177660, 0.174950, 0.149478, 0.221291], abs=1e-6)
    assert [float(stability_scale(*s)) for s in sizes] == pytest.approx([4 / 3, 2, 5 / 3, 0.78774], abs=1e-5)
    for K, L in sizes:  # the fold is where the curve is highest
        grid = np.linspace(0.01, 4, 4000)
        values = grid ** ((L - 1) / (L + 1)) / (np.exp(grid) + K - 1)
        assert float(fold(K, L)) == pytest.approx(values.max(), rel=1e-6)
        assert float(fold_scale(K, L)) == pytest.approx(grid[values.argmax()], abs=2e-3)


@pytest.mark.parametrize(
    ("classes", "depth", "least"), [(4, 2, -3.3e-3), (4, 3, -5.5e-3), (5, 2, -2.6e-3), (3, 2, -5.2e-3)]
)
def test_the_hessian_turns_at_the_stability_threshold(classes, depth, least):
    found = []
    for factor in (0.98, 1.02):
        alpha = factor * float(stability_scale(classes, depth))
        net = entropy(classes, depth, Fraction(alpha ** ((depth - 1) / (depth + 1)) / (exp(alpha) + classes - 1)))
        H = features_curved.hessian(net, features_curved.critical_point(net, scale=alpha))
        found.append(np.linalg.eigvalsh(H)[0])
    assert found[0] == pytest.approx(least, rel=0.05)
    assert found[1] > -1e-6


def test_hessian_by_autodiff():
    """Central differences of our gradient against JAX's Hessian of an objective with a column a sample."""
    import jax

    from theorycheck.training.features import objective as written

    net = entropy(3, 2, "1/20")
    point = features_curved.critical_point(net)
    flat = np.concatenate([W.ravel() for W in point])
    value, ends = written(net), np.cumsum([W.size for W in point])[:-1]
    build = lambda x: value(tuple(p.reshape(W.shape) for p, W in zip(jax.numpy.split(x, ends), point, strict=True)))  # noqa: E731
    expected = np.asarray(jax.hessian(build)(flat))
    assert np.abs(features_curved.hessian(net, point) - expected).max() < 1e-8
    assert np.abs(np.asarray(jax.grad(build)(flat))).max() < 1e-12


def test_hessian_norms():
    table = {
        "Frobenius": (0.8162, 0.7829, 0.7679),
        "spectral": (0.8409, 0.8943, 0.9185),
        "trace": (0.8885, 0.8515, 0.8306),
    }
    for kind, expected in table.items():
        for k, ratio in zip((2, 3, 4), expected, strict=True):
            dnc, pairs = features_curved.hessian_norms(4, 2, Fraction(1, 10**k))
            assert dnc[kind] / pairs[kind] == pytest.approx(ratio, abs=2e-4)


@pytest.mark.parametrize(
    ("classes", "depth", "width", "rank"), [(4, 1, 4, 6), (4, 2, 4, 12), (4, 2, 6, 24), (4, 3, 5, 27), (5, 2, 5, 20)]
)
def test_dimensions_of_the_orbit(classes, depth, width, rank):
    assert features_orbits.dimension(classes - 1, depth, width) == rank
    matrix = np.array(features_orbits.moves(classes, depth, width, classes - 1), float)
    values = np.linalg.svd(matrix, compute_uv=False)
    assert int(np.sum(values > 1e-9 * values[0])) == rank


def test_the_smallest_orbit_is_a_circle():
    """L = 1, d = r = 2: rotations in the plane, one dimension, where the printed count says none."""
    assert features_orbits.dimension(2, 1, 2) == 1
    assert features_orbits.printed(2, 1, 2) == 0
    values = np.linalg.svd(np.array(features_orbits.moves(4, 1, 2, 2), float), compute_uv=False)
    assert int(np.sum(values > 1e-9)) == 1


def test_first_classes_and_layers_of_the_inequalities():
    def holds(sides):
        return float(Fraction(sides[0][1])) < float(Fraction(sides[1][1]))

    assert [next((K for K in range(4, 60, 2) if holds(features_numbers.rectified_pairs_sides(K, L))), None)
            for L in (3, 4, 5, 6, 8)] == [None, 14, 10, 8, 6]  # fmt: skip
    assert [(m, L) for m in (1, 2, 3) for L in (2, 3) if holds(features_numbers.pairs_sides(2 * m, L))] == [
        (2, 3),
        (3, 2),
        (3, 3),
    ]
    first = [next(L for L in range(2, 9) if _circle(K, L)) for K in (4, 5, 6, 8, 10, 15)]
    assert first == [3, 3, 3, 4, 4, 4]


def _circle(classes, depth):
    gamma = 1 / (1 - np.cos(2 * np.pi / classes))
    expected = 2 ** (depth + 1) * (gamma * classes / 2) ** 2 < (classes - 1) ** (depth + 1)
    try:
        features_numbers.smaller(*features_numbers.circle_sides(classes, depth))
    except CertificateError:
        assert not expected
        return False
    assert expected
    return True


def test_the_sweep_over_layers():
    ranks = features_critical.SWEEPS.run(entropy(5, 2, "1/50"))[0]
    assert ranks.value == "3, 2, 2, 2, 2"
    assert ranks.evidence == "SUPPORTED"


def test_losses_of_the_sweep():
    for L, loss in ((2, 0.43032532), (3, 0.19311795), (4, 0.10933913)):
        best, Z = features_critical.best_output(entropy(6, L, Fraction(2, 25 * L * L)))
        assert best == pytest.approx(loss, abs=1e-7)
        assert features_critical.is_superior(Z)


# ---- where the statements end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assumption", "inside", "outside"),
    [
        (A.PAIRS, {"classes": 4, "depth": 3}, {"classes": 5, "depth": 2}),
        (A.PAIRS, {"classes": 6, "depth": 2}, {"classes": 6, "depth": 1}),
        (A.RECTIFIED_PAIRS, {"classes": 14}, {"classes": 12}),
        (A.RECTIFIED_PAIRS, {"classes": 10, "depth": 5}, {"classes": 8, "depth": 5}),
        (A.CIRCLE, {"classes": 8}, {"classes": 8, "depth": 3}),
        (A.EVEN_CLASSES, {"classes": 4}, {"classes": 5}),
        (A.BELOW_STABILITY, {"classes": 4, "depth": 2, "reg": "0.16201"}, {"classes": 4, "depth": 2, "reg": "0.16202"}),
        (A.BELOW_FOLD, {"classes": 4, "depth": 2, "reg": "0.17765"}, {"classes": 4, "depth": 2, "reg": "0.17766"}),
        (A.UNEVEN, {"classes": 2, "counts": (2, 1)}, {"classes": 2, "counts": 2}),
        (A.FIVE_CLASSES, {"classes": 5}, {"classes": 6}),
        (A.AT_MOST_FIVE, {"classes": 5}, {"classes": 6}),
    ],
)
def test_margins_change_sign_where_assumptions_end(assumption, inside, outside):
    plain = {"classes": 4, "depth": 4, "reg": "1/100"}
    for given, holds in ((inside, True), (outside, False)):
        margin = assumption.margin(entropy(**(plain | given)))
        assert margin.exact
        assert margin.holds is holds


def test_the_statement_at_the_fold_is_refuted_at_the_users_own_lambda():
    net = entropy(4, 2, "0.168139")
    found = run(find("garrod2024.thm4"), instance=net).findings[0]
    assert found.value == pytest.approx(-1.7e-2, abs=1e-3)
    assert "168139/1000000" in found.note
    assert "second derivative" in found.certificate.verify()


def test_zero_is_optimal_for_many_layers():
    found = features_critical.ZERO_WINS.run(entropy(4, 2, "1/50"))[0]
    assert found.value == pytest.approx(log(4), abs=2e-12)
    assert found.evidence == "CERTIFIED"


# ---- planted faults --------------------------------------------------------------------------------------------------


def test_no_certificate_for_what_is_false():
    with pytest.raises(CertificateError):
        features_curved.bends_down(entropy(4, 2, "1/10"))  # below the stability threshold
    with pytest.raises(InvalidInstance, match="fold"):
        features_curved.critical_scale(entropy(4, 2, "1/5"))
    with pytest.raises(CertificateError):
        features_numbers.smaller(*features_numbers.pairs_sides(4, 2))


def test_an_unbalanced_point_is_seen_to_be_so():
    net = entropy(3, 2, "1/50")
    point = [W.copy() for W in features_curved.critical_point(net)]
    assert features_critical.imbalance(net, point) < 1e-9
    assert features_critical.schatten_gap(net, point) < 1e-9
    point[1] = 2 * point[1]
    assert features_critical.imbalance(net, point) > 0.1
    assert features_critical.schatten_gap(net, point) > 0.1


def test_a_wrong_code_is_not_diagonally_superior():
    assert features_critical.is_superior(np.eye(3))
    assert not features_critical.is_superior(np.ones((3, 3)))
    assert not features_critical.is_superior(np.array([[1.0, 2.0], [0.0, 1.0]]))

"""What the checker says about the unconstrained-features model, against NumPy, SciPy, mpmath and published numbers."""

import ast
import json
import subprocess
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

import mpmath
import numpy as np
import pytest
from flint import fmpq

from theorycheck.certificates import build, check, features, features_build, features_least, script
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError

from .features_oracles import balanced, cut_family, descend, diagonal, drawn, floats, model, objective

LINEAR = {"activation": "linear"}
CE = {"loss": "ce", "activation": "linear"}


def number(text):
    return float(Fraction(text)) if isinstance(text, str) else (float(text["lo"]) + float(text["hi"])) / 2


def at_point(instance, factors, **options):
    term = features_build.objective_term(factors, **options)
    return build.value(instance.document, "it", [term]).document["value"]


# ---- the objective at rational factors ------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["mse", "ce"])
@pytest.mark.parametrize("activation", ["relu", "linear"])
@pytest.mark.parametrize(("K", "L", "counts"), [(2, 1, 1), (2, 2, (3, 1)), (3, 1, (1, 2, 3)), (3, 3, 2), (4, 5, 1)])
def test_the_objective_is_that_of_all_samples(loss, activation, K, L, counts):
    rng = np.random.default_rng(K + 10 * L)
    lam = [Fraction(k + 1, 7) for k in range(L + 1)]
    instance = model(K, L, lam, loss, activation, counts=counts)
    for _ in range(3):
        factors = drawn(rng, K, L)
        told = at_point(instance, factors)
        assert isinstance(told, str) is (loss == "mse")
        assert number(told) == pytest.approx(objective(instance, floats(factors)), rel=1e-12)
        parts = [at_point(instance, factors, quantity=name) for name in ("fit", "penalty")]
        assert sum(map(number, parts)) == pytest.approx(number(told), rel=1e-12)


def test_the_squared_norm_of_the_features_counts_samples():
    instance = model(2, 1, 1, counts=(3, 1))
    factors = [[[1, 2], [0, 1]], [["1/2", 0], [0, 3]]]
    norms = [at_point(instance, factors, quantity="norm", index=k) for k in (0, 1)]
    assert norms == ["8", "37/4"]
    assert at_point(instance, factors, quantity="penalty") == "69/8"


def test_zero_and_enormous_factors():
    for loss, value in (("mse", 0.5), ("ce", np.log(3))):
        assert number(at_point(model(3, 2, 1, loss), diagonal(3, 2, 0))) == pytest.approx(value, rel=1e-14)
    huge = at_point(model(2, 1, "1/10", "ce"), [[[10**6, 0], [0, 10**6]], [[-1, 0], [0, -1]]], quantity="fit")
    assert number(huge) == pytest.approx(10**6, rel=1e-12)


# ---- one variable ---------------------------------------------------------------------------------------------------


def least(f):
    """The least value of a function of t >= 0, to many digits: a grid, then a root of the slope."""
    with mpmath.workdps(40):
        grid = [mpmath.mpf(k) / 200 for k in range(1, 1200)]
        best = min(grid, key=f)
        low, high = best - mpmath.mpf(1) / 200, best + mpmath.mpf(1) / 200
        for _ in range(180):
            p, q = low + (high - low) * 0.382, low + (high - low) * 0.618
            low, high = (low, q) if f(p) <= f(q) else (p, high)
        return float(min(f(low), f(mpmath.mpf(0))))


def bowl(a, b, L):
    return least(lambda t: a * (1 - t ** (L + 1)) ** 2 + b * t * t)


def margin(K, b, L):
    return least(lambda t: mpmath.log(1 + (K - 1) * mpmath.exp(-(t ** (L + 1)))) + b * t * t)


@pytest.mark.parametrize(("L", "x"), list(product((1, 2, 3, 7, 20, 60), ("1/1000", "1/40", "3/10", "2"))))
def test_values_are_just_below_the_least(L, x):
    exact, b = fmpq(*Fraction(x).as_integer_ratio()), mpmath.mpf(Fraction(x).numerator) / Fraction(x).denominator
    for found, true in (
        (features_least.bowl(fmpq(1, 2), exact, L), bowl(mpmath.mpf(1) / 2, b, L)),
        (features_least.margin(3, L, exact), margin(3, b, L)),
    ):
        assert float(Fraction(found.value)) <= true * (1 + 1e-15)
        assert float(Fraction(found.value)) == pytest.approx(true, rel=3e-13)


TAU = {1: 0.255, 2: 0.1711844535, 3: 0.1598174263, 4: 0.1557021451, 5: 0.1537332658}  # least at 3/10 of lambda_0


@pytest.mark.parametrize(("K", "L"), [(2, 1), (2, 2), (3, 2), (3, 3), (6, 4), (10, 4), (15, 2), (4, 5)])
def test_collapse_at_three_tenths_of_the_threshold(K, L):
    lam0 = ((L - 1) / L) ** ((L - 1) / (L + 1)) / (K * L) if L > 1 else 1 / K
    for options in ({}, LINEAR, {"counts": 3}):
        n = options.get("counts", 1)
        part = features_build.collapsed_part(model(K, L, Fraction(0.3 * lam0 / n ** (1 / (L + 1))), **options))
        assert float(part["value"]) == pytest.approx(TAU[L], abs=1e-9)


@pytest.mark.parametrize(
    ("K", "L", "lam", "value"),
    [
        (4, 2, "0.0178", 0.2511105742),
        (4, 3, "0.0175", 0.2544324491),
        (5, 3, "0.0150", 0.2949156407),
        (6, 2, "0.0130", 0.3177483344),
    ],
)
def test_collapse_for_cross_entropy(K, L, lam, value):
    assert float(features_build.collapsed_part(model(K, L, lam, **CE))["value"]) == pytest.approx(value, abs=5e-10)


FLOORS = [
    ("product", 2, 2, 0.0595275, {}, 0.137124),
    ("product", 3, 2, 0.0396850, {}, 0.120315),
    ("product", 2, 3, 0.0408248, {}, 0.113752),
    ("product", 3, 3, 0.0272166, {}, 0.093142),
    ("product", 3, 4, 0.0210367, {}, 0.081070),
    ("jensen", 3, 2, 0.022129, CE, 0.165589),
    ("jensen", 3, 3, 0.021273, CE, 0.147927),
    ("jensen", 3, 1, 0.0333333333, {"loss": "ce"}, 0.29113984),
    ("jensen", 2, 2, 0.029985, CE, 0.13146020),
    ("jensen", 2, 5, 0.026956, CE, 0.14449223),
    ("schatten", 2, 5, 0.0258532, {}, 0.1537332658),
    ("schatten", 2, 1, 0.173205, {"counts": (9, 1)}, 0.41961524),
    ("schatten", 2, 2, 0.082548, {"counts": (9, 1)}, 0.28994410),
    ("schatten", 2, 3, 0.062040, LINEAR | {"counts": (9, 1)}, 0.25806149),
    ("schatten", 3, 2, 0.069996, LINEAR | {"counts": (4, 4, 1)}, 0.35817260),
]


@pytest.mark.parametrize(("rule", "K", "L", "lam", "options", "value"), FLOORS)
def test_floors_have_the_known_values(rule, K, L, lam, options, value):
    part = features_build.floor_part(model(K, L, str(lam), **options), rule)
    assert float(part["value"]) == pytest.approx(value, rel=2e-5)


def test_only_the_geometric_mean_of_the_regularisation_counts():
    one = features_build.floor_part(model(3, 2, "1/50", **LINEAR), "schatten")
    other = features_build.floor_part(model(3, 2, ("1/100", "1/25", "1/50"), **LINEAR), "schatten")
    many = features_build.floor_part(model(3, 2, ("1/400", "1/50", "1/50"), **LINEAR, counts=8), "schatten")
    assert one["value"] == other["value"] == many["value"]


# ---- lower bounds are below everything that is found ----------------------------------------------------------------


BELOW = [
    ("schatten", 2, 2, "1/20", {"counts": (2, 1)}),
    ("schatten", 2, 3, "1/30", {}),
    ("schatten", 3, 2, "1/30", LINEAR | {"counts": (2, 1, 1)}),
    ("product", 3, 2, "1/30", {"counts": (3, 1, 1)}),
    ("jensen", 2, 1, "1/20", {"loss": "ce", "counts": (3, 1)}),
    ("jensen", 3, 2, "1/40", {"loss": "ce", "counts": (2, 1, 1)}),
    ("jensen", 2, 2, "1/30", CE | {"counts": (2, 1)}),
]
TIGHT = {0, 1, 2, 4, 6}  # where the least objective is the bound


@pytest.mark.parametrize("k", range(len(BELOW)))
def test_no_descent_goes_below_a_floor(k):
    rule, K, L, lam, options = BELOW[k]
    instance = model(K, L, lam, **options)
    bound = float(features_build.floor_part(instance, rule)["value"])
    found = descend(instance, K, np.random.default_rng(k), 4)
    assert found > bound
    assert bool(found < bound * (1 + 1e-5)) is (k in TIGHT)


def nuclear(A):
    return np.linalg.svd(A, compute_uv=False).sum()


def cheapest(X, M):
    """The least squared norm of a W with W X = M."""
    return np.sum((M @ np.linalg.pinv(X)) ** 2)


def test_two_columns_need_no_active_relu():
    rng = np.random.default_rng(5)
    for _ in range(300):
        M = rng.normal(size=(rng.integers(1, 6), 2)) * rng.choice([0, 1, 1], size=2)
        X = np.maximum(M, 0)
        assert nuclear(X) <= nuclear(M) + 1e-12
        W = rng.normal(size=(4, len(X)))
        assert cheapest(X, np.maximum(W @ X, 0)) <= np.sum(W**2) + 1e-9
    M = np.array([[1, -1, 0], [0, 2, 2], [2, 0, 2]])
    assert nuclear(np.maximum(M, 0)) / nuclear(M) == pytest.approx(1.04111, abs=1e-5)  # three columns need it


def test_orthogonal_columns_need_no_active_relu():
    rng = np.random.default_rng(6)
    for _ in range(200):
        K, rows = rng.integers(2, 5), rng.integers(2, 8)
        M = -np.abs(rng.normal(size=(rows, K)))
        M[np.arange(rows), rng.integers(0, K, size=rows)] *= -1
        X = np.maximum(M, 0)
        assert nuclear(X) <= nuclear(M) + 1e-12
        W = rng.normal(size=(3, rows))
        assert cheapest(X, np.maximum(W @ X, 0)) <= np.sum(W**2) + 1e-9


@pytest.mark.parametrize("counts", [(1, 1, 1), (9, 1), (5, 5, 1), (7, 3, 2), (100, 1, 1, 1), (2, 1)])
def test_the_spread_is_the_largest_eigenvalue(counts):
    K = len(counts)
    C = np.eye(K) - 1 / K
    true = np.linalg.eigvalsh(C @ np.diag(counts) @ C)[-1]
    part = features_build.floor_part(model(K, 2, "1/100", loss="ce", counts=counts), "jensen")
    assert float(Fraction(part.get("spread", str(max(counts))))) == pytest.approx(true, rel=1e-9)


# ---- explicit factors -----------------------------------------------------------------------------------------------


def test_the_cut_family_beats_collapse():
    instance, factors = model(15, 2, "1/200"), cut_family()
    part = features_build.multiple_part(instance, factors)
    assert part["product"] == "3250"
    for words in ("squared norms 20, 30, 65/12", "3250 < 15^3 = 3375", "n lambda_H prod lambda_l < 1/52000", " 1 I "):
        assert words in part["statement"]
    beaten = features_build.beaten_part(instance, balanced(factors, 0.92))
    assert "none of them is globally optimal" in beaten["statement"]
    with pytest.raises(CertificateError, match="the objective of the factors is"):
        features_build.beaten_part(instance, factors)
    layers = features_build.layers_part(instance, factors)
    assert (layers["ranks"], layers["output"]) == ([[5, 5], [5, 15]], 15)
    H, W1, _ = floats(factors)
    assert np.sum(np.linalg.svd(np.maximum(W1 @ H, 0), compute_uv=False) > 1e-9) == 15


def test_collapse_itself_is_no_improvement():
    with pytest.raises(CertificateError, match="not below"):
        features_build.multiple_part(model(4, 3, "1/100"), diagonal(4, 3))


def test_ranks_and_outputs_agree_with_numpy():
    rng = np.random.default_rng(8)
    for activation, _ in product(("relu", "linear"), range(6)):
        instance = model(3, 3, "1/9", activation=activation)
        factors = drawn(rng, 3, 3, widths=(3, 2, 4), top=2)
        layers = features_build.layers_part(instance, factors)
        H, *weights = floats(factors)
        X, expected = H, []
        for W in weights:
            M = X if X is H else expected[-1][1]
            expected.append((W @ M, np.maximum(W @ M, 0) if activation == "relu" else W @ M))
            X = None
        ranks = [[_rank(A), _rank(B)] for A, B in [(H, H), *expected[:-1]]]
        assert (layers["ranks"], layers["output"]) == (ranks, _rank(expected[-1][0]))
        told = features_build.output_part(instance, factors)
        assert np.allclose([[float(Fraction(v)) for v in row] for row in told["matrix"]], expected[-1][0])
        Z = expected[-1][0]
        assert told["superior"] is all(Z[k, k] > Z[j, k] for k in range(3) for j in range(3) if j != k)


def _rank(A):
    return int(np.sum(np.linalg.svd(A, compute_uv=False) > 1e-9))


@pytest.mark.parametrize(
    ("K", "L", "lam", "n", "scale"),
    [(4, 2, "0.168139", 1, 1.2), (4, 3, "0.15", 2, None), (5, 2, "0.14", 1, None), (3, 2, "0.2207", 1, None)],
)
def test_the_curvature_is_that_of_the_objective(K, L, lam, n, scale):
    lam = Fraction(lam) / Fraction(n ** (1 / (L + 1)))
    instance = model(K, L, lam, **CE, counts=n)
    part = features_build.curved_part(instance)
    alpha, X = float(part["low"]), np.array(part["direction"], dtype=float)
    assert scale is None or alpha == pytest.approx(scale, abs=1e-5)

    def along(eps):
        Z = alpha * (np.eye(K) - 1 / K) + eps * X
        values, vectors = np.linalg.eigh(Z)
        root = vectors @ np.diag(np.where(values > 1e-9, np.abs(values), 0) ** (1 / (L + 1))) @ vectors.T
        return objective(instance, [root / n ** (L / (2 * L + 2)), *[root * n ** (1 / (2 * L + 2))] * L])

    h = 1e-3
    second = (along(h) - 2 * along(0) + along(-h)) / h**2
    assert second == pytest.approx(number(part["curvature"]), rel=1e-3)
    assert "a strict local minimum among" in part["statement"]


def test_below_the_stability_threshold_only():
    with pytest.raises(CertificateError, match="curve down"):
        features_build.curved_part(model(4, 2, "0.161", **CE))  # the threshold is 0.162010
    assert features_build.curved_part(model(4, 2, "0.1621", **CE))
    with pytest.raises(CertificateError, match="fold"):
        features_build.curved_part(model(4, 2, "0.178", **CE))  # the fold is 0.177660
    with pytest.raises(CertificateError, match="linear, cross-entropy"):
        features_build.curved_part(model(4, 2, "0.1621", "ce"))


@pytest.mark.parametrize(
    ("K", "L", "options"),
    [(2, 4, {}), (5, 3, LINEAR), (3, 1, {"loss": "ce"}), (2, 3, CE), (3, 2, LINEAR | {"width": 3, "counts": 4})],
)
def test_collapse_is_optimal(K, L, options):
    part = features_build.optimal_part(model(K, L, "1/100", **options))
    told, reached = float(part["value"]), part["statement"].rpartition(" have [")[2].split(",")[0]
    assert told == pytest.approx(float(reached), rel=2e-13)
    assert told < float(reached)


@pytest.mark.parametrize(
    ("K", "L", "lam", "options", "reason"),
    [
        (3, 2, "1/100", {}, "not known"),
        (3, 2, "1/100", CE, "not known"),
        (2, 2, "1/100", {"loss": "ce"}, "not known"),
        (3, 2, "1/100", LINEAR | {"counts": (1, 1, 2)}, "not known"),
        (3, 2, "1/100", LINEAR | {"width": 2}, "no room"),
        (3, 2, "1/5", LINEAR, "zero is not seen to be worse"),
    ],
)
def test_where_collapse_is_not_known_to_be_optimal(K, L, lam, options, reason):
    with pytest.raises(CertificateError, match=reason):
        features_build.optimal_part(model(K, L, lam, **options))


def test_a_root_and_an_inequality_there():
    part = features_build.root_part("twice", ["+", ["exp", "z"], "-2"], "0.69", "0.7", ["**", "z", "2"], "1/2")
    assert (
        part["statement"] == '"twice": [**, z, 2] < 1/2 at z in [0.69, 0.7], the only root there of [+, [exp, z], -2]'
    )
    for low, high, right in (("0.6", "0.69", "1/2"), ("0.69", "0.7", "0.4")):
        with pytest.raises(CertificateError):
            features_build.root_part("twice", ["+", ["exp", "z"], "-2"], low, high, ["**", "z", "2"], right)


def test_builders_say_what_is_wrong():
    instance = model(3, 2, "1/100")
    with pytest.raises(CertificateError, match="linear or with two classes"):
        features_build.floor_part(instance, "schatten")
    with pytest.raises(CertificateError, match="unknown"):
        features_build.floor_part(instance, "magic", value="1")
    with pytest.raises(CertificateError, match="magic"):
        features_build.floor_part(instance, "magic")
    with pytest.raises(CertificateError, match="not of the unconstrained"):
        features_build.floor_part(None, "product")
    for build_it in (features_build.layers_part, features_build.output_part, features_build.multiple_part):
        with pytest.raises(CertificateError, match="shapes"):
            build_it(instance, [[[1, 0, 0]], [[1, 2]], [[1], [2], [3]]])


# ---- scripts that run alone -----------------------------------------------------------------------------------------


def sealed(instance, **parts):
    return build.all_of(instance.document, parts)


def alone(certificate, folder):
    """The script run by a Python that knows the standard library and python-flint only."""
    import flint

    path = certificate.to_script(folder / "witness.py")
    only = (
        f"import sys, runpy; sys.path.append({str(Path(flint.__file__).parent.parent)!r})\n"
        "class Only:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] not in (*sys.stdlib_module_names, 'flint'): raise ImportError(name)\n"
        f"sys.meta_path.insert(0, Only()); runpy.run_path({str(path)!r}, run_name='__main__')"
    )
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", only], cwd="/", capture_output=True, text=True, check=False)
    return ran, path.read_text()


def test_scripts_carry_the_parts_they_need(tmp_path):
    instance = model(15, 2, "1/200")
    parts = {
        "value": (build.value(instance.document, "it", [features_build.objective_term(cut_family())]), {"features"}),
        "floor": (sealed(instance, floor=features_build.floor_part(instance, "product")), {"features"}),
        "cut": (
            sealed(instance, cut=features_build.multiple_part(instance, cut_family())),
            {"features", "collapse"},
        ),
        "rank": (build.rank("A", [[1, 2]]), {"bounds", "cover"}),
        "sign": (build.sign("it", ">", expression="1"), set()),
    }
    for name, (certificate, needed) in parts.items():
        ran, text = alone(certificate, tmp_path)
        assert (ran.returncode, ran.stderr) == (0, ""), name
        assert certificate.statement in ran.stdout
        found = {part.__name__.rpartition(".")[2] for part in script.needed(certificate.document)}
        assert found == needed, name
        assert ("class Features" in text) is ("features" in needed)
        assert ("def check_rank" in text) is ("cover" in needed)


def test_a_changed_script_of_the_model_exits_with_one(tmp_path):
    instance = model(2, 2, "1/20")
    certificate = sealed(instance, floor=features_build.floor_part(instance, "schatten"))
    document = json.loads(json.dumps(certificate.document))
    document["parts"][0]["least"]["1"] = "1"
    document["seal"] = check.digest({k: v for k, v in document.items() if k != "seal"})
    ran, _ = alone(Certificate(document), tmp_path)
    assert ran.returncode == 1
    assert "REFUSED" in ran.stdout


def _names(tree):
    """What a part of the checker defines, and what it imports from elsewhere, at its top."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, None
        if isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Subscript):
            yield from ((n.id, None) for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name))
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name, getattr(node, "module", "")) for alias in node.names)


def test_the_parts_of_the_checker_may_stand_in_one_file():
    """A name means the same in all parts, and what one part takes from another keeps its name."""
    seen = {}
    for part in (check, *script.PARTS):
        tree = ast.parse(Path(part.__file__).read_text())
        for name, source in _names(tree):
            if name != "__all__" and not (source or "").startswith("theorycheck"):
                owner = source if source is not None else part.__name__
                assert seen.setdefault(name, owner) == owner, f"{name}: {seen[name]} and {owner}"
        ours = [n for n in tree.body if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("theorycheck")]
        assert not [alias.asname for node in ours for alias in node.names if alias.asname], part.__name__


def test_every_rule_and_kind_has_a_docstring():
    for table in (check.KINDS, features.RULES):
        for entry in table.values():
            assert entry.__doc__ or entry.__module__ in (check.__name__, "theorycheck.certificates.cover")

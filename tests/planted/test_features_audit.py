"""Planted faults: lower bounds against descents, false corners of the kinds, forged words, names in scripts."""

import ast
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from theorycheck.certificates import build, check, features_build, floors, script
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError
from theorycheck.exact import dufm_floor_cells
from theorycheck.models.features import UnconstrainedFeatures

NOT_BELIEVED = (check.Refused, CertificateError)
EYE = [["1", "0"], ["0", "1"]]
LINEAR = {"activation": "linear"}
QUICK = ("jensen", "product", "schatten", "masked")


def model(K, L, lam, **options):
    return UnconstrainedFeatures(K, L, lam, **options)


def sealed(body, about):
    document = {"format": check.FORMAT, **body, "instance": about, "instance_digest": check.digest(about)}
    document |= {"claim": None, "claim_digest": check.digest(None)}
    return Certificate({**document, "seal": check.digest(document)})


def believed(kind, about, **fields):
    """The statement of a document that bears what the checker itself finds; None where it is refused."""
    body = {"kind": kind, "statement": "", **fields}
    try:
        return sealed(body, about).verify()
    except NOT_BELIEVED as reason:
        told = str(reason).partition("what is proved is: ")[2]
    try:
        return sealed({**body, "statement": told}, about).verify()
    except NOT_BELIEVED:
        return None


def data(part):
    return {key: value for key, value in part.items() if key not in ("kind", "statement")}


# ---- no descent, written here on its own, goes below a bound --------------------------------------------------------


def objective(x, instance, shapes):
    """Value and gradient, in floats."""
    n, lam = np.array(instance.counts, float), [float(v) for v in instance.reg]
    parts = np.split(x, np.cumsum([p * q for p, q in shapes])[:-1])
    F = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    after, before = [F[0]], [F[0]]
    for layer, W in enumerate(F[1:], 1):
        before.append(W @ after[-1])
        hidden = instance.relu and layer < instance.depth
        after.append(np.maximum(before[-1], 0) if hidden else before[-1])
    fit, slope = loss(after[-1], n, instance.loss)
    penalty = lam[0] / 2 * (n * F[0] ** 2).sum() + sum(
        v / 2 * (W**2).sum() for v, W in zip(lam[1:], F[1:], strict=True)
    )
    pulls = []
    for layer in range(instance.depth, 0, -1):
        pulls.append(slope @ after[layer - 1].T + lam[layer] * F[layer])
        slope = F[layer].T @ slope
        slope = slope * (before[layer - 1] > 0) if instance.relu and layer > 1 else slope
    pulls.append(slope + lam[0] * F[0] * n)
    return fit + penalty, np.concatenate([pull.ravel() for pull in reversed(pulls)])


def loss(Z, n, name):
    eye, N = np.eye(len(n)), n.sum()
    if name == "mse":
        return (n * (Z - eye) ** 2).sum() / (2 * N), (Z - eye) * n / N
    margins = Z - np.diag(Z)
    top = margins.max(0)
    E = np.exp(margins - top)
    return (n * (np.log(E.sum(0)) + top)).sum() / N, (E / E.sum(0) - eye) * n / N


def descended(instance, runs):
    from scipy.optimize import minimize

    rng, best = np.random.default_rng(5), np.inf
    for _ in range(runs):
        d, K = int(rng.choice([instance.classes, 2 * instance.classes])), instance.classes
        shapes = [(d, K), *[(d, d)] * (instance.depth - 1), (K, d)]
        start = rng.normal(size=sum(p * q for p, q in shapes)) / np.sqrt(d)
        found = minimize(objective, start, (instance, shapes), "L-BFGS-B", jac=True, options={"maxiter": 300})
        best = min(best, found.fun)
    return best


SEARCHED = [
    model(2, 3, "1/40", counts=(3, 1)),
    model(2, 2, "1/60", loss="ce"),
    model(3, 2, "1/100", counts=(3, 2, 1)),
    model(3, 3, ("1/20", "1/60", "1/90", "1/30")),
    model(4, 2, "1/60", counts=(4, 1, 1, 2)),
    model(5, 4, "1/90"),
    model(3, 1, "1/60", loss="ce"),
    model(3, 2, "1/60", loss="ce", counts=(5, 2, 1)),
    model(3, 2, "1/60", counts=(3, 2, 1), **LINEAR),
]


@pytest.mark.parametrize("instance", SEARCHED, ids=str)
def test_no_descent_goes_below_a_floor(instance):
    least = descended(instance, 6)
    told = []
    for rule in QUICK:
        try:
            found = [features_build.floor_part(instance, rule, **extra(instance, rule))["value"]]
        except CertificateError:
            continue
        told += [(rule, float(Fraction(value))) for value in found]
    assert told
    assert all(value <= least + 1e-9 for _, value in told), (told, least)


def extra(instance, rule):
    return masks(instance) if rule == "masked" else {}


def masks(instance, shift="1/4"):
    """What the rule of masks reads: least values just below those that the mask's norm allows."""
    K, L, N = instance.classes, instance.depth, instance.samples
    k, c, found = floors.mask_norm(K, check.rational(shift)), np.linspace(0, 1, 100_001), {}
    lam = np.prod([float(v) for v in instance.reg])
    for n in {*instance.counts}:
        mean = (L + 1) / 2 * (n * lam * float(K) ** (2 - L) * int(k.q) / int(k.p)) ** (1 / (L + 1))
        found[str(n)] = f"{(n / (2 * N) * (1 - c) ** 2 + mean * c ** (2 / (L + 1))).min() * (1 - 1e-6):.12f}"
    return {"shift": shift, "least": found}


# ---- corners where a kind must say nothing --------------------------------------------------------------------------


def test_one_layer_is_never_better_than_collapse():
    for factors, product in (([EYE, EYE], "4"), ([[["2", "0"], ["0", "1"]], [["1/2", "0"], ["0", "1"]]], "25/4")):
        assert not believed("multiple", model(2, 1, "1/60").document, factors=factors, product=product)


def test_linear_layers_are_never_better_than_collapse():
    rng = np.random.default_rng(2)
    for _ in range(20):
        H, W = (rng.integers(-3, 4, size=(3, 3)) for _ in range(2))
        if abs(round(np.linalg.det(W @ H))) == 0:
            continue
        last = check.fmpq_mat((W @ H).tolist()).inv().tolist()
        with pytest.raises(CertificateError, match="not below"):
            features_build.multiple_part(model(3, 2, "1/60", **LINEAR), [H.tolist(), W.tolist(), last])


def test_scaled_and_padded_factors_of_collapse_are_not_better():
    about = model(2, 2, "1/60", width=4).document
    for c in ("1", "1/1000", "1000"):
        H = [[c, "0"], ["0", c], ["0", "0"]]
        W = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "0"]]
        assert not believed("multiple", about, factors=[H, W, W[:2]], product="8")


def test_optimal_says_nothing_where_zero_ties_or_wins():
    tie = model(2, 1, "1/2")  # sum over the classes of min over c of (1 - c)^2 / 4 + c / 2: zero is best
    assert not believed("optimal", tie.document, scale="1/100", value="1/2", least={"1": "1/4"})
    wins = model(3, 2, "1/4", **LINEAR)
    for scale in ("1/100", "1/2", "9/10", "1"):
        assert not believed("optimal", wins.document, scale=scale, value="1/2", least={"1": "1/6"})


def test_collapse_of_relu_is_not_told_for_cross_entropy():
    for L in (2, 3):
        assert not believed("collapsed", model(2, L, "1/60", loss="ce").document, value="1/1000")
        assert not believed("optimal", model(2, L, "1/60", loss="ce").document, value="1/1000", scale="3")


# ---- words that are none --------------------------------------------------------------------------------------------

LEAST = {"1": "1/1000"}
ABOUT = model(3, 2, "1/60").document


@pytest.mark.parametrize(
    "least",
    [
        {},
        {"1": "1/1000", "2": "0"},
        {"01": "1/1000"},
        {" 1": "1/1000"},
        {"1": "nan"},
        {"1": 0.001},
        {"1": "1"},
        ["1/1000"],
    ],
)
def test_least_values_of_other_numbers_of_samples(least):
    fields = {"rule": "masked", "shift": "1/5", "value": "1/1000"}
    assert believed("floor", ABOUT, least={"1": "1/100"}, **fields)
    assert not believed("floor", ABOUT, least=least, **fields)


@pytest.mark.parametrize("shift", ["1", "-1/5", "2", "nan", "1/0", 0.2, None, "0.9999999999"])
def test_shifts_that_bound_no_mask(shift):
    least = masks(model(3, 2, "1/60"))["least"]
    fields = {"rule": "masked", "least": least, "value": str(3 * Fraction(least["1"]))}
    assert believed("floor", ABOUT, shift="1/4", **fields)
    assert not believed("floor", ABOUT, shift=shift, **fields)


def test_cells_that_do_not_cover():
    words = dufm_floor_cells.stored().split()
    good = {"rule": "lifted", "least": {"1": "1/1000"}, "value": "1/1000"}
    assert believed("floor", ABOUT, cells=" ".join(words), **good)
    first = next(i for i, word in enumerate(words) if word != "/")
    bent = words[first].split(",")
    for change in (
        words[:-1],
        [*words, "/"],
        [*words, words[-1]],
        words[1:],
        words[::-1],
        [*words[:first], ",".join([str(2 * int(bent[0])), *bent[1:]]), *words[first + 1 :]],
        [*words[:first], ",".join(bent[:5]), *words[first + 1 :]],
        [*words[:first], ",".join(["nan", *bent[1:]]), *words[first + 1 :]],
        [*words[:first], ",".join([f"-{bent[0]}", *bent[1:]]), *words[first + 1 :]],
        [],
    ):
        assert not believed("floor", ABOUT, cells=" ".join(change), **good)
    assert not believed("floor", ABOUT, cells=words, **good)
    assert not believed("floor", model(4, 2, "1/60").document, cells=" ".join(words), **good)
    assert not believed("floor", model(3, 2, "1/60", **LINEAR).document, cells=" ".join(words), **good)


def test_data_that_nothing_reads():
    good = {"rule": "product", "value": "1/1000"}
    assert believed("floor", ABOUT, **good)
    for more in ({"least": LEAST}, {"cells": ""}, {"shift": "0"}, {"claimed": "DNC is optimal"}):
        assert not believed("floor", ABOUT, **good, **more)


def test_the_statement_binds_every_part_of_the_instance():
    told = set()
    base = model(3, 2, "1/60", width=5).document
    changes = ({}, {"classes": 4, "counts": [1] * 4}, {"depth": 3, "reg": ["1/60"] * 4}, {"counts": [1, 1, 2]})
    more = ({"reg": ["1/61", "1/60", "1/60"]}, {"relu": False}, {"width": 6}, {"width": None})
    for change in (*changes, *more):
        text = believed("floor", {**base, **change}, rule="product", value="1/1000") or ""
        told.add(text.rpartition(" (instance")[0])
    assert len(told) == len(changes) + len(more)


# ---- scripts --------------------------------------------------------------------------------------------------------


def test_no_part_takes_a_name_of_another():
    """In a script all parts share one name space."""
    owner = {}
    for part in (check, *script.PARTS):
        for node in ast.parse(Path(str(part.__file__)).read_text(encoding="utf-8")).body:
            for name in names(node):
                assert owner.setdefault(name, part.__name__) == part.__name__ or name == "__all__", name


def names(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)} - {
            "KINDS"
        }
    return set()


def test_no_part_takes_a_name_that_another_imports():
    foreign, own = {}, set()
    for part in (check, *script.PARTS):
        tree = ast.parse(Path(str(part.__file__)).read_text(encoding="utf-8"))
        for node in tree.body:
            own |= names(node)
            if isinstance(node, (ast.Import, ast.ImportFrom)) and "theorycheck" not in (
                getattr(node, "module", "") or ""
            ):
                for alias in node.names:
                    source = f"{getattr(node, 'module', '')}.{alias.name}"
                    assert foreign.setdefault(alias.asname or alias.name, source) == source
    assert not own & {*foreign}


def test_every_rule_has_its_part_in_a_script():
    for rule, entry in features_build.features.RULES.items():
        parts = [part.__name__ for part in script.needed({"kind": "floor", "rule": rule, "instance": dict(ABOUT)})]
        assert entry.__module__ in parts
        assert len(parts) < len(script.PARTS)


def test_a_relu_certificate_does_not_run_as_a_linear_one(tmp_path):
    part = features_build.floor_part(model(2, 3, "1/30"), "schatten")
    certificate = build.seal("floor", model(2, 3, "1/30").document, **data(part))
    path = certificate.to_script(tmp_path / "script.py")
    assert subprocess.run([sys.executable, "-I", path], capture_output=True, check=False).returncode == 0
    text = path.read_text(encoding="utf-8")
    head, _, literal = text.rpartition("CERTIFICATE = r'''")
    for old, new in (('"relu": true', '"relu": false'), ('"value": "0.', '"value": "1.'), ('"depth": 3', '"depth": 2')):
        assert old in literal
        path.write_text(f"{head}CERTIFICATE = r'''{literal.replace(old, new, 1)}", encoding="utf-8")
        assert subprocess.run([sys.executable, "-I", path], capture_output=True, check=False).returncode == 1


def test_a_resealed_certificate_of_another_instance_needs_another_statement():
    part = features_build.floor_part(model(2, 3, "1/30"), "schatten")
    document = json.loads(json.dumps(build.seal("floor", model(2, 3, "1/30").document, **data(part)).document))
    for change in ({"relu": False}, {"width": 2}, {"counts": [2, 2]}):
        about = {**document["instance"], **change}
        forged = {**document, "instance": about, "instance_digest": check.digest(about)}
        forged["seal"] = check.digest({key: v for key, v in forged.items() if key != "seal"})
        with pytest.raises(NOT_BELIEVED):
            Certificate(forged).verify()

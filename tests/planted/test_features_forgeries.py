"""Forged certificates about the unconstrained-features model: sealed with care, and false."""

import time
from fractions import Fraction

import pytest

from theorycheck.certificates import check, features, features_build
from theorycheck.certificates.certificate import Certificate
from theorycheck.errors import CertificateError
from theorycheck.models.features import UnconstrainedFeatures

NOT_BELIEVED = (check.Refused, CertificateError)
LINEAR = {"activation": "linear"}
CE = {"loss": "ce", "activation": "linear"}
TINY = Fraction(1, 10**9)
EYE = [["1", "0"], ["0", "1"]]


def model(K, L, lam, **options):
    return UnconstrainedFeatures(K, L, lam, **options).document


def sealed(body, about):
    document = {"format": check.FORMAT, **body, "instance": about, "instance_digest": check.digest(about)}
    document |= {"claim": None, "claim_digest": check.digest(None)}
    return Certificate({**document, "seal": check.digest(document)})


def forged(kind, about, **fields):
    """What the checker says of a document that bears the statement that the checker itself finds."""
    body = {"kind": kind, "statement": "", **fields}
    try:
        return sealed(body, about).verify()
    except check.Refused as reason:
        told = str(reason).partition("what is proved is: ")[2]
        if not told:
            raise
    return sealed({**body, "statement": told}, about).verify()


def believed(kind, about, **fields):
    try:
        return forged(kind, about, **fields)
    except NOT_BELIEVED:
        return None


def data(part):
    return {key: value for key, value in part.items() if key not in ("kind", "statement")}


# ---- bounds that are too high, or are not for this model ------------------------------------------------------------

FLOORS = {
    "schatten": (model(2, 3, "1/30", counts=(3, 1)), "schatten"),
    "schatten linear": (model(4, 2, "1/60", **LINEAR), "schatten"),
    "product": (model(3, 4, "1/60"), "product"),
    "product of many": (model(3, 2, "1/60", counts=(1, 2, 3)), "product"),
    "jensen": (model(3, 2, "1/60", loss="ce"), "jensen"),
    "jensen of many": (model(3, 3, "1/60", loss="ce", counts=(5, 1, 1)), "jensen"),
    "jensen at zero": (model(3, 3, "1/2", loss="ce"), "jensen"),
    "jensen of one layer": (model(2, 1, "1/60", loss="ce"), "jensen"),
    "one layer at zero": (model(2, 1, "3/4", loss="ce"), "jensen"),
}


@pytest.mark.parametrize("name", FLOORS)
def test_a_floor_that_is_too_high_by_a_billionth(name):
    about, rule = FLOORS[name]
    part = data(features_build.floor_part(about, rule))
    assert believed("floor", about, **part)
    higher = str(Fraction(part["value"]) * (1 + TINY))
    assert not believed("floor", about, **{**part, "value": higher})
    for key in part.get("least", {}):
        raised = {**part["least"], key: str(Fraction(part["least"][key]) * (1 + TINY))}
        assert not believed("floor", about, **{**part, "least": raised})
        assert not believed("floor", about, **{**part, "least": raised, "value": higher})


COLLAPSED = [
    model(3, 3, "1/60"),
    model(3, 2, "1/60", counts=(4, 2, 1)),
    model(5, 2, "1/60", **CE),
    model(3, 4, "1/3", **CE),
]


@pytest.mark.parametrize("about", COLLAPSED)
def test_a_bound_of_collapse_that_is_too_high_by_a_billionth(about):
    part = data(features_build.collapsed_part(about))
    assert believed("collapsed", about, **part)
    higher = {name: str(Fraction(v) * (1 + TINY)) for name, v in part.get("least", {}).items()}
    raised = {"value": str(Fraction(part["value"]) * (1 + TINY)), **({"least": higher} if higher else {})}
    assert not believed("collapsed", about, **raised)


def test_a_floor_of_another_loss_activation_or_size():
    part = data(features_build.floor_part(model(3, 2, "1/60", **LINEAR), "schatten"))
    assert not believed("floor", model(3, 2, "1/60"), **part)  # three classes with ReLU: it is not known
    assert not believed("floor", model(3, 2, "1/60", **CE), **part)
    assert not believed("floor", model(3, 2, "1/61", **LINEAR), **part)
    assert not believed("floor", model(3, 2, ("1/60", "1/60", "1/61"), **LINEAR), **part)
    assert not believed("floor", model(3, 1, "1/60", **LINEAR), **part)
    low = {"rule": "product", "value": "1/100"}
    assert believed("floor", model(3, 2, "1/60"), **low)
    assert not believed("floor", model(3, 2, "1/60", loss="ce"), **low)
    assert not believed("floor", model(3, 2, "1/60"), **{**low, "rule": "jensen"})
    entropy = data(features_build.collapsed_part(model(2, 2, "1/60", **CE)))
    assert not believed("collapsed", model(2, 2, "1/60", loss="ce"), **entropy)
    assert not believed("collapsed", model(2, 2, "1/60", **CE, counts=(1, 2)), **entropy)


def test_swapped_numbers_of_samples():
    part = data(features_build.floor_part(model(2, 2, "1/60", counts=(9, 1)), "schatten"))
    swapped = dict(zip(part["least"], reversed(part["least"].values()), strict=True))
    assert believed("floor", model(2, 2, "1/60", counts=(1, 9)), **part)
    assert not believed("floor", model(2, 2, "1/60", counts=(9, 1)), **{**part, "least": swapped})
    assert not believed("floor", model(2, 2, "1/60", counts=(9, 2)), **part)
    assert not believed("floor", model(2, 2, "1/60", counts=(9, 9)), **part)


@pytest.mark.parametrize("spread", ["3.86", "0", "-5", "1", "5/2", "nan", "1/0", 5, None, True])
def test_a_spread_that_is_too_small(spread):
    about = model(3, 2, "1/60", loss="ce", counts=(5, 2, 1))  # the largest eigenvalue is 3.8685
    part = data(features_build.floor_part(about, "jensen"))
    assert 3.868 < float(Fraction(part["spread"])) < 3.869
    assert not believed("floor", about, **{**part, "spread": spread, "value": "1/100"})


@pytest.mark.parametrize("rule", ["floor", "magic", "", None, 3, ["schatten"], {"schatten": 1}, "__class__"])
def test_unknown_rules(rule):
    assert not believed("floor", model(2, 2, "1/60"), rule=rule, value="1/100")


@pytest.mark.parametrize("value", ["nan", "inf", "1/0", 0.01, None, True, ["0.01"], "0.01" + "0" * 200, "0x1", " 0.01"])
def test_values_that_are_no_short_numbers(value):
    for about, rule in ((model(3, 2, "1/60"), "product"), (model(3, 2, "1/60", loss="ce"), "jensen")):
        assert not believed("floor", about, rule=rule, value=value)


# ---- instances that are none ----------------------------------------------------------------------------------------

BROKEN = {
    "no classes": {"classes": 1},
    "too many classes": {"classes": 201, "counts": [1] * 201},
    "classes of a float": {"classes": 2.0},
    "classes of a flag": {"classes": True, "counts": [1]},
    "no depth": {"depth": 0, "reg": ["1"]},
    "too deep": {"depth": 61, "reg": ["1/60"] * 62},
    "zero lambda": {"reg": ["1/60", "0", "1/60"]},
    "negative lambda": {"reg": ["-1/60", "-1/60", "1/60"]},
    "a lambda too few": {"reg": ["1/60", "1/60"]},
    "a lambda too many": {"reg": ["1/60"] * 4},
    "a float": {"reg": [0.01, "1/60", "1/60"]},
    "an endless lambda": {"reg": ["1/60", "1/60", "1/1" + "0" * 900]},
    "not a number": {"reg": ["nan", "1/60", "1/60"]},
    "one lambda as text": {"reg": "1/60"},
    "no samples": {"counts": [0, 1]},
    "negative samples": {"counts": [-1, 1]},
    "a count too many": {"counts": [1, 1, 1]},
    "counts of floats": {"counts": [1.0, 1.0]},
    "counts as text": {"counts": "11"},
    "counts by name": {"counts": {"0": 1, "1": 1}},
    "no width": {"width": 0},
    "a width of text": {"width": "2"},
    "another loss": {"loss": "hinge"},
    "no loss": {"loss": None},
    "many losses": {"loss": ["mse"]},
    "relu of a number": {"relu": 1},
    "relu of text": {"relu": "true"},
    "another model": {"model": "two layers"},
    "no model": {"model": None},
    "a list of models": {"model": ["unconstrained features"]},
    "more": {"seed": 3},
}


@pytest.mark.parametrize("name", BROKEN)
def test_instances_that_make_no_sense(name):
    good = model(2, 2, "1/60")
    part = {"rule": "product", "value": "1/100"}
    assert believed("floor", good, **part)
    assert not believed("floor", {**good, **BROKEN[name]}, **part)


def test_one_weight_matrix_has_no_relu():
    shallow = {**model(2, 1, "1/60"), "relu": True}
    assert not believed("floor", shallow, rule="product", value="1/100")


def test_kinds_of_another_model():
    good = model(2, 2, "1/60")
    other = {
        "X": [["1"]], "y": ["0"], "activation": "z", "square_law": None, "output_weights": ["1"], "kappa": "1",
        "trained_output": False,
    }  # fmt: skip
    factors = [EYE, EYE, EYE]
    for about in (other, None):
        assert not believed("floor", about, rule="product", value="1/100")
        assert not believed("layers", about, factors=factors, ranks=[[2, 2], [2, 2]], output=2)
    for kind in ("convex", "dual", "only", "pair", "pieces", "cover", "line", "direction", "near", "pull", "trained"):
        assert not believed(kind, good, value="0", factors=factors)
    assert not believed("sign", good, name="it", relation=">", order=0)
    for quantity in ("trace", "gradient", "velocity", "output", "__init__", None, ["objective"]):
        term = {"quantity": quantity, "point": {"factors": factors}}
        assert not believed("value", good, name="it", terms=[term], value="0")


# ---- factors that do not fit ----------------------------------------------------------------------------------------

ROW, COLUMN = [["1", "1"]], [["1"], ["1"]]
MISFITS = {
    "a layer missing": [EYE, EYE],
    "a layer too many": [EYE, EYE, EYE, EYE],
    "a class missing": [COLUMN, EYE, EYE],
    "a row of the output missing": [EYE, EYE, ROW],
    "wrong inner width": [EYE, [["1", "0", "0"], ["0", "1", "0"]], EYE],
    "wrong order": [COLUMN, ROW, EYE],
    "ragged": [[["1", "0"], ["0"]], EYE, EYE],
    "empty": [[], EYE, EYE],
    "empty rows": [[[], []], EYE, EYE],
    "floats": [[[1.0, 0.0], [0.0, 1.0]], EYE, EYE],
    "not a number": [[["nan", "0"], ["0", "1"]], EYE, EYE],
    "infinite": [[["1/0", "0"], ["0", "1"]], EYE, EYE],
    "flags": [[[True, False], [False, True]], EYE, EYE],
    "text": "1",
    "none": None,
    "by name": {"0": EYE, "1": EYE, "2": EYE},
    "too wide": [[["1", "0"], ["0", "1"], ["0", "0"]], [["1", "0", "0"], ["0", "1", "0"]], EYE],
}


@pytest.mark.parametrize("name", MISFITS)
def test_factors_of_other_shapes(name):
    about = model(2, 2, "1/60", width=2)
    term = {"quantity": "objective", "point": {"factors": MISFITS[name]}}
    for fields in ({"kind": "layers", "ranks": [[2, 2], [2, 2]], "output": 2}, {"kind": "multiple", "product": "2"}):
        assert not believed(about=about, factors=MISFITS[name], **fields)
    assert not believed("value", about, name="it", terms=[term], value="3/60")


def test_the_right_factors_with_a_wrong_word():
    about = model(2, 2, "1/60", width=2)
    factors = [EYE, EYE, EYE]
    assert believed("layers", about, factors=factors, ranks=[[2, 2], [2, 2]], output=2)
    for changed in ({"output": 1}, {"output": "2"}, {"output": 2.0}, {"ranks": [[2, 2]]}, {"ranks": [[2, 1], [2, 2]]}):
        fields = {"factors": factors, "ranks": [[2, 2], [2, 2]], "output": 2, **changed}
        assert not believed("layers", about, **fields)
    good = {"factors": factors, "matrix": EYE, "rank": 2, "superior": True}
    assert believed("output", about, **good)
    for changed in ({"rank": True}, {"superior": 1}, {"superior": False}, {"matrix": [["1", "0"], ["0", "2"]]}):
        assert not believed("output", about, **{**good, **changed})
    tie = [EYE, EYE, [["1", "1"], ["1", "1"]]]
    ones = [["1", "1"], ["1", "1"]]
    assert not believed("output", about, factors=tie, matrix=ones, rank=1, superior=True)
    told = believed("output", about, factors=tie, matrix=ones, rank=1, superior=False)
    assert "in some column the true class has not the strictly largest entry" in told
    for index in (-1, 3, True, "0", None):
        term = {"quantity": "norm", "point": {"factors": factors}, "index": index}
        assert not believed("value", about, name="it", terms=[term], value="2")


def test_the_relu_is_taken_where_the_instance_has_it():
    minus = [[["1", "0"], ["0", "-1"]], EYE, [["1", "0"], ["0", "-1"]]]
    fields = {"factors": minus, "matrix": EYE, "rank": 2, "superior": True}
    assert believed("output", model(2, 2, "1/60", **LINEAR), **fields)
    assert not believed("output", model(2, 2, "1/60"), **fields)


# ---- multiples of the identity, collapse that is beaten or best -----------------------------------------------------


def cut():
    from itertools import combinations

    edges, cuts = list(combinations(range(6), 2)), list(combinations(range(6), 3))
    H = [[str(Fraction(i in e) - Fraction(1, 3)) for e in edges] for i in range(6)]
    W1 = [["1/2" if i in c else "-1/2" for i in range(6)] for c in cuts]
    return [H, W1, [[{2: "1/4", 1: "-1/12", 0: "1/12"}[len({*e} & {*c})] for c in cuts] for e in edges]]


def test_what_only_looks_like_a_multiple_of_the_identity():
    about, (H, W1, W2) = model(15, 2, "1/200"), cut()
    assert believed("multiple", about, factors=[H, W1, W2], product="3250")
    off = [[str(Fraction(W2[0][0]) + Fraction(1, 10**30)), *W2[0][1:]], *W2[1:]]
    negative = [[str(-Fraction(v)) for v in row] for row in W2]
    zero = [["0"] * 20 for _ in range(15)]
    for last in (off, negative, zero, W2[1:] + W2[:1]):
        assert not believed("multiple", about, factors=[H, W1, last], product="3250")
    for other in ("3249", "3250.000000001", "-3250", "nan"):
        assert not believed("multiple", about, factors=[H, W1, W2], product=other)
    for other in ({"loss": "ce"}, {"relu": False}, {"counts": [1] * 14 + [2]}, {"width": 19}):
        assert not believed("multiple", {**about, **other}, factors=[H, W1, W2], product="3250")
    assert not believed("multiple", model(2, 2, "1/60"), factors=[EYE, EYE, EYE], product="8")


def test_collapse_is_not_beaten_by_itself():
    about = model(2, 2, "1/20")
    part = data(features_build.collapsed_part(about))
    best = str(Fraction("0.8"))
    factors = [EYE, EYE, [[best, "0"], ["0", best]]]
    assert not believed("beaten", about, factors=factors, **part)
    floor = {"value": "1/2", "least": {"1": "1/4"}}
    assert not believed("beaten", about, factors=factors, **floor)


def test_collapse_is_not_best_where_that_is_not_known():
    part = data(features_build.optimal_part(model(2, 2, "1/20")))
    assert believed("optimal", model(2, 2, "1/20"), **part)
    for scale in ("0", "-1", "1e9", "nan", "1/1000000", 0.9):
        assert not believed("optimal", model(2, 2, "1/20"), **{**part, "scale": scale})
    for about in (model(2, 2, "1/20", width=1), model(2, 2, "1/20", loss="ce"), model(2, 2, "1/20", counts=(1, 2))):
        assert not believed("optimal", about, **part)
    three = data(features_build.optimal_part(model(3, 2, "1/40", **LINEAR)))
    assert not believed("optimal", model(3, 2, "1/40"), **three)
    entropy = data(features_build.optimal_part(model(2, 2, "1/40", **CE)))
    assert not believed("optimal", model(2, 2, "1/40", loss="ce"), **entropy)
    assert not believed("optimal", model(3, 2, "1/40", **CE), **entropy)


# ---- critical points and roots --------------------------------------------------------------------------------------


def curved(**changes):
    part = {**data(features_build.curved_part(model(4, 2, "0.168139", **CE))), **changes}
    try:
        return forged("curved", model(4, 2, "0.168139", **CE), **part)
    except NOT_BELIEVED as reason:
        found = str(reason).partition("the second derivative is [")[2]
        if not found:
            return None
    low, high = found.rstrip("]").split(", ")
    return believed("curved", model(4, 2, "0.168139", **CE), **{**part, "curvature": {"lo": low, "hi": high}})


CYCLE = [[0, 1, 0, -1], [1, 0, -1, 0], [0, -1, 0, 1], [-1, 0, 1, 0]]
DIRECTIONS = {
    "zero": [[0] * 4] * 4,
    "not symmetric": [[0, 1, 0, -1], [-1, 0, 1, 0], [0, 1, 0, -1], [0, -1, 1, 0]],
    "sums": [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]],
    "too small": [row[:3] for row in CYCLE[:3]],
    "not square": [row[:3] for row in CYCLE],
    "upwards": [[3, -1, -1, -1], [-1, 3, -1, -1], [-1, -1, 3, -1], [-1, -1, -1, 3]],
}


@pytest.mark.parametrize("name", DIRECTIONS)
def test_directions_that_show_nothing(name):
    assert curved(direction=[[str(v) for v in row] for row in CYCLE])
    assert not curved(direction=[[str(v) for v in row] for row in DIRECTIONS[name]])


@pytest.mark.parametrize(
    ("low", "high"),
    [("1.3", "1.4"), ("1.2001", "1.2"), ("1.2", "1.2"), ("0.2", "4"), ("-1", "2"), ("0", "2"), ("1.2", "inf"), (1, 2)],
)
def test_intervals_without_one_critical_point(low, high):
    assert curved(low="1.19", high="1.21")
    assert not curved(low=low, high=high)


def test_curvature_for_another_instance():
    part = data(features_build.curved_part(model(4, 2, "0.168139", **CE)))
    for about in (
        model(4, 2, "0.168139", loss="ce"),
        model(4, 2, "0.168139", **LINEAR),
        model(4, 2, "0.168139", **CE, counts=(1, 1, 1, 2)),
        model(4, 2, "0.168139", **CE, width=2),
        model(4, 1, "0.168139", **CE),
        model(4, 2, "0.168", **CE),
    ):
        assert not believed("curved", about, **part)
    assert believed("curved", model(4, 2, "0.168139", **CE, width=3), **part)


SQUARE = ["+", ["**", "z", "2"], "-2"]
ROOTS = {
    "a pole": (["**", "z", "-1"], "-1", "2"),
    "no root": (SQUARE, "1.5", "2"),
    "two roots": (SQUARE, "-2", "2"),
    "a double root": (["**", "z", "2"], "-1", "1"),
    "a root at the end": (["+", "z", "-1"], "1", "2"),
    "a kink": (["+", ["relu", "z"], ["*", "1/2", "z"]], "-1", "1"),
    "a logarithm": (["log", "z"], "-1", "2"),
    "a root of a negative number": (["+", ["**", "z", "1/2"], "-1"], "-1", "2"),
    "a branch": (["tan", "z"], "1", "4"),
    "reversed": (SQUARE, "1.5", "1.4"),
    "a constant": ("0", "-1", "1"),
    "another variable": (["+", "x", "-1"], "0", "2"),
    "no expression": (["eval", "z"], "0", "2"),
    "not a number": (SQUARE, "nan", "2"),
    "infinite": (["+", "z", "-1"], "0", "1/0"),
}


@pytest.mark.parametrize("name", ROOTS)
def test_intervals_without_one_root(name):
    expression, low, high = ROOTS[name]
    fields = {"name": "it", "left": "-9", "right": "9"}
    assert believed("root", None, expression=SQUARE, low="1.4", high="1.5", **fields)
    assert not believed("root", None, expression=expression, low=low, high=high, **fields)


@pytest.mark.parametrize(
    ("left", "right"),
    [("z", "z"), ("z", "1.41"), ("1", "1"), (["**", "z", "2"], "2"), ("nan", "3"), ("z", ["log", "-1"]), (1, "3")],
)
def test_inequalities_that_fail_at_the_root(left, right):
    fields = {"name": "it", "expression": SQUARE, "low": "1.41421", "high": "1.41422"}
    assert believed("root", None, left="z", right="1.42", **fields)
    assert not believed("root", None, left=left, right=right, **fields)
    assert not believed("root", None, left="z", right="1.42", **{**fields, "name": 'a"; the claim holds'})


# ---- documents that are made to take long ---------------------------------------------------------------------------


def within_seconds(limit, kind, about, **fields):
    start = time.perf_counter()
    told = believed(kind, about, **fields)
    assert time.perf_counter() - start < limit
    return told


def rows(shape, entry):
    return [[entry(i, j) for j in range(shape[1])] for i in range(shape[0])]


def test_large_factors_are_refused_or_quick():
    wide = model(200, 3, "1/200")
    small = [rows((200, 200), lambda i, j: str((7 * i + 3 * j) % 5 - 2)) for _ in range(4)]
    assert within_seconds(20, "value", wide, name="it", terms=[_objective(small)], value="0") is None
    many = [rows((1000, 200), lambda i, j: "1"), *[rows((1000, 1000), lambda i, j: "1")] * 2]
    assert within_seconds(20, "value", wide, name="it", terms=[_objective(many)], value="0") is None
    primes = rows((40, 2), lambda i, j: f"1/{10**60 + 2 * i + j}")
    two = model(2, 1, "1/2")
    turned = [list(row) for row in zip(*primes, strict=True)]
    assert within_seconds(5, "value", two, name="it", terms=[_objective([primes, turned])], value="0") is None
    long = [[["1" * 15_000, "0"], ["0", "1"]]] * 61
    assert within_seconds(5, "value", model(2, 60, "1/2"), name="it", terms=[_objective(long)], value="0") is None


def _objective(factors):
    return {"quantity": "objective", "point": {"factors": factors}}


def test_extreme_instances_are_refused_or_quick():
    counts = tuple(range(1, 201))
    deep = model(200, 60, "1/1" + "0" * 290, **LINEAR, counts=counts)
    least = {str(n): "1/" + "7" * 400 for n in counts}
    within_seconds(20, "floor", deep, rule="schatten", least=least, value="1/1" + "0" * 100)
    for lam, value in (("1/1" + "0" * 290, "1/1" + "0" * 80), ("1" + "0" * 290, "1/2"), ("1/1000", "1.09861228866810")):
        for L in (1, 2, 60):
            entropy = model(3, L, lam, loss="ce")
            within_seconds(5, "floor", entropy, rule="jensen", value=value)


def test_subdivision_stops():
    t = check.tree(["**", ["+", ["**", "z", "2"], "-2"], "2"])  # zero at an irrational place
    with pytest.raises(check.Refused, match="subdivision"), check.ctx.workprec(check.BITS):
        features.at_least(t, check.ZERO, check.ONE, check.TWO)
    with pytest.raises(check.Refused, match="not a lower bound"), check.ctx.workprec(check.BITS):
        features.at_least(check.tree(["**", "z", "2"]), check.ONE, -check.ONE, check.ONE)

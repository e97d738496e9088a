"""Forged certificates: whoever writes one also seals it, so only the proof itself stands between it and `verify`."""

import ast
import contextlib
import json
import random
import re
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

from theorycheck import solve
from theorycheck.certificates import bounds, build, check, cover
from theorycheck.certificates.certificate import Certificate, verify_file
from theorycheck.errors import CertificateError, InvalidInstance

NOT_BELIEVED = (check.Refused, check.Malformed)
TINY = Fraction(1, 2**161)  # half the width of a bracket


def instance(**changes):
    """One sample x = 1, y = 0, one neuron φ(z) = z, kappa = 1."""
    plain = {
        "X": [["1"]], "y": ["0"], "activation": "z", "square_law": None, "output_weights": ["1"], "kappa": "1",
        "trained_output": False,
    }  # fmt: skip
    return plain | changes


def sealed(body, about=None, claim=None):
    """A document with all digests as a forger would write them."""
    document = {"format": check.FORMAT, **body, "instance": about, "instance_digest": check.digest(about)}
    document |= {"claim": claim, "claim_digest": check.digest(claim)}
    return {**document, "seal": check.digest(document)}


def forged(kind, about=None, **fields):
    """What `verify` says of a document with the statement that the checker itself finds."""
    body = {"kind": kind, "statement": "", **fields}
    try:
        return cover.verify(sealed(body, about))
    except check.Refused as reason:
        told = str(reason).partition("what is proved is: ")[2]
        if not told:
            raise
    return cover.verify(sealed({**body, "statement": told}, about))


def side(*terms, name="F", value="0"):
    return {"name": name, "terms": list(terms), "value": value}


def trace_at(u, low="0"):
    return {"quantity": "trace", "point": {"coordinate": "u", "values": [[u]], "brackets": [[low]]}}


def number(expression, **fields):
    return {"quantity": "number", "expression": expression, **fields}


def valued(about, *terms):
    """`forged` for a certificate of a value, with the value that the checker finds."""
    try:
        return forged("value", about, **side(*terms))
    except check.Refused as reason:
        found = re.fullmatch(r".* is ([^ ]*)|.* is \[(.*), (.*)\]", str(reason))
        if not found:
            raise
    return forged("value", about, **side(*terms, value=found[1] or {"lo": found[2], "hi": found[3]}))


# ---- statements that are false -------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["pi", ["exp", "z"], ["tan", "z"], ["exp", ["+", "z", "7"]]])
def test_a_square_law_that_only_looks_like_one(other):
    """φ = z has φ'² = 1; 1 + 1000 (other - z) is that only if `other` is read as the generator."""
    law = ["+", "1", ["*", "1000", ["+", other, ["*", "-1", "z"]]]]
    about = instance(square_law=law)
    with pytest.raises(NOT_BELIEVED):
        valued(about, trace_at("0"))
    with pytest.raises(NOT_BELIEVED):
        forged("convex", about, levels={"coordinate": "z", "values": [["0"]]}, value="1001")


def test_a_square_law_of_zero_over_zero():
    nothing = ["+", "z", ["*", "-1", "z"]]
    for law in (["**", nothing, "-1"], ["*", nothing, ["**", nothing, "-1"]], ["*", "1000", ["**", nothing, "0"]]):
        with pytest.raises(NOT_BELIEVED):
            valued(instance(square_law=law), trace_at("0"))


POLE = ["**", ["+", "z", str(-TINY)], "-1"]


def test_a_crossing_at_a_pole_is_no_value():
    """1/(z - tiny) never is 0, though its sign changes within the bracket."""
    about = instance(activation=POLE, square_law=["**", "z", "4"])
    with pytest.raises(NOT_BELIEVED):
        valued(about, trace_at("0"))


@pytest.mark.parametrize(
    "phi",
    [
        POLE,
        ["*", "z", ["**", ["+", "z", str(-TINY)], "-1"]],  # a pole behind a factor
        ["**", ["*", "2", ["+", ["**", "z", "2"], "-1"]], "-1"],
        ["*", ["**", "z", "2"], ["**", "z", "-1"]],  # undefined at 0, though it could be mended
        ["+", "z", ["tan", ["**", "z", "2"]]],
        ["tan", ["exp", "z"]],
        ["log", "z"],
        ["log", ["**", "z", "2"]],
        ["**", "z", "1/2"],
        ["**", "z", "1/3"],
        ["**", ["**", "z", "2"], "1/2"],  # a kink
        ["exp", ["**", "z", "-1"]],
        ["relu", ["log", "-1"]],
        ["*", "z", ["log", "-1"]],
        ["**", ["relu", "z"], "-1"],
    ],
)
def test_activations_that_are_not_smooth_on_the_line_are_refused(phi):
    with pytest.raises(NOT_BELIEVED):
        check.Network(instance(activation=phi))


@pytest.mark.parametrize("phi", ["1/z", "log(z)", "z**(1/3)", "tan(z**2)", "sqrt(z**2)"])
def test_a_user_is_told_which_activation_has_no_certificate(phi):
    with pytest.raises(InvalidInstance, match="continuous for all z"):
        solve.sharpness([[1]], [1], width=2, activation=phi)


@pytest.mark.parametrize(
    "t",
    [
        ["exp", ["**", "z", "-1"]],
        ["softplus", ["log", "z"]],
        ["**", ["log", "-1"], "2"],
        ["relu", ["tan", ["**", "z", "2"]]],
        ["exp", ["**", "z", "1/2"]],
        ["+", "1", ["**", ["**", "z", "-1"], "2"]],
    ],
)
def test_no_sign_for_all_z_of_what_is_not_defined_for_all_z(t):
    with pytest.raises(NOT_BELIEVED):
        forged("sign", name="t", relation=">=", expression=t)
    with pytest.raises(NOT_BELIEVED):
        forged("sign", name="t", relation=">", expression=t)


def test_a_sign_on_the_branch_of_tan_says_so():
    told = forged("sign", name="t", relation=">", expression=["+", "1", ["**", ["tan", "z"], "2"]])
    assert "branch" in told


@pytest.mark.parametrize("power", [0.5, 1.0, True, -1, 0, "2", None, 10**9])
def test_powers_are_small_whole_numbers(power):
    """2 ** 0.5 would be told as a power 0.5, and computed with a rounded one."""
    for expression in ("2", ["exp", "1"]):
        with pytest.raises(NOT_BELIEVED):
            valued(None, number(expression, power=power))


TANH = ["+", "1", ["*", "-2", ["**", ["+", "1", ["exp", ["*", "2", "z"]]], "-1"]]]
TANH_LAW = ["**", ["+", "1", ["*", "-1", ["**", "z", "2"]]], "2"]


def test_a_double_root_where_a_polynomial_touches_from_below():
    """At u = y/2 = 1/8, p(u) + p(y - u) is largest: (1 - u²)² twice; near u = 1 it is 49/256."""
    about = instance(activation=TANH, square_law=TANH_LAW, y=["1/4"], output_weights=["1", "1"])
    least = str(2 * (1 - Fraction(1, 64)) ** 2)
    with pytest.raises(NOT_BELIEVED, match="not a lower bound"):
        forged("pair", about, range=["-1", "1"], values={"1/4": least}, value=least)
    told = forged("pair", about, range=["-1", "1"], values={"1/4": "49/256"}, value="49/256")
    assert "larger than 49/256" in told


@pytest.mark.parametrize(
    "free", [[[-1, 0]], [[0, -1]], [[0, 1]], [[False, 0]], [[0.0, 0]], [["0", 0]], [[0]], [[0, 0, 0]]]
)
def test_a_coordinate_that_the_box_does_not_widen(free):
    """z + z³ = 1 has no root at 0, but one step of Newton there stays within 2 if the slope is taken there only."""
    about = instance(activation=["+", "z", ["**", "z", "3"]], y=["1"])
    with pytest.raises(NOT_BELIEVED):
        forged("near", about, center=[["0"]], free=free, radius="2", value="1")


def test_a_zone_beyond_the_branch_of_tan():
    t = check.tree(["+", ["**", ["tan", "z"], "2"], "-1"])
    with pytest.raises(check.Refused):
        cover.nonnegative(t, check.fmpq(-3), check.fmpq(29, 10))


# ---- statements that read as something else ------------------------------------------------------------------------


def test_the_sign_of_one_thing_told_as_that_of_another():
    with pytest.raises(NOT_BELIEVED):
        forged("sign", instance(), name="phi", relation=">", order=1, expression=["**", "z", "3"])


@pytest.mark.parametrize("order", [-1, -3, 4, True, 1.0, "1"])
def test_orders_are_those_of_phi_to_the_third(order):
    with pytest.raises(NOT_BELIEVED):
        forged("sign", instance(), name="phi", relation=">=", order=order)


def test_a_rank_names_its_matrix():
    fields = {"minor": {"rows": [0], "columns": [0], "value": "1"}, "factors": {"left": [["1"]], "right": [["1"]]}}
    told = forged("rank", instance(X=[["1", "0"]]), name="the inputs", matrix=[["1"]], rank=1, **fields)
    fields["factors"]["right"] = [["1", "0"]]
    other = forged("rank", instance(X=[["1", "0"]]), name="the inputs", matrix="inputs", rank=1, **fields)
    assert "[[1]]" in told
    assert "X of the instance" in other


@pytest.mark.parametrize("rows", [[-1], [True], [0.0], ["0"], [[0]], {"0": 0}])
def test_minors_are_of_rows_that_are_there(rows):
    minor = {"rows": rows, "columns": [0], "value": "2"}
    factors = {"left": [["1"], ["2"]], "right": [["1"]]}
    with pytest.raises(NOT_BELIEVED):
        forged("rank", name="A", matrix=[["1"], ["2"]], rank=1, minor=minor, factors=factors)


@pytest.mark.parametrize("entry", [[-1, 0], [0, -1], [True, 0], [0.0, 0], [0, 0, 0], [0], "00", None])
def test_entries_are_of_samples_and_neurons_that_are_there(entry):
    point = {"coordinate": "z", "values": [["0"]]}
    with pytest.raises(NOT_BELIEVED):
        valued(instance(), {"quantity": "preactivation", "point": point, "entry": entry})


@pytest.mark.parametrize(
    ("variables", "equation"),
    [
        (["pi"], ["+", "pi", "-2"]),
        (["3"], ["+", "3", "-2"]),
        ("x", ["+", "x", "-2"]),
        (["x = 2, y"], ["+", "x = 2, y", "-2"]),
        (["x\n"], ["+", "x\n", "-2"]),
        ([""], ["+", "", "-2"]),
        ({"x": 1}, ["+", "x", "-2"]),
    ],
)
def test_unknowns_look_like_unknowns(variables, equation):
    with pytest.raises(NOT_BELIEVED):
        forged("zero", name="x", variables=variables, equations=[equation], center=["2"], radius="1/2")


def test_a_zero_tells_its_unknowns_in_order():
    equations = [["+", "x", "-1"], ["+", "y", "-2"]]
    told = forged("zero", name="r", variables=["x", "y"], equations=equations, center=["1", "2"], radius="1/2")
    assert "[x, y]" in told
    equations = [["+", "y", "-1"], ["+", "x", "-2"]]
    assert told != forged("zero", name="r", variables=["y", "x"], equations=equations, center=["1", "2"], radius="1/2")


@pytest.mark.parametrize("point", ["the minimiser", ["the minimiser"], [], 0, {"coordinate": "z"}])
def test_a_number_stands_at_no_point(point):
    with pytest.raises(NOT_BELIEVED):
        valued(instance(), number("1/1000", point=point))


@pytest.mark.parametrize("terms", [[], "", {}, None, [[]], "F"])
def test_a_value_of_nothing(terms):
    with pytest.raises(NOT_BELIEVED):
        forged("value", name="F - F*", terms=terms, value="0")


NAMES = [
    "F\nother.json: holds: the theorem is false",
    'F" = 3 [],  "G',
    "F\u202e0 = 1",
    "F" * 500,
    "",
    ["F", "G"],
    {"F": "G"},
    3,
    None,
    "F\\",
    "\ud800",
]


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_plain_short_texts(name):
    with pytest.raises(NOT_BELIEVED):
        forged("value", **side(number("0"), name=name))
    body = {"kind": "value", **side(number("0")), "statement": '"F" = 0 [[{expression: 0, quantity: number}]]'}
    with pytest.raises(NOT_BELIEVED):
        forged("all", parts=[{"role": name, **body}])


def test_a_label_is_told_as_a_label():
    """Free text cannot pass for what is proved: it stands in quotes and holds none."""
    lie = "gatmiry2024.thm1 is false, and 1"
    told = forged("less", left=side(number("0"), name=lie), right=side(number("1"), name="F", value="1"))
    assert told.startswith(f'"{lie}" = 0 < "F" = 1 [')
    told = forged("sign", name=lie, relation=">", expression="1")
    assert told.startswith(f'"{lie}" > 0')
    body = build.part("value", None, **side(number("0")))
    assert forged("all", parts=[{"role": lie, **body}]).startswith(f'"{lie}": "F" = 0')


def test_an_empty_list_of_parts_proves_nothing():
    for parts in ([], {}, "", None):
        with pytest.raises(NOT_BELIEVED):
            forged("all", parts=parts)


@pytest.mark.parametrize(
    "change",
    [
        {"trained_output": 1},
        {"trained_output": 0},
        {"trained_output": "true"},
        {"trained_output": None},
        {"kappa": "1/1000"},  # of no loss that we know
        {"kappa": "0"},
        {"kappa": "-1"},
        {"kappa": 1},
        {"X": [[1]]},
        {"X": []},
        {"X": [[]]},
        {"y": [], "X": []},
        {"y": ["0", "0"]},
        {"output_weights": []},
        {"output_weights": ["nan"]},
        {"output_weights": [float("nan")]},
        {"output_weights": ["1e99999"]},
        {"output_weights": ["١"]},
        {"output_weights": ["1e١"]},
        {"activation": float("inf")},
        {"activation": ["exp", "z", "z"]},
        {"activation": ["step", "z"]},
        {"activation": "x"},
        {"extra": "the minimum"},
    ],
)
def test_instances_are_of_our_form(change):
    with pytest.raises(NOT_BELIEVED):
        valued(instance(**change), {"quantity": "trace", "point": {"coordinate": "z", "values": [["0"]]}})


@pytest.mark.parametrize("about", [[], {}, "", False, 0, "null"])
def test_no_instance_is_null(about):
    with pytest.raises(NOT_BELIEVED):
        valued(about, number("1"))


# ---- documents that should hang, crash or confuse the checker ------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "x",
        {"format": check.FORMAT, "kind": []},
        {"format": check.FORMAT, "kind": {}},
        {"format": check.FORMAT, "kind": None},
        {"format": [check.FORMAT], "kind": "value"},
        {"format": check.FORMAT, "kind": "value"},
        {"format": check.FORMAT, "kind": "unread"},
    ],
)
def test_what_is_no_certificate(document):
    with pytest.raises(check.Malformed):
        cover.verify(document)


def tower(height, top="9"):
    t = top
    for _ in range(height):
        t = ["**", t, "1000"]
    return t


def nested(name, depth, inner):
    for _ in range(depth):
        inner = [name, inner]
    return inner


HEAVY_NUMBERS = [
    tower(6),
    tower(6, "1/3"),
    nested("exp", 3, "30"),
    nested("exp", 40, "1"),
    ["**", "2", "1/" + "9" * 30],
    ["**", "2", "1/1000000000"],
    ["**", "1" + "0" * 9999, "1000"],
    nested("exp", 140, "-1"),
    "1e9999",
    "9" * 19_999,
    "9" * 200_000,
]


@pytest.mark.parametrize("expression", HEAVY_NUMBERS, ids=range(len(HEAVY_NUMBERS)))
def test_heavy_numbers_do_not_hang(expression):
    start = time.monotonic()
    with contextlib.suppress(*NOT_BELIEVED):
        valued(None, number(expression))
    assert time.monotonic() - start < 5


def test_depth_does_not_crash():
    document = {"format": check.FORMAT, "kind": "value", "seal": "", "terms": nested("exp", 100_000, "1")}
    with pytest.raises(check.Malformed):
        cover.verify(document)


def chain(n, operator="*", part=("+", "z", "1")):
    t = [*part]
    for k in range(n):
        t = [operator, t, ["+", "z", str(k)]]
    return t


def mignotte(degree, bits):
    return ["+", ["**", "z", str(degree)], ["*", "-2", ["**", ["+", ["*", str(2**bits), "z"], "-1"], "2"]]]


def balanced(depth):
    return "z" if depth == 0 else ["*", balanced(depth - 1), ["exp", balanced(depth - 1)]]


HEAVY_FUNCTIONS = [
    tower(3, "z"),
    tower(6, ["+", "1", "z"]),
    ["+", ["exp", ["*", "1000000007", "z"]], ["exp", "z"]],
    ["+", ["exp", ["*", "1/1000000007", "z"]], ["exp", ["*", "1/998244353", "z"]]],
    ["+", ["exp", ["*", "1e9999", "z"]], ["exp", "z"]],
    ["tan", ["*", "1e9999", "z"]],
    chain(140),
    chain(140, part=("**", "z", "-1000")),
    nested("softplus", 140, "z"),
    nested("erf", 140, "z"),
    nested("tan", 140, "z"),
    balanced(9),
    balanced(14),
    ["**", ["+", ["**", "z", "400"], "9" * 3000], "1000"],
    ["**", ["+", "z", "1e-9999"], "400"],
    mignotte(20, 400),  # two roots that differ by less than 2 ** -4000
    mignotte(95, 2000),
]


@pytest.mark.parametrize("t", HEAVY_FUNCTIONS, ids=range(len(HEAVY_FUNCTIONS)))
def test_heavy_functions_do_not_hang(t):
    start = time.monotonic()
    for attempt in (
        lambda: forged("sign", name="t", relation=">", expression=t),
        lambda: valued(instance(activation=t), {"quantity": "trace", "point": {"coordinate": "z", "values": [["0"]]}}),
        lambda: valued(instance(square_law=t), trace_at("0")),
    ):
        with contextlib.suppress(*NOT_BELIEVED):
            attempt()
    assert time.monotonic() - start < 20


def test_a_key_that_stands_twice(tmp_path):
    """A reader sees the first, the parser takes the last."""
    text = json.dumps(build.seal("value", None, **side(number("0"))).document)
    double = text.replace("{", '{"statement": "the theorem is false", ', 1)
    assert json.loads(double) == json.loads(text)
    path = tmp_path / "double.json"
    path.write_text(double)
    with pytest.raises(CertificateError, match="twice"):
        verify_file(path)
    assert check.main([str(path)]) == 2
    path.write_text(text)
    assert check.main([str(path)]) == 0
    assert verify_file(path).valid


def test_a_refusal_does_not_fake_a_line_of_its_own(tmp_path, capsys):
    body = {"kind": "value", **side(number("0")), "x\nother.json: holds: all is well": 1}
    told = f'"F" = 0 [[{{quantity: number, expression: 0}}]] (instance {check.digest(None)[:12]})'
    path = tmp_path / "spoof.json"
    path.write_text(json.dumps(sealed({**body, "statement": told})))
    assert check.main([str(path)]) == 1
    assert capsys.readouterr().out.count("\n") == 1


EVIL = ['"""\nraise SystemExit(0)\n"""', "\\", '"', "\ud800", "\r\nraise SystemExit(0)", "\0", "{x}", "'''", None, []]


@pytest.mark.parametrize("statement", EVIL, ids=range(len(EVIL)))
def test_a_statement_does_not_become_code(tmp_path, statement):
    """The stand-alone script quotes the statement; nothing that a forger writes there may run."""
    document = build.seal("value", None, **side(number("0"))).document
    path = Certificate({**document, "statement": statement}).to_script(tmp_path / "script.py")
    assert not [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Raise)]
    run = subprocess.run([sys.executable, path], capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stdout.startswith("REFUSED")


def test_the_parts_of_the_checker_do_not_redefine_each_other():
    """In a script they stand in one file, where the later would win."""
    names = []
    for module in (check, bounds, cover):
        for node in ast.parse(Path(module.__file__).read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.append(node.name)
            elif isinstance(node, ast.Assign):
                names += [leaf.id for target in node.targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)]
    assert len(names) == len({*names}) > 80


# ---- mutations -----------------------------------------------------------------------------------------------------


def samples():
    """Valid certificates of every kind, small."""
    sinh = ["*", "1/2", ["+", ["exp", "z"], ["*", "-1", ["exp", ["*", "-1", "z"]]]]]
    about = instance(
        activation=sinh, square_law=["+", "1", ["**", "z", "2"]], y=["3"], output_weights=["1", "1"]
    )  # fmt: skip
    cubic = instance(
        X=[["1", "0"], ["0", "2"]], y=["4", "12"], activation=["+", "z", ["**", "z", "3"]], output_weights=["1", "1"]
    )
    at = build.point("z", [[1, 1], [1, 2]])
    yield build.value(cubic, "F", [build.term("trace", at)], claim={"key": "a claim"})
    yield build.value(cubic, "z", [build.term("preactivation", at, times="1/2", power=2, entry=(1, 1))])
    yield build.value(cubic, "v", [build.term("velocity", at, entry=(1, 1)), build.term("gradient", at)])
    yield build.less(cubic, ("0", [build.number(0)]), ("F", [build.term("trace", at)]))
    yield build.sign("phi'", ">", instance=cubic, order=1)
    yield build.sign("t", ">=", expression=["+", "1", ["exp", "z"]])
    yield build.rank("A", [[1, 2], [2, 4]])
    yield build.rank("X", "inputs", cubic)
    yield build.convex(about, levels=build.point("u", [["3/2"]], [[_low(about, "3/2")]]))
    yield build.direction(cubic, at, [[1, 0], [-1, 0]])
    yield build.zero("r", ["x", "y"], [["+", "x", "-1"], ["+", "y", ["*", "-1", "x"]]], [1, 1], "1/3")
    yield build.all_of(
        cubic, {"a": build.part("sign", cubic, name="phi", relation=">=", order=3), "b": build.part(
            "value", cubic, **build.value_parts(cubic, "F", [build.term("trace", at)]))}
    )  # fmt: skip


def _low(about, u):
    """The lower end of the bracket, by bisection with the checker's own test."""
    from theorycheck.exact.brackets import settle

    found = settle(check.Network(about).jets[0], Fraction(u), 1.2)
    assert found is not None
    return str(found)


JUNK = [
    None, True, False, 0, 1, -1, 2**70, 0.5, float("nan"), float("inf"), "", "0", "1", "-1", "1/2", "2", "1/0", "z",
    "pi", "exp", "nan", "1e9999", "inputs", "u", "g", "z", "theta", ">", "<=", [], {}, [[]], [["1"]], ["exp", "z"],
    ["*", "z", "z"], ["**", "z", "-1"], "trace", "gradient", "number", "value", "all", "sign", "\ud800",
]  # fmt: skip


def places(document, path=()):
    yield path
    keys = document if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for key in keys:
        yield from places(document[key], (*path, key))


def mutated(document, rng):
    """A copy with one part replaced, removed, repeated, renamed or swapped."""
    copy = json.loads(json.dumps(document))
    spots = [path for path in places(copy) if path]
    path = rng.choice(spots)
    parent = copy
    for key in path[:-1]:
        parent = parent[key]
    way = rng.randrange(5)
    if way == 0 and isinstance(parent, dict):
        del parent[path[-1]]
    elif way == 1 and isinstance(parent, list):
        parent.insert(path[-1], parent[path[-1]])
    elif way == 2:
        donor = json.loads(json.dumps(document))
        for key in rng.choice(spots):
            donor = donor[key]
        parent[path[-1]] = donor
    elif way == 3 and isinstance(parent, dict):
        parent[rng.choice(["point", "expression", "order", "power", "brackets", "levels", "x"])] = rng.choice(JUNK)
    else:
        parent[path[-1]] = rng.choice(JUNK)
    return copy


def resealed(document):
    for part in ("instance", "claim"):
        document[part + "_digest"] = check.digest(document.get(part))
    return {**document, "seal": check.digest({k: v for k, v in document.items() if k != "seal"})}


def test_mutated_certificates_prove_what_the_original_did_or_nothing():
    rng = random.Random(3)
    refused = 0
    for certificate in samples():
        document = certificate.document
        assert cover.verify(document) == document["statement"]
        for _ in range(80):
            other = mutated(document, rng)
            try:
                if other != document:
                    with pytest.raises(NOT_BELIEVED):
                        cover.verify(other)
                if isinstance(other.get("statement"), str):
                    assert cover.verify(resealed(other)) == document["statement"]
                    assert {"instance", "kind"} <= other.keys()
                    assert (other["instance"], other["kind"]) == (document["instance"], document["kind"])
            except NOT_BELIEVED:
                refused += 1
    assert refused > 500

"""Three planted faults for each kind of certificate: sealed like honest ones, refused by the mathematics."""

import copy
from fractions import Fraction

import pytest

from theorycheck import solve
from theorycheck.certificates import build, check, cover
from theorycheck.exact.brackets import low_end
from theorycheck.exact.problem import problem
from theorycheck.models.networks import TwoLayer


def posed(X, y, width, phi, **options):
    return problem(X, y, TwoLayer(width, phi, **options), "half-sum")


def sealed(document):
    """All digests as a forger would write them."""
    document = {**document, "instance_digest": check.digest(document["instance"])}
    document["claim_digest"] = check.digest(document["claim"])
    return {**document, "seal": check.digest({k: v for k, v in document.items() if k != "seal"})}


def restated(document):
    """The document with the statement that its kind would prove, if it proves one."""
    for _ in range(len(document.get("parts", ())) + 1):
        try:
            return cover.verify(sealed(document)) and document
        except check.Refused as reason:
            _, found, told = str(reason).partition("what is proved is: ")
            if not found:
                raise
            place = next((part for part in document.get("parts", ()) if not told.endswith(")")), document)
            place["statement"] = told
    return document


def changed(document, path, value):
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


def part_of(certificate, kind):
    """One body of a certificate as a certificate of its own."""
    body = next(part for part in certificate.document["parts"] if part["kind"] == kind)
    fields = {key: value for key, value in body.items() if key not in ("kind", "role", "statement")}
    return build.seal(kind, certificate.document["instance"], **fields).document


PAIR = posed([[1]], [12], 2, "cubic")
SINH = posed([[1]], [3], 5, "sinh")
LOW = str(low_end(SINH.phi, Fraction(3, 5)))
EQUAL = build.point("u", [["3/5"] * 5], [[LOW] * 5])
STEP = Fraction(1, 2**160)


def _documents():
    trace = [build.term("trace", build.point("z", [[1, 2]]))]
    weighted = solve.sharpness([[1]], [1], width=2, activation="cubic", output_weights=[1, 2]).certificate
    mixed = solve.sharpness([[1]], [3], width=2, activation="exp", output_weights=[1, -2]).certificate
    tanh = solve.sharpness([[1]], ["6/5"], width=2, activation="tanh").certificate
    softplus = solve.sharpness([[1]], [4], width=2, activation="softplus").certificate
    two = solve.sharpness([[1], [2]], [6, 30], width=3, activation="sinh", seconds=0.5).certificate
    return {
        "value": build.value(PAIR.document, "F", trace).document,
        "less": build.less(PAIR.document, ("a half", [build.number("1/2")]), ("F", trace)).document,
        "sign": build.sign("a square and one", ">", expression=["+", "1", ["**", "z", "2"]]).document,
        "rank": build.rank("M", [[1, 2, 3], [2, 4, 7]]).document,
        "convex": build.convex(SINH.document, levels=build.point("u", [["3/5"]], [[LOW]])).document,
        "multipliers": part_of(weighted, "convex"),
        "direction": build.direction(PAIR.document, build.point("z", [[1, 2]]), [[13], [-4]]).document,
        "zero": build.zero("root", ["x"], [["+", ["**", "x", "2"], "-2"]], ["1.41421356"], "1e-6").document,
        "all": build.all_of(SINH.document, {"F": build.part("value", SINH.document, **_valued())}).document,
        "dual": part_of(mixed, "dual"),
        "pair": part_of(tanh, "pair"),
        "cover": part_of(softplus, "cover"),
        "near": part_of(two, "near"),
        "only": part_of(solve.sharpness([[1]], ["1/2"], width=1, activation="erf").certificate, "only"),
        "trained": part_of(
            solve.sharpness([[1]], [2], width=2, activation="sinh", trained_output=True).certificate, "trained"
        ),
        "pull": part_of(
            solve.sharpness([[1]], [2], width=1, activation="cubic", trained_output=True).certificate, "pull"
        ),
        "pieces": part_of(solve.sharpness([[1]], [1], width=2, activation="relu").certificate, "pieces"),
    }


def _valued():
    return build.value_parts(SINH.document, "F", [build.term("trace", EQUAL)])


DOCUMENTS = _documents()
COVER_KEY = next(iter(DOCUMENTS["cover"]["samples"]["4"]))
FAULTS = {
    "value": [
        (("value",), "186"),  # it is 16 + 169
        (("terms", 0, "point", "values"), [["1", "3"]]),  # infeasible
        (("terms", 0, "times"), "2"),
    ],
    "less": [
        (("left", "terms", 0, "expression"), "1000"),
        (("right", "terms", 0, "point", "values"), [["2", "2"]]),  # infeasible
        (("left", "value"), "1/3"),
    ],
    "sign": [
        (("relation",), "<"),
        (("expression",), ["+", "-1", ["**", "z", "2"]]),
        (("expression",), ["**", "z", "2"]),  # touches zero
    ],
    "rank": [
        (("rank",), 3),
        (("minor", "value"), "2"),
        (("factors", "right", 0, 1), "3"),
    ],
    "convex": [
        (("value",), "7"),  # more than the minimum
        (("levels", "values"), [["1/2"]]),
        (("instance", "activation"), ["*", "-1", ["**", "z", "4"]]),
    ],
    "multipliers": [
        (("multipliers", 0), "0"),
        (("brackets", 0, 0), "0"),
        (("instance", "output_weights"), ["1", "3"]),
    ],
    "direction": [
        (("curvature",), "114096/34225"),
        (("direction",), [["13"], ["4"]]),  # not tangent
        (("stationary",), True),
    ],
    "zero": [
        (("radius",), "1e-9"),  # too small to hold the root
        (("center",), ["1.5"]),
        (("equations",), [["+", ["**", "x", "2"], "2"]]),  # no root at all
    ],
    "all": [
        (("parts", 0, "value"), "7"),
        (("parts", 0, "terms", 0, "point", "brackets", 0, 0), str(Fraction(LOW) + 3 * STEP)),
        (("parts",), []),
    ],
    "dual": [
        (("floors", 0, 0), "0"),  # above the minimum of the tilted curve
        (("multipliers", 0), "7"),
        (("value",), "10"),
    ],
    "pair": [
        (("values", "6/5"), "1"),  # more than the minimum
        (("range",), ["-1/2", "1/2"]),  # not the range
        (("instance", "square_law"), ["+", "1", ["*", "-1", "z"]]),
    ],
    "cover": [
        (("bends", 0), "3"),
        (("samples", "4", COVER_KEY, 0, 0), "11"),
        (("reach",), ["-2", "2"]),
    ],
    "near": [
        (("radius",), "1e-60"),
        (("center", 0, 0), "5"),
        (("free",), [[0, 0], [0, 0]]),
    ],
    "only": [
        (("value",), "1/2"),
        (("point", "values"), [["1/3"]]),
        (("instance", "output_weights"), ["1", "1"]),
    ],
    "trained": [
        (("minorant",), ["2", "1"]),  # above cosh²
        (("value",), "9"),
        (("instance", "trained_output"), False),
    ],
    "pull": [
        (("floor",), "-1"),
        (("multiplier",), "20"),
        (("value",), "21"),
    ],
    "pieces": [
        (("value",), "2"),
        (("instance", "activation"), ["relu", ["+", "z", "-1"]]),
        (("instance", "y"), ["-1"]),
    ],
}
CASES = [(kind, k) for kind, faults in FAULTS.items() for k in range(len(faults))]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_honest_one_holds_and_three_faults_are_planted(kind):
    assert restated(copy.deepcopy(DOCUMENTS[kind]))
    assert len(FAULTS[kind]) >= 3


@pytest.mark.parametrize(("kind", "k"), CASES)
def test_a_planted_fault_is_refused_by_the_mathematics(kind, k):
    forged = changed(DOCUMENTS[kind], *FAULTS[kind][k])
    with pytest.raises((check.Refused, check.Malformed)) as caught:
        restated(forged)
    told = str(caught.value)
    assert "sealed" not in told
    assert "made for another" not in told
    assert "what is proved" not in told

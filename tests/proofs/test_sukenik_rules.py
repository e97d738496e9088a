"""Planted faults for induction, recursion, powers, cases, counting by deltas and positive parts."""

import pytest

from theorycheck.errors import InvalidClaim
from theorycheck.symbolic.proof import Goal, Hypothesis, Proof, Step, prove
from theorycheck.symbolic.proof_syntax import Symbol

SYMBOLS = (
    *(Symbol(name) for name in ("p", "q", "g", "new", "other")),
    *(Symbol(name, ("N",)) for name in ("s", "S", "P", "a", "bad")),
    Symbol("row", ("V", "N")),
    Symbol("n0", (), "N"),
    Symbol("head", ("E",), "V"),
    Symbol("tail", ("E",), "V"),
    *(Symbol(name, (), "V") for name in ("c1", "c2", "c3")),
    Symbol("x", ("V",)),
    Symbol("A", ("V", "E")),
    Symbol("y", ("V", "V")),
)
VARIABLES = (
    *(Symbol(name, (), "V") for name in ("v", "w", "z")),
    *(Symbol(name, (), "E") for name in ("e", "f")),
    *(Symbol(name, (), "N") for name in ("k", "l")),
    *(Symbol(name) for name in ("u", "h")),
)


def failures(*steps, given=(), symbols=SYMBOLS, indices=("V", "E")):
    hypotheses = tuple(Hypothesis(f"h{n}", text) for n, text in enumerate(given, 1))
    goals = (Goal("goal", steps[-1].statement, steps[-1].name, ()),)
    proof = Proof(key="test", title="", source="", indices=indices, symbols=symbols, variables=VARIABLES,
                  hypotheses=hypotheses, steps=steps, goals=goals)  # fmt: skip
    report = prove(proof)
    assert all(r.reason in ("assumed", "discharged") or r.step.rule != "hypothesis" for r in report.steps)
    return [r for r in report.steps if not r.discharged]


def refused(*steps, given=(), because=""):
    broken = failures(*steps, given=given)
    assert [r.step.name for r in broken] == [steps[-1].name], broken
    assert because in broken[0].reason, broken[0].reason


def accepted(*steps, given=()):
    assert not failures(*steps, given=given)


def test_induction_needs_its_base_its_step_and_one_counter():
    given = ["a(0) >= 1", "a(k) >= 1 => a(k + 1) >= 1", "a(1) >= 1", "a(k) >= 1 => a(k + 2) >= 1",
             "a(k + 1) >= 1 => a(k) >= 1", "a(0) > 1", "a(k) >= 1 => a(k + 1) > 1",
             "all[k](a(k) >= 1) => a(k + 1) >= 1", "a(n0) >= 1 => a(n0 + 1) >= 1"]  # fmt: skip
    good = "a(k) >= 1"
    accepted(Step("s1", good, "induction", ("h1", "h2"), "k"), given=given)
    accepted(Step("s1", good, "induction", ("h6", "h7"), "k"), given=given)
    for uses in (("h3", "h2"), ("h1", "h4"), ("h1", "h5"), ("h1", "h8"), ("h1", "h9"), ("h2", "h1"), ("h1", "h1")):
        refused(Step("s1", good, "induction", uses, "k"), given=given)
    refused(Step("s1", "a(k) > 1", "induction", ("h1", "h2"), "k"), given=given)
    refused(Step("s1", "a(k) >= 2", "induction", ("h1", "h2"), "k"), given=given)
    refused(Step("s1", good, "induction", ("h1", "h2"), "n0"), given=given)
    refused(Step("s1", good, "induction", ("h1", "h2"), "u"), given=given)


def test_induction_with_parameters():
    given = ["y[v,w]*a(0) = x[v]", "y[v,w]*a(k) = x[v] => y[v,w]*a(k + 1) = x[v]",
             "all[v](y[v,w]*a(k) = x[v]) => y[v,w]*a(k + 1) = x[v]", "y[c1,w]*a(0) = x[c1]"]  # fmt: skip
    good = "y[v,w]*a(k) = x[v]"
    accepted(Step("s1", good, "induction", ("h1", "h2"), "k"), given=given)
    accepted(Step("s1", good, "induction", ("h1", "h3"), "k"), given=given)
    refused(Step("s1", good, "induction", ("h4", "h2"), "k"), given=given)


def test_whole_numbers_are_closed_under_sums_and_products_only():
    accepted(Step("s1", "a(k + 2*l + 3) = a(3 + l + k + l)"))
    accepted(Step("s1", "k + l >= 0", by="k + l"))
    for text in ("a(k - 1) = a(k - 1)", "a(u) = a(u)", "a(p) = a(p)", "a(k/2) = a(k/2)", "a(v) = a(v)", "a(-k) = 0*k"):
        refused(Step("s1", text), because="takes")
    refused(Step("s1", "k > 0", by="k"))
    refused(Step("s1", "p >= 0", by="p"), because="no sign")
    refused(Step("s1", "a(p) = 1", by="#h1(k = p)"), given=["a(k) = 1"], because="sorts differ")


def test_recursive_definitions_are_complete_and_look_back_one_step():
    by = "S(k); 0; S(k) + s(k)"
    accepted(Step("s1", "S(0) = 0", "recursion", by=by), Step("s2", "S(k + 1) = S(k) + s(k)", "recursion", by=by))
    accepted(Step("s1", "row[v](k + 1) = sum[w](y[v,w]*row[w](k))", "recursion",
                  by="row[v](k); x[v]; sum[w](y[v,w]*row[w](k))"))  # fmt: skip
    accepted(Step("s1", "row[v](0) = x[v]", "recursion", by="row[v](k); x[v]; sum[w](y[v,w]*relu(row[w](k)))"))
    refused(Step("s1", "S(0) = 1", "recursion", by=by))
    refused(Step("s1", "S(k + 1) = S(k)", "recursion", by=by))
    refused(Step("s1", "S(k) = 0", "recursion", by=by))
    for data in ("S(k); 0; S(k + 1) + 1", "S(k); S(k); 0", "S(k); 0; S(0) + 1", "S(k); u; S(k)", "S(k); 0; u*S(k)",
                 "S(k); k; S(k)", "S(0); 0; S(k)", "S(n0); 0; S(n0)", "p; 0; p", "S(k); 0; S(k + 1)*0 + relu(S(k + 1))",
                 "row[v](k); x[v]; sum[w](y[v,w]*row[w](k + 1))", "row[v](k); x[v]; relu(row[v](k + 1))"):  # fmt: skip
        refused(Step("s1", "S(0) = 0", "recursion", by=data))
    one = Step("s1", "S(0) = 0", "recursion", by=by)
    refused(one, Step("s2", "S(0) = 1", "recursion", by="S(k); 1; S(k)"), because="not a new symbol")
    refused(Step("s1", "S(0) = 0", "recursion", by=by), given=["S(k) > 0"], because="not a new symbol")


def test_cases_exclude_each_other_and_agree():
    given = ["p > 0 => q > 0", "p <= 0 => q > 0", "p < 0 => q > 0", "p = 0 => q > 0", "p != 0 => q > 0",
             "q > 0", "p <= 0 => q >= 0", "p <= 0, u > 0 => q > 0", "p > 0, u > 0 => q > 0",
             "p > 0, h > 0 => q > 0"]  # fmt: skip
    accepted(Step("s1", "q > 0", "cases", ("h1", "h2")), given=given)
    accepted(Step("s1", "q > 0", "cases", ("h5", "h4")), given=given)
    accepted(Step("s1", "u > 0 => q > 0", "cases", ("h9", "h8")), given=given)
    for uses in (("h1", "h3"), ("h1", "h4"), ("h1", "h5"), ("h1", "h6"), ("h1", "h7"), ("h1", "h1"), ("h10", "h8")):
        refused(Step("s1", "q > 0", "cases", uses), given=given)
    refused(Step("s1", "q > 0", "cases", ("h9", "h8")), given=given)


def test_powers():
    accepted(Step("s1", "power(p, 0) = 1", "power", by="p"))
    accepted(Step("s1", "power(p, k + 3) = p*power(p, k + 2)", "power", by="p; k + 2"))
    accepted(Step("s1", "power(p, 3) = p**3", "power", by="p; 3"))
    refused(Step("s1", "power(p, 3) = p**2", "power", by="p; 3"))
    refused(Step("s1", "power(p, 1) = 1", "power", by="p"))
    signs = ["p > 0", "q >= 0", "p != 0"]
    accepted(Step("s1", "power(p, k) > 0", "power", ("h1",), "p; k"), given=signs)
    accepted(Step("s1", "power(q, k) >= 0", "power", ("h2",), "q; k"), given=signs)
    refused(Step("s1", "power(q, k) > 0", "power", ("h2",), "q; k"), given=signs)
    refused(Step("s1", "power(p, k) > 0", "power", ("h3",), "p; k"), given=signs)
    refused(Step("s1", "power(p, k) >= p", "power", ("h1",), "p; k"), given=signs)
    refused(Step("s1", "power(p, k + 2) = p*power(p, k)", "power", by="p; k"))
    refused(Step("s1", "power(p, u + 1) = p*power(p, u)", "power", by="p; u"), because="")
    refused(Step("s1", "power(p + q, 1) = power(p, 1) + power(q, 1)"))
    given = ["power(p, k + 1) <= power(q, k + 1)", "q >= 0", "power(p, k + 1) < power(q, k + 1)",
             "power(p, k) < power(q, k)", "p >= 0", "power(p, 0) <= power(q, 0)"]  # fmt: skip
    accepted(Step("s1", "p <= q", "power_reflects", ("h1", "h2"), "p; q; k"), given=given)
    accepted(Step("s1", "p < q", "power_reflects", ("h3", "h2"), "p; q; k"), given=given)
    refused(Step("s1", "p < q", "power_reflects", ("h1", "h2"), "p; q; k"), given=given)
    for uses in (("h1", "h5"), ("h4", "h2"), ("h6", "h2"), ("h2", "h1")):
        refused(Step("s1", "p <= q", "power_reflects", uses, "p; q; k"), given=given)


def test_roots_are_new_and_depend_on_everything():
    given = ["p > 0", "q >= 0", "u**2 >= 0"]
    accepted(Step("s1", "power(new, n0 + 1) = p", "root", ("h1",), "new; p; n0"),
             Step("s2", "new > 0", "root", ("h1",), "new; p; n0"), given=given)  # fmt: skip
    accepted(Step("s1", "new >= 0", "root", ("h2",), "new; q; 3"), given=given)
    refused(Step("s1", "new > 0", "root", ("h2",), "new; q; 3"), given=given)
    refused(Step("s1", "power(new, n0) = p", "root", ("h1",), "new; p; n0"), given=given)
    refused(Step("s1", "power(new, k + 1) = p", "root", ("h1",), "new; p; k"), given=given, because="depend on k")
    refused(Step("s1", "power(new, 2) = u**2", "root", ("h3",), "new; u**2; 1"), given=given, because="depend on u")
    refused(Step("s1", "power(q, 2) = p", "root", ("h1",), "q; p; 1"), given=given, because="not a new symbol")
    refused(Step("s1", "power(new, 2) = other", "root", ("h1",), "new; other; 1"), given=given)


def test_means_need_signs_and_the_whole_recursion():
    given = ["s(k) >= 0", "S(0) = 0", "S(k + 1) = S(k) + s(k)", "P(0) = 1", "P(k + 1) = P(k)*s(k)",
             "S(0) = 1", "S(k + 1) = S(k) + 2*s(k)", "P(0) = 2", "P(k + 1) = P(k)*a(k)", "a(k) >= 0"]  # fmt: skip
    uses, by = ("h1", "h2", "h3", "h4", "h5"), "S(k); P(k); s(k); k; g"
    good = "g >= 0, P(k) >= power(g, k) => S(k) >= k*g"
    accepted(Step("s1", good, "means", uses, by), given=given)
    for place, other in ((0, "h10"), (1, "h6"), (2, "h7"), (3, "h8"), (4, "h9")):
        refused(Step("s1", good, "means", (*uses[:place], other, *uses[place + 1 :]), by), given=given)
    refused(Step("s1", good, "means", uses[:4], by), given=given)
    refused(Step("s1", "P(k) >= power(g, k) => S(k) >= k*g", "means", uses, by), given=given)
    refused(Step("s1", good.replace("k*g", "k*g + 1"), "means", uses, by), given=given)
    refused(Step("s1", good.replace("g", "k"), "means", uses, by.replace("g", "k")), given=given, because="not depend")


def test_means_with_first_terms():
    given = ["s(k) >= 0", "p >= 0", "q >= 0", "S(0) = p + q", "S(k + 1) = S(k) + s(k)", "P(0) = p*q",
             "P(k + 1) = P(k)*s(k)", "S(0) = p", "P(0) = p"]  # fmt: skip
    uses, by = tuple(f"h{n}" for n in range(1, 8)), "S(k); P(k); s(k); k; g; p; q"
    good = "g >= 0, P(k) >= power(g, k + 2) => S(k) >= (k + 2)*g"
    accepted(Step("s1", good, "means", uses, by), given=given)
    refused(Step("s1", good.replace("k + 2)*", "k + 3)*"), "means", uses, by), given=given)
    refused(Step("s1", good.replace("g, k + 2", "g, k + 1"), "means", uses, by), given=given)
    for place, other in ((1, "h1"), (2, "h2"), (3, "h8"), (5, "h9")):
        refused(Step("s1", good, "means", (*uses[:place], other, *uses[place + 1 :]), by), given=given)
    moving = "S(k); P(k); s(k); k; g; s(k); q"
    refused(Step("s1", good, "means", ("h1", *uses[:1], *uses[2:]), moving), given=given, because="not depend")


def test_powers_of_products():
    accepted(Step("s1", "power(p*q, k) = power(p, k)*power(q, k)", "power", by="p; q; k"))
    refused(Step("s1", "power(p + q, k) = power(p, k)*power(q, k)", "power", by="p; q; k"))
    refused(Step("s1", "power(p*q, k) = power(p, k) + power(q, k)", "power", by="p; q; k"))
    refused(Step("s1", "power(p*q, u) = power(p, u)*power(q, u)", "power", by="p; q; u"))


COUNTED = [
    "delta[v,w]**2 = delta[v,w]",
    "delta[v,w] = delta[w,v]",
    "delta[v,v] = 1",
    "sum[v](delta[v,w]) = 1",
    "sum[v,w](delta[v,w]) = V",
    "sum[v](delta[v,w]*x[v]) = x[w]",
    "delta[v,w]*delta[w,z] = delta[v,z]*delta[w,v]",
    "delta[v,w]*x[v] = delta[v,w]*x[w]",
    "sum[v](delta[v,w]*delta[v,z]) = delta[w,z]",
    "sum[v](delta[v,head[e]]*x[v]) = x[head[e]]",
    "delta[v,head[e]]*x[v] = x[head[e]]*delta[head[e],v]",
    "delta[e,f]*head_x = delta[e,f]*head_x".replace("head_x", "x[head[e]]"),
    "delta[e,f]*x[head[e]] = delta[e,f]*x[head[f]]",
    "delta[head[e],head[f]]*delta[head[e],v] = delta[head[e],head[f]]*delta[head[f],v]",
    "relu(sum[w](delta[v,w]*x[w])) = relu(x[v])",
    "sum[v](sum[w](delta[v,w]*x[w])**2) = sum[z](x[z]**2)",
    "sum[v,w](delta[v,w]*x[v])*sum[z](x[z]) = sum[v](x[v])**2",
    "sum[v,w,z](delta[v,w]*delta[w,z]*y[v,z]) = sum[v](y[v,v])",
    "sum[e](sum[v](delta[v,head[e]]*A[v,e])**2) = sum[e](A[head[e],e]**2)",
]


@pytest.mark.parametrize("text", COUNTED)
def test_deltas_are_counted(text):
    if text.split(" = ")[0] != text.split(" = ")[1]:
        accepted(Step("s1", text, "kronecker"))


@pytest.mark.parametrize("text", [
    "delta[v,w] = 1", "delta[v,w] = 0", "delta[v,v] = 0", "sum[v](delta[v,w]) = V", "sum[v,w](delta[v,w]) = V**2",
    "sum[v](delta[v,w]*x[v]) = x[z]", "sum[v](delta[v,w]*x[v]) = sum[v](x[v])", "delta[c1,c2] = 0",
    "delta[head[e],head[f]] = delta[e,f]", "delta[v,w]*delta[w,z] = delta[v,z]", "x[v] = x[w]",
    "sum[e](delta[v,head[e]]) = 1", "delta[v,w]*y[v,z] = delta[v,w]*y[z,w]", "delta[v,e] = 0", "delta[v] = 1",
    "delta = 1", "delta[v,w](k) = 1", "delta[p,q] = 0", "delta[k,l] = 0", "relu(delta[v,w]*x[v]) = x[w]",
])  # fmt: skip
def test_deltas_are_not_miscounted(text):
    refused(Step("s1", text, "kronecker"))


def test_a_sum_in_a_denominator_stays_as_it_is():
    given = ["sum[w](y[v,w]) > 0"]
    text = "sum[v](delta[v,w]/sum[z](y[v,z])) = 1/sum[z](y[w,z])"
    report = failures(Step("s1", text, "kronecker", ("h1", "h1(v=w)")), given=given)
    assert all(r.reason.startswith("what is left") for r in report)
    refused(Step("s1", text.replace("= 1/", "= 2/"), "kronecker", ("h1", "h1(v=w)")), given=given)


def test_cited_deltas_vanish_where_they_match():
    given = ["delta[c1,c2] = 0", "delta[head[e],tail[e]] = 0", "delta[c1,c2] >= 0", "p > 0 => delta[c1,c3] = 0"]
    accepted(Step("s1", "delta[v,c1]*delta[v,c2] = 0", "kronecker", ("h1",)), given=given)
    accepted(Step("s1", "sum[e](delta[tail[e],head[e]]*x[head[e]]) = 0", "kronecker", ("h2",)), given=given)
    accepted(Step("s1", "delta[head[e],head[f]]*delta[tail[e],head[f]] = 0", "kronecker", ("h2",)), given=given)
    accepted(Step("s1", "delta[head[e],head[f]]*delta[head[e],tail[f]] = 0", "kronecker", ("h2",)), given=given)
    refused(Step("s1", "delta[head[e],head[f]]*delta[tail[e],tail[f]] = 0", "kronecker", ("h2",)), given=given)
    refused(Step("s1", "delta[head[e],tail[f]] = 0", "kronecker", ("h2",)), given=given)
    refused(Step("s1", "delta[c1,c3] = 0", "kronecker", ("h1",)), given=given)
    refused(Step("s1", "delta[c1,c2] = 0", "kronecker", ("h3",)), given=given)
    refused(Step("s1", "delta[c1,c3] = 0", "kronecker", ("h4",)), given=given)


def test_certificates_with_deltas_keep_their_sign():
    accepted(Step("s1", "delta[v,w] >= 0", "kronecker", by="delta[v,w]**2"))
    accepted(Step("s1", "1 - delta[v,w] >= 0", "kronecker", by="(1 - delta[v,w])**2"))
    refused(Step("s1", "delta[v,w] <= 0", "kronecker", by="delta[v,w]**2"))
    refused(Step("s1", "delta[v,w] > 0", "kronecker", by="delta[v,w]**2"))
    refused(Step("s1", "delta[v,w] - 1 >= 0", "kronecker", by="(1 - delta[v,w])**2"))
    refused(Step("s1", "delta[v,w] >= 0", "kronecker", by="delta[v,w]"), because="no sign")


def test_rewriting_by_equations_that_say_what_a_name_is():
    given = ["p = u - u + q + 1", "2*g = p*q", "q > 0", "p >= q", "p**2 = q", "p*q = 1", "q > 0 => p = q", "u = q"]
    accepted(Step("s1", "p**2 = q**2 + 2*q + 1", "rewriting", ("h1",), "0; p"), given=given)
    accepted(Step("s1", "p**2 >= 2*q + 1", "rewriting", ("h1",), "q**2; p"), given=given)
    accepted(Step("s1", "2*g = q**2 + q", "rewriting", ("h2", "h1"), "0; g; p"), given=given)
    refused(Step("s1", "2*g = q**2 + q", "rewriting", ("h1", "h2"), "0; p; g"), given=given, because="what is left")
    refused(Step("s1", "p = q", "rewriting", ("h1",), "0; p"), given=given)
    refused(Step("s1", "p**2 <= 2*q + 1", "rewriting", ("h1",), "q**2; p"), given=given)
    refused(Step("s1", "p**2 > 2*q + 1", "rewriting", ("h1",), "q**2; p"), given=given)
    for name in ("h3", "h4", "h5", "h6", "h7"):
        refused(Step("s1", "p = q", "rewriting", (name,), "0; p"), given=given)
    refused(Step("s1", "p = q", "rewriting", ("h8",), "0; u"), given=given, because="what is left")
    refused(Step("s1", "p = q", "rewriting", (), "0; p"), given=given, because="fewer")


def test_positive_parts():
    accepted(Step("s1", "relu(p) >= 0", "positive_part", by="p"))
    accepted(Step("s1", "relu(p) >= p", "positive_part", by="p"))
    accepted(Step("s1", "relu(p)**2 = p*relu(p)", "positive_part", by="p"))
    accepted(Step("s1", "relu(p) = step(p)*p", "positive_part", by="p"))
    accepted(Step("s1", "step(p)**2 = step(p)", "positive_part", by="p"))
    for text in ("step(p) = 1", "step(p) = 0", "step(p)*p = p", "relu(p) = step(q)*p", "step(p) > 0"):
        refused(Step("s1", text, "positive_part", by="p"))
    for text in ("relu(p) > 0", "relu(p) <= p", "relu(p)**2 = p**2", "relu(p) = p", "relu(p) >= -p", "relu(p) >= q"):
        refused(Step("s1", text, "positive_part", by="p"))
    given = ["q >= 0", "q >= p", "q*(q - p) = 0", "q >= p - 1", "q*(q - p) >= 0", "q**2*(q - p) = 0"]
    accepted(Step("s1", "relu(p) = q", "positive_part", ("h1", "h2", "h3"), "p; q"), given=given)
    for uses in (("h2", "h2", "h3"), ("h1", "h1", "h3"), ("h1", "h4", "h3"), ("h1", "h2", "h5"), ("h1", "h2", "h6")):
        refused(Step("s1", "relu(p) = q", "positive_part", uses, "p; q"), given=given)
    refused(Step("s1", "relu(p) = p", "positive_part", ("h1", "h2", "h3"), "p; q"), given=given)


MEMBERS = (*SYMBOLS, Symbol("in_", ("B", "V")), Symbol("other_in", ("B", "V")), Symbol("size", ("B",)))
PLACES = (*VARIABLES, Symbol("b", (), "B"))


def subset_failures(*steps, given=("V >= n0",)):
    hypotheses = tuple(Hypothesis(f"h{n}", text) for n, text in enumerate(given, 1))
    proof = Proof(key="test", title="", source="", indices=("V", "E", "B"), symbols=MEMBERS, variables=PLACES,
                  hypotheses=hypotheses, steps=steps, goals=())  # fmt: skip
    return [r.reason for r in prove(proof).steps if not r.discharged]


def subset_step(statement, by="in_[b,v]; n0; v; w; z", name="s1", uses=("h1",)):
    return Step(name, statement, "subsets", uses, by)


def test_subsets_are_counted():
    two = "(1 - delta[v,w])*(V*(V - 1)*sum[b](in_[b,v]*in_[b,w]) - n0*(n0 - 1)*B) = 0"
    for good in ("in_[b,v]**2 = in_[b,v]", "sum[v](in_[b,v]) = n0", "V*sum[b](in_[b,v]) = n0*B", two):
        assert subset_failures(subset_step(good)) == []
    for bad in ("in_[b,v] = 1", "sum[v](in_[b,v]) = V", "sum[b](in_[b,v]) = n0*B", two.replace("n0 - 1", "n0"),
                two.replace("(1 - delta[v,w])*", ""), "B = 20"):  # fmt: skip
        assert len(subset_failures(subset_step(bad))) == 1, bad


def test_subsets_need_a_size_that_fits_and_a_family_of_which_nothing_is_known():
    good = "sum[v](in_[b,v]) = n0"
    assert subset_failures(subset_step(good, uses=())) != []
    assert subset_failures(subset_step(good), given=("V >= n0 - 1",)) != []
    assert subset_failures(subset_step("sum[v](in_[b,v]) = p", "in_[b,v]; p; v"), given=("V >= p",)) != []
    assert subset_failures(subset_step("sum[v](in_[b,v]) = k", "in_[b,v]; k; v"), given=("V >= k",)) != []
    for known in ("B = 3", "size[b] = 1", "other_in[b,v] = 1", "in_[b,v] = 1"):
        assert subset_failures(subset_step(good), given=("V >= n0", known)) != [], known
    first = subset_step(good)
    assert subset_failures(first, subset_step("in_[b,v]**2 = in_[b,v]", name="s2")) == []
    twice = subset_step("sum[v](other_in[b,v]) = n0", "other_in[b,v]; n0; v; w; z", name="s2")
    assert subset_failures(first, twice) != []
    assert subset_failures(subset_step(good, "in_[b,v]; n0; e")) != []


@pytest.mark.parametrize("name", ["sqrt", "log", "relu", "abs", "step"])
def test_built_in_functions_cannot_be_redefined(name):
    refused(Step("s1", f"{name}(u) = 0", "define"), because="not a new symbol")
    refused(Step("s1", f"{name}(p) = 0", "suppose", by=name), because="not a new constant")


def test_the_delta_cannot_be_supposed_away():
    refused(Step("s1", "delta[c1,c2] = 5", "suppose", by="delta"), because="not a new constant")


def test_index_sets_and_sorts_have_different_names():
    with pytest.raises(InvalidClaim, match="name of a sort"):
        failures(Step("s1", "p = p"), symbols=(Symbol("p"),), indices=("V", "E", "N"))

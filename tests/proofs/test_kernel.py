"""Planted faults for every rule of the proof kernel: unsound steps that it must refuse."""

import attrs
import pytest

from theorycheck.errors import InvalidClaim
from theorycheck.symbolic.proof import AXIOMS, LOGIC, Goal, Proof, Step, prove
from theorycheck.symbolic.proof_syntax import Symbol

POSITIVE_SLOPE = ("rising", "phi1(s) > 0")


def test_the_trusted_lists_are_closed_and_documented():
    assert len(LOGIC) == 17
    assert len(AXIOMS) == 30
    assert not LOGIC.keys() & AXIOMS.keys()
    assert all(rule.__doc__.count(":") >= 1 and rule.__doc__.strip().endswith(".") for rule in AXIOMS.values())


@pytest.mark.parametrize(
    "statement",
    [
        "(p + q)**2 = p**2 + q**2",
        "sum[i](a[i])**2 = sum[i](a[i]**2)",
        "sum[i](a[i])*sum[i](a[i]) = sum[i,j](a[i]*b[i,j])",
        "sum[i,j](b[i,j]) = sum[i](b[i,j])",
        "sum[i](1) = m",
        "sum[i](p) = p",
        "phi1(s) = phi1(r)",
        "sum[i](a[i])*p = sum[i](a[i]) * q",
        "z[i,j] = z[k,j]",
        "p**0 = 0",
    ],
)
def test_wrong_identities(refused, statement):
    refused(Step("wrong", statement), because="the rule gives")


@pytest.mark.parametrize(
    "statement",
    [
        "(p + q)**2 = p**2 + 2*p*q + q**2",
        "sum[i](a[i])**2 = sum[i,k](a[k]*a[i])",
        "sum[i](sum[j](b[i,j])) = sum[j](sum[i](b[i,j]))",
        "sum[i](sum[j](b[i,j])**2) = sum[k](sum[j](b[k,j])*sum[j](b[k,j]))",
        "sum[i](p*a[i] + 1) = p*sum[k](a[k]) + n",
        "sum[l](sum[i](a[i]*x[i,l])**2) = sum[i,k](a[i]*a[k]*sum[l](x[i,l]*x[k,l]))",
        "exp(p + q) = exp(q + p)",
    ],
)
def test_right_identities(accepted, statement):
    accepted(Step("right", statement))


def test_division_needs_a_nonzero_denominator(accepted, refused):
    refused(Step("s1", "p/p = 1"), because="not known to be nonzero")
    refused(Step("s1", "0/p = 0"), because="not known to be nonzero")
    refused(Step("s1", "p/p = 1", uses=("h1",)), given=[("h1", "p >= 0")], because="not known to be nonzero")
    refused(Step("s1", "sum[i](a[i]/a[i]) = n", uses=("h1(i=k)",)), given=[("h1", "a[i] > 0")], because="nonzero")
    refused(Step("s1", "1/(p + q) = 1/(q + p)"), given=[("h1", "p + q > 0")], because="product of atoms")
    refused(Step("s1", "exp(p/p) = exp(1)"), because="not known to be nonzero")
    refused(Step("s1", "q = q", by="0*#h1(u = q/p)"), given=[("h1", "u = u + 0*q")], because="nonzero")
    accepted(Step("s1", "sum[i](a[i]/a[i]) = n", uses=("h1",)), given=[("h1", "a[i] > 0")])
    accepted(Step("s1", "p/p = 1", uses=("h1",)), given=[("h1", "p*q != 0")])
    accepted(Step("s1", "sum[i](p)/n = p"))


def test_wrong_cofactors(accepted, refused):
    given = [("h1", "p = q"), ("h2", "q >= 1")]
    accepted(Step("s1", "p**2 = q**2", by="(p + q)*#h1"), given=given)
    refused(Step("s1", "p**2 = q**2", by="(p - q)*#h1"), given=given)
    refused(Step("s1", "p**2 = q**2", by="#h1"), given=given)
    accepted(Step("s1", "p >= 1", by="#h1 + #h2"), given=given)
    refused(Step("s1", "p > 1", by="#h1 + #h2"), given=given, because="the rule gives")
    refused(Step("s1", "1 - q >= 0", by="-#h2"), given=given, because="no sign")
    refused(Step("s1", "p*q >= p", by="p*#h2"), given=given, because="no sign")
    refused(Step("s1", "1 >= 2 - q", by="#h2 - 0*#h2 + 1 - 1 "), given=given, because="no sign")


def test_signs_of_certificates(accepted, refused):
    given = [("h1", "p >= 0"), ("h2", "q != 0"), ("h3", "a[i] > 0"), ("h4", "p = 0")]
    accepted(Step("s1", "q**2 > 0", uses=("h2",), by="q**2"), given=given)
    refused(Step("s1", "p**2 > 0", uses=("h1",), by="p**2"), given=given)
    refused(Step("s1", "q > 0", uses=("h2",), by="q"), given=given)
    refused(Step("s1", "q**3 > 0", by="#h2**3"), given=given)
    refused(Step("s1", "p*q >= 0", by="#h1*#h2"), given=given, because="no sign")
    refused(Step("s1", "p + q != 0", by="#h1 + #h2"), given=given, because="no sign")
    refused(Step("s1", "sum[i](q) != 0", by="sum[i](#h2)"), given=given, because="no sign")
    accepted(Step("s1", "sum[i](a[i]) > 0", by="sum[i](#h3)"), given=given)
    refused(Step("s1", "1/p >= 0", uses=("h1",), by="1/#h1"), given=given, because="not known to be nonzero")
    refused(Step("s1", "1/p > 0", uses=("h4",), by="1/#h4"), given=given, because="not known to be nonzero")
    refused(Step("s1", "p**0 >= 0", by="p**0"), given=given, because="no sign")


def test_no_circles_and_no_forward_references(refused, failures):
    refused(Step("s1", "p = q", by="#s1"), because="not an established fact")
    broken = failures(Step("s1", "p = q", by="#s2"), Step("s2", "p = q", by="#s1"))
    assert [r.step.name for r in broken] == ["s1", "s2"]
    broken = failures(Step("s1", "p = q"), Step("s2", "q = p", by="-#s1"))
    assert len(broken) == 2  # what rests on a failed step fails too


def test_conditional_facts_must_be_applied(accepted, refused):
    given = [("h1", "p > 0 => q > 0"), ("h2", "p >= 0"), ("h3", "all[i](a[i] = 0) => q = 0"), ("h4", "a[k] = 0")]
    refused(Step("s1", "q > 0", by="#h1"), given=given, because="premises")
    refused(Step("s1", "q > 0", "apply", ("h1", "h2")), given=given, because="a premise differs")
    refused(Step("s1", "q > 0", "apply", ("h1",)), given=given, because="premises are needed")
    refused(Step("s1", "q >= 1", "apply", ("h1", "h5")), given=[*given, ("h5", "p > 0")], because="the rule gives")
    accepted(Step("s1", "q >= 0", "apply", ("h1", "h5")), given=[*given, ("h5", "p > 0")])
    accepted(Step("s1", "q = 0", "apply", ("h3", "h4(k=i)")), given=given)
    refused(Step("s1", "q > 0", "apply", ("h2",)), given=given, because="premises are needed")


def test_a_premise_for_all_is_not_met_by_one(accepted, refused):
    given = [("h1", "all[l](sum[i](C[i]*x[i,l]) = 0) => C[k] = 0"), ("h2", "sum[i](a[i]*x[i,l]) = 0")]
    accepted(Step("s1", "a[k] = 0", "apply", ("h1(C[i] = a[i])", "h2")), given=given)
    refused(Step("s1", "x[k,l] = 0", "apply", ("h1(C[i] = x[i,l])", "h2")), given=given, because="premise binds")


def test_instances_have_the_right_sort(refused):
    given = [POSITIVE_SLOPE, ("h1", "u + 1 > u")]
    refused(Step("s1", "phi1(s) > 0", by="#rising(s=p)"), given=given, because="sorts differ")
    refused(Step("s1", "phi1(s) > 0", by="#rising(s=i)"), given=given, because="sorts differ")
    refused(Step("s1", "phi1(s) > 0", by="#rising(u=p)"), given=given, because="no free variable")
    refused(Step("s1", "phi1(s) > 0", by="#rising(p=p)"), given=given, because="not a variable")
    refused(Step("s1", "phi1(p) > 0", by="#rising"), given=given, because="takes")
    refused(Step("s1", "i = i"), because="only real numbers")
    refused(Step("s1", "i + 1 > 0"), because="arithmetic with an index")
    refused(Step("s1", "sum[s](phi1(s)) = 0"), because="not an index variable")
    refused(Step("s1", "unheard = 0"), because="not declared")


def test_cancel_needs_the_sign_of_its_factor(accepted, refused):
    given = [("h1", "p*q >= 0"), ("h2", "p*q = 0"), ("h3", "p > 0"), ("h4", "p != 0"), ("h5", "p >= 0")]
    accepted(Step("s1", "q >= 0", "cancel", ("h1", "h3"), "p"), given=given)
    accepted(Step("s1", "q = 0", "cancel", ("h2", "h4"), "p"), given=given)
    refused(Step("s1", "q >= 0", "cancel", ("h1", "h4"), "p"), given=given)
    refused(Step("s1", "q >= 0", "cancel", ("h1", "h5"), "p"), given=given)
    refused(Step("s1", "q = 0", "cancel", ("h2", "h5"), "p"), given=given)
    refused(Step("s1", "q = 0", "cancel", ("h2",), "p"), given=given)
    refused(Step("s1", "q > 0", "cancel", ("h1", "h3"), "p"), given=given)


def test_congruence_needs_equal_arguments(accepted, refused):
    given = [("h1", "z[i,j] = nu[i]"), ("h2", "z[i,j] >= nu[i]")]
    accepted(Step("s1", "phi(z[i,j]) = phi(nu[i])", "congruence", ("h1",)), given=given)
    refused(Step("s1", "phi(z[i,j]) = phi(nu[k])", "congruence", ("h1",)), given=given)
    refused(Step("s1", "phi(z[i,j]) = phi(nu[i])", "congruence", ("h2",)), given=given)
    refused(Step("s1", "phi1(z[i,j]) = phi2(nu[i])", "congruence", ("h1",)), given=given)
    refused(Step("s1", "phi(z[i,j]) >= phi(nu[i])", "congruence", ("h1",)), given=given)


def test_derivatives_come_from_declared_ones_only(accepted, refused):
    given = [("h1", "E(t) = p"), ("h2", "E(o) = p"), ("h3", "rough(t) = p"), ("h4", "E(t) >= p")]
    accepted(Step("s1", "E1(t) = 0", "derivative", ("h1",), "t"), given=given)
    refused(Step("s1", "E1(t) = 1", "derivative", ("h1",), "t"), given=given)
    refused(Step("s1", "E1(o) = 0", "derivative", ("h2",), "t"), given=given)
    refused(Step("s1", "E1(o) = 0", "derivative", ("h2",), "o"), given=given, because="not a real variable")
    refused(Step("s1", "0 = 1", "derivative", ("h3",), "t"), given=given, because="no derivative is declared")
    refused(Step("s1", "E1(t) >= 0", "derivative", ("h4",), "t"), given=given, because="only an unconditional equation")
    refused(Step("s1", "E1(t) = 0", "derivative", ("h5",), "t"), given=[("h5", "p > 0 => E(t) = p")])


def test_one_term_of_a_sum_needs_signs(accepted, refused):
    given = [("h1", "a[i]**2 >= 0"), ("h2", "a[i] = 0 => a[i] >= 0"), ("h3", "a[i] != 0")]
    accepted(Step("s1", "a[i]**2 <= sum[i](a[i]**2)", "term_of_sum", ("h1",), "i"), given=given)
    refused(Step("s1", "a[i] <= sum[i](a[i])", "term_of_sum", ("h2",), "i"), given=given)
    refused(Step("s1", "a[i] <= sum[i](a[i])", "term_of_sum", ("h3",), "i"), given=given)
    refused(Step("s1", "a[i]**2 >= sum[i](a[i]**2)", "term_of_sum", ("h1",), "i"), given=given)


def test_definitions_must_be_new_and_complete(accepted, refused):
    accepted(Step("s1", "new = p + 1", "define"))
    refused(Step("s1", "p = q + 1", "define"), given=[("h1", "p = 0")], because="not a new symbol")
    refused(Step("s1", "new = new + 1", "define"), because="circular")
    refused(Step("s1", "new = p", "define"), Step("s2", "new = p + 1", "define"), because="not a new symbol")
    refused(Step("s1", "new = a[i]", "define"), because="depends on other variables")
    refused(Step("s1", "alpha[i] = b[i,j]", "define"), because="depends on other variables")
    refused(Step("s1", "b[i,i] = p", "define"), because="distinct variables")
    refused(Step("s1", "E(t) = rough(t)", "define"), because="no derivative is declared")
    refused(Step("s1", "one = p", "define"), because="another sort")
    refused(Step("s1", "E1(t) = p", "define"), because="not a new symbol")
    refused(Step("s1", "new >= p", "define"), because="a definition reads")


def test_suppositions_must_be_discharged(vocabulary):
    symbols, variables = vocabulary
    proof = Proof(
        key="test",
        title="",
        source="",
        indices=("n", "m", "d"),
        symbols=symbols,
        variables=variables,
        hypotheses=(),
        steps=(Step("s1", "p = q", "suppose"), Step("s2", "p - q = 0", by="#s1")),
        goals=(Goal("goal", "p = q", "s2", ()),),
    )
    report = prove(proof)
    assert not report.proved
    assert report.failures == ("goal goal: rests on undeclared assumptions: s1",)
    cheat = attrs.evolve(proof, goals=(Goal("goal", "p = q", "s2", ("s1",)),))
    assert "does not declare" in prove(cheat).failures[0]


def test_discharge_generalises_arbitrary_constants_only(accepted, refused):
    base = Step("s1", "E(tau) >= 0", "suppose", by="tau")
    got = Step("s2", "E(tau) + 1 > 0", by="#s1 + 1")
    accepted(base, got, Step("s3", "E(t) >= 0 => E(t) + 1 > 0", "discharge", ("s2", "s1"), "tau = t"))
    refused(base, got, Step("s3", "E(t) + 1 > 0", "discharge", ("s2", "s1"), "tau = t"))
    refused(base, got, Step("s3", "E(t) >= 0 => E(o) + 1 > 0", "discharge", ("s2", "s1"), "tau = t"))
    refused(base, got, Step("s3", "E(t) >= 0 => E(t) + 1 > 0", "discharge", ("s2", "s1"), "tau = u"))
    refused(base, got, Step("s3", "E(t) >= 0 => E(t) + 1 > 0", "discharge", ("s2", "s2"), "tau = t"))
    # a constant that something else speaks of is not arbitrary
    given = [("h1", "E(o) = 0")]
    refused(
        Step("s1", "p = 0", "suppose"),
        Step("s2", "E(o) + p = 0", by="#s1 + #h1"),
        Step("s3", "p = 0 => E(t) + p = 0", "discharge", ("s2", "s1"), "o = t"),
        given=given,
        because="not arbitrary",
    )
    more = (Step("s2", "p = E(tau)", "suppose"), Step("s3", "p >= 0", by="#s1 + #s2"))
    bad = Step("s4", "E(t) >= 0 => p >= 0", "discharge", ("s3", "s1"), "tau = t")
    refused(base, *more, bad, because="not arbitrary")
    refused(Step("s1", "E(tau) = 0", "suppose", by="tau"), Step("s2", "E(tau) = 1", "suppose", by="tau"))
    refused(Step("s1", "E(o) = 0", "suppose", by="o"), given=given, because="not a new constant")
    refused(Step("s1", "phi1(s) = 0", "suppose", by="phi1"), because="not a new constant")


def test_a_symbol_that_rests_on_a_constant_does_not_escape(refused):
    steps = (
        Step("s1", "E(tau) >= 0", "suppose", by="tau"),
        Step("s2", "new = E(tau)", "define"),
        Step("s3", "new >= 0", by="#s1 + #s2"),
    )
    refused(*steps, Step("s4", "E(t) >= 0 => new >= 0", "discharge", ("s3", "s1"), "tau = t"), because="not arbitrary")
    refused(*steps, Step("s4", "E(tau) >= 0 => new >= 0", "discharge", ("s3", "s2")))


def test_a_second_supposition_may_not_hide_the_constant(refused):
    """``new`` stands for E(tau); supposing something of ``new`` is supposing it of tau."""
    steps = (
        Step("s1", "E(tau) >= 0", "suppose", by="tau"),
        Step("s2", "new = E(tau)", "define"),
        Step("s3", "new <= 5", "suppose"),
        Step("s4", "5 >= 0", by="#s3 + #s2 + #s1"),
    )
    bad = Step("s5", "E(t) >= 0 => 5 >= 0", "discharge", ("s4", "s1"), "tau = t")
    refused(*steps, bad, because="not arbitrary")


def test_a_first_passage_from_a_constant_does_not_escape(refused):
    given = [("h1", "E1(t) = -G(t)"), ("h2", "E(t) >= q"), ("h3", "p > 0")]
    by, uses = "o; E(t); t; tau; G(t); q; p", ("h1", "h2", "h3")
    refused(
        Step("s1", "E(tau) >= 0", "suppose", by="tau"),
        Step("s2", "G(o) <= p", "first_passage", uses, by),
        Step("s3", "p*(o - tau) <= E(tau) - q", "first_passage", uses, by),
        Step("s4", "p*(o - tau) <= E(tau) - q + E(tau)", by="#s3 + #s1"),
        Step("s5", "E(t) >= 0 => p*(o - t) <= E(t) - q + E(t)", "discharge", ("s4", "s1"), "tau = t"),
        given=given,
        because="not arbitrary",
    )


def test_data_cannot_disguise_a_second_definition(refused):
    refused(
        Step("s1", "new = p", "define", by="x"), Step("s2", "new = q", "define", by="x"), because="not a new symbol"
    )


def test_generalisation_does_not_merge_variables(accepted, refused):
    steps = (Step("s1", "E(tau) = E(t)", "suppose", by="tau"), Step("s2", "E(t) - E(tau) = 0", by="-#s1"))
    bad = Step("s3", "all[t](E(t) = E(t)) => E(t) - E(t) = 0", "discharge", ("s2", "s1"), "tau = t")
    refused(*steps, bad, because="cannot be generalised")
    good = "all[t](E(t0) = E(t)) => E(t) - E(t0) = 0"
    accepted(*steps, Step("s3", good, "discharge", ("s2", "s1"), "tau = t0"))


def test_names_are_declared_once_and_sorts_exist(failures, vocabulary):
    symbols, _ = vocabulary
    for wrong in (
        (*symbols, Symbol("p")),
        (*symbols, Symbol("i")),
        (*symbols, Symbol("strange", ("Q",))),
        (*symbols, Symbol("second", ("I",), "J", "phi1")),
        (*symbols, Symbol("odd", ("T",), "R", "phi1")),
        (*symbols, Symbol("lost", ("T",), "R", "nowhere")),
    ):
        with pytest.raises(InvalidClaim, match="test: "):
            failures(Step("s1", "p = p"), symbols=wrong)
    with pytest.raises(InvalidClaim, match="s1 is declared twice"):
        failures(Step("s1", "p = p"), Step("s1", "q = q"))


@pytest.mark.parametrize(
    "text",
    ["p = ", "p", "= p", "p = q = 1", "p = q +", "p = (q", "p = q**-1", "p = q**99", "p = __import__('os')", "p = q; r",
     "all[i](a[i] = 0)", "p = 1.5", "p = q[", "p = sum[](1)", "p => ", "p = {q}", "p = #h1"],
)  # fmt: skip
def test_unreadable_statements_fail(failures, text):
    (report,) = failures(Step("s1", text))
    assert not report.discharged
    assert report.reason

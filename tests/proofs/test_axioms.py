"""Planted faults for the trusted theorems: each must check its side conditions and what a new symbol may depend on."""

import pytest

from theorycheck.symbolic.proof import Step

RISING = ("rising", "phi1(s) > 0")
WEAK = ("weak", "phi1(s) >= 0")
OTHER = ("other_fact", "phi2(s) > 0")
LOCAL = ("local", "phi1(one) > 0")


@pytest.mark.parametrize(
    ("rule", "statement", "by"),
    [
        ("injective", "phi(s) = phi(r) => s = r", "phi(s); s; r"),
        ("order_reflecting", "phi(s) <= phi(r) => s <= r", "phi(s); s; r"),
        ("strict_slope", "s != r => (phi(s) - phi(r))*(s - r) > 0", "phi(s); s; r"),
    ],
)
def test_strict_monotonicity_needs_a_strict_sign_everywhere(accepted, refused, rule, statement, by):
    accepted(Step("s1", statement, rule, ("rising",), by), given=[RISING])
    for name, fact in (WEAK, OTHER, LOCAL):
        refused(Step("s1", statement, rule, (name,), by), given=[(name, fact)], because="not what is cited")
    refused(Step("s1", statement, rule, (), by), given=[RISING])
    refused(Step("s1", statement.replace("=>", ", p > 0 =>"), rule, ("rising",), by), given=[RISING])


def test_weak_monotonicity(accepted, refused):
    accepted(Step("s1", "s <= r => phi(s) <= phi(r)", "increasing", ("weak",), "phi(s); s; r"), given=[WEAK])
    refused(Step("s1", "s < r => phi(s) < phi(r)", "increasing", ("weak",), "phi(s); s; r"), given=[WEAK])
    refused(Step("s1", "s <= r => phi(s) >= phi(r)", "increasing", ("weak",), "phi(s); s; r"), given=[WEAK])
    refused(Step("s1", "p <= q => p <= q", "increasing", ("weak",), "p; p; q"), given=[WEAK])


def test_slope_and_taylor_need_a_constant_bound(accepted, refused):
    given = [("h1", "phi1(s) >= p"), ("h2", "phi2(s) >= 2*p"), ("h3", "phi1(s) >= s"), ("h4", "phi2(s) > 0")]
    good = "(phi(s) - phi(r))*(s - r) >= p*(s - r)**2"
    accepted(Step("s1", good, "slope", ("h1",), "phi(s); s; r; p"), given=given)
    refused(Step("s1", good, "slope", ("h2",), "phi(s); s; r; p"), given=given)
    bad = "(phi(s) - phi(r))*(s - r) >= s*(s - r)**2"
    refused(Step("s1", bad, "slope", ("h3",), "phi(s); s; r; s"), given=given, because="constant")
    parabola = "phi(s) >= phi(r) + phi1(r)*(s - r) + p*(s - r)**2"
    accepted(Step("s1", parabola, "tangent_line", ("h2",), "phi(s); s; r; p"), given=given)
    refused(Step("s1", parabola.replace("+ p", "+ 2*p"), "tangent_line", ("h2",), "phi(s); s; r; p"), given=given)
    contact = "phi(s) = phi(r) + phi1(r)*(s - r) => s = r"
    accepted(Step("s1", contact, "tangent_contact", ("h4",), "phi(s); s; r"), given=given)
    refused(Step("s1", contact, "tangent_contact", ("h2",), "phi(s); s; r"), given=given)


def test_valleys(accepted, refused):
    given = [("h1", "phi1(s)*(s - r) >= 0"), ("h2", "s != r => phi1(s)*(s - r) > 0"), ("h3", "phi1(s)*(s - one) >= 0")]
    accepted(Step("s1", "phi(s) >= phi(r)", "valley", ("h1",), "phi(s); s; r"), given=given)
    refused(Step("s1", "phi(s) >= phi(r)", "valley", ("h3",), "phi(s); s; r"), given=given)
    refused(Step("s1", "phi(s) <= phi(r)", "valley", ("h1",), "phi(s); s; r"), given=given)
    accepted(Step("s1", "phi(s) = phi(r) => s = r", "strict_valley", ("h2",), "phi(s); s; r"), given=given)
    refused(Step("s1", "phi(s) = phi(r) => s = r", "strict_valley", ("h1",), "phi(s); s; r"), given=given)
    wrong = [("h2", "p != 0 => phi1(s)*(s - r) > 0")]
    refused(Step("s1", "phi(s) = phi(r) => s = r", "strict_valley", ("h2",), "phi(s); s; r"), given=wrong)


def test_inverse_function(refused):
    good = Step("s1", "phi(psi(v)) = v", "inverse_function", ("rising",), "phi; psi; s; v")
    refused(good, given=[RISING], because="smoother")  # phi is declared twice differentiable, psi three times
    refused(Step("s1", "phi(psi(v)) = v", "inverse_function", (), "phi; psi; s; v"))
    refused(Step("s1", "phi(psi(v)) = v", "inverse_function", ("weak",), "phi; psi; s; v"), given=[WEAK])
    refused(Step("s1", "phi(psi(v)) = v", "inverse_function", ("rising",), "phi; phi; s; v"), given=[RISING])
    refused(Step("s1", "psi1(v) = 0", "inverse_function", ("rising",), "phi; psi1; s; v"), given=[RISING])


def test_means_are_attained_by_a_point_that_may_depend_on_the_sample(accepted, refused):
    by = "nu[i]; phi; z[i,j]; j"
    good = "sum[j](phi(z[i,j])) = m*phi(nu[i])"
    accepted(Step("s1", good, "mean_attained", by=by))
    refused(Step("s1", good, "mean_attained", by=by), given=[("h1", "phi(nu[i]) = 0")], because="not a new symbol")
    refused(Step("s1", "sum[j](phi(z[i,j])) = m*phi(one)", "mean_attained", by="one; phi; z[i,j]; j"),
            because="must be allowed to depend on i")  # fmt: skip
    refused(Step("s1", "sum[j](phi2(z[i,j])) = m*phi2(nu[i])", "mean_attained", by="nu[i]; phi2; z[i,j]; j"))
    refused(Step("s1", good.replace("m*", "n*"), "mean_attained", by=by))
    refused(Step("s1", good, "mean_attained", by=by), Step("s2", "sum[i](phi(nu[i])) = n*phi(nu[i])", "mean_attained",
            by="nu[i]; phi; nu[k]; k"))  # fmt: skip


def test_maxima_are_attained(accepted, refused):
    accepted(Step("s1", "sum[i](b[i,j]) <= sum[i](b[i,top])", "maximum_attained", by="top; sum[i](b[i,j]); j"))
    refused(Step("s1", "b[i,j] <= b[i,top]", "maximum_attained", by="top; b[i,j]; j"), because="depend on i")
    refused(Step("s1", "sum[i](b[i,j]) >= sum[i](b[i,top])", "maximum_attained", by="top; sum[i](b[i,j]); j"))
    refused(Step("s1", "a[i] <= a[top]", "maximum_attained", by="top; a[i]; i"))


def test_lagrange_multipliers_need_all_tangent_vectors(accepted, refused):
    premise = "all[i](sum[j,l](b[i,j]*x[i,l]*V[j,l]) = 0)"
    given = [("h1", f"{premise} => sum[j,l](p*V[j,l]) = 0"), ("h2", "sum[j,l](p*V[j,l]) = 0")]
    by = "alpha[i]; b[i,j]*x[i,l]; p; V[j,l]; i"
    good = "p = sum[i](alpha[i]*b[i,j]*x[i,l])"
    accepted(Step("s1", good, "span_of_annihilator", ("h1",), by), given=given)
    refused(Step("s1", good, "span_of_annihilator", ("h2",), by), given=given, because="not of the form")
    refused(Step("s1", good, "span_of_annihilator", ("h1",), by.replace("p;", "q;")), given=given)
    refused(Step("s1", good.replace("p =", "2*p ="), "span_of_annihilator", ("h1",), by), given=given)
    moving = [("h1", f"{premise} => sum[j,l](E(t)*V[j,l]) = 0")]
    step = Step(
        "s1", "E(t) = sum[i](alpha[i]*b[i,j]*x[i,l])", "span_of_annihilator", ("h1",), by.replace("p;", "E(t);")
    )
    refused(step, given=moving, because="must be allowed to depend on t")


def test_equations_are_solvable_for_independent_rows_only(accepted, refused):
    given = [("h1", "all[l](sum[i](C[i]*x[i,l]) = 0) => C[i] = 0"), ("h2", "sum[i](C[i]*x[i,l]) = 0 => C[i] = 0")]
    accepted(
        Step("s1", "sum[l](x[i,l]*e[l]) = a[i]", "independent_onto", ("h1",), "e[l]; x[i,l]; a[i]; C[i]; l"),
        given=given,
    )
    for name, by in (("h2", "e[l]; x[i,l]; a[i]; C[i]; l"), ("h1", "e[l]; x[i,l]; b[i,j]; C[i]; l"),
                     ("h1", "e[l]; x[i,l]; C[i]; C[i]; l"), ("h1", "e[l]; x[i,l]; x[i,l]; C[i]; l")):  # fmt: skip
        target = by.split(";")[2]
        refused(Step("s1", f"sum[l](x[i,l]*e[l]) ={target}", "independent_onto", (name,), by), given=given)


def test_roots_and_absolute_values(accepted, refused):
    given = [("h1", "p >= 0"), ("h2", "p**2 <= q**2"), ("h3", "q >= 0"), ("h4", "p <= q"), ("h5", "q > 0")]
    accepted(Step("s1", "sqrt(p)**2 = p", "square_root", ("h1",), "p"), given=given)
    refused(Step("s1", "sqrt(other)**2 = other", "square_root", ("h1",), "other"), given=given)
    refused(Step("s1", "sqrt(p) > 0", "square_root", ("h1",), "p"), given=given)
    accepted(Step("s1", "sqrt(q) > 0", "square_root", ("h5",), "q"), given=given)
    accepted(Step("s1", "p <= q", "root_of_square", ("h2", "h3"), "p; q"), given=given)
    refused(Step("s1", "p <= q", "root_of_square", ("h2", "h1"), "p; q"), given=given)
    refused(Step("s1", "p >= q", "root_of_square", ("h2", "h3"), "p; q"), given=given)
    refused(Step("s1", "abs(p) <= q", "absolute_value", ("h4", "h4"), "p; q"), given=given)
    accepted(Step("s1", "abs(p)**2 = p**2", "absolute_value", by="p"))
    refused(Step("s1", "abs(p) = p", "absolute_value", by="p"))
    refused(Step("s1", "abs(p) > 0", "absolute_value", by="p"))


def test_exponentials(accepted, refused):
    accepted(Step("s1", "exp(p + q) = exp(p)*exp(q)", "exponential", by="p; q"))
    refused(Step("s1", "exp(p + q) = exp(p) + exp(q)", "exponential", by="p; q"))
    refused(Step("s1", "exp(p) >= 1", "exponential", by="p"))
    refused(Step("s1", "exp(p) = 1", "exponential", by="p"))
    accepted(Step("s1", "exp(log(p)) = p", "logarithm", ("h1",), "p"), given=[("h1", "p > 0")])
    refused(Step("s1", "exp(log(p)) = p", "logarithm", ("h1",), "p"), given=[("h1", "p >= 0")])


def test_gronwall_needs_a_constant_rate_and_all_times(accepted, refused):
    good = "t0 <= t => E(t) <= E(t0)*exp(-p*(t - t0))"
    given = [
        ("h1", "E1(t) <= -p*E(t)"),
        ("h2", "E1(o) <= -p*E(o)"),
        ("h3", "E1(t) >= -p*E(t)"),
        ("h4", "E1(t) <= -t*E(t)"),
    ]
    accepted(Step("s1", good, "gronwall", ("h1",), "E(t); t; t0; p"), given=given)
    refused(Step("s1", good, "gronwall", ("h2",), "E(t); t; t0; p"), given=given)
    refused(Step("s1", good, "gronwall", ("h3",), "E(t); t; t0; p"), given=given)
    refused(Step("s1", good.replace("-p*", "-2*p*"), "gronwall", ("h1",), "E(t); t; t0; p"), given=given)
    refused(
        Step("s1", good.replace("-p*", "-t*"), "gronwall", ("h4",), "E(t); t; t0; t"), given=given, because="constant"
    )
    refused(Step("s1", "E(t) <= E(t0)*exp(-p*(t - t0))", "gronwall", ("h1",), "E(t); t; t0; p"), given=given)


def test_gronwall_below_a_level_needs_positive_rate_and_level(accepted, refused):
    good = "E(t0) <= q, t0 <= t => E(t) <= E(t0)*exp(-p*(t - t0))"
    by = "E(t); t; t0; p; q"
    given = [
        ("h1", "E(t) <= q => E1(t) <= -p*E(t)"),
        ("h2", "p > 0"),
        ("h3", "q > 0"),
        ("h4", "p >= 0"),
        ("h5", "q >= 0"),
    ]
    accepted(Step("s1", good, "gronwall_below", ("h1", "h2", "h3"), by), given=given)
    for uses in (("h1", "h4", "h3"), ("h1", "h2", "h5"), ("h1", "h3", "h2"), ("h2", "h2", "h3"), ("h1", "h2")):
        refused(Step("s1", good, "gronwall_below", uses, by), given=given)
    refused(Step("s1", good.replace("E(t0) <= q, ", ""), "gronwall_below", ("h1", "h2", "h3"), by), given=given)


def test_first_passage(accepted, refused):
    given = [("h1", "E1(t) = -G(t)"), ("h2", "E(t) >= q"), ("h3", "p > 0"), ("h4", "p >= 0"), ("h5", "E(o) >= q")]
    by = "tau; E(t); t; o; G(t); q; p"
    for good in ("o <= tau", "p*(tau - o) <= E(o) - q", "G(tau) <= p"):
        accepted(Step("s1", good, "first_passage", ("h1", "h2", "h3"), by), given=given)
        refused(Step("s1", good, "first_passage", ("h1", "h2", "h4"), by), given=given)
        refused(Step("s1", good, "first_passage", ("h1", "h5", "h3"), by), given=given)
        refused(Step("s1", good, "first_passage", ("h1", "h2", "h3"), by.replace("; o;", "; t;")), given=given)
    refused(Step("s1", "G(tau) < p", "first_passage", ("h1", "h2", "h3"), by), given=given)
    first = Step("s1", "o <= tau", "first_passage", ("h1", "h2", "h3"), by)
    accepted(first, Step("s2", "G(tau) <= p", "first_passage", ("h1", "h2", "h3"), by), given=given)
    other = Step("s2", "G(tau) <= p + 1", "first_passage", ("h1", "h2", "h3"), by.replace("; p", "; p + 1"))
    refused(first, other, given=given)


def test_the_minimum_principle_needs_all_minimisers_and_all_times(accepted, refused):
    good = "all[g](u <= H[g](t0)), t0 <= t => u <= H[j](t)"
    by = "H[j](t); j; g; t; t0; u"
    given = [
        ("h1", "all[g](H[j](t) <= H[g](t)) => H1[j](t) >= 0"),
        ("h2", "all[g](H[j](o) <= H[g](o)) => H1[j](o) >= 0"),
        ("h3", "all[g](H[j](t) < H[g](t)) => H1[j](t) >= 0"),
        ("h4", "all[g](H[j](t) >= H[g](t)) => H1[j](t) >= 0"),
        ("h5", "H[j](t) <= H[g](t) => H1[j](t) <= 0"),
    ]
    accepted(Step("s1", good, "minimum_principle", ("h1",), by), given=given)
    for name in ("h2", "h3", "h4", "h5"):
        refused(Step("s1", good, "minimum_principle", (name,), by), given=given)
    for bad in (
        "all[g](u <= H[g](t0)) => u <= H[j](t)",
        "u <= H[g](t0), t0 <= t => u <= H[j](t)",
        "all[g](u <= H[g](t0)), t0 <= t => u < H[j](t)",
        "all[g](u <= H[g](t0)), t <= t0 => u <= H[j](t)",
        "all[g](u >= H[g](t0)), t0 <= t => u >= H[j](t)",
    ):
        refused(Step("s1", bad, "minimum_principle", ("h1",), by), given=given)
    for data in (by.replace("; t0", "; t"), by.replace("; g", "; i"), by.replace("; u", "; s"), by[:-3]):
        refused(Step("s1", good, "minimum_principle", ("h1",), data), given=given)

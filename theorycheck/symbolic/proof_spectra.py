"""Two theorems of linear algebra that assert existence: singular values of a product of matrices, and least norms."""

from collections.abc import Callable

from theorycheck.symbolic import proof_terms as terms
from theorycheck.symbolic.proof_axioms import at, plain, required
from theorycheck.symbolic.proof_desk import Condition, Desk, Sequent
from theorycheck.symbolic.proof_existence import new_symbol
from theorycheck.symbolic.proof_induction import counter, successor, whole
from theorycheck.symbolic.proof_syntax import Node, NotDischarged

ONE, ZERO = terms.constant(1), terms.constant(0)


def least_norm(desk: Desk) -> Sequent:
    """Least norm: sum_b w_b x_bi = m_i, sum w_b^2 <= N has a solution if (sum C_i m_i)^2 <= N |sum C_i x_i|^2 always.

    ``by`` is ``w[b]; x[b,i]; m[i]; N; C[i]; b``; cited is the inequality for all C.
    """
    new, x, m, bound, c, index = desk.data(6)
    (row,), (fact, *_) = desk.distinct_variables(c.kids), desk.cited()
    (place,), schematic = desk.distinct_variables((index,)), desk.scope.variables.get(c.name)
    desk.scope.sort(Node("sum", data=(row, place)))
    px, pm, pn = (desk.poly(node) for node in (x, m, bound))
    fits = schematic is not None and (schematic.args, schematic.sort) == ((desk.scope.variables[row].sort,), "R")
    if not fits or c.name in px.free | pm.free | pn.free:
        raise NotDischarged("the coefficients must be any numbers")
    if (
        place not in desk.distinct_variables(new.kids)
        or {row, place} & pn.free
        or place in pm.free
        or desk.scope.symbols[new.name].sort != "R"
    ):
        raise NotDischarged("right-hand side and bound must not depend on the summed index")
    combined = desk.scope.summed(desk.poly(c) * px, (row,))
    length = desk.scope.summed(combined * combined, (place,))
    required(desk, fact, Condition((), ">=", pn * length - desk.scope.summed(desk.poly(c) * pm, (row,)) ** 2))
    w = new_symbol(desk, new, px, pm, pn, bound=(row,))
    solved = desk.scope.summed(w * px, (place,)) - pm
    if desk.statement.conclusion.relation == "=":
        return plain("=", solved)
    return plain(">=", pn - desk.scope.summed(w * w, (place,)))


def _names(desk: Desk, new: Node, last: Node, inner: Node, first: Node) -> tuple[str, ...]:
    """The variables c, i, b, d, k, j of ``q[c]; WL[i,b]; W[d,b](k); ...; W1[d,j]``, their sorts checked."""
    (c,), (i, b) = desk.distinct_variables(new.kids), desk.distinct_variables(last.kids)
    (d, b2, k), (d2, j) = desk.distinct_variables(inner.kids), desk.distinct_variables(first.kids)
    sorts = {v: desk.scope.variables[v].sort for v in (c, i, b, d, j)}
    if (b2, d2) != (b, d) or len({c, i, b, d, k, j}) != 6:
        raise NotDischarged("needs q[c]; WL[i,b]; W[d,b](k); X; W1[d,j]; H with different variables")
    if sorts[c] != sorts[i] or sorts[b] != sorts[d] or not set(sorts.values()) <= set(desk.scope.indices):
        raise NotDischarged("the sorts of the layers do not fit together")
    return c, i, b, d, counter(desk, Node("app", name=k)), j


def singular_values(desk: Desk) -> Sequent:
    """Schatten, von Neumann: Z = W_p ... W_1 has sum l_i |W_i|^2 >= p l sum q_c^2, |Z - I|^2 >= sum (1 - q_c^p)^2.

    Here q_c >= 0, the q_c^p are the singular values of Z and l^p is the product of the l_i > 0. ``by`` is ``q[c];
    WL[i,b]; W[d,b](k); X[d,i](k); W1[d,j]; H[j,i]; lamL; lam(k); lam1; lamH; mu; S(k); Q(k); m``, with p = m + 3
    factors. Cited: X(0) = W1 H, X(k+1) = W(k) X(k), start and next term of the sum of penalties S and of the product
    of their factors Q, mu^p = Q(m), and that lamH, lam1, lam(k), lamL and mu are positive.
    """
    new, last, inner, chain, first, features, *scalars, depth = desk.data(14)
    c, i, b, d, k, j = _names(desk, new, last, inner, first)
    wl, w, x, w1, h, *numbers = (desk.poly(n) for n in (last, inner, chain, first, features, *scalars))
    lam_l, lam, lam_1, lam_h, mu, total, product = numbers
    m, summed = whole(desk, depth), desk.scope.summed
    allowed = (
        (x, {d, i, k}),
        (h, {j, i}),
        (lam, {k}),
        (total, {k}),
        (product, {k}),
        *((n, set()) for n in (lam_l, lam_1)),
    )
    if any(desk.variables_of(p) - names for p, names in (*allowed, (lam_h, set()), (mu, set()), (m, set()))):
        raise NotDischarged("a layer or a factor depends on other variables")
    zero, after = ZERO, successor(k)
    start = lam_h * summed(h * h, (j, i)) + lam_1 * summed(w1 * w1, (d, j)) + lam_l * summed(wl * wl, (i, b))
    wanted = [
        Condition((), "=", at(x, k, zero) - summed(w1 * h, (j,))),
        Condition((), "=", at(x, k, after) - summed(w * at(x, d, terms.app(b)), (b,))),
        Condition((), "=", at(total, k, zero) - start),
        Condition((), "=", at(total, k, after) - total - lam * summed(w * w, (d, b))),
        Condition((), "=", at(product, k, zero) - lam_h * lam_1 * lam_l),
        Condition((), "=", at(product, k, after) - product * lam),
        Condition((), "=", terms.app("power", mu, m + terms.constant(3)) - at(product, k, m)),
        *(Condition((), ">", part) for part in (lam_h, lam_1, lam, lam_l, mu)),
    ]
    facts = desk.cited()
    if len(facts) != len(wanted):
        raise NotDischarged(f"needs {len(wanted)} facts, got {len(facts)}")
    for fact, condition in zip(facts, wanted, strict=True):
        required(desk, fact, condition)
    q, p = new_symbol(desk, new), m + terms.constant(3)
    if desk.scope.symbols[new.name].sort != "R":
        raise NotDischarged(f"{new.name} must be real numbers")
    entry = summed(wl * at(at(at(x, d, terms.app(b)), i, terms.app(c)), k, m), (b,))
    fit = summed((entry - terms.app("delta", terms.app(i), terms.app(c))) ** 2, (i, c))
    options = (
        q,
        at(total, k, m) - p * mu * summed(q * q, (c,)),
        fit - summed((ONE - terms.app("power", q, p)) ** 2, (c,)),
    )
    stated = desk.sequent(desk.statement).conclusion.diff
    return plain(">=", next((diff for diff in options if diff == stated), options[0]))


SPECTRA: dict[str, Callable[[Desk], Sequent]] = {rule.__name__: rule for rule in (least_norm, singular_values)}

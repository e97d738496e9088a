"""The trusted theorems that assert existence: each introduces a new symbol.

The new symbol must be allowed to depend on everything that its facts depend on, and must be new to the proof; the
latter is checked by :mod:`theorycheck.symbolic.proof`.
"""

from collections.abc import Callable

from theorycheck.symbolic import proof_terms as terms
from theorycheck.symbolic.proof_axioms import at, plain, real_variables, required
from theorycheck.symbolic.proof_desk import Condition, Desk, Sequent
from theorycheck.symbolic.proof_rules import tower_of
from theorycheck.symbolic.proof_syntax import Node, NotDischarged
from theorycheck.symbolic.proof_terms import Poly


def inverse_function(desk: Desk) -> Sequent:
    """Inverse function: if f' vanishes nowhere on I, f has an inverse on its image, as often differentiable as f."""
    function, inverse, *variables = desk.data(4)
    s, u = desk.distinct_variables(tuple(variables))
    f, g = desk.scope.symbols[function.name], desk.scope.symbols[inverse.name]
    signs = (f.args, f.sort, g.args, g.sort, desk.scope.variables[s].sort, desk.scope.variables[u].sort)
    if signs != (("I",), "J", ("J",), "I", "I", "J") or function.kids or inverse.kids:
        raise NotDischarged("f must map I to J, and its inverse J to I")
    if len(tower_of(desk.scope, g.name)) > len(tower_of(desk.scope, f.name)):
        raise NotDischarged("the inverse cannot be smoother than the function")
    required(desk, desk.cited()[0], Condition((), "!=", terms.app(f.derivative, terms.app(s))))
    desk.made = g.name
    return plain("=", terms.app(f.name, terms.app(g.name, terms.app(u))) - terms.app(u))


def new_symbol(desk: Desk, node: Node, *needed: Poly, bound: tuple[str, ...] = ()) -> Poly:
    """The term ``symbol[variables]`` of a new symbol that may depend on all free variables but ``bound``."""
    names = desk.distinct_variables(node.kids)
    sorts = tuple(desk.scope.variables[v].sort for v in names)
    if node.name not in desk.scope.symbols or desk.scope.symbols[node.name].args != sorts:
        raise NotDischarged(f"{node.name} is not declared with the sorts of {names}")
    if missing := desk.variables_of(*needed) - set(names) - set(bound):
        raise NotDischarged(f"{node.name} must be allowed to depend on {', '.join(sorted(missing))}")
    if set(bound) & set(names) or desk.scope.symbols[node.name].derivative:
        raise NotDischarged(f"{node.name} depends on too much, or claims to be differentiable")
    desk.made = node.name
    return terms.app(node.name, *map(terms.app, names))


def mean_attained(desk: Desk) -> Sequent:
    """Intermediate value: the mean of finitely many values of a continuous function on I is itself a value."""
    new, function, point, index = desk.data(4)
    (j,), f = desk.distinct_variables((index,)), desk.scope.symbols[function.name]
    if desk.scope.sort(point) != "I" or f.args != ("I",) or not f.derivative or function.kids:
        raise NotDischarged("a differentiable function on I, and points of I, are needed")
    z = desk.poly(point)
    nu = new_symbol(desk, new, z, bound=(j,))
    if desk.scope.symbols[new.name].sort != "I" or desk.scope.variables[j].sort not in desk.scope.indices:
        raise NotDischarged("the new point must lie in I")
    total = desk.scope.summed(terms.app(f.name, z), (j,))
    return plain("=", total - terms.app(desk.scope.variables[j].sort) * terms.app(f.name, nu))


def maximum_attained(desk: Desk) -> Sequent:
    """Finite maximum: finitely many numbers have a largest one."""
    new, value, index = desk.data(3)
    (j,), v = desk.distinct_variables((index,)), desk.poly(value)
    best = new_symbol(desk, new, v, bound=(j,))
    if not desk.scope.fits(desk.scope.sort(value), "R"):
        raise NotDischarged("only real numbers have a largest one")
    sort = desk.scope.variables[j].sort
    if sort not in desk.scope.indices or desk.scope.symbols[new.name].sort != sort:
        raise NotDischarged(f"{new.name} must be an index like {j}")
    return plain(">=", at(v, j, best) - v)


def span_of_annihilator(desk: Desk) -> Sequent:
    """Linear algebra: a vector orthogonal to all v with c_i . v = 0 for all i is a combination of the c_i."""
    new, c, g, v, i = desk.data(5)
    (row,), places = desk.distinct_variables((i,)), desk.distinct_variables(v.kids)
    (fact, *_), poly_c, poly_g = desk.cited(), desk.poly(c), desk.poly(g)
    vector = desk.scope.variables.get(v.name)
    sorts = tuple(desk.scope.variables[p].sort for p in places)
    if vector is None or vector.args != sorts or not set(sorts) <= set(desk.scope.indices) or row in poly_g.free:
        raise NotDischarged("a vector over index sets is needed")
    if v.name in poly_c.free | poly_g.free:
        raise NotDischarged(f"{v.name} must not occur in the coefficients")
    pairing = [desk.scope.summed(p * desk.poly(v), places) for p in (poly_c, poly_g)]
    expected = Sequent((Condition((row,), "=", pairing[0]),), Condition((), "=", pairing[1]))
    if fact != expected:
        raise NotDischarged("the cited fact is not of the form: orthogonal to all c_i implies orthogonal to g")
    alpha = new_symbol(desk, new, poly_c, poly_g, bound=places)
    return plain("=", poly_g - desk.scope.summed(alpha * poly_c, (row,)))


def independent_onto(desk: Desk) -> Sequent:
    """Linear algebra: if the rows x_i are independent, some vector e has x_i . e = b_i for all i."""
    new, x, b, c, place = desk.data(5)
    (k,), (row,) = desk.distinct_variables((place,)), desk.distinct_variables(c.kids)
    (fact, *_), poly_x, poly_b = desk.cited(), desk.poly(x), desk.poly(b)
    combination = desk.scope.summed(desk.poly(c) * poly_x, (row,))
    expected = Sequent((Condition((k,), "=", combination),), Condition((), "=", desk.poly(c)))
    schematic = desk.scope.variables.get(c.name)
    if fact != expected or schematic is None or c.name in poly_x.free or k in poly_b.free:
        raise NotDischarged("the cited fact is not the independence of the rows")
    e = new_symbol(desk, new, bound=(row,))
    others = desk.variables_of(poly_x, poly_b) - {row, k}
    if others or desk.variables_of(e) != {k}:
        raise NotDischarged("rows and right-hand side must depend on their own indices only")
    return plain("=", desk.scope.summed(poly_x * e, (k,)) - poly_b)


def first_passage(desk: Desk) -> Sequent:
    """Descent: if E' = -Q, E >= c and K > 0, some time p >= o has K (p - o) <= E(o) - c and Q(p) <= K."""
    new, value, time, start, *rest = desk.data(7)
    (t,), e = real_variables(desk, time), desk.poly(value)
    q, c, level = (desk.poly(node) for node in rest)
    descent, floor, positive = desk.cited()[:3]
    o = desk.poly(start)
    if desk.scope.variables[t].sort != "T" or desk.scope.sort(start) != "T" or t in c.free | level.free | o.free:
        raise NotDischarged("times and constant bounds are needed")
    required(desk, descent, Condition((), "=", desk.scope.derivative(e, t) + q))
    required(desk, floor, Condition((), ">=", e - c))
    required(desk, positive, Condition((), ">", level))
    p = new_symbol(desk, new, e, q, c, level, o, bound=(t,))
    if desk.scope.symbols[new.name].sort != "T":
        raise NotDischarged(f"{new.name} must be a time")
    parts = (p - o, at(e, t, o) - c - level * (p - o), level - at(q, t, p))
    stated = desk.sequent(desk.statement).conclusion
    return plain(">=", next((part for part in parts if part == stated.diff), parts[0]))


EXISTENCE: dict[str, Callable[[Desk], Sequent]] = {
    function.__name__: function
    for function in (
        inverse_function,
        mean_attained,
        maximum_attained,
        span_of_annihilator,
        independent_onto,
        first_passage,
    )
}

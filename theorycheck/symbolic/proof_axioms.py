"""The theorems of analysis and linear algebra that proofs may take for granted: a short, closed list.

Each function computes what its theorem gives for the terms in a step and checks the theorem's side conditions against
facts that the step cites. The first line of each docstring is the theorem as printed with every proof that uses it.
A theorem that asserts existence introduces a new symbol, which must depend on everything that its facts depend on.
"""

from collections.abc import Callable

import attrs

from theorycheck.symbolic import proof_terms as terms
from theorycheck.symbolic.proof_rules import Condition, Desk, Sequent, tower_of
from theorycheck.symbolic.proof_syntax import INTERVALS, Node, NotDischarged
from theorycheck.symbolic.proof_terms import Poly


def _at(poly: Poly, var: str, value: Poly) -> Poly:
    return terms.substitute(poly, {var: ((), value)})


def _plain(relation: str, diff: Poly) -> Sequent:
    return Sequent((), Condition((), relation, diff))


def _implied(relation: str, diff: Poly, *premises: tuple[str, Poly]) -> Sequent:
    return Sequent(tuple(Condition((), r, p) for r, p in premises), Condition((), relation, diff))


def _real_variables(desk: Desk, *nodes: Node) -> tuple[str, ...]:
    """Names of distinct real variables of one sort."""
    names = desk.distinct_variables(nodes)
    sorts = {desk.scope.variables[v].sort for v in names}
    if len(sorts) != 1 or not sorts <= set(INTERVALS) or any(desk.scope.variables[v].args for v in names):
        raise NotDischarged("real variables of one sort are needed")
    return names


def _function(desk: Desk, extra: int = 0) -> tuple[Poly, Poly, str, str, Poly, Poly, list[Node]]:
    """Read ``E; s; r; ...``: E(s), E(r), the names s and r as they are and as terms, and the remaining data."""
    value, here, there, *rest = desk.data(3 + extra)
    s, r = _real_variables(desk, here, there)
    e = desk.poly(value)
    if r in e.free:
        raise NotDischarged(f"{r} is not a new variable")
    return e, _at(e, s, terms.app(r)), s, r, terms.app(s), terms.app(r), rest


def _required(desk: Desk, sequent: Sequent, *wanted: Condition) -> None:
    if sequent.premises or not any(w.follows_from(sequent.conclusion) for w in wanted):
        raise NotDischarged(f"the side condition {wanted[0].relation} is not what the cited fact says")


def injective(desk: Desk) -> Sequent:
    """Rolle: if E' vanishes nowhere on an interval, E(s) = E(r) implies s = r."""
    e, f, s, _, here, there, _ = _function(desk)
    _required(desk, desk.cited()[0], Condition((), "!=", desk.scope.derivative(e, s)))
    return _implied("=", here - there, ("=", e - f))


def increasing(desk: Desk) -> Sequent:
    """Mean value: if E' >= 0 on an interval, s <= r implies E(s) <= E(r)."""
    e, f, s, _, here, there, _ = _function(desk)
    _required(desk, desk.cited()[0], Condition((), ">=", desk.scope.derivative(e, s)))
    return _implied(">=", f - e, (">=", there - here))


def order_reflecting(desk: Desk) -> Sequent:
    """Mean value: if E' > 0 on an interval, E(s) <= E(r) implies s <= r."""
    e, f, s, _, here, there, _ = _function(desk)
    _required(desk, desk.cited()[0], Condition((), ">", desk.scope.derivative(e, s)))
    return _implied(">=", there - here, (">=", f - e))


def slope(desk: Desk) -> Sequent:
    """Mean value: if E' >= c on an interval, (E(s) - E(r)) (s - r) >= c (s - r)^2."""
    e, f, s, r, here, there, (bound,) = _function(desk, extra=1)
    c = desk.poly(bound)
    if {s, r} & c.free:
        raise NotDischarged("the bound must be constant")
    _required(desk, desk.cited()[0], Condition((), ">=", desk.scope.derivative(e, s) - c))
    return _plain(">=", (e - f) * (here - there) - c * (here - there) ** 2)


def strict_slope(desk: Desk) -> Sequent:
    """Mean value: if E' > 0 on an interval, s != r implies (E(s) - E(r)) (s - r) > 0."""
    e, f, s, _, here, there, _ = _function(desk)
    _required(desk, desk.cited()[0], Condition((), ">", desk.scope.derivative(e, s)))
    return _implied(">", (e - f) * (here - there), ("!=", here - there))


def tangent_line(desk: Desk) -> Sequent:
    """Taylor: if E'' >= 2c on an interval, E(s) >= E(r) + E'(r) (s - r) + c (s - r)^2."""
    e, f, s, r, here, there, (bound,) = _function(desk, extra=1)
    c, first = desk.poly(bound), desk.scope.derivative(e, s)
    if {s, r} & c.free:
        raise NotDischarged("the bound must be constant")
    _required(desk, desk.cited()[0], Condition((), ">=", desk.scope.derivative(first, s) - c - c))
    gap = here - there
    return _plain(">=", e - f - _at(first, s, there) * gap - c * gap**2)


def tangent_contact(desk: Desk) -> Sequent:
    """Taylor: if E'' > 0 on an interval, E(s) = E(r) + E'(r) (s - r) implies s = r."""
    e, f, s, _, here, there, _ = _function(desk)
    first = desk.scope.derivative(e, s)
    _required(desk, desk.cited()[0], Condition((), ">", desk.scope.derivative(first, s)))
    gap = here - there
    return _implied("=", gap, ("=", e - f - _at(first, s, there) * gap))


def _valley(desk: Desk) -> tuple[Poly, Poly, Poly, Poly]:
    """Read ``E; s; b`` for E that may depend on b: E(s), E(b), E'(s) (s - b) and s - b."""
    value, here, there = desk.data(3)
    s, b = _real_variables(desk, here, there)
    e, gap = desk.poly(value), terms.app(s) - terms.app(b)
    return e, _at(e, s, terms.app(b)), desk.scope.derivative(e, s) * gap, gap


def valley(desk: Desk) -> Sequent:
    """Mean value: if E'(s) (s - b) >= 0 on an interval around b, E(s) >= E(b)."""
    e, least, away, _ = _valley(desk)
    _required(desk, desk.cited()[0], Condition((), ">=", away))
    return _plain(">=", e - least)


def strict_valley(desk: Desk) -> Sequent:
    """Mean value: if E'(s) (s - b) > 0 for all s != b on an interval around b, E(s) = E(b) implies s = b."""
    e, least, away, gap = _valley(desk)
    wanted, (fact, *_) = _implied(">", away, ("!=", gap)), desk.cited()
    if len(fact.premises) != 1 or not fact.premises[0].follows_from(wanted.premises[0]):
        raise NotDischarged("the cited fact does not hold for all s != b")
    _required(desk, attrs.evolve(fact, premises=()), wanted.conclusion)
    return _implied("=", gap, ("=", e - least))


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
    _required(desk, desk.cited()[0], Condition((), "!=", terms.app(f.derivative, terms.app(s))))
    desk.made = g.name
    return _plain("=", terms.app(f.name, terms.app(g.name, terms.app(u))) - terms.app(u))


def _new_symbol(desk: Desk, node: Node, *needed: Poly, bound: tuple[str, ...] = ()) -> Poly:
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
    nu = _new_symbol(desk, new, z, bound=(j,))
    if desk.scope.symbols[new.name].sort != "I" or desk.scope.variables[j].sort not in desk.scope.indices:
        raise NotDischarged("the new point must lie in I")
    total = desk.scope.summed(terms.app(f.name, z), (j,))
    return _plain("=", total - terms.app(desk.scope.variables[j].sort) * terms.app(f.name, nu))


def maximum_attained(desk: Desk) -> Sequent:
    """Finite maximum: finitely many numbers have a largest one."""
    new, value, index = desk.data(3)
    (j,), v = desk.distinct_variables((index,)), desk.poly(value)
    best = _new_symbol(desk, new, v, bound=(j,))
    if not desk.scope.fits(desk.scope.sort(value), "R"):
        raise NotDischarged("only real numbers have a largest one")
    sort = desk.scope.variables[j].sort
    if sort not in desk.scope.indices or desk.scope.symbols[new.name].sort != sort:
        raise NotDischarged(f"{new.name} must be an index like {j}")
    return _plain(">=", _at(v, j, best) - v)


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
    alpha = _new_symbol(desk, new, poly_c, poly_g, bound=places)
    return _plain("=", poly_g - desk.scope.summed(alpha * poly_c, (row,)))


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
    e = _new_symbol(desk, new, bound=(row,))
    others = desk.variables_of(poly_x, poly_b) - {row, k}
    if others or desk.variables_of(e) != {k}:
        raise NotDischarged("rows and right-hand side must depend on their own indices only")
    return _plain("=", desk.scope.summed(poly_x * e, (k,)) - poly_b)


def square_root(desk: Desk) -> Sequent:
    """Square root: for a >= 0, sqrt(a) >= 0 (> 0 if a > 0) and sqrt(a)^2 = a."""
    (node,), (fact, *_) = desk.data(1), desk.cited()
    a = desk.poly(node)
    _required(desk, fact, Condition((), ">=", a))
    root = terms.app("sqrt", a)
    if desk.statement.conclusion.relation == "=":
        return _plain("=", root**2 - a)
    return _plain(">" if fact.conclusion.relation == ">" else ">=", root)


def root_of_square(desk: Desk) -> Sequent:
    """Order: a^2 <= b^2 and b >= 0 imply a <= b."""
    (a, b), (squares, sign, *_) = desk.data(2), desk.cited()
    small, large = desk.poly(a), desk.poly(b)
    _required(desk, squares, Condition((), ">=", large**2 - small**2))
    _required(desk, sign, Condition((), ">=", large))
    return _plain(">=", large - small)


def absolute_value(desk: Desk) -> Sequent:
    """Absolute value: |a| >= 0 and |a|^2 = a^2; a <= b and -a <= b imply |a| <= b."""
    a, *rest = (desk.poly(node) for node in desk.data(len(desk.by.split(";"))))
    size = terms.app("abs", a)
    if not rest:
        return _plain("=", size**2 - a**2) if desk.statement.conclusion.relation == "=" else _plain(">=", size)
    above, below, *_ = desk.cited()
    _required(desk, above, Condition((), ">=", rest[0] - a))
    _required(desk, below, Condition((), ">=", rest[0] + a))
    return _plain(">=", rest[0] - size)


def exponential(desk: Desk) -> Sequent:
    """Exponential: exp(a) > 0, exp(a + b) = exp(a) exp(b), exp(0) = 1."""
    a, *rest = (desk.poly(node) for node in desk.data(len(desk.by.split(";"))))
    if rest:
        return _plain("=", terms.app("exp", a + rest[0]) - terms.app("exp", a) * terms.app("exp", rest[0]))
    if desk.statement.conclusion.relation == "=" and not a.terms:
        return _plain("=", terms.app("exp", a) - terms.constant(1))
    return _plain(">", terms.app("exp", a))


def logarithm(desk: Desk) -> Sequent:
    """Logarithm: exp(log(a)) = a for a > 0."""
    (node,), (fact, *_) = desk.data(1), desk.cited()
    a = desk.poly(node)
    _required(desk, fact, Condition((), ">", a))
    return _plain("=", terms.app("exp", terms.app("log", a)) - a)


def _decay(desk: Desk, extra: int) -> tuple[Poly, Poly, Poly, Poly, Poly, list[Poly]]:
    """Read ``E; t; r; rate; ...``: E(t), E(r), E'(t) + rate E(t), the decay from r to t, t - r and the constants."""
    e, start, t, r, now, then, (rate, *rest) = _function(desk, extra=1 + extra)
    constants = [desk.poly(node) for node in (rate, *rest)]
    if desk.scope.variables[t].sort != "T" or any({t, r} & p.free for p in constants):
        raise NotDischarged("a time variable and constant rates are needed")
    speed = desk.scope.derivative(e, t) + constants[0] * e
    decay = start * terms.app("exp", -constants[0] * (now - then)) - e
    return e, start, speed, decay, now - then, constants


def gronwall(desk: Desk) -> Sequent:
    """Gronwall: if E' <= -rate E for all times, E(t) <= E(r) exp(-rate (t - r)) for r <= t."""
    _, _, speed, decay, elapsed, _ = _decay(desk, 0)
    _required(desk, desk.cited()[0], Condition((), ">=", -speed))
    return _implied(">=", decay, (">=", elapsed))


def gronwall_below(desk: Desk) -> Sequent:
    """Gronwall: if E <= K implies E' <= -rate E (rate, K > 0), E(r) <= K implies E(t) <= E(r) exp(-rate (t - r))."""
    e, start, speed, decay, elapsed, (rate, level) = _decay(desk, 1)
    fact, positive_rate, positive_level, *_ = desk.cited()
    if fact != _implied(">=", -speed, (">=", level - e)):
        raise NotDischarged("the cited fact is not: E <= K implies E' <= -rate E")
    _required(desk, positive_rate, Condition((), ">", rate))
    _required(desk, positive_level, Condition((), ">", level))
    return _implied(">=", decay, (">=", level - start), (">=", elapsed))


def first_passage(desk: Desk) -> Sequent:
    """Descent: if E' = -Q, E >= c and K > 0, some time p >= o has K (p - o) <= E(o) - c and Q(p) <= K."""
    new, value, time, start, *rest = desk.data(7)
    (t,), e = _real_variables(desk, time), desk.poly(value)
    q, c, level = (desk.poly(node) for node in rest)
    descent, floor, positive = desk.cited()[:3]
    o = desk.poly(start)
    if desk.scope.variables[t].sort != "T" or desk.scope.sort(start) != "T" or t in c.free | level.free | o.free:
        raise NotDischarged("times and constant bounds are needed")
    _required(desk, descent, Condition((), "=", desk.scope.derivative(e, t) + q))
    _required(desk, floor, Condition((), ">=", e - c))
    _required(desk, positive, Condition((), ">", level))
    p = _new_symbol(desk, new, e, q, c, level, o, bound=(t,))
    if desk.scope.symbols[new.name].sort != "T":
        raise NotDischarged(f"{new.name} must be a time")
    parts = (p - o, _at(e, t, o) - c - level * (p - o), level - _at(q, t, p))
    stated = desk.sequent(desk.statement).conclusion
    return _plain(">=", next((part for part in parts if part == stated.diff), parts[0]))


AXIOMS: dict[str, Callable[[Desk], Sequent]] = {
    function.__name__: function
    for function in (
        injective,
        increasing,
        order_reflecting,
        slope,
        strict_slope,
        tangent_line,
        tangent_contact,
        valley,
        strict_valley,
        inverse_function,
        mean_attained,
        maximum_attained,
        span_of_annihilator,
        independent_onto,
        square_root,
        root_of_square,
        absolute_value,
        exponential,
        logarithm,
        gronwall,
        gronwall_below,
        first_passage,
    )
}
